/* SPDX-License-Identifier: Apache-2.0 */
/* What other pages show of two keys. */
#ifndef PAGE_KEYS_H
#define PAGE_KEYS_H

#include "store_keys.h"
#include "web_pages.h"

/* For the part two_keys: {state, href, agreed, waits, changes, deletes, said, sets: [{title, help, sides: [{side, key,
 * by, when, hash, without}]}]}. */
struct feel_value keys_record(struct request *r, uint64_t fact, const struct stored_keys *k);
/* Puts the page's `keys`, of a fact of a two-key type; of others it stays null, and *keys as it was. */
int put_keys_of(struct request *r, const struct fact *f, struct stored_keys *keys, struct err *err) MUST_USE;
/* Puts the page's `waiting`: what waits for a key, an answer or a decision of whoever is signed in or of their side;
 * null where nothing does. */
void put_waiting(struct request *r);
/* Puts the page's `promise`, of a request that has a ruling: {zone, tone, number, href, day, book, aside, waits, limit,
 * due, within, left, otherwise}; of other facts it stays null. */
void put_promise(struct request *r, const struct fact *f);
/* Adds the requests whose limit makes them wait for whoever is signed in, as rows of `waiting`. */
void add_promises(struct request *r, struct values *list);
/* The words of two texts: [{kind: "same", "gone" or "new", text}]. */
struct feel_value compare_words(struct request *r, str before, str after);

#endif
