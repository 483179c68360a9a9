/* SPDX-License-Identifier: Apache-2.0 */
/* Host objects, scopes, reads, limits, and the calls that other parts make. */
#include "base_time.h"
#include "feel.h"
#include "test.h"

#include <string.h>

/* Applications and their vendors, as a host has them: a handle is a row. */
static const struct row {
    const char *name;
    int cost, vendor;
    bool has_cost;
} rows[] = {{"Mailchimp", 1200, 1, true}, {"HubSpot", 90000, 1, true}, {"Miro", 0, 2, false}};

static struct feel_value application_get(struct feel_env *env, const struct feel_class *class, uint64_t handle,
                                         uint32_t slot);
static struct feel_value vendor_get(struct feel_env *env, const struct feel_class *class, uint64_t handle,
                                    uint32_t slot);
static const struct feel_class vendor_class;
static const struct feel_type vendor_type = {.is = FEEL_TYPE_OBJECT, .class = &vendor_class};
static const struct feel_field cost_parts[] = {{STR_INIT("currency"), &feel_type_string, 11, NULL, 0}};
static const struct feel_field application_fields[] = {{STR_INIT("name"), &feel_type_string, 0, NULL, 0},
                                                       {STR_INIT("annual cost"), &feel_type_number, 1, cost_parts, 1},
                                                       {STR_INIT("vendor"), &vendor_type, 2, NULL, 0},
                                                       {STR_INIT("cost"), &feel_type_string, 3, NULL, 0}};
static const struct feel_class application_class = {
    STR_INIT("application"), application_fields, ARRAY_COUNT(application_fields), application_get, NULL, 0};
static const struct feel_type application_type = {.is = FEEL_TYPE_OBJECT, .class = &application_class};
static const struct feel_type applications_type = {.is = FEEL_TYPE_LIST, .of = &application_type};
static const struct feel_field vendor_fields[] = {{STR_INIT("name"), &feel_type_string, 0, NULL, 0},
                                                  {STR_INIT("applications"), &applications_type, 1, NULL, 0}};
static const struct feel_class vendor_class = {STR_INIT("vendor"), vendor_fields, ARRAY_COUNT(vendor_fields),
                                               vendor_get,         NULL,          0};

static struct feel_value application_get(struct feel_env *env, const struct feel_class *class, uint64_t handle,
                                         uint32_t slot)
{
    const struct row *r = &rows[handle];
    (void)env, (void)class;
    if (slot == 0) return feel_string(str_of(r->name));
    if (slot == 1) return r->has_cost ? feel_int(r->cost) : feel_null_because(STR("no cost is known"));
    if (slot == 2) return feel_object(&vendor_class, (uint64_t)r->vendor);
    if (slot == 11) return feel_string(STR("EUR"));
    return feel_string(STR("cheap"));
}
static struct feel_value vendor_get(struct feel_env *env, const struct feel_class *class, uint64_t handle,
                                    uint32_t slot)
{
    (void)class;
    if (slot == 0) return feel_string(handle == 1 ? STR("Intuit") : STR("RealtimeBoard"));
    struct feel_value *items = arena_alloc(env->arena, sizeof *items * ARRAY_COUNT(rows));
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
        if (rows[i].vendor == (int)handle) items[n++] = feel_object(&application_class, i);
    return feel_list(items, n);
}

static struct feel_value shout(struct feel_env *env, const struct feel_value *arguments)
{
    return feel_string(arena_printf(env->arena, STR_FORMAT "!", STR_ARGS(arguments[0].text)));
}
static const str shout_parameters[] = {STR_INIT("text")};
static const struct feel_host_function functions[] = {{.name = STR_INIT("shout out"),
                                                       .parameters = shout_parameters,
                                                       .count = 1,
                                                       .gives = &feel_type_string,
                                                       .call = shout,
                                                       .usage = STR_INIT("shout out(text)")}};
static const struct feel_variable outer_names[] = {{STR_INIT("applications"), &applications_type, false},
                                                   {STR_INIT("threshold"), &feel_type_number, false}};
static const struct feel_scope outer = {
    .variables = outer_names, .count = 2, .functions = functions, .function_count = 1};
static const struct feel_variable inner_names[] = {{STR_INIT("this"), &application_type, true}};
static const struct feel_scope inner = {.outer = &outer, .variables = inner_names, .count = 1};

struct fixture {
    struct arena a;
    struct feel_env env;
    struct feel_value items[3], inputs[3];
    const struct feel_program *program;
    struct err err;
    struct buf out;
};
static void fixture_init(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    arena_init(&f->a, (size_t)16 << 20);
    buf_init(&f->out, 100000);
    f->env.arena = &f->a;
    for (size_t i = 0; i < 3; i++) f->items[i] = feel_object(&application_class, i);
    f->inputs[0] = feel_list(f->items, 3), f->inputs[1] = feel_int(10000), f->inputs[2] = f->items[1];
}
static void fixture_release(struct fixture *f)
{
    buf_release(&f->out);
    arena_release(&f->a);
}
/* The value as text, or the message. */
static str eval(struct fixture *f, const char *source)
{
    struct feel_value v;
    buf_clear(&f->out);
    if (feel_compile(&f->a, &inner, str_of(source), &f->program, &f->err) < 0 ||
        feel_eval(f->program, &f->env, f->inputs, &v, &f->err) < 0)
        return str_of(f->err.message);
    feel_emit(&f->out, v);
    if (v.kind == FEEL_NULL && v.text.n) buf_printf(&f->out, ": " STR_FORMAT, STR_ARGS(v.text));
    return buf_get(&f->out);
}

static void fields(struct test_tally *t)
{
    struct fixture f;
    fixture_init(&f);
    CHECK_STR(eval(&f, "annual cost"), STR("90000"));
    CHECK_STR(eval(&f, "annual cost * 2 > threshold"), STR("true"));
    CHECK_STR(eval(&f, "cost"), STR("\"cheap\""));
    CHECK_STR(eval(&f, "annual cost.currency"), STR("\"EUR\""));
    CHECK_STR(eval(&f, "this.annual cost.currency"), STR("\"EUR\""));
    CHECK_STR(eval(&f, "applications.annual cost.currency"), STR("[\"EUR\", \"EUR\", \"EUR\"]"));
    CHECK_STR(eval(&f, "vendor.name"), STR("\"Intuit\""));
    CHECK_STR(eval(&f, "vendor.applications.name"), STR("[\"Mailchimp\", \"HubSpot\"]"));
    CHECK_STR(eval(&f, "applications.vendor.name"), STR("[\"Intuit\", \"Intuit\", \"RealtimeBoard\"]"));
    CHECK_STR(eval(&f, "applications[annual cost > threshold].name"), STR("[\"HubSpot\"]"));
    CHECK_STR(eval(&f, "applications[annual cost < this.annual cost].name"), STR("[\"Mailchimp\"]"));
    CHECK_STR(eval(&f, "applications[item.vendor = this.vendor].name"), STR("[\"Mailchimp\", \"HubSpot\"]"));
    CHECK_STR(eval(&f, "applications[1].name"), STR("\"Mailchimp\""));
    CHECK_STR(eval(&f, "applications[-1].annual cost"), STR("null: no cost is known"));
    CHECK_STR(eval(&f, "applications[-1].annual cost + 1"), STR("null: no cost is known"));
    CHECK_STR(eval(&f, "this in applications"), STR("true"));
    CHECK_STR(eval(&f, "index of(applications, this)"), STR("[2]"));
    CHECK_STR(eval(&f, "sort(applications, function(a, b) a.name < b.name).name"),
              STR("[\"HubSpot\", \"Mailchimp\", \"Miro\"]"));
    CHECK_STR(eval(&f, "for a in applications return a.vendor.name"),
              STR("[\"Intuit\", \"Intuit\", \"RealtimeBoard\"]"));
    CHECK_STR(eval(&f, "some a in applications satisfies a.annual cost > threshold"), STR("true"));
    CHECK_STR(eval(&f, "count(distinct values(applications.vendor))"), STR("2"));
    CHECK_STR(eval(&f, "string join(distinct values(applications.vendor), \", \")"), STR("\"Intuit, RealtimeBoard\""));
    CHECK_STR(eval(&f, "string(this)"), STR("\"HubSpot\""));
    CHECK_STR(eval(&f, "get value(this, \"annual cost\")"), STR("90000"));
    CHECK_STR(eval(&f, "shout out(name)"), STR("\"HubSpot!\""));
    CHECK_STR(eval(&f, "shout out(text: name)"), STR("\"HubSpot!\""));
    CHECK_STR(eval(&f, "sum(applications[annual cost != null].annual cost)"), STR("91200"));
    CHECK_STR(eval(&f, "sum(applications.annual cost)"), STR("null: sum: element 3 is null (no cost is known)"));
    CHECK_STR(eval(&f, "(function(n) annual cost + n)(1)"), STR("90001"));
    fixture_release(&f);
}

static void clashes(struct test_tally *t)
{
    struct fixture f;
    fixture_init(&f);
    CHECK_STR(eval(&f, "anual cost > 1"), STR("unknown name 'anual cost'; did you mean 'annual cost'?"));
    CHECK_STR(eval(&f, "this.nam"), STR("application has no 'nam'; did you mean 'name'?"));
    CHECK_STR(eval(&f, "applications[vndor = null]"), STR("unknown name 'vndor'; did you mean 'vendor'?"));
    CHECK_STR(eval(&f, "name + 1"), STR("'+' has no meaning between a string and a number"));
    CHECK_STR(eval(&f, "name > threshold"), STR("a string can't be compared with a number"));
    CHECK_STR(eval(&f, "vendor = this"), STR("a vendor can't be compared with an application"));
    CHECK_STR(eval(&f, "if name then 1 else 2"), STR("'if' needs a boolean, this is a string"));
    CHECK_STR(eval(&f, "name and true"), STR("'and' needs a boolean, this is a string"));
    CHECK_STR(eval(&f, "applications[name]"), STR("a filter needs a boolean or a number, this is a string"));
    CHECK_STR(eval(&f, "upper case(threshold)"), STR("upper case: 'string' must be a string"));
    CHECK_STR(eval(&f, "upper case()"), STR("wrong arguments: upper case(string: string): string"));
    CHECK_STR(eval(&f, "shout out()"), STR("wrong arguments: shout out(text)"));
    CHECK_STR(eval(&f, "this()"), STR("this is not a function"));
    fixture_release(&f);
}

static bool reads_are(struct fixture *f, const char *source, size_t count, const struct feel_read *want)
{
    size_t n;
    eval(f, source);
    const struct feel_read *got = feel_program_reads(f->program, &n);
    bool same = n == count;
    for (size_t i = 0; same && i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < n; k++) found |= got[k].class == want[i].class && got[k].slot == want[i].slot;
        same = found;
    }
    if (!same)
        for (size_t k = 0; k < n; k++) printf("  reads " STR_FORMAT ".%u\n", STR_ARGS(got[k].class->name), got[k].slot);
    return same;
}
#define READS(source, ...)                                                                                             \
    CHECK(reads_are(&f, source, sizeof((struct feel_read[]){__VA_ARGS__}) / sizeof(struct feel_read),                  \
                    (struct feel_read[]){__VA_ARGS__}))

static void reads(struct test_tally *t)
{
    struct fixture f;
    fixture_init(&f);
    READS("annual cost > 1", {&application_class, 1});
    READS("annual cost.currency", {&application_class, 11});
    READS("vendor.name + name", {&application_class, 2}, {&vendor_class, 0}, {&application_class, 0});
    READS("applications[annual cost > 1].vendor", {&application_class, 1}, {&application_class, 2});
    READS("string(this)", {&application_class, 0});
    READS("for a in applications return (function(x) x.name)(a)", {&application_class, 0}, {&vendor_class, 0});
    READS("get entries(this)", {&application_class, 0}, {&application_class, 1}, {&application_class, 2},
          {&application_class, 3}, {&application_class, 11});
    CHECK(reads_are(&f, "this = applications[1]", 0, NULL));
    eval(&f, "name");
    CHECK(!feel_program_uses_clock(f.program));
    eval(&f, "if cost = \"\" then now() else null");
    CHECK(feel_program_uses_clock(f.program));
    CHECK(feel_program_type(f.program)->is == FEEL_TYPE_OF_KIND &&
          feel_program_type(f.program)->kind == FEEL_DATE_TIME);
    fixture_release(&f);
}

static void limits(struct test_tally *t)
{
    struct fixture f;
    fixture_init(&f);
    f.env.limits.steps = 10000;
    CHECK_STR(eval(&f, "for i in 1..1000000 return i"), STR("the evaluation takes too many steps"));
    f.env.steps = 0, f.env.limits.steps = 0;
    CHECK_STR(eval(&f, "for i in 1..100000000 return [i, i, i, i]"), STR("the evaluation takes too much memory"));
    arena_clear(&f.a);
    CHECK_STR(eval(&f, "{f: function(g, n) g(g, n + 1), r: f(f, 1)}.r"), STR("functions call each other too deeply"));
    CHECK(f.env.depth == 0);
    CHECK_STR(eval(&f, "for i in 1..40 return if i = 1 then \"xxxxxxxx\" else partial[-1] + partial[-1]"),
              STR("the evaluation takes too many steps"));
    arena_clear(&f.a);
    struct buf deep;
    buf_init(&deep, 100000);
    for (int i = 0; i < 5000; i++) buf_char(&deep, i % 2 ? '(' : '[');
    CHECK_STR(eval(&f, buf_get(&deep).p), STR("the expression is nested too deeply"));
    buf_clear(&deep);
    for (int i = 0; i < 5000; i++) buf_text(&deep, "1+");
    CHECK_STR(eval(&f, buf_get(&deep).p), STR("the expression is nested too deeply"));
    buf_release(&deep);
    fixture_release(&f);
}

static void calls(struct test_tally *t)
{
    struct fixture f;
    struct feel_value function, three = feel_int(3), out;
    fixture_init(&f);
    f.env.has_today = true, f.env.today = civil_days(2026, 11, 22);
    CHECK_STR(eval(&f, "today()"), STR("@\"2026-11-22\""));
    CHECK(feel_compile(&f.a, &inner, STR("function(n) n * threshold"), &f.program, &f.err) == 0);
    CHECK(feel_eval(f.program, &f.env, f.inputs, &function, &f.err) == 0 && function.kind == FEEL_FUNCTION);
    CHECK(feel_call(&f.env, function, &three, 1, &out, &f.err) == 0);
    CHECK(feel_same(out, feel_int(30000)));
    const struct feel_program *cell;
    CHECK(feel_compile_unary(&f.a, &outer, &feel_type_number, STR("> threshold, [1..5]"), &cell, &f.err) == 0);
    CHECK(feel_eval(cell, &f.env, (struct feel_value[]){f.inputs[0], f.inputs[1], three}, &out, &f.err) == 0);
    CHECK(feel_is_true(out));
    size_t count;
    CHECK(feel_builtins(&count)[0].help.n > 0 && count > 80);
    CHECK(feel_find_end(STR("a{b: \"}\"} /* } */ } c"), 0, '}') == 18);
    CHECK(feel_find_end(STR("a (b"), 0, '}') == STR_NOT_FOUND);
    fixture_release(&f);
}

TEST_MAIN(fields, clashes, reads, limits, calls)
