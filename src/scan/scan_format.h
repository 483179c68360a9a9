/* SPDX-License-Identifier: Apache-2.0 */
/* Log formats as data: model/formats/<id>.yaml. Two ways of reading: `lines` (columns by position) and `table` (CSV
 * whose columns are known by header words). */
#ifndef SCAN_FORMAT_H
#define SCAN_FORMAT_H

#include "base_arena.h"
#include "base_err.h"

enum format_reads { READS_LINES, READS_TABLE };
enum line_column {
    LINE_SKIP,
    LINE_TIME,   /* seconds since 1970, with or without a fraction */
    LINE_CLIENT, /* address: stands for the person where there is no user */
    LINE_RESULT, /* the part before '/' is held against `refused` */
    LINE_BYTES,
    LINE_METHOD,
    LINE_URL, /* or host:port */
    LINE_USER,
};
enum table_role { TABLE_DATE, TABLE_PAYEE, TABLE_AMOUNT, TABLE_CURRENCY, TABLE_ROLES };
enum { FORMAT_COLUMNS = 24 };

struct scan_format {
    str id, name;
    enum format_reads reads;
    const str *examples;
    size_t example_count;
    /* lines */
    enum line_column columns[FORMAT_COLUMNS];
    size_t column_count, at_least;
    const str *no_user, *refused;
    size_t no_user_count, refused_count;
    /* table */
    char separators[8];            /* NUL-terminated */
    const str *words[TABLE_ROLES]; /* by letters and digits, folded; the first is the surest */
    size_t word_counts[TABLE_ROLES];
    bool day_first;
    str currency;
};

int format_parse(struct arena *a, str yaml, str file, struct scan_format *out, struct err *err) MUST_USE;
/* The formats that the program brings along. */
int formats_load(struct arena *a, const struct scan_format **out, size_t *count, struct err *err) MUST_USE;

#endif
