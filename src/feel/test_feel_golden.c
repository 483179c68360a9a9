/* SPDX-License-Identifier: Apache-2.0 */
/* Runs tests/feel/(name).test: cases of three lines, with blank lines between them:
 *
 *   sum(prices) > 10                the expression
 *   {prices: [4, 7]}                a context whose entries are its names; `strict` before it: clashes are errors
 *   true                            the result as a FEEL literal
 *
 * Instead of the result, lines that begin with `! ` are the exact diagnostic; after a result `null`, a line that begins
 * with `? ` is its exact reason. `~` before the expression: a unary test, of the entry `tested`. Lines that begin with
 * `#` between cases are comments. */
#include "base_file.h"
#include "feel.h"
#include "test.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1795343400 /* 2026-11-22T10:30:00Z */ };

struct golden {
    str file;
    int line;
    str expression, context, result, reason;
    struct buf diagnostic;
    bool strict, unary;
};

/* Declares what the context has, and evaluates; the diagnostic when it can't. */
static int evaluate(struct arena *a, const struct golden *g, struct feel_value *out, struct err *err)
{
    const struct feel_program *program;
    const struct feel_scope none = {.lenient = true};
    struct feel_env env = {.arena = a, .now = NOW, .limits = {.steps = 1000000}};
    struct feel_value context;
    if (feel_compile(a, &none, g->context, &program, err) < 0) return -1;
    if (feel_eval(program, &env, NULL, &context, err) < 0) return -1;
    struct feel_variable *variables = arena_array(a, context.count + 1u, sizeof *variables);
    struct feel_value *inputs = arena_array(a, context.count + 1u, sizeof *inputs);
    size_t count = 0;
    const struct feel_type *tested = &feel_any;
    struct feel_value question = feel_null();
    for (uint32_t i = 0; i < context.count; i++) {
        const struct feel_entry *e = &context.entries[i];
        if (g->unary && str_eq(e->key, STR("tested"))) {
            tested = feel_type_of(a, e->value), question = e->value;
            continue;
        }
        variables[count] = (struct feel_variable){.name = e->key, .type = feel_type_of(a, e->value)};
        inputs[count++] = e->value;
    }
    inputs[count] = question;
    struct feel_scope scope = {.variables = variables, .count = count, .lenient = !g->strict};
    int failed = g->unary ? feel_compile_unary(a, &scope, tested, g->expression, &program, err)
                          : feel_compile(a, &scope, g->expression, &program, err);
    return failed < 0 ? -1 : feel_eval(program, &env, inputs, out, err);
}

static void check(struct test_tally *t, const struct golden *g)
{
    struct arena a;
    struct err err;
    struct buf got, want;
    struct feel_value v = feel_null();
    arena_init(&a, (size_t)64 << 20);
    buf_init(&got, (size_t)1 << 24);
    buf_init(&want, (size_t)1 << 24);
    bool is_good;
    if (evaluate(&a, g, &v, &err) < 0) {
        err_emit(&err, &got);
        buf_str(&want, g->diagnostic.n ? buf_get(&g->diagnostic) : g->result);
        is_good = str_eq(buf_get(&got), buf_get(&want));
    } else {
        feel_emit(&got, v);
        if (v.kind == FEEL_NULL && g->reason.n) buf_printf(&got, "\n? " STR_FORMAT, STR_ARGS(v.text));
        buf_str(&want, g->diagnostic.n ? buf_get(&g->diagnostic) : g->result);
        if (g->reason.n) buf_printf(&want, "\n? " STR_FORMAT, STR_ARGS(g->reason));
        is_good = str_eq(buf_get(&got), buf_get(&want));
    }
    if (is_good)
        t->passed++;
    else {
        t->failed++;
        printf(STR_FORMAT ":%d: " STR_FORMAT "\n  got  " STR_FORMAT "\n  want " STR_FORMAT "\n", STR_ARGS(g->file),
               g->line, STR_ARGS(g->expression), STR_ARGS(buf_get(&got)), STR_ARGS(buf_get(&want)));
        if (v.kind == FEEL_NULL && v.text.n) printf("  since " STR_FORMAT "\n", STR_ARGS(v.text));
    }
    buf_release(&got);
    buf_release(&want);
    arena_release(&a);
}

/* The next line, without its end; false at the file's. */
static bool next_line(str *rest, str *line, int *number)
{
    if (!rest->n || !str_cut(rest, '\n', line)) return false;
    ++*number;
    return true;
}

static void run_file(struct test_tally *t, const char *path, const char *name)
{
    struct arena a;
    struct err err;
    str text, line;
    int number = 0;
    arena_init(&a, 0);
    if (!CHECK(file_read(&a, path, (size_t)1 << 24, &text, &err) == 0)) return;
    while (next_line(&text, &line, &number)) {
        if (!line.n || line.p[0] == '#') continue;
        struct golden g = {.file = str_of(name), .line = number, .expression = line};
        buf_init(&g.diagnostic, 10000);
        if (str_starts(line, STR("~ "))) g.unary = true, g.expression = str_from(line, 2);
        bool whole = next_line(&text, &line, &number);
        g.context = line;
        if (str_starts(line, STR("strict "))) g.strict = true, g.context = str_from(line, 7);
        whole = whole && next_line(&text, &line, &number);
        g.result = line;
        for (; whole && str_starts(line, STR("! ")); whole = next_line(&text, &line, &number))
            buf_printf(&g.diagnostic, STR_FORMAT "\n", STR_ARGS(str_from(line, 2)));
        if (!g.diagnostic.n && str_starts(text, STR("? ")))
            next_line(&text, &line, &number), g.reason = str_from(line, 2);
        check(t, &g);
        buf_release(&g.diagnostic);
    }
    arena_release(&a);
}

int main(int argc, char **argv)
{
    struct test_tally tally = {0, 0}, *t = &tally;
    struct dirent **entries = NULL;
    if (argc != 2) return fprintf(stderr, "usage: %s FOLDER\n", argv[0]), 2;
    int count = scandir(argv[1], &entries, NULL, alphasort);
    CHECK(count > 0);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
        if (str_ends(str_of(entries[i]->d_name), STR(".test"))) run_file(t, path, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    printf("%d passed, %d failed\n", t->passed, t->failed);
    return t->failed || t->passed < 2;
}
