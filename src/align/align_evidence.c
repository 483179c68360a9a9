/* SPDX-License-Identifier: Apache-2.0 */
#include "align_evidence.h"

#include "align_past_books.h"
#include "base_map.h"
#include "base_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EACH_ROWS = 1024 };

struct last_ruling { /* of a request */
    str zone, extent, kind;
    int64_t day;
    double due; /* working days; 0: nobody waits; NaN: not known */
};
struct numbers { /* ascending; twice EVIDENCE_SHOWN at most */
    VEC(uint64_t) all;
};
struct collecting {
    const struct evidence_of *of;
    struct arena *a, work;
    struct past_books books;
    unsigned char hash[RULING_HASH_SIZE];
    struct idmap last, set_aside; /* by request: a struct last_ruling; by ruling: its zone now, a str */
    struct map rules;
    VEC(struct rule_evidence) found;
    VEC(struct numbers) behind; /* RULE_PARTS for each that is found */
    struct times *times;
    uint64_t done, total;
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

/* Both times through count. */
static bool is_ended(struct collecting *k)
{
    return ++k->done % EACH_ROWS == 0 && watch_ends(&k->of->watch, k->done, k->total, k->err);
}

static int in_ruling(struct err *err, uint64_t number)
{
    struct err inner = *err;
    return err_set(err, inner.code, "ruling %llu: %s", (unsigned long long)number, inner.message);
}

static int note_last(void *host, const struct stored_ruling *row)
{
    struct collecting *k = host;
    struct past_book *by;
    struct answers answers;
    struct ruling_brief brief;
    struct feel_env env;
    const struct json *j;
    bool is_new;
    if (is_ended(k)) return -1;
    k->out->rulings += !row->overrules;
    if (!row->request) return 0;
    arena_clear(&k->work);
    if (json_parse(&k->work, row->answers, &j, k->err) < 0) return in_ruling(k->err, row->number);
    brief.days = (double)row->promise.within; /* what people set has it in its row */
    if (!row->overrules) {
        if (past_books_take(&k->books, row, &by, k->err) < 0) return -1;
        ruling_env(&env, &k->work, row->time, row->day);
        answers_from_json(by->book, &env, j, &answers);
        if (rulebook_brief(by->book, by->memo, &env, &answers, &brief, k->err) < 0)
            return in_ruling(k->err, row->number);
    }
    const struct json *what = json_get(j, STR("what"));
    struct last_ruling *last = arena_alloc(k->a, sizeof *last);
    *last = (struct last_ruling){.zone = arena_copy(k->a, row->zone),
                                 .extent = arena_copy(k->a, row->extent),
                                 .kind = what && what->kind == JSON_STRING ? arena_copy(k->a, what->text) : STR(""),
                                 .day = row->day,
                                 .due = brief.days};
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
    for (size_t i = 0; i < RULE_PARTS; i++) *vec_add(k->a, &k->behind) = (struct numbers){0};
    *one = (struct rule_evidence){.decision = str_trim(str_slice(key, 0, blank)), .why = STR(""), .zone = STR("")};
    if (str_to_int(str_from(key, blank), &rule) && rule > 0 && rule <= UINT32_MAX) one->rule = (uint32_t)rule;
    return one;
}

static void remember(struct collecting *k, size_t rule, enum rule_part part, uint64_t number)
{
    struct numbers *n = &k->behind.items[rule * RULE_PARTS + part];
    if (n->all.count == 2 * (size_t)EVIDENCE_SHOWN) {
        memmove(n->all.items, n->all.items + EVIDENCE_SHOWN, EVIDENCE_SHOWN * sizeof *n->all.items);
        n->all.count = EVIDENCE_SHOWN;
    }
    *vec_add(k->a, &n->all) = number;
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
    answers_from_json(k->of->in_force, &env, j, &answers);
    if (rulebook_rule(k->of->in_force, &env, &answers, RULING_EXPLAIN, &r, k->err) < 0)
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
    if (is_ended(k)) return -1;
    if (row->overrules) return 0;
    if (memcmp(row->book, k->hash, sizeof k->hash) != 0) {
        k->out->other++;
        return 0;
    }
    arena_clear(&k->work);
    const struct fact *request = row->request ? picture_fact(k->of->picture, row->request) : NULL;
    if (request) {
        incident_count = request_incidents(k->of->picture, &k->work, row->request, row->day, &incidents);
        known = civil_parse(text_of_field(request, "asked on"), &asked) &&
                decided_on(request, last_of(k, row->request), &decided, &at_once) && decided >= asked;
    }
    const str *people = people_said(k, row->number);
    size_t ruled = rank_of(k->of->in_force, row->zone), made = people ? rank_of(k->of->in_force, *people) : ruled;
    str rest = row->rules, key;
    while (rest.n && str_cut(&rest, ',', &key)) {
        bool is_new;
        struct rule_evidence *one = rule_of(k, str_trim(key), &is_new);
        learns |= is_new;
        one->fired++;
        if (is_new && str_eq(one->decision, rulebook_outcome(k->of->in_force))) one->zone = arena_copy(k->a, row->zone);
        const bool counts[RULE_PARTS] = {[RULE_FIRED] = true,
                                         [RULE_LIGHTER] = made<ruled, [RULE_HEAVIER] = made> ruled,
                                         [RULE_INCIDENTS] = incident_count > 0,
                                         [RULE_WAITED] = known};
        one->lighter += counts[RULE_LIGHTER], one->heavier += counts[RULE_HEAVIER];
        one->incidents += incident_count;
        if (known) one->waited++, one->days += (double)(decided - asked);
        for (size_t i = 0; i < RULE_PARTS; i++)
            if (counts[i]) remember(k, (size_t)(one - k->found.items), (enum rule_part)i, row->number);
    }
    return learns ? learn_reasons(k, row) : 0;
}

/* ---- Requests ---- */

static void count_requests(struct collecting *k)
{
    const struct picture *p = k->of->picture;
    const struct model_type *type = model_type(picture_model(p), STR("request"));
    struct feel_env env;
    size_t count = 0;
    const uint64_t *ids = type ? picture_facts(p, type, &count) : NULL;
    graph_env(&env, graph_view_new(k->a, k->of->picture), k->a, NULL, k->of->now, k->of->today);
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(p, ids[i]);
        const struct last_ruling *last = last_of(k, ids[i]);
        struct timed_request x = {.id = ids[i], .due = last ? last->due : NAN};
        struct asked who;
        if (!civil_parse(text_of_field(f, "asked on"), &x.asked)) continue;
        str state = text_of_field(f, "state");
        bool withdrawn = str_eq(state, STR("withdrawn"));
        x.decided = decided_on(f, last, &x.day, &x.at_once) && x.day >= x.asked;
        x.waits = !withdrawn;
        x.effort = (struct request_effort){feel_to_double(graph_field(&env, ids[i], STR("marketing hours"))),
                                           feel_to_double(graph_field(&env, ids[i], STR("it hours"))),
                                           feel_to_double(graph_field(&env, ids[i], STR("budget"))),
                                           feel_to_double(graph_field(&env, ids[i], STR("budget used")))};
        if (withdrawn || str_eq(state, STR("refused"))) x.effort.budget = NAN;
        request_asked(p, ids[i], &who);
        x.side = who.side, x.team = who.team;
        x.zone = last ? last->zone : STR("not ruled"), x.extent = last ? last->extent : STR("");
        x.kind = last ? last->kind : STR("");
        times_add(k->times, &x);
    }
    k->out->times = times_end(k->times, &k->out->time_count);
}

static int by_fired(const void *x, const void *y)
{
    const struct rule_evidence *a = x, *b = y;
    if (a->fired != b->fired) return a->fired > b->fired ? -1 : 1;
    int order = str_cmp(a->decision, b->decision);
    return order ? order : (a->rule > b->rule) - (a->rule < b->rule);
}

static void show_numbers(struct collecting *k)
{
    for (size_t i = 0; i < k->behind.count; i++) {
        const struct numbers *n = &k->behind.items[i];
        size_t shown = n->all.count < EVIDENCE_SHOWN ? n->all.count : EVIDENCE_SHOWN;
        uint64_t *newest = arena_array(k->a, shown + 1, sizeof *newest);
        for (size_t at = 0; at < shown; at++) newest[at] = n->all.items[n->all.count - 1 - at];
        k->found.items[i / RULE_PARTS].behind[i % RULE_PARTS] = (struct ruling_numbers){newest, shown};
    }
}

static int collect(struct collecting *k)
{
    struct store *rows = k->of->rows;
    if (store_count_rulings(rows, &k->total, k->err)) return -1;
    k->total *= 2;
    if (store_each_overruling(rows, note_overruling, k, k->err) < 0 ||
        store_each_ruling(rows, note_last, k, k->err) < 0 || store_each_ruling(rows, count_rules, k, k->err) < 0)
        return -1;
    count_requests(k);
    show_numbers(k);
    if (k->found.count) qsort(k->found.items, k->found.count, sizeof *k->found.items, by_fired);
    k->out->rules = k->found.items, k->out->rule_count = k->found.count;
    return 0;
}

/* As the rulebook in force has them: the lightest first. */
static void order_times(struct collecting *k)
{
    size_t count;
    const struct feel_value *values = rulebook_outcomes(k->of->in_force, &count);
    times_order(k->times, "zone", values, count);
    values = rulebook_part_values(k->of->in_force, RULING_EXTENT, k->a, &count);
    times_order(k->times, "extent", values, count);
}

int evidence_collect(struct arena *a, const struct evidence_of *of, struct evidence *out, struct err *err)
{
    str text;
    struct collecting k = {.of = of, .a = a, .out = out, .err = err};
    *out = (struct evidence){0};
    shelf_hash(of->shelf, of->in_force, k.hash, &text);
    past_books_init(&k.books, of->shelf, of->books);
    arena_init(&k.work, 0);
    idmap_init(&k.last), idmap_init(&k.set_aside);
    map_init(&k.rules);
    k.times = times_new(a);
    order_times(&k);
    int result = collect(&k);
    times_release(k.times);
    map_release(&k.rules);
    idmap_release(&k.last), idmap_release(&k.set_aside);
    arena_release(&k.work);
    past_books_release(&k.books);
    return result;
}

/* ---- As data ---- */

const char *rule_proposal_key(enum rule_proposal p)
{
    static const char *const keys[] = {
        [PROPOSE_NOTHING] = "", [PROPOSE_LIGHTER] = "lighter", [PROPOSE_HEAVIER] = "heavier"};
    return keys[p];
}

static void put_rule(struct json_writer *w, const struct rule_evidence *r, enum rule_proposal proposes)
{
    json_object(w);
    json_key(w, STR("decision")), json_string(w, r->decision);
    json_key(w, STR("rule")), json_int(w, r->rule);
    if (r->zone.n) json_key(w, STR("zone")), json_string(w, r->zone);
    if (r->why.n) json_key(w, STR("why")), json_string(w, r->why);
    json_key(w, STR("fired")), json_int(w, (int64_t)r->fired);
    json_key(w, STR("made_lighter")), json_int(w, (int64_t)r->lighter);
    json_key(w, STR("made_heavier")), json_int(w, (int64_t)r->heavier);
    json_key(w, STR("incidents")), json_int(w, (int64_t)r->incidents);
    json_key(w, STR("decided")), json_int(w, (int64_t)r->waited);
    json_key(w, STR("days_waited")), json_int(w, (int64_t)r->days);
    if (proposes) json_key(w, STR("proposes")), json_string(w, str_of(rule_proposal_key(proposes)));
    json_object_end(w);
}

void evidence_emit_json(struct json_writer *w, const struct evidence *e, const struct rulebook *b,
                        const struct proposal_limits *limits)
{
    json_object(w);
    json_key(w, STR("rulebook")), json_string(w, rulebook_name(b));
    json_key(w, STR("version")), json_string(w, rulebook_version(b));
    json_key(w, STR("rulings")), json_int(w, (int64_t)(e->rulings - e->other));
    json_key(w, STR("by_other_versions")), json_int(w, (int64_t)e->other);
    json_key(w, STR("rules")), json_array(w);
    for (size_t i = 0; i < e->rule_count; i++) put_rule(w, &e->rules[i], evidence_proposes(&e->rules[i], b, limits));
    json_array_end(w);
    json_object_end(w);
}
