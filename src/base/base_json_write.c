/* SPDX-License-Identifier: Apache-2.0 */
#include "base_json.h"

#include "base_utf8.h"

#include <string.h>

void json_init(struct json_writer *w, struct buf *out, int indent)
{
    *w = (struct json_writer){.out = out, .indent = indent};
}

static void new_line(struct json_writer *w)
{
    if (!w->indent) return;
    buf_char(w->out, '\n');
    for (int n = w->depth * w->indent; n > 0; n -= 16) buf_put(w->out, "                ", (size_t)(n < 16 ? n : 16));
}

/* What stands before a value or a key; a comma alone is the caller's to write. 0: nothing more. */
static char begin(struct json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return 0;
    }
    bool comma = w->has_items;
    w->has_items = true;
    if (!w->indent) return comma ? ',' : 0;
    if (comma) buf_char(w->out, ',');
    if (w->depth) new_line(w);
    return 0;
}

static void begin_now(struct json_writer *w)
{
    char comma = begin(w);
    if (comma) buf_char(w->out, comma);
}

static void open_level(struct json_writer *w, char c)
{
    begin_now(w);
    buf_char(w->out, c);
    w->depth++;
    w->has_items = false;
}

/* The level above has at least this one as an item. */
static void close_level(struct json_writer *w, char c)
{
    MUST(w->depth > 0 && !w->after_key);
    w->depth--;
    if (w->has_items) new_line(w);
    buf_char(w->out, c);
    w->has_items = true;
}

void json_object(struct json_writer *w) { open_level(w, '{'); }
void json_object_end(struct json_writer *w) { close_level(w, '}'); }
void json_array(struct json_writer *w) { open_level(w, '['); }
void json_array_end(struct json_writer *w) { close_level(w, ']'); }

static void put_escaped(struct buf *out, uint32_t c)
{
    static const char names[] = "btn_fr", hex[] = "0123456789abcdef"; /* of 8 to 13; 11 has none */
    buf_char(out, '\\');
    if (c == '"' || c == '\\') {
        buf_char(out, (char)c);
    } else if (c >= 8 && c <= 13 && c != 11) {
        buf_char(out, names[c - 8]);
    } else {
        buf_char(out, 'u');
        for (int shift = 12; shift >= 0; shift -= 4) buf_char(out, hex[c >> shift & 15]);
    }
}

/* Marks bytes that are not printable ASCII, or quote or backslash; above the lowest mark there may be false ones. */
static inline uint64_t special(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\'), del = word ^ (ones * 0x7F);
    return (word | (word - ones * 0x20) | (quote - ones) | (slash - ones) | (del - ones)) & tops;
}

size_t json_plain_length(str s)
{
    size_t i = 0;
    uint64_t word;
    uint32_t low, high;
    for (; i + 8 <= s.n; i += 8) {
        memcpy(&word, s.p + i, 8);
        if ((word = special(word))) return i + (size_t)(__builtin_ctzll(word) / 8);
    }
    if (i == s.n) return i;
    /* The end once more, with what was seen before it. */
    word = 1;
    if (s.n >= 8)
        memcpy(&word, s.p + s.n - 8, 8), word = special(word);
    else if (s.n >= 4)
        memcpy(&low, s.p, 4), memcpy(&high, s.p + s.n - 4, 4), word = special(low | (uint64_t)high << 32);
    if (!word) return s.n;
    while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7F && s.p[i] != '"' && s.p[i] != '\\') i++;
    return i;
}

/* Most strings are plain: then they are copied in one piece, with what stands before and behind. */
static void put_string(struct buf *out, char before, str s, char after)
{
    if (!s.p) s = STR("");
    size_t done = 0, plain = json_plain_length(s), around = 2 + (before != 0) + (after != 0);
    char *p = plain == s.n ? buf_take(out, s.n + around) : NULL;
    if (LIKELY(p != NULL)) {
        if (before) *p++ = before;
        *p++ = '"';
        memcpy(p, s.p, s.n), p += s.n;
        *p++ = '"';
        if (after) *p = after;
        return;
    }
    if (before) buf_char(out, before);
    buf_char(out, '"');
    for (size_t i = 0, length; i < s.n; i += length) {
        i += json_plain_length(str_from(s, i));
        if (i == s.n) break;
        uint32_t c = (unsigned char)s.p[i];
        length = 1;
        if (c >= 0x80) c = utf8_decode(str_from(s, i), &length);
        /* U+2028 and U+2029 end a line in older JavaScript. */
        if (length > 1 && c != 0x2028 && c != 0x2029) continue;
        if (i > done) buf_put(out, s.p + done, i - done);
        done = i + length;
        if (c == 0xFFFD)
            buf_codepoint(out, c);
        else
            put_escaped(out, c);
    }
    if (s.n > done) buf_put(out, s.p + done, s.n - done);
    buf_char(out, '"');
    if (after) buf_char(out, after);
}

void json_key(struct json_writer *w, str key)
{
    MUST(w->depth > 0 && !w->after_key);
    put_string(w->out, begin(w), key, ':');
    if (w->indent) buf_char(w->out, ' ');
    w->after_key = true;
}

void json_string(struct json_writer *w, str s) { put_string(w->out, begin(w), s, 0); }

void json_number(struct json_writer *w, str digits)
{
    MUST(digits.n && json_number_length(digits) == digits.n);
    begin_now(w);
    buf_str(w->out, digits);
}

void json_int(struct json_writer *w, int64_t v)
{
    char text[20];
    size_t at = sizeof text;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do text[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (v < 0) text[--at] = '-';
    begin_now(w);
    buf_put(w->out, text + at, sizeof text - at);
}

static void put_word(struct json_writer *w, const char *word)
{
    begin_now(w);
    buf_text(w->out, word);
}

void json_bool(struct json_writer *w, bool v) { put_word(w, v ? "true" : "false"); }
void json_null(struct json_writer *w) { put_word(w, "null"); }

void json_emit(struct json_writer *w, const struct json *value)
{
    switch (value->kind) {
    case JSON_NULL: json_null(w); return;
    case JSON_FALSE:
    case JSON_TRUE: json_bool(w, value->kind == JSON_TRUE); return;
    case JSON_NUMBER: json_number(w, value->text); return;
    case JSON_STRING: json_string(w, value->text); return;
    case JSON_ARRAY:
        json_array(w);
        for (size_t i = 0; i < value->count; i++) json_emit(w, &value->items[i]);
        json_array_end(w);
        return;
    case JSON_OBJECT:
        json_object(w);
        for (size_t i = 0; i < value->count; i++) {
            json_key(w, value->items[i].key);
            json_emit(w, &value->items[i]);
        }
        json_object_end(w);
        return;
    }
    NOT_REACHED();
}
