// SPDX-License-Identifier: BSD-3-Clause
// A program closes the descriptor of a handle, which is not its to close, and its number becomes that of another file.
#include "integration/listener.hpp"

#include "support/process.hpp"

#include <ostream>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test;

enum class Foreign { nothing, pipe, socket };

void PrintTo(Foreign foreign, std::ostream* out)
{
    constexpr const char* kNames[] = {"nothing", "a_pipe", "a_socket"};
    *out << kNames[static_cast<int>(foreign)];
}

class ClosedDescriptor : public ServiceTest, public ::testing::WithParamInterface<Foreign> {};

constexpr char kBytes[] = "foreign"; // that can be read there

// Takes the place of a descriptor.
class Squatter {
public:
    Squatter(Foreign foreign, int fd) : foreign_(foreign), fd_(fd)
    {
        ::close(fd);
        if (foreign == Foreign::nothing)
            return;
        int ends[2] = {-1, -1};
        if (foreign == Foreign::pipe)
            ::pipe2(ends, O_NONBLOCK);
        else
            ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
        if (ends[1] == fd)
            ends[1] = ::dup(fd);
        if (ends[0] != fd) {
            ::dup2(ends[0], fd);
            ::close(ends[0]);
        }
        other_end_ = ends[1];
        if (::write(other_end_, kBytes, sizeof kBytes) != sizeof kBytes)
            ::_exit(100);
    }

    // Open, with all its bytes; and nobody has written to it.
    bool is_unharmed() const
    {
        char bytes[2 * sizeof kBytes];
        if (foreign_ == Foreign::nothing)
            return ::fcntl(fd_, F_GETFD) == -1;
        return ::read(fd_, bytes, sizeof bytes) == sizeof kBytes && ::read(fd_, bytes, 1) == -1 &&
               (foreign_ != Foreign::socket || ::read(other_end_, bytes, 1) == -1);
    }
    void leave() const
    {
        if (foreign_ == Foreign::nothing)
            return;
        ::close(fd_);
        ::close(other_end_);
    }

private:
    Foreign foreign_;
    int fd_;
    int other_end_ = -1;
};

enum Finding { fine, no_event, result, finalize_result, handle_lives, foreign_harmed, event_told, kept };

// In a child, where whoever waits for ever can be ended: fine, or what is not.
int outcome(Foreign foreign, bool with_events, const HandleCall& call, pid_t daemon_pid)
{
    const bool sockets = transport() == Transport::socket; // where requests go over others than that which is shown
    const auto before = open_descriptors();
    Listener listener;
    const std::uint64_t handle = listener;
    const int fd = listener.fd();
    if (with_events)
        listener.provoke();
    if (with_events && !readable(fd, kPatience))
        return no_event;
    const Squatter squatter(foreign, fd);
    // A single byte is taken off a socket without asking first whose it is, until the daemon's end of the rings tells.
    if (foreign == Foreign::socket && transport() == Transport::ring &&
        !eventually([=] { return connection_entries(daemon_pid).empty(); }))
        return kept;
    if (call.kind != HandleCall::finalize) {
        const auto expected = call.kind == HandleCall::request && sockets ? CS_OK : CS_ERR_LIBRARY;
        if (call.call(handle) != expected)
            return result;
    }
    const auto finalized = listener.finalize();
    if (finalized != (service().finalize_asks && !sockets ? CS_ERR_LIBRARY : CS_OK))
        return finalize_result;
    if (service().ask(handle) != CS_ERR_BAD_HANDLE)
        return handle_lives;
    if (!squatter.is_unharmed())
        return foreign_harmed;
    squatter.leave();
    if (Listener::told() != 0)
        return event_told;
    return open_descriptors() == before && !maps_rings(::getpid()) ? fine : kept;
}

std::vector<HandleCall> what_to_call()
{
    std::vector<HandleCall> calls;
    constexpr const char* kNames[] = {"", "dispatch one", "dispatch all", "dispatch blocking",
                                      "dispatch one nonblocking"};
    for (const auto flag : kAllFlags)
        calls.push_back({kNames[flag], HandleCall::dispatch, [flag](auto h) { return service().dispatch(h, flag); }});
    calls.push_back({"a request", HandleCall::request, service().ask});
    calls.push_back({"finalize alone", HandleCall::finalize, service().finalize});
    return calls;
}

// CMAP-D23, CPG-D45, VQ-D18. As in the reference, where it neither waits for ever nor takes the program's bytes for the
// daemon's. And better: what is not ours is left alone.
TEST_P(ClosedDescriptor, whose_number_is_another_files_fails_every_call_and_leaves_that_file_alone)
{
    for (const bool with_events : {false, true}) {
        for (const auto& call : what_to_call()) {
            const int found = in_child([&] { return outcome(GetParam(), with_events, call, daemon().pid()); });
            EXPECT_EQ(fine, found) << call.name << (with_events ? ", with events" : ", without events");
            ASSERT_NE(-1, found); // each would take its time, and all too long
            EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); })) << call.name;
        }
    }
    EXPECT_EQ(CS_OK, service().ask(Handle())); // the daemon serves on
}

constexpr auto kName = [](const ::testing::TestParamInfo<Foreign>& info) {
    return ::testing::PrintToString(info.param);
};
INSTANTIATE_TEST_SUITE_P(To, ClosedDescriptor, ::testing::Values(Foreign::nothing, Foreign::pipe, Foreign::socket),
                         kName);

} // namespace
