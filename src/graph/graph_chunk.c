/* SPDX-License-Identifier: Apache-2.0 */
#include "graph_inside.h"

#include <stdlib.h>
#include <string.h>

static size_t round_up(size_t n, size_t step) { return (n + step - 1) & ~(step - 1); }

struct chunk *chunk_pack(uint64_t number, const struct fact *const facts[CHUNK_FACTS])
{
    size_t size = round_up(sizeof(struct chunk), 16);
    bool any = false;
    for (size_t i = 0; i < CHUNK_FACTS; i++)
        if (facts[i]) size += facts[i]->size, any = true;
    if (!any) return NULL;
    MUST(size < UINT32_MAX);
    struct chunk *c = mem_alloc(size);
    *c = (struct chunk){.number = number, .size = (uint32_t)size};
    atomic_init(&c->users, 1);
    uint32_t at = (uint32_t)round_up(sizeof *c, 16);
    for (size_t i = 0; i < CHUNK_FACTS; i++) {
        if (!facts[i]) continue;
        c->at[i] = at;
        memcpy((char *)c + at, facts[i], facts[i]->size);
        at += facts[i]->size;
    }
    return c;
}

/* ---- Links that come in ---- */

static size_t starts_size(const struct shape *shape) { return round_up(4 * (shape->inverse_count + 1), 8); }

const uint64_t *backlinks_get(const struct backlinks *b, size_t slot, const struct shape *shape, size_t inverse,
                              size_t *count)
{
    *count = 0;
    if (!b || !b->at[slot]) return NULL;
    const uint32_t *first = (const uint32_t *)((const char *)b + b->at[slot]);
    *count = first[inverse + 1] - first[inverse];
    return (const uint64_t *)((const char *)first + starts_size(shape)) + first[inverse];
}

int link_edit_order(const void *a, const void *b)
{
    const struct link_edit *x = a, *y = b;
    if (x->target != y->target) return x->target < y->target ? -1 : 1;
    if (x->inverse != y->inverse) return x->inverse < y->inverse ? -1 : 1;
    if (x->source != y->source) return x->source < y->source ? -1 : 1;
    return x->adds - y->adds;
}

/* old and the edits of one inverse of one fact into `to`, ascending; the number of ids. */
static size_t merge(const uint64_t *old, size_t old_count, const struct link_edit *edits, size_t count, uint64_t *to)
{
    size_t n = 0, i = 0;
    for (size_t e = 0; e < count;) {
        uint64_t source = edits[e].source;
        while (i < old_count && old[i] < source) to[n++] = old[i++];
        ptrdiff_t there = 0;
        for (; i < old_count && old[i] == source; i++) there++;
        for (; e < count && edits[e].source == source; e++) there += edits[e].adds ? 1 : -1;
        for (; there > 0; there--) to[n++] = source;
    }
    while (i < old_count) to[n++] = old[i++];
    return n;
}

struct backlinks *backlinks_pack(const struct chunk *chunk, const struct backlinks *old, const struct link_edit *edits,
                                 size_t count)
{
    if (!chunk) return NULL;
    /* Room for the most that it can come to; cut afterwards. */
    size_t most = round_up(sizeof(struct backlinks), 8) + 8 * count;
    for (size_t slot = 0; slot < CHUNK_FACTS; slot++) {
        const struct fact *f = chunk_fact(chunk, slot);
        if (!f) continue;
        most += starts_size(f->shape);
        if (!old || !old->at[slot]) continue;
        const uint32_t *first = (const uint32_t *)((const char *)old + old->at[slot]);
        most += 8 * (size_t)first[f->shape->inverse_count];
    }
    MUST(most < UINT32_MAX);
    struct backlinks *b = mem_alloc(most);
    *b = (struct backlinks){0};
    atomic_init(&b->users, 1);
    size_t at = round_up(sizeof *b, 8), before = at;
    const struct link_edit *edit = edits, *end = edits + count;
    for (size_t slot = 0; slot < CHUNK_FACTS; slot++) {
        const struct fact *f = chunk_fact(chunk, slot);
        uint64_t id = chunk->number << CHUNK_BITS | slot;
        while (edit < end && edit->target < id) edit++;
        if (!f) continue;
        uint32_t *first = (uint32_t *)((char *)b + at), filled = 0;
        uint64_t *ids = (uint64_t *)((char *)first + starts_size(f->shape));
        for (size_t inverse = 0; inverse < f->shape->inverse_count; inverse++) {
            size_t old_count;
            const uint64_t *old_ids = backlinks_get(old, slot, f->shape, inverse, &old_count);
            const struct link_edit *from = edit;
            while (edit < end && edit->target == id && edit->inverse == inverse) edit++;
            first[inverse] = filled;
            filled += (uint32_t)merge(old_ids, old_count, from, (size_t)(edit - from), ids + filled);
        }
        if (!filled) continue;
        first[f->shape->inverse_count] = filled;
        b->at[slot] = (uint32_t)at;
        at += starts_size(f->shape) + 8 * (size_t)filled;
    }
    if (at == before) {
        mem_free(b);
        return NULL;
    }
    return mem_resize(b, 1, at);
}
