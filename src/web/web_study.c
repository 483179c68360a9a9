/* SPDX-License-Identifier: Apache-2.0 */
#include "web_study.h"
#include "web_pages.h"

#include "base_time.h"

#include <math.h>
#include <sodium.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    STUDIES = 8,           /* that are remembered, those that wait too */
    ITEMS_KEPT = 1000,     /* changed requests of a replay */
    PATIENCE_MILLIS = 400, /* a request waits so long before it shows how far it is */
    STALE_FACTOR = 20,     /* a study is good for so many times as long as it took */
    FILE_NAME_DIGITS = 2 * RULING_HASH_SIZE,
    REFRESH_SECONDS = 1
};

struct studies {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct study *all[STUDIES];
    size_t waiters;
    uint64_t clock;
    bool stopping, runs;
    pthread_t thread;
    struct store *rows, *books;
};

/* ---- What is asked ---- */

/* A file is its account's alone. */
static void hash_key(const struct study_ask *ask, const unsigned char file[RULING_HASH_SIZE], uint64_t user,
                     unsigned char out[RULING_HASH_SIZE])
{
    crypto_generichash_state h;
    const str texts[] = {ask->book.name, ask->book.version, ask->book.text, ask->other.text};
    unsigned char kind = (unsigned char)ask->kind;
    crypto_generichash_init(&h, NULL, 0, RULING_HASH_SIZE);
    crypto_generichash_update(&h, &kind, 1);
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        uint64_t n = texts[i].n;
        crypto_generichash_update(&h, (const unsigned char *)&n, sizeof n);
        if (n) crypto_generichash_update(&h, (const unsigned char *)texts[i].p, n);
    }
    crypto_generichash_update(&h, file, RULING_HASH_SIZE);
    if (ask->file.p) crypto_generichash_update(&h, (const unsigned char *)&user, sizeof user);
    crypto_generichash_final(&h, out, RULING_HASH_SIZE);
}

static struct book_text copy_book(struct arena *a, const struct book_text *b)
{
    return (struct book_text){b->fact, arena_copy(a, b->name), b->version.p ? arena_copy(a, b->version) : STR_NONE,
                              b->text.p ? arena_copy(a, b->text) : STR_NONE};
}

static void study_free(struct web *web, struct study *s)
{
    replay_free(s->replay);
    past_free(s->past);
    shelf_put_back(web->shelf, s->book), shelf_put_back(web->shelf, s->other);
    picture_drop(s->picture);
    arena_release(&s->arena);
    mem_free(s);
}

static struct study *study_new(struct request *r, const struct study_ask *ask)
{
    struct study *s = mem_zalloc(sizeof *s);
    arena_init(&s->arena, 0);
    s->ask = (struct study_ask){ask->kind, copy_book(&s->arena, &ask->book), copy_book(&s->arena, &ask->other),
                                ask->file.p ? arena_copy(&s->arena, ask->file) : STR_NONE,
                                ask->file_name.p ? arena_copy(&s->arena, ask->file_name) : STR_NONE};
    s->user = r->user.id;
    s->picture = picture_keep(r->picture);
    return s;
}

/* ---- Making ---- */

struct making {
    struct web *web;
    struct study *study;
};

static bool tell(void *host, uint64_t done, uint64_t total)
{
    const struct making *m = host;
    struct studies *all = m->web->studies;
    pthread_mutex_lock(&all->lock);
    m->study->done = done, m->study->total = total;
    bool goes_on = !all->stopping;
    pthread_mutex_unlock(&all->lock);
    return goes_on;
}

static int look_at_evidence(struct making *m, struct err *err)
{
    struct study *s = m->study;
    const struct evidence_of of = {.shelf = m->web->shelf,
                                   .rows = m->web->studies->rows,
                                   .books = m->web->studies->books,
                                   .picture = s->picture,
                                   .in_force = s->book,
                                   .now = s->now,
                                   .today = s->today,
                                   .watch = {tell, m}};
    return evidence_collect(&s->arena, &of, &s->evidence, err);
}

/* Half of the machine: the other half answers meanwhile. */
static size_t threads(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 2 ? 1 : (size_t)processors / 2;
}

static int replay_file(struct making *m, struct err *err)
{
    struct study *s = m->study;
    struct text_reader from;
    const struct replay_file of = {.replay = s->replay,
                                   .draft = s->book,
                                   .against = s->other,
                                   .now = s->now,
                                   .today = s->today,
                                   .watch = {tell, m}};
    text_open_memory(&from, s->ask.file);
    int failed = replay_file_read(&from, &of, err);
    text_close(&from);
    return failed;
}

static int replay_on_all(struct making *m, struct err *err)
{
    struct study *s = m->study;
    const struct watch watch = {tell, m};
    s->replay = replay_new(s->book, ITEMS_KEPT, threads());
    if (s->ask.file.p) return replay_file(m, err) || replay_end(s->replay, &s->result, err) ? -1 : 0;
    s->past = past_new(m->web->shelf, m->web->studies->rows, m->web->studies->books, s->picture);
    return past_hand_in(s->past, s->replay, &watch, err) || replay_end(s->replay, &s->result, err) ? -1 : 0;
}

static int make(struct making *m, struct err *err)
{
    struct study *s = m->study;
    const struct study_ask *ask = &s->ask;
    if (shelf_take(m->web->shelf, ask->book.name, ask->book.version, ask->book.text, &s->book, err) < 0 ||
        (ask->other.text.n &&
         shelf_take(m->web->shelf, ask->other.name, ask->other.version, ask->other.text, &s->other, err) < 0))
        return -1;
    switch (ask->kind) {
    case STUDY_EVIDENCE: return look_at_evidence(m, err);
    case STUDY_REPLAY: break;
    }
    return replay_on_all(m, err);
}

static struct study *next_waiting(struct studies *all)
{
    struct study *first = NULL;
    for (size_t i = 0; i < STUDIES; i++)
        if (all->all[i] && all->all[i]->state == STUDY_WAITS && (!first || all->all[i]->used < first->used))
            first = all->all[i];
    return first;
}

static void *run(void *self)
{
    struct web *web = self;
    struct studies *all = web->studies;
    pthread_mutex_lock(&all->lock);
    while (!all->stopping) {
        struct making m = {web, next_waiting(all)};
        if (!m.study) {
            pthread_cond_wait(&all->changed, &all->lock);
            continue;
        }
        m.study->state = STUDY_RUNS;
        pthread_mutex_unlock(&all->lock);
        double from = time_monotonic();
        web_now(web, &m.study->now, &m.study->today);
        int failed = make(&m, &m.study->err);
        m.study->made = time_now(), m.study->seconds = time_monotonic() - from;
        pthread_mutex_lock(&all->lock);
        m.study->state = failed ? STUDY_FAILED : STUDY_DONE;
        pthread_cond_broadcast(&all->changed);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

/* ---- Taking; all under the lock ---- */

static bool is_newest(const struct request *r, const struct study *s, uint64_t rulings)
{
    return s->rulings == rulings && picture_number(s->picture) == picture_number(r->picture) &&
           s->today == r->env.today;
}

/* Seconds for which one that was made is good enough. */
static double good_for(const struct study *s) { return s->seconds * STALE_FACTOR - (double)(time_now() - s->made); }

static bool is_good(const struct request *r, const struct study *s, uint64_t rulings)
{
    if (s->state == STUDY_WAITS || s->state == STUDY_RUNS || s->ask.file.p) return true;
    return is_newest(r, s, rulings) || good_for(s) > 0;
}

static bool is_idle(const struct study *s)
{
    return !s->holders && (s->state == STUDY_DONE || s->state == STUDY_FAILED);
}

/* A place for a new one; NULL: all are waited for. */
static struct study **make_room(struct web *web)
{
    struct study **oldest = NULL;
    for (size_t i = 0; i < STUDIES; i++) {
        struct study **s = &web->studies->all[i];
        if (!*s) return s;
        if (is_idle(*s) && (!oldest || (*s)->used < (*oldest)->used)) oldest = s;
    }
    if (oldest) study_free(web, *oldest), *oldest = NULL;
    return oldest;
}

static struct study *find(struct request *r, const unsigned char key[RULING_HASH_SIZE], uint64_t rulings)
{
    struct studies *all = r->web->studies;
    for (size_t i = 0; i < STUDIES; i++) {
        struct study *s = all->all[i];
        if (!s || memcmp(s->key, key, sizeof s->key) != 0) continue;
        if (is_good(r, s, rulings)) return s;
        if (!is_idle(s)) continue; /* somebody draws the old one */
        study_free(r->web, s);
        all->all[i] = NULL;
    }
    return NULL;
}

static void wait_a_moment(struct web *web, const struct study *s)
{
    enum { MILLION = 1000000, BILLION = 1000000000 };
    struct studies *all = web->studies;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += PATIENCE_MILLIS * MILLION;
    if (until.tv_nsec >= BILLION) until.tv_sec++, until.tv_nsec -= BILLION;
    /* So that many who wait leave workers for the others. */
    if (all->waiters >= (web->worker_count + 1) / 2) return;
    all->waiters++;
    while (s->state != STUDY_DONE && s->state != STUDY_FAILED && !all->stopping)
        if (pthread_cond_timedwait(&all->changed, &all->lock, &until)) break;
    all->waiters--;
}

const struct study *study_take(struct request *r, const struct study_ask *ask, enum study_state *state, uint64_t *done,
                               uint64_t *total)
{
    struct studies *all = r->web->studies;
    unsigned char key[RULING_HASH_SIZE], file[RULING_HASH_SIZE] = {0};
    uint64_t rulings = 0;
    struct err err;
    if (!ask->book.text.n || store_count_rulings(r->store, &rulings, &err)) return NULL;
    if (ask->file.p) store_ruling_hash(ask->file, file);
    hash_key(ask, file, r->user.id, key);
    pthread_mutex_lock(&all->lock);
    struct study *s = find(r, key, rulings);
    if (!s) {
        struct study **place = make_room(r->web);
        if (place) {
            s = *place = study_new(r, ask);
            memcpy(s->key, key, sizeof key), memcpy(s->file_hash, file, sizeof file);
            s->rulings = rulings;
            s->used = ++all->clock;
            pthread_cond_broadcast(&all->changed);
        }
    }
    if (s) {
        s->holders++;
        wait_a_moment(r->web, s);
        if (s->state != STUDY_WAITS) s->used = ++all->clock; /* those that wait keep their turn */
        *state = s->state, *done = s->done, *total = s->total;
    }
    pthread_mutex_unlock(&all->lock);
    return s;
}

void study_drop(struct request *r, const struct study *s)
{
    struct studies *all = r->web->studies;
    if (!s) return;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < STUDIES; i++)
        if (all->all[i] == s) all->all[i]->holders--;
    pthread_mutex_unlock(&all->lock);
}

int64_t study_newer_in(struct request *r, const struct study *s)
{
    uint64_t rulings = 0;
    struct err err;
    if (store_count_rulings(r->store, &rulings, &err) || is_newest(r, s, rulings)) return 0;
    double left = good_for(s);
    return left < 1 ? 1 : (int64_t)ceil(left);
}

/* ---- Files ---- */

str study_file_name(struct request *r, str text)
{
    unsigned char hash[RULING_HASH_SIZE];
    char *digits = arena_alloc(&r->arena, FILE_NAME_DIGITS + 1);
    store_ruling_hash(text, hash);
    sodium_bin2hex(digits, FILE_NAME_DIGITS + 1, hash, sizeof hash);
    return (str){digits, FILE_NAME_DIGITS};
}

bool study_find_file(struct request *r, str name, str *text, str *file_name)
{
    struct studies *all = r->web->studies;
    unsigned char hash[RULING_HASH_SIZE];
    bool found = false;
    if (name.n != FILE_NAME_DIGITS || sodium_hex2bin(hash, sizeof hash, name.p, name.n, NULL, NULL, NULL)) return false;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < STUDIES && !found; i++) {
        const struct study *s = all->all[i];
        if (!s || !s->ask.file.p || s->user != r->user.id || memcmp(s->file_hash, hash, sizeof hash) != 0) continue;
        *text = arena_copy(&r->arena, s->ask.file);
        *file_name = arena_copy(&r->arena, s->ask.file_name);
        found = true;
    }
    pthread_mutex_unlock(&all->lock);
    return found;
}

/* ---- While it is being made ---- */

static str how_far(struct request *r, enum study_state state, uint64_t done, uint64_t total)
{
    enum { PERCENT = 100 };
    if (state == STUDY_WAITS) return STR("It waits for another one to be done.");
    if (!total) return STR("It has begun.");
    return text_format(r, "%llu %% of it is done.", (unsigned long long)(done * PERCENT / total));
}

bool study_is_shown(struct request *r, const struct study *s, enum study_state state, uint64_t done, uint64_t total,
                    const char *title)
{
    if (!s) {
        page_error(r, 503, "Too much is being looked at",
                   "Several long looks at all rulings are under way. Try again in a minute.");
        return false;
    }
    if (state == STUDY_DONE) return true;
    if (state == STUDY_FAILED) {
        page_fail(r, &s->err);
        return false;
    }
    page_begin(r, PAGE_STUDY);
    page_put_text(r, "title", str_of(title));
    page_put_text(r, "says", how_far(r, state, done, total));
    if (total) {
        struct record c = record_new(r);
        record_int(&c, "done", (int64_t)done), record_int(&c, "total", (int64_t)total);
        page_put(r, "progress", record_get(&c));
    }
    /* The page asks again by itself, without a script. */
    *vec_add(&r->arena, &r->headers) = (struct pair){STR("Refresh"), text_format(r, "%d", REFRESH_SECONDS)};
    page_show(r, 200);
    return false;
}

/* ---- The thread ---- */

int studies_start(struct web *web, struct err *err)
{
    struct studies *all = web->studies = mem_zalloc(sizeof *all);
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->changed, NULL);
    if (store_open(web->options->workspace, STORE_READ, &all->rows, err) ||
        store_open(web->options->workspace, STORE_READ, &all->books, err))
        return -1;
    if (pthread_create(&all->thread, NULL, run, web)) return err_errno(err, "cannot start a thread");
    all->runs = true;
    return 0;
}

void studies_stop(struct web *web)
{
    struct studies *all = web->studies;
    if (!all) return;
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
    if (all->runs) pthread_join(all->thread, NULL);
    for (size_t i = 0; i < STUDIES; i++)
        if (all->all[i]) study_free(web, all->all[i]);
    if (all->rows) store_close(all->rows);
    if (all->books) store_close(all->books);
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->lock);
    mem_free(all);
    web->studies = NULL;
}
