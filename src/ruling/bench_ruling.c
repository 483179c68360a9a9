/* SPDX-License-Identifier: Apache-2.0 */
/* bench_ruling RULEBOOK.dmn: microseconds a ruling, from a FEEL value's answers to the text of the JSON answer, with
 * its reasons and what would be lighter; the middle of five runs over a few thousand different requests. */
#include "base_file.h"
#include "base_time.h"
#include "ruling.h"

#include <stdio.h>
#include <stdlib.h>

enum { REQUESTS = 4000, RUNS = 5, BOOK_BYTES = 1 << 24 };

/* Requests that differ in all answers, the same in every run. */
static void make_answers(const struct rulebook *b, struct arena *a, uint64_t seed, struct answers *out)
{
    size_t count;
    const struct rulebook_question *q = rulebook_questions(b, &count);
    *out = (struct answers){.values = arena_array(a, count + 1, sizeof *out->values)};
    for (size_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        uint64_t x = seed >> 33;
        out->values[i] = q[i].value_count ? q[i].values[x % q[i].value_count] : feel_int((int64_t)(1 + x % 100));
    }
}

static int by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    struct arena keep, work;
    struct rulebook *b;
    struct err err = {0};
    str text;
    double times[RUNS];
    size_t bytes = 0, ruled = 0, lighter = 0;
    arena_init(&keep, 0), arena_init(&work, 0);
    if (argc != 2 || file_read(&keep, argv[1], BOOK_BYTES, &text, &err) < 0 ||
        rulebook_load(STR(""), STR(""), text, &b, &err) < 0) {
        fprintf(stderr, "bench_ruling: %s\n", argc == 2 ? err.message : "say which rulebook");
        return 1;
    }
    struct answers *all = arena_array(&keep, REQUESTS, sizeof *all);
    for (size_t i = 0; i < REQUESTS; i++) make_answers(b, &keep, i, &all[i]);
    for (size_t run = 0; run < RUNS; run++) {
        struct buf out;
        double from = time_monotonic();
        buf_init(&out, 1 << 20);
        for (size_t i = 0; i < REQUESTS; i++) {
            struct ruling r;
            struct feel_env env = {.arena = &work};
            struct json_writer w;
            arena_clear(&work), buf_clear(&out);
            if (rulebook_rule(b, &env, &all[i], RULING_ALL, &r, &err) < 0) return 1;
            json_init(&w, &out, 0);
            ruling_emit_json(&r, i + 1, &w);
            bytes += out.n, ruled += r.state == RULED, lighter += r.lighter_count > 0;
        }
        times[run] = (time_monotonic() - from) * 1e6 / REQUESTS;
        buf_release(&out);
    }
    qsort(times, RUNS, sizeof *times, by_size);
    printf("%.1f us a ruling of %zu bytes; %zu of 100 ruled, %zu of those have something lighter\n", times[RUNS / 2],
           bytes / REQUESTS / RUNS, ruled * 100 / REQUESTS / RUNS, ruled ? lighter * 100 / ruled : 0);
    rulebook_free(b);
    arena_release(&keep), arena_release(&work);
    return 0;
}
