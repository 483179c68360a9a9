/* SPDX-License-Identifier: Apache-2.0 */
/* What a viewer may not see is null with the reason, whichever way one asks. */
#include "test_graph_fixture.h"

#include <string.h>

static const char model_text[] =
    "version: 1\n"
    "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
    "types:\n"
    "  - id: 1\n"
    "    name: vendor\n"
    "    plural: vendors\n"
    "    group: stack\n"
    "    key: [name]\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes}\n"
    "      - {id: 2, name: total, kind: derived, gives: money, feel: 'sum(contracts.price)'}\n"
    "      - {id: 3, name: size, kind: derived, gives: text, feel: 'if total > 1000 then \"large\" else \"small\"'}\n"
    "      - {id: 4, name: running, kind: derived, gives: whole number, feel: 'count(contracts)'}\n"
    "  - id: 2\n"
    "    name: contract\n"
    "    plural: contracts\n"
    "    group: stack\n"
    "    key: [name]\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes}\n"
    "      - {id: 2, name: price, kind: money, seen by: contributor}\n"
    "      - {id: 3, name: purpose, kind: text}\n"
    "      - {id: 4, name: notes, kind: long text, seen by: steward}\n"
    "      - {id: 5, name: vendor, kind: link, to: vendor, inverse: contracts}\n"
    "      - {id: 6, name: arbiter, kind: link, to: vendor, inverse: arbitrates, seen by: signatory}\n"
    "      - {id: 7, name: foreign, kind: money, seen by: steward}\n";

struct looking {
    struct fixture f;
    struct picture *p;
    uint64_t acme, contract;
};

static void open_looking(struct looking *l)
{
    fixture_open(&l->f, str_of(model_text));
    uint64_t acme = fixture_new(&l->f, "vendor", "Acme"), contract = fixture_new(&l->f, "contract", "Frame");
    fixture_set(&l->f, contract, "contract", "price", "1234.50 EUR");
    fixture_set(&l->f, contract, "contract", "purpose", "Sends mails");
    fixture_set(&l->f, contract, "contract", "notes", "Secretly a rebate");
    fixture_set(&l->f, contract, "contract", "foreign", "7 USD");
    fixture_link(&l->f, contract, "contract", "vendor", acme);
    fixture_link(&l->f, contract, "contract", "arbiter", acme);
    const uint64_t *made = fixture_commit(&l->f);
    l->acme = made[0], l->contract = made[1];
    fixture_refresh(&l->f);
    l->p = graph_take(l->f.graph);
}

static void close_looking(struct looking *l)
{
    picture_drop(l->p);
    fixture_close(&l->f);
}

/* "-": the system. */
static const struct graph_viewer *viewer_of(char role, struct graph_viewer *out)
{
    static const char letters[] = "vcgs";
    const char *at = strchr(letters, role);
    if (!at) return NULL;
    *out = (struct graph_viewer){.side = STR("it"), .role = (enum user_role)(at - letters)};
    return out;
}

static str seen(struct looking *l, char role, uint64_t fact, const char *expression)
{
    struct graph_viewer viewer;
    struct graph_view *view = graph_view_new(&l->f.arena, l->p);
    struct feel_env env;
    graph_env(&env, view, &l->f.arena, viewer_of(role, &viewer), 0, FIXTURE_TODAY);
    const struct model_type *type = fact_type(picture_fact(l->p, fact));
    struct feel_variable this = {.name = STR("this"), .opened = true, .type = graph_type(l->f.graph, type)};
    struct feel_scope scope = {.outer = graph_scope(l->f.graph), .variables = &this, .count = 1};
    struct feel_value inputs[2] = {graph_workspace(view), graph_object(view, fact)}, v;
    const struct feel_program *program;
    struct buf b;
    fixture_must(&l->f, feel_compile(&l->f.arena, &scope, str_of(expression), &program, &l->f.err));
    fixture_must(&l->f, feel_eval(program, &env, inputs, &v, &l->f.err));
    buf_init(&b, 10000);
    feel_emit(&b, v);
    if (v.kind == FEEL_NULL && v.text.n) buf_printf(&b, " (" STR_FORMAT ")", STR_ARGS(v.text));
    str out = buf_copy(&b, &l->f.arena);
    buf_release(&b);
    return out;
}

static void test_feel(struct test_tally *t)
{
    struct looking l;
    open_looking(&l);
#define CONTRIBUTORS "null (open to contributors, signatories and stewards only)"
    static const struct {
        const char *expression, *roles, *yes, *no;
        bool vendor;
    } rows[] = {
        {"price", "cgs-", "1234.50", CONTRIBUTORS, false},
        {"price.amount", "cgs-", "1234.50", CONTRIBUTORS, false},
        {"price.currency", "cgs-", "\"EUR\"", CONTRIBUTORS, false},
        {"notes", "s-", "\"Secretly a rebate\"", "null (open to stewards only)", false},
        {"arbiter.name", "gs-", "\"Acme\"", "null (open to signatories and stewards only)", false},
        {"count(arbitrates)", "gs-", "1", "null", true},
        {"total", "cgs-", "1234.50", CONTRIBUTORS, true},
        {"size", "cgs-", "\"large\"", CONTRIBUTORS, true},
        {"running", "vcgs-", "1", "", true},
        {"count(contracts[price > 1000])", "cgs-", "1", "0", true},
        {"count(contracts[notes != null])", "s-", "1", "0", true},
        {"purpose", "vcgs-", "\"Sends mails\"", "", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        for (const char *role = "vcgs-"; *role; role++) {
            const char *want = strchr(rows[i].roles, *role) ? rows[i].yes : rows[i].no;
            str got = seen(&l, *role, rows[i].vendor ? l.acme : l.contract, rows[i].expression);
            if (rows[i].vendor && !strncmp(want, "null", 4)) got = str_slice(got, 0, strlen(want));
            if (!CHECK_STR(got, str_of(want))) printf("  of %s as %c\n", rows[i].expression, *role);
        }
    close_looking(&l);
}

static void test_accessors(struct test_tally *t)
{
    struct looking l;
    open_looking(&l);
    const struct fact *contract = picture_fact(l.p, l.contract), *acme = picture_fact(l.p, l.acme);
    const struct model_type *type = fixture_type(&l.f, "contract"), *vendor = fixture_type(&l.f, "vendor");
    const struct model_field *price = fixture_field(&l.f, "contract", "price");
    const struct model_field *arbiter = fixture_field(&l.f, "contract", "arbiter");
    for (const char *role = "vcgs-"; *role; role++) {
        struct graph_viewer space;
        const struct graph_viewer *v = viewer_of(*role, &space);
        bool sees = *role != 'v', signs = *role != 'v' && *role != 'c';
        size_t count;
        CHECK(fact_sees(v, contract, price) == sees && graph_sees(l.f.graph, v, type, price) == sees);
        CHECK(graph_sees(l.f.graph, v, vendor, model_field(vendor, STR("size"))) == sees);
        CHECK(graph_sees_files(v, type) == (*role == 's' || *role == '-') && graph_sees_files(v, vendor));
        CHECK_STR(fact_value_for(v, contract, price), sees ? STR("1234.50 EUR") : STR_NONE);
        CHECK(!!fact_links_for(v, contract, arbiter, &count) == signs && count == signs);
        for (size_t i = 0; i < vendor->inverse_count; i++) {
            bool open = signs || !str_eq(vendor->inverses[i].name, STR("arbitrates"));
            CHECK(!!fact_inverse_for(v, l.p, acme, &vendor->inverses[i], &count) == open && count == open);
        }
    }
    static const enum user_role sights[] = {ROLE_VIEWER, ROLE_CONTRIBUTOR, ROLE_SIGNATORY, ROLE_STEWARD};
    for (int i = 0; i < 4; i++) {
        struct graph_viewer v = {.role = (enum user_role)i};
        CHECK(graph_sight(l.f.graph, &v) == sights[i]);
    }
    CHECK(graph_sight(l.f.graph, NULL) == ROLE_STEWARD);
    close_looking(&l);
}

static void test_search(struct test_tally *t)
{
    struct looking l;
    open_looking(&l);
    static const struct {
        const char *query, *roles;
    } rows[] = {{"secretly", "s-"}, {"1234", "cgs-"}, {"7 usd", "s-"}, {"sends", "vcgs-"}, {"frame", "vcgs-"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        for (const char *role = "vcgs-"; *role; role++) {
            struct graph_viewer space;
            const uint64_t *ids;
            size_t count =
                picture_search(l.p, viewer_of(*role, &space), &l.f.arena, NULL, str_of(rows[i].query), 9, &ids);
            if (!CHECK(count == !!strchr(rows[i].roles, *role))) printf("  of %s as %c\n", rows[i].query, *role);
        }
    close_looking(&l);
}

static void test_json(struct test_tally *t)
{
    struct looking l;
    open_looking(&l);
    static const struct {
        char role;
        const char *want;
    } rows[] = {
        {'v', "{\"type\":\"contract\",\"id\":2,\"version\":1,\"name\":\"Frame\",\"purpose\":\"Sends mails\","
              "\"vendor\":{\"type\":\"vendor\",\"id\":1,\"name\":\"Acme\"}}"},
        {'c', "{\"type\":\"contract\",\"id\":2,\"version\":1,\"name\":\"Frame\","
              "\"price\":{\"amount\":1234.50,\"currency\":\"EUR\"},\"purpose\":\"Sends mails\","
              "\"vendor\":{\"type\":\"vendor\",\"id\":1,\"name\":\"Acme\"}}"},
        {'s', "{\"type\":\"contract\",\"id\":2,\"version\":1,\"name\":\"Frame\","
              "\"price\":{\"amount\":1234.50,\"currency\":\"EUR\"},\"purpose\":\"Sends mails\","
              "\"notes\":\"Secretly a rebate\",\"vendor\":{\"type\":\"vendor\",\"id\":1,\"name\":\"Acme\"},"
              "\"arbiter\":{\"type\":\"vendor\",\"id\":1,\"name\":\"Acme\"},"
              "\"foreign\":{\"amount\":7,\"currency\":\"USD\"}}"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct graph_viewer space;
        struct graph_view *view = graph_view_new(&l.f.arena, l.p);
        struct feel_env env;
        struct json_writer w;
        struct buf b;
        buf_init(&b, 10000);
        json_init(&w, &b, 0);
        graph_env(&env, view, &l.f.arena, viewer_of(rows[i].role, &space), 0, FIXTURE_TODAY);
        graph_emit_json(&w, &env, l.contract);
        CHECK_STR(buf_get(&b), str_of(rows[i].want));
        buf_release(&b);
    }
    close_looking(&l);
}

TEST_MAIN(test_feel, test_accessors, test_search, test_json)
