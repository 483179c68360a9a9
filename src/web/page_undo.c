/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a commit back, and deleting a fact: both show first what stands in the way or goes with it. */
#include "page_fact.h"

enum { SHOWN_OBSTACLES = 50, SHOWN_LINKS = 50 };

/* ---- Taking back ---- */

static str who_when(struct request *r, const struct undo_obstacle *o)
{
    return o->actor.n ? text_format(r, " (" STR_FORMAT ", " STR_FORMAT ")", STR_ARGS(o->actor),
                                    STR_ARGS(show_time(r, o->time)))
                      : STR("");
}

static str value_words(struct request *r, const struct model_field *field, str canonical)
{
    return canonical.n ? text_format(r, "“" STR_FORMAT "”", STR_ARGS(show_stored(r, field, canonical))) : STR("empty");
}

static str obstacle_says(struct request *r, const struct undo_obstacle *o)
{
    str who = who_when(r, o), label = o->field ? show_word(r, o->field->name) : STR_NONE;
    switch (o->why) {
    case UNDO_CHANGED:
        return text_format(r, STR_FORMAT " was " STR_FORMAT " after it and is " STR_FORMAT " now" STR_FORMAT,
                           STR_ARGS(label), STR_ARGS(value_words(r, o->field, o->after)),
                           STR_ARGS(value_words(r, o->field, o->now)), STR_ARGS(who));
    case UNDO_HIDDEN: return STR("it holds a field that this account may not see, so it is not changed from here");
    case UNDO_OTHERS:
        return text_format(r, STR_FORMAT " is what the other side says in its own words, and only that side changes it",
                           STR_ARGS(label));
    case UNDO_DELETED: return text_format(r, "it was deleted since" STR_FORMAT, STR_ARGS(who));
    case UNDO_BACK: return text_format(r, "it is there again" STR_FORMAT, STR_ARGS(who));
    case UNDO_LINKED:
        return text_format(r, STR_FORMAT " links to it since" STR_FORMAT, STR_ARGS(show_name(r, o->by)), STR_ARGS(who));
    case UNDO_GONE:
        return text_format(r, STR_FORMAT " linked to fact %llu, which is gone" STR_FORMAT, STR_ARGS(label),
                           (unsigned long long)o->by, STR_ARGS(who));
    }
    return STR_NONE;
}

static void show_obstacles(struct request *r, uint64_t number, const struct undo_obstacle *obstacles, size_t count)
{
    struct values list = {0};
    for (size_t i = 0; i < count && i < SHOWN_OBSTACLES; i++) {
        struct record c = record_new(r);
        record_put(&c, "fact", fact_record(r, obstacles[i].fact));
        record_text(&c, "says", obstacle_says(r, &obstacles[i]));
        values_add(r, &list, record_get(&c));
    }
    page_begin(r, PAGE_UNDO);
    page_put_text(r, "title", STR("This cannot be taken back as it is"));
    page_put_text(r, "says",
                  text_format(r, "Commit %llu was followed by others that build on it. Nothing was changed.",
                              (unsigned long long)number));
    page_put(r, "obstacles", values_get(&list));
    if (count > SHOWN_OBSTACLES) page_put_text(r, "more", text_format(r, "and %zu more", count - SHOWN_OBSTACLES));
    page_show(r, 409);
}

/* Back where the person came from, as long as that is still there. */
static str place_after(struct request *r, uint64_t number)
{
    int64_t fact;
    struct picture *newest = graph_take(r->web->graph);
    bool there =
        str_to_int(pairs_get(&r->form, STR("fact")), &fact) && fact > 0 && picture_fact(newest, (uint64_t)fact);
    picture_drop(newest);
    return there ? text_format(r, "/facts/%lld?saved=%llu", (long long)fact, (unsigned long long)number)
                 : text_format(r, "/facts?saved=%llu", (unsigned long long)number);
}

static bool sees(const void *self, const struct model_type *type, const struct model_field *field)
{
    return request_sees(self, type, field);
}

int request_plan_undo(struct request *r, struct change_set *c, uint64_t number, const struct undo_obstacle **obstacles,
                      size_t *count, struct err *err)
{
    const struct undo_viewer viewer = {sees, r, r->user.side};
    return store_plan_undo(r->store, c, number, &viewer, obstacles, count, err);
}

void answer_undo(struct request *r)
{
    struct err err;
    int64_t number;
    const struct undo_obstacle *obstacles;
    size_t count;
    struct commit_result result = {0};
    if (!str_to_int(r->captures[0], &number) || number <= 0) {
        page_error(r, 404, "There is no such commit", "The journal has no commit with that number.");
        return;
    }
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name,
                                          text_format(r, "takes back commit %lld", (long long)number));
    if (request_plan_undo(r, c, (uint64_t)number, &obstacles, &count, &err)) {
        if (err.code == ERR_INPUT)
            page_error(r, 422, "This cannot be taken back", err.message);
        else
            page_fail(r, &err);
    } else if (count) {
        show_obstacles(r, (uint64_t)number, obstacles, count);
    } else if (web_commit(r->web, c, &result, &err)) {
        if (err.code == ERR_INPUT)
            page_error(r, 422, "This cannot be taken back", err.message);
        else
            page_fail(r, &err);
    } else {
        request_redirect(r, place_after(r, result.number));
    }
}

/* ---- Deleting ---- */

static void show_delete(struct request *r, const struct fact *f, int status, str message)
{
    const struct model_type *type = fact_type(f);
    struct values groups = {0};
    size_t total = 0;
    for (size_t i = 0; i < type->inverse_count; i++) {
        const struct model_inverse *inverse = &type->inverses[i];
        size_t count;
        const uint64_t *ids = fact_inverse_for(&r->viewer, r->picture, f, inverse, &count);
        if (!count) continue;
        struct record c = record_new(r);
        struct values links = {0};
        for (size_t k = 0; k < count && k < SHOWN_LINKS; k++) values_add(r, &links, fact_record(r, ids[k]));
        record_text(&c, "kinds", show_counted(r, (int64_t)count, inverse->from->name.p, inverse->from->plural.p));
        record_text(&c, "field", inverse->field->name);
        record_bool(&c, "required", inverse->field->required);
        record_put(&c, "links", values_get(&links));
        if (count > SHOWN_LINKS) record_text(&c, "more", text_format(r, "and %zu more", count - SHOWN_LINKS));
        values_add(r, &groups, record_get(&c));
        total += count;
    }
    page_begin(r, PAGE_DELETE);
    page_put_text(r, "title", text_format(r, "Delete " STR_FORMAT "?", STR_ARGS(fact_name(f))));
    page_put_text(r, "message", message);
    page_put(r, "groups", values_get(&groups));
    page_put_text(r, "total", total ? show_counted(r, (int64_t)total, "link", "links") : STR_NONE);
    struct record fact = record_new(r);
    record_text(&fact, "href", show_path(r, fact_id(f)));
    record_int(&fact, "version", fact_version(f));
    page_put(r, "fact", record_get(&fact));
    page_put_text(r, "reason", pairs_get(&r->form, STR("reason")));
    const struct picture_keys *keys = fact_keys(r->picture, fact_id(f));
    page_put(r, "agreed", feel_boolean(keys && keys->agreed));
    page_show(r, status);
}

void answer_delete_page(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (f) show_delete(r, f, 200, STR_NONE);
}

void answer_delete(struct request *r)
{
    const struct fact *f = fact_asked(r);
    struct err err;
    int64_t version;
    str reason;
    struct commit_result result = {0};
    if (!f) return;
    if (form_reason(r, &reason, &err)) {
        show_delete(r, f, 422, capitalise(r, str_of(err.message)));
        return;
    }
    if (!str_to_int(pairs_get(&r->form, STR("version")), &version)) version = 0; /* never right: look again */
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, reason);
    change_expect(c, fact_id(f), (uint32_t)version);
    change_delete(c, fact_id(f));
    if (!web_commit(r->web, c, &result, &err)) {
        if (result.proposed_count)
            request_redirect(r, text_format(r, STR_FORMAT "/keys?did=asked", STR_ARGS(show_path(r, fact_id(f)))));
        else
            request_redirect(r, text_format(r, "/types/" STR_FORMAT "?saved=%llu", STR_ARGS(fact_type(f)->plural_key),
                                            (unsigned long long)result.number));
    } else if (err.code == ERR_CONFLICT || err.code == ERR_INPUT) {
        uint64_t own = fact_id(f);
        web_look(r->web);
        request_look(r);
        f = picture_fact(r->picture, own);
        if (f)
            show_delete(r, f, err.code == ERR_CONFLICT ? 409 : 422, capitalise(r, str_of(err.message)));
        else
            page_error(r, 404, "It is gone already", "Somebody else deleted this fact meanwhile.");
    } else {
        page_fail(r, &err);
    }
}
