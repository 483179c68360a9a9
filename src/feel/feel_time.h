/* SPDX-License-Identifier: Apache-2.0 */
/* Temporal values (DMN 1.5 §10.3.2.3.4 to 10.3.2.3.9), as they lie in a struct feel_value:
 *
 *   date               word[0]: days since 1970-01-01
 *   time               word[0]: seconds of the day; count: nanoseconds; flag and word[1]: the zone
 *   date and time      word[0]: seconds since 1970-01-01T00:00 on the wall clock; count: nanoseconds; zone as above
 *   days and time      word[0]: seconds, towards minus infinity; count: nanoseconds (0 … 999,999,999)
 *   years and months   word[0]: months
 *
 * Zone: flag is one of time_zone_kind; word[1] the offset in seconds east, or the struct feel_zone. */
#ifndef FEEL_TIME_H
#define FEEL_TIME_H

#include "base_time.h"
#include "feel.h"

enum time_zone_kind { ZONE_NONE, ZONE_OFFSET, ZONE_NAMED };
struct feel_zone {
    str name;
    const struct zone *zone;
};
enum { DAY_SECONDS = 86400, NANO = 1000000000 };

static inline int64_t time_word(struct feel_value v) { return (int64_t)v.word[0]; }
static inline bool time_is_temporal(struct feel_value v) { return v.kind >= FEEL_DATE && v.kind <= FEEL_YEARS_MONTHS; }

static inline const struct feel_zone *time_zone_of(struct feel_value v) /* where flag is ZONE_NAMED */
{
    return (const struct feel_zone *)(uintptr_t)v.word[1];
}

struct feel_value time_of_day(int64_t seconds, uint32_t nanos);
struct feel_value time_date_time(int64_t wall, uint32_t nanos);
struct feel_value time_days(int64_t seconds, uint32_t nanos);
struct feel_value time_months(int64_t months);
struct feel_value time_with_zone_of(struct feel_value v, struct feel_value zone);
struct feel_value time_with_offset(struct feel_value v, int32_t seconds_east);

/* Text as the literals have it; null with a reason otherwise. `a` holds zones and reasons. */
struct feel_value time_parse_date(struct arena *a, str s);
struct feel_value time_parse_time(struct arena *a, str s);
struct feel_value time_parse_date_time(struct arena *a, str s); /* a date alone is its midnight */
struct feel_value time_parse_duration(struct arena *a, str s);  /* of either kind */
struct feel_value time_parse_any(struct arena *a, str s);       /* what stands in @"…" */
void time_emit(struct buf *out, struct feel_value v);

bool time_has_offset(struct feel_value v, int32_t *seconds_east);
bool time_same_zone(struct feel_value a, struct feel_value b); /* the same name or offset, or none */
/* Both have zones or neither has: <0, 0, >0 into *order; false: they can't be compared. */
bool time_cmp(struct feel_value a, struct feel_value b, int *order);
int time_cmp_clocks(struct feel_value a, struct feel_value b); /* what the clocks show, whatever their zones */
struct feel_value time_midnight_utc(struct feel_value date);   /* a date as a date and time (DMN 1.5 §10.3.2.9.4) */

/* FEEL's operators where at least one operand is temporal; null with a reason where the table has no entry. */
struct feel_value time_add(struct arena *a, struct feel_value x, struct feel_value y);
struct feel_value time_sub(struct arena *a, struct feel_value x, struct feel_value y);
struct feel_value time_mul(struct arena *a, struct feel_value x, struct feel_value y);
struct feel_value time_div(struct arena *a, struct feel_value x, struct feel_value y);
struct feel_value time_negate(struct feel_value v);

/* `year`, `hours`, …; false when the kind has no such property. */
bool time_property(struct arena *a, struct feel_value v, str name, struct feel_value *out);
/* The kind has it, and what it gives: for the compiler. */
const struct feel_type *time_property_type(enum feel_kind kind, str name);
bool time_property_name(enum feel_kind kind, size_t i, str *name);

int64_t time_days_of(struct feel_value v); /* of a date, or a date and time's wall clock */

#endif
