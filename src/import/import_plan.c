/* SPDX-License-Identifier: Apache-2.0 */
/* From a file to a plan: its rows, their facts, what would change. */
#include "import_internal.h"

#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>

enum { FIELD_BYTES = 2 << 20, PROGRESS_ROWS = 512 };

/* ---- faults and cells ---- */

void import_fault_err(struct import *in, const struct import_row *row, size_t column, const struct err *err)
{
    in->plan->error_count++;
    if (in->errors.count >= IMPORT_ERRORS_KEPT) return;
    struct err *e = vec_add(in->a, &in->errors);
    *e = *err;
    if (!e->code) e->code = ERR_INPUT;
    uint32_t line = row->cells.line;
    if (column < row->cells.count && row->cells.field_lines) line = row->cells.field_lines[column];
    err_at(e, line, column < in->column_count ? in->columns[column].header : STR_NONE);
    err_in(e, str_of(in->plan->path));
}

str import_trim(str s)
{
    static const str blanks[] = {STR_INIT("\xC2\xA0"), STR_INIT("\xE2\x80\xAF"), STR_INIT("\xEF\xBB\xBF")};
    for (size_t before = s.n + 1; s.n < before;) {
        before = s.n;
        s = str_trim(s);
        for (size_t i = 0; i < ARRAY_COUNT(blanks); i++) {
            if (str_starts(s, blanks[i])) s = str_from(s, blanks[i].n);
            if (str_ends(s, blanks[i])) s.n -= blanks[i].n;
        }
    }
    return s;
}

str import_cell(const struct import_row *row, size_t column)
{
    if (column >= row->cells.count) return (str){"", 0};
    str s = import_trim(row->cells.fields[column]);
    size_t marks = 0;
    while (marks < s.n && s.p[marks] == '\'') marks++;
    return marks && marks < s.n && strchr("=+-@\t", s.p[marks]) ? str_from(s, 1) : s;
}

static bool row_is_empty(const struct import_row *row)
{
    for (size_t i = 0; i < row->cells.count; i++)
        if (import_cell(row, i).n) return false;
    return true;
}

/* ---- rows ---- */

static void base_name(struct import *in)
{
    str path = str_of(in->plan->path);
    for (size_t at; (at = str_find_char(path, '/')) != STR_NOT_FOUND;) path = str_from(path, at + 1);
    size_t dot = path.n;
    while (dot > 1 && path.p[dot - 1] != '.') dot--;
    in->plan->source = dot > 1 ? str_slice(path, 0, dot - 1) : path;
}

static int read_rows(struct import *in, char separator, struct err *err)
{
    struct text_reader reader;
    struct csv csv;
    struct csv_row cells;
    int status;
    if (text_open(&reader, in->plan->path, err) < 0) return -1;
    csv_init(&csv, &reader, separator);
    csv.field_cap = FIELD_BYTES;
    memset(&in->rows, 0, sizeof in->rows); /* a header may have been taken off the ones before */
    while ((status = csv_next(&csv, in->a, &cells, err)) > 0) {
        struct import_row row = {.cells = cells};
        if (!row_is_empty(&row)) *vec_add(in->a, &in->rows) = row;
        if (in->options->progress && in->rows.count % PROGRESS_ROWS == 0)
            in->options->progress(in->options->self, reader.bytes_done, reader.bytes_total, "bytes");
    }
    in->plan->encoding = reader.encoding;
    in->plan->separator = csv.separator;
    csv_release(&csv);
    text_close(&reader);
    if (status == 0 && !in->rows.count) status = err_set(err, ERR_INPUT, "the file has no rows");
    if (status < 0) err_in(err, str_of(in->plan->path));
    return status;
}

/* A title line above the header misleads the guess of the separator: then the others are tried. */
static int read_and_find_header(struct import *in, struct err *err)
{
    static const char others[] = {';', '\t', '|', ','};
    if (read_rows(in, in->options->separator, err) < 0) return -1;
    if (import_columns(in, err) == 0) return 0;
    if (err->code != ERR_INPUT || in->options->separator || !strcmp(in->plan->path, "-"))
        return err->code == ERR_USAGE ? -1 : err_in(err, str_of(in->plan->path));
    char guessed = in->plan->separator;
    for (size_t i = 0; i < sizeof others; i++) {
        struct err other;
        if (others[i] == guessed) continue;
        in->errors.count = in->plan->error_count = 0;
        if (read_rows(in, others[i], &other) < 0) continue;
        if (import_columns(in, &other) == 0) return *err = (struct err){0}, 0;
        if (other.code == ERR_USAGE) return *err = other, -1;
    }
    return err_in(err, str_of(in->plan->path));
}

/* ---- which fact is it? ---- */

static void put_key(struct buf *to, struct import *in, str value)
{
    if (to->n) buf_char(to, '\x1f');
    buf_str(to, utf8_fold(&in->scratch, value));
}

static void index_known(struct import *in)
{
    size_t count;
    const uint64_t *ids = picture_facts(in->picture, in->type, &count);
    struct buf key;
    buf_init(&key, 64 << 20);
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(in->picture, ids[i]);
        bool is_new;
        buf_clear(&key);
        for (size_t k = 0; k < in->type->key_field_count; k++) {
            const struct model_field *field = in->type->key_fields[k];
            size_t links;
            if (field->kind == FIELD_LINK) {
                const uint64_t *to = fact_links(f, field, &links);
                put_key(&key, in, links ? fact_name(picture_fact(in->picture, to[0])) : STR_NONE);
            } else {
                put_key(&key, in, fact_value(f, field));
            }
        }
        *map_put(&in->keys, buf_copy(&key, in->a), &is_new) = ids[i];
        arena_clear(&in->scratch);
    }
    buf_release(&key);
}

static size_t column_for(struct import *in, const struct model_field *field)
{
    size_t i = 0;
    while (i < in->column_count && !(in->columns[i].use == IMPORT_FIELD && in->columns[i].field == field)) i++;
    return i;
}

/* The folded key, false when a part of it is empty or can't be read (a fault, or, for rows with an id, none). */
static bool row_key(struct import *in, const struct import_row *row, bool has_id, str *key)
{
    struct buf b;
    bool good = true;
    buf_init(&b, 64 << 20);
    for (size_t k = 0; k < in->type->key_field_count && good; k++) {
        const struct model_field *field = in->type->key_fields[k];
        size_t column = column_for(in, field);
        str value = import_cell(row, column), canonical = value;
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
    const struct fact *f = picture_fact(in->picture, (uint64_t)number);
    if (f && fact_type(f) != in->type) {
        import_fault(in, row, column, "%lld is the " STR_FORMAT " \"" STR_FORMAT "\", not one of the " STR_FORMAT,
                     (long long)number, STR_ARGS(fact_type(f)->name), STR_ARGS(fact_name(f)),
                     STR_ARGS(in->type->plural));
        return -1;
    }
    *id = (uint64_t)number;
    return 1;
}

static bool is_key(const struct import *in, const struct model_field *field)
{
    for (size_t k = 0; k < in->type->key_field_count; k++)
        if (in->type->key_fields[k] == field) return true;
    return false;
}

/* Rows of one fact have one key, whatever its capitals. */
static size_t first_difference(struct import *in, const struct import_row *a, const struct import_row *b)
{
    for (size_t i = 0; i < in->column_count; i++)
        if (in->columns[i].use == IMPORT_FIELD && !str_eq(import_cell(a, i), import_cell(b, i)) &&
            (!is_key(in, in->columns[i].field) || a->by_alias || b->by_alias))
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
    import_fault(in, row, column_for(in, in->type->name_field),
                 "\"" STR_FORMAT "\" is another name of several " STR_FORMAT "; say which by its own name",
                 STR_ARGS(name), STR_ARGS(in->type->plural));
    *faulty = true;
    return 0;
}

static void name_aliases(struct import *in, const struct import_row *row)
{
    if (!in->type->alias_field) return;
    str rest = import_cell(row, column_for(in, in->type->alias_field)), piece;
    while (str_cut(&rest, ';', &piece))
        for (str part; str_cut(&piece, '|', &part);) import_name(in, import_trim(part), row->fact);
}

/* The set's number for a fact that gets an id of the file's choice; the same for the same id. */
static uint64_t create_as(struct import *in, uint64_t id)
{
    bool is_new;
    uint64_t *known = idmap_put(&in->wanted, id, &is_new);
    if (is_new) *known = change_create_as(in->plan->set, in->type, id);
    return *known;
}

static void settle_row(struct import *in, size_t number)
{
    struct import_row *row = &in->rows.items[number];
    str key, name = import_cell(row, column_for(in, in->type->name_field));
    uint64_t id = 0;
    bool is_new, faulty;
    int has_id = row_id(in, row, &id);
    bool has_key = row_key(in, row, has_id != 0, &key);
    if (has_id < 0 || (!has_key && !has_id)) return;
    uint64_t *known = has_key ? map_get(&in->keys, key) : NULL;
    if (has_id > 0) {
        row->fact = id;
        row->is_new = !picture_fact(in->picture, id);
        uint64_t *twin = idmap_get(&in->wanted, id);
        if (known && *known != id && !(twin && *known == *twin)) {
            import_fault(in, row, id_column(in), "the id is %llu, but \"" STR_FORMAT "\" is there with another",
                         (unsigned long long)id, STR_ARGS(name));
            row->fact = 0;
            return;
        }
        if (row->is_new) row->fact = create_as(in, id);
    } else if (known) {
        row->fact = *known;
        row->is_new = !picture_fact(in->picture, *known);
    } else {
        row->fact = by_alias(in, row, name, &faulty);
        if (faulty) return;
        row->by_alias = row->fact != 0;
        row->is_new = !row->fact;
        if (row->is_new) row->fact = change_create(in->plan->set, in->type);
    }
    uint64_t *place = idmap_put(&in->row_of, row->fact, &is_new);
    if (!is_new) {
        meet_again(in, row, &in->rows.items[*place - 1], name.n ? name : fact_name(picture_fact(in->picture, id)));
        return;
    }
    *place = number + 1;
    if (has_key) *map_put(&in->keys, key, &is_new) = row->fact;
    if (!row->by_alias) import_name(in, name, row->fact);
}

/* ---- what would change ---- */

struct claims {
    const struct stored_claim *items;
    size_t count;
    bool loaded;
};

static size_t rank_of(const struct import *in, str source)
{
    size_t i = 0;
    while (i < in->source_count && !str_eq(in->sources[i], source)) i++;
    return i;
}

/* By the store's rule: typed, then the sources in the order in which they first came. */
static bool beats(const struct import *in, const struct stored_claim *winner)
{
    if (!winner) return true;
    if (winner->from.kind == ORIGIN_TYPED) return false;
    return rank_of(in, in->plan->source) <= rank_of(in, winner->from.source);
}

static int load_claims(struct import *in, uint64_t fact, struct claims *c, struct err *err)
{
    if (c->loaded) return 0;
    c->loaded = true;
    return store_load_claims(in->store, in->a, fact, &c->items, &c->count, err);
}

static const struct stored_claim *winner_of(const struct claims *c, const struct model_field *field)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].field == field && c->items[i].wins) return &c->items[i];
    return NULL;
}

static str fact_words(struct import *in, uint64_t id)
{
    const struct fact *f = picture_fact(in->picture, id);
    if (f) return fact_name(f);
    const uint64_t *row = idmap_get(&in->row_of, id);
    if (row) return import_cell(&in->rows.items[*row - 1], column_for(in, in->type->name_field));
    VEC_EACH(m, &in->made) {
        uint64_t *made = map_get(&in->kin[m->type->number].ids, utf8_fold(&in->scratch, m->name));
        if (made && *made == id) return m->name;
    }
    return STR("?");
}

static str link_words(struct import *in, const uint64_t *to, size_t count)
{
    if (!count) return STR_NONE;
    if (count == 1) return fact_words(in, to[0]);
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_text(&b, "; ");
        buf_str(&b, fact_words(in, to[i]));
    }
    str words = buf_copy(&b, in->a);
    buf_release(&b);
    return words;
}

static bool has_link(const uint64_t *to, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (to[i] == id) return true;
    return false;
}

/* What the links are afterwards: the claims of others and this one together, or what was typed. */
static const uint64_t *links_after(struct import *in, const struct claims *c, const struct model_field *field,
                                   const uint64_t *to, size_t *count, bool *typed)
{
    VEC(uint64_t) all = {0};
    for (size_t i = 0; i < c->count; i++) {
        const struct stored_claim *claim = &c->items[i];
        bool own = claim->from.kind == ORIGIN_IMPORTED && str_eq(claim->from.source, in->plan->source);
        if (claim->field != field || own) continue;
        if (claim->from.kind == ORIGIN_TYPED) *typed = true;
        str rest = claim->value, piece;
        int64_t id;
        while (str_cut(&rest, ' ', &piece))
            if (str_to_int(piece, &id) && !has_link(all.items, all.count, (uint64_t)id))
                *vec_add(in->a, &all) = (uint64_t)id;
    }
    for (size_t i = 0; i < *count; i++)
        if (!has_link(all.items, all.count, to[i])) *vec_add(in->a, &all) = to[i];
    *count = all.count;
    return all.items;
}

/* The digits without zeros at the end of a fraction; *rest is what follows them. */
static str plain_digits(str s, str *rest)
{
    size_t n = str_find_char(s, ' ');
    if (n == STR_NOT_FOUND) n = s.n;
    *rest = str_from(s, n);
    if (str_find_char(str_slice(s, 0, n), '.') == STR_NOT_FOUND) return str_slice(s, 0, n);
    while (s.p[n - 1] == '0') n--;
    return str_slice(s, 0, s.p[n - 1] == '.' ? n - 1 : n);
}

bool import_same_value(const struct model_field *field, str a, str b)
{
    str unit_a, unit_b;
    if (str_eq(a, b)) return true;
    if (!a.n || !b.n || (field->kind != FIELD_MONEY && field->kind != FIELD_DECIMAL && field->kind != FIELD_PERCENT))
        return false;
    str digits_a = plain_digits(a, &unit_a), digits_b = plain_digits(b, &unit_b);
    return str_eq(digits_a, digits_b) && str_eq(unit_a, unit_b);
}

struct row_changes {
    struct import_change *items;
    size_t count, room;
};

static void lose(struct import *in, struct import_change *change, const struct stored_claim *winner)
{
    change->wins = false;
    change->winner = winner->from.kind == ORIGIN_TYPED
                         ? arena_printf(in->a, "typed by " STR_FORMAT, STR_ARGS(winner->actor))
                         : winner->from.source;
    in->plan->recorded++;
}

static int compare_value(struct import *in, const struct import_row *row, const struct model_field *field, str after,
                         struct claims *claims, struct row_changes *out, bool *keep, struct err *err)
{
    str before = fact_value(picture_fact(in->picture, row->fact), field);
    if (import_same_value(field, before, after)) return 0;
    if (load_claims(in, row->fact, claims, err) < 0) return -1;
    const struct stored_claim *winner = winner_of(claims, field);
    struct import_change change = {field, before, after, true, STR_NONE};
    if (!beats(in, winner)) {
        /* Another way to write a name is no conflict. */
        if (field == in->type->name_field && str_eq(utf8_fold(&in->scratch, before), utf8_fold(&in->scratch, after)))
            return *keep = false, 0;
        lose(in, &change, winner);
    }
    *vec_add(in->a, out) = change;
    return 0;
}

static int compare_links(struct import *in, const struct import_row *row, const struct model_field *field,
                         const uint64_t *to, size_t count, struct claims *claims, struct row_changes *out,
                         struct err *err)
{
    size_t had_count;
    bool typed = false, same = true;
    const uint64_t *had = fact_links(picture_fact(in->picture, row->fact), field, &had_count);
    for (size_t i = 0; i < count; i++) same = same && has_link(had, had_count, to[i]);
    if (same && count == had_count) return 0;
    if (load_claims(in, row->fact, claims, err) < 0) return -1;
    const struct stored_claim *winner = winner_of(claims, field);
    struct import_change change = {.field = field, .wins = true};
    if (field->kind == FIELD_LINKS) {
        to = links_after(in, claims, field, to, &count, &typed);
        same = count == had_count;
        for (size_t i = 0; i < count; i++) same = same && has_link(had, had_count, to[i]);
        if (same) return 0;
        for (size_t i = 0; typed && i < claims->count; i++)
            if (claims->items[i].field == field && claims->items[i].from.kind == ORIGIN_TYPED)
                winner = &claims->items[i];
    }
    change.before = link_words(in, had, had_count);
    change.after = link_words(in, to, count);
    if (typed || (field->kind == FIELD_LINK && !beats(in, winner))) lose(in, &change, winner);
    *vec_add(in->a, out) = change;
    return 0;
}

static int plan_cell(struct import *in, struct import_row *row, size_t column, struct claims *claims,
                     struct row_changes *out, struct err *err)
{
    const struct model_field *field = in->columns[column].field;
    struct origin from = {ORIGIN_IMPORTED, in->plan->source, str_of(in->plan->path), row->cells.line};
    if (!import_cell(row, column).n) {
        if (row->is_new && field->required && field != in->type->name_field)
            import_fault(in, row, column, "is empty; every " STR_FORMAT " needs its " STR_FORMAT,
                         STR_ARGS(in->type->name), STR_ARGS(field->name));
        return 0;
    }
    if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS) {
        const uint64_t *to;
        size_t count;
        if (!import_links(in, row, column, &to, &count)) return 0;
        change_links(in->plan->set, row->fact, field, to, count, from);
        if (!row->is_new) return compare_links(in, row, field, to, count, claims, out, err);
        if (in->options->detail)
            *vec_add(in->a, out) = (struct import_change){field, STR_NONE, link_words(in, to, count), true, STR_NONE};
        return 0;
    }
    str value;
    bool keep = true;
    if (row->by_alias && field == in->type->name_field) return 0;
    if (!import_value(in, row, column, &value) || !value.n) return 0;
    if (row->is_new) {
        if (in->options->detail) *vec_add(in->a, out) = (struct import_change){field, STR_NONE, value, true, STR_NONE};
    } else if (compare_value(in, row, field, value, claims, out, &keep, err) < 0) {
        return -1;
    }
    if (keep) change_value(in->plan->set, row->fact, field, value, from);
    return 0;
}

/* A type's required fields that the file has no column for. */
static void demand_required(struct import *in, const struct import_row *row)
{
    in->demanded = true;
    for (size_t i = 0; i < in->type->field_count; i++) {
        const struct model_field *f = &in->type->fields[i];
        if (!f->required || f->initial.n || is_key(in, f) || column_for(in, f) < in->column_count) continue;
        import_fault(in, row, in->column_count,
                     "every new " STR_FORMAT " needs its " STR_FORMAT ", and the file has no column for it",
                     STR_ARGS(in->type->name), STR_ARGS(f->name));
    }
}

static int plan_row(struct import *in, struct import_row *row, struct import_fact *out, struct err *err)
{
    struct row_changes changes = {0};
    struct claims claims = {0};
    str name = import_cell(row, column_for(in, in->type->name_field));
    if (row->is_new && !in->demanded) demand_required(in, row);
    for (size_t i = row->cells.count; i > in->column_count; i--) {
        if (!import_cell(row, i - 1).n) continue;
        import_fault(in, row, in->column_count, "has %zu cells, but the header has %zu; is a separator unquoted?",
                     row->cells.count, in->column_count);
        break;
    }
    for (size_t c = 0; c < in->column_count; c++)
        if (in->columns[c].use == IMPORT_FIELD && plan_cell(in, row, c, &claims, &changes, err) < 0) return -1;
    const struct fact *f = picture_fact(in->picture, row->fact);
    *out = (struct import_fact){.id = f ? row->fact : 0,
                                .effect = IMPORT_KEEPS,
                                .name = f ? fact_name(f) : name,
                                .line = row->cells.line,
                                .changes = changes.items,
                                .change_count = changes.count};
    if (row->is_new) out->effect = IMPORT_CREATES;
    for (size_t i = 0; i < changes.count && !row->is_new; i++)
        if (changes.items[i].wins) out->effect = IMPORT_CHANGES;
    in->plan->created += out->effect == IMPORT_CREATES;
    in->plan->changed += out->effect == IMPORT_CHANGES;
    arena_clear(&in->scratch);
    return 0;
}

static int by_line(const void *a, const void *b)
{
    const struct err *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

static int make_plan(struct import *in, struct err *err)
{
    struct import_plan *plan = in->plan;
    if (read_and_find_header(in, err) < 0) return -1;
    plan->columns = in->columns;
    plan->column_count = in->column_count;
    plan->row_count = in->rows.count;
    if (!in->errors.count) { /* with a column unknown, every row would say the same */
        import_marks(in);
        index_known(in);
        for (size_t i = 0; i < in->rows.count; i++) {
            settle_row(in, i);
            arena_clear(&in->scratch);
        }
        VEC_EACH(row, &in->rows)
            if (row->fact) name_aliases(in, row);
        struct import_fact *facts = arena_array(in->a, in->rows.count, sizeof *facts);
        VEC_EACH(row, &in->rows) {
            if (row->fact && plan_row(in, row, &facts[plan->fact_count++], err) < 0) return -1;
            if (in->options->progress && plan->fact_count % PROGRESS_ROWS == 0)
                in->options->progress(in->options->self, plan->fact_count, in->rows.count, "rows");
        }
        plan->facts = facts;
    }
    if (in->errors.count) qsort(in->errors.items, in->errors.count, sizeof *in->errors.items, by_line);
    plan->errors = in->errors.items;
    plan->made = in->made.items;
    plan->made_count = in->made.count;
    return 0;
}

int import_read(struct arena *a, struct store *s, struct picture *p, const struct model_type *type, const char *path,
                const struct import_options *options, struct import_plan **out, struct err *err)
{
    const struct model *model = picture_model(p);
    struct import_plan *plan = arena_zalloc(a, sizeof *plan);
    struct import in = {.a = a, .store = s, .picture = p, .type = type, .options = options, .plan = plan};
    plan->type = type;
    plan->path = path;
    base_name(&in);
    if (options->source.n) plan->source = options->source;
    plan->set = change_set_new(a, model, options->actor,
                               arena_printf(a, "import of " STR_FORMAT " from %s", STR_ARGS(type->plural), path));
    arena_init(&in.scratch, 0);
    map_init(&in.keys);
    idmap_init(&in.row_of);
    idmap_init(&in.wanted);
    in.kin = arena_array(a, model->type_count, sizeof *in.kin);
    for (size_t i = 0; i < model->type_count; i++) map_init(&in.kin[i].ids);
    in.how.currency = picture_profile(p)->currency;
    int status = store_load_sources(s, a, &in.sources, &in.source_count, err);
    if (status == 0) status = make_plan(&in, err);
    for (size_t i = 0; i < model->type_count; i++) map_release(&in.kin[i].ids);
    idmap_release(&in.wanted);
    idmap_release(&in.row_of);
    map_release(&in.keys);
    arena_release(&in.scratch);
    *out = plan;
    return status;
}

int import_commit(const struct import_plan *plan, struct store *s, int64_t now, struct commit_result *result,
                  struct err *err)
{
    MUST(plan->error_count == 0);
    if (store_commit(s, plan->set, now, result, err) == 0) return 0;
    return err_in(err, str_of(plan->path));
}
