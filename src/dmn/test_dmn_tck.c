/* SPDX-License-Identifier: Apache-2.0 */
/* Our own models under tests/dmn always, the conformance suite where it is there. */
#include "dmn_test.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void run_folder(struct test_tally *t, const char *folder)
{
    struct arena a;
    struct dmn_test_run run;
    struct err err = {0};
    arena_init(&a, 0);
    if (CHECK(dmn_test_folder(&a, folder, 1763800000, &run, &err) == 0)) {
        for (size_t i = 0; i < run.count; i++) {
            const struct dmn_test_case *c = &run.cases[i];
            if (c->passed) {
                t->passed++;
                continue;
            }
            t->failed++;
            printf(STR_FORMAT " " STR_FORMAT ": " STR_FORMAT "\n", STR_ARGS(c->folder), STR_ARGS(c->id),
                   STR_ARGS(c->why));
        }
    } else
        printf("%s: %s\n", folder, err.message);
    arena_release(&a);
}

static void own(struct test_tally *t) { run_folder(t, DMN_TESTS); }

static void suite(struct test_tally *t)
{
    const char *shared = getenv("ENTENTE_SHARED");
    struct buf path;
    buf_init(&path, 4000);
    buf_printf(&path, "%s/tck", shared ? shared : DMN_SHARED);
    if (access(path.p, R_OK) == 0)
        run_folder(t, path.p);
    else
        printf("absent: %s\n", path.p);
    buf_release(&path);
}

TEST_MAIN(own, suite)
