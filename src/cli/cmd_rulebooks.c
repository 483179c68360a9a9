/* SPDX-License-Identifier: Apache-2.0 */
/* The rulebooks that come with the program; which versions a workspace's own had, and bringing one back. */
#include "align_rulebook.h"
#include "base_time.h"
#include "cli.h"
#include "dmn_xml.h"

static int put_list(struct cli *c, struct json_writer *w, struct err *err)
{
    struct cli_checks files;
    cli_rulebook_files(c, &files);
    for (size_t i = 0; i < files.count; i++) {
        const struct xml *root;
        struct rulebook *book;
        str name = cli_rulebook_name(files.items[i].file);
        if (xml_parse(&c->arena, files.items[i].text, &root, err) < 0 ||
            rulebook_load(name, STR_NONE, files.items[i].text, &book, err) < 0)
            return err_in(err, files.items[i].file);
        str version = arena_copy(&c->arena, rulebook_version(book)),
            decides = arena_copy(&c->arena, rulebook_outcome(book));
        rulebook_free(book);
        str label = xml_get(root, "label"), says = xml_text(root, "description");
        if (w) {
            json_object(w);
            json_key(w, STR("name")), json_string(w, name);
            json_key(w, STR("version")), json_string(w, version);
            json_key(w, STR("label")), json_string(w, label);
            json_key(w, STR("decides")), json_string(w, decides);
            json_key(w, STR("says")), json_string(w, says);
            json_object_end(w);
            continue;
        }
        cli_style(c, STYLE_BOLD);
        cli_put(c, name);
        cli_style(c, STYLE_PLAIN);
        cli_printf(c, " " STR_FORMAT "  " STR_FORMAT "\n  ", STR_ARGS(version), STR_ARGS(label));
        cli_wrap(c, says, 2, 2, c->width);
        cli_text(c, "\n");
    }
    return 0;
}

/* ---- Of the workspace ---- */

static int open_book(struct cli *c, int flags, const struct fact **book, struct err *err)
{
    const struct model_type *type;
    if (!c->word_count) return err_set(err, ERR_USAGE, "say which rulebook of the workspace");
    if (cli_open_picture(c, flags, err) || cli_type(c, "rulebook", &type, err)) return -1;
    return cli_fact(c, type, str_of(c->words[0]), book, err);
}

static int put_versions(struct cli *c, struct json_writer *w, struct err *err)
{
    static const struct cli_column columns[] = {{STR_INIT("COMMIT"), true},
                                                {STR_INIT("AGREED ON"), false},
                                                {STR_INIT("VERSION"), false},
                                                {STR_INIT("BY"), false}};
    const struct fact *book;
    const struct book_version *versions;
    struct cli_table t;
    size_t count;
    if (open_book(c, STORE_READ, &book, err) || book_versions(c->store, &c->arena, book, &versions, &count, err))
        return -1;
    if (w) cli_json(c, w), json_array(w);
    cli_table_init(&t, c, columns, ARRAY_COUNT(columns));
    for (size_t i = 0; i < count; i++) {
        const struct book_version *v = &versions[i];
        if (w) {
            book_version_emit_json(w, &c->arena, v);
            continue;
        }
        cli_table_cell(&t, arena_printf(&c->arena, "#%llu", (unsigned long long)v->number));
        cli_table_cell(&t, civil_emit(&c->arena, cli_day_of(c, v->time)));
        cli_table_cell(&t, v->version);
        cli_table_cell(&t, v->actor);
    }
    if (w)
        json_array_end(w), cli_text(c, "\n");
    else if (count)
        cli_table_print(&t);
    else
        cli_text(c, "Both sides have not agreed on any version of it yet.\n");
    return 0;
}

/* It becomes a proposal like any other. */
static int bring_back(struct cli *c, struct err *err)
{
    const struct fact *book;
    struct commit_result result = {0};
    int64_t number = 0, day;
    struct book_return back = {.reason = str_trim(cli_text_value(c, "reason")),
                               .valid_from = cli_text_value(c, "valid-from")};
    if (cli_int_value(c, "bring-back", 1, INT64_MAX, &number, err)) return -1;
    if (!back.reason.n) return err_set(err, ERR_USAGE, "say why it should come back: --reason TEXT");
    if (back.valid_from.n && !civil_parse(back.valid_from, &day))
        return err_set(err, ERR_USAGE, "--valid-from: \"" STR_FORMAT "\" is not a day, such as 2026-11-22",
                       STR_ARGS(back.valid_from));
    if (open_book(c, STORE_WRITE, &book, err)) return -1;
    back.number = (uint64_t)number;
    struct change_set *set =
        change_set_new(&c->arena, picture_model(c->picture), cli_actor(c, "rulebooks"), back.reason);
    if (book_bring_back(c->store, &c->arena, book, &back, set, err) ||
        store_commit(c->store, set, c->now, &result, err))
        return -1;
    cli_printf(c, "The rules of commit %lld are drafted again, beside those in force.\n", (long long)number);
    cli_text(c, "They hold when both sides have signed them: the rulebook's page shows what would change.\n");
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct json_writer w, *to = cli_has(c, "json") ? &w : NULL;
    struct check_text rulebook;
    if (cli_has(c, "bring-back")) {
        if (to || cli_has(c, "versions"))
            err_set(&err, ERR_USAGE, "--bring-back goes with --reason and --valid-from alone");
        else if (bring_back(c, &err) == 0)
            return EXIT_FINE;
        return cli_fail(c, &err);
    }
    if (cli_has(c, "reason") || cli_has(c, "valid-from")) {
        err_set(&err, ERR_USAGE, "--reason and --valid-from go with --bring-back");
        return cli_fail(c, &err);
    }
    if (cli_has(c, "versions")) return put_versions(c, to, &err) ? cli_fail(c, &err) : EXIT_FINE;
    if (c->word_count) {
        if (to)
            err_set(&err, ERR_USAGE, "--json goes with the list; a rulebook is printed as it is");
        else if (cli_rulebook(c, str_of(c->words[0]), &rulebook, &err) == 0)
            cli_put(c, rulebook.text);
        return err.code ? cli_fail(c, &err) : EXIT_FINE;
    }
    if (to) cli_json(c, to), json_array(to);
    if (put_list(c, to, &err) < 0) return cli_fail(c, &err);
    if (to) json_array_end(to), cli_text(c, "\n");
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"versions", NULL, "which versions of a rulebook of the workspace were in force, the newest first"},
    {"bring-back", "COMMIT", "draft the rules again that came into force with that commit, for both sides to sign"},
    {"reason", "TEXT", "with --bring-back: why"},
    {"valid-from", "DATE", "with --bring-back: the first day on which they hold"},
    {"json", NULL, "a list as JSON"},
};

const struct cli_command cmd_rulebooks = {
    .name = "rulebooks",
    .usage = "[RULEBOOK] [--versions | --bring-back COMMIT --reason TEXT [--valid-from DATE]] [--json]",
    .help = "list the rulebooks that come with the program, or print one; earlier versions of one's own",
    .details = "A rulebook is a decision model (DMN) that says what a request needs. What is printed can be written to "
               "a file, "
               "changed, checked with 'entente dmn check' and asked with 'entente ask --rulebook FILE.dmn'.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .max = 1,
    .example = "entente rulebooks safe-zones",
    .run = run,
};
