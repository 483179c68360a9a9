/* SPDX-License-Identifier: Apache-2.0 */
/* The proleptic Gregorian calendar and the IANA zones of the system's files (/usr/share/zoneinfo, RFC 9636). */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base_arena.h"
#include "base_err.h"

/* Days since 1970-01-01; years from -999,999,999 to 999,999,999. */
int64_t civil_days(int64_t year, int month, int day);
void civil_from_days(int64_t days, int64_t *year, int *month, int *day);
bool civil_valid(int64_t year, int month, int day);
int civil_weekday(int64_t days); /* 1 Monday … 7 Sunday */
int civil_days_in_month(int64_t year, int month);
/* Working days are Monday to Friday. Those after `from` up to `to`; and the n-th of them after `from`. */
int64_t civil_working_days(int64_t from, int64_t to);
int64_t civil_working_day_after(int64_t from, int64_t n);
/* "2026-11-22" (years of 4 digits) to days; false when it isn't a date. */
bool civil_parse(str s, int64_t *days);
/* The last day of a period: "2026", "2026-Q3", "2026-07"; false when it is none. */
bool period_end(str period, int64_t *days);
str civil_emit(struct arena *a, int64_t days);       /* 2026-11-22 */
str civil_emit_words(struct arena *a, int64_t days); /* 22 November 2026 */
/* Seconds since 1970 (UTC) from a real clock; the only place that reads it. */
int64_t time_now(void);
double time_monotonic(void);                         /* seconds, for durations */
str time_emit_utc(struct arena *a, int64_t seconds); /* 2026-11-22T10:20:30Z */

struct zone; /* immutable once loaded */
/* By IANA name ("Europe/Berlin"); a name with "..", a leading "/", or bytes outside [A-Za-z0-9_+-/] is refused. In the
 * arena, which remembers it: a zone is read from its file once. */
int zone_load(struct arena *a, str name, const struct zone **out, struct err *err) MUST_USE;
/* The same from the bytes of such a file (TZif version 1 to 4); `name` is for messages. */
int zone_parse(struct arena *a, str name, str bytes, const struct zone **out, struct err *err) MUST_USE;
/* Seconds east of UTC at an instant (UTC seconds since 1970). */
int32_t zone_offset_at(const struct zone *z, int64_t utc);
/* The offset that holds for a local wall time (seconds since 1970-01-01T00:00 local). In a gap the offset before it; in
 * an overlap the earlier instant's. */
int32_t zone_offset_local(const struct zone *z, int64_t local);
/* The day that it is in the zone (NULL: UTC), and the second at which a day begins there. */
int64_t zone_day(const struct zone *z, int64_t utc);
int64_t zone_day_begins(const struct zone *z, int64_t day);

#endif
