/* SPDX-License-Identifier: Apache-2.0 */
/* The source is copied once into the arena, and strings are decoded in place: an escape is never shorter than what it
 * stands for. Finished values wait on a stack until their container closes; then they move together into the arena. */
#include "base_json.h"

#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_LIMIT = 200, FEW_MEMBERS = 12, FEW_VALUES = 32 };

struct json_reader {
    struct arena *arena;
    str source; /* as given, for messages */
    char *p;    /* our copy */
    size_t at, n;
    struct json *stack; /* `few`, until there are more */
    struct json *few;
    size_t count, room;
    size_t open[DEPTH_LIMIT]; /* in the stack: the container itself, then its items */
    size_t depth;
    struct err *err;
};

static int fail(struct json_reader *r, size_t from, size_t to, enum err_code code, const char *message)
{
    err_set(r->err, code, "%s", message);
    return err_span(r->err, r->source, from, to, 0);
}

static int unexpected(struct json_reader *r, const char *wanted)
{
    if (r->at >= r->n)
        err_set(r->err, ERR_INPUT, "the text ends where %s is expected", wanted);
    else
        err_set(r->err, ERR_INPUT, "expected %s", wanted);
    return err_span(r->err, r->source, r->at, r->at + 1, 0);
}

/* The copy ends with a NUL, which is no blank and nothing else that is looked for: most looks need not ask where it
 * ends. */
static inline void skip_blanks(struct json_reader *r)
{
    char c;
    while (UNLIKELY((c = r->p[r->at]) <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t'))) r->at++;
}

static inline bool take(struct json_reader *r, char c)
{
    skip_blanks(r);
    if (r->p[r->at] != c) return false;
    r->at++;
    return true;
}

/* The length of the run without quote, backslash or control character. */
static inline size_t plain_run(const char *p, size_t n)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    size_t i = 0;
    for (uint64_t word; i + 8 <= n; i += 8) {
        memcpy(&word, p + i, 8);
        uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
        uint64_t ends = (((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops;
        /* The lowest mark is always a true one. */
        if (ends) return i + (size_t)(__builtin_ctzll(ends) / 8);
    }
    while (i < n && p[i] != '"' && p[i] != '\\' && (unsigned char)p[i] >= 0x20) i++;
    return i;
}

static bool hex4(const struct json_reader *r, size_t at, uint32_t *out)
{
    if (r->n - at < 4) return false;
    *out = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = r->p[i], low = (char)(c | 0x20);
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
    size_t from = r->at;
    if (++r->at >= r->n) return unexpected(r, "an escape");
    char c = r->p[r->at++];
    const char *known = c ? strchr(names, c) : NULL;
    if (known) return *(*to)++ = values[known - names], 0;
    uint32_t unit, low;
    if (c != 'u' || !hex4(r, r->at, &unit)) return fail(r, from, r->at, ERR_INPUT, "no such escape");
    r->at += 4;
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        bool paired = unit < 0xDC00 && r->n - r->at >= 6 && r->p[r->at] == '\\' && r->p[r->at + 1] == 'u' &&
                      hex4(r, r->at + 2, &low) && low >= 0xDC00 && low <= 0xDFFF;
        if (!paired) return fail(r, from, r->at, ERR_INPUT, "half a surrogate pair is no character");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        r->at += 6;
    }
    *to += utf8_encode(unit, *to);
    return 0;
}

/* The string from `from` on, of which r->at is behind what needs no decoding. */
static int read_escaped(struct json_reader *r, size_t from, str *out)
{
    char *start = r->p + from, *to = r->p + r->at;
    for (;;) {
        size_t run = plain_run(r->p + r->at, r->n - r->at);
        if (to != r->p + r->at) memmove(to, r->p + r->at, run);
        to += run;
        r->at += run;
        if (r->at >= r->n) return fail(r, from - 1, from, ERR_INPUT, "the text ends inside this string");
        if (r->p[r->at] == '"') break;
        if (r->p[r->at] != '\\')
            return fail(r, r->at, r->at + 1, ERR_INPUT, "a control character in a string must be an escape");
        if (read_escape(r, &to) < 0) return -1;
    }
    r->at++;
    *out = (str){start, (size_t)(to - start)};
    return 0;
}

/* r->at is behind the opening quote. */
static inline int read_string(struct json_reader *r, str *out)
{
    size_t from = r->at, run = plain_run(r->p + from, r->n - from);
    r->at += run;
    if (UNLIKELY(r->p[r->at] != '"')) return read_escaped(r, from, out);
    r->at++;
    *out = (str){r->p + from, run};
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

static struct json *push(struct json_reader *r)
{
    if (r->count == r->room) {
        bool first = r->stack == r->few;
        r->room *= 2;
        r->stack = mem_resize(first ? NULL : r->stack, r->room, sizeof *r->stack);
        if (first) memcpy(r->stack, r->few, r->count * sizeof *r->few);
    }
    r->stack[r->count] = (struct json){.from = r->at};
    return &r->stack[r->count++];
}

static bool take_word(struct json_reader *r, str word)
{
    if (!str_starts((str){r->p + r->at, r->n - r->at}, word)) return false;
    r->at += word.n;
    return true;
}

/* A scalar, or the opening of a container. */
static int read_value(struct json_reader *r, str key)
{
    skip_blanks(r);
    if (arena_would_exceed(r->arena, r->count * sizeof *r->stack))
        return fail(r, r->at, r->at, ERR_LIMIT, "the JSON text has too many values");
    struct json *v = push(r);
    v->key = key;
    char c = r->p[r->at];
    if (c == '"') {
        v->kind = JSON_STRING;
        r->at++;
        return read_string(r, &v->text);
    }
    if (c == '{' || c == '[') {
        if (r->depth == DEPTH_LIMIT) return fail(r, r->at, r->at + 1, ERR_LIMIT, "more than 200 levels deep");
        v->kind = c == '{' ? JSON_OBJECT : JSON_ARRAY;
        r->at++;
        r->open[r->depth++] = r->count - 1;
        return 0;
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        size_t n = json_number_length((str){r->p + r->at, r->n - r->at});
        if (!n) return fail(r, r->at, r->at + 1, ERR_INPUT, "not a number as JSON has it");
        v->kind = JSON_NUMBER;
        v->text = (str){r->p + r->at, n};
        r->at += n;
        return 0;
    }
    v->kind = JSON_NULL;
    if (take_word(r, STR("null"))) return 0;
    v->kind = JSON_TRUE;
    if (take_word(r, STR("true"))) return 0;
    v->kind = JSON_FALSE;
    return take_word(r, STR("false")) ? 0 : unexpected(r, "a value");
}

static int compare_keys(const void *a, const void *b)
{
    const struct json *x = *(const struct json *const *)a, *y = *(const struct json *const *)b;
    int order = str_cmp(x->key, y->key);
    return order ? order : (x->from > y->from) - (x->from < y->from);
}

/* The second of two members of one name, or NULL. Many are sorted, so that no choice of names makes it slow. */
static const struct json *find_twin(const struct json *members, size_t count)
{
    if (count <= FEW_MEMBERS) {
        for (size_t i = 1; i < count; i++)
            for (size_t j = 0; j < i; j++)
                if (members[i].key.n == members[j].key.n && str_eq(members[i].key, members[j].key)) return &members[i];
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

static int read_key(struct json_reader *r, str *key)
{
    if (!take(r, '"')) return unexpected(r, "a name in quotes");
    if (read_string(r, key) < 0) return -1;
    return take(r, ':') ? 0 : unexpected(r, "':'");
}

static int read_all(struct json_reader *r)
{
    if (read_value(r, STR_NONE) < 0) return -1;
    bool opened = r->depth > 0;
    while (r->depth) {
        bool is_object = r->stack[r->open[r->depth - 1]].kind == JSON_OBJECT;
        char closing = is_object ? '}' : ']';
        if (take(r, closing)) {
            if (close_container(r) < 0) return -1;
            opened = false;
            continue;
        }
        if (!opened && !take(r, ',')) return unexpected(r, is_object ? "',' or '}'" : "',' or ']'");
        str key = STR_NONE;
        if (is_object && read_key(r, &key) < 0) return -1;
        size_t depth = r->depth;
        if (read_value(r, key) < 0) return -1;
        opened = r->depth > depth;
    }
    skip_blanks(r);
    return r->at == r->n ? 0 : fail(r, r->at, r->at + 1, ERR_INPUT, "something stands behind the value");
}

int json_parse(struct arena *a, str source, const struct json **out, struct err *err)
{
    struct json few[FEW_VALUES];
    struct json_reader r; /* `open` is filled as it goes */
    r.arena = a, r.source = source, r.at = 0, r.n = source.n, r.err = err;
    r.stack = r.few = few, r.count = 0, r.room = FEW_VALUES, r.depth = 0, r.p = NULL;
    size_t bad = utf8_first_bad(source, false);
    if (bad != STR_NOT_FOUND) return fail(&r, bad, bad + 1, ERR_INPUT, "the text is not UTF-8");
    if (arena_would_exceed(a, source.n)) return fail(&r, 0, 0, ERR_LIMIT, "the JSON text is too long");
    r.p = (char *)arena_copy(a, source).p;
    if (str_starts(source, STR("\xEF\xBB\xBF"))) r.at = 3;
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
