/* SPDX-License-Identifier: Apache-2.0 */
/* Files of requests with their answers: an export of a service desk, or what was asked before there was a rulebook. */
#ifndef ALIGN_ASKED_FILE_H
#define ALIGN_ASKED_FILE_H

#include "align_watch.h"
#include "base_file.h"
#include "ruling.h"

/* JSON lines, {"input": {…}} or {"with": "{…}"} with "name", "side", "team", "ruled", "request", "day" where they are
 * known; or CSV: a column for each question, by its name or as people read it, and columns with these names. Other
 * columns are left out, an empty cell was not answered. */
struct asked_file {
    const struct rulebook *book, *other; /* of which the columns are questions; other may be NULL */
    /* Each line, a row of CSV as such a line, with its number in the file. A result other than 0 ends it. */
    int (*each)(void *host, str line, uint64_t number);
    void *host;
    struct watch watch; /* in bytes */
};
/* 0, or the first result of `each` that was not, or -1. Lines are not looked into: that is for `each`. */
int asked_file_read(struct text_reader *from, const struct asked_file *of, struct err *err) MUST_USE;

#endif
