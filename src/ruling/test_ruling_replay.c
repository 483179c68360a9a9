/* SPDX-License-Identifier: Apache-2.0 */
/* In brief and in full it is ruled alike, and a replay does not depend on how many threads there are. */
#include "base_file.h"
#include "ruling_replay.h"
#include "test.h"

#include <string.h>

enum { REQUESTS = 1500, BOOK_BYTES = 1 << 24 };

static struct rulebook *load(struct arena *a)
{
    struct rulebook *b;
    struct err err;
    str text;
    MUST(file_read(a, RULEBOOKS "/safe-zones.dmn", BOOK_BYTES, &text, &err) == 0);
    MUST(rulebook_load(STR("safe-zones"), STR(""), text, &b, &err) == 0);
    return b;
}

/* Answers that differ; every fifth is not given. */
static void make(const struct rulebook *b, struct arena *a, uint64_t seed, struct answers *out)
{
    size_t count;
    const struct rulebook_question *q = rulebook_questions(b, &count);
    *out = (struct answers){.values = arena_array(a, count + 1, sizeof *out->values)};
    for (size_t i = 0; i < count; i++) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        uint64_t x = seed >> 33;
        bool left_out = seed >> 60 == 0;
        out->values[i] = left_out           ? feel_null()
                         : q[i].value_count ? q[i].values[x % q[i].value_count]
                                            : feel_int((int64_t)(1 + x % 100));
    }
}

static void in_brief_as_in_full(struct test_tally *t)
{
    struct arena keep, work, *a = &work;
    arena_init(&keep, 0), arena_init(&work, 0);
    struct rulebook *b = load(&keep);
    struct ruling_memo *memo = ruling_memo_new(b);
    size_t alike = 0;
    for (uint64_t i = 0; i < 2 * REQUESTS; i++) { /* the second time from what is remembered */
        struct feel_env env = {.arena = a};
        struct answers answers;
        struct ruling full;
        struct ruling_brief brief;
        struct err err;
        arena_clear(a);
        make(b, a, i % REQUESTS, &answers);
        MUST(rulebook_rule(b, &env, &answers, 0, &full, &err) == 0 &&
             rulebook_brief(b, memo, &env, &answers, &brief, &err) == 0);
        const struct feel_value *days = feel_entry_get(full.parts[RULING_TIMING], STR("answer within days"));
        bool same = full.state == brief.state && (full.state == RULED_AGAINST || feel_same(full.zone, brief.zone));
        if (full.state == RULED)
            same &= days && (days->kind == FEEL_NULL ? brief.days == 0 : feel_to_double(*days) == brief.days);
        if (full.state == RULED_OPEN) same &= full.open_count == brief.open_count;
        alike += same;
    }
    CHECK(alike == 2 * REQUESTS);
    ruling_memo_free(memo);
    rulebook_free(b);
    arena_release(&keep), arena_release(&work);
}

static void by_threads(struct test_tally *t)
{
    struct arena keep, work, *a = &work;
    arena_init(&keep, 0), arena_init(&work, 0);
    struct rulebook *b = load(&keep);
    const struct replay_result *results[2];
    struct replay *replays[2];
    struct err err;
    for (size_t r = 0; r < 2; r++) {
        replays[r] = replay_new(b, 10, r ? 3 : 1);
        for (uint64_t i = 0; i < REQUESTS; i++) {
            struct buf text;
            struct json_writer w;
            struct answers answers;
            arena_clear(a);
            make(b, a, i, &answers);
            buf_init(&text, BOOK_BYTES);
            json_init(&w, &text, 0);
            answers_emit_json(b, &answers, &w);
            struct replay_case c = {.number = i + 1,
                                    .answers = buf_get(&text),
                                    .before = b,
                                    .ruled = STR("amber"),
                                    .side = i % 3 ? STR("it") : STR("marketing")};
            CHECK(replay_add(replays[r], &c));
            buf_release(&text);
        }
        CHECK(replay_end(replays[r], &results[r], &err) == 0);
    }
    CHECK(results[0]->count == REQUESTS && results[0]->changed > 0);
    CHECK(!memcmp(results[0]->flow, results[1]->flow, sizeof results[0]->flow));
    CHECK(results[0]->item_count == 10 && results[1]->item_count == 10 && results[0]->side_count == 2);
    for (size_t i = 0; i < results[0]->item_count; i++)
        CHECK(results[0]->items[i].number == results[1]->items[i].number);
    for (size_t r = 0; r < 2; r++) replay_free(replays[r]);
    rulebook_free(b);
    arena_release(&keep), arena_release(&work);
}

TEST_MAIN(in_brief_as_in_full, by_threads)
