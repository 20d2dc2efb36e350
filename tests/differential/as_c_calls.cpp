// SPDX-License-Identifier: BSD-3-Clause
#include "as_c_calls.hpp"

#include <algorithm>

namespace differential {

std::string number(std::int64_t value)
{
    if (value == INT64_MIN)
        return "INT64_MIN";
    return std::to_string(value) + (value > INT32_MAX || value < INT32_MIN ? "LL" : "");
}

std::string quoted(const Name& name)
{
    if (!name.text)
        return "NULL";
    std::string text = "\"";
    for (std::size_t i = 0; i < std::min<std::size_t>(name.length, 300); ++i)
        text += name.text[i] ? std::string(1, name.text[i]) : "\\0";
    return text + "\"";
}

std::string handle(const Step& step)
{
    constexpr const char* kArrays[] = {"m", "c", "v"};
    const std::string array = kArrays[static_cast<int>(service_of(step.op))];
    switch (step.a[0]) {
    case 4:
        return "0";
    case 5:
        return "0xdeadbeef";
    case 6:
        return "(" + array + "[0] ^ 1ull << 40)";
    case 7:
        return "~0ull";
    default:
        return array + "[" + std::to_string(step.a[0]) + "]";
    }
}

namespace {

std::string named(std::int64_t number)
{
    Name name = group(static_cast<int>(number));
    const auto length = name.length;
    name.length = std::min<std::size_t>(length, 128);
    return "name(" + quoted(name) + ", " + std::to_string(length) + "u)";
}

std::string element(const char* array, std::int64_t index)
{
    return std::string(array) + "[" + std::to_string(index) + "]";
}

// The text of a call.
std::string call(const Step& step, const std::string& arguments)
{
    return std::string("SHOW(") + name_of(step.op) + "(" + arguments + "));";
}

// The text of a call with the handle as first argument.
std::string with_handle(const Step& step, const std::string& arguments = "")
{
    return call(step, handle(step) + (arguments.empty() ? "" : ", " + arguments));
}

std::string cmap_text(const Step& step)
{
    const auto& a = step.a;
    const auto key_text = quoted(key(static_cast<int>(a[1])));
    switch (step.op) {
    case Op::cmap_initialize:
        return call(step, "&" + handle(step));
    case Op::cmap_initialize_map:
        return call(step, "&" + handle(step) + ", " + number(a[1]));
    case Op::cmap_finalize:
        return with_handle(step);
    case Op::cmap_fd_get:
        return with_handle(step, "&fd");
    case Op::cmap_context_get:
        return with_handle(step, "(const void**)&context");
    case Op::cmap_context_set:
        return with_handle(step, "(void*)" + number(a[1]));
    case Op::cmap_set:
        return with_handle(step, key_text + ", " + (a[4] < 0 ? "NULL" : "bytes + " + number(a[4])) + ", " +
                                     number(a[3]) + ", " + number(a[2]));
    case Op::cmap_set_string:
        return with_handle(step, key_text + ", " + (a[2] < 0 ? "NULL" : "text(" + number(a[2]) + ")"));
    case Op::cmap_delete:
    case Op::cmap_inc:
    case Op::cmap_dec:
        return with_handle(step, key_text);
    case Op::cmap_get:
        return "length = " + number(a[2]) + ";\n    " +
               with_handle(step, key_text + ", " + (a[3] & 1 ? "NULL" : "room") + ", " +
                                     (a[3] & 2 ? "NULL" : "&length") + ", " + (a[3] & 4 ? "NULL" : "&type"));
    case Op::cmap_iter_init:
        return with_handle(step,
                           quoted(key(static_cast<int>(a[2]))) + ", " + (a[3] ? "NULL" : "&" + element("walk", a[1])));
    case Op::cmap_iter_next:
        return with_handle(step, element("walk", a[1]) + ", " + (a[2] & 1 ? "NULL" : "room") + ", " +
                                     (a[2] & 2 ? "NULL" : "&length") + ", " + (a[2] & 4 ? "NULL" : "&type"));
    case Op::cmap_iter_finalize:
        return with_handle(step, element("walk", a[1]));
    case Op::cmap_track_add:
        return with_handle(step, quoted(key(static_cast<int>(a[2]))) + ", " + number(a[3]) + ", " +
                                     (a[4] & 1 ? "NULL" : "notify") + ", NULL, " +
                                     (a[4] & 2 ? "NULL" : "&" + element("tracker", a[1])));
    case Op::cmap_track_delete:
        return with_handle(step, element("tracker", a[1]));
    default:
        break;
    }
    if (step.op > Op::cmap_get && step.op <= Op::cmap_get_string)
        return with_handle(step, key_text + ", (void*)room");
    return with_handle(step, key_text + ", " + number(a[2]));
}

std::string cpg_text(const Step& step)
{
    const auto& a = step.a;
    const auto unless = [](bool no, const std::string& otherwise) { return no ? "NULL" : otherwise; };
    switch (step.op) {
    case Op::cpg_initialize:
        return "{\n        cpg_callbacks_t callbacks = {" + unless(!(a[1] & 1), "deliver") + ", " +
               unless(!(a[1] & 2), "confchg") + "};\n        " +
               call(step, "&" + handle(step) + ", " + unless(a[1] & 8, "&callbacks")) + "\n    }";
    case Op::cpg_model_initialize:
        return "{\n        cpg_model_v1_data_t model = {CPG_MODEL_V1, " + unless(!(a[1] & 1), "deliver") + ", " +
               unless(!(a[1] & 2), "confchg") + ", " + unless(!(a[1] & 4), "totem") + ", " + number(a[3]) +
               "};\n        " +
               call(step, "&" + handle(step) + ", " + number(a[2]) + ", " +
                              unless(a[1] & 8, "(cpg_model_data_t*)&model") + ", (void*)" + number(a[4])) +
               "\n    }";
    case Op::cpg_finalize:
        return with_handle(step) + "\n    barrier(0);";
    case Op::cpg_fd_get:
        return with_handle(step, "&fd");
    case Op::cpg_max_atomic_msgsize_get:
    case Op::cpg_local_get:
        return with_handle(step, "&number");
    case Op::cpg_flow_control_state_get:
        return with_handle(step, "(cpg_flow_control_state_t*)&number");
    case Op::cpg_context_get:
        return with_handle(step, "&context");
    case Op::cpg_context_set:
        return with_handle(step, "(void*)" + number(a[1]));
    case Op::cpg_join:
    case Op::cpg_leave:
        return with_handle(step, named(a[1])) + "\n    barrier(0);";
    case Op::cpg_mcast_joined:
        return "SHOW(mcast(" + handle(step) + ", " + number(a[1]) + ", " + number(a[2]) + ", " + number(a[3]) +
               "));\n    barrier(" + handle(step) + ");";
    case Op::cpg_membership_get:
        return with_handle(step,
                           named(a[1]) + ", " + unless(a[2] & 1, "members") + ", " + unless(a[2] & 2, "&entries"));
    case Op::cpg_zcb_alloc:
        return with_handle(step, number(a[2]) + ", &" + element("buffer", a[1]));
    case Op::cpg_zcb_free:
        return with_handle(step, element("buffer", a[1]));
    case Op::cpg_zcb_mcast_joined:
        return with_handle(step, number(a[3]) + ", " + element("buffer", a[1]) + ", " + number(a[2])) +
               "\n    barrier(" + handle(step) + ");";
    case Op::cpg_iteration_initialize:
        return with_handle(step, number(a[1]) + ", " + (a[2] < 0 ? "NULL" : named(a[2])) + ", " +
                                     unless(a[4], "&" + element("iteration", a[3])));
    case Op::cpg_iteration_next:
        return call(step, element("iteration", a[0]) + ", " + unless(a[1], "&item"));
    default:
        return call(step, element("iteration", a[0]));
    }
}

std::string votequorum_text(const Step& step)
{
    const auto& a = step.a;
    const auto unless = [](bool no, const std::string& otherwise) { return no ? "NULL" : otherwise; };
    const auto device_text = quoted(device(static_cast<int>(a[1])));
    const auto callbacks = unless(!(a[1] & 1), "quorum") + ", " + unless(!(a[1] & 2), "expected") + ", " +
                           unless(!(a[1] & 4), "node_list");
    switch (step.op) {
    case Op::votequorum_initialize:
        return "{\n        votequorum_callbacks_t callbacks = {" + callbacks + "};\n        " +
               call(step, "&" + handle(step) + ", " + unless(a[1] & 8, "&callbacks")) + "\n    }";
    case Op::votequorum_model_initialize:
        return "{\n        votequorum_model_v1_data_t model = {" + number(a[2]) + ", " + callbacks +
               ", NULL};\n        " + call(step, "&" + handle(step) + ", " + unless(a[1] & 8, "&model")) + "\n    }";
    case Op::votequorum_finalize:
    case Op::votequorum_trackstop:
        return with_handle(step);
    case Op::votequorum_fd_get:
        return with_handle(step, "&fd");
    case Op::votequorum_getinfo:
        return with_handle(step, number(a[1]) + ", &info");
    case Op::votequorum_setexpected:
        return with_handle(step, number(a[1])) + "\n    barrier(0);";
    case Op::votequorum_setvotes:
        return with_handle(step, number(a[1]) + ", " + number(a[2])) + "\n    barrier(0);";
    case Op::votequorum_trackstart:
        return with_handle(step, number(a[1]) + ", " + number(a[2]));
    case Op::votequorum_context_get:
        return with_handle(step, "&context");
    case Op::votequorum_context_set:
        return with_handle(step, "(void*)" + number(a[1]));
    case Op::votequorum_qdevice_register:
    case Op::votequorum_qdevice_unregister:
        return with_handle(step, device_text) + "\n    barrier(0);";
    case Op::votequorum_qdevice_update:
        return with_handle(step, device_text + ", " + quoted(device(static_cast<int>(a[2])))) + "\n    barrier(0);";
    case Op::votequorum_qdevice_master_wins:
        return with_handle(step, device_text + ", " + number(a[2]));
    case Op::votequorum_qdevice_poll:
        return "ring.seq += " + number(a[3]) + ";\n    " +
               with_handle(step, device_text + ", " + number(a[2]) + ", ring") + "\n    ring.seq -= " + number(a[3]) +
               ";\n    barrier(0);";
    case Op::votequorum_get_qdevice_extra_info:
        return with_handle(step, number(a[1]) + ", &number, room");
    default:
        return with_handle(step, number(a[1]) + ", bytes");
    }
}

} // namespace

std::string call_text(const Step& step)
{
    switch (service_of(step.op)) {
    case Service::cmap:
        return cmap_text(step);
    case Service::cpg:
        return cpg_text(step);
    case Service::votequorum:
        return votequorum_text(step);
    case Service::none:
        break;
    }
    return ";";
}

} // namespace differential
