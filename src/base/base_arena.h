/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is given back all at once: one request, one document, one compile, one evaluation.
 *
 * arena_alloc never fails. An arena has a soft limit: work that could run away asks arena_over() at its safe points and
 * returns its own error; a single large wish is asked for with arena_would_exceed() first. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base_str.h"

#include <stdarg.h>

struct arena_block;
struct zone;
struct arena {
    char *next, *end;
    struct arena_block *blocks;
    size_t used, limit;       /* bytes; a limit of 0 means none */
    const struct zone *zones; /* loaded into it, so that each is loaded once: see zone_load */
};
struct arena_mark {
    char *next, *end;
    struct arena_block *blocks;
    size_t used;
    const struct zone *zones;
};

void arena_init(struct arena *a, size_t limit);
void arena_release(struct arena *a);
/* Empties it and keeps its first block for reuse. */
void arena_clear(struct arena *a);

void *arena_slow(struct arena *a, size_t size);
/* Uninitialised, aligned to 16 bytes. */
static inline void *arena_alloc(struct arena *a, size_t size)
{
    size = (size + (size ? 15 : 16)) & ~(size_t)15;                                   /* so that nothing is NULL */
    if (UNLIKELY(size - 1 >= (size_t)(a->end - a->next))) return arena_slow(a, size); /* also where size wrapped to 0 */
    void *p = a->next;
    a->next += size;
    a->used += size;
    return p;
}
/* About `size` bytes will follow: where that is much, they get a block of their own in large pages, since touching
 * fresh memory page by page costs more than what is then written there. */
void arena_reserve(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size); /* zeroed, checked for overflow */
static inline bool arena_over(const struct arena *a) { return a->limit && a->used > a->limit; }
static inline bool arena_would_exceed(const struct arena *a, size_t more)
{
    return a->limit && (more > a->limit || a->used > a->limit - more);
}

/* What was taken since the mark is given back. */
struct arena_mark arena_mark(const struct arena *a);
void arena_back_to(struct arena *a, struct arena_mark mark);

str arena_copy(struct arena *a, str s); /* the copy has a NUL behind it */
str arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);
/* Cut to `most` bytes where it is longer, between characters: for reasons that quote what a user wrote. */
str arena_vprintf(struct arena *a, size_t most, const char *format, va_list args) PRINTF_LIKE(3, 0);

/* A growing array in an arena: VEC(struct thing) things = {0}; *vec_add(arena, &things) = x; */
#define VEC(type)                                                                                                      \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count, room;                                                                                            \
    }
#define vec_add(arena, v)                                                                                              \
    ((v)->items = vec_grow((arena), (v)->items, (v)->count, &(v)->room, sizeof(*(v)->items)), &(v)->items[(v)->count++])
#define VEC_EACH(item, v)                                                                                              \
    for (__typeof__(*(v)->items) *item = (v)->items, *item##_end = (v)->count ? item + (v)->count : item;              \
         item < item##_end; item++)
void *vec_grow(struct arena *a, void *items, size_t count, size_t *room, size_t size);

#endif
