/* SPDX-License-Identifier: Apache-2.0 */
/* Files that hang on facts. The journal holds name, size and hash, so that it vouches for the bytes. */
#include "store_inside.h"

#include "base_utf8.h"

#include <string.h>

/* What a browser cannot be made to run. */
static const struct {
    const char *end, *media;
} safe[] = {{".pdf", "application/pdf"},
            {".png", "image/png"},
            {".jpg", "image/jpeg"},
            {".jpeg", "image/jpeg"},
            {".txt", "text/plain"},
            {".csv", "text/csv"},
            {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
            {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
            {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"}};

static str media_of(str name)
{
    for (size_t i = 0; i < ARRAY_COUNT(safe); i++) {
        str end = str_of(safe[i].end);
        if (name.n > end.n && str_eq_nocase(str_from(name, name.n - end.n), end)) return str_of(safe[i].media);
    }
    return STR("application/octet-stream");
}

/* Also marks that turn the direction of writing: "invoice\u202Efdp.exe" would read as a PDF. */
static bool is_hidden(uint32_t c)
{
    return c < ' ' || (c >= 0x7F && c <= 0x9F) || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

static int check_name(str name, struct err *err)
{
    if (!name.n || str_eq(name, STR(".")) || str_eq(name, STR("..")))
        return err_set(err, ERR_INPUT, "the file has no name");
    if (name.n > ATTACHMENT_NAME_BYTES)
        return err_set(err, ERR_INPUT, "the file's name is too long: %zu bytes, %d at most", name.n,
                       ATTACHMENT_NAME_BYTES);
    if (utf8_first_bad(name, true) != STR_NOT_FOUND)
        return err_set(err, ERR_INPUT, "the file's name is not clean UTF-8 text");
    size_t n;
    for (str rest = name; rest.n; rest = str_from(rest, n)) {
        uint32_t c = utf8_decode(rest, &n);
        if (is_hidden(c)) return err_set(err, ERR_INPUT, "the file's name has a character that cannot be seen");
        if (c == '/' || c == '\\') return err_set(err, ERR_INPUT, "the file's name is a path: leave out the folders");
    }
    return 0;
}

str attachment_text(struct arena *a, const struct stored_attachment *x)
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, x->hash, sizeof x->hash);
    return arena_printf(a, STR_FORMAT ", %llu bytes, SHA-256 %s", STR_ARGS(x->name), (unsigned long long)x->size, hex);
}

static int check_room(struct store *s, uint64_t fact, size_t more, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_ATTACHMENT_SUM, &q, err, "u", fact) || store_step(s, q, err) != 1) return -1;
    uint64_t there = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    if (there + more > ATTACHMENTS_BYTES)
        return err_set(err, ERR_LIMIT, "the files of one fact have %d MB together at most: remove one first",
                       ATTACHMENTS_BYTES >> 20);
    return 0;
}

static int add(struct store *s, struct arena *a, struct stored_attachment *x, str bytes, const struct asked_key *key,
               struct err *err)
{
    uint32_t type;
    uint64_t number;
    str reason;
    if (journal_reason(s, a, "attached to", x->fact, &type, &reason, err)) return -1;
    if (!type) return err_set(err, ERR_ABSENT, "there is no fact %llu", (unsigned long long)x->fact);
    if (check_room(s, x->fact, bytes.n, err) ||
        journal_one(s, ENTRY_ATTACHMENT, type, x->fact, x->author, reason, STR_NONE, attachment_text(a, x), x->time,
                    &number, err) ||
        store_note_answer(s, key, number, x->time, err) ||
        store_run(s, SQL_ATTACHMENT_ADD, err, "uussubb", x->fact, number, x->name, x->media, x->size,
                  (const void *)x->hash, sizeof x->hash, (const void *)bytes.p, bytes.n))
        return -1;
    x->id = (uint64_t)sqlite3_last_insert_rowid(s->db);
    return 0;
}

int store_add_attachment(struct store *s, struct stored_attachment *x, str bytes, const struct asked_key *key,
                         struct err *err)
{
    struct arena a;
    x->name = str_trim(x->name);
    x->size = bytes.n;
    if (check_name(x->name, err)) return -1;
    if (!bytes.n) return err_set(err, ERR_INPUT, STR_FORMAT " is empty", STR_ARGS(x->name));
    if (bytes.n > ATTACHMENT_BYTES)
        return err_set(err, ERR_LIMIT, STR_FORMAT " is too large: a file has %d MB at most", STR_ARGS(x->name),
                       ATTACHMENT_BYTES >> 20);
    x->media = media_of(x->name);
    crypto_hash_sha256(x->hash, (const unsigned char *)bytes.p, bytes.n);
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, add(s, &a, x, bytes, key, err), err);
    arena_release(&a);
    return failed;
}

static struct stored_attachment read_attachment(struct arena *a, sqlite3_stmt *q)
{
    struct stored_attachment x = {.id = (uint64_t)sqlite3_column_int64(q, 0),
                                  .fact = (uint64_t)sqlite3_column_int64(q, 1),
                                  .name = arena_copy(a, store_column(q, 2)),
                                  .media = arena_copy(a, store_column(q, 3)),
                                  .size = (uint64_t)sqlite3_column_int64(q, 4),
                                  .author = arena_copy(a, store_column(q, 6)),
                                  .time = sqlite3_column_int64(q, 7)};
    if (sqlite3_column_bytes(q, 5) == sizeof x.hash) memcpy(x.hash, sqlite3_column_blob(q, 5), sizeof x.hash);
    return x;
}

static str blob(sqlite3_stmt *q, int column)
{
    const char *p = sqlite3_column_blob(q, column);
    return (str){p ? p : "", (size_t)sqlite3_column_bytes(q, column)};
}

int store_load_attachment(struct store *s, struct arena *a, uint64_t id, struct stored_attachment *out, str *bytes,
                          struct err *err)
{
    sqlite3_stmt *q;
    int rc = store_bind(s, SQL_ATTACHMENT_GET, &q, err, "u", id) ? -1 : store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "there is no such attachment, or it was removed");
    *out = read_attachment(a, q);
    if (bytes) *bytes = arena_copy(a, blob(q, 8));
    sqlite3_reset(q);
    return 0;
}

int store_load_attachments(struct store *s, struct arena *a, uint64_t fact, const struct stored_attachment **out,
                           size_t *count, struct err *err)
{
    VEC(struct stored_attachment) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_ATTACHMENT_OF, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &found) = read_attachment(a, q);
    *out = found.items;
    *count = found.count;
    return rc;
}

int store_load_attachment_changes(struct store *s, struct arena *a, uint64_t fact, const struct attachment_change **out,
                                  size_t *count, struct err *err)
{
    VEC(struct attachment_change) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_ATTACHMENT_CHANGES, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1)
        *vec_add(a, &found) = (struct attachment_change){.number = (uint64_t)sqlite3_column_int64(q, 0),
                                                         .time = sqlite3_column_int64(q, 1),
                                                         .actor = arena_copy(a, store_column(q, 2)),
                                                         .removed = sqlite3_column_int(q, 3),
                                                         .name = arena_copy(a, store_column(q, 4)),
                                                         .size = (uint64_t)sqlite3_column_int64(q, 5)};
    *out = found.items;
    *count = found.count;
    return rc;
}

static int drop(struct store *s, struct arena *a, uint64_t id, str actor, int64_t now, const struct asked_key *key,
                struct err *err)
{
    struct stored_attachment x;
    uint32_t type;
    uint64_t number;
    str reason;
    if (store_load_attachment(s, a, id, &x, NULL, err) ||
        journal_reason(s, a, "removed attachment of", x.fact, &type, &reason, err))
        return -1;
    if (!type) return err_set(err, ERR_ABSENT, "there is no fact %llu", (unsigned long long)x.fact);
    return journal_one(s, ENTRY_ATTACHMENT, type, x.fact, actor, reason, attachment_text(a, &x), STR_NONE, now, &number,
                       err) ||
                   store_note_answer(s, key, number, now, err) ||
                   store_run(s, SQL_ATTACHMENT_REMOVE, err, "uu", id, number)
               ? -1
               : 0;
}

int store_remove_attachment(struct store *s, uint64_t id, str actor, int64_t now, const struct asked_key *key,
                            struct err *err)
{
    struct arena a;
    /* Freed bytes are overwritten. */
    if (store_run(s, SQL_SECURE_DELETE, err, "") || store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, drop(s, &a, id, actor, now, key, err), err);
    arena_release(&a);
    return failed;
}

/* ---- Against the journal ---- */

static int differs(struct err *err, uint64_t id, const char *how)
{
    return err_set(err, ERR_STORE, "attachment %llu %s: it was changed past the journal", (unsigned long long)id, how);
}

static int verify_one(struct arena *a, sqlite3_stmt *q, struct err *err)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct stored_attachment x = read_attachment(a, q);
    str bytes = blob(q, 8);
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    if (bytes.n != x.size || memcmp(hash, x.hash, sizeof hash) != 0) return differs(err, x.id, "has other bytes");
    str told = store_column(q, 9);
    return told.p && str_eq(told, attachment_text(a, &x)) ? 0
                                                          : differs(err, x.id, "is not what the journal says of it");
}

int attachments_verify(struct store *s, struct err *err)
{
    struct arena a;
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_ATTACHMENT_STANDING, &q, err)) return -1;
    arena_init(&a, 0);
    while ((rc = store_step(s, q, err)) == 1 && !(rc = verify_one(&a, q, err))) arena_clear(&a);
    arena_release(&a);
    sqlite3_reset(q);
    if (rc || store_prepare(s, SQL_ATTACHMENT_ENTRIES, &q, err) || store_step(s, q, err) != 1) return -1;
    bool same = sqlite3_column_int64(q, 0) == sqlite3_column_int64(q, 1), bare = !sqlite3_column_int64(q, 2);
    sqlite3_reset(q);
    if (same && bare) return 0;
    return err_set(err, ERR_STORE,
                   same ? "the bytes of a removed attachment are there"
                        : "there are more or fewer attachments than the journal says");
}
