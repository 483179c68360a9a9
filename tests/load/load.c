/* SPDX-License-Identifier: Apache-2.0 */
/* load PORT[,PORT] SESSION FIRST COUNT SEATS NOTES WRITERS READERS SECONDS: people at work on one server of this
 * machine, or on several that serve the same workspace, turn by turn.
 *
 * Each writer opens the form of one of COUNT facts, adds one to its SEATS, writes the same number into its NOTES (names
 * of the form's fields), and sends it with the version that the form had; each reader goes through pages. Prints a line
 * "fact ID CERTAIN UNCERTAIN" for each fact (commits that were acknowledged; sent and never answered) and one of
 * figures. Ends by itself; exit code 1 when an answer was a 5xx, 3 when the server went away. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { FACTS_MAX = 1000, ANSWER_MAX = 4 << 20, SAMPLES_MAX = 1 << 18, THREADS_MAX = 2000, PORTS_MAX = 8 };

struct plan {
    int ports[PORTS_MAX], port_count, first, count, writers, readers;
    double until;
    const char *session, *seats, *notes;
};
struct worker {
    pthread_t thread;
    const struct plan *plan;
    int port;
    bool writes;
    unsigned seed;
    int fd;
    char *answer;
    size_t length;
    long certain[FACTS_MAX], uncertain[FACTS_MAX];
    long done, conflicts, failures, broken;
    float *samples;
    long sample_count;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool connect_to(struct worker *w)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)w->port)};
    struct timeval patience = {.tv_sec = 60};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    w->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (w->fd < 0) return false;
    setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (!connect(w->fd, (struct sockaddr *)&to, sizeof to)) return true;
    close(w->fd);
    w->fd = -1;
    return false;
}

/* Sends, and reads the whole answer: its status, or -1 when the connection broke. */
static int ask(struct worker *w, const char *request, size_t length)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(w->fd, request + sent, length - sent, MSG_NOSIGNAL);
        if (n <= 0) return -1;
        sent += (size_t)n;
    }
    size_t whole = 0;
    w->length = 0;
    while (!whole || w->length < whole) {
        if (w->length == ANSWER_MAX) return -1;
        ssize_t n = recv(w->fd, w->answer + w->length, ANSWER_MAX - w->length, 0);
        if (n <= 0) return -1;
        w->length += (size_t)n;
        w->answer[w->length] = 0;
        const char *end = whole ? NULL : strstr(w->answer, "\r\n\r\n");
        const char *says = end ? strstr(w->answer, "Content-Length: ") : NULL;
        if (end && (!says || says > end)) return -1;
        if (end) whole = (size_t)(end + 4 - w->answer) + (size_t)atol(says + 16);
    }
    return atoi(w->answer + 9);
}

/* As ask(), on a connection that is made anew where it has to be; notes how long it took. */
static int request(struct worker *w, const char *method, const char *path, const char *body)
{
    static const char form[] = "Content-Type: application/x-www-form-urlencoded\r\n";
    char head[2000];
    int n = snprintf(head, sizeof head,
                     "%s %s HTTP/1.1\r\nHost: localhost\r\nCookie: entente_session=%s\r\nOrigin: http://localhost\r\n"
                     "%sContent-Length: %zu\r\n\r\n%s",
                     method, path, w->plan->session, *body ? form : "", strlen(body), body);
    if (w->fd < 0 && !connect_to(w)) return w->broken++, -1;
    double began = now();
    int status = ask(w, head, (size_t)n);
    if (status < 0) {
        close(w->fd);
        w->fd = -1;
        w->broken++;
        return -1;
    }
    if (w->sample_count < SAMPLES_MAX) w->samples[w->sample_count++] = (float)(now() - began);
    if (status >= 500) w->failures++;
    w->done++;
    return status;
}

/* The value of the form's field; false when the page has none. */
static bool field_of(const struct worker *w, const char *name, char *out, size_t room)
{
    char what[100];
    snprintf(what, sizeof what, " name=\"%s\" value=\"", name);
    const char *at = strstr(w->answer, what), *end = at ? strchr(at + strlen(what), '"') : NULL;
    if (!end || (size_t)(end - at) - strlen(what) >= room) return false;
    size_t length = (size_t)(end - at) - strlen(what);
    memcpy(out, at + strlen(what), length);
    out[length] = 0;
    return true;
}

static void write_once(struct worker *w)
{
    char path[100], body[1000], csrf[100], version[30], seats[30];
    int which = (int)(rand_r(&w->seed) % (unsigned)w->plan->count);
    snprintf(path, sizeof path, "/facts/%d/edit", w->plan->first + which);
    if (request(w, "GET", path, "") != 200) return;
    if (!field_of(w, "csrf", csrf, sizeof csrf) || !field_of(w, "version", version, sizeof version) ||
        !field_of(w, w->plan->seats, seats, sizeof seats)) {
        w->failures++;
        return;
    }
    long next = atol(seats) + 1;
    snprintf(path, sizeof path, "/facts/%d", w->plan->first + which);
    snprintf(body, sizeof body, "csrf=%s&version=%s&reason=load&%s=%ld&%s=%ld", csrf, version, w->plan->seats, next,
             w->plan->notes, next);
    int status = request(w, "POST", path, body);
    w->certain[which] += status == 303;
    w->uncertain[which] += status < 0;
    w->conflicts += status == 409;
    if (status > 0 && status != 303 && status != 409) w->failures++;
}

static void read_once(struct worker *w)
{
    static const char *const pages[] = {"/", "/types/applications", "/facts", "/find?q=load"};
    char path[100];
    unsigned which = rand_r(&w->seed) % 8;
    snprintf(path, sizeof path, "/facts/%d", w->plan->first + (int)(rand_r(&w->seed) % (unsigned)w->plan->count));
    if (request(w, "GET", which < 4 ? pages[which] : path, "") > 399) w->failures++;
}

static void *work(void *self)
{
    struct worker *w = self;
    while (now() < w->plan->until && w->broken < 3) {
        if (w->writes)
            write_once(w);
        else
            read_once(w);
    }
    if (w->fd >= 0) close(w->fd);
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void tell_times(const struct worker *all, int count, bool writes)
{
    long n = 0;
    for (int i = 0; i < count; i++) n += all[i].writes == writes ? all[i].sample_count : 0;
    float *samples = malloc((size_t)(n + 1) * sizeof *samples);
    if (!samples) exit(4);
    n = 0;
    for (int i = 0; i < count; i++)
        for (long k = 0; all[i].writes == writes && k < all[i].sample_count; k++) samples[n++] = all[i].samples[k];
    qsort(samples, (size_t)n, sizeof *samples, by_time);
    if (n)
        printf("; %ld requests of %s: median %.0f ms, p99 %.0f ms", n, writes ? "writers" : "readers",
               1000 * (double)samples[n / 2], 1000 * (double)samples[n - 1 - n / 100]);
    free(samples);
}

static int tell(const struct plan *p, const struct worker *all, int count)
{
    long certain = 0, conflicts = 0, failures = 0, broken = 0;
    for (int f = 0; f < p->count; f++) {
        long sure = 0, unsure = 0;
        for (int i = 0; i < count; i++) sure += all[i].certain[f], unsure += all[i].uncertain[f];
        printf("fact %d %ld %ld\n", p->first + f, sure, unsure);
        certain += sure;
    }
    for (int i = 0; i < count; i++) conflicts += all[i].conflicts, failures += all[i].failures, broken += all[i].broken;
    printf("load %ld commits, %ld conflicts, %ld failures, %ld broken", certain, conflicts, failures, broken);
    tell_times(all, count, true);
    tell_times(all, count, false);
    printf("\n");
    return failures ? 1 : broken ? 3 : 0;
}

int main(int argc, char **argv)
{
    static struct plan p;
    if (argc != 10)
        return fprintf(stderr, "load PORT[,PORT] SESSION FIRST COUNT SEATS NOTES WRITERS READERS SECONDS\n"), 2;
    p = (struct plan){.session = argv[2],
                      .first = atoi(argv[3]),
                      .count = atoi(argv[4]),
                      .seats = argv[5],
                      .notes = argv[6],
                      .writers = atoi(argv[7]),
                      .readers = atoi(argv[8]),
                      .until = now() + atof(argv[9])};
    char *rest = argv[1];
    do p.ports[p.port_count++] = (int)strtol(rest, &rest, 10);
    while (*rest++ == ',' && p.port_count < PORTS_MAX);
    int count = p.writers + p.readers;
    if (count < 1 || count > THREADS_MAX || p.count < 1 || p.count > FACTS_MAX) return 2;
    struct worker *all = calloc((size_t)count, sizeof *all);
    if (!all) return 4;
    for (int i = 0; i < count; i++) {
        all[i] = (struct worker){.plan = &p,
                                 .port = p.ports[i % p.port_count],
                                 .writes = i < p.writers,
                                 .seed = (unsigned)i * 7919 + 1,
                                 .fd = -1};
        all[i].answer = malloc(ANSWER_MAX + 1);
        all[i].samples = malloc(SAMPLES_MAX * sizeof *all[i].samples);
        if (!all[i].answer || !all[i].samples || pthread_create(&all[i].thread, NULL, work, &all[i])) return 4;
    }
    for (int i = 0; i < count; i++) pthread_join(all[i].thread, NULL);
    int code = tell(&p, all, count);
    for (int i = 0; i < count; i++) free(all[i].answer), free(all[i].samples);
    free(all);
    return code;
}
