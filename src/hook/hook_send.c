/* SPDX-License-Identifier: Apache-2.0 */
#include "hook_inside.h"

#include "base_utf8.h"

#include <sodium.h>
#include <string.h>
#include <sys/socket.h>

enum { CONNECT_MS = 5000, WHOLE_MS = 15000, ANSWER_BYTES = 64 << 10 };

/* Called with the number that is about to be connected to, whatever name led there. */
static curl_socket_t open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct sending *s = self;
    enum hook_reach reach = purpose == CURLSOCKTYPE_IPCXN ? hook_reach(&address->addr) : REACH_NEVER;
    if (reach == REACH_NEVER || (reach == REACH_PRIVATE && !s->options->to_private)) {
        s->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_answer(char *data, size_t size, size_t count, void *self)
{
    struct sending *s = self;
    size_t n = size * count;
    for (size_t i = 0; i < n && !s->line_over; i++) {
        s->line_over = data[i] == '\n' || s->said == SAYS_BYTES;
        if (!s->line_over) s->says[s->said++] = data[i];
    }
    s->received += n;
    return s->received > ANSWER_BYTES ? 0 : n; /* 0: enough of it */
}

static void add_header(struct sending *s, const char *name, str value)
{
    str line = arena_printf(&s->arena, "%s: " STR_FORMAT, name, STR_ARGS(value));
    struct curl_slist *more = s->curl->slist_append(s->headers, line.p);
    MUST(more);
    s->headers = more;
}

static void put_headers(struct sending *s, const struct hook_target *t, int64_t now)
{
    char signature[HOOK_SIGNATURE_TEXT];
    hook_sign(t->secret, HOOK_SECRET, s->delivery.event, now, s->delivery.body, signature);
    add_header(s, "Content-Type", STR("application/cloudevents+json; charset=utf-8"));
    add_header(s, "webhook-id", s->delivery.event);
    add_header(s, "webhook-timestamp", arena_printf(&s->arena, "%lld", (long long)now));
    add_header(s, "webhook-signature", str_of(signature));
    add_header(s, "Expect", STR("")); /* no waiting for 100 Continue */
}

#define set(s, option, value)                                                                                          \
    ((s)->failed = (s)->failed || (s)->curl->easy_setopt((s)->easy, option, value) != CURLE_OK)

struct setting {
    const struct curl *curl;
    CURL *easy;
    bool failed;
};

static bool prepare(struct sending *s, const char *address)
{
    struct setting c = {.curl = s->curl, .easy = s->easy};
    set(&c, CURLOPT_URL, address);
    set(&c, CURLOPT_PROTOCOLS_STR, s->options->to_private ? "https,http" : "https");
    set(&c, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(&c, CURLOPT_FOLLOWLOCATION, 0L);
    set(&c, CURLOPT_PROXY, ""); /* none, whatever the environment says */
    set(&c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    set(&c, CURLOPT_OPENSOCKETDATA, s);
    set(&c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    set(&c, CURLOPT_NOSIGNAL, 1L);
    set(&c, CURLOPT_QUICK_EXIT, 1L); /* a name server that hangs keeps nobody waiting */
    set(&c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    set(&c, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
    set(&c, CURLOPT_USERAGENT, "Entente/" ENTENTE_VERSION);
    set(&c, CURLOPT_HTTPHEADER, s->headers);
    set(&c, CURLOPT_POST, 1L);
    set(&c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->delivery.body.n);
    set(&c, CURLOPT_POSTFIELDS, s->delivery.body.p);
    set(&c, CURLOPT_WRITEFUNCTION, take_answer);
    set(&c, CURLOPT_WRITEDATA, s);
    set(&c, CURLOPT_PRIVATE, s);
    return !c.failed;
}

struct sending *sending_new(const struct curl *curl, const struct hook_options *o, const struct hook_target *t,
                            const struct stored_delivery *d, int64_t now)
{
    struct sending *s = mem_zalloc(sizeof *s);
    arena_init(&s->arena, 0);
    s->curl = curl;
    s->options = o;
    s->hook = t->id;
    s->delivery = (struct stored_delivery){.id = d->id,
                                           .attempts = d->attempts + 1,
                                           .event = arena_copy(&s->arena, d->event),
                                           .body = arena_copy(&s->arena, d->body)};
    s->easy = curl->easy_init();
    MUST(s->easy);
    put_headers(s, t, now);
    if (prepare(s, arena_copy(&s->arena, t->address).p)) return s;
    o->log(o->host, STR("cannot send an event"), STR("the sender does not take its settings"));
    sending_free(s);
    return NULL;
}

void sending_free(struct sending *s)
{
    s->curl->easy_cleanup(s->easy);
    s->curl->slist_free_all(s->headers);
    arena_release(&s->arena);
    mem_free(s);
}

/* ---- What came of it ---- */

/* The first line as people may read it. */
static str first_line(struct sending *s)
{
    for (size_t i = 0; i < s->said; i++)
        if ((unsigned char)s->says[i] < ' ' || s->says[i] == 0x7f) s->says[i] = ' ';
    str line = {s->says, s->said};
    size_t bad = utf8_first_bad(line, true);
    return str_trim(bad == STR_NOT_FOUND ? line : str_slice(line, 0, bad));
}

static str why_not(struct sending *s, CURLcode code)
{
    if (s->refused && code == CURLE_COULDNT_CONNECT)
        return s->options->to_private
                   ? STR("not sent: no receiver can be at the address that its name stands for")
                   : STR("not sent: its name stands for an inner network (see serve --hooks-to-private)");
    if (code == CURLE_OPERATION_TIMEDOUT) return STR("no answer in time");
    if (code == CURLE_UNSUPPORTED_PROTOCOL) return STR("not sent: by https only (see serve --hooks-to-private)");
    return arena_copy(&s->arena, str_of(s->curl->easy_strerror(code)));
}

static int64_t when_again(struct sending *s, int64_t now)
{
    curl_off_t asked = 0;
    int64_t wait = hook_wait(s->delivery.attempts, randombytes_random());
    if (!wait) return 0;
    if (s->curl->easy_getinfo(s->easy, CURLINFO_RETRY_AFTER, &asked) == CURLE_OK && asked > wait)
        wait = asked < HOOK_WAIT_MOST ? asked : HOOK_WAIT_MOST;
    return now + 1 + wait; /* the second that is now has begun */
}

struct delivery_outcome sending_outcome(struct sending *s, CURLcode code, int64_t now, bool *gone)
{
    long status = 0;
    bool cut = code == CURLE_WRITE_ERROR && s->received > ANSWER_BYTES;
    if (code == CURLE_OK || cut) {
        if (s->curl->easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK) status = 0;
    }
    struct delivery_outcome o = {.delivery = s->delivery.id, .status = (int)status};
    *gone = status == 410;
    o.says = status ? first_line(s) : why_not(s, code);
    if (status >= 300 && status < 400) o.says = STR("redirects are not followed");
    if (status >= 200 && status < 300)
        o.state = DELIVERY_DONE;
    else if (*gone || !(o.due = when_again(s, now)))
        o.state = DELIVERY_GIVEN_UP;
    return o;
}
