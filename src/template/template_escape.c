/* SPDX-License-Identifier: Apache-2.0 */
#include "template_tree.h"

#include "base_file.h"

#include <string.h>

/* Characters that HTML does not have become U+FFFD, as a reader would make of them. */
static str html_entity(char c)
{
    switch (c) {
    case '&': return STR("&amp;");
    case '<': return STR("&lt;");
    case '>': return STR("&gt;");
    case '"': return STR("&quot;");
    case '\'': return STR("&#39;");
    case '\t':
    case '\n':
    case '\r': return STR_NONE;
    default: return (unsigned char)c < ' ' || c == 127 ? STR("\xEF\xBF\xBD") : STR_NONE;
    }
}

void html_escape(struct buf *out, str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        str entity = html_entity(text.p[i]);
        if (!entity.n) continue;
        buf_put(out, text.p + from, i - from);
        buf_str(out, entity);
        from = i + 1;
    }
    if (text.n > from) buf_put(out, text.p + from, text.n - from);
}

/* Browsers drop blanks and control characters before and in a scheme, so any of them there is refused too. */
static bool url_is_safe(str url)
{
    size_t end = 0;
    while (end < url.n && !strchr(":/?#", url.p[end]) && (unsigned char)url.p[end] > ' ') end++;
    if (end == url.n) return true;
    if ((unsigned char)url.p[end] <= ' ') return false;
    if (url.p[end] != ':') return true;
    str scheme = str_slice(url, 0, end);
    return str_eq_nocase(scheme, STR("http")) || str_eq_nocase(scheme, STR("https")) ||
           str_eq_nocase(scheme, STR("mailto"));
}

/* RFC 3986 §2.3: all but unreserved characters. */
static void put_url_part(struct buf *out, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
        if (plain)
            buf_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

static void put_json(struct buf *out, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < ' ' || c == '"' || c == '\\' || c == '<')
            buf_printf(out, "\\u%04x", c);
        else
            html_escape(out, str_slice(text, i, i + 1));
    }
}

void template_put(struct buf *out, enum put_form form, str text)
{
    switch (form) {
    case PUT_PLAIN: buf_str(out, text); break;
    case PUT_CSV: csv_emit_field(out, text, ',', true); break;
    case PUT_TEXT: html_escape(out, text); break;
    case PUT_URL: html_escape(out, url_is_safe(text) ? text : STR("#")); break;
    case PUT_URL_PART: put_url_part(out, text); break;
    case PUT_JSON: put_json(out, text); break;
    }
}
