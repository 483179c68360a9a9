/* SPDX-License-Identifier: Apache-2.0 */
/* Workbooks (ECMA-376): which sheets there are, and what their cells refer to: shared texts, styles. */
#include "import_xlsx.h"

#include "base_utf8.h"

#include <string.h>

enum {
    ENTRIES_LIMIT = 20000,
    SHEETS_LIMIT = 1000,
    STRINGS_LIMIT = 8 << 20,
};

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
        part_stop(p, ERR_LIMIT, "there are too many relations");
        return;
    }
    str target = part_attribute(attributes, "Target"), kind = part_attribute(attributes, "Type");
    for (size_t at; (at = str_find_char(kind, '/')) != STR_NOT_FOUND;) kind = str_from(kind, at + 1);
    target = str_starts(target, STR("/"))
                 ? arena_copy(r->w->a, str_from(target, 1))
                 : arena_printf(r->w->a, STR_FORMAT STR_FORMAT, STR_ARGS(r->base), STR_ARGS(target));
    *vec_add(r->w->a, &r->ids) = arena_copy(r->w->a, part_attribute(attributes, "Id"));
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
    return part_read(&p, name, &there, err);
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
        str date = part_attribute(attributes, "date1904");
        w->from_1904 = str_eq(date, STR("1")) || str_eq(date, STR("true"));
    }
    if (!str_eq(name, STR("sheet"))) return;
    str id = part_attribute(attributes, "id"), state = part_attribute(attributes, "state");
    for (size_t i = 0; i < c->r->ids.count; i++) {
        if (!str_eq(c->r->ids.items[i], id) || !str_eq(c->r->kinds.items[i], STR("worksheet"))) continue;
        if (w->sheets.count == SHEETS_LIMIT) {
            part_stop(p, ERR_LIMIT, "there are too many sheets");
            return;
        }
        *vec_add(w->a, &w->sheets) = (struct book_sheet){arena_copy(w->a, part_attribute(attributes, "name")),
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
    if (!str_to_int(part_attribute(attributes, "numFmtId"), &id) || id < 0 || id > UINT32_MAX) id = 0;
    if (str_eq(name, STR("cellXfs"))) s->in_cells = true;
    if (s->w->formats.count + s->texts.count > STRINGS_LIMIT) {
        part_stop(p, ERR_LIMIT, "there are too many styles");
    } else if (str_eq(name, STR("numFmt"))) {
        *vec_add(s->w->a, &s->texts) = arena_copy(s->w->a, part_attribute(attributes, "formatCode"));
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
str book_unescape(struct book *w, str s)
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
        part_stop(p, ERR_LIMIT, "there are too many texts");
        return;
    }
    *vec_add(s->w->a, &s->w->strings) = book_unescape(s->w, buf_get(&s->text));
}

static int read_strings(struct book *w, str path, struct err *err)
{
    bool there;
    struct strings s = {.w = w};
    struct part p = {.w = w, .self = &s, .start = string_start, .end = string_end};
    buf_init(&s.text, BOOK_TEXT_LIMIT);
    int status = part_read(&p, path, &there, err);
    buf_release(&s.text);
    return status;
}

static int read_styles(struct book *w, str path, struct err *err)
{
    bool there;
    struct styles s = {.w = w};
    struct part p = {.w = w, .self = &s, .start = style, .end = style_end};
    idmap_init(&s.codes);
    int status = part_read(&p, path, &there, err);
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
    if (part_read(&p, path, &there, err) < 0) return -1;
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
    w->piece = arena_alloc(a, BOOK_PIECE);
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
