/* SPDX-License-Identifier: Apache-2.0 */
/* What came of rulings: days from question to decision, and what each rule of the rulebook in force did. */
#ifndef ALIGN_EVIDENCE_H
#define ALIGN_EVIDENCE_H

#include "align_replay.h"
#include "align_times.h"

/* A request is decided on the day of its last ruling where that leaves nothing to be answered, else on the day on which
 * it was answered. What was promised is in working days, Monday to Friday. */

/* What a ruling counts for in the evidence on a rule that fired in it. */
enum rule_part {
    RULE_FIRED,
    RULE_LIGHTER,   /* people set it aside for a lighter zone, */
    RULE_HEAVIER,   /* or for a heavier one */
    RULE_INCIDENTS, /* something went wrong after it */
    RULE_WAITED,    /* its request was decided, so that it is known how long it took */
    RULE_PARTS
};
enum { EVIDENCE_SHOWN = 1000 }; /* rulings behind a number that are remembered */
struct ruling_numbers {
    const uint64_t *numbers; /* the newest first, EVIDENCE_SHOWN at most */
    size_t count;
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
    struct ruling_numbers behind[RULE_PARTS];
};
struct evidence {
    uint64_t rulings, other;            /* kept ones; those of them that other versions ruled */
    const struct decision_times *times; /* all first, then by `by`, each by name */
    size_t time_count;
    const struct rule_evidence *rules; /* that fired: the most fired first */
    size_t rule_count;
};
struct evidence_of {
    struct shelf *shelf;
    struct store *rows, *books; /* books: a second connection, as of past_new */
    struct picture *picture;
    const struct rulebook *in_force; /* of which the rules are counted */
    int64_t now, today;
    struct watch watch;
};
/* The result lives in `a`. */
int evidence_collect(struct arena *a, const struct evidence_of *of, struct evidence *out, struct err *err) MUST_USE;
/* What the evidence on a rule speaks for; only of rules that decide the outcome. Nobody but those who sign changes it.
 */
enum rule_proposal { PROPOSE_NOTHING, PROPOSE_LIGHTER, PROPOSE_HEAVIER };
enum { FIRED_ENOUGH = 20, SHARE_ENOUGH = 25 }; /* where nobody says otherwise */
struct proposal_limits {
    int64_t fired; /* fewer firings say nothing about how often people disagree */
    int64_t share; /* percent of them that people set aside the same way */
};
/* Heavier: something went wrong after its rulings and no heavier zone was ruled, or people made so many heavier.
 * Lighter: people made so many lighter, and nothing went wrong. */
enum rule_proposal evidence_proposes(const struct rule_evidence *r, const struct rulebook *b,
                                     const struct proposal_limits *limits);
/* "", "lighter", "heavier" */
const char *rule_proposal_key(enum rule_proposal p);
/* {"rulebook", "version", "rulings", "by_other_versions", "rules": […]} */
void evidence_emit_json(struct json_writer *w, const struct evidence *e, const struct rulebook *b,
                        const struct proposal_limits *limits);

#endif
