/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal says of a load of evidence: a text with a hash over the load's rows, so that they are proved with
 * it.
 *
 * The hash is BLAKE2b over the rows of use in the order of subject, person and day, then the payments as they were
 * given. Subjects go in by what they are called, for an application by the number that stands for it. */
#include "store_inside.h"

#include <stdlib.h>
#include <string.h>

static void hash_number(struct load_proof *p, int64_t n) { journal_hash_number(&p->hash, (uint64_t)n); }

/* A column without a value counts as an empty one. */
static void hash_text(struct load_proof *p, str text) { journal_hash_text(&p->hash, text.p ? text : STR("")); }

void load_proof_begin(struct load_proof *p)
{
    *p = (struct load_proof){.first_day = INT64_MAX, .last_day = INT64_MIN};
    crypto_generichash_init(&p->hash, NULL, 0, HASH_SIZE);
}

static void hash_subject(struct load_proof *p, const struct proof_subject *s)
{
    hash_number(p, (int64_t)s->id);
    if (s->id == p->subject) return;
    p->subject = s->id;
    hash_number(p, s->kind);
    hash_text(p, s->kind == SUBJECT_APPLICATION ? STR("") : s->name);
}

void load_proof_usage(struct load_proof *p, const struct proof_subject *s, const struct evidence_usage *u,
                      uint64_t requests)
{
    hash_subject(p, s);
    hash_number(p, (int64_t)u->person), hash_number(p, u->day), hash_number(p, (int64_t)requests);
    hash_number(p, (int64_t)u->bytes), hash_number(p, u->first), hash_number(p, u->last);
    if (u->day < p->first_day) p->first_day = u->day;
    if (u->day > p->last_day) p->last_day = u->day;
    p->usage++;
}

void load_proof_payment(struct load_proof *p, const struct proof_subject *s, const struct evidence_payment *paid)
{
    hash_subject(p, s);
    hash_number(p, paid->month);
    hash_text(p, paid->currency);
    hash_text(p, paid->amount);
    hash_number(p, paid->lines);
    p->payments++;
}

str load_proof_end(struct load_proof *p, struct arena *a, const struct evidence_load *l)
{
    unsigned char rows[HASH_SIZE];
    char content[2 * HASH_SIZE + 1], hash[2 * HASH_SIZE + 1];
    crypto_generichash_final(&p->hash, rows, sizeof rows);
    sodium_bin2hex(content, sizeof content, l->content_hash, HASH_SIZE);
    sodium_bin2hex(hash, sizeof hash, rows, sizeof rows);
    return arena_printf(a, STR_FORMAT " " STR_FORMAT " %s bytes %llu lines %llu skipped %llu use %zu paid %zu rows %s",
                        STR_ARGS(l->format), STR_ARGS(l->file), content, (unsigned long long)l->bytes,
                        (unsigned long long)l->lines, (unsigned long long)l->skipped, p->usage, p->payments, hash);
}

/* ---- Is it still so? ---- */

struct proving {
    sqlite3_stmt *loads, *usage, *payments;
    int more_usage, more_payments;
    struct arena a;
};

static int broken(struct err *err, uint64_t number, const char *how)
{
    return err_set(err, ERR_STORE, "the evidence of commit %llu %s: it was changed past the journal",
                   (unsigned long long)number, how);
}

/* Columns 1 to 3: subject, its kind and name. */
static struct proof_subject subject_of(sqlite3_stmt *q)
{
    return (struct proof_subject){.id = (uint64_t)sqlite3_column_int64(q, 1),
                                  .kind = (enum subject_kind)sqlite3_column_int(q, 2),
                                  .name = store_column(q, 3)};
}

/* The rows of one load, from the statements' present rows on. */
static int prove_rows(struct store *s, struct proving *v, uint64_t number, struct load_proof *p, struct err *err)
{
    load_proof_begin(p);
    while (v->more_usage == 1 && (uint64_t)sqlite3_column_int64(v->usage, 0) == number) {
        sqlite3_stmt *q = v->usage;
        struct proof_subject subject = subject_of(q);
        struct evidence_usage u = {.person = (uint64_t)sqlite3_column_int64(q, 4),
                                   .day = sqlite3_column_int(q, 5),
                                   .bytes = (uint64_t)sqlite3_column_int64(q, 7),
                                   .first = sqlite3_column_int64(q, 8),
                                   .last = sqlite3_column_int64(q, 9)};
        load_proof_usage(p, &subject, &u, (uint64_t)sqlite3_column_int64(q, 6));
        if ((v->more_usage = store_step(s, q, err)) < 0) return -1;
    }
    while (v->more_payments == 1 && (uint64_t)sqlite3_column_int64(v->payments, 0) == number) {
        sqlite3_stmt *q = v->payments;
        struct proof_subject subject = subject_of(q);
        struct evidence_payment paid = {.month = sqlite3_column_int(q, 4),
                                        .currency = store_column(q, 5),
                                        .amount = store_column(q, 6),
                                        .lines = (uint32_t)sqlite3_column_int64(q, 7)};
        load_proof_payment(p, &subject, &paid);
        if ((v->more_payments = store_step(s, q, err)) < 0) return -1;
    }
    return 0;
}

static int prove_load(struct store *s, struct proving *v, struct err *err)
{
    sqlite3_stmt *q = v->loads;
    struct load_proof p;
    struct evidence_load l = {.format = store_column(q, 1),
                              .file = store_column(q, 2),
                              .bytes = (uint64_t)sqlite3_column_int64(q, 4),
                              .lines = (uint64_t)sqlite3_column_int64(q, 5),
                              .skipped = (uint64_t)sqlite3_column_int64(q, 6)};
    uint64_t number = (uint64_t)sqlite3_column_int64(q, 0);
    if (sqlite3_column_type(q, 9) == SQLITE_NULL) return broken(err, number, "has no entry in the journal");
    if (sqlite3_column_bytes(q, 3) != HASH_SIZE) return broken(err, number, "is not what was read");
    memcpy(l.content_hash, sqlite3_column_blob(q, 3), HASH_SIZE);
    if (prove_rows(s, v, number, &p, err)) return -1;
    bool days = p.usage > 0, has_days = sqlite3_column_type(q, 7) != SQLITE_NULL;
    str says = load_proof_end(&p, &v->a, &l), said = store_column(q, 9);
    /* Releases before this one wrote no hash of the rows. */
    if (str_find(said, STR(" rows ")) == STR_NOT_FOUND) return 0;
    if (!str_eq(says, said)) return broken(err, number, "is not what was read");
    if (days != has_days ||
        (days && (sqlite3_column_int64(q, 7) != p.first_day || sqlite3_column_int64(q, 8) != p.last_day)))
        return broken(err, number, "has other days");
    return 0;
}

static int prove_all(struct store *s, struct proving *v, struct err *err)
{
    sqlite3_stmt *q;
    uint64_t loads = 0;
    int row = 0;
    if (store_bind(s, SQL_LOAD_PROOF, &v->loads, err, "i", (int64_t)ENTRY_LOAD) ||
        store_prepare(s, SQL_USAGE_PROOF, &v->usage, err) || store_prepare(s, SQL_PAYMENT_PROOF, &v->payments, err) ||
        (v->more_usage = store_step(s, v->usage, err)) < 0 || (v->more_payments = store_step(s, v->payments, err)) < 0)
        return -1;
    while ((row = store_step(s, v->loads, err)) == 1) {
        loads++;
        if (prove_load(s, v, err)) return -1;
        arena_clear(&v->a);
    }
    if (row < 0) return -1;
    if (v->more_usage) return broken(err, (uint64_t)sqlite3_column_int64(v->usage, 0), "has use that no load brought");
    if (v->more_payments)
        return broken(err, (uint64_t)sqlite3_column_int64(v->payments, 0), "has payments that no load brought");
    if (store_bind(s, SQL_LOAD_ENTRIES, &q, err, "i", (int64_t)ENTRY_LOAD) || store_step(s, q, err) < 0) return -1;
    bool same = (uint64_t)sqlite3_column_int64(q, 0) == loads;
    sqlite3_reset(q);
    return same ? 0 : err_set(err, ERR_STORE, "a load of evidence is gone: it was taken away past the journal");
}

int evidence_verify(struct store *s, struct err *err)
{
    struct proving v = {0};
    arena_init(&v.a, 0);
    int rc = prove_all(s, &v, err);
    sqlite3_stmt *const open[] = {v.loads, v.usage, v.payments};
    for (size_t i = 0; i < ARRAY_COUNT(open); i++)
        if (open[i]) sqlite3_reset(open[i]);
    arena_release(&v.a);
    return rc;
}
