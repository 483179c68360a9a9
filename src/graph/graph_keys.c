/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys in the picture: how far a fact is agreed, and the proposal beside it. */
#include "graph_inside.h"

#include "base_time.h"

#include <string.h>

/* ---- Packing ---- */

/* The proposal as a fact like any other. */
static const struct fact *encode_proposal(const struct shape *shape, struct arena *a, const struct stored_fact *stored)
{
    const struct model_type *type = shape->type;
    VEC(struct stored_value) values = {0};
    VEC(struct stored_link) links = {0};
    if (!stored->keys->proposed) return NULL;
    for (size_t i = 0; i < type->field_count; i++) {
        const struct model_field *field = &type->fields[i];
        str value = stored->keys->proposed[i], piece;
        int64_t to;
        if (!value.p) continue;
        if (field->kind != FIELD_LINK && field->kind != FIELD_LINKS) {
            *vec_add(a, &values) = (struct stored_value){field, value};
            continue;
        }
        while (str_cut(&value, ' ', &piece))
            if (str_to_int(piece, &to)) *vec_add(a, &links) = (struct stored_link){field, (uint64_t)to};
    }
    struct stored_fact proposed = *stored;
    proposed.values = values.items, proposed.value_count = values.count;
    proposed.links = links.items, proposed.link_count = links.count;
    return fact_encode(a, shape, &proposed);
}

struct keyed *keyed_pack(const struct shape *shape, struct arena *scratch, const struct stored_fact *stored)
{
    const struct stored_keys *from = stored->keys;
    struct arena_mark start = arena_mark(scratch);
    const struct fact *proposal = encode_proposal(shape, scratch, stored);
    size_t head = (sizeof(struct keyed) + 15) & ~(size_t)15;
    struct keyed *k = mem_zalloc(head + (proposal ? proposal->size : 0));
    atomic_init(&k->users, 1);
    k->keys = (struct picture_keys){.fact = stored->id,
                                    .agreed = from->agreed,
                                    .deletes = from->deletes,
                                    .pending = from->pending,
                                    .version = from->version,
                                    .agreed_time = from->agreed_time,
                                    .proposed_time = from->proposed_time,
                                    .proposer = from->proposer};
    for (size_t i = 0; i < from->given_count && i < ARRAY_COUNT(k->keys.given); i++)
        k->keys.given[k->keys.given_count++] = (struct picture_signature){
            from->given[i].user, model_side(shape->graph->model, from->given[i].side), from->given[i].time};
    if (proposal) k->proposal = memcpy((char *)k + head, proposal, proposal->size);
    arena_back_to(scratch, start);
    return k;
}

/* ---- For C ---- */

const struct keyed *picture_keyed(const struct picture *p, uint64_t fact)
{
    size_t low = 0, high = p->keyed_count;
    fact &= ~FACT_PROPOSED;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->keyed[middle]->keys.fact < fact)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->keyed_count && p->keyed[low]->keys.fact == fact ? p->keyed[low] : NULL;
}

const struct picture_keys *fact_keys(const struct picture *p, uint64_t fact)
{
    const struct keyed *keyed = picture_keyed(p, fact);
    return keyed ? &keyed->keys : NULL;
}

const struct picture_keys *picture_keys(const struct picture *p, size_t i)
{
    return i < p->keyed_count ? &p->keyed[i]->keys : NULL;
}

static bool has_signed(const struct picture_keys *keys, const struct model_side *side)
{
    for (size_t i = 0; i < keys->given_count; i++)
        if (keys->given[i].side == side) return true;
    return false;
}

bool keys_wait_for(const struct picture *p, const struct picture_keys *keys, str side)
{
    const struct model *m = p->graph->model;
    if (keys->pending != PENDING_PROPOSED) return false;
    for (size_t i = 0; i < ARRAY_COUNT(m->keys); i++)
        if (m->keys[i] && str_eq(m->keys[i]->key, side)) return !has_signed(keys, m->keys[i]);
    return false;
}

/* ---- For FEEL ---- */

const struct key_member *key_members(size_t *count)
{
    static const struct key_member members[] = {
        {STR_INIT("agreement"), SLOT_AGREEMENT}, {STR_INIT("agreed on"), SLOT_AGREED_ON},
        {STR_INIT("proposed"), SLOT_PROPOSED},   {STR_INIT("proposed on"), SLOT_PROPOSED_ON},
        {STR_INIT("signed on"), SLOT_SIGNED_ON}, {STR_INIT("waits for"), SLOT_WAITS_FOR},
    };
    *count = ARRAY_COUNT(members);
    return members;
}

static struct feel_value day_of(const struct graph *g, int64_t time)
{
    int64_t local = time + (g->zone ? zone_offset_at(g->zone, time) : 0);
    return feel_date(local >= 0 ? local / 86400 : -((-local + 86399) / 86400));
}

static struct feel_value agreement(struct feel_env *env, const struct picture_keys *keys, bool of_proposal)
{
    if (!keys) return feel_string(STR("draft"));
    if (keys->agreed && !of_proposal) return feel_string(STR("agreed"));
    if (keys->pending != PENDING_PROPOSED) return feel_string(STR("draft"));
    const struct model_side *side = keys->given_count ? keys->given[0].side : NULL;
    if (!side) return feel_string(STR("proposed"));
    return feel_string(arena_printf(env->arena, "signed by " STR_FORMAT, STR_ARGS(side->key)));
}

static struct feel_value waits_for(struct feel_env *env, const struct graph *g, const struct picture_keys *keys)
{
    struct feel_value *sides = arena_array(env->arena, ARRAY_COUNT(g->model->keys), sizeof *sides);
    size_t count = 0;
    for (size_t i = 0; keys && keys->pending == PENDING_PROPOSED && i < ARRAY_COUNT(g->model->keys); i++)
        if (!has_signed(keys, g->model->keys[i])) sides[count++] = feel_string(g->model->keys[i]->key);
    return feel_list(sides, count);
}

/* A part waits for its keys, and is signed, with its whole. */
static const struct picture_keys *told_keys(const struct picture *p, const struct fact *f, struct picture_keys *room)
{
    const struct picture_keys *own = fact_keys(p, f->id), *whole = NULL;
    const struct model_field *of = fact_type(f)->part_of;
    const struct fact *at = f;
    if (!of) return own;
    while (at && (of = fact_type(at)->part_of)) {
        size_t count;
        const uint64_t *to = fact_links(at, of, &count);
        at = count ? picture_fact(p, to[0]) : NULL;
    }
    if (at) whole = fact_keys(p, fact_id(at));
    if (!whole || (own && own->pending == PENDING_NONE)) return own;
    *room = *whole;
    room->agreed = own && own->agreed;
    room->agreed_time = own ? own->agreed_time : 0;
    return room;
}

struct feel_value keyed_get(struct feel_env *env, const struct fact *f, uint64_t handle, const struct slot *slot)
{
    const struct graph_view *view = env->host;
    const struct graph *g = view->picture->graph;
    struct picture_keys room;
    const struct picture_keys *keys = told_keys(view->picture, f, &room);
    bool of_proposal = handle & FACT_PROPOSED;
    switch (slot->how) {
    case SLOT_AGREEMENT: return agreement(env, keys, of_proposal);
    case SLOT_WAITS_FOR: return waits_for(env, g, keys);
    case SLOT_AGREED_ON:
        if (of_proposal || !keys || !keys->agreed) return feel_null_because(STR("both sides have not signed it"));
        return day_of(g, keys->agreed_time);
    case SLOT_PROPOSED:
        if (of_proposal || !picture_fact(view->picture, f->id | FACT_PROPOSED))
            return feel_null_because(STR("nothing else is proposed for it"));
        return feel_object(&f->shape->class, f->id | FACT_PROPOSED);
    case SLOT_PROPOSED_ON:
        if (!keys || keys->pending != PENDING_PROPOSED) return feel_null_because(STR("nothing waits for its keys"));
        return day_of(g, keys->proposed_time);
    case SLOT_SIGNED_ON:
        if (!keys || !keys->given_count) return feel_null_because(STR("no key is on what waits"));
        return day_of(g, keys->given[0].time);
    case SLOT_TEXT:
    case SLOT_NUMBER:
    case SLOT_MONEY:
    case SLOT_AMOUNT:
    case SLOT_CURRENCY:
    case SLOT_DATE:
    case SLOT_YES_NO:
    case SLOT_LINK:
    case SLOT_LINKS:
    case SLOT_DERIVED:
    case SLOT_OBSERVED:
    case SLOT_INVERSE:
    case SLOT_ID:
    case SLOT_TYPE:
    case SLOT_RULING: break;
    }
    NOT_REACHED();
}
