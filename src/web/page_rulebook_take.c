/* SPDX-License-Identifier: Apache-2.0 */
/* Rules come into a rulebook: those of the program, or a file. What cannot be read is refused with its places; what
 * leaves cases open is asked about first. Neither holds before both sides have signed. */
#include "page_fact.h"
#include "page_rulebook.h"

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

int book_expect(struct change_set *c, const struct fact *book, str base, struct err *err)
{
    str version;
    int64_t of_fact, of_proposal;
    if (!str_cut(&base, '.', &version) || !str_to_int(version, &of_fact) || !str_to_int(base, &of_proposal) ||
        of_fact <= 0 || of_fact > UINT32_MAX || of_proposal < 0)
        return err_set(err, ERR_INPUT, "the form does not say which version it changes");
    change_expect(c, fact_id(book), (uint32_t)of_fact);
    change_expect_proposal(c, fact_id(book), (uint64_t)of_proposal);
    return 0;
}

int book_take(struct request *r, const struct book_taking *taking, uint64_t *id, bool *proposed, struct err *err)
{
    struct commit_result result = {0};
    const struct model_type *type = model_type(picture_model(r->picture), STR("rulebook"));
    if (!type || !model_field(type, STR("model")))
        return err_set(err, ERR_ABSENT,
                       "This workspace keeps no rulebooks: its metamodel has no type \"rulebook\" with a \"model\".");
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, taking->reason);
    *id = taking->fact ? fact_id(taking->fact) : change_create(c, type);
    if (taking->fact && taking->base.n && book_expect(c, taking->fact, taking->base, err)) return -1;
    if (!taking->fact) put(c, type, *id, "name", taking->name);
    put(c, type, *id, "model", taking->text);
    put(c, type, *id, "version", taking->version.n ? taking->version : version_of(r, taking->text));
    put(c, type, *id, "valid from", taking->valid_from);
    if (web_commit(r->web, c, &result, err)) return -1;
    if (!taking->fact && result.made_count) *id = result.made[0];
    *proposed = result.proposed_count > 0;
    return 0;
}

str book_taken_path(struct request *r, uint64_t id, bool proposed)
{
    return text_format(r, "/rulebooks/%llu?did=taken%s", (unsigned long long)id, proposed ? "&of=draft" : "");
}

/* Into the fact, which may be NULL: a new one of that name. */
static void take_text(struct request *r, const struct shown_book *book, const struct fact *fact, str name, str text,
                      str reason)
{
    struct err err;
    uint64_t id;
    bool proposed;
    const struct book_taking taking = {
        .fact = fact, .name = name, .text = text, .reason = reason, .base = pairs_get(&r->form, STR("base"))};
    if (book_take(r, &taking, &id, &proposed, &err) == 0)
        request_redirect(r, str_eq(pairs_get(&r->form, STR("then")), STR("edit"))
                                ? text_format(r, "/rulebooks/%llu/edit", (unsigned long long)id)
                                : book_taken_path(r, id, proposed));
    else if (err.code == ERR_INPUT || err.code == ERR_CONFLICT || err.code == ERR_LIMIT)
        book_show(r, book, err.code == ERR_CONFLICT ? 409 : 422, capitalise(r, str_of(err.message)));
    else
        page_fail(r, &err);
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
    else if (str_eq(act, STR("bring-back")) && book.fact)
        book_bring_back_asked(r, &book);
    else
        book_show(r, &book, 422, STR("The form did not say what to do. Nothing was changed."));
}
