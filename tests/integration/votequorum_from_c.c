/* SPDX-License-Identifier: BSD-3-Clause */
#include "votequorum_from_c.h"

cs_error_t votequorum_model_number(votequorum_handle_t* handle, int model)
{
    votequorum_model_v1_data_t data = {.votequorum_quorum_notify_fn = 0};

    data.model = (votequorum_model_t)model;
    return votequorum_model_initialize(handle, &data);
}
