/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as CSV, so that import reads back what it was. */
#include "import_internal.h"

#include <string.h>

enum { PIECE = 64 << 10 };

static bool is_stored(const struct model_field *f) { return f->kind != FIELD_DERIVED && f->kind != FIELD_OBSERVED; }

/* A text that starts with quote marks before a formula's sign gets one more, which import takes off again. */
static void put_text(struct buf *out, str text)
{
    size_t marks = 0;
    while (marks < text.n && text.p[marks] == '\'') marks++;
    if (marks && marks < text.n && strchr("=+-@\t", text.p[marks])) {
        struct buf more;
        buf_init(&more, text.n + 1);
        buf_char(&more, '\'');
        buf_str(&more, text);
        csv_emit_field(out, buf_get(&more), ',', false);
        buf_release(&more);
        return;
    }
    csv_emit_field(out, text, ',', true);
}

static void put_links(struct buf *out, struct buf *cell, const struct picture *p, const struct fact *f,
                      const struct model_field *field)
{
    size_t count;
    const uint64_t *to = fact_links(f, field, &count);
    buf_clear(cell);
    for (size_t i = 0; i < count; i++) {
        str name = fact_name(picture_fact(p, to[i]));
        bool quote = field->kind == FIELD_LINKS &&
                     (str_find_char(name, ';') != STR_NOT_FOUND || str_find_char(name, '\n') != STR_NOT_FOUND);
        if (i) buf_text(cell, "; ");
        if (quote) buf_char(cell, '"');
        buf_str(cell, name);
        if (quote) buf_char(cell, '"');
    }
    put_text(out, buf_get(cell));
}

int export_csv(struct picture *p, const struct model_type *type, int (*write)(void *self, str piece, struct err *err),
               void *self, struct err *err)
{
    struct buf out, cell;
    size_t count;
    const uint64_t *ids = picture_facts(p, type, &count);
    int status = 0;
    buf_init(&out, 1 << 30);
    buf_init(&cell, 64 << 20);
    buf_text(&out, "id");
    for (size_t k = 0; k < type->field_count; k++) {
        if (!is_stored(&type->fields[k])) continue;
        buf_char(&out, ',');
        csv_emit_field(&out, type->fields[k].key, ',', false);
    }
    buf_char(&out, '\n');
    for (size_t i = 0; i < count && status == 0; i++) {
        const struct fact *f = picture_fact(p, ids[i]);
        buf_printf(&out, "%llu", (unsigned long long)ids[i]);
        for (size_t k = 0; k < type->field_count; k++) {
            const struct model_field *field = &type->fields[k];
            if (!is_stored(field)) continue;
            buf_char(&out, ',');
            if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS)
                put_links(&out, &cell, p, f, field);
            else if (field->kind == FIELD_TEXT || field->kind == FIELD_LONG_TEXT)
                put_text(&out, fact_value(f, field));
            else
                csv_emit_field(&out, fact_value(f, field), ',', false);
        }
        buf_char(&out, '\n');
        if (out.n < PIECE) continue;
        status = write(self, buf_get(&out), err);
        buf_clear(&out);
    }
    if (status == 0) status = buf_check(&out, err);
    if (status == 0) status = write(self, buf_get(&out), err);
    buf_release(&cell);
    buf_release(&out);
    return status;
}
