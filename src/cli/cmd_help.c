/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static int run(struct cli *c)
{
    struct err err = {0};
    if (!c->word_count) return cli_help_all(c), EXIT_FINE;
    const struct cli_command *k = cli_command_named(str_of(c->words[0]), &err);
    if (!k) return cli_fail(c, &err);
    cli_help(c, k);
    return EXIT_FINE;
}

const struct cli_command cmd_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .help = "list the commands, or say how one is used",
    .max = 1,
    .example = "entente help import",
    .run = run,
};
