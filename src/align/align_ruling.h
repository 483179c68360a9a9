/* SPDX-License-Identifier: Apache-2.0 */
/* Rulings that are kept: made by a rulebook that holds, and made again, for ever, by the text of that day. */
#ifndef ALIGN_RULING_H
#define ALIGN_RULING_H

#include "align_rulebook.h"
#include "store_ruling.h"

/* Rules, with its reasons and what is lighter. Where it is ruled (RULED, RULED_GAP), `row` is ready to be added but for
 * who asked, by which door, for which request and under which key, and `json` is the answer with `"ruling":null`.
 * `book_hash`: of the book's text. ERR_LIMIT: also where the ruling, or what was answered, is too large to be kept. */
int ruling_make(const struct rulebook *b, const unsigned char book_hash[RULING_HASH_SIZE], struct arena *a, int64_t now,
                int64_t today, const struct answers *answers, struct ruling *out, struct stored_ruling *row,
                struct buf *json, struct err *err) MUST_USE;
/* An env in which rulings are made: its clock stands, its limits are those of a request from outside. */
void ruling_env(struct feel_env *env, struct arena *a, int64_t now, int64_t today);
/* What it promises when it is made on that day: the timing's `answer within days` and `without an answer`. */
struct ruling_promise ruling_promise(const struct ruling *r, int64_t day);
/* What was kept, ruled again by the text of its day: the answer with `"ruling":null`, and whether it is the same to the
 * byte. Of one by which people set another aside: what follows from their zone. */
int ruling_again(struct store *s, struct shelf *shelf, struct arena *a, const struct stored_ruling *row,
                 struct ruling *out, const struct rulebook **book, struct buf *json, bool *same,
                 struct err *err) MUST_USE; /* *book: to be put back */
/* Has the rulebook by which it was ruled another text on that day, or is none of its name in force? *now: the one that
 * is; NULL. What the program's own safe zones ruled has changed, too, where both sides have agreed on rules of their
 * own since. */
int ruling_rules_changed(struct shelf *shelf, struct arena *a, const struct book_day *day,
                         const struct stored_ruling *row, const struct book_text **now, bool *changed,
                         struct err *err) MUST_USE;
struct setting_aside {
    str zone, reason; /* what holds in its place, and why */
    str actor, door;
    int64_t now, today;
};
/* The row by which people set `old` aside, with what follows from their zone by the rules, ready to be added.
 * ERR_INPUT: no reason is given, or the zone is none of the rulebook's by which it was ruled. */
int ruling_set_aside(struct store *s, struct shelf *shelf, struct arena *a, const struct stored_ruling *old,
                     const struct setting_aside *how, struct stored_ruling *row, struct err *err) MUST_USE;
/* The answer with the number in the place of `null` in `"ruling":null`. */
void ruling_put_numbered(struct buf *to, str json, uint64_t number);

#endif
