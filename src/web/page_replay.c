/* SPDX-License-Identifier: Apache-2.0 */
/* A draft on past requests, before anybody signs it: the same figures as `entente replay`. */
#include "page_replay.h"

#include "page_rulebook.h"
#include "page_times.h"

#include <math.h>

struct replay_page {
    struct request *r;
    struct shown_book book;
    str text;                 /* the draft where there is one, else the rules as they stand */
    str file, file_name, key; /* of the query's file; STR_NONE */
    const struct study *study;
};

static str base_path(const struct replay_page *p)
{
    struct request *r = p->r;
    const struct book_text b = {.fact = p->book.fact ? fact_id(p->book.fact) : 0, .name = p->book.name};
    return book_path(r, &b);
}

/* ---- The list ---- */

/* The rules on which the outcome rests, or what is asked, or what is wrong. */
static struct feel_value reasons_of(struct request *r, const struct ruling *x)
{
    struct values list = {0};
    for (size_t i = 0; i < x->rule_count; i++)
        if (str_eq(x->rules[i].decision, rulebook_outcome(x->book)) && x->rules[i].why.n)
            values_add(
                r, &list,
                feel_string(text_format(r, STR_FORMAT " (rule %u)", STR_ARGS(x->rules[i].why), x->rules[i].rule)));
    if (x->open_count)
        values_add(r, &list,
                   feel_string(text_format(r, "Asks for %s" STR_FORMAT "%s", "", STR_ARGS(x->open[0]->name),
                                           x->open_count > 1 ? " and more" : "")));
    for (size_t i = 0; i < x->problem_count && !list.count; i++)
        values_add(r, &list, feel_string(capitalise(r, x->problems[i])));
    return values_get(&list);
}

static struct feel_value why_of(struct request *r, const struct replay_item *item, const struct rulebook *b)
{
    struct ruling ruling;
    struct feel_env env;
    struct err err;
    ruling_env(&env, &r->arena, item->now, item->today);
    return replay_rule(item, b, &env, &ruling, &err) < 0 ? feel_list(NULL, 0) : reasons_of(r, &ruling);
}

static struct feel_value item_record(const struct replay_page *p, const struct replay_item *item)
{
    struct request *r = p->r;
    const struct study *s = p->study;
    struct record c = record_new(r);
    struct stored_ruling row;
    struct err err;
    record_text(&c, "number", text_format(r, "%llu", (unsigned long long)item->number));
    record_text(&c, "name", item->name);
    if (!p->file.p && store_load_ruling(r->store, &r->arena, item->number, &row, &err) == 0) {
        record_text(&c, "href", text_format(r, "/rulings/%llu", (unsigned long long)item->number));
        record_text(&c, "day", show_day(r, row.day));
        record_put(&c, "request", row.request ? fact_record(r, row.request) : feel_null());
    }
    record_text(&c, "from", place_name(r, s, item->from)), record_text(&c, "to", place_name(r, s, item->to));
    record_text(&c, "from_tone", str_of(place_tone(s, item->from)));
    record_text(&c, "to_tone", str_of(place_tone(s, item->to)));
    record_text(&c, "days_before", show_days(r, item->days_before));
    record_text(&c, "days_after", show_days(r, item->days_after));
    record_text(&c, "people", item->set_aside.n ? capitalise(r, item->set_aside) : STR_NONE);
    if (item->incidents)
        record_text(&c, "incidents",
                    show_counted(r, (int64_t)item->incidents, "incident after it", "incidents after it"));
    record_put(&c, "before", why_of(r, item, item->before)), record_put(&c, "after", why_of(r, item, s->book));
    return record_get(&c);
}

/* ?flow=0-1: only those from one place to another. */
static bool is_asked(const struct request *r, const struct replay_item *item)
{
    str flow = pairs_get(&r->query, STR("flow")), from;
    int64_t a, b;
    if (!flow.n) return true;
    return str_cut(&flow, '-', &from) && str_to_int(from, &a) && str_to_int(flow, &b) && (size_t)a == item->from &&
           (size_t)b == item->to;
}

static void put_list(const struct replay_page *p)
{
    struct request *r = p->r;
    const struct replay_result *x = p->study->result;
    struct values list = {0};
    size_t count = 0, from, to, i = 0, seen = 0;
    for (size_t k = 0; k < x->item_count; k++) count += is_asked(r, &x->items[k]);
    put_pages(r, count, &from, &to);
    for (; i < x->item_count && seen < to; i++)
        if (is_asked(r, &x->items[i]) && seen++ >= from) values_add(r, &list, item_record(p, &x->items[i]));
    page_put(r, "list", values_get(&list));
    if (pairs_get(&r->query, STR("flow")).n)
        page_put_text(r, "whole",
                      text_format(r, STR_FORMAT "#list", STR_ARGS(request_url_with(r, STR("flow"), STR_NONE))));
    if (x->changed > x->item_count)
        page_put_text(r, "left_out",
                      text_format(r, "The greatest %s of %s changes are listed.",
                                  arena_copy(&r->arena, show_count(r, (int64_t)x->item_count)).p,
                                  arena_copy(&r->arena, show_count(r, (int64_t)x->changed)).p));
}

/* ---- Figures ---- */

static struct feel_value group_record(struct request *r, str name, const struct replay_group *g)
{
    struct record c = record_new(r);
    record_text(&c, "name", name);
    record_text(&c, "requests", show_count(r, (int64_t)g->count));
    record_text(&c, "lighter", show_count(r, (int64_t)g->lighter));
    record_text(&c, "heavier", show_count(r, (int64_t)g->heavier));
    record_text(&c, "before", show_days(r, g->time.before)), record_text(&c, "after", show_days(r, g->time.after));
    record_text(&c, "median_before", show_days(r, g->time.median_before));
    record_text(&c, "median_after", show_days(r, g->time.median_after));
    record_text(&c, "gain", show_count(r, (int64_t)g->time.gain));
    record_text(&c, "lose", show_count(r, (int64_t)g->time.lose));
    return record_get(&c);
}

/* {title, head, rows}: none where there is nothing to show. */
static void add_table(struct request *r, struct values *tables, const char *title, const char *head,
                      const struct values *rows)
{
    if (!rows->count) return;
    struct record c = record_new(r);
    record_text(&c, "title", str_of(title));
    record_text(&c, "head", str_of(head));
    record_put(&c, "rows", values_get(rows));
    values_add(r, tables, record_get(&c));
}

static void put_groups(const struct replay_page *p)
{
    struct request *r = p->r;
    const struct replay_result *x = p->study->result;
    const struct replay_group all = {STR("all"), x->count, x->lighter, x->heavier, x->time};
    struct values tables = {0}, sides = {0}, teams = {0};
    struct feel_value whole = group_record(r, STR("All"), &all);
    page_put(r, "all", whole);
    values_add(r, &sides, whole);
    for (size_t i = 0; i < x->side_count; i++)
        values_add(r, &sides, group_record(r, side_name(r, x->sides[i].name), &x->sides[i]));
    for (size_t i = 0; i < x->team_count; i++) values_add(r, &teams, group_record(r, x->teams[i].name, &x->teams[i]));
    add_table(r, &tables, "By side", "Side that asks", &sides);
    add_table(r, &tables, "By team", "Team that asks", &teams);
    page_put(r, "groups", values_get(&tables));
}

static void put_incidents(const struct replay_page *p)
{
    struct request *r = p->r;
    const struct replay_result *x = p->study->result;
    struct values list = {0};
    size_t caught = 0;
    for (size_t i = 0; i < x->incident_count; i++) {
        const struct replay_incident *one = &x->incidents[i];
        int looks = replay_looks(p->study->book, one);
        struct record c = record_new(r);
        caught += looks > 0;
        if (list.count >= LIST_ROWS) continue;
        record_put(&c, "fact", fact_record(r, one->incident));
        record_text(&c, "number", text_format(r, "%llu", (unsigned long long)one->number));
        record_text(&c, "from", place_name(r, p->study, one->from));
        record_text(&c, "to", place_name(r, p->study, one->to));
        record_text(&c, "says",
                    !looks      ? STR("no change")
                    : looks > 0 ? STR("would have been looked at more closely")
                                : STR("would have been looked at less closely"));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "incidents", values_get(&list));
    if (x->incident_count)
        page_put_text(r, "caught",
                      text_format(r, "%zu of " STR_FORMAT, caught,
                                  STR_ARGS(show_counted(r, (int64_t)x->incident_count, "incident", "incidents"))));
}

static void put_asks(const struct replay_page *p)
{
    struct request *r = p->r;
    const struct replay_result *x = p->study->result;
    struct values list = {0};
    for (size_t i = 0; i < x->question_count; i++) {
        struct record c = record_new(r);
        record_text(&c, "label", x->questions[i].question->label);
        record_text(&c, "count", show_counted(r, (int64_t)x->questions[i].count, "request", "requests"));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "asks", values_get(&list));
}

static void put_result(const struct replay_page *p)
{
    struct request *r = p->r;
    const struct replay_result *x = p->study->result;
    struct record c = record_new(r);
    uint64_t comparable = x->lighter + x->heavier;
    record_text(&c, "requests", show_counted(r, (int64_t)x->count, "request", "requests"));
    record_text(&c, "changed", show_count(r, (int64_t)x->changed));
    record_text(&c, "lighter", show_count(r, (int64_t)x->lighter));
    record_text(&c, "heavier", show_count(r, (int64_t)x->heavier));
    if (x->changed > comparable) record_text(&c, "other", show_count(r, (int64_t)(x->changed - comparable)));
    if (x->set_aside)
        record_text(&c, "aside",
                    text_format(r, "People set " STR_FORMAT " aside; the draft rules %llu of them as they did.",
                                STR_ARGS(show_counted(r, (int64_t)x->set_aside, "ruling", "rulings")),
                                (unsigned long long)x->as_people));
    record_text(&c, "made", show_time(r, p->study->made));
    page_put(r, "result", record_get(&c));
    if (!x->count) return;
    replay_draw(r, p->study);
    put_groups(p), put_incidents(p), put_asks(p), put_list(p);
}

/* ---- The page ---- */

static void show(struct replay_page *p, str message, int status)
{
    struct request *r = p->r;
    page_begin(r, PAGE_REPLAY);
    page_put_text(r, "title", text_format(r, "Replay of " STR_FORMAT, STR_ARGS(p->book.name)));
    page_put_text(r, "message", message);
    struct record c = record_new(r);
    record_text(&c, "name", p->book.name);
    record_text(&c, "href",
                p->book.draft.n ? text_format(r, STR_FORMAT "?of=draft", STR_ARGS(base_path(p))) : base_path(p));
    record_text(&c, "action", text_format(r, STR_FORMAT "/replay", STR_ARGS(base_path(p))));
    record_text(&c, "says",
                p->book.draft.n        ? STR("The change that is drafted, on what was asked before.")
                : p->book.agreed       ? STR("The rules in force, on what was asked before.")
                : p->book.fact != NULL ? STR("The draft, on what was asked before.")
                                       : STR("The rules that come with the program, on what was asked before."));
    record_text(&c, "file", p->file.p ? p->file_name : STR_NONE);
    page_put(r, "book", record_get(&c));
    if (p->study) put_result(p);
    page_show(r, status);
}

static str failure(struct request *r, const struct err *err)
{
    str text = capitalise(r, arena_copy(&r->arena, str_of(err->message)));
    return err->line ? text_format(r, "Line %u: " STR_FORMAT, err->line, STR_ARGS(text)) : text;
}

/* What stands for what was ruled where a file does not say it. */
static int take_other(struct request *r, struct study_ask *ask, const struct rulebook **held, struct err *err)
{
    const struct book_day day = request_book_day(r, r->env.today);
    return shelf_take_in_force(r->web->shelf, &day, STR_NONE, &ask->other, held, err);
}

static void run(struct replay_page *p)
{
    struct request *r = p->r;
    struct study_ask ask = {.kind = STUDY_REPLAY,
                            .book = {.fact = p->book.fact ? fact_id(p->book.fact) : 0,
                                     .name = p->book.name,
                                     .version = STR(""),
                                     .text = p->text},
                            .file = p->file,
                            .file_name = p->file_name};
    const struct rulebook *held = NULL;
    enum study_state state = STUDY_WAITS;
    uint64_t done = 0, total = 0;
    struct err err;
    if (p->file.p && take_other(r, &ask, &held, &err) < 0) {
        page_fail(r, &err);
        return;
    }
    const struct study *s = study_take(r, &ask, &state, &done, &total);
    shelf_put_back(r->web->shelf, held);
    if (s && state == STUDY_FAILED && s->err.code != ERR_IO && s->err.code != ERR_STORE) {
        show(p, failure(r, &s->err), 422);
    } else if (p->key.p && r->method == METHOD_POST) {
        request_redirect(
            r, text_format(r, STR_FORMAT "/replay?file=" STR_FORMAT, STR_ARGS(base_path(p)), STR_ARGS(p->key)));
    } else if (study_is_shown(r, s, state, done, total, "Replaying what was asked")) {
        p->study = s;
        show(p, STR_NONE, 200);
    }
    study_drop(r, s);
}

static bool open_page(struct request *r, struct replay_page *p)
{
    *p = (struct replay_page){.r = r, .file = STR_NONE, .file_name = STR_NONE, .key = STR_NONE};
    if (!book_asked(r, &p->book)) return false;
    p->text = p->book.draft.n ? p->book.draft : p->book.text;
    if (p->text.n) return true;
    page_error(
        r, 404, "This rulebook has no rules yet",
        "Take over a rulebook of the program, or upload a model; then it can be tried on what was asked before.");
    return false;
}

void answer_replay(struct request *r)
{
    struct replay_page p;
    str wanted = pairs_get(&r->query, STR("file"));
    if (!open_page(r, &p)) return;
    p.key = wanted;
    if (wanted.n && !study_find_file(r, wanted, &p.file, &p.file_name))
        show(&p, STR("The file is not here any more: the server remembers the last few. Choose it again."), 404);
    else
        run(&p);
}

/* A file of requests: it is read, and not kept longer than others make room for. */
void answer_replay_file(struct request *r)
{
    struct replay_page p;
    if (!open_page(r, &p)) return;
    str file = pairs_get(&r->form, STR("requests")), name = pairs_get(&r->form, STR("requests.name"));
    if (!str_trim(file).n) {
        show(&p, STR("Choose a file with requests: CSV with a column for each question, or JSON lines."), 422);
        return;
    }
    p.file = file, p.file_name = name.n ? name : STR("the file");
    p.key = study_file_name(r, file);
    run(&p);
}
