#include "scripted_transport.hpp"

#include "core/libqb_transport.hpp"

#include <cerrno>
#include <cstdlib>

namespace {

// Makes every connection one of these.
[[maybe_unused]] const int chosen = setenv("COROSYNC_CLIENT_TRANSPORT", "libqb", 1);

bool asked;           // a request has been sent, and its reply not been taken
fuzz::Message answer; // as long as it is in use
fuzz::Message event;
bool event_waits; // the same event is seen until it is reclaimed

// False at the end of the script. No transport hands out a message without a byte.
bool next(fuzz::Message& message)
{
    while (!fuzz::script->empty()) {
        if (const fuzz::Bytes bytes = fuzz::script->piece(); !bytes.empty()) {
            message = fuzz::Message(bytes);
            return true;
        }
    }
    return false;
}

} // namespace

namespace corosync {

int LibqbTransport::connect(const char*, const Settings&)
{
    asked = event_waits = false;
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

void LibqbTransport::drop_reply()
{
    answer = {};
}

int LibqbTransport::peek(const Taking&, Event& found)
{
    if (!event_waits) {
        if (!next(event))
            return -ENOTCONN;
        event_waits = true;
        if (fuzz::on_event != nullptr)
            fuzz::on_event({reinterpret_cast<const std::uint8_t*>(event.data()), event.size()});
    }
    found = {event.data(), event.size(), event.size() % 2 == 0}; // even ones may be lent
    return 1;
}

bool LibqbTransport::hand_over(Buffer&)
{
    return false;
}

void LibqbTransport::reclaim()
{
    event_waits = false;
    event = {};
}

// A daemon that has nothing more to send is gone, so nobody waits for it.
unsigned LibqbTransport::poll_set(pollfd (&)[2]) const
{
    abort();
}

bool LibqbTransport::gone()
{
    return false;
}

void LibqbTransport::wake() {}

void LibqbTransport::abandon() {}

void LibqbTransport::forget() {}

void LibqbTransport::close()
{
    reclaim();
    drop_reply();
}

} // namespace corosync
