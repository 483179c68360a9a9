/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, and the links by which people choose their password. */
#include "store_access_inside.h"

#include "base_utf8.h"

bool user_role_parse(str word, enum user_role *out)
{
    for (int i = ROLE_VIEWER; i <= ROLE_STEWARD; i++)
        if (str_eq(word, str_of(user_role_name((enum user_role)i)))) return *out = (enum user_role)i, true;
    return false;
}

struct stored_user store_read_user(sqlite3_stmt *q, struct arena *a)
{
    return (struct stored_user){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                .name = arena_copy(a, store_column(q, 1)),
                                .shown = arena_copy(a, store_column(q, 2)),
                                .side = arena_copy(a, store_column(q, 3)),
                                .role = (enum user_role)sqlite3_column_int(q, 4),
                                .password_hash = arena_copy(a, store_column(q, 5)),
                                .closed = sqlite3_column_int(q, 6)};
}

int store_journal_user(struct store *s, struct arena *a, uint64_t user, str name, str what, str actor, int64_t now,
                       struct err *err)
{
    struct journal_writer j;
    str reason = arena_printf(a, "user " STR_FORMAT " " STR_FORMAT, STR_ARGS(name), STR_ARGS(what));
    return journal_begin(s, &j, actor, reason, now, err) ||
                   journal_entry(s, &j, ENTRY_USER, 0, user, STR_NONE, STR_NONE, err) || journal_end(s, &j, err)
               ? -1
               : 0;
}

int store_access_begin(struct store *s, struct arena *a, struct err *err)
{
    if (store_begin(s, true, err)) return -1;
    arena_init(a, 0);
    return 0;
}

int store_access_end(struct store *s, struct arena *a, int failed, struct err *err)
{
    if (failed)
        store_abandon(s);
    else
        failed = store_end(s, err);
    arena_release(a);
    return failed ? -1 : 0;
}

/* ---- Adding ---- */

static int check_user(const struct store *s, const struct stored_user *u, str folded, struct err *err)
{
    if (!folded.n || folded.n > 200 || utf8_first_bad(folded, true) != STR_NOT_FOUND)
        return err_set(err, ERR_USAGE, "a sign-in name has from 1 to 200 letters");
    for (size_t i = 0; i < s->model->side_count; i++)
        if (str_eq(s->model->sides[i].key, u->side)) return 0;
    struct arena a;
    arena_init(&a, 0);
    str *keys = arena_array(&a, s->model->side_count, sizeof *keys), all = STR("");
    for (size_t i = 0; i < s->model->side_count; i++) {
        keys[i] = s->model->sides[i].key;
        all = arena_printf(&a, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(all), i ? ", " : "", STR_ARGS(keys[i]));
    }
    err_set(err, ERR_USAGE, "there is no side \"" STR_FORMAT "\"; the sides are " STR_FORMAT, STR_ARGS(u->side),
            STR_ARGS(all));
    arena_release(&a);
    return -1;
}

static int add_user(struct store *s, struct arena *a, const struct stored_user *u, str folded, str actor, int64_t now,
                    struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_USER_GET, &q, err, "s", folded) || (rc = store_step(s, q, err)) < 0) return -1;
    sqlite3_reset(q);
    if (rc) return err_set(err, ERR_CONFLICT, "there is already a user \"" STR_FORMAT "\"", STR_ARGS(folded));
    if (store_run(s, SQL_USER_ADD, err, "sssisi", folded, u->shown.n ? u->shown : u->name, u->side, (int64_t)u->role,
                  u->password_hash.p ? u->password_hash : STR(""), (int64_t)u->closed))
        return -1;
    str what = arena_printf(a, "added: " STR_FORMAT ", %s", STR_ARGS(model_side(s->model, u->side)->name),
                            user_role_name(u->role));
    return store_journal_user(s, a, (uint64_t)sqlite3_last_insert_rowid(s->db), folded, what, actor, now, err);
}

int store_add_user(struct store *s, const struct stored_user *u, str actor, int64_t now, struct err *err)
{
    struct arena a;
    arena_init(&a, 0);
    str folded = utf8_fold(&a, u->name);
    if (check_user(s, u, folded, err) || store_begin(s, true, err)) {
        arena_release(&a);
        return -1;
    }
    return store_access_end(s, &a, add_user(s, &a, u, folded, actor, now, err), err);
}

/* ---- Reading ---- */

int store_load_user(struct store *s, struct arena *a, str name, struct stored_user *out, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_USER_GET, &q, err, "s", utf8_fold(a, name))) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "there is no user \"" STR_FORMAT "\"", STR_ARGS(name));
    *out = store_read_user(q, a);
    sqlite3_reset(q);
    return 0;
}

int store_load_user_by_id(struct store *s, struct arena *a, uint64_t id, struct stored_user *out, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_USER_BY_ID, &q, err, "u", id)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "there is no user %llu", (unsigned long long)id);
    *out = store_read_user(q, a);
    sqlite3_reset(q);
    return 0;
}

int store_load_users(struct store *s, struct arena *a, const struct stored_user **out, size_t *count, struct err *err)
{
    VEC(struct stored_user) users = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_USER_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &users) = store_read_user(q, a);
    *out = users.items;
    *count = users.count;
    return rc;
}

/* ---- Changing ---- */

/* Begins to write, and looks at the account as it is now. */
static int begin_change(struct store *s, struct arena *a, str name, struct stored_user *u, struct err *err)
{
    if (store_access_begin(s, a, err)) return -1;
    if (!store_load_user(s, a, name, u, err)) return 0;
    return store_access_end(s, a, -1, err);
}

/* Whoever is signed in to the account is not any more, and no link that was sent opens it. */
static int end_ways_in(struct store *s, uint64_t user, struct err *err)
{
    return store_run(s, SQL_SESSION_DROP_OF, err, "u", user) || store_run(s, SQL_WELCOME_DROP_OF, err, "u", user) ? -1
                                                                                                                  : 0;
}

int store_set_password(struct store *s, str name, str password_hash, str actor, int64_t now, struct err *err)
{
    struct arena a;
    struct stored_user u;
    if (begin_change(s, &a, name, &u, err)) return -1;
    int failed = store_run(s, SQL_USER_PASSWORD, err, "us", u.id, password_hash) || end_ways_in(s, u.id, err) ||
                 store_journal_user(s, &a, u.id, u.name, STR("given a new password"), actor, now, err);
    return store_access_end(s, &a, failed, err);
}

/* Somebody must be left who can let others in. */
static int check_stewards(struct store *s, const struct stored_user *without, struct err *err)
{
    sqlite3_stmt *q;
    if (without->role != ROLE_STEWARD || without->closed) return 0;
    if (store_bind(s, SQL_USER_OTHER_STEWARDS, &q, err, "ui", without->id, (int64_t)ROLE_STEWARD)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    bool some = sqlite3_column_int64(q, 0) > 0;
    sqlite3_reset(q);
    if (some) return 0;
    return err_set(err, ERR_CONFLICT,
                   STR_FORMAT " is the only steward: make somebody else one first, so that the workspace keeps one",
                   STR_ARGS(without->shown));
}

int store_set_role(struct store *s, str name, enum user_role role, str actor, int64_t now, struct err *err)
{
    struct arena a;
    struct stored_user u;
    if (begin_change(s, &a, name, &u, err)) return -1;
    if (u.role == role) {
        store_abandon(s);
        arena_release(&a);
        return 0;
    }
    str what = arena_printf(&a, "made %s, was %s", user_role_name(role), user_role_name(u.role));
    int failed = check_stewards(s, &u, err) || store_run(s, SQL_USER_ROLE, err, "ui", u.id, (int64_t)role) ||
                 store_journal_user(s, &a, u.id, u.name, what, actor, now, err);
    return store_access_end(s, &a, failed, err);
}

int store_set_closed(struct store *s, str name, bool closed, str actor, int64_t now, struct err *err)
{
    struct arena a;
    struct stored_user u;
    if (begin_change(s, &a, name, &u, err)) return -1;
    if (u.closed == closed) {
        store_abandon(s);
        arena_release(&a);
        return 0;
    }
    int failed = (closed && (check_stewards(s, &u, err) || end_ways_in(s, u.id, err) ||
                             store_run(s, SQL_TOKEN_DROP_OF, err, "u", u.id))) ||
                 store_run(s, SQL_USER_CLOSED, err, "ui", u.id, (int64_t)closed) ||
                 store_journal_user(s, &a, u.id, u.name, closed ? STR("closed") : STR("opened again"), actor, now, err);
    return store_access_end(s, &a, failed, err);
}

/* ---- Links ---- */

int store_add_link(struct store *s, const unsigned char token_hash[32], str name, int64_t now, int64_t expires,
                   str actor, struct err *err)
{
    struct arena a;
    struct stored_user u;
    if (begin_change(s, &a, name, &u, err)) return -1;
    str what = u.password_hash.n ? STR("given a link to choose a new password") : STR("invited by a link");
    int failed =
        u.closed
            ? err_set(err, ERR_DENIED, "the account of " STR_FORMAT " is closed", STR_ARGS(u.shown))
            : store_run(s, SQL_WELCOME_DROP_OLD, err, "i", now) || store_run(s, SQL_WELCOME_DROP_OF, err, "u", u.id) ||
                  store_run(s, SQL_WELCOME_ADD, err, "buii", token_hash, (size_t)HASH_SIZE, u.id, now, expires) ||
                  store_journal_user(s, &a, u.id, u.name, what, actor, now, err);
    return store_access_end(s, &a, failed, err);
}

int store_load_link(struct store *s, struct arena *a, const unsigned char token_hash[32], int64_t now,
                    struct stored_user *out, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_WELCOME_GET, &q, err, "bi", token_hash, (size_t)HASH_SIZE, now)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "the link was used already, or is too old");
    *out = store_read_user(q, a);
    sqlite3_reset(q);
    return 0;
}

int store_use_link(struct store *s, const unsigned char token_hash[32], str password_hash, int64_t now, struct err *err)
{
    struct arena a;
    struct stored_user u;
    if (store_access_begin(s, &a, err)) return -1;
    int failed = store_load_link(s, &a, token_hash, now, &u, err) ||
                 store_run(s, SQL_USER_PASSWORD, err, "us", u.id, password_hash) || end_ways_in(s, u.id, err) ||
                 store_journal_user(s, &a, u.id, u.name, STR("chose a password by a link"), u.name, now, err);
    return store_access_end(s, &a, failed, err);
}
