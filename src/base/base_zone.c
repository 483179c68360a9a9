/* SPDX-License-Identifier: Apache-2.0 */
/* TZif files, version 1 to 4 (RFC 9636), and the POSIX TZ rule at their end for the time beyond the table. */
#include "base_file.h"
#include "base_time.h"

#include <string.h>
#include <sys/stat.h>

enum { FILE_CAP = 256 * 1024, HEADER_SIZE = 44, DAY = 86400, NAME_CAP = 100 };
#define FOUR_CENTURIES (146097 * (int64_t)DAY) /* whole weeks: the rules repeat exactly */

struct rule_day {
    char form; /* 'J': 1 to 365 without 29 February; 'N': 0 to 365; 'M': month, week, weekday */
    int day, month, week;
    int32_t seconds; /* after 00:00 of that day, in the local time before the change */
};
struct rule {
    bool is_there, has_dst;
    int32_t standard, dst; /* seconds east of UTC */
    struct rule_day start, end;
};
struct change {
    int64_t at;    /* UTC: from here on */
    int64_t local; /* the wall time from which on the new offset is the answer */
    int32_t offset;
};
struct zone {
    const struct zone *next; /* in the same arena */
    str name;
    struct change *changes; /* ascending in `at` */
    size_t count;
    int32_t first; /* before the first change */
    struct rule rule;
};

/* ---- the rule: "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

static bool rule_char(str *s, char c)
{
    if (!s->n || s->p[0] != c) return false;
    *s = str_from(*s, 1);
    return true;
}

static bool rule_number(str *s, int low, int high, int *out)
{
    int value = 0;
    size_t n = 0;
    for (; n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9'; n++) value = value * 10 + s->p[n] - '0';
    *s = str_from(*s, n);
    *out = value;
    return n > 0 && value >= low && value <= high;
}

static bool rule_name(str *s)
{
    size_t n = 0;
    if (rule_char(s, '<')) {
        size_t end = str_find_char(*s, '>');
        if (end == STR_NOT_FOUND || end < 3) return false;
        *s = str_from(*s, end + 1);
        return true;
    }
    while (n < s->n && ((s->p[n] >= 'A' && s->p[n] <= 'Z') || (s->p[n] >= 'a' && s->p[n] <= 'z'))) n++;
    *s = str_from(*s, n);
    return n >= 3;
}

static bool rule_seconds(str *s, int most_hours, int32_t *out)
{
    bool minus = rule_char(s, '-');
    if (!minus) rule_char(s, '+');
    int hours, minutes = 0, seconds = 0;
    if (!rule_number(s, 0, most_hours, &hours)) return false;
    if (rule_char(s, ':')) {
        if (!rule_number(s, 0, 59, &minutes)) return false;
        if (rule_char(s, ':') && !rule_number(s, 0, 59, &seconds)) return false;
    }
    *out = (hours * 3600 + minutes * 60 + seconds) * (minus ? -1 : 1);
    return true;
}

static bool rule_day(str *s, struct rule_day *d)
{
    *d = (struct rule_day){.form = 'N', .seconds = 2 * 3600};
    if (!rule_char(s, ',')) return false;
    if (rule_char(s, 'M')) {
        d->form = 'M';
        if (!rule_number(s, 1, 12, &d->month) || !rule_char(s, '.') || !rule_number(s, 1, 5, &d->week) ||
            !rule_char(s, '.') || !rule_number(s, 0, 6, &d->day))
            return false;
    } else {
        if (rule_char(s, 'J')) d->form = 'J';
        if (!rule_number(s, d->form == 'J', 365, &d->day)) return false;
    }
    return !rule_char(s, '/') || rule_seconds(s, 167, &d->seconds);
}

static bool parse_rule(str s, struct rule *r)
{
    int32_t west;
    *r = (struct rule){.is_there = true};
    if (!rule_name(&s) || !rule_seconds(&s, 24, &west)) return false;
    r->standard = -west;
    if (!s.n) return true;
    r->has_dst = true;
    r->dst = r->standard + 3600;
    if (!rule_name(&s)) return false;
    if (s.n && s.p[0] != ',') {
        if (!rule_seconds(&s, 24, &west)) return false;
        r->dst = -west;
    }
    return rule_day(&s, &r->start) && rule_day(&s, &r->end) && !s.n;
}

static int64_t rule_moment(const struct rule_day *d, int64_t year)
{
    int64_t day = civil_days(year, 1, 1);
    if (d->form == 'N') day += d->day;
    if (d->form == 'J') day += d->day - 1 + (d->day >= 60 && civil_days_in_month(year, 2) == 29);
    if (d->form == 'M') {
        int64_t first = civil_days(year, d->month, 1);
        day = first + (d->day - civil_weekday(first) % 7 + 7) % 7 + (d->week - 1) * 7;
        if (day >= first + civil_days_in_month(year, d->month)) day -= 7;
    }
    return day * DAY + d->seconds;
}

/* The offset at t, which is UTC or local. Summer time lasts from each start to the next end, which in the south is that
 * of the following year; one that ends where the next starts lasts all the year. */
static int32_t rule_offset(const struct rule *r, int64_t t, bool is_local)
{
    if (!r->has_dst) return r->standard;
    t %= FOUR_CENTURIES;
    if (t < 0) t += FOUR_CENTURIES;
    int64_t year;
    int month, day;
    civil_from_days(t / DAY, &year, &month, &day);
    /* The clock shows the time before the change at the change. In local terms the answer changes with the greater of
     * the two offsets (see zone_offset_local). */
    int64_t shift = !is_local ? 0 : r->dst > r->standard ? r->dst : r->standard;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t start = rule_moment(&r->start, y) - r->standard + shift;
        int64_t end = rule_moment(&r->end, y) - r->dst + shift;
        if (end <= start) end = rule_moment(&r->end, y + 1) - r->dst + shift;
        if (start <= t && t < end) return r->dst;
    }
    return r->standard;
}

/* ---- the file ---- */

static uint32_t get32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}
static int64_t get64(const char *p) { return (int64_t)((uint64_t)get32(p) << 32 | get32(p + 4)); }

struct header {
    size_t utc_marks, standard_marks, leaps, times, types, chars;
    size_t size; /* of the data behind it */
    char version;
};

static bool read_header(str s, size_t time_size, struct header *h)
{
    if (s.n < HEADER_SIZE || memcmp(s.p, "TZif", 4) != 0) return false;
    *h = (struct header){
        get32(s.p + 20), get32(s.p + 24), get32(s.p + 28), get32(s.p + 32), get32(s.p + 36), get32(s.p + 40), 0,
        s.p[4]};
    /* Each count is below 2^32, so that the sum cannot overflow. */
    h->size = h->times * (time_size + 1) + h->types * 6 + h->chars + h->leaps * (time_size + 4) + h->standard_marks +
              h->utc_marks;
    return h->size <= s.n - HEADER_SIZE;
}

static int bad_file(str name, const char *what, struct err *err)
{
    return err_set(err, ERR_INPUT, "time zone " STR_FORMAT ": %s", STR_ARGS(name), what);
}

static int read_table(struct arena *a, str name, str data, const struct header *h, size_t time_size, struct zone *z,
                      struct err *err)
{
    if (h->leaps) return bad_file(name, "it counts leap seconds; take the zone without \"right/\"", err);
    if (!h->types || h->types > 256) return bad_file(name, "no kinds of local time", err);
    const char *kinds = data.p + h->times * time_size, *types = kinds + h->times;
    for (size_t i = 0; i < h->types; i++) {
        int32_t offset = (int32_t)get32(types + i * 6);
        if (offset < -89999 || offset > 93599) return bad_file(name, "an offset of more than a day", err);
    }
    z->first = (int32_t)get32(types);
    z->changes = arena_array(a, h->times, sizeof *z->changes);
    z->count = h->times;
    for (size_t i = 0; i < h->times; i++) {
        struct change *c = &z->changes[i];
        size_t kind = (unsigned char)kinds[i];
        if (kind >= h->types) return bad_file(name, "a change to no known local time", err);
        c->at = time_size == 8 ? get64(data.p + i * 8) : (int32_t)get32(data.p + i * 4);
        if (i && c->at <= c[-1].at) return bad_file(name, "changes out of order", err);
        c->offset = (int32_t)get32(types + kind * 6);
        int32_t before = i ? c[-1].offset : z->first;
        if (__builtin_add_overflow(c->at, before > c->offset ? before : c->offset, &c->local))
            c->local = c->at < 0 ? INT64_MIN : INT64_MAX;
    }
    return 0;
}

int zone_parse(struct arena *a, str name, str bytes, const struct zone **out, struct err *err)
{
    struct header h;
    size_t time_size = 4;
    if (!read_header(bytes, time_size, &h)) return bad_file(name, "not a zone file, or cut", err);
    if (h.version >= '2') {
        bytes = str_from(bytes, HEADER_SIZE + h.size);
        time_size = 8;
        if (!read_header(bytes, time_size, &h)) return bad_file(name, "the file is cut", err);
    }
    struct zone *z = arena_zalloc(a, sizeof *z);
    z->next = a->zones, z->name = arena_copy(a, name);
    str data = str_from(bytes, HEADER_SIZE);
    if (read_table(a, name, data, &h, time_size, z, err) < 0) return -1;
    if (time_size == 8) {
        str footer = str_from(data, h.size);
        if (!rule_char(&footer, '\n')) return bad_file(name, "the file is cut", err);
        size_t end = str_find_char(footer, '\n');
        if (end == STR_NOT_FOUND) return bad_file(name, "the file is cut", err);
        footer = str_slice(footer, 0, end);
        if (footer.n && !parse_rule(footer, &z->rule)) return bad_file(name, "its rule cannot be read", err);
    }
    *out = z;
    return 0;
}

static bool good_name(str name)
{
    if (!name.n || name.n > NAME_CAP || name.p[0] == '/' || name.p[name.n - 1] == '/') return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '+' && c != '-' && c != '/') return false;
        if (c == '/' && name.p[i - 1] == '/') return false;
    }
    return true;
}

static int read_zone(struct arena *a, str name, const struct zone **out, struct err *err)
{
    struct arena scratch;
    struct stat about;
    arena_init(&scratch, 0);
    str bytes, path = arena_printf(&scratch, "/usr/share/zoneinfo/" STR_FORMAT, (int)(name.n < 200 ? name.n : 200),
                                   name.n ? name.p : "");
    int status;
    if (!good_name(name) || stat(path.p, &about) < 0 || !S_ISREG(about.st_mode))
        status = err_set(err, ERR_ABSENT, "\"" STR_FORMAT "\" is not a time zone; write it as in Europe/Berlin",
                         (int)(name.n < 200 ? name.n : 200), name.n ? name.p : "");
    else if ((status = file_read(&scratch, path.p, FILE_CAP, &bytes, err)) == 0)
        status = zone_parse(a, name, bytes, out, err);
    arena_release(&scratch);
    return status;
}

int zone_load(struct arena *a, str name, const struct zone **out, struct err *err)
{
    for (const struct zone *z = a->zones; z; z = z->next)
        if (str_eq(z->name, name)) return *out = z, 0;
    if (read_zone(a, name, out, err) < 0) return -1;
    a->zones = *out;
    return 0;
}

/* ---- asking ---- */

int32_t zone_offset_at(const struct zone *z, int64_t utc)
{
    size_t low = 0, high = z->count; /* the number of changes that lie not after utc */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->changes[middle].at <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == z->count && z->rule.is_there) return rule_offset(&z->rule, utc, false);
    return low ? z->changes[low - 1].offset : z->first;
}

/* Both in a gap and in an overlap the offset before the change is the answer, so that the one after it is right from
 * the greater of the two wall times at the change on. */
int32_t zone_offset_local(const struct zone *z, int64_t local)
{
    size_t low = 0, high = z->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->changes[middle].local <= local)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == z->count && z->rule.is_there) return rule_offset(&z->rule, local, true);
    return low ? z->changes[low - 1].offset : z->first;
}

int64_t zone_day(const struct zone *z, int64_t utc)
{
    int64_t local = utc + (z ? zone_offset_at(z, utc) : 0);
    return (local - (local % 86400 + 86400) % 86400) / 86400;
}

int64_t zone_day_begins(const struct zone *z, int64_t day)
{
    return day * 86400 - (z ? zone_offset_local(z, day * 86400) : 0);
}
