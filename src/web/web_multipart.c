/* SPDX-License-Identifier: Apache-2.0 */
/* Forms with files (RFC 7578), out of a body that is there whole: lengths are found, not believed. */
#include "web_inside.h"

#include "base_utf8.h"

#include <string.h>

enum { BOUNDARY_LIMIT = 70, HEAD_LIMIT = 4096, NAME_LIMIT = 200 };

/* The value of a parameter of a header: boundary=x or name="x"; STR_NONE when there is none. */
static str parameter(str header, str name)
{
    const char *all_end = header.p + header.n;
    for (str piece; str_cut(&header, ';', &piece);) {
        piece = str_trim(piece);
        if (piece.n <= name.n || !str_eq_nocase(str_slice(piece, 0, name.n), name) || piece.p[name.n] != '=') continue;
        str value = str_from(piece, name.n + 1);
        if (value.n && value.p[0] == '"') {
            /* A semicolon may stand between the quotes: the value goes on in what is left. */
            str all = {value.p + 1, (size_t)(all_end - value.p) - 1};
            size_t end = str_find_char(all, '"');
            return end == STR_NOT_FOUND ? STR_NONE : str_slice(all, 0, end);
        }
        return value;
    }
    return STR_NONE;
}

/* Only the last piece of the path that some browsers send; %22 is a quote mark. */
static str file_name(struct arena *a, str name)
{
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '/' || name.p[i] == '\\') {
            name = str_from(name, i + 1);
            break;
        }
    struct buf b;
    buf_init(&b, NAME_LIMIT * 4);
    name = str_slice(name, 0, utf8_offset(name, NAME_LIMIT));
    for (size_t i = 0; i < name.n; i++) {
        if (str_starts(str_from(name, i), STR("%22"))) {
            buf_char(&b, '"');
            i += 2;
        } else {
            buf_char(&b, (unsigned char)name.p[i] < ' ' ? ' ' : name.p[i]);
        }
    }
    str plain = buf_copy(&b, a);
    buf_release(&b);
    return plain;
}

/* One part: its header lines, an empty line, its content. */
static int take_part(struct arena *a, str part, struct pairs *out)
{
    size_t head_end = str_find(part, STR("\r\n\r\n"));
    if (head_end == STR_NOT_FOUND || head_end > HEAD_LIMIT || out->count + 2 > FORM_FIELDS_LIMIT) return -1;
    str head = str_slice(part, 0, head_end), content = str_from(part, head_end + 4), line;
    static const str disposition = STR_INIT("content-disposition:");
    while (str_cut(&head, '\n', &line)) {
        line = str_trim(line);
        if (line.n < disposition.n || !str_eq_nocase(str_slice(line, 0, disposition.n), disposition)) continue;
        str name = parameter(line, STR("name")), file = parameter(line, STR("filename"));
        if (!name.p || utf8_first_bad(line, true) != STR_NOT_FOUND) return -1;
        if (file.p)
            *vec_add(a, out) = (struct pair){arena_printf(a, STR_FORMAT ".name", STR_ARGS(name)), file_name(a, file)};
        else if (utf8_first_bad(content, true) != STR_NOT_FOUND)
            return -1;
        *vec_add(a, out) = (struct pair){name, content};
        return 0;
    }
    return -1;
}

int multipart_parse(struct arena *a, str content_type, str body, struct pairs *out)
{
    str boundary = parameter(content_type, STR("boundary"));
    if (!boundary.n || boundary.n > BOUNDARY_LIMIT) return -1;
    str mark = arena_printf(a, "\r\n--" STR_FORMAT, STR_ARGS(boundary));
    /* The first mark has no line end before it. */
    if (!str_starts(body, str_from(mark, 2))) return -1;
    body = str_from(body, mark.n - 2);
    while (!str_starts(body, STR("--"))) {
        size_t end = str_find(body, mark);
        if (end == STR_NOT_FOUND || !str_starts(body, STR("\r\n"))) return -1;
        if (take_part(a, str_slice(body, 2, end), out)) return -1;
        body = str_from(body, end + mark.n);
    }
    return 0;
}
