/* SPDX-License-Identifier: Apache-2.0 */
/* What is read is written, and what was written is read and written the same. */
#include "base_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool again(struct arena *a, str source, int indent, struct buf *out)
{
    struct err err;
    const struct json *v;
    struct json_writer w;
    if (json_parse(a, source, &v, &err) < 0) {
        MUST(err.code != ERR_NONE && err.message[0] && err.line > 0);
        return false;
    }
    json_init(&w, out, indent);
    json_emit(&w, v);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct buf first, second;
    arena_init(&a, 4 << 20);
    buf_init(&first, 64 << 20);
    buf_init(&second, 64 << 20);
    if (again(&a, (str){(const char *)data, size}, 3, &first)) {
        struct arena unlimited;
        arena_init(&unlimited, 0);
        MUST(again(&unlimited, buf_get(&first), 3, &second) && str_eq(buf_get(&first), buf_get(&second)));
        arena_release(&unlimited);
    }
    buf_release(&first);
    buf_release(&second);
    arena_release(&a);
    return 0;
}
