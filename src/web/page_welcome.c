/* SPDX-License-Identifier: Apache-2.0 */
/* A one-time link: whoever has it chooses the account's password, and is in. */
#include "web_pages.h"

#include "base_time.h"

/* Whose link it is; false after answering that it is nobody's. */
static bool whose(struct request *r, unsigned char hash[32], struct stored_user *u)
{
    struct err err;
    secret_hash(r->captures[0], hash);
    if (!store_load_link(r->store, &r->arena, hash, time_now(), u, &err)) return true;
    if (err.code == ERR_ABSENT)
        page_error(r, 404, "This link does not work any more",
                   "A link works once, and for a week. Ask a steward of the workspace for a new one.");
    else
        page_fail(r, &err);
    return false;
}

static void show(struct request *r, int status, const struct stored_user *u, str message)
{
    visit_begin(r);
    page_begin(r, PAGE_WELCOME);
    page_put_text(r, "title", u->password_hash.n ? STR("Choose a new password") : STR("Welcome"));
    page_put_text(r, "message", message);
    page_put_text(r, "name", u->name);
    page_put_text(r, "shown", u->shown);
    page_put(r, "fresh", feel_boolean(!u->password_hash.n));
    page_put_text(r, "action", r->path);
    page_show(r, status);
}

void answer_welcome_page(struct request *r)
{
    unsigned char hash[32];
    struct stored_user u;
    if (whose(r, hash, &u)) show(r, 200, &u, STR_NONE);
}

void answer_welcome(struct request *r)
{
    unsigned char hash[32];
    struct stored_user u;
    struct err err;
    str password = pairs_get(&r->form, STR("password"));
    r->retry_seconds = count_attempt(r, r->captures[0]);
    if (r->retry_seconds) {
        page_error(r, 429, "Too many attempts", "Wait a quarter of an hour, and open the link again.");
        return;
    }
    if (!whose(r, hash, &u)) return;
    str refusal = password_refusal(r, &u, password, pairs_get(&r->form, STR("again")));
    if (refusal.n) {
        show(r, 422, &u, refusal);
        return;
    }
    char text[WEB_HASH_SIZE];
    int failed = web_hash_password(password, text, &err);
    pthread_mutex_lock(&r->web->write_lock);
    if (!failed) failed = store_use_link(r->web->writer, hash, str_of(text), time_now(), &err);
    pthread_mutex_unlock(&r->web->write_lock);
    if (failed || session_begin(r, u.id, &err))
        page_fail(r, &err);
    else
        request_redirect(r, STR("/"));
}
