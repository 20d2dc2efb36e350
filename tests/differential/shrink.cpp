// SPDX-License-Identifier: BSD-3-Clause
#include "shrink.hpp"

#include <algorithm>

namespace differential {

namespace {

// Each piece is a step with all the steps inside it.
std::vector<Program> pieces_of(const Program& program)
{
    std::vector<Program> pieces;
    for (std::size_t step = 0; step < program.size(); step = end_of(program, step))
        pieces.emplace_back(program.begin() + static_cast<std::ptrdiff_t>(step),
                            program.begin() + static_cast<std::ptrdiff_t>(end_of(program, step)));
    return pieces;
}

Program without(const std::vector<Program>& pieces, std::size_t from, std::size_t to)
{
    Program program;
    for (std::size_t i = 0; i < pieces.size(); ++i)
        if (i < from || i >= to)
            program.insert(program.end(), pieces[i].begin(), pieces[i].end());
    return program;
}

} // namespace

Program shrink(Program program, const std::function<bool(const Program&)>& fails)
{
    auto pieces = pieces_of(program);
    for (std::size_t size = std::max<std::size_t>(1, pieces.size() / 2);;) {
        bool less = false;
        for (std::size_t from = pieces.size(); from > 0;) {
            from = from > size ? from - size : 0; // from the end: the steps after the failure are left out first
            const auto candidate = without(pieces, from, from + size);
            if (candidate.size() < program.size() && fails(candidate)) {
                program = candidate;
                pieces = pieces_of(program);
                from = std::min(from, pieces.size());
                less = true;
            }
        }
        if (size == 1 && !less)
            break;
        size = std::max<std::size_t>(1, size / 2);
    }
    for (std::size_t step = program.size(); step-- > 0;) { // the steps that are inside others
        if (step >= program.size() || program[step].depth == 0)
            continue;
        auto candidate = program;
        candidate.erase(candidate.begin() + static_cast<std::ptrdiff_t>(step),
                        candidate.begin() + static_cast<std::ptrdiff_t>(end_of(program, step)));
        if (fails(candidate))
            program = candidate;
    }
    return program;
}

} // namespace differential
