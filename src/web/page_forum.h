/* SPDX-License-Identifier: Apache-2.0 */
/* Forums: what is due for one, and the meetings in which it is talked about. */
#ifndef PAGE_FORUM_H
#define PAGE_FORUM_H

#include "align_forum.h"
#include "web_pages.h"

struct forum_types {
    const struct model_type *forum, *meeting, *item, *decision;
};
/* False after answering that the metamodel is too old. */
bool forum_types(struct request *r, struct forum_types *out);
/* The forum of the address; NULL after answering 404. */
const struct fact *forum_asked(struct request *r, const struct forum_types *types);
str forum_path(struct request *r, uint64_t forum);
str meeting_path(struct request *r, uint64_t forum, uint64_t meeting);

/* ---- Values by the names of fields; what the one who asks may not see is not there ---- */

str text_in(struct request *r, const struct fact *f, const char *field);
bool day_in(struct request *r, const struct fact *f, const char *field, int64_t *day);
uint64_t link_in(struct request *r, const struct fact *f, const char *field); /* 0: none */
const uint64_t *links_in(struct request *r, const struct fact *f, const char *field, size_t *count);
const uint64_t *inverse_in(struct request *r, const struct fact *f, const char *inverse, size_t *count);

/* ---- The agenda ---- */

struct taken_agenda {
    struct found *found; /* its texts are borrowed: until the answer is made */
    struct forum_agenda of;
};
/* To be dropped whatever comes of it. */
int forum_take_agenda(struct request *r, const struct fact *forum, struct taken_agenda *a, struct err *err) MUST_USE;
void forum_drop_agenda(struct request *r, struct taken_agenda *a);

/* Where one reads it, or signs it where the item asks for that; STR_NONE: nowhere. */
str item_href(struct request *r, uint64_t about, str asks);

#endif
