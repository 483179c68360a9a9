/* SPDX-License-Identifier: Apache-2.0 */
/* All facts: the types, the facts of one type, and finding any fact by its text. */
#include "web_inside.h"

enum { FIND_ROWS = 50, LIST_COLUMNS = 6, OPTION_ROWS = 20 };

const struct model_type *type_asked(struct request *r)
{
    const struct model_type *type = model_type(picture_model(r->picture), r->captures[0]);
    if (!type)
        page_error(r, 404, "There is no such kind of fact", "All facts lists the kinds that this workspace has.");
    return type;
}

static struct feel_value type_record(struct request *r, const struct model_type *type)
{
    struct record c = record_new(r);
    size_t count;
    picture_facts(r->picture, type, &count);
    record_text(&c, "name", capitalise(r, type->plural));
    record_text(&c, "href", text_format(r, "/types/" STR_FORMAT, STR_ARGS(type->plural_key)));
    record_text(&c, "help", type->help);
    record_text(&c, "count", show_count(r, (int64_t)count));
    record_bool(&c, "none", !count);
    return record_get(&c);
}

void answer_types(struct request *r)
{
    const struct model *m = picture_model(r->picture);
    struct values groups = {0};
    for (size_t i = 0; i < m->type_count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++) seen |= str_eq(m->types[j].group, m->types[i].group);
        if (seen) continue;
        struct record group = record_new(r);
        struct values types = {0};
        for (size_t j = i; j < m->type_count; j++)
            if (str_eq(m->types[j].group, m->types[i].group)) values_add(r, &types, type_record(r, &m->types[j]));
        record_text(&group, "name", capitalise(r, m->types[i].group));
        record_put(&group, "types", values_get(&types));
        values_add(r, &groups, record_get(&group));
    }
    page_begin(r, PAGE_TYPES);
    page_put_text(r, "title", STR("All facts"));
    page_put(r, "groups", values_get(&groups));
    page_show(r, 200);
}

/* The columns that a list shows: the first fields that are short. */
static size_t columns_of(const struct model_type *type, const struct model_field *out[LIST_COLUMNS])
{
    size_t count = 0;
    if (type->name_field) out[count++] = type->name_field;
    for (size_t i = 0; i < type->field_count && count < LIST_COLUMNS; i++) {
        const struct model_field *f = &type->fields[i];
        if (f == type->name_field || f == type->alias_field || f->kind == FIELD_LONG_TEXT || f->kind == FIELD_LINKS)
            continue;
        out[count++] = f;
    }
    return count;
}

static bool is_number(const struct model_field *f)
{
    enum field_kind kind = f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED ? f->gives : f->kind;
    return kind == FIELD_WHOLE_NUMBER || kind == FIELD_DECIMAL || kind == FIELD_MONEY || kind == FIELD_PERCENT;
}

static void put_columns(struct request *r, const struct model_field *const *fields, size_t count, str order)
{
    struct values list = {0};
    for (size_t i = 0; i < count; i++)
        values_add(r, &list,
                   column_record(r, fields[i]->key, show_word(r, fields[i]->name), is_number(fields[i]), order,
                                 !i && !str_trim(pairs_get(&r->query, STR("q"))).n));
    page_put(r, "columns", values_get(&list));
}

static void put_rows(struct request *r, const uint64_t *ids, size_t from, size_t to,
                     const struct model_field *const *fields, size_t count)
{
    struct values list = {0};
    for (size_t i = from; i < to; i++) {
        const struct fact *f = picture_fact(r->picture, ids[i]);
        struct record c = record_new(r);
        struct values cells = {0};
        record_text(&c, "name", fact_name(f));
        record_text(&c, "href", show_path(r, ids[i]));
        for (size_t j = 1; j < count; j++) {
            struct record cell = record_new(r);
            record_text(&cell, "title", show_word(r, fields[j]->name));
            record_text(&cell, "text", show_field(r, f, fields[j]));
            record_bool(&cell, "number", is_number(fields[j]));
            values_add(r, &cells, record_get(&cell));
        }
        record_put(&c, "cells", values_get(&cells));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "rows", values_get(&list));
}

void answer_facts(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    const struct model_field *fields[LIST_COLUMNS];
    size_t columns = columns_of(type, fields), count, sorted = 0;
    str query = str_trim(pairs_get(&r->query, STR("q"))), order = pairs_get(&r->query, STR("sort"));
    bool down = str_starts(order, STR("-"));
    for (size_t i = 0; i < columns; i++)
        if (str_eq(str_from(order, down), fields[i]->key)) sorted = i;
    size_t all, from, to;
    picture_facts(r->picture, type, &all);
    const uint64_t *ids = facts_sorted(r, type, query, !order.n, sorted ? fields[sorted] : NULL, down, &count);
    page_begin(r, PAGE_FACTS);
    page_put_text(r, "title", capitalise(r, type->plural));
    struct record kind = record_new(r);
    struct feel_value head = fact_head(r, type);
    for (uint32_t i = 0; i < head.count; i++) *vec_add(&r->arena, &kind.entries) = head.entries[i];
    record_bool(&kind, "none", !all);
    page_put(r, "kind", record_get(&kind));
    page_put_text(r, "query", query);
    page_put_text(r, "found",
                  count == all ? show_counted(r, (int64_t)all, "fact", "facts")
                               : text_format(r, "%zu of %zu facts", count, all));
    put_columns(r, fields, columns, order);
    put_pages(r, count, &from, &to);
    put_rows(r, ids, from, to, fields, columns);
    page_show(r, 200);
}

void answer_find(struct request *r)
{
    str query = str_trim(pairs_get(&r->query, STR("q")));
    const uint64_t *ids = NULL;
    size_t count = query.n ? picture_search(r->picture, &r->arena, NULL, query, FIND_ROWS, &ids) : 0;
    struct values rows = {0};
    for (size_t i = 0; i < count; i++) values_add(r, &rows, fact_record(r, ids[i]));
    page_begin(r, PAGE_FIND);
    page_put_text(r, "title", STR("Find anything"));
    page_put_text(r, "query", query);
    page_put(r, "rows", values_get(&rows));
    page_put_text(r, "found",
                  !query.n             ? STR("Type a few words of a name or a text.")
                  : !count             ? STR("Nothing has all these words. Try fewer, or the beginning of one.")
                  : count == FIND_ROWS ? text_format(r, "The first %zu", count)
                                       : show_counted(r, (int64_t)count, "fact", "facts"));
    page_show(r, 200);
}

/* Names for a list beside an input; the asked words are the only value of the query. */
void answer_options(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    str query = r->query.count ? str_trim(r->query.items[0].value) : STR("");
    const uint64_t *ids = NULL;
    size_t count = query.n ? picture_search(r->picture, &r->arena, type, query, OPTION_ROWS, &ids) : 0;
    struct values choices = {0};
    for (size_t i = 0; i < count; i++) values_add(r, &choices, feel_string(show_name(r, ids[i])));
    page_begin(r, PAGE_OPTIONS);
    page_put(r, "choices", values_get(&choices));
    page_show(r, 200);
}
