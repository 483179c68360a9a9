/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the past go, the chain stays, and what is left is vouched for; copies and what puts them back. */
#include "test_store.h"

static uint64_t change_notes(struct fixture *x, uint64_t fact, const char *notes)
{
    struct test_tally *t = x->t;
    struct commit_result r;
    struct change_set *c = set_of(x);
    set(c, fact, x->application, "notes", notes);
    set(c, fact, x->application, "seats paid", arena_printf(&x->a, "%u", (unsigned)strlen(notes)).p);
    GOOD(x, store_commit(x->s, c, 1000, &r, &x->err));
    return r.number;
}

/* Of all rows of entry_value, claim and fact. */
#define KEPT                                                                                                           \
    "SELECT (SELECT count(*) FROM entry_value WHERE instr(coalesce(before, '') || "                                    \
    "coalesce(after, ''), ?1)) + (SELECT count(*) FROM claim WHERE instr(fields, ?1))"                                 \
    " + (SELECT count(*) FROM fact WHERE instr(fields, ?1))"

static void one_field(struct test_tally *t)
{
    struct fixture x;
    struct erasure e;
    uint64_t entries;
    unsigned char before[32], after[32];
    struct journal_line line;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    change_notes(&x, a, "is ill");
    change_notes(&x, a, "is well");
    GOOD(&x, store_verify(x.s, &entries, before, &x.err));
    BAD(&x, store_erase(x.s, a, STR("nots"), STR("ben"), STR("asked"), 2000, &e, &x.err), ERR_USAGE,
        "did you mean \"notes\"");
    BAD(&x, store_erase(x.s, 77, STR_NONE, STR("ben"), STR("asked"), 2000, &e, &x.err), ERR_INPUT, "no fact 77");
    BAD(&x, store_erase(x.s, a, STR_NONE, STR("ben"), STR(" "), 2000, &e, &x.err), ERR_USAGE, "say why");
    GOOD(&x, store_erase(x.s, a, STR("notes"), STR("ben"), STR("asked"), 2000, &e, &x.err));
    CHECK(e.values == 2 && e.entries == 2 && e.stands && e.number == 5);
    CHECK(rows_with(&x, KEPT, "is ill") == 0 && rows_with(&x, KEPT, "is well") == 3);
    GOOD(&x, store_verify(x.s, &entries, after, &x.err));
    GOOD(&x, store_find_head(x.s, before, sizeof before, &line, &x.err));
    CHECK(line.number == 4);
    BAD(&x, store_erase(x.s, a, STR("notes"), STR("ben"), STR("asked"), 2000, &e, &x.err), ERR_INPUT,
        "nothing of the past");
    /* The rest of the same entry goes in a second erasing: the first one's word is void, the second's counts. */
    GOOD(&x, store_erase(x.s, a, STR("seats paid"), STR("ben"), STR("asked"), 2000, &e, &x.err));
    GOOD(&x, store_verify(x.s, &entries, after, &x.err));
    fixture_release(&x);
}

static void a_fact_that_is_gone(struct test_tally *t)
{
    struct fixture x;
    struct erasure e;
    struct commit_result r;
    uint64_t entries;
    unsigned char head[32];
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    change_notes(&x, a, "is ill");
    struct change_set *c = set_of(&x);
    change_value(c, a, field_of(x.application, "notes"), STR("hearsay"),
                 imported("cmdb", "c.csv", 2)); /* loses against what was typed */
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    c = set_of(&x);
    change_delete(c, a);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    GOOD(&x, store_erase(x.s, a, STR_NONE, STR("ben"), STR("asked"), 2000, &e, &x.err));
    CHECK(!e.stands);
    CHECK(!rows_with(&x, KEPT, "is ill") && !rows_with(&x, KEPT, "hearsay") && !rows_with(&x, KEPT, "Mailchimp"));
    GOOD(&x, store_verify(x.s, &entries, head, &x.err));
    fixture_release(&x);
}

static void claims(struct test_tally *t)
{
    struct fixture x;
    struct erasure e;
    struct commit_result r;
    const struct stored_claim *list;
    size_t count;
    uint64_t entries;
    unsigned char head[32];
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    change_notes(&x, a, "is well");
    struct change_set *c = set_of(&x);
    change_value(c, a, field_of(x.application, "notes"), STR("hearsay"), imported("cmdb", "c.csv", 2));
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    GOOD(&x, store_erase(x.s, a, STR("notes"), STR("ben"), STR("asked"), 2000, &e, &x.err));
    CHECK(!rows_with(&x, KEPT, "hearsay"));
    GOOD(&x, store_load_claims(x.s, &x.a, a, &list, &count, &x.err));
    for (size_t i = 0; i < count; i++) CHECK(list[i].wins);
    GOOD(&x, store_verify(x.s, &entries, head, &x.err));
    fixture_release(&x);
}

static void copies(struct test_tally *t)
{
    struct fixture x;
    struct store_proof proof, again;
    str copy, back, kept;
    fixture_init(&x, t);
    make(&x, x.vendor, "Intuit");
    copy = arena_printf(&x.a, "%s/copy", x.folder);
    back = arena_printf(&x.a, "%s/back", x.folder);
    GOOD(&x, store_backup(x.s, copy.p, &proof, &x.err));
    CHECK(proof.commits == 2 && proof.entries == 2);
    BAD(&x, store_backup(x.s, copy.p, &again, &x.err), ERR_IO, "already a file");
    make(&x, x.vendor, "Braze"); /* goes on, and is not in the copy */
    GOOD(&x, store_restore(copy.p, back.p, false, &x.a, &again, &kept, &x.err));
    CHECK(!memcmp(again.head, proof.head, sizeof proof.head) && !kept.p);
    BAD(&x, store_restore(copy.p, back.p, false, &x.a, &again, &kept, &x.err), ERR_IO, "already a file");
    GOOD(&x, store_restore(copy.p, back.p, true, &x.a, &again, &kept, &x.err));
    CHECK(str_ends(kept, STR("/back.before-1")));
    for (size_t i = 0; i < 3; i++) unlink((const char *const[]){copy.p, back.p, kept.p}[i]);
    fixture_release(&x);
}

TEST_MAIN(one_field, a_fact_that_is_gone, claims, copies)
