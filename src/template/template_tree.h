/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled template: a tree of pieces, each list linked by `next`. */
#ifndef TEMPLATE_TREE_H
#define TEMPLATE_TREE_H

#include "template.h"
#include "template_place.h"

enum piece_kind { PIECE_TEXT, PIECE_PUT, PIECE_IF, PIECE_FOR, PIECE_LET };
struct piece {
    enum piece_kind kind;
    enum put_form form;                   /* PUT */
    str text;                             /* TEXT */
    const struct feel_program *program;   /* all but TEXT */
    size_t input;                         /* FOR, LET: the place of their variable in the inputs */
    const struct piece *body, *otherwise; /* IF, FOR */
    struct piece *next;
};
struct template
{
    const struct piece *first;
    size_t inputs;     /* the caller's */
    size_t all_inputs; /* and those of FOR and LET */
    const struct feel_read *reads;
    size_t read_count;
};

void template_put(struct buf *out, enum put_form form, str text);

#endif
