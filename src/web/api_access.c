/* SPDX-License-Identifier: Apache-2.0 */
/* Which program or page asks, and whether it may. */
#include "api.h"

#include "base_time.h"

enum { TOUCH_SECONDS = 60, RATE_SECONDS = 60 };

static bool is_safe(enum method m) { return m == METHOD_GET; }

static void touch(struct request *r, const struct stored_token *t, int64_t now)
{
    struct err err;
    if (now - t->used < TOUCH_SECONDS) return;
    pthread_mutex_lock(&r->web->write_lock);
    if (store_touch_token(r->web->writer, t->id, now, &err))
        web_log(r->web, STR("cannot note when a token was used"), str_of(err.message));
    pthread_mutex_unlock(&r->web->write_lock);
}

static bool read_token(struct request *r)
{
    struct err err;
    unsigned char hash[32];
    struct stored_token *t = arena_zalloc(&r->arena, sizeof *t);
    int64_t now = time_now();
    secret_hash(r->bearer, hash);
    r->signed_in = false;
    r->user = (struct stored_user){0};
    if (store_load_token(r->store, &r->arena, hash, now, t, &r->user, &err)) {
        if (err.code != ERR_ABSENT) return api_fail(r, &err, 409), false;
        api_header(r, "WWW-Authenticate", STR("Bearer error=\"invalid_token\""));
        api_problem(r, 401, "The token opens nothing",
                    STR("It is unknown, revoked or too old, or its account is closed."));
        return false;
    }
    r->token = t;
    r->signed_in = true;
    r->viewer = (struct graph_viewer){.side = r->user.side, .role = r->user.role};
    touch(r, t, now);
    return true;
}

static bool is_within_rate(struct request *r)
{
    char key[40];
    struct buf b;
    buf_init(&b, sizeof key);
    buf_printf(&b, "%s%llu", r->token ? "t" : "u", (unsigned long long)(r->token ? r->token->id : r->user.id));
    r->retry_seconds = count_api_request(r, buf_get(&b), RATE_SECONDS);
    buf_release(&b);
    if (!r->retry_seconds) return true;
    api_problem(
        r, 429, "Too many requests",
        text_format(r, "At most %u in a minute; go on in %u seconds.", r->web->options->api_rate, r->retry_seconds));
    return false;
}

static bool may(struct request *r)
{
    if (r->route->access == ACCESS_ANYONE) return true;
    if (!r->signed_in) {
        api_header(r, "WWW-Authenticate", STR("Bearer"));
        api_problem(r, 401, "Say who you are",
                    STR("Send a token, as Authorization: Bearer …; people make theirs on the page My account."));
        return false;
    }
    if (!is_within_rate(r)) return false;
    if (!r->token && !is_safe(r->method) && !request_is_ours(r)) {
        api_problem(r, 403, "This did not come from a page of ours",
                    STR("With a session, what changes something needs the X-CSRF-Token of /api/v1/me."));
        return false;
    }
    if (!request_is_allowed(r, r->route->access)) {
        api_problem(r, 403, "The account may not", STR("Its role allows reading only."));
        return false;
    }
    if (r->token && !r->token->write && !is_safe(r->method)) {
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
