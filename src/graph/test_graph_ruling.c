/* SPDX-License-Identifier: Apache-2.0 */
/* The ruling of a request, in the picture and for FEEL: the last one, as of the day. */
#include "store_ruling.h"
#include "test_graph_fixture.h"

static const char model[] = "version: 1\n"
                            "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
                            "types:\n"
                            "  - id: 70\n"
                            "    name: request\n"
                            "    plural: requests\n"
                            "    group: governance\n"
                            "    help: asked\n"
                            "    key: [name]\n"
                            "    fields:\n"
                            "      - {id: 1, name: name, kind: text, required: yes, help: its name}\n"
                            "      - {id: 2, name: late, kind: derived, gives: yes no, feel: 'ruling.limit = \"run "
                            "out\"', help: whether it is late}\n";

static void keep(struct fixture *f, uint64_t request, int64_t day, const char *zone, int64_t due, uint64_t overrules)
{
    struct stored_ruling r = {.time = 1000,
                              .day = day,
                              .actor = STR("anna"),
                              .door = STR("page"),
                              .request = request,
                              .rulebook = STR("ours"),
                              .version = STR("1"),
                              .answers = STR("{}"),
                              .zone = str_of(zone),
                              .extent = STR("joint"),
                              .rules = STR(""),
                              .overrules = overrules,
                              .reason = overrules ? STR("we know better") : STR_NONE};
    if (due) r.promise = (struct ruling_promise){3, due, STR("Both heads decide.")};
    fixture_must(f, store_add_rulings(f->store, &f->arena, &r, 1, &f->err));
}

#define GIVES(name, expression, want) CHECK_STR(fixture_eval(&f, "request", name, expression), STR(want))

static void is_that_of_the_day(struct test_tally *t)
{
    struct fixture f;
    struct picture_ruling r;
    fixture_open(&f, str_of(model));
    uint64_t a = fixture_new(&f, "request", "A");
    fixture_new(&f, "request", "B");
    a = fixture_commit(&f)[0];
    fixture_refresh(&f);
    GIVES("A", "ruling", "null (no ruling is kept for it)");
    GIVES("A", "ruling.limit", "null (no ruling is kept for it)");
    keep(&f, a, FIXTURE_TODAY - 10, "red", FIXTURE_TODAY - 2, 0); /* 20 November 2026, a Friday */
    keep(&f, 0, FIXTURE_TODAY, "green", 0, 0);
    struct picture *before = graph_take(f.graph);
    fixture_refresh(&f);
    struct picture *now = graph_take(f.graph);
    CHECK(before != now && picture_number(before) == picture_number(now) && picture_ruling_number(now) == 1);
    CHECK(!picture_ruling(before, a, FIXTURE_TODAY, &r) && picture_requested(now, 0) == a &&
          !picture_requested(now, 1));
    picture_drop(before);
    GIVES("A", "[ruling.zone, ruling.extent, ruling.rulebook, ruling.without an answer]",
          "[\"red\", \"joint\", \"ours\", \"Both heads decide.\"]");
    GIVES("A", "ruling.due on", "@\"2026-11-20\"");
    GIVES("A", "[ruling.limit, ruling.days left, late, ruling.set aside]", "[\"run out\", 0, true, false]");
    GIVES("A", "count(requests[ruling.zone = \"red\"])", "1");
    CHECK_STR(fixture_eval_at(&f, "request", "A", "[ruling.limit, ruling.days left]", FIXTURE_TODAY + 3),
              STR("[\"run out\", -3]"));
    CHECK_STR(fixture_eval_at(&f, "request", "A", "[ruling.limit, ruling.days left]", FIXTURE_TODAY - 3),
              STR("[\"soon\", 1]"));
    CHECK_STR(fixture_eval_at(&f, "request", "A", "[ruling.limit, ruling.days left]", FIXTURE_TODAY - 4),
              STR("[\"open\", 2]"));
    CHECK_STR(fixture_eval_at(&f, "request", "A", "ruling.zone", FIXTURE_TODAY - 11),
              STR("null (no ruling is kept for it)"));
    /* A picture from everything has the same as one that came to it bit by bit. */
    keep(&f, a, FIXTURE_TODAY, "green", 0, 1);
    fixture_refresh(&f);
    GIVES("A", "[ruling.number, ruling.zone, ruling.set aside, ruling.limit]", "[3, \"green\", true, \"none\"]");
    GIVES("A", "ruling.due on", "null (nobody has to answer)");
    struct graph *again;
    fixture_must(&f, graph_new(store_model(f.store), store_profile(f.store), NULL, &again, &f.err));
    fixture_must(&f, graph_refresh(again, f.store, &f.err));
    struct picture *whole = graph_take(again);
    CHECK(picture_ruling(whole, a, FIXTURE_TODAY, &r) && r.number == 3 && r.aside && r.limit == LIMIT_NONE);
    CHECK(picture_ruling(whole, a, FIXTURE_TODAY - 3, &r) && r.number == 1 && r.limit == LIMIT_SOON);
    CHECK_STR(r.otherwise, STR("Both heads decide."));
    picture_drop(whole);
    graph_free(again);
    picture_drop(now);
    fixture_close(&f);
}

static void stays_when_facts_change(struct test_tally *t)
{
    struct fixture f;
    struct picture_ruling r;
    struct picture *then;
    fixture_open(&f, str_of(model));
    fixture_new(&f, "request", "A");
    uint64_t a = fixture_commit(&f)[0];
    keep(&f, a, FIXTURE_TODAY, "amber", FIXTURE_TODAY + 3, 0);
    fixture_refresh(&f);
    fixture_new(&f, "request", "B");
    uint64_t b = fixture_commit(&f)[0];
    keep(&f, b, FIXTURE_TODAY, "red", FIXTURE_TODAY + 5, 0);
    fixture_refresh(&f);
    GIVES("A", "[ruling.zone, ruling.days left]", "[\"amber\", 3]");
    GIVES("B", "[ruling.zone, ruling.days left]", "[\"red\", 5]");
    fixture_must(&f, graph_look_back(f.graph, f.store, 2, &then, &f.err));
    CHECK(picture_ruling(then, a, FIXTURE_TODAY, &r) && !picture_ruling(then, a, FIXTURE_TODAY - 1, &r));
    picture_drop(then);
    fixture_close(&f);
}

TEST_MAIN(is_that_of_the_day, stays_when_facts_change)
