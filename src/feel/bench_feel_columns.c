/* SPDX-License-Identifier: Apache-2.0 */
/* Formulas over a million rows: by feel_eval_columns, and the same written by hand in C with the same options. */
#include "feel_columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 1000000, ROUNDS = 25 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void margin(const double *p, const double *c, const double *n, double *out)
{
    for (size_t i = 0; i < ROWS; i++) out[i] = (p[i] * 1.19 - c[i]) * n[i];
}
static void discount(const double *p, const double *c, const double *n, double *out)
{
    for (size_t i = 0; i < ROWS; i++) {
        double rate = n[i] >= 100 ? 0.9 : n[i] >= 10 ? 0.95 : 1;
        double v = p[i] * n[i] * rate - c[i];
        out[i] = v > 0 ? v : 0;
    }
}
static void banded(const double *p, const double *c, const double *n, double *out)
{
    for (size_t i = 0; i < ROWS; i++)
        out[i] = p[i] >= 10 && p[i] <= 90 && n[i] > 3 ? floor(p[i] / 10) * 10 + fabs(c[i] - p[i]) : sqrt(c[i]);
}
static void growth(const double *p, const double *c, const double *n, double *out)
{
    for (size_t i = 0; i < ROWS; i++) out[i] = p[i] * exp(n[i] / 100) + log(c[i] + 1);
}
static const struct {
    const char *name, *feel;
    void (*hand)(const double *, const double *, const double *, double *);
} formulas[] = {
    {"margin", "(p * 1.19 - c) * n", margin},
    {"discount", "max(p * n * (if n >= 100 then 0.9 else if n >= 10 then 0.95 else 1) - c, 0)", discount},
    {"bands", "if p between 10 and 90 and n > 3 then floor(p / 10) * 10 + abs(c - p) else sqrt(c)", banded},
    {"growth", "p * exp(n / 100) + log(c + 1)", growth},
};

int main(void)
{
    static const struct feel_variable names[] = {{STR_INIT("p"), &feel_type_number, false},
                                                 {STR_INIT("c"), &feel_type_number, false},
                                                 {STR_INIT("n"), &feel_type_number, false}};
    const struct feel_scope scope = {.variables = names, .count = 3};
    struct arena a, scratch;
    struct err err;
    arena_init(&a, 0), arena_init(&scratch, 0);
    double *at[5];
    for (size_t k = 0; k < 5; k++) at[k] = arena_alloc(&a, ROWS * sizeof(double));
    uint32_t seed = 1;
    for (size_t i = 0; i < 3 * ROWS; i++)
        at[i % 3][i / 3] = (double)((seed = seed * 1664525u + 1013904223u) >> 8) / (1 << 17);
    for (size_t f = 0; f < ARRAY_COUNT(formulas); f++) {
        const struct feel_columns *c;
        if (feel_compile_columns(&a, &scope, str_of(formulas[f].feel), &c, &err) < 0)
            return fprintf(stderr, "%s\n", err.message), 1;
        double ours = 1e9, hand = 1e9;
        for (int k = 0; k < ROUNDS; k++) {
            double start = now();
            feel_eval_columns(c, &scratch, (const double *const *)at, ROWS, at[3]);
            double middle = now();
            formulas[f].hand(at[0], at[1], at[2], at[4]);
            double end = now();
            if (middle - start < ours) ours = middle - start;
            if (end - middle < hand) hand = end - middle;
        }
        for (size_t i = 0; i < ROWS; i++)
            if (fabs(at[3][i] - at[4][i]) > 1e-9 * (fabs(at[4][i]) + 1))
                return fprintf(stderr, "%s: row %zu differs\n", formulas[f].name, i), 1;
        printf("| `%s` | %.2f | %.2f | %.1f |\n", formulas[f].feel, ours * 1e3, hand * 1e3, ours / hand);
    }
    arena_release(&a), arena_release(&scratch);
    return 0;
}
