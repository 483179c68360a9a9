/* SPDX-License-Identifier: Apache-2.0 */
#include "base_buf.h"

#include "base_utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buf_init(struct buf *b, size_t cap) { *b = (struct buf){.cap = cap}; }

void buf_release(struct buf *b)
{
    mem_free(b->p);
    buf_init(b, b->cap);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->full = false;
}

/* Makes room for n bytes and a NUL; false when that passes the cap. */
static bool make_room(struct buf *b, size_t n)
{
    if (b->full || n > b->cap || b->n > b->cap - n) return b->full = true, false;
    size_t need = b->n + n + 1;
    if (need <= b->room) return true;
    size_t room = b->room ? b->room : 64;
    while (room < need) room *= 2;
    b->p = mem_resize(b->p, room, 1);
    b->room = room;
    return true;
}

void buf_put_slow(struct buf *b, const void *p, size_t n)
{
    if (!make_room(b, n)) return;
    if (n) memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = b->full ? 0 : b->room - b->n;
    int n = vsnprintf(room ? b->p + b->n : NULL, room, format, args);
    va_end(args);
    MUST(n >= 0);
    if ((size_t)n < room && (size_t)n <= b->cap - b->n) {
        b->n += (size_t)n;
    } else if (make_room(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    } else if (room) {
        b->p[b->n] = 0;
    }
    va_end(again);
}

void buf_codepoint(struct buf *b, uint32_t c)
{
    char bytes[4];
    buf_put(b, bytes, utf8_encode(c, bytes));
}

str buf_get(const struct buf *b) { return b->n ? (str){b->p, b->n} : STR(""); }

str buf_copy(const struct buf *b, struct arena *a) { return arena_copy(a, buf_get(b)); }

int buf_check(const struct buf *b, struct err *err)
{
    return b->full ? err_set(err, ERR_LIMIT, "the text grows over its limit of %zu bytes", b->cap) : 0;
}
