/* SPDX-License-Identifier: Apache-2.0 */
/* What was answered, held against what is asked. */
#include "ruling_inside.h"

#include <string.h>

typedef VEC(str) texts;

/* `data_class` is the JSON key of `data class`. */
static bool same_name(str asked, str given)
{
    if (asked.n != given.n) return false;
    for (size_t i = 0; i < asked.n; i++)
        if (asked.p[i] != given.p[i] && !(asked.p[i] == ' ' && given.p[i] == '_')) return false;
    return true;
}

size_t answers_question(const struct rulebook *b, str name, size_t likely)
{
    if (likely < b->question_count && str_eq(b->questions[likely].name, name)) return likely;
    for (size_t i = 0; i < b->question_count; i++)
        if (same_name(b->questions[i].name, name)) return i;
    return b->question_count;
}

static str unknown_name(const struct rulebook *b, struct arena *a, str name)
{
    str names[QUESTIONS_LIMIT];
    for (size_t i = 0; i < b->question_count; i++) names[i] = b->questions[i].name;
    str near = err_nearest(name, names, b->question_count);
    if (near.n)
        return arena_printf(a, "nothing is asked by the name '" STR_FORMAT "'; did you mean '" STR_FORMAT "'?",
                            STR_ARGS(name), STR_ARGS(near));
    return arena_printf(a, "nothing is asked by the name '" STR_FORMAT "'", STR_ARGS(name));
}

static str wanted(const struct rulebook_question *q, struct arena *a)
{
    static const char *const kinds[] = {[QUESTION_CHOICE] = "",
                                        [QUESTION_NUMBER] = "a number",
                                        [QUESTION_DATE] = "a date such as 2026-11-22",
                                        [QUESTION_TEXT] = "a text",
                                        [QUESTION_OTHER] = "another kind of value"};
    struct buf out;
    if (q->kind != QUESTION_CHOICE) return str_of(kinds[q->kind]);
    buf_init(&out, 4000);
    buf_text(&out, "one of ");
    for (size_t i = 0; i < q->value_count; i++) {
        if (i) buf_text(&out, ", ");
        feel_emit_plain(&out, q->values[i]);
    }
    str text = buf_copy(&out, a);
    buf_release(&out);
    return text;
}

static bool is_kind(const struct rulebook_question *q, struct feel_value v)
{
    return (q->kind == QUESTION_NUMBER && v.kind == FEEL_NUMBER) || (q->kind == QUESTION_DATE && v.kind == FEEL_DATE) ||
           (q->kind == QUESTION_TEXT && v.kind == FEEL_STRING);
}

/* `why`: what its type says. */
static str refused(const struct rulebook_question *q, struct arena *a, struct feel_value given, str why)
{
    struct buf out;
    enum { SHOWN = 200 };
    if (is_kind(q, given) && why.n) return why;
    buf_init(&out, SHOWN);
    feel_emit(&out, given);
    str text = arena_printf(a, STR_FORMAT ": " STR_FORMAT " is not " STR_FORMAT, STR_ARGS(q->name),
                            STR_ARGS(buf_get(&out)), STR_ARGS(wanted(q, a)));
    buf_release(&out);
    return text;
}

static void start(const struct rulebook *b, struct feel_env *env, struct answers *out)
{
    *out = (struct answers){.values = arena_alloc(env->arena, (b->question_count + 1) * sizeof *out->values)};
    for (size_t i = 0; i < b->question_count; i++) out->values[i] = feel_null();
}

/* A value that the model's own type does not take is a problem; one of a choice becomes the rulebook's own. */
static void take(const struct rulebook *b, struct arena *a, struct dmn_sheet *fits, size_t i, struct feel_value v,
                 struct answers *out, texts *problems)
{
    const struct rulebook_question *q = &b->questions[i];
    if (v.kind == FEEL_NULL) return;
    for (size_t k = 0; k < q->value_count; k++)
        if (feel_same(q->values[k], v)) {
            out->values[i] = q->values[k];
            return;
        }
    struct feel_value as = q->value_count ? feel_null() : dmn_sheet_fit(fits, b->inside[i].node, v);
    if (as.kind == FEEL_NULL)
        *vec_add(a, problems) = refused(q, a, v, as.kind == FEEL_NULL ? as.text : STR(""));
    else
        out->values[i] = as;
}

void answers_from_context(const struct rulebook *b, struct feel_env *env, struct feel_value context,
                          struct answers *out)
{
    texts problems = {0};
    struct dmn_sheet *fits = dmn_sheet_new(b->model, env, false);
    start(b, env, out);
    for (uint32_t i = 0; i < context.count; i++) {
        const struct feel_entry *e = &context.entries[i];
        size_t q = answers_question(b, e->key, i);
        if (q == b->question_count)
            *vec_add(env->arena, &problems) = unknown_name(b, env->arena, e->key);
        else
            take(b, env->arena, fits, q, e->value, out, &problems);
    }
    out->problems = problems.items, out->problem_count = problems.count;
}

void answers_from_json(const struct rulebook *b, struct feel_env *env, const struct json *object, struct answers *out)
{
    struct json own = *object;
    struct json *items = arena_alloc(env->arena, (object->count + 1) * sizeof *items);
    for (size_t i = 0; i < object->count; i++) { /* under the questions' names, so that they are read as declared */
        items[i] = object->items[i];
        size_t q = answers_question(b, items[i].key, i);
        if (q < b->question_count) items[i].key = b->questions[q].name;
    }
    own.items = items;
    answers_from_context(b, env, dmn_inputs_from_json(b->zone, env->arena, &own), out);
}

void answers_emit_json(const struct rulebook *b, const struct answers *a, struct json_writer *w)
{
    json_object(w);
    for (size_t i = 0; i < b->question_count; i++) {
        if (a->values[i].kind == FEEL_NULL) continue;
        json_key(w, b->questions[i].name);
        feel_emit_json(w, a->values[i]);
    }
    json_object_end(w);
}
