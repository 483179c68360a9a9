/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions to outgoing events, for stewards' programs. */
#include "api.h"

#include "base_time.h"

enum { DELIVERIES_GIVEN = 100 };

/* ---- Answers ---- */

static void put_time(struct request *r, struct json_writer *w, const char *key, int64_t time)
{
    json_key(w, str_of(key));
    if (time)
        json_string(w, time_emit_utc(&r->arena, time));
    else
        json_null(w);
}

static void put_hook(struct request *r, struct json_writer *w, const struct stored_hook *h)
{
    json_key(w, STR("id")), json_int(w, (int64_t)h->id);
    json_key(w, STR("name")), json_string(w, h->name);
    json_key(w, STR("address")), json_string(w, h->address);
    json_key(w, STR("events"));
    json_array(w);
    for (str rest = h->events, word; rest.n && str_cut(&rest, ' ', &word);) json_string(w, word);
    json_array_end(w);
    json_key(w, STR("paused"));
    if (h->paused.p)
        json_string(w, h->paused);
    else
        json_null(w);
    put_time(r, w, "created", h->created);
    json_key(w, STR("waiting")), json_int(w, (int64_t)h->waiting);
    json_key(w, STR("given_up")), json_int(w, (int64_t)h->given_up);
    put_time(r, w, "arrived", h->delivered);
}

static void put_delivery(struct request *r, struct json_writer *w, const struct stored_delivery *d)
{
    static const char *const states[] = {
        [DELIVERY_WAITING] = "waiting", [DELIVERY_DONE] = "arrived", [DELIVERY_GIVEN_UP] = "given up"};
    json_object(w);
    json_key(w, STR("id")), json_int(w, (int64_t)d->id);
    json_key(w, STR("event")), json_string(w, d->event);
    json_key(w, STR("type")), json_string(w, d->type);
    put_time(r, w, "time", d->time);
    json_key(w, STR("state")), json_string(w, str_of(states[d->state]));
    json_key(w, STR("attempts")), json_int(w, d->attempts);
    put_time(r, w, "tried", d->tried);
    put_time(r, w, "due", d->state == DELIVERY_WAITING ? d->due : 0);
    json_key(w, STR("status"));
    if (d->status)
        json_int(w, d->status);
    else
        json_null(w);
    json_key(w, STR("says")), json_string(w, d->says);
    json_object_end(w);
}

/* As it is now, with its last deliveries, and after it was made its secret. */
static void answer_with(struct request *r, struct store *s, uint64_t id, int status, const char *secret)
{
    struct err err;
    struct stored_hook h;
    const struct stored_delivery *deliveries;
    size_t count;
    if (store_load_hook(s, &r->arena, id, &h, &err) ||
        store_load_deliveries(s, &r->arena, id, DELIVERIES_GIVEN, &deliveries, &count, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    struct json_writer w = api_begin(r);
    json_object(&w);
    put_hook(r, &w, &h);
    if (secret) json_key(&w, STR("secret")), json_string(&w, str_of(secret));
    json_key(&w, STR("deliveries"));
    json_array(&w);
    for (size_t i = 0; i < count; i++) put_delivery(r, &w, &deliveries[i]);
    json_array_end(&w);
    json_object_end(&w);
    api_end(r, status);
}

/* ---- Who asks, and for which ---- */

/* Events are about facts of all types. */
static bool may_subscribe(struct request *r)
{
    if (!r->token || !r->token->types.n) return api_query_only(r, NULL, 0);
    api_problem(r, 403, "The token may not", STR("It is for some types of facts, and events are about all."));
    return false;
}

static bool hook_named(struct request *r, uint64_t *id)
{
    int64_t number;
    if (!may_subscribe(r)) return false;
    if (str_to_int(r->captures[0], &number) && number > 0) return *id = (uint64_t)number, true;
    api_problem(r, 404, "There is no such thing", STR("The address names no subscription."));
    return false;
}

void answer_api_hooks(struct request *r)
{
    struct err err;
    const struct stored_hook *hooks;
    size_t count;
    if (!may_subscribe(r)) return;
    if (store_load_hooks(r->store, &r->arena, &hooks, &count, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("items"));
    json_array(&w);
    for (size_t i = 0; i < count; i++) {
        json_object(&w);
        put_hook(r, &w, &hooks[i]);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_key(&w, STR("to_private")), json_bool(&w, r->web->options->hooks_to_private);
    json_object_end(&w);
    api_end(r, 200);
}

void answer_api_hook(struct request *r)
{
    uint64_t id;
    if (hook_named(r, &id)) answer_with(r, r->store, id, 200, NULL);
}

/* ---- What is sent ---- */

/* Each member is one of these, of this kind. */
static bool has_only(struct request *r, const struct json *body, const char *const *known, const enum json_kind *kinds,
                     size_t count)
{
    struct api_faults faults = {0};
    for (size_t i = 0; i < body->count; i++) {
        const struct json *v = &body->items[i];
        size_t k = 0;
        while (k < count && !str_eq(v->key, str_of(known[k]))) k++;
        bool truth = k < count && kinds[k] == JSON_TRUE && v->kind == JSON_FALSE;
        if (k < count && (v->kind == kinds[k] || truth)) continue;
        static const char *const words[] = {[JSON_TRUE] = "true or false",
                                            [JSON_NUMBER] = "a number",
                                            [JSON_STRING] = "a text",
                                            [JSON_ARRAY] = "a list",
                                            [JSON_OBJECT] = "an object"};
        api_add_fault(r, &faults, text_format(r, "/" STR_FORMAT, STR_ARGS(v->key)),
                      k < count ? text_format(r, "is to be %s", words[kinds[k]])
                                : STR("is nothing that a subscription has"));
    }
    if (!faults.count) return true;
    api_refuse_body(r, &faults);
    return false;
}

static str text_in(const struct json *body, str key)
{
    const struct json *v = json_get(body, key);
    return v ? v->text : STR("");
}

/* False after answering. */
static bool read_events(struct request *r, const struct json *list, str *events)
{
    struct buf b;
    struct api_faults faults = {0};
    buf_init(&b, 10000);
    for (size_t i = 0; list && i < list->count; i++) {
        if (b.n) buf_char(&b, ' ');
        if (list->items[i].kind != JSON_STRING || !list->items[i].text.n)
            api_add_fault(r, &faults, text_format(r, "/events/%zu", i), STR("is to be an event, such as ruling.kept"));
        else
            buf_str(&b, list->items[i].text);
    }
    *events = buf_copy(&b, &r->arena);
    buf_release(&b);
    if (faults.count) api_refuse_body(r, &faults);
    return !faults.count;
}

void answer_api_new_hook(struct request *r)
{
    static const char *const known[] = {"name", "address", "events"};
    static const enum json_kind kinds[] = {JSON_STRING, JSON_STRING, JSON_ARRAY};
    struct err err;
    struct stored_hook h;
    unsigned char secret[HOOK_SECRET];
    char text[HOOK_SECRET_TEXT];
    uint64_t id;
    const struct json *body = may_subscribe(r) ? api_body(r) : NULL;
    if (!body || !has_only(r, body, known, kinds, ARRAY_COUNT(known))) return;
    h = (struct stored_hook){.name = str_trim(text_in(body, STR("name"))), .address = text_in(body, STR("address"))};
    if (!read_events(r, json_get(body, STR("events")), &h.events)) return;
    hook_make_secret(secret, text);
    int failed = hook_check_address(h.address, r->web->options->hooks_to_private, &err);
    if (!failed) {
        struct store *s = web_write(r->web);
        failed = store_add_hook(s, &h, secret, r->user.name, time_now(), &id, &err);
        failed = web_written(r->web, failed, &err);
    }
    if (failed) {
        api_fail(r, &err, 409);
        return;
    }
    api_header(r, "Location", text_format(r, "/api/v1/hooks/%llu", (unsigned long long)id));
    answer_with(r, r->store, id, 201, text);
}

/* ---- What changes one ---- */

static void answer_changed(struct request *r, uint64_t id, int failed, struct err *err)
{
    if (web_written(r->web, failed, err))
        api_fail(r, err, 409);
    else
        answer_with(r, r->store, id, 200, NULL);
}

void answer_api_hook_change(struct request *r)
{
    static const char *const known[] = {"paused"};
    static const enum json_kind kinds[] = {JSON_TRUE};
    struct err err;
    uint64_t id;
    const struct json *body = hook_named(r, &id) ? api_body(r) : NULL;
    if (!body || !has_only(r, body, known, kinds, ARRAY_COUNT(known))) return;
    const struct json *paused = json_get(body, STR("paused"));
    if (!paused) {
        api_problem(r, 422, "Nothing was changed", STR("Say whether it is to be paused: {\"paused\": true}."));
        return;
    }
    str why = paused->kind == JSON_TRUE ? STR("by hand") : STR_NONE;
    answer_changed(r, id, store_pause_hook(web_write(r->web), id, why, r->user.name, time_now(), &err), &err);
}

void answer_api_hook_test(struct request *r)
{
    struct err err;
    uint64_t id;
    const struct json *body = hook_named(r, &id) ? api_body(r) : NULL;
    if (!body || !has_only(r, body, NULL, NULL, 0)) return;
    answer_changed(r, id, store_test_hook(web_write(r->web), id, r->user.name, time_now(), &err), &err);
}

void answer_api_hook_again(struct request *r)
{
    static const char *const known[] = {"delivery"};
    static const enum json_kind kinds[] = {JSON_NUMBER};
    struct err err;
    uint64_t id;
    int64_t delivery;
    const struct json *body = hook_named(r, &id) ? api_body(r) : NULL;
    if (!body || !has_only(r, body, known, kinds, ARRAY_COUNT(known))) return;
    if (!str_to_int(text_in(body, STR("delivery")), &delivery) || delivery <= 0) {
        api_problem(r, 422, "Nothing was changed", STR("Say which delivery is sent again: {\"delivery\": 7}."));
        return;
    }
    int failed = store_send_again(web_write(r->web), id, (uint64_t)delivery, r->user.name, time_now(), &err);
    answer_changed(r, id, failed, &err);
}

void answer_api_hook_remove(struct request *r)
{
    struct err err;
    uint64_t id;
    if (!hook_named(r, &id)) return;
    int failed = store_remove_hook(web_write(r->web), id, r->user.name, time_now(), &err);
    if (web_written(r->web, failed, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    r->status = 204;
    r->type = "application/json; charset=utf-8";
}
