#include "player.hpp"

#include "support/daemon.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace differential {

Player* player = nullptr;

namespace {

constexpr std::size_t kMostQueued = 600'000; // bytes of a ring of 1 MiB
constexpr std::size_t kMostEvents = 120;     // whose bytes the socket has room for

constexpr char kLetters[] = {'m', 'c', 'v'};

bool maps_rings()
{
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find("/dev/shm/qb-") != std::string::npos)
            return true;
    return false;
}

int count_entries(const char* directory)
{
    DIR* const all = ::opendir(directory);
    if (!all)
        return -1;
    int count = 0;
    while (const dirent* entry = ::readdir(all))
        count += entry->d_name[0] != '.';
    ::closedir(all);
    return count;
}

Action finalize_of(int service)
{
    constexpr Action kAll[] = {cmap_step, cpg_step, votequorum_step};
    return kAll[service];
}

// No SIGALRM while this lives.
class Quiet {
public:
    explicit Quiet(bool wanted) : wanted_(wanted) { change(SIG_BLOCK); }
    ~Quiet() { change(SIG_UNBLOCK); }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

private:
    void change(int how) const
    {
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        if (wanted_)
            ::sigprocmask(how, &alarm, nullptr);
    }

    const bool wanted_;
};

} // namespace

bool readable(int fd)
{
    pollfd one{fd, POLLIN, 0};
    return ::poll(&one, 1, 0) > 0 && (one.revents & POLLIN);
}

int count_descriptors()
{
    return count_entries("/proc/self/fd");
}

const char* pattern(std::int64_t number)
{
    static char* const memory = [] {
        char* const bytes = static_cast<char*>(std::malloc(kMostBytes + 256));
        std::uint32_t state = 1;
        for (std::size_t i = 0; i < kMostBytes + 256; ++i) {
            state = state * 1664525 + 1013904223;
            bytes[i] = static_cast<char>((state >> 24) % 250 + 1);
        }
        return bytes;
    }();
    return memory + (number & 255);
}

std::uint32_t checksum(const void* data, std::size_t size)
{
    std::uint32_t sum = 2166136261; // FNV-1a
    for (const auto* byte = static_cast<const unsigned char*>(data); size; --size)
        sum = (sum ^ *byte++) * 16777619;
    return sum;
}

Slot& Player::slot(Service service, std::int64_t selector)
{
    return slots_[static_cast<std::size_t>(service)][static_cast<std::size_t>(selector)];
}

Slot* Player::slot_of(Service service, std::uint64_t handle)
{
    for (auto& one : slots_[static_cast<std::size_t>(service)])
        if (one.live && one.value == handle)
            return &one;
    return nullptr;
}

std::uint64_t Player::value(Service service, std::int64_t selector)
{
    return selector < kSlots ? slot(service, selector).value
                             : never_valid(static_cast<int>(selector), slot(service, 0).value);
}

const char* Player::label(Service service, std::uint64_t handle)
{
    static char text[8];
    const Slot* const found = slot_of(service, handle);
    const auto number = found ? found - &slot(service, 0) : -1;
    std::snprintf(text, sizeof text, "%c%c", kLetters[static_cast<int>(service)],
                  found ? static_cast<char>('0' + number) : '?');
    return text;
}

bool Player::room(Slot& slot, std::size_t bytes)
{
    if (slot.queued + bytes > kMostQueued || slot.events + 1 > kMostEvents)
        return false;
    slot.queued += bytes;
    ++slot.events;
    return true;
}

void Player::say(const char* format, ...)
{
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const auto size = std::min(static_cast<std::size_t>(length), sizeof text - 1);
    for (std::size_t done = 0; done < size;) {
        const ssize_t written = ::write(transcript_, text + done, size - done);
        if (written < 0 && errno != EINTR)
            ::_exit(3);
        done += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
    }
}

void Player::bytes(const void* data, std::size_t size)
{
    if (size > 12)
        return say(" %zu#%08x", size, checksum(data, size));
    char hex[25] = "";
    for (std::size_t i = 0; i < size; ++i)
        std::snprintf(hex + 2 * i, 3, "%02x", static_cast<const unsigned char*>(data)[i]);
    say(" <%s>", hex);
}

// Whether it is what it was at first, and its flags.
void Player::descriptor(int fd, Service service, std::int64_t selector)
{
    if (fd == -1)
        return say(" none");
    say(" %s flags %x %x", fd == slot(service, selector).fd ? "same" : "another", ::fcntl(fd, F_GETFL),
        ::fcntl(fd, F_GETFD));
}

void Player::begin(std::size_t step)
{
    const Step& what = program()[step];
    say("%zu%.*s %s", top_, depth_, ">>>>>>>>", name_of(what.op));
    if (what.op == Op::apart)
        return say(" %s:", apart_name(what.a[0]));
    const Service service = service_of(what.op);
    std::size_t first = 0;
    if (service != Service::none && what.op != Op::cpg_iteration_next && what.op != Op::cpg_iteration_finalize) {
        const auto selector = what.a[first++];
        const Slot* const slot = selector < kSlots ? &this->slot(service, selector) : nullptr;
        say(" %s%s%c%d", slot && dead(*slot) ? "dead " : "", slot && slot->stats ? "stats " : "",
            kLetters[static_cast<int>(service)], static_cast<int>(selector));
    }
    for (; first < 5; ++first)
        say(" %lld", static_cast<long long>(what.a[first]));
    say(":");
}

void Player::settle(Slot* sender)
{
    if (down_)
        return;
    if (stopped_) {
        sender_ = sender;
        ++sent_;
        return;
    }
    unsigned nodeid = 0;
    if (sender && !dead(*sender))
        if (const auto error = cpg_local_get(sender->value, &nodeid); error != CS_OK)
            say(" (barrier %d)", error);
    char answer = 'b';
    while (::write(steward_, &answer, 1) != 1)
        if (errno != EINTR)
            ::_exit(4);
    while (::read(steward_, &answer, 1) != 1)
        if (errno != EINTR)
            ::_exit(4);
}

void Player::one(std::size_t step)
{
    const Step& what = program()[step];
    if (is_dispatch(what.op) && depth_ == kMostFrames)
        return;
    if (!is_dispatch(what.op))
        begin(step);
    if (leave_at_ >= 0 && is_finalize(what.op)) {
        skip("the reference would break the parent's");
    } else if (stopped_ && may_wait(what)) {
        if (is_dispatch(what.op))
            begin(step);
        skip("it would wait for the daemon");
    } else {
        // The reference fails to initialize if there are signals: it is known.
        if (is_finalize(what.op) && what.a[0] < kSlots)
            count_kept(slot(service_of(what.op), what.a[0]));
        const Quiet quiet(is_initialize(what.op) || what.op == Op::starved || what.op == Op::apart);
        action_of(what.op)(step, what);
    }
    end();
}

int Player::pull(std::size_t step, Service service, std::uint64_t handle, cs_dispatch_flags_t type,
                 cs_error_t (*call)(std::uint64_t, cs_dispatch_flags_t), bool by_jump)
{
    Frame& frame = frames_[static_cast<std::size_t>(depth_)];
    frame.step = step;
    frame.callbacks = 0;
    frame.slot = slot_of(service, handle);
    frame.handle = handle;
    frame.blocking = type == CS_DISPATCH_BLOCKING;
    frame.leave_by_jump = by_jump;
    const int depth = depth_;
    ++depth_;
    volatile int result = 0;
    if (setjmp(frame.jump) == 0)
        result = call(handle, type);
    depth_ = depth;
    if (result == CS_OK && type == CS_DISPATCH_ALL && frame.slot)
        frame.slot->queued = frame.slot->events = 0;
    return result;
}

void Player::dispatch(std::size_t step, cs_error_t (*call)(std::uint64_t, cs_dispatch_flags_t))
{
    const Step& what = program()[step];
    const auto service = service_of(what.op);
    const int result = pull(step, service, value(service, what.a[0]), static_cast<cs_dispatch_flags_t>(what.a[1]), call,
                            what.a[2] & 1);
    begin(step);
    result ? say(" %d", result) : say(" left by a jump");
    if (leave_at_ == depth_) {
        say(" child leaves\n");
        ::_exit(0);
    }
}

void Player::begin_callback(const char* name)
{
    const Slot* const slot = depth_ ? frames_[static_cast<std::size_t>(depth_ - 1)].slot : nullptr;
    say("%zu%.*s %s%s:", top_, depth_, ">>>>>>>>", slot && dead(*slot) ? "late " : "", name);
}

// Its connection may stay: from deeper in the stack nobody can tell that a dispatch was left by a jump.
void Player::count_kept(const Slot& slot)
{
    kept_ += inside() && slot.live && slot.jumped && !dead(slot);
}

void Player::leave_if_empty(Frame& frame)
{
    Slot* const slot = frame.slot;
    if (!frame.blocking || !slot || !slot->live || readable(slot->fd))
        return;
    if (frame.leave_by_jump)
        jump(0);
    if (leave_at_ >= 0) {
        say("child leaves\n"); // finalize would break the parent's handle on the reference
        ::_exit(0);
    }
    const auto service = service_of(program()[frame.step].op);
    Step finalize;
    finalize.op = service == Service::cmap  ? Op::cmap_finalize
                  : service == Service::cpg ? Op::cpg_finalize
                                            : Op::votequorum_finalize;
    finalize.a[0] = slot - &this->slot(service, 0);
    begin_callback("finalize");
    count_kept(*slot);
    finalize_of(static_cast<int>(service))(0, finalize);
    end();
}

// Does what is inside the dispatch at this callback.
void Player::end_callback(Service, std::uint64_t)
{
    Frame& frame = frames_[static_cast<std::size_t>(depth_ - 1)];
    if (frame.slot && dead(*frame.slot))
        return end(); // nothing more comes of it on the reference
    say(frame.slot && frame.slot->live && readable(frame.slot->fd) ? " more\n" : "\n");
    const int at = frame.callbacks++;
    const auto end = end_of(program(), frame.step);
    const int depth = program()[frame.step].depth + 1;
    for (auto inner = frame.step + 1; inner < end; inner = end_of(program(), inner))
        if (program()[inner].depth == depth && program()[inner].at == at)
            one(inner);
    leave_if_empty(frame);
}

void Player::jump(std::int64_t levels)
{
    countable = false; // the reference keeps the connection of a dispatch that was left
    const auto to = std::max<std::int64_t>(0, depth_ - 1 - levels);
    std::uint64_t finalized = 0; // nested dispatches may be of one handle
    for (auto left = to; left < depth_; ++left) {
        const Frame& frame = frames_[static_cast<std::size_t>(left)];
        if (!frame.slot)
            continue;
        frame.slot->jumped = true;
        if (frame.slot->value == frame.handle && frame.slot->live)
            continue;
        kept_ += frame.handle != finalized;
        finalized = frame.handle;
    }
    std::longjmp(frames_[static_cast<std::size_t>(to)].jump, 1);
}

void Player::fork(std::size_t step)
{
    const auto kind = program()[step].a[0];
    const pid_t child = ::fork();
    if (child == 0) {
        say(" child");
        const bool waits =
            std::any_of(frames_.begin(), frames_.begin() + depth_, [](const Frame& frame) { return frame.blocking; });
        if (kind == 0 || (kind > 1 && !inside()) || waits) // by the time it ends, it must not wait
            ::_exit(0);
        if (kind == 1 && inside()) {
            leave_at_ = depth_ - 1;
            return;
        }
        if (kind == 2) {
            leave_at_ = depth_ - 1;
            end();
            jump(0);
        }
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) != child && errno == EINTR) {
    }
    say(WIFSIGNALED(status) ? " child died of %d" : " child ended %d",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

// The descriptors' readiness, and how many there are beyond those of the beginning and of the handles that live, if
// that has changed.
void Player::state()
{
    static const int each = test::Daemon::ipc_from_environment() == test::Daemon::Ipc::socket ? 3 : 1;
    int handles = 0;
    char text[sizeof last_state_];
    char* at = text;
    for (std::size_t service = 0; service < 3; ++service) {
        *at++ = ' ';
        *at++ = kLetters[service];
        for (const auto& slot : slots_[service]) {
            handles += slot.live;
            *at++ = !slot.live ? '-' : dead(slot) ? 'x' : readable(slot.fd) ? 'R' : 'q';
        }
    }
    if (countable)
        std::snprintf(at, 16, " fds %d", count_descriptors() - descriptors_ - each * handles);
    else
        std::strcpy(at, " fds ?");
    if (std::strcmp(text, last_state_) != 0)
        say("%zu state%s\n", top_, text);
    std::strcpy(last_state_, text);
}

void Player::finish()
{
    constexpr Op kFinalize[] = {Op::cmap_finalize, Op::cpg_finalize, Op::votequorum_finalize};
    for (int service = 0; service < 3; ++service)
        for (int selector = 0; selector < kSlots; ++selector) {
            if (!slot(static_cast<Service>(service), selector).live)
                continue;
            Step finalize;
            finalize.op = kFinalize[service];
            finalize.a[0] = selector;
            say("end finalize %c%d:", kLetters[service], selector);
            finalize_of(service)(0, finalize);
            end();
        }
    state();
    say("end threads %d rings %s\n", count_entries("/proc/self/task"), !countable ? "?" : maps_rings() ? "yes" : "no");
}

int Player::play(const Program& program)
{
    player = this;
    program_ = &program;
    descriptors_ = count_descriptors();
    for (std::size_t step = 0; step < program.size(); step = end_of(program, step)) {
        top_ = step;
        one(step);
        state();
    }
    signals({});
    if (stopped_) {
        ask("continue");
        stopped_ = false;
    }
    if (away_)
        ask("back");
    finish();
    return kept_of_dead_;
}

Action action_of(Op op)
{
    switch (service_of(op)) {
    case Service::cmap:
        return cmap_step;
    case Service::cpg:
        return cpg_step;
    case Service::votequorum:
        return votequorum_step;
    case Service::none:
        break;
    }
    if (op == Op::apart)
        return [](std::size_t, const Step& with) { player->apart(with); };
    if (op == Op::fd_closed)
        return [](std::size_t, const Step& with) { player->fd_closed(with); };
    if (op == Op::starved)
        return [](std::size_t, const Step& with) { player->starved(with); };
    if (op == Op::signals)
        return [](std::size_t, const Step& with) { player->signals(with); };
    if (op > Op::fork)
        return [](std::size_t, const Step& with) { player->around(with); };
    if (op == Op::fork)
        return [](std::size_t step, const Step&) { player->fork(step); };
    return [](std::size_t, const Step& with) {
        if (!player->inside())
            return player->skip("not in a callback");
        player->end();
        player->jump(with.a[0]);
    };
}

} // namespace differential
