/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled without errno and traps of the mathematical functions, so that the loops become vectors. */
#include "feel_columns_run.h"

#include <math.h>

/* For the machine at hand, where the compiler can do that: the same loops twice. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* An argument may be the result: row by row, never shifted. */
#ifdef __clang__
#define ROWS _Pragma("clang loop vectorize(assume_safety)")
#else
#define ROWS _Pragma("GCC ivdep")
#endif

#define EACH(name, value)                                                                                              \
    WIDE static void name(size_t n, const double *x, const double *y, const double *z, const double *w, double *to)    \
    {                                                                                                                  \
        (void)y, (void)z, (void)w;                                                                                     \
        ROWS for (size_t i = 0; i < n; i++) to[i] = (value);                                                           \
    }
#define X          x[i]
#define Y          y[i]
#define NONE(v)    ((v) != (v))
#define TRUTH(v)   ((v) ? 1.0 : 0.0)
#define ORDER(v)   (NONE(X) || NONE(Y) ? (double)NAN : TRUTH(v))
#define SIGN_OF(v) copysign((v), X)

EACH(copy, X)
EACH(add, X + Y)
EACH(sub, X - Y)
EACH(mul, X *Y)
EACH(divide, Y == 0 ? (double)NAN : X / Y)
EACH(negate, -X)
EACH(eq, TRUTH((X == Y) | (NONE(X) & NONE(Y))))
EACH(ne, TRUTH(!((X == Y) | (NONE(X) & NONE(Y)))))
EACH(lt, ORDER(X < Y))
EACH(le, ORDER(X <= Y))
EACH(gt, ORDER(X > Y))
EACH(ge, ORDER(X >= Y))
EACH(both, ((X == 0) | (Y == 0)) ? 0.0 : X *Y)
EACH(either, ((X == 1) | (Y == 1)) ? 1.0 : X + Y)
EACH(then, X == 1 ? Y : X)
EACH(not, 1 - X)
EACH(choose, X == 1 ? Y : z[i])
EACH(choose_lt, X < Y ? z[i] : w[i])
EACH(choose_le, X <= Y ? z[i] : w[i])
#define MIN(x, y) (NONE(x) ? (x) : (x) < (y) ? (x) : (y))
#define MAX(x, y) (NONE(x) ? (x) : (x) > (y) ? (x) : (y))
EACH(min, MIN(X, Y))
EACH(max, MAX(X, Y))
EACH(absolute, fabs(X))
EACH(lower, floor(X))
EACH(upper, ceil(X))
EACH(up, SIGN_OF(ceil(fabs(X))))
EACH(down, trunc(X))
EACH(half_up, round(X))
EACH(half_down, SIGN_OF(ceil(fabs(X) - 0.5)))
EACH(half_even, rint(X))
EACH(square_root, sqrt(X))
EACH(exponential, exp(X))
EACH(logarithm, X > 0 ? log(X) : (double)NAN)

static inline double power_of(double x, double y)
{
    double v = pow(x, y);
    return isinf(v) && x == 0 ? (double)NAN : v;
}
EACH(power, NONE(X) || NONE(Y) ? (double)NAN : power_of(X, Y))

static inline double modulo_of(double x, double y)
{
    double rest = fmod(x, y);
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}
EACH(modulo, modulo_of(X, Y))

#define PAIRS(inner, v)                                                                                                \
    EACH(inner##_add, (v) + z[i])                                                                                      \
    EACH(inner##_sub, (v)-z[i])                                                                                        \
    EACH(inner##_sub_from, z[i] - (v))                                                                                 \
    EACH(inner##_mul, (v)*z[i])                                                                                        \
    EACH(inner##_min, MIN((v), z[i]))                                                                                  \
    EACH(inner##_max, MAX((v), z[i]))
PAIRS(add, X + Y)
PAIRS(sub, X - Y)
PAIRS(mul, X *Y)
#define PAIRED(first, inner)                                                                                           \
    [first + OUTER_ADD] = inner##_add, [first + OUTER_SUB] = inner##_sub, [first + OUTER_SUB_FROM] = inner##_sub_from, \
             [first + OUTER_MUL] = inner##_mul, [first + OUTER_MIN] = inner##_min, [first + OUTER_MAX] = inner##_max

void columns_run(enum column_op op, size_t n, const double *x, const double *y, const double *z, const double *w,
                 double *to)
{
    static void (*const kernels[])(size_t, const double *, const double *, const double *, const double *,
                                   double *) = {[COLUMN_COPY] = copy,
                                                [COLUMN_ADD] = add,
                                                [COLUMN_SUB] = sub,
                                                [COLUMN_MUL] = mul,
                                                [COLUMN_DIV] = divide,
                                                [COLUMN_POWER] = power,
                                                [COLUMN_MODULO] = modulo,
                                                [COLUMN_NEGATE] = negate,
                                                [COLUMN_EQ] = eq,
                                                [COLUMN_NE] = ne,
                                                [COLUMN_LT] = lt,
                                                [COLUMN_LE] = le,
                                                [COLUMN_GT] = gt,
                                                [COLUMN_GE] = ge,
                                                [COLUMN_AND] = both,
                                                [COLUMN_OR] = either,
                                                [COLUMN_THEN] = then,
                                                [COLUMN_NOT] = not,
                                                [COLUMN_IF] = choose,
                                                [COLUMN_IF_LT] = choose_lt,
                                                [COLUMN_IF_LE] = choose_le,
                                                [COLUMN_MIN] = min,
                                                [COLUMN_MAX] = max,
                                                [COLUMN_ABS] = absolute,
                                                [COLUMN_FLOOR] = lower,
                                                [COLUMN_CEILING] = upper,
                                                [COLUMN_UP] = up,
                                                [COLUMN_DOWN] = down,
                                                [COLUMN_HALF_UP] = half_up,
                                                [COLUMN_HALF_DOWN] = half_down,
                                                [COLUMN_HALF_EVEN] = half_even,
                                                [COLUMN_SQRT] = square_root,
                                                [COLUMN_EXP] = exponential,
                                                [COLUMN_LOG] = logarithm,
                                                PAIRED(COLUMN_ADD_FIRST, add),
                                                PAIRED(COLUMN_SUB_FIRST, sub),
                                                PAIRED(COLUMN_MUL_FIRST, mul)};
    kernels[op](n, x, y, z, w, to);
}
