/* SPDX-License-Identifier: Apache-2.0 */
/* One attempt at a delivery, as a transfer of curl's. Only src/hook looks in here. */
#ifndef HOOK_INSIDE_H
#define HOOK_INSIDE_H

#include "hook.h"
#include "hook_curl.h"

enum { SAYS_BYTES = 200 };
struct sending {
    struct arena arena;
    const struct curl *curl;
    const struct hook_options *options;
    uint64_t hook;
    struct stored_delivery delivery;
    CURL *easy;
    struct curl_slist *headers;
    char says[SAYS_BYTES + 1]; /* the answer's first line */
    size_t said, received;
    bool line_over, refused; /* refused: we would not connect there */
    struct sending *next;
};
/* A transfer that is ready to be added; NULL and a log line where curl does not take it. Copies what it is given. */
struct sending *sending_new(const struct curl *curl, const struct hook_options *o, const struct hook_target *t,
                            const struct stored_delivery *d, int64_t now);
void sending_free(struct sending *s);
/* How it went; says lives in its arena. *gone: the receiver wants nothing any more (410). */
struct delivery_outcome sending_outcome(struct sending *s, CURLcode code, int64_t now, bool *gone);

#endif
