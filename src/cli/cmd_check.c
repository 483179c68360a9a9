/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

enum { READING_WIDTH = 100, TEXT_INDENT = 4 };

static const char *const marks[] = {[SEVERITY_LOW] = "●", [SEVERITY_MEDIUM] = "◆", [SEVERITY_HIGH] = "▲"};
static const char *const names[] = {[SEVERITY_LOW] = "Low", [SEVERITY_MEDIUM] = "Medium", [SEVERITY_HIGH] = "High"};
static const enum cli_style styles[] = {
    [SEVERITY_LOW] = STYLE_BLUE, [SEVERITY_MEDIUM] = STYLE_YELLOW, [SEVERITY_HIGH] = STYLE_RED};

static int take_practice(struct cli *c, int *practice, struct err *err)
{
    str word = cli_text_value(c, "practice"), keys[PRACTICE_COUNT];
    struct buf all;
    *practice = -1;
    if (!word.p) return 0;
    buf_init(&all, 400);
    for (int i = 0; i < PRACTICE_COUNT; i++) {
        keys[i] = practice_key((enum practice)i);
        buf_printf(&all, "%s" STR_FORMAT, i ? ", " : "", STR_ARGS(keys[i]));
        if (str_eq_nocase(word, keys[i])) *practice = i;
    }
    if (*practice < 0) {
        str near = err_nearest(word, keys, PRACTICE_COUNT);
        err_set(err, ERR_USAGE, "--practice: \"" STR_FORMAT "\" is none of " STR_FORMAT "%s" STR_FORMAT "%s",
                STR_ARGS(word), STR_ARGS(buf_get(&all)), near.n ? "; did you mean " : "", STR_ARGS(near),
                near.n ? "?" : "");
    }
    buf_release(&all);
    return *practice < 0 ? -1 : 0;
}

/* Also remembers since when each finding stands, where the workspace may be written. */
static int open_to_remember(struct cli *c, struct err *err)
{
    struct err first = {0};
    if (cli_open_picture(c, STORE_WRITE, &first) == 0) return 0;
    if (c->store || first.code == ERR_USAGE || first.code == ERR_INPUT) return *err = first, -1;
    return cli_open_picture(c, STORE_READ, err);
}

static int find_all(struct cli *c, struct finding **out, size_t *count, struct err *err)
{
    const struct checks *checks;
    const struct finding *found;
    if (cli_checks(c, cli_value(c, "checks"), &checks, err) < 0 || checks_run(checks, &c->env, &found, count, err) < 0)
        return -1;
    *out = arena_array(&c->arena, *count + 1, sizeof **out);
    if (*count) memcpy(*out, found, *count * sizeof *found);
    return findings_with_state(c->store, &c->arena, *out, *count, (int32_t)c->today, err);
}

/* ---- for people ---- */

static str price(struct cli *c, const struct finding *f)
{
    struct feel_value amount;
    str money = STR_NONE, people = STR_NONE;
    if (f->has_money && feel_number(f->money, &amount)) money = cli_money(c, amount);
    if (f->has_people) people = cli_plural(c, (uint64_t)(f->people < 0 ? 0 : f->people), STR("person"), STR("people"));
    if (money.n && people.n)
        return arena_printf(&c->arena, STR_FORMAT " · " STR_FORMAT, STR_ARGS(money), STR_ARGS(people));
    return money.n ? money : people;
}

static size_t page_width(const struct cli *c) { return c->width < READING_WIDTH ? c->width : READING_WIDTH; }

/* The first line ends with what it is about in money and people, at the right edge; the text gives way to it. */
static void put_finding(struct cli *c, const struct finding *f)
{
    size_t width = page_width(c), indent = TEXT_INDENT;
    str right = price(c, f), line = f->says;
    size_t room = width - indent - (right.n ? utf8_width(right) + 3 : 0), end = line.n;
    if (utf8_width(line) > room) { /* where the first line breaks */
        size_t at = 0, last = 0;
        while (at < line.n && utf8_width(str_slice(line, 0, at)) <= room) {
            if (line.p[at] == ' ') last = at;
            at++;
        }
        if (last) end = last;
    }
    cli_style(c, styles[f->severity]);
    cli_printf(c, "  %s ", marks[f->severity]);
    cli_style(c, STYLE_PLAIN);
    cli_style(c, STYLE_BOLD);
    str first = str_slice(line, 0, end);
    cli_clean(c, first);
    cli_style(c, STYLE_PLAIN);
    if (right.n) {
        size_t used = indent + utf8_width(first), wide = utf8_width(right);
        cli_printf(c, "%*s", (int)(used + wide + 3 <= width ? width - used - wide : 3), "");
        cli_clean(c, right);
    }
    if (end < line.n) {
        cli_printf(c, "\n%*s", (int)indent, "");
        cli_style(c, STYLE_BOLD);
        cli_wrap(c, str_trim(str_from(line, end)), indent, indent, width);
        cli_style(c, STYLE_PLAIN);
    }
    cli_printf(c, "\n%*s", (int)indent, "");
    cli_text(c, "→ ");
    cli_wrap(c, f->next, indent + 2, indent + 2, width);
    cli_printf(c, "\n%*s", (int)indent, "");
    cli_style(c, STYLE_DIM);
    cli_put(c, practice_name(f->check->practice));
    cli_text(c, " · ");
    cli_put(c, f->check->id);
    cli_text(c, " ");
    cli_put(c, finding_key(&c->arena, f));
    if (f->since && f->since < c->today) {
        cli_text(c, " · since ");
        cli_put(c, civil_emit_words(&c->arena, f->since));
    }
    if (f->owner.n) {
        cli_text(c, " · ");
        cli_clean(c, f->owner);
        cli_text(c, " has it");
    }
    if (f->accepted) cli_text(c, " · accepted for now");
    cli_style(c, STYLE_PLAIN);
    cli_text(c, "\n");
}

static void put_headline(struct cli *c, size_t count, const char *where)
{
    cli_style(c, STYLE_BOLD);
    if (count)
        cli_put(c, cli_plural(c, count, STR("place where marketing and IT have drifted apart"),
                              STR("places where marketing and IT have drifted apart")));
    else
        cli_text(c, picture_count(c->picture) ? "Nothing found: marketing and IT agree wherever the checks looked"
                                              : "Nothing to check: the workspace has no facts yet");
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, "%s\n", where);
    cli_style(c, STYLE_DIM);
    cli_clean(c, store_profile(c->store)->name);
    cli_text(c, " · ");
    cli_put(c, civil_emit_words(&c->arena, c->today));
    cli_text(c, " · ");
    cli_put(c, cli_plural(c, picture_count(c->picture), STR("fact"), STR("facts")));
}

static void put_evidence(struct cli *c)
{
    struct evidence_totals totals;
    struct err ignored = {0};
    if (store_load_totals(c->store, &totals, &ignored) == 0 && totals.lines) {
        cli_text(c, " · ");
        cli_put(c, cli_plural(c, totals.lines, STR("line of logs and ledgers"), STR("lines of logs and ledgers")));
    }
    cli_style(c, STYLE_PLAIN);
    cli_text(c, "\n");
}

/* What a reader may do next, with a command that runs as it stands. */
static void put_footer(struct cli *c, const struct finding *findings, size_t count)
{
    const struct fact *subject = NULL;
    for (size_t i = 0; i < count && !subject; i++)
        if (findings[i].subject) subject = picture_fact(c->picture, findings[i].subject);
    cli_style(c, STYLE_DIM);
    cli_text(c, "\n");
    if (subject) {
        cli_text(c, "The evidence behind one:  entente show ");
        cli_put(c, fact_type(subject)->key);
        str name = fact_name(subject);
        bool plain = str_find_char(name, '\'') == STR_NOT_FOUND;
        if (plain) {
            cli_text(c, " '");
            cli_clean(c, name);
            cli_text(c, "'\n");
        } else {
            cli_printf(c, " %llu\n", (unsigned long long)fact_id(subject));
        }
    }
    if (count) cli_text(c, "All of it as data:        entente check --json\n");
    if (count) cli_text(c, "One practice only:        entente check --practice governance\n");
    if (!picture_count(c->picture)) cli_text(c, "Begin with:  entente import applications FILE.csv\n");
    cli_style(c, STYLE_PLAIN);
}

static void put_words(struct cli *c, const struct finding *findings, size_t count, int practice)
{
    size_t by_severity[SEVERITY_HIGH + 1] = {0};
    str where = practice < 0 ? STR_NONE : practice_name((enum practice)practice);
    for (size_t i = 0; i < count; i++) by_severity[findings[i].severity]++;
    put_headline(c, count,
                 where.n ? arena_printf(&c->arena, ", in the practice \"" STR_FORMAT "\"", STR_ARGS(where)).p : "");
    put_evidence(c);
    for (int severity = SEVERITY_HIGH; severity >= SEVERITY_LOW; severity--) {
        if (!by_severity[severity]) continue;
        cli_text(c, "\n");
        cli_style(c, styles[severity]);
        cli_style(c, STYLE_BOLD);
        cli_printf(c, "%s, %zu\n", names[severity], by_severity[severity]);
        cli_style(c, STYLE_PLAIN);
        bool first = true;
        for (size_t i = 0; i < count; i++) {
            if ((int)findings[i].severity != severity) continue;
            if (!first) cli_text(c, "\n");
            put_finding(c, &findings[i]);
            first = false;
        }
    }
    put_footer(c, findings, count);
}

/* ---- the command ---- */

static int run(struct cli *c)
{
    struct err err = {0};
    struct finding *findings;
    size_t count, kept = 0;
    enum severity level = SEVERITY_HIGH;
    int practice;
    str fail_on = cli_text_value(c, "fail-on");
    if (fail_on.p && !severity_parse(fail_on, &level)) {
        err_set(&err, ERR_USAGE, "--fail-on: \"" STR_FORMAT "\" is none of high, medium, low", STR_ARGS(fail_on));
        return cli_fail(c, &err);
    }
    if (take_practice(c, &practice, &err) < 0 || open_to_remember(c, &err) < 0 ||
        find_all(c, &findings, &count, &err) < 0)
        return cli_fail(c, &err);
    bool met = false;
    for (size_t i = 0; i < count; i++) {
        if (practice >= 0 && (int)findings[i].check->practice != practice) continue;
        met = met || (fail_on.p && findings[i].severity >= level && !findings[i].accepted);
        findings[kept++] = findings[i];
    }
    if (cli_has(c, "json")) {
        struct json_writer w;
        cli_json(c, &w);
        findings_emit_json(&w, &c->env, findings, kept);
        cli_text(c, "\n");
    } else {
        put_words(c, findings, kept, practice);
    }
    return met ? EXIT_FOUND : EXIT_FINE;
}

static const struct cli_option options[] = {
    {"json", NULL, "print an array of findings, see docs/checks.md"},
    {"fail-on", "LEVEL",
     "exit with 1 where a finding is at least this: high, medium or low (accepted ones don't count)"},
    {"practice", "PRACTICE",
     "only one of vision, capability-map, products, democratized-delivery, governance, language, relationship"},
    {"checks", "FOLDER", "also run the checks (*.yaml) of this folder"},
};

const struct cli_command cmd_check = {
    .name = "check",
    .usage = "[--practice PRACTICE] [--checks FOLDER] [--fail-on LEVEL] [--json]",
    .help = "say where marketing and IT have drifted apart, worst first",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .example = "entente check --practice capability-map",
    .run = run,
};
