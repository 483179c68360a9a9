/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that would lead a fact back to itself where there are no circles, or would put it, or what stands below it,
 * under more levels than a tree may have. The store looks again when all is written; here each row is told, before
 * anything is. */
#include "import_internal.h"

#include "base_circle.h"

/* The rows of the batch that give a fact other links of one field. */
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

/* What the fact links to when all rows hold. */
static const uint64_t *links_then(const struct moving *w, uint64_t fact, size_t *count)
{
    const struct import_move *m = move_of(w, fact);
    const struct fact *f = m ? NULL : import_fact_of(w->in, fact);
    *count = m ? m->count : 0;
    return m ? m->to : f ? fact_links(f, w->field, count) : NULL;
}

static int next_of(void *self, uint64_t fact, const uint64_t **to, size_t *count, struct err *err)
{
    (void)err;
    *to = links_then(self, fact, count);
    return 0;
}

static void refuse(struct import_move *m, const struct model_field *field, bool circle)
{
    if (m->refused) return;
    m->refused = true;
    if (circle)
        import_fault(m->in, m->row, m->column, "it would be %s", model_circle_words(field));
    else
        import_fault(m->in, m->row, m->column, "would make a tree of more than %d levels", field->levels);
}

static int check_circles(struct moving *w, struct err *err)
{
    struct import_batch *b = w->in->batch;
    VEC(uint64_t) facts = {0};
    struct idmap on;
    idmap_init(&on);
    VEC_EACH(m, &b->moves) {
        if (field_of(m) == w->field) *vec_add(&b->scratch, &facts) = m->row->fact;
    }
    int status = circles_find(&b->scratch, facts.items, facts.count, next_of, w, &on, err);
    VEC_EACH(m, &b->moves) {
        if (field_of(m) == w->field && idmap_get(&on, m->row->fact)) refuse(m, w->field, true);
    }
    idmap_release(&on);
    arena_clear(&b->scratch);
    return status;
}

/* Under too many levels is told at the nearest row that moves: at the fact's own, or where what is above it moves. */
static void check_height(const struct moving *w, uint64_t fact)
{
    struct import_move *by = NULL;
    int height = 0;
    size_t count = 1;
    for (uint64_t at = fact; count && height <= w->field->levels; height++) {
        if (!by) by = move_of(w, at);
        const uint64_t *to = links_then(w, at, &count);
        if (count) at = to[0];
    }
    if (by && height > w->field->levels) refuse(by, w->field, false);
}

static int check_field(struct import *in, const struct model_field *field, struct err *err)
{
    struct import_batch *b = in->batch;
    struct moving w = {.in = in, .field = field};
    size_t count = 0;
    idmap_init(&w.moves);
    for (size_t i = 0; i < b->moves.count; i++)
        if (field_of(&b->moves.items[i]) == field) *idmap_put(&w.moves, b->moves.items[i].row->fact, NULL) = i + 1;
    int status = check_circles(&w, err);
    if (field->levels) {
        VEC_EACH(m, &b->moves) {
            if (field_of(m) == field) check_height(&w, m->row->fact);
        }
        const uint64_t *ids = w.moves.count ? picture_facts(in->picture, in->type, &count) : NULL;
        for (size_t i = 0; i < count; i++) check_height(&w, ids[i]);
    }
    idmap_release(&w.moves);
    return status;
}

/* Several files may be of one type: its field is looked at with the first. */
static bool is_first(const struct import *in, const struct model_field *field)
{
    for (const struct import *before = in->batch->files; before < in; before++)
        if (import_column_for(before, field) < before->column_count) return false;
    return true;
}

int import_check_ways(struct import_batch *b, struct err *err)
{
    for (size_t i = 0; i < b->file_count; i++)
        for (size_t k = 0; k < b->files[i].column_count; k++) {
            const struct model_field *field = b->files[i].columns[k].field;
            if (field && field->no_circles && is_first(&b->files[i], field) && check_field(&b->files[i], field, err))
                return -1;
        }
    return 0;
}
