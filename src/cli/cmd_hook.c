/* SPDX-License-Identifier: Apache-2.0 */
#include "base_time.h"
#include "cli.h"
#include "hook.h"

enum { LOG_ROWS = 50 };

static int find(struct cli *c, int flags, const char *name, struct stored_hook *out, struct err *err)
{
    const struct stored_hook *hooks;
    size_t count;
    if (cli_open_store(c, flags, err) < 0 || store_load_hooks(c->store, &c->arena, &hooks, &count, err) < 0) return -1;
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(hooks[i].name, str_of(name))) return *out = hooks[i], 0;
    return err_set(err, ERR_INPUT, "there is no subscription \"%s\"; entente hook list shows them", name);
}

/* "ruling.kept,text.agreed" as the store has it. */
static str events_given(struct cli *c)
{
    struct buf b;
    str rest = cli_text_value(c, "events"), word;
    buf_init(&b, 10000);
    while (rest.n && str_cut(&rest, ',', &word)) {
        if (b.n) buf_char(&b, ' ');
        buf_str(&b, str_trim(word));
    }
    str events = buf_copy(&b, &c->arena);
    buf_release(&b);
    return events;
}

static int add(struct cli *c, struct err *err)
{
    struct stored_hook hook = {.name = str_trim(str_of(c->words[1])), .address = cli_text_value(c, "to")};
    unsigned char secret[HOOK_SECRET];
    char text[HOOK_SECRET_TEXT];
    uint64_t id;
    struct err ignored;
    if (!hook.address.n) return err_set(err, ERR_USAGE, "say where the events go: --to https://…");
    hook.events = events_given(c);
    hook_make_secret(secret, text);
    if (hook_check_address(hook.address, true, err) < 0 || cli_open_store(c, STORE_WRITE, err) < 0 ||
        store_add_hook(c->store, &hook, secret, cli_actor(c, "hook"), c->now, &id, err) < 0)
        return -1;
    if (hook_check_address(hook.address, false, &ignored) < 0)
        cli_note(c, "Only a server that is started with --hooks-to-private sends there.");
    cli_note(c, "The secret is shown only once; the receiver checks signatures with it:");
    cli_printf(c, "%s\n", text);
    return 0;
}

static str events_told(struct cli *c, str events)
{
    struct buf b;
    if (!events.n) return STR("all");
    buf_init(&b, 10000);
    for (str word; events.n && str_cut(&events, ' ', &word);) {
        if (b.n) buf_text(&b, ", ");
        buf_str(&b, word);
    }
    str told = buf_copy(&b, &c->arena);
    buf_release(&b);
    return told;
}

static int list(struct cli *c, struct err *err)
{
    static const struct cli_column heads[] = {{STR_INIT("subscription")},  {STR_INIT("to")},
                                              {STR_INIT("events")},        {STR_INIT("state")},
                                              {STR_INIT("waiting"), true}, {STR_INIT("given up"), true},
                                              {STR_INIT("last arrived")}};
    const struct stored_hook *hooks;
    struct cli_table t;
    size_t count;
    if (cli_open_store(c, STORE_READ, err) < 0 || store_load_hooks(c->store, &c->arena, &hooks, &count, err) < 0)
        return -1;
    if (!count) return cli_text(c, "No subscriptions; entente hook add NAME --to URL makes one\n"), 0;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < count; i++) {
        const struct stored_hook *h = &hooks[i];
        cli_table_cell(&t, h->name);
        cli_table_cell(&t, h->address);
        cli_table_cell(&t, events_told(c, h->events));
        cli_table_cell(&t,
                       h->paused.p ? arena_printf(&c->arena, "paused: " STR_FORMAT, STR_ARGS(h->paused)) : STR("on"));
        cli_table_cell(&t, cli_count(c, h->waiting));
        cli_table_cell(&t, cli_count(c, h->given_up));
        cli_table_cell(&t, h->delivered ? time_emit_utc(&c->arena, h->delivered) : STR("never"));
    }
    cli_table_print(&t);
    return 0;
}

static int events(struct cli *c, struct err *err)
{
    static const struct cli_column heads[] = {{STR_INIT("event")}, {STR_INIT("when")}, {STR_INIT("data")}};
    struct cli_table t;
    (void)err;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (int i = 0; i < EVENT_COUNT; i++) {
        struct hook_event_info info = hook_event_info((enum hook_event)i);
        cli_table_cell(&t, info.word);
        cli_table_cell(&t, str_of(info.when));
        cli_table_cell(&t, str_of(info.data));
    }
    cli_table_print(&t);
    return 0;
}

static str state_of(struct cli *c, const struct stored_delivery *d)
{
    switch (d->state) {
    case DELIVERY_DONE: return STR("arrived");
    case DELIVERY_GIVEN_UP: return STR("given up");
    case DELIVERY_WAITING: break;
    }
    if (!d->attempts) return STR("waiting");
    return arena_printf(&c->arena, "again at " STR_FORMAT, STR_ARGS(time_emit_utc(&c->arena, d->due)));
}

static int show_log(struct cli *c, struct err *err)
{
    static const struct cli_column heads[] = {
        {STR_INIT("number"), true},   {STR_INIT("happened")},     {STR_INIT("event")},     {STR_INIT("state")},
        {STR_INIT("attempts"), true}, {STR_INIT("answer"), true}, {STR_INIT("first line")}};
    const struct stored_delivery *deliveries;
    struct stored_hook hook;
    struct cli_table t;
    size_t count;
    if (find(c, STORE_READ, c->words[1], &hook, err) < 0 ||
        store_load_deliveries(c->store, &c->arena, hook.id, LOG_ROWS, &deliveries, &count, err) < 0)
        return -1;
    if (!count) return cli_text(c, "No event yet\n"), 0;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < count; i++) {
        const struct stored_delivery *d = &deliveries[i];
        cli_table_cell(&t, arena_printf(&c->arena, "%llu", (unsigned long long)d->id));
        cli_table_cell(&t, time_emit_utc(&c->arena, d->time));
        cli_table_cell(&t, d->type);
        cli_table_cell(&t, state_of(c, d));
        cli_table_cell(&t, arena_printf(&c->arena, "%d", d->attempts));
        cli_table_cell(&t, d->status ? arena_printf(&c->arena, "%d", d->status) : STR(""));
        cli_table_cell(&t, d->says);
    }
    cli_table_print(&t);
    return 0;
}

/* ---- What changes one ---- */

static int try(struct cli *c, struct err *err)
{
    struct stored_hook hook;
    if (find(c, STORE_WRITE, c->words[1], &hook, err) < 0 ||
        store_test_hook(c->store, hook.id, cli_actor(c, "hook"), c->now, err) < 0)
        return -1;
    cli_printf(
        c, "A test event waits; the server sends it, at once where it runs. entente hook log tells what came of it\n");
    return 0;
}

static int pause(struct cli *c, struct err *err)
{
    struct stored_hook hook;
    if (find(c, STORE_WRITE, c->words[1], &hook, err) < 0 ||
        store_pause_hook(c->store, hook.id, STR("by hand"), cli_actor(c, "hook"), c->now, err) < 0)
        return -1;
    cli_printf(c, "Paused \"" STR_FORMAT "\"\n", STR_ARGS(hook.name));
    return 0;
}

static int resume(struct cli *c, struct err *err)
{
    struct stored_hook hook;
    if (find(c, STORE_WRITE, c->words[1], &hook, err) < 0 ||
        store_pause_hook(c->store, hook.id, STR_NONE, cli_actor(c, "hook"), c->now, err) < 0)
        return -1;
    cli_printf(c, "\"" STR_FORMAT "\" goes on\n", STR_ARGS(hook.name));
    return 0;
}

static int drop(struct cli *c, struct err *err)
{
    struct stored_hook hook;
    if (find(c, STORE_WRITE, c->words[1], &hook, err) < 0 ||
        store_remove_hook(c->store, hook.id, cli_actor(c, "hook"), c->now, err) < 0)
        return -1;
    cli_printf(c, "Removed \"" STR_FORMAT "\"\n", STR_ARGS(hook.name));
    return 0;
}

static int again(struct cli *c, struct err *err)
{
    struct stored_hook hook;
    int64_t number;
    if (!str_to_int(str_of(c->words[2]), &number) || number <= 0)
        return err_set(err, ERR_USAGE, "\"%s\" is no delivery's number; entente hook log shows them", c->words[2]);
    if (find(c, STORE_WRITE, c->words[1], &hook, err) < 0 ||
        store_send_again(c->store, hook.id, (uint64_t)number, cli_actor(c, "hook"), c->now, err) < 0)
        return -1;
    cli_printf(c, "It waits again; the server sends it, at once where it runs\n");
    return 0;
}

static int run(struct cli *c)
{
    static const char none[] = "no name", one[] = "the name of one subscription";
    static const struct cli_act acts[] = {{"add", 2, one, add},
                                          {"list", 1, none, list},
                                          {"events", 1, none, events},
                                          {"test", 2, one, try},
                                          {"pause", 2, one, pause},
                                          {"resume", 2, one, resume},
                                          {"remove", 2, one, drop},
                                          {"log", 2, one, show_log},
                                          {"again", 3, "the name of one subscription, and a number of its log", again}};
    return cli_act(c, acts, ARRAY_COUNT(acts));
}

static const struct cli_option options[] = {
    {"to", "URL", "add: the address that the events are posted to, by https"},
    {"events", "EVENTS", "add: only these, with commas between; all where it is not said"},
};

const struct cli_command cmd_hook = {
    .name = "hook",
    .usage =
        "add NAME --to URL [--events EVENTS] | list | events | test NAME | pause NAME | resume NAME | remove NAME | "
        "log NAME | again NAME NUMBER",
    .help = "tell other systems what happens, by signed events to their addresses",
    .details =
        "The server sends, when it runs: what happens by the command line too. The secret by which events are signed "
        "is "
        "printed once. log shows the last deliveries, again sends one of them once more, events lists what is told of.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 3,
    .example = "entente hook list",
    .run = run,
};
