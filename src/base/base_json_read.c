/* SPDX-License-Identifier: Apache-2.0 */
/* The source is copied once into the arena, and strings are decoded in place: an escape is never shorter than what it
 * stands for. NULs stand behind the copy, which are no blanks and nothing else that is looked for, so that looking
 * ahead need not ask where it ends. Finished values wait on a stack until their container closes; then they move
 * together into the arena. */
#include "base_json.h"

#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_LIMIT = 200, FEW_MEMBERS = 24, FEW_VALUES = 32, BEHIND = 8 /* bytes that may be looked at at once */ };

struct json_reader {
    struct arena *arena;
    str source;            /* as given, for messages */
    char *copy, *at, *end; /* ours; *end is NUL */
    struct json *stack;    /* `few`, until there are more */
    struct json *few;
    size_t count, room;
    size_t open[DEPTH_LIMIT]; /* in the stack: the container itself, then its items */
    size_t depth;
    struct err *err;
};

static size_t offset(const struct json_reader *r, const char *at) { return (size_t)(at - r->copy); }

static COLD int fail(struct json_reader *r, const char *from, const char *to, enum err_code code, const char *message)
{
    err_set(r->err, code, "%s", message);
    return err_span(r->err, r->source, offset(r, from), offset(r, to), 0);
}

static COLD int unexpected(struct json_reader *r, const char *wanted)
{
    if (r->at >= r->end)
        err_set(r->err, ERR_INPUT, "the text ends where %s is expected", wanted);
    else
        err_set(r->err, ERR_INPUT, "expected %s", wanted);
    return err_span(r->err, r->source, offset(r, r->at), offset(r, r->at) + 1, 0);
}

static COLD char *skip_more(char *p)
{
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t') p++;
    return p;
}
/* One blank, or none, is what most texts have. */
static inline char *skip_blanks(char *p)
{
    p += *p == ' ';
    return LIKELY((unsigned char)*p > ' ') ? p : skip_more(p);
}

static inline bool take(struct json_reader *r, char c)
{
    char *p = skip_blanks(r->at);
    r->at = p + (*p == c);
    return *p == c;
}

/* The first quote, backslash or control character; the NUL behind the copy is one. */
static inline char *plain_end(char *p)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (uint64_t word;; p += 8) {
        memcpy(&word, p, 8);
        uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
        uint64_t ends = ((word - ones * 0x20) | (quote - ones) | (slash - ones)) & ~word & tops;
        /* The lowest mark is always a true one. */
        if (ends) return p + __builtin_ctzll(ends) / 8;
    }
}

static bool hex4(const char *p, uint32_t *out)
{
    *out = 0;
    for (const char *end = p + 4; p < end; p++) {
        char c = *p, low = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            *out = *out << 4 | (uint32_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            *out = *out << 4 | (uint32_t)(low - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* The escape behind the backslash at r->at; `to` is moved behind what it stands for. */
static int read_escape(struct json_reader *r, char **to)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char *from = r->at;
    uint32_t unit, low;
    if (++r->at >= r->end) return unexpected(r, "an escape");
    char c = *r->at++;
    const char *known = c ? strchr(names, c) : NULL;
    if (known) return *(*to)++ = values[known - names], 0;
    if (c != 'u' || !hex4(r->at, &unit)) return fail(r, from, r->at, ERR_INPUT, "no such escape");
    r->at += 4;
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        bool paired = unit < 0xDC00 && r->at[0] == '\\' && r->at[1] == 'u' && hex4(r->at + 2, &low) && low >= 0xDC00 &&
                      low <= 0xDFFF;
        if (!paired) return fail(r, from, r->at, ERR_INPUT, "half a surrogate pair is no character");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        r->at += 6;
    }
    *to += utf8_encode(unit, *to);
    return 0;
}

/* The string from `from` on, of which r->at is behind what needs no decoding. */
static int read_escaped(struct json_reader *r, char *from, str *out)
{
    char *to = r->at;
    for (;;) {
        char *end = plain_end(r->at);
        size_t run = (size_t)(end - r->at);
        if (to != r->at) memmove(to, r->at, run);
        to += run;
        r->at = end;
        if (r->at >= r->end) return fail(r, from - 1, from, ERR_INPUT, "the text ends inside this string");
        if (*r->at == '"') break;
        if (*r->at != '\\')
            return fail(r, r->at, r->at + 1, ERR_INPUT, "a control character in a string must be an escape");
        if (read_escape(r, &to) < 0) return -1;
    }
    r->at++;
    *out = (str){from, (size_t)(to - from)};
    return 0;
}

/* r->at is behind the opening quote. */
static inline int read_string(struct json_reader *r, str *out)
{
    char *from = r->at, *end = plain_end(from);
    r->at = end;
    if (UNLIKELY(*end != '"')) return read_escaped(r, from, out);
    r->at = end + 1;
    *out = (str){from, (size_t)(end - from)};
    return 0;
}

static size_t digits(str s, size_t at)
{
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9') at++;
    return at;
}

size_t json_number_length(str s)
{
    size_t i = s.n && s.p[0] == '-', from = i;
    i = digits(s, i);
    if (i == from || (s.p[from] == '0' && i > from + 1)) return 0;
    if (i < s.n && s.p[i] == '.') {
        from = i + 1;
        i = digits(s, from);
        if (i == from) return 0;
    }
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        from = i + 1;
        from += from < s.n && (s.p[from] == '+' || s.p[from] == '-');
        i = digits(s, from);
        if (i == from) return 0;
    }
    return i;
}

static COLD int widen(struct json_reader *r)
{
    bool first = r->stack == r->few;
    if (arena_would_exceed(r->arena, r->room * 2 * sizeof *r->stack))
        return fail(r, r->at, r->at, ERR_LIMIT, "the JSON text has too many values");
    r->room *= 2;
    r->stack = mem_resize(first ? NULL : r->stack, r->room, sizeof *r->stack);
    if (first) memcpy(r->stack, r->few, r->count * sizeof *r->few);
    return 0;
}

static inline bool take_word(struct json_reader *r, const char *word, size_t n)
{
    if (memcmp(r->at, word, n) != 0) return false;
    r->at += n;
    return true;
}

/* A scalar, 0, or the opening of a container, 1. */
static inline int read_value(struct json_reader *r, str key)
{
    if (UNLIKELY(r->count == r->room) && widen(r) < 0) return -1;
    char *at = r->at = skip_blanks(r->at), c = *at;
    struct json *v = &r->stack[r->count++];
    *v = (struct json){.key = key, .from = offset(r, at)};
    if (c == '"') {
        v->kind = JSON_STRING;
        r->at++;
        return read_string(r, &v->text);
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        size_t n = json_number_length((str){at, (size_t)(r->end - at)});
        if (!n) return fail(r, at, at + 1, ERR_INPUT, "not a number as JSON has it");
        v->kind = JSON_NUMBER;
        v->text = (str){at, n};
        r->at += n;
        return 0;
    }
    if (c == '{' || c == '[') {
        if (r->depth == DEPTH_LIMIT) return fail(r, at, at + 1, ERR_LIMIT, "more than 200 levels deep");
        v->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
        r->at++;
        r->open[r->depth++] = r->count - 1;
        return 1;
    }
    v->kind = JSON_TRUE;
    if (take_word(r, "true", 4)) return 0;
    v->kind = JSON_FALSE;
    if (take_word(r, "false", 5)) return 0;
    v->kind = JSON_NULL;
    return take_word(r, "null", 4) ? 0 : unexpected(r, "a value");
}

static int compare_keys(const void *a, const void *b)
{
    const struct json *x = *(const struct json *const *)a, *y = *(const struct json *const *)b;
    int order = str_cmp(x->key, y->key);
    return order ? order : (x->from > y->from) - (x->from < y->from);
}

/* No two of them have the same length and the same bytes at two places. */
static inline bool all_differ(const struct json *members, size_t count)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        str key = members[i].key; /* the byte behind it is ours, too */
        uint64_t bit = 1ull << ((key.n + (unsigned char)key.p[0] * 5u + (unsigned char)key.p[key.n / 2] * 11u) & 63);
        if (seen & bit) return false;
        seen |= bit;
    }
    return true;
}

/* The second of two members of one name, or NULL. Many are sorted, so that no choice of names makes it slow. */
static const struct json *find_twin(const struct json *members, size_t count)
{
    if (count <= FEW_MEMBERS) {
        if (all_differ(members, count)) return NULL;
        for (size_t i = 1; i < count; i++)
            for (size_t j = 0; j < i; j++)
                if (str_eq(members[i].key, members[j].key)) return &members[i];
        return NULL;
    }
    const struct json **sorted = mem_array(count, sizeof *sorted), *twin = NULL;
    for (size_t i = 0; i < count; i++) sorted[i] = &members[i];
    qsort(sorted, count, sizeof *sorted, compare_keys);
    for (size_t i = 1; i < count && !twin; i++)
        if (str_eq(sorted[i - 1]->key, sorted[i]->key)) twin = sorted[i];
    mem_free(sorted);
    return twin;
}

static int close_container(struct json_reader *r)
{
    size_t start = r->open[--r->depth], count = r->count - start - 1;
    struct json *container = &r->stack[start], *items = container + 1;
    if (container->kind == JSON_OBJECT) {
        const struct json *twin = find_twin(items, count);
        if (twin) {
            err_set(r->err, ERR_INPUT, "\"" STR_FORMAT "\" stands here for the second time",
                    (int)(twin->key.n < 100 ? twin->key.n : 100), twin->key.p);
            return err_span(r->err, r->source, twin->from, twin->from + 1, 0);
        }
    }
    if (arena_would_exceed(r->arena, count * sizeof *items))
        return fail(r, r->at, r->at, ERR_LIMIT, "the JSON text has too many values");
    struct json *kept = arena_alloc(r->arena, count * sizeof *items);
    if (count) memcpy(kept, items, count * sizeof *items);
    container->items = kept;
    container->count = count;
    r->count = start + 1;
    return 0;
}

static inline int read_key(struct json_reader *r, str *key)
{
    if (!take(r, '"')) return unexpected(r, "a name in quotes");
    if (read_string(r, key) < 0) return -1;
    return take(r, ':') ? 0 : unexpected(r, "':'");
}

/* What closes the container that is being read; 0: there is none. */
static char closing(const struct json_reader *r)
{
    if (!r->depth) return 0;
    return r->stack[r->open[r->depth - 1]].kind == JSON_OBJECT ? '}' : ']';
}

static int read_all(struct json_reader *r)
{
    str key = STR_NONE;
    for (char close = 0;;) {
        int opened = read_value(r, key);
        if (opened < 0) return -1;
        if (opened) close = closing(r);
        while (close) {
            r->at = skip_blanks(r->at);
            if (*r->at == close) {
                r->at++;
                if (close_container(r) < 0) return -1;
                close = closing(r), opened = 0;
                continue;
            }
            if (opened) break;
            if (*r->at != ',') return unexpected(r, close == '}' ? "',' or '}'" : "',' or ']'");
            r->at++;
            break;
        }
        if (!close) break;
        key = STR_NONE;
        if (close == '}' && read_key(r, &key) < 0) return -1;
    }
    r->at = skip_blanks(r->at);
    return r->at == r->end ? 0 : fail(r, r->at, r->at + 1, ERR_INPUT, "something stands behind the value");
}

int json_parse(struct arena *a, str source, const struct json **out, struct err *err)
{
    struct json few[FEW_VALUES];
    struct json_reader r; /* `open` is filled as it goes */
    size_t bad = utf8_first_bad(source, false);
    if (bad != STR_NOT_FOUND) {
        err_set(err, ERR_INPUT, "the text is not UTF-8");
        return err_span(err, source, bad, bad + 1, 0);
    }
    if (arena_would_exceed(a, source.n)) {
        err_set(err, ERR_LIMIT, "the JSON text is too long");
        return err_span(err, source, 0, 0, 0);
    }
    r.arena = a, r.source = source, r.err = err;
    r.stack = r.few = few, r.count = 0, r.room = FEW_VALUES, r.depth = 0;
    r.copy = r.at = arena_alloc(a, source.n + BEHIND);
    r.end = r.copy + source.n;
    if (source.n) memcpy(r.copy, source.p, source.n);
    memset(r.end, 0, BEHIND);
    if (memcmp(r.at, "\xEF\xBB\xBF", 3) == 0) r.at += 3;
    int status = read_all(&r);
    if (status == 0) {
        struct json *root = arena_alloc(a, sizeof *root);
        *root = r.stack[0];
        *out = root;
    }
    if (r.stack != few) mem_free(r.stack);
    return status;
}

const struct json *json_get(const struct json *object, str key)
{
    if (!object || object->kind != JSON_OBJECT) return NULL;
    for (size_t i = 0; i < object->count; i++)
        if (str_eq(object->items[i].key, key)) return &object->items[i];
    return NULL;
}
