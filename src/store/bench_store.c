/* SPDX-License-Identifier: Apache-2.0 */
/* Facts per second: one commit of many, then loading them. Usage: bench_store [FACTS [LINKS-OF-EACH]] */
#include "test_store.h"

#include <time.h>

static void count_fact(void *self, const struct stored_fact *f) { *(size_t *)self += f->value_count + f->link_count; }

static uint64_t fill(struct fixture *x, size_t facts, size_t links)
{
    struct test_tally *t = x->t;
    struct commit_result r = {0};
    struct change_set *c = change_set_new(&x->a, x->m, STR("import"), STR("bench"));
    uint64_t parents[1000];
    char text[64];
    for (size_t i = 0; i < ARRAY_COUNT(parents); i++) {
        parents[i] = change_create(c, x->capability);
        snprintf(text, sizeof text, "Capability %zu", i);
        set(c, parents[i], x->capability, "name", text);
    }
    static const char *const names[] = {"name",  "status",     "annual cost", "seats paid", "fit",
                                        "share", "live since", "horizon",     "notes",      "single sign-on"};
    const struct model_field *fields[ARRAY_COUNT(names)];
    for (size_t k = 0; k < ARRAY_COUNT(names); k++) fields[k] = field_of(x->application, names[k]);
    const struct model_field *realises = field_of(x->application, "realises");
    for (size_t i = ARRAY_COUNT(parents); i < facts; i++) {
        uint64_t a = change_create(c, x->application), to[50];
        struct origin from = imported("marketing", "stack.csv", (uint32_t)i + 2);
        snprintf(text, sizeof text, "Application number %zu", i);
        const char *const values[] = {text,         "sanctioned", "48000.00 EUR",
                                      "240",        "3.50",       "0.42",
                                      "2024-05-06", "2026-Q3",    "A line of notes about it.",
                                      "yes"};
        for (size_t k = 0; k < ARRAY_COUNT(values); k++) change_value(c, a, fields[k], str_of(values[k]), from);
        for (size_t k = 0; k < links; k++) to[k] = parents[(i * 7 + k * 131) % ARRAY_COUNT(parents)];
        change_links(c, a, realises, to, links, from);
    }
    double from = time_monotonic();
    clock_t cpu = clock();
    if (!GOOD(x, store_commit(x->s, c, 1000, &r, &x->err))) return 0;
    double took = time_monotonic() - from;
    printf("commit %zu facts, %zu links: %.2f s (%.2f s of processor), %.0f facts/s\n", facts, facts * links, took,
           (double)(clock() - cpu) / CLOCKS_PER_SEC, (double)facts / took);
    return r.number;
}

int main(int argc, char **argv)
{
    struct test_tally t = {0};
    struct fixture x;
    int64_t facts = 100000, links = 5;
    uint64_t head, entries;
    size_t seen = 0;
    unsigned char hash[32];
    if (argc > 1 && (!str_to_int(str_of(argv[1]), &facts) || facts < 2000)) return 2;
    if (argc > 2 && (!str_to_int(str_of(argv[2]), &links) || links < 0 || links > 50)) return 2;
    fixture_init(&x, &t);
    fill(&x, (size_t)facts, (size_t)links);
    double from = time_monotonic();
    fixture_reopen(&x, STORE_WRITE);
    printf("open: %.4f s\n", time_monotonic() - from);
    for (int i = 0; i < 2; i++) {
        struct store_reader r = {.self = &seen, .fact = count_fact};
        from = time_monotonic();
        if (store_load(x.s, &r, &head, &x.err)) return 4;
        double took = time_monotonic() - from;
        printf("load: %.3f s, %.0f facts/s\n", took, (double)facts / took);
    }
    from = time_monotonic();
    int n = 0;
    for (; n < 200; n++) {
        struct commit_result r;
        struct change_set *c = set_of(&x);
        char text[16];
        snprintf(text, sizeof text, "%d", n);
        set(c, 2000 + (uint64_t)n, x.application, "seats paid", text);
        if (store_commit(x.s, c, 1000, &r, &x.err)) return 4;
    }
    printf("small commits: %.2f ms each\n", (time_monotonic() - from) / n * 1000);
    from = time_monotonic();
    if (store_verify(x.s, &entries, hash, &x.err)) return 4;
    printf("verify: %.2f s, %llu entries\n", time_monotonic() - from, (unsigned long long)entries);
    fixture_release(&x);
    return t.failed != 0;
}
