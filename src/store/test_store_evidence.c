/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of use and payment, strangers, findings. */
#include "test_store.h"

static struct evidence_load load_of(unsigned char content, const struct evidence_subject *subjects, size_t count)
{
    struct evidence_load l = {.file = STR("access.log"),
                              .format = STR("squid"),
                              .bytes = 1000,
                              .lines = 10,
                              .skipped = 1,
                              .subjects = subjects,
                              .subject_count = count};
    l.content_hash[0] = content;
    return l;
}

static void usage_and_payments(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    struct evidence_totals totals;
    uint64_t head, entries;
    unsigned char hash[32];
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    struct change_set *c = change_set_new(&x.a, x.m, STR("scan"), STR("access.log"));
    uint64_t shadow = change_create(c, x.application);
    set(c, shadow, x.application, "name", "Typeform");
    struct evidence_subject subjects[] = {{SUBJECT_APPLICATION, a, STR_NONE},
                                          {SUBJECT_APPLICATION, shadow, STR_NONE},
                                          {SUBJECT_DOMAIN, 0, STR("example.com")}};
    struct evidence_usage usage[] = {
        {0, UINT64_MAX, 20001, 5, 500, 1, 2},      {0, 7, 20002, 1, 10, 1, 2}, {0, 7, 20001, 2, 20, 1, 2},
        {1, 7, 20001, 3, UINT64_C(1) << 40, 1, 2}, {2, 7, 20001, 1, 1, 1, 2},
    };
    struct evidence_payment payments[] = {{1, 2026 * 12 + 10, STR("-12.50"), STR("EUR"), 2}};
    struct evidence_load load = load_of(1, subjects, 3);
    load.usage = usage;
    load.usage_count = ARRAY_COUNT(usage);
    load.payments = payments;
    load.payment_count = 1;
    GOOD(&x, store_add_evidence(x.s, &load, c, 1000, &r, &x.err));
    CHECK(r.number == 3 && r.made_count == 1 && r.made[0] == 2);
    str want = STR("use 1 7 20001-20002: 20001/2/20 20002/1/10\n"
                   "use 1 18446744073709551615 20001-20001: 20001/5/500\n");
    CHECK_STR(dump(&x, x.s, true, 0, NULL),
              arena_printf(&x.a,
                           "1 application v1 name=Mailchimp status=candidate\n"
                           "2 application v1 name=Typeform status=candidate\n" STR_FORMAT
                           "use 2 7 20001-20001: 20001/3/1099511627776\npaid 2 24322 -12.50 EUR\n",
                           STR_ARGS(want)));
    CHECK_STR(dump(&x, x.s, false, 2, &head),
              arena_printf(&x.a,
                           "2 application v1 name=Typeform status=candidate\nevidence of 1\n" STR_FORMAT
                           "evidence of 2\nuse 2 7 20001-20001: 20001/3/1099511627776\npaid 2 24322 -12.50 EUR\n",
                           STR_ARGS(want)));
    GOOD(&x, store_add_evidence(x.s, &load, NULL, 1000, &r, &x.err)); /* the same content again */
    CHECK(r.number == 0);
    load.content_hash[0] = 8; /* a name that is taken is an error, whatever the content */
    c = set_of(&x);
    set(c, change_create(c, x.application), x.application, "name", "mailchimp");
    BAD(&x, store_add_evidence(x.s, &load, c, 1000, &r, &x.err), ERR_CONFLICT, "is already there, as fact 1");
    /* A second file adds to the first. */
    struct evidence_load more = load_of(2, subjects, 1);
    more.usage = usage + 1;
    more.usage_count = 1;
    GOOD(&x, store_add_evidence(x.s, &more, NULL, 2000, &r, &x.err));
    CHECK_STR(dump(&x, x.s, false, 3, &head), STR("evidence of 1\nuse 1 7 20001-20002: 20001/2/20 20002/2/20\n"
                                                  "use 1 18446744073709551615 20001-20001: 20001/5/500\n"));
    GOOD(&x, store_load_totals(x.s, 0, &totals, &x.err));
    CHECK(totals.files == 2 && totals.lines == 20 && totals.bytes == 2000);
    CHECK(totals.first_day == 20001 && totals.last_day == 20002);
    payments[0].amount = STR("12,5");
    load.content_hash[0] = 9;
    BAD(&x, store_add_evidence(x.s, &load, NULL, 1000, &r, &x.err), ERR_INPUT, "is not an amount");
    GOOD(&x, store_verify(x.s, &entries, hash, &x.err));
    /* What is deleted becomes a stranger again. */
    c = set_of(&x);
    change_delete(c, 2);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    const struct stored_stranger *strangers;
    size_t count;
    GOOD(&x, store_load_strangers(x.s, &x.a, 10, &strangers, &count, &x.err));
    CHECK(count == 1 && strangers[0].subject.kind == SUBJECT_PRODUCT && !strangers[0].people);
    CHECK_STR(strangers[0].subject.name, STR("Typeform"));
    CHECK_STR(strangers[0].paid, STR("-12.50"));
    GOOD(&x, store_verify(x.s, &entries, hash, &x.err));
    fixture_release(&x);
}

static void strangers(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    const struct stored_stranger *found;
    size_t count;
    fixture_init(&x, t);
    struct evidence_subject subjects[] = {{SUBJECT_DOMAIN, 0, STR("many.example")},
                                          {SUBJECT_DOMAIN, 0, STR("few.example")},
                                          {SUBJECT_PAYEE, 0, STR("ACME GMBH")}};
    struct evidence_usage usage[11];
    for (size_t i = 0; i < 6; i++) usage[i] = (struct evidence_usage){0, i + 1, 20000 + (int32_t)i, 2, 100, 1, 2};
    for (size_t i = 6; i < 10; i++) usage[i] = (struct evidence_usage){1, i, 20000, 2, 100000, 1, 2};
    usage[10] = (struct evidence_usage){0, 1, 20000, 1, 1, 1, 2}; /* the same person and day again */
    struct evidence_payment payments[] = {{2, 2026 * 12, STR("10.10"), STR("EUR"), 1},
                                          {2, 2026 * 12 + 1, STR("0.9"), STR("EUR"), 1},
                                          {2, 2026 * 12 + 1, STR("-3"), STR("EUR"), 1},
                                          {2, 2026 * 12 + 1, STR("99"), STR("USD"), 1}};
    struct evidence_load load = load_of(1, subjects, 3);
    load.usage = usage;
    load.usage_count = ARRAY_COUNT(usage);
    load.payments = payments;
    load.payment_count = ARRAY_COUNT(payments);
    GOOD(&x, store_add_evidence(x.s, &load, NULL, 1000, &r, &x.err));
    GOOD(&x, store_load_strangers(x.s, &x.a, 10, &found, &count, &x.err));
    if (CHECK(count == 2)) {
        CHECK_STR(found[0].subject.name, STR("many.example"));
        CHECK(found[0].people == 6 && found[0].requests == 13 && found[0].bytes == 601 && !found[0].paid.p);
        CHECK(found[0].first_day == 20000 && found[0].last_day == 20005);
        CHECK_STR(found[1].subject.name, STR("ACME GMBH"));
        CHECK_STR(found[1].paid, STR("8.00"));
        CHECK_STR(found[1].currency, STR("EUR"));
        CHECK(found[1].first_day == civil_days(2026, 1, 1) && found[1].last_day == civil_days(2026, 2, 28));
    }
    GOOD(&x, store_load_strangers(x.s, &x.a, 1, &found, &count, &x.err));
    CHECK(count == 1);
    fixture_release(&x);
}

static void findings(struct test_tally *t)
{
    struct fixture x;
    const struct finding_state *states;
    struct finding_changes changes, late;
    const struct finding_seen ids[] = {{11, STR("")}, {UINT64_MAX, STR("")}, {33, STR("")}, {11, STR("")}},
                              more[] = {{11, STR("")}, {UINT64_MAX, STR("")}, {33, STR("")}, {55, STR("")}},
                              others[] = {{11, STR("")}, {44, STR("")}};
    fixture_init(&x, t);
    GOOD(&x, store_load_findings(x.s, &x.a, ids, 4, 100, &states, &changes, &x.err));
    CHECK(states[1].id == UINT64_MAX && states[1].since == 100 && states[3].since == 100 && !states[1].accepted);
    CHECK(changes.come_count == 3 && changes.gone_count == 0);
    GOOD(&x, store_keep_findings(x.s, &changes, &x.err));
    GOOD(&x, store_load_findings(x.s, &x.a, ids + 1, 2, 105, &states, &changes, &x.err));
    CHECK(states[0].since == 100 && states[1].since == 100);
    CHECK(changes.come_count == 0 && changes.gone_count == 1 && changes.gone[0].id == 11);
    /* Another process has kept something else meanwhile, and the same. */
    GOOD(&x, store_load_findings(x.s, &x.a, more, 4, 107, &states, &late, &x.err));
    GOOD(&x, store_keep_findings(x.s, &changes, &x.err));
    GOOD(&x, store_keep_findings(x.s, &late, &x.err));
    GOOD(&x, store_keep_findings(x.s, &late, &x.err));
    GOOD(&x, store_load_findings(x.s, &x.a, ids, 3, 110, &states, &changes, &x.err));
    CHECK(states[0].since == 110 && states[1].since == 100 && changes.gone_count == 1 && changes.gone[0].id == 55);
    GOOD(&x, store_keep_findings(x.s, &changes, &x.err));
    fixture_reopen(&x, STORE_READ);
    GOOD(&x, store_load_findings(x.s, &x.a, others, 2, 120, &states, &changes, &x.err));
    CHECK(states[0].since == 110 && states[1].since == 120 && changes.come_count == 1 && changes.gone_count == 2);
    GOOD(&x, store_keep_findings(x.s, &changes, &x.err));
    GOOD(&x, store_load_findings(x.s, &x.a, ids, 3, 130, &states, &changes, &x.err));
    CHECK(states[1].since == 100 && changes.come_count == 0 && changes.gone_count == 0);
    fixture_release(&x);
}

/* Each alteration is found, and undone all is whole again. */
static void tampering(struct test_tally *t)
{
    static const struct {
        const char *sql, *back, *words;
    } cases[] = {
        {"UPDATE usage SET requests = requests + 1 WHERE person = 7",
         "UPDATE usage SET requests = requests - 1 WHERE person = 7", "evidence of commit 2 is not what was read"},
        {"UPDATE usage SET requests = requests + 4294967296", "UPDATE usage SET requests = requests - 4294967296",
         "is not what was read"},
        {"UPDATE usage SET person = 8 WHERE person = 7", "UPDATE usage SET person = 7 WHERE person = 8",
         "is not what was read"},
        {"UPDATE usage SET day = day - 1 WHERE day = 20002",
         "UPDATE usage SET day = 20002 WHERE day = 20001 AND person = 9", "is not what was read"},
        {"UPDATE usage SET load = 3 WHERE person = 9", "UPDATE usage SET load = 2 WHERE person = 9",
         "is not what was read"},
        {"UPDATE usage SET load = 9 WHERE person = 9", "UPDATE usage SET load = 2 WHERE person = 9",
         "is not what was read"},
        {"INSERT INTO usage VALUES(1, 5, 20001, 9, 1, 1, 1, 1)", "DELETE FROM usage WHERE load = 9",
         "evidence of commit 9 has use that no load brought"},
        {"UPDATE payment SET amount = '12.51'", "UPDATE payment SET amount = '12.50'", "is not what was read"},
        {"UPDATE payment SET currency = 'USD'", "UPDATE payment SET currency = 'EUR'", "is not what was read"},
        {"UPDATE subject SET name = 'example.org' WHERE name = 'example.com'",
         "UPDATE subject SET name = 'example.com' WHERE name = 'example.org'", "is not what was read"},
        {"UPDATE load SET lines = 11 WHERE number = 2", "UPDATE load SET lines = 10 WHERE number = 2",
         "is not what was read"},
        {"UPDATE load SET file = 'other.log' WHERE number = 3", "UPDATE load SET file = 'access.log' WHERE number = 3",
         "evidence of commit 3 is not what was read"},
        {"UPDATE load SET last_day = 1 WHERE number = 2", "UPDATE load SET last_day = 20002 WHERE number = 2",
         "has other days"},
        {"UPDATE load SET number = 1 WHERE number = 3", "UPDATE load SET number = 3 WHERE number = 1",
         "has no entry in the journal"},
        {"PRAGMA foreign_keys = OFF; CREATE TABLE kept AS SELECT * FROM load WHERE number = 3; DELETE FROM load WHERE "
         "number = 3",
         "INSERT INTO load SELECT * FROM kept; DROP TABLE kept", "a load of evidence is gone"},
    };
    struct fixture x;
    struct commit_result r;
    uint64_t entries;
    unsigned char head[32];
    fixture_init(&x, t);
    struct evidence_subject subjects[] = {{SUBJECT_DOMAIN, 0, STR("example.com")}, {SUBJECT_PAYEE, 0, STR("ACME")}};
    struct evidence_usage usage[] = {
        {0, 9, 20002, 5, 500, 1, 2}, {0, 7, 20001, 5, 500, 1, 2}, {0, 7, 20001, 2, 20, 0, 3}};
    struct evidence_payment payments[] = {{1, 2026 * 12 + 10, STR("12.50"), STR("EUR"), 2}};
    struct evidence_load load = load_of(1, subjects, 2), empty = load_of(2, subjects, 0);
    load.usage = usage, load.usage_count = ARRAY_COUNT(usage);
    load.payments = payments, load.payment_count = 1;
    GOOD(&x, store_add_evidence(x.s, &load, NULL, 1000, &r, &x.err));
    GOOD(&x, store_add_evidence(x.s, &empty, NULL, 1000, &r, &x.err));
    GOOD(&x, store_verify(x.s, &entries, head, &x.err));
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        alter(&x, cases[i].sql);
        BAD(&x, store_verify(x.s, &entries, head, &x.err), ERR_STORE, cases[i].words);
        alter(&x, cases[i].back);
        GOOD(&x, store_verify(x.s, &entries, head, &x.err));
    }
    fixture_release(&x);
}

TEST_MAIN(usage_and_payments, strangers, findings, tampering)
