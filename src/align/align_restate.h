/* SPDX-License-Identifier: Apache-2.0 */
/* Two texts that should mean the same, each side's in its own words: where they part. It marks places to talk about,
 * and does not judge: both texts are treated alike. */
#ifndef ALIGN_RESTATE_H
#define ALIGN_RESTATE_H

#include "graph.h"

enum restate_kind {
    RESTATE_TERM,   /* a word of the glossary with two meanings that are not settled */
    RESTATE_NUMBER, /* 36 %, 10,000: only one text has it */
    RESTATE_DATE,   /* Q3, 2027, 1 March 2027: only one text has it */
    RESTATE_WORD,   /* only one text has it; small words and plurals do not count */
};
struct restate_point {
    enum restate_kind kind;
    str text;                      /* as it stands in the first text that has it */
    bool in_first, in_second;      /* TERM: perhaps both */
    str first_means, second_means; /* TERM */
    uint64_t term;                 /* TERM: the fact */
};
struct restatement {
    bool first_there, second_there;     /* a text that is missing has nothing to part from: no points then */
    const struct restate_point *points; /* by kind, then in the order of the texts, the first before the second */
    size_t count;
    size_t shared; /* words that both have */
};
/* Terms of the picture whose meaning is contested, or differs between the sides without an agreed one, are looked for
 * by name and alias; the viewer sees their meanings as far as allowed. Points are in the arena and borrow the texts. */
int restate_compare(struct arena *a, const struct picture *p, const struct graph_viewer *viewer, str first, str second,
                    struct restatement *out, struct err *err) MUST_USE;
const char *restate_kind_name(enum restate_kind kind); /* "term", "number", "date", "word" */

#endif
