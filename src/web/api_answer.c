/* SPDX-License-Identifier: Apache-2.0 */
/* What answers are made of: JSON, problems, and the answers that are given again. */
#include "api.h"

#include "base_time.h"
#include "base_utf8.h"

#include <sodium.h>
#include <string.h>

enum { REASON_BYTES = 1000, KEY_BYTES = 200, DETAIL_BYTES = 2000, POINTER_BYTES = 200 };

struct json_writer api_begin(struct request *r)
{
    struct json_writer w;
    buf_clear(&r->out);
    json_init(&w, &r->out, 0);
    return w;
}

void api_end(struct request *r, int status)
{
    struct err err;
    r->status = status;
    r->type = "application/json; charset=utf-8";
    if (!buf_check(&r->out, &err)) {
        buf_char(&r->out, '\n');
        return;
    }
    api_problem(r, 413, "The answer is too large", STR("Ask for fewer facts or fields at once."));
}

void api_header(struct request *r, const char *name, str value)
{
    *vec_add(&r->arena, &r->headers) = (struct pair){str_of(name), arena_copy(&r->arena, value)};
}

static void put_problem(struct request *r, int status, const char *title, str detail, const struct api_faults *faults)
{
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("type")), json_string(&w, STR("about:blank"));
    json_key(&w, STR("title")), json_string(&w, str_of(title));
    json_key(&w, STR("status")), json_int(&w, status);
    if (detail.n) json_key(&w, STR("detail")), json_string(&w, utf8_cut(detail, DETAIL_BYTES));
    if (faults) {
        json_key(&w, STR("errors"));
        json_array(&w);
        for (size_t i = 0; i < faults->count; i++) {
            json_object(&w);
            json_key(&w, STR("pointer")), json_string(&w, faults->items[i].pointer);
            json_key(&w, STR("detail")), json_string(&w, faults->items[i].detail);
            json_object_end(&w);
        }
        json_array_end(&w);
    }
    json_object_end(&w);
    buf_char(&r->out, '\n');
    r->status = status;
    r->type = "application/problem+json";
}

void api_problem(struct request *r, int status, const char *title, str detail)
{
    put_problem(r, status, title, detail, NULL);
}

void api_add_fault(struct request *r, struct api_faults *faults, str pointer, str detail)
{
    *vec_add(&r->arena, faults) = (struct api_fault){pointer, arena_copy(&r->arena, detail)};
}

void api_refuse(struct request *r, const char *title, const struct api_faults *faults)
{
    put_problem(r, 422, title, faults->items[0].detail, faults);
}

/* What is wrong with a field is said of it by its pointer: the detail of the whole names it. */
void api_refuse_body(struct request *r, const struct api_faults *faults)
{
    const struct api_fault *first = &faults->items[0];
    put_problem(r, 422, "Nothing was changed",
                text_format(r, STR_FORMAT ": " STR_FORMAT "%s", STR_ARGS(utf8_cut(first->pointer, POINTER_BYTES)),
                            STR_ARGS(first->detail), faults->count > 1 ? "; errors has the others" : ""),
                faults);
}

static void fail_at_field(struct request *r, const struct err *err)
{
    struct api_faults faults = {0};
    str key = arena_copy(&r->arena, str_of(err->field));
    for (char *p = (char *)(uintptr_t)key.p; *p; p++)
        if (*p == ' ') *p = '_';
    api_add_fault(r, &faults, text_format(r, "/" STR_FORMAT, STR_ARGS(key)), str_of(err->message));
    api_refuse_body(r, &faults);
}

void api_fail(struct request *r, const struct err *err, int conflict)
{
    str detail = arena_copy(&r->arena, str_of(err->message));
    switch (err->code) {
    case ERR_ABSENT: api_problem(r, 404, "There is no such thing", detail); return;
    case ERR_DENIED: api_problem(r, 403, "The account may not", detail); return;
    case ERR_CONFLICT: api_problem(r, conflict, "Somebody else was quicker, or it is taken", detail); return;
    case ERR_INPUT:
    case ERR_USAGE:
    case ERR_SYNTAX:
    case ERR_LIMIT:
        if (err->field[0])
            fail_at_field(r, err);
        else
            api_problem(r, 422, "Nothing was changed", detail);
        return;
    case ERR_IO:
    case ERR_STORE:
        web_log(r->web, r->path, detail);
        api_problem(r, 503, "The workspace cannot be used just now", detail);
        return;
    case ERR_KEPT:
        web_log(r->web, r->path, detail);
        api_problem(r, 202, "It is done", detail); /* no status on which programs try again */
        return;
    case ERR_NONE: break;
    }
    web_log(r->web, r->path, detail);
    api_problem(r, 500, "Something went wrong here", STR("It is not your doing, and nothing was changed."));
}

const struct json *api_body(struct request *r)
{
    struct err err;
    const struct json *body;
    if (!json_parse(&r->arena, buf_get(&r->body), &body, &err)) {
        if (body->kind == JSON_OBJECT) return body;
        err_set(&err, ERR_INPUT, "an object is expected");
    }
    api_problem(r, 400, "The body is not JSON of the expected form",
                err.line ? text_format(r, "line %u, column %u: %s", err.line, err.column, err.message)
                         : arena_copy(&r->arena, str_of(err.message)));
    return NULL;
}

bool api_query_only(struct request *r, const str *known, size_t count)
{
    for (size_t i = 0; i < r->query.count; i++) {
        bool good = false;
        for (size_t k = 0; k < count; k++) good |= str_eq(r->query.items[i].name, known[k]);
        for (size_t k = 0; k < i; k++) good &= !str_eq(r->query.items[i].name, r->query.items[k].name);
        if (good) continue;
        str near = err_nearest(r->query.items[i].name, known, count);
        api_problem(r, 400, "The query is not understood",
                    text_format(r,
                                "\"" STR_FORMAT "\" is no word of this query, or stands there twice%s" STR_FORMAT "%s",
                                STR_ARGS(r->query.items[i].name), near.n ? "; did you mean \"" : "", STR_ARGS(near),
                                near.n ? "\"?" : ""));
        return false;
    }
    return true;
}

void api_put_etag(struct request *r, str tag)
{
    str rest = r->if_none_match, own = text_format(r, "\"" STR_FORMAT "\"", STR_ARGS(tag)), one;
    api_header(r, "ETag", own);
    while (r->method == METHOD_GET && rest.n && str_cut(&rest, ',', &one)) {
        one = str_trim(one);
        if (str_starts(one, STR("W/"))) one = str_from(one, 2);
        if (!str_eq(one, STR("*")) && !str_eq(one, own)) continue;
        buf_clear(&r->out);
        r->fixed = STR_NONE;
        r->status = 304;
        return;
    }
}

void api_end_empty(struct request *r)
{
    buf_clear(&r->out);
    r->status = 204;
    r->type = "application/json; charset=utf-8";
}

struct change_set *api_changes(struct request *r)
{
    str reason = str_trim(pairs_get(&r->query, STR("reason")));
    if (reason.n <= REASON_BYTES) return change_set_new(&r->arena, picture_model(r->picture), r->user.name, reason);
    api_problem(r, 422, "Nothing was changed", text_format(r, "The reason has %d bytes at most.", REASON_BYTES));
    return NULL;
}

/* ---- Answers that are given again ---- */

static void asked_hash(const struct request *r, unsigned char out[32])
{
    crypto_generichash_state h;
    unsigned char method = (unsigned char)r->method;
    str body = r->meant.p ? r->meant : buf_get(&r->body);
    crypto_generichash_init(&h, NULL, 0, 32);
    crypto_generichash_update(&h, &method, 1);
    crypto_generichash_update(&h, (const unsigned char *)r->raw_target.p, r->raw_target.n + 1);
    crypto_generichash_update(&h, (const unsigned char *)r->if_match.p, r->if_match.n);
    crypto_generichash_update(&h, (const unsigned char *)"", 1);
    crypto_generichash_update(&h, (const unsigned char *)body.p, body.n);
    crypto_generichash_final(&h, out, 32);
}

static str holder_of(struct request *r)
{
    unsigned char hash[32];
    char key[SESSION_KEY + 1];
    if (!r->token) return text_format(r, "u%llu", (unsigned long long)r->user.id);
    secret_hash(r->bearer, hash);
    store_session_key(hash, key);
    return text_format(r, "t%s", key);
}

bool api_key_is_good(struct request *r)
{
    str key = r->idempotency;
    bool good = !key.p || (key.n && key.n <= KEY_BYTES);
    for (size_t i = 0; good && i < key.n; i++) good = (unsigned char)key.p[i] > ' ' && (unsigned char)key.p[i] <= '~';
    if (good) return true;
    api_problem(r, 400, "The Idempotency-Key is not understood",
                text_format(r, "It has from 1 to %d letters, digits and signs.", KEY_BYTES));
    return false;
}

bool api_is_new(struct request *r)
{
    struct err err;
    struct stored_answer a;
    unsigned char asked[32];
    if (!api_key_is_good(r)) return false;
    if (!r->idempotency.p) return true;
    if (store_load_answer(r->store, &r->arena, holder_of(r), r->idempotency, time_now(), &a, &err)) {
        if (err.code == ERR_ABSENT) return true;
        api_fail(r, &err, 409);
        return false;
    }
    asked_hash(r, asked);
    if (memcmp(asked, a.asked, sizeof asked) != 0) {
        api_problem(r, 422, "The Idempotency-Key was used for something else",
                    STR("Within a day a key stands for one request: the same method, address and body."));
    } else if (!a.status) {
        api_problem(r, 409, "It was done, and its answer is lost",
                    text_format(r, "Commit %llu did it. Look at what is there now.", (unsigned long long)a.number));
    } else {
        buf_clear(&r->out);
        buf_str(&r->out, a.body);
        r->status = a.status;
        r->type = "application/json; charset=utf-8";
        if (a.etag.n) api_header(r, "ETag", a.etag);
        if (a.location.n) r->location = a.location;
        api_header(r, "Idempotency-Replayed", STR("true"));
    }
    return false;
}

void api_remember(struct request *r)
{
    struct err err;
    struct stored_answer a = {.status = r->status, .location = r->location, .body = buf_get(&r->out)};
    if (!r->idempotency.p || !r->remembers) return;
    for (size_t i = 0; i < r->headers.count; i++)
        if (str_eq(r->headers.items[i].name, STR("ETag"))) a.etag = r->headers.items[i].value;
    pthread_mutex_lock(&r->web->write_lock);
    if (store_fill_answer(r->web->writer, holder_of(r), r->idempotency, &a, &err))
        web_log(r->web, STR("cannot remember an answer"), str_of(err.message));
    pthread_mutex_unlock(&r->web->write_lock);
}

const struct asked_key *api_asked_key(struct request *r)
{
    if (!r->idempotency.p) return NULL;
    struct asked_key *key = arena_alloc(&r->arena, sizeof *key);
    *key = (struct asked_key){.holder = holder_of(r), .key = r->idempotency};
    asked_hash(r, key->asked);
    return key;
}

int api_commit(struct request *r, struct change_set *c, int conflict, struct commit_result *result)
{
    struct err err;
    const struct asked_key *key = api_asked_key(r);
    if (key) change_remember(c, key);
    if (web_commit(r->web, c, result, &err)) {
        api_fail(r, &err, conflict);
        return -1;
    }
    r->remembers = result->number > 0;
    request_look(r);
    return 0;
}
