/* SPDX-License-Identifier: Apache-2.0 */
/* A sheet of a workbook: its rows, with what a number's format makes of it, and merged cells handed down. */
#include "import_xlsx.h"

#include <string.h>

enum {
    ROW_LIMIT = 1048576,
    COLUMN_LIMIT = 16384,
    CELLS_LIMIT = 16 << 20,
    MERGES_LIMIT = 200000,
    FILLS_LIMIT = 4 << 20,      /* cells that merged ones hand on */
    CONTINUED_LIMIT = 64 << 20, /* bytes of a text in several cells */
};

struct merge {
    uint32_t first, last, column; /* rows; the area's first column, from 0 */
};
struct sheet {
    struct book *w;
    struct import_rows *rows;
    VEC(str) cells; /* of the row that is being read */
    VEC(unsigned char) kinds;
    VEC(struct merge) merges;
    struct buf value, inline_text;
    uint64_t cell_count;
    uint32_t row, column; /* from 1; from 0 */
    char type;            /* of the cell: n s i(nline) f(ormula's text) b e d */
    uint32_t style;
    bool has_inline, phonetic, too_long;
};

/* "BC23" to column and row (0: none written); false when it is neither. */
static bool read_place(str s, uint32_t *column, uint32_t *row)
{
    size_t i = 0;
    uint64_t c = 0, r = 0;
    for (; i < s.n && i < 4 && s.p[i] >= 'A' && s.p[i] <= 'Z'; i++) c = c * 26 + (uint64_t)(s.p[i] - 'A') + 1;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && r <= ROW_LIMIT; i++) r = r * 10 + (uint64_t)(s.p[i] - '0');
    if (i < s.n || !c || c > COLUMN_LIMIT || r > ROW_LIMIT) return false;
    *column = (uint32_t)c - 1;
    *row = (uint32_t)r;
    return true;
}

static void begin_row(struct part *p, struct sheet *s, const char **attributes)
{
    str number = part_attribute(attributes, "r");
    int64_t n = (int64_t)s->row + 1;
    if ((number.p && !str_to_int(number, &n)) || n <= (int64_t)s->row || n > ROW_LIMIT) {
        part_stop(p, ERR_INPUT, "its rows are not numbered in order");
        return;
    }
    s->row = (uint32_t)n;
    s->column = 0;
    s->cells.count = s->kinds.count = 0;
}

static char type_of(str t)
{
    static const struct {
        str word;
        char type;
    } types[] = {{STR_INIT("s"), 's'}, {STR_INIT("inlineStr"), 'i'}, {STR_INIT("str"), 'f'},
                 {STR_INIT("b"), 'b'}, {STR_INIT("e"), 'e'},         {STR_INIT("d"), 'd'}};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (str_eq(t, types[i].word)) return types[i].type;
    return 'n';
}

static void begin_cell(struct part *p, struct sheet *s, const char **attributes)
{
    str place = part_attribute(attributes, "r");
    uint32_t column = s->column, row = 0;
    int64_t style_id;
    if (place.p && (!read_place(place, &column, &row) || (row && row != s->row) || column < s->column)) {
        part_stop(p, ERR_INPUT, "a cell stands in a place that cannot be");
        return;
    }
    if (column >= COLUMN_LIMIT) {
        part_stop(p, ERR_INPUT, "a row has too many cells");
        return;
    }
    s->column = column;
    s->type = type_of(part_attribute(attributes, "t"));
    s->style = str_to_int(part_attribute(attributes, "s"), &style_id) && style_id >= 0 && style_id < UINT32_MAX
                   ? (uint32_t)style_id
                   : UINT32_MAX;
    s->has_inline = false;
    buf_clear(&s->value);
    buf_clear(&s->inline_text);
}

static str cell_text(struct part *p, struct sheet *s, enum cell_kind *kind)
{
    static const struct number_format plain = {0};
    struct book *w = s->w;
    str value = str_trim(buf_get(&s->value));
    int64_t index;
    *kind = CELL_TEXT;
    if (s->type == 'i' || (s->has_inline && !value.n)) return book_unescape(w, buf_get(&s->inline_text));
    if (!value.n) return STR_NONE;
    switch (s->type) {
    case 's':
        if (str_to_int(value, &index) && index >= 0 && (uint64_t)index < w->strings.count)
            return w->strings.items[index];
        part_stop(p, ERR_INPUT, "a cell names a text that is not there");
        return STR_NONE;
    case 'f': return book_unescape(w, buf_get(&s->value));
    case 'b': return str_eq(value, STR("1")) || str_eq(value, STR("true")) ? STR("yes") : STR("no");
    case 'e': *kind = CELL_ERROR; return arena_copy(w->a, value);
    case 'd':
        *kind = CELL_DATE;
        value = arena_copy(w->a, str_slice(value, 0, 16));
        if (value.n > 10) ((char *)(uintptr_t)value.p)[10] = ' ';
        return value;
    default: /* what the type may say beside these is a number */
        return number_format_text(w->a, s->style < w->formats.count ? &w->formats.items[s->style] : &plain,
                                  arena_copy(w->a, value), w->from_1904, kind);
    }
}

static void end_cell(struct part *p, struct sheet *s)
{
    enum cell_kind kind;
    str text = cell_text(p, s, &kind);
    if (text.n) {
        while (s->cells.count < s->column) {
            *vec_add(s->w->a, &s->cells) = STR("");
            *vec_add(s->w->a, &s->kinds) = CELL_TEXT;
        }
        *vec_add(s->w->a, &s->cells) = text;
        *vec_add(s->w->a, &s->kinds) = (unsigned char)kind;
    }
    s->column++;
}

static void end_row(struct part *p, struct sheet *s)
{
    size_t count = s->cells.count;
    bool empty = true;
    for (size_t i = 0; i < count && empty; i++) empty = !import_trim(s->cells.items[i]).n;
    if (empty) return;
    s->cell_count += count;
    if (s->cell_count > CELLS_LIMIT) {
        part_stop(p, ERR_LIMIT, "it has more than 16 million cells; save the sheet as CSV");
        return;
    }
    struct import_row row = {.cells = {arena_array(s->w->a, count, sizeof(str)), count, s->row, NULL},
                             .kinds = arena_array(s->w->a, count, 1)};
    memcpy(row.cells.fields, s->cells.items, count * sizeof(str));
    memcpy(row.kinds, s->kinds.items, count);
    *vec_add(s->w->a, s->rows) = row;
}

static void take_merge(struct part *p, struct sheet *s, str area)
{
    str first;
    uint32_t column, last_column, row, last_row;
    if (!str_cut(&area, ':', &first) || !read_place(first, &column, &row) ||
        !read_place(area, &last_column, &last_row) || last_row <= row)
        return; /* one row wide: a title */
    if (s->merges.count == MERGES_LIMIT)
        part_stop(p, ERR_LIMIT, "it has too many merged cells");
    else
        *vec_add(s->w->a, &s->merges) = (struct merge){row, last_row, column};
}

static void sheet_start(struct part *p, str name, const char **attributes)
{
    struct sheet *s = p->self;
    if (str_eq(name, STR("row")))
        begin_row(p, s, attributes);
    else if (str_eq(name, STR("c")))
        begin_cell(p, s, attributes);
    else if (str_eq(name, STR("v")))
        p->text = &s->value;
    else if (str_eq(name, STR("t")) && !s->phonetic)
        p->text = &s->inline_text, s->has_inline = true;
    else if (str_eq(name, STR("rPh")))
        s->phonetic = true;
    else if (str_eq(name, STR("mergeCell")))
        take_merge(p, s, part_attribute(attributes, "ref"));
}

static void sheet_end(struct part *p, str name)
{
    struct sheet *s = p->self;
    if (str_eq(name, STR("v")) || str_eq(name, STR("t")))
        p->text = NULL;
    else if (str_eq(name, STR("rPh")))
        s->phonetic = false;
    else if (str_eq(name, STR("c")))
        end_cell(p, s);
    else if (str_eq(name, STR("row")))
        end_row(p, s);
}

static struct import_row *row_at_or_after(struct import_rows *rows, uint32_t line)
{
    size_t low = 0, high = rows->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (rows->items[middle].cells.line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return rows->items + low;
}

/* A cell that is merged downwards is meant for each of its rows. */
static int fill_merged(struct sheet *s, struct err *err)
{
    size_t filled = 0;
    const struct import_row *end = s->rows->items + s->rows->count;
    VEC_EACH(m, &s->merges) {
        struct import_row *row = row_at_or_after(s->rows, m->first), *first = row;
        if (row == end || row->cells.line != m->first || m->column >= row->cells.count) continue;
        for (row++; row < end && row->cells.line <= m->last; row++) {
            filled += m->column + 1;
            if (filled > FILLS_LIMIT) return err_set(err, ERR_LIMIT, "has too many merged cells");
            if (m->column >= row->cells.count) {
                size_t count = m->column + 1;
                str *fields = arena_array(s->w->a, count, sizeof *fields);
                unsigned char *kinds = arena_array(s->w->a, count, 1);
                memcpy(fields, row->cells.fields, row->cells.count * sizeof *fields);
                memcpy(kinds, row->kinds, row->cells.count);
                row->cells.fields = fields, row->cells.count = count, row->kinds = kinds;
            }
            if (row->cells.fields[m->column].n) continue;
            row->cells.fields[m->column] = first->cells.fields[m->column];
            row->kinds[m->column] = first->kinds[m->column];
        }
    }
    return 0;
}

/* How many columns go on from each; 0 for those themselves. */
static bool find_continued(struct sheet *s, const struct import_row *header, size_t *parts)
{
    bool found = false;
    for (size_t i = 0, first = 0; i < header->cells.count; i++) {
        str name = header->cells.fields[first];
        str next = arena_printf(s->w->a, STR_FORMAT CONTINUED_FORMAT, STR_ARGS(name), parts[first] + 1);
        bool goes_on = i && name.n && str_eq(header->cells.fields[i], next);
        found |= goes_on;
        if (goes_on)
            parts[first]++;
        else
            parts[first = i] = 1;
    }
    return found;
}

static str join(struct sheet *s, const struct csv_row *cells, size_t from, size_t count)
{
    struct buf b;
    if (from >= cells->count) return STR("");
    if (count == 1 || from + 1 >= cells->count || !cells->fields[from + 1].n) return cells->fields[from];
    buf_init(&b, CONTINUED_LIMIT);
    for (size_t i = from; i < from + count && i < cells->count; i++) buf_str(&b, cells->fields[i]);
    str whole = buf_copy(&b, s->w->a);
    if (b.full) s->too_long = true;
    buf_release(&b);
    return whole;
}

/* An export heads its sheets in the first line; nothing else is taken for parts of one text. */
static int join_continued(struct sheet *s, struct err *err)
{
    if (!s->rows->count || s->rows->items[0].cells.line != 1) return 0;
    size_t columns = s->rows->items[0].cells.count, *parts = arena_array(s->w->a, columns, sizeof *parts);
    if (!find_continued(s, &s->rows->items[0], parts)) return 0;
    for (size_t r = 0; r < s->rows->count; r++) {
        struct import_row *row = &s->rows->items[r];
        size_t kept = 0, i = 0;
        for (; i < columns && i < row->cells.count; i += parts[i], kept++) {
            row->cells.fields[kept] = r ? join(s, &row->cells, i, parts[i]) : row->cells.fields[i];
            row->kinds[kept] = row->kinds[i];
        }
        for (; i < row->cells.count; i++, kept++) {
            row->cells.fields[kept] = row->cells.fields[i];
            row->kinds[kept] = row->kinds[i];
        }
        row->cells.count = kept;
    }
    return s->too_long ? err_set(err, ERR_LIMIT, "has a text of over %d MB in its columns", CONTINUED_LIMIT >> 20) : 0;
}

int book_read(struct book *w, size_t sheet, struct import_rows *out, struct err *err)
{
    bool there;
    struct sheet s = {.w = w, .rows = out};
    struct part p = {.w = w, .self = &s, .start = sheet_start, .end = sheet_end};
    buf_init(&s.value, BOOK_TEXT_LIMIT);
    buf_init(&s.inline_text, BOOK_TEXT_LIMIT);
    int status = part_read(&p, w->paths.items[sheet], &there, err);
    if (status == 0 && !there) status = err_set(err, ERR_INPUT, "is a damaged workbook: the sheet is not in it");
    if (status == 0) status = fill_merged(&s, err);
    if (status == 0) status = join_continued(&s, err);
    buf_release(&s.inline_text);
    buf_release(&s.value);
    return status;
}
