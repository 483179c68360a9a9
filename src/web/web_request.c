/* SPDX-License-Identifier: Apache-2.0 */
#include "web_inside.h"

#include "base_utf8.h"

#include <microhttpd.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool percent_decode(struct arena *a, str text, bool plus, str *out)
{
    char *to = arena_alloc(a, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '%') {
            int high = i + 2 < text.n ? hex_digit(text.p[i + 1]) : -1, low = high < 0 ? -1 : hex_digit(text.p[i + 2]);
            if (low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        to[n++] = c;
    }
    to[n] = 0;
    *out = (str){to, n};
    return utf8_first_bad(*out, true) == STR_NOT_FOUND;
}

int pairs_parse(struct arena *a, str text, struct pairs *out)
{
    str rest = text, piece;
    while (rest.n && str_cut(&rest, '&', &piece)) {
        if (!piece.n) continue;
        if (out->count >= FORM_FIELDS_LIMIT) return -1;
        size_t equals = str_find_char(piece, '=');
        str value = equals == STR_NOT_FOUND ? STR("") : str_from(piece, equals + 1);
        struct pair p;
        if (!percent_decode(a, str_slice(piece, 0, equals == STR_NOT_FOUND ? piece.n : equals), true, &p.name) ||
            !percent_decode(a, value, true, &p.value))
            return -1;
        *vec_add(a, out) = p;
    }
    return 0;
}

str pairs_get(const struct pairs *p, str name)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->items[i].name, name)) return p->items[i].value;
    return STR_NONE;
}

static bool is_token(str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c && strchr("!#$%&'*+-.^_`|~", c));
        if (!good) return false;
    }
    return name.n > 0;
}

/* A token of ours: 64 hexadecimal digits. Anything else is as good as none. */
static str token_of(struct arena *a, str cookies, str name)
{
    str piece;
    while (cookies.n && str_cut(&cookies, ';', &piece)) {
        piece = str_trim(piece);
        if (!str_starts(piece, name) || piece.n != name.n + 1 + TOKEN_HEX || piece.p[name.n] != '=') continue;
        str token = str_from(piece, name.n + 1);
        size_t good = 0;
        while (good < token.n && hex_digit(token.p[good]) >= 0) good++;
        if (good == token.n) return arena_copy(a, token);
    }
    return STR_NONE;
}

/* RFC 9110 §12.5.3, as far as browsers use it: named, and not with q=0. */
static bool accepts_gzip(str header)
{
    str piece, coding;
    while (header.n && str_cut(&header, ',', &piece)) {
        if (!str_cut(&piece, ';', &coding) || !str_eq_nocase(str_trim(coding), STR("gzip"))) continue;
        bool zero = piece.n > 0;
        for (size_t i = 0; i < piece.n; i++) zero &= piece.p[i] < '1' || piece.p[i] > '9';
        return !zero;
    }
    return false;
}

struct head {
    struct request *r;
    size_t hosts, lengths, codings;
    bool bad;
};

static enum MHD_Result header(void *self, enum MHD_ValueKind kind, const char *key, size_t key_size, const char *value,
                              size_t value_size)
{
    (void)kind;
    struct head *h = self;
    struct request *r = h->r;
    str name = {key, key_size}, text = {value, value_size};
    /* `Foo : bar` may be read as another header by the next server on the way (RFC 9112 §5.1). */
    if (!is_token(name) || utf8_first_bad(text, true) != STR_NOT_FOUND) h->bad = true;
    text = arena_copy(&r->arena, str_trim(text));
    if (str_eq_nocase(name, STR("host"))) {
        r->host = text, h->hosts++;
    } else if (str_eq_nocase(name, STR("content-length"))) {
        int64_t length;
        h->bad |= !str_to_int(text, &length) || length < 0 || str_find_char(text, '+') != STR_NOT_FOUND;
        r->content_length = h->bad ? 0 : (uint64_t)length;
        h->lengths++;
    } else if (str_eq_nocase(name, STR("transfer-encoding"))) {
        h->codings++;
    } else if (str_eq_nocase(name, STR("origin"))) {
        r->origin = text;
    } else if (str_eq_nocase(name, STR("content-type"))) {
        r->content_type = text;
    } else if (str_eq_nocase(name, STR("accept"))) {
        r->accept = text;
    } else if (str_eq_nocase(name, STR("authorization"))) {
        bool bearer = text.n > 7 && str_eq_nocase(str_slice(text, 0, 7), STR("bearer "));
        r->bearer = bearer ? str_trim(str_from(text, 7)) : STR("");
    } else if (str_eq_nocase(name, STR("if-match"))) {
        r->if_match = text;
    } else if (str_eq_nocase(name, STR("if-none-match"))) {
        r->if_none_match = text;
    } else if (str_eq_nocase(name, STR("idempotency-key"))) {
        r->idempotency = text;
    } else if (str_eq_nocase(name, STR("user-agent"))) {
        r->agent = text;
    } else if (str_eq_nocase(name, STR("x-csrf-token"))) {
        r->csrf_header = text;
    } else if (str_eq_nocase(name, STR("hx-request"))) {
        r->htmx = true;
    } else if (str_eq_nocase(name, STR("accept-encoding"))) {
        r->unpacks = accepts_gzip(text);
    } else if (str_eq_nocase(name, STR("cookie"))) {
        if (!r->session.n) r->session = token_of(&r->arena, text, STR("entente_session"));
        if (!r->visit.n) r->visit = token_of(&r->arena, text, STR("entente_visit"));
    }
    return MHD_YES;
}

bool request_sends(const struct request *r, const char *type)
{
    str rest = r->content_type, sent;
    return str_cut(&rest, ';', &sent) && str_eq_nocase(str_trim(sent), str_of(type));
}

bool request_sends_lines(const struct request *r)
{
    return request_sends(r, "application/jsonl") || request_sends(r, "application/x-ndjson");
}

bool request_read_head(struct request *r)
{
    struct head h = {.r = r};
    MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, header, &h);
    size_t mark = str_find_char(r->raw_target, '?');
    str path = str_slice(r->raw_target, 0, mark == STR_NOT_FOUND ? r->raw_target.n : mark);
    str query = mark == STR_NOT_FOUND ? STR("") : str_from(r->raw_target, mark + 1);
    return !h.bad && h.hosts == 1 && h.lengths <= 1 && h.lengths + h.codings <= 1 && str_starts(path, STR("/")) &&
           percent_decode(&r->arena, path, false, &r->path) && !pairs_parse(&r->arena, query, &r->query);
}

static void put_encoded(struct buf *out, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/", c)))
            buf_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

str url_encode(struct request *r, str text)
{
    struct buf b;
    buf_init(&b, 100000);
    put_encoded(&b, text);
    str encoded = buf_copy(&b, &r->arena);
    buf_release(&b);
    return encoded;
}

str url_of(struct request *r, str path, const struct pairs *query)
{
    struct buf b;
    buf_init(&b, 100000);
    put_encoded(&b, path);
    char separator = '?';
    for (size_t i = 0; i < query->count; i++) {
        struct pair p = query->items[i];
        if (!p.value.n) continue;
        buf_char(&b, separator), separator = '&';
        put_encoded(&b, p.name);
        buf_char(&b, '=');
        put_encoded(&b, p.value);
    }
    str url = buf_copy(&b, &r->arena);
    buf_release(&b);
    return url;
}

str request_url_with(struct request *r, str name, str value)
{
    struct pairs changed = {0};
    bool written = false;
    for (size_t i = 0; i <= r->query.count; i++) {
        struct pair p = i < r->query.count ? r->query.items[i] : (struct pair){name, value};
        if (i < r->query.count && str_eq(p.name, name)) p.value = value;
        bool stale = str_eq(p.name, STR("page")) && !str_eq(name, STR("page")); /* another list begins at its start */
        if (!p.value.n || stale || (str_eq(p.name, name) && written)) continue;
        written |= str_eq(p.name, name);
        *vec_add(&r->arena, &changed) = p;
    }
    return url_of(r, r->path, &changed);
}

void request_redirect(struct request *r, str location)
{
    r->status = 303;
    r->location = location;
}

bool request_writes(const struct request *r, const struct model_field *field)
{
    return !field->written_by || str_eq(field->written_by->key, r->user.side);
}

bool request_sees(const struct request *r, const struct model_type *type, const struct model_field *field)
{
    return graph_sees(picture_graph(r->picture), &r->viewer, type, field);
}

bool request_sees_files(const struct request *r, const struct model_type *type)
{
    return graph_sees_files(&r->viewer, type);
}

bool request_is_api(const struct request *r)
{
    return str_starts(r->path, STR("/api/v1/")) || str_eq(r->path, STR("/api/v1"));
}

bool request_is_allowed(const struct request *r, enum access access)
{
    switch (access) {
    case ACCESS_ANYONE: return true;
    case ACCESS_VIEW: return r->signed_in;
    case ACCESS_EDIT: return r->signed_in && r->user.role >= ROLE_CONTRIBUTOR;
    case ACCESS_STEWARD: return r->signed_in && r->user.role >= ROLE_STEWARD;
    }
    return false;
}

bool request_may_edit(const struct request *r) { return !r->then.number && request_is_allowed(r, ACCESS_EDIT); }
