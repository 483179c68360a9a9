/* SPDX-License-Identifier: Apache-2.0 */
/* What came of rulings: times to decisions, and what each rule did. */
#include "align_evidence.h"
#include "cli_ruling.h"

#include <math.h>

enum { FIRED_ENOUGH = 20, SHARE_ENOUGH = 25, COUNT_MOST = 1000000, PERCENT = 100 };

static void put_days(struct json_writer *w, const char *key, double days)
{
    json_key(w, str_of(key));
    if (isnan(days))
        json_null(w);
    else
        feel_emit_json(w, floor(days) == days ? feel_int((int64_t)days) : feel_double(days));
}

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

static void put_times_json(struct cli *c, const struct evidence *e)
{
    struct json_writer w;
    cli_json(c, &w);
    json_array(&w);
    for (size_t i = 0; i < e->time_count; i++) {
        const struct decision_times *t = &e->times[i];
        json_object(&w);
        json_key(&w, STR("by")), json_string(&w, t->by);
        json_key(&w, STR("name")), json_string(&w, t->name);
        json_key(&w, STR("requests")), json_int(&w, (int64_t)t->requests);
        json_key(&w, STR("waiting")), json_int(&w, (int64_t)t->waiting);
        json_key(&w, STR("decided")), json_int(&w, (int64_t)t->decided);
        json_key(&w, STR("at_once")), json_int(&w, (int64_t)t->at_once);
        put_days(&w, "median_days", t->median), put_days(&w, "ninetieth_days", t->ninetieth);
        json_key(&w, STR("promised")), json_int(&w, (int64_t)t->promised);
        json_key(&w, STR("kept")), json_int(&w, (int64_t)t->kept);
        json_object_end(&w);
    }
    json_array_end(&w);
    cli_text(c, "\n");
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
}

/* ---- Rules ---- */

static const char *proposal_key(enum rule_proposal p)
{
    static const char *const keys[] = {
        [PROPOSE_NOTHING] = "", [PROPOSE_LIGHTER] = "lighter", [PROPOSE_HEAVIER] = "heavier"};
    return keys[p];
}

static void put_rules_json(struct cli *c, const struct evidence *e, const struct rulebook *b,
                           const struct proposal_limits *limits)
{
    struct json_writer w;
    cli_json(c, &w);
    json_object(&w);
    json_key(&w, STR("rulebook")), json_string(&w, rulebook_name(b));
    json_key(&w, STR("version")), json_string(&w, rulebook_version(b));
    json_key(&w, STR("rulings")), json_int(&w, (int64_t)(e->rulings - e->other));
    json_key(&w, STR("by_other_versions")), json_int(&w, (int64_t)e->other);
    json_key(&w, STR("rules")), json_array(&w);
    for (size_t i = 0; i < e->rule_count; i++) {
        const struct rule_evidence *r = &e->rules[i];
        enum rule_proposal proposes = evidence_proposes(r, b, limits);
        json_object(&w);
        json_key(&w, STR("decision")), json_string(&w, r->decision);
        json_key(&w, STR("rule")), json_int(&w, r->rule);
        if (r->zone.n) json_key(&w, STR("zone")), json_string(&w, r->zone);
        if (r->why.n) json_key(&w, STR("why")), json_string(&w, r->why);
        json_key(&w, STR("fired")), json_int(&w, (int64_t)r->fired);
        json_key(&w, STR("made_lighter")), json_int(&w, (int64_t)r->lighter);
        json_key(&w, STR("made_heavier")), json_int(&w, (int64_t)r->heavier);
        json_key(&w, STR("incidents")), json_int(&w, (int64_t)r->incidents);
        json_key(&w, STR("decided")), json_int(&w, (int64_t)r->waited);
        put_days(&w, "days_waited", r->days);
        if (proposes) json_key(&w, STR("proposes")), json_string(&w, str_of(proposal_key(proposes)));
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    cli_text(c, "\n");
}

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
                                     STR_ARGS(r->decision), r->rule, STR_ARGS(r->zone), proposal_key(proposes),
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

static int collect(struct cli *c, struct shelf *shelf, bool times, const struct rulebook **b, struct store *books,
                   struct err *err)
{
    struct evidence e;
    struct proposal_limits limits = {FIRED_ENOUGH, SHARE_ENOUGH};
    if (cli_int_value(c, "fired", 1, COUNT_MOST, &limits.fired, err) < 0 ||
        cli_int_value(c, "share", 1, PERCENT, &limits.share, err) < 0 ||
        cli_take_book(c, shelf, STR_NONE, false, b, err) < 0 ||
        evidence_collect(&c->arena, shelf, c->store, books, c->picture, *b, &e, err) < 0)
        return -1;
    if (times)
        cli_has(c, "json") ? put_times_json(c, &e) : put_times(c, &e);
    else
        cli_has(c, "json") ? put_rules_json(c, &e, *b, &limits) : put_rules(c, &e, *b, &limits);
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
