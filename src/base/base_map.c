/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing, at most two thirds full. */
#include "base_map.h"

struct map_slot {
    str key; /* p == NULL: free */
    uint64_t hash, value;
};

void map_init(struct map *m) { *m = (struct map){0}; }

void map_release(struct map *m)
{
    mem_free(m->slots);
    map_init(m);
}

static struct map_slot *find_slot(const struct map *m, str key, uint64_t hash)
{
    for (size_t i = hash & (m->room - 1);; i = (i + 1) & (m->room - 1)) {
        struct map_slot *slot = &m->slots[i];
        if (!slot->key.p || (slot->hash == hash && str_eq(slot->key, key))) return slot;
    }
}

uint64_t *map_put(struct map *m, str key, bool *is_new)
{
    if (!key.p) key = STR("");
    if (m->count * 3 >= m->room * 2) {
        struct map wider = {mem_array(m->room ? m->room * 2 : 16, sizeof *m->slots), m->count,
                            m->room ? m->room * 2 : 16};
        for (size_t i = 0; i < m->room; i++)
            if (m->slots[i].key.p) *find_slot(&wider, m->slots[i].key, m->slots[i].hash) = m->slots[i];
        mem_free(m->slots);
        *m = wider;
    }
    uint64_t hash = str_hash(key);
    struct map_slot *slot = find_slot(m, key, hash);
    if (is_new) *is_new = !slot->key.p;
    if (!slot->key.p) {
        *slot = (struct map_slot){key, hash, 0};
        m->count++;
    }
    return &slot->value;
}

uint64_t *map_get(const struct map *m, str key)
{
    if (!m->room) return NULL;
    if (!key.p) key = STR("");
    struct map_slot *slot = find_slot(m, key, str_hash(key));
    return slot->key.p ? &slot->value : NULL;
}

struct idmap_slot {
    uint64_t key, value;
    bool used;
};

void idmap_init(struct idmap *m) { *m = (struct idmap){0}; }

void idmap_release(struct idmap *m)
{
    mem_free(m->slots);
    idmap_init(m);
}

static struct idmap_slot *find_id(const struct idmap *m, uint64_t key)
{
    uint64_t hash = key * 0x9e3779b97f4a7c15u;
    for (size_t i = (hash >> 20) & (m->room - 1);; i = (i + 1) & (m->room - 1))
        if (!m->slots[i].used || m->slots[i].key == key) return &m->slots[i];
}

uint64_t *idmap_put(struct idmap *m, uint64_t key, bool *is_new)
{
    if (m->count * 3 >= m->room * 2) {
        struct idmap wider = {mem_array(m->room ? m->room * 2 : 16, sizeof *m->slots), m->count,
                              m->room ? m->room * 2 : 16};
        for (size_t i = 0; i < m->room; i++)
            if (m->slots[i].used) *find_id(&wider, m->slots[i].key) = m->slots[i];
        mem_free(m->slots);
        *m = wider;
    }
    struct idmap_slot *slot = find_id(m, key);
    if (is_new) *is_new = !slot->used;
    if (!slot->used) {
        *slot = (struct idmap_slot){key, 0, true};
        m->count++;
    }
    return &slot->value;
}

uint64_t *idmap_get(const struct idmap *m, uint64_t key)
{
    if (!m->room) return NULL;
    struct idmap_slot *slot = find_id(m, key);
    return slot->used ? &slot->value : NULL;
}
