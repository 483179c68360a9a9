/* SPDX-License-Identifier: Apache-2.0 */
/* The capability map: areas, what they are made of, and one lens at a time. */
#include "web_pages.h"

#include "base_time.h"

enum { DEPTH = 6 };

enum lens { LENS_REDUNDANCY, LENS_COST, LENS_MATURITY, LENS_IMPORTANCE, LENS_USE, LENS_COUNT };
struct lens_row {
    str key, name, low, high; /* the legend's ends */
};
static const struct lens_row lenses[LENS_COUNT] = {
    [LENS_REDUNDANCY] = {STR_INIT("redundancy"), STR_INIT("Redundancy"), STR_INIT("one application"),
                         STR_INIT("six for the same")},
    [LENS_COST] = {STR_INIT("cost"), STR_INIT("Cost"), STR_INIT("costs nothing"), STR_INIT("costs most")},
    [LENS_MATURITY] = {STR_INIT("maturity"), STR_INIT("Maturity"), STR_INIT("as mature as wanted"),
                       STR_INIT("four levels missing")},
    [LENS_IMPORTANCE] = {STR_INIT("importance"), STR_INIT("Importance"), STR_INIT("little depends on it"),
                         STR_INIT("decisive")},
    [LENS_USE] = {STR_INIT("use"), STR_INIT("Use"), STR_INIT("every paid seat used"), STR_INIT("no paid seat used")},
};

struct map {
    struct request *r;
    const struct model_type *type;

    const struct model_inverse *children, *applications, *needed;
    enum lens lens;
    double most_cost;
    size_t empty_count;
};

static const struct model_inverse *inverse_of(const struct model_type *type, const char *name)
{
    for (size_t i = 0; i < type->inverse_count; i++)
        if (str_eq(type->inverses[i].name, str_of(name))) return &type->inverses[i];
    return NULL;
}

static const uint64_t *ends_of(const struct map *m, uint64_t id, const struct model_inverse *inverse, size_t *count)
{
    const struct fact *f = picture_fact(m->r->picture, id);
    *count = 0;
    return f && inverse ? fact_inverse_for(&m->r->viewer, m->r->picture, f, inverse, count) : NULL;
}

/* A field of a capability; null where the metamodel has none of that name. */
static struct feel_value field_value(const struct map *m, uint64_t id, const char *name)
{
    if (!model_field(m->type, str_of(name))) return feel_null();
    return graph_field(&m->r->env, id, str_of(name));
}
static double number(const struct map *m, uint64_t id, const char *name, double absent)
{
    struct feel_value v = field_value(m, id, name);
    return v.kind == FEEL_NUMBER ? feel_to_double(v) : absent;
}

struct cell {
    int64_t applications;
    double cost, use, maturity, wanted, importance; /* below 0: not known */
    size_t needed;
};
static struct cell cell_of(const struct map *m, uint64_t id)
{
    struct cell c = {0};
    size_t listed;
    ends_of(m, id, m->applications, &listed);
    ends_of(m, id, m->needed, &c.needed);
    c.applications = (int64_t)number(m, id, "applications used", (double)listed);
    c.cost = number(m, id, "cost", -1);
    c.use = number(m, id, "use", -1);
    c.maturity = number(m, id, "maturity now", -1);
    c.wanted = number(m, id, "maturity wanted", -1);
    c.importance = number(m, id, "importance", -1);
    return c;
}

static int heat_of(const struct map *m, const struct cell *c)
{
    double heat = -1;
    switch (m->lens) {
    case LENS_REDUNDANCY: heat = c->applications ? (double)(c->applications - 1) * 2 : -1; break;
    case LENS_COST: heat = c->cost < 0 ? -1 : m->most_cost > 0 ? c->cost / m->most_cost * 10 : 0; break;
    case LENS_MATURITY: heat = c->maturity < 0 || c->wanted < 0 ? -1 : (c->wanted - c->maturity) * 2.5; break;
    case LENS_IMPORTANCE: heat = c->importance < 0 ? -1 : (c->importance - 1) * 2.5; break;
    case LENS_USE: heat = c->use < 0 ? -1 : (1 - c->use) * 10; break;
    case LENS_COUNT: break;
    }
    bool known = m->lens == LENS_MATURITY ? c->wanted >= 0 && c->maturity >= 0 : m->lens == LENS_USE && c->use >= 0;
    if (heat < 0) return known ? 0 : -1; /* better than wanted, or more people than seats */
    return heat > 10 ? 10 : (int)(heat + 0.5);
}

static str cost_text(const struct map *m, uint64_t id)
{
    str digits = feel_digits(m->r, field_value(m, id, "cost"));
    return digits.n ? show_money(m->r, digits, true) : STR_NONE;
}

static str text_of(const struct map *m, uint64_t id, const struct cell *c)
{
    struct request *r = m->r;
    str cost = cost_text(m, id), count = show_counted(r, c->applications, "application", "applications");
    switch (m->lens) {
    case LENS_REDUNDANCY:
        if (!c->applications) break;
        return cost.n ? text_format(r, STR_FORMAT ", " STR_FORMAT, STR_ARGS(count), STR_ARGS(cost)) : count;
    case LENS_COST:
        if (!c->applications) break;
        return cost.n ? text_format(r, STR_FORMAT ", " STR_FORMAT, STR_ARGS(cost), STR_ARGS(count))
                      : text_format(r, "cost not known · " STR_FORMAT, STR_ARGS(count));
    case LENS_MATURITY:
        if (c->maturity < 0) return STR("maturity not known");
        if (c->wanted < 0) return text_format(r, "%.0f of 5, none wanted", c->maturity);
        if (c->wanted <= c->maturity) return text_format(r, "%.0f of 5, as wanted", c->maturity);
        return text_format(r, "%.0f of 5, %.0f wanted", c->maturity, c->wanted);
    case LENS_IMPORTANCE:
        return c->importance < 0 ? STR("importance not known") : text_format(r, "%.0f of 5", c->importance);
    case LENS_USE:
        if (c->use >= 0)
            return text_format(r, STR_FORMAT " of paid seats used",
                               STR_ARGS(show_feel(r, FIELD_PERCENT, field_value(m, id, "use"))));
        if (c->applications) return text_format(r, STR_FORMAT ", not paid by seat", STR_ARGS(count));
        break;
    case LENS_COUNT: break;
    }
    return c->needed ? text_format(r, "nothing yet, needed by " STR_FORMAT,
                                   STR_ARGS(show_counted(r, (int64_t)c->needed, "objective", "objectives")))
                     : STR("no application");
}

static struct feel_value cell_record(struct map *m, uint64_t id)
{
    struct cell c = cell_of(m, id);
    int heat = heat_of(m, &c);
    bool gap = !c.applications && c.needed;
    m->empty_count += gap;
    struct record record = record_new(m->r);
    record_text(&record, "name", show_name(m->r, id));
    record_text(&record, "href", show_path(m->r, id));
    record_text(&record, "text", text_of(m, id, &c));
    record_text(&record, "look", gap ? STR("gap") : heat < 0 ? STR("cold") : text_format(m->r, "heat-%d", heat));
    return record_get(&record);
}

/* The cells of everything below, the ends of the tree only. */
static void add_ends(struct map *m, uint64_t id, struct values *cells, int depth)
{
    size_t count;
    const uint64_t *children = ends_of(m, id, m->children, &count);
    if (!count || depth >= DEPTH) values_add(m->r, cells, cell_record(m, id));
    for (size_t i = 0; i < count && depth < DEPTH; i++) add_ends(m, children[i], cells, depth + 1);
}

static double subtree_cost(const struct map *m, uint64_t id, int depth)
{
    double sum = number(m, id, "cost", 0);
    size_t count;
    const uint64_t *children = ends_of(m, id, m->children, &count);
    for (size_t i = 0; i < count && depth < DEPTH; i++) sum += subtree_cost(m, children[i], depth + 1);
    return sum;
}

static struct feel_value area_record(struct map *m, uint64_t id)
{
    struct request *r = m->r;
    struct record area = record_new(r);
    record_text(&area, "name", show_name(r, id));
    record_text(&area, "href", show_path(r, id));
    double cost = subtree_cost(m, id, 0);
    if (cost > 0) record_text(&area, "cost", show_money(r, text_format(r, "%.0f", cost), true));
    struct values cells = {0}, groups = {0};
    size_t count, below;
    const uint64_t *children = ends_of(m, id, m->children, &count);
    if (!count) values_add(r, &cells, cell_record(m, id));
    for (size_t i = 0; i < count; i++) {
        ends_of(m, children[i], m->children, &below);
        if (!below) {
            values_add(r, &cells, cell_record(m, children[i]));
            continue;
        }
        struct record group = record_new(r);
        struct values inner = {0};
        add_ends(m, children[i], &inner, 1);
        record_text(&group, "name", show_name(r, children[i]));
        record_text(&group, "href", show_path(r, children[i]));
        record_put(&group, "cells", values_get(&inner));
        values_add(r, &groups, record_get(&group));
    }
    record_put(&area, "cells", values_get(&cells));
    record_put(&area, "groups", values_get(&groups));
    return record_get(&area);
}

static void put_lenses(struct map *m)
{
    struct values list = {0};
    for (size_t i = 0; i < LENS_COUNT; i++) {
        struct record c = record_new(m->r);
        record_text(&c, "name", lenses[i].name);
        record_text(&c, "href", text_format(m->r, "/capabilities?lens=" STR_FORMAT, STR_ARGS(lenses[i].key)));
        record_bool(&c, "current", i == m->lens);
        values_add(m->r, &list, record_get(&c));
    }
    page_put(m->r, "lenses", values_get(&list));
    page_put_text(m->r, "lens", lenses[m->lens].name);
    page_put_text(m->r, "legend_low", lenses[m->lens].low);
    page_put_text(m->r, "legend_high", lenses[m->lens].high);
}

/* Names that are a product's, by the check for them. */
static int put_renames(struct request *r, struct err *err)
{
    struct found *found;
    if (web_take_found(r, true, &found, err)) return -1;
    struct values list = {0};
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->findings[i];
        if (str_eq(f->check->id, STR("capability-named-after-product")) && f->subject)
            values_add(r, &list, fact_record(r, f->subject));
    }
    web_drop_found(r->web, found);
    page_put(r, "rename", values_get(&list));
    return 0;
}

void answer_capabilities(struct request *r)
{
    const struct model_type *type = model_type(picture_model(r->picture), STR("capability"));
    const struct model_field *parent = type ? model_field(type, STR("parent")) : NULL;
    if (!parent) {
        page_error(r, 404, "There is no capability map",
                   "This workspace's metamodel has no type \"capability\" with a \"parent\".");
        return;
    }
    struct map m = {.r = r, .type = type};
    m.children = inverse_of(type, "children");
    m.applications = inverse_of(type, "realised by");
    m.needed = inverse_of(type, "needed by");
    str lens = pairs_get(&r->query, STR("lens"));
    for (size_t i = 0; i < LENS_COUNT; i++)
        if (str_eq(lenses[i].key, lens)) m.lens = (enum lens)i;
    size_t count, links;
    const uint64_t *all = picture_facts(r->picture, type, &count);
    for (size_t i = 0; i < count; i++) {
        double cost = number(&m, all[i], "cost", 0);
        if (cost > m.most_cost) m.most_cost = cost;
    }
    page_begin(r, PAGE_CAPABILITIES);
    struct values areas = {0};
    for (size_t i = 0; i < count; i++) {
        fact_links_for(&r->viewer, picture_fact(r->picture, all[i]), parent, &links);
        if (!links) values_add(r, &areas, area_record(&m, all[i]));
    }
    page_put(r, "areas", values_get(&areas));
    page_put(r, "empty", feel_boolean(!count));
    page_put_text(r, "title", text_format(r, "What " STR_FORMAT " must be able to do", STR_ARGS(r->web->profile.name)));
    page_put_text(r, "subtitle",
                  text_format(r, STR_FORMAT " in " STR_FORMAT ", %zu needed with nothing behind them",
                              STR_ARGS(show_counted(r, (int64_t)count, "capability", "capabilities")),
                              STR_ARGS(show_counted(r, (int64_t)areas.count, "area", "areas")), m.empty_count));
    put_lenses(&m);
    struct err err;
    if (put_renames(r, &err))
        page_fail(r, &err);
    else
        page_show(r, 200);
}
