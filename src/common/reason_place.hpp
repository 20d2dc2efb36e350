// SPDX-License-Identifier: BSD-3-Clause
// Where the service libraries write the reason of a thread's last failed call, for cs_client_reason(). The function is
// exported by our libcorosync_common. For those who call it, it is weak: a program may have the reference's instead.
#pragma once

extern "C" {

struct cs_client_reason_memory {
    const void* writer; // tells a library that its words are still there
    char words[240];    // end with a 0
};

__attribute__((visibility("default"))) struct cs_client_reason_memory* cs_client_reason_place(void);
}
