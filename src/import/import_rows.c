/* SPDX-License-Identifier: Apache-2.0 */
/* From a file to its rows, whatever its form; cells, and what is wrong with them. */
#include "import_internal.h"

#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>

enum { FIELD_BYTES = 4 << 20, PROGRESS_ROWS = 512, FILE_BYTES = 1 << 30 };

/* ---- Faults ---- */

/* What the row's reasons say of it: all of them, however many errors are shown. */
static void note_reason(struct import *in, const struct import_row *row, size_t column, const char *message)
{
    bool is_new, cell = column < in->column_count;
    uint64_t *place = idmap_put(&in->bad_at, row->cells.line, &is_new);
    if (is_new) {
        *vec_add(in->a, &in->bad) = (struct import_bad){row, row->cells.line, STR("")};
        *place = in->bad.count;
    }
    struct import_bad *bad = &in->bad.items[*place - 1];
    bad->reasons =
        arena_printf(in->a, STR_FORMAT "%s" STR_FORMAT "%s%s", STR_ARGS(bad->reasons), bad->reasons.n ? "; " : "",
                     STR_ARGS(cell ? in->columns[column].header : STR("")), cell ? ": " : "", message);
}

void import_fault_err(struct import *in, const struct import_row *row, size_t column, const struct err *err)
{
    in->plan->error_count++;
    if (in->in_rows && in->options->skip_bad) note_reason(in, row, column, err->message);
    if (in->errors.count >= IMPORT_ERRORS_KEPT) return;
    struct err *e = vec_add(in->a, &in->errors);
    *e = *err;
    if (!e->code) e->code = ERR_INPUT;
    uint32_t line = row->cells.line;
    bool cell = column < in->column_count;
    if (column < row->cells.count && row->cells.field_lines) line = row->cells.field_lines[column];
    err_at(e, line, cell ? in->columns[column].header : STR_NONE);
    if (in->plan->form == IMPORT_XLSX) e->column = cell ? (uint32_t)column + 1 : 0; /* a letter when it is shown */
    if (in->plan->form != IMPORT_XLSX) err_in(e, in->plan->place);
}

static void put_letters(struct buf *out, uint32_t column)
{
    if (column > 26) put_letters(out, (column - 1) / 26);
    buf_char(out, (char)('A' + (column - 1) % 26));
}

/* stack.xlsx: sheet "Apps", B7 */
static void place_in_sheet(const struct import *in, struct err *e)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_printf(&b, STR_FORMAT ", %s", STR_ARGS(in->plan->place), e->column ? "" : "row ");
    if (e->column) put_letters(&b, e->column);
    buf_printf(&b, "%u", e->line);
    e->file[0] = 0;
    e->line = e->column = 0;
    err_in(e, buf_get(&b));
    buf_release(&b);
}

static int by_place(const void *a, const void *b)
{
    const struct err *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

void import_sort_faults(struct import *in)
{
    if (in->errors.count) qsort(in->errors.items, in->errors.count, sizeof *in->errors.items, by_place);
    if (in->plan->form == IMPORT_XLSX)
        VEC_EACH(e, &in->errors) place_in_sheet(in, e);
    in->plan->errors = in->errors.items;
}

str import_place(struct arena *a, const struct origin *from)
{
    str file = from->file, path = str_slice(file, 0, str_find(file, STR(": sheet \"")));
    bool sheet = path.n != file.n;
    size_t folders = 0;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/') folders = i + 1;
    file = str_from(file, folders);
    if (!from->line) return file;
    return arena_printf(a, STR_FORMAT "%s%u", STR_ARGS(file), sheet ? ", row " : ":", from->line);
}

/* ---- Cells ---- */

str import_trim(str s)
{
    static const str blanks[] = {STR_INIT("\xC2\xA0"), STR_INIT("\xE2\x80\xAF"), STR_INIT("\xEF\xBB\xBF")};
    for (size_t before = s.n + 1; s.n < before;) {
        before = s.n;
        s = str_trim(s);
        for (size_t i = 0; i < ARRAY_COUNT(blanks); i++) {
            if (str_starts(s, blanks[i])) s = str_from(s, blanks[i].n);
            if (str_ends(s, blanks[i])) s.n -= blanks[i].n;
        }
    }
    return s;
}

enum cell_kind import_cell_kind(const struct import_row *row, size_t column)
{
    return row->kinds && column < row->cells.count ? (enum cell_kind)row->kinds[column] : CELL_WRITTEN;
}

str import_cell(const struct import_row *row, size_t column)
{
    if (column >= row->cells.count) return (str){"", 0};
    str s = import_trim(row->cells.fields[column]);
    if (import_cell_kind(row, column) != CELL_WRITTEN) return s;
    size_t marks = 0;
    while (marks < s.n && s.p[marks] == '\'') marks++;
    return marks && marks < s.n && strchr("=+-@\t", s.p[marks]) ? str_from(s, 1) : s;
}

str import_cell_name(const struct import_row *row, size_t column)
{
    str s = import_cell(row, column);
    if (import_cell_kind(row, column) != CELL_LINKS) return s;
    size_t end = str_find_char(s, LINK_END);
    s = str_slice(s, 0, end == STR_NOT_FOUND ? s.n : end);
    size_t blank = str_find_char(s, ' ');
    return blank == STR_NOT_FOUND ? STR("") : str_from(s, blank + 1);
}

static bool row_is_empty(const struct import_row *row)
{
    for (size_t i = 0; i < row->cells.count; i++)
        if (import_cell(row, i).n) return false;
    return true;
}

/* ---- CSV ---- */

static int read_csv(struct import *in, str bytes, char separator, struct err *err)
{
    struct text_reader reader;
    struct csv csv;
    struct csv_row cells;
    int status;
    text_open_memory(&reader, bytes);
    csv_init(&csv, &reader, separator);
    csv.field_cap = FIELD_BYTES;
    memset(&in->rows, 0, sizeof in->rows); /* a header may have been taken off the ones before */
    while ((status = csv_next(&csv, in->a, &cells, err)) > 0) {
        struct import_row row = {.cells = cells};
        if (!row_is_empty(&row)) *vec_add(in->a, &in->rows) = row;
        if (in->options->progress && in->rows.count % PROGRESS_ROWS == 0)
            in->options->progress(in->options->self, reader.bytes_done, bytes.n, "bytes");
    }
    in->plan->encoding = reader.encoding;
    in->plan->separator = csv.separator;
    csv_release(&csv);
    text_close(&reader);
    if (status == 0 && !in->rows.count) status = err_set(err, ERR_INPUT, "the file has no rows");
    return status;
}

/* A title line above the header misleads the guess of the separator: then the others are tried. */
static int csv_rows(struct import *in, str bytes, struct err *err)
{
    static const char others[] = {';', '\t', '|', ','};
    if (read_csv(in, bytes, in->options->separator, err) < 0) return -1;
    if (import_columns(in, err) == 0) return 0;
    if (err->code != ERR_INPUT || in->options->separator) return -1;
    char guessed = in->plan->separator;
    for (size_t i = 0; i < sizeof others; i++) {
        struct err other;
        if (others[i] == guessed) continue;
        in->errors.count = in->plan->error_count = 0;
        if (read_csv(in, bytes, others[i], &other) < 0) continue;
        if (import_columns(in, &other) == 0) return *err = (struct err){0}, 0;
        if (other.code == ERR_USAGE) return *err = other, -1;
    }
    return -1;
}

/* ---- Workbooks ---- */

static str name_sheets(struct import *in, const struct book_sheet *sheets, size_t count)
{
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&b, "%s\"" STR_FORMAT "\"%s", i ? ", " : "", STR_ARGS(utf8_cut(sheets[i].name, 40)),
                   sheets[i].hidden ? " (hidden)" : "");
        if (b.n > 300 && i + 1 < count) {
            buf_text(&b, ", …");
            break;
        }
    }
    str all = buf_copy(&b, in->a);
    buf_release(&b);
    return all;
}

/* By its name first: a sheet may be called "2". */
static int sheet_asked(struct import *in, str wanted, const struct book_sheet *sheets, size_t count, size_t *out,
                       struct err *err)
{
    int64_t number;
    for (*out = 0; *out < count; (*out)++)
        if (str_eq(utf8_fold(in->a, sheets[*out].name), utf8_fold(in->a, wanted))) return 0;
    if (str_to_int(wanted, &number) && number >= 1 && (uint64_t)number <= count) return *out = (size_t)number - 1, 0;
    return err_set(err, ERR_USAGE, "--sheet: there is no sheet \"" STR_FORMAT "\"; the workbook has " STR_FORMAT,
                   STR_ARGS(wanted), STR_ARGS(name_sheets(in, sheets, count)));
}

static size_t best_score(struct import *in, const struct import_rows *rows)
{
    size_t best = 0;
    for (size_t i = 0; i < rows->count && i < HEADER_WITHIN; i++) {
        size_t score = import_header_score(in, &rows->items[i]);
        if (score > best) best = score;
    }
    return best;
}

/* Without a wish: the sheet that is called as the type is, else the one whose header fits best. */
static int sheet_guessed(struct import *in, struct book *w, const struct book_sheet *sheets, size_t count, size_t *out,
                         struct err *err)
{
    size_t best = 0, visible = 0, last = 0;
    *out = count;
    for (size_t i = 0; i < count; i++) {
        str letters = utf8_letters(in->a, sheets[i].name);
        if (sheets[i].hidden) continue;
        visible++, last = i;
        if (str_eq(letters, utf8_letters(in->a, in->type->plural)) ||
            str_eq(letters, utf8_letters(in->a, in->type->name)))
            return *out = i, 0;
    }
    if (!visible) return err_set(err, ERR_INPUT, "all sheets are hidden; say which: --sheet NAME");
    if (visible == 1) return *out = last, 0;
    for (size_t i = 0; i < count; i++) {
        struct import_rows rows = {0};
        if (sheets[i].hidden) continue;
        if (book_read(w, i, &rows, err) < 0) return -1;
        size_t score = best_score(in, &rows);
        if (score > best) best = score, *out = i;
    }
    if (*out < count) return 0;
    return err_set(err, ERR_INPUT,
                   "no sheet has a header that names a field of " STR_FORMAT " such as \"" STR_FORMAT
                   "\"; say which sheet is meant: --sheet NAME (there are " STR_FORMAT ")",
                   STR_ARGS(in->type->name), STR_ARGS(in->type->name_field->name),
                   STR_ARGS(name_sheets(in, sheets, count)));
}

static int read_sheet(struct import *in, struct book *w, struct err *err)
{
    size_t count, at;
    const struct book_sheet *sheets = book_sheets(w, &count);
    str wanted = in->file->sheet.n ? in->file->sheet : in->options->sheet;
    int status =
        wanted.n ? sheet_asked(in, wanted, sheets, count, &at, err) : sheet_guessed(in, w, sheets, count, &at, err);
    if (status < 0) return -1;
    in->plan->sheet = sheets[at].name;
    in->plan->place = arena_printf(in->a, STR_FORMAT ": sheet \"" STR_FORMAT "\"", STR_ARGS(in->plan->place),
                                   STR_ARGS(sheets[at].name));
    str *others = arena_array(in->a, count, sizeof *others);
    for (size_t i = 0; i < count; i++)
        if (i != at) others[in->plan->other_sheet_count++] = sheets[i].name;
    in->plan->other_sheets = others;
    if (book_read(w, at, &in->rows, err) < 0) return -1;
    if (!in->rows.count) return err_set(err, ERR_INPUT, "the sheet has no rows");
    return import_columns(in, err);
}

/* The sheets of one workbook follow each other, so it is opened once. */
static int book_rows(struct import *in, str bytes, struct err *err)
{
    struct import_batch *b = in->batch;
    if (!b->book || b->book_bytes != bytes.p) {
        if (b->book) book_close(b->book);
        b->book = NULL;
        if (book_open(in->a, bytes, &b->book, err) < 0) return b->book = NULL, -1;
        b->book_bytes = bytes.p;
    }
    if (read_sheet(in, b->book, err) == 0) return 0;
    if (err->line) place_in_sheet(in, err);
    return -1;
}

bool import_is_workbook(str bytes) { return str_starts(bytes, STR("PK\x03\x04")); }

int import_sheets(struct arena *a, const char *path, str *bytes, const str **names, size_t *count, struct err *err)
{
    struct book *w;
    if (file_read(a, path, FILE_BYTES, bytes, err) < 0) return -1;
    if (!import_is_workbook(*bytes)) {
        err_set(err, ERR_USAGE, "is neither a folder nor a workbook (.xlsx)");
        return err_in(err, str_of(path));
    }
    if (book_open(a, *bytes, &w, err) < 0) return err_in(err, str_of(path));
    size_t all;
    const struct book_sheet *sheets = book_sheets(w, &all);
    str *out = arena_array(a, all, sizeof *out);
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (!sheets[i].hidden) out[(*count)++] = sheets[i].name;
    *names = out;
    book_close(w);
    return 0;
}

/* ---- Which form? ---- */

/* An object at the very start: no list of people's begins with a brace and a quote mark. */
static bool is_json_lines(str bytes)
{
    if (str_starts(bytes, STR("\xEF\xBB\xBF"))) bytes = str_from(bytes, 3);
    bytes = str_trim(str_slice(bytes, 0, 1000));
    return bytes.n > 1 && bytes.p[0] == '{' && str_starts(str_trim(str_from(bytes, 1)), STR("\""));
}

static int rows_of(struct import *in, str bytes, struct err *err)
{
    if (import_is_workbook(bytes)) {
        in->plan->form = IMPORT_XLSX;
        return book_rows(in, bytes, err);
    }
    if (str_starts(bytes, STR("\xD0\xCF\x11\xE0")))
        return err_set(err, ERR_INPUT,
                       "is a workbook of the old kind (.xls) or one with a password; save it as .xlsx or CSV");
    if (!is_json_lines(bytes)) return csv_rows(in, bytes, err);
    in->plan->form = IMPORT_JSON_LINES;
    if (json_lines_read(in->a, bytes, in->type, &in->rows, err) < 0) return -1;
    return import_columns(in, err);
}

/* A row with the reason of an earlier import and nothing else says nothing. */
static bool is_reason_alone(struct import *in, const struct import_row *row)
{
    bool reason = false;
    for (size_t i = 0; i < row->cells.count; i++) {
        if (!import_cell(row, i).n) continue;
        if (i >= in->column_count || in->columns[i].use != IMPORT_REASON) return false;
        reason = true;
    }
    return reason;
}

static void leave_out_reasons(struct import *in)
{
    size_t kept = 0;
    for (size_t i = 0; i < in->rows.count; i++)
        if (!is_reason_alone(in, &in->rows.items[i])) in->rows.items[kept++] = in->rows.items[i];
    in->rows.count = kept;
}

int import_rows_read(struct import *in, struct err *err)
{
    str bytes = in->file->bytes;
    if (!bytes.p && file_read(in->a, in->plan->path, FILE_BYTES, &bytes, err) < 0) return -1;
    if (rows_of(in, bytes, err) < 0) return err->code == ERR_USAGE ? -1 : err_in(err, in->plan->place);
    leave_out_reasons(in);
    return 0;
}
