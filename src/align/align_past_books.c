/* SPDX-License-Identifier: Apache-2.0 */
#include "align_past_books.h"

#include <string.h>

void past_books_init(struct past_books *p, struct shelf *shelf, struct store *store)
{
    *p = (struct past_books){.shelf = shelf, .store = store};
    arena_init(&p->arena, 0);
}

void past_books_release(struct past_books *p)
{
    VEC_EACH(one, &p->taken) {
        ruling_memo_free((*one)->memo);
        shelf_put_back(p->shelf, (*one)->book);
    }
    arena_release(&p->arena);
}

int past_books_take(struct past_books *p, const struct stored_ruling *row, struct past_book **out, struct err *err)
{
    str text;
    const struct rulebook *book;
    VEC_EACH(one, &p->taken)
        if (!memcmp((*one)->hash, row->book, sizeof(*one)->hash)) return *out = *one, 0;
    if (store_load_book(p->store, &p->arena, row->book, &text, err) < 0 ||
        shelf_take(p->shelf, row->rulebook, row->version, text, &book, err) < 0) {
        struct err inner = *err;
        return err_set(err, inner.code, "ruling %llu: %s", (unsigned long long)row->number, inner.message);
    }
    struct past_book *one = arena_zalloc(&p->arena, sizeof *one);
    memcpy(one->hash, row->book, sizeof one->hash);
    one->book = book, one->memo = ruling_memo_new(book);
    *vec_add(&p->arena, &p->taken) = *out = one;
    return 0;
}
