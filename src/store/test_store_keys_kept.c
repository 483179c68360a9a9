/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys, kept: what pictures see of them, what the journal proves, and what other processes do meanwhile. */
#include "test_store_turns.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

/* ---- Pictures ---- */

struct seen {
    size_t facts, keyed;
    struct stored_keys last;
    uint64_t id;
};
static void see(void *self, const struct stored_fact *f)
{
    struct seen *s = self;
    s->facts++;
    s->id = f->id;
    s->keyed += f->keys != NULL;
    if (f->keys) s->last = *f->keys; /* numbers only: the texts are gone after the call */
}

static void look(struct fixture *x, struct store *s, uint64_t since, bool all, struct seen *out, uint64_t *head)
{
    struct test_tally *t = x->t;
    *out = (struct seen){0};
    struct store_reader r = {.self = out, .fact = see};
    GOOD(x, all ? store_load(s, &r, head, &x->err) : store_load_since(s, since, &r, head, &x->err));
}

static void pictures(struct test_tally *t)
{
    struct fixture x;
    struct seen seen;
    uint64_t head;
    begin(&x, t);
    make(&x, x.vendor, "Acme");
    uint64_t o = objective(&x);
    look(&x, x.s, 0, true, &seen, &head);
    CHECK(seen.facts == 2 && !seen.keyed);
    static const enum key_act acts[] = {KEY_PROPOSE, KEY_SIGN, KEY_SIGN};
    static const uint64_t users[] = {DORA, ANNA, BEN};
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        uint64_t before = head;
        GOOD(&x, turn(&x, o, acts[i], users[i], NULL));
        look(&x, x.s, before, false, &seen, &head);
        CHECK(seen.facts == 1 && seen.id == o && seen.keyed == 1 && head == before + 1);
        CHECK(seen.last.given_count == (i == 1) && seen.last.agreed == (i == 2));
    }
    uint64_t before = head;
    type_in(&x, o, "target", "50");
    look(&x, x.s, before, false, &seen, &head);
    CHECK(seen.keyed == 1 && seen.last.pending == PENDING_DRAFT && seen.last.version == head);
    look(&x, x.s, 0, true, &seen, &head);
    CHECK(seen.facts == 2 && seen.keyed == 1 && seen.last.agreed && seen.last.agreed_by_count == 2);
    end(&x);
}

/* ---- Behind the journal's back ---- */

static void tampering(struct test_tally *t)
{
    static const struct {
        const char *sql, *words;
    } cases[] = {
        {"DROP TRIGGER signature_is_final; UPDATE signature SET user = 3 WHERE number = 10",
         "fact 1 has a signature that is not"},
        {"DROP TRIGGER signature_is_final; UPDATE signature SET side = 'it' WHERE side = 'marketing'",
         "fact 1 has a signature"},
        {"DROP TRIGGER signature_stays; DELETE FROM signature WHERE number = 10", "fact 1 lacks a signature"},
        {"INSERT INTO signature VALUES(1, 99, 1, 'it', zeroblob(32))", "of which the journal says nothing"},
        {"UPDATE agreement SET hash = zeroblob(32)", "fact 1 is agreed with another text"},
        {"UPDATE agreement SET number = 9", "fact 1 is agreed otherwise"},
        {"DELETE FROM agreement", "fact 1 is agreed otherwise"},
        {"INSERT INTO agreement VALUES(77, 9, zeroblob(32))", "of which the journal says nothing"},
        {"UPDATE proposal SET fields = replace(fields, '50', '51')", "fact 1 has a proposal that is not"},
        {"UPDATE proposal SET said = 'agreed'", "fact 1 has a proposal that is not"},
        {"DELETE FROM proposal", "fact 1 has a proposal that the journal does not have, or lacks one"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct fixture x;
        uint64_t entries;
        unsigned char head[32];
        begin(&x, t);
        uint64_t o = agreed_objective(&x);
        type_in(&x, o, "target", "50");
        GOOD(&x, store_verify(x.s, &entries, head, &x.err));
        alter(&x, cases[i].sql);
        BAD(&x, store_verify(x.s, &entries, head, &x.err), ERR_STORE, cases[i].words);
        fixture_release(&x);
    }
}

static void signatures_stay(struct test_tally *t)
{
    static const char *const sql[] = {"DELETE FROM signature", "UPDATE signature SET user = 3"};
    struct fixture x;
    begin(&x, t);
    agreed_objective(&x);
    sqlite3 *db;
    CHECK(sqlite3_open(x.path, &db) == SQLITE_OK);
    for (size_t i = 0; i < ARRAY_COUNT(sql); i++)
        CHECK(sqlite3_exec(db, sql[i], NULL, NULL, NULL) == SQLITE_CONSTRAINT);
    sqlite3_close(db);
    end(&x);
}

/* ---- Several processes ---- */

/* Signs in a process of its own, which may be killed on the way. */
static pid_t sign_apart(struct fixture *x, uint64_t fact, uint64_t user, const unsigned char *hash)
{
    pid_t pid = fork();
    if (pid) return pid;
    struct store *s;
    struct arena a;
    struct err err;
    struct commit_result r;
    struct key_turn key = {.act = KEY_SIGN, .fact = fact, .user = user, .hash = hash};
    arena_init(&a, 0);
    if (store_open(x->path, STORE_WRITE, &s, &err)) _exit(9);
    _exit(!store_turn_key(s, &a, &key, 6000, &r, &err) ? 0 : err.code == ERR_CONFLICT ? 1 : 2);
}

static int wait_for(pid_t pid)
{
    int status = 0;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* One key for each side, at the same moment: agreed once. Two of one side: one of them is told. */
static void at_the_same_time(struct test_tally *t)
{
    for (int round = 0; round < 6; round++) {
        struct fixture x;
        begin(&x, t);
        uint64_t o = objective(&x);
        GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
        struct stored_keys k = keys_of(&x, o);
        store_close(x.s);
        x.s = NULL;
        bool one_side = round % 2;
        pid_t first = sign_apart(&x, o, one_side ? CARL : ANNA, k.hash), second = sign_apart(&x, o, BEN, k.hash);
        int a = wait_for(first), b = wait_for(second);
        fixture_reopen(&x, STORE_WRITE);
        k = keys_of(&x, o);
        if (one_side)
            CHECK(a + b == 1 && k.given_count == 1 && !k.agreed);
        else
            CHECK(!a && !b && k.agreed && k.agreed_by_count == 2);
        end(&x);
    }
}

/* Killed at any moment between the key and its answer: signed or not, never half. */
static void killed(struct test_tally *t)
{
    struct fixture x;
    begin(&x, t);
    uint64_t o = objective(&x);
    int agreed = 0;
    for (int round = 0; round < 12; round++) {
        char target[16];
        snprintf(target, sizeof target, "%d", round + 100);
        type_in(&x, o, "target", target);
        GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
        GOOD(&x, turn(&x, o, KEY_SIGN, BEN, NULL));
        struct stored_keys k = keys_of(&x, o);
        store_close(x.s);
        x.s = NULL;
        pid_t pid = sign_apart(&x, o, ANNA, k.hash);
        usleep((useconds_t)round * 1500);
        kill(pid, SIGKILL);
        bool done = wait_for(pid) == 0;
        fixture_reopen(&x, STORE_WRITE);
        struct stored_keys now = keys_of(&x, o);
        bool in_force = str_find(text_of(&x, o), str_of(target)) != STR_NOT_FOUND;
        bool whole = now.agreed && !memcmp(now.agreed_hash, k.hash, KEY_HASH_SIZE);
        CHECK(!done || whole);
        CHECK(whole ? in_force && now.pending == PENDING_NONE
                    : now.pending == PENDING_PROPOSED && now.given_count == 1);
        agreed += whole;
        uint64_t entries;
        unsigned char head[32];
        GOOD(&x, store_verify(x.s, &entries, head, &x.err));
        if (!whole) GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    }
    printf("killed: agreed in %d of 12\n", agreed);
    end(&x);
}

TEST_MAIN(pictures, tampering, signatures_stay, at_the_same_time, killed)
