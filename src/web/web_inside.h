/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the web server share: requests, the server's state, and who is signed in. Only src/web looks in
 * here; web_pages.h stands above it.
 *
 * A request lives in one arena. The connection's thread reads it and hands it to a worker; the worker answers into it
 * and wakes the connection. Nothing of a request is touched by two threads at once. */
#ifndef WEB_INSIDE_H
#define WEB_INSIDE_H

#include "align_benchmark.h"
#include "align_ruling.h"
#include "hook.h"
#include "store_access.h"
#include "template.h"
#include "web.h"

#include <pthread.h>

struct MHD_Connection;
struct MHD_Daemon;
struct found;

enum {
    TOKEN_HEX = 64,            /* session, visit and CSRF tokens, as hexadecimal digits */
    BODY_LIMIT = 2 << 20,      /* bytes of a form */
    SIGNED_IN_LIMIT = 8 << 20, /* of who is signed in: a text of 1 MB, escaped, twice, as it stands in a conflict */
    API_BODY_LIMIT = 8 << 20,  /* bytes of JSON */
    UPLOAD_LIMIT = 4 << 20,    /* bytes of a form with a file of 2 MB, also as base64 */
    ATTACHMENT_LIMIT = ATTACHMENT_BYTES + (256 << 10), /* bytes of a form with a file to attach */
    EDITOR_LIMIT = 12 << 20,  /* bytes of a form with a model three times: as it is, was opened and is now */
    PAGE_LIMIT = 16 << 20,    /* bytes of a page */
    FORM_FIELDS_LIMIT = 2000, /* names in a form or query */
    SESSION_SECONDS = 12 * 3600,
    ARENA_LIMIT = 512 << 20, /* bytes of one request's work, */
    ARENA_FIRST = 120 << 10, /* and of the memory for it that is kept for the next one */
};

/* ---- Requests ---- */

enum method { METHOD_GET, METHOD_POST, METHOD_PATCH, METHOD_DELETE, METHOD_OPTIONS };
enum access { ACCESS_ANYONE, ACCESS_VIEW, ACCESS_EDIT, ACCESS_STEWARD };
/* Where a request is answered: in the connection's thread, by a worker, or by the one that hashes passwords. */
enum lane { LANE_AT_ONCE, LANE_WORKER, LANE_PASSWORD };

struct request;
struct route {
    enum method method;
    str path; /* a star stands for one piece */
    enum access access;
    enum lane lane;
    void (*answer)(struct request *r);
    size_t upload; /* bytes of a form with a file (multipart/form-data); 0: a plain form */
    bool texts;    /* of the API: takes forms and plain text too, and a token in its address */
    bool lines;    /* of the API: takes JSON lines too */
    bool now;      /* what it shows has no past: accounts, talk, streams */
};
const struct route *route_find(enum method method, str path, str captures[2], bool *other_method);
const struct route *routes(size_t *count);
/* Can it be asked as of an earlier day? What is read and stands in the picture can. */
bool route_looks_back(const struct route *route);
/* The methods that an address takes: "GET, HEAD, POST"; STR_NONE where there is no such address. */
str routes_allow(struct arena *a, str path);

struct pair {
    str name, value;
};
struct pairs {
    struct pair *items;
    size_t count, room;
};
struct worker;
struct web;

struct request {
    struct arena arena;
    struct web *web;
    struct MHD_Connection *connection;
    struct request *next; /* in a lane's queue */

    /* What was asked. */
    enum method method;
    bool head, bad, htmx;
    bool unpacks;                                       /* gzip */
    str raw_target, path, host, origin, session, visit; /* tokens in hexadecimal, or STR_NONE */
    str agent;
    str content_type, csrf_header, accept;
    bool in_address; /* the token stands in the address, where others may read it: one that asks only */
    str bearer, if_match, if_none_match, idempotency; /* of the API: see api.h */
    str meant; /* what an idempotency key stands for, where a body is sent in several ways: a form; else STR_NONE */
    uint64_t content_length;
    struct pairs query, form;
    struct buf body;
    const struct route *route;
    str captures[2];

    /* Who asks, and of which picture; set by the worker. */
    str as_of;                /* ?as_of=; STR_NONE: of now */
    struct store_moment then; /* what is looked back at; number 0: now */
    struct store *store;
    struct worker *worker;
    bool signed_in;
    struct stored_user user;
    struct graph_viewer viewer;
    const struct stored_token *token; /* a program asks */
    str csrf;
    struct picture *picture;
    VEC(struct picture *) earlier; /* request_look: what was read in them is good until the answer is made */
    struct graph_view *view;
    struct feel_env env;
    struct feel_value *values; /* of the page: see page_put */
    const struct page *page;

    /* The answer. */
    int status;
    struct buf out;
    const char *type; /* content type */
    str location;     /* of a redirect */
    str cookies[2];   /* whole Set-Cookie values */
    str file_name;    /* what it is to be saved as; STR_NONE: it is shown */
    str fixed;        /* a body that outlives the request (an asset), in place of `out` */
    bool stream;      /* events follow, see web_events.c */
    bool keep;        /* may be cached for ever */
    bool island;      /* a page in which dmn-js draws: it sets style attributes, and its font is in its style sheet */
    uint32_t retry_seconds;    /* 0: no Retry-After */
    struct pairs headers;      /* further ones */
    struct kept_ruling *keeps; /* the answer is a ruling that the scribe writes down first: see web_scribe.c */
    bool remembers;            /* the answer belongs to a commit with an idempotency key */

    enum { REQUEST_NEW, REQUEST_BODY, REQUEST_QUEUED, REQUEST_DONE } stage;
};

/* The first value of that name; STR_NONE when there is none. */
str pairs_get(const struct pairs *p, str name);
/* application/x-www-form-urlencoded. -1: a broken escape, a NUL, no UTF-8, or too many. */
int pairs_parse(struct arena *a, str text, struct pairs *out) MUST_USE;
/* multipart/form-data. A file is two pairs: its content, which may be anything, under the field's name, and its own
 * name under "FIELD.name". -1: no such form, a text that is no UTF-8, or too many fields. */
int multipart_parse(struct arena *a, str content_type, str body, struct pairs *out) MUST_USE;
/* %XX; false as above. With `plus`, + is a blank. */
bool percent_decode(struct arena *a, str text, bool plus, str *out);
/* Where it comes from, as numbers: "203.0.113.7". */
str request_address(struct request *r);
/* Is that the media type of what was sent? */
bool request_sends(const struct request *r, const char *type);
bool request_sends_lines(const struct request *r);
/* Reads the head of the request; false when it must be refused with 400. */
bool request_read_head(struct request *r);
/* An address from its parts; pairs without a value are left out. */
str url_of(struct request *r, str path, const struct pairs *query);
/* The query of this page with one name changed, as "/path?a=1&b=2"; an empty value takes the name away. */
str request_url_with(struct request *r, str name, str value);
str url_encode(struct request *r, str text);            /* all but unreserved characters and '/' */
void request_redirect(struct request *r, str location); /* 303 */
bool request_may_edit(const struct request *r);
bool request_is_allowed(const struct request *r, enum access access);
/* What the one who asks may not see is neither shown to them nor changed by them. */
bool request_sees(const struct request *r, const struct model_type *type, const struct model_field *field);
/* The same of the files that hang on the type's facts. */
bool request_sees_files(const struct request *r, const struct model_type *type);
/* A side's restatement ("marketing restatement", "it restatement") is written by people of that side. */
bool request_writes(const struct request *r, const struct model_field *field);
void request_look(struct request *r); /* takes the newest picture */
#define text_format(r, ...) arena_printf(&(r)->arena, __VA_ARGS__)

/* ---- Looking back: ?as_of=2026-11-22, or #12 (web_past.c)
 *
 * An address with as_of is drawn from the picture of that day, which is then today, and only read: request_may_edit is
 * false. The server remembers a few such pictures. */

/* Takes the picture that as_of asks for. False after the answer has become a refusal. */
bool request_look_back(struct request *r);
/* The page's links, and forms that only ask, stay at the day; a redirect too. */
void keep_day(struct request *r);
/* The picker and the banner of every page. */
struct feel_value day_record(struct request *r);
/* The findings of the picture that is looked back at, without what is known of findings today. Drop it as any other. */
int past_take_found(struct request *r, struct found **out, struct err *err) MUST_USE;
void past_release(struct web *web);

/* ---- The server's state ---- */

/* All findings of one picture, as those of one sight see them (graph_sight); counted. */
struct found {
    int holders;
    struct arena arena;
    struct picture *picture;
    int64_t day;
    struct found *whole; /* NULL: this is all that the system found */
    struct findings all;
    const struct finding *findings; /* the same */
    size_t count;
    struct practice_score scores[PRACTICE_COUNT];
    const struct stored_stranger *strangers;
    size_t stranger_count;
    struct evidence_totals totals;
    struct feel_value *own; /* the company's own number beside each of web->benchmarks; null where there is none */
};

struct lane_queue {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct request *first, **last;
    size_t count, limit;
    uint64_t added; /* in all */
    bool stopping;
};
/* Rulings that wait to be written down: all that are there go into one transaction (web_scribe.c). */
struct kept_ruling {
    struct stored_ruling row;
    const struct rulebook *book; /* held until it is written */
    str text;                    /* the book's */
    bool names_book;             /* it was asked by its name */
    bool in_text;                /* the answer is a text for a person */
    size_t at, length;           /* else where in the answer it stands, without its number */
    size_t line;                 /* of the request's lines; 0: it asked one question */
    struct kept_ruling *next;    /* of these */
};
struct scribe {
    struct lane_queue queue;
    pthread_t thread;
    struct store *store;
    _Atomic unsigned log_pages; /* how long the log was after the last group; 0: the keeper has seen to it */
    bool runs;
    unsigned char kept[RULING_HASH_SIZE]; /* the book that was kept last */
    struct buf told;                      /* an answer with its numbers, while it is made */
};
/* Tokens that the store knew when it was asked last: whether it has changed since is looked at every few milliseconds,
 * so that one that was revoked, by whatever process, opens nothing from then on. */
enum { KNOWN_TOKENS = 16 };
struct known_token {
    unsigned char hash[32];
    struct stored_token token;
    struct stored_user user;
};
struct worker {
    struct web *web;
    struct lane_queue *queue;
    struct store *store;
    pthread_t thread;
    double looked; /* whether the tokens are still good: see time_monotonic */
    struct known_token known[KNOWN_TOKENS];
    size_t known_count;
    struct arena arena; /* of `known` */
    struct arena
        scratch; /* of what is worked out for one ruling: the same memory for each, which the processor has near */
};

enum { LIMIT_ROWS = 1024 };
struct limit_row { /* attempts to sign in, by hash of name or address */
    uint64_t key;
    int64_t since;
    uint32_t count;
};

enum { PAST_COUNT = 4, PAST_BYTES = 64 << 20 };
struct past { /* a picture that was looked back at, by commit and day */
    uint64_t number;
    int64_t day;
    uint64_t used; /* a clock of uses: the smallest goes first */
    struct picture *picture;
    struct found *found[ROLE_STEWARD + 1]; /* by sight; none until asked for */
};

struct asset {
    const char *name, *type;
    const char *start, *end;
    const char *packed, *packed_end; /* the same by gzip */
    char path[80];                   /* with the hash in it */
};
enum { ASSET_COUNT = 15 };

enum { TICK_COUNT = 64 };
struct tick { /* an event: the keys of the types that a commit touched, with blanks between; "*" for all */
    char types[240];
};
struct studies;
struct stream;
struct events {
    pthread_mutex_t lock;
    struct stream *streams;
    size_t stream_count;
    struct tick ticks[TICK_COUNT]; /* the last ones, oldest first */
    size_t count;
    uint64_t serial, number; /* of the newest tick; of the newest commit that was told of */
    bool stopping;
    uint64_t looked, ruled; /* the keeper's: the last commit, and ruling of a request, that it has seen */
    int64_t beat;           /* the keeper's */
};

struct web {
    struct events events;
    const struct web_options *options;
    struct arena arena; /* for as long as the server lives */
    const struct zone *zone;
    struct store_profile profile;
    struct graph *graph;
    const struct checks *checks, *agenda;
    const struct benchmark *benchmarks;
    size_t benchmark_count;
    struct shelf *shelf;
    const struct book_text *shipped; /* rulebooks of the program */
    size_t shipped_count;
    struct feel_scope functions; /* what templates add */
    const struct page *pages;    /* by enum page_id */
    struct asset assets[ASSET_COUNT];
    unsigned char secret[32]; /* of CSRF tokens; new at every start */
    char dummy_hash[WEB_HASH_SIZE];
    struct MHD_Daemon *daemon;

    pthread_mutex_t spare_lock;
    struct request *spare; /* requests that are done, kept with their memory for the next ones */
    size_t spare_count;

    pthread_mutex_t write_lock; /* of the writer, and of bringing the graph up to date */
    struct store *writer;
    bool behind; /* something was committed that could not be read yet */
    /* Findings are computed by the keeper alone; a request waits a moment for new ones, and takes the last otherwise.
     */
    pthread_mutex_t found_lock;
    pthread_cond_t found_changed;
    struct found *found[ROLE_STEWARD + 1]; /* by sight */
    struct err found_error;                /* why there is none for picture `found_tried` */
    uint64_t found_tried;

    pthread_mutex_t past_lock;  /* of the table */
    pthread_mutex_t past_maker; /* one is made at a time */
    struct past past[PAST_COUNT];
    uint64_t past_clock;
    size_t past_waiting; /* workers that make one or wait for it */

    pthread_mutex_t limit_lock;
    struct limit_row by_name[LIMIT_ROWS], by_address[LIMIT_ROWS], by_program[LIMIT_ROWS];
    uint32_t api_rate;
    str description; /* OpenAPI */

    struct lane_queue work, passwords;
    struct scribe scribe;
    struct hook_sender *hooks;
    struct studies *studies; /* web_study.h */
    struct worker *workers;  /* worker_count, then the one for passwords */
    size_t worker_count, started;
    pthread_t keeper; /* looks for other processes' commits and keeps the findings */
    bool keeper_runs;
    struct store *keeper_store;
    bool unfolded, untidy; /* the log could not be folded in; memory could be given back. The keeper's, as the next */
    uint64_t asked;
    int keeper_stop, keeper_wake; /* eventfds */
    int model_changed;            /* an eventfd: another process has brought in another metamodel */
};

void web_log(struct web *web, str what, str detail);
void web_now(struct web *web, int64_t *now, int64_t *today);
/* Commits, and shows it in the next picture before it returns. ERR_KEPT: the second failed, and *result holds. */
int web_commit(struct web *web, struct change_set *c, struct commit_result *result, struct err *err) MUST_USE;
/* Typed values of a change set by the name of the field; one that the metamodel does not have is left out. An empty
 * text takes the value away. */
void change_text(struct change_set *c, const struct model_type *type, uint64_t fact, const char *field, str value);
void change_link(struct change_set *c, const struct model_type *type, uint64_t fact, const char *field,
                 const uint64_t *to, size_t count);
/* Around other writing than of facts: the writer, for this thread alone until web_written, which hands on what failed,
 * or says ERR_KEPT as web_commit does. */
struct store *web_write(struct web *web);
int web_written(struct web *web, int failed, struct err *err) MUST_USE;
/* Brings the graph up to the store when another process has committed. */
void web_look(struct web *web);
/* The keeper's: finds anew when the newest picture has no findings yet. */
void web_find(struct web *web);
/* The keeper's: what commits and findings leave behind, so that nobody who asks waits for it. */
void web_tidy(struct web *web);
/* All findings of an earlier picture, by sight; keeps a hold of it. */
int web_find_past(struct web *web, struct store *s, struct picture *p, int64_t now, int64_t day, struct found **made,
                  struct err *err) MUST_USE;
/* The newest findings; with `wait` a moment's patience for those of the request's picture. */
int web_take_found(struct request *r, bool wait, struct found **out, struct err *err) MUST_USE;
void web_drop_found(struct web *web, struct found *f);
void web_hold_found(struct web *web, struct found *f);

/* All streams learn that commit `number` touched these types (keys with blanks between). */
void events_tell(struct web *web, uint64_t number, str types);
void events_look(struct web *web);
void events_beat(struct web *web);
void events_stop(struct web *web); /* they end at once */
void answer_events(struct request *r);
struct MHD_Response;
struct MHD_Response *stream_response(struct request *r); /* NULL: there are too many */

int workers_start(struct web *web, struct err *err) MUST_USE;
void workers_stop(struct web *web);
int scribe_start(struct web *web, struct err *err) MUST_USE;
void scribe_add(struct request *r); /* that `keeps` a ruling; it is answered when that is written */
void scribe_stop(struct web *web);  /* writes down what waits first */
/* Sets a kept ruling aside; *row: the one that holds in its place. ERR_INPUT as in ruling_set_aside. */
int set_aside(struct request *r, const struct stored_ruling *old, str zone, str reason, str door,
              struct stored_ruling *row, struct err *err) MUST_USE;
/* Which rulebooks are in force for this request. */
struct book_day request_book_day(const struct request *r, int64_t today);
void queue_init(struct lane_queue *q, size_t limit);
void queue_stop(struct lane_queue *q);
struct request *lane_take_all(struct lane_queue *q);    /* by `next`; NULL: it is empty and the server stops */
bool lane_add(struct lane_queue *q, struct request *r); /* false: full */
uint64_t lane_added(struct lane_queue *q);              /* in all */
void answer(struct request *r);                         /* in a worker */
void answer_done(struct request *r);                    /* wakes the connection */

void assets_init(struct web *web);
void answer_asset(struct request *r);
void answer_health(struct request *r);
str asset_path(const struct web *web, const char *name);

/* ---- Who is it ---- */

/* Cookies to user and CSRF token; who has no good one is nobody. Fails where the workspace cannot be read. */
int session_read(struct request *r, struct err *err) MUST_USE;
/* A form of a page for those who are not signed in needs a token too. */
void visit_begin(struct request *r);
void secret_hash(str secret, unsigned char out[32]);
/* Counts one more attempt at a password or a link; the seconds to wait when that is one too many, else 0. */
uint32_t count_attempt(struct request *r, str name);
void forget_attempts(struct request *r, str name);
/* The same for requests to the API. */
uint32_t count_api_requests(struct request *r, uint64_t who, uint32_t count, int64_t window);
bool request_is_api(const struct request *r);
bool password_fits(struct request *r, str hash, str password);
/* Twice the same, long enough, not the name: else what is wrong with it. */
str password_refusal(struct request *r, const struct stored_user *u, str password, str again);
/* Signs the account in: cookies for the answer. */
int session_begin(struct request *r, uint64_t user, struct err *err) MUST_USE;
/* Roughly: "203.0.113.x, Firefox on Linux". */
str request_place(struct request *r);
str welcome_link(struct request *r, const struct web_secret *secret);
/* Is it from a page of ours? Else the answer is 403. */
bool request_is_ours(struct request *r);
bool host_is_ours(const struct web *web, str host);

/* Is it the password of whoever is signed in? Attempts count as those to sign in do, and LATER sets retry_seconds. In
 * the lane of passwords only. */
enum password_answer { PASSWORD_RIGHT, PASSWORD_WRONG, PASSWORD_LATER };
enum password_answer password_asked(struct request *r, str password);

#endif
