/* SPDX-License-Identifier: Apache-2.0 */
/* A rulebook as people read it: its decisions as tables in the words of the file, and what differs between two. It
 * reads the text, whether the model can be compiled or not. */
#ifndef RULING_TABLES_H
#define RULING_TABLES_H

#include "base_arena.h"
#include "base_err.h"

struct table_rule {
    str id;           /* may be empty */
    const str *cells; /* of the inputs, then of the outputs */
    str why;          /* its first annotation that says something; may be empty */
};
struct table_view {
    str decision, question; /* its name; what it answers, may be empty */
    str policy;             /* "UNIQUE", "COLLECT SUM"; STR_NONE: it is no table */
    const str *heads;       /* of the inputs, then of the outputs */
    size_t input_count, output_count;
    const struct table_rule *rules;
    size_t rule_count;
    str expression; /* of what is no table */
};
/* In the file's order; the functions that a model calls its knowledge are among them. ERR_SYNTAX: it is no XML. */
int tables_read(struct arena *a, str text, const struct table_view **out, size_t *count, struct err *err) MUST_USE;

enum table_change { TABLE_SAME, TABLE_ADDED, TABLE_GONE, TABLE_CHANGED };
struct compared_cell {
    str before, after; /* STR_NONE: the column is not there */
    bool changed;
};
struct compared_rule {
    enum table_change change;
    const struct table_rule *rule;     /* as it is after, of a rule that is gone as it was */
    const struct compared_cell *cells; /* by the columns of the table, and `why` as one more */
};
struct compared_table {
    enum table_change change;
    const struct table_view *before, *after; /* NULL: not there */
    const struct compared_rule *rules;       /* all of them, those that are gone where they stood */
    size_t rule_count, changed_count;        /* how many are not the same */
};
/* Decisions by name, rules by their id where both have one, else by their place; cells by the head of their column.
 * Tables that are gone come last. */
size_t tables_compare(struct arena *a, const struct table_view *before, size_t before_count,
                      const struct table_view *after, size_t after_count, const struct compared_table **out);

#endif
