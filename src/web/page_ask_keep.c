/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping a ruling: a request, new or there already, and the ruling beside it. */
#include "page_ask.h"

#include "base_time.h"

enum { NAME_LIMIT = 300, TRIES = 3 };

static void put(struct change_set *c, const struct model_type *type, uint64_t fact, const char *field, str value)
{
    if (value.n) change_text(c, type, fact, field, value);
}

static void put_link(struct change_set *c, const struct model_type *type, uint64_t fact, const char *field, uint64_t to)
{
    if (to) change_link(c, type, fact, field, &to, 1);
}

/* The number after the highest of those that are written so: RQ-1059. */
static str next_number(struct request *r, const struct model_type *type)
{
    size_t count;
    int64_t highest = 1000, n;
    const uint64_t *ids = picture_facts(r->picture, type, &count);
    for (size_t i = 0; i < count; i++) {
        str number = fact_name(picture_fact(r->picture, ids[i]));
        if (str_starts(number, STR("RQ-")) && str_to_int(str_from(number, 3), &n) && n > highest && n < 1000000000)
            highest = n;
    }
    return text_format(r, "RQ-%lld", (long long)highest + 1);
}

/* A value that the field does not list is left out: rulebooks decide more than zones. */
static str listed(const struct model_type *type, const char *field, str value)
{
    const struct model_field *f = model_field(type, str_of(field));
    for (size_t i = 0; f && i < f->value_count; i++)
        if (str_eq(f->values[i], value)) return value;
    return STR_NONE;
}

/* What may go on at once is answered; else it waits for the other side. */
static void put_new(struct ask *ask, struct change_set *c, const struct model_type *type, uint64_t id, str name)
{
    struct request *r = ask->r;
    struct feel_value extent = ask->ruling.parts[RULING_EXTENT];
    bool alone = extent.kind == FEEL_STRING && str_eq(extent.text, STR("none"));
    const struct model_type *person = model_type(picture_model(r->picture), STR("person"));
    bool several = false;
    str today = civil_emit(&r->arena, r->env.today);
    uint64_t who = person && r->user.shown.n ? picture_find(r->picture, person, r->user.shown, &several) : 0;
    put(c, type, id, "number", next_number(r, type));
    put(c, type, id, "name", name);
    put(c, type, id, "asked on", today);
    if (!several) put_link(c, type, id, "asked by", who);
    put(c, type, id, "stage", listed(type, "stage", STR("idea")));
    put(c, type, id, "state", alone ? STR("answered") : STR("waiting"));
    if (alone) {
        put(c, type, id, "answered on", today);
        put(c, type, id, "decided on", today);
    } else {
        bool it = str_eq(r->user.side, STR("it"));
        put(c, type, id, "waits on", listed(type, "waits on", it ? STR("marketing") : STR("it")));
    }
}

static int save_request(struct ask *ask, str name, uint64_t *id, struct commit_result *result, struct err *err)
{
    struct request *r = ask->r;
    const struct model_type *type = model_type(picture_model(r->picture), STR("request"));
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, STR("asked a rulebook"));
    *id = ask->request ? fact_id(ask->request) : change_create(c, type);
    if (!ask->request) put_new(ask, c, type, *id, name);
    put_link(c, type, *id, "objective", ask->picks[0].fact);
    put_link(c, type, *id, "capability", ask->picks[1].fact);
    put_link(c, type, *id, "application", ask->picks[3].fact);
    put(c, type, *id, "zone", listed(type, "zone", answer_key(r, ask->ruling.zone)));
    if (web_commit(r->web, c, result, err)) return -1;
    if (result->made_count) *id = result->made[0];
    return 0;
}

/* Made before anything is saved: what cannot be kept makes no request either. */
static int make_ruling(struct ask *ask, struct stored_ruling *row, str *book, struct err *err)
{
    struct request *r = ask->r;
    struct ruling made;
    struct buf json;
    int64_t now, today;
    unsigned char hash[RULING_HASH_SIZE];
    web_now(r->web, &now, &today);
    shelf_hash(r->web->shelf, ask->rules, hash, book);
    buf_init(&json, PAGE_LIMIT);
    int failed = ruling_make(ask->rules, hash, &r->arena, now, today, &ask->answers, &made, row, &json, err);
    buf_release(&json);
    row->actor = r->user.name, row->door = STR("page");
    if (!failed && made.state != RULED && made.state != RULED_GAP)
        failed = err_set(err, ERR_CONFLICT, "a new day has begun, on which the answers are ruled otherwise: ask again");
    return failed;
}

static int save_ruling(struct ask *ask, struct stored_ruling *row, str book, struct err *err)
{
    struct request *r = ask->r;
    struct store *writer = web_write(r->web);
    unsigned char hash[RULING_HASH_SIZE];
    int failed = store_keep_book(writer, row->rulebook, row->version, book, row->time, hash, err) ||
                 store_add_rulings(writer, &r->arena, row, 1, err);
    return web_written(r->web, failed ? -1 : 0, err);
}

static void keep(struct ask *ask)
{
    struct request *r = ask->r;
    struct err err;
    uint64_t id = 0;
    str book = STR_NONE;
    struct stored_ruling row = {0};
    struct commit_result result = {0};
    str name = str_trim(pairs_get(&r->form, STR("name")));
    bool ruled = ask->ruling.state == RULED || ask->ruling.state == RULED_GAP;
    if (!ruled || ask->wrong) {
        ask->message = STR("It is not ruled yet, so there is nothing to keep.");
    } else if (!ask->request && !name.n) {
        ask->message = STR("Say in a few words what is asked, so that others find it.");
    } else if (name.n > NAME_LIMIT) {
        ask->message = text_format(r, "That is too long: %zu bytes, %d at most.", name.n, NAME_LIMIT);
    } else {
        bool made = make_ruling(ask, &row, &book, &err) == 0;
        int failed = made ? save_request(ask, name, &id, &result, &err) : -1;
        /* Somebody else has taken the number. */
        for (int i = 1; made && failed && err.code == ERR_CONFLICT && !ask->request && i < TRIES; i++) {
            web_look(r->web);
            request_look(r);
            failed = save_request(ask, name, &id, &result, &err);
        }
        row.request = id;
        if (!failed) failed = save_ruling(ask, &row, book, &err);
        if (!failed)
            request_redirect(r, text_format(r, STR_FORMAT "?saved=%llu", STR_ARGS(show_path(r, id)),
                                            (unsigned long long)result.number));
        else
            page_fail(r, &err);
        return;
    }
    ask_show(ask, 422);
}

void answer_ask_keep(struct request *r)
{
    struct ask ask = {.r = r, .given = &r->form};
    struct err err;
    if (!model_type(picture_model(r->picture), STR("request")))
        page_error(r, 404, "This workspace keeps no requests", "Its metamodel has no type \"request\".");
    else if (ask_read(&ask, &err) < 0)
        page_fail(r, &err);
    else
        keep(&ask);
    shelf_put_back(r->web->shelf, ask.rules);
}
