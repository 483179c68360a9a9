/* SPDX-License-Identifier: Apache-2.0 */
/* Two texts that should mean the same, each side's in its own words: where they part. It marks places to talk about,
 * and does not judge: both texts are treated alike. */
#ifndef GRAPH_RESTATE_H
#define GRAPH_RESTATE_H

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
    /* restate_answers: the talking point for it, 0: nobody has spoken of it; what both sides answer. */
    uint64_t point;
    str first_says, second_says;
    bool agreed; /* they answer alike */
};
struct restatement {
    bool first_there, second_there;     /* a text that is missing has nothing to part from: no points then */
    const struct restate_point *points; /* by kind, then in the order of the texts, the first before the second */
    size_t count;
    size_t shared; /* words that both have */
    size_t open, agreed;
};
/* Terms of the picture whose meaning is contested, or differs between the sides without an agreed one, are looked for
 * by name, alias and the label of each side; all names of any other term are one word. The viewer sees their meanings
 * as far as allowed. Points are in the arena and borrow the texts. */
int restate_compare(struct arena *a, const struct picture *p, const struct graph_viewer *viewer, str first, str second,
                    struct restatement *out, struct err *err) MUST_USE;
/* What the sides have answered (facts of the type talking point that belong to the objective, as far as the viewer sees
 * them), and how many points are open. An answer is to a point of one kind and text, said by the same side: a text that
 * changes there makes another point, and nobody has answered that. */
void restate_answers(struct arena *a, const struct picture *p, const struct graph_viewer *viewer,
                     const struct fact *objective, struct restatement *x);
/* Not agreed; a word counts once a side has asked about it. */
bool restate_is_open(const struct restate_point *p);
const char *restate_who(const struct restate_point *p); /* who says it: "marketing", "it", "both" */
/* "number by marketing: 36 %": what the FEEL function points apart() tells, and the field `mark` of a talking point. */
str restate_mark(struct arena *a, const struct restate_point *p);
const char *restate_kind_name(enum restate_kind kind); /* "term", "number", "date", "word" */

#endif
