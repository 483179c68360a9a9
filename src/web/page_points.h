/* SPDX-License-Identifier: Apache-2.0 */
/* Where the restatements of an objective part: what both sides say to each point. */
#ifndef PAGE_POINTS_H
#define PAGE_POINTS_H

#include "graph_restate.h"
#include "web_pages.h"

/* What the two sides say that an objective means, where they part, and what is answered; texts: marketing's, IT's. */
int points_compare(struct request *r, const struct fact *objective, struct restatement *out, str texts[2],
                   struct err *err) MUST_USE;
/* "2 points to agree on, 1 agreed" */
str points_words(struct request *r, const struct restatement *x);
/* [{kind, text, who, ask, word, shown, agreed, settled, mine, theirs, other, other_key, answers, href, first_means,
 * second_means}]: `shown` with its answers, not among the words. */
struct feel_value points_records(struct request *r, const struct restatement *x);
/* Objectives of which points wait for an answer of the side of whoever is signed in, behind what else waits. */
void add_points(struct request *r, struct values *list);

/* page_direction.c. The page of a fact's line, with a message over it; typed: what a side wrote and was not saved. */
void line_show(struct request *r, const struct fact *f, str typed, const char *message, int status);

#endif
