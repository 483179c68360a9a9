/* SPDX-License-Identifier: Apache-2.0 */
/* Trees: rows that would put a fact above itself, or below more levels than a tree may have. The store looks again when
 * all is written; here each row is told, before anything is. */
#include "import_internal.h"

static const struct model_field *field_of(const struct import_move *m) { return m->in->columns[m->column].field; }

static uint64_t above(const struct import_move *m, const struct idmap *moved, uint64_t fact)
{
    uint64_t *to = idmap_get(moved, fact);
    if (to) return *to;
    const struct fact *f = import_fact_of(m->in, fact);
    size_t count = 0;
    const uint64_t *links = f ? fact_links(f, field_of(m), &count) : NULL;
    return count ? links[0] : 0;
}

static void check_move(const struct import_move *m, const struct idmap *moved)
{
    const struct model_field *field = field_of(m);
    int height = 1;
    for (uint64_t at = m->to; at && height <= field->levels; at = above(m, moved, at), height++)
        if (at == m->row->fact) {
            import_fault(m->in, m->row, m->column, "it would be above itself");
            return;
        }
    if (height > field->levels)
        import_fault(m->in, m->row, m->column, "would make a tree of more than %d levels", field->levels);
}

void import_check_trees(struct import_batch *b)
{
    for (size_t i = 0; i < b->file_count; i++)
        for (size_t k = 0; k < b->files[i].column_count; k++) {
            const struct model_field *field = b->files[i].columns[k].field;
            struct idmap moved;
            if (!field || !field->levels) continue;
            idmap_init(&moved);
            VEC_EACH(m, &b->moves) {
                if (field_of(m) == field) *idmap_put(&moved, m->row->fact, NULL) = m->to;
            }
            VEC_EACH(m, &b->moves) {
                if (m->in == &b->files[i] && m->column == k) check_move(m, &moved);
            }
            idmap_release(&moved);
        }
}
