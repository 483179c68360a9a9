/* SPDX-License-Identifier: Apache-2.0 */
#include "graph_inside.h"

#include "base_time.h"

static void find_rate_fields(struct graph *g)
{
    const struct model_type *rate = model_type(g->model, STR("rate"));
    if (!rate) return;
    g->rate_currency = model_field(rate, STR("currency"));
    g->rate_from = model_field(rate, STR("valid from"));
    g->rate_value = model_field(rate, STR("rate"));
    if (g->rate_currency && g->rate_from && g->rate_from->kind == FIELD_DATE && g->rate_value &&
        (g->rate_value->kind == FIELD_DECIMAL || g->rate_value->kind == FIELD_WHOLE_NUMBER))
        g->rate = &g->shapes[rate->number];
}

int graph_new(const struct model *model, const struct store_profile *profile, const struct graph_options *options,
              struct graph **out, struct err *err)
{
    struct graph *g = mem_zalloc(sizeof *g);
    arena_init(&g->arena, 0);
    pthread_mutex_init(&g->lock, NULL);
    g->model = model;
    g->profile = (struct store_profile){arena_copy(&g->arena, profile->name), arena_copy(&g->arena, profile->currency),
                                        arena_copy(&g->arena, profile->zone)};
    if (options) g->options = *options;
    ordinary_load(&g->ordinary);
    if ((profile->zone.n && zone_load(&g->arena, profile->zone, &g->zone, err)) || classes_make(g, err)) {
        graph_free(g);
        return -1;
    }
    find_rate_fields(g);
    static const str product_types[] = {STR_INIT("application"), STR_INIT("vendor")};
    for (size_t i = 0; i < ARRAY_COUNT(product_types); i++) {
        const struct model_type *type = model_type(model, product_types[i]);
        if (type) g->product_types[i] = &g->shapes[type->number];
    }
    *out = g;
    return 0;
}

void graph_free(struct graph *g)
{
    if (!g) return;
    picture_drop(g->current);
    map_release(&g->ordinary);
    pthread_mutex_destroy(&g->lock);
    arena_release(&g->arena);
    mem_free(g);
}

const struct feel_scope *graph_scope(const struct graph *g) { return &g->scope; }
const struct model *graph_model(const struct graph *g) { return g->model; }
const struct feel_class *graph_class(const struct graph *g, const struct model_type *type)
{
    return &g->shapes[type->number].class;
}
const struct feel_type *graph_type(const struct graph *g, const struct model_type *type)
{
    return &g->shapes[type->number].object;
}

struct graph_view *graph_view_new(struct arena *a, struct picture *p)
{
    struct graph_view *v = arena_zalloc(a, sizeof *v);
    v->template.currency = p->graph->profile.currency;
    v->picture = p, v->arena = a;
    v->kept = arena_array(a, p->chunk_count, sizeof *v->kept);
    v->lists = arena_array(a, p->graph->model->type_count, sizeof *v->lists);
    return v;
}

void graph_env(struct feel_env *env, struct graph_view *v, struct arena *a, const struct graph_viewer *viewer,
               int64_t now, int64_t today)
{
    *env = (struct feel_env){.arena = a,
                             .now = now,
                             .zone = v->picture->graph->zone,
                             .has_today = true,
                             .today = today,
                             .viewer = viewer,
                             .host = v};
}

int64_t view_today(const struct feel_env *env)
{
    if (env->has_today) return env->today;
    int64_t local = env->now + (env->zone ? zone_offset_at(env->zone, env->now) : 0);
    return local >= 0 ? local / 86400 : -((-local + 86399) / 86400);
}

const struct picture *graph_picture(const struct feel_env *env)
{
    return ((const struct graph_view *)env->host)->picture;
}

struct feel_value graph_workspace(const struct graph_view *v) { return feel_object(&v->picture->graph->workspace, 0); }

struct feel_value graph_object(const struct graph_view *v, uint64_t fact)
{
    const struct fact *f = picture_fact(v->picture, fact);
    return f ? feel_object(&f->shape->class, fact) : feel_null_because(STR("it is no longer there"));
}

struct feel_value graph_field(struct feel_env *env, uint64_t fact, str name)
{
    const struct graph_view *view = env->host;
    const struct fact *f = picture_fact(view->picture, fact);
    if (!f) return feel_null_because(STR("it is no longer there"));
    const struct feel_class *class = &f->shape->class;
    for (size_t i = 0; i < class->count; i++)
        if (str_eq(class->fields[i].name, name)) return class->get(env, class, fact, class->fields[i].slot);
    return feel_null_because(arena_printf(env->arena, "there is no " STR_FORMAT, STR_ARGS(name)));
}

/* ---- JSON ---- */

static void emit_reference(struct json_writer *w, const struct picture *p, uint64_t id)
{
    const struct fact *f = picture_fact(p, id);
    if (!f) {
        json_null(w);
        return;
    }
    json_object(w);
    json_key(w, STR("type")), json_string(w, f->shape->type->name);
    json_key(w, STR("id")), json_int(w, (int64_t)f->id);
    json_key(w, STR("name")), json_string(w, fact_name(f));
    json_object_end(w);
}

static void emit_value(struct json_writer *w, struct feel_env *env, const struct shape *shape, const struct slot *slot,
                       struct feel_value v, uint64_t fact)
{
    const struct graph_view *view = env->host;
    const struct model_field *f = slot->field;
    bool computed = slot->how == SLOT_DERIVED || slot->how == SLOT_OBSERVED;
    bool is_money = slot->how == SLOT_MONEY || (slot->how == SLOT_DERIVED && f->gives == FIELD_MONEY) ||
                    (slot->how == SLOT_OBSERVED && f->observed == OBSERVED_PAID);
    if (v.kind == FEEL_OBJECT) {
        emit_reference(w, view->picture, v.object.handle);
    } else if (v.kind == FEEL_LIST) {
        json_array(w);
        for (size_t i = 0; i < v.count; i++) emit_reference(w, view->picture, v.items[i].object.handle);
        json_array_end(w);
    } else if (is_money) {
        /* As booked; what is computed is in the workspace's currency. */
        struct feel_value amount =
            computed ? v : shape->class.get(env, &shape->class, fact, (uint32_t)(slot - shape->slots) + 1);
        struct feel_value currency =
            computed ? feel_string(shape->graph->profile.currency)
                     : shape->class.get(env, &shape->class, fact, (uint32_t)(slot - shape->slots) + 2);
        json_object(w);
        json_key(w, STR("amount")), feel_emit_json(w, amount);
        json_key(w, STR("currency")), feel_emit_json(w, currency);
        json_object_end(w);
    } else {
        feel_emit_json(w, v);
    }
}

str name_key(struct arena *a, str name)
{
    str key = arena_copy(a, name);
    for (size_t i = 0; i < key.n; i++)
        if (key.p[i] == ' ') ((char *)(uintptr_t)key.p)[i] = '_';
    return key;
}

static void emit_key(struct json_writer *w, struct feel_env *env, const struct shape *shape, const struct slot *slot,
                     uint64_t fact)
{
    const struct graph_view *view = env->host;
    struct feel_value v = shape->class.get(env, &shape->class, fact, (uint32_t)(slot - shape->slots));
    const struct keyed *keyed = picture_keyed(view->picture, fact);
    if (slot->how == SLOT_PROPOSED && fact & FACT_PROPOSED) {
        if (keyed && keyed->keys.deletes) json_key(w, STR("deletes")), json_bool(w, true);
        return;
    }
    if (v.kind == FEEL_NULL || (v.kind == FEEL_LIST && !v.count)) return;
    json_key(w, name_key(env->arena, slot->name));
    if (slot->how == SLOT_PROPOSED)
        graph_emit_json(w, env, fact | FACT_PROPOSED);
    else if (slot->how == SLOT_RULING)
        ruling_emit(w, env, v);
    else
        feel_emit_json(w, v);
}

void graph_emit_json(struct json_writer *w, struct feel_env *env, uint64_t fact)
{
    const struct graph_view *view = env->host;
    const struct fact *f = picture_fact(view->picture, fact);
    if (!f) {
        json_null(w);
        return;
    }
    const struct shape *shape = f->shape;
    json_object(w);
    json_key(w, STR("type")), json_string(w, shape->type->name);
    json_key(w, STR("id")), json_int(w, (int64_t)f->id);
    bool taken = model_field(shape->type, STR("version")) != NULL;
    json_key(w, taken ? STR("fact_version") : STR("version")), json_int(w, fact_version(f));
    if (!model_field(shape->type, STR("name"))) json_key(w, STR("name")), json_string(w, fact_name(f));
    for (size_t i = 0; i < shape->slot_count; i++) {
        const struct slot *slot = &shape->slots[i];
        if (slot->how == SLOT_AMOUNT || slot->how == SLOT_CURRENCY || slot->how == SLOT_INVERSE ||
            slot->how == SLOT_ID || slot->how == SLOT_TYPE)
            continue;
        if (slot->how >= SLOT_AGREEMENT) {
            emit_key(w, env, shape, slot, fact);
            continue;
        }
        struct feel_value v = shape->class.get(env, &shape->class, fact, (uint32_t)i);
        bool foreign = slot->how == SLOT_MONEY && v.kind == FEEL_NULL && fact_value_for(env->viewer, f, slot->field).n;
        if ((v.kind == FEEL_NULL && !foreign) || (v.kind == FEEL_LIST && !v.count)) continue;
        json_key(w, slot->field->key);
        emit_value(w, env, shape, slot, v, fact);
    }
    json_object_end(w);
}
