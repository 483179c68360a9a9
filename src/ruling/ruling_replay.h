/* SPDX-License-Identifier: Apache-2.0 */
/* A draft held against past requests: what would have been ruled otherwise, before anybody signs it.
 *
 * Cases are handed in one after the other and ruled by several threads at once; what comes out does not depend on how
 * many there are. An old answer to what the draft no longer asks is left out; one that the draft does not take counts
 * as not given, so that the draft asks for it. */
#ifndef RULING_REPLAY_H
#define RULING_REPLAY_H

#include "ruling.h"

/* What came out: one of the draft's outcomes by its place, the lightest first; behind them, where it is none. */
enum replay_end {
    REPLAY_OTHER,   /* an outcome that the draft does not have */
    REPLAY_GAP,     /* no rule covers it: people decide */
    REPLAY_OPEN,    /* something is asked that was not answered */
    REPLAY_AGAINST, /* the answers contradict each other, or cannot be read */
    REPLAY_ENDS
};
enum { REPLAY_ZONES = 12, REPLAY_PLACES = REPLAY_ZONES + REPLAY_ENDS };
/* The places of one replay are 0 … replay_places - 1. */
size_t replay_places(const struct rulebook *draft);
str replay_place_name(const struct rulebook *draft, size_t place); /* "green"; "asks for more" */
size_t replay_zones(const struct rulebook *draft);                 /* places below it are outcomes */

struct replay_case {
    uint64_t number;    /* of the ruling, or the line */
    str line;           /* {"input": …} or {"with": …}, with "name", "side", "team", "ruled" where known */
    str answers;        /* or these, a JSON object */
    int64_t now, today; /* of its day */
    const struct rulebook *before; /* that ruled it, or rules now; until replay_end */
    str ruled;                     /* the zone that was ruled; STR_NONE: what `before` says */
    str set_aside;                 /* the zone that people put in its place; STR_NONE */
    str name, side, team;          /* who asked; STR_NONE */
    const uint64_t *incidents;     /* that happened afterwards */
    size_t incident_count;
};
struct replay_item { /* a case that the draft rules otherwise */
    uint64_t number;
    str name, answers, with, ruled, set_aside, side, team;
    int64_t now, today;
    const struct rulebook *before;
    size_t from, to;                /* places */
    double days_before, days_after; /* in which an answer is due: 0 none is; NaN unknown */
    size_t incidents;
};
struct replay_time { /* of those of which both times are known */
    uint64_t count, gain, lose;
    double before, after;               /* days, summed */
    double median_before, median_after; /* NaN where there are none */
};
struct replay_group {
    str name;
    uint64_t count, lighter, heavier;
    struct replay_time time;
};
struct replay_incident {
    uint64_t incident, number; /* the fact; the case after which it happened */
    size_t from, to;
};
struct replay_question {
    const struct rulebook_question *question; /* of the draft */
    uint64_t count;                           /* cases in which it is asked and was not answered */
};
struct replay_result {
    uint64_t count, changed, lighter, heavier;
    uint64_t flow[REPLAY_PLACES][REPLAY_PLACES]; /* from, to */
    struct replay_time time;
    const struct replay_group *sides, *teams; /* by name */
    size_t side_count, team_count;
    const struct replay_item *items; /* the worst first: after incidents, by the zones between, the days between */
    size_t item_count;
    const struct replay_incident *incidents; /* by incident */
    size_t incident_count;
    const struct replay_question *questions; /* the most asked first */
    size_t question_count;
    uint64_t set_aside, as_people; /* rulings that people set aside; those that the draft rules as they did */
};
struct replay;
/* The worst `shown` items are kept. */
struct replay *replay_new(const struct rulebook *draft, size_t shown, size_t threads);
/* Copies what it is given; waits where many are still to be ruled. False: one could not be read, see replay_end. */
bool replay_add(struct replay *r, const struct replay_case *c);
uint64_t replay_done(struct replay *r);
/* Waits for all. ERR_INPUT: the first line that cannot be read, in `line` of the error. The result is the replay's. */
int replay_end(struct replay *r, const struct replay_result **out, struct err *err) MUST_USE;
void replay_free(struct replay *r);
/* An item ruled in full by one of the two books, with its reasons. */
int replay_rule(const struct replay_item *item, const struct rulebook *b, struct feel_env *env, struct ruling *out,
                struct err *err) MUST_USE;

#endif
