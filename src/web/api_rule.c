/* SPDX-License-Identifier: Apache-2.0 */
/* A purchase tool, a platform, a gate, a mail or a chat asks what a request needs: each door reads it in its way, and
 * is answered when the scribe has kept what was ruled. */
#include "api.h"

#include "base_time.h"

bool api_sees_rulings(struct request *r)
{
    const struct model_type *type = model_type(picture_model(r->picture), STR("request"));
    if (type && api_reads_type(r, type)) return true;
    api_problem(r, 403, "The token may not", STR("It is for other types of facts than requests."));
    return false;
}

/* NULL after answering. */
static const struct rulebook *choose_book(struct request *r, const struct json *wanted, int64_t today)
{
    const struct rulebook *rules = NULL;
    struct book_day day = request_book_day(r, today);
    struct err err;
    bool named = wanted && wanted->kind == JSON_STRING;
    if ((!wanted || named) &&
        shelf_take_in_force(r->web->shelf, &day, named ? wanted->text : STR_NONE, NULL, &rules, &err) == 0)
        return rules;
    if (wanted && (!named || err.code == ERR_ABSENT))
        api_problem(r, 422, "Nothing was ruled", STR("\"rulebook\" is not the name of one that is in force."));
    else if (err.code == ERR_ABSENT)
        api_problem(r, 503, "There is no rulebook", STR("None that decides on zones is in force."));
    else
        api_fail(r, &err, 409);
    return NULL;
}

/* By its id, or by the number that people know it by; false after answering. */
static bool find_request(struct request *r, const struct json *wanted, uint64_t *out)
{
    const struct model_type *type = model_type(picture_model(r->picture), STR("request"));
    int64_t id = 0;
    bool several = false;
    *out = 0;
    if (!wanted) return true;
    if (type && wanted->kind == JSON_STRING)
        *out = picture_find(r->picture, type, wanted->text, &several);
    else if (type && wanted->kind == JSON_NUMBER && str_to_int(wanted->text, &id) && id > 0)
        *out = (uint64_t)id;
    const struct fact *f = *out && !several ? picture_fact(r->picture, *out) : NULL;
    if (f && fact_type(f) == type) return true;
    api_problem(r, 422, "Nothing was ruled",
                STR("\"request\" is the id or the number of a request of this workspace."));
    return false;
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

/* Whether the scribe takes it from here, with the rulebook. */
static bool rule(struct request *r, const struct api_asked *asked, const struct rulebook *rules, uint64_t request)
{
    struct arena *scratch = &r->worker->scratch;
    struct err err;
    struct feel_env env;
    struct answers answers;
    struct ruling ruling;
    int64_t now, today;
    web_now(r->web, &now, &today);
    struct kept_ruling *k = arena_zalloc(&r->arena, sizeof *k);
    unsigned char hash[RULING_HASH_SIZE];
    shelf_hash(r->web->shelf, rules, hash, &k->text);
    arena_clear(scratch);
    ruling_env(&env, scratch, now, today);
    int failed = read_answers(asked, rules, &env, &answers, &err) ||
                 ruling_make(rules, hash, scratch, now, today, &answers, &ruling, &k->row, &r->out, &err);
    bool ruled = !failed && (ruling.state == RULED || ruling.state == RULED_GAP);
    if (failed) return api_fail(r, &err, 409), false;
    if (!ruled && !asked->in_text) return refuse_open(r, &ruling), false;
    if (asked->in_text) api_tell_text(r, &ruling, &k->row.promise);
    if (!ruled) return false;
    keep_texts(&r->arena, &k->row);
    k->book = rules, k->in_text = asked->in_text;
    k->row.actor = r->user.name, k->row.door = asked->door, k->row.request = request;
    if (r->idempotency.p)
        k->row.key = text_format(r, "%s%llu " STR_FORMAT, r->token ? "t" : "u",
                                 (unsigned long long)(r->token ? r->token->id : r->user.id), STR_ARGS(r->idempotency));
    if (!k->in_text) api_end(r, 201);
    if (r->status >= 300) return false;
    r->keeps = k;
    return true;
}

void api_rule(struct request *r, const struct api_asked *asked)
{
    const struct rulebook *rules;
    int64_t now, today;
    uint64_t request;
    if (!api_key_is_good(r) || !find_request(r, asked->request, &request)) return;
    web_now(r->web, &now, &today);
    if (!(rules = choose_book(r, asked->rulebook, today))) return;
    if (!rule(r, asked, rules, request)) shelf_put_back(r->web->shelf, rules);
}
