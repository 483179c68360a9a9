/* SPDX-License-Identifier: Apache-2.0 */
/* Claims in words: what they say, who says it, and which of them differ (cli_claims.c). */
#ifndef CLI_CLAIMS_H
#define CLI_CLAIMS_H

#include "cli.h"
#include "import.h"

str cli_claim_words(struct cli *c, const struct stored_claim *claim);  /* links by their names */
str cli_origin_words(struct cli *c, const struct stored_claim *claim); /* "marketing (stack.csv:7), 2026-11-22" */
void cli_json_claims(struct cli *c, struct json_writer *w, const struct stored_claim *const *claims, size_t count);
/* The values of these facts on which sources differ, side by side; with --json as JSON. */
int cli_conflicts(struct cli *c, const struct model_type *type, const uint64_t *ids, size_t id_count,
                  struct err *err) MUST_USE;

#endif
