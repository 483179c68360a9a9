/* SPDX-License-Identifier: Apache-2.0 */
/* What a cell calls other facts. */
#include "import_internal.h"

#include "base_utf8.h"

#include <string.h>

static struct import_names *names_of(struct import *in, const struct model_type *type)
{
    struct import_names *n = &in->batch->kin[type->number];
    n->type = type;
    return n;
}

static void name_one(struct import *in, str name, uint64_t fact)
{
    bool is_new;
    str folded = utf8_fold(in->a, name);
    if (!folded.n) return;
    uint64_t *place = map_put(&names_of(in, in->type)->ids, folded, &is_new);
    if (is_new || !*place) *place = fact;
}

void import_name(struct import *in, str name, uint64_t fact) { name_one(in, name, fact); }

/* 0 when there is none. */
static uint64_t find(struct import *in, const struct model_type *type, str name, bool *several)
{
    *several = false;
    struct import_names *names = names_of(in, type);
    str folded = utf8_fold(in->scratch, name);
    const uint64_t *known = map_get(&names->ids, folded);
    if (known) return *known;
    uint64_t id = picture_find(in->picture, type, name, several);
    if (*several) return 0;
    bool is_new;
    if (id) *map_put(&names->ids, arena_copy(in->a, folded), &is_new) = id;
    return id;
}

static void load_names(struct import *in, struct import_names *n)
{
    size_t count, used = 0, made = in->made.count;
    const uint64_t *ids = picture_facts(in->picture, n->type, &count);
    str *names = arena_array(in->a, count + made + 1 + (n->type == in->type ? in->rows.count : 0), sizeof *names);
    for (size_t i = 0; i < count; i++) names[used++] = fact_name(import_fact_of(in, ids[i]));
    if (n->type == in->type)
        for (size_t c = 0; c < in->column_count; c++)
            if (in->columns[c].use == IMPORT_FIELD && in->columns[c].field == n->type->name_field)
                VEC_EACH(row, &in->rows) names[used++] = import_cell(row, c);
    n->names = names;
    n->name_count = used;
}

/* Is it what a row says that is left out? Its line, or 0. */
static uint32_t left_out_at(struct import *in, const struct model_type *type, str name)
{
    str folded = utf8_fold(in->scratch, name);
    for (size_t i = 0; in->options->skip_bad && i < in->batch->file_count; i++) {
        const struct import *file = &in->batch->files[i];
        size_t column = import_column_for(file, type->name_field);
        if (file->type != type) continue;
        VEC_EACH(bad, &file->bad) {
            if (str_eq(utf8_fold(in->scratch, import_cell(bad->row, column)), folded)) return bad->line;
        }
    }
    return 0;
}

static void fault_absent(struct import *in, const struct import_row *row, size_t column, str name, bool several)
{
    const struct model_field *field = in->columns[column].field;
    const struct model_type *to = field->to;
    if (several) {
        import_fault(in, row, column, "\"" STR_FORMAT "\" is the name of several " STR_FORMAT "; tell them apart first",
                     STR_ARGS(name), STR_ARGS(to->plural));
        return;
    }
    if (in->errors.count >= IMPORT_ERRORS_KEPT) { /* looking for the nearest takes time, and nobody would see it */
        import_fault(in, row, column, "no such " STR_FORMAT, STR_ARGS(to->name));
        return;
    }
    uint32_t line = left_out_at(in, to, name);
    if (line) {
        import_fault(in, row, column, "\"" STR_FORMAT "\" is in line %u, which is left out too", STR_ARGS(name), line);
        return;
    }
    struct import_names *names = names_of(in, to);
    if (!names->names) load_names(in, names);
    str near = err_nearest(name, names->names, names->name_count);
    bool many = field->kind == FIELD_LINKS && str_find_char(name, ',') != STR_NOT_FOUND;
    const char *how = in->options->how_to_create;
    import_fault(in, row, column, "no " STR_FORMAT " is called \"" STR_FORMAT "\"%s" STR_FORMAT "%s%s; %s, or %s",
                 STR_ARGS(to->name), STR_ARGS(name), near.n ? "; the nearest is \"" : "", STR_ARGS(near),
                 near.n ? "\"" : "", many ? "; several names stand apart by semicolons" : "",
                 near.n ? "mend the name" : "import it first", how ? how : "make it with --create-links");
}

static bool needs_only_name(const struct model_type *type)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct model_field *f = &type->fields[i];
        if (f->required && f != type->name_field && !f->initial.n) return false;
    }
    return type->key_field_count == 1 && type->name_field;
}

static uint64_t make(struct import *in, const struct import_row *row, size_t column, str name)
{
    const struct model_type *to = in->columns[column].field->to;
    if (!needs_only_name(to)) {
        import_fault(in, row, column,
                     "no " STR_FORMAT " is called \"" STR_FORMAT
                     "\", and a name alone does not make one; import it first",
                     STR_ARGS(to->name), STR_ARGS(name));
        return 0;
    }
    uint64_t id = change_create(in->batch->set, to);
    struct origin from = import_origin(in, row);
    change_value(in->batch->set, id, to->name_field, utf8_nfc(in->a, name), from);
    bool is_new;
    *map_put(&names_of(in, to)->ids, utf8_fold(in->a, name), &is_new) = id;
    *vec_add(in->a, &in->made) = (struct import_made){to, name, row->cells.line};
    return id;
}

/* A name in quotes at the start, with nothing but `;` or the end behind it; quotes in it are doubled. */
static bool quoted_name(struct import *in, str *rest, str *name)
{
    struct buf b;
    size_t at = 1;
    if (!rest->n || rest->p[0] != '"') return false;
    buf_init(&b, 4 << 20);
    for (; at < rest->n; at++) {
        if (rest->p[at] == '"' && !(at + 1 < rest->n && rest->p[at + 1] == '"')) break;
        at += rest->p[at] == '"';
        buf_char(&b, rest->p[at]);
    }
    str behind = import_trim(str_from(*rest, at + 1));
    bool good = at < rest->n && b.n && (!behind.n || behind.p[0] == ';');
    if (good) *name = buf_copy(&b, in->a), *rest = behind;
    buf_release(&b);
    return good;
}

/* The next name up to a semicolon or line end; one in quotes may contain them. */
static bool next_name(struct import *in, str *rest, str *name)
{
    *rest = import_trim(*rest);
    while (rest->n && rest->p[0] == ';') *rest = import_trim(str_from(*rest, 1));
    if (!rest->n) return false;
    if (quoted_name(in, rest, name)) return true;
    size_t end;
    for (end = 0; end < rest->n && rest->p[end] != ';' && rest->p[end] != '\n' && rest->p[end] != '\r';) end++;
    *name = import_trim(str_slice(*rest, 0, end));
    *rest = str_from(*rest, end + (end < rest->n));
    return true;
}

struct fact_list {
    uint64_t *items;
    size_t count, room;
};

static void add(struct import *in, struct fact_list *list, uint64_t id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == id) return;
    *vec_add(in->a, list) = id;
}

/* "Email, Journeys": taken for several names only where every one of them is known. */
static bool all_by_commas(struct import *in, const struct model_type *type, str cell, struct fact_list *list)
{
    str rest = cell, piece;
    bool several;
    if (str_find_char(cell, ',') == STR_NOT_FOUND) return false;
    while (str_cut(&rest, ',', &piece))
        if (!find(in, type, import_trim(piece), &several)) return false;
    for (rest = cell; str_cut(&rest, ',', &piece);) add(in, list, find(in, type, import_trim(piece), &several));
    return true;
}

static bool link_one(struct import *in, const struct import_row *row, size_t column, str name, struct fact_list *list)
{
    const struct model_field *field = in->columns[column].field;
    bool several = false;
    uint64_t id = find(in, field->to, name, &several);
    if (!id && !several && field->kind == FIELD_LINKS && all_by_commas(in, field->to, name, list)) return true;
    if (!id && !several && in->options->create_links) {
        id = make(in, row, column, name);
        if (!id) return false;
    }
    if (!id) return fault_absent(in, row, column, name, several), false;
    add(in, list, id);
    return true;
}

/* "12 Anna Berg": by its id where a fact of that name has it, here or in the file, else by its name. */
static bool link_by_id(struct import *in, const struct import_row *row, size_t column, str one, struct fact_list *list)
{
    const struct model_field *field = in->columns[column].field;
    size_t blank = str_find_char(one, ' ');
    bool no_name = blank == STR_NOT_FOUND;
    str name = no_name ? STR("") : str_from(one, blank + 1);
    int64_t number = 0;
    if (!str_to_int(str_slice(one, 0, no_name ? one.n : blank), &number)) number = 0;
    uint64_t id = (uint64_t)number;
    const struct fact *known = import_fact_of(in, id);
    const uint64_t *made = idmap_get(&in->batch->wanted, id);
    const struct import *file = NULL;
    const struct import_row *there = made ? import_row_of(in->batch, *made, &file) : NULL;
    if (known && fact_type(known) == field->to && (!name.n || str_eq(fact_name(known), name)))
        return add(in, list, id), true;
    if (there && file->type == field->to &&
        (!name.n || str_eq(import_cell(there, import_column_for(file, file->type->name_field)), name)))
        return add(in, list, *made), true;
    if (name.n) return link_one(in, row, column, name, list);
    import_fault(in, row, column, "no " STR_FORMAT " has the id %lld", STR_ARGS(field->to->name), (long long)number);
    return false;
}

bool import_links(struct import *in, const struct import_row *row, size_t column, const uint64_t **to, size_t *count)
{
    const struct model_field *field = in->columns[column].field;
    str rest = import_cell(row, column), name;
    struct fact_list list = {0};
    bool good = true;
    if (import_cell_kind(row, column) == CELL_LINKS) {
        while (rest.n && str_cut(&rest, LINK_END, &name)) good = link_by_id(in, row, column, name, &list) && good;
        if (good && field->kind == FIELD_LINK && list.count > 1) {
            import_fault(in, row, column, "holds one link, not several");
            good = false;
        }
    } else if (field->kind == FIELD_LINK) {
        str all = rest;
        if (!quoted_name(in, &rest, &name) || rest.n) name = all;
        good = link_one(in, row, column, name, &list);
    } else {
        while (next_name(in, &rest, &name)) good = link_one(in, row, column, name, &list) && good;
    }
    *to = list.items;
    *count = list.count;
    return good;
}
