/* SPDX-License-Identifier: Apache-2.0 */
/* From one metamodel to another: nothing is lost, nothing is half done. */
#include "test_store.h"

static struct model_text text_of(const char *yaml) { return (struct model_text){str_of(yaml), STR("m.yaml")}; }
static const struct model_text none = {{NULL, 0}, {NULL, 0}};

/* TEST_MODEL with one text for another. */
static struct model_text with(struct fixture *x, const char *from, const char *to)
{
    str all = STR(TEST_MODEL);
    size_t at = str_find(all, str_of(from));
    MUST(at != STR_NOT_FOUND);
    str before = str_slice(all, 0, at), after = str_from(all, at + strlen(from));
    return (struct model_text){arena_printf(&x->a, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(before), to, STR_ARGS(after)),
                               STR("m.yaml")};
}

static bool change(struct fixture *x, struct model_text to, struct model_plan *plan, struct commit_result *r)
{
    struct test_tally *t = x->t;
    return GOOD(x, store_change_model(x->s, &x->a, to, none, STR("anna"), STR("a test"), 2000, plan, r, &x->err));
}

static str value_of(struct fixture *x, uint64_t id, const char *field)
{
    struct test_tally *t = x->t;
    const struct journal_change *changes;
    size_t count;
    if (!GOOD(x, store_load_history(x->s, &x->a, id, &changes, &count, &x->err))) return STR_NONE;
    for (size_t i = 0; i < count; i++)
        if (changes[i].field && str_eq(changes[i].field->name, str_of(field))) return changes[i].after;
    return STR_NONE;
}

static void check_journal(struct fixture *x)
{
    struct test_tally *t = x->t;
    uint64_t entries;
    unsigned char head[32];
    GOOD(x, store_verify(x->s, &entries, head, &x->err));
}

static uint64_t make_canva(struct fixture *x)
{
    struct test_tally *t = x->t;
    struct commit_result r = {0};
    struct change_set *c = set_of(x);
    uint64_t id = change_create(c, x->application), vendor = change_create(c, x->vendor);
    set(c, vendor, x->vendor, "name", "Canva Pty");
    set(c, id, x->application, "name", "Canva");
    set(c, id, x->application, "fit", "2.5");
    set(c, id, x->application, "notes", "12");
    change_links(c, id, field_of(x->application, "vendor"), &vendor, 1, typed);
    return GOOD(x, store_commit(x->s, c, 1000, &r, &x->err)) ? r.made[0] : 0;
}

static void converts(struct test_tally *t)
{
    struct fixture x;
    struct model_plan plan;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t canva = make_canva(&x);
    /* 12 is a whole number, 2.5 is money in the workspace's currency. */
    struct model_text to = with(&x, "name: notes, kind: long text", "name: hours, kind: whole number");
    if (change(&x, to, &plan, &r)) {
        CHECK(r.number == 3 && plan.change_count == 2 && !plan.trouble_total);
        CHECK(plan.changes[0].kind == MODEL_FIELD_RENAMED && plan.changes[1].kind == MODEL_FIELD_KIND);
        CHECK_STR(plan.changes[1].after, STR("whole number"));
    }
    /* This connection knows the old one, so it writes no more. */
    BAD(&x, store_commit(x.s, set_of(&x), 1, &r, &x.err), ERR_CONFLICT, "started again");
    CHECK(store_model_is_old(x.s));
    fixture_reopen(&x, STORE_WRITE);
    CHECK(field_of(x.application, "hours")->kind == FIELD_WHOLE_NUMBER && !store_model_is_old(x.s));
    CHECK_STR(value_of(&x, canva, "hours"), STR("12"));
    check_journal(&x);
    /* What it has is what it gets: nothing. */
    CHECK(change(&x, to, &plan, &r) && r.number == 0 && !plan.change_count);
    to = with(&x, "name: fit, kind: decimal", "name: fit, kind: money");
    if (change(&x, to, &plan, &r)) CHECK(r.changed_count == 1);
    fixture_reopen(&x, STORE_WRITE);
    CHECK_STR(value_of(&x, canva, "fit"), STR("2.5 EUR"));
    check_journal(&x);
    fixture_release(&x);
}

static void refuses(struct test_tally *t)
{
    struct fixture x;
    struct model_plan plan;
    struct commit_result r;
    uint64_t head_before, head;
    fixture_init(&x, t);
    make_canva(&x);
    GOOD(&x, store_head(x.s, &head_before, &x.err));
    static const struct {
        const char *from, *to, *words;
    } cases[] = {
        {"name: fit, kind: decimal", "name: fit, kind: whole number",
         "\"2.5\" is not a whole number; nothing was changed"},
        {"name: vendor, kind: link, to: vendor, inverse: applications", "name: vendor, kind: text",
         "links do not become a value"},
        {"name: vendor, kind: link, to: vendor", "name: vendor, kind: link, to: capability",
         "links to a fact that is no capability"},
        {"name: notes, kind: long text", "name: notes, kind: link, to: capability, inverse: noted",
         "a value does not become a link"},
        {"name: notes, kind: long text", "name: notes, kind: derived, gives: text, feel: name", "id of its own"},
        {"values: [candidate, sanctioned, shadow], default: candidate", "values: [sanctioned, shadow]",
         "\"candidate\""},
        {"key: [name]\n    alias field", "key: [name, country]\n    alias field", "has no field \"country\""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct model_text to = with(&x, cases[i].from, cases[i].to);
        BAD(&x, store_change_model(x.s, &x.a, to, none, STR("anna"), STR("a test"), 2000, &plan, &r, &x.err), ERR_INPUT,
            cases[i].words);
        GOOD(&x, store_head(x.s, &head, &x.err));
        CHECK(head == head_before && !store_model_is_old(x.s));
    }
    /* An older program has nothing to say. */
    struct model_text newer = with(&x, "version: 1\n", "version: 1\nedition: 5\n");
    CHECK(change(&x, newer, &plan, &r));
    fixture_reopen(&x, STORE_WRITE);
    BAD(&x, store_plan_model(x.s, &x.a, text_of(TEST_MODEL), none, &plan, &x.err), ERR_STORE,
        "of edition 5, newer than this program's 0");
    fixture_release(&x);
}

/* A field and a type that go take nothing with them, and what they link to cannot be deleted under them. */
static void keeps(struct test_tally *t)
{
    struct fixture x;
    struct model_plan plan;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t canva = make_canva(&x), vendor = canva + 1;
    struct change_set *c = set_of(&x);
    uint64_t contract = change_create(c, x.contract);
    set(c, contract, x.contract, "number", "C-1");
    change_links(c, contract, field_of(x.contract, "vendor"), &vendor, 1, typed);
    if (GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err))) contract = r.made[0];
    struct model_text smaller =
        with(&x, "      - {id: 12, name: vendor, kind: link, to: vendor, inverse: applications}\n", "");
    smaller.yaml = str_slice(smaller.yaml, 0, str_find(smaller.yaml, STR("  - id: 4\n")));
    if (change(&x, smaller, &plan, &r))
        CHECK(plan.changes[0].kind == MODEL_FIELD_REMOVED && plan.changes[1].kind == MODEL_TYPE_REMOVED);
    fixture_reopen(&x, STORE_WRITE);
    CHECK(!x.contract && !model_field(x.application, STR("vendor")));
    c = set_of(&x);
    set(c, canva, x.application, "notes", "other");
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    c = set_of(&x);
    change_delete(c, vendor);
    BAD(&x, store_commit(x.s, c, 1000, &r, &x.err), ERR_CONFLICT, "no longer has");
    check_journal(&x);
    CHECK(change(&x, text_of(TEST_MODEL), &plan, &r));
    fixture_reopen(&x, STORE_WRITE);
    struct buf b;
    buf_init(&b, 1 << 16);
    struct store_reader reader = {.self = &b, .fact = dump_fact};
    uint64_t head;
    GOOD(&x, store_load(x.s, &reader, &head, &x.err));
    CHECK(str_find(buf_get(&b), arena_printf(&x.a, "notes=other vendor->%llu", (unsigned long long)vendor)) !=
          STR_NOT_FOUND);
    CHECK(str_find(buf_get(&b), arena_printf(&x.a, "number=C-1 vendor->%llu", (unsigned long long)vendor)) !=
          STR_NOT_FOUND);
    buf_release(&b);
    uint64_t id;
    GOOD(&x, store_find_by_key(x.s, x.vendor, STR("Canva Pty"), &id, &x.err));
    check_journal(&x);
    fixture_release(&x);
}

/* A default that changes stays for those who have it by the old one, and an import may still say otherwise. */
static void defaults(struct test_tally *t)
{
    struct fixture x;
    struct model_plan plan;
    struct commit_result r;
    fixture_init(&x, t);
    uint64_t canva = make_canva(&x);
    CHECK(change(&x, with(&x, "default: candidate", "default: shadow"), &plan, &r) && r.changed_count == 0);
    fixture_reopen(&x, STORE_WRITE);
    CHECK_STR(value_of(&x, canva, "status"), STR("candidate"));
    struct change_set *c = set_of(&x);
    change_value(c, canva, field_of(x.application, "status"), STR("sanctioned"), imported("cmdb", "c.csv", 2));
    set(c, canva, x.application, "notes", "touched");
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK_STR(value_of(&x, canva, "notes"), STR("touched"));
    CHECK_STR(value_of(&x, canva, "status"), STR("candidate"));
    check_journal(&x);
    fixture_release(&x);
}

/* A key of other fields: names are found by it from then on. */
static void rekeys(struct test_tally *t)
{
    struct fixture x;
    struct model_plan plan;
    struct commit_result r;
    fixture_init(&x, t);
    struct change_set *c = set_of(&x);
    uint64_t vendor = change_create(c, x.vendor);
    set(c, vendor, x.vendor, "name", "Canva");
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    const char *from =
        "    key: [name]\n"
        "    fields: [{id: 1, name: name, kind: text, required: yes}, {id: 2, name: country, kind: text}]\n";
    const char *to = "    key: [name, country]\n"
                     "    fields: [{id: 1, name: name, kind: text, required: yes}, {id: 2, name: country, kind: text, "
                     "required: yes}]\n";
    struct model_text other = with(&x, from, to);
    BAD(&x, store_change_model(x.s, &x.a, other, none, STR("anna"), STR("a test"), 2000, &plan, &r, &x.err), ERR_INPUT,
        "is a part of the new key and is empty");
    c = set_of(&x);
    set(c, r.made ? r.made[0] : 1, x.vendor, "country", "AU");
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(change(&x, other, &plan, &r) && plan.change_count >= 1);
    fixture_reopen(&x, STORE_WRITE);
    uint64_t id;
    GOOD(&x, store_find_by_key(x.s, x.vendor,
                               STR("canva\x1f"
                                   "au"),
                               &id, &x.err));
    BAD(&x, store_find_by_key(x.s, x.vendor, STR("canva"), &id, &x.err), ERR_ABSENT, "no vendor");
    fixture_release(&x);
}

TEST_MAIN(converts, refuses, keeps, defaults, rekeys)
