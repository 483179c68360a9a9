/* SPDX-License-Identifier: Apache-2.0 */
/* The writer, the newest picture, and the findings of it. */
#include "web_inside.h"

#include "base_time.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void web_log(struct web *web, const char *format, ...)
{
    if (!web->options->log) return;
    struct arena a;
    arena_init(&a, 0);
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    MUST(n >= 0);
    char *line = arena_alloc(&a, (size_t)n + 1);
    vsnprintf(line, (size_t)n + 1, format, again);
    va_end(again);
    web->options->log(web->options->host, line);
    arena_release(&a);
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
    if (failed) web_log(web, "cannot read what another process committed: %s", err.message);
}

static void found_free(struct found *f)
{
    picture_drop(f->picture);
    arena_release(&f->arena);
    mem_free(f);
}

static int found_make(struct web *web, struct picture *p, int64_t now, int64_t today, struct found **out,
                      struct err *err)
{
    struct found *f = mem_zalloc(sizeof *f);
    arena_init(&f->arena, 0);
    f->holders = 1;
    f->picture = p;
    f->day = today;
    struct feel_env env;
    struct graph_view *view = graph_view_new(&f->arena, p);
    graph_env(&env, view, &f->arena, NULL, now, today);
    env.zone = web->zone;
    const struct finding *findings;
    if (checks_run(web->checks, &env, &findings, &f->count, err)) return found_free(f), -1;
    struct finding *with_state = arena_array(&f->arena, f->count, sizeof *findings);
    if (f->count) memcpy(with_state, findings, f->count * sizeof *findings);
    pthread_mutex_lock(&web->write_lock);
    int failed = findings_with_state(web->writer, &f->arena, with_state, f->count, (int32_t)today, err);
    pthread_mutex_unlock(&web->write_lock);
    if (failed) return found_free(f), -1;
    f->findings = with_state;
    practice_scores(web->checks, p, with_state, f->count, f->scores);
    *out = f;
    return 0;
}

int web_take_found(struct request *r, struct found **out, struct err *err)
{
    struct web *web = r->web;
    int64_t now, today;
    web_now(web, &now, &today);
    pthread_mutex_lock(&web->found_lock);
    struct found *f = web->found;
    int failed = 0;
    if (!f || picture_number(f->picture) < picture_number(r->picture) || f->day != today) {
        failed = found_make(web, graph_take(web->graph), now, today, &f, err);
        if (!failed) {
            struct found *old = web->found;
            web->found = f;
            if (old && !--old->holders) found_free(old);
        }
    }
    if (!failed) f->holders++;
    pthread_mutex_unlock(&web->found_lock);
    if (!failed) *out = f;
    return failed;
}

void web_drop_found(struct web *web, struct found *f)
{
    pthread_mutex_lock(&web->found_lock);
    bool last = !--f->holders;
    pthread_mutex_unlock(&web->found_lock);
    if (last) found_free(f);
}
