// SPDX-License-Identifier: BSD-3-Clause
#include "cpg/assembly.hpp"

#include "core/object.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace corosync::cpg {

Assemblies::Assembly::~Assembly()
{
    free(data);
}

Assemblies::~Assemblies()
{
    while (first_ != nullptr) {
        Assembly* next = first_->next;
        destroy(first_);
        first_ = next;
    }
}

bool Assemblies::Assembly::append(const std::byte* bytes, std::size_t size)
{
    if (data == nullptr || size > capacity - have) {
        // Double the memory, but never exceed the claimed length. The first part is already large.
        std::size_t larger = 2 * (have + size);
        if (larger > length || larger < have)
            larger = length;
        if (larger > SIZE_MAX - sizeof(DeliverEvent) - Buffer::kSlack) // possible with 32-bit sizes
            return false;
        auto* grown = static_cast<std::byte*>(realloc(data, sizeof(DeliverEvent) + larger + Buffer::kSlack));
        if (grown == nullptr)
            return false;
        data = grown;
        capacity = larger;
    }
    std::memcpy(data + sizeof(DeliverEvent) + have, bytes, size);
    have += size;
    return true;
}

Assemblies::Assembly** Assemblies::find(std::uint32_t nodeid, std::uint32_t pid)
{
    Assembly** link = &first_;
    while (*link != nullptr && ((*link)->nodeid != nodeid || (*link)->pid != pid))
        link = &(*link)->next;
    return link;
}

void Assemblies::drop(std::uint32_t nodeid, std::uint32_t pid)
{
    Assembly** link = find(nodeid, pid);
    if (*link != nullptr)
        destroy(std::exchange(*link, (*link)->next));
}

int Assemblies::add(const PartialDeliverEvent& part, const std::byte* bytes, Buffer& buffer, Event& whole)
{
    if (part.type == kFirst) {
        drop(part.nodeid, part.pid);
        auto* fresh = make<Assembly>();
        if (fresh == nullptr)
            return -ENOMEM;
        fresh->next = first_;
        fresh->nodeid = part.nodeid;
        fresh->pid = part.pid;
        fresh->length = part.length;
        // In a stream of long messages, reuse the memory of the last one.
        if (buffer.oversized()) {
            fresh->capacity = buffer.capacity() - sizeof(DeliverEvent);
            fresh->data = buffer.release();
        }
        first_ = fresh;
    }
    Assembly* assembly = *find(part.nodeid, part.pid);
    if (assembly == nullptr)
        return 0; // we joined in the middle of the message, or dropped it
    const bool fits = part.length == assembly->length && part.part_length <= assembly->length - assembly->have;
    const bool kept = fits && assembly->append(bytes, part.part_length);
    if (kept && part.type != kLast)
        return 0;
    const bool complete = kept && assembly->have == assembly->length;
    if (complete) {
        DeliverEvent head;
        std::memset(static_cast<void*>(&head), 0, sizeof head);
        head.header = {kDeliver, sizeof head, kWireOk};
        head.group = part.group;
        head.length = part.length;
        head.nodeid = part.nodeid;
        head.pid = part.pid;
        std::memcpy(assembly->data, &head, sizeof head);
        whole = {assembly->data, sizeof head + assembly->length};
        // Remove the message before the callback runs: during the callback the sender's next first part may arrive.
        buffer.adopt(std::exchange(assembly->data, nullptr), sizeof head + assembly->capacity);
    }
    drop(part.nodeid, part.pid);
    if (fits && !kept)
        return -ENOMEM;
    return complete ? 1 : 0;
}

} // namespace corosync::cpg
