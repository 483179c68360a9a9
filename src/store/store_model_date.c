/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and periods as people type them. */
#include "store_reading.h"

#include "base_time.h"
#include "base_utf8.h"

struct date_piece {
    int64_t number; /* of digits */
    int digits;     /* how many; 0: a word */
    int month;      /* of a word: 1 to 12, 0 when it is none */
    str word;
};

static int month_of(str word)
{
    static const str names[][5] = {
        {STR_INIT("january"), STR_INIT("januar"), STR_INIT("jänner")},
        {STR_INIT("february"), STR_INIT("februar")},
        {STR_INIT("march"), STR_INIT("märz"), STR_INIT("maerz"), STR_INIT("mrz")},
        {STR_INIT("april")},
        {STR_INIT("may"), STR_INIT("mai")},
        {STR_INIT("june"), STR_INIT("juni")},
        {STR_INIT("july"), STR_INIT("juli")},
        {STR_INIT("august")},
        {STR_INIT("september"), STR_INIT("sept")},
        {STR_INIT("october"), STR_INIT("oktober")},
        {STR_INIT("november")},
        {STR_INIT("december"), STR_INIT("dezember")},
    };
    for (int m = 0; m < 12; m++)
        for (size_t i = 0; i < 5 && names[m][i].p; i++) {
            str name = names[m][i];
            size_t three = utf8_offset(name, 3);
            if (str_eq_nocase(word, name) || str_eq_nocase(word, str_slice(name, 0, three))) return m + 1;
        }
    return 0;
}

/* Cuts at blanks, '.', '/', '-', ','; -1 when there is anything else or more than `room` pieces. */
static int cut_date(str s, struct date_piece *pieces, int room, char *separator)
{
    int count = 0;
    *separator = 0;
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        if (c == ' ' || c == ',' || c == '.' || c == '/' || c == '-') {
            if (c != ' ' && c != ',' && !*separator) *separator = c;
            i++;
            continue;
        }
        size_t from = i;
        bool digits = is_digit(c);
        while (i < s.n && (digits ? is_digit(s.p[i]) : is_letter(s.p[i]) || (s.p[i] & 0x80))) i++;
        if (i == from || count == room || i - from > 12) return -1;
        struct date_piece *p = &pieces[count++];
        *p = (struct date_piece){.word = str_slice(s, from, i)};
        if (digits) {
            p->digits = (int)(i - from);
            if (!str_to_int(p->word, &p->number)) return -1;
        } else
            p->month = month_of(p->word);
    }
    return count;
}

int value_read_date(struct value_reading *r, str *out)
{
    static const char expected[] = "is not a date; write 2026-11-22";
    struct date_piece p[3];
    char separator;
    str s = str_trim(r->typed);
    /* A time of day behind it is dropped. */
    size_t t = str_find_char(s, 'T');
    size_t colon = str_find_char(s, ':');
    if (t == 10 && s.n > 11 && is_digit(s.p[9]) && is_digit(s.p[11])) s = str_slice(s, 0, 10);
    if (colon != STR_NOT_FOUND && s.n > colon) {
        size_t blank = str_find_char(s, ' ');
        if (blank == STR_NOT_FOUND || blank > colon) return value_refuse(r, expected);
        while (true) {
            size_t next = str_find_char(str_from(s, blank + 1), ' ');
            if (next == STR_NOT_FOUND || blank + 1 + next > colon) break;
            blank += 1 + next;
        }
        s = str_slice(s, 0, blank);
    }
    int64_t year, month, day;
    int count = cut_date(s, p, 3, &separator);
    if (count == 1 && p[0].digits == 8) {
        year = p[0].number / 10000;
        month = p[0].number / 100 % 100;
        day = p[0].number % 100;
    } else if (count != 3)
        return value_refuse(r, expected);
    else if (p[0].digits == 4 && p[1].digits && p[2].digits && p[1].digits <= 2 && p[2].digits <= 2) {
        year = p[0].number;
        month = p[1].number;
        day = p[2].number;
    } else if (p[0].digits == 4 && p[1].month && p[2].digits && p[2].digits <= 2) {
        year = p[0].number;
        month = p[1].month;
        day = p[2].number;
    } else if (p[2].digits == 2 && p[0].digits <= 2 && (p[1].digits <= 2 || p[1].month))
        return value_refuse(r, "is not a date with a year of four digits; write 2026-11-22");
    else if (p[2].digits != 4)
        return value_refuse(r, expected);
    else if (p[0].digits && p[0].digits <= 2 && p[1].month) {
        year = p[2].number;
        month = p[1].month;
        day = p[0].number;
    } else if (p[0].month && p[1].digits && p[1].digits <= 2) {
        year = p[2].number;
        month = p[0].month;
        day = p[1].number;
    } else if (p[0].digits && p[0].digits <= 2 && p[1].digits && p[1].digits <= 2) {
        year = p[2].number;
        day = p[0].number;
        month = p[1].number;
        if (separator != '.' && day != month && day <= 12 && month <= 12) {
            str typed = value_shown(r->a, r->typed);
            return err_set(r->err, ERR_INPUT,
                           "\"" STR_FORMAT "\" can be read in two ways; write %04d-%02d-%02d or %04d-%02d-%02d",
                           STR_ARGS(typed), (int)year, (int)month, (int)day, (int)year, (int)day, (int)month);
        }
        if (separator != '.' && month > 12) {
            int64_t swap = day;
            day = month;
            month = swap;
        }
    } else
        return value_refuse(r, expected);
    if (year < 1 || month < 1 || month > 12 || day < 1 || !civil_valid(year, (int)month, (int)day))
        return value_refuse(r, "is not a day of the calendar; write 2026-11-22");
    *out = civil_emit(r->a, civil_days(year, (int)month, (int)day));
    return 0;
}

int value_read_period(struct value_reading *r, str *out)
{
    static const char expected[] = "is not a period; write 2026, 2026-Q3 or 2026-07";
    struct date_piece p[3];
    char separator, text[64];
    str s = str_trim(r->typed);
    size_t n = 0;
    /* "2026Q3" and "Q3" come apart. */
    for (size_t i = 0; i < s.n && n + 2 < sizeof text; i++) {
        bool quarter = s.p[i] == 'Q' || s.p[i] == 'q';
        if (quarter && i && is_digit(s.p[i - 1])) text[n++] = ' ';
        text[n++] = s.p[i];
        if (quarter && i + 1 < s.n && is_digit(s.p[i + 1])) text[n++] = ' ';
    }
    if (n + 2 >= sizeof text) return value_refuse(r, expected);
    int count = cut_date((str){text, n}, p, 3, &separator);
    int64_t year = 0, month = 0, quarter = 0;
    bool is_q[3] = {false};
    for (int i = 0; i < count; i++) is_q[i] = !p[i].digits && str_eq_nocase(p[i].word, STR("Q"));
    if (count == 1 && p[0].digits == 4)
        year = p[0].number;
    else if (count == 3 && p[0].digits == 4 && is_q[1] && p[2].digits == 1)
        year = p[0].number, quarter = p[2].number;
    else if (count == 3 && is_q[0] && p[1].digits == 1 && p[2].digits == 4)
        quarter = p[1].number, year = p[2].number;
    else if (count == 2 && p[0].digits == 4 && p[1].digits && p[1].digits <= 2)
        year = p[0].number, month = p[1].number;
    else if (count == 2 && p[1].digits == 4 && p[0].digits && p[0].digits <= 2)
        year = p[1].number, month = p[0].number;
    else if (count == 2 && p[0].month && p[1].digits == 4)
        year = p[1].number, month = p[0].month;
    else if (count == 2 && p[0].digits == 4 && p[1].month)
        year = p[0].number, month = p[1].month;
    else
        return value_refuse(r, expected);
    if (year < 1 || quarter > 4 || month > 12 || (count == 3 && !quarter) || (count == 2 && !month))
        return value_refuse(r, expected);
    *out = quarter ? arena_printf(r->a, "%04d-Q%d", (int)year, (int)quarter)
           : month ? arena_printf(r->a, "%04d-%02d", (int)year, (int)month)
                   : arena_printf(r->a, "%04d", (int)year);
    return 0;
}
