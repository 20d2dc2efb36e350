// cpg's events: a sequence of them, each with its length in front, with callbacks and without, through the same steps
// as in a dispatch, so that parts of long messages meet.
#include "cpg/session.hpp"
#include "event.hpp"

namespace {

using corosync::Event;
using corosync::View;
using corosync::cpg::Session;

void deliver(cpg_handle_t, const cpg_name* group, std::uint32_t, std::uint32_t, void* message, std::size_t length)
{
    fuzz::sink = fuzz::touch(group->value, group->length) + fuzz::touch(message, length);
}

void confchg(cpg_handle_t, const cpg_name*, const cpg_address* members, std::size_t member_count,
             const cpg_address* left, std::size_t left_count, const cpg_address* joined, std::size_t joined_count)
{
    fuzz::sink = fuzz::touch(members, member_count * sizeof *members) + fuzz::touch(left, left_count * sizeof *left) +
                 fuzz::touch(joined, joined_count * sizeof *joined);
}

void totem(cpg_handle_t, cpg_ring_id, std::uint32_t count, const std::uint32_t* members)
{
    fuzz::sink = fuzz::touch(members, count * sizeof *members);
}

void one(Session& session, const std::uint8_t* data, std::size_t size)
{
    fuzz::with_event(data, size, [&](std::byte* event) {
        const corosync::Filter* filter = Session::filter();
        const View view(event, size);
        corosync::Buffer buffer;
        Event whole{event, size};
        if (!filter->is_part(view))
            filter->observe(&session, view);
        else if (filter->absorb(&session, view, buffer, whole) != 1)
            return;
        session.deliver(1, whole.data, whole.size);
    });
}

void all(Session& session, const std::uint8_t* data, std::size_t size)
{
    std::uint16_t length = 0;
    while (size >= sizeof length) {
        std::memcpy(&length, data, sizeof length);
        data += sizeof length;
        size -= sizeof length;
        const std::size_t some = length < size ? length : size;
        one(session, data, some);
        data += some;
        size -= some;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Session with;
    Session without;
    with.set_callbacks({CPG_MODEL_V1, deliver, confchg, totem, 0});
    all(with, data, size);
    all(without, data, size);
    return 0;
}
