/* SPDX-License-Identifier: Apache-2.0 */
/* A purchase tool, a platform, a gate, a mail or a chat asks what a request needs, or what many need, a line each: each
 * door reads it in its way, and is answered when the scribe has kept what was ruled. */
#include "api.h"

#include "base_time.h"

enum { LINES_LIMIT = 1000, ANSWER_BYTES = 1 << 20 };

bool api_sees_rulings(struct request *r)
{
    const struct model_type *type = model_type(picture_model(r->picture), STR("request"));
    if (type && api_reads_type(r, type)) return true;
    api_problem(r, 403, "The token may not", STR("It is for other types of facts than requests."));
    return false;
}

/* What became of one question: a ruling to keep, one that is open or against itself, or why there is none. */
struct outcome {
    const struct rulebook *rules; /* held until it is put back; NULL */
    struct ruling ruling;         /* in the worker's scratch memory */
    struct kept_ruling *keeps;    /* NULL: there is nothing to keep */
    int status;                   /* of the problem why there is none; 0: `err` tells, or the ruling */
    const char *title;
    str detail;
    struct err err;
};

static bool no_ruling(struct outcome *o, int status, const char *title, str detail)
{
    o->status = status, o->title = title, o->detail = detail;
    return false;
}

static bool choose_book(struct request *r, const struct json *wanted, int64_t today, struct outcome *o)
{
    struct book_day day = request_book_day(r, today);
    bool named = wanted && wanted->kind == JSON_STRING;
    if ((!wanted || named) &&
        shelf_take_in_force(r->web->shelf, &day, named ? wanted->text : STR_NONE, NULL, &o->rules, &o->err) == 0)
        return true;
    o->rules = NULL;
    if (wanted && (!named || o->err.code == ERR_ABSENT))
        return no_ruling(o, 422, "Nothing was ruled", STR("\"rulebook\" is not the name of one that is in force."));
    if (o->err.code == ERR_ABSENT)
        return no_ruling(o, 503, "There is no rulebook", STR("None that decides on zones is in force."));
    return false;
}

/* By its id, or by the number that people know it by. */
static bool find_request(struct request *r, const struct json *wanted, uint64_t *out, struct outcome *o)
{
    const struct model_type *type = model_type(picture_model(r->picture), STR("request"));
    int64_t id = 0;
    bool several = false;
    *out = 0;
    if (!wanted || wanted->kind == JSON_NULL) return true;
    if (type && wanted->kind == JSON_STRING)
        *out = picture_find(r->picture, type, wanted->text, &several);
    else if (type && wanted->kind == JSON_NUMBER && str_to_int(wanted->text, &id) && id > 0)
        *out = (uint64_t)id;
    const struct fact *f = *out && !several ? picture_fact(r->picture, *out) : NULL;
    if (f && fact_type(f) == type) return true;
    return no_ruling(o, 422, "Nothing was ruled",
                     STR("\"request\" is the id or the number of a request of this workspace."));
}

/* Words, or in JSON {"input": {…}}, {"with": "{…}"}, or the answers themselves. */
static int read_answers(const struct api_asked *asked, const struct rulebook *rules, struct feel_env *env,
                        struct answers *out, struct err *err)
{
    if (!asked->body || asked->word_count) {
        answers_from_words(rules, env, asked->words, asked->word_count, out);
        return 0;
    }
    const struct json *with = json_get(asked->body, STR("with")), *input = json_get(asked->body, STR("input"));
    struct feel_value context;
    if (with && (with->kind != JSON_STRING || input))
        return err_set(err, ERR_INPUT, "\"with\" is a text with a FEEL context, and stands without \"input\"");
    if (input && input->kind != JSON_OBJECT) return err_set(err, ERR_INPUT, "\"input\" is an object");
    if (with && dmn_inputs_from_text(env, with->text, &context, err) < 0) return err_at(err, 0, STR("with"));
    if (with)
        answers_from_context(rules, env, context, out);
    else
        answers_from_json(rules, env, input ? input : asked->body, out);
    return 0;
}

/* By name, each as the pointer to where it belongs. */
static void refuse_open(struct request *r, const struct ruling *ruling)
{
    struct api_faults faults = {0};
    for (size_t i = 0; i < ruling->problem_count; i++) api_add_fault(r, &faults, STR("/input"), ruling->problems[i]);
    for (size_t i = 0; i < ruling->open_count; i++) {
        const struct rulebook_question *q = ruling->open[i];
        api_add_fault(r, &faults, text_format(r, "/input/" STR_FORMAT, STR_ARGS(q->name)),
                      text_format(r, STR_FORMAT " is missing: " STR_FORMAT, STR_ARGS(q->name), STR_ARGS(q->label)));
    }
    api_refuse(r, "Nothing was ruled", &faults);
}

void api_tell_text(struct request *r, const struct ruling *ruling, const struct ruling_promise *promise)
{
    buf_clear(&r->out);
    ruling_emit_text(&r->out, &r->arena, ruling, promise->within ? civil_emit(&r->arena, promise->due) : STR_NONE);
    r->status = 200;
    r->type = "text/plain; charset=utf-8";
}

/* What the scribe writes down outlives the worker's scratch memory. */
static void keep_texts(struct arena *a, struct stored_ruling *row)
{
    str *texts[] = {&row->answers, &row->zone, &row->extent, &row->rules, &row->promise.otherwise};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        if (texts[i]->p) *texts[i] = arena_copy(a, *texts[i]);
}

/* Whether there is something to keep; its answer is in `json`. What is open or against itself is told by the ruling,
 * and else there is none, and *o says why. */
static bool rule(struct request *r, const struct api_asked *asked, struct buf *json, struct outcome *o)
{
    struct arena *scratch = &r->worker->scratch;
    struct feel_env env;
    struct answers answers;
    int64_t now, today;
    uint64_t request;
    *o = (struct outcome){0};
    web_now(r->web, &now, &today);
    if (!find_request(r, asked->request, &request, o) || !choose_book(r, asked->rulebook, today, o)) return false;
    struct kept_ruling *k = arena_zalloc(&r->arena, sizeof *k);
    unsigned char hash[RULING_HASH_SIZE];
    shelf_hash(r->web->shelf, o->rules, hash, &k->text);
    arena_clear(scratch);
    ruling_env(&env, scratch, now, today);
    int failed = read_answers(asked, o->rules, &env, &answers, &o->err) ||
                 ruling_make(o->rules, hash, scratch, now, today, &answers, &o->ruling, &k->row, json, &o->err);
    if (failed || (o->ruling.state != RULED && o->ruling.state != RULED_GAP)) return false;
    keep_texts(&r->arena, &k->row);
    k->book = o->rules, k->in_text = asked->in_text, k->length = json->n;
    k->names_book = asked->rulebook != NULL;
    k->row.actor = r->user.name, k->row.door = asked->door, k->row.request = request;
    if (r->idempotency.p)
        k->row.key = text_format(r, "%s%llu " STR_FORMAT, r->token ? "t" : "u",
                                 (unsigned long long)(r->token ? r->token->id : r->user.id), STR_ARGS(r->idempotency));
    o->keeps = k;
    return true;
}

static void put_back(struct request *r, const struct outcome *o)
{
    if (o->rules) shelf_put_back(r->web->shelf, o->rules);
}

/* ---- One ---- */

static void tell_why_not(struct request *r, const struct api_asked *asked, const struct outcome *o)
{
    static const struct ruling_promise nothing;
    if (o->status)
        api_problem(r, o->status, o->title, o->detail);
    else if (o->err.code)
        api_fail(r, &o->err, 409);
    else if (asked->in_text)
        api_tell_text(r, &o->ruling, &nothing);
    else
        refuse_open(r, &o->ruling);
}

void api_rule(struct request *r, const struct api_asked *asked)
{
    struct outcome o;
    if (!api_key_is_good(r)) return;
    bool kept = rule(r, asked, &r->out, &o);
    if (!kept)
        tell_why_not(r, asked, &o);
    else if (asked->in_text)
        api_tell_text(r, &o.ruling, &o.keeps->row.promise);
    else
        api_end(r, 201);
    if (kept && r->status < 300)
        r->keeps = o.keeps;
    else
        put_back(r, &o);
}

/* ---- Many ---- */

void api_put_unruled(const struct rulebook *rules, struct arena *a, str why, struct buf *to)
{
    struct feel_env env;
    struct ruling none;
    struct json_writer w;
    struct err err;
    const struct answers answers = {.problems = &why, .problem_count = 1};
    ruling_env(&env, a, 0, 0);
    MUST(!rulebook_rule(rules, &env, &answers, 0, &none, &err)); /* with a problem it decides nothing */
    json_init(&w, to, 0);
    ruling_emit_json(&none, 0, &w);
}

/* A line that is not ruled is answered too, with what is missing or wrong. */
static void put_why_not(struct request *r, const struct rulebook *usual, const struct outcome *o, struct buf *to)
{
    struct json_writer w;
    struct arena *a = &r->worker->scratch;
    if (!o->status && !o->err.code) {
        json_init(&w, to, 0);
        ruling_emit_json(&o->ruling, 0, &w);
        return;
    }
    str why = o->detail;
    if (!o->status) why = arena_printf(a, "%s%s%s", o->err.field, o->err.field[0] ? ": " : "", o->err.message);
    api_put_unruled(o->rules ? o->rules : usual, a, why, to);
}

/* *kept: where the ruling is hung in, if there is one. */
static void rule_line(struct request *r, str line, size_t number, const struct rulebook *usual, struct buf *json,
                      struct kept_ruling ***kept)
{
    struct outcome o = {0};
    struct api_asked asked = {.door = STR("api")};
    buf_clear(json);
    bool read = json_parse(&r->arena, line, &asked.body, &o.err) == 0;
    if (read && asked.body->kind != JSON_OBJECT) read = err_set(&o.err, ERR_INPUT, "an object is expected") == 0;
    if (read)
        asked.rulebook = json_get(asked.body, STR("rulebook")), asked.request = json_get(asked.body, STR("request"));
    if (!read || !rule(r, &asked, json, &o)) {
        buf_clear(json);
        put_why_not(r, usual, &o, json);
        put_back(r, &o);
    } else {
        o.keeps->line = number, o.keeps->at = r->out.n;
        if (o.keeps->row.key.p)
            o.keeps->row.key = text_format(r, STR_FORMAT " %zu", STR_ARGS(o.keeps->row.key), number);
        **kept = o.keeps, *kept = &o.keeps->next;
    }
    buf_str(&r->out, buf_get(json));
    buf_char(&r->out, '\n');
}

static size_t count_lines(str text)
{
    size_t count = text.n && text.p[text.n - 1] != '\n';
    for (size_t i = 0; i < text.n; i++) count += text.p[i] == '\n';
    return count;
}

/* All that are ruled go into one transaction: all are kept, or none. */
void api_rule_lines(struct request *r)
{
    str rest = buf_get(&r->body), line;
    size_t count = count_lines(rest), number = 0;
    struct outcome usual = {0};
    struct kept_ruling **kept = &r->keeps;
    struct buf json;
    int64_t now, today;
    if (!count || count > LINES_LIMIT) {
        api_problem(r, count ? 413 : 400, "The lines are not understood",
                    text_format(r, "Send a JSON object by lines, from 1 to %d of them.", LINES_LIMIT));
        return;
    }
    web_now(r->web, &now, &today);
    if (!api_key_is_good(r) || !api_counts_as(r, (uint32_t)count)) return;
    if (!choose_book(r, NULL, today, &usual)) {
        tell_why_not(r, NULL, &usual);
        return;
    }
    buf_init(&json, ANSWER_BYTES);
    while (number < count && str_cut(&rest, '\n', &line)) rule_line(r, line, ++number, usual.rules, &json, &kept);
    buf_release(&json);
    put_back(r, &usual);
    r->status = 200;
    r->type = "application/jsonl";
    if (!r->out.full) return;
    for (struct kept_ruling *k = r->keeps; k; k = k->next) shelf_put_back(r->web->shelf, k->book);
    r->keeps = NULL;
    api_problem(r, 413, "The answer is too large", STR("Nothing was kept. Ask for fewer at once."));
}
