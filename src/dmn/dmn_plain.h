/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of a table in the forms that need no FEEL to be read and written: some of the values that are listed, a stretch
 * of numbers or dates, yes and no, a text. Whatever else a cell says stays its FEEL text. */
#ifndef DMN_PLAIN_H
#define DMN_PLAIN_H

#include "dmn.h"

enum plain_kind {
    PLAIN_CHOICE, /* its type lists single values; yes and no */
    PLAIN_NUMBER,
    PLAIN_DATE,
    PLAIN_WORDS, /* a text, in a result; in a test only FEEL says which */
    PLAIN_OTHER
};
struct plain_column {
    str head; /* of an input what it looks at, a name as a rule; of an output its name, which may be empty */
    enum plain_kind kind;
    const struct feel_value *values; /* CHOICE: in the order of the type */
    size_t value_count;
};
struct plain_table {
    const struct plain_column *columns; /* of the inputs, then of the outputs */
    size_t input_count, output_count;
    bool one;  /* one rule at most holds; else all that fit do */
    bool ends; /* it has an answer where no rule fits, or needs none */
};
/* The table of a decision or a function, in `a`; false where it is none. Of one that could not be compiled, too. */
bool dmn_plain_table(const struct dmn_node *n, struct arena *a, struct plain_table *out);

enum plain_form {
    CELL_ANY,    /* no matter what; of a result: nothing */
    CELL_CHOSEN, /* some values of the column; of a result one */
    CELL_SPAN,   /* from … to …, of a test */
    CELL_VALUE,  /* a number, a date, a text: of a result */
    CELL_FEEL    /* anything else */
};
struct plain_cell {
    enum plain_form form;
    bool *chosen;                /* CHOSEN: by the values of the column */
    bool negated;                /* CHOSEN: written as what it is not */
    str from, to;                /* SPAN: digits or days (2026-11-22), STR_NONE for no end; VALUE: in `from` */
    bool from_closed, to_closed; /* the end itself is in it */
    str text;                    /* as it stands in the model */
};
void plain_test_read(struct arena *a, const struct plain_column *c, str text, struct plain_cell *out);
void plain_result_read(struct arena *a, const struct plain_column *c, str text, struct plain_cell *out);
/* The text for the model, FEEL's own for FEEL. Fails with a sentence for whoever filled in the cell: a number or day
 * that is none, ends the wrong way round, nothing chosen. */
int plain_test_write(struct arena *a, const struct plain_column *c, const struct plain_cell *cell, str *out,
                     struct err *err) MUST_USE;
int plain_result_write(struct arena *a, const struct plain_column *c, const struct plain_cell *cell, str *out,
                       struct err *err) MUST_USE;

#endif
