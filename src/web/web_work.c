/* SPDX-License-Identifier: Apache-2.0 */
/* The workers: what a request asks for is done here, so that no connection's thread ever waits. */
#include "api.h"
#include "web_pages.h"

#include <string.h>

void queue_init(struct lane_queue *q, size_t limit)
{
    *q = (struct lane_queue){.limit = limit};
    q->last = &q->first;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->more, NULL);
}

bool lane_add(struct lane_queue *q, struct request *r)
{
    pthread_mutex_lock(&q->lock);
    bool good = !q->stopping && q->count < q->limit;
    if (good) {
        r->next = NULL;
        *q->last = r;
        q->last = &r->next;
        q->count++;
        q->added++;
        pthread_cond_signal(&q->more);
    }
    pthread_mutex_unlock(&q->lock);
    return good;
}

uint64_t lane_added(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    uint64_t added = q->added;
    pthread_mutex_unlock(&q->lock);
    return added;
}

/* NULL: the queue is empty and the server stops. */
static struct request *lane_take(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->first && !q->stopping) pthread_cond_wait(&q->more, &q->lock);
    struct request *r = q->first;
    if (r) {
        q->first = r->next;
        if (!q->first) q->last = &q->first;
        q->count--;
    }
    pthread_mutex_unlock(&q->lock);
    return r;
}

struct request *lane_take_all(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->first && !q->stopping) pthread_cond_wait(&q->more, &q->lock);
    struct request *all = q->first;
    q->first = NULL, q->last = &q->first, q->count = 0;
    pthread_mutex_unlock(&q->lock);
    return all;
}

static void *work(void *self)
{
    struct worker *w = self;
    for (struct request *r; (r = lane_take(w->queue));) {
        r->store = w->store, r->worker = w;
        answer(r);
        if (r->keeps)
            scribe_add(r);
        else
            answer_done(r);
    }
    return NULL;
}

int workers_start(struct web *web, struct err *err)
{
    queue_init(&web->work, 1024);
    queue_init(&web->passwords, 16);
    for (size_t i = 0; i < web->worker_count + 1; i++) {
        struct worker *w = &web->workers[i];
        w->web = web;
        arena_init(&w->arena, 0);
        arena_init(&w->scratch, ARENA_LIMIT);
        arena_alloc(&w->scratch, ARENA_FIRST);
        w->queue = i < web->worker_count ? &web->work : &web->passwords;
        if (store_open(web->options->workspace, STORE_READ, &w->store, err)) return -1;
        if (pthread_create(&w->thread, NULL, work, w))
            return store_close(w->store), err_errno(err, "cannot start a thread");
        web->started++;
    }
    return 0;
}

void queue_stop(struct lane_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stopping = true;
    pthread_cond_broadcast(&q->more);
    pthread_mutex_unlock(&q->lock);
}

void workers_stop(struct web *web)
{
    if (!web->started) return;
    queue_stop(&web->work);
    queue_stop(&web->passwords);
    for (size_t i = 0; i < web->started; i++) {
        pthread_join(web->workers[i].thread, NULL);
        store_close(web->workers[i].store);
        arena_release(&web->workers[i].arena);
        arena_release(&web->workers[i].scratch);
    }
    web->started = 0;
}

/* A GET goes to the sign-in page and comes back; a form that was sent is explained, since its text would be lost. */
static void ask_to_sign_in(struct request *r)
{
    if (r->method == METHOD_POST) {
        page_error(
            r, 403, "You are signed out",
            "Nothing was saved. Sign in in another tab, come back to this one, go back and send the form again.");
        return;
    }
    str here = request_url_with(r, STR("-"), STR_NONE);
    str location = str_eq(here, STR("/")) ? STR("/sign-in")
                                          : text_format(r, "/sign-in?to=" STR_FORMAT, STR_ARGS(url_encode(r, here)));
    request_redirect(r, location);
    if (r->htmx) r->status = 200; /* htmx goes there itself, with the whole page */
}

static void refuse_role(struct request *r)
{
    if (r->route->access == ACCESS_STEWARD)
        page_error(r, 403, "This is for stewards",
                   "Stewards of this workspace let people in and say what they may do. Ask one of them.");
    else
        page_error(r, 403, "You can look, but not change",
                   "Your account is a viewer's. Ask a steward of this workspace if you should be able to write.");
}

static void answer_route(struct request *r)
{
    if (request_is_api(r)) {
        api_answer(r);
    } else if (!r->route) {
        page_error(r, 404, "There is no such page", "The address may be mistyped, or the page has gone.");
    } else if (r->method == METHOD_POST && !request_is_ours(r)) {
        page_error(r, 403, "This form did not come from here",
                   "Nothing was saved. Load the page with the form again and send it once more.");
    } else if (r->route->access != ACCESS_ANYONE && !r->signed_in) {
        ask_to_sign_in(r);
    } else if (!request_is_allowed(r, r->route->access)) {
        refuse_role(r);
    } else if (!r->as_of.n || request_look_back(r)) {
        r->route->answer(r);
        if (r->then.number) keep_day(r);
    }
}

void request_look(struct request *r)
{
    struct web *web = r->web;
    int64_t now, today;
    web_now(web, &now, &today);
    if (r->picture) *vec_add(&r->arena, &r->earlier) = r->picture;
    r->picture = graph_take(web->graph);
    r->view = graph_view_new(&r->arena, r->picture);
    graph_env(&r->env, r->view, &r->arena, &r->viewer, now, today);
    r->env.zone = web->zone;
}

struct book_day request_book_day(const struct request *r, int64_t today)
{
    return (struct book_day){r->store, r->picture, today, r->web->shipped, r->web->shipped_count};
}

static int read_form(struct request *r)
{
    str body = buf_get(&r->body);
    if (r->route && r->route->upload) return multipart_parse(&r->arena, r->content_type, body, &r->form);
    return pairs_parse(&r->arena, body, &r->form);
}

void answer(struct request *r)
{
    struct err err;
    request_look(r);
    r->as_of = pairs_get(&r->query, STR("as_of"));
    if (session_read(r, &err)) {
        if (request_is_api(r))
            api_fail(r, &err, 409);
        else
            page_fail(r, &err);
    } else if (r->method == METHOD_POST && !request_is_api(r) && read_form(r))
        page_error(r, 400, "The form could not be read",
                   "Nothing was saved. Its text is not valid UTF-8, or it has too many fields.");
    else
        answer_route(r);
    VEC_EACH(earlier, &r->earlier) picture_drop(*earlier);
    picture_drop(r->picture);
    r->picture = NULL;
    MUST(r->status);
}
