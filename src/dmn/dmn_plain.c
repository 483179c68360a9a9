/* SPDX-License-Identifier: Apache-2.0 */
#include "dmn_plain.h"

#include "base_time.h"
#include "dmn_index.h"
#include "feel_value.h"

enum { CELL_STEPS = 10000, CELL_BYTES = 100000 };

/* ---- Columns ---- */

static enum plain_kind kind_of(const struct feel_type *t)
{
    if (t->is == FEEL_TYPE_LIST && t->of) t = t->of;
    if (t->is != FEEL_TYPE_OF_KIND) return PLAIN_OTHER;
    switch (t->kind) {
    case FEEL_NUMBER: return PLAIN_NUMBER;
    case FEEL_DATE: return PLAIN_DATE;
    case FEEL_STRING: return PLAIN_WORDS;
    case FEEL_BOOLEAN: return PLAIN_CHOICE;
    case FEEL_NULL:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
    case FEEL_RANGE:
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_FUNCTION:
    case FEEL_OBJECT: return PLAIN_OTHER;
    }
    NOT_REACHED();
}

static struct plain_column column_of(struct arena *a, str head, const struct feel_type *t, str allowed)
{
    struct plain_column c = {.head = arena_copy(a, head), .kind = kind_of(t)};
    if (c.kind == PLAIN_CHOICE && !allowed.n) allowed = STR("true, false");
    if (c.kind == PLAIN_OTHER || !allowed.n) return c;
    c.values = values_listed(a, arena_copy(a, allowed), &c.value_count);
    if (c.value_count) c.kind = PLAIN_CHOICE;
    return c;
}

bool dmn_plain_table(const struct dmn_node *n, struct arena *a, struct plain_table *out)
{
    const struct box *b = n->logic;
    if (b && b->kind == BOX_FUNCTION) b = b->body;
    if (!b || b->kind != BOX_TABLE || !b->table) return false;
    const struct dmn_table *t = b->table;
    struct plain_column *columns = arena_array(a, t->input_count + t->output_count + 1, sizeof *columns);
    for (size_t i = 0; i < t->input_count; i++) {
        const struct table_input *in = &t->inputs[i];
        columns[i] =
            column_of(a, in->text, in->tested, in->allowed_text.n ? in->allowed_text : type_allowed_text(in->type));
    }
    for (size_t i = 0; i < t->output_count; i++) {
        const struct table_output *o = &t->outputs[i];
        /* Without a type of its own the one column gives what the decision does. */
        const struct dmn_type *type = o->type || t->output_count > 1 ? o->type : n->type;
        columns[t->input_count + i] =
            column_of(a, o->name, type_feel(type), o->allowed_text.n ? o->allowed_text : type_allowed_text(type));
    }
    bool one = t->policy == HIT_UNIQUE || t->policy == HIT_ANY || t->policy == HIT_PRIORITY || t->policy == HIT_FIRST;
    *out = (struct plain_table){columns, t->input_count, t->output_count, one, !one || t->has_fallback};
    return true;
}

/* ---- Reading ---- */

/* Of a text without names. */
static bool constant(struct arena *a, str text, struct feel_value *out)
{
    struct feel_scope none = {.lenient = true};
    struct feel_env env = {.arena = a, .limits = {.steps = CELL_STEPS}};
    const struct feel_program *p;
    struct err err = {0};
    return text.n && feel_compile(a, &none, text, &p, &err) == 0 && !feel_program_uses_clock(p) &&
           feel_eval(p, &env, NULL, out, &err) == 0;
}

static bool is_of(const struct plain_column *c, struct feel_value v)
{
    return (c->kind == PLAIN_NUMBER && v.kind == FEEL_NUMBER) || (c->kind == PLAIN_DATE && v.kind == FEEL_DATE) ||
           (c->kind == PLAIN_WORDS && v.kind == FEEL_STRING);
}

static str plain_text(struct arena *a, struct feel_value v)
{
    struct buf b;
    buf_init(&b, CELL_BYTES);
    feel_emit_plain(&b, v);
    str text = buf_copy(&b, a);
    buf_release(&b);
    return text;
}

static bool read_chosen(struct arena *a, const struct plain_column *c, str text, bool negated, struct plain_cell *out)
{
    size_t count;
    const struct feel_value *named = values_listed(a, text, &count);
    out->chosen = arena_array(a, c->value_count + 1, sizeof *out->chosen);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < c->value_count && !feel_same(c->values[at], named[i])) at++;
        if (at == c->value_count || out->chosen[at]) return false;
        out->chosen[at] = true;
    }
    for (size_t i = 0; i < c->value_count && negated; i++) out->chosen[i] = !out->chosen[i];
    out->form = CELL_CHOSEN, out->negated = negated;
    return count > 0;
}

static bool read_span(struct arena *a, const struct plain_column *c, str text, struct plain_cell *out)
{
    struct feel_value v;
    if (!constant(a, arena_printf(a, "(" STR_FORMAT ")", STR_ARGS(text)), &v)) return false;
    out->form = CELL_SPAN, out->from_closed = out->to_closed = true;
    if (is_of(c, v)) return out->from = out->to = plain_text(a, v), true;
    if (v.kind != FEEL_RANGE || v.range->form == RANGE_EXCEPT) return false;
    const struct feel_range *r = v.range;
    bool from = r->form != RANGE_BELOW, to = r->form != RANGE_ABOVE;
    if ((from && !is_of(c, r->from)) || (to && !is_of(c, r->to))) return false;
    if (from) out->from = plain_text(a, r->from), out->from_closed = r->from_closed || r->form == RANGE_EQUAL;
    if (to) out->to = plain_text(a, r->to), out->to_closed = r->to_closed || r->form == RANGE_EQUAL;
    return true;
}

void plain_test_read(struct arena *a, const struct plain_column *c, str text, struct plain_cell *out)
{
    const struct plain_cell feel = {.form = CELL_FEEL, .from = STR_NONE, .to = STR_NONE, .text = str_trim(text)};
    str t = feel.text, inner = t;
    *out = feel;
    if (!t.n || str_eq(t, STR("-"))) {
        out->form = CELL_ANY;
        return;
    }
    bool negated = str_starts(t, STR("not(")) && feel_find_end(t, 4, ')') == t.n - 1;
    if (negated) inner = str_slice(t, 4, t.n - 1);
    bool good = false;
    if (c->kind == PLAIN_CHOICE) good = read_chosen(a, c, inner, negated, out);
    if ((c->kind == PLAIN_NUMBER || c->kind == PLAIN_DATE) && !negated) good = read_span(a, c, t, out);
    if (!good) *out = feel;
}

void plain_result_read(struct arena *a, const struct plain_column *c, str text, struct plain_cell *out)
{
    const struct plain_cell feel = {.form = CELL_FEEL, .from = STR_NONE, .to = STR_NONE, .text = str_trim(text)};
    struct feel_value v;
    *out = feel;
    if (!feel.text.n || str_eq(feel.text, STR("-"))) {
        out->form = CELL_ANY;
        return;
    }
    if (c->kind == PLAIN_CHOICE) {
        size_t chosen = 0;
        bool good = read_chosen(a, c, feel.text, false, out);
        for (size_t i = 0; good && i < c->value_count; i++) chosen += out->chosen[i];
        if (chosen != 1) *out = feel;
    } else if (constant(a, feel.text, &v) && is_of(c, v)) {
        out->form = CELL_VALUE, out->from = v.kind == FEEL_STRING ? arena_copy(a, v.text) : plain_text(a, v);
    }
}

/* ---- Writing ---- */

static void emit(struct buf *b, struct feel_value v)
{
    /* DMN 1.1 and 1.2 know no `@`. */
    if (v.kind == FEEL_DATE) {
        buf_text(b, "date(\"");
        feel_emit_plain(b, v);
        buf_text(b, "\")");
    } else {
        feel_emit(b, v);
    }
}

static int write_chosen(struct arena *a, const struct plain_column *c, const struct plain_cell *cell, str *out,
                        struct err *err)
{
    size_t chosen = 0;
    struct buf b;
    for (size_t i = 0; i < c->value_count; i++) chosen += cell->chosen[i];
    if (!chosen) return err_set(err, ERR_INPUT, "choose at least one");
    if (chosen == c->value_count) return *out = STR("-"), 0;
    buf_init(&b, CELL_BYTES);
    if (cell->negated) buf_text(&b, "not(");
    bool any = false;
    for (size_t i = 0; i < c->value_count; i++) {
        if (cell->chosen[i] == cell->negated) continue;
        if (any) buf_text(&b, ", ");
        emit(&b, c->values[i]);
        any = true;
    }
    if (cell->negated) buf_char(&b, ')');
    *out = buf_copy(&b, a);
    int result = buf_check(&b, err);
    buf_release(&b);
    return result;
}

static int read_end(const struct plain_column *c, str text, struct feel_value *out, struct err *err)
{
    int64_t day;
    if (c->kind == PLAIN_NUMBER && feel_number(text, out)) return 0;
    if (c->kind == PLAIN_DATE && civil_parse(text, &day)) return *out = feel_date(day), 0;
    return c->kind == PLAIN_NUMBER
               ? err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not a number, such as 10000 or 2.5", STR_ARGS(text))
               : err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not a day, such as 2026-11-22", STR_ARGS(text));
}

static int write_span(struct arena *a, const struct plain_column *c, const struct plain_cell *cell, str *out,
                      struct err *err)
{
    struct feel_value from = feel_null(), to = feel_null();
    str first = str_trim(cell->from), last = str_trim(cell->to);
    struct buf b;
    if ((first.n && read_end(c, first, &from, err)) || (last.n && read_end(c, last, &to, err))) return -1;
    if (!first.n && !last.n) return *out = STR("-"), 0;
    int order = first.n && last.n ? feel_order(from, to) : -1;
    if (order > 0 || (order == 0 && !(cell->from_closed && cell->to_closed)))
        return err_set(err, ERR_INPUT, "nothing lies between " STR_FORMAT " and " STR_FORMAT, STR_ARGS(first),
                       STR_ARGS(last));
    buf_init(&b, CELL_BYTES);
    if (order == 0) {
        emit(&b, from);
    } else if (first.n && last.n) {
        buf_char(&b, cell->from_closed ? '[' : '(');
        emit(&b, from), buf_text(&b, ".."), emit(&b, to);
        buf_char(&b, cell->to_closed ? ']' : ')');
    } else if (first.n) {
        buf_text(&b, cell->from_closed ? ">= " : "> "), emit(&b, from);
    } else {
        buf_text(&b, cell->to_closed ? "<= " : "< "), emit(&b, to);
    }
    *out = buf_copy(&b, a);
    int result = buf_check(&b, err);
    buf_release(&b);
    return result;
}

int plain_test_write(struct arena *a, const struct plain_column *c, const struct plain_cell *cell, str *out,
                     struct err *err)
{
    switch (cell->form) {
    case CELL_ANY: *out = STR("-"); return 0;
    case CELL_CHOSEN: return write_chosen(a, c, cell, out, err);
    case CELL_SPAN: return write_span(a, c, cell, out, err);
    case CELL_VALUE:
    case CELL_FEEL: *out = str_trim(cell->text); return 0;
    }
    NOT_REACHED();
}

int plain_result_write(struct arena *a, const struct plain_column *c, const struct plain_cell *cell, str *out,
                       struct err *err)
{
    struct feel_value v = feel_null();
    switch (cell->form) {
    case CELL_ANY: return err_set(err, ERR_INPUT, "say what holds then");
    case CELL_SPAN:
    case CELL_FEEL: *out = str_trim(cell->text); return out->n ? 0 : err_set(err, ERR_INPUT, "say what holds then");
    case CELL_CHOSEN:
        for (size_t i = 0; i < c->value_count && v.kind == FEEL_NULL; i++)
            if (cell->chosen[i]) v = c->values[i];
        if (v.kind == FEEL_NULL) return err_set(err, ERR_INPUT, "choose what holds then");
        break;
    case CELL_VALUE:
        v = feel_string(str_trim(cell->from));
        if (!v.text.n) return err_set(err, ERR_INPUT, "say what holds then");
        if (c->kind != PLAIN_WORDS && read_end(c, v.text, &v, err)) return -1;
        break;
    }
    struct buf b;
    buf_init(&b, CELL_BYTES);
    emit(&b, v);
    *out = buf_copy(&b, a);
    int result = buf_check(&b, err);
    buf_release(&b);
    return result;
}
