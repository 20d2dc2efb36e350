// SPDX-License-Identifier: BSD-3-Clause
// The reasons. corosync_client(7) has a row for each, with the same words: tests/manual compares them.
#pragma once

#include "core/reason.hpp"

namespace corosync::reasons {

// Connecting.
inline constinit Reason nobody_listens{"nobody listens on the socket '$' in this network namespace",
                                       "start corosync, or run the program in the daemon's network namespace"};
inline constinit Reason not_found{"libqb's client finds no socket of the daemon, or no ring files",
                                  "start corosync, or give the program the daemon's socket folder and /dev/shm"};
inline constinit Reason filesystem_sockets{"the daemon uses sockets in the file system",
                                           "remove /etc/libqb/force-filesystem-sockets, for more speed"};
inline constinit Reason no_rings{"the daemon offers sockets instead of shared memory",
                                 "set qb_ipc_type to shm in corosync.conf, for more speed"};
inline constinit Reason unknown_reply{"the daemon's answer to the connect has an unknown form",
                                      "compare the versions of libqb here and where the daemon runs"};
inline constinit Reason ring_files_missing{"the daemon's ring files are not in this /dev/shm",
                                           "give the program the daemon's /dev/shm, for example with --ipc=host"};
inline constinit Reason ring_files_unsafe{"the daemon's ring files have an unexpected owner, mode, size or content",
                                          "look at /dev/shm/qb-*: another user may have changed it"};
inline constinit Reason untrusted_peer{
    "the process % that listens on the socket runs as user %, which is neither root nor the program's user nor listed",
    "if it is the daemon, list that user in COROSYNC_CLIENT_PEER_UIDS"};
inline constinit Reason not_authorized{"the daemon does not allow this user and group to connect",
                                       "add them to uidgid in corosync.conf, or run the program as root"};
inline constinit Reason daemon_full{
    "the daemon could not make the rings: /dev/shm has % bytes free, about 3 MiB are needed",
    "free space in /dev/shm, or make it larger"};
inline constinit Reason daemon_refused{"the daemon refused the connect with errno %", "look at the daemon's log"};
inline constinit Reason queue_full{"the daemon has not accepted connections for so long that no more can wait",
                                   "look whether the daemon is stopped or overloaded"};
inline constinit Reason reply_ends{"the rest of the daemon's answer to the connect did not come within % ms",
                                   "look whether the daemon is stopped or overloaded"};
inline constinit Reason hung_up_early{"the daemon hung up before it answered the connect",
                                      "try again: the daemon is starting or stopping"};
inline constinit Reason time_limit{"the daemon did not answer within % ms, the limit in COROSYNC_CLIENT_CONNECT_MS",
                                   "look whether the daemon is stopped or overloaded"};
inline constinit Reason signal_came{"a signal ended the wait for the daemon, which did not answer for % ms",
                                    "look whether the daemon is stopped or overloaded"};

// Limits.
inline constinit Reason no_descriptor{"no file descriptor is free: the limit of the process is %",
                                      "close descriptors, or raise RLIMIT_NOFILE"};
inline constinit Reason no_file{"the system has no room for another open file", "raise fs.file-max"};
inline constinit Reason no_memory{"there is no memory: the limits are % bytes of address space, % of locked memory",
                                  "raise RLIMIT_AS or RLIMIT_MEMLOCK, or free memory"};
inline constinit Reason system_error{"a system call failed with errno %", "look up that number in errno(3)"};

// The connection.
inline constinit Reason daemon_ended{
    "the daemon (process %) has ended, and % of its events were in the ring when this was noticed",
    "finalize the handle, and initialize again when the daemon runs"};
inline constinit Reason daemon_hung_up{"the daemon (process %) closed the connection and had not ended when this was "
                                       "noticed, with % of its events in the ring",
                                       "finalize the handle and initialize again; look at the daemon's log"};
inline constinit Reason daemon_gone{
    "the daemon, in another process namespace, is gone, and % of its events were in the ring when this was noticed",
    "finalize the handle, and initialize again when the daemon runs"};
inline constinit Reason descriptor_closed{"the program has closed the handle's descriptor",
                                          "leave the descriptor to the library, and finalize the handle"};
inline constinit Reason used_in_child{"the handle belongs to the process that forked this one, and is in use there",
                                      "initialize a handle in the child"};
inline constinit Reason finalized_meanwhile{"the handle was finalized during the call", "stop the other thread first"};
inline constinit Reason malformed{"the daemon sent a malformed $: message id %, % bytes",
                                  "report it, with the versions of both sides"};
inline constinit Reason malformed_reply{"a value in the daemon's reply is not possible",
                                        "report it, with the versions of both sides"};
inline constinit Reason damaged{"the $ is damaged", "finalize the handle and initialize again; report it"};

// Sending.
inline constinit Reason flow_control{"the daemon takes no message now: flow control", "dispatch, and try again", true};
inline constinit Reason held_back{"the daemon has taken no message of this handle for % ms: flow control",
                                  "look for a member that does not dispatch, or for an overloaded network"};
inline constinit Reason ring_full{"the request ring is full", "dispatch, and try again", true};
inline constinit Reason no_kernel_memory{"the kernel has no memory in one piece for a message of this size",
                                         "try again; or set qb_ipc_type to shm in corosync.conf"};
inline constinit Reason too_large{"the message is larger than the daemon takes", "send it in parts"};

// Answers and arguments.
inline constinit Reason no_event{"no event waits", "poll the descriptor first", true};
inline constinit Reason daemon_busy{"the daemon answered: not now, the cluster is synchronizing or the queue is full",
                                    "try again"};
inline constinit Reason not_allowed{"the daemon does not allow this", "look at the key, the map or the service"};
inline constinit Reason answered{"the daemon answered with this error", "see the function's manual page", true};
inline constinit Reason bad_argument{"an argument is not valid", "see the function's manual page"};
inline constinit Reason name_too_long{"a name is too long", "see the function's manual page"};
inline constinit Reason bad_handle{"the handle is not open in this library", "initialize it first"};
inline constinit Reason not_possible{"the call is not possible in this state", "see the function's manual page"};

} // namespace corosync::reasons
