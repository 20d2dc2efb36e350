/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opens a connection and exits with the result of that. peer_test.cpp runs it as a set-user-ID program.
 */
#include <corosync/cmap.h>

int main(void)
{
    cmap_handle_t handle = 0;

    return (int)cmap_initialize(&handle);
}
