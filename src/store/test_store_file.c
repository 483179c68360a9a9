/* SPDX-License-Identifier: Apache-2.0 */
/* Bad days: files that are no workspace, that are newer, damaged, read-only, full; processes killed while they commit.
 */
#include "store_hook.h"
#include "test_store.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const struct store_profile profile = {STR_INIT("Northlight"), STR_INIT("EUR"), STR_INIT("Europe/Berlin")};

static void write_bytes(const char *path, const char *bytes, size_t n, off_t at)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || pwrite(fd, bytes, n, at) != (ssize_t)n || close(fd)) abort();
}

static void making(struct test_tally *t)
{
    struct fixture x;
    struct stat st;
    struct store_profile bad = profile;
    fixture_init(&x, t);
    CHECK(!stat(x.path, &st) && (st.st_mode & 0777) == 0600);
    BAD(&x, store_create(x.path, &profile, STR(TEST_MODEL), &x.err), ERR_IO, "already a file");
    CHECK(!strcmp(x.err.file, x.path));
    BAD(&x, store_create("/nowhere/at/all.entente", &profile, STR(TEST_MODEL), &x.err), ERR_IO, "No such file");
    BAD(&x, store_create("/tmp/never.entente", &profile, STR("version: 1\nsides: []\n"), &x.err), ERR_INPUT, "sides");
    bad.currency = STR("Euro");
    BAD(&x, store_create("/tmp/never.entente", &bad, STR(TEST_MODEL), &x.err), ERR_USAGE, "not a currency");
    CHECK(stat("/tmp/never.entente", &st));
    fixture_release(&x);
}

static void no_workspace(struct test_tally *t)
{
    struct fixture x;
    struct store *s;
    char path[128];
    fixture_init(&x, t);
    snprintf(path, sizeof path, "%s/other", x.folder);
    BAD(&x, store_open(path, STORE_READ, &s, &x.err), ERR_IO, "No such file");
    BAD(&x, store_open(x.folder, STORE_READ, &s, &x.err), ERR_IO, "not a file");
    write_bytes(path, "", 0, 0);
    BAD(&x, store_open(path, STORE_WRITE, &s, &x.err), ERR_STORE, "not a workspace");
    char junk[8192];
    memset(junk, 'x', sizeof junk);
    write_bytes(path, junk, sizeof junk, 0);
    BAD(&x, store_open(path, STORE_WRITE, &s, &x.err), ERR_STORE, "not a workspace");
    unlink(path);
    sqlite3 *db;
    CHECK(sqlite3_open(path, &db) == SQLITE_OK && !sqlite3_exec(db, "CREATE TABLE t(a)", NULL, NULL, NULL));
    sqlite3_close(db);
    BAD(&x, store_open(path, STORE_WRITE, &s, &x.err), ERR_STORE, "not a workspace");
    unlink(path);
    store_close(x.s);
    x.s = NULL;
    CHECK(sqlite3_open(x.path, &db) == SQLITE_OK && !sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL));
    sqlite3_close(db);
    BAD(&x, store_open(x.path, STORE_WRITE, &s, &x.err), ERR_IO, "made by a newer entente");
    fixture_release(&x);
}

/* The first form's tables, and nothing else. */
static void make_first_form(struct fixture *x)
{
    struct test_tally *t = x->t;
    sqlite3 *db;
    sqlite3_stmt *q;
    VEC(str) drops = {0};
    CHECK(sqlite3_open(x->path, &db) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(db,
                             "SELECT 'DROP TABLE ' || name FROM sqlite_master WHERE type = 'table' AND name NOT IN"
                             "('setting', 'fact', 'link', 'fact_name', 'fact_alias', 'source', 'claim', 'journal',"
                             " 'entry', 'entry_value', 'subject', 'load', 'usage', 'payment', 'finding', 'user',"
                             " 'session')",
                             -1, &q, NULL) == SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW)
        *vec_add(&x->a, &drops) = arena_printf(&x->a, "%s", (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    VEC_EACH(d, &drops) CHECK(sqlite3_exec(db, d->p, NULL, NULL, NULL) == SQLITE_OK);
    CHECK(drops.count &&
          sqlite3_exec(db,
                       "ALTER TABLE entry_value DROP COLUMN erased; ALTER TABLE finding DROP COLUMN"
                       " about; CREATE TABLE kept AS SELECT * FROM link; DROP TABLE link;"
                       "CREATE TABLE link(fact INTEGER NOT NULL, field INTEGER NOT NULL, ord INTEGER NOT"
                       " NULL, target INTEGER NOT NULL REFERENCES fact(id) DEFERRABLE INITIALLY DEFERRED,"
                       " PRIMARY KEY(fact, field, ord)) STRICT, WITHOUT ROWID;"
                       "CREATE INDEX link_by_target ON link(target, field, fact);"
                       "INSERT INTO link SELECT * FROM kept; DROP TABLE kept; PRAGMA user_version = 1",
                       NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static void older_form(struct test_tally *t)
{
    struct fixture x;
    struct store *s;
    uint64_t entries;
    unsigned char head[32];
    fixture_init(&x, t);
    make(&x, x.objective, "Reach");
    uint64_t vendor = make(&x, x.vendor, "Intuit");
    struct change_set *c = set_of(&x);
    struct commit_result r;
    change_links(c, vendor - 1, field_of(x.objective, "partner"), &vendor, 1, typed);
    change_links(c, vendor - 1, field_of(x.objective, "watched by"), &vendor, 1, typed);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    store_close(x.s);
    x.s = NULL;
    make_first_form(&x);
    BAD(&x, store_open(x.path, STORE_READ, &s, &x.err), ERR_IO, "the workspace has an older form");
    fixture_reopen(&x, STORE_WRITE);
    CHECK_STR(dump(&x, x.s, true, 0, NULL),
              STR("1 objective v2 name=Reach partner->2 watched_by->2\n2 vendor v1 name=Intuit\n"));
    make(&x, x.objective, "Loyalty");
    const struct stored_hook hook = {.name = STR("ERP"), .address = STR("https://hooks.example.com/")};
    uint64_t id;
    GOOD(&x, store_add_hook(x.s, &hook, (const unsigned char[HOOK_SECRET]){1}, STR("anna"), 1, &id, &x.err));
    GOOD(&x, store_test_hook(x.s, id, STR("anna"), 1, &x.err));
    GOOD(&x, store_verify(x.s, &entries, head, &x.err));
    c = set_of(&x);
    change_delete(c, vendor);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(r.changed_count == 2);
    GOOD(&x, store_verify(x.s, &entries, head, &x.err));
    fixture_release(&x);
}

/* Whatever page is overwritten or cut off: an error or the truth, never a crash. */
static void damaged(struct test_tally *t)
{
    struct fixture x;
    struct stat st;
    fixture_init(&x, t);
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "Vendor %d", i);
        make(&x, x.vendor, name);
    }
    str whole;
    store_close(x.s);
    x.s = NULL;
    GOOD(&x, file_read(&x.a, x.path, 1 << 26, &whole, &x.err));
    CHECK(!stat(x.path, &st));
    int noticed = 0;
    char junk[512];
    memset(junk, 0xa5, sizeof junk);
    for (off_t at = 0; at < st.st_size; at += 2048) {
        struct store *s;
        struct buf b;
        uint64_t head, entries;
        unsigned char hash[32];
        write_bytes(x.path, junk, sizeof junk, at);
        buf_init(&b, 1 << 24);
        struct store_reader r = {&b, dump_fact, dump_usage, dump_payment, dump_evidence_of};
        x.err = (struct err){0};
        bool bad = store_open(x.path, STORE_WRITE, &s, &x.err) < 0;
        if (!bad) {
            bad = store_load(s, &r, &head, &x.err) < 0 || store_verify(s, &entries, hash, &x.err) < 0;
            store_close(s);
        }
        if (bad) CHECK(x.err.message[0] && x.err.code != ERR_NONE);
        noticed += bad;
        buf_release(&b);
        write_bytes(x.path, whole.p, whole.n, 0);
    }
    if (!CHECK(noticed > 10)) printf("only %d damages were noticed\n", noticed);
    CHECK(!truncate(x.path, st.st_size / 2));
    struct store *s = NULL;
    x.err = (struct err){0};
    bool bad = store_open(x.path, STORE_WRITE, &s, &x.err) < 0;
    uint64_t entries;
    unsigned char hash[32];
    if (!bad) bad = store_verify(s, &entries, hash, &x.err) < 0;
    CHECK(bad && x.err.code == ERR_STORE);
    store_close(s);
    unlink(x.path);
    fixture_release(&x);
}

/* Root may write anywhere, so the child becomes nobody. */
static void read_only(struct test_tally *t)
{
    struct fixture x;
    fixture_init(&x, t);
    make(&x, x.vendor, "Intuit");
    store_close(x.s);
    x.s = NULL;
    CHECK(!chmod(x.path, 0444) && !chmod(x.folder, 0555));
    if (geteuid() == 0) CHECK(!chown(x.path, 0, 0));
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        struct store *s;
        if (geteuid() == 0 && setuid(65534)) _exit(9);
        if (!store_open(x.path, STORE_WRITE, &s, &x.err)) _exit(1);
        if (x.err.code != ERR_IO || !strstr(x.err.message, "read-only")) _exit(2);
        if (store_open(x.path, STORE_READ, &s, &x.err)) _exit(3);
        uint64_t head;
        if (store_head(s, &head, &x.err) || head != 2) _exit(4);
        store_close(s);
        if (!store_create(arena_printf(&x.a, "%s/new", x.folder).p, &profile, STR(TEST_MODEL), &x.err)) _exit(5);
        _exit(x.err.code == ERR_IO ? 0 : 6);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status)) printf("the reader of a read-only workspace ended with %d\n", WEXITSTATUS(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(!chmod(x.folder, 0755));
    fixture_release(&x);
}

/* A limit on the size of files stands for a full disk. */
static void disk_full(struct test_tally *t)
{
    struct fixture x;
    fixture_init(&x, t);
    uint64_t v = make(&x, x.vendor, "Intuit");
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        struct rlimit limit = {1 << 20, 1 << 20};
        struct commit_result r;
        store_close(x.s); /* a connection must not cross a fork */
        signal(SIGXFSZ, SIG_IGN);
        if (store_open(x.path, STORE_WRITE, &x.s, &x.err) || setrlimit(RLIMIT_FSIZE, &limit)) _exit(9);
        x.m = store_model(x.s);
        char *big = mem_alloc(2 << 20);
        memset(big, 'x', 2 << 20);
        struct change_set *c = set_of(&x);
        change_value(c, v, field_of(model_type(x.m, STR("vendor")), "country"), (str){big, 2 << 20}, typed);
        if (!store_commit(x.s, c, 1000, &r, &x.err)) _exit(1);
        if (x.err.code != ERR_IO) _exit(2);
        /* What fits goes on. */
        c = set_of(&x);
        change_value(c, v, field_of(model_type(x.m, STR("vendor")), "country"), STR("US"), typed);
        _exit(store_commit(x.s, c, 1000, &r, &x.err) ? 3 : 0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status)) printf("the writer on a full disk ended with %d\n", WEXITSTATUS(status));
    CHECK(WEXITSTATUS(status) == 0);
    fixture_reopen(&x, STORE_WRITE);
    uint64_t entries;
    unsigned char hash[32];
    GOOD(&x, store_verify(x.s, &entries, hash, &x.err));
    CHECK_STR(dump(&x, x.s, true, 0, NULL), STR("1 vendor v2 name=Intuit country=US\n"));
    fixture_release(&x);
}

/* Commits pairs of vendors until it is killed; each commit's number goes up the pipe once it is acknowledged. */
static void commit_for_ever(struct fixture *x, int round, int up)
{
    struct store *s;
    if (store_open(x->path, STORE_WRITE, &s, &x->err)) _exit(1);
    const struct model_type *vendor = model_type(store_model(s), STR("vendor"));
    for (int i = 0;; i++) {
        struct commit_result r;
        struct arena a;
        arena_init(&a, 0);
        struct change_set *c = change_set_new(&a, store_model(s), STR("child"), STR("until killed"));
        for (int k = 0; k < 2; k++)
            set(c, change_create(c, vendor), vendor, "name", arena_printf(&a, "%d-%d-%d", round, i, k).p);
        if (store_commit(s, c, 1000, &r, &x->err)) _exit(2);
        if (write(up, &r.number, sizeof r.number) != sizeof r.number) _exit(3);
        arena_release(&a);
    }
}

static void killed(struct test_tally *t)
{
    struct fixture x;
    int64_t rounds = 20;
    const char *wanted = getenv("ENTENTE_KILLS");
    if (wanted && !str_to_int(str_of(wanted), &rounds)) CHECK(!"ENTENTE_KILLS is a number");
    fixture_init(&x, t);
    store_close(x.s);
    x.s = NULL;
    uint64_t acknowledged = 1;
    for (int round = 0; round < rounds; round++) {
        int ends[2];
        uint64_t number, head, entries;
        unsigned char hash[32];
        CHECK(!pipe(ends));
        fflush(stdout);
        pid_t child = fork();
        if (!child) commit_for_ever(&x, round, ends[1]);
        close(ends[1]);
        /* At least one commit, then at any moment. */
        bool one = read(ends[0], &number, sizeof number) == sizeof number;
        CHECK(one);
        usleep((useconds_t)(round * 7919 % 30000));
        kill(child, SIGKILL);
        CHECK(waitpid(child, NULL, 0) == child);
        while (one) {
            acknowledged = number;
            one = read(ends[0], &number, sizeof number) == sizeof number;
        }
        close(ends[0]);
        fixture_reopen(&x, STORE_WRITE);
        GOOD(&x, store_head(x.s, &head, &x.err));
        CHECK(head >= acknowledged && head <= acknowledged + 1);
        GOOD(&x, store_verify(x.s, &entries, hash, &x.err));
        CHECK(entries == 1 + (head - 1) * 2);
        store_close(x.s);
        x.s = NULL;
    }
    fixture_release(&x);
}

/* Two processes write at once: no commit is lost. */
static void two_writers(struct test_tally *t)
{
    enum { EACH = 40 };
    struct fixture x;
    pid_t children[2];
    uint64_t head, entries;
    unsigned char hash[32];
    fixture_init(&x, t);
    uint64_t v = make(&x, x.vendor, "Shared");
    store_close(x.s);
    x.s = NULL;
    fflush(stdout);
    for (int k = 0; k < 2; k++) {
        if ((children[k] = fork())) continue;
        fixture_reopen(&x, STORE_WRITE);
        for (int i = 0; i < EACH; i++) {
            struct commit_result r;
            struct change_set *c = set_of(&x);
            set(c, v, x.vendor, "country", arena_printf(&x.a, "%d-%d", k, i).p);
            if (store_commit(x.s, c, 1000, &r, &x.err)) _exit(1);
        }
        store_close(x.s);
        _exit(0);
    }
    for (int k = 0; k < 2; k++) {
        int status = 1;
        CHECK(waitpid(children[k], &status, 0) == children[k] && status == 0);
    }
    fixture_reopen(&x, STORE_READ);
    GOOD(&x, store_verify(x.s, &entries, hash, &x.err));
    GOOD(&x, store_head(x.s, &head, &x.err));
    CHECK(head == 2 + 2 * EACH);
    fixture_release(&x);
}

/* The log of a connection that leaves it grows with each commit, until another folds it in: then it begins anew. */
static void log_folded(struct test_tally *t)
{
    struct fixture x;
    struct store *keeper;
    struct stat before, after;
    uint64_t entries;
    unsigned char hash[32];
    fixture_init(&x, t);
    fixture_reopen(&x, STORE_WRITE | STORE_LEAVES_LOG);
    MUST(!stat(x.path, &before));
    if (!GOOD(&x, store_open(x.path, STORE_WRITE | STORE_EASY, &keeper, &x.err))) return;
    str text = arena_printf(&x.a, "%01000000d", 1);
    for (int i = 0; i < 6; i++) {
        struct commit_result r;
        struct change_set *c = set_of(&x);
        unsigned pages = store_log_pages(x.s);
        uint64_t v = change_create(c, x.application);
        set(c, v, x.application, "name", arena_printf(&x.a, "App %d", i).p);
        set(c, v, x.application, "notes", text.p);
        GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
        CHECK(store_log_pages(x.s) > pages + 500);
    }
    CHECK(!stat(x.path, &after) && after.st_size == before.st_size && store_log_pages(x.s) > 3000);
    GOOD(&x, store_fold_log(keeper, &x.err));
    CHECK(!stat(x.path, &after) && after.st_size > before.st_size + 6000000);
    make(&x, x.vendor, "Small");
    CHECK(store_log_pages(x.s) < 100);
    const struct finding_seen seen = {11, STR("")};
    const struct finding_changes changes = {.come = &seen, .come_count = 1, .today = 100};
    GOOD(&x, store_keep_findings(keeper, &changes, &x.err));
    store_close(keeper);
    fixture_reopen(&x, STORE_READ);
    GOOD(&x, store_verify(x.s, &entries, hash, &x.err));
    fixture_release(&x);
}

TEST_MAIN(making, no_workspace, damaged, read_only, disk_full, killed, two_writers, older_form, log_folded)
