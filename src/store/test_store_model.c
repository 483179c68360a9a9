/* SPDX-License-Identifier: Apache-2.0 */
#include "test_store.h"

#include "base_file.h"

static void parsed(struct test_tally *t)
{
    struct fixture x;
    fixture_init(&x, t);
    CHECK(x.m->type_count == 5 && x.m->side_count == 3);
    CHECK_STR(x.m->sides[1].name, STR("IT"));
    CHECK(model_type(x.m, STR("Applications")) == x.application &&
          model_type(x.m, STR("APPLICATION")) == x.application);
    CHECK(!model_type(x.m, STR("applicatio")) && model_type_by_id(x.m, 3) == x.capability);
    CHECK_STR(model_nearest_type(x.m, STR("aplication")), STR("application"));
    const struct model_field *f = model_field(x.application, STR("single_sign_on"));
    CHECK(f && f == model_field(x.application, STR("Single sign-on")) && f->kind == FIELD_YES_NO);
    CHECK_STR(f->key, STR("single_sign_on"));
    CHECK(model_field_by_id(x.application, 10) == f && f->number == 9);
    CHECK_STR(model_nearest_field(x.application, STR("anual cost")), STR("annual cost"));
    CHECK(x.application->name_field->id == 1 && x.application->alias_field->id == 2);
    CHECK(x.contract->key_field_count == 2 && x.contract->key_fields[1]->to == x.vendor);
    CHECK(x.vendor->inverse_count == 4 && x.vendor->inverses[0].from == x.application);
    CHECK_STR(x.vendor->inverses[1].name, STR("contracts"));
    f = field_of(x.application, "people");
    CHECK(f->kind == FIELD_OBSERVED && f->gives == FIELD_WHOLE_NUMBER && f->days == 90);
    f = field_of(x.application, "per seat");
    CHECK(f->kind == FIELD_DERIVED && f->gives == FIELD_MONEY && f->feel_line == 25);
    CHECK_STR(f->feel, STR("annual cost / seats paid"));
    CHECK(field_of(x.application, "name")->column_count == 2);
    CHECK_STR(field_of(x.application, "status")->initial, STR("candidate"));
    CHECK(!strcmp(field_kind_name(FIELD_WHOLE_NUMBER), "whole number"));
    fixture_release(&x);
}

/* A type of its own before the given fields. */
#define TYPE(fields) HEAD "  - {id: 1, name: thing, plural: things, group: g, key: [name], fields: [" NAME fields "]}\n"
#define HEAD         "version: 1\nsides: [{key: it, name: IT}]\ntypes:\n"
#define NAME         "{id: 1, name: name, kind: text, required: yes}"
#define PLAIN        "  - {id: 1, name: a, plural: as, group: g, key: name, fields: [" NAME "]}\n"

static void refused(struct test_tally *t)
{
    static const struct {
        const char *yaml, *words;
        uint32_t line;
    } cases[] = {
        {"version: 2\nsides: [{key: it, name: IT}]\ntypes: []\n", "version 1", 1},
        {"version: 1\nsidez: []\n", "sides", 2},
        {HEAD "  []\n", "list of types", 0},
        {TYPE(", {id: 2, name: x, kind: txt}"), "\"txt\" is not a kind of field", 4},
        {TYPE(", {id: 2, name: x, kind: txt}"), "did you mean \"text\"", 4},
        {TYPE(", {id: 2, name: x, kind: text, collumns: [a]}"), "columns", 4},
        {TYPE(", {id: 1, name: x, kind: text}"), "field id 1 of thing is already that of \"name\"", 4},
        {TYPE(", {id: 2, name: Name, kind: text}"), "two fields called \"Name\"", 4},
        {TYPE(", {id: 2, name: id, kind: text}"), "every fact already has", 4},
        {TYPE(", {id: 2, name: 'a, b', kind: text}"), "cannot be a name", 4},
        {TYPE(", {id: 0, name: x, kind: text}"), "from 1 to", 4},
        {TYPE(", {id: two, name: x, kind: text}"), "two", 4},
        {TYPE(", {id: 2, name: x, kind: link, to: thin, inverse: y}"),
         "no type \"thin\" to link to; did you mean \"thing\"?", 4},
        {TYPE(", {id: 2, name: x, kind: link}"), "is missing", 4},
        {TYPE(", {id: 2, name: x, kind: link, to: thing, inverse: name}"),
         "the inverse \"name\" is already a name of thing", 4},
        {TYPE(", {id: 2, name: x, kind: one of}"), "needs its values", 4},
        {TYPE(", {id: 2, name: x, kind: one of, values: [a, A]}"), "there twice", 4},
        {TYPE(", {id: 2, name: x, kind: one of, values: [a], default: b}"), "not one of the values", 4},
        {TYPE(", {id: 2, name: x, kind: text, values: [a]}"), "kind text has no \"values\"", 4},
        {TYPE(", {id: 2, name: x, kind: derived, feel: '1'}"), "what it gives", 4},
        {TYPE(", {id: 2, name: x, kind: derived, gives: links, feel: '1'}"), "not a kind of value", 4},
        {TYPE(", {id: 2, name: x, kind: observed, observed: peple}"), "did you mean \"people\"", 4},
        {TYPE(", {id: 2, name: x, kind: observed, observed: paid, unit: date}"), "is a money", 4},
        {TYPE(", {id: 2, name: x, kind: derived, gives: text, feel: '1', required: yes}"), "has no \"required\"", 4},
        {TYPE(", {id: 2, name: x, kind: text, signed: no}"), "thing has no \"two key: yes\"", 4},
        {TYPE(", {id: 2, name: x, kind: derived, gives: text, feel: '1', signed: yes}"), "has no \"signed\"", 4},
        {TYPE(", {id: 2, name: x, kind: text, seen by: stewart}"), "did you mean \"steward\"?", 4},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, files seen by: contributer, key: name, fields: [" NAME "]}\n",
         "did you mean \"contributor\"?", 4},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, key: n, fields: ["
              "{id: 1, name: n, kind: text, required: yes, seen by: steward}]}\n",
         "so it is open to all", 4},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, key: name, alias field: o, fields: [" NAME
              ", {id: 2, name: o, kind: text, seen by: steward}]}\n",
         "aliases are open to all", 4},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, key: name, two key: maybe, fields: [" NAME "]}\n",
         "expected yes or no", 4},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, key: [nam], fields: [" NAME "]}\n", "did you mean \"name\"",
         4},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, fields: [" NAME "]}\n", "needs a key", 4},
        {HEAD "  - {id: 1, name: a, plural: a, group: g, key: name, fields: [" NAME "]}\n", "another word", 4},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, key: n, fields: [{id: 1, name: n, kind: text}]}\n",
         "must be required", 4},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, key: name, alias field: x, fields: [" NAME "]}\n",
         "for aliases", 4},
        {TYPE("") "  - {id: 1, name: b, plural: bs, group: g, key: name, fields: [" NAME "]}\n", "type id 1 is already",
         5},
        {TYPE("") "  - {id: 2, name: Things, plural: bs, group: g, key: name, fields: [" NAME "]}\n", "told apart", 5},
        {"version: 1\nsides: [{key: it, name: IT}, {key: IT, name: It}]\n", "there twice", 2},
        {"version: 1\nsides: nobody\n", "list of sides", 0},
        {HEAD "  - {id: 1, name: a, plural: as, group: g, two key: yes, key: name, fields: [" NAME "]}\n",
         "\"a\" needs two sides that sign: write keys: [SIDE, SIDE]", 1},
        {"version: 1\nsides: [{key: it, name: IT}]\nkeys: [it]\ntypes:\n" PLAIN, "names the two sides that sign", 3},
        {"version: 1\nsides: [{key: it, name: IT}]\nkeys: [it, it]\ntypes:\n" PLAIN, "names the two sides that sign",
         3},
        {"version: 1\nsides: [{key: it, name: IT}]\nkeys: [it, hr]\ntypes:\n" PLAIN, "there is no side \"hr\"", 3},
        {"- 1\n", "a metamodel is a map", 1},
        {"{", "", 0},
        {"", "", 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena a;
        const struct model *m;
        struct err err = {0};
        arena_init(&a, 0);
        bool failed = model_parse(&a, str_of(cases[i].yaml), STR("m.yaml"), &m, &err) < 0;
        bool good = failed && strstr(err.message, cases[i].words) && !strcmp(err.file, "m.yaml") &&
                    (!cases[i].line || err.line == cases[i].line);
        if (!CHECK(good)) printf("    case %zu: %s:%u: %s\n", i, err.file, err.line, failed ? err.message : "taken");
        arena_release(&a);
    }
}

static void rights(struct test_tally *t)
{
    static const char yaml[] =
        "version: 1\nsides: [{key: it, name: IT}, {key: hr, name: HR}]\nkeys: [hr, it]\ntypes:\n"
        "  - {id: 1, name: pact, plural: pacts, group: g, key: name, two key: yes, fields: [" NAME
        ", {id: 2, name: notes, kind: text, signed: no, seen by: steward}"
        ", {id: 3, name: long, kind: derived, gives: yes no, feel: 'name = null'}]}\n"
        "  - {id: 2, name: note, plural: notes, group: g, key: name, fields: [" NAME "]}\n";
    struct arena a;
    const struct model *m = NULL;
    struct err err = {0};
    arena_init(&a, 0);
    if (CHECK(!model_parse(&a, str_of(yaml), STR("m.yaml"), &m, &err))) {
        const struct model_type *pact = &m->types[0], *note = &m->types[1];
        CHECK(m->keys[0] == &m->sides[1] && m->keys[1] == &m->sides[0]);
        CHECK(pact->two_key && !note->two_key && !note->fields[0].is_signed);
        CHECK(pact->fields[0].is_signed && !pact->fields[1].is_signed && !pact->fields[2].is_signed);
        CHECK(pact->fields[0].seen_by == ROLE_VIEWER && pact->fields[1].seen_by == ROLE_STEWARD);
        CHECK(pact->files_seen_by == ROLE_STEWARD && note->files_seen_by == ROLE_VIEWER);
        CHECK(!strcmp(user_role_name(ROLE_STEWARD), "steward"));
    }
    arena_release(&a);
}

struct value_case {
    const char *field, *typed, *want; /* a message starts with '!' */
    char mark;
};

static void values(struct test_tally *t)
{
    static const struct value_case cases[] = {
        {"seats paid", "240", "240"},
        {"seats paid", " 1,234 ", "1234"},
        {"seats paid", "1.234", "1234"},
        {"seats paid", "1 234 567", "1234567"},
        {"seats paid", "1'234", "1234"},
        {"seats paid", "240.0", "240"},
        {"seats paid", "007", "7"},
        {"seats paid", "-0", "0"},
        {"seats paid", "+5", "5"},
        {"seats paid", "12.5", "!\"12.5\" is not a whole number"},
        {"seats paid", "n/a", "!\"n/a\" is not a whole number"},
        {"seats paid", "-", "!is not a whole number"},
        {"seats paid", "1,23,4", "!is not a whole number"},
        {"seats paid", "12 EUR", "!is not a whole number"},
        {"seats paid", "0x10", "!is not a whole number"},
        {"seats paid", "١٢", "!is not a whole number"},
        {"fit", "1.10", "1.10"},
        {"fit", "1,5", "1.5"},
        {"fit", "0,865", "0.865"},
        {"fit", "1.085", "1.085"},
        {"fit", "1,085", "!write 1.085 or 1085"},
        {"fit", "1,085", "1.085", ','},
        {"fit", "1,085", "1085", '.'},
        {"fit", "1.234.567,8", "1234567.8"},
        {"fit", "1,234,567.80", "1234567.80"},
        {"fit", ".5", "0.5"},
        {"fit", "−3", "-3"},
        {"fit", "1e5", "!is not a number"},
        {"fit", "1.2.3", "!is not a number"},
        {"fit", "1..2", "!is not a number"},
        {"fit", "12345678901234567890123456789012345", "!more than 34 digits"},
        {"annual cost", "€ 1.234,50", "1234.50 EUR"},
        {"annual cost", "$1,234.50", "1234.50 USD"},
        {"annual cost", "48,000 EUR", "48000 EUR"},
        {"annual cost", "48.000", "48000 EUR"},
        {"annual cost", "CHF 1'200", "1200 CHF"},
        {"annual cost", "1 234,50 €", "1234.50 EUR"},
        {"annual cost",
         "1\xC2\xA0"
         "234,50\xC2\xA0€",
         "1234.50 EUR"},
        {"annual cost", "(1,234.50)", "-1234.50 EUR"},
        {"annual cost", "-12.5 gbp", "-12.5 GBP"},
        {"annual cost", "48k", "48000 EUR"},
        {"annual cost", "1.5k €", "1500 EUR"},
        {"annual cost", "1,5 m", "1500000 EUR"},
        {"annual cost", "1.234,-", "1234 EUR"},
        {"annual cost", "1.10", "1.10 EUR"},
        {"annual cost", "12 parsnips", "!has no currency that is known"},
        {"annual cost", "free", "!is not an amount of money; write 1234.50 EUR"},
        {"annual cost", "12 %", "!is not an amount"},
        {"share", "42 %", "0.42"},
        {"share", "42.5%", "0.425"},
        {"share", "0,42", "0.42"},
        {"share", "1.5", "1.5"},
        {"share", "100 %", "1.00"},
        {"share", "-3%", "-0.03"},
        {"share", "1", "1"},
        {"share", "42", "!write 42 %"},
        {"live since", "2026-11-22", "2026-11-22"},
        {"live since", "22.11.2026", "2026-11-22"},
        {"live since", "2.1.2026", "2026-01-02"},
        {"live since", "22 Nov 2026", "2026-11-22"},
        {"live since", "22. November 2026", "2026-11-22"},
        {"live since", "Nov 22, 2026", "2026-11-22"},
        {"live since", "22-Nov-2026", "2026-11-22"},
        {"live since", "3. März 2026", "2026-03-03"},
        {"live since", "2026/11/22", "2026-11-22"},
        {"live since", "20261122", "2026-11-22"},
        {"live since", "2026-11-22T10:20:30Z", "2026-11-22"},
        {"live since", "2026-11-22 00:00:00", "2026-11-22"},
        {"live since", "22 Nov 2026 10:20", "2026-11-22"},
        {"live since", "22/11/2026", "2026-11-22"},
        {"live since", "11/22/2026", "2026-11-22"},
        {"live since", "04/04/2026", "2026-04-04"},
        {"live since", "03/04/2026", "!write 2026-04-03 or 2026-03-04"},
        {"live since", "22.11.26", "!four digits"},
        {"live since", "30.02.2026", "!not a day of the calendar"},
        {"live since", "soon", "!is not a date; write 2026-11-22"},
        {"live since", "2026-13-01", "!not a day"},
        {"horizon", "2026", "2026"},
        {"horizon", "Q3 2026", "2026-Q3"},
        {"horizon", "2026Q3", "2026-Q3"},
        {"horizon", "2026-q3", "2026-Q3"},
        {"horizon", "Q3/2026", "2026-Q3"},
        {"horizon", "07/2026", "2026-07"},
        {"horizon", "2026-07", "2026-07"},
        {"horizon", "July 2026", "2026-07"},
        {"horizon", "2026-Q5", "!is not a period"},
        {"horizon", "H1 2026", "!is not a period"},
        {"horizon", "2026-13", "!is not a period"},
        {"single sign-on", "Yes", "yes"},
        {"single sign-on", "x", "yes"},
        {"single sign-on", "NEIN", "no"},
        {"single sign-on", "0", "no"},
        {"single sign-on", "maybe", "!\"maybe\" is neither yes nor no"},
        {"status", "Sanctioned", "sanctioned"},
        {"status", " SHADOW ", "shadow"},
        {"status", "sanctoined", "!is not candidate, sanctioned or shadow; did you mean sanctioned?"},
        {"name", "  Mailchimp\r\n2 ", "Mailchimp 2"},
        {"name", "Cafe\xCC\x81", "Café"},
        {"name", "a\xff", "!not UTF-8, from byte 2"},
        {"notes", "a\r\nb\rc\td", "a\nb\nc\td"},
        {"name", "", NULL},
        {"seats paid", "  \xC2\xA0 ", NULL},
        {"people", "3", "!is computed"},
    };
    struct fixture x;
    fixture_init(&x, t);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct value_case *c = &cases[i];
        struct model_input how = {STR("EUR"), c->mark};
        struct err err = {0};
        str got;
        const struct model_field *f = field_of(x.application, c->field);
        bool failed = model_read_value(&x.a, f, &how, str_of(c->typed), &got, &err) < 0;
        bool good;
        if (c->want && c->want[0] == '!')
            good = failed && err.code == ERR_INPUT && strstr(err.message, c->want + 1);
        else
            good = !failed && (c->want ? str_eq(got, str_of(c->want)) : !got.p);
        /* What is canonical is read as it stands. */
        if (good && !failed && got.p) {
            str again;
            good = !model_check_value(f, got, &err) && !model_read_value(&x.a, f, &how, got, &again, &err);
            good = good && (str_eq(got, again) || c->mark || f->kind == FIELD_MONEY);
        }
        if (!CHECK(good))
            printf("    %s \"%s\": " STR_FORMAT "\n", c->field, c->typed, STR_ARGS(failed ? str_of(err.message) : got));
    }
    fixture_release(&x);
}

static void check_shipped(struct test_tally *t, const struct model *m)
{
    static const char *const two_key[] = {"ambition",      "objective",   "measure",    "future map", "map entry",
                                          "business case", "case option", "assumption", "cash flow",  "rulebook",
                                          "decision",      "term",        "audit"};
    size_t signed_types = 0;
    for (size_t i = 0; i < ARRAY_COUNT(two_key); i++) {
        const struct model_type *type = model_type(m, str_of(two_key[i]));
        CHECK(type && type->two_key && type->name_field->is_signed);
    }
    for (size_t i = 0; i < m->type_count; i++) {
        const struct model_type *type = &m->types[i];
        signed_types += type->two_key;
        if (!CHECK(type->help.n)) printf("    " STR_FORMAT " has no help\n", STR_ARGS(type->name));
        for (size_t j = 0; j < type->field_count; j++)
            if (!CHECK(type->fields[j].help.n))
                printf("    " STR_FORMAT " of " STR_FORMAT " has no help\n", STR_ARGS(type->fields[j].name),
                       STR_ARGS(type->name));
    }
    CHECK(signed_types == ARRAY_COUNT(two_key));
    const struct model_type *measure = model_type(m, STR("measure"));
    CHECK(field_of(measure, "target")->is_signed && !field_of(measure, "current")->is_signed);
    CHECK(field_of(model_type(m, STR("contract")), "annual cost")->seen_by == ROLE_CONTRIBUTOR);
    CHECK(field_of(model_type(m, STR("person")), "notes")->seen_by == ROLE_STEWARD);
    CHECK(model_type(m, STR("contract"))->files_seen_by == ROLE_CONTRIBUTOR);
    CHECK(model_type(m, STR("person"))->files_seen_by == ROLE_STEWARD);
    CHECK(model_type(m, STR("request"))->files_seen_by == ROLE_VIEWER);
}

/* The metamodel that we ship, from the folder that the build names. */
static void shipped(struct test_tally *t)
{
    struct fixture x;
    const char *root = getenv("ENTENTE_SOURCE");
    str yaml;
    const struct model *m;
    fixture_init(&x, t);
    if (root) {
        if (GOOD(&x, file_read(&x.a, arena_printf(&x.a, "%s/model/entente.yaml", root).p, 1 << 22, &yaml, &x.err)) &&
            GOOD(&x, model_parse(&x.a, yaml, STR("model/entente.yaml"), &m, &x.err)))
            check_shipped(t, m);
    }
    fixture_release(&x);
}

TEST_MAIN(parsed, refused, rights, values, shipped)
