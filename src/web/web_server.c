/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: reading a request whole, refusing what is wrong with it, and writing the answer. */
#include "api.h"
#include "web_pages.h"

#include "base_time.h"
#include "web_study.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CONNECTIONS = 1000, CONNECTION_MEMORY = 32 << 10, IDLE_SECONDS = 30, LOOK_MILLISECONDS = 150 };
/* Of what is kept for the next requests: how many, and what a buffer may have. */
enum { SPARE_REQUESTS = 64, SPARE_BUFFER = 64 << 10 };

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    MUST(MHD_add_response_header(response, name, value) == MHD_YES);
}

#define POLICY                                                                                                         \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "              \
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

/* RFC 6266: the name in ASCII, and whole (RFC 5987) where that is not the same. */
static str disposition(struct request *r)
{
    size_t other = 0;
    char *plain = arena_alloc(&r->arena, r->file_name.n + 1);
    for (size_t i = 0; i < r->file_name.n; i++) {
        char c = r->file_name.p[i];
        bool same = c >= ' ' && c <= '~' && !strchr("\"\\%", c);
        plain[i] = '_';
        if (same) plain[i] = c;
        other += !same;
    }
    plain[r->file_name.n] = 0;
    if (!other) return text_format(r, "attachment; filename=\"%s\"", plain);
    return text_format(r, "attachment; filename=\"%s\"; filename*=UTF-8''" STR_FORMAT, plain,
                       STR_ARGS(url_encode(r, r->file_name)));
}

static void add_headers(const struct request *r, struct MHD_Response *response)
{
    add(response, "Content-Type", r->type ? r->type : "text/html; charset=utf-8");
    add(response, "Content-Security-Policy",
        r->island ? POLICY "; style-src-attr 'unsafe-inline'; font-src data:" : POLICY);
    if (r->file_name.n) add(response, "Content-Disposition", disposition((struct request *)(uintptr_t)r).p);
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "Cross-Origin-Resource-Policy", "same-origin");
    if (!request_is_api(r)) { /* of documents; data is none */
        add(response, "X-Frame-Options", "DENY");
        add(response, "Referrer-Policy", "same-origin");
        add(response, "Cross-Origin-Opener-Policy", "same-origin");
        add(response, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    }
    if (r->web->options->secure) add(response, "Strict-Transport-Security", "max-age=31536000");
    add(response, "Cache-Control",
        r->keep             ? "public, max-age=31536000, immutable"
        : request_is_api(r) ? "private, no-cache"
                            : "no-store");
    if (r->location.n && r->htmx && r->status == 200)
        add(response, "HX-Redirect", r->location.p);
    else if (r->location.n)
        add(response, "Location", r->location.p);
    if (request_is_api(r)) add(response, "Vary", "Authorization, Cookie");
    for (size_t i = 0; i < r->headers.count; i++)
        add(response, r->headers.items[i].name.p, r->headers.items[i].value.p);
    for (size_t i = 0; i < ARRAY_COUNT(r->cookies); i++)
        if (r->cookies[i].n) add(response, "Set-Cookie", r->cookies[i].p);
}

static enum MHD_Result respond(struct request *r)
{
    struct MHD_Response *response = r->stream ? stream_response(r) : NULL;
    if (r->stream && !response) {
        r->status = 503;
        r->retry_seconds = 30;
    }
    str body = r->fixed.p ? r->fixed : buf_get(&r->out);
    /* The body is as good as the request, which ends when its answer has been sent. */
    if (!response)
        response = MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);
    if (!response) return MHD_NO;
    add_headers(r, response);
    if (r->bad) add(response, "Connection", "close");
    struct buf retry;
    buf_init(&retry, 20);
    if (r->retry_seconds) {
        buf_printf(&retry, "%u", r->retry_seconds);
        add(response, "Retry-After", retry.p);
    }
    buf_release(&retry);
    enum MHD_Result result = MHD_queue_response(r->connection, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return result;
}

/* A refusal before anything is read: short, plain, and the connection ends with it. */
static enum MHD_Result refuse(struct request *r, int status, str says)
{
    r->status = status;
    r->type = "text/plain; charset=utf-8";
    if (request_is_api(r))
        api_problem(r, status, "The request was not read", str_trim(says));
    else
        r->fixed = says;
    r->bad = true;
    r->stage = REQUEST_DONE;
    return respond(r);
}

str request_address(struct request *r)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char name[NI_MAXHOST];
    if (!info ||
        getnameinfo(info->client_addr,
                    info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in),
                    name, sizeof name, NULL, 0, NI_NUMERICHOST))
        return STR("?");
    return arena_copy(&r->arena, str_of(name));
}

/* HEAD is a GET of which only the head is sent. */
static bool read_method(struct request *r, const char *method)
{
    static const struct {
        const char *name;
        enum method method;
    } methods[] = {{"GET", METHOD_GET},     {"HEAD", METHOD_GET},      {"POST", METHOD_POST},
                   {"PATCH", METHOD_PATCH}, {"DELETE", METHOD_DELETE}, {"OPTIONS", METHOD_OPTIONS}};
    for (size_t i = 0; i < ARRAY_COUNT(methods); i++)
        if (!strcmp(methods[i].name, method)) return r->method = methods[i].method, true;
    return false;
}

static enum MHD_Result refuse_method(struct request *r)
{
    str allow = routes_allow(&r->arena, r->path);
    if (allow.n) api_header(r, "Allow", allow);
    return refuse(r, 405, STR("This address does not take that method.\n"));
}

static enum MHD_Result answer_options_method(struct request *r)
{
    api_header(r, "Allow", text_format(r, STR_FORMAT ", OPTIONS", STR_ARGS(routes_allow(&r->arena, r->path))));
    r->status = 204;
    r->type = "application/json; charset=utf-8";
    r->stage = REQUEST_DONE;
    return respond(r);
}

static bool is_json(const struct request *r)
{
    return request_sends(r, "application/json") || request_sends(r, "application/merge-patch+json") ||
           (r->route && r->route->lines && request_sends_lines(r));
}

static str form_type(const struct request *r)
{
    return r->route && r->route->upload ? STR("multipart/form-data") : STR("application/x-www-form-urlencoded");
}

static enum MHD_Result begin(struct request *r, const char *method)
{
    r->stage = REQUEST_BODY;
    r->head = !strcmp(method, "HEAD");
    bool known = read_method(r, method);
    if (!request_read_head(r)) return refuse(r, 400, STR("The request is not well formed.\n"));
    if (!host_is_ours(r->web, r->host))
        return refuse(r, 400,
                      STR("This server does not answer under that host name. Start it with --allow-host NAME.\n"));
    if (!known || (r->method == METHOD_OPTIONS && !request_is_api(r))) return refuse_method(r);
    bool api = request_is_api(r), get = r->method == METHOD_GET;
    bool other_method;
    r->route = route_find(r->method, r->path, r->captures, &other_method);
    bool upload = r->route && r->route->upload, texts = r->route && r->route->texts;
    r->in_address = texts && !r->bearer.p && pairs_get(&r->query, STR("token")).n;
    if (r->in_address) r->bearer = pairs_get(&r->query, STR("token"));
    if (r->session.n) r->body.cap = SIGNED_IN_LIMIT;
    if (api) r->body.cap = API_BODY_LIMIT;
    if (upload) r->body.cap = r->route->upload;
    if (r->content_length > r->body.cap)
        return refuse(r, 413,
                      text_format(r, "What was sent is too large: it may have %zu MB here.\n", r->body.cap >> 20));
    if (get && r->content_length) return refuse(r, 400, STR("A GET has no body.\n"));
    /* Who does not say who it is is told so first, here or where the token is looked at. */
    bool nobody = !r->session.n && !(api && r->bearer.p);
    if (upload && nobody) {
        if (api) api_header(r, "WWW-Authenticate", STR("Bearer"));
        return refuse(r, api ? 401 : 403, STR("Sign in first. Nothing was saved.\n"));
    }
    if (api && !nobody && !texts && !upload && (r->method == METHOD_POST || r->method == METHOD_PATCH) && !is_json(r))
        return refuse(r, 415,
                      r->route && r->route->lines ? STR("Send application/json, or application/jsonl.\n")
                                                  : STR("Send application/json.\n"));
    if ((!api || upload) && r->method == METHOD_POST && !str_starts(r->content_type, form_type(r)))
        return refuse(r, 415, text_format(r, "This form is sent as " STR_FORMAT ".\n", STR_ARGS(form_type(r))));
    if (api && r->method == METHOD_OPTIONS && other_method) return answer_options_method(r);
    if (!r->route && other_method) return refuse_method(r);
    return MHD_YES;
}

void answer_done(struct request *r)
{
    r->stage = REQUEST_DONE;
    MHD_resume_connection(r->connection);
}

static enum MHD_Result dispatch(struct request *r)
{
    enum lane lane = r->route ? r->route->lane : LANE_WORKER;
    if (lane == LANE_AT_ONCE) {
        r->stage = REQUEST_DONE;
        r->route->answer(r);
        return respond(r);
    }
    struct lane_queue *queue = lane == LANE_PASSWORD ? &r->web->passwords : &r->web->work;
    r->stage = REQUEST_QUEUED;
    MHD_suspend_connection(r->connection);
    if (lane_add(queue, r)) return MHD_YES;
    r->status = 503;
    r->type = "text/plain; charset=utf-8";
    r->fixed = STR("The server is busy. Try again in a moment.\n");
    r->retry_seconds = 2;
    answer_done(r);
    return MHD_YES;
}

static enum MHD_Result handle(void *self, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *size, void **context)
{
    (void)self, (void)url, (void)version;
    struct request *r = *context;
    switch (r->stage) {
    case REQUEST_NEW: r->connection = connection; return begin(r, method);
    case REQUEST_BODY:
        if (!*size) return dispatch(r);
        buf_put(&r->body, data, *size);
        *size = 0;
        return r->body.full ? MHD_NO : MHD_YES; /* more than was announced, or chunked and too much */
    case REQUEST_QUEUED: return MHD_YES;
    case REQUEST_DONE: return respond(r);
    }
    return MHD_NO;
}

static struct request *make_request(void)
{
    struct request *r = mem_zalloc(sizeof *r);
    arena_init(&r->arena, ARENA_LIMIT);
    arena_alloc(&r->arena, ARENA_FIRST);
    arena_clear(&r->arena);
    return r;
}

static void free_request(struct request *r)
{
    buf_release(&r->body);
    buf_release(&r->out);
    arena_release(&r->arena);
    mem_free(r);
}

static struct request *take_spare(struct web *web)
{
    pthread_mutex_lock(&web->spare_lock);
    struct request *r = web->spare;
    if (r) web->spare = r->next, web->spare_count--;
    pthread_mutex_unlock(&web->spare_lock);
    return r;
}

static void give_spare(struct web *web, struct request *r)
{
    arena_clear(&r->arena);
    pthread_mutex_lock(&web->spare_lock);
    bool room = web->spare_count < SPARE_REQUESTS;
    if (room) r->next = web->spare, web->spare = r, web->spare_count++;
    pthread_mutex_unlock(&web->spare_lock);
    if (!room) free_request(r);
}

static void clean_buffer(struct buf *b, size_t cap)
{
    if (b->room > SPARE_BUFFER) buf_release(b);
    buf_clear(b);
    b->cap = cap;
}

/* The first thing that is heard of a request: its target as it came, which MHD would have unescaped. */
static void *new_request(void *self, const char *target, struct MHD_Connection *connection)
{
    struct web *web = self;
    struct request *r = take_spare(web);
    if (!r) r = make_request();
    *r = (struct request){.arena = r->arena, .body = r->body, .out = r->out, .web = web, .connection = connection};
    r->raw_target = arena_copy(&r->arena, str_of(target));
    clean_buffer(&r->body, BODY_LIMIT);
    clean_buffer(&r->out, PAGE_LIMIT);
    return r;
}

static void end_request(void *self, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode why)
{
    (void)connection, (void)why;
    if (*context) give_spare(self, *context);
    *context = NULL;
}

/* We read the target ourselves. */
static size_t keep_escapes(void *self, struct MHD_Connection *connection, char *text)
{
    (void)self, (void)connection;
    return strlen(text);
}

static void *keep(void *self)
{
    struct web *web = self;
    struct pollfd wake[2] = {{.fd = web->keeper_stop, .events = POLLIN}, {.fd = web->keeper_wake, .events = POLLIN}};
    while (poll(wake, 2, LOOK_MILLISECONDS) < 0 || !wake[0].revents) {
        uint64_t asked;
        if (wake[1].revents && read(web->keeper_wake, &asked, sizeof asked) < 0) break;
        web_look(web);
        events_look(web);
        events_beat(web);
        web_find(web);
        web_tidy(web);
    }
    return NULL;
}

static int start_http(struct web *web, uint16_t *port, struct err *err)
{
    const struct web_options *o = web->options;
    const char *address = o->address ? o->address : "127.0.0.1";
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(o->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(o->port)};
    bool is_v6 = inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;
    if (!is_v6 && inet_pton(AF_INET, address, &v4.sin_addr) != 1)
        return err_set(err, ERR_USAGE, "\"%s\" is not an address like 127.0.0.1", address);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    errno = 0;
    web->daemon = MHD_start_daemon(flags | (is_v6 ? MHD_USE_IPv6 : 0), o->port, NULL, NULL, handle, web,
                                   MHD_OPTION_SOCK_ADDR, is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
                                   MHD_OPTION_URI_LOG_CALLBACK, new_request, web, MHD_OPTION_NOTIFY_COMPLETED,
                                   end_request, web, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, web,
                                   MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_LIMIT,
                                   (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
                                   MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_THREAD_POOL_SIZE, 2u, MHD_OPTION_END);
    if (!web->daemon)
        return err_set(err, ERR_IO, "cannot serve at %s port %u: %s", address, o->port,
                       errno ? strerror(errno) : "the address may be taken");
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_BIND_PORT);
    *port = info ? info->port : o->port;
    return 0;
}

static int open_workspace(struct web *web, struct err *err)
{
    const struct web_options *o = web->options;
    if (store_open(o->workspace, STORE_READ | STORE_WRITE | STORE_LEAVES_LOG, &web->writer, err) ||
        store_open(o->workspace, STORE_READ | STORE_WRITE | STORE_EASY, &web->keeper_store, err))
        return -1;
    web->profile = *store_profile(web->writer);
    if (web->profile.zone.n && zone_load(&web->arena, web->profile.zone, &web->zone, err)) return -1;
    crypto_generichash(web->secret, sizeof web->secret, (const unsigned char *)"form tokens", 11,
                       store_person_key(web->writer), 32);
    if (graph_new(store_model(web->writer), store_profile(web->writer), &o->graph, &web->graph, err) ||
        graph_refresh(web->graph, web->writer, err) ||
        checks_compile(&web->arena, web->graph, o->checks, o->check_count, &web->checks, err) ||
        agenda_compile(&web->arena, web->graph, o->agenda, o->agenda_count, &web->agenda, err) ||
        benchmarks_compile(&web->arena, web->graph, o->benchmarks, o->benchmark_count, &web->benchmarks,
                           &web->benchmark_count, err))
        return -1;
    struct picture *first = graph_take(web->graph);
    web->events.looked = web->events.number = picture_number(first);
    web->events.ruled = picture_ruling_number(first);
    web->events.serial = 1; /* who comes learns what the newest commit is */
    picture_drop(first);
    web->api_rate = o->api_rate ? o->api_rate : 1200;
    web->description = api_describe(&web->arena, store_model(web->writer), web->profile.name);
    return pages_compile(web, err);
}

/* Everything that was asked for is answered; then the connections end. */
static void stop_http(struct web *web)
{
    if (!web->daemon) return;
    MHD_socket listening = MHD_quiesce_daemon(web->daemon);
    if (listening != MHD_INVALID_SOCKET) close(listening);
    workers_stop(web);
    scribe_stop(web);
    events_stop(web);
    usleep(100000); /* the last answers go out */
    MHD_stop_daemon(web->daemon);
}

static void log_hooks(void *host, str what, str detail) { web_log(host, what, detail); }

static int start_hooks(struct web *web, struct err *err)
{
    const struct hook_options options = {.workspace = web->options->workspace,
                                         .to_private = web->options->hooks_to_private,
                                         .log = log_hooks,
                                         .host = web};
    return hooks_start(&options, &web->hooks, err);
}

static int run(struct web *web, struct err *err)
{
    const struct web_options *o = web->options;
    uint16_t port;
    web->keeper_stop = eventfd(0, EFD_CLOEXEC);
    web->keeper_wake = eventfd(0, EFD_CLOEXEC);
    web->model_changed = eventfd(0, EFD_CLOEXEC);
    if (web->keeper_stop < 0 || web->keeper_wake < 0 || web->model_changed < 0)
        return err_errno(err, "cannot make an eventfd");
    if (pthread_create(&web->keeper, NULL, keep, web)) return err_errno(err, "cannot start a thread");
    web->keeper_runs = true;
    if (scribe_start(web, err) || studies_start(web, err) || workers_start(web, err) || start_hooks(web, err) ||
        start_http(web, &port, err))
        return -1;
    bool v6 = o->address && strchr(o->address, ':');
    struct buf url;
    buf_init(&url, 500);
    buf_printf(&url, "http://%s%s%s:%u/", v6 ? "[" : "", o->address ? o->address : "127.0.0.1", v6 ? "]" : "", port);
    if (o->ready) o->ready(o->host, url.p);
    buf_release(&url);
    struct pollfd stop[2] = {{.fd = o->stop, .events = POLLIN}, {.fd = web->model_changed, .events = POLLIN}};
    while (poll(stop, ARRAY_COUNT(stop), -1) < 0 && errno == EINTR) continue;
    return stop[0].revents ? 0 : WEB_MODEL_CHANGED;
}

static void take_rulebooks(struct web *web)
{
    const struct web_options *o = web->options;
    struct book_text *books = arena_array(&web->arena, o->rulebook_count + 1, sizeof *books);
    for (size_t i = 0; i < o->rulebook_count; i++)
        books[i] = (struct book_text){.name = o->rulebooks[i].file, .text = o->rulebooks[i].text};
    web->shipped = books, web->shipped_count = o->rulebook_count;
    web->shelf = shelf_new();
}

int web_serve(const struct web_options *options, struct err *err)
{
    struct web *web = mem_zalloc(sizeof *web);
    web->options = options;
    web->keeper_stop = web->keeper_wake = web->model_changed = -1;
    pthread_cond_init(&web->found_changed, NULL);
    arena_init(&web->arena, 0);
    pthread_mutex_init(&web->write_lock, NULL);
    pthread_mutex_init(&web->found_lock, NULL);
    pthread_mutex_init(&web->past_lock, NULL);
    pthread_mutex_init(&web->past_maker, NULL);
    pthread_mutex_init(&web->limit_lock, NULL);
    pthread_mutex_init(&web->spare_lock, NULL);
    pthread_mutex_init(&web->events.lock, NULL);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    web->worker_count = options->workers ? options->workers
                        : processors < 2 ? 2
                        : processors > 8 ? 8
                                         : (size_t)processors;
    web->workers = arena_array(&web->arena, web->worker_count + 1, sizeof *web->workers);
    int result = web_hash_password(STR("nobody has this password"), web->dummy_hash, err);
    if (!result) assets_init(web);
    if (!result) take_rulebooks(web);
    if (!result) result = open_workspace(web, err);
    if (!result) result = run(web, err);
    stop_http(web);
    workers_stop(web);
    scribe_stop(web);
    hooks_stop(web->hooks);
    studies_stop(web);
    if (web->keeper_runs) {
        web_stop(web->keeper_stop);
        pthread_join(web->keeper, NULL);
    }
    for (size_t i = 0; i < ARRAY_COUNT(web->found); i++)
        if (web->found[i]) web_drop_found(web, web->found[i]);
    past_release(web);
    for (struct request *r; (r = take_spare(web));) free_request(r);
    shelf_free(web->shelf);
    graph_free(web->graph);
    store_close(web->keeper_store);
    store_close(web->writer);
    if (web->keeper_stop >= 0) close(web->keeper_stop);
    if (web->keeper_wake >= 0) close(web->keeper_wake);
    if (web->model_changed >= 0) close(web->model_changed);
    arena_release(&web->arena);
    mem_free(web);
    return result;
}

void web_stop(int eventfd_of_options)
{
    uint64_t one = 1;
    ssize_t written = write(eventfd_of_options, &one, sizeof one);
    (void)written; /* a full eventfd is readable already */
}
