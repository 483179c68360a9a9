/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct {
    const char *mark, *word;
    enum cli_style style;
} states[] = {[HEALTH_GOOD] = {"✓", "good", STYLE_GREEN},
              [HEALTH_NOTE] = {"•", "note", STYLE_YELLOW},
              [HEALTH_BAD] = {"✗", "bad", STYLE_RED}};

static void put_words(struct cli *c, const struct health_line *lines, size_t count)
{
    enum { INDENT = 22 };
    for (size_t i = 0; i < count; i++) {
        const struct health_line *l = &lines[i];
        cli_style(c, states[l->state].style);
        cli_text(c, states[l->state].mark);
        cli_style(c, STYLE_PLAIN);
        cli_printf(c, " %-18s  ", l->what);
        cli_wrap(c, l->says, INDENT, INDENT, c->width);
        cli_text(c, "\n");
        if (!l->next) continue;
        cli_printf(c, "%*s→ ", INDENT, "");
        cli_wrap(c, str_of(l->next), INDENT + 2, INDENT + 2, c->width);
        cli_text(c, "\n");
    }
}

static void put_json(struct cli *c, const struct health_line *lines, size_t count)
{
    struct json_writer w;
    cli_json(c, &w);
    json_array(&w);
    for (size_t i = 0; i < count; i++) {
        json_object(&w);
        json_key(&w, STR("what")), json_string(&w, str_of(lines[i].what));
        json_key(&w, STR("state")), json_string(&w, str_of(states[lines[i].state].word));
        json_key(&w, STR("says")), json_string(&w, lines[i].says);
        json_key(&w, STR("next"));
        if (lines[i].next)
            json_string(&w, str_of(lines[i].next));
        else
            json_null(&w);
        json_object_end(&w);
    }
    json_array_end(&w);
    cli_text(c, "\n");
}

static int run(struct cli *c)
{
    struct err err = {0};
    const struct health_line *lines;
    size_t count, bad = 0;
    if (cli_find_workspace(c, &err) ||
        store_examine(c->workspace, !cli_has(c, "quick"), c->now, &c->arena, &lines, &count, &err))
        return cli_fail(c, &err);
    for (size_t i = 0; i < count; i++) bad += lines[i].state == HEALTH_BAD;
    if (cli_has(c, "json"))
        put_json(c, lines, count);
    else
        put_words(c, lines, count);
    return bad ? EXIT_FOUND : EXIT_FINE;
}

static const struct cli_option options[] = {
    {"quick", NULL, "pages only, not whether each index has every row"},
    {"json", NULL, "as a JSON array"},
};

const struct cli_command cmd_doctor = {
    .name = "doctor",
    .usage = "[--quick] [--json]",
    .help = "look whether the workspace is well, and say what to do where it is not",
    .details =
        "Looks at the rights to file and folder, free disk, the log, the form and metamodel, every page and index, "
        "the journal, rows that belong to nothing, and the clock. Exit code 1 where something is bad.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .example = "entente doctor --quick",
    .run = run,
};
