/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of columns: each goes over one block of rows. */
#ifndef FEEL_COLUMNS_RUN_H
#define FEEL_COLUMNS_RUN_H

#include <stddef.h>
#include <stdint.h>

enum { COLUMN_BLOCK = 128 }; /* rows: some dozen blocks stay in the first cache, also where they crowd in it */

/* What is done with an inner result v and z: v + z, v - z, z - v, v * z, the smaller, the larger. */
enum column_outer { OUTER_ADD, OUTER_SUB, OUTER_SUB_FROM, OUTER_MUL, OUTER_MIN, OUTER_MAX, COLUMN_OUTERS };
enum column_op {
    COLUMN_COPY, /* to = x */
    COLUMN_ADD,  /* to = x + y, and so on */
    COLUMN_SUB,
    COLUMN_MUL,
    COLUMN_DIV, /* by 0 is null */
    COLUMN_POWER,
    COLUMN_MODULO,
    COLUMN_NEGATE,
    COLUMN_EQ, /* 1, 0, or NaN where one is NaN, but NaN = NaN is 1 */
    COLUMN_NE,
    COLUMN_LT,
    COLUMN_LE,
    COLUMN_GT,
    COLUMN_GE,
    COLUMN_AND, /* three-valued */
    COLUMN_OR,
    COLUMN_THEN, /* to = x is 1 ? y : x */
    COLUMN_NOT,
    COLUMN_IF,    /* to = x is 1 ? y : z */
    COLUMN_IF_LT, /* to = x < y ? z : w; where one is NaN, w */
    COLUMN_IF_LE,
    COLUMN_MIN,
    COLUMN_MAX,
    COLUMN_ABS,
    COLUMN_FLOOR,
    COLUMN_CEILING,
    COLUMN_UP,        /* away from zero */
    COLUMN_DOWN,      /* towards zero */
    COLUMN_HALF_UP,   /* to the nearest whole number, ties away from zero */
    COLUMN_HALF_DOWN, /* ties towards zero */
    COLUMN_HALF_EVEN,
    COLUMN_SQRT,
    COLUMN_EXP,
    COLUMN_LOG,
    /* Two steps in one, each rounded by itself: inner(x, y) and z; the outer one in the order of column_outer. */
    COLUMN_ADD_FIRST,
    COLUMN_SUB_FIRST = COLUMN_ADD_FIRST + COLUMN_OUTERS,
    COLUMN_MUL_FIRST = COLUMN_SUB_FIRST + COLUMN_OUTERS,
};
/* One of the arguments may be `to`; all have n numbers. */
void columns_run(enum column_op op, size_t n, const double *x, const double *y, const double *z, const double *w,
                 double *to);

#endif
