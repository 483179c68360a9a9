/* SPDX-License-Identifier: Apache-2.0 */
#include "base_err.h"

#include "base_buf.h"
#include "base_utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Copies what fits, cut between characters. */
static void copy_text(char *to, size_t room, str from)
{
    from = utf8_cut(from, room - 1);
    if (from.n) memcpy(to, from.p, from.n);
    to[from.n] = 0;
}

void err_vwrite(struct err *err, enum err_code code, const char *format, va_list args)
{
    *err = (struct err){.code = code};
    char text[sizeof err->message * 2];
    int n = vsnprintf(text, sizeof text, format, args);
    MUST(n >= 0);
    size_t length = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ') text[i] = ' ';
    copy_text(err->message, sizeof err->message, (str){text, length});
}

void err_write(struct err *err, enum err_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err_vwrite(err, code, format, args);
    va_end(args);
}

void err_write_errno(struct err *err, const char *what)
{
    int number = errno;
    err_write(err, ERR_IO, "%s: %s", what, strerror(number));
}

void err_write_file(struct err *err, str file)
{
    if (!err->file[0]) copy_text(err->file, sizeof err->file, file);
}

void err_write_place(struct err *err, uint32_t line, str field)
{
    if (!err->line) err->line = line;
    if (!err->field[0]) copy_text(err->field, sizeof err->field, field);
}

void err_write_span(struct err *err, str source, size_t from, size_t to, uint32_t line_before)
{
    if (from > source.n) from = source.n;
    if (to < from) to = from;
    if (to > source.n) to = source.n;
    size_t start = from, end = from;
    while (start && source.p[start - 1] != '\n') start--;
    while (end < source.n && source.p[end] != '\n' && source.p[end] != '\r') end++;
    err->line = line_before + 1;
    for (size_t i = 0; i < start; i++) err->line += source.p[i] == '\n';
    err->column = (uint32_t)utf8_count(str_slice(source, start, from)) + 1;
    /* Of a very long line, the part around the place. */
    size_t shown = start;
    while (from - shown > sizeof err->excerpt / 2) shown += sizeof err->excerpt / 4;
    while (shown > start && shown < from && ((unsigned char)source.p[shown] & 0xC0) == 0x80) shown++;
    copy_text(err->excerpt, sizeof err->excerpt, str_slice(source, shown, end));
    err->from = from - shown;
    err->to = to - shown;
}

/* Control characters would move the terminal's cursor; each is shown as one blank. */
static void put_plain(struct buf *out, str s)
{
    for (size_t i = 0, length; i < s.n; i += length) {
        uint32_t c = utf8_decode(str_from(s, i), &length);
        buf_codepoint(out, c < ' ' || (c >= 0x7F && c < 0xA0) ? ' ' : c);
    }
}

void err_emit(const struct err *err, struct buf *out)
{
    if (err->file[0]) put_plain(out, str_of(err->file));
    if (err->line && err->file[0]) buf_char(out, ':');
    if (err->line && !err->file[0]) buf_text(out, "line ");
    if (err->line) buf_printf(out, "%u", err->line);
    if (err->line && err->column) buf_printf(out, ":%u", err->column);
    if (err->file[0] || err->line) buf_text(out, ": ");
    if (err->field[0]) put_plain(out, str_of(err->field)), buf_text(out, ": ");
    put_plain(out, str_of(err->message));
    buf_char(out, '\n');
    if (!err->excerpt[0]) return;
    str excerpt = str_of(err->excerpt);
    buf_text(out, "    ");
    put_plain(out, excerpt);
    buf_printf(out, "\n    %*s^", (int)utf8_width(str_slice(excerpt, 0, err->from)), "");
    size_t width = utf8_width(str_slice(excerpt, err->from, err->to));
    for (size_t i = 1; i < width; i++) buf_char(out, '~');
    buf_char(out, '\n');
}

int err_exit_code(const struct err *err)
{
    switch (err->code) {
    case ERR_USAGE: return 2;
    case ERR_IO:
    case ERR_STORE:
    case ERR_KEPT: return 4;
    case ERR_NONE:
    case ERR_INPUT:
    case ERR_SYNTAX:
    case ERR_LIMIT:
    case ERR_CONFLICT:
    case ERR_DENIED:
    case ERR_ABSENT: return 3;
    }
    return 3;
}

enum { NAME_LIMIT = 64 };

/* Edit distance by bytes where two swapped neighbours are one slip; names over NAME_LIMIT are never near. */
static size_t distance(str a, str b)
{
    size_t rows[3][NAME_LIMIT + 1], *before = rows[0], *above = rows[1], *row = rows[2];
    if (a.n > NAME_LIMIT || b.n > NAME_LIMIT) return NAME_LIMIT;
    for (size_t j = 0; j <= b.n; j++) row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t *oldest = before;
        before = above, above = row, row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t least = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            if (above[j] + 1 < least) least = above[j] + 1;
            if (row[j - 1] + 1 < least) least = row[j - 1] + 1;
            bool swapped = i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1];
            if (swapped && before[j - 2] + 1 < least) least = before[j - 2] + 1;
            row[j] = least;
        }
    }
    return row[b.n];
}

str err_nearest(str name, const str *names, size_t count)
{
    str best = STR_NONE;
    size_t nearest = (name.n < 6 ? 1 : name.n / 3) + 1;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(name, names[i]);
        if (d < nearest) best = names[i], nearest = d;
    }
    return best;
}
