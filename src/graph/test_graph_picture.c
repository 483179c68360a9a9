/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures: what a commit changes, what it leaves, many threads, and a refreshed picture against a freshly loaded one.
 */
#include "test_graph_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static const char model_text[] = "version: 1\n"
                                 "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
                                 "types:\n"
                                 "  - id: 1\n"
                                 "    name: node\n"
                                 "    plural: nodes\n"
                                 "    group: g\n"
                                 "    help: h\n"
                                 "    key: [name]\n"
                                 "    alias field: aliases\n"
                                 "    fields:\n"
                                 "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
                                 "      - {id: 2, name: aliases, kind: text, help: h}\n"
                                 "      - {id: 3, name: weight, kind: decimal, help: h}\n"
                                 "      - {id: 4, name: next, kind: link, to: node, inverse: previous, help: h}\n"
                                 "      - {id: 5, name: leaves, kind: links, to: leaf, inverse: nodes, help: h}\n"
                                 "      - {id: 6, name: words, kind: long text, help: h}\n"
                                 "  - id: 2\n"
                                 "    name: leaf\n"
                                 "    plural: leaves\n"
                                 "    group: g\n"
                                 "    help: h\n"
                                 "    key: [name]\n"
                                 "    fields:\n"
                                 "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
                                 "      - {id: 2, name: turns on, kind: date, help: h}\n";

/* Everything that C can see of a picture, as text. */
static void describe(struct buf *out, const struct picture *p)
{
    const struct model *model = picture_model(p);
    buf_printf(out, "%llu: %zu facts\n", (unsigned long long)picture_number(p), picture_count(p));
    for (size_t t = 0; t < model->type_count; t++) {
        const struct model_type *type = &model->types[t];
        size_t count, links;
        const uint64_t *ids = picture_facts(p, type, &count);
        for (size_t i = 0; i < count; i++) {
            const struct fact *f = picture_fact(p, ids[i]);
            bool several;
            buf_printf(out, "%llu v%u " STR_FORMAT " found %llu", (unsigned long long)fact_id(f), fact_version(f),
                       STR_ARGS(fact_name(f)), (unsigned long long)picture_find(p, type, fact_name(f), &several));
            for (size_t k = 0; k < type->field_count; k++) {
                buf_printf(out, "|" STR_FORMAT, STR_ARGS(fact_value(f, &type->fields[k])));
                const uint64_t *to = fact_links(f, &type->fields[k], &links);
                for (size_t l = 0; l < links; l++) buf_printf(out, ">%llu", (unsigned long long)to[l]);
            }
            for (size_t k = 0; k < type->inverse_count; k++) {
                const uint64_t *from = fact_inverse(p, f, &type->inverses[k], &links);
                buf_char(out, '|');
                for (size_t l = 0; l < links; l++) buf_printf(out, "<%llu", (unsigned long long)from[l]);
            }
            buf_char(out, '\n');
        }
    }
}
static str described(struct arena *a, const struct picture *p)
{
    struct buf b;
    buf_init(&b, 100 << 20);
    describe(&b, p);
    str s = buf_copy(&b, a);
    buf_release(&b);
    return s;
}

static void test_isolation(struct test_tally *t)
{
    struct fixture f;
    fixture_open(&f, str_of(model_text));
    uint64_t one = fixture_new(&f, "node", "One"), two = fixture_new(&f, "node", "Two"),
             leaf = fixture_new(&f, "leaf", "Leaf");
    fixture_link(&f, one, "node", "next", two);
    fixture_link(&f, one, "node", "leaves", leaf);
    const uint64_t *made = fixture_commit(&f);
    fixture_refresh(&f);
    struct picture *before = graph_take(f.graph);
    str text = described(&f.arena, before);

    fixture_set(&f, made[0], "node", "name", "Uno");
    fixture_set(&f, made[0], "node", "aliases", "One; The first");
    fixture_links(&f, made[0], "node", "leaves", NULL, 0);
    change_delete(fixture_changes(&f), made[2]);
    fixture_new(&f, "node", "Three");
    fixture_commit(&f);
    fixture_refresh(&f);
    CHECK_STR(described(&f.arena, before), text);

    struct picture *after = graph_take(f.graph);
    const struct model_type *node = fixture_type(&f, "node");
    bool several;
    size_t count;
    CHECK(after != before && picture_number(after) == picture_number(before) + 1);
    CHECK(picture_find(after, node, STR("uno"), &several) == made[0] && !several);
    CHECK(picture_find(after, node, STR(" the  FIRST "), &several) == made[0]);
    CHECK(picture_find(after, node, STR("Three"), &several) != 0 &&
          picture_find(before, node, STR("Three"), &several) == 0);
    CHECK(picture_fact(after, made[2]) == NULL && picture_fact(before, made[2]) != NULL);
    fact_links(picture_fact(after, made[0]), model_field(node, STR("leaves")), &count);
    CHECK(count == 0);
    CHECK(picture_count(before) == 3 && picture_count(after) == 3);
    struct picture *same = graph_take(f.graph);
    fixture_refresh(&f); /* nothing new: the same picture */
    struct picture *again = graph_take(f.graph);
    CHECK(same == again);
    picture_drop(same), picture_drop(again), picture_drop(after), picture_drop(before);
    fixture_close(&f);
}

static void test_names(struct test_tally *t)
{
    struct fixture f;
    fixture_open(&f, str_of(model_text));
    uint64_t a = fixture_new(&f, "node", "Alpha"), b = fixture_new(&f, "node", "Beta");
    fixture_set(&f, a, "node", "aliases", "Shared; Beta");
    fixture_set(&f, b, "node", "aliases", "shared | B");
    fixture_commit(&f);
    fixture_refresh(&f);
    struct picture *p = graph_take(f.graph);
    const struct model_type *node = fixture_type(&f, "node");
    bool several;
    CHECK(picture_find(p, node, STR("shared"), &several) != 0 && several);
    CHECK(picture_find(p, node, STR("beta"), &several) == picture_find(p, node, STR("B"), NULL) && !several);
    CHECK(picture_find(p, node, STR(""), &several) == 0);
    CHECK(picture_find(p, fixture_type(&f, "leaf"), STR("Alpha"), &several) == 0);
    picture_drop(p);
    fixture_close(&f);
}

static void test_search(struct test_tally *t)
{
    struct fixture f;
    fixture_open(&f, str_of(model_text));
    static const char *const names[] = {"Email", "Email marketing", "Mail merge", "Zebra"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        uint64_t id = fixture_new(&f, "node", names[i]);
        if (i == 3)
            fixture_set(&f, id, "node", "words",
                        "sends e-mail, never email; f\xC3\xBCr \xC3\x9C"
                        "bung");
    }
    fixture_new(&f, "leaf", "Emails kept");
    fixture_commit(&f);
    fixture_refresh(&f);
    struct picture *p = graph_take(f.graph);
    static const struct {
        const char *query, *want;
        bool nodes;
    } rows[] = {
        {"email", "Email, Email marketing, Emails kept, Zebra", false},
        {"EMAIL", "Email, Email marketing, Zebra", true},
        {"mark em", "Email marketing", true},
        {"arketing", "", true},
        {"mail", "Mail merge, Zebra", true},
        {"\xC3\xBC"
         "bung",
         "Zebra", true},
        {"  ", "", true},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const uint64_t *ids;
        size_t count = picture_search(p, NULL, &f.arena, rows[i].nodes ? fixture_type(&f, "node") : NULL,
                                      str_of(rows[i].query), 10, &ids);
        struct buf b;
        buf_init(&b, 1000);
        for (size_t k = 0; k < count; k++) {
            if (k) buf_text(&b, ", ");
            buf_str(&b, fact_name(picture_fact(p, ids[k])));
        }
        if (!CHECK_STR(buf_get(&b), str_of(rows[i].want))) printf("  of: %s\n", rows[i].query);
        buf_release(&b);
    }
    const uint64_t *ids;
    CHECK(picture_search(p, NULL, &f.arena, NULL, STR("email"), 2, &ids) == 2);
    picture_drop(p);
    fixture_close(&f);
}

/* ---- Refreshed and fresh are the same ---- */

struct dice {
    uint64_t state;
};
static uint32_t roll(struct dice *d, uint32_t below)
{
    d->state = d->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(d->state >> 33) % below;
}

struct population {
    uint64_t ids[4000];
    size_t count;
};

static void random_commit(struct fixture *f, struct dice *d, struct population *nodes, struct population *leaves,
                          unsigned serial)
{
    if (roll(d, 3) == 0 && leaves->count > 2) {
        size_t victim = roll(d, (uint32_t)leaves->count);
        change_delete(fixture_changes(f), leaves->ids[victim]);
        leaves->ids[victim] = leaves->ids[--leaves->count];
    }
    size_t old_nodes = nodes->count, old_leaves = leaves->count;
    uint64_t fresh[40];
    size_t fresh_count = 0, fresh_nodes = 0;
    for (unsigned i = roll(d, 30); i > 0; i--) {
        char name[40];
        snprintf(name, sizeof name, "Thing %u-%u", serial, i);
        bool is_node = roll(d, 2);
        fresh[fresh_count] = fixture_new(f, is_node ? "node" : "leaf", name);
        if (is_node && old_leaves)
            fixture_link(f, fresh[fresh_count], "node", "leaves", leaves->ids[roll(d, (uint32_t)old_leaves)]);
        /* Nodes first, so that the order of the made ids can be told. */
        if (is_node) fresh_nodes |= UINT64_C(1) << fresh_count;
        fresh_count++;
    }
    for (unsigned i = roll(d, 10); i > 0 && old_nodes && old_leaves; i--) {
        uint64_t id = nodes->ids[roll(d, (uint32_t)old_nodes)], to[4];
        size_t count = roll(d, 5);
        for (size_t k = 0; k < count; k++) to[k] = leaves->ids[roll(d, (uint32_t)old_leaves)];
        size_t distinct = 0;
        for (size_t k = 0; k < count; k++) {
            bool there = false;
            for (size_t l = 0; l < distinct; l++) there |= to[l] == to[k];
            if (!there) to[distinct++] = to[k];
        }
        fixture_links(f, id, "node", "leaves", to, distinct);
        fixture_link(f, id, "node", "next", nodes->ids[roll(d, (uint32_t)old_nodes)]);
        char value[40];
        snprintf(value, sizeof value, "%u.5%u", roll(d, 100), roll(d, 10));
        fixture_set(f, id, "node", "weight", value);
        snprintf(value, sizeof value, "Alias %u; A%u", roll(d, 1000), roll(d, 50));
        if (roll(d, 2)) fixture_set(f, id, "node", "aliases", value);
    }
    if (!f->changes) return;
    const uint64_t *made = fixture_commit(f);
    for (size_t i = 0; i < fresh_count; i++) {
        struct population *to = fresh_nodes >> i & 1 ? nodes : leaves;
        to->ids[to->count++] = made[i];
    }
}

static void test_fresh(struct test_tally *t)
{
    struct fixture f;
    fixture_open(&f, str_of(model_text));
    struct dice d = {20261122};
    static struct population nodes, leaves;
    for (unsigned round = 0; round < 60; round++) {
        /* Sometimes several commits between two refreshes. */
        for (unsigned i = 1 + roll(&d, 3); i > 0; i--) random_commit(&f, &d, &nodes, &leaves, round * 10 + i);
        fixture_refresh(&f);
        struct graph *fresh;
        fixture_must(&f, graph_new(store_model(f.store), store_profile(f.store), NULL, &fresh, &f.err));
        fixture_must(&f, graph_refresh(fresh, f.store, &f.err));
        struct picture *a = graph_take(f.graph), *b = graph_take(fresh);
        struct arena_mark mark = arena_mark(&f.arena);
        if (!CHECK(str_eq(described(&f.arena, a), described(&f.arena, b)))) printf("  in round %u\n", round);
        arena_back_to(&f.arena, mark);
        picture_drop(a), picture_drop(b);
        graph_free(fresh);
    }
    CHECK(nodes.count > 300);
    fixture_close(&f);
}

/* ---- Readers and a refresher ---- */

struct reading {
    struct graph *graph;
    atomic_bool *stop;
    size_t pictures, wrong;
};

/* Each commit gives all nodes the same weight, so a picture with two weights is a torn one. */
static void *read_pictures(void *data)
{
    struct reading *r = data;
    struct arena a;
    arena_init(&a, 0);
    while (!atomic_load(r->stop) || !r->pictures) {
        struct picture *p = graph_take(r->graph);
        const struct model_type *node = model_type(picture_model(p), STR("node"));
        size_t count;
        const uint64_t *ids = picture_facts(p, node, &count);
        str first = count ? fact_value(picture_fact(p, ids[0]), model_field(node, STR("weight"))) : STR_NONE;
        for (size_t i = 0; i < count; i++)
            r->wrong += !str_eq(fact_value(picture_fact(p, ids[i]), model_field(node, STR("weight"))), first);
        struct graph_view *view = graph_view_new(&a, p);
        struct feel_env env;
        graph_env(&env, view, &a, NULL, 0, FIXTURE_TODAY);
        struct feel_value last = count ? graph_field(&env, ids[count - 1], STR("weight")) : feel_null(),
                          want = feel_null();
        if (first.n) r->wrong += !feel_number(first, &want);
        r->wrong += !feel_same(last, want);
        picture_drop(p);
        arena_clear(&a);
        r->pictures++;
    }
    arena_release(&a);
    return NULL;
}

static void test_threads(struct test_tally *t)
{
    struct fixture f;
    fixture_open(&f, str_of(model_text));
    enum { NODES = 600, COMMITS = 12, READERS = 3 };
    for (int i = 0; i < NODES; i++) {
        char name[20];
        snprintf(name, sizeof name, "Node %d", i);
        fixture_set(&f, fixture_new(&f, "node", name), "node", "weight", "0");
    }
    const uint64_t *made = fixture_commit(&f);
    atomic_bool stop = false;
    struct reading readings[READERS];
    pthread_t threads[READERS];
    for (int i = 0; i < READERS; i++) {
        readings[i] = (struct reading){f.graph, &stop, 0, 0};
        MUST(pthread_create(&threads[i], NULL, read_pictures, &readings[i]) == 0);
    }
    for (int c = 1; c <= COMMITS; c++) {
        char weight[20];
        snprintf(weight, sizeof weight, "%d.5", c);
        for (int i = 0; i < NODES; i++) fixture_set(&f, made[i], "node", "weight", weight);
        fixture_commit(&f);
        fixture_refresh(&f);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(readings[i].pictures > 0 && readings[i].wrong == 0);
    }
    fixture_close(&f);
}

TEST_MAIN(test_isolation, test_names, test_search, test_fresh, test_threads)
