/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, by utf8proc where tables are needed. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base_arena.h"

/* The character at s.p and its length in bytes; an invalid or cut byte gives U+FFFD and length 1. s.n > 0. */
uint32_t utf8_decode(str s, size_t *length);
size_t utf8_encode(uint32_t c, char out[4]);
/* The offset of the first byte that is not valid UTF-8 (or is NUL when nul_is_bad), or STR_NOT_FOUND. */
size_t utf8_first_bad(str s, bool nul_is_bad);
size_t utf8_count(str s);         /* characters */
str utf8_cut(str s, size_t most); /* its beginning: at most so many bytes, and no character in part */
/* The byte offset of character `index` (0-based), s.n when beyond. */
size_t utf8_offset(str s, size_t index);
str utf8_nfc(struct arena *a, str s);
/* For comparing names: NFC, case folded, white space runs to one blank, trimmed. */
str utf8_fold(struct arena *a, str s);
str utf8_upper(struct arena *a, str s);
str utf8_lower(struct arena *a, str s);
size_t utf8_width(str s); /* terminal columns; a control character counts one, as the blank that is shown for it */
/* Only letters and digits, case folded: how column names are compared. */
str utf8_letters(struct arena *a, str s);
bool utf8_is_space(uint32_t c);
bool utf8_is_alnum(uint32_t c);

#endif
