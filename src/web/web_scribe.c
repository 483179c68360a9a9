/* SPDX-License-Identifier: Apache-2.0 */
/* The scribe writes rulings down: all that wait at once, in one transaction that is on the disk before any of them is
 * answered. So twenty thousand a second cost a few hundred times waiting for the disk. */
#include "api.h"

#include <string.h>

enum { GROUP_LIMIT = 4096, WAITING_LIMIT = 8192, ROOM_OF_NUMBERS = 1 << 16 };

static size_t kept_count(const struct request *r)
{
    size_t count = 0;
    for (const struct kept_ruling *k = r->keeps; k; k = k->next) count++;
    return count;
}

static int keep_books(struct scribe *s, struct request *const *all, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        for (const struct kept_ruling *k = all[i]->keeps; k; k = k->next) {
            unsigned char hash[RULING_HASH_SIZE];
            if (!memcmp(s->kept, k->row.book, sizeof s->kept)) continue;
            if (store_keep_book(s->store, k->row.rulebook, k->row.version, k->text, k->row.time, hash, err)) return -1;
            memcpy(s->kept, hash, sizeof s->kept);
        }
    return 0;
}

/* ---- Telling ---- */

/* Of whoever names no rulebook another may be in force by now: the first answer holds. */
static bool is_same_question(const struct kept_ruling *k, const struct stored_ruling *row)
{
    bool same_book = !k->names_book || str_eq(row->rulebook, k->row.rulebook);
    return same_book && str_eq(row->answers, k->row.answers) && row->request == k->row.request;
}

/* What was ruled under the key before is answered again; another question under it is refused. False after that. */
static bool tell_again(struct web *web, struct request *r, const struct kept_ruling *k, const struct stored_ruling *row)
{
    static const char refused[] = "The Idempotency-Key was used for something else";
    str why = STR_NONE;
    struct ruling ruling;
    const struct rulebook *book = NULL;
    struct buf json;
    bool same;
    struct err err;
    buf_init(&json, PAGE_LIMIT);
    if (!is_same_question(k, row))
        why = text_format(r, "It was ruling %llu, about other answers, for another request or by another rulebook.",
                          (unsigned long long)row->number);
    else if (ruling_again(web->scribe.store, web->shelf, &r->arena, row, &ruling, &book, &json, &same, &err) < 0)
        why = arena_copy(&r->arena, str_of(err.message));
    if (!why.p && k->in_text)
        api_tell_text(r, &ruling, &row->promise);
    else if (!why.p)
        ruling_put_numbered(&web->scribe.told, buf_get(&json), row->number);
    else if (k->line)
        api_put_unruled(k->book, &r->arena, text_format(r, "%s: " STR_FORMAT, refused, STR_ARGS(why)),
                        &web->scribe.told);
    else if (!is_same_question(k, row))
        api_problem(r, 422, refused, why);
    else
        api_fail(r, &err, 409);
    buf_release(&json);
    shelf_put_back(web->shelf, book);
    return !why.p;
}

static void tell_text(struct web *web, struct request *r, const struct stored_ruling *row)
{
    bool told = !row->again || tell_again(web, r, r->keeps, row);
    if (told) buf_printf(&r->out, "Kept as ruling %llu.\n", (unsigned long long)row->number);
    if (told && row->again) api_header(r, "Idempotency-Replayed", STR("true"));
}

/* The answer, with the numbers of its rulings, or with what was told before. */
static void tell_json(struct web *web, struct request *r, const struct stored_ruling *rows)
{
    struct buf *told = &web->scribe.told;
    bool again = false;
    size_t from = 0, i = 0;
    buf_clear(told);
    told->cap = PAGE_LIMIT + ROOM_OF_NUMBERS; /* it held another answer before */
    for (const struct kept_ruling *k = r->keeps; k; k = k->next, i++) {
        str text = buf_get(&r->out);
        buf_str(told, str_slice(text, from, k->at));
        from = k->at + k->length;
        if (!rows[i].again)
            ruling_put_numbered(told, str_slice(text, k->at, from), rows[i].number);
        else if (tell_again(web, r, k, &rows[i]))
            again = true;
        else if (!k->line)
            return; /* with a problem */
    }
    buf_str(told, str_from(buf_get(&r->out), from));
    if (told->full) {
        api_problem(r, 202, "It is done", STR("All are kept, but the answer is too large. Ask for fewer at once."));
        return;
    }
    struct buf whole = *told;
    *told = r->out, r->out = whole;
    if (again) api_header(r, "Idempotency-Replayed", STR("true"));
    if (!r->keeps->line)
        api_header(r, "Location", text_format(r, "/api/v1/rulings/%llu", (unsigned long long)rows->number));
}

/* ---- Writing down ---- */

static void finish(struct web *web, struct request *r, const struct stored_ruling *rows, const struct err *failed)
{
    if (failed)
        api_fail(r, failed, 409);
    else if (r->keeps->in_text)
        tell_text(web, r, rows);
    else
        tell_json(web, r, rows);
    for (const struct kept_ruling *k = r->keeps; k; k = k->next) shelf_put_back(web->shelf, k->book);
    answer_done(r);
}

/* One that cannot be written must not keep the others from it: then each is tried by itself. Where it is the workspace
 * that cannot be written to, all hear so at once: each would wait for its lock again. */
static void write_down(struct web *web, struct arena *a, struct request **all, size_t count)
{
    struct scribe *s = &web->scribe;
    struct err err;
    size_t row_count = 0, place = 0;
    for (size_t i = 0; i < count; i++) row_count += kept_count(all[i]);
    struct stored_ruling *rows = arena_array(a, row_count, sizeof *rows);
    for (size_t i = 0; i < count; i++)
        for (const struct kept_ruling *k = all[i]->keeps; k; k = k->next) rows[place++] = k->row;
    int failed = keep_books(s, all, count, &err) || store_add_rulings(s->store, a, rows, row_count, &err);
    bool workspace = failed && (err.code == ERR_IO || err.code == ERR_STORE);
    if (failed && !workspace && count > 1) {
        for (size_t i = 0; i < count; i++) write_down(web, a, all + i, 1);
        return;
    }
    place = 0;
    for (size_t i = 0; i < count; i++) {
        size_t own = kept_count(all[i]);
        finish(web, all[i], rows + place, failed ? &err : NULL);
        place += own;
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
            size_t count = 0, rows = 0;
            for (; r && rows < GROUP_LIMIT; r = r->next) rows += kept_count(all[count++] = r);
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
    for (const struct kept_ruling *k = r->keeps; k; k = k->next) shelf_put_back(web->shelf, k->book);
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
    buf_init(&s->told, PAGE_LIMIT + ROOM_OF_NUMBERS);
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
    buf_release(&s->told);
    store_close(s->store);
}
