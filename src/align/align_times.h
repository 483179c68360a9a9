/* SPDX-License-Identifier: Apache-2.0 */
/* From question to decision: days, hours and money of requests, by what they have in common. */
#ifndef ALIGN_TIMES_H
#define ALIGN_TIMES_H

#include "base_json.h"
#include "feel.h"

enum { TIMES_SHOWN = 1000 }; /* requests of a group that are remembered */

struct zone_count {
    str zone;
    uint64_t requests;
};
/* What requests have told of; NaN where none has. */
struct request_effort {
    double marketing_hours, it_hours;
    double budget, used; /* money in the workspace's currency: wanted, of those not refused nor withdrawn; spent */
};
struct decision_times {
    str by, name;               /* "all", "zone", "extent", "side", "team", "kind", "month" (of the question); which */
    uint64_t requests, waiting; /* waiting: not decided yet, nor withdrawn */
    uint64_t decided, at_once;  /* at_once: by a ruling after which nobody waits */
    double median, ninetieth;   /* days from question to decision; NaN where none is decided */
    uint64_t promised, kept;    /* decided ones with a limit; those within it */
    struct request_effort effort;
    const struct zone_count *zones; /* the requests by their zone, in the order of zones */
    size_t zone_count;
    const uint64_t *ids; /* of the requests, the newest first, TIMES_SHOWN at most */
    size_t id_count;
};

/* ---- Collecting ---- */

struct timed_request {
    uint64_t id;
    str zone, extent, kind, side, team; /* empty: it belongs to no such group */
    int64_t asked, day;                 /* day: on which it was decided */
    bool decided, at_once, waits;
    double due; /* working days in which an answer was due; 0: nobody waits; NaN: not known */
    struct request_effort effort;
};
struct times;
struct times *times_new(struct arena *a); /* lives in it, to be released */
void times_add(struct times *t, const struct timed_request *x);
/* Groups of that `by` ("zone", "extent") stand in this order, and in it the zones within each group; names that are not
 * among them behind. */
void times_order(struct times *t, const char *by, const struct feel_value *names, size_t count);
/* All first, then by `by`, each in its order or by name; months without a question between those with one are there
 * too. */
const struct decision_times *times_end(struct times *t, size_t *count);
void times_release(struct times *t);

/* ---- As data: the same by the command and by the API ---- */

void times_emit_json(struct json_writer *w, const struct decision_times *times, size_t count, str currency);
void times_emit_csv(struct buf *out, const struct decision_times *times, size_t count, str currency);

#endif
