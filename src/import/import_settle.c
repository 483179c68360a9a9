/* SPDX-License-Identifier: Apache-2.0 */
/* Which fact a row is: by its id, its natural key, another name; else a new one. */
#include "import_internal.h"

#include "base_utf8.h"

enum { FILE_BITS = 40 };

static uint64_t row_place(const struct import *in, size_t number)
{
    return (uint64_t)(in - in->batch->files) << FILE_BITS | (number + 1);
}

const struct import_row *import_row_of(const struct import_batch *b, uint64_t fact, const struct import **in)
{
    const uint64_t *place = idmap_get(&b->row_of, fact);
    if (!place) return NULL;
    const struct import *file = &b->files[*place >> FILE_BITS];
    if (in) *in = file;
    return &file->rows.items[(*place & (((uint64_t)1 << FILE_BITS) - 1)) - 1];
}

static void put_key(struct buf *to, struct import *in, str value)
{
    if (to->n) buf_char(to, '\x1f');
    buf_str(to, utf8_fold(in->scratch, value));
}

void import_index_known(struct import *in)
{
    size_t count;
    const uint64_t *ids = picture_facts(in->picture, in->type, &count);
    struct buf key;
    buf_init(&key, 64 << 20);
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = import_fact_of(in, ids[i]);
        bool is_new;
        buf_clear(&key);
        for (size_t k = 0; k < in->type->key_field_count; k++) {
            const struct model_field *field = in->type->key_fields[k];
            size_t links;
            if (field->kind == FIELD_LINK) {
                const uint64_t *to = fact_links(f, field, &links);
                put_key(&key, in, links ? fact_name(import_fact_of(in, to[0])) : STR_NONE);
            } else {
                put_key(&key, in, fact_value(f, field));
            }
        }
        *map_put(&in->keys, buf_copy(&key, in->a), &is_new) = ids[i];
        arena_clear(in->scratch);
    }
    buf_release(&key);
}

/* The folded key, false when a part of it is empty or can't be read (a fault, or, for rows with an id, none). */
static bool row_key(struct import *in, const struct import_row *row, bool has_id, str *key)
{
    struct buf b;
    bool good = true;
    buf_init(&b, 64 << 20);
    for (size_t k = 0; k < in->type->key_field_count && good; k++) {
        const struct model_field *field = in->type->key_fields[k];
        size_t column = import_column_for(in, field);
        str value = import_cell_name(row, column), canonical = value;
        if (column == in->column_count || !value.n) {
            good = false;
            if (!has_id)
                import_fault(in, row, column, "is empty; every " STR_FORMAT " needs its " STR_FORMAT,
                             STR_ARGS(in->type->name), STR_ARGS(field->name));
        } else if (field->kind != FIELD_TEXT && field->kind != FIELD_LINK) {
            good = import_value(in, row, column, &canonical);
        }
        put_key(&b, in, canonical);
    }
    *key = buf_copy(&b, in->a);
    buf_release(&b);
    return good;
}

static size_t id_column(struct import *in)
{
    size_t i = 0;
    while (i < in->column_count && in->columns[i].use != IMPORT_ID) i++;
    return i;
}

/* 1: the row has an id that is good, 0: it has none, -1: a fault. */
static int row_id(struct import *in, const struct import_row *row, uint64_t *id)
{
    size_t column = id_column(in);
    str cell = import_cell(row, column);
    int64_t number;
    if (column == in->column_count || !cell.n) return 0;
    if (!str_to_int(cell, &number) || number <= 0 || (uint64_t)number > FACT_ID_MAX) {
        import_fault(in, row, column,
                     "\"" STR_FORMAT
                     "\" is not an id of this workspace; if the column is the file's own numbering, leave "
                     "it out: --column '" STR_FORMAT "=-'",
                     STR_ARGS(cell), STR_ARGS(in->columns[column].header));
        return -1;
    }
    const struct fact *f = import_fact_of(in, (uint64_t)number);
    if (f && fact_type(f) != in->type) {
        import_fault(in, row, column, "%lld is the " STR_FORMAT " \"" STR_FORMAT "\", not one of the " STR_FORMAT,
                     (long long)number, STR_ARGS(fact_type(f)->name), STR_ARGS(fact_name(f)),
                     STR_ARGS(in->type->plural));
        return -1;
    }
    *id = (uint64_t)number;
    return 1;
}

/* Rows of one fact have one key, whatever its capitals. */
static size_t first_difference(struct import *in, const struct import_row *a, const struct import_row *b)
{
    for (size_t i = 0; i < in->column_count; i++)
        if (in->columns[i].use == IMPORT_FIELD && !str_eq(import_cell(a, i), import_cell(b, i)) &&
            (!import_is_key(in, in->columns[i].field) || a->by_alias || b->by_alias))
            return i;
    return in->column_count;
}

/* The fact has a row already: the same words are fine, others are not. */
static void meet_again(struct import *in, struct import_row *row, const struct import_row *first, str name)
{
    size_t at = first_difference(in, first, row);
    row->fact = 0;
    if (at == in->column_count) {
        in->plan->repeated++;
        return;
    }
    str one = import_cell(first, at), other = import_cell(row, at);
    import_fault(in, row, in->column_count,
                 "\"" STR_FORMAT "\" stands in line %u too, and the two differ (" STR_FORMAT ": \"" STR_FORMAT
                 "\" there, \"" STR_FORMAT "\" here); keep one",
                 STR_ARGS(name), first->cells.line, STR_ARGS(in->columns[at].header),
                 STR_ARGS(str_slice(one, 0, utf8_offset(one, 60))),
                 STR_ARGS(str_slice(other, 0, utf8_offset(other, 60))));
}

static uint64_t by_alias(struct import *in, const struct import_row *row, str name, bool *faulty)
{
    bool several = false;
    *faulty = false;
    if (in->type->key_field_count != 1 || !in->type->alias_field) return 0;
    uint64_t id = picture_find(in->picture, in->type, name, &several);
    if (!several) return id;
    import_fault(in, row, import_column_for(in, in->type->name_field),
                 "\"" STR_FORMAT "\" is another name of several " STR_FORMAT "; say which by its own name",
                 STR_ARGS(name), STR_ARGS(in->type->plural));
    *faulty = true;
    return 0;
}

void import_name_aliases(struct import *in, const struct import_row *row)
{
    if (!in->type->alias_field) return;
    str rest = import_cell(row, import_column_for(in, in->type->alias_field)), piece;
    while (str_cut(&rest, ';', &piece))
        for (str part; str_cut(&piece, '|', &part);) import_name(in, import_trim(part), row->fact);
}

/* The set's number for a fact that gets an id of the file's choice; the same for the same id. */
static uint64_t create_as(struct import *in, uint64_t id)
{
    bool is_new;
    uint64_t *known = idmap_put(&in->batch->wanted, id, &is_new);
    if (is_new) *known = change_create_as(in->batch->set, in->type, id);
    return *known;
}

void import_settle_row(struct import *in, size_t number)
{
    struct import_row *row = &in->rows.items[number];
    str key, name = import_cell(row, import_column_for(in, in->type->name_field));
    uint64_t id = 0;
    bool is_new, faulty;
    int has_id = row_id(in, row, &id);
    bool has_key = row_key(in, row, has_id != 0, &key);
    if (has_id < 0 || (!has_key && !has_id)) return;
    uint64_t *known = has_key ? map_get(&in->keys, key) : NULL;
    if (has_id > 0) {
        row->fact = id;
        row->is_new = !import_fact_of(in, id);
        uint64_t *twin = idmap_get(&in->batch->wanted, id);
        if (known && *known != id && !(twin && *known == *twin)) {
            import_fault(in, row, id_column(in), "the id is %llu, but \"" STR_FORMAT "\" is there with another",
                         (unsigned long long)id, STR_ARGS(name));
            row->fact = 0;
            return;
        }
        const struct import *other = in;
        if (twin && import_row_of(in->batch, *twin, &other) && other != in) {
            import_fault(in, row, id_column(in), "the id %llu is that of one of the " STR_FORMAT " in " STR_FORMAT,
                         (unsigned long long)id, STR_ARGS(other->type->plural), STR_ARGS(other->plan->place));
            row->fact = 0;
            return;
        }
        if (row->is_new) row->fact = create_as(in, id);
    } else if (known) {
        row->fact = *known;
        row->is_new = !import_fact_of(in, *known);
    } else {
        row->fact = by_alias(in, row, name, &faulty);
        if (faulty) return;
        row->by_alias = row->fact != 0;
        row->is_new = !row->fact;
        if (row->is_new) row->fact = change_create(in->batch->set, in->type);
    }
    uint64_t *place = idmap_put(&in->batch->row_of, row->fact, &is_new);
    if (!is_new) {
        meet_again(in, row, import_row_of(in->batch, row->fact, NULL),
                   name.n ? name : fact_name(import_fact_of(in, id)));
        return;
    }
    *place = row_place(in, number);
    if (has_key) *map_put(&in->keys, key, &is_new) = row->fact;
    if (!row->by_alias) import_name(in, name, row->fact);
}
