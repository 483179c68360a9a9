/* SPDX-License-Identifier: Apache-2.0 */
/* The list of a type: search, filters, order, columns, pages. */
#include "page_list.h"

#include "base_utf8.h"

#include <string.h>

enum { FIRST_COLUMNS = 6, MOST_COLUMNS = 40, CELL_BYTES = 400 };

static bool is_number(const struct model_field *f)
{
    enum field_kind kind = field_shown_kind(f);
    return kind == FIELD_WHOLE_NUMBER || kind == FIELD_DECIMAL || kind == FIELD_MONEY || kind == FIELD_PERCENT;
}

/* ---- What is asked for ---- */

int list_asked(struct request *r, const struct model_type *type, struct list_asked *out, struct err *err)
{
    *out = (struct list_asked){.where = str_trim(pairs_get(&r->query, STR("where")))};
    if (filters_feel(r, type, &out->filters, err)) return err_in(err, STR("filters"));
    out->query = (struct fact_query){.type = type,
                                     .words = str_trim(pairs_get(&r->query, STR("q"))),
                                     .sort = pairs_get(&r->query, STR("sort")),
                                     .seconds = QUERY_SECONDS};
    if (out->where.n && out->filters.n)
        out->query.where =
            text_format(r, "(" STR_FORMAT ")\nand " STR_FORMAT, STR_ARGS(out->where), STR_ARGS(out->filters));
    else if (out->where.n || out->filters.n)
        out->query.where = out->where.n ? out->where : out->filters;
    return 0;
}

/* The first fields that are short. */
static size_t first_columns(struct request *r, const struct model_type *type, const struct model_field **out)
{
    size_t count = 1;
    for (size_t i = 0; i < type->field_count && count < FIRST_COLUMNS; i++) {
        const struct model_field *f = &type->fields[i];
        if (f == type->name_field || f == type->alias_field || f->kind == FIELD_LONG_TEXT || f->kind == FIELD_LINKS ||
            !request_sees(r, type, f))
            continue;
        out[count++] = f;
    }
    return count;
}

size_t list_columns(struct request *r, const struct model_type *type, const struct model_field ***out)
{
    const struct model_field **columns = arena_array(&r->arena, MOST_COLUMNS + 1, sizeof *columns);
    size_t count = 1;
    columns[0] = type->name_field;
    for (size_t i = 0; i < r->query.count && count < MOST_COLUMNS; i++) {
        if (!str_eq(r->query.items[i].name, STR("col"))) continue;
        const struct model_field *f = model_field(type, r->query.items[i].value);
        bool again = !f || !request_sees(r, type, f);
        for (size_t k = 0; k < count; k++) again |= columns[k] == f;
        if (!again) columns[count++] = f;
    }
    *out = columns;
    return count > 1 ? count : first_columns(r, type, columns);
}

/* ---- The table ---- */

static void put_columns(struct request *r, const struct model_field *const *fields, size_t count, str order)
{
    struct values list = {0};
    for (size_t i = 0; i < count; i++)
        values_add(r, &list,
                   column_record(r, fields[i]->key, show_word(r, fields[i]->name), is_number(fields[i]), order,
                                 !i && !str_trim(pairs_get(&r->query, STR("q"))).n));
    page_put(r, "columns", values_get(&list));
}

static bool is_within(const struct model_type *type, const struct model_type *whole)
{
    while (type->part_of && type->part_of->to != whole) type = type->part_of->to;
    return type->part_of;
}

str live_types(struct request *r, const struct model_type *type)
{
    const struct model *m = picture_model(r->picture);
    struct buf b;
    buf_init(&b, 10000);
    buf_str(&b, type->key);
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].to) buf_printf(&b, " " STR_FORMAT, STR_ARGS(type->fields[i].to->key));
    for (size_t i = 0; i < type->inverse_count; i++)
        buf_printf(&b, " " STR_FORMAT, STR_ARGS(type->inverses[i].from->key));
    if (str_eq(type->name, STR("request"))) buf_text(&b, " ruling");
    /* What is signed together, in any number of steps. */
    for (size_t i = 0; i < m->type_count; i++)
        if (is_within(&m->types[i], type) || is_within(type, &m->types[i]))
            buf_printf(&b, " " STR_FORMAT, STR_ARGS(m->types[i].key));
    str types = buf_copy(&b, &r->arena);
    buf_release(&b);
    return types;
}

/* What a row has room for; all of it stands on the fact's page. */
static str cell_text(struct request *r, str text)
{
    return text.n > CELL_BYTES ? text_format(r, STR_FORMAT "…", STR_ARGS(utf8_cut(text, CELL_BYTES))) : text;
}

static struct feel_value row_record(struct request *r, uint64_t id, const struct model_field *const *fields,
                                    size_t count)
{
    const struct fact *f = picture_fact(r->picture, id);
    struct record c = record_new(r);
    struct values cells = {0};
    record_text(&c, "id", text_format(r, "%llu", (unsigned long long)id));
    record_text(&c, "name", cell_text(r, fact_name(f)));
    record_text(&c, "href", show_path(r, id));
    for (size_t i = 1; i < count; i++) {
        struct record cell = record_new(r);
        record_text(&cell, "title", show_word(r, fields[i]->name));
        record_text(&cell, "text", cell_text(r, show_field(r, f, fields[i])));
        record_bool(&cell, "number", is_number(fields[i]));
        values_add(r, &cells, record_get(&cell));
    }
    record_put(&c, "cells", values_get(&cells));
    return record_get(&c);
}

/* ---- Choosing columns ---- */

/* This page with the columns in another order: the one at `at` changes places with the one before it. */
static str url_with_columns(struct request *r, const struct model_field *const *fields, size_t count, size_t at)
{
    struct pairs query = {0};
    for (size_t i = 0; i < r->query.count; i++)
        if (!str_eq(r->query.items[i].name, STR("col")) && !str_eq(r->query.items[i].name, STR("open")))
            *vec_add(&r->arena, &query) = r->query.items[i];
    for (size_t i = 1; i < count; i++) {
        const struct model_field *f = i == at ? fields[i - 1] : i + 1 == at ? fields[i + 1] : fields[i];
        *vec_add(&r->arena, &query) = (struct pair){STR("col"), f->key};
    }
    *vec_add(&r->arena, &query) = (struct pair){STR("open"), STR("columns")};
    return url_of(r, r->path, &query);
}

static void put_picker(struct request *r, const struct model_type *type, const struct model_field *const *fields,
                       size_t count)
{
    struct values list = {0};
    for (size_t i = 1; i < count; i++) {
        struct record c = record_new(r);
        record_text(&c, "key", fields[i]->key);
        record_text(&c, "label", show_word(r, fields[i]->name));
        record_bool(&c, "shown", true);
        if (i > 1) record_text(&c, "up", url_with_columns(r, fields, count, i));
        if (i + 1 < count) record_text(&c, "down", url_with_columns(r, fields, count, i + 1));
        values_add(r, &list, record_get(&c));
    }
    for (size_t i = 0; i < type->field_count; i++) {
        bool shown = false;
        for (size_t k = 0; k < count; k++) shown |= fields[k] == &type->fields[i];
        if (shown || !request_sees(r, type, &type->fields[i])) continue;
        struct record c = record_new(r);
        record_text(&c, "key", type->fields[i].key);
        record_text(&c, "label", show_word(r, type->fields[i].name));
        record_bool(&c, "shown", false);
        values_add(r, &list, record_get(&c));
    }
    struct record picker = record_new(r);
    record_put(&picker, "fields", values_get(&list));
    record_bool(&picker, "open", str_eq(pairs_get(&r->query, STR("open")), STR("columns")));
    page_put(r, "picker", record_get(&picker));
}

/* ---- The page ---- */

/* Where in the condition it went wrong: the line, and the caret under it. */
static void put_problem(struct request *r, const struct err *err)
{
    bool where = !strcmp(err->file, "where");
    str place = where || !err->field[0] ? STR("") : text_format(r, "%s: ", err->field);
    page_put_text(r, "problem", text_format(r, STR_FORMAT "%s", STR_ARGS(place), err->message));
    if (!where || !err->excerpt[0]) return;
    struct err bare = *err;
    struct buf b;
    str line, rest;
    buf_init(&b, 4000);
    err_emit(&bare, &b);
    rest = buf_get(&b);
    str_cut(&rest, '\n', &line);
    page_put_text(r, "caret", arena_copy(&r->arena, rest));
    buf_release(&b);
}

static void put_found(struct request *r, size_t found, size_t all)
{
    page_put_text(r, "found",
                  found == all
                      ? show_counted(r, (int64_t)all, "fact", "facts")
                      : text_format(r, STR_FORMAT " of " STR_FORMAT " facts", STR_ARGS(show_count(r, (int64_t)found)),
                                    STR_ARGS(show_count(r, (int64_t)all))));
    page_put_text(r, "number", show_count(r, (int64_t)found));
}

int query_page(struct request *r, struct fact_query *q, struct fact_rows *rows, struct err *err)
{
    int64_t page;
    if (str_to_int(pairs_get(&r->query, STR("page")), &page) && page > 1 && page < INT32_MAX)
        q->from = (size_t)(page - 1) * q->limit;
    if (fact_query(&r->arena, r->web->graph, &r->env, q, rows, err)) return -1;
    if (rows->count || !rows->found) return 0;
    q->from = 0;
    return fact_query(&r->arena, r->web->graph, &r->env, q, rows, err);
}

static void put_rows(struct request *r, const struct list_asked *asked, const struct model_field *const *fields,
                     size_t count, size_t all)
{
    struct err err = {0};
    struct fact_rows rows = {0};
    struct fact_query q = asked->query;
    struct values list = {0};
    q.limit = LIST_ROWS;
    int failed = query_page(r, &q, &rows, &err);
    if (failed) put_problem(r, &err);
    for (size_t i = 0; i < rows.count; i++) values_add(r, &list, row_record(r, rows.ids[i], fields, count));
    size_t from, to;
    page_put(r, "rows", values_get(&list));
    put_pages(r, rows.found, &from, &to);
    put_found(r, rows.found, all);
}

void answer_facts(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    struct err err = {0};
    struct list_asked asked;
    const struct model_field **fields;
    size_t all, columns = list_columns(r, type, &fields);
    picture_facts(r->picture, type, &all);
    page_begin(r, PAGE_FACTS);
    page_put(r, "benchmarks", benchmarks_of(r, (const char *const[]){type->name.p}, 1));
    page_put_text(r, "title", capitalise(r, type->plural));
    struct record kind = record_new(r);
    struct feel_value head = fact_head(r, type);
    for (uint32_t i = 0; i < head.count; i++) *vec_add(&r->arena, &kind.entries) = head.entries[i];
    record_bool(&kind, "none", !all);
    page_put(r, "kind", record_get(&kind));
    put_columns(r, fields, columns, pairs_get(&r->query, STR("sort")));
    put_filters(r, type);
    put_picker(r, type, fields, columns);
    bool failed = list_asked(r, type, &asked, &err) < 0;
    if (failed) {
        put_problem(r, &err);
        put_found(r, 0, all);
    } else {
        put_rows(r, &asked, fields, columns, all);
    }
    page_put_text(r, "query", pairs_get(&r->query, STR("q")));
    page_put_text(r, "where", asked.where);
    if (!failed) page_put_text(r, "asked", asked.query.where);
    page_put_text(r, "sort", pairs_get(&r->query, STR("sort")));
    page_put_text(r, "add", pairs_get(&r->query, STR("add")));
    put_saved(r);
    put_exports(r, type);
    page_put_text(r, "live", live_types(r, type));
    if (put_views(r, type, &err))
        page_fail(r, &err);
    else
        page_show(r, 200);
}
