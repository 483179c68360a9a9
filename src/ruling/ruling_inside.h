/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULING_INSIDE_H
#define RULING_INSIDE_H

#include "ruling.h"

enum { QUESTIONS_LIMIT = 200, REQUIRED_LIMIT = 64, NODES_LIMIT = 2000 };

/* A rulebook's way to its zone as tables of classes (ruling_grid.c): where all that a decision rests on has few values,
 * or is a number that is only compared, it is evaluated once for each combination, when the rulebook is read. */
enum grid_kind { GRID_FREE, GRID_VALUES, GRID_SEGMENTS };
struct grid_step { /* what a class of the node moves by in the outcomes */
    uint32_t node, stride;
};
struct grid_node { /* of an input or a decision */
    enum grid_kind kind;
    const struct feel_value *values; /* VALUES: one for each class; SEGMENTS: the constants that it is compared with */
    size_t count;                    /* of classes. SEGMENTS: 2i + 1 is the constant i, 2i what lies before it */
    const struct dmn_node *needs[REQUIRED_LIMIT];
    size_t need_count;
    const struct grid_step *steps; /* by need, with `outcomes` */
    const uint16_t *alike;         /* of a question: the first class that has the effect of each; or NULL */
    const uint16_t
        *outcomes; /* of a decision: its class by those of what it needs, the first fastest; NULL: computed */
    bool compares; /* a decision that only compares numbers, see dmn_node_compares */
    bool tells;    /* a decision for which `needs` are all that it rests on */
    bool done;
};
enum { NO_CLASS = UINT16_MAX, NULL_CLASS = UINT16_MAX - 1 };

/* What of one question's effects the decisions see that rest on another one too: nodes that do not rest on the other,
 * and are needed by a decision that does. */
struct grid_edge {
    uint32_t *nodes;
    size_t count;
    bool exact; /* those decisions all have tables: equal classes at the nodes are equal outcomes */
};
struct question_inside {
    const struct dmn_node *node;
    const struct dmn_node **follows; /* decisions that rest on it, in any number of steps */
    size_t follow_count;
    const bool *followed;           /* the same by node */
    const struct feel_value *marks; /* one value for each class that the tables tell apart */
    size_t mark_count;
    size_t all_count; /* of these and, behind them, a scale of sizes: what is computed of a number is compared, too */
    bool leads;       /* the zone rests on it */
    bool hidden;      /* it acts through a number that is computed of it, which has a place behind the questions */
    uint32_t *over;   /* the decisions on the way that rest on it, by their places there */
    size_t over_count;
    const struct grid_edge *edges; /* by question: towards those decisions that rest on both; NULL: not worked out */
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
    size_t computed_count;       /* behind the questions in `inside` */
    bool *leads;                 /* by node: the zone or the extent rests on it */
    struct grid_node *grid;      /* by node; tables only of those on which zone and timing rest */
    const struct dmn_node **way; /* the decisions that lead to the zone, what is needed first; the zone last */
    uint32_t *way_node;          /* their indexes */
    size_t way_count;
    size_t most_candidates;          /* of a search for what is lighter */
    bool few;                        /* so few that all pairs of them are tried: FEW_LIMIT, PAIRS_LIMIT */
    bool asks_clock;                 /* today() or now() stands in it: nothing is decided before the day is known */
    size_t due_count;                /* of these and, behind them, those that lead from there to the timing */
    const struct dmn_node **against; /* the decisions that lead to the contradictions, likewise */
    size_t against_count;
    const struct dmn_node **order; /* those that lead to the zone, then to each part, as they are evaluated */
    size_t order_count;
    struct tellings *tellings; /* ruling_told.c */
};

enum { CANDIDATES_LIMIT = 10000, FEW_LIMIT = 400, PAIRS_LIMIT = 20000 }; /* of a search for what is lighter */
void effects_build(struct rulebook *b);                                  /* ruling_effects.c */
void grid_build(struct rulebook *b); /* what takes too much work to tabulate is computed when it is asked for */
uint16_t grid_class(const struct grid_node *g, struct feel_value v);        /* NO_CLASS: none of them, or it is free */
struct feel_value grid_stands_for(const struct grid_node *g, size_t class); /* a value of the class */
double grid_step(double at); /* 1, or what in a number that large makes a difference */
/* The class of a decision with `outcomes` by the classes of all nodes; NO_CLASS where one of those has none. */
static inline uint16_t grid_outcome(const struct grid_node *g, const uint16_t *classes)
{
    size_t place = 0;
    for (size_t i = 0; i < g->need_count; i++) {
        uint16_t class = classes[g->steps[i].node];
        if (class >= NULL_CLASS) return NO_CLASS;
        place += (size_t) class * g->steps[i].stride;
    }
    return g->outcomes[place];
}

/* What a decision tells, remembered with the rulebook (ruling_told.c): its value, and the rules by which. */
enum rule_rank { RULE_OF_ZONE, RULE_LEADING, RULE_OTHER, RULE_RANKS };
struct told_rule {
    struct ruling_rule rule;
    enum rule_rank rank;
};
struct told {
    struct feel_value value;
    str json;
    const struct told_rule *rules; /* in the order in which they decided */
    size_t rule_count;
    uint16_t class; /* of the value, among those of this decision */
};
struct tellings *tellings_new(const struct rulebook *b);
void tellings_free(struct tellings *t);
/* One request: what its decisions tell, each asked for after those that it needs. */
enum { TOLD_SEGMENT = 0x8000 }; /* the class is one of the grid's */
struct telling_node {
    bool done;
    uint16_t class;          /* NO_CLASS: it has none */
    const struct told *told; /* NULL: computed for this request alone, and then */
    struct feel_value value; /* of a decision */
    const struct dmn_trace *trace;
    size_t traced; /* how many, from `trace` */
};
struct telling {
    const struct rulebook *b;
    struct dmn_sheet *sheet;
    struct telling_node *nodes;
    const struct dmn_trace *traced; /* the last one so far */
};
void telling_init(struct telling *t, const struct rulebook *b, struct feel_env *env, const struct answers *a);
int telling_follow(struct telling *t, const struct dmn_node *const *way, size_t count, struct err *err) MUST_USE;
struct told_rule ruling_told_rule(const struct rulebook *b, const struct dmn_trace *t, size_t i); /* its i-th */
void ruling_emit_rule(const struct ruling_rule *r, struct json_writer *w);

/* One request: the values of all nodes so far, and their classes (ruling_memo.c). */
struct ruling_run {
    const struct rulebook *b;
    struct ruling_memo *memo; /* or NULL */
    struct dmn_sheet *sheet;
    uint16_t *classes; /* by node */
    struct feel_value *values;
};
void ruling_run_init(struct ruling_run *run, const struct rulebook *b, struct ruling_memo *memo, struct feel_env *env,
                     const struct answers *a);
void ruling_run_answer(struct ruling_run *run, size_t question, struct feel_value v);
void ruling_run_put(struct ruling_run *run, const struct dmn_node *n, uint16_t class, struct feel_value v);
/* A decision for which all that it needs is there already. */
int ruling_follow(struct ruling_run *run, const struct dmn_node *n, struct feel_value *v, struct err *err) MUST_USE;

/* The place of the question by that name, looked for at `likely` first; question_count where nothing is asked so. */
size_t answers_question(const struct rulebook *b, str name, size_t likely);
/* Answers to another rulebook: what this one does not ask is left out, and what it does not take was not given. One of
 * the two is there. */
void answers_of_past(const struct rulebook *b, struct feel_env *env, const struct json *object,
                     struct feel_value context, struct answers *out);
struct dmn_sheet *ruling_sheet(const struct rulebook *b, struct feel_env *env, const struct answers *a, bool explain);
/* The place of a zone among the outcomes, 0 the lightest; SIZE_MAX for none of them. */
size_t ruling_rank(const struct rulebook *b, struct feel_value zone);
/* Does the decision on contradictions say that there are any: a text, or a list with texts? */
bool ruling_contradicts(struct feel_value v);
/* What would have to differ (ruling_lighter.c). */
int ruling_find_lighter(const struct rulebook *b, struct feel_env *env, struct dmn_sheet *s, const struct answers *a,
                        struct ruling *r, struct err *err) MUST_USE;
/* Which questions are open, of those that `a` does not answer (ruling_open.c); *filled: `a` with a value for each of
 * the others on which nothing depends, and the run is one with these. */
int ruling_find_open(struct ruling_run *run, struct feel_env *env, const struct answers *a, struct answers *filled,
                     struct ruling *r, struct err *err) MUST_USE;

#endif
