// SPDX-License-Identifier: BSD-3-Clause
#include "arguments.hpp"

namespace differential {

void Arguments::fill(Step& step)
{
    switch (service_of(step.op)) {
    case Service::cmap:
        return cmap(step);
    case Service::cpg:
        return cpg(step);
    case Service::votequorum:
        return votequorum(step);
    case Service::none:
        break;
    }
}

std::int64_t Arguments::number()
{
    return random_.of({0, 1, -1, 127, 128, 255, 32767, 65535, 2147483647, 4294967295, INT64_MAX, INT64_MIN});
}

std::int64_t Arguments::message_size()
{
    if (random_.chance(50))
        return random_.below(2000);
    const auto size = random_.of(
        {0, 1, 8, 64, 1000, 4040, 4096, 4097, 5000, 8192, 20000, 60000, 65536, 100000, 261888, 262144, 300000});
    return wishes_.large || size < 4000 ? size : size % 4000;
}

void Arguments::cmap(Step& step)
{
    auto& a = step.a;
    a[1] = key();
    switch (step.op) {
    case Op::cmap_initialize_map:
        a[1] = random_.of({0, 1, 1, 1, 2, -1});
        break;
    case Op::cmap_dispatch:
        a[1] = dispatch_type();
        a[2] = random_.below(2);
        break;
    case Op::cmap_context_set:
        a[1] = context();
        break;
    case Op::cmap_set:
        a[2] = random_.chance(50) ? 12 : random_.of({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11, 13, 255});
        a[3] = random_.of({0,    1,    2,    4,     8,     16,    100,   255,     1000,    4080,
                           4096, 5000, 8192, 16383, 16384, 16385, 20000, 1048280, 1048281, 2000000});
        if (a[2] < 11 && random_.chance(70)) {
            constexpr std::int64_t kSizes[] = {0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
            a[3] = kSizes[a[2]];
        }
        a[4] = random_.chance(3) ? -1 : random_.below(256);
        break;
    case Op::cmap_set_string:
        a[2] = random_.of({-1, 0, 1, 5, 100, 4096, 16383, 16384, 16385, 20000});
        a[3] = random_.below(256);
        break;
    case Op::cmap_get:
        a[2] = random_.of({1, 2, 4, 8, 16, 100, 255, 4096, 16384, 16385, 20000, 1000000, 1052620});
        a[3] = random_.chance(60) ? 0 : random_.below(8);
        break;
    case Op::cmap_iter_init:
        a[1] = random_.below(kSlots);
        a[2] = random_.of({20, 0, 21, 7, kNullKey, 9, 10, 6, 16});
        a[3] = random_.chance(3);
        break;
    case Op::cmap_iter_next:
        a[1] = random_.below(kSlots);
        a[2] = random_.chance(80) ? 0 : random_.below(8);
        break;
    case Op::cmap_iter_finalize:
    case Op::cmap_track_delete:
        a[1] = random_.below(kSlots);
        break;
    case Op::cmap_track_add:
        a[1] = random_.below(kSlots);
        a[2] = random_.chance(30) ? random_.of({20, 21}) : key();
        a[3] =
            random_.chance(60) ? (a[2] >= 20 ? 15 : 7) : random_.of({0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 15, 16, 64, -1});
        a[4] = random_.chance(5) ? random_.below(4) : 0;
        break;
    default:
        a[2] = number();
        break;
    }
}

void Arguments::cpg(Step& step)
{
    auto& a = step.a;
    switch (step.op) {
    case Op::cpg_initialize:
        a[1] = random_.chance(70) ? 3 : random_.of({0, 1, 2, 8});
        break;
    case Op::cpg_model_initialize:
        a[1] = random_.chance(70) ? 7 : random_.of({0, 1, 2, 3, 4, 5, 6, 8});
        a[2] = random_.chance(95) ? 1 : random_.of({0, 2, 99, -1});
        a[3] = random_.chance(98) ? random_.below(2) : random_.of({2, 3, -1});
        a[4] = context();
        break;
    case Op::cpg_context_set:
        a[1] = context();
        break;
    case Op::cpg_dispatch:
        a[1] = dispatch_type();
        a[2] = random_.below(2);
        break;
    case Op::cpg_join:
    case Op::cpg_leave:
        a[1] = group_name();
        break;
    case Op::cpg_mcast_joined:
        a[1] = message_size();
        a[2] = random_.chance(60) ? 1 : random_.of({1, 2, 3, 5, 62, 63});
        if (a[1] == 0 && random_.chance(50))
            a[2] = 0;
        a[3] = random_.of({0, 1, 2, 2, 3, 99});
        a[4] = random_.below(256);
        break;
    case Op::cpg_membership_get:
        a[1] = group_name();
        a[2] = random_.chance(90) ? 0 : random_.below(4);
        break;
    case Op::cpg_zcb_alloc:
        a[1] = random_.below(kSlots);
        a[2] = random_.of({0, 1, 100, 4096, 10000, 100000, 1000000});
        a[3] = random_.below(256);
        break;
    case Op::cpg_zcb_free:
        a[1] = random_.below(kSlots);
        break;
    case Op::cpg_zcb_mcast_joined:
        a[1] = random_.below(kSlots);
        a[2] = message_size();
        a[3] = random_.of({0, 2, 99});
        break;
    case Op::cpg_iteration_initialize:
        a[1] = random_.of({1, 2, 2, 3, 3, 0, 4, -1});
        a[2] = a[1] == 2 ? group_name() : random_.chance(90) ? -1 : group_name();
        if (random_.chance(5))
            a[2] = -1;
        a[3] = random_.below(kSlots);
        a[4] = random_.chance(3);
        break;
    case Op::cpg_iteration_next:
    case Op::cpg_iteration_finalize:
        a[0] = random_.below(kSlots);
        a[1] = random_.chance(3);
        break;
    default:
        break;
    }
}

void Arguments::votequorum(Step& step)
{
    auto& a = step.a;
    switch (step.op) {
    case Op::votequorum_initialize:
    case Op::votequorum_model_initialize:
        a[1] = random_.chance(75) ? 7 : random_.of({0, 1, 2, 3, 4, 5, 6, 8});
        a[2] = random_.chance(95) ? 1 : random_.of({0, 2, -1});
        break;
    case Op::votequorum_dispatch:
        a[1] = random_.chance(95) ? dispatch_type() : random_.of({0, 5, 99, -1});
        a[2] = random_.below(2);
        break;
    case Op::votequorum_getinfo:
        a[1] = random_.of({0, 0, 1, 1, 2, 99, 0x80000000, 0xffffffff});
        break;
    case Op::votequorum_setexpected:
        a[1] = random_.of({0, 1, 1, 2, 3, 1000, 0xffffffff, 0x80000000});
        break;
    case Op::votequorum_setvotes:
        a[1] = wishes_.nodes > 1 ? random_.of({0, 1, 1, 99}) : random_.of({0, 1, 1, 2, 99});
        a[2] = random_.of({0, 1, 1, 2, 2, 3, 3, 4, 5, 1000});
        break;
    case Op::votequorum_trackstart:
        a[1] = random_.of({0, 1, 2, INT64_MAX, -1});
        a[2] = random_.chance(60) ? random_.of({1, 2, 4}) : random_.of({0, 3, 5, 6, 7, 8, 0xffffffff});
        break;
    case Op::votequorum_context_set:
        a[1] = context();
        break;
    case Op::votequorum_get_qdevice_extra_info:
        a[1] = random_.of({0, 1, 99});
        break;
    case Op::votequorum_set_qdevice_extra_info:
        a[1] = random_.of({0, 1, 4096, 4097});
        break;
    default:
        a[1] = device_name();
        a[2] = step.op == Op::votequorum_qdevice_update ? device_name() : random_.below(3);
        a[3] = random_.chance(70) ? 0 : 1 + random_.below(3);
        break;
    }
}

} // namespace differential
