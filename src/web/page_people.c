/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come in, for stewards: invitations, roles, closing and opening again, links for those who forgot. */
#include "web_pages.h"

#include "base_time.h"

#include <string.h>

str welcome_link(struct request *r, const struct web_secret *secret)
{
    return text_format(r, "%s" STR_FORMAT "/welcome/%s", r->web->options->secure ? "https://" : "http://",
                       STR_ARGS(r->host), secret->text);
}

static int make_link(struct request *r, str name, str *link, struct err *err)
{
    struct web_secret secret;
    int64_t now = time_now();
    web_make_secret(false, &secret);
    if (store_add_link(r->web->writer, secret.hash, name, now, now + LINK_SECONDS, r->user.name, err)) return -1;
    *link = welcome_link(r, &secret);
    return 0;
}

static str state_of(const struct stored_user *u)
{
    return u->closed ? STR("closed") : u->password_hash.n ? STR("open") : STR("invited");
}

static struct feel_value user_record(struct request *r, const struct stored_user *u)
{
    struct record c = record_new(r);
    record_text(&c, "name", u->name);
    record_text(&c, "shown", u->shown);
    record_text(&c, "side", side_name(r, u->side));
    record_text(&c, "role", str_of(user_role_name(u->role)));
    record_text(&c, "state", state_of(u));
    record_bool(&c, "closed", u->closed);
    record_bool(&c, "invited", !u->password_hash.n);
    record_bool(&c, "own", u->id == r->user.id);
    record_text(&c, "href", text_format(r, "/workspace/people/%llu", (unsigned long long)u->id));
    return record_get(&c);
}

static struct feel_value role_choices(struct request *r, str chosen)
{
    struct values list = {0};
    for (int i = ROLE_VIEWER; i <= ROLE_STEWARD; i++) {
        str name = str_of(user_role_name((enum user_role)i));
        values_add(r, &list, choice_record(r, name, name, chosen));
    }
    return values_get(&list);
}

/* ---- All ---- */

/* link: for whoever was invited just now, called `invited`. */
static void show_people(struct request *r, int status, str message, str invited, str link)
{
    struct err err;
    const struct stored_user *users;
    size_t count;
    const struct model *m = picture_model(r->picture);
    if (store_load_users(r->store, &r->arena, &users, &count, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_PEOPLE);
    page_put_text(r, "title", STR("People and access"));
    page_put_text(r, "message", message);
    if (link.n) page_put_text(r, "good", text_format(r, STR_FORMAT " is invited.", STR_ARGS(invited)));
    page_put_text(r, "link", link);
    struct values people = {0}, sides = {0};
    for (size_t i = 0; i < count; i++) values_add(r, &people, user_record(r, &users[i]));
    str side = pairs_get(&r->form, STR("side")), role = pairs_get(&r->form, STR("role"));
    for (size_t i = 0; i < m->side_count; i++)
        values_add(r, &sides, choice_record(r, m->sides[i].key, m->sides[i].name, side));
    page_put(r, "people", values_get(&people));
    page_put(r, "sides", values_get(&sides));
    page_put(r, "roles", role_choices(r, role.n ? role : STR("contributor")));
    struct record typed = record_new(r);
    record_text(&typed, "name", message.n ? pairs_get(&r->form, STR("name")) : STR_NONE);
    record_text(&typed, "shown", message.n ? pairs_get(&r->form, STR("shown")) : STR_NONE);
    page_put(r, "typed", record_get(&typed));
    page_show(r, status);
}

void answer_accounts(struct request *r) { show_people(r, 200, STR_NONE, STR_NONE, STR_NONE); }

static int invite(struct request *r, struct stored_user *u, str *link, struct err *err)
{
    *u = (struct stored_user){.name = str_trim(pairs_get(&r->form, STR("name"))),
                              .shown = str_trim(pairs_get(&r->form, STR("shown"))),
                              .side = pairs_get(&r->form, STR("side"))};
    if (!user_role_parse(pairs_get(&r->form, STR("role")), &u->role))
        return err_set(err, ERR_USAGE, "choose one of the roles");
    if (!u->side.n) return err_set(err, ERR_USAGE, "choose the side for which the person works");
    pthread_mutex_lock(&r->web->write_lock);
    int failed = store_add_user(r->web->writer, u, r->user.name, time_now(), err) || make_link(r, u->name, link, err);
    pthread_mutex_unlock(&r->web->write_lock);
    return failed ? -1 : 0;
}

void answer_invite(struct request *r)
{
    struct err err;
    struct stored_user u;
    str link = STR_NONE;
    if (!invite(r, &u, &link, &err))
        show_people(r, 200, STR_NONE, u.shown.n ? u.shown : u.name, link);
    else if (err.code == ERR_USAGE || err.code == ERR_CONFLICT)
        show_people(r, 422, capitalise(r, str_of(err.message)), STR_NONE, STR_NONE);
    else
        page_fail(r, &err);
}

/* ---- One ---- */

static bool person_asked(struct request *r, struct stored_user *u)
{
    struct err err;
    int64_t id;
    bool good = str_to_int(r->captures[0], &id) && id > 0;
    if (good && !store_load_user_by_id(r->store, &r->arena, (uint64_t)id, u, &err)) return true;
    if (good && err.code != ERR_ABSENT)
        page_fail(r, &err);
    else
        page_error(r, 404, "There is no such account", "People and access lists all of them.");
    return false;
}

static void show_person(struct request *r, int status, str message, str link)
{
    struct err err;
    struct stored_user u;
    if (!person_asked(r, &u)) return;
    page_begin(r, PAGE_PERSON);
    page_put_text(r, "title", u.shown);
    page_put_text(r, "message", message);
    put_done(r);
    if (link.n) page_put_text(r, "good", STR("A new link is made; older ones do not work any more."));
    page_put_text(r, "link", link);
    page_put(r, "person", user_record(r, &u));
    page_put(r, "roles", role_choices(r, str_of(user_role_name(u.role))));
    if (put_sessions_and_tokens(r, u.id, &err))
        page_fail(r, &err);
    else
        page_show(r, status);
}

void answer_person(struct request *r) { show_person(r, 200, STR_NONE, STR_NONE); }

/* What is done to an account; all under the writer's lock. */
struct deed {
    struct request *r;
    const struct stored_user *u;
    str link;
    struct err err;
};

static int deed_role(struct deed *d)
{
    enum user_role role;
    if (!user_role_parse(pairs_get(&d->r->form, STR("role")), &role))
        return err_set(&d->err, ERR_USAGE, "choose one of the roles");
    return store_set_role(d->r->web->writer, d->u->name, role, d->r->user.name, time_now(), &d->err);
}

static int deed_close(struct deed *d)
{
    return store_set_closed(d->r->web->writer, d->u->name, true, d->r->user.name, time_now(), &d->err);
}

static int deed_open(struct deed *d)
{
    return store_set_closed(d->r->web->writer, d->u->name, false, d->r->user.name, time_now(), &d->err);
}

static int deed_link(struct deed *d) { return make_link(d->r, d->u->name, &d->link, &d->err); }

static int deed_sessions(struct deed *d)
{
    str key = pairs_get(&d->r->form, STR("key"));
    return store_end_sessions(d->r->web->writer, d->u->id, key.n ? key : STR_NONE, NULL, d->r->user.name, time_now(),
                              &d->err);
}

static int deed_token(struct deed *d)
{
    int64_t id;
    if (!str_to_int(pairs_get(&d->r->form, STR("token")), &id) || id <= 0)
        return err_set(&d->err, ERR_ABSENT, "there is no such token");
    return store_revoke_token(d->r->web->writer, d->u->id, (uint64_t)id, d->r->user.name, time_now(), &d->err);
}

void answer_person_change(struct request *r)
{
    static const struct {
        str word;
        int (*act)(struct deed *d);
    } deeds[] = {{STR_INIT("role"), deed_role}, {STR_INIT("close"), deed_close},       {STR_INIT("open"), deed_open},
                 {STR_INIT("link"), deed_link}, {STR_INIT("sessions"), deed_sessions}, {STR_INIT("token"), deed_token}};
    struct stored_user u;
    if (!person_asked(r, &u)) return;
    struct deed d = {.r = r, .u = &u};
    str word = pairs_get(&r->form, STR("do"));
    int failed = err_set(&d.err, ERR_USAGE, "the form did not say what to do");
    pthread_mutex_lock(&r->web->write_lock);
    for (size_t i = 0; i < ARRAY_COUNT(deeds); i++)
        if (str_eq(deeds[i].word, word)) failed = deeds[i].act(&d);
    pthread_mutex_unlock(&r->web->write_lock);
    if (!failed && d.link.n)
        show_person(r, 200, STR_NONE, d.link);
    else if (!failed)
        request_done(r, r->path, word);
    else if (d.err.code == ERR_IO || d.err.code == ERR_STORE)
        page_fail(r, &d.err);
    else
        show_person(r, 422, capitalise(r, str_of(d.err.message)), STR_NONE);
}
