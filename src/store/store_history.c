/* SPDX-License-Identifier: Apache-2.0 */
/* What the journal tells: commits with what they changed, and the history of one fact. */
#include "store_inside.h"

#include "base_json.h"
#include "base_utf8.h"

#include <string.h>

str entry_word(enum entry_kind kind)
{
    static const char *const words[] = {
#define X(kind, word) word,
        ENTRY_KINDS(X)
#undef X
    };
    return kind < ARRAY_COUNT(words) ? str_of(words[kind]) : STR("unknown");
}

/* number, time, actor, reason, entries, hash */
static struct journal_line read_line(sqlite3_stmt *q, struct arena *a)
{
    struct journal_line l = {.number = (uint64_t)sqlite3_column_int64(q, 0),
                             .time = sqlite3_column_int64(q, 1),
                             .actor = arena_copy(a, store_column(q, 2)),
                             .reason = arena_copy(a, store_column(q, 3)),
                             .changed = (size_t)sqlite3_column_int64(q, 4)};
    if (sqlite3_column_bytes(q, 5) == HASH_SIZE) memcpy(l.hash, sqlite3_column_blob(q, 5), HASH_SIZE);
    return l;
}

int store_load_journal(struct store *s, struct arena *a, uint64_t to, size_t limit, const struct journal_line **out,
                       size_t *count, struct err *err)
{
    VEC(struct journal_line) lines = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_JOURNAL_NEWEST, &q, err, "uu", to ? to : (uint64_t)INT64_MAX, (uint64_t)limit)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &lines) = read_line(q, a);
    *out = lines.items;
    *count = lines.count;
    return rc;
}

int store_find_head(struct store *s, const unsigned char *hash, size_t bytes, struct journal_line *out, struct err *err)
{
    struct arena a;
    sqlite3_stmt *q;
    if (store_bind(s, SQL_JOURNAL_OF_HASH, &q, err, "bi", (const void *)(bytes ? hash : (const unsigned char *)""),
                   bytes, (int64_t)bytes))
        return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "no commit of the journal has this hash");
    arena_init(&a, 0);
    *out = read_line(q, &a);
    out->actor = out->reason = STR_NONE;
    arena_release(&a);
    sqlite3_reset(q);
    return 0;
}

static const struct field_text *text_of(const struct field_texts *t, uint32_t field)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->items[i].field == field) return &t->items[i];
    return NULL;
}

/* The fields that the two texts speak of, in the type's order. */
static int read_fields(struct arena *a, const struct model_type *type, str before, str after,
                       const struct journal_field **out, size_t *count, struct err *err)
{
    VEC(struct journal_field) fields = {0};
    struct field_texts b = {0}, f = {0};
    if ((before.p && field_texts_parse(a, arena_copy(a, before), &b, err)) ||
        (after.p && field_texts_parse(a, arena_copy(a, after), &f, err)))
        return -1;
    for (size_t i = 0; type && i < type->field_count; i++) {
        const struct model_field *field = &type->fields[i];
        const struct field_text *was = text_of(&b, field->id), *is = text_of(&f, field->id);
        if (!was && !is) continue;
        *vec_add(a, &fields) = (struct journal_field){field, was ? was->text : STR_NONE, is ? is->text : STR_NONE,
                                                      (was && was->erased) || (is && is->erased)};
    }
    *out = fields.items;
    *count = fields.count;
    return 0;
}

/* A proposal's fields, as JSON text within it. */
static int read_proposed(struct arena *a, const struct model_type *type, str after, struct journal_entry *e,
                         struct err *err)
{
    const struct json *top;
    if (!after.p) return 0;
    after = arena_copy(a, after);
    if (json_parse(a, after, &top, err)) return -1;
    const struct json *fields = json_get(top, STR("fields"));
    if (!fields || fields->kind != JSON_OBJECT) return 0;
    struct buf b;
    buf_init(&b, 1 << 28);
    struct json_writer w;
    json_init(&w, &b, 0);
    json_emit(&w, fields);
    int rc = buf_check(&b, err) || read_fields(a, type, STR_NONE, buf_get(&b), &e->fields, &e->field_count, err);
    buf_release(&b);
    return rc ? -1 : 0;
}

static int read_signed(struct arena *a, str after, struct journal_entry *e, struct err *err)
{
    const struct json *top;
    if (!after.p) return 0;
    if (json_parse(a, arena_copy(a, after), &top, err)) return -1;
    const struct json *side = json_get(top, STR("side"));
    if (side) e->text = side->text;
    return 0;
}

/* A metamodel's text is not told, it is long. */
static int read_told(struct arena *a, str before, str after, struct journal_entry *e, struct err *err)
{
    switch (e->kind) {
    case ENTRY_CREATED:
    case ENTRY_CHANGED:
    case ENTRY_DELETED:
    case ENTRY_CLAIMED: return read_fields(a, e->type, before, after, &e->fields, &e->field_count, err);
    case ENTRY_DRAFTED:
    case ENTRY_PROPOSED: return read_proposed(a, e->type, after, e, err);
    case ENTRY_SIGNED: return read_signed(a, after, e, err);
    case ENTRY_COMMENT:
    case ENTRY_LOAD: e->text = after.p ? arena_copy(a, after) : STR_NONE; return 0;
    case ENTRY_ATTACHMENT: e->text = arena_copy(a, after.p ? after : before.p ? before : STR("")); return 0;
    case ENTRY_EVIDENCE:
    case ENTRY_USER:
    case ENTRY_MODEL:
    case ENTRY_REFUSED:
    case ENTRY_WITHDRAWN:
    case ENTRY_AGREED:
    case ENTRY_VIEW:
    case ENTRY_HOOK:
    case ENTRY_ERASED: break;
    }
    return 0;
}

/* The entries of one commit. */
static int read_entries(struct store *s, struct arena *a, const struct journal_pick *pick, struct journal_commit *c,
                        struct err *err)
{
    VEC(struct journal_entry) entries = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_ENTRY_TOLD, &q, err, "uiu", c->line.number, (int64_t)pick->type, pick->fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct journal_entry e = {.kind = (enum entry_kind)sqlite3_column_int(q, 0),
                                  .type = model_type_by_id(s->model, (uint32_t)sqlite3_column_int64(q, 1)),
                                  .fact = (uint64_t)sqlite3_column_int64(q, 2)};
        if (!e.fact) e.type = NULL;
        if (read_told(a, store_column(q, 3), store_column(q, 4), &e, err)) {
            sqlite3_reset(q);
            return -1;
        }
        *vec_add(a, &entries) = e;
    }
    c->entries = entries.items;
    c->entry_count = entries.count;
    return rc;
}

int store_read_journal(struct store *s, const struct journal_pick *pick,
                       void (*commit)(void *self, const struct journal_commit *c), void *self, struct err *err)
{
    struct arena a;
    sqlite3_stmt *q;
    uint64_t given = 0;
    int row = 0;
    if (store_begin(s, false, err)) return -1;
    arena_init(&a, 0);
    str actor = pick->actor.p ? utf8_fold(&a, pick->actor) : STR_NONE;
    struct arena_mark mark = arena_mark(&a);
    int rc = store_bind(s, SQL_JOURNAL_PICK, &q, err, "uuiiiu", pick->from, pick->to ? pick->to : (uint64_t)INT64_MAX,
                        pick->since, pick->until ? pick->until : INT64_MAX, (int64_t)pick->type, pick->fact);
    while (!rc && (!pick->limit || given < pick->limit) && (row = store_step(s, q, err)) == 1) {
        struct journal_commit c = {.line = read_line(q, &a)};
        if (!actor.p || str_find(utf8_fold(&a, c.line.actor), actor) != STR_NOT_FOUND) {
            rc = pick->lines_only ? 0 : read_entries(s, &a, pick, &c, err);
            if (!rc) commit(self, &c);
            given++;
        }
        arena_back_to(&a, mark);
    }
    arena_release(&a);
    store_abandon(s);
    return rc || row < 0 ? -1 : 0;
}

int store_load_past_name(struct store *s, struct arena *a, uint64_t fact, str *name, struct err *err)
{
    static const enum store_sql places[] = {SQL_FACT_GET, SQL_ENTRY_DELETED};
    *name = STR_NONE;
    for (size_t i = 0; i < ARRAY_COUNT(places) && !name->p; i++) {
        sqlite3_stmt *q;
        struct field_texts texts = {0};
        if (store_bind(s, places[i], &q, err, "u", fact)) return -1;
        int rc = store_step(s, q, err);
        if (rc < 0) return -1;
        if (!rc) continue;
        const struct model_type *type = model_type_by_id(s->model, (uint32_t)sqlite3_column_int64(q, 0));
        str fields = arena_copy(a, store_column(q, i ? 1 : 2));
        sqlite3_reset(q);
        if (fields.n && field_texts_parse(a, fields, &texts, err)) return -1;
        const struct field_text *t = type ? text_of(&texts, type->name_field->id) : NULL;
        if (t) *name = t->text;
    }
    return 0;
}

int store_load_names(struct store *s, struct arena *a, const struct model_type *type, str begins, size_t limit,
                     const str **names, size_t *count, struct err *err)
{
    VEC(str) found = {0};
    sqlite3_stmt *q;
    int rc, failed = 0;
    if (store_bind(s, SQL_NAME_BEGINS, &q, err, "isu", (int64_t)type->id, utf8_fold(a, begins), (uint64_t)limit))
        return -1;
    while ((rc = store_step(s, q, err)) == 1 && !failed) {
        str name;
        failed = store_load_past_name(s, a, (uint64_t)sqlite3_column_int64(q, 0), &name, err);
        if (!failed && name.n) *vec_add(a, &found) = name;
    }
    *names = found.items;
    *count = found.count;
    return failed ? -1 : rc;
}

int store_load_history(struct store *s, struct arena *a, uint64_t fact, const struct journal_change **out,
                       size_t *count, struct err *err)
{
    VEC(struct journal_change) changes = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_ENTRY_HISTORY, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct journal_change c = {.number = (uint64_t)sqlite3_column_int64(q, 0),
                                   .time = sqlite3_column_int64(q, 1),
                                   .actor = arena_copy(a, store_column(q, 2)),
                                   .reason = arena_copy(a, store_column(q, 3))};
        enum entry_kind kind = (enum entry_kind)sqlite3_column_int(q, 4);
        const struct model_type *type = model_type_by_id(s->model, (uint32_t)sqlite3_column_int64(q, 5));
        const struct journal_field *fields;
        size_t field_count;
        if (kind >= ENTRY_DRAFTED) { /* of the two keys */
            c.after = entry_word(kind);
            *vec_add(a, &changes) = c;
            continue;
        }
        if (read_fields(a, type, store_column(q, 6), store_column(q, 7), &fields, &field_count, err)) {
            sqlite3_reset(q);
            return -1;
        }
        if (kind != ENTRY_CHANGED) {
            c.after = kind == ENTRY_CREATED ? STR("created") : STR_NONE;
            c.before = kind == ENTRY_DELETED ? STR("deleted") : STR_NONE;
            *vec_add(a, &changes) = c;
        }
        for (size_t i = 0; i < field_count; i++) {
            c.field = fields[i].field;
            c.before = fields[i].before;
            c.after = fields[i].after;
            c.erased = fields[i].erased;
            *vec_add(a, &changes) = c;
        }
    }
    *out = changes.items;
    *count = changes.count;
    return rc;
}
