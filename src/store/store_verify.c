/* SPDX-License-Identifier: Apache-2.0 */
/* Is the journal whole, and does what is stored say what it says? */
#include "store_inside.h"

#include <string.h>

/* ---- The chain ---- */

static bool same_hash(sqlite3_stmt *q, int column, const unsigned char hash[HASH_SIZE])
{
    return sqlite3_column_bytes(q, column) == HASH_SIZE && !memcmp(sqlite3_column_blob(q, column), hash, HASH_SIZE);
}

static int broken(struct err *err, uint64_t number, const char *what)
{
    return err_set(err, ERR_STORE, "the journal is broken at commit %llu: %s", (unsigned long long)number, what);
}

/* 0: what is left of an erased entry is what the erasing commit says; 1: it is not. */
static int verify_rest(struct store *s, uint64_t erased, uint64_t number, uint64_t seq,
                       const unsigned char digest[HASH_SIZE], struct err *err)
{
    sqlite3_stmt *q;
    struct buf hex, which;
    buf_init(&hex, 100);
    buf_init(&which, 100);
    keys_put_hash(&hex, digest);
    buf_printf(&which, "%llu %llu", (unsigned long long)number, (unsigned long long)seq);
    int rc = store_bind(s, SQL_ENTRY_ERASURE, &q, err, "us", erased, buf_get(&which)) ? -1 : store_step(s, q, err);
    if (rc >= 0) rc = rc && str_eq(store_column(q, 0), buf_get(&hex)) ? 0 : 1;
    buf_release(&hex);
    buf_release(&which);
    return rc;
}

/* The entries of one commit, from the statement's present row on. *more: is there a row left? */
static int verify_entries(struct store *s, sqlite3_stmt *q, struct journal_writer *j, int *more, struct err *err)
{
    unsigned char digest[HASH_SIZE];
    while (*more == 1 && (uint64_t)sqlite3_column_int64(q, 0) == j->number) {
        uint64_t seq = (uint64_t)sqlite3_column_int64(q, 1), fact = (uint64_t)sqlite3_column_int64(q, 4);
        enum entry_kind kind = (enum entry_kind)sqlite3_column_int(q, 2);
        uint32_t type = (uint32_t)sqlite3_column_int64(q, 3);
        if (seq != j->entries) return broken(err, j->number, "an entry is missing");
        if (sqlite3_column_type(q, 6) == SQLITE_NULL)
            return broken(err, j->number, "the values of an entry are gone, and no erasure says so");
        if (sqlite3_column_bytes(q, 6) != SALT_SIZE) return broken(err, j->number, "a salt has the wrong length");
        journal_digest(digest, sqlite3_column_blob(q, 6), j->number, seq, kind, type, fact, store_column(q, 7),
                       store_column(q, 8));
        uint64_t erased = (uint64_t)sqlite3_column_int64(q, 9);
        int rc = erased ? verify_rest(s, erased, j->number, seq, digest, err) : !same_hash(q, 5, digest);
        if (rc < 0) return -1;
        if (rc) {
            err_set(err, ERR_STORE,
                    "the journal is broken at commit %llu: the values of entry %llu (fact %llu) are not those that %s",
                    (unsigned long long)j->number, (unsigned long long)seq + 1, (unsigned long long)fact,
                    erased ? "were left when others were erased" : "were committed");
            return -1;
        }
        if (sqlite3_column_bytes(q, 5) != HASH_SIZE) return broken(err, j->number, "a digest has the wrong length");
        journal_hash_entry(j, kind, type, fact, sqlite3_column_blob(q, 5));
        if ((*more = store_step(s, q, err)) < 0) return -1;
    }
    return 0;
}

static int verify_chain(struct store *s, uint64_t *entries, unsigned char head[HASH_SIZE], struct err *err)
{
    sqlite3_stmt *journal, *q;
    struct journal_writer j = {0};
    unsigned char hash[HASH_SIZE];
    int row, more;
    if (store_prepare(s, SQL_JOURNAL_ALL, &journal, err) || store_prepare(s, SQL_ENTRY_ALL, &q, err)) return -1;
    if ((more = store_step(s, q, err)) < 0) return -1;
    *entries = 0;
    while ((row = store_step(s, journal, err)) == 1) {
        uint64_t number = (uint64_t)sqlite3_column_int64(journal, 0);
        if (number != j.number + 1) return broken(err, j.number + 1, "the commit is missing");
        if (!same_hash(journal, 5, j.previous)) return broken(err, number, "it does not follow the one before it");
        j.number = number;
        j.time = sqlite3_column_int64(journal, 1);
        j.actor = store_column(journal, 2);
        j.reason = store_column(journal, 3);
        j.entries = 0;
        journal_hash_head(&j);
        if (verify_entries(s, q, &j, &more, err)) return -1;
        if ((uint64_t)sqlite3_column_int64(journal, 4) != j.entries)
            return broken(err, number, "an entry is missing or was added");
        *entries += j.entries;
        journal_hash_end(&j, hash);
        if (!same_hash(journal, 6, hash)) return broken(err, number, "its hash does not fit what it holds");
        memcpy(j.previous, hash, HASH_SIZE);
    }
    if (row < 0) return -1;
    if (more) return broken(err, j.number + 1, "there are entries without a commit");
    memcpy(head, j.previous, HASH_SIZE);
    return 0;
}

/* ---- The facts against the journal ---- */

struct fact_replay { /* one fact's fields as the journal leaves them */
    struct arena a;
    uint64_t fact;
    bool alive;
    uint32_t version;
    VEC(struct field_text) fields;
};

static int replay_entry(struct fact_replay *r, sqlite3_stmt *q, struct err *err)
{
    enum entry_kind kind = (enum entry_kind)sqlite3_column_int(q, 1);
    struct field_texts after;
    str text = store_column(q, 3);
    if (kind == ENTRY_CREATED || kind == ENTRY_DELETED) {
        r->fields.count = 0;
        r->version = 0;
    }
    r->alive = kind != ENTRY_DELETED;
    r->version++;
    if (!text.p || !r->alive) return 0;
    if (field_texts_parse(&r->a, arena_copy(&r->a, text), &after, err)) return -1;
    for (size_t i = 0; i < after.count; i++) {
        struct field_text *found = NULL;
        VEC_EACH(f, &r->fields) {
            if (f->field == after.items[i].field) found = f;
        }
        if (!found) found = vec_add(&r->a, &r->fields);
        *found = after.items[i];
    }
    return 0;
}

static int differs(struct err *err, uint64_t fact, const char *how)
{
    return err_set(err, ERR_STORE, "fact %llu %s: it was changed past the journal", (unsigned long long)fact, how);
}

/* Does the fact, as it is stored, say what its entries say? */
static int compare_fact(struct store *s, struct fact_replay *r, struct err *err)
{
    struct present_fact now;
    if (!r->fact) return 0;
    if (store_fact_texts(s, &r->a, r->fact, &now, err)) return -1;
    if (!now.type) return r->alive ? differs(err, r->fact, "is gone") : 0;
    if (!r->alive) return differs(err, r->fact, "was deleted and is there");
    if (now.version != r->version) return differs(err, r->fact, "has the wrong version");
    size_t held = 0;
    VEC_EACH(f, &r->fields) held += f->text.p != NULL;
    if (held != now.texts.count) return differs(err, r->fact, "has fields or links of which the journal says nothing");
    for (size_t i = 0; i < now.texts.count; i++) {
        const struct field_text *n = &now.texts.items[i];
        bool same = false;
        VEC_EACH(f, &r->fields) same = same || (f->field == n->field && f->text.p && str_eq(f->text, n->text));
        if (!same) return differs(err, r->fact, "has a value that the journal does not have");
    }
    return 0;
}

static int count_facts(struct store *s, uint64_t *count, struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    *count = 0;
    if (store_prepare(s, SQL_FACT_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) ++*count;
    return rc;
}

static int sum_links(struct store *s, enum store_sql which, uint64_t *sum, struct err *err)
{
    const uint64_t odd = 0x9e3779b97f4a7c15u;
    sqlite3_stmt *q;
    int rc;
    *sum = 0;
    if (store_prepare(s, which, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        uint64_t h = 0;
        for (int i = 0; i < 3; i++) {
            h = (h + (uint64_t)sqlite3_column_int64(q, i) + 1) * odd;
            h ^= h >> 32;
        }
        *sum += h;
    }
    return rc;
}

/* Links are kept by either end. Looking each up takes longer than all else, so it is done only where the sums differ.
 */
static int verify_links(struct store *s, struct err *err)
{
    sqlite3_stmt *q;
    uint64_t from, to;
    int rc;
    if (sum_links(s, SQL_LINK_ALL, &from, err) || sum_links(s, SQL_LINK_TO_ALL, &to, err)) return -1;
    if (from == to) return 0;
    if (store_prepare(s, SQL_LINK_ASTRAY, &q, err) || (rc = store_step(s, q, err)) < 0) return -1;
    if (!rc) return 0;
    uint64_t fact = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return differs(err, fact, "has a link that is not the same from its other end");
}

static int verify_facts(struct store *s, struct err *err)
{
    sqlite3_stmt *q;
    uint64_t alive = 0, there;
    struct fact_replay r = {0};
    arena_init(&r.a, 0);
    int rc = store_prepare(s, SQL_ENTRY_BY_FACT, &q, err), row = 0;
    while (!rc && (row = store_step(s, q, err)) == 1) {
        uint64_t fact = (uint64_t)sqlite3_column_int64(q, 0);
        if (fact != r.fact) {
            rc = compare_fact(s, &r, err);
            alive += r.fact && r.alive;
            arena_clear(&r.a);
            r = (struct fact_replay){.a = r.a, .fact = fact};
        }
        if (!rc) rc = replay_entry(&r, q, err);
    }
    if (!rc && row < 0) rc = -1;
    if (!rc) rc = compare_fact(s, &r, err);
    alive += r.fact && r.alive;
    arena_release(&r.a);
    if (rc || count_facts(s, &there, err)) return -1;
    if (there != alive)
        return err_set(err, ERR_STORE, "there are %llu facts, but the journal made %llu: some were added past it",
                       (unsigned long long)there, (unsigned long long)alive);
    return 0;
}

int store_verify(struct store *s, uint64_t *entries, unsigned char head[32], struct err *err)
{
    if (store_begin(s, false, err)) return -1;
    int rc = verify_chain(s, entries, head, err);
    if (!rc) rc = verify_facts(s, err);
    if (!rc) rc = verify_links(s, err);
    if (!rc) rc = keys_verify(s, err);
    if (!rc) rc = evidence_verify(s, err);
    if (!rc) rc = attachments_verify(s, err);
    store_abandon(s);
    return rc;
}
