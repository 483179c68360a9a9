/* SPDX-License-Identifier: Apache-2.0 */
/* Roll-ups: subjects, use by (subject, person, day), payments by (subject, month, currency). One "part" is one file's.
 */
#ifndef SCAN_ROLL_H
#define SCAN_ROLL_H

#include "scan.h"

#include "base_map.h"

struct roll_day {
    int32_t day;
    uint32_t *slots; /* place in usage + 1, of this part */
    size_t room, used;
};
struct roll {
    struct arena *arena;
    struct scan_subject *subjects;
    size_t subject_count, subject_room;
    struct map by_key; /* kind letter + name: place of the subject */
    struct idmap by_fact;
    struct evidence_usage *usage;
    size_t usage_count, usage_room, usage_from;
    /* Logs are in order of time: a table for each day keeps what is touched together small and near. */
    struct roll_day *days, *today;
    size_t day_count, day_room;
    struct idmap day_places;
    struct scan_payment *payments;
    size_t payment_count, payment_room, payments_from;
    struct idmap payment_slots; /* (subject, month, currency) of this part: place */
};
void roll_init(struct roll *r, struct arena *a);
void roll_release(struct roll *r);
/* What follows is kept apart from what came before. */
void roll_next_part(struct roll *r);

uint32_t roll_application(struct roll *r, const struct scan_known *known, const struct catalogue_item *product,
                          bool embedded);
uint32_t roll_product(struct roll *r, const struct catalogue_item *product, bool embedded);
uint32_t roll_named(struct roll *r, enum subject_kind kind, str name); /* DOMAIN or PAYEE; copies the name */

/* The row of the key, made with zeros; valid until the next call. */
struct evidence_usage *roll_usage_slow(struct roll *r, uint32_t subject, uint64_t person, int32_t day);
static inline uint64_t roll_hash(uint32_t subject, uint64_t person)
{
    /* The person is a keyed hash already: spreading the subject over it is enough. */
    return (person ^ subject * 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
}
static inline struct evidence_usage *roll_usage(struct roll *r, uint32_t subject, uint64_t person, int32_t day)
{
    const struct roll_day *d = r->today;
    if (UNLIKELY(!d || d->day != day)) return roll_usage_slow(r, subject, person, day);
    size_t mask = d->room - 1;
    for (size_t i = roll_hash(subject, person) >> 32 & mask; d->slots[i]; i = (i + 1) & mask) {
        struct evidence_usage *u = &r->usage[d->slots[i] - 1];
        if (u->person == person && u->subject == subject) return u;
    }
    return roll_usage_slow(r, subject, person, day);
}
/* false: the sum does not fit, nothing was added. */
bool roll_pay(struct roll *r, uint32_t subject, int32_t month, int64_t amount, const char currency[4]);

#endif
