/* SPDX-License-Identifier: Apache-2.0 */
/* What came of rulings: days from question to decision, and what each rule of the rulebook in force did. */
#ifndef ALIGN_EVIDENCE_H
#define ALIGN_EVIDENCE_H

#include "align_replay.h"

/* ---- Days from question to decision ----
 *
 * A request is decided on the day of its last ruling where that leaves nothing to be answered, else on the day on which
 * it was answered. What was promised is in working days, Monday to Friday. */
struct decision_times {
    str by, name;               /* "all", "zone", "side", "team", "kind"; which */
    uint64_t requests, waiting; /* waiting: not decided yet, nor withdrawn */
    uint64_t decided, at_once;  /* at_once: by a ruling after which nobody waits */
    double median, ninetieth;   /* days from question to decision; NaN where none is decided */
    uint64_t promised, kept;    /* decided ones with a limit; those within it */
};
struct rule_evidence {
    str decision, why;
    str zone; /* of a rule that decides the outcome: what it ruled; else empty */
    uint32_t rule;
    uint64_t fired;
    uint64_t lighter, heavier; /* rulings that people set aside for a lighter, a heavier zone */
    uint64_t incidents;        /* after its rulings */
    uint64_t waited;           /* requests that were decided, */
    double days;               /* and the days that they took together */
};
struct evidence {
    uint64_t rulings, other;            /* kept ones; those of them that other versions ruled */
    const struct decision_times *times; /* all first, then by `by`, each by name */
    size_t time_count;
    const struct rule_evidence *rules; /* that fired: the most fired first */
    size_t rule_count;
};
/* `in_force` and its hash: the rulebook of which the rules are counted. The result lives in `a`. */
int evidence_collect(struct arena *a, struct shelf *shelf, struct store *rows, struct store *books,
                     const struct picture *p, const struct rulebook *in_force, struct evidence *out,
                     struct err *err) MUST_USE;
/* What the evidence on a rule speaks for; only of rules that decide the outcome. Nobody but those who sign changes it.
 */
enum rule_proposal { PROPOSE_NOTHING, PROPOSE_LIGHTER, PROPOSE_HEAVIER };
struct proposal_limits {
    int64_t fired; /* fewer firings say nothing about how often people disagree */
    int64_t share; /* percent of them that people set aside the same way */
};
/* Heavier: something went wrong after its rulings and no heavier zone was ruled, or people made so many heavier.
 * Lighter: people made so many lighter, and nothing went wrong. */
enum rule_proposal evidence_proposes(const struct rule_evidence *r, const struct rulebook *b,
                                     const struct proposal_limits *limits);

#endif
