/* SPDX-License-Identifier: Apache-2.0 */
/* Source to tree. Names can only be told apart with the scope and the types at hand (DMN 1.5 §10.3.1.2), so the parser
 * resolves and types as it reads: the tree has declarations in place of names. */
#ifndef FEEL_PARSE_H
#define FEEL_PARSE_H

#include "feel_builtin.h"

struct unit; /* the compiler's */
struct declaration {
    str name;
    const struct feel_type *type;
    bool is_input;
    bool used;
    uint32_t index; /* of an input */
    /* Where the compiler put it. */
    struct unit *unit;
    uint16_t operand;
};

enum node_kind {
    NODE_CONSTANT,
    NODE_VARIABLE,
    NODE_BINARY,
    NODE_NEGATE,
    NODE_BETWEEN,
    NODE_IN,
    NODE_IF,
    NODE_FOR,
    NODE_SOME,
    NODE_EVERY,
    NODE_LIST,
    NODE_CONTEXT,
    NODE_RANGE,
    NODE_PATH,
    NODE_LOOKUP,
    NODE_FILTER,
    NODE_CALL_BUILTIN,
    NODE_CALL_HOST,
    NODE_CALL_VALUE,
    NODE_FUNCTION,
    NODE_INSTANCE,
};
struct node {
    enum node_kind kind;
    enum op op; /* BINARY; a test of IN: the comparison, or OP_IN, or OP_MOVE where it is a boolean by itself */
    uint16_t depth;
    const struct feel_type *type;
    size_t from, to;
    struct node *a, *b, *c;
    struct node **items;               /* LIST, CONTEXT's values, calls' arguments, IN's tests, FOR's lists */
    struct declaration **declarations; /* CONTEXT's entries, FOR's and quantifiers' variables, FUNCTION's parameters */
    struct node **until;               /* FOR: the end of `from..to`, NULL where it is a list */
    size_t count;
    struct feel_value value;         /* CONSTANT */
    struct declaration *declaration; /* VARIABLE; FILTER, LOOKUP: the element; FOR: `partial` */
    str name;                        /* PATH, LOOKUP */
    const struct feel_field *field;  /* PATH: of a class */
    const struct feel_class *class;
    const struct feel_builtin *builtin;
    const struct feel_host_function *host;
    const struct signature *signature; /* CALL_BUILTIN */
    const str *names;                  /* CALL_VALUE: of the arguments */
    unsigned flags;                    /* RANGE: see RANGE_FLAGS */
    const struct feel_type *wanted;    /* INSTANCE */
};

struct parsed {
    struct node *root;
    bool uses_clock;
};
/* What a program keeps goes to `a`, the tree itself to `tree`; they may be one. */
int parse_expression(struct arena *a, struct arena *tree, const struct feel_scope *scope, str source,
                     struct parsed *out, struct err *err) MUST_USE;
int parse_unary_tests(struct arena *a, struct arena *tree, const struct feel_scope *scope,
                      const struct feel_type *tested, str source, struct parsed *out, struct err *err) MUST_USE;

#endif
