// SPDX-License-Identifier: BSD-3-Clause
#include "fake_service.hpp"

#include <csignal>
#include <deque>
#include <list>
#include <thread>

#include <qb/qbipcs.h>
#include <qb/qbloop.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace test {

namespace {

qb_loop_t* loop;

// libqb's server needs these functions of its event loop.
qb_ipcs_poll_handlers loop_functions()
{
    qb_ipcs_poll_handlers functions{};
    functions.job_add = [](qb_loop_priority p, void* data, qb_loop_job_dispatch_fn fn) {
        return qb_loop_job_add(loop, p, data, fn);
    };
    functions.dispatch_add = [](qb_loop_priority p, int fd, int events, void* data, qb_ipcs_dispatch_fn_t fn) {
        return qb_loop_poll_add(loop, p, fd, events, data, fn);
    };
    functions.dispatch_mod = [](qb_loop_priority p, int fd, int events, void* data, qb_ipcs_dispatch_fn_t fn) {
        return qb_loop_poll_mod(loop, p, fd, events, data, fn);
    };
    functions.dispatch_del = [](int fd) { return qb_loop_poll_del(loop, fd); };
    return functions;
}

bool send_all(int socket, const char* data, std::size_t size)
{
    while (size > 0) {
        const ssize_t sent = ::send(socket, data, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        data += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receive_all(int socket, void* data, std::size_t size)
{
    return size == 0 || ::recv(socket, data, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

// Reads a packed command.
class Unpack {
public:
    explicit Unpack(const Bytes& bytes) : bytes_(bytes) {}

    std::uint32_t number()
    {
        at_ += sizeof(std::uint32_t);
        return value_at<std::uint32_t>(bytes_, at_ - sizeof(std::uint32_t));
    }
    Steps steps()
    {
        Steps result(number());
        for (Step& step : result) {
            step.kind = static_cast<Step::Kind>(number());
            const std::uint32_t length = number();
            step.bytes = bytes_.substr(at_, length);
            at_ += length;
        }
        return result;
    }

private:
    const Bytes& bytes_;
    std::size_t at_ = 0;
};

constexpr std::uint64_t kRetryNs = 1000000;
constexpr int kFloodPerTurn = 32;

// The server. There is one in its process, so libqb's callbacks find it in a static variable.
class Service {
public:
    Service(const FakeDaemon::Options& options, int control) : options_(options), control_(control) {}

    void run()
    {
        self = this;
        if (options_.uid != ::getuid() && ::setresuid(options_.uid, options_.uid, options_.uid) != 0)
            ::_exit(1);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // set only now, because a change of user clears it
        loop = qb_loop_create();
        qb_ipcs_service_handlers handlers{};
        handlers.connection_accept = [](qb_ipcs_connection_t*, uid_t, gid_t) { return self->options_.refusal; };
        handlers.connection_created = [](qb_ipcs_connection_t* client) { self->clients_.push_back(client); };
        handlers.connection_closed = [](qb_ipcs_connection_t* client) { return self->closed(client), 0; };
        handlers.connection_destroyed = [](qb_ipcs_connection_t*) {};
        handlers.msg_process = [](qb_ipcs_connection_t* client, void* data, size_t size) {
            return self->request(client, {static_cast<const char*>(data), size}), 0;
        };
        const auto type = options_.ipc == Daemon::Ipc::socket ? QB_IPC_SOCKET : QB_IPC_SHM;
        qb_ipcs_service_t* server = qb_ipcs_create(options_.service.c_str(), 0, type, &handlers);
        auto functions = loop_functions();
        qb_ipcs_poll_handlers_set(server, &functions);
        if (qb_ipcs_run(server) != 0)
            ::_exit(1);
        qb_loop_poll_add(loop, QB_LOOP_HIGH, control_, POLLIN, nullptr,
                         [](int, int, void*) { return self->command() ? 0 : (qb_loop_stop(loop), -1); });
        report(0);
        qb_loop_run(loop);
    }

private:
    bool command()
    {
        Bytes frame;
        if (!receive_frame(control_, frame))
            return false;
        Unpack unpack(frame);
        const auto what = static_cast<Command>(unpack.number());
        const Steps steps = unpack.steps();
        switch (what) {
        case Command::on_next_request:
            reactions_.push_back(steps);
            return report(0);
        case Command::now:
            perform(clients_.empty() ? nullptr : clients_.back(), steps);
            return report(static_cast<std::uint32_t>(backlog_.size()));
        case Command::last_request:
            return report(0, last_request_);
        case Command::requests:
            return report(requests_);
        case Command::clients:
            return report(static_cast<std::uint32_t>(clients_.size()));
        }
        return false;
    }

    bool report(std::uint32_t value, const Bytes& bytes = {}) const
    {
        return send_frame(control_, as_bytes(value) + bytes);
    }

    void request(qb_ipcs_connection_t* client, Bytes bytes)
    {
        ++requests_;
        last_request_ = std::move(bytes);
        if (!reactions_.empty()) {
            const Steps steps = std::move(reactions_.front());
            reactions_.pop_front();
            perform(client, steps);
        } else if (const Bytes answer = options_.answer(last_request_); !answer.empty()) {
            qb_ipcs_response_send(client, answer.data(), answer.size());
        }
    }

    void perform(qb_ipcs_connection_t* client, const Steps& steps)
    {
        for (const Step& step : steps) {
            switch (step.kind) {
            case Step::reply:
                qb_ipcs_response_send(client, step.bytes.data(), step.bytes.size());
                break;
            case Step::usual_reply: {
                const Bytes answer = options_.answer(last_request_);
                qb_ipcs_response_send(client, answer.data(), answer.size());
                break;
            }
            case Step::pause:
                std::this_thread::sleep_for(value_at<Duration>(step.bytes, 0));
                break;
            case Step::event:
                backlog_.push_back({client, step.bytes});
                send_backlog();
                break;
            case Step::flood:
                flood_ = {client, step.bytes};
                send_flood();
                break;
            case Step::hang_up:
                // Not now, because libqb still uses the connection.
                qb_loop_job_add(loop, QB_LOOP_HIGH, client, [](void* whom) { self->hang_up(whom); });
                break;
            case Step::die:
                ::_exit(0);
            }
        }
    }

    void hang_up(void* client)
    {
        for (qb_ipcs_connection_t* connected : clients_) {
            if (connected == client) {
                qb_ipcs_disconnect(connected);
                return;
            }
        }
    }

    struct Pending {
        qb_ipcs_connection_t* client = nullptr;
        Bytes bytes;
    };

    static bool no_room_for(const Pending& event)
    {
        return qb_ipcs_event_send(event.client, event.bytes.data(), event.bytes.size()) == -EAGAIN;
    }

    void send_backlog()
    {
        while (!backlog_.empty()) {
            if (no_room_for(backlog_.front())) {
                later([](void*) { self->send_backlog(); });
                return;
            }
            backlog_.pop_front();
        }
    }

    // Sends a few events at a time, so that requests get their replies meanwhile.
    void send_flood()
    {
        for (int count = 0; count < kFloodPerTurn && flood_.client != nullptr; ++count)
            if (no_room_for(flood_))
                break;
        if (flood_.client != nullptr)
            later([](void*) { self->send_flood(); });
    }

    static void later(qb_loop_timer_dispatch_fn what)
    {
        qb_loop_timer_handle timer{};
        qb_loop_timer_add(loop, QB_LOOP_LOW, kRetryNs, nullptr, what, &timer);
    }

    void closed(qb_ipcs_connection_t* client)
    {
        clients_.remove(client);
        std::erase_if(backlog_, [=](const Pending& event) { return event.client == client; });
        if (flood_.client == client)
            flood_ = {};
    }

    static inline Service* self;

    const FakeDaemon::Options& options_;
    const int control_;
    std::list<qb_ipcs_connection_t*> clients_;
    std::deque<Steps> reactions_;
    std::deque<Pending> backlog_;
    Pending flood_;
    Bytes last_request_;
    std::uint32_t requests_ = 0;
};

} // namespace

bool send_frame(int socket, const Bytes& frame)
{
    const Bytes whole = as_bytes(static_cast<std::uint32_t>(frame.size())) + frame;
    return send_all(socket, whole.data(), whole.size());
}

bool receive_frame(int socket, Bytes& frame)
{
    std::uint32_t length = 0;
    if (!receive_all(socket, &length, sizeof length))
        return false;
    frame.resize(length);
    return receive_all(socket, frame.data(), length);
}

Bytes pack(Command command, const Steps& steps)
{
    Bytes bytes = as_bytes(command) + as_bytes(static_cast<std::uint32_t>(steps.size()));
    for (const Step& step : steps)
        bytes += as_bytes(step.kind) + as_bytes(static_cast<std::uint32_t>(step.bytes.size())) + step.bytes;
    return bytes;
}

void run_fake_service(const FakeDaemon::Options& options, int control)
{
    Service(options, control).run();
    ::_exit(0);
}

} // namespace test
