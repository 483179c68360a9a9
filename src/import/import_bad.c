/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that were left out, as a file that can be mended and imported again. */
#include "import_internal.h"

#include "base_json.h"

enum { TEXT_LIMIT = 1 << 30 };

/* "reason", unless the file or the type has one of its own. */
static str reason_name(const struct import_plan *plan, char blank)
{
    str own = blank == '_' ? STR("import_reason") : STR("import reason");
    bool taken = model_field(plan->type, STR("reason")) != NULL;
    for (size_t i = 0; i < plan->column_count; i++)
        taken =
            taken || (str_eq_nocase(plan->columns[i].header, STR("reason")) && plan->columns[i].use != IMPORT_REASON);
    for (size_t i = 0; i < plan->type->field_count; i++)
        for (size_t k = 0; k < plan->type->fields[i].column_count; k++)
            taken = taken || str_eq_nocase(plan->type->fields[i].columns[k], STR("reason"));
    return taken ? own : STR("reason");
}

/* A workbook's number with three decimals would read as thousands in a CSV. */
static bool needs_zero(enum cell_kind kind, str text)
{
    size_t point = str_find_char(text, '.');
    return (kind == CELL_NUMBER || kind == CELL_MONEY) && point != STR_NOT_FOUND && text.n - point == 4 &&
           str_find_char(text, ' ') == STR_NOT_FOUND;
}

static void put_cell(struct buf *out, const struct import_row *row, size_t i, char separator)
{
    enum cell_kind kind = import_cell_kind(row, i);
    str text = row->cells.fields[i];
    size_t blank = kind == CELL_MONEY ? str_find_char(text, ' ') : STR_NOT_FOUND;
    str digits = str_slice(text, 0, blank == STR_NOT_FOUND ? text.n : blank);
    if (!needs_zero(kind, digits)) {
        csv_emit_field(out, text, separator, kind == CELL_TEXT);
        return;
    }
    buf_str(out, digits);
    buf_char(out, '0');
    buf_str(out, str_from(text, digits.n));
}

static void put_row(struct buf *out, const struct import_plan *plan, const struct import_row *row, char separator,
                    str reason)
{
    size_t count = row->cells.count > plan->column_count ? row->cells.count : plan->column_count;
    for (size_t i = 0; i < count; i++) {
        if (i < plan->column_count && plan->columns[i].use == IMPORT_REASON) continue; /* an older one */
        if (i < row->cells.count) put_cell(out, row, i, separator);
        buf_char(out, separator);
    }
    csv_emit_field(out, reason, separator, false);
    buf_char(out, '\n');
}

static void put_csv(struct buf *out, const struct import_plan *plan)
{
    char separator = plan->form == IMPORT_CSV ? plan->separator : ',';
    put_row(out, plan, plan->header, separator, reason_name(plan, ' '));
    for (size_t i = 0; i < plan->bad_count; i++) put_row(out, plan, plan->bad[i].row, separator, plan->bad[i].reasons);
}

static bool has_reason(const struct import_plan *plan, const struct import_row *row)
{
    for (size_t i = 0; i < plan->column_count && i < row->cells.count; i++)
        if (plan->columns[i].use == IMPORT_REASON && row->cells.fields[i].p) return true;
    return false;
}

/* The line without the reason of an earlier import. */
static str without_reason(struct arena *a, const struct import_plan *plan, str line)
{
    const struct json *v;
    struct err err;
    struct json_writer w;
    struct buf b;
    if (json_parse(a, line, &v, &err) < 0) return line; /* cannot be: it was read before */
    buf_init(&b, TEXT_LIMIT);
    json_init(&w, &b, 0);
    json_object(&w);
    for (size_t i = 0; i < v->count; i++) {
        bool reason = false;
        for (size_t k = 0; k < plan->column_count; k++)
            reason =
                reason || (plan->columns[k].use == IMPORT_REASON && str_eq(plan->columns[k].header, v->items[i].key));
        if (reason) continue;
        json_key(&w, v->items[i].key);
        json_emit(&w, &v->items[i]);
    }
    json_object_end(&w);
    line = buf_copy(&b, a);
    buf_release(&b);
    return line;
}

static void put_reason(struct buf *out, str key, str reason)
{
    struct json_writer w;
    json_init(&w, out, 0);
    json_string(&w, key);
    buf_char(out, ':');
    json_init(&w, out, 0);
    json_string(&w, reason);
    buf_text(out, "}\n");
}

/* The line as it stands, with one more key before its last brace. A broken one takes no key: its reason has the line
 * above it, which says nothing else, so that reading it back leaves it out. */
static void put_lines(struct arena *a, struct buf *out, const struct import_plan *plan)
{
    str key = reason_name(plan, '_');
    for (size_t i = 0; i < plan->bad_count; i++) {
        const struct import_row *row = plan->bad[i].row;
        str line = str_trim(row->raw), reason = plan->bad[i].reasons;
        if (row->kinds) {
            if (has_reason(plan, row)) line = without_reason(a, plan, line);
            line = str_trim(str_slice(line, 0, line.n - 1));
            buf_str(out, line);
            if (line.n > 1) buf_char(out, ',');
            put_reason(out, key, reason);
        } else {
            buf_char(out, '{');
            put_reason(out, key, arena_printf(a, "the line below: " STR_FORMAT, STR_ARGS(reason)));
            buf_str(out, line);
            buf_char(out, '\n');
        }
    }
}

int import_bad_rows(struct arena *a, const struct import_plan *plan, str *text, struct err *err)
{
    struct buf out;
    buf_init(&out, TEXT_LIMIT);
    if (plan->form == IMPORT_JSON_LINES)
        put_lines(a, &out, plan);
    else
        put_csv(&out, plan);
    *text = buf_copy(&out, a);
    int status = buf_check(&out, err);
    buf_release(&out);
    return status;
}
