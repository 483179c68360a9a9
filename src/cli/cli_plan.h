/* SPDX-License-Identifier: Apache-2.0 */
/* What an import's plan looks like (cli_plan.c). */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include "cli.h"
#include "import.h"

void cli_plan_head(struct cli *c, const struct import_plan *plan); /* the file, its columns */
void cli_plan_diff(struct cli *c, const struct import_plan *plan); /* fact by fact, the first 200 */
void cli_plan_sum(struct cli *c, const struct import_plan *plan, bool would);
int cli_plan_errors(struct cli *c, const struct import_plan *plan); /* gives the exit code */
void cli_plan_json(struct json_writer *w, const struct import_plan *plan, bool committed);

#endif
