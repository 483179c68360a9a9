/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as CSV and as lines of JSON, so that import reads back what it was. */
#include "import_internal.h"

#include "base_json.h"

#include <string.h>

enum { PIECE = 64 << 10 };

bool export_has(const struct picture *p, const struct graph_viewer *viewer, const struct model_type *type,
                const struct model_field *field)
{
    return field->kind != FIELD_DERIVED && field->kind != FIELD_OBSERVED &&
           graph_sees(picture_graph(p), viewer, type, field);
}

const uint64_t *export_ids(struct picture *p, const struct export_list *list, size_t *count)
{
    if (!list->ids) return picture_facts(p, list->type, count);
    *count = list->count;
    return list->ids;
}

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

/* What would be taken for several names, or for a name in quotes, stands in quotes. */
static void put_name(struct buf *cell, str name, bool many)
{
    bool quote = name.n && name.p[0] == '"';
    for (size_t i = 0; many && i < name.n && !quote; i++) quote = name.p[i] == ';' || name.p[i] == '\n';
    if (!quote) {
        buf_str(cell, name);
        return;
    }
    buf_char(cell, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"') buf_char(cell, '"');
        buf_char(cell, name.p[i]);
    }
    buf_char(cell, '"');
}

void export_links_text(struct buf *cell, const struct picture *p, const struct fact *f, const struct model_field *field)
{
    size_t count;
    const uint64_t *to = fact_links(f, field, &count);
    buf_clear(cell);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_text(cell, "; ");
        put_name(cell, fact_name(picture_fact(p, to[i])), field->kind == FIELD_LINKS);
    }
}

static void put_fact(struct buf *out, struct buf *cell, const struct picture *p, const struct export_list *list,
                     const struct fact *f)
{
    const struct model_type *type = list->type;
    buf_printf(out, "%llu", (unsigned long long)fact_id(f));
    for (size_t k = 0; k < type->field_count; k++) {
        const struct model_field *field = &type->fields[k];
        if (!export_has(p, list->viewer, type, field)) continue;
        buf_char(out, ',');
        if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS) {
            export_links_text(cell, p, f, field);
            put_text(out, buf_get(cell));
        } else if (field->kind == FIELD_TEXT || field->kind == FIELD_LONG_TEXT) {
            put_text(out, fact_value(f, field));
        } else {
            csv_emit_field(out, fact_value(f, field), ',', false);
        }
    }
    buf_char(out, '\n');
}

int export_csv(struct picture *p, const struct export_list *list, export_write *write, void *self, struct err *err)
{
    struct buf out, cell;
    size_t count;
    const struct model_type *type = list->type;
    const uint64_t *ids = export_ids(p, list, &count);
    int status = 0;
    buf_init(&out, 1 << 30);
    buf_init(&cell, 64 << 20);
    buf_text(&out, "id");
    for (size_t k = 0; k < type->field_count; k++) {
        if (!export_has(p, list->viewer, type, &type->fields[k])) continue;
        buf_char(&out, ',');
        csv_emit_field(&out, type->fields[k].key, ',', false);
    }
    buf_char(&out, '\n');
    for (size_t i = 0; i < count && status == 0; i++) {
        put_fact(&out, &cell, p, list, picture_fact(p, ids[i]));
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

/* ---- JSON ---- */

static void emit_link(struct json_writer *w, const struct picture *p, uint64_t to)
{
    json_object(w);
    json_key(w, STR("id"));
    json_int(w, (int64_t)to);
    json_key(w, STR("name"));
    json_string(w, fact_name(picture_fact(p, to)));
    json_object_end(w);
}

static void emit_links(struct json_writer *w, const struct picture *p, const struct fact *f,
                       const struct model_field *field)
{
    size_t count;
    const uint64_t *to = fact_links(f, field, &count);
    if (!count) return;
    json_key(w, field->key);
    if (field->kind == FIELD_LINK) {
        emit_link(w, p, to[0]);
        return;
    }
    json_array(w);
    for (size_t i = 0; i < count; i++) emit_link(w, p, to[i]);
    json_array_end(w);
}

static void emit_scalar(struct json_writer *w, const struct model_field *field, str value)
{
    size_t blank;
    if (!value.n) return;
    json_key(w, field->key);
    switch (field->kind) {
    case FIELD_WHOLE_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_PERCENT: json_number(w, value); return;
    case FIELD_YES_NO: json_bool(w, str_eq(value, STR("yes"))); return;
    case FIELD_MONEY:
        blank = str_find_char(value, ' ');
        json_object(w);
        json_key(w, STR("amount"));
        json_number(w, str_slice(value, 0, blank));
        json_key(w, STR("currency"));
        json_string(w, str_from(value, blank + 1));
        json_object_end(w);
        return;
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_DATE:
    case FIELD_PERIOD:
    case FIELD_ONE_OF:
    case FIELD_LINK:
    case FIELD_LINKS:
    case FIELD_DERIVED:
    case FIELD_OBSERVED: break;
    }
    json_string(w, value);
}

void export_emit_json(struct json_writer *w, const struct picture *p, const struct graph_viewer *viewer,
                      const struct fact *f)
{
    const struct model_type *type = fact_type(f);
    json_object(w);
    json_key(w, STR("type"));
    json_string(w, type->name);
    json_key(w, STR("id"));
    json_int(w, (int64_t)fact_id(f));
    for (size_t k = 0; k < type->field_count; k++) {
        const struct model_field *field = &type->fields[k];
        if (!export_has(p, viewer, type, field)) continue;
        if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS)
            emit_links(w, p, f, field);
        else
            emit_scalar(w, field, fact_value(f, field));
    }
    json_object_end(w);
}

int export_json_lines(struct picture *p, const struct export_list *list, export_write *write, void *self,
                      struct err *err)
{
    struct buf out;
    struct json_writer w;
    size_t count;
    const uint64_t *ids = export_ids(p, list, &count);
    int status = 0;
    buf_init(&out, 1 << 30);
    for (size_t i = 0; i < count && status == 0; i++) {
        json_init(&w, &out, 0);
        export_emit_json(&w, p, list->viewer, picture_fact(p, ids[i]));
        buf_char(&out, '\n');
        if (out.n < PIECE) continue;
        status = write(self, buf_get(&out), err);
        buf_clear(&out);
    }
    if (status == 0) status = buf_check(&out, err);
    if (status == 0 && out.n) status = write(self, buf_get(&out), err);
    buf_release(&out);
    return status;
}
