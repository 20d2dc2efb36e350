// SPDX-License-Identifier: BSD-3-Clause
// A program closes the descriptor of a handle, which it must not do, and another file gets its number.
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

constexpr char kBytes[] = "foreign"; // what the program could read from its own file

// Closes the descriptor and opens another file under its number.
class OtherFile {
public:
    OtherFile(Foreign foreign, int fd) : foreign_(foreign), fd_(fd)
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

    // The file is open, all its bytes are still there, and nobody has written to it.
    bool is_unharmed() const
    {
        char bytes[2 * sizeof kBytes];
        if (foreign_ == Foreign::nothing)
            return ::fcntl(fd_, F_GETFD) == -1;
        return ::read(fd_, bytes, sizeof bytes) == sizeof kBytes && ::read(fd_, bytes, 1) == -1 &&
               (foreign_ != Foreign::socket || ::read(other_end_, bytes, 1) == -1);
    }
    void close() const
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

// Runs in a child, because a test can end a child that waits for ever. Returns `fine`, or what is wrong.
int outcome(Foreign foreign, bool with_events, const HandleCall& call, pid_t daemon_pid)
{
    const bool sockets = transport() == Transport::socket; // requests do not use the descriptor that the program sees
    const auto before = open_descriptors();
    Listener listener;
    const std::uint64_t handle = listener;
    const int fd = listener.fd();
    if (with_events)
        listener.provoke();
    if (with_events && !readable(fd, kPatience))
        return no_event;
    const OtherFile other_file(foreign, fd);
    // The library reads a single notification byte without checking whose socket it is, until the daemon has closed its
    // end of the rings.
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
    if (!other_file.is_unharmed())
        return foreign_harmed;
    other_file.close();
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

// CMAP-D23, CPG-D45, VQ-D18. As in the reference where it neither waits for ever nor takes the program's bytes for the
// daemon's. Better: a descriptor that is not ours is neither read, written nor closed.
TEST_P(ClosedDescriptor, fails_every_call_and_a_file_that_reuses_its_number_is_not_touched)
{
    for (const bool with_events : {false, true}) {
        for (const auto& call : what_to_call()) {
            const int found = in_child([&] { return outcome(GetParam(), with_events, call, daemon().pid()); });
            EXPECT_EQ(fine, found) << call.name << (with_events ? ", with events" : ", without events");
            ASSERT_NE(-1, found); // each call would wait until the time limit, which takes too long in all
            EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); })) << call.name;
        }
    }
    EXPECT_EQ(CS_OK, service().ask(Handle())); // the daemon still works
}

constexpr auto kForeignName = [](const ::testing::TestParamInfo<Foreign>& info) {
    return ::testing::PrintToString(info.param);
};
INSTANTIATE_TEST_SUITE_P(To, ClosedDescriptor, ::testing::Values(Foreign::nothing, Foreign::pipe, Foreign::socket),
                         kForeignName);

} // namespace
