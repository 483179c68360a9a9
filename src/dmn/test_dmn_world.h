/* SPDX-License-Identifier: Apache-2.0 */
/* Models in the text of a test, and what they decide. */
#ifndef TEST_DMN_WORLD_H
#define TEST_DMN_WORLD_H

#include "dmn.h"
#include "test.h"

#define SPACE_15    "https://www.omg.org/spec/DMN/20230324/MODEL/"
#define MODEL(body) "<definitions xmlns='" SPACE_15 "' name='m' namespace='urn:m'>" body "</definitions>"
#define LITERAL(name, type, feel)                                                                                      \
    "<decision name='" name "' id='" name "'><variable name='" name "' typeRef='" type "'/>"                           \
    "<literalExpression><text>" feel "</text></literalExpression></decision>"
#define INPUT(name, type)                                                                                              \
    "<inputData name='" name "' id='" name "'><variable name='" name "' typeRef='" type "'/></inputData>"
#define NEEDS(name) "<informationRequirement><requiredInput href='#" name "'/></informationRequirement>"

struct world {
    struct arena a;
    struct dmn_model *m;
    struct err err;
    struct dmn_result r;
};

static inline bool load(struct world *w, const char *const *texts, size_t count)
{
    struct dmn_source sources[8];
    *w = (struct world){.m = NULL};
    arena_init(&w->a, 64 << 20);
    for (size_t i = 0; i < count; i++) sources[i] = (struct dmn_source){str_of(texts[i]), STR("test.dmn")};
    return dmn_load(sources, count, NULL, &w->m, &w->err) == 0;
}
static inline void leave(struct world *w)
{
    dmn_free(w->m);
    arena_release(&w->a);
}
/* The result as a literal; "limit: …" where it fails. */
static inline str decide(struct world *w, const char *name, const char *inputs)
{
    struct feel_env env = {.arena = &w->a, .limits = {.steps = 1000000}};
    struct feel_value with = feel_context(NULL, 0);
    struct buf out;
    const struct dmn_node *n = dmn_find(w->m, STR_NONE, str_of(name), &w->err);
    if (!n || (inputs && dmn_inputs_from_text(&env, str_of(inputs), &with, &w->err) < 0)) return str_of(w->err.message);
    if (dmn_eval(n, &env, with, false, &w->r, &w->err) < 0) return arena_printf(&w->a, "limit: %s", w->err.message);
    buf_init(&out, 1 << 20);
    feel_emit(&out, w->r.value);
    str s = buf_copy(&out, &w->a);
    buf_release(&out);
    return s;
}

#endif
