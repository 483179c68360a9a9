/* SPDX-License-Identifier: Apache-2.0 */
/* The sender's thread: takes what is due of each subscription, a few at a time, so that a slow receiver keeps nobody
 * waiting but its own events; says in the outbox how each attempt went. */
#include "hook_inside.h"

#include "base_time.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* LEASE_SECONDS: longer than any attempt takes; by then a sender that died is thought of as such. */
enum { AT_ONCE = 8, LOOK_MS = 200, LEASE_SECONDS = 120, TIDY_SECONDS = 60, TROUBLE_SECONDS = 5, CONNECTIONS_KEPT = 32 };

struct hook_sender {
    struct curl curl;
    struct hook_options options;
    struct store *store;
    CURLM *multi;
    pthread_t thread;
    atomic_bool stopping;
    struct sending *under_way;
    uint64_t failing[HOOKS_MOST]; /* to whom the last attempt failed */
    size_t failing_count;
    bool looked;         /* the store was looked at since it last changed */
    int64_t due, tidied; /* when the next delivery is due; when the outbox was tidied */
    int64_t quiet_until; /* the store could not be used: not before */
};

static void complain(struct hook_sender *s, const char *what, const struct err *err)
{
    s->options.log(s->options.host, str_of(what), str_of(err->message));
    s->quiet_until = time_now() + TROUBLE_SECONDS;
}

static size_t count_of(const struct hook_sender *s, uint64_t hook)
{
    size_t n = 0;
    for (const struct sending *one = s->under_way; one; one = one->next) n += one->hook == hook;
    return n;
}

/* Who does not answer well gets one at a time until they do. */
static size_t at_once(const struct hook_sender *s, uint64_t hook)
{
    for (size_t i = 0; i < s->failing_count; i++)
        if (s->failing[i] == hook) return 1;
    return AT_ONCE;
}

static void note_answer(struct hook_sender *s, uint64_t hook, bool good)
{
    for (size_t i = 0; i < s->failing_count; i++) {
        if (s->failing[i] != hook) continue;
        if (good) s->failing[i] = s->failing[--s->failing_count];
        return;
    }
    if (good) return;
    if (s->failing_count == HOOKS_MOST) s->failing_count = 0; /* some of them were removed meanwhile */
    s->failing[s->failing_count++] = hook;
}

static void take_out(struct hook_sender *s, struct sending *gone)
{
    struct sending **at = &s->under_way;
    while (*at != gone) at = &(*at)->next;
    *at = gone->next;
    s->curl.multi_remove_handle(s->multi, gone->easy);
    sending_free(gone);
}

/* ---- Starting attempts ---- */

static int send_of(struct hook_sender *s, struct arena *a, const struct hook_target *t, int64_t now, struct err *err)
{
    const struct stored_delivery *due;
    size_t count, busy = count_of(s, t->id), most = at_once(s, t->id);
    if (busy >= most) return 0;
    if (store_take_deliveries(s->store, a, t->id, most - busy, now, now + LEASE_SECONDS, &due, &count, err)) return -1;
    for (size_t i = 0; i < count; i++) {
        struct sending *one = sending_new(&s->curl, &s->options, t, &due[i], now);
        if (!one) continue;
        one->next = s->under_way, s->under_way = one;
        MUST(s->curl.multi_add_handle(s->multi, one->easy) == CURLM_OK);
    }
    return 0;
}

static int send_due(struct hook_sender *s, int64_t now, struct err *err)
{
    struct arena a;
    const struct hook_target *targets;
    size_t count;
    arena_init(&a, 0);
    int rc = store_load_targets(s->store, &a, &targets, &count, err);
    for (size_t i = 0; !rc && i < count; i++) rc = send_of(s, &a, &targets[i], now, err);
    arena_release(&a);
    return rc ? -1 : store_next_delivery(s->store, &s->due, err);
}

static void look(struct hook_sender *s)
{
    struct err err;
    int64_t now = time_now();
    if (now < s->quiet_until) return;
    if (store_may_have_changed(s->store)) s->looked = false;
    if (s->looked && now < s->due) return;
    if (store_model_is_old(s->store)) { /* the server is about to start anew */
        s->quiet_until = now + TROUBLE_SECONDS;
        return;
    }
    if (send_due(s, now, &err))
        complain(s, "cannot look for events to send", &err);
    else
        s->looked = true;
    if (now - s->tidied < TIDY_SECONDS) return;
    s->tidied = now;
    if (store_tidy_deliveries(s->store, now, &err)) complain(s, "cannot tidy the outgoing events", &err);
}

/* ---- Ending them ---- */

static void pause_gone(struct hook_sender *s, uint64_t hook, int64_t now)
{
    struct err err;
    if (store_pause_hook(s->store, hook, STR("the receiver answered 410 Gone"), STR("server"), now, &err) &&
        err.code != ERR_ABSENT)
        complain(s, "cannot pause a subscription", &err);
}

struct ended {
    struct arena *arena;
    VEC(struct delivery_outcome) outcomes;
    VEC(uint64_t) gone;
};

static void end_one(struct hook_sender *s, struct ended *e, struct sending *one, CURLcode code, int64_t now)
{
    bool gone;
    struct delivery_outcome o = sending_outcome(one, code, now, &gone);
    o.says = arena_copy(e->arena, o.says);
    *vec_add(e->arena, &e->outcomes) = o;
    if (gone) *vec_add(e->arena, &e->gone) = one->hook;
    note_answer(s, one->hook, o.state == DELIVERY_DONE);
    take_out(s, one);
}

/* What cannot be written down is sent again when its time of being taken is over. */
static void write_ended(struct hook_sender *s, const struct ended *e, int64_t now)
{
    struct err err;
    if (!e->outcomes.count || store_model_is_old(s->store)) return;
    if (store_end_deliveries(s->store, e->outcomes.items, e->outcomes.count, &err))
        complain(s, "cannot note what became of an event", &err);
    VEC_EACH(hook, &e->gone) pause_gone(s, *hook, now);
    s->looked = false;
}

static void end_done(struct hook_sender *s)
{
    struct arena a;
    int left;
    int64_t now = time_now();
    arena_init(&a, 0);
    struct ended e = {.arena = &a};
    for (CURLMsg *m; (m = s->curl.multi_info_read(s->multi, &left));) {
        char *own = NULL;
        if (m->msg != CURLMSG_DONE || s->curl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &own) != CURLE_OK)
            continue;
        end_one(s, &e, (struct sending *)(void *)own, m->data.result, now);
    }
    write_ended(s, &e, now);
    arena_release(&a);
}

/* What is under way is tried again at once by whoever starts next. */
static void end_all(struct hook_sender *s)
{
    struct arena a;
    int64_t now = time_now();
    arena_init(&a, 0);
    struct ended e = {.arena = &a};
    while (s->under_way) {
        *vec_add(&a, &e.outcomes) = (struct delivery_outcome){
            .delivery = s->under_way->delivery.id, .due = now, .says = STR("the server stopped meanwhile")};
        take_out(s, s->under_way);
    }
    write_ended(s, &e, now);
    arena_release(&a);
}

/* ---- The thread ---- */

/* What ended makes room for what waits. */
static int patience(const struct hook_sender *s) { return s->looked || time_now() < s->quiet_until ? LOOK_MS : 0; }

static void *run(void *self)
{
    struct hook_sender *s = self;
    while (!atomic_load(&s->stopping)) {
        int running;
        look(s);
        if (s->curl.multi_perform(s->multi, &running) != CURLM_OK)
            s->options.log(s->options.host, STR("cannot send events"), STR("the sender is out of order"));
        end_done(s);
        if (s->curl.multi_poll(s->multi, NULL, 0, patience(s), NULL) != CURLM_OK) break;
    }
    end_all(s);
    return NULL;
}

static void free_sender(struct hook_sender *s)
{
    s->curl.multi_cleanup(s->multi);
    s->curl.global_cleanup();
    store_close(s->store);
    mem_free(s);
}

int hooks_start(const struct hook_options *o, struct hook_sender **out, struct err *err)
{
    struct curl curl;
    struct store *store;
    *out = NULL;
    if (curl_load(&curl, err)) return -1;
    /* What it forgets with the power is sent again. */
    if (store_open(o->workspace, STORE_READ | STORE_WRITE | STORE_EASY, &store, err)) return -1;
    struct hook_sender *s = mem_zalloc(sizeof *s);
    s->curl = curl;
    s->options = *o;
    s->store = store;
    MUST(s->curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    s->multi = s->curl.multi_init();
    MUST(s->multi && s->curl.multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT) == CURLM_OK);
    if (!pthread_create(&s->thread, NULL, run, s)) return *out = s, 0;
    err_errno(err, "cannot start a thread");
    free_sender(s);
    return -1;
}

void hooks_stop(struct hook_sender *s)
{
    if (!s) return;
    atomic_store(&s->stopping, true);
    s->curl.multi_wakeup(s->multi);
    pthread_join(s->thread, NULL);
    free_sender(s);
}
