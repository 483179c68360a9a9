/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys as every door sees them: what is in force, and the proposal beside it. */
#include "test_graph_fixture.h"

#include <string.h>

static const char model_text[] =
    "version: 1\n"
    "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
    "types:\n"
    "  - id: 1\n"
    "    name: team\n"
    "    plural: teams\n"
    "    group: g\n"
    "    key: [name]\n"
    "    fields: [{id: 1, name: name, kind: text, required: yes}]\n"
    "  - id: 2\n"
    "    name: objective\n"
    "    plural: objectives\n"
    "    group: g\n"
    "    key: [name]\n"
    "    two key: yes\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes}\n"
    "      - {id: 2, name: target, kind: decimal}\n"
    "      - {id: 3, name: teams, kind: links, to: team, inverse: objectives}\n"
    "      - {id: 4, name: reading, kind: decimal, signed: no}\n"
    "      - {id: 5, name: open, kind: derived, gives: decimal, feel: 'target - reading'}\n"
    "  - id: 3\n"
    "    name: pact\n"
    "    plural: pacts\n"
    "    group: g\n"
    "    key: [name]\n"
    "    two key: yes\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes}\n"
    "      - {id: 2, name: agreement, kind: text}\n"
    "  - id: 4\n"
    "    name: clause\n"
    "    plural: clauses\n"
    "    group: g\n"
    "    key: [pact, name]\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes}\n"
    "      - {id: 2, name: pact, kind: link, to: pact, inverse: clauses, required: yes, part: yes}\n"
    "      - {id: 3, name: words, kind: text}\n";

enum { ANNA = 1, BEN, AT = 1795303800 /* half past midnight of 2026-11-22 in Berlin */ };

struct keyed {
    struct fixture f;
    struct picture *p;
    uint64_t reach, growth, pact;
};

static void add_user(struct fixture *f, const char *name, const char *side)
{
    struct stored_user u = {
        .name = str_of(name), .side = str_of(side), .role = ROLE_SIGNATORY, .password_hash = STR("-")};
    fixture_must(f, store_add_user(f->store, &u, STR("test"), AT, &f->err));
}

static void refresh(struct keyed *k)
{
    fixture_refresh(&k->f);
    picture_drop(k->p);
    k->p = graph_take(k->f.graph);
}

static void turn(struct keyed *k, enum key_act act, uint64_t user)
{
    struct stored_keys keys;
    struct commit_result r;
    fixture_must(&k->f, store_load_keys(k->f.store, &k->f.arena, k->reach, &keys, &k->f.err));
    struct key_turn turn = {.act = act, .fact = k->reach, .user = user, .hash = keys.hash, .reason = STR("why")};
    fixture_must(&k->f, store_turn_key(k->f.store, &k->f.arena, &turn, AT, &r, &k->f.err));
    refresh(k);
}

static void set(struct keyed *k, const char *field, const char *value)
{
    fixture_set(&k->f, k->reach, "objective", field, value);
    fixture_commit(&k->f);
    refresh(k);
}

static void begin(struct keyed *k)
{
    *k = (struct keyed){0};
    fixture_open(&k->f, str_of(model_text));
    add_user(&k->f, "anna", "marketing");
    add_user(&k->f, "ben", "it");
    uint64_t growth = fixture_new(&k->f, "team", "Growth"), reach = fixture_new(&k->f, "objective", "Reach");
    uint64_t pact = fixture_new(&k->f, "pact", "Pact");
    fixture_set(&k->f, reach, "objective", "target", "40");
    fixture_set(&k->f, reach, "objective", "reading", "30");
    fixture_set(&k->f, pact, "pact", "agreement", "spoken");
    fixture_link(&k->f, reach, "objective", "teams", growth);
    const uint64_t *made = fixture_commit(&k->f);
    k->growth = made[0], k->reach = made[1], k->pact = made[2];
    refresh(k);
}

static void end(struct keyed *k)
{
    picture_drop(k->p);
    fixture_close(&k->f);
}

static str eval(struct keyed *k, uint64_t fact, const char *expression)
{
    struct feel_env env;
    struct graph_view *view = graph_view_new(&k->f.arena, k->p);
    graph_env(&env, view, &k->f.arena, NULL, AT, FIXTURE_TODAY);
    const struct model_type *type = fact_type(picture_fact(k->p, fact));
    struct feel_variable this = {.name = STR("this"), .opened = true, .type = graph_type(k->f.graph, type)};
    struct feel_scope scope = {.outer = graph_scope(k->f.graph), .variables = &this, .count = 1};
    struct feel_value inputs[2] = {graph_workspace(view), graph_object(view, fact)}, v;
    const struct feel_program *program;
    struct buf b;
    fixture_must(&k->f, feel_compile(&k->f.arena, &scope, str_of(expression), &program, &k->f.err));
    fixture_must(&k->f, feel_eval(program, &env, inputs, &v, &k->f.err));
    buf_init(&b, 10000);
    feel_emit(&b, v);
    if (v.kind == FEEL_NULL && v.text.n) buf_printf(&b, " (" STR_FORMAT ")", STR_ARGS(v.text));
    str out = buf_copy(&b, &k->f.arena);
    buf_release(&b);
    return out;
}

static str json(struct keyed *k, uint64_t fact)
{
    struct feel_env env;
    struct json_writer w;
    struct buf b;
    graph_env(&env, graph_view_new(&k->f.arena, k->p), &k->f.arena, NULL, AT, FIXTURE_TODAY);
    buf_init(&b, 10000);
    json_init(&w, &b, 0);
    graph_emit_json(&w, &env, fact);
    str out = buf_copy(&b, &k->f.arena);
    buf_release(&b);
    return out;
}

#define IS(k, expression, want) CHECK_STR(eval((k), (k)->reach, (expression)), STR(want))

static void first_draft(struct test_tally *t)
{
    struct keyed k;
    begin(&k);
    CHECK(!fact_keys(k.p, k.reach) && !picture_keys(k.p, 0));
    IS(&k, "agreement", "\"draft\"");
    IS(&k, "agreed on", "null (both sides have not signed it)");
    IS(&k, "proposed", "null (nothing else is proposed for it)");
    IS(&k, "proposed.target", "null (nothing else is proposed for it)");
    IS(&k, "proposed on", "null (nothing waits for its keys)");
    IS(&k, "signed on", "null (no key is on what waits)");
    IS(&k, "waits for", "[]");
    turn(&k, KEY_PROPOSE, ANNA);
    IS(&k, "agreement", "\"proposed\"");
    IS(&k, "waits for", "[\"marketing\", \"it\"]");
    IS(&k, "proposed on", "@\"2026-11-22\"");
    const struct picture_keys *keys = fact_keys(k.p, k.reach);
    if (CHECK(keys && keys == picture_keys(k.p, 0) && !picture_keys(k.p, 1)))
        CHECK(keys->proposer == ANNA && keys_wait_for(k.p, keys, STR("it")) && !keys_wait_for(k.p, keys, STR("data")));
    turn(&k, KEY_SIGN, ANNA);
    IS(&k, "agreement", "\"signed by marketing\"");
    IS(&k, "waits for", "[\"it\"]");
    IS(&k, "signed on", "@\"2026-11-22\"");
    keys = fact_keys(k.p, k.reach);
    CHECK(keys && keys_wait_for(k.p, keys, STR("it")) && !keys_wait_for(k.p, keys, STR("marketing")));
    turn(&k, KEY_REFUSE, BEN);
    IS(&k, "agreement", "\"draft\"");
    IS(&k, "waits for", "[]");
    /* A field of the type's own comes first. */
    CHECK_STR(eval(&k, k.pact, "agreement"), STR("\"spoken\""));
    end(&k);
}

static void in_force(struct test_tally *t)
{
    struct keyed k;
    begin(&k);
    turn(&k, KEY_PROPOSE, ANNA);
    turn(&k, KEY_SIGN, ANNA);
    turn(&k, KEY_SIGN, BEN);
    IS(&k, "agreement", "\"agreed\"");
    IS(&k, "agreed on", "@\"2026-11-22\"");
    IS(&k, "waits for", "[]");
    set(&k, "target", "50");
    set(&k, "reading", "31");
    IS(&k, "target", "40");
    IS(&k, "proposed.target", "50");
    IS(&k, "proposed.reading", "31");
    IS(&k, "proposed.name", "\"Reach\"");
    IS(&k, "open", "9");
    IS(&k, "proposed.open", "19");
    IS(&k, "proposed.teams.name", "[\"Growth\"]");
    IS(&k, "proposed.id = id", "true");
    IS(&k, "agreement", "\"agreed\"");
    IS(&k, "proposed.agreement", "\"draft\"");
    IS(&k, "proposed.proposed", "null (nothing else is proposed for it)");
    IS(&k, "count(workspace.objectives)", "1");
    CHECK_STR(eval(&k, k.growth, "objectives[proposed != null].proposed.target"), STR("[50]"));
    turn(&k, KEY_PROPOSE, BEN);
    IS(&k, "proposed.agreement", "\"proposed\"");
    IS(&k, "waits for", "[\"marketing\", \"it\"]");
    turn(&k, KEY_SIGN, BEN);
    IS(&k, "proposed.agreement", "\"signed by it\"");
    CHECK_STR(json(&k, k.reach),
              STR("{\"type\":\"objective\",\"id\":2,\"version\":2,\"name\":\"Reach\",\"target\":40,"
                  "\"teams\":[{\"type\":\"team\",\"id\":1,\"name\":\"Growth\"}],\"reading\":31,\"open\":9,"
                  "\"agreement\":\"agreed\",\"agreed_on\":\"2026-11-22\",\"proposed\":{\"type\":\"objective\",\"id\":2,"
                  "\"version\":2,\"name\":\"Reach\",\"target\":50,\"teams\":[{\"type\":\"team\",\"id\":1,\"name\":"
                  "\"Growth\"}],\"reading\":31,\"open\":19,\"agreement\":\"signed by it\",\"proposed_on\":"
                  "\"2026-11-22\",\"signed_on\":\"2026-11-22\",\"waits_for\":[\"marketing\"]},\"proposed_on\":"
                  "\"2026-11-22\",\"signed_on\":\"2026-11-22\",\"waits_for\":[\"marketing\"]}"));
    /* Of a picture of everything at once. */
    struct graph *other;
    fixture_must(&k.f, graph_new(store_model(k.f.store), store_profile(k.f.store), NULL, &other, &k.f.err));
    fixture_must(&k.f, graph_refresh(other, k.f.store, &k.f.err));
    struct picture *p = graph_take(other);
    const struct fact *proposal = picture_fact(p, k.reach | FACT_PROPOSED);
    if (CHECK(proposal != NULL)) {
        CHECK(fact_id(proposal) == k.reach);
        CHECK_STR(fact_value(proposal, fixture_field(&k.f, "objective", "target")), STR("50"));
    }
    CHECK(!picture_fact(p, k.growth | FACT_PROPOSED));
    picture_drop(p);
    graph_free(other);
    turn(&k, KEY_SIGN, ANNA);
    IS(&k, "target", "50");
    IS(&k, "proposed", "null (nothing else is proposed for it)");
    end(&k);
}

static void to_be_deleted(struct test_tally *t)
{
    struct keyed k;
    begin(&k);
    turn(&k, KEY_PROPOSE, ANNA);
    turn(&k, KEY_SIGN, ANNA);
    turn(&k, KEY_SIGN, BEN);
    change_delete(fixture_changes(&k.f), k.reach);
    fixture_commit(&k.f);
    refresh(&k);
    CHECK(str_find(json(&k, k.reach), STR("\"deletes\":true")) != STR_NOT_FOUND);
    const struct picture_keys *keys = fact_keys(k.p, k.reach);
    CHECK(keys && keys->deletes && keys->agreed);
    turn(&k, KEY_PROPOSE, ANNA);
    turn(&k, KEY_SIGN, ANNA);
    turn(&k, KEY_SIGN, BEN);
    CHECK(!picture_fact(k.p, k.reach) && !fact_keys(k.p, k.reach) && !picture_keys(k.p, 0));
    end(&k);
}

/* A part waits, and is agreed, with its whole; a part that is added is a draft beside it. */
static void parts(struct test_tally *t)
{
    struct keyed k;
    begin(&k);
    uint64_t first = fixture_new(&k.f, "clause", "Peace");
    fixture_link(&k.f, first, "clause", "pact", k.pact);
    first = fixture_commit(&k.f)[0];
    k.reach = k.pact; /* whose keys are turned */
    refresh(&k);
    CHECK_STR(eval(&k, first, "agreement"), STR("\"draft\""));
    turn(&k, KEY_PROPOSE, ANNA);
    CHECK_STR(eval(&k, first, "agreement"), STR("\"proposed\""));
    CHECK_STR(eval(&k, first, "waits for"), STR("[\"marketing\", \"it\"]"));
    CHECK(picture_keys(k.p, 0) && picture_keys(k.p, 0)->fact == k.pact && !picture_keys(k.p, 1));
    turn(&k, KEY_SIGN, ANNA);
    CHECK_STR(eval(&k, first, "agreement"), STR("\"signed by marketing\""));
    turn(&k, KEY_SIGN, BEN);
    CHECK_STR(eval(&k, first, "agreement"), STR("\"agreed\""));
    CHECK_STR(eval(&k, first, "agreed on"), STR("@\"2026-11-22\""));
    fixture_set(&k.f, first, "clause", "words", "For ever");
    fixture_commit(&k.f);
    uint64_t second = fixture_new(&k.f, "clause", "Trade");
    fixture_link(&k.f, second, "clause", "pact", k.pact);
    second = fixture_commit(&k.f)[0];
    refresh(&k);
    CHECK_STR(eval(&k, k.pact, "clauses[agreement = \"agreed\"].name"), STR("[\"Peace\"]"));
    CHECK_STR(eval(&k, first, "[words, proposed.words, agreement, proposed.agreement]"),
              STR("[null, \"For ever\", \"agreed\", \"draft\"]"));
    turn(&k, KEY_PROPOSE, BEN);
    turn(&k, KEY_SIGN, BEN);
    CHECK_STR(eval(&k, first, "[agreement, proposed.agreement]"), STR("[\"agreed\", \"signed by it\"]"));
    CHECK_STR(eval(&k, second, "agreement"), STR("\"signed by it\""));
    turn(&k, KEY_SIGN, ANNA);
    CHECK_STR(eval(&k, first, "[words, agreement, proposed = null]"), STR("[\"For ever\", \"agreed\", true]"));
    CHECK_STR(eval(&k, second, "agreement"), STR("\"agreed\""));
    end(&k);
}

TEST_MAIN(first_draft, in_force, to_be_deleted, parts)
