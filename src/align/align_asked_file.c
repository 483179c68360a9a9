/* SPDX-License-Identifier: Apache-2.0 */
#include "align_asked_file.h"

#include <string.h>

enum { LINE_LIMIT = 16 << 20, EACH_ROWS = 1024 };

struct reading {
    const struct asked_file *of;
    struct text_reader *from;
    uint64_t rows;
    struct err *err;
};

static int add(struct reading *k, str line, uint64_t number)
{
    if (++k->rows % EACH_ROWS == 0 && watch_ends(&k->of->watch, k->from->bytes_done, k->from->bytes_total, k->err))
        return -1;
    return str_trim(line).n ? k->of->each(k->of->host, line, number) : 0;
}

/* ---- JSON lines ---- */

static int read_lines(struct reading *k, struct buf *in)
{
    uint64_t number = 0;
    int result = 0;
    for (bool more = true; more && result == 0;) {
        more = !k->from->at_end;
        if (more && text_read(k->from, in, k->err) < 0) return -1;
        str rest = buf_get(in);
        for (size_t end; result == 0 && ((end = str_find_char(rest, '\n')) != STR_NOT_FOUND || (!more && rest.n));) {
            result = add(k, str_slice(rest, 0, end == STR_NOT_FOUND ? rest.n : end), ++number);
            rest = str_from(rest, end == STR_NOT_FOUND ? rest.n : end + 1);
        }
        if (in->full && result == 0) {
            err_set(k->err, ERR_LIMIT, "a line is longer than %d MB", LINE_LIMIT >> 20);
            return err_at(k->err, (uint32_t)number + 1, STR_NONE);
        }
        if (rest.n) memmove(in->p, rest.p, rest.n);
        in->n = rest.n;
    }
    return result;
}

/* ---- CSV ---- */

struct column {
    const struct rulebook_question *question; /* NULL: */
    const char *member;                       /* who asked, and what was ruled; NULL: it is left out */
};

static bool is_called(str title, str name)
{
    if (title.n != name.n) return false;
    for (size_t i = 0; i < title.n; i++) {
        char c = title.p[i] == '_' ? ' ' : title.p[i];
        if (!str_eq_nocase((str){&c, 1}, str_slice(name, i, i + 1))) return false;
    }
    return true;
}

static const struct rulebook_question *question_called(const struct rulebook *b, str title)
{
    size_t count;
    const struct rulebook_question *q = rulebook_questions(b, &count);
    for (size_t i = 0; i < count; i++)
        if (is_called(title, q[i].name) || str_eq_nocase(title, q[i].label)) return &q[i];
    return NULL;
}

static struct column column_of(const struct reading *k, str title)
{
    static const char *const members[] = {"name", "side", "team", "ruled", "request", "day"};
    struct column c = {.question = question_called(k->of->book, title)};
    if (!c.question && k->of->other) c.question = question_called(k->of->other, title);
    for (size_t i = 0; !c.question && i < ARRAY_COUNT(members); i++)
        if (str_eq_nocase(title, str_of(members[i]))) c.member = members[i];
    return c;
}

static bool takes_yes(const struct rulebook_question *q)
{
    return q->kind == QUESTION_CHOICE && q->value_count && q->values[0].kind == FEEL_BOOLEAN;
}

static void put_answer(struct json_writer *w, const struct rulebook_question *q, str cell)
{
    bool yes = str_eq_nocase(cell, STR("yes")) || str_eq_nocase(cell, STR("true"));
    bool no = str_eq_nocase(cell, STR("no")) || str_eq_nocase(cell, STR("false"));
    json_key(w, q->name);
    if (takes_yes(q) && (yes || no))
        json_bool(w, yes);
    else if (q->kind == QUESTION_NUMBER && json_number_length(cell) == cell.n)
        json_number(w, cell);
    else
        json_string(w, cell);
}

static void put_row(struct buf *line, const struct column *columns, size_t count, const struct csv_row *row)
{
    struct json_writer w;
    buf_clear(line);
    json_init(&w, line, 0);
    json_object(&w);
    json_key(&w, STR("input"));
    json_object(&w);
    for (size_t i = 0; i < count && i < row->count; i++)
        if (columns[i].question && str_trim(row->fields[i]).n)
            put_answer(&w, columns[i].question, str_trim(row->fields[i]));
    json_object_end(&w);
    for (size_t i = 0; i < count && i < row->count; i++)
        if (columns[i].member && str_trim(row->fields[i]).n)
            json_key(&w, str_of(columns[i].member)), json_string(&w, str_trim(row->fields[i]));
    json_object_end(&w);
}

static int read_head(struct reading *k, struct arena *a, const struct csv_row *head, struct column **out)
{
    bool any = false;
    struct column *columns = arena_array(a, head->count + 1, sizeof *columns);
    for (size_t i = 0; i < head->count; i++) {
        columns[i] = column_of(k, str_trim(head->fields[i]));
        any |= columns[i].question != NULL;
    }
    *out = columns;
    if (any) return 0;
    err_set(k->err, ERR_INPUT,
            "neither JSON lines nor CSV with a column for one of the rulebook's questions, by its name");
    return err_at(k->err, head->line, STR_NONE);
}

static int read_rows(struct reading *k, struct buf *begun)
{
    struct csv csv;
    struct csv_row row;
    struct arena heads, work;
    struct buf line;
    struct column *columns;
    size_t count;
    csv_init(&csv, k->from, 0);
    buf_str(&csv.text, buf_get(begun));
    buf_init(&line, LINE_LIMIT);
    arena_init(&heads, 0), arena_init(&work, 0);
    int rc = csv_next(&csv, &heads, &row, k->err);
    count = row.count;
    if (rc == 1) rc = read_head(k, &heads, &row, &columns) ? -1 : 1;
    int result = rc < 0 ? -1 : 0;
    while (rc == 1 && result == 0) {
        arena_clear(&work);
        rc = csv_next(&csv, &work, &row, k->err);
        if (rc < 0) result = -1;
        if (rc != 1) break;
        put_row(&line, columns, count, &row);
        result = add(k, buf_get(&line), row.line);
    }
    arena_release(&heads), arena_release(&work);
    buf_release(&line);
    csv_release(&csv);
    return result;
}

int asked_file_read(struct text_reader *from, const struct asked_file *of, struct err *err)
{
    struct reading k = {.of = of, .from = from, .err = err};
    struct buf in;
    int result = 0;
    buf_init(&in, LINE_LIMIT);
    while (result == 0 && !from->at_end && !str_trim(buf_get(&in)).n) result = text_read(from, &in, err);
    str begun = str_trim(buf_get(&in));
    if (result == 0) result = !begun.n || begun.p[0] == '{' ? read_lines(&k, &in) : read_rows(&k, &in);
    buf_release(&in);
    return result;
}
