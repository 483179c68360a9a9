/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <unistd.h>

/* Where there is just one workspace here, or one was named, it is meant; a --to need not exist. */
static int take_place(struct cli *c, const char **place, struct err *err)
{
    *place = cli_value(c, "to");
    if (*place) return 0;
    if (cli_find_workspace(c, err)) return -1;
    *place = c->workspace;
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct store_proof proof;
    const char *place;
    str kept;
    if (take_place(c, &place, &err)) return cli_fail(c, &err);
    if (store_restore(c->words[0], place, cli_has(c, "force"), &c->arena, &proof, &kept, &err)) {
        int code = cli_fail(c, &err);
        if (!cli_has(c, "force") && !access(place, F_OK))
            cli_note(c, "entente: --force puts the backup in its place and keeps what is there beside it");
        return code;
    }
    cli_printf(c, "%s: ", place);
    cli_put_proof(c, &proof);
    if (kept.n) cli_printf(c, "What was there is kept as " STR_FORMAT "\n", STR_ARGS(kept));
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"to", "WORKSPACE", "where to put it; else the workspace of this folder"},
    {"force", NULL, "also where a workspace is: it is kept beside the new one, as NAME.before-1"},
};

const struct cli_command cmd_restore = {
    .name = "restore",
    .usage = "FILE [--to WORKSPACE] [--force]",
    .help = "prove a backup and put it back as a workspace",
    .details = "Nothing is touched before every page of the backup was looked at and its journal computed again. A "
               "workspace that a program has open is not replaced: end the server first.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 1,
    .example = "entente backup kept.backup && entente restore kept.backup --to again.workspace",
    .run = run,
};
