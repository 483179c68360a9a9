/* SPDX-License-Identifier: Apache-2.0 */
/* What tables and selects are made of. */
#include "web_inside.h"

#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 100 };

struct row {
    uint64_t id;
    struct feel_value sorted;
    str name; /* folded: among equals */
};

static int compare(const void *a, const void *b, void *down)
{
    const struct row *x = a, *y = b;
    bool no_x = x->sorted.kind == FEEL_NULL, no_y = y->sorted.kind == FEEL_NULL;
    if (no_x != no_y) return no_x - no_y;
    int order = no_x ? 0 : feel_order(x->sorted, y->sorted);
    if (*(const bool *)down) order = -order;
    return order ? order : str_cmp(x->name, y->name);
}

static struct feel_value sort_value(struct request *r, const struct row *row, const struct model_field *field)
{
    if (!field) return feel_string(row->name);
    if (field->kind != FIELD_LINK && field->kind != FIELD_LINKS) return graph_field(&r->env, row->id, field->name);
    str names = show_field(r, picture_fact(r->picture, row->id), field);
    return names.n ? feel_string(names) : feel_null();
}

static const uint64_t *sorted(struct request *r, const uint64_t *ids, size_t count, const struct model_field *field,
                              bool down)
{
    struct row *rows = arena_array(&r->arena, count + 1, sizeof *rows);
    uint64_t *out = arena_array(&r->arena, count + 1, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        rows[i].id = ids[i];
        rows[i].name = utf8_fold(&r->arena, fact_name(picture_fact(r->picture, ids[i])));
        rows[i].sorted = sort_value(r, &rows[i], field);
    }
    if (count) qsort_r(rows, count, sizeof *rows, compare, &down);
    for (size_t i = 0; i < count; i++) out[i] = rows[i].id;
    return out;
}

/* Sorting a hundred thousand facts takes longer than a page may; so the last orders are kept. */
static const uint64_t *order_kept(struct request *r, const struct order *want)
{
    struct web *web = r->web;
    uint64_t *ids = NULL;
    pthread_mutex_lock(&web->order_lock);
    for (size_t i = 0; i < ORDER_COUNT && !ids; i++) {
        const struct order *o = &web->orders[i];
        if (!o->ids || o->number != want->number || o->today != want->today || o->type != want->type ||
            o->field != want->field || o->down != want->down || o->sight != want->sight)
            continue;
        ids = arena_array(&r->arena, o->count + 1, sizeof *ids);
        memcpy(ids, o->ids, o->count * sizeof *ids);
    }
    pthread_mutex_unlock(&web->order_lock);
    return ids;
}

static void order_keep(struct request *r, const struct order *o, const uint64_t *ids)
{
    struct web *web = r->web;
    struct order kept = *o;
    kept.ids = mem_array(o->count + 1, sizeof *kept.ids);
    memcpy(kept.ids, ids, o->count * sizeof *kept.ids);
    pthread_mutex_lock(&web->order_lock);
    mem_free(web->orders[ORDER_COUNT - 1].ids);
    memmove(web->orders + 1, web->orders, (ORDER_COUNT - 1) * sizeof *web->orders);
    web->orders[0] = kept;
    pthread_mutex_unlock(&web->order_lock);
}

const uint64_t *facts_sorted(struct request *r, const struct model_type *type, str query, bool ranked,
                             const struct model_field *field, bool down, size_t *count)
{
    const uint64_t *ids = picture_facts(r->picture, type, count);
    if (query.n) {
        *count = picture_search(r->picture, &r->viewer, &r->arena, type, query, *count, &ids);
        return ranked ? ids : sorted(r, ids, *count, field, down);
    }
    struct order want = {.number = picture_number(r->picture),
                         .today = r->env.today,
                         .type = type,
                         .field = field,
                         .down = down,
                         .sight = graph_sight(picture_graph(r->picture), &r->viewer),
                         .count = *count};
    const uint64_t *known = order_kept(r, &want);
    if (known) return known;
    ids = sorted(r, ids, *count, field, down);
    order_keep(r, &want, ids);
    return ids;
}

void put_pages(struct request *r, size_t count, size_t *from, size_t *to)
{
    int64_t number;
    size_t pages = (count + PAGE_ROWS - 1) / PAGE_ROWS, page = 0;
    if (str_to_int(pairs_get(&r->query, STR("page")), &number) && number > 1 && (uint64_t)number <= pages)
        page = (size_t)number - 1;
    *from = page * PAGE_ROWS;
    *to = *from + PAGE_ROWS < count ? *from + PAGE_ROWS : count;
    struct record c = record_new(r);
    if (page > 0) record_text(&c, "before", request_url_with(r, STR("page"), text_format(r, "%zu", page)));
    if (page + 1 < pages) record_text(&c, "after", request_url_with(r, STR("page"), text_format(r, "%zu", page + 2)));
    if (pages > 1) record_text(&c, "text", text_format(r, "Page %zu of %zu", page + 1, pages));
    page_put(r, "pages", record_get(&c));
}

void put_saved(struct request *r)
{
    int64_t number;
    str said = pairs_get(&r->query, STR("saved"));
    if (!str_to_int(said, &number) || number < 0) return;
    struct record c = record_new(r);
    record_text(&c, "says",
                number ? STR("Saved.") : STR("Nothing differed from what was there, so nothing was written."));
    if (number) record_text(&c, "number", said);
    if (str_starts(r->path, STR("/facts/"))) record_text(&c, "fact", str_from(r->path, 7));
    page_put(r, "saved", record_get(&c));
}

struct feel_value column_record(struct request *r, str key, str title, bool number, str order, bool first)
{
    bool down = str_starts(order, STR("-")), current = order.n ? str_eq(str_from(order, down), key) : first;
    bool turns = current ? !down : number; /* numbers start with the largest */
    struct record c = record_new(r);
    record_text(&c, "title", title);
    record_text(&c, "href",
                request_url_with(r, STR("sort"), text_format(r, "%s" STR_FORMAT, turns ? "-" : "", STR_ARGS(key))));
    record_bool(&c, "number", number);
    record_text(&c, "sorted", !current ? STR_NONE : down ? STR("descending") : STR("ascending"));
    return record_get(&c);
}

struct feel_value choice_record(struct request *r, str key, str text, str chosen)
{
    struct record c = record_new(r);
    record_text(&c, "key", key);
    record_text(&c, "text", text);
    record_bool(&c, "chosen", str_eq(key, chosen));
    return record_get(&c);
}
