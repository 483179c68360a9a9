/* SPDX-License-Identifier: Apache-2.0 */
/* Values in and out. */
#include "library.h"

enum { TEXT_LIMIT = 256 << 20 };

/* ---- In ---- */

struct entente_value entente_null(void) { return library_give(feel_null()); }
struct entente_value entente_boolean(bool b) { return library_give(feel_boolean(b)); }
struct entente_value entente_int(int64_t n) { return library_give(feel_int(n)); }
struct entente_value entente_double(double d) { return library_give(feel_double(d)); }

struct entente_value entente_number(const char *digits)
{
    struct feel_value v;
    return library_give(feel_number(str_of(digits), &v) ? v : feel_null_because(STR("no number")));
}

struct entente_value entente_date(int year, int month, int day)
{
    if (!civil_valid(year, month, day)) return library_give(feel_null_because(STR("no such day")));
    return library_give(feel_date(civil_days(year, month, day)));
}

struct entente_value entente_string(struct entente_evaluation *e, const char *text, size_t length)
{
    return library_give(feel_string(arena_copy(&e->arena, library_text(text, length))));
}

struct entente_value entente_list(struct entente_evaluation *e, const struct entente_value *items, size_t count)
{
    struct feel_value *own = arena_array(&e->arena, count + 1, sizeof *own);
    for (size_t i = 0; i < count; i++) own[i] = library_take(items[i]);
    return library_give(feel_list(own, count));
}

struct entente_value entente_context(struct entente_evaluation *e, const char *const *names,
                                     const struct entente_value *values, size_t count)
{
    struct feel_entry *entries = arena_array(&e->arena, count + 1, sizeof *entries);
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct feel_entry){arena_copy(&e->arena, str_of(names[i])), library_take(values[i])};
    return library_give(feel_context(entries, count));
}

int entente_feel(struct entente_evaluation *e, const char *text, size_t length, struct entente_value *out,
                 struct entente_error *error)
{
    const struct feel_program *p;
    struct feel_scope none = {.lenient = true};
    struct feel_value v;
    struct err err = {0};
    library_begin(e);
    int result = feel_compile(&e->arena, &none, arena_copy(&e->arena, library_text(text, length)), &p, &err);
    if (result == 0) result = feel_eval(p, &e->env, NULL, &v, &err);
    library_end(e);
    if (result < 0) return library_fail(&err, error);
    *out = library_give(v);
    return 0;
}

int entente_json(struct entente_evaluation *e, const char *text, size_t length, struct entente_value *out,
                 struct entente_error *error)
{
    const struct json *j;
    struct err err = {0};
    if (json_parse(&e->arena, arena_copy(&e->arena, library_text(text, length)), &j, &err) < 0)
        return library_fail(&err, error);
    *out = library_give(feel_from_json(&e->arena, j));
    return 0;
}

/* ---- Out ---- */

enum entente_kind entente_kind(struct entente_value v) { return (enum entente_kind)library_take(v).kind; }
bool entente_is_true(struct entente_value v) { return feel_is_true(library_take(v)); }
bool entente_to_int(struct entente_value v, int64_t *out) { return feel_to_int(library_take(v), out); }
double entente_to_double(struct entente_value v) { return feel_to_double(library_take(v)); }
bool entente_same(struct entente_value a, struct entente_value b)
{
    return feel_same(library_take(a), library_take(b));
}

const char *entente_reason(struct entente_evaluation *e, struct entente_value v)
{
    struct feel_value of = library_take(v);
    return of.kind == FEEL_NULL && of.text.n ? arena_copy(&e->arena, of.text).p : "";
}

static const char *keep(struct entente_evaluation *e, struct buf *text, size_t *length)
{
    str kept = arena_copy(&e->arena, buf_get(text));
    if (length) *length = kept.n;
    buf_release(text);
    return kept.p;
}

const char *entente_text(struct entente_evaluation *e, struct entente_value v, size_t *length)
{
    struct buf text;
    buf_init(&text, TEXT_LIMIT);
    feel_emit_plain(&text, library_take(v));
    return keep(e, &text, length);
}

const char *entente_literal(struct entente_evaluation *e, struct entente_value v, size_t *length)
{
    struct buf text;
    buf_init(&text, TEXT_LIMIT);
    feel_emit(&text, library_take(v));
    return keep(e, &text, length);
}

const char *entente_to_json(struct entente_evaluation *e, struct entente_value v, size_t *length)
{
    struct buf text;
    struct json_writer w;
    buf_init(&text, TEXT_LIMIT);
    json_init(&w, &text, 0);
    feel_emit_json(&w, library_take(v));
    return keep(e, &text, length);
}

size_t entente_count(struct entente_value v)
{
    struct feel_value of = library_take(v);
    return of.kind == FEEL_LIST || of.kind == FEEL_CONTEXT ? of.count : 0;
}

struct entente_value entente_item(struct entente_value v, size_t i)
{
    struct feel_value of = library_take(v);
    if (i >= entente_count(v)) return library_give(feel_null_because(STR("no such element")));
    return library_give(of.kind == FEEL_LIST ? of.items[i] : of.entries[i].value);
}

const char *entente_key(struct entente_evaluation *e, struct entente_value v, size_t i, size_t *length)
{
    struct feel_value of = library_take(v);
    str key = of.kind == FEEL_CONTEXT && i < of.count ? of.entries[i].key : STR("");
    if (length) *length = key.n;
    return arena_copy(&e->arena, key).p;
}

bool entente_get(struct entente_value context, const char *name, struct entente_value *out)
{
    struct feel_value of = library_take(context);
    const struct feel_value *v = of.kind == FEEL_CONTEXT ? feel_entry_get(of, str_of(name)) : NULL;
    if (v) *out = library_give(*v);
    return v != NULL;
}
