/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmap_from_c.h"

cs_error_t initialize_map_number(cmap_handle_t* handle, int map)
{
    return cmap_initialize_map(handle, (cmap_map_t)map);
}

cs_error_t set_type_number(cmap_handle_t handle, const char* key, const void* value, size_t length, int type)
{
    return cmap_set(handle, key, value, length, (cmap_value_types_t)type);
}

cs_error_t get_type_number(cmap_handle_t handle, const char* key, void* value, size_t* length, int* type)
{
    cmap_value_types_t stored = (cmap_value_types_t)*type;
    const cs_error_t error = cmap_get(handle, key, value, length, &stored);
    *type = (int)stored;
    return error;
}
