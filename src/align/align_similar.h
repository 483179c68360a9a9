/* SPDX-License-Identifier: Apache-2.0 */
/* Earlier rulings that are most like one: the same questions answered alike. An answer on which the zone depends counts
 * most, one on which something else of the ruling depends less, one that makes no difference hardly at all; so two
 * requests are alike where they are so to the rules, not in their words. */
#ifndef ALIGN_SIMILAR_H
#define ALIGN_SIMILAR_H

#include "align_ruling.h"

enum {
    SIMILAR_SHOWN = 5,
    SIMILAR_LOOKED = 2000, /* the newest rulings, among which it is looked */
    SIMILAR_NAMED = 4      /* differences that are named */
};

struct similar_ruling {
    struct stored_ruling row;
    int likeness;            /* percent, 1 to 100 */
    str zone;                /* that holds: what people put in its place, else the row's */
    bool set_aside, at_once; /* by people; nobody had to answer */
    const str *differs; /* questions that are answered otherwise, SIMILAR_NAMED at most, those that count most first */
    size_t differ_count;
    str state;    /* what became of its request: "answered"; STR_NONE where it has none */
    int64_t days; /* from question to decision; -1: not decided, or not known */
};
struct similar_of {
    struct store *store;
    const struct picture *picture; /* may be NULL: nothing is known of requests */
    const struct rulebook *book;   /* whose questions `answers` answer */
    const struct answers *answers;
    uint64_t before;  /* only rulings below this number; 0: all */
    uint64_t request; /* whose own rulings are left out; 0: none */
    int64_t now, today;
};
/* The most like first, the newer of two that are as like; at most SIMILAR_SHOWN, none below half. */
int similar_find(struct arena *a, const struct similar_of *of, const struct similar_ruling **out, size_t *count,
                 struct err *err) MUST_USE;
/* [{"ruling", "likeness", "zone", …}] */
void similar_emit_json(struct json_writer *w, struct arena *a, const struct similar_ruling *all, size_t count);

#endif
