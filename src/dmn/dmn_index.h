/* SPDX-License-Identifier: Apache-2.0 */
/* A decision table as it is compiled, and its index: for each column whose tests are plain constants and ranges, which
 * rules a value leaves over, as bits. */
#ifndef DMN_INDEX_H
#define DMN_INDEX_H

#include "dmn_inside.h"

struct table_input {
    size_t slot;   /* 1 + the place in the frame, where the expression is only a name; 0: it is evaluated */
    uint8_t plain; /* see type_plain */
    const struct feel_program *allowed, *program;
    const struct dmn_type *type;
    const struct feel_type *tested;
    str text, label, allowed_text;
    const struct xml *xml;
};
struct table_result { /* null where it has neither: */
    const struct feel_program *program;
    bool constant;
    struct feel_value value;
};
struct table_output {
    str name, allowed_text;
    const struct dmn_type *type;
    const struct feel_program *allowed;
    struct table_result fallback;
    const struct feel_program **order; /* the output values by priority */
    size_t order_count;
};
struct table_test { /* the tested value is in `value`, equal to it, … (OP_IN, OP_EQ, OP_LT, OP_LE, OP_GT, OP_GE) */
    uint16_t op;
    struct feel_value value;
};
struct table_cell {                 /* any value where it has neither: */
    const struct table_test *tests; /* one of them: of constants */
    size_t test_count;
    const struct feel_program *program; /* all else */
    str text;
    const struct xml *xml;
};
struct table_rule {
    struct table_cell *tests;
    struct table_result *outputs;
    bool constant; /* all outputs are; their value, or a context of them, is: */
    struct feel_value value;
    struct dmn_rule_words words;
    const struct xml *xml;
};
struct dmn_table {
    enum hit_policy policy;
    enum aggregation aggregation;
    struct table_input *inputs;
    struct table_output *outputs;
    struct table_rule *rules;
    struct table_cell *cells; /* of all rules, row by row */
    size_t input_count, output_count, rule_count;
    size_t base;                         /* the frame's first free place: `?` */
    bool has_fallback, fallback_depends; /* on the values of names */
    const struct table_index *index;
    const struct dmn_node *node;
    const struct xml *xml;
};
struct segment_interval { /* of segments, both included */
    uint32_t from, to;
};
struct column_cell {
    struct segment_interval *intervals; /* none and not `any`: no value fits */
    uint32_t count;
    bool any;     /* `-` */
    bool complex; /* to be evaluated */
};
struct short_text { /* a string of up to 16 bytes, whole: its first and its last eight, which may overlap */
    uint64_t head, tail;
    size_t n;
};
struct text_slot { /* free: `n` is SIZE_MAX */
    struct short_text text;
    uint32_t segment;
};
enum { KIND_NONE = 255 };
struct table_column {
    uint8_t kind;   /* of the constants; KIND_NONE: no cell of the column is indexed */
    uint32_t none;  /* the segment of values of other kinds: the last of the bits; NO_SEGMENT of lists */
    unsigned scale; /* of numbers: the keys are in units of 10 ** -scale */
    unsigned shift, steps;
    const int64_t *keys;     /* the constants as whole numbers, where they all can be; else NULL */
    int64_t first, last;     /* one below the first key; the last key */
    const uint32_t *buckets; /* of 2 ** shift values, from `first` on: keys up to the bucket's first value; after it
                                there are at most `steps` in it. NULL: the keys are searched */
    const uint64_t *bits;    /* segment by segment, the last for values of other kinds; NULL: lists */
    /* Strings that are only compared for equality: few short ones in slots without collisions, else by hashes. */
    const struct text_slot *slots;
    uint64_t factor;
    const uint64_t *hashes;
    const uint32_t *hashed; /* hash → 1 + constant */
    size_t hash_mask;
    struct feel_value *constants; /* sorted; segment 2i + 1 is the constant i, 2i the gap before it */
    size_t count;
    struct column_cell *cells;     /* by rule */
    const uint32_t *starts, *list; /* of segment s: list[starts[s]] … list[starts[s + 1]] */
    const uint32_t *others;        /* rules that every value leaves over here */
    size_t other_count;
};
struct table_index {
    struct table_column *columns;
    size_t words; /* of a set of rules */
    bool bits, any_complex;
    const uint64_t *complex; /* rules with a cell that must be evaluated */
};
#define NO_SEGMENT UINT32_MAX

static inline bool column_is_indexed(const struct table_column *c) { return c->kind != KIND_NONE; }

static inline bool cell_is_any(const struct table_cell *c) { return !c->program && !c->test_count; }
/* The cell's tests, or the expression's value, where they are constants; false: they must be compiled. */
bool cell_read_constants(struct dmn_compiler *c, struct table_cell *cell, const struct feel_scope *scope,
                         const struct feel_type *tested);
bool result_read_constant(struct dmn_compiler *c, struct table_result *r, str text, const struct feel_scope *scope);
bool cell_matches(struct dmn_run *run, const struct dmn_table *t, const struct table_cell *cell,
                  const struct feel_value *v, struct feel_value *frame);

void column_build(struct dmn_compiler *c, struct dmn_table *t, size_t i, struct table_column *col);
/* The values' segments in all columns. False: a value is a list, range or the like, whose tests mean more than the
 * columns know. */
bool columns_locate(const struct dmn_table *t, const struct feel_value *const *values, uint32_t *segments);

void index_build(struct dmn_compiler *c, struct dmn_table *t, const struct feel_scope *scope);
/* The matching rules in their order, at most `most`. False as columns_locate. */
bool index_find(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *const *values,
                struct feel_value *frame, uint32_t *hits, size_t most, size_t *count);

#endif
