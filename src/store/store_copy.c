/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of a workspace: made while others write, proved before they get their name, and put back. */
#include "store_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where SQLite locks a file that is in use: sqlite3.c, "PENDING_BYTE". */
enum { LOCK_FROM = 0x40000002, LOCK_BYTES = 510 };

/* ---- Proof ---- */

int store_check_pages(struct store *s, bool full, struct arena *a, str *says, struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    *says = STR_NONE;
    if (store_prepare(s, full ? SQL_CHECK_FULL : SQL_CHECK_QUICK, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        static const str title = STR_INIT("*** in database main ***");
        str line = store_column(q, 0);
        if (str_starts(line, title)) line = str_trim(str_from(line, title.n));
        if (!says->p && !str_eq(line, STR("ok"))) *says = arena_copy(a, line);
    }
    return rc;
}

static int prove(const char *path, struct store_proof *proof, struct err *err)
{
    struct store *s;
    struct arena a;
    str says;
    struct journal_line newest;
    if (store_open(path, STORE_READ, &s, err)) return -1;
    arena_init(&a, 0);
    int rc = store_check_pages(s, true, &a, &says, err);
    if (!rc && says.p) rc = err_set(err, ERR_STORE, "the file is damaged: " STR_FORMAT, STR_ARGS(says));
    if (!rc) rc = store_verify(s, &proof->entries, proof->head, err);
    if (!rc) rc = store_find_head(s, proof->head, sizeof proof->head, &newest, err);
    if (!rc) proof->commits = newest.number;
    store_close(s);
    arena_release(&a);
    return rc ? err_in(err, str_of(path)) : 0;
}

/* ---- Copying ---- */

static int sync_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd)) {
        err_errno(err, "cannot write the copy");
        if (fd >= 0) close(fd);
        return -1;
    }
    return close(fd) ? err_errno(err, "cannot write the copy") : 0;
}

/* All pages in one go, so as of one moment; `mode`: what the copy's own log is to be. */
static int copy_pages(sqlite3 *from, const char *path, const char *mode, struct err *err)
{
    sqlite3 *to = NULL;
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return err_errno(err, "cannot make the copy");
    close(fd);
    int rc = 0;
    if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) rc = store_fail(to, err);
    sqlite3_backup *b = rc ? NULL : sqlite3_backup_init(to, "main", from, "main");
    if (!rc && !b) rc = store_fail(to, err);
    if (b) {
        int step = sqlite3_backup_step(b, -1), end = sqlite3_backup_finish(b);
        if (step != SQLITE_DONE || end != SQLITE_OK) rc = store_fail(to, err);
    }
    if (!rc && sqlite3_exec(to, mode, NULL, NULL, NULL) != SQLITE_OK) rc = store_fail(to, err);
    if (sqlite3_close(to) != SQLITE_OK && !rc) rc = store_fail(to, err);
    return rc ? -1 : sync_file(path, err);
}

static const char *neighbour_of(struct arena *a, const char *path)
{
    return arena_printf(a, "%s.new-%ld-%08x", path, (long)getpid(), randombytes_random()).p;
}

static int name_copy(struct arena *a, const char *neighbour, const char *path, struct err *err)
{
    if (link(neighbour, path)) return err_errno(err, "cannot name the copy");
    if (unlink(neighbour)) return err_errno(err, "cannot name the copy");
    return store_sync_folder(a, path, err);
}

static int refuse_existing(const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st))
        return errno == ENOENT ? 0 : (err_errno(err, "cannot look for it"), err_in(err, str_of(path)));
    err_set(err, ERR_IO, "there is already a file of this name");
    return err_in(err, str_of(path));
}

int store_backup(struct store *s, const char *path, struct store_proof *proof, struct err *err)
{
    struct arena a;
    *proof = (struct store_proof){0};
    if (refuse_existing(path, err)) return -1;
    arena_init(&a, 0);
    const char *neighbour = neighbour_of(&a, path);
    /* A copy is one file, also where nobody may write. */
    int rc = copy_pages(s->db, neighbour, "PRAGMA journal_mode = DELETE", err);
    bool copied = !rc;
    if (!rc) rc = prove(neighbour, proof, err);
    bool proved = !rc;
    struct stat st;
    if (!rc && !stat(neighbour, &st)) proof->bytes = (uint64_t)st.st_size;
    if (!rc) rc = name_copy(&a, neighbour, path, err);
    if (rc) {
        /* The copy has the pages of the workspace: where they are damaged, they are damaged there. */
        bool damaged = copied && !proved && err->code == ERR_STORE;
        if (copied && !proved) err->file[0] = 0;
        unlink(neighbour);
        err_in(err, str_of(damaged ? s->path : path));
    }
    arena_release(&a);
    return rc;
}

/* ---- Putting back ---- */

/* Who has the workspace open would go on writing into the file that was put aside. */
static int refuse_in_use(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return err_errno(err, "cannot open the workspace that is there");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_FROM, .l_len = LOCK_BYTES};
    int rc = fcntl(fd, F_GETLK, &lock);
    if (rc) err_errno(err, "cannot see whether the workspace is in use");
    if (!rc && lock.l_type != F_UNLCK)
        rc = err_set(err, ERR_STORE, "process %ld has this workspace open; end it first", (long)lock.l_pid);
    close(fd);
    return rc;
}

/* What its log holds goes into the file; one that is damaged is kept with its log as it is. */
static void fold_log(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close(db);
}

/* The old file gets a second name before the new one takes its place: at no moment there is none. */
static int put_aside(struct arena *a, const char *path, str *kept, struct err *err)
{
    for (int n = 1; n < 1000; n++) {
        str name = arena_printf(a, "%s.before-%d", path, n);
        if (link(path, name.p)) {
            if (errno == EEXIST) continue;
            return err_errno(err, "cannot keep the workspace that is there");
        }
        const char *log = arena_printf(a, "%s-wal", path).p;
        if (rename(log, arena_printf(a, STR_FORMAT "-wal", STR_ARGS(name)).p) && errno != ENOENT)
            return err_errno(err, "cannot keep the log of the workspace that is there");
        unlink(arena_printf(a, "%s-shm", path).p);
        *kept = name;
        return 0;
    }
    return err_set(err, ERR_IO, "there are too many workspaces put aside here; move them away");
}

static int replace(struct arena *a, const char *neighbour, const char *path, str *kept, struct err *err)
{
    if (refuse_in_use(path, err)) return -1;
    fold_log(path);
    if (put_aside(a, path, kept, err)) return -1;
    if (rename(neighbour, path)) return err_errno(err, "cannot put the copy in its place");
    return store_sync_folder(a, path, err);
}

int store_restore(const char *backup, const char *path, bool force, struct arena *a, struct store_proof *proof,
                  str *kept, struct err *err)
{
    struct store *from;
    struct stat st;
    *proof = (struct store_proof){0};
    *kept = STR_NONE;
    bool there = !lstat(path, &st);
    if (there && !force) return refuse_existing(path, err);
    if (prove(backup, proof, err) || store_open(backup, STORE_READ, &from, err)) return -1;
    proof->bytes = stat(backup, &st) ? 0 : (uint64_t)st.st_size;
    const char *neighbour = neighbour_of(a, path);
    int rc = copy_pages(from->db, neighbour, "PRAGMA journal_mode = WAL", err);
    store_close(from);
    if (!rc) rc = there ? replace(a, neighbour, path, kept, err) : name_copy(a, neighbour, path, err);
    if (!rc) return 0;
    unlink(neighbour);
    return err_in(err, str_of(path));
}
