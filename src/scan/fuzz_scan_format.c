/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct scan_format f;
    struct err err = {0};
    arena_init(&a, 0);
    if (format_parse(&a, (str){(const char *)data, size}, STR("fuzz.yaml"), &f, &err) < 0) MUST(err.code != ERR_NONE);
    arena_release(&a);
    return 0;
}
