// SPDX-License-Identifier: BSD-3-Clause
// What the tests of messages share that are delivered in each of the ways that there are: from a copy, where they lie
// in the ring, as the daemon's queue has room for them, and put together from parts.
#pragma once

#include "integration/cpg_fixture.hpp"

#include <vector>

#include <sys/resource.h>

namespace test {

// What the process lacks while messages are delivered.
enum class Lack { nothing, address_space, unlocked_memory };

struct MessageCase {
    std::size_t size;
    Lack lack = Lack::nothing;
};
std::string name_of(const MessageCase& message);
inline void PrintTo(const MessageCase& message, std::ostream* out)
{
    *out << name_of(message);
}
inline std::string name_of_case(const ::testing::TestParamInfo<MessageCase>& info)
{
    return name_of(info.param);
}

// All sizes with nothing lacking, and some with each lack.
const std::vector<MessageCase>& message_cases();

// As long as it lives, this process gets no more address space, or no memory that is not locked. It has what threads,
// stacks and malloc need for what the tests do.
class Lacking {
public:
    explicit Lacking(Lack lack);
    ~Lacking();
    Lacking(const Lacking&) = delete;
    Lacking& operator=(const Lacking&) = delete;

    bool possible() const { return possible_; }

private:
    const Lack lack_;
    rlimit before_{};
    bool possible_ = true;
};

// The memory of a message while its callback runs. What it holds is what came, and on top of that what was written.
class MessageMemory {
public:
    void hold(const Cpg::Call& call);
    // Nothing has changed there; and what is written now stays as well.
    bool kept();
    // Writes over and over, until it is enough and once more from end to end: each byte is what was written there last.
    bool keeps_what_is_written_until(const std::function<bool()>& enough);

    char* data() const { return data_; }
    bool is(const std::string& text) const { return std::string_view(data_, copy_.size()) == text; }

private:
    void write();

    char* data_ = nullptr;
    std::string copy_;
};

// One handle, and messages with the numbers from 0 on in its queue.
class LargeMessage : public CpgTest, public ::testing::WithParamInterface<MessageCase> {
protected:
    // Joins, sends, and waits until the ring has what fits. Then makes the lack, or skips the test: what the library
    // takes for the first delivery, it takes after that.
    void queue(int count);
    // Forgets what came, and sends the same again.
    void start_again(int count);

    static std::string text(int number) { return pattern(GetParam().size, static_cast<unsigned>(number)); }
    static int number_of(const Cpg::Call& call) { return static_cast<unsigned char>(*call.data); }

    // Dispatches, behind poll, until so many messages have been told of, with the readiness as it must be after each.
    // False if they do not come.
    bool hears(int count, cs_dispatch_flags_t flag = CS_DISPATCH_ONE);
    // The same, down on the stack.
    bool hears_from_a_deeper_frame(int count, cs_dispatch_flags_t flag = CS_DISPATCH_ONE);
    // Dispatches, behind poll, until the callback of a message has been called, or the dispatch gives another result
    // than CS_OK; that.
    cs_error_t dispatch_one(cs_dispatch_flags_t flag);

    // The descriptor is readable if and only if there is a message that has not been delivered.
    bool is_ready_as_it_must() const;
    // So many were told of, each once, whole, and in order. Ends the lack.
    void expect_heard(int count);
    int told() const;

    // Does that in the callback of the message with this number. Nothing that a jump would harm is in its frames.
    void in_message(int number, std::function<void(const Cpg::Call&)> action);

    const int many = GetParam().size < 100'000 ? 8 : 4; // messages
    Cpg cpg{{.confchg = true}};
    const int fd = cpg.fd();
    MessageMemory memory; // of the message whose callback is under test

private:
    void send_all(int count);

    std::optional<Lacking> lacking_;
    int sent_ = 0;
};

} // namespace test
