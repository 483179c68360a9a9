/* SPDX-License-Identifier: Apache-2.0 */
#include "graph_inside.h"

#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

/* How many of the bits below `bit` are set in a (and, when given, in mask). */
static size_t rank(const uint64_t *a, const uint64_t *mask, size_t bit)
{
    size_t n = 0, word = bit >> 6;
    for (size_t i = 0; i < word; i++) n += (size_t)__builtin_popcountll(mask ? a[i] & mask[i] : a[i]);
    uint64_t last = a[word] & ((UINT64_C(1) << (bit & 63)) - 1);
    return n + (size_t)__builtin_popcountll(mask ? last & mask[word] : last);
}
static bool has_bit(const uint64_t *words, size_t bit) { return words[bit >> 6] >> (bit & 63) & 1; }

bool fact_read(const struct fact *f, const struct model_field *field, str *text, const uint64_t **number)
{
    size_t place = f->shape->value_of[field->number];
    const uint64_t *present = fact_present(f);
    if (place == NOT_THERE || !has_bit(present, place)) return false;
    *text = fact_text(f, &fact_cells(f)[rank(present, NULL, place)]);
    *number = has_bit(f->shape->numbers, place) ? fact_numbers(f) + 2 * rank(present, f->shape->numbers, place) : NULL;
    return true;
}

uint64_t fact_id(const struct fact *f) { return f->id; }
uint32_t fact_version(const struct fact *f) { return f->version; }
const struct model_type *fact_type(const struct fact *f) { return f->shape->type; }
str fact_name(const struct fact *f) { return fact_text(f, &fact_cells(f)[f->value_count]); }
str fact_folded(const struct fact *f, size_t i) { return fact_text(f, &fact_cells(f)[f->value_count + 1 + i]); }

str fact_value(const struct fact *f, const struct model_field *field)
{
    str text;
    const uint64_t *number;
    return fact_read(f, field, &text, &number) ? text : STR_NONE;
}

bool fact_erased(const struct fact *f, const struct model_field *field)
{
    const uint16_t *erased = (const uint16_t *)(fact_link_starts(f) + f->shape->link_count + 1);
    for (size_t i = 0; i < f->erased_count; i++)
        if (erased[i] == field->number) return true;
    return false;
}

const uint64_t *fact_links_at(const struct fact *f, size_t link, size_t *count)
{
    const uint32_t *first = fact_link_starts(f);
    *count = first[link + 1] - first[link];
    return fact_all_links(f) + first[link];
}

const uint64_t *fact_links(const struct fact *f, const struct model_field *field, size_t *count)
{
    size_t link = f->shape->link_of[field->number];
    if (link != NOT_THERE) return fact_links_at(f, link, count);
    *count = 0;
    return NULL;
}

bool fact_sees(const struct graph_viewer *viewer, const struct fact *f, const struct model_field *field)
{
    return viewer_role(viewer) >= f->shape->slots[f->shape->slot_of[field->number]].seen_by;
}

str fact_value_for(const struct graph_viewer *viewer, const struct fact *f, const struct model_field *field)
{
    return fact_sees(viewer, f, field) ? fact_value(f, field) : STR_NONE;
}

const uint64_t *fact_links_for(const struct graph_viewer *viewer, const struct fact *f, const struct model_field *field,
                               size_t *count)
{
    *count = 0;
    return fact_sees(viewer, f, field) ? fact_links(f, field, count) : NULL;
}

/* ---- From the store's form ---- */

/* The number beside a value's text; false when the text is no such number, which the store doesn't let in. */
static bool parse_number(enum field_kind kind, str text, uint64_t out[2])
{
    if (kind == FIELD_DATE) {
        int64_t days;
        if (!civil_parse(text, &days)) return false;
        out[0] = (uint64_t)days, out[1] = 0;
        return true;
    }
    if (kind == FIELD_MONEY) {
        size_t blank = str_find_char(text, ' ');
        if (blank == STR_NOT_FOUND) return false;
        text = str_slice(text, 0, blank);
    }
    struct feel_value v;
    if (!feel_number(text, &v) || v.kind != FEEL_NUMBER) return false;
    out[0] = v.word[0], out[1] = v.word[1];
    return true;
}

static bool next_alias(str *rest, str *piece)
{
    while (rest->n) {
        size_t end = 0;
        while (end < rest->n && rest->p[end] != ';' && rest->p[end] != '|') end++;
        *piece = str_trim(str_slice(*rest, 0, end));
        *rest = str_from(*rest, end + 1);
        if (piece->n) return true;
    }
    return false;
}

static void put_text(struct fact *f, struct cell *cell, uint32_t *at, str text)
{
    *cell = (struct cell){*at, (uint32_t)text.n};
    if (text.n) memcpy((char *)f + *at, text.p, text.n);
    *at += (uint32_t)text.n;
    ((char *)f)[(*at)++] = '\n'; /* so that a search can run over all texts at once */
}

/* What few may see comes first, so that what a role sees stands together up to the end. */
static void put_values(struct fact *f, struct cell *cells, uint32_t *at, const struct stored_value *const *values)
{
    const struct shape *shape = f->shape;
    const uint64_t *present = fact_present(f);
    enum user_role below = ROLE_STEWARD;
    f->text_from[below] = *at;
    for (size_t i = 0; i < shape->value_count; i++) {
        size_t place = shape->text_order[i];
        if (!values[place]) continue;
        enum user_role seen_by = shape->slots[shape->slot_of[values[place]->field->number]].seen_by;
        while (below > seen_by) f->text_from[--below] = *at;
        put_text(f, &cells[rank(present, NULL, place)], at, values[place]->canonical);
    }
    while (below > ROLE_VIEWER) f->text_from[--below] = *at;
}

struct fact *fact_encode(struct arena *a, const struct shape *shape, const struct stored_fact *stored)
{
    struct arena_mark start = arena_mark(a);
    size_t text_size = 0, number_count = 0, value_count = 0, link_count = 0;
    uint64_t(*numbers)[2] = arena_array(a, stored->value_count + 1, sizeof *numbers);
    const struct stored_value **values = arena_array(a, shape->value_count + 1, sizeof *values);
    str name = STR_NONE, aliases = STR_NONE;
    for (size_t i = 0; i < stored->value_count; i++) {
        const struct stored_value *v = &stored->values[i];
        size_t place = shape->value_of[v->field->number];
        if (place == NOT_THERE || values[place]) continue;
        if (has_bit(shape->numbers, place) && !parse_number(v->field->kind, v->canonical, numbers[i])) continue;
        values[place] = v;
        value_count++, text_size += v->canonical.n;
        number_count += has_bit(shape->numbers, place);
        if (v->field->number == shape->type->name_field->number) name = v->canonical;
        if (shape->type->alias_field && v->field->number == shape->type->alias_field->number) aliases = v->canonical;
    }
    for (size_t i = 0; i < stored->link_count; i++)
        link_count += shape->link_of[stored->links[i].field->number] != NOT_THERE;

    VEC(str) names = {0};
    str shown = name, piece;
    if (name.n)
        *vec_add(a, &names) = utf8_fold(a, name);
    else
        shown = arena_printf(a, STR_FORMAT " %llu", STR_ARGS(shape->type->name), (unsigned long long)stored->id);
    while (next_alias(&aliases, &piece) && names.count < UINT16_MAX) *vec_add(a, &names) = utf8_fold(a, piece);
    text_size += shown.n;
    VEC_EACH(n, &names) text_size += n->n;

    size_t size = sizeof(struct fact) + 8 * shape->words + 16 * number_count + 8 * link_count +
                  (sizeof(struct cell) + 1) * (value_count + 1 + names.count) + 4 * (shape->link_count + 1) +
                  2 * stored->erased_count + text_size;
    size = (size + 15) & ~(size_t)15;
    MUST(size < UINT32_MAX);
    /* On the heap for a moment, so that what was needed on the way can go back to the arena. */
    struct fact *f = mem_zalloc(size);
    *f = (struct fact){.id = stored->id,
                       .shape = shape,
                       .version = stored->version,
                       .size = (uint32_t)size,
                       .link_count = (uint32_t)link_count,
                       .value_count = (uint16_t)value_count,
                       .number_count = (uint16_t)number_count,
                       .name_count = (uint16_t)names.count,
                       .erased_count = (uint16_t)stored->erased_count};
    uint64_t *present = (uint64_t *)(f + 1), *number = present + shape->words, *links = number + 2 * number_count;
    struct cell *cell = (struct cell *)(links + link_count);
    uint32_t *first = (uint32_t *)(cell + value_count + 1 + names.count);
    uint16_t *erased = (uint16_t *)(first + shape->link_count + 1);
    for (size_t i = 0; i < stored->erased_count; i++) erased[i] = (uint16_t)stored->erased[i]->number;
    uint32_t at = (uint32_t)((char *)(erased + stored->erased_count) - (char *)f);
    for (size_t place = 0; place < shape->value_count; place++) {
        if (!values[place]) continue;
        present[place >> 6] |= UINT64_C(1) << (place & 63);
        if (!has_bit(shape->numbers, place)) continue;
        memcpy(number, numbers[values[place] - stored->values], 16);
        number += 2;
    }
    put_values(f, cell, &at, values);
    cell += value_count;
    put_text(f, cell++, &at, shown);
    VEC_EACH(n, &names) put_text(f, cell++, &at, *n);
    uint32_t filled = 0;
    for (size_t link = 0; link < shape->link_count; link++) {
        first[link] = filled;
        for (size_t i = 0; i < stored->link_count; i++)
            if (shape->link_of[stored->links[i].field->number] == link) links[filled++] = stored->links[i].to;
    }
    first[shape->link_count] = filled;
    arena_back_to(a, start);
    struct fact *out = arena_alloc(a, size);
    memcpy(out, f, size);
    mem_free(f);
    return out;
}
