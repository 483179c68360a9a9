/* SPDX-License-Identifier: Apache-2.0 */
/* The picture as FEEL sees it. */
#include "test_graph_fixture.h"

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
    "      - {id: 2, name: parent, kind: link, to: capability, inverse: children, help: h}\n"
    "      - {id: 3, name: description, kind: long text, help: h}\n"
    "      - {id: 4, name: cost, kind: derived, gives: money, feel: 'sum(realised by.annual cost)', help: h}\n"
    "  - id: 30\n"
    "    name: application\n"
    "    plural: applications\n"
    "    group: stack\n"
    "    help: A tool.\n"
    "    key: [name]\n"
    "    alias field: aliases\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
    "      - {id: 2, name: aliases, kind: text, help: h}\n"
    "      - {id: 3, name: status, kind: one of, values: [sanctioned, shadow], help: h}\n"
    "      - {id: 4, name: annual cost, kind: money, help: h}\n"
    "      - {id: 5, name: seats paid, kind: whole number, help: h}\n"
    "      - {id: 6, name: realises, kind: links, to: capability, inverse: realised by, help: h}\n"
    "      - {id: 7, name: owner, kind: link, to: person, inverse: owns, help: h}\n"
    "      - {id: 8, name: live since, kind: date, help: h}\n"
    "      - {id: 9, name: listed by it, kind: yes no, help: h}\n"
    "      - {id: 10, name: fit, kind: decimal, help: h}\n"
    "      - {id: 11, name: share, kind: percent, help: h}\n"
    "      - {id: 12, name: until, kind: period, help: h}\n"
    "      - {id: 13, name: notes, kind: long text, help: h}\n"
    "      - {id: 30, name: people 30 days, kind: observed, observed: people, days: 30, help: h}\n"
    "      - {id: 31, name: people ever, kind: observed, observed: people, help: h}\n"
    "      - {id: 32, name: requests 30 days, kind: observed, observed: requests, days: 30, help: h}\n"
    "      - {id: 33, name: first seen, kind: observed, observed: first seen, help: h}\n"
    "      - {id: 34, name: last seen, kind: observed, observed: last seen, help: h}\n"
    "      - {id: 35, name: paid 12 months, kind: observed, observed: paid, days: 365, help: h}\n"
    "      - {id: 40, name: utilisation, kind: derived, gives: percent, help: h,\n"
    "         feel: 'if seats paid > 0 then people 30 days / seats paid else null'}\n"
    "      - {id: 41, name: idle cost, kind: derived, gives: money, feel: 'annual cost * (1 - utilisation)', help: h}\n"
    "      - {id: 42, name: age, kind: derived, gives: whole number, feel: '(today() - live since).days', help: h}\n"
    "  - id: 50\n"
    "    name: rate\n"
    "    plural: rates\n"
    "    group: money\n"
    "    help: Exchange.\n"
    "    key: [currency, valid from]\n"
    "    fields:\n"
    "      - {id: 1, name: currency, kind: text, required: yes, help: h}\n"
    "      - {id: 2, name: valid from, kind: date, required: yes, help: h}\n"
    "      - {id: 3, name: rate, kind: decimal, required: yes, help: h}\n"
    "  - id: 60\n"
    "    name: person\n"
    "    plural: persons\n"
    "    group: people\n"
    "    help: A colleague.\n"
    "    key: [name]\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
    "      - {id: 2, name: side, kind: one of, values: [marketing, it], help: h}\n";

static void add_rate(struct fixture *f, const char *currency, const char *from, const char *rate)
{
    uint64_t id = change_create(fixture_changes(f), fixture_type(f, "rate"));
    fixture_set(f, id, "rate", "currency", currency);
    fixture_set(f, id, "rate", "valid from", from);
    fixture_set(f, id, "rate", "rate", rate);
}

static void open_small(struct fixture *f)
{
    fixture_open(f, str_of(model_text));
    uint64_t mail = fixture_new(f, "capability", "Email marketing"), all = fixture_new(f, "capability", "Marketing");
    uint64_t anna = fixture_new(f, "person", "Anna Berg"), chimp = fixture_new(f, "application", "Mailchimp");
    uint64_t braze = fixture_new(f, "application", "Braze"), bare = fixture_new(f, "application", "Bare");
    (void)bare;
    fixture_link(f, mail, "capability", "parent", all);
    fixture_set(f, anna, "person", "side", "marketing");
    static const char *const values[][2] = {{"aliases", "Intuit Mailchimp; MC"},
                                            {"status", "sanctioned"},
                                            {"annual cost", "48000.50 EUR"},
                                            {"seats paid", "40"},
                                            {"live since", "2026-11-02"},
                                            {"listed by it", "yes"},
                                            {"fit", "1.10"},
                                            {"share", "0.42"},
                                            {"until", "2027-Q1"},
                                            {"notes", "Two\nlines, \xC3\xBC"}};
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) fixture_set(f, chimp, "application", values[i][0], values[i][1]);
    fixture_link(f, chimp, "application", "owner", anna);
    fixture_links(f, chimp, "application", "realises", (uint64_t[]){mail, all}, 2);
    fixture_set(f, braze, "application", "status", "shadow");
    fixture_set(f, braze, "application", "annual cost", "1000.00 USD");
    fixture_link(f, braze, "application", "realises", mail);
    add_rate(f, "USD", "2026-01-01", "0.90");
    add_rate(f, "USD", "2026-07-01", "0.85");
    add_rate(f, "USD", "2027-01-01", "0.50");
    fixture_commit(f);
    fixture_refresh(f);
}

struct row {
    const char *type, *name, *expression, *want;
};
static void check_rows(struct test_tally *t, struct fixture *f, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str got = fixture_eval(f, rows[i].type, rows[i].name, rows[i].expression);
        if (!CHECK_STR(got, str_of(rows[i].want))) printf("  of: %s\n", rows[i].expression);
    }
}

static void test_kinds(struct test_tally *t)
{
    struct fixture f;
    open_small(&f);
    static const struct row rows[] = {
        {"application", "Mailchimp", "name", "\"Mailchimp\""},
        {"application", "MC", "name", "\"Mailchimp\""},
        {"application", "intuit  MAILCHIMP", "name", "\"Mailchimp\""},
        {"application", "Mailchimp", "type", "\"application\""},
        {"application", "Mailchimp", "this.id = id", "true"},
        {"application", "Mailchimp", "status", "\"sanctioned\""},
        {"application", "Mailchimp", "annual cost", "48000.50"},
        {"application", "Mailchimp", "annual cost.amount", "48000.50"},
        {"application", "Mailchimp", "annual cost.currency", "\"EUR\""},
        {"application", "Mailchimp", "seats paid", "40"},
        {"application", "Mailchimp", "live since", "@\"2026-11-02\""},
        {"application", "Mailchimp", "age", "20"},
        {"application", "Mailchimp", "listed by it", "true"},
        {"application", "Mailchimp", "fit", "1.10"},
        {"application", "Mailchimp", "share * 100", "42.00"},
        {"application", "Mailchimp", "until", "\"2027-Q1\""},
        {"application", "Mailchimp", "notes", "\"Two\\nlines, \xC3\xBC\""},
        {"application", "Mailchimp", "owner.name", "\"Anna Berg\""},
        {"application", "Mailchimp", "realises.name", "[\"Email marketing\", \"Marketing\"]"},
        {"application", "Mailchimp", "owner.owns.name", "[\"Mailchimp\"]"},
        {"application", "Bare", "seats paid", "null (no seats paid is stated)"},
        {"application", "Bare", "owner", "null (no owner is stated)"},
        {"application", "Bare", "count(realises)", "0"},
        {"capability", "Email marketing", "realised by.name", "[\"Mailchimp\", \"Braze\"]"},
        {"capability", "Email marketing", "realised by[status = \"shadow\"].name", "[\"Braze\"]"},
        {"capability", "Marketing", "children.name", "[\"Email marketing\"]"},
        {"capability", "Marketing", "children[1].realised by[owner.side = \"marketing\"].name", "[\"Mailchimp\"]"},
        {NULL, NULL, "company", "\"Northlight\""},
        {NULL, NULL, "currency", "\"EUR\""},
        {NULL, NULL, "count(applications)", "3"},
        {NULL, NULL, "value of(\"count(applications)\")", "3"},
        {NULL, NULL, "value of(\"applications[1].name\")", "null (the formula does not give a number)"},
        {NULL, NULL, "value of(\"1 +\")", "null (expected a value, found the end (character 4))"},
        {NULL, NULL, "value of(\"value of(\\\"1\\\") + 1\")", "2"},
        {NULL, NULL, "value of(null)", "null (there is no formula)"},
        {NULL, NULL, "fault in(\"count(aplications)\")",
         "\"unknown name 'aplications'; did you mean 'applications'? (character 7)\""},
        {NULL, NULL, "[fault in(\"1\"), fault in(null)]", "[null, null]"},
        {NULL, NULL, "applications[annual cost > 10000].name", "[\"Mailchimp\"]"},
        {NULL, NULL, "money(412000)", "\"\xE2\x82\xAC 412,000\""},
        {NULL, NULL, "workspace.company", "\"Northlight\""},
    };
    check_rows(t, &f, rows, ARRAY_COUNT(rows));
    CHECK(fixture_find(&f, "application", "nothing") == 0);
    fixture_close(&f);
}

static void test_money(struct test_tally *t)
{
    struct fixture f;
    open_small(&f);
    CHECK_STR(fixture_eval(&f, "application", "Braze", "annual cost = 850"), STR("true"));
    CHECK_STR(fixture_eval(&f, "application", "Braze", "annual cost.amount"), STR("1000.00"));
    CHECK_STR(fixture_eval(&f, "application", "Braze", "annual cost.currency"), STR("\"USD\""));
    CHECK_STR(fixture_eval(&f, "capability", "Email marketing", "cost = 48850.50"), STR("true"));
    int64_t spring = 0, before = 0, later = 0;
    CHECK(civil_parse(STR("2026-04-01"), &spring) && civil_parse(STR("2025-12-31"), &before) &&
          civil_parse(STR("2027-01-01"), &later));
    CHECK_STR(fixture_eval_at(&f, "application", "Braze", "annual cost = 900", spring), STR("true"));
    CHECK_STR(fixture_eval_at(&f, "application", "Braze", "annual cost = 500", later), STR("true"));
    CHECK_STR(fixture_eval_at(&f, "application", "Braze", "annual cost", before),
              STR("null (no rate from USD to EUR on 2025-12-31 is stated)"));
    uint64_t yen = fixture_new(&f, "application", "Yen tool");
    fixture_set(&f, yen, "application", "annual cost", "5 JPY");
    fixture_commit(&f);
    fixture_refresh(&f);
    CHECK_STR(fixture_eval(&f, "application", "Yen tool", "annual cost"),
              STR("null (no rate from JPY to EUR on 2026-11-22 is stated)"));
    add_rate(&f, "JPY", "2026-11-22", "0.006");
    fixture_commit(&f);
    fixture_refresh(&f);
    CHECK_STR(fixture_eval(&f, "application", "Yen tool", "annual cost = 0.03"), STR("true"));
    fixture_close(&f);
}

/* Two people; days 1, 10, 11, 40 before today, and one day behind it. */
static void test_observed(struct test_tally *t)
{
    struct fixture f;
    open_small(&f);
    uint64_t chimp = fixture_find(&f, "application", "Mailchimp");
    CHECK_STR(fixture_eval(&f, "application", "Mailchimp", "people 30 days"), STR("null (no log has been read)"));
    struct evidence_subject subject = {SUBJECT_APPLICATION, chimp, STR_NONE};
    int32_t days[] = {FIXTURE_TODAY - 1,  FIXTURE_TODAY - 10,  FIXTURE_TODAY - 10, FIXTURE_TODAY - 29,
                      FIXTURE_TODAY - 30, FIXTURE_TODAY - 100, FIXTURE_TODAY + 1};
    uint64_t people[] = {1, 1, 2, 3, 4, 1, 5};
    struct evidence_usage usage[ARRAY_COUNT(days)];
    for (size_t i = 0; i < ARRAY_COUNT(days); i++)
        usage[i] = (struct evidence_usage){
            0, people[i], days[i], 10, 1000, (int64_t)days[i] * 86400, (int64_t)days[i] * 86400 + 60};
    struct evidence_payment payments[] = {{0, 2026 * 12 + 10, STR("100.00"), STR("EUR"), 1},
                                          {0, 2025 * 12 + 11, STR("10.00"), STR("EUR"), 1},
                                          {0, 2025 * 12 + 10, STR("1.00"), STR("EUR"), 1},
                                          {0, 2026 * 12 + 2, STR("1000.00"), STR("USD"), 1}};
    struct evidence_load load = {.file = STR("proxy.log"),
                                 .format = STR("squid"),
                                 .bytes = 1,
                                 .lines = 7,
                                 .subjects = &subject,
                                 .subject_count = 1,
                                 .usage = usage,
                                 .usage_count = ARRAY_COUNT(usage),
                                 .payments = payments,
                                 .payment_count = ARRAY_COUNT(payments)};
    struct commit_result result;
    fixture_must(&f, store_add_evidence(f.store, &load, NULL, 1795000000, &result, &f.err));
    fixture_refresh(&f);
    static const struct row rows[] = {
        {"application", "Mailchimp", "people 30 days", "3"},
        {"application", "Mailchimp", "people ever", "4"},
        {"application", "Mailchimp", "requests 30 days", "40"},
        {"application", "Mailchimp", "first seen", "@\"2026-08-14\""},
        {"application", "Mailchimp", "last seen", "@\"2026-11-21\""},
        {"application", "Mailchimp", "utilisation", "0.075"},
        {"application", "Mailchimp", "idle cost = 48000.50 * 0.925", "true"},
        {"application", "Mailchimp", "paid 12 months = 100 + 10 + 900", "true"},
        {"application", "Braze", "people 30 days", "null (no log that was read shows it)"},
        {"application", "Braze", "paid 12 months", "null (no payment for it is known)"},
    };
    check_rows(t, &f, rows, ARRAY_COUNT(rows));
    CHECK_STR(fixture_eval_at(&f, "application", "Mailchimp", "people 30 days", FIXTURE_TODAY + 1), STR("3"));
    CHECK_STR(fixture_eval_at(&f, "application", "Mailchimp", "people 30 days", FIXTURE_TODAY + 30), STR("1"));
    CHECK_STR(fixture_eval_at(&f, "application", "Mailchimp", "people 30 days", FIXTURE_TODAY + 31),
              STR("null (no log of that time has been read)"));
    CHECK_STR(fixture_eval_at(&f, "application", "Mailchimp", "people 30 days", FIXTURE_TODAY - 101),
              STR("null (no log that was read shows it)"));
    fixture_close(&f);
}

static void test_words(struct test_tally *t)
{
    struct fixture f;
    open_small(&f);
    fixture_new(&f, "application", "Segment");
    fixture_new(&f, "application", "Salesforce");
    fixture_new(&f, "application", "Sales Cloud");
    fixture_new(&f, "application", "Google Analytics");
    fixture_commit(&f);
    fixture_refresh(&f);
    static const struct row rows[] = {
        {NULL, NULL, "contains word(\"Raise DR now\", \"dr\")", "true"},
        {NULL, NULL, "contains word(\"Raise drums\", \"dr\")", "false"},
        {NULL, NULL, "contains word(\"The Customer  Journey.\", \"customer journey\")", "true"},
        {NULL, NULL,
         "contains word(\"\xC3\x9C"
         "ber\", \"ber\")",
         "false"},
        {NULL, NULL, "contains word(\"a-b\", \"b\")", "true"},
        {NULL, NULL, "contains word(\"x\", \"\")", "false"},
        {NULL, NULL, "contains word(\"The CUSTOMER \\n journey\", \"Customer Journey\")", "true"},
        {NULL, NULL, "contains word(\"customerjourney\", \"customer journey\")", "false"},
        {NULL, NULL, "contains word(\"sub-x, x2 and x\", \"X\")", "true"},
        {NULL, NULL, "products named in(\"Segment customers\")", "[]"},
        {NULL, NULL, "products named in(\"Customer segment\")", "[]"},
        {NULL, NULL, "products named in(\"Build audiences in Segment\")", "[\"Segment\"]"},
        {NULL, NULL, "products named in(\"Salesforce campaigns\")", "[\"Salesforce\"]"},
        {NULL, NULL, "products named in(\"mailchimp newsletters\")", "[\"Mailchimp\"]"},
        {NULL, NULL, "products named in(\"Newsletters (MC)\")", "[\"Mailchimp\"]"},
        {NULL, NULL, "products named in(\"Sales cloud\")", "[]"},
        {NULL, NULL, "products named in(\"Sales Cloud administration\")", "[\"Sales Cloud\"]"},
        {NULL, NULL, "products named in(\"Reporting with google analytics and Braze\")",
         "[\"Google Analytics\", \"Braze\"]"},
        {NULL, NULL, "products named in(\"\")", "[]"},
    };
    check_rows(t, &f, rows, ARRAY_COUNT(rows));
    fixture_close(&f);
}

static bool world_knows(const void *host, str words)
{
    return str_eq(words, *(const str *)host) || str_eq(words, STR("drift"));
}

static void test_world(struct test_tally *t)
{
    struct fixture f;
    fixture_open_store(&f, str_of(model_text));
    static const str known = STR_INIT("customer.io");
    struct graph_options options = {world_knows, &known};
    fixture_must(&f, graph_new(store_model(f.store), store_profile(f.store), &options, &f.graph, &f.err));
    /* "mail" with small letters in two capabilities: an ordinary word of this workspace. */
    fixture_new(&f, "capability", "Send mail");
    fixture_new(&f, "capability", "Sort mail");
    fixture_new(&f, "application", "Mail");
    fixture_new(&f, "application", "Letterbox");
    fixture_commit(&f);
    fixture_refresh(&f);
    static const struct row rows[] = {
        {NULL, NULL, "products named in(\"Campaigns in Customer.IO, Drift and customer.io\")",
         "[\"Customer.IO\", \"Drift\"]"},
        {NULL, NULL, "products named in(\"Drift detection\")", "[]"},
        {NULL, NULL, "products named in(\"Mail sorting\")", "[]"},
        {NULL, NULL, "products named in(\"letterbox emptying\")", "[\"Letterbox\"]"},
    };
    check_rows(t, &f, rows, ARRAY_COUNT(rows));
    fixture_close(&f);
}

static void refused(struct test_tally *t, const char *field, const char *want_message, uint32_t want_line)
{
    char text[2000];
    snprintf(text, sizeof text,
             "version: 1\nsides: [{key: it, name: IT}, {key: marketing, name: Marketing}]\ntypes:\n  - id: 1\n    "
             "name: thing\n    plural: things\n    group: g\n"
             "    help: h\n    key: [name]\n    fields:\n"
             "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
             "      - {id: 2, name: size, kind: whole number, help: h}\n%s",
             field);
    struct arena a;
    arena_init(&a, 0);
    struct err err = {0};
    const struct model *model;
    struct store_profile profile = {STR("N"), STR("EUR"), STR_NONE};
    struct graph *g = NULL;
    if (CHECK(model_parse(&a, str_of(text), STR("m.yaml"), &model, &err) == 0)) {
        CHECK(graph_new(model, &profile, NULL, &g, &err) < 0);
        CHECK_STR(str_of(err.message), str_of(want_message));
        CHECK(err.line == want_line);
    } else {
        printf("%s\n", err.message);
    }
    graph_free(g);
    arena_release(&a);
}

static void test_refused(struct test_tally *t)
{
    refused(t, "      - {id: 3, name: twice, kind: derived, gives: text, feel: 'size * 2', help: h}\n",
            "the expression does not give a text", 13);
    refused(t,
            "      - {id: 3, name: one, kind: derived, gives: whole number, feel: 'two + 1', help: h}\n"
            "      - {id: 4, name: two, kind: derived, gives: whole number, feel: 'one - 1', help: h}\n",
            "derived fields go in a circle: thing.one \xE2\x86\x92 thing.two \xE2\x86\x92 thing.one", 13);
}

static void test_json(struct test_tally *t)
{
    struct fixture f;
    open_small(&f);
    struct picture *p = graph_take(f.graph);
    struct graph_view *view = graph_view_new(&f.arena, p);
    struct feel_env env;
    graph_env(&env, view, &f.arena, NULL, 0, FIXTURE_TODAY);
    struct buf b;
    buf_init(&b, 10000);
    struct json_writer w;
    json_init(&w, &b, 0);
    graph_emit_json(&w, &env, fixture_find(&f, "application", "Braze"));
    str want = arena_printf(
        &f.arena,
        "{\"type\":\"application\",\"id\":%llu,\"version\":1,\"name\":\"Braze\",\"status\":\"shadow\",\"annual_cost\":"
        "{\"amount\":1000.00,\"currency\":\"USD\"},\"realises\":[{\"type\":\"capability\",\"id\":%llu,"
        "\"name\":\"Email marketing\"}]}",
        (unsigned long long)fixture_find(&f, "application", "Braze"),
        (unsigned long long)fixture_find(&f, "capability", "Email marketing"));
    CHECK_STR(buf_get(&b), want);
    CHECK(graph_field(&env, fixture_find(&f, "application", "Braze"), STR("nonsense")).kind == FEEL_NULL);
    buf_release(&b);
    picture_drop(p);
    fixture_close(&f);
}

TEST_MAIN(test_kinds, test_money, test_observed, test_words, test_world, test_refused, test_json)
