/* SPDX-License-Identifier: Apache-2.0 */
/* The line from objectives to money, for the pages that draw it. */
#ifndef PAGE_LINE_H
#define PAGE_LINE_H

#include "web_pages.h"

/* The line on which the fact stands, and what hangs loose on it. False for a type that has no place on it. */
bool line_draw(struct request *r, uint64_t root, struct feel_value *line, struct feel_value *loose) MUST_USE;
/* What the fact lacks to be tied in: "no capability"; STR_NONE when nothing. */
str line_loose(struct request *r, uint64_t id);
/* What the viewer sees under the name of a link field or its other end. */
const uint64_t *line_follow(struct request *r, uint64_t id, const char *name, size_t *count);

#endif
