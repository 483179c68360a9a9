/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of a list: what an address asks of a field becomes FEEL, the same that `entente list --where` takes.
 *
 *   is.KEY=value   one of these values (again for another); "-" is no value; links by their targets' names
 *   min.KEY, max.KEY   numbers, money, percentages and dates, as people type them
 *   has.KEY=words  texts
 *   set.KEY=yes|no has a value, or has none */
#include "page_list.h"

#include "base_utf8.h"

static bool is_range(enum field_kind kind)
{
    return kind == FIELD_WHOLE_NUMBER || kind == FIELD_DECIMAL || kind == FIELD_MONEY || kind == FIELD_PERCENT ||
           kind == FIELD_DATE;
}
static bool is_link(enum field_kind kind) { return kind == FIELD_LINK || kind == FIELD_LINKS; }
static bool is_choice(enum field_kind kind) { return kind == FIELD_ONE_OF || kind == FIELD_YES_NO; }

enum field_kind field_shown_kind(const struct model_field *f)
{
    return f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED ? f->gives : f->kind;
}

/* What the address says of one field. */
struct said {
    const struct model_field *field;
    VEC(str) is;
    str min, max, has, set;
    bool any; /* it is named at all, also when empty */
};

static bool take(str name, const char *prefix, str key)
{
    return str_starts(name, str_of(prefix)) && str_eq(str_from(name, str_of(prefix).n), key);
}

static struct said said_of(struct request *r, const struct model_field *field)
{
    struct said s = {.field = field};
    for (size_t i = 0; i < r->query.count; i++) {
        str name = r->query.items[i].name, value = str_trim(r->query.items[i].value);
        bool is = take(name, "is.", field->key), add = str_eq(name, STR("add")) && str_eq(value, field->key);
        str *one = take(name, "min.", field->key)   ? &s.min
                   : take(name, "max.", field->key) ? &s.max
                   : take(name, "has.", field->key) ? &s.has
                   : take(name, "set.", field->key) ? &s.set
                                                    : NULL;
        s.any |= is || add || one;
        if (is && value.n) *vec_add(&r->arena, &s.is) = value;
        if (one) *one = value;
    }
    return s;
}

/* ---- FEEL ---- */

static void put_and(struct buf *b)
{
    if (b->n) buf_text(b, " and ");
}

static void put_text(struct buf *b, str text) { feel_emit(b, feel_string(text)); }

/* "= one" or "in (one, another)". */
static void put_among(struct buf *b, const str *values, size_t count)
{
    buf_text(b, count > 1 ? " in (" : " = ");
    for (size_t i = 0; i < count; i++) {
        buf_text(b, i ? ", " : "");
        put_text(b, values[i]);
    }
    if (count > 1) buf_char(b, ')');
}

/* "status in (…)", "vendor.name in (…)", "some x in realises satisfies x.name in (…)". */
static void put_is(struct request *r, struct buf *b, const struct said *s)
{
    const struct model_field *f = s->field;
    enum field_kind kind = field_shown_kind(f);
    VEC(str) values = {0};
    bool empty = false;
    for (size_t i = 0; i < s->is.count; i++) {
        if (str_eq(s->is.items[i], STR("-")))
            empty = true;
        else
            *vec_add(&r->arena, &values) = s->is.items[i];
    }
    if (!values.count && !empty) return;
    put_and(b);
    if (empty && values.count) buf_char(b, '(');
    if (empty) buf_printf(b, STR_FORMAT " = null%s", STR_ARGS(f->name), values.count ? " or " : "");
    if (values.count && kind == FIELD_YES_NO) {
        for (size_t i = 0; i < values.count; i++)
            buf_printf(b, "%s" STR_FORMAT " = %s", i ? " or " : "", STR_ARGS(f->name),
                       str_eq(values.items[i], STR("yes")) ? "true" : "false");
    } else if (values.count) {
        str name = kind == FIELD_LINK || kind == FIELD_LINKS ? f->to->name_field->name : STR_NONE;
        if (kind == FIELD_LINKS)
            buf_printf(b, "(some x in " STR_FORMAT " satisfies x." STR_FORMAT, STR_ARGS(f->name), STR_ARGS(name));
        else
            buf_printf(b, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(f->name), name.n ? "." : "", STR_ARGS(name));
        put_among(b, values.items, values.count);
        if (kind == FIELD_LINKS) buf_char(b, ')');
    }
    if (empty && values.count) buf_char(b, ')');
}

static int put_limit(struct request *r, struct buf *b, const struct model_field *field, const char *comparison,
                     str typed, struct err *err)
{
    const struct model_input how = {.currency = r->web->profile.currency};
    struct model_field plain = *field;
    str canonical;
    plain.kind = field_shown_kind(field);
    if (!typed.n) return 0;
    if (model_read_value(&r->arena, &plain, &how, typed, &canonical, err))
        return err_at(err, 0, show_word(r, field->name));
    size_t blank = str_find_char(canonical, ' ');
    if (plain.kind == FIELD_MONEY && blank != STR_NOT_FOUND) {
        if (!str_eq(str_from(canonical, blank + 1), how.currency)) {
            err_set(err, ERR_INPUT,
                    "\"" STR_FORMAT "\" is compared in " STR_FORMAT ": write it without another currency",
                    STR_ARGS(typed), STR_ARGS(how.currency));
            return err_at(err, 0, show_word(r, field->name));
        }
        canonical = str_slice(canonical, 0, blank);
    }
    put_and(b);
    buf_printf(b, STR_FORMAT " %s ", STR_ARGS(field->name), comparison);
    if (plain.kind == FIELD_DATE) buf_text(b, "@\"");
    buf_str(b, canonical);
    if (plain.kind == FIELD_DATE) buf_char(b, '"');
    return 0;
}

static int put_said(struct request *r, struct buf *b, const struct said *s, struct err *err)
{
    const struct model_field *f = s->field;
    enum field_kind kind = field_shown_kind(f);
    put_is(r, b, s);
    if (is_range(kind) && (put_limit(r, b, f, ">=", s->min, err) || put_limit(r, b, f, "<=", s->max, err))) return -1;
    if (s->has.n && !is_link(kind)) {
        put_and(b);
        buf_printf(b, "contains(lower case(" STR_FORMAT "), ", STR_ARGS(f->name));
        put_text(b, utf8_lower(&r->arena, s->has));
        buf_char(b, ')');
    }
    if (s->set.n) {
        bool yes = str_eq(s->set, STR("yes"));
        put_and(b);
        if (kind == FIELD_LINKS)
            buf_printf(b, "count(" STR_FORMAT ") %s 0", STR_ARGS(f->name), yes ? ">" : "=");
        else
            buf_printf(b, STR_FORMAT " %s null", STR_ARGS(f->name), yes ? "!=" : "=");
    }
    return 0;
}

int filters_feel(struct request *r, const struct model_type *type, str *out, struct err *err)
{
    struct buf b;
    int failed = 0;
    buf_init(&b, 100000);
    for (size_t i = 0; i < type->field_count && !failed; i++) {
        struct said s = said_of(r, &type->fields[i]);
        if (s.any) failed = put_said(r, &b, &s, err);
    }
    if (!failed) failed = buf_check(&b, err);
    *out = b.n ? buf_copy(&b, &r->arena) : STR_NONE;
    buf_release(&b);
    return failed;
}

/* ---- The controls ---- */

static bool among(const struct said *s, str value)
{
    for (size_t i = 0; i < s->is.count; i++)
        if (str_eq(s->is.items[i], value)) return true;
    return false;
}

static void add_choice(struct request *r, struct values *list, const struct said *s, str key, str text)
{
    struct record c = record_new(r);
    record_text(&c, "key", key);
    record_text(&c, "text", text);
    record_bool(&c, "chosen", among(s, key));
    values_add(r, list, record_get(&c));
}

static struct feel_value choices_of(struct request *r, const struct said *s)
{
    struct values list = {0};
    const struct model_field *f = s->field;
    if (field_shown_kind(f) == FIELD_YES_NO) {
        add_choice(r, &list, s, STR("yes"), STR("yes"));
        add_choice(r, &list, s, STR("no"), STR("no"));
    }
    for (size_t i = 0; i < f->value_count; i++) add_choice(r, &list, s, f->values[i], show_choice(r, f->values[i]));
    add_choice(r, &list, s, STR("-"), STR("not known"));
    return values_get(&list);
}

/* This page's address without what it says of the field. */
static str url_without(struct request *r, const struct model_field *field)
{
    static const char *const prefixes[] = {"is.", "min.", "max.", "has.", "set."};
    struct pairs kept = {0};
    for (size_t i = 0; i < r->query.count; i++) {
        struct pair p = r->query.items[i];
        bool out = str_eq(p.name, STR("add")) || str_eq(p.name, STR("page"));
        for (size_t k = 0; k < ARRAY_COUNT(prefixes); k++) out |= take(p.name, prefixes[k], field->key);
        if (!out) *vec_add(&r->arena, &kept) = p;
    }
    return url_of(r, r->path, &kept);
}

static struct feel_value filter_record(struct request *r, const struct said *s)
{
    const struct model_field *f = s->field;
    enum field_kind kind = field_shown_kind(f);
    struct record c = record_new(r);
    record_text(&c, "key", f->key);
    record_text(&c, "label", show_word(r, f->name));
    record_text(&c, "help", f->help);
    record_text(&c, "look",
                is_choice(kind)  ? STR("choice")
                : is_range(kind) ? STR("range")
                : is_link(kind)  ? STR("link")
                                 : STR("text"));
    if (is_choice(kind)) record_put(&c, "choices", choices_of(r, s));
    if (is_link(kind)) {
        struct values names = {0};
        for (size_t i = 0; i < s->is.count; i++) values_add(r, &names, feel_string(s->is.items[i]));
        record_put(&c, "names", values_get(&names));
        record_text(&c, "ask", text_format(r, "/options/" STR_FORMAT, STR_ARGS(f->to->key)));
        record_text(&c, "kind", show_a(r, f->to->name));
    }
    record_text(&c, "hint", kind == FIELD_DATE ? STR("2026-11-22") : STR_NONE);
    record_text(&c, "min", s->min);
    record_text(&c, "max", s->max);
    record_text(&c, "has", s->has);
    record_text(&c, "set", s->set);
    record_bool(&c, "new", str_eq(pairs_get(&r->query, STR("add")), f->key));
    record_text(&c, "without", url_without(r, f));
    return record_get(&c);
}

void put_filters(struct request *r, const struct model_type *type)
{
    struct values shown = {0}, more = {0};
    for (size_t i = 0; i < type->field_count; i++) {
        struct said s = said_of(r, &type->fields[i]);
        if (!request_sees(r, type, s.field)) continue;
        if (s.any)
            values_add(r, &shown, filter_record(r, &s));
        else
            values_add(r, &more, choice_record(r, s.field->key, show_word(r, s.field->name), STR_NONE));
    }
    page_put(r, "filters", values_get(&shown));
    page_put(r, "more", values_get(&more));
}
