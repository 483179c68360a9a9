/* SPDX-License-Identifier: Apache-2.0 */
/* A view for each type, called by its plural, so that other tools can read the facts in their own words. */
#include "store_inside.h"

#include <string.h>

/* Names come from the metamodel, which lets only letters, digits, blanks and '-' through. */
static void put_name(struct buf *b, str name)
{
    buf_char(b, '"');
    for (size_t i = 0; i < name.n; i++) buf_char(b, name.p[i] == '-' ? '_' : name.p[i]);
    buf_char(b, '"');
}

static void put_column(struct buf *b, const struct model_field *f)
{
    if (f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED) return;
    buf_text(b, ", ");
    if (f->kind != FIELD_LINK && f->kind != FIELD_LINKS)
        buf_printf(b, "f.fields ->> '$.\"%u\"'", f->id);
    else
        buf_printf(
            b,
            "(SELECT group_concat(name, '; ') FROM (SELECT t.fields ->> '$.\"%u\"' AS name FROM link l JOIN fact t"
            " ON t.id = l.target WHERE l.fact = f.id AND l.field = %u ORDER BY l.ord))",
            f->to->name_field->id, f->id);
    buf_text(b, " AS ");
    put_name(b, f->key);
}

static int make_view(struct store *s, const struct model_type *t, struct err *err)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_text(&b, "CREATE VIEW ");
    put_name(&b, t->plural_key);
    buf_text(&b, " AS SELECT f.id AS id, f.version AS version");
    for (size_t i = 0; i < t->field_count; i++) put_column(&b, &t->fields[i]);
    buf_printf(&b, " FROM fact f WHERE f.type = %u", t->id);
    int rc = buf_check(&b, err);
    if (!rc && sqlite3_exec(s->db, b.p, NULL, NULL, NULL) != SQLITE_OK) rc = store_failed(s, err);
    buf_release(&b);
    return rc;
}

int store_drop_views(struct store *s, const struct model *m, struct err *err)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < m->type_count; i++) {
        buf_text(&b, "DROP VIEW IF EXISTS ");
        put_name(&b, m->types[i].plural_key);
        buf_char(&b, ';');
    }
    int rc = buf_check(&b, err);
    if (!rc && sqlite3_exec(s->db, b.p, NULL, NULL, NULL) != SQLITE_OK) rc = store_failed(s, err);
    buf_release(&b);
    return rc;
}

int store_make_views(struct store *s, const struct model *m, struct err *err)
{
    for (size_t i = 0; i < m->type_count; i++)
        if (make_view(s, &m->types[i], err)) return -1;
    return 0;
}
