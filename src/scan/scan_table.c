/* SPDX-License-Identifier: Apache-2.0 */
/* Records and cells of CSV as people's programs write it, and the reader of ledgers. */
#include "scan_read.h"

#include "scan_cell.h"

#include "base_file.h"
#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

size_t record_length(const char *p, size_t n, char separator, size_t cap, bool at_end, bool *open)
{
    *open = false;
    bool quoted = false, cell_start = true;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (quoted) {
            if (c == '"') {
                if (i + 1 < n && p[i + 1] == '"')
                    i++;
                else
                    quoted = false;
            }
            if (i > cap) break;
        } else if (c == '"' && cell_start) {
            quoted = true;
            cell_start = false;
        } else if (c == '\n') {
            return i + 1;
        } else if (c == '\r') {
            if (i + 1 == n && !at_end) return 0;
            return i + 1 + (i + 1 < n && p[i + 1] == '\n');
        } else {
            cell_start = c == separator || (cell_start && c == ' ');
        }
    }
    if (quoted && (at_end || n > cap)) {
        *open = true;
        const char *stop = memchr(p, '\n', n);
        return stop ? (size_t)(stop - p) + 1 : at_end ? n : 0;
    }
    return at_end ? n : 0;
}

static str to_utf8(struct arena *a, str s)
{
    if (utf8_first_bad(s, false) == STR_NOT_FOUND) return s;
    char *out = arena_alloc(a, s.n * 3 + 4);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += utf8_encode(encoding_windows_1252((unsigned char)s.p[i]), out + n);
    return (str){out, n};
}

size_t record_cells(struct arena *a, str record, char separator, bool quotes, str *cells, size_t room)
{
    size_t count = 0;
    while (record.n && (record.p[record.n - 1] == '\n' || record.p[record.n - 1] == '\r')) record.n--;
    for (size_t i = 0; i <= record.n && count < room;) {
        size_t from = i;
        while (quotes && from < record.n && record.p[from] == ' ') from++;
        if (quotes && from < record.n && record.p[from] == '"') {
            char *out = arena_alloc(a, record.n - from + 1);
            size_t n = 0;
            for (i = from + 1; i < record.n; i++) {
                if (record.p[i] == '"') {
                    if (i + 1 < record.n && record.p[i + 1] == '"')
                        i++;
                    else
                        break;
                }
                out[n++] = record.p[i];
            }
            for (i++; i < record.n && record.p[i] != separator; i++)
                out[n++] = record.p[i]; /* what stands behind the quote */
            cells[count++] = str_trim(to_utf8(a, (str){out, n}));
        } else {
            while (i < record.n && record.p[i] != separator) i++;
            cells[count++] = str_trim(to_utf8(a, str_slice(record, from < i ? from : i, i)));
        }
        i++;
    }
    return count;
}

char table_separator(const struct scan_format *f, str sample)
{
    char best = 0;
    size_t best_score = 0;
    for (const char *c = f->separators; *c; c++) {
        size_t lines = 0, agreeing = 0, before = 0, most = 0;
        str rest = sample, line;
        while (lines < 60 && str_cut(&rest, '\n', &line)) {
            size_t count = 0;
            bool quoted = false;
            for (size_t i = 0; i < line.n; i++) {
                if (line.p[i] == '"') quoted = !quoted;
                count += !quoted && line.p[i] == *c;
            }
            if (!str_trim(line).n) continue;
            lines++;
            agreeing += count > 0 && count == before;
            most = count > most ? count : most;
            before = count;
        }
        size_t score = most ? 1 + most + agreeing * 4 : 0;
        if (score > best_score) best_score = score, best = *c;
    }
    return best;
}

/* ---- The reader */

/* The cell, the sign beside the amount, what holds for the file, the caller's, the format's: the first that is there.
 */
static void currency_of(const struct scan *s, const struct scan_format *f, const struct table_shape *t, str cell,
                        const char found[4], char out[4])
{
    str chosen = s->options.currency.n ? s->options.currency : f->currency;
    if (t->currency[0]) chosen = (str){t->currency, 3};
    if (found[0]) chosen = (str){found, 3};
    if (cell.n == 3) chosen = cell;
    memset(out, 0, 4);
    bool letters = chosen.n == 3;
    for (size_t i = 0; letters && i < 3; i++) {
        char c = chosen.p[i] >= 'a' && chosen.p[i] <= 'z' ? (char)(chosen.p[i] - 32) : chosen.p[i];
        letters = c >= 'A' && c <= 'Z';
        out[i] = c;
    }
    if (!letters) memcpy(out, "XXX", 4); /* ISO 4217: no currency */
}

struct row {
    int64_t day;
    int32_t month;
    int64_t amount;
    char currency[4];
    str payee;
};

static const char *row_of(const struct scan *s, const struct scan_format *f, const struct table_shape *t,
                          const str *cells, size_t count, struct row *out)
{
#define CELL(role) (t->column[role] >= 0 && (size_t)t->column[role] < count ? cells[t->column[role]] : STR(""))
    enum cell_order order;
    char found[4];
    str date = CELL(TABLE_DATE), amount = CELL(TABLE_AMOUNT);
    out->payee = CELL(TABLE_PAYEE);
    if (!amount.n && !out->payee.n) return "neither payee nor amount";
    if (t->month < 0) {
        if (!date.n) return "no date";
        if (!cell_date(date, t->month_first, &out->day, &order)) return "the date cannot be read";
        int64_t year;
        int month, day;
        civil_from_days(out->day, &year, &month, &day);
        if (year < 1970 || year > 2100) return "the date lies outside 1970 to 2100";
        out->month = (int32_t)(year * 12 + month - 1);
    } else {
        out->month = t->month;
        out->day = civil_days(t->month / 12, t->month % 12 + 1, 1);
    }
    switch (cell_amount(amount, &out->amount, found)) {
    case AMOUNT_GOOD: break;
    case AMOUNT_EMPTY: return "no amount";
    case AMOUNT_NO_NUMBER: return "the amount is not a number";
    case AMOUNT_TOO_LARGE: return "the amount has more than 15 digits";
    }
    if (!out->payee.n) return "no payee";
    currency_of(s, f, t, CELL(TABLE_CURRENCY), found, out->currency);
    return NULL;
#undef CELL
}

enum { REPEAT_CAP = 4 << 20 };

/* A line that an earlier file has as often already is that file's line again; twice in one file is twice paid. The
 * count of earlier files stands in the upper half, this file's in the lower, its number between. */
static bool repeats(struct scan *s, struct scan_file *f, str record)
{
    static const unsigned char key[16] = "ledger line";
    unsigned char out[8];
    uint64_t hash;
    while (record.n && (record.p[record.n - 1] == '\n' || record.p[record.n - 1] == '\r')) record.n--;
    crypto_shorthash(out, (const unsigned char *)record.p, record.n, key);
    memcpy(&hash, out, sizeof hash);
    uint64_t file = s->files.count & 0xFFFF, *seen = idmap_get(&s->ledger_lines, hash);
    if (!seen) {
        if (s->ledger_lines.count >= REPEAT_CAP) {
            if (!f->note.n)
                file_note(s, f,
                          arena_printf(&s->arena,
                                       "more than %d distinct ledger lines: further repeated lines are not recognised",
                                       REPEAT_CAP));
            return false;
        }
        bool is_new;
        *idmap_put(&s->ledger_lines, hash, &is_new) = file << 24 | 1;
        return false;
    }
    uint64_t earlier = *seen >> 40, here = *seen & 0xFFFFFF;
    if ((*seen >> 24 & 0xFFFF) != file) {
        earlier = here > earlier ? here : earlier;
        here = 0;
    }
    here += here < 0xFFFFFF;
    *seen = earlier << 40 | file << 24 | here;
    return here <= earlier;
}

static void take_record(struct scan *s, struct scan_file *f, const struct table_shape *t, str record, bool open,
                        uint64_t line)
{
    str cells[CELLS];
    struct row row;
    arena_clear(&s->scratch);
    size_t count = record_cells(&s->scratch, record, t->separator, !open, cells, CELLS), filled = 0;
    for (size_t i = 0; i < count; i++) filled += cells[i].n > 0;
    if (!filled) {
        f->blank++;
        return;
    }
    const char *fault =
        memchr(record.p, 0, record.n) ? "NUL bytes: not text" : row_of(s, f->format, t, cells, count, &row);
    if (!fault && open) fault = "a quote is opened and never closed";
    if (fault) {
        /* Stated columns say nothing about headings: what stands above the first good row is one. */
        if (t->header_record == 0 && !f->counted && !f->repeated)
            f->blank++;
        else
            file_skip(f, line, fault);
        return;
    }
    if (repeats(s, f, record)) {
        f->repeated++;
        return;
    }
    if (row.payee.n > 400) row.payee = str_slice(row.payee, 0, utf8_offset(row.payee, 100));
    uint32_t subject = match_payee(&s->match, &s->roll, row.payee);
    if (!roll_pay(&s->roll, subject, row.month, row.amount, row.currency)) {
        file_skip(f, line, "the sum of the month is too large");
        return;
    }
    f->counted++;
    int64_t second = row.day * 86400;
    if (!f->first || second < f->first) f->first = second;
    if (second > f->last) f->last = second;
}

static int find_shape(struct scan *s, struct scan_file *f, struct scan_input *in, struct table_shape *t,
                      struct err *err)
{
    str sample = {in->window, in->n};
    int r = s->options.columns.n ? columns_stated(s, f->format, sample, t, err)
                                 : columns_guess(s, f->format, sample, t, err);
    if (r < 0) return -1;
    f->date_column = (uint32_t)(t->column[TABLE_DATE] + 1);
    f->payee_column = (uint32_t)(t->column[TABLE_PAYEE] + 1);
    f->amount_column = (uint32_t)(t->column[TABLE_AMOUNT] + 1);
    f->currency_column = (uint32_t)(t->column[TABLE_CURRENCY] + 1);
    if (t->order_guessed)
        file_note(s, f,
                  t->month_first ? STR("nothing in the file tells day from month: dates are read month first")
                                 : STR("nothing in the file tells day from month: dates are read day first"));
    if (!t->currency[0] && t->column[TABLE_CURRENCY] == NO_COLUMN) {
        str taken = s->options.currency.n ? s->options.currency : f->format->currency;
        file_note(s, f, arena_printf(&s->arena, "no currency in the file: taken for " STR_FORMAT, STR_ARGS(taken)));
    }
    return 0;
}

int table_read(struct scan *s, struct scan_file *f, struct scan_input *in, struct err *err)
{
    struct table_shape t;
    if (find_shape(s, f, in, &t, err) < 0) return -1;
    size_t records = 0;
    bool too_long = false;
    for (;;) {
        for (;;) {
            bool open;
            const char *p = in->window + in->at;
            size_t left = in->n - in->at;
            if (too_long) { /* a line without end is dropped up to its end */
                const char *stop = memchr(p, '\n', left);
                in->at = stop ? (size_t)(stop + 1 - in->window) : in->n;
                if (!stop) break;
                f->lines++;
                too_long = false;
                continue;
            }
            size_t n = left ? record_length(p, left, t.separator, SCAN_LINE_CAP, in->end, &open) : 0;
            if (!n) {
                if (left > SCAN_LINE_CAP) {
                    file_skip(f, f->lines + 1, "the line is longer than 1 MiB");
                    too_long = true;
                    continue;
                }
                break;
            }
            uint64_t line = f->lines + 1;
            for (const char *q = p; q < p + n && (q = memchr(q, '\n', (size_t)(p + n - q))); q++) f->lines++;
            if (p[n - 1] != '\n') f->lines++;
            if (records++ < t.header_record)
                f->blank++;
            else if (n > SCAN_LINE_CAP)
                file_skip(f, line, "the line is longer than 1 MiB");
            else
                take_record(s, f, &t, (str){p, n}, open, line);
            in->at += n;
        }
        if (s->options.progress.report)
            s->options.progress.report(s->options.progress.self, f->path.p, in->bytes_done, in->bytes_total, f->lines);
        if (in->end) return 0;
        if (input_more(in, err) < 0) return -1;
    }
}
