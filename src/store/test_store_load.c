/* SPDX-License-Identifier: Apache-2.0 */
/* What changed since gives the same as loading afresh, whatever was committed; two connections see each other. */
#include "test_store.h"

#include <stdlib.h>

/* A picture that is kept by applying what changed, as its readers do. */
struct picture {
    struct arena a;
    str facts[600];
    VEC(str) usage[600];
    VEC(str) payments[600];
    uint64_t head;
};

static void take_fact(void *self, const struct stored_fact *f)
{
    struct picture *p = self;
    struct buf b;
    buf_init(&b, 1 << 20);
    if (f->version) dump_fact(&b, f);
    p->facts[f->id] = buf_copy(&b, &p->a);
    buf_release(&b);
}

static void take_usage(void *self, const struct stored_usage *u)
{
    struct picture *p = self;
    struct buf b;
    buf_init(&b, 1 << 20);
    dump_usage(&b, u);
    *vec_add(&p->a, &p->usage[u->application]) = buf_copy(&b, &p->a);
    buf_release(&b);
}

static void take_payment(void *self, const struct stored_payment *m)
{
    struct picture *p = self;
    struct buf b;
    buf_init(&b, 1 << 20);
    dump_payment(&b, m);
    *vec_add(&p->a, &p->payments[m->application]) = buf_copy(&b, &p->a);
    buf_release(&b);
}

static void evidence_goes(void *self, uint64_t application)
{
    struct picture *p = self;
    p->usage[application].count = p->payments[application].count = 0;
}

static const struct store_reader *reader_of(struct picture *p, struct store_reader *r)
{
    *r = (struct store_reader){p, take_fact, take_usage, take_payment, evidence_goes};
    return r;
}

static str picture_text(struct picture *p, struct arena *a)
{
    struct buf b;
    buf_init(&b, 1 << 24);
    for (size_t i = 0; i < ARRAY_COUNT(p->facts); i++) buf_str(&b, p->facts[i]);
    for (size_t i = 0; i < ARRAY_COUNT(p->usage); i++)
        if (p->facts[i].n)
            VEC_EACH(u, &p->usage[i]) buf_str(&b, *u);
    for (size_t i = 0; i < ARRAY_COUNT(p->payments); i++)
        if (p->facts[i].n)
            VEC_EACH(m, &p->payments[i]) buf_str(&b, *m);
    str text = buf_copy(&b, a);
    buf_release(&b);
    return text;
}

struct random {
    uint64_t state;
};

static uint64_t pick(struct random *r, uint64_t below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (r->state >> 33) % below;
}

/* Some random change; ids are those that were ever made, whether they are there or not. */
static void random_change(struct fixture *x, struct random *r, struct change_set *c, uint64_t made)
{
    static const char *const sources[] = {"marketing", "cmdb", "ledger"};
    char text[40];
    struct origin from = pick(r, 3) ? imported(sources[pick(r, 3)], "f.csv", (uint32_t)pick(r, 100)) : typed;
    uint64_t id = 1 + pick(r, made), to[3] = {1 + pick(r, made), 1 + pick(r, made), 1 + pick(r, made)};
    snprintf(text, sizeof text, "%llu", (unsigned long long)pick(r, 40));
    switch (pick(r, 8)) {
    case 0:
    case 1: {
        const struct model_type *types[] = {x->application, x->vendor, x->capability};
        const struct model_type *type = types[pick(r, 3)];
        uint64_t f = change_create(c, type);
        char name[40];
        snprintf(name, sizeof name, "Name %llu", (unsigned long long)pick(r, 1u << 30));
        set(c, f, type, "name", name);
        if (type == x->application) change_value(c, f, field_of(type, "seats paid"), str_of(text), from);
        break;
    }
    case 2: change_delete(c, id); break;
    case 3: change_links(c, id, field_of(x->application, "vendor"), to, pick(r, 2), from); break;
    case 4: change_links(c, id, field_of(x->application, "realises"), to, pick(r, 4), from); break;
    case 5: change_links(c, id, field_of(x->capability, "parent"), to, pick(r, 2), from); break;
    default: change_value(c, id, field_of(x->application, "seats paid"), pick(r, 5) ? str_of(text) : STR_NONE, from);
    }
}

static int random_evidence(struct fixture *x, struct store *s, struct random *r, uint64_t application, int round)
{
    struct evidence_subject subjects[] = {{SUBJECT_APPLICATION, application, STR_NONE},
                                          {SUBJECT_DOMAIN, 0, STR("example.com")}};
    struct evidence_usage usage[6];
    struct evidence_payment payments[] = {{0, 2026 * 12 + (int32_t)pick(r, 12), STR("-12.50"), STR("EUR"), 1},
                                          {1, 2026 * 12, STR("3"), STR("USD"), 2}};
    for (size_t i = 0; i < ARRAY_COUNT(usage); i++)
        usage[i] =
            (struct evidence_usage){(uint32_t)pick(r, 2), pick(r, 3) - 1, (int32_t)(20000 + pick(r, 3)), 5, 100, 7, 9};
    struct evidence_load load = {.file = STR("access.log"),
                                 .format = STR("squid"),
                                 .bytes = 1,
                                 .lines = 2,
                                 .subjects = subjects,
                                 .subject_count = 2,
                                 .usage = usage,
                                 .usage_count = ARRAY_COUNT(usage),
                                 .payments = payments,
                                 .payment_count = 2};
    struct commit_result result;
    memcpy(load.content_hash, &round, sizeof round);
    return store_add_evidence(s, &load, NULL, 1000 + round, &result, &x->err);
}

static void since_equals_fresh(struct test_tally *t)
{
    struct fixture x;
    struct store *other;
    struct picture *kept = mem_zalloc(sizeof *kept), *fresh = mem_zalloc(sizeof *fresh);
    struct store_reader r;
    struct random random = {20261122};
    uint64_t made = 1;
    int good = 0, bad = 0, evidence = 0;
    fixture_init(&x, t);
    arena_init(&kept->a, 0);
    arena_init(&fresh->a, 0);
    if (!GOOD(&x, store_open(x.path, STORE_WRITE, &other, &x.err))) return;
    for (int round = 0; round < 300; round++) {
        struct store *writer = pick(&random, 2) ? x.s : other;
        struct commit_result result;
        struct change_set *c = change_set_new(&x.a, x.m, STR("anna"), STR("at random"));
        if (pick(&random, 4) == 0) {
            evidence += !random_evidence(&x, writer, &random, 1 + pick(&random, made), round);
        } else {
            for (uint64_t n = 1 + pick(&random, 3); n; n--) random_change(&x, &random, c, made);
            if (store_commit(writer, c, 1000 + round, &result, &x.err))
                bad++;
            else {
                good++;
                for (size_t i = 0; i < result.made_count; i++)
                    if (result.made[i] > made) made = result.made[i];
            }
        }
        if (pick(&random, 3)) continue;
        memset(fresh->facts, 0, sizeof fresh->facts);
        for (size_t i = 0; i < ARRAY_COUNT(fresh->usage); i++) evidence_goes(fresh, i);
        GOOD(&x, store_load_since(x.s, kept->head, reader_of(kept, &r), &kept->head, &x.err));
        GOOD(&x, store_load(other, reader_of(fresh, &r), &fresh->head, &x.err));
        CHECK(kept->head == fresh->head);
        if (!CHECK_STR(picture_text(kept, &x.a), picture_text(fresh, &x.a))) break;
    }
    CHECK(good > 30 && bad > 30 && evidence > 5 && made < ARRAY_COUNT(kept->facts));
    uint64_t entries;
    unsigned char hash[32];
    GOOD(&x, store_verify(x.s, &entries, hash, &x.err));
    store_close(other);
    arena_release(&kept->a);
    arena_release(&fresh->a);
    mem_free(kept);
    mem_free(fresh);
    fixture_release(&x);
}

static void two_connections(struct test_tally *t)
{
    struct fixture x;
    struct store *other;
    uint64_t head;
    fixture_init(&x, t);
    if (!GOOD(&x, store_open(x.path, STORE_READ, &other, &x.err))) return;
    CHECK(!store_may_have_changed(other));
    make(&x, x.vendor, "Intuit");
    CHECK(store_may_have_changed(other) && !store_may_have_changed(other));
    CHECK_STR(dump(&x, other, false, 1, &head), STR("1 vendor v1 name=Intuit\n"));
    CHECK(head == 2);
    CHECK_STR(dump(&x, other, false, head, &head), STR(""));
    store_close(other);
    fixture_release(&x);
}

TEST_MAIN(since_equals_fresh, two_connections)
