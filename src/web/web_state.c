/* SPDX-License-Identifier: Apache-2.0 */
/* The writer, the newest picture, and the findings of it. */
#include "web_inside.h"

#include "base_time.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum { STRANGERS = 200, PATIENCE_NANOSECONDS = 40000000 };

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
    int64_t local = *now + (web->zone ? zone_offset_at(web->zone, *now) : 0);
    *today = web->options->has_today ? web->options->today : (local >= 0 ? local : local - 86399) / 86400;
}

int web_commit(struct web *web, struct change_set *c, struct commit_result *result, struct err *err)
{
    pthread_mutex_lock(&web->write_lock);
    int failed = store_commit(web->writer, c, time_now(), result, err);
    if (!failed && result->number) failed = graph_refresh(web->graph, web->writer, err);
    pthread_mutex_unlock(&web->write_lock);
    return failed;
}

void web_look(struct web *web)
{
    struct err err;
    pthread_mutex_lock(&web->write_lock);
    bool failed = store_may_have_changed(web->writer) && graph_refresh(web->graph, web->writer, &err);
    pthread_mutex_unlock(&web->write_lock);
    if (failed) web_log(web, STR("cannot read what another process committed"), str_of(err.message));
}

static void found_free(struct found *f)
{
    picture_drop(f->picture);
    arena_release(&f->arena);
    mem_free(f);
}

static int found_fill(struct web *web, struct found *f, int64_t now, struct err *err)
{
    struct feel_env env;
    struct graph_view *view = graph_view_new(&f->arena, f->picture);
    graph_env(&env, view, &f->arena, NULL, now, f->day);
    env.zone = web->zone;
    struct findings found;
    if (checks_run(web->checks, &env, &found, err)) return -1;
    pthread_mutex_lock(&web->write_lock);
    int failed = findings_with_state(web->writer, &f->arena, &found, (int32_t)f->day, err) ||
                 store_load_totals(web->writer, &f->totals, err) ||
                 store_load_strangers(web->writer, &f->arena, STRANGERS, &f->strangers, &f->stranger_count, err);
    pthread_mutex_unlock(&web->write_lock);
    if (failed) return -1;
    f->findings = found.items, f->count = found.count;
    practice_scores(web->checks, &found, f->scores);
    return 0;
}

static bool is_fresh(const struct found *f, uint64_t number, int64_t today)
{
    return f && picture_number(f->picture) >= number && f->day == today;
}

void web_find(struct web *web)
{
    int64_t now, today;
    web_now(web, &now, &today);
    struct picture *p = graph_take(web->graph);
    uint64_t number = picture_number(p);
    pthread_mutex_lock(&web->found_lock);
    bool done = is_fresh(web->found, number, today) || (web->found_error.code && web->found_tried == number);
    pthread_mutex_unlock(&web->found_lock);
    if (done) {
        picture_drop(p);
        return;
    }
    struct found *f = mem_zalloc(sizeof *f), *old = NULL;
    arena_init(&f->arena, 0);
    f->holders = 1;
    f->picture = p;
    f->day = today;
    struct err err = {0};
    bool failed = found_fill(web, f, now, &err) < 0;
    pthread_mutex_lock(&web->found_lock);
    web->found_error = err;
    web->found_tried = number;
    if (!failed) old = web->found, web->found = f;
    pthread_cond_broadcast(&web->found_changed);
    pthread_mutex_unlock(&web->found_lock);
    if (failed) {
        web_log(web, STR("cannot run the checks"), str_of(err.message));
        found_free(f);
    } else if (old) {
        web_drop_found(web, old);
    }
}

int web_take_found(struct request *r, struct found **out, struct err *err)
{
    struct web *web = r->web;
    uint64_t number = picture_number(r->picture);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    pthread_mutex_lock(&web->found_lock);
    until.tv_nsec += web->found ? PATIENCE_NANOSECONDS : 0;
    until.tv_sec += (web->found ? 0 : 30) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    bool late = false;
    while (!late && !is_fresh(web->found, number, r->env.today) &&
           !(web->found_error.code && web->found_tried >= number)) {
        web_stop(web->keeper_wake);
        late = pthread_cond_timedwait(&web->found_changed, &web->found_lock, &until) == ETIMEDOUT;
    }
    struct found *f = web->found;
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

void web_drop_found(struct web *web, struct found *f)
{
    pthread_mutex_lock(&web->found_lock);
    bool last = !--f->holders;
    pthread_mutex_unlock(&web->found_lock);
    if (last) found_free(f);
}
