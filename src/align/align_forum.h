/* SPDX-License-Identifier: Apache-2.0 */
/* What stands on the agenda of a forum: what people brought, what they put off, and what is due by itself. Every door
 * asks here. */
#ifndef ALIGN_FORUM_H
#define ALIGN_FORUM_H

#include "align.h"

struct forum_row {
    str says;
    enum agenda_asks asks;
    str source;      /* the key of what was found; STR_NONE: somebody brought it */
    bool is_finding; /* the key is that of a finding, which has a page */
    str severity;    /* "high"; STR_NONE: somebody brought it */
    uint64_t item;   /* the agenda item, of what people brought or put off; 0 */
    uint64_t about, by;
    int64_t from; /* since when it is on it, or from when on */
};
struct forum_agenda {
    struct forum_row *rows; /* to decide, then to sign, then to know; what people brought first */
    struct forum_row *later;
    size_t count, later_count;
};
/* As the viewer of `env` sees it; `p` is the picture that `env` looks at. Rows live in its arena and borrow from
 * `found` and `p`. */
int forum_agenda(const struct checks *agenda, struct feel_env *env, const struct picture *p,
                 const struct agenda_found *found, const struct fact *forum, struct forum_agenda *out,
                 struct err *err) MUST_USE;
/* What an agenda item is about: its first link that leads to neither forum, meeting nor person; 0: none. */
uint64_t forum_item_about(const struct graph_viewer *viewer, const struct fact *item);
/* The link by which an agenda item is about facts of that type; NULL: it has none. */
const struct model_field *forum_about_field(const struct model_type *item, const struct model_type *about);
/* {"forum", "name", "kind", "next_on", "items": […], "later": […]}, see docs/forums.md. */
void forum_agenda_emit_json(struct json_writer *w, struct feel_env *env, const struct picture *p,
                            const struct fact *forum, const struct forum_agenda *a);

#endif
