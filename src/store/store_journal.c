/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: a chain of commits, each with its entries' salted digests; the values lie beside. */
#include "store_inside.h"

#include "base_utf8.h"

#include <string.h>

void journal_hash_number(crypto_generichash_state *h, uint64_t v)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(v >> (8 * i));
    crypto_generichash_update(h, bytes, sizeof bytes);
}

void journal_hash_text(crypto_generichash_state *h, str s)
{
    journal_hash_number(h, s.p ? s.n : UINT64_MAX);
    if (s.n) crypto_generichash_update(h, (const unsigned char *)s.p, s.n);
}

void journal_digest(unsigned char digest[HASH_SIZE], const unsigned char salt[SALT_SIZE], uint64_t number, uint64_t seq,
                    enum entry_kind kind, uint32_t type, uint64_t fact, str before, str after)
{
    crypto_generichash_state h;
    crypto_generichash_init(&h, salt, SALT_SIZE, HASH_SIZE);
    journal_hash_number(&h, number);
    journal_hash_number(&h, seq);
    journal_hash_number(&h, kind);
    journal_hash_number(&h, type);
    journal_hash_number(&h, fact);
    journal_hash_text(&h, before);
    journal_hash_text(&h, after);
    crypto_generichash_final(&h, digest, HASH_SIZE);
}

void journal_hash_head(struct journal_writer *j)
{
    crypto_generichash_init(&j->hash, NULL, 0, HASH_SIZE);
    crypto_generichash_update(&j->hash, j->previous, HASH_SIZE);
    journal_hash_number(&j->hash, j->number);
    journal_hash_number(&j->hash, (uint64_t)j->time);
    journal_hash_text(&j->hash, j->actor);
    journal_hash_text(&j->hash, j->reason);
}

void journal_hash_entry(struct journal_writer *j, enum entry_kind kind, uint32_t type, uint64_t fact,
                        const unsigned char digest[HASH_SIZE])
{
    journal_hash_number(&j->hash, kind);
    journal_hash_number(&j->hash, type);
    journal_hash_number(&j->hash, fact);
    crypto_generichash_update(&j->hash, digest, HASH_SIZE);
    j->entries++;
}

void journal_hash_end(struct journal_writer *j, unsigned char hash[HASH_SIZE])
{
    journal_hash_number(&j->hash, j->entries);
    crypto_generichash_final(&j->hash, hash, HASH_SIZE);
}

static int read_head(struct store *s, uint64_t *number, unsigned char hash[HASH_SIZE], struct err *err)
{
    sqlite3_stmt *q;
    *number = 0;
    memset(hash, 0, HASH_SIZE);
    if (store_prepare(s, SQL_HEAD, &q, err)) return -1;
    int rc = store_step(s, q, err);
    if (rc <= 0) return rc;
    *number = (uint64_t)sqlite3_column_int64(q, 0);
    if (sqlite3_column_bytes(q, 1) != HASH_SIZE) {
        sqlite3_reset(q);
        return err_set(err, ERR_STORE, "the workspace is damaged: the journal's last hash has the wrong length");
    }
    memcpy(hash, sqlite3_column_blob(q, 1), HASH_SIZE);
    sqlite3_reset(q);
    return 0;
}

int store_head(struct store *s, uint64_t *head, struct err *err)
{
    unsigned char hash[HASH_SIZE];
    return read_head(s, head, hash, err);
}

int journal_begin(struct store *s, struct journal_writer *j, str actor, str reason, int64_t time, struct err *err)
{
    if (utf8_first_bad(actor, true) != STR_NOT_FOUND || utf8_first_bad(reason, true) != STR_NOT_FOUND)
        return err_set(err, ERR_INPUT, "the reason is not clean UTF-8 text");
    j->actor = actor.p ? actor : STR("");
    j->reason = reason.p ? reason : STR("");
    j->time = time;
    j->entries = 0;
    j->salts_left = 0;
    if (read_head(s, &j->number, j->previous, err)) return -1;
    j->number++;
    journal_hash_head(j);
    return 0;
}

int journal_entry(struct store *s, struct journal_writer *j, enum entry_kind kind, uint32_t type, uint64_t fact,
                  str before, str after, struct err *err)
{
    unsigned char digest[HASH_SIZE];
    if (!j->salts_left) {
        randombytes_buf(j->salts, sizeof j->salts);
        j->salts_left = sizeof j->salts / SALT_SIZE;
    }
    const unsigned char *salt = j->salts + --j->salts_left * SALT_SIZE;
    uint64_t seq = j->entries;
    journal_digest(digest, salt, j->number, seq, kind, type, fact, before, after);
    journal_hash_entry(j, kind, type, fact, digest);
    return store_rows_add(s, ROWS_ENTRY, err, j->number, seq, (int64_t)kind, (int64_t)type, fact, digest,
                          (size_t)HASH_SIZE) ||
                   store_rows_add(s, ROWS_ENTRY_VALUE, err, j->number, seq, salt, (size_t)SALT_SIZE, before, after)
               ? -1
               : 0;
}

int store_note(struct store *s, str actor, str reason, int64_t now, struct err *err)
{
    struct journal_writer j;
    if (store_begin(s, true, err)) return -1;
    if (!journal_begin(s, &j, actor, reason, now, err) && !journal_end(s, &j, err)) return store_end(s, err);
    store_abandon(s);
    return -1;
}

int journal_end(struct store *s, struct journal_writer *j, struct err *err)
{
    unsigned char hash[HASH_SIZE];
    journal_hash_end(j, hash);
    return store_run(s, SQL_JOURNAL_ADD, err, "uissubb", j->number, j->time, j->actor, j->reason, j->entries,
                     j->previous, (size_t)HASH_SIZE, hash, (size_t)HASH_SIZE);
}

int journal_one(struct store *s, enum entry_kind kind, uint32_t type, uint64_t fact, str actor, str reason, str before,
                str after, int64_t now, uint64_t *number, struct err *err)
{
    struct journal_writer j;
    if (journal_begin(s, &j, actor, reason, now, err) || journal_entry(s, &j, kind, type, fact, before, after, err) ||
        journal_end(s, &j, err))
        return -1;
    if (number) *number = j.number;
    return 0;
}

int store_finish(struct store *s, int failed, struct err *err)
{
    if (failed) store_abandon(s);
    return failed ? -1 : store_end(s, err);
}

int journal_reason(struct store *s, struct arena *a, const char *what, uint64_t fact, uint32_t *type, str *reason,
                   struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_FACT_GET, &q, err, "u", fact) || (rc = store_step(s, q, err)) < 0) return -1;
    *type = rc ? (uint32_t)sqlite3_column_int64(q, 0) : 0;
    const struct model_type *t = rc ? model_type_by_id(s->model, *type) : NULL;
    struct field_texts texts = {0};
    str name = STR("");
    if (rc && field_texts_parse(a, arena_copy(a, store_column(q, 2)), &texts, err)) return sqlite3_reset(q), -1;
    sqlite3_reset(q);
    for (size_t i = 0; t && i < texts.count; i++)
        if (texts.items[i].field == t->name_field->id && texts.items[i].text.p) name = texts.items[i].text;
    str kind = t ? t->name : STR("fact");
    *reason = name.n ? arena_printf(a, "%s " STR_FORMAT " " STR_FORMAT, what, STR_ARGS(kind), STR_ARGS(name))
                     : arena_printf(a, "%s " STR_FORMAT " %llu", what, STR_ARGS(kind), (unsigned long long)fact);
    return 0;
}
