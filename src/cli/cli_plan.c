/* SPDX-License-Identifier: Apache-2.0 */
/* What an import's plan looks like on a terminal, and as JSON. */
#include "cli_plan.h"

#include "base_utf8.h"

#include <string.h>

enum { FACTS_SHOWN = 200, SHEETS_SHOWN = 8 };

/* ---- what is shown ---- */

static const char *separator_name(char s)
{
    return s == '\t' ? "tab" : s == ';' ? "semicolon" : s == '|' ? "bar" : "comma";
}

static void put_path(struct cli *c, const struct import_plan *plan)
{
    cli_clean(c, strcmp(plan->path, "-") ? plan->place : STR("standard input"));
}

static void put_columns(struct cli *c, const struct import_plan *plan)
{
    static const struct cli_column heads[] = {
        {STR_INIT("column"), false}, {STR_INIT("is"), false}, {STR_INIT("for example"), false}};
    struct cli_table t;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    t.indent = 2;
    for (size_t i = 0; i < plan->column_count; i++) {
        const struct import_column *col = &plan->columns[i];
        str is = STR("?");
        switch (col->use) {
        case IMPORT_UNKNOWN: break;
        case IMPORT_FIELD:
            is = col->guess.n ? arena_printf(&c->arena, STR_FORMAT "? a guess: " STR_FORMAT, STR_ARGS(col->field->name),
                                             STR_ARGS(col->guess))
                 : col->chosen     ? arena_printf(&c->arena, STR_FORMAT " (as you said)", STR_ARGS(col->field->name))
                 : col->remembered ? arena_printf(&c->arena, STR_FORMAT " (remembered)", STR_ARGS(col->field->name))
                                   : col->field->name;
            break;
        case IMPORT_ID: is = col->remembered ? STR("the id (remembered)") : STR("the id"); break;
        case IMPORT_LEFT_OUT: is = col->remembered ? STR("– left out (remembered)") : STR("– left out"); break;
        case IMPORT_REASON: is = STR("– left out: why an earlier import left the row out"); break;
        case IMPORT_COMPUTED:
            is = arena_printf(&c->arena, "– left out: " STR_FORMAT " is computed", STR_ARGS(col->field->name));
            break;
        }
        cli_table_cell(&t, col->header);
        cli_table_cell(&t, is);
        cli_table_cell(&t, str_slice(col->example, 0, utf8_offset(col->example, 40)));
    }
    cli_table_print(&t);
}

static void put_value(struct cli *c, str value)
{
    size_t end = utf8_offset(value, 120);
    if (!value.n) cli_text(c, "nothing");
    cli_clean(c, str_slice(value, 0, end));
    if (end < value.n) cli_text(c, "…");
}

static void put_fact(struct cli *c, enum import_form form, const struct import_fact *f)
{
    bool creates = f->effect == IMPORT_CREATES;
    cli_style(c, creates ? STYLE_GREEN : f->effect == IMPORT_CHANGES ? STYLE_YELLOW : STYLE_DIM);
    cli_text(c, creates ? "  + " : f->effect == IMPORT_CHANGES ? "  ~ " : "  = ");
    cli_clean(c, f->name);
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, " (%s %u)\n", form == IMPORT_XLSX ? "row" : "line", f->line);
    for (size_t i = 0; i < f->change_count; i++) {
        const struct import_change *change = &f->changes[i];
        cli_text(c, "      ");
        cli_put(c, change->field->name);
        cli_text(c, ": ");
        if (!creates) {
            put_value(c, change->before);
            cli_text(c, change->wins ? " → " : " stays, as ");
        }
        if (!change->wins) {
            cli_clean(c, change->winner);
            cli_text(c, str_starts(change->winner, STR("typed by")) ? "; beside it is recorded "
                                                                    : " says; beside it is recorded ");
        }
        put_value(c, change->after);
        cli_text(c, "\n");
    }
}

static void put_facts(struct cli *c, const struct import_plan *plan)
{
    size_t shown = 0, to_show = 0;
    for (size_t i = 0; i < plan->fact_count; i++)
        to_show += plan->facts[i].effect != IMPORT_KEEPS || plan->facts[i].change_count;
    if (to_show) cli_text(c, "\n");
    for (size_t i = 0; i < plan->fact_count && shown < FACTS_SHOWN; i++) {
        const struct import_fact *f = &plan->facts[i];
        if (f->effect == IMPORT_KEEPS && !f->change_count) continue;
        put_fact(c, plan->form, f);
        shown++;
    }
    if (shown < to_show)
        cli_printf(c, "  and " STR_FORMAT " more; --json lists all\n", STR_ARGS(cli_count(c, to_show - shown)));
}

static void put_made(struct cli *c, const struct import_plan *plan, bool would)
{
    for (size_t k = 0; k < picture_model(c->picture)->type_count; k++) {
        const struct model_type *type = &picture_model(c->picture)->types[k];
        size_t count = 0;
        for (size_t i = 0; i < plan->made_count; i++) count += plan->made[i].type == type;
        if (!count) continue;
        cli_printf(c, "  %s, because the file names %s: ", would ? "makes" : "made", count == 1 ? "it" : "them");
        cli_put(c, cli_plural(c, count, type->name, type->plural));
        cli_text(c, " (");
        size_t n = 0;
        for (size_t i = 0; i < plan->made_count && n < 8; i++) {
            if (plan->made[i].type != type) continue;
            cli_text(c, n++ ? "; " : "");
            cli_clean(c, plan->made[i].name);
        }
        cli_text(c, count > n ? "; …)\n" : ")\n");
    }
}

void cli_plan_sum(struct cli *c, const struct import_plan *plan, bool would)
{
    size_t same = plan->fact_count - plan->created - plan->changed;
    bool said = plan->created != 0;
    put_path(c, plan);
    cli_text(c, ": ");
    if (plan->created) {
        cli_text(c, would ? "would make " : "made ");
        cli_put(c, cli_plural(c, plan->created, plan->type->name, plan->type->plural));
    }
    if (plan->changed) {
        cli_text(c, said ? ", " : would ? "would " : "");
        cli_text(c, would ? "change " : "changed ");
        cli_put(c, said ? cli_count(c, plan->changed)
                        : cli_plural(c, plan->changed, plan->type->name, plan->type->plural));
        said = true;
    }
    if (same || !said) {
        cli_text(c, said ? ", " : would ? "would " : "");
        cli_text(c, would ? "leave " : "left ");
        cli_put(c, said ? cli_count(c, same) : cli_plural(c, same, plan->type->name, plan->type->plural));
        cli_text(c, same == 1 ? " as it is" : " as they are");
    }
    if (plan->repeated)
        cli_printf(c, "; " STR_FORMAT " said twice",
                   STR_ARGS(cli_plural(c, plan->repeated, STR("row is"), STR("rows are"))));
    cli_text(c, "\n");
    if (plan->recorded) {
        cli_printf(c, "  " STR_FORMAT " recorded beside what an earlier source says; entente show TYPE NAME tells\n",
                   STR_ARGS(cli_plural(c, plan->recorded, STR("value is"), STR("values are"))));
    }
    if (plan->agreed && would)
        cli_printf(c, "  " STR_FORMAT " agreed by both sides: what both sign would become a proposal there\n",
                   STR_ARGS(cli_plural(c, plan->agreed, STR("fact is"), STR("facts are"))));
    put_made(c, plan, would);
}

int cli_plan_errors(struct cli *c, const struct import_plan *plan)
{
    size_t shown = plan->error_count < IMPORT_ERRORS_KEPT ? plan->error_count : IMPORT_ERRORS_KEPT;
    for (size_t i = 0; i < shown; i++) cli_fail(c, &plan->errors[i]);
    cli_note(c, "%s: " STR_FORMAT "%s; nothing of this file was imported", plan->path,
             STR_ARGS(cli_plural(c, plan->error_count, STR("error"), STR("errors"))),
             shown < plan->error_count ? " (the first 100 are shown)" : "");
    return EXIT_INPUT;
}

/* ---- what was found in the file ---- */

static void put_form(struct cli *c, const struct import_plan *plan)
{
    str rows = cli_plural(c, plan->row_count, STR("row"), STR("rows"));
    switch (plan->form) {
    case IMPORT_CSV:
        cli_printf(c, ": " STR_FORMAT " below the header in line %u, %s, separated by %s", STR_ARGS(rows),
                   plan->header_line, encoding_name(plan->encoding), separator_name(plan->separator));
        break;
    case IMPORT_XLSX:
        cli_printf(c, ": " STR_FORMAT " below the header in row %u", STR_ARGS(rows), plan->header_line);
        break;
    case IMPORT_JSON_LINES:
        cli_printf(c, ": " STR_FORMAT " of JSON", STR_ARGS(cli_plural(c, plan->row_count, STR("line"), STR("lines"))));
        break;
    }
    cli_text(c, "; source \"");
    cli_clean(c, plan->source);
    cli_text(c, "\"\n");
    for (size_t i = 0; i < plan->other_sheet_count && i < SHEETS_SHOWN; i++) {
        cli_text(c, i ? ", \"" : "  not read: sheet \"");
        cli_clean(c, plan->other_sheets[i]);
        cli_text(c, "\"");
    }
    if (plan->other_sheet_count > SHEETS_SHOWN)
        cli_printf(c, " and " STR_FORMAT " more", STR_ARGS(cli_count(c, plan->other_sheet_count - SHEETS_SHOWN)));
    if (plan->other_sheet_count) cli_text(c, "; --sheet NAME reads another\n");
}

void cli_plan_head(struct cli *c, const struct import_plan *plan)
{
    size_t guesses = 0;
    put_path(c, plan);
    put_form(c, plan);
    put_columns(c, plan);
    for (size_t i = 0; i < plan->column_count; i++) guesses += plan->columns[i].guess.n > 0;
    if (guesses) cli_text(c, "  --accept-guesses takes the guesses; --column 'HEADER=FIELD' says otherwise\n");
}

void cli_plan_diff(struct cli *c, const struct import_plan *plan)
{
    put_facts(c, plan);
    if (plan->bad_count) cli_text(c, "\n");
    for (size_t i = 0; i < plan->bad_count && i < FACTS_SHOWN; i++) {
        cli_style(c, STYLE_RED);
        cli_printf(c, "  ! %s %u", plan->form == IMPORT_XLSX ? "row" : "line", plan->bad[i].line);
        cli_style(c, STYLE_PLAIN);
        cli_text(c, " is left out: ");
        cli_clean(c, plan->bad[i].reasons);
        cli_text(c, "\n");
    }
    if (plan->bad_count > FACTS_SHOWN)
        cli_printf(c, "  and " STR_FORMAT " more; --json lists all\n",
                   STR_ARGS(cli_count(c, plan->bad_count - FACTS_SHOWN)));
}

/* ---- as JSON ---- */

static void json_fact(struct json_writer *w, const struct import_fact *f)
{
    static const char *const effects[] = {
        [IMPORT_CREATES] = "create", [IMPORT_CHANGES] = "change", [IMPORT_KEEPS] = "keep"};
    json_object(w);
    json_key(w, STR("effect"));
    json_string(w, str_of(effects[f->effect]));
    json_key(w, STR("name"));
    json_string(w, f->name);
    json_key(w, STR("line"));
    json_int(w, f->line);
    json_key(w, STR("changes"));
    json_array(w);
    for (size_t i = 0; i < f->change_count; i++) {
        const struct import_change *change = &f->changes[i];
        json_object(w);
        json_key(w, STR("field"));
        json_string(w, change->field->key);
        json_key(w, STR("before"));
        if (change->before.n)
            json_string(w, change->before);
        else
            json_null(w);
        json_key(w, STR("after"));
        json_string(w, change->after);
        json_key(w, STR("wins"));
        json_bool(w, change->wins);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}

static void json_bad(struct json_writer *w, const struct import_plan *plan)
{
    json_key(w, STR("bad"));
    json_array(w);
    for (size_t i = 0; i < plan->bad_count; i++) {
        json_object(w);
        json_key(w, STR("line")), json_int(w, plan->bad[i].line);
        json_key(w, STR("reasons")), json_string(w, plan->bad[i].reasons);
        json_object_end(w);
    }
    json_array_end(w);
}

void cli_plan_json(struct json_writer *w, const struct import_plan *plan, bool committed)
{
    json_object(w);
    json_key(w, STR("file"));
    json_string(w, str_of(plan->path));
    json_key(w, STR("type"));
    json_string(w, plan->type->name);
    json_key(w, STR("source"));
    json_string(w, plan->source);
    json_key(w, STR("committed"));
    json_bool(w, committed);
    const struct {
        str key;
        size_t n;
    } counts[] = {{STR("rows"), plan->row_count},    {STR("created"), plan->created},
                  {STR("changed"), plan->changed},   {STR("kept"), plan->fact_count - plan->created - plan->changed},
                  {STR("repeated"), plan->repeated}, {STR("recorded"), plan->recorded},
                  {STR("made"), plan->made_count},   {STR("errors"), plan->error_count},
                  {STR("left_out"), plan->bad_count}};
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        json_key(w, counts[i].key);
        json_int(w, (int64_t)counts[i].n);
    }
    json_key(w, STR("facts"));
    json_array(w);
    for (size_t i = 0; i < plan->fact_count; i++)
        if (plan->facts[i].effect != IMPORT_KEEPS || plan->facts[i].change_count) json_fact(w, &plan->facts[i]);
    json_array_end(w);
    if (plan->bad_count) json_bad(w, plan);
    json_object_end(w);
}
