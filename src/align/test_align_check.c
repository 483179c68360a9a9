/* SPDX-License-Identifier: Apache-2.0 */
/* Check files: their errors to the letter, their findings, their scores. */
#include "align.h"
#include "test_graph_fixture.h"

#include <stdio.h>
#include <string.h>

static const char model_text[] =
    "version: 1\n"
    "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
    "types:\n"
    "  - id: 20\n"
    "    name: capability\n"
    "    plural: capabilities\n"
    "    group: capability\n"
    "    help: What must be done.\n"
    "    key: [name]\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
    "  - id: 30\n"
    "    name: application\n"
    "    plural: applications\n"
    "    group: stack\n"
    "    help: A tool.\n"
    "    key: [name]\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
    "      - {id: 2, name: status, kind: one of, values: [sanctioned, shadow], help: h}\n"
    "      - {id: 3, name: annual cost, kind: money, help: h}\n"
    "      - {id: 4, name: seats paid, kind: whole number, help: h}\n"
    "      - {id: 5, name: realises, kind: links, to: capability, inverse: realised by, help: h}\n"
    "      - {id: 6, name: renews on, kind: date, help: h}\n";

static const char head[] = "id: c\npractice: vision\nfor each: application\n";

struct bad {
    const char *text, *want; /* what err_emit writes */
};
static void test_errors(struct test_tally *t)
{
    struct fixture f;
    fixture_open(&f, str_of(model_text));
    static const struct bad rows[] = {
        {"id: c\npractise: vision\n", "c.yaml:2: practise: unknown key; did you mean \"practice\"?\n"},
        {"id: c\npractice: visions\n", "c.yaml:2: practice: \"visions\" is no practice; did you mean \"vision\"\n"},
        {"id: c\npractice: vision\nfor each: aplication\n",
         "c.yaml:3: for each: \"aplication\" is no fact type; did you mean \"application\"\n"},
        {"id: C D\n", "c.yaml:1: id: an id is made of small letters, digits and hyphens, such as paid-seats-unused\n"},
        {"practice: vision\n", "c.yaml:1: the key \"id\" is missing\n"},
        {"HEAD"
         "threshold: {few: many}\n",
         "c.yaml:4: threshold: few: \"many\" is not a number\n"},
        {"HEAD"
         "let:\n  x: 1\n  y: x + nothing\n",
         "c.yaml:6:10: let: y: "},
        {"HEAD"
         "when: seats payed > 1\nseverity: low\n",
         "c.yaml:4:7: when: "},
        {"HEAD"
         "when: >-\n  seats paid > 1\n  and seats payed > 1\n",
         "c.yaml:6:7: when: "},
        {"HEAD"
         "when: 'status = \"it''s\" and sttus = 1'\n",
         "c.yaml:4:29: when: "},
        {"HEAD"
         "when: 1 + 1\n",
         "c.yaml:4:7: when: the expression must give true or false\n    when: 1 + 1\n          ^~~~~\n"},
        {"HEAD"
         "when: true\nseverity: 3\n",
         "c.yaml:5:11: severity: the expression must give one of the texts \"high\", \"medium\", \"low\"\n"},
        {"HEAD"
         "when: true\nseverity: low\nsays: 'Hm {nme}'\nnext: n\n",
         "c.yaml:6:12: says: "},
        {"HEAD"
         "when: true\nseverity: low\nsays: a\nnext: n\nfacts: '[1, 2]'\n",
         "c.yaml:8:9: facts: the expression must give a fact or a list of facts\n"},
        {"HEAD"
         "when: true\nseverity: low\nsays: a\nnext: n\nmoney: name\n",
         "c.yaml:8:8: money: the expression must give a number\n"},
        {"HEAD"
         "when: true\nseverity: low\nsays: a\n",
         "c.yaml:1: the key \"next\" is missing\n"},
        {"HEAD"
         "when:\n",
         "c.yaml:4: when: a text is missing behind the colon\n"},
        {"- a\n", "c.yaml:1: a check is a list of keys with values, such as \"id: paid-seats-unused\"\n"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char text[1000];
        bool with_head = strncmp(rows[i].text, "HEAD", 4) == 0;
        snprintf(text, sizeof text, "%s%s", with_head ? head : "", rows[i].text + (with_head ? 4 : 0));
        struct check_text file = {STR("c.yaml"), str_of(text)};
        const struct checks *checks;
        struct buf b;
        buf_init(&b, 10000);
        if (CHECK(checks_compile(&f.arena, f.graph, &file, 1, &checks, &f.err) < 0)) {
            err_emit(&f.err, &b);
            str want = str_of(rows[i].want), got = buf_get(&b);
            if (!CHECK(str_starts(got, want))) printf("got:\n" STR_FORMAT "want:\n%s\n", STR_ARGS(got), rows[i].want);
        } else {
            printf("  of: %s\n", text);
        }
        buf_release(&b);
    }
    struct check_text twice[] = {{STR("a.yaml"), STR_NONE}, {STR("b.yaml"), STR_NONE}};
    char text[500];
    snprintf(text, sizeof text, "%swhen: true\nseverity: low\nsays: a\nnext: b\n", head);
    twice[0].text = twice[1].text = str_of(text);
    const struct checks *checks;
    CHECK(checks_compile(&f.arena, f.graph, twice, 2, &checks, &f.err) < 0);
    CHECK_STR(str_of(f.err.message), STR("a check with the id \"c\" stands in a.yaml already"));
    CHECK_STR(str_of(f.err.file), STR("b.yaml"));
    fixture_close(&f);
}

static const struct check_text good[] = {
    {STR_INIT("redundant.yaml"), STR_INIT("id: redundant\n"
                                          "practice: capability-map\n"
                                          "for each: capability\n"
                                          "threshold: {dear: 1000}\n"
                                          "let:\n"
                                          "  used: 'realised by[status != \"shadow\"]'\n"
                                          "  cost: sum(used.annual cost)\n"
                                          "when: count(used) > 1\n"
                                          "severity: if cost > dear then \"high\" else \"medium\"\n"
                                          "says: '{count(used)} do \"{name}\": {string join(used.name, \", \")}'\n"
                                          "money: cost\n"
                                          "facts: used\n"
                                          "next: >-\n"
                                          "  Choose one{#if cost != null}, {money(cost)} are at stake{/if}; {{so}}.\n"
                                          "why: 'a reason'\n")},
    {STR_INIT("renews.yaml"), STR_INIT("id: renews\n"
                                       "practice: governance\n"
                                       "for each: application\n"
                                       "concerns: seats paid != null\n"
                                       "let: {left: '(renews on - today()).days', far: left > 30}\n"
                                       "when: not(far)\n"
                                       "severity: low\n"
                                       "says: '{name} renews on {renews on}'\n"
                                       "people: seats paid\n"
                                       "next: '{this.name}, soon'\n")},
    {STR_INIT("many.yaml"), STR_INIT("id: many\n"
                                     "practice: relationship\n"
                                     "for each: workspace\n"
                                     "when: count(applications) > 2\n"
                                     "severity: medium\n"
                                     "says: '{company} has {plural(count(applications), \"tool\", \"tools\")}'\n"
                                     "facts: applications[status = \"shadow\"]\n"
                                     "next: n\n")},
};

static void fill(struct fixture *f)
{
    uint64_t mail = fixture_new(f, "capability", "Email"), sms = fixture_new(f, "capability", "Text messages");
    static const struct {
        const char *name, *status, *cost, *seats, *renews;
    } rows[] = {{"Alpha", "sanctioned", "800.00 EUR", "5", "2026-12-01"},
                {"Beta", "sanctioned", "300.255 EUR", NULL, "2027-06-01"},
                {"Gamma", "shadow", "100.00 EUR", "7", "2026-12-22"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        uint64_t id = fixture_new(f, "application", rows[i].name);
        fixture_set(f, id, "application", "status", rows[i].status);
        fixture_set(f, id, "application", "annual cost", rows[i].cost);
        if (rows[i].seats) fixture_set(f, id, "application", "seats paid", rows[i].seats);
        fixture_set(f, id, "application", "renews on", rows[i].renews);
        fixture_links(f, id, "application", "realises", (uint64_t[]){mail, sms}, i == 0 ? 1 : 2);
    }
    fixture_commit(f);
    fixture_refresh(f);
}

static void test_findings(struct test_tally *t)
{
    struct fixture f;
    fixture_open(&f, str_of(model_text));
    fill(&f);
    const struct checks *checks;
    fixture_must(&f, checks_compile(&f.arena, f.graph, good, ARRAY_COUNT(good), &checks, &f.err));
    struct picture *p = graph_take(f.graph);
    struct feel_env env;
    graph_env(&env, graph_view_new(&f.arena, p), &f.arena, NULL, 0, FIXTURE_TODAY);
    struct findings found;
    fixture_must(&f, checks_run(checks, &env, &found, &f.err));
    struct finding_changes changes;
    fixture_must(&f, findings_with_state(f.store, &f.arena, &found, FIXTURE_TODAY, &changes, &f.err));
    struct buf b;
    buf_init(&b, 100000);
    struct json_writer w;
    json_init(&w, &b, 0);
    findings_emit_json(&w, &env, found.items, found.count);
    CHECK_STR(
        buf_get(&b),
        STR("[{\"id\":\"0c5e35d5546489ba\",\"check\":\"redundant\",\"practice\":\"capability-map\",\"severity\":"
            "\"high\","
            "\"says\":\"2 do \\\"Email\\\": Alpha, Beta\",\"next\":\"Choose one, \xE2\x82\xAC 1,100 are at stake; "
            "{so}.\","
            "\"facts\":[{\"type\":\"capability\",\"id\":1,\"name\":\"Email\"},{\"type\":\"application\",\"id\":3,"
            "\"name\":\"Alpha\"},"
            "{\"type\":\"application\",\"id\":4,\"name\":\"Beta\"}],\"money\":{\"amount\":1100.26,\"currency\":\"EUR\"}"
            ",\"people\":null,\"state\":\"open\",\"since\":\"2026-11-22\"},"
            "{\"id\":\"4fc416229caadf48\",\"check\":\"many\",\"practice\":\"relationship\",\"severity\":\"medium\","
            "\"says\":\"Northlight has 3 "
            "tools\",\"next\":\"n\",\"facts\":[{\"type\":\"application\",\"id\":5,\"name\":\"Gamma\"}],\"money\":null,"
            "\"people\":null,\"state\":\"open\",\"since\":\"2026-11-22\"},"
            "{\"id\":\"c04af9adc287fdd6\",\"check\":\"renews\",\"practice\":\"governance\",\"severity\":\"low\","
            "\"says\":\"Gamma renews on 22 December 2026\",\"next\":\"Gamma, soon\","
            "\"facts\":[{\"type\":\"application\",\"id\":5,\"name\":\"Gamma\"}],\"money\":null,\"people\":7,\"state\":"
            "\"open\",\"since\":\"2026-11-22\"},"
            "{\"id\":\"50506e4526e480f2\",\"check\":\"renews\",\"practice\":\"governance\",\"severity\":\"low\","
            "\"says\":\"Alpha renews on 1 December 2026\",\"next\":\"Alpha, soon\","
            "\"facts\":[{\"type\":\"application\",\"id\":3,\"name\":\"Alpha\"}],\"money\":null,\"people\":5,\"state\":"
            "\"open\",\"since\":\"2026-11-22\"}]"));
    buf_release(&b);

    const struct explained *names;
    size_t name_count;
    fixture_must(&f, checks_explain(checks, &env, &found.items[3], &names, &name_count, &f.err));
    CHECK(name_count == 2);
    CHECK_STR(names[0].name, STR("left"));
    CHECK_STR(names[0].feel, STR("(renews on - today()).days"));
    CHECK(feel_same(names[0].value, feel_int(9)) && feel_same(names[1].value, feel_boolean(false)));

    struct practice_score scores[PRACTICE_COUNT];
    practice_scores(checks, &found, scores);
    CHECK(scores[PRACTICE_CAPABILITY_MAP].known && scores[PRACTICE_CAPABILITY_MAP].concerned == 2);
    CHECK(scores[PRACTICE_CAPABILITY_MAP].score == 50);                                          /* 1 of 2 */
    CHECK(scores[PRACTICE_GOVERNANCE].score == 67 && scores[PRACTICE_GOVERNANCE].findings == 2); /* 2 thirds of 2 */
    CHECK(scores[PRACTICE_GOVERNANCE].concerned == 2);
    CHECK(scores[PRACTICE_RELATIONSHIP].score == 33); /* 2 thirds of 1 */
    CHECK(!scores[PRACTICE_VISION].known);
    picture_drop(p);
    fixture_close(&f);
}

/* The id stays when the subject's other fields and its number change; a limit is an error that names the place. */
static void test_ids_and_limits(struct test_tally *t)
{
    uint64_t ids[2];
    for (int i = 0; i < 2; i++) {
        struct fixture f;
        fixture_open(&f, str_of(model_text));
        if (i) fixture_new(&f, "capability", "Zeroth"), fixture_commit(&f);
        fill(&f);
        const struct checks *checks;
        fixture_must(&f, checks_compile(&f.arena, f.graph, good, 1, &checks, &f.err));
        struct picture *p = graph_take(f.graph);
        struct feel_env env;
        graph_env(&env, graph_view_new(&f.arena, p), &f.arena, NULL, 0, FIXTURE_TODAY);
        struct findings found;
        fixture_must(&f, checks_run(checks, &env, &found, &f.err));
        if (CHECK(found.count == 1)) ids[i] = found.items[0].id;
        struct check_text endless = {STR("e.yaml"),
                                     STR("id: e\npractice: vision\nfor each: application\n"
                                         "let:\n  big: count(for i in 1..100000, k in 1..100000 return i)\n"
                                         "when: name = \"Beta\" and big > 1\nseverity: low\nsays: a\nnext: b\n")};
        fixture_must(&f, checks_compile(&f.arena, f.graph, &endless, 1, &checks, &f.err));
        env.limits.steps = 100000;
        CHECK(checks_run(checks, &env, &found, &f.err) < 0);
        CHECK(f.err.code == ERR_LIMIT && strstr(f.err.message, "(looking at Beta)"));
        CHECK_STR(str_of(f.err.file), STR("e.yaml"));
        CHECK_STR(str_of(f.err.field), STR("let: big"));
        picture_drop(p);
        fixture_close(&f);
    }
    CHECK(ids[0] == ids[1] && ids[0] != 0);
}

/* What a viewer may not see is in no finding: a condition that reads it withholds its check, a text is made anew. */
static void test_viewers(struct test_tally *t)
{
    static const char private_text[] =
        "version: 1\nsides: [{key: it, name: IT}]\ntypes:\n"
        "  - {id: 1, name: deal, plural: deals, group: g, key: name, fields: ["
        "{id: 1, name: name, kind: text, required: yes}, {id: 2, name: price, kind: money, seen by: contributor}, "
        "{id: 3, name: ends, kind: yes no}]}\n";
    static const struct check_text texts[] = {
        {STR_INIT("dear.yaml"),
         STR_INIT("id: dear\npractice: vision\nfor each: deal\nlet:\n  much: price > 100\n  twice: much\nwhen: twice\n"
                  "severity: low\nsays: '{name} is dear'\nnext: a\n")},
        {STR_INIT("ends.yaml"),
         STR_INIT("id: ends\npractice: products\nfor each: deal\nwhen: ends\nseverity: low\n"
                  "says: '{name} ends{#if price != null}, {price}{/if}'\nmoney: price\nnext: b\n")},
        {STR_INIT("plain.yaml"), STR_INIT("id: plain\npractice: products\nfor each: deal\nwhen: ends\nseverity: high\n"
                                          "says: '{name}'\nnext: c\n")},
    };
    struct fixture f;
    fixture_open(&f, str_of(private_text));
    uint64_t deal = fixture_new(&f, "deal", "Frame");
    fixture_set(&f, deal, "deal", "price", "200 EUR");
    fixture_set(&f, deal, "deal", "ends", "yes");
    fixture_commit(&f);
    fixture_refresh(&f);
    const struct checks *checks;
    fixture_must(&f, checks_compile(&f.arena, f.graph, texts, ARRAY_COUNT(texts), &checks, &f.err));
    struct picture *p = graph_take(f.graph);
    struct feel_env env;
    struct findings all, seen;
    graph_env(&env, graph_view_new(&f.arena, p), &f.arena, NULL, 0, FIXTURE_TODAY);
    fixture_must(&f, checks_run(checks, &env, &all, &f.err));
    CHECK(all.count == 3 && !all.withheld);
    for (size_t i = 0; i < all.count; i++) all.items[i].owner = STR("anna"), all.items[i].since = 5;
    static const struct graph_viewer viewer = {.role = ROLE_VIEWER}, contributor = {.role = ROLE_CONTRIBUTOR};
    graph_env(&env, graph_view_new(&f.arena, p), &f.arena, &viewer, 0, FIXTURE_TODAY);
    fixture_must(&f, findings_for(checks, &env, &all, &seen, &f.err));
    if (CHECK(seen.count == 2 && seen.withheld == 1)) {
        CHECK_STR(seen.items[0].says, STR("Frame"));
        CHECK_STR(seen.items[1].says, STR("Frame ends"));
        CHECK(!seen.items[1].has_money && seen.items[1].since == 5);
        CHECK_STR(seen.items[1].owner, STR("anna"));
    }
    struct practice_score scores[PRACTICE_COUNT];
    practice_scores(checks, &seen, scores);
    CHECK(!scores[PRACTICE_VISION].known && scores[PRACTICE_PRODUCTS].known);
    graph_env(&env, graph_view_new(&f.arena, p), &f.arena, &contributor, 0, FIXTURE_TODAY);
    fixture_must(&f, findings_for(checks, &env, &all, &seen, &f.err));
    CHECK(seen.count == 3 && !seen.withheld);
    for (size_t i = 0; i < seen.count && i < all.count; i++) {
        CHECK(seen.items[i].id == all.items[i].id);
        CHECK_STR(seen.items[i].says, all.items[i].says);
    }
    picture_drop(p);
    fixture_close(&f);
}

TEST_MAIN(test_errors, test_findings, test_ids_and_limits, test_viewers)
