/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_read.h"

#include "test_scan_kit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void sample(struct test_tally *t)
{
    struct scan *s = kit_new((struct scan_options){0});
    struct err err;
    CHECK(scan_file(s, KIT_DATA("squid.log"), &err) == 0);
    scan_finish(s);
    const struct scan_result *r = scan_result(s);
    const struct scan_file *f = &r->files[0];
    CHECK(f->lines == 120 && f->counted == 119 && f->refused == 1 && f->skipped == 0 && f->blank == 0);
    CHECK(f->first == 1764576001 && r->people == 7); /* six by name, one by address */
    const struct scan_subject *slack = kit_subject(r, STR("Slack"), false),
                              *canva = kit_subject(r, STR("Canva"), false);
    const struct scan_subject *survey = kit_subject(r, STR("SurveyMonkey"), false),
                              *tag = kit_subject(r, STR("HubSpot"), true);
    const struct scan_subject *site = kit_subject(r, STR("example.com"), false),
                              *rare = kit_subject(r, STR("northlight.test"), false);
    if (!CHECK(slack && canva && survey && tag && site && rare)) return scan_free(s);
    CHECK(slack->people == 6 && slack->days == 4 && slack->requests == 24 && slack->proposed && slack->shown);
    CHECK(canva->people == 5 && canva->days == 4 && canva->proposed);
    CHECK(survey->people == 5 && survey->days == 2 && !survey->proposed && survey->shown); /* too few days */
    CHECK(tag->people == 0 && tag->requests == 20 && !tag->proposed && !tag->shown);       /* a tag is nobody's use */
    CHECK(!kit_subject(r, STR("HubSpot"), false));
    CHECK(site->kind == SUBJECT_DOMAIN && site->people == 5 && site->shown && !site->proposed);
    CHECK(rare->people == 1 && !rare->shown); /* one person is never shown */
    CHECK(r->by_people_count == 4 && r->by_people[0] == (uint32_t)(slack - r->subjects));
    uint64_t requests = 0, bytes = 0;
    for (size_t i = 0; i < r->usage_count; i++) {
        if (&r->subjects[r->usage[i].subject] != slack) continue;
        requests += r->usage[i].requests;
        bytes += r->usage[i].bytes;
        CHECK(r->usage[i].first <= r->usage[i].last && r->usage[i].day == r->usage[i].first / 86400);
    }
    CHECK(requests == slack->requests && bytes == slack->bytes);
    scan_free(s);
}

static void garbage(struct test_tally *t)
{
    static const struct {
        uint64_t line;
        const char *reason;
    } want[] = {{31, "NUL bytes: not text"},
                {32, "half a line: columns are missing"},
                {33, "the time is not seconds since 1970"},
                {34, "the time lies outside 1990 to 2100"},
                {35, "the size is not a number"},
                {36, "the result is not like TCP_MISS/200"},
                {37, "the host is none"},
                {39, "half a line: columns are missing"}};
    struct scan *s = kit_new((struct scan_options){0});
    struct err err;
    CHECK(scan_file(s, KIT_DATA("squid-garbage.log"), &err) == 0);
    scan_finish(s);
    const struct scan_file *f = &scan_result(s)->files[0];
    CHECK(f->lines == 39 && f->counted == 30 && f->blank == 1 && f->skipped == ARRAY_COUNT(want) &&
          f->skip_count == ARRAY_COUNT(want));
    for (size_t i = 0; i < f->skip_count; i++) {
        CHECK(f->skips[i].line == want[i].line);
        CHECK_STR(str_of(f->skips[i].reason), str_of(want[i].reason));
    }
    scan_free(s);
}

static const char good[] = "1764576000.000     12 10.20.4.99 TCP_MISS/200 700 GET http://app.slack.com/a b "
                           "HIER_DIRECT/198.51.100.9 text/html\n";

static void long_lines(struct test_tally *t)
{
    size_t cap = 100 << 20, n = 0;
    char *text = mem_alloc(cap + 4096);
    for (int i = 0; i < 3; i++) memcpy(text + n, good, sizeof good - 1), n += sizeof good - 1;
    memset(text + n, 'x', cap);
    n += cap;
    text[n++] = '\n';
    memcpy(text + n, good, sizeof good - 1);
    n += sizeof good - 1;
    struct scan *s = kit_new((struct scan_options){0});
    struct err err;
    CHECK(scan_memory(s, STR("long.log"), (str){text, n}, &err) == 0);
    memset(text + n, 'y', 2 << 10); /* and one without an end, short of the cap */
    CHECK(scan_memory(s, STR("longer.log"), (str){text, n + (2 << 10)}, &err) == 0);
    scan_finish(s);
    const struct scan_result *r = scan_result(s);
    for (int i = 0; i < 2; i++) {
        CHECK(r->files[i].counted == 4 && r->files[i].skips[0].line == 4);
        CHECK_STR(str_of(r->files[i].skips[0].reason), STR("the line is longer than 1 MiB"));
    }
    CHECK(r->files[0].lines == 5 && r->files[0].skipped == 1 && r->files[1].lines == 6 && r->files[1].skipped == 2);
    scan_free(s);
    mem_free(text);
}

/* The same lines give the same sums wherever the pieces of reading fall. */
static void pieces(struct test_tally *t)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    uint64_t want = 0;
    for (unsigned i = 0; b.n < (3 << 20); i++, want += i % 977)
        buf_printf(&b,
                   "17645%05u.%03u %u 10.0.0.%u TCP_MISS/200 %u CONNECT host%u.example%u.net:443 user%u "
                   "HIER_DIRECT/1.2.3.4 -\n",
                   i % 100000, i % 1000, i % 7777, i % 250, (i + 1) % 977, i % 40, i % 9, i % 60);
    struct scan *s = kit_new((struct scan_options){0});
    struct err err;
    CHECK(scan_memory(s, STR("pieces.log"), buf_get(&b), &err) == 0);
    scan_finish(s);
    const struct scan_result *r = scan_result(s);
    uint64_t bytes = 0, requests = 0;
    for (size_t i = 0; i < r->usage_count; i++) bytes += r->usage[i].bytes, requests += r->usage[i].requests;
    CHECK(r->skipped == 0 && requests == r->lines && bytes == want && r->subject_count == 9 && r->people == 60);
    scan_free(s);
    buf_release(&b);
}

static void urls(struct test_tally *t)
{
    static const struct {
        const char *url, *host; /* "": none */
    } cases[] = {{"http://www.example.org/a?b", "www.example.org"},
                 {"https://user:pw@example.org:8443/x@y", "example.org"},
                 {"example.org:443", "example.org"},
                 {"http://[2001:db8::1]:80/", "[2001:db8::1]"},
                 {"[2001:db8::1]:443", "[2001:db8::1]"},
                 {"http://example.org", "example.org"},
                 {"http://example.org?x", "example.org"},
                 {"error:invalid-request", ""},
                 {"-", ""},
                 {"/path", ""},
                 {"example.org", ""},
                 {"example.org:", ""},
                 {"http://", ""},
                 {"[::1", ""},
                 {"urn:isbn:1", ""},
                 {"http://a.example/see/http://b.example/", "a.example"}};
    struct arena a;
    struct err err;
    const struct scan_format *formats;
    size_t count;
    arena_init(&a, 0);
    CHECK(formats_load(&a, &formats, &count, &err) == 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char line[300] = "";
        struct buf b;
        buf_init(&b, sizeof line - INPUT_PAD);
        buf_printf(&b, "1764576000.000 12 10.0.0.1 TCP_MISS/200 700 GET %s Anna HIER_DIRECT/- -", cases[i].url);
        memcpy(line, b.p, b.n);
        struct log_line out;
        const char *fault = line_parse(&formats[0], line, line + b.n, &out);
        if (!CHECK(!fault)) printf("  %s: %s\n", cases[i].url, fault);
        CHECK_STR(out.host.n ? out.host : STR(""), str_of(cases[i].host));
        CHECK_STR(out.person, STR("Anna"));
        buf_release(&b);
    }
    arena_release(&a);
}

static void persons(struct test_tally *t)
{
    struct scan *s = kit_new((struct scan_options){0});
    struct err err;
    static const char text[] = "1764576000.000 1 10.0.0.1 TCP_MISS/200 7 GET http://a.example/ NORTH\\Jdoe HIER/- -\n"
                               "1764576001.000 1 10.0.0.2 TCP_MISS/200 7 GET http://a.example/ north\\JDOE HIER/- -\n"
                               "1764576002.000 1 10.0.0.3 TCP_MISS/200 7 GET http://a.example/ - HIER/- -\n";
    CHECK(scan_memory(s, STR("p.log"), (str){text, sizeof text - 1}, &err) == 0);
    scan_finish(s);
    CHECK(scan_result(s)->people == 2);
    uint64_t person = scan_result(s)->usage[0].person;
    scan_free(s);
    unsigned char other[32] = {9};
    struct scan_options options = {.person_key = other};
    CHECK(scan_new(&options, &s, &err) == 0);
    CHECK(scan_memory(s, STR("p.log"), (str){text, sizeof text - 1}, &err) == 0);
    scan_finish(s);
    CHECK(scan_result(s)->usage[0].person != person); /* another workspace cannot tell that it is the same person */
    scan_free(s);
}

/* A published log; what an independent reading of it gives (lines, TCP_DENIED/407, bytes and users of the rest). */
static void real_log(struct test_tally *t)
{
    const char *shared = getenv("ENTENTE_SHARED");
    struct arena a;
    struct err err;
    arena_init(&a, 0);
    str path = arena_printf(
        &a, "%s/data/logs/elastic-integrations/packages/squid/data_stream/log/_dev/test/pipeline/test-access1.log",
        shared ? shared : SOURCE_ROOT "/../shared");
    if (access(path.p, R_OK) != 0) {
        printf("absent: the published Squid log (ENTENTE_SHARED)\n");
    } else {
        struct scan *s = kit_new((struct scan_options){0});
        CHECK(scan_file(s, path.p, &err) == 0);
        scan_finish(s);
        const struct scan_result *r = scan_result(s);
        uint64_t bytes = 0;
        for (size_t i = 0; i < r->subject_count; i++) bytes += r->subjects[i].bytes;
        CHECK(r->lines == 100 && r->files[0].refused == 15 && r->counted == 85 && r->skipped == 0 && bytes == 552299);
        scan_free(s);
    }
    arena_release(&a);
}

TEST_MAIN(sample, garbage, long_lines, pieces, urls, persons, real_log)
