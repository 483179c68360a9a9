/* SPDX-License-Identifier: Apache-2.0 */
/* The scribe writes rulings down: all that wait at once, in one transaction that is on the disk before any of them is
 * answered. So twenty thousand a second cost a few hundred times waiting for the disk. */
#include "api.h"

#include <string.h>

enum { GROUP_LIMIT = 4096, WAITING_LIMIT = 8192 };

static int keep_books(struct scribe *s, struct request *const *all, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct kept_ruling *k = all[i]->keeps;
        unsigned char hash[RULING_HASH_SIZE];
        if (!k->book || !memcmp(s->kept, k->row.book, sizeof s->kept)) continue;
        if (store_keep_book(s->store, k->row.rulebook, k->row.version, k->text, k->row.time, hash, err)) return -1;
        memcpy(s->kept, hash, sizeof s->kept);
    }
    return 0;
}

/* What was ruled under the key before is answered again; another question under it is refused. */
static void tell_again(struct web *web, struct request *r, const struct stored_ruling *row)
{
    struct ruling ruling;
    const struct rulebook *book;
    bool same;
    struct err err;
    if (!str_eq(row->answers, r->keeps->row.answers) || row->request != r->keeps->row.request) {
        api_problem(r, 422, "The Idempotency-Key was used for something else",
                    text_format(r, "It was ruling %llu, about other answers.", (unsigned long long)row->number));
        return;
    }
    struct store *store = web->scribe.store;
    if (ruling_again(store, web->shelf, &r->arena, row, &ruling, &book, &r->out, &same, &err) < 0) {
        api_fail(r, &err, 409);
    } else {
        if (r->keeps->in_text)
            api_tell_text(r, &ruling, &row->promise);
        else
            buf_char(&r->out, '\n');
        api_header(r, "Idempotency-Replayed", STR("true"));
    }
    shelf_put_back(web->shelf, book);
}

static void tell(struct web *web, struct request *r, const struct stored_ruling *row)
{
    unsigned long long number = row->number;
    if (row->again) tell_again(web, r, row);
    if (r->status >= 300) return;
    if (r->keeps->in_text) {
        buf_printf(&r->out, "Kept as ruling %llu.\n", number);
    } else {
        ruling_put_number(&r->out, row->number);
        api_header(r, "Location", text_format(r, "/api/v1/rulings/%llu", number));
    }
}

/* One that cannot be written must not keep the others from it: then each is tried by itself. */
static void write_down(struct web *web, struct arena *a, struct request **all, size_t count)
{
    struct scribe *s = &web->scribe;
    struct err err;
    struct stored_ruling *rows = arena_array(a, count, sizeof *rows);
    for (size_t i = 0; i < count; i++) rows[i] = all[i]->keeps->row;
    int failed = keep_books(s, all, count, &err) || store_add_rulings(s->store, a, rows, count, &err);
    if (failed && count > 1) {
        for (size_t i = 0; i < count; i++) write_down(web, a, all + i, 1);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (failed)
            api_fail(all[i], &err, 409);
        else
            tell(web, all[i], &rows[i]);
        shelf_put_back(web->shelf, all[i]->keeps->book);
        answer_done(all[i]);
    }
}

static void *scribe(void *self)
{
    struct web *web = self;
    struct request *all[GROUP_LIMIT];
    struct arena a;
    arena_init(&a, 0);
    for (struct request *r; (r = lane_take_all(&web->scribe.queue));) {
        while (r) {
            size_t count = 0;
            for (; r && count < GROUP_LIMIT; r = r->next) all[count++] = r;
            arena_clear(&a);
            write_down(web, &a, all, count);
            web->scribe.log_pages = store_log_pages(web->scribe.store);
        }
    }
    arena_release(&a);
    return NULL;
}

void scribe_add(struct request *r)
{
    struct web *web = r->web;
    if (lane_add(&web->scribe.queue, r)) return;
    api_problem(r, 503, "The server is busy", STR("Nothing was kept. Try again in a moment."));
    r->retry_seconds = 2;
    shelf_put_back(web->shelf, r->keeps->book);
    answer_done(r);
}

int set_aside(struct request *r, const struct stored_ruling *old, str zone, str reason, str door,
              struct stored_ruling *row, struct err *err)
{
    struct setting_aside how = {.zone = zone, .reason = reason, .actor = r->user.name, .door = door};
    web_now(r->web, &how.now, &how.today);
    if (ruling_set_aside(r->store, r->web->shelf, &r->arena, old, &how, row, err)) return -1;
    int failed = store_add_rulings(web_write(r->web), &r->arena, row, 1, err);
    return web_written(r->web, failed, err);
}

int scribe_start(struct web *web, struct err *err)
{
    struct scribe *s = &web->scribe;
    queue_init(&s->queue, WAITING_LIMIT);
    if (store_open(web->options->workspace, STORE_WRITE | STORE_LEAVES_LOG, &s->store, err)) return -1;
    if (pthread_create(&s->thread, NULL, scribe, web))
        return store_close(s->store), err_errno(err, "cannot start a thread");
    s->runs = true;
    return 0;
}

void scribe_stop(struct web *web)
{
    struct scribe *s = &web->scribe;
    if (!s->runs) return;
    s->runs = false;
    queue_stop(&s->queue);
    pthread_join(s->thread, NULL);
    store_close(s->store);
}
