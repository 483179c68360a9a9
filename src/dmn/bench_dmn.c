/* SPDX-License-Identifier: Apache-2.0 */
/* The table of bench/decisions: 24 rules, six inputs of mixed types, 10,000 different inputs; and tables of 10 to
 * 100,000 rules. Prints nanoseconds a decision on one core. */
#include "dmn_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INPUTS = 10000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
static uint32_t next(uint32_t *seed) { return *seed = *seed * 1664525u + 1013904223u, *seed >> 8; }

static const char *const regions[] = {"north", "south", "east", "west"};
static const char *const classes[] = {"none", "pseudonymous", "personal", "sensitive"};

static void begin(struct buf *out)
{
    static const char *const inputs[][2] = {{"price", "number"}, {"region", "string"},   {"class", "string"},
                                            {"seats", "number"}, {"trained", "boolean"}, {"starts", "date"}};
    buf_text(out, "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='n' name='bench'>");
    for (size_t i = 0; i < 6; i++)
        buf_printf(out, "<inputData name='%s' id='i%zu'><variable name='%s' typeRef='%s'/></inputData>", inputs[i][0],
                   i, inputs[i][0], inputs[i][1]);
    buf_text(out, "<decision name='zone' id='d'><variable name='zone'/>");
    for (size_t i = 0; i < 6; i++)
        buf_printf(out, "<informationRequirement><requiredInput href='#i%zu'/></informationRequirement>", i);
    buf_text(out, "<decisionTable hitPolicy='FIRST'>");
    for (size_t i = 0; i < 6; i++)
        buf_printf(out, "<input><inputExpression typeRef='%s'><text>%s</text></inputExpression></input>", inputs[i][1],
                   inputs[i][0]);
    buf_text(out, "<output/>");
}

static void rule(struct buf *out, uint32_t *seed, unsigned step, unsigned r)
{
    unsigned from = r * step;
    bool any = next(seed) % 3 == 0;
    buf_printf(out, "<rule><inputEntry><text>[%u..%u)</text></inputEntry><inputEntry><text>%s%s%s</text></inputEntry>",
               from, from + 3 * step, any ? "" : "\"", any ? "-" : regions[next(seed) % 4], any ? "" : "\"");
    buf_printf(out, "<inputEntry><text>\"%s\", \"%s\"</text></inputEntry>", classes[next(seed) % 4],
               classes[next(seed) % 4]);
    buf_printf(out, "<inputEntry><text>&gt;= %u</text></inputEntry>", next(seed) % 50);
    buf_printf(out, "<inputEntry><text>%s</text></inputEntry>", next(seed) % 2 ? "true" : "-");
    buf_printf(out, "<inputEntry><text>&gt; @\"2026-%02u-01\"</text></inputEntry>", next(seed) % 6 + 1);
    buf_printf(out, "<outputEntry><text>\"zone %u\"</text></outputEntry></rule>", r);
}

static struct dmn_model *make(unsigned rules, unsigned *span)
{
    struct buf text;
    struct dmn_model *m;
    struct err err = {0};
    uint32_t seed = 7;
    unsigned step = rules < 1000 ? 100 : 10;
    buf_init(&text, 200 << 20);
    begin(&text);
    for (unsigned r = 0; r + 1 < rules; r++) rule(&text, &seed, step, r);
    buf_text(&text, "<rule>");
    for (int i = 0; i < 6; i++) buf_text(&text, "<inputEntry><text>-</text></inputEntry>");
    buf_text(&text, "<outputEntry><text>\"ask\"</text></outputEntry></rule></decisionTable></decision></definitions>");
    *span = rules * step;
    struct dmn_source source = {buf_get(&text), STR("bench.dmn")};
    if (dmn_load(&source, 1, &m, &err) < 0) exit(1);
    size_t count;
    const struct err *errors = dmn_errors(m, &count);
    if (count) fprintf(stderr, "%s\n", errors[0].message), exit(1);
    buf_release(&text);
    return m;
}

static struct feel_value input(struct arena *a, uint32_t *seed, unsigned span)
{
    static const char *const names[] = {"price", "region", "class", "seats", "trained", "starts"};
    struct feel_entry *e = arena_array(a, 6, sizeof *e);
    for (size_t i = 0; i < 6; i++) e[i].key = str_of(names[i]);
    e[0].value = feel_int(next(seed) % span);
    e[1].value = feel_string(str_of(regions[next(seed) % 4]));
    e[2].value = feel_string(str_of(classes[next(seed) % 4]));
    e[3].value = feel_int(next(seed) % 100);
    e[4].value = feel_boolean(next(seed) % 2);
    e[5].value = feel_date(20454 + next(seed) % 300);
    return feel_context(e, 6);
}

static double decide(const struct dmn_model *m, unsigned span, size_t rounds)
{
    struct arena keep, a;
    struct err err = {0};
    struct dmn_result r;
    uint32_t seed = 3;
    arena_init(&keep, 0), arena_init(&a, 0);
    struct feel_value *inputs = arena_array(&keep, INPUTS, sizeof *inputs);
    for (size_t i = 0; i < INPUTS; i++) inputs[i] = input(&keep, &seed, span);
    const struct dmn_node *n = dmn_find(m, STR_NONE, STR("zone"), &err);
    size_t strings = 0;
    double best = 1e18;
    for (size_t k = 0; k < rounds; k++) {
        double start = now();
        for (size_t i = 0; i < INPUTS; i++) {
            arena_clear(&a);
            struct feel_env env = {.arena = &a};
            if (dmn_eval(n, &env, inputs[i], false, &r, &err) < 0) exit(1);
            strings += r.value.kind == FEEL_STRING;
        }
        double each = (now() - start) / INPUTS;
        if (each < best) best = each;
    }
    if (strings != rounds * INPUTS) fprintf(stderr, "some decisions gave null\n"), exit(1);
    arena_release(&keep), arena_release(&a);
    return best;
}

static double json(const struct dmn_model *m, unsigned span, size_t rounds)
{
    struct arena keep;
    struct buf lines, out;
    uint32_t seed = 3;
    struct dmn_batch b;
    double best = 1e18;
    arena_init(&keep, 0);
    buf_init(&lines, 100 << 20), buf_init(&out, 100 << 20);
    str *each = arena_array(&keep, INPUTS, sizeof *each);
    for (size_t i = 0; i < INPUTS; i++) {
        struct json_writer w;
        size_t from = lines.n;
        buf_text(&lines, "{\"call\": \"zone\", \"input\": ");
        json_init(&w, &lines, 0);
        feel_emit_json(&w, input(&keep, &seed, span));
        buf_text(&lines, "}");
        each[i] = arena_copy(&keep, str_from(buf_get(&lines), from));
    }
    struct feel_env env = {.now = 0};
    batch_init(&b, m, &env);
    for (size_t k = 0; k < rounds; k++) {
        double start = now();
        for (size_t i = 0; i < INPUTS; i++) {
            buf_clear(&out);
            batch_line(&b, each[i], &out);
        }
        double ns = (now() - start) / INPUTS;
        if (ns < best) best = ns;
    }
    batch_release(&b);
    buf_release(&lines), buf_release(&out);
    arena_release(&keep);
    return best;
}

int main(int argc, char **argv)
{
    static const unsigned sizes[] = {10, 100, 1000, 10000, 100000};
    size_t most = argc > 2 ? (size_t)atoi(argv[2]) : 5;
    unsigned span;
    size_t rounds = argc > 1 ? (size_t)atoi(argv[1]) : 30;
    struct dmn_model *m = make(24, &span);
    printf("24 rules, inputs ready          %8.0f ns a decision\n", decide(m, span, rounds));
    printf("24 rules, JSON line to line     %8.0f ns a decision\n", json(m, span, rounds));
    dmn_free(m);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && i < most; i++) {
        double start = now();
        m = make(sizes[i], &span);
        double loaded = now() - start;
        printf("%6u rules                    %8.0f ns a decision, %.1f ms to load\n", sizes[i], decide(m, span, 3),
               loaded / 1e6);
        dmn_free(m);
    }
    return 0;
}
