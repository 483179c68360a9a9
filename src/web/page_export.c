/* SPDX-License-Identifier: Apache-2.0 */
/* A list as a file: what its filters find, in its order, as far as the one who asks may see it. */
#include "import.h"
#include "page_list.h"

#include <string.h>

enum { EXPORT_LIMIT = 1 << 30 };

static const struct {
    const char *name, *title, *type;
} forms[] = {{"csv", "CSV", "text/csv; charset=utf-8"},
             {"xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
             {"jsonl", "JSON lines", "application/jsonl; charset=utf-8"}};

static int add_piece(void *self, str piece, struct err *err)
{
    buf_str(self, piece);
    return buf_check(self, err);
}

static int write_text(struct request *r, const struct export_list *list, bool csv, struct err *err)
{
    struct buf b;
    buf_init(&b, EXPORT_LIMIT);
    int failed = csv ? export_csv(r->picture, list, add_piece, &b, err)
                     : export_json_lines(r->picture, list, add_piece, &b, err);
    if (!failed) r->fixed = b.n ? buf_copy(&b, &r->arena) : STR("");
    buf_release(&b);
    return failed;
}

void answer_export(struct request *r)
{
    static const uint64_t none[1];
    const struct model_type *type = type_asked(r);
    struct list_asked asked;
    struct fact_rows rows;
    struct err err;
    size_t form = 0;
    str wanted = pairs_get(&r->query, STR("format"));
    if (!type) return;
    while (form < ARRAY_COUNT(forms) && !str_eq(wanted, str_of(forms[form].name))) form++;
    if (form == ARRAY_COUNT(forms)) {
        page_error(r, 404, "There is no such form", "Lists are written as csv, xlsx and jsonl.");
        return;
    }
    if (list_asked(r, type, &asked, &err)) {
        page_fail(r, &err);
        return;
    }
    asked.query.from = asked.query.limit = 0;
    if (fact_query(&r->arena, r->web->graph, &r->env, &asked.query, &rows, &err)) {
        page_fail(r, &err);
        return;
    }
    struct export_list list = {type, rows.count ? rows.ids : none, rows.count, &r->viewer};
    int failed = str_eq(wanted, STR("xlsx")) ? export_workbook(&r->arena, r->picture, &list, 1, &r->fixed, &err)
                                             : write_text(r, &list, str_eq(wanted, STR("csv")), &err);
    if (failed) {
        page_fail(r, &err);
        return;
    }
    r->status = 200;
    r->type = forms[form].type;
    r->file_name = text_format(r, STR_FORMAT ".%s", STR_ARGS(type->plural_key), forms[form].name);
}

/* The list's own query: what only the page is about is left behind. */
static bool is_of_page(str name)
{
    static const str own[] = {STR_INIT("page"), STR_INIT("add"), STR_INIT("col"), STR_INIT("saved")};
    for (size_t i = 0; i < ARRAY_COUNT(own); i++)
        if (str_eq(name, own[i])) return true;
    return false;
}

void put_exports(struct request *r, const struct model_type *type)
{
    struct values list = {0};
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        struct pairs query = {0};
        struct record c = record_new(r);
        for (size_t k = 0; k < r->query.count; k++)
            if (!is_of_page(r->query.items[k].name)) *vec_add(&r->arena, &query) = r->query.items[k];
        *vec_add(&r->arena, &query) = (struct pair){STR("format"), str_of(forms[i].name)};
        record_text(&c, "name", str_of(forms[i].title));
        record_text(&c, "href",
                    url_of(r, text_format(r, "/types/" STR_FORMAT "/export", STR_ARGS(type->plural_key)), &query));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "exports", values_get(&list));
}
