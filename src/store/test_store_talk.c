/* SPDX-License-Identifier: Apache-2.0 */
/* Comments, mentions and saved views. */
#include "store_access.h"
#include "test_store.h"

static void add_user(struct fixture *x, const char *name)
{
    struct test_tally *t = x->t;
    struct stored_user u = {.name = str_of(name), .side = STR("it"), .password_hash = STR("x")};
    GOOD(x, store_add_user(x->s, &u, STR("anna"), 1000, &x->err));
}

static size_t mentions(struct fixture *x, const char *name)
{
    struct test_tally *t = x->t;
    struct stored_user u;
    const struct stored_comment *found;
    size_t count = 0;
    GOOD(x, store_load_user(x->s, &x->a, str_of(name), &u, &x->err));
    GOOD(x, store_load_mentions(x->s, &x->a, u.id, 10, &found, &count, &x->err));
    return count;
}

static void verify(struct fixture *x)
{
    struct test_tally *t = x->t;
    uint64_t entries;
    unsigned char head[32];
    GOOD(x, store_verify(x->s, &entries, head, &x->err));
}

static void comments(struct test_tally *t)
{
    struct fixture x;
    const struct stored_comment *found;
    const struct journal_line *lines;
    size_t count;
    uint64_t id, other, aside;
    fixture_init(&x, t);
    add_user(&x, "ben@acme.example");
    add_user(&x, "carla");
    uint64_t a = make(&x, x.application, "Mailchimp");
    GOOD(&x, store_add_comment(x.s, a, STR_NONE, STR("carla"),
                               STR("  Is it true, @Ben@acme.example? See mail@carla.example. "), 2000, &id, &x.err));
    GOOD(&x, store_load_journal(x.s, &x.a, 0, 1, &lines, &count, &x.err));
    CHECK_STR(lines[0].reason, STR("comment on application Mailchimp"));
    CHECK_STR(lines[0].actor, STR("carla"));
    CHECK(mentions(&x, "ben@acme.example") == 1 && mentions(&x, "carla") == 0);
    BAD(&x, store_edit_comment(x.s, id, STR("ben@acme.example"), STR("no"), 2500, &x.err), ERR_DENIED,
        "only who wrote");
    BAD(&x, store_delete_comment(x.s, id, STR("ben@acme.example"), 2500, &x.err), ERR_DENIED, "only who wrote");
    GOOD(&x, store_edit_comment(x.s, id, STR("carla"), STR("It is true."), 3000, &x.err));
    GOOD(&x, store_add_comment(x.s, a, STR_NONE, STR("ben@acme.example"), STR("Thanks @carla, @carla and @nobody"),
                               3500, &other, &x.err));
    CHECK(mentions(&x, "carla") == 1);
    GOOD(&x, store_load_comments(x.s, &x.a, a, &found, &count, &x.err));
    CHECK(count == 2 && found[0].id == id && found[0].time == 2000 && found[0].edited == 3000 && !found[0].deleted);
    CHECK_STR(found[0].text, STR("It is true."));
    struct stored_user carla;
    GOOD(&x, store_load_user(x.s, &x.a, STR("carla"), &carla, &x.err));
    GOOD(&x, store_see_mentions(x.s, carla.id, a, STR("rule_3"), 4000, &x.err));
    CHECK(mentions(&x, "carla") == 1);
    GOOD(&x, store_add_comment(x.s, a, STR("rule_3"), STR("ben@acme.example"), STR("And @carla, why this rule?"), 3600,
                               &aside, &x.err));
    CHECK(mentions(&x, "carla") == 2);
    GOOD(&x, store_see_mentions(x.s, carla.id, a, STR("rule_3"), 4000, &x.err));
    CHECK(mentions(&x, "carla") == 1);
    GOOD(&x, store_see_mentions(x.s, carla.id, a, STR_NONE, 4000, &x.err));
    CHECK(mentions(&x, "carla") == 0);
    GOOD(&x, store_delete_comment(x.s, id, STR("carla"), 4500, &x.err));
    CHECK(mentions(&x, "ben@acme.example") == 0);
    GOOD(&x, store_load_comment(x.s, &x.a, id, (struct stored_comment *)&found[0], &x.err));
    CHECK(found[0].deleted == 4500 && !found[0].text.n);
    BAD(&x, store_edit_comment(x.s, id, STR("carla"), STR("again"), 5000, &x.err), ERR_ABSENT, "has been deleted");
    BAD(&x, store_add_comment(x.s, a, STR_NONE, STR("carla"), STR("  "), 5000, &id, &x.err), ERR_INPUT,
        "says something");
    BAD(&x, store_add_comment(x.s, a, STR_NONE, STR("carla"), STR("\xFF"), 5000, &id, &x.err), ERR_INPUT, "UTF-8");
    BAD(&x, store_add_comment(x.s, 999, STR_NONE, STR("carla"), STR("x"), 5000, &id, &x.err), ERR_ABSENT,
        "no fact 999");
    verify(&x);
    fixture_release(&x);
}

static void at_a_rule(struct test_tally *t)
{
    struct fixture x;
    const struct stored_comment *found;
    size_t count;
    uint64_t id, before, after;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Canva");
    add_user(&x, "ben");
    GOOD(&x, store_add_comment(x.s, a, STR("zone_r3"), STR("carla"), STR("Too strict, @ben?"), 2000, &id, &x.err));
    GOOD(&x, store_add_comment(x.s, a, STR("zone_r4"), STR("carla"), STR("And this?"), 2500, &id, &x.err));
    GOOD(&x, store_add_comment(x.s, a, STR_NONE, STR("carla"), STR("All in all good."), 2600, &id, &x.err));
    CHECK(mentions(&x, "ben") == 1);
    GOOD(&x, store_settle_comments(x.s, a, STR("zone_r3"), STR("ben"), true, 3000, &x.err));
    GOOD(&x, store_head(x.s, &before, &x.err));
    GOOD(&x, store_settle_comments(x.s, a, STR("zone_r3"), STR("carla"), true, 3100, &x.err));
    GOOD(&x, store_head(x.s, &after, &x.err));
    CHECK(before == after); /* nothing was open there */
    GOOD(&x, store_add_comment(x.s, a, STR("zone_r3"), STR("ben"), STR("Once more."), 3500, &id, &x.err));
    GOOD(&x, store_load_comments(x.s, &x.a, a, &found, &count, &x.err));
    CHECK(count == 4 && found[0].settled == 3000 && !found[1].settled && !found[2].settled && !found[3].settled);
    CHECK_STR(found[0].place, STR("zone_r3"));
    CHECK_STR(found[0].settled_by, STR("ben"));
    CHECK_STR(found[2].place, STR(""));
    GOOD(&x, store_settle_comments(x.s, a, STR("zone_r3"), STR("carla"), false, 4000, &x.err));
    GOOD(&x, store_load_comment(x.s, &x.a, found[0].id, (struct stored_comment *)&found[0], &x.err));
    CHECK(!found[0].settled && !found[0].settled_by.n);
    BAD(&x, store_settle_comments(x.s, 999, STR("zone_r3"), STR("carla"), true, 5000, &x.err), ERR_ABSENT,
        "no fact 999");
    BAD(&x, store_add_comment(x.s, a, STR("\xFF"), STR("carla"), STR("x"), 5000, &id, &x.err), ERR_INPUT, "no rule");
    verify(&x);
    fixture_release(&x);
}

static void names(struct test_tally *t)
{
    str text = STR("@a, (@b-c.d) x@y @. @ and @e@f.g."), name;
    size_t from = 0, at;
    CHECK(comment_next_mention(text, &from, &name, &at) && at == 0 && str_eq(name, STR("a")));
    CHECK(comment_next_mention(text, &from, &name, &at) && at == 5 && str_eq(name, STR("b-c.d")));
    CHECK(comment_next_mention(text, &from, &name, &at) && str_eq(name, STR("e@f.g")));
    CHECK(!comment_next_mention(text, &from, &name, &at));
}

static void views(struct test_tally *t)
{
    struct fixture x;
    const struct stored_view *found;
    size_t count;
    uint64_t before, after;
    fixture_init(&x, t);
    struct stored_view v = {.type = x.application, .name = STR("Mine"), .owner = STR("carla"), .query = STR("q=a")};
    GOOD(&x, store_head(x.s, &before, &x.err));
    GOOD(&x, store_save_view(x.s, &v, 2000, &x.err));
    GOOD(&x, store_head(x.s, &after, &x.err));
    CHECK(before == after); /* one's own is nobody's business */
    GOOD(&x, store_load_views(x.s, &x.a, x.application, STR("ben"), &found, &count, &x.err));
    CHECK(count == 0);
    v.shared = true;
    v.query = STR("q=b&sort=-id");
    GOOD(&x, store_save_view(x.s, &v, 2000, &x.err));
    GOOD(&x, store_head(x.s, &after, &x.err));
    CHECK(after == before + 1);
    GOOD(&x, store_load_views(x.s, &x.a, x.application, STR("ben"), &found, &count, &x.err));
    CHECK(count == 1 && found[0].shared && found[0].type == x.application);
    CHECK_STR(found[0].query, STR("q=b&sort=-id"));
    BAD(&x, store_drop_view(x.s, found[0].id, STR("ben"), false, 3000, &x.err), ERR_DENIED, "the view is carla's");
    GOOD(&x, store_drop_view(x.s, found[0].id, STR("ben"), true, 3000, &x.err));
    BAD(&x, store_drop_view(x.s, found[0].id, STR("carla"), false, 3000, &x.err), ERR_ABSENT, "no such view");
    v.name = STR("");
    BAD(&x, store_save_view(x.s, &v, 2000, &x.err), ERR_INPUT, "has a name");
    verify(&x);
    fixture_release(&x);
}

TEST_MAIN(comments, at_a_rule, names, views)
