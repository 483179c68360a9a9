/* SPDX-License-Identifier: Apache-2.0 */
/* The rulebooks by which kept rulings were ruled: each text is loaded and read once, however many rulings there are. */
#ifndef ALIGN_PAST_BOOKS_H
#define ALIGN_PAST_BOOKS_H

#include "align_ruling.h"

struct past_book {
    unsigned char hash[RULING_HASH_SIZE];
    const struct rulebook *book;
    struct ruling_memo *memo; /* of whoever goes through them, one thread */
};
struct past_books {
    struct shelf *shelf;
    struct store *store; /* not the connection by which the rows are being read */
    struct arena arena;
    VEC(struct past_book *) taken;
};
void past_books_init(struct past_books *p, struct shelf *shelf, struct store *store);
void past_books_release(struct past_books *p); /* puts them back */
int past_books_take(struct past_books *p, const struct stored_ruling *row, struct past_book **out,
                    struct err *err) MUST_USE;

#endif
