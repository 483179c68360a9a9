/* SPDX-License-Identifier: Apache-2.0 */
/* FEEL (OMG DMN 1.5, clause 10.3): the only expression language of the house.
 *
 * Text is compiled against a scope of names with types into a program; a program is immutable and may be evaluated by
 * many threads at once, each with an env of its own. What a program reads of host objects is known without running it.
 * Evaluation is total: what FEEL calls an error is the null value with a reason; only limits fail. */
#ifndef FEEL_H
#define FEEL_H

#include "base_arena.h"
#include "base_buf.h"
#include "base_err.h"
#include "base_json.h"

/* ---- Values ---------------------------------------------------------------------------------------------------------
 */

enum feel_kind {
    FEEL_NULL, /* with a reason where it came of an error */
    FEEL_BOOLEAN,
    FEEL_NUMBER, /* decimal128, IEEE 754-2008, BID encoding */
    FEEL_STRING, /* UTF-8 */
    FEEL_DATE,
    FEEL_TIME,
    FEEL_DATE_TIME,
    FEEL_DAYS_TIME,    /* days and time duration */
    FEEL_YEARS_MONTHS, /* years and months duration */
    FEEL_RANGE,
    FEEL_LIST,
    FEEL_CONTEXT,
    FEEL_FUNCTION,
    FEEL_OBJECT, /* the host's: a handle and its class, whose fields are read on demand */
};

/* 24 bytes, by value. What it points to lives in the arena of the evaluation that made it, or longer. */
struct feel_value {
    union {
        struct {
            uint8_t kind; /* enum feel_kind */
            uint8_t flag; /* the boolean; the kind of a time's zone */
            uint16_t small;
            uint32_t count; /* elements of a list, entries of a context */
        };
        uint64_t head; /* all of these at once */
    };
    union {
        uint64_t word[2]; /* number (BID128, low word first), temporal values: see feel_number.h, feel_time.h */
        str text;         /* string; of null, the reason (n == 0: a plain null) */
        const struct feel_value *items;
        const struct feel_entry *entries;
        const struct feel_range *range;
        const struct feel_function *function;
        struct {
            const struct feel_class *of;
            uint64_t handle;
        } object;
    };
};
struct feel_entry {
    str key;
    struct feel_value value;
};

static inline struct feel_value feel_null(void) { return (struct feel_value){.kind = FEEL_NULL, .text = STR_NONE}; }
static inline struct feel_value feel_null_because(str reason) /* borrowed: static, or in the evaluation's arena */
{
    return (struct feel_value){.kind = FEEL_NULL, .text = reason};
}
static inline struct feel_value feel_boolean(bool b) { return (struct feel_value){.kind = FEEL_BOOLEAN, .flag = b}; }
static inline struct feel_value feel_string(str s) { return (struct feel_value){.kind = FEEL_STRING, .text = s}; }
struct feel_value feel_int(int64_t n);
bool feel_number(str digits, struct feel_value *out); /* "-12.50", "1e3"; keeps the scale; false when it is no number */
struct feel_value feel_double(double d);              /* the shortest decimal that reads back as d */
struct feel_value feel_date(int64_t days);
struct feel_value feel_list(const struct feel_value *items, size_t count);
struct feel_value feel_context(const struct feel_entry *entries,
                               size_t count); /* keys distinct, in order of the source */
struct feel_value feel_object(const struct feel_class *of, uint64_t handle);

static inline bool feel_is_true(struct feel_value v) { return v.kind == FEEL_BOOLEAN && v.flag; }
bool feel_to_int(struct feel_value v, int64_t *out);   /* a number without fraction that fits */
double feel_to_double(struct feel_value v);            /* NaN when it is no number */
bool feel_to_days(struct feel_value v, int64_t *days); /* a date (or the date of a date and time) */
const struct feel_value *feel_entry_get(struct feel_value context, str key); /* NULL when there is none */
bool feel_same(struct feel_value a, struct feel_value b); /* equal, and null equals null: for memo tables and tests */
/* Order within one kind (numbers, strings, temporals, booleans): <0, 0, >0; kinds that have no order compare by kind.
 * Nulls last. */
int feel_order(struct feel_value a, struct feel_value b);

void feel_emit(struct buf *out,
               struct feel_value v); /* as a FEEL literal: `"a"`, `@"2026-11-22"`, `{a: 1, "two words": 2}` */
void feel_emit_plain(struct buf *out,
                     struct feel_value v); /* as people read it: strings bare, null as nothing, lists with ", "; an
                                              object as its `name` field needs the env, so as its class and handle */
void feel_emit_json(struct json_writer *w, struct feel_value v); /* numbers keep their digits; temporals as ISO text;
                                                                    functions and ranges as their FEEL text */
/* Why the value, or nulls inside of it, are null, in its order; plain nulls have no reason. Returns how many, at most
 * `room`. */
struct feel_reason {
    str path; /* `a[2].two words`, positions from 1; empty: the value itself */
    str why;
};
size_t feel_reasons(struct arena *a, struct feel_value v, struct feel_reason *out, size_t room);
/* The static type of a value: for scopes made of data. */
const struct feel_type *feel_type_of(struct arena *a, struct feel_value v);
/* JSON becomes strings, numbers, booleans, lists, contexts, null. */
struct feel_value feel_from_json(struct arena *a, const struct json *j);

/* ---- Types and host classes
 * --------------------------------------------------------------------------------------------- */

/* A static type. ANY where nothing is known. Types are compared by content; they live as long as the programs compiled
 * with them. */
enum feel_type_kind {
    FEEL_TYPE_ANY,
    FEEL_TYPE_OF_KIND,
    FEEL_TYPE_LIST,
    FEEL_TYPE_CONTEXT,
    FEEL_TYPE_OBJECT,
    FEEL_TYPE_RANGE,
    FEEL_TYPE_FUNCTION
};
struct feel_type {
    enum feel_type_kind is;
    enum feel_kind kind;            /* OF_KIND: a scalar kind */
    const struct feel_type *of;     /* LIST, RANGE: the element; FUNCTION: what it gives */
    const struct feel_class *class; /* OBJECT */
    const struct feel_field
        *fields; /* CONTEXT: the known entries (slot unused); FUNCTION: the parameters, NULL unknown */
    size_t count;
};
extern const struct feel_type feel_any, feel_type_boolean, feel_type_number, feel_type_string, feel_type_date,
    feel_type_time, feel_type_date_time, feel_type_days_time, feel_type_years_months, feel_type_null;

struct feel_field {
    str name; /* may have spaces: `annual cost` */
    const struct feel_type *type;
    uint32_t slot;
    /* Sub-paths of a scalar field that have slots of their own: `annual cost.currency`. */
    const struct feel_field *parts;
    size_t part_count;
};
struct feel_env;
struct feel_class {
    str name;
    const struct feel_field *fields;
    size_t count;
    /* Total: a slot without a value, or one that env->viewer may not see, is null with a reason. */
    struct feel_value (*get)(struct feel_env *env, const struct feel_class *class, uint64_t handle, uint32_t slot);
    const void *host;   /* the host's own description of the class */
    uint32_t name_slot; /* the slot whose value stands for the object in text */
};
struct feel_host_function {
    str name; /* may have spaces */
    const str *parameters;
    size_t count;
    const struct feel_type *gives;
    struct feel_value (*call)(struct feel_env *env, const struct feel_value *arguments);
    str usage, help;  /* one line each */
    const void *host; /* the host's own description of it */
    /* In place of `call`: `self` leads to `host`, or is the first member of a struct that was made at run time. */
    struct feel_value (*call_self)(struct feel_env *env, const struct feel_host_function *self,
                                   const struct feel_value *arguments);
};
/* A host function as a value; it must live as long as the value. */
struct feel_value feel_function(struct arena *a, const struct feel_host_function *host);

/* ---- Compiling
 * ------------------------------------------------------------------------------------------------------------ */

struct feel_variable {
    str name;
    const struct feel_type *type;
    bool opened; /* an object or context whose field names are visible as names by themselves */
};
/* Names visible to an expression; inner before outer, variables before opened fields before functions before built-ins.
 * A variable's number counts from the outermost scope's first; that is its place in the inputs of feel_eval. */
struct feel_scope {
    const struct feel_scope *outer;
    const struct feel_variable *variables;
    size_t count;
    const struct feel_host_function *functions;
    size_t function_count;
    const struct feel_named_type *types; /* names behind `instance of` and in parameters */
    size_t type_count;
    /* In any scope of the chain: a clash of types, or a call with wrong arguments, is not an error of the source but
     * null with a reason when it is evaluated, as DMN has it. */
    bool lenient;
};
struct feel_named_type {
    str name; /* `tPerson`, `common.tPerson` */
    const struct feel_type *type;
};
size_t feel_scope_size(const struct feel_scope *scope); /* all variables, outer ones too */

struct feel_program;
struct feel_read { /* one slot of one class that the program may read */
    const struct feel_class *class;
    uint32_t slot;
};
/* Syntax errors, unknown names (with the nearest known one) and type clashes: ERR_SYNTAX with span in `source`. The
 * program, and what it keeps of the source, lives in `a`. */
int feel_compile(struct arena *a, const struct feel_scope *scope, str source, const struct feel_program **out,
                 struct err *err) MUST_USE;
/* Unary tests (a decision table's cell): a boolean program; its last input is the tested value `?` of type `tested`. */
int feel_compile_unary(struct arena *a, const struct feel_scope *scope, const struct feel_type *tested, str source,
                       const struct feel_program **out, struct err *err) MUST_USE;
const struct feel_type *feel_program_type(const struct feel_program *p);
const struct feel_read *feel_program_reads(const struct feel_program *p, size_t *count);
bool feel_program_uses_clock(const struct feel_program *p); /* now(), today() */
/* The offset of the first `closing` character at nesting depth 0 from `from` on, outside strings, comments, brackets
 * and braces; STR_NOT_FOUND when there is none. For text that embeds FEEL. */
size_t feel_find_end(str source, size_t from, char closing);

/* ---- Evaluating
 * ------------------------------------------------------------------------------------------------------------- */

struct feel_limits {
    uint64_t steps; /* instructions and elements touched; 0: the default */
    uint32_t depth; /* calls */
    double until;   /* time_monotonic(): when it must be over; 0: no such limit */
    /* memory: the arena's own limit */
};
/* One evaluation's surroundings; the caller fills it, one for each thread. */
struct feel_env {
    struct arena *arena;
    int64_t now;             /* the clock is an input: UTC seconds since 1970 */
    const struct zone *zone; /* of now() and today(); NULL is UTC */
    bool has_today;
    int64_t today;      /* with has_today: days since 1970; else today() follows from now */
    const void *viewer; /* who asks: handed to the host's classes */
    void *host;         /* the host's: a picture of the facts */
    struct feel_limits limits;
    uint64_t steps; /* used so far, by all evaluations with this env */
    uint32_t depth;
};
/* `inputs`: feel_scope_size(scope) values. Fails only with ERR_LIMIT (steps, depth, time, the arena's limit). */
int feel_eval(const struct feel_program *p, struct feel_env *env, const struct feel_value *inputs,
              struct feel_value *out, struct err *err) MUST_USE;

/* Calls a function value (of an earlier result, from the same env). Fails only with ERR_LIMIT. */
int feel_call(struct feel_env *env, struct feel_value function, const struct feel_value *arguments, size_t count,
              struct feel_value *out, struct err *err) MUST_USE;

/* The same with a name for each argument. */
int feel_call_named(struct feel_env *env, struct feel_value function, const str *names,
                    const struct feel_value *arguments, size_t count, struct feel_value *out, struct err *err) MUST_USE;

/* ---- Asking about the language (help, docs, completion)
 * ------------------------------------------------------------------------ */

struct feel_builtin_info {
    str name, usage, help; /* `substring(string, start position, length?)` */
};
const struct feel_builtin_info *feel_builtins(size_t *count);

#endif
