/* SPDX-License-Identifier: Apache-2.0 */
/* Long looks at all kept rulings: what came of them, and a draft replayed on them or on a file. One after the other in
 * a thread of their own; the last few are remembered, so that whoever asks the same is answered at once. What is a
 * little older than the newest ruling is good enough where making it took long, and says when it was made. */
#ifndef WEB_STUDY_H
#define WEB_STUDY_H

#include "align_evidence.h"
#include "web_inside.h"

enum study_kind { STUDY_EVIDENCE, STUDY_REPLAY };
struct study_ask {
    enum study_kind kind;
    struct book_text book;  /* whose rules are counted; the draft */
    struct book_text other; /* of a file: the rulebook that stands for what was ruled; else no text */
    str file, file_name;    /* requests, as of replay_add_text; STR_NONE: the kept rulings */
};
enum study_state { STUDY_WAITS, STUDY_RUNS, STUDY_DONE, STUDY_FAILED };
/* When it is DONE nothing of it changes any more. */
struct study {
    struct study_ask ask;
    struct arena arena;
    struct picture *picture;
    const struct rulebook *book, *other;
    struct evidence evidence;           /* of EVIDENCE */
    const struct replay_result *result; /* of REPLAY */
    int64_t made;                       /* when it was done */
    struct err err;                     /* of FAILED */

    /* Under the lock of studies. */
    enum study_state state;
    uint64_t done, total; /* total 0: not known */
    /* Of web_study.c. */
    struct past *past;
    struct replay *replay;
    unsigned char key[RULING_HASH_SIZE], file_hash[RULING_HASH_SIZE];
    uint64_t rulings, user, used;
    int64_t now, today;
    double seconds;
    size_t holders;
};

/* What is asked, made or being made: waits a moment for it. NULL: too much is being looked at, or `ask` has no text.
 * To be dropped. */
const struct study *study_take(struct request *r, const struct study_ask *ask, enum study_state *state, uint64_t *done,
                               uint64_t *total);
void study_drop(struct request *r, const struct study *s); /* NULL is fine */
/* After how many seconds one that is newer than this one that is DONE can be had; 0: it is the newest. */
int64_t study_newer_in(struct request *r, const struct study *s);
/* A file that this account has uploaded, by the name that study_file_name gave it; false: it is not here any more. */
bool study_find_file(struct request *r, str name, str *text, str *file_name);
str study_file_name(struct request *r, str text);

/* The page while it is being made, or what went wrong with it. True where it is done. `s` as study_take gave it. */
bool study_is_shown(struct request *r, const struct study *s, enum study_state state, uint64_t done, uint64_t total,
                    const char *title);

int studies_start(struct web *web, struct err *err) MUST_USE;
void studies_stop(struct web *web); /* ends what runs */

#endif
