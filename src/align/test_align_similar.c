/* SPDX-License-Identifier: Apache-2.0 */
/* Earlier rulings that are alike: by what the rules make of the answers. */
#include "align_similar.h"
#include "base_file.h"
#include "test_graph_fixture.h"

#include <string.h>

static const char model[] = "version: 1\n"
                            "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
                            "types:\n"
                            "  - id: 70\n"
                            "    name: request\n"
                            "    plural: requests\n"
                            "    group: governance\n"
                            "    key: [name]\n"
                            "    fields:\n"
                            "      - {id: 1, name: name, kind: text, required: yes}\n"
                            "      - {id: 4, name: asked on, kind: date}\n"
                            "      - {id: 9, name: state, kind: text}\n"
                            "      - {id: 10, name: answered on, kind: date}\n";

static const char base[] =
    "{\"what\": \"automation\", \"data class\": \"personal\", \"region\": \"home\", \"reads\": \"own systems\", "
    "\"writes\": \"own systems\", \"annual cost\": %d, \"term months\": 12, \"users\": %d, \"builder\": \"own team\", "
    "\"training\": \"%s\", \"vendor\": \"reviewed\", \"public facing\": false, \"weeks until needed\": %d, \"way "
    "back\": "
    "\"within a day\"}";

struct asked {
    int cost, users;
    const char *training;
    int weeks;
};

static str answers_of(struct fixture *f, const struct asked *q)
{
    return arena_printf(&f->arena, base, q->cost, q->users, q->training, q->weeks);
}

static void read_answers(struct fixture *f, const struct rulebook *b, str text, struct answers *out)
{
    const struct json *j;
    struct feel_env env;
    ruling_env(&env, &f->arena, 0, FIXTURE_TODAY);
    fixture_must(f, json_parse(&f->arena, text, &j, &f->err));
    answers_from_json(b, &env, j, out);
    MUST(!out->problem_count);
}

static uint64_t keep(struct fixture *f, const struct rulebook *b, str book, const struct asked *q, uint64_t request)
{
    struct answers answers;
    struct ruling ruling;
    struct stored_ruling row = {0};
    struct buf json;
    unsigned char hash[RULING_HASH_SIZE];
    read_answers(f, b, answers_of(f, q), &answers);
    fixture_must(f, store_keep_book(f->store, rulebook_name(b), rulebook_version(b), book, 1, hash, &f->err));
    buf_init(&json, 1 << 20);
    fixture_must(f, ruling_make(b, hash, &f->arena, 1, FIXTURE_TODAY, &answers, &ruling, &row, &json, &f->err));
    buf_release(&json);
    row.actor = STR("test"), row.door = STR("test"), row.request = request;
    fixture_must(f, store_add_rulings(f->store, &f->arena, &row, 1, &f->err));
    return row.number;
}

/* Half of an answer would make another ruling when it is verified. */
static void what_is_too_large_is_not_kept(struct test_tally *t)
{
    static const char text[] =
        "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='words' namespace='urn:w'>"
        "<inputData id='why' name='why'><variable name='why' typeRef='string'/></inputData><decision id='zone' "
        "name='zone'><variable name='zone' typeRef='string'/><informationRequirement><requiredInput href='#why'/>"
        "</informationRequirement><literalExpression><text>if why = \"\" then \"green\" else \"red\"</text>"
        "</literalExpression></decision></definitions>";
    enum { LARGE = 1 << 20 };
    static const unsigned char hash[RULING_HASH_SIZE];
    struct fixture f;
    struct rulebook *b;
    struct ruling ruling;
    struct stored_ruling row;
    struct buf json;
    fixture_open(&f, str_of(model));
    fixture_must(&f, rulebook_load(STR("words"), STR_NONE, str_of(text), &b, &f.err));
    char *why = arena_alloc(&f.arena, LARGE);
    memset(why, 'x', LARGE);
    buf_init(&json, 4 << 20);
    for (size_t size = 10; size <= LARGE; size += LARGE - 10) {
        struct feel_value v = feel_string((str){why, size});
        const struct answers answers = {.values = &v};
        int result = ruling_make(b, hash, &f.arena, 1, FIXTURE_TODAY, &answers, &ruling, &row, &json, &f.err);
        CHECK(size == LARGE ? result < 0 : result == 0 && row.answers.n == size + strlen("{\"why\":\"\"}"));
    }
    CHECK_STR(str_of(f.err.message), STR("what was answered would have more than 1 MB, which is not kept"));
    buf_release(&json);
    rulebook_free(b);
    fixture_close(&f);
}

static void what_counts_is_what_the_zone_rests_on(struct test_tally *t)
{
    struct fixture f;
    struct rulebook *b;
    str text;
    const struct similar_ruling *all;
    struct answers answers;
    size_t count;
    fixture_open(&f, str_of(model));
    fixture_must(&f, file_read(&f.arena, MODEL_FOLDER "/rulebooks/safe-zones.dmn", 1 << 20, &text, &f.err));
    fixture_must(&f, rulebook_load(STR(""), STR(""), text, &b, &f.err));
    fixture_new(&f, "request", "Welcome mails");
    uint64_t request = fixture_commit(&f)[0];
    fixture_set(&f, request, "request", "asked on", "2026-11-01");
    fixture_set(&f, request, "request", "answered on", "2026-11-05");
    fixture_set(&f, request, "request", "state", "answered");
    fixture_commit(&f);
    fixture_refresh(&f);
    static const struct asked asked = {4000, 8, "certified", 10}, same = {4000, 8, "certified", 10},
                              near = {4000, 9, "certified", 10}, other = {400000, 60000, "none", 1};
    uint64_t far = keep(&f, b, text, &other, 0), first = keep(&f, b, text, &same, request),
             second = keep(&f, b, text, &near, 0);
    struct picture *p = graph_take(f.graph);
    read_answers(&f, b, answers_of(&f, &asked), &answers);
    struct similar_of of = {.store = f.store, .picture = p, .book = b, .answers = &answers, .today = FIXTURE_TODAY};
    fixture_must(&f, similar_find(&f.arena, &of, &all, &count, &f.err));
    CHECK(count >= 2 && all[0].row.number == first && all[0].likeness == 100 && !all[0].differ_count);
    CHECK(count >= 2 && all[0].days == 4 && str_eq(all[0].state, STR("answered")));
    CHECK(count >= 2 && all[1].row.number == second && all[1].likeness >= 95 && all[1].differ_count == 1);
    CHECK(count >= 2 && str_eq(all[1].differs[0], STR("users")) && all[1].days == -1);
    for (size_t i = 2; i < count; i++) CHECK(all[i].row.number == far && all[i].likeness < all[1].likeness);
    of.before = second, of.request = request; /* earlier ones, and not its own */
    fixture_must(&f, similar_find(&f.arena, &of, &all, &count, &f.err));
    for (size_t i = 0; i < count; i++) CHECK(all[i].row.number == far);
    picture_drop(p);
    rulebook_free(b);
    fixture_close(&f);
}

static void people_go_before(struct test_tally *t)
{
    struct fixture f;
    struct rulebook *b;
    struct buf json;
    struct json_writer w;
    str text;
    const struct similar_ruling *all;
    struct answers answers;
    struct stored_ruling row;
    size_t count;
    fixture_open(&f, str_of(model));
    fixture_must(&f, file_read(&f.arena, MODEL_FOLDER "/rulebooks/safe-zones.dmn", 1 << 20, &text, &f.err));
    fixture_must(&f, rulebook_load(STR(""), STR(""), text, &b, &f.err));
    static const struct asked asked = {4000, 8, "certified", 10};
    uint64_t number = keep(&f, b, text, &asked, 0);
    fixture_must(&f, store_load_ruling(f.store, &f.arena, number, &row, &f.err));
    row.overrules = number, row.zone = STR("red"), row.reason = STR("a trial"), row.rules = STR(""), row.key = STR_NONE;
    fixture_must(&f, store_add_rulings(f.store, &f.arena, &row, 1, &f.err));
    read_answers(&f, b, answers_of(&f, &asked), &answers);
    const struct similar_of of = {.store = f.store, .book = b, .answers = &answers, .today = FIXTURE_TODAY};
    fixture_must(&f, similar_find(&f.arena, &of, &all, &count, &f.err));
    CHECK(count == 1 && all[0].set_aside && str_eq(all[0].zone, STR("red")) && all[0].days == -1);
    buf_init(&json, 10000);
    json_init(&w, &json, 0);
    similar_emit_json(&w, &f.arena, all, count);
    CHECK_STR(buf_get(&json),
              STR("[{\"ruling\":1,\"likeness\":100,\"day\":\"2026-11-22\",\"zone\":\"red\",\"set_aside\":"
                  "true,\"at_once\":false,\"differs\":[]}]"));
    buf_release(&json);
    rulebook_free(b);
    fixture_close(&f);
}

/* By the rules green for this; people say red, and what follows from that is worked out and made again the same. */
static void what_follows_from_people_is_made_again(struct test_tally *t)
{
    struct fixture f;
    struct rulebook *b;
    struct shelf *shelf = shelf_new();
    str text;
    struct stored_ruling old, row, earlier;
    static const struct asked asked = {4000, 8, "certified", 10};
    const struct setting_aside how = {.zone = STR("red"),
                                      .reason = STR("a trial"),
                                      .actor = STR("anna"),
                                      .door = STR("page"),
                                      .now = 6000,
                                      .today = FIXTURE_TODAY};
    struct setting_aside blue = how;
    fixture_open(&f, str_of(model));
    fixture_must(&f, file_read(&f.arena, MODEL_FOLDER "/rulebooks/safe-zones.dmn", 1 << 20, &text, &f.err));
    fixture_must(&f, rulebook_load(STR(""), STR(""), text, &b, &f.err));
    uint64_t number = keep(&f, b, text, &asked, 0), by;
    fixture_must(&f, store_load_ruling(f.store, &f.arena, number, &old, &f.err));
    blue.zone = STR("blue");
    CHECK(ruling_set_aside(f.store, shelf, &f.arena, &old, &blue, &row, &f.err) < 0 && f.err.code == ERR_INPUT);
    fixture_must(&f, ruling_set_aside(f.store, shelf, &f.arena, &old, &how, &row, &f.err));
    CHECK_STR(row.extent, STR("IT-led"));
    CHECK(row.promise.within > 0 && row.promise.due > FIXTURE_TODAY && row.promise.otherwise.n);
    fixture_must(&f, store_add_rulings(f.store, &f.arena, &row, 1, &f.err));
    fixture_must(&f, store_ruling_aside(f.store, number, &by, &f.err));
    CHECK(by == row.number);
    fixture_must(&f, store_ruling_aside(f.store, by, &by, &f.err));
    CHECK(!by && store_ruling_aside(f.store, 99, &by, &f.err) < 0 && f.err.code == ERR_ABSENT);
    struct stored_ruling other = row;
    other.digest[0] ^= 1;
    earlier = row, memcpy(earlier.digest, old.digest, sizeof earlier.digest);
    const struct stored_ruling *const rows[] = {&row, &earlier, &other};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct rulebook *of;
        struct ruling again;
        struct buf json;
        bool same;
        buf_init(&json, 100000);
        fixture_must(&f, ruling_again(f.store, shelf, &f.arena, rows[i], &again, &of, &json, &same, &f.err));
        CHECK(same == (i < 2) && feel_same(again.zone, feel_string(STR("red"))) && again.rule_count > 0);
        shelf_put_back(shelf, of);
        buf_release(&json);
    }
    shelf_free(shelf);
    rulebook_free(b);
    fixture_close(&f);
}

TEST_MAIN(what_is_too_large_is_not_kept, what_follows_from_people_is_made_again, what_counts_is_what_the_zone_rests_on,
          people_go_before)
