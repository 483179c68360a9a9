/* SPDX-License-Identifier: Apache-2.0 */
/* The claims to a fact's fields: those that stand, those of the set over them, and who wins. */
#include "store_applying.h"

#include "base_utf8.h"

#include <string.h>

/* ---- Messages ---- */

static str name_of(const struct fact_work *w)
{
    const struct model_field *name = w->type->name_field;
    for (const struct change_op *o = w->f->first; o; o = o->next)
        if (o->kind == OP_VALUE && o->field->id == name->id && o->value.p) return o->value;
    return w->old && w->old[name->number].p ? w->old[name->number] : STR("");
}

str work_brief(str s) { return utf8_count(s) <= 80 ? s : str_slice(s, 0, utf8_offset(s, 80)); }

/* `application "Mailchimp": what`, at the place from which the value came. */
int work_refuse(struct applying *p, const struct fact_work *w, const struct model_field *field,
                const struct change_op *op, enum err_code code, const char *what)
{
    str name = work_brief(name_of(w));
    err_set(p->err, code, STR_FORMAT " \"" STR_FORMAT "\": %s%s", STR_ARGS(w->type->name), STR_ARGS(name), what,
            name.n ? "" : " (it has no name)");
    if (op && op->from.file.p) err_in(p->err, op->from.file);
    return err_at(p->err, op ? op->from.line : 0, field ? field->name : STR_NONE);
}

/* ---- Sources ---- */

int applying_load_sources(struct applying *p)
{
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(p->s, SQL_SOURCE_ALL, &q, p->err)) return -1;
    while ((rc = store_step(p->s, q, p->err)) == 1)
        *vec_add(p->c->a, &p->sources) =
            (struct source){(uint32_t)sqlite3_column_int64(q, 0), (enum origin_kind)sqlite3_column_int(q, 1),
                            arena_copy(p->c->a, store_column(q, 2))};
    return rc;
}

int applying_source(struct applying *p, const struct origin *from, uint32_t *id)
{
    if (from->kind == ORIGIN_TYPED) return *id = SOURCE_TYPED, 0;
    str name = from->source.p ? from->source : STR("");
    VEC_EACH(s, &p->sources) {
        if (s->kind == from->kind && str_eq(s->name, name)) return *id = s->id, 0;
    }
    if (store_run(p->s, SQL_SOURCE_ADD, p->err, "isu", (int64_t)from->kind, name, p->j->number)) return -1;
    *id = (uint32_t)sqlite3_last_insert_rowid(p->s->db);
    *vec_add(p->c->a, &p->sources) = (struct source){*id, from->kind, name};
    return 0;
}

/* ---- What is there ---- */

int work_load(struct applying *p, struct fact_work *w)
{
    struct arena *a = &p->scratch;
    struct field_texts texts;
    sqlite3_stmt *q;
    int rc;
    if (store_bind(p->s, SQL_FACT_GET, &q, p->err, "u", w->id) || (rc = store_step(p->s, q, p->err)) < 0) return -1;
    MUST(rc == 1); /* place_all has seen it */
    uint32_t type_id = (uint32_t)sqlite3_column_int64(q, 0);
    w->version = (uint32_t)sqlite3_column_int64(q, 1);
    str json = arena_copy(a, store_column(q, 2));
    sqlite3_reset(q);
    w->type = model_type_by_id(p->s->model, type_id);
    if (!w->type)
        return err_set(p->err, ERR_STORE, "fact %llu has a type that the metamodel does not have: %u",
                       (unsigned long long)w->id, type_id);
    w->old = arena_array(a, w->type->field_count, sizeof *w->old);
    if (field_texts_parse(a, json, &texts, p->err)) return -1;
    for (size_t i = 0; i < texts.count; i++) {
        const struct model_field *field = model_field_by_id(w->type, texts.items[i].field);
        if (field)
            w->old[field->number] = texts.items[i].text;
        else
            *vec_add(a, &w->strange) = texts.items[i];
    }
    if (store_bind(p->s, SQL_LINK_OF, &q, p->err, "u", w->id)) return -1;
    while ((rc = store_step(p->s, q, p->err)) == 1) {
        const struct model_field *field = model_field_by_id(w->type, (uint32_t)sqlite3_column_int64(q, 0));
        unsigned long long target = (unsigned long long)sqlite3_column_int64(q, 1);
        if (!field) continue;
        str *old = &w->old[field->number];
        *old = old->p ? arena_printf(a, STR_FORMAT " %llu", STR_ARGS(*old), target) : arena_printf(a, "%llu", target);
    }
    return rc;
}

int work_load_claims(struct applying *p, struct fact_work *w)
{
    struct arena *a = &p->scratch;
    struct field_texts texts;
    sqlite3_stmt *q;
    int rc;
    if (store_bind(p->s, SQL_CLAIM_OF, &q, p->err, "u", w->id)) return -1;
    while ((rc = store_step(p->s, q, p->err)) == 1) {
        struct claim c = {.source = (uint32_t)sqlite3_column_int64(q, 0),
                          .number = (uint64_t)sqlite3_column_int64(q, 1),
                          .line = (uint32_t)sqlite3_column_int64(q, 3)};
        str file = store_column(q, 2);
        if (file.p) c.file = arena_copy(a, file);
        if (field_texts_parse(a, arena_copy(a, store_column(q, 4)), &texts, p->err)) return -1;
        for (size_t i = 0; i < texts.count; i++) {
            c.field = texts.items[i].field;
            c.text = texts.items[i].text;
            *vec_add(a, &w->claims) = c;
        }
    }
    return rc;
}

int work_stored_name(struct applying *p, uint64_t id, str *name)
{
    struct fact_work w = {.id = id};
    *name = STR("");
    if (work_load(p, &w)) return -1;
    str found = w.old[w.type->name_field->number];
    if (found.p) *name = arena_copy(p->c->a, found);
    return 0;
}

/* ---- Laying the changes over it ---- */

static int set_claim(struct applying *p, struct fact_work *w, const struct model_field *field,
                     const struct change_op *op, str text)
{
    uint32_t source;
    if (applying_source(p, &op->from, &source)) return -1;
    struct claim *found = NULL;
    VEC_EACH(c, &w->claims) {
        if (c->source == source && c->field == field->id) found = c;
    }
    if (found ? same_text(found->text, text) : !text.p && source != SOURCE_TYPED) return 0;
    /* What nobody ever filled in need not be said to be empty. */
    if (!found && !text.p && w->f->created && !field->initial.p) return 0;
    w->claims_changed = true;
    if (!text.p && source != SOURCE_TYPED) {
        *found = w->claims.items[--w->claims.count];
        return 0;
    }
    if (!found) found = vec_add(&p->scratch, &w->claims);
    *found = (struct claim){field->id, source, p->j->number, op->from.file, op->from.line, text, false};
    return 0;
}

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80) return false;
    return true;
}

static int apply_value(struct applying *p, struct fact_work *w, const struct model_field *field,
                       const struct change_op *op)
{
    struct err inner;
    str text = op->value;
    if (text.p && model_check_value(field, text, &inner))
        return work_refuse(p, w, field, op, inner.code, inner.message);
    bool is_text = field->kind == FIELD_TEXT || field->kind == FIELD_LONG_TEXT;
    if (text.p && is_text && !is_ascii(text)) text = utf8_nfc(&p->scratch, text);
    return set_claim(p, w, field, op, text);
}

static int check_target(struct applying *p, struct fact_work *w, const struct model_field *field,
                        const struct change_op *op, uint64_t id)
{
    uint32_t type_id;
    struct arena *a = &p->scratch;
    if (applying_type_of(p, id, &type_id)) return -1;
    if (type_id == field->to->id) return 0;
    const struct model_type *type = type_id ? model_type_by_id(p->s->model, type_id) : NULL;
    str what = !type_id ? arena_printf(a, "links to fact %llu, which is not there", (unsigned long long)id)
                        : arena_printf(a, "links to fact %llu, a " STR_FORMAT "; a " STR_FORMAT " is expected",
                                       (unsigned long long)id, STR_ARGS(type ? type->name : STR("stranger")),
                                       STR_ARGS(field->to->name));
    return work_refuse(p, w, field, op, ERR_INPUT, what.p);
}

static int apply_links(struct applying *p, struct fact_work *w, const struct model_field *field,
                       const struct change_op *op)
{
    struct buf *text = &p->links;
    if (field->kind == FIELD_LINK && op->link_count > 1)
        return work_refuse(p, w, field, op, ERR_INPUT, "holds one link, not several");
    buf_clear(text);
    for (size_t i = 0; i < op->link_count; i++) {
        if (op->links[i] > FACT_ID_MADE + p->c->made.count)
            return work_refuse(p, w, field, op, ERR_INPUT, "links to nothing");
        uint64_t id = change_real_id(p->c, op->links[i]);
        bool again = false;
        for (size_t k = 0; k < i && !again; k++) again = change_real_id(p->c, op->links[k]) == id;
        if (again) continue;
        if (check_target(p, w, field, op, id)) return -1;
        if (text->n) buf_char(text, ' ');
        put_number(text, id);
    }
    if (buf_check(text, p->err)) return -1;
    return set_claim(p, w, field, op, text->n ? buf_copy(text, &p->scratch) : STR_NONE);
}

static void apply_unlink(struct applying *p, struct fact_work *w, const struct change_op *op)
{
    for (size_t i = 0; i < w->claims.count; i++) {
        struct claim *c = &w->claims.items[i];
        if (c->field != op->field->id || !c->text.p) continue;
        str rest = c->text, kept = STR_NONE;
        uint64_t id;
        bool found = false;
        while (next_link(&rest, &id)) {
            if (id == op->links[0])
                found = true;
            else
                kept = kept.p ? arena_printf(&p->scratch, STR_FORMAT " %llu", STR_ARGS(kept), (unsigned long long)id)
                              : arena_printf(&p->scratch, "%llu", (unsigned long long)id);
        }
        if (!found) continue;
        w->claims_changed = true;
        c->text = kept;
        if (!kept.p) *c = w->claims.items[--w->claims.count], i--;
    }
}

static bool is_link(const struct model_field *field) { return field->kind == FIELD_LINK || field->kind == FIELD_LINKS; }

/* The claims that came with a commit go; of one field where it is given. The first one's source, 0 when there is none.
 */
static uint32_t retract(struct fact_work *w, const struct model_field *field, uint64_t number)
{
    uint32_t source = 0;
    for (size_t i = 0; i < w->claims.count; i++) {
        struct claim *c = &w->claims.items[i];
        if (c->number != number || (field && c->field != field->id)) continue;
        if (!source) source = c->source;
        *c = w->claims.items[--w->claims.count], i--;
        w->claims_changed = true;
    }
    return source;
}

static int winner(struct applying *p, const struct fact_work *w, const struct model_field *field, str *out);

/* What the claims that are left say may be what was there; else the source that had replaced its own word says the old
 * one again; else it is typed. */
static int apply_restore(struct applying *p, struct fact_work *w, const struct model_field *field,
                         const struct change_op *op)
{
    str now;
    uint32_t source = retract(w, field, op->number);
    if (winner(p, w, field, &now)) return -1;
    if (same_text(now, op->value)) return 0;
    if (source > SOURCE_TYPED && op->value.p) {
        *vec_add(&p->scratch, &w->claims) =
            (struct claim){field->id, source, p->j->number, STR_NONE, 0, op->value, false};
        w->claims_changed = true;
        if (winner(p, w, field, &now)) return -1;
        if (same_text(now, op->value)) return 0;
    }
    return is_link(field) ? apply_links(p, w, field, op) : apply_value(p, w, field, op);
}

int work_apply(struct applying *p, struct fact_work *w)
{
    for (const struct change_op *op = w->f->first; op; op = op->next) {
        const struct model_field *field = model_field_by_id(w->type, op->field->id);
        if (!field || !str_eq(field->name, op->field->name))
            return work_refuse(p, w, op->field, op, ERR_INPUT, "the type has no such field");
        bool links = is_link(field);
        switch (op->kind) {
        case OP_UNLINK: apply_unlink(p, w, op); break;
        case OP_RETRACT: retract(w, NULL, op->number); break;
        case OP_RESTORE:
            if (apply_restore(p, w, field, op)) return -1;
            break;
        case OP_LINKS:
            if (!links) return work_refuse(p, w, field, op, ERR_INPUT, "the field holds a value, not links");
            if (apply_links(p, w, field, op)) return -1;
            break;
        case OP_VALUE:
            if (apply_value(p, w, field, op)) return -1;
            break;
        }
    }
    return 0;
}

/* ---- Winners ---- */

/* Of a claim's targets those that are there, put behind the others unless they are among them. */
static int add_links(struct applying *p, const struct model_field *field, str text)
{
    uint64_t id, other;
    while (next_link(&text, &id)) {
        uint32_t type;
        bool again = false;
        if (applying_type_of(p, id, &type)) return -1;
        for (str rest = buf_get(&p->links); !again && next_link(&rest, &other);) again = other == id;
        if (type != field->to->id || again) continue;
        if (p->links.n) buf_char(&p->links, ' ');
        put_number(&p->links, id);
    }
    return buf_check(&p->links, p->err);
}

/* Claims to other fields than this one's. */
static size_t count_others(const struct fact_work *w, const struct claim *claim)
{
    size_t n = 0;
    VEC_EACH(c, &w->claims) n += c->field != claim->field;
    return n;
}

/* Typed is source 1, so the lowest source wins; LINKS that nobody typed are the union, in the sources' order. */
static int winner(struct applying *p, const struct fact_work *w, const struct model_field *field, str *out)
{
    const struct claim *first = NULL;
    bool link = field->kind == FIELD_LINK, links = field->kind == FIELD_LINKS;
    *out = STR_NONE;
    VEC_EACH(c, &w->claims) {
        if (c->field == field->id && (!first || c->source < first->source)) first = c;
    }
    if (!first) return *out = field->initial, 0;
    if (!link && !links) return *out = first->text, 0;
    /* The only claim, and made just now: its targets have been looked at. */
    if (first->number == p->j->number && w->claims.count == 1 + count_others(w, first)) return *out = first->text, 0;
    buf_clear(&p->links);
    for (uint32_t done = 0;;) {
        const struct claim *next = NULL;
        VEC_EACH(c, &w->claims) {
            if (c->field == field->id && c->source > done && (!next || c->source < next->source)) next = c;
        }
        if (next && add_links(p, field, next->text)) return -1;
        if (!next || link || next->source == SOURCE_TYPED) break;
        done = next->source;
    }
    if (p->links.n) *out = buf_copy(&p->links, &p->scratch);
    return 0;
}

const struct change_op *work_op_on(const struct fact_work *w, const struct model_field *field, enum change_op_kind kind)
{
    for (const struct change_op *op = w->f->first; op; op = op->next)
        if (op->field->id == field->id && op->kind == kind) return op;
    return NULL;
}

static int check_required(struct applying *p, struct fact_work *w, const struct model_field *field)
{
    if (!field->required || w->new[field->number].p) return 0;
    if (w->old && !w->old[field->number].p) return 0; /* it became required later */
    const struct change_op *unlinked = work_op_on(w, field, OP_UNLINK);
    const struct change_op *any = w->f->first;
    if (!unlinked) return work_refuse(p, w, field, any, ERR_INPUT, "the field must not be empty");
    str name;
    if (work_stored_name(p, unlinked->links[0], &name)) return -1;
    str held = work_brief(name_of(w));
    err_set(p->err, ERR_CONFLICT,
            STR_FORMAT " \"" STR_FORMAT "\" cannot be deleted: " STR_FORMAT " \"" STR_FORMAT "\" needs it",
            STR_ARGS(field->to->name), STR_ARGS(work_brief(name)), STR_ARGS(w->type->name), STR_ARGS(held));
    return err_at(p->err, 0, field->name);
}

int work_winners(struct applying *p, struct fact_work *w, str *out)
{
    for (size_t i = 0; i < w->type->field_count; i++) {
        const struct model_field *field = &w->type->fields[i];
        if (field->kind == FIELD_DERIVED || field->kind == FIELD_OBSERVED) continue;
        if (winner(p, w, field, &out[i])) return -1;
    }
    return 0;
}

int work_compute(struct applying *p, struct fact_work *w)
{
    w->new = arena_array(&p->scratch, w->type->field_count, sizeof *w->new);
    if (work_winners(p, w, w->new)) return -1;
    for (size_t i = 0; i < w->type->field_count; i++)
        if (check_required(p, w, &w->type->fields[i])) return -1;
    return 0;
}
