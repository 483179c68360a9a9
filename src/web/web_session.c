/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: session and CSRF tokens, and signing in. */
#include "web_inside.h"

#include "base_time.h"
#include "base_utf8.h"

#include <sodium.h>
#include <string.h>

/* Attempts within the window, for each name and each address. */
enum { WINDOW_SECONDS = 15 * 60, NAME_ATTEMPTS = 8, ADDRESS_ATTEMPTS = 40 };

int web_hash_password(str password, char out[WEB_HASH_SIZE], struct err *err)
{
    _Static_assert(WEB_HASH_SIZE >= crypto_pwhash_argon2id_STRBYTES, "room for libsodium's text");
    if (sodium_init() < 0) return err_set(err, ERR_IO, "no random numbers to be had");
    if (crypto_pwhash_str_alg(out, password.p, password.n, crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE, crypto_pwhash_argon2id_ALG_ARGON2ID13))
        return err_set(err, ERR_LIMIT, "no memory to hash the password");
    return 0;
}

static str random_token(struct arena *a)
{
    unsigned char bytes[TOKEN_HEX / 2];
    char hex[TOKEN_HEX + 1];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    return arena_copy(a, (str){hex, TOKEN_HEX});
}

/* The store keeps sessions by this, so that a copy of the file opens none. */
static void token_hash(str token, unsigned char out[32])
{
    crypto_generichash(out, 32, (const unsigned char *)token.p, token.n, NULL, 0);
}

static str csrf_of(struct request *r, str token)
{
    unsigned char hash[TOKEN_HEX / 2];
    char hex[TOKEN_HEX + 1];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)token.p, token.n, r->web->secret,
                       sizeof r->web->secret);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return arena_copy(&r->arena, (str){hex, TOKEN_HEX});
}

static void set_cookie(struct request *r, int place, const char *name, str value, int64_t seconds)
{
    r->cookies[place] = text_format(r, "%s=" STR_FORMAT "; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s", name,
                                    STR_ARGS(value), (long long)seconds, r->web->options->secure ? "; Secure" : "");
}

void session_read(struct request *r)
{
    struct err err;
    if (r->session.n) {
        unsigned char hash[32];
        token_hash(r->session, hash);
        r->signed_in = !store_load_session(r->store, &r->arena, hash, time_now(), &r->user, &err) && !r->user.closed;
    }
    if (r->signed_in) r->viewer = (struct graph_viewer){.side = r->user.side, .role = r->user.role};
    if (r->signed_in)
        r->csrf = csrf_of(r, r->session);
    else if (r->visit.n)
        r->csrf = csrf_of(r, r->visit);
}

bool request_is_ours(struct request *r)
{
    /* A browser always tells where a form comes from; other programs may not, and then the token alone decides. */
    if (r->origin.n) {
        str scheme = r->web->options->secure ? STR("https://") : STR("http://");
        if (!str_starts(r->origin, scheme) || !str_eq_nocase(str_from(r->origin, scheme.n), r->host)) return false;
    }
    str given = r->csrf_header.n ? r->csrf_header : pairs_get(&r->form, STR("csrf"));
    return r->csrf.n == TOKEN_HEX && given.n == TOKEN_HEX && !sodium_memcmp(given.p, r->csrf.p, TOKEN_HEX);
}

bool host_is_ours(const struct web *web, str host)
{
    static const str ours[] = {STR_INIT("localhost"), STR_INIT("127.0.0.1"), STR_INIT("[::1]")};
    size_t colon = host.n;
    while (colon && host.p[colon - 1] >= '0' && host.p[colon - 1] <= '9') colon--;
    if (colon && host.p[colon - 1] == ':') host = str_slice(host, 0, colon - 1);
    for (size_t i = 0; i < ARRAY_COUNT(ours); i++)
        if (str_eq_nocase(host, ours[i])) return true;
    for (size_t i = 0; i < web->options->host_count; i++)
        if (str_eq_nocase(host, web->options->hosts[i])) return true;
    return web->options->address && str_eq_nocase(host, str_of(web->options->address));
}

/* Counts one more attempt; the seconds to wait when that is one too many, else 0. The rows are few: two names in one
 * row share their attempts, which only makes the limit stricter. */
static uint32_t limited(struct limit_row rows[LIMIT_ROWS], str key, uint32_t limit, int64_t now)
{
    uint64_t hash = str_hash(key);
    struct limit_row *row = &rows[hash % LIMIT_ROWS];
    if (now - row->since >= WINDOW_SECONDS || now < row->since) *row = (struct limit_row){hash, now, 0};
    row->count += row->count <= limit;
    return row->count > limit ? (uint32_t)(row->since + WINDOW_SECONDS - now) : 0;
}

static uint32_t attempt(struct request *r, str name)
{
    struct web *web = r->web;
    int64_t now = time_now();
    pthread_mutex_lock(&web->limit_lock);
    uint32_t a = limited(web->by_address, r->address, ADDRESS_ATTEMPTS, now);
    uint32_t b = limited(web->by_name, name, NAME_ATTEMPTS, now);
    pthread_mutex_unlock(&web->limit_lock);
    return a > b ? a : b;
}

static void forget_attempts(struct request *r, str name)
{
    pthread_mutex_lock(&r->web->limit_lock);
    r->web->by_name[str_hash(name) % LIMIT_ROWS].count = 0;
    struct limit_row *address = &r->web->by_address[str_hash(r->address) % LIMIT_ROWS];
    address->count -= address->count > 0; /* a whole company may come from one address */
    pthread_mutex_unlock(&r->web->limit_lock);
}

/* An unknown name, which has no hash, takes as long as a wrong password, and gets the same answer. */
static bool password_fits(struct request *r, str stored, str password)
{
    char hash[WEB_HASH_SIZE] = {0};
    bool known = stored.n && stored.n < WEB_HASH_SIZE;
    memcpy(hash, known ? stored.p : r->web->dummy_hash, known ? stored.n : WEB_HASH_SIZE);
    bool right = !crypto_pwhash_str_verify(hash, password.p ? password.p : "", password.n);
    return right && known;
}

enum password_answer password_asked(struct request *r, str password)
{
    r->retry_seconds = attempt(r, r->user.name);
    if (r->retry_seconds) return PASSWORD_LATER;
    if (!password_fits(r, r->user.password_hash, password)) return PASSWORD_WRONG;
    forget_attempts(r, r->user.name);
    return PASSWORD_RIGHT;
}

/* Only to a page of this server: "/stack?q=1", not "//elsewhere". */
static str target_of(str to)
{
    bool good = str_starts(to, STR("/")) && !str_starts(to, STR("//")) && !str_starts(to, STR("/\\"));
    for (size_t i = 0; i < to.n; i++) good &= (unsigned char)to.p[i] > ' ' && (unsigned char)to.p[i] < 127;
    return good ? to : STR("/");
}

static void show_sign_in(struct request *r, int status, str name, str target, str message)
{
    if (!r->visit.n) {
        r->visit = random_token(&r->arena);
        set_cookie(r, 0, "entente_visit", r->visit, SESSION_SECONDS);
        r->csrf = csrf_of(r, r->visit);
    }
    page_begin(r, PAGE_SIGN_IN);
    page_put_text(r, "title", STR("Sign in"));
    page_put_text(r, "message", message);
    page_put_text(r, "name", name);
    page_put_text(r, "target", target);
    page_show(r, status);
}

void answer_sign_in_page(struct request *r)
{
    str target = target_of(pairs_get(&r->query, STR("to")));
    if (r->signed_in)
        request_redirect(r, target);
    else
        show_sign_in(r, 200, STR_NONE, target, STR_NONE);
}

void answer_sign_in(struct request *r)
{
    str name = utf8_fold(&r->arena, pairs_get(&r->form, STR("name")));
    str password = pairs_get(&r->form, STR("password"));
    str target = target_of(pairs_get(&r->form, STR("to")));
    r->retry_seconds = attempt(r, name);
    if (r->retry_seconds) {
        str message = text_format(r, "Too many attempts. Try again in %u minutes.", (r->retry_seconds + 59) / 60);
        show_sign_in(r, 429, name, target, message);
        return;
    }
    struct err err;
    struct stored_user user = {0};
    bool known = name.n && !store_load_user(r->store, &r->arena, name, &user, &err) && !user.closed;
    if (!password_fits(r, known ? user.password_hash : STR_NONE, password)) {
        show_sign_in(r, 403, name, target, STR("That name and password do not fit. Check both and try again."));
        return;
    }
    forget_attempts(r, name);
    str token = random_token(&r->arena); /* always a new one: an old token is worth nothing after signing in */
    unsigned char stored[32];
    token_hash(token, stored);
    int64_t now = time_now();
    pthread_mutex_lock(&r->web->write_lock);
    int result = store_add_session(r->web->writer, stored, user.id, now, now + SESSION_SECONDS, &err);
    pthread_mutex_unlock(&r->web->write_lock);
    if (result) {
        page_fail(r, &err);
        return;
    }
    set_cookie(r, 0, "entente_session", token, SESSION_SECONDS);
    set_cookie(r, 1, "entente_visit", STR(""), 0);
    request_redirect(r, target);
}

void answer_sign_out(struct request *r)
{
    unsigned char hash[32];
    struct err err;
    token_hash(r->session, hash);
    pthread_mutex_lock(&r->web->write_lock);
    int result = store_end_session(r->web->writer, hash, &err);
    pthread_mutex_unlock(&r->web->write_lock);
    if (result) {
        page_fail(r, &err);
        return;
    }
    set_cookie(r, 0, "entente_session", STR(""), 0);
    request_redirect(r, STR("/sign-in"));
}
