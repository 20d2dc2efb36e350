// SPDX-License-Identifier: BSD-3-Clause
// In each run one system call of a function fails, because descriptors, memory or room are missing. Every call of the
// function has its turn. The function returns an error or works without that call; it leaks and damages nothing.
#include "failing_calls.hpp"
#include "held.hpp"
#include "integration/listener.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace test;

constexpr int kMost = 200; // system calls of one function

class FailingCalls : public ServiceTest {
protected:
    FailingCalls() { Handle{}; } // what the process needs only once is allocated here
    ~FailingCalls() override { ::close(standard_input_); }

    // Runs `scenario` again and again; in each run the next call fails, until none is left. Compares what the process
    // holds before and after.
    template <class Scenario> void for_each_call(const char* what, Scenario scenario)
    {
        for (int number = 0; number < kMost; ++number) {
            ASSERT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); }));
            const Held before = Held::now(daemon().pid());
            const std::string failed = scenario(number);
            forgive_libqb(before, failed);
            EXPECT_EQ("", differences(before, daemon().pid())) << what << ", " << number << ": " << failed;
            if (failed.empty())
                return;
        }
        ADD_FAILURE() << what << ": more calls than expected";
    }

private:
    // What libqb's client does to the program, also through the reference's libraries: if something runs out before it
    // has a socket, it closes descriptor 0; and if the first mapping of a ring fails, it does not close the ring's
    // file.
    void forgive_libqb(const Held& before, const std::string& failed) const
    {
        if (transport() == Transport::ring)
            return;
        if (!open_descriptors().contains(STDIN_FILENO))
            ::dup2(standard_input_, STDIN_FILENO);
        if (transport() == Transport::libqb && failed == "mmap, anonymous")
            for (const auto& [number, target] : open_descriptors())
                if (!before.descriptors.contains(number) && target.find("-data") != std::string::npos)
                    ::close(number);
    }

    const int standard_input_ = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
};

// The kernel had no buffer for a request. The result is then CS_ERR_TRY_AGAIN, as in the reference.
bool not_sent(const std::string& failed)
{
    return failed == "send" || failed == "writev";
}

// As in the reference. If the client cannot ask for a peer's credentials, it does not trust the peer.
void expect_error_for(const std::string& failed, cs_error_t error)
{
    if (error == CS_OK)
        return; // it worked without the call
    if (failed.starts_with("mmap"))
        EXPECT_EQ(CS_ERR_NO_MEMORY, error) << failed;
    else if (failed == "ftruncate" || failed == "posix_fallocate")
        EXPECT_EQ(CS_ERR_NO_SPACE, error) << failed;
    // Newer versions of libqb's client return CS_ERR_LIBRARY here.
    else if (failed == "setsockopt" && transport() != Transport::ring)
        EXPECT_TRUE(error == CS_ERR_TRY_AGAIN || error == CS_ERR_LIBRARY) << failed << ": " << error;
    else if (failed == "setsockopt" || not_sent(failed))
        EXPECT_EQ(CS_ERR_TRY_AGAIN, error) << failed;
    else if (failed == "getsockopt")
        EXPECT_TRUE(error == CS_ERR_TRY_AGAIN || error == CS_ERR_ACCESS) << failed << ": " << error;
    else
        EXPECT_EQ(CS_ERR_LIBRARY, error) << failed;
}

// The handle is closed, even if the daemon could not be told.
void finalize(std::uint64_t handle, const FailingCall& failing)
{
    const auto error = service().finalize(handle);
    EXPECT_TRUE(error == CS_OK || (error == CS_ERR_TRY_AGAIN && not_sent(failing.name()))) << failing.name();
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().finalize(handle)) << failing.name();
}

TEST_F(FailingCalls, in_initialize_make_it_fail_without_leaks)
{
    int calls = 0;
    bool sends = false;
    for_each_call("initialize", [&](int number) {
        std::uint64_t handle = kUntouched;
        const FailingCall failing(number);
        const auto error = service().initialize(&handle);
        EXPECT_EQ(error != CS_OK, handle == kUntouched) << failing.name();
        expect_error_for(failing.name(), error);
        if (error == CS_OK)
            finalize(handle, failing);
        ++calls;
        sends |= not_sent(failing.name());
        return std::string(failing.name());
    });
    EXPECT_TRUE(sends);
    EXPECT_LT(transport() == Transport::socket ? 10 : 30, calls);
}

// The events of an open handle are not touched either.
TEST_F(FailingCalls, in_initialize_do_not_disturb_another_handle)
{
    const Listener listener;
    int number = 0;
    for (bool enough = false; !enough && number < kMost;) {
        std::uint64_t handle = kNoHandle;
        const FailingCall failing(number++);
        service().initialize(&handle);
        service().finalize(handle);
        enough = !failing.happened();
        if (!open_descriptors().contains(STDIN_FILENO))
            ::open("/dev/null", O_RDWR);
    }
    for (const auto& [fd, target] : open_descriptors())
        if (transport() == Transport::libqb && target.find("-data (deleted)") != std::string::npos)
            ::close(fd); // the descriptor that libqb does not close
    EXPECT_TRUE(listener.works());
}

TEST_F(FailingCalls, in_finalize_do_not_keep_it_from_releasing_everything)
{
    for_each_call("finalize", [](int number) {
        std::uint64_t handle = kNoHandle;
        EXPECT_EQ(CS_OK, service().initialize(&handle));
        EXPECT_EQ(CS_OK, service().ask(handle));
        const FailingCall failing(number);
        finalize(handle, failing);
        return std::string(failing.name());
    });
}

// Each call is the first one on its handle, also those of iterations and trackers.
TEST_F(FailingCalls, in_a_call_fail_only_that_call_and_the_handle_still_works)
{
    for (const auto& call : service().calls()) {
        if (call.kind == HandleCall::finalize)
            continue;
        const auto usual = undisturbed(call);
        for_each_call(call.name, [&](int number) {
            service().prepare(Handle());
            const Handle handle;
            std::string failed;
            {
                const FailingCall failing(number);
                const auto error = call.call(handle);
                failed = failing.name();
                EXPECT_TRUE(error == usual || error == CS_ERR_NO_MEMORY ||
                            (error == CS_ERR_TRY_AGAIN && not_sent(failed)))
                    << call.name << ", " << failed;
            }
            EXPECT_EQ(CS_OK, service().ask(handle)) << call.name << ", " << failed;
            return failed;
        });
    }
}

TEST_F(FailingCalls, in_dispatch_lose_no_event)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING}) {
        for_each_call("dispatch", [&](int number) {
            const Listener listener;
            listener.provoke();
            EXPECT_TRUE(readable(listener.fd(), kPatience));
            std::string failed;
            {
                const FailingCall failing(number);
                const auto error = listener.dispatch(flag);
                EXPECT_TRUE(error == CS_OK || (error == CS_ERR_NO_MEMORY && failing.happened())) << failing.name();
                failed = failing.name();
            }
            EXPECT_TRUE(listener.hears(Listener::kEvents)) << flag << ", " << failed;
            EXPECT_FALSE(readable(listener.fd(), kGlance / 10)) << flag << ", " << failed;
            return failed;
        });
    }
}

} // namespace
