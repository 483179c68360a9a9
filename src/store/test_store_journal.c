/* SPDX-License-Identifier: Apache-2.0 */
/* The journal tells what was, and notices who changed it behind its back. */
#include "test_store.h"

static void history(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    const struct journal_change *changes;
    const struct journal_line *lines;
    size_t count;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    struct change_set *c = change_set_new(&x.a, x.m, STR("ben"), STR("after the audit"));
    set(c, a, x.application, "seats paid", "240");
    set(c, a, x.application, "status", "sanctioned");
    GOOD(&x, store_commit(x.s, c, 2000, &r, &x.err));
    c = set_of(&x);
    change_delete(c, a);
    GOOD(&x, store_commit(x.s, c, 3000, &r, &x.err));
    GOOD(&x, store_load_history(x.s, &x.a, a, &changes, &count, &x.err));
    CHECK(count == 3 + 1 + 2 + 1 + 2);
    CHECK(!changes[0].field && changes[0].number == 4);
    CHECK(changes[4].number == 3 && changes[4].time == 2000);
    CHECK_STR(changes[4].actor, STR("ben"));
    CHECK_STR(changes[4].reason, STR("after the audit"));
    CHECK_STR(changes[4].before, STR("candidate"));
    CHECK_STR(changes[4].after, STR("sanctioned"));
    CHECK(!changes[5].before.p);
    CHECK_STR(changes[5].after, STR("240"));
    GOOD(&x, store_load_journal(x.s, &x.a, 0, 2, &lines, &count, &x.err));
    CHECK(count == 2 && lines[0].number == 4 && lines[1].number == 3 && lines[1].changed == 1);
    fixture_release(&x);
}

static void tampering(struct test_tally *t)
{
    static const struct {
        const char *sql, *words;
    } cases[] = {
        {"UPDATE fact SET fields = replace(fields, '240', '239') WHERE id = 1", "fact 1 has a value"},
        {"UPDATE fact SET fields = '{}' WHERE id = 1", "fact 1 has fields or links"},
        {"UPDATE fact SET version = 7 WHERE id = 1", "fact 1 has the wrong version"},
        {"UPDATE link SET target = 3 WHERE fact = 1", "fact 1 has a value"},
        {"DELETE FROM link", "fact 1 has fields or links"},
        {"DELETE FROM link_to", "fact 1 has a link that is not the same from its other end"},
        {"INSERT INTO link_to(target, field, fact) SELECT 3, field, fact FROM link", "not the same from its other end"},
        {"INSERT INTO fact VALUES(99, 2, 1, '{\"1\":\"Smuggled\"}')", "some were added past it"},
        {"DELETE FROM link; DELETE FROM fact WHERE id = 1", "fact 1 is gone"},
        {"UPDATE entry_value SET after = replace(after, '240', '239') WHERE number = 3",
         "broken at commit 3: the values"},
        {"UPDATE entry_value SET before = '{}' WHERE number = 3", "broken at commit 3: the values"},
        {"UPDATE entry SET digest = zeroblob(32) WHERE number = 3", "broken at commit 3"},
        {"UPDATE entry SET fact = 2 WHERE number = 3", "broken at commit 3"},
        {"DELETE FROM entry_value WHERE number = 3", "broken at commit 3: the values of an entry are gone"},
        {"UPDATE entry_value SET erased = 4, after = '{}' WHERE number = 3", "not those that were left"},
        {"DELETE FROM entry WHERE number = 3", "broken at commit 3: an entry is missing"},
        {"UPDATE journal SET actor = 'eve' WHERE number = 2", "broken at commit 2: its hash"},
        {"UPDATE journal SET reason = '' WHERE number = 3", "broken at commit 3: its hash"},
        {"UPDATE journal SET time = time + 1 WHERE number = 2", "broken at commit 2: its hash"},
        {"UPDATE journal SET hash = zeroblob(32) WHERE number = 2", "broken at commit 2: its hash"},
        {"DELETE FROM journal WHERE number = 2", "broken at commit 2: the commit is missing"},
        {"DELETE FROM journal WHERE number = 4", "entries without a commit"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fixture x;
        struct commit_result r;
        uint64_t entries;
        unsigned char head[32];
        fixture_init(&x, t);
        struct change_set *c = set_of(&x);
        uint64_t a = change_create(c, x.application), v = change_create(c, x.vendor), v2 = change_create(c, x.vendor);
        set(c, a, x.application, "name", "Mailchimp");
        change_links(c, a, field_of(x.application, "vendor"), &v, 1, typed);
        set(c, v, x.vendor, "name", "Intuit");
        set(c, v2, x.vendor, "name", "Other");
        GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
        c = set_of(&x);
        set(c, 1, x.application, "seats paid", "240");
        GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
        c = set_of(&x);
        set(c, 2, x.vendor, "country", "US");
        GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
        GOOD(&x, store_verify(x.s, &entries, head, &x.err));
        CHECK(entries == 6);
        alter(&x, cases[i].sql);
        BAD(&x, store_verify(x.s, &entries, head, &x.err), ERR_STORE, cases[i].words);
        fixture_release(&x);
    }
}

TEST_MAIN(history, tampering)
