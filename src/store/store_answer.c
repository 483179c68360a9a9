/* SPDX-License-Identifier: Apache-2.0 */
/* What programs were answered under an idempotency key: noted in the commit itself, so that a repeated request can
 * never do its work twice. */
#include "store_access_inside.h"

enum { KEPT_SECONDS = 86400 };

void change_remember(struct change_set *c, const struct asked_key *key)
{
    struct asked_key *copy = arena_alloc(c->a, sizeof *copy);
    *copy = *key;
    copy->holder = arena_copy(c->a, key->holder), copy->key = arena_copy(c->a, key->key);
    c->key = copy;
}

int store_note_answer(struct store *s, const struct asked_key *key, uint64_t number, int64_t now, struct err *err)
{
    sqlite3_stmt *q;
    if (!key) return 0;
    if (store_run(s, SQL_ANSWER_DROP_OLD, err, "i", now - KEPT_SECONDS) ||
        store_bind(s, SQL_ANSWER_GET, &q, err, "ss", key->holder, key->key))
        return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    sqlite3_reset(q);
    if (rc) return err_set(err, ERR_CONFLICT, "a request with this Idempotency-Key was done in this moment; ask again");
    return store_run(s, SQL_ANSWER_ADD, err, "ssbui", key->holder, key->key, (const void *)key->asked,
                     sizeof key->asked, number, now);
}

int store_load_answer(struct store *s, struct arena *a, str holder, str key, int64_t now, struct stored_answer *out,
                      struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_ANSWER_GET, &q, err, "ss", holder, key)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc || sqlite3_column_int64(q, 2) < now - KEPT_SECONDS || sqlite3_column_bytes(q, 0) != HASH_SIZE) {
        sqlite3_reset(q);
        return err_set(err, ERR_ABSENT, "nothing was answered under that key");
    }
    *out = (struct stored_answer){.number = (uint64_t)sqlite3_column_int64(q, 1),
                                  .status = sqlite3_column_int(q, 3),
                                  .etag = arena_copy(a, store_column(q, 4)),
                                  .location = arena_copy(a, store_column(q, 5)),
                                  .body = arena_copy(a, store_column(q, 6))};
    const unsigned char *asked = sqlite3_column_blob(q, 0);
    for (size_t i = 0; i < HASH_SIZE; i++) out->asked[i] = asked[i];
    sqlite3_reset(q);
    return 0;
}

int store_fill_answer(struct store *s, str holder, str key, const struct stored_answer *answer, struct err *err)
{
    return store_run(s, SQL_ANSWER_FILL, err, "ssisss", holder, key, (int64_t)answer->status, answer->etag,
                     answer->location, answer->body.p ? answer->body : STR(""));
}
