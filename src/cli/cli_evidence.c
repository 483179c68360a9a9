/* SPDX-License-Identifier: Apache-2.0 */
/* What came of rulings: times to decisions, and what each rule did. */
#include "align_evidence.h"
#include "cli_ruling.h"

#include <math.h>

enum { COUNT_MOST = 1000000, PERCENT = 100, CSV_BYTES = 16 << 20 };

static str days_text(struct cli *c, double days)
{
    if (isnan(days)) return STR("-");
    return arena_printf(&c->arena, floor(days) == days ? "%.0f" : "%.1f", days);
}

static str number_text(struct cli *c, uint64_t n) { return arena_copy(&c->arena, cli_count(c, n)); }

static str share_text(struct cli *c, uint64_t part, uint64_t whole)
{
    if (!whole) return STR("-");
    return arena_printf(&c->arena, "%llu %%", (unsigned long long)((part * PERCENT + whole / 2) / whole));
}

/* ---- Times ---- */

static str hours_text(struct cli *c, double hours)
{
    if (isnan(hours)) return STR("-");
    return arena_printf(&c->arena, floor(hours) == hours ? "%.0f" : "%.1f", hours);
}

static str money_text(struct cli *c, double amount)
{
    return isnan(amount) ? STR("-") : cli_money(c, feel_double(amount));
}

/* Only of those of whose requests something is known. */
static void put_effort(struct cli *c, const struct evidence *e)
{
    static const struct cli_column columns[] = {{STR_INIT("BY"), false},       {STR_INIT("WHICH"), false},
                                                {STR_INIT("MARKETING"), true}, {STR_INIT("IT"), true},
                                                {STR_INIT("BUDGET"), true},    {STR_INIT("USED"), true}};
    struct cli_table t;
    bool any = false;
    for (size_t i = 0; i < e->time_count; i++) {
        const struct request_effort *x = &e->times[i].effort;
        if (isnan(x->marketing_hours) && isnan(x->it_hours) && isnan(x->budget) && isnan(x->used)) continue;
        if (!any) cli_text(c, "\nHours spent by each side, and money\n");
        if (!any) cli_table_init(&t, c, columns, ARRAY_COUNT(columns));
        any = true;
        cli_table_cell(&t, e->times[i].by), cli_table_cell(&t, e->times[i].name);
        cli_table_cell(&t, hours_text(c, x->marketing_hours)), cli_table_cell(&t, hours_text(c, x->it_hours));
        cli_table_cell(&t, money_text(c, x->budget)), cli_table_cell(&t, money_text(c, x->used));
    }
    if (any) cli_table_print(&t);
}

static void put_times(struct cli *c, const struct evidence *e)
{
    static const struct cli_column columns[] = {{STR_INIT("BY"), false},      {STR_INIT("WHICH"), false},
                                                {STR_INIT("MEDIAN"), true},   {STR_INIT("90 %"), true},
                                                {STR_INIT("REQUESTS"), true}, {STR_INIT("WAITING"), true},
                                                {STR_INIT("AT ONCE"), true},  {STR_INIT("PROMISE KEPT"), true}};
    struct cli_table t;
    if (!e->time_count) {
        cli_text(c, "There are no requests with the day on which they were asked.\n");
        return;
    }
    cli_text(c, "Days from question to decision\n");
    cli_table_init(&t, c, columns, ARRAY_COUNT(columns));
    for (size_t i = 0; i < e->time_count; i++) {
        const struct decision_times *d = &e->times[i];
        cli_table_cell(&t, d->by), cli_table_cell(&t, d->name);
        cli_table_cell(&t, days_text(c, d->median)), cli_table_cell(&t, days_text(c, d->ninetieth));
        cli_table_cell(&t, number_text(c, d->requests)), cli_table_cell(&t, number_text(c, d->waiting));
        cli_table_cell(&t, share_text(c, d->at_once, d->decided));
        cli_table_cell(&t, share_text(c, d->kept, d->promised));
    }
    cli_table_print(&t);
    put_effort(c, e);
}

static void put_times_data(struct cli *c, const struct evidence *e)
{
    struct json_writer w;
    str currency = store_profile(c->store)->currency;
    if (cli_has(c, "csv")) {
        struct buf text;
        buf_init(&text, CSV_BYTES);
        times_emit_csv(&text, e->times, e->time_count, currency);
        cli_put(c, buf_get(&text));
        buf_release(&text);
        return;
    }
    cli_json(c, &w);
    times_emit_json(&w, e->times, e->time_count, currency);
    cli_text(c, "\n");
}

/* ---- Rules ---- */

static void put_proposals(struct cli *c, const struct evidence *e, const struct rulebook *b,
                          const struct proposal_limits *limits)
{
    bool any = false;
    for (size_t i = 0; i < e->rule_count; i++) {
        const struct rule_evidence *r = &e->rules[i];
        enum rule_proposal proposes = evidence_proposes(r, b, limits);
        if (!proposes) continue;
        if (!any) cli_text(c, "\nTo talk about, and to replay before both sides sign:\n");
        any = true;
        cli_put_wrapped(c, "  - ",
                        arena_printf(&c->arena,
                                     STR_FORMAT " rule %u (" STR_FORMAT ") may be made %s: of %s people made "
                                                "%llu lighter and %llu heavier, and %s came after them",
                                     STR_ARGS(r->decision), r->rule, STR_ARGS(r->zone), rule_proposal_key(proposes),
                                     cli_plural(c, r->fired, STR("ruling"), STR("rulings")).p,
                                     (unsigned long long)r->lighter, (unsigned long long)r->heavier,
                                     cli_plural(c, r->incidents, STR("incident"), STR("incidents")).p));
    }
}

static void put_rules(struct cli *c, const struct evidence *e, const struct rulebook *b,
                      const struct proposal_limits *limits)
{
    static const struct cli_column columns[] = {{STR_INIT("DECISION"), false}, {STR_INIT("RULE"), true},
                                                {STR_INIT("FIRED"), true},     {STR_INIT("LIGHTER"), true},
                                                {STR_INIT("HEAVIER"), true},   {STR_INIT("INCIDENTS"), true},
                                                {STR_INIT("DAYS"), true},      {STR_INIT("WHY"), false}};
    struct cli_table t;
    cli_printf(c, "The rulebook " STR_FORMAT " " STR_FORMAT " ruled %llu times", STR_ARGS(rulebook_name(b)),
               STR_ARGS(rulebook_version(b)), (unsigned long long)(e->rulings - e->other));
    if (e->other) cli_printf(c, "; %llu rulings were by others", (unsigned long long)e->other);
    cli_text(c, "\n");
    if (!e->rule_count) return;
    cli_table_init(&t, c, columns, ARRAY_COUNT(columns));
    for (size_t i = 0; i < e->rule_count; i++) {
        const struct rule_evidence *r = &e->rules[i];
        cli_table_cell(&t, r->decision), cli_table_cell(&t, number_text(c, r->rule));
        cli_table_cell(&t, number_text(c, r->fired));
        cli_table_cell(&t, number_text(c, r->lighter)), cli_table_cell(&t, number_text(c, r->heavier));
        cli_table_cell(&t, number_text(c, r->incidents));
        cli_table_cell(&t, days_text(c, r->waited ? r->days / (double)r->waited : NAN));
        cli_table_cell(&t, r->why);
    }
    cli_table_print(&t);
    put_proposals(c, e, b, limits);
}

static bool tell_progress(void *host, uint64_t done, uint64_t total)
{
    cli_progress(host, "Reading", done, total, "rulings");
    return true;
}

static int collect(struct cli *c, struct shelf *shelf, bool times, const struct rulebook **b, struct store *books,
                   struct err *err)
{
    struct evidence e;
    struct proposal_limits limits = {FIRED_ENOUGH, SHARE_ENOUGH};
    if (cli_int_value(c, "fired", 1, COUNT_MOST, &limits.fired, err) < 0 ||
        cli_int_value(c, "share", 1, PERCENT, &limits.share, err) < 0 ||
        cli_take_book(c, shelf, STR_NONE, false, b, err) < 0)
        return -1;
    if (!times && cli_has(c, "csv")) return err_set(err, ERR_USAGE, "--csv goes with ruling times");
    const struct evidence_of of = {.shelf = shelf,
                                   .rows = c->store,
                                   .books = books,
                                   .picture = c->picture,
                                   .in_force = *b,
                                   .now = c->now,
                                   .today = c->today,
                                   .watch = {tell_progress, c}};
    if (evidence_collect(&c->arena, &of, &e, err) < 0) return -1;
    cli_progress_end(c);
    if (times) {
        cli_has(c, "json") || cli_has(c, "csv") ? put_times_data(c, &e) : put_times(c, &e);
    } else if (cli_has(c, "json")) {
        struct json_writer w;
        cli_json(c, &w);
        evidence_emit_json(&w, &e, *b, &limits);
        cli_text(c, "\n");
    } else {
        put_rules(c, &e, *b, &limits);
    }
    return 0;
}

int cli_put_evidence(struct cli *c, bool times, struct err *err)
{
    struct store *books;
    const struct rulebook *b = NULL;
    if (cli_open_picture(c, STORE_READ, err) < 0 || store_open(c->workspace, STORE_READ, &books, err) < 0) return -1;
    struct shelf *shelf = shelf_new();
    int result = collect(c, shelf, times, &b, books, err);
    shelf_put_back(shelf, b);
    shelf_free(shelf);
    store_close(books);
    return result;
}
