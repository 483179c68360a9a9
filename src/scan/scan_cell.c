/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_cell.h"

#include "base_time.h"

#include <ctype.h>
#include <string.h>

static int month_of(str s)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (s.n < 3) return 0;
    char low[3];
    for (int i = 0; i < 3; i++) low[i] = (char)tolower((unsigned char)s.p[i]);
    for (int i = 0; i < 12; i++)
        if (!memcmp(low, names + 3 * i, 3)) return i + 1;
    static const struct {
        char word[4];
        int month;
    } german[] = {{"m\xC3\xA4", 3}, {"mrz", 3}, {"mai", 5}, {"okt", 10}, {"dez", 12}};
    for (size_t i = 0; i < ARRAY_COUNT(german); i++)
        if (!memcmp(low, german[i].word, 3)) return german[i].month;
    return 0;
}

/* The pieces of a date: numbers (with their count of digits) and words, in order. */
struct date_piece {
    int64_t number;
    size_t digits;
    int month;
};

static size_t date_pieces(str s, struct date_piece *out, size_t room, char *mark)
{
    size_t count = 0, i = 0;
    *mark = 0;
    while (i < s.n && count < room) {
        unsigned char c = (unsigned char)s.p[i];
        if (isdigit(c)) {
            struct date_piece p = {0};
            for (; i < s.n && isdigit((unsigned char)s.p[i]); i++) {
                if (++p.digits > 8) return 0;
                p.number = p.number * 10 + (s.p[i] - '0');
            }
            out[count++] = p;
        } else if (isalpha(c) || c >= 0x80) {
            size_t from = i;
            while (i < s.n && (isalpha((unsigned char)s.p[i]) || (unsigned char)s.p[i] >= 0x80)) i++;
            str word = str_slice(s, from, i);
            if (str_eq_nocase(word, STR("T")) && count) break; /* a time follows */
            if (count && out[count - 1].digits && out[count - 1].digits <= 2 &&
                (str_eq_nocase(word, STR("st")) || str_eq_nocase(word, STR("nd")) || str_eq_nocase(word, STR("rd")) ||
                 str_eq_nocase(word, STR("th"))))
                continue;
            int month = month_of(word);
            if (!month) return 0;
            out[count++] = (struct date_piece){.month = month};
        } else if (c == '/' || c == '-' || c == '.' || c == ' ' || c == ',') {
            if (count == 1 && !*mark) *mark = (char)c;
            i++;
        } else {
            return 0;
        }
    }
    return count;
}

static int64_t year_of(const struct date_piece *p)
{
    if (p->digits == 2) return p->number + (p->number < 70 ? 2000 : 1900);
    return p->digits == 4 && p->number >= 1900 && p->number < 2200 ? p->number : -1;
}

static bool day_of(int64_t year, int64_t month, int64_t day, int64_t *days)
{
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || !civil_valid(year, (int)month, (int)day))
        return false;
    *days = civil_days(year, (int)month, (int)day);
    return true;
}

bool cell_date(str s, bool month_first, int64_t *days, enum cell_order *order)
{
    struct date_piece p[4];
    char mark;
    s = str_trim(s);
    if (s.n < 5 || s.n > 40) return false;
    size_t colon = str_find_char(s, ':'); /* a time stands behind the date: cut it off with its blank or T */
    if (colon != STR_NOT_FOUND) {
        while (colon > 0 && s.p[colon - 1] != ' ' && s.p[colon - 1] != 'T') colon--;
        if (colon < 6) return false;
        s = str_trim(str_slice(s, 0, colon - 1));
    }
    size_t n = date_pieces(s, p, 4, &mark);
    *order = ORDER_FIXED;
    if (n == 1 && p[0].digits == 8)
        return day_of(p[0].number / 10000, p[0].number / 100 % 100, p[0].number % 100, days) && p[0].number >= 19000000;
    if (n == 1 && p[0].digits == 5 && p[0].number >= 20000 && p[0].number <= 60000) /* days since 1899-12-30 */
        return *days = p[0].number - 25569, true;
    if (n != 3) return false;
    if (p[1].month && p[0].digits <= 2 && p[0].digits) return day_of(year_of(&p[2]), p[1].month, p[0].number, days);
    if (p[0].month && p[1].digits) return day_of(year_of(&p[2]), p[0].month, p[1].number, days);
    if (p[0].month || p[1].month || p[2].month) return false;
    if (p[0].digits == 4) return day_of(year_of(&p[0]), p[1].number, p[2].number, days);
    if (p[0].digits > 2 || p[1].digits > 2 || mark == ',') return false;
    int64_t year = year_of(&p[2]), by_day, by_month;
    bool d = day_of(year, p[1].number, p[0].number, &by_day), m = day_of(year, p[0].number, p[1].number, &by_month);
    if (mark == '.') m = false; /* dots are day first everywhere */
    if (!d && !m) return false;
    *order = p[0].number == p[1].number ? ORDER_FIXED
                                        : (enum cell_order)((d ? ORDER_DAY_FIRST : 0) | (m ? ORDER_MONTH_FIRST : 0));
    *days = (month_first && m) || !d ? by_month : by_day;
    return true;
}

static bool currency_at(str *s, char currency[4])
{
    static const struct {
        str sign;
        char code[4];
    } signs[] = {{STR_INIT("£"), "GBP"},    {STR_INIT("€"), "EUR"},        {STR_INIT("US$"), "USD"},
                 {STR_INIT("$"), "USD"},    {STR_INIT("¥"), "JPY"},        {STR_INIT("\xA3"), "GBP"},
                 {STR_INIT("\x80"), "EUR"}, {STR_INIT("\xEF\xBF\xBD"), ""}};
    for (size_t i = 0; i < ARRAY_COUNT(signs); i++) {
        if (!str_starts(*s, signs[i].sign)) continue;
        memcpy(currency, signs[i].code, 4);
        *s = str_from(*s, signs[i].sign.n);
        return true;
    }
    return false;
}

/* Reads sign, currency and CR or DR at one end; `negative` flips. */
static void amount_words(str s, bool *negative, char currency[4])
{
    while (s.n) {
        if (currency_at(&s, currency)) continue;
        size_t n = 0;
        while (n < s.n && isalpha((unsigned char)s.p[n])) n++;
        str word = str_slice(s, 0, n);
        if (str_eq_nocase(word, STR("CR")))
            *negative = !*negative;
        else if (n == 3)
            for (int i = 0; i < 3; i++) currency[i] = (char)toupper((unsigned char)s.p[i]);
        s = str_from(s, n ? n : 1);
    }
}

/* Only what an amount may have around its number; anything else makes it a text. */
static bool amount_dress(str s)
{
    char ignored[4];
    while (s.n) {
        if (currency_at(&s, ignored)) continue;
        size_t n = 0;
        while (n < s.n && isalpha((unsigned char)s.p[n])) n++;
        if (n == 1 || n > 3) return false;
        if (n == 2 && !str_eq_nocase(str_slice(s, 0, 2), STR("CR")) && !str_eq_nocase(str_slice(s, 0, 2), STR("DR")))
            return false;
        if (!n && !strchr(" -+()\"'\xA0\xC2", s.p[0])) return false;
        s = str_from(s, n ? n : 1);
    }
    return true;
}

enum amount_fault cell_amount(str s, int64_t *hundredths, char currency[4])
{
    memset(currency, 0, 4);
    s = str_trim(s);
    if (!s.n || str_eq(s, STR("-"))) return AMOUNT_EMPTY;
    size_t from = 0, to = s.n;
    while (from < s.n && !isdigit((unsigned char)s.p[from]) &&
           !(s.p[from] == '.' && from + 1 < s.n && isdigit((unsigned char)s.p[from + 1])))
        from++;
    while (to > from && !isdigit((unsigned char)s.p[to - 1])) to--;
    if (from >= to) return AMOUNT_NO_NUMBER;
    str before = str_slice(s, 0, from), number = str_slice(s, from, to), after = str_from(s, to);
    if (!amount_dress(before)) return AMOUNT_NO_NUMBER;
    if (after.n && (after.p[0] == '.' || after.p[0] == ',')) after = str_from(after, 1); /* "12." */
    if (after.n >= 2 && str_starts(after, STR(",-"))) after = str_from(after, 2);
    if (!amount_dress(after)) return AMOUNT_NO_NUMBER;
    bool negative = str_find_char(before, '-') != STR_NOT_FOUND || str_find_char(before, '(') != STR_NOT_FOUND ||
                    str_find_char(after, '-') != STR_NOT_FOUND;
    amount_words(before, &negative, currency);
    amount_words(after, &negative, currency);

    /* The decimal mark is the last of '.' and ',' when it stands once and is not plainly a thousands mark. */
    size_t dots = 0, commas = 0, last = STR_NOT_FOUND;
    for (size_t i = 0; i < number.n; i++) {
        char c = number.p[i];
        if (c == '.')
            dots++, last = i;
        else if (c == ',')
            commas++, last = i;
        else if (!isdigit((unsigned char)c) && c != ' ' && c != '\'' && c != '\xA0' && c != '\xC2')
            return AMOUNT_NO_NUMBER;
    }
    if (last != STR_NOT_FOUND) {
        char mark = number.p[last];
        size_t same = mark == '.' ? dots : commas, other = mark == '.' ? commas : dots, digits = number.n - last - 1;
        if (same > 1 || (mark == ',' && !other && digits == 3)) last = STR_NOT_FOUND;
    }
    int64_t whole = 0, cents = 0;
    size_t digits = 0, places = 0;
    bool up = false;
    for (size_t i = 0; i < number.n; i++) {
        if (!isdigit((unsigned char)number.p[i])) continue;
        int d = number.p[i] - '0';
        if (last == STR_NOT_FOUND || i < last) {
            digits += digits || d;
            if (digits > 15) return AMOUNT_TOO_LARGE;
            whole = whole * 10 + d;
        } else if (++places <= 2) {
            cents = cents * 10 + d;
        } else if (places == 3) {
            up = d >= 5;
        }
    }
    if (places == 1) cents *= 10;
    *hundredths = (whole * 100 + cents + up) * (negative ? -1 : 1);
    return AMOUNT_GOOD;
}
