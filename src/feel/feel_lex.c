/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_lex.h"

#include "base_utf8.h"
#include "feel_number.h"

#include <string.h>

/* Grammar rule 61 beyond ASCII. */
static bool wide_space(uint32_t c) { return utf8_is_space(c) || c == 0x180E || c == 0x200B || c == 0xFEFF; }
enum { START = 1, PART = 2 };
static const uint8_t ascii[128] = {['0' ... '9'] = PART,
                                   ['?'] = PART,
                                   ['A' ... 'Z'] = START | PART,
                                   ['a' ... 'z'] = START | PART,
                                   ['_'] = START | PART};
/* A name may begin with '?' too, but alone it is the tested value: such names are found where they are known. */
static bool name_char(uint32_t c, int wanted) { return c < 128 ? ascii[c] & wanted : c > 0xA0 && !wide_space(c); }
static bool name_start(uint32_t c) { return name_char(c, START); }
static bool name_part(uint32_t c) { return name_char(c, PART); }
static bool name_sign(uint32_t c) { return c && c < 128 && strchr("./-'+*", (int)c); } /* rule 30 */

static uint32_t at_char(str s, size_t at, size_t *length)
{
    *length = 0;
    if (at >= s.n) return 0;
    if ((unsigned char)s.p[at] < 128) return *length = 1, (unsigned char)s.p[at];
    return utf8_decode(str_from(s, at), length);
}
static inline bool blank(str s, size_t at, size_t *length)
{
    unsigned char first = at < s.n ? (unsigned char)s.p[at] : 0;
    *length = 1;
    if (first < 128) return first == ' ' || (first >= 9 && first <= 13);
    return wide_space(utf8_decode(str_from(s, at), length));
}

size_t lex_skip(str s, size_t at)
{
    for (size_t length;;) {
        while (blank(s, at, &length)) at += length;
        if (at + 1 >= s.n || s.p[at] != '/') return at;
        if (s.p[at + 1] == '/') {
            while (at < s.n && s.p[at] != '\n') at++;
        } else if (s.p[at + 1] == '*') {
            size_t end = str_find(str_from(s, at + 2), STR("*/"));
            if (end == STR_NOT_FOUND) return at;
            at += 2 + end + 2;
        } else
            return at;
    }
}

static inline bool part_at(str s, size_t at, size_t *length)
{
    unsigned char first = at < s.n ? (unsigned char)s.p[at] : 0;
    *length = 1;
    return first < 128 ? ascii[first] & PART : name_part(utf8_decode(str_from(s, at), length));
}

static size_t word_end(str s, size_t at)
{
    for (size_t length; part_at(s, at, &length);) at += length;
    return at;
}

static size_t string_end(str s, size_t at)
{
    for (at++; at < s.n && s.p[at] != '"'; at++)
        if (s.p[at] == '\\') at++;
    return at < s.n ? at + 1 : 0;
}

static enum token_kind mark(char c, char next, size_t *length)
{
    *length = 1;
    switch (c) {
    case '.': return next == '.' ? (*length = 2, TOKEN_DOTS) : TOKEN_DOT;
    case '*': return next == '*' ? (*length = 2, TOKEN_POWER) : TOKEN_STAR;
    case '!': return next == '=' ? (*length = 2, TOKEN_NE) : TOKEN_STRANGE;
    case '<': return next == '=' ? (*length = 2, TOKEN_LE) : TOKEN_LT;
    case '>': return next == '=' ? (*length = 2, TOKEN_GE) : TOKEN_GT;
    case '-': return next == '>' ? (*length = 2, TOKEN_ARROW) : TOKEN_MINUS;
    case '(': return TOKEN_OPEN;
    case ')': return TOKEN_CLOSE;
    case '[': return TOKEN_OPEN_LIST;
    case ']': return TOKEN_CLOSE_LIST;
    case '{': return TOKEN_OPEN_BRACE;
    case '}': return TOKEN_CLOSE_BRACE;
    case ',': return TOKEN_COMMA;
    case ':': return TOKEN_COLON;
    case '+': return TOKEN_PLUS;
    case '/': return TOKEN_SLASH;
    case '=': return TOKEN_EQ;
    case '?': return TOKEN_QUESTION;
    default: return TOKEN_STRANGE;
    }
}

struct token lex_token(str s, size_t at)
{
    at = lex_skip(s, at);
    size_t length, end;
    if (at >= s.n) return (struct token){TOKEN_END, s.n, s.n};
    if (name_start(at_char(s, at, &length))) return (struct token){TOKEN_WORD, at, word_end(s, at)};
    end = number_scan(str_from(s, at));
    if (end) return (struct token){TOKEN_NUMBER, at, at + end};
    if (s.p[at] == '"') {
        end = string_end(s, at);
        return end ? (struct token){TOKEN_STRING, at, end} : (struct token){TOKEN_OPEN_TEXT, at, s.n};
    }
    if (s.p[at] == '@') {
        size_t quote = lex_skip(s, at + 1);
        end = quote < s.n && s.p[quote] == '"' ? string_end(s, quote) : 0;
        return end ? (struct token){TOKEN_AT, at, end} : (struct token){TOKEN_OPEN_TEXT, at, at + 1};
    }
    if (at + 1 < s.n && s.p[at] == '/' && s.p[at + 1] == '*') return (struct token){TOKEN_OPEN_TEXT, at, at + 2};
    enum token_kind kind = mark(s.p[at], at + 1 < s.n ? s.p[at + 1] : 0, &end);
    if (kind != TOKEN_STRANGE) return (struct token){kind, at, at + end};
    return (struct token){TOKEN_STRANGE, at, at + (length ? length : 1)};
}

/* Written as the name is, byte by byte: what most are. False says nothing. */
static inline bool same_bytes(str s, size_t at, str name)
{
    size_t length;
    unsigned char last = (unsigned char)name.p[name.n - 1];
    return last < 128 && ascii[last] & PART && s.n - at >= name.n && str_same_bytes(s.p + at, name.p, name.n) &&
           !part_at(s, at + name.n, &length);
}

size_t lex_match(str s, size_t at, str name)
{
    if (!name.n || at >= s.n || s.p[at] != name.p[0]) return 0;
    if (same_bytes(s, at, name)) return at + name.n;
    bool after_word = false;
    for (size_t i = 0; i < name.n;) {
        size_t length, gap = at, end;
        if (blank(name, i, &length)) {
            i += length;
            continue;
        }
        while (i && blank(s, gap, &length)) gap += length;
        bool word = part_at(name, i, &length);
        end = word ? word_end(name, i) : i + length;
        if (word && after_word && gap == at) return 0;
        if (!str_starts(str_from(s, gap), str_slice(name, i, end))) return 0;
        at = gap + (end - i), i = end;
        /* A word must not go on: "count" is not in "counter". */
        if (word && part_at(s, at, &length)) return 0;
        after_word = word;
    }
    return at;
}

bool lex_same_name(str a, str b) { return str_eq(a, b) || (lex_match(a, 0, b) == a.n && a.n); }

bool lex_is_keyword(str word)
{
    static const str words[] = {STR_INIT("and"),     STR_INIT("or"),    STR_INIT("then"),     STR_INIT("else"),
                                STR_INIT("in"),      STR_INIT("if"),    STR_INIT("return"),   STR_INIT("satisfies"),
                                STR_INIT("for"),     STR_INIT("some"),  STR_INIT("every"),    STR_INIT("between"),
                                STR_INIT("true"),    STR_INIT("false"), STR_INIT("instance"), STR_INIT("null"),
                                STR_INIT("function")};
    if (word.n < 2 || word.n > 9) return false;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (words[i].n == word.n && words[i].p[0] == word.p[0] && str_eq(word, words[i])) return true;
    return false;
}

static str joined(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0, length;
    for (size_t at = 0; at < s.n;) {
        if (blank(s, at, &length)) {
            while (blank(s, at, &length)) at += length;
            p[n++] = ' ';
        } else
            p[n++] = s.p[at++];
    }
    return (str){p, n};
}

size_t lex_words(struct arena *a, str s, size_t at, str *name)
{
    size_t from = at, end = word_end(s, at), length;
    if (end == at) return 0;
    for (;;) {
        at = end;
        while (blank(s, at, &length)) at += length;
        size_t next = word_end(s, at);
        if (at == end || next == at || lex_is_keyword(str_slice(s, at, next))) break;
        end = next;
    }
    *name = joined(a, str_slice(s, from, end));
    return end;
}

/* Words and signs up to what ends the name: *next is where that stands. */
static size_t name_run(str s, size_t at, bool stop_at_in, size_t *next)
{
    size_t end = at, length;
    uint32_t c = at_char(s, at, &length);
    if (!name_start(c) && c != '?') return 0;
    for (*next = at; (c = at_char(s, *next, &length)) && length;) {
        if (name_part(c)) {
            size_t to = word_end(s, *next);
            if (stop_at_in && *next > at && str_eq(str_slice(s, *next, to), STR("in"))) break;
            *next = end = to;
        } else if (name_sign(c))
            end = *next += length;
        else if (blank(s, *next, &length))
            *next += length;
        else
            break;
    }
    return end;
}

size_t lex_key(struct arena *a, str s, size_t at, str *name)
{
    size_t next = at, end = name_run(s, at, false, &next);
    if (!end || next >= s.n || s.p[next] != ':') return 0;
    *name = joined(a, str_slice(s, at, end));
    return end;
}

size_t lex_declared(struct arena *a, str s, size_t at, bool before_in, str *name)
{
    size_t next = at, end = name_run(s, at, before_in, &next);
    bool ended = next < s.n && (before_in ? str_starts(str_from(s, next), STR("in"))
                                          : (s.p[next] == ',' || s.p[next] == ')' || s.p[next] == ':'));
    if (!end || !ended) return lex_words(a, s, at, name);
    *name = joined(a, str_slice(s, at, end));
    return end;
}

static int hex(str s, size_t at, size_t count, uint32_t *out)
{
    *out = 0;
    if (at + count > s.n) return -1;
    for (size_t i = at; i < at + count; i++) {
        char c = s.p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0) return -1;
        *out = *out * 16 + (uint32_t)digit;
    }
    return 0;
}

bool lex_unquote(struct arena *a, str quoted, str *out, size_t *bad)
{
    str s = str_slice(quoted, 1, quoted.n - 1);
    if (str_find_char(s, '\\') == STR_NOT_FOUND) return *out = s, true;
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\\') {
            p[n++] = s.p[i];
            continue;
        }
        *bad = i + 1; /* of the backslash, with the quote mark before it */
        char c = i + 1 < s.n ? s.p[++i] : 0;
        static const char plain[] = "\"\\'nrt", meant[] = "\"\\'\n\r\t";
        const char *known = c ? strchr(plain, c) : NULL;
        if (known) {
            p[n++] = meant[known - plain];
            continue;
        }
        uint32_t code, low;
        size_t width = c == 'u' ? 4 : c == 'U' ? 6 : 0;
        if (!width) {
            /* Not an escape: patterns like "\\d" are written with a single backslash. */
            p[n++] = '\\';
            if (c) p[n++] = c;
            continue;
        }
        if (hex(s, i + 1, width, &code) < 0) return false;
        i += width;
        if (code >= 0xD800 && code < 0xDC00 && i + 2 < s.n && s.p[i + 1] == '\\' && s.p[i + 2] == 'u' &&
            hex(s, i + 3, 4, &low) == 0 && low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
        }
        if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
        n += utf8_encode(code, p + n);
    }
    *out = (str){p, n};
    return true;
}

size_t feel_find_end(str source, size_t from, char closing)
{
    size_t depth = 0;
    for (size_t at = from; at < source.n;) {
        at = lex_skip(source, at);
        if (at >= source.n) break;
        char c = source.p[at];
        if (c == closing && !depth) return at;
        if (c == '"') {
            at = string_end(source, at);
            if (!at) break;
            continue;
        }
        if (c == '/' && at + 1 < source.n && source.p[at + 1] == '*') break;
        if (c == '(' || c == '[' || c == '{') depth++;
        if ((c == ')' || c == ']' || c == '}') && depth) depth--;
        at++;
    }
    return STR_NOT_FOUND;
}
