/* SPDX-License-Identifier: Apache-2.0 */
/* The index of names and aliases: 512 sorted pieces, so that a commit copies the few that it touches. */
#include "graph_inside.h"

#include "base_utf8.h"

#include <string.h>

uint64_t name_hash(const struct shape *shape, str folded)
{
    uint64_t h = (str_hash(folded) ^ shape->type->number) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

int name_order(const void *a, const void *b)
{
    const struct name_entry *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return x->fact < y->fact ? -1 : x->fact > y->fact;
}

struct name_shard *name_shard_pack(const struct name_shard *old, const struct name_entry *out, size_t out_count,
                                   const struct name_entry *in, size_t in_count)
{
    size_t old_count = old ? old->count : 0;
    struct name_shard *s = mem_alloc(sizeof *s + (old_count + in_count) * sizeof *s->entries);
    atomic_init(&s->users, 1);
    size_t n = 0, i = 0, o = 0, k = 0;
    while (i < old_count || k < in_count) {
        bool from_old = i < old_count && (k == in_count || name_order(&old->entries[i], &in[k]) <= 0);
        struct name_entry e = from_old ? old->entries[i++] : in[k++];
        if (from_old) {
            while (o < out_count && name_order(&out[o], &e) < 0) o++;
            if (o < out_count && name_order(&out[o], &e) == 0) {
                o++;
                continue;
            }
        }
        s->entries[n++] = e;
    }
    s->count = n;
    if (n) return s;
    mem_free(s);
    return NULL;
}

/* Does the fact have the folded name, as its name (or as an alias)? The hash alone could be another's. */
static bool is_named(const struct picture *p, uint64_t entry, const struct shape *shape, str folded)
{
    const struct fact *f = picture_fact(p, entry >> 1);
    if (!f || f->shape != shape) return false;
    bool has_name = fact_value(f, shape->type->name_field).n > 0;
    if (!(entry & 1)) return has_name && str_eq(fact_folded(f, 0), folded);
    for (size_t i = has_name; i < f->name_count; i++)
        if (str_eq(fact_folded(f, i), folded)) return true;
    return false;
}

uint64_t names_find(const struct picture *p, const struct shape *shape, str folded, bool *several)
{
    if (several) *several = false;
    uint64_t hash = name_hash(shape, folded), by_name = 0, by_alias = 0;
    const struct name_shard *s = p->names[name_shard_of(hash)];
    if (!s || !folded.n) return 0;
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->entries[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    bool more_names = false, more_aliases = false;
    for (; low < s->count && s->entries[low].hash == hash; low++) {
        uint64_t entry = s->entries[low].fact;
        if (!is_named(p, entry, shape, folded)) continue;
        uint64_t *first = entry & 1 ? &by_alias : &by_name;
        if (!*first)
            *first = entry >> 1;
        else if (*first != entry >> 1)
            *(entry & 1 ? &more_aliases : &more_names) = true;
    }
    if (several) *several = by_name ? more_names : more_aliases;
    return by_name ? by_name : by_alias;
}

uint64_t picture_find(const struct picture *p, const struct model_type *type, str name, bool *several)
{
    struct arena scratch;
    arena_init(&scratch, 0);
    uint64_t id = names_find(p, &p->graph->shapes[type->number], utf8_fold(&scratch, name), several);
    arena_release(&scratch);
    return id;
}
