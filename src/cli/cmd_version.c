/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static int run(struct cli *c)
{
    cli_text(c, "entente " ENTENTE_VERSION "\n");
    return EXIT_FINE;
}

const struct cli_command cmd_version = {
    .name = "version",
    .usage = "",
    .help = "print the program's version",
    .example = "entente version",
    .run = run,
};
