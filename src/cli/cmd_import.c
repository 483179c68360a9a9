/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "import.h"

#include "base_utf8.h"

#include <string.h>

enum { FACTS_SHOWN = 200 };

static int take_choices(struct cli *c, struct import_options *o, struct err *err)
{
    VEC(struct import_choice) choices = {0};
    VEC_EACH(g, &c->given) {
        str text = str_of(g->value);
        if (strcmp(g->option->name, "column") != 0) continue;
        size_t equals = str_find_char(text, '=');
        for (size_t next; equals != STR_NOT_FOUND; equals += 1 + next) { /* the last one: headers may have some */
            next = str_find_char(str_from(text, equals + 1), '=');
            if (next == STR_NOT_FOUND) break;
        }
        if (equals == STR_NOT_FOUND || !equals || equals + 1 == text.n)
            return err_set(err, ERR_USAGE,
                           "--column: \"" STR_FORMAT "\" is not of the form 'HEADER=FIELD' ('HEADER=-' "
                           "leaves the column out)",
                           STR_ARGS(text));
        *vec_add(&c->arena, &choices) =
            (struct import_choice){str_trim(str_slice(text, 0, equals)), str_trim(str_from(text, equals + 1))};
    }
    o->choices = choices.items;
    o->choice_count = choices.count;
    return 0;
}

static int take_separator(struct cli *c, struct import_options *o, struct err *err)
{
    str s = cli_text_value(c, "separator");
    if (!s.p) return 0;
    if (str_eq(s, STR("tab"))) s = STR("\t");
    if (s.n != 1 || !strchr(",;\t|", s.p[0])) return err_set(err, ERR_USAGE, "--separator: say , ; | or tab");
    o->separator = s.p[0];
    return 0;
}

static void progress(void *self, uint64_t done, uint64_t total, const char *unit)
{
    cli_progress(self, "Reading", done, total, unit);
}

/* ---- what is shown ---- */

static const char *separator_name(char s)
{
    return s == '\t' ? "tab" : s == ';' ? "semicolon" : s == '|' ? "bar" : "comma";
}

static void put_path(struct cli *c, const struct import_plan *plan)
{
    cli_clean(c, strcmp(plan->path, "-") ? str_of(plan->path) : STR("standard input"));
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
            is = col->chosen ? arena_printf(&c->arena, STR_FORMAT " (as you said)", STR_ARGS(col->field->name))
                             : col->field->name;
            break;
        case IMPORT_ID: is = STR("the id"); break;
        case IMPORT_LEFT_OUT: is = STR("– left out"); break;
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

static void put_fact(struct cli *c, const struct import_fact *f)
{
    bool creates = f->effect == IMPORT_CREATES;
    cli_style(c, creates ? STYLE_GREEN : f->effect == IMPORT_CHANGES ? STYLE_YELLOW : STYLE_DIM);
    cli_text(c, creates ? "  + " : f->effect == IMPORT_CHANGES ? "  ~ " : "  = ");
    cli_clean(c, f->name);
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, " (line %u)\n", f->line);
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
        put_fact(c, f);
        shown++;
    }
    if (shown < to_show) cli_printf(c, "  and " STR_FORMAT " more\n", STR_ARGS(cli_count(c, to_show - shown)));
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

static void put_sum(struct cli *c, const struct import_plan *plan, bool would)
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
    put_made(c, plan, would);
}

static int put_errors(struct cli *c, const struct import_plan *plan, const char *what)
{
    size_t shown = plan->error_count < IMPORT_ERRORS_KEPT ? plan->error_count : IMPORT_ERRORS_KEPT;
    for (size_t i = 0; i < shown; i++) cli_fail(c, &plan->errors[i]);
    cli_note(c, "%s%s: " STR_FORMAT "%s; nothing of this file was imported", what, plan->path,
             STR_ARGS(cli_plural(c, plan->error_count, STR("error"), STR("errors"))),
             shown < plan->error_count ? " (the first 100 are shown)" : "");
    return EXIT_INPUT;
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

static void json_plan(struct json_writer *w, const struct import_plan *plan, bool committed)
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
                  {STR("made"), plan->made_count},   {STR("errors"), plan->error_count}};
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        json_key(w, counts[i].key);
        json_int(w, (int64_t)counts[i].n);
    }
    json_key(w, STR("facts"));
    json_array(w);
    for (size_t i = 0; i < plan->fact_count; i++)
        if (plan->facts[i].effect != IMPORT_KEEPS || plan->facts[i].change_count) json_fact(w, &plan->facts[i]);
    json_array_end(w);
    json_object_end(w);
}

/* ---- the command ---- */

static int one_file(struct cli *c, const struct model_type *type, const char *path, const struct import_options *o,
                    struct json_writer *w, struct err *err)
{
    struct import_plan *plan;
    struct commit_result result = {0};
    bool dry = cli_has(c, "dry-run");
    if (import_read(&c->arena, c->store, c->picture, type, path, o, &plan, err) < 0) return cli_fail(c, err);
    cli_progress_end(c);
    if (dry && !w) {
        put_path(c, plan);
        cli_printf(c, ": " STR_FORMAT " below the header in line %u, %s, separated by %s; source \"",
                   STR_ARGS(cli_plural(c, plan->row_count, STR("row"), STR("rows"))), plan->header_line,
                   encoding_name(plan->encoding), separator_name(plan->separator));
        cli_clean(c, plan->source);
        cli_text(c, "\"\n");
        put_columns(c, plan);
    }
    if (plan->error_count) return put_errors(c, plan, "");
    if (!dry && import_commit(plan, c->store, c->now, &result, err) < 0) return cli_fail(c, err);
    if (w) {
        json_plan(w, plan, !dry);
        return EXIT_FINE;
    }
    if (dry) put_facts(c, plan);
    if (dry) cli_text(c, "\n");
    put_sum(c, plan, dry);
    if (dry) cli_text(c, "Nothing was written. Without --dry-run it is.\n");
    return EXIT_FINE;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct json_writer writer, *w = cli_has(c, "json") ? &writer : NULL;
    const struct model_type *type;
    bool dry = cli_has(c, "dry-run");
    struct import_options o = {.source = cli_text_value(c, "source"),
                               .ignore_unknown = cli_has(c, "ignore-unknown"),
                               .create_links = cli_has(c, "create-links"),
                               .detail = dry,
                               .progress = progress,
                               .self = c};
    if (take_choices(c, &o, &err) < 0 || take_separator(c, &o, &err) < 0) return cli_fail(c, &err);
    if (cli_open_picture(c, dry ? STORE_READ : STORE_WRITE, &err) < 0) return cli_fail(c, &err);
    if (cli_type(c, c->words[0], &type, &err) < 0) return cli_fail(c, &err);
    o.actor = cli_actor(c, "import");
    if (w) {
        cli_json(c, w);
        json_array(w);
    }
    int code = EXIT_FINE;
    for (size_t i = 1; i < c->word_count && code == EXIT_FINE; i++) {
        if (i > 1 && !dry && cli_refresh(c, &err) < 0) return cli_fail(c, &err);
        code = one_file(c, type, c->words[i], &o, w, &err);
    }
    if (w) {
        json_array_end(w);
        cli_text(c, "\n");
    }
    return code;
}

static const struct cli_option options[] = {
    {"source", "NAME",
     "what this source is called, such as marketing or cmdb; else the file's name without its ending"},
    {"dry-run", NULL, "say what would change, and change nothing"},
    {"column", "'HEADER=FIELD'", "take a column for this field; 'HEADER=-' leaves it out; may be given several times",
     true},
    {"ignore-unknown", NULL, "leave out all columns that fit no field"},
    {"create-links", NULL, "make what the file links to where it is not there"},
    {"separator", "CHARACTER", "what stands between cells: , ; | or tab; else found out"},
    {"json", NULL, "print what was done as JSON"},
};

const struct cli_command cmd_import = {
    .name = "import",
    .usage = "TYPE FILE… [--source NAME] [--dry-run] [--column 'HEADER=FIELD']… [--ignore-unknown] [--create-links] "
             "[--json]",
    .help = "read facts of a type from CSV files",
    .details =
        "The columns are found by their names, also below title lines, in any encoding and with any separator. A row "
        "finds its "
        "fact by id, by its name or by another name of it; what is not found is made, what an empty cell lacks stays.\n"
        "Several links in one cell stand apart by semicolons. A file is imported whole or not at all, and all its "
        "errors are "
        "listed. Where sources disagree, what people typed wins, then the source that came first; the others are kept "
        "beside it.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 2,
    .max = SIZE_MAX,
    .example = "entente import applications stack.csv --source marketing --dry-run",
    .run = run,
};
