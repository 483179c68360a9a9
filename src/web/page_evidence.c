/* SPDX-License-Identifier: Apache-2.0 */
/* What each rule of a rulebook did, and which to talk about. Nothing changes by itself: a proposal leads to the rules,
 * where whoever wants to follow it writes a draft that both sides sign. */
#include "page_kept.h"
#include "page_rulebook.h"
#include "page_times.h"

#include <math.h>

static const struct proposal_limits limits = {FIRED_ENOUGH, SHARE_ENOUGH};
static const struct {
    enum rule_part part;
    const char *key, *title;
} parts[RULE_PARTS] = {{RULE_FIRED, "fired", "in which it fired"},
                       {RULE_LIGHTER, "lighter", "that people made lighter"},
                       {RULE_HEAVIER, "heavier", "that people made heavier"},
                       {RULE_INCIDENTS, "incidents", "after which something went wrong"},
                       {RULE_WAITED, "waited", "whose request was decided"}};

/* ---- A number and what is behind it ---- */

static str rule_name(struct request *r, const struct rule_evidence *e)
{
    return text_format(r, STR_FORMAT " %u", STR_ARGS(e->decision), e->rule);
}

static void put_number(struct request *r, struct record *c, const struct rule_evidence *e, enum rule_part part,
                       uint64_t n)
{
    struct record number = record_new(r);
    record_text(&number, "text", show_count(r, (int64_t)n));
    if (n)
        record_text(&number, "href",
                    text_format(r, STR_FORMAT "?rule=" STR_FORMAT "&of=%s#behind", STR_ARGS(r->path),
                                STR_ARGS(url_encode(r, rule_name(r, e))), parts[part].key));
    record_put(c, parts[part].key, record_get(&number));
}

static struct feel_value rule_record(struct request *r, const struct study *s, const struct rule_evidence *e)
{
    struct record c = record_new(r);
    record_text(&c, "decision", e->decision);
    record_text(&c, "rule", text_format(r, "%u", e->rule));
    record_text(&c, "why", e->why);
    record_text(&c, "zone", e->zone.n ? capitalise(r, e->zone) : STR_NONE);
    record_text(&c, "tone", str_of(zone_tone(s->book, feel_string(e->zone))));
    put_number(r, &c, e, RULE_FIRED, e->fired);
    put_number(r, &c, e, RULE_LIGHTER, e->lighter), put_number(r, &c, e, RULE_HEAVIER, e->heavier);
    put_number(r, &c, e, RULE_INCIDENTS, e->incidents), put_number(r, &c, e, RULE_WAITED, e->waited);
    record_text(&c, "days", show_days(r, e->waited ? round(e->days * 10 / (double)e->waited) / 10 : NAN));
    record_text(&c, "all_days", e->waited ? show_count(r, (int64_t)e->days) : STR_NONE);
    return record_get(&c);
}

/* ---- Proposals ---- */

static struct feel_value proposal_record(struct request *r, const struct study *s, const struct rule_evidence *e,
                                         enum rule_proposal proposes, const struct shown_book *book)
{
    struct record c = record_new(r);
    record_put(&c, "rule", rule_record(r, s, e));
    record_text(&c, "way", str_of(rule_proposal_key(proposes)));
    if (book->fact)
        record_text(&c, "edit",
                    text_format(r, "/rulebooks/%llu/rules?table=" STR_FORMAT, (unsigned long long)fact_id(book->fact),
                                STR_ARGS(url_encode(r, e->decision))));
    return record_get(&c);
}

static void put_proposals(struct request *r, const struct study *s, const struct shown_book *book)
{
    struct values list = {0};
    for (size_t i = 0; i < s->evidence.rule_count; i++) {
        const struct rule_evidence *e = &s->evidence.rules[i];
        enum rule_proposal proposes = evidence_proposes(e, s->book, &limits);
        if (proposes) values_add(r, &list, proposal_record(r, s, e, proposes, book));
    }
    page_put(r, "proposals", values_get(&list));
    page_put_text(r, "fired_enough", text_format(r, "%d", (int)limits.fired));
    page_put_text(r, "share_enough", text_format(r, "%d", (int)limits.share));
}

/* ---- The rulings behind a number ---- */

static const struct rule_evidence *rule_asked(struct request *r, const struct study *s)
{
    str wanted = pairs_get(&r->query, STR("rule"));
    for (size_t i = 0; wanted.n && i < s->evidence.rule_count; i++)
        if (str_eq(rule_name(r, &s->evidence.rules[i]), wanted)) return &s->evidence.rules[i];
    return NULL;
}

static int put_behind(struct request *r, const struct study *s, struct err *err)
{
    const struct rule_evidence *e = rule_asked(r, s);
    str of = pairs_get(&r->query, STR("of"));
    struct values rows = {0};
    size_t part = 0, from, to;
    while (part < RULE_PARTS && !str_eq(of, str_of(parts[part].key))) part++;
    if (!e || part == RULE_PARTS) return 0;
    const struct ruling_numbers *n = &e->behind[parts[part].part];
    put_pages(r, n->count, &from, &to);
    for (size_t i = from; i < to; i++) {
        struct stored_ruling row;
        if (store_load_ruling(r->store, &r->arena, n->numbers[i], &row, err)) return -1;
        values_add(r, &rows, kept_record(r, &row));
    }
    struct record c = record_new(r);
    record_text(
        &c, "title",
        text_format(r, "Rulings %s: rule %u of " STR_FORMAT, parts[part].title, e->rule, STR_ARGS(e->decision)));
    if (n->count == EVIDENCE_SHOWN) record_text(&c, "newest", show_count(r, EVIDENCE_SHOWN));
    page_put(r, "behind", record_get(&c));
    page_put(r, "rows", values_get(&rows));
    return 0;
}

/* ---- The page ---- */

/* The rulebook that is in force under that name, or with STR_NONE on zones; false: there is none. *link: to its
 * evidence; *same: it has this text. */
static bool find_in_force(struct request *r, str wanted, str text, struct record *link, bool *same)
{
    struct err err;
    struct book_text now;
    const struct rulebook *b = NULL;
    const struct book_day day = request_book_day(r, r->env.today);
    if (shelf_take_in_force(r->web->shelf, &day, wanted, &now, &b, &err)) return false;
    *same = str_eq(now.text, text);
    record_text(link, "name", arena_copy(&r->arena, now.name));
    record_text(link, "href", text_format(r, STR_FORMAT "/evidence", STR_ARGS(book_path(r, &now))));
    shelf_put_back(r->web->shelf, b);
    return true;
}

/* Rules that are not in force, a draft's above all, rule nothing: those that are have their own page. */
static void put_in_force(struct request *r, const struct shown_book *book)
{
    struct record own = record_new(r), zones = record_new(r);
    bool same;
    str key = book->fact ? text_format(r, "%llu", (unsigned long long)fact_id(book->fact)) : book->name;
    if (find_in_force(r, key, book->text, &own, &same) && same) return;
    if (find_in_force(r, STR_NONE, book->text, &zones, &same)) page_put(r, "in_force", record_get(&zones));
}

static int put_rules(struct request *r, const struct study *s, const struct shown_book *book, struct err *err)
{
    const struct evidence *e = &s->evidence;
    struct values rules = {0};
    for (size_t i = 0; i < e->rule_count; i++) values_add(r, &rules, rule_record(r, s, &e->rules[i]));
    page_put(r, "rules", values_get(&rules));
    page_put_text(r, "ruled", show_counted(r, (int64_t)(e->rulings - e->other), "ruling", "rulings"));
    if (e->other) page_put_text(r, "others", show_counted(r, (int64_t)e->other, "ruling", "rulings"));
    page_put_text(r, "made", show_time(r, s->made));
    if (!e->rule_count) put_in_force(r, book);
    put_proposals(r, s, book);
    return put_behind(r, s, err);
}

void answer_evidence(struct request *r)
{
    struct shown_book book;
    struct err err;
    enum study_state state = STUDY_WAITS;
    uint64_t done = 0, total = 0;
    if (!book_asked(r, &book)) return;
    if (!book.text.n) {
        page_error(
            r, 404, "This rulebook has no rules yet",
            "Take over a rulebook of the program, or upload a model; what its rules do is counted from then on.");
        return;
    }
    const struct book_text text = {.fact = book.fact ? fact_id(book.fact) : 0, .name = book.name, .text = book.text};
    const struct study_ask ask = {.kind = STUDY_EVIDENCE, .book = text};
    const struct study *s = study_take(r, &ask, &state, &done, &total);
    if (study_is_shown(r, s, state, done, total, "Evidence on each rule")) {
        struct record c = record_new(r);
        page_begin(r, PAGE_EVIDENCE);
        page_put_text(r, "title", text_format(r, "Evidence on " STR_FORMAT, STR_ARGS(book.name)));
        record_text(&c, "name", book.name);
        record_text(&c, "href", book_path(r, &text));
        record_bool(&c, "own", book.fact != NULL);
        page_put(r, "book", record_get(&c));
        if (put_rules(r, s, &book, &err))
            page_fail(r, &err);
        else
            page_show(r, 200);
    }
    study_drop(r, s);
}
