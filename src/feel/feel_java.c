/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_java.h"

#include "base_utf8.h"
#include "feel_number.h"
#include "feel_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct feel_value refuse(struct java_call *c, const char *why)
{
    return feel_null_because(arena_printf(c->a, "%s.%s: %s", c->method->class, c->method->name, why));
}

/* ---- Results -------------------------------------------------------------------------------------------------------
 */

static struct feel_value from_double(struct java_call *c, double d, bool single)
{
    struct feel_value v;
    if (!isfinite(d)) return refuse(c, isnan(d) ? "the result is not a number" : "the result is infinite");
    if (!single) return feel_double(d);
    struct buf text;
    buf_init(&text, 40);
    for (int digits = 1; digits <= 9; digits++) {
        buf_clear(&text);
        buf_printf(&text, "%.*g", digits, d);
        if (strtof(buf_get(&text).p, NULL) == (float)d) break;
    }
    if (!feel_number(buf_get(&text), &v)) v = feel_double(d);
    buf_release(&text);
    return v;
}
static struct feel_value give(struct java_call *c, const struct java_value *v)
{
    if (v->kind == JAVA_DOUBLE || v->kind == JAVA_FLOAT) return from_double(c, v->d, v->kind == JAVA_FLOAT);
    return feel_int(v->i);
}
static bool is_real(const struct java_call *c) { return c->arguments[0].kind <= JAVA_FLOAT; }
bool java_fits(enum java_kind kind, int64_t i)
{
    switch (kind) {
    case JAVA_INT: return i >= INT32_MIN && i <= INT32_MAX;
    case JAVA_SHORT: return i >= INT16_MIN && i <= INT16_MAX;
    case JAVA_BYTE: return i >= INT8_MIN && i <= INT8_MAX;
    case JAVA_LONG:
    case JAVA_DOUBLE:
    case JAVA_FLOAT:
    case JAVA_CHAR:
    case JAVA_BOOLEAN:
    case JAVA_STRING:
    case JAVA_OBJECT:
    case JAVA_REST: return true;
    }
    NOT_REACHED();
}

/* ---- java.lang.Math ------------------------------------------------------------------------------------------------
 */

static struct feel_value real_function(struct java_call *c)
{
    return from_double(c, c->method->of(c->arguments[0].d), false);
}
static struct feel_value java_abs(struct java_call *c)
{
    struct java_value v = c->arguments[0];
    v.d = fabs(v.d);
    if (v.i < 0 && v.i != INT64_MIN) v.i = -v.i;
    return give(c, &v);
}
static struct feel_value java_max(struct java_call *c)
{
    const struct java_value *x = &c->arguments[0], *y = &c->arguments[1];
    return give(c, (is_real(c) ? x->d >= y->d : x->i >= y->i) ? x : y);
}
static struct feel_value java_min(struct java_call *c)
{
    const struct java_value *x = &c->arguments[0], *y = &c->arguments[1];
    return give(c, (is_real(c) ? x->d <= y->d : x->i <= y->i) ? x : y);
}
static struct feel_value java_pow(struct java_call *c)
{
    return from_double(c, pow(c->arguments[0].d, c->arguments[1].d), false);
}
static struct feel_value java_atan2(struct java_call *c)
{
    return from_double(c, atan2(c->arguments[0].d, c->arguments[1].d), false);
}
static struct feel_value java_hypot(struct java_call *c)
{
    return from_double(c, hypot(c->arguments[0].d, c->arguments[1].d), false);
}
static struct feel_value java_round(struct java_call *c)
{
    double d = floor(c->arguments[0].d + 0.5);
    if (fabs(d) > 9e18) return refuse(c, "the result is out of range");
    return feel_int((int64_t)d);
}
static double signum(double d) { return d > 0 ? 1 : d < 0 ? -1 : d; }
static double to_radians(double d) { return d / 180.0 * M_PI; }
static double to_degrees(double d) { return d * 180.0 / M_PI; }

static struct feel_value exact(struct java_call *c, bool overflow, int64_t i)
{
    if (overflow || !java_fits(c->arguments[0].kind, i)) return refuse(c, "the result is out of range");
    return feel_int(i);
}
static struct feel_value java_add(struct java_call *c)
{
    int64_t r = 0;
    if (is_real(c)) return from_double(c, c->arguments[0].d + c->arguments[1].d, c->arguments[0].kind == JAVA_FLOAT);
    bool over = __builtin_add_overflow(c->arguments[0].i, c->arguments[1].i, &r);
    return exact(c, over, r);
}
static struct feel_value java_subtract(struct java_call *c)
{
    int64_t r = 0;
    bool over = __builtin_sub_overflow(c->arguments[0].i, c->arguments[1].i, &r);
    return exact(c, over, r);
}
static struct feel_value java_multiply(struct java_call *c)
{
    int64_t r = 0;
    bool over = __builtin_mul_overflow(c->arguments[0].i, c->arguments[1].i, &r);
    return exact(c, over, r);
}
static struct feel_value java_negate(struct java_call *c)
{
    return exact(c, c->arguments[0].i == INT64_MIN, c->arguments[0].i == INT64_MIN ? 0 : -c->arguments[0].i);
}
static struct feel_value java_floor_div(struct java_call *c)
{
    int64_t x = c->arguments[0].i, y = c->arguments[1].i;
    if (!y || (x == INT64_MIN && y == -1)) return refuse(c, "division by zero");
    return feel_int(x / y - (x % y && (x < 0) != (y < 0)));
}
static struct feel_value java_floor_mod(struct java_call *c)
{
    int64_t x = c->arguments[0].i, y = c->arguments[1].i;
    if (!y) return refuse(c, "division by zero");
    int64_t r = y == -1 ? 0 : x % y;
    return feel_int(r && (r < 0) != (y < 0) ? r + y : r);
}

/* ---- Numbers, strings ----------------------------------------------------------------------------------------------
 */

static struct feel_value java_same(struct java_call *c)
{
    const struct java_value *v = &c->arguments[0];
    return v->kind <= JAVA_BYTE ? give(c, v) : v->v;
}
static struct feel_value java_parse_int(struct java_call *c)
{
    int64_t i;
    str class = str_of(c->method->class), text = c->arguments[0].v.text;
    enum java_kind kind = str_ends(class, STR("Integer")) ? JAVA_INT
                          : str_ends(class, STR("Short")) ? JAVA_SHORT
                          : str_ends(class, STR("Byte"))  ? JAVA_BYTE
                                                          : JAVA_LONG;
    if (text.n > 1 && text.p[0] == '+') text = str_from(text, 1);
    if (!str_to_int(text, &i) || !java_fits(kind, i)) return refuse(c, "the text is not such a number");
    return feel_int(i);
}
static struct feel_value java_parse_real(struct java_call *c)
{
    struct feel_value v;
    str text = str_trim(c->arguments[0].v.text);
    bool single = str_ends(str_of(c->method->class), STR("Float"));
    if (!feel_number(text, &v)) return refuse(c, "the text is not a number");
    double d = feel_to_double(v);
    return from_double(c, single ? (double)(float)d : d, single);
}
static struct feel_value java_parse_boolean(struct java_call *c)
{
    return feel_boolean(str_eq_nocase(c->arguments[0].v.text, STR("true")));
}
static struct feel_value java_compare(struct java_call *c)
{
    const struct java_value *x = &c->arguments[0], *y = &c->arguments[1];
    if (is_real(c)) return feel_int((x->d > y->d) - (x->d < y->d));
    return feel_int((x->i > y->i) - (x->i < y->i));
}
/* As Java prints it: a double has a point. */
static str java_text(struct arena *a, const struct java_value *v)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    feel_emit_plain(&out, v->v);
    if (v->v.kind == FEEL_NULL) buf_text(&out, "null");
    if (v->kind <= JAVA_FLOAT && str_find_char(buf_get(&out), '.') == STR_NOT_FOUND) buf_text(&out, ".0");
    str s = buf_copy(&out, a);
    buf_release(&out);
    return s;
}
static struct feel_value java_to_string(struct java_call *c) { return feel_string(java_text(c->a, &c->arguments[0])); }
static struct feel_value in_base(struct java_call *c, unsigned bits)
{
    uint64_t n = c->arguments[0].kind == JAVA_INT ? (uint32_t)c->arguments[0].i : (uint64_t)c->arguments[0].i;
    char text[65];
    size_t at = sizeof text;
    do text[--at] = "0123456789abcdef"[n & ((1u << bits) - 1)], n >>= bits;
    while (n);
    return feel_string(arena_copy(c->a, (str){text + at, sizeof text - at}));
}
static struct feel_value java_binary(struct java_call *c) { return in_base(c, 1); }
static struct feel_value java_octal(struct java_call *c) { return in_base(c, 3); }
static struct feel_value java_hex(struct java_call *c) { return in_base(c, 4); }

static struct feel_value java_join(struct java_call *c)
{
    struct buf out;
    buf_init(&out, 1 << 24);
    struct feel_value rest = c->arguments[1].v;
    for (uint32_t i = 0; i < rest.count; i++) {
        if (i) buf_str(&out, c->arguments[0].v.text);
        feel_emit_plain(&out, rest.items[i]);
    }
    struct feel_value v = out.full ? refuse(c, "the text is too long") : feel_string(buf_copy(&out, c->a));
    buf_release(&out);
    return v;
}

/* One conversion of String.format; false: the value doesn't suit it, or it is none of ours. */
static bool conversion(struct buf *out, str flags, char kind, struct feel_value v)
{
    enum { WIDTH_LIMIT = 1000 };
    int64_t i;
    if (flags.n > 10) return false;
    for (size_t k = 0; k < flags.n; k++)
        if (!strchr("-+0# 123456789.", flags.p[k])) return false;
    switch (kind) {
    case 's':
    case 'd':
    case 'x':
    case 'f':
    case 'e': break;
    case 'b':
        buf_text(out, v.kind == FEEL_BOOLEAN ? (v.flag ? "true" : "false") : v.kind == FEEL_NULL ? "false" : "true");
        return flags.n == 0;
    default: return false;
    }
    if (kind == 's') {
        struct buf text;
        buf_init(&text, 1 << 20);
        if (v.kind == FEEL_NULL)
            buf_text(&text, "null");
        else
            feel_emit_plain(&text, v);
        int64_t width = 0;
        bool left = flags.n && flags.p[0] == '-';
        bool good = str_to_int(left ? str_from(flags, 1) : flags, &width) || !flags.n;
        good = good && width < WIDTH_LIMIT;
        for (int64_t n = (int64_t)text.n; good && !left && n < width; n++) buf_char(out, ' ');
        buf_str(out, buf_get(&text));
        for (int64_t n = (int64_t)text.n; good && left && n < width; n++) buf_char(out, ' ');
        buf_release(&text);
        return good;
    }
    if (v.kind != FEEL_NUMBER) return false;
    bool whole = kind == 'd' || kind == 'x';
    if (whole && !feel_to_int(v, &i)) return false;
    struct buf format, text;
    buf_init(&format, 24);
    buf_init(&text, WIDTH_LIMIT);
    buf_printf(&format, "%%" STR_FORMAT "%s%c", STR_ARGS(flags), whole ? "ll" : "", kind);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (whole)
        buf_printf(&text, buf_get(&format).p, (long long)i);
    else
        buf_printf(&text, buf_get(&format).p, feel_to_double(v));
#pragma GCC diagnostic pop
    bool good = !text.full;
    if (good) buf_str(out, buf_get(&text));
    buf_release(&format);
    buf_release(&text);
    return good;
}

static struct feel_value java_format(struct java_call *c)
{
    str s = c->arguments[0].v.text;
    struct feel_value rest = c->arguments[1].v, v;
    struct buf out;
    uint32_t next = 0;
    bool good = true;
    buf_init(&out, 1 << 24);
    for (size_t i = 0; good && i < s.n; i++) {
        if (s.p[i] != '%') {
            buf_char(&out, s.p[i]);
            continue;
        }
        size_t from = ++i;
        while (i < s.n && strchr("-+0# 123456789.", s.p[i])) i++;
        if (i == s.n)
            good = false;
        else if (s.p[i] == '%' && i == from)
            buf_char(&out, '%');
        else if (s.p[i] == 'n' && i == from)
            buf_char(&out, '\n');
        else
            good = next < rest.count && conversion(&out, str_slice(s, from, i), s.p[i], rest.items[next]), next++;
    }
    v = !good || out.full ? refuse(c, "the format and its arguments don't fit") : feel_string(buf_copy(&out, c->a));
    buf_release(&out);
    return v;
}

/* ---- The table -----------------------------------------------------------------------------------------------------
 */

#define MATH(name, function)                                                                                           \
    {                                                                                                                  \
        "java.lang.Math", name, "d", real_function, function                                                           \
    }
#define WHOLE(class, letter)                                                                                           \
    {class, "valueOf", letter, java_same, NULL}, {class, "valueOf", "S", java_parse_int, NULL},                        \
        {class, "compare", letter letter, java_compare, NULL},                                                         \
    {                                                                                                                  \
        class, "toString", letter, java_to_string, NULL                                                                \
    }
static const struct java_method methods[] = {
    MATH("sqrt", sqrt),
    MATH("cbrt", cbrt),
    MATH("cos", cos),
    MATH("sin", sin),
    MATH("tan", tan),
    MATH("acos", acos),
    MATH("asin", asin),
    MATH("atan", atan),
    MATH("cosh", cosh),
    MATH("sinh", sinh),
    MATH("tanh", tanh),
    MATH("exp", exp),
    MATH("expm1", expm1),
    MATH("log", log),
    MATH("log10", log10),
    MATH("log1p", log1p),
    MATH("ceil", ceil),
    MATH("floor", floor),
    MATH("rint", rint),
    MATH("signum", signum),
    MATH("toRadians", to_radians),
    MATH("toDegrees", to_degrees),
    {"java.lang.Math", "abs", "d f l i", java_abs, NULL},
    {"java.lang.Math", "max", "dd ff ll ii", java_max, NULL},
    {"java.lang.Math", "min", "dd ff ll ii", java_min, NULL},
    {"java.lang.Math", "pow", "dd", java_pow, NULL},
    {"java.lang.Math", "atan2", "dd", java_atan2, NULL},
    {"java.lang.Math", "hypot", "dd", java_hypot, NULL},
    {"java.lang.Math", "round", "d f", java_round, NULL},
    {"java.lang.Math", "floorDiv", "ii ll", java_floor_div, NULL},
    {"java.lang.Math", "floorMod", "ii ll", java_floor_mod, NULL},
    {"java.lang.Math", "addExact", "ii ll", java_add, NULL},
    {"java.lang.Math", "subtractExact", "ii ll", java_subtract, NULL},
    {"java.lang.Math", "multiplyExact", "ii ll", java_multiply, NULL},
    {"java.lang.Math", "negateExact", "i l", java_negate, NULL},
    WHOLE("java.lang.Integer", "i"),
    WHOLE("java.lang.Long", "l"),
    WHOLE("java.lang.Short", "s"),
    WHOLE("java.lang.Byte", "b"),
    {"java.lang.Integer", "parseInt", "S", java_parse_int, NULL},
    {"java.lang.Long", "parseLong", "S", java_parse_int, NULL},
    {"java.lang.Short", "parseShort", "S", java_parse_int, NULL},
    {"java.lang.Byte", "parseByte", "S", java_parse_int, NULL},
    {"java.lang.Integer", "max", "ii", java_max, NULL},
    {"java.lang.Integer", "min", "ii", java_min, NULL},
    {"java.lang.Integer", "sum", "ii", java_add, NULL},
    {"java.lang.Integer", "toBinaryString", "i", java_binary, NULL},
    {"java.lang.Integer", "toOctalString", "i", java_octal, NULL},
    {"java.lang.Integer", "toHexString", "i", java_hex, NULL},
    {"java.lang.Long", "max", "ll", java_max, NULL},
    {"java.lang.Long", "min", "ll", java_min, NULL},
    {"java.lang.Long", "sum", "ll", java_add, NULL},
    {"java.lang.Long", "toBinaryString", "l", java_binary, NULL},
    {"java.lang.Long", "toOctalString", "l", java_octal, NULL},
    {"java.lang.Long", "toHexString", "l", java_hex, NULL},
    {"java.lang.Double", "valueOf", "d", java_same, NULL},
    {"java.lang.Double", "valueOf", "S", java_parse_real, NULL},
    {"java.lang.Double", "parseDouble", "S", java_parse_real, NULL},
    {"java.lang.Double", "compare", "dd", java_compare, NULL},
    {"java.lang.Double", "toString", "d", java_to_string, NULL},
    {"java.lang.Double", "max", "dd", java_max, NULL},
    {"java.lang.Double", "min", "dd", java_min, NULL},
    {"java.lang.Double", "sum", "dd", java_add, NULL},
    {"java.lang.Float", "valueOf", "f", java_same, NULL},
    {"java.lang.Float", "valueOf", "S", java_parse_real, NULL},
    {"java.lang.Float", "parseFloat", "S", java_parse_real, NULL},
    {"java.lang.Float", "compare", "ff", java_compare, NULL},
    {"java.lang.Float", "toString", "f", java_to_string, NULL},
    {"java.lang.Float", "max", "ff", java_max, NULL},
    {"java.lang.Float", "min", "ff", java_min, NULL},
    {"java.lang.Float", "sum", "ff", java_add, NULL},
    {"java.lang.Boolean", "valueOf", "z", java_same, NULL},
    {"java.lang.Boolean", "valueOf", "S", java_parse_boolean, NULL},
    {"java.lang.Boolean", "parseBoolean", "S", java_parse_boolean, NULL},
    {"java.lang.Boolean", "toString", "z", java_to_string, NULL},
    {"java.lang.Character", "valueOf", "c", java_same, NULL},
    {"java.lang.Character", "toString", "c", java_to_string, NULL},
    {"java.lang.String", "valueOf", "c z i l f d O", java_to_string, NULL},
    {"java.lang.String", "format", "S*", java_format, NULL},
    {"java.lang.String", "join", "S*", java_join, NULL},
};

const struct java_method *java_methods(size_t *count)
{
    *count = ARRAY_COUNT(methods);
    return methods;
}
