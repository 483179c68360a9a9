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

struct taking {
    const struct rulebook *b;
    struct feel_env *env;
    struct dmn_sheet *fits; /* when it is needed */
    struct answers *out;
    texts problems;
    bool of_past; /* problems are none */
};

static struct taking start(const struct rulebook *b, struct feel_env *env, bool of_past, struct answers *out)
{
    *out = (struct answers){.values = arena_alloc(env->arena, (b->question_count + 1) * sizeof *out->values)};
    for (size_t i = 0; i < b->question_count; i++) out->values[i] = feel_null();
    return (struct taking){.b = b, .env = env, .out = out, .of_past = of_past};
}

static void finish(struct taking *k)
{
    k->out->problems = k->problems.items, k->out->problem_count = k->problems.count;
}

static void not_asked(struct taking *k, str name)
{
    if (!k->of_past) *vec_add(k->env->arena, &k->problems) = unknown_name(k->b, k->env->arena, name);
}

/* A value that the model's own type does not take is a problem; one of a choice becomes the rulebook's own. */
static void take(struct taking *k, size_t i, struct feel_value v)
{
    const struct rulebook_question *q = &k->b->questions[i];
    if (v.kind == FEEL_NULL) return;
    for (size_t n = 0; n < q->value_count; n++) {
        struct feel_value one = q->values[n];
        bool both_texts = one.kind == FEEL_STRING && v.kind == FEEL_STRING;
        if (!(both_texts ? str_eq(one.text, v.text) : feel_same(one, v))) continue;
        k->out->values[i] = one;
        return;
    }
    if (!k->fits && !q->value_count) k->fits = dmn_sheet_new(k->b->model, k->env, false);
    struct feel_value as = q->value_count ? feel_null() : dmn_sheet_fit(k->fits, k->b->inside[i].node, v);
    if (as.kind != FEEL_NULL)
        k->out->values[i] = as;
    else if (!k->of_past)
        *vec_add(k->env->arena, &k->problems) = refused(q, k->env->arena, v, as.text);
}

static void take_context(struct taking *k, struct feel_value context)
{
    for (uint32_t i = 0; i < context.count; i++) {
        const struct feel_entry *e = &context.entries[i];
        size_t q = answers_question(k->b, e->key, i);
        if (q == k->b->question_count)
            not_asked(k, e->key);
        else
            take(k, q, e->value);
    }
    finish(k);
}

/* What has members, and a text that may be a date, is read as the question declares it. */
static struct feel_value declared(struct taking *k, size_t question, const struct json *j)
{
    const struct dmn_node *n = k->b->inside[question].node;
    const struct feel_type *t = dmn_node_type(n);
    bool timely = t->is == FEEL_TYPE_OF_KIND && t->kind >= FEEL_DATE;
    if (j->kind != JSON_OBJECT && j->kind != JSON_ARRAY && !(j->kind == JSON_STRING && timely))
        return feel_from_json(k->env->arena, j);
    struct json own = *j, alone = {.kind = JSON_OBJECT, .items = &own, .count = 1};
    own.key = k->b->questions[question].name;
    const struct feel_value *v = feel_entry_get(dmn_inputs_from_json(k->b->zone, k->env->arena, &alone), own.key);
    return v ? *v : feel_null();
}

static void take_json(struct taking *k, const struct json *object)
{
    for (size_t i = 0; i < object->count; i++) {
        const struct json *j = &object->items[i];
        size_t q = answers_question(k->b, j->key, i);
        if (q == k->b->question_count)
            not_asked(k, j->key);
        else
            take(k, q, declared(k, q, j));
    }
    finish(k);
}

void answers_from_context(const struct rulebook *b, struct feel_env *env, struct feel_value context,
                          struct answers *out)
{
    struct taking k = start(b, env, false, out);
    take_context(&k, context);
}

void answers_from_json(const struct rulebook *b, struct feel_env *env, const struct json *object, struct answers *out)
{
    struct taking k = start(b, env, false, out);
    take_json(&k, object);
}

void answers_of_past(const struct rulebook *b, struct feel_env *env, const struct json *object,
                     struct feel_value context, struct answers *out)
{
    struct taking k = start(b, env, true, out);
    if (object)
        take_json(&k, object);
    else
        take_context(&k, context);
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
