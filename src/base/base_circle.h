/* SPDX-License-Identifier: Apache-2.0 */
/* Circles: which of numbered things lead back to themselves. */
#ifndef BASE_CIRCLE_H
#define BASE_CIRCLE_H

#include "base_arena.h"
#include "base_err.h"
#include "base_map.h"

/* To what a thing leads; the list must last as long as the search. */
typedef int circle_next(void *self, uint64_t thing, const uint64_t **to, size_t *count, struct err *err);
/* Puts each thing that leads back to itself into `on`, of all that `from` reaches. Every thing is asked once, so the
 * time grows with things and ways only. Fails as `next` does. */
int circles_find(struct arena *a, const uint64_t *from, size_t count, circle_next *next, void *self, struct idmap *on,
                 struct err *err) MUST_USE;

#endif
