/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <string.h>

static int evaluate(struct cli *c, const struct feel_scope *scope, const struct feel_value *inputs, str source,
                    struct feel_value *out, struct err *err)
{
    const struct feel_program *program;
    if (feel_compile(&c->arena, scope, source, &program, err) < 0) return -1;
    return feel_eval(program, &c->env, inputs, out, err);
}

/* The entries of --context as names. */
static int open_context(struct cli *c, struct feel_scope *scope, struct feel_value **inputs, struct err *err)
{
    struct feel_value value;
    struct feel_scope none = {.lenient = true};
    str text = cli_text_value(c, "context");
    if (!text.p) return 0;
    if (evaluate(c, &none, NULL, text, &value, err) < 0) return err_in(err, STR("--context"));
    if (value.kind != FEEL_CONTEXT) {
        err_set(err, ERR_INPUT, "is not a FEEL context such as {price: 10, \"unit price\": 2}");
        return err_in(err, STR("--context"));
    }
    struct feel_variable *variables = arena_array(&c->arena, value.count + 1, sizeof *variables);
    *inputs = arena_array(&c->arena, value.count + 1, sizeof **inputs);
    for (uint32_t i = 0; i < value.count; i++) {
        variables[i] = (struct feel_variable){.name = value.entries[i].key, .type = &feel_any};
        (*inputs)[i] = value.entries[i].value;
    }
    scope->variables = variables;
    scope->count = value.count;
    return 0;
}

/* The same with the workspace's names around: its variable comes first. */
static int in_workspace(struct cli *c, struct feel_scope *scope, struct feel_value **inputs, struct err *err)
{
    struct feel_env before = c->env;
    if (cli_open_picture(c, STORE_READ, err) < 0) return c->env = before, -1;
    scope->outer = graph_scope(c->graph);
    size_t outer = feel_scope_size(scope->outer);
    MUST(outer == 1);
    struct feel_value *all = arena_array(&c->arena, outer + scope->count, sizeof *all);
    all[0] = graph_workspace(c->view);
    if (scope->count) memcpy(all + 1, *inputs, scope->count * sizeof *all);
    *inputs = all;
    return 0;
}

static void say_reasons(struct cli *c, struct feel_value v)
{
    struct feel_reason reasons[100];
    size_t count = feel_reasons(&c->arena, v, reasons, ARRAY_COUNT(reasons));
    for (size_t i = 0; i < count; i++) {
        str path = reasons[i].path.n ? reasons[i].path : STR("null");
        cli_note(c, STR_FORMAT ": " STR_FORMAT, STR_ARGS(path), STR_ARGS(reasons[i].why));
    }
}

static int run(struct cli *c)
{
    struct err err = {0}, ignored = {0};
    struct feel_scope scope = {.lenient = true}; /* a clash of types is null, as DMN has it */
    struct feel_value *inputs = NULL, value;
    const struct feel_program *program;
    str source = str_of(c->words[0]);
    c->env = (struct feel_env){.arena = &c->arena, .now = c->now, .has_today = true, .today = c->today};
    if (open_context(c, &scope, &inputs, &err) < 0) return cli_fail(c, &err);
    if (cli_has(c, "workspace") && in_workspace(c, &scope, &inputs, &err) < 0) return cli_fail(c, &err);
    if (feel_compile(&c->arena, &scope, source, &program, &err) < 0) {
        /* A name that is unknown may be one of the workspace's; without one, the first error stands. */
        if (c->picture || in_workspace(c, &scope, &inputs, &ignored) < 0) return cli_fail(c, &err);
        if (feel_compile(&c->arena, &scope, source, &program, &ignored) < 0) return cli_fail(c, &ignored);
        err = (struct err){0};
    }
    if (feel_eval(program, &c->env, inputs, &value, &err) < 0) return cli_fail(c, &err);
    if (cli_has(c, "json")) {
        struct json_writer w;
        cli_json(c, &w);
        feel_emit_json(&w, value);
    } else if (value.kind == FEEL_OBJECT) {
        cli_printf(c, STR_FORMAT " ", STR_ARGS(value.object.of->name));
        struct json_writer w;
        json_init(&w, &c->out, 0);
        json_string(&w, fact_name(picture_fact(c->picture, value.object.handle)));
    } else {
        feel_emit(&c->out, value);
    }
    cli_text(c, "\n");
    say_reasons(c, value);
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"context", "FEEL", "a FEEL context whose entries are names in the expression"},
    {"json", NULL, "print the value as JSON"},
};

const struct cli_command cmd_feel = {
    .name = "feel",
    .usage = "EXPRESSION [--context '{…}'] [--json]",
    .help = "evaluate a FEEL expression",
    .details = "Prints the value as a FEEL literal. Why it, or a value inside of it, is null is said on standard "
               "error. The workspace's facts are "
               "names too: 'count(applications)'.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 1,
    .example = "entente feel 'sum(for p in prices return p * 1.19)' --context '{prices: [10, 20.50]}'",
    .run = run,
};
