/* SPDX-License-Identifier: Apache-2.0 */
/* The rulebooks that come with the program. */
#include "cli.h"

#include "dmn_xml.h"
#include "ruling.h"

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

static int run(struct cli *c)
{
    struct err err = {0};
    struct json_writer w, *to = cli_has(c, "json") ? &w : NULL;
    struct check_text rulebook;
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

static const struct cli_option options[] = {{"json", NULL, "the list as JSON"}};

const struct cli_command cmd_rulebooks = {
    .name = "rulebooks",
    .usage = "[RULEBOOK] [--json]",
    .help = "list the rulebooks that come with the program, or print one",
    .details = "A rulebook is a decision model (DMN) that says what a request needs. What is printed can be written to "
               "a file, "
               "changed, checked with 'entente dmn check' and asked with 'entente ask --rulebook FILE.dmn'.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .max = 1,
    .example = "entente rulebooks safe-zones",
    .run = run,
};
