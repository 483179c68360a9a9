/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a rulebook: what does this need from the other side, and why? */
#include "cli.h"

#include "align_similar.h"
#include "base_file.h"
#include "base_time.h"
#include "base_utf8.h"
#include "cli_asking.h"

#include <string.h>

enum { INPUT_LIMIT = 16 << 20 };

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
    cli_put_wrapped(c, "    ", buf_get(&text));
    buf_release(&text);
}

/* ---- Asking ---- */

static int load_book(struct asking *k, struct err *err)
{
    struct cli *c = k->c;
    if (cli_workspace_is_here(c)) {
        if (cli_open_picture(c, cli_has(c, "keep") ? STORE_WRITE : STORE_READ, err) < 0) return -1;
    } else if (cli_has(c, "keep"))
        return cli_find_workspace(c, err);
    return cli_take_book(c, k->shelf, cli_text_value(c, "rulebook"), false, &k->book, err);
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

/* Writes the ruling down, and gives its number. */
static int keep(struct asking *k, const struct answers *a, uint64_t *number, struct err *err)
{
    struct cli *c = k->c;
    struct ruling again;
    struct stored_ruling row;
    struct buf json;
    str text;
    const char *for_request = cli_value(c, "request");
    const struct fact *request = NULL;
    const struct model_type *type = NULL;
    unsigned char hash[RULING_HASH_SIZE];
    if (for_request && (cli_type(c, "request", &type, err) || cli_fact(c, type, str_of(for_request), &request, err)))
        return -1;
    shelf_hash(k->shelf, k->book, hash, &text);
    buf_init(&json, INPUT_LIMIT);
    int result = ruling_make(k->book, hash, &c->arena, c->now, c->today, a, &again, &row, &json, err);
    buf_release(&json);
    row.actor = cli_actor(c, "ask"), row.door = STR("command"), row.request = request ? fact_id(request) : 0;
    if (result || store_keep_book(c->store, row.rulebook, row.version, text, c->now, hash, err) ||
        store_add_rulings(c->store, &c->arena, &row, 1, err))
        return -1;
    *number = row.number;
    return 0;
}

struct alike {
    const struct similar_ruling *all;
    size_t count;
};

/* Earlier ones, where there is a workspace and the answers are some. */
static int find_alike(struct asking *k, const struct answers *a, struct alike *out, struct err *err)
{
    struct cli *c = k->c;
    const struct similar_of of = {
        .store = c->store, .picture = c->picture, .book = k->book, .answers = a, .now = c->now, .today = c->today};
    *out = (struct alike){0};
    return c->store && !a->problem_count ? similar_find(&c->arena, &of, &out->all, &out->count, err) : 0;
}

static void put_alike(struct cli *c, const struct alike *alike)
{
    if (!alike->count) return;
    cli_style(c, STYLE_BOLD);
    cli_text(c, "asked before, most alike\n");
    cli_style(c, STYLE_PLAIN);
    for (size_t i = 0; i < alike->count; i++) {
        const struct similar_ruling *s = &alike->all[i];
        const struct fact *f = c->picture && s->row.request ? picture_fact(c->picture, s->row.request) : NULL;
        struct buf text;
        buf_init(&text, 10000);
        buf_printf(&text, "%d %%: ruling %llu of " STR_FORMAT ", " STR_FORMAT "%s", s->likeness,
                   (unsigned long long)s->row.number, STR_ARGS(civil_emit(&c->arena, s->row.day)), STR_ARGS(s->zone),
                   s->set_aside ? " by people" : "");
        if (f) buf_printf(&text, ", " STR_FORMAT, STR_ARGS(fact_name(f)));
        if (s->at_once) buf_text(&text, ", at once");
        if (f && s->state.n && !s->at_once) buf_printf(&text, " " STR_FORMAT, STR_ARGS(s->state));
        if (s->days >= 0 && !s->at_once)
            buf_printf(&text, " after %lld day%s", (long long)s->days, s->days == 1 ? "" : "s");
        for (size_t d = 0; d < s->differ_count; d++)
            buf_printf(&text, "%s" STR_FORMAT, d ? ", " : "; other in ", STR_ARGS(s->differs[d]));
        cli_put_wrapped(c, "  - ", buf_get(&text));
        buf_release(&text);
    }
}

static int ask_one(struct asking *k, struct err *err)
{
    struct cli *c = k->c;
    struct answers a;
    struct ruling r;
    struct alike alike;
    struct json_writer w;
    uint64_t number = 0;
    if (take_answers(c, k->book, &k->env, &a, err) < 0 || rulebook_rule(k->book, &k->env, &a, RULING_ALL, &r, err) < 0)
        return -1;
    bool ruled = r.state == RULED || r.state == RULED_GAP;
    if (find_alike(k, &a, &alike, err) < 0) return -1;
    if (ruled && cli_has(c, "keep") && keep(k, &a, &number, err) < 0) return -1;
    if (cli_has(c, "json")) {
        cli_json(c, &w);
        json_object(&w);
        ruling_emit_members(&r, number, &w);
        json_key(&w, STR("similar")), similar_emit_json(&w, &c->arena, alike.all, alike.count);
        json_object_end(&w);
        cli_text(c, "\n");
    } else if (ruled) {
        cli_put_ruling(c, &r, c->today);
        put_alike(c, &alike);
        if (number) cli_printf(c, "kept as ruling %llu\n", (unsigned long long)number);
    }
    return tell_open(c, &r);
}

static int ask(struct asking *k, struct err *err)
{
    struct cli *c = k->c;
    size_t count;
    if (load_book(k, err) < 0) return -1;
    ruling_env(&k->env, &c->arena, c->now, c->today);
    if (cli_has(c, "batch")) return cli_ask_many(k, err);
    if (cli_value(c, "with") || cli_value(c, "input")) return ask_one(k, err);
    const struct rulebook_question *q = rulebook_questions(k->book, &count);
    cli_printf(c, "The rulebook " STR_FORMAT " asks:\n\n", STR_ARGS(rulebook_name(k->book)));
    for (size_t i = 0; i < count; i++) put_question(c, &q[i]);
    cli_text(c, "\nAnswer with --with '{\"NAME\": VALUE, …}' or --input FILE.json.\n");
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct asking k = {.c = c, .shelf = shelf_new()};
    int result = ask(&k, &err);
    shelf_put_back(k.shelf, k.book);
    shelf_free(k.shelf);
    return result < 0 ? cli_fail(c, &err) : result;
}

static const struct cli_option options[] = {
    {"with", "FEEL", "the answers as a FEEL context: '{what: \"report\", \"data class\": \"none\"}'"},
    {"input", "FILE.json", "the answers as a JSON object; with --batch a file of many requests"},
    {"rulebook", "NAME", "another rulebook, or a file that ends in .dmn; 'entente rulebooks' lists the shipped ones"},
    {"keep", NULL, "write the ruling down in the workspace; it gets a number"},
    {"request", "NUMBER", "the request for which it is kept"},
    {"batch", NULL,
     "read {\"with\": …} or {\"input\": …} by lines, or CSV with --input FILE.csv, and answer by lines of JSON; with "
     "--keep a line may say its \"request\" and the \"day\" on which it was asked"},
    {"json", NULL, "print as JSON"},
};

const struct cli_command cmd_ask = {
    .name = "ask",
    .usage = "[--with '{…}' | --input FILE.json | --batch [--input FILE]] [--rulebook NAME] [--keep] [--json]",
    .help = "ask a rulebook what a request needs from the other side, and why",
    .details =
        "Without answers it prints the questions. What the outcome does not depend on need not be answered; what "
        "is missing is asked for by name, and the exit code is 3. The rulebook is the one of the workspace that both "
        "sides agreed on; without one the program's own, safe-zones. A ruling names the zone, what both sides do "
        "and by when, the reasons of the rules that matched, and what would have to differ for a lighter zone.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .example = "entente ask --rulebook safe-zones",
    .run = run,
};
