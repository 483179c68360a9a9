/* SPDX-License-Identifier: Apache-2.0 */
#include "base_json.h"

#include "base_utf8.h"

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

/* What stands before a value or a key. */
static void begin(struct json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->has_items) buf_char(w->out, ',');
    if (w->depth) new_line(w);
    w->has_items = true;
}

static void open_level(struct json_writer *w, char c)
{
    begin(w);
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
    static const char names[] = "btn_fr"; /* of 8 to 13; 11 has none */
    if (c == '"' || c == '\\')
        buf_printf(out, "\\%c", (char)c);
    else if (c >= 8 && c <= 13 && c != 11)
        buf_printf(out, "\\%c", names[c - 8]);
    else
        buf_printf(out, "\\u%04x", c);
}

static void put_string(struct buf *out, str s)
{
    if (!s.p) s = STR("");
    buf_char(out, '"');
    size_t done = 0;
    for (size_t i = 0, length; i < s.n; i += length) {
        unsigned char c = (unsigned char)s.p[i];
        length = 1;
        if (LIKELY(c >= 0x20 && c < 0x7F && c != '"' && c != '\\')) continue;
        uint32_t point = utf8_decode(str_from(s, i), &length);
        bool bad = c >= 0x80 && length == 1;
        /* U+2028 and U+2029 end a line in older JavaScript. */
        if (length > 1 && point != 0x2028 && point != 0x2029) continue;
        buf_put(out, s.p + done, i - done);
        done = i + length;
        if (bad)
            buf_codepoint(out, 0xFFFD);
        else
            put_escaped(out, point);
    }
    buf_put(out, s.p + done, s.n - done);
    buf_char(out, '"');
}

void json_key(struct json_writer *w, str key)
{
    MUST(w->depth > 0 && !w->after_key);
    begin(w);
    put_string(w->out, key);
    buf_text(w->out, w->indent ? ": " : ":");
    w->after_key = true;
}

void json_string(struct json_writer *w, str s)
{
    begin(w);
    put_string(w->out, s);
}

void json_number(struct json_writer *w, str digits)
{
    MUST(digits.n && json_number_length(digits) == digits.n);
    begin(w);
    buf_str(w->out, digits);
}

void json_int(struct json_writer *w, int64_t v)
{
    begin(w);
    buf_printf(w->out, "%lld", (long long)v);
}

static void put_word(struct json_writer *w, const char *word)
{
    begin(w);
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
