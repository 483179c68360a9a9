/* SPDX-License-Identifier: Apache-2.0 */
/* Links to the own type that must not lead in a circle, and trees of them that must not be too deep. */
#include "store_applying.h"

#include "base_circle.h"

void work_move(struct applying *p, const struct fact_work *w, const struct model_field *field)
{
    const struct change_op *op = work_op_on(w, field, OP_LINKS);
    str name = w->new[w->type->name_field->number];
    struct moved *m = vec_add(p->c->a, &p->moved);
    *m = (struct moved){.type = w->type, .field = field, .fact = w->id};
    m->name = name.p ? arena_copy(p->c->a, work_brief(name)) : STR("");
    if (op) m->from = op->from;
}

/* ---- Circles ---- */

struct way {
    struct store *s;
    struct arena *a;
    const struct model_field *field;
};

static int links_of(void *self, uint64_t fact, const uint64_t **to, size_t *count, struct err *err)
{
    struct way *w = self;
    VEC(uint64_t) list = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(w->s, SQL_LINK_ALONG, &q, err, "ui", fact, (int64_t)w->field->id)) return -1;
    while ((rc = store_step(w->s, q, err)) == 1) *vec_add(w->a, &list) = (uint64_t)sqlite3_column_int64(q, 0);
    *to = list.items;
    *count = list.count;
    return rc;
}

int store_find_circles(struct store *s, const struct model_field *field, const uint64_t *facts, size_t count,
                       struct idmap *on, struct err *err)
{
    struct arena a;
    arena_init(&a, 0);
    struct way way = {s, &a, field};
    int rc = circles_find(&a, facts, count, links_of, &way, on, err);
    arena_release(&a);
    return rc;
}

static int refuse(struct applying *p, const struct moved *m, bool circle)
{
    if (circle)
        err_set(p->err, ERR_INPUT, STR_FORMAT " \"" STR_FORMAT "\" would be %s", STR_ARGS(m->type->name),
                STR_ARGS(m->name), model_circle_words(m->field));
    else
        err_set(p->err, ERR_INPUT, STR_FORMAT " \"" STR_FORMAT "\" would make a tree of more than %d levels",
                STR_ARGS(m->type->name), STR_ARGS(m->name), m->field->levels);
    if (m->from.file.p) err_in(p->err, m->from.file);
    return err_at(p->err, m->from.line, m->field->name);
}

/* Of one field: a circle that is new leads through a fact whose links are. */
static int check_circles(struct applying *p, const struct model_field *field)
{
    VEC(uint64_t) facts = {0};
    struct idmap on;
    idmap_init(&on);
    VEC_EACH(m, &p->moved) {
        if (m->field == field) *vec_add(p->c->a, &facts) = m->fact, m->looked_at = true;
    }
    int rc = store_find_circles(p->s, field, facts.items, facts.count, &on, p->err);
    VEC_EACH(m, &p->moved) {
        if (!rc && m->field == field && idmap_get(&on, m->fact)) rc = refuse(p, m, true);
    }
    idmap_release(&on);
    return rc;
}

/* ---- Trees ---- */

int tree_height(struct store *s, const struct model_field *field, uint64_t fact, int *height, struct err *err)
{
    sqlite3_stmt *q;
    *height = 0;
    if (store_bind(s, SQL_TREE_UP, &q, err, "uii", fact, (int64_t)field->id, (int64_t)field->levels)) return -1;
    int rc = store_step(s, q, err);
    if (rc <= 0) return rc;
    *height = sqlite3_column_int(q, 0);
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

int applying_check_ways(struct applying *p)
{
    int height, depth;
    /* Who stands below a circle is too deep as well; what is wrong is the circle. */
    VEC_EACH(m, &p->moved) {
        if (!m->looked_at && check_circles(p, m->field)) return -1;
    }
    for (int below = 0; below < 2; below++) /* better to name what is too deep than what has it below */
        VEC_EACH(m, &p->moved) {
            depth = 0;
            if (!m->field->levels) continue;
            if (tree_height(p->s, m->field, m->fact, &height, p->err) || (below && depth_below(p, m, &depth)))
                return -1;
            if (height + depth > m->field->levels) return refuse(p, m, false);
        }
    return 0;
}
