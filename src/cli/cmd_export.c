/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "import.h"

static int put_piece(void *self, str piece, struct err *err)
{
    struct cli *c = self;
    (void)err; /* what cannot be written is told once, at the end of main */
    cli_put(c, piece);
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    const struct model_type *type;
    if (cli_open_picture(c, STORE_READ, &err) < 0 || cli_type(c, c->words[0], &type, &err) < 0)
        return cli_fail(c, &err);
    if (!cli_has(c, "json")) {
        if (export_csv(c->picture, type, put_piece, c, &err) < 0) return cli_fail(c, &err);
        return EXIT_FINE;
    }
    size_t count;
    const uint64_t *ids = picture_facts(c->picture, type, &count);
    cli_json_facts(c, ids, count);
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"json", NULL, "as a JSON array of facts, computed fields too"},
};

const struct cli_command cmd_export = {
    .name = "export",
    .usage = "TYPE [--json]",
    .help = "write all facts of a type as CSV",
    .details =
        "Columns: id first, then every stored field by its key; links by name with semicolons between. entente import "
        "reads it back. What a spreadsheet would run as a formula gets a quote mark before it.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 1,
    .example = "entente export applications",
    .run = run,
};
