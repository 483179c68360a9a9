/* SPDX-License-Identifier: Apache-2.0 */
/* Published figures (model/benchmarks): what others have found, and beside it the company's own number where it means
 * the same. A figure about one company's own state may be compared; a share of people asked, or a likelihood, never. */
#ifndef ALIGN_BENCHMARK_H
#define ALIGN_BENCHMARK_H

#include "align.h"

struct benchmark {
    str id, figure, says, source; /* "25.4 %", "of the marketing budget goes to …" */
    int64_t year;
    bool is_state; /* of one company's own state: may stand beside its number */
    const struct benchmark_place {
        const struct model_type *type;
        const struct model_field *field; /* NULL: the type as a whole */
    } * about;
    size_t about_count;
    str own_says;                   /* what the company's number is; STR_NONE without one */
    const struct feel_program *own; /* over the workspace; NULL without one */
    struct model_field own_field;   /* only its kind is set: how the number is shown */
};
/* Keys of a file: id, figure, says, about, is (state, context), source, year, own (says, gives, feel). Own numbers of
 * context are an error. Errors carry file, line, key and the caret. */
int benchmarks_compile(struct arena *a, const struct graph *g, const struct check_text *files, size_t count,
                       const struct benchmark **out, size_t *out_count, struct err *err) MUST_USE;
/* Null where the facts do not give it, or the viewer of `env` may not see them. */
int benchmark_own(const struct benchmark *b, struct feel_env *env, struct feel_value *out, struct err *err) MUST_USE;
bool benchmark_is_about(const struct benchmark *b, const struct model_type *type);

#endif
