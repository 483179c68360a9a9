/* SPDX-License-Identifier: Apache-2.0 */
/* A workbook that is open, and one part of it as XML; for import_xlsx*.c alone. */
#ifndef IMPORT_XLSX_H
#define IMPORT_XLSX_H

#include "import_internal.h"

#include <expat.h>
#include <zip.h>

enum { BOOK_PIECE = 64 << 10, BOOK_TEXT_LIMIT = 4 << 20 /* bytes of one cell */ };

struct book {
    struct arena *a;
    zip_t *zip;
    char *piece;    /* BOOK_PIECE bytes, for what is unpacked */
    uint64_t total; /* bytes unpacked so far */
    VEC(struct book_sheet) sheets;
    VEC(str) paths; /* of the sheets' parts */
    VEC(str) strings;
    VEC(struct number_format) formats; /* by cell style */
    bool from_1904;
};

struct part {
    struct book *w;
    XML_Parser parser;
    const char *stopped; /* why we gave up */
    enum err_code code;
    int depth;
    void *self;
    void (*start)(struct part *p, str name, const char **attributes);
    void (*end)(struct part *p, str name);
    struct buf *text; /* where character data goes now, or NULL */
};
/* Gives up reading the part, and says why: the first reason stays. */
void part_stop(struct part *p, enum err_code code, const char *why);
/* By its name without a prefix; STR_NONE where there is none. */
str part_attribute(const char **attributes, const char *name);
/* Calls `start` and `end` for its elements, also by their names without prefixes. 0 and *there false where there is no
 * such part. Counted while it is unpacked. */
int part_read(struct part *p, str name, bool *there, struct err *err) MUST_USE;

/* With the characters in their places for which writers put _x000D_ and its like. */
str book_unescape(struct book *w, str s);

#endif
