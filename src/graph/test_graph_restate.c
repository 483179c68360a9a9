/* SPDX-License-Identifier: Apache-2.0 */
/* Two texts side by side: what only one of them has, and words with two meanings. */
#include "graph_restate.h"
#include "test_graph_fixture.h"

#include <string.h>

static const char model[] = "version: 1\n"
                            "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
                            "types:\n"
                            "  - id: 1\n"
                            "    name: term\n"
                            "    plural: terms\n"
                            "    group: language\n"
                            "    key: name\n"
                            "    alias field: aliases\n"
                            "    fields:\n"
                            "      - {id: 1, name: name, kind: text, required: yes}\n"
                            "      - {id: 2, name: aliases, kind: text}\n"
                            "      - {id: 3, name: marketing meaning, kind: text}\n"
                            "      - {id: 4, name: it meaning, kind: text}\n"
                            "      - {id: 5, name: agreed meaning, kind: text}\n"
                            "      - {id: 6, name: status, kind: text}\n"
                            "      - {id: 7, name: marketing label, kind: text}\n"
                            "      - {id: 8, name: it label, kind: text}\n"
                            "  - id: 2\n"
                            "    name: objective\n"
                            "    plural: objectives\n"
                            "    group: direction\n"
                            "    key: name\n"
                            "    fields:\n"
                            "      - {id: 1, name: name, kind: text, required: yes}\n"
                            "  - id: 3\n"
                            "    name: talking point\n"
                            "    plural: talking points\n"
                            "    group: direction\n"
                            "    key: [objective, kind, said by, name]\n"
                            "    fields:\n"
                            "      - {id: 1, name: name, kind: text, required: yes}\n"
                            "      - {id: 2, name: objective, kind: link, to: objective, inverse: talking points, "
                            "required: yes}\n"
                            "      - {id: 3, name: kind, kind: one of, values: [term, number, date, word], "
                            "required: yes}\n"
                            "      - {id: 4, name: said by, kind: one of, values: [marketing, it, both], "
                            "required: yes}\n"
                            "      - {id: 5, name: marketing answer, kind: text, written by: marketing}\n"
                            "      - {id: 6, name: it answer, kind: text, written by: it}\n";

static uint64_t add_term(struct fixture *f, const char *name, const char *aliases, const char *marketing,
                         const char *it, const char *agreed)
{
    uint64_t id = fixture_new(f, "term", name);
    fixture_set(f, id, "term", "aliases", aliases);
    fixture_set(f, id, "term", "marketing meaning", marketing);
    fixture_set(f, id, "term", "it meaning", it);
    fixture_set(f, id, "term", "agreed meaning", agreed);
    return id;
}

static void label_term(struct fixture *f, uint64_t id, const char *marketing, const char *it)
{
    fixture_set(f, id, "term", "marketing label", marketing);
    fixture_set(f, id, "term", "it label", it);
}

/* "term DR 12; number 36 % 1; word mail 2": kind, text, which of the two has it. */
static str compared(struct fixture *f, const char *first, const char *second)
{
    struct restatement x;
    struct buf b;
    struct picture *p = graph_take(f->graph);
    fixture_must(f, restate_compare(&f->arena, p, NULL, str_of(first), str_of(second), &x, &f->err));
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < x.count; i++)
        buf_printf(&b, "%s%s " STR_FORMAT " %s%s", i ? "; " : "", restate_kind_name(x.points[i].kind),
                   STR_ARGS(x.points[i].text), x.points[i].in_first ? "1" : "", x.points[i].in_second ? "2" : "");
    str text = buf_copy(&b, &f->arena);
    buf_release(&b);
    picture_drop(p);
    return text;
}

static void points(struct test_tally *t)
{
    static const struct {
        const char *first, *second, *want;
    } cases[] = {
        {"Every campaign reaches the buyers", "the buyer is reached by every campaign",
         "word reaches 1; word reached 2"},
        {"Nightly mail", "Mails, nightly", ""},
        {"", "anything", ""},
        {"DR brings the second order", "DR is exercised",
         "term DR 12; word brings 1; word second 1; word order 1; word exercised 2"},
        {"each client", "a person", "term client 1; word person 2"},
        {"the lead", "the lead", ""},
        {"a basket", "an order draft", ""},
        {"a basket", "a purchase", "word basket 1; word purchase 2"},
        {"a cart and a basket", "the order drafts", ""},
        {"the house list", "a subscriber table", "term house list 12"},
        {"from 31 to 36 %", "to 36 percent", "number 31 1"},
        {"twelve months", "12 months", ""},
        {"two thousand", "2 million", "word thousand 1; word million 2"},
        {"1,000 mails.", "1000 mails", ""},
        {"by Q3", "by Q4 2027", "date Q3 1; date Q4 2027 2"},
        {"on 1 March 2027", "2027-03-01", ""},
        {"until 2027", "until 2028", "date 2027 1; date 2028 2"},
        {"Größe zählt", "GRÖSSE zählt", ""},
        {"the shop's data", "data of shops", ""},
        {"\xf0\x9f\x98\x80 smile", "smile", ""},
    };
    struct fixture f;
    fixture_open(&f, str_of(model));
    add_term(&f, "DR", "", "direct response", "disaster recovery", "");
    add_term(&f, "Customer", "client; buying person", "who buys", "a team that we serve", "");
    add_term(&f, "Lead", "", "an address", "a person who leads", "An address that may be written to");
    label_term(&f, add_term(&f, "Cart", "", "what a customer means to buy", "", ""), "basket", "order draft");
    label_term(&f, add_term(&f, "Contacts", "", "people to write to", "rows of a table", ""), "house list",
               "subscriber table");
    fixture_commit(&f);
    fixture_refresh(&f);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        str got = compared(&f, cases[i].first, cases[i].second);
        if (!CHECK(str_eq(got, str_of(cases[i].want)))) printf("    case %zu: " STR_FORMAT "\n", i, STR_ARGS(got));
    }
    struct restatement x;
    struct picture *p = graph_take(f.graph);
    CHECK(!restate_compare(&f.arena, p, NULL, STR("DR"), STR("no"), &x, &f.err) &&
          x.points[0].term == fixture_find(&f, "term", "DR"));
    CHECK_STR(x.points[0].first_means, STR("direct response"));
    CHECK(!restate_compare(&f.arena, p, NULL, STR(" "), STR("no"), &x, &f.err) && !x.first_there && x.second_there &&
          !x.count);
    char *large = arena_alloc(&f.arena, 70000);
    memset(large, 'a', 70000);
    CHECK(restate_compare(&f.arena, p, NULL, (str){large, 70000}, STR("no"), &x, &f.err) < 0 &&
          f.err.code == ERR_LIMIT);
    picture_drop(p);
    fixture_close(&f);
}

static void say(struct fixture *f, uint64_t objective, const char *kind, const char *who, const char *text,
                const char *marketing, const char *it)
{
    uint64_t id = fixture_new(f, "talking point", text);
    fixture_link(f, id, "talking point", "objective", objective);
    fixture_set(f, id, "talking point", "kind", kind);
    fixture_set(f, id, "talking point", "said by", who);
    fixture_set(f, id, "talking point", "marketing answer", marketing);
    fixture_set(f, id, "talking point", "it answer", it);
}

/* A point is agreed where both answer alike, as long as it is the same point. */
static void answers(struct test_tally *t)
{
    static const struct {
        const char *first, *second;
        size_t count, open, agreed;
    } cases[] = {
        {"reach 36 % by Q3", "reach 40 % by Q4", 4, 3, 1},
        {"reach 36 %", "reach 36 %", 0, 0, 0},
        {"reach 37 %", "reach 40 %", 2, 2, 0},     /* another number is another point */
        {"reach 40 %", "reach 36 %", 2, 2, 0},     /* and so is the same one of the other side */
        {"reach buyers", "reach people", 2, 1, 0}, /* a word counts once a side has asked */
    };
    struct fixture f;
    fixture_open(&f, str_of(model));
    uint64_t objective = fixture_new(&f, "objective", "Reach");
    say(&f, objective, "number", "marketing", "36 %", "36 % in a year", "36 % in a year");
    say(&f, objective, "number", "it", "40 %", "36 % in a year", "40 %");
    say(&f, objective, "date", "it", "Q4", NULL, "we mean the same");
    say(&f, objective, "word", "it", "people", NULL, NULL);
    fixture_commit(&f);
    fixture_refresh(&f);
    struct picture *p = graph_take(f.graph);
    const struct fact *fact = picture_fact(p, fixture_find(&f, "objective", "Reach"));
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct restatement x;
        fixture_must(&f,
                     restate_compare(&f.arena, p, NULL, str_of(cases[i].first), str_of(cases[i].second), &x, &f.err));
        restate_answers(&f.arena, p, NULL, fact, &x);
        if (!CHECK(x.count == cases[i].count && x.open == cases[i].open && x.agreed == cases[i].agreed))
            printf("    case %zu: %zu points, %zu open, %zu agreed\n", i, x.count, x.open, x.agreed);
        if (!i) CHECK_STR(restate_mark(&f.arena, &x.points[0]), STR("number by marketing: 36 %"));
    }
    picture_drop(p);
    fixture_close(&f);
}

TEST_MAIN(points, answers)
