/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about one fact share. */
#ifndef PAGE_FACT_H
#define PAGE_FACT_H

#include "web_pages.h"

/* What is said about a fact, and by whom. */
struct talk {
    const struct stored_comment *comments;
    size_t count;
    const struct stored_user *people;
    size_t people_count;
};
/* As the person is called, of the talk's people; STR_NONE or empty where nobody says so. */
str shown_name(const struct talk *t, str name);
int talk_load(struct request *r, uint64_t fact, struct talk *out, struct err *err) MUST_USE;
/* For the part `said`: what is said at that place of the fact; STR_NONE: all of it, with where it stands. */
struct feel_value talk_records(struct request *r, const struct talk *t, str place);
/* How many comments stand there, and how many of them are open. */
size_t talk_count(const struct talk *t, str place, size_t *open);
/* Of a rulebook's rule: /rulebooks/N/talk?rule=… */
str talk_path(struct request *r, uint64_t fact, str place);
/* Puts the page's `comments`, `mentions`. */
int put_comments(struct request *r, uint64_t fact, struct err *err) MUST_USE;
int put_mentions(struct request *r, struct err *err) MUST_USE;
/* Puts the page's `files`: what hangs on the fact, where the one who asks may see it. */
int put_attachments(struct request *r, const struct fact *f, struct err *err) MUST_USE;
/* Who looks at a place of the fact, or with STR_NONE at all of it, has seen what is said to them there. */
int see_mentions(struct request *r, uint64_t fact, str place, struct err *err) MUST_USE;

/* What takes a commit back, for the one who asks. */
int request_plan_undo(struct request *r, struct change_set *c, uint64_t number, const struct undo_obstacle **obstacles,
                      size_t *count, struct err *err) MUST_USE;
/* A canonical text as people read it; links by the names of their targets. */
str show_stored(struct request *r, const struct model_field *field, str canonical);
int form_reason(struct request *r, str *reason, struct err *err) MUST_USE; /* for the journal */
/* What a form sent as text, with plain line ends. */
str form_lines(struct request *r, str text);

#endif
