/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opens a connection; the status is what that returns. For peer_test.cpp, which raises its privileges.
 */
#include <corosync/cmap.h>

int main(void)
{
    cmap_handle_t handle = 0;

    return (int)cmap_initialize(&handle);
}
