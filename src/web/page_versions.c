/* SPDX-License-Identifier: Apache-2.0 */
/* The versions of a rulebook that were in force, and how an earlier one is brought back: as a proposal like any other.
 */
#include "align_rulebook.h"
#include "base_time.h"
#include "page_fact.h"
#include "page_rulebook.h"

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

void book_bring_back_asked(struct request *r, const struct shown_book *book)
{
    struct commit_result result = {0};
    struct err err;
    int64_t number = 0;
    struct book_return back = {.reason = str_trim(form_lines(r, pairs_get(&r->form, STR("reason")))),
                               .valid_from = str_trim(pairs_get(&r->form, STR("valid_from")))};
    if (str_to_int(pairs_get(&r->form, STR("number")), &number) && number > 0) back.number = (uint64_t)number;
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, back.reason);
    if (book_bring_back(r->store, &r->arena, book->fact, &back, c, &err) ||
        book_expect(c, book->fact, pairs_get(&r->form, STR("base")), &err) || web_commit(r->web, c, &result, &err))
        book_show(r, book, err.code == ERR_ABSENT ? 422 : form_status(r, &err),
                  capitalise(r, arena_copy(&r->arena, str_of(err.message))));
    else
        request_redirect(r, book_taken_path(r, fact_id(book->fact), result.proposed_count > 0 || book->draft.n));
}
