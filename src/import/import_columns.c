/* SPDX-License-Identifier: Apache-2.0 */
/* Which line is the header, and which column is which field. */
#include "import_internal.h"

#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

static bool same_letters(struct import *in, str letters, str name)
{
    return str_eq(letters, utf8_letters(in->scratch, name));
}

static const struct import_choice *choice_of(struct import *in, str letters)
{
    for (size_t i = 0; i < in->options->choice_count; i++)
        if (same_letters(in, letters, in->options->choices[i].header)) return &in->options->choices[i];
    return NULL;
}

static const struct model_field *field_named(struct import *in, str letters)
{
    for (size_t i = 0; i < in->type->field_count; i++)
        if (same_letters(in, letters, in->type->fields[i].name)) return &in->type->fields[i];
    return NULL;
}

static const struct model_field *field_by_column(struct import *in, str letters)
{
    const struct model_field *fields = in->type->fields;
    MUST(fields);
    for (size_t i = 0; i < in->type->field_count; i++)
        for (size_t k = 0; k < fields[i].column_count; k++)
            if (same_letters(in, letters, fields[i].columns[k])) return &fields[i];
    return NULL;
}

/* How many of its cells read like headers; the natural key's counts three times. */
size_t import_header_score(struct import *in, const struct import_row *row)
{
    size_t score = 0;
    bool *seen = arena_array(in->scratch, in->type->field_count, sizeof *seen);
    for (size_t i = 0; i < row->cells.count; i++) {
        str cell = import_cell(row, i), letters = cell.n > 80 ? STR_NONE : utf8_letters(in->scratch, cell);
        if (!letters.n) continue;
        if (choice_of(in, letters)) {
            score += 3;
            continue;
        }
        const struct model_field *f = field_named(in, letters);
        if (!f) f = field_by_column(in, letters);
        if (str_eq(cell, STR("id"))) score++;
        if (!f || seen[f->number]) continue;
        seen[f->number] = true;
        score += f == in->type->name_field ? 3 : 1;
    }
    arena_clear(in->scratch);
    return score;
}

static int no_header(struct import *in, struct err *err)
{
    struct buf seen;
    buf_init(&seen, 200);
    const struct import_row *row = &in->rows.items[0];
    for (size_t i = 0; i < row->cells.count && i < 4; i++)
        buf_printf(&seen, "%s\"" STR_FORMAT "\"", i ? ", " : "", STR_ARGS(utf8_cut(import_cell(row, i), 30)));
    err_set(err, ERR_INPUT,
            "no header: none of the first lines names a field of " STR_FORMAT " such as \"" STR_FORMAT
            "\"; this line has " STR_FORMAT ". Name the columns, or say which is which: --column 'HEADER=" STR_FORMAT
            "'",
            STR_ARGS(in->type->name), STR_ARGS(in->type->name_field->name), STR_ARGS(buf_get(&seen)),
            STR_ARGS(in->type->name_field->name));
    if (in->options->choice_count)
        err_set(err, ERR_INPUT,
                "no header: none of the first lines has the column \"" STR_FORMAT
                "\" of --column; this line has " STR_FORMAT,
                STR_ARGS(in->options->choices[0].header), STR_ARGS(buf_get(&seen)));
    buf_release(&seen);
    return err_at(err, row->cells.line, STR_NONE);
}

static bool is_computed(const struct model_field *f) { return f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED; }

size_t import_column_for(const struct import *in, const struct model_field *field)
{
    size_t i = 0;
    while (i < in->column_count && !(in->columns[i].use == IMPORT_FIELD && in->columns[i].field == field)) i++;
    return i;
}

bool import_is_key(const struct import *in, const struct model_field *field)
{
    for (size_t k = 0; k < in->type->key_field_count; k++)
        if (in->type->key_fields[k] == field) return true;
    return false;
}

static struct import_column *column_of(struct import *in, const struct model_field *field)
{
    for (size_t i = 0; i < in->column_count; i++)
        if (in->columns[i].field == field && in->columns[i].use == IMPORT_FIELD) return &in->columns[i];
    return NULL;
}

static void take(struct import_column *c, const struct model_field *field)
{
    c->use = is_computed(field) ? IMPORT_COMPUTED : IMPORT_FIELD;
    c->field = field;
}

/* What people said comes first; a choice that cannot be kept is a mistake in the call. */
static int take_choices(struct import *in, const str *letters, struct err *err)
{
    for (size_t k = 0; k < in->options->choice_count; k++) {
        const struct import_choice *choice = &in->options->choices[k];
        size_t at = 0;
        /* A second choice of a name is for its second column. */
        while (at < in->column_count && (in->columns[at].chosen || !same_letters(in, letters[at], choice->header)))
            at++;
        if (at == in->column_count) {
            str *headers = arena_array(in->a, in->column_count, sizeof *headers);
            for (size_t i = 0; i < in->column_count; i++) headers[i] = in->columns[i].header;
            str near = err_nearest(choice->header, headers, in->column_count);
            return err_set(err, ERR_USAGE, "--column: \"" STR_FORMAT "\" is not a column of %s%s" STR_FORMAT "%s",
                           STR_ARGS(choice->header), in->plan->path, near.n ? "; did you mean \"" : "", STR_ARGS(near),
                           near.n ? "\"?" : "");
        }
        struct import_column *c = &in->columns[at];
        c->chosen = true;
        if (str_eq(choice->field, STR("-"))) {
            c->use = IMPORT_LEFT_OUT;
            continue;
        }
        const struct model_field *f = model_field(in->type, choice->field);
        if (!f && str_eq_nocase(choice->field, STR("id"))) {
            c->use = IMPORT_ID;
            continue;
        }
        if (!f) {
            str near = model_nearest_field(in->type, choice->field);
            return err_set(err, ERR_USAGE,
                           "--column: \"" STR_FORMAT "\" is not a field of " STR_FORMAT "%s" STR_FORMAT "%s",
                           STR_ARGS(choice->field), STR_ARGS(in->type->name), near.n ? "; did you mean \"" : "",
                           STR_ARGS(near), near.n ? "\"?" : "");
        }
        if (column_of(in, f))
            return err_set(err, ERR_USAGE, "--column: two columns are to be \"" STR_FORMAT "\"", STR_ARGS(f->name));
        take(c, f);
    }
    return 0;
}

bool import_is_reason(struct import *in, str header)
{
    str letters = utf8_letters(in->scratch, header);
    if (str_eq(letters, STR("importreason"))) return true;
    return str_eq(letters, STR("reason")) && !field_named(in, letters) && !field_by_column(in, letters);
}

static void guess_columns(struct import *in, const str *letters)
{
    for (size_t i = 0; i < in->column_count; i++) {
        struct import_column *c = &in->columns[i];
        if (c->use != IMPORT_UNKNOWN || !letters[i].n) continue;
        const struct model_field *f = field_named(in, letters[i]);
        if (f && !column_of(in, f))
            take(c, f);
        else if (str_eq(c->header, STR("id")))
            c->use = IMPORT_ID;
    }
    /* Their other names, only for fields that no column has by its very name. */
    for (size_t i = 0; i < in->column_count; i++) {
        struct import_column *c = &in->columns[i];
        if (c->use != IMPORT_UNKNOWN || !letters[i].n) continue;
        const struct model_field *f = field_by_column(in, letters[i]);
        if (f && !column_of(in, f)) take(c, f);
        if (!f && import_is_reason(in, c->header)) c->use = IMPORT_REASON;
    }
}

static bool column_is_empty(struct import *in, size_t column)
{
    VEC_EACH(row, &in->rows)
        if (import_cell(row, column).n) return false;
    return true;
}

static void fault_unknown(struct import *in, const struct import_row *header, size_t at, str letters)
{
    struct import_column *c = &in->columns[at];
    const struct model_field *f = field_named(in, letters);
    if (!f) f = field_by_column(in, letters);
    const struct import_column *taken = f ? column_of(in, f) : NULL;
    if (taken) {
        import_fault(in, header, at,
                     "would be \"" STR_FORMAT "\", but the column \"" STR_FORMAT
                     "\" is that; leave one of them out: --column '" STR_FORMAT "=-'",
                     STR_ARGS(f->name), STR_ARGS(taken->header), STR_ARGS(c->header));
        return;
    }
    if (str_eq_nocase(c->header, STR("id"))) {
        import_fault(in, header, at,
                     "whose numbers are these? If they are the ids of an export, say --column '" STR_FORMAT
                     "=id'; if they are the file's own, leave them out: --column '" STR_FORMAT "=-'",
                     STR_ARGS(c->header), STR_ARGS(c->header));
        return;
    }
    str near = model_nearest_field(in->type, c->header);
    import_fault(in, header, at,
                 "no field of " STR_FORMAT " is called so%s" STR_FORMAT "; say which it is: --column '" STR_FORMAT
                 "=%s" STR_FORMAT "'%s, or leave it out: --column '" STR_FORMAT "=-' (or --ignore-unknown)",
                 STR_ARGS(in->type->name), c->hint.n ? "; " : "", STR_ARGS(c->hint), STR_ARGS(c->header),
                 near.n ? "" : "FIELD", STR_ARGS(near), near.n ? " (the nearest)" : "", STR_ARGS(c->header));
}

/* Lines of which none can be read have no keys at all; what is wrong with each is told instead. */
static bool all_are_broken(const struct import *in)
{
    VEC_EACH(row, &in->rows)
        if (!row->broken.p) return false;
    return in->rows.count > 0;
}

static void demand_key(struct import *in, const struct import_row *header)
{
    if (all_are_broken(in)) return;
    for (size_t i = 0; i < in->column_count; i++)
        if (in->columns[i].use == IMPORT_ID) return;
    for (size_t i = 0; i < in->type->key_field_count; i++) {
        const struct model_field *f = in->type->key_fields[i];
        if (column_of(in, f)) continue;
        import_fault(in, header, in->column_count,
                     "no column for \"" STR_FORMAT "\", by which " STR_FORMAT
                     " are known; say which it is: --column 'HEADER=" STR_FORMAT "'",
                     STR_ARGS(f->name), STR_ARGS(in->type->plural), STR_ARGS(f->name));
    }
}

/* ---- what was said before ---- */

static str *letters_of(struct import *in, const struct import_row *row)
{
    str *letters = arena_array(in->a, row->cells.count, sizeof *letters);
    for (size_t i = 0; i < row->cells.count; i++) {
        str cell = import_cell(row, i);
        letters[i] = utf8_letters(in->a, cell.n ? cell : arena_printf(in->a, "column %zu", i + 1));
    }
    return letters;
}

/* The first of what is remembered of a header like this row; NULL when nothing is. */
static const struct stored_column *memory_of(struct import *in, const struct import_row *row, const str *letters)
{
    unsigned char shape[SHAPE_SIZE];
    store_shape(in->a, letters, row->cells.count, shape);
    for (size_t i = 0; i < in->memory_count; i++)
        if (!memcmp(in->memory[i].shape, shape, sizeof shape)) return &in->memory[i];
    return NULL;
}

static void take_memory(struct import *in, const str *letters)
{
    const struct stored_column *m = memory_of(in, &in->header, letters), *end = in->memory + in->memory_count;
    for (const struct stored_column *k = m; k && k < end && !memcmp(k->shape, m->shape, sizeof m->shape); k++)
        for (size_t i = 0; i < in->column_count; i++) {
            struct import_column *c = &in->columns[i];
            int64_t id;
            if (c->use != IMPORT_UNKNOWN || !str_eq(letters[i], k->header)) continue;
            const struct model_field *f =
                str_to_int(k->field, &id) && id >= 0 ? model_field_by_id(in->type, (uint32_t)id) : NULL;
            c->remembered = true;
            if (str_eq(k->field, STR("-")))
                c->use = IMPORT_LEFT_OUT;
            else if (str_eq(k->field, STR("id")))
                c->use = IMPORT_ID;
            else if (f && !column_of(in, f))
                take(c, f);
            else
                c->remembered = false;
        }
}

/* What is to be remembered: what a person chose, or let pass as a guess. */
static void note_said(struct import *in, const str *letters)
{
    struct import_plan *plan = in->plan;
    struct stored_column *said = arena_array(in->a, in->column_count, sizeof *said);
    unsigned char shape[SHAPE_SIZE];
    store_shape(in->a, letters, in->column_count, shape);
    for (size_t i = 0; i < in->column_count; i++) {
        const struct import_column *c = &in->columns[i];
        if ((!c->chosen && !c->guess.n) || !letters[i].n) continue;
        struct stored_column *one = &said[plan->said_count++];
        memcpy(one->shape, shape, sizeof shape);
        one->header = letters[i];
        one->field = c->field ? arena_printf(in->a, "%u", c->field->id) : c->use == IMPORT_ID ? STR("id") : STR("-");
    }
    plan->said = said;
}

/* ---- the header ---- */

/* The row that is the header; count when none is. The keys of JSON lines stand before them all. */
static size_t find_header(struct import *in)
{
    size_t best = in->rows.count, best_score = 0;
    if (in->plan->form == IMPORT_JSON_LINES) return 0;
    for (size_t i = 0; i < in->rows.count && i < HEADER_WITHIN; i++) {
        const struct import_row *row = &in->rows.items[i];
        size_t score = import_header_score(in, row);
        if (in->memory_count && memory_of(in, row, letters_of(in, row))) return i;
        if (score > best_score) best = i, best_score = score;
    }
    return best;
}

/* Where no name is known: the first row that is as wide as any, for a look at what stands below it. */
static size_t widest_row(const struct import *in)
{
    size_t best = in->rows.count, widest = 1;
    for (size_t i = 0; i < in->rows.count && i < HEADER_WITHIN; i++) {
        size_t filled = 0;
        for (size_t c = 0; c < in->rows.items[i].cells.count; c++) filled += import_cell(&in->rows.items[i], c).n > 0;
        if (filled > widest) best = i, widest = filled;
    }
    return best;
}

static void begin_columns(struct import *in, const struct import_row *header)
{
    in->column_count = header->cells.count;
    in->columns = arena_array(in->a, in->column_count, sizeof *in->columns);
    for (size_t i = 0; i < in->column_count; i++) {
        str cell = import_cell(header, i);
        in->columns[i].header = cell.n ? cell : arena_printf(in->a, "column %zu", i + 1);
        VEC_EACH(row, &in->rows) {
            in->columns[i].example = import_cell_name(row, i);
            if (in->columns[i].example.n) break;
        }
    }
}

static void settle_guess(struct import *in, const struct import_row *header, size_t at)
{
    const struct import_column *c = &in->columns[at];
    if (!c->guess.n || in->options->guesses == IMPORT_TAKE_GUESSES) return;
    import_fault(in, header, at,
                 "looks like \"" STR_FORMAT "\": " STR_FORMAT "; say so: --column '" STR_FORMAT "=" STR_FORMAT
                 "' (or --accept-guesses), or leave it out: --column '" STR_FORMAT "=-'",
                 STR_ARGS(c->field->name), STR_ARGS(c->guess), STR_ARGS(c->header), STR_ARGS(c->field->name),
                 STR_ARGS(c->header));
}

bool import_sees(const struct import *in, const struct model_field *field)
{
    return graph_sees(picture_graph(in->picture), in->options->viewer, in->type, field);
}

int import_columns(struct import *in, struct err *err)
{
    size_t best = find_header(in), tried = best;
    if (best == in->rows.count && !in->options->choice_count) tried = widest_row(in);
    if (tried == in->rows.count) return no_header(in, err);
    struct import_row header = in->header = in->rows.items[tried];
    struct import_rows all = in->rows;
    in->plan->header_line = header.cells.line;
    in->rows.items += tried + 1;
    in->rows.count -= tried + 1;
    begin_columns(in, &header);
    str *letters = letters_of(in, &header);
    if (take_choices(in, letters, err) < 0) return -1;
    take_memory(in, letters);
    guess_columns(in, letters);
    if (!in->options->ignore_unknown && in->plan->form != IMPORT_JSON_LINES) import_guess(in);
    if (best == all.count && import_column_for(in, in->type->name_field) == in->column_count) {
        in->rows = all; /* that was none either */
        return no_header(in, err);
    }
    for (size_t i = 0; i < in->column_count; i++) {
        struct import_column *c = &in->columns[i];
        settle_guess(in, &header, i);
        if (c->use == IMPORT_FIELD && !import_sees(in, c->field))
            import_fault(in, &header, i, "the field is not open to you; leave it out: --column '" STR_FORMAT "=-'",
                         STR_ARGS(c->header));
        if (c->use != IMPORT_UNKNOWN) continue;
        if (in->options->ignore_unknown || (!import_cell(&header, i).n && column_is_empty(in, i)))
            c->use = IMPORT_LEFT_OUT;
        else
            fault_unknown(in, &header, i, letters[i]);
    }
    note_said(in, letters);
    demand_key(in, &header);
    return 0;
}

/* ---- marks ---- */

static bool is_numeric(enum field_kind k)
{
    return k == FIELD_DECIMAL || k == FIELD_MONEY || k == FIELD_PERCENT || k == FIELD_WHOLE_NUMBER;
}

/* The mark that can only be a decimal one in this cell, 0 where it says nothing. */
static char mark_of(str s)
{
    size_t commas = 0, points = 0, last = STR_NOT_FOUND, digits_after = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == ',') commas++;
        if (c == '.') points++;
        if (c == ',' || c == '.') last = i, digits_after = 0;
        if (c >= '0' && c <= '9') digits_after++;
    }
    if (last == STR_NOT_FOUND) return 0;
    char mark = s.p[last], other = mark == ',' ? '.' : ',';
    size_t of_mark = mark == ',' ? commas : points, of_other = mark == ',' ? points : commas;
    if (of_mark > 1) return of_other ? 0 : other; /* 1.234.567: it groups, so the other is the decimal one */
    if (of_other) return mark;
    return digits_after == 3 ? 0 : mark;
}

/* 'd' for 22/11/2026, 'm' for 11/22/2026, 0 where both would do or it is no such date. */
static char order_of(str s, int *first, int *second, int *year)
{
    int part[3] = {0}, at = 0, digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') {
            if (++digits > 4) return 0;
            part[at] = part[at] * 10 + s.p[i] - '0';
        } else if ((s.p[i] == '/' || s.p[i] == '-') && digits && at < 2) {
            at++, digits = 0;
        } else {
            return 0;
        }
    }
    *first = part[0], *second = part[1], *year = part[2];
    if (at != 2 || digits != 4 || part[0] > 31 || part[1] > 31 || !part[0] || !part[1]) return 0;
    return part[0] > 12 ? 'd' : part[1] > 12 ? 'm' : '?';
}

void import_marks(struct import *in)
{
    in->marks = arena_array(in->a, in->column_count, 1);
    in->orders = arena_array(in->a, in->column_count, 1);
    for (size_t i = 0; i < in->column_count; i++) {
        if (in->columns[i].use != IMPORT_FIELD) continue;
        enum field_kind kind = in->columns[i].field->kind;
        size_t commas = 0, points = 0, day = 0, month = 0;
        if (!is_numeric(kind) && kind != FIELD_DATE) continue;
        VEC_EACH(row, &in->rows) {
            int parts[3];
            str cell = import_cell(row, i);
            if (import_cell_kind(row, i) > CELL_TEXT) continue; /* says itself what it is */
            char c = kind == FIELD_DATE ? order_of(cell, &parts[0], &parts[1], &parts[2]) : mark_of(cell);
            commas += c == ',', points += c == '.', day += c == 'd', month += c == 'm';
        }
        /* A column that shows both is left to each cell by itself. */
        in->marks[i] = commas && !points ? ',' : points && !commas ? '.' : 0;
        in->orders[i] = day && !month ? 'd' : month && !day ? 'm' : 0;
    }
}

/* What a cell that knows its kind says to a field of another: the amount without its currency, the day without its
 * hour, the month of a period. */
static str cell_for(const struct model_field *field, enum cell_kind kind, str cell)
{
    size_t blank = str_find_char(cell, ' ');
    bool text = field->kind == FIELD_TEXT || field->kind == FIELD_LONG_TEXT;
    if (kind == CELL_DATE && field->kind == FIELD_PERIOD) return str_slice(cell, 0, 7);
    if (kind == CELL_DATE && field->kind == FIELD_DATE && blank != STR_NOT_FOUND) return str_slice(cell, 0, blank);
    if (kind == CELL_MONEY && field->kind != FIELD_MONEY && !text) return str_slice(cell, 0, blank);
    return cell;
}

bool import_value(struct import *in, const struct import_row *row, size_t column, str *canonical)
{
    struct model_input how = in->batch->how;
    const struct model_field *field = in->columns[column].field;
    enum cell_kind kind = import_cell_kind(row, column);
    str cell = cell_for(field, kind, import_cell(row, column));
    struct err err = {0};
    int first, second, year;
    if (kind == CELL_LINKS) {
        import_fault(in, row, column, "is an object or a list; a %s is expected", field_kind_name(field->kind));
        return false;
    }
    how.decimal_mark = kind > CELL_TEXT ? '.' : in->marks[column];
    if (kind <= CELL_TEXT && field->kind == FIELD_DATE && in->orders[column] &&
        order_of(cell, &first, &second, &year) == '?')
        cell = in->orders[column] == 'd' ? arena_printf(in->a, "%04d-%02d-%02d", year, second, first)
                                         : arena_printf(in->a, "%04d-%02d-%02d", year, first, second);
    if (model_read_value(in->a, field, &how, cell, canonical, &err) == 0) return true;
    import_fault_err(in, row, column, &err);
    return false;
}
