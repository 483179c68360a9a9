/* SPDX-License-Identifier: Apache-2.0 */
/* Decision models (OMG DMN 1.1 to 1.5): read once, evaluated by many threads at once.
 *
 * A model is what one file says with all that it imports. What can't be compiled is an error of its node and null with
 * that reason when it is asked for; everything else works. */
#ifndef DMN_H
#define DMN_H

#include "feel.h"

struct dmn_model;
struct dmn_node;
enum dmn_kind { DMN_INPUT, DMN_DECISION, DMN_KNOWLEDGE, DMN_SERVICE };

struct dmn_source {
    str text, path; /* of the file; the path stands in errors */
};
/* Functions of the host that all expressions of the model may call by name, or hand on. They are copied; what their
 * `host` is must live as long as the model. */
struct dmn_host {
    const struct feel_host_function *functions;
    size_t count;
};
/* The first source is the model, the others what it may import, found by their namespaces. The texts may go after the
 * call. Fails where the first source is no model; a damaged import is an error of the model, see dmn_errors. */
int dmn_load(const struct dmn_source *sources, size_t count, const struct dmn_host *host /* NULL: none */,
             struct dmn_model **out, struct err *err) MUST_USE;
/* The same from files: imports are looked for in `imports` (paths), then in the model's folder. */
int dmn_load_files(const char *path, const char *const *imports, size_t import_count, const struct dmn_host *host,
                   struct dmn_model **out, struct err *err) MUST_USE;
void dmn_free(struct dmn_model *m);
const struct err *dmn_errors(const struct dmn_model *m, size_t *count);
/* The same, and what can be seen without running: see dmn_findings. Errors of the model are in dmn_errors. */
enum dmn_finding_kind { DMN_CLASH, DMN_GAP, DMN_OVERLAP, DMN_UNREACHABLE, DMN_UNUSED };
struct dmn_finding {
    enum dmn_finding_kind kind;
    struct err err; /* where, and what */
    str node;       /* the name of the decision or function that it is of */
    /* Of a gap and an overlap, by the columns of the table: unary tests for the values that it is about. */
    const str *tests;
    size_t test_count;
    uint32_t
        rules[2]; /* from 1: of an overlap both; of one that never matches what hides it, if one does, and itself */
};
int dmn_check(const struct dmn_source *sources, size_t count, struct dmn_model **out, struct err *err) MUST_USE;
int dmn_check_files(const char *path, const char *const *imports, size_t import_count, struct dmn_model **out,
                    struct err *err) MUST_USE;
const struct dmn_finding *dmn_findings(const struct dmn_model *m, size_t *count);
const char *dmn_finding_word(enum dmn_finding_kind kind);
str dmn_namespace(const struct dmn_model *m);
str dmn_name(const struct dmn_model *m);

/* Of the model and what it imports, in the order of the files. */
const struct dmn_node *const *dmn_nodes(const struct dmn_model *m, size_t *count);
/* By name; `space` is the namespace, STR_NONE for the model's own (then anywhere, where only one has the name). */
const struct dmn_node *dmn_find(const struct dmn_model *m, str space, str name, struct err *err) MUST_USE;
enum dmn_kind dmn_node_kind(const struct dmn_node *n);
str dmn_node_name(const struct dmn_node *n);
str dmn_node_namespace(const struct dmn_node *n);
const struct feel_type *dmn_node_type(const struct dmn_node *n); /* what it gives; FEEL_TYPE_ANY when unknown */

/* ---- Evaluating ---- */

struct dmn_rule_words {
    str id, why; /* its id; its first annotation that says something, else its description */
};
/* One step of an explanation: a decision or a called function, or a decision table in it. */
struct dmn_trace {
    const struct dmn_trace *next; /* in the order in which they ended */
    str name;                     /* of the decision */
    const char *kind;             /* "decision", "table", "service", "knowledge" */
    struct feel_value inputs;     /* a context: what it was made of */
    struct feel_value value;
    /* Of a table: the rules that matched, from 1, and the one that missed by the fewest conditions. */
    const uint32_t *rules;
    const struct dmn_rule_words *words; /* of each of them */
    size_t rule_count;
    size_t decided;                  /* how many of them, from the first, made the value: with hit policy FIRST one */
    uint32_t nearest;                /* 0: none, or something matched */
    str nearest_input;               /* its first condition that failed: the input's expression, */
    str nearest_test;                /* what it asked for */
    struct feel_value nearest_value; /* and what there was */
};
struct dmn_result {
    struct feel_value value;
    const str *errors; /* why it, or what it was made of, is null */
    size_t error_count;
    const struct dmn_trace *trace; /* where it was asked for */
};
/* `inputs`: a context with the input data by name (those of an imported model in a context under the import's name, or
 * bare where no other has the name); for a service its inputs, for knowledge its parameters. Fails only with ERR_LIMIT.
 * The result lives in env->arena, or with the model. */
int dmn_eval(const struct dmn_node *node, struct feel_env *env, struct feel_value inputs, bool explain,
             struct dmn_result *out, struct err *err) MUST_USE;
/* Its errors, and where nulls are inside of the value, as `a[2].b: division by zero`. */
const str *dmn_reasons(struct arena *a, const struct dmn_result *r, size_t *count);

/* ---- Asking again ---- */

/* The values of all nodes in one evaluation: to change some, forget what follows from them, and ask again. Inputs are
 * null until they are put. It lives in env->arena. Functions (knowledge, services) are asked for by dmn_eval. */
struct dmn_sheet;
struct dmn_sheet *dmn_sheet_new(const struct dmn_model *m, struct feel_env *env, bool explain);
/* A copy without the errors and the trace so far. */
struct dmn_sheet *dmn_sheet_branch(const struct dmn_sheet *s, bool explain);
/* The value of an input or a decision, evaluated where it is not known. Fails only with ERR_LIMIT. */
int dmn_sheet_get(struct dmn_sheet *s, const struct dmn_node *n, struct feel_value *out, struct err *err) MUST_USE;
/* The value as the node's type takes it; null with the reason where it doesn't. */
struct feel_value dmn_sheet_fit(struct dmn_sheet *s, const struct dmn_node *n, struct feel_value v);
/* From now on this is the node's value, an input's or a decision's; it must be one that its type takes. */
void dmn_sheet_put(struct dmn_sheet *s, const struct dmn_node *n, struct feel_value v);
void dmn_sheet_forget(struct dmn_sheet *s, const struct dmn_node *n);
const struct dmn_trace *dmn_sheet_trace(const struct dmn_sheet *s);
const str *dmn_sheet_errors(const struct dmn_sheet *s, size_t *count);

/* ---- What the authors wrote for people and programs ---- */

uint32_t dmn_node_index(const struct dmn_node *n); /* its place in dmn_nodes */
/* The nodes that it requires, as many as fit; returns how many there are. */
size_t dmn_node_requires(const struct dmn_node *n, const struct dmn_node **out, size_t room);
str dmn_node_label(const struct dmn_node *n);                   /* its label; else its name */
str dmn_node_text(const struct dmn_node *n, const char *child); /* "description", "question"; STR_NONE without */
/* An element of XML_OWN in its extensionElements, in the definitions' for the model; STR_NONE without. */
str dmn_node_extension(const struct dmn_node *n, const char *name);
str dmn_extension(const struct dmn_model *m, const char *name);
bool dmn_uses_clock(const struct dmn_model *m); /* today() or now() is called somewhere in it */
/* The values that its type lists, in that order; none where it lists no single values. */
const struct feel_value *dmn_node_values(const struct dmn_node *n, struct arena *a, size_t *count);
/* The constants that the columns of tables compare it with, in order, each once; those of text and booleans too. */
const struct feel_value *dmn_node_constants(const struct dmn_node *n, struct arena *a, size_t *count);
/* The decision is a table that only compares what it requires with constants, and gives constants. */
bool dmn_node_compares(const struct dmn_node *n);

/* JSON as inputs for a node: where a date, time, date and time or duration is declared, a string becomes one. */
struct feel_value dmn_inputs_from_json(const struct dmn_node *node, struct arena *a, const struct json *j);
/* The text of a FEEL context, for inputs. */
int dmn_inputs_from_text(struct feel_env *env, str text, struct feel_value *out, struct err *err) MUST_USE;

#endif
