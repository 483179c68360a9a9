/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "import.h"

#include "base_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum form { FORM_CSV, FORM_XLSX, FORM_JSON_LINES };
static const struct {
    str name;
    const char *ending;
} forms[] = {[FORM_CSV] = {STR_INIT("csv"), "csv"},
             [FORM_XLSX] = {STR_INIT("xlsx"), "xlsx"},
             [FORM_JSON_LINES] = {STR_INIT("jsonl"), "jsonl"}};

static int put_piece(void *self, str piece, struct err *err)
{
    struct cli *c = self;
    (void)err; /* what cannot be written is told once, at the end of main */
    cli_put(c, piece);
    return 0;
}

static int add_piece(void *self, str piece, struct err *err)
{
    buf_str(self, piece);
    return buf_check(self, err);
}

static int take_form(struct cli *c, enum form *form, struct err *err)
{
    str word = cli_text_value(c, "format");
    str names[ARRAY_COUNT(forms)];
    *form = FORM_CSV;
    if (!word.p) return 0;
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        names[i] = forms[i].name;
        if (str_eq_nocase(word, forms[i].name)) return *form = (enum form)i, 0;
    }
    str near = err_nearest(word, names, ARRAY_COUNT(names));
    return err_set(err, ERR_USAGE, "--format: \"" STR_FORMAT "\" is none of csv, xlsx and jsonl%s" STR_FORMAT "%s",
                   STR_ARGS(word), near.n ? "; did you mean " : "", STR_ARGS(near), near.n ? "?" : "");
}

static int put_type(struct cli *c, const struct export_list *list, enum form form, struct err *err)
{
    str bytes;
    switch (form) {
    case FORM_CSV: return export_csv(c->picture, list, put_piece, c, err);
    case FORM_JSON_LINES: return export_json_lines(c->picture, list, put_piece, c, err);
    case FORM_XLSX:
        if (c->out_terminal)
            return err_set(err, ERR_USAGE, "a workbook is nothing for a terminal; write it to a file: > FILE.xlsx");
        if (export_workbook(&c->arena, c->picture, list, 1, &bytes, err) < 0) return -1;
        cli_put(c, bytes);
        return 0;
    }
    NOT_REACHED();
}

/* ---- all types ---- */

static const struct export_list *lists_of(struct cli *c, size_t *count)
{
    const struct model *m = picture_model(c->picture);
    struct export_list *lists = arena_array(&c->arena, m->type_count, sizeof *lists);
    *count = 0;
    for (size_t i = 0; i < m->type_count; i++) {
        size_t facts;
        picture_facts(c->picture, &m->types[i], &facts);
        if (facts) lists[(*count)++] = (struct export_list){.type = &m->types[i]};
    }
    return lists;
}

static int write_file(struct cli *c, const char *path, const struct export_list *list, enum form form, struct err *err)
{
    struct buf b;
    str bytes;
    if (form == FORM_XLSX) {
        if (export_workbook(&c->arena, c->picture, list, 1, &bytes, err) < 0) return -1;
        return file_write(path, bytes, err);
    }
    buf_init(&b, (size_t)1 << 32);
    int status = form == FORM_CSV ? export_csv(c->picture, list, add_piece, &b, err)
                                  : export_json_lines(c->picture, list, add_piece, &b, err);
    if (status == 0) status = file_write(path, buf_get(&b), err);
    buf_release(&b);
    return status;
}

static int write_folder(struct cli *c, const char *folder, const struct export_list *lists, size_t count,
                        enum form form, struct err *err)
{
    if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
        err_errno(err, "cannot make the folder");
        return err_in(err, str_of(folder));
    }
    for (size_t i = 0; i < count; i++) {
        str path = arena_printf(&c->arena, "%s/" STR_FORMAT ".%s", folder, STR_ARGS(lists[i].type->plural_key),
                                forms[form].ending);
        if (write_file(c, path.p, &lists[i], form, err) < 0) return -1;
    }
    return 0;
}

static int write_all(struct cli *c, enum form form, struct err *err)
{
    const char *path = cli_value(c, "all");
    size_t count, facts = 0;
    const struct export_list *lists = lists_of(c, &count);
    bool book = str_ends(str_of(path), STR(".xlsx"));
    str bytes;
    if (!count) return err_set(err, ERR_INPUT, "the workspace has no facts yet; nothing was written");
    if (book && export_workbook(&c->arena, c->picture, lists, count, &bytes, err) < 0) return -1;
    if ((book ? file_write(path, bytes, err) : write_folder(c, path, lists, count, form, err)) < 0) return -1;
    for (size_t i = 0; i < count; i++) {
        size_t n;
        picture_facts(c->picture, lists[i].type, &n);
        facts += n;
    }
    cli_printf(c, "%s: " STR_FORMAT " of " STR_FORMAT "\n", path,
               STR_ARGS(cli_plural(c, facts, STR("fact"), STR("facts"))),
               STR_ARGS(cli_plural(c, count, STR("type"), STR("types"))));
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct export_list list = {0};
    enum form form;
    bool all = cli_has(c, "all"), json = cli_has(c, "json");
    if (all == (c->word_count > 0)) {
        err_set(&err, ERR_USAGE, "say what: entente export TYPE, or entente export --all FOLDER-OR-WORKBOOK");
        return cli_fail(c, &err);
    }
    if (json && (all || cli_has(c, "format"))) {
        err_set(&err, ERR_USAGE, "--json is of one TYPE, and has no --format");
        return cli_fail(c, &err);
    }
    if (take_form(c, &form, &err) < 0 || cli_open_picture(c, STORE_READ, &err) < 0) return cli_fail(c, &err);
    if (all) return write_all(c, form, &err) < 0 ? cli_fail(c, &err) : EXIT_FINE;
    if (cli_type(c, c->words[0], &list.type, &err) < 0) return cli_fail(c, &err);
    if (!json) return put_type(c, &list, form, &err) < 0 ? cli_fail(c, &err) : EXIT_FINE;
    size_t count;
    const uint64_t *ids = picture_facts(c->picture, list.type, &count);
    cli_json_facts(c, ids, count);
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"format", "csv|xlsx|jsonl", "the form; else CSV"},
    {"all", "FOLDER-OR-WORKBOOK",
     "every type that has facts: a folder with a file a type, or (FILE.xlsx) a workbook with a sheet a type"},
    {"json", NULL, "as a JSON array of facts, computed fields too"},
    CLI_AS_OF,
};

const struct cli_command cmd_export = {
    .name = "export",
    .usage = "TYPE [--format csv|xlsx|jsonl] [--as-of DATE] [--json]\n  entente export --all FOLDER-OR-WORKBOOK "
             "[--format csv|xlsx|jsonl] [--as-of DATE]",
    .help = "write facts as CSV, XLSX or JSON lines",
    .details =
        "Columns: id first, then every stored field; links by name with semicolons between. A line of JSON is a fact "
        "with its fields by key, money as amount and currency, links with id and name. entente import reads all of "
        "them back, and an export after that has the same bytes.\n"
        "In CSV, what a spreadsheet would run as a formula gets a quote mark before it.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 0,
    .max = 1,
    .example = "entente export applications",
    .run = run,
};
