/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, links, sessions and tokens: what each opens, and when it ends. */
#include "store_access.h"
#include "test_store.h"

static const unsigned char first[32] = {1}, second[32] = {2}, third[32] = {3};

static struct stored_user add(struct fixture *x, const char *name, enum user_role role, const char *hash)
{
    struct stored_user u = {
        .name = str_of(name), .side = STR("marketing"), .role = role, .password_hash = str_of(hash)};
    struct stored_user got = {0};
    struct test_tally *t = x->t;
    GOOD(x, store_add_user(x->s, &u, STR("root"), 1000, &x->err));
    GOOD(x, store_load_user(x->s, &x->a, str_of(name), &got, &x->err));
    return got;
}

static str newest_reason(struct fixture *x)
{
    const struct journal_line *lines;
    size_t count = 0;
    struct test_tally *t = x->t;
    GOOD(x, store_load_journal(x->s, &x->a, 0, 1, &lines, &count, &x->err));
    return count ? lines[0].reason : STR_NONE;
}

static void accounts(struct test_tally *t)
{
    struct fixture x;
    struct stored_user u = {.name = STR("Anna.Berg"),
                            .shown = STR("Anna Berg"),
                            .side = STR("marketing"),
                            .role = ROLE_SIGNATORY,
                            .password_hash = STR("$argon2id$1")},
                       got;
    const struct stored_user *all;
    size_t count;
    fixture_init(&x, t);
    GOOD(&x, store_add_user(x.s, &u, STR("root"), 1000, &x.err));
    CHECK_STR(newest_reason(&x), STR("user anna.berg added: Marketing, signatory"));
    BAD(&x, store_add_user(x.s, &u, STR("root"), 1000, &x.err), ERR_CONFLICT, "already a user \"anna.berg\"");
    u.name = STR("ben");
    u.side = STR("sales");
    BAD(&x, store_add_user(x.s, &u, STR("root"), 1000, &x.err), ERR_USAGE,
        "no side \"sales\"; the sides are marketing, it");
    u.name = STR(" ");
    BAD(&x, store_add_user(x.s, &u, STR("root"), 1000, &x.err), ERR_USAGE, "from 1 to 200 letters");
    GOOD(&x, store_load_user(x.s, &x.a, STR("ANNA.berg"), &got, &x.err));
    CHECK(got.role == ROLE_SIGNATORY && !got.closed);
    CHECK_STR(got.shown, STR("Anna Berg"));
    BAD(&x, store_load_user(x.s, &x.a, STR("eve"), &got, &x.err), ERR_ABSENT, "no user \"eve\"");
    GOOD(&x, store_load_users(x.s, &x.a, &all, &count, &x.err));
    CHECK(count == 1);
    BAD(&x, store_load_user_by_id(x.s, &x.a, 77, &got, &x.err), ERR_ABSENT, "there is no user 77");
    fixture_release(&x);
}

static void roles(struct test_tally *t)
{
    struct fixture x;
    struct stored_user got;
    fixture_init(&x, t);
    struct stored_user anna = add(&x, "anna", ROLE_STEWARD, "$argon2id$1");
    add(&x, "ben", ROLE_VIEWER, "$argon2id$2");
    BAD(&x, store_set_role(x.s, STR("anna"), ROLE_VIEWER, STR("anna"), 1000, &x.err), ERR_CONFLICT, "the only steward");
    BAD(&x, store_set_closed(x.s, STR("anna"), true, STR("anna"), 1000, &x.err), ERR_CONFLICT, "the only steward");
    GOOD(&x, store_set_role(x.s, STR("ben"), ROLE_STEWARD, STR("anna"), 1000, &x.err));
    CHECK_STR(newest_reason(&x), STR("user ben made steward, was viewer"));
    GOOD(&x, store_set_role(x.s, STR("ben"), ROLE_STEWARD, STR("anna"), 1000, &x.err));
    GOOD(&x, store_add_session(x.s, first, anna.id, 1000, 2000, STR("here"), &x.err));
    struct stored_token token = {.user = anna.id, .name = STR("ci"), .created = 1000, .expires = 5000};
    GOOD(&x, store_add_token(x.s, &token, second, STR("anna"), &x.err));
    GOOD(&x, store_add_link(x.s, third, STR("anna"), 1000, 2000, STR("ben"), &x.err));
    GOOD(&x, store_set_closed(x.s, STR("anna"), true, STR("ben"), 1000, &x.err));
    int64_t used;
    BAD(&x, store_load_session(x.s, &x.a, first, 1001, &got, &used, &x.err), ERR_ABSENT, "ended");
    BAD(&x, store_load_token(x.s, &x.a, second, 1001, &token, &got, &x.err), ERR_ABSENT, "revoked");
    BAD(&x, store_load_link(x.s, &x.a, third, 1001, &got, &x.err), ERR_ABSENT, "used already");
    BAD(&x, store_add_link(x.s, third, STR("anna"), 1000, 2000, STR("ben"), &x.err), ERR_DENIED, "closed");
    BAD(&x, store_add_token(x.s, &token, second, STR("anna"), &x.err), ERR_DENIED, "closed");
    GOOD(&x, store_set_closed(x.s, STR("anna"), false, STR("ben"), 1000, &x.err));
    BAD(&x, store_load_session(x.s, &x.a, first, 1001, &got, &used, &x.err), ERR_ABSENT, "ended");
    GOOD(&x, store_load_user(x.s, &x.a, STR("anna"), &got, &x.err));
    CHECK(!got.closed);
    fixture_release(&x);
}

static void links(struct test_tally *t)
{
    struct fixture x;
    struct stored_user got;
    fixture_init(&x, t);
    struct stored_user mia = add(&x, "mia", ROLE_CONTRIBUTOR, "");
    GOOD(&x, store_add_link(x.s, first, STR("mia"), 1000, 2000, STR("root"), &x.err));
    CHECK_STR(newest_reason(&x), STR("user mia invited by a link"));
    BAD(&x, store_load_link(x.s, &x.a, first, 2000, &got, &x.err), ERR_ABSENT, "too old");
    GOOD(&x, store_add_link(x.s, second, STR("mia"), 1000, 2000, STR("root"), &x.err));
    BAD(&x, store_load_link(x.s, &x.a, first, 1500, &got, &x.err), ERR_ABSENT, "used already");
    GOOD(&x, store_load_link(x.s, &x.a, second, 1500, &got, &x.err));
    CHECK_STR(got.name, STR("mia"));
    GOOD(&x, store_use_link(x.s, second, STR("$argon2id$1"), 1500, &x.err));
    BAD(&x, store_use_link(x.s, second, STR("$argon2id$2"), 1500, &x.err), ERR_ABSENT, "used already");
    GOOD(&x, store_load_user(x.s, &x.a, STR("mia"), &got, &x.err));
    CHECK_STR(got.password_hash, STR("$argon2id$1"));
    GOOD(&x, store_add_session(x.s, third, mia.id, 1500, 9000, STR("here"), &x.err));
    GOOD(&x, store_add_link(x.s, first, STR("mia"), 1600, 2600, STR("root"), &x.err));
    CHECK_STR(newest_reason(&x), STR("user mia given a link to choose a new password"));
    int64_t used;
    GOOD(&x, store_load_session(x.s, &x.a, third, 1601, &got, &used, &x.err)); /* until it is used */
    GOOD(&x, store_use_link(x.s, first, STR("$argon2id$3"), 1700, &x.err));
    BAD(&x, store_load_session(x.s, &x.a, third, 1701, &got, &used, &x.err), ERR_ABSENT, "ended");
    fixture_release(&x);
}

static void sessions(struct test_tally *t)
{
    struct fixture x;
    struct stored_user got;
    const struct stored_session *all;
    size_t count;
    int64_t used;
    fixture_init(&x, t);
    struct stored_user anna = add(&x, "anna", ROLE_VIEWER, "$argon2id$1"), ben = add(&x, "ben", ROLE_VIEWER, "x");
    GOOD(&x, store_add_session(x.s, first, anna.id, 1000, 2000, STR("this machine, Firefox on Linux"), &x.err));
    GOOD(&x, store_add_session(x.s, second, anna.id, 1000, 3000, STR("203.0.113.x"), &x.err));
    GOOD(&x, store_add_session(x.s, third, ben.id, 1000, 3000, STR("203.0.113.x"), &x.err));
    GOOD(&x, store_load_session(x.s, &x.a, first, 1999, &got, &used, &x.err));
    CHECK_STR(got.name, STR("anna"));
    CHECK(used == 1000);
    GOOD(&x, store_touch_session(x.s, first, 1500, &x.err));
    GOOD(&x, store_load_sessions(x.s, &x.a, anna.id, 1600, &all, &count, &x.err));
    if (CHECK(count == 2)) {
        CHECK(all[0].used == 1500 && all[0].created == 1000 && all[0].expires == 2000);
        CHECK_STR(all[0].key, STR("0100000000000000"));
        CHECK_STR(all[1].place, STR("203.0.113.x"));
    }
    BAD(&x, store_load_session(x.s, &x.a, first, 2000, &got, &used, &x.err), ERR_ABSENT, "ended");
    BAD(&x, store_end_sessions(x.s, ben.id, STR("0100000000000000"), NULL, STR("ben"), 1600, &x.err), ERR_ABSENT,
        "ended already"); /* another's */
    GOOD(&x, store_end_sessions(x.s, anna.id, STR_NONE, first, STR("anna"), 1600, &x.err));
    CHECK_STR(newest_reason(&x), STR("user anna signed out of 1 session"));
    GOOD(&x, store_load_session(x.s, &x.a, first, 1601, &got, &used, &x.err));
    BAD(&x, store_load_session(x.s, &x.a, second, 1601, &got, &used, &x.err), ERR_ABSENT, "ended");
    GOOD(&x, store_load_session(x.s, &x.a, third, 1601, &got, &used, &x.err));
    GOOD(&x, store_end_sessions(x.s, anna.id, STR("0100000000000000"), NULL, STR("root"), 1600, &x.err));
    BAD(&x, store_load_session(x.s, &x.a, first, 1601, &got, &used, &x.err), ERR_ABSENT, "ended");
    GOOD(&x, store_end_session(x.s, third, &x.err));
    BAD(&x, store_load_session(x.s, &x.a, third, 1601, &got, &used, &x.err), ERR_ABSENT, "ended");
    GOOD(&x, store_add_session(x.s, third, ben.id, 1000, 3000, STR("here"), &x.err));
    GOOD(&x, store_set_password(x.s, STR("Ben"), STR("$argon2id$2"), STR("root"), 1000, &x.err));
    CHECK_STR(newest_reason(&x), STR("user ben given a new password"));
    BAD(&x, store_load_session(x.s, &x.a, third, 1601, &got, &used, &x.err), ERR_ABSENT, "ended");
    BAD(&x, store_set_password(x.s, STR("eve"), STR("x"), STR("root"), 1000, &x.err), ERR_ABSENT, "no user");
    fixture_release(&x);
}

static void tokens(struct test_tally *t)
{
    struct fixture x;
    struct stored_user user;
    struct stored_token got;
    const struct stored_token *all;
    size_t count;
    fixture_init(&x, t);
    struct stored_user anna = add(&x, "anna", ROLE_CONTRIBUTOR, "$argon2id$1"), ben = add(&x, "ben", ROLE_VIEWER, "x");
    struct stored_token token = {.user = anna.id,
                                 .name = STR("nightly feed"),
                                 .write = true,
                                 .types = STR("application vendor"),
                                 .created = 1000,
                                 .expires = 2000};
    GOOD(&x, store_add_token(x.s, &token, first, STR("anna"), &x.err));
    CHECK_STR(newest_reason(&x), STR("user anna given the writing token \"nightly feed\" for application vendor"));
    BAD(&x, store_add_token(x.s, &token, second, STR("anna"), &x.err), ERR_CONFLICT, "revoke it first");
    token.name = STR("");
    BAD(&x, store_add_token(x.s, &token, second, STR("anna"), &x.err), ERR_USAGE, "needs a name");
    token.name = STR("other"), token.types = STR("applicatoin");
    BAD(&x, store_add_token(x.s, &token, second, STR("anna"), &x.err), ERR_USAGE, "no type \"applicatoin\"");
    GOOD(&x, store_load_token(x.s, &x.a, first, 1999, &got, &user, &x.err));
    CHECK(got.write && got.user == anna.id && user.role == ROLE_CONTRIBUTOR && !got.used);
    CHECK_STR(got.types, STR("application vendor"));
    BAD(&x, store_load_token(x.s, &x.a, first, 2000, &got, &user, &x.err), ERR_ABSENT, "too old");
    BAD(&x, store_load_token(x.s, &x.a, second, 1000, &got, &user, &x.err), ERR_ABSENT, "unknown");
    GOOD(&x, store_touch_token(x.s, got.id, 1234, &x.err));
    GOOD(&x, store_load_tokens(x.s, &x.a, 0, &all, &count, &x.err));
    CHECK(count == 1 && all[0].used == 1234);
    GOOD(&x, store_load_tokens(x.s, &x.a, ben.id, &all, &count, &x.err));
    CHECK(count == 0);
    BAD(&x, store_revoke_token(x.s, ben.id, got.id, STR("ben"), 1500, &x.err), ERR_ABSENT, "no such token");
    GOOD(&x, store_revoke_token(x.s, anna.id, got.id, STR("anna"), 1500, &x.err));
    CHECK_STR(newest_reason(&x), STR("user anna had the token \"nightly feed\" revoked"));
    BAD(&x, store_load_token(x.s, &x.a, first, 1500, &got, &user, &x.err), ERR_ABSENT, "revoked");
    uint64_t entries;
    unsigned char hash[32];
    GOOD(&x, store_verify(x.s, &entries, hash, &x.err));
    fixture_release(&x);
}

static int commit_under(struct fixture *x, const char *name, const char *holder, const char *key,
                        const unsigned char asked[32], int64_t now, struct commit_result *result)
{
    struct change_set *c = set_of(x);
    set(c, change_create(c, x->vendor), x->vendor, "name", name);
    struct asked_key under = {.holder = str_of(holder), .key = str_of(key)};
    memcpy(under.asked, asked, sizeof under.asked);
    change_remember(c, &under);
    return store_commit(x->s, c, now, result, &x->err);
}

static size_t count_vendors(struct fixture *x)
{
    const str *names;
    size_t count = 0;
    struct test_tally *t = x->t;
    GOOD(x, store_load_names(x->s, &x->a, x->vendor, STR(""), 100, &names, &count, &x->err));
    return count;
}

static void answers(struct test_tally *t)
{
    enum { DAY = 86400 };
    struct fixture x;
    struct stored_answer a;
    struct commit_result r, other;
    fixture_init(&x, t);
    BAD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("k"), 1000, &a, &x.err), ERR_ABSENT, "nothing was answered");
    GOOD(&x, commit_under(&x, "Adobe", "t1", "k", first, 1000, &r));
    /* Done, and not yet answered: what a program finds that asks again after the server was killed. */
    GOOD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("k"), 1001, &a, &x.err));
    CHECK(a.number == r.number && a.status == 0 && !memcmp(a.asked, first, sizeof first));
    GOOD(&x, store_fill_answer(x.s, STR("t1"), STR("k"),
                               &(struct stored_answer){.status = 201,
                                                       .etag = STR("\"1.a\""),
                                                       .location = STR("/api/v1/facts/vendors/1"),
                                                       .body = STR("{\"id\":1}")},
                               &x.err));
    fixture_reopen(&x, STORE_WRITE);
    GOOD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("k"), 1001, &a, &x.err));
    CHECK(a.number == r.number && a.status == 201);
    CHECK_STR(a.etag, STR("\"1.a\""));
    CHECK_STR(a.location, STR("/api/v1/facts/vendors/1"));
    CHECK_STR(a.body, STR("{\"id\":1}"));
    /* The same key a second time does nothing at all, whatever is asked for; another's key is another. */
    BAD(&x, commit_under(&x, "Braze", "t1", "k", second, 1002, &other), ERR_CONFLICT, "this Idempotency-Key was done");
    CHECK(count_vendors(&x) == 1);
    BAD(&x, store_load_answer(x.s, &x.a, STR("t2"), STR("k"), 1002, &a, &x.err), ERR_ABSENT, "nothing was answered");
    GOOD(&x, commit_under(&x, "Braze", "t2", "k", second, 1002, &other));
    /* A commit that is refused leaves its key free. */
    BAD(&x, commit_under(&x, "Braze", "t1", "free", second, 1003, &other), ERR_CONFLICT, "Braze");
    BAD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("free"), 1003, &a, &x.err), ERR_ABSENT, "nothing was answered");
    /* For a day. */
    GOOD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("k"), 1000 + DAY, &a, &x.err));
    BAD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("k"), 1001 + DAY, &a, &x.err), ERR_ABSENT,
        "nothing was answered");
    GOOD(&x, commit_under(&x, "Canva", "t1", "k", third, 1001 + DAY, &other));
    GOOD(&x, store_load_answer(x.s, &x.a, STR("t1"), STR("k"), 1001 + DAY, &a, &x.err));
    CHECK(a.number == other.number && a.status == 0 && !memcmp(a.asked, third, sizeof third));
    CHECK(count_vendors(&x) == 3);
    fixture_release(&x);
}

TEST_MAIN(accounts, roles, links, sessions, tokens, answers)
