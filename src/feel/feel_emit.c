/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text: FEEL literals, for people, JSON. */
#include "base_utf8.h"
#include "feel_builtin.h"
#include "feel_number.h"
#include "feel_time.h"
#include "feel_value.h"

static void emit_string(struct buf *out, str s)
{
    buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        size_t plain = json_plain_length(str_from(s, i));
        buf_put(out, s.p + i, plain);
        if ((i += plain) == s.n) break;
        char c = s.p[i];
        if (c == '"' || c == '\\')
            buf_char(out, '\\'), buf_char(out, c);
        else if (c == '\n')
            buf_text(out, "\\n");
        else if (c == '\r')
            buf_text(out, "\\r");
        else if (c == '\t')
            buf_text(out, "\\t");
        else if ((unsigned char)c < ' ')
            buf_printf(out, "\\u%04X", c);
        else
            buf_char(out, c);
    }
    buf_char(out, '"');
}

static bool is_bare_name(str key)
{
    bool start = true;
    for (size_t i = 0; i < key.n; start = false) {
        size_t length;
        uint32_t c = utf8_decode(str_from(key, i), &length);
        bool letter = c == '_' || c > 127 || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (!letter && (start || c < '0' || c > '9')) return false;
        i += length;
    }
    return key.n > 0;
}

static void emit(struct buf *out, struct feel_value v, int depth);

static void emit_end(struct buf *out, struct feel_value v, int depth) { emit(out, v, depth + 1); }

static void emit_range(struct buf *out, const struct feel_range *r, int depth)
{
    if (r->form != RANGE_BOTH) {
        bool below = r->form == RANGE_BELOW, closed = below ? r->to_closed : r->from_closed;
        buf_text(out, r->form == RANGE_EQUAL ? "(=" : r->form == RANGE_EXCEPT ? "(!=" : below ? "(<" : "(>");
        if (closed && (below || r->form == RANGE_ABOVE)) buf_char(out, '=');
        emit_end(out, below ? r->to : r->from, depth);
        buf_char(out, ')');
        return;
    }
    buf_char(out, r->from_closed ? '[' : '(');
    emit_end(out, r->from, depth);
    buf_text(out, "..");
    emit_end(out, r->to, depth);
    buf_char(out, r->to_closed ? ']' : ')');
}

static void emit_context(struct buf *out, struct feel_value v, int depth)
{
    buf_char(out, '{');
    for (uint32_t i = 0; i < v.count; i++) {
        if (i) buf_text(out, ", ");
        if (is_bare_name(v.entries[i].key))
            buf_str(out, v.entries[i].key);
        else
            emit_string(out, v.entries[i].key);
        buf_text(out, ": ");
        emit(out, v.entries[i].value, depth + 1);
    }
    buf_char(out, '}');
}

static void emit(struct buf *out, struct feel_value v, int depth)
{
    if (depth > VALUE_DEPTH) {
        buf_text(out, "null");
        return;
    }
    switch ((enum feel_kind)v.kind) {
    case FEEL_NULL: buf_text(out, "null"); break;
    case FEEL_BOOLEAN: buf_text(out, v.flag ? "true" : "false"); break;
    case FEEL_NUMBER: number_emit(out, v, false); break;
    case FEEL_STRING: emit_string(out, v.text); break;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
        buf_text(out, "@\"");
        time_emit(out, v);
        buf_char(out, '"');
        break;
    case FEEL_RANGE: emit_range(out, v.range, depth); break;
    case FEEL_LIST:
        buf_char(out, '[');
        for (uint32_t i = 0; i < v.count; i++) {
            if (i) buf_text(out, ", ");
            emit(out, v.items[i], depth + 1);
        }
        buf_char(out, ']');
        break;
    case FEEL_CONTEXT: emit_context(out, v, depth); break;
    case FEEL_FUNCTION: function_emit(out, v.function); break;
    case FEEL_OBJECT:
        buf_str(out, v.object.of->name);
        buf_printf(out, " %llu", (unsigned long long)v.object.handle);
        break;
    }
}

void feel_emit(struct buf *out, struct feel_value v) { emit(out, v, 0); }

void feel_emit_plain(struct buf *out, struct feel_value v)
{
    if (v.kind == FEEL_NULL) return;
    if (v.kind == FEEL_STRING)
        buf_str(out, v.text);
    else if (time_is_temporal(v))
        time_emit(out, v);
    else if (v.kind == FEEL_LIST) {
        for (uint32_t i = 0; i < v.count; i++) {
            if (i) buf_text(out, ", ");
            if (v.items[i].kind == FEEL_LIST)
                feel_emit(out, v.items[i]);
            else
                feel_emit_plain(out, v.items[i]);
        }
    } else
        feel_emit(out, v);
}

static void emit_json(struct json_writer *w, struct feel_value v, int depth)
{
    struct buf text;
    buf_init(&text, (size_t)1 << 24);
    if (depth > 60)
        json_null(w); /* the writer's nesting is bounded */
    else
        switch ((enum feel_kind)v.kind) {
        case FEEL_NULL: json_null(w); break;
        case FEEL_BOOLEAN: json_bool(w, v.flag); break;
        case FEEL_STRING: json_string(w, v.text); break;
        case FEEL_NUMBER:
            number_emit(&text, v, true);
            json_number(w, buf_get(&text));
            break;
        case FEEL_DATE:
        case FEEL_TIME:
        case FEEL_DATE_TIME:
        case FEEL_DAYS_TIME:
        case FEEL_YEARS_MONTHS:
            time_emit(&text, v);
            json_string(w, buf_get(&text));
            break;
        case FEEL_RANGE:
        case FEEL_FUNCTION:
        case FEEL_OBJECT:
            feel_emit(&text, v);
            json_string(w, buf_get(&text));
            break;
        case FEEL_LIST:
            json_array(w);
            for (uint32_t i = 0; i < v.count; i++) emit_json(w, v.items[i], depth + 1);
            json_array_end(w);
            break;
        case FEEL_CONTEXT:
            json_object(w);
            for (uint32_t i = 0; i < v.count; i++) {
                json_key(w, v.entries[i].key);
                emit_json(w, v.entries[i].value, depth + 1);
            }
            json_object_end(w);
            break;
        }
    buf_release(&text);
}
void feel_emit_json(struct json_writer *w, struct feel_value v) { emit_json(w, v, 0); }

struct feel_value feel_from_json(struct arena *a, const struct json *j)
{
    struct feel_value v = feel_null();
    switch (j->kind) {
    case JSON_NULL: return v;
    case JSON_FALSE: return feel_boolean(false);
    case JSON_TRUE: return feel_boolean(true);
    case JSON_NUMBER: return feel_number(j->text, &v) ? v : feel_null_because(STR("the number is out of range"));
    case JSON_STRING: return feel_string(j->text);
    case JSON_ARRAY: {
        struct feel_value *items = value_new_items(a, j->count);
        for (size_t i = 0; i < j->count; i++) items[i] = feel_from_json(a, &j->items[i]);
        return feel_list(items, j->count);
    }
    case JSON_OBJECT: {
        struct feel_entry *entries = arena_alloc(a, (j->count + 1) * sizeof *entries);
        for (size_t i = 0; i < j->count; i++)
            entries[i] = (struct feel_entry){j->items[i].key, feel_from_json(a, &j->items[i])};
        return feel_context(entries, j->count);
    }
    }
    NOT_REACHED();
}
