/* SPDX-License-Identifier: Apache-2.0 */
/* A zone from any bytes answers any question, with less than 27 hours. */
#include "base_time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct err err;
    const struct zone *z;
    arena_init(&a, 0);
    if (zone_parse(&a, STR("made"), (str){(const char *)data, size}, &z, &err) == 0)
        for (int64_t i = 0, at = INT64_MIN / 4; i < 64; i++, at = i < 32 ? at / 4 : (int64_t)i * 99999999) {
            int32_t offset = zone_offset_at(z, at), local = zone_offset_local(z, at);
            MUST(offset > -97200 && offset < 97200 && local > -97200 && local < 97200);
        }
    arena_release(&a);
    return 0;
}
