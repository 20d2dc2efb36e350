// The handshake's reply: the first bytes that a stranger may send.
#include "core/handshake.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    corosync::Offer offer;
    corosync::decode_handshake({reinterpret_cast<const std::byte*>(data), size}, "cmap", offer);
    return 0;
}
