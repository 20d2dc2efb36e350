// SPDX-License-Identifier: BSD-3-Clause
// What the tests of large messages share. There are three ways to deliver a message: from a copy, in place in the ring
// (if the daemon's queue has room for it), and put together from parts.
#pragma once

#include "integration/cpg_fixture.hpp"

#include <vector>

#include <sys/resource.h>

namespace test {

// What is missing in the process while messages are delivered.
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

// All sizes with nothing missing, and some sizes with each of these.
const std::vector<MessageCase>& message_cases();

// As long as it lives, this process gets no more address space, or no memory that is not locked. It has the memory that
// threads, stacks and malloc need in the tests.
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

// The memory of a message while its callback runs. It must hold the message as it came, with what the test has written
// there since.
class MessageMemory {
public:
    void hold(const Cpg::Call& call);
    // Nothing else has changed the memory; and what is written now stays as well.
    bool kept();
    // Writes until `enough` is true, and then once more from end to end: each byte must be the last one that was
    // written there.
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
    // Joins, sends, and waits until the ring is as full as it gets. Then applies the lack, or skips the test. What the
    // library allocates for the first delivery, it must allocate after that.
    void queue(int count);
    // Forgets the messages that came, and sends the same ones again.
    void start_again(int count);

    static std::string text(int number) { return pattern(GetParam().size, static_cast<unsigned>(number)); }
    static int number_of(const Cpg::Call& call) { return static_cast<unsigned char>(*call.data); }

    // Polls and dispatches until this many messages have been delivered, and checks after each that the descriptor is
    // readable as it must be. False if they do not come.
    bool hears(int count, cs_dispatch_flags_t flag = CS_DISPATCH_ONE);
    // The same, called from a deeper stack frame.
    bool hears_from_a_deeper_frame(int count, cs_dispatch_flags_t flag = CS_DISPATCH_ONE);
    // Polls and dispatches until the callback of a message has been called, or the dispatch returns an error. Returns
    // the dispatch's result.
    cs_error_t dispatch_one(cs_dispatch_flags_t flag);

    // The descriptor is readable if and only if there is a message that has not been delivered.
    bool is_readable_as_it_must_be() const;
    // This many messages were delivered, each once, complete, and in order. Ends the lack.
    void expect_heard(int count);
    int told() const;

    // Does this in the callback of the message with this number. A jump may leave its frames.
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
