// SPDX-License-Identifier: BSD-3-Clause
// Holds the transport of a connection: either a RingTransport or a LibqbTransport.
#pragma once

#include "core/libqb_transport.hpp"
#include "core/object.hpp"
#include "core/ring_transport.hpp"

#include <utility>

namespace corosync {

class AnyTransport {
public:
    AnyTransport() = default;
    ~AnyTransport() { clear(); }
    AnyTransport(const AnyTransport&) = delete;
    AnyTransport& operator=(const AnyTransport&) = delete;

    // nullptr if there is no memory.
    RingTransport* make_ring() { return ring_ = make<RingTransport>(); }
    LibqbTransport* make_libqb() { return libqb_ = make<LibqbTransport>(); }

    [[nodiscard]] bool open() const { return ring_ != nullptr || libqb_ != nullptr; }

    // Calls f(transport). Requires open().
    template <class F> decltype(auto) visit(F f) { return ring_ != nullptr ? f(*ring_) : f(*libqb_); }
    template <class F> decltype(auto) visit(F f) const
    {
        return ring_ != nullptr ? f(std::as_const(*ring_)) : f(std::as_const(*libqb_));
    }

    [[nodiscard]] int late_events() const
    {
        return visit([](const auto& transport) { return transport.late_events(); });
    }

    void clear()
    {
        destroy(std::exchange(ring_, nullptr));
        destroy(std::exchange(libqb_, nullptr));
    }

private:
    RingTransport* ring_ = nullptr;
    LibqbTransport* libqb_ = nullptr;
};

} // namespace corosync
