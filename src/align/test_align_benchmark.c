/* SPDX-License-Identifier: Apache-2.0 */
/* Published figures: those that come with the program compile; what a file has wrong is told with its place. */
#include "align_benchmark.h"
#include "base_file.h"
#include "test_graph_fixture.h"

#include <dirent.h>
#include <string.h>

static str read_text(struct fixture *f, const char *path)
{
    str text;
    fixture_must(f, file_read(&f->arena, path, 1 << 20, &text, &f->err));
    return text;
}

static void open_shipped(struct fixture *f)
{
    struct fixture reading = {0};
    arena_init(&reading.arena, 0);
    fixture_open(f, read_text(&reading, MODEL_FOLDER "/entente.yaml"));
    arena_release(&reading.arena);
}

static size_t compile_shipped(struct fixture *f, const struct benchmark **out)
{
    VEC(struct check_text) files = {0};
    size_t count;
    DIR *d = opendir(MODEL_FOLDER "/benchmarks");
    MUST(d);
    for (const struct dirent *e; (e = readdir(d));)
        if (str_ends(str_of(e->d_name), STR(".yaml")))
            *vec_add(&f->arena, &files) =
                (struct check_text){arena_copy(&f->arena, str_of(e->d_name)),
                                    read_text(f, arena_printf(&f->arena, MODEL_FOLDER "/benchmarks/%s", e->d_name).p)};
    closedir(d);
    fixture_must(f, benchmarks_compile(&f->arena, f->graph, files.items, files.count, out, &count, &f->err));
    for (size_t i = 0; i < count; i++)
        MUST(str_eq(files.items[i].file, arena_printf(&f->arena, STR_FORMAT ".yaml", STR_ARGS((*out)[i].id))));
    return count;
}

static const struct benchmark *by_id(const struct benchmark *all, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(all[i].id, str_of(id))) return &all[i];
    return NULL;
}

static double own_number(struct fixture *f, const struct benchmark *b)
{
    struct feel_env env;
    struct feel_value v;
    struct picture *p = graph_take(f->graph);
    graph_env(&env, graph_view_new(&f->arena, p), &f->arena, NULL, 0, FIXTURE_TODAY);
    fixture_must(f, benchmark_own(b, &env, &v, &f->err));
    double number = v.kind == FEEL_NUMBER ? feel_to_double(v) : -1;
    picture_drop(p);
    return number;
}

static void shipped(struct test_tally *t)
{
    struct fixture f;
    const struct benchmark *all;
    open_shipped(&f);
    size_t count = compile_shipped(&f, &all);
    CHECK(count >= 7);
    for (size_t i = 0; i < count; i++)
        CHECK(all[i].source.n && all[i].year >= 2020 && all[i].about_count && (all[i].is_state || !all[i].own));
    const struct benchmark *share = by_id(all, count, "technology-share-of-budget");
    if (CHECK(share && share->is_state && share->own)) {
        CHECK(benchmark_is_about(share, fixture_type(&f, "budget")) &&
              !benchmark_is_about(share, fixture_type(&f, "term")));
        CHECK(own_number(&f, share) == -1); /* nothing known, so nothing said */
        uint64_t whole = fixture_new(&f, "budget", "Marketing 2026"), part = fixture_new(&f, "budget", "Tools 2026");
        fixture_set(&f, whole, "budget", "side", "marketing");
        fixture_set(&f, whole, "budget", "period", "2026");
        fixture_set(&f, whole, "budget", "purpose", "all");
        fixture_set(&f, whole, "budget", "amount", "200 EUR");
        fixture_set(&f, part, "budget", "purpose", "technology");
        fixture_set(&f, part, "budget", "amount", "50 EUR");
        fixture_link(&f, part, "budget", "part of", whole);
        fixture_commit(&f);
        fixture_refresh(&f);
        CHECK(own_number(&f, share) == 0.25);
    }
    const struct benchmark *unused = by_id(all, count, "unused-licences");
    if (CHECK(unused && unused->own)) CHECK(own_number(&f, unused) == -1);
    fixture_close(&f);
}

#define HEAD "id: x\nfigure: 1 %\nsays: of it\nsource: S\nyear: 2022\n"

static void refused(struct test_tally *t)
{
    static const struct {
        const char *text, *words;
        uint32_t line;
    } cases[] = {
        {HEAD "is: state\nabout: [budgte]\n", "\"budgte\" is no type of facts; did you mean \"budget\"?", 7},
        {HEAD "is: state\nabout: [budget.amuont]\n", "budget has no field \"amuont\"; did you mean \"amount\"?", 7},
        {HEAD "is: state\n", "are missing", 0},
        {HEAD "is: target\nabout: [budget]\n", "neither state (of one company) nor context", 6},
        {HEAD "about: [budget]\n", "is missing", 0},
        {HEAD "is: context\nabout: [budget]\nown: {says: here, gives: percent, feel: '1'}\n", "own state", 8},
        {HEAD "is: state\nabout: [budget]\nown: {says: here, gives: colour, feel: '1'}\n", "none of percent", 8},
        {HEAD "is: state\nabout: [budget]\nown:\n  says: here\n  gives: percent\n  feel: budgtes\n", "unknown name",
         11},
        {HEAD "is: state\nabout: [budget]\nsign: no\n", "unknown key", 8},
        {"id: x\nfigure: 1\nsays: of it\nsource: S\nyear: 20022\nis: state\nabout: [budget]\n", "a year such as 2022",
         5},
        {"- 1\n", "a benchmark is a map", 1},
        {"{", "", 0},
    };
    struct fixture f;
    open_shipped(&f);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct check_text file = {STR("b.yaml"), str_of(cases[i].text)};
        const struct benchmark *all;
        size_t count;
        f.err = (struct err){0};
        bool failed = benchmarks_compile(&f.arena, f.graph, &file, 1, &all, &count, &f.err) < 0;
        bool good = failed && strstr(f.err.message, cases[i].words) && !strcmp(f.err.file, "b.yaml") &&
                    (!cases[i].line || f.err.line == cases[i].line);
        if (!CHECK(good))
            printf("    case %zu: %s:%u: %s\n", i, f.err.file, f.err.line, failed ? f.err.message : "taken");
    }
    struct check_text twice[2] = {{STR("a.yaml"), STR(HEAD "is: state\nabout: [budget]\n")},
                                  {STR("b.yaml"), STR(HEAD "is: state\nabout: [budget]\n")}};
    const struct benchmark *all;
    size_t count;
    CHECK(benchmarks_compile(&f.arena, f.graph, twice, 2, &all, &count, &f.err) < 0 &&
          strstr(f.err.message, "also that of a.yaml"));
    fixture_close(&f);
}

TEST_MAIN(shipped, refused)
