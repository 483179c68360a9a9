/* SPDX-License-Identifier: Apache-2.0 */
#include "base_arena.h"

#include "base_utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The addresses handed out are multiples of 16: the header is one such step. */
struct arena_block {
    struct arena_block *older;
    size_t size;
};

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

void arena_init(struct arena *a, size_t limit) { *a = (struct arena){.limit = limit}; }

static void free_blocks(struct arena_block *block, const struct arena_block *keep)
{
    while (block != keep) {
        struct arena_block *older = block->older;
        mem_free(block);
        block = older;
    }
}

void arena_release(struct arena *a)
{
    free_blocks(a->blocks, NULL);
    arena_init(a, a->limit);
}

void arena_clear(struct arena *a)
{
    struct arena_block *first = a->blocks;
    while (first && first->older) first = first->older;
    free_blocks(a->blocks, first);
    arena_init(a, a->limit);
    if (!first) return;
    a->blocks = first;
    a->next = (char *)(first + 1);
    a->end = (char *)first + first->size;
}

static void add_block(struct arena *a, struct arena_block *block, size_t size)
{
    *block = (struct arena_block){a->blocks, size};
    a->blocks = block;
    a->next = (char *)(block + 1);
    a->end = (char *)block + size;
}

void *arena_slow(struct arena *a, size_t size)
{
    MUST(size && size < SIZE_MAX / 2);
    size_t block_size = a->blocks ? a->blocks->size * 2 : FIRST_BLOCK;
    if (block_size > LARGEST_BLOCK) block_size = LARGEST_BLOCK;
    if (block_size < size + sizeof(struct arena_block)) block_size = size + sizeof(struct arena_block);
    add_block(a, mem_alloc(block_size), block_size);
    return arena_alloc(a, size);
}

void arena_reserve(struct arena *a, size_t size)
{
    MUST(size < SIZE_MAX / 2);
    if (size < LARGEST_BLOCK || (size_t)(a->end - a->next) >= size) return;
    struct arena_block *block = mem_alloc_large(&size);
    add_block(a, block, size);
}

void *arena_zalloc(struct arena *a, size_t size) { return memset(arena_alloc(a, size), 0, size); }

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    MUST(!__builtin_mul_overflow(count, size, &bytes));
    return arena_zalloc(a, bytes);
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->next, a->end, a->blocks, a->used, a->zones};
}

void arena_back_to(struct arena *a, struct arena_mark mark)
{
    free_blocks(a->blocks, mark.blocks);
    a->next = mark.next, a->end = mark.end, a->blocks = mark.blocks, a->used = mark.used;
    a->zones = mark.zones;
}

str arena_copy(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (s.n) memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (str){p, s.n};
}

str arena_vprintf(struct arena *a, size_t most, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    MUST(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, args);
    str cut = utf8_cut((str){p, (size_t)n}, most);
    p[cut.n] = 0;
    return cut;
}

str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str s = arena_vprintf(a, SIZE_MAX, format, args);
    va_end(args);
    return s;
}

void *vec_grow(struct arena *a, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room) return items;
    size_t wider = *room ? *room * 2 : 8, bytes;
    MUST(!__builtin_mul_overflow(wider, size, &bytes));
    void *fresh = arena_alloc(a, bytes);
    if (count) memcpy(fresh, items, count * size);
    *room = wider;
    return fresh;
}
