#include "as_c.hpp"

#include <algorithm>
#include <cstdio>

namespace differential {

namespace {

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

std::string named(std::int64_t number)
{
    Name name = group(static_cast<int>(number));
    const auto length = name.length;
    name.length = std::min<std::size_t>(length, 128);
    return "name(" + quoted(name) + ", " + std::to_string(length) + "u)";
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

std::string element(const char* array, std::int64_t index)
{
    return std::string(array) + "[" + std::to_string(index) + "]";
}

// All of a call.
std::string call(const Step& step, const std::string& arguments)
{
    return std::string("SHOW(") + name_of(step.op) + "(" + arguments + "));";
}

// With the handle first.
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

std::string fork_text(const Step& step)
{
    const std::string in_child = step.a[0] == 1   ? "child_leaves_at = depth - 1;"
                                 : step.a[0] == 2 ? "child_leaves_at = depth - 1, jump(0);"
                                                  : "_exit(0);";
    return "if (fork() == 0)\n        " + (step.depth ? in_child : "_exit(0);") + "\n    else\n        wait(NULL);";
}

class Printer {
public:
    explicit Printer(const Program& program) : program_(program) {}

    std::string text()
    {
        std::string body;
        for (std::size_t step = 0; step < program_.size(); step = end_of(program_, step))
            body += "    " + statement(step) + "\n";
        return kPrelude + functions_ + "\nint main(void)\n{\n    memset(bytes, 'x', sizeof bytes);\n" + body +
               "    return 0;\n}\n";
    }

private:
    std::string statement(std::size_t step)
    {
        const Step& one = program_[step];
        if (is_dispatch(one.op))
            return dispatch(step);
        switch (service_of(one.op)) {
        case Service::cmap:
            return cmap_text(one);
        case Service::cpg:
            return cpg_text(one);
        case Service::votequorum:
            return votequorum_text(one);
        case Service::none:
            break;
        }
        if (one.op == Op::fork)
            return fork_text(one);
        if (one.op == Op::other_set)
            return "if (fork() == 0)\n        _exit(cmap_initialize(&m[0]) != CS_OK || cmap_set_uint32(m[0], " +
                   quoted(key(static_cast<int>(one.a[0]))) + ", " + number(one.a[1]) +
                   ") != CS_OK);\n    wait(NULL);\n    barrier(0);";
        if (one.op > Op::fork)
            return "/* here: " + std::string(name_of(one.op)) + " " + number(one.a[0]) + " " + number(one.a[1]) + " */";
        return one.depth ? "jump(" + number(one.a[0]) + ");" : ";";
    }

    std::string dispatch(std::size_t step)
    {
        const Step& one = program_[step];
        const std::string name = name_of(one.op);
        std::string before;
        if (one.a[1] == 3)
            before = one.op == Op::cmap_dispatch
                         ? "cmap_track_add(" + handle(one) +
                               ", \"e.nudge\", 6, notify, NULL, &(cmap_track_handle_t){0});\n    cmap_set_uint32(" +
                               handle(one) + ", \"e.nudge\", ++number);\n    "
                     : one.op == Op::cpg_dispatch
                         ? "mcast(" + handle(one) + ", 5, 1, 2);\n    barrier(" + handle(one) + ");\n    "
                         : "votequorum_trackstart(" + handle(one) + ", 5, CS_TRACK_CURRENT);\n    ";
        return before + "DISPATCH(" + name.substr(0, name.find('_')) + ", " + handle(one) + ", " + number(one.a[1]) +
               ", " + number(one.a[2] & 1) + ", " + inside(step) + ");";
    }

    // A function of what the callbacks do.
    std::string inside(std::size_t step)
    {
        const auto end = end_of(program_, step);
        if (end == step + 1)
            return "NULL";
        std::string body;
        for (auto inner = step + 1; inner < end; inner = end_of(program_, inner))
            body +=
                "    if (at == " + std::to_string(program_[inner].at) + ") {\n    " + statement(inner) + "\n    }\n";
        const auto name = "inside_" + std::to_string(step);
        functions_ += "\nstatic void " + name + "(int at)\n{\n" + body + "}\n";
        return name;
    }

    const Program& program_;
    std::string functions_;
};

} // namespace

std::string as_c(const Program& program)
{
    return Printer(program).text();
}

} // namespace differential
