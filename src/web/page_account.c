/* SPDX-License-Identifier: Apache-2.0 */
/* One's own account: password, where one is signed in, tokens for programs. */
#include "web_pages.h"

#include "base_time.h"

#include <string.h>

enum { TOKEN_DAYS = 90, TOKEN_DAYS_MOST = 366 };

/* ---- What lists of sessions and tokens show; stewards see those of others too ---- */

struct feel_value session_record(struct request *r, const struct stored_session *s)
{
    char own[SESSION_KEY + 1] = "";
    unsigned char hash[32];
    if (r->session.n) secret_hash(r->session, hash), store_session_key(hash, own);
    struct record c = record_new(r);
    record_text(&c, "key", s->key);
    record_text(&c, "place", s->place);
    record_text(&c, "since", show_time(r, s->created));
    record_text(&c, "used", show_ago(r, s->used));
    record_bool(&c, "own", str_eq(s->key, str_of(own)));
    return record_get(&c);
}

struct feel_value token_record(struct request *r, const struct stored_token *t)
{
    struct record c = record_new(r);
    record_text(&c, "id", text_format(r, "%llu", (unsigned long long)t->id));
    record_text(&c, "name", t->name);
    record_text(&c, "scope", t->asks ? STR("asks rulebooks") : t->write ? STR("reads and writes") : STR("reads"));
    record_text(&c, "types", t->types);
    record_text(&c, "until", show_day(r, t->expires / 86400));
    record_bool(&c, "over", t->expires <= r->env.now);
    record_text(&c, "used", t->used ? show_ago(r, t->used) : STR("never"));
    return record_get(&c);
}

int put_sessions_and_tokens(struct request *r, uint64_t user, struct err *err)
{
    const struct stored_session *sessions;
    const struct stored_token *tokens;
    size_t session_count, token_count;
    struct values list = {0}, more = {0};
    if (store_load_sessions(r->store, &r->arena, user, time_now(), &sessions, &session_count, err) ||
        store_load_tokens(r->store, &r->arena, user, &tokens, &token_count, err))
        return -1;
    for (size_t i = 0; i < session_count; i++) values_add(r, &list, session_record(r, &sessions[i]));
    for (size_t i = 0; i < token_count; i++) values_add(r, &more, token_record(r, &tokens[i]));
    page_put(r, "sessions", values_get(&list));
    page_put(r, "tokens", values_get(&more));
    return 0;
}

/* ---- The page ---- */

/* secret: of the token that was made just now, called `made`. */
static void show(struct request *r, int status, str message, str made, str secret)
{
    struct err err;
    const struct model *m = picture_model(r->picture);
    page_begin(r, PAGE_ACCOUNT);
    page_put_text(r, "title", STR("My account"));
    page_put_text(r, "message", message);
    put_done(r);
    if (made.n) page_put_text(r, "good", text_format(r, "The token \"" STR_FORMAT "\" is made.", STR_ARGS(made)));
    page_put_text(r, "secret", secret);
    struct record account = record_new(r);
    record_text(&account, "name", r->user.name);
    record_text(&account, "shown", r->user.shown);
    record_text(&account, "side", side_name(r, r->user.side));
    record_text(&account, "role", str_of(user_role_name(r->user.role)));
    record_bool(&account, "writes", request_may_edit(r));
    page_put(r, "account", record_get(&account));
    page_put(r, "days", feel_int(TOKEN_DAYS));
    struct values types = {0};
    for (size_t i = 0; i < m->type_count; i++)
        values_add(r, &types, choice_record(r, m->types[i].key, m->types[i].name, STR_NONE));
    page_put(r, "types", values_get(&types));
    if (put_sessions_and_tokens(r, r->user.id, &err))
        page_fail(r, &err);
    else
        page_show(r, status);
}

void answer_account(struct request *r) { show(r, 200, STR_NONE, STR_NONE, STR_NONE); }

static void show_refused(struct request *r, const struct err *err)
{
    if (err->code == ERR_IO || err->code == ERR_STORE)
        page_fail(r, err);
    else
        show(r, 422, capitalise(r, str_of(err->message)), STR_NONE, STR_NONE);
}

static void show_done(struct request *r, int failed, const struct err *err, str word)
{
    if (failed)
        show_refused(r, err);
    else
        request_done(r, STR("/account"), word);
}

void answer_own_password(struct request *r)
{
    struct err err;
    str password = pairs_get(&r->form, STR("password"));
    r->retry_seconds = count_attempt(r, r->user.name);
    if (r->retry_seconds) {
        show(r, 429, STR("Too many attempts. Wait a quarter of an hour."), STR_NONE, STR_NONE);
        return;
    }
    str refusal = password_refusal(r, &r->user, password, pairs_get(&r->form, STR("again")));
    if (!password_fits(r, r->user.password_hash, pairs_get(&r->form, STR("current"))))
        refusal = STR("The current password is another one.");
    if (refusal.n) {
        show(r, 422, refusal, STR_NONE, STR_NONE);
        return;
    }
    forget_attempts(r, r->user.name);
    char text[WEB_HASH_SIZE];
    int failed = web_hash_password(password, text, &err);
    pthread_mutex_lock(&r->web->write_lock);
    if (!failed)
        failed = store_set_password(r->web->writer, r->user.name, str_of(text), r->user.name, time_now(), &err);
    pthread_mutex_unlock(&r->web->write_lock);
    if (failed || session_begin(r, r->user.id, &err)) /* all others have ended */
        page_fail(r, &err);
    else
        request_done(r, STR("/account"), STR("password"));
}

void answer_own_sessions(struct request *r)
{
    struct err err;
    unsigned char hash[32];
    str key = pairs_get(&r->form, STR("key"));
    bool others = !key.n || str_eq(key, STR("others"));
    secret_hash(r->session, hash);
    pthread_mutex_lock(&r->web->write_lock);
    int failed =
        store_end_sessions(r->web->writer, r->user.id, others ? STR_NONE : key, hash, r->user.name, time_now(), &err);
    pthread_mutex_unlock(&r->web->write_lock);
    show_done(r, failed, &err, others ? STR("others") : STR("sessions"));
}

/* ---- Tokens ---- */

static int read_token(struct request *r, struct stored_token *t, struct err *err)
{
    int64_t days, now = time_now();
    str scope = pairs_get(&r->form, STR("scope"));
    if (!str_to_int(pairs_get(&r->form, STR("days")), &days) || days < 1 || days > TOKEN_DAYS_MOST)
        return err_set(err, ERR_USAGE, "a token lasts from 1 to %d days", TOKEN_DAYS_MOST);
    bool write = str_eq(scope, STR("write")), asks = str_eq(scope, STR("ask"));
    if (!str_eq(scope, STR("read")) && !write && !asks)
        return err_set(err, ERR_USAGE, "say whether the token reads, also writes, or asks rulebooks only");
    if ((write || asks) && !request_may_edit(r)) return err_set(err, ERR_DENIED, "a viewer's token can only read");
    struct buf types;
    buf_init(&types, 10000);
    for (size_t i = 0; i < r->form.count; i++) {
        if (!str_eq(r->form.items[i].name, STR("type")) || !r->form.items[i].value.n) continue;
        if (types.n) buf_char(&types, ' ');
        buf_str(&types, r->form.items[i].value);
    }
    *t = (struct stored_token){.user = r->user.id,
                               .name = str_trim(pairs_get(&r->form, STR("name"))),
                               .write = write,
                               .asks = asks,
                               .types = buf_copy(&types, &r->arena),
                               .created = now,
                               .expires = now + days * 86400};
    buf_release(&types);
    return 0;
}

void answer_new_token(struct request *r)
{
    struct err err;
    struct stored_token t;
    struct web_secret secret;
    web_make_secret(true, &secret);
    int failed = read_token(r, &t, &err);
    if (!failed) {
        pthread_mutex_lock(&r->web->write_lock);
        failed = store_add_token(r->web->writer, &t, secret.hash, r->user.name, &err);
        pthread_mutex_unlock(&r->web->write_lock);
    }
    if (failed)
        show_refused(r, &err);
    else
        show(r, 200, STR_NONE, t.name, arena_copy(&r->arena, str_of(secret.text)));
}

void answer_own_tokens(struct request *r)
{
    struct err err;
    int64_t id;
    int failed = str_to_int(r->captures[0], &id) && id > 0 ? 0 : err_set(&err, ERR_ABSENT, "there is no such token");
    if (!failed) {
        pthread_mutex_lock(&r->web->write_lock);
        failed = store_revoke_token(r->web->writer, r->user.id, (uint64_t)id, r->user.name, time_now(), &err);
        pthread_mutex_unlock(&r->web->write_lock);
    }
    if (failed && err.code == ERR_ABSENT)
        page_fail(r, &err);
    else
        show_done(r, failed, &err, STR("token"));
}
