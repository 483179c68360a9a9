/* SPDX-License-Identifier: Apache-2.0 */
/* What a cell calls other facts. */
#include "import_internal.h"

#include "base_utf8.h"

#include <string.h>

static struct import_names *names_of(struct import *in, const struct model_type *type)
{
    struct import_names *n = &in->kin[type->number];
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
    str folded = utf8_fold(&in->scratch, name);
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
    for (size_t i = 0; i < count; i++) names[used++] = fact_name(picture_fact(in->picture, ids[i]));
    if (n->type == in->type)
        for (size_t c = 0; c < in->column_count; c++)
            if (in->columns[c].use == IMPORT_FIELD && in->columns[c].field == n->type->name_field)
                VEC_EACH(row, &in->rows) names[used++] = import_cell(row, c);
    n->names = names;
    n->name_count = used;
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
    struct import_names *names = names_of(in, to);
    if (!names->names) load_names(in, names);
    str near = err_nearest(name, names->names, names->name_count);
    bool many = field->kind == FIELD_LINKS && str_find_char(name, ',') != STR_NOT_FOUND;
    import_fault(in, row, column, "no " STR_FORMAT " is called \"" STR_FORMAT "\"%s" STR_FORMAT "%s%s; %s",
                 STR_ARGS(to->name), STR_ARGS(name), near.n ? "; the nearest is \"" : "", STR_ARGS(near),
                 near.n ? "\"" : "", many ? "; several names stand apart by semicolons" : "",
                 near.n ? "mend the name, or make it with --create-links"
                        : "import it first, or make it with --create-links");
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
    uint64_t id = change_create(in->plan->set, to);
    struct origin from = {ORIGIN_IMPORTED, in->plan->source, str_of(in->plan->path), row->cells.line};
    change_value(in->plan->set, id, to->name_field, utf8_nfc(in->a, name), from);
    bool is_new;
    *map_put(&names_of(in, to)->ids, utf8_fold(in->a, name), &is_new) = id;
    *vec_add(in->a, &in->made) = (struct import_made){to, name, row->cells.line};
    return id;
}

/* The next name up to a semicolon or line end; one in quotes may contain them. */
static bool next_name(str *rest, str *name)
{
    *rest = import_trim(*rest);
    while (rest->n && rest->p[0] == ';') *rest = import_trim(str_from(*rest, 1));
    if (!rest->n) return false;
    size_t end;
    if (rest->p[0] == '"' && (end = str_find_char(str_from(*rest, 1), '"')) != STR_NOT_FOUND) {
        str behind = import_trim(str_from(*rest, end + 2));
        if (!behind.n || behind.p[0] == ';') {
            *name = str_slice(*rest, 1, end + 1);
            *rest = behind;
            return true;
        }
    }
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

bool import_links(struct import *in, const struct import_row *row, size_t column, const uint64_t **to, size_t *count)
{
    const struct model_field *field = in->columns[column].field;
    str rest = import_cell(row, column), name;
    struct fact_list list = {0};
    bool good = true;
    if (field->kind == FIELD_LINK) {
        if (rest.n > 2 && rest.p[0] == '"' && rest.p[rest.n - 1] == '"') rest = str_slice(rest, 1, rest.n - 1);
        good = link_one(in, row, column, rest, &list);
    } else {
        while (next_name(&rest, &name)) good = link_one(in, row, column, name, &list) && good;
    }
    *to = list.items;
    *count = list.count;
    return good;
}
