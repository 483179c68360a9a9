/* SPDX-License-Identifier: Apache-2.0 */
/* Entente's decision engine as a C library: decision models (OMG DMN 1.1 to 1.5) and FEEL expressions.
 *
 * Models and expressions are loaded once and never change: any number of threads may evaluate them at once, without
 * locks, each with an evaluation of its own. Values that an evaluation makes live until it is cleared or freed.
 *
 * Functions that can fail return 0, or -1 and fill *error (which may be NULL). What FEEL calls an error is no failure
 * but null with a reason. Running out of memory altogether aborts; entente_limits.memory is a bound before that. */
#ifndef ENTENTE_H
#define ENTENTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ENTENTE_API __attribute__((visibility("default")))

const char *entente_version(void) ENTENTE_API;

/* ---- Errors ---- */

enum entente_error_code {
    ENTENTE_ERROR_NONE = 0,
    ENTENTE_ERROR_USAGE,  /* the call's arguments are off */
    ENTENTE_ERROR_INPUT,  /* bad input */
    ENTENTE_ERROR_SYNTAX, /* bad input, and it is an expression */
    ENTENTE_ERROR_LIMIT,  /* too many steps, too deep, too large, too long */
    ENTENTE_ERROR_IO,     /* cannot be read */
    ENTENTE_ERROR_ABSENT, /* no such thing */
};
struct entente_error {
    enum entente_error_code code;
    unsigned line, column; /* from 1, in characters; 0 when unknown */
    size_t from, to;       /* bytes of `excerpt` that are meant */
    char message[600];     /* one line */
    char file[300];        /* where it stands: "" when unknown */
    char place[100];       /* the decision and cell */
    char excerpt[400];     /* the line of the source */
};
/* "file:line:column: place: message" and, below it, the line with a caret, as the command prints it. Writes at most
 * `room` bytes with a NUL; returns the length of the whole. */
size_t entente_error_text(const struct entente_error *error, char *out, size_t room) ENTENTE_API;

/* ---- Evaluations ---- */

struct entente_limits {    /* 0: the default */
    uint64_t steps;        /* instructions and elements touched by one evaluation (100,000,000) */
    uint32_t depth;        /* calls in calls (400) */
    size_t memory;         /* bytes, since it was cleared (256 MB) */
    uint32_t milliseconds; /* by the wall clock (no limit) */
};
/* A thread's surroundings: memory, limits, clock. To be used by one thread at a time. */
struct entente_evaluation;
struct entente_evaluation *entente_evaluation_new(const struct entente_limits *limits /* may be NULL */) ENTENTE_API;
void entente_evaluation_free(struct entente_evaluation *e) ENTENTE_API; /* accepts NULL */
/* Ends all its values and keeps the memory for the next ones. */
void entente_evaluation_clear(struct entente_evaluation *e) ENTENTE_API;
/* What now() and today() say: seconds since 1970 in UTC, in an IANA zone ("Europe/Berlin"; NULL is UTC). Without this
 * they say what the system's clock has at the start of each call. */
int entente_evaluation_set_clock(struct entente_evaluation *e, int64_t seconds, const char *zone,
                                 struct entente_error *error) ENTENTE_API;
/* Keep a trace of each entente_decide: see entente_trace. */
void entente_evaluation_set_explain(struct entente_evaluation *e, bool explain) ENTENTE_API;

/* ---- Values ---- */

enum entente_kind {
    ENTENTE_NULL,
    ENTENTE_BOOLEAN,
    ENTENTE_NUMBER, /* decimal128 */
    ENTENTE_STRING, /* UTF-8 */
    ENTENTE_DATE,
    ENTENTE_TIME,
    ENTENTE_DATE_TIME,
    ENTENTE_DAYS_TIME,    /* days and time duration */
    ENTENTE_YEARS_MONTHS, /* years and months duration */
    ENTENTE_RANGE,
    ENTENTE_LIST,
    ENTENTE_CONTEXT,
    ENTENTE_FUNCTION,
    ENTENTE_OBJECT,    /* the caller's */
    ENTENTE_ANY = 255, /* as a declared kind: whatever it is */
};
/* By value; what is inside is the library's. */
struct entente_value {
    uint64_t inside[3];
};

/* In. Text and arrays given are copied into the evaluation. Texts end at their NUL where `length` is ENTENTE_TEXT. */
#define ENTENTE_TEXT ((size_t)-1)
struct entente_value entente_null(void) ENTENTE_API;
struct entente_value entente_boolean(bool b) ENTENTE_API;
struct entente_value entente_int(int64_t n) ENTENTE_API;
struct entente_value entente_double(double d) ENTENTE_API;           /* the shortest decimal that reads back as d */
struct entente_value entente_number(const char *digits) ENTENTE_API; /* "-12.50", "1e3"; null when it is no number */
struct entente_value entente_date(int year, int month, int day) ENTENTE_API; /* null when there is no such day */
struct entente_value entente_string(struct entente_evaluation *e, const char *text, size_t length) ENTENTE_API;
struct entente_value entente_list(struct entente_evaluation *e, const struct entente_value *items,
                                  size_t count) ENTENTE_API;
struct entente_value entente_context(struct entente_evaluation *e, const char *const *names,
                                     const struct entente_value *values, size_t count) ENTENTE_API;
/* The value of FEEL text without names: `@"2026-11-22"`, `{a: 1, b: [1, 2]}`. */
int entente_feel(struct entente_evaluation *e, const char *text, size_t length, struct entente_value *out,
                 struct entente_error *error) ENTENTE_API;
int entente_json(struct entente_evaluation *e, const char *text, size_t length, struct entente_value *out,
                 struct entente_error *error) ENTENTE_API;

/* Out. Texts are NUL-terminated, and live as long as the evaluation's values; `length` may be NULL. */
enum entente_kind entente_kind(struct entente_value v) ENTENTE_API;
const char *entente_reason(struct entente_evaluation *e, struct entente_value v) ENTENTE_API; /* of a null; else "" */
bool entente_is_true(struct entente_value v) ENTENTE_API;
bool entente_to_int(struct entente_value v,
                    int64_t *out) ENTENTE_API;                /* false: no number, or it does not fit exactly */
double entente_to_double(struct entente_value v) ENTENTE_API; /* NaN when it is no number */
/* As people read it: strings bare, numbers with all their digits, dates as 2026-11-22. */
const char *entente_text(struct entente_evaluation *e, struct entente_value v, size_t *length) ENTENTE_API;
const char *entente_literal(struct entente_evaluation *e, struct entente_value v,
                            size_t *length) ENTENTE_API; /* FEEL */
const char *entente_to_json(struct entente_evaluation *e, struct entente_value v, size_t *length) ENTENTE_API;
size_t entente_count(struct entente_value v) ENTENTE_API; /* of a list or context; else 0 */
struct entente_value entente_item(struct entente_value v, size_t i) ENTENTE_API;
const char *entente_key(struct entente_evaluation *e, struct entente_value v, size_t i, size_t *length) ENTENTE_API;
bool entente_get(struct entente_value context, const char *name, struct entente_value *out) ENTENTE_API;
bool entente_same(struct entente_value a, struct entente_value b) ENTENTE_API; /* equal; null equals null */

/* ---- The caller's objects and functions ---- */

/* A kind of objects whose fields are read when they are asked for. The struct, and all in it, must live as long as what
 * was made with it. */
struct entente_class {
    const char *name;
    const char *const *fields; /* may have spaces: "annual cost" */
    size_t count;
    struct entente_value (*get)(struct entente_evaluation *e, const struct entente_class *of, void *object,
                                size_t field);
    void *user;
};
struct entente_value entente_object(struct entente_evaluation *e, const struct entente_class *of,
                                    void *object) ENTENTE_API;
void *entente_to_object(struct entente_value v, const struct entente_class *of) ENTENTE_API; /* NULL: not of it */

/* A function, given to an expression or a model as a value, or to a whole model by name (entente_functions). It may
 * call entente_refuse to say why it gives null. */
struct entente_function {
    const char *name;
    const char *const *parameters;
    size_t count;
    struct entente_value (*call)(struct entente_evaluation *e, const struct entente_function *function,
                                 const struct entente_value *arguments);
    void *user;
};
struct entente_value entente_function(struct entente_evaluation *e,
                                      const struct entente_function *function) ENTENTE_API;
struct entente_value entente_refuse(struct entente_evaluation *e, const char *reason) ENTENTE_API;
/* Calls a function value. */
int entente_call(struct entente_evaluation *e, struct entente_value function, const struct entente_value *arguments,
                 size_t count, struct entente_value *out, struct entente_error *error) ENTENTE_API;

/* ---- Expressions ---- */

struct entente_variable {
    const char *name;       /* may have spaces */
    enum entente_kind kind; /* a scalar kind, or ENTENTE_ANY */
};
struct entente_expression;
int entente_compile(const char *text, size_t length, const struct entente_variable *variables, size_t count,
                    struct entente_expression **out, struct entente_error *error) ENTENTE_API;
void entente_expression_free(struct entente_expression *x) ENTENTE_API;
/* `values`: one for each variable, in their order. */
int entente_evaluate(struct entente_evaluation *e, const struct entente_expression *x,
                     const struct entente_value *values, struct entente_value *out,
                     struct entente_error *error) ENTENTE_API;

/* Many rows at once in binary floating point: for simulations and batches that ask for speed in place of exact
 * decimals. Only numeric expressions can be: entente_compile_columns says which construct can't. */
struct entente_columns;
int entente_compile_columns(const char *text, size_t length, const char *const *names, size_t count,
                            struct entente_columns **out, struct entente_error *error) ENTENTE_API;
void entente_columns_free(struct entente_columns *c) ENTENTE_API;
/* columns[i]: `rows` numbers of the i-th name, NaN where it is null. Writes `rows` numbers: NaN is null, and where the
 * expression is a condition 1 is true and 0 false. */
void entente_evaluate_columns(const struct entente_columns *c, const double *const *columns, size_t rows,
                              double *out) ENTENTE_API;

/* ---- Models ---- */

struct entente_model;
struct entente_node; /* lives with its model */
struct entente_source {
    const char *text;
    size_t length;
    const char *path; /* for errors */
};
/* Functions that the model's expressions and boxed invocations may call by name, or hand on. A name of the model's own
 * goes before. The structs must live as long as the model, and be safe to call from all threads that evaluate it. */
struct entente_functions {
    const struct entente_function *items;
    size_t count;
};
/* The first source is the model, the others what it imports (found by namespace). The texts may go after the call. */
int entente_model_load(const struct entente_source *sources, size_t count,
                       const struct entente_functions *functions /* may be NULL */, struct entente_model **out,
                       struct entente_error *error) ENTENTE_API;
/* From a file; imports are looked for in `imports` (paths), then in the model's folder. */
int entente_model_load_file(const char *path, const char *const *imports, size_t count,
                            const struct entente_functions *functions /* may be NULL */, struct entente_model **out,
                            struct entente_error *error) ENTENTE_API;
void entente_model_free(struct entente_model *m) ENTENTE_API;
/* What could not be compiled: those nodes give null with that reason, the rest of the model works. False: no such. */
bool entente_model_error(const struct entente_model *m, size_t i, struct entente_error *out) ENTENTE_API;

enum entente_node_kind { ENTENTE_INPUT, ENTENTE_DECISION, ENTENTE_KNOWLEDGE, ENTENTE_SERVICE };
/* A decision, decision service, business knowledge model or input by name; `space` is its namespace, NULL for the
 * model's own (then anywhere, where only one has the name). */
int entente_find(const struct entente_model *m, const char *space, const char *name, const struct entente_node **out,
                 struct entente_error *error) ENTENTE_API;
const struct entente_node *entente_node_at(const struct entente_model *m, size_t i) ENTENTE_API; /* NULL: no such */
enum entente_node_kind entente_node_kind_of(const struct entente_node *n) ENTENTE_API;
const char *entente_node_name(struct entente_evaluation *e, const struct entente_node *n) ENTENTE_API;

/* `inputs`: a context of the input data by name; for a service its inputs, for knowledge its parameters. Fails only at
 * a limit. */
int entente_decide(struct entente_evaluation *e, const struct entente_node *n, struct entente_value inputs,
                   struct entente_value *out, struct entente_error *error) ENTENTE_API;
/* A JSON object as inputs: where a date, time or duration is declared, a string becomes one. */
int entente_inputs_json(struct entente_evaluation *e, const struct entente_node *n, const char *text, size_t length,
                        struct entente_value *out, struct entente_error *error) ENTENTE_API;
/* Of the last entente_decide: why its result, what it was made of, or what is inside of it (`a[2].b: …`) is null; NULL
 * behind the last one. */
const char *entente_why(struct entente_evaluation *e, size_t i) ENTENTE_API;
/* Of the last entente_decide, where it was asked for: a list of contexts in the order in which they ended, with `kind`,
 * `name`, `inputs`, `value`, and of tables `matched` (numbers of rules) and, where none did, `nearest`: `rule`,
 * `input`, `test`, `value`. */
struct entente_value entente_trace(struct entente_evaluation *e) ENTENTE_API;

#ifdef __cplusplus
}
#endif
#endif
