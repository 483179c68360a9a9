/* SPDX-License-Identifier: Apache-2.0 */
#include "ruling_replay.h"

#include "base_map.h"
#include "ruling_inside.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_CASES = 256, BATCHES_A_THREAD = 4, THREADS_MOST = 64, DAYS_MOST = 1000 };

struct batch {
    struct batch *next;
    struct arena arena;
    struct replay_case cases[BATCH_CASES];
    size_t count;
};
struct times {
    struct replay_time sums;
    uint64_t before[DAYS_MOST + 1], after[DAYS_MOST + 1]; /* by whole days */
};
struct group {
    struct replay_group sums;
    struct times times;
};
struct groups {
    struct map names;
    VEC(struct group *) all;
};
struct worker {
    struct replay *replay;
    pthread_t thread;
    struct arena keep, work;
    uint64_t flow[REPLAY_PLACES][REPLAY_PLACES];
    uint64_t lighter, heavier, set_aside, as_people;
    struct times times;
    struct groups sides, teams;
    uint64_t *asked; /* by question */
    struct replay_item *items;
    size_t item_count;
    VEC(struct replay_incident) incidents;
    bool failed;
    uint64_t failed_at;
    struct err err;
};
struct replay {
    const struct rulebook *draft;
    size_t shown, worker_count, thread_count, zones;
    struct arena arena; /* of the result */
    struct worker *workers;
    struct batch *filling;
    pthread_mutex_t lock;
    pthread_cond_t more, room;
    struct batch *waiting, **last, *idle;
    uint64_t done, added;
    bool stopping, failed, joined;
    struct replay_result result;
};

/* ---- Places ---- */

size_t replay_zones(const struct rulebook *draft)
{
    return draft->zone_count < REPLAY_ZONES ? draft->zone_count : REPLAY_ZONES;
}

size_t replay_places(const struct rulebook *draft) { return replay_zones(draft) + REPLAY_ENDS; }

str replay_place_name(const struct rulebook *draft, size_t place)
{
    static const str ends[] = {[REPLAY_OTHER] = STR_INIT("another zone"),
                               [REPLAY_GAP] = STR_INIT("no rule"),
                               [REPLAY_OPEN] = STR_INIT("asks for more"),
                               [REPLAY_AGAINST] = STR_INIT("contradicts itself")};
    size_t zones = replay_zones(draft);
    if (place >= zones) return ends[place - zones];
    struct feel_value zone = draft->zones[place];
    return zone.kind == FEEL_STRING ? zone.text : rulebook_outcome(draft);
}

static size_t place_of_zone(const struct replay *r, struct feel_value zone)
{
    for (size_t i = 0; i < r->zones; i++)
        if (feel_same(r->draft->zones[i], zone)) return i;
    return r->zones + REPLAY_OTHER;
}

static size_t place_of(const struct replay *r, const struct ruling_brief *b)
{
    switch (b->state) {
    case RULED: return place_of_zone(r, b->zone);
    case RULED_GAP: return r->zones + REPLAY_GAP;
    case RULED_OPEN: return r->zones + REPLAY_OPEN;
    case RULED_AGAINST: return r->zones + REPLAY_AGAINST;
    }
    NOT_REACHED();
}

/* ---- Answers of another rulebook ---- */

/* What the book does not ask is left out; what it does not take was not given. */
static void take_json(const struct rulebook *b, struct feel_env *env, const struct json *given, struct answers *out)
{
    struct json own = *given;
    struct json *items = arena_alloc(env->arena, (given->count + 1) * sizeof *items);
    own.count = 0;
    for (size_t i = 0; i < given->count; i++)
        if (answers_question(b, given->items[i].key, own.count) < b->question_count)
            items[own.count++] = given->items[i];
    own.items = items;
    answers_from_json(b, env, &own, out);
    out->problem_count = 0;
}

static void take_context(const struct rulebook *b, struct feel_env *env, struct feel_value given, struct answers *out)
{
    struct feel_entry *entries = arena_alloc(env->arena, (given.count + 1) * sizeof *entries);
    uint32_t count = 0;
    for (uint32_t i = 0; i < given.count; i++)
        if (answers_question(b, given.entries[i].key, count) < b->question_count) entries[count++] = given.entries[i];
    answers_from_context(b, env, feel_context(entries, count), out);
    out->problem_count = 0;
}

struct given { /* a case as it is written */
    const struct json *json;
    struct feel_value context;
};

static void take(const struct rulebook *b, struct feel_env *env, const struct given *g, struct answers *out)
{
    if (g->json)
        take_json(b, env, g->json, out);
    else
        take_context(b, env, g->context, out);
}

static int text_member(const struct json *line, const char *key, str *out, struct err *err)
{
    const struct json *j = json_get(line, str_of(key));
    if (!j || j->kind == JSON_NULL) return 0;
    if (j->kind != JSON_STRING) return err_set(err, ERR_INPUT, "\"%s\" is not a text", key);
    *out = j->text;
    return 0;
}

static int read_given(struct feel_env *env, str answers, str with, struct given *g, struct err *err)
{
    *g = (struct given){0};
    if (with.p) return dmn_inputs_from_text(env, with, &g->context, err) < 0 ? err_at(err, 0, STR("with")) : 0;
    if (json_parse(env->arena, answers, &g->json, err) < 0) return -1;
    return g->json->kind == JSON_OBJECT ? 0 : err_set(err, ERR_INPUT, "the answers are not a JSON object");
}

/* {"input": …} or {"with": …}, and who asked. */
static int read_line(struct feel_env *env, struct replay_case *c, str *with, struct given *g, struct err *err)
{
    const struct json *line;
    if (json_parse(env->arena, c->line, &line, err) < 0) return -1;
    const struct json *input = json_get(line, STR("input"));
    if (text_member(line, "with", with, err) || text_member(line, "name", &c->name, err) ||
        text_member(line, "side", &c->side, err) || text_member(line, "team", &c->team, err) ||
        text_member(line, "ruled", &c->ruled, err))
        return -1;
    if (!with->p == !input || (input && input->kind != JSON_OBJECT))
        return err_set(err, ERR_INPUT,
                       "the line is no object with \"input\", the answers by name, or \"with\", a text");
    if (with->p) return read_given(env, STR_NONE, *with, g, err);
    *g = (struct given){.json = input};
    return 0;
}

/* ---- Tallies ---- */

static size_t day_bucket(double days) { return days >= DAYS_MOST ? DAYS_MOST : (size_t)(days + 0.5); }

static void add_time(struct times *t, double before, double after)
{
    if (!(before >= 0) || !(after >= 0)) return; /* one is not known */
    t->sums.count++;
    t->sums.gain += after<before, t->sums.lose += after> before;
    t->sums.before += before, t->sums.after += after;
    t->before[day_bucket(before)]++, t->after[day_bucket(after)]++;
}

static double median_of(const uint64_t *buckets, uint64_t count)
{
    uint64_t below = 0;
    double low = NAN;
    if (!count) return NAN;
    for (size_t day = 0; day <= DAYS_MOST; day++) {
        below += buckets[day];
        if (isnan(low) && below * 2 >= count) low = (double)day;
        if (below * 2 > count) return (low + (double)day) / 2;
    }
    return low;
}

static void merge_times(struct times *to, const struct times *from)
{
    to->sums.count += from->sums.count, to->sums.gain += from->sums.gain, to->sums.lose += from->sums.lose;
    to->sums.before += from->sums.before, to->sums.after += from->sums.after;
    for (size_t i = 0; i <= DAYS_MOST; i++) to->before[i] += from->before[i], to->after[i] += from->after[i];
    to->sums.median_before = median_of(to->before, to->sums.count);
    to->sums.median_after = median_of(to->after, to->sums.count);
}

static struct group *group_of(struct groups *g, struct arena *a, str name)
{
    bool is_new;
    if (!map_get(&g->names, name)) name = arena_copy(a, name);
    uint64_t *place = map_put(&g->names, name, &is_new);
    if (is_new) {
        *place = g->all.count;
        struct group **one = vec_add(a, &g->all);
        *one = arena_zalloc(a, sizeof **one);
        (*one)->sums.name = name;
    }
    return g->all.items[*place];
}

static void add_to_group(struct worker *w, struct groups *groups, str name, const struct replay_item *item, int weight)
{
    if (!name.n) return;
    struct group *g = group_of(groups, &w->keep, name);
    g->sums.count++;
    g->sums.lighter += weight<0, g->sums.heavier += weight> 0;
    add_time(&g->times, item->days_before, item->days_after);
}

/* ---- The worst ---- */

static double days_between(const struct replay_item *i)
{
    double days = fabs(i->days_after - i->days_before);
    return days >= 0 ? days : 0;
}

static size_t between(size_t a, size_t b) { return a > b ? a - b : b - a; }

/* <0: x is worse. */
static int compare_items(const struct replay_item *x, const struct replay_item *y)
{
    if ((x->incidents > 0) != (y->incidents > 0)) return x->incidents ? -1 : 1;
    size_t zones_x = between(x->from, x->to), zones_y = between(y->from, y->to);
    if (zones_x != zones_y) return zones_x > zones_y ? -1 : 1;
    double days_x = days_between(x), days_y = days_between(y);
    if (days_x != days_y) return days_x > days_y ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static str heap_copy(str s) { return s.p ? (str){mem_copy_text(s.p, s.n), s.n} : s; }

static void item_release(struct replay_item *i)
{
    const str texts[] = {i->name, i->answers, i->with, i->ruled, i->set_aside, i->side, i->team};
    for (size_t k = 0; k < ARRAY_COUNT(texts); k++) mem_free((void *)(uintptr_t)texts[k].p);
}

static void keep_item(struct worker *w, const struct replay_item *item)
{
    size_t shown = w->replay->shown, place = w->item_count;
    if (!shown || (place == shown && compare_items(item, &w->items[shown - 1]) >= 0)) return;
    if (place == shown) item_release(&w->items[--place]);
    for (; place && compare_items(item, &w->items[place - 1]) < 0; place--) w->items[place] = w->items[place - 1];
    struct replay_item *own = &w->items[place];
    *own = *item;
    own->name = heap_copy(item->name), own->answers = heap_copy(item->answers), own->with = heap_copy(item->with);
    own->ruled = heap_copy(item->ruled), own->set_aside = heap_copy(item->set_aside);
    own->side = heap_copy(item->side), own->team = heap_copy(item->team);
    if (w->item_count < shown) w->item_count++;
}

/* ---- One case ---- */

static void note(struct worker *w, const struct replay_case *c, struct replay_item *item,
                 const struct ruling_brief *now)
{
    const struct replay *r = w->replay;
    bool both = item->from < r->zones && item->to < r->zones;
    int weight = !both ? 0 : (item->to > item->from) - (item->to < item->from);
    w->flow[item->from][item->to]++;
    w->lighter += weight<0, w->heavier += weight> 0;
    add_time(&w->times, item->days_before, item->days_after);
    add_to_group(w, &w->sides, c->side, item, weight), add_to_group(w, &w->teams, c->team, item, weight);
    for (size_t i = 0; i < now->open_count; i++) w->asked[now->open[i] - r->draft->questions]++;
    for (size_t i = 0; i < c->incident_count; i++)
        *vec_add(&w->keep, &w->incidents) = (struct replay_incident){c->incidents[i], c->number, item->from, item->to};
    w->set_aside += c->set_aside.p != NULL;
    w->as_people += c->set_aside.p && item->to == place_of_zone(r, feel_string(c->set_aside));
    if (item->from != item->to) keep_item(w, item);
}

static int rule_case(struct worker *w, struct replay_case *c, struct err *err)
{
    struct replay *r = w->replay;
    struct feel_env env = {.arena = &w->work, .now = c->now, .has_today = true, .today = c->today};
    struct given given;
    struct answers old, answers;
    struct ruling_brief before, now;
    str with = STR_NONE;
    arena_clear(&w->work);
    if (c->line.p ? read_line(&env, c, &with, &given, err) : read_given(&env, c->answers, STR_NONE, &given, err))
        return -1;
    take(c->before, &env, &given, &old), take(r->draft, &env, &given, &answers);
    if (rulebook_brief(c->before, &env, &old, &before, err) < 0 ||
        rulebook_brief(r->draft, &env, &answers, &now, err) < 0)
        return -1;
    struct replay_item item = {.number = c->number,
                               .name = c->name,
                               .ruled = c->ruled,
                               .set_aside = c->set_aside,
                               .side = c->side,
                               .team = c->team,
                               .now = c->now,
                               .today = c->today,
                               .before = c->before,
                               .from = c->ruled.p ? place_of_zone(r, feel_string(c->ruled)) : place_of(r, &before),
                               .to = place_of(r, &now),
                               .days_before = before.days,
                               .days_after = now.days,
                               .incidents = c->incident_count,
                               .answers = c->line.p ? c->line : c->answers};
    if (with.p) item.answers = STR_NONE, item.with = with;
    note(w, c, &item, &now);
    return 0;
}

static void rule_batch(struct worker *w, struct batch *b)
{
    for (size_t i = 0; i < b->count && !w->failed; i++) {
        if (rule_case(w, &b->cases[i], &w->err) == 0) continue;
        w->failed = true, w->failed_at = b->cases[i].number;
    }
}

static void batch_done(struct worker *w, struct batch *b)
{
    struct replay *r = w->replay;
    pthread_mutex_lock(&r->lock);
    r->done += b->count;
    r->failed |= w->failed;
    b->next = r->idle, r->idle = b;
    pthread_cond_signal(&r->room);
    pthread_mutex_unlock(&r->lock);
}

static void *work(void *self)
{
    struct worker *w = self;
    struct replay *r = w->replay;
    for (;;) {
        pthread_mutex_lock(&r->lock);
        while (!r->waiting && !r->stopping) pthread_cond_wait(&r->more, &r->lock);
        struct batch *b = r->waiting;
        if (b) {
            r->waiting = b->next;
            if (!r->waiting) r->last = &r->waiting;
        }
        pthread_mutex_unlock(&r->lock);
        if (!b) return NULL;
        rule_batch(w, b);
        batch_done(w, b);
    }
}

/* ---- Handing in ---- */

static void fresh_batch(struct replay *r)
{
    pthread_mutex_lock(&r->lock);
    while (!r->idle) pthread_cond_wait(&r->room, &r->lock);
    r->filling = r->idle;
    r->idle = r->filling->next;
    pthread_mutex_unlock(&r->lock);
    arena_clear(&r->filling->arena);
    r->filling->count = 0;
}

static void hand_on(struct replay *r)
{
    struct batch *b = r->filling;
    r->filling = NULL;
    if (!r->thread_count) { /* the machine gave none */
        rule_batch(r->workers, b);
        batch_done(r->workers, b);
        return;
    }
    pthread_mutex_lock(&r->lock);
    b->next = NULL;
    *r->last = b, r->last = &b->next;
    pthread_cond_signal(&r->more);
    pthread_mutex_unlock(&r->lock);
}

struct replay *replay_new(const struct rulebook *draft, size_t shown, size_t threads)
{
    struct replay *r = mem_zalloc(sizeof *r);
    r->draft = draft, r->shown = shown, r->zones = replay_zones(draft);
    r->last = &r->waiting;
    arena_init(&r->arena, 0);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->more, NULL), pthread_cond_init(&r->room, NULL);
    threads = threads < 1 ? 1 : threads > THREADS_MOST ? THREADS_MOST : threads;
    for (size_t i = 0; i < threads * BATCHES_A_THREAD; i++) {
        struct batch *b = mem_zalloc(sizeof *b);
        arena_init(&b->arena, 0);
        b->next = r->idle, r->idle = b;
    }
    r->worker_count = threads;
    r->workers = mem_array(threads, sizeof *r->workers);
    for (size_t i = 0; i < threads; i++) {
        struct worker *w = &r->workers[i];
        *w = (struct worker){.replay = r};
        arena_init(&w->keep, 0), arena_init(&w->work, 0);
        map_init(&w->sides.names), map_init(&w->teams.names);
        w->asked = arena_array(&w->keep, draft->question_count + 1, sizeof *w->asked);
        w->items = arena_array(&w->keep, shown + 1, sizeof *w->items);
    }
    for (size_t i = 0; i < threads; i++) { /* with fewer than wished it is only slower */
        if (pthread_create(&r->workers[i].thread, NULL, work, &r->workers[i])) break;
        r->thread_count++;
    }
    return r;
}

static str copied(struct arena *a, str s) { return s.p ? arena_copy(a, s) : s; }

bool replay_add(struct replay *r, const struct replay_case *c)
{
    if (!r->filling) fresh_batch(r);
    struct arena *a = &r->filling->arena;
    struct replay_case *own = &r->filling->cases[r->filling->count++];
    *own = *c;
    own->line = copied(a, c->line), own->answers = copied(a, c->answers);
    own->ruled = copied(a, c->ruled), own->set_aside = copied(a, c->set_aside);
    own->name = copied(a, c->name), own->side = copied(a, c->side), own->team = copied(a, c->team);
    if (c->incident_count) {
        uint64_t *incidents = arena_alloc(a, c->incident_count * sizeof *incidents);
        memcpy(incidents, c->incidents, c->incident_count * sizeof *incidents);
        own->incidents = incidents;
    }
    r->added++;
    if (r->filling->count == BATCH_CASES) hand_on(r);
    pthread_mutex_lock(&r->lock);
    bool good = !r->failed;
    pthread_mutex_unlock(&r->lock);
    return good;
}

uint64_t replay_done(struct replay *r)
{
    pthread_mutex_lock(&r->lock);
    uint64_t done = r->done;
    pthread_mutex_unlock(&r->lock);
    return done;
}

static void join(struct replay *r)
{
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_broadcast(&r->more);
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < r->thread_count && !r->joined; i++) pthread_join(r->workers[i].thread, NULL);
    r->joined = true;
}

/* ---- The result ---- */

static int by_name(const void *x, const void *y)
{
    const struct replay_group *a = x, *b = y;
    return str_cmp(a->name, b->name);
}

static int by_incident(const void *x, const void *y)
{
    const struct replay_incident *a = x, *b = y;
    if (a->incident != b->incident) return a->incident < b->incident ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int by_worst(const void *x, const void *y) { return compare_items(x, y); }

static int by_asked(const void *x, const void *y)
{
    const struct replay_question *a = x, *b = y;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return (a->question > b->question) - (a->question < b->question);
}

static const struct replay_group *merge_groups(struct replay *r, struct groups *into, size_t *count)
{
    struct replay_group *out = arena_array(&r->arena, into->all.count + 1, sizeof *out);
    *count = into->all.count;
    for (size_t i = 0; i < *count; i++) {
        struct group *g = into->all.items[i];
        struct times whole = {0};
        merge_times(&whole, &g->times);
        out[i] = g->sums;
        out[i].time = whole.sums;
    }
    if (*count) qsort(out, *count, sizeof *out, by_name);
    return out;
}

static void add_groups(struct groups *to, struct arena *a, const struct groups *from)
{
    for (size_t i = 0; i < from->all.count; i++) {
        const struct group *g = from->all.items[i];
        struct group *own = group_of(to, a, g->sums.name);
        own->sums.count += g->sums.count;
        own->sums.lighter += g->sums.lighter, own->sums.heavier += g->sums.heavier;
        merge_times(&own->times, &g->times);
    }
}

/* All into the first worker's tallies. */
static void merge(struct replay *r)
{
    struct replay_result *out = &r->result;
    struct worker *first = r->workers;
    struct replay_item *items = arena_array(&r->arena, r->worker_count * r->shown + 1, sizeof *items);
    VEC(struct replay_incident) incidents = {0};
    struct times times = {0};
    for (size_t i = 0; i < r->worker_count; i++) {
        const struct worker *w = &r->workers[i];
        for (size_t from = 0; from < REPLAY_PLACES; from++)
            for (size_t to = 0; to < REPLAY_PLACES; to++) {
                out->flow[from][to] += w->flow[from][to], out->count += w->flow[from][to];
                out->changed += from == to ? 0 : w->flow[from][to];
            }
        out->lighter += w->lighter, out->heavier += w->heavier;
        out->set_aside += w->set_aside, out->as_people += w->as_people;
        merge_times(&times, &w->times);
        for (size_t q = 0; i && q < r->draft->question_count; q++) first->asked[q] += w->asked[q];
        if (i) add_groups(&first->sides, &first->keep, &w->sides), add_groups(&first->teams, &first->keep, &w->teams);
        if (w->item_count) memcpy(items + out->item_count, w->items, w->item_count * sizeof *items);
        out->item_count += w->item_count;
        VEC_EACH(one, &w->incidents) *vec_add(&r->arena, &incidents) = *one;
    }
    out->time = times.sums;
    if (out->item_count) qsort(items, out->item_count, sizeof *items, by_worst);
    if (out->item_count > r->shown) out->item_count = r->shown;
    if (incidents.count) qsort(incidents.items, incidents.count, sizeof *incidents.items, by_incident);
    out->items = items, out->incidents = incidents.items, out->incident_count = incidents.count;
    out->sides = merge_groups(r, &first->sides, &out->side_count);
    out->teams = merge_groups(r, &first->teams, &out->team_count);
    struct replay_question *asked = arena_array(&r->arena, r->draft->question_count + 1, sizeof *asked);
    for (size_t q = 0; q < r->draft->question_count; q++)
        if (first->asked[q])
            asked[out->question_count++] = (struct replay_question){&r->draft->questions[q], first->asked[q]};
    if (out->question_count) qsort(asked, out->question_count, sizeof *asked, by_asked);
    out->questions = asked;
}

int replay_end(struct replay *r, const struct replay_result **out, struct err *err)
{
    const struct worker *failed = NULL;
    if (r->filling) hand_on(r);
    join(r);
    for (size_t i = 0; i < r->worker_count; i++) {
        const struct worker *w = &r->workers[i];
        if (w->failed && (!failed || w->failed_at < failed->failed_at)) failed = w;
    }
    if (failed) {
        *err = failed->err;
        return err_at(err, (uint32_t)failed->failed_at, STR_NONE);
    }
    merge(r);
    *out = &r->result;
    return 0;
}

void replay_free(struct replay *r)
{
    if (!r) return;
    if (r->filling) r->filling->next = r->idle, r->idle = r->filling;
    join(r);
    for (size_t i = 0; i < r->worker_count; i++) {
        struct worker *w = &r->workers[i];
        for (size_t k = 0; k < w->item_count; k++) item_release(&w->items[k]);
        map_release(&w->sides.names), map_release(&w->teams.names);
        arena_release(&w->keep), arena_release(&w->work);
    }
    for (struct batch *b = r->idle, *next; b; b = next) {
        next = b->next;
        arena_release(&b->arena);
        mem_free(b);
    }
    pthread_cond_destroy(&r->more), pthread_cond_destroy(&r->room);
    pthread_mutex_destroy(&r->lock);
    mem_free(r->workers);
    arena_release(&r->arena);
    mem_free(r);
}

int replay_rule(const struct replay_item *item, const struct rulebook *b, struct feel_env *env, struct ruling *out,
                struct err *err)
{
    struct given given;
    struct answers a;
    str answers = item->answers;
    const struct json *line;
    env->now = item->now, env->has_today = true, env->today = item->today;
    if (read_given(env, answers, item->with, &given, err) < 0) return -1;
    if (given.json && (line = json_get(given.json, STR("input"))) && line->kind == JSON_OBJECT) given.json = line;
    take(b, env, &given, &a);
    return rulebook_rule(b, env, &a, RULING_EXPLAIN, out, err);
}
