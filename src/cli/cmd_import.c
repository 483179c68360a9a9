/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_plan.h"

#include "base_file.h"
#include "base_utf8.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct run {
    struct import_options options;
    struct json_writer *json; /* NULL: words */
    bool dry;
    str bad_file; /* --skip-bad=FILE */
    size_t left_out;
};

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

/* ---- rows that are left out ---- */

/* tools.csv: tools.bad.csv; a workbook's sheets have a file each where they are read together. */
static str bad_path(struct cli *c, const struct run *r, const struct import_plan *plan, bool together)
{
    str path = str_of(plan->path);
    const char *ending = plan->form == IMPORT_JSON_LINES ? "jsonl" : "csv";
    if (r->bad_file.n) return r->bad_file;
    if (str_eq(path, STR("-"))) return arena_printf(&c->arena, "standard-input.bad.%s", ending);
    size_t dot = path.n;
    while (dot > 0 && path.p[dot - 1] != '.' && path.p[dot - 1] != '/') dot--;
    if (dot > 1 && path.p[dot - 1] == '.' && path.p[dot - 2] != '/') path.n = dot - 1;
    if (path.n > 4 && str_ends(path, STR(".bad"))) path.n -= 4;
    bool sheet = together && plan->form == IMPORT_XLSX;
    return arena_printf(&c->arena, STR_FORMAT "%s" STR_FORMAT ".bad.%s", STR_ARGS(path), sheet ? "." : "",
                        STR_ARGS(sheet ? plan->type->plural_key : STR("")), ending);
}

/* Before anything is imported, so that no row is lost where the file cannot be written. A file that is being mended is
 * not written over, unless it is this import's own and named by the person. */
static int write_bad(struct cli *c, const struct run *r, const struct import_plan *plan, bool together, struct err *err)
{
    str text, path = bad_path(c, r, plan, together);
    if (!r->bad_file.n && access(path.p, F_OK) == 0)
        return err_set(err, ERR_IO,
                       STR_FORMAT " is there already, with rows that may have been mended; import or move it first, or "
                                  "name another file: --skip-bad=FILE",
                       STR_ARGS(path));
    if (import_bad_rows(&c->arena, plan, &text, err) < 0) return -1;
    return file_write(path.p, text, err);
}

static int write_all_bad(struct cli *c, const struct run *r, struct import_plan *const *plans, size_t count,
                         struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (plans[i]->bad_count && write_bad(c, r, plans[i], count > 1, err) < 0) return -1;
    return 0;
}

static void put_bad(struct cli *c, const struct run *r, const struct import_plan *plan, bool together)
{
    str path = bad_path(c, r, plan, together);
    cli_note(c, STR_FORMAT ": " STR_FORMAT " left out%s" STR_FORMAT "%s", STR_ARGS(plan->place),
             STR_ARGS(cli_plural(c, plan->bad_count, STR("row is"), STR("rows are"))),
             r->dry ? "" : " and written, with the reasons, to ", STR_ARGS(r->dry ? STR("") : path),
             r->dry ? "" : "; mend and import that file");
}

/* ---- the command ---- */

static bool has_errors(struct cli *c, struct import_plan *const *plans, size_t count, int *code)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!plans[i]->error_count) continue;
        any = true;
        *code = cli_plan_errors(c, plans[i]);
    }
    return any;
}

/* Before what is said now is kept. */
static int forget(struct cli *c, struct import_plan *const *plans, size_t count, struct err *err)
{
    for (size_t i = 0; cli_has(c, "forget") && i < count; i++)
        if (store_forget_columns(c->store, plans[i]->type, plans[i]->source, err) < 0) return -1;
    return 0;
}

/* Reads files together, says what would change, commits. */
static int read_together(struct cli *c, struct run *r, const struct import_file *files, size_t count, struct err *err)
{
    struct commit_result result = {0};
    struct import_plan **plans = arena_array(&c->arena, count, sizeof(struct import_plan *));
    int code = EXIT_FINE;
    if (import_read_all(&c->arena, c->store, c->picture, files, count, &r->options, plans, err) < 0)
        return cli_fail(c, err);
    cli_progress_end(c);
    for (size_t i = 0; r->dry && !r->json && i < count; i++) {
        if (i) cli_text(c, "\n");
        cli_plan_head(c, plans[i]);
        if (count > 1 && !plans[i]->error_count) cli_plan_diff(c, plans[i]);
    }
    if (has_errors(c, plans, count, &code)) return code;
    if (!r->dry && (write_all_bad(c, r, plans, count, err) < 0 || forget(c, plans, count, err) < 0 ||
                    import_commit(plans, count, c->store, c->now, &result, err) < 0))
        return cli_fail(c, err);
    if (r->dry && !r->json && count == 1) cli_plan_diff(c, plans[0]);
    if (r->dry && !r->json) cli_text(c, "\n");
    for (size_t i = 0; i < count; i++) {
        r->left_out += plans[i]->bad_count;
        if (r->json)
            cli_plan_json(r->json, plans[i], !r->dry);
        else
            cli_plan_sum(c, plans[i], r->dry);
    }
    if (r->dry && !r->json) cli_text(c, "Nothing was written. Without --dry-run it is.\n");
    if (result.proposed_count)
        cli_note(c,
                 STR_FORMAT " signed by both sides: what the file says otherwise is a proposal now, and not in force",
                 STR_ARGS(cli_plural(c, result.proposed_count, STR("fact is"), STR("facts are"))));
    cli_flush(c, true);
    for (size_t i = 0; i < count; i++)
        if (plans[i]->bad_count) put_bad(c, r, plans[i], count > 1);
    return EXIT_FINE;
}

struct files {
    struct import_file *items;
    size_t count, room;
};

/* The files of a folder that are called as a type's plural is, as an export of all makes them. */
static int files_of_folder(struct cli *c, const char *folder, struct files *files, struct err *err)
{
    static const char *const endings[] = {"csv", "jsonl", "xlsx"};
    const struct model *m = picture_model(c->picture);
    for (size_t i = 0; i < m->type_count; i++) {
        const char *found = NULL;
        for (size_t k = 0; k < ARRAY_COUNT(endings); k++) {
            str path =
                arena_printf(&c->arena, "%s/" STR_FORMAT ".%s", folder, STR_ARGS(m->types[i].plural_key), endings[k]);
            if (access(path.p, F_OK) != 0) continue;
            if (found) return err_set(err, ERR_USAGE, "there are both %s and %s; keep one of them", found, path.p);
            found = path.p;
            *vec_add(&c->arena, files) = (struct import_file){.type = &m->types[i], .path = path.p};
        }
    }
    if (files->count) return 0;
    return err_set(err, ERR_USAGE,
                   "%s: no file in this folder is called as facts are: applications.csv, vendors.xlsx …", folder);
}

/* Files that are none of the types', so that a slip in a name is seen. */
static void note_strangers(struct cli *c, const char *folder, const struct files *files)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        str name = str_of(e->d_name);
        bool known = !(str_ends(name, STR(".csv")) || str_ends(name, STR(".jsonl")) || str_ends(name, STR(".xlsx")));
        VEC_EACH(f, files) known = known || str_ends(str_of(f->path), arena_printf(&c->arena, "/%s", e->d_name));
        if (!known) cli_note(c, "%s/%s: is called as no type of facts; left out", folder, e->d_name);
    }
    if (d) closedir(d);
}

static int files_of_workbook(struct cli *c, const char *path, struct files *files, struct err *err)
{
    const struct model *m = picture_model(c->picture);
    const str *sheets;
    size_t count;
    str bytes;
    if (import_sheets(&c->arena, path, &bytes, &sheets, &count, err) < 0) return -1;
    for (size_t i = 0; i < count; i++) {
        const struct model_type *type = NULL;
        for (size_t k = 0; k < m->type_count && !type; k++)
            if (str_eq(utf8_letters(&c->arena, sheets[i]),
                       utf8_letters(&c->arena, export_sheet_name(&c->arena, &m->types[k]))))
                type = &m->types[k];
        if (type)
            *vec_add(&c->arena, files) = (struct import_file){type, path, bytes, sheets[i]};
        else
            cli_note(c, "%s: sheet \"" STR_FORMAT "\" is called as no type of facts; left out", path,
                     STR_ARGS(sheets[i]));
    }
    if (files->count) return 0;
    return err_set(err, ERR_USAGE, "%s: no sheet is called as facts are: applications, vendors …", path);
}

static int read_all(struct cli *c, struct run *r, struct err *err)
{
    const char *path = cli_value(c, "all");
    struct files files = {0};
    struct stat st;
    r->options.from = path;
    if (stat(path, &st) < 0) {
        err_errno(err, "cannot open");
        err_in(err, str_of(path));
        return cli_fail(c, err);
    }
    bool folder = S_ISDIR(st.st_mode);
    if ((folder ? files_of_folder(c, path, &files, err) : files_of_workbook(c, path, &files, err)) < 0)
        return cli_fail(c, err);
    if (folder) note_strangers(c, path, &files);
    return read_together(c, r, files.items, files.count, err);
}

static int read_one_by_one(struct cli *c, struct run *r, struct err *err)
{
    const struct model_type *type;
    int code = EXIT_FINE;
    if (cli_type(c, c->words[0], &type, err) < 0) return cli_fail(c, err);
    for (size_t i = 1; i < c->word_count && code == EXIT_FINE; i++) {
        const struct import_file file = {.type = type, .path = c->words[i]};
        if (i > 1 && !r->dry && cli_refresh(c, err) < 0) return cli_fail(c, err);
        code = read_together(c, r, &file, 1, err);
    }
    return code;
}

static int check_words(struct cli *c, const struct run *r, struct err *err)
{
    bool all = cli_has(c, "all");
    if (all && c->word_count)
        return err_set(err, ERR_USAGE, "--all takes no TYPE and no FILE: entente import --all FOLDER");
    if (all && (r->options.choice_count || r->options.sheet.n))
        return err_set(err, ERR_USAGE, "--all cannot have --column or --sheet: they are of one file");
    if (!all && c->word_count < 2)
        return err_set(err, ERR_USAGE,
                       "something is missing: entente import TYPE FILE…, or entente import --all FOLDER");
    if (r->bad_file.n && (all || c->word_count > 2))
        return err_set(err, ERR_USAGE, "--skip-bad names one file, and several are read; say --skip-bad alone");
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct json_writer writer;
    struct run r = {.dry = cli_has(c, "dry-run"),
                    .json = cli_has(c, "json") ? &writer : NULL,
                    .bad_file = cli_text_value(c, "skip-bad"),
                    .options = {.source = cli_text_value(c, "source"),
                                .sheet = cli_text_value(c, "sheet"),
                                .ignore_unknown = cli_has(c, "ignore-unknown"),
                                .create_links = cli_has(c, "create-links"),
                                .guesses = cli_has(c, "dry-run") || cli_has(c, "accept-guesses")
                                               ? IMPORT_TAKE_GUESSES
                                               : IMPORT_REFUSE_GUESSES,
                                .no_memory = cli_has(c, "forget"),
                                .skip_bad = cli_has(c, "skip-bad"),
                                .detail = cli_has(c, "dry-run"),
                                .progress = progress,
                                .self = c}};
    if (take_choices(c, &r.options, &err) < 0 || take_separator(c, &r.options, &err) < 0 ||
        check_words(c, &r, &err) < 0)
        return cli_fail(c, &err);
    if (cli_open_picture(c, r.dry ? STORE_READ : STORE_WRITE, &err) < 0) return cli_fail(c, &err);
    r.options.actor = cli_actor(c, "import");
    if (r.json) {
        cli_json(c, r.json);
        json_array(r.json);
    }
    int code = cli_has(c, "all") ? read_all(c, &r, &err) : read_one_by_one(c, &r, &err);
    if (r.json) {
        json_array_end(r.json);
        cli_text(c, "\n");
    }
    return code == EXIT_FINE && r.left_out ? EXIT_FOUND : code;
}

static const struct cli_option options[] = {
    {"all", "FOLDER-OR-WORKBOOK",
     "read every type from a folder (applications.csv, vendors.jsonl …) or a workbook with a sheet a type, as entente "
     "export --all makes them, in one commit"},
    {"source", "NAME",
     "what this source is called, such as marketing or cmdb; else the file's name without its ending"},
    {"dry-run", NULL, "say what would change, and change nothing"},
    {"sheet", "NAME-OR-NUMBER", "the sheet of a workbook; else the one that is called as the type, or fits it best"},
    {"column", "'HEADER=FIELD'", "take a column for this field; 'HEADER=-' leaves it out; may be given several times",
     .many = true},
    {"accept-guesses", NULL,
     "take columns for what --dry-run guesses from their content; it is remembered for such files of this source"},
    {"forget", NULL, "what was said of the columns of this source's files before does not count, and is forgotten"},
    {"ignore-unknown", NULL, "leave out all columns that fit no field"},
    {"create-links", NULL, "make what the file links to where it is not there"},
    {"skip-bad", "FILE",
     "import the good rows, and write the bad ones with their reasons to a file that can be mended and imported: FILE, "
     "or stack.bad.csv beside stack.csv",
     .optional = true},
    {"separator", "CHARACTER", "what stands between cells of a CSV: , ; | or tab; else found out"},
    {"json", NULL,
     "print what was done, or with --dry-run what would be, as JSON: every fact, and every row that is left out"},
};

const struct cli_command cmd_import = {
    .name = "import",
    .usage = "TYPE FILE… [--source NAME] [--dry-run] [--sheet NAME] [--column 'HEADER=FIELD']… [--accept-guesses] "
             "[--forget] [--ignore-unknown] [--create-links] [--skip-bad[=FILE]] [--json]\n  entente import --all "
             "FOLDER-OR-WORKBOOK [OPTION]…",
    .help = "read facts from CSV, XLSX or JSON lines",
    .details =
        "The columns are found by their names, also below title lines, in any encoding and with any separator. A row "
        "finds its fact by id, by its name or by another name of it; what is not found is made, what an empty cell "
        "lacks stays. Several links in one cell stand apart by semicolons.\n"
        "Where a column's name says nothing, its content may: --dry-run shows the guess and why, --column corrects it, "
        "--accept-guesses takes it. What was said is remembered for files of this source with these columns.\n"
        "A file is imported whole or not at all, and all its errors are listed; with --skip-bad the good rows are "
        "kept, and the exit code is 1. Where sources disagree, what people typed wins, then the source that came "
        "first; the others are kept beside it.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 0,
    .max = SIZE_MAX,
    .example = "entente import applications stack.csv --source marketing --dry-run",
    .run = run,
};
