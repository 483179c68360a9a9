/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told what happens, for stewards: subscriptions to outgoing events, and what became of the last ones. */
#include "web_pages.h"

#include "base_time.h"

enum { DELIVERIES_SHOWN = 100 };

static str events_text(struct request *r, str events)
{
    struct buf b;
    if (!events.n) return STR("all events");
    buf_init(&b, 10000);
    for (str word; events.n && str_cut(&events, ' ', &word);) {
        if (b.n) buf_text(&b, ", ");
        buf_str(&b, word);
    }
    str text = buf_copy(&b, &r->arena);
    buf_release(&b);
    return text;
}

static struct feel_value hook_record(struct request *r, const struct stored_hook *h)
{
    struct record c = record_new(r);
    record_text(&c, "name", h->name);
    record_text(&c, "address", h->address);
    record_text(&c, "origin", hook_origin(h->address));
    record_text(&c, "href", text_format(r, "/workspace/hooks/%llu", (unsigned long long)h->id));
    record_text(&c, "events", events_text(r, h->events));
    record_text(&c, "paused", h->paused);
    record_text(&c, "since", show_day(r, h->created / 86400));
    record_text(&c, "waiting", show_count(r, (int64_t)h->waiting));
    record_text(&c, "given_up", show_count(r, (int64_t)h->given_up));
    record_text(&c, "delivered", h->delivered ? show_ago(r, h->delivered) : STR("never"));
    return record_get(&c);
}

/* ---- All ---- */

static bool was_chosen(const struct request *r, str word)
{
    for (size_t i = 0; i < r->form.count; i++)
        if (str_eq(r->form.items[i].name, STR("event")) && str_eq(r->form.items[i].value, word)) return true;
    return false;
}

static struct feel_value event_choices(struct request *r, bool typed)
{
    struct values list = {0};
    for (int i = 0; i < EVENT_COUNT; i++) {
        struct hook_event_info info = hook_event_info((enum hook_event)i);
        struct record c = record_new(r);
        if (i == EVENT_TEST) continue; /* comes in any case */
        record_text(&c, "word", info.word);
        record_text(&c, "when", str_of(info.when));
        record_bool(&c, "chosen", typed && was_chosen(r, info.word));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

/* secret: of one that was made just now, called `made`. */
static void show_hooks(struct request *r, int status, str message, str made, str secret)
{
    struct err err;
    const struct stored_hook *hooks;
    size_t count;
    if (store_load_hooks(r->store, &r->arena, &hooks, &count, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_HOOKS);
    page_put_text(r, "title", STR("Outgoing events"));
    page_put_text(r, "message", message);
    put_done(r);
    if (made.n) page_put_text(r, "good", text_format(r, STR_FORMAT " is told from now on.", STR_ARGS(made)));
    page_put_text(r, "secret", secret);
    struct values list = {0};
    for (size_t i = 0; i < count; i++) values_add(r, &list, hook_record(r, &hooks[i]));
    page_put(r, "hooks", values_get(&list));
    page_put(r, "events", event_choices(r, message.n > 0));
    page_put(r, "private", feel_boolean(r->web->options->hooks_to_private));
    struct record typed = record_new(r);
    record_text(&typed, "name", message.n ? pairs_get(&r->form, STR("name")) : STR_NONE);
    record_text(&typed, "address", message.n ? pairs_get(&r->form, STR("address")) : STR_NONE);
    page_put(r, "typed", record_get(&typed));
    page_show(r, status);
}

static str events_typed(struct request *r)
{
    struct buf b;
    buf_init(&b, 10000);
    for (size_t i = 0; i < r->form.count; i++) {
        if (!str_eq(r->form.items[i].name, STR("event"))) continue;
        if (b.n) buf_char(&b, ' ');
        buf_str(&b, r->form.items[i].value);
    }
    str events = buf_copy(&b, &r->arena);
    buf_release(&b);
    return events;
}

static void show_refused(struct request *r, const struct err *err)
{
    if (err->code == ERR_IO || err->code == ERR_STORE || err->code == ERR_KEPT)
        page_fail(r, err);
    else
        show_hooks(r, 422, capitalise(r, str_of(err->message)), STR_NONE, STR_NONE);
}

void answer_new_hook(struct request *r)
{
    struct err err;
    struct stored_hook h = {.name = str_trim(pairs_get(&r->form, STR("name"))),
                            .address = str_trim(pairs_get(&r->form, STR("address"))),
                            .events = events_typed(r)};
    unsigned char secret[HOOK_SECRET];
    char text[HOOK_SECRET_TEXT];
    uint64_t id;
    hook_make_secret(secret, text);
    int failed = hook_check_address(h.address, r->web->options->hooks_to_private, &err);
    if (!failed) {
        failed = store_add_hook(web_write(r->web), &h, secret, r->user.name, time_now(), &id, &err);
        failed = web_written(r->web, failed, &err);
    }
    if (failed)
        show_refused(r, &err);
    else
        show_hooks(r, 200, STR_NONE, h.name, arena_copy(&r->arena, str_of(text)));
}

/* ---- One ---- */

static bool hook_asked(struct request *r, struct stored_hook *h)
{
    struct err err;
    int64_t id;
    bool good = str_to_int(r->captures[0], &id) && id > 0;
    if (good && !store_load_hook(r->store, &r->arena, (uint64_t)id, h, &err)) return true;
    if (good && err.code != ERR_ABSENT)
        page_fail(r, &err);
    else
        page_error(r, 404, "There is no such subscription", "Outgoing events lists all of them.");
    return false;
}

static struct feel_value delivery_record(struct request *r, const struct stored_delivery *d)
{
    struct record c = record_new(r);
    bool waits = d->state == DELIVERY_WAITING, again = waits && d->attempts > 0;
    record_text(&c, "id", text_format(r, "%llu", (unsigned long long)d->id));
    record_text(&c, "type", d->type);
    record_text(&c, "time", show_time(r, d->time));
    record_text(&c, "state",
                d->state == DELIVERY_DONE       ? STR("arrived")
                : d->state == DELIVERY_GIVEN_UP ? STR("given up")
                : again                         ? STR("again later")
                                                : STR("waiting"));
    record_text(&c, "look",
                d->state == DELIVERY_DONE       ? STR("tag-sanctioned")
                : d->state == DELIVERY_GIVEN_UP ? STR("tag-shadow")
                : again                         ? STR("tag-tolerated")
                                                : STR(""));
    record_text(&c, "attempts", show_count(r, d->attempts));
    record_text(&c, "tried", d->tried ? show_time(r, d->tried) : STR_NONE);
    record_text(&c, "status", d->status ? text_format(r, "%d", d->status) : STR_NONE);
    record_text(&c, "says", d->says);
    record_bool(&c, "over", !waits);
    return record_get(&c);
}

static void show_hook(struct request *r, int status, str message)
{
    struct err err;
    struct stored_hook h;
    const struct stored_delivery *deliveries;
    size_t count;
    if (!hook_asked(r, &h)) return;
    if (store_load_deliveries(r->store, &r->arena, h.id, DELIVERIES_SHOWN, &deliveries, &count, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_HOOK);
    page_put_text(r, "title", h.name);
    page_put_text(r, "message", message);
    put_done(r);
    page_put(r, "hook", hook_record(r, &h));
    struct values list = {0};
    for (size_t i = 0; i < count; i++) values_add(r, &list, delivery_record(r, &deliveries[i]));
    page_put(r, "deliveries", values_get(&list));
    page_show(r, status);
}

/* What is done to one; all under the writer's lock. */
struct hook_deed {
    struct request *r;
    struct store *s;
    uint64_t id;
    struct err *err;
};

static int deed_test(const struct hook_deed *d)
{
    return store_test_hook(d->s, d->id, d->r->user.name, time_now(), d->err);
}

static int deed_pause(const struct hook_deed *d)
{
    return store_pause_hook(d->s, d->id, STR("by hand"), d->r->user.name, time_now(), d->err);
}

static int deed_resume(const struct hook_deed *d)
{
    return store_pause_hook(d->s, d->id, STR_NONE, d->r->user.name, time_now(), d->err);
}

static int deed_again(const struct hook_deed *d)
{
    int64_t delivery;
    if (!str_to_int(pairs_get(&d->r->form, STR("delivery")), &delivery) || delivery <= 0)
        return err_set(d->err, ERR_ABSENT, "there is no such delivery");
    return store_send_again(d->s, d->id, (uint64_t)delivery, d->r->user.name, time_now(), d->err);
}

static int deed_remove(const struct hook_deed *d)
{
    return store_remove_hook(d->s, d->id, d->r->user.name, time_now(), d->err);
}

static const struct {
    str word;
    int (*act)(const struct hook_deed *d);
} deeds[] = {{STR_INIT("test"), deed_test},
             {STR_INIT("pause"), deed_pause},
             {STR_INIT("resume"), deed_resume},
             {STR_INIT("again"), deed_again},
             {STR_INIT("remove"), deed_remove}};

void answer_hooks(struct request *r) { show_hooks(r, 200, STR_NONE, STR_NONE, STR_NONE); }

void answer_hook(struct request *r) { show_hook(r, 200, STR_NONE); }

void answer_hook_change(struct request *r)
{
    struct stored_hook h;
    struct err err;
    str word = pairs_get(&r->form, STR("do"));
    if (!hook_asked(r, &h)) return;
    struct hook_deed d = {.r = r, .s = web_write(r->web), .id = h.id, .err = &err};
    int failed = err_set(&err, ERR_USAGE, "the form did not say what to do");
    for (size_t i = 0; i < ARRAY_COUNT(deeds); i++)
        if (str_eq(deeds[i].word, word)) failed = deeds[i].act(&d);
    failed = web_written(r->web, failed, &err);
    if (failed && (err.code == ERR_IO || err.code == ERR_STORE || err.code == ERR_KEPT))
        page_fail(r, &err);
    else if (failed)
        show_hook(r, 422, capitalise(r, str_of(err.message)));
    else if (str_eq(word, STR("remove")))
        request_done(r, STR("/workspace/hooks"), word);
    else
        request_done(r, text_format(r, "/workspace/hooks/%llu", (unsigned long long)h.id), word);
}
