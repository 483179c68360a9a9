/* SPDX-License-Identifier: Apache-2.0 */
#include "align_ruling.h"

#include "base_time.h"

#include <string.h>

enum { ANSWER_BYTES = 1 << 20, STEPS_LIMIT = 2000000, PROMISE_MOST = 2500 /* ten years of working days */ };

void ruling_env(struct feel_env *env, struct arena *a, int64_t now, int64_t today)
{
    *env =
        (struct feel_env){.arena = a, .now = now, .has_today = true, .today = today, .limits = {.steps = STEPS_LIMIT}};
}

static str text_of(struct feel_value v) { return v.kind == FEEL_STRING ? v.text : STR(""); }

/* What is kept is kept whole: what does not fit is not ruled. */
static int check_size(const struct buf *text, const char *what, struct err *err)
{
    if (!text->full && text->n <= ANSWER_BYTES) return 0;
    return err_set(err, ERR_LIMIT, "%s would have more than %d MB, which is not kept", what, ANSWER_BYTES >> 20);
}

static int put_rules(struct arena *a, const struct ruling *r, str *out, struct err *err)
{
    struct buf text;
    buf_init(&text, ANSWER_BYTES);
    for (size_t i = 0; i < r->rule_count; i++) {
        struct json_writer number;
        if (i) buf_text(&text, ", ");
        buf_str(&text, r->rules[i].decision);
        buf_char(&text, ' ');
        json_init(&number, &text, 0), json_int(&number, r->rules[i].rule);
    }
    int failed = check_size(&text, "the list of its rules", err);
    *out = buf_copy(&text, a);
    buf_release(&text);
    return failed;
}

static int put_answers(struct arena *a, const struct rulebook *b, const struct answers *answers, str *out,
                       struct err *err)
{
    struct json_writer w;
    struct buf text;
    buf_init(&text, ANSWER_BYTES);
    json_init(&w, &text, 0);
    answers_emit_json(b, answers, &w);
    int failed = check_size(&text, "what was answered", err);
    *out = buf_copy(&text, a);
    buf_release(&text);
    return failed;
}

struct ruling_promise ruling_promise(const struct ruling *r, int64_t day)
{
    struct ruling_promise p = {0};
    struct feel_value timing = r->parts[RULING_TIMING];
    if (timing.kind != FEEL_CONTEXT) return p;
    const struct feel_value *days = feel_entry_get(timing, STR("answer within days")),
                            *otherwise = feel_entry_get(timing, STR("without an answer"));
    int64_t within;
    if (!days || !feel_to_int(*days, &within) || within < 1 || within > PROMISE_MOST) return p;
    p.within = within, p.due = civil_working_day_after(day, within);
    if (otherwise) p.otherwise = text_of(*otherwise);
    return p;
}

static void emit_answer(const struct ruling *r, struct buf *json)
{
    struct json_writer w;
    buf_clear(json);
    json_init(&w, json, 0);
    ruling_emit_json(r, 0, &w);
}

int ruling_make(const struct rulebook *b, const unsigned char book_hash[RULING_HASH_SIZE], struct arena *a, int64_t now,
                int64_t today, const struct answers *answers, struct ruling *out, struct stored_ruling *row,
                struct buf *json, struct err *err)
{
    struct feel_env env;
    ruling_env(&env, a, now, today);
    if (rulebook_rule(b, &env, answers, RULING_ALL, out, err) < 0) return -1;
    if (out->state != RULED && out->state != RULED_GAP) return 0;
    emit_answer(out, json);
    *row = (struct stored_ruling){.time = now,
                                  .day = today,
                                  .rulebook = rulebook_name(b),
                                  .version = rulebook_version(b),
                                  .zone = text_of(out->zone),
                                  .extent = text_of(out->parts[RULING_EXTENT]),
                                  .promise = ruling_promise(out, today)};
    memcpy(row->book, book_hash, RULING_HASH_SIZE);
    store_ruling_hash(buf_get(json), row->digest);
    return check_size(json, "the ruling", err) || put_rules(a, out, &row->rules, err) ||
                   put_answers(a, b, answers, &row->answers, err)
               ? -1
               : 0;
}

/* The rulebook's text of its day, and what was answered. */
struct kept_question {
    const struct rulebook *book; /* to be put back; NULL */
    struct feel_env env;
    struct answers answers;
};

static int read_question(struct store *s, struct shelf *shelf, struct arena *a, const struct stored_ruling *row,
                         struct kept_question *q, struct err *err)
{
    str text;
    const struct json *j;
    q->book = NULL;
    if (store_load_book(s, a, row->book, &text, err) < 0 ||
        shelf_take(shelf, row->rulebook, row->version, text, &q->book, err) < 0 ||
        json_parse(a, row->answers, &j, err) < 0)
        return -1;
    ruling_env(&q->env, a, row->time, row->day);
    answers_from_json(q->book, &q->env, j, &q->answers);
    return 0;
}

int ruling_again(struct store *s, struct shelf *shelf, struct arena *a, const struct stored_ruling *row,
                 struct ruling *out, const struct rulebook **book, struct buf *json, bool *same, struct err *err)
{
    struct kept_question q;
    struct stored_ruling before;
    unsigned char digest[RULING_HASH_SIZE];
    int failed = read_question(s, shelf, a, row, &q, err);
    *book = q.book;
    if (failed) return -1;
    if (row->overrules ? rulebook_follow(q.book, &q.env, &q.answers, feel_string(row->zone), out, err)
                       : rulebook_rule(q.book, &q.env, &q.answers, RULING_ALL, out, err))
        return -1;
    emit_answer(out, json);
    store_ruling_hash(buf_get(json), digest);
    *same = !memcmp(digest, row->digest, sizeof digest);
    if (*same || !row->overrules) return 0;
    /* Programs that did not work out what follows kept the digest of what was set aside. */
    if (store_load_ruling(s, a, row->overrules, &before, err) < 0) return -1;
    *same = !memcmp(before.digest, row->digest, sizeof digest);
    return 0;
}

/* What the program's own rules ruled is asked of the workspace's, where those came into force since. */
static int prefer_own(struct shelf *shelf, struct arena *a, const struct book_day *day, const struct stored_ruling *row,
                      const struct book_text *books, size_t count, const struct book_text **now, struct err *err)
{
    const struct rulebook *rules;
    const struct book_text *then;
    struct book_text own;
    size_t then_count;
    bool was_there = false;
    if ((*now)->fact || !str_eq((*now)->name, STR(SHIPPED_ZONES))) return 0;
    if (shelf_take_in_force(shelf, day, STR_NONE, &own, &rules, err) < 0) return -1;
    shelf_put_back(shelf, rules);
    if (!own.fact) return 0;
    if (books_in_force(day->store, a, day->picture, row->day, NULL, 0, &then, &then_count, err) < 0) return -1;
    const struct picture_keys *keys = fact_keys(day->picture, own.fact);
    for (size_t i = 0; i < then_count; i++) was_there |= then[i].fact == own.fact;
    if (was_there && keys && keys->agreed_time <= row->time) return 0;
    for (size_t i = 0; i < count; i++)
        if (books[i].fact == own.fact) *now = &books[i];
    return 0;
}

int ruling_rules_changed(struct shelf *shelf, struct arena *a, const struct book_day *day,
                         const struct stored_ruling *row, const struct book_text **now, bool *changed, struct err *err)
{
    const struct book_text *books;
    size_t count;
    unsigned char hash[RULING_HASH_SIZE];
    *now = NULL, *changed = true;
    if (books_in_force(day->store, a, day->picture, day->today, day->shipped, day->shipped_count, &books, &count, err) <
        0)
        return -1;
    if (!(*now = books_find(books, count, row->rulebook))) return 0;
    if (prefer_own(shelf, a, day, row, books, count, now, err) < 0) return -1;
    store_ruling_hash((*now)->text, hash);
    *changed = memcmp(hash, row->book, sizeof hash) != 0;
    return 0;
}

static bool is_zone(const struct rulebook *book, str zone)
{
    size_t count;
    bool is = false;
    const struct feel_value *all = rulebook_outcomes(book, &count);
    for (size_t i = 0; i < count; i++) is |= feel_same(all[i], feel_string(zone));
    return is;
}

int ruling_set_aside(struct store *s, struct shelf *shelf, struct arena *a, const struct stored_ruling *old,
                     const struct setting_aside *how, struct stored_ruling *row, struct err *err)
{
    struct kept_question q;
    struct ruling follows;
    struct buf json;
    str reason = str_trim(how->reason);
    if (!how->zone.n || !reason.n) return err_set(err, ERR_INPUT, "say what holds in its place, and why");
    *row = *old;
    row->time = how->now, row->day = how->today, row->actor = how->actor, row->door = how->door;
    row->zone = how->zone, row->reason = reason, row->overrules = old->number;
    row->rules = STR(""), row->key = STR_NONE;
    int failed = read_question(s, shelf, a, row, &q, err);
    if (!failed && !is_zone(q.book, row->zone))
        failed = err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is none of its rulebook's zones", STR_ARGS(row->zone));
    if (!failed) failed = rulebook_follow(q.book, &q.env, &q.answers, feel_string(row->zone), &follows, err);
    if (!failed) {
        buf_init(&json, ANSWER_BYTES);
        emit_answer(&follows, &json);
        failed = check_size(&json, "the ruling", err);
        store_ruling_hash(buf_get(&json), row->digest);
        buf_release(&json);
        row->extent = arena_copy(a, text_of(follows.parts[RULING_EXTENT]));
        row->promise = ruling_promise(&follows, row->day);
        row->promise.otherwise = arena_copy(a, row->promise.otherwise);
    }
    shelf_put_back(shelf, q.book);
    return failed ? -1 : 0;
}

void ruling_put_numbered(struct buf *to, str json, uint64_t number)
{
    static const char place[] = "\"ruling\":null";
    enum { NULL_BYTES = 4 };
    size_t at = str_find(json, str_of(place));
    if (at == STR_NOT_FOUND) {
        buf_str(to, json);
        return;
    }
    at += strlen(place);
    buf_str(to, str_slice(json, 0, at - NULL_BYTES));
    buf_printf(to, "%llu", (unsigned long long)number);
    buf_str(to, str_from(json, at));
}
