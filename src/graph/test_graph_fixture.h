/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a workspace of its own in a temporary folder, and a picture over it. */
#ifndef GRAPH_FIXTURE_H
#define GRAPH_FIXTURE_H

#include "base_time.h"
#include "graph.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

enum { FIXTURE_TODAY = 20779 }; /* 2026-11-22 */

struct fixture {
    struct arena arena;
    char folder[64], path[96];
    struct store *store;
    struct graph *graph;
    struct change_set *changes;
    struct err err;
};

static inline void fixture_must(struct fixture *f, int result)
{
    if (!result) return;
    struct buf b;
    buf_init(&b, 10000);
    err_emit(&f->err, &b);
    fprintf(stderr, STR_FORMAT, STR_ARGS(buf_get(&b)));
    abort();
}

static inline void fixture_open_store(struct fixture *f, str model_yaml)
{
    *f = (struct fixture){.folder = "/tmp/entente-test-XXXXXX"};
    arena_init(&f->arena, 0);
    MUST(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/t.entente", f->folder);
    struct store_profile profile = {STR("Northlight"), STR("EUR"), STR("Europe/Berlin")};
    fixture_must(f, store_create(f->path, &profile, model_yaml, &f->err));
    fixture_must(f, store_open(f->path, STORE_READ | STORE_WRITE, &f->store, &f->err));
}
static inline void fixture_open(struct fixture *f, str model_yaml)
{
    fixture_open_store(f, model_yaml);
    fixture_must(f, graph_new(store_model(f->store), store_profile(f->store), NULL, &f->graph, &f->err));
    fixture_must(f, graph_refresh(f->graph, f->store, &f->err));
}

static inline void fixture_close(struct fixture *f)
{
    graph_free(f->graph);
    store_close(f->store);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    MUST(system(command) == 0);
    arena_release(&f->arena);
}

static inline struct change_set *fixture_changes(struct fixture *f)
{
    if (!f->changes) f->changes = change_set_new(&f->arena, store_model(f->store), STR("anna"), STR("test"));
    return f->changes;
}
static inline const struct model_type *fixture_type(struct fixture *f, const char *name)
{
    const struct model_type *type = model_type(store_model(f->store), str_of(name));
    MUST(type);
    return type;
}
static inline const struct model_field *fixture_field(struct fixture *f, const char *type, const char *name)
{
    const struct model_field *field = model_field(fixture_type(f, type), str_of(name));
    MUST(field);
    return field;
}
static inline void fixture_set(struct fixture *f, uint64_t fact, const char *type, const char *field, const char *value)
{
    change_value(fixture_changes(f), fact, fixture_field(f, type, field), str_of(value), (struct origin){0});
}
static inline uint64_t fixture_new(struct fixture *f, const char *type, const char *name)
{
    uint64_t id = change_create(fixture_changes(f), fixture_type(f, type));
    fixture_set(f, id, type, "name", name);
    return id;
}
static inline void fixture_links(struct fixture *f, uint64_t fact, const char *type, const char *field,
                                 const uint64_t *to, size_t count)
{
    change_links(fixture_changes(f), fact, fixture_field(f, type, field), to, count, (struct origin){0});
}
static inline void fixture_link(struct fixture *f, uint64_t fact, const char *type, const char *field, uint64_t to)
{
    fixture_links(f, fact, type, field, &to, 1);
}
/* The ids of the created facts, in order. */
static inline const uint64_t *fixture_commit(struct fixture *f)
{
    struct commit_result result;
    fixture_must(f, store_commit(f->store, fixture_changes(f), 1795000000, &result, &f->err));
    f->changes = NULL;
    return result.made;
}
static inline void fixture_refresh(struct fixture *f) { fixture_must(f, graph_refresh(f->graph, f->store, &f->err)); }

static inline uint64_t fixture_find(struct fixture *f, const char *type, const char *name)
{
    struct picture *p = graph_take(f->graph);
    uint64_t id = picture_find(p, fixture_type(f, type), str_of(name), NULL);
    picture_drop(p);
    return id;
}

/* The expression over the newest picture, as a FEEL literal; `null (reason)`, or the error's message. With a type, the
 * fields of the fact of that name are names too. */
static inline str fixture_eval_at(struct fixture *f, const char *type, const char *name, const char *expression,
                                  int64_t today)
{
    struct picture *p = graph_take(f->graph);
    struct graph_view *view = graph_view_new(&f->arena, p);
    struct feel_env env;
    graph_env(&env, view, &f->arena, NULL, 0, today);
    struct feel_variable this = {.name = STR("this"), .opened = true};
    struct feel_scope scope = {.outer = graph_scope(f->graph), .variables = &this};
    struct feel_value inputs[2] = {graph_workspace(view)}, v;
    if (type) {
        this.type = graph_type(f->graph, fixture_type(f, type));
        scope.count = 1;
        inputs[1] = graph_object(view, picture_find(p, fixture_type(f, type), str_of(name), NULL));
    }
    const struct feel_program *program;
    struct buf b;
    buf_init(&b, 100000);
    if (feel_compile(&f->arena, &scope, str_of(expression), &program, &f->err) ||
        feel_eval(program, &env, inputs, &v, &f->err))
        buf_text(&b, f->err.message);
    else
        feel_emit(&b, v);
    if (!f->err.code && v.kind == FEEL_NULL && v.text.n) buf_printf(&b, " (" STR_FORMAT ")", STR_ARGS(v.text));
    f->err.code = ERR_NONE;
    str out = buf_copy(&b, &f->arena);
    buf_release(&b);
    picture_drop(p);
    return out;
}
static inline str fixture_eval(struct fixture *f, const char *type, const char *name, const char *expression)
{
    return fixture_eval_at(f, type, name, expression, FIXTURE_TODAY);
}

#endif
