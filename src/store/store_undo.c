/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a commit back: its entries turned round, where nothing stands on them yet. */
#include "store_inside.h"

#include "base_json.h"

#include <string.h>

struct undoing {
    struct store *s;
    struct change_set *c;
    struct err *err;
    uint64_t number;
    const struct undo_viewer *viewer;
    VEC(struct undo_obstacle) obstacles;
};
struct undone { /* one entry of the commit */
    enum entry_kind kind;
    uint64_t fact;
    const struct model_type *type;
    bool erased;
    struct field_texts before, after;
};

/* ---- Reading ---- */

static const char *kind_of_work(enum entry_kind kind)
{
    switch (kind) {
    case ENTRY_CREATED:
    case ENTRY_CHANGED:
    case ENTRY_DELETED:
    case ENTRY_CLAIMED: return NULL;
    case ENTRY_EVIDENCE:
    case ENTRY_LOAD: return "it read evidence";
    case ENTRY_USER: return "it changed an account";
    case ENTRY_MODEL: return "it changed the metamodel";
    case ENTRY_DRAFTED:
    case ENTRY_PROPOSED:
    case ENTRY_REFUSED:
    case ENTRY_WITHDRAWN:
    case ENTRY_SIGNED:
    case ENTRY_AGREED: return "it is about what both sides sign";
    case ENTRY_COMMENT: return "it is about a comment";
    case ENTRY_VIEW: return "it is about a saved view";
    case ENTRY_ATTACHMENT: return "it is about an attachment";
    case ENTRY_HOOK: return "it is about outgoing events";
    case ENTRY_ERASED: return "what was erased is gone";
    }
    return "it did more than change facts";
}

static str proposed_fields(struct arena *a, str proposal, bool *deletes)
{
    const struct json *top;
    struct err ignored;
    *deletes = false;
    if (!proposal.p || json_parse(a, proposal, &top, &ignored)) return STR("{}");
    const struct json *goes = json_get(top, STR("deletes")), *fields = json_get(top, STR("fields"));
    struct buf b;
    struct json_writer w;
    *deletes = goes && goes->kind == JSON_TRUE;
    if (!fields || fields->kind != JSON_OBJECT) return STR("{}");
    buf_init(&b, 1 << 28);
    json_init(&w, &b, 0);
    json_emit(&w, fields);
    str text = buf_copy(&b, a);
    buf_release(&b);
    return text;
}

/* A whole that became a draft since a part changed: with the part's change goes its reason. */
static bool came_with_a_part(struct arena *a, sqlite3_stmt *q)
{
    bool before, after;
    if (sqlite3_column_int(q, 0) != ENTRY_DRAFTED || sqlite3_column_int(q, 3)) return false;
    str was = proposed_fields(a, arena_copy(a, store_column(q, 4)), &before);
    str is = proposed_fields(a, arena_copy(a, store_column(q, 5)), &after);
    return before == after && str_eq(was, is);
}

static int read_entry(struct undoing *u, sqlite3_stmt *q, struct undone *out)
{
    struct arena *a = u->c->a;
    *out = (struct undone){.kind = (enum entry_kind)sqlite3_column_int(q, 0),
                           .type = model_type_by_id(u->s->model, (uint32_t)sqlite3_column_int64(q, 1)),
                           .fact = (uint64_t)sqlite3_column_int64(q, 2),
                           .erased = sqlite3_column_int(q, 3)};
    const char *work = kind_of_work(out->kind);
    if (work)
        return err_set(u->err, ERR_INPUT, "commit %llu cannot be taken back: %s", (unsigned long long)u->number, work);
    if (!out->type || out->erased)
        return err_set(u->err, ERR_INPUT, "commit %llu cannot be taken back: %s", (unsigned long long)u->number,
                       out->erased ? "its values have been erased" : "the metamodel no longer has its type");
    str before = store_column(q, 4), after = store_column(q, 5);
    return (before.p && field_texts_parse(a, arena_copy(a, before), &out->before, u->err)) ||
                   (after.p && field_texts_parse(a, arena_copy(a, after), &out->after, u->err))
               ? -1
               : 0;
}

/* The fact as it is: its version (0: there is none) and texts by field number. */
static int read_now(struct undoing *u, uint64_t fact, const struct model_type *type, uint32_t *version, str **now)
{
    struct arena *a = u->c->a;
    struct field_texts texts;
    sqlite3_stmt *q;
    int rc;
    *version = 0;
    *now = arena_array(a, type->field_count + 1, sizeof **now);
    if (store_bind(u->s, SQL_FACT_GET, &q, u->err, "u", fact) || (rc = store_step(u->s, q, u->err)) < 0) return -1;
    if (!rc) return 0;
    *version = (uint32_t)sqlite3_column_int64(q, 1);
    str json = arena_copy(a, store_column(q, 2));
    sqlite3_reset(q);
    if (field_texts_parse(a, json, &texts, u->err)) return -1;
    for (size_t i = 0; i < texts.count; i++) {
        const struct model_field *field = model_field_by_id(type, texts.items[i].field);
        if (field) (*now)[field->number] = texts.items[i].text;
    }
    if (store_bind(u->s, SQL_LINK_OF, &q, u->err, "u", fact)) return -1;
    while ((rc = store_step(u->s, q, u->err)) == 1) {
        const struct model_field *field = model_field_by_id(type, (uint32_t)sqlite3_column_int64(q, 0));
        unsigned long long target = (unsigned long long)sqlite3_column_int64(q, 1);
        str *text = field ? &(*now)[field->number] : NULL;
        if (text) *text = arena_printf(a, STR_FORMAT "%s%llu", STR_ARGS(*text), text->p ? " " : "", target);
    }
    return rc;
}

/* ---- What stands in the way ---- */

/* Somebody changed the field, or the fact, after the commit: who and when. */
static int add_obstacle(struct undoing *u, struct undo_obstacle o)
{
    const struct journal_change *changes;
    size_t count;
    if (store_load_history(u->s, u->c->a, o.fact, &changes, &count, u->err)) return -1;
    for (size_t i = 0; i < count && changes[i].number > u->number; i++) {
        if (o.field && changes[i].field != o.field) continue;
        o.actor = changes[i].actor;
        o.time = changes[i].time;
        break;
    }
    *vec_add(u->c->a, &u->obstacles) = o;
    return 0;
}

static bool same(str a, str b) { return (a.p != NULL) == (b.p != NULL) && str_eq(a, b); }

/* A made fact goes only when nobody has written to it since, and nobody outside the commit links to it. */
static int check_made(struct undoing *u, const struct undone *e, const str *now)
{
    struct linked {
        uint64_t fact;
        uint32_t field;
    };
    VEC(struct linked) links = {0};
    sqlite3_stmt *q;
    int rc;
    for (size_t i = 0; i < e->after.count; i++) {
        const struct model_field *field = model_field_by_id(e->type, e->after.items[i].field);
        str text = e->after.items[i].text;
        if (!field || same(text, now[field->number])) continue;
        struct undo_obstacle o = {.why = UNDO_CHANGED, .fact = e->fact, .type = e->type, .field = field, .after = text};
        o.now = now[field->number];
        if (add_obstacle(u, o)) return -1;
    }
    for (size_t i = 0; i < e->type->field_count; i++) {
        bool made = false;
        for (size_t k = 0; k < e->after.count; k++) made |= e->after.items[k].field == e->type->fields[i].id;
        if (made || !now[i].p) continue;
        struct undo_obstacle o = {
            .why = UNDO_CHANGED, .fact = e->fact, .type = e->type, .field = &e->type->fields[i], .now = now[i]};
        if (add_obstacle(u, o)) return -1;
    }
    if (store_bind(u->s, SQL_LINK_TO, &q, u->err, "u", e->fact)) return -1;
    while ((rc = store_step(u->s, q, u->err)) == 1)
        *vec_add(u->c->a, &links) =
            (struct linked){(uint64_t)sqlite3_column_int64(q, 0), (uint32_t)sqlite3_column_int64(q, 1)};
    if (rc < 0) return -1;
    VEC_EACH(l, &links) {
        if (store_bind(u->s, SQL_ENTRY_TOUCHES, &q, u->err, "uu", u->number, l->fact) ||
            (rc = store_step(u->s, q, u->err)) < 0)
            return -1;
        sqlite3_reset(q);
        struct undo_obstacle o = {.why = UNDO_LINKED, .fact = e->fact, .type = e->type, .by = l->fact};
        if (!rc && add_obstacle(u, o)) return -1;
    }
    return 0;
}

/* ---- Turning round ---- */

static size_t split_links(struct arena *a, str text, uint64_t **out)
{
    VEC(uint64_t) ids = {0};
    uint64_t id;
    while (next_link(&text, &id)) *vec_add(a, &ids) = id;
    *out = ids.items;
    return ids.count;
}

/* Links to what is gone cannot come back. */
static int check_targets(struct undoing *u, const struct undone *e, const struct model_field *field, str text)
{
    uint64_t id;
    if (field->kind != FIELD_LINK && field->kind != FIELD_LINKS) return 0;
    while (next_link(&text, &id)) {
        sqlite3_stmt *q;
        int rc;
        if (store_bind(u->s, SQL_FACT_TYPE, &q, u->err, "u", id) || (rc = store_step(u->s, q, u->err)) < 0) return -1;
        sqlite3_reset(q);
        if (rc) continue;
        if (store_bind(u->s, SQL_ENTRY_TOUCHES, &q, u->err, "uu", u->number, id) ||
            (rc = store_step(u->s, q, u->err)) < 0)
            return -1;
        sqlite3_reset(q);
        struct undo_obstacle o = {.why = UNDO_GONE, .fact = e->fact, .type = e->type, .field = field, .by = id};
        if (!rc && add_obstacle(u, o)) return -1; /* what the commit itself deleted comes back too */
    }
    return 0;
}

static int undo_created(struct undoing *u, const struct undone *e, uint32_t version, const str *now)
{
    if (!version) return 0; /* it is gone already */
    if (check_made(u, e, now)) return -1;
    change_expect(u->c, e->fact, version);
    change_delete(u->c, e->fact);
    return 0;
}

static int undo_changed(struct undoing *u, const struct undone *e, uint32_t version, const str *now)
{
    if (!version) return add_obstacle(u, (struct undo_obstacle){.why = UNDO_DELETED, .fact = e->fact, .type = e->type});
    for (size_t i = 0; i < e->after.count; i++) {
        const struct model_field *field = model_field_by_id(e->type, e->after.items[i].field);
        str after = e->after.items[i].text, before = STR_NONE;
        if (!field) continue;
        for (size_t k = 0; k < e->before.count; k++)
            if (e->before.items[k].field == field->id) before = e->before.items[k].text;
        if (u->viewer && !u->viewer->sees(u->viewer->self, e->type, field)) {
            struct undo_obstacle o = {.why = UNDO_HIDDEN, .fact = e->fact, .type = e->type, .field = field};
            if (add_obstacle(u, o)) return -1;
            continue;
        }
        if (u->viewer && field->written_by && !str_eq(field->written_by->key, u->viewer->side)) {
            struct undo_obstacle o = {.why = UNDO_OTHERS, .fact = e->fact, .type = e->type, .field = field};
            if (add_obstacle(u, o)) return -1;
            continue;
        }
        if (!same(after, now[field->number])) {
            struct undo_obstacle o = {
                .why = UNDO_CHANGED, .fact = e->fact, .type = e->type, .field = field, .before = before};
            o.after = after, o.now = now[field->number];
            if (add_obstacle(u, o)) return -1;
            continue;
        }
        if (check_targets(u, e, field, before)) return -1;
        uint64_t *links = NULL;
        bool link = field->kind == FIELD_LINK || field->kind == FIELD_LINKS;
        size_t count = link ? split_links(u->c->a, before, &links) : 0;
        change_op_add(u->c, change_fact(u->c, e->fact),
                      (struct change_op){.kind = OP_RESTORE,
                                         .field = field,
                                         .value = before,
                                         .links = links,
                                         .link_count = count,
                                         .number = u->number,
                                         .from = {.kind = ORIGIN_TYPED}});
    }
    change_expect(u->c, e->fact, version);
    return 0;
}

static int undo_deleted(struct undoing *u, const struct undone *e, uint32_t version)
{
    if (version) return add_obstacle(u, (struct undo_obstacle){.why = UNDO_BACK, .fact = e->fact, .type = e->type});
    uint64_t made = change_create_as(u->c, e->type, e->fact);
    const struct origin typed = {.kind = ORIGIN_TYPED};
    for (size_t i = 0; i < e->before.count; i++) {
        const struct model_field *field = model_field_by_id(e->type, e->before.items[i].field);
        str text = e->before.items[i].text;
        uint64_t *links;
        if (!field) continue;
        if (check_targets(u, e, field, text)) return -1;
        if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS) {
            size_t count = split_links(u->c->a, text, &links);
            change_links(u->c, made, field, links, count, typed);
        } else {
            change_value(u->c, made, field, text, typed);
        }
    }
    return 0;
}

static int undo_entry(struct undoing *u, const struct undone *e)
{
    uint32_t version;
    str *now;
    if (read_now(u, e->fact, e->type, &version, &now)) return -1;
    if (e->kind == ENTRY_CREATED && undo_created(u, e, version, now)) return -1;
    if (e->kind == ENTRY_CHANGED && undo_changed(u, e, version, now)) return -1;
    if (e->kind == ENTRY_DELETED) return undo_deleted(u, e, version);
    if (!version || e->kind == ENTRY_CREATED) return 0;
    /* What sources said in it and nobody sees goes too. */
    change_op_add(u->c, change_fact(u->c, e->fact),
                  (struct change_op){.kind = OP_RETRACT, .field = e->type->name_field, .number = u->number});
    return 0;
}

static int undo_all(struct undoing *u)
{
    VEC(struct undone) entries = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(u->s, SQL_ENTRY_OF, &q, u->err, "u", u->number)) return -1;
    while ((rc = store_step(u->s, q, u->err)) == 1) {
        struct undone e;
        if (came_with_a_part(u->c->a, q)) continue;
        if (read_entry(u, q, &e)) return sqlite3_reset(q), -1;
        *vec_add(u->c->a, &entries) = e;
    }
    if (rc < 0) return -1;
    if (!entries.count)
        return err_set(u->err, ERR_ABSENT, "there is no commit %llu that changed facts", (unsigned long long)u->number);
    VEC_EACH(e, &entries) {
        if (undo_entry(u, e)) return -1;
    }
    return 0;
}

int store_plan_undo(struct store *s, struct change_set *c, uint64_t number, const struct undo_viewer *viewer,
                    const struct undo_obstacle **out, size_t *count, struct err *err)
{
    struct undoing u = {.s = s, .c = c, .err = err, .number = number, .viewer = viewer};
    if (store_begin(s, false, err)) return -1;
    int rc = undo_all(&u);
    store_abandon(s);
    *out = u.obstacles.items;
    *count = u.obstacles.count;
    return rc;
}
