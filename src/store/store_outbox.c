/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: what a sender takes, what became of it, and for how long that is kept. */
#include "store_hook_inside.h"

#include <string.h>

int store_load_targets(struct store *s, struct arena *a, const struct hook_target **out, size_t *count, struct err *err)
{
    VEC(struct hook_target) targets = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_HOOK_TARGETS, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct hook_target *t = vec_add(a, &targets);
        *t = (struct hook_target){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                  .address = arena_copy(a, store_column(q, 1))};
        if (sqlite3_column_bytes(q, 2) != HOOK_SECRET) {
            sqlite3_reset(q);
            return err_set(err, ERR_STORE, "the workspace is damaged: subscription %llu has no whole secret",
                           (unsigned long long)t->id);
        }
        memcpy(t->secret, sqlite3_column_blob(q, 2), HOOK_SECRET);
    }
    *out = targets.items;
    *count = targets.count;
    return rc;
}

static struct stored_delivery read_delivery(struct arena *a, sqlite3_stmt *q)
{
    return (struct stored_delivery){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                    .hook = (uint64_t)sqlite3_column_int64(q, 1),
                                    .event = arena_copy(a, store_column(q, 2)),
                                    .type = arena_copy(a, store_column(q, 3)),
                                    .time = sqlite3_column_int64(q, 4),
                                    .body = arena_copy(a, store_column(q, 5)),
                                    .state = (enum delivery_state)sqlite3_column_int(q, 6),
                                    .attempts = sqlite3_column_int(q, 7),
                                    .due = sqlite3_column_int64(q, 8),
                                    .tried = sqlite3_column_int64(q, 9),
                                    .status = sqlite3_column_int(q, 10),
                                    .says = arena_copy(a, store_column(q, 11))};
}

int delivery_get(struct store *s, struct arena *a, uint64_t hook, uint64_t id, struct stored_delivery *out,
                 struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_DELIVERY_GET, &q, err, "uu", id, hook)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "there is no such delivery, or it is too long ago");
    *out = read_delivery(a, q);
    sqlite3_reset(q);
    return 0;
}

static int read_due(struct store *s, struct arena *a, uint64_t hook, size_t limit, int64_t now,
                    const struct stored_delivery **out, size_t *count, struct err *err)
{
    VEC(struct stored_delivery) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_DELIVERY_DUE, &q, err, "uiu", hook, now, (uint64_t)limit)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &found) = read_delivery(a, q);
    *out = found.items;
    *count = found.count;
    return rc;
}

static int take(struct store *s, struct arena *a, uint64_t hook, size_t limit, int64_t now, int64_t until,
                const struct stored_delivery **out, size_t *count, struct err *err)
{
    if (read_due(s, a, hook, limit, now, out, count, err)) return -1;
    for (size_t i = 0; i < *count; i++)
        if (store_run(s, SQL_DELIVERY_TAKE, err, "uii", (*out)[i].id, now, until)) return -1;
    return 0;
}

int store_take_deliveries(struct store *s, struct arena *a, uint64_t hook, size_t limit, int64_t now, int64_t until,
                          const struct stored_delivery **out, size_t *count, struct err *err)
{
    /* Looking costs nobody the right to write. */
    if (read_due(s, a, hook, limit, now, out, count, err)) return -1;
    if (!*count) return 0;
    if (store_begin(s, true, err)) return -1;
    return store_finish(s, take(s, a, hook, limit, now, until, out, count, err), err);
}

int store_next_delivery(struct store *s, int64_t *due, struct err *err)
{
    sqlite3_stmt *q;
    *due = INT64_MAX;
    if (store_prepare(s, SQL_DELIVERY_NEXT, &q, err)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (rc && sqlite3_column_type(q, 0) != SQLITE_NULL) *due = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return 0;
}

int store_end_deliveries(struct store *s, const struct delivery_outcome *outcomes, size_t count, struct err *err)
{
    int rc = 0;
    if (store_begin(s, true, err)) return -1;
    for (size_t i = 0; i < count && !rc; i++) {
        const struct delivery_outcome *o = &outcomes[i];
        rc = store_run(s, SQL_DELIVERY_END, err, "uiiis", o->delivery, (int64_t)o->state, o->due, (int64_t)o->status,
                       o->says.p ? o->says : STR(""));
        if (!rc && o->state == DELIVERY_DONE) rc = store_run(s, SQL_HOOK_ARRIVED, err, "u", o->delivery);
    }
    return store_finish(s, rc, err);
}

int store_load_deliveries(struct store *s, struct arena *a, uint64_t hook, size_t limit,
                          const struct stored_delivery **out, size_t *count, struct err *err)
{
    VEC(struct stored_delivery) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_DELIVERY_NEWEST, &q, err, "uu", hook, (uint64_t)limit)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &found) = read_delivery(a, q);
    *out = found.items;
    *count = found.count;
    return rc;
}

/* ---- Tidying ---- */

static int tidy_one(struct store *s, struct arena *a, const struct stored_hook *h, int64_t now, struct err *err)
{
    if (store_run(s, SQL_DELIVERY_FORGET, err, "uiu", h->id, now - DELIVERY_KEPT, (uint64_t)DELIVERIES_KEPT)) return -1;
    if (h->waiting <= DELIVERIES_WAITING || h->paused.p) return 0;
    str why = arena_printf(a, "more than %d events wait", DELIVERIES_WAITING);
    return hook_pause(s, a, h->id, why, STR("server"), now, err);
}

static int tidy(struct store *s, struct arena *a, const struct stored_hook *hooks, size_t count, int64_t now,
                struct err *err)
{
    int rc = store_run(s, SQL_DELIVERY_GIVE_UP, err, "i", now - DELIVERY_PATIENCE);
    for (size_t i = 0; !rc && i < count; i++) rc = tidy_one(s, a, &hooks[i], now, err);
    return rc;
}

int store_tidy_deliveries(struct store *s, int64_t now, struct err *err)
{
    struct arena a;
    const struct stored_hook *hooks;
    size_t count;
    arena_init(&a, 0);
    int failed = store_load_hooks(s, &a, &hooks, &count, err);
    if (!failed && count)
        failed = store_begin(s, true, err) || store_finish(s, tidy(s, &a, hooks, count, now, err), err);
    arena_release(&a);
    return failed ? -1 : 0;
}
