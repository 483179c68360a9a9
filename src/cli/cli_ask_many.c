/* SPDX-License-Identifier: Apache-2.0 */
/* Many requests asked at once, one line of JSON for each; those that are kept, many in one transaction. */
#include "align_asked_file.h"
#include "base_time.h"
#include "cli_asking.h"

enum { LINE_MEMORY = 64 << 20, ANSWER_BYTES = 1 << 20, GROUP = 1000 };

struct answered {
    str json;
    size_t row; /* its place among the rows + 1; 0: it is not kept */
};
struct many {
    struct asking *asking;
    struct arena arena; /* of a line; with --keep of a group */
    const struct model_type *request;
    unsigned char hash[RULING_HASH_SIZE];
    str book_text;
    VEC(struct answered) answered; /* with --keep */
    VEC(struct stored_ruling) rows;
    bool book_is_kept;
    struct err *err; /* of what ends all */
    bool failed;
};

/* ---- One ---- */

static int read_line(struct many *m, str line, struct feel_env *env, const struct json **out, struct answers *a,
                     struct err *err)
{
    const struct json *with, *input;
    struct feel_value context;
    if (json_parse(&m->arena, line, out, err) < 0) return err_at(err, 0, STR("the line is no JSON"));
    with = json_get(*out, STR("with")), input = json_get(*out, STR("input"));
    if (with && (with->kind != JSON_STRING || input))
        return err_set(err, ERR_INPUT, "\"with\" is a text with a FEEL context, and stands by itself");
    if (!with && (!input || input->kind != JSON_OBJECT))
        return err_set(err, ERR_INPUT, "the line is no object with \"with\" or \"input\"");
    if (with && dmn_inputs_from_text(env, with->text, &context, err) < 0) return err_at(err, 0, STR("\"with\""));
    if (with)
        answers_from_context(m->asking->book, env, context, a);
    else
        answers_from_json(m->asking->book, env, input, a);
    return 0;
}

/* What cannot be read is answered too, with what is wrong in `errors`. */
static int rule_nothing(struct many *m, struct feel_env *env, const struct err *why, struct ruling *r, struct err *err)
{
    str *text = arena_alloc(&m->arena, sizeof *text);
    str place = why->column ? arena_printf(&m->arena, "%u:%u: ", why->line, why->column) : STR("");
    *text = arena_printf(&m->arena, "%s%s" STR_FORMAT "%s", why->field, why->field[0] ? ": " : "", STR_ARGS(place),
                         why->message);
    struct answers none = {.problems = text, .problem_count = 1};
    return rulebook_rule(m->asking->book, env, &none, 0, r, err);
}

static void ask_line(void *host, str line)
{
    struct many *m = host;
    struct cli *c = m->asking->c;
    struct ruling r;
    struct err err = {0}, worse;
    struct answers a;
    struct json_writer w;
    const struct json *j;
    struct feel_env env = m->asking->env;
    arena_clear(&m->arena);
    env.arena = &m->arena, env.steps = 0, env.depth = 0;
    if ((read_line(m, line, &env, &j, &a, &err) < 0 ||
         rulebook_rule(m->asking->book, &env, &a, RULING_ALL, &r, &err) < 0) &&
        rule_nothing(m, &env, &err, &r, &worse) < 0)
        return;
    json_init(&w, &c->out, 0);
    ruling_emit_json(&r, 0, &w);
    cli_text(c, "\n");
}

/* ---- Keeping ---- */

static int flush(struct many *m, struct err *err)
{
    struct cli *c = m->asking->c;
    const struct rulebook *b = m->asking->book;
    if (!m->book_is_kept && m->rows.count &&
        store_keep_book(c->store, rulebook_name(b), rulebook_version(b), m->book_text, c->now, m->hash, err))
        return -1;
    m->book_is_kept |= m->rows.count > 0;
    if (m->rows.count && store_add_rulings(c->store, &m->arena, m->rows.items, m->rows.count, err)) return -1;
    VEC_EACH(one, &m->answered) {
        if (one->row)
            ruling_put_numbered(&c->out, one->json, m->rows.items[one->row - 1].number);
        else
            buf_str(&c->out, one->json);
        cli_text(c, "\n");
    }
    m->answered.count = m->answered.room = m->rows.count = m->rows.room = 0;
    m->answered.items = NULL, m->rows.items = NULL;
    arena_clear(&m->arena);
    return 0;
}

/* For which request, and on which day it was asked; what is not said is none, and today. */
static int read_about(struct many *m, const struct json *line, uint64_t *request, int64_t *day, struct err *err)
{
    struct cli *c = m->asking->c;
    const struct json *number = json_get(line, STR("request")), *asked = json_get(line, STR("day"));
    const struct fact *f = NULL;
    *request = 0, *day = c->today;
    if (number && number->kind != JSON_NULL) {
        if (number->kind != JSON_STRING && number->kind != JSON_NUMBER)
            return err_set(err, ERR_INPUT, "\"request\" is the number of a request of this workspace");
        if (!m->request && cli_type(c, "request", &m->request, err)) return -1;
        if (cli_fact(c, m->request, number->text, &f, err)) return -1;
        *request = fact_id(f);
    }
    if (!asked || asked->kind == JSON_NULL) return 0;
    if (asked->kind != JSON_STRING || !civil_parse(asked->text, day))
        return err_set(err, ERR_INPUT, "\"day\" is the day on which it was asked, as 2026-11-22");
    if (*day > c->today) return err_set(err, ERR_INPUT, "\"day\" is still to come: " STR_FORMAT, STR_ARGS(asked->text));
    return 0;
}

/* *row stays without an answers text where nothing is to be kept. */
static int rule_line(struct many *m, str line, struct stored_ruling *row, struct buf *json, struct err *err)
{
    struct cli *c = m->asking->c;
    struct feel_env env = m->asking->env;
    struct answers a;
    struct ruling r;
    struct err why = {0};
    const struct json *j;
    struct json_writer w;
    uint64_t request = 0;
    int64_t day = c->today;
    env.arena = &m->arena, env.steps = 0, env.depth = 0;
    bool bad = read_line(m, line, &env, &j, &a, &why) < 0 || read_about(m, j, &request, &day, &why) < 0 ||
               ruling_make(m->asking->book, m->hash, &m->arena, c->now, day, &a, &r, row, json, &why) < 0;
    if (bad && rule_nothing(m, &env, &why, &r, err) < 0) return -1;
    row->actor = cli_actor(c, "ask"), row->door = STR("command"), row->request = request;
    if (!bad && (r.state == RULED || r.state == RULED_GAP)) return 0;
    row->answers = STR_NONE;
    buf_clear(json);
    json_init(&w, json, 0);
    ruling_emit_json(&r, 0, &w);
    return 0;
}

static int keep_line(void *host, str line, uint64_t number)
{
    struct many *m = host;
    struct stored_ruling row = {0};
    struct buf json;
    (void)number;
    buf_init(&json, ANSWER_BYTES);
    int result = rule_line(m, line, &row, &json, m->err);
    struct answered one = {.json = buf_copy(&json, &m->arena)};
    buf_release(&json);
    if (result) return -1;
    if (row.answers.p) *vec_add(&m->arena, &m->rows) = row, one.row = m->rows.count;
    *vec_add(&m->arena, &m->answered) = one;
    return m->answered.count == GROUP ? flush(m, m->err) : 0;
}

static void keep_line_of_input(void *host, str line)
{
    struct many *m = host;
    if (!m->failed) m->failed = keep_line(m, line, 0) < 0;
}

static int ask_line_of_file(void *host, str line, uint64_t number)
{
    (void)number;
    ask_line(host, line);
    return 0;
}

/* ---- All ---- */

static int ask_file(struct many *m, const char *path, bool keeps, struct err *err)
{
    struct text_reader from;
    const struct asked_file of = {.book = m->asking->book, .each = keeps ? keep_line : ask_line_of_file, .host = m};
    if (text_open(&from, path, err) < 0) return -1;
    int result = asked_file_read(&from, &of, err);
    text_close(&from);
    return result < 0 && err->code != ERR_IO && !err->file[0] ? err_in(err, str_of(path)) : result;
}

int cli_ask_many(struct asking *k, struct err *err)
{
    struct cli *c = k->c;
    bool keeps = cli_has(c, "keep");
    const char *path = cli_value(c, "input");
    struct many m = {.asking = k, .err = err};
    if (cli_value(c, "with") || cli_value(c, "request"))
        return err_set(err, ERR_USAGE, "--batch takes its answers, and the requests, from the lines");
    arena_init(&m.arena, keeps ? 0 : LINE_MEMORY);
    if (keeps) shelf_hash(k->shelf, k->book, m.hash, &m.book_text);
    int result = path ? ask_file(&m, path, keeps, err) : cli_lines(c, keeps ? keep_line_of_input : ask_line, &m, err);
    if (m.failed) result = -1;
    if (result == 0 && keeps) result = flush(&m, err);
    arena_release(&m.arena);
    return result;
}
