/* SPDX-License-Identifier: Apache-2.0 */
/* The one door: a change set's claims are laid over those that are there, the winners computed, checked and written. */
#include "store_inside.h"

#include "base_map.h"
#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

struct claim {
    uint32_t field; /* id; perhaps one that the metamodel no longer has */
    uint32_t source;
    uint64_t number;
    str file;
    uint32_t line;
    str text; /* STR_NONE: typed as empty */
    bool written;
};
struct source {
    uint32_t id;
    enum origin_kind kind;
    str name;
};
struct new_key {
    const struct model_type *type;
    uint64_t fact;
    int rank;
    str folded, name;
    struct origin from;
};

struct applying {
    struct store *s;
    struct change_set *c;
    struct journal_writer *j;
    struct err *err;
    struct arena scratch; /* of the fact at hand */
    struct idmap types;   /* fact to type id; 0: there is none */
    VEC(struct source) sources;
    VEC(struct new_key) keys;
    struct buf fields, before, after, claim, links;
    uint64_t changed;
};

/* One fact on its way. Values by the type's field numbers; links as ids with blanks between. */
struct fact_work {
    const struct change_fact *f;
    const struct model_type *type;
    uint64_t id;
    uint32_t version;
    str *old, *new;
    VEC(struct claim) claims;
    VEC(struct field_text) strange; /* values of fields that the metamodel no longer has */
    bool claims_changed;
};

/* ---- Messages ---- */

static str name_of(const struct fact_work *w)
{
    const struct model_field *name = w->type->name_field;
    for (const struct change_op *o = w->f->first; o; o = o->next)
        if (o->kind == OP_VALUE && o->field->id == name->id && o->value.p) return o->value;
    return w->old && w->old[name->number].p ? w->old[name->number] : STR("");
}

static str brief(str s) { return utf8_count(s) <= 80 ? s : str_slice(s, 0, utf8_offset(s, 80)); }

/* `application "Mailchimp": what`, at the place from which the value came. */
static int refuse(struct applying *p, const struct fact_work *w, const struct model_field *field,
                  const struct change_op *op, enum err_code code, const char *what)
{
    str name = brief(name_of(w));
    err_set(p->err, code, STR_FORMAT " \"" STR_FORMAT "\": %s%s", STR_ARGS(w->type->name), STR_ARGS(name), what,
            name.n ? "" : " (it has no name)");
    if (op && op->from.file.p) err_in(p->err, op->from.file);
    return err_at(p->err, op ? op->from.line : 0, field ? field->name : STR_NONE);
}

static int stored_name(struct applying *p, uint64_t id, str *name);

/* ---- Types and ids ---- */

/* 0 when there is no such fact, or none any more once this set is done. */
static int type_of(struct applying *p, uint64_t id, uint32_t *type)
{
    sqlite3_stmt *q;
    uint64_t *known = idmap_get(&p->types, id);
    if (known) return *type = (uint32_t)*known, 0;
    if (store_bind(p->s, SQL_FACT_TYPE, &q, p->err, "u", id)) return -1;
    int rc = store_step(p->s, q, p->err);
    if (rc < 0) return -1;
    *type = rc ? (uint32_t)sqlite3_column_int64(q, 0) : 0;
    if (rc) sqlite3_reset(q);
    *idmap_put(&p->types, id, NULL) = *type;
    return 0;
}

static int place_created(struct applying *p, struct change_fact *f, uint64_t *next)
{
    uint32_t taken = 0;
    if (f->wanted_id) {
        if (f->wanted_id > FACT_ID_MAX)
            return err_set(p->err, ERR_INPUT, "%llu cannot be a fact's id", (unsigned long long)f->wanted_id);
        if (type_of(p, f->wanted_id, &taken)) return -1;
        if (taken)
            return err_set(p->err, ERR_CONFLICT, "there is already a fact with id %llu",
                           (unsigned long long)f->wanted_id);
        f->real_id = f->wanted_id;
    } else {
        /* Ids chosen by the caller may stand in the way. */
        uint64_t *in_the_way;
        while ((in_the_way = idmap_get(&p->types, *next)) && *in_the_way) ++*next;
        f->real_id = *next;
    }
    if (f->real_id >= *next) *next = f->real_id + 1;
    *idmap_put(&p->types, f->real_id, NULL) = f->deleted ? 0 : f->type->id;
    return 0;
}

static int gone(struct applying *p, const struct change_fact *f)
{
    sqlite3_stmt *q;
    int rc;
    if (store_bind(p->s, SQL_ENTRY_LAST, &q, p->err, "u", f->id) || (rc = store_step(p->s, q, p->err)) < 0) return -1;
    if (!rc) return err_set(p->err, ERR_ABSENT, "there is no fact %llu", (unsigned long long)f->id);
    str actor = arena_copy(p->c->a, store_column(q, 0));
    str when = time_emit_utc(p->c->a, sqlite3_column_int64(q, 1));
    sqlite3_reset(q);
    return err_set(p->err, f->expects ? ERR_CONFLICT : ERR_ABSENT,
                   "fact %llu was deleted by " STR_FORMAT " on " STR_FORMAT, (unsigned long long)f->id, STR_ARGS(actor),
                   STR_ARGS(when));
}

/* Who links to what goes loses the link. */
static int unlink_holders(struct applying *p, uint64_t id)
{
    struct holder {
        uint64_t fact;
        uint32_t field;
    };
    VEC(struct holder) holders = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(p->s, SQL_LINK_TO, &q, p->err, "u", id)) return -1;
    while ((rc = store_step(p->s, q, p->err)) == 1)
        *vec_add(p->c->a, &holders) =
            (struct holder){(uint64_t)sqlite3_column_int64(q, 0), (uint32_t)sqlite3_column_int64(q, 1)};
    if (rc < 0) return -1;
    VEC_EACH(h, &holders) {
        uint32_t type_id;
        struct change_fact *f = change_fact(p->c, h->fact);
        if (f->deleted) continue;
        if (type_of(p, h->fact, &type_id)) return -1;
        const struct model_type *type = model_type_by_id(p->s->model, type_id);
        const struct model_field *field = type ? model_field_by_id(type, h->field) : NULL;
        if (!field)
            return err_set(p->err, ERR_STORE, "a link of fact %llu is unknown to the metamodel",
                           (unsigned long long)h->fact);
        uint64_t *target = arena_alloc(p->c->a, sizeof *target);
        *target = id;
        change_op_add(p->c, f, (struct change_op){.kind = OP_UNLINK, .field = field, .links = target, .link_count = 1});
    }
    return 0;
}

static int place_all(struct applying *p)
{
    sqlite3_stmt *q;
    int rc;
    if (store_bind(p->s, SQL_SETTING_GET, &q, p->err, "s", STR("next fact")) || (rc = store_step(p->s, q, p->err)) < 0)
        return -1;
    if (!rc) return err_set(p->err, ERR_STORE, "the workspace is damaged: its next id is missing");
    uint64_t first = (uint64_t)sqlite3_column_int64(q, 0), next = first;
    sqlite3_reset(q);
    size_t named = p->c->facts.count;
    /* Before new facts get ids that somebody may have guessed. */
    for (size_t i = 0; i < named; i++) {
        struct change_fact *f = p->c->facts.items[i];
        uint32_t type;
        if (f->created) continue;
        if (type_of(p, f->id, &type)) return -1;
        if (!type) return gone(p, f);
    }
    /* Chosen ids first, so that the others go around them. */
    VEC_EACH(f, &p->c->made) {
        uint64_t ignored = 0;
        if ((*f)->wanted_id && place_created(p, *f, &ignored)) return -1;
    }
    VEC_EACH(f, &p->c->made) {
        if (!(*f)->wanted_id && place_created(p, *f, &next)) return -1;
        if ((*f)->real_id >= next) next = (*f)->real_id + 1;
    }
    for (size_t i = 0; i < named; i++) {
        struct change_fact *f = p->c->facts.items[i];
        if (!f->deleted || f->created) continue;
        if (unlink_holders(p, f->id)) return -1;
    }
    for (size_t i = 0; i < named; i++)
        if (p->c->facts.items[i]->deleted) *idmap_put(&p->types, p->c->facts.items[i]->real_id, NULL) = 0;
    return next == first ? 0 : store_run(p->s, SQL_SETTING_PUT, p->err, "su", STR("next fact"), next);
}

/* ---- Sources ---- */

static int load_sources(struct applying *p)
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

static int source_id(struct applying *p, const struct origin *from, uint32_t *id)
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

static int load_old(struct applying *p, struct fact_work *w)
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

static int load_old_claims(struct applying *p, struct fact_work *w)
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

/* ---- Laying the changes over it ---- */

static bool same_text(str a, str b) { return (a.p != NULL) == (b.p != NULL) && str_eq(a, b); }

static int set_claim(struct applying *p, struct fact_work *w, const struct model_field *field,
                     const struct change_op *op, str text)
{
    uint32_t source;
    if (source_id(p, &op->from, &source)) return -1;
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

static int apply_value(struct applying *p, struct fact_work *w, const struct model_field *field,
                       const struct change_op *op)
{
    struct err inner;
    str text = op->value;
    if (text.p && model_check_value(field, text, &inner)) return refuse(p, w, field, op, inner.code, inner.message);
    bool plain = field->kind != FIELD_TEXT && field->kind != FIELD_LONG_TEXT;
    for (size_t i = 0; !plain && i <= text.n; i++) {
        if (i == text.n)
            plain = true;
        else if ((unsigned char)text.p[i] >= 0x80)
            break;
    }
    if (!plain) text = utf8_nfc(&p->scratch, text);
    return set_claim(p, w, field, op, text);
}

static int check_target(struct applying *p, struct fact_work *w, const struct model_field *field,
                        const struct change_op *op, uint64_t id)
{
    uint32_t type_id;
    struct arena *a = &p->scratch;
    if (type_of(p, id, &type_id)) return -1;
    if (type_id == field->to->id) return 0;
    const struct model_type *type = type_id ? model_type_by_id(p->s->model, type_id) : NULL;
    str what = !type_id ? arena_printf(a, "links to fact %llu, which is not there", (unsigned long long)id)
                        : arena_printf(a, "links to fact %llu, a " STR_FORMAT "; a " STR_FORMAT " is expected",
                                       (unsigned long long)id, STR_ARGS(type ? type->name : STR("stranger")),
                                       STR_ARGS(field->to->name));
    return refuse(p, w, field, op, ERR_INPUT, what.p);
}

static int apply_links(struct applying *p, struct fact_work *w, const struct model_field *field,
                       const struct change_op *op)
{
    struct buf *text = &p->links;
    if (field->kind == FIELD_LINK && op->link_count > 1)
        return refuse(p, w, field, op, ERR_INPUT, "holds one link, not several");
    buf_clear(text);
    for (size_t i = 0; i < op->link_count; i++) {
        if (op->links[i] > FACT_ID_MADE + p->c->made.count)
            return refuse(p, w, field, op, ERR_INPUT, "links to nothing");
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

static int apply_ops(struct applying *p, struct fact_work *w)
{
    for (const struct change_op *op = w->f->first; op; op = op->next) {
        const struct model_field *field = model_field_by_id(w->type, op->field->id);
        if (!field || !str_eq(field->name, op->field->name))
            return refuse(p, w, op->field, op, ERR_INPUT, "the type has no such field");
        bool links = field->kind == FIELD_LINK || field->kind == FIELD_LINKS;
        switch (op->kind) {
        case OP_UNLINK: apply_unlink(p, w, op); break;
        case OP_LINKS:
            if (!links) return refuse(p, w, field, op, ERR_INPUT, "the field holds a value, not links");
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
        if (type_of(p, id, &type)) return -1;
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

static const struct change_op *op_on(const struct fact_work *w, const struct model_field *field,
                                     enum change_op_kind kind)
{
    for (const struct change_op *op = w->f->first; op; op = op->next)
        if (op->field->id == field->id && op->kind == kind) return op;
    return NULL;
}

static int check_required(struct applying *p, struct fact_work *w, const struct model_field *field)
{
    if (!field->required || w->new[field->number].p) return 0;
    if (w->old && !w->old[field->number].p) return 0; /* it became required later */
    const struct change_op *unlinked = op_on(w, field, OP_UNLINK);
    const struct change_op *any = w->f->first;
    if (!unlinked) return refuse(p, w, field, any, ERR_INPUT, "the field must not be empty");
    str name;
    if (stored_name(p, unlinked->links[0], &name)) return -1;
    str held = brief(name_of(w));
    err_set(p->err, ERR_CONFLICT,
            STR_FORMAT " \"" STR_FORMAT "\" cannot be deleted: " STR_FORMAT " \"" STR_FORMAT "\" needs it",
            STR_ARGS(field->to->name), STR_ARGS(brief(name)), STR_ARGS(w->type->name), STR_ARGS(held));
    return err_at(p->err, 0, field->name);
}

static int compute(struct applying *p, struct fact_work *w)
{
    w->new = arena_array(&p->scratch, w->type->field_count, sizeof *w->new);
    for (size_t i = 0; i < w->type->field_count; i++) {
        const struct model_field *field = &w->type->fields[i];
        if (field->kind == FIELD_DERIVED || field->kind == FIELD_OBSERVED) continue;
        if (winner(p, w, field, &w->new[i]) || check_required(p, w, field)) return -1;
    }
    return 0;
}

/* ---- Keys ---- */

static str folded_key(struct applying *p, const struct model_type *type, const str *values)
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
    str key = folded_key(p, w->type, values);
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
        const struct change_op *op = op_on(w, w->type->name_field, OP_VALUE);
        str name = w->new[w->type->name_field->number];
        if (!op) op = w->f->first;
        if (op) key.from = op->from;
        key.name = name.p ? arena_copy(p->c->a, brief(name)) : STR("");
    }
    *vec_add(p->c->a, &p->keys) = key;
    return 0;
}

static int queue_keys(struct applying *p, const struct fact_work *w)
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
static int write_keys(struct applying *p)
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

static int write_claims(struct applying *p, struct fact_work *w)
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

static int write_links(struct applying *p, const struct fact_work *w, const struct model_field *field)
{
    str rest = w->new[field->number];
    uint64_t id;
    if (w->old && w->old[field->number].p && store_run(p->s, SQL_LINK_DROP, p->err, "ui", w->id, (int64_t)field->id))
        return -1;
    for (int64_t ord = 0; next_link(&rest, &id); ord++)
        if (store_rows_add(p->s, ROWS_LINK, p->err, w->id, (int64_t)field->id, ord, id)) return -1;
    return 0;
}

/* The fact's row, its links and its entry. */
static int write_fact(struct applying *p, const struct fact_work *w)
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
                         created ? STR_NONE : buf_get(&p->before), buf_get(&p->after), p->err);
}

/* What sources say now and nobody sees: still an entry, so that others learn of it. */
static int write_claimed(struct applying *p, const struct fact_work *w)
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

static int check_version(struct applying *p, const struct fact_work *w)
{
    sqlite3_stmt *q;
    int rc;
    if (!w->f->expects || w->f->expected == w->version) return 0;
    if (store_bind(p->s, SQL_ENTRY_LAST, &q, p->err, "u", w->id) || (rc = store_step(p->s, q, p->err)) < 0) return -1;
    str actor = STR("somebody"), when = STR("meanwhile");
    if (rc) {
        actor = arena_copy(p->c->a, store_column(q, 0));
        when = time_emit_utc(p->c->a, sqlite3_column_int64(q, 1));
        sqlite3_reset(q);
    }
    str name = brief(w->old[w->type->name_field->number]);
    return err_set(p->err, ERR_CONFLICT,
                   STR_FORMAT " \"" STR_FORMAT "\" was changed by " STR_FORMAT " on " STR_FORMAT
                              " (version %u, not %u); look at it again before you change it",
                   STR_ARGS(w->type->name), STR_ARGS(name), STR_ARGS(actor), STR_ARGS(when), w->version,
                   w->f->expected);
}

static int delete_fact(struct applying *p, struct fact_work *w)
{
    str name = w->old[w->type->name_field->number];
    buf_clear(&p->before);
    field_texts_open(&p->before);
    for (size_t i = 0; i < w->type->field_count; i++)
        if (w->old[i].p) field_texts_put(&p->before, w->type->fields[i].id, w->old[i]);
    field_texts_close(&p->before);
    p->changed++;
    if (buf_check(&p->before, p->err) || store_run(p->s, SQL_LINK_DROP_ALL, p->err, "u", w->id) ||
        store_run(p->s, SQL_CLAIM_DROP, p->err, "u", w->id) || each_key(p, w, w->old, drop_key) ||
        store_run(p->s, SQL_SUBJECT_ORPHAN, p->err, "us", w->id, name.p ? name : STR("")) ||
        store_run(p->s, SQL_FACT_DROP, p->err, "u", w->id))
        return -1;
    return journal_entry(p->s, p->j, ENTRY_DELETED, w->type->id, w->id, buf_get(&p->before), STR_NONE, p->err);
}

static int change_one(struct applying *p, const struct change_fact *f)
{
    struct fact_work w = {.f = f, .id = f->real_id};
    if (f->created && f->deleted) return 0;
    if (f->created) {
        w.type = model_type_by_id(p->s->model, f->type->id);
        if (!w.type || !str_eq(w.type->name, f->type->name))
            return err_set(p->err, ERR_INPUT, "the workspace has no type \"" STR_FORMAT "\"", STR_ARGS(f->type->name));
    } else if (load_old(p, &w) || check_version(p, &w))
        return -1;
    if (f->deleted) return delete_fact(p, &w);
    if ((!f->created && load_old_claims(p, &w)) || apply_ops(p, &w)) return -1;
    if (!f->created && !w.claims_changed) return 0;
    if (compute(p, &w)) return -1;
    bool differs = f->created;
    for (size_t i = 0; i < w.type->field_count && !differs; i++) differs = !same_text(w.old[i], w.new[i]);
    if (write_claims(p, &w)) return -1;
    return differs ? queue_keys(p, &w) || write_fact(p, &w) ? -1 : 0 : write_claimed(p, &w);
}

static int stored_name(struct applying *p, uint64_t id, str *name)
{
    struct fact_work w = {.id = id};
    *name = STR("");
    if (load_old(p, &w)) return -1;
    str found = w.old[w.type->name_field->number];
    if (found.p) *name = arena_copy(p->c->a, found);
    return 0;
}

/* Deletions come last, so that a refusal can still name what would go. */
static int change_all(struct applying *p)
{
    for (int deleting = 0; deleting < 2; deleting++)
        for (size_t i = 0; i < p->c->facts.count; i++) {
            const struct change_fact *f = p->c->facts.items[i];
            if (f->deleted != deleting) continue;
            if (change_one(p, f)) return -1;
            arena_clear(&p->scratch);
        }
    return write_keys(p) || store_rows_end(p->s, p->err) ? -1 : 0;
}

int store_apply(struct store *s, struct change_set *c, struct journal_writer *j, struct commit_result *result,
                struct err *err)
{
    struct applying p = {.s = s, .c = c, .j = j, .err = err};
    enum { ROW_CAP = 1 << 28 };
    arena_init(&p.scratch, 0);
    idmap_init(&p.types);
    buf_init(&p.fields, ROW_CAP);
    buf_init(&p.before, ROW_CAP);
    buf_init(&p.after, ROW_CAP);
    buf_init(&p.claim, ROW_CAP);
    buf_init(&p.links, ROW_CAP);
    int rc = place_all(&p) || load_sources(&p) || change_all(&p) ? -1 : 0;
    buf_release(&p.fields);
    buf_release(&p.before);
    buf_release(&p.after);
    buf_release(&p.claim);
    buf_release(&p.links);
    idmap_release(&p.types);
    arena_release(&p.scratch);
    if (rc) return -1;
    uint64_t *made = arena_array(c->a, c->made.count + 1, sizeof *made);
    for (size_t i = 0; i < c->made.count; i++) made[i] = c->made.items[i]->real_id;
    *result = (struct commit_result){j->number, made, c->made.count, p.changed};
    return 0;
}

int store_commit(struct store *s, struct change_set *c, int64_t now, struct commit_result *result, struct err *err)
{
    struct journal_writer j;
    *result = (struct commit_result){0};
    if (store_begin(s, true, err)) return -1;
    if (journal_begin(s, &j, c->actor, c->reason, now, err) || store_apply(s, c, &j, result, err)) {
        store_abandon(s);
        return -1;
    }
    if (!j.entries) {
        store_abandon(s);
        result->number = 0;
        return 0;
    }
    if (journal_end(s, &j, err)) {
        store_abandon(s);
        return -1;
    }
    return store_end(s, err);
}

int store_find_by_key(struct store *s, const struct model_type *type, str name, uint64_t *id, struct err *err)
{
    struct arena a;
    sqlite3_stmt *q;
    int rc = 0, found = 0;
    *id = 0;
    arena_init(&a, 0);
    str folded = utf8_fold(&a, name), others = STR("");
    static const enum store_sql ways[] = {SQL_NAME_FIND, SQL_ALIAS_FIND};
    for (size_t i = 0; i < ARRAY_COUNT(ways) && !found && !rc; i++) {
        rc = store_bind(s, ways[i], &q, err, "is", (int64_t)type->id, folded);
        while (!rc && (rc = store_step(s, q, err)) == 1) {
            rc = 0;
            uint64_t fact = (uint64_t)sqlite3_column_int64(q, 0);
            others =
                arena_printf(&a, STR_FORMAT "%s%llu", STR_ARGS(others), found ? ", " : "", (unsigned long long)fact);
            if (!found++) *id = fact;
            if (found > 20) break;
        }
    }
    sqlite3_reset(s->statements[SQL_ALIAS_FIND]);
    if (!rc && found > 1)
        rc = err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" could be any of the " STR_FORMAT " " STR_FORMAT,
                     STR_ARGS(brief(name)), STR_ARGS(type->plural), STR_ARGS(others));
    if (!rc && !found)
        rc = err_set(err, ERR_ABSENT, "there is no " STR_FORMAT " called \"" STR_FORMAT "\"", STR_ARGS(type->name),
                     STR_ARGS(brief(name)));
    arena_release(&a);
    return rc;
}
