/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys: wholes, the parts that are signed with them, and what a changed part does to its whole. */
#include "store_applying.h"

#include <stdlib.h>

/* ---- Reading ---- */

int parts_root(struct store *s, const struct model_type *type, uint64_t fact, const struct model_type **root_type,
               uint64_t *root, struct err *err)
{
    *root = fact;
    *root_type = type;
    while (*root && (*root_type)->part_of) {
        sqlite3_stmt *q;
        int rc;
        if (store_bind(s, SQL_PART_WHOLE, &q, err, "ui", *root, (int64_t)(*root_type)->part_of->id) ||
            (rc = store_step(s, q, err)) < 0)
            return -1;
        *root = rc ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
        *root_type = (*root_type)->part_of->to;
        if (rc) sqlite3_reset(q);
    }
    return 0;
}

static int load_values(struct store *s, struct arena *a, struct whole_part *part, str json, struct err *err)
{
    struct field_texts texts;
    sqlite3_stmt *q;
    int rc;
    part->values = arena_array(a, part->type->field_count, sizeof *part->values);
    if (field_texts_parse(a, json, &texts, err)) return -1;
    for (size_t i = 0; i < texts.count; i++) {
        const struct model_field *field = model_field_by_id(part->type, texts.items[i].field);
        if (field) part->values[field->number] = texts.items[i].text;
    }
    if (store_bind(s, SQL_LINK_OF, &q, err, "u", part->fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        const struct model_field *field = model_field_by_id(part->type, (uint32_t)sqlite3_column_int64(q, 0));
        unsigned long long to = (unsigned long long)sqlite3_column_int64(q, 1);
        str *v = field ? &part->values[field->number] : NULL;
        if (v) *v = arena_printf(a, STR_FORMAT "%s%llu", STR_ARGS(*v), v->p ? " " : "", to);
    }
    return rc;
}

/* The parts of one type, behind those that are there. */
static int load_of_type(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact, bool goes,
                        struct whole_parts *out, struct err *err)
{
    VEC(struct whole_part) found = {0};
    VEC(str) texts = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_PARTS_OF, &q, err, "uii", fact, (int64_t)type->part_of->id, (int64_t)type->id)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        *vec_add(a, &found) =
            (struct whole_part){.fact = (uint64_t)sqlite3_column_int64(q, 0), .type = type, .goes = goes};
        *vec_add(a, &texts) = arena_copy(a, store_column(q, 1));
    }
    if (rc < 0) return -1;
    struct whole_part *all = arena_array(a, out->count + found.count + 1, sizeof *all);
    for (size_t i = 0; i < out->count; i++) all[i] = out->items[i];
    for (size_t i = 0; i < found.count; i++) {
        struct whole_part *part = &found.items[i];
        if (load_values(s, a, part, texts.items[i], err) || keys_read(s, a, part->fact, &part->keys, err)) return -1;
        part->goes = goes || part->keys.proposal.deletes;
        all[out->count + i] = *part;
    }
    *out = (struct whole_parts){all, out->count + found.count};
    return 0;
}

static int by_fact(const void *x, const void *y)
{
    const struct whole_part *a = x, *b = y;
    return a->fact < b->fact ? -1 : a->fact > b->fact;
}

int parts_load(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact, bool goes,
               struct whole_parts *out, struct err *err)
{
    const struct model *m = s->model;
    *out = (struct whole_parts){0};
    /* Next level by level: what was found last may have parts itself. */
    for (size_t done = 0, first = 1; first || done < out->count; first = 0) {
        struct whole_part whole =
            first ? (struct whole_part){.fact = fact, .type = type, .goes = goes} : out->items[done++];
        for (size_t i = 0; whole.type->has_parts && i < m->type_count; i++)
            if (m->types[i].part_of && m->types[i].part_of->to == whole.type &&
                load_of_type(s, a, &m->types[i], whole.fact, whole.goes, out, err))
                return -1;
    }
    if (out->count) qsort(out->items, out->count, sizeof *out->items, by_fact);
    return 0;
}

bool part_differs(const struct whole_part *part) { return !part->keys.agreed || part->keys.proposal.there; }

int parts_texts(struct arena *a, const struct whole_parts *parts, uint64_t agreed_number, struct text_part **out,
                size_t *count, struct err *err)
{
    *out = arena_array(a, parts->count + 1, sizeof **out);
    *count = 0;
    for (size_t i = 0; i < parts->count; i++) {
        const struct whole_part *part = &parts->items[i];
        str *values = part->values;
        if (agreed_number ? !part->keys.agreed || part->keys.agreed_number != agreed_number : part->goes) continue;
        if (!agreed_number && keys_overlay(a, part->type, part->values, &part->keys.proposal, &values, err)) return -1;
        (*out)[(*count)++] = (struct text_part){part->fact, part->type, values};
    }
    return 0;
}

/* ---- A change set on its way ---- */

static void touch(struct applying *p, str link)
{
    uint64_t id;
    bool is_new;
    if (!next_link(&link, &id)) return;
    idmap_put(&p->known, id, &is_new);
    if (is_new) *vec_add(p->c->a, &p->touched) = id;
}

void work_touch_whole(struct applying *p, const struct fact_work *w, const str *old, const str *new)
{
    const struct model_field *of = w->type->part_of;
    if (of && old) touch(p, old[of->number]);
    if (of && new) touch(p, new[of->number]);
    if (!of && w->type->has_parts && old && new) touch(p, arena_printf(&p->scratch, "%llu", (unsigned long long)w->id));
}

/* What waited for its keys is a draft again; beside what is agreed stands a proposal as long as anything differs. */
static int settle(struct applying *p, uint64_t fact)
{
    struct fact_work w = {.id = fact};
    struct whole_parts parts;
    if (work_load(p, &w) || keys_read(p->s, &p->scratch, fact, &w.keys, p->err)) return -1;
    const struct proposal *was = &w.keys.proposal;
    struct proposal next = *was;
    if (!w.keys.agreed && was->state != PENDING_PROPOSED) return 0;
    if (parts_load(p->s, &p->scratch, w.type, fact, false, &parts, p->err)) return -1;
    bool differs = was->deletes || was->fields.n > 2;
    for (size_t i = 0; i < parts.count && !differs; i++) differs = part_differs(&parts.items[i]);
    next.there = !w.keys.agreed || differs;
    if (!p->proposed && w.keys.agreed && differs) p->proposed = 1; /* by what was added to it */
    if (was->there == next.there && (!was->there || was->state == PENDING_DRAFT)) return 0;
    if (!was->there) next.version = p->j->number, next.fields = STR("{}");
    next.state = PENDING_DRAFT;
    next.number = next.proposer = 0;
    return work_said(p, &w, &next.said) || keys_write(p->s, p->j, ENTRY_DRAFTED, w.type, fact, was, &next, p->err) ? -1
                                                                                                                   : 0;
}

int applying_settle_wholes(struct applying *p)
{
    VEC(uint64_t) roots = {0};
    VEC_EACH(t, &p->touched) {
        uint32_t type_id;
        const struct model_type *type;
        uint64_t root;
        if (applying_type_of(p, *t, &type_id)) return -1;
        type = type_id ? model_type_by_id(p->s->model, type_id) : NULL;
        if (!type) continue; /* it went in this set */
        if (parts_root(p->s, type, *t, &type, &root, p->err)) return -1;
        bool known = !root;
        VEC_EACH(r, &roots) known = known || *r == root;
        if (!known) *vec_add(p->c->a, &roots) = root;
    }
    VEC_EACH(r, &roots) {
        if (settle(p, *r)) return -1;
        arena_clear(&p->scratch);
    }
    return 0;
}
