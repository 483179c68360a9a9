/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULING_INSIDE_H
#define RULING_INSIDE_H

#include "ruling.h"

enum { QUESTIONS_LIMIT = 200, REQUIRED_LIMIT = 64 };

struct question_inside {
    const struct dmn_node *node;
    const struct dmn_node **follows; /* decisions that rest on it, in any number of steps */
    size_t follow_count;
    const struct feel_value *marks; /* one value for each class that the tables tell apart */
    size_t mark_count;
    bool leads; /* the zone rests on it */
};
struct rulebook {
    struct arena arena;
    struct dmn_model *model;
    str name, version;
    const struct dmn_node *zone, *contradictions;
    const struct dmn_node *parts[RULING_PARTS];
    const struct feel_value *zones;
    size_t zone_count;
    struct rulebook_question *questions;
    struct question_inside *inside;
    size_t question_count;
    bool *leads; /* by node: the zone or the extent rests on it */
};

struct dmn_sheet *ruling_sheet(const struct rulebook *b, struct feel_env *env, const struct answers *a, bool explain);
/* The place of a zone among the outcomes, 0 the lightest; SIZE_MAX for none of them. */
size_t ruling_rank(const struct rulebook *b, struct feel_value zone);
/* What would have to differ (ruling_lighter.c). */
int ruling_find_lighter(const struct rulebook *b, struct feel_env *env, const struct dmn_sheet *s,
                        const struct answers *a, struct ruling *r, struct err *err) MUST_USE;
/* Which questions are open, of those that `a` does not answer (ruling_open.c); *filled: `a` with a value for each of
 * the others on which nothing depends. */
int ruling_find_open(const struct rulebook *b, struct feel_env *env, const struct answers *a, struct answers *filled,
                     struct ruling *r, struct err *err) MUST_USE;

#endif
