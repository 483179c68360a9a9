/* SPDX-License-Identifier: Apache-2.0 */
/* bench_scan [MEGABYTES [DISTINCT_HOSTS]]: writes a Squid log of a company of 1,800 people over 60 days to a temporary
 * file, scans it on one core, prints the rate and the memory. */
#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Seconds of work, which other programs on the machine do not stretch. */
static double work_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 11;
}

static uint64_t write_log(FILE *to, uint64_t bytes, unsigned hosts)
{
    static const char *const known[] = {
        "app.slack.com",       "www.canva.com",     "eu2.salesforce.com",       "mail.google.com",
        "teams.microsoft.com", "app.hubspot.com",   "js.hubspot.com",           "www.google-analytics.com",
        "insights.hotjar.com", "cdn.cookielaw.org", "us14.admin.mailchimp.com", "api.trello.com"};
    uint64_t state = 88172645463325252u, written = 0, lines = 0;
    double now = 1700000000;
    while (written < bytes) {
        now += 5184000.0 / ((double)bytes / 125);
        unsigned person = (unsigned)(next_random(&state) % 1800), pick = (unsigned)(next_random(&state) % 100),
                 size = (unsigned)(next_random(&state) % 90000);
        char host[80];
        if (pick < 60)
            snprintf(host, sizeof host, "%s", known[next_random(&state) % ARRAY_COUNT(known)]);
        else
            snprintf(host, sizeof host, "www.site%u.example.com", (unsigned)(next_random(&state) % hosts));
        if (pick % 3)
            written += (uint64_t)fprintf(
                to, "%.3f %6u 10.20.%u.%u TCP_TUNNEL/200 %u CONNECT %s:443 user%u HIER_DIRECT/198.51.100.7 -\n", now,
                size % 4000, person / 200, person % 200, size, host, person);
        else
            written +=
                (uint64_t)fprintf(to,
                                  "%.3f %6u 10.20.%u.%u TCP_MISS/200 %u GET http://%s/path/to/page%u.html?id=%u user%u "
                                  "HIER_DIRECT/198.51.100.9 text/html\n",
                                  now, size % 4000, person / 200, person % 200, size, host, size % 100, size, person);
        lines++;
    }
    return lines;
}

int main(int argc, char **argv)
{
    uint64_t megabytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 200;
    unsigned hosts = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 2000;
    char path[] = "/tmp/bench_scan_XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd < 0 || !hosts ? NULL : fdopen(fd, "w");
    if (!f) return perror("bench_scan"), 4;
    uint64_t lines = write_log(f, megabytes * 1000000, hosts);
    if (fclose(f)) return perror("bench_scan"), 4;
    static const unsigned char key[32] = {7};
    struct scan_options options = {.person_key = key};
    struct scan *s;
    struct err err;
    double start = work_seconds();
    if (scan_new(&options, &s, &err) < 0) return fprintf(stderr, "%s\n", err.message), 3;
    double ready = work_seconds();
    int r = scan_file(s, path, &err);
    unlink(path);
    if (r < 0) return fprintf(stderr, "%s\n", err.message), 3;
    double read = work_seconds();
    scan_finish(s);
    const struct scan_result *result = scan_result(s);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("scan: %.0f MB, %llu lines (%llu counted): %.0f MB/s, %.2f million lines/s on one core; start %.1f ms, "
           "finish %.1f ms; "
           "%zu roll-ups, %zu subjects; %ld MB resident\n",
           (double)result->bytes / 1e6, (unsigned long long)lines, (unsigned long long)result->counted,
           (double)result->bytes / 1e6 / (read - ready), (double)lines / 1e6 / (read - ready), (ready - start) * 1e3,
           (work_seconds() - read) * 1e3, result->usage_count, result->subject_count, usage.ru_maxrss / 1024);
    scan_free(s);
    return result->counted != lines;
}
