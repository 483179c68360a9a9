/* SPDX-License-Identifier: Apache-2.0 */
#include "base_time.h"

#include <stdio.h>
#include <time.h>

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

/* Years are counted from 1 March, so that the leap day is the last of its year, in eras of 400 years. */
enum { DAYS_IN_ERA = 146097, DAYS_TO_1970 = 719468 };

int64_t civil_days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * DAYS_IN_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_1970;
}

void civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += DAYS_TO_1970;
    int64_t era = floor_div(days, DAYS_IN_ERA);
    int64_t day_of_era = days - era * DAYS_IN_ERA;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

int civil_days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    MUST(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && is_leap(year));
}

bool civil_valid(int64_t year, int month, int day)
{
    return year >= -999999999 && year <= 999999999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= civil_days_in_month(year, month);
}

enum { WEEK = 7, WORK_WEEK = 5 };

int civil_weekday(int64_t days) { return (int)((days % WEEK + 10) % WEEK) + 1; }

int64_t civil_working_days(int64_t from, int64_t to)
{
    if (to <= from) return 0;
    int64_t days = (to - from) / WEEK * WORK_WEEK;
    for (int64_t day = to - (to - from) % WEEK + 1; day <= to; day++) days += civil_weekday(day) <= WORK_WEEK;
    return days;
}

int64_t civil_working_day_after(int64_t from, int64_t n)
{
    int64_t day = from + n / WORK_WEEK * WEEK;
    /* On a weekend whole weeks lead to a weekend again: its last working day is the one. */
    if (n > 0 && n % WORK_WEEK == 0)
        while (civil_weekday(day) > WORK_WEEK) day--;
    for (int64_t left = n % WORK_WEEK; left > 0;) left -= civil_weekday(++day) <= WORK_WEEK;
    return day;
}

static bool two_digits(const char *p, int *out)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') return false;
    *out = (p[0] - '0') * 10 + p[1] - '0';
    return true;
}

bool civil_parse(str s, int64_t *days)
{
    int century, year, month, day;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-') return false;
    if (!two_digits(s.p, &century) || !two_digits(s.p + 2, &year) || !two_digits(s.p + 5, &month) ||
        !two_digits(s.p + 8, &day))
        return false;
    year += century * 100;
    if (!civil_valid(year, month, day)) return false;
    *days = civil_days(year, month, day);
    return true;
}

bool period_end(str period, int64_t *days)
{
    int century, year, month = 12;
    if (period.n < 4 || !two_digits(period.p, &century) || !two_digits(period.p + 2, &year)) return false;
    str rest = str_from(period, 4);
    bool quarter = rest.n == 3 && rest.p[0] == '-' && rest.p[1] == 'Q' && rest.p[2] >= '1' && rest.p[2] <= '4';
    if (quarter)
        month = 3 * (rest.p[2] - '0');
    else if (rest.n && (rest.n != 3 || rest.p[0] != '-' || !two_digits(rest.p + 1, &month) || month < 1 || month > 12))
        return false;
    year += century * 100;
    *days = civil_days(year, month, civil_days_in_month(year, month));
    return true;
}

str civil_emit(struct arena *a, int64_t days)
{
    int64_t year;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    bool minus = year < 0;
    return arena_printf(a, "%s%04lld-%02d-%02d", minus ? "-" : "", (long long)(minus ? -year : year), month, day);
}

str civil_emit_words(struct arena *a, int64_t days)
{
    static const char *const names[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
    int64_t year;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    return arena_printf(a, "%d %s %lld", day, names[month - 1], (long long)year);
}

int64_t time_now(void)
{
    struct timespec now;
    MUST(clock_gettime(CLOCK_REALTIME, &now) == 0);
    return now.tv_sec;
}

double time_monotonic(void)
{
    struct timespec now;
    MUST(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

str time_emit_utc(struct arena *a, int64_t seconds)
{
    int64_t days = floor_div(seconds, 86400);
    int of_day = (int)(seconds - days * 86400);
    str date = civil_emit(a, days);
    return arena_printf(a, STR_FORMAT "T%02d:%02d:%02dZ", STR_ARGS(date), of_day / 3600, of_day / 60 % 60, of_day % 60);
}
