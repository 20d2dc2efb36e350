// SPDX-License-Identifier: BSD-3-Clause
#include "steward.hpp"

#include "program.hpp"

#include "support/eventually.hpp"

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <csignal>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace differential {

namespace {

constexpr cpg_name kGroup{7, "steward"};

cmap_handle_t cmap = 0;
cpg_handle_t cpg = 0;
votequorum_handle_t votequorum = 0;
votequorum_info fresh{};
bool came = false;

void deliver(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void*, std::size_t)
{
    came = true;
}

void barrier()
{
    came = false;
    iovec part{const_cast<char*>("b"), 1};
    while (cpg_mcast_joined(cpg, CPG_TYPE_AGREED, &part, 1) == CS_ERR_TRY_AGAIN)
        ::usleep(200);
    while (!came)
        if (cpg_dispatch(cpg, CS_DISPATCH_ONE) != CS_OK)
            ::_exit(2);
}

bool open()
{
    cpg_callbacks_t callbacks{deliver, nullptr};
    return cmap_initialize(&cmap) == CS_OK && cpg_initialize(&cpg, &callbacks) == CS_OK &&
           cpg_join(cpg, &kGroup) == CS_OK && votequorum_initialize(&votequorum, nullptr) == CS_OK;
}

bool quorate()
{
    return votequorum_getinfo(votequorum, 0, &fresh) == CS_OK && (fresh.flags & VOTEQUORUM_INFO_QUORATE);
}

void delete_keys(const char* prefix)
{
    cmap_iter_handle_t iterator = 0;
    if (cmap_iter_init(cmap, prefix, &iterator) != CS_OK)
        return;
    std::vector<std::string> names;
    char name[CMAP_KEYNAME_MAXLEN + 1];
    while (cmap_iter_next(cmap, iterator, name, nullptr, nullptr) == CS_OK)
        names.emplace_back(name);
    cmap_iter_finalize(cmap, iterator);
    for (const auto& one : names)
        cmap_delete(cmap, one.c_str());
}

// The number of members in all groups: those of this process, or all (0).
int members_of(std::uint32_t pid)
{
    cpg_iteration_handle_t iteration = 0;
    if (cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration) != CS_OK)
        return -1;
    cpg_iteration_description_t item{};
    int members = 0;
    while (cpg_iteration_next(iteration, &item) == CS_OK)
        members += !pid || item.pid == pid;
    cpg_iteration_finalize(iteration);
    return members;
}

// Sets the votes step by step: each time the new value must be neither more than the votes that exist nor less than
// half of them.
void towards_fresh(const votequorum_info& info)
{
    if (info.flags & VOTEQUORUM_INFO_QDEVICE_REGISTERED)
        votequorum_qdevice_unregister(votequorum, info.qdevice_name);
    if (info.qdevice_votes && votequorum_setvotes(votequorum, 0, 0) != CS_OK)
        votequorum_setvotes(votequorum, 1, info.node_votes + info.qdevice_votes);
    else if (votequorum_setvotes(votequorum, 1, fresh.node_votes) != CS_OK)
        votequorum_setvotes(votequorum, 1, (info.node_votes * 2 + 2) / 3);
    barrier();
    if (votequorum_setexpected(votequorum, fresh.node_expected_votes) != CS_OK)
        votequorum_setexpected(votequorum, info.total_votes);
    barrier();
}

bool reset_votes()
{
    votequorum_info info{};
    for (int tries = 0; tries < 60; ++tries) {
        if (votequorum_getinfo(votequorum, 0, &info) != CS_OK)
            return false;
        if (std::memcmp(&info, &fresh, sizeof info) == 0)
            return true;
        towards_fresh(info);
    }
    return false;
}

bool reset()
{
    barrier();
    for (const char* prefix : {"d", "e.", "f.", "runtime.config"})
        delete_keys(prefix);
    const bool gone = test::eventually([] {
        barrier();
        return members_of(0) == 1; // the steward is the only member
    });
    return gone && reset_votes();
}

bool await_end(std::uint32_t pid)
{
    const bool gone = test::eventually([&] {
        barrier();
        return members_of(pid) == 0;
    });
    barrier();
    return gone;
}

// Reads a word and its number from one of the lines.
bool take(int line, char& word, std::uint32_t& number)
{
    return ::read(line, &word, 1) == 1 && (word != 'e' || ::read(line, &number, sizeof number) == sizeof number);
}

bool obey(char word, std::uint32_t number)
{
    if (word == 'r')
        return reset();
    if (word == 'e')
        return await_end(number);
    barrier();
    return true;
}

[[noreturn]] void serve(int own, int players)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!test::eventually(open) || !test::eventually(quorate))
        ::_exit(1);
    barrier();
    if (::write(own, "k", 1) != 1)
        ::_exit(1);
    pollfd lines[] = {{own, POLLIN, 0}, {players, POLLIN, 0}};
    while (::poll(lines, 2, -1) > 0)
        for (const auto& line : lines) {
            if (!line.revents)
                continue;
            char word = 0;
            std::uint32_t number = 0;
            if (!take(line.fd, word, number))
                ::_exit(0);
            const char answer = obey(word, number) ? 'k' : 'n';
            if (::write(line.fd, &answer, 1) != 1)
                ::_exit(0);
        }
    ::_exit(0);
}

} // namespace

StewardLines::StewardLines()
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        throw std::runtime_error("socketpair");
    players = ends[0];
    stewards = ends[1];
}

StewardLines::~StewardLines()
{
    ::close(players);
    ::close(stewards);
}

Steward::Steward(const StewardLines& lines)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        throw std::runtime_error("socketpair");
    pid_ = ::fork();
    if (pid_ == 0) {
        ::close(ends[0]);
        serve(ends[1], lines.stewards);
    }
    ::close(ends[1]);
    line_ = ends[0];
    char word = 0;
    if (::read(line_, &word, 1) != 1)
        throw std::runtime_error("the steward finds no daemon");
}

Steward::~Steward()
{
    ::close(line_);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

bool Steward::ask(char word)
{
    return ::write(line_, &word, 1) == 1 && ::read(line_, &word, 1) == 1 && word == 'k';
}

bool Steward::await_end(pid_t process)
{
    char words[1 + sizeof(std::uint32_t)] = "e";
    const auto number = static_cast<std::uint32_t>(process);
    std::memcpy(words + 1, &number, sizeof number);
    char answer = 0;
    return ::write(line_, words, sizeof words) == sizeof words && ::read(line_, &answer, 1) == 1 && answer == 'k';
}

} // namespace differential
