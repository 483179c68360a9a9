/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of browsers and tokens of programs: both open what their account may. */
#include "store_access_inside.h"

#include "base_utf8.h"

/* ---- Sessions ---- */

void store_session_key(const unsigned char token_hash[32], char key[SESSION_KEY + 1])
{
    sodium_bin2hex(key, SESSION_KEY + 1, token_hash, SESSION_KEY / 2);
}

int store_add_session(struct store *s, const unsigned char token_hash[32], uint64_t user, int64_t now, int64_t expires,
                      str place, struct err *err)
{
    if (store_begin(s, true, err)) return -1;
    if (store_run(s, SQL_SESSION_DROP_OLD, err, "i", now) ||
        store_run(s, SQL_SESSION_ADD, err, "buiis", token_hash, (size_t)HASH_SIZE, user, now, expires, place)) {
        store_abandon(s);
        return -1;
    }
    return store_end(s, err);
}

int store_load_session(struct store *s, struct arena *a, const unsigned char token_hash[32], int64_t now,
                       struct stored_user *out, int64_t *used, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_SESSION_GET, &q, err, "bi", token_hash, (size_t)HASH_SIZE, now)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "the session has ended");
    *out = store_read_user(q, a);
    *used = sqlite3_column_int64(q, 7);
    sqlite3_reset(q);
    return 0;
}

int store_touch_session(struct store *s, const unsigned char token_hash[32], int64_t now, struct err *err)
{
    return store_run(s, SQL_SESSION_TOUCH, err, "bi", token_hash, (size_t)HASH_SIZE, now);
}

int store_end_session(struct store *s, const unsigned char token_hash[32], struct err *err)
{
    return store_run(s, SQL_SESSION_DROP, err, "b", token_hash, (size_t)HASH_SIZE);
}

int store_load_sessions(struct store *s, struct arena *a, uint64_t user, int64_t now, const struct stored_session **out,
                        size_t *count, struct err *err)
{
    VEC(struct stored_session) sessions = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_SESSION_ALL_OF, &q, err, "ui", user, now)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        char key[SESSION_KEY + 1] = "";
        if (sqlite3_column_bytes(q, 0) == HASH_SIZE) store_session_key(sqlite3_column_blob(q, 0), key);
        *vec_add(a, &sessions) = (struct stored_session){.key = arena_copy(a, str_of(key)),
                                                         .created = sqlite3_column_int64(q, 1),
                                                         .used = sqlite3_column_int64(q, 2),
                                                         .expires = sqlite3_column_int64(q, 3),
                                                         .place = arena_copy(a, store_column(q, 4))};
    }
    *out = sessions.items;
    *count = sessions.count;
    return rc;
}

int store_end_sessions(struct store *s, uint64_t user, str key, const unsigned char *spared, str actor, int64_t now,
                       struct err *err)
{
    static const unsigned char nobody[HASH_SIZE];
    struct arena a;
    struct stored_user u;
    if (store_access_begin(s, &a, err)) return -1;
    int failed =
        store_load_user_by_id(s, &a, user, &u, err) ||
        store_run(s, SQL_SESSION_DROP_SOME, err, "usb", user, key, spared ? spared : nobody, (size_t)HASH_SIZE);
    int ended = failed ? 0 : sqlite3_changes(s->db);
    if (!failed && !ended && key.n) failed = err_set(err, ERR_ABSENT, "that session has ended already");
    if (!failed && ended) {
        str what = arena_printf(&a, "signed out of %d session%s", ended, ended == 1 ? "" : "s");
        failed = store_journal_user(s, &a, u.id, u.name, what, actor, now, err);
    }
    return store_access_end(s, &a, failed, err);
}

/* ---- Tokens ---- */

enum { SCOPE_READ, SCOPE_WRITE, SCOPE_ASK }; /* as stored */

static struct stored_token read_token(sqlite3_stmt *q, struct arena *a)
{
    return (struct stored_token){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                 .user = (uint64_t)sqlite3_column_int64(q, 1),
                                 .user_name = arena_copy(a, store_column(q, 2)),
                                 .name = arena_copy(a, store_column(q, 3)),
                                 .write = sqlite3_column_int(q, 4) == SCOPE_WRITE,
                                 .asks = sqlite3_column_int(q, 4) == SCOPE_ASK,
                                 .types = arena_copy(a, store_column(q, 5)),
                                 .created = sqlite3_column_int64(q, 6),
                                 .expires = sqlite3_column_int64(q, 7),
                                 .used = sqlite3_column_int64(q, 8)};
}

static int check_token(struct store *s, const struct stored_token *t, const struct stored_user *u, struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    if (u->closed) return err_set(err, ERR_DENIED, "the account of " STR_FORMAT " is closed", STR_ARGS(u->shown));
    if (!t->name.n || t->name.n > 100 || utf8_first_bad(t->name, true) != STR_NOT_FOUND)
        return err_set(err, ERR_USAGE, "a token needs a name of at most 100 letters that says what it is for");
    str rest = t->types, key;
    while (rest.n && str_cut(&rest, ' ', &key))
        if (!model_type(s->model, key))
            return err_set(err, ERR_USAGE, "there is no type \"" STR_FORMAT "\"", STR_ARGS(key));
    if (store_bind(s, SQL_TOKEN_NAMED, &q, err, "us", t->user, t->name) || (rc = store_step(s, q, err)) < 0) return -1;
    sqlite3_reset(q);
    if (!rc) return 0;
    return err_set(err, ERR_CONFLICT, "there is a token \"" STR_FORMAT "\" of this account already: revoke it first",
                   STR_ARGS(t->name));
}

int store_add_token(struct store *s, const struct stored_token *token, const unsigned char token_hash[32], str actor,
                    struct err *err)
{
    struct arena a;
    struct stored_user u;
    if (store_access_begin(s, &a, err)) return -1;
    str what = arena_printf(&a, "given the %s token \"" STR_FORMAT "\"%s" STR_FORMAT,
                            token->asks    ? "asking"
                            : token->write ? "writing"
                                           : "reading",
                            STR_ARGS(token->name), token->types.n ? " for " : "", STR_ARGS(token->types));
    int failed = store_load_user_by_id(s, &a, token->user, &u, err) || check_token(s, token, &u, err) ||
                 store_run(s, SQL_TOKEN_ADD, err, "ubsisii", token->user, token_hash, (size_t)HASH_SIZE, token->name,
                           (int64_t)(token->asks    ? SCOPE_ASK
                                     : token->write ? SCOPE_WRITE
                                                    : SCOPE_READ),
                           token->types.p ? token->types : STR(""), token->created, token->expires) ||
                 store_journal_user(s, &a, u.id, u.name, what, actor, token->created, err);
    return store_access_end(s, &a, failed, err);
}

int store_load_token(struct store *s, struct arena *a, const unsigned char token_hash[32], int64_t now,
                     struct stored_token *out, struct stored_user *user, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_TOKEN_GET, &q, err, "bi", token_hash, (size_t)HASH_SIZE, now)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "the token is unknown, revoked or too old");
    *out = read_token(q, a);
    sqlite3_reset(q);
    return store_load_user_by_id(s, a, out->user, user, err);
}

int store_touch_token(struct store *s, uint64_t id, int64_t now, struct err *err)
{
    return store_run(s, SQL_TOKEN_TOUCH, err, "ui", id, now);
}

int store_load_tokens(struct store *s, struct arena *a, uint64_t user, const struct stored_token **out, size_t *count,
                      struct err *err)
{
    VEC(struct stored_token) tokens = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_TOKEN_ALL, &q, err, "u", user)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &tokens) = read_token(q, a);
    *out = tokens.items;
    *count = tokens.count;
    return rc;
}

static int revoke(struct store *s, struct arena *a, uint64_t user, uint64_t id, str actor, int64_t now, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_TOKEN_BY_ID, &q, err, "uu", id, user)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "there is no such token");
    struct stored_token t = read_token(q, a);
    sqlite3_reset(q);
    str what = arena_printf(a, "had the token \"" STR_FORMAT "\" revoked", STR_ARGS(t.name));
    return store_run(s, SQL_TOKEN_DROP, err, "u", id) ||
                   store_journal_user(s, a, t.user, t.user_name, what, actor, now, err)
               ? -1
               : 0;
}

int store_revoke_token(struct store *s, uint64_t user, uint64_t id, str actor, int64_t now, struct err *err)
{
    struct arena a;
    if (store_access_begin(s, &a, err)) return -1;
    return store_access_end(s, &a, revoke(s, &a, user, id, actor, now, err), err);
}
