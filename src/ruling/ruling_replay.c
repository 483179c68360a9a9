/* SPDX-License-Identifier: Apache-2.0 */
#include "ruling_replay.h"

#include "ruling_inside.h"
#include "ruling_tally.h"

#include <pthread.h>
#include <string.h>

enum { BATCH_CASES = 256, BATCHES_A_THREAD = 4, THREADS_MOST = 64 };

struct batch {
    struct batch *next;
    struct arena arena;
    struct replay_case cases[BATCH_CASES];
    size_t count;
};
struct book_memo {
    const struct rulebook *book;
    struct ruling_memo *memo;
};
struct worker {
    struct replay *replay;
    pthread_t thread;
    struct arena work; /* of one case */
    struct tally tally;
    struct arena keep;
    VEC(struct book_memo) memos;
    bool failed;
    uint64_t failed_at;
    struct err err;
};
struct replay {
    const struct rulebook *draft;
    size_t shown, worker_count, thread_count;
    struct arena arena; /* of the result */
    struct worker *workers;
    struct batch *filling;
    pthread_mutex_t lock;
    pthread_cond_t more, room;
    struct batch *waiting, **last, *idle;
    uint64_t done, added;
    bool stopping, failed, joined;
    struct replay_result result;
};

/* ---- What is read ---- */

struct given { /* a case as it is written */
    const struct json *json;
    struct feel_value context;
};

static void take(const struct rulebook *b, struct feel_env *env, const struct given *g, struct answers *out)
{
    answers_of_past(b, env, g->json, g->context, out);
}

static int text_member(const struct json *line, const char *key, str *out, struct err *err)
{
    const struct json *j = json_get(line, str_of(key));
    if (!j || j->kind == JSON_NULL) return 0;
    if (j->kind != JSON_STRING) return err_set(err, ERR_INPUT, "\"%s\" is not a text", key);
    *out = j->text;
    return 0;
}

static int read_given(struct feel_env *env, str answers, str with, struct given *g, struct err *err)
{
    *g = (struct given){0};
    if (with.p) return dmn_inputs_from_text(env, with, &g->context, err) < 0 ? err_at(err, 0, STR("with")) : 0;
    if (json_parse(env->arena, answers, &g->json, err) < 0) return -1;
    return g->json->kind == JSON_OBJECT ? 0 : err_set(err, ERR_INPUT, "the answers are not a JSON object");
}

/* {"input": …} or {"with": …}, and who asked. */
static int read_line(struct feel_env *env, struct replay_case *c, str *with, struct given *g, struct err *err)
{
    const struct json *line;
    if (json_parse(env->arena, c->line, &line, err) < 0) return -1;
    const struct json *input = json_get(line, STR("input"));
    if (text_member(line, "with", with, err) || text_member(line, "name", &c->name, err) ||
        text_member(line, "side", &c->side, err) || text_member(line, "team", &c->team, err) ||
        text_member(line, "ruled", &c->ruled, err))
        return -1;
    if (!with->p == !input || (input && input->kind != JSON_OBJECT))
        return err_set(err, ERR_INPUT,
                       "the line is no object with \"input\", the answers by name, or \"with\", a text");
    if (with->p) return read_given(env, STR_NONE, *with, g, err);
    *g = (struct given){.json = input};
    return 0;
}

/* ---- One case ---- */

static struct ruling_memo *memo_of(struct worker *w, const struct rulebook *b)
{
    VEC_EACH(m, &w->memos)
        if (m->book == b) return m->memo;
    struct ruling_memo *memo = ruling_memo_new(b);
    *vec_add(&w->keep, &w->memos) = (struct book_memo){b, memo};
    return memo;
}

static int rule_case(struct worker *w, struct replay_case *c, struct err *err)
{
    struct replay *r = w->replay;
    struct feel_env env = {.arena = &w->work, .now = c->now, .has_today = true, .today = c->today};
    struct given given;
    struct answers old, answers;
    struct ruling_brief before, now;
    str with = STR_NONE;
    arena_clear(&w->work);
    if (c->line.p ? read_line(&env, c, &with, &given, err) : read_given(&env, c->answers, STR_NONE, &given, err))
        return -1;
    take(c->before, &env, &given, &old), take(r->draft, &env, &given, &answers);
    if (rulebook_brief(c->before, memo_of(w, c->before), &env, &old, &before, err) < 0 ||
        rulebook_brief(r->draft, memo_of(w, r->draft), &env, &answers, &now, err) < 0)
        return -1;
    struct replay_item item = {.number = c->number,
                               .name = c->name,
                               .ruled = c->ruled,
                               .set_aside = c->set_aside,
                               .side = c->side,
                               .team = c->team,
                               .now = c->now,
                               .today = c->today,
                               .before = c->before,
                               .from = c->ruled.p ? replay_place_of_zone(r->draft, feel_string(c->ruled))
                                                  : replay_place_of(r->draft, &before),
                               .to = replay_place_of(r->draft, &now),
                               .days_before = before.days,
                               .days_after = now.days,
                               .incidents = c->incident_count,
                               .answers = c->line.p ? c->line : c->answers};
    if (with.p) item.answers = STR_NONE, item.with = with;
    tally_case(&w->tally, c, &item, &now);
    return 0;
}

static void rule_batch(struct worker *w, struct batch *b)
{
    for (size_t i = 0; i < b->count && !w->failed; i++) {
        if (rule_case(w, &b->cases[i], &w->err) == 0) continue;
        w->failed = true, w->failed_at = b->cases[i].number;
    }
}

static void batch_done(struct worker *w, struct batch *b)
{
    struct replay *r = w->replay;
    pthread_mutex_lock(&r->lock);
    r->done += b->count;
    r->failed |= w->failed;
    b->next = r->idle, r->idle = b;
    pthread_cond_signal(&r->room);
    pthread_mutex_unlock(&r->lock);
}

static void *work(void *self)
{
    struct worker *w = self;
    struct replay *r = w->replay;
    for (;;) {
        pthread_mutex_lock(&r->lock);
        while (!r->waiting && !r->stopping) pthread_cond_wait(&r->more, &r->lock);
        struct batch *b = r->waiting;
        if (b) {
            r->waiting = b->next;
            if (!r->waiting) r->last = &r->waiting;
        }
        pthread_mutex_unlock(&r->lock);
        if (!b) return NULL;
        rule_batch(w, b);
        batch_done(w, b);
    }
}

/* ---- Handing in ---- */

static void fresh_batch(struct replay *r)
{
    pthread_mutex_lock(&r->lock);
    while (!r->idle) pthread_cond_wait(&r->room, &r->lock);
    r->filling = r->idle;
    r->idle = r->filling->next;
    pthread_mutex_unlock(&r->lock);
    arena_clear(&r->filling->arena);
    r->filling->count = 0;
}

static void hand_on(struct replay *r)
{
    struct batch *b = r->filling;
    r->filling = NULL;
    if (!r->thread_count) { /* the machine gave none */
        rule_batch(r->workers, b);
        batch_done(r->workers, b);
        return;
    }
    pthread_mutex_lock(&r->lock);
    b->next = NULL;
    *r->last = b, r->last = &b->next;
    pthread_cond_signal(&r->more);
    pthread_mutex_unlock(&r->lock);
}

struct replay *replay_new(const struct rulebook *draft, size_t shown, size_t threads)
{
    struct replay *r = mem_zalloc(sizeof *r);
    r->draft = draft, r->shown = shown;
    r->last = &r->waiting;
    arena_init(&r->arena, 0);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->more, NULL), pthread_cond_init(&r->room, NULL);
    threads = threads < 1 ? 1 : threads > THREADS_MOST ? THREADS_MOST : threads;
    for (size_t i = 0; i < threads * BATCHES_A_THREAD; i++) {
        struct batch *b = mem_zalloc(sizeof *b);
        arena_init(&b->arena, 0);
        b->next = r->idle, r->idle = b;
    }
    r->worker_count = threads;
    r->workers = mem_array(threads, sizeof *r->workers);
    for (size_t i = 0; i < threads; i++) {
        struct worker *w = &r->workers[i];
        *w = (struct worker){.replay = r};
        arena_init(&w->work, 0), arena_init(&w->keep, 0);
        tally_init(&w->tally, draft, shown);
    }
    for (size_t i = 0; i < threads; i++) { /* with fewer than wished it is only slower */
        if (pthread_create(&r->workers[i].thread, NULL, work, &r->workers[i])) break;
        r->thread_count++;
    }
    return r;
}

static str copied(struct arena *a, str s) { return s.p ? arena_copy(a, s) : s; }

bool replay_add(struct replay *r, const struct replay_case *c)
{
    if (!r->filling) fresh_batch(r);
    struct arena *a = &r->filling->arena;
    struct replay_case *own = &r->filling->cases[r->filling->count++];
    *own = *c;
    own->line = copied(a, c->line), own->answers = copied(a, c->answers);
    own->ruled = copied(a, c->ruled), own->set_aside = copied(a, c->set_aside);
    own->name = copied(a, c->name), own->side = copied(a, c->side), own->team = copied(a, c->team);
    if (c->incident_count) {
        uint64_t *incidents = arena_alloc(a, c->incident_count * sizeof *incidents);
        memcpy(incidents, c->incidents, c->incident_count * sizeof *incidents);
        own->incidents = incidents;
    }
    r->added++;
    if (r->filling->count == BATCH_CASES) hand_on(r);
    pthread_mutex_lock(&r->lock);
    bool good = !r->failed;
    pthread_mutex_unlock(&r->lock);
    return good;
}

uint64_t replay_done(struct replay *r)
{
    pthread_mutex_lock(&r->lock);
    uint64_t done = r->done;
    pthread_mutex_unlock(&r->lock);
    return done;
}

static void join(struct replay *r)
{
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_broadcast(&r->more);
    pthread_mutex_unlock(&r->lock);
    for (size_t i = 0; i < r->thread_count && !r->joined; i++) pthread_join(r->workers[i].thread, NULL);
    r->joined = true;
}

int replay_end(struct replay *r, const struct replay_result **out, struct err *err)
{
    const struct worker *failed = NULL;
    if (r->filling) hand_on(r);
    join(r);
    for (size_t i = 0; i < r->worker_count; i++) {
        const struct worker *w = &r->workers[i];
        if (w->failed && (!failed || w->failed_at < failed->failed_at)) failed = w;
    }
    if (failed) {
        *err = failed->err;
        return err_at(err, (uint32_t)failed->failed_at, STR_NONE);
    }
    for (size_t i = 1; i < r->worker_count; i++) tally_add(&r->workers[0].tally, &r->workers[i].tally);
    tally_result(&r->workers[0].tally, &r->arena, &r->result);
    *out = &r->result;
    return 0;
}

void replay_free(struct replay *r)
{
    if (!r) return;
    if (r->filling) r->filling->next = r->idle, r->idle = r->filling;
    join(r);
    for (size_t i = 0; i < r->worker_count; i++) {
        struct worker *w = &r->workers[i];
        tally_release(&w->tally);
        VEC_EACH(m, &w->memos) ruling_memo_free(m->memo);
        arena_release(&w->work), arena_release(&w->keep);
    }
    for (struct batch *b = r->idle, *next; b; b = next) {
        next = b->next;
        arena_release(&b->arena);
        mem_free(b);
    }
    pthread_cond_destroy(&r->more), pthread_cond_destroy(&r->room);
    pthread_mutex_destroy(&r->lock);
    mem_free(r->workers);
    arena_release(&r->arena);
    mem_free(r);
}

int replay_rule(const struct replay_item *item, const struct rulebook *b, struct feel_env *env, struct ruling *out,
                struct err *err)
{
    struct given given;
    struct answers a;
    str answers = item->answers;
    const struct json *line;
    env->now = item->now, env->has_today = true, env->today = item->today;
    if (read_given(env, answers, item->with, &given, err) < 0) return -1;
    if (given.json && (line = json_get(given.json, STR("input"))) && line->kind == JSON_OBJECT) given.json = line;
    take(b, env, &given, &a);
    return rulebook_rule(b, env, &a, RULING_EXPLAIN, out, err);
}
