/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: which facts, in which order, and a part of them against the whole. */
#include "graph_query.h"
#include "test_graph_fixture.h"

#include <string.h>

static const char model_text[] =
    "version: 1\n"
    "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
    "types:\n"
    "  - id: 1\n"
    "    name: tool\n"
    "    plural: tools\n"
    "    group: g\n"
    "    help: h\n"
    "    key: [name]\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
    "      - {id: 2, name: annual cost, kind: money, help: h}\n"
    "      - {id: 3, name: vendor, kind: link, to: vendor, inverse: tools, help: h}\n"
    "      - {id: 4, name: twice, kind: derived, gives: money, feel: 'annual cost * 2', help: h}\n"
    "  - id: 2\n"
    "    name: vendor\n"
    "    plural: vendors\n"
    "    group: g\n"
    "    help: h\n"
    "    key: [name]\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes, help: h}\n";

static uint64_t put(struct fixture *f, const char *type, const char *name)
{
    const struct model_type *t = model_type(store_model(f->store), str_of(type));
    uint64_t id = change_create(f->changes, t);
    change_value(f->changes, id, t->name_field, str_of(name), (struct origin){0});
    return id;
}

static void commit(struct fixture *f)
{
    struct commit_result result;
    fixture_must(f, store_commit(f->store, f->changes, 1000, &result, &f->err));
    fixture_must(f, graph_refresh(f->graph, f->store, &f->err));
}

struct asked {
    struct fixture *f;
    struct picture *picture;
    struct feel_env env;
};
static void ask(struct fixture *f, struct asked *k)
{
    k->f = f;
    k->picture = graph_take(f->graph);
    graph_env(&k->env, graph_view_new(&f->arena, k->picture), &f->arena, NULL, 0, FIXTURE_TODAY);
}

/* The names of the rows, with blanks between. */
static str names(struct asked *k, struct fact_query q, size_t *found)
{
    struct fact_rows rows;
    struct buf b;
    q.type = model_type(store_model(k->f->store), STR("tool"));
    fixture_must(k->f, fact_query(&k->f->arena, k->f->graph, &k->env, &q, &rows, &k->f->err));
    buf_init(&b, 100000);
    for (size_t i = 0; i < rows.count; i++) {
        if (i) buf_char(&b, ' ');
        buf_str(&b, fact_name(picture_fact(k->picture, rows.ids[i])));
    }
    if (found) *found = rows.found;
    str text = buf_copy(&b, &k->f->arena);
    buf_release(&b);
    return text;
}

static void test_orders(struct test_tally *t)
{
    struct fixture f;
    struct asked k;
    fixture_open(&f, str_of(model_text));
    f.changes = change_set_new(&f.arena, store_model(f.store), STR("t"), STR("r"));
    const struct model_type *tool = model_type(store_model(f.store), STR("tool"));
    static const struct {
        const char *name, *cost, *vendor;
    } table[] = {
        {"beta", "20 EUR", "zoo"}, {"Alpha", "3 EUR", "Ant"}, {"gamma", NULL, NULL}, {"delta", "3.00 EUR", "Ant"}};
    uint64_t zoo = put(&f, "vendor", "zoo"), ant = put(&f, "vendor", "Ant");
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        uint64_t id = put(&f, "tool", table[i].name);
        if (!table[i].cost) continue;
        uint64_t vendor = !strcmp(table[i].vendor, "zoo") ? zoo : ant;
        change_value(f.changes, id, &tool->fields[1], str_of(table[i].cost), (struct origin){0});
        change_links(f.changes, id, &tool->fields[2], &vendor, 1, (struct origin){0});
    }
    commit(&f);
    ask(&f, &k);
    size_t found;
    CHECK_STR(names(&k, (struct fact_query){0}, NULL), STR("Alpha beta delta gamma"));
    CHECK_STR(names(&k, (struct fact_query){.sort = STR("-name")}, NULL), STR("gamma delta beta Alpha"));
    CHECK_STR(names(&k, (struct fact_query){.sort = STR("annual_cost")}, NULL), STR("Alpha delta beta gamma"));
    CHECK_STR(names(&k, (struct fact_query){.sort = STR("-annual cost")}, NULL), STR("beta Alpha delta gamma"));
    CHECK_STR(names(&k, (struct fact_query){.sort = STR("-twice")}, NULL), STR("beta Alpha delta gamma"));
    CHECK_STR(names(&k, (struct fact_query){.sort = STR("vendor")}, NULL), STR("Alpha delta beta gamma"));
    CHECK_STR(names(&k, (struct fact_query){.sort = STR("-id"), .limit = 1}, &found), STR("delta"));
    CHECK(found == 4);
    CHECK_STR(names(&k, (struct fact_query){.where = STR("annual cost < 10")}, &found), STR("Alpha delta"));
    CHECK(found == 2);
    CHECK_STR(names(&k, (struct fact_query){.where = STR("vendor = null")}, NULL), STR("gamma"));
    CHECK_STR(names(&k, (struct fact_query){.words = STR("a"), .sort = STR("name")}, NULL), STR("Alpha"));
    CHECK_STR(names(&k, (struct fact_query){.from = 9, .limit = 2}, NULL), STR(""));
    picture_drop(k.picture);
    fixture_close(&f);
}

static void test_refusals(struct test_tally *t)
{
    struct fixture f;
    struct asked k;
    struct fact_rows rows;
    fixture_open(&f, str_of(model_text));
    ask(&f, &k);
    struct fact_query q = {.type = model_type(store_model(f.store), STR("tool")), .where = STR("annul cost > 1")};
    CHECK(fact_query(&f.arena, f.graph, &k.env, &q, &rows, &f.err) < 0 && f.err.code == ERR_SYNTAX);
    CHECK(!strcmp(f.err.file, "where") && f.err.column == 1 && strstr(f.err.message, "annual cost"));
    f.err = (struct err){0};
    q.where = STR("1 + 1");
    CHECK(fact_query(&f.arena, f.graph, &k.env, &q, &rows, &f.err) < 0 && f.err.code == ERR_INPUT);
    f.err = (struct err){0};
    q.where = STR_NONE, q.sort = STR("-annul cost");
    CHECK(fact_query(&f.arena, f.graph, &k.env, &q, &rows, &f.err) < 0 && f.err.code == ERR_USAGE);
    CHECK(!strcmp(f.err.file, "sort") && strstr(f.err.message, "did you mean \"annual cost\"?"));
    picture_drop(k.picture);
    fixture_close(&f);
}

/* Any part of a list is that part of the whole. */
static void test_parts(struct test_tally *t)
{
    enum { FACTS = 700, PART = 13 };
    struct fixture f;
    struct asked k;
    fixture_open(&f, str_of(model_text));
    f.changes = change_set_new(&f.arena, store_model(f.store), STR("t"), STR("r"));
    const struct model_type *tool = model_type(store_model(f.store), STR("tool"));
    for (unsigned i = 0; i < FACTS; i++) {
        uint64_t id = put(&f, "tool", arena_printf(&f.arena, "t%u", i * 7919 % FACTS).p);
        if (i % 3)
            change_value(f.changes, id, &tool->fields[1], arena_printf(&f.arena, "%u EUR", i * 31 % 17),
                         (struct origin){0});
    }
    commit(&f);
    ask(&f, &k);
    static const char *const sorts[] = {"name", "-name", "annual cost", "-annual cost", "-id"};
    for (size_t s = 0; s < ARRAY_COUNT(sorts); s++) {
        struct fact_rows whole, part;
        struct fact_query q = {.type = tool, .sort = str_of(sorts[s])};
        fixture_must(&f, fact_query(&f.arena, f.graph, &k.env, &q, &whole, &f.err));
        CHECK(whole.count == FACTS && whole.found == FACTS);
        bool same = true;
        for (q.from = 0, q.limit = PART; q.from < FACTS; q.from += PART) {
            fixture_must(&f, fact_query(&f.arena, f.graph, &k.env, &q, &part, &f.err));
            same = same && part.found == FACTS && !memcmp(part.ids, whole.ids + q.from, part.count * sizeof *part.ids);
        }
        CHECK(same);
    }
    picture_drop(k.picture);
    fixture_close(&f);
}

TEST_MAIN(test_orders, test_refusals, test_parts)
