/* SPDX-License-Identifier: Apache-2.0 */
/* Rules come into a rulebook: those of the program, or a file. What cannot be read is refused with its places; what
 * leaves cases open is asked about first. Neither holds before both sides have signed. */
#include "page_fact.h"
#include "page_rulebook.h"

enum { MODEL_LIMIT = 2 << 20 };

static const struct book_text *shipped_named(struct request *r, str name)
{
    for (size_t i = 0; i < r->web->shipped_count; i++)
        if (str_eq(r->web->shipped[i].name, name)) return &r->web->shipped[i];
    return NULL;
}

static void put(struct change_set *c, const struct model_type *type, uint64_t fact, const char *field, str value)
{
    const struct model_field *f = model_field(type, str_of(field));
    if (f && value.n) change_value(c, fact, f, value, (struct origin){.kind = ORIGIN_TYPED});
}

/* The version that the text says it is. */
static str version_of(struct request *r, str text)
{
    struct rulebook *b = NULL;
    struct err err;
    str version =
        rulebook_load(STR(""), STR(""), text, &b, &err) < 0 ? STR_NONE : arena_copy(&r->arena, rulebook_version(b));
    rulebook_free(b);
    return version;
}

/* Into the fact, which may be NULL: a new one of that name. */
static void take_text(struct request *r, const struct shown_book *book, const struct fact *fact, str name, str text,
                      str reason)
{
    struct err err;
    struct commit_result result = {0};
    int64_t version = 0;
    const struct model_type *type = model_type(picture_model(r->picture), STR("rulebook"));
    if (!type || !model_field(type, STR("model"))) {
        page_error(r, 404, "This workspace keeps no rulebooks",
                   "Its metamodel has no type \"rulebook\" with a \"model\".");
        return;
    }
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, reason);
    uint64_t id = fact ? fact_id(fact) : change_create(c, type);
    if (fact && str_to_int(pairs_get(&r->form, STR("version")), &version) && version > 0)
        change_expect(c, id, (uint32_t)version);
    if (!fact) put(c, type, id, "name", name);
    put(c, type, id, "model", text);
    put(c, type, id, "version", version_of(r, text));
    if (web_commit(r->web, c, &result, &err)) {
        if (err.code == ERR_INPUT || err.code == ERR_CONFLICT || err.code == ERR_LIMIT)
            book_show(r, book, err.code == ERR_CONFLICT ? 409 : 422, capitalise(r, str_of(err.message)));
        else
            page_fail(r, &err);
        return;
    }
    if (!fact && result.made_count) id = result.made[0];
    request_redirect(r, text_format(r, "/rulebooks/%llu?did=taken%s", (unsigned long long)id,
                                    result.proposed_count ? "&of=draft" : ""));
}

/* A rulebook of the program goes into one of the workspace. */
static void adopt(struct request *r, const struct shown_book *book)
{
    int64_t id;
    const struct book_text *own = shipped_named(r, book->fact ? pairs_get(&r->form, STR("shipped")) : book->name);
    const struct fact *into = book->fact;
    const struct model_type *type = model_type(picture_model(r->picture), STR("rulebook"));
    str name = str_trim(pairs_get(&r->form, STR("name")));
    if (!into && str_to_int(pairs_get(&r->form, STR("into")), &id) && id > 0)
        into = picture_fact(r->picture, (uint64_t)id);
    if (!own || (into && fact_type(into) != type)) {
        book_show(r, book, 422, STR("There is no such rulebook. Nothing was changed."));
        return;
    }
    take_text(r, book, into, name.n ? name : own->name, own->text,
              text_format(r, "the program's rulebook " STR_FORMAT, STR_ARGS(own->name)));
}

static void upload(struct request *r, const struct shown_book *book)
{
    struct book_health health;
    str text = pairs_get(&r->form, STR("model"));
    bool sure = pairs_get(&r->form, STR("sure")).n > 0;
    if (sure) text = form_lines(r, text);
    if (!str_trim(text).n) {
        book_show(r, book, 422, STR("Choose a file first: a decision model, .dmn or .xml."));
        return;
    }
    if (text.n > MODEL_LIMIT) {
        book_show(r, book, 422, text_format(r, "The file is larger than %d MB.", MODEL_LIMIT >> 20));
        return;
    }
    book_examine(r, text, &health);
    if (health.errors || (health.gaps && !sure))
        book_show_tried(r, book, text, &health);
    else
        take_text(r, book, book->fact, book->name, text, STR("a model from a file"));
}

void answer_rulebook_take(struct request *r)
{
    struct shown_book book;
    if (!book_asked(r, &book)) return;
    str act = pairs_get(&r->form, STR("do"));
    if (str_eq(act, STR("adopt")))
        adopt(r, &book);
    else if (str_eq(act, STR("upload")) && book.fact)
        upload(r, &book);
    else
        book_show(r, &book, 422, STR("The form did not say what to do. Nothing was changed."));
}
