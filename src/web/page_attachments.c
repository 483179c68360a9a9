/* SPDX-License-Identifier: Apache-2.0 */
/* Files that hang on a fact: listed, attached, handed out, removed. */
#include "page_fact.h"

#include "base_utf8.h"

int put_attachments(struct request *r, const struct fact *f, struct err *err)
{
    uint64_t fact = fact_id(f);
    const struct stored_attachment *found;
    size_t count;
    struct values list = {0};
    struct talk people = {0};
    if (!request_sees_files(r, fact_type(f))) return 0;
    if (store_load_attachments(r->store, &r->arena, fact, &found, &count, err)) return -1;
    if (count && store_load_users(r->store, &r->arena, &people.people, &people.people_count, err)) return -1;
    for (size_t i = 0; i < count; i++) {
        const struct stored_attachment *x = &found[i];
        struct record c = record_new(r);
        str author = shown_name(&people, x->author);
        record_text(&c, "name", x->name);
        record_text(&c, "href",
                    text_format(r, STR_FORMAT "/files/%llu", STR_ARGS(show_path(r, fact)), (unsigned long long)x->id));
        record_text(&c, "size", show_bytes(r, x->size));
        record_text(&c, "author", author.n ? author : x->author);
        record_text(&c, "when", show_ago(r, x->time));
        record_text(&c, "at", show_time(r, x->time));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "files", values_get(&list));
    return 0;
}

/* A longer name is cut before its end, which says what the file is. */
static str fitting(struct request *r, str name)
{
    size_t dot = name.n;
    if (name.n <= ATTACHMENT_NAME_BYTES) return name;
    while (dot && name.p[dot - 1] != '.') dot--;
    str end = dot && name.n - dot < ATTACHMENT_NAME_BYTES / 2 ? str_from(name, dot - 1) : STR("");
    return text_format(r, STR_FORMAT STR_FORMAT, STR_ARGS(utf8_cut(name, ATTACHMENT_NAME_BYTES - end.n)),
                       STR_ARGS(end));
}

static void answer_written(struct request *r, uint64_t fact, const char *title, int failed, const struct err *err)
{
    if (!failed)
        request_redirect(r, text_format(r, STR_FORMAT "#files", STR_ARGS(show_path(r, fact))));
    else if (err->code == ERR_INPUT || err->code == ERR_LIMIT)
        page_error(r, err->code == ERR_LIMIT ? 413 : 422, title, capitalise(r, str_of(err->message)).p);
    else
        page_fail(r, err);
}

/* The fact of the address, where its files may be seen; NULL after the answer, which is the same whether it has any. */
static const struct fact *files_asked(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (!f || request_sees_files(r, fact_type(f))) return f;
    page_error(r, 403, "Not open to your role",
               text_format(r, "The files of " STR_FORMAT " are for a higher role. A steward can give it.",
                           STR_ARGS(fact_type(f)->plural))
                   .p);
    return NULL;
}

void answer_attach(struct request *r)
{
    const struct fact *f = files_asked(r);
    if (!f) return;
    struct err err;
    str bytes = pairs_get(&r->form, STR("file"));
    struct stored_attachment x = {.fact = fact_id(f),
                                  .name = fitting(r, pairs_get(&r->form, STR("file.name"))),
                                  .author = r->user.name,
                                  .time = r->env.now};
    struct store *writer = web_write(r->web);
    int failed = store_add_attachment(writer, &x, bytes, NULL, &err);
    answer_written(r, x.fact, "The file was not attached", web_written(r->web, failed, &err), &err);
}

/* What the address names, when it hangs on the fact that the address names; false after the answer. */
static bool attachment_asked(struct request *r, struct stored_attachment *out, str *bytes)
{
    int64_t id;
    struct err err;
    const struct fact *f = files_asked(r);
    if (!f) return false;
    int failed = !str_to_int(r->captures[1], &id) || id <= 0
                     ? err_set(&err, ERR_ABSENT, "the address names no file")
                     : store_load_attachment(r->store, &r->arena, (uint64_t)id, out, bytes, &err);
    if (!failed && out->fact != fact_id(f)) failed = err_set(&err, ERR_ABSENT, "the file is of another fact");
    if (failed) page_fail(r, &err);
    return !failed;
}

void answer_attachment(struct request *r)
{
    struct stored_attachment x;
    if (!attachment_asked(r, &x, &r->fixed)) return;
    r->status = 200;
    r->type = x.media.p;
    r->file_name = x.name;
}

void answer_detach(struct request *r)
{
    struct stored_attachment x;
    struct err err;
    if (!attachment_asked(r, &x, NULL)) return;
    struct store *writer = web_write(r->web);
    int failed = store_remove_attachment(writer, x.id, r->user.name, r->env.now, NULL, &err);
    answer_written(r, x.fact, "The file was not removed", web_written(r->web, failed, &err), &err);
}
