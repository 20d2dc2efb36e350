// SPDX-License-Identifier: BSD-3-Clause
// Messages of all sizes and shapes, malformed parts, and zero-copy buffers.
#include "cpg_scene.hpp"
#include "integration/cpg_raw.hpp"

#include <cstring>
#include <limits>

#include <sys/resource.h>
#include <sys/uio.h>

namespace {

using namespace conformance;
using test::RawCpg;

constexpr std::size_t kAtomic = test::kAtomic;

cs_error_t send_parts(cpg_handle_t handle, const std::vector<iovec>& parts)
{
    cs_error_t error = CS_OK;
    test::eventually([&] {
        error = cpg_mcast_joined(handle, CPG_TYPE_AGREED, parts.data(), static_cast<unsigned>(parts.size()));
        return error != CS_ERR_TRY_AGAIN;
    });
    return error;
}

// The result of sending, and what was delivered.
void send_and_tell(Line& line, Cpg& cpg, const std::vector<iovec>& parts)
{
    line << send_parts(cpg, parts);
    line << told_after(cpg, 1);
}

const Group kMessage("cpg.message", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    at("before_join") << test::send(cpg, "lost");
    at("long.before_join") << test::send(cpg, test::pattern(3'000'000));
    at("join") << test::join(cpg, "message");
    auto line_of_first = at("behind_join");
    for (const auto& number : test::numbers(1, 5))
        line_of_first << test::send(cpg, number);
    line_of_first << told_after(cpg, 6);
});

const Group kShapes("cpg.shape", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    cpg.enter("shape");
    char text[] = "abc";
    for (const int guarantee :
         {CPG_TYPE_UNORDERED + 0, CPG_TYPE_FIFO + 0, CPG_TYPE_AGREED + 0, CPG_TYPE_SAFE + 0, 99}) {
        const iovec part{text, 3};
        at("guarantee_" + std::to_string(guarantee))
            << cpg_mcast_joined(cpg, static_cast<cpg_guarantee_t>(guarantee), &part, 1) << told_after(cpg, 1);
    }
    at("no_parts") << cpg_mcast_joined(cpg, CPG_TYPE_AGREED, nullptr, 0) << told_after(cpg, 1);
    const auto of_parts = [&](const std::string& name, const std::vector<iovec>& parts) {
        auto line = at(name);
        send_and_tell(line, cpg, parts);
    };
    of_parts("empty_part", {{nullptr, 0}});
    of_parts("empty_parts_between", {{text, 1}, {nullptr, 0}, {text + 1, 2}, {text, 0}});

    auto bytes = test::pattern(2'000'000);
    of_parts("long.empty_parts_between",
             {{nullptr, 0}, {bytes.data(), 700'000}, {nullptr, 0}, {&bytes[700'000], 1'300'000}, {nullptr, 0}});
    std::vector<iovec> many;
    for (std::size_t i = 0; i < 200; ++i)
        many.push_back({&bytes[i * 10'000], 10'000});
    of_parts("long.200_parts", many);
    of_parts("long.last_byte_apart", {{bytes.data(), kAtomic}, {&bytes[kAtomic], 1}});
});

const Group kParts("cpg.parts", [](Transcript& at, test::Daemon&) {
    settle();
    std::vector<Transcript::Case> cases;
    for (const std::size_t count : {62U, 63U, 64U, 65U, 1024U, 2000U})
        cases.push_back({std::to_string(count), [count](Line& line) {
                             Cpg cpg;
                             cpg.enter("parts." + std::to_string(count));
                             auto bytes = test::pattern(count);
                             std::vector<iovec> parts;
                             for (auto& byte : bytes)
                                 parts.push_back({&byte, 1});
                             send_and_tell(line, cpg, parts);
                         }});
    at.all_apart(cases);
    // CPG-D22: the bytes do not exist, but if there are too many of them they are not read.
    at.apart("of_4_gigabytes", [](Line& line) {
        Cpg cpg;
        cpg.enter("parts.of_4_gigabytes");
        char byte = 'x';
        line << send_parts(cpg, {{&byte, 1}, {&byte, 0xffffffff}});
    });
});

const Group kSizes("cpg.size", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    cpg.enter("size");
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{1'000}, std::size_t{4'096}, std::size_t{8'191},
          std::size_t{60'001}, std::size_t{300'000}, kAtomic - 1, kAtomic, kAtomic + 1, 2 * kAtomic, 2 * kAtomic + 1,
          std::size_t{3'000'000}, std::size_t{5'000'000}}) {
        const auto error = test::send(cpg, test::pattern(size));
        at(std::to_string(size)) << error << told_after(cpg, 1);
    }
    // C11: a callback may change the message in place.
    std::string patched;
    cpg.on_event = [&](const Cpg::Call& call) {
        patched = reinterpret_cast<std::uintptr_t>(call.data) % 8 == 0 ? "aligned " : "not-aligned ";
        std::for_each(call.data, call.data + call.size, [](char& byte) { byte = static_cast<char>(byte ^ 0x55); });
        patched += data_word({call.data, call.size});
    };
    for (const std::size_t size : {std::size_t{33}, std::size_t{9'001}, std::size_t{3'000'000}}) {
        const auto error = test::send(cpg, test::pattern(size));
        const auto told = told_after(cpg, 1);
        at("patched." + std::to_string(size)) << error << told << patched;
    }
});

const Group kUnwanted("cpg.unwanted", [](Transcript& at, test::Daemon&) {
    settle();
    const auto with_callbacks = [&](const std::string& name, test::Wanted wanted) {
        at.apart(name, [name, wanted](Line& line) {
            Marker marker;
            Cpg cpg(wanted);
            line << test::join(cpg, name);
            line << test::send(cpg, "small");
            line << test::send(cpg, test::pattern(3'000'000));
            marker.await_queue(cpg);
            cpg.await([&] { return !test::readable(cpg.fd(), test::kGlance); });
            line << take_told(cpg);
        });
    };
    with_callbacks("no_deliver", {.deliver = false});
    with_callbacks("no_confchg", {.confchg = false});
    with_callbacks("none", {.deliver = false, .confchg = false});
});

const Group kFlood("cpg.flood", [](Transcript& at, test::Daemon& daemon) {
    settle();
    Cpg cpg;
    cpg.enter("flood");
    const auto bytes = test::pattern(100'000);
    std::size_t accepted = 0;
    cs_error_t error = CS_OK;
    {
        const test::Freeze freeze(daemon);
        while ((error = test::send_once(cpg, bytes)) == CS_OK)
            ++accepted;
        cpg_flow_control_state_t state = CPG_FLOW_CONTROL_ENABLED;
        at("flow_control_state") << cpg_flow_control_state_get(cpg, &state) << static_cast<int>(state);
    }
    at("refused_with") << error << (accepted > 0);
    at("end") << test::send(cpg, "end");
    cpg.await_messages(accepted + 1);
    const auto seen = test::messages(cpg.take());
    at("accepted_are_delivered") << (seen.size() == accepted + 1)
                                 << (static_cast<std::size_t>(std::count(seen.begin(), seen.end(), bytes)) == accepted);
    // The messages are queued in the daemon while nobody dispatches.
    std::size_t sent = 0;
    for (int i = 0; i < 300; ++i)
        sent += test::send(cpg, test::pattern(20'000)) == CS_OK;
    at("slow_reader") << sent << cpg.await_messages(sent) << cpg.count();
});

const Group kBusy("cpg.busy_group", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    cpg.enter("busy");
    std::size_t accepted = 0;
    bool unexpected = false;
    {
        test::Companion joining([](test::Line& line) {
            line.say("begun");
            for (;;)
                Cpg().enter("busy");
        });
        joining.hear();
        for (unsigned i = 0; i < 10; ++i) {
            const auto error = test::send(cpg, test::pattern(2'500'000, i));
            accepted += error == CS_OK;
            unexpected = unexpected || (error != CS_OK && error != CS_ERR_INTERRUPT);
            cpg_dispatch(cpg, CS_DISPATCH_ALL);
        }
        joining.kill();
    }
    cs_error_t error = CS_OK;
    test::eventually([&] { return (error = test::send(cpg, test::pattern(2'500'000))) != CS_ERR_INTERRUPT; });
    at("other_results") << unexpected;
    at("at_last") << error;
    at("accepted_are_delivered") << cpg.await_messages(accepted + 1)
                                 << (test::messages(cpg.take()).size() == accepted + 1);
});

constexpr std::uint32_t kSender = 999'999; // nobody has this pid

// A member, and a sender of raw parts, in a case that runs apart.
class Receiver {
public:
    explicit Receiver(const std::string& group)
    {
        cpg.enter(group);
        sender.join(group, kSender);
        told_after(cpg, 1);
    }

    // What has been delivered up to a message that is sent last.
    test::Texts messages()
    {
        sender.send_whole("end");
        cpg.await([this] { return !cpg.events().empty() && cpg.events().back().data == "end"; });
        return test::messages(cpg.take());
    }
    std::string delivered()
    {
        std::string words;
        for (const auto& text : messages())
            words += (words.empty() ? "" : ",") + data_word(text);
        return words;
    }

    Cpg cpg;
    RawCpg sender;
};

const Group kRawParts("cpg.raw_parts", [](Transcript& at, test::Daemon&) {
    settle();
    struct Part {
        std::uint32_t type;
        std::uint32_t length;
        std::string bytes;
    };
    const auto of_parts = [&](const std::string& name, const std::vector<Part>& parts) {
        at.apart(name, [&](Line& line) {
            Receiver receiver(name);
            for (const auto& part : parts)
                receiver.sender.send_part(part.type, part.length, part.bytes);
            line << receiver.delivered();
            receiver.sender.send_part(RawCpg::first, 4, "go");
            receiver.sender.send_part(RawCpg::last, 4, "od");
            line << receiver.delivered();
        });
    };
    constexpr auto first = RawCpg::first;
    constexpr auto continued = RawCpg::continued;
    constexpr auto last = RawCpg::last;
    of_parts("three", {{first, 6, "ab"}, {continued, 6, "cd"}, {last, 6, "ef"}});
    of_parts("without_a_first", {{first, 4, "ab"}, {last, 4, "cd"}, {continued, 4, "ef"}, {last, 4, "gh"}});
    of_parts("second_first", {{first, 6, "abc"}, {first, 4, "de"}, {last, 4, "fg"}});
    of_parts("complete_but_not_last", {{first, 3, "abc"}});
    of_parts("empty_last", {{first, 3, "abc"}, {last, 3, ""}});
    of_parts("unknown_type", {{first, 5, "ab"}, {99, 5, "c"}, {last, 5, "de"}});
    of_parts("empty", {{first, 0, ""}, {last, 0, ""}});
    of_parts("too_much_in_the_middle", {{first, 3, "ab"},
                                        {continued, 3, test::pattern(1'000'000)},
                                        {continued, 3, test::pattern(1'000'000)},
                                        {last, 3, "c"}});
    of_parts("another_length", {{first, 4, "ab"}, {last, 2, "cd"}});
    of_parts("another_length_in_between", {{first, 6, "ab"}, {continued, 4, "cd"}, {last, 6, "ef"}});
    at.apart("between_messages", [](Line& line) {
        Receiver receiver("between_messages");
        receiver.sender.send_part(first, 4, "ab");
        receiver.sender.send_whole("between");
        receiver.sender.send_part(last, 4, "cd");
        line << receiver.delivered();
    });
    // The message is cut off after four bytes; the rest was whatever was in memory.
    at.apart("too_little", [](Line& line) {
        Receiver receiver("too_little");
        receiver.sender.send_part(first, 100, "ab");
        receiver.sender.send_part(last, 100, "cd");
        line << receiver.messages().size();
    });
    // The memory for the size that the first part announces.
    at.apart("4_gigabytes_announced", [](Line& line) {
        Receiver receiver("4_gigabytes_announced");
        const rlimit gigabyte{1U << 30, 1U << 30};
        ::setrlimit(RLIMIT_AS, &gigabyte);
        receiver.sender.send_part(first, 0xffffffff, "ab");
        line << test::readable(receiver.cpg.fd(), test::kPatience) << cpg_dispatch(receiver.cpg, CS_DISPATCH_ONE)
             << receiver.delivered();
    });
});

const Group kRawRequests("cpg.raw_requests", [](Transcript& at, test::Daemon&) {
    settle();
    for (const std::int32_t id : {13, 100, -1}) {
        const RawCpg raw;
        const auto reply = raw.ask(id, std::string(64, '\0'));
        at(std::to_string(id)) << reply.received << reply.id << reply.size << reply.error;
    }
});

// cpg_zcb_mcast_joined, repeated while the daemon says to try again.
cs_error_t send_buffer(cpg_handle_t handle, void* buffer, std::size_t size)
{
    cs_error_t error = CS_OK;
    test::eventually(
        [&] { return (error = cpg_zcb_mcast_joined(handle, CPG_TYPE_AGREED, buffer, size)) != CS_ERR_TRY_AGAIN; });
    return error;
}

const Group kZeroCopy("cpg.zero_copy", [](Transcript& at, test::Daemon&) {
    settle();
    const Since before;
    {
        Cpg cpg;
        const Cpg another;
        void* buffer = nullptr;
        at("alloc") << cpg_zcb_alloc(cpg, 100, &buffer);
        at("is_zero") << data_word({static_cast<char*>(buffer), 20});
        std::memcpy(buffer, "hello", 5);
        at("before_join") << send_buffer(cpg, buffer, 5);
        cpg.enter("zero_copy");
        at("hello") << send_buffer(cpg, buffer, 5) << told_after(cpg, 1);
        std::memcpy(buffer, "again", 5);
        at("again") << send_buffer(cpg, buffer, 5) << told_after(cpg, 1);
        at("empty") << send_buffer(cpg, buffer, 0) << told_after(cpg, 1);
        at("too_big") << send_buffer(cpg, buffer, (1 << 20) + 1);
        at("of_size_max") << send_buffer(cpg, buffer, std::numeric_limits<std::size_t>::max());
        at("leave") << test::leave(cpg, "zero_copy");
        at("after_leave") << send_buffer(cpg, buffer, 5);
        at("free_by_another") << cpg_zcb_free(another, buffer);
        at("alloc_nothing") << cpg_zcb_alloc(cpg, 0, &buffer) << cpg_zcb_free(cpg, buffer);
    }
    at("holds") << before.held();
});

const Group kZeroCopySizes("cpg.zero_copy_size", [](Transcript& at, test::Daemon&) {
    settle();
    std::vector<Transcript::Case> cases;
    for (const std::size_t size : {kAtomic, std::size_t{1'048'392}, std::size_t{1'048'393}, std::size_t{1} << 20})
        cases.push_back({std::to_string(size), [size](Line& line) {
                             Marker marker;
                             Cpg cpg;
                             cpg.enter("zero_copy." + std::to_string(size));
                             void* buffer = nullptr;
                             line << cpg_zcb_alloc(cpg, size, &buffer);
                             std::memcpy(buffer, test::pattern(size).data(), size);
                             line << send_buffer(cpg, buffer, size);
                             marker.await_queue(cpg);
                             line << dispatched(cpg, CS_DISPATCH_ALL) << cpg_zcb_free(cpg, buffer);
                         }});
    cases.push_back({"alloc_of_size_max", [](Line& line) {
                         void* buffer = nullptr;
                         line << cpg_zcb_alloc(Cpg(), std::numeric_limits<std::size_t>::max(), &buffer);
                     }});
    cases.push_back({"beyond_its_end", [](Line& line) {
                         Cpg cpg;
                         cpg.enter("zero_copy.beyond_its_end");
                         void* buffer = nullptr;
                         line << cpg_zcb_alloc(cpg, 10, &buffer) << send_buffer(cpg, buffer, 11);
                     }});
    cases.push_back({"free_of_foreign_memory", [](Line& line) {
                         alignas(4096) static char foreign[8192];
                         line << cpg_zcb_free(Cpg(), foreign + 4096);
                     }});
    at.all_apart(cases);
});

} // namespace
