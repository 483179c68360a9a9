/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_value.h"

#include "feel_builtin.h"
#include "feel_number.h"
#include "feel_time.h"

#include <string.h>

struct feel_value feel_list(const struct feel_value *items, size_t count)
{
    MUST(count <= UINT32_MAX);
    return (struct feel_value){.kind = FEEL_LIST, .count = (uint32_t)count, .items = items};
}
struct feel_value feel_context(const struct feel_entry *entries, size_t count)
{
    MUST(count <= UINT32_MAX);
    return (struct feel_value){.kind = FEEL_CONTEXT, .count = (uint32_t)count, .entries = entries};
}
struct feel_value feel_object(const struct feel_class *of, uint64_t handle)
{
    return (struct feel_value){.kind = FEEL_OBJECT, .object = {of, handle}};
}

struct feel_value feel_function(struct arena *a, const struct feel_host_function *host)
{
    struct feel_function *f = arena_zalloc(a, sizeof *f);
    *f = (struct feel_function){.is = FUNCTION_HOST, .host = host};
    return (struct feel_value){.kind = FEEL_FUNCTION, .function = f};
}

const struct feel_value *feel_entry_get(struct feel_value context, str key)
{
    if (context.kind != FEEL_CONTEXT) return NULL;
    for (uint32_t i = 0; i < context.count; i++)
        if (str_eq(context.entries[i].key, key)) return &context.entries[i].value;
    return NULL;
}

struct feel_value value_as_list(struct feel_value v, struct feel_value *one)
{
    if (v.kind == FEEL_LIST) return v;
    *one = v;
    return feel_list(one, v.kind != FEEL_NULL);
}

const char *feel_kind_words(enum feel_kind kind)
{
    switch (kind) {
    case FEEL_NULL: return "null";
    case FEEL_BOOLEAN: return "a boolean";
    case FEEL_NUMBER: return "a number";
    case FEEL_STRING: return "a string";
    case FEEL_DATE: return "a date";
    case FEEL_TIME: return "a time";
    case FEEL_DATE_TIME: return "a date and time";
    case FEEL_DAYS_TIME: return "a days and time duration";
    case FEEL_YEARS_MONTHS: return "a years and months duration";
    case FEEL_RANGE: return "a range";
    case FEEL_LIST: return "a list";
    case FEEL_CONTEXT: return "a context";
    case FEEL_FUNCTION: return "a function";
    case FEEL_OBJECT: return "an object";
    }
    NOT_REACHED();
}

/* ---- Equality and order --------------------------------------------------------------------------------------------
 */

/* 1 equal, 0 not, -1 not comparable. */
static int equal(struct feel_value x, struct feel_value y, int depth);
static bool type_conforms(const struct feel_type *t, const struct feel_type *to);

static int equal_contexts(struct feel_value x, struct feel_value y, int depth)
{
    if (x.count != y.count) return 0;
    for (uint32_t i = 0; i < x.count; i++) {
        const struct feel_value *other =
            str_eq(x.entries[i].key, y.entries[i].key) ? &y.entries[i].value : feel_entry_get(y, x.entries[i].key);
        if (!other || equal(x.entries[i].value, *other, depth + 1) != 1) return 0;
    }
    return 1;
}

static int equal_ranges(const struct feel_range *x, const struct feel_range *y, int depth)
{
    return x->from_closed == y->from_closed && x->to_closed == y->to_closed && x->form == y->form &&
           equal(x->from, y->from, depth + 1) == 1 && equal(x->to, y->to, depth + 1) == 1;
}

/* Closures with the same parameters, body and scope (DMN 1.5, table 53). */
static int equal_functions(const struct feel_function *x, const struct feel_function *y, int depth)
{
    if (x == y) return 1;
    if (x->is != y->is) return 0;
    if (x->is == FUNCTION_BUILTIN) return x->builtin == y->builtin;
    if (x->is == FUNCTION_HOST) return x->host == y->host;
    const struct feel_code *c = x->code, *d = y->code;
    if (c->parameter_count != d->parameter_count || c->capture_count != d->capture_count ||
        !str_eq(c->source, d->source))
        return 0;
    for (unsigned i = 0; i < c->parameter_count; i++)
        if (!str_eq(c->parameters[i], d->parameters[i]) ||
            !type_conforms(c->parameter_types[i], d->parameter_types[i]) ||
            !type_conforms(d->parameter_types[i], c->parameter_types[i]))
            return 0;
    for (unsigned i = 0; i < c->capture_count; i++)
        if (equal(x->captured[i], y->captured[i], depth + 1) != 1) return 0;
    return 1;
}

static int equal(struct feel_value x, struct feel_value y, int depth)
{
    int order;
    if (depth > VALUE_DEPTH) return 0;
    if (x.kind == FEEL_NULL || y.kind == FEEL_NULL) return x.kind == y.kind;
    if (x.kind != y.kind) return -1;
    switch ((enum feel_kind)x.kind) {
    case FEEL_NULL: return 1;
    case FEEL_BOOLEAN: return x.flag == y.flag;
    case FEEL_NUMBER: return number_cmp(x, y) == 0;
    case FEEL_STRING: return str_eq(x.text, y.text);
    case FEEL_DATE_TIME:
        /* Equality is by whole seconds; only times of day count the fraction. */
        x.count = y.count = 0;
        return time_cmp(x, y, &order) ? order == 0 : 0;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS: return time_cmp(x, y, &order) ? order == 0 : 0;
    case FEEL_RANGE: return equal_ranges(x.range, y.range, depth);
    case FEEL_LIST:
        if (x.count != y.count) return 0;
        for (uint32_t i = 0; i < x.count; i++)
            if (equal(x.items[i], y.items[i], depth + 1) != 1) return 0;
        return 1;
    case FEEL_CONTEXT: return equal_contexts(x, y, depth);
    case FEEL_FUNCTION: return equal_functions(x.function, y.function, depth);
    case FEEL_OBJECT: return x.object.of == y.object.of && x.object.handle == y.object.handle;
    }
    NOT_REACHED();
}

bool feel_same(struct feel_value a, struct feel_value b) { return equal(a, b, 0) == 1; }

struct feel_value value_equal(struct arena *a, struct feel_value x, struct feel_value y)
{
    int e = equal(x, y, 0);
    if (e >= 0) return feel_boolean(e);
    return feel_null_because(arena_printf(a, "%s and %s can't be compared", feel_kind_words((enum feel_kind)x.kind),
                                          feel_kind_words((enum feel_kind)y.kind)));
}

/* By code points, which is the order of the UTF-8 bytes. */
bool value_compare(struct arena *a, struct feel_value x, struct feel_value y, int *order, str *why)
{
    if (x.kind == y.kind) {
        if (x.kind == FEEL_NUMBER) return *order = number_cmp(x, y), true;
        if (x.kind == FEEL_STRING) return *order = str_cmp(x.text, y.text), true;
        if (time_is_temporal(x)) {
            /* An input without an offset uses the other's (DMN 1.5, table 54): their clocks are compared. */
            if (!time_cmp(x, y, order)) *order = time_cmp_clocks(x, y);
            return true;
        }
    }
    if (x.kind == FEEL_NULL || y.kind == FEEL_NULL) {
        *why = x.kind == FEEL_NULL && x.text.n   ? x.text
               : y.kind == FEEL_NULL && y.text.n ? y.text
                                                 : STR("null has no order");
        return false;
    }
    *why = arena_printf(a, "%s and %s have no order", feel_kind_words((enum feel_kind)x.kind),
                        feel_kind_words((enum feel_kind)y.kind));
    return false;
}

int feel_order(struct feel_value a, struct feel_value b)
{
    int order;
    if (a.kind != b.kind || a.kind == FEEL_NULL) {
        int ka = a.kind == FEEL_NULL ? 100 : a.kind, kb = b.kind == FEEL_NULL ? 100 : b.kind;
        return (ka > kb) - (ka < kb);
    }
    if (a.kind == FEEL_BOOLEAN) return a.flag - b.flag;
    if (a.kind == FEEL_NUMBER) return number_cmp(a, b);
    if (a.kind == FEEL_STRING) return str_cmp(a.text, b.text);
    if (time_is_temporal(a)) {
        if (time_cmp(a, b, &order)) return order;
        return (a.flag > b.flag) - (a.flag < b.flag);
    }
    return 0;
}

struct feel_value value_in_range(struct arena *a, struct feel_value x, const struct feel_range *r)
{
    int order;
    str why;
    if (r->form == RANGE_EQUAL || r->form == RANGE_EXCEPT) {
        struct feel_value same = value_equal(a, x, r->from);
        return same.kind == FEEL_BOOLEAN ? feel_boolean(same.flag == (r->form == RANGE_EQUAL)) : same;
    }
    if (r->form != RANGE_BELOW) {
        if (!value_compare(a, x, r->from, &order, &why)) return feel_null_because(why);
        if (order < 0 || (order == 0 && !r->from_closed)) return feel_boolean(false);
    }
    if (r->form != RANGE_ABOVE) {
        if (!value_compare(a, x, r->to, &order, &why)) return feel_null_because(why);
        if (order > 0 || (order == 0 && !r->to_closed)) return feel_boolean(false);
    }
    return feel_boolean(true);
}

static inline bool is_same(const struct feel_value *x, const struct feel_value *y)
{
    if (x->kind == FEEL_STRING && y->kind == FEEL_STRING) return str_eq(x->text, y->text);
    if (x->kind == FEEL_NUMBER && y->kind == FEEL_NUMBER) return number_order(x, y) == 0;
    return equal(*x, *y, 0) == 1;
}

struct feel_value value_in(struct arena *a, struct feel_value x, struct feel_value test)
{
    if (test.kind == FEEL_RANGE && x.kind != FEEL_RANGE) return value_in_range(a, x, test.range);
    if (test.kind != FEEL_LIST) return value_equal(a, x, test);
    if (x.kind == FEEL_LIST && equal(x, test, 0) == 1) return feel_boolean(true);
    for (uint32_t i = 0; i < test.count; i++) {
        const struct feel_value *item = &test.items[i];
        bool in_range = item->kind == FEEL_RANGE && x.kind != FEEL_RANGE;
        if (in_range ? feel_is_true(value_in_range(a, x, item->range)) : is_same(&x, item)) return feel_boolean(true);
    }
    bool ranges = false;
    for (uint32_t i = 0; x.kind == FEEL_NULL && i < test.count; i++) ranges |= test.items[i].kind == FEEL_RANGE;
    return ranges ? feel_null_because(STR("null is in no range")) : feel_boolean(false);
}

/* ---- Types ---------------------------------------------------------------------------------------------------------
 */

const struct feel_type feel_any = {.is = FEEL_TYPE_ANY};
#define SCALAR(name, k) const struct feel_type feel_type_##name = {.is = FEEL_TYPE_OF_KIND, .kind = k}
SCALAR(boolean, FEEL_BOOLEAN);
SCALAR(number, FEEL_NUMBER);
SCALAR(string, FEEL_STRING);
SCALAR(date, FEEL_DATE);
SCALAR(time, FEEL_TIME);
SCALAR(date_time, FEEL_DATE_TIME);
SCALAR(days_time, FEEL_DAYS_TIME);
SCALAR(years_months, FEEL_YEARS_MONTHS);
SCALAR(null, FEEL_NULL);

const struct feel_type *type_list_of(struct arena *a, const struct feel_type *element)
{
    struct feel_type *t = arena_zalloc(a, sizeof *t);
    t->is = FEEL_TYPE_LIST, t->of = element;
    return t;
}

const struct feel_field *type_field(const struct feel_type *type, str name)
{
    const struct feel_field *fields = type->is == FEEL_TYPE_OBJECT ? type->class->fields : type->fields;
    size_t count = type->is == FEEL_TYPE_OBJECT ? type->class->count : type->is == FEEL_TYPE_CONTEXT ? type->count : 0;
    for (size_t i = 0; i < count; i++)
        if (str_eq(fields[i].name, name)) return &fields[i];
    return NULL;
}

const struct feel_type *type_join(struct arena *a, const struct feel_type *x, const struct feel_type *y)
{
    if (x == y) return x;
    if (!x || !y) return x ? x : y;
    if (x->is != y->is) return &feel_any;
    switch (x->is) {
    case FEEL_TYPE_ANY:
    case FEEL_TYPE_FUNCTION: return &feel_any;
    case FEEL_TYPE_OF_KIND: return x->kind == y->kind ? x : &feel_any;
    case FEEL_TYPE_OBJECT: return x->class == y->class ? x : &feel_any;
    case FEEL_TYPE_RANGE:
    case FEEL_TYPE_LIST: {
        struct feel_type *t = arena_alloc(a, sizeof *t);
        *t = *x;
        t->of = type_join(a, x->of, y->of);
        return t;
    }
    case FEEL_TYPE_CONTEXT: {
        struct feel_type *t = arena_alloc(a, sizeof *t);
        struct feel_field *fields = arena_array(a, x->count + y->count + 1, sizeof *fields);
        *t = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields};
        for (size_t i = 0; i < x->count; i++) {
            const struct feel_field *other = type_field(y, x->fields[i].name);
            fields[t->count] = x->fields[i];
            fields[t->count++].type = other ? type_join(a, x->fields[i].type, other->type) : x->fields[i].type;
        }
        for (size_t i = 0; i < y->count; i++)
            if (!type_field(x, y->fields[i].name)) fields[t->count++] = y->fields[i];
        return t;
    }
    }
    NOT_REACHED();
}

static const struct feel_type *type_of(struct arena *a, struct feel_value v, int depth)
{
    static const struct feel_type *const scalars[] = {
        [FEEL_BOOLEAN] = &feel_type_boolean,     [FEEL_NUMBER] = &feel_type_number,
        [FEEL_STRING] = &feel_type_string,       [FEEL_DATE] = &feel_type_date,
        [FEEL_TIME] = &feel_type_time,           [FEEL_DATE_TIME] = &feel_type_date_time,
        [FEEL_DAYS_TIME] = &feel_type_days_time, [FEEL_YEARS_MONTHS] = &feel_type_years_months};
    if (v.kind == FEEL_NULL || depth > 20) return &feel_any;
    if (v.kind < ARRAY_COUNT(scalars)) return scalars[v.kind];
    struct feel_type *t = arena_zalloc(a, sizeof *t);
    if (v.kind == FEEL_LIST) {
        const struct feel_type *of = NULL;
        for (uint32_t i = 0; i < v.count; i++) of = type_join(a, of, type_of(a, v.items[i], depth + 1));
        *t = (struct feel_type){.is = FEEL_TYPE_LIST, .of = of ? of : &feel_any};
        return t;
    }
    if (v.kind == FEEL_CONTEXT) {
        struct feel_field *fields = arena_array(a, v.count + 1u, sizeof *fields);
        for (uint32_t i = 0; i < v.count; i++)
            fields[i] =
                (struct feel_field){.name = v.entries[i].key, .type = type_of(a, v.entries[i].value, depth + 1)};
        *t = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields, .count = v.count};
        return t;
    }
    if (v.kind == FEEL_RANGE) {
        const struct feel_value *end = v.range->from.kind == FEEL_NULL ? &v.range->to : &v.range->from;
        *t = (struct feel_type){.is = FEEL_TYPE_RANGE, .of = type_of(a, *end, depth + 1)};
        return t;
    }
    if (v.kind == FEEL_OBJECT) {
        *t = (struct feel_type){.is = FEEL_TYPE_OBJECT, .class = v.object.of};
        return t;
    }
    return &feel_any;
}
const struct feel_type *feel_type_of(struct arena *a, struct feel_value v) { return type_of(a, v, 0); }

static bool type_conforms(const struct feel_type *t, const struct feel_type *to)
{
    if (t == to || to->is == FEEL_TYPE_ANY) return true;
    if (t->is == FEEL_TYPE_OF_KIND && t->kind == FEEL_NULL) return true;
    if (t->is != to->is) return false;
    switch (t->is) {
    case FEEL_TYPE_ANY: return true;
    case FEEL_TYPE_OF_KIND: return t->kind == to->kind;
    case FEEL_TYPE_OBJECT: return t->class == to->class;
    case FEEL_TYPE_LIST:
    case FEEL_TYPE_RANGE: return type_conforms(t->of, to->of);
    case FEEL_TYPE_CONTEXT:
        for (size_t i = 0; i < to->count; i++) {
            const struct feel_field *field = type_field(t, to->fields[i].name);
            if (!field || !type_conforms(field->type, to->fields[i].type)) return false;
        }
        return true;
    case FEEL_TYPE_FUNCTION:
        if (!to->fields) return true;
        if (!t->fields || t->count != to->count) return false;
        for (size_t i = 0; i < t->count; i++)
            if (!type_conforms(to->fields[i].type, t->fields[i].type)) return false;
        return type_conforms(t->of, to->of);
    }
    NOT_REACHED();
}

/* Parameters the other way round, the result this way (DMN 1.5 §10.3.2.9.2). */
static bool function_conforms(const struct feel_function *f, const struct feel_type *type)
{
    if (!type->fields) return true; /* any function */
    if (f->is == FUNCTION_BUILTIN) return builtin_conforms(f->builtin, type);
    if (f->is == FUNCTION_HOST)
        return type->count == f->host->count && type_conforms(f->host->gives ? f->host->gives : &feel_any, type->of);
    if (type->count != f->code->parameter_count) return false;
    for (size_t i = 0; i < type->count; i++)
        if (!type_conforms(type->fields[i].type, f->code->parameter_types[i])) return false;
    return type_conforms(f->code->gives, type->of);
}

bool value_instance_of(struct feel_value v, const struct feel_type *type)
{
    if (v.kind == FEEL_NULL) return type->is == FEEL_TYPE_OF_KIND && type->kind == FEEL_NULL;
    switch (type->is) {
    case FEEL_TYPE_ANY: return true;
    case FEEL_TYPE_OF_KIND: return v.kind == type->kind;
    case FEEL_TYPE_OBJECT: return v.kind == FEEL_OBJECT && v.object.of == type->class;
    case FEEL_TYPE_FUNCTION: return v.kind == FEEL_FUNCTION && function_conforms(v.function, type);
    case FEEL_TYPE_RANGE:
        return v.kind == FEEL_RANGE &&
               (v.range->from.kind == FEEL_NULL || value_instance_of(v.range->from, type->of)) &&
               (v.range->to.kind == FEEL_NULL || value_instance_of(v.range->to, type->of));
    case FEEL_TYPE_LIST:
        if (v.kind != FEEL_LIST) return false;
        for (uint32_t i = 0; i < v.count; i++)
            if (v.items[i].kind != FEEL_NULL && !value_instance_of(v.items[i], type->of)) return false;
        return true;
    case FEEL_TYPE_CONTEXT:
        if (v.kind == FEEL_OBJECT) return type->count == 0;
        if (v.kind != FEEL_CONTEXT) return false;
        for (size_t i = 0; i < type->count; i++) {
            const struct feel_value *entry = feel_entry_get(v, type->fields[i].name);
            if (!entry || (entry->kind != FEEL_NULL && !value_instance_of(*entry, type->fields[i].type))) return false;
        }
        return true;
    }
    NOT_REACHED();
}

bool value_convert(struct arena *a, const struct feel_type *type, struct feel_value *v)
{
    if (v->kind == FEEL_NULL || value_instance_of(*v, type)) return true;
    if (v->kind == FEEL_LIST && v->count == 1 && value_instance_of(v->items[0], type)) return *v = v->items[0], true;
    if (type->is == FEEL_TYPE_LIST && value_instance_of(*v, type->of)) {
        struct feel_value *one = value_new_items(a, 1);
        *one = *v;
        return *v = feel_list(one, 1), true;
    }
    if (v->kind != FEEL_DATE || type->is != FEEL_TYPE_OF_KIND || type->kind != FEEL_DATE_TIME) return false;
    return *v = time_midnight_utc(*v), true;
}
