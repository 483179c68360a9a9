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
enum agenda_from { FROM_FACTS, FROM_FINDINGS, FROM_CONFLICTS };
struct agenda_row { /* what a row of an agenda has besides */
    bool is;
    enum agenda_from from;
    enum agenda_asks asks;
    const struct yaml *forums;
    int64_t most; /* 0: all */
    struct check_part by;
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
    struct agenda_row agenda;
    enum user_role read_by; /* the lowest role that sees all that it reads, and not its condition alone */
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

/* Those of the checks that are wanted. */
int checks_run_some(const struct checks *c, struct feel_env *env,
                    bool (*wanted)(const struct check *c, const void *host), const void *host, struct findings *out,
                    struct err *err) MUST_USE;

/* What a check would say of a subject, whether it finds anything or not. */
int check_say(const struct checks *c, size_t number, struct feel_env *env, struct feel_value this, struct finding *out,
              struct err *err) MUST_USE;

/* Moves an error in the text of a scalar to its place in the file. */
void place_error(struct err *err, str file, str file_text, const struct yaml *at, str key);

#endif
