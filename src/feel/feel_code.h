/* SPDX-License-Identifier: Apache-2.0 */
/* The compact code: 8-byte instructions over registers. An operand is 16 bits: the bank in the upper two, the index in
 * the others; results go to registers only. Jumps hold their target in `b` and `c`. */
#ifndef FEEL_CODE_H
#define FEEL_CODE_H

#include "feel_value.h"

enum operand_bank { BANK_REGISTER, BANK_CONSTANT, BANK_INPUT, BANK_CAPTURED };
enum { OPERAND_LIMIT = 1 << 14 };
#define OPERAND(bank, index) ((uint16_t)((bank) << 14 | (index)))

enum op {
    OP_MOVE, /* a = b */
    OP_ADD,  /* a = b + c, and so on */
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_POWER,
    OP_NEGATE, /* a = -b */
    OP_EQ,     /* a = b = c: true, false or null, and so on */
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_AND, /* a = b and c, three-valued */
    OP_OR,
    OP_BETWEEN,      /* a = b >= c and b <= c+1 (c is a register) */
    OP_IN,           /* a = b in c */
    OP_JUMP,         /* to bc */
    OP_IF_NOT,       /* jump unless a is true */
    OP_IF_FALSE,     /* jump when a is false */
    OP_IF_TRUE,      /* jump when a is true */
    OP_CONDITION,    /* a: unless it is a boolean or null, null with a reason */
    OP_LIST,         /* a = [b … b + c) of registers */
    OP_CONTEXT,      /* a = context of shape c, values from register b on */
    OP_RANGE,        /* a = the range of registers b, b + 1; c: see RANGE_FLAGS */
    OP_FIELD,        /* a = b's field c (of a known class), else as PATH */
    OP_PATH,         /* a = b.c, whatever b is */
    OP_LOOKUP,       /* a = b's entry c: then skip the next instruction; without such an entry go on with it */
    OP_INDEX,        /* a = b[c], c is a number */
    OP_SELECT,       /* a = b[c], c does not depend on the element: a number or a boolean */
    OP_LOOP,         /* a = loop over b; where that can't be gone over, see LOOP_FAILS in c */
    OP_LOOP_RANGE,   /* a = loop over registers b … b + 1, up or down; c as above */
    OP_FILTER,       /* a = loop over b's elements, of null none; c as in LOOP */
    OP_NEXT,         /* a = the next of loop b, and skip the next instruction; at the end go on with it */
    OP_COLLECT,      /* a = a new empty collection */
    OP_APPEND,       /* to collection a: b */
    OP_KEEP,         /* to collection a: b where c is true; c a number: b's loop is over, see FILTER */
    OP_COLLECTED,    /* a = the list of collection b */
    OP_CALL_BUILTIN, /* a = call site c, arguments from register b on */
    OP_CALL_HOST,    /* the same */
    OP_CALL_VALUE,   /* the same; register b is the function */
    OP_FUNCTION,     /* a = closure of code b; captured operands from list entry c on */
    OP_INSTANCE,     /* a = b instance of type c */
    OP_RETURN,       /* b */
};

struct instruction {
    uint16_t op, a, b, c;
};
static inline uint32_t jump_target(struct instruction i) { return (uint32_t)i.b << 16 | i.c; }

/* What a loop over null or a number does: nothing goes round, and the register gets null with the reason; where it
 * holds a collection (bit 14), that is its result. */
enum { LOOP_FAILS_COLLECTION = 1 << 14 };

struct path_site {
    str name;
    const struct feel_class *class; /* FIELD: whose slot it is */
    uint32_t slot;
    uint32_t hint; /* the entry where a context of the expected shape has it */
};
struct shape {
    const str *keys;
    size_t count;
};
struct call_site {
    const struct feel_builtin *builtin;
    const struct feel_host_function *host;
    const uint8_t *wants; /* BUILTIN: for each argument, what it must be: see feel_builtin.h */
    const str *names;     /* BUILTIN: the parameters' names; VALUE: the arguments' names, NULL when positional */
    uint16_t count;
};
struct feel_code { /* of a program or of one function in it */
    const struct instruction *code;
    const struct feel_value *constants;
    const struct path_site *paths;
    const struct shape *shapes;
    const struct call_site *calls;
    const struct feel_type *const *types;
    const struct feel_code *const *functions;
    const uint16_t *captures; /* operands in the surrounding code, lists end by count in the callee */
    size_t code_count;
    uint16_t registers, parameter_count, capture_count;
    const str *parameters;
    const struct feel_type *const *parameter_types;
    const struct feel_type *gives; /* a function's */
    str source;                    /* the text of a function */
};
struct feel_program {
    struct feel_code main;
    const struct feel_type *type;
    const struct feel_read *reads;
    size_t read_count;
    bool uses_clock;
};

#endif
