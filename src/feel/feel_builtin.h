/* SPDX-License-Identifier: Apache-2.0 */
/* Built-in functions: one row in feel_builtin_table.h and one function each.
 *
 * The usage line is the signature, and the only place that has it: names, kinds and optional parameters are read from
 * it, `|` separates alternatives, `...` after the last takes any number. Before a function is called its arguments are
 * checked and coerced (DMN 1.5 §10.3.2.9.4: a list of one to its element, a value to a list of one); an absent optional
 * argument is a plain null. */
#ifndef FEEL_BUILTIN_H
#define FEEL_BUILTIN_H

#include "feel_code.h"

struct feel_vm;
typedef struct feel_value builtin_function(struct feel_vm *vm, const struct feel_value *arguments, unsigned count);
struct feel_builtin {
    str name;
    builtin_function *call;
    str usage, help;
};

/* What a parameter wants, from the word in the usage line. */
enum want {
    WANT_ANY,
    WANT_BOOLEAN,
    WANT_NUMBER,
    WANT_STRING,
    WANT_DATE,
    WANT_TIME,
    WANT_DATE_TIME,
    WANT_DURATION,
    WANT_LIST,
    WANT_CONTEXT,
    WANT_FUNCTION,
    WANT_RANGE,
};
enum { WANT_OPTIONAL = 0x80 }; /* beside a want at a call site: null is fine too */
/* An optional argument that isn't there: a null, but not one that was given. */
static inline bool builtin_is_absent(struct feel_value v) { return v.kind == FEEL_NULL && v.small; }

/* DMN 1.5 §10.3.2.9.4, for parameters that may be of several kinds: a list of one is its element. */
static inline struct feel_value builtin_single(struct feel_value v)
{
    return v.kind == FEEL_LIST && v.count == 1 ? v.items[0] : v;
}

enum { BUILTIN_PARAMETERS = 8 };
struct signature {
    str names[BUILTIN_PARAMETERS];
    uint8_t wants[BUILTIN_PARAMETERS];
    unsigned count, required;
    bool variadic;
};
/* The alternative number `i`; false when there are no more. */
bool builtin_signature(const struct feel_builtin *b, unsigned i, struct signature *out);
/* The alternative that takes so many arguments by position; where several do, what they differ in is any value, and
 * the function looks itself. */
bool builtin_signature_by_count(const struct feel_builtin *b, unsigned count, struct signature *out);
str builtin_gives(const struct feel_builtin *b); /* the word after the closing bracket: number, list, any, … */
const struct feel_builtin *builtin_table(size_t *count);
/* The next one from row `*at` on whose name begins with the two letters, as each has at least; NULL: there is none. */
const struct feel_builtin *builtin_next(char first, char second, size_t *at);
/* A function type with these parameters and this result may stand for the function (DMN 1.5 §10.3.2.9.2). */
bool builtin_conforms(const struct feel_builtin *b, const struct feel_type *type);
bool want_met(enum want want, enum feel_kind kind);
const char *want_words(enum want want);

/* Null with a reason that starts with the function's name. */
struct feel_value vm_refuse(struct feel_vm *vm, const char *format, ...) PRINTF_LIKE(2, 3);
struct arena *vm_arena(struct feel_vm *vm);
struct feel_env *vm_env(struct feel_vm *vm);
/* Counts work; false when a limit is met, and then everything ends. */
bool vm_spend(struct feel_vm *vm, uint64_t steps);
/* Calls a function value. */
struct feel_value vm_call(struct feel_vm *vm, struct feel_value function, const struct feel_value *arguments,
                          unsigned count);
/* Any value's field, entry or property by name; a list's mapped. */
struct feel_value vm_path(struct feel_vm *vm, struct feel_value v, str name);
struct feel_value vm_arithmetic(struct feel_vm *vm, enum op op, struct feel_value x, struct feel_value y);
/* As `string()` has it. */
struct feel_value vm_to_string(struct feel_vm *vm, struct feel_value v);

void function_emit(struct buf *out, const struct feel_function *f);

#endif
