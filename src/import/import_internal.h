/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this part share: the rows of a file, and one reading of it. */
#ifndef IMPORT_INTERNAL_H
#define IMPORT_INTERNAL_H

#include "base_map.h"
#include "import.h"

/* ---- Rows ---- */

enum cell_kind {
    CELL_WRITTEN, /* a CSV's: marks and order are guessed, a defused formula is taken back */
    CELL_TEXT,    /* as it is */
    CELL_NUMBER,  /* digits with a point; "42 %" in a workbook that shows it so */
    CELL_MONEY,   /* digits with a point, a blank, the currency */
    CELL_DATE,    /* 2026-11-22, or with a blank and the time behind it */
    CELL_LINKS,   /* JSON: for each link its id (0: none), a blank, its name; LINK_END between */
    CELL_ERROR,   /* of a spreadsheet's formula: #N/A; or of a JSON value that is no field's: why */
};
#define LINK_END '\x1e'
struct import_row {
    struct csv_row cells;
    unsigned char *kinds; /* enum cell_kind, one a cell; NULL: all as written */
    str raw;              /* a JSON line as it stands */
    str broken;           /* why the row as a whole can't be read */
    uint64_t fact;        /* of the picture, or the change set's number; 0 when the row is bad or repeats another */
    bool bad;             /* left out */
    bool by_alias;        /* then the name is somebody else's spelling and is not taken over */
    bool is_new;
};
struct import_rows {
    struct import_row *items;
    size_t count, room;
};

/* A number as Excel or JSON writes it (1E-3, 0.28999999999999998) as plain digits; false when it isn't one, or has too
 * many. With `binary`, more than 15 digits are rounded to 15, as spreadsheets show them. */
bool import_digits(struct arena *a, str text, bool binary, str *out);

/* ---- Workbooks (import_xlsx*.c) ---- */

struct book;
struct book_sheet {
    str name;
    bool hidden;
};
/* The bytes must live as long as the workbook; it lives in the arena, and must be closed. */
int book_open(struct arena *a, str bytes, struct book **out, struct err *err) MUST_USE;
void book_close(struct book *w);
const struct book_sheet *book_sheets(const struct book *w, size_t *count);
/* How an export heads the columns in which texts of the one before go on that are longer than a cell takes, from 2. */
#define CONTINUED_FORMAT " (continued %zu)"
/* Its rows that have something in them, with their numbers as lines; texts that go on in further columns are whole
 * again. Sizes, dimensions and counts that the file states are not believed. */
int book_read(struct book *w, size_t sheet, struct import_rows *out, struct err *err) MUST_USE;

/* What a number format makes of a number (import_xlsx_format.c). */
struct number_format {
    enum { FORMAT_PLAIN, FORMAT_PERCENT, FORMAT_MONEY, FORMAT_DATE } kind;
    int decimals; /* digits behind the point that it shows */
    char code[4]; /* MONEY: the currency's code */
    bool has_day, has_time;
};
struct number_format number_format_of(uint32_t id, str code);
/* The cell's text and kind. */
str number_format_text(struct arena *a, const struct number_format *f, str digits, bool from_1904,
                       enum cell_kind *kind);

/* ---- JSON lines (import_json.c) ---- */

/* The first row is a header of the keys that any line has, its line is 0. `type`: what the lines must be. */
int json_lines_read(struct arena *a, str bytes, const struct model_type *type, struct import_rows *out,
                    struct err *err) MUST_USE;

/* ---- One reading ---- */

struct import_names { /* of one type: resolves what a cell calls a fact */
    const struct model_type *type;
    struct map ids;   /* folded text to fact, filled as names are asked for or made */
    const str *names; /* all names, for "did you mean"; loaded when first needed */
    size_t name_count;
};
struct import;
struct import_move { /* a row that gives its fact other links of a field that has no circles */
    struct import *in;
    const struct import_row *row;
    size_t column;
    const uint64_t *to;
    size_t count;
    bool refused; /* told already */
};
struct import_batch { /* what is read together */
    struct arena *a;
    struct arena scratch; /* one row's folding */
    struct store *store;
    struct picture *picture;
    const struct import_options *options;
    struct change_set *set;
    struct import *files;
    size_t file_count;
    struct import_names *kin; /* one for each type of the model */
    struct idmap row_of;      /* fact to its row: see import_row_of */
    struct idmap wanted;      /* id of a file's choice to the set's number */
    VEC(struct import_move) moves;
    const str *sources; /* in the order in which they first came */
    size_t source_count;
    struct model_input how;
    struct book *book; /* the last workbook, for its other sheets */
    const char *book_bytes;
};
struct import { /* one file */
    struct import_batch *batch;
    struct arena *a, *scratch;
    struct picture *picture;
    const struct model_type *type;
    const struct import_file *file;
    const struct import_options *options;
    struct import_plan *plan;
    struct import_rows rows;
    VEC(struct err) errors;
    VEC(struct import_made) made;
    struct import_column *columns;
    char *marks;  /* a column's decimal mark, or 0 */
    char *orders; /* a column's order of day and month: 'd', 'm', or 0 */
    size_t column_count;
    struct import_row header;
    const struct stored_column *memory; /* of the type's source */
    size_t memory_count;
    bool in_rows;        /* the columns are settled: a fault is a row's */
    struct idmap bad_at; /* line to place in `bad` + 1 */
    VEC(struct import_bad) bad;
    size_t bad_taken; /* of `bad`: those that are left out already */
    struct map keys;  /* folded natural keys of what is there and of the rows to fact */
    bool demanded;    /* the required fields without a column are told once */
    struct err fault;
};

/* ---- import_rows.c: the file's rows, and what is wrong with them ---- */

/* Adds an error at a cell; `column` >= column_count means the row as a whole. */
#define import_fault(in, row, column, ...)                                                                             \
    (err_set(&(in)->fault, ERR_INPUT, __VA_ARGS__), import_fault_err((in), (row), (column), &(in)->fault))
void import_fault_err(struct import *in, const struct import_row *row, size_t column, const struct err *err);
/* The faults in order of their places, ready to be shown. */
void import_sort_faults(struct import *in);
/* The cell's text, trimmed (no-break blanks too), a defused formula as it was; empty when the row is short. */
str import_cell(const struct import_row *row, size_t column);
enum cell_kind import_cell_kind(const struct import_row *row, size_t column);
/* The same, of a link's cell the first name. */
str import_cell_name(const struct import_row *row, size_t column);
str import_trim(str s);
/* The rows, the header found and taken off. */
int import_rows_read(struct import *in, struct err *err) MUST_USE;

/* A fact of the picture; NULL for one that the change set makes, whose number may be that of a proposal there. */
static inline const struct fact *import_fact_of(const struct import *in, uint64_t id)
{
    return id <= FACT_ID_MAX ? picture_fact(in->picture, id) : NULL;
}

/* ---- import_columns.c ---- */

/* How much a row reads like the type's header; 0: not at all. */
size_t import_header_score(struct import *in, const struct import_row *row);
enum { HEADER_WITHIN = 30 };
/* Finds the header among the rows, guesses the columns, drops the rows up to it. */
int import_columns(struct import *in, struct err *err) MUST_USE;
/* What the column's numbers and dates show of their marks and order. */
void import_marks(struct import *in);
/* A cell's canonical text by its column; errors are added to the plan: false. */
bool import_value(struct import *in, const struct import_row *row, size_t column, str *canonical);
/* The column that is read into the field; column_count when there is none. */
size_t import_column_for(const struct import *in, const struct model_field *field);
bool import_is_key(const struct import *in, const struct model_field *field);

/* Does a column of this name tell why the row was left out once? */
bool import_is_reason(struct import *in, str header);

/* ---- import_guess.c ---- */

/* Which columns without a known name may be which fields, by their cells. `letters` of the headers. */
void import_guess(struct import *in);
bool import_sees(const struct import *in, const struct model_field *field);

/* ---- import_settle.c: which fact is it? ---- */

void import_index_known(struct import *in);
void import_settle_row(struct import *in, size_t number);
void import_name_aliases(struct import *in, const struct import_row *row);
/* The row that is this fact, and (may be NULL) of which file; NULL when no row is. */
const struct import_row *import_row_of(const struct import_batch *b, uint64_t fact, const struct import **in);

/* ---- import_change.c: what would change? ---- */

int import_plan_row(struct import *in, struct import_row *row, struct import_fact *out, struct err *err) MUST_USE;

/* ---- import_ways.c ---- */

/* After all rows are compared. */
int import_check_ways(struct import_batch *b, struct err *err) MUST_USE;

/* ---- import_links.c ---- */

/* The facts that a cell names; false when one is missing (the fault is added). */
bool import_links(struct import *in, const struct import_row *row, size_t column, const uint64_t **to, size_t *count);
/* A row's fact goes by this name (or alias) from now on. */
void import_name(struct import *in, str name, uint64_t fact);

/* ---- import_export.c: what the forms share ---- */

/* Stored, and open to the viewer. */
bool export_has(const struct picture *p, const struct graph_viewer *viewer, const struct model_type *type,
                const struct model_field *field);
const uint64_t *export_ids(struct picture *p, const struct export_list *list, size_t *count);
/* Names with "; " between; what import would take apart stands in quotes. */
void export_links_text(struct buf *cell, const struct picture *p, const struct fact *f,
                       const struct model_field *field);

/* Where the values of a row come from. */
static inline struct origin import_origin(const struct import *in, const struct import_row *row)
{
    if (in->options->typed) return (struct origin){.kind = ORIGIN_TYPED};
    return (struct origin){ORIGIN_IMPORTED, in->plan->source, in->plan->place, row->cells.line};
}

#endif
