/* SPDX-License-Identifier: Apache-2.0 */
/* Cells pasted from a spreadsheet: new facts, or values over those that were chosen in the list. They go the way of an
 * import (columns to fields, a plan, a look at it) and are kept as typed by whoever pasted them. */
#include "page_fact.h"
#include "page_list.h"
#include "page_plan.h"

#include <string.h>

enum { PASTE_BYTES = 1 << 20 };

struct paste {
    struct request *r;
    const struct model_type *type;
    str text, query, chosen; /* chosen: ids with commas between; STR_NONE: the cells find their facts by name */
    VEC(uint64_t) ids;
    bool header; /* the first line has the names of the columns */
};

/* The columns of the list, from its address. */
static size_t columns_of(struct paste *p, const struct model_field ***out)
{
    struct request *r = p->r;
    r->query.count = 0;
    if (pairs_parse(&r->arena, p->query, &r->query)) r->query.count = 0;
    return list_columns(r, p->type, out);
}

static void take_ids(struct paste *p)
{
    struct request *r = p->r;
    struct buf chosen;
    buf_init(&chosen, BODY_LIMIT);
    for (size_t i = 0; i < r->form.count; i++) {
        str rest = r->form.items[i].value, piece;
        int64_t id;
        if (!str_eq(r->form.items[i].name, STR("id"))) continue;
        while (rest.n && str_cut(&rest, ',', &piece)) {
            const struct fact *f = str_to_int(piece, &id) && id > 0 ? picture_fact(r->picture, (uint64_t)id) : NULL;
            if (!f || fact_type(f) != p->type) continue;
            *vec_add(&r->arena, &p->ids) = (uint64_t)id;
            buf_printf(&chosen, "%s%llu", chosen.n ? "," : "", (unsigned long long)id);
        }
    }
    p->chosen = buf_copy(&chosen, &r->arena);
    buf_release(&chosen);
}

/* Where the next row of the text begins: a line break within quotes is part of a cell. */
static size_t row_end(str text, size_t from)
{
    bool quoted = false, start = true;
    for (size_t i = from; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"' && (quoted || start)) quoted = !quoted;
        if (c == '\n' && !quoted) return i + 1;
        start = c == '\t';
    }
    return text.n;
}

/* Does the first line name columns? At least one of its cells does, and the rest would be left out. */
static bool has_header(struct paste *p)
{
    str line = str_slice(p->text, 0, row_end(p->text, 0)), cell;
    size_t named = 0, cells = 0;
    line = str_trim(line);
    while (line.n && str_cut(&line, '\t', &cell)) {
        const struct model_field *f = model_field(p->type, str_trim(cell));
        bool known = f != NULL;
        for (size_t i = 0; i < p->type->field_count && !known; i++)
            for (size_t k = 0; k < p->type->fields[i].column_count && !known; k++)
                known = str_eq_nocase(p->type->fields[i].columns[k], str_trim(cell));
        named += known;
        cells++;
    }
    return named * 2 >= cells && named;
}

/* The text as a file with a header, and with the numbers of the chosen facts before its rows. */
static int whole(struct paste *p, str *out, struct err *err)
{
    struct request *r = p->r;
    const struct model_field **columns;
    size_t count = columns_of(p, &columns), at = 0, row = 0;
    struct buf b;
    buf_init(&b, 2 * PASTE_BYTES);
    if (p->ids.count) buf_text(&b, "id\t");
    if (p->header) {
        at = row_end(p->text, 0);
        buf_str(&b, str_slice(p->text, 0, at));
    } else {
        for (size_t i = 0; i < count; i++) buf_printf(&b, "%s" STR_FORMAT, i ? "\t" : "", STR_ARGS(columns[i]->key));
        buf_char(&b, '\n');
    }
    for (size_t next; at < p->text.n; at = next, row++) {
        next = row_end(p->text, at);
        if (p->ids.count && row < p->ids.count) buf_printf(&b, "%llu\t", (unsigned long long)p->ids.items[row]);
        buf_str(&b, str_slice(p->text, at, next));
    }
    *out = buf_copy(&b, &r->arena);
    int failed = buf_check(&b, err);
    buf_release(&b);
    if (!failed && p->ids.count && row != p->ids.count)
        return err_set(err, ERR_INPUT, "%zu facts are chosen, and %zu rows were pasted: they go one to one",
                       p->ids.count, row);
    return failed;
}

static void show(struct paste *p, int status, const struct import_plan *plan, str message)
{
    struct request *r = p->r;
    const struct model_field **columns;
    struct values names = {0};
    size_t count = columns_of(p, &columns);
    page_begin(r, PAGE_PASTE);
    page_put_text(
        r, "title",
        p->ids.count ? text_format(r, "Paste over " STR_FORMAT,
                                   STR_ARGS(show_counted(r, (int64_t)p->ids.count, p->type->name.p, p->type->plural.p)))
                     : text_format(r, "Paste " STR_FORMAT, STR_ARGS(p->type->plural)));
    page_put(r, "kind", fact_head(r, p->type));
    page_put_text(r, "message", message);
    page_put_text(r, "query", p->query);
    page_put_text(r, "back",
                  text_format(r, "/types/" STR_FORMAT "%s" STR_FORMAT, STR_ARGS(p->type->plural_key),
                              p->query.n ? "?" : "", STR_ARGS(p->query)));
    page_put_text(r, "chosen", p->chosen);
    page_put_text(r, "text", p->text);
    page_put(r, "header", feel_boolean(p->header));
    for (size_t i = 0; i < count; i++) values_add(r, &names, feel_string(show_word(r, columns[i]->name)));
    page_put(r, "columns", values_get(&names));
    if (plan) page_put(r, "plan", plan_record(r, plan));
    page_show(r, status);
}

static int make_plan(struct paste *p, struct import_plan **plan, struct err *err)
{
    struct request *r = p->r;
    str bytes;
    if (whole(p, &bytes, err)) return -1;
    struct import_options options = {.actor = r->user.name,
                                     .source = STR("pasted"),
                                     .detail = true,
                                     .typed = true,
                                     .guesses = IMPORT_TAKE_GUESSES, /* they are shown as such */
                                     .create_links = str_eq(pairs_get(&r->form, STR("make")), STR("yes")),
                                     .how_to_create = "have links to nothing make what is missing",
                                     .separator = '\t'};
    options.choice_count = plan_choices(r, &options.choices);
    struct import_file file = {.type = p->type, .path = "a spreadsheet", .bytes = bytes};
    return import_read(&r->arena, r->store, r->picture, &file, &options, plan, err) || plan_is_open(r, *plan, err) ? -1
                                                                                                                   : 0;
}

void answer_paste(struct request *r)
{
    struct err err;
    struct import_plan *plan = NULL;
    struct commit_result result;
    struct paste p = {.r = r, .type = type_asked(r), .query = pairs_get(&r->form, STR("query"))};
    if (!p.type) return;
    take_ids(&p);
    p.text = form_lines(r, pairs_get(&r->form, STR("text")));
    str said = pairs_get(&r->form, STR("header")), step = pairs_get(&r->form, STR("step"));
    p.header = said.n ? str_eq(said, STR("yes")) : has_header(&p);
    if (!step.n) {
        p.header = true;
        show(&p, 200, NULL, STR_NONE);
    } else if (!str_trim(p.text).n) {
        show(&p, 422, NULL, STR("Nothing was pasted yet."));
    } else if (p.text.n > PASTE_BYTES) {
        show(&p, 422, NULL, STR("That is more than a megabyte. Save it as a file and import that."));
    } else if (make_plan(&p, &plan, &err)) {
        show(&p, 422, NULL, capitalise(r, str_of(err.message)));
    } else if (!str_eq(step, STR("commit")) || plan->error_count) {
        show(&p, plan->error_count ? 422 : 200, plan, STR_NONE);
    } else if (!str_eq(pairs_get(&r->form, STR("shown")), plan_shown(r, plan))) {
        show(&p, 409, plan,
             STR("The facts, or what is pasted, have changed since you looked. This is what would be done now."));
    } else if (web_commit(r->web, plan->set, &result, &err)) {
        show(&p, form_status(r, &err), plan, capitalise(r, str_of(err.message)));
    } else {
        request_redirect(r, text_format(r, "/types/" STR_FORMAT "?saved=%llu", STR_ARGS(p.type->plural_key),
                                        (unsigned long long)result.number));
    }
}
