/* SPDX-License-Identifier: Apache-2.0 */
/* What tables and selects are made of. */
#include "web_inside.h"

#include "base_utf8.h"

#include <stdlib.h>

struct row *rows_new(struct request *r, const uint64_t *ids, size_t count)
{
    struct row *rows = arena_array(&r->arena, count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(r->picture, ids[i]);
        rows[i] = (struct row){ids[i], f, feel_null(), utf8_fold(&r->arena, fact_name(f))};
    }
    return rows;
}

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
    str names = show_field(r, row->fact, field);
    return names.n ? feel_string(names) : feel_null();
}

void rows_sort(struct request *r, struct row *rows, size_t count, const struct model_field *field, bool down)
{
    for (size_t i = 0; i < count; i++) rows[i].sorted = sort_value(r, &rows[i], field);
    if (count) qsort_r(rows, count, sizeof *rows, compare, &down);
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
