/* SPDX-License-Identifier: Apache-2.0 */
/* The writer, the newest picture, and the findings of it. */
#include "web_inside.h"

#include "base_time.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { STRANGERS = 200, PATIENCE_NANOSECONDS = 20000000, LOG_PAGES = 1000, LOG_PAGES_BUSY = 10000 };

void web_log(struct web *web, str what, str detail)
{
    if (!web->options->log) return;
    struct buf line;
    buf_init(&line, 10000);
    buf_str(&line, what);
    buf_text(&line, ": ");
    buf_str(&line, detail);
    for (size_t i = 0; i < line.n; i++)
        if ((unsigned char)line.p[i] < ' ') line.p[i] = ' ';
    web->options->log(web->options->host, line.p);
    buf_release(&line);
}

void web_now(struct web *web, int64_t *now, int64_t *today)
{
    *now = time_now();
    *today = web->options->has_today ? web->options->today : zone_day(web->zone, *now);
}

/* Under the lock. What could not be read is tried again by the keeper. */
static int catch_up(struct web *web, struct err *err)
{
    int failed = graph_refresh(web->graph, web->writer, err);
    web->behind = failed;
    return failed;
}

/* Under the lock, after writing: that it is kept holds in any case. */
static int show_kept(struct web *web, struct err *err)
{
    struct err why;
    if (!catch_up(web, &why)) return 0;
    return err_set(err, ERR_KEPT, "it is kept, but cannot be read back just now (%s); do not send it again",
                   why.message);
}

int web_commit(struct web *web, struct change_set *c, struct commit_result *result, struct err *err)
{
    pthread_mutex_lock(&web->write_lock);
    int failed = store_commit(web->writer, c, time_now(), result, err);
    if (!failed && result->number) failed = show_kept(web, err);
    pthread_mutex_unlock(&web->write_lock);
    return failed;
}

struct store *web_write(struct web *web)
{
    pthread_mutex_lock(&web->write_lock);
    return web->writer;
}

int web_written(struct web *web, int failed, struct err *err)
{
    if (!failed) failed = show_kept(web, err);
    pthread_mutex_unlock(&web->write_lock);
    return failed;
}

void web_look(struct web *web)
{
    struct err err;
    pthread_mutex_lock(&web->write_lock);
    bool was_behind = web->behind, changed = store_may_have_changed(web->writer);
    bool other_model = changed && store_model_is_old(web->writer);
    bool failed = (changed || was_behind) && !other_model && catch_up(web, &err);
    pthread_mutex_unlock(&web->write_lock);
    if (other_model) web_stop(web->model_changed);
    if (failed && !was_behind) web_log(web, STR("cannot read what was committed"), str_of(err.message));
}

static void found_free(struct web *web, struct found *f)
{
    if (f->whole)
        web_drop_found(web, f->whole);
    else
        picture_drop(f->picture);
    arena_release(&f->arena);
    mem_free(f);
}

static struct found *found_new(struct picture *p, int64_t day)
{
    struct found *f = mem_zalloc(sizeof *f);
    arena_init(&f->arena, 0);
    f->holders = 1;
    f->picture = p;
    f->day = day;
    return f;
}

/* seen: for what is computed on the way, many times as much as what is found; it goes when that has been found. */
static void found_env(struct web *web, struct found *f, struct arena *seen, const struct graph_viewer *viewer,
                      int64_t now, struct feel_env *env)
{
    arena_init(seen, 0);
    graph_env(env, graph_view_new(seen, f->picture), &f->arena, viewer, now, f->day);
    env->zone = web->zone;
}

static void found_done(struct web *web, struct found *f, struct feel_env *env)
{
    struct err err;
    f->findings = f->all.items, f->count = f->all.count;
    practice_scores(web->checks, &f->all, f->scores);
    f->own = arena_array(&f->arena, web->benchmark_count + 1, sizeof *f->own);
    for (size_t i = 0; i < web->benchmark_count; i++)
        if (benchmark_own(&web->benchmarks[i], env, &f->own[i], &err) || f->own[i].kind != FEEL_NUMBER)
            f->own[i] = feel_null(); /* its reason would go with what was seen */
}

/* Who commits meanwhile waits for a change that is known and short, and for no disk: the keeper's own commits are easy.
 */
static int keep_states(struct web *web, struct found *f, struct err *err)
{
    struct finding_changes changes;
    if (findings_with_state(web->keeper_store, &f->arena, &f->all, (int32_t)f->day, &changes, err)) return -1;
    pthread_mutex_lock(&web->write_lock);
    int failed = store_keep_findings(web->keeper_store, &changes, err);
    pthread_mutex_unlock(&web->write_lock);
    return failed;
}

/* As the system sees it: only so do findings come and go. What is known of them, and what is on nobody's list, is of
 * today: of the past there is only what the picture says. */
static int found_fill(struct web *web, struct found *f, struct store *past, int64_t now, struct err *err)
{
    struct feel_env env;
    struct arena seen;
    struct store *s = past ? past : web->keeper_store;
    found_env(web, f, &seen, NULL, now, &env);
    int failed = checks_run(web->checks, &env, &f->all, err) ||
                 store_load_totals(s, past ? picture_number(f->picture) : 0, &f->totals, err) ||
                 (!past && (keep_states(web, f, err) ||
                            store_load_strangers(s, &f->arena, STRANGERS, &f->strangers, &f->stranger_count, err)));
    if (!failed) found_done(web, f, &env);
    arena_release(&seen);
    return failed ? -1 : 0;
}

/* As a role sees it that does not see all. */
static int found_fill_for(struct web *web, struct found *f, struct found *whole, enum user_role role, int64_t now,
                          struct err *err)
{
    const struct graph_viewer viewer = {.role = role};
    struct feel_env env;
    struct arena seen;
    f->whole = whole, whole->holders++; /* not yet shown to anybody */
    f->strangers = whole->strangers, f->stranger_count = whole->stranger_count, f->totals = whole->totals;
    found_env(web, f, &seen, &viewer, now, &env);
    int failed = findings_for(web->checks, &env, &whole->all, &f->all, err);
    if (!failed) found_done(web, f, &env);
    arena_release(&seen);
    return failed;
}

static bool is_fresh(const struct found *f, const struct picture *p, int64_t today)
{
    return f && picture_number(f->picture) >= picture_number(p) &&
           picture_ruling_number(f->picture) >= picture_ruling_number(p) && f->day == today;
}

/* The highest sight first. past: the asker's store; NULL: of today. */
static int find_all(struct web *web, struct picture *p, struct store *past, int64_t now, int64_t today,
                    struct found **made, struct err *err)
{
    enum user_role top = graph_sight(web->graph, NULL);
    made[top] = found_new(p, today);
    if (found_fill(web, made[top], past, now, err)) return -1;
    for (int role = ROLE_VIEWER; role < (int)top; role++) {
        const struct graph_viewer viewer = {.role = (enum user_role)role};
        if ((int)graph_sight(web->graph, &viewer) != role) continue;
        made[role] = found_new(p, today);
        if (found_fill_for(web, made[role], made[top], viewer.role, now, err)) return -1;
    }
    return 0;
}

int web_find_past(struct web *web, struct store *s, struct picture *p, int64_t now, int64_t day, struct found **made,
                  struct err *err)
{
    if (!find_all(web, picture_keep(p), s, now, day, made, err)) return 0;
    for (size_t i = 0; i <= ROLE_STEWARD; i++) {
        if (made[i]) web_drop_found(web, made[i]);
        made[i] = NULL;
    }
    return -1;
}

void web_find(struct web *web)
{
    int64_t now, today;
    web_now(web, &now, &today);
    struct picture *p = graph_take(web->graph);
    uint64_t number = picture_number(p);
    enum user_role top = graph_sight(web->graph, NULL);
    pthread_mutex_lock(&web->found_lock);
    bool done = is_fresh(web->found[top], p, today) || (web->found_error.code && web->found_tried == number);
    pthread_mutex_unlock(&web->found_lock);
    if (done) {
        picture_drop(p);
        return;
    }
    struct found *made[ROLE_STEWARD + 1] = {0};
    struct err err = {0};
    bool failed = find_all(web, p, NULL, now, today, made, &err) < 0;
    pthread_mutex_lock(&web->found_lock);
    web->found_error = err;
    web->found_tried = number;
    for (size_t i = 0; !failed && i < ARRAY_COUNT(made); i++) {
        struct found *old = web->found[i];
        web->found[i] = made[i], made[i] = old;
    }
    pthread_cond_broadcast(&web->found_changed);
    pthread_mutex_unlock(&web->found_lock);
    if (failed)
        web_log(web, STR("cannot run the checks"), str_of(err.message));
    else
        events_tell(web, number, STR("finding"));
    for (size_t i = 0; i < ARRAY_COUNT(made); i++)
        if (made[i]) web_drop_found(web, made[i]);
    web->untidy = true;
}

/* Nobody has asked for anything since the last look. */
static bool is_quiet(struct web *web)
{
    uint64_t asked = lane_added(&web->work) + lane_added(&web->scribe.queue);
    bool quiet = asked == web->asked;
    web->asked = asked;
    return quiet;
}

/* A log that is folded in goes to the disk together with what is committed meanwhile, which waits for it: while people
 * ask, seldom. Rulings fill it fast, and wait shorter for a short one. */
static void fold_log(struct web *web, bool quiet)
{
    struct err err;
    unsigned written = store_log_pages(web->writer), ruled = atomic_exchange(&web->scribe.log_pages, 0);
    if (written < (quiet ? LOG_PAGES : LOG_PAGES_BUSY) && ruled < LOG_PAGES) return;
    bool folded = !store_fold_log(web->keeper_store, &err);
    if (!folded && !web->unfolded) web_log(web, STR("cannot fold the log in"), str_of(err.message));
    web->unfolded = !folded;
}

/* Both stop those who ask for some milliseconds, so they wait until nobody does; the log, though, does not wait for
 * ever. Of memory only crumbs are left: what is large went back when it was freed. */
void web_tidy(struct web *web)
{
    bool quiet = is_quiet(web);
    fold_log(web, quiet);
    if (!web->untidy || !quiet) return;
    malloc_trim(0);
    web->untidy = false;
}

int web_take_found(struct request *r, bool wait, struct found **out, struct err *err)
{
    if (r->then.number) return past_take_found(r, out, err);
    struct web *web = r->web;
    uint64_t number = picture_number(r->picture);
    struct found **found = &web->found[graph_sight(web->graph, &r->viewer)];
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    pthread_mutex_lock(&web->found_lock);
    until.tv_nsec += *found ? PATIENCE_NANOSECONDS : 0;
    until.tv_sec += (*found ? 0 : 30) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    bool late = false;
    while (!late && !(*found && !wait) && !is_fresh(*found, r->picture, r->env.today) &&
           !(web->found_error.code && web->found_tried >= number)) {
        web_stop(web->keeper_wake);
        late = pthread_cond_timedwait(&web->found_changed, &web->found_lock, &until) == ETIMEDOUT;
    }
    struct found *f = *found;
    if (f)
        f->holders++;
    else if (web->found_error.code)
        *err = web->found_error;
    else
        err_set(err, ERR_LIMIT, "the checks take longer than half a minute");
    pthread_mutex_unlock(&web->found_lock);
    *out = f;
    return f ? 0 : -1;
}

void web_hold_found(struct web *web, struct found *f)
{
    pthread_mutex_lock(&web->found_lock);
    f->holders++;
    pthread_mutex_unlock(&web->found_lock);
}

void web_drop_found(struct web *web, struct found *f)
{
    pthread_mutex_lock(&web->found_lock);
    bool last = !--f->holders;
    pthread_mutex_unlock(&web->found_lock);
    if (last) found_free(web, f);
}
