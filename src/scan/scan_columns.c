/* SPDX-License-Identifier: Apache-2.0 */
/* Which column of a ledger is what: header words propose, the cells' content decides. Nothing is guessed without a
 * header: a wrong column would be believed. */
#include "scan_read.h"

#include "scan_cell.h"

#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

enum { HEADER_WITHIN = 60, SAMPLE_RECORDS = 400 };
static const char *const role_names[TABLE_ROLES] = {"date", "payee", "amount", "currency"};

struct sample_row {
    str *cells;
    size_t count;
};
struct column_seen {
    size_t filled, dates, day_first, month_first, amounts, texts, codes;
};

static size_t sample_rows(struct scan *s, str text, char separator, struct sample_row *rows)
{
    size_t n = 0;
    bool open;
    for (size_t at = 0, step; n < SAMPLE_RECORDS && at < text.n; at += step) {
        step = record_length(text.p + at, text.n - at, separator, SCAN_LINE_CAP, true, &open);
        if (!step) break;
        str cells[CELLS];
        size_t count = record_cells(&s->scratch, str_slice(text, at, at + step), separator, !open, cells, CELLS);
        str *kept = arena_array(&s->scratch, count + 1, sizeof *kept);
        for (size_t i = 0; i < count; i++) kept[i] = cells[i];
        rows[n++] = (struct sample_row){kept, count};
    }
    return n;
}

static bool is_code(str cell) /* what only a person would call a date: 4 digits, "UK" */
{
    size_t letters = 0;
    for (size_t i = 0; i < cell.n; i++)
        letters += ((unsigned char)cell.p[i] | 0x20) >= 'a' && ((unsigned char)cell.p[i] | 0x20) <= 'z';
    return letters + 1 < cell.n && letters < 2;
}

static void look(const struct sample_row *rows, size_t from, size_t count, size_t column, struct column_seen *out)
{
    *out = (struct column_seen){0};
    for (size_t r = from; r < count; r++) {
        if (column >= rows[r].count || !rows[r].cells[column].n) continue;
        str cell = rows[r].cells[column];
        int64_t n;
        enum cell_order order = ORDER_FIXED;
        char currency[4];
        out->filled++;
        bool date = cell_date(cell, false, &n, &order), amount = cell_amount(cell, &n, currency) == AMOUNT_GOOD;
        out->dates += date;
        out->day_first += date && order == ORDER_DAY_FIRST;
        out->month_first += date && order == ORDER_MONTH_FIRST;
        out->amounts += amount;
        out->codes += is_code(cell);
        out->texts += !date && !amount && !is_code(cell);
    }
}

static bool fits(enum table_role role, const struct column_seen *c)
{
    switch (role) {
    case TABLE_DATE: return c->dates * 2 >= c->filled;
    case TABLE_AMOUNT: return c->amounts * 2 >= c->filled;
    case TABLE_PAYEE: return c->texts * 2 >= c->filled;
    case TABLE_CURRENCY: return c->filled > 0;
    case TABLE_ROLES: break;
    }
    return false;
}

/* The rank of a header cell among the words of a role: 0 the best; a word within a longer heading ranks behind all. */
static size_t rank_of(const struct scan_format *f, enum table_role role, str heading)
{
    size_t count = f->word_counts[role];
    for (size_t w = 0; w < count; w++)
        if (str_eq(heading, f->words[role][w])) return w;
    for (size_t w = 0; w < count; w++)
        if (f->words[role][w].n >= 4 && str_find(heading, f->words[role][w]) != STR_NOT_FOUND) return count + w;
    return STR_NOT_FOUND;
}

struct guess {
    int column[TABLE_ROLES];
    size_t header, found, empty; /* empty: roles whose heading is there and whose cells do not fit */
};

static void guess_at(struct scan *s, const struct scan_format *f, const struct sample_row *rows, size_t count,
                     size_t header, struct guess *out)
{
    *out = (struct guess){.header = header};
    for (int role = 0; role < TABLE_ROLES; role++) {
        size_t best = STR_NOT_FOUND;
        bool unfit = false;
        out->column[role] = NO_COLUMN;
        for (size_t c = 0; c < rows[header].count && c < CELLS; c++) {
            str heading = rows[header].cells[c];
            if (!heading.n || heading.n > 80) continue;
            size_t rank = rank_of(f, (enum table_role)role, utf8_letters(&s->scratch, heading));
            if (rank == STR_NOT_FOUND || rank >= best) continue;
            bool taken = false;
            for (int other = 0; other < role; other++) taken |= out->column[other] == (int)c;
            struct column_seen seen;
            look(rows, header + 1, count, c, &seen);
            if (taken) continue;
            if (!seen.filled || !fits((enum table_role)role, &seen)) {
                unfit = true;
                continue;
            }
            best = rank;
            out->column[role] = (int)c;
        }
        if (role == TABLE_CURRENCY) continue;
        out->found += out->column[role] != NO_COLUMN;
        out->empty += out->column[role] == NO_COLUMN && unfit;
    }
}

static void settle_order(struct scan *s, const struct scan_format *f, const struct sample_row *rows, size_t from,
                         size_t count, struct table_shape *out)
{
    struct column_seen seen = {0};
    if (out->column[TABLE_DATE] != NO_COLUMN) look(rows, from, count, (size_t)out->column[TABLE_DATE], &seen);
    switch (s->options.day_order) {
    case DAY_ORDER_DAY_FIRST: out->month_first = false; return;
    case DAY_ORDER_MONTH_FIRST: out->month_first = true; return;
    case DAY_ORDER_GUESS: break;
    }
    out->month_first = seen.month_first > seen.day_first || (seen.month_first == seen.day_first && !f->day_first);
    bool either = false;
    for (size_t r = from; r < count && seen.dates; r++) {
        int64_t day;
        enum cell_order order = ORDER_FIXED;
        if ((size_t)out->column[TABLE_DATE] < rows[r].count &&
            cell_date(rows[r].cells[out->column[TABLE_DATE]], false, &day, &order))
            either |= order == ORDER_EITHER;
    }
    out->order_guessed = either && !seen.day_first && !seen.month_first;
}

/* "Amount GBP", or the sign that most amounts have: it holds for the amounts without one too. */
static void settle_currency(const struct sample_row *rows, size_t from, size_t count, struct table_shape *out)
{
    static const char known[][4] = {"GBP", "EUR", "USD", "CHF", "SEK", "DKK", "NOK", "PLN", "CZK", "CAD", "AUD", "JPY"};
    size_t column = (size_t)out->column[TABLE_AMOUNT];
    for (size_t r = from; r < count && !out->currency[0]; r++) {
        int64_t amount;
        if (column < rows[r].count && cell_amount(rows[r].cells[column], &amount, out->currency) != AMOUNT_GOOD)
            out->currency[0] = 0;
    }
    if (out->currency[0] || !from || column >= rows[from - 1].count) return;
    str heading = rows[from - 1].cells[column];
    for (size_t i = 0; i < ARRAY_COUNT(known); i++)
        if (str_find(heading, str_of(known[i])) != STR_NOT_FOUND) memcpy(out->currency, known[i], 4);
    if (str_find(heading, STR("£")) != STR_NOT_FOUND) memcpy(out->currency, "GBP", 4);
    if (str_find(heading, STR("€")) != STR_NOT_FOUND) memcpy(out->currency, "EUR", 4);
}

static void list_headings(const struct sample_row *row, struct buf *out)
{
    for (size_t c = 0; c < row->count && c < 30; c++)
        if (row->cells[c].n)
            buf_printf(out, "%s%zu " STR_FORMAT, out->n ? ", " : "", c + 1, STR_ARGS(str_slice(row->cells[c], 0, 24)));
}

static int refuse(const struct sample_row *rows, size_t count, const struct guess *best, struct err *err)
{
    struct buf words;
    buf_init(&words, 260);
    if (best->found + best->empty == 0) {
        if (count) list_headings(&rows[0], &words);
        str found = buf_get(&words);
        err_set(err, ERR_INPUT,
                "no line names the columns: expected headings such as Date, Supplier, Amount; the first line "
                "has " STR_FORMAT "; state them: --columns date=3,payee=5,amount=7",
                STR_ARGS(found));
    } else {
        list_headings(&rows[best->header], &words);
        str found = buf_get(&words);
        struct buf names;
        buf_init(&names, 64);
        for (int role = 0; role < TABLE_CURRENCY; role++)
            if (best->column[role] == NO_COLUMN) buf_printf(&names, "%s%s", names.n ? " and " : "", role_names[role]);
        str lacks = buf_get(&names);
        bool no_rows = best->header + 1 >= count;
        for (size_t r = best->header + 1; r < count && !no_rows; r++) {
            bool filled = false;
            for (size_t c = 0; c < rows[r].count; c++) filled |= rows[r].cells[c].n > 0;
            if (filled) break;
            no_rows = r + 1 == count;
        }
        if (no_rows)
            err_set(err, ERR_INPUT, "there is a heading and nothing below it: no payments to read");
        else
            err_set(err, ERR_INPUT,
                    "no column for " STR_FORMAT " could be told; the headings are " STR_FORMAT
                    "; state them: --columns date=3,payee=5,amount=7 (without dates in the file: month=2014-05)",
                    STR_ARGS(lacks), STR_ARGS(found));
        err_at(err, (uint32_t)best->header + 1, STR_NONE);
        buf_release(&names);
    }
    buf_release(&words);
    return -1;
}

int columns_guess(struct scan *s, const struct scan_format *f, str sample, struct table_shape *out, struct err *err)
{
    *out = (struct table_shape){.separator = table_separator(f, sample), .month = -1};
    if (!out->separator)
        return err_set(err, ERR_INPUT, "is no table: expected columns with comma, semicolon, tab or bar between");
    struct sample_row *rows = arena_array(&s->scratch, SAMPLE_RECORDS, sizeof *rows);
    size_t count = sample_rows(s, sample, out->separator, rows);
    struct guess best = {0};
    for (int role = 0; role < TABLE_ROLES; role++) best.column[role] = NO_COLUMN;
    for (size_t h = 0; h < count && h < HEADER_WITHIN && best.found < 3; h++) {
        struct guess g;
        guess_at(s, f, rows, count, h, &g);
        if (g.found > best.found || (g.found == best.found && g.found + g.empty > best.found + best.empty)) best = g;
    }
    if (best.found < 3) return refuse(rows, count, &best, err);
    for (int role = 0; role < TABLE_ROLES; role++) out->column[role] = best.column[role];
    out->header_record = best.header + 1;
    settle_order(s, f, rows, best.header + 1, count, out);
    settle_currency(rows, best.header + 1, count, out);
    return 0;
}

static int month_value(str s, int32_t *month)
{
    int64_t days;
    struct buf b;
    buf_init(&b, 20);
    buf_str(&b, s);
    buf_text(&b, "-01");
    bool good = civil_parse(buf_get(&b), &days);
    buf_release(&b);
    if (!good) return -1;
    int64_t year;
    int m, day;
    civil_from_days(days, &year, &m, &day);
    *month = (int32_t)(year * 12 + m - 1);
    return year >= 1970 && year <= 2100 ? 0 : -1;
}

int columns_stated(struct scan *s, const struct scan_format *f, str sample, struct table_shape *out, struct err *err)
{
    *out = (struct table_shape){.separator = table_separator(f, sample), .month = -1};
    if (!out->separator) out->separator = ',';
    for (int role = 0; role < TABLE_ROLES; role++) out->column[role] = NO_COLUMN;
    str rest = s->options.columns, part;
    while (str_cut(&rest, ',', &part)) {
        part = str_trim(part);
        size_t equals = str_find_char(part, '=');
        str name = str_slice(part, 0, equals == STR_NOT_FOUND ? part.n : equals), value = str_from(part, name.n + 1);
        int64_t n;
        int role = 0;
        if (str_eq(name, STR("month"))) {
            if (month_value(value, &out->month) < 0)
                return err_set(err, ERR_USAGE, "--columns: \"" STR_FORMAT "\" is not a month like 2014-05",
                               STR_ARGS(value));
            continue;
        }
        while (role < TABLE_ROLES && !str_eq(name, str_of(role_names[role]))) role++;
        if (role == TABLE_ROLES)
            return err_set(err, ERR_USAGE,
                           "--columns: \"" STR_FORMAT "\" is not date, payee, amount, currency or month",
                           STR_ARGS(name));
        if (!str_to_int(value, &n) || n < 1 || n > CELLS)
            return err_set(err, ERR_USAGE, "--columns: %s: \"" STR_FORMAT "\" is not a column from 1 to %d",
                           role_names[role], STR_ARGS(value), CELLS);
        out->column[role] = (int)n - 1;
    }
    if ((out->column[TABLE_DATE] == NO_COLUMN && out->month < 0) || out->column[TABLE_PAYEE] == NO_COLUMN ||
        out->column[TABLE_AMOUNT] == NO_COLUMN)
        return err_set(err, ERR_USAGE,
                       "--columns needs date (or month=2014-05), payee and amount: --columns date=3,payee=5,amount=7");
    struct sample_row *rows = arena_array(&s->scratch, SAMPLE_RECORDS, sizeof *rows);
    size_t count = sample_rows(s, sample, out->separator, rows);
    settle_order(s, f, rows, 0, count, out);
    settle_currency(rows, 0, count, out);
    return 0;
}
