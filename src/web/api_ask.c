/* SPDX-License-Identifier: Apache-2.0 */
/* Asking by whatever can send a text: a mail gateway, a chat's command, a form of another program. It takes JSON, form
 * fields or plain text, and answers a person in a text, a program in JSON. */
#include "api.h"

#include "base_time.h"
#include "base_utf8.h"

struct asking {
    struct request *r;
    bool text; /* a person reads the answer */
    VEC(struct answer_words) words;
    const struct json *body; /* JSON; NULL */
};

static bool is_type(const struct request *r, const char *type) { return str_starts(r->content_type, str_of(type)); }

static void add_lines(struct asking *k, str text)
{
    struct answer_words *words;
    size_t count;
    words_parse(&k->r->arena, text, &words, &count);
    for (size_t i = 0; i < count; i++) *vec_add(&k->r->arena, &k->words) = words[i];
}

/* False after answering. */
static bool read_asked(struct asking *k)
{
    struct request *r = k->r;
    struct pairs form = {0};
    str text = buf_get(&r->body);
    if (is_type(r, "application/json")) {
        if (!(k->body = api_body(r))) return false;
        const struct json *lines = json_get(k->body, STR("text"));
        if (lines && lines->kind == JSON_STRING) add_lines(k, lines->text);
    } else if (is_type(r, "application/x-www-form-urlencoded")) {
        if (pairs_parse(&r->arena, text, &form)) {
            api_problem(r, 400, "The form could not be read", STR("It is not valid UTF-8, or has too many fields."));
            return false;
        }
        k->text = pairs_get(&form, STR("text")).p != NULL;
        for (size_t i = 0; i < form.count; i++) {
            if (str_eq(form.items[i].name, STR("text")))
                add_lines(k, form.items[i].value);
            else
                *vec_add(&r->arena, &k->words) =
                    (struct answer_words){form.items[i].name, str_trim(form.items[i].value)};
        }
    } else if (is_type(r, "text/plain")) {
        if (utf8_first_bad(text, true) != STR_NOT_FOUND) {
            api_problem(r, 400, "The text could not be read", STR("It is not valid UTF-8."));
            return false;
        }
        k->text = true;
        add_lines(k, text);
    } else {
        api_problem(r, 415, "This is not understood",
                    STR("Send application/json, application/x-www-form-urlencoded or text/plain."));
        return false;
    }
    if (str_starts(r->accept, STR("application/json"))) k->text = false;
    if (str_starts(r->accept, STR("text/plain"))) k->text = true;
    return true;
}

static str word(const struct asking *k, const char *name)
{
    const struct json *j = k->body ? json_get(k->body, str_of(name)) : NULL;
    if (j) return j->kind == JSON_STRING ? j->text : STR("");
    VEC_EACH(w, &k->words)
        if (str_eq_nocase(w->name, str_of(name))) return w->text;
    return STR_NONE;
}

/* The request for which it is, by its number; false after answering. */
static bool read_request(struct asking *k, uint64_t *out)
{
    struct request *r = k->r;
    const struct model_type *type = model_type(picture_model(r->picture), STR("request"));
    str number = word(k, "request");
    bool several = false;
    *out = 0;
    if (!number.p) return true;
    if (type) *out = picture_find(r->picture, type, number, &several);
    if (*out && !several) return true;
    api_problem(r, 422, "Nothing was ruled",
                text_format(r, "request: there is none with the number \"" STR_FORMAT "\".", STR_ARGS(number)));
    return false;
}

static void tell_text(struct request *r, const struct ruling *ruling, const struct stored_ruling *row)
{
    str due = row && row->promise.within ? civil_emit(&r->arena, row->promise.due) : STR_NONE;
    buf_clear(&r->out);
    ruling_emit_text(&r->out, &r->arena, ruling, due);
    if (row) buf_printf(&r->out, "Kept as ruling %llu.\n", (unsigned long long)row->number);
    r->status = 200;
    r->type = "text/plain; charset=utf-8";
}

static int keep(struct asking *k, const struct rulebook *rules, struct stored_ruling *row, uint64_t request,
                struct err *err)
{
    struct request *r = k->r;
    unsigned char hash[RULING_HASH_SIZE];
    str text;
    shelf_hash(r->web->shelf, rules, hash, &text);
    row->actor = r->user.name, row->door = STR("hook"), row->request = request;
    struct store *writer = web_write(r->web);
    int failed = store_keep_book(writer, row->rulebook, row->version, text, row->time, hash, err) ||
                 store_add_rulings(writer, &r->arena, row, 1, err);
    return web_written(r->web, failed ? -1 : 0, err);
}

static void rule(struct asking *k, const struct rulebook *rules, uint64_t request)
{
    struct request *r = k->r;
    struct feel_env env;
    struct answers answers;
    struct ruling ruling;
    struct stored_ruling row = {0};
    struct err err;
    int64_t now, today;
    unsigned char hash[RULING_HASH_SIZE];
    str text;
    web_now(r->web, &now, &today);
    ruling_env(&env, &r->arena, now, today);
    shelf_hash(r->web->shelf, rules, hash, &text);
    if (k->body && !k->words.count) {
        const struct json *input = json_get(k->body, STR("input"));
        answers_from_json(rules, &env, input ? input : k->body, &answers);
    } else {
        answers_from_words(rules, &env, k->words.items, k->words.count, &answers);
    }
    int failed = ruling_make(rules, hash, &r->arena, now, today, &answers, &ruling, &row, &r->out, &err);
    bool ruled = !failed && (ruling.state == RULED || ruling.state == RULED_GAP);
    if (ruled) failed = keep(k, rules, &row, request, &err);
    if (failed) {
        api_fail(r, &err, 409);
    } else if (k->text) {
        tell_text(r, &ruling, ruled ? &row : NULL);
    } else if (!ruled) {
        api_refuse_open(r, &ruling);
    } else {
        ruling_put_number(&r->out, row.number);
        api_end(r, 201);
        api_header(r, "Location", text_format(r, "/api/v1/rulings/%llu", (unsigned long long)row.number));
    }
}

void answer_api_ask(struct request *r)
{
    static const str known[] = {STR_INIT("token")};
    struct asking k = {.r = r};
    struct err err;
    uint64_t request;
    int64_t now, today;
    const struct rulebook *rules = NULL;
    if (!api_sees_rulings(r) || !api_query_only(r, known, ARRAY_COUNT(known)) || !read_asked(&k) ||
        !read_request(&k, &request))
        return;
    web_now(r->web, &now, &today);
    struct book_day day = request_book_day(r, today);
    if (shelf_take_in_force(r->web->shelf, &day, word(&k, "rulebook"), NULL, &rules, &err) == 0)
        rule(&k, rules, request);
    else if (err.code == ERR_ABSENT)
        api_problem(r, 422, "Nothing was ruled", STR("rulebook: none of that name is in force."));
    else
        api_fail(r, &err, 409);
    shelf_put_back(r->web->shelf, rules);
}
