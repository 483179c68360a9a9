/* SPDX-License-Identifier: Apache-2.0 */
/* A growing text with a cap. Writing past the cap sets `full` and drops the rest; whoever hands the text on asks once,
 * at the end, with buf_check. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base_arena.h"
#include "base_err.h"

struct buf {
    char *p;
    size_t n, room, cap; /* bytes */
    bool full;
};

void buf_init(struct buf *b, size_t cap);
void buf_release(struct buf *b);
void buf_clear(struct buf *b);
void buf_put_slow(struct buf *b, const void *p, size_t n);
static inline void buf_put(struct buf *b, const void *p, size_t n)
{
    if (UNLIKELY(!n || n >= b->room - b->n || n > b->cap - b->n || b->full)) {
        buf_put_slow(b, p, n);
        return;
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}
static inline void buf_char(struct buf *b, char c)
{
    if (UNLIKELY(b->room - b->n < 2 || b->n >= b->cap || b->full)) {
        buf_put(b, &c, 1);
        return;
    }
    b->p[b->n++] = c;
    b->p[b->n] = 0;
}
/* Where the next n bytes go, to be written there at once with those that follow; NULL: put them one by one. */
static inline char *buf_take(struct buf *b, size_t n)
{
    if (UNLIKELY(n >= b->room - b->n || n > b->cap - b->n || b->full)) return NULL;
    char *p = b->p + b->n;
    b->n += n;
    p[n] = 0;
    return p;
}
static inline void buf_str(struct buf *b, str s) { buf_put(b, s.p, s.n); }
static inline void buf_text(struct buf *b, const char *text) { buf_put(b, text, strlen(text)); }
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_codepoint(struct buf *b, uint32_t c); /* as UTF-8 */
str buf_get(const struct buf *b);              /* borrowed until the next write; NUL-terminated when not empty */
str buf_copy(const struct buf *b, struct arena *a);
int buf_check(const struct buf *b, struct err *err) MUST_USE;

#endif
