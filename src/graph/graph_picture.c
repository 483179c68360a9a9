/* SPDX-License-Identifier: Apache-2.0 */
#include "graph_inside.h"

#include "base_time.h"

#include <stdlib.h>
#include <string.h>

#define DROP(p)                                                                                                        \
    do {                                                                                                               \
        if ((p) && atomic_fetch_sub_explicit(&(p)->users, 1, memory_order_acq_rel) == 1) mem_free(p);                  \
    } while (0)

static void release(struct picture *p)
{
    for (size_t i = 0; i < p->chunk_count; i++) {
        DROP(p->chunks[i]);
        DROP(p->back[i]);
    }
    for (size_t i = 0; i < p->graph->model->type_count; i++) DROP(p->types[i]);
    for (size_t i = 0; i < NAME_SHARDS; i++) DROP(p->names[i]);
    for (size_t i = 0; i < p->evidence_count; i++) DROP(p->evidence[i]);
    for (size_t i = 0; i < p->keyed_count; i++) DROP(p->keyed[i]);
    DROP(p->rates);
    requested_drop(p);
    mem_free(p->chunks);
    mem_free(p->back);
    mem_free(p->types);
    mem_free(p->evidence);
    mem_free(p->keyed);
    mem_free(p);
}

struct picture *picture_keep(struct picture *p)
{
    atomic_fetch_add_explicit(&p->users, 1, memory_order_relaxed);
    return p;
}

void picture_drop(struct picture *p)
{
    if (p && atomic_fetch_sub_explicit(&p->users, 1, memory_order_acq_rel) == 1) release(p);
}

struct picture *graph_take(struct graph *g)
{
    pthread_mutex_lock(&g->lock);
    struct picture *p = g->current ? picture_keep(g->current) : NULL;
    pthread_mutex_unlock(&g->lock);
    return p;
}

int graph_refresh(struct graph *g, struct store *s, struct err *err)
{
    struct picture *old = g->current; /* only this thread changes it */
    struct picture *next = old ? picture_advance(old, s, err) : picture_load(g, s, err);
    if (!next) return -1;
    if (next == old) return 0;
    pthread_mutex_lock(&g->lock);
    g->current = next;
    pthread_mutex_unlock(&g->lock);
    picture_drop(old);
    return 0;
}

int graph_look_back(struct graph *g, struct store *s, uint64_t number, struct picture **out, struct err *err)
{
    struct picture *now = graph_take(g);
    struct picture *then = picture_back(now, s, number, err);
    if (then != now) picture_drop(now);
    *out = then;
    return then ? 0 : -1;
}

uint64_t picture_number(const struct picture *p) { return p->number; }
const struct graph *picture_graph(const struct picture *p) { return p->graph; }
const struct model *picture_model(const struct picture *p) { return p->graph->model; }
const struct store_profile *picture_profile(const struct picture *p) { return &p->graph->profile; }
size_t picture_own_bytes(const struct picture *p)
{
    size_t bytes = sizeof *p + p->chunk_count * (sizeof *p->chunks + sizeof *p->back);
    for (size_t i = 0; i < p->chunk_count; i++)
        if (atomic_load_explicit(&p->chunks[i]->users, memory_order_relaxed) == 1) bytes += p->chunks[i]->size;
    for (size_t i = 0; i < p->graph->model->type_count; i++)
        if (p->types[i] && atomic_load_explicit(&p->types[i]->users, memory_order_relaxed) == 1)
            bytes += sizeof *p->types[i] + p->types[i]->count * sizeof *p->types[i]->ids;
    for (size_t i = 0; i < NAME_SHARDS; i++)
        if (p->names[i] && atomic_load_explicit(&p->names[i]->users, memory_order_relaxed) == 1)
            bytes += sizeof *p->names[i] + p->names[i]->count * sizeof *p->names[i]->entries;
    return bytes;
}

size_t picture_count(const struct picture *p) { return p->fact_count; }

size_t picture_chunk(const struct picture *p, uint64_t number)
{
    if (!p->chunk_count) return STR_NOT_FOUND;
    uint64_t guess = number - p->chunks[0]->number; /* ids mostly have no gaps */
    if (LIKELY(guess < p->chunk_count && p->chunks[guess]->number == number)) return guess;
    size_t low = 0, high = p->chunk_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->chunks[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->chunk_count && p->chunks[low]->number == number ? low : STR_NOT_FOUND;
}

const struct fact *picture_fact(const struct picture *p, uint64_t id)
{
    if (UNLIKELY(id & FACT_PROPOSED)) {
        const struct keyed *keyed = picture_keyed(p, id);
        return keyed ? keyed->proposal : NULL;
    }
    size_t chunk = picture_chunk(p, id >> CHUNK_BITS);
    return chunk == STR_NOT_FOUND ? NULL : chunk_fact(p->chunks[chunk], id & (CHUNK_FACTS - 1));
}

const uint64_t *fact_inverse(const struct picture *p, const struct fact *f, const struct model_inverse *inverse,
                             size_t *count)
{
    *count = 0;
    size_t chunk = picture_chunk(p, f->id >> CHUNK_BITS);
    if (chunk == STR_NOT_FOUND) return NULL;
    size_t number = (size_t)(inverse - f->shape->type->inverses);
    return backlinks_get(p->back[chunk], f->id & (CHUNK_FACTS - 1), f->shape, number, count);
}

const uint64_t *fact_inverse_for(const struct graph_viewer *viewer, const struct picture *p, const struct fact *f,
                                 const struct model_inverse *inverse, size_t *count)
{
    *count = 0;
    return graph_sees(p->graph, viewer, inverse->from, inverse->field) ? fact_inverse(p, f, inverse, count) : NULL;
}

const uint64_t *picture_facts(const struct picture *p, const struct model_type *type, size_t *count)
{
    const struct id_list *list = p->types[type->number];
    *count = list ? list->count : 0;
    return list ? list->ids : NULL;
}

const struct evidence *picture_evidence(const struct picture *p, uint64_t application)
{
    size_t low = 0, high = p->evidence_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->evidence[middle]->application < application)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->evidence_count && p->evidence[low]->application == application ? p->evidence[low] : NULL;
}

static str rate_currency(const struct rate *r) { return (str){r->currency, strnlen(r->currency, sizeof r->currency)}; }

struct feel_value picture_convert(const struct picture *p, struct arena *a, struct feel_value amount, str currency,
                                  int64_t day)
{
    str ours = p->graph->profile.currency;
    if (str_eq(currency, ours)) return amount;
    size_t low = 0, high = p->rates ? p->rates->count : 0; /* the first that is too late, or another currency's */
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct rate *r = &p->rates->items[middle];
        int order = str_cmp(rate_currency(r), currency);
        if (order < 0 || (order == 0 && r->from <= day))
            low = middle + 1;
        else
            high = middle;
    }
    const struct rate *best =
        low && str_eq(rate_currency(&p->rates->items[low - 1]), currency) ? &p->rates->items[low - 1] : NULL;
    if (best) return number_mul(amount, number_of(best->value[0], best->value[1]));
    return feel_null_because(arena_printf(a,
                                          "no rate from " STR_FORMAT " to " STR_FORMAT " on " STR_FORMAT " is stated",
                                          STR_ARGS(currency), STR_ARGS(ours), STR_ARGS(civil_emit(a, day))));
}
