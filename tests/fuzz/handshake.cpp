// SPDX-License-Identifier: BSD-3-Clause
// The reply to the handshake: the first bytes that a process that is not the daemon can send.
//
// Input: how many bytes have come, how the reply begins, and three names, each in its field.
#include "core/handshake.hpp"
#include "input.hpp"

namespace {

constexpr std::size_t kHead = 32 + sizeof(void*);
constexpr std::size_t kHeadOfInput = 40;
constexpr fuzz::Number kNumbers[] = {{0, 4}, {8, 4}, {16, 4}, {24, 4}, {28, 4}};
constexpr std::size_t kNameField = 4096;

// Rings are in one directory in the place for such files, and nowhere else.
void check(const char* path)
{
    constexpr char kShm[] = "/dev/shm/qb-";
    const char* slash = std::strchr(path + sizeof "/dev/shm", '/');
    if (std::strlen(path) >= corosync::kRingNameLimit || std::strncmp(path, kShm, std::strlen(kShm)) != 0 ||
        slash == nullptr || std::strchr(slash + 1, '/') != nullptr)
        abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static std::uint8_t whole[corosync::kHandshakeReplySize];
    std::memset(whole, 0, sizeof whole);
    const auto put = [&](std::size_t at, fuzz::Bytes bytes, std::size_t most) {
        if (!bytes.empty())
            std::memcpy(whole + at, bytes.data(), bytes.size() < most ? bytes.size() : most);
    };
    fuzz::Input input(data, size);
    const std::size_t missing = input.number<std::uint16_t>();
    put(0, input.take(kHeadOfInput), kHead);
    fuzz::to_host_order({reinterpret_cast<std::byte*>(whole), kHead}, kNumbers);
    for (std::size_t at = kHead; at < sizeof whole; at += kNameField)
        put(at, input.piece(), kNameField);

    const std::size_t received = sizeof whole - missing % (sizeof whole + 1);
    const fuzz::Message reply(fuzz::Bytes(whole, received));
    corosync::Offer offer;
    const int rc = corosync::decode_handshake({reply.data(), reply.size()}, "cmap", offer);
    if (rc != 0 || received != sizeof whole)
        return 0;
    ++fuzz::reached;
    for (const corosync::Ring ring : corosync::kRings)
        check(offer.files.path(ring));
    return 0;
}
