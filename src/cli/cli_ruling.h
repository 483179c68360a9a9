/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RULING_H
#define CLI_RULING_H

#include "align_ruling.h"
#include "cli.h"

void cli_put_ruling(struct cli *c, const struct ruling *r);
void cli_put_wrapped(struct cli *c, const char *bullet, str text);

#endif
