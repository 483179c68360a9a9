/* SPDX-License-Identifier: Apache-2.0 */
/* What a replay counts. Each thread has a tally of its own; added up they say the same, however the cases were dealt
 * out. */
#ifndef RULING_TALLY_H
#define RULING_TALLY_H

#include "base_map.h"
#include "ruling_replay.h"

enum { DAYS_MOST = 1000 };
struct tally_times {
    uint64_t count, gain, lose;
    uint64_t before_sum, after_sum; /* in thousandths of a day: whole numbers add up in any order */
    uint64_t before[DAYS_MOST + 1], after[DAYS_MOST + 1]; /* cases by whole days */
};
struct tally_group {
    struct replay_group sums;
    struct tally_times times;
};
struct tally_groups {
    struct map names;
    VEC(struct tally_group *) all;
};
struct tally {
    const struct rulebook *draft;
    size_t shown;
    struct arena arena;
    uint64_t flow[REPLAY_PLACES][REPLAY_PLACES];
    uint64_t lighter, heavier, set_aside, as_people;
    struct tally_times times;
    struct tally_groups sides, teams;
    uint64_t *asked;           /* by question */
    struct replay_item *items; /* the worst `shown`, in order; their texts are on the heap */
    size_t item_count;
    VEC(struct replay_incident) incidents;
};

void tally_init(struct tally *t, const struct rulebook *draft, size_t shown);
void tally_release(struct tally *t);
void tally_case(struct tally *t, const struct replay_case *c, const struct replay_item *item,
                const struct ruling_brief *now);
void tally_add(struct tally *to, const struct tally *from);
/* Lists go to the arena; the items' texts stay the tally's. */
void tally_result(const struct tally *t, struct arena *a, struct replay_result *out);

size_t replay_place_of_zone(const struct rulebook *draft, struct feel_value zone);
size_t replay_place_of(const struct rulebook *draft, const struct ruling_brief *b);

#endif
