/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions to outgoing events. The journal names them and the host that is told, never the whole address. */
#include "store_hook_inside.h"

#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

str hook_origin(str address)
{
    size_t scheme = str_find(address, STR("://"));
    if (scheme == STR_NOT_FOUND) return STR("");
    size_t from = scheme + strlen("://"), to = from;
    while (to < address.n && !memchr("/?#\\", address.p[to], 4)) to++;
    str host = str_slice(address, from, to);
    /* Credentials are refused before; should some ever stand there, they are not shown. */
    return str_find_char(host, '@') == STR_NOT_FOUND ? str_slice(address, 0, to) : str_slice(address, 0, from);
}

static int journal_hook(struct store *s, uint64_t id, str actor, str reason, int64_t now, struct err *err)
{
    return journal_one(s, ENTRY_HOOK, 0, id, actor, reason, STR_NONE, STR_NONE, now, NULL, err);
}

/* ---- Adding ---- */

static int check_events(str events, struct err *err)
{
    str word, known[EVENT_COUNT];
    for (int i = 0; i < EVENT_COUNT; i++) known[i] = hook_event_info((enum hook_event)i).word;
    while (events.n && str_cut(&events, ' ', &word)) {
        bool found = false;
        for (int i = 0; i < EVENT_COUNT && !found; i++) found = str_eq(word, known[i]);
        if (found) continue;
        str near = err_nearest(word, known, EVENT_COUNT);
        return err_set(err, ERR_USAGE, "\"" STR_FORMAT "\" is no event%s" STR_FORMAT "%s", STR_ARGS(word),
                       near.n ? "; did you mean \"" : "", STR_ARGS(near), near.n ? "\"?" : "");
    }
    return 0;
}

static int check_hook(struct store *s, const struct stored_hook *h, struct err *err)
{
    sqlite3_stmt *q;
    if (!h->name.n || h->name.n > HOOK_NAME_BYTES || utf8_first_bad(h->name, true) != STR_NOT_FOUND)
        return err_set(err, ERR_USAGE, "a subscription needs a name of at most %d letters that says who is told",
                       HOOK_NAME_BYTES);
    if (!h->address.n || h->address.n > HOOK_ADDRESS_BYTES || utf8_first_bad(h->address, true) != STR_NOT_FOUND)
        return err_set(err, ERR_USAGE, "a subscription needs an address of at most %d letters, as https://…",
                       HOOK_ADDRESS_BYTES);
    if (check_events(h->events, err) || store_bind(s, SQL_HOOK_ROOM, &q, err, "s", h->name)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    int64_t all = rc ? sqlite3_column_int64(q, 0) : 0, same = rc ? sqlite3_column_int64(q, 1) : 0;
    sqlite3_reset(q);
    if (same)
        return err_set(err, ERR_CONFLICT, "there is a subscription \"" STR_FORMAT "\" already", STR_ARGS(h->name));
    if (all >= HOOKS_MOST)
        return err_set(err, ERR_LIMIT, "there are %d subscriptions already: remove one first", HOOKS_MOST);
    return 0;
}

static str told(struct arena *a, str events)
{
    if (!events.n) return STR("all events");
    struct buf b;
    buf_init(&b, EVENT_COUNT * 40);
    for (str word; events.n && str_cut(&events, ' ', &word);) {
        if (b.n) buf_text(&b, ", ");
        buf_str(&b, word);
    }
    str words = buf_copy(&b, a);
    buf_release(&b);
    return words;
}

static int add(struct store *s, struct arena *a, const struct stored_hook *h, const unsigned char *secret, str actor,
               int64_t now, uint64_t *id, struct err *err)
{
    str events = h->events.p ? h->events : STR("");
    if (check_hook(s, h, err) ||
        store_run(s, SQL_HOOK_ADD, err, "sssbi", h->name, h->address, events, secret, (size_t)HOOK_SECRET, now))
        return -1;
    *id = (uint64_t)sqlite3_last_insert_rowid(s->db);
    return journal_hook(s, *id, actor,
                        arena_printf(a, "subscription \"" STR_FORMAT "\" made: " STR_FORMAT " is told of " STR_FORMAT,
                                     STR_ARGS(h->name), STR_ARGS(hook_origin(h->address)), STR_ARGS(told(a, events))),
                        now, err);
}

int store_add_hook(struct store *s, const struct stored_hook *hook, const unsigned char secret[HOOK_SECRET], str actor,
                   int64_t now, uint64_t *id, struct err *err)
{
    struct arena a;
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, add(s, &a, hook, secret, actor, now, id, err), err);
    arena_release(&a);
    return failed;
}

/* ---- Reading ---- */

static struct stored_hook read_hook(struct arena *a, sqlite3_stmt *q)
{
    str paused = store_column(q, 5);
    return (struct stored_hook){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                .name = arena_copy(a, store_column(q, 1)),
                                .address = arena_copy(a, store_column(q, 2)),
                                .events = arena_copy(a, store_column(q, 3)),
                                .created = sqlite3_column_int64(q, 4),
                                .paused = paused.p ? arena_copy(a, paused) : STR_NONE,
                                .waiting = (uint64_t)sqlite3_column_int64(q, 6),
                                .given_up = (uint64_t)sqlite3_column_int64(q, 7),
                                .delivered = sqlite3_column_int64(q, 8)};
}

int store_load_hooks(struct store *s, struct arena *a, const struct stored_hook **out, size_t *count, struct err *err)
{
    VEC(struct stored_hook) hooks = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_HOOK_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &hooks) = read_hook(a, q);
    *out = hooks.items;
    *count = hooks.count;
    return rc;
}

int store_load_hook(struct store *s, struct arena *a, uint64_t id, struct stored_hook *out, struct err *err)
{
    sqlite3_stmt *q;
    if (store_bind(s, SQL_HOOK_GET, &q, err, "u", id)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (!rc) return err_set(err, ERR_ABSENT, "there is no such subscription");
    *out = read_hook(a, q);
    sqlite3_reset(q);
    return 0;
}

/* ---- Changing ---- */

int hook_pause(struct store *s, struct arena *a, uint64_t id, str why, str actor, int64_t now, struct err *err)
{
    struct stored_hook h;
    if (store_load_hook(s, a, id, &h, err)) return -1;
    if ((h.paused.p != NULL) == (why.p != NULL)) return 0;
    str reason =
        why.p ? arena_printf(a, "subscription \"" STR_FORMAT "\" paused: " STR_FORMAT, STR_ARGS(h.name), STR_ARGS(why))
              : arena_printf(a, "subscription \"" STR_FORMAT "\" goes on", STR_ARGS(h.name));
    return store_run(s, SQL_HOOK_PAUSE, err, "us", id, why) || journal_hook(s, id, actor, reason, now, err) ? -1 : 0;
}

int store_pause_hook(struct store *s, uint64_t id, str why, str actor, int64_t now, struct err *err)
{
    struct arena a;
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, hook_pause(s, &a, id, why, actor, now, err), err);
    arena_release(&a);
    return failed;
}

static int drop(struct store *s, struct arena *a, uint64_t id, str actor, int64_t now, struct err *err)
{
    struct stored_hook h;
    if (store_load_hook(s, a, id, &h, err)) return -1;
    return store_run(s, SQL_DELIVERY_DROP_OF, err, "u", id) || store_run(s, SQL_HOOK_DROP, err, "u", id) ||
                   journal_hook(s, id, actor,
                                arena_printf(a, "subscription \"" STR_FORMAT "\" removed", STR_ARGS(h.name)), now, err)
               ? -1
               : 0;
}

int store_remove_hook(struct store *s, uint64_t id, str actor, int64_t now, struct err *err)
{
    struct arena a;
    /* Freed bytes are overwritten. */
    if (store_run(s, SQL_SECURE_DELETE, err, "") || store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, drop(s, &a, id, actor, now, err), err);
    arena_release(&a);
    return failed;
}

static int check_on(const struct stored_hook *h, struct err *err)
{
    if (!h->paused.p) return 0;
    return err_set(err, ERR_CONFLICT, "the subscription \"" STR_FORMAT "\" is paused; let it go on first",
                   STR_ARGS(h->name));
}

static int try(struct store *s, struct arena *a, uint64_t id, str actor, int64_t now, struct err *err)
{
    struct stored_hook h;
    if (store_load_hook(s, a, id, &h, err) || check_on(&h, err)) return -1;
    return event_write(s, &id, 1, EVENT_TEST, now, STR_NONE, STR("{}"), err) ||
                   journal_hook(s, id, actor,
                                arena_printf(a, "subscription \"" STR_FORMAT "\" tried", STR_ARGS(h.name)), now, err)
               ? -1
               : 0;
}

int store_test_hook(struct store *s, uint64_t id, str actor, int64_t now, struct err *err)
{
    struct arena a;
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, try(s, &a, id, actor, now, err), err);
    arena_release(&a);
    return failed;
}

/* ---- Once more ---- */

static int again(struct store *s, struct arena *a, uint64_t hook, uint64_t delivery, str actor, int64_t now,
                 struct err *err)
{
    struct stored_hook h;
    struct stored_delivery d;
    if (store_load_hook(s, a, hook, &h, err) || delivery_get(s, a, hook, delivery, &d, err) || check_on(&h, err))
        return -1;
    if (d.state == DELIVERY_WAITING)
        return err_set(err, ERR_CONFLICT, "it is still being sent: the next attempt comes by itself");
    return store_run(s, SQL_DELIVERY_AGAIN, err, "ui", delivery, time_now()) ||
                   journal_hook(s, hook, actor,
                                arena_printf(a, "subscription \"" STR_FORMAT "\": " STR_FORMAT " sent again",
                                             STR_ARGS(h.name), STR_ARGS(d.event)),
                                now, err)
               ? -1
               : 0;
}

int store_send_again(struct store *s, uint64_t hook, uint64_t delivery, str actor, int64_t now, struct err *err)
{
    struct arena a;
    if (store_begin(s, true, err)) return -1;
    arena_init(&a, 0);
    int failed = store_finish(s, again(s, &a, hook, delivery, actor, now, err), err);
    arena_release(&a);
    return failed;
}
