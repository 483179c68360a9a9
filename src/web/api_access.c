/* SPDX-License-Identifier: Apache-2.0 */
/* Which program or page asks, and whether it may. */
#include "api.h"

#include "base_time.h"

#include <string.h>

enum { TOUCH_SECONDS = 60, RATE_SECONDS = 60 };
#define FRESH_SECONDS 0.004 /* of known tokens: less than it takes to hear that one was revoked, and to use it */

static bool is_safe(enum method m) { return m == METHOD_GET; }

static void touch(struct request *r, struct stored_token *t, int64_t now)
{
    struct err err;
    if (now - t->used < TOUCH_SECONDS || pthread_mutex_trylock(&r->web->write_lock)) return; /* another time */
    if (store_touch_token(r->web->writer, t->id, now, &err))
        web_log(r->web, STR("cannot note when a token was used"), str_of(err.message));
    pthread_mutex_unlock(&r->web->write_lock);
    t->used = now;
}

static void forget_tokens(struct worker *w)
{
    arena_clear(&w->arena);
    w->known_count = 0;
}

static void look_for_changes(struct worker *w)
{
    double now = time_monotonic();
    if (now - w->looked < FRESH_SECONDS) return;
    if (store_may_have_changed(w->store)) forget_tokens(w);
    w->looked = now;
}

static int know_token(struct worker *w, str secret, int64_t now, struct known_token **out, struct err *err)
{
    unsigned char hash[32];
    secret_hash(secret, hash);
    look_for_changes(w);
    for (size_t i = 0; i < w->known_count; i++) {
        struct known_token *k = &w->known[i];
        if (memcmp(k->hash, hash, sizeof hash) == 0 && k->token.expires > now) return *out = k, 0;
    }
    if (w->known_count == KNOWN_TOKENS) forget_tokens(w);
    struct known_token *k = &w->known[w->known_count];
    if (store_load_token(w->store, &w->arena, hash, now, &k->token, &k->user, err)) return -1;
    memcpy(k->hash, hash, sizeof hash);
    w->known_count++;
    return *out = k, 0;
}

/* The worker may forget it while the request still waits to be written down. */
static void take_known(struct request *r, const struct known_token *k)
{
    struct stored_token *t = arena_alloc(&r->arena, sizeof *t);
    *t = k->token;
    t->user_name = arena_copy(&r->arena, t->user_name), t->name = arena_copy(&r->arena, t->name);
    t->types = arena_copy(&r->arena, t->types);
    r->user = k->user;
    r->user.name = arena_copy(&r->arena, r->user.name), r->user.shown = arena_copy(&r->arena, r->user.shown);
    r->user.side = arena_copy(&r->arena, r->user.side);
    r->user.password_hash = STR_NONE; /* no program's business */
    r->token = t;
    r->signed_in = true;
    r->viewer = (struct graph_viewer){.side = r->user.side, .role = r->user.role};
}

static bool read_token(struct request *r)
{
    struct err err;
    struct known_token *known;
    int64_t now = time_now();
    r->signed_in = false;
    r->user = (struct stored_user){0};
    if (know_token(r->worker, r->bearer, now, &known, &err)) {
        if (err.code != ERR_ABSENT) return api_fail(r, &err, 409), false;
        api_header(r, "WWW-Authenticate", STR("Bearer error=\"invalid_token\""));
        api_problem(r, 401, "The token opens nothing",
                    STR("It is unknown, revoked or too old, or its account is closed."));
        return false;
    }
    take_known(r, known);
    touch(r, &known->token, now);
    return true;
}

/* Of a token, or an account. */
static bool is_within_rate(struct request *r, uint32_t count)
{
    r->retry_seconds = count_api_requests(r, r->token ? 2 * r->token->id : 2 * r->user.id + 1, count, RATE_SECONDS);
    if (!r->retry_seconds) return true;
    api_problem(
        r, 429, "Too many requests",
        text_format(r, "At most %u in a minute; go on in %u seconds.", r->web->options->api_rate, r->retry_seconds));
    return false;
}

bool api_counts_as(struct request *r, uint32_t count) { return is_within_rate(r, count - 1); }

static bool may(struct request *r)
{
    if (r->route->access == ACCESS_ANYONE) return true;
    if (!r->signed_in) {
        api_header(r, "WWW-Authenticate", STR("Bearer"));
        api_problem(r, 401, "Say who you are",
                    STR("Send a token, as Authorization: Bearer …; people make theirs on the page My account."));
        return false;
    }
    if (!is_within_rate(r, 1)) return false;
    if (!r->token && !is_safe(r->method) && !request_is_ours(r)) {
        api_problem(r, 403, "This did not come from a page of ours",
                    STR("With a session, what changes something needs the X-CSRF-Token of /api/v1/me."));
        return false;
    }
    if (!request_is_allowed(r, r->route->access)) {
        api_problem(r, 403, "The account may not",
                    r->route->access == ACCESS_STEWARD ? STR("This is for stewards.")
                                                       : STR("Its role allows reading only."));
        return false;
    }
    if (r->token && (r->token->asks ? !r->route->texts : r->in_address)) {
        api_problem(r, 403, "The token may not",
                    r->token->asks ? STR("Its scope is asking: POST /api/v1/ask.")
                                   : STR("In an address stands only a token whose scope is asking."));
        return false;
    }
    if (r->token && !r->token->asks && !r->token->write && !is_safe(r->method)) {
        api_problem(r, 403, "The token may not", STR("Its scope is reading."));
        return false;
    }
    return true;
}

void api_answer(struct request *r)
{
    if (!r->route)
        api_problem(r, 404, "There is no such address", STR("/api/v1/openapi.json tells which there are."));
    else if ((r->bearer.p && !read_token(r)) || !may(r))
        return;
    else if (!r->as_of.p || request_look_back(r))
        r->route->answer(r);
}

bool api_reads_type(const struct request *r, const struct model_type *type)
{
    str rest = r->token ? r->token->types : STR_NONE, key;
    if (!rest.n) return true;
    while (rest.n && str_cut(&rest, ' ', &key))
        if (str_eq(key, type->key)) return true;
    return false;
}
