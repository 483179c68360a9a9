/* SPDX-License-Identifier: Apache-2.0 */
/* Values as people type them into the canonical text of their kind. */
#include "store_reading.h"

#include "base_buf.h"
#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

enum { DIGITS_CAP = 34, TEXT_CAP = 4 << 20 };

/* What is shown of a value in a message. */
str value_shown(struct arena *a, str typed)
{
    if (utf8_count(typed) <= 60) return typed;
    return arena_printf(a, STR_FORMAT "…", STR_ARGS(str_slice(typed, 0, utf8_offset(typed, 60))));
}

int value_refuse(struct value_reading *r, const char *expected)
{
    str typed = value_shown(r->a, r->typed);
    return err_set(r->err, ERR_INPUT, "\"" STR_FORMAT "\" %s", STR_ARGS(typed), expected);
}

/* ---- Numbers ---- */

struct number_text { /* found in the typed text, in order */
    bool negative, percent;
    char thousands; /* 'k' or 'm' behind it: times 1,000 or 1,000,000 */
    char body[128]; /* digits and marks */
    size_t n;
    char word[16]; /* letters and currency signs around it, as an upper-case code */
    size_t word_n;
};

static const struct {
    str sign, code;
} currency_signs[] = {
    {STR_INIT("€"), STR_INIT("EUR")},     {STR_INIT("US$"), STR_INIT("USD")},  {STR_INIT("$"), STR_INIT("USD")},
    {STR_INIT("£"), STR_INIT("GBP")},     {STR_INIT("¥"), STR_INIT("JPY")},    {STR_INIT("zł"), STR_INIT("PLN")},
    {STR_INIT("₹"), STR_INIT("INR")},     {STR_INIT("Kč"), STR_INIT("CZK")},   {STR_INIT("Fr."), STR_INIT("CHF")},
    {STR_INIT("euros"), STR_INIT("EUR")}, {STR_INIT("euro"), STR_INIT("EUR")},
};

static bool put_word(struct number_text *t, str s)
{
    if (t->word_n + s.n > sizeof t->word) return false;
    memcpy(t->word + t->word_n, s.p, s.n);
    t->word_n += s.n;
    return true;
}

/* The length of a blank, a no-break blank or a narrow one; 0 when there is none. */
static size_t blank_length(str s)
{
    if (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) return 1;
    if (str_starts(s, STR("\xC2\xA0"))) return 2;
    if (str_starts(s, STR("\xE2\x80\xAF")) || str_starts(s, STR("\xE2\x80\x89"))) return 3;
    return 0;
}

/* Splits "(€ 1.234,50)" into sign, digits with marks, currency word; false when anything else is there. */
static bool split_number(str s, struct number_text *t)
{
    s = str_trim(s);
    bool bracket = s.n > 2 && s.p[0] == '(' && s.p[s.n - 1] == ')';
    if (bracket) s = str_slice(s, 1, s.n - 1);
    t->negative = bracket;
    bool body_done = false;
    while (s.n) {
        size_t blank = blank_length(s);
        if (blank) {
            /* A blank between digits marks thousands. */
            str rest = str_from(s, blank);
            if (t->n && !body_done && rest.n && is_digit(rest.p[0])) {
                if (t->n == sizeof t->body) return false;
                t->body[t->n++] = ' ';
            } else if (t->n)
                body_done = true;
            s = rest;
            continue;
        }
        char c = s.p[0];
        size_t minus = c == '-' ? 1 : str_starts(s, STR("−")) || str_starts(s, STR("–")) ? 3 : 0;
        if (minus) {
            /* "1.234,-" is how some write whole amounts. */
            if (t->n && (t->body[t->n - 1] == ',' || t->body[t->n - 1] == '.') && !body_done) {
                t->n--;
                body_done = true;
            } else if (t->negative)
                return false;
            else if (t->n && str_trim(str_from(s, minus)).n)
                return false;
            else
                t->negative = true;
            s = str_from(s, minus);
            continue;
        }
        if (c == '+' && !t->n && !t->negative) {
            s = str_from(s, 1);
            continue;
        }
        if (c == '%' && t->n && !t->percent) {
            t->percent = body_done = true;
            s = str_from(s, 1);
            continue;
        }
        bool apostrophe = c == '\'' || str_starts(s, STR("’"));
        if (is_digit(c) || ((c == '.' || c == ',' || apostrophe) && (t->n || c != '\''))) {
            if (body_done || t->n == sizeof t->body) return false;
            t->body[t->n++] = apostrophe ? ' ' : c;
            s = str_from(s, c != '\'' && apostrophe ? 3 : 1);
            continue;
        }
        bool found = false;
        for (size_t i = 0; !found && i < ARRAY_COUNT(currency_signs); i++)
            if (str_starts(s, currency_signs[i].sign)) {
                found = true;
                if (!put_word(t, currency_signs[i].code)) return false;
                s = str_from(s, currency_signs[i].sign.n);
            }
        if (found) {
            if (t->n) body_done = true;
            continue;
        }
        if (!is_letter(c)) return false;
        size_t n = 0;
        while (n < s.n && is_letter(s.p[n])) n++;
        str word = str_slice(s, 0, n);
        if (t->n && n == 1 && (c == 'k' || c == 'K' || c == 'm' || c == 'M') && !t->thousands)
            t->thousands = (char)(c | 32);
        else if (!put_word(t, word))
            return false;
        if (t->n) body_done = true;
        s = str_from(s, n);
    }
    for (size_t i = 0; i < t->word_n; i++)
        if (t->word[i] >= 'a' && t->word[i] <= 'z') t->word[i] = (char)(t->word[i] - 32);
    return t->n > 0;
}

enum mark_rule {
    MARK_GROUPS,  /* one mark before exactly three digits groups thousands: whole numbers, money */
    MARK_DECIMAL, /* '.' there is a decimal point, and ',' could be either */
};

/* Digits and marks into plain digits with a point. 0 good, 1 not a number, 2 could be read in two ways. */
static int plain_number(const struct number_text *t, char decimal_mark, enum mark_rule rule, char *out, size_t *n)
{
    size_t commas = 0, points = 0, blanks = 0, last = 0;
    bool any_digit = false;
    for (size_t i = 0; i < t->n; i++) {
        char c = t->body[i];
        commas += c == ',';
        points += c == '.';
        blanks += c == ' ';
        any_digit = any_digit || is_digit(c);
        if (c == ',' || c == '.') last = i;
    }
    if (!any_digit) return 1;
    char mark = decimal_mark;
    if (!mark && commas && points)
        mark = t->body[last];
    else if (!mark && commas + points == 1) {
        size_t before = last, after = t->n - last - 1;
        bool like_groups = after == 3 && before >= 1 && before <= 3 && !(before == 1 && t->body[0] == '0') && !blanks;
        if (!like_groups)
            mark = t->body[last];
        else if (rule == MARK_DECIMAL && commas)
            return 2;
        else if (rule == MARK_DECIMAL)
            mark = '.';
    }
    *n = 0;
    bool seen_mark = false;
    size_t run = 0;
    char group = 0;
    for (size_t i = 0; i < t->n; i++) {
        char c = t->body[i];
        if (is_digit(c)) {
            out[(*n)++] = c;
            run++;
            continue;
        }
        if (seen_mark) return 1;
        if (group ? run != 3 : c != mark && (run == 0 || run > 3)) return 1;
        if (c == mark) {
            seen_mark = true;
            out[(*n)++] = '.';
        } else if (group && group != c)
            return 1;
        else
            group = c;
        run = 0;
    }
    if (group && !seen_mark && run != 3) return 1;
    return 0;
}

/* Leading zeros go, a lone point gets its zero: "00.5" and ".5" are "0.5", "5." is "5". */
static str tidy_digits(struct arena *a, str digits, bool negative)
{
    size_t point = str_find_char(digits, '.');
    str whole = point == STR_NOT_FOUND ? digits : str_slice(digits, 0, point);
    str part = point == STR_NOT_FOUND ? STR_NONE : str_from(digits, point + 1);
    while (whole.n && whole.p[0] == '0') whole = str_from(whole, 1);
    bool zero = !whole.n;
    for (size_t i = 0; i < part.n; i++) zero = zero && part.p[i] == '0';
    if (!whole.n) whole = STR("0");
    return arena_printf(a, "%s" STR_FORMAT "%s" STR_FORMAT, negative && !zero ? "-" : "", STR_ARGS(whole),
                        part.n ? "." : "", STR_ARGS(part));
}

static str shift_point(struct arena *a, str plain, int places)
{
    bool negative = plain.n && plain.p[0] == '-';
    if (negative) plain = str_from(plain, 1);
    size_t point = str_find_char(plain, '.');
    str whole = point == STR_NOT_FOUND ? plain : str_slice(plain, 0, point);
    str part = point == STR_NOT_FOUND ? STR("") : str_from(plain, point + 1);
    str all =
        arena_printf(a, "000" STR_FORMAT STR_FORMAT "%s", STR_ARGS(whole), STR_ARGS(part), places > 0 ? "000000" : "");
    size_t at = 3 + whole.n + (size_t)(places + 3) - 3;
    if (places > 0) {
        size_t end = 3 + whole.n + ((size_t)places > part.n ? (size_t)places : part.n);
        all = str_slice(all, 0, end);
    }
    str moved =
        arena_printf(a, STR_FORMAT "." STR_FORMAT, STR_ARGS(str_slice(all, 0, at)), STR_ARGS(str_from(all, at)));
    return tidy_digits(a, moved, negative);
}

static size_t digit_count(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += is_digit(s.p[i]);
    return n;
}

static int read_digits(struct value_reading *r, struct number_text *t, enum mark_rule rule, const char *expected,
                       str *out)
{
    char digits[sizeof t->body + 1];
    size_t n;
    char mark = r->how->decimal_mark;
    if (!split_number(r->typed, t)) return value_refuse(r, expected);
    switch (plain_number(t, mark, rule, digits, &n)) {
    case 0: break;
    case 2: {
        str with_point = arena_copy(r->a, (str){t->body, t->n});
        char *p = (char *)(uintptr_t)with_point.p;
        size_t comma = str_find_char(with_point, ',');
        str without = arena_printf(r->a, STR_FORMAT STR_FORMAT, STR_ARGS(str_slice(with_point, 0, comma)),
                                   STR_ARGS(str_from(with_point, comma + 1)));
        p[comma] = '.';
        str typed = value_shown(r->a, r->typed);
        return err_set(r->err, ERR_INPUT,
                       "\"" STR_FORMAT "\" can be read in two ways; write " STR_FORMAT " or " STR_FORMAT,
                       STR_ARGS(typed), STR_ARGS(with_point), STR_ARGS(without));
    }
    default: return value_refuse(r, expected);
    }
    *out = tidy_digits(r->a, (str){digits, n}, t->negative);
    if (t->thousands) *out = shift_point(r->a, *out, t->thousands == 'k' ? 3 : 6);
    if (digit_count(*out) > DIGITS_CAP) return value_refuse(r, "has more than 34 digits");
    return 0;
}

static int check_bounds(const struct model_field *field, str digits, struct err *err)
{
    int64_t n;
    if (!field->is_bounded || (str_to_int(digits, &n) && n >= field->least && n <= field->most)) return 0;
    return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not from %lld to %lld", STR_ARGS(str_slice(digits, 0, 60)),
                   (long long)field->least, (long long)field->most);
}

static int read_whole(struct value_reading *r, str *out)
{
    struct number_text t = {0};
    if (read_digits(r, &t, MARK_GROUPS, "is not a whole number", out)) return -1;
    size_t point = str_find_char(*out, '.');
    bool whole = !t.word_n && !t.percent;
    for (size_t i = point; whole && point != STR_NOT_FOUND && i + 1 < out->n; i++) whole = out->p[i + 1] == '0';
    if (!whole) return value_refuse(r, "is not a whole number");
    if (point != STR_NOT_FOUND) *out = tidy_digits(r->a, str_slice(*out, 0, point), false);
    return check_bounds(r->field, *out, r->err);
}

static int read_decimal(struct value_reading *r, str *out)
{
    struct number_text t = {0};
    if (read_digits(r, &t, MARK_DECIMAL, "is not a number", out)) return -1;
    return t.word_n || t.percent ? value_refuse(r, "is not a number") : 0;
}

static int read_money(struct value_reading *r, str *out)
{
    struct number_text t = {0};
    str amount;
    if (read_digits(r, &t, MARK_GROUPS, "is not an amount of money; write 1234.50 EUR", &amount)) return -1;
    if (t.percent) return value_refuse(r, "is not an amount of money; write 1234.50 EUR");
    str code = {t.word, t.word_n};
    if (!code.n) code = r->how->currency;
    if (!code.n) return value_refuse(r, "has no currency; write 1234.50 EUR");
    /* "€ 100 EUR" names it twice. */
    if (code.n == 6 && memcmp(code.p, code.p + 3, 3) == 0) code.n = 3;
    if (code.n != 3)
        return value_refuse(r, "has no currency that is known; write its three letters, as in 1234.50 EUR");
    *out = arena_printf(r->a, STR_FORMAT " " STR_FORMAT, STR_ARGS(amount), STR_ARGS(code));
    return 0;
}

static int read_percent(struct value_reading *r, str *out)
{
    struct number_text t = {0};
    if (read_digits(r, &t, MARK_DECIMAL, "is not a percentage; write 42 %", out)) return -1;
    if (t.word_n || t.thousands) return value_refuse(r, "is not a percentage; write 42 %");
    if (t.percent) return *out = shift_point(r->a, *out, -2), 0;
    /* Without the sign a fraction is meant; 42 alone could be either. */
    bool has_point = str_find_char(*out, '.') != STR_NOT_FOUND;
    if (has_point || str_eq(*out, STR("0")) || str_eq(*out, STR("1"))) return 0;
    str digits = *out;
    return err_set(r->err, ERR_INPUT, "\"" STR_FORMAT "\" is not clearly a percentage; write " STR_FORMAT " %%",
                   STR_ARGS(value_shown(r->a, r->typed)), STR_ARGS(digits));
}

/* ---- Words ---- */

static int read_yes_no(struct value_reading *r, str *out)
{
    static const str yes[] = {STR_INIT("yes"), STR_INIT("y"),  STR_INIT("true"), STR_INIT("1"),
                              STR_INIT("x"),   STR_INIT("ja"), STR_INIT("j"),    STR_INIT("on"),
                              STR_INIT("t"),   STR_INIT("✓"),  STR_INIT("✔"),    STR_INIT("wahr")};
    static const str no[] = {STR_INIT("no"),  STR_INIT("n"),    STR_INIT("false"), STR_INIT("0"),
                             STR_INIT("off"), STR_INIT("nein"), STR_INIT("f"),     STR_INIT("falsch")};
    str s = str_trim(r->typed);
    *out = STR_NONE;
    for (size_t i = 0; i < ARRAY_COUNT(yes); i++)
        if (str_eq_nocase(s, yes[i])) *out = STR("yes");
    for (size_t i = 0; i < ARRAY_COUNT(no); i++)
        if (str_eq_nocase(s, no[i])) *out = STR("no");
    return out->p ? 0 : value_refuse(r, "is neither yes nor no");
}

static int read_one_of(struct value_reading *r, str *out)
{
    str typed = utf8_letters(r->a, r->typed);
    for (size_t i = 0; i < r->field->value_count; i++)
        if (str_eq(utf8_letters(r->a, r->field->values[i]), typed)) return *out = r->field->values[i], 0;
    struct buf all;
    buf_init(&all, 300);
    for (size_t i = 0; i < r->field->value_count; i++) {
        if (i) buf_text(&all, i + 1 == r->field->value_count ? " or " : ", ");
        buf_str(&all, r->field->values[i]);
    }
    str near = err_nearest(utf8_lower(r->a, str_trim(r->typed)), r->field->values, r->field->value_count);
    str list = buf_copy(&all, r->a), what = value_shown(r->a, r->typed);
    buf_release(&all);
    if (near.p)
        return err_set(r->err, ERR_INPUT, "\"" STR_FORMAT "\" is not " STR_FORMAT "; did you mean " STR_FORMAT "?",
                       STR_ARGS(what), STR_ARGS(list), STR_ARGS(near));
    return err_set(r->err, ERR_INPUT, "\"" STR_FORMAT "\" is not " STR_FORMAT, STR_ARGS(what), STR_ARGS(list));
}

static int check_text(str s, struct err *err)
{
    if (s.n > TEXT_CAP) return err_set(err, ERR_LIMIT, "the text is longer than 4 MB");
    size_t bad = utf8_first_bad(s, true);
    if (bad == STR_NOT_FOUND) return 0;
    if (!s.p[bad]) return err_set(err, ERR_INPUT, "there is a NUL byte in the text, at byte %zu", bad + 1);
    return err_set(err, ERR_INPUT, "the text is not UTF-8, from byte %zu on", bad + 1);
}

static bool plain_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80) return false;
    return true;
}

/* Line breaks become \n (long text) or blanks (text); other control characters become blanks. */
static int read_text(struct value_reading *r, str *out)
{
    if (check_text(r->typed, r->err)) return -1;
    str s = str_trim(r->typed);
    bool many = r->field->kind == FIELD_LONG_TEXT;
    bool clean = true;
    for (size_t i = 0; clean && i < s.n; i++) clean = (unsigned char)s.p[i] >= ' ' && s.p[i] != 127;
    if (!clean) {
        char *to = arena_alloc(r->a, s.n);
        size_t n = 0;
        for (size_t i = 0; i < s.n; i++) {
            char c = s.p[i];
            if (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n') continue;
            if (c == '\r') c = '\n';
            if (((unsigned char)c < ' ' || c == 127) && !(many && (c == '\n' || c == '\t'))) c = ' ';
            to[n++] = c;
        }
        s = (str){to, n};
    }
    *out = plain_ascii(s) ? arena_copy(r->a, s) : utf8_nfc(r->a, s);
    return 0;
}

static int read_kind(struct value_reading *r, str *out)
{
    switch (r->field->kind) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT: return read_text(r, out);
    case FIELD_WHOLE_NUMBER: return read_whole(r, out);
    case FIELD_DECIMAL: return read_decimal(r, out);
    case FIELD_MONEY: return read_money(r, out);
    case FIELD_PERCENT: return read_percent(r, out);
    case FIELD_DATE: return value_read_date(r, out);
    case FIELD_PERIOD: return value_read_period(r, out);
    case FIELD_YES_NO: return read_yes_no(r, out);
    case FIELD_ONE_OF: return read_one_of(r, out);
    case FIELD_LINK:
    case FIELD_LINKS:
    case FIELD_DERIVED:
    case FIELD_OBSERVED: break;
    }
    return err_set(r->err, ERR_INPUT, "\"" STR_FORMAT "\" is computed, it cannot be set", STR_ARGS(r->field->name));
}

int model_read_value(struct arena *a, const struct model_field *field, const struct model_input *how, str typed,
                     str *canonical, struct err *err)
{
    static const struct model_input plain = {0};
    struct value_reading r = {a, field, how ? how : &plain, typed, err};
    MUST(field->kind != FIELD_LINK && field->kind != FIELD_LINKS);
    *canonical = STR_NONE;
    str rest = typed;
    while (rest.n && (blank_length(rest) || rest.p[0] == '\n' || rest.p[0] == '\r'))
        rest = str_from(rest, blank_length(rest) ? blank_length(rest) : 1);
    if (!rest.n) return 0;
    if (check_text(typed, err)) return -1;
    return read_kind(&r, canonical);
}

/* ---- Canonical texts ---- */

static bool is_canonical_number(str s, bool whole)
{
    if (s.n && s.p[0] == '-') s = str_from(s, 1);
    size_t point = str_find_char(s, '.');
    str head = point == STR_NOT_FOUND ? s : str_slice(s, 0, point);
    if (!head.n || (head.n > 1 && head.p[0] == '0') || digit_count(s) > DIGITS_CAP) return false;
    if (point != STR_NOT_FOUND && (whole || point + 1 == s.n)) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && i != point) return false;
    return true;
}

static bool is_canonical_money(str s)
{
    if (s.n < 5 || s.p[s.n - 4] != ' ') return false;
    for (size_t i = s.n - 3; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z') return false;
    return is_canonical_number(str_slice(s, 0, s.n - 4), false);
}

static bool is_canonical_period(str s)
{
    for (size_t i = 0; i < 4; i++)
        if (i >= s.n || !is_digit(s.p[i])) return false;
    if (s.n == 4) return true;
    if (s.n != 7 || s.p[4] != '-') return false;
    if (s.p[5] == 'Q') return s.p[6] >= '1' && s.p[6] <= '4';
    int month = is_digit(s.p[5]) && is_digit(s.p[6]) ? (s.p[5] - '0') * 10 + s.p[6] - '0' : 0;
    return month >= 1 && month <= 12;
}

static bool is_canonical_one_of(const struct model_field *field, str s)
{
    for (size_t i = 0; i < field->value_count; i++)
        if (str_eq(field->values[i], s)) return true;
    return false;
}

int model_check_value(const struct model_field *field, str s, struct err *err)
{
    int64_t days;
    bool good = false;
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT: return check_text(s, err);
    case FIELD_WHOLE_NUMBER: good = is_canonical_number(s, true); break;
    case FIELD_DECIMAL:
    case FIELD_PERCENT: good = is_canonical_number(s, false); break;
    case FIELD_MONEY: good = is_canonical_money(s); break;
    case FIELD_DATE: good = civil_parse(s, &days); break;
    case FIELD_PERIOD: good = is_canonical_period(s); break;
    case FIELD_YES_NO: good = str_eq(s, STR("yes")) || str_eq(s, STR("no")); break;
    case FIELD_ONE_OF: good = is_canonical_one_of(field, s); break;
    case FIELD_LINK:
    case FIELD_LINKS: return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" holds links", STR_ARGS(field->name));
    case FIELD_DERIVED:
    case FIELD_OBSERVED:
        return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is computed, it cannot be set", STR_ARGS(field->name));
    }
    if (good) return check_bounds(field, s, err);
    str part = utf8_cut(s, 60);
    if (field->kind == FIELD_ONE_OF)
        return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not one of the values of \"" STR_FORMAT "\"",
                       STR_ARGS(part), STR_ARGS(field->name));
    return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not a %s in canonical form", STR_ARGS(part),
                   field_kind_name(field->kind));
}
