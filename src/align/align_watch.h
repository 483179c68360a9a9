/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for something long. */
#ifndef ALIGN_WATCH_H
#define ALIGN_WATCH_H

#include "base_core.h"
#include "base_err.h"

/* Told after every so many pieces how many are done of how many. False ends the work, with ERR_LIMIT. `each` may be
 * NULL. */
struct watch {
    bool (*each)(void *host, uint64_t done, uint64_t total);
    void *host;
};
bool watch_ends(const struct watch *w, uint64_t done, uint64_t total, struct err *err);

#endif
