/* SPDX-License-Identifier: Apache-2.0 */
#include "base_core.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void base_panic(const char *file, int line, const char *what)
{
    fprintf(stderr, "entente: %s:%d: broken promise: %s\n", file, line, what);
    abort();
}

void *mem_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (UNLIKELY(!p)) base_panic(__FILE__, __LINE__, "memory is left");
    return p;
}

void *mem_alloc_large(size_t *size)
{
    enum { LARGE_PAGE = 2 << 20 };
    size_t whole;
    MUST(!__builtin_add_overflow(*size, LARGE_PAGE - 1, &whole));
    *size = whole & ~(size_t)(LARGE_PAGE - 1);
    void *p = aligned_alloc(LARGE_PAGE, *size);
    if (UNLIKELY(!p)) base_panic(__FILE__, __LINE__, "memory is left");
    madvise(p, *size, MADV_HUGEPAGE); /* a wish: without it the pages are small ones */
    return p;
}

void *mem_zalloc(size_t size)
{
    void *p = mem_alloc(size);
    memset(p, 0, size);
    return p;
}

void *mem_array(size_t count, size_t size)
{
    size_t bytes;
    MUST(!__builtin_mul_overflow(count, size, &bytes));
    return mem_zalloc(bytes);
}

void *mem_resize(void *old, size_t count, size_t size)
{
    size_t bytes;
    MUST(!__builtin_mul_overflow(count, size, &bytes));
    void *p = realloc(old, bytes ? bytes : 1);
    if (UNLIKELY(!p)) base_panic(__FILE__, __LINE__, "memory is left");
    return p;
}

void mem_free(void *p) { free(p); }

void mem_runs_long(void)
{
    enum { LARGE = 512 << 10, HEAPS = 4 };
    mallopt(M_MMAP_THRESHOLD, LARGE);
    mallopt(M_ARENA_MAX, HEAPS);
}

char *mem_copy_text(const char *p, size_t n)
{
    char *copy = mem_alloc(n + 1);
    if (n) memcpy(copy, p, n);
    copy[n] = 0;
    return copy;
}
