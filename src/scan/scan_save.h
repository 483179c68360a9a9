/* SPDX-License-Identifier: Apache-2.0 */
/* Hands a finished scan to the workspace: one load for each file, so that a file that comes again is known. */
#ifndef SCAN_SAVE_H
#define SCAN_SAVE_H

#include "scan.h"

struct scan_saved {
    size_t loaded;   /* files whose roll-ups are in the workspace now */
    size_t already;  /* files that were there from an earlier scan, or twice in this one: nothing added */
    size_t proposed; /* applications made, with the policy's status */
    uint64_t commit; /* the last one's number, 0 when nothing was added */
};
/* `actor` as in change_set_new. Products that the policy proposes become applications in the first commit. What only
 * loads inside other pages is not handed over: nobody used it. Stops at the first error; files before it are in. */
int scan_save(struct scan *s, struct store *to, str actor, int64_t now, struct scan_saved *out,
              struct err *err) MUST_USE;

#endif
