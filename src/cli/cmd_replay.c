/* SPDX-License-Identifier: Apache-2.0 */
/* A draft of a rulebook against past requests: what would have been ruled otherwise. */
#include "align_replay.h"
#include "base_file.h"
#include "base_utf8.h"
#include "cli_ruling.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { ITEMS_SHOWN = 20, ITEMS_MOST = 10000, FLOW_WIDTH = 28 };

struct replaying {
    struct cli *c;
    struct shelf *shelf;
    const struct rulebook *draft, *against;
    struct replay *replay;
    struct past *past;
    struct store *books;
    const struct replay_result *result;
    struct arena work;
};

/* ---- Handing in ---- */

static bool tell_progress(void *host, uint64_t done, uint64_t total)
{
    const struct replaying *k = host;
    cli_progress(k->c, "Replaying", done, total, "requests");
    return true;
}

static bool tell_bytes(void *host, uint64_t done, uint64_t total)
{
    const struct replaying *k = host;
    cli_progress(k->c, "Replaying", done, total, "bytes");
    return true;
}

static int hand_in(struct replaying *k, struct err *err)
{
    struct cli *c = k->c;
    struct text_reader file;
    const char *from = cli_value(c, "from");
    if (from) {
        if (text_open(&file, from, err) < 0) return -1;
        const struct replay_file of = {.replay = k->replay,
                                       .draft = k->draft,
                                       .against = k->against,
                                       .now = c->now,
                                       .today = c->today,
                                       .watch = {tell_bytes, k}};
        int result = replay_file_read(&file, &of, err);
        text_close(&file);
        if (result == 0) result = replay_end(k->replay, &k->result, err);
        return result < 0 && err->code != ERR_IO ? err_in(err, str_of(from)) : result;
    }
    if (cli_value(c, "against"))
        return err_set(err, ERR_USAGE, "--against goes with --from; kept rulings are compared with what was ruled");
    if (!c->store) return cli_find_workspace(c, err);
    if (store_open(c->workspace, STORE_READ, &k->books, err) < 0) return -1;
    k->past = past_new(k->shelf, c->store, k->books, c->picture);
    if (past_hand_in(k->past, k->replay, &(struct watch){tell_progress, k}, err) < 0) return -1;
    return replay_end(k->replay, &k->result, err);
}

/* ---- As JSON ---- */

static void put_days(struct json_writer *w, const char *key, double days)
{
    json_key(w, str_of(key));
    if (!(days >= 0))
        json_null(w);
    else
        feel_emit_json(w, floor(days) == days ? feel_int((int64_t)days) : feel_double(days));
}

static void put_time(struct json_writer *w, const struct replay_time *t)
{
    json_key(w, STR("days"));
    json_object(w);
    json_key(w, STR("known")), json_int(w, (int64_t)t->count);
    put_days(w, "before", t->before), put_days(w, "after", t->after);
    put_days(w, "median_before", t->median_before), put_days(w, "median_after", t->median_after);
    json_key(w, STR("gain")), json_int(w, (int64_t)t->gain);
    json_key(w, STR("lose")), json_int(w, (int64_t)t->lose);
    json_object_end(w);
}

static void put_groups(struct json_writer *w, const char *key, const struct replay_group *groups, size_t count)
{
    json_key(w, str_of(key));
    json_array(w);
    for (size_t i = 0; i < count; i++) {
        json_object(w);
        json_key(w, STR("name")), json_string(w, groups[i].name);
        json_key(w, STR("requests")), json_int(w, (int64_t)groups[i].count);
        json_key(w, STR("lighter")), json_int(w, (int64_t)groups[i].lighter);
        json_key(w, STR("heavier")), json_int(w, (int64_t)groups[i].heavier);
        put_time(w, &groups[i].time);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_text(struct json_writer *w, const char *key, str text)
{
    if (text.n) json_key(w, str_of(key)), json_string(w, text);
}

static str place(const struct replaying *k, size_t i) { return replay_place_name(k->draft, i); }

/* The rules on which the zone rests, and what they say. */
static int put_rules(struct replaying *k, struct json_writer *w, const char *key, const struct replay_item *item,
                     const struct rulebook *b, struct err *err)
{
    struct ruling r;
    struct feel_env env;
    arena_clear(&k->work);
    ruling_env(&env, &k->work, item->now, item->today);
    if (replay_rule(item, b, &env, &r, err) < 0) return -1;
    json_key(w, str_of(key));
    json_array(w);
    for (size_t i = 0; i < r.rule_count; i++) {
        if (!r.rules[i].leads) continue;
        json_object(w);
        json_key(w, STR("decision")), json_string(w, r.rules[i].decision);
        json_key(w, STR("rule")), json_int(w, r.rules[i].rule);
        put_text(w, "why", r.rules[i].why);
        json_object_end(w);
    }
    json_array_end(w);
    return 0;
}

static int put_item(struct replaying *k, struct json_writer *w, const struct replay_item *i, struct err *err)
{
    json_object(w);
    json_key(w, str_of(k->past ? "ruling" : "line")), json_int(w, (int64_t)i->number);
    put_text(w, "name", i->name), put_text(w, "side", i->side), put_text(w, "team", i->team);
    json_key(w, STR("from")), json_string(w, place(k, i->from));
    json_key(w, STR("to")), json_string(w, place(k, i->to));
    put_text(w, "set_aside", i->set_aside);
    put_days(w, "days_before", i->days_before), put_days(w, "days_after", i->days_after);
    json_key(w, STR("incidents")), json_int(w, (int64_t)i->incidents);
    if (put_rules(k, w, "rules_before", i, i->before, err) < 0 || put_rules(k, w, "rules_after", i, k->draft, err) < 0)
        return -1;
    json_object_end(w);
    return 0;
}

static void put_book(struct json_writer *w, const char *key, const struct rulebook *b)
{
    json_key(w, str_of(key));
    json_object(w);
    json_key(w, STR("rulebook")), json_string(w, rulebook_name(b));
    json_key(w, STR("version")), json_string(w, rulebook_version(b));
    json_object_end(w);
}

static void put_incidents(struct replaying *k, struct json_writer *w)
{
    const struct replay_result *r = k->result;
    json_key(w, STR("incidents"));
    json_array(w);
    for (size_t i = 0; i < r->incident_count; i++) {
        const struct replay_incident *one = &r->incidents[i];
        json_object(w);
        json_key(w, STR("incident")), json_int(w, (int64_t)one->incident);
        put_text(w, "name", fact_name(picture_fact(k->c->picture, one->incident)));
        json_key(w, STR("ruling")), json_int(w, (int64_t)one->number);
        json_key(w, STR("from")), json_string(w, place(k, one->from));
        json_key(w, STR("to")), json_string(w, place(k, one->to));
        json_key(w, STR("caught")), json_bool(w, replay_looks(k->draft, one) > 0);
        json_object_end(w);
    }
    json_array_end(w);
}

static int put_json(struct replaying *k, struct err *err)
{
    const struct replay_result *r = k->result;
    struct json_writer w;
    cli_json(k->c, &w);
    json_object(&w);
    put_book(&w, "draft", k->draft);
    if (!k->past) put_book(&w, "against", k->against);
    json_key(&w, STR("requests")), json_int(&w, (int64_t)r->count);
    json_key(&w, STR("changed")), json_int(&w, (int64_t)r->changed);
    json_key(&w, STR("lighter")), json_int(&w, (int64_t)r->lighter);
    json_key(&w, STR("heavier")), json_int(&w, (int64_t)r->heavier);
    json_key(&w, STR("flow"));
    json_array(&w);
    for (size_t from = 0; from < replay_places(k->draft); from++)
        for (size_t to = 0; to < replay_places(k->draft); to++) {
            if (!r->flow[from][to]) continue;
            json_object(&w);
            json_key(&w, STR("from")), json_string(&w, place(k, from));
            json_key(&w, STR("to")), json_string(&w, place(k, to));
            json_key(&w, STR("requests")), json_int(&w, (int64_t)r->flow[from][to]);
            json_object_end(&w);
        }
    json_array_end(&w);
    put_time(&w, &r->time);
    put_groups(&w, "sides", r->sides, r->side_count), put_groups(&w, "teams", r->teams, r->team_count);
    json_key(&w, STR("asks")), json_array(&w);
    for (size_t i = 0; i < r->question_count; i++) {
        json_object(&w);
        json_key(&w, STR("question")), json_string(&w, r->questions[i].question->name);
        json_key(&w, STR("requests")), json_int(&w, (int64_t)r->questions[i].count);
        json_object_end(&w);
    }
    json_array_end(&w);
    if (k->past) {
        json_key(&w, STR("set_aside")), json_int(&w, (int64_t)r->set_aside);
        json_key(&w, STR("as_people")), json_int(&w, (int64_t)r->as_people);
        put_incidents(k, &w);
    }
    json_key(&w, STR("worst")), json_array(&w);
    for (size_t i = 0; i < r->item_count; i++)
        if (put_item(k, &w, &r->items[i], err) < 0) return -1;
    json_array_end(&w);
    json_object_end(&w);
    cli_text(k->c, "\n");
    return 0;
}

/* ---- For people ---- */

static void put_head(struct cli *c, const char *text)
{
    cli_style(c, STYLE_BOLD);
    cli_printf(c, "\n%s\n", text);
    cli_style(c, STYLE_PLAIN);
}

static const char *counted(struct cli *c, uint64_t n) { return arena_copy(&c->arena, cli_count(c, n)).p; }

static str days_text(struct cli *c, double days)
{
    if (!(days >= 0)) return STR("?");
    if (floor(days) == days) return arena_copy(&c->arena, cli_count(c, (uint64_t)days));
    return arena_printf(&c->arena, "%.1f", days);
}

/* One bar for each stream, those that stay too: as wide as its share. */
static void put_flow(struct replaying *k)
{
    struct cli *c = k->c;
    const struct replay_result *r = k->result;
    size_t places = replay_places(k->draft), wide_from = 0, wide_to = 0;
    uint64_t most = 1;
    for (size_t from = 0; from < places; from++)
        for (size_t to = 0; to < places; to++) {
            uint64_t n = r->flow[from][to];
            if (!n) continue;
            if (n > most) most = n;
            if (utf8_width(place(k, from)) > wide_from) wide_from = utf8_width(place(k, from));
            if (utf8_width(place(k, to)) > wide_to) wide_to = utf8_width(place(k, to));
        }
    put_head(c, "From what was ruled to what the draft rules");
    for (size_t from = 0; from < places; from++)
        for (size_t to = 0; to < places; to++) {
            uint64_t n = r->flow[from][to];
            if (!n) continue;
            size_t bar = (size_t)((double)n * FLOW_WIDTH / (double)most + 0.5);
            cli_printf(c, "  " STR_FORMAT "%*s ", STR_ARGS(place(k, from)),
                       (int)(wide_from - utf8_width(place(k, from))), "");
            cli_style(c, from == to ? STYLE_DIM : STYLE_BOLD);
            for (size_t i = 0; i < (bar ? bar : 1); i++) cli_text(c, from == to ? "─" : "━");
            cli_text(c, "▶");
            cli_style(c, STYLE_PLAIN);
            cli_printf(c, "%*s " STR_FORMAT "%*s  " STR_FORMAT "\n", (int)(FLOW_WIDTH - (bar ? bar : 1)), "",
                       STR_ARGS(place(k, to)), (int)(wide_to - utf8_width(place(k, to))), "",
                       STR_ARGS(cli_count(c, n)));
        }
}

static void put_groups_table(struct replaying *k, str head, const struct replay_group *all,
                             const struct replay_group *groups, size_t count)
{
    const struct cli_column columns[] = {{head, false},          {STR("REQUESTS"), true}, {STR("LIGHTER"), true},
                                         {STR("HEAVIER"), true}, {STR("BEFORE"), true},   {STR("AFTER"), true},
                                         {STR("MEDIAN"), true},  {STR("THEN"), true}};
    struct cli *c = k->c;
    struct cli_table t;
    cli_table_init(&t, c, columns, ARRAY_COUNT(columns));
    t.indent = 2;
    for (size_t i = all ? 0 : 1; i <= count; i++) {
        const struct replay_group *g = i ? &groups[i - 1] : all;
        cli_table_cell(&t, g->name);
        cli_table_cell(&t, cli_count(c, g->count));
        cli_table_cell(&t, cli_count(c, g->lighter)), cli_table_cell(&t, cli_count(c, g->heavier));
        cli_table_cell(&t, days_text(c, g->time.before)), cli_table_cell(&t, days_text(c, g->time.after));
        cli_table_cell(&t, days_text(c, g->time.median_before)), cli_table_cell(&t, days_text(c, g->time.median_after));
    }
    cli_table_print(&t);
}

static void put_waiting(struct replaying *k)
{
    struct cli *c = k->c;
    const struct replay_result *r = k->result;
    const struct replay_group all = {STR("all"), r->count, r->lighter, r->heavier, r->time};
    put_head(c, "Days until an answer is due");
    put_groups_table(k, STR("SIDE"), &all, r->sides, r->side_count);
    if (r->team_count) cli_text(c, "\n"), put_groups_table(k, STR("TEAM"), NULL, r->teams, r->team_count);
    cli_printf(c, "  %s an answer sooner, %s later\n",
               cli_plural(c, r->time.gain, STR("request gets"), STR("requests get")).p, counted(c, r->time.lose));
}

static void put_reasons(struct replaying *k, const char *label, const struct ruling *r)
{
    for (size_t i = 0; i < r->rule_count; i++) {
        if (!str_eq(r->rules[i].decision, rulebook_outcome(r->book)) || !r->rules[i].why.n) continue;
        cli_put_wrapped(k->c, label,
                        arena_printf(&k->work, STR_FORMAT " (rule %u)", STR_ARGS(r->rules[i].why), r->rules[i].rule));
    }
    if (r->open_count) {
        struct buf names;
        buf_init(&names, 4000);
        for (size_t i = 0; i < r->open_count; i++) {
            buf_text(&names, i ? ", " : "asks: ");
            buf_str(&names, r->open[i]->name);
        }
        cli_put_wrapped(k->c, label, buf_get(&names));
        buf_release(&names);
    }
    for (size_t i = 0; i < r->problem_count; i++) cli_put_wrapped(k->c, label, r->problems[i]);
}

static int put_worst(struct replaying *k, struct err *err)
{
    struct cli *c = k->c;
    const struct replay_result *r = k->result;
    if (!r->item_count) return 0;
    put_head(c, "The greatest changes");
    for (size_t n = 0; n < r->item_count; n++) {
        const struct replay_item *i = &r->items[n];
        struct ruling before, after;
        struct feel_env env;
        arena_clear(&k->work);
        ruling_env(&env, &k->work, i->now, i->today);
        if (replay_rule(i, i->before, &env, &before, err) < 0 || replay_rule(i, k->draft, &env, &after, err) < 0)
            return -1;
        cli_printf(c, "  %s %llu", k->past ? "ruling" : "line", (unsigned long long)i->number);
        if (i->name.n) cli_text(c, ", "), cli_clean(c, i->name);
        cli_printf(c, ": " STR_FORMAT " to " STR_FORMAT, STR_ARGS(place(k, i->from)), STR_ARGS(place(k, i->to)));
        if (i->days_before >= 0 && i->days_after >= 0)
            cli_printf(c, ", %s to %s days", days_text(c, i->days_before).p, days_text(c, i->days_after).p);
        if (i->set_aside.n) cli_printf(c, "; people made it " STR_FORMAT, STR_ARGS(i->set_aside));
        if (i->incidents)
            cli_printf(c, "; %s afterwards", cli_plural(c, i->incidents, STR("incident"), STR("incidents")).p);
        cli_text(c, "\n");
        put_reasons(k, "    before: ", &before), put_reasons(k, "    after:  ", &after);
    }
    if (r->changed > r->item_count)
        cli_printf(c, "  and %s more; --limit shows more of them\n", counted(c, r->changed - r->item_count));
    return 0;
}

static void put_incident_list(struct replaying *k)
{
    struct cli *c = k->c;
    const struct replay_result *r = k->result;
    if (!r->incident_count) return;
    put_head(c, "What went wrong afterwards");
    for (size_t i = 0; i < r->incident_count; i++) {
        const struct replay_incident *one = &r->incidents[i];
        int looks = replay_looks(k->draft, one);
        const char *says = !looks      ? "no change"
                           : looks > 0 ? "would have been looked at more closely"
                                       : "would have been looked at less closely";
        cli_put_wrapped(c, "  - ",
                        arena_printf(&c->arena, STR_FORMAT " (ruling %llu: " STR_FORMAT " to " STR_FORMAT "): %s",
                                     STR_ARGS(fact_name(picture_fact(c->picture, one->incident))),
                                     (unsigned long long)one->number, STR_ARGS(place(k, one->from)),
                                     STR_ARGS(place(k, one->to)), says));
    }
}

static int put_text_report(struct replaying *k, struct err *err)
{
    struct cli *c = k->c;
    const struct replay_result *r = k->result;
    if (!r->count) {
        cli_text(c, k->past ? "No rulings are kept yet; --from FILE replays requests of a file.\n"
                            : "The file has no requests.\n");
        return 0;
    }
    cli_style(c, STYLE_BOLD);
    cli_printf(c, "%s of %s ruled otherwise", counted(c, r->changed),
               cli_plural(c, r->count, STR("request"), STR("requests")).p);
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, ": %s lighter, %s heavier", counted(c, r->lighter), counted(c, r->heavier));
    if (r->changed > r->lighter + r->heavier)
        cli_printf(c, ", %s not comparable", counted(c, r->changed - r->lighter - r->heavier));
    cli_text(c, "\n");
    put_flow(k);
    put_waiting(k);
    if (r->question_count) put_head(c, "What the draft asks and was not answered");
    for (size_t i = 0; i < r->question_count; i++)
        cli_put_wrapped(c, "  - ",
                        arena_printf(&c->arena, STR_FORMAT " (%s): " STR_FORMAT,
                                     STR_ARGS(r->questions[i].question->name),
                                     cli_plural(c, r->questions[i].count, STR("request"), STR("requests")).p,
                                     STR_ARGS(r->questions[i].question->label)));
    if (r->set_aside)
        cli_printf(c, "\nPeople set %s aside; the draft rules %s as they did.\n",
                   cli_plural(c, r->set_aside, STR("ruling"), STR("rulings")).p, counted(c, r->as_people));
    put_incident_list(k);
    return put_worst(k, err);
}

/* ---- The command ---- */

static int replay(struct replaying *k, struct err *err)
{
    struct cli *c = k->c;
    int64_t limit = ITEMS_SHOWN;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    str draft = cli_text_value(c, "draft");
    if (!draft.p) return err_set(err, ERR_USAGE, "say which draft: --draft FILE.dmn, or the name of a rulebook");
    if (cli_int_value(c, "limit", 0, ITEMS_MOST, &limit, err) < 0) return -1;
    if (cli_workspace_is_here(c) && cli_open_picture(c, STORE_READ, err) < 0) return -1;
    if (cli_take_book(c, k->shelf, draft, true, &k->draft, err) < 0 ||
        cli_take_book(c, k->shelf, cli_text_value(c, "against"), false, &k->against, err) < 0)
        return -1;
    k->replay = replay_new(k->draft, (size_t)limit, processors < 1 ? 1 : (size_t)processors);
    if (hand_in(k, err) < 0) return -1;
    cli_progress_end(c);
    return cli_has(c, "json") ? put_json(k, err) : put_text_report(k, err);
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct replaying k = {.c = c, .shelf = shelf_new()};
    arena_init(&k.work, 0);
    int result = replay(&k, &err);
    replay_free(k.replay);
    past_free(k.past);
    shelf_put_back(k.shelf, k.draft), shelf_put_back(k.shelf, k.against);
    shelf_free(k.shelf);
    if (k.books) store_close(k.books);
    arena_release(&k.work);
    return result < 0 ? cli_fail(c, &err) : result;
}

static const struct cli_option options[] = {
    {"draft", "FILE.dmn", "the draft: a file, or the name of a rulebook, whose proposal is then taken"},
    {"from", "FILE",
     "requests of a file in place of the kept rulings: CSV with a column a question, or {\"input\": …} by lines; - is "
     "standard input"},
    {"against", "FILE.dmn", "with --from: compare with this rulebook, not with the one in force"},
    {"limit", "N", "how many of the changed requests are listed (20)"},
    {"json", NULL, "as JSON"},
};

const struct cli_command cmd_replay = {
    .name = "replay",
    .usage = "--draft FILE.dmn|RULEBOOK [--from FILE [--against FILE.dmn|RULEBOOK]] [--limit N] [--json]",
    .help = "try a draft of a rulebook on past requests, before anybody signs it",
    .details = "All rulings that the workspace has kept are ruled again by the draft and compared with what was ruled: "
               "how many change zone and which, whose answer is due sooner or later, what went wrong afterwards, and "
               "what the draft asks that was not answered. Nothing is written. Lines of a file may say who asked: "
               "\"name\", \"side\" and \"team\", and with \"ruled\" the zone that was ruled; a CSV file has columns of "
               "these names.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .example = "entente replay --draft safe-zones",
    .run = run,
};
