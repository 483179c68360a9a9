/* SPDX-License-Identifier: Apache-2.0 */
#include "base_yaml.h"

#include "base_utf8.h"

#include <stdlib.h>
#include <yaml.h>

enum { YAML_DEPTH_LIMIT = 50, YAML_SOURCE_LIMIT = 16 << 20 };

struct yaml_reader {
    struct arena *arena;
    str source, file;
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    int depth;
    struct err *err;
};

/* Puts the place to an error that is already set: libyaml counts characters. */
static int at_mark(struct yaml_reader *r, yaml_mark_t mark)
{
    size_t from = utf8_offset(r->source, mark.index);
    err_span(r->err, r->source, from, from + 1, 0);
    r->err->line = (uint32_t)mark.line + 1; /* it also knows other line breaks than LF */
    return err_in(r->err, r->file);
}

static int refuse(struct yaml_reader *r, const char *message)
{
    err_set(r->err, ERR_INPUT, "%s", message);
    return at_mark(r, r->event.start_mark);
}

static int next_event(struct yaml_reader *r)
{
    if (r->has_event) yaml_event_delete(&r->event);
    r->has_event = yaml_parser_parse(&r->parser, &r->event);
    if (r->has_event) return 0;
    MUST(r->parser.error != YAML_MEMORY_ERROR);
    const char *problem = r->parser.problem ? r->parser.problem : "not YAML", *context = r->parser.context;
    err_set(r->err, ERR_INPUT, "%s%s%s", context ? context : "", context ? ": " : "", problem);
    if (r->parser.error != YAML_READER_ERROR) return at_mark(r, r->parser.problem_mark);
    err_span(r->err, r->source, r->parser.problem_offset, r->parser.problem_offset + 1, 0);
    return err_in(r->err, r->file);
}

static int check_plain(struct yaml_reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor) return refuse(r, "anchors (&name) are not used here; write the value where it belongs");
    return tag ? refuse(r, "tags (!name) are not used here") : 0;
}

static int read_scalar(struct yaml_reader *r, struct yaml *out)
{
    if (check_plain(r, r->event.data.scalar.anchor, r->event.data.scalar.tag) < 0) return -1;
    str text = {(const char *)r->event.data.scalar.value, r->event.data.scalar.length};
    if (str_find_char(text, 0) != STR_NOT_FOUND) return refuse(r, "a NUL character in a text");
    yaml_scalar_style_t style = r->event.data.scalar.style;
    out->text = arena_copy(r->arena, text);
    out->block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    out->quoted = out->block || style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    return 0;
}

typedef VEC(struct yaml) yaml_list;
static int read_node(struct yaml_reader *r, struct yaml *out);

static int compare_keys(const void *a, const void *b)
{
    const struct yaml *x = *(const struct yaml *const *)a, *y = *(const struct yaml *const *)b;
    int order = str_cmp(x->key, y->key);
    return order ? order : (x > y) - (x < y);
}

/* The second of two members of one name, or NULL. */
static const struct yaml *find_twin(struct arena *scratch, const struct yaml *members, size_t count)
{
    struct arena_mark mark = arena_mark(scratch);
    const struct yaml **sorted = arena_array(scratch, count, sizeof *sorted), *twin = NULL;
    for (size_t i = 0; i < count; i++) sorted[i] = &members[i];
    if (count) qsort(sorted, count, sizeof *sorted, compare_keys);
    for (size_t i = 1; i < count; i++)
        if (str_eq(sorted[i - 1]->key, sorted[i]->key) && (!twin || sorted[i] < twin)) twin = sorted[i];
    arena_back_to(scratch, mark);
    return twin;
}

static int read_map(struct yaml_reader *r, struct yaml *out)
{
    yaml_list members = {0};
    for (;;) {
        if (next_event(r) < 0) return -1;
        if (r->event.type == YAML_MAPPING_END_EVENT) break;
        if (r->event.type == YAML_ALIAS_EVENT) return refuse(r, "aliases (*name) are not used here");
        if (r->event.type != YAML_SCALAR_EVENT) return refuse(r, "a key must be a text");
        struct yaml key = {0}, value = {.key_line = (uint32_t)r->event.start_mark.line + 1};
        if (read_scalar(r, &key) < 0) return -1;
        value.key = key.text;
        if (next_event(r) < 0 || read_node(r, &value) < 0) return -1;
        *vec_add(r->arena, &members) = value;
    }
    out->items = members.items;
    out->count = members.count;
    const struct yaml *twin = find_twin(r->arena, members.items, members.count);
    if (!twin) return 0;
    err_set(r->err, ERR_INPUT, "this key stands here for the second time");
    err_at(r->err, twin->key_line, twin->key);
    return err_in(r->err, r->file);
}

static int read_list(struct yaml_reader *r, struct yaml *out)
{
    yaml_list elements = {0};
    for (;;) {
        if (next_event(r) < 0) return -1;
        if (r->event.type == YAML_SEQUENCE_END_EVENT) break;
        struct yaml element = {0};
        if (read_node(r, &element) < 0) return -1;
        *vec_add(r->arena, &elements) = element;
    }
    out->items = elements.items;
    out->count = elements.count;
    return 0;
}

/* Of the event at hand and those that belong to it. The key of `out` is kept. */
static int read_node(struct yaml_reader *r, struct yaml *out)
{
    out->line = (uint32_t)r->event.start_mark.line + 1;
    out->column = (uint32_t)r->event.start_mark.column + 1;
    if (r->event.type == YAML_ALIAS_EVENT) return refuse(r, "aliases (*name) are not used here");
    if (r->event.type == YAML_SCALAR_EVENT) {
        out->kind = YAML_SCALAR;
        return read_scalar(r, out);
    }
    bool is_map = r->event.type == YAML_MAPPING_START_EVENT;
    MUST(is_map || r->event.type == YAML_SEQUENCE_START_EVENT);
    const yaml_char_t *anchor = is_map ? r->event.data.mapping_start.anchor : r->event.data.sequence_start.anchor;
    const yaml_char_t *tag = is_map ? r->event.data.mapping_start.tag : r->event.data.sequence_start.tag;
    if (check_plain(r, anchor, tag) < 0) return -1;
    if (r->depth == YAML_DEPTH_LIMIT) return refuse(r, "more than 50 levels deep");
    out->kind = is_map ? YAML_MAP : YAML_LIST;
    r->depth++;
    int status = is_map ? read_map(r, out) : read_list(r, out);
    r->depth--;
    return status;
}

static int next_events(struct yaml_reader *r, int count)
{
    while (count--)
        if (next_event(r) < 0) return -1;
    return 0;
}

static int read_stream(struct yaml_reader *r, struct yaml *out)
{
    if (next_events(r, 2) < 0) return -1; /* the stream's start */
    if (r->event.type == YAML_STREAM_END_EVENT) return refuse(r, "there is nothing in it");
    if (next_event(r) < 0 || read_node(r, out) < 0) return -1;
    if (next_events(r, 2) < 0) return -1; /* the document's end */
    return r->event.type == YAML_STREAM_END_EVENT ? 0 : refuse(r, "a second document; put it into a file of its own");
}

int yaml_parse(struct arena *a, str source, str file, const struct yaml **out, struct err *err)
{
    /* With the encoding given, libyaml would take a byte order mark for a column of its own. */
    if (str_starts(source, STR("\xEF\xBB\xBF"))) source = str_from(source, 3);
    struct yaml_reader r = {.arena = a, .source = source, .file = file, .err = err};
    size_t bad = utf8_first_bad(source, false);
    if (bad != STR_NOT_FOUND) {
        err_set(err, ERR_INPUT, "the text is not UTF-8");
        err_span(err, source, bad, bad + 1, 0);
        return err_in(err, file);
    }
    if (source.n > YAML_SOURCE_LIMIT) {
        err_set(err, ERR_LIMIT, "longer than 16 MiB");
        return err_in(err, file);
    }
    MUST(yaml_parser_initialize(&r.parser));
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(source.p ? source.p : ""), source.n);
    struct yaml *root = arena_zalloc(a, sizeof *root);
    int status = read_stream(&r, root);
    if (r.has_event) yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    if (status == 0) *out = root;
    return status;
}

const struct yaml *yaml_get(const struct yaml *map, str key)
{
    if (!map || map->kind != YAML_MAP) return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (str_eq(map->items[i].key, key)) return &map->items[i];
    return NULL;
}

static int off(const struct yaml *node, str key, struct err *err)
{
    err_at(err, node->line, key);
    err->column = node->column;
    return -1;
}

int yaml_only(const struct yaml *map, const str *known, size_t count, struct err *err)
{
    if (map->kind != YAML_MAP) {
        err_set(err, ERR_INPUT, "expected a mapping, key: value");
        return off(map, map->key, err);
    }
    for (size_t i = 0; i < map->count; i++) {
        str key = map->items[i].key;
        size_t k = 0;
        while (k < count && !str_eq(known[k], key)) k++;
        if (k < count) continue;
        str near = err_nearest(key, known, count);
        if (near.p)
            err_set(err, ERR_INPUT, "unknown key; did you mean \"" STR_FORMAT "\"?", STR_ARGS(near));
        else
            err_set(err, ERR_INPUT, "unknown key");
        return err_at(err, map->items[i].key_line, key);
    }
    return 0;
}

/* The member, or NULL with an error where it is required, or with none. */
static int member(const struct yaml *map, str key, bool required, const struct yaml **out, struct err *err)
{
    *out = yaml_get(map, key);
    bool is_empty = *out && (*out)->kind == YAML_SCALAR && !(*out)->quoted && !(*out)->text.n;
    if (!required || (*out && !is_empty)) return 0;
    err_set(err, ERR_INPUT, *out ? "needs a value" : "is missing");
    return off(*out ? *out : map, key, err);
}

int yaml_text(const struct yaml *map, str key, bool required, str *out, struct err *err)
{
    const struct yaml *node;
    *out = STR_NONE;
    if (member(map, key, required, &node, err) < 0) return -1;
    if (!node) return 0;
    if (node->kind != YAML_SCALAR) {
        err_set(err, ERR_INPUT, "expected a text");
        return off(node, key, err);
    }
    *out = node->text;
    return 0;
}

int yaml_int(const struct yaml *map, str key, bool required, int64_t *out, struct err *err)
{
    const struct yaml *node;
    if (member(map, key, required, &node, err) < 0) return -1;
    if (!node) return 0;
    if (node->kind == YAML_SCALAR && str_to_int(node->text, out)) return 0;
    if (node->kind == YAML_SCALAR)
        err_set(err, ERR_INPUT, "\"%.*s\" is not a whole number", (int)(node->text.n < 100 ? node->text.n : 100),
                node->text.p);
    else
        err_set(err, ERR_INPUT, "expected a whole number");
    return off(node, key, err);
}

int yaml_yes_no(const struct yaml *map, str key, bool *out, struct err *err)
{
    const struct yaml *node = yaml_get(map, key);
    if (!node) return 0;
    bool yes = str_eq(node->text, STR("yes")) || str_eq(node->text, STR("true"));
    bool no = str_eq(node->text, STR("no")) || str_eq(node->text, STR("false"));
    if (!yes && !no) {
        err_set(err, ERR_INPUT, "expected yes or no");
        return off(node, key, err);
    }
    *out = yes;
    return 0;
}

int yaml_texts(struct arena *a, const struct yaml *map, str key, const str **out, size_t *count, struct err *err)
{
    const struct yaml *node = yaml_get(map, key);
    *out = NULL, *count = 0;
    if (!node || node->kind == YAML_MAP || (node->kind == YAML_SCALAR && !node->quoted && !node->text.n)) {
        if (!node || node->kind == YAML_SCALAR) return 0;
        err_set(err, ERR_INPUT, "expected a list of texts");
        return off(node, key, err);
    }
    size_t n = node->kind == YAML_LIST ? node->count : 1;
    const struct yaml *elements = node->kind == YAML_LIST ? node->items : node;
    str *texts = arena_array(a, n, sizeof *texts);
    for (size_t i = 0; i < n; i++) {
        if (elements[i].kind != YAML_SCALAR) {
            err_set(err, ERR_INPUT, "expected a text");
            return off(&elements[i], key, err);
        }
        texts[i] = elements[i].text;
    }
    *out = texts, *count = n;
    return 0;
}
