/* SPDX-License-Identifier: Apache-2.0 */
/* From a host or a payee to what stands behind it. The longest matching name wins; of equals the workspace's own
 * application before the catalogue's product. A product that the workspace has under one of its names or domains is
 * that application. */
#ifndef SCAN_MATCH_H
#define SCAN_MATCH_H

#include "scan_roll.h"

#include <libpsl.h>

struct match {
    struct arena *arena;
    const struct catalogue *catalogue;
    const struct scan_known *known;
    size_t known_count;
    const psl_ctx_t *psl; /* NULL: without the list the last two labels are taken */
    struct map hosts;     /* domain: target */
    struct map names;     /* normal form: target */
    int32_t *known_of;    /* by catalogue item: place in known, or -1 */
};
void match_init(struct match *m, struct arena *a, const struct catalogue *c, const struct scan_known *known,
                size_t count);
void match_release(struct match *m);
/* NO_SUBJECT when the bytes are no host. At most 253 bytes. */
#define NO_SUBJECT UINT32_MAX
uint32_t match_host(const struct match *m, struct roll *r, str host);
/* Never fails: what is nothing else is a PAYEE under its cleaned name. `written` is UTF-8, not empty. */
uint32_t match_payee(const struct match *m, struct roll *r, str written);
/* Lower case, letters and digits, one blank for everything else between them. */
str match_normal(struct arena *a, str s);

#endif
