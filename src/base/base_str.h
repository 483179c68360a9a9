/* SPDX-License-Identifier: Apache-2.0 */
/* A borrowed piece of bytes, mostly UTF-8. Not NUL-terminated unless a function says so. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base_core.h"

#include <string.h>

typedef struct {
    const char *p;
    size_t n;
} str;

#define STR(literal) ((str){"" literal, sizeof(literal) - 1})
#define STR_NONE     ((str){NULL, 0})
#define STR_FORMAT   "%.*s"
#define STR_ARGS(s)  (int)(s).n, (s).p
#define STR_INIT(literal)                                                                                              \
    {                                                                                                                  \
        "" literal, sizeof(literal) - 1                                                                                \
    } /* for static tables */

static inline str str_of(const char *c) { return c ? (str){c, strlen(c)} : STR_NONE; } /* NULL gives STR_NONE */
bool str_same_bytes(const char *a, const char *b, size_t n);
static inline bool str_eq(str a, str b) { return a.n == b.n && str_same_bytes(a.p, b.p, a.n); }
bool str_eq_nocase(str a, str b); /* ASCII case only */
int str_cmp(str a, str b);        /* by bytes: <0, 0, >0 */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
str str_trim(str s);                           /* ASCII white space at both ends */
static inline str str_from(str s, size_t from) /* the rest, empty when from > n */
{
    return from < s.n ? (str){s.p + from, s.n - from} : (str){s.p ? s.p + s.n : NULL, 0};
}
str str_slice(str s, size_t from, size_t to);
#define STR_NOT_FOUND ((size_t)-1)
size_t str_find(str s, str needle); /* offset or STR_NOT_FOUND */
size_t str_find_char(str s, char c);
/* Cuts the next piece up to `separator` off *rest; false when *rest was used up. "a,b," gives a, b and an empty piece.
 */
bool str_cut(str *rest, char separator, str *piece);
uint64_t str_hash(str s);
/* Whole number in decimal, optional minus, no blanks; false when it isn't one or doesn't fit. */
bool str_to_int(str s, int64_t *out);

#endif
