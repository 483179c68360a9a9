/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static int run(struct cli *c)
{
    struct err err = {0};
    bool man = cli_has(c, "man");
    if (cli_has(c, "names")) return cli_help_names(c), EXIT_FINE;
    if (!c->word_count) return man ? cli_man(c, NULL) : cli_help_all(c), EXIT_FINE;
    const struct cli_command *k = cli_command_named(str_of(c->words[0]), &err);
    if (!k) return cli_fail(c, &err);
    if (man)
        cli_man(c, k);
    else
        cli_help(c, k);
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"man", NULL, "as a manual page: entente help --man list | man -l -"},
    {"names", NULL, "only the names of the commands"},
};

const struct cli_command cmd_help = {
    .name = "help",
    .usage = "[COMMAND] [--man] [--names]",
    .help = "list the commands, or say how one is used",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .max = 1,
    .example = "entente help import",
    .run = run,
};
