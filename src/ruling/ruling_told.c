/* SPDX-License-Identifier: Apache-2.0 */
/* What decisions tell, remembered with the rulebook: for the classes of all that it needs a decision gives one value,
 * by the same rules. Each is worked out once, whoever asks, and written as JSON once. Many threads look things up, one
 * at a time adds: what is there never moves and never changes. A decision for which that does not hold, or that says
 * nothing, is left to the caller. */
#include "ruling_inside.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum {
    ROOM_FIRST = 1 << 9,
    REMEMBERED_LIMIT = 1 << 16, /* combinations of one rulebook */
    TOLD_LIMIT = 1000,          /* of one decision */
    STEPS_LIMIT = 100000,       /* of working one out */
    MADE_LIMIT = 1 << 18,
    BYTES_LIMIT = 16 << 20 /* of one; of all */
};

struct remembered { /* for a combination: the decision's index and the classes of what it needs */
    const struct told *told;
    size_t length;
    uint16_t key[];
};
struct table {
    size_t room; /* a power of two */
    _Atomic(const struct remembered *) slots[];
};
struct told_node {
    VEC(const struct told *) told;
    size_t values; /* different ones among them */
    bool never;    /* it is not worked out here */
};
struct tellings {
    pthread_mutex_t lock; /* of adding */
    struct arena arena;
    _Atomic(const struct table *) table;
    size_t count;
    struct told_node *of; /* by node */
};

static struct table *new_table(struct tellings *t, size_t room)
{
    struct table *table = arena_zalloc(&t->arena, sizeof *table + room * sizeof *table->slots);
    table->room = room;
    return table;
}

struct tellings *tellings_new(const struct rulebook *b)
{
    struct tellings *t = mem_zalloc(sizeof *t);
    size_t nodes;
    dmn_nodes(b->model, &nodes);
    pthread_mutex_init(&t->lock, NULL);
    arena_init(&t->arena, 0);
    t->of = arena_array(&t->arena, nodes + 1, sizeof *t->of);
    atomic_init(&t->table, new_table(t, ROOM_FIRST));
    return t;
}

void tellings_free(struct tellings *t)
{
    if (!t) return;
    pthread_mutex_destroy(&t->lock);
    arena_release(&t->arena);
    mem_free(t);
}

/* ---- Looking up ---- */

static size_t place_of(const struct table *t, const uint16_t *key, size_t length)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < length; i++) hash = (hash ^ key[i]) * 0x9E3779B97F4A7C15ull, hash ^= hash >> 29;
    return (size_t)hash & (t->room - 1);
}

static const struct told *look_up(const struct table *t, const uint16_t *key, size_t length)
{
    for (size_t at = place_of(t, key, length);; at = (at + 1) & (t->room - 1)) {
        const struct remembered *r = atomic_load_explicit(&t->slots[at], memory_order_acquire);
        if (!r) return NULL;
        if (r->length == length && !memcmp(r->key, key, length * sizeof *key)) return r->told;
    }
}

/* ---- Adding, under the lock ---- */

static void place(struct table *t, const struct remembered *r)
{
    size_t at = place_of(t, r->key, r->length);
    while (atomic_load_explicit(&t->slots[at], memory_order_relaxed)) at = (at + 1) & (t->room - 1);
    atomic_store_explicit(&t->slots[at], r, memory_order_release);
}

/* A reader that still looks through the smaller one misses what is new, and asks for it again. */
static void widen(struct tellings *t, const struct table *old)
{
    struct table *wider = new_table(t, old->room * 2);
    for (size_t i = 0; i < old->room; i++) {
        const struct remembered *r = atomic_load_explicit(&old->slots[i], memory_order_relaxed);
        if (r) place(wider, r);
    }
    atomic_store_explicit(&t->table, wider, memory_order_release);
}

static void remember(struct tellings *t, const uint16_t *key, size_t length, const struct told *told)
{
    const struct table *table = atomic_load_explicit(&t->table, memory_order_relaxed);
    struct remembered *r = arena_alloc(&t->arena, sizeof *r + length * sizeof *key);
    r->told = told, r->length = length;
    memcpy(r->key, key, length * sizeof *key);
    if (2 * ++t->count > table->room) {
        widen(t, table);
        table = atomic_load_explicit(&t->table, memory_order_relaxed);
    }
    place((struct table *)(uintptr_t)table, r);
}

/* Values that are the same when they are written the same and are equal. */
static bool is_plain(struct feel_value v)
{
    bool plain = v.kind == FEEL_NULL || v.kind == FEEL_BOOLEAN || v.kind == FEEL_NUMBER || v.kind == FEEL_STRING ||
                 v.kind == FEEL_DATE || v.kind == FEEL_LIST || v.kind == FEEL_CONTEXT;
    for (size_t i = 0; plain && v.kind == FEEL_LIST && i < v.count; i++) plain = is_plain(v.items[i]);
    for (size_t i = 0; plain && v.kind == FEEL_CONTEXT && i < v.count; i++) plain = is_plain(v.entries[i].value);
    return plain;
}

static str as_json(struct arena *a, struct feel_value v)
{
    struct json_writer w;
    struct buf text;
    buf_init(&text, MADE_LIMIT);
    json_init(&w, &text, 0);
    feel_emit_json(&w, v);
    str made = text.full ? STR_NONE : buf_copy(&text, a);
    buf_release(&text);
    return made;
}

static void write_rule(struct arena *a, struct ruling_rule *r)
{
    struct json_writer w;
    struct buf text;
    buf_init(&text, MADE_LIMIT);
    json_init(&w, &text, 0);
    ruling_emit_rule(r, &w);
    if (!text.full) r->json = buf_copy(&text, a);
    buf_clear(&text);
    json_init(&w, &text, 0);
    json_string(&w, r->why);
    if (!text.full) r->why_json = buf_copy(&text, a);
    buf_release(&text);
}

static bool same_rules(const struct told *t, const struct dmn_trace *trace, size_t count)
{
    size_t k = 0;
    if (t->rule_count != count) return false;
    for (const struct dmn_trace *x = trace; x; x = x->next)
        for (size_t i = 0; i < x->decided; i++, k++)
            if (t->rules[k].rule.rule != x->rules[i] || !str_eq(t->rules[k].rule.decision, x->name)) return false;
    return true;
}

/* The one that is there, or a new one; NULL: it is not to be told. */
static const struct told *find_told(const struct rulebook *b, struct told_node *n, struct feel_value v,
                                    const struct dmn_trace *trace)
{
    struct arena *a = &b->tellings->arena;
    size_t count = 0, class = n->values;
    str json = as_json(a, v);
    if (!json.p || !is_plain(v)) return NULL;
    for (const struct dmn_trace *x = trace; x; x = x->next) count += x->decided;
    VEC_EACH(told, &n->told) {
        if (!feel_same((*told)->value, v) || !str_eq((*told)->json, json)) continue;
        if (same_rules(*told, trace, count)) return *told;
        class = (*told)->class;
    }
    if (n->told.count == TOLD_LIMIT) return NULL;
    struct told *fresh = arena_alloc(a, sizeof *fresh);
    struct told_rule *rules = arena_alloc(a, (count + 1) * sizeof *rules);
    size_t k = 0;
    for (const struct dmn_trace *x = trace; x; x = x->next)
        for (size_t i = 0; i < x->decided; i++, k++) {
            rules[k] = ruling_told_rule(b, x, i);
            write_rule(a, &rules[k].rule);
        }
    *fresh = (struct told){.value = v, .json = json, .rules = rules, .rule_count = count, .class = (uint16_t) class};
    n->values += class == n->values;
    *vec_add(a, &n->told) = fresh;
    return fresh;
}

static struct feel_value need_value(const struct rulebook *b, const struct dmn_node *need, uint16_t class)
{
    const struct told_node *own = &b->tellings->of[dmn_node_index(need)];
    const struct grid_node *g = &b->grid[dmn_node_index(need)];
    if (class == NULL_CLASS) return feel_null();
    if (dmn_node_kind(need) == DMN_INPUT) return grid_stands_for(g, class);
    if (class & TOLD_SEGMENT) return grid_stands_for(g, class & ~TOLD_SEGMENT);
    for (size_t i = 0;; i++)
        if (own->told.items[i]->class == class) return own->told.items[i]->value;
}

/* From what the classes stand for, which stays, and nothing else of the request. */
static const struct told *work_out(const struct rulebook *b, const struct dmn_node *n, const uint16_t *classes)
{
    struct tellings *t = b->tellings;
    const struct grid_node *g = &b->grid[dmn_node_index(n)];
    struct told_node *own = &t->of[dmn_node_index(n)];
    struct feel_env env = {.arena = &t->arena, .limits = {.steps = STEPS_LIMIT}};
    struct arena_mark mark = arena_mark(&t->arena);
    struct dmn_sheet *s = dmn_sheet_new(b->model, &env, true);
    struct feel_value v;
    struct err err;
    size_t before = own->told.count;
    t->arena.limit = t->arena.used + MADE_LIMIT;
    for (size_t i = 0; i < g->need_count; i++) dmn_sheet_put(s, g->needs[i], need_value(b, g->needs[i], classes[i]));
    const struct told *told = dmn_sheet_get(s, n, &v, &err) < 0 ? NULL : find_told(b, own, v, dmn_sheet_trace(s));
    t->arena.limit = 0;
    if (!told) own->never = true;
    if (own->told.count == before) arena_back_to(&t->arena, mark);
    return told;
}

static const struct told *get(const struct rulebook *b, const struct dmn_node *n, const uint16_t *key, size_t length)
{
    struct tellings *t = b->tellings;
    const struct told *told = look_up(atomic_load_explicit(&t->table, memory_order_acquire), key, length);
    if (told) return told;
    pthread_mutex_lock(&t->lock);
    told = look_up(atomic_load_explicit(&t->table, memory_order_relaxed), key, length);
    if (!told && !t->of[key[0]].never && t->count < REMEMBERED_LIMIT && t->arena.used < BYTES_LIMIT) {
        told = work_out(b, n, key + 1);
        if (told) remember(t, key, length, told);
    }
    pthread_mutex_unlock(&t->lock);
    return told;
}

/* ---- One request ---- */

/* A value that is written as one of those that the question lists. */
static uint16_t answer_class(const struct grid_node *g, struct feel_value v)
{
    if (v.kind == FEEL_NULL) return NULL_CLASS;
    uint16_t class = g->kind == GRID_FREE ? NO_CLASS : grid_class(g, v);
    if (class == NO_CLASS || g->kind == GRID_SEGMENTS) return class;
    bool same = v.kind == FEEL_STRING || v.kind == FEEL_BOOLEAN || v.kind == FEEL_DATE ||
                (v.kind == FEEL_NUMBER && !memcmp(v.word, g->values[class].word, sizeof v.word));
    return same ? class : NO_CLASS;
}

void telling_init(struct telling *t, const struct rulebook *b, struct feel_env *env, const struct answers *a)
{
    size_t nodes;
    dmn_nodes(b->model, &nodes);
    *t = (struct telling){.b = b, .sheet = ruling_sheet(b, env, a, true)};
    t->nodes = arena_array(env->arena, nodes + 1, sizeof *t->nodes);
    for (size_t i = 0; i < b->question_count; i++) {
        uint32_t node = dmn_node_index(b->inside[i].node);
        t->nodes[node].class = answer_class(&b->grid[node], a->values[i]);
        t->nodes[node].done = true;
    }
}

/* False: something that it needs has no class, or is a number that it computes with. */
static bool make_key(const struct telling *t, const struct dmn_node *n, uint16_t *key)
{
    const struct grid_node *g = &t->b->grid[dmn_node_index(n)];
    if (t->b->asks_clock || !g->tells) return false;
    key[0] = (uint16_t)dmn_node_index(n);
    for (size_t i = 0; i < g->need_count; i++) {
        uint32_t need = dmn_node_index(g->needs[i]);
        const struct telling_node *has = &t->nodes[need];
        key[i + 1] = has->class;
        if (has->class == NO_CLASS) return false;
        if (has->told || has->class == NULL_CLASS) continue;
        if (t->b->grid[need].kind == GRID_SEGMENTS && !g->compares) return false;
    }
    return true;
}

static int compute(struct telling *t, const struct dmn_node *n, struct err *err)
{
    struct telling_node *own = &t->nodes[dmn_node_index(n)];
    const struct grid_node *g = &t->b->grid[dmn_node_index(n)];
    if (dmn_sheet_get(t->sheet, n, &own->value, err) < 0) return -1;
    const struct dmn_trace *first = t->traced ? t->traced->next : dmn_sheet_trace(t->sheet);
    own->trace = first;
    for (; first; first = first->next) t->traced = first, own->traced++;
    own->class = own->value.kind == FEEL_NULL ? NULL_CLASS
                 : g->kind == GRID_SEGMENTS   ? grid_class(g, own->value)
                                              : NO_CLASS;
    if (own->class < NULL_CLASS) own->class |= TOLD_SEGMENT;
    return 0;
}

int telling_follow(struct telling *t, const struct dmn_node *const *way, size_t count, struct err *err)
{
    uint16_t key[REQUIRED_LIMIT + 1];
    for (size_t i = 0; i < count; i++) {
        uint32_t node = dmn_node_index(way[i]);
        struct telling_node *own = &t->nodes[node];
        if (own->done) continue;
        own->done = true;
        if (make_key(t, way[i], key)) own->told = get(t->b, way[i], key, t->b->grid[node].need_count + 1);
        if (own->told) {
            own->value = own->told->value, own->class = own->told->class;
            dmn_sheet_put(t->sheet, way[i], own->value);
        } else if (compute(t, way[i], err) < 0) {
            return -1;
        }
    }
    return 0;
}
