/* SPDX-License-Identifier: Apache-2.0 */
/* What every file of the house may count on: attributes, assertions, the heap. */
#ifndef BASE_CORE_H
#define BASE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE           __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a)  __attribute__((format(printf, f, a)))
#define COLD               __attribute__((cold))
#define NORETURN           __attribute__((noreturn))
#define LIKELY(x)          __builtin_expect(!!(x), 1)
#define UNLIKELY(x)        __builtin_expect(!!(x), 0)
#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A programmer's mistake, or no memory left: says where and aborts. Never for bad input. */
NORETURN COLD void base_panic(const char *file, int line, const char *what);
#define MUST(condition) (LIKELY(condition) ? (void)0 : base_panic(__FILE__, __LINE__, #condition))
#define NOT_REACHED()   base_panic(__FILE__, __LINE__, "a place that cannot be reached")

/* The heap, for what lives long. Never returns NULL: running out of memory panics. Sizes are in bytes;
 * mem_array checks count * size for overflow. mem_free accepts NULL. */
void *mem_alloc(size_t size) __attribute__((malloc));
void *mem_zalloc(size_t size) __attribute__((malloc));
/* In large pages where the system has them; *size is rounded up to them. */
void *mem_alloc_large(size_t *size) MUST_USE;
void *mem_array(size_t count, size_t size) __attribute__((malloc));
void *mem_resize(void *old, size_t count, size_t size);
void mem_free(void *p);
/* For a program that runs for long, before its threads start: what is large is given back to the system as soon as it
 * is freed, and threads share a few heaps. Otherwise both are kept for whoever needs them next. */
void mem_runs_long(void);
/* A NUL-terminated copy of n bytes; the caller frees it with mem_free. */
char *mem_copy_text(const char *p, size_t n);

#endif
