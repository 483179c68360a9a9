/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as a workbook: a number is a number there, a date a date; import makes the same canonical texts of them. */
#include "import_internal.h"

#include "base_time.h"
#include "base_utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum {
    SHEET_NAME_LIMIT = 31,
    CELL_UNITS = 32767, /* of UTF-16: so Excel counts characters */
    ESCAPE_UNITS = 6,   /* "_x005F_" in the place of "_" */
    ROWS_LIMIT = 1048575,
    COLUMNS_LIMIT = 16384,
    WIDTH_LIMIT = 60,
    WIDTH_ROWS = 200, /* rows that are looked at for the widths of the columns */
    NUMBER_DIGITS = 15,
    DECIMALS_LIMIT = 20,
    FORMATS_LIMIT = 1000,
    FIRST_SERIAL = 61,    /* 1900-03-01: from here on all calendars of spreadsheets agree */
    CREATED = 315532800,  /* 1980-01-01, as the files in the ZIP have it */
    FILE_LIMIT = 1 << 30, /* bytes */
};

struct known_format {
    str code;
    lxw_format *format;
};
struct export
{
    struct arena *a;
    struct picture *p;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *head;
    VEC(struct known_format) formats;
    struct buf cell;
    struct err *err;
};

static lxw_format *format_of(struct export *x, str code)
{
    VEC_EACH(f, &x->formats) {
        if (str_eq(f->code, code)) return f->format;
    }
    if (x->formats.count == FORMATS_LIMIT) return NULL;
    lxw_format *format = workbook_add_format(x->book);
    format_set_num_format(format, code.p);
    *vec_add(x->a, &x->formats) = (struct known_format){code, format};
    return format;
}

static int refuse(struct export *x, const struct fact *f, const struct model_field *field, str text)
{
    str name = fact_name(f);
    return err_set(x->err, ERR_LIMIT,
                   STR_FORMAT " \"" STR_FORMAT "\": " STR_FORMAT
                              ": has %zu characters, more than a workbook's cell holds (%d UTF-16 units); "
                              "export CSV or JSON lines",
                   STR_ARGS(fact_type(f)->name), STR_ARGS(str_slice(name, 0, utf8_offset(name, 60))),
                   STR_ARGS(field->name), utf8_count(text), CELL_UNITS);
}

static bool looks_escaped(str s)
{
    for (size_t i = 2; i < 6 && s.n > 6; i++)
        if (!strchr("0123456789ABCDEFabcdef", s.p[i])) return false;
    return s.n > 6 && s.p[0] == '_' && s.p[1] == 'x' && s.p[6] == '_';
}

/* A text that happens to say _x000D_ would be read as what that stands for. */
static str escape(struct export *x, str text)
{
    struct buf b;
    if (str_find(text, STR("_x")) == STR_NOT_FOUND) return arena_copy(x->a, text);
    buf_init(&b, text.n * 8);
    for (size_t i = 0; i < text.n; i++) {
        if (looks_escaped(str_from(text, i)))
            buf_text(&b, "_x005F_");
        else
            buf_char(&b, text.p[i]);
    }
    text = buf_copy(&b, x->a);
    buf_release(&b);
    return text;
}

/* How many bytes of a text fit into one cell, as it is written. */
static size_t cell_bytes(str text)
{
    size_t at = 0, units = 0;
    if (text.n < CELL_UNITS / 2) return text.n; /* escapes make it less than twice as long */
    for (size_t length; at < text.n; at += length) {
        units += utf8_decode(str_from(text, at), &length) > 0xFFFF ? 2 : 1;
        if (looks_escaped(str_from(text, at))) units += ESCAPE_UNITS;
        if (units > CELL_UNITS) break;
    }
    return at;
}

/* How many cells a field takes in each row: a text that is longer than one goes on in the columns behind it. */
static size_t cells_of(struct export *x, const struct model_field *field, const uint64_t *ids, size_t count)
{
    size_t most = 1;
    if (field->kind != FIELD_TEXT && field->kind != FIELD_LONG_TEXT) return 1;
    for (size_t i = 0; i < count; i++) {
        size_t cells = 0;
        for (str rest = fact_value(picture_fact(x->p, ids[i]), field); rest.n; cells++)
            rest = str_from(rest, cell_bytes(rest));
        if (cells > most) most = cells;
    }
    return most;
}

static int write_text(struct export *x, uint32_t row, uint16_t column, const struct fact *f,
                      const struct model_field *field, str text)
{
    bool goes_on = field->kind == FIELD_TEXT || field->kind == FIELD_LONG_TEXT;
    if (!goes_on && cell_bytes(text) < text.n) return refuse(x, f, field, text);
    for (size_t at; text.n; text = str_from(text, at), column++) {
        at = cell_bytes(text);
        lxw_error e = worksheet_write_string(x->sheet, row, column, escape(x, str_slice(text, 0, at)).p, NULL);
        if (e) return err_set(x->err, ERR_LIMIT, "cannot write the workbook: %s", lxw_strerror(e));
    }
    return 0;
}

/* How many digits a number has, and how many of them behind the point. */
static void count_digits(str s, size_t *all, size_t *decimals)
{
    size_t point = str_find_char(s, '.');
    *all = 0;
    for (size_t i = 0; i < s.n; i++) *all += s.p[i] >= '0' && s.p[i] <= '9' && (*all || s.p[i] != '0');
    *decimals = point == STR_NOT_FOUND ? 0 : s.n - point - 1;
}

static str zeros(struct export *x, const char *head, size_t decimals, const char *tail)
{
    return arena_printf(x->a, "%s%s%.*s%s", head, decimals ? "." : "", (int)decimals, "00000000000000000000", tail);
}

/* The format that shows the digits as they are kept: "0.420" is 42.0%, "0.4" stays 0.4. */
static str code_of(struct export *x, const struct model_field *field, size_t decimals, str unit)
{
    if (field->kind == FIELD_MONEY)
        return zeros(x, "#,##0", decimals, arena_printf(x->a, " [$" STR_FORMAT "]", STR_ARGS(unit)).p);
    if (field->kind == FIELD_PERCENT && decimals >= 2) return zeros(x, "0", decimals - 2, "%");
    return zeros(x, "0", decimals, "");
}

static int write_number(struct export *x, uint32_t row, uint16_t column, const struct fact *f,
                        const struct model_field *field, str text)
{
    size_t blank = str_find_char(text, ' '), digits, decimals;
    str number = str_slice(text, 0, blank == STR_NOT_FOUND ? text.n : blank);
    count_digits(number, &digits, &decimals);
    lxw_format *format = digits > NUMBER_DIGITS || decimals > DECIMALS_LIMIT
                             ? NULL
                             : format_of(x, code_of(x, field, decimals, str_from(text, number.n + 1)));
    if (!format) return write_text(x, row, column, f, field, text);
    worksheet_write_number(x->sheet, row, column, strtod(arena_copy(x->a, number).p, NULL), format);
    return 0;
}

static int write_date(struct export *x, uint32_t row, uint16_t column, const struct fact *f,
                      const struct model_field *field, str text)
{
    int64_t days;
    if (!civil_parse(text, &days)) return write_text(x, row, column, f, field, text);
    days -= civil_days(1899, 12, 30);
    if (days < FIRST_SERIAL) return write_text(x, row, column, f, field, text);
    worksheet_write_number(x->sheet, row, column, (double)days, format_of(x, STR("yyyy-mm-dd")));
    return 0;
}

static int write_cell(struct export *x, uint32_t row, uint16_t column, const struct fact *f,
                      const struct model_field *field)
{
    str text = fact_value(f, field);
    switch (field->kind) {
    case FIELD_LINK:
    case FIELD_LINKS:
        export_links_text(&x->cell, x->p, f, field);
        return write_text(x, row, column, f, field, buf_get(&x->cell));
    case FIELD_WHOLE_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_MONEY:
    case FIELD_PERCENT: return text.n ? write_number(x, row, column, f, field, text) : 0;
    case FIELD_DATE: return text.n ? write_date(x, row, column, f, field, text) : 0;
    case FIELD_YES_NO:
        if (text.n) worksheet_write_boolean(x->sheet, row, column, str_eq(text, STR("yes")), NULL);
        return 0;
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_PERIOD:
    case FIELD_ONE_OF:
    case FIELD_DERIVED:
    case FIELD_OBSERVED: break;
    }
    return write_text(x, row, column, f, field, text);
}

static double width_of(struct export *x, const struct model_field *field, const uint64_t *ids, size_t count)
{
    size_t wide = utf8_width(field->name);
    for (size_t i = 0; i < count && i < WIDTH_ROWS; i++) {
        const struct fact *f = picture_fact(x->p, ids[i]);
        str text = fact_value(f, field);
        if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS) {
            export_links_text(&x->cell, x->p, f, field);
            text = buf_get(&x->cell);
        }
        size_t width = utf8_width(str_slice(text, 0, utf8_offset(text, WIDTH_LIMIT)));
        if (width > wide) wide = width;
    }
    return (double)(wide > WIDTH_LIMIT ? WIDTH_LIMIT : wide) + 2;
}

static int write_sheet(struct export *x, const struct export_list *list)
{
    size_t count;
    const uint64_t *ids = export_ids(x->p, list, &count);
    const struct model_type *type = list->type;
    size_t *cells = arena_array(x->a, type->field_count, sizeof *cells); /* that a field takes; 0: it is not there */
    size_t column = 1;
    if (count > ROWS_LIMIT)
        return err_set(x->err, ERR_LIMIT,
                       "there are %zu " STR_FORMAT ", and a sheet holds %d; export CSV or JSON lines", count,
                       STR_ARGS(type->plural), ROWS_LIMIT);
    x->sheet = workbook_add_worksheet(x->book, export_sheet_name(x->a, type).p);
    if (!x->sheet)
        return err_set(x->err, ERR_INPUT, "\"" STR_FORMAT "\" cannot be the name of a sheet", STR_ARGS(type->plural));
    worksheet_freeze_panes(x->sheet, 1, 2);
    worksheet_set_column(x->sheet, 0, 0, 8, NULL);
    worksheet_write_string(x->sheet, 0, 0, "id", x->head);
    for (size_t k = 0; k < type->field_count; k++) {
        const struct model_field *field = &type->fields[k];
        if (!export_has(x->p, list->viewer, type, field)) continue;
        cells[k] = cells_of(x, field, ids, count);
        if (column + cells[k] > COLUMNS_LIMIT)
            return err_set(x->err, ERR_LIMIT,
                           STR_FORMAT ": \"" STR_FORMAT
                                      "\" has texts too long for a workbook; export CSV or JSON lines",
                           STR_ARGS(type->plural), STR_ARGS(field->name));
        for (size_t i = 0; i < cells[k]; i++, column++) {
            str name = i ? arena_printf(x->a, STR_FORMAT CONTINUED_FORMAT, STR_ARGS(field->name), i + 1)
                         : arena_copy(x->a, field->name);
            worksheet_set_column(x->sheet, (uint16_t)column, (uint16_t)column,
                                 i ? WIDTH_LIMIT : width_of(x, field, ids, count), NULL);
            worksheet_write_string(x->sheet, 0, (uint16_t)column, name.p, x->head);
        }
    }
    worksheet_autofilter(x->sheet, 0, 0, (uint32_t)count, (uint16_t)(column - 1));
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(x->p, ids[i]);
        struct arena_mark mark = arena_mark(x->a);
        size_t known = x->formats.count;
        worksheet_write_number(x->sheet, (uint32_t)i + 1, 0, (double)ids[i], NULL);
        column = 1;
        for (size_t k = 0; k < type->field_count; column += cells[k++])
            if (cells[k] && write_cell(x, (uint32_t)i + 1, (uint16_t)column, f, &type->fields[k]) < 0) return -1;
        if (known == x->formats.count) arena_back_to(x->a, mark); /* the texts are copied by now */
    }
    return 0;
}

str export_sheet_name(struct arena *a, const struct model_type *type)
{
    return arena_copy(a, str_slice(type->plural, 0, utf8_offset(type->plural, SHEET_NAME_LIMIT)));
}

static int write_book(struct export *x, const char *path, const struct export_list *lists, size_t count)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    lxw_doc_properties properties = {.created = CREATED};
    int status = 0;
    x->book = workbook_new_opt(path, &options);
    MUST(x->book);
    workbook_set_properties(x->book, &properties);
    x->head = workbook_add_format(x->book);
    format_set_bold(x->head);
    for (size_t i = 0; i < count && status == 0; i++) status = write_sheet(x, &lists[i]);
    lxw_error e = workbook_close(x->book);
    if (status == 0 && e) status = err_set(x->err, ERR_IO, "cannot write the workbook: %s", lxw_strerror(e));
    return status;
}

int export_workbook(struct arena *a, struct picture *p, const struct export_list *lists, size_t count, str *bytes,
                    struct err *err)
{
    struct export x = {.a = a, .p = p, .err = err};
    const char *folder = getenv("TMPDIR");
    char *path = mem_copy_text(arena_printf(a, "%s/entente-XXXXXX", folder && *folder ? folder : "/tmp").p,
                               strlen(folder && *folder ? folder : "/tmp") + strlen("/entente-XXXXXX"));
    int fd = mkstemp(path), status;
    buf_init(&x.cell, 64 << 20);
    if (fd < 0) {
        status = err_errno(err, "cannot make a file for the workbook");
    } else {
        close(fd);
        status = write_book(&x, path, lists, count);
        if (status == 0) status = file_read(a, path, FILE_LIMIT, bytes, err);
        unlink(path);
    }
    buf_release(&x.cell);
    mem_free(path);
    return status;
}
