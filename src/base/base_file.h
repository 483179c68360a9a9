/* SPDX-License-Identifier: Apache-2.0 */
/* Files as people have them: whole or in pieces, in any of their encodings. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base_arena.h"
#include "base_buf.h"
#include "base_err.h"

/* The whole file with a NUL behind it; more than `cap` bytes is ERR_LIMIT. "-" is standard input. */
int file_read(struct arena *a, const char *path, size_t cap, str *out, struct err *err) MUST_USE;
/* By a neighbour name, fsync and rename: the file is there whole or not at all. */
int file_write(const char *path, str text, struct err *err) MUST_USE;

enum encoding { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_WINDOWS_1252 };
const char *encoding_name(enum encoding e);
/* From the byte order mark, the NULs, or whether the bytes are UTF-8; what is not UTF-8 is taken for Windows-1252 (a
 * superset of Latin-1 in all that people type). `sample` is the start of the text; bom_length may be 0. */
enum encoding encoding_guess(str sample, size_t *bom_length);
/* The character; the five that are free stay control characters, as browsers have it. */
uint32_t encoding_windows_1252(unsigned char c);

/* Reads a text in pieces and hands on UTF-8, whatever it was: the byte order mark is gone, CRLF stays. A byte that is
 * not UTF-8 after a start that was is taken for Windows-1252 too; half a UTF-16 character becomes U+FFFD. */
struct text_reader {
    int fd;
    bool owns_fd, started, at_end;
    enum encoding encoding;
    struct buf raw;       /* bytes read and not yet decoded */
    str memory;           /* where there is no file: what is still to read */
    uint64_t bytes_done;  /* of the file, for progress */
    uint64_t bytes_total; /* 0 when unknown */
};
int text_open(struct text_reader *r, const char *path, struct err *err) MUST_USE; /* "-" is standard input */
void text_open_memory(struct text_reader *r, str bytes);                          /* borrowed until text_close */
/* Appends up to about 256 KiB of UTF-8 to out; at_end is then set when nothing is left. */
int text_read(struct text_reader *r, struct buf *out, struct err *err) MUST_USE;
void text_close(struct text_reader *r);

/* CSV (RFC 4180 and what spreadsheets write): quotes, doubled quotes, line breaks in quotes, CR, LF or CRLF. */
struct csv {
    struct text_reader *from;
    struct buf text;
    size_t at;        /* in text */
    char separator;   /* ',' ';' '\t' '|'; 0: guessed from the first lines */
    uint32_t line;    /* of the file, of the next record, from 1 */
    size_t field_cap; /* bytes; a longer field is an error; csv_init sets 1 MiB */
};
struct csv_row {
    str *fields; /* in the row's arena */
    size_t count;
    uint32_t line;         /* where it starts */
    uint32_t *field_lines; /* where each field starts (quotes may span lines) */
};
void csv_init(struct csv *c, struct text_reader *from, char separator);
void csv_release(struct csv *c);
/* 1 a row, 0 the end, -1 an error (an open quote at the end, a field over the cap, NUL bytes). Empty lines are skipped.
 * What stands behind a closing quote belongs to the field, as spreadsheets read it. A first line "sep=;" names the
 * separator where none is given. At most 16,384 fields and 64 MiB a row. The row lives in the arena; the caller clears
 * it when done. */
int csv_next(struct csv *c, struct arena *a, struct csv_row *row, struct err *err) MUST_USE;
/* A field as it must stand in CSV. With `defuse`, what a spreadsheet would run (= + - @, tab) gets a leading quote
 * mark; a plain number does not. */
void csv_emit_field(struct buf *out, str field, char separator, bool defuse);

#endif
