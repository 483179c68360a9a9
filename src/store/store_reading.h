/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of typed values and of the metamodel share. */
#ifndef STORE_READING_H
#define STORE_READING_H

#include "store_model.h"

struct value_reading {
    struct arena *a;
    const struct model_field *field;
    const struct model_input *how;
    str typed;
    struct err *err;
};

static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* Blanks, '-' and '_' are the same, and so are letters of either case. */
static inline bool same_word(str a, str b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++) {
        char x = a.p[i], y = b.p[i];
        if (x == '-' || x == '_') x = ' ';
        if (y == '-' || y == '_') y = ' ';
        if (x >= 'A' && x <= 'Z') x = (char)(x + 32);
        if (y >= 'A' && y <= 'Z') y = (char)(y + 32);
        if (x != y) return false;
    }
    return true;
}

str value_shown(struct arena *a, str typed);                     /* cut for a message */
int value_refuse(struct value_reading *r, const char *expected); /* `"n/a" is not a date`; returns -1 */
int value_read_date(struct value_reading *r, str *out) MUST_USE;
int value_read_period(struct value_reading *r, str *out) MUST_USE;

#endif
