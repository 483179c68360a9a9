/* SPDX-License-Identifier: Apache-2.0 */
#include "align_evidence.h"

#include "base_map.h"
#include "base_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct last_ruling { /* of a request */
    str zone, kind;
    int64_t day;
    double due; /* working days; 0: nobody waits; NaN: not known */
};
struct bucket {
    struct decision_times sums;
    VEC(double) days;
};
struct collecting {
    struct arena *a, work;
    struct shelf *shelf;
    struct store *books;
    const struct picture *picture;
    const struct rulebook *in_force;
    unsigned char hash[RULING_HASH_SIZE];
    struct idmap last, set_aside; /* by request: a struct last_ruling; by ruling: its zone now, a str */
    struct map rules, buckets;
    VEC(struct rule_evidence) found;
    VEC(struct bucket *) groups;
    struct evidence *out;
    struct err *err;
};

static str text_of_field(const struct fact *f, const char *field)
{
    const struct model_field *m = f ? model_field(fact_type(f), str_of(field)) : NULL;
    return m ? fact_value(f, m) : STR_NONE;
}

/* When the request was decided; false: it was not. *at_once: by its ruling. */
static bool decided_on(const struct fact *request, const struct last_ruling *last, int64_t *day, bool *at_once)
{
    *at_once = last && last->due == 0;
    if (*at_once) *day = last->day;
    return *at_once || civil_parse(text_of_field(request, "answered on"), day);
}

static const struct last_ruling *last_of(const struct collecting *k, uint64_t request)
{
    const uint64_t *at = request ? idmap_get(&k->last, request) : NULL;
    return at ? (const struct last_ruling *)(uintptr_t)*at : NULL;
}

/* ---- The first time through: what holds for each request ---- */

static int note_overruling(void *host, const struct stored_ruling *row)
{
    struct collecting *k = host;
    bool is_new;
    str *zone = arena_alloc(k->a, sizeof *zone);
    *zone = arena_copy(k->a, row->zone);
    *idmap_put(&k->set_aside, row->overrules, &is_new) = (uint64_t)(uintptr_t)zone;
    return 0;
}

static const str *people_said(const struct collecting *k, uint64_t number)
{
    const uint64_t *at = idmap_get(&k->set_aside, number);
    return at ? (const str *)(uintptr_t)*at : NULL;
}

static int in_ruling(struct err *err, uint64_t number)
{
    struct err inner = *err;
    return err_set(err, inner.code, "ruling %llu: %s", (unsigned long long)number, inner.message);
}

static int note_last(void *host, const struct stored_ruling *row)
{
    struct collecting *k = host;
    const struct rulebook *b = NULL;
    struct answers answers;
    struct ruling_brief brief;
    struct feel_env env;
    const struct json *j;
    str text;
    bool is_new;
    k->out->rulings += !row->overrules;
    if (row->overrules || !row->request) return 0;
    arena_clear(&k->work);
    if (store_load_book(k->books, &k->work, row->book, &text, k->err) < 0 ||
        shelf_take(k->shelf, row->rulebook, row->version, text, &b, k->err) < 0)
        return in_ruling(k->err, row->number);
    ruling_env(&env, &k->work, row->time, row->day);
    int failed = json_parse(&k->work, row->answers, &j, k->err);
    if (!failed) {
        answers_from_json(b, &env, j, &answers);
        failed = rulebook_brief(b, &env, &answers, &brief, k->err);
    }
    shelf_put_back(k->shelf, b);
    if (failed) return in_ruling(k->err, row->number);
    const str *people = people_said(k, row->number);
    const struct json *what = json_get(j, STR("what"));
    struct last_ruling *last = arena_alloc(k->a, sizeof *last);
    *last = (struct last_ruling){.zone = arena_copy(k->a, people ? *people : row->zone),
                                 .kind = what && what->kind == JSON_STRING ? arena_copy(k->a, what->text) : STR(""),
                                 .day = row->day,
                                 .due = people ? NAN : brief.days};
    *idmap_put(&k->last, row->request, &is_new) = (uint64_t)(uintptr_t)last;
    return 0;
}

/* ---- Rules ---- */

static struct rule_evidence *rule_of(struct collecting *k, str key, bool *is_new)
{
    if (!map_get(&k->rules, key)) key = arena_copy(k->a, key);
    uint64_t *place = map_put(&k->rules, key, is_new);
    if (!*is_new) return &k->found.items[*place];
    *place = k->found.count;
    struct rule_evidence *one = vec_add(k->a, &k->found);
    int64_t rule = 0;
    size_t blank = key.n;
    while (blank && key.p[blank - 1] != ' ') blank--;
    *one = (struct rule_evidence){.decision = str_trim(str_slice(key, 0, blank)), .why = STR(""), .zone = STR("")};
    if (str_to_int(str_from(key, blank), &rule) && rule > 0 && rule <= UINT32_MAX) one->rule = (uint32_t)rule;
    return one;
}

/* The reasons of the rules of a ruling, for those that are met for the first time. */
static int learn_reasons(struct collecting *k, const struct stored_ruling *row)
{
    struct answers answers;
    struct ruling r;
    struct feel_env env;
    const struct json *j;
    arena_clear(&k->work);
    ruling_env(&env, &k->work, row->time, row->day);
    if (json_parse(&k->work, row->answers, &j, k->err) < 0) return in_ruling(k->err, row->number);
    answers_from_json(k->in_force, &env, j, &answers);
    if (rulebook_rule(k->in_force, &env, &answers, RULING_EXPLAIN, &r, k->err) < 0)
        return in_ruling(k->err, row->number);
    for (size_t i = 0; i < r.rule_count; i++)
        VEC_EACH(one, &k->found)
            if (!one->why.n && one->rule == r.rules[i].rule && str_eq(one->decision, r.rules[i].decision))
                one->why = arena_copy(k->a, r.rules[i].why);
    return 0;
}

static size_t rank_of(const struct rulebook *b, str zone)
{
    size_t count;
    const struct feel_value *zones = rulebook_outcomes(b, &count);
    for (size_t i = 0; i < count; i++)
        if (feel_same(zones[i], feel_string(zone))) return i;
    return count;
}

enum rule_proposal evidence_proposes(const struct rule_evidence *r, const struct rulebook *b,
                                     const struct proposal_limits *limits)
{
    size_t zones;
    enum { ALL = 100 };
    rulebook_outcomes(b, &zones);
    bool enough = r->fired >= (uint64_t)limits->fired;
    uint64_t needed = r->fired * (uint64_t)limits->share;
    if (!r->zone.n) return PROPOSE_NOTHING;
    if (rank_of(b, r->zone) + 1 < zones && (r->incidents || (enough && r->heavier && r->heavier * ALL >= needed)))
        return PROPOSE_HEAVIER;
    return enough && r->lighter && r->lighter * ALL >= needed && !r->incidents ? PROPOSE_LIGHTER : PROPOSE_NOTHING;
}

static int count_rules(void *host, const struct stored_ruling *row)
{
    struct collecting *k = host;
    const uint64_t *incidents;
    size_t incident_count = 0;
    int64_t asked, decided;
    bool learns = false, at_once, known = false;
    if (row->overrules) return 0;
    if (memcmp(row->book, k->hash, sizeof k->hash) != 0) {
        k->out->other++;
        return 0;
    }
    arena_clear(&k->work);
    const struct fact *request = row->request ? picture_fact(k->picture, row->request) : NULL;
    if (request) {
        incident_count = request_incidents(k->picture, &k->work, row->request, row->day, &incidents);
        known = civil_parse(text_of_field(request, "asked on"), &asked) &&
                decided_on(request, last_of(k, row->request), &decided, &at_once) && decided >= asked;
    }
    const str *people = people_said(k, row->number);
    size_t ruled = rank_of(k->in_force, row->zone), made = people ? rank_of(k->in_force, *people) : ruled;
    str rest = row->rules, key;
    while (rest.n && str_cut(&rest, ',', &key)) {
        bool is_new;
        struct rule_evidence *one = rule_of(k, str_trim(key), &is_new);
        learns |= is_new;
        one->fired++;
        if (is_new && str_eq(one->decision, rulebook_outcome(k->in_force))) one->zone = arena_copy(k->a, row->zone);
        one->lighter += made<ruled, one->heavier += made> ruled;
        one->incidents += incident_count;
        if (known) one->waited++, one->days += (double)(decided - asked);
    }
    return learns ? learn_reasons(k, row) : 0;
}

/* ---- Times ---- */

static void add_request(struct collecting *k, const char *by, str name, const struct last_ruling *last, bool waits,
                        bool decided, bool at_once, int64_t asked, int64_t day)
{
    bool is_new;
    if (!name.n) return;
    str key = arena_printf(k->a, "%s " STR_FORMAT, by, STR_ARGS(name));
    uint64_t *place = map_put(&k->buckets, key, &is_new);
    if (is_new) {
        *place = k->groups.count;
        struct bucket *fresh = arena_zalloc(k->a, sizeof *fresh);
        fresh->sums.by = str_of(by), fresh->sums.name = arena_copy(k->a, name);
        *vec_add(k->a, &k->groups) = fresh;
    }
    struct bucket *b = k->groups.items[*place];
    b->sums.requests++;
    b->sums.waiting += waits && !decided;
    if (!decided) return;
    b->sums.decided++;
    b->sums.at_once += at_once;
    *vec_add(k->a, &b->days) = (double)(day - asked);
    if (!last || !(last->due > 0)) return;
    b->sums.promised++;
    b->sums.kept += (double)civil_working_days(asked, day) <= last->due;
}

static void count_requests(struct collecting *k)
{
    const struct model_type *type = model_type(picture_model(k->picture), STR("request"));
    size_t count = 0;
    const uint64_t *ids = type ? picture_facts(k->picture, type, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(k->picture, ids[i]);
        const struct last_ruling *last = last_of(k, ids[i]);
        struct asked who;
        int64_t asked, day = 0;
        bool at_once = false;
        if (!civil_parse(text_of_field(f, "asked on"), &asked)) continue;
        bool decided = decided_on(f, last, &day, &at_once) && day >= asked;
        bool waits = !str_eq(text_of_field(f, "state"), STR("withdrawn"));
        request_asked(k->picture, ids[i], &who);
        const struct {
            const char *by;
            str name;
        } all[] = {{"all", STR("requests")},
                   {"zone", last ? last->zone : STR("not ruled")},
                   {"side", who.side},
                   {"team", who.team},
                   {"kind", last ? last->kind : STR("")}};
        for (size_t g = 0; g < ARRAY_COUNT(all); g++)
            add_request(k, all[g].by, all[g].name, last, waits, decided, at_once, asked, day);
    }
}

static int by_number(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static int by_group(const void *x, const void *y)
{
    static const char *const order[] = {"all", "zone", "side", "team", "kind"};
    const struct decision_times *a = x, *b = y;
    size_t place[2] = {0, 0};
    for (size_t i = 0; i < ARRAY_COUNT(order); i++) {
        if (str_eq(a->by, str_of(order[i]))) place[0] = i;
        if (str_eq(b->by, str_of(order[i]))) place[1] = i;
    }
    if (place[0] != place[1]) return place[0] < place[1] ? -1 : 1;
    return str_cmp(a->name, b->name);
}

static void finish_times(struct collecting *k)
{
    struct decision_times *out = arena_array(k->a, k->groups.count + 1, sizeof *out);
    for (size_t i = 0; i < k->groups.count; i++) {
        struct bucket *b = k->groups.items[i];
        size_t n = b->days.count;
        if (n) qsort(b->days.items, n, sizeof *b->days.items, by_number);
        out[i] = b->sums;
        out[i].median = n ? (b->days.items[(n - 1) / 2] + b->days.items[n / 2]) / 2 : NAN;
        out[i].ninetieth = n ? b->days.items[(n * 9 + 9) / 10 - 1] : NAN; /* nearest rank */
    }
    if (k->groups.count) qsort(out, k->groups.count, sizeof *out, by_group);
    k->out->times = out, k->out->time_count = k->groups.count;
}

static int by_fired(const void *x, const void *y)
{
    const struct rule_evidence *a = x, *b = y;
    if (a->fired != b->fired) return a->fired > b->fired ? -1 : 1;
    int order = str_cmp(a->decision, b->decision);
    return order ? order : (a->rule > b->rule) - (a->rule < b->rule);
}

static int collect(struct collecting *k, struct store *rows)
{
    if (store_each_overruling(rows, note_overruling, k, k->err) < 0 ||
        store_each_ruling(rows, note_last, k, k->err) < 0 || store_each_ruling(rows, count_rules, k, k->err) < 0)
        return -1;
    count_requests(k);
    finish_times(k);
    if (k->found.count) qsort(k->found.items, k->found.count, sizeof *k->found.items, by_fired);
    k->out->rules = k->found.items, k->out->rule_count = k->found.count;
    return 0;
}

int evidence_collect(struct arena *a, struct shelf *shelf, struct store *rows, struct store *books,
                     const struct picture *p, const struct rulebook *in_force, struct evidence *out, struct err *err)
{
    str text;
    struct collecting k = {
        .a = a, .shelf = shelf, .books = books, .picture = p, .in_force = in_force, .out = out, .err = err};
    *out = (struct evidence){0};
    shelf_hash(shelf, in_force, k.hash, &text);
    arena_init(&k.work, 0);
    idmap_init(&k.last), idmap_init(&k.set_aside);
    map_init(&k.rules), map_init(&k.buckets);
    int result = collect(&k, rows);
    map_release(&k.rules), map_release(&k.buckets);
    idmap_release(&k.last), idmap_release(&k.set_aside);
    arena_release(&k.work);
    return result;
}
