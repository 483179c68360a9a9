/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ASKING_H
#define CLI_ASKING_H

#include "cli_ruling.h"

struct asking {
    struct cli *c;
    struct shelf *shelf;
    const struct rulebook *book;
    struct feel_env env;
};
/* Standard input by lines, or the file of --input; each answered, and with --keep kept (cli_ask_many.c). */
int cli_ask_many(struct asking *k, struct err *err) MUST_USE;

#endif
