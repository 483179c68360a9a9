/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the C library: the engine's things behind the public names. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include "base_time.h"
#include "dmn.h"
#include "entente.h"

#include <assert.h>

struct library_class;
struct entente_evaluation {
    struct arena arena;
    struct feel_env env;
    struct entente_limits limits;
    struct arena zone_arena; /* of the clock's zone */
    bool has_clock, explain;
    struct err err;                      /* the engine keeps a pointer to it in what functions hold */
    const struct library_class *classes; /* met since it was cleared */
    unsigned inside; /* calls from the caller's functions into the library: they share the limits of the outermost */
    struct dmn_result last;
    bool listed; /* its errors are with those inside of its value */
};
static_assert(sizeof(struct entente_value) == sizeof(struct feel_value), "a value is handed on as it is");

static inline struct feel_value library_take(struct entente_value v)
{
    struct feel_value out;
    __builtin_memcpy(&out, &v, sizeof out);
    return out;
}
static inline struct entente_value library_give(struct feel_value v)
{
    struct entente_value out;
    __builtin_memcpy(&out, &v, sizeof out);
    return out;
}
static inline str library_text(const char *text, size_t length)
{
    return length == ENTENTE_TEXT ? str_of(text) : (str){text, length};
}
/* As the engine calls it; it lives in the arena. */
struct feel_host_function library_function(struct arena *a, const struct entente_function *function);
int library_fail(const struct err *err, struct entente_error *error); /* -1 */
/* Before and after each call into the engine: limits and clock. */
void library_begin(struct entente_evaluation *e);
void library_end(struct entente_evaluation *e);

#endif
