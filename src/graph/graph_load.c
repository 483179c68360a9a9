/* SPDX-License-Identifier: Apache-2.0 */
/* The next picture: from everything, or from the last one and what changed since. */
#include "graph_inside.h"

#include <stdlib.h>
#include <string.h>

struct staged {
    uint64_t id;
    const struct fact *now; /* NULL: deleted */
};
struct membership {
    uint32_t type;
    bool adds;
    uint64_t id;
};
struct keyed_change {
    uint64_t fact;
    struct keyed *now; /* NULL: none any more */
};
struct loading {
    const struct graph *graph;
    struct picture *old; /* NULL: all is loaded */
    struct arena arena;  /* of staged facts */
    VEC(struct staged) staged;
    struct idmap chunk_places; /* all is loaded: number to place in chunks */
    struct chunk **chunks;
    size_t chunk_count, chunk_room;
    struct evidence_draft *evidence;
    struct arena lists;
    VEC(struct link_edit) edits;
    VEC(struct name_entry) names_in;
    VEC(struct name_entry) names_out;
    VEC(struct membership) members;
    VEC(struct keyed_change) keyed;
    VEC(struct stored_ruling) rulings;
    bool rates_change;
};

#define SHARE(p) ((p) ? (atomic_fetch_add_explicit(&(p)->users, 1, memory_order_relaxed), (p)) : NULL)

/* ---- What the store hands over ---- */

static int staged_order(const void *a, const void *b)
{
    uint64_t x = ((const struct staged *)a)->id, y = ((const struct staged *)b)->id;
    return x < y ? -1 : x > y;
}

/* All is loaded: what is staged, all of one chunk, becomes the chunk, with what it already had if the store comes back
 * to it. */
static void seal(struct loading *l)
{
    if (!l->staged.count) return;
    uint64_t number = l->staged.items[0].id >> CHUNK_BITS;
    const struct fact *facts[CHUNK_FACTS] = {0};
    bool is_new;
    uint64_t *place = idmap_put(&l->chunk_places, number, &is_new);
    struct chunk *before = is_new ? NULL : l->chunks[*place];
    for (size_t i = 0; before && i < CHUNK_FACTS; i++) facts[i] = chunk_fact(before, i);
    VEC_EACH(s, &l->staged) facts[s->id & (CHUNK_FACTS - 1)] = s->now;
    struct chunk *made = chunk_pack(number, facts);
    if (is_new) {
        if (l->chunk_count == l->chunk_room) {
            l->chunk_room = l->chunk_room ? l->chunk_room * 2 : 64;
            l->chunks = mem_resize(l->chunks, l->chunk_room, sizeof *l->chunks);
        }
        *place = l->chunk_count++;
    }
    l->chunks[*place] = made;
    mem_free(before);
    arena_clear(&l->arena);
    l->staged.items = NULL, l->staged.count = l->staged.room = 0;
}

static void on_fact(void *self, const struct stored_fact *stored)
{
    struct loading *l = self;
    if (!l->old) {
        if (!stored->version) return;
        if (l->staged.count && l->staged.items[0].id >> CHUNK_BITS != stored->id >> CHUNK_BITS) seal(l);
    }
    const struct shape *shape = &l->graph->shapes[stored->type->number];
    if (stored->type->two_key && (l->old || stored->keys))
        *vec_add(&l->lists, &l->keyed) =
            (struct keyed_change){stored->id, stored->keys ? keyed_pack(shape, &l->arena, stored) : NULL};
    const struct fact *now = stored->version ? fact_encode(&l->arena, shape, stored) : NULL;
    *vec_add(&l->arena, &l->staged) = (struct staged){stored->id, now};
}
static void on_usage(void *self, const struct stored_usage *u)
{
    evidence_draft_usage(((struct loading *)self)->evidence, u);
}
static void on_payment(void *self, const struct stored_payment *p)
{
    evidence_draft_payment(((struct loading *)self)->evidence, p);
}
static void on_evidence_of(void *self, uint64_t application)
{
    evidence_draft_of(((struct loading *)self)->evidence, application);
}

/* The hashes and the answers stay behind. */
static int on_ruling(void *self, const struct stored_ruling *r)
{
    struct loading *l = self;
    struct stored_ruling *kept = vec_add(&l->lists, &l->rulings);
    *kept = (struct stored_ruling){.number = r->number,
                                   .day = r->day,
                                   .request = r->request,
                                   .overrules = r->overrules,
                                   .promise = r->promise,
                                   .zone = arena_copy(&l->lists, r->zone),
                                   .extent = arena_copy(&l->lists, r->extent),
                                   .rulebook = arena_copy(&l->lists, r->rulebook),
                                   .version = arena_copy(&l->lists, r->version)};
    kept->promise.otherwise = arena_copy(&l->lists, r->promise.otherwise);
    return 0;
}

/* ---- What that means for the lists ---- */

static void note_links(struct loading *l, const struct fact *f, bool adds)
{
    const struct shape *shape = f->shape;
    for (size_t link = 0; link < shape->link_count; link++) {
        if (shape->back_of[link] == NOT_THERE) continue;
        size_t count;
        const uint64_t *targets = fact_links_at(f, link, &count);
        for (size_t i = 0; i < count; i++)
            *vec_add(&l->lists, &l->edits) = (struct link_edit){targets[i], f->id, shape->back_of[link], adds};
    }
}

static void note_names(struct loading *l, const struct fact *f, bool adds)
{
    bool has_name = fact_value(f, f->shape->type->name_field).n > 0;
    for (size_t i = 0; i < f->name_count; i++) {
        struct name_entry e = {name_hash(f->shape, fact_folded(f, i)), f->id << 1 | (i >= has_name)};
        if (adds)
            *vec_add(&l->lists, &l->names_in) = e;
        else
            *vec_add(&l->lists, &l->names_out) = e;
    }
}

static bool same_links(const struct fact *a, const struct fact *b)
{
    return a->link_count == b->link_count && !memcmp(fact_all_links(a), fact_all_links(b), 8 * (size_t)a->link_count) &&
           !memcmp(fact_link_starts(a), fact_link_starts(b), 4 * (a->shape->link_count + 1));
}

static bool same_names(const struct fact *a, const struct fact *b)
{
    bool same = a->name_count == b->name_count &&
                (fact_value(a, a->shape->type->name_field).n > 0) == (fact_value(b, b->shape->type->name_field).n > 0);
    for (size_t i = 0; same && i < a->name_count; i++) same = str_eq(fact_folded(a, i), fact_folded(b, i));
    return same;
}

static void note(struct loading *l, const struct fact *before, const struct fact *now)
{
    const struct fact *any = now ? now : before;
    if (!any) return;
    if (!before || !now)
        *vec_add(&l->lists, &l->members) = (struct membership){any->shape->type->number, now != NULL, any->id};
    if (!before || !now || !same_links(before, now)) {
        if (before) note_links(l, before, false);
        if (now) note_links(l, now, true);
    }
    if (!before || !now || !same_names(before, now)) {
        if (before) note_names(l, before, false);
        if (now) note_names(l, now, true);
    }
    l->rates_change |= any->shape == l->graph->rate;
}

/* ---- The parts of the next picture ---- */

static void make_names(struct loading *l, struct picture *next)
{
    if (l->names_in.count) qsort(l->names_in.items, l->names_in.count, sizeof *l->names_in.items, name_order);
    if (l->names_out.count) qsort(l->names_out.items, l->names_out.count, sizeof *l->names_out.items, name_order);
    size_t in = 0, out = 0;
    for (size_t shard = 0; shard < NAME_SHARDS; shard++) {
        size_t from_in = in, from_out = out;
        while (in < l->names_in.count && name_shard_of(l->names_in.items[in].hash) == shard) in++;
        while (out < l->names_out.count && name_shard_of(l->names_out.items[out].hash) == shard) out++;
        struct name_shard *old = l->old ? l->old->names[shard] : NULL;
        next->names[shard] = in == from_in && out == from_out
                                 ? SHARE(old)
                                 : name_shard_pack(old, l->names_out.items + from_out, out - from_out,
                                                   l->names_in.items + from_in, in - from_in);
    }
}

static int member_order(const void *a, const void *b)
{
    const struct membership *x = a, *y = b;
    if (x->type != y->type) return x->type < y->type ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static struct id_list *list_pack(const struct id_list *old, const struct membership *changes, size_t count)
{
    size_t old_count = old ? old->count : 0, n = 0, i = 0;
    struct id_list *list = mem_alloc(sizeof *list + (old_count + count) * sizeof *list->ids);
    atomic_init(&list->users, 1);
    for (size_t c = 0; c < count; c++) {
        while (i < old_count && old->ids[i] < changes[c].id) list->ids[n++] = old->ids[i++];
        if (i < old_count && old->ids[i] == changes[c].id) i++;
        if (changes[c].adds) list->ids[n++] = changes[c].id;
    }
    while (i < old_count) list->ids[n++] = old->ids[i++];
    list->count = n;
    if (n) return list;
    mem_free(list);
    return NULL;
}

static void make_types(struct loading *l, struct picture *next)
{
    size_t types = l->graph->model->type_count, at = 0;
    next->types = mem_array(types, sizeof *next->types);
    if (l->members.count) qsort(l->members.items, l->members.count, sizeof *l->members.items, member_order);
    for (size_t type = 0; type < types; type++) {
        size_t from = at;
        while (at < l->members.count && l->members.items[at].type == type) at++;
        struct id_list *old = l->old ? l->old->types[type] : NULL;
        next->types[type] = at == from ? SHARE(old) : list_pack(old, l->members.items + from, at - from);
        next->fact_count += next->types[type] ? next->types[type]->count : 0;
    }
}

/* Moves the edits, in their order within one key, to the order of their keys (below key_count). */
static void sort_by(struct link_edit *edits, size_t count, const uint32_t *keys, size_t key_count,
                    struct link_edit *sorted)
{
    uint32_t *place = mem_array(key_count + 1, sizeof *place);
    for (size_t i = 0; i < count; i++) place[keys[i] + 1]++;
    for (size_t k = 0; k < key_count; k++) place[k + 1] += place[k];
    for (size_t i = 0; i < count; i++) sorted[place[keys[i]]++] = edits[i];
    mem_free(place);
}

/* All is loaded: the edits come by source, and counting them into place is quicker than comparing. */
static void sort_all_edits(struct loading *l, const struct picture *next)
{
    size_t count = 0, most = 0;
    struct link_edit *edits = l->edits.items, *other = mem_array(l->edits.count, sizeof *other);
    uint32_t *keys = mem_array(l->edits.count, sizeof *keys);
    for (size_t i = 0; i < l->edits.count; i++) {
        if (!picture_fact(next, edits[i].target)) continue;
        edits[count] = edits[i];
        keys[count] = edits[count].inverse;
        if (keys[count] > most) most = keys[count];
        count++;
    }
    sort_by(edits, count, keys, most + 1, other);
    for (size_t i = 0; i < count; i++)
        keys[i] = (uint32_t)(picture_chunk(next, other[i].target >> CHUNK_BITS) << CHUNK_BITS |
                             (other[i].target & (CHUNK_FACTS - 1)));
    sort_by(other, count, keys, next->chunk_count << CHUNK_BITS, edits);
    l->edits.count = count;
    mem_free(keys);
    mem_free(other);
}

static void make_backlinks(struct loading *l, struct picture *next)
{
    next->back = mem_array(next->chunk_count, sizeof *next->back);
    if (!l->old)
        sort_all_edits(l, next);
    else if (l->edits.count)
        qsort(l->edits.items, l->edits.count, sizeof *l->edits.items, link_edit_order);
    size_t at = 0;
    for (size_t i = 0; i < next->chunk_count; i++) {
        const struct chunk *chunk = next->chunks[i];
        while (at < l->edits.count && l->edits.items[at].target >> CHUNK_BITS < chunk->number) at++;
        size_t from = at;
        while (at < l->edits.count && l->edits.items[at].target >> CHUNK_BITS == chunk->number) at++;
        size_t place = l->old ? picture_chunk(l->old, chunk->number) : STR_NOT_FOUND;
        struct backlinks *old = place == STR_NOT_FOUND ? NULL : l->old->back[place];
        bool same_facts = place != STR_NOT_FOUND && l->old->chunks[place] == chunk;
        next->back[i] = at == from && (same_facts || !old)
                            ? SHARE(old)
                            : backlinks_pack(chunk, old, l->edits.items + from, at - from);
    }
}

static int rate_order(const void *a, const void *b)
{
    const struct rate *x = a, *y = b;
    int order = memcmp(x->currency, y->currency, sizeof x->currency);
    return order ? order : x->from < y->from ? -1 : x->from > y->from;
}

static void make_rates(struct loading *l, struct picture *next)
{
    const struct graph *g = l->graph;
    if (l->old && !l->rates_change) {
        next->rates = SHARE(l->old->rates);
        return;
    }
    if (!g->rate || !next->types[g->rate->type->number]) return;
    const struct id_list *ids = next->types[g->rate->type->number];
    struct rates *rates = mem_zalloc(sizeof *rates + ids->count * sizeof *rates->items);
    atomic_init(&rates->users, 1);
    for (size_t i = 0; i < ids->count; i++) {
        const struct fact *f = picture_fact(next, ids->ids[i]);
        str currency, text;
        const uint64_t *none, *from, *value;
        if (!fact_read(f, g->rate_currency, &currency, &none) || !fact_read(f, g->rate_from, &text, &from) ||
            !fact_read(f, g->rate_value, &text, &value) || currency.n > 4)
            continue;
        struct rate r = {.from = (int64_t)from[0], .value = {value[0], value[1]}};
        for (size_t c = 0; c < currency.n; c++)
            r.currency[c] = (char)(currency.p[c] >= 'a' && currency.p[c] <= 'z' ? currency.p[c] - 32 : currency.p[c]);
        rates->items[rates->count++] = r;
    }
    qsort(rates->items, rates->count, sizeof *rates->items, rate_order);
    next->rates = rates;
}

static void make_evidence(struct loading *l, struct picture *next)
{
    uint64_t *applications;
    struct evidence **fresh;
    size_t count = evidence_draft_pack(l->evidence, &applications, &fresh),
           old_count = l->old ? l->old->evidence_count : 0;
    next->evidence = mem_array(count + old_count, sizeof *next->evidence);
    size_t i = 0, k = 0;
    while (i < old_count || k < count) {
        struct evidence *e;
        if (k == count || (i < old_count && l->old->evidence[i]->application < applications[k])) {
            e = SHARE(l->old->evidence[i]);
            i++;
        } else {
            if (i < old_count && l->old->evidence[i]->application == applications[k]) i++;
            e = fresh[k++];
        }
        if (!e) continue;
        next->evidence[next->evidence_count++] = e;
        if (e->day_count && e->days[e->day_count - 1].day > next->newest_day)
            next->newest_day = e->days[e->day_count - 1].day;
    }
}

/* The store tells of facts in the order of their ids. */
static void make_keyed(struct loading *l, struct picture *next)
{
    size_t old_count = l->old ? l->old->keyed_count : 0, i = 0;
    next->keyed = mem_array(old_count + l->keyed.count, sizeof *next->keyed);
    VEC_EACH(change, &l->keyed) {
        for (; i < old_count && l->old->keyed[i]->keys.fact < change->fact; i++)
            next->keyed[next->keyed_count++] = SHARE(l->old->keyed[i]);
        if (i < old_count && l->old->keyed[i]->keys.fact == change->fact) i++;
        if (change->now) next->keyed[next->keyed_count++] = change->now;
    }
    for (; i < old_count; i++) next->keyed[next->keyed_count++] = SHARE(l->old->keyed[i]);
    l->keyed.count = 0;
}

/* ---- Chunks ---- */

static int chunk_order(const void *a, const void *b)
{
    uint64_t x = (*(struct chunk *const *)a)->number, y = (*(struct chunk *const *)b)->number;
    return x < y ? -1 : x > y;
}

static void chunks_of_all(struct loading *l, struct picture *next)
{
    seal(l);
    if (l->chunk_count) qsort(l->chunks, l->chunk_count, sizeof *l->chunks, chunk_order);
    next->chunks = l->chunks, next->chunk_count = l->chunk_count;
    l->chunks = NULL, l->chunk_count = 0;
    for (size_t i = 0; i < next->chunk_count; i++)
        for (size_t slot = 0; slot < CHUNK_FACTS; slot++) note(l, NULL, chunk_fact(next->chunks[i], slot));
}

/* The old chunks with what is staged. */
static void chunks_of_changes(struct loading *l, struct picture *next)
{
    if (l->staged.count) qsort(l->staged.items, l->staged.count, sizeof *l->staged.items, staged_order);
    next->chunks = mem_array(l->old->chunk_count + l->staged.count, sizeof *next->chunks);
    size_t i = 0, k = 0;
    while (i < l->old->chunk_count || k < l->staged.count) {
        struct chunk *old = i < l->old->chunk_count ? l->old->chunks[i] : NULL;
        uint64_t number = k < l->staged.count ? l->staged.items[k].id >> CHUNK_BITS : UINT64_MAX;
        if (old && old->number < number) {
            next->chunks[next->chunk_count++] = SHARE(old);
            i++;
            continue;
        }
        if (old && old->number == number)
            i++;
        else
            old = NULL;
        const struct fact *facts[CHUNK_FACTS] = {0};
        for (size_t slot = 0; old && slot < CHUNK_FACTS; slot++) facts[slot] = chunk_fact(old, slot);
        for (; k < l->staged.count && l->staged.items[k].id >> CHUNK_BITS == number; k++) {
            const struct fact **place = &facts[l->staged.items[k].id & (CHUNK_FACTS - 1)];
            note(l, *place, l->staged.items[k].now);
            *place = l->staged.items[k].now;
        }
        struct chunk *made = chunk_pack(number, facts);
        if (made) next->chunks[next->chunk_count++] = made;
    }
}

/* `back`: to this earlier commit; 0: to the newest. */
static struct picture *advance(const struct graph *g, struct picture *old, uint64_t back, struct store *s,
                               struct err *err)
{
    struct loading l = {.graph = g, .old = old, .evidence = evidence_draft_new()};
    struct store_reader reader = {&l, on_fact, on_usage, on_payment, on_evidence_of};
    struct picture *next = NULL;
    uint64_t head = 0;
    arena_init(&l.arena, 0);
    arena_init(&l.lists, 0);
    idmap_init(&l.chunk_places);
    int failed = back  ? store_load_back(s, back, &reader, err)
                 : old ? store_load_since(s, old->number, &reader, &head, err)
                       : store_load(s, &reader, &head, err);
    if (back) head = back;
    /* Rulings are no commits, and none is ever taken away: a picture of an earlier day leaves out the later ones. */
    if (!failed && !back) failed = store_each_requested(s, old ? old->ruling_number : 0, on_ruling, &l, err);
    if (!failed && old && head == old->number && !l.rulings.count) {
        next = old;
    } else if (!failed) {
        next = mem_zalloc(sizeof *next);
        atomic_init(&next->users, 1);
        next->graph = g, next->number = head, next->newest_day = INT64_MIN;
        if (old)
            chunks_of_changes(&l, next);
        else
            chunks_of_all(&l, next);
        make_types(&l, next);
        make_names(&l, next);
        make_backlinks(&l, next);
        make_rates(&l, next);
        make_evidence(&l, next);
        make_keyed(&l, next);
        requested_make(next, old, l.rulings.items, l.rulings.count);
    }
    VEC_EACH(change, &l.keyed) mem_free(change->now);
    for (size_t i = 0; i < l.chunk_count; i++) mem_free(l.chunks[i]);
    mem_free(l.chunks);
    idmap_release(&l.chunk_places);
    evidence_draft_free(l.evidence);
    arena_release(&l.lists);
    arena_release(&l.arena);
    return next;
}

struct picture *picture_load(const struct graph *g, struct store *s, struct err *err)
{
    return advance(g, NULL, 0, s, err);
}
struct picture *picture_advance(struct picture *old, struct store *s, struct err *err)
{
    return advance(old->graph, old, 0, s, err);
}
struct picture *picture_back(struct picture *now, struct store *s, uint64_t number, struct err *err)
{
    MUST(number && number <= now->number);
    return advance(now->graph, now, number, s, err);
}
