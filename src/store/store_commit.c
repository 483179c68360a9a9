/* SPDX-License-Identifier: Apache-2.0 */
/* The one door: a change set's claims are laid over those that are there, the winners computed, checked and written. */
#include "store_applying.h"

#include "base_time.h"
#include "base_utf8.h"

/* ---- Types and ids ---- */

/* 0 when there is no such fact, or none any more once this set is done. */
int applying_type_of(struct applying *p, uint64_t id, uint32_t *type)
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
        if (applying_type_of(p, f->wanted_id, &taken)) return -1;
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
        if (applying_type_of(p, h->fact, &type_id)) return -1;
        const struct model_type *type = model_type_by_id(p->s->model, type_id);
        const struct model_field *field = type ? model_field_by_id(type, h->field) : NULL;
        /* Its values stay stored, and what they link to with them. */
        if (!field)
            return err_set(p->err, ERR_CONFLICT,
                           "fact %llu cannot be deleted: fact %llu links to it by field %u, which the metamodel no"
                           " longer has; bring the field back, and empty it",
                           (unsigned long long)id, (unsigned long long)h->fact, h->field);
        uint64_t *target = arena_alloc(p->c->a, sizeof *target);
        *target = id;
        change_op_add(p->c, f, (struct change_op){.kind = OP_UNLINK, .field = field, .links = target, .link_count = 1});
    }
    return 0;
}

/* What is agreed goes when both keys are on that. */
static int check_deletion(struct applying *p, struct change_fact *f, uint32_t type_id)
{
    struct fact_keys keys;
    const struct model_type *type = model_type_by_id(p->s->model, type_id);
    if (!type || !type->two_key || f->in_force) return 0;
    if (keys_read(p->s, p->c->a, f->id, &keys, p->err)) return -1;
    if (!keys.agreed) return 0;
    f->proposes_to_delete = true;
    f->deleted = false;
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
        if (applying_type_of(p, f->id, &type)) return -1;
        if (!type) return gone(p, f);
        if (f->deleted && check_deletion(p, f, type)) return -1;
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

/* ---- One fact after the other ---- */

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
    str name = work_brief(w->old[w->type->name_field->number]);
    return err_set(p->err, ERR_CONFLICT,
                   STR_FORMAT " \"" STR_FORMAT "\" was changed by " STR_FORMAT " on " STR_FORMAT
                              " (version %u, not %u); look at it again before you change it",
                   STR_ARGS(w->type->name), STR_ARGS(name), STR_ARGS(actor), STR_ARGS(when), w->version,
                   w->f->expected);
}

static bool work_differs(const struct fact_work *w)
{
    for (size_t i = 0; i < w->type->field_count; i++)
        if (!same_text(w->old[i], w->new[i])) return true;
    return false;
}

/* Both keys are on the proposal: that, and not what the claims say by now, is the fact. */
static int change_text(struct applying *p, struct fact_work *w)
{
    if (keys_overlay(&p->scratch, w->type, w->old, &w->keys.proposal, &w->new, p->err)) return -1;
    /* What goes with the same keys may be named by what stays. */
    for (const struct change_op *op = w->f->first; op; op = op->next) {
        str rest = op->kind == OP_UNLINK ? w->new[op->field->number] : STR_NONE;
        for (uint64_t id; next_link(&rest, &id);)
            if (id == op->links[0])
                return work_refuse(p, w, op->field, NULL, ERR_CONFLICT,
                                   "names what would be deleted; take it out of the text first");
    }
    if (!work_differs(w)) return 0;
    return work_queue_keys(p, w) || work_write(p, w) ? -1 : 0;
}

/* The signed part stays as it is in force, and what would become of it is the proposal. */
static int change_agreed(struct applying *p, struct fact_work *w)
{
    bool changed;
    w->won = arena_array(&p->scratch, w->type->field_count, sizeof *w->won);
    if (work_winners(p, w, w->won) || work_apply(p, w)) return -1;
    if (!w->claims_changed && !w->f->proposes_to_delete) return 0;
    if (work_compute(p, w) || work_divert(p, w)) return -1;
    bool differs = work_differs(w);
    if (w->claims_changed && work_write_claims(p, w)) return -1;
    if (differs && (work_queue_keys(p, w) || work_write(p, w))) return -1;
    if (work_write_proposal(p, w, &changed)) return -1;
    if (changed) work_touch_whole(p, w, w->old, w->old);
    return differs || changed || !w->claims_changed ? 0 : work_write_claimed(p, w);
}

static int change_one(struct applying *p, const struct change_fact *f)
{
    struct fact_work w = {.f = f, .id = f->real_id};
    if (f->created && f->deleted) return 0;
    if (f->created) {
        w.type = model_type_by_id(p->s->model, f->type->id);
        if (!w.type || !str_eq(w.type->name, f->type->name))
            return err_set(p->err, ERR_INPUT, "the workspace has no type \"" STR_FORMAT "\"", STR_ARGS(f->type->name));
    } else if (work_load(p, &w) || check_version(p, &w))
        return -1;
    bool keyed = w.type->two_key && !f->created;
    if (keyed && work_load_keys(p, &w)) return -1;
    if (f->deleted) {
        if (!f->in_force) work_touch_whole(p, &w, w.old, NULL);
        return (keyed && work_drop_keys(p, &w)) || work_delete(p, &w) ? -1 : 0;
    }
    if (f->in_force) return change_text(p, &w);
    if (!f->created && work_load_claims(p, &w)) return -1;
    if (keyed && w.keys.agreed) return change_agreed(p, &w);
    if (work_apply(p, &w)) return -1;
    if (!f->created && !w.claims_changed) return 0;
    if (work_compute(p, &w) || work_write_claims(p, &w)) return -1;
    if (!f->created && !work_differs(&w)) return work_write_claimed(p, &w);
    bool changed;
    if (work_queue_keys(p, &w) || work_write(p, &w)) return -1;
    if (f->created || (keyed && work_text_differs(&w))) work_touch_whole(p, &w, w.old, w.new);
    return keyed ? work_write_proposal(p, &w, &changed) : 0;
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
    return applying_write_keys(p) || applying_write_links_to(p) || store_rows_end(p->s, p->err) ||
                   applying_check_ways(p)
               ? -1
               : 0;
}

void applying_init(struct applying *p, struct store *s, struct change_set *c, struct journal_writer *j, struct err *err)
{
    enum { ROW_CAP = 1 << 28 };
    *p = (struct applying){.s = s, .c = c, .j = j, .err = err};
    arena_init(&p->scratch, 0);
    idmap_init(&p->types);
    idmap_init(&p->known);
    buf_init(&p->fields, ROW_CAP);
    buf_init(&p->before, ROW_CAP);
    buf_init(&p->after, ROW_CAP);
    buf_init(&p->claim, ROW_CAP);
    buf_init(&p->links, ROW_CAP);
}

void applying_release(struct applying *p)
{
    buf_release(&p->fields);
    buf_release(&p->before);
    buf_release(&p->after);
    buf_release(&p->claim);
    buf_release(&p->links);
    idmap_release(&p->types);
    idmap_release(&p->known);
    arena_release(&p->scratch);
}

int store_apply(struct store *s, struct change_set *c, struct journal_writer *j, struct commit_result *result,
                struct err *err)
{
    struct applying p;
    applying_init(&p, s, c, j, err);
    int rc = place_all(&p) || applying_load_sources(&p) || change_all(&p) || applying_settle_wholes(&p) ? -1 : 0;
    applying_release(&p);
    if (rc) return -1;
    uint64_t *made = arena_array(c->a, c->made.count + 1, sizeof *made);
    for (size_t i = 0; i < c->made.count; i++) made[i] = c->made.items[i]->real_id;
    *result = (struct commit_result){j->number, made, c->made.count, p.changed, p.proposed};
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
    if (store_note_answer(s, c->key, j.number, now, err) || journal_end(s, &j, err)) {
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
                     STR_ARGS(work_brief(name)), STR_ARGS(type->plural), STR_ARGS(others));
    if (!rc && !found)
        rc = err_set(err, ERR_ABSENT, "there is no " STR_FORMAT " called \"" STR_FORMAT "\"", STR_ARGS(type->name),
                     STR_ARGS(work_brief(name)));
    arena_release(&a);
    return rc;
}
