/* SPDX-License-Identifier: Apache-2.0 */
/* One connection: making, opening, migrating, running statements. */
#include "store_inside.h"

#include "base_time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MILLISECONDS = 20000, MODEL_CAP = 4 << 20, LOG_PAGES_MOST = 20000 };

static int disk_is_full(struct err *err)
{
    return err_set(err, ERR_IO, "the disk is full; nothing was changed; make room, then do it again");
}

int store_fail(sqlite3 *db, struct err *err)
{
    int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    const char *text = db ? sqlite3_errmsg(db) : "no memory";
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_STORE, "the workspace is locked: another program has been writing to it for %d seconds",
                       BUSY_MILLISECONDS / 1000);
    case SQLITE_FULL: return disk_is_full(err);
    case SQLITE_READONLY:
        return err_set(err, ERR_IO,
                       "the workspace cannot be written to (read-only file or folder); nothing was changed; work as its"
                       " owner, where writing is allowed");
    case SQLITE_CANTOPEN:
        return err_set(err, ERR_IO,
                       "the workspace cannot be opened (permissions of file or folder); work as its owner");
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_SHMSIZE) return disk_is_full(err);
        return err_set(err, ERR_IO, "the disk does not answer as it should: %s", text);
    case SQLITE_NOTADB: return err_set(err, ERR_STORE, "this is not a workspace of entente");
    case SQLITE_CORRUPT:
        return err_set(err, ERR_STORE, "the workspace is damaged: %s; put a whole backup in its place: entente restore",
                       text);
    default: return err_set(err, ERR_STORE, "the workspace cannot be used: %s", text);
    }
}

int store_failed(struct store *s, struct err *err)
{
    store_fail(s->db, err);
    return s->path ? err_in(err, str_of(s->path)) : -1;
}

/* ---- Statements ---- */

int store_prepare(struct store *s, enum store_sql which, sqlite3_stmt **out, struct err *err)
{
    sqlite3_stmt **q = &s->statements[which];
    *out = NULL;
    if (!*q && sqlite3_prepare_v3(s->db, store_sql_text(which), -1, SQLITE_PREPARE_PERSISTENT, q, NULL) != SQLITE_OK)
        return store_failed(s, err);
    sqlite3_reset(*q);
    *out = *q;
    return 0;
}

static int bind_all(struct store *s, sqlite3_stmt *q, const char *format, va_list args)
{
    (void)s;
    for (int i = 1; *format; format++, i++) {
        int rc = SQLITE_OK;
        switch (*format) {
        case 'i': rc = sqlite3_bind_int64(q, i, va_arg(args, int64_t)); break;
        case 'u': rc = sqlite3_bind_int64(q, i, (int64_t)va_arg(args, uint64_t)); break;
        case 'n': rc = sqlite3_bind_null(q, i); break;
        case 's': {
            str t = va_arg(args, str);
            rc = t.p ? sqlite3_bind_text64(q, i, t.p, t.n, SQLITE_STATIC, SQLITE_UTF8) : sqlite3_bind_null(q, i);
            break;
        }
        case 'b': {
            const void *p = va_arg(args, const void *);
            size_t n = va_arg(args, size_t);
            rc = sqlite3_bind_blob64(q, i, p, n, SQLITE_STATIC);
            break;
        }
        default: NOT_REACHED();
        }
        if (rc != SQLITE_OK) return rc;
    }
    return SQLITE_OK;
}

static int bind_list(struct store *s, enum store_sql which, sqlite3_stmt **out, struct err *err, const char *format,
                     va_list args)
{
    if (store_prepare(s, which, out, err)) return -1;
    return bind_all(s, *out, format, args) == SQLITE_OK ? 0 : store_failed(s, err);
}

int store_bind(struct store *s, enum store_sql which, sqlite3_stmt **out, struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int rc = bind_list(s, which, out, err, format, args);
    va_end(args);
    return rc;
}

int store_step(struct store *s, sqlite3_stmt *q, struct err *err)
{
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW) return 1;
    if (rc == SQLITE_DONE) {
        sqlite3_reset(q);
        return 0;
    }
    store_failed(s, err);
    sqlite3_reset(q);
    return -1;
}

int store_run(struct store *s, enum store_sql which, struct err *err, const char *format, ...)
{
    sqlite3_stmt *q;
    va_list args;
    va_start(args, format);
    int rc = bind_list(s, which, &q, err, format, args);
    va_end(args);
    while (!rc && (rc = store_step(s, q, err)) == 1) rc = 0;
    return rc;
}

str store_column(sqlite3_stmt *q, int column)
{
    const char *p = (const char *)sqlite3_column_text(q, column);
    return p ? (str){p, (size_t)sqlite3_column_bytes(q, column)} : STR_NONE;
}

int store_begin(struct store *s, bool write, struct err *err)
{
    if (write && !s->writable) return err_set(err, ERR_STORE, "the workspace was opened for reading only");
    if (write) store_rows_forget(s);
    if (store_run(s, write ? SQL_BEGIN_WRITE : SQL_BEGIN_READ, err, "")) return -1;
    if (!s->model || !store_model_is_old(s)) return 0;
    store_abandon(s);
    return err_set(err, ERR_CONFLICT,
                   "another program has brought in a changed metamodel; this one has to be started again");
}

void store_abandon(struct store *s)
{
    struct err ignored;
    store_rows_forget(s);
    /* A cursor left open by a failure would keep the transaction. */
    for (size_t i = 0; i < SQL_COUNT; i++) sqlite3_reset(s->statements[i]);
    if (!sqlite3_get_autocommit(s->db) && store_run(s, SQL_ROLLBACK, &ignored, "")) return;
}

int store_end(struct store *s, struct err *err)
{
    if (!store_rows_end(s, err) && !store_run(s, SQL_COMMIT, err, "")) return 0;
    store_abandon(s);
    return -1;
}

/* ---- Making ---- */

static int run_text(sqlite3 *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_fail(db, err);
}

static int run_pragma(sqlite3 *db, struct err *err, const char *format, int64_t value)
{
    char *sql = sqlite3_mprintf(format, value);
    int rc = sql ? run_text(db, sql, err) : store_fail(NULL, err);
    sqlite3_free(sql);
    return rc;
}

static int set_up(sqlite3 *db, struct err *err)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_MILLISECONDS);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    return run_text(db,
                    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
                    "PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;",
                    err);
}

static int migrate(sqlite3 *db, size_t from, struct err *err)
{
    for (size_t n = from; n < store_migration_count(); n++)
        if (run_text(db, store_migration(n), err)) return -1;
    return run_pragma(db, err, "PRAGMA user_version = %lld", (int64_t)store_migration_count());
}

static int put_setting(struct store *s, const char *key, str value, struct err *err)
{
    return store_run(s, SQL_SETTING_PUT, err, "ss", str_of(key), value);
}

/* Everything of a new workspace in one transaction. */
static int fill(struct store *s, const struct store_profile *p, str model_yaml, struct err *err)
{
    struct journal_writer j;
    unsigned char key[32];
    randombytes_buf(key, sizeof key);
    if (run_text(s->db, "BEGIN EXCLUSIVE", err) || migrate(s->db, 0, err) ||
        run_pragma(s->db, err, "PRAGMA application_id = %lld", STORE_APPLICATION_ID) ||
        store_make_views(s, s->model, err) || put_setting(s, "name", p->name, err) ||
        put_setting(s, "currency", p->currency, err) || put_setting(s, "zone", p->zone, err) ||
        put_setting(s, "model", model_yaml, err) ||
        store_run(s, SQL_SETTING_PUT, err, "sb", STR("person key"), key, sizeof key) ||
        store_run(s, SQL_SETTING_PUT, err, "si", STR("next fact"), (int64_t)1) ||
        journal_begin(s, &j, STR("init"), STR("workspace made"), p->made ? p->made : time_now(), err) ||
        journal_entry(s, &j, ENTRY_MODEL, 0, 0, STR_NONE, model_yaml, err) || journal_end(s, &j, err))
        return -1;
    sodium_memzero(key, sizeof key);
    return store_end(s, err);
}

static int check_profile(const struct store_profile *p, struct err *err)
{
    if (!str_trim(p->name).n) return err_set(err, ERR_USAGE, "the workspace needs the company's name");
    bool good = p->currency.n == 3;
    for (size_t i = 0; good && i < 3; i++) good = p->currency.p[i] >= 'A' && p->currency.p[i] <= 'Z';
    if (!good)
        return err_set(err, ERR_USAGE, "\"" STR_FORMAT "\" is not a currency; write three letters, as in EUR",
                       STR_ARGS(p->currency));
    if (!p->zone.n) return err_set(err, ERR_USAGE, "the workspace needs a time zone, as in Europe/Berlin");
    return 0;
}

static int make_file(struct store *s, const char *path, const struct store_profile *p, str model_yaml, struct err *err)
{
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return err_errno(err, "cannot make the workspace");
    close(fd);
    if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) return store_fail(s->db, err);
    s->writable = true;
    return set_up(s->db, err) || fill(s, p, model_yaml, err) || run_text(s->db, "PRAGMA journal_mode = WAL", err) ? -1
                                                                                                                  : 0;
}

static void release_connection(struct store *s)
{
    for (size_t i = 0; i < SQL_COUNT; i++) sqlite3_finalize(s->statements[i]);
    memset(s->statements, 0, sizeof s->statements);
    store_rows_release(s);
    if (s->db) MUST(sqlite3_close(s->db) == SQLITE_OK);
    s->db = NULL;
}

static void release(struct store *s)
{
    release_connection(s);
    arena_release(&s->arena);
    sodium_memzero(s, sizeof *s);
}

int store_sync_folder(struct arena *a, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    str folder = !slash ? STR(".") : slash == path ? STR("/") : (str){path, (size_t)(slash - path)};
    int fd = open(arena_copy(a, folder).p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd)) {
        err_errno(err, "cannot write to the folder");
        if (fd >= 0) close(fd);
        return -1;
    }
    return close(fd) ? err_errno(err, "cannot write to the folder") : 0;
}

/* Made under a neighbour name and linked to its own when whole: nobody ever sees half a workspace. */
int store_create(const char *path, const struct store_profile *profile, str model_yaml, struct err *err)
{
    struct store s = {0};
    struct stat st;
    store_rows_forget(&s);
    if (sodium_init() < 0) return err_set(err, ERR_IO, "the system gives no random numbers");
    if (check_profile(profile, err)) return -1;
    if (!stat(path, &st))
        return err_set(err, ERR_IO, "there is already a file of this name"), err_in(err, str_of(path));
    s.path = path;
    arena_init(&s.arena, 0);
    struct arena scratch;
    arena_init(&scratch, 0);
    const char *neighbour = arena_printf(&scratch, "%s.new-%ld-%08x", path, (long)getpid(), randombytes_random()).p;
    int rc = model_parse(&s.arena, model_yaml, STR("model"), &s.model, err);
    if (!rc) {
        rc = make_file(&s, neighbour, profile, model_yaml, err);
        release(&s);
        if (!rc && link(neighbour, path)) rc = err_errno(err, "cannot make the workspace");
        unlink(neighbour);
        if (!rc) rc = store_sync_folder(&scratch, path, err);
        if (rc) err_in(err, str_of(path));
    } else
        release(&s);
    arena_release(&scratch);
    return rc;
}

/* ---- Opening ---- */

int store_setting(struct store *s, struct arena *a, const char *key, str *out, struct err *err)
{
    sqlite3_stmt *q;
    *out = STR_NONE;
    if (store_bind(s, SQL_SETTING_GET, &q, err, "s", str_of(key))) return -1;
    int rc = store_step(s, q, err);
    if (rc <= 0) return rc;
    const void *p = sqlite3_column_blob(q, 0);
    if (p) *out = arena_copy(a, (str){p, (size_t)sqlite3_column_bytes(q, 0)});
    sqlite3_reset(q);
    return 0;
}

static int get_setting(struct store *s, const char *key, str *out, struct err *err)
{
    if (store_setting(s, &s->arena, key, out, err)) return -1;
    return out->p ? 0 : err_set(err, ERR_STORE, "the workspace is damaged: its setting \"%s\" is missing", key);
}

/* The commit that brought the metamodel: the first, unless a later one is written down. */
static int read_model_number(struct store *s, int64_t *number, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_SETTING_GET, &q, err, "s", STR("model number"))) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    *number = rc ? sqlite3_column_int64(q, 0) : 1;
    if (rc) sqlite3_reset(q);
    return 0;
}

bool store_model_is_old(struct store *s)
{
    int64_t number;
    struct err err;
    return read_model_number(s, &number, &err) || number != s->model_number;
}

static int read_settings(struct store *s, struct err *err)
{
    str key;
    struct model_text built_in, own;
    if (get_setting(s, "name", &s->profile.name, err) || get_setting(s, "currency", &s->profile.currency, err) ||
        get_setting(s, "zone", &s->profile.zone, err) || get_setting(s, "person key", &key, err) ||
        read_model_number(s, &s->model_number, err) || store_load_model_text(s, &s->arena, &built_in, &own, err))
        return -1;
    if (key.n != sizeof s->person_key)
        return err_set(err, ERR_STORE, "the workspace is damaged: its person key has the wrong length");
    memcpy(s->person_key, key.p, key.n);
    if (!built_in.yaml.p) return err_set(err, ERR_STORE, "the workspace is damaged: it has no metamodel");
    return model_parse_with(&s->arena, built_in, own, &s->model, err);
}

static int read_pragma(sqlite3 *db, const char *sql, int64_t *out, struct err *err)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK || sqlite3_step(q) != SQLITE_ROW) {
        store_fail(db, err);
        sqlite3_finalize(q);
        return -1;
    }
    *out = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return 0;
}

static int check_version(struct store *s, int64_t *version, struct err *err)
{
    int64_t application = 0;
    if (read_pragma(s->db, "PRAGMA application_id", &application, err) ||
        read_pragma(s->db, "PRAGMA user_version", version, err))
        return -1;
    if (application != STORE_APPLICATION_ID) return err_set(err, ERR_STORE, "this is not a workspace of entente");
    if (*version > (int64_t)store_migration_count())
        return err_set(
            err, ERR_IO,
            "the workspace was made by a newer entente (form %lld, this program knows %zu); install that one",
            (long long)*version, store_migration_count());
    return 0;
}

static int bring_up_to_date(struct store *s, struct err *err)
{
    int64_t version;
    if (check_version(s, &version, err)) return -1;
    if (version == (int64_t)store_migration_count()) return 0;
    if (!s->writable)
        return err_set(err, ERR_IO, "the workspace has an older form; open it once for writing to bring it up to date");
    /* Somebody else may have migrated it while we waited for the lock. */
    if (store_begin(s, true, err)) return -1;
    if (check_version(s, &version, err) || migrate(s->db, (size_t)version, err)) {
        store_abandon(s);
        return -1;
    }
    return store_end(s, err);
}

static int set_up_and_read(struct store *s, struct err *err)
{
    if (!s->writable && run_text(s->db, "PRAGMA query_only = ON", err)) return -1;
    return set_up(s->db, err) || bring_up_to_date(s, err) || read_settings(s, err) ? -1 : 0;
}

/* A workspace in a folder that cannot be written to has no place for the files that readers share. When nobody has left
 * any there, nobody writes, so the file can be read as it is. */
static int open_unchanging(struct store *s, const char *path, struct err *err)
{
    static const char hex[] = "0123456789ABCDEF";
    struct stat st;
    struct buf uri;
    buf_init(&uri, 1 << 16);
    buf_printf(&uri, "%s-wal", path);
    bool log = uri.full || (!stat(uri.p, &st) && st.st_size);
    buf_clear(&uri);
    buf_text(&uri, "file:");
    for (const char *p = path; *p; p++) {
        bool plain = *p == '/' || *p == '.' || *p == '-' || *p == '_' || (*p >= '0' && *p <= '9') ||
                     ((*p | 32) >= 'a' && (*p | 32) <= 'z');
        if (plain)
            buf_char(&uri, *p);
        else
            buf_printf(&uri, "%%%c%c", hex[(unsigned char)*p >> 4], hex[(unsigned char)*p & 15]);
    }
    buf_text(&uri, "?immutable=1");
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI;
    if (log || uri.full) {
        buf_release(&uri);
        return err_set(err, ERR_IO,
                       "the workspace has commits beside it that only somebody who may write can read in;"
                       " open it once with the right to write");
    }
    bool opened = sqlite3_open_v2(uri.p, &s->db, flags, NULL) == SQLITE_OK;
    buf_release(&uri);
    return opened ? set_up_and_read(s, err) : store_fail(s->db, err);
}

enum { OPEN_FLAGS = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE };

/* On a full disk there is no room for the file that readers share: one at a time does without. Who finds another there
 * lets go and comes again, since two that wait while they hold on wait for each other. */
static int open_alone(struct store *s, const char *path, struct err *err)
{
    for (int waited = 0;;) {
        if (sqlite3_open_v2(path, &s->db, OPEN_FLAGS, NULL) != SQLITE_OK) return store_fail(s->db, err);
        if (!run_text(s->db, "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_schema", err))
            return set_up_and_read(s, err);
        if ((sqlite3_errcode(s->db) & 0xff) != SQLITE_BUSY || waited >= BUSY_MILLISECONDS) return -1;
        release_connection(s);
        waited += sqlite3_sleep(5 + (int)randombytes_uniform(20));
    }
}

static int open_file(struct store *s, const char *path, struct err *err)
{
    if (sqlite3_open_v2(path, &s->db, OPEN_FLAGS, NULL) != SQLITE_OK) return store_fail(s->db, err);
    if (s->writable && sqlite3_db_readonly(s->db, "main") == 1)
        return err_set(err, ERR_IO, "the workspace cannot be written to (read-only file or folder); work as its owner");
    struct err first;
    if (!set_up_and_read(s, &first)) return 0;
    int code = sqlite3_extended_errcode(s->db);
    bool full = code == SQLITE_IOERR_SHMSIZE,
         closed = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
    if (s->writable || (!full && !closed)) return *err = first, -1;
    release_connection(s);
    return full ? open_alone(s, path, err) : open_unchanging(s, path, err);
}

/* After each commit. Where nobody folds the log in, it is done here, before it grows without end. */
static int leave_log(void *self, sqlite3 *db, const char *name, int pages)
{
    struct store *s = self;
    s->log_pages = (unsigned)pages;
    if (pages >= LOG_PAGES_MOST) sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

unsigned store_log_pages(struct store *s) { return s->log_pages; }

int store_fold_log(struct store *s, struct err *err)
{
    int rc = sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    /* Busy: another process does it just now. */
    return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY ? 0 : store_failed(s, err);
}

int store_open(const char *path, int flags, struct store **out, struct err *err)
{
    struct stat st;
    if (sodium_init() < 0) return err_set(err, ERR_IO, "the system gives no random numbers");
    if (stat(path, &st)) return err_errno(err, "cannot open the workspace"), err_in(err, str_of(path));
    if (!S_ISREG(st.st_mode)) return err_set(err, ERR_IO, "this is not a file"), err_in(err, str_of(path));
    struct store *s = mem_zalloc(sizeof *s);
    s->writable = flags & STORE_WRITE;
    arena_init(&s->arena, 0);
    s->path = arena_copy(&s->arena, str_of(path)).p;
    if (open_file(s, path, err)) {
        store_close(s);
        return err_in(err, str_of(path));
    }
    if (flags & STORE_LEAVES_LOG) sqlite3_wal_hook(s->db, leave_log, s);
    if (flags & STORE_EASY && run_text(s->db, "PRAGMA synchronous = NORMAL", err)) {
        store_close(s);
        return err_in(err, str_of(path));
    }
    store_may_have_changed(s);
    *out = s;
    return 0;
}

void store_close(struct store *s)
{
    if (!s) return;
    release(s);
    mem_free(s);
}

const struct model *store_model(const struct store *s) { return s->model; }
const struct store_profile *store_profile(const struct store *s) { return &s->profile; }
const unsigned char *store_person_key(const struct store *s) { return s->person_key; }

bool store_may_have_changed(struct store *s)
{
    sqlite3_stmt *q = NULL;
    struct err err;
    /* What cannot be told counts as changed: the next read says what is wrong. */
    if (store_prepare(s, SQL_DATA_VERSION, &q, &err) || store_step(s, q, &err) != 1) return true;
    int64_t version = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    bool changed = version != s->data_version;
    s->data_version = version;
    return changed;
}
