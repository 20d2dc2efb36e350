/* SPDX-License-Identifier: BSD-3-Clause */
/* The reference has nothing to compare the items of additions.txt with, so their values and layouts are here. */
#include <corosync/votequorum.h>

#include <stddef.h>

_Static_assert(VOTEQUORUM_INFO_QDEVICE_HAS_EXTRA_INFO == 1024, "");
_Static_assert(VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE == 4096, "");
_Static_assert(VOTEQUORUM_MODEL_V1 == 1, "");
_Static_assert(sizeof(votequorum_model_t) == 4, "");
_Static_assert(sizeof(votequorum_model_v1_data_t) == 5 * sizeof(void*), "");
_Static_assert(offsetof(votequorum_model_v1_data_t, model) == 0, "");
_Static_assert(offsetof(votequorum_model_v1_data_t, votequorum_quorum_notify_fn) == sizeof(void*), "");
_Static_assert(offsetof(votequorum_model_v1_data_t, votequorum_expectedvotes_notify_fn) == 2 * sizeof(void*), "");
_Static_assert(offsetof(votequorum_model_v1_data_t, votequorum_nodelist_notify_fn) == 3 * sizeof(void*), "");
_Static_assert(offsetof(votequorum_model_v1_data_t, votequorum_qdevice_extra_info_fn) == 4 * sizeof(void*), "");

static void informed(votequorum_handle_t handle, uint64_t context, uint32_t nodeid, uint32_t ei_size, void* extra_info)
{
    (void)handle, (void)context, (void)nodeid, (void)ei_size, (void)extra_info;
}

const votequorum_qdevice_extra_info_fn_t additions_callback = informed;
