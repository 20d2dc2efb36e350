// SPDX-License-Identifier: BSD-3-Clause
// What keeps the program's descriptors from harm by libqb's client, which closes some that are not its own.
#pragma once

#include "core/transport.hpp"

#include <sys/types.h>

namespace corosync {

// The most descriptors that libqb opens during a connect. If it runs out of them, it closes the program's descriptor 0.
inline constexpr int kConnectDescriptors = 3;

// Whether `count` descriptors are free, at most one more than a connect needs. 0 or a negative errno.
int check_descriptors(int count);

// Repairs the program's descriptors after a failed connect of libqb. libqb may close descriptor 0. And if there is no
// address space for a ring, it does not close the ring's data file, whose descriptor has the lowest number that was
// free or one close to it. (Seen with libqb 2.0.6, by making each call fail in turn.)
class ProgramDescriptors {
public:
    ProgramDescriptors();
    ~ProgramDescriptors();
    ProgramDescriptors(const ProgramDescriptors&) = delete;
    ProgramDescriptors& operator=(const ProgramDescriptors&) = delete;

    void restore(pid_t server) const;

private:
    int flags_; // of descriptor 0
    int zero_ = -1;
    int lowest_;
};

// libqb will close a descriptor of ours. The program may have closed that descriptor, and the number may now belong to
// another file. While this object lives, the number belongs to a placeholder that libqb may close.
class DescriptorToClose {
public:
    DescriptorToClose(int number, const FileIdentity& ours);
    ~DescriptorToClose();
    DescriptorToClose(const DescriptorToClose&) = delete;
    DescriptorToClose& operator=(const DescriptorToClose&) = delete;

    explicit operator bool() const { return safe_to_close_; }

private:
    int number_;
    int flags_ = 0;
    int theirs_ = -1;
    FileIdentity placeholder_;
    bool safe_to_close_ = true;
};

} // namespace corosync
