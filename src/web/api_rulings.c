/* SPDX-License-Identifier: Apache-2.0 */
/* Rulings for programs: asking for one, reading, and setting one aside. */
#include "align_similar.h"
#include "api.h"

#include "base_time.h"

enum { ROWS_SHOWN = 100, ROWS_MOST = 1000 };

/* ---- Ruling ---- */

void answer_api_rule(struct request *r)
{
    struct api_asked asked = {.door = STR("api")};
    if (!api_sees_rulings(r) || !api_query_only(r, NULL, 0)) return;
    if (request_sends_lines(r)) {
        api_rule_lines(r);
        return;
    }
    if (!(asked.body = api_body(r))) return;
    asked.rulebook = json_get(asked.body, STR("rulebook")), asked.request = json_get(asked.body, STR("request"));
    api_rule(r, &asked);
}

/* ---- Reading ---- */

static void put_row(struct request *r, struct json_writer *w, const struct stored_ruling *row)
{
    json_key(w, STR("ruling")), json_int(w, (int64_t)row->number);
    json_key(w, STR("time")), json_string(w, time_emit_utc(&r->arena, row->time));
    json_key(w, STR("actor")), json_string(w, row->actor);
    json_key(w, STR("door")), json_string(w, row->door);
    if (row->request) json_key(w, STR("request")), json_int(w, (int64_t)row->request);
    json_key(w, STR("rulebook")), json_string(w, row->rulebook);
    json_key(w, STR("version")), json_string(w, row->version);
    json_key(w, STR("zone")), json_string(w, row->zone);
    json_key(w, STR("extent")), json_string(w, row->extent);
    if (row->promise.within) {
        json_key(w, STR("due_on")), json_string(w, civil_emit(&r->arena, row->promise.due));
        json_key(w, STR("answer_within_days")), json_int(w, row->promise.within);
        json_key(w, STR("without_an_answer")), json_string(w, row->promise.otherwise);
    }
    if (!row->overrules) return;
    json_key(w, STR("overrules")), json_int(w, (int64_t)row->overrules);
    json_key(w, STR("reason")), json_string(w, row->reason);
}

static bool read_number(struct request *r, const char *name, int64_t low, int64_t high, int64_t *out)
{
    str given = pairs_get(&r->query, str_of(name));
    if (!given.p || (str_to_int(given, out) && *out >= low && *out <= high)) return true;
    api_problem(r, 400, "The query is not understood",
                text_format(r, "%s is a whole number from %lld to %lld.", name, (long long)low, (long long)high));
    return false;
}

void answer_api_rulings(struct request *r)
{
    static const str known[] = {STR_INIT("before"), STR_INIT("limit"), STR_INIT("request"), STR_INIT("zone")};
    const struct stored_ruling *rows;
    struct err err;
    size_t count;
    int64_t before = 0, limit = ROWS_SHOWN, request = 0;
    if (!api_sees_rulings(r) || !api_query_only(r, known, ARRAY_COUNT(known)) ||
        !read_number(r, "before", 1, INT64_MAX, &before) || !read_number(r, "limit", 1, ROWS_MOST, &limit) ||
        !read_number(r, "request", 1, INT64_MAX, &request))
        return;
    struct ruling_pick pick = {.before = (uint64_t)before,
                               .request = (uint64_t)request,
                               .zone = pairs_get(&r->query, STR("zone")),
                               .limit = (size_t)limit};
    if (store_load_rulings(r->store, &r->arena, &pick, &rows, &count, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("items"));
    json_array(&w);
    for (size_t i = 0; i < count; i++) {
        json_object(&w);
        put_row(r, &w, &rows[i]);
        json_object_end(&w);
    }
    json_array_end(&w);
    if (count == (size_t)limit && rows[count - 1].number > 1)
        json_key(&w, STR("before")), json_int(&w, (int64_t)rows[count - 1].number);
    json_object_end(&w);
    api_end(r, 200);
}

/* False after answering. */
static bool take_ruling(struct request *r, struct stored_ruling *row)
{
    struct err err;
    int64_t number = 0;
    if (!api_sees_rulings(r)) return false;
    if (!str_to_int(r->captures[0], &number) || number < 1) {
        api_problem(r, 404, "There is no such ruling", STR("Rulings are counted from 1."));
        return false;
    }
    if (!store_load_ruling(r->store, &r->arena, (uint64_t)number, row, &err)) return true;
    api_fail(r, &err, 409);
    return false;
}

/* With what it says, made again by the text of its day; "same" is whether that is what was said then. */
void answer_api_ruling(struct request *r)
{
    struct stored_ruling row;
    struct ruling ruling;
    const struct rulebook *rules = NULL;
    const struct json *answers;
    struct buf said;
    struct err err;
    bool same = false;
    uint64_t by;
    if (!api_query_only(r, NULL, 0) || !take_ruling(r, &row)) return;
    buf_init(&said, PAGE_LIMIT);
    int failed = json_parse(&r->arena, row.answers, &answers, &err) ||
                 store_ruling_aside(r->store, row.number, &by, &err) ||
                 ruling_again(r->store, r->web->shelf, &r->arena, &row, &ruling, &rules, &said, &same, &err);
    if (failed)
        api_fail(r, &err, 409);
    else {
        struct json_writer w = api_begin(r);
        const struct json *whole;
        json_object(&w);
        put_row(r, &w, &row);
        if (by) json_key(&w, STR("set_aside_by")), json_int(&w, (int64_t)by);
        json_key(&w, STR("answers")), json_emit(&w, answers);
        MUST(!json_parse(&r->arena, buf_get(&said), &whole, &err));
        json_key(&w, STR("same")), json_bool(&w, same);
        json_key(&w, STR("says")), json_emit(&w, whole);
        json_object_end(&w);
        api_end(r, 200);
    }
    shelf_put_back(r->web->shelf, rules);
    buf_release(&said);
}

/* Earlier ones that are most like it, by the questions of the rulebook of its day. */
void answer_api_similar(struct request *r)
{
    struct stored_ruling row;
    const struct rulebook *rules = NULL;
    const struct similar_ruling *all;
    const struct json *j;
    struct answers answers;
    struct feel_env env;
    struct err err;
    size_t count;
    str text;
    if (!api_query_only(r, NULL, 0) || !take_ruling(r, &row)) return;
    ruling_env(&env, &r->arena, row.time, row.day);
    int failed = store_load_book(r->store, &r->arena, row.book, &text, &err) < 0 ||
                 shelf_take(r->web->shelf, row.rulebook, row.version, text, &rules, &err) < 0 ||
                 json_parse(&r->arena, row.answers, &j, &err) < 0;
    if (!failed) {
        answers_from_json(rules, &env, j, &answers);
        const struct similar_of of = {.store = r->store,
                                      .picture = r->picture,
                                      .book = rules,
                                      .answers = &answers,
                                      .before = row.number,
                                      .request = row.request,
                                      .now = row.time,
                                      .today = row.day};
        failed = similar_find(&r->arena, &of, &all, &count, &err) < 0;
    }
    if (failed)
        api_fail(r, &err, 409);
    else {
        struct json_writer w = api_begin(r);
        json_object(&w);
        json_key(&w, STR("items")), similar_emit_json(&w, &r->arena, all, count);
        json_object_end(&w);
        api_end(r, 200);
    }
    shelf_put_back(r->web->shelf, rules);
}

/* ---- Setting aside ---- */

/* {"zone": "amber", "reason": "…"} by those who may sign. */
void answer_api_overrule(struct request *r)
{
    struct stored_ruling old;
    const struct json *body, *zone, *reason;
    struct stored_ruling row;
    struct err err;
    if (!api_query_only(r, NULL, 0)) return;
    if (r->user.role < ROLE_SIGNATORY) {
        api_problem(r, 403, "The account may not", STR("Those who sign for a side set rulings aside."));
        return;
    }
    if (!take_ruling(r, &old) || !(body = api_body(r))) return;
    zone = json_get(body, STR("zone")), reason = json_get(body, STR("reason"));
    if (!zone || zone->kind != JSON_STRING || !reason || reason->kind != JSON_STRING || !str_trim(reason->text).n) {
        api_problem(r, 422, "Nothing was changed",
                    STR("\"zone\" and \"reason\" say what holds in its place, and why."));
        return;
    }
    if (set_aside(r, &old, zone->text, reason->text, STR("api"), &row, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    struct json_writer w = api_begin(r);
    json_object(&w);
    put_row(r, &w, &row);
    json_object_end(&w);
    api_header(r, "Location", text_format(r, "/api/v1/rulings/%llu", (unsigned long long)row.number));
    api_end(r, 201);
}

/* Who tries to change or delete one is told that it stays, and the journal that it was tried. */
void answer_api_ruling_stays(struct request *r)
{
    struct stored_ruling row;
    struct err err;
    int64_t now, today;
    if (!take_ruling(r, &row)) return;
    web_now(r->web, &now, &today);
    str what = text_format(r, "tried to %s ruling %llu; rulings stay as they were made",
                           r->method == METHOD_DELETE ? "delete" : "change", (unsigned long long)row.number);
    int failed = store_note(web_write(r->web), r->user.name, what, now, &err);
    if (web_written(r->web, failed, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    api_problem(r, 405, "Rulings stay as they were made",
                STR("It can be set aside with a reason, by those who sign. That this was tried is in the journal."));
}
