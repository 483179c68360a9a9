/* SPDX-License-Identifier: Apache-2.0 */
/* Typed values of a change set, by the names of fields; one that the metamodel does not have is left out. */
#include "web_inside.h"

static bool is_link(const struct model_field *f) { return f->kind == FIELD_LINK || f->kind == FIELD_LINKS; }

void change_text(struct change_set *c, const struct model_type *type, uint64_t fact, const char *field, str value)
{
    const struct model_field *f = model_field(type, str_of(field));
    if (f && !is_link(f)) change_value(c, fact, f, value.n ? value : STR_NONE, (struct origin){.kind = ORIGIN_TYPED});
}

void change_link(struct change_set *c, const struct model_type *type, uint64_t fact, const char *field,
                 const uint64_t *to, size_t count)
{
    const struct model_field *f = model_field(type, str_of(field));
    if (f && is_link(f)) change_links(c, fact, f, to, count, (struct origin){.kind = ORIGIN_TYPED});
}
