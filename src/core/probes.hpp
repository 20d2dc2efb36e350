// SPDX-License-Identifier: BSD-3-Clause
// Places where bpftrace, perf and SystemTap can look into a running program. corosync_client(7) lists the probes with
// their arguments. A probe that nobody looks at is one instruction that does nothing.
#pragma once

#ifdef COROSYNC_CLIENT_HAVE_PROBES
#include <sys/sdt.h>
#define COROSYNC_PROBE0(name) STAP_PROBE(corosync_client, name)
#define COROSYNC_PROBE1(name, a) STAP_PROBE1(corosync_client, name, a)
#define COROSYNC_PROBE2(name, a, b) STAP_PROBE2(corosync_client, name, a, b)
#define COROSYNC_PROBE3(name, a, b, c) STAP_PROBE3(corosync_client, name, a, b, c)
#else
#define COROSYNC_PROBE0(name) static_cast<void>(0)
#define COROSYNC_PROBE1(name, a) static_cast<void>(0)
#define COROSYNC_PROBE2(name, a, b) static_cast<void>(0)
#define COROSYNC_PROBE3(name, a, b, c) static_cast<void>(0)
#endif
