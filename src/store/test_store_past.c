/* SPDX-License-Identifier: Apache-2.0 */
/* Every earlier state can be had again from the journal. */
#include "test_store.h"

enum { COMMITS = 150, FACTS = 24 };

struct state {
    str lines[FACTS + 1]; /* by id, as dump_fact has them; empty: not there */
};
struct past {
    struct fixture x;
    uint32_t seed;
    struct state states[COMMITS + 2]; /* by commit */
    uint64_t head;
};

static uint32_t draw(struct past *p, uint32_t below)
{
    p->seed = p->seed * 1664525 + 1013904223;
    return (p->seed >> 8) % below;
}

static void overlay(struct test_tally *t, struct state *state, str text)
{
    str line;
    while (str_cut(&text, '\n', &line)) {
        int64_t id;
        if (!line.n) continue;
        if (!CHECK(str_to_int(str_slice(line, 0, str_find_char(line, ' ')), &id) && id >= 1 && id <= FACTS)) return;
        state->lines[id] = str_ends(line, STR(" v0")) ? STR_NONE : line;
    }
}

static str dump_back(struct fixture *x, uint64_t at)
{
    struct test_tally *t = x->t;
    struct buf b;
    buf_init(&b, 1 << 28);
    struct store_reader r = {&b, dump_fact, dump_usage, dump_payment, dump_evidence_of};
    GOOD(x, store_load_back(x->s, at, &r, &x->err));
    str text = buf_copy(&b, &x->a);
    buf_release(&b);
    return text;
}

/* Odd ids are applications, even ones vendors. */
static void change_any(struct past *p, struct change_set *c, const struct state *now)
{
    struct fixture *x = &p->x;
    uint64_t id = 1 + draw(p, FACTS), vendor = 2 * (1 + draw(p, FACTS / 2));
    const struct model_type *type = id % 2 ? x->application : x->vendor;
    str number = arena_printf(&x->a, "%u", draw(p, 1000));
    if (!now->lines[id].p) {
        uint64_t made = change_create_as(c, type, id);
        set(c, made, type, "name", arena_printf(&x->a, "name %u", (unsigned)id).p);
        if (id % 2) set(c, made, type, "seats paid", number.p);
    } else if (draw(p, 6) == 0) {
        change_delete(c, id);
    } else if (id % 2 && draw(p, 2) && now->lines[vendor].p) {
        change_links(c, id, field_of(type, "vendor"), &vendor, draw(p, 3) != 0, typed);
    } else {
        const struct model_field *field = field_of(type, id % 2 ? "notes" : "country");
        change_value(c, id, field, draw(p, 4) ? number : STR_NONE, typed);
    }
}

static void make_past(struct test_tally *t, struct past *p)
{
    struct fixture *x = &p->x;
    p->head = 1;
    while (p->head < COMMITS) {
        struct commit_result r;
        struct change_set *c = set_of(x);
        change_any(p, c, &p->states[p->head]);
        if (!GOOD(x, store_commit(x->s, c, 1000 * (int64_t)p->head, &r, &x->err))) return;
        if (!r.number) continue;
        p->head = r.number;
        overlay(t, &p->states[p->head], dump(x, x->s, true, 0, NULL));
    }
}

static void every_earlier_state(struct test_tally *t)
{
    struct past *p = mem_zalloc(sizeof *p);
    p->seed = 20261122;
    fixture_init(&p->x, t);
    make_past(t, p);
    for (uint64_t at = 1; at <= p->head; at++) {
        struct state then = p->states[p->head];
        overlay(t, &then, dump_back(&p->x, at));
        for (size_t id = 1; id <= FACTS; id++) CHECK_STR(then.lines[id], p->states[at].lines[id]);
    }
    fixture_release(&p->x);
    mem_free(p);
}

/* Use and payments of loads up to then; an application that had none has none again. */
static void evidence(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t a = make(&x, x.application, "Mailchimp");
    for (unsigned char i = 0; i < 2; i++) {
        struct evidence_subject subject = {SUBJECT_APPLICATION, a, STR_NONE};
        struct evidence_usage usage = {0, 7, 20001, 5, 500, 1, 2};
        struct evidence_payment payment = {0, 24322, STR("10"), STR("EUR"), 1};
        struct evidence_load l = {.file = STR("x.log"),
                                  .format = STR("squid"),
                                  .subjects = &subject,
                                  .subject_count = 1,
                                  .usage = &usage,
                                  .usage_count = 1,
                                  .payments = &payment,
                                  .payment_count = i};
        l.content_hash[0] = i;
        GOOD(&x, store_add_evidence(x.s, &l, NULL, 1000, &r, &x.err));
    }
    CHECK_STR(dump_back(&x, 3), STR("evidence of 1\nuse 1 7 20001-20001: 20001/5/500\n"));
    CHECK_STR(dump_back(&x, 2), STR("evidence of 1\n"));
    CHECK_STR(dump_back(&x, 1), STR("1 application v0\nevidence of 1\n"));
    CHECK_STR(dump_back(&x, 4), STR(""));
    fixture_release(&x);
}

static void which_commit(struct test_tally *t)
{
    struct fixture x;
    struct store_moment then;
    fixture_init(&x, t);
    make(&x, x.vendor, "Intuit"); /* at 1000 */
    GOOD(&x, store_find_moment(x.s, NULL, 1, STR("1970-01-01"), &then, &x.err));
    CHECK(then.number == 2 && then.day == 0 && !then.of_commit);
    BAD(&x, store_find_moment(x.s, NULL, 1, STR("1969-12-31"), &then, &x.err), ERR_INPUT,
        "the workspace was not there yet on 1969-12-31");
    BAD(&x, store_find_moment(x.s, NULL, 1, STR("1970-01-03"), &then, &x.err), ERR_USAGE,
        "1970-01-03 is still to come");
    BAD(&x, store_find_moment(x.s, NULL, 1, STR("1970-02-30"), &then, &x.err), ERR_USAGE, "neither a date");
    GOOD(&x, store_find_moment(x.s, NULL, 1, STR("#2"), &then, &x.err));
    CHECK(then.number == 2 && then.day == 0 && then.of_commit);
    BAD(&x, store_find_moment(x.s, NULL, 1, STR("#3"), &then, &x.err), ERR_INPUT,
        "there is no commit #3; the newest is #2");
    BAD(&x, store_find_moment(x.s, NULL, 1, STR("#-1"), &then, &x.err), ERR_USAGE, "is not a commit such as #12");
    fixture_release(&x);
}

static void count_commit(void *self, const struct journal_commit *c)
{
    struct buf *b = self;
    buf_printf(b, "%llu:%zu ", (unsigned long long)c->line.number, c->entry_count);
}

static str pick(struct fixture *x, struct journal_pick which)
{
    struct test_tally *t = x->t;
    struct buf b;
    buf_init(&b, 4096);
    GOOD(x, store_read_journal(x->s, &which, count_commit, &b, &x->err));
    str text = b.n ? buf_copy(&b, &x->a) : STR("");
    buf_release(&b);
    return text;
}

static void picking(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    str name;
    fixture_init(&x, t);
    make(&x, x.vendor, "Intuit"); /* 2, by anna */
    struct change_set *c = change_set_new(&x.a, x.m, STR("Änne Ben"), STR("both"));
    uint64_t app = change_create(c, x.application);
    set(c, app, x.application, "name", "Mailchimp");
    set(c, 1, x.vendor, "country", "US");
    GOOD(&x, store_commit(x.s, c, 2000, &r, &x.err)); /* 3 */
    c = set_of(&x);
    change_delete(c, 1);
    GOOD(&x, store_commit(x.s, c, 3000, &r, &x.err)); /* 4 */
    CHECK_STR(pick(&x, (struct journal_pick){0}), STR("4:1 3:2 2:1 1:1 "));
    CHECK_STR(pick(&x, (struct journal_pick){.limit = 2}), STR("4:1 3:2 "));
    CHECK_STR(pick(&x, (struct journal_pick){.from = 2, .to = 3}), STR("3:2 2:1 "));
    CHECK_STR(pick(&x, (struct journal_pick){.since = 2000, .until = 3000}), STR("3:2 "));
    CHECK_STR(pick(&x, (struct journal_pick){.actor = STR("änne")}), STR("3:2 "));
    CHECK_STR(pick(&x, (struct journal_pick){.type = x.vendor->id}), STR("4:1 3:1 2:1 "));
    CHECK_STR(pick(&x, (struct journal_pick){.fact = 2}), STR("3:1 "));
    GOOD(&x, store_load_past_name(x.s, &x.a, 1, &name, &x.err));
    CHECK_STR(name, STR("Intuit"));
    GOOD(&x, store_load_past_name(x.s, &x.a, 77, &name, &x.err));
    CHECK(!name.p);
    fixture_release(&x);
}

TEST_MAIN(every_earlier_state, evidence, which_commit, picking)
