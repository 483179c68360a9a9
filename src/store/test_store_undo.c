/* SPDX-License-Identifier: Apache-2.0 */
/* Taking commits back: values, links and claims return to where they were, or the reasons are told. */
#include "store_access.h"
#include "test_store.h"

struct plan {
    struct change_set *c;
    const struct undo_obstacle *obstacles;
    size_t count;
};

static struct plan plan(struct fixture *x, uint64_t number)
{
    struct test_tally *t = x->t;
    struct plan p = {.c = change_set_new(&x->a, x->m, STR("ben"), STR("back"))};
    GOOD(x, store_plan_undo(x->s, p.c, number, NULL, &p.obstacles, &p.count, &x->err));
    return p;
}

static uint64_t commit(struct fixture *x, struct change_set *c)
{
    struct test_tally *t = x->t;
    struct commit_result r = {0};
    GOOD(x, store_commit(x->s, c, 1000, &r, &x->err));
    return r.number;
}

static void undo(struct fixture *x, uint64_t number)
{
    struct test_tally *t = x->t;
    struct plan p = plan(x, number);
    CHECK(!p.count);
    commit(x, p.c);
    uint64_t entries;
    unsigned char head[32];
    GOOD(x, store_verify(x->s, &entries, head, &x->err));
}

/* The facts without their versions. */
static str state(struct fixture *x)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    str rest = dump(x, x->s, true, 0, NULL), word;
    while (str_cut(&rest, ' ', &word)) {
        bool version = word.n > 1 && word.p[0] == 'v' && word.p[1] >= '0' && word.p[1] <= '9';
        size_t line = str_find_char(word, '\n');
        if (version) word = line == STR_NOT_FOUND ? STR("") : str_from(word, line);
        buf_str(&b, word);
        buf_char(&b, ' ');
    }
    str text = buf_copy(&b, &x->a);
    buf_release(&b);
    return text;
}

static void values(struct test_tally *t)
{
    struct fixture x;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp"), v = make(&x, x.vendor, "Intuit");
    str first = state(&x);
    struct change_set *c = set_of(&x);
    set(c, a, x.application, "seats paid", "240");
    set(c, a, x.application, "status", "sanctioned");
    change_links(c, a, field_of(x.application, "vendor"), &v, 1, typed);
    uint64_t second = commit(&x, c);
    str changed = state(&x);
    undo(&x, second);
    CHECK_STR(state(&x), first);
    uint64_t head;
    GOOD(&x, store_head(x.s, &head, &x.err));
    undo(&x, head);
    CHECK_STR(state(&x), changed);
    fixture_release(&x);
}

static void claims(struct test_tally *t)
{
    struct fixture x;
    const struct stored_claim *found;
    size_t count;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    const struct model_field *seats = field_of(x.application, "seats paid");
    struct change_set *c = set_of(&x);
    change_value(c, a, seats, STR("10"), imported("cmdb", "cmdb.csv", 4));
    commit(&x, c);
    c = set_of(&x);
    change_value(c, a, seats, STR("20"), typed);
    undo(&x, commit(&x, c));
    GOOD(&x, store_load_claims(x.s, &x.a, a, &found, &count, &x.err));
    CHECK(count == 2 && found[1].field == seats && found[1].wins && found[1].from.kind == ORIGIN_IMPORTED);
    CHECK_STR(found[1].value, STR("10"));
    CHECK(found[1].from.line == 4); /* the import's word stands again, as it was */
    c = set_of(&x);
    change_value(c, a, seats, STR("30"), imported("cmdb", "later.csv", 9));
    undo(&x, commit(&x, c));
    GOOD(&x, store_load_claims(x.s, &x.a, a, &found, &count, &x.err));
    CHECK(count == 2 && found[1].from.kind == ORIGIN_IMPORTED);
    CHECK_STR(found[1].value, STR("10"));
    c = set_of(&x);
    change_value(c, a, seats, STR("40"), typed);
    commit(&x, c);
    c = set_of(&x);
    change_value(c, a, seats, STR("50"), typed);
    change_value(c, a, field_of(x.application, "fit"), STR("1.5"), imported("other", "o.csv", 1));
    undo(&x, commit(&x, c));
    GOOD(&x, store_load_claims(x.s, &x.a, a, &found, &count, &x.err));
    size_t wins = 0;
    for (size_t i = 0; i < count; i++)
        wins += found[i].field == seats && found[i].wins && str_eq(found[i].value, STR("40"));
    CHECK(count == 3 && wins == 1);
    fixture_release(&x);
}

static void making_and_deleting(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t v = make(&x, x.vendor, "Intuit");
    str first = state(&x);
    struct change_set *c = set_of(&x);
    uint64_t a = change_create(c, x.application);
    set(c, a, x.application, "name", "Mailchimp");
    change_links(c, a, field_of(x.application, "vendor"), &v, 1, typed);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    a = r.made[0];
    uint64_t made = r.number;
    str with = state(&x);
    c = set_of(&x);
    change_delete(c, v);
    uint64_t deleted = commit(&x, c);
    undo(&x, deleted); /* the vendor is back, and the link to it */
    CHECK_STR(state(&x), with);
    struct plan p = plan(&x, made);
    CHECK(p.count == 0);
    commit(&x, p.c);
    CHECK_STR(state(&x), first);
    p = plan(&x, deleted);
    CHECK(p.count >= 1 && p.obstacles[0].why != UNDO_LINKED);
    fixture_release(&x);
}

static void obstacles(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    struct change_set *c = set_of(&x);
    set(c, a, x.application, "seats paid", "240");
    set(c, a, x.application, "notes", "first");
    uint64_t second = commit(&x, c);
    c = change_set_new(&x.a, x.m, STR("carla"), STR("again"));
    set(c, a, x.application, "seats paid", "300");
    GOOD(&x, store_commit(x.s, c, 5000, &r, &x.err));
    struct plan p = plan(&x, second);
    CHECK(p.count == 1 && p.obstacles[0].why == UNDO_CHANGED && p.obstacles[0].fact == a);
    CHECK_STR(p.obstacles[0].field->name, STR("seats paid"));
    CHECK_STR(p.obstacles[0].after, STR("240"));
    CHECK_STR(p.obstacles[0].now, STR("300"));
    CHECK(!p.obstacles[0].before.p);
    CHECK_STR(p.obstacles[0].actor, STR("carla"));
    CHECK(p.obstacles[0].time == 5000);
    /* A fact that others link to is not taken away. */
    uint64_t v = make(&x, x.vendor, "Intuit"), head;
    GOOD(&x, store_head(x.s, &head, &x.err));
    c = set_of(&x);
    change_links(c, a, field_of(x.application, "vendor"), &v, 1, typed);
    uint64_t linked = commit(&x, c);
    p = plan(&x, head);
    CHECK(p.count == 1 && p.obstacles[0].why == UNDO_LINKED && p.obstacles[0].by == a);
    /* A link to what is gone does not come back. */
    uint64_t w = make(&x, x.vendor, "Adobe");
    c = set_of(&x);
    change_links(c, a, field_of(x.application, "vendor"), &w, 1, typed);
    uint64_t relinked = commit(&x, c);
    c = set_of(&x);
    change_delete(c, v);
    commit(&x, c);
    p = plan(&x, relinked);
    CHECK(p.count == 1 && p.obstacles[0].why == UNDO_GONE && p.obstacles[0].by == v);
    c = set_of(&x);
    change_delete(c, a);
    commit(&x, c);
    p = plan(&x, linked);
    CHECK(p.count == 1 && p.obstacles[0].why == UNDO_DELETED);
    fixture_release(&x);
}

static bool sees_no_cost(const void *self, const struct model_type *type, const struct model_field *field)
{
    (void)self;
    return !str_eq(type->name, STR("application")) || !str_eq(field->name, STR("annual cost"));
}

/* What somebody may not see they do not change either. */
static void hidden(struct test_tally *t)
{
    struct fixture x;
    const struct undo_viewer viewer = {sees_no_cost, NULL, STR_NONE};
    const struct undo_obstacle *o;
    size_t count;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    struct change_set *c = set_of(&x);
    set(c, a, x.application, "annual cost", "1 EUR");
    set(c, a, x.application, "seats paid", "1");
    uint64_t number = commit(&x, c);
    GOOD(&x, store_plan_undo(x.s, set_of(&x), number, &viewer, &o, &count, &x.err));
    CHECK(count == 1 && o[0].why == UNDO_HIDDEN);
    CHECK_STR(o[0].field->name, STR("annual cost"));
    fixture_release(&x);
}

static bool sees_all(const void *self, const struct model_type *type, const struct model_field *field)
{
    (void)self, (void)type, (void)field;
    return true;
}

/* What a side says in its own words only that side takes back. */
static void own_words(struct test_tally *t)
{
    static const struct {
        const char *side;
        size_t obstacles;
    } cases[] = {{"marketing", 1}, {"it", 0}, {"data", 1}};
    struct fixture x;
    const struct undo_obstacle *o;
    size_t count;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.objective, "Reach");
    struct change_set *c = set_of(&x);
    set(c, a, x.objective, "reading", "12");
    set(c, a, x.objective, "target", "40");
    uint64_t number = commit(&x, c);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct undo_viewer viewer = {sees_all, NULL, str_of(cases[i].side)};
        GOOD(&x, store_plan_undo(x.s, set_of(&x), number, &viewer, &o, &count, &x.err));
        CHECK(count == cases[i].obstacles);
        if (count) CHECK(o[0].why == UNDO_OTHERS && str_eq(o[0].field->name, STR("reading")));
    }
    GOOD(&x, store_plan_undo(x.s, set_of(&x), number, NULL, &o, &count, &x.err));
    CHECK(!count);
    fixture_release(&x);
}

static void refusals(struct test_tally *t)
{
    struct fixture x;
    const struct undo_obstacle *o;
    size_t count;
    fixture_init(&x, t);
    struct stored_user u = {.name = STR("ben"), .side = STR("it"), .password_hash = STR("x")};
    GOOD(&x, store_add_user(x.s, &u, STR("anna"), 1000, &x.err));
    BAD(&x, store_plan_undo(x.s, set_of(&x), 2, NULL, &o, &count, &x.err), ERR_INPUT, "it changed an account");
    BAD(&x, store_plan_undo(x.s, set_of(&x), 77, NULL, &o, &count, &x.err), ERR_ABSENT, "there is no commit 77");
    /* Somebody is quicker between the plan and the commit. */
    uint64_t a = make(&x, x.application, "Mailchimp");
    struct change_set *c = set_of(&x);
    set(c, a, x.application, "seats paid", "1");
    uint64_t number = commit(&x, c);
    struct plan p = plan(&x, number);
    c = set_of(&x);
    set(c, a, x.application, "seats paid", "2");
    commit(&x, c);
    struct commit_result r;
    BAD(&x, store_commit(x.s, p.c, 1000, &r, &x.err), ERR_CONFLICT, "was changed by anna");
    fixture_release(&x);
}

TEST_MAIN(values, claims, making_and_deleting, obstacles, hidden, own_words, refusals)
