/* SPDX-License-Identifier: Apache-2.0 */
/* Types and fields by name and id. */
#include "store_reading.h"

#include "base_buf.h"

const struct model_type *model_type(const struct model *m, str word)
{
    for (size_t i = 0; i < m->type_count; i++)
        if (same_word(m->types[i].name, word) || same_word(m->types[i].plural, word)) return &m->types[i];
    return NULL;
}

const struct model_type *model_type_by_id(const struct model *m, uint32_t id)
{
    for (size_t i = 0; i < m->type_count; i++)
        if (m->types[i].id == id) return &m->types[i];
    return NULL;
}

const struct model_field *model_field(const struct model_type *type, str name_or_key)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (same_word(type->fields[i].name, name_or_key)) return &type->fields[i];
    return NULL;
}

const struct model_field *model_field_by_id(const struct model_type *type, uint32_t id)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].id == id) return &type->fields[i];
    return NULL;
}

const struct model_side *model_side(const struct model *m, str key)
{
    for (size_t i = 0; i < m->side_count; i++)
        if (str_eq(m->sides[i].key, key)) return &m->sides[i];
    return NULL;
}

enum { WORDS_LOOKED_AT = 512 };

str model_nearest_type(const struct model *m, str word)
{
    str names[WORDS_LOOKED_AT];
    size_t n = 0;
    for (size_t i = 0; i < m->type_count && n + 2 <= WORDS_LOOKED_AT; i++) {
        names[n++] = m->types[i].name;
        names[n++] = m->types[i].plural;
    }
    return err_nearest(word, names, n);
}

str model_nearest_field(const struct model_type *type, str word)
{
    str names[WORDS_LOOKED_AT];
    size_t n = 0;
    for (size_t i = 0; i < type->field_count && n < WORDS_LOOKED_AT; i++) names[n++] = type->fields[i].name;
    return err_nearest(word, names, n);
}
