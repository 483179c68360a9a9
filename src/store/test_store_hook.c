/* SPDX-License-Identifier: Apache-2.0 */
/* Outgoing events: who is told of what, what an event says and what it keeps to itself, and the way of a delivery. */
#include "store_hook.h"
#include "store_ruling.h"
#include "test_store_turns.h"

static const unsigned char secret[HOOK_SECRET] = "a secret of thirty-two letters!!";
enum { LATE = 1 << 30, LEASE = 120 }; /* LATE seconds after now everything is due */

static uint64_t subscribe(struct fixture *x, const char *name, const char *events)
{
    struct test_tally *t = x->t;
    struct stored_hook h = {
        .name = str_of(name), .address = STR("https://hooks.example.com/in?key=hidden"), .events = str_of(events)};
    uint64_t id = 0;
    GOOD(x, store_add_hook(x->s, &h, secret, STR("carl"), 3000, &id, &x->err));
    return id;
}

/* The types of the events that wait for it, oldest first, as "a b". */
static str waiting(struct fixture *x, uint64_t hook)
{
    struct test_tally *t = x->t;
    const struct stored_delivery *d;
    size_t count = 0;
    str all = STR("");
    GOOD(x, store_load_deliveries(x->s, &x->a, hook, 1000, &d, &count, &x->err));
    for (size_t i = count; i-- > 0;)
        if (d[i].state == DELIVERY_WAITING)
            all = arena_printf(&x->a, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(all), all.n ? " " : "", STR_ARGS(d[i].type));
    return all;
}

static struct stored_delivery newest(struct fixture *x, uint64_t hook)
{
    struct test_tally *t = x->t;
    const struct stored_delivery *d;
    size_t count = 0;
    GOOD(x, store_load_deliveries(x->s, &x->a, hook, 1, &d, &count, &x->err));
    return CHECK(count == 1) ? d[0] : (struct stored_delivery){0};
}

static bool says(str text, const char *words) { return str_find(text, str_of(words)) != STR_NOT_FOUND; }

static str last_reason(struct fixture *x)
{
    struct test_tally *t = x->t;
    const struct journal_line *lines;
    size_t count;
    GOOD(x, store_load_journal(x->s, &x->a, 0, 1, &lines, &count, &x->err));
    return count ? lines[0].reason : STR("");
}

static void subscriptions(struct test_tally *t)
{
    struct fixture x;
    const struct stored_hook *hooks;
    struct stored_hook h = {.name = STR("erp"), .address = STR("https://a.example/"), .events = STR("ruling.kep")};
    size_t count;
    uint64_t id;
    begin(&x, t);
    uint64_t all = subscribe(&x, "ERP", NULL);
    CHECK_STR(last_reason(&x), STR("subscription \"ERP\" made: https://hooks.example.com is told of all events"));
    uint64_t some = subscribe(&x, "chat", "text.agreed ruling.kept");
    CHECK(says(last_reason(&x), "is told of text.agreed, ruling.kept"));
    BAD(&x, store_add_hook(x.s, &h, secret, STR("carl"), 1, &id, &x.err), ERR_USAGE, "did you mean \"ruling.kept\"?");
    h.events = STR("");
    BAD(&x, store_add_hook(x.s, &h, secret, STR("carl"), 1, &id, &x.err), ERR_CONFLICT, "\"erp\" already");
    h.name = STR("");
    BAD(&x, store_add_hook(x.s, &h, secret, STR("carl"), 1, &id, &x.err), ERR_USAGE, "needs a name");
    h.name = STR("x"), h.address = STR("");
    BAD(&x, store_add_hook(x.s, &h, secret, STR("carl"), 1, &id, &x.err), ERR_USAGE, "needs an address");
    GOOD(&x, store_load_hooks(x.s, &x.a, &hooks, &count, &x.err));
    CHECK(count == 2 && hooks[0].id == some && hooks[1].id == all && !hooks[1].paused.p && hooks[1].created == 3000);
    GOOD(&x, store_pause_hook(x.s, all, STR("by hand"), STR("carl"), 4000, &x.err));
    CHECK_STR(last_reason(&x), STR("subscription \"ERP\" paused: by hand"));
    BAD(&x, store_test_hook(x.s, all, STR("carl"), 4000, &x.err), ERR_CONFLICT, "is paused");
    GOOD(&x, store_pause_hook(x.s, all, STR_NONE, STR("carl"), 4000, &x.err));
    GOOD(&x, store_test_hook(x.s, all, STR("carl"), 4000, &x.err));
    CHECK_STR(waiting(&x, all), STR("test"));
    CHECK_STR(waiting(&x, some), STR(""));
    GOOD(&x, store_remove_hook(x.s, all, STR("carl"), 5000, &x.err));
    CHECK_STR(last_reason(&x), STR("subscription \"ERP\" removed"));
    CHECK_STR(waiting(&x, all), STR(""));
    BAD(&x, store_remove_hook(x.s, all, STR("carl"), 5000, &x.err), ERR_ABSENT, "no such subscription");
    for (size_t i = 1; i < HOOKS_MOST; i++) subscribe(&x, arena_printf(&x.a, "n%zu", i).p, NULL);
    h.name = STR("one more"), h.address = STR("https://a.example/");
    BAD(&x, store_add_hook(x.s, &h, secret, STR("carl"), 1, &id, &x.err), ERR_LIMIT, "100 subscriptions");
    end(&x);
}

static void texts(struct test_tally *t)
{
    struct fixture x;
    begin(&x, t);
    uint64_t silent = subscribe(&x, "silent", "ruling.kept");
    uint64_t o = make(&x, x.objective, "Less secret churn"), hook = subscribe(&x, "ERP", NULL);
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
    struct stored_delivery d = newest(&x, hook);
    CHECK(says(d.body, "\"specversion\":\"1.0\"") && says(d.body, "\"source\":\"urn:entente:"));
    CHECK(says(d.body, arena_printf(&x.a, "\"id\":\"" STR_FORMAT "\"", STR_ARGS(d.event)).p));
    CHECK(says(d.body, arena_printf(&x.a, "\"subject\":\"/facts/%llu\"", (unsigned long long)o).p));
    CHECK(says(d.body, "\"time\":\"1970-01-01T01:23:20Z\""));
    CHECK(says(d.body, "\"type\":\"objective\"") && says(d.body, "\"api\":\"/api/v1/facts/objectives/"));
    CHECK(!says(d.body, "secret") && !says(d.body, "dora") && !says(d.body, "Dora"));
    /* What is refused leaves no event. */
    BAD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL), ERR_CONFLICT, "proposed already");
    GOOD(&x, turn(&x, o, KEY_REFUSE, BEN, "too vague"));
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
    struct commit_result r;
    struct change_set *c = set_of(&x);
    set(c, o, x.objective, "outcome", "They stay");
    GOOD(&x, store_commit(x.s, c, 1, &r, &x.err));
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    CHECK(says(newest(&x, hook).body, "\"side\":\"marketing\""));
    GOOD(&x, turn(&x, o, KEY_SIGN, BEN, NULL));
    CHECK_STR(waiting(&x, hook), STR("text.proposed text.refused text.proposed text.withdrawn text.proposed"
                                     " text.signed text.signed text.agreed"));
    CHECK_STR(waiting(&x, silent), STR(""));
    GOOD(&x, store_pause_hook(x.s, hook, STR("by hand"), STR("carl"), 4000, &x.err));
    c = set_of(&x);
    set(c, o, x.objective, "outcome", "They all stay");
    GOOD(&x, store_commit(x.s, c, 1, &r, &x.err));
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
    CHECK(!says(waiting(&x, hook), "text.agreed text.proposed"));
    GOOD(&x, store_pause_hook(x.s, hook, STR_NONE, STR("carl"), 4000, &x.err));
    GOOD(&x, turn(&x, o, KEY_WITHDRAW, DORA, NULL));
    CHECK(says(waiting(&x, hook), "text.agreed text.withdrawn"));
    end(&x);
}

static void requests(struct test_tally *t)
{
    static const char yaml[] = "version: 1\n"
                               "types:\n"
                               "  - id: 1000\n"
                               "    name: request\n"
                               "    plural: requests\n"
                               "    group: stack\n"
                               "    key: [name]\n"
                               "    fields:\n"
                               "      - {id: 1, name: name, kind: text, required: yes}\n"
                               "      - {id: 2, name: state, kind: one of, values: [waiting, answered]}\n"
                               "      - {id: 3, name: note, kind: text}\n";
    struct fixture x;
    struct model_text built_in, own;
    struct model_plan plan;
    struct commit_result r;
    begin(&x, t);
    GOOD(&x, store_load_model_text(x.s, &x.a, &built_in, &own, &x.err));
    GOOD(&x, store_change_model(x.s, &x.a, built_in, (struct model_text){str_of(yaml), STR("own.yaml")}, STR("anna"),
                                STR("more"), 1, &plan, &r, &x.err));
    fixture_reopen(&x, STORE_WRITE);
    const struct model_type *request = model_type(x.m, STR("request"));
    MUST(request);
    uint64_t hook = subscribe(&x, "ERP", NULL), id = make(&x, request, "A quiet matter");
    CHECK(says(newest(&x, hook).body, "\"state\":null") && !says(newest(&x, hook).body, "quiet"));
    static const char *const changes[][2] = {
        {"note", "hidden"}, {"state", "waiting"}, {"note", "more"}, {"state", "answered"}};
    for (size_t i = 0; i < ARRAY_COUNT(changes); i++) {
        struct change_set *c = set_of(&x);
        set(c, id, request, changes[i][0], changes[i][1]);
        GOOD(&x, store_commit(x.s, c, 1, &r, &x.err));
    }
    CHECK_STR(waiting(&x, hook), STR("request.made request.changed request.changed"));
    CHECK(says(newest(&x, hook).body, "\"state\":\"answered\"") && !says(newest(&x, hook).body, "more"));
    /* A commit that fails as a whole tells nobody. */
    struct change_set *c = set_of(&x);
    set(c, change_create(c, request), request, "name", "New");
    set(c, change_create(c, request), request, "name", "A quiet matter");
    BAD(&x, store_commit(x.s, c, 1, &r, &x.err), ERR_CONFLICT, "already there");
    CHECK_STR(waiting(&x, hook), STR("request.made request.changed request.changed"));
    end(&x);
}

static struct stored_ruling a_ruling(const char *zone)
{
    struct stored_ruling r = {.time = 1000,
                              .day = 20000,
                              .actor = STR("anna"),
                              .door = STR("api"),
                              .rulebook = STR("safe-zones"),
                              .version = STR("1"),
                              .request = 7,
                              .answers = STR("{\"note\":\"hidden\"}"),
                              .zone = str_of(zone),
                              .extent = STR("none"),
                              .rules = STR("zone 1")};
    return r;
}

static void rulings(struct test_tally *t)
{
    struct fixture x;
    begin(&x, t);
    uint64_t hook = subscribe(&x, "ERP", NULL);
    struct stored_ruling rows[] = {a_ruling("green"), a_ruling("red")};
    rows[0].key = STR("k");
    GOOD(&x, store_add_rulings(x.s, &x.a, rows, 2, &x.err));
    struct stored_ruling again = a_ruling("green"), over = a_ruling("amber"), bad = a_ruling("amber");
    again.key = STR("k");
    GOOD(&x, store_add_rulings(x.s, &x.a, &again, 1, &x.err));
    over.overrules = 1, over.reason = STR("hidden");
    GOOD(&x, store_add_rulings(x.s, &x.a, &over, 1, &x.err));
    struct stored_ruling group[] = {a_ruling("green"), bad};
    group[1].overrules = 99, group[1].reason = STR("none");
    BAD(&x, store_add_rulings(x.s, &x.a, group, 2, &x.err), ERR_INPUT, "no ruling 99");
    CHECK_STR(waiting(&x, hook), STR("ruling.kept ruling.kept ruling.overruled"));
    struct stored_delivery d = newest(&x, hook);
    CHECK(says(d.body, "\"data\":{\"ruling\":3,\"rulebook\":\"safe-zones\",\"version\":\"1\",\"zone\":\"amber\","
                       "\"extent\":\"none\",\"request\":7,\"overrules\":1}"));
    CHECK(!says(d.body, "hidden") && !says(d.body, "anna"));
    end(&x);
}

static void keep_seen(struct fixture *x, const struct finding_seen *seen, size_t count, int32_t today)
{
    struct test_tally *t = x->t;
    const struct finding_state *states;
    struct finding_changes changes;
    GOOD(x, store_load_findings(x->s, &x->a, seen, count, today, &states, &changes, &x->err));
    for (int i = 0; i < 2; i++) GOOD(x, store_keep_findings(x->s, &changes, &x->err)); /* the second says nothing new */
}

static void findings(struct test_tally *t)
{
    static const struct finding_seen seen[] = {
        {1, STR_INIT("{\"finding\":\"1\"}")}, {2, STR_INIT("")}, {3, STR_INIT("{\"finding\":\"3\"}")}};
    struct fixture x;
    begin(&x, t);
    keep_seen(&x, seen, 1, 100);
    alter(&x, "UPDATE finding SET about = NULL"); /* as from before */
    uint64_t hook = subscribe(&x, "ERP", NULL);
    keep_seen(&x, seen, 3, 100);
    CHECK_STR(waiting(&x, hook), STR("finding.appeared"));
    CHECK(says(newest(&x, hook).body, "\"subject\":\"/findings/0000000000000003\""));
    keep_seen(&x, seen, 3, 101);
    CHECK_STR(waiting(&x, hook), STR("finding.appeared"));
    keep_seen(&x, seen + 2, 1, 102);
    CHECK_STR(waiting(&x, hook), STR("finding.appeared finding.gone"));
    CHECK(says(newest(&x, hook).body, "\"data\":{\"finding\":\"1\"}"));
    end(&x);
}

static void deliveries(struct test_tally *t)
{
    struct fixture x;
    const struct hook_target *targets;
    const struct stored_delivery *d;
    struct stored_hook h;
    size_t count;
    int64_t now = time_now(), due;
    begin(&x, t);
    uint64_t hook = subscribe(&x, "ERP", NULL), other = subscribe(&x, "other", NULL);
    GOOD(&x, store_next_delivery(x.s, &due, &x.err));
    CHECK(due == INT64_MAX);
    for (int i = 0; i < 3; i++) GOOD(&x, store_test_hook(x.s, hook, STR("carl"), 4000, &x.err));
    GOOD(&x, store_load_targets(x.s, &x.a, &targets, &count, &x.err));
    CHECK(count == 2 && targets[0].id == hook && !memcmp(targets[0].secret, secret, HOOK_SECRET));
    GOOD(&x, store_next_delivery(x.s, &due, &x.err));
    CHECK(due >= now && due < now + 60);
    now += LATE;
    /* What one has taken, no other takes, until it is thought to be dead. */
    GOOD(&x, store_take_deliveries(x.s, &x.a, hook, 2, now, now + LEASE, &d, &count, &x.err));
    CHECK(count == 2 && d[0].id < d[1].id);
    uint64_t first = d[0].id, second = d[1].id;
    GOOD(&x, store_take_deliveries(x.s, &x.a, hook, 5, now, now + LEASE, &d, &count, &x.err));
    CHECK(count == 1);
    uint64_t third = d[0].id;
    GOOD(&x, store_take_deliveries(x.s, &x.a, other, 5, now, now + LEASE, &d, &count, &x.err));
    CHECK(count == 0);
    const struct delivery_outcome outcomes[] = {{first, DELIVERY_DONE, 0, 200, STR_INIT("thanks")},
                                                {second, DELIVERY_WAITING, now + 4, 500, STR_INIT("oh")}};
    GOOD(&x, store_end_deliveries(x.s, outcomes, 2, &x.err));
    GOOD(&x, store_load_hook(x.s, &x.a, hook, &h, &x.err));
    CHECK(h.waiting == 2 && h.delivered == now && h.given_up == 0);
    GOOD(&x, store_take_deliveries(x.s, &x.a, hook, 5, now + 3, now + LEASE, &d, &count, &x.err));
    CHECK(count == 0);
    GOOD(&x, store_take_deliveries(x.s, &x.a, hook, 5, now + LEASE, now + 2 * LEASE, &d, &count, &x.err));
    CHECK(count == 2 && d[0].id == second && d[0].attempts == 1 && d[0].status == 500 && d[1].id == third);
    CHECK_STR(d[0].says, STR("oh"));
    BAD(&x, store_send_again(x.s, hook, second, STR("carl"), 1, &x.err), ERR_CONFLICT, "still being sent");
    BAD(&x, store_send_again(x.s, other, first, STR("carl"), 1, &x.err), ERR_ABSENT, "no such delivery");
    GOOD(&x, store_send_again(x.s, hook, first, STR("carl"), 1, &x.err));
    CHECK(says(last_reason(&x), "sent again"));
    GOOD(&x, store_take_deliveries(x.s, &x.a, hook, 5, now, now + LEASE, &d, &count, &x.err));
    CHECK(count == 1 && d[0].id == first && d[0].attempts == 0);
    /* Who is paused gets nothing, not even what waits. */
    GOOD(&x, store_pause_hook(x.s, hook, STR("by hand"), STR("carl"), 4000, &x.err));
    GOOD(&x, store_load_targets(x.s, &x.a, &targets, &count, &x.err));
    CHECK(count == 1 && targets[0].id == other);
    GOOD(&x, store_next_delivery(x.s, &due, &x.err));
    CHECK(due == INT64_MAX);
    end(&x);
}

static void tidying(struct test_tally *t)
{
    struct fixture x;
    struct stored_hook h;
    const struct stored_delivery *d;
    size_t count;
    int64_t now = time_now();
    begin(&x, t);
    GOOD(&x, store_tidy_deliveries(x.s, now, &x.err));
    uint64_t hook = subscribe(&x, "ERP", NULL), full = subscribe(&x, "full", NULL);
    for (int i = 0; i < 3; i++) GOOD(&x, store_test_hook(x.s, hook, STR("carl"), 4000, &x.err));
    GOOD(&x, store_take_deliveries(x.s, &x.a, hook, 1, now + LATE, now + LATE, &d, &count, &x.err));
    const struct delivery_outcome done = {d[0].id, DELIVERY_DONE, 0, 204, STR_INIT("")};
    GOOD(&x, store_end_deliveries(x.s, &done, 1, &x.err));
    GOOD(&x, store_tidy_deliveries(x.s, now + DELIVERY_PATIENCE / 2, &x.err));
    CHECK_STR(waiting(&x, hook), STR("test test"));
    GOOD(&x, store_tidy_deliveries(x.s, now + DELIVERY_PATIENCE + 60, &x.err));
    GOOD(&x, store_load_hook(x.s, &x.a, hook, &h, &x.err));
    CHECK(h.waiting == 0 && h.given_up == 2);
    CHECK_STR(newest(&x, hook).says, STR("it waited for longer than two days"));
    GOOD(&x, store_tidy_deliveries(x.s, now + DELIVERY_KEPT + 60, &x.err));
    GOOD(&x, store_load_deliveries(x.s, &x.a, hook, 10, &d, &count, &x.err));
    CHECK(count == 0);
    alter(&x, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100500)"
              " INSERT INTO delivery SELECT 1000 + i, 2, 'e', 'test', 0, '{}', 9e9, i > 100001, 0, 0, 0, 0, '' FROM n");
    GOOD(&x, store_load_hook(x.s, &x.a, full, &h, &x.err));
    CHECK(h.waiting == 100001 && !h.paused.p);
    GOOD(&x, store_tidy_deliveries(x.s, now, &x.err));
    GOOD(&x, store_load_hook(x.s, &x.a, full, &h, &x.err));
    CHECK_STR(h.paused, STR("more than 100000 events wait"));
    alter(&x, "UPDATE delivery SET state = 1");
    GOOD(&x, store_tidy_deliveries(x.s, now, &x.err));
    GOOD(&x, store_load_deliveries(x.s, &x.a, full, 1000000, &d, &count, &x.err));
    CHECK(count == DELIVERIES_KEPT && d[0].id == 101500);
    end(&x);
}

static bool file_has_secret(struct fixture *x)
{
    struct test_tally *t = x->t;
    str bytes;
    store_close(x->s); /* folds the log in */
    x->s = NULL;
    GOOD(x, file_read(&x->a, x->path, 1 << 26, &bytes, &x->err));
    fixture_reopen(x, STORE_WRITE);
    return str_find(bytes, (str){(const char *)secret, HOOK_SECRET}) != STR_NOT_FOUND;
}

static void removing(struct test_tally *t)
{
    struct fixture x;
    begin(&x, t);
    uint64_t hook = subscribe(&x, "ERP", NULL);
    CHECK(file_has_secret(&x));
    GOOD(&x, store_remove_hook(x.s, hook, STR("carl"), 5000, &x.err));
    CHECK(!file_has_secret(&x));
    end(&x);
}

TEST_MAIN(subscriptions, removing, texts, requests, rulings, findings, deliveries, tidying)
