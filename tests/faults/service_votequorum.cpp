// SPDX-License-Identifier: BSD-3-Clause
// libvotequorum, for the tests that are the same for every service.
#include "fake_votequorum.hpp"
#include "service.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace test {

namespace {

class VotequorumClient : public Client {
public:
    VotequorumClient()
    {
        votequorum_.on_notice = [this] {
            const std::string text = votequorum_.take().back();
            std::uint32_t number = 0;
            if (std::sscanf(text.c_str(), "expected %" SCNu32, &number) == 1 ||
                std::sscanf(text.c_str(), "nodelist %" SCNu32, &number) == 1)
                tell(number);
            else
                tell(0);
        };
    }

    std::uint64_t handle() const override { return votequorum_; }
    cs_error_t finalize() override { return votequorum_.finalize(); }
    cs_error_t dispatch(cs_dispatch_flags_t flag) override { return votequorum_.dispatch(flag); }
    int fd() const override { return votequorum_.fd(); }
    std::vector<HandleCall> calls() const override { return calls_with_a_handle(); }
    Bytes event(std::uint32_t number) const override { return expected_votes_event(number); }
    Steps numbered(std::uint32_t number, std::size_t size) const override
    {
        const auto nodes = static_cast<std::uint32_t>(std::min<std::size_t>(size / sizeof number, 2500));
        if (nodes == 0)
            return {test::event(event(number))};
        constexpr std::size_t kNodes = 56; // the offset of the nodes
        return {test::event(node_list_event(nodes, kNodes + nodes * sizeof number).u32(kNodes, number))};
    }
    std::vector<Kind> kinds() const override
    {
        return {{"quorum", quorum_event(1, 2, 64), 64},
                {"nodelist", node_list_event(3, 68), 68},
                {"expected_votes", expected_votes_event(1), 40},
                {"extra_info", extra_info_event(1, "extra"), 53}};
    }

private:
    Votequorum votequorum_{Initialize::with_model};
};

} // namespace

const FakedService kFaked{"votequorum",
                          VotequorumAnswers{},
                          [](FakeDaemon&) -> std::unique_ptr<Client> { return std::make_unique<VotequorumClient>(); },
                          {"initialize", "model_initialize"},
                          [](const Bytes& reply) { return reply.size(); }};

} // namespace test
