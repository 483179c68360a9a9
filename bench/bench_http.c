/* SPDX-License-Identifier: Apache-2.0 */
/* bench_http PORT PATH TOKEN BODIES SECONDS CONNECTIONS [LINES]: posts the lines of the file BODIES, one after the
 * other or that many at once, over that many connections that stay open, each as soon as the one before is answered.
 * Prints lines answered a second, and the milliseconds that the middle and the slowest hundredth of the answers took;
 * fails where one is not 201, or 200 with a ruling for each line. */
#include "base_arena.h"
#include "base_file.h"
#include "base_time.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_ROOM = 1 << 20, BODIES_BYTES = 1 << 26, TIMES_ROOM = 4 << 20 };

struct connection {
    int fd;
    double asked;
    size_t got, body, whole; /* bytes of the answer so far; where its body begins; of all of it, 0 while not known */
    size_t answered;
    char answer[ANSWER_ROOM];
};
struct bench {
    const str *requests;
    size_t count, lines, next, answered, failed, broken;
    float *times; /* milliseconds */
};

static int by_size(const void *x, const void *y)
{
    float a = *(const float *)x, b = *(const float *)y;
    return (a > b) - (a < b);
}

static bool ask(struct bench *b, struct connection *c)
{
    str request = b->requests[b->next++ % b->count];
    c->asked = time_monotonic(), c->got = c->whole = 0;
    return send(c->fd, request.p, request.n, MSG_NOSIGNAL) == (ssize_t)request.n; /* it blocks until all is sent */
}

static void find_whole(struct connection *c)
{
    str text = {c->answer, c->got};
    size_t head = str_find(text, STR("\r\n\r\n")), length = str_find(text, STR("Content-Length: "));
    if (head == STR_NOT_FOUND || length == STR_NOT_FOUND) return;
    c->whole = head + 4 + strtoul(c->answer + length + strlen("Content-Length: "), NULL, 10);
}

/* False: the connection has broken. */
static bool take(struct bench *b, struct connection *c)
{
    ssize_t n = recv(c->fd, c->answer + c->got, sizeof c->answer - 1 - c->got, MSG_DONTWAIT);
    if (n <= 0) return false;
    c->got += (size_t)n, c->answer[c->got] = 0;
    if (!c->whole) find_whole(c);
    if (!c->whole || c->got < c->whole) return true;
    if (b->answered < TIMES_ROOM) b->times[b->answered] = (float)((time_monotonic() - c->asked) * 1e3);
    b->answered++;
    bool good = !strncmp(c->answer, "HTTP/1.1 201", 12) || !strncmp(c->answer, "HTTP/1.1 200", 12);
    if (good && !c->answered++) good = str_find((str){c->answer, c->got}, STR("\"ruling\":null")) == STR_NOT_FOUND;
    if (!good && !b->failed++) fprintf(stderr, "bench_http: %s\n", c->answer);
    return ask(b, c);
}

static int open_connection(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) return -1;
    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) < 0 ? -1 : fd;
}

static void run(struct bench *b, int port, double seconds, size_t connections, struct arena *a)
{
    int queue = epoll_create1(EPOLL_CLOEXEC);
    struct connection *all = arena_array(a, connections, sizeof *all);
    for (size_t i = 0; i < connections; i++) {
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = &all[i]};
        all[i].fd = open_connection(port);
        if (all[i].fd < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, all[i].fd, &e) < 0 || !ask(b, &all[i])) b->broken++;
    }
    for (double until = time_monotonic() + seconds; time_monotonic() < until && b->broken < connections;) {
        struct epoll_event events[256];
        int n = epoll_wait(queue, events, ARRAY_COUNT(events), 100);
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (take(b, c)) continue;
            epoll_ctl(queue, EPOLL_CTL_DEL, c->fd, NULL);
            b->broken++;
        }
    }
    for (size_t i = 0; i < connections; i++) close(all[i].fd);
    close(queue);
}

/* Requests of `b->lines` lines each; what is left over is not asked. */
static void make_requests(struct bench *b, struct arena *a, char **argv, str text)
{
    VEC(str) requests = {0};
    const char *type = b->lines > 1 ? "application/jsonl" : "application/json";
    while (text.n) {
        str from = text, line;
        size_t got = 0;
        while (got < b->lines && text.n && str_cut(&text, '\n', &line)) got++;
        if (got < b->lines) break;
        str body = str_slice(from, 0, from.n - text.n);
        *vec_add(a, &requests) =
            arena_printf(a,
                         "POST %s HTTP/1.1\r\nHost: localhost:%s\r\nAuthorization: Bearer %s\r\nContent-Type: "
                         "%s\r\nContent-Length: %zu\r\n\r\n" STR_FORMAT,
                         argv[2], argv[1], argv[3], type, body.n, STR_ARGS(body));
    }
    b->requests = requests.items, b->count = requests.count;
}

int main(int argc, char **argv)
{
    struct arena a;
    struct err err = {0};
    str text;
    struct bench b = {.lines = 1};
    arena_init(&a, 0);
    if (argc == 8) b.lines = (size_t)strtoul(argv[7], NULL, 10);
    if (argc < 7 || argc > 8 || !b.lines)
        return fprintf(stderr, "bench_http PORT PATH TOKEN BODIES SECONDS CONNECTIONS [LINES]\n"), 2;
    if (file_read(&a, argv[4], BODIES_BYTES, &text, &err) < 0) return fprintf(stderr, "%s\n", err.message), 1;
    make_requests(&b, &a, argv, text);
    b.times = arena_array(&a, TIMES_ROOM, sizeof *b.times);
    double seconds = strtod(argv[5], NULL);
    if (!b.count) return fprintf(stderr, "bench_http: there is nothing to post\n"), 1;
    run(&b, (int)strtol(argv[1], NULL, 10), seconds, (size_t)strtoul(argv[6], NULL, 10), &a);
    size_t timed = b.answered < TIMES_ROOM ? b.answered : TIMES_ROOM;
    qsort(b.times, timed, sizeof *b.times, by_size);
    printf("%.0f a second, middle %.2f ms, p99 %.2f ms, %zu made, %zu refused, %zu connections broken\n",
           (double)(b.answered * b.lines) / seconds, timed ? b.times[timed / 2] : 0.,
           timed ? b.times[timed * 99 / 100] : 0., (b.answered - b.failed) * b.lines, b.failed, b.broken);
    bool bad = b.failed || b.broken || !b.answered;
    arena_release(&a);
    return bad;
}
