/* SPDX-License-Identifier: Apache-2.0 */
/* What a row would change: its values beside those that stand, by the store's rule of who wins. */
#include "import_internal.h"

#include "base_utf8.h"

#include <string.h>

struct claims {
    const struct stored_claim *items;
    size_t count;
    bool loaded;
};

static size_t rank_of(const struct import *in, str source)
{
    size_t i = 0;
    while (i < in->batch->source_count && !str_eq(in->batch->sources[i], source)) i++;
    return i;
}

/* By the store's rule: typed, then the sources in the order in which they first came. */
static bool beats(const struct import *in, const struct stored_claim *winner)
{
    if (!winner || in->options->typed) return true;
    if (winner->from.kind == ORIGIN_TYPED) return false;
    return rank_of(in, in->plan->source) <= rank_of(in, winner->from.source);
}

static int load_claims(struct import *in, uint64_t fact, struct claims *c, struct err *err)
{
    if (c->loaded) return 0;
    c->loaded = true;
    return store_load_claims(in->batch->store, in->a, fact, &c->items, &c->count, err);
}

/* By ids: the store may have a metamodel of its own, the same as the picture's. */
static const struct stored_claim *winner_of(const struct claims *c, const struct model_field *field)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].field->id == field->id && c->items[i].wins) return &c->items[i];
    return NULL;
}

static str fact_words(struct import *in, uint64_t id)
{
    const struct fact *f = import_fact_of(in, id);
    if (f) return fact_name(f);
    const struct import *file;
    const struct import_row *row = import_row_of(in->batch, id, &file);
    if (row) return import_cell(row, import_column_for(file, file->type->name_field));
    for (size_t i = 0; i < in->batch->file_count; i++)
        VEC_EACH(m, &in->batch->files[i].made) {
            uint64_t *made = map_get(&in->batch->kin[m->type->number].ids, utf8_fold(in->scratch, m->name));
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
        if (claim->field->id != field->id || own) continue;
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
    str before = fact_value(import_fact_of(in, row->fact), field);
    if (import_same_value(field, before, after)) {
        *keep = !in->options->typed; /* who leaves a value as it is types nothing */
        return 0;
    }
    if (load_claims(in, row->fact, claims, err) < 0) return -1;
    const struct stored_claim *winner = winner_of(claims, field);
    struct import_change change = {field, before, after, true, STR_NONE};
    if (!beats(in, winner)) {
        /* Another way to write a name is no conflict. */
        if (field == in->type->name_field && str_eq(utf8_fold(in->scratch, before), utf8_fold(in->scratch, after)))
            return *keep = false, 0;
        lose(in, &change, winner);
    }
    *vec_add(in->a, out) = change;
    return 0;
}

static bool same_links(struct import *in, const struct import_row *row, const struct model_field *field,
                       const uint64_t *to, size_t count)
{
    size_t had_count;
    const uint64_t *had = fact_links(import_fact_of(in, row->fact), field, &had_count);
    bool same = count == had_count;
    for (size_t i = 0; i < count; i++) same = same && has_link(had, had_count, to[i]);
    return same;
}

/* *links: what they are afterwards, where they win. */
static int compare_links(struct import *in, const struct import_row *row, const struct model_field *field,
                         const uint64_t **links, size_t *link_count, struct claims *claims, struct row_changes *out,
                         struct err *err)
{
    const uint64_t *to = *links;
    size_t had_count, count = *link_count;
    bool typed = false, same = true;
    const uint64_t *had = fact_links(import_fact_of(in, row->fact), field, &had_count);
    for (size_t i = 0; i < count; i++) same = same && has_link(had, had_count, to[i]);
    if (same && count == had_count) return 0;
    if (load_claims(in, row->fact, claims, err) < 0) return -1;
    const struct stored_claim *winner = winner_of(claims, field);
    struct import_change change = {.field = field, .wins = true};
    if (field->kind == FIELD_LINKS && !in->options->typed) {
        *links = to = links_after(in, claims, field, to, &count, &typed);
        *link_count = count;
        same = count == had_count;
        for (size_t i = 0; i < count; i++) same = same && has_link(had, had_count, to[i]);
        if (same) return 0;
        for (size_t i = 0; typed && i < claims->count; i++)
            if (claims->items[i].field->id == field->id && claims->items[i].from.kind == ORIGIN_TYPED)
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
    struct origin from = import_origin(in, row);
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
        if (in->options->typed && !row->is_new && same_links(in, row, field, to, count)) return 0;
        change_links(in->batch->set, row->fact, field, to, count, from);
        size_t before = out->count;
        if (!row->is_new && compare_links(in, row, field, &to, &count, claims, out, err) < 0) return -1;
        bool moves = row->is_new || (out->count > before && out->items[before].wins);
        if (field->no_circles && count && moves)
            *vec_add(in->a, &in->batch->moves) =
                (struct import_move){.in = in, .row = row, .column = column, .to = to, .count = count};
        if (!row->is_new) return 0;
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
    if (keep) change_value(in->batch->set, row->fact, field, value, from);
    return 0;
}

/* A type's required fields that the file has no column for. */
static void demand_required(struct import *in, const struct import_row *row)
{
    in->demanded = !in->options->skip_bad; /* where rows are left out, each needs its own reason */
    for (size_t i = 0; i < in->type->field_count; i++) {
        const struct model_field *f = &in->type->fields[i];
        if (!f->required || f->initial.n || import_is_key(in, f) || import_column_for(in, f) < in->column_count)
            continue;
        import_fault(in, row, in->column_count,
                     "every new " STR_FORMAT " needs its " STR_FORMAT ", and the file has no column for it",
                     STR_ARGS(in->type->name), STR_ARGS(f->name));
    }
}

int import_plan_row(struct import *in, struct import_row *row, struct import_fact *out, struct err *err)
{
    struct row_changes changes = {0};
    struct claims claims = {0};
    str name = import_cell(row, import_column_for(in, in->type->name_field));
    if (row->is_new && !in->demanded) demand_required(in, row);
    for (size_t i = row->cells.count; i > in->column_count; i--) {
        if (!import_cell(row, i - 1).n) continue;
        import_fault(in, row, in->column_count, "has %zu cells, but the header has %zu; is a separator unquoted?",
                     row->cells.count, in->column_count);
        break;
    }
    for (size_t c = 0; c < in->column_count; c++)
        if (in->columns[c].use == IMPORT_FIELD && plan_cell(in, row, c, &claims, &changes, err) < 0) return -1;
    const struct fact *f = import_fact_of(in, row->fact);
    *out = (struct import_fact){.id = f ? row->fact : 0,
                                .effect = IMPORT_KEEPS,
                                .name = f ? fact_name(f) : name,
                                .line = row->cells.line,
                                .changes = changes.items,
                                .change_count = changes.count};
    if (row->is_new) out->effect = IMPORT_CREATES;
    for (size_t i = 0; i < changes.count && !row->is_new; i++)
        if (changes.items[i].wins) out->effect = IMPORT_CHANGES;
    const struct picture_keys *keys = out->effect == IMPORT_CHANGES ? fact_keys(in->picture, row->fact) : NULL;
    bool is_signed = false;
    for (size_t i = 0; i < changes.count; i++)
        is_signed = is_signed || (changes.items[i].wins && changes.items[i].field->is_signed);
    in->plan->agreed += keys && keys->agreed && is_signed;
    in->plan->created += out->effect == IMPORT_CREATES;
    in->plan->changed += out->effect == IMPORT_CHANGES;
    arena_clear(in->scratch);
    return 0;
}
