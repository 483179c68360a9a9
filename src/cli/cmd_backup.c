/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <sodium.h>

void cli_put_proof(struct cli *c, const struct store_proof *proof)
{
    char digits[2 * sizeof proof->head + 1];
    sodium_bin2hex(digits, sizeof digits, proof->head, sizeof proof->head);
    cli_printf(c, STR_FORMAT ", " STR_FORMAT ", " STR_FORMAT ", every page and the journal proved\nHead %s\n",
               STR_ARGS(cli_bytes(c, proof->bytes)),
               STR_ARGS(cli_plural(c, proof->commits, STR("commit"), STR("commits"))),
               STR_ARGS(cli_plural(c, proof->entries, STR("entry"), STR("entries"))), digits);
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct store_proof proof;
    if (cli_open_store(c, STORE_READ, &err) || store_backup(c->store, c->words[0], &proof, &err))
        return cli_fail(c, &err);
    cli_printf(c, "%s: ", c->words[0]);
    cli_put_proof(c, &proof);
    return EXIT_FINE;
}

const struct cli_command cmd_backup = {
    .name = "backup",
    .usage = "FILE",
    .help = "copy the workspace while others work in it, and prove the copy",
    .details = "The copy is of one moment, one file, and gets its name only when it is whole: every page was looked at "
               "and the journal computed again. It can be opened as a workspace, also where nobody may write. Keep "
               "the head that is printed: entente journal verify --head asks for it.",
    .min = 1,
    .max = 1,
    .example = "entente backup acme.backup",
    .run = run,
};
