/* SPDX-License-Identifier: Apache-2.0 */
#include "store_inside.h"

#include "base_json.h"

#include <string.h>

static int damaged(struct err *err)
{
    return err_set(err, ERR_STORE, "the workspace is damaged: a fact's fields cannot be read");
}

/* The general reader, for texts with escapes and whatever else is not as we write it. */
static int parse_any(struct arena *a, str json, struct field_texts *out, struct err *err)
{
    const struct json *top;
    struct err inner;
    if (json_parse(a, json, &top, &inner) || top->kind != JSON_OBJECT) return damaged(err);
    out->items = arena_array(a, top->count + 1, sizeof *out->items);
    out->count = 0;
    for (size_t i = 0; i < top->count; i++) {
        const struct json *v = &top->items[i];
        int64_t id;
        if (!str_to_int(v->key, &id) || id < 1 || id > UINT32_MAX) return damaged(err);
        if (v->kind != JSON_STRING && v->kind != JSON_NULL && v->kind != JSON_FALSE) return damaged(err);
        out->items[out->count++] =
            (struct field_text){(uint32_t)id, v->kind == JSON_STRING ? v->text : STR_NONE, v->kind == JSON_FALSE};
    }
    return 0;
}

int field_texts_parse(struct arena *a, str json, struct field_texts *out, struct err *err)
{
    VEC(struct field_text) found = {0};
    const char *p = json.p, *end = json.p + json.n;
    *out = (struct field_texts){0};
    if (json.n == 2 && p[0] == '{' && p[1] == '}') return 0;
    if (json.n < 2 || memchr(p, '\\', json.n)) return parse_any(a, json, out, err);
    /* {"12":"text","13":null,"14":false} without escapes or blanks: the texts can be borrowed. */
    while (p < end && (*p == '{' || *p == ',')) {
        uint32_t id = 0;
        str text = STR_NONE;
        bool erased = false;
        if (end - p < 6 || p[1] != '"') return parse_any(a, json, out, err);
        for (p += 2; p < end && *p >= '0' && *p <= '9' && id < 100000000; p++) id = id * 10 + (uint32_t)(*p - '0');
        if (end - p < 4 || p[0] != '"' || p[1] != ':' || !id) return parse_any(a, json, out, err);
        p += 2;
        if (*p == '"') {
            const char *close = memchr(p + 1, '"', (size_t)(end - p - 1));
            if (!close) return damaged(err);
            text = (str){p + 1, (size_t)(close - p - 1)};
            p = close + 1;
        } else if (end - p > 4 && memcmp(p, "null", 4) == 0)
            p += 4;
        else if (end - p > 5 && memcmp(p, "false", 5) == 0)
            p += 5, erased = true;
        else
            return parse_any(a, json, out, err);
        *vec_add(a, &found) = (struct field_text){id, text, erased};
    }
    if (end - p != 1 || *p != '}') return parse_any(a, json, out, err);
    out->items = found.items;
    out->count = found.count;
    return 0;
}

void field_texts_open(struct buf *b) { buf_char(b, '{'); }
void field_texts_close(struct buf *b) { buf_char(b, '}'); }

void put_number(struct buf *b, uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + v % 10);
    while (v /= 10);
    buf_put(b, digits + at, sizeof digits - at);
}

static void put_key(struct buf *b, uint32_t field)
{
    if (b->n > 1) buf_char(b, ',');
    buf_char(b, '"');
    put_number(b, field);
    buf_put(b, "\":", 2);
}

void field_texts_put_erased(struct buf *b, uint32_t field)
{
    put_key(b, field);
    buf_text(b, "false");
}

void field_texts_put(struct buf *b, uint32_t field, str text)
{
    put_key(b, field);
    if (!text.p) {
        buf_text(b, "null");
        return;
    }
    bool plain = true;
    for (size_t i = 0; plain && i < text.n; i++)
        plain = (unsigned char)text.p[i] >= ' ' && text.p[i] != '"' && text.p[i] != '\\';
    if (plain) {
        buf_char(b, '"');
        buf_str(b, text);
        buf_char(b, '"');
        return;
    }
    struct json_writer w;
    json_init(&w, b, 0);
    json_string(&w, text);
}

bool next_link(str *rest, uint64_t *id)
{
    str piece;
    int64_t v;
    if (!rest->n || !str_cut(rest, ' ', &piece) || !str_to_int(piece, &v) || v < 1) return false;
    *id = (uint64_t)v;
    return true;
}
