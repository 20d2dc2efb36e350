// SPDX-License-Identifier: BSD-3-Clause
// libcmap, for the tests that are the same for every service.
#include "cmap_messages.hpp"
#include "integration/cmap_calls.hpp"
#include "integration/cmap_fixture.hpp"
#include "service.hpp"

namespace test {

namespace {

class CmapClient : public Client {
public:
    explicit CmapClient(FakeDaemon& daemon)
        : tracker_(cmap_.track("some.key", kEverything)), cookie_(cookie_in(daemon.last_request()))
    {
        tracker_.on_event = [this](const Tracker::Call& call) {
            if (call.now.len >= sizeof(std::uint32_t))
                tell(call.now.data, call.now.len);
            else
                tell(0);
        };
    }

    std::uint64_t handle() const override { return cmap_; }
    cs_error_t finalize() override { return cmap_.finalize(); }
    cs_error_t dispatch(cs_dispatch_flags_t flag) override { return cmap_dispatch(cmap_, flag); }
    int fd() const override { return cmap_.fd(); }
    std::vector<HandleCall> calls() const override { return cmap_calls(); }
    Bytes event(std::uint32_t number) const override { return Notification(cookie_, number).bytes(); }
    Steps numbered(std::uint32_t number, std::size_t size) const override
    {
        const Bytes before(number % 2 == 0 ? 0 : size, 'x');
        return {test::event(Notification(cookie_, content(number, size), before).bytes())};
    }
    std::vector<Kind> kinds() const override
    {
        return {{"notify", Notification(cookie_, "now", "before").bytes(), sizeof(wire::NotifyEvent) + 9}};
    }

private:
    Cmap cmap_;
    Tracker& tracker_;
    const Cookie cookie_;
};

} // namespace

const FakedService kFaked{
    "cmap",
    CmapAnswers{},
    [](FakeDaemon& daemon) -> std::unique_ptr<Client> { return std::make_unique<CmapClient>(daemon); },
    {"initialize", "initialize_map"},
    [](const Bytes& reply) {
        if (value_at<std::int32_t>(reply, 0) != wire::kGet)
            return reply.size();
        const auto length = value_at<std::uint64_t>(reply, offsetof(wire::GetReply, value_length));
        return sizeof(wire::GetReply) + static_cast<std::size_t>(length); // without the unused room
    }};

} // namespace test
