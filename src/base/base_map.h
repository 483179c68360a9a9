/* SPDX-License-Identifier: Apache-2.0 */
/* Hash maps: from text, or from a 64-bit number, to a pointer-sized value. Keys of a text map are borrowed.
 * Heap-backed. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base_str.h"

struct map_slot;
struct map {
    struct map_slot *slots;
    size_t count, room; /* room is 0 or a power of two */
};
void map_init(struct map *m);
void map_release(struct map *m);
/* The value's place, made with value 0 when the key is new. Valid until the next map_put. */
uint64_t *map_put(struct map *m, str key, bool *is_new);
/* NULL when there is none. */
uint64_t *map_get(const struct map *m, str key);

struct idmap_slot;
struct idmap {
    struct idmap_slot *slots;
    size_t count, room;
};
void idmap_init(struct idmap *m);
void idmap_release(struct idmap *m);
uint64_t *idmap_put(struct idmap *m, uint64_t key, bool *is_new);
uint64_t *idmap_get(const struct idmap *m, uint64_t key);

#endif
