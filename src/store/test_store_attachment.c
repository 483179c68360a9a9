/* SPDX-License-Identifier: Apache-2.0 */
/* Files on facts: what is taken, what is handed back, and that the journal vouches for it. */
#include "test_store.h"

#include <sqlite3.h>

static int verify(struct fixture *x)
{
    uint64_t entries;
    unsigned char head[32];
    return store_verify(x->s, &entries, head, &x->err);
}

static uint64_t attach(struct fixture *x, uint64_t fact, const char *name, const char *bytes)
{
    struct test_tally *t = x->t;
    uint64_t id = 0;
    GOOD(x, store_add_attachment(x->s, fact, str_of(name), str_of(bytes), STR("carla"), 2000, &id, &x->err));
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
    GOOD(&x, store_remove_attachment(x.s, one, STR("ben"), 3000, &x.err));
    BAD(&x, store_remove_attachment(x.s, one, STR("ben"), 3000, &x.err), ERR_ABSENT, "was removed");
    BAD(&x, store_load_attachment(x.s, &x.a, one, &got, &bytes, &x.err), ERR_ABSENT, "no such attachment");
    CHECK(count_of(&x, a) == 1);
    GOOD(&x, verify(&x));
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
    uint64_t id, before, after;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Canva");
    GOOD(&x, store_head(x.s, &before, &x.err));
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        BAD(&x, store_add_attachment(x.s, a, str_of(bad[i].name), STR("x"), STR("carla"), 2000, &id, &x.err), ERR_INPUT,
            bad[i].says);
    char *big = arena_alloc(&x.a, ATTACHMENT_BYTES + 1);
    memset(big, 'x', ATTACHMENT_BYTES + 1);
    BAD(&x,
        store_add_attachment(x.s, a, (str){big, ATTACHMENT_NAME_BYTES + 1}, STR("x"), STR("carla"), 2000, &id, &x.err),
        ERR_INPUT, "too long");
    BAD(&x, store_add_attachment(x.s, a, STR("a.pdf"), STR(""), STR("carla"), 2000, &id, &x.err), ERR_INPUT,
        "a.pdf is empty");
    BAD(&x, store_add_attachment(x.s, 999, STR("a.pdf"), STR("x"), STR("carla"), 2000, &id, &x.err), ERR_ABSENT,
        "no fact 999");
    BAD(&x,
        store_add_attachment(x.s, a, STR("a.pdf"), (str){big, ATTACHMENT_BYTES + 1}, STR("carla"), 2000, &id, &x.err),
        ERR_LIMIT, "10 MB at most");
    GOOD(&x, store_head(x.s, &after, &x.err));
    CHECK(before == after);
    for (int i = 0; i < ATTACHMENTS_BYTES / ATTACHMENT_BYTES; i++)
        GOOD(&x,
             store_add_attachment(x.s, a, STR("a.pdf"), (str){big, ATTACHMENT_BYTES}, STR("carla"), 2000, &id, &x.err));
    BAD(&x, store_add_attachment(x.s, a, STR("a.pdf"), STR("x"), STR("carla"), 2000, &id, &x.err), ERR_LIMIT,
        "50 MB together");
    GOOD(&x, store_remove_attachment(x.s, id, STR("carla"), 2000, &x.err));
    attach(&x, a, "a.pdf", "x");
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
        GOOD(&x, store_remove_attachment(x.s, attach(&x, a, "old.pdf", "abc"), STR("ben"), 3000, &x.err));
        GOOD(&x, verify(&x));
        alter(&x, bad[i].sql);
        BAD(&x, verify(&x), ERR_STORE, bad[i].says);
        fixture_release(&x);
    }
}

/* Rows of the journal and of attachments that still have the text. */
static int rows_with(struct fixture *x, const char *text)
{
    struct test_tally *t = x->t;
    sqlite3 *db;
    sqlite3_stmt *q;
    int count = -1;
    CHECK(sqlite3_open(x->path, &db) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(db,
                             "SELECT (SELECT count(*) FROM entry_value WHERE instr(coalesce(before, '') || "
                             "coalesce(after, ''), ?1)) + (SELECT count(*) FROM attachment WHERE instr(name, ?1)"
                             " OR instr(coalesce(bytes, ''), ?1))",
                             -1, &q, NULL) == SQLITE_OK);
    sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC);
    if (sqlite3_step(q) == SQLITE_ROW) count = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return count;
}

static void erasing(struct test_tally *t)
{
    struct fixture x;
    struct erasure e;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Canva");
    attach(&x, a, "offer.pdf", "of today");
    GOOD(&x, store_remove_attachment(x.s, attach(&x, a, "illness.pdf", "of old"), STR("ben"), 3000, &x.err));
    CHECK(rows_with(&x, "illness") == 3 && rows_with(&x, "of old") == 0);
    GOOD(&x, store_erase(x.s, a, STR_NONE, STR("ben"), STR("asked"), 4000, &e, &x.err));
    CHECK(e.stands && rows_with(&x, "illness") == 0 && rows_with(&x, "offer") == 2 && count_of(&x, a) == 1);
    GOOD(&x, verify(&x));
    struct change_set *c = set_of(&x);
    change_delete(c, a);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(rows_with(&x, "of today") == 1); /* the deletion may be taken back */
    GOOD(&x, verify(&x));
    GOOD(&x, store_erase(x.s, a, STR_NONE, STR("ben"), STR("asked"), 4000, &e, &x.err));
    CHECK(!e.stands && rows_with(&x, "of today") == 0 && rows_with(&x, "offer") == 0 && count_of(&x, a) == 0);
    GOOD(&x, verify(&x));
    fixture_release(&x);
}

TEST_MAIN(there_and_back, what_is_not_taken, changed_past_the_journal, erasing)
