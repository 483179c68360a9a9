/* SPDX-License-Identifier: Apache-2.0 */
/* bench_ruling RULEBOOK.dmn REQUESTS.jsonl: microseconds a ruling, from a FEEL value's answers to the text of the JSON
 * answer, with its reasons and what would be lighter; the middle of five runs over all requests of the file, a line
 * {"input": {…}} each. */
#include "base_file.h"
#include "base_time.h"
#include "ruling.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 5, FILE_BYTES = 1 << 26 };

static int read_answers(const struct rulebook *b, struct arena *a, str text, struct answers **out, size_t *count,
                        struct err *err)
{
    VEC(struct answers) all = {0};
    struct feel_env env = {.arena = a};
    const struct json *j;
    str line;
    while (text.n && str_cut(&text, '\n', &line)) {
        if (json_parse(a, line, &j, err) < 0) return err_at(err, (uint32_t)all.count + 1, STR_NONE);
        const struct json *input = json_get(j, STR("input"));
        if (!input) return err_set(err, ERR_INPUT, "line %zu has no \"input\"", all.count + 1);
        answers_from_json(b, &env, input, vec_add(a, &all));
    }
    *out = all.items, *count = all.count;
    return all.count ? 0 : err_set(err, ERR_INPUT, "there are no requests");
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
    str text, requests;
    struct answers *all;
    double times[RUNS];
    size_t count, bytes = 0, ruled = 0, lighter = 0;
    arena_init(&keep, 0), arena_init(&work, 0);
    if (argc != 3 || file_read(&keep, argv[1], FILE_BYTES, &text, &err) < 0 ||
        file_read(&keep, argv[2], FILE_BYTES, &requests, &err) < 0 ||
        rulebook_load(STR(""), STR(""), text, &b, &err) < 0 ||
        read_answers(b, &keep, requests, &all, &count, &err) < 0) {
        fprintf(stderr, "bench_ruling: %s\n", argc == 3 ? err.message : "say which rulebook, and which requests");
        return 1;
    }
    for (size_t run = 0; run < RUNS; run++) {
        struct buf out;
        double from = time_monotonic();
        buf_init(&out, 1 << 20);
        for (size_t i = 0; i < count; i++) {
            struct ruling r;
            struct feel_env env = {.arena = &work};
            struct json_writer w;
            arena_clear(&work), buf_clear(&out);
            if (rulebook_rule(b, &env, &all[i], RULING_ALL, &r, &err) < 0) return 1;
            json_init(&w, &out, 0);
            ruling_emit_json(&r, i + 1, &w);
            bytes += out.n, ruled += r.state == RULED, lighter += r.lighter_count > 0;
        }
        times[run] = (time_monotonic() - from) * 1e6 / (double)count;
        buf_release(&out);
    }
    qsort(times, RUNS, sizeof *times, by_size);
    printf("%.1f us a ruling of %zu bytes; %zu of 100 ruled, %zu of those have something lighter\n", times[RUNS / 2],
           bytes / count / RUNS, ruled * 100 / count / RUNS, ruled ? lighter * 100 / ruled : 0);
    rulebook_free(b);
    arena_release(&keep), arena_release(&work);
    return 0;
}
