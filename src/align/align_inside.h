/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled check. Only src/align looks in here. */
#ifndef ALIGN_INSIDE_H
#define ALIGN_INSIDE_H

#include "align.h"
#include "base_yaml.h"

/* An expression and where it stands in its file. */
struct check_part {
    str key; /* when */
    const struct yaml *at;
    const struct feel_program *program;
};
struct check {
    struct check_info info;
    str text; /* the file's */
    const struct feel_variable *thresholds;
    const struct feel_value *threshold_values;
    size_t threshold_count;
    /* The let names are fields of an object of ours, so that each is computed when it is first asked for. The i-th let
     * sees those before it: its object is of let_classes[i], all others see let_classes[let_count]. */
    struct check_part *lets;
    size_t let_count;
    struct feel_class *let_classes;
    size_t input_count; /* workspace, this, thresholds, lets */
    struct check_part concerns, when, severity, money, people, facts;
    enum severity fixed; /* where `severity` has no program */
    const struct template *says, *next;
    const struct yaml *says_at, *next_at;
    enum user_role found_by, read_by; /* the lowest roles that see all that the condition, that the whole check reads */
};
struct checks {
    const struct graph *graph;
    const struct check *items;
    const struct check_info *infos;
    size_t count;
};

/* The subject that a check looks at; the handle of its let object. */
struct subject {
    const struct check *check;
    struct feel_value *inputs;
    struct feel_value *lets;
    bool *known;
    const struct check_part *failed; /* the let that ran into a limit */
    struct err err;
};
struct feel_value let_get(struct feel_env *env, const struct feel_class *class, uint64_t handle, uint32_t slot);
struct feel_value let_object(const struct subject *s, size_t seen);

/* Moves an error in the text of a scalar to its place in the file. */
void place_error(struct err *err, str file, str file_text, const struct yaml *at, str key);

#endif
