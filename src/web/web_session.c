/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: session and CSRF tokens, and signing in. */
#include "web_pages.h"

#include "base_time.h"
#include "base_utf8.h"

#include <sodium.h>
#include <string.h>

/* Attempts within the window, for each name and each address. */
enum { WINDOW_SECONDS = 15 * 60, NAME_ATTEMPTS = 8, ADDRESS_ATTEMPTS = 40, TOUCH_SECONDS = 300 };

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
    struct web_secret secret;
    web_make_secret(false, &secret);
    return arena_copy(a, str_of(secret.text));
}

void web_make_secret(bool of_program, struct web_secret *out)
{
    static const char program[] = "entente_";
    unsigned char bytes[TOKEN_HEX / 2];
    size_t n = of_program ? sizeof program - 1 : 0;
    _Static_assert(sizeof out->text > sizeof program + TOKEN_HEX, "room for the longest");
    randombytes_buf(bytes, sizeof bytes);
    memcpy(out->text, program, n);
    sodium_bin2hex(out->text + n, sizeof out->text - n, bytes, sizeof bytes);
    secret_hash(str_of(out->text), out->hash);
    sodium_memzero(bytes, sizeof bytes);
}

/* The store keeps secrets by this, so that a copy of the file opens nothing. */
void secret_hash(str secret, unsigned char out[32])
{
    crypto_generichash(out, 32, (const unsigned char *)secret.p, secret.n, NULL, 0);
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

/* For the list of sessions: not worth a write for each request, nor an error. */
static void touch_session(struct request *r, const unsigned char hash[32], int64_t now)
{
    struct err err;
    pthread_mutex_lock(&r->web->write_lock);
    if (store_touch_session(r->web->writer, hash, now, &err))
        web_log(r->web, STR("cannot note when a session was used"), str_of(err.message));
    pthread_mutex_unlock(&r->web->write_lock);
}

int session_read(struct request *r, struct err *err)
{
    if (r->session.n) {
        unsigned char hash[32];
        int64_t used = 0, now = time_now();
        secret_hash(r->session, hash);
        bool known = !store_load_session(r->store, &r->arena, hash, now, &r->user, &used, err);
        if (!known && err->code != ERR_ABSENT) return -1;
        r->signed_in = known && !r->user.closed;
        if (r->signed_in && now - used >= TOUCH_SECONDS) touch_session(r, hash, now);
    }
    if (r->signed_in) r->viewer = (struct graph_viewer){.side = r->user.side, .role = r->user.role};
    if (r->signed_in)
        r->csrf = csrf_of(r, r->session);
    else if (r->visit.n)
        r->csrf = csrf_of(r, r->visit);
    return 0;
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

/* The rows are few: two names in one
 * row share their attempts, which only makes the limit stricter. */
static uint32_t limited(struct limit_row rows[LIMIT_ROWS], uint64_t hash, uint32_t count, uint32_t limit,
                        int64_t window, int64_t now)
{
    struct limit_row *row = &rows[hash % LIMIT_ROWS];
    if (now - row->since >= window || now < row->since) *row = (struct limit_row){hash, now, 0};
    bool within = count <= limit && row->count <= limit - count;
    if (within) row->count += count;
    return within ? 0 : (uint32_t)(row->since + window - now);
}

uint32_t count_attempt(struct request *r, str name)
{
    struct web *web = r->web;
    int64_t now = time_now();
    str address = request_address(r);
    pthread_mutex_lock(&web->limit_lock);
    uint32_t a = limited(web->by_address, str_hash(address), 1, ADDRESS_ATTEMPTS, WINDOW_SECONDS, now);
    uint32_t b = limited(web->by_name, str_hash(name), 1, NAME_ATTEMPTS, WINDOW_SECONDS, now);
    pthread_mutex_unlock(&web->limit_lock);
    return a > b ? a : b;
}

uint32_t count_api_requests(struct request *r, uint64_t who, uint32_t count, int64_t window)
{
    pthread_mutex_lock(&r->web->limit_lock);
    uint32_t wait = limited(r->web->by_program, who, count, r->web->api_rate, window, time_now());
    pthread_mutex_unlock(&r->web->limit_lock);
    return wait;
}

void forget_attempts(struct request *r, str name)
{
    str from = request_address(r);
    pthread_mutex_lock(&r->web->limit_lock);
    r->web->by_name[str_hash(name) % LIMIT_ROWS].count = 0;
    struct limit_row *address = &r->web->by_address[str_hash(from) % LIMIT_ROWS];
    address->count -= address->count > 0; /* a whole company may come from one address */
    pthread_mutex_unlock(&r->web->limit_lock);
}

/* An account without a password takes as long as a wrong one. */
bool password_fits(struct request *r, str hash, str password)
{
    bool some = hash.n && hash.n < WEB_HASH_SIZE;
    char text[WEB_HASH_SIZE] = {0};
    memcpy(text, some ? hash.p : r->web->dummy_hash, some ? hash.n : WEB_HASH_SIZE);
    return !crypto_pwhash_str_verify(text, password.p ? password.p : "", password.n) && some;
}

str password_refusal(struct request *r, const struct stored_user *u, str password, str again)
{
    if (password.n < PASSWORD_MIN)
        return text_format(r, "A password has at least %d characters. A few words in a row are easy to remember.",
                           PASSWORD_MIN);
    if (password.n > PASSWORD_MAX) return text_format(r, "A password has at most %d bytes.", PASSWORD_MAX);
    if (!str_eq(password, again)) return STR("The two passwords differ. Type the same one twice.");
    if (str_eq(utf8_fold(&r->arena, password), u->name)) return STR("The password is your name. Choose another one.");
    return STR_NONE;
}

/* Always a new token: an old one is worth nothing after signing in. */
int session_begin(struct request *r, uint64_t user, struct err *err)
{
    struct web_secret secret;
    int64_t now = time_now();
    web_make_secret(false, &secret);
    pthread_mutex_lock(&r->web->write_lock);
    int failed =
        store_add_session(r->web->writer, secret.hash, user, now, now + SESSION_SECONDS, request_place(r), err);
    pthread_mutex_unlock(&r->web->write_lock);
    if (failed) return -1;
    set_cookie(r, 0, "entente_session", str_of(secret.text), SESSION_SECONDS);
    set_cookie(r, 1, "entente_visit", STR(""), 0);
    return 0;
}

enum password_answer password_asked(struct request *r, str password)
{
    r->retry_seconds = count_attempt(r, r->user.name);
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

void visit_begin(struct request *r)
{
    if (r->csrf.n) return;
    r->visit = random_token(&r->arena);
    set_cookie(r, 0, "entente_visit", r->visit, SESSION_SECONDS);
    r->csrf = csrf_of(r, r->visit);
}

static void show_sign_in(struct request *r, int status, str name, str target, str message)
{
    visit_begin(r);
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
    r->retry_seconds = count_attempt(r, name);
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
    if (session_begin(r, user.id, &err))
        page_fail(r, &err);
    else
        request_redirect(r, target);
}

void answer_sign_out(struct request *r)
{
    unsigned char hash[32];
    struct err err;
    secret_hash(r->session, hash);
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
