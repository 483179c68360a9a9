/* SPDX-License-Identifier: Apache-2.0 */
/* The door for browsers: server-drawn pages over one workspace.
 *
 * web_serve runs until it is told to stop. It makes its own threads: some for connections, some workers (each with a
 * read connection to the store), one for passwords, and one that looks for commits of other processes. */
#ifndef WEB_H
#define WEB_H

#include "align.h"

struct web_options {
    const char *workspace; /* the file */
    const char *address;   /* NULL: 127.0.0.1 */
    uint16_t port;         /* 0: the system chooses, `ready` tells which */
    const str *hosts;      /* names that a request's Host may have, besides localhost, 127.0.0.1, [::1] and `address` */
    size_t host_count;
    bool secure;           /* browsers come by https (a proxy ends it): cookies are Secure */
    bool hooks_to_private; /* events go out to an inner network too, and by http (hook.h) */
    uint32_t api_rate;     /* requests to the API in a minute, of one token or account; 0: 1,200 */
    bool has_today;
    int64_t today; /* with has_today: the day that it is everywhere, days since 1970 */
    const struct check_text *checks;
    size_t check_count;
    const struct check_text *agenda; /* rows of agendas, see agenda_compile */
    size_t agenda_count;
    const struct check_text *benchmarks; /* published figures, see align_benchmark.h */
    size_t benchmark_count;
    const struct check_text *rulebooks; /* that come with the program; `file` is the name */
    size_t rulebook_count;
    struct graph_options graph;
    size_t workers; /* 0: as many as processors, at most 8 */
    int stop;       /* a descriptor (eventfd, pipe, signalfd): when it becomes readable, the server stops gracefully */
    void (*ready)(void *host, const char *url); /* "http://127.0.0.1:8400/", once it answers; may be NULL */
    void (*log)(void *host, const char *line);  /* what went wrong inside, one line; may be NULL */
    void *host;                                 /* of ready and log */
};
enum { WEB_MODEL_CHANGED = 1 };
/* Returns 0 after a graceful stop, WEB_MODEL_CHANGED after one because another process brought in another metamodel:
 * then it is to be called again, and serves with that one. Errors: the workspace cannot be opened or read, the address
 * is taken, a check or a page does not compile. */
int web_serve(const struct web_options *options, struct err *err) MUST_USE;
/* Makes an eventfd that is the options' `stop` readable; may be called in a signal handler and from any thread. */
void web_stop(int eventfd_of_options);

/* Every address that it answers, and the lowest role that may ask. */
void web_routes(void (*show)(void *self, const char *methods, str path, const char *access), void *self);

/* argon2id as this server asks for it. Takes a quarter of a second. */
enum { WEB_HASH_SIZE = 128, PASSWORD_MIN = 10, PASSWORD_MAX = 1000 /* bytes */ };
int web_hash_password(str password, char out[WEB_HASH_SIZE], struct err *err) MUST_USE;
/* A new secret of 256 random bits, and what the store keeps of it. That of a link is used at /welcome/SECRET; that of a
 * program begins with "entente_". */
enum { LINK_SECONDS = 7 * 86400 };
struct web_secret {
    char text[80];
    unsigned char hash[32];
};
void web_make_secret(bool of_program, struct web_secret *out);

#endif
