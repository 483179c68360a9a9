/* SPDX-License-Identifier: Apache-2.0 */
/* Files on facts: what is taken, what is handed back, and that the journal vouches for it. */
#include "test_store.h"

#include "store_access.h"

#include <sqlite3.h>

static int verify(struct fixture *x)
{
    uint64_t entries;
    unsigned char head[32];
    return store_verify(x->s, &entries, head, &x->err);
}

static int try_attach(struct fixture *x, uint64_t fact, str name, str bytes, uint64_t *id)
{
    struct stored_attachment offer = {.fact = fact, .name = name, .author = STR("carla"), .time = 2000};
    int failed = store_add_attachment(x->s, &offer, bytes, NULL, &x->err);
    if (!failed) *id = offer.id;
    return failed;
}

static uint64_t attach(struct fixture *x, uint64_t fact, const char *name, const char *bytes)
{
    struct test_tally *t = x->t;
    uint64_t id = 0;
    GOOD(x, try_attach(x, fact, str_of(name), str_of(bytes), &id));
    return id;
}

static size_t count_of(struct fixture *x, uint64_t fact)
{
    struct test_tally *t = x->t;
    const struct stored_attachment *found;
    size_t count = 0;
    GOOD(x, store_load_attachments(x->s, &x->a, fact, &found, &count, &x->err));
    return count;
}

static void there_and_back(struct test_tally *t)
{
    struct fixture x;
    struct stored_attachment got;
    const struct journal_line *lines;
    size_t count;
    str bytes;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Canva");
    uint64_t one = attach(&x, a, " offer.PDF ", "abc"), two = attach(&x, a, "page.html", "<script>");
    GOOD(&x, store_load_journal(x.s, &x.a, 0, 1, &lines, &count, &x.err));
    CHECK_STR(lines[0].reason, STR("attached to application Canva"));
    GOOD(&x, store_load_attachment(x.s, &x.a, one, &got, &bytes, &x.err));
    CHECK_STR(got.name, STR("offer.PDF"));
    CHECK_STR(got.media, STR("application/pdf"));
    CHECK_STR(got.author, STR("carla"));
    CHECK_STR(bytes, STR("abc"));
    CHECK(got.fact == a && got.size == 3 && got.time == 2000);
    CHECK_STR(attachment_text(&x.a, &got),
              STR("offer.PDF, 3 bytes, SHA-256 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    GOOD(&x, store_load_attachment(x.s, &x.a, two, &got, NULL, &x.err));
    CHECK_STR(got.media, STR("application/octet-stream"));
    CHECK(count_of(&x, a) == 2);
    GOOD(&x, verify(&x));
    GOOD(&x, store_remove_attachment(x.s, one, STR("ben"), 3000, NULL, &x.err));
    BAD(&x, store_remove_attachment(x.s, one, STR("ben"), 3000, NULL, &x.err), ERR_ABSENT, "was removed");
    BAD(&x, store_load_attachment(x.s, &x.a, one, &got, &bytes, &x.err), ERR_ABSENT, "no such attachment");
    CHECK(count_of(&x, a) == 1);
    GOOD(&x, verify(&x));
    const struct attachment_change *changes;
    GOOD(&x, store_load_attachment_changes(x.s, &x.a, a, &changes, &count, &x.err));
    if (CHECK(count == 3)) {
        CHECK(changes[0].removed && !changes[1].removed && !changes[2].removed &&
              changes[0].number > changes[1].number);
        CHECK(changes[0].time == 3000 && changes[2].time == 2000 && changes[2].size == 3);
        CHECK_STR(changes[0].name, STR("offer.PDF"));
        CHECK_STR(changes[0].actor, STR("ben"));
        CHECK_STR(changes[1].name, STR("page.html"));
        CHECK_STR(changes[2].actor, STR("carla"));
    }
    fixture_release(&x);
}

static void what_is_not_taken(struct test_tally *t)
{
    static const struct {
        const char *name, *says;
    } bad[] = {{"", "no name"},
               {" ", "no name"},
               {"..", "no name"},
               {"a/b.pdf", "is a path"},
               {"a\\b.pdf", "is a path"},
               {"a\nb.pdf", "cannot be seen"},
               {"a\x7F.pdf", "cannot be seen"},
               {"a\xC2\x85.pdf", "cannot be seen"},
               {"a\xE2\x80\xAE"
                "fdp.exe",
                "cannot be seen"},
               {"a\xFF.pdf", "UTF-8"}};
    struct fixture x;
    uint64_t id = 0, before, after;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Canva");
    GOOD(&x, store_head(x.s, &before, &x.err));
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        BAD(&x, try_attach(&x, a, str_of(bad[i].name), STR("x"), &id), ERR_INPUT, bad[i].says);
    char *big = arena_alloc(&x.a, ATTACHMENT_BYTES + 1);
    memset(big, 'x', ATTACHMENT_BYTES + 1);
    BAD(&x, try_attach(&x, a, (str){big, ATTACHMENT_NAME_BYTES + 1}, STR("x"), &id), ERR_INPUT, "too long");
    BAD(&x, try_attach(&x, a, STR("a.pdf"), STR(""), &id), ERR_INPUT, "a.pdf is empty");
    BAD(&x, try_attach(&x, 999, STR("a.pdf"), STR("x"), &id), ERR_ABSENT, "no fact 999");
    BAD(&x, try_attach(&x, a, STR("a.pdf"), (str){big, ATTACHMENT_BYTES + 1}, &id), ERR_LIMIT, "10 MB at most");
    GOOD(&x, store_head(x.s, &after, &x.err));
    CHECK(before == after);
    for (int i = 0; i < ATTACHMENTS_BYTES / ATTACHMENT_BYTES; i++)
        GOOD(&x, try_attach(&x, a, STR("a.pdf"), (str){big, ATTACHMENT_BYTES}, &id));
    BAD(&x, try_attach(&x, a, STR("a.pdf"), STR("x"), &id), ERR_LIMIT, "50 MB together");
    GOOD(&x, store_remove_attachment(x.s, id, STR("carla"), 2000, NULL, &x.err));
    attach(&x, a, "a.pdf", "x");
    fixture_release(&x);
}

/* A program that asks again: nothing is done twice, and a refusal leaves the key free. */
static void under_a_key(struct test_tally *t)
{
    struct fixture x;
    struct stored_answer a;
    const struct asked_key add = {.holder = STR("t1"), .key = STR("add")},
                           drop = {.holder = STR("t1"), .key = STR("drop")};
    fixture_init(&x, t);
    uint64_t canva = make(&x, x.application, "Canva");
    struct stored_attachment offer = {.fact = canva, .name = STR("offer.pdf"), .author = STR("carla"), .time = 2000};
    BAD(&x, store_add_attachment(x.s, &offer, STR(""), &add, &x.err), ERR_INPUT, "is empty");
    GOOD(&x, store_add_attachment(x.s, &offer, STR("abc"), &add, &x.err));
    CHECK(offer.id && offer.size == 3);
    CHECK_STR(offer.media, STR("application/pdf"));
    BAD(&x, store_add_attachment(x.s, &offer, STR("abc"), &add, &x.err), ERR_CONFLICT, "this Idempotency-Key was done");
    GOOD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("add"), 2000, &a, &x.err));
    CHECK(a.number && a.status == 0 && count_of(&x, canva) == 1);
    BAD(&x, store_remove_attachment(x.s, offer.id, STR("ben"), 3000, &add, &x.err), ERR_CONFLICT, "was done");
    CHECK(count_of(&x, canva) == 1);
    GOOD(&x, store_remove_attachment(x.s, offer.id, STR("ben"), 3000, &drop, &x.err));
    GOOD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("drop"), 3000, &a, &x.err));
    CHECK(count_of(&x, canva) == 0);
    GOOD(&x, verify(&x));
    fixture_release(&x);
}

static void changed_past_the_journal(struct test_tally *t)
{
    static const struct {
        const char *sql, *says;
    } bad[] = {{"UPDATE attachment SET bytes = x'616264' WHERE id = 1", "other bytes"},
               {"UPDATE attachment SET name = 'other.pdf' WHERE id = 1", "not what the journal says"},
               {"DELETE FROM attachment WHERE id = 1", "more or fewer"},
               {"UPDATE attachment SET removed = 1, bytes = NULL WHERE id = 1", "more or fewer"},
               {"UPDATE attachment SET bytes = x'00' WHERE id = 2", "are there"}};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct fixture x;
        fixture_init(&x, t);
        uint64_t a = make(&x, x.application, "Canva");
        attach(&x, a, "offer.pdf", "abc");
        GOOD(&x, store_remove_attachment(x.s, attach(&x, a, "old.pdf", "abc"), STR("ben"), 3000, NULL, &x.err));
        GOOD(&x, verify(&x));
        alter(&x, bad[i].sql);
        BAD(&x, verify(&x), ERR_STORE, bad[i].says);
        fixture_release(&x);
    }
}

/* Rows of the journal and of attachments that still have the text. */
#define KEPT                                                                                                           \
    "SELECT (SELECT count(*) FROM entry_value WHERE instr(coalesce(before, '') || "                                    \
    "coalesce(after, ''), ?1)) + (SELECT count(*) FROM attachment WHERE instr(name, ?1)"                               \
    " OR instr(coalesce(bytes, ''), ?1))"

static void erasing(struct test_tally *t)
{
    struct fixture x;
    struct erasure e;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Canva");
    attach(&x, a, "offer.pdf", "of today");
    GOOD(&x, store_remove_attachment(x.s, attach(&x, a, "illness.pdf", "of old"), STR("ben"), 3000, NULL, &x.err));
    CHECK(rows_with(&x, KEPT, "illness") == 3 && rows_with(&x, KEPT, "of old") == 0);
    GOOD(&x, store_erase(x.s, a, STR_NONE, STR("ben"), STR("asked"), 4000, &e, &x.err));
    CHECK(e.stands && rows_with(&x, KEPT, "illness") == 0 && rows_with(&x, KEPT, "offer") == 2 && count_of(&x, a) == 1);
    GOOD(&x, verify(&x));
    struct change_set *c = set_of(&x);
    change_delete(c, a);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(rows_with(&x, KEPT, "of today") == 1); /* the deletion may be taken back */
    GOOD(&x, verify(&x));
    GOOD(&x, store_erase(x.s, a, STR_NONE, STR("ben"), STR("asked"), 4000, &e, &x.err));
    const struct attachment_change *changes;
    size_t count;
    GOOD(&x, store_load_attachment_changes(x.s, &x.a, a, &changes, &count, &x.err));
    CHECK(count == 4);
    for (size_t i = 0; i < count; i++) CHECK(!changes[i].name.n);
    CHECK(!e.stands && rows_with(&x, KEPT, "of today") == 0 && rows_with(&x, KEPT, "offer") == 0 &&
          count_of(&x, a) == 0);
    GOOD(&x, verify(&x));
    fixture_release(&x);
}

TEST_MAIN(there_and_back, what_is_not_taken, under_a_key, changed_past_the_journal, erasing)
