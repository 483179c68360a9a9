/* SPDX-License-Identifier: Apache-2.0 */
/* What the store's tests share: a small metamodel, a workspace in a folder of its own, and the state as text. */
#ifndef TEST_STORE_H
#define TEST_STORE_H

#include "store.h"

#include "base_time.h"
#include "test.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEST_MODEL                                                                                                     \
    "version: 1\n"                                                                                                     \
    "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}, {key: data, name: Data}]\n"                       \
    "types:\n"                                                                                                         \
    "  - id: 1\n"                                                                                                      \
    "    name: application\n"                                                                                          \
    "    plural: applications\n"                                                                                       \
    "    group: stack\n"                                                                                               \
    "    key: [name]\n"                                                                                                \
    "    alias field: aliases\n"                                                                                       \
    "    fields:\n"                                                                                                    \
    "      - {id: 1, name: name, kind: text, required: yes, columns: [tool, product]}\n"                               \
    "      - {id: 2, name: aliases, kind: text}\n"                                                                     \
    "      - {id: 3, name: status, kind: one of, values: [candidate, sanctioned, shadow], default: candidate}\n"       \
    "      - {id: 4, name: annual cost, kind: money}\n"                                                                \
    "      - {id: 5, name: seats paid, kind: whole number}\n"                                                          \
    "      - {id: 6, name: fit, kind: decimal}\n"                                                                      \
    "      - {id: 7, name: share, kind: percent}\n"                                                                    \
    "      - {id: 8, name: live since, kind: date}\n"                                                                  \
    "      - {id: 9, name: horizon, kind: period}\n"                                                                   \
    "      - {id: 10, name: single sign-on, kind: yes no}\n"                                                           \
    "      - {id: 11, name: notes, kind: long text}\n"                                                                 \
    "      - {id: 12, name: vendor, kind: link, to: vendor, inverse: applications}\n"                                  \
    "      - {id: 13, name: realises, kind: links, to: capability, inverse: realised by}\n"                            \
    "      - {id: 20, name: people, kind: observed, observed: people, days: 90, unit: whole number}\n"                 \
    "      - {id: 21, name: per seat, kind: derived, gives: money, feel: 'annual cost / seats paid'}\n"                \
    "  - id: 2\n"                                                                                                      \
    "    name: vendor\n"                                                                                               \
    "    plural: vendors\n"                                                                                            \
    "    group: stack\n"                                                                                               \
    "    key: [name]\n"                                                                                                \
    "    fields: [{id: 1, name: name, kind: text, required: yes}, {id: 2, name: country, kind: text}]\n"               \
    "  - id: 3\n"                                                                                                      \
    "    name: capability\n"                                                                                           \
    "    plural: capabilities\n"                                                                                       \
    "    group: map\n"                                                                                                 \
    "    key: [name]\n"                                                                                                \
    "    fields:\n"                                                                                                    \
    "      - {id: 1, name: name, kind: text, required: yes}\n"                                                         \
    "      - {id: 2, name: parent, kind: link, to: capability, inverse: children}\n"                                   \
    "      - {id: 3, name: after, kind: links, to: capability, inverse: before, circles: no}\n"                        \
    "  - id: 4\n"                                                                                                      \
    "    name: contract\n"                                                                                             \
    "    plural: contracts\n"                                                                                          \
    "    group: stack\n"                                                                                               \
    "    key: [number, vendor]\n"                                                                                      \
    "    fields:\n"                                                                                                    \
    "      - {id: 1, name: number, kind: text, required: yes}\n"                                                       \
    "      - {id: 2, name: vendor, kind: link, to: vendor, inverse: contracts, required: yes}\n"                       \
    "  - id: 5\n"                                                                                                      \
    "    name: objective\n"                                                                                            \
    "    plural: objectives\n"                                                                                         \
    "    group: direction\n"                                                                                           \
    "    key: [name]\n"                                                                                                \
    "    two key: yes\n"                                                                                               \
    "    fields:\n"                                                                                                    \
    "      - {id: 1, name: name, kind: text, required: yes}\n"                                                         \
    "      - {id: 9, name: outcome, kind: long text}\n"                                                                \
    "      - {id: 3, name: target, kind: decimal}\n"                                                                   \
    "      - {id: 4, name: needs, kind: links, to: capability, inverse: objectives}\n"                                 \
    "      - {id: 5, name: partner, kind: link, to: vendor, inverse: partner in}\n"                                    \
    "      - {id: 6, name: reading, kind: decimal, signed: no, written by: it}\n"                                      \
    "      - {id: 7, name: watched by, kind: links, to: vendor, inverse: watches, signed: no}\n"

struct fixture {
    struct test_tally *t;
    struct arena a;
    char folder[64], path[96];
    struct store *s;
    const struct model *m;
    const struct model_type *application, *vendor, *capability, *contract, *objective;
    struct err err;
};

static inline void fixture_show(const struct fixture *x)
{
    struct buf b;
    buf_init(&b, 4096);
    err_emit(&x->err, &b);
    printf("    %s", b.n ? b.p : "\n");
    buf_release(&b);
}

/* Checks that the call went well, and prints the error where it did not. */
#define GOOD(x, call) (CHECK(!(call)) || (fixture_show(x), false))
/* Checks that the call failed with this code and that these words are in the message. */
#define BAD(x, call, wanted, words)                                                                                    \
    do {                                                                                                               \
        (x)->err = (struct err){0};                                                                                    \
        bool failed_ = (call) < 0;                                                                                     \
        if (!CHECK(failed_ && (x)->err.code == (wanted) && strstr((x)->err.message, (words)))) fixture_show(x);        \
    } while (0)

static inline void fixture_reopen(struct fixture *x, int flags)
{
    struct test_tally *t = x->t;
    store_close(x->s);
    x->s = NULL;
    if (!GOOD(x, store_open(x->path, flags, &x->s, &x->err))) exit(1);
    x->m = store_model(x->s);
    x->application = model_type(x->m, STR("application"));
    x->vendor = model_type(x->m, STR("vendor"));
    x->capability = model_type(x->m, STR("capability"));
    x->contract = model_type(x->m, STR("contract"));
    x->objective = model_type(x->m, STR("objective"));
}

static inline void fixture_init(struct fixture *x, struct test_tally *t)
{
    static const struct store_profile profile = {STR_INIT("Northlight"), STR_INIT("EUR"), STR_INIT("Europe/Berlin")};
    *x = (struct fixture){.t = t};
    arena_init(&x->a, 0);
    snprintf(x->folder, sizeof x->folder, "/tmp/test-store-XXXXXX");
    if (!mkdtemp(x->folder)) abort();
    snprintf(x->path, sizeof x->path, "%s/w.entente", x->folder);
    GOOD(x, store_create(x->path, &profile, STR(TEST_MODEL), &x->err));
    fixture_reopen(x, STORE_WRITE);
}

static inline void fixture_release(struct fixture *x)
{
    char name[128];
    store_close(x->s);
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end; end++) {
        snprintf(name, sizeof name, "%s%s", x->path, *end);
        unlink(name);
    }
    rmdir(x->folder);
    arena_release(&x->a);
}

/* Alters the workspace as somebody with a plain sqlite would. */
static inline void alter(struct fixture *x, const char *sql)
{
    struct test_tally *t = x->t;
    sqlite3 *db;
    CHECK(sqlite3_open(x->path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK && sqlite3_total_changes(db) > 0);
    sqlite3_close(db);
}

static inline struct change_set *set_of(struct fixture *x)
{
    return change_set_new(&x->a, x->m, STR("anna"), STR("a test"));
}

static inline const struct model_field *field_of(const struct model_type *type, const char *name)
{
    const struct model_field *f = model_field(type, str_of(name));
    MUST(f);
    return f;
}

static const struct origin typed = {.kind = ORIGIN_TYPED};

static inline struct origin imported(const char *source, const char *file, uint32_t line)
{
    return (struct origin){ORIGIN_IMPORTED, str_of(source), str_of(file), line};
}

static inline void set(struct change_set *c, uint64_t fact, const struct model_type *type, const char *field,
                       const char *text)
{
    change_value(c, fact, field_of(type, field), str_of(text), typed);
}

/* A fact with a name, in a commit of its own; its id. */
static inline uint64_t make(struct fixture *x, const struct model_type *type, const char *name)
{
    struct test_tally *t = x->t;
    struct commit_result r;
    struct change_set *c = set_of(x);
    set(c, change_create(c, type), type, "name", name);
    return GOOD(x, store_commit(x->s, c, 1000, &r, &x->err)) ? r.made[0] : 0;
}

/* ---- The state as text: one line a fact, usage or payment ---- */

static inline void dump_fact(void *self, const struct stored_fact *f)
{
    struct buf *b = self;
    buf_printf(b, "%llu " STR_FORMAT " v%u", (unsigned long long)f->id, STR_ARGS(f->type->name), f->version);
    for (size_t i = 0; i < f->value_count; i++)
        buf_printf(b, " " STR_FORMAT "=" STR_FORMAT, STR_ARGS(f->values[i].field->key),
                   STR_ARGS(f->values[i].canonical));
    for (size_t i = 0; i < f->link_count; i++)
        buf_printf(b, " " STR_FORMAT "->%llu", STR_ARGS(f->links[i].field->key), (unsigned long long)f->links[i].to);
    buf_char(b, '\n');
}

static inline void dump_usage(void *self, const struct stored_usage *u)
{
    struct buf *b = self;
    buf_printf(b, "use %llu %llu %d-%d:", (unsigned long long)u->application, (unsigned long long)u->person,
               u->first_day, u->last_day);
    for (size_t i = 0; i < u->day_count; i++)
        buf_printf(b, " %d/%u/%llu", u->days[i].day, u->days[i].requests, (unsigned long long)u->days[i].bytes);
    buf_char(b, '\n');
}

static inline void dump_payment(void *self, const struct stored_payment *p)
{
    struct buf *b = self;
    buf_printf(b, "paid %llu %d " STR_FORMAT " " STR_FORMAT "\n", (unsigned long long)p->application, p->month,
               STR_ARGS(p->amount), STR_ARGS(p->currency));
}

static inline void dump_evidence_of(void *self, uint64_t application)
{
    struct buf *b = self;
    buf_printf(b, "evidence of %llu\n", (unsigned long long)application);
}

static inline str dump(struct fixture *x, struct store *s, bool all, uint64_t since, uint64_t *head)
{
    struct test_tally *t = x->t;
    struct buf b;
    uint64_t ignored;
    buf_init(&b, 1 << 28);
    struct store_reader r = {&b, dump_fact, dump_usage, dump_payment, dump_evidence_of};
    GOOD(x, all ? store_load(s, &r, head ? head : &ignored, &x->err)
                : store_load_since(s, since, &r, head ? head : &ignored, &x->err));
    str text = buf_copy(&b, &x->a);
    buf_release(&b);
    return text;
}

/* What a query counts, with the text as its ?1. */
static inline int rows_with(struct fixture *x, const char *sql, const char *text)
{
    struct test_tally *t = x->t;
    sqlite3 *db;
    sqlite3_stmt *q;
    int count = -1;
    CHECK(sqlite3_open(x->path, &db) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK);
    sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC);
    if (sqlite3_step(q) == SQLITE_ROW) count = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return count;
}

#endif
