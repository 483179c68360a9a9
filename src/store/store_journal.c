/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: a chain of commits, each with its entries' salted digests; the values lie beside. */
#include "store_inside.h"

#include "base_utf8.h"

#include <string.h>

/* Numbers go into a hash as eight bytes, little end first; texts with their length before them. */
static void hash_number(crypto_generichash_state *h, uint64_t v)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(v >> (8 * i));
    crypto_generichash_update(h, bytes, sizeof bytes);
}

static void hash_text(crypto_generichash_state *h, str s)
{
    hash_number(h, s.p ? s.n : UINT64_MAX);
    if (s.n) crypto_generichash_update(h, (const unsigned char *)s.p, s.n);
}

static void entry_digest(unsigned char digest[HASH_SIZE], const unsigned char salt[SALT_SIZE], uint64_t number,
                         uint64_t seq, enum entry_kind kind, uint32_t type, uint64_t fact, str before, str after)
{
    crypto_generichash_state h;
    crypto_generichash_init(&h, salt, SALT_SIZE, HASH_SIZE);
    hash_number(&h, number);
    hash_number(&h, seq);
    hash_number(&h, kind);
    hash_number(&h, type);
    hash_number(&h, fact);
    hash_text(&h, before);
    hash_text(&h, after);
    crypto_generichash_final(&h, digest, HASH_SIZE);
}

static void hash_head(struct journal_writer *j)
{
    crypto_generichash_init(&j->hash, NULL, 0, HASH_SIZE);
    crypto_generichash_update(&j->hash, j->previous, HASH_SIZE);
    hash_number(&j->hash, j->number);
    hash_number(&j->hash, (uint64_t)j->time);
    hash_text(&j->hash, j->actor);
    hash_text(&j->hash, j->reason);
}

static void hash_entry(struct journal_writer *j, enum entry_kind kind, uint32_t type, uint64_t fact,
                       const unsigned char digest[HASH_SIZE])
{
    hash_number(&j->hash, kind);
    hash_number(&j->hash, type);
    hash_number(&j->hash, fact);
    crypto_generichash_update(&j->hash, digest, HASH_SIZE);
    j->entries++;
}

static void hash_end(struct journal_writer *j, unsigned char hash[HASH_SIZE])
{
    hash_number(&j->hash, j->entries);
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
    hash_head(j);
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
    entry_digest(digest, salt, j->number, seq, kind, type, fact, before, after);
    hash_entry(j, kind, type, fact, digest);
    return store_rows_add(s, ROWS_ENTRY, err, j->number, seq, (int64_t)kind, (int64_t)type, fact, digest,
                          (size_t)HASH_SIZE) ||
                   store_rows_add(s, ROWS_ENTRY_VALUE, err, j->number, seq, salt, (size_t)SALT_SIZE, before, after)
               ? -1
               : 0;
}

int journal_end(struct store *s, struct journal_writer *j, struct err *err)
{
    unsigned char hash[HASH_SIZE];
    hash_end(j, hash);
    return store_run(s, SQL_JOURNAL_ADD, err, "uissubb", j->number, j->time, j->actor, j->reason, j->entries,
                     j->previous, (size_t)HASH_SIZE, hash, (size_t)HASH_SIZE);
}

/* ---- Verifying ---- */

static bool same_hash(sqlite3_stmt *q, int column, const unsigned char hash[HASH_SIZE])
{
    return sqlite3_column_bytes(q, column) == HASH_SIZE && !memcmp(sqlite3_column_blob(q, column), hash, HASH_SIZE);
}

static int broken(struct err *err, uint64_t number, const char *what)
{
    return err_set(err, ERR_STORE, "the journal is broken at commit %llu: %s", (unsigned long long)number, what);
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
        bool erased = sqlite3_column_type(q, 6) == SQLITE_NULL;
        if (!erased) {
            if (sqlite3_column_bytes(q, 6) != SALT_SIZE) return broken(err, j->number, "a salt has the wrong length");
            entry_digest(digest, sqlite3_column_blob(q, 6), j->number, seq, kind, type, fact, store_column(q, 7),
                         store_column(q, 8));
            if (!same_hash(q, 5, digest)) {
                err_set(err, ERR_STORE,
                        "the journal is broken at commit %llu: the values of entry %llu (fact %llu)"
                        " are not those that were committed",
                        (unsigned long long)j->number, (unsigned long long)seq + 1, (unsigned long long)fact);
                return -1;
            }
        }
        if (sqlite3_column_bytes(q, 5) != HASH_SIZE) return broken(err, j->number, "a digest has the wrong length");
        hash_entry(j, kind, type, fact, sqlite3_column_blob(q, 5));
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
        hash_head(&j);
        if (verify_entries(s, q, &j, &more, err)) return -1;
        if ((uint64_t)sqlite3_column_int64(journal, 4) != j.entries)
            return broken(err, number, "an entry is missing or was added");
        *entries += j.entries;
        hash_end(&j, hash);
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
    bool alive, erased;
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
        r->erased = false;
    }
    r->alive = kind != ENTRY_DELETED;
    r->version++;
    if (sqlite3_column_int(q, 2)) r->erased = true;
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
    struct arena *a = &r->a;
    sqlite3_stmt *q;
    VEC(struct field_text) now = {0};
    struct field_texts fields;
    int rc;
    if (!r->fact) return 0;
    if (store_bind(s, SQL_FACT_GET, &q, err, "u", r->fact) || (rc = store_step(s, q, err)) < 0) return -1;
    if (!rc) return r->alive ? differs(err, r->fact, "is gone") : 0;
    if (!r->alive) return differs(err, r->fact, "was deleted and is there");
    if ((uint32_t)sqlite3_column_int64(q, 1) != r->version) return differs(err, r->fact, "has the wrong version");
    if (field_texts_parse(a, arena_copy(a, store_column(q, 2)), &fields, err)) return -1;
    sqlite3_reset(q);
    for (size_t i = 0; i < fields.count; i++) *vec_add(a, &now) = fields.items[i];
    if (store_bind(s, SQL_LINK_OF, &q, err, "u", r->fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        uint32_t field = (uint32_t)sqlite3_column_int64(q, 0);
        unsigned long long target = (unsigned long long)sqlite3_column_int64(q, 1);
        struct field_text *last = now.count ? &now.items[now.count - 1] : NULL;
        if (last && now.count > fields.count && last->field == field)
            last->text = arena_printf(a, STR_FORMAT " %llu", STR_ARGS(last->text), target);
        else
            *vec_add(a, &now) = (struct field_text){field, arena_printf(a, "%llu", target)};
    }
    if (rc < 0) return -1;
    if (r->erased) return 0;
    size_t held = 0;
    VEC_EACH(f, &r->fields) held += f->text.p != NULL;
    if (held != now.count) return differs(err, r->fact, "has fields or links of which the journal says nothing");
    VEC_EACH(n, &now) {
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
    if (!rc) rc = keys_verify(s, err);
    store_abandon(s);
    return rc;
}

/* ---- Reading ---- */

int store_load_journal(struct store *s, struct arena *a, size_t limit, const struct journal_line **out, size_t *count,
                       struct err *err)
{
    VEC(struct journal_line) lines = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_JOURNAL_NEWEST, &q, err, "u", (uint64_t)(limit > INT64_MAX ? INT64_MAX : limit))) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct journal_line *l = vec_add(a, &lines);
        *l = (struct journal_line){.number = (uint64_t)sqlite3_column_int64(q, 0),
                                   .time = sqlite3_column_int64(q, 1),
                                   .actor = arena_copy(a, store_column(q, 2)),
                                   .reason = arena_copy(a, store_column(q, 3)),
                                   .changed = (size_t)sqlite3_column_int64(q, 4)};
        if (sqlite3_column_bytes(q, 5) == HASH_SIZE) memcpy(l->hash, sqlite3_column_blob(q, 5), HASH_SIZE);
    }
    *out = lines.items;
    *count = lines.count;
    return rc;
}

static str text_in(const struct field_texts *t, uint32_t field, bool *there)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].field == field) return *there = true, t->items[i].text;
    return *there = false, STR_NONE;
}

/* What such an entry says of the two keys; STR_NONE of others. */
static str key_word(enum entry_kind kind)
{
    switch (kind) {
    case ENTRY_DRAFTED: return STR("drafted");
    case ENTRY_PROPOSED: return STR("proposed");
    case ENTRY_REFUSED: return STR("refused");
    case ENTRY_WITHDRAWN: return STR("withdrawn");
    case ENTRY_SIGNED: return STR("signed");
    case ENTRY_AGREED: return STR("agreed");
    case ENTRY_CREATED:
    case ENTRY_CHANGED:
    case ENTRY_DELETED:
    case ENTRY_EVIDENCE:
    case ENTRY_LOAD:
    case ENTRY_USER:
    case ENTRY_CLAIMED:
    case ENTRY_MODEL:
    case ENTRY_COMMENT:
    case ENTRY_VIEW: break;
    }
    return STR_NONE;
}

int store_load_history(struct store *s, struct arena *a, uint64_t fact, const struct journal_change **out,
                       size_t *count, struct err *err)
{
    VEC(struct journal_change) changes = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_ENTRY_HISTORY, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct journal_change c = {.number = (uint64_t)sqlite3_column_int64(q, 0),
                                   .time = sqlite3_column_int64(q, 1),
                                   .actor = arena_copy(a, store_column(q, 2)),
                                   .reason = arena_copy(a, store_column(q, 3))};
        enum entry_kind kind = (enum entry_kind)sqlite3_column_int(q, 4);
        const struct model_type *type = model_type_by_id(s->model, (uint32_t)sqlite3_column_int64(q, 5));
        struct field_texts before = {0}, after = {0};
        if ((c.after = key_word(kind)).p) {
            *vec_add(a, &changes) = c;
            continue;
        }
        str b = store_column(q, 6), f = store_column(q, 7);
        if ((b.p && field_texts_parse(a, arena_copy(a, b), &before, err)) ||
            (f.p && field_texts_parse(a, arena_copy(a, f), &after, err))) {
            sqlite3_reset(q);
            return -1;
        }
        if (kind != ENTRY_CHANGED) {
            c.after = kind == ENTRY_CREATED ? STR("created") : STR_NONE;
            c.before = kind == ENTRY_DELETED ? STR("deleted") : STR_NONE;
            *vec_add(a, &changes) = c;
        }
        for (size_t i = 0; type && i < type->field_count; i++) {
            bool in_before, in_after;
            c.field = &type->fields[i];
            c.before = text_in(&before, c.field->id, &in_before);
            c.after = text_in(&after, c.field->id, &in_after);
            if (in_before || in_after) *vec_add(a, &changes) = c;
        }
    }
    *out = changes.items;
    *count = changes.count;
    return rc;
}
