// SPDX-License-Identifier: BSD-3-Clause
#include "program.hpp"

#include <sstream>
#include <stdexcept>
#include <unordered_map>

namespace differential {

namespace {

constexpr const char* kNames[] = {
#define DIFFERENTIAL_OP(name) #name,
    DIFFERENTIAL_OPS(DIFFERENTIAL_OP)
#undef DIFFERENTIAL_OP
};

Op op_named(const std::string& name)
{
    static const auto all = [] {
        std::unordered_map<std::string, Op> map;
        for (std::size_t i = 0; i < kOps; ++i)
            map.emplace(kNames[i], static_cast<Op>(i));
        return map;
    }();
    const auto found = all.find(name);
    if (found == all.end())
        throw std::runtime_error("no step is called " + name);
    return found->second;
}

Name long_name(std::size_t length)
{
    static std::vector<std::string> all(300);
    auto& text = all.at(length);
    if (text.empty())
        text = "d." + std::string(length - 2, 'x');
    return {text.c_str(), length};
}

Name short_name(const char* text)
{
    return {text, std::string_view(text).size()};
}

} // namespace

const char* name_of(Op op)
{
    return kNames[static_cast<std::size_t>(op)];
}

std::string to_text(const Program& program)
{
    std::ostringstream text;
    for (const auto& step : program) {
        text << step.depth << ' ' << step.at << ' ' << name_of(step.op);
        for (const auto argument : step.a)
            text << ' ' << argument;
        text << '\n';
    }
    return text.str();
}

Program from_text(std::string_view text)
{
    Program program;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        Step step;
        std::string name;
        std::istringstream words(line);
        words >> step.depth >> step.at >> name;
        step.op = op_named(name);
        for (auto& argument : step.a)
            words >> argument;
        if (!words || step.depth < 0 || (program.empty() ? 0 : program.back().depth + 1) < step.depth)
            throw std::runtime_error("this is no step: " + line);
        program.push_back(step);
    }
    return program;
}

std::size_t end_of(const Program& program, std::size_t step)
{
    std::size_t end = step + 1;
    while (end < program.size() && program[end].depth > program[step].depth)
        ++end;
    return end;
}

Service service_of(Op op)
{
    if (op < Op::cpg_initialize)
        return Service::cmap;
    if (op < Op::votequorum_initialize)
        return Service::cpg;
    return op < Op::jump ? Service::votequorum : Service::none;
}

bool is_dispatch(Op op)
{
    return op == Op::cmap_dispatch || op == Op::cpg_dispatch || op == Op::votequorum_dispatch;
}

bool is_initialize(Op op)
{
    return op == Op::cmap_initialize || op == Op::cmap_initialize_map || op == Op::cpg_initialize ||
           op == Op::cpg_model_initialize || op == Op::votequorum_initialize || op == Op::votequorum_model_initialize;
}

bool is_finalize(Op op)
{
    return op == Op::cmap_finalize || op == Op::cpg_finalize || op == Op::votequorum_finalize;
}

std::uint64_t never_valid(int selector, std::uint64_t first_handle)
{
    switch (selector) {
    case 4:
        return 0;
    case 5:
        return 0xdeadbeef;
    case 6:
        return first_handle ^ std::uint64_t{1} << 40;
    default:
        return ~std::uint64_t{0};
    }
}

Name key(int number)
{
    switch (number) {
    case 0:
        return short_name("d.a");
    case 1:
        return short_name("d.b");
    case 2:
        return short_name("d.c.1");
    case 3:
        return short_name("d.c.2");
    case 4:
        return short_name("d.num");
    case 5:
        return long_name(255);
    case 6:
        return long_name(256);
    case 7:
        return short_name("");
    case 8:
        return short_name("d.");
    case 9:
        return short_name("d.$bad");
    case 10:
        return short_name("totem.version");
    case 11:
        return short_name("runtime.config");
    case 13:
        return short_name("d.missing");
    case 14:
        return long_name(254);
    case 15:
        return short_name("d/b:c-d_E.9");
    case 16:
        return short_name("stats.clear.knet");
    case 17:
        return short_name("stats.srp.mcast_tx");
    case 18:
        return short_name("stats.clear.nope");
    case 19:
        return short_name("nodelist.node.0.nodeid");
    case 20:
        return short_name("d.c.");
    case 21:
        return short_name("d");
    case kNudgeKey:
        return short_name("e.nudge");
    default:
        return {nullptr, 0};
    }
}

Name group(int number)
{
    static const std::string longest(128, 'g');
    switch (number) {
    case 0:
        return short_name("g");
    case 1:
        return short_name("group.1");
    case 2:
        return {longest.c_str(), 128};
    case 3:
        return {"a\0b", 3};
    case 4:
        return {"g\0", 2};
    case 5:
        return {"", 0};
    case 6:
        return {longest.c_str(), 129};
    default:
        return {longest.c_str(), 0xffffffff};
    }
}

Name device(int number)
{
    static const std::string longest(254, 'q');
    static const std::string too_long(255, 'q');
    switch (number) {
    case 0:
        return short_name("QD");
    case 1:
        return short_name("other");
    case 2:
        return {longest.c_str(), 254};
    case 3:
        return {too_long.c_str(), 255};
    default:
        return short_name("");
    }
}

} // namespace differential
