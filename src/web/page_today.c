/* SPDX-License-Identifier: Apache-2.0 */
/* Today: the findings, worst first, and what is new. */
#include "page_fact.h"
#include "page_keys.h"

#include "base_time.h"

enum { SHOWN_FINDINGS = 20, SHOWN_CHANGES = 6, SHOWN_STRANGERS = 4 };

static str severity_word(enum severity s)
{
    switch (s) {
    case SEVERITY_HIGH: return STR("High");
    case SEVERITY_MEDIUM: return STR("Medium");
    case SEVERITY_LOW: return STR("Low");
    }
    return STR_NONE;
}

struct feel_value finding_record(struct request *r, const struct finding *f)
{
    struct record c = record_new(r);
    record_text(&c, "severity", severity_key(f->severity));
    record_text(&c, "word", severity_word(f->severity));
    record_text(&c, "says", f->says);
    record_text(&c, "next", f->next);
    record_text(&c, "practice", practice_name(f->check->practice));
    record_text(&c, "practice_key", practice_key(f->check->practice));
    record_text(&c, "href", text_format(r, "/findings/" STR_FORMAT, STR_ARGS(finding_key(&r->arena, f))));
    if (f->subject) record_put(&c, "subject", fact_record(r, f->subject));
    if (f->has_money) record_text(&c, "money", show_money(r, f->money, false));
    if (f->has_people && f->people) record_text(&c, "people", show_counted(r, f->people, "person", "people"));
    if (f->since) record_text(&c, "since", show_day(r, f->since));
    record_bool(&c, "accepted", f->accepted);
    record_text(&c, "owner", f->owner);
    return record_get(&c);
}

static bool practice_parse(str word, enum practice *out)
{
    for (int p = 0; p < PRACTICE_COUNT; p++)
        if (str_eq(practice_key((enum practice)p), word)) return *out = (enum practice)p, true;
    return false;
}

static void put_scores(struct request *r, const struct found *found, bool filtered, enum practice only)
{
    struct values scores = {0};
    for (int p = 0; p < PRACTICE_COUNT; p++) {
        const struct practice_score *s = &found->scores[p];
        struct record c = record_new(r);
        bool current = filtered && (int)only == p;
        record_text(&c, "name", practice_name((enum practice)p));
        record_bool(&c, "known", s->known);
        record_int(&c, "score", s->score);
        record_text(&c, "findings",
                    s->findings ? show_counted(r, (int64_t)s->findings, "finding", "findings") : STR("no finding"));
        record_text(&c, "looked",
                    s->known ? text_format(r, "of %zu looked at", s->concerned) : STR("nothing to look at yet"));
        record_bool(&c, "current", current);
        record_text(&c, "href",
                    current ? STR("/")
                            : text_format(r, "/?practice=" STR_FORMAT, STR_ARGS(practice_key((enum practice)p))));
        values_add(r, &scores, record_get(&c));
    }
    page_put(r, "scores", values_get(&scores));
}

static size_t put_findings(struct request *r, const struct found *found, bool filtered, enum practice only)
{
    struct values list = {0};
    size_t fitting = 0;
    bool all = pairs_get(&r->query, STR("all")).n > 0;
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->findings[i];
        if (f->accepted || (filtered && f->check->practice != only)) continue;
        if (++fitting <= SHOWN_FINDINGS || all) values_add(r, &list, finding_record(r, f));
    }
    page_put(r, "findings", values_get(&list));
    if (fitting > list.count) {
        struct record more = record_new(r);
        record_text(&more, "text", text_format(r, "All %zu", fitting));
        record_text(&more, "href", request_url_with(r, STR("all"), STR("yes")));
        page_put(r, "more", record_get(&more));
    }
    return fitting;
}

static int put_changes(struct request *r, struct err *err)
{
    const struct journal_line *lines;
    size_t count;
    if (store_load_journal(r->store, &r->arena, r->then.number, SHOWN_CHANGES, &lines, &count, err)) return -1;
    struct values list = {0};
    for (size_t i = 0; i < count; i++) {
        struct record c = record_new(r);
        record_text(&c, "says", lines[i].reason.n ? capitalise(r, lines[i].reason) : STR("No reason given"));
        record_text(&c, "actor", lines[i].actor);
        record_text(&c, "when", show_ago(r, lines[i].time));
        record_text(&c, "changed", show_counted(r, (int64_t)lines[i].changed, "entry", "entries"));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "changes", values_get(&list));
    return 0;
}

static struct feel_value stranger_record(struct request *r, const struct stored_stranger *s)
{
    static const struct model_field money = {.kind = FIELD_MONEY};
    struct record c = record_new(r);
    record_text(&c, "name", s->subject.name);
    record_text(&c, "seen", s->subject.kind == SUBJECT_PAYEE ? STR("paid, in the ledger") : STR("used, in the logs"));
    if (s->people) record_text(&c, "people", show_counted(r, (int64_t)s->people, "person", "people"));
    if (s->paid.n)
        record_text(
            &c, "paid",
            show_value(r, &money, text_format(r, STR_FORMAT " " STR_FORMAT, STR_ARGS(s->paid), STR_ARGS(s->currency))));
    return record_get(&c);
}

/* The most used and the dearest: some of each. */
static void put_strangers(struct request *r, const struct found *found)
{
    size_t used = 0, paid = 0;
    struct values list = {0};
    for (size_t i = 0; i < found->stranger_count; i++) {
        const struct stored_stranger *s = &found->strangers[i];
        if ((s->subject.kind == SUBJECT_PAYEE ? paid++ : used++) < SHOWN_STRANGERS)
            values_add(r, &list, stranger_record(r, s));
    }
    page_put(r, "strangers", values_get(&list));
}

static void put_totals(struct request *r, size_t facts, const struct evidence_totals *totals)
{

    str lines = totals->lines >= 1000000 ? text_format(r, "%.1f million log lines", (double)totals->lines / 1e6)
                                         : show_counted(r, (int64_t)totals->lines, "log line", "log lines");
    page_put_text(r, "subtitle",
                  text_format(r, STR_FORMAT " · " STR_FORMAT " · " STR_FORMAT ", " STR_FORMAT,
                              STR_ARGS(r->web->profile.name), STR_ARGS(show_day(r, r->env.today)),
                              STR_ARGS(show_counted(r, (int64_t)facts, "fact", "facts")), STR_ARGS(lines)));
    if (!totals->files) return;
    struct record c = record_new(r);
    record_text(&c, "files", show_counted(r, (int64_t)totals->files, "file", "files"));
    record_text(&c, "lines", show_counted(r, (int64_t)totals->lines, "line", "lines"));
    record_text(&c, "first", show_day(r, totals->first_day));
    record_text(&c, "last", show_day(r, totals->last_day));
    page_put(r, "evidence", record_get(&c));
}

void answer_today(struct request *r)
{
    struct err err;
    struct found *found;
    if (web_take_found(r, true, &found, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_TODAY);
    size_t facts = picture_count(r->picture);
    enum practice only = PRACTICE_VISION;
    bool filtered = practice_parse(pairs_get(&r->query, STR("practice")), &only);
    if (filtered) {
        page_put_text(r, "practice", practice_key(only));
        page_put_text(r, "practice_name", practice_name(only));
    }
    size_t open = 0;
    for (size_t i = 0; i < found->count; i++) open += !found->findings[i].accepted;
    page_put(r, "empty", feel_boolean(!facts));
    page_put_text(r, "title",
                  !facts      ? STR("A workspace without facts")
                  : open == 1 ? STR("1 place where marketing and IT have drifted apart")
                  : open      ? text_format(r, "%zu places where marketing and IT have drifted apart", open)
                              : STR("Nothing found where marketing and IT have drifted apart"));
    put_scores(r, found, filtered, only);
    put_findings(r, found, filtered, only);
    put_totals(r, facts, &found->totals);
    if (found->all.withheld)
        page_put_text(
            r, "withheld",
            text_format(r, STR_FORMAT " at values that are not open to your role; what they find is not shown.",
                        STR_ARGS(show_counted(r, (int64_t)found->all.withheld, "check looks", "checks look"))));
    put_strangers(r, found);
    if (!r->then.number) put_waiting(r);
    if (put_changes(r, &err) || (!r->then.number && put_mentions(r, &err)))
        page_fail(r, &err);
    else
        page_show(r, 200);
    web_drop_found(r->web, found);
}
