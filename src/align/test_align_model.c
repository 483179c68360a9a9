/* SPDX-License-Identifier: Apache-2.0 */
/* The metamodel and the checks that come with the program: all compile, and run over an empty workspace. */
#include "align.h"
#include "test_graph_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static str read_text(struct fixture *f, struct arena *a, const char *path)
{
    str text;
    fixture_must(f, file_read(a, path, 1 << 20, &text, &f->err));
    return text;
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }
static int is_yaml(const struct dirent *d) { return str_ends(str_of(d->d_name), STR(".yaml")); }

static void test_shipped(struct test_tally *t)
{
    struct fixture f;
    struct arena a;
    arena_init(&a, 0);
    f.err.code = ERR_NONE;
    fixture_open(&f, read_text(&f, &a, MODEL_FOLDER "/entente.yaml"));
    struct dirent **entries;
    int count = scandir(MODEL_FOLDER "/checks", &entries, is_yaml, by_name);
    CHECK(count >= 14);
    bool practised[PRACTICE_COUNT] = {0};
    for (int i = 0; i < count; i++) {
        struct check_text file = {str_of(entries[i]->d_name),
                                  read_text(&f, &a, arena_printf(&a, MODEL_FOLDER "/checks/%s", entries[i]->d_name).p)};
        const struct checks *checks;
        size_t n;
        if (!CHECK(checks_compile(&a, f.graph, &file, 1, &checks, &f.err) == 0)) {
            struct buf b;
            buf_init(&b, 10000);
            err_emit(&f.err, &b);
            printf(STR_FORMAT, STR_ARGS(buf_get(&b)));
            buf_release(&b);
            continue;
        }
        const struct check_info *info = checks_list(checks, &n);
        practised[info->practice] = true;
        CHECK_STR(file.file, arena_printf(&a, STR_FORMAT ".yaml", STR_ARGS(info->id)));
        CHECK(info->why.n > 0);
        struct picture *p = graph_take(f.graph);
        struct feel_env env;
        graph_env(&env, graph_view_new(&a, p), &a, NULL, 0, FIXTURE_TODAY);
        struct findings found;
        CHECK(checks_run(checks, &env, &found, &f.err) == 0 && found.count == 0);
        picture_drop(p);
    }
    for (int i = 0; i < PRACTICE_COUNT; i++)
        if (!CHECK(practised[i])) printf("  no check for " STR_FORMAT "\n", STR_ARGS(practice_key((enum practice)i)));
    for (int i = 0; i < count; i++) free(entries[i]);
    free(entries);
    arena_release(&a);
    fixture_close(&f);
}

TEST_MAIN(test_shipped)
