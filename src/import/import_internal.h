/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this part share: one reading of one file. */
#ifndef IMPORT_INTERNAL_H
#define IMPORT_INTERNAL_H

#include "base_map.h"
#include "import.h"

struct import_row {
    struct csv_row cells;
    uint64_t fact; /* of the picture, or the change set's number; 0 when the row is bad or repeats another */
    bool by_alias; /* then the name is somebody else's spelling and is not taken over */
    bool is_new;
};
struct import_names { /* of one type: resolves what a cell calls a fact */
    const struct model_type *type;
    struct map ids;   /* folded text to fact, filled as names are asked for or made */
    const str *names; /* all names, for "did you mean"; loaded when first needed */
    size_t name_count;
};
struct import {
    struct arena *a;
    struct arena scratch; /* one row's folding */
    struct store *store;
    struct picture *picture;
    const struct model_type *type;
    const struct import_options *options;
    struct import_plan *plan;
    VEC(struct import_row) rows;
    VEC(struct err) errors;
    VEC(struct import_made) made;
    struct import_column *columns;
    char *marks;  /* a column's decimal mark, or 0 */
    char *orders; /* a column's order of day and month: 'd', 'm', or 0 */
    size_t column_count;
    struct map keys;          /* folded natural keys of what is there and of the rows to fact */
    struct idmap row_of;      /* fact to row number + 1 */
    struct idmap wanted;      /* id of the file's choice to the set's number */
    struct import_names *kin; /* one for each type of the model */
    const str *sources;       /* in the order in which they first came */
    size_t source_count;
    struct model_input how;
    bool demanded; /* the required fields without a column are told once */
    struct err fault;
};

/* Adds an error at a cell; `column` >= column_count means the row as a whole. */
#define import_fault(in, row, column, ...)                                                                             \
    (err_set(&(in)->fault, ERR_INPUT, __VA_ARGS__), import_fault_err((in), (row), (column), &(in)->fault))
void import_fault_err(struct import *in, const struct import_row *row, size_t column, const struct err *err);
/* The cell's text, trimmed (no-break blanks too), a defused formula as it was; empty when the row is short. */
str import_cell(const struct import_row *row, size_t column);
str import_trim(str s);

/* import_columns.c: finds the header among the rows, guesses the columns, drops the rows up to it. */
int import_columns(struct import *in, struct err *err) MUST_USE;
/* What the column's numbers and dates show of their marks and order. */
void import_marks(struct import *in);
/* A cell's canonical text by its column; errors are added to the plan: false. */
bool import_value(struct import *in, const struct import_row *row, size_t column, str *canonical);

/* import_links.c: the facts that a cell names; false when one is missing (the fault is added). */
bool import_links(struct import *in, const struct import_row *row, size_t column, const uint64_t **to, size_t *count);
/* A row's fact goes by this name (or alias) from now on. */
void import_name(struct import *in, str name, uint64_t fact);

#endif
