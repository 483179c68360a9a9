/* SPDX-License-Identifier: Apache-2.0 */
#include "align_similar.h"

#include "base_time.h"

#include <math.h>
#include <stdlib.h>

enum { WEIGHT_NONE = 1, WEIGHT_SOME = 3, WEIGHT_ZONE = 9, PERCENT = 100, LEAST = 50, WORK_BYTES = 64 << 20 };

struct weighed {
    double likeness;
    const struct stored_ruling *row;
    struct feel_value *values;
};
struct looking {
    struct arena *a;
    const struct similar_of *of;
    const struct rulebook_question *questions;
    size_t count;
    int *weights;
    struct weighed best[SIMILAR_SHOWN];
    size_t found;
};

/* ---- What counts ---- */

/* Without the answer: is the zone open, or something else of the ruling? */
static int weigh_question(struct looking *k, struct answers *answers, size_t i, struct err *err)
{
    struct feel_env env;
    struct ruling_brief brief;
    struct feel_value own = answers->values[i];
    ruling_env(&env, k->a, k->of->now, k->of->today);
    k->weights[i] = 0;
    if (own.kind == FEEL_NULL) return 0;
    answers->values[i] = feel_null();
    int failed = rulebook_brief(k->of->book, NULL, &env, answers, &brief, err);
    answers->values[i] = own;
    if (failed) return -1;
    bool open = false;
    for (size_t o = 0; o < brief.open_count; o++) open |= brief.open[o] == &k->questions[i];
    k->weights[i] = !open ? WEIGHT_NONE : brief.zone.kind == FEEL_NULL ? WEIGHT_ZONE : WEIGHT_SOME;
    return 0;
}

static int weigh(struct looking *k, struct err *err)
{
    struct answers own = *k->of->answers;
    own.values = arena_array(k->a, k->count + 1, sizeof *own.values);
    own.problem_count = 0;
    for (size_t i = 0; i < k->count; i++) own.values[i] = k->of->answers->values[i];
    k->weights = arena_array(k->a, k->count + 1, sizeof *k->weights);
    for (size_t i = 0; i < k->count; i++)
        if (weigh_question(k, &own, i, err) < 0) return -1;
    return 0;
}

/* 1: the same; numbers are the more alike the nearer their proportion is to one. */
static double alike(struct feel_value a, struct feel_value b)
{
    if (feel_same(a, b)) return 1;
    double x = feel_to_double(a), y = feel_to_double(b);
    if (isnan(x) || isnan(y) || x < 0 || y < 0) return 0;
    return (x < y ? x : y) / (x < y ? y : x);
}

static double likeness_of(const struct looking *k, const struct feel_value *values)
{
    double sum = 0, whole = 0;
    for (size_t i = 0; i < k->count; i++) {
        sum += k->weights[i] * alike(k->of->answers->values[i], values[i]);
        whole += k->weights[i];
    }
    return whole > 0 ? sum / whole : 0;
}

/* ---- Looking ---- */

static void keep_best(struct looking *k, const struct weighed *w)
{
    size_t place = k->found;
    if (place == SIMILAR_SHOWN && k->best[place - 1].likeness >= w->likeness) return;
    if (place == SIMILAR_SHOWN) place--;
    for (; place && k->best[place - 1].likeness < w->likeness; place--) k->best[place] = k->best[place - 1];
    k->best[place] = *w;
    k->found += k->found < SIMILAR_SHOWN;
}

/* Rows come the newest first. What the book does not ask is left out, what it does not take was not given. */
static void look_at(struct looking *k, struct arena *work, const struct stored_ruling *row)
{
    struct feel_env env;
    struct answers answers;
    struct err err;
    const struct json *j;
    if (row->overrules || !str_eq(row->rulebook, rulebook_name(k->of->book)) ||
        (k->of->request && row->request == k->of->request))
        return;
    arena_clear(work);
    ruling_env(&env, work, row->time, row->day);
    if (json_parse(work, row->answers, &j, &err) < 0) return;
    answers_from_json(k->of->book, &env, j, &answers);
    struct weighed w = {likeness_of(k, answers.values), row, NULL};
    if (w.likeness * PERCENT >= LEAST) keep_best(k, &w);
}

/* ---- What came of it ---- */

static str value_of(const struct fact *f, const char *field)
{
    const struct model_field *m = f ? model_field(fact_type(f), str_of(field)) : NULL;
    return m ? fact_value(f, m) : STR_NONE;
}

static void put_outcome(const struct similar_of *of, struct similar_ruling *s)
{
    int64_t asked, decided = 0;
    const struct fact *f = of->picture && s->row.request ? picture_fact(of->picture, s->row.request) : NULL;
    s->at_once = !s->set_aside && str_eq(s->row.extent, STR("none"));
    s->state = value_of(f, "state"), s->days = -1;
    if (!f || !civil_parse(value_of(f, "asked on"), &asked)) return;
    if (s->at_once)
        decided = s->row.day;
    else if (!civil_parse(value_of(f, "answered on"), &decided))
        return;
    if (decided >= asked) s->days = decided - asked;
}

struct difference {
    int weight;
    size_t question;
};

static int by_weight(const void *x, const void *y)
{
    const struct difference *a = x, *b = y;
    return a->weight != b->weight ? b->weight - a->weight : a->question < b->question ? -1 : 1;
}

static void put_differences(const struct looking *k, struct similar_ruling *s)
{
    struct feel_env env;
    struct answers answers;
    struct err err;
    const struct json *j;
    struct difference *all = arena_array(k->a, k->count + 1, sizeof *all);
    str *names = arena_array(k->a, SIMILAR_NAMED, sizeof *names);
    s->differs = names, s->differ_count = 0;
    ruling_env(&env, k->a, s->row.time, s->row.day);
    if (json_parse(k->a, s->row.answers, &j, &err) < 0) return;
    answers_from_json(k->of->book, &env, j, &answers);
    for (size_t i = 0; i < k->count; i++)
        if (k->weights[i] && !feel_same(answers.values[i], k->of->answers->values[i]))
            all[s->differ_count++] = (struct difference){k->weights[i], i};
    if (s->differ_count) qsort(all, s->differ_count, sizeof *all, by_weight);
    if (s->differ_count > SIMILAR_NAMED) s->differ_count = SIMILAR_NAMED;
    for (size_t i = 0; i < s->differ_count; i++) names[i] = k->questions[all[i].question].name;
}

int similar_find(struct arena *a, const struct similar_of *of, const struct similar_ruling **out, size_t *count,
                 struct err *err)
{
    struct looking k = {.a = a, .of = of};
    const struct stored_ruling *rows;
    const struct ruling_pick pick = {.before = of->before, .limit = SIMILAR_LOOKED};
    struct arena work;
    size_t row_count;
    *count = 0, *out = NULL;
    k.questions = rulebook_questions(of->book, &k.count);
    if (weigh(&k, err) < 0 || store_load_rulings(of->store, a, &pick, &rows, &row_count, err) < 0) return -1;
    arena_init(&work, WORK_BYTES);
    for (size_t i = 0; i < row_count; i++) look_at(&k, &work, &rows[i]);
    arena_release(&work);
    struct similar_ruling *found = arena_array(a, k.found + 1, sizeof *found);
    for (size_t i = 0; i < k.found; i++) {
        struct similar_ruling *s = &found[i];
        *s = (struct similar_ruling){
            .row = *k.best[i].row, .likeness = (int)(k.best[i].likeness * PERCENT), .zone = k.best[i].row->zone};
        for (size_t o = 0; o < row_count; o++)
            if (rows[o].overrules == s->row.number) s->zone = rows[o].zone, s->set_aside = true;
        put_outcome(of, s);
        put_differences(&k, s);
    }
    *out = found, *count = k.found;
    return 0;
}

void similar_emit_json(struct json_writer *w, struct arena *a, const struct similar_ruling *all, size_t count)
{
    json_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct similar_ruling *s = &all[i];
        json_object(w);
        json_key(w, STR("ruling")), json_int(w, (int64_t)s->row.number);
        json_key(w, STR("likeness")), json_int(w, s->likeness);
        json_key(w, STR("day")), json_string(w, civil_emit(a, s->row.day));
        json_key(w, STR("zone")), json_string(w, s->zone);
        json_key(w, STR("set_aside")), json_bool(w, s->set_aside);
        json_key(w, STR("at_once")), json_bool(w, s->at_once);
        if (s->row.request) json_key(w, STR("request")), json_int(w, (int64_t)s->row.request);
        if (s->state.n) json_key(w, STR("state")), json_string(w, s->state);
        if (s->days >= 0) json_key(w, STR("days")), json_int(w, s->days);
        json_key(w, STR("differs"));
        json_array(w);
        for (size_t d = 0; d < s->differ_count; d++) json_string(w, s->differs[d]);
        json_array_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}
