/* SPDX-License-Identifier: Apache-2.0 */
/* Stack: the inventory of applications, to search, sort and filter. */
#include "page_list.h"

struct column {
    const char *key, *title, *field;
    bool number;
};
static const struct column columns[] = {
    {"name", "Application", "name", false},
    {"status", "Status", "status", false},
    {"marketing", "Marketing owner", "marketing owner", false},
    {"it", "IT owner", "it owner", false},
    {"cost", "Annual cost", "annual cost", true},
    {"seats", "Seats", "seats paid", true},
    {"people", "People, 90 days", "people 90 days", true},
    {"use", "Utilisation", "utilisation", true},
};
enum { COLUMN_COUNT = ARRAY_COUNT(columns), COLUMN_COST = 4, COLUMN_SEATS, COLUMN_PEOPLE, COLUMN_USE };

struct stack {
    struct request *r;
    const struct model_type *type;
    const struct model_field *fields[COLUMN_COUNT];
    const struct model_field *by_marketing, *by_it;
    struct fact_rows rows;
};

static bool is_yes(const struct request *r, const struct fact *f, const struct model_field *field)
{
    return field && str_eq(fact_value_for(&r->viewer, f, field), STR("yes"));
}

/* "both", "marketing", "it" or "nobody", of two conditions. */
static void put_sides(struct buf *b, str which, const char *marketing, const char *it)
{
    bool both = str_eq(which, STR("both")), nobody = str_eq(which, STR("nobody"));
    bool first = both || str_eq(which, STR("marketing")), second = both || str_eq(which, STR("it"));
    if (!first && !second && !nobody) return;
    buf_printf(b, "%s%s(%s) and %s(%s)", b->n ? " and " : "", first ? "" : "not", marketing, second ? "" : "not", it);
}

/* The filters of the address, as one condition. */
static str condition(const struct stack *s)
{
    struct request *r = s->r;
    str status = pairs_get(&r->query, STR("status"));
    struct buf b;
    buf_init(&b, 10000);
    if (status.n && s->fields[1]) {
        buf_text(&b, "status = ");
        feel_emit(&b, feel_string(status));
    }
    if (s->by_marketing && s->by_it)
        put_sides(&b, pairs_get(&r->query, STR("listed")), "listed by marketing = true", "listed by it = true");
    if (s->fields[2] && s->fields[3])
        put_sides(&b, pairs_get(&r->query, STR("owner")), "marketing owner != null", "it owner != null");
    str where = b.n ? buf_copy(&b, &r->arena) : STR_NONE;
    buf_release(&b);
    return where;
}

static int collect(struct stack *s, str order, struct err *err)
{
    struct request *r = s->r;
    bool down = str_starts(order, STR("-"));
    struct fact_query q = {
        .type = s->type, .words = str_trim(pairs_get(&r->query, STR("q"))), .where = condition(s), .limit = LIST_ROWS};
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        if (str_eq(str_from(order, down), str_of(columns[i].key)) && s->fields[i])
            q.sort = text_format(r, "%s%s", down ? "-" : "", columns[i].field);
    return query_page(r, &q, &s->rows, err);
}

static struct feel_value row_record(const struct stack *s, uint64_t id)
{
    struct request *r = s->r;
    const struct fact *f = picture_fact(r->picture, id);
    struct record c = record_new(r);
    record_text(&c, "name", fact_name(f));
    record_text(&c, "href", show_path(r, id));
    const struct model_field *purpose = model_field(s->type, STR("purpose")),
                             *category = model_field(s->type, STR("category"));
    str about = purpose ? fact_value_for(&r->viewer, f, purpose) : STR_NONE;
    if (!about.n && category) about = fact_value_for(&r->viewer, f, category);
    record_text(&c, "about", about);
    for (size_t i = 1; i < COLUMN_COUNT; i++)
        if (s->fields[i]) record_text(&c, columns[i].key, show_field(r, f, s->fields[i]));
    if (s->fields[COLUMN_USE]) {
        struct feel_value use = graph_field(&r->env, id, s->fields[COLUMN_USE]->name);
        if (use.kind == FEEL_NUMBER) {
            double share = feel_to_double(use) * 100;
            record_int(&c, "bar", share > 100 ? 100 : share < 0 ? 0 : (int64_t)share);
            record_bool(&c, "low", share < 50);
        }
    }
    record_bool(&c, "by_marketing", is_yes(s->r, f, s->by_marketing));
    record_bool(&c, "by_it", is_yes(s->r, f, s->by_it));
    return record_get(&c);
}

static void add_filter(struct request *r, struct values *filters, const char *name, const char *title,
                       struct values *choices)
{
    struct record c = record_new(r);
    record_text(&c, "name", str_of(name));
    record_text(&c, "title", str_of(title));
    record_put(&c, "choices", values_get(choices));
    values_add(r, filters, record_get(&c));
}

static void put_choices(const struct stack *s)
{
    struct request *r = s->r;
    struct values filters = {0}, status = {0}, listed = {0}, owner = {0};
    str chosen = pairs_get(&r->query, STR("status"));
    for (size_t i = 0; s->fields[1] && i < s->fields[1]->value_count; i++)
        values_add(r, &status,
                   choice_record(r, s->fields[1]->values[i], capitalise(r, s->fields[1]->values[i]), chosen));
    if (status.count) add_filter(r, &filters, "status", "Any status", &status);
    static const str keys[] = {STR_INIT("both"), STR_INIT("marketing"), STR_INIT("it"), STR_INIT("nobody")};
    static const str lists[] = {STR_INIT("On both lists"), STR_INIT("Only on marketing's"), STR_INIT("Only on IT's"),
                                STR_INIT("On neither list")};
    static const str owners[] = {STR_INIT("Owned by both sides"), STR_INIT("Owned by marketing only"),
                                 STR_INIT("Owned by IT only"), STR_INIT("Owned by nobody")};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        values_add(r, &listed, choice_record(r, keys[i], lists[i], pairs_get(&r->query, STR("listed"))));
        values_add(r, &owner, choice_record(r, keys[i], owners[i], pairs_get(&r->query, STR("owner"))));
    }
    if (s->by_marketing && s->by_it) add_filter(r, &filters, "listed", "Any list", &listed);
    if (s->fields[2] && s->fields[3]) add_filter(r, &filters, "owner", "Any owner", &owner);
    page_put(r, "filters", values_get(&filters));
}

static void put_columns(const struct stack *s, str order)
{
    struct request *r = s->r;
    struct values list = {0};
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        values_add(r, &list,
                   column_record(r, str_of(columns[i].key), str_of(columns[i].title), columns[i].number, order,
                                 !i && !str_trim(pairs_get(&r->query, STR("q"))).n));
    page_put(r, "columns", values_get(&list));
}

static void put_total(const struct stack *s)
{
    struct request *r = s->r;
    double sums[COLUMN_COUNT] = {0};
    for (size_t i = 0; i < s->rows.found; i++)
        for (size_t j = COLUMN_COST; j <= COLUMN_SEATS; j++) {
            struct feel_value v = s->fields[j] ? graph_field(&r->env, s->rows.all[i], s->fields[j]->name) : feel_null();
            if (v.kind == FEEL_NUMBER) sums[j] += feel_to_double(v);
        }
    struct record c = record_new(r);
    record_text(&c, "cost", show_money(r, text_format(r, "%.0f", sums[COLUMN_COST]), false));
    record_text(&c, "seats", show_count(r, (int64_t)sums[COLUMN_SEATS]));
    record_text(&c, "count", show_counted(r, (int64_t)s->rows.found, "application", "applications"));
    page_put(r, "total", record_get(&c));
}

void answer_stack(struct request *r)
{
    struct stack s = {.r = r, .type = model_type(picture_model(r->picture), STR("application"))};
    if (!s.type) {
        page_error(r, 404, "There is no inventory", "This workspace's metamodel has no type \"application\".");
        return;
    }
    for (size_t i = 0; i < COLUMN_COUNT; i++) s.fields[i] = model_field(s.type, str_of(columns[i].field));
    s.by_marketing = model_field(s.type, STR("listed by marketing"));
    s.by_it = model_field(s.type, STR("listed by it"));
    str order = pairs_get(&r->query, STR("sort"));
    struct err err;
    if (collect(&s, order, &err)) {
        page_fail(r, &err);
        return;
    }
    size_t all;
    picture_facts(r->picture, s.type, &all);
    page_begin(r, PAGE_STACK);
    page_put_text(r, "title", STR("Stack"));
    page_put_text(r, "subtitle",
                  text_format(r, "What " STR_FORMAT " has, who answers for it, what it costs and who uses it",
                              STR_ARGS(r->web->profile.name)));
    page_put_text(r, "query", pairs_get(&r->query, STR("q")));
    page_put_text(r, "found",
                  s.rows.found == all ? show_counted(r, (int64_t)all, "application", "applications")
                                      : text_format(r, "%zu of %zu applications", s.rows.found, all));
    size_t from, to;
    put_pages(r, s.rows.found, &from, &to);
    struct values rows = {0};
    for (size_t i = 0; i < s.rows.count; i++) values_add(r, &rows, row_record(&s, s.rows.ids[i]));
    page_put(r, "rows", values_get(&rows));
    page_put(r, "empty", feel_boolean(!all));
    put_columns(&s, order);
    put_choices(&s);
    put_total(&s);
    page_show(r, 200);
}
