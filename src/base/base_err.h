/* SPDX-License-Identifier: Apache-2.0 */
/* How things fail. A function that can fail returns int, 0 or <0, and takes a struct err * last; the err is set if and
 * only if it fails. The first error wins: a caller adds where (err_at, err_in), never another message. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base_str.h"

#include <stdarg.h>

struct buf;

enum err_code {
    ERR_NONE,
    ERR_USAGE,    /* the call's words are off: exit 2 */
    ERR_INPUT,    /* bad input: exit 3 */
    ERR_SYNTAX,   /* bad input, and it is an expression: exit 3 */
    ERR_LIMIT,    /* too large, too deep, too long: exit 3 */
    ERR_IO,       /* cannot read or write: exit 4 */
    ERR_STORE,    /* the workspace is damaged or locked: exit 4 */
    ERR_CONFLICT, /* somebody else changed the fact meanwhile */
    ERR_DENIED,   /* the viewer may not */
    ERR_ABSENT,   /* no such thing */
    ERR_KEPT,     /* it was done, and only what came of it cannot be read: exit 4 */
};

struct err {
    enum err_code code;
    char message[600]; /* one line, no newline, no full stop */
    char file[300];    /* where it stands, "" when unknown */
    uint32_t line;     /* of the file, from 1; 0 when unknown */
    uint32_t column;   /* in characters, from 1; 0 when unknown */
    char field[100];   /* the column or key, "" when unknown */
    size_t from, to;   /* byte span in `excerpt` */
    char excerpt[400]; /* the source line, for the caret; "" when none */
};

/* Fill err. The err_write_* functions do the work; the names to use are below: they are -1, and the compiler can see
 * it. */
void err_write(struct err *err, enum err_code code, const char *format, ...) PRINTF_LIKE(3, 4);
void err_vwrite(struct err *err, enum err_code code, const char *format, va_list args) PRINTF_LIKE(3, 0);
void err_write_errno(struct err *err, const char *what);
void err_write_file(struct err *err, str file);
void err_write_place(struct err *err, uint32_t line, str field);
void err_write_span(struct err *err, str source, size_t from, size_t to, uint32_t line_before);

/* `return err_set(err, ERR_INPUT, "…")` */
#define err_set(err, code, ...) (err_write((err), (code), __VA_ARGS__), err_minus_one())
static inline int err_minus_one(void) { return -1; }
/* The same, from errno: "cannot open: No such file or directory". */
static inline int err_errno(struct err *err, const char *what) { return err_write_errno(err, what), -1; }
/* Say where, unless somebody below already did. */
static inline int err_in(struct err *err, str file) { return err_write_file(err, file), -1; }
static inline int err_at(struct err *err, uint32_t line, str field) { return err_write_place(err, line, field), -1; }
/* Span in a source text: computes line, column and the excerpt. `line_before` is the number of lines of the file that
 * precede the source's first line. */
static inline int err_span(struct err *err, str source, size_t from, size_t to, uint32_t line_before)
{
    return err_write_span(err, source, from, to, line_before), -1;
}

/* "file:line:column: field: message", and with an excerpt two more lines: the text and the caret. Ends with a newline.
 */
void err_emit(const struct err *err, struct buf *out);
/* The command's exit code for it: 2, 3 or 4. */
int err_exit_code(const struct err *err);
/* The nearest of `count` names within a third of its length (one slip for short ones), for "did you mean"; STR_NONE
 * when nothing is near. */
str err_nearest(str name, const str *names, size_t count);

#endif
