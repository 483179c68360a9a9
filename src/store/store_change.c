/* SPDX-License-Identifier: Apache-2.0 */
/* Change sets: what shall be done, by fact, in the order in which it was said. */
#include "store_inside.h"

#include <string.h>

struct change_set *change_set_new(struct arena *a, const struct model *m, str actor, str reason)
{
    struct change_set *c = arena_zalloc(a, sizeof *c);
    *c = (struct change_set){.a = a, .model = m, .actor = arena_copy(a, actor), .reason = arena_copy(a, reason)};
    return c;
}

static struct change_fact **slot_of(const struct change_set *c, uint64_t id)
{
    uint64_t hash = id * 0x9e3779b97f4a7c15u;
    for (size_t i = (hash >> 20) & (c->slot_room - 1);; i = (i + 1) & (c->slot_room - 1))
        if (!c->slots[i] || c->slots[i]->id == id) return &c->slots[i];
}

static void grow_slots(struct change_set *c)
{
    size_t room = c->slot_room ? c->slot_room * 2 : 64;
    c->slots = arena_array(c->a, room, sizeof *c->slots);
    c->slot_room = room;
    VEC_EACH(f, &c->facts) {
        if ((*f)->id < FACT_ID_MADE) *slot_of(c, (*f)->id) = *f;
    }
}

struct change_fact *change_fact(struct change_set *c, uint64_t id)
{
    if (id > FACT_ID_MADE) {
        MUST(id - FACT_ID_MADE <= c->made.count);
        return c->made.items[id - FACT_ID_MADE - 1];
    }
    if (c->facts.count * 3 >= c->slot_room * 2) grow_slots(c);
    struct change_fact **slot = slot_of(c, id);
    if (*slot) return *slot;
    struct change_fact *f = arena_zalloc(c->a, sizeof *f);
    f->id = f->real_id = id;
    *vec_add(c->a, &c->facts) = f;
    return *slot = f;
}

uint64_t change_create(struct change_set *c, const struct model_type *type)
{
    struct change_fact *f = arena_zalloc(c->a, sizeof *f);
    f->type = type;
    f->created = true;
    *vec_add(c->a, &c->facts) = f;
    *vec_add(c->a, &c->made) = f;
    return f->id = FACT_ID_MADE + c->made.count;
}

uint64_t change_create_as(struct change_set *c, const struct model_type *type, uint64_t id)
{
    uint64_t made = change_create(c, type);
    change_fact(c, made)->wanted_id = id;
    return made;
}

void change_op_add(struct change_set *c, struct change_fact *f, struct change_op op)
{
    struct change_op *kept = arena_alloc(c->a, sizeof *kept);
    *kept = op;
    *(f->newest ? &f->newest->next : &f->first) = kept;
    f->newest = kept;
}

/* Origins repeat: the last one's copies are used again. */
static struct origin keep_origin(struct change_set *c, const struct change_fact *f, struct origin from)
{
    const struct change_op *before = f->newest;
    if (before && str_eq(before->from.source, from.source) && str_eq(before->from.file, from.file)) {
        from.source = before->from.source;
        from.file = before->from.file;
        return from;
    }
    from.source = from.source.p ? arena_copy(c->a, from.source) : STR_NONE;
    from.file = from.file.p ? arena_copy(c->a, from.file) : STR_NONE;
    return from;
}

void change_value(struct change_set *c, uint64_t fact, const struct model_field *field, str canonical,
                  struct origin from)
{
    struct change_fact *f = change_fact(c, fact);
    change_op_add(c, f,
                  (struct change_op){.kind = OP_VALUE,
                                     .field = field,
                                     .value = canonical.n ? arena_copy(c->a, canonical) : STR_NONE,
                                     .from = keep_origin(c, f, from)});
}

void change_links(struct change_set *c, uint64_t fact, const struct model_field *field, const uint64_t *to,
                  size_t count, struct origin from)
{
    struct change_fact *f = change_fact(c, fact);
    uint64_t *copy = arena_array(c->a, count + 1, sizeof *copy);
    if (count) memcpy(copy, to, count * sizeof *copy);
    change_op_add(
        c, f,
        (struct change_op){
            .kind = OP_LINKS, .field = field, .links = copy, .link_count = count, .from = keep_origin(c, f, from)});
}

void change_delete(struct change_set *c, uint64_t fact) { change_fact(c, fact)->deleted = true; }

void change_expect(struct change_set *c, uint64_t fact, uint32_t version)
{
    struct change_fact *f = change_fact(c, fact);
    f->expects = true;
    f->expected = version;
}

void change_expect_proposal(struct change_set *c, uint64_t fact, uint64_t version)
{
    struct change_fact *f = change_fact(c, fact);
    f->expects_proposal = true;
    f->expected_proposal = version;
}

size_t change_count(const struct change_set *c) { return c->facts.count; }

uint64_t change_real_id(const struct change_set *c, uint64_t id)
{
    if (id <= FACT_ID_MADE) return id;
    MUST(id - FACT_ID_MADE <= c->made.count);
    return c->made.items[id - FACT_ID_MADE - 1]->real_id;
}
