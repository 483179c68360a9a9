/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluations, errors, and the caller's objects and functions. */
#include "library.h"

#include <string.h>

enum { DEFAULT_MEMORY = 256 << 20, FIRST_ROOM = 1 << 14, ERROR_TEXT = 4000, USAGE_LIMIT = 4000 };

const char *entente_version(void) { return ENTENTE_VERSION; }

/* ---- Errors ---- */

static enum entente_error_code code_of(enum err_code code)
{
    switch (code) {
    case ERR_NONE: return ENTENTE_ERROR_NONE;
    case ERR_USAGE: return ENTENTE_ERROR_USAGE;
    case ERR_SYNTAX: return ENTENTE_ERROR_SYNTAX;
    case ERR_LIMIT: return ENTENTE_ERROR_LIMIT;
    case ERR_IO:
    case ERR_STORE:
    case ERR_KEPT: return ENTENTE_ERROR_IO;
    case ERR_ABSENT: return ENTENTE_ERROR_ABSENT;
    case ERR_INPUT:
    case ERR_CONFLICT:
    case ERR_DENIED: return ENTENTE_ERROR_INPUT;
    }
    NOT_REACHED();
}

static_assert(sizeof((struct err *)0)->message == sizeof((struct entente_error *)0)->message &&
                  sizeof((struct err *)0)->file == sizeof((struct entente_error *)0)->file &&
                  sizeof((struct err *)0)->field == sizeof((struct entente_error *)0)->place &&
                  sizeof((struct err *)0)->excerpt == sizeof((struct entente_error *)0)->excerpt,
              "the texts of an error are copied whole");

int library_fail(const struct err *err, struct entente_error *error)
{
    if (!error) return -1;
    *error = (struct entente_error){
        .code = code_of(err->code), .line = err->line, .column = err->column, .from = err->from, .to = err->to};
    memcpy(error->message, err->message, sizeof error->message);
    memcpy(error->file, err->file, sizeof error->file);
    memcpy(error->place, err->field, sizeof error->place);
    memcpy(error->excerpt, err->excerpt, sizeof error->excerpt);
    return -1;
}

size_t entente_error_text(const struct entente_error *error, char *out, size_t room)
{
    struct err err = {
        .code = ERR_INPUT, .line = error->line, .column = error->column, .from = error->from, .to = error->to};
    struct buf text;
    memcpy(err.message, error->message, sizeof error->message);
    memcpy(err.file, error->file, sizeof error->file);
    memcpy(err.field, error->place, sizeof error->place);
    memcpy(err.excerpt, error->excerpt, sizeof error->excerpt);
    buf_init(&text, ERROR_TEXT);
    err_emit(&err, &text);
    size_t n = text.n, kept = n < room ? n : room ? room - 1 : 0;
    if (kept) memcpy(out, text.p, kept);
    if (room) out[kept] = 0;
    buf_release(&text);
    return n;
}

/* ---- Evaluations ---- */

struct entente_evaluation *entente_evaluation_new(const struct entente_limits *limits)
{
    struct entente_evaluation *e = mem_zalloc(sizeof *e);
    if (limits) e->limits = *limits;
    arena_init(&e->arena, e->limits.memory ? e->limits.memory : DEFAULT_MEMORY);
    arena_init(&e->zone_arena, 0);
    arena_alloc(&e->arena, FIRST_ROOM); /* its first block, which clearing keeps */
    e->env = (struct feel_env){.arena = &e->arena, .host = e};
    e->env.limits.steps = e->limits.steps, e->env.limits.depth = e->limits.depth;
    entente_evaluation_clear(e);
    return e;
}

void entente_evaluation_free(struct entente_evaluation *e)
{
    if (!e) return;
    arena_release(&e->arena);
    arena_release(&e->zone_arena);
    mem_free(e);
}

void entente_evaluation_clear(struct entente_evaluation *e)
{
    MUST(!e->inside);
    arena_clear(&e->arena);
    e->classes = NULL;
    e->last.value = feel_null();
    e->last.errors = NULL, e->last.error_count = 0, e->last.trace = NULL;
}

int entente_evaluation_set_clock(struct entente_evaluation *e, int64_t seconds, const char *zone,
                                 struct entente_error *error)
{
    const struct zone *loaded = NULL;
    struct err err = {0};
    arena_clear(&e->zone_arena);
    e->env.zone = NULL;
    if (zone && zone_load(&e->zone_arena, str_of(zone), &loaded, &err) < 0) return library_fail(&err, error);
    e->env.zone = loaded, e->env.now = seconds, e->has_clock = true;
    return 0;
}

void entente_evaluation_set_explain(struct entente_evaluation *e, bool explain) { e->explain = explain; }

void library_begin(struct entente_evaluation *e)
{
    if (e->inside++) return;
    e->env.steps = 0, e->env.depth = 0;
    if (!e->has_clock) e->env.now = time_now();
    if (e->limits.milliseconds) e->env.limits.until = time_monotonic() + e->limits.milliseconds / 1e3;
}
void library_end(struct entente_evaluation *e) { e->inside--; }

/* ---- Objects ---- */

struct library_class {
    struct feel_class class;
    const struct entente_class *of;
    const struct library_class *next;
};

static struct feel_value class_get(struct feel_env *env, const struct feel_class *class, uint64_t handle, uint32_t slot)
{
    const struct library_class *c = class->host;
    return library_take(c->of->get(env->host, c->of, (void *)(uintptr_t)handle, slot));
}

static const struct library_class *class_of(struct entente_evaluation *e, const struct entente_class *class)
{
    for (const struct library_class *c = e->classes; c; c = c->next)
        if (c->of == class) return c;
    struct library_class *made = arena_zalloc(&e->arena, sizeof *made);
    struct feel_field *fields = arena_array(&e->arena, class->count + 1, sizeof *fields);
    for (size_t i = 0; i < class->count; i++)
        fields[i] = (struct feel_field){.name = str_of(class->fields[i]), .type = &feel_any, .slot = (uint32_t)i};
    *made = (struct library_class){
        .class = {.name = str_of(class->name), .fields = fields, .count = class->count, .get = class_get, .host = made},
        .of = class,
        .next = e->classes};
    return e->classes = made;
}

struct entente_value entente_object(struct entente_evaluation *e, const struct entente_class *class, void *object)
{
    return library_give(feel_object(&class_of(e, class)->class, (uintptr_t)object));
}

void *entente_to_object(struct entente_value v, const struct entente_class *class)
{
    struct feel_value of = library_take(v);
    if (of.kind != FEEL_OBJECT || ((const struct library_class *)of.object.of->host)->of != class) return NULL;
    return (void *)(uintptr_t)of.object.handle;
}

/* ---- Functions ---- */

static_assert(sizeof(struct entente_value) == sizeof(struct feel_value), "arguments are handed on as they lie");

static struct feel_value call_host(struct feel_env *env, const struct feel_host_function *self,
                                   const struct feel_value *arguments)
{
    const struct entente_function *f = self->host;
    return library_take(f->call(env->host, f, (const struct entente_value *)arguments));
}

struct feel_host_function library_function(struct arena *a, const struct entente_function *function)
{
    struct buf usage;
    str *parameters = arena_array(a, function->count + 1, sizeof *parameters);
    buf_init(&usage, USAGE_LIMIT);
    buf_printf(&usage, "%s(", function->name);
    for (size_t i = 0; i < function->count; i++) {
        parameters[i] = str_of(function->parameters[i]);
        buf_printf(&usage, "%s%s", i ? ", " : "", function->parameters[i]);
    }
    buf_char(&usage, ')');
    struct feel_host_function made = {.name = str_of(function->name),
                                      .parameters = parameters,
                                      .count = function->count,
                                      .gives = &feel_any,
                                      .usage = buf_copy(&usage, a),
                                      .host = function,
                                      .call_self = call_host};
    buf_release(&usage);
    return made;
}

struct entente_value entente_function(struct entente_evaluation *e, const struct entente_function *function)
{
    struct feel_host_function *f = arena_alloc(&e->arena, sizeof *f);
    *f = library_function(&e->arena, function);
    return library_give(feel_function(&e->arena, f));
}

struct entente_value entente_refuse(struct entente_evaluation *e, const char *reason)
{
    return library_give(feel_null_because(arena_copy(&e->arena, str_of(reason))));
}

int entente_call(struct entente_evaluation *e, struct entente_value function, const struct entente_value *arguments,
                 size_t count, struct entente_value *out, struct entente_error *error)
{
    struct feel_value v;
    struct err err = {0};
    library_begin(e);
    int result = feel_call(&e->env, library_take(function), (const struct feel_value *)arguments, count, &v, &err);
    library_end(e);
    if (result < 0) return library_fail(&err, error);
    *out = library_give(v);
    return 0;
}
