/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages about rulebooks share. */
#ifndef PAGE_RULEBOOK_H
#define PAGE_RULEBOOK_H

#include "ruling_tables.h"
#include "web_pages.h"

struct shown_book {
    const struct fact *fact; /* NULL: it comes with the program */
    str name, version, text; /* in force, or the first draft */
    str draft;               /* the text that is proposed beside it; STR_NONE */
    bool agreed;
    str base; /* what a form that changes it hands back as `base`: which version, and which proposal beside it */
};
/* What the address names; false after the answer has become 404. */
bool book_asked(struct request *r, struct shown_book *out);
/* "rule 5 of data exposure" of the draft, else of what is in force; STR_NONE: no rule has that id. */
str rule_words(struct request *r, const struct shown_book *book, str id);
struct talk;
/* Into a rule's record: what is said about it, and where. */
void rule_put_talk(struct request *r, struct record *c, uint64_t fact, const struct talk *talk, str id);
/* Puts the page's `tables`: the one rule, as it would be and as it is. */
void book_put_rule(struct request *r, const struct shown_book *book, str id);
/* A value of the rulebook, as it is in the draft where there is one. */
str book_field(struct request *r, const struct shown_book *book, const char *name);
/* What is wrong with a model, each with its place; how many of them keep it from being a rulebook, and how many cases
 * it leaves open or decides twice. */
struct book_health {
    struct values problems; /* {kind, says, place, excerpt} */
    size_t errors, gaps;
};
void book_examine(struct request *r, str text, struct book_health *out);
/* The page, with what came of a form. */
void book_show(struct request *r, const struct shown_book *book, int status, str message);
/* With a text that was not taken: since it can't be read, or until it is said that its gaps are known. */
void book_show_tried(struct request *r, const struct shown_book *book, str text, const struct book_health *health);

/* ---- Earlier versions (page_versions.c) ---- */
int book_put_versions(struct request *r, const struct shown_book *book, struct err *err) MUST_USE;
void book_bring_back_asked(struct request *r, const struct shown_book *book); /* answers a form */

/* ---- Taking rules in (page_rulebook_take.c) ---- */

enum { MODEL_LIMIT = 2 << 20 }; /* bytes of a model */
struct book_taking {
    const struct fact *fact; /* whose rules they become; NULL: those of a new rulebook called `name` */
    str name, text, reason;
    str base;                /* as shown_book had it when the text was begun; STR_NONE: whatever is there now */
    str version, valid_from; /* its name, else the one that the text gives itself; the day from which it holds
                                (canonical), else the one that is there */
};
/* The text becomes the draft, or the proposal beside what is in force; *id is the rulebook's, *proposed says which.
 * Look at it first with book_examine. ERR_CONFLICT: somebody was quicker, and nothing was changed; ERR_ABSENT: the
 * workspace keeps no rulebooks. */
int book_take(struct request *r, const struct book_taking *taking, uint64_t *id, bool *proposed,
              struct err *err) MUST_USE;
/* Changes to a rulebook stand only on that `base`. ERR_INPUT: it is none. */
int book_expect(struct change_set *c, const struct fact *book, str base, struct err *err) MUST_USE;
/* The page that shows what was taken in, and says so. */
str book_taken_path(struct request *r, uint64_t id, bool proposed);

#endif
