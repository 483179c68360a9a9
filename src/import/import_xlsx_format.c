/* SPDX-License-Identifier: Apache-2.0 */
/* Number formats of workbooks (ECMA-376 §18.8.30, §18.8.31): what a number with one of them says to a person. */
#include "import_internal.h"

#include "base_time.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS_LIMIT = 400, BINARY_DIGITS = 15, SECONDS = 86400 };

/* ---- Digits ---- */

struct digits { /* 0.d1d2d3… times ten to the power of point */
    char d[DIGITS_LIMIT];
    size_t n;
    long point;
    bool negative;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool split(str s, struct digits *out)
{
    size_t i = 0;
    bool mark = false, any = false;
    *out = (struct digits){0};
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+')) out->negative = s.p[i++] == '-';
    for (; i < s.n && (is_digit(s.p[i]) || (s.p[i] == '.' && !mark)); i++) {
        if (s.p[i] == '.') {
            mark = true;
            continue;
        }
        any = true;
        if (!mark && (out->n || s.p[i] != '0')) out->point++;
        if (mark && !out->n && s.p[i] == '0') {
            out->point--; /* a zero right behind the point */
            continue;
        }
        if (!out->n && s.p[i] == '0') continue;
        if (out->n == DIGITS_LIMIT) return false;
        out->d[out->n++] = s.p[i];
    }
    if (!any) return false;
    if (i == s.n) return true;
    if (s.p[i] != 'e' && s.p[i] != 'E') return false;
    int64_t power;
    str rest = str_from(s, i + 1);
    if (rest.n && rest.p[0] == '+') rest = str_from(rest, 1);
    if (!str_to_int(rest, &power) || power > DIGITS_LIMIT || power < -DIGITS_LIMIT) return false;
    out->point += (long)power;
    return true;
}

static void round_to(struct digits *v, size_t n)
{
    if (v->n <= n) return;
    bool up = v->d[n] >= '5';
    v->n = n;
    for (size_t i = n; up && i-- > 0;) {
        up = v->d[i] == '9';
        v->d[i] = up ? '0' : (char)(v->d[i] + 1);
    }
    if (up) { /* 9.99 has become 10 */
        memmove(v->d + 1, v->d, n - 1);
        v->d[0] = '1';
        v->point++;
    }
    while (v->n && v->d[v->n - 1] == '0') v->n--;
}

/* With at least so many digits behind the point. */
static str join(struct arena *a, const struct digits *v, int decimals)
{
    struct buf b;
    buf_init(&b, (size_t)4 * DIGITS_LIMIT);
    bool zero = true;
    for (size_t i = 0; i < v->n; i++) zero = zero && v->d[i] == '0';
    if (v->negative && !zero) buf_char(&b, '-');
    long at = v->n ? v->point : 0, end = (long)v->n;
    if (at <= 0) buf_char(&b, '0');
    for (long i = 0; i < at; i++) buf_char(&b, i < end ? v->d[i] : '0');
    long places = end - at;
    if (places < decimals) places = decimals;
    if (places > 0) buf_char(&b, '.');
    for (long i = 0; i < places; i++) {
        long from = at + i;
        buf_char(&b, from >= 0 && from < end ? v->d[from] : '0');
    }
    str text = buf_copy(&b, a);
    buf_release(&b);
    return text;
}

/* JSON's digits stay as they are written, zeros at the end too. */
bool import_digits(struct arena *a, str text, bool binary, str *out)
{
    struct digits v;
    bool plain = str_find_char(text, 'e') == STR_NOT_FOUND && str_find_char(text, 'E') == STR_NOT_FOUND;
    if (!split(text, &v)) return false;
    if (plain && (!binary || v.n <= BINARY_DIGITS)) return *out = arena_copy(a, text), true;
    if (binary) round_to(&v, BINARY_DIGITS);
    *out = join(a, &v, 0);
    return true;
}

/* ---- Format codes ---- */

static const struct {
    uint32_t id;
    const char *code;
} built_in[] = {/* §18.8.30; 27 to 36 and 50 to 58 are dates of East Asia */
                {1, "0"},         {2, "0.00"},       {3, "#,##0"},     {4, "#,##0.00"},
                {9, "0%"},        {10, "0.00%"},     {11, "0.00E+00"}, {14, "dd/mm/yyyy"},
                {15, "d-mmm-yy"}, {16, "d-mmm"},     {17, "mmm-yy"},   {18, "h:mm"},
                {19, "h:mm:ss"},  {20, "h:mm"},      {21, "h:mm:ss"},  {22, "d/m/yy h:mm"},
                {37, "#,##0"},    {38, "#,##0"},     {39, "#,##0.00"}, {40, "#,##0.00"},
                {45, "mm:ss"},    {46, "[h]:mm:ss"}, {47, "mm:ss.0"},  {48, "##0.0E+0"}};

static const struct {
    str sign;
    const char *code;
} signs[] = {{STR_INIT("€"), "EUR"},  {STR_INIT("US$"), "USD"}, {STR_INIT("£"), "GBP"},  {STR_INIT("¥"), "JPY"},
             {STR_INIT("zł"), "PLN"}, {STR_INIT("₹"), "INR"},   {STR_INIT("Kč"), "CZK"}, {STR_INIT("$"), "USD"}};

struct scan { /* of one code's first part */
    struct number_format *f;
    bool year, month, day, hour, elapsed, exponent, percent, point;
    int minutes; /* letters m that may be either */
};

static void take_currency(struct scan *s, str text)
{
    if (s->f->code[0]) return;
    for (size_t i = 0; i < ARRAY_COUNT(signs); i++)
        if (str_find(text, signs[i].sign) != STR_NOT_FOUND) {
            memcpy(s->f->code, signs[i].code, sizeof s->f->code);
            return;
        }
    text = str_trim(text);
    bool code = text.n == 3;
    for (size_t i = 0; i < text.n; i++) code = code && text.p[i] >= 'A' && text.p[i] <= 'Z';
    if (code) memcpy(s->f->code, text.p, 3);
}

/* [$€-407], [$EUR]: a currency; [h]: hours that run on; [Red], [>100]: neither. */
static void take_bracket(struct scan *s, str inside)
{
    if (str_starts(inside, STR("$"))) {
        size_t dash = str_find_char(inside, '-');
        take_currency(s, str_slice(inside, 1, dash == STR_NOT_FOUND ? inside.n : dash));
    } else if (str_eq_nocase(inside, STR("h")) || str_eq_nocase(inside, STR("hh")) ||
               str_eq_nocase(inside, STR("mm")) || str_eq_nocase(inside, STR("m")) ||
               str_eq_nocase(inside, STR("ss")) || str_eq_nocase(inside, STR("s"))) {
        s->elapsed = true;
    }
}

static void take_letter(struct scan *s, char c)
{
    switch (c) {
    case 'y': s->year = true; break;
    case 'd': s->day = true; break;
    case 'h':
    case 's': s->hour = true; break;
    case 'm': s->minutes++; break;
    case 'E': s->exponent = true; break;
    case '%': s->percent = true; break;
    case '.': s->point = true; break;
    case '0':
    case '?': s->f->decimals += s->point; break;
    default: break; /* what else stands in a format says nothing of the number */
    }
}

static void scan_code(struct scan *s, str code)
{
    for (size_t i = 0; i < code.n && code.p[i] != ';'; i++) {
        char c = code.p[i];
        size_t end;
        str rest = str_from(code, i + 1);
        if (c == '"' && (end = str_find_char(rest, '"')) != STR_NOT_FOUND) {
            take_currency(s, str_slice(rest, 0, end));
            i += end + 1;
        } else if (c == '[' && (end = str_find_char(rest, ']')) != STR_NOT_FOUND) {
            take_bracket(s, str_slice(rest, 0, end));
            i += end + 1;
        } else if (c == '\\' || c == '_' || c == '*') {
            if (c == '\\') take_currency(s, str_slice(rest, 0, 1));
            i++;
        } else if ((unsigned char)c >= 0x80 || c == '$') {
            size_t n = 1;
            while (i + n < code.n && ((unsigned char)code.p[i + n] >= 0x80)) n++;
            take_currency(s, str_slice(code, i, i + n));
            i += n - 1;
        } else {
            take_letter(s, c);
        }
    }
}

struct number_format number_format_of(uint32_t id, str code)
{
    struct number_format f = {.kind = FORMAT_PLAIN};
    struct scan s = {.f = &f};
    if (!code.p) {
        bool asian = (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
        for (size_t i = 0; i < ARRAY_COUNT(built_in); i++)
            if (built_in[i].id == id) code = str_of(built_in[i].code);
        if (asian) code = STR("yyyy-mm-dd");
    }
    if (str_eq_nocase(code, STR("general")) || str_eq(code, STR("@"))) return f;
    scan_code(&s, code);
    if (f.decimals > 30 || s.exponent) f.decimals = 0;
    if (s.year || s.day || s.hour || s.minutes) {
        f.kind = s.elapsed ? FORMAT_PLAIN : FORMAT_DATE;
        f.has_day = s.year || s.day || (s.minutes && !s.hour);
        f.has_time = s.hour;
        f.decimals = 0;
    } else if (s.percent) {
        f.kind = FORMAT_PERCENT;
    } else if (f.code[0]) {
        f.kind = FORMAT_MONEY;
    }
    return f;
}

/* ---- Texts ---- */

/* Days since 1899-12-30; the year 1900 has a 29 February in the older calendar of spreadsheets. */
static str date_text(struct arena *a, const struct number_format *f, double serial, bool from_1904)
{
    double day = (double)(int64_t)serial;
    int64_t seconds = (int64_t)((serial - day) * SECONDS + 0.5), days = (int64_t)day;
    if (seconds >= SECONDS) days++, seconds -= SECONDS;
    if (from_1904)
        days += 1462;
    else if (days < 60)
        days++;
    str time = arena_printf(a, "%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60));
    if (!f->has_day && serial < 1) return time;
    str date = civil_emit(a, civil_days(1899, 12, 30) + days);
    if (!seconds || !f->has_time) return date;
    return arena_printf(a, STR_FORMAT " " STR_FORMAT, STR_ARGS(date), STR_ARGS(time));
}

str number_format_text(struct arena *a, const struct number_format *f, str digits, bool from_1904, enum cell_kind *kind)
{
    struct digits v;
    double serial;
    *kind = CELL_NUMBER;
    if (!split(digits, &v)) return *kind = CELL_TEXT, digits;
    switch (f->kind) {
    case FORMAT_DATE:
        serial = strtod(arena_copy(a, digits).p, NULL);
        if (serial < 0 || serial >= 2958466) break; /* 10000-01-01: shown as ####### */
        *kind = CELL_DATE;
        return date_text(a, f, serial, from_1904);
    case FORMAT_PERCENT:
        round_to(&v, BINARY_DIGITS);
        v.point += 2;
        return arena_printf(a, STR_FORMAT " %%", STR_ARGS(join(a, &v, f->decimals)));
    case FORMAT_MONEY:
        round_to(&v, BINARY_DIGITS);
        *kind = CELL_MONEY;
        return arena_printf(a, STR_FORMAT " %s", STR_ARGS(join(a, &v, f->decimals)), f->code);
    case FORMAT_PLAIN: break;
    }
    round_to(&v, BINARY_DIGITS);
    return join(a, &v, f->decimals);
}
