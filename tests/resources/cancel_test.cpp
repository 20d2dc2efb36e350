// SPDX-License-Identifier: BSD-3-Clause
// A thread is cancelled while it waits in dispatch. And dispatch keeps the cancel state and type that a callback sets.
#include "integration/listener.hpp"

#include "support/process.hpp"
#include "support/thread.hpp"

#include <ostream>
#include <vector>

#include <pthread.h>

namespace {

using namespace test;

using Cancel = ServiceTest;

// Decision 11: a cancelled dispatch holds no lock and no descriptor. (A thread that began later might get the same
// thread id and release them.)
TEST_F(Cancel, in_dispatch_leaves_the_handle_to_other_threads)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        Listener listener;
        const int fd = listener.fd();
        Background dispatching([flag, handle = std::uint64_t(listener)] { return service().dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        dispatching.thread().cancel();
        EXPECT_EQ(std::nullopt, dispatching.result()) << flag;

        EXPECT_TRUE(listener.works()) << flag;
        EXPECT_EQ(CS_OK, listener.finalize()) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
    }
}

struct Cancelability {
    int state = -1;
    int type = -1;

    static Cancelability now()
    {
        Cancelability result;
        ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &result.state);
        ::pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &result.type);
        result.set();
        return result;
    }
    void set() const
    {
        ::pthread_setcanceltype(type, nullptr);
        ::pthread_setcancelstate(state, nullptr);
    }
    bool operator==(const Cancelability&) const = default;
};

void PrintTo(const Cancelability& it, std::ostream* out)
{
    *out << "state " << it.state << ", type " << it.type;
}

// Dispatches in a thread that begins with the state `begin`; the first callback sets `other`. Returns the state in the
// first callback, in the last callback and after dispatch.
std::vector<Cancelability> seen_around(cs_dispatch_flags_t flag, Cancelability begin, Cancelability other)
{
    Listener listener;
    listener.provoke();
    EXPECT_TRUE(eventually([&] { return unread_bytes(listener.fd()) > 0; }));
    std::vector<Cancelability> seen;
    Listener::on_event = [&] {
        seen.push_back(Cancelability::now());
        if (seen.size() == 1)
            other.set();
        if (flag == CS_DISPATCH_BLOCKING && Listener::told() == Listener::kEvents)
            listener.finalize();
    };
    Background dispatching([&] {
        begin.set();
        service().dispatch(listener, flag);
        seen.push_back(Cancelability::now());
        return true;
    });
    dispatching.result();
    return {seen.front(), seen.back(), seen.size() > 2 ? seen.at(seen.size() - 2) : other};
}

// As in the reference.
TEST_F(Cancel, state_and_type_that_a_callback_sets_are_kept)
{
    constexpr Cancelability kUsual{PTHREAD_CANCEL_ENABLE, PTHREAD_CANCEL_DEFERRED};
    constexpr Cancelability kNever{PTHREAD_CANCEL_DISABLE, PTHREAD_CANCEL_DEFERRED};
    constexpr Cancelability kAnywhere{PTHREAD_CANCEL_ENABLE, PTHREAD_CANCEL_ASYNCHRONOUS};
    for (const auto flag : kAllFlags)
        for (const auto& [begin, other] : {std::pair(kUsual, kNever),
                                           {kNever, kUsual},
                                           {kUsual, kAnywhere},
                                           {kNever, kAnywhere},
                                           {kAnywhere, kUsual},
                                           {kUsual, kUsual}})
            EXPECT_EQ((std::vector{begin, other, other}), seen_around(flag, begin, other)) << flag;
}

} // namespace
