/* SPDX-License-Identifier: Apache-2.0 */
/* Rulings: added in groups, once for a key, set aside with a reason, never changed, in a chain. */
#include "store_ruling.h"
#include "test_store.h"

#include <sqlite3.h>

static struct stored_ruling a_ruling(const char *zone)
{
    struct stored_ruling r = {.time = 1000,
                              .day = 20000,
                              .actor = STR("anna"),
                              .door = STR("api"),
                              .rulebook = STR("safe-zones"),
                              .version = STR("1"),
                              .answers = STR("{\"what\":\"report\"}"),
                              .zone = str_of(zone),
                              .extent = STR("none"),
                              .rules = STR("zone 1")};
    store_ruling_hash(STR("book"), r.book);
    store_ruling_hash(STR("answer"), r.digest);
    return r;
}

struct seen {
    uint64_t count, last;
};
static int see(void *host, const struct stored_ruling *r)
{
    struct seen *s = host;
    s->count++, s->last = r->number;
    return 0;
}

static void are_added_and_read(struct test_tally *t)
{
    struct fixture x;
    const struct stored_ruling *found;
    struct stored_ruling one;
    size_t count;
    uint64_t ruled;
    unsigned char head[RULING_HASH_SIZE];
    fixture_init(&x, t);
    GOOD(&x, store_verify_rulings(x.s, &ruled, head, &x.err));
    CHECK(ruled == 0);
    struct stored_ruling rows[] = {a_ruling("green"), a_ruling("red"), a_ruling("green")};
    rows[1].request = 5, rows[2].time = 2000;
    rows[1].promise = (struct ruling_promise){5, 20007, STR("The heads decide.")};
    GOOD(&x, store_add_rulings(x.s, &x.a, rows, 3, &x.err));
    CHECK(rows[0].number == 1 && rows[2].number == 3);
    GOOD(&x, store_load_ruling(x.s, &x.a, 2, &one, &x.err));
    CHECK_STR(one.zone, STR("red"));
    CHECK_STR(one.answers, STR("{\"what\":\"report\"}"));
    CHECK(one.promise.within == 5 && one.promise.due == 20007);
    CHECK_STR(one.promise.otherwise, STR("The heads decide."));
    struct seen seen = {0};
    GOOD(&x, store_each_requested(x.s, 0, see, &seen, &x.err));
    CHECK(seen.count == 1 && seen.last == 2);
    GOOD(&x, store_each_requested(x.s, 2, see, &seen, &x.err));
    CHECK(seen.count == 1);
    CHECK(one.request == 5 && !one.key.p && !memcmp(one.hash, rows[1].hash, sizeof one.hash));
    BAD(&x, store_load_ruling(x.s, &x.a, 4, &one, &x.err), ERR_ABSENT, "no ruling 4");
    struct ruling_pick pick = {.zone = STR("green"), .limit = 10};
    GOOD(&x, store_load_rulings(x.s, &x.a, &pick, &found, &count, &x.err));
    CHECK(count == 2 && found[0].number == 3 && found[1].number == 1);
    pick = (struct ruling_pick){.before = 3, .since = 1, .until = 1500, .limit = 1};
    GOOD(&x, store_load_rulings(x.s, &x.a, &pick, &found, &count, &x.err));
    CHECK(count == 1 && found[0].number == 2);
    pick = (struct ruling_pick){.request = 5, .limit = 10};
    GOOD(&x, store_load_rulings(x.s, &x.a, &pick, &found, &count, &x.err));
    CHECK(count == 1 && found[0].number == 2);
    GOOD(&x, store_verify_rulings(x.s, &ruled, head, &x.err));
    CHECK(ruled == 3 && !memcmp(head, rows[2].hash, sizeof head));
    fixture_release(&x);
}

static void are_ruled_once_for_a_key(struct test_tally *t)
{
    struct fixture x;
    fixture_init(&x, t);
    struct stored_ruling first = a_ruling("green"), again[] = {a_ruling("red"), a_ruling("amber")};
    first.key = STR("t1 abc"), again[0].key = STR("t1 abc"), again[1].key = STR("t2 abc");
    GOOD(&x, store_add_rulings(x.s, &x.a, &first, 1, &x.err));
    GOOD(&x, store_add_rulings(x.s, &x.a, again, 2, &x.err));
    CHECK(again[0].again && again[0].number == 1);
    CHECK_STR(again[0].zone, STR("green"));
    CHECK(!again[1].again && again[1].number == 2);
    /* Also twice in one group. */
    struct stored_ruling both[] = {a_ruling("red"), a_ruling("amber")};
    both[0].key = both[1].key = STR("t3 x");
    GOOD(&x, store_add_rulings(x.s, &x.a, both, 2, &x.err));
    CHECK(!both[0].again && both[1].again && both[1].number == both[0].number);
    fixture_release(&x);
}

static void are_set_aside_with_a_reason(struct test_tally *t)
{
    struct fixture x;
    fixture_init(&x, t);
    struct stored_ruling first = a_ruling("red"), aside = a_ruling("amber"), group[] = {a_ruling("green"), aside};
    GOOD(&x, store_add_rulings(x.s, &x.a, &first, 1, &x.err));
    aside.overrules = 1;
    BAD(&x, store_add_rulings(x.s, &x.a, &aside, 1, &x.err), ERR_INPUT, "say why");
    aside.reason = STR("A trial for two weeks, both heads agreed.");
    GOOD(&x, store_add_rulings(x.s, &x.a, &aside, 1, &x.err));
    BAD(&x, store_add_rulings(x.s, &x.a, &aside, 1, &x.err), ERR_INPUT, "set aside already, by ruling 2");
    aside.overrules = 2;
    BAD(&x, store_add_rulings(x.s, &x.a, &aside, 1, &x.err), ERR_INPUT, "sets another one aside itself");
    aside.overrules = 9;
    group[1] = aside;
    BAD(&x, store_add_rulings(x.s, &x.a, group, 2, &x.err), ERR_INPUT, "there is no ruling 9");
    struct stored_ruling none;
    BAD(&x, store_load_ruling(x.s, &x.a, 3, &none, &x.err), ERR_ABSENT, "no ruling 3"); /* none of the group */
    fixture_release(&x);
}

static void keep_their_rulebook(struct test_tally *t)
{
    struct fixture x;
    str text;
    unsigned char hash[RULING_HASH_SIZE], other[RULING_HASH_SIZE] = {1};
    fixture_init(&x, t);
    GOOD(&x, store_keep_book(x.s, STR("b"), STR("1"), STR("<definitions/>"), 10, hash, &x.err));
    GOOD(&x, store_keep_book(x.s, STR("b"), STR("1"), STR("<definitions/>"), 20, hash, &x.err));
    GOOD(&x, store_load_book(x.s, &x.a, hash, &text, &x.err));
    CHECK_STR(text, STR("<definitions/>"));
    BAD(&x, store_load_book(x.s, &x.a, other, &text, &x.err), ERR_ABSENT, "not in the workspace");
    fixture_release(&x);
}

static void cannot_be_changed_unseen(struct test_tally *t)
{
    struct fixture x;
    sqlite3 *db;
    uint64_t count;
    unsigned char head[RULING_HASH_SIZE];
    fixture_init(&x, t);
    struct stored_ruling rows[] = {a_ruling("green"), a_ruling("red"), a_ruling("green")};
    GOOD(&x, store_add_rulings(x.s, &x.a, rows, 3, &x.err));
    CHECK(sqlite3_open(x.path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, "UPDATE ruling SET zone = 'green' WHERE number = 2", NULL, NULL, NULL) != SQLITE_OK);
    CHECK(sqlite3_exec(db, "DELETE FROM ruling WHERE number = 2", NULL, NULL, NULL) != SQLITE_OK);
    CHECK(sqlite3_exec(db, "DROP TRIGGER ruling_is_final; UPDATE ruling SET zone = 'green' WHERE number = 2", NULL,
                       NULL, NULL) == SQLITE_OK);
    BAD(&x, store_verify_rulings(x.s, &count, head, &x.err), ERR_STORE, "ruling 2 is not as it was written");
    CHECK(sqlite3_exec(db, "DROP TRIGGER ruling_stays; DELETE FROM ruling WHERE number = 2", NULL, NULL, NULL) ==
          SQLITE_OK);
    BAD(&x, store_verify_rulings(x.s, &count, head, &x.err), ERR_STORE, "ruling 2 is missing");
    sqlite3_close(db);
    fixture_release(&x);
}

TEST_MAIN(are_added_and_read, are_ruled_once_for_a_key, are_set_aside_with_a_reason, keep_their_rulebook,
          cannot_be_changed_unseen)
