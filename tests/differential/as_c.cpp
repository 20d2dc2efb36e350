// SPDX-License-Identifier: BSD-3-Clause
#include "as_c.hpp"

#include "as_c_calls.hpp"

namespace differential {

namespace {

std::string fork_text(const Step& step)
{
    const std::string in_child = step.a[0] == 1   ? "child_leaves_at = depth - 1;"
                                 : step.a[0] == 2 ? "child_leaves_at = depth - 1, jump(0);"
                                                  : "_exit(0);";
    return "if (fork() == 0)\n        " + (step.depth ? in_child : "_exit(0);") + "\n    else\n        wait(NULL);";
}

class Printer {
public:
    explicit Printer(const Program& program) : program_(program) {}

    std::string text()
    {
        std::string body;
        for (std::size_t step = 0; step < program_.size(); step = end_of(program_, step))
            body += "    " + statement(step) + "\n";
        return kPrelude + functions_ + "\nint main(void)\n{\n    memset(bytes, 'x', sizeof bytes);\n" + body +
               "    return 0;\n}\n";
    }

private:
    std::string statement(std::size_t step)
    {
        const Step& one = program_[step];
        if (is_dispatch(one.op))
            return dispatch(step);
        if (service_of(one.op) != Service::none)
            return call_text(one);
        if (one.op == Op::fork)
            return fork_text(one);
        if (one.op == Op::other_set)
            return "if (fork() == 0)\n        _exit(cmap_initialize(&m[0]) != CS_OK || cmap_set_uint32(m[0], " +
                   quoted(key(static_cast<int>(one.a[0]))) + ", " + number(one.a[1]) +
                   ") != CS_OK);\n    wait(NULL);\n    barrier(0);";
        if (one.op > Op::fork)
            return "/* here: " + std::string(name_of(one.op)) + " " + number(one.a[0]) + " " + number(one.a[1]) + " */";
        return one.depth ? "jump(" + number(one.a[0]) + ");" : ";";
    }

    std::string dispatch(std::size_t step)
    {
        const Step& one = program_[step];
        const std::string name = name_of(one.op);
        std::string before;
        if (one.a[1] == 3)
            before = one.op == Op::cmap_dispatch
                         ? "cmap_track_add(" + handle(one) +
                               ", \"e.nudge\", 6, notify, NULL, &(cmap_track_handle_t){0});\n    cmap_set_uint32(" +
                               handle(one) + ", \"e.nudge\", ++number);\n    "
                     : one.op == Op::cpg_dispatch
                         ? "mcast(" + handle(one) + ", 5, 1, 2);\n    barrier(" + handle(one) + ");\n    "
                         : "votequorum_trackstart(" + handle(one) + ", 5, CS_TRACK_CURRENT);\n    ";
        return before + "DISPATCH(" + name.substr(0, name.find('_')) + ", " + handle(one) + ", " + number(one.a[1]) +
               ", " + number(one.a[2] & 1) + ", " + inside(step) + ");";
    }

    // The function with the steps of a dispatch's callbacks.
    std::string inside(std::size_t step)
    {
        const auto end = end_of(program_, step);
        if (end == step + 1)
            return "NULL";
        std::string body;
        for (auto inner = step + 1; inner < end; inner = end_of(program_, inner))
            body +=
                "    if (at == " + std::to_string(program_[inner].at) + ") {\n    " + statement(inner) + "\n    }\n";
        const auto name = "inside_" + std::to_string(step);
        functions_ += "\nstatic void " + name + "(int at)\n{\n" + body + "}\n";
        return name;
    }

    const Program& program_;
    std::string functions_;
};

} // namespace

std::string as_c(const Program& program)
{
    return Printer(program).text();
}

} // namespace differential
