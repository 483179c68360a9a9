/* SPDX-License-Identifier: Apache-2.0 */
/* The versions of a rulebook that were in force, and how an earlier one is brought back: as a proposal like any other.
 */
#include "align_rulebook.h"
#include "base_time.h"
#include "page_fact.h"
#include "page_rulebook.h"

enum { REASON_LIMIT = 2000 };

/* Each time it came into force; the page as it was then is one address away. */
int book_put_versions(struct request *r, const struct shown_book *book, struct err *err)
{
    const struct book_version *versions;
    size_t count;
    struct values list = {0};
    if (book_versions(r->store, &r->arena, book->fact, &versions, &count, err)) return -1;
    for (size_t i = 0; i < count; i++) {
        const struct book_version *v = &versions[i];
        struct record c = record_new(r);
        record_text(&c, "number", text_format(r, "%llu", (unsigned long long)v->number));
        record_text(&c, "version", v->version);
        record_text(&c, "when", show_time(r, v->time));
        record_text(&c, "actor", v->actor);
        record_text(&c, "href",
                    text_format(r, "/rulebooks/%llu?as_of=%%23%llu", (unsigned long long)fact_id(book->fact),
                                (unsigned long long)v->number));
        record_bool(&c, "earlier", !str_eq(v->text, book->text));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "versions", values_get(&list));
    return 0;
}

static const struct book_version *version_asked(struct request *r, const struct book_version *versions, size_t count)
{
    int64_t number;
    if (!str_to_int(pairs_get(&r->form, STR("number")), &number)) return NULL;
    for (size_t i = 0; i < count; i++)
        if ((int64_t)versions[i].number == number) return &versions[i];
    return NULL;
}

static str refusal(const struct shown_book *book, const struct book_version *v, str reason, str from)
{
    int64_t day;
    if (!v) return STR("No such version was in force. Nothing was changed.");
    if (str_eq(v->text, book->text)) return STR("These rules are in force already. Nothing was changed.");
    if (!reason.n) return STR("Say why it should come back. Nothing was changed.");
    if (reason.n > REASON_LIMIT) return STR("The reason is too long. Nothing was changed.");
    if (from.n && !civil_parse(from, &day))
        return STR("The day from which it holds is none, such as 2026-11-22. Nothing was changed.");
    return STR_NONE;
}

void book_bring_back(struct request *r, const struct shown_book *book)
{
    const struct book_version *versions, *v;
    struct err err;
    size_t count;
    uint64_t id;
    bool proposed;
    str reason = str_trim(form_lines(r, pairs_get(&r->form, STR("reason"))));
    str from = str_trim(pairs_get(&r->form, STR("valid_from")));
    if (book_versions(r->store, &r->arena, book->fact, &versions, &count, &err)) {
        page_fail(r, &err);
        return;
    }
    v = version_asked(r, versions, count);
    str wrong = refusal(book, v, reason, from);
    if (wrong.n) {
        book_show(r, book, 422, wrong);
        return;
    }
    const struct book_taking taking = {.fact = book->fact,
                                       .name = book->name,
                                       .text = v->text,
                                       .version = v->version,
                                       .valid_from = from,
                                       .reason = reason,
                                       .base = pairs_get(&r->form, STR("base"))};
    if (book_take(r, &taking, &id, &proposed, &err) == 0)
        request_redirect(r, book_taken_path(r, id, proposed));
    else
        book_show(r, book, form_status(r, &err), capitalise(r, arena_copy(&r->arena, str_of(err.message))));
}
