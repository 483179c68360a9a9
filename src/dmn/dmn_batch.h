/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions by lines of JSON: {"call": NAME, "namespace": NS, "with": "FEEL CONTEXT"} or {"call": NAME, "input": {…}};
 * answered by {"value": "FEEL LITERAL", "json": VALUE, "errors": ["…"]}. */
#ifndef DMN_BATCH_H
#define DMN_BATCH_H

#include "dmn.h"

struct dmn_batch {
    const struct dmn_model *model;
    struct arena arena, json; /* of one line */
    struct feel_env env;
    struct buf text;
    const struct dmn_node *node; /* the last that was called, */
    str name, space;             /* by these words */
    struct buf words;
    const struct dmn_node *otherwise; /* where a line names none; may be NULL */
    size_t line_limit;                /* bytes; batch_init sets 256 MB */
    struct buf rest;                  /* of the line that is not yet whole */
    bool skipping;                    /* it is too long, and was dropped */
};
void batch_init(struct dmn_batch *b, const struct dmn_model *m, const struct feel_env *env);
void batch_release(struct dmn_batch *b);
/* Appends the answer and a newline; a bad line gets an answer too. */
void batch_line(struct dmn_batch *b, str line, struct buf *out);
/* Takes the next line off *bytes, which are the next ones of a stream, and answers it. False: they end within a line,
 * which is kept, or, where it is too long to be, will be answered with that. */
bool batch_next(struct dmn_batch *b, str *bytes, struct buf *out);
bool batch_last(struct dmn_batch *b, struct buf *out); /* the stream has ended: a last line without its end */
void dmn_emit_answer(struct buf *out, struct feel_value v, const str *errors, size_t error_count, struct buf *scratch);

#endif
