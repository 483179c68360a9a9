/* SPDX-License-Identifier: Apache-2.0 */
/* Facts from a file: what would change is shown, can be corrected, and is done when it is confirmed. Nothing is kept
 * between the steps: the page itself carries the file. */
#include "page_plan.h"

#include <sodium.h>
#include <string.h>

enum { FILE_LIMIT = 2 << 20, BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

struct importing {
    struct request *r;
    const struct model_type *type;
    struct import_file file;
    struct import_options options;
    struct import_plan *plan;
};

/* ---- What was sent ---- */

static str decode(struct request *r, str data)
{
    unsigned char *bytes = arena_alloc(&r->arena, data.n + 1);
    size_t n;
    if (sodium_base642bin(bytes, data.n, data.p, data.n, NULL, &n, NULL, BASE64)) return STR_NONE;
    return (str){(const char *)bytes, n};
}

static str encode(struct request *r, str bytes)
{
    size_t room = sodium_base64_ENCODED_LEN(bytes.n, BASE64);
    char *text = arena_alloc(&r->arena, room);
    sodium_bin2base64(text, room, (const unsigned char *)bytes.p, bytes.n, BASE64);
    return str_of(text);
}

static int take_file(struct importing *in, struct err *err)
{
    struct request *r = in->r;
    str data = pairs_get(&r->form, STR("data")), name = pairs_get(&r->form, STR("name"));
    in->file = (struct import_file){
        .type = in->type, .bytes = pairs_get(&r->form, STR("file")), .sheet = pairs_get(&r->form, STR("sheet"))};
    if (data.n)
        in->file.bytes = decode(r, data);
    else
        name = pairs_get(&r->form, STR("file.name"));
    if (data.n && !in->file.bytes.p) return err_set(err, ERR_INPUT, "the file came back damaged; choose it again");
    if (!in->file.bytes.n) return err_set(err, ERR_INPUT, "choose a file that is not empty");
    if (in->file.bytes.n > FILE_LIMIT)
        return err_set(err, ERR_LIMIT, "the file has more than 2 MB; the command line takes it: entente import");
    in->file.path = arena_copy(&r->arena, name.n ? name : STR("upload")).p;
    return 0;
}

static void take_options(struct importing *in)
{
    struct request *r = in->r;
    in->options = (struct import_options){.actor = r->user.name,
                                          .source = str_trim(pairs_get(&r->form, STR("source"))),
                                          .guesses = IMPORT_TAKE_GUESSES,
                                          .no_memory = pairs_get(&r->form, STR("forget")).n > 0,
                                          .viewer = &r->viewer,
                                          .create_links = pairs_get(&r->form, STR("make")).n > 0,
                                          .how_to_create = "have made what the rows link to",
                                          .skip_bad = pairs_get(&r->form, STR("skip")).n > 0,
                                          .detail = true};
    in->options.choice_count = plan_choices(r, &in->options.choices);
}

/* ---- What is shown ---- */

static struct feel_value sheets_of(struct importing *in)
{
    struct request *r = in->r;
    struct values list = {0};
    str chosen = in->plan->sheet;
    if (chosen.n) values_add(r, &list, choice_record(r, chosen, chosen, chosen));
    for (size_t i = 0; i < in->plan->other_sheet_count; i++)
        values_add(r, &list, choice_record(r, in->plan->other_sheets[i], in->plan->other_sheets[i], chosen));
    return values_get(&list);
}

static void show(struct importing *in, int status, str message)
{
    struct request *r = in->r;
    page_begin(r, PAGE_IMPORT);
    page_put_text(r, "title", text_format(r, "Import " STR_FORMAT, STR_ARGS(in->type->plural)));
    page_put(r, "kind", fact_head(r, in->type));
    page_put_text(r, "message", message);
    page_put_text(r, "source", in->plan ? in->plan->source : in->options.source);
    if (in->plan) {
        page_put(r, "plan", plan_record(r, in->plan));
        page_put_text(r, "name", str_of(in->file.path));
        page_put_text(r, "data", encode(r, in->file.bytes));
        page_put(r, "sheets", sheets_of(in));
        page_put(r, "make", feel_boolean(in->options.create_links));
        page_put(r, "skip", feel_boolean(in->options.skip_bad));
    }
    page_show(r, status);
}

static str error_text(struct request *r, const struct err *e)
{
    struct buf b;
    buf_init(&b, 4096);
    err_emit(e, &b);
    str text = str_trim(buf_copy(&b, &r->arena));
    buf_release(&b);
    return text;
}

/* ---- Doing it ---- */

static int commit(struct importing *in, struct commit_result *result, struct err *err)
{
    struct web *web = in->r->web;
    int64_t now, today;
    web_now(web, &now, &today);
    if (web_commit(web, in->plan->set, result, err)) return -1;
    struct store *writer = web_write(web);
    int failed = 0;
    if (in->options.no_memory) failed = store_forget_columns(writer, in->type, in->plan->source, err);
    if (!failed) failed = import_remember(in->plan, writer, now, err);
    return web_written(web, failed, err);
}

/* The rows that were left out are handed back here, since nothing keeps them. */
static void show_left_out(struct importing *in)
{
    struct request *r = in->r;
    struct err err;
    str bad;
    if (import_bad_rows(&r->arena, in->plan, &bad, &err)) {
        page_fail(r, &err);
        return;
    }
    str rows = show_counted(r, (int64_t)in->plan->bad_count, "row is", "rows are");
    in->plan = NULL;
    page_begin(r, PAGE_IMPORT);
    page_put_text(r, "title", text_format(r, "Import " STR_FORMAT, STR_ARGS(in->type->plural)));
    page_put(r, "kind", fact_head(r, in->type));
    page_put_text(r, "left_out", rows);
    page_put_text(r, "bad", bad);
    page_show(r, 200);
}

void answer_import(struct request *r)
{
    struct importing in = {.r = r, .type = type_asked(r)};
    struct commit_result result;
    struct err err;
    if (!in.type) return;
    take_options(&in);
    if (take_file(&in, &err) || import_read(&r->arena, r->store, r->picture, &in.file, &in.options, &in.plan, &err)) {
        in.plan = NULL;
        show(&in, 422, capitalise(r, error_text(r, &err)));
    } else if (!str_eq(pairs_get(&r->form, STR("step")), STR("commit")) || in.plan->error_count) {
        show(&in, in.plan->error_count ? 422 : 200, STR_NONE);
    } else if (!str_eq(pairs_get(&r->form, STR("shown")), plan_shown(r, in.plan))) {
        show(&in, 409,
             STR("The facts, or what was chosen here, have changed since you looked. This is what would be done now."));
    } else if (commit(&in, &result, &err)) {
        show(&in, form_status(r, &err), capitalise(r, str_of(err.message)));
    } else if (in.plan->bad_count) {
        show_left_out(&in);
    } else {
        request_redirect(r, text_format(r, "/types/" STR_FORMAT "?saved=%llu", STR_ARGS(in.type->plural_key),
                                        (unsigned long long)result.number));
    }
}

void answer_import_page(struct request *r)
{
    struct importing in = {.r = r, .type = type_asked(r)};
    if (in.type) show(&in, 200, STR_NONE);
}
