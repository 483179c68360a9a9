/* SPDX-License-Identifier: Apache-2.0 */
/* Findings' life; who may sign in, and who has. */
#include "store_inside.h"

#include "base_map.h"
#include "base_utf8.h"

#include <string.h>

/* ---- Findings ---- */

static int read_findings(struct store *s, struct arena *a, struct finding_state **out, size_t *count, struct err *err)
{
    VEC(struct finding_state) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_FINDING_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct finding_state *f = vec_add(a, &found);
        str reason = store_column(q, 3), owner = store_column(q, 5);
        *f = (struct finding_state){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                    .since = sqlite3_column_int(q, 1),
                                    .accepted = sqlite3_column_int(q, 2),
                                    .reason = reason.p ? arena_copy(a, reason) : STR_NONE,
                                    .until =
                                        sqlite3_column_type(q, 4) == SQLITE_NULL ? INT32_MAX : sqlite3_column_int(q, 4),
                                    .owner = owner.p ? arena_copy(a, owner) : STR_NONE};
    }
    *out = found.items;
    *count = found.count;
    return rc;
}

/* Gives each id its state, and says whether the table must change. */
static int match_findings(struct store *s, struct arena *a, const uint64_t *ids, size_t count, int32_t today,
                          struct finding_state *states, bool write, bool *differs, struct err *err)
{
    struct finding_state *known;
    struct idmap wanted;
    size_t known_count;
    int rc = 0;
    *differs = false;
    if (read_findings(s, a, &known, &known_count, err)) return -1;
    bool *old = arena_array(a, count, sizeof *old);
    idmap_init(&wanted);
    for (size_t i = 0; i < count; i++) {
        states[i] = (struct finding_state){.id = ids[i], .since = today, .until = INT32_MAX};
        *idmap_put(&wanted, ids[i], NULL) = i;
    }
    for (size_t i = 0; i < known_count && !rc; i++) {
        uint64_t *place = idmap_get(&wanted, known[i].id);
        if (place) {
            states[*place] = known[i];
            old[*place] = true;
            continue;
        }
        *differs = true;
        if (write) rc = store_run(s, SQL_FINDING_DROP, err, "u", known[i].id);
    }
    for (size_t i = 0; i < count && !rc; i++) {
        uint64_t place = *idmap_get(&wanted, ids[i]);
        if (place != i) {
            states[i] = states[place];
            continue;
        }
        if (old[i]) continue;
        *differs = true;
        if (write) rc = store_run(s, SQL_FINDING_ADD, err, "ui", ids[i], (int64_t)today);
    }
    idmap_release(&wanted);
    return rc;
}

int store_sync_findings(struct store *s, struct arena *a, const uint64_t *ids, size_t count, int32_t today,
                        const struct finding_state **out, struct err *err)
{
    bool differs = false;
    struct finding_state *states = arena_array(a, count + 1, sizeof *states);
    *out = states;
    if (store_begin(s, false, err)) return -1;
    int rc = match_findings(s, a, ids, count, today, states, false, &differs, err);
    store_abandon(s);
    if (rc || !differs || !s->writable) return rc;
    if (store_begin(s, true, err)) return -1;
    if (match_findings(s, a, ids, count, today, states, true, &differs, err)) {
        store_abandon(s);
        return -1;
    }
    return store_end(s, err);
}

/* ---- Users ---- */

static struct stored_user read_user(sqlite3_stmt *q, struct arena *a)
{
    return (struct stored_user){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                .name = arena_copy(a, store_column(q, 1)),
                                .shown = arena_copy(a, store_column(q, 2)),
                                .side = arena_copy(a, store_column(q, 3)),
                                .role = (enum user_role)sqlite3_column_int(q, 4),
                                .password_hash = arena_copy(a, store_column(q, 5)),
                                .closed = sqlite3_column_int(q, 6)};
}

/* In a writing transaction: the journal learns who did what to which user; never the hash. */
static int journal_user(struct store *s, struct arena *a, uint64_t user, str name, const char *what, str actor,
                        int64_t now, struct err *err)
{
    struct journal_writer j;
    str reason = arena_printf(a, "user " STR_FORMAT " %s", STR_ARGS(name), what);
    return journal_begin(s, &j, actor, reason, now, err) ||
                   journal_entry(s, &j, ENTRY_USER, 0, user, STR_NONE, STR_NONE, err) || journal_end(s, &j, err)
               ? -1
               : 0;
}

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
                  u->password_hash, (int64_t)u->closed))
        return -1;
    return journal_user(s, a, (uint64_t)sqlite3_last_insert_rowid(s->db), folded, "added", actor, now, err);
}

int store_add_user(struct store *s, const struct stored_user *u, str actor, int64_t now, struct err *err)
{
    struct arena a;
    arena_init(&a, 0);
    str folded = utf8_fold(&a, u->name);
    int rc = check_user(s, u, folded, err) || store_begin(s, true, err) ? -1 : 0;
    if (!rc) {
        rc = add_user(s, &a, u, folded, actor, now, err);
        if (rc)
            store_abandon(s);
        else
            rc = store_end(s, err);
    }
    arena_release(&a);
    return rc;
}

static int no_user(struct err *err, str name)
{
    return err_set(err, ERR_ABSENT, "there is no user \"" STR_FORMAT "\"", STR_ARGS(name));
}

int store_set_password(struct store *s, str name, str password_hash, str actor, int64_t now, struct err *err)
{
    struct arena a;
    struct stored_user u;
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    str folded = utf8_fold(&a, name);
    int rc = store_load_user(s, &a, name, &u, err) ||
                     store_run(s, SQL_USER_PASSWORD, err, "ss", folded, password_hash) ||
                     store_run(s, SQL_SESSION_DROP_OF, err, "s", folded) ||
                     journal_user(s, &a, u.id, folded, "given a new password", actor, now, err)
                 ? -1
                 : 0;
    if (rc)
        store_abandon(s);
    else
        rc = store_end(s, err);
    arena_release(&a);
    return rc;
}

int store_load_user(struct store *s, struct arena *a, str name, struct stored_user *out, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_USER_GET, &q, err, "s", utf8_fold(a, name))) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return no_user(err, name);
    *out = read_user(q, a);
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
    *out = read_user(q, a);
    sqlite3_reset(q);
    return 0;
}

int store_load_users(struct store *s, struct arena *a, const struct stored_user **out, size_t *count, struct err *err)
{
    VEC(struct stored_user) users = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_USER_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &users) = read_user(q, a);
    *out = users.items;
    *count = users.count;
    return rc;
}

/* ---- Sessions ---- */

int store_add_session(struct store *s, const unsigned char token_hash[32], uint64_t user, int64_t now, int64_t expires,
                      struct err *err)
{
    if (store_begin(s, true, err)) return -1;
    if (store_run(s, SQL_SESSION_DROP_OLD, err, "i", now) ||
        store_run(s, SQL_SESSION_ADD, err, "buii", token_hash, (size_t)HASH_SIZE, user, now, expires)) {
        store_abandon(s);
        return -1;
    }
    return store_end(s, err);
}

int store_load_session(struct store *s, struct arena *a, const unsigned char token_hash[32], int64_t now,
                       struct stored_user *out, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_SESSION_GET, &q, err, "bi", token_hash, (size_t)HASH_SIZE, now)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "the session has ended");
    *out = read_user(q, a);
    sqlite3_reset(q);
    return 0;
}

int store_end_session(struct store *s, const unsigned char token_hash[32], struct err *err)
{
    return store_run(s, SQL_SESSION_DROP, err, "b", token_hash, (size_t)HASH_SIZE);
}
