/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace goes over to another metamodel: looked at first, then done in one commit. Values of fields and types that
 * go stay stored under their ids, and are there again when those come back. */
#include "store_applying.h"

enum { TROUBLES_KEPT = 200 };

struct migration {
    struct applying p;
    struct arena *a;
    const struct model *old, *new;
    bool writing;
    struct journal_writer nobody; /* while planning: no commit has its number */
    VEC(struct model_trouble) troubles;
    size_t trouble_total;
    /* Of the type at hand: */
    const struct model_type *type, *before; /* before: NULL for a type that is new, or comes back */
    bool rekey;
    struct map keys;
    uint64_t *facts;
    size_t fact_count;
    struct idmap *circles; /* by field: what leads back to itself; where there must be none */
};

/* ---- What does not fit ---- */

static void trouble(struct migration *m, const struct fact_work *w, const struct model_field *field, str value,
                    const char *reason)
{
    if (m->trouble_total++ >= TROUBLES_KEPT) return;
    str name = w->old[m->type->name_field->number];
    *vec_add(m->a, &m->troubles) =
        (struct model_trouble){.type = m->type,
                               .field = field,
                               .id = w->id,
                               .fact = arena_copy(m->a, work_brief(name.p ? name : STR(""))),
                               .value = value.p ? arena_copy(m->a, work_brief(value)) : STR_NONE,
                               .reason = arena_copy(m->a, str_of(reason))};
}

static bool is_link(const struct model_field *f) { return f->kind == FIELD_LINK || f->kind == FIELD_LINKS; }
static bool is_computed(const struct model_field *f) { return f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED; }

static int fit_links(struct migration *m, const struct fact_work *w, const struct model_field *field, str text)
{
    size_t count = 0;
    uint64_t id;
    uint32_t type;
    for (str rest = text; rest.n; count++) {
        if (!next_link(&rest, &id)) return trouble(m, w, field, text, "a value does not become a link"), 0;
        if (applying_type_of(&m->p, id, &type)) return -1;
        if (type && type != field->to->id)
            return trouble(m, w, field, text,
                           arena_printf(m->a, "links to a fact that is no " STR_FORMAT, STR_ARGS(field->to->name)).p),
                   0;
    }
    if (field->kind == FIELD_LINK && count > 1) trouble(m, w, field, text, "has several links and can keep one");
    return 0;
}

/* The claim's text as the field wants it now; what does not convert is told. */
static int fit_claim(struct migration *m, struct fact_work *w, const struct model_field *field,
                     const struct model_field *before, struct claim *c)
{
    struct model_input how = {m->p.s->profile.currency, '.'};
    struct err why;
    str text;
    if (!c->text.p) return 0;
    if (is_computed(field))
        return trouble(m, w, field, c->text,
                       "is computed now, and would be lost; the computed field needs an id of its own"),
               0;
    if (before && is_link(before) != is_link(field))
        return trouble(m, w, field, c->text,
                       is_link(field) ? "a value does not become a link" : "links do not become a value"),
               0;
    if (is_link(field)) return fit_links(m, w, field, c->text);
    if (!model_check_value(field, c->text, &why)) return 0;
    if (model_read_value(&m->p.scratch, field, &how, c->text, &text, &why))
        return trouble(m, w, field, c->text, why.message), 0;
    c->text = text;
    w->claims_changed = true;
    return 0;
}

static bool has_claim(const struct fact_work *w, const struct model_field *field)
{
    for (size_t i = 0; i < w->claims.count; i++)
        if (w->claims.items[i].field == field->id) return true;
    return false;
}

/* A default is in force until somebody says something. Where it changes, what facts have by the old one is written
 * down. */
static int keep_default(struct migration *m, struct fact_work *w, const struct model_field *field,
                        const struct model_field *before)
{
    static const struct origin from = {.kind = ORIGIN_IMPORTED, .source = STR_INIT("earlier default")};
    uint32_t source = UINT32_MAX;
    if (!before || !before->initial.p || same_text(before->initial, field->initial) || has_claim(w, field)) return 0;
    if (m->writing && applying_source(&m->p, &from, &source)) return -1;
    *vec_add(&m->p.scratch, &w->claims) =
        (struct claim){.field = field->id, .source = source, .number = m->p.j->number, .text = before->initial};
    w->claims_changed = true;
    return 0;
}

/* A link that has no circles from now on, or is a tree. */
static int fit_way(struct migration *m, const struct fact_work *w, const struct model_field *field, str value)
{
    int height;
    if (!field->no_circles || !value.p) return 0;
    if (idmap_get(&m->circles[field->number], w->id)) {
        trouble(m, w, field, STR_NONE, arena_printf(m->a, "is %s", model_circle_words(field)).p);
        return 0;
    }
    if (!field->levels) return 0;
    if (tree_height(m->p.s, field, w->id, &height, m->p.err)) return -1;
    if (height > field->levels)
        trouble(m, w, field, STR_NONE, arena_printf(m->a, "the tree has more than %d levels here", field->levels).p);
    return 0;
}

static int fit_fact(struct migration *m, struct fact_work *w)
{
    for (size_t i = 0; i < m->type->field_count; i++) {
        const struct model_field *field = &m->type->fields[i];
        const struct model_field *before = m->before ? model_field_by_id(m->before, field->id) : NULL;
        if (keep_default(m, w, field, before) || fit_way(m, w, field, w->old[i])) return -1;
        VEC_EACH(c, &w->claims) {
            if (c->field == field->id && fit_claim(m, w, field, before, c)) return -1;
        }
    }
    return 0;
}

/* ---- Keys ---- */

static void check_key(struct migration *m, const struct fact_work *w)
{
    bool is_new;
    for (size_t i = 0; i < m->type->key_field_count; i++) {
        const struct model_field *part = m->type->key_fields[i];
        if (!w->new[part->number].p) return trouble(m, w, part, STR_NONE, "is a part of the new key and is empty");
    }
    str key = arena_copy(m->a, work_key(&m->p, m->type, w->new));
    uint64_t *other = map_put(&m->keys, key, &is_new);
    if (is_new)
        *other = w->id;
    else
        trouble(m, w, m->type->key_fields[0], w->new[m->type->key_fields[0]->number],
                arena_printf(m->a, "would have the same key as fact %llu", (unsigned long long)*other).p);
}

/* ---- What is signed ---- */

static bool fits_as_it_is(const struct model_field *field, str value)
{
    struct err why;
    if (is_computed(field)) return false;
    if (!is_link(field)) return !model_check_value(field, value, &why);
    uint64_t id;
    size_t count = 0;
    for (str rest = value; rest.n; count++)
        if (!next_link(&rest, &id)) return false;
    return field->kind == FIELD_LINKS || count < 2;
}

/* Nobody but those who signed it may put another text under what is agreed, or under what waits for their keys. */
static int fit_signed(struct migration *m, struct fact_work *w)
{
    struct field_texts pending = {0};
    if (w->keys.proposal.fields.p && field_texts_parse(&m->p.scratch, w->keys.proposal.fields, &pending, m->p.err))
        return -1;
    for (size_t i = 0; i < m->type->field_count; i++) {
        const struct model_field *field = &m->type->fields[i];
        const struct model_field *before = m->before ? model_field_by_id(m->before, field->id) : NULL;
        bool turned = before && is_link(before) != is_link(field);
        str value = w->old[i];
        if (field->is_signed && value.p && (turned || !fits_as_it_is(field, value)))
            trouble(m, w, field, value,
                    w->keys.agreed ? "both sides have signed it, so it cannot be converted"
                                   : "it is proposed; withdraw that first");
        for (size_t k = 0; k < pending.count; k++)
            if (pending.items[k].field == field->id && pending.items[k].text.p &&
                (turned || !fits_as_it_is(field, pending.items[k].text)))
                trouble(m, w, field, pending.items[k].text, "it is proposed; withdraw that first");
    }
    return 0;
}

/* ---- Facts ---- */

static int write_fact(struct migration *m, struct fact_work *w)
{
    bool differs = false;
    for (size_t i = 0; i < m->type->field_count && !differs; i++)
        differs = !is_computed(&m->type->fields[i]) && !same_text(w->old[i], w->new[i]);
    if (w->claims_changed && work_write_claims(&m->p, w)) return -1;
    if (m->rekey ? work_queue_new_keys(&m->p, w) : differs && work_queue_keys(&m->p, w)) return -1;
    return differs ? work_write(&m->p, w) : 0;
}

static int visit_fact(struct migration *m, uint64_t id)
{
    struct change_fact f = {.id = id, .real_id = id};
    struct fact_work w = {.f = &f, .id = id};
    size_t troubles = m->trouble_total;
    if (work_load(&m->p, &w) || work_load_claims(&m->p, &w) || fit_fact(m, &w)) return -1;
    if (m->type->two_key && work_load_keys(&m->p, &w)) return -1;
    bool keyed = w.keys.agreed || w.keys.proposal.there;
    if (keyed && fit_signed(m, &w)) return -1;
    if (m->trouble_total != troubles) return 0;
    if (work_compute(&m->p, &w)) return -1;
    for (size_t i = 0; i < m->type->field_count; i++)
        if (keyed && m->type->fields[i].is_signed) w.new[i] = w.old[i];
    if (m->writing) return write_fact(m, &w);
    if (m->rekey) check_key(m, &w);
    return 0;
}

static bool same_bounds(const struct model_field *a, const struct model_field *b)
{
    return a->is_bounded == b->is_bounded && a->least == b->least && a->most == b->most;
}

/* May facts of the type have another look than before? */
static bool is_touched(const struct migration *m)
{
    if (!m->before || m->rekey) return true;
    for (size_t i = 0; i < m->type->field_count; i++) {
        const struct model_field *new = &m->type->fields[i], *old = model_field_by_id(m->before, new->id);
        if (!old || old->kind != new->kind || !same_text(old->initial, new->initial) ||
            old->value_count > new->value_count || (new->is_bounded && !same_bounds(old, new)) ||
            (new->levels &&new->levels != old->levels) || (new->no_circles && !old->no_circles) ||
            (old->to && old->to->id != new->to->id))
            return true;
        for (size_t k = 0; k < old->value_count; k++)
            if (!str_eq(old->values[k], new->values[k])) return true;
    }
    return false;
}

static int load_facts(struct migration *m)
{
    VEC(uint64_t) list = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(m->p.s, SQL_FACT_OF_TYPE, &q, m->p.err, "i", (int64_t)m->type->id)) return -1;
    while ((rc = store_step(m->p.s, q, m->p.err)) == 1) *vec_add(m->a, &list) = (uint64_t)sqlite3_column_int64(q, 0);
    m->facts = list.items;
    m->fact_count = list.count;
    return rc;
}

static int find_circles(struct migration *m)
{
    for (size_t i = 0; i < m->type->field_count; i++)
        if (m->type->fields[i].no_circles &&
            store_find_circles(m->p.s, &m->type->fields[i], m->facts, m->fact_count, &m->circles[i], m->p.err))
            return -1;
    return 0;
}

static int visit_type(struct migration *m, const struct model_type *type)
{
    uint32_t old_alias = 0, new_alias = type->alias_field ? type->alias_field->id : 0;
    m->type = type;
    m->before = model_type_by_id(m->old, type->id);
    if (m->before && m->before->alias_field) old_alias = m->before->alias_field->id;
    m->rekey = !m->before || !model_same_keys(m->before, type) || old_alias != new_alias;
    if (!is_touched(m)) return 0;
    if (load_facts(m)) return -1;
    if (m->writing && m->rekey &&
        (store_run(m->p.s, SQL_NAME_DROP_TYPE, m->p.err, "i", (int64_t)type->id) ||
         store_run(m->p.s, SQL_ALIAS_DROP_TYPE, m->p.err, "i", (int64_t)type->id)))
        return -1;
    map_init(&m->keys);
    m->circles = arena_array(m->a, type->field_count, sizeof *m->circles);
    for (size_t i = 0; i < type->field_count; i++) idmap_init(&m->circles[i]);
    int rc = find_circles(m);
    for (size_t i = 0; i < m->fact_count && !rc; i++) {
        rc = visit_fact(m, m->facts[i]);
        arena_clear(&m->p.scratch);
    }
    for (size_t i = 0; i < type->field_count; i++) idmap_release(&m->circles[i]);
    map_release(&m->keys);
    return rc;
}

static int visit_all(struct migration *m)
{
    /* The parts of committing read the store's metamodel. */
    struct store *s = m->p.s;
    const struct model *kept = s->model;
    s->model = m->new;
    int rc = 0;
    for (size_t i = 0; i < m->new->type_count && !rc; i++) rc = visit_type(m, &m->new->types[i]);
    s->model = kept;
    return rc;
}

static void open_migration(struct migration *m, struct store *s, struct arena *a, const struct model *new,
                           struct err *err)
{
    *m = (struct migration){.a = a, .old = s->model, .new = new};
    applying_init(&m->p, s, change_set_new(a, new, STR(""), STR("")), &m->nobody, err);
}

/* ---- Planning ---- */

int store_load_model_text(struct store *s, struct arena *a, struct model_text *built_in, struct model_text *own,
                          struct err *err)
{
    built_in->file = STR("the workspace's metamodel");
    own->file = STR("the workspace's own metamodel");
    return store_setting(s, a, "model", &built_in->yaml, err) || store_setting(s, a, "own model", &own->yaml, err) ? -1
                                                                                                                   : 0;
}

static int plan(struct store *s, struct arena *a, struct model_text built_in, struct model_text own,
                struct model_plan *out, struct err *err)
{
    struct migration m;
    *out = (struct model_plan){.old = s->model};
    if (model_parse_with(a, built_in, own, &out->new, err)) return -1;
    if (out->new->edition < s->model->edition)
        return err_set(
            err, ERR_STORE,
            "the workspace's metamodel is of edition %u, newer than this program's %u; use the newer entente",
            s->model->edition, out->new->edition);
    model_diff(a, s->model, out->new, &out->changes, &out->change_count);
    open_migration(&m, s, a, out->new, err);
    int rc = visit_all(&m);
    applying_release(&m.p);
    out->troubles = m.troubles.items;
    out->trouble_count = m.troubles.count;
    out->trouble_total = m.trouble_total;
    return rc;
}

int store_plan_model(struct store *s, struct arena *a, struct model_text built_in, struct model_text own,
                     struct model_plan *out, struct err *err)
{
    if (store_begin(s, false, err)) return -1;
    int rc = plan(s, a, built_in, own, out, err);
    store_abandon(s);
    return rc;
}

/* ---- Doing it ---- */

static int refuse_troubles(const struct model_plan *p, struct err *err)
{
    const struct model_trouble *t = &p->troubles[0];
    size_t more = p->trouble_total - 1;
    str shown = t->value.p ? t->value : STR("");
    if (more)
        err_set(err, ERR_INPUT,
                "%zu values do not fit the new metamodel, the first of " STR_FORMAT " \"" STR_FORMAT "\": \"" STR_FORMAT
                "\": " STR_FORMAT "; nothing was changed",
                more + 1, STR_ARGS(t->type->name), STR_ARGS(t->fact), STR_ARGS(shown), STR_ARGS(t->reason));
    else
        err_set(err, ERR_INPUT,
                "a value of " STR_FORMAT " \"" STR_FORMAT "\" does not fit the new metamodel: \"" STR_FORMAT
                "\": " STR_FORMAT "; nothing was changed",
                STR_ARGS(t->type->name), STR_ARGS(t->fact), STR_ARGS(shown), STR_ARGS(t->reason));
    return err_at(err, 0, t->field->name);
}

static int put_texts(struct store *s, struct journal_writer *j, const struct model_text *was,
                     struct model_text built_in, struct model_text own, struct err *err)
{
    if (!same_text(was[0].yaml, built_in.yaml) &&
        (store_run(s, SQL_SETTING_PUT, err, "ss", STR("model"), built_in.yaml) ||
         journal_entry(s, j, ENTRY_MODEL, 0, 0, STR_NONE, built_in.yaml, err)))
        return -1;
    if (!same_text(was[1].yaml, own.yaml) && (store_run(s, SQL_SETTING_PUT, err, "ss", STR("own model"), own.yaml) ||
                                              journal_entry(s, j, ENTRY_MODEL, 1, 0, STR_NONE, own.yaml, err)))
        return -1;
    return store_run(s, SQL_SETTING_PUT, err, "su", STR("model number"), j->number);
}

static int migrate_facts(struct store *s, struct arena *a, const struct model *new, struct journal_writer *j,
                         struct commit_result *result, struct err *err)
{
    struct migration m;
    open_migration(&m, s, a, new, err);
    m.writing = true;
    m.p.j = j;
    int rc = applying_load_sources(&m.p) || visit_all(&m) || applying_write_keys(&m.p) ||
                     applying_write_links_to(&m.p) || store_rows_end(s, err)
                 ? -1
                 : 0;
    MUST(rc || !m.trouble_total); /* the plan has seen the same facts */
    applying_release(&m.p);
    result->changed_count = m.p.changed;
    return rc;
}

static int change(struct store *s, struct arena *a, const struct model_text *was, struct model_text built_in,
                  struct model_text own, struct journal_writer *j, struct model_plan *p, struct commit_result *result,
                  struct err *err)
{
    if (plan(s, a, built_in, own, p, err)) return -1;
    if (p->trouble_total) return refuse_troubles(p, err);
    if (migrate_facts(s, a, p->new, j, result, err) || store_drop_views(s, p->old, err) ||
        store_make_views(s, p->new, err))
        return -1;
    return put_texts(s, j, was, built_in, own, err) || journal_end(s, j, err) ? -1 : 0;
}

int store_change_model(struct store *s, struct arena *a, struct model_text built_in, struct model_text own, str actor,
                       str reason, int64_t now, struct model_plan *out, struct commit_result *result, struct err *err)
{
    struct journal_writer j;
    struct model_text was[2];
    *result = (struct commit_result){0};
    if (store_begin(s, true, err)) return -1;
    bool same = false;
    int rc = store_load_model_text(s, a, &was[0], &was[1], err);
    if (!rc) same = same_text(was[0].yaml, built_in.yaml) && same_text(was[1].yaml, own.yaml);
    if (!rc && same) rc = plan(s, a, built_in, own, out, err);
    if (!rc && !same)
        rc = journal_begin(s, &j, actor, reason, now, err) || change(s, a, was, built_in, own, &j, out, result, err)
                 ? -1
                 : 0;
    if (rc || same) return store_abandon(s), rc;
    result->number = j.number;
    return store_end(s, err);
}
