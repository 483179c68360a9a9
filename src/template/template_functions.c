/* SPDX-License-Identifier: Apache-2.0 */
#include "template.h"

#include <string.h>

/* A plain decimal in its parts; false when it isn't one. */
struct decimal {
    bool negative;
    str whole, fraction;
};
static bool decimal_read(str digits, struct decimal *out)
{
    *out = (struct decimal){.negative = str_starts(digits, STR("-"))};
    str rest = str_from(digits, out->negative);
    size_t dot = str_find_char(rest, '.');
    out->whole = dot == STR_NOT_FOUND ? rest : str_slice(rest, 0, dot);
    out->fraction = dot == STR_NOT_FOUND ? STR("") : str_from(rest, dot + 1);
    for (size_t i = 0; i < rest.n; i++)
        if (i != dot && (rest.p[i] < '0' || rest.p[i] > '9')) return false;
    return out->whole.n > 0;
}

/* The whole part rounded half up, with `places` digits kept behind it, as one run of digits in `buf`. */
static void round_to(struct buf *out, const struct decimal *d, size_t places)
{
    buf_char(out, '0');
    buf_str(out, d->whole);
    for (size_t i = 0; i < places; i++) buf_char(out, i < d->fraction.n ? d->fraction.p[i] : '0');
    if (places >= d->fraction.n || d->fraction.p[places] < '5' || out->full) return;
    size_t at = out->n;
    while (out->p[--at] == '9') out->p[at] = '0';
    out->p[at]++;
}

/* -1,204.50 of "-1204.5" */
static void put_grouped(struct buf *out, const struct decimal *d, size_t places)
{
    struct buf digits;
    buf_init(&digits, 10000);
    round_to(&digits, d, places);
    size_t whole = digits.n - places, from = 0;
    while (from + 1 < whole && digits.p[from] == '0') from++;
    bool zero = true;
    for (size_t i = from; i < digits.n; i++) zero &= digits.p[i] == '0';
    if (d->negative && !zero) buf_text(out, "\xE2\x88\x92"); /* minus sign */
    for (size_t i = from; i < whole; i++) {
        buf_char(out, digits.p[i]);
        if (i + 1 < whole && (whole - i - 1) % 3 == 0) buf_char(out, ',');
    }
    if (places) buf_char(out, '.'), buf_put(out, digits.p + whole, places);
    buf_release(&digits);
}

static bool all_zero(str digits)
{
    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] != '0') return false;
    return true;
}

void template_put_count(struct buf *out, str digits)
{
    struct decimal d;
    if (!decimal_read(digits, &d))
        buf_str(out, digits);
    else
        put_grouped(out, &d, all_zero(d.fraction) ? 0 : d.fraction.n);
}

static void put_currency(struct buf *out, str currency)
{
    static const struct {
        str code, sign;
    } signs[] = {{STR_INIT("EUR"), STR_INIT("€")},
                 {STR_INIT("USD"), STR_INIT("$")},
                 {STR_INIT("GBP"), STR_INIT("£")},
                 {STR_INIT("JPY"), STR_INIT("¥")}};
    for (size_t i = 0; i < ARRAY_COUNT(signs); i++)
        if (str_eq(signs[i].code, currency)) currency = signs[i].sign;
    buf_str(out, currency);
    if (currency.n) buf_char(out, ' ');
}

void template_put_money(struct buf *out, str digits, str currency)
{
    struct decimal d;
    put_currency(out, currency);
    if (!decimal_read(digits, &d))
        buf_str(out, digits);
    else
        put_grouped(out, &d, d.whole.n > 3 || all_zero(d.fraction) ? 0 : 2); /* no cents of thousands */
}

void template_put_percent(struct buf *out, str fraction)
{
    struct decimal d;
    if (!decimal_read(fraction, &d)) {
        buf_str(out, fraction);
        return;
    }
    /* The point two digits to the right. */
    struct buf digits;
    buf_init(&digits, 10000);
    buf_str(&digits, d.whole);
    for (size_t i = 0; i < 2; i++) buf_char(&digits, i < d.fraction.n ? d.fraction.p[i] : '0');
    struct decimal hundred = {d.negative, buf_get(&digits), d.fraction.n > 2 ? str_from(d.fraction, 2) : STR("")};
    bool small = all_zero(str_slice(hundred.whole, 0, hundred.whole.n - 1));
    bool tenths = small && hundred.fraction.n && !all_zero(str_slice(hundred.fraction, 0, 1));
    put_grouped(out, &hundred, tenths ? 1 : 0);
    buf_text(out, " %");
    buf_release(&digits);
}

static str digits_of(struct feel_env *env, struct feel_value v)
{
    struct buf b;
    buf_init(&b, 10000);
    feel_emit_plain(&b, v);
    str digits = buf_copy(&b, env->arena);
    buf_release(&b);
    return digits;
}

static struct feel_value made(struct feel_env *env, struct buf *b)
{
    str text = buf_copy(b, env->arena);
    buf_release(b);
    return feel_string(text);
}

static struct feel_value call_money(struct feel_env *env, const struct feel_value *arguments)
{
    if (arguments[0].kind != FEEL_NUMBER) return feel_null_because(STR("money: not a number"));
    const struct template_host *host = env->host;
    struct buf b;
    buf_init(&b, 10000);
    template_put_money(&b, digits_of(env, arguments[0]), host ? host->currency : STR_NONE);
    return made(env, &b);
}

static struct feel_value call_percent(struct feel_env *env, const struct feel_value *arguments)
{
    if (arguments[0].kind != FEEL_NUMBER) return feel_null_because(STR("percent: not a number"));
    struct buf b;
    buf_init(&b, 10000);
    template_put_percent(&b, digits_of(env, arguments[0]));
    return made(env, &b);
}

static struct feel_value counted(struct feel_env *env, struct feel_value n, str one, str many)
{
    struct buf b;
    buf_init(&b, 10000);
    str digits = digits_of(env, n);
    template_put_count(&b, digits);
    buf_char(&b, ' ');
    buf_str(&b, str_eq(digits, STR("1")) || str_eq(digits, STR("-1")) ? one : many);
    return made(env, &b);
}

static struct feel_value call_days(struct feel_env *env, const struct feel_value *arguments)
{
    if (arguments[0].kind != FEEL_NUMBER) return feel_null_because(STR("days: not a number"));
    return counted(env, arguments[0], STR("day"), STR("days"));
}

static struct feel_value call_plural(struct feel_env *env, const struct feel_value *arguments)
{
    if (arguments[0].kind != FEEL_NUMBER || arguments[1].kind != FEEL_STRING || arguments[2].kind != FEEL_STRING)
        return feel_null_because(STR("plural: expects a number and two texts"));
    return counted(env, arguments[0], arguments[1].text, arguments[2].text);
}

const struct feel_host_function *template_functions(size_t *count)
{
    static const str number[] = {STR_INIT("n")}, words[] = {STR_INIT("n"), STR_INIT("one"), STR_INIT("many")};
    static const struct feel_host_function functions[] = {
        {STR_INIT("money"), number, 1, &feel_type_string, call_money, STR_INIT("money(n)"),
         STR_INIT("An amount in the workspace's currency, for people to read.")},
        {STR_INIT("percent"), number, 1, &feel_type_string, call_percent, STR_INIT("percent(n)"),
         STR_INIT("A fraction as per cent: 0.42 is \"42 %\".")},
        {STR_INIT("days"), number, 1, &feel_type_string, call_days, STR_INIT("days(n)"),
         STR_INIT("A number of days in words: \"1 day\", \"19 days\".")},
        {STR_INIT("plural"), words, 3, &feel_type_string, call_plural, STR_INIT("plural(n, one, many)"),
         STR_INIT("A number with the word that fits it.")},
    };
    *count = ARRAY_COUNT(functions);
    return functions;
}
