/* SPDX-License-Identifier: Apache-2.0 */
/* The blueprint: what must change from today's capability map to a map of the future, by when, on which shared data and
 * interfaces; and what hangs loose in it. */
#include "web_pages.h"

#include "base_time.h"

#include <stdlib.h>

enum { NO_DAY = INT32_MAX };

struct entry { /* of the map */
    const struct fact *fact;
    int64_t day; /* by which it is wanted; NO_DAY */
    str when;    /* in words */
};
struct shared { /* what several entries stand on */
    uint64_t fact;
    size_t entries;
};
struct shares {
    struct shared *items;
    size_t count, room;
};
struct blueprint {
    struct request *r;
    const struct model_type *map_type, *entry_type, *capability_type;
    const struct fact *map; /* the one that is looked at; NULL where there is none */
    struct entry *entries;
    size_t count;
    struct shares data, interfaces;
    size_t changes, loose;
};

static str value_of(struct request *r, const struct fact *f, const char *name)
{
    const struct model_field *field = model_field(fact_type(f), str_of(name));
    str value = field ? fact_value_for(&r->viewer, f, field) : STR_NONE;
    return value.p ? value : STR("");
}

static const uint64_t *links_of(struct request *r, const struct fact *f, const char *name, size_t *count)
{
    const struct model_field *field = model_field(fact_type(f), str_of(name));
    *count = 0;
    return field ? fact_links_for(&r->viewer, f, field, count) : NULL;
}

static const uint64_t *inverse_of(struct request *r, const struct fact *f, const char *name, size_t *count)
{
    const struct model_type *type = fact_type(f);
    *count = 0;
    for (size_t i = 0; i < type->inverse_count; i++)
        if (str_eq(type->inverses[i].name, str_of(name)))
            return fact_inverse_for(&r->viewer, r->picture, f, &type->inverses[i], count);
    return NULL;
}

static const struct fact *linked(struct request *r, const struct fact *f, const char *name)
{
    size_t count;
    const uint64_t *to = links_of(r, f, name, &count);
    return count ? picture_fact(r->picture, to[0]) : NULL;
}

static struct feel_value link_records(struct request *r, const uint64_t *ids, size_t count)
{
    struct values list = {0};
    for (size_t i = 0; i < count; i++) values_add(r, &list, fact_record(r, ids[i]));
    return values_get(&list);
}

/* ---- When ---- */

static int64_t map_day(const struct blueprint *b)
{
    int64_t day;
    return civil_parse(value_of(b->r, b->map, "true by"), &day) ? day : NO_DAY;
}

static struct entry entry_of(const struct blueprint *b, const struct fact *f)
{
    struct request *r = b->r;
    str period = value_of(r, f, "wanted by");
    struct entry e = {.fact = f};
    if (period.n && period_end(period, &e.day))
        e.when = show_value(r, model_field(b->entry_type, STR("wanted by")), period);
    else
        e.day = map_day(b), e.when = e.day == NO_DAY ? STR("a day that is not said yet") : show_day(r, e.day);
    return e;
}

static int by_day_then_name(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    if (a->day != b->day) return a->day < b->day ? -1 : 1;
    return str_cmp(fact_name(a->fact), fact_name(b->fact));
}

static int64_t day_of(const struct blueprint *b, uint64_t entry)
{
    for (size_t i = 0; i < b->count; i++)
        if (fact_id(b->entries[i].fact) == entry) return b->entries[i].day;
    return NO_DAY;
}

/* ---- What hangs loose ---- */

static void add_says(struct request *r, struct values *list, str text) { values_add(r, list, feel_string(text)); }

/* Objectives that need the capability, and want it before the map has it. */
static void say_sooner(const struct blueprint *b, const struct entry *e, const struct fact *capability,
                       struct values *says)
{
    struct request *r = b->r;
    size_t count;
    const uint64_t *objectives = inverse_of(r, capability, "needed by", &count);
    for (size_t i = 0; i < count; i++) {
        const struct fact *objective = picture_fact(r->picture, objectives[i]);
        int64_t day;
        if (period_end(value_of(r, objective, "horizon"), &day) && day < e->day)
            add_says(r, says,
                     text_format(r, "\"" STR_FORMAT "\" needs it by " STR_FORMAT, STR_ARGS(fact_name(objective)),
                                 STR_ARGS(show_day(r, day))));
    }
}

static struct feel_value loose_ends(struct blueprint *b, const struct entry *e)
{
    struct request *r = b->r;
    struct values says = {0};
    const struct fact *capability = linked(r, e->fact, "capability");
    str change = value_of(r, e->fact, "change");
    bool works = !str_eq(change, STR("keep")) && !str_eq(change, STR("stop"));
    size_t teams, waits;
    links_of(r, e->fact, "teams", &teams);
    const uint64_t *before = links_of(r, e->fact, "waits for", &waits);
    if (!change.n) add_says(r, &says, STR("Not said what changes"));
    if (e->day == NO_DAY) add_says(r, &says, STR("No day"));
    if (works && !teams) add_says(r, &says, STR("No team carries it"));
    if (works && !value_of(r, e->fact, "realised how").n) add_says(r, &says, STR("Not said how"));
    for (size_t i = 0; i < waits; i++)
        if (e->day != NO_DAY && day_of(b, before[i]) > e->day)
            add_says(
                r, &says,
                text_format(r, "Waits for \"" STR_FORMAT "\", which comes later", STR_ARGS(show_name(r, before[i]))));
    if (capability && works) say_sooner(b, e, capability, &says);
    b->loose += says.count > 0;
    b->changes += works || str_eq(change, STR("stop"));
    return values_get(&says);
}

/* ---- Drawing ---- */

static void share(struct blueprint *b, struct shares *shares, const uint64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct shared *found = NULL;
        for (size_t j = 0; j < shares->count && !found; j++)
            if (shares->items[j].fact == ids[i]) found = &shares->items[j];
        if (!found) found = vec_add(&b->r->arena, shares), *found = (struct shared){.fact = ids[i]};
        found->entries++;
    }
}

static int by_use(const void *x, const void *y)
{
    const struct shared *a = x, *b = y;
    if (a->entries != b->entries) return a->entries > b->entries ? -1 : 1;
    return a->fact < b->fact ? -1 : 1;
}

static void put_shares(struct blueprint *b, const char *page_name, struct shares *shares, const char *detail)
{
    struct request *r = b->r;
    struct values list = {0};
    if (shares->count) qsort(shares->items, shares->count, sizeof *shares->items, by_use);
    for (size_t i = 0; i < shares->count; i++) {
        const struct fact *f = picture_fact(r->picture, shares->items[i].fact);
        struct record c = record_new(r);
        record_text(&c, "name", fact_name(f));
        record_text(&c, "href", show_path(r, fact_id(f)));
        record_text(&c, "detail", value_of(r, f, detail));
        record_text(&c, "entries", show_counted(r, (int64_t)shares->items[i].entries, "capability", "capabilities"));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, page_name, values_get(&list));
}

static struct feel_value entry_record(struct blueprint *b, const struct entry *e)
{
    static const struct {
        const char *field, *name;
    } many[] = {{"applications", "applications"},
                {"teams", "teams"},
                {"shared data", "data"},
                {"interfaces", "interfaces"},
                {"waits for", "waits"}};
    struct request *r = b->r;
    const struct fact *capability = linked(r, e->fact, "capability");
    struct record c = record_new(r);
    record_text(&c, "name", fact_name(e->fact));
    record_text(&c, "href", show_path(r, fact_id(e->fact)));
    if (capability) record_put(&c, "today", fact_record(r, fact_id(capability)));
    record_text(&c, "change", value_of(r, e->fact, "change"));
    record_text(&c, "sourcing", value_of(r, e->fact, "sourcing"));
    record_text(&c, "how", value_of(r, e->fact, "realised how"));
    record_put(&c, "agreement", graph_field(&r->env, fact_id(e->fact), STR("agreement")));
    record_bool(&c, "changes", picture_fact(r->picture, fact_id(e->fact) | FACT_PROPOSED) != NULL);
    record_put(&c, "now", graph_field(&r->env, fact_id(e->fact), STR("maturity now")));
    record_put(&c, "wanted", graph_field(&r->env, fact_id(e->fact), STR("maturity wanted")));
    for (size_t i = 0; i < ARRAY_COUNT(many); i++) {
        size_t count;
        const uint64_t *to = links_of(r, e->fact, many[i].field, &count);
        record_put(&c, many[i].name, link_records(r, to, count));
        if (str_eq(str_of(many[i].name), STR("data"))) share(b, &b->data, to, count);
        if (str_eq(str_of(many[i].name), STR("interfaces"))) share(b, &b->interfaces, to, count);
    }
    record_put(&c, "loose", loose_ends(b, e));
    return record_get(&c);
}

static void put_steps(struct blueprint *b)
{
    struct request *r = b->r;
    struct values steps = {0};
    for (size_t i = 0, next; i < b->count; i = next) {
        struct record step = record_new(r);
        struct values rows = {0};
        for (next = i; next < b->count && b->entries[next].day == b->entries[i].day; next++)
            values_add(r, &rows, entry_record(b, &b->entries[next]));
        record_text(&step, "when", b->entries[i].when);
        record_put(&step, "rows", values_get(&rows));
        values_add(r, &steps, record_get(&step));
    }
    page_put(r, "steps", values_get(&steps));
}

/* Capabilities that an objective needs, that are less mature than wanted, and that the map says nothing about. */
static void put_missing(struct blueprint *b)
{
    struct request *r = b->r;
    struct values list = {0};
    size_t all, needed;
    const uint64_t *ids = picture_facts(r->picture, b->capability_type, &all);
    for (size_t i = 0; i < all; i++) {
        const struct fact *f = picture_fact(r->picture, ids[i]);
        bool there = false;
        inverse_of(r, f, "needed by", &needed);
        struct feel_value now = graph_field(&r->env, ids[i], STR("maturity now"));
        struct feel_value wanted = graph_field(&r->env, ids[i], STR("maturity wanted"));
        if (!needed || wanted.kind != FEEL_NUMBER || (now.kind == FEEL_NUMBER && feel_order(now, wanted) >= 0))
            continue;
        for (size_t j = 0; j < b->count && !there; j++) there = linked(r, b->entries[j].fact, "capability") == f;
        if (!there) values_add(r, &list, fact_record(r, ids[i]));
    }
    page_put(r, "missing", values_get(&list));
}

static void find_entries(struct blueprint *b)
{
    size_t count;
    const uint64_t *ids = inverse_of(b->r, b->map, "entries", &count);
    b->entries = arena_array(&b->r->arena, count + 1, sizeof *b->entries);
    for (size_t i = 0; i < count; i++) b->entries[i] = entry_of(b, picture_fact(b->r->picture, ids[i]));
    b->count = count;
    if (count) qsort(b->entries, count, sizeof *b->entries, by_day_then_name);
}

/* The map that ?map= names, else the one that is true last. */
static void choose_map(struct blueprint *b)
{
    struct request *r = b->r;
    size_t count;
    const uint64_t *ids = picture_facts(r->picture, b->map_type, &count);
    int64_t asked = 0;
    bool named = str_to_int(pairs_get(&r->query, STR("map")), &asked);
    str latest = STR("");
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(r->picture, ids[i]);
        str day = value_of(r, f, "true by");
        if (named ? ids[i] != (uint64_t)asked : b->map && str_cmp(day, latest) <= 0) continue;
        b->map = f, latest = day;
    }
    struct values maps = {0};
    for (size_t i = 0; i < count && count > 1; i++) {
        struct record c = record_new(r);
        record_text(&c, "name", show_name(r, ids[i]));
        record_text(&c, "href", text_format(r, "/blueprint?map=%llu", (unsigned long long)ids[i]));
        record_bool(&c, "current", b->map && fact_id(b->map) == ids[i]);
        values_add(r, &maps, record_get(&c));
    }
    page_put(r, "maps", values_get(&maps));
}

static void put_map(struct blueprint *b)
{
    struct request *r = b->r;
    struct record c = record_new(r);
    static const struct {
        const char *field, *name;
    } links[] = {{"ambition", "ambition"}, {"marketing owner", "marketing"}, {"it owner", "it"}};
    record_text(&c, "name", fact_name(b->map));
    record_text(&c, "href", show_path(r, fact_id(b->map)));
    record_text(&c, "statement", value_of(r, b->map, "statement"));
    record_put(&c, "agreement", graph_field(&r->env, fact_id(b->map), STR("agreement")));
    record_text(&c, "keys", text_format(r, STR_FORMAT "/keys", STR_ARGS(show_path(r, fact_id(b->map)))));
    record_bool(&c, "changes", picture_fact(r->picture, fact_id(b->map) | FACT_PROPOSED) != NULL);
    for (size_t i = 0; i < ARRAY_COUNT(links); i++) {
        const struct fact *to = linked(r, b->map, links[i].field);
        if (to) record_put(&c, links[i].name, fact_record(r, fact_id(to)));
    }
    page_put(r, "chosen", record_get(&c));
}

void answer_blueprint(struct request *r)
{
    const struct model *m = picture_model(r->picture);
    struct blueprint b = {.r = r,
                          .map_type = model_type(m, STR("future map")),
                          .entry_type = model_type(m, STR("map entry")),
                          .capability_type = model_type(m, STR("capability"))};
    if (!b.map_type || !b.entry_type || !b.capability_type) {
        page_error(r, 404, "There is no map of the future", "This workspace's metamodel has no type for it.");
        return;
    }
    page_begin(r, PAGE_BLUEPRINT);
    choose_map(&b);
    page_put_text(r, "title", STR("Blueprint"));
    if (b.map) {
        int64_t day = map_day(&b);
        find_entries(&b);
        put_map(&b);
        put_steps(&b);
        put_missing(&b);
        put_shares(&b, "data", &b.data, "class");
        put_shares(&b, "interfaces", &b.interfaces, "state");
        page_put_text(r, "title", fact_name(b.map));
        page_put_text(r, "subtitle",
                      text_format(r, STR_FORMAT "%s" STR_FORMAT "%s, %zu with a loose end",
                                  STR_ARGS(show_counted(r, (int64_t)b.changes, "change", "changes")),
                                  day == NO_DAY ? "" : " by ", STR_ARGS(day == NO_DAY ? STR("") : show_day(r, day)),
                                  day == NO_DAY ? ", no day yet" : "", b.loose));
    }
    page_show(r, 200);
}
