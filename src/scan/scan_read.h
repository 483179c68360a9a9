/* SPDX-License-Identifier: Apache-2.0 */
/* Between the driver and the two readers. */
#ifndef SCAN_READ_H
#define SCAN_READ_H

#include "scan_input.h"
#include "scan_match.h"

struct scan {
    struct arena arena;   /* as long as the scan */
    struct arena scratch; /* cleared by record or file */
    struct scan_options options;
    unsigned char person_key[16];
    struct catalogue catalogue;
    const struct scan_format *formats;
    size_t format_count;
    struct match match;
    struct roll roll;
    VEC(struct scan_file) files;
    struct idmap ledger_lines; /* hash of a ledger line: how often earlier files and this one have it */
    struct host_cache *hosts;
    struct scan_result result;
    bool finished;
};

void file_skip(struct scan_file *f, uint64_t line, const char *reason);
void file_note(struct scan *s, struct scan_file *f, str text); /* static, or in the scan's arena */

/* lines */
struct log_line {
    int64_t time;
    uint64_t bytes;
    str host, person;
    bool refused;
};
/* NULL, or why it is none. At least INPUT_PAD bytes behind `end` are readable. */
const char *line_parse(const struct scan_format *f, const char *p, const char *end, struct log_line *out);
int lines_read(struct scan *s, struct scan_file *f, struct scan_input *in, struct err *err) MUST_USE;
struct host_cache *host_cache_new(void);
void host_cache_free(struct host_cache *c);

/* tables */
/* The length of the record at p including its line break, 0 when it is not complete in n bytes. A quote that is opened
 * and not closed within `cap` bytes (or the text's end, when `at_end`) counts as an ordinary character: *open is set.
 */
size_t record_length(const char *p, size_t n, char separator, size_t cap, bool at_end, bool *open);
/* At most `room` cells; more are not kept. Cells are UTF-8 whatever the file was. Returns the count. */
size_t record_cells(struct arena *a, str record, char separator, bool quotes, str *cells, size_t room);
/* How much a text looks like a table: the separator, or 0. */
char table_separator(const struct scan_format *f, str sample);
int table_read(struct scan *s, struct scan_file *f, struct scan_input *in, struct err *err) MUST_USE;

/* Which columns: from the words of the format and what the cells hold. */
enum { CELLS = 200, NO_COLUMN = -1 };
struct table_shape {
    char separator;
    int column[TABLE_ROLES]; /* from 0, or NO_COLUMN */
    int32_t month;           /* for files without dates; else -1 */
    size_t header_record;    /* records above and including the header, 0 when stated by --columns */
    bool month_first;
    bool order_guessed;
    char currency[4]; /* what signs, letters or the amount's heading say for the whole file, or "" */
};
int columns_guess(struct scan *s, const struct scan_format *f, str sample, struct table_shape *out,
                  struct err *err) MUST_USE;
int columns_stated(struct scan *s, const struct scan_format *f, str sample, struct table_shape *out,
                   struct err *err) MUST_USE;

#endif
