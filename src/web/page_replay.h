/* SPDX-License-Identifier: Apache-2.0 */
/* What the page of a replay and its drawing share. */
#ifndef PAGE_REPLAY_H
#define PAGE_REPLAY_H

#include "page_ask.h"
#include "web_study.h"

/* Puts the page's `flow`: the drawing, and the streams for the table beside it. */
void replay_draw(struct request *r, const struct study *s);
/* "light" …; "" for what is no outcome. */
const char *place_tone(const struct study *s, size_t place);
str place_name(struct request *r, const struct study *s, size_t place); /* "Green" */

#endif
