/* SPDX-License-Identifier: Apache-2.0 */
/* What a commit writes: keys, claims, facts, links and their entries. */
#include "store_applying.h"
#include "store_hook_inside.h"

#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>

enum { LINKS_AT_ONCE = 1 << 17 }; /* sorted together */

/* ---- Keys ---- */

str work_key(struct applying *p, const struct model_type *type, const str *values)
{
    if (type->key_field_count == 1) {
        str v = values[type->key_fields[0]->number];
        return v.p ? utf8_fold(p->c->a, v) : STR_NONE;
    }
    str key = STR_NONE;
    for (size_t i = 0; i < type->key_field_count; i++) {
        str v = values[type->key_fields[i]->number];
        str part = v.p ? utf8_fold(p->c->a, v) : STR("");
        key = key.p ? arena_printf(p->c->a, STR_FORMAT "\x1f" STR_FORMAT, STR_ARGS(key), STR_ARGS(part)) : part;
    }
    return key;
}

typedef int use_key(struct applying *p, const struct fact_work *w, int rank, str folded);

/* The natural key and the aliases that `values` give the fact, one after the other. */
static int each_key(struct applying *p, const struct fact_work *w, const str *values, use_key *use)
{
    const struct model_field *alias = w->type->alias_field;
    str key = work_key(p, w->type, values);
    if (key.p && use(p, w, 0, key)) return -1;
    if (!alias || !values[alias->number].p) return 0;
    for (str rest = values[alias->number], piece; str_cut(&rest, ';', &piece);)
        for (str part; str_cut(&piece, '|', &part);) {
            str folded = utf8_fold(p->c->a, part);
            if (folded.n && use(p, w, 1, folded)) return -1;
        }
    return 0;
}

static int drop_key(struct applying *p, const struct fact_work *w, int rank, str folded)
{
    return store_run(p->s, rank ? SQL_ALIAS_DROP : SQL_NAME_DROP, p->err, "isu", (int64_t)w->type->id, folded, w->id);
}

/* Keys are written when all the old ones are gone, so that two facts may swap their names. */
static int queue_key(struct applying *p, const struct fact_work *w, int rank, str folded)
{
    struct new_key key = {.type = w->type, .fact = w->id, .rank = rank, .folded = folded};
    if (!rank) {
        const struct change_op *op = work_op_on(w, w->type->name_field, OP_VALUE);
        str name = w->new[w->type->name_field->number];
        if (!op) op = w->f->first;
        if (op) key.from = op->from;
        key.name = name.p ? arena_copy(p->c->a, work_brief(name)) : STR("");
    }
    *vec_add(p->c->a, &p->keys) = key;
    return 0;
}

int work_queue_keys(struct applying *p, const struct fact_work *w)
{
    const struct model_field *alias = w->type->alias_field;
    bool differs = !w->old;
    for (size_t i = 0; i < w->type->key_field_count && !differs; i++) {
        size_t n = w->type->key_fields[i]->number;
        differs = !same_text(w->old[n], w->new[n]);
    }
    if (alias && !differs) differs = !same_text(w->old[alias->number], w->new[alias->number]);
    if (!differs) return 0;
    if (w->old && each_key(p, w, w->old, drop_key)) return -1;
    return each_key(p, w, w->new, queue_key);
}

int work_queue_new_keys(struct applying *p, const struct fact_work *w) { return each_key(p, w, w->new, queue_key); }

static int by_type_and_name(const void *x, const void *y)
{
    const struct new_key *a = x, *b = y;
    if (a->rank != b->rank) return a->rank - b->rank;
    if (a->type != b->type) return a->type->id < b->type->id ? -1 : 1;
    int order = str_cmp(a->folded, b->folded);
    return order ? order : (a->fact > b->fact) - (a->fact < b->fact);
}

static int name_taken(struct applying *p, const struct new_key *k, uint64_t other)
{
    err_set(p->err, ERR_CONFLICT,
            STR_FORMAT " \"" STR_FORMAT
                       "\" is already there, as fact %llu; names are unique, whatever their case and blanks",
            STR_ARGS(k->type->name), STR_ARGS(k->name), (unsigned long long)other);
    if (k->from.file.p) err_in(p->err, k->from.file);
    return err_at(p->err, k->from.line, k->type->name_field->name);
}

/* In the order of the tables, so that equal names stand side by side. */
int applying_write_keys(struct applying *p)
{
    if (p->keys.count) qsort(p->keys.items, p->keys.count, sizeof *p->keys.items, by_type_and_name);
    for (size_t i = 0; i < p->keys.count; i++) {
        const struct new_key *k = &p->keys.items[i], *before = i ? k - 1 : NULL;
        sqlite3_stmt *q;
        int rc;
        if (k->rank) {
            if (store_rows_add(p->s, ROWS_ALIAS, p->err, (int64_t)k->type->id, k->folded, k->fact)) return -1;
            continue;
        }
        if (before && before->type == k->type && str_eq(before->folded, k->folded))
            return name_taken(p, k, before->fact);
        if (store_bind(p->s, SQL_NAME_FIND, &q, p->err, "is", (int64_t)k->type->id, k->folded) ||
            (rc = store_step(p->s, q, p->err)) < 0)
            return -1;
        uint64_t other = rc ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
        sqlite3_reset(q);
        if (other) return name_taken(p, k, other);
        if (store_rows_add(p->s, ROWS_NAME, p->err, (int64_t)k->type->id, k->folded, k->fact)) return -1;
    }
    return 0;
}

/* ---- Writing ---- */

int work_write_claims(struct applying *p, struct fact_work *w)
{
    int64_t seq = 0;
    if (!w->f->created && store_run(p->s, SQL_CLAIM_DROP, p->err, "u", w->id)) return -1;
    for (size_t i = 0; i < w->claims.count; i++) {
        struct claim *c = &w->claims.items[i];
        if (c->written) continue;
        buf_clear(&p->claim);
        field_texts_open(&p->claim);
        for (size_t k = i; k < w->claims.count; k++) {
            struct claim *o = &w->claims.items[k];
            if (o->written || o->source != c->source || o->number != c->number || o->line != c->line ||
                !same_text(o->file, c->file))
                continue;
            field_texts_put(&p->claim, o->field, o->text);
            o->written = true;
        }
        field_texts_close(&p->claim);
        if (buf_check(&p->claim, p->err) || store_rows_add(p->s, ROWS_CLAIM, p->err, w->id, seq++, (int64_t)c->source,
                                                           c->number, c->file, (int64_t)c->line, buf_get(&p->claim)))
            return -1;
    }
    return 0;
}

static int by_target(const void *x, const void *y)
{
    const struct link_end *a = x, *b = y;
    if (a->target != b->target) return a->target < b->target ? -1 : 1;
    if (a->field != b->field) return a->field < b->field ? -1 : 1;
    return (a->fact > b->fact) - (a->fact < b->fact);
}

int applying_write_links_to(struct applying *p)
{
    if (p->links_to.count) qsort(p->links_to.items, p->links_to.count, sizeof *p->links_to.items, by_target);
    VEC_EACH(l, &p->links_to) {
        if (store_rows_add(p->s, ROWS_LINK_TO, p->err, l->target, (int64_t)l->field, l->fact)) return -1;
    }
    p->links_to.count = 0;
    return 0;
}

static int write_links(struct applying *p, const struct fact_work *w, const struct model_field *field)
{
    str rest = w->new[field->number];
    uint64_t id;
    if (w->old && w->old[field->number].p &&
        (store_run(p->s, SQL_LINK_TO_DROP, p->err, "ui", w->id, (int64_t)field->id) ||
         store_run(p->s, SQL_LINK_DROP, p->err, "ui", w->id, (int64_t)field->id)))
        return -1;
    if (field->no_circles && rest.n) work_move(p, w, field);
    for (int64_t ord = 0; next_link(&rest, &id); ord++) {
        if (store_rows_add(p->s, ROWS_LINK, p->err, w->id, (int64_t)field->id, ord, id)) return -1;
        if (p->links_to.count == LINKS_AT_ONCE && applying_write_links_to(p)) return -1;
        *vec_add(p->c->a, &p->links_to) = (struct link_end){id, w->id, field->id};
    }
    return 0;
}

/* The fact's row, its links and its entry. */
int work_write(struct applying *p, const struct fact_work *w)
{
    bool created = w->f->created;
    buf_clear(&p->fields);
    buf_clear(&p->before);
    buf_clear(&p->after);
    field_texts_open(&p->fields);
    field_texts_open(&p->before);
    field_texts_open(&p->after);
    for (size_t i = 0; i < w->type->field_count; i++) {
        const struct model_field *field = &w->type->fields[i];
        bool links = field->kind == FIELD_LINK || field->kind == FIELD_LINKS;
        str old = w->old ? w->old[i] : STR_NONE, new = w->new[i];
        if (!links && new.p) field_texts_put(&p->fields, field->id, new);
        if (same_text(old, new)) continue;
        field_texts_put(&p->after, field->id, new);
        if (!created) field_texts_put(&p->before, field->id, old);
    }
    VEC_EACH(t, &w->strange) field_texts_put(&p->fields, t->field, t->text);
    field_texts_close(&p->fields);
    field_texts_close(&p->before);
    field_texts_close(&p->after);
    if (buf_check(&p->fields, p->err) || buf_check(&p->before, p->err) || buf_check(&p->after, p->err)) return -1;
    uint32_t version = w->version + 1;
    if (created ? store_rows_add(p->s, ROWS_FACT, p->err, w->id, (int64_t)w->type->id, (int64_t)version,
                                 buf_get(&p->fields))
                : store_run(p->s, SQL_FACT_PUT, p->err, "uis", w->id, (int64_t)version, buf_get(&p->fields)))
        return -1;
    for (size_t i = 0; i < w->type->field_count; i++) {
        const struct model_field *field = &w->type->fields[i];
        bool links = field->kind == FIELD_LINK || field->kind == FIELD_LINKS;
        if (links && !same_text(w->old ? w->old[i] : STR_NONE, w->new[i]) && write_links(p, w, field)) return -1;
    }
    p->changed++;
    return journal_entry(p->s, p->j, created ? ENTRY_CREATED : ENTRY_CHANGED, w->type->id, w->id,
                         created ? STR_NONE : buf_get(&p->before), buf_get(&p->after), p->err) ||
                   event_tell_request(p->s, p->j->time, w->type, w->id, created ? NULL : w->old, w->new, p->err)
               ? -1
               : 0;
}

/* What sources say now and nobody sees: still an entry, so that others learn of it. */
int work_write_claimed(struct applying *p, const struct fact_work *w)
{
    buf_clear(&p->after);
    field_texts_open(&p->after);
    VEC_EACH(c, &w->claims) {
        if (c->number == p->j->number) field_texts_put(&p->after, c->field, c->text);
    }
    field_texts_close(&p->after);
    if (buf_check(&p->after, p->err)) return -1;
    return journal_entry(p->s, p->j, ENTRY_CLAIMED, w->type->id, w->id, STR_NONE, buf_get(&p->after), p->err);
}

int work_delete(struct applying *p, const struct fact_work *w)
{
    str name = w->old[w->type->name_field->number];
    buf_clear(&p->before);
    field_texts_open(&p->before);
    for (size_t i = 0; i < w->type->field_count; i++)
        if (w->old[i].p) field_texts_put(&p->before, w->type->fields[i].id, w->old[i]);
    field_texts_close(&p->before);
    p->changed++;
    if (buf_check(&p->before, p->err) || store_run(p->s, SQL_LINK_TO_DROP, p->err, "ui", w->id, (int64_t)0) ||
        store_run(p->s, SQL_LINK_DROP_ALL, p->err, "u", w->id) || store_run(p->s, SQL_CLAIM_DROP, p->err, "u", w->id) ||
        each_key(p, w, w->old, drop_key) ||
        store_run(p->s, SQL_SUBJECT_ORPHAN, p->err, "us", w->id, name.p ? name : STR("")) ||
        store_run(p->s, SQL_FACT_DROP, p->err, "u", w->id))
        return -1;
    return journal_entry(p->s, p->j, ENTRY_DELETED, w->type->id, w->id, buf_get(&p->before), STR_NONE, p->err);
}
