/* SPDX-License-Identifier: Apache-2.0 */
#include "store_ruling.h"

#include "store_hook_inside.h"

#include <string.h>

void store_ruling_hash(str text, unsigned char out[RULING_HASH_SIZE])
{
    crypto_generichash(out, RULING_HASH_SIZE, (const unsigned char *)text.p, text.n, NULL, 0);
}

/* ---- The chain -----------------------------------------------------------------------------------------------------
 */

static void link_hash(const unsigned char before[RULING_HASH_SIZE], const struct stored_ruling *r,
                      unsigned char out[RULING_HASH_SIZE])
{
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, RULING_HASH_SIZE);
    crypto_generichash_update(&h, before, RULING_HASH_SIZE);
    journal_hash_number(&h, r->number), journal_hash_number(&h, (uint64_t)r->time),
        journal_hash_number(&h, (uint64_t)r->day);
    journal_hash_text(&h, r->actor), journal_hash_text(&h, r->door);
    journal_hash_number(&h, r->request);
    journal_hash_text(&h, r->rulebook), journal_hash_text(&h, r->version);
    crypto_generichash_update(&h, r->book, RULING_HASH_SIZE);
    journal_hash_text(&h, r->answers), journal_hash_text(&h, r->zone), journal_hash_text(&h, r->extent),
        journal_hash_text(&h, r->rules);
    crypto_generichash_update(&h, r->digest, RULING_HASH_SIZE);
    journal_hash_text(&h, r->key);
    journal_hash_number(&h, r->overrules);
    journal_hash_text(&h, r->reason);
    if (r->promise.within) {
        journal_hash_number(&h, (uint64_t)r->promise.within), journal_hash_number(&h, (uint64_t)r->promise.due);
        journal_hash_text(&h, r->promise.otherwise);
    }
    crypto_generichash_final(&h, out, RULING_HASH_SIZE);
}

/* ---- Rows ----------------------------------------------------------------------------------------------------------
 */

static int take_hash(sqlite3_stmt *q, int column, unsigned char out[RULING_HASH_SIZE])
{
    if (sqlite3_column_bytes(q, column) != RULING_HASH_SIZE) return -1;
    memcpy(out, sqlite3_column_blob(q, column), RULING_HASH_SIZE);
    return 0;
}

/* Borrowed from the statement's present row. */
static int read_row(sqlite3_stmt *q, struct stored_ruling *r, struct err *err)
{
    *r = (struct stored_ruling){
        .number = (uint64_t)sqlite3_column_int64(q, 0),
        .time = sqlite3_column_int64(q, 1),
        .day = sqlite3_column_int64(q, 2),
        .actor = store_column(q, 3),
        .door = store_column(q, 4),
        .request = (uint64_t)sqlite3_column_int64(q, 5),
        .rulebook = store_column(q, 6),
        .version = store_column(q, 7),
        .answers = store_column(q, 9),
        .zone = store_column(q, 10),
        .extent = store_column(q, 11),
        .rules = store_column(q, 12),
        .key = store_column(q, 14),
        .overrules = (uint64_t)sqlite3_column_int64(q, 15),
        .reason = store_column(q, 16),
        .promise = {sqlite3_column_int64(q, 18), sqlite3_column_int64(q, 19), store_column(q, 20)}};
    if (take_hash(q, 8, r->book) == 0 && take_hash(q, 13, r->digest) == 0 && take_hash(q, 17, r->hash) == 0) return 0;
    return err_set(err, ERR_STORE, "ruling %llu is damaged: a hash has the wrong length",
                   (unsigned long long)r->number);
}

static str kept(struct arena *a, str s) { return s.p ? arena_copy(a, s) : s; }

static void keep_row(struct arena *a, struct stored_ruling *r)
{
    r->actor = kept(a, r->actor), r->door = kept(a, r->door);
    r->rulebook = kept(a, r->rulebook), r->version = kept(a, r->version);
    r->answers = kept(a, r->answers), r->zone = kept(a, r->zone), r->extent = kept(a, r->extent);
    r->rules = kept(a, r->rules), r->key = kept(a, r->key), r->reason = kept(a, r->reason);
    r->promise.otherwise = kept(a, r->promise.otherwise);
}

/* ---- Adding --------------------------------------------------------------------------------------------------------
 */

/* 1: the key is there, and the row is what was ruled under it. */
static int find_key(struct store *s, struct arena *a, struct stored_ruling *r, struct err *err)
{
    sqlite3_stmt *q;
    if (!r->key.n) return 0;
    if (store_bind(s, SQL_RULING_OF_KEY, &q, err, "s", r->key)) return -1;
    int rc = store_step(s, q, err);
    if (rc != 1) return rc;
    rc = read_row(q, r, err);
    keep_row(a, r);
    r->again = true;
    sqlite3_reset(q);
    return rc < 0 ? -1 : 1;
}

/* 1: it is there; 0: it is not. *overrules: the one that it sets aside; *by: the one that sets it aside. */
static int read_aside(struct store *s, uint64_t number, uint64_t *overrules, uint64_t *by, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_RULING_OVERRULED, &q, err, "u", number)) return -1;
    int rc = store_step(s, q, err);
    if (rc != 1) return rc;
    *overrules = (uint64_t)sqlite3_column_int64(q, 0), *by = (uint64_t)sqlite3_column_int64(q, 1);
    sqlite3_reset(q);
    return 1;
}

int store_ruling_aside(struct store *s, uint64_t number, uint64_t *by, struct err *err)
{
    uint64_t overrules = 0;
    int rc = read_aside(s, number, &overrules, by, err);
    return rc ? -(rc < 0) : err_set(err, ERR_ABSENT, "there is no ruling %llu", (unsigned long long)number);
}

static int may_overrule(struct store *s, const struct stored_ruling *r, struct err *err)
{
    uint64_t itself = 0, by = 0;
    if (!r->overrules) return 0;
    if (!r->reason.n) return err_set(err, ERR_INPUT, "say why the ruling is set aside");
    int rc = read_aside(s, r->overrules, &itself, &by, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_INPUT, "there is no ruling %llu", (unsigned long long)r->overrules);
    if (itself)
        return err_set(err, ERR_INPUT, "ruling %llu sets another one aside itself", (unsigned long long)r->overrules);
    if (by)
        return err_set(err, ERR_INPUT, "ruling %llu was set aside already, by ruling %llu",
                       (unsigned long long)r->overrules, (unsigned long long)by);
    return 0;
}

static int read_last(struct store *s, uint64_t *number, unsigned char hash[RULING_HASH_SIZE], struct err *err)
{
    sqlite3_stmt *q;
    *number = 0;
    memset(hash, 0, RULING_HASH_SIZE);
    if (store_prepare(s, SQL_RULING_LAST, &q, err)) return -1;
    int rc = store_step(s, q, err);
    if (rc <= 0) return rc;
    *number = (uint64_t)sqlite3_column_int64(q, 0);
    rc = take_hash(q, 1, hash);
    sqlite3_reset(q);
    return rc ? err_set(err, ERR_STORE, "the workspace is damaged: the last ruling's hash has the wrong length") : 0;
}

static int add_all(struct store *s, struct arena *a, struct stored_ruling *rows, size_t count, struct err *err)
{
    uint64_t number;
    unsigned char hash[RULING_HASH_SIZE];
    bool told;
    if (read_last(s, &number, hash, err) || events_wanted(s, &told, err)) return -1;
    for (size_t i = 0; i < count; i++) {
        struct stored_ruling *r = &rows[i];
        int found = find_key(s, a, r, err);
        if (found < 0 || (!found && may_overrule(s, r, err))) return -1;
        if (found) continue;
        r->number = ++number;
        link_hash(hash, r, r->hash);
        memcpy(hash, r->hash, sizeof hash);
        if (store_run(s, SQL_RULING_ADD, err, "uiissussbssssbsusbiis", r->number, r->time, r->day, r->actor, r->door,
                      r->request, r->rulebook, r->version, r->book, (size_t)RULING_HASH_SIZE, r->answers, r->zone,
                      r->extent, r->rules, r->digest, (size_t)RULING_HASH_SIZE, r->key, r->overrules, r->reason,
                      r->hash, (size_t)RULING_HASH_SIZE, r->promise.within, r->promise.due, r->promise.otherwise) ||
            (told && event_tell_ruling(s, r, err)))
            return -1;
    }
    return 0;
}

int store_add_rulings(struct store *s, struct arena *a, struct stored_ruling *rows, size_t count, struct err *err)
{
    if (store_begin(s, true, err)) return -1;
    if (add_all(s, a, rows, count, err) == 0) return store_end(s, err);
    store_abandon(s);
    return -1;
}

int store_keep_book(struct store *s, str name, str version, str text, int64_t now, unsigned char hash[RULING_HASH_SIZE],
                    struct err *err)
{
    store_ruling_hash(text, hash);
    return store_run(s, SQL_BOOK_KEEP, err, "bsssi", hash, (size_t)RULING_HASH_SIZE, name, version, text, now);
}

/* ---- Reading -------------------------------------------------------------------------------------------------------
 */

int store_load_book(struct store *s, struct arena *a, const unsigned char hash[RULING_HASH_SIZE], str *text,
                    struct err *err)
{
    sqlite3_stmt *q;
    unsigned char found[RULING_HASH_SIZE];
    if (store_bind(s, SQL_BOOK_GET, &q, err, "b", hash, (size_t)RULING_HASH_SIZE)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "the rulebook's text is not in the workspace");
    *text = arena_copy(a, store_column(q, 0));
    sqlite3_reset(q);
    store_ruling_hash(*text, found);
    if (memcmp(found, hash, sizeof found) != 0)
        return err_set(err, ERR_STORE, "the rulebook's text is not the one by which it was ruled");
    return 0;
}

int store_load_ruling(struct store *s, struct arena *a, uint64_t number, struct stored_ruling *out, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_RULING_GET, &q, err, "u", number)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "there is no ruling %llu", (unsigned long long)number);
    rc = read_row(q, out, err);
    keep_row(a, out);
    sqlite3_reset(q);
    return rc;
}

int store_load_rulings(struct store *s, struct arena *a, const struct ruling_pick *pick,
                       const struct stored_ruling **out, size_t *count, struct err *err)
{
    VEC(struct stored_ruling) rows = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_RULING_PICK, &q, err, "uuiisu", pick->before ? pick->before : (uint64_t)INT64_MAX,
                   pick->request, pick->since, pick->until ? pick->until : INT64_MAX, pick->zone,
                   (uint64_t)pick->limit))
        return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct stored_ruling *r = vec_add(a, &rows);
        if (read_row(q, r, err)) return sqlite3_reset(q), -1;
        keep_row(a, r);
    }
    *out = rows.items, *count = rows.count;
    return rc;
}

static int each_row(struct store *s, sqlite3_stmt *q, int (*each)(void *host, const struct stored_ruling *r),
                    void *host, struct err *err)
{
    int rc, result = 0;
    while ((rc = store_step(s, q, err)) == 1) {
        struct stored_ruling r;
        result = read_row(q, &r, err) ? -1 : each(host, &r);
        if (!result) continue;
        sqlite3_reset(q);
        return result;
    }
    return rc;
}

static int each_of(struct store *s, enum store_sql sql, int (*each)(void *host, const struct stored_ruling *r),
                   void *host, struct err *err)
{
    sqlite3_stmt *q;
    return store_prepare(s, sql, &q, err) ? -1 : each_row(s, q, each, host, err);
}

int store_each_requested(struct store *s, uint64_t after, int (*each)(void *host, const struct stored_ruling *r),
                         void *host, struct err *err)
{
    sqlite3_stmt *q;
    return store_bind(s, SQL_RULING_REQUESTED, &q, err, "u", after) ? -1 : each_row(s, q, each, host, err);
}

int store_each_ruling(struct store *s, int (*each)(void *host, const struct stored_ruling *r), void *host,
                      struct err *err)
{
    return each_of(s, SQL_RULING_ALL, each, host, err);
}

int store_each_overruling(struct store *s, int (*each)(void *host, const struct stored_ruling *r), void *host,
                          struct err *err)
{
    return each_of(s, SQL_RULING_OVERRULINGS, each, host, err);
}

int store_count_rulings(struct store *s, uint64_t *count, struct err *err)
{
    unsigned char hash[RULING_HASH_SIZE];
    return read_last(s, count, hash, err);
}

struct chain {
    unsigned char hash[RULING_HASH_SIZE];
    uint64_t number;
    struct err *err;
};

static int verify_link(void *host, const struct stored_ruling *r)
{
    struct chain *c = host;
    unsigned char hash[RULING_HASH_SIZE];
    if (r->number != c->number + 1)
        return err_set(c->err, ERR_STORE, "ruling %llu is missing", (unsigned long long)c->number + 1);
    link_hash(c->hash, r, hash);
    if (memcmp(hash, r->hash, sizeof hash) != 0)
        return err_set(c->err, ERR_STORE, "ruling %llu is not as it was written", (unsigned long long)r->number);
    memcpy(c->hash, hash, sizeof hash);
    c->number = r->number;
    return 0;
}

int store_verify_rulings(struct store *s, uint64_t *count, unsigned char head[RULING_HASH_SIZE], struct err *err)
{
    struct chain c = {.err = err};
    if (store_each_ruling(s, verify_link, &c, err)) return -1;
    *count = c.number;
    memcpy(head, c.hash, RULING_HASH_SIZE);
    return 0;
}
