/* SPDX-License-Identifier: Apache-2.0 */
/* Item definitions (DMN 1.5 §7.3.2) as FEEL types that also know their constraints. */
#include "dmn_index.h"
#include "dmn_inside.h"

#include "base_utf8.h"
#include "feel_time.h"
#include "feel_value.h"

#include <string.h>

/* ---- Reading -------------------------------------------------------------------------------------------------------
 */

static const struct {
    str name;
    const struct feel_type *type;
} simple_types[] = {
    {STR_INIT("number"), &feel_type_number},
    {STR_INIT("string"), &feel_type_string},
    {STR_INIT("boolean"), &feel_type_boolean},
    {STR_INIT("date"), &feel_type_date},
    {STR_INIT("time"), &feel_type_time},
    {STR_INIT("date and time"), &feel_type_date_time},
    {STR_INIT("dateTime"), &feel_type_date_time},
    {STR_INIT("days and time duration"), &feel_type_days_time},
    {STR_INIT("dayTimeDuration"), &feel_type_days_time},
    {STR_INIT("years and months duration"), &feel_type_years_months},
    {STR_INIT("yearMonthDuration"), &feel_type_years_months},
};
static const struct feel_type any_list = {.is = FEEL_TYPE_LIST, .of = &feel_any};
static const struct feel_type any_context = {.is = FEEL_TYPE_CONTEXT};
static const struct feel_type any_function = {.is = FEEL_TYPE_FUNCTION, .of = &feel_any};
static const struct {
    str name;
    const struct feel_type *type;
} loose_types[] = {
    {STR_INIT("list"), &any_list}, {STR_INIT("context"), &any_context}, {STR_INIT("function"), &any_function}};

static void link(struct dmn_compiler *c, struct dmn_type *t);

static struct dmn_type *simple(struct dmn_compiler *c, str name, const struct feel_type *of)
{
    struct dmn_type *t = arena_zalloc(c->a, sizeof *t);
    *t = (struct dmn_type){.feel = *of, .name = name, .is = TYPE_SIMPLE, .simple = of, .state = 2};
    return t;
}

static struct dmn_type *named_in(const struct dmn_file *f, str name)
{
    for (size_t i = 0; f && i < f->types.count; i++)
        if (str_eq(f->types.items[i]->name, name)) return f->types.items[i];
    return NULL;
}

/* `common.tPerson`, also through the imports of imports. */
static struct dmn_type *dotted(const struct dmn_file *f, str name, int depth)
{
    struct dmn_type *t = named_in(f, name);
    for (size_t i = 0; f && depth < 20 && !t && i < f->imports.count; i++) {
        const struct dmn_import *import = &f->imports.items[i];
        if (!import->name.n)
            t = named_in(import->file, name);
        else if (name.n > import->name.n + 1 && str_starts(name, import->name) && name.p[import->name.n] == '.')
            t = dotted(import->file, str_from(name, import->name.n + 1), depth + 1);
    }
    return t;
}

static bool is_feel_space(str space)
{
    return str_find(space, STR("/FEEL/")) != STR_NOT_FOUND || str_eq(space, STR("http://www.w3.org/2001/XMLSchema"));
}

/* DMN 1.1 wrote qualified names: `feel:string`, `ns1:tPerson`. */
static struct dmn_type *qualified(struct dmn_compiler *c, const struct xml *at, str *name)
{
    size_t colon = str_find_char(*name, ':');
    if (colon == STR_NOT_FOUND) return NULL;
    str space = xml_space_of(at, str_slice(*name, 0, colon)), local = str_from(*name, colon + 1);
    if (!space.p && !str_eq(str_slice(*name, 0, colon), STR("feel"))) return NULL;
    if (!space.p || is_feel_space(space)) return *name = local, NULL;
    if (str_eq(space, c->file->space)) return named_in(c->file, local);
    for (size_t i = 0; i < c->file->imports.count; i++)
        if (str_eq(c->file->imports.items[i].space, space)) return named_in(c->file->imports.items[i].file, local);
    return NULL;
}

const struct dmn_type *type_referred(struct dmn_compiler *c, const struct xml *at, str name)
{
    name = str_trim(name);
    if (!name.n || str_eq(name, STR("Any")) || str_eq(name, STR("<Undefined>"))) return NULL;
    struct dmn_type *t = qualified(c, at, &name);
    if (!t && (str_eq(name, STR("Any")) || str_eq(name, STR("any")))) return NULL;
    for (size_t i = 0; !t && i < ARRAY_COUNT(simple_types); i++)
        if (str_eq(name, simple_types[i].name)) return simple(c, simple_types[i].name, simple_types[i].type);
    if (!t) t = dotted(c->file, name, 0);
    for (size_t i = 0; !t && i < ARRAY_COUNT(loose_types); i++)
        if (str_eq(name, loose_types[i].name)) return simple(c, loose_types[i].name, loose_types[i].type);
    if (!t) {
        str names[64], near;
        size_t count = 0;
        for (size_t i = 0; i < c->file->types.count && count < 50; i++) names[count++] = c->file->types.items[i]->name;
        for (size_t i = 0; i < ARRAY_COUNT(simple_types); i++) names[count++] = simple_types[i].name;
        near = err_nearest(name, names, count);
        if (near.p)
            compile_error(c, at, NULL, "unknown type '" STR_FORMAT "'; did you mean '" STR_FORMAT "'?", STR_ARGS(name),
                          STR_ARGS(near));
        else
            compile_error(c, at, NULL, "unknown type '" STR_FORMAT "'", STR_ARGS(name));
        return NULL;
    }
    if (t->state == 0) link(c, t);
    return t;
}

static const struct feel_program *tests_of(struct dmn_compiler *c, const struct xml *x, const char *child,
                                           const struct feel_type *tested, str *text)
{
    const struct xml *tests = xml_child(x, child), *body = xml_child(tests, "text");
    str source = body ? str_trim(body->text) : tests ? str_trim(tests->text) : STR("");
    *text = source;
    if (!source.n) return NULL;
    return compile_tests(c, body ? body : tests, source, &c->root, tested);
}

/* `"a", "b"`: texts without escapes and nothing else, which need not be evaluated to be looked up. */
static void read_listed(struct arena *a, struct dmn_type *t)
{
    VEC(str) texts = {0};
    for (str rest = t->allowed_text; rest.n;) {
        if (rest.p[0] != '"') return;
        size_t end = str_find_char(str_from(rest, 1), '"');
        if (end == STR_NOT_FOUND) return;
        str text = str_slice(rest, 1, end + 1);
        if (str_find_char(text, '\\') != STR_NOT_FOUND) return;
        *vec_add(a, &texts) = text;
        rest = str_trim(str_from(rest, end + 2));
        if (rest.n && rest.p[0] != ',') return;
        rest = str_trim(str_from(rest, 1));
    }
    t->listed = texts.items, t->listed_count = texts.count;
}

/* Comparisons with constants, which need no program to be run. */
static void read_compared(struct dmn_compiler *c, struct dmn_type *t, const struct feel_type *element)
{
    struct table_cell cell = {.text = t->allowed_text};
    if (t->listed_count || !cell_read_constants(c, &cell, &c->root, element)) return;
    struct table_cell *own = arena_alloc(c->a, sizeof *own);
    *own = cell;
    t->compared = own;
}

static bool is_listed(const struct dmn_type *t, struct feel_value v)
{
    for (size_t i = 0; i < t->listed_count && v.kind == FEEL_STRING; i++)
        if (str_eq(t->listed[i], v.text)) return true;
    return false;
}

static struct dmn_type *read(struct dmn_compiler *c, const struct xml *x)
{
    struct dmn_type *t = arena_zalloc(c->a, sizeof *t);
    t->name = xml_name(c->a, x);
    t->xml = x;
    return t;
}

/* A type that says nothing of its own is the one that it refers to. */
static const struct dmn_type *component_type(struct dmn_compiler *c, const struct xml *x)
{
    struct dmn_type *t = read(c, x);
    const struct xml *reference = xml_child(x, "typeRef");
    bool plain = reference && !xml_child(x, "allowedValues") && !xml_child(x, "typeConstraint") &&
                 !str_eq(xml_get(x, "isCollection"), STR("true"));
    if (plain) return type_referred(c, reference, reference->text);
    link(c, t);
    return t;
}

static void link_components(struct dmn_compiler *c, struct dmn_type *t, struct feel_type *element)
{
    VEC(struct dmn_component) components = {0};
    for (const struct xml *x = xml_child(t->xml, "itemComponent"); x; x = xml_same(x)) {
        struct dmn_component *added = vec_add(c->a, &components);
        *added = (struct dmn_component){.name = xml_name(c->a, x)};
        const struct dmn_type *type = component_type(c, x);
        components.items[components.count - 1].type = type;
    }
    struct feel_field *fields = arena_array(c->a, components.count + 1, sizeof *fields);
    for (size_t i = 0; i < components.count; i++)
        fields[i] = (struct feel_field){.name = components.items[i].name, .type = type_feel(components.items[i].type)};
    t->is = TYPE_STRUCTURE, t->components = components.items, t->count = components.count;
    *element = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields, .count = components.count};
}

static void link_function(struct dmn_compiler *c, struct dmn_type *t, const struct xml *x, struct feel_type *element)
{
    VEC(struct dmn_component) parameters = {0};
    for (const struct xml *p = xml_child(x, "parameters"); p; p = xml_same(p)) {
        const struct dmn_type *type = type_referred(c, p, xml_get(p, "typeRef"));
        *vec_add(c->a, &parameters) = (struct dmn_component){xml_name(c->a, p), type};
    }
    t->is = TYPE_FUNCTION, t->components = parameters.items, t->count = parameters.count;
    t->of = type_referred(c, x, xml_get(x, "outputTypeRef"));
    *element = (struct feel_type){.is = FEEL_TYPE_FUNCTION, .of = type_feel(t->of)};
}

static void link(struct dmn_compiler *c, struct dmn_type *t)
{
    const struct xml *x = t->xml, *reference = xml_child(x, "typeRef"), *function = xml_child(x, "functionItem");
    struct feel_type *element = arena_zalloc(c->a, sizeof *element);
    bool before = ++c->depth > BOX_DEPTH;
    t->state = 1;
    t->collection = str_eq(xml_get(x, "isCollection"), STR("true"));
    /* Recursive structures lead back here before they are done. */
    t->feel = (struct feel_type){.is = t->collection                   ? FEEL_TYPE_LIST
                                       : xml_child(x, "itemComponent") ? FEEL_TYPE_CONTEXT
                                                                       : FEEL_TYPE_ANY,
                                 .of = &feel_any};
    if (before)
        compile_error(c, x, NULL, "the types are nested too deeply");
    else if (xml_child(x, "itemComponent"))
        link_components(c, t, element);
    else if (function)
        link_function(c, t, function, element);
    else if (reference) {
        const struct dmn_type *of = type_referred(c, reference, reference->text);
        if (of && of->state == 1 && of->is != TYPE_STRUCTURE && !xml_child(of->xml, "itemComponent")) {
            compile_error(c, x, NULL, "the type '" STR_FORMAT "' refers to itself", STR_ARGS(t->name));
            of = NULL;
        }
        t->is = !of ? TYPE_ANY : TYPE_REFERENCE, t->of = of;
        *element = *type_feel(of);
    }
    const struct feel_type *whole = element;
    if (t->collection) whole = type_list_of(c->a, element);
    t->allowed = tests_of(c, x, "allowedValues", element, &t->allowed_text);
    if (t->allowed) read_listed(c->a, t), read_compared(c, t, element);
    t->constraint = tests_of(c, x, "typeConstraint", whole, &t->constraint_text);
    t->feel = *whole;
    t->state = 2;
    c->depth--;
}

void types_read(struct dmn_compiler *c, struct dmn_file *f)
{
    VEC_EACH(x, &f->definitions) *vec_add(c->a, &f->types) = read(c, *x);
}

/* The names that FEEL may use in the file. */
static void add_names(struct dmn_compiler *c, const struct dmn_file *f, str prefix, int depth,
                      struct feel_named_type **items, size_t *count, size_t *room)
{
    for (size_t i = 0; i < f->types.count && *count < NAMED_TYPES; i++) {
        *items = vec_grow(c->a, *items, *count, room, sizeof **items);
        str name = f->types.items[i]->name;
        if (prefix.n) name = arena_printf(c->a, STR_FORMAT "." STR_FORMAT, STR_ARGS(prefix), STR_ARGS(name));
        (*items)[(*count)++] = (struct feel_named_type){name, &f->types.items[i]->feel};
    }
    for (size_t i = 0; depth < IMPORT_DEPTH && *count < NAMED_TYPES && i < f->imports.count; i++) {
        const struct dmn_import *import = &f->imports.items[i];
        if (!import->file) continue;
        str inner = !import->name.n ? prefix
                    : !prefix.n
                        ? import->name
                        : arena_printf(c->a, STR_FORMAT "." STR_FORMAT, STR_ARGS(prefix), STR_ARGS(import->name));
        add_names(c, import->file, inner, depth + 1, items, count, room);
    }
}

void types_link(struct dmn_compiler *c, struct dmn_file *f)
{
    size_t room = 0;
    for (size_t i = 0; i < f->types.count; i++)
        if (f->types.items[i]->state == 0) link(c, f->types.items[i]);
    f->named_types = NULL, f->named_count = 0;
    add_names(c, f, STR_NONE, 0, &f->named_types, &f->named_count, &room);
}

const struct feel_type *type_feel(const struct dmn_type *t) { return t ? &t->feel : &feel_any; }

/* ---- Checking ------------------------------------------------------------------------------------------------------
 */

struct check {
    struct dmn_run *run;
    const struct dmn_type *refused; /* whose constraint it was that failed, */
    struct feel_value value;        /* and for what */
};

static bool refuse(struct check *k, const struct dmn_type *t, struct feel_value v)
{
    if (!k->refused) k->refused = t, k->value = v;
    return false;
}

static bool accepts(struct check *k, const struct feel_program *p, struct feel_value v)
{
    return feel_is_true(run_program(k->run, p, &v));
}

static bool fits(struct check *k, const struct dmn_type *t, struct feel_value v);

static bool element_fits(struct check *k, const struct dmn_type *t, struct feel_value v)
{
    switch (t->is) {
    case TYPE_ANY: break;
    case TYPE_SIMPLE:
        if (!value_instance_of(v, t->simple)) return false;
        break;
    case TYPE_REFERENCE:
        if (!fits(k, t->of, v)) return false;
        break;
    case TYPE_FUNCTION:
        if (v.kind != FEEL_FUNCTION) return false;
        break;
    case TYPE_STRUCTURE:
        if (v.kind != FEEL_CONTEXT) return false;
        for (size_t i = 0; i < t->count; i++) {
            const struct feel_value *entry = feel_entry_get(v, t->components[i].name);
            if (!entry || (entry->kind != FEEL_NULL && !fits(k, t->components[i].type, *entry))) return false;
        }
        break;
    }
    if (!t->allowed || is_listed(t, v)) return true;
    if (t->compared ? cell_matches(k->run, NULL, t->compared, &v, NULL) : accepts(k, t->allowed, v)) return true;
    return refuse(k, t, v);
}

static bool fits(struct check *k, const struct dmn_type *t, struct feel_value v)
{
    if (!t || v.kind == FEEL_NULL) return true;
    if (t->collection) {
        if (v.kind != FEEL_LIST) return false;
        for (uint32_t i = 0; i < v.count; i++)
            if (v.items[i].kind != FEEL_NULL && !element_fits(k, t, v.items[i])) return false;
    } else if (!element_fits(k, t, v))
        return false;
    if (!t->constraint || accepts(k, t->constraint, v)) return true;
    return refuse(k, t, v);
}

static void type_words(struct buf *out, const struct feel_type *t)
{
    const char *of = "";
    for (; t->is == FEEL_TYPE_LIST && t->of; t = t->of, of = " of ") buf_printf(out, "%slist", of);
    if (t->is == FEEL_TYPE_ANY) return;
    buf_text(out, of);
    for (size_t i = 0; t->is == FEEL_TYPE_OF_KIND && i < ARRAY_COUNT(simple_types); i++)
        if (simple_types[i].type->kind == t->kind) {
            buf_str(out, simple_types[i].name);
            return;
        }
    buf_text(out, t->is == FEEL_TYPE_CONTEXT ? "context" : t->is == FEEL_TYPE_FUNCTION ? "function" : "value");
}

static struct feel_value refused(struct arena *a, const struct check *k, const struct dmn_type *t, struct feel_value v,
                                 const char *what, str name)
{
    if (k->refused) v = k->value;
    struct buf text;
    enum { SHOWN_CAP = 80 };
    buf_init(&text, SHOWN_CAP + 4);
    if (v.kind == FEEL_LIST || v.kind == FEEL_CONTEXT || v.kind == FEEL_FUNCTION)
        buf_text(&text, feel_kind_words((enum feel_kind)v.kind));
    else
        feel_emit(&text, v);
    str shown = arena_copy(a, utf8_cut(buf_get(&text), SHOWN_CAP));
    buf_release(&text);
    if (k->refused) {
        str tests = k->refused->allowed_text.n ? k->refused->allowed_text : k->refused->constraint_text;
        return feel_null_because(arena_printf(
            a, "%s '" STR_FORMAT "': " STR_FORMAT " is not among the allowed values of " STR_FORMAT " (" STR_FORMAT ")",
            what, STR_ARGS(name), STR_ARGS(shown), STR_ARGS(k->refused->name), STR_ARGS(tests)));
    }
    struct buf type;
    buf_init(&type, 400);
    if (t->name.n)
        buf_str(&type, t->name);
    else
        type_words(&type, &t->feel);
    str wanted = buf_copy(&type, a);
    buf_release(&type);
    return feel_null_because(arena_printf(a, "%s '" STR_FORMAT "': " STR_FORMAT " is not of the type " STR_FORMAT, what,
                                          STR_ARGS(name), STR_ARGS(shown), STR_ARGS(wanted)));
}

static bool wants_kind(const struct dmn_type *t, enum feel_kind kind)
{
    return t->feel.is == FEEL_TYPE_OF_KIND && t->feel.kind == kind;
}

uint8_t type_plain(const struct dmn_type *t)
{
    if (!t) return PLAIN_ALL;
    bool simple = t->is == TYPE_SIMPLE && t->simple->is == FEEL_TYPE_OF_KIND;
    return simple ? (uint8_t)t->simple->kind : PLAIN_NONE;
}

struct feel_value type_coerce(struct dmn_run *run, const struct dmn_type *t, struct feel_value v, const char *what,
                              str name)
{
    struct arena *a = run->a;
    if (v.kind == FEEL_NULL || fits_plainly(type_plain(t), &v)) return v;
    struct check k = {.run = run};
    if (fits(&k, t, v)) return v;
    struct check again = {.run = run};
    if (v.kind == FEEL_LIST && v.count == 1 && v.items[0].kind != FEEL_NULL && t->feel.is != FEEL_TYPE_LIST &&
        fits(&again, t, v.items[0]))
        return v.items[0];
    if (v.kind != FEEL_LIST && t->feel.is == FEEL_TYPE_LIST) {
        struct feel_value *one = value_new_items(a, 1);
        *one = v;
        if (fits(&again, t, feel_list(one, 1))) return feel_list(one, 1);
    }
    if (v.kind == FEEL_DATE && wants_kind(t, FEEL_DATE_TIME)) {
        struct feel_value midnight = time_midnight_utc(v);
        if (fits(&again, t, midnight)) return midnight;
    }
    return refused(a, &k, t, v, what, name);
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------
 */

static struct feel_value text_as(struct arena *a, const struct feel_type *type, str text)
{
    struct feel_value v = feel_null();
    if (type->is != FEEL_TYPE_OF_KIND) return v;
    if (type->kind == FEEL_DATE) v = time_parse_date(a, text);
    if (type->kind == FEEL_TIME) v = time_parse_time(a, text);
    if (type->kind == FEEL_DATE_TIME) v = time_parse_date_time(a, text);
    if (type->kind == FEEL_DAYS_TIME || type->kind == FEEL_YEARS_MONTHS) v = time_parse_duration(a, text);
    return v;
}

static struct feel_value from_json(struct arena *a, const struct feel_type *type, const struct json *j)
{
    switch (j->kind) {
    case JSON_STRING: {
        if (type->is != FEEL_TYPE_OF_KIND || type->kind < FEEL_DATE) return feel_string(j->text);
        struct feel_value v = text_as(a, type, j->text);
        return v.kind == FEEL_NULL ? feel_string(j->text) : v;
    }
    case JSON_ARRAY: {
        const struct feel_type *of = type->is == FEEL_TYPE_LIST ? type->of : type;
        struct feel_value *items = value_new_items(a, j->count);
        for (size_t i = 0; i < j->count; i++) items[i] = from_json(a, of, &j->items[i]);
        return feel_list(items, j->count);
    }
    case JSON_OBJECT: {
        struct feel_entry *entries = arena_alloc(a, (j->count + 1) * sizeof *entries);
        for (size_t i = 0; i < j->count; i++) {
            const struct feel_field *field = type->is == FEEL_TYPE_CONTEXT ? type_field(type, j->items[i].key) : NULL;
            entries[i] =
                (struct feel_entry){j->items[i].key, from_json(a, field ? field->type : &feel_any, &j->items[i])};
        }
        return feel_context(entries, j->count);
    }
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_NUMBER: break;
    }
    return feel_from_json(a, j);
}

struct feel_value type_from_json(struct arena *a, const struct dmn_type *t, const struct json *j)
{
    return from_json(a, type_feel(t), j);
}
