/* SPDX-License-Identifier: Apache-2.0 */
/* Trees: links to the own type that must neither lead in a circle nor too deep. */
#include "store_applying.h"

void work_move(struct applying *p, const struct fact_work *w, const struct model_field *field)
{
    const struct change_op *op = work_op_on(w, field, OP_LINKS);
    str name = w->new[w->type->name_field->number];
    struct moved *m = vec_add(p->c->a, &p->moved);
    *m = (struct moved){.type = w->type, .field = field, .fact = w->id};
    m->name = name.p ? arena_copy(p->c->a, work_brief(name)) : STR("");
    if (op) m->from = op->from;
}

int tree_height(struct store *s, const struct model_field *field, uint64_t fact, int *height, bool *circle,
                struct err *err)
{
    sqlite3_stmt *q;
    *height = 0;
    *circle = false;
    if (store_bind(s, SQL_TREE_UP, &q, err, "uii", fact, (int64_t)field->id, (int64_t)field->levels)) return -1;
    int rc = store_step(s, q, err);
    if (rc <= 0) return rc;
    *height = sqlite3_column_int(q, 0);
    *circle = sqlite3_column_int(q, 1);
    sqlite3_reset(q);
    return 0;
}

static int depth_below(struct applying *p, const struct moved *m, int *depth)
{
    sqlite3_stmt *q;
    *depth = 0;
    if (store_bind(p->s, SQL_TREE_DOWN, &q, p->err, "uiii", m->fact, (int64_t)m->field->id, (int64_t)m->field->levels,
                   (int64_t)m->type->id))
        return -1;
    int rc = store_step(p->s, q, p->err);
    if (rc <= 0) return rc;
    *depth = sqlite3_column_int(q, 0);
    sqlite3_reset(q);
    return 0;
}

static int refuse(struct applying *p, const struct moved *m, bool circle)
{
    if (circle)
        err_set(p->err, ERR_INPUT, STR_FORMAT " \"" STR_FORMAT "\" would be above itself", STR_ARGS(m->type->name),
                STR_ARGS(m->name));
    else
        err_set(p->err, ERR_INPUT, STR_FORMAT " \"" STR_FORMAT "\" would make a tree of more than %d levels",
                STR_ARGS(m->type->name), STR_ARGS(m->name), m->field->levels);
    if (m->from.file.p) err_in(p->err, m->from.file);
    return err_at(p->err, m->from.line, m->field->name);
}

int applying_check_trees(struct applying *p)
{
    int height, depth;
    bool circle;
    /* Who stands below a circle is too deep as well; what is wrong is the circle. */
    VEC_EACH(m, &p->moved) {
        if (tree_height(p->s, m->field, m->fact, &height, &circle, p->err)) return -1;
        if (circle) return refuse(p, m, true);
    }
    for (int below = 0; below < 2; below++) /* better to name what is too deep than what has it below */
        VEC_EACH(m, &p->moved) {
            depth = 0;
            if (tree_height(p->s, m->field, m->fact, &height, &circle, p->err) || (below && depth_below(p, m, &depth)))
                return -1;
            if (height + depth > m->field->levels) return refuse(p, m, false);
        }
    return 0;
}
