/* SPDX-License-Identifier: Apache-2.0 */
#include "base_utf8.h"

#include "base_buf.h"

#include <string.h>
#include <utf8proc.h>

static bool is_tail(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

uint32_t utf8_decode(str s, size_t *length)
{
    const unsigned char *p = (const unsigned char *)s.p;
    uint32_t c = p[0];
    *length = 1;
    if (c < 0x80) return c;
    size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || s.n < n) return 0xFFFD;
    c &= 0x7Fu >> n;
    for (size_t i = 1; i < n; i++) {
        if (!is_tail(s.p[i])) return 0xFFFD;
        c = c << 6 | (p[i] & 0x3F);
    }
    /* Overlong forms, surrogates, and what lies beyond Unicode (RFC 3629, 3). */
    if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000) || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) return 0xFFFD;
    *length = n;
    return c;
}

size_t utf8_encode(uint32_t c, char out[4])
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
    if (c < 0x80) return out[0] = (char)c, 1;
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(0xF00u >> n | c);
    return n;
}

/* The length of the ASCII run at the start; with `without_nul` it ends before a NUL too. */
static size_t ascii_run(str s, bool without_nul)
{
    const uint64_t tops = 0x8080808080808080u;
    size_t i = 0;
    for (uint64_t words[4]; !without_nul && i + sizeof words <= s.n; i += sizeof words) {
        memcpy(words, s.p + i, sizeof words);
        if ((words[0] | words[1] | words[2] | words[3]) & tops) break;
    }
    for (uint64_t word; i + 8 <= s.n; i += 8) {
        memcpy(&word, s.p + i, 8);
        uint64_t nul = without_nul ? (word - 0x0101010101010101u) & ~word : 0;
        if ((word | nul) & tops) break;
    }
    while (i < s.n && (unsigned char)s.p[i] < 0x80 && (s.p[i] || !without_nul)) i++;
    return i;
}

size_t utf8_first_bad(str s, bool nul_is_bad)
{
    for (size_t i = 0, length;; i += length) {
        i += ascii_run(str_from(s, i), nul_is_bad);
        if (i >= s.n) return STR_NOT_FOUND;
        utf8_decode(str_from(s, i), &length);
        if (length == 1) return i;
    }
}

str utf8_cut(str s, size_t most)
{
    size_t n = s.n < most ? s.n : most;
    while (n && n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80) n--;
    return str_slice(s, 0, n);
}

size_t utf8_count(str s)
{
    size_t count = 0;
    for (size_t i = 0, length; i < s.n; i += length, count++) {
        size_t run = ascii_run(str_from(s, i), false);
        i += run, count += run;
        if (i >= s.n) break;
        utf8_decode(str_from(s, i), &length);
    }
    return count;
}

size_t utf8_offset(str s, size_t index)
{
    size_t i = 0;
    for (size_t length; index > 0 && i < s.n; index--, i += length) {
        if (index >= 8) {
            size_t run = ascii_run(str_slice(s, i, i + index - 1), false);
            i += run, index -= run;
        }
        utf8_decode(str_from(s, i), &length);
    }
    return i;
}

/* What utf8proc maps the text to; bad bytes become U+FFFD first, since it refuses a text that has them. */
static str mapped(struct arena *a, str s, utf8proc_option_t options)
{
    struct buf good;
    buf_init(&good, SIZE_MAX / 16);
    if (utf8_first_bad(s, false) != STR_NOT_FOUND) {
        for (size_t i = 0, length; i < s.n; i += length) buf_codepoint(&good, utf8_decode(str_from(s, i), &length));
        s = buf_get(&good);
    }
    const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s.p;
    options |= UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    utf8proc_ssize_t n = utf8proc_decompose(p, (utf8proc_ssize_t)s.n, NULL, 0, options);
    MUST(n >= 0);
    utf8proc_int32_t *points = mem_array((size_t)n + 1, sizeof *points);
    n = utf8proc_decompose(p, (utf8proc_ssize_t)s.n, points, n, options);
    MUST(n >= 0);
    n = utf8proc_reencode(points, n, options);
    MUST(n >= 0);
    str out = arena_copy(a, (str){(const char *)points, (size_t)n});
    mem_free(points);
    buf_release(&good);
    return out;
}

str utf8_nfc(struct arena *a, str s) { return ascii_run(s, false) == s.n ? arena_copy(a, s) : mapped(a, s, 0); }

/* A copy with A–Z as a–z; for ASCII texts that is the case folding. */
static char *ascii_lower(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) p[i] = (char)(s.p[i] + (s.p[i] >= 'A' && s.p[i] <= 'Z' ? 'a' - 'A' : 0));
    p[s.n] = 0;
    return p;
}

static str case_folded(struct arena *a, str s)
{
    if (ascii_run(s, false) == s.n) return (str){ascii_lower(a, s), s.n};
    return mapped(a, s, UTF8PROC_CASEFOLD);
}

str utf8_fold(struct arena *a, str s)
{
    str folded = case_folded(a, s);
    char *p = (char *)folded.p; /* ours: fresh from the arena, and the result is never longer */
    size_t n = 0;
    bool blank = false;
    for (size_t i = 0, length; i < folded.n; i += length) {
        if (utf8_is_space(utf8_decode(str_from(folded, i), &length))) {
            blank = n > 0;
            continue;
        }
        if (blank) p[n++] = ' ', blank = false;
        memmove(p + n, p + i, length);
        n += length;
    }
    p[n] = 0;
    return (str){p, n};
}

str utf8_letters(struct arena *a, str s)
{
    str folded = case_folded(a, s);
    char *p = (char *)folded.p;
    size_t n = 0;
    for (size_t i = 0, length; i < folded.n; i += length) {
        if (!utf8_is_alnum(utf8_decode(str_from(folded, i), &length))) continue;
        memmove(p + n, p + i, length);
        n += length;
    }
    p[n] = 0;
    return (str){p, n};
}

/* Letters that are more than one letter in the other case (Unicode SpecialCasing.txt); utf8proc maps one to one. */
static const struct {
    uint32_t letter;
    const char *upper;
} long_upper[] = {{0xDF, "SS"},    {0x149, "\u02BCN"}, {0x1F0, "J\u030C"}, {0x587, "\u0535\u0552"},
                  {0xFB00, "FF"},  {0xFB01, "FI"},     {0xFB02, "FL"},     {0xFB03, "FFI"},
                  {0xFB04, "FFL"}, {0xFB05, "ST"},     {0xFB06, "ST"}};

static void put_upper(struct buf *out, uint32_t c)
{
    for (size_t i = 0; i < ARRAY_COUNT(long_upper); i++)
        if (long_upper[i].letter == c) {
            buf_text(out, long_upper[i].upper);
            return;
        }
    buf_codepoint(out, (uint32_t)utf8proc_toupper((utf8proc_int32_t)c));
}

static void put_lower(struct buf *out, uint32_t c)
{
    if (c == 0x130)
        buf_text(out, "i\u0307");
    else
        buf_codepoint(out, (uint32_t)utf8proc_tolower((utf8proc_int32_t)c));
}

static str each_char(struct arena *a, str s, void put(struct buf *out, uint32_t c))
{
    struct buf out;
    buf_init(&out, SIZE_MAX / 16);
    for (size_t i = 0, length; i < s.n; i += length) put(&out, utf8_decode(str_from(s, i), &length));
    str copy = buf_copy(&out, a);
    buf_release(&out);
    return copy;
}

str utf8_upper(struct arena *a, str s)
{
    if (ascii_run(s, false) < s.n) return each_char(a, s, put_upper);
    char *p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) p[i] = (char)(s.p[i] - (s.p[i] >= 'a' && s.p[i] <= 'z' ? 'a' - 'A' : 0));
    p[s.n] = 0;
    return (str){p, s.n};
}

str utf8_lower(struct arena *a, str s)
{
    return ascii_run(s, false) < s.n ? each_char(a, s, put_lower) : (str){ascii_lower(a, s), s.n};
}

size_t utf8_width(str s)
{
    size_t width = 0;
    for (size_t i = 0, length; i < s.n; i += length) {
        uint32_t c = utf8_decode(str_from(s, i), &length);
        width += c < 0xA0 ? 1 : (size_t)utf8proc_charwidth((utf8proc_int32_t)c);
    }
    return width;
}

bool utf8_is_space(uint32_t c)
{
    if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool utf8_is_alnum(uint32_t c)
{
    if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}
