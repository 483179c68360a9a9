/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

enum { READING_WIDTH = 100, TEXT_INDENT = 4, SHOWN_OF_A_KIND = 5 };

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

/* Also remembers since when each finding stands, where the workspace may be written. With other checks than the
 * workspace's, or back at an earlier day, it is a look: what is known of the findings stays as it is. */
static int open_to_remember(struct cli *c, struct err *err)
{
    struct err first = {0};
    if (cli_has(c, "checks") || cli_has(c, "as-of")) return cli_open_picture(c, STORE_READ, err);
    if (cli_open_picture(c, STORE_WRITE, &first) == 0) return 0;
    if (c->store || first.code == ERR_USAGE || first.code == ERR_INPUT) return *err = first, -1;
    return cli_open_picture(c, STORE_READ, err);
}

static int find_all(struct cli *c, struct findings *out, struct err *err)
{
    const struct checks *checks;
    if (cli_checks(c, cli_value(c, "checks"), &checks, err) < 0 || checks_run(checks, &c->env, out, err) < 0) return -1;
    if (c->as_of) return 0; /* what is known of findings is known of today's */
    struct finding_changes changes;
    if (findings_with_state(c->store, &c->arena, out, (int32_t)c->today, &changes, err) < 0) return -1;
    return store_keep_findings(c->store, &changes, err);
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

/* Where the first line of a text breaks, so that `room` columns hold it. */
static size_t first_line(str s, size_t room)
{
    size_t last = 0;
    if (utf8_width(s) <= room) return s.n;
    for (size_t at = 0; at < s.n && utf8_width(str_slice(s, 0, at)) <= room; at++)
        if (s.p[at] == ' ') last = at;
    return last ? last : s.n;
}

/* The first line ends with what it is about in money and people, at the right edge; the text gives way to it. The id
 * and what is known of it follow the text. */
static void put_finding(struct cli *c, const struct finding *f)
{
    size_t width = page_width(c), indent = TEXT_INDENT;
    str right = price(c, f), says = f->says;
    size_t wide = utf8_width(right), end = first_line(says, width - indent - (wide ? wide + 3 : 0));
    str first = str_slice(says, 0, end);
    size_t at = indent + utf8_width(first);
    cli_style(c, styles[f->severity]);
    cli_printf(c, "  %s ", marks[f->severity]);
    cli_style(c, STYLE_PLAIN);
    cli_style(c, STYLE_BOLD);
    cli_clean(c, first);
    cli_style(c, STYLE_PLAIN);
    if (wide) {
        cli_printf(c, "%*s", (int)(at + wide + 3 <= width ? width - at - wide : 3), "");
        cli_clean(c, right);
        at = width;
    }
    if (end < says.n) {
        cli_printf(c, "\n%*s", (int)indent, "");
        cli_style(c, STYLE_BOLD);
        at = cli_wrap(c, str_trim(str_from(says, end)), indent, indent, width);
        cli_style(c, STYLE_PLAIN);
    }
    struct buf note;
    buf_init(&note, 4096);
    buf_str(&note, finding_key(&c->arena, f));
    if (f->since && f->since < c->today)
        buf_printf(&note, ", since " STR_FORMAT, STR_ARGS(civil_emit_words(&c->arena, f->since)));
    if (f->owner.n) buf_printf(&note, ", " STR_FORMAT " has it", STR_ARGS(f->owner));
    if (f->accepted) buf_text(&note, ", accepted for now");
    bool fits = at + 2 + utf8_width(buf_get(&note)) <= width;
    cli_style(c, STYLE_DIM);
    if (fits)
        cli_text(c, "  ");
    else
        cli_printf(c, "\n%*s", (int)indent, "");
    cli_clean(c, buf_get(&note));
    cli_style(c, STYLE_PLAIN);
    cli_text(c, "\n");
    buf_release(&note);
}

static void put_next(struct cli *c, const struct finding *f)
{
    cli_printf(c, "%*s", TEXT_INDENT, "");
    cli_text(c, "→ ");
    cli_wrap(c, f->next, TEXT_INDENT + 2, TEXT_INDENT + 2, page_width(c));
    cli_text(c, "\n");
}

/* All findings of one check and severity: a next step that they share is said once, below them. */
static void put_group(struct cli *c, const struct finding *findings, size_t count, const struct finding *head)
{
    const struct finding *before = NULL;
    size_t shown = 0, more = 0;
    cli_style(c, STYLE_DIM);
    cli_text(c, "\n  ");
    cli_put(c, practice_name(head->check->practice));
    cli_text(c, " · ");
    cli_put(c, head->check->id);
    cli_text(c, "\n");
    cli_style(c, STYLE_PLAIN);
    for (const struct finding *f = head; f < findings + count; f++) {
        if (f->check != head->check || f->severity != head->severity) continue;
        if (c->out_terminal && !cli_has(c, "all") && shown >= SHOWN_OF_A_KIND) {
            more++;
            continue;
        }
        if (before && !str_eq(before->next, f->next)) put_next(c, before);
        put_finding(c, f);
        before = f;
        shown++;
    }
    put_next(c, before);
    if (more)
        cli_printf(c, "%*sand " STR_FORMAT " more of this kind: entente check --all\n", TEXT_INDENT, "",
                   STR_ARGS(cli_count(c, more)));
}

/* Groups in the order of their worst finding. */
static void put_severity(struct cli *c, const struct finding *findings, size_t count, enum severity severity)
{
    for (size_t i = 0; i < count; i++) {
        bool is_head = findings[i].severity == severity;
        for (size_t k = 0; k < i && is_head; k++)
            is_head = findings[k].severity != severity || findings[k].check != findings[i].check;
        if (is_head) put_group(c, findings, count, &findings[i]);
    }
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
    if (store_load_totals(c->store, c->as_of, &totals, &ignored) == 0 && totals.lines) {
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
    if (count)
        cli_printf(c, "One practice only:        entente check --practice " STR_FORMAT "\n",
                   STR_ARGS(practice_key(findings[0].check->practice)));
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
        cli_printf(c, "%s %s, %zu\n", marks[severity], names[severity], by_severity[severity]);
        cli_style(c, STYLE_PLAIN);
        put_severity(c, findings, count, (enum severity)severity);
    }
    put_footer(c, findings, count);
}

/* ---- the command ---- */

static int run(struct cli *c)
{
    struct err err = {0};
    struct findings all;
    size_t kept = 0;
    enum severity level = SEVERITY_HIGH;
    int practice;
    str fail_on = cli_text_value(c, "fail-on");
    if (fail_on.p && !severity_parse(fail_on, &level)) {
        err_set(&err, ERR_USAGE, "--fail-on: \"" STR_FORMAT "\" is none of high, medium, low", STR_ARGS(fail_on));
        return cli_fail(c, &err);
    }
    if (take_practice(c, &practice, &err) < 0 || open_to_remember(c, &err) < 0 || find_all(c, &all, &err) < 0)
        return cli_fail(c, &err);
    bool met = false;
    struct finding *findings = all.items;
    for (size_t i = 0; i < all.count; i++) {
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
    {"all", NULL, "every finding; on a terminal, else five of a kind are shown"},
    {"checks", "FOLDER", "also run the checks (*.yaml) of this folder"},
    CLI_AS_OF,
};

const struct cli_command cmd_check = {
    .name = "check",
    .usage = "[--practice PRACTICE] [--checks FOLDER] [--fail-on LEVEL] [--all] [--as-of DATE] [--json]",
    .help = "say where marketing and IT have drifted apart, worst first",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .example = "entente check --practice capability-map",
    .run = run,
};
