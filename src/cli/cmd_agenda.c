/* SPDX-License-Identifier: Apache-2.0 */
/* What is due for a forum: the same rows as on its page. */
#include "align_forum.h"
#include "base_time.h"
#include "cli.h"
#include "import.h"

enum { READING_WIDTH = 100, TEXT_INDENT = 4 };

struct due { /* of the workspace, for all forums */
    const struct checks *agenda;
    struct findings findings;
    size_t conflicts;
};

static int find_due(struct cli *c, struct due *d, struct err *err)
{
    const struct checks *checks;
    struct cli_checks files;
    struct finding_changes unused; /* this is only a look */
    cli_agenda_files(c, &files);
    *d = (struct due){0};
    if (cli_checks(c, NULL, &checks, err) < 0 || checks_run(checks, &c->env, &d->findings, err) < 0 ||
        agenda_compile(&c->arena, c->graph, files.items, files.count, &d->agenda, err) < 0)
        return -1;
    if (c->as_of) return 0; /* findings that are accepted and sources that disagree are known of today */
    if (findings_with_state(c->store, &c->arena, &d->findings, (int32_t)c->today, &unused, err) < 0) return -1;
    return import_count_conflicts(&c->arena, c->store, c->picture, NULL, &d->conflicts, err);
}

static int make(struct cli *c, const struct due *d, const struct fact *forum, struct forum_agenda *out, struct err *err)
{
    const struct agenda_found found = {d->findings.items, d->findings.count, d->conflicts};
    return forum_agenda(d->agenda, &c->env, c->picture, &found, forum, out, err);
}

static str value_of(const struct fact *forum, const char *field)
{
    const struct model_field *f = model_field(fact_type(forum), str_of(field));
    return f ? fact_value(forum, f) : STR_NONE;
}

static str day_words(struct cli *c, str canonical)
{
    int64_t day;
    return civil_parse(canonical, &day) ? civil_emit_words(&c->arena, day) : STR_NONE;
}

/* ---- One ---- */

static void put_row(struct cli *c, const struct forum_row *row, bool later)
{
    size_t width = c->width < READING_WIDTH ? c->width : READING_WIDTH;
    const struct fact *by = row->by ? picture_fact(c->picture, row->by) : NULL;
    cli_text(c, "  - ");
    cli_wrap(c, row->says, TEXT_INDENT, TEXT_INDENT, width);
    cli_text(c, "\n");
    str when =
        later ? arena_printf(&c->arena, "comes back on " STR_FORMAT, STR_ARGS(civil_emit_words(&c->arena, row->from)))
              : row->severity;
    if (!when.n && !by && !row->item) return;
    cli_style(c, STYLE_DIM);
    cli_printf(c, "%*s" STR_FORMAT "%s", TEXT_INDENT, "", STR_ARGS(when), when.n && by ? ", " : "");
    if (by) cli_text(c, "brought by "), cli_clean(c, fact_name(by));
    if (row->item && !later)
        cli_printf(c, "%s" STR_FORMAT, by ? ", " : "since ", STR_ARGS(civil_emit_words(&c->arena, row->from)));
    cli_style(c, STYLE_PLAIN);
    cli_text(c, "\n");
}

static void put_head(struct cli *c, const char *text)
{
    cli_style(c, STYLE_BOLD);
    cli_printf(c, "\n%s\n", text);
    cli_style(c, STYLE_PLAIN);
}

static void put_agenda(struct cli *c, const struct fact *forum, const struct forum_agenda *a)
{
    static const char *const titles[] = {[ASKS_DECIDE] = "To decide", [ASKS_SIGN] = "To sign", [ASKS_KNOW] = "To know"};
    str kind = value_of(forum, "kind"), next = day_words(c, value_of(forum, "next on"));
    cli_style(c, STYLE_BOLD);
    cli_clean(c, fact_name(forum));
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, "  " STR_FORMAT "%s" STR_FORMAT "\n", STR_ARGS(kind), next.n ? ", meets next on " : "",
               STR_ARGS(next));
    for (size_t i = 0; i < a->count; i++) {
        if (!i || a->rows[i].asks != a->rows[i - 1].asks) put_head(c, titles[a->rows[i].asks]);
        put_row(c, &a->rows[i], false);
    }
    if (!a->count) cli_text(c, "Nothing is due for it.\n");
    if (a->later_count) put_head(c, "Put off");
    for (size_t i = 0; i < a->later_count; i++) put_row(c, &a->later[i], true);
}

/* ---- All ---- */

static int put_forums(struct cli *c, const struct model_type *type, const struct due *d, struct err *err)
{
    static const struct cli_column columns[] = {{STR_INIT("FORUM"), false},
                                                {STR_INIT("KIND"), false},
                                                {STR_INIT("NEXT ON"), false},
                                                {STR_INIT("DUE"), true},
                                                {STR_INIT("PUT OFF"), true}};
    struct json_writer w;
    struct cli_table t;
    struct forum_agenda a;
    size_t count;
    bool json = cli_has(c, "json");
    const uint64_t *ids = picture_facts(c->picture, type, &count);
    if (json) cli_json(c, &w), json_array(&w);
    cli_table_init(&t, c, columns, ARRAY_COUNT(columns));
    for (size_t i = 0; i < count; i++) {
        const struct fact *forum = picture_fact(c->picture, ids[i]);
        if (make(c, d, forum, &a, err) < 0) return -1;
        if (json) {
            forum_agenda_emit_json(&w, &c->env, c->picture, forum, &a);
            continue;
        }
        cli_table_cell(&t, fact_name(forum));
        cli_table_cell(&t, value_of(forum, "kind"));
        cli_table_cell(&t, value_of(forum, "next on"));
        cli_table_cell(&t, cli_count(c, a.count));
        cli_table_cell(&t, cli_count(c, a.later_count));
    }
    if (json)
        json_array_end(&w), cli_text(c, "\n");
    else if (count)
        cli_table_print(&t);
    else
        cli_text(c, "There are no forums yet: the page \"Forums\" and entente import make them.\n");
    return 0;
}

static int put_one(struct cli *c, const struct model_type *type, const struct due *d, struct err *err)
{
    const struct fact *forum;
    struct forum_agenda a;
    struct json_writer w;
    if (cli_fact(c, type, str_of(c->words[0]), &forum, err) < 0 || make(c, d, forum, &a, err) < 0) return -1;
    if (cli_has(c, "json")) {
        cli_json(c, &w);
        forum_agenda_emit_json(&w, &c->env, c->picture, forum, &a);
        cli_text(c, "\n");
    } else {
        put_agenda(c, forum, &a);
    }
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    const struct model_type *type;
    struct due d;
    if (cli_open_picture(c, STORE_READ, &err) < 0 || cli_type(c, "forum", &type, &err) < 0 ||
        find_due(c, &d, &err) < 0 || (c->word_count ? put_one(c, type, &d, &err) : put_forums(c, type, &d, &err)) < 0)
        return cli_fail(c, &err);
    return EXIT_FINE;
}

static const struct cli_option options[] = {CLI_AS_OF, {"json", NULL, "as JSON"}};

const struct cli_command cmd_agenda = {
    .name = "agenda",
    .usage = "[FORUM] [--as-of DATE] [--json]",
    .help = "show what is due for a forum, or how much for each",
    .details =
        "An agenda makes itself: what is to be decided, signed and known, and what people brought. It is the one "
        "on the forum's page.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .max = 1,
    .example = "entente agenda 'CMO and CIO'",
    .run = run,
};
