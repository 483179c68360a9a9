/* SPDX-License-Identifier: Apache-2.0 */
/* From a place in a scalar's text to the place in the file: YAML folds lines, takes indentation off, and undoes
 * quotes, so the two texts are walked side by side. */
#include "align_inside.h"

#include "base_utf8.h"

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static size_t line_start(str text, uint32_t line)
{
    size_t at = 0;
    for (; line > 1; line--) {
        size_t end = str_find_char(str_from(text, at), '\n');
        if (end == STR_NOT_FOUND) return text.n;
        at += end + 1;
    }
    return at;
}

/* STR_NOT_FOUND when the two texts part. */
static size_t file_offset(str file, const struct yaml *at, size_t offset)
{
    str text = at->text;
    size_t f = line_start(file, at->line + at->block), s = 0;
    char quote = 0;
    if (!at->block) {
        f += utf8_offset(str_from(file, f), at->column - 1);
        if (at->quoted && f < file.n) quote = file.p[f++];
    }
    for (; f < file.n; f++) {
        bool end = s >= text.n;
        if (end || file.p[f] == text.p[s]) {
            if (s == offset || end) return f;
            f += quote == '\'' && text.p[s] == '\'';
            s++;
        } else if (is_blank(text.p[s]) && is_blank(file.p[f])) {
            if (s == offset) return f;
            s++; /* a line break became a blank; the indentation behind it is passed over */
        } else if (!is_blank(file.p[f]) && !(quote == '"' && file.p[f] == '\\')) {
            return STR_NOT_FOUND;
        }
    }
    return s == offset ? f : STR_NOT_FOUND;
}

void place_error(struct err *err, str file, str file_text, const struct yaml *at, str key)
{
    if (err->line && err->excerpt[0]) {
        size_t from = line_start(at->text, err->line), to;
        from += utf8_offset(str_from(at->text, from), err->column ? err->column - 1 : 0);
        to = from + (err->to - err->from);
        size_t file_from = file_offset(file_text, at, from), file_to = file_offset(file_text, at, to ? to - 1 : 0);
        if (file_from != STR_NOT_FOUND) {
            file_to = file_to == STR_NOT_FOUND || file_to < file_from || to == from ? file_from : file_to + 1;
            err_span(err, file_text, file_from, file_to, 0);
        } else {
            err->line += at->line + at->block - 1;
        }
    }
    err_at(err, at->line, key);
    err_in(err, file);
}
