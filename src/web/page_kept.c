/* SPDX-License-Identifier: Apache-2.0 */
/* Rulings that were kept: the list, and each as it was said, made again by the rulebook of its day. */
#include "page_kept.h"

#include "base_time.h"

#include <string.h>

static str kept_path(struct request *r, uint64_t number)
{
    return text_format(r, "/rulings/%llu", (unsigned long long)number);
}

/* ---- The list ---- */

struct feel_value kept_record(struct request *r, const struct stored_ruling *row)
{
    struct record c = record_new(r);
    record_text(&c, "number", text_format(r, "%llu", (unsigned long long)row->number));
    record_text(&c, "href", kept_path(r, row->number));
    record_text(&c, "day", show_day(r, row->day));
    record_text(&c, "zone", capitalise(r, row->zone));
    record_text(&c, "extent", row->extent.n ? row->extent : STR_NONE);
    if (row->promise.within) record_text(&c, "due", show_day(r, row->promise.due));
    record_text(&c, "actor", row->actor);
    record_text(&c, "book", text_format(r, STR_FORMAT " " STR_FORMAT, STR_ARGS(row->rulebook), STR_ARGS(row->version)));
    record_put(&c, "request", row->request ? fact_record(r, row->request) : feel_null());
    record_text(&c, "aside",
                row->overrules ? text_format(r, "in place of ruling %llu", (unsigned long long)row->overrules)
                               : STR_NONE);
    return record_get(&c);
}

/* 0 where the query has no such number. */
static int64_t number_asked(struct request *r, const char *name)
{
    int64_t n = 0;
    return str_to_int(pairs_get(&r->query, str_of(name)), &n) && n > 0 ? n : 0;
}

void answer_kept_rulings(struct request *r)
{
    const struct stored_ruling *rows;
    struct values list = {0};
    struct err err;
    size_t count;
    int64_t before = number_asked(r, "before"), request = number_asked(r, "request");
    struct ruling_pick pick = {.before = (uint64_t)before, .request = (uint64_t)request, .limit = LIST_ROWS};
    if (store_load_rulings(r->store, &r->arena, &pick, &rows, &count, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_RULINGS);
    for (size_t i = 0; i < count; i++) values_add(r, &list, kept_record(r, &rows[i]));
    page_put_text(r, "title", STR("Rulings"));
    page_put_text(r, "subtitle", STR("What was asked and what was said to it. A ruling stays as it was made."));
    page_put(r, "rows", values_get(&list));
    page_put_text(
        r, "older",
        count == LIST_ROWS && rows[count - 1].number > 1
            ? request_url_with(r, STR("before"), text_format(r, "%llu", (unsigned long long)rows[count - 1].number))
            : STR_NONE);
    page_show(r, 200);
}

/* ---- One ---- */

/* False after answering 404. */
static bool take(struct request *r, struct stored_ruling *row)
{
    struct err err;
    int64_t number = 0;
    if (str_to_int(r->captures[0], &number) && number > 0 &&
        !store_load_ruling(r->store, &r->arena, (uint64_t)number, row, &err))
        return true;
    page_error(r, 404, "There is no such ruling", "Rulings are counted from 1. The list has all of them.");
    return false;
}

static int rules_changed(struct request *r, const struct stored_ruling *row, const struct book_text **now,
                         bool *changed, struct err *err)
{
    const struct book_day day = request_book_day(r, r->env.today);
    return ruling_rules_changed(r->web->shelf, &r->arena, &day, row, now, changed, err);
}

/* As if it were asked now with the same answers. */
static void fill_ask(struct request *r, struct ask *ask, struct pairs *given, const struct stored_ruling *row)
{
    const struct json *j;
    struct feel_env env;
    struct err err;
    ask->questions = rulebook_questions(ask->rules, &ask->question_count);
    ask->said = arena_array(&r->arena, ask->question_count + 1, sizeof *ask->said);
    ruling_env(&env, &r->arena, row->time, row->day);
    if (json_parse(&r->arena, row->answers, &j, &err) < 0) return;
    answers_from_json(ask->rules, &env, j, &ask->answers);
    for (size_t i = 0; i < ask->question_count; i++) {
        str typed = answer_key(r, ask->answers.values[i]);
        ask->said[i] = (struct ask_answer){.typed = typed, .own = typed.n > 0};
    }
    if (row->request)
        *vec_add(&r->arena, given) =
            (struct pair){STR("request"), text_format(r, "%llu", (unsigned long long)row->request)};
}

static struct feel_value answers_record(const struct ask *ask)
{
    struct request *r = ask->r;
    struct values list = {0};
    for (size_t i = 0; i < ask->question_count; i++) {
        struct record c = record_new(r);
        if (!ask->said[i].own) continue;
        record_text(&c, "label", ask->questions[i].label);
        record_text(&c, "value", ask->said[i].typed);
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static struct feel_value zones_record(const struct ask *ask)
{
    struct request *r = ask->r;
    struct values list = {0};
    size_t count;
    const struct feel_value *zones = rulebook_outcomes(ask->rules, &count);
    for (size_t i = 0; i < count; i++)
        if (!feel_same(zones[i], ask->ruling.zone))
            values_add(r, &list,
                       choice_record(r, answer_key(r, zones[i]), capitalise(r, answer_key(r, zones[i])), STR_NONE));
    return values_get(&list);
}

static void show(struct request *r, const struct stored_ruling *row, int status, str message)
{
    struct pairs given = {0};
    struct ask ask = {.r = r, .given = &given};
    struct buf json;
    struct err err;
    bool same = true, changed = false;
    uint64_t by;
    buf_init(&json, PAGE_LIMIT);
    int failed = ruling_again(r->store, r->web->shelf, &r->arena, row, &ask.ruling, &ask.rules, &json, &same, &err) ||
                 rules_changed(r, row, &ask.book, &changed, &err) ||
                 store_ruling_aside(r->store, row->number, &by, &err);
    buf_release(&json);
    if (failed)
        page_fail(r, &err);
    else {
        struct book_text gone = {.name = row->rulebook};
        ask.day = row->day;
        fill_ask(r, &ask, &given, row);
        if (!ask.book) ask.book = &gone;
        page_begin(r, PAGE_KEPT);
        page_put_text(r, "title", text_format(r, "Ruling %llu", (unsigned long long)row->number));
        /* What was brought in later is of the day on which it was asked. */
        str kept =
            text_format(r, STR_FORMAT ", by " STR_FORMAT, STR_ARGS(show_time(r, row->time)), STR_ARGS(row->actor));
        if (zone_day(r->web->zone, row->time) != row->day)
            kept = text_format(r, "As of " STR_FORMAT "; written down " STR_FORMAT, STR_ARGS(show_day(r, row->day)),
                               STR_ARGS(kept));
        page_put_text(r, "subtitle", kept);
        page_put(r, "row", kept_record(r, row));
        page_put_text(r, "reason", row->overrules ? row->reason : STR_NONE);
        if (row->overrules) page_put_text(r, "before", kept_path(r, row->overrules));
        if (by) page_put_text(r, "by", kept_path(r, by));
        page_put_text(r, "message", message);
        page_put(r, "answers", answers_record(&ask));
        page_put(r, "same", feel_boolean(same));
        page_put(r, "changed", feel_boolean(changed));
        page_put_text(r, "again", ask_url(&ask, NULL));
        page_put_text(r, "action", kept_path(r, row->number));
        page_put(r, "zones",
                 !row->overrules && !by && r->user.role >= ROLE_SIGNATORY ? zones_record(&ask) : feel_list(NULL, 0));
        page_put_text(r, "says", ruling_says(&ask));
        page_put(r, "ruling", ruling_record(&ask));
        put_alike(&ask, row->overrules ? row->overrules : row->number, row->request);
        page_show(r, status);
    }
    shelf_put_back(r->web->shelf, ask.rules);
}

str kept_again(struct request *r, uint64_t number)
{
    struct pairs given = {0};
    struct ask ask = {.r = r, .given = &given};
    struct stored_ruling row;
    struct err err;
    str text;
    bool changed = false;
    if (store_load_ruling(r->store, &r->arena, number, &row, &err) ||
        rules_changed(r, &row, &ask.book, &changed, &err) || !changed ||
        store_load_book(r->store, &r->arena, row.book, &text, &err) < 0 ||
        shelf_take(r->web->shelf, row.rulebook, row.version, text, &ask.rules, &err) < 0)
        return STR_NONE;
    fill_ask(r, &ask, &given, &row);
    str url = ask_url(&ask, NULL);
    shelf_put_back(r->web->shelf, ask.rules);
    return url;
}

void answer_kept_ruling(struct request *r)
{
    struct stored_ruling row;
    if (take(r, &row)) show(r, &row, 200, STR_NONE);
}

/* Those who sign for a side set it aside, with a reason. */
void answer_set_aside(struct request *r)
{
    struct stored_ruling old;
    struct stored_ruling row;
    struct err err;
    str zone = pairs_get(&r->form, STR("zone")), reason = pairs_get(&r->form, STR("reason"));
    if (!take(r, &old)) return;
    if (r->user.role < ROLE_SIGNATORY) {
        page_error(r, 403, "Those who sign set rulings aside", "Ask somebody who signs for your side.");
        return;
    }
    if (!set_aside(r, &old, zone, reason, STR("page"), &row, &err))
        request_redirect(r, kept_path(r, row.number));
    else if (err.code == ERR_INPUT)
        show(r, &old, 422, capitalise(r, arena_copy(&r->arena, str_of(err.message))));
    else
        page_fail(r, &err);
}
