/* SPDX-License-Identifier: Apache-2.0 */
/* What the page of times, its drawing and its address of the API share. */
#ifndef PAGE_TIMES_H
#define PAGE_TIMES_H

#include "web_study.h"

/* As study_take: what came of all requests. */
const struct study *times_take(struct request *r, enum study_state *state, uint64_t *done, uint64_t *total);
/* Puts the page's `months` and `legend`. */
void times_draw(struct request *r, const struct study *s);
str show_days(struct request *r, double days); /* "4", "2.5"; STR_NONE where it is not known */

#endif
