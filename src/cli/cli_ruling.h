/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RULING_H
#define CLI_RULING_H

#include "align_ruling.h"
#include "cli.h"

/* A rulebook: of a file (FILE.dmn), or by name, of the open workspace and else the program's own; without one
 * (STR_NONE) that which rules on zones now. `draft`: the proposal or draft of that name comes before what is in force.
 * To be put back. */
int cli_take_book(struct cli *c, struct shelf *shelf, str wanted, bool draft, const struct rulebook **out,
                  struct err *err) MUST_USE;
/* The rulebooks of today: of the open workspace, and those that come with the program. */
struct book_day cli_book_day(struct cli *c);
void cli_put_ruling(struct cli *c, const struct ruling *r, int64_t day); /* on which it is made */
/* Days from question to decision, or what each rule did (cli_evidence.c). */
int cli_put_evidence(struct cli *c, bool times, struct err *err) MUST_USE;
void cli_put_wrapped(struct cli *c, const char *bullet, str text);

#endif
