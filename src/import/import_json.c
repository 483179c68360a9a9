/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of JSON into rows: a key is a column, each value a cell that knows its kind. */
#include "import_internal.h"

#include "base_json.h"
#include "base_utf8.h"

#include <string.h>

enum { LINE_BYTES = 64 << 20, KEYS_LIMIT = 2000, CELLS_LIMIT = 64 << 20 };

struct lines {
    struct arena *a;
    struct arena scratch; /* one line */
    const struct model_type *type;
    struct map keys; /* to column + 1 */
    VEC(str) names;
    VEC(uint32_t) first; /* the line in which a key first came */
    size_t cell_count;
    uint32_t line;
    struct err *err;
};

static str fault_text(struct lines *l, const char *what) { return arena_copy(l->a, str_of(what)); }

/* {"id": 12, "name": "Anna Berg"}, or a name alone; false when it is neither. */
static bool put_link(struct buf *b, const struct json *v)
{
    const struct json *id = json_get(v, STR("id")), *name = json_get(v, STR("name"));
    if (v->kind == JSON_STRING) name = v;
    if (id && id->kind != JSON_NUMBER) return false;
    if (name && (name->kind != JSON_STRING || str_find_char(name->text, LINK_END) != STR_NOT_FOUND)) return false;
    if (!id && !name) return false;
    if (b->n) buf_char(b, LINK_END);
    buf_str(b, id ? id->text : STR("0"));
    buf_char(b, ' ');
    if (name) buf_str(b, name->text);
    return true;
}

static str links_cell(struct lines *l, const struct json *v, enum cell_kind *kind)
{
    struct buf b;
    bool good = true;
    size_t count = v->kind == JSON_ARRAY ? v->count : 1;
    buf_init(&b, LINE_BYTES);
    for (size_t i = 0; i < count && good; i++) good = put_link(&b, v->kind == JSON_ARRAY ? &v->items[i] : v);
    str cell = good ? buf_copy(&b, l->a)
                    : fault_text(l, "a link is a name, or {\"id\", \"name\"}; several are a list of those");
    *kind = good ? CELL_LINKS : CELL_ERROR;
    buf_release(&b);
    return cell;
}

static str money_cell(struct lines *l, const struct json *amount, const struct json *currency, enum cell_kind *kind)
{
    str digits;
    *kind = CELL_ERROR;
    bool number = amount && (amount->kind == JSON_NUMBER || amount->kind == JSON_STRING);
    if (!number || !import_digits(l->a, amount->text, false, &digits) || !currency || currency->kind != JSON_STRING)
        return fault_text(l, "money is {\"amount\": 1234.50, \"currency\": \"EUR\"}");
    *kind = CELL_MONEY;
    return arena_printf(l->a, STR_FORMAT " " STR_FORMAT, STR_ARGS(digits), STR_ARGS(currency->text));
}

static str cell_of(struct lines *l, const struct json *v, enum cell_kind *kind)
{
    str digits;
    *kind = CELL_TEXT;
    switch (v->kind) {
    case JSON_NULL: return (str){"", 0};
    case JSON_FALSE: return STR("no");
    case JSON_TRUE: return STR("yes");
    case JSON_STRING: return arena_copy(l->a, v->text);
    case JSON_NUMBER:
        *kind = import_digits(l->a, v->text, false, &digits) ? CELL_NUMBER : CELL_ERROR;
        return *kind == CELL_NUMBER ? digits : fault_text(l, "the number has more than 400 digits");
    case JSON_ARRAY: return v->count ? links_cell(l, v, kind) : (str){"", 0};
    case JSON_OBJECT:
        if (json_get(v, STR("amount")) || json_get(v, STR("currency")))
            return money_cell(l, json_get(v, STR("amount")), json_get(v, STR("currency")), kind);
        return links_cell(l, v, kind);
    }
    NOT_REACHED();
}

static int column_of(struct lines *l, str key, size_t *out)
{
    bool is_new;
    uint64_t *place = map_get(&l->keys, key);
    if (!place) {
        if (l->names.count >= KEYS_LIMIT) {
            err_set(l->err, ERR_LIMIT, "the lines have more than %d different keys", KEYS_LIMIT);
            return err_at(l->err, l->line, STR_NONE);
        }
        key = arena_copy(l->a, key);
        place = map_put(&l->keys, key, &is_new);
        *vec_add(l->a, &l->names) = key;
        *vec_add(l->a, &l->first) = l->line;
        *place = l->names.count;
    }
    *out = *place - 1;
    return 0;
}

static bool is_type(const struct lines *l, const struct json *v)
{
    if (v->kind != JSON_STRING) return false;
    return str_eq_nocase(v->text, l->type->name) || str_eq_nocase(v->text, l->type->key) ||
           str_eq_nocase(v->text, l->type->plural);
}

/* A line that is no fact of this type is told with its row, as every other fault of a row is. */
static struct import_row broken(struct lines *l, str text, str why)
{
    return (struct import_row){.cells = {NULL, 0, l->line, NULL}, .raw = text, .broken = why};
}

static int row_of(struct lines *l, str text, const struct json *v, struct import_row *row)
{
    size_t wide = 0, *columns = arena_array(&l->scratch, v->count, sizeof *columns);
    for (size_t i = 0; i < v->count; i++) {
        columns[i] = SIZE_MAX;
        if (str_eq(v->items[i].key, STR("type"))) {
            if (is_type(l, &v->items[i])) continue;
            *row = broken(l, text, arena_printf(l->a, "type: \"" STR_FORMAT "\" is expected", STR_ARGS(l->type->name)));
            return 0;
        }
        if (column_of(l, v->items[i].key, &columns[i]) < 0) return -1;
        if (columns[i] >= wide) wide = columns[i] + 1;
    }
    l->cell_count += wide;
    if (l->cell_count > CELLS_LIMIT) {
        err_set(l->err, ERR_LIMIT, "the lines have too many keys: over %d cells", CELLS_LIMIT);
        return err_at(l->err, l->line, STR_NONE);
    }
    *row = (struct import_row){.cells = {arena_array(l->a, wide, sizeof(str)), wide, l->line, NULL},
                               .kinds = arena_array(l->a, wide, 1),
                               .raw = text};
    for (size_t i = 0; i < v->count; i++) {
        enum cell_kind kind;
        if (columns[i] == SIZE_MAX) continue;
        row->cells.fields[columns[i]] = cell_of(l, &v->items[i], &kind);
        row->kinds[columns[i]] = (unsigned char)kind;
    }
    return 0;
}

static int add_line(struct lines *l, str text, struct import_rows *out)
{
    const struct json *v;
    struct import_row row;
    struct err err;
    if (json_parse(&l->scratch, text, &v, &err) < 0)
        row = broken(l, text, arena_printf(l->a, "character %u: %s", err.column, err.message));
    else if (v->kind != JSON_OBJECT)
        row = broken(l, text, STR("is not a JSON object; each line holds one fact"));
    else if (row_of(l, text, v, &row) < 0)
        return -1;
    *vec_add(l->a, out) = row;
    return 0;
}

static void put_header(struct lines *l, struct import_rows *out)
{
    struct import_row *header = &out->items[0];
    size_t count = l->names.count;
    *header =
        (struct import_row){.cells = {l->names.items, count, 0, l->first.items}, .kinds = arena_array(l->a, count, 1)};
    for (size_t i = 0; i < count; i++) header->kinds[i] = CELL_TEXT;
}

static int read_lines(struct lines *l, str bytes, struct import_rows *out)
{
    str line;
    *vec_add(l->a, out) = (struct import_row){0}; /* the header's place */
    while (bytes.n && str_cut(&bytes, '\n', &line)) {
        l->line++;
        line = str_trim(line);
        if (!line.n) continue;
        if (line.n > LINE_BYTES) {
            err_set(l->err, ERR_LIMIT, "the line is longer than %d MB", LINE_BYTES >> 20);
            return err_at(l->err, l->line, STR_NONE);
        }
        if (add_line(l, line, out) < 0) return -1;
        arena_clear(&l->scratch);
    }
    put_header(l, out);
    return 0;
}

int json_lines_read(struct arena *a, str bytes, const struct model_type *type, struct import_rows *out, struct err *err)
{
    struct lines l = {.a = a, .type = type, .err = err};
    arena_init(&l.scratch, 0);
    map_init(&l.keys);
    if (str_starts(bytes, STR("\xEF\xBB\xBF"))) bytes = str_from(bytes, 3);
    int status = read_lines(&l, bytes, out);
    map_release(&l.keys);
    arena_release(&l.scratch);
    return status;
}
