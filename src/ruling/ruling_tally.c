/* SPDX-License-Identifier: Apache-2.0 */
#include "ruling_tally.h"

#include "ruling_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

size_t replay_place_of_zone(const struct rulebook *draft, struct feel_value zone)
{
    size_t zones = replay_zones(draft);
    for (size_t i = 0; i < zones; i++)
        if (feel_same(draft->zones[i], zone)) return i;
    return zones + REPLAY_OTHER;
}

size_t replay_place_of(const struct rulebook *draft, const struct ruling_brief *b)
{
    size_t zones = replay_zones(draft);
    switch (b->state) {
    case RULED: return replay_place_of_zone(draft, b->zone);
    case RULED_GAP: return zones + REPLAY_GAP;
    case RULED_OPEN: return zones + REPLAY_OPEN;
    case RULED_AGAINST: return zones + REPLAY_AGAINST;
    }
    NOT_REACHED();
}

/* ---- Tallies ---- */

static size_t day_bucket(double days) { return days >= DAYS_MOST ? DAYS_MOST : (size_t)(days + 0.5); }

static uint64_t thousandths(double days)
{
    const double most = 1e9;
    return (uint64_t)((days < most ? days : most) * 1000 + 0.5);
}

static void add_time(struct tally_times *t, double before, double after)
{
    if (!(before >= 0) || !(after >= 0)) return; /* one is not known */
    t->count++;
    t->gain += after<before, t->lose += after> before;
    t->before_sum += thousandths(before), t->after_sum += thousandths(after);
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

static void add_times(struct tally_times *to, const struct tally_times *from)
{
    to->count += from->count, to->gain += from->gain, to->lose += from->lose;
    to->before_sum += from->before_sum, to->after_sum += from->after_sum;
    for (size_t i = 0; i <= DAYS_MOST; i++) to->before[i] += from->before[i], to->after[i] += from->after[i];
}

static struct replay_time times_result(const struct tally_times *t)
{
    return (struct replay_time){.count = t->count,
                                .gain = t->gain,
                                .lose = t->lose,
                                .before = (double)t->before_sum / 1000,
                                .after = (double)t->after_sum / 1000,
                                .median_before = median_of(t->before, t->count),
                                .median_after = median_of(t->after, t->count)};
}

static struct tally_group *group_of(struct tally_groups *g, struct arena *a, str name)
{
    bool is_new;
    if (!map_get(&g->names, name)) name = arena_copy(a, name);
    uint64_t *place = map_put(&g->names, name, &is_new);
    if (is_new) {
        *place = g->all.count;
        struct tally_group **one = vec_add(a, &g->all);
        *one = arena_zalloc(a, sizeof **one);
        (*one)->sums.name = name;
    }
    return g->all.items[*place];
}

static void add_to_group(struct tally *t, struct tally_groups *groups, str name, const struct replay_item *item,
                         int weight)
{
    if (!name.n) return;
    struct tally_group *g = group_of(groups, &t->arena, name);
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

static void keep_item(struct tally *t, const struct replay_item *item)
{
    size_t shown = t->shown, place = t->item_count;
    if (!shown || (place == shown && compare_items(item, &t->items[shown - 1]) >= 0)) return;
    if (place == shown) item_release(&t->items[--place]);
    for (; place && compare_items(item, &t->items[place - 1]) < 0; place--) t->items[place] = t->items[place - 1];
    struct replay_item *own = &t->items[place];
    *own = *item;
    own->name = heap_copy(item->name), own->answers = heap_copy(item->answers), own->with = heap_copy(item->with);
    own->ruled = heap_copy(item->ruled), own->set_aside = heap_copy(item->set_aside);
    own->side = heap_copy(item->side), own->team = heap_copy(item->team);
    if (t->item_count < shown) t->item_count++;
}

void tally_case(struct tally *t, const struct replay_case *c, const struct replay_item *item,
                const struct ruling_brief *now)
{
    size_t zones = replay_zones(t->draft);
    bool both = item->from < zones && item->to < zones;
    int weight = !both ? 0 : (item->to > item->from) - (item->to < item->from);
    t->flow[item->from][item->to]++;
    t->lighter += weight<0, t->heavier += weight> 0;
    add_time(&t->times, item->days_before, item->days_after);
    add_to_group(t, &t->sides, c->side, item, weight), add_to_group(t, &t->teams, c->team, item, weight);
    for (size_t i = 0; i < now->open_count; i++) t->asked[now->open[i] - t->draft->questions]++;
    for (size_t i = 0; i < c->incident_count; i++)
        *vec_add(&t->arena, &t->incidents) = (struct replay_incident){c->incidents[i], c->number, item->from, item->to};
    t->set_aside += c->set_aside.p != NULL;
    t->as_people += c->set_aside.p && item->to == replay_place_of_zone(t->draft, feel_string(c->set_aside));
    if (item->from != item->to) keep_item(t, item);
}

/* ---- All together ---- */

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

static int by_asked(const void *x, const void *y)
{
    const struct replay_question *a = x, *b = y;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return (a->question > b->question) - (a->question < b->question);
}

static void add_groups(struct tally_groups *to, struct arena *a, const struct tally_groups *from)
{
    for (size_t i = 0; i < from->all.count; i++) {
        const struct tally_group *g = from->all.items[i];
        struct tally_group *own = group_of(to, a, g->sums.name);
        own->sums.count += g->sums.count;
        own->sums.lighter += g->sums.lighter, own->sums.heavier += g->sums.heavier;
        add_times(&own->times, &g->times);
    }
}

void tally_add(struct tally *to, const struct tally *from)
{
    for (size_t x = 0; x < REPLAY_PLACES; x++)
        for (size_t y = 0; y < REPLAY_PLACES; y++) to->flow[x][y] += from->flow[x][y];
    to->lighter += from->lighter, to->heavier += from->heavier;
    to->set_aside += from->set_aside, to->as_people += from->as_people;
    add_times(&to->times, &from->times);
    add_groups(&to->sides, &to->arena, &from->sides), add_groups(&to->teams, &to->arena, &from->teams);
    for (size_t q = 0; q < to->draft->question_count; q++) to->asked[q] += from->asked[q];
    for (size_t i = 0; i < from->item_count; i++) keep_item(to, &from->items[i]);
    VEC_EACH(one, &from->incidents) *vec_add(&to->arena, &to->incidents) = *one;
}

static const struct replay_group *groups_result(const struct tally_groups *g, struct arena *a, size_t *count)
{
    struct replay_group *out = arena_array(a, g->all.count + 1, sizeof *out);
    *count = g->all.count;
    for (size_t i = 0; i < *count; i++) {
        out[i] = g->all.items[i]->sums;
        out[i].time = times_result(&g->all.items[i]->times);
    }
    if (*count) qsort(out, *count, sizeof *out, by_name);
    return out;
}

static const struct replay_question *questions_result(const struct tally *t, struct arena *a, size_t *count)
{
    struct replay_question *asked = arena_array(a, t->draft->question_count + 1, sizeof *asked);
    for (size_t q = 0; q < t->draft->question_count; q++)
        if (t->asked[q]) asked[(*count)++] = (struct replay_question){&t->draft->questions[q], t->asked[q]};
    if (*count) qsort(asked, *count, sizeof *asked, by_asked);
    return asked;
}

void tally_result(const struct tally *t, struct arena *a, struct replay_result *out)
{
    *out = (struct replay_result){.lighter = t->lighter,
                                  .heavier = t->heavier,
                                  .set_aside = t->set_aside,
                                  .as_people = t->as_people,
                                  .time = times_result(&t->times),
                                  .items = t->items,
                                  .item_count = t->item_count,
                                  .incident_count = t->incidents.count};
    for (size_t from = 0; from < REPLAY_PLACES; from++)
        for (size_t to = 0; to < REPLAY_PLACES; to++) {
            out->flow[from][to] = t->flow[from][to], out->count += t->flow[from][to];
            out->changed += from == to ? 0 : t->flow[from][to];
        }
    struct replay_incident *incidents = arena_array(a, t->incidents.count + 1, sizeof *incidents);
    if (t->incidents.count) {
        memcpy(incidents, t->incidents.items, t->incidents.count * sizeof *incidents);
        qsort(incidents, t->incidents.count, sizeof *incidents, by_incident);
    }
    out->incidents = incidents;
    out->sides = groups_result(&t->sides, a, &out->side_count);
    out->teams = groups_result(&t->teams, a, &out->team_count);
    out->questions = questions_result(t, a, &out->question_count);
}

void tally_init(struct tally *t, const struct rulebook *draft, size_t shown)
{
    *t = (struct tally){.draft = draft, .shown = shown};
    arena_init(&t->arena, 0);
    map_init(&t->sides.names), map_init(&t->teams.names);
    t->asked = arena_array(&t->arena, draft->question_count + 1, sizeof *t->asked);
    t->items = arena_array(&t->arena, shown + 1, sizeof *t->items);
}

void tally_release(struct tally *t)
{
    for (size_t i = 0; i < t->item_count; i++) item_release(&t->items[i]);
    map_release(&t->sides.names), map_release(&t->teams.names);
    arena_release(&t->arena);
}
