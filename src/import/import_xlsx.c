/* SPDX-License-Identifier: Apache-2.0 */
/* Workbooks (ECMA-376): the parts of the ZIP that a sheet's values need, each read as a stream and counted while it
 * comes, so that nothing depends on what the file says of its own size. */
#include "import_internal.h"

#include "base_utf8.h"

#include <expat.h>
#include <string.h>
#include <zip.h>

enum {
    ENTRIES_LIMIT = 20000,
    DEPTH_LIMIT = 64,
    SHEETS_LIMIT = 1000,
    ROW_LIMIT = 1048576,
    COLUMN_LIMIT = 16384,
    CELLS_LIMIT = 16 << 20,
    STRINGS_LIMIT = 8 << 20,
    TEXT_LIMIT = 4 << 20, /* bytes of one cell */
    MERGES_LIMIT = 200000,
    FILLS_LIMIT = 4 << 20, /* cells that merged ones hand on */
    PIECE = 64 << 10,
};
#define PART_LIMIT  ((uint64_t)1 << 30) /* bytes of one part, unpacked */
#define PART_SMALL  ((uint64_t)32 << 20)
#define PART_RATIO  200 /* a larger part may be at most so many times what it is packed */
#define TOTAL_LIMIT ((uint64_t)1 << 31)

struct book {
    struct arena *a;
    zip_t *zip;
    char *piece;    /* PIECE bytes, for what is unpacked */
    uint64_t total; /* bytes unpacked so far */
    VEC(struct book_sheet) sheets;
    VEC(str) paths; /* of the sheets' parts */
    VEC(str) strings;
    VEC(struct number_format) formats; /* by cell style */
    bool from_1904;
};

/* ---- One part as XML ---- */

struct part {
    struct book *w;
    XML_Parser parser;
    const char *stopped; /* why we gave up */
    enum err_code code;
    int depth;
    void *self;
    void (*start)(struct part *p, str name, const char **attributes);
    void (*end)(struct part *p, str name);
    struct buf *text; /* where character data goes now, or NULL */
};

static void stop(struct part *p, enum err_code code, const char *why)
{
    if (!p->stopped) p->stopped = why, p->code = code;
    XML_StopParser(p->parser, XML_FALSE);
}

/* Names without their prefix: some writers put one before each. */
static str local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return str_of(colon ? colon + 1 : name);
}

static str attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (str_eq(local(attributes[i]), str_of(name))) return str_of(attributes[i + 1]);
    return STR_NONE;
}

static void XMLCALL on_start(void *data, const char *name, const char **attributes)
{
    struct part *p = data;
    if (++p->depth > DEPTH_LIMIT) {
        stop(p, ERR_LIMIT, "its elements are nested too deeply");
        return;
    }
    p->start(p, local(name), attributes);
}

static void XMLCALL on_end(void *data, const char *name)
{
    struct part *p = data;
    p->depth--;
    if (p->end) p->end(p, local(name));
}

static void XMLCALL on_text(void *data, const char *text, int length)
{
    struct part *p = data;
    if (!p->text) return;
    buf_put(p->text, text, (size_t)length);
    if (p->text->full) stop(p, ERR_LIMIT, "a cell's text is longer than 4 MB");
}

/* No writer of workbooks has one, and it is what entity bombs are made of. */
static void XMLCALL on_doctype(void *data, const char *name, const char *system, const char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    stop(data, ERR_INPUT, "it declares a document type, which no workbook does");
}

static int part_fault(const struct part *p, str name, struct err *err)
{
    if (p->stopped)
        return err_set(err, p->code, "is a damaged or unusual workbook (" STR_FORMAT "): %s", STR_ARGS(name),
                       p->stopped);
    return err_set(err, ERR_INPUT, "is a damaged workbook: " STR_FORMAT ", line %lu: %s", STR_ARGS(name),
                   (unsigned long)XML_GetCurrentLineNumber(p->parser), XML_ErrorString(XML_GetErrorCode(p->parser)));
}

static int feed(struct part *p, zip_file_t *f, uint64_t packed, str name, struct err *err)
{
    uint64_t done = 0;
    for (;;) {
        char *piece = p->w->piece;
        zip_int64_t n = zip_fread(f, piece, PIECE);
        if (n < 0)
            return err_set(err, ERR_INPUT, "is a damaged workbook: " STR_FORMAT " can't be unpacked", STR_ARGS(name));
        done += (uint64_t)n, p->w->total += (uint64_t)n;
        if (done > PART_LIMIT || p->w->total > TOTAL_LIMIT || (done > PART_SMALL && done / PART_RATIO > packed))
            return err_set(err, ERR_LIMIT, "unpacks to more than is believed (" STR_FORMAT "); save it as CSV",
                           STR_ARGS(name));
        if (XML_Parse(p->parser, piece, (int)n, n == 0) != XML_STATUS_OK) return part_fault(p, name, err);
        if (n == 0) return 0;
    }
}

/* 0 and *there false where there is no such part. */
static int read_part(struct part *p, str name, bool *there, struct err *err)
{
    struct book *w = p->w;
    zip_stat_t stat;
    zip_int64_t at = zip_name_locate(w->zip, arena_copy(w->a, name).p, ZIP_FL_NOCASE);
    *there = at >= 0;
    if (at < 0) return 0;
    zip_file_t *f =
        zip_stat_index(w->zip, (zip_uint64_t)at, 0, &stat) == 0 ? zip_fopen_index(w->zip, (zip_uint64_t)at, 0) : NULL;
    if (!f)
        return err_set(err, ERR_INPUT, "is a damaged or protected workbook: " STR_FORMAT " can't be opened (%s)",
                       STR_ARGS(name), zip_strerror(w->zip));
    p->parser = XML_ParserCreate(NULL);
    MUST(p->parser);
    XML_SetUserData(p->parser, p);
    XML_SetElementHandler(p->parser, on_start, on_end);
    XML_SetCharacterDataHandler(p->parser, on_text);
    XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
    int status = feed(p, f, stat.valid & ZIP_STAT_COMP_SIZE ? stat.comp_size : 0, name, err);
    XML_ParserFree(p->parser);
    zip_fclose(f);
    return status;
}

/* ---- The parts around the sheets ---- */

struct relations {
    struct book *w;
    str base; /* the folder that targets stand in */
    VEC(str) ids;
    VEC(str) targets;
    VEC(str) kinds; /* the last piece of the type: worksheet, sharedStrings */
};

static void relation(struct part *p, str name, const char **attributes)
{
    struct relations *r = p->self;
    if (!str_eq(name, STR("Relationship"))) return;
    if (r->ids.count > ENTRIES_LIMIT) {
        stop(p, ERR_LIMIT, "there are too many relations");
        return;
    }
    str target = attribute(attributes, "Target"), kind = attribute(attributes, "Type");
    for (size_t at; (at = str_find_char(kind, '/')) != STR_NOT_FOUND;) kind = str_from(kind, at + 1);
    target = str_starts(target, STR("/"))
                 ? arena_copy(r->w->a, str_from(target, 1))
                 : arena_printf(r->w->a, STR_FORMAT STR_FORMAT, STR_ARGS(r->base), STR_ARGS(target));
    *vec_add(r->w->a, &r->ids) = arena_copy(r->w->a, attribute(attributes, "Id"));
    *vec_add(r->w->a, &r->targets) = target;
    *vec_add(r->w->a, &r->kinds) = arena_copy(r->w->a, kind);
}

/* What the part at `path` points to; of the package as a whole where path is empty. */
static int read_relations(struct book *w, str path, struct relations *r, struct err *err)
{
    size_t folder = 0;
    bool there;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/') folder = i + 1;
    *r = (struct relations){.w = w, .base = str_slice(path, 0, folder)};
    str name =
        arena_printf(w->a, STR_FORMAT "_rels/" STR_FORMAT ".rels", STR_ARGS(r->base), STR_ARGS(str_from(path, folder)));
    struct part p = {.w = w, .self = r, .start = relation};
    return read_part(&p, name, &there, err);
}

static str target_of(const struct relations *r, const char *kind)
{
    for (size_t i = 0; i < r->kinds.count; i++)
        if (str_eq(r->kinds.items[i], str_of(kind))) return r->targets.items[i];
    return STR_NONE;
}

struct contents {
    struct book *w;
    const struct relations *r;
};

static void content(struct part *p, str name, const char **attributes)
{
    struct contents *c = p->self;
    struct book *w = c->w;
    if (str_eq(name, STR("workbookPr"))) {
        str date = attribute(attributes, "date1904");
        w->from_1904 = str_eq(date, STR("1")) || str_eq(date, STR("true"));
    }
    if (!str_eq(name, STR("sheet"))) return;
    str id = attribute(attributes, "id"), state = attribute(attributes, "state");
    for (size_t i = 0; i < c->r->ids.count; i++) {
        if (!str_eq(c->r->ids.items[i], id) || !str_eq(c->r->kinds.items[i], STR("worksheet"))) continue;
        if (w->sheets.count == SHEETS_LIMIT) {
            stop(p, ERR_LIMIT, "there are too many sheets");
            return;
        }
        *vec_add(w->a, &w->sheets) = (struct book_sheet){arena_copy(w->a, attribute(attributes, "name")),
                                                         state.n && !str_eq(state, STR("visible"))};
        *vec_add(w->a, &w->paths) = c->r->targets.items[i];
        return;
    }
}

struct styles {
    struct book *w;
    struct idmap codes; /* numFmtId to its place + 1 */
    VEC(str) texts;
    bool in_cells;
};

static void style(struct part *p, str name, const char **attributes)
{
    struct styles *s = p->self;
    int64_t id;
    bool is_new;
    if (!str_to_int(attribute(attributes, "numFmtId"), &id) || id < 0 || id > UINT32_MAX) id = 0;
    if (str_eq(name, STR("cellXfs"))) s->in_cells = true;
    if (s->w->formats.count + s->texts.count > STRINGS_LIMIT) {
        stop(p, ERR_LIMIT, "there are too many styles");
    } else if (str_eq(name, STR("numFmt"))) {
        *vec_add(s->w->a, &s->texts) = arena_copy(s->w->a, attribute(attributes, "formatCode"));
        *idmap_put(&s->codes, (uint64_t)id, &is_new) = s->texts.count;
    } else if (str_eq(name, STR("xf")) && s->in_cells) {
        const uint64_t *code = idmap_get(&s->codes, (uint64_t)id);
        *vec_add(s->w->a, &s->w->formats) = number_format_of((uint32_t)id, code ? s->texts.items[*code - 1] : STR_NONE);
    }
}

static void style_end(struct part *p, str name)
{
    if (str_eq(name, STR("cellXfs"))) ((struct styles *)p->self)->in_cells = false;
}

/* _x000D_ stands for a character that XML cannot hold (ECMA-376 §22.4.2.4). */
static str unescape(struct book *w, str s)
{
    struct buf b;
    if (str_find(s, STR("_x")) == STR_NOT_FOUND) return arena_copy(w->a, s);
    buf_init(&b, s.n * 2 + 8);
    for (size_t i = 0; i < s.n; i++) {
        uint32_t c = 0;
        size_t digits = 0;
        if (i + 7 <= s.n && s.p[i] == '_' && s.p[i + 1] == 'x' && s.p[i + 6] == '_')
            for (; digits < 4; digits++) {
                char h = s.p[i + 2 + digits];
                uint32_t value = h >= '0' && h <= '9'   ? (uint32_t)(h - '0')
                                 : h >= 'A' && h <= 'F' ? (uint32_t)(h - 'A') + 10
                                 : h >= 'a' && h <= 'f' ? (uint32_t)(h - 'a') + 10
                                                        : 16;
                if (value == 16) break;
                c = c * 16 + value;
            }
        if (digits == 4 && (c < 0xD800 || c > 0xDFFF)) {
            buf_codepoint(&b, c);
            i += 6;
        } else {
            buf_char(&b, s.p[i]);
        }
    }
    str text = buf_copy(&b, w->a);
    buf_release(&b);
    return text;
}

struct strings {
    struct book *w;
    struct buf text;
    bool phonetic; /* how it is read aloud: not part of it */
};

static void string_start(struct part *p, str name, const char **attributes)
{
    struct strings *s = p->self;
    (void)attributes;
    if (str_eq(name, STR("si"))) buf_clear(&s->text);
    if (str_eq(name, STR("rPh"))) s->phonetic = true;
    if (str_eq(name, STR("t")) && !s->phonetic) p->text = &s->text;
}

static void string_end(struct part *p, str name)
{
    struct strings *s = p->self;
    if (str_eq(name, STR("t"))) p->text = NULL;
    if (str_eq(name, STR("rPh"))) s->phonetic = false;
    if (!str_eq(name, STR("si"))) return;
    if (s->w->strings.count == STRINGS_LIMIT) {
        stop(p, ERR_LIMIT, "there are too many texts");
        return;
    }
    *vec_add(s->w->a, &s->w->strings) = unescape(s->w, buf_get(&s->text));
}

static int read_strings(struct book *w, str path, struct err *err)
{
    bool there;
    struct strings s = {.w = w};
    struct part p = {.w = w, .self = &s, .start = string_start, .end = string_end};
    buf_init(&s.text, TEXT_LIMIT);
    int status = read_part(&p, path, &there, err);
    buf_release(&s.text);
    return status;
}

static int read_styles(struct book *w, str path, struct err *err)
{
    bool there;
    struct styles s = {.w = w};
    struct part p = {.w = w, .self = &s, .start = style, .end = style_end};
    idmap_init(&s.codes);
    int status = read_part(&p, path, &there, err);
    idmap_release(&s.codes);
    return status;
}

static int read_contents(struct book *w, struct err *err)
{
    struct relations package, book;
    bool there;
    if (read_relations(w, STR(""), &package, err) < 0) return -1;
    str path = target_of(&package, "officeDocument");
    if (!path.n) return err_set(err, ERR_INPUT, "is a ZIP file, but no workbook; save it as .xlsx or CSV");
    if (read_relations(w, path, &book, err) < 0) return -1;
    struct contents c = {w, &book};
    struct part p = {.w = w, .self = &c, .start = content};
    if (read_part(&p, path, &there, err) < 0) return -1;
    if (!w->sheets.count) return err_set(err, ERR_INPUT, "is a workbook without sheets; save it as .xlsx or CSV");
    str strings = target_of(&book, "sharedStrings"), styles = target_of(&book, "styles");
    if (styles.n && read_styles(w, styles, err) < 0) return -1;
    return strings.n ? read_strings(w, strings, err) : 0;
}

int book_open(struct arena *a, str bytes, struct book **out, struct err *err)
{
    struct book *w = arena_zalloc(a, sizeof *w);
    zip_error_t zip_error;
    w->a = a;
    w->piece = arena_alloc(a, PIECE);
    zip_error_init(&zip_error);
    zip_source_t *source = zip_source_buffer_create(bytes.p, bytes.n, 0, &zip_error);
    if (source) w->zip = zip_open_from_source(source, ZIP_RDONLY, &zip_error);
    if (source && !w->zip) zip_source_free(source);
    int status = 0;
    if (!w->zip)
        status = err_set(err, ERR_INPUT, "is a damaged workbook: %s", zip_error_strerror(&zip_error));
    else if (zip_get_num_entries(w->zip, 0) > ENTRIES_LIMIT)
        status = err_set(err, ERR_LIMIT, "is no usual workbook: it packs more than %d files", ENTRIES_LIMIT);
    zip_error_fini(&zip_error);
    if (status == 0) status = read_contents(w, err);
    if (status < 0) book_close(w);
    *out = w;
    return status;
}

void book_close(struct book *w)
{
    if (w->zip) zip_discard(w->zip);
    w->zip = NULL;
}

const struct book_sheet *book_sheets(const struct book *w, size_t *count)
{
    *count = w->sheets.count;
    return w->sheets.items;
}

/* ---- A sheet ---- */

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
    bool has_inline, phonetic;
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
    str number = attribute(attributes, "r");
    int64_t n = (int64_t)s->row + 1;
    if ((number.p && !str_to_int(number, &n)) || n <= (int64_t)s->row || n > ROW_LIMIT) {
        stop(p, ERR_INPUT, "its rows are not numbered in order");
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
    str place = attribute(attributes, "r");
    uint32_t column = s->column, row = 0;
    int64_t style_id;
    if (place.p && (!read_place(place, &column, &row) || (row && row != s->row) || column < s->column)) {
        stop(p, ERR_INPUT, "a cell stands in a place that cannot be");
        return;
    }
    if (column >= COLUMN_LIMIT) {
        stop(p, ERR_INPUT, "a row has too many cells");
        return;
    }
    s->column = column;
    s->type = type_of(attribute(attributes, "t"));
    s->style = str_to_int(attribute(attributes, "s"), &style_id) && style_id >= 0 && style_id < UINT32_MAX
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
    if (s->type == 'i' || (s->has_inline && !value.n)) return unescape(w, buf_get(&s->inline_text));
    if (!value.n) return STR_NONE;
    switch (s->type) {
    case 's':
        if (str_to_int(value, &index) && index >= 0 && (uint64_t)index < w->strings.count)
            return w->strings.items[index];
        stop(p, ERR_INPUT, "a cell names a text that is not there");
        return STR_NONE;
    case 'f': return unescape(w, buf_get(&s->value));
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
        stop(p, ERR_LIMIT, "it has more than 16 million cells; save the sheet as CSV");
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
        stop(p, ERR_LIMIT, "it has too many merged cells");
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
        take_merge(p, s, attribute(attributes, "ref"));
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

int book_read(struct book *w, size_t sheet, struct import_rows *out, struct err *err)
{
    bool there;
    struct sheet s = {.w = w, .rows = out};
    struct part p = {.w = w, .self = &s, .start = sheet_start, .end = sheet_end};
    buf_init(&s.value, TEXT_LIMIT);
    buf_init(&s.inline_text, TEXT_LIMIT);
    int status = read_part(&p, w->paths.items[sheet], &there, err);
    if (status == 0 && !there) status = err_set(err, ERR_INPUT, "is a damaged workbook: the sheet is not in it");
    if (status == 0) status = fill_merged(&s, err);
    buf_release(&s.inline_text);
    buf_release(&s.value);
    return status;
}
