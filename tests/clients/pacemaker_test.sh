#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# pacemaker_test.sh LIBRARIES, inside sandbox.sh
#
# Debian's unmodified Pacemaker, on the libraries in that folder, on a cluster of one node: it elects a leader (the DC),
# keeps attributes, runs a resource, and stops cleanly. When it is started again, permanent attributes are still there.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/../support/cluster.sh"
. "$(dirname "$0")/libraries.sh"
. "$(dirname "$0")/pacemaker.sh"

make_network 1
prepare_pacemaker "$1"
start_cluster

first_start 1
create_dummy 1
agree 1
check_libraries 1
tool 1 crm_attribute -N n1 -n permanent -v yes
tool 1 crm_attribute -N n1 -n transient -v yes -l reboot
tool 1 attrd_updater -n counter -U 1
tool 1 attrd_updater -n counter -U value++
await_output 20 1 '^yes$' crm_attribute -N n1 -n permanent -G -q
await_output 20 1 '^yes$' crm_attribute -N n1 -n transient -l reboot -G -q
await_output 20 1 '^2$' crm_attribute -N n1 -n counter -l reboot -G -q
stop_pacemaker 1
[ -z "$(dummies 1)" ] || fail "the resource was not stopped"

start_pacemaker 1
agree 1
check_libraries 1
await_output 20 1 '^yes$' crm_attribute -N n1 -n permanent -G -q
await_output 20 1 'No such device' crm_attribute -N n1 -n transient -l reboot -G -q
stop_pacemaker 1
echo "elected, kept its attributes, ran the resource, and stopped, twice"
