/* SPDX-License-Identifier: Apache-2.0 */
/* The way back: what was changed after a commit is undone, entry by entry, the newest first. */
#include "store_loading.h"

#include "base_time.h"

struct undo_step {
    enum entry_kind kind;
    str before;
};
struct undoing { /* one fact */
    struct loading *l;
    struct arena a;
    uint64_t at, fact;
    uint32_t type;
    VEC(struct undo_step) steps; /* the newest first */
    VEC(struct field_text) fields;
};

int store_fact_texts(struct store *s, struct arena *a, uint64_t fact, struct present_fact *out, struct err *err)
{
    VEC(struct field_text) now = {0};
    struct field_texts fields;
    sqlite3_stmt *q;
    int rc;
    *out = (struct present_fact){0};
    if (store_bind(s, SQL_FACT_GET, &q, err, "u", fact) || (rc = store_step(s, q, err)) < 0) return -1;
    if (!rc) return 0;
    out->type = (uint32_t)sqlite3_column_int64(q, 0);
    out->version = (uint32_t)sqlite3_column_int64(q, 1);
    rc = field_texts_parse(a, arena_copy(a, store_column(q, 2)), &fields, err);
    sqlite3_reset(q);
    if (rc) return -1;
    for (size_t i = 0; i < fields.count; i++) *vec_add(a, &now) = fields.items[i];
    if (store_bind(s, SQL_LINK_OF, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        uint32_t field = (uint32_t)sqlite3_column_int64(q, 0);
        unsigned long long target = (unsigned long long)sqlite3_column_int64(q, 1);
        struct field_text *last = now.count > fields.count ? &now.items[now.count - 1] : NULL;
        if (last && last->field == field)
            last->text = arena_printf(a, STR_FORMAT " %llu", STR_ARGS(last->text), target);
        else
            *vec_add(a, &now) = (struct field_text){.field = field, .text = arena_printf(a, "%llu", target)};
    }
    out->texts = (struct field_texts){now.items, now.count};
    return rc;
}

static void put_field(struct undoing *u, struct field_text text)
{
    VEC_EACH(f, &u->fields) {
        if (f->field != text.field) continue;
        *f = text;
        return;
    }
    *vec_add(&u->a, &u->fields) = text;
}

static int undo(struct undoing *u, const struct undo_step *step)
{
    struct field_texts before;
    if (!step->before.p || step->kind > ENTRY_DELETED) return 0; /* a proposal beside the fact */
    if (field_texts_parse(&u->a, step->before, &before, u->l->err)) return -1;
    for (size_t i = 0; i < before.count; i++) put_field(u, before.items[i]);
    return 0;
}

static int version_then(struct undoing *u, uint32_t *version)
{
    sqlite3_stmt *q;
    if (store_bind(u->l->s, SQL_ENTRY_VERSION, &q, u->l->err, "uu", u->fact, u->at) ||
        store_step(u->l->s, q, u->l->err) < 0)
        return -1;
    *version = (uint32_t)sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return 0;
}

static int give(struct undoing *u, uint32_t version)
{
    struct loading *l = u->l;
    struct stored_fact fact = {.id = u->fact, .version = version};
    VEC(const struct model_field *) erased = {0};
    if (!loading_begin_fact(l, &fact, u->type)) return 0;
    VEC_EACH(f, &u->fields) {
        const struct model_field *field = version ? model_field_by_id(fact.type, f->field) : NULL;
        if (!field) continue;
        str rest = f->text;
        uint64_t id;
        if (f->erased) {
            *vec_add(&l->a, &erased) = field;
        } else if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS) {
            while (next_link(&rest, &id)) loading_add_link(l, &fact, field->id, id);
        } else if (f->text.p) {
            loading_add_value(l, field, f->text);
        }
    }
    fact.erased = erased.items;
    fact.erased_count = erased.count;
    struct stored_keys keys;
    if (version && fact.type->two_key) {
        if (store_load_keys_at(l->s, &u->a, u->fact, u->at, &keys, l->err)) return -1;
        if (keys.agreed) fact.keys = &keys;
    }
    loading_give_fact(l, &fact);
    return 0;
}

/* From the last time it was deleted, else from what it is now. */
static int undo_fact(struct undoing *u)
{
    size_t first = 0;
    struct present_fact now = {0};
    uint32_t version = 0;
    if (!u->steps.count) return 0;
    if (u->steps.items[u->steps.count - 1].kind == ENTRY_CREATED) return give(u, 0); /* nothing is before it */
    bool whole = false;
    for (size_t i = 0; i < u->steps.count; i++)
        if (u->steps.items[i].kind <= ENTRY_DELETED && u->steps.items[i].kind != ENTRY_CHANGED) first = i, whole = true;
    if (!whole) {
        if (store_fact_texts(u->l->s, &u->a, u->fact, &now, u->l->err)) return -1;
        for (size_t i = 0; i < now.texts.count; i++) *vec_add(&u->a, &u->fields) = now.texts.items[i];
    }
    for (size_t i = first; i < u->steps.count; i++)
        if (undo(u, &u->steps.items[i])) return -1;
    return version_then(u, &version) ? -1 : give(u, version);
}

static int load_facts_back(struct loading *l, uint64_t at)
{
    struct undoing u = {.l = l, .at = at};
    sqlite3_stmt *q;
    int rc = 0, row = 0;
    if (!l->r->fact) return 0;
    arena_init(&u.a, 0);
    if (store_bind(l->s, SQL_ENTRY_AFTER, &q, l->err, "u", at)) rc = -1;
    while (!rc && (row = store_step(l->s, q, l->err)) == 1) {
        uint64_t fact = (uint64_t)sqlite3_column_int64(q, 0);
        str before = store_column(q, 3);
        if (fact != u.fact) {
            rc = undo_fact(&u);
            arena_clear(&u.a);
            u = (struct undoing){.l = l, .a = u.a, .at = at, .fact = fact};
        }
        u.type = (uint32_t)sqlite3_column_int64(q, 2);
        *vec_add(&u.a, &u.steps) = (struct undo_step){.kind = (enum entry_kind)sqlite3_column_int(q, 1),
                                                      .before = before.p ? arena_copy(&u.a, before) : STR_NONE};
    }
    if (!rc && row < 0) rc = -1;
    if (!rc) rc = undo_fact(&u);
    arena_release(&u.a);
    return rc;
}

int store_load_back(struct store *s, uint64_t at, const struct store_reader *r, struct err *err)
{
    struct loading l = {.s = s, .r = r, .err = err, .up_to = at};
    if (store_begin(s, false, err)) return -1;
    arena_init(&l.a, 0);
    int rc = load_facts_back(&l, at) || loading_evidence_since(&l, at) ? -1 : 0;
    arena_release(&l.a);
    store_abandon(s);
    return rc;
}

/* The newest commit before `end`. */
static int commit_before(struct store *s, int64_t end, uint64_t *number, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_JOURNAL_BEFORE, &q, err, "i", end) || store_step(s, q, err) < 0) return -1;
    *number = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return 0;
}

static int commit_time(struct store *s, uint64_t number, int64_t *time, struct err *err)
{
    sqlite3_stmt *q;
    uint64_t head;
    if (store_bind(s, SQL_JOURNAL_GET, &q, err, "u", number)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) {
        if (store_head(s, &head, err)) return -1;
        return err_set(err, ERR_INPUT, "there is no commit #%llu; the newest is #%llu", (unsigned long long)number,
                       (unsigned long long)head);
    }
    *time = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return 0;
}

int store_find_moment(struct store *s, const struct zone *zone, int64_t today, str word, struct store_moment *out,
                      struct err *err)
{
    int64_t number, time;
    *out = (struct store_moment){.of_commit = str_starts(word, STR("#"))};
    if (out->of_commit) {
        if (!str_to_int(str_from(word, 1), &number) || number < 1)
            return err_set(err, ERR_USAGE, "\"" STR_FORMAT "\" is not a commit such as #12", STR_ARGS(word));
        out->number = (uint64_t)number;
        if (commit_time(s, out->number, &time, err)) return -1;
        out->day = zone_day(zone, time);
        return 0;
    }
    if (!civil_parse(word, &out->day))
        return err_set(err, ERR_USAGE,
                       "\"" STR_FORMAT "\" is neither a date such as 2026-11-22 nor a commit such as #12",
                       STR_ARGS(word));
    if (out->day > today) return err_set(err, ERR_USAGE, STR_FORMAT " is still to come", STR_ARGS(word));
    if (commit_before(s, zone_day_begins(zone, out->day + 1), &out->number, err)) return -1;
    if (out->number) return 0;
    return err_set(err, ERR_INPUT, "the workspace was not there yet on " STR_FORMAT, STR_ARGS(word));
}
