// SPDX-License-Identifier: BSD-3-Clause
// Builds a text in memory of a fixed size, without the C library's printf.
#pragma once

#include <cstddef>
#include <cstdint>

namespace corosync {

// Adds to a text as long as there is room. The text always ends with a 0.
class Text {
public:
    Text(char* begin, std::size_t size) : at_(begin), last_(begin + size - 1) { *at_ = '\0'; }

    Text& add(const char* text)
    {
        while (*text != '\0')
            add(*text++);
        return *this;
    }
    // Control characters become '?', so that a text is always one line.
    Text& add(char one)
    {
        if (at_ < last_) {
            *at_++ = static_cast<unsigned char>(one) >= ' ' ? one : '?';
            *at_ = '\0';
        }
        return *this;
    }
    Text& add(std::uint64_t number, unsigned base = 10, int width = 1)
    {
        char digits[24];
        char* first = digits + sizeof digits;
        *--first = '\0';
        for (; number != 0 || width > 0; number /= base, --width)
            *--first = "0123456789abcdef"[number % base];
        return add(first);
    }
    Text& add_signed(long number)
    {
        return number < 0 ? add("-").add(0 - static_cast<std::uint64_t>(number))
                          : add(static_cast<std::uint64_t>(number));
    }
    void end_line()
    {
        if (at_ == last_)
            --at_;
        *at_++ = '\n';
        *at_ = '\0';
    }
    [[nodiscard]] char* end() const { return at_; }

private:
    char* at_;
    char* last_;
};

} // namespace corosync
