/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a rulebook: what does this need from the other side, and why? */
#include "cli.h"

#include "base_file.h"
#include "base_utf8.h"
#include "ruling.h"

#include <string.h>

enum { INPUT_LIMIT = 16 << 20, LINE_MEMORY = 64 << 20 };

/* ---- For people ---- */

static void put_wrapped(struct cli *c, const char *bullet, str text)
{
    cli_text(c, bullet);
    cli_wrap(c, text, strlen(bullet), strlen(bullet), c->width);
    cli_text(c, "\n");
}

static void put_head(struct cli *c, const char *text)
{
    cli_style(c, STYLE_BOLD);
    cli_text(c, text);
    cli_style(c, STYLE_PLAIN);
    cli_text(c, "\n");
}

static str plain(struct cli *c, struct feel_value v)
{
    struct buf text;
    buf_init(&text, 1 << 16);
    for (uint32_t i = 0; v.kind == FEEL_CONTEXT && i < v.count; i++) {
        if (v.entries[i].value.kind == FEEL_NULL) continue;
        if (text.n) buf_text(&text, ", ");
        buf_str(&text, v.entries[i].key);
        buf_text(&text, ": ");
        feel_emit_plain(&text, v.entries[i].value);
    }
    if (v.kind != FEEL_CONTEXT) feel_emit_plain(&text, v);
    str s = buf_copy(&text, &c->arena);
    buf_release(&text);
    return s;
}

/* "IT answers in writing, within 3 days" */
static str step(struct cli *c, struct feel_value v)
{
    const struct feel_value *who = feel_entry_get(v, STR("who")), *does = feel_entry_get(v, STR("does")),
                            *days = feel_entry_get(v, STR("within days"));
    if (v.kind != FEEL_CONTEXT || !who || !does) return plain(c, v);
    str s = arena_printf(&c->arena, STR_FORMAT " " STR_FORMAT, STR_ARGS(plain(c, *who)), STR_ARGS(plain(c, *does)));
    int64_t n;
    if (!days || !feel_to_int(*days, &n)) return s;
    return arena_printf(&c->arena, STR_FORMAT ", within %lld day%s", STR_ARGS(s), (long long)n, n == 1 ? "" : "s");
}

static void put_entries(struct cli *c, struct feel_value context)
{
    for (uint32_t i = 0; i < context.count; i++) {
        const struct feel_entry *e = &context.entries[i];
        if (e->value.kind == FEEL_NULL) continue;
        put_wrapped(
            c, "  - ",
            arena_printf(&c->arena, STR_FORMAT ": " STR_FORMAT, STR_ARGS(e->key), STR_ARGS(plain(c, e->value))));
    }
}

static void put_parts(struct cli *c, const struct ruling *r)
{
    for (size_t p = 0; p < RULING_PARTS; p++) {
        struct feel_value v = r->parts[p];
        const char *key = ruling_part_key((enum ruling_part)p);
        if (v.kind == FEEL_NULL || (v.kind == FEEL_LIST && !v.count)) continue;
        if (v.kind == FEEL_CONTEXT) {
            put_head(c, key);
            put_entries(c, v);
            continue;
        }
        if (v.kind != FEEL_LIST) {
            cli_style(c, STYLE_BOLD);
            cli_printf(c, "%s", key);
            cli_style(c, STYLE_PLAIN);
            cli_text(c, ": ");
            cli_wrap(c, plain(c, v), strlen(key) + 2, 2, c->width);
            cli_text(c, "\n");
            continue;
        }
        put_head(c, key);
        for (uint32_t i = 0; i < v.count; i++) put_wrapped(c, "  - ", step(c, v.items[i]));
    }
}

static void put_lighter(struct cli *c, const struct ruling *r)
{
    if (!r->lighter_count) return;
    put_head(c, "what would have to differ");
    for (size_t i = 0; i < r->lighter_count; i++) {
        struct buf text;
        buf_init(&text, 4000);
        feel_emit_plain(&text, r->lighter[i].zone);
        for (size_t k = 0; k < r->lighter[i].count; k++) {
            buf_text(&text, k ? ", and " : ", with ");
            ruling_emit_change(&text, &r->lighter[i].changes[k]);
        }
        put_wrapped(c, "  - ", buf_get(&text));
        buf_release(&text);
    }
}

static void put_ruling(struct cli *c, const struct ruling *r)
{
    static const enum cli_style styles[] = {STYLE_GREEN, STYLE_YELLOW, STYLE_RED};
    size_t count;
    const struct feel_value *zones = rulebook_outcomes(r->book, &count);
    enum cli_style style = STYLE_BOLD;
    for (size_t i = 0; count == ARRAY_COUNT(styles) && i < count; i++)
        if (feel_same(zones[i], r->zone)) style = styles[i];
    cli_style(c, style);
    cli_put(c, plain(c, r->zone));
    cli_style(c, STYLE_PLAIN);
    cli_text(c, r->state == RULED_GAP ? " (no rule covers this: people of both sides decide it together)\n" : "\n");
    put_parts(c, r);
    bool headed = false;
    for (size_t i = 0; i < r->rule_count; i++) {
        if (!r->rules[i].leads || !r->rules[i].why.n) continue;
        if (!headed) put_head(c, "why");
        headed = true;
        put_wrapped(c, "  - ", r->rules[i].why);
    }
    put_lighter(c, r);
    cli_style(c, STYLE_DIM);
    cli_printf(c, "by the rulebook " STR_FORMAT "%s" STR_FORMAT "\n", STR_ARGS(rulebook_name(r->book)),
               rulebook_version(r->book).n ? " " : "", STR_ARGS(rulebook_version(r->book)));
    cli_style(c, STYLE_PLAIN);
}

static void put_question(struct cli *c, const struct rulebook_question *q)
{
    struct buf text;
    static const char *const kinds[] = {[QUESTION_NUMBER] = "a number",
                                        [QUESTION_DATE] = "a date",
                                        [QUESTION_TEXT] = "a text",
                                        [QUESTION_OTHER] = "a value"};
    cli_style(c, STYLE_BOLD);
    cli_clean(c, q->name);
    cli_style(c, STYLE_PLAIN);
    cli_text(c, "  ");
    cli_wrap(c, q->label, utf8_width(q->name) + 2, 4, c->width);
    cli_text(c, "\n");
    buf_init(&text, 4000);
    if (q->kind != QUESTION_CHOICE) buf_text(&text, kinds[q->kind]);
    for (size_t i = 0; i < q->value_count; i++) {
        if (i) buf_text(&text, ", ");
        feel_emit(&text, q->values[i]);
    }
    put_wrapped(c, "    ", buf_get(&text));
    buf_release(&text);
}

/* ---- Asking ---- */

static int load_book(struct cli *c, struct rulebook **out, struct err *err)
{
    str wanted = cli_text_value(c, "rulebook"), text;
    if (!wanted.p) wanted = STR("safe-zones");
    if (!str_ends(wanted, STR(".dmn"))) {
        struct check_text shipped;
        if (cli_rulebook(c, wanted, &shipped, err) < 0) return -1;
        return rulebook_load(wanted, STR(""), shipped.text, out, err);
    }
    if (file_read(&c->arena, wanted.p, INPUT_LIMIT, &text, err) < 0) return -1;
    if (rulebook_load(STR(""), STR(""), text, out, err) == 0) return 0;
    return err->file[0] ? -1 : err_in(err, wanted);
}

static int take_answers(struct cli *c, const struct rulebook *b, struct feel_env *env, struct answers *out,
                        struct err *err)
{
    str with = cli_text_value(c, "with"), text;
    const char *input = cli_value(c, "input");
    struct feel_value context;
    const struct json *j;
    if (with.p && input) return err_set(err, ERR_USAGE, "say --with or --input, not both");
    if (with.p) {
        if (dmn_inputs_from_text(env, with, &context, err) < 0) return err_in(err, STR("--with"));
        answers_from_context(b, env, context, out);
        return 0;
    }
    if (file_read(env->arena, input, INPUT_LIMIT, &text, err) < 0) return -1;
    if (json_parse(env->arena, text, &j, err) < 0) return err_in(err, str_of(input));
    if (j->kind != JSON_OBJECT) {
        err_set(err, ERR_INPUT, "is not a JSON object with the answers by name");
        return err_in(err, str_of(input));
    }
    answers_from_json(b, env, j, out);
    return 0;
}

/* What is missing or contradictory, on standard error, by name. */
static int tell_open(struct cli *c, const struct ruling *r)
{
    for (size_t i = 0; i < r->problem_count; i++) cli_note(c, STR_FORMAT, STR_ARGS(r->problems[i]));
    for (size_t i = 0; i < r->open_count; i++) {
        const struct rulebook_question *q = r->open[i];
        cli_note(c, "missing: " STR_FORMAT " (" STR_FORMAT ")", STR_ARGS(q->name), STR_ARGS(q->label));
    }
    return r->state == RULED_OPEN || r->state == RULED_AGAINST ? EXIT_INPUT : EXIT_FINE;
}

static int ask_one(struct cli *c, const struct rulebook *b, struct feel_env *env, struct err *err)
{
    struct answers a;
    struct ruling r;
    struct json_writer w;
    if (take_answers(c, b, env, &a, err) < 0 || rulebook_rule(b, env, &a, RULING_ALL, &r, err) < 0) return -1;
    if (cli_has(c, "json")) {
        cli_json(c, &w);
        ruling_emit_json(&r, 0, &w);
        cli_text(c, "\n");
    } else if (r.state == RULED || r.state == RULED_GAP)
        put_ruling(c, &r);
    return tell_open(c, &r);
}

/* ---- Many ---- */

struct many {
    struct cli *cli;
    const struct rulebook *book;
    struct feel_env env;
    struct arena arena;
};

static int answer_line(struct many *m, str line, struct ruling *r, struct err *err)
{
    const struct json *j, *with, *input;
    struct feel_value context;
    struct answers a;
    if (json_parse(&m->arena, line, &j, err) < 0) return -1;
    with = json_get(j, STR("with")), input = json_get(j, STR("input"));
    if (with && (with->kind != JSON_STRING || input))
        return err_set(err, ERR_INPUT, "\"with\" is a text with a FEEL context, and stands by itself");
    if (!with && (!input || input->kind != JSON_OBJECT))
        return err_set(err, ERR_INPUT, "the line is no object with \"with\" or \"input\"");
    if (with && dmn_inputs_from_text(&m->env, with->text, &context, err) < 0) return err_at(err, 0, STR("\"with\""));
    if (with)
        answers_from_context(m->book, &m->env, context, &a);
    else
        answers_from_json(m->book, &m->env, input, &a);
    return rulebook_rule(m->book, &m->env, &a, RULING_ALL, r, err);
}

static void ask_line(void *host, str line)
{
    struct many *m = host;
    struct ruling r;
    struct err err = {0};
    struct json_writer w;
    arena_clear(&m->arena);
    m->env.steps = 0, m->env.depth = 0;
    if (answer_line(m, line, &r, &err) < 0) {
        str *why = arena_alloc(&m->arena, sizeof *why);
        *why = arena_printf(&m->arena, "%s%s%s", err.field, err.field[0] ? ": " : "", err.message);
        struct answers none = {.problems = why, .problem_count = 1};
        if (rulebook_rule(m->book, &m->env, &none, 0, &r, &err) < 0) return;
    }
    json_init(&w, &m->cli->out, 0);
    ruling_emit_json(&r, 0, &w);
    cli_text(m->cli, "\n");
}

static int ask_many(struct cli *c, const struct rulebook *b, struct feel_env *env, struct err *err)
{
    struct many m = {.cli = c, .book = b, .env = *env};
    arena_init(&m.arena, LINE_MEMORY);
    m.env.arena = &m.arena;
    int result = cli_lines(c, ask_line, &m, err);
    arena_release(&m.arena);
    return result;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct rulebook *b;
    int result = EXIT_FINE;
    struct feel_env env = {.arena = &c->arena, .now = c->now, .has_today = c->has_today, .today = c->today};
    if (load_book(c, &b, &err) < 0) return cli_fail(c, &err);
    if (cli_has(c, "batch"))
        result = ask_many(c, b, &env, &err);
    else if (cli_value(c, "with") || cli_value(c, "input"))
        result = ask_one(c, b, &env, &err);
    else {
        size_t count;
        const struct rulebook_question *q = rulebook_questions(b, &count);
        cli_printf(c, "The rulebook " STR_FORMAT " asks:\n\n", STR_ARGS(rulebook_name(b)));
        for (size_t i = 0; i < count; i++) put_question(c, &q[i]);
        cli_text(c, "\nAnswer with --with '{\"NAME\": VALUE, …}' or --input FILE.json.\n");
    }
    rulebook_free(b);
    return result < 0 ? cli_fail(c, &err) : result;
}

static const struct cli_option options[] = {
    {"with", "FEEL", "the answers as a FEEL context: '{what: \"report\", \"data class\": \"none\"}'"},
    {"input", "FILE.json", "the answers as a JSON object"},
    {"rulebook", "NAME", "another rulebook, or a file that ends in .dmn; 'entente rulebooks' lists the shipped ones"},
    {"batch", NULL, "read {\"with\": …} or {\"input\": …} by lines, answer by lines of JSON"},
    {"json", NULL, "print as JSON"},
};

const struct cli_command cmd_ask = {
    .name = "ask",
    .usage = "[--with '{…}' | --input FILE.json | --batch] [--rulebook NAME] [--json]",
    .help = "ask a rulebook what a request needs from the other side, and why",
    .details =
        "Without answers it prints the questions. What the outcome does not depend on need not be answered; what "
        "is missing is asked for by name, and the exit code is 3. A ruling names the zone, what both sides do "
        "and by when, the reasons of the rules that matched, and what would have to differ for a lighter zone.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .example = "entente ask --rulebook safe-zones",
    .run = run,
};
