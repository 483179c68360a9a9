/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about one fact share. */
#ifndef PAGE_FACT_H
#define PAGE_FACT_H

#include "web_inside.h"

/* Puts the page's `comments`, `mentions`. */
int put_comments(struct request *r, uint64_t fact, struct err *err) MUST_USE;
int put_mentions(struct request *r, struct err *err) MUST_USE;
int see_mentions(struct request *r, uint64_t fact, struct err *err) MUST_USE;

/* What takes a commit back, for the one who asks. */
int request_plan_undo(struct request *r, struct change_set *c, uint64_t number, const struct undo_obstacle **obstacles,
                      size_t *count, struct err *err) MUST_USE;
/* A canonical text as people read it; links by the names of their targets. */
str show_stored(struct request *r, const struct model_field *field, str canonical);
int form_reason(struct request *r, str *reason, struct err *err) MUST_USE; /* for the journal */
/* What a form sent as text, with plain line ends. */
str form_lines(struct request *r, str text);

#endif
