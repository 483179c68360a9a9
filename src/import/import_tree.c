/* SPDX-License-Identifier: Apache-2.0 */
/* Trees: rows that would put a fact above itself, or it or what is below it under more levels than a tree may have. The
 * store looks again when all is written; here each row is told, before anything is. */
#include "import_internal.h"

/* The rows of the batch that move something by one field, by the fact that each moves. */
struct moving {
    const struct import *in; /* one of its files */
    const struct model_field *field;
    struct idmap moves; /* fact to its move's place in the batch, + 1 */
};

static const struct model_field *field_of(const struct import_move *m) { return m->in->columns[m->column].field; }

static struct import_move *move_of(const struct moving *w, uint64_t fact)
{
    const uint64_t *place = idmap_get(&w->moves, fact);
    return place ? &w->in->batch->moves.items[*place - 1] : NULL;
}

static uint64_t above(const struct moving *w, uint64_t fact)
{
    const struct import_move *m = move_of(w, fact);
    if (m) return m->to;
    const struct fact *f = import_fact_of(w->in, fact);
    size_t count = 0;
    const uint64_t *links = f ? fact_links(f, w->field, &count) : NULL;
    return count ? links[0] : 0;
}

static void refuse(struct import_move *m, const struct model_field *field, bool circle)
{
    if (m->refused) return;
    m->refused = true;
    if (circle)
        import_fault(m->in, m->row, m->column, "it would be above itself");
    else
        import_fault(m->in, m->row, m->column, "would make a tree of more than %d levels", field->levels);
}

static void check_move(const struct moving *w, struct import_move *m)
{
    int height = 1;
    for (uint64_t at = m->to; at && height <= w->field->levels; at = above(w, at), height++)
        if (at == m->row->fact) return refuse(m, w->field, true);
    if (height > w->field->levels) refuse(m, w->field, false);
}

/* A fact that stays where it is, and comes to stand too deep with what is above it: told at the nearest row that moves.
 */
static void check_carried(const struct moving *w, uint64_t fact)
{
    struct import_move *by = NULL;
    int height = 0;
    if (move_of(w, fact)) return;
    for (uint64_t at = fact; at && height <= w->field->levels; at = above(w, at), height++)
        if (!by) by = move_of(w, at);
    if (by && height > w->field->levels) refuse(by, w->field, false);
}

static void check_field(struct import *in, const struct model_field *field)
{
    struct import_batch *b = in->batch;
    struct moving w = {.in = in, .field = field};
    idmap_init(&w.moves);
    for (size_t i = 0; i < b->moves.count; i++)
        if (field_of(&b->moves.items[i]) == field) *idmap_put(&w.moves, b->moves.items[i].row->fact, NULL) = i + 1;
    VEC_EACH(m, &b->moves) {
        if (field_of(m) == field) check_move(&w, m);
    }
    size_t count = 0;
    const uint64_t *ids = w.moves.count ? picture_facts(in->picture, in->type, &count) : NULL;
    for (size_t i = 0; i < count; i++) check_carried(&w, ids[i]);
    idmap_release(&w.moves);
}

/* Two files may be of one type: its field is looked at with the first. */
static bool is_first(const struct import *in, const struct model_field *field)
{
    for (const struct import *before = in->batch->files; before < in; before++)
        if (import_column_for(before, field) < before->column_count) return false;
    return true;
}

void import_check_trees(struct import_batch *b)
{
    for (size_t i = 0; i < b->file_count; i++)
        for (size_t k = 0; k < b->files[i].column_count; k++) {
            const struct model_field *field = b->files[i].columns[k].field;
            if (field && field->levels && is_first(&b->files[i], field)) check_field(&b->files[i], field);
        }
}
