/* SPDX-License-Identifier: Apache-2.0 */
/* Adding rows many at a time. */
#include "store_inside.h"

#include <stdarg.h>
#include <string.h>

enum { TEXTS_CAP = 1 << 30, TEXTS_FLUSH = 1 << 20 };

static int prepare(struct store *s, enum store_rows which, int rows, sqlite3_stmt **out, struct err *err)
{
    sqlite3_stmt **q = rows == 1 ? &s->rows[which].one : &s->rows[which].many;
    int rc = SQLITE_OK;
    if (!*q) {
        struct store_rows_text text = store_rows_text(which);
        struct buf sql;
        buf_init(&sql, 1 << 16);
        buf_text(&sql, text.head);
        for (int r = 0; r < rows; r++) {
            buf_text(&sql, r ? ",(?" : "(?");
            for (size_t c = 1; c < strlen(text.columns); c++) buf_text(&sql, ",?");
            buf_char(&sql, ')');
        }
        buf_text(&sql, text.end);
        MUST(!sql.full);
        rc = sqlite3_prepare_v3(s->db, sql.p, (int)sql.n + 1, SQLITE_PREPARE_PERSISTENT, q, NULL);
        buf_release(&sql);
    }
    *out = *q;
    return rc == SQLITE_OK ? 0 : store_failed(s, err);
}

/* Texts are kept by their place in the buffer, which moves as it grows. */
static int run(struct store *s, enum store_rows which, int from, int rows, struct err *err)
{
    sqlite3_stmt *q;
    struct row_batch *b = &s->rows[which];
    int columns = (int)strlen(store_rows_text(which).columns);
    if (prepare(s, which, rows, &q, err)) return -1;
    for (int i = 0; i < rows * columns; i++) {
        const struct row_cell *c = &b->cells[from * columns + i];
        bool text = c->kind == 's' || c->kind == 'b';
        const char *p = text ? b->texts.p + c->number : NULL;
        int rc = c->kind == 'n'   ? sqlite3_bind_null(q, i + 1)
                 : c->kind == 's' ? sqlite3_bind_text64(q, i + 1, p, c->length, SQLITE_STATIC, SQLITE_UTF8)
                 : c->kind == 'b' ? sqlite3_bind_blob64(q, i + 1, p, c->length, SQLITE_STATIC)
                                  : sqlite3_bind_int64(q, i + 1, c->number);
        if (rc != SQLITE_OK) return store_failed(s, err);
    }
    int rc = sqlite3_step(q);
    if (rc != SQLITE_DONE) store_failed(s, err);
    sqlite3_reset(q);
    return rc == SQLITE_DONE ? 0 : -1;
}

static int flush(struct store *s, enum store_rows which, struct err *err)
{
    struct row_batch *b = &s->rows[which];
    int rc = 0;
    if (b->count == ROWS_AT_ONCE)
        rc = run(s, which, 0, b->count, err);
    else
        for (int i = 0; i < b->count && !rc; i++) rc = run(s, which, i, 1, err);
    b->count = 0;
    buf_clear(&b->texts);
    return rc;
}

int store_rows_end(struct store *s, struct err *err)
{
    for (int which = 0; which < ROWS_COUNT; which++)
        if (s->rows[which].count && flush(s, (enum store_rows)which, err)) return -1;
    return 0;
}

void store_rows_forget(struct store *s)
{
    for (int which = 0; which < ROWS_COUNT; which++) {
        s->rows[which].count = 0;
        buf_release(&s->rows[which].texts);
        buf_init(&s->rows[which].texts, TEXTS_CAP);
    }
}

void store_rows_release(struct store *s)
{
    store_rows_forget(s);
    for (int which = 0; which < ROWS_COUNT; which++) {
        sqlite3_finalize(s->rows[which].one);
        sqlite3_finalize(s->rows[which].many);
        s->rows[which].one = s->rows[which].many = NULL;
    }
}

int store_rows_add(struct store *s, enum store_rows which, struct err *err, ...)
{
    struct row_batch *b = &s->rows[which];
    const char *columns = store_rows_text(which).columns;
    struct row_cell *c = &b->cells[(size_t)b->count * strlen(columns)];
    va_list args;
    va_start(args, err);
    for (; *columns; columns++, c++) {
        str text = STR_NONE;
        *c = (struct row_cell){.kind = *columns};
        switch (*columns) {
        case 'i': c->number = va_arg(args, int64_t); continue;
        case 'u': c->number = (int64_t)va_arg(args, uint64_t); continue;
        case 's': text = va_arg(args, str); break;
        case 'b':
            text.p = va_arg(args, const void *);
            text.n = va_arg(args, size_t);
            break;
        default: NOT_REACHED();
        }
        if (!text.p) c->kind = 'n';
        c->length = text.n;
        c->number = (int64_t)b->texts.n;
        if (text.p) buf_put(&b->texts, text.n ? text.p : "", text.n ? text.n : 1);
    }
    va_end(args);
    b->count++;
    if (buf_check(&b->texts, err)) return -1;
    return b->count == ROWS_AT_ONCE || b->texts.n > TEXTS_FLUSH ? flush(s, which, err) : 0;
}
