/* SPDX-License-Identifier: Apache-2.0 */
#include "test_store.h"

#include "base_utf8.h"

#include <sqlite3.h>

static int commit(struct fixture *x, struct change_set *c, struct commit_result *r)
{
    return store_commit(x->s, c, 1000, r, &x->err);
}

static void every_kind(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    struct change_set *c = set_of(&x);
    uint64_t v = change_create(c, x.vendor), a = change_create(c, x.application), k1 = change_create(c, x.capability),
             k2 = change_create(c, x.capability);
    set(c, a, x.application, "name", "Mailchimp");
    set(c, a, x.application, "annual cost", "1.10 EUR");
    set(c, a, x.application, "seats paid", "240");
    set(c, a, x.application, "fit", "-1.10");
    set(c, a, x.application, "share", "0.4200");
    set(c, a, x.application, "live since", "2024-02-29");
    set(c, a, x.application, "horizon", "2026-Q3");
    set(c, a, x.application, "single sign-on", "yes");
    set(c, a, x.application, "notes", "Zwei\nZeilen \"mit\" \\ Zeichen\t€ 😀");
    change_links(c, a, field_of(x.application, "vendor"), &v, 1, typed);
    change_links(c, a, field_of(x.application, "realises"), (uint64_t[]){k2, k1, k2}, 3, typed);
    set(c, v, x.vendor, "name", "Intuit");
    set(c, k1, x.capability, "name", "Mailing");
    set(c, k2, x.capability, "name", "Consent");
    CHECK(change_count(c) == 4);
    GOOD(&x, commit(&x, c, &r));
    CHECK(r.number == 2 && r.made_count == 4 && r.changed_count == 4 && r.made[0] == 1 && r.made[3] == 4);
    fixture_reopen(&x, STORE_READ);
    CHECK_STR(dump(&x, x.s, true, 0, NULL),
              STR("1 vendor v1 name=Intuit\n"
                  "2 application v1 name=Mailchimp status=candidate annual_cost=1.10 EUR seats_paid=240 fit=-1.10"
                  " share=0.4200 live_since=2024-02-29 horizon=2026-Q3 single_sign_on=yes"
                  " notes=Zwei\nZeilen \"mit\" \\ Zeichen\t€ 😀 vendor->1 realises->4 realises->3\n"
                  "3 capability v1 name=Mailing\n4 capability v1 name=Consent\n"));
    /* Other tools read the same in the model's words. */
    sqlite3 *db;
    sqlite3_stmt *q;
    CHECK(sqlite3_open(x.path, &db) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(db, "SELECT name, annual_cost, vendor, realises FROM applications", -1, &q, NULL) ==
              SQLITE_OK &&
          sqlite3_step(q) == SQLITE_ROW);
    for (int i = 0; i < 4; i++)
        CHECK_STR(str_of((const char *)sqlite3_column_text(q, i)),
                  ((const str[]){STR("Mailchimp"), STR("1.10 EUR"), STR("Intuit"), STR("Consent; Mailing")})[i]);
    sqlite3_finalize(q);
    sqlite3_close(db);
    BAD(&x, commit(&x, set_of(&x), &r), ERR_STORE, "for reading only");
    CHECK_STR(store_profile(x.s)->currency, STR("EUR"));
    CHECK_STR(store_profile(x.s)->name, STR("Northlight"));
    fixture_release(&x);
}

static void refused(struct test_tally *t)
{
    static const struct {
        const char *field, *text, *words;
    } bad[] = {
        {"annual cost", "12 euro", "application \"A\": \"12 euro\" is not a money in canonical form"},
        {"annual cost", "12", "canonical"},
        {"seats paid", "1.0", "whole number"},
        {"seats paid", "007", "whole number"},
        {"fit", "1.", "decimal"},
        {"fit", ".5", "decimal"},
        {"fit", "1e5", "decimal"},
        {"fit", "12345678901234567890123456789012345", "decimal"},
        {"share", "42 %", "percent"},
        {"live since", "2025-02-29", "date"},
        {"horizon", "2026-Q5", "period"},
        {"horizon", "2026-13", "period"},
        {"single sign-on", "ja", "yes no"},
        {"status", "unknown", "not one of the values of \"status\""},
        {"notes", "\xff\xfe", "not UTF-8, from byte 1"},
        {"people", "5", "is computed"},
        {"per seat", "5", "is computed"},
        {"vendor", "1", "holds links"},
    };
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct change_set *c = set_of(&x);
        uint64_t a = change_create(c, x.application);
        set(c, a, x.application, "name", "A");
        change_value(c, a, field_of(x.application, bad[i].field), str_of(bad[i].text), imported("it", "cmdb.csv", 7));
        BAD(&x, commit(&x, c, &r), ERR_INPUT, bad[i].words);
        CHECK(x.err.line == 7 && !strcmp(x.err.file, "cmdb.csv") && !strcmp(x.err.field, bad[i].field));
    }
    struct change_set *c = set_of(&x);
    change_value(c, change_create(c, x.application), field_of(x.application, "name"), (str){"a\0b", 3}, typed);
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "NUL byte");
    c = set_of(&x);
    set(c, change_create(c, x.application), x.application, "notes", "nameless");
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "must not be empty");
    c = set_of(&x);
    uint64_t a = change_create(c, x.application);
    set(c, a, x.application, "name", "A");
    change_links(c, a, field_of(x.application, "vendor"), (uint64_t[]){77}, 1, typed);
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "links to fact 77, which is not there");
    c = set_of(&x);
    a = change_create(c, x.application);
    set(c, a, x.application, "name", "A");
    change_links(c, a, field_of(x.application, "vendor"), &a, 1, typed);
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "a application; a vendor is expected");
    c = set_of(&x);
    set(c, 99, x.application, "name", "A");
    BAD(&x, commit(&x, c, &r), ERR_ABSENT, "there is no fact 99");
    c = set_of(&x);
    change_delete(c, 99);
    BAD(&x, commit(&x, c, &r), ERR_ABSENT, "there is no fact 99");
    c = set_of(&x);
    set(c, make(&x, x.vendor, "Intuit"), x.application, "notes", "of another type");
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "no such field");
    CHECK_STR(dump(&x, x.s, true, 0, NULL), STR("1 vendor v1 name=Intuit\n"));
    uint64_t head;
    GOOD(&x, store_head(x.s, &head, &x.err));
    CHECK(head == 2);
    fixture_release(&x);
}

static void winners(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    const struct stored_claim *claims;
    size_t count;
    fixture_init(&x, t);
    const struct model_field *cost = field_of(x.application, "annual cost"),
                             *does = field_of(x.application, "realises");
    uint64_t a = make(&x, x.application, "Mailchimp"), k1 = make(&x, x.capability, "One"),
             k2 = make(&x, x.capability, "Two"), k3 = make(&x, x.capability, "Three");
    /* The first source wins; within it the later claim; a repeated claim changes nothing. */
    struct change_set *c = set_of(&x);
    change_value(c, a, cost, STR("1 EUR"), imported("marketing", "m.csv", 2));
    GOOD(&x, commit(&x, c, &r));
    c = set_of(&x);
    change_value(c, a, cost, STR("2 EUR"), imported("cmdb", "c.csv", 3));
    GOOD(&x, commit(&x, c, &r));
    CHECK(r.number && r.changed_count == 0);
    CHECK_STR(str_slice(dump(&x, x.s, true, 0, NULL), 0, 65),
              STR("1 application v2 name=Mailchimp status=candidate annual_cost=1 EU"));
    c = set_of(&x);
    change_value(c, a, cost, STR("2 EUR"), imported("cmdb", "other.csv", 4));
    GOOD(&x, commit(&x, c, &r));
    CHECK(!r.number && !r.changed_count);
    c = set_of(&x);
    change_value(c, a, cost, STR("3 EUR"), imported("marketing", "m2.csv", 9));
    GOOD(&x, commit(&x, c, &r));
    CHECK(r.changed_count == 1);
    /* Typed wins over all, also when it says that the field is empty. */
    c = set_of(&x);
    change_value(c, a, cost, STR("4 EUR"), typed);
    GOOD(&x, commit(&x, c, &r));
    GOOD(&x, store_load_claims(x.s, &x.a, a, &claims, &count, &x.err));
    size_t costs = 0, wins = 0;
    for (size_t i = 0; i < count; i++) {
        if (claims[i].field->id != cost->id) continue;
        costs++;
        wins += claims[i].wins;
        if (claims[i].wins) CHECK_STR(claims[i].value, STR("4 EUR"));
        if (claims[i].from.kind == ORIGIN_IMPORTED && str_eq(claims[i].from.source, STR("marketing"))) {
            CHECK_STR(claims[i].value, STR("3 EUR"));
            CHECK_STR(claims[i].from.file, STR("m2.csv"));
            CHECK(claims[i].from.line == 9 && claims[i].time == 1000 && str_eq(claims[i].actor, STR("anna")));
        }
    }
    CHECK(costs == 3 && wins == 1);
    c = set_of(&x);
    change_value(c, a, cost, STR_NONE, typed);
    GOOD(&x, commit(&x, c, &r));
    CHECK_STR(str_slice(dump(&x, x.s, true, 0, NULL), 0, 49),
              STR("1 application v5 name=Mailchimp status=candidate\n"));
    /* Links that nobody typed are the union, in the sources' order. */
    c = set_of(&x);
    change_links(c, a, does, (uint64_t[]){k3, k1}, 2, imported("marketing", "m.csv", 2));
    change_links(c, a, does, (uint64_t[]){k1, k2}, 2, imported("cmdb", "c.csv", 2));
    GOOD(&x, commit(&x, c, &r));
    str line = dump(&x, x.s, true, 0, NULL);
    CHECK_STR(str_slice(line, 48, str_find_char(line, '\n')), STR(" realises->4 realises->2 realises->3"));
    c = set_of(&x);
    change_links(c, a, does, (uint64_t[]){k2}, 1, imported("marketing", "m.csv", 2));
    GOOD(&x, commit(&x, c, &r));
    line = dump(&x, x.s, true, 0, NULL);
    CHECK_STR(str_slice(line, 48, str_find_char(line, '\n')), STR(" realises->3 realises->2"));
    c = set_of(&x);
    change_links(c, a, does, NULL, 0, typed);
    GOOD(&x, commit(&x, c, &r));
    line = dump(&x, x.s, true, 0, NULL);
    CHECK_STR(str_slice(line, 48, str_find_char(line, '\n')), STR(""));
    /* A claim of a source may be withdrawn: then the next one shows; the default shows when none is left. */
    uint64_t b = make(&x, x.application, "Miro");
    const struct model_field *status = field_of(x.application, "status");
    c = set_of(&x);
    change_value(c, b, status, STR("sanctioned"), imported("cmdb", "c.csv", 2));
    change_value(c, b, status, STR("shadow"), imported("marketing", "m.csv", 2));
    GOOD(&x, commit(&x, c, &r));
    CHECK(str_find(dump(&x, x.s, true, 0, NULL), STR("name=Miro status=shadow")) != STR_NOT_FOUND);
    c = set_of(&x);
    change_value(c, b, status, STR_NONE, imported("marketing", "m.csv", 2));
    GOOD(&x, commit(&x, c, &r));
    CHECK(str_find(dump(&x, x.s, true, 0, NULL), STR("name=Miro status=sanctioned")) != STR_NOT_FOUND);
    c = set_of(&x);
    change_value(c, b, status, STR_NONE, imported("cmdb", "m.csv", 2));
    GOOD(&x, commit(&x, c, &r));
    CHECK(str_find(dump(&x, x.s, true, 0, NULL), STR("name=Miro status=candidate")) != STR_NOT_FOUND);
    fixture_release(&x);
}

static void keys(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    uint64_t id;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp"), b = make(&x, x.application, "Miro"),
             v = make(&x, x.vendor, "Mailchimp");
    struct change_set *c = set_of(&x);
    set(c, change_create(c, x.application), x.application, "name", "  MAIL\tchimp ");
    GOOD(&x, commit(&x, c, &r)); /* another word: "mail chimp" */
    c = set_of(&x);
    change_value(c, change_create(c, x.application), field_of(x.application, "name"), STR("mail  chimp"),
                 imported("cmdb", "c.csv", 12));
    BAD(&x, commit(&x, c, &r), ERR_CONFLICT, "application \"mail  chimp\" is already there, as fact 4");
    CHECK(x.err.line == 12);
    c = set_of(&x);
    set(c, change_create(c, x.application), x.application, "name", "Notion");
    set(c, change_create(c, x.application), x.application, "name", "NOTION");
    BAD(&x, commit(&x, c, &r), ERR_CONFLICT, "\"NOTION\" is already there");
    /* Two may swap their names in one commit. */
    c = set_of(&x);
    set(c, a, x.application, "name", "Miro");
    set(c, b, x.application, "name", "Mailchimp");
    GOOD(&x, commit(&x, c, &r));
    GOOD(&x, store_find_by_key(x.s, x.application, STR(" mIRo "), &id, &x.err));
    CHECK(id == a);
    GOOD(&x, store_find_by_key(x.s, x.vendor, STR("Mailchimp"), &id, &x.err));
    CHECK(id == v);
    BAD(&x, store_find_by_key(x.s, x.application, STR("MC"), &id, &x.err), ERR_ABSENT, "no application called \"MC\"");
    c = set_of(&x);
    set(c, a, x.application, "aliases", "Realtime Board; RTB | Whiteboard");
    set(c, b, x.application, "aliases", "MC;whiteboard;;");
    GOOD(&x, commit(&x, c, &r));
    GOOD(&x, store_find_by_key(x.s, x.application, STR("rtb"), &id, &x.err));
    CHECK(id == a);
    GOOD(&x, store_find_by_key(x.s, x.application, STR("mc"), &id, &x.err));
    CHECK(id == b);
    BAD(&x, store_find_by_key(x.s, x.application, STR("WhiteBoard"), &id, &x.err), ERR_INPUT,
        "\"WhiteBoard\" could be any of the applications 1, 2");
    /* A key may have several fields, links too. */
    for (int i = 0; i < 2; i++) {
        c = set_of(&x);
        uint64_t k = change_create(c, x.contract);
        set(c, k, x.contract, "number", i ? "c-1" : "C-1");
        change_links(c, k, field_of(x.contract, "vendor"), &v, 1, typed);
        if (i)
            BAD(&x, commit(&x, c, &r), ERR_CONFLICT, "contract \"c-1\" is already there");
        else
            GOOD(&x, commit(&x, c, &r));
    }
    /* The name of a deleted fact is free, even in the same commit. */
    c = set_of(&x);
    set(c, change_create(c, x.application), x.application, "name", "miro");
    change_delete(c, a);
    GOOD(&x, commit(&x, c, &r));
    CHECK(r.made[0] > 5);
    fixture_release(&x);
}

static void deleting(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t v = make(&x, x.vendor, "Intuit"), a = make(&x, x.application, "Mailchimp");
    struct change_set *c = set_of(&x);
    change_links(c, a, field_of(x.application, "vendor"), &v, 1, imported("cmdb", "c.csv", 1));
    uint64_t k = change_create(c, x.contract);
    set(c, k, x.contract, "number", "C-1");
    change_links(c, k, field_of(x.contract, "vendor"), &v, 1, typed);
    GOOD(&x, commit(&x, c, &r));
    k = r.made[0];
    c = set_of(&x);
    change_delete(c, v);
    BAD(&x, commit(&x, c, &r), ERR_CONFLICT, "vendor \"Intuit\" cannot be deleted: contract \"C-1\" needs it");
    uint64_t before, after;
    dump(&x, x.s, true, 0, &before);
    c = set_of(&x);
    change_delete(c, v);
    change_delete(c, k);
    GOOD(&x, commit(&x, c, &r));
    CHECK(r.changed_count == 3);
    CHECK_STR(dump(&x, x.s, true, 0, &after), STR("2 application v3 name=Mailchimp status=candidate\n"));
    CHECK(after == before + 1);
    CHECK_STR(dump(&x, x.s, false, before, NULL),
              STR("1 vendor v0\n2 application v3 name=Mailchimp status=candidate\n3 contract v0\n"));
    c = set_of(&x);
    change_links(c, a, field_of(x.application, "vendor"), &v, 1, typed);
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "which is not there");
    c = set_of(&x);
    set(c, v, x.vendor, "name", "Again");
    BAD(&x, commit(&x, c, &r), ERR_ABSENT, "fact 1 was deleted by anna on 1970-01-01T00:16:40Z");
    c = set_of(&x);
    set(c, change_create_as(c, x.vendor, 1), x.vendor, "name", "Again");
    set(c, change_create_as(c, x.vendor, 9), x.vendor, "name", "Chosen");
    set(c, change_create(c, x.vendor), x.vendor, "name", "Next");
    GOOD(&x, commit(&x, c, &r));
    CHECK(r.made[0] == 1 && r.made[1] == 9 && r.made[2] == 10);
    c = set_of(&x);
    set(c, change_create_as(c, x.vendor, 2), x.vendor, "name", "Taken");
    BAD(&x, commit(&x, c, &r), ERR_CONFLICT, "already a fact with id 2");
    c = set_of(&x);
    set(c, change_create_as(c, x.vendor, UINT64_C(1) << 60), x.vendor, "name", "Far");
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "cannot be a fact's id");
    fixture_release(&x);
}

static void versions(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    struct change_set *c = set_of(&x);
    set(c, a, x.application, "seats paid", "1");
    change_expect(c, a, 1);
    GOOD(&x, commit(&x, c, &r));
    c = set_of(&x);
    set(c, a, x.application, "seats paid", "2");
    change_expect(c, a, 1);
    BAD(&x, commit(&x, c, &r), ERR_CONFLICT,
        "application \"Mailchimp\" was changed by anna on 1970-01-01T00:16:40Z (version 2, not 1)");
    c = set_of(&x);
    set(c, a, x.application, "seats paid", "1");
    GOOD(&x, commit(&x, c, &r));
    CHECK(r.number == 0 && r.changed_count == 0);
    fixture_release(&x);
}

static void hostile(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    static const char *const texts[] = {
        "Robert'); DROP TABLE fact;--",
        "\"}', {\"1\":\"x",
        "\\\\\"\\",
        "\x01\x02\x1f\x7f",
        "é vs é",
        ("\xe2\x80\xae"
         "olleh"),
        "😀👩‍👩‍👧",
        "null",
        "{\"1\":null}",
        "%s%n%llu",
    };
    size_t n = 1 << 20;
    char *big = mem_alloc(n + 1);
    memset(big, 'x', n);
    big[n / 2] = '"';
    big[n] = 0;
    for (size_t i = 0; i < ARRAY_COUNT(texts) + 1; i++) {
        const char *text = i < ARRAY_COUNT(texts) ? texts[i] : big;
        struct change_set *c = set_of(&x);
        uint64_t a = change_create(c, x.application);
        char name[16];
        snprintf(name, sizeof name, "A%zu", i);
        set(c, a, x.application, "name", i < 4 ? text : name);
        set(c, a, x.application, "notes", text);
        change_value(c, a, field_of(x.application, "aliases"), STR("a;b|c"), imported(text, text, UINT32_MAX));
        if (GOOD(&x, commit(&x, c, &r))) {
            str all = dump(&x, x.s, false, r.number - 1, NULL);
            CHECK(str_find(all, utf8_nfc(&x.a, str_of(text))) != STR_NOT_FOUND);
        }
    }
    mem_free(big);
    struct change_set *c = change_set_new(&x.a, x.m, STR("eve"), STR("bad \xff reason"));
    set(c, change_create(c, x.vendor), x.vendor, "name", "V");
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "not clean UTF-8");
    uint64_t entries;
    unsigned char head[32];
    GOOD(&x, store_verify(x.s, &entries, head, &x.err));
    fixture_release(&x);
}

/* Links of a field without circles: however long the way back is, and in one set or in several. */
static void circles(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    const struct model_field *after = field_of(x.capability, "after");
    uint64_t k[4];
    for (size_t i = 0; i < 4; i++)
        k[i] = make(&x, x.capability, (const char *const[]){"One", "Two", "Three", "Four"}[i]);
    struct change_set *c = set_of(&x);
    change_links(c, k[0], after, &k[1], 2, typed);
    change_links(c, k[1], after, &k[2], 2, typed);
    change_links(c, k[2], after, &k[3], 1, typed);
    GOOD(&x, commit(&x, c, &r));
    c = set_of(&x);
    change_links(c, k[3], after, &k[0], 1, typed);
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "capability \"Four\" would be led back to itself");
    CHECK_STR(str_of(x.err.field), STR("after"));
    c = set_of(&x);
    change_links(c, k[3], after, &k[3], 1, typed);
    BAD(&x, commit(&x, c, &r), ERR_INPUT, "capability \"Four\" would be led back to itself");
    /* The way there is given up in the same set. */
    c = set_of(&x);
    change_links(c, k[3], after, &k[0], 1, typed);
    for (size_t i = 0; i < 3; i++) change_links(c, k[i], after, NULL, 0, typed);
    GOOD(&x, commit(&x, c, &r));
    CHECK(r.changed_count == 4);
    fixture_release(&x);
}

TEST_MAIN(every_kind, refused, winners, keys, deleting, versions, circles, hostile)
