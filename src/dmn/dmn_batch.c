/* SPDX-License-Identifier: Apache-2.0 */
#include "dmn_batch.h"

#include <string.h>

enum {
    BATCH_MEMORY = 256 << 20,
    JSON_MEMORY = 1 << 30, /* values take more than their text */
    ANSWER_LIMIT = 256 << 20,
    LINE_LIMIT = 256 << 20,
    LINE_ROOM = 1 << 16,
    REST_KEPT = 1 << 20 /* room that is kept for the next unfinished line */
};

void batch_init(struct dmn_batch *b, const struct dmn_model *m, const struct feel_env *env)
{
    *b = (struct dmn_batch){.model = m, .env = *env};
    arena_init(&b->arena, BATCH_MEMORY);
    arena_init(&b->json, JSON_MEMORY);
    arena_alloc(&b->arena, LINE_ROOM); /* their first blocks, which clearing keeps */
    arena_alloc(&b->json, LINE_ROOM);
    buf_init(&b->text, ANSWER_LIMIT);
    buf_init(&b->words, 1 << 20);
    buf_init(&b->rest, SIZE_MAX / 2);
    b->line_limit = LINE_LIMIT;
    b->env.arena = &b->arena;
}

void batch_release(struct dmn_batch *b)
{
    arena_release(&b->arena);
    arena_release(&b->json);
    buf_release(&b->text);
    buf_release(&b->words);
    buf_release(&b->rest);
}

void dmn_emit_answer(struct buf *out, struct feel_value v, const str *errors, size_t count, struct buf *scratch)
{
    struct json_writer w;
    size_t start = out->n;
    buf_clear(scratch);
    feel_emit(scratch, v);
    /* The names are fixed, and written as they stand; the writer does the values. */
    json_init(&w, out, 0);
    buf_str(out, STR("{\"value\":"));
    json_string(&w, buf_get(scratch));
    json_init(&w, out, 0);
    buf_str(out, STR(",\"json\":"));
    feel_emit_json(&w, v);
    json_init(&w, out, 0);
    buf_str(out, STR(",\"errors\":"));
    json_array(&w);
    for (size_t i = 0; i < count; i++) json_string(&w, errors[i]);
    json_array_end(&w);
    buf_char(out, '}');
    if (!out->full && !scratch->full) return;
    out->n = start, out->full = false;
    buf_text(out, "{\"value\": \"null\", \"json\": null, \"errors\": [\"the answer is too large\"]}");
}

static void refuse(struct dmn_batch *b, struct buf *out, const char *what, const struct err *err)
{
    const char *where = *what ? what : err->field;
    str place = err->column ? arena_printf(&b->arena, "%u:%u: ", err->line, err->column) : STR("");
    str why = arena_printf(&b->arena, "%s%s" STR_FORMAT "%s", where, *where ? ": " : "", STR_ARGS(place), err->message);
    dmn_emit_answer(out, feel_null(), &why, 1, &b->text);
}

struct line { /* its members; NULL: it has none of the name */
    const struct json *call, *space, *with, *input;
};

static struct line members_of(const struct json *j)
{
    struct line l = {NULL, NULL, NULL, NULL};
    for (const struct json *m = j->items, *end = m + j->count; m < end; m++) {
        if (str_eq(m->key, STR("call")))
            l.call = m;
        else if (str_eq(m->key, STR("input")))
            l.input = m;
        else if (str_eq(m->key, STR("with")))
            l.with = m;
        else if (str_eq(m->key, STR("namespace")))
            l.space = m;
    }
    return l;
}

static const struct dmn_node *called(struct dmn_batch *b, const struct line *l, struct err *err)
{
    const struct json *name = l->call;
    str in = l->space && l->space->kind == JSON_STRING ? l->space->text : STR("");
    if (!name && b->otherwise) return b->otherwise;
    if (!name || name->kind != JSON_STRING) {
        err_set(err, ERR_INPUT,
                "\"call\" is missing: the name of a decision, decision service or business knowledge model");
        return NULL;
    }
    if (b->node && str_eq(b->name, name->text) && str_eq(b->space, in)) return b->node;
    const struct dmn_node *n = dmn_find(b->model, in, name->text, err);
    if (!n) return NULL;
    buf_clear(&b->words);
    buf_str(&b->words, name->text);
    buf_str(&b->words, in);
    b->node = n, b->name = (str){b->words.p, name->text.n}, b->space = (str){b->words.p + name->text.n, in.n};
    return n;
}

static int answer(struct dmn_batch *b, const struct json *j, struct buf *out, struct err *err)
{
    struct line l = members_of(j);
    const struct dmn_node *n = called(b, &l, err);
    struct feel_value inputs = feel_context(NULL, 0);
    struct dmn_result r;
    if (!n) return -1;
    if (l.with && l.with->kind != JSON_STRING)
        return err_set(err, ERR_INPUT, "\"with\" is not a text with a FEEL context");
    if (l.input && l.input->kind != JSON_OBJECT) return err_set(err, ERR_INPUT, "\"input\" is not an object");
    if (l.with && l.input) return err_set(err, ERR_INPUT, "say \"with\" or \"input\", not both");
    if (l.with && dmn_inputs_from_text(&b->env, l.with->text, &inputs, err) < 0) return err_at(err, 0, STR("\"with\""));
    if (l.input) inputs = dmn_inputs_from_json(n, &b->arena, l.input);
    if (dmn_eval(n, &b->env, inputs, false, &r, err) < 0) return -1;
    size_t count;
    const str *errors = dmn_reasons(&b->arena, &r, &count);
    dmn_emit_answer(out, r.value, errors, count, &b->text);
    return 0;
}

static void clear(struct dmn_batch *b)
{
    arena_clear(&b->arena);
    arena_clear(&b->json);
    b->env.steps = 0, b->env.depth = 0;
}

void batch_line(struct dmn_batch *b, str line, struct buf *out)
{
    struct err err;
    const struct json *j;
    err.code = ERR_NONE, err.line = err.column = 0;
    err.message[0] = err.file[0] = err.field[0] = err.excerpt[0] = 0;
    clear(b);
    if (json_parse(&b->json, line, &j, &err) < 0)
        refuse(b, out, "the line is no JSON", &err);
    else if (j->kind != JSON_OBJECT) {
        err_set(&err, ERR_INPUT, "the line is no JSON object");
        refuse(b, out, "", &err);
    } else if (answer(b, j, out, &err) < 0)
        refuse(b, out, "", &err);
    buf_char(out, '\n');
}

/* ---- Lines out of a stream ---- */

static void keep(struct dmn_batch *b, str piece)
{
    b->skipping |= piece.n > b->line_limit - b->rest.n;
    if (b->skipping)
        buf_release(&b->rest);
    else
        buf_str(&b->rest, piece);
}

static void answer_kept(struct dmn_batch *b, struct buf *out)
{
    struct err err = {0};
    if (b->skipping) {
        clear(b);
        err_set(&err, ERR_LIMIT, "the line is longer than %zu MB", b->line_limit >> 20);
        refuse(b, out, "", &err);
        buf_char(out, '\n');
    } else
        batch_line(b, buf_get(&b->rest), out);
    if (b->rest.room > REST_KEPT) buf_release(&b->rest);
    buf_clear(&b->rest);
    b->skipping = false;
}

bool batch_next(struct dmn_batch *b, str *bytes, struct buf *out)
{
    size_t end = str_find_char(*bytes, '\n');
    str piece = str_slice(*bytes, 0, end);
    *bytes = end == STR_NOT_FOUND ? STR_NONE : str_from(*bytes, end + 1);
    if (end != STR_NOT_FOUND && !b->rest.n && !b->skipping && piece.n <= b->line_limit) {
        batch_line(b, piece, out);
        return true;
    }
    if (piece.n) keep(b, piece);
    if (end != STR_NOT_FOUND) answer_kept(b, out);
    return end != STR_NOT_FOUND;
}

bool batch_last(struct dmn_batch *b, struct buf *out)
{
    if (!b->rest.n && !b->skipping) return false;
    answer_kept(b, out);
    return true;
}
