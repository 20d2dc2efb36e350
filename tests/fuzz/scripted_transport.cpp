// SPDX-License-Identifier: BSD-3-Clause
#include "scripted_transport.hpp"

#include "core/libqb_transport.hpp"

#include <cerrno>
#include <cstdlib>

namespace {

// Makes every connection use this transport.
[[maybe_unused]] const int chosen = setenv("COROSYNC_CLIENT_TRANSPORT", "libqb", 1);

std::string_view service;
bool asked;           // a request has been sent, and its reply has not been received
fuzz::Message answer; // kept as long as it is in use

// False at the end of the script. No transport returns a message without bytes.
bool next(fuzz::Message& message)
{
    while (!fuzz::script->empty()) {
        if (const fuzz::Bytes bytes = fuzz::script->piece(); !bytes.empty()) {
            message = fuzz::Message(bytes, service);
            return true;
        }
    }
    return false;
}

} // namespace

namespace corosync {

int LibqbTransport::connect(const char* name, const Settings&, const ConnectDeadline&)
{
    service = name;
    asked = false;
    return 0;
}

int LibqbTransport::send(const Message&, unsigned, const std::atomic<bool>*)
{
    asked = true;
    return 0;
}

int LibqbTransport::reply(View& view, int)
{
    if (!asked)
        return 0;
    asked = false;
    if (!next(answer))
        return -ENOTCONN;
    view = {answer.data(), answer.size()};
    return 1;
}

int LibqbTransport::peek_event(Event& found)
{
    if (pending_ == 0) {
        fuzz::Message event;
        if (!next(event))
            return -ENOTCONN;
        if (fuzz::on_event != nullptr)
            fuzz::on_event({reinterpret_cast<const std::uint8_t*>(event.data()), event.size()});
        pending_ = event.size();
        auto* memory = static_cast<std::byte*>(malloc(pending_ + Buffer::kSlack));
        std::memcpy(memory, event.data(), pending_);
        events_.adopt(memory, pending_);
    }
    found = {events_.data(), pending_};
    return 1;
}

// A daemon that sends nothing more has hung up, so no call waits for it.
unsigned LibqbTransport::poll_set(pollfd (&)[kMaxPollFds])
{
    abort();
}

bool LibqbTransport::disconnected()
{
    return false;
}

int LibqbTransport::fail(const char*)
{
    return -EPROTO;
}

void LibqbTransport::wake() {}

void LibqbTransport::disconnect_in_child() {}

void LibqbTransport::release_in_child() {}

void LibqbTransport::close()
{
    answer = {};
}

} // namespace corosync
