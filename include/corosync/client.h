/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What these libraries have in addition to the reference's. The reference has no such header and no such function.
 */
#ifndef COROSYNC_CLIENT_H_DEFINED
#define COROSYNC_CLIENT_H_DEFINED

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @brief Why the calling thread's last failed call of libcmap, libcpg or libvotequorum failed, in words: the cause, and
 *        after a semicolon what to do about it.
 *
 * Never blocks. May be called in callbacks and after a fork.
 *
 * @return A text in English of one line and less than 240 bytes; "" if no call of this thread has failed. The library
 *         owns it. It is valid until the thread's next call that fails, or its end. The words may change with each
 *         release: they are for people, not for programs to compare.
 */
const char* cs_client_reason(void);

#ifdef __cplusplus
}
#endif

#endif /* COROSYNC_CLIENT_H_DEFINED */
