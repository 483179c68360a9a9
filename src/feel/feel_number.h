/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: IEEE 754-2008 decimal128 in the BID encoding, as FEEL has them (DMN 1.5 §10.3.2.3.1): 34 digits, half-even.
 *
 * One representation, two speeds. word[1] is sign (1 bit), exponent + 6176 (14 bits) and the upper 49 bits of the
 * coefficient, word[0] the lower 64. Where the upper coefficient bits are zero and the exponents are equal, the
 * arithmetic is the machine's; everything else goes to Intel's library. No value is ever infinite or NaN: what
 * overflows is null with a reason. */
#ifndef FEEL_NUMBER_H
#define FEEL_NUMBER_H

#include "feel.h"

#define NUMBER_SIGN        0x8000000000000000ull
#define NUMBER_HIGH_DIGITS 0x0001FFFFFFFFFFFFull
#define NUMBER_EXPONENT_0  0x3040000000000000ull /* the upper word of every small whole number */
#define NUMBER_EXPONENT_1  0x0002000000000000ull /* one step of the exponent */

static inline struct feel_value number_of(uint64_t low, uint64_t high)
{
    struct feel_value v = {.kind = FEEL_NUMBER};
    v.word[0] = low, v.word[1] = high;
    return v;
}

struct feel_value number_add_slow(struct feel_value a, struct feel_value b);
struct feel_value number_sub_slow(struct feel_value a, struct feel_value b);
struct feel_value number_mul_slow(struct feel_value a, struct feel_value b);
struct feel_value number_div_slow(struct feel_value a, struct feel_value b);
int number_cmp_slow(struct feel_value a, struct feel_value b);

/* The fast halves work on the words where they lie: a struct made on the way would be written in words and read as a
 * whole, which stalls. False: the slow half must do it. */
static inline bool number_is_small(const struct feel_value *x, const struct feel_value *y)
{
    return LIKELY(x->word[1] == y->word[1] && !(x->word[1] & NUMBER_HIGH_DIGITS));
}
static inline bool number_add_fast(const struct feel_value *x, const struct feel_value *y, struct feel_value *to)
{
    uint64_t sum, high = x->word[1];
    if (!number_is_small(x, y) || __builtin_add_overflow(x->word[0], y->word[0], &sum)) return false;
    to->head = FEEL_NUMBER, to->word[0] = sum, to->word[1] = high;
    return true;
}
static inline bool number_sub_fast(const struct feel_value *x, const struct feel_value *y, struct feel_value *to)
{
    uint64_t a = x->word[0], b = y->word[0], high = x->word[1];
    if (!number_is_small(x, y)) return false;
    to->head = FEEL_NUMBER;
    to->word[0] = a > b ? a - b : b - a;
    to->word[1] = a > b ? high : a == b ? high & ~NUMBER_SIGN : high ^ NUMBER_SIGN;
    return true;
}
/* Where one exponent is 0: the other is the result's, and can't leave the range. */
static inline bool number_mul_fast(const struct feel_value *x, const struct feel_value *y, struct feel_value *to)
{
    uint64_t product, a = x->word[1], b = y->word[1];
    if ((a | b) & NUMBER_HIGH_DIGITS ||
        ((a & ~NUMBER_SIGN) != NUMBER_EXPONENT_0 && (b & ~NUMBER_SIGN) != NUMBER_EXPONENT_0) ||
        __builtin_mul_overflow(x->word[0], y->word[0], &product) || !product)
        return false;
    to->head = FEEL_NUMBER, to->word[0] = product, to->word[1] = a + b - NUMBER_EXPONENT_0;
    return true;
}
static inline bool number_div_fast(const struct feel_value *x, const struct feel_value *y, struct feel_value *to)
{
    if (!number_is_small(x, y) || !y->word[0] || x->word[0] % y->word[0]) return false;
    to->head = FEEL_NUMBER, to->word[0] = x->word[0] / y->word[0], to->word[1] = NUMBER_EXPONENT_0;
    return true;
}
static inline int number_order(const struct feel_value *x, const struct feel_value *y)
{
    if (!number_is_small(x, y)) return number_cmp_slow(*x, *y);
    int order = (x->word[0] > y->word[0]) - (x->word[0] < y->word[0]);
    return x->word[1] & NUMBER_SIGN ? -order : order;
}

/* Both are numbers; so are the results, or null with a reason. */
#define NUMBER_OPERATION(act)                                                                                          \
    static inline struct feel_value number_##act(struct feel_value a, struct feel_value b)                             \
    {                                                                                                                  \
        struct feel_value v;                                                                                           \
        return number_##act##_fast(&a, &b, &v) ? v : number_##act##_slow(a, b);                                        \
    }
NUMBER_OPERATION(add)
NUMBER_OPERATION(sub)
NUMBER_OPERATION(mul)
NUMBER_OPERATION(div)
#undef NUMBER_OPERATION
static inline int number_cmp(struct feel_value a, struct feel_value b) { return number_order(&a, &b); }
static inline struct feel_value number_negate(struct feel_value a)
{
    if (!a.word[0] && !(a.word[1] & NUMBER_HIGH_DIGITS)) return a;
    a.word[1] ^= NUMBER_SIGN;
    return a;
}
static inline bool number_is_zero(struct feel_value a) { return !a.word[0] && !(a.word[1] & NUMBER_HIGH_DIGITS); }
static inline bool number_is_negative(struct feel_value a) { return a.word[1] & NUMBER_SIGN && !number_is_zero(a); }

struct feel_value number_power(struct feel_value a, struct feel_value b);
struct feel_value number_modulo(struct feel_value a, struct feel_value b); /* of the divisor's sign; b is not 0 */
struct feel_value number_sqrt(struct feel_value a);
struct feel_value number_exp(struct feel_value a);
struct feel_value number_log(struct feel_value a);

enum number_rounding {
    ROUND_HALF_EVEN,
    ROUND_FLOOR,
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_HALF_UP,
    ROUND_UP,
    ROUND_HALF_DOWN
};
/* To `scale` digits behind the point (negative: before it). */
struct feel_value number_round(struct feel_value a, int scale, enum number_rounding how);
bool number_is_whole(struct feel_value a);
/* With the fraction cut off; false when it doesn't fit. */
bool number_to_int_cut(struct feel_value a, int64_t *out);
/* Seconds and nanoseconds (0 … 999,999,999), towards minus infinity; false when it doesn't fit. */
bool number_split(struct feel_value a, int64_t *whole, uint32_t *nanos);
struct feel_value number_from_parts(int64_t whole, uint32_t nanos);
/* A literal as FEEL writes it: digits, at most one point, an exponent; no sign. Bytes read, 0 when it is none. */
size_t number_scan(str s);
void number_emit(struct buf *out, struct feel_value v, bool json);

#endif
