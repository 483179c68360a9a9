/* SPDX-License-Identifier: Apache-2.0 */
/* Tarjan's strongly connected parts, without recursion: a chain may be as long as there are things. */
#include "base_circle.h"

struct met {
    uint64_t thing;
    const uint64_t *to;
    size_t count, at; /* ways, and how many were gone */
    size_t lowest;    /* the first met that is reached from here and still open */
    bool open;        /* its part is not complete yet */
    bool to_itself;
};
struct search {
    struct arena *a;
    circle_next *next;
    void *self;
    struct idmap *on, places; /* thing to its place in `met`, + 1 */
    VEC(struct met) met;
    VEC(size_t) path, open;
    struct err *err;
};

static int meet(struct search *s, uint64_t thing)
{
    size_t place = s->met.count;
    struct met *m = vec_add(s->a, &s->met);
    *m = (struct met){.thing = thing, .lowest = place, .open = true};
    *idmap_put(&s->places, thing, NULL) = place + 1;
    *vec_add(s->a, &s->path) = place;
    *vec_add(s->a, &s->open) = place;
    return s->next(s->self, thing, &m->to, &m->count, s->err);
}

static void lower(struct met *m, size_t to)
{
    if (to < m->lowest) m->lowest = to;
}

/* All ways from the last of the path are gone. */
static void leave(struct search *s)
{
    size_t place = s->path.items[--s->path.count], last;
    struct met *m = &s->met.items[place];
    if (s->path.count) lower(&s->met.items[s->path.items[s->path.count - 1]], m->lowest);
    if (m->lowest != place) return;
    bool several = s->open.items[s->open.count - 1] != place;
    do {
        last = s->open.items[--s->open.count];
        s->met.items[last].open = false;
        if (several || m->to_itself) *idmap_put(s->on, s->met.items[last].thing, NULL) = 1;
    } while (last != place);
}

static int walk(struct search *s, uint64_t from)
{
    if (idmap_get(&s->places, from)) return 0;
    if (meet(s, from)) return -1;
    while (s->path.count) {
        struct met *m = &s->met.items[s->path.items[s->path.count - 1]];
        if (m->at == m->count) {
            leave(s);
            continue;
        }
        uint64_t to = m->to[m->at++];
        const uint64_t *there = idmap_get(&s->places, to);
        m->to_itself = m->to_itself || to == m->thing;
        if (!there) {
            if (meet(s, to)) return -1;
        } else if (s->met.items[*there - 1].open) {
            lower(m, *there - 1);
        }
    }
    return 0;
}

int circles_find(struct arena *a, const uint64_t *from, size_t count, circle_next *next, void *self, struct idmap *on,
                 struct err *err)
{
    struct search s = {.a = a, .next = next, .self = self, .on = on, .err = err};
    int rc = 0;
    idmap_init(&s.places);
    for (size_t i = 0; i < count && !rc; i++) rc = walk(&s, from[i]);
    idmap_release(&s.places);
    return rc;
}
