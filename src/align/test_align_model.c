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
    CHECK(count >= 16);
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

/* ---- Two keys: the day goes on, and nobody signs ---- */

enum { DAY = 86400, SIGNED_AT = (FIXTURE_TODAY - 40) * DAY };

static uint64_t add_user(struct fixture *f, const char *name, const char *side)
{
    struct stored_user u = {
        .name = str_of(name), .side = str_of(side), .role = ROLE_SIGNATORY, .password_hash = STR("-")};
    fixture_must(f, store_add_user(f->store, &u, STR("test"), SIGNED_AT, &f->err));
    fixture_must(f, store_load_user(f->store, &f->arena, u.name, &u, &f->err));
    return u.id;
}

static void turn(struct fixture *f, uint64_t fact, enum key_act act, uint64_t user)
{
    struct stored_keys keys;
    struct commit_result r;
    fixture_must(f, store_load_keys(f->store, &f->arena, fact, &keys, &f->err));
    struct key_turn turn = {.act = act, .fact = fact, .user = user, .hash = keys.hash};
    fixture_must(f, store_turn_key(f->store, &f->arena, &turn, SIGNED_AT, &r, &f->err));
}

/* What a shipped check says today; empty when it finds nothing. */
static str says(struct fixture *f, const char *check, int64_t today)
{
    const struct checks *checks;
    struct feel_env env;
    struct findings found;
    struct check_text file = {
        arena_printf(&f->arena, "%s.yaml", check),
        read_text(f, &f->arena, arena_printf(&f->arena, MODEL_FOLDER "/checks/%s.yaml", check).p)};
    fixture_refresh(f);
    struct picture *p = graph_take(f->graph);
    fixture_must(f, checks_compile(&f->arena, f->graph, &file, 1, &checks, &f->err));
    graph_env(&env, graph_view_new(&f->arena, p), &f->arena, NULL, 0, today);
    fixture_must(f, checks_run(checks, &env, &found, &f->err));
    str text = found.count ? arena_copy(&f->arena, found.items[0].says) : STR("");
    picture_drop(p);
    return text;
}

static void test_two_keys(struct test_tally *t)
{
    struct fixture f;
    struct arena a;
    arena_init(&a, 0);
    f.err.code = ERR_NONE;
    fixture_open(&f, read_text(&f, &a, MODEL_FOLDER "/entente.yaml"));
    uint64_t anna = add_user(&f, "anna", "marketing"), ben = add_user(&f, "ben", "it");
    fixture_new(&f, "objective", "Reach");
    uint64_t reach = fixture_commit(&f)[0];
    CHECK_STR(says(&f, "signed-by-one-side", FIXTURE_TODAY), STR(""));
    turn(&f, reach, KEY_PROPOSE, anna);
    CHECK_STR(says(&f, "signed-by-one-side", FIXTURE_TODAY), STR(""));
    turn(&f, reach, KEY_SIGN, anna);
    CHECK_STR(says(&f, "signed-by-one-side", FIXTURE_TODAY - 10), STR(""));
    CHECK_STR(says(&f, "signed-by-one-side", FIXTURE_TODAY),
              STR("One side signed \"Reach\" 40 days ago, and IT has not"));
    turn(&f, reach, KEY_SIGN, ben);
    CHECK_STR(says(&f, "signed-by-one-side", FIXTURE_TODAY), STR(""));
    fixture_set(&f, reach, "objective", "horizon", "2030");
    fixture_commit(&f);
    CHECK_STR(says(&f, "proposal-waits", FIXTURE_TODAY), STR(""));
    turn(&f, reach, KEY_PROPOSE, ben);
    CHECK_STR(says(&f, "proposal-waits", FIXTURE_TODAY - 10), STR(""));
    CHECK_STR(says(&f, "proposal-waits", FIXTURE_TODAY),
              STR("A change to \"Reach\", which both sides have signed, has been proposed for 40 days, and nobody has"
                  " signed or refused it"));
    turn(&f, reach, KEY_SIGN, ben);
    CHECK_STR(says(&f, "proposal-waits", FIXTURE_TODAY), STR(""));
    CHECK_STR(says(&f, "signed-by-one-side", FIXTURE_TODAY),
              STR("One side signed the change to \"Reach\" 40 days ago, and marketing has not"));
    arena_release(&a);
    fixture_close(&f);
}

TEST_MAIN(test_shipped, test_two_keys)
