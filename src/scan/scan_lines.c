/* SPDX-License-Identifier: Apache-2.0 */
/* The hot path: logs with columns by position. A line costs one look for its end, one for each column up to the last
 * that is wanted, one keyed hash for the person, and two probes of tables that mostly stay in the cache. */
#include "scan_read.h"

#include <emmintrin.h>
#include <string.h>

/* The next blank at or after p, at most `end`. Reads up to 15 bytes beyond. */
static inline const char *find_blank(const char *p, const char *end)
{
    const __m128i blank = _mm_set1_epi8(' ');
    for (; p < end; p += 16) {
        unsigned mask =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), blank));
        if (mask) {
            p += __builtin_ctz(mask);
            return p < end ? p : end;
        }
    }
    return end;
}

enum { EARLIEST = 631152000 /* 1990 */, ONE_DAY = 86400 };
static const int64_t LATEST = 4102444800; /* 2100 */

static inline bool parse_time(const char *p, const char *end, int64_t *out)
{
    int64_t n = 0;
    const char *from = p;
    for (; p < end && (unsigned)(*p - '0') < 10 && p - from < 12; p++) n = n * 10 + (*p - '0');
    if (p == from) return false;
    if (p < end) {
        if (*p++ != '.') return false;
        for (; p < end; p++)
            if ((unsigned)(*p - '0') >= 10) return false;
    }
    *out = n;
    return true;
}

static inline bool parse_count(const char *p, const char *end, uint64_t *out)
{
    uint64_t n = 0;
    if (end - p > 18 || p == end) return false;
    for (; p < end; p++) {
        if ((unsigned)(*p - '0') >= 10) return false;
        n = n * 10 + (uint64_t)(*p - '0');
    }
    *out = n;
    return true;
}

/* http://user@host:80/path, host:443, [2001:db8::1]:443; "error:invalid-request" and "-" have none. */
static inline str url_host(const char *p, const char *end)
{
    const char *from = p;
    while (p < end && *p != ':' && *p != '/') p++;
    bool scheme = end - p > 3 && p[0] == ':' && p[1] == '/' && p[2] == '/';
    if (scheme) {
        from = p + 3;
        for (p = from; p < end && *p != ':' && *p != '/' && *p != '?' && *p != '#' && *p != '@'; p++) {}
        if (p < end && (*p == ':' || *p == '@')) { /* perhaps a user and password before the host */
            for (const char *q = p; q < end && *q != '/' && *q != '?' && *q != '#'; q++)
                if (*q == '@') from = q + 1;
            for (p = from; p < end && *p != ':' && *p != '/' && *p != '?' && *p != '#'; p++) {}
        }
    }
    if (from < end && *from == '[') {
        for (p = from; p < end && *p != ']'; p++) {}
        return p < end ? (str){from, (size_t)(p + 1 - from)} : STR_NONE;
    }
    if (!scheme) {
        if (p == end || *p != ':' || p + 1 == end) return STR_NONE;
        for (const char *q = p + 1; q < end; q++)
            if ((unsigned)(*q - '0') >= 10) return STR_NONE;
    }
    return (str){from, (size_t)(p - from)};
}

static inline bool one_of(const char *p, size_t n, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].n == n && !memcmp(list[i].p, p, n)) return true;
    return false;
}

const char *line_parse(const struct scan_format *f, const char *p, const char *end, struct log_line *out)
{
    str client = STR_NONE, user = STR_NONE;
    *out = (struct log_line){0};
    size_t i = 0;
    for (; i < f->column_count; i++) {
        while (p < end && *p == ' ') p++;
        if (p == end) break;
        const char *stop = find_blank(p, end);
        switch (f->columns[i]) {
        case LINE_SKIP:
        case LINE_METHOD: break;
        case LINE_TIME:
            if (!parse_time(p, stop, &out->time)) return "the time is not seconds since 1970";
            if (out->time < EARLIEST || out->time > LATEST) return "the time lies outside 1990 to 2100";
            break;
        case LINE_CLIENT: client = (str){p, (size_t)(stop - p)}; break;
        case LINE_RESULT: {
            const char *slash = memchr(p, '/', (size_t)(stop - p));
            if (!slash) return "the result is not like TCP_MISS/200";
            out->refused = one_of(p, (size_t)(slash - p), f->refused, f->refused_count);
            break;
        }
        case LINE_BYTES:
            if (!parse_count(p, stop, &out->bytes)) return "the size is not a number";
            break;
        case LINE_URL: out->host = url_host(p, stop); break;
        case LINE_USER: user = (str){p, (size_t)(stop - p)}; break;
        }
        p = stop;
        if (i + 1 >= f->at_least && f->columns[i] != LINE_SKIP) {
            bool more = false;
            for (size_t k = i + 1; k < f->column_count; k++) more |= f->columns[k] != LINE_SKIP;
            if (!more) {
                i++;
                break;
            }
        }
    }
    if (i < f->at_least) return "half a line: columns are missing";
    out->person = user.n && !one_of(user.p, user.n, f->no_user, f->no_user_count) ? user : client;
    return NULL;
}

/* ---- Hosts: what a host is is found out once. Keys are copied; a seed keeps chosen hosts from meeting in one slot. */

struct host_entry {
    uint64_t hash;
    uint32_t n, subject;
    const char *p;
};
struct host_cache {
    struct host_entry *entries;
    size_t room, count;
    uint64_t seed;
    struct arena keys;
};

struct host_cache *host_cache_new(void)
{
    struct host_cache *c = mem_zalloc(sizeof *c);
    c->room = 1 << 13;
    c->entries = mem_zalloc(c->room * sizeof *c->entries);
    randombytes_buf(&c->seed, sizeof c->seed);
    arena_init(&c->keys, 0);
    return c;
}

void host_cache_free(struct host_cache *c)
{
    if (!c) return;
    mem_free(c->entries);
    arena_release(&c->keys);
    mem_free(c);
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t m = (__uint128_t)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t host_hash(const char *p, size_t n, uint64_t seed)
{
    uint64_t h = seed ^ n * 0x9E3779B97F4A7C15u, a;
    for (; n > 8; p += 8, n -= 8) {
        memcpy(&a, p, 8);
        h = mix(h ^ a, 0xA0761D6478BD642Fu);
    }
    a = 0;
    memcpy(&a, p, n);
    h = mix(h ^ a, 0xE7037ED1A0B428DBu);
    return h ? h : 1;
}

static uint32_t host_slow(struct scan *s, struct host_cache *c, str host, uint64_t hash)
{
    if (c->count * 2 >= c->room) {
        struct host_entry *old = c->entries;
        size_t old_room = c->room;
        c->room *= 2;
        c->entries = mem_zalloc(c->room * sizeof *c->entries);
        for (size_t i = 0; i < old_room; i++) {
            if (!old[i].hash) continue;
            size_t k = old[i].hash & (c->room - 1);
            while (c->entries[k].hash) k = (k + 1) & (c->room - 1);
            c->entries[k] = old[i];
        }
        mem_free(old);
    }
    size_t k = hash & (c->room - 1);
    while (c->entries[k].hash) k = (k + 1) & (c->room - 1);
    uint32_t subject = match_host(&s->match, &s->roll, host);
    c->entries[k] = (struct host_entry){hash, (uint32_t)host.n, subject, arena_copy(&c->keys, host).p};
    c->count++;
    return subject;
}

static inline uint32_t host_subject(struct scan *s, struct host_cache *c, str host)
{
    uint64_t hash = host_hash(host.p, host.n, c->seed);
    for (size_t k = hash & (c->room - 1); c->entries[k].hash; k = (k + 1) & (c->room - 1)) {
        const struct host_entry *e = &c->entries[k];
        if (e->hash == hash && e->n == host.n && !memcmp(e->p, host.p, host.n)) return e->subject;
    }
    return host_slow(s, c, host, hash);
}

/* ---- Lines */

/* Jdoe and JDOE are one person; the name itself goes no further than this function. */
static inline uint64_t person_hash(const struct scan *s, str name)
{
    unsigned char low[256], out[8];
    const unsigned char *p = (const unsigned char *)name.p;
    if (name.n <= sizeof low) {
        for (size_t i = 0; i < name.n; i++) low[i] = p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i];
        p = low;
    }
    crypto_shorthash(out, p, name.n, s->person_key);
    uint64_t h;
    memcpy(&h, out, sizeof h);
    return h;
}

static inline void count_line(struct scan *s, struct scan_file *f, const struct log_line *line)
{
    if (!f->first || line->time < f->first) f->first = line->time;
    if (line->time > f->last) f->last = line->time;
    if (line->refused || !line->host.n) {
        f->refused++;
        return;
    }
    uint32_t place = line->host.n <= 255 ? host_subject(s, s->hosts, line->host) : NO_SUBJECT;
    if (place == NO_SUBJECT) {
        file_skip(f, f->lines, "the host is none");
        return;
    }
    f->counted++;
    struct scan_subject *subject = &s->roll.subjects[place];
    subject->requests++;
    subject->bytes += line->bytes;
    if (!subject->first || line->time < subject->first) subject->first = line->time;
    if (line->time > subject->last) subject->last = line->time;
    if (subject->embedded) return;
    struct evidence_usage *u =
        roll_usage(&s->roll, place, person_hash(s, line->person), (int32_t)(line->time / ONE_DAY));
    u->requests += u->requests < UINT32_MAX;
    u->bytes += line->bytes;
    if (!u->first || line->time < u->first) u->first = line->time;
    if (line->time > u->last) u->last = line->time;
}

static inline void take_line(struct scan *s, struct scan_file *f, const char *p, const char *end)
{
    struct log_line line;
    f->lines++;
    if (end > p && end[-1] == '\r') end--;
    if (p == end) {
        f->blank++;
        return;
    }
    const char *fault = line_parse(f->format, p, end, &line);
    if (LIKELY(!fault))
        count_line(s, f, &line);
    else
        file_skip(f, f->lines, memchr(p, 0, (size_t)(end - p)) ? "NUL bytes: not text" : fault);
}

int lines_read(struct scan *s, struct scan_file *f, struct scan_input *in, struct err *err)
{
    bool too_long = false;
    for (;;) {
        const char *p = in->window + in->at, *end = in->window + in->n, *stop;
        while ((stop = memchr(p, '\n', (size_t)(end - p)))) {
            if (UNLIKELY(too_long)) {
                f->lines++;
                file_skip(f, f->lines, "the line is longer than 1 MiB");
                too_long = false;
            } else {
                take_line(s, f, p, stop);
            }
            p = stop + 1;
        }
        if ((size_t)(end - p) > SCAN_LINE_CAP || (too_long && p < end)) {
            too_long = true;
            p = end; /* what belongs to it is dropped as it comes */
        }
        in->at = (size_t)(p - in->window);
        if (s->options.progress.report)
            s->options.progress.report(s->options.progress.self, f->path.p, in->bytes_done, in->bytes_total, f->lines);
        if (in->end) break;
        if (input_more(in, err) < 0) return -1;
    }
    if (too_long) {
        f->lines++;
        file_skip(f, f->lines, "the line is longer than 1 MiB");
    } else if (in->at < in->n) {
        take_line(s, f, in->window + in->at, in->window + in->n);
    }
    return 0;
}
