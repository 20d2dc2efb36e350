// SPDX-License-Identifier: BSD-3-Clause
// The program closes the descriptor of a handle, which it must not do, and another file may get its number.
#include "player.hpp"

#include "support/daemon.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"

#include <cstdio>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace differential {

namespace {

enum Kind { nothing, pipe, null };

constexpr char kBytes[] = "12345"; // what can be read from the pipe

// Closes the descriptor and opens another file under its number, or none.
class OtherFile {
public:
    OtherFile(Kind kind, int fd) : fd_(fd)
    {
        if (kind == nothing) {
            ::close(fd);
        } else if (kind == null) {
            seen_ = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        } else {
            int ends[2] = {-1, -1};
            if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) || ::write(ends[1], kBytes, sizeof kBytes) != sizeof kBytes)
                ::_exit(7);
            seen_ = ends[0];
            other_end_ = ends[1];
        }
        if (seen_ >= 0)
            ::dup3(seen_, fd, O_CLOEXEC);
    }
    ~OtherFile()
    {
        for (const int fd : {seen_, other_end_, seen_ >= 0 && is_open() ? fd_ : -1})
            if (fd >= 0)
                ::close(fd);
    }
    OtherFile(const OtherFile&) = delete;
    OtherFile& operator=(const OtherFile&) = delete;

    bool is_open() const { return ::fcntl(fd_, F_GETFD) >= 0; }
    int bytes() const
    {
        int count = 0;
        return seen_ >= 0 && ::ioctl(seen_, FIONREAD, &count) == 0 ? count : -1;
    }

private:
    const int fd_;
    int seen_ = -1; // the file that has the number
    int other_end_ = -1;
};

cs_error_t request_of(Service service, std::uint64_t handle)
{
    std::uint32_t number = 0;
    votequorum_info info{};
    switch (service) {
    case Service::cmap:
        return cmap_get_uint32(handle, "totem.version", &number);
    case Service::cpg:
        return cpg_local_get(handle, &number);
    default:
        return votequorum_getinfo(handle, 0, &info);
    }
}

cs_error_t dispatch_of(Service service, std::uint64_t handle, cs_dispatch_flags_t type)
{
    return service == Service::cmap  ? cmap_dispatch(handle, type)
           : service == Service::cpg ? cpg_dispatch(handle, type)
                                     : votequorum_dispatch(handle, type);
}

constexpr int kRequest = 5;

// With rings the daemon must have noticed that the socket was closed. Until then the reference's results are chance.
std::size_t connections()
{
    const bool rings = test::Daemon::ipc_from_environment() == test::Daemon::Ipc::shm;
    return rings ? test::shared_memory_entries().size() : 0;
}

} // namespace

// a[0]: the service; a[1]: the slot; a[2]: what then has the number: nothing, a pipe or /dev/null; a[3]: the call
// before finalize: none, dispatch of this type, or a request.
void Player::fd_closed(const Step& with)
{
    const auto service = static_cast<Service>(with.a[0]);
    Slot& slot = this->slot(service, with.a[1]);
    const auto kind = static_cast<Kind>(with.a[2]);
    const auto call = static_cast<int>(with.a[3]);
    if (inside() || !slot.live || dead(slot) || stopped_)
        return skip("it is in use, dead, or there is none");
    if (service == Service::cmap) // see cmap_finalize
        for (int walk = 0; walk < kSlots; ++walk)
            cmap_step(0, {.op = Op::cmap_iter_finalize, .a = {with.a[1], walk}});
    if (service == Service::cpg && slot.group != -1) // other members would get the event at some time
        cpg_step(0, {.op = Op::cpg_leave, .a = {with.a[1], slot.group}});
    const bool quiet = !readable(slot.fd);
    end();
    begin_callback(quiet ? "descriptor quiet" : "descriptor readable");
    {
        const auto before = connections();
        const OtherFile other_file(kind, slot.fd);
        if (before)
            test::eventually([=] { return connections() < before; });
        if (call == kRequest)
            result(request_of(service, slot.value));
        else if (call && quiet && kind != nothing && (call == CS_DISPATCH_ONE || call == CS_DISPATCH_BLOCKING))
            skip("the reference would wait for ever");
        else if (call)
            result(dispatch_of(service, slot.value, static_cast<cs_dispatch_flags_t>(call)));
        end();
        begin_callback("descriptor finalize");
        result(service == Service::cmap  ? cmap_finalize(slot.value)
               : service == Service::cpg ? cpg_finalize(slot.value)
                                         : votequorum_finalize(slot.value));
        slot.live = false;
        say(" then %d bytes %d", request_of(service, slot.value), other_file.bytes());
        end();
        begin_callback("descriptor afterwards");
        say(other_file.is_open() ? " open" : " closed");
    }
}

} // namespace differential
