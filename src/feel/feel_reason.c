/* SPDX-License-Identifier: Apache-2.0 */
/* Where nulls are inside of a value, and why. */
#include "feel_value.h"

struct reasons {
    struct arena *a;
    struct feel_reason *out;
    size_t count, room;
    struct buf path;
};

static void look(struct reasons *r, const struct feel_value *v, int depth)
{
    size_t mark = r->path.n;
    if (r->count == r->room || depth > VALUE_DEPTH) return;
    if (v->kind == FEEL_NULL && v->text.n) {
        r->out[r->count++] = (struct feel_reason){buf_copy(&r->path, r->a), v->text};
    } else if (v->kind == FEEL_LIST) {
        for (uint32_t i = 0; i < v->count; i++) {
            if (v->items[i].kind != FEEL_NULL && v->items[i].kind < FEEL_LIST) continue;
            buf_printf(&r->path, "[%u]", i + 1);
            look(r, &v->items[i], depth + 1);
            r->path.n = mark;
        }
    } else if (v->kind == FEEL_CONTEXT) {
        for (uint32_t i = 0; i < v->count; i++) {
            if (v->entries[i].value.kind != FEEL_NULL && v->entries[i].value.kind < FEEL_LIST) continue;
            if (mark) buf_char(&r->path, '.');
            buf_str(&r->path, v->entries[i].key);
            look(r, &v->entries[i].value, depth + 1);
            r->path.n = mark;
        }
    }
}

size_t feel_reasons(struct arena *a, struct feel_value v, struct feel_reason *out, size_t room)
{
    enum { PATH_CAP = 1000 };
    struct reasons r = {.a = a, .out = out, .room = room};
    buf_init(&r.path, PATH_CAP);
    look(&r, &v, 0);
    buf_release(&r.path);
    return r.count;
}
