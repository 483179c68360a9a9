/* SPDX-License-Identifier: Apache-2.0 */
/* Is a workspace well? Each line says what was looked at, what is wrong, and what to do. */
#include "store_inside.h"
#include "store_ruling.h"

#include "base_time.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { SPACE_MIN = 100 << 20, LOG_MAX = 256 << 20, CLOCK_SLACK = 300 };

struct examining {
    struct arena *a;
    const char *path;
    int64_t now;
    bool full;
    VEC(struct health_line) lines;
};

static void put(struct examining *x, enum health state, const char *what, str says, const char *next)
{
    *vec_add(x->a, &x->lines) = (struct health_line){state, what, says, next};
}

#define says(x, ...) arena_printf((x)->a, __VA_ARGS__)

static str bytes_words(struct examining *x, uint64_t n)
{
    return n < 10 << 20 ? says(x, "%llu kB", (unsigned long long)(n >> 10))
                        : says(x, "%llu MB", (unsigned long long)(n >> 20));
}

/* ---- Around the file ---- */

static str folder_of(struct examining *x)
{
    const char *slash = strrchr(x->path, '/');
    return !slash             ? STR(".")
           : slash == x->path ? STR("/")
                              : arena_copy(x->a, (str){x->path, (size_t)(slash - x->path)});
}

static void look_at_rights(struct examining *x, const struct stat *st)
{
    str folder = folder_of(x);
    struct stat in;
    if (access(x->path, R_OK | W_OK))
        put(x, HEALTH_NOTE, "file", STR("you may not write to it"), "work as its owner, or only look");
    else if (st->st_mode & (S_IRWXG | S_IRWXO))
        put(x, HEALTH_NOTE, "file",
            says(x, "other accounts of this machine may open it (mode %03o)", (unsigned)st->st_mode & 0777),
            "chmod 600 FILE, unless they are meant to");
    else
        put(x, HEALTH_GOOD, "file", says(x, "%s, only for its owner", bytes_words(x, (uint64_t)st->st_size).p), NULL);
    if (stat(folder.p, &in) || access(folder.p, W_OK | X_OK))
        put(x, HEALTH_BAD, "folder", STR("you may not write to the folder, where SQLite keeps its log"),
            "make the folder writable for whoever serves or imports");
    else if (in.st_mode & S_IWOTH && !(in.st_mode & S_ISVTX))
        put(x, HEALTH_BAD, "folder", STR("everybody on this machine may replace files in it"), "chmod o-w FOLDER");
    else
        put(x, HEALTH_GOOD, "folder", STR("can be written to"), NULL);
}

static void look_at_space(struct examining *x, const struct stat *st)
{
    struct statvfs fs;
    struct stat log;
    if (statvfs(x->path, &fs)) {
        put(x, HEALTH_NOTE, "disk", STR("its free space cannot be told"), "look at it with df");
    } else {
        uint64_t free = (uint64_t)fs.f_bavail * fs.f_frsize, wanted = (uint64_t)st->st_size + SPACE_MIN;
        if (free < wanted)
            put(x, free < SPACE_MIN / 10 ? HEALTH_BAD : HEALTH_NOTE, "disk",
                says(x, "%s free, less than a copy of the workspace needs", bytes_words(x, free).p),
                "make room, or move the workspace to another disk");
        else
            put(x, HEALTH_GOOD, "disk", says(x, "%s free", bytes_words(x, free).p), NULL);
    }
    uint64_t size = stat(says(x, "%s-wal", x->path).p, &log) ? 0 : (uint64_t)log.st_size;
    if (size > LOG_MAX)
        put(x, HEALTH_NOTE, "log", says(x, "%s of commits are not yet in the file", bytes_words(x, size).p),
            "end programs that have been reading it for long, or start the server anew");
    else
        put(x, HEALTH_GOOD, "log", says(x, "%s", bytes_words(x, size).p), NULL);
}

/* ---- Inside ---- */

static void failed(struct examining *x, const char *what, const struct err *err, const char *next)
{
    put(x, HEALTH_BAD, what, arena_copy(x->a, str_of(err->message)), next);
}

static const char from_backup[] = "keep the file, and put the newest backup back: entente restore BACKUP --force";

static void look_at_pages(struct examining *x, struct store *s)
{
    struct err err;
    str first;
    const char *what = x->full ? "integrity" : "integrity (quick)";
    if (store_check_pages(s, x->full, x->a, &first, &err))
        failed(x, what, &err, from_backup);
    else if (first.p)
        put(x, HEALTH_BAD, what, first, from_backup);
    else
        put(x, HEALTH_GOOD, what, x->full ? STR("every page and index is whole") : STR("every page is whole"), NULL);
}

static void look_at_journal(struct examining *x, struct store *s)
{
    struct err err;
    uint64_t entries;
    unsigned char head[HASH_SIZE];
    char digits[2 * HASH_SIZE + 1];
    if (store_verify(s, &entries, head, &err)) {
        failed(x, "journal", &err, from_backup);
        return;
    }
    sodium_bin2hex(digits, sizeof digits, head, sizeof head);
    put(x, HEALTH_GOOD, "journal", says(x, "whole, %llu entries, head %s", (unsigned long long)entries, digits), NULL);
}

static void look_at_rulings(struct examining *x, struct store *s)
{
    struct err err;
    uint64_t count;
    unsigned char head[RULING_HASH_SIZE];
    if (store_verify_rulings(s, &count, head, &err))
        failed(x, "rulings", &err, from_backup);
    else if (count)
        put(x, HEALTH_GOOD, "rulings", says(x, "%llu, in a whole chain", (unsigned long long)count), NULL);
    else
        put(x, HEALTH_GOOD, "rulings", STR("none yet"), NULL);
}

static void look_at_attachments(struct examining *x, struct store *s)
{
    sqlite3_stmt *q;
    struct err err;
    if (store_prepare(s, SQL_ATTACHMENT_TOTALS, &q, &err) || store_step(s, q, &err) != 1) {
        failed(x, "attachments", &err, from_backup);
        return;
    }
    uint64_t count = (uint64_t)sqlite3_column_int64(q, 0), bytes = (uint64_t)sqlite3_column_int64(q, 1);
    sqlite3_reset(q);
    if (count)
        put(x, HEALTH_GOOD, "attachments", says(x, "%llu, %s", (unsigned long long)count, bytes_words(x, bytes).p),
            NULL);
    else
        put(x, HEALTH_GOOD, "attachments", STR("none yet"), NULL);
}

/* Rows of `which` (a name and how many) that should not be there. */
static void look_at_rows(struct examining *x, struct store *s, const char *what, enum store_sql which, str fine)
{
    sqlite3_stmt *q;
    struct err err;
    struct buf b;
    int rc = store_prepare(s, which, &q, &err) ? -1 : 0;
    buf_init(&b, 4096);
    while (!rc && (rc = store_step(s, q, &err)) == 1) {
        rc = 0;
        if (!sqlite3_column_int64(q, 1)) continue;
        buf_printf(&b, "%s%lld of " STR_FORMAT, b.n ? ", " : "", (long long)sqlite3_column_int64(q, 1),
                   STR_ARGS(store_column(q, 0)));
    }
    if (rc)
        failed(x, what, &err, from_backup);
    else if (b.n)
        put(x, HEALTH_BAD, what, says(x, "rows that belong to nothing: " STR_FORMAT, STR_ARGS(buf_get(&b))),
            from_backup);
    else
        put(x, HEALTH_GOOD, what, fine, NULL);
    buf_release(&b);
}

static void look_at_clock(struct examining *x, struct store *s)
{
    sqlite3_stmt *q;
    struct err err;
    if (store_prepare(s, SQL_CLOCK, &q, &err) || store_step(s, q, &err) != 1) {
        failed(x, "clock", &err, from_backup);
        return;
    }
    int64_t newest = sqlite3_column_int64(q, 0), back = sqlite3_column_int64(q, 1);
    sqlite3_reset(q);
    if (newest > x->now + CLOCK_SLACK)
        put(x, HEALTH_NOTE, "clock",
            says(x, "the newest commit is of %s, which is still to come", time_emit_utc(x->a, newest).p),
            "set the clock of this machine, or look which machine's clock was ahead");
    else if (back)
        put(x, HEALTH_NOTE, "clock", says(x, "%lld commits are older than the one before them", (long long)back),
            "looking back by date takes the last commit before the day's end; look back by number to be exact");
    else
        put(x, HEALTH_GOOD, "clock", STR("commits follow each other in time"), NULL);
}

static void look_at_versions(struct examining *x, struct store *s)
{
    struct arena a;
    const struct zone *zone;
    struct err err;
    put(x, HEALTH_GOOD, "form",
        says(x, "%zu, the newest that this program knows; SQLite %s", store_migration_count(), sqlite3_libversion()),
        NULL);
    put(x, HEALTH_GOOD, "metamodel", says(x, "%zu types", s->model->type_count), NULL);
    arena_init(&a, 0);
    if (s->profile.zone.n && zone_load(&a, s->profile.zone, &zone, &err))
        failed(x, "time zone", &err, "install the package tzdata");
    else
        put(x, HEALTH_GOOD, "time zone", arena_copy(x->a, s->profile.zone), NULL);
    arena_release(&a);
}

static void look_inside(struct examining *x)
{
    struct store *s;
    struct err err;
    if (store_open(x->path, STORE_READ, &s, &err)) {
        /* What only hinders this program says itself what to do. */
        failed(x, "workspace", &err,
               err.code == ERR_IO
                   ? NULL
                   : "if the file is damaged, put the newest backup back: entente restore BACKUP --force");
        return;
    }
    look_at_versions(x, s);
    look_at_pages(x, s);
    look_at_journal(x, s);
    look_at_rulings(x, s);
    look_at_attachments(x, s);
    look_at_rows(x, s, "foreign keys", SQL_FOREIGN_KEYS, STR("every link leads to a fact"));
    look_at_rows(x, s, "orphans", SQL_ORPHANS, STR("no row belongs to nothing"));
    look_at_clock(x, s);
    store_close(s);
}

int store_examine(const char *path, bool full, int64_t now, struct arena *a, const struct health_line **out,
                  size_t *count, struct err *err)
{
    struct stat st;
    struct examining x = {.a = a, .path = path, .now = now, .full = full};
    if (stat(path, &st)) return err_errno(err, "cannot open the workspace"), err_in(err, str_of(path));
    if (!S_ISREG(st.st_mode)) return err_set(err, ERR_IO, "this is not a file"), err_in(err, str_of(path));
    look_at_rights(&x, &st);
    look_at_space(&x, &st);
    look_inside(&x);
    *out = x.lines.items;
    *count = x.lines.count;
    return 0;
}
