/* SPDX-License-Identifier: Apache-2.0 */
/* Decision models: evaluate, check, format, test. */
#include "cli.h"

#include "base_file.h"
#include "dmn.h"
#include "dmn_batch.h"
#include "dmn_format.h"
#include "dmn_test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_LIMIT = 256 << 20, READ_AT_ONCE = 1 << 18 };

static int load(struct cli *c, bool check, struct dmn_model **m, struct err *err)
{
    const char **imports = arena_array(&c->arena, c->given.count + 1, sizeof *imports);
    size_t count = 0;
    VEC_EACH(g, &c->given)
        if (!strcmp(g->option->name, "import")) imports[count++] = g->value;
    return check ? dmn_check_files(c->words[1], imports, count, m, err)
                 : dmn_load_files(c->words[1], imports, count, NULL, m, err);
}

static void set_env(struct cli *c, struct feel_env *env)
{
    *env = (struct feel_env){.arena = &c->arena, .now = c->now, .has_today = c->has_today, .today = c->today};
}

/* ---- eval ---- */

static int take_inputs(struct cli *c, const struct dmn_node *n, struct feel_env *env, struct feel_value *out,
                       struct err *err)
{
    str with = cli_text_value(c, "with");
    const char *input = cli_value(c, "input");
    const struct json *j;
    str text;
    *out = feel_context(NULL, 0);
    if (with.p && input) return err_set(err, ERR_USAGE, "say --with or --input, not both");
    if (with.p) return dmn_inputs_from_text(env, with, out, err) < 0 ? err_in(err, STR("--with")) : 0;
    if (!input) return 0;
    if (file_read(&c->arena, input, INPUT_LIMIT, &text, err) < 0) return -1;
    if (json_parse(&c->arena, text, &j, err) < 0) return err_in(err, str_of(input));
    if (j->kind != JSON_OBJECT) {
        err_set(err, ERR_INPUT, "is not a JSON object with the inputs by name");
        return err_in(err, str_of(input));
    }
    *out = dmn_inputs_from_json(n, &c->arena, j);
    return 0;
}

static void put_value(struct cli *c, struct feel_value v)
{
    feel_emit(&c->out, v);
    cli_flush(c, false);
}

static void put_trace(struct cli *c, const struct dmn_trace *t)
{
    cli_style(c, STYLE_BOLD);
    cli_printf(c, "%s ", t->kind);
    cli_clean(c, t->name);
    cli_style(c, STYLE_PLAIN);
    cli_text(c, " = ");
    put_value(c, t->value);
    cli_text(c, "\n");
    if (t->value.kind == FEEL_NULL && t->value.text.n) {
        cli_text(c, "  null: ");
        cli_clean(c, t->value.text);
        cli_text(c, "\n");
    }
    for (uint32_t i = 0; i < t->inputs.count; i++) {
        cli_text(c, "  ");
        cli_clean(c, t->inputs.entries[i].key);
        cli_text(c, " = ");
        put_value(c, t->inputs.entries[i].value);
        cli_text(c, "\n");
    }
    if (t->rule_count) cli_printf(c, "  matched: rule%s", t->rule_count > 1 ? "s" : "");
    for (size_t i = 0; i < t->rule_count; i++) cli_printf(c, "%s %u", i ? "," : "", t->rules[i]);
    if (t->rule_count) cli_text(c, "\n");
    if (t->nearest) {
        cli_printf(c, "  nearest: rule %u, but ", t->nearest);
        cli_clean(c, t->nearest_input);
        cli_text(c, " is ");
        put_value(c, t->nearest_value);
        cli_text(c, ", asked for: ");
        cli_clean(c, t->nearest_test);
        cli_text(c, "\n");
    }
}

static void put_trace_json(struct json_writer *w, const struct dmn_trace *t)
{
    json_object(w);
    json_key(w, STR("kind")), json_string(w, str_of(t->kind));
    json_key(w, STR("name")), json_string(w, t->name);
    json_key(w, STR("inputs")), feel_emit_json(w, t->inputs);
    json_key(w, STR("value")), feel_emit_json(w, t->value);
    if (t->value.kind == FEEL_NULL && t->value.text.n) json_key(w, STR("reason")), json_string(w, t->value.text);
    if (!strcmp(t->kind, "table")) {
        json_key(w, STR("matched"));
        json_array(w);
        for (size_t i = 0; i < t->rule_count; i++) json_int(w, t->rules[i]);
        json_array_end(w);
    }
    if (t->nearest) {
        json_key(w, STR("nearest"));
        json_object(w);
        json_key(w, STR("rule")), json_int(w, t->nearest);
        json_key(w, STR("input")), json_string(w, t->nearest_input);
        json_key(w, STR("value")), feel_emit_json(w, t->nearest_value);
        json_key(w, STR("test")), json_string(w, t->nearest_test);
        json_object_end(w);
    }
    json_object_end(w);
}

static void put_answer(struct cli *c, const struct dmn_result *r, bool explain)
{
    struct json_writer w;
    if (!cli_has(c, "json")) {
        put_value(c, r->value);
        cli_text(c, "\n");
        for (const struct dmn_trace *t = explain ? r->trace : NULL; t; t = t->next) put_trace(c, t);
        return;
    }
    cli_json(c, &w);
    if (explain) {
        json_object(&w);
        json_key(&w, STR("value"));
    }
    feel_emit_json(&w, r->value);
    if (explain) {
        json_key(&w, STR("errors"));
        json_array(&w);
        for (size_t i = 0; i < r->error_count; i++) json_string(&w, r->errors[i]);
        json_array_end(&w);
        json_key(&w, STR("trace"));
        json_array(&w);
        for (const struct dmn_trace *t = r->trace; t; t = t->next) put_trace_json(&w, t);
        json_array_end(&w);
        json_object_end(&w);
    }
    cli_text(c, "\n");
}

static int eval_one(struct cli *c, const struct dmn_model *m, struct err *err)
{
    struct feel_env env;
    struct feel_value inputs;
    struct dmn_result r;
    str call = cli_text_value(c, "call");
    bool explain = cli_has(c, "explain");
    if (!call.p)
        return err_set(err, ERR_USAGE, "say --call NAME: a decision, decision service or business knowledge model");
    set_env(c, &env);
    const struct dmn_node *n = dmn_find(m, cli_text_value(c, "namespace"), call, err);
    if (!n || take_inputs(c, n, &env, &inputs, err) < 0 || dmn_eval(n, &env, inputs, explain, &r, err) < 0) return -1;
    r.errors = dmn_reasons(&c->arena, &r, &r.error_count);
    put_answer(c, &r, explain);
    for (size_t i = 0; i < r.error_count; i++)
        cli_note(c, "%s" STR_FORMAT, r.value.kind == FEEL_NULL ? "null: " : "", STR_ARGS(r.errors[i]));
    return 0;
}

/* Answers all complete lines that are there before it reads, which may wait, again. */
static int batch(struct cli *c, const struct dmn_model *m, struct err *err)
{
    struct feel_env env;
    struct dmn_batch b;
    str call = cli_text_value(c, "call");
    int result = 0;
    ssize_t n = 1;
    set_env(c, &env);
    batch_init(&b, m, &env);
    if (call.p && !(b.otherwise = dmn_find(m, cli_text_value(c, "namespace"), call, err))) result = -1;
    char *piece = arena_alloc(&c->arena, READ_AT_ONCE);
    while (result == 0 && n != 0 && !c->out_broken) {
        n = read(STDIN_FILENO, piece, READ_AT_ONCE);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            result = err_errno(err, "cannot read standard input");
            break;
        }
        str bytes = {piece, (size_t)n};
        while (!c->out_broken && (n ? batch_next(&b, &bytes, &c->out) : batch_last(&b, &c->out))) cli_flush(c, false);
        cli_flush(c, true);
    }
    batch_release(&b);
    return result;
}

static int run_eval(struct cli *c)
{
    struct err err = {0};
    struct dmn_model *m;
    if (load(c, false, &m, &err) < 0) return cli_fail(c, &err);
    int result = cli_has(c, "batch") ? batch(c, m, &err) : eval_one(c, m, &err);
    dmn_free(m);
    return result < 0 ? cli_fail(c, &err) : EXIT_FINE;
}

/* ---- check ---- */

static void put_finding(struct cli *c, struct json_writer *w, const char *kind, const struct err *e)
{
    if (!w) {
        struct buf text;
        buf_init(&text, 1 << 16);
        err_emit(e, &text);
        cli_style(c, !strcmp(kind, "error") || !strcmp(kind, "clash") ? STYLE_RED : STYLE_YELLOW);
        cli_printf(c, "%s: ", kind);
        cli_style(c, STYLE_PLAIN);
        cli_put(c, buf_get(&text));
        buf_release(&text);
        return;
    }
    json_object(w);
    json_key(w, STR("kind")), json_string(w, str_of(kind));
    json_key(w, STR("file")), json_string(w, str_of(e->file));
    json_key(w, STR("line")), json_int(w, e->line);
    if (e->column) json_key(w, STR("column")), json_int(w, e->column);
    json_key(w, STR("where")), json_string(w, str_of(e->field));
    json_key(w, STR("says")), json_string(w, str_of(e->message));
    if (e->excerpt[0]) json_key(w, STR("text")), json_string(w, str_of(e->excerpt));
    json_object_end(w);
}

static int run_check(struct cli *c)
{
    struct err err = {0};
    struct dmn_model *m;
    struct json_writer w, *to = cli_has(c, "json") ? &w : NULL;
    size_t errors, findings, clashes = 0, holes = 0;
    if (load(c, true, &m, &err) < 0) return cli_fail(c, &err);
    const struct err *e = dmn_errors(m, &errors);
    const struct dmn_finding *f = dmn_findings(m, &findings);
    if (to) cli_json(c, to), json_array(to);
    for (size_t i = 0; i < errors; i++) put_finding(c, to, "error", &e[i]);
    for (size_t i = 0; i < findings; i++) {
        put_finding(c, to, dmn_finding_word(f[i].kind), &f[i].err);
        clashes += f[i].kind == DMN_CLASH;
        holes += f[i].kind == DMN_GAP || f[i].kind == DMN_OVERLAP || f[i].kind == DMN_UNREACHABLE;
    }
    if (to)
        json_array_end(to), cli_text(c, "\n");
    else if (!errors && !findings)
        cli_text(c, "nothing found\n");
    dmn_free(m);
    return errors + clashes ? EXIT_INPUT : holes ? EXIT_FOUND : EXIT_FINE;
}

/* ---- fmt ---- */

static int run_format(struct cli *c)
{
    struct err err = {0};
    str text, out;
    if (file_read(&c->arena, c->words[1], INPUT_LIMIT, &text, &err) < 0) return cli_fail(c, &err);
    if (dmn_format(&c->arena, text, &out, &err) < 0) {
        err_in(&err, str_of(c->words[1]));
        return cli_fail(c, &err);
    }
    if (!cli_has(c, "write"))
        cli_put(c, out);
    else if (!str_eq(text, out) && file_write(c->words[1], out, &err) < 0)
        return cli_fail(c, &err);
    return EXIT_FINE;
}

/* ---- test ---- */

static int run_test(struct cli *c)
{
    struct err err = {0};
    struct dmn_test_run r;
    str folder = STR_NONE;
    if (dmn_test_folder(&c->arena, c->words[1], c->now, &r, &err) < 0) return cli_fail(c, &err);
    for (size_t i = 0; i < r.count; i++) {
        const struct dmn_test_case *t = &r.cases[i];
        if (t->passed) continue;
        if (!str_eq(folder, t->folder)) cli_printf(c, STR_FORMAT "\n", STR_ARGS(t->folder));
        folder = t->folder;
        cli_printf(c, "  " STR_FORMAT ": ", STR_ARGS(t->id));
        cli_clean(c, t->why);
        cli_text(c, "\n");
    }
    cli_printf(c, "%zu passed, %zu failed\n", r.passed, r.count - r.passed);
    return r.passed == r.count ? EXIT_FINE : EXIT_FOUND;
}

static int run(struct cli *c)
{
    static const struct {
        const char *name;
        int (*run)(struct cli *c);
    } verbs[] = {{"eval", run_eval}, {"check", run_check}, {"fmt", run_format}, {"test", run_test}};
    struct err err = {0};
    str names[ARRAY_COUNT(verbs)], word = str_of(c->words[0]);
    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        names[i] = str_of(verbs[i].name);
        if (str_eq(word, names[i])) return verbs[i].run(c);
    }
    str near = err_nearest(word, names, ARRAY_COUNT(names));
    err_set(&err, ERR_USAGE, "dmn: \"" STR_FORMAT "\" is none of eval, check, fmt, test%s" STR_FORMAT "%s",
            STR_ARGS(word), near.n ? "; did you mean " : "", STR_ARGS(near), near.n ? "?" : "");
    return cli_fail(c, &err);
}

static const struct cli_option options[] = {
    {"call", "NAME", "the decision, decision service or business knowledge model to evaluate"},
    {"namespace", "NS", "the namespace of the model that has it, where it is an imported one"},
    {"with", "FEEL", "the inputs as a FEEL context: '{age: 30, \"first name\": \"Ada\"}'"},
    {"input", "FILE.json", "the inputs as a JSON object; dates and durations are read as they are declared"},
    {"import", "FILE", "a model that is imported; else it is looked for in the model's folder", true},
    {"batch", NULL, "read {\"call\": …, \"with\": …} or {\"call\": …, \"input\": …} by lines, answer by lines"},
    {"json", NULL, "print as JSON"},
    {"write", NULL, "fmt: write the model back in place of printing it"},
    {"explain", NULL, "print what led to the result: decisions, rules that matched, the nearest miss"},
};

const struct cli_command cmd_dmn = {
    .name = "dmn",
    .usage = "eval MODEL.dmn --call NAME [--with '{…}'] | check MODEL.dmn | fmt MODEL.dmn | test FOLDER",
    .help = "evaluate, check and test decision models (DMN)",
    .details =
        "Models of DMN 1.1 to 1.5. 'eval' prints the value as a FEEL literal, and on standard error why it is null. "
        "'check' finds unknown names, clashes of types, gaps, overlaps and rules that never match: exit 3 for errors, "
        "1 for "
        "holes in tables. 'fmt' prints the model with canonical FEEL in all cells. 'test' runs a folder of test cases "
        "in the form of the DMN conformance suite.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 2,
    .max = 2,
    .example = "entente dmn eval zones.dmn --call zone --with '{price: 900, data: \"personal\"}' --explain",
    .run = run,
};
