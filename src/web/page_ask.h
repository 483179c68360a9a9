/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a rulebook: what was chosen and answered, and what the rulebook says to it. */
#ifndef PAGE_ASK_H
#define PAGE_ASK_H

#include "align_rulebook.h"
#include "web_pages.h"

enum { PICK_COUNT = 5 };
struct ask_pick {                  /* a fact that a question may be answered from */
    const struct model_type *type; /* NULL: the workspace has no such type */
    str key, typed, error;
    uint64_t fact;
};
struct ask_answer { /* to one question */
    str typed;      /* what stands in the form */
    bool own;       /* said by whoever asks; else by the facts, or open */
    str error;
};
struct ask {
    struct request *r;
    const struct pairs *given; /* the query, or the form */
    const struct book_text *books, *book;
    size_t book_count;
    const struct rulebook *rules; /* taken from the shelf */
    const struct rulebook_question *questions;
    size_t question_count;
    struct ask_pick picks[PICK_COUNT];
    struct feel_value *facts; /* what the facts say, by question */
    struct ask_answer *said;  /* by question */
    struct answers answers;
    struct ruling ruling;
    bool wrong;                 /* something was typed that is no answer */
    const struct fact *request; /* for which it is asked; NULL */
    str message;                /* why it was not kept */
    int64_t day;                /* on which it is ruled; 0: today */
};

/* /rulebooks/… of it. */
str book_path(struct request *r, const struct book_text *book);
/* How an answer stands in the form and in an address: "yes", "12", "2026-11-22", a text as it is. */
str answer_key(struct request *r, struct feel_value v);
/* The address that asks the same; with `change` (may be NULL) applied. */
str ask_url(const struct ask *ask, const struct ruling_lighter *change);

/* Reads what is asked, and asks the rulebook. It must be put back whatever comes of it. */
int ask_read(struct ask *ask, struct err *err) MUST_USE;
void ask_show(const struct ask *ask, int status);

/* ---- page_alike.c ---- */
/* Puts the page's `alike`: earlier rulings that are most like it. Of those below number `before` (0: all), without
 * those of `request` (0). */
void put_alike(const struct ask *ask, uint64_t before, uint64_t request);

/* ---- page_ruling.c ---- */
/* For the part `ruling`. */
struct feel_value ruling_record(const struct ask *ask);
/* "light", "middle", "heavy"; "" for what is none of its outcomes. */
const char *zone_tone(const struct rulebook *b, struct feel_value zone);
/* In one line, for those who listen: "Amber: both decide and build it together". */
str ruling_says(const struct ask *ask);

#endif
