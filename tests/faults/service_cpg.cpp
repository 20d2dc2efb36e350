// SPDX-License-Identifier: BSD-3-Clause
// libcpg, for the tests that are the same for every service.
#include "fake_cpg.hpp"
#include "service.hpp"

#include <stdexcept>

namespace test {

namespace {

class CpgClient : public Client {
public:
    CpgClient()
    {
        if (cpg_iteration_initialize(cpg_, CPG_ITERATION_ALL, nullptr, &iteration_) != CS_OK)
            throw std::runtime_error("no iteration");
        if (join(cpg_, kGroup) != CS_OK)
            throw std::runtime_error("no membership");
        cpg_.on_event = [this](const Cpg::Call& call) {
            cpg_.take();
            if (call.kind == Event::message && call.size >= sizeof(std::uint32_t))
                tell(call.data, call.size);
            else
                tell(0);
        };
    }

    std::uint64_t handle() const override { return cpg_; }
    cs_error_t finalize() override { return cpg_.finalize(); }
    cs_error_t dispatch(cs_dispatch_flags_t flag) override { return cpg_dispatch(cpg_, flag); }
    int fd() const override { return cpg_.fd(); }
    std::vector<HandleCall> calls() const override
    {
        auto calls = cpg_calls();
        calls.push_back({"iteration_next", HandleCall::request, [this](std::uint64_t) {
                             return cpg_iteration_next(iteration_, output<cpg_iteration_description_t>());
                         }});
        calls.push_back({"zcb_mcast_joined", HandleCall::request, [](std::uint64_t handle) {
                             char byte = 'x';
                             return cpg_zcb_mcast_joined(handle, CPG_TYPE_AGREED, &byte, 1);
                         }});
        return calls;
    }
    Bytes event(std::uint32_t number) const override { return Delivery(as_bytes(number)).bytes(); }
    Steps numbered(std::uint32_t number, std::size_t size) const override
    {
        const Bytes bytes = content(number, size);
        if (number % 2 == 0 || size < 3)
            return {test::event(Delivery(bytes).bytes())};
        const std::size_t third = bytes.size() / 3;
        return {test::event(Part(wire::kFirst, bytes.size(), bytes.substr(0, third)).bytes()),
                test::event(Part(wire::kContinued, bytes.size(), bytes.substr(third, third)).bytes()),
                test::event(Part(wire::kLast, bytes.size(), bytes.substr(2 * third)).bytes())};
    }
    std::vector<Kind> kinds() const override
    {
        const Members some{{1, 2, 3}, {4, 5, 6}};
        const Bytes delivery = Delivery("message").bytes();
        const Bytes part = Part(wire::kFirst, 100, "part").bytes();
        const Bytes confchg = Confchg(some, some, some).bytes();
        return {{"deliver", delivery, delivery.size()},
                {"partial_deliver", part, part.size()},
                {"confchg", confchg, confchg.size()},
                {"totem_confchg", totem_event(3, {1, 2, 3}), 56}};
    }

private:
    Cpg cpg_{{.totem = true}};
    cpg_iteration_handle_t iteration_ = kNoHandle;
};

} // namespace

const FakedService kFaked{"cpg",
                          cpg_answer,
                          [](FakeDaemon&) -> std::unique_ptr<Client> { return std::make_unique<CpgClient>(); },
                          {"initialize", "model_initialize", "iteration_finalize"},
                          [](const Bytes& reply) {
                              const bool list = value_at<std::int32_t>(reply, 0) == wire::kMembershipReply;
                              return list ? sizeof(wire::MembershipReply)
                                          : reply.size(); // a membership reply needs its members only
                          }};

} // namespace test
