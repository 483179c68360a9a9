/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a fact by its form. What was typed stays until it is saved, whatever is wrong with it. */
#include "page_form.h"

enum { REASON_LIMIT = 1000 };

int form_reason(struct request *r, str *reason, struct err *err)
{
    *reason = str_trim(pairs_get(&r->form, STR("reason")));
    if (reason->n <= REASON_LIMIT) return 0;
    return err_set(err, ERR_INPUT, "the reason is too long: %zu bytes, %d at most", reason->n, REASON_LIMIT);
}

static int save(struct form *form, uint64_t *id, struct commit_result *result, struct err *err)
{
    struct request *r = form->r;
    str reason;
    if (form_reason(r, &reason, err)) return -1;
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, reason);
    const struct origin typed = {.kind = ORIGIN_TYPED};
    uint64_t fact = form->fact ? fact_id(form->fact) : change_create(c, form->type);
    if (form->fact) change_expect(c, fact, (uint32_t)form->version);
    if (form->agreed) change_expect_proposal(c, fact, (uint64_t)form->proposal);
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *f = &form->fields[i];
        if (!f->given || !form_differs(form, f)) continue;
        if (is_link_field(f->field))
            change_links(c, fact, f->field, f->links.items, f->links.count, typed);
        else
            change_value(c, fact, f->field, f->canonical, typed);
    }
    if (web_commit(r->web, c, result, err)) return -1;
    *id = form->fact ? fact : result->made_count ? result->made[0] : 0;
    return 0;
}

/* ---- Drawing ---- */

/* What is wrong, above the form, each with a way to its field. */
static void put_summary(struct form *form)
{
    struct request *r = form->r;
    struct values list = {0};
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *f = &form->fields[i];
        if (!f->error.n) continue;
        struct record c = record_new(r);
        record_text(&c, "label", show_word(r, f->field->name));
        record_text(&c, "href", text_format(r, "#%s" STR_FORMAT, form->inside ? "inside-" : "", STR_ARGS(f->name)));
        record_text(&c, "error", f->error);
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "summary", values_get(&list));
}

void form_show(struct form *form, int status)
{
    struct request *r = form->r;
    page_begin(r, PAGE_EDIT);
    page_put(r, "fact", fact_head(r, form->type));
    str own = form->fact ? show_path(r, fact_id(form->fact))
                         : text_format(r, "/types/" STR_FORMAT, STR_ARGS(form->type->plural_key));
    page_put_text(r, "title",
                  form->fact ? text_format(r, "Edit " STR_FORMAT, STR_ARGS(fact_name(form->fact)))
                             : text_format(r, "New " STR_FORMAT, STR_ARGS(form->type->name)));
    page_put_text(r, "action", own);
    page_put_text(r, "cancel", own);
    page_put_text(r, "version", text_format(r, "%lld", (long long)form->version));
    page_put_text(r, "reason", pairs_get(&r->form, STR("reason")));
    page_put_text(r, "message", form->message);
    page_put(r, "agreed", feel_boolean(form->agreed));
    page_put_text(r, "proposal", form->proposal ? text_format(r, "%lld", (long long)form->proposal) : STR_NONE);
    page_put_text(r, "inside", form->inside ? STR("inside-") : STR_NONE);
    page_put_text(r, "live", form->fact ? form->type->key : STR_NONE);
    put_summary(form);
    struct values fields = {0};
    for (size_t i = 0; i < form->count; i++) values_add(r, &fields, form_field_record(form, &form->fields[i]));
    page_put(r, "fields", values_get(&fields));
    page_show(r, status);
}

static void show_refusal(struct form *form, const struct err *err)
{
    struct request *r = form->r;
    const struct model_field *field = err->field[0] ? model_field(form->type, str_of(err->field)) : NULL;
    bool marked = false;
    for (size_t i = 0; i < form->count; i++) {
        if (form->fields[i].field != field) continue;
        form->fields[i].error = capitalise(r, str_of(err->message));
        marked = true;
    }
    form->message = marked ? STR("Nothing was saved yet.") : capitalise(r, str_of(err->message));
    form_show(form, 422);
}

/* Of what is agreed two wrote at one proposal: what the other made of it stands beside what was typed. Saving again
 * means to write over it. */
static void show_proposed_meanwhile(struct form *form, const struct err *err)
{
    struct request *r = form->r;
    struct form newest;
    form_init(&newest, r, form->type, form->fact);
    form->fact = newest.fact;
    for (size_t i = 0; i < form->count; i++) {
        struct form_field *f = &form->fields[i];
        if (!f->given || !form_differs(form, f)) continue;
        f->now = show_field(r, form->fact, f->field);
        if (!f->now.n) f->now = STR("empty");
    }
    form->version = newest.version;
    form->proposal = newest.proposal;
    form->agreed = newest.agreed;
    form->message = text_format(r, STR_FORMAT ". What you typed is kept below, and what it is now stands beside it.",
                                STR_ARGS(capitalise(r, str_of(err->message))));
    form_show(form, 409);
}

/* ---- Saving ---- */

static void saved(struct form *form, uint64_t id, const struct commit_result *result)
{
    struct request *r = form->r;
    if (!form->inside) {
        str place = show_path(r, id);
        request_redirect(r, result->proposed_count ? text_format(r, STR_FORMAT "/keys?did=drafted", STR_ARGS(place))
                                                   : text_format(r, STR_FORMAT "?saved=%llu", STR_ARGS(place),
                                                                 (unsigned long long)result->number));
        return;
    }
    page_begin(r, PAGE_MADE);
    request_look(r);
    page_put_text(r, "name", show_name(r, id));
    page_show(r, 200);
}

static void answer_form(struct form *form)
{
    struct request *r = form->r;
    struct err err;
    uint64_t id;
    struct commit_result result = {0};
    bool decided = pairs_get(&r->form, STR("base")).n > 0;
    form->inside = str_eq(pairs_get(&r->form, STR("inside")), STR("yes"));
    form_fill_from_request(form);
    if (decided) form_take_choices(form);
    form_read(form);
    if (form->wrong && decided) {
        form->message = STR("Nothing was saved yet: something is still to be decided or put right.");
        show_conflict(form);
    } else if (form->wrong) {
        form->message = STR("Nothing was saved yet.");
        form_show(form, 422);
    } else if (!save(form, &id, &result, &err)) {
        saved(form, id, &result);
    } else if (err.code == ERR_CONFLICT && form->fact) {
        uint64_t own = fact_id(form->fact);
        web_look(r->web);
        request_look(r);
        form->fact = picture_fact(r->picture, own);
        if (!form->fact)
            show_deleted(form, own, STR_NONE);
        else if (form->agreed)
            show_proposed_meanwhile(form, &err);
        else if ((int64_t)fact_version(form->fact) != form->version)
            show_conflict(form);
        else
            show_refusal(form, &err); /* not the version: a name that is taken */
    } else if (err.code == ERR_INPUT || err.code == ERR_CONFLICT || err.code == ERR_LIMIT) {
        show_refusal(form, &err);
    } else {
        page_fail(r, &err);
    }
}

/* ---- A fact that is there ---- */

void answer_edit_page(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (!f) return;
    struct form form;
    form_init(&form, r, fact_type(f), f);
    form_fill_from_fact(&form);
    form_show(&form, 200);
}

/* The form of a fact that was deleted while it was being edited: back with it first, when that is what they want. */
static void answer_deleted(struct request *r, const struct model_type *type, uint64_t id)
{
    struct form form;
    struct err err;
    struct commit_result result;
    const struct undo_obstacle *obstacles;
    size_t count;
    int64_t number;
    form_init(&form, r, type, NULL);
    form_fill_from_request(&form);
    if (!str_to_int(pairs_get(&r->form, STR("restore")), &number) || number <= 0) {
        form_read(&form);
        show_deleted(&form, id, STR_NONE);
        return;
    }
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name,
                                          text_format(r, "takes back commit %lld", (long long)number));
    if (request_plan_undo(r, c, (uint64_t)number, &obstacles, &count, &err) ||
        (!count && web_commit(r->web, c, &result, &err))) {
        show_deleted(&form, id, capitalise(r, str_of(err.message)));
        return;
    }
    request_look(r);
    const struct fact *f = picture_fact(r->picture, id);
    if (count || !f) {
        show_deleted(&form, id, STR("It cannot be brought back as it was: others have built on its being gone."));
        return;
    }
    form_init(&form, r, type, f);
    form.version = fact_version(f);
    for (size_t i = 0; i < r->form.count; i++)
        if (str_eq(r->form.items[i].name, STR("version")))
            r->form.items[i].value = text_format(r, "%lld", (long long)form.version);
    answer_form(&form);
}

void answer_edit(struct request *r)
{
    int64_t id;
    const struct model_type *type = model_type(picture_model(r->picture), pairs_get(&r->form, STR("kind")));
    if (type && str_to_int(r->captures[0], &id) && id > 0 && !picture_fact(r->picture, (uint64_t)id)) {
        answer_deleted(r, type, (uint64_t)id);
        return;
    }
    const struct fact *f = fact_asked(r);
    if (!f) return;
    struct form form;
    form_init(&form, r, fact_type(f), f);
    answer_form(&form);
}

/* Above a form that is being filled in: that the fact has become another one. */
void answer_meanwhile(struct request *r)
{
    int64_t version, id;
    struct err err;
    const struct journal_change *changes;
    size_t count;
    const struct fact *f = str_to_int(r->captures[0], &id) && id > 0 ? picture_fact(r->picture, (uint64_t)id) : NULL;
    page_begin(r, PAGE_MEANWHILE);
    page_put_text(r, "live", f ? fact_type(f)->key : STR("*"));
    page_put_text(r, "from", request_url_with(r, STR("-"), STR_NONE));
    bool changed =
        !f || !str_to_int(pairs_get(&r->query, STR("version")), &version) || (int64_t)fact_version(f) != version;
    if (changed && id > 0) {
        if (store_load_history(r->store, &r->arena, (uint64_t)id, &changes, &count, &err)) {
            page_fail(r, &err);
            return;
        }
        str who = count ? changes[0].actor : STR("Somebody");
        page_put_text(
            r, "says",
            f ? text_format(r,
                            STR_FORMAT " has changed it since you began. When you save, you can choose field by field.",
                            STR_ARGS(who))
              : text_format(r, STR_FORMAT " has deleted it since you began. When you save, you can bring it back.",
                            STR_ARGS(who)));
    }
    page_show(r, 200);
}

/* ---- A new one ---- */

void answer_new_page(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    struct form form;
    form_init(&form, r, type, NULL);
    form.inside = str_eq(pairs_get(&r->query, STR("inside")), STR("yes"));
    form_fill_from_fact(&form);
    str *name = arena_alloc(&r->arena, sizeof *name);
    *name = pairs_get(&r->query, STR("name"));
    for (size_t i = 0; i < form.count && name->n; i++)
        if (form.fields[i].field == type->name_field) form.fields[i].typed = name;
    form_show(&form, 200);
}

void answer_new(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    struct form form;
    form_init(&form, r, type, NULL);
    answer_form(&form);
}

/* ---- One field, as it is left ---- */

static void answer_field(struct form *form)
{
    struct request *r = form->r;
    struct form_field *f = form_field_named(form, r->captures[1]);
    if (!f) {
        page_error(r, 404, "There is no such field", "The form may be older than the metamodel: load it again.");
        return;
    }
    form->inside = str_eq(pairs_get(&r->form, STR("inside")), STR("yes"));
    form_fill_from_request(form);
    form_explain_field(form, f);
    page_begin(r, PAGE_FIELD);
    page_put(r, "f", form_field_record(form, f));
    page_show(r, 200);
}

void answer_edit_field(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (!f) return;
    struct form form;
    form_init(&form, r, fact_type(f), f);
    answer_field(&form);
}

void answer_new_field(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    struct form form;
    form_init(&form, r, type, NULL);
    answer_field(&form);
}
