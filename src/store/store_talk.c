/* SPDX-License-Identifier: Apache-2.0 */
/* What people say about facts and how they like to look at them: comments, mentions, saved views. Journalled, and no
 * facts. */
#include "store_inside.h"

#include "base_utf8.h"

#include <string.h>

enum { COMMENT_BYTES = 10000, PLACE_BYTES = 300, VIEW_NAME_BYTES = 100, VIEW_QUERY_BYTES = 8000, MOST_MENTIONS = 50 };

int store_load_touched(struct store *s, struct arena *a, uint64_t since, const struct model_type *const **out,
                       size_t *count, struct err *err)
{
    VEC(const struct model_type *) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_ENTRY_TYPES, &q, err, "u", since)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        const struct model_type *type = model_type_by_id(s->model, (uint32_t)sqlite3_column_int64(q, 0));
        if (type) *vec_add(a, &found) = type;
    }
    *out = found.items;
    *count = found.count;
    return rc;
}

/* ---- Comments ---- */

static int check_text(str text, struct err *err)
{
    if (!text.n) return err_set(err, ERR_INPUT, "a comment says something");
    if (text.n > COMMENT_BYTES)
        return err_set(err, ERR_INPUT, "the comment is too long: %zu bytes, %d at most", text.n, COMMENT_BYTES);
    if (utf8_first_bad(text, true) != STR_NOT_FOUND)
        return err_set(err, ERR_INPUT, "the comment is not clean UTF-8 text");
    return 0;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) ||
           (c && strchr("@._+-", c));
}

bool comment_next_mention(str text, size_t *from, str *name, size_t *at)
{
    for (size_t i = *from; i < text.n; i++) {
        if (text.p[i] != '@' || (i && is_name_char(text.p[i - 1]))) continue;
        size_t end = i + 1;
        while (end < text.n && is_name_char(text.p[end])) end++;
        while (end > i + 1 && strchr("@._+-", text.p[end - 1])) end--; /* a full stop ends the sentence */
        if (end == i + 1) continue;
        *name = str_slice(text, i + 1, end);
        *at = i;
        *from = end;
        return true;
    }
    return false;
}

static int add_mentions(struct store *s, struct arena *a, uint64_t comment, str author, str text, struct err *err)
{
    size_t from = 0, at, count = 0;
    str name;
    while (count++ < MOST_MENTIONS && comment_next_mention(text, &from, &name, &at)) {
        sqlite3_stmt *q;
        int rc;
        str folded = utf8_fold(a, name);
        if (str_eq(folded, author)) continue;
        if (store_bind(s, SQL_USER_GET, &q, err, "s", folded) || (rc = store_step(s, q, err)) < 0) return -1;
        uint64_t user = rc ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
        sqlite3_reset(q);
        if (user && store_run(s, SQL_MENTION_ADD, err, "uu", comment, user)) return -1;
    }
    return 0;
}

static int add_comment(struct store *s, struct arena *a, uint64_t fact, str place, str author, str text, int64_t now,
                       uint64_t *id, struct err *err)
{
    uint32_t type;
    str reason;
    if (journal_reason(s, a, "comment on", fact, &type, &reason, err)) return -1;
    if (!type) return err_set(err, ERR_ABSENT, "there is no fact %llu", (unsigned long long)fact);
    if (store_run(s, SQL_COMMENT_ADD, err, "usiss", fact, author, now, text, place)) return -1;
    *id = (uint64_t)sqlite3_last_insert_rowid(s->db);
    return add_mentions(s, a, *id, author, text, err) ||
                   journal_one(s, ENTRY_COMMENT, type, fact, author, reason, STR_NONE, text, now, NULL, err)
               ? -1
               : 0;
}

static int check_place(str place, struct err *err)
{
    if (place.n > PLACE_BYTES || utf8_first_bad(place, true) != STR_NOT_FOUND)
        return err_set(err, ERR_INPUT, "no rule is called so");
    return 0;
}

int store_add_comment(struct store *s, uint64_t fact, str place, str author, str text, int64_t now, uint64_t *id,
                      struct err *err)
{
    struct arena a;
    text = str_trim(text);
    if (!place.p) place = STR("");
    if (check_text(text, err) || check_place(place, err) || store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, add_comment(s, &a, fact, place, author, text, now, id, err), err);
    arena_release(&a);
    return failed;
}

static struct stored_comment read_comment(struct arena *a, sqlite3_stmt *q)
{
    return (struct stored_comment){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                   .fact = (uint64_t)sqlite3_column_int64(q, 1),
                                   .author = arena_copy(a, store_column(q, 2)),
                                   .time = sqlite3_column_int64(q, 3),
                                   .edited = sqlite3_column_int64(q, 4),
                                   .deleted = sqlite3_column_int64(q, 5),
                                   .text = arena_copy(a, store_column(q, 6)),
                                   .place = arena_copy(a, store_column(q, 7)),
                                   .settled = sqlite3_column_int64(q, 8),
                                   .settled_by = arena_copy(a, store_column(q, 9))};
}

int store_load_comment(struct store *s, struct arena *a, uint64_t id, struct stored_comment *out, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_COMMENT_GET, &q, err, "u", id)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "there is no comment %llu", (unsigned long long)id);
    *out = read_comment(a, q);
    sqlite3_reset(q);
    return 0;
}

/* STR_NONE deletes it. */
static int change_comment(struct store *s, struct arena *a, uint64_t id, str author, str text, int64_t now,
                          struct err *err)
{
    struct stored_comment c;
    uint32_t type;
    str reason;
    if (store_load_comment(s, a, id, &c, err)) return -1;
    if (!str_eq(c.author, author)) return err_set(err, ERR_DENIED, "only who wrote a comment can change it");
    if (c.deleted) return err_set(err, ERR_ABSENT, "the comment has been deleted");
    if (text.p && str_eq(c.text, text)) return 0;
    if (journal_reason(s, a, text.p ? "edited comment on" : "deleted comment on", c.fact, &type, &reason, err) ||
        (text.p ? store_run(s, SQL_COMMENT_EDIT, err, "usi", id, text, now) || add_mentions(s, a, id, author, text, err)
                : store_run(s, SQL_COMMENT_DELETE, err, "ui", id, now) || store_run(s, SQL_MENTION_DROP, err, "u", id)))
        return -1;
    return journal_one(s, ENTRY_COMMENT, type, c.fact, author, reason, c.text, text, now, NULL, err);
}

int store_edit_comment(struct store *s, uint64_t id, str author, str text, int64_t now, struct err *err)
{
    struct arena a;
    text = str_trim(text);
    if (check_text(text, err) || store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, change_comment(s, &a, id, author, text, now, err), err);
    arena_release(&a);
    return failed;
}

int store_delete_comment(struct store *s, uint64_t id, str author, int64_t now, struct err *err)
{
    struct arena a;
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, change_comment(s, &a, id, author, STR_NONE, now, err), err);
    arena_release(&a);
    return failed;
}

static int settle(struct store *s, struct arena *a, uint64_t fact, str place, str actor, bool settled, int64_t now,
                  struct err *err)
{
    uint32_t type;
    str reason;
    if (journal_reason(s, a, settled ? "settled what was said on" : "opened again what was said on", fact, &type,
                       &reason, err))
        return -1;
    if (!type) return err_set(err, ERR_ABSENT, "there is no fact %llu", (unsigned long long)fact);
    if (store_run(s, SQL_COMMENT_SETTLE, err, "usis", fact, place, settled ? now : 0, settled ? actor : STR("")))
        return -1;
    if (!sqlite3_changes(s->db)) return 0;
    return journal_one(s, ENTRY_COMMENT, type, fact, actor, reason, STR_NONE, STR_NONE, now, NULL, err);
}

int store_settle_comments(struct store *s, uint64_t fact, str place, str actor, bool settled, int64_t now,
                          struct err *err)
{
    struct arena a;
    if (check_place(place, err) || store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, settle(s, &a, fact, place, actor, settled, now, err), err);
    arena_release(&a);
    return failed;
}

int store_load_comments(struct store *s, struct arena *a, uint64_t fact, const struct stored_comment **out,
                        size_t *count, struct err *err)
{
    VEC(struct stored_comment) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_COMMENT_OF, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &found) = read_comment(a, q);
    *out = found.items;
    *count = found.count;
    return rc;
}

int store_load_mentions(struct store *s, struct arena *a, uint64_t user, size_t limit,
                        const struct stored_comment **out, size_t *count, struct err *err)
{
    VEC(struct stored_comment) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_MENTION_OF, &q, err, "uu", user, (uint64_t)limit)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &found) = read_comment(a, q);
    *out = found.items;
    *count = found.count;
    return rc;
}

int store_see_mentions(struct store *s, uint64_t user, uint64_t fact, str place, int64_t now, struct err *err)
{
    return store_run(s, SQL_MENTION_SEE, err, "uuis", user, fact, now, place);
}

/* ---- Saved views ---- */

static struct stored_view read_view(const struct store *s, struct arena *a, sqlite3_stmt *q)
{
    return (struct stored_view){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                .type = model_type_by_id(s->model, (uint32_t)sqlite3_column_int64(q, 1)),
                                .name = arena_copy(a, store_column(q, 2)),
                                .owner = arena_copy(a, store_column(q, 3)),
                                .shared = sqlite3_column_int(q, 4),
                                .query = arena_copy(a, store_column(q, 5))};
}

int store_load_views(struct store *s, struct arena *a, const struct model_type *type, str user,
                     const struct stored_view **out, size_t *count, struct err *err)
{
    VEC(struct stored_view) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_VIEW_OF, &q, err, "is", (int64_t)type->id, user)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &found) = read_view(s, a, q);
    *out = found.items;
    *count = found.count;
    return rc;
}

/* The journal learns of views that others see. */
static int journal_view(struct store *s, struct arena *a, const struct stored_view *v, const char *what, str actor,
                        str before, str after, int64_t now, struct err *err)
{
    str reason = arena_printf(a, "%s view \"" STR_FORMAT "\" of " STR_FORMAT, what, STR_ARGS(v->name),
                              STR_ARGS(v->type->plural));
    return journal_one(s, ENTRY_VIEW, v->type->id, 0, actor, reason, before, after, now, NULL, err);
}

static int save_view(struct store *s, struct arena *a, const struct stored_view *v, int64_t now, struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    struct stored_view old = {0};
    if (store_bind(s, SQL_VIEW_NAMED, &q, err, "iss", (int64_t)v->type->id, v->owner, v->name) ||
        (rc = store_step(s, q, err)) < 0)
        return -1;
    if (rc) old = read_view(s, a, q);
    sqlite3_reset(q);
    if (rc && old.shared == v->shared && str_eq(old.query, v->query)) return 0;
    if (store_run(s, SQL_VIEW_PUT, err, "issis", (int64_t)v->type->id, v->name, v->owner, (int64_t)v->shared, v->query))
        return -1;
    if (!v->shared && !old.shared) return 0;
    return journal_view(s, a, v, v->shared ? "shared" : "no longer shared", v->owner, old.shared ? old.query : STR_NONE,
                        v->shared ? v->query : STR_NONE, now, err);
}

int store_save_view(struct store *s, const struct stored_view *v, int64_t now, struct err *err)
{
    struct arena a;
    if (!v->name.n || v->name.n > VIEW_NAME_BYTES || utf8_first_bad(v->name, true) != STR_NOT_FOUND)
        return err_set(err, ERR_INPUT, "a view has a name of at most %d bytes", VIEW_NAME_BYTES);
    if (v->query.n > VIEW_QUERY_BYTES)
        return err_set(err, ERR_INPUT, "the view asks for too much: %zu bytes, %d at most", v->query.n,
                       VIEW_QUERY_BYTES);
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, save_view(s, &a, v, now, err), err);
    arena_release(&a);
    return failed;
}

static int drop_view(struct store *s, struct arena *a, uint64_t id, str user, bool steward, int64_t now,
                     struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_VIEW_GET, &q, err, "u", id) || (rc = store_step(s, q, err)) < 0) return -1;
    struct stored_view v = {0};
    if (rc) v = read_view(s, a, q);
    sqlite3_reset(q);
    bool own = rc && str_eq(v.owner, user);
    if (!rc || (!own && !v.shared)) return err_set(err, ERR_ABSENT, "there is no such view");
    if (!own && !steward)
        return err_set(err, ERR_DENIED, "the view is " STR_FORMAT "'s: they or a steward can take it away",
                       STR_ARGS(v.owner));
    if (store_run(s, SQL_VIEW_DROP, err, "u", id)) return -1;
    return v.shared && v.type ? journal_view(s, a, &v, "took away", user, v.query, STR_NONE, now, err) : 0;
}

int store_drop_view(struct store *s, uint64_t id, str user, bool steward, int64_t now, struct err *err)
{
    struct arena a;
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, drop_view(s, &a, id, user, steward, now, err), err);
    arena_release(&a);
    return failed;
}
