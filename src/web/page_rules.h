/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of one table as sentences that are filled in: what was typed, what it says, and what is wrong with it. */
#ifndef PAGE_RULES_H
#define PAGE_RULES_H

#include "dmn_edit.h"
#include "dmn_plain.h"
#include "page_rulebook.h"

struct rule_cell {
    struct plain_cell plain;
    str text;  /* for the model; of one that is wrong as it was */
    str error; /* a sentence; STR_NONE */
};
struct plain_rule {
    size_t from; /* its place in the text so far; EDIT_NEW */
    str id;      /* may be empty */
    struct rule_cell *cells;
    str why, why_error;
    bool fresh; /* added by this request */
};
struct rules_form {
    struct request *r;
    struct shown_book book;
    str text; /* the draft, or what is in force */
    struct dmn_model *model;
    const struct table_view *views, *view; /* all of its tables; the one that is shown */
    size_t view_count;
    struct plain_table table;
    size_t columns;
    VEC(struct plain_rule) rules;
    size_t wrong; /* fields with an error */
    str now;      /* the text with the rules as they are in the form; STR_NONE: it can't be made */
    str message;
    bool changed; /* against `text` */
};

/* The book and the table that the address and the query (or the form) name. False after the answer has become a page
 * that says why not. */
bool rules_open(struct request *r, struct rules_form *f);
void rules_close(struct rules_form *f);
void rules_fill_from_model(struct rules_form *f);
void rules_fill_from_form(struct rules_form *f);
/* One more rule behind place `at`, with these tests by the inputs (NULL: those of the rule at that place, and all else
 * of it). */
void rules_add(struct rules_form *f, size_t at, const str *tests);
void rules_remove(struct rules_form *f, size_t at);
void rules_count_wrong(struct rules_form *f); /* after these */
/* Makes f->now of what is there. */
void rules_write(struct rules_form *f);

/* ---- page_rules_words.c ---- */
struct feel_value rules_records(struct rules_form *f, const struct talk *talk);
struct feel_value rules_tables(struct rules_form *f);
/* "the data class is personal and the region is home"; "whatever it is" where no test says anything. */
str tests_in_words(struct rules_form *f, const str *tests);

/* ---- page_rules_check.c ---- */
struct rules_check {
    size_t errors, open; /* open: cases that no rule covers, or two do, in all tables */
    const str **gaps;    /* of this table: tests by the inputs */
    size_t gap_count;
    struct record panel;
};
/* What the check says of f->now; errors go beside their fields. */
void rules_look(struct rules_form *f, struct rules_check *out);

#endif
