/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_number.h"

#define DECIMAL_CALL_BY_REFERENCE      0
#define DECIMAL_GLOBAL_ROUNDING        0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 coefficient;
enum { BIAS = 6176, DIGITS = 34 };

static BID_UINT128 to_bid(struct feel_value v)
{
    BID_UINT128 x;
    x.w[0] = v.word[0], x.w[1] = v.word[1];
    return x;
}

static struct feel_value from_bid(BID_UINT128 x)
{
    if ((x.w[1] & 0x7800000000000000ull) == 0x7800000000000000ull) {
        if ((x.w[1] & 0x7C00000000000000ull) == 0x7C00000000000000ull)
            return feel_null_because(STR("the result is not a number"));
        return feel_null_because(STR("the result is too large for a number"));
    }
    struct feel_value v = number_of(x.w[0], x.w[1]);
    if (number_is_zero(v)) v.word[1] &= ~NUMBER_SIGN;
    return v;
}

static coefficient coefficient_of(struct feel_value v)
{
    return (coefficient)(v.word[1] & NUMBER_HIGH_DIGITS) << 64 | v.word[0];
}
static int exponent_of(struct feel_value v) { return (int)(v.word[1] >> 49 & 0x3FFF) - BIAS; }

/* Small coefficients brought to one exponent; false when they leave 64 bits. */
static bool aligned(struct feel_value *a, struct feel_value *b)
{
    static const uint64_t tens[] = {1,        10,        100,        1000,        10000,        100000,       1000000,
                                    10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000};
    if ((a->word[1] | b->word[1]) & NUMBER_HIGH_DIGITS) return false;
    int distance = exponent_of(*a) - exponent_of(*b);
    struct feel_value *higher = distance > 0 ? a : b, *lower = distance > 0 ? b : a;
    if (distance < 0) distance = -distance;
    if (distance >= (int)ARRAY_COUNT(tens) || __builtin_mul_overflow(higher->word[0], tens[distance], &higher->word[0]))
        return false;
    higher->word[1] = (higher->word[1] & NUMBER_SIGN) | (lower->word[1] & ~NUMBER_SIGN);
    return true;
}

static bool add_aligned(struct feel_value a, struct feel_value b, struct feel_value *out)
{
    if (!aligned(&a, &b)) return false;
    if (a.word[1] == b.word[1]) return number_add_fast(&a, &b, out);
    b.word[1] ^= NUMBER_SIGN;
    return number_sub_fast(&a, &b, out);
}

struct feel_value number_add_slow(struct feel_value a, struct feel_value b)
{
    struct feel_value sum;
    _IDEC_flags flags = 0;
    return add_aligned(a, b, &sum) ? sum : from_bid(bid128_add(to_bid(a), to_bid(b), 0, &flags));
}
struct feel_value number_sub_slow(struct feel_value a, struct feel_value b)
{
    struct feel_value difference;
    _IDEC_flags flags = 0;
    if (!number_is_zero(b) && add_aligned(a, number_negate(b), &difference)) return difference;
    return from_bid(bid128_sub(to_bid(a), to_bid(b), 0, &flags));
}
struct feel_value number_mul_slow(struct feel_value a, struct feel_value b)
{
    _IDEC_flags flags = 0;
    return from_bid(bid128_mul(to_bid(a), to_bid(b), 0, &flags));
}
struct feel_value number_div_slow(struct feel_value a, struct feel_value b)
{
    if (number_is_zero(b)) return feel_null_because(STR("division by zero"));
    _IDEC_flags flags = 0;
    return from_bid(bid128_div(to_bid(a), to_bid(b), 0, &flags));
}

int number_cmp_slow(struct feel_value a, struct feel_value b)
{
    struct feel_value p = a, q = b;
    if (aligned(&p, &q) && p.word[1] == q.word[1]) return number_order(&p, &q);
    _IDEC_flags flags = 0;
    BID_UINT128 x = to_bid(a), y = to_bid(b);
    if (bid128_quiet_less(x, y, &flags)) return -1;
    return bid128_quiet_greater(x, y, &flags) ? 1 : 0;
}

struct feel_value number_power(struct feel_value a, struct feel_value b)
{
    int64_t n;
    /* Small whole powers by squaring are exact as long as the digits allow; the library's pow goes through logarithms.
     */
    if (feel_to_int(b, &n) && n >= 0 && n <= 1000) {
        struct feel_value result = feel_int(1), square = a;
        for (; n; n >>= 1) {
            if (n & 1) result = number_mul(result, square);
            if (result.kind != FEEL_NUMBER) return result;
            if (n > 1) square = number_mul(square, square);
            if (square.kind != FEEL_NUMBER) return square;
        }
        return result;
    }
    if (feel_to_int(b, &n) && n < 0 && n >= -1000) {
        struct feel_value power = number_power(a, feel_int(-n));
        return power.kind == FEEL_NUMBER ? number_div(feel_int(1), power) : power;
    }
    struct feel_value half;
    if (feel_number(STR("0.5"), &half) && number_cmp(b, half) == 0) return number_sqrt(a);
    _IDEC_flags flags = 0;
    return from_bid(bid128_pow(to_bid(a), to_bid(b), 0, &flags));
}

struct feel_value number_modulo(struct feel_value a, struct feel_value b)
{
    /* dividend - divisor * floor(dividend / divisor), by the exact remainder. */
    _IDEC_flags flags = 0;
    struct feel_value rest = from_bid(bid128_fmod(to_bid(a), to_bid(b), &flags));
    if (rest.kind != FEEL_NUMBER || number_is_zero(rest)) return rest;
    return number_is_negative(rest) == number_is_negative(b) ? rest : number_add(rest, b);
}

struct feel_value number_sqrt(struct feel_value a)
{
    if (number_is_negative(a)) return feel_null_because(STR("the square root of a negative number"));
    _IDEC_flags flags = 0;
    return from_bid(bid128_sqrt(to_bid(a), 0, &flags));
}
struct feel_value number_exp(struct feel_value a)
{
    _IDEC_flags flags = 0;
    return from_bid(bid128_exp(to_bid(a), 0, &flags));
}
struct feel_value number_log(struct feel_value a)
{
    if (number_is_negative(a) || number_is_zero(a))
        return feel_null_because(STR("the logarithm of a number that is not above 0"));
    _IDEC_flags flags = 0;
    return from_bid(bid128_log(to_bid(a), 0, &flags));
}

static struct feel_value quantum(int exponent) { return number_of(1, (uint64_t)(exponent + BIAS) << 49); }

struct feel_value number_round(struct feel_value a, int scale, enum number_rounding how)
{
    if (-scale < -BIAS || -scale > 6111) return feel_null_because(STR("the scale is out of range"));
    /* The library has no "away from zero" and no "half towards zero": both follow from its modes and the sign. */
    bool negative = number_is_negative(a);
    _IDEC_round mode = 0;
    switch (how) {
    case ROUND_HALF_EVEN: mode = 0; break;
    case ROUND_FLOOR: mode = 1; break;
    case ROUND_CEILING: mode = 2; break;
    case ROUND_DOWN: mode = 3; break;
    case ROUND_HALF_UP: mode = 4; break;
    case ROUND_UP: mode = negative ? 1 : 2; break;
    case ROUND_HALF_DOWN: mode = 4; break;
    }
    _IDEC_flags flags = 0;
    BID_UINT128 to = to_bid(quantum(-scale));
    BID_UINT128 got = bid128_quantize(to_bid(a), to, mode, &flags);
    if ((got.w[1] & 0x7C00000000000000ull) == 0x7C00000000000000ull) {
        /* More than 34 digits: the number has no digits behind the scale, or more zeros than fit. */
        return exponent_of(a) >= -scale ? a : feel_null_because(STR("the result has more than 34 digits"));
    }
    if (how == ROUND_HALF_DOWN) {
        /* Half-up went away from zero; where the distance is exactly a half, towards zero was meant. */
        flags = 0;
        BID_UINT128 down = bid128_quantize(to_bid(a), to, 3, &flags);
        struct feel_value distance = number_sub(a, from_bid(down)), half = quantum(-scale);
        if (distance.kind == FEEL_NUMBER && half.kind == FEEL_NUMBER) {
            distance.word[1] &= ~NUMBER_SIGN;
            if (number_cmp(number_add(distance, distance), half) == 0) got = down;
        }
    }
    return from_bid(got);
}

bool number_is_whole(struct feel_value a)
{
    if (exponent_of(a) >= 0) return true;
    struct feel_value cut = number_round(a, 0, ROUND_DOWN);
    return cut.kind == FEEL_NUMBER && number_cmp(cut, a) == 0;
}

bool number_to_int_cut(struct feel_value a, int64_t *out)
{
    if ((a.word[1] & ~NUMBER_SIGN) == NUMBER_EXPONENT_0 && a.word[0] <= INT64_MAX) {
        *out = a.word[1] & NUMBER_SIGN ? -(int64_t)a.word[0] : (int64_t)a.word[0];
        return true;
    }
    _IDEC_flags flags = 0;
    int64_t n = bid128_to_int64_int(to_bid(a), &flags);
    if (flags & BID_INVALID_EXCEPTION) return false;
    *out = n;
    return true;
}

bool number_split(struct feel_value a, int64_t *whole, uint32_t *nanos)
{
    struct feel_value floor = number_round(a, 0, ROUND_FLOOR);
    if (floor.kind != FEEL_NUMBER || !number_to_int_cut(floor, whole)) return false;
    struct feel_value rest = number_mul(number_sub(a, floor), feel_int(1000000000));
    int64_t n;
    if (rest.kind != FEEL_NUMBER || !number_to_int_cut(rest, &n)) return false;
    *nanos = (uint32_t)n;
    return true;
}

struct feel_value number_from_parts(int64_t whole, uint32_t nanos)
{
    if (!nanos) return feel_int(whole);
    int places = 9;
    while (nanos % 10 == 0) nanos /= 10, places--;
    return number_add(feel_int(whole), number_of(nanos, (uint64_t)(BIAS - places) << 49));
}

size_t number_scan(str s)
{
    size_t i = 0, digits = 0;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') i++, digits++;
    /* "1..5" is a range: a point counts only with a digit behind it. */
    if (i + 1 < s.n && s.p[i] == '.' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9') {
        i++;
        while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') i++, digits++;
    }
    if (!digits) return 0;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        size_t e = i + 1;
        if (e < s.n && (s.p[e] == '+' || s.p[e] == '-')) e++;
        size_t from = e;
        while (e < s.n && s.p[e] >= '0' && s.p[e] <= '9') e++;
        if (e > from) i = e;
    }
    return i;
}

/* Up to 18 digits, a point among them: nearly all numbers. */
static bool short_number(str s, bool negative, struct feel_value *out)
{
    uint64_t c = 0;
    size_t point = s.n;
    for (size_t i = 0; i < s.n; i++) {
        unsigned digit = (unsigned)s.p[i] - '0';
        if (digit <= 9)
            c = c * 10 + digit;
        else if (s.p[i] == '.' && point == s.n && i + 1 < s.n)
            point = i;
        else
            return false;
    }
    if (!c) return false;
    uint64_t places = point == s.n ? 0 : s.n - point - 1;
    *out = number_of(c, (NUMBER_EXPONENT_0 - places * NUMBER_EXPONENT_1) | (negative ? NUMBER_SIGN : 0));
    return true;
}

bool feel_number(str s, struct feel_value *out)
{
    bool negative = false;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) negative = s.p[0] == '-', s = str_from(s, 1);
    if (s.n <= 18 && short_number(s, negative, out)) return true;
    if (!s.n || number_scan(s) != s.n) return false;
    coefficient c = 0;
    int kept = 0, exponent = 0, next = -1;
    bool sticky = false, point = false;
    size_t i = 0;
    for (; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++) {
        if (s.p[i] == '.') {
            point = true;
            continue;
        }
        int digit = s.p[i] - '0';
        if (kept < DIGITS) {
            c = c * 10 + (unsigned)digit;
            kept += c != 0;
            exponent -= point;
        } else {
            if (next < 0)
                next = digit;
            else
                sticky |= digit != 0;
            exponent += !point;
        }
    }
    if (next > 5 || (next == 5 && (sticky || c & 1))) c++;
    if (i < s.n) {
        int64_t e = 0;
        str text = str_from(s, i + 1);
        bool down = text.n && text.p[0] == '-';
        if (text.n && (text.p[0] == '-' || text.p[0] == '+')) text = str_from(text, 1);
        for (size_t k = 0; k < text.n && e < 100000; k++) e = e * 10 + (text.p[k] - '0');
        exponent += (int)(down ? -e : e);
    }
    /* 10^34 itself is one digit too long. */
    coefficient limit = 1;
    for (int k = 0; k < DIGITS; k++) limit *= 10;
    if (c == limit) c /= 10, exponent++;
    struct feel_value v = number_of((uint64_t)c, (uint64_t)(c >> 64) | NUMBER_EXPONENT_0);
    if (exponent >= -BIAS && exponent <= 6111) {
        v.word[1] = (v.word[1] & NUMBER_HIGH_DIGITS) | (uint64_t)(exponent + BIAS) << 49;
    } else {
        _IDEC_flags flags = 0;
        v = from_bid(bid128_scalbn(to_bid(v), exponent, 0, &flags));
        if (v.kind != FEEL_NUMBER) return false;
    }
    *out = negative ? number_negate(v) : v;
    return true;
}

struct feel_value feel_int(int64_t n)
{
    return n < 0 ? number_of(-(uint64_t)n, NUMBER_EXPONENT_0 | NUMBER_SIGN) : number_of((uint64_t)n, NUMBER_EXPONENT_0);
}

struct feel_value feel_double(double d)
{
    if (!isfinite(d)) return feel_null_because(STR("not a finite number"));
    struct buf text;
    buf_init(&text, 64);
    for (int digits = 15; digits <= 17; digits++) {
        buf_clear(&text);
        buf_printf(&text, "%.*g", digits, d);
        if (strtod(buf_get(&text).p, NULL) == d) break;
    }
    struct feel_value v = feel_null();
    if (!feel_number(buf_get(&text), &v)) v = feel_null_because(STR("not a number"));
    buf_release(&text);
    return v;
}

bool feel_to_int(struct feel_value v, int64_t *out)
{
    return v.kind == FEEL_NUMBER && number_is_whole(v) && number_to_int_cut(v, out);
}

double feel_to_double(struct feel_value v)
{
    if (v.kind != FEEL_NUMBER) return (double)NAN;
    if ((v.word[1] & ~NUMBER_SIGN) == NUMBER_EXPONENT_0)
        return v.word[1] & NUMBER_SIGN ? -(double)v.word[0] : (double)v.word[0];
    _IDEC_flags flags = 0;
    return bid128_to_binary64(to_bid(v), 0, &flags);
}

void number_emit(struct buf *out, struct feel_value v, bool json)
{
    char digits[40];
    int n = 0;
    for (coefficient c = coefficient_of(v); c; c /= 10) digits[n++] = (char)('0' + (int)(c % 10));
    if (!n) digits[n++] = '0';
    int exponent = exponent_of(v);
    if (number_is_negative(v)) buf_char(out, '-');
    if (number_is_zero(v) && (exponent > 0 || exponent < -DIGITS)) exponent = 0;
    if (exponent > DIGITS || exponent < -60) {
        /* Too many zeros to read: one digit, the others behind the point, an exponent. */
        buf_char(out, digits[n - 1]);
        if (n > 1) buf_char(out, '.');
        for (int i = n - 1; i-- > 0;) buf_char(out, digits[i]);
        buf_printf(out, json ? "e%d" : "e%+d", exponent + n - 1);
        return;
    }
    if (exponent >= 0) {
        while (n-- > 0) buf_char(out, digits[n]);
        while (exponent-- > 0) buf_char(out, '0');
        return;
    }
    int point = n + exponent; /* digits before the point */
    if (point <= 0) {
        buf_text(out, "0.");
        for (int i = point; i < 0; i++) buf_char(out, '0');
    }
    for (int i = 0; i < n; i++) {
        if (i == point && point > 0) buf_char(out, '.');
        buf_char(out, digits[n - 1 - i]);
    }
}
