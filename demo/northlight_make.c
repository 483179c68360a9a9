/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the sample company of a given day: copies its files with every date moved by the days between that day and the
 * pinned one, and writes the proxy log that its people would have left in the hundred days before.
 *
 *   northlight_make --from demo/northlight --to DIR --today 2026-11-22 [--lines 200000] [--seed 7]
 *
 * The same arguments give the same bytes. What is used by whom stands in traffic.csv; see README.md beside it. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { WINDOW = 100, STAFF = 1800, DEPARTMENTS = 7, HOSTS_MAX = 512, PLANS_MAX = 1024 };

static void fail(const char *form, ...) __attribute__((format(printf, 1, 2), noreturn));
static void fail(const char *form, ...)
{
    va_list args;
    va_start(args, form);
    fputs("northlight_make: ", stderr);
    vfprintf(stderr, form, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void *must_alloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) fail("out of memory");
    return p;
}

/* ---- Chance: SplitMix64, so that every C library gives the same company. ---- */

struct chance {
    uint64_t state;
};
static uint64_t chance_next(struct chance *c)
{
    uint64_t z = c->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}
static unsigned chance_below(struct chance *c, unsigned n)
{
    return n ? (unsigned)((chance_next(c) >> 32) * n >> 32) : 0;
}
static uint64_t hash_text(const char *s, uint64_t h)
{
    for (h ^= 0xcbf29ce484222325u; *s; s++) h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    return h;
}

/* ---- Days: count from 1970-01-01 (H. Hinnant's civil algorithms). ---- */

static long days_from_civil(long y, unsigned m, unsigned d)
{
    y -= m <= 2;
    long era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned)(y - era * 400), doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + (long)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}
static void civil_from_days(long z, int *y, int *m, int *d)
{
    z += 719468;
    long era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = (unsigned)(z - era * 146097), yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *y = (int)(yoe + era * 400 + (*m <= 2));
}
static int digits(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return -1;
        v = v * 10 + s[i] - '0';
    }
    return v;
}
static bool real_day(int y, int m, int d)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return y >= 1900 && m >= 1 && m <= 12 && d >= 1 && d <= length[m - 1] + (m == 2 && leap);
}
/* A date at s, `2026-11-22` or `22.11.2026`, both ten characters: true, with its day and whether it is the ISO form. */
static bool date_at(const char *s, size_t left, long *day, bool *iso)
{
    if (left < 10) return false;
    *iso = s[4] == '-' && s[7] == '-';
    if (!*iso && !(s[2] == '.' && s[5] == '.')) return false;
    int y = digits(s + (*iso ? 0 : 6), 4), m = digits(s + (*iso ? 5 : 3), 2), d = digits(s + (*iso ? 8 : 0), 2);
    if (!real_day(y, m, d)) return false;
    *day = days_from_civil(y, (unsigned)m, (unsigned)d);
    return true;
}

/* ---- Files ---- */

static char *read_whole(const char *dir, const char *name, size_t *size)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) fail("%s/%s: path too long", dir, name);
    FILE *f = fopen(path, "rb");
    if (!f) fail("%s: %s", path, strerror(errno));
    size_t cap = 1 << 16, n = 0;
    char *text = must_alloc(cap, 1);
    for (size_t got; (got = fread(text + n, 1, cap - n - 1, f)) > 0;) {
        n += got;
        if (cap - n < 2) {
            cap *= 2;
            text = realloc(text, cap);
            if (!text) fail("out of memory");
        }
    }
    if (ferror(f)) fail("%s: cannot read", path);
    fclose(f);
    text[n] = 0;
    *size = n;
    return text;
}
static FILE *open_new(const char *dir, const char *name)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) fail("%s/%s: path too long", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f) fail("%s: %s", path, strerror(errno));
    return f;
}
static void close_written(FILE *f, const char *name)
{
    if (fflush(f) || ferror(f) || fclose(f)) fail("%s: cannot write: %s", name, strerror(errno));
}
static void shift_dates(char *text, size_t size, long by)
{
    for (size_t i = 0; by && i < size; i++) {
        long day;
        bool iso;
        if (i && isdigit((unsigned char)text[i - 1])) continue;
        if (!date_at(text + i, size - i, &day, &iso) || (i + 10 < size && isdigit((unsigned char)text[i + 10])))
            continue;
        int y, m, d;
        char made[48];
        civil_from_days(day + by, &y, &m, &d);
        if (iso)
            snprintf(made, sizeof made, "%04d-%02d-%02d", y, m, d);
        else
            snprintf(made, sizeof made, "%02d.%02d.%04d", d, m, y);
        memcpy(text + i, made, 10);
        i += 9;
    }
}
/* The copy keeps every byte but the dates; README and traffic.csv describe the sample and stay behind. */
static void copy_files(const char *from, const char *to, long by)
{
    DIR *dir = opendir(from);
    if (!dir) fail("%s: %s", from, strerror(errno));
    for (struct dirent *e; (e = readdir(dir));) {
        const char *dot = strrchr(e->d_name, '.');
        if (!dot || (strcmp(dot, ".csv") && strcmp(dot, ".txt")) || !strcmp(e->d_name, "traffic.csv")) continue;
        size_t size;
        char *text = read_whole(from, e->d_name, &size);
        shift_dates(text, size, by);
        FILE *f = open_new(to, e->d_name);
        if (fwrite(text, 1, size, f) != size) fail("%s/%s: cannot write", to, e->d_name);
        close_written(f, e->d_name);
        free(text);
    }
    closedir(dir);
}
/* The next cell of a CSV line, unquoted in place; NULL at the line's end. */
static char *next_cell(char **at)
{
    char *s = *at, *out;
    if (!s) return NULL;
    if (*s == '"') {
        char *start = out = ++s;
        while (*s && (*s != '"' || s[1] == '"')) {
            s += *s == '"';
            *out++ = *s++;
        }
        s += *s == '"';
        *at = *s == ',' ? s + 1 : NULL;
        *out = 0;
        return start;
    }
    *at = strchr(s, ',');
    if (*at) *(*at)++ = 0;
    return s;
}
static char *next_line(char **text)
{
    char *s = *text;
    if (!*s) return NULL;
    char *end = s + strcspn(s, "\r\n");
    *text = end + strspn(end, "\r\n");
    *end = 0;
    return s;
}

/* ---- People: those of people.csv, and colleagues with made-up names up to the whole staff ---- */

static const char department_mark[DEPARTMENTS + 1] =
    "midcfhs"; /* marketing it data commerce finance head office shops */
static const int department_size[DEPARTMENTS] = {110, 70, 20, 70, 40, 330, 1160};

struct person {
    char sign_on[48];
    unsigned department;
    unsigned address; /* 10.<16 bits> */
};
struct staff {
    struct person *people; /* STAFF */
    size_t count;
    unsigned *of[DEPARTMENTS]; /* indexes into people */
    size_t size[DEPARTMENTS];
};

static void staff_add(struct staff *s, const char *sign_on, unsigned department)
{
    if (s->count == STAFF) return;
    struct person *p = &s->people[s->count];
    snprintf(p->sign_on, sizeof p->sign_on, "%s", sign_on);
    p->department = department;
    p->address = (department * 4 + 16) << 8 | (unsigned)(s->count % 1000);
    s->of[department][s->size[department]++] = (unsigned)s->count++;
}
static void staff_read(struct staff *s, const char *from)
{
    size_t size;
    char *text = read_whole(from, "people.csv", &size), *at = text, *line;
    bool head = true;
    while ((line = next_line(&at))) {
        char *rest = line, *cell[3] = {0};
        for (int i = 0; i < 3; i++) cell[i] = next_cell(&rest);
        if (head) {
            if (!cell[2] || strcmp(cell[1], "Login") || strcmp(cell[2], "Department"))
                fail("people.csv:1: expected the columns name, Login, Department");
            head = false;
            continue;
        }
        if (!cell[2] || !*cell[1]) continue;
        unsigned d = !strcmp(cell[2], "marketing")  ? 0
                     : !strcmp(cell[2], "it")       ? 1
                     : !strcmp(cell[2], "data")     ? 2
                     : !strcmp(cell[2], "commerce") ? 3
                                                    : 4;
        staff_add(s, cell[1], d);
    }
    free(text);
}
static bool staff_has(const struct staff *s, const char *sign_on)
{
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->people[i].sign_on, sign_on)) return true;
    return false;
}
static void staff_fill(struct staff *s, struct chance *c)
{
    static const char *first[] = {"jan",   "lea",   "nils",  "ida",  "karl", "emil", "lina",    "otto", "ella",
                                  "hugo",  "ines",  "jule",  "kim",  "lars", "maja", "noah",    "olaf", "pia",
                                  "rosa",  "silas", "tilda", "ulla", "wera", "yara", "adam",    "bo",   "cleo",
                                  "doris", "eva",   "fred",  "gert", "henk", "jola", "krzysia", "mats", "wout"};
    static const char *last[] = {
        "meyer",  "bosch",   "larsson",  "devos",  "kowal",  "schmid",  "hein",   "dekker",    "lindgren", "wilk",
        "ernst",  "krol",    "pohlmann", "berger", "sikora", "brouwer", "ekman",  "stark",     "unger",    "jonker",
        "friese", "nilsson", "vogel",    "zander", "malik",  "rosen",   "hartog", "bergqvist", "thiele",   "wirth",
        "adamik", "coster",  "dorn",     "evers",  "gross",  "holt",    "imhof",  "jaeger",    "kolb",     "luth"};
    for (unsigned d = 0; d < DEPARTMENTS; d++)
        while (s->size[d] < (size_t)department_size[d] && s->count < STAFF) {
            char name[48];
            const char *f = first[chance_below(c, sizeof first / sizeof *first)];
            const char *l = last[chance_below(c, sizeof last / sizeof *last)];
            snprintf(name, sizeof name, "%s.%s", f, l);
            for (int n = 2; staff_has(s, name); n++) snprintf(name, sizeof name, "%s.%s%d", f, l, n);
            staff_add(s, name, d);
        }
}

/* ---- The plan: which host is called by how many people of which departments, how often, since when ---- */

struct plan {
    char host[96], group[64];
    unsigned people_30, people_90, requests, tenths_a_week; /* days of use a week, in tenths */
    unsigned weight[DEPARTMENTS];
    long first_day; /* 0: before the window */
};

static void parse_who(const char *who, struct plan *p, int line)
{
    while (*who) {
        const char *mark = strchr(department_mark, *who);
        char *end;
        if (!mark || !*mark) fail("traffic.csv:%d: who: '%c' is none of %s", line, *who, department_mark);
        p->weight[mark - department_mark] = (unsigned)strtoul(who + 1, &end, 10);
        who = end + strspn(end, " ");
    }
}
static size_t plan_read(struct plan *plans, const char *from, long by)
{
    size_t size, n = 0;
    char *text = read_whole(from, "traffic.csv", &size), *at = text, *line;
    for (int number = 1; (line = next_line(&at)); number++) {
        char *rest = line, *cell[8] = {0};
        for (int i = 0; i < 8; i++) cell[i] = next_cell(&rest);
        if (!cell[7]) fail("traffic.csv:%d: expected 8 cells", number);
        if (number == 1) continue;
        if (n == PLANS_MAX) fail("traffic.csv:%d: more than %d lines", number, PLANS_MAX);
        struct plan *p = &plans[n++];
        snprintf(p->host, sizeof p->host, "%s", cell[0]);
        snprintf(p->group, sizeof p->group, "%s", *cell[1] ? cell[1] : cell[0]);
        p->people_30 = (unsigned)strtoul(cell[2], NULL, 10);
        p->people_90 = (unsigned)strtoul(cell[3], NULL, 10);
        if (p->people_90 < p->people_30)
            fail("traffic.csv:%d: %s: fewer people in 90 days than in 30", number, p->host);
        parse_who(cell[4], p, number);
        p->requests = (unsigned)strtoul(cell[5], NULL, 10);
        p->tenths_a_week = (unsigned)(strtod(cell[6], NULL) * 10 + 0.5);
        bool iso;
        if (*cell[7]) {
            if (!date_at(cell[7], strlen(cell[7]), &p->first_day, &iso))
                fail("traffic.csv:%d: first_day: \"%s\" is not a date", number, cell[7]);
            p->first_day += by;
        }
    }
    free(text);
    return n;
}
/* Who of the staff uses a group of hosts: `count` different people, from the departments by their weights; where a
 * department is too small, the others fill in. The first ones are those of the last thirty days. */
static size_t choose_people(const struct staff *s, const struct plan *p, uint64_t seed, unsigned *chosen)
{
    struct chance c = {hash_text(p->group, seed)};
    unsigned *pool[DEPARTMENTS];
    size_t taken[DEPARTMENTS] = {0}, n = 0;
    unsigned total = 0;
    for (unsigned d = 0; d < DEPARTMENTS; d++) {
        pool[d] = must_alloc(s->size[d], sizeof *pool[d]);
        memcpy(pool[d], s->of[d], s->size[d] * sizeof *pool[d]);
        for (size_t i = s->size[d]; i > 1; i--) {
            size_t j = chance_below(&c, (unsigned)i);
            unsigned t = pool[d][i - 1];
            pool[d][i - 1] = pool[d][j];
            pool[d][j] = t;
        }
        total += p->weight[d];
    }
    if (!total) fail("traffic.csv: %s: nobody uses it", p->host);
    for (unsigned tries = 0; n < p->people_90 && tries < 200000; tries++) {
        unsigned at = chance_below(&c, total), d = 0;
        while (at >= p->weight[d]) at -= p->weight[d++];
        if (taken[d] < s->size[d])
            chosen[n++] = pool[d][taken[d]++];
        else if (tries > 100000)
            for (d = 0; d < DEPARTMENTS && n < p->people_90; d++)
                if (taken[d] < s->size[d]) chosen[n++] = pool[d][taken[d]++];
    }
    for (unsigned d = 0; d < DEPARTMENTS; d++) free(pool[d]);
    return n;
}

/* ---- The log ---- */

struct event {
    int64_t ms;
    uint32_t person, plan, draw;
};
struct events {
    struct event *items;
    size_t count, cap;
};
static void event_add(struct events *e, int64_t ms, unsigned person, unsigned plan, uint32_t draw)
{
    if (e->count == e->cap) {
        e->cap = e->cap ? e->cap * 2 : 1 << 18;
        e->items = realloc(e->items, e->cap * sizeof *e->items);
        if (!e->items) fail("out of memory");
    }
    e->items[e->count++] = (struct event){ms, person, plan, draw};
}
static bool is_weekend(long day)
{
    long w = (day + 4) % 7; /* 0: Sunday; 1970-01-01 was a Thursday */
    return w == 0 || w == 6;
}
/* A moment of that day: offices from eight to six with a lunch dip, shops until eight. UTC, as Squid writes it. */
static int64_t moment(struct chance *c, long day, bool shop)
{
    static const unsigned char office[24] = {0,  0,  0,  0,  0, 1, 4, 14, 20, 20, 18, 9,
                                             14, 19, 18, 15, 8, 3, 1, 1,  1,  0,  0,  0};
    static const unsigned char shops[24] = {0,  0,  0,  0,  0,  0,  2, 6, 14, 14, 12, 10,
                                            10, 12, 13, 14, 14, 12, 8, 2, 0,  0,  0,  0};
    const unsigned char *weight = shop ? shops : office;
    unsigned total = 0, hour = 0;
    for (int h = 0; h < 24; h++) total += weight[h];
    for (unsigned at = chance_below(c, total); at >= weight[hour]; hour++) at -= weight[hour];
    return ((int64_t)day * 86400 + hour * 3600 + chance_below(c, 3600)) * 1000 + chance_below(c, 1000);
}
/* Whether the proxy let nobody through: it asked for a name first, or the far end did not answer. */
static const char *refused(uint32_t draw)
{
    return draw % 211 == 0 ? "TCP_DENIED/407" : draw % 173 == 0 ? "TCP_TUNNEL/503" : NULL;
}
/* One person's requests of one day to one host: some about the mean, within an hour or so. The first one succeeds, so
 * that who was there does not depend on whether a reader counts refusals. */
static void visit(struct events *out, struct chance *c, const struct staff *s, unsigned person, unsigned plan, long day,
                  unsigned mean, int64_t until)
{
    bool shop = s->people[person].department == 6;
    unsigned n = mean <= 1 ? 1 : 1 + chance_below(c, 2 * mean - 1);
    int64_t at = moment(c, day, shop);
    for (unsigned i = 0; i < n; i++) {
        uint32_t draw = (uint32_t)chance_next(c);
        while (i == 0 && refused(draw)) draw = (uint32_t)chance_next(c);
        if (at < until) event_add(out, at, person, plan, draw);
        at += 400 + (int64_t)chance_below(c, i % 4 == 3 ? 900000 : 6000);
    }
}
static void use_plan(struct events *out, const struct staff *s, const struct plan *p, unsigned number, uint64_t seed,
                     long today)
{
    unsigned *people = must_alloc(STAFF, sizeof *people);
    size_t n = choose_people(s, p, seed, people);
    struct chance c = {hash_text(p->host, seed + 1)};
    int64_t until = ((int64_t)today + 1) * 86400000;
    for (size_t i = 0; i < n; i++) {
        /* The first people_30 are seen in the last 29 whole days, the others only before: the counts come out exact. */
        bool recent = i < p->people_30;
        long first = today - (WINDOW - 1), last = recent ? today - 1 : today - 33;
        if (!recent) first = today - 86;
        if (p->first_day > first) first = p->first_day;
        if (first > last) continue;
        bool shop = s->people[people[i]].department == 6, seen = false;
        unsigned tenths = p->tenths_a_week / 2 + chance_below(&c, p->tenths_a_week + 1);
        for (long day = first; day <= last; day++) {
            if (is_weekend(day) && !shop && chance_below(&c, 40)) continue;
            if (chance_below(&c, shop ? 70 : 50) >= tenths) continue;
            visit(out, &c, s, people[i], number, day, p->requests, until);
            seen = seen || !recent || day >= today - 28;
        }
        if (seen) continue;
        long day = recent ? today - 2 - (long)chance_below(&c, 26)
                          : first + (long)chance_below(&c, (unsigned)(last - first + 1));
        if (day < first) day = first;
        while (is_weekend(day) && !shop && day > first) day--;
        visit(out, &c, s, people[i], number, day, p->requests, until);
    }
    free(people);
}
static int by_time(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->ms != y->ms) return x->ms < y->ms ? -1 : 1;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    return x->plan != y->plan ? (x->plan < y->plan ? -1 : 1) : (x->draw > y->draw) - (x->draw < y->draw);
}
static size_t write_log(const char *to, const struct staff *s, const struct plan *plans, struct events *e)
{
    FILE *f = open_new(to, "proxy.log");
    setvbuf(f, NULL, _IOFBF, 1 << 20);
    for (size_t i = 0; i < e->count; i++) {
        const struct event *v = &e->items[i];
        const struct person *p = &s->people[v->person];
        const struct plan *t = &plans[v->plan];
        unsigned h = (unsigned)hash_text(t->host, 3), draw = v->draw;
        unsigned size = 900 + (draw & 0x3fff) + (draw % 17 == 0 ? (draw >> 8) % 900000 : 0);
        unsigned took = 20 + (draw >> 14 & 0x1ff) + (draw % 23 == 0 ? draw >> 12 & 0x3fff : 0);
        const char *no = refused(draw), *result = no ? no : "TCP_TUNNEL/200";
        bool unnamed = no && strstr(no, "407");
        fprintf(f, "%lld.%03d %6u 10.%u.%u.%u %s %u CONNECT %s:443 %s HIER_DIRECT/%u.%u.%u.%u -\n",
                (long long)(v->ms / 1000), (int)(v->ms % 1000), took, 20 + p->department, p->address >> 8 & 0xff,
                p->address & 0xff, result, size, t->host, unnamed ? "-" : p->sign_on, 13 + h % 180, h >> 8 & 0xff,
                h >> 16 & 0xff, 1 + (h >> 24) % 254);
    }
    close_written(f, "proxy.log");
    return e->count;
}

int main(int argc, char **argv)
{
    const char *from = NULL, *to = NULL, *today_text = NULL;
    unsigned long lines = 200000, seed = 7;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!value) fail("usage: northlight_make --from DIR --to DIR --today YYYY-MM-DD [--lines N] [--seed N]");
        if (!strcmp(argv[i], "--from"))
            from = value;
        else if (!strcmp(argv[i], "--to"))
            to = value;
        else if (!strcmp(argv[i], "--today"))
            today_text = value;
        else if (!strcmp(argv[i], "--lines"))
            lines = strtoul(value, NULL, 10);
        else if (!strcmp(argv[i], "--seed"))
            seed = strtoul(value, NULL, 10);
        else
            fail("%s: no such option", argv[i]);
    }
    long today;
    bool iso;
    if (!from || !to || !today_text)
        fail("usage: northlight_make --from DIR --to DIR --today YYYY-MM-DD [--lines N] [--seed N]");
    if (strlen(today_text) != 10 || !date_at(today_text, 10, &today, &iso) || !iso)
        fail("--today: \"%s\" is not a date of the form 2026-11-22", today_text);
    if (mkdir(to, 0777) && errno != EEXIST) fail("%s: %s", to, strerror(errno));
    long by = today - days_from_civil(2026, 11, 22);
    copy_files(from, to, by);

    struct staff staff = {.people = must_alloc(STAFF, sizeof(struct person))};
    for (int d = 0; d < DEPARTMENTS; d++) staff.of[d] = must_alloc(STAFF, sizeof *staff.of[d]);
    struct chance c = {seed};
    staff_read(&staff, from);
    staff_fill(&staff, &c);
    struct plan *plans = must_alloc(PLANS_MAX, sizeof *plans);
    size_t count = plan_read(plans, from, by);
    struct events events = {0};
    for (size_t i = 0; i < count; i++) use_plan(&events, &staff, &plans[i], (unsigned)i, seed, today);
    /* More lines than the plan gives: the same visits last longer; who uses what does not change. */
    for (size_t base = events.count; base && events.count < lines;) {
        struct event v = events.items[chance_below(&c, (unsigned)base)];
        v.ms += 1 + chance_below(&c, 240000);
        if (v.ms / 86400000 <= today) event_add(&events, v.ms, v.person, v.plan, (uint32_t)chance_next(&c));
    }
    qsort(events.items, events.count, sizeof *events.items, by_time);
    size_t written = write_log(to, &staff, plans, &events);
    printf("%s: %zu log lines of %zu people, %zu hosts, %d days up to %s\n", to, written, staff.count, count, WINDOW,
           today_text);

    free(events.items);
    free(plans);
    free(staff.people);
    for (int d = 0; d < DEPARTMENTS; d++) free(staff.of[d]);
    return 0;
}
