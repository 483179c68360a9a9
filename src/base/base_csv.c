/* SPDX-License-Identifier: Apache-2.0 */
/* A record is walked field by field in the text at hand, as places relative to its start, while more text is fetched
 * when it runs out; each byte is walked once. What stands at the places goes to the arena when the record is complete.
 */
#include "base_file.h"

#include <string.h>

#define ROW_CAP ((size_t)64 << 20)
enum { FIELD_CAP = 1 << 20, FIELDS_CAP = 16384, LINES_TO_GUESS = 20, BYTES_TO_GUESS = 64 * 1024 };

struct field_place {
    size_t from, to;  /* from the record's start; of a quoted field, behind its quote */
    size_t quote_end; /* where the closing quote stands; unused where the field has none */
    uint32_t line;
    bool quoted, doubled;
};

struct csv_walk {
    struct csv *csv;
    struct arena *arena;
    size_t at; /* from the record's start */
    uint32_t line;
    VEC(struct field_place) places;
    struct err *err;
};

void csv_init(struct csv *c, struct text_reader *from, char separator)
{
    *c = (struct csv){.from = from, .separator = separator, .line = 1, .field_cap = FIELD_CAP};
    /* Room for a row at its cap and the piece that is read behind it. */
    buf_init(&c->text, ROW_CAP + (4 << 20));
}

void csv_release(struct csv *c) { buf_release(&c->text); }

/* ---- the separator ---- */

/* How many lines have as many of it as the first, and how many that is. Quotes hide what is in them. */
static size_t count_lines_like_first(str s, char separator, size_t *in_first)
{
    size_t lines = 0, alike = 0, count = 0, closed_at = STR_NOT_FOUND;
    bool quoted = false;
    for (size_t i = 0; i <= s.n && lines < LINES_TO_GUESS; i++) {
        char c = i < s.n ? s.p[i] : '\n', before = i ? s.p[i - 1] : '\n';
        bool starts = before == separator || before == '\n' || before == '\r' || closed_at == i - 1;
        if (c == '"' && quoted)
            quoted = false, closed_at = i;
        else if (c == '"' && starts)
            quoted = true;
        if (quoted) continue;
        count += c == separator;
        if ((c != '\n' && c != '\r') || before == '\n' || before == '\r') continue;
        if (lines++ == 0) *in_first = count;
        alike += count == *in_first;
        count = 0;
    }
    return alike;
}

static char guess_separator(str s)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char best = ',';
    size_t best_score = 0;
    s = str_slice(s, 0, BYTES_TO_GUESS);
    for (size_t i = 0; i < sizeof candidates; i++) {
        size_t in_first = 0, alike = count_lines_like_first(s, candidates[i], &in_first);
        if (!in_first) continue;
        size_t score = alike * 1000 + (in_first < 999 ? in_first : 999);
        if (score > best_score) best = candidates[i], best_score = score;
    }
    return best;
}

/* Appends text; what is before the record is dropped first. Sets nothing where the end was reached. */
static int fetch(struct csv *c, struct err *err)
{
    if (c->at) {
        memmove(c->text.p, c->text.p + c->at, c->text.n - c->at);
        c->text.n -= c->at;
        c->at = 0;
    }
    if (c->text.n > ROW_CAP) {
        err_set(err, ERR_LIMIT, "the row is longer than 64 MiB; is a quote left open?");
        return err_at(err, c->line, STR_NONE);
    }
    return text_read(c->from, &c->text, err);
}

/* The line "sep=;" with which spreadsheets say it. */
static bool names_separator(str s)
{
    if (s.n < 5 || memcmp(s.p, "sep=", 4) != 0 || (s.n > 5 && s.p[5] != '\n' && s.p[5] != '\r')) return false;
    return str_find_char(STR(",;\t|:^~#!"), s.p[4]) != STR_NOT_FOUND;
}

static int settle_separator(struct csv *c, struct err *err)
{
    while (c->text.n < BYTES_TO_GUESS && !c->from->at_end)
        if (fetch(c, err) < 0) return -1;
    str s = buf_get(&c->text);
    if (!names_separator(s)) {
        c->separator = guess_separator(s);
        return 0;
    }
    c->separator = s.p[4];
    c->at = 5;
    c->at += c->at < s.n && s.p[c->at] == '\r';
    c->at += c->at < s.n && s.p[c->at] == '\n';
    c->line = 2;
    return 0;
}

/* ---- the walk ---- */

static size_t left(const struct csv_walk *w) { return w->csv->text.n - w->csv->at - w->at; }
static const char *here(const struct csv_walk *w) { return w->csv->text.p + w->csv->at + w->at; }

static int fail(struct csv_walk *w, enum err_code code, uint32_t line, const char *message)
{
    err_set(w->err, code, "%s", message);
    return err_at(w->err, line, STR_NONE);
}

static int more_text(struct csv_walk *w)
{
    while (left(w) == 0) {
        if (w->csv->from->at_end) return 0;
        if (fetch(w->csv, w->err) < 0) return -1;
    }
    return 1;
}

/* 1: there is a byte at w->at, 0: the text has ended, <0: an error. */
static inline int more(struct csv_walk *w) { return LIKELY(left(w) > 0) ? 1 : more_text(w); }

/* The length of the run without separator, line end or NUL. */
static size_t plain_run(const char *p, size_t n, char separator)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    const uint64_t separators = ones * (unsigned char)separator;
    size_t i = 0;
    for (uint64_t word; i + 8 <= n; i += 8) {
        memcpy(&word, p + i, 8);
        uint64_t s = word ^ separators, lf = word ^ (ones * '\n'), cr = word ^ (ones * '\r');
        uint64_t hit = (((s - ones) & ~s) | ((lf - ones) & ~lf) | ((cr - ones) & ~cr) | ((word - ones) & ~word)) & tops;
        if (hit) break;
    }
    while (i < n && p[i] != separator && p[i] != '\n' && p[i] != '\r' && p[i] != 0) i++;
    return i;
}

static int check_length(struct csv_walk *w, const struct field_place *f)
{
    /* Behind a quoted field, its closing quote is counted too. */
    if (w->at - f->from <= w->csv->field_cap + f->quoted) return 0;
    err_set(w->err, ERR_LIMIT, "field %zu is longer than %zu bytes%s", w->places.count, w->csv->field_cap,
            f->quoted ? "; is its quote closed?" : "");
    return err_at(w->err, f->line, STR_NONE);
}

static int walk_plain(struct csv_walk *w, struct field_place *f)
{
    for (int status; (status = more(w)) != 0;) {
        if (status < 0) return -1;
        size_t n = left(w), run = plain_run(here(w), n, w->csv->separator);
        w->at += run;
        if (check_length(w, f) < 0) return -1;
        if (run == n) continue;
        if (*here(w) == 0) return fail(w, ERR_INPUT, w->line, "a NUL byte; this is not a text file");
        break;
    }
    f->to = w->at;
    return 0;
}

/* A run of a quoted field: LF, CR and CRLF are one line end each. There is always a byte before it, the quote. */
static void count_line_ends(struct csv_walk *w, str s)
{
    const char *end = s.p + s.n;
    for (const char *p = s.p; (p = memchr(p, '\r', (size_t)(end - p))); p++) w->line++;
    for (const char *p = s.p; (p = memchr(p, '\n', (size_t)(end - p))); p++) w->line += p[-1] != '\r';
}

/* w->at is behind the opening quote; afterwards behind the closing one. */
static int walk_quoted(struct csv_walk *w, struct field_place *f)
{
    f->quoted = true;
    for (int status; (status = more(w)) != 0;) {
        if (status < 0) return -1;
        size_t n = left(w);
        const char *p = here(w), *quote = memchr(p, '"', n);
        str run = {p, quote ? (size_t)(quote - p) : n};
        size_t nul = str_find_char(run, 0);
        count_line_ends(w, str_slice(run, 0, nul));
        if (nul != STR_NOT_FOUND) return fail(w, ERR_INPUT, w->line, "a NUL byte; this is not a text file");
        w->at += run.n;
        if (check_length(w, f) < 0) return -1;
        if (!quote) continue;
        f->quote_end = w->at++;
        status = more(w);
        if (status < 0) return -1;
        if (status == 0 || *here(w) != '"') return 0;
        f->doubled = true;
        w->at++;
    }
    return fail(w, ERR_INPUT, f->line, "a quote is opened here and never closed");
}

/* One field and what ends it: 1 where another follows, 0 where the record ends. */
static int walk_field(struct csv_walk *w)
{
    if (w->places.count == FIELDS_CAP) return fail(w, ERR_LIMIT, w->line, "more than 16384 fields in a row");
    struct field_place *f = vec_add(w->arena, &w->places);
    *f = (struct field_place){.from = w->at, .to = w->at, .line = w->line};
    int status = more(w);
    if (status < 0) return -1;
    if (status && *here(w) == '"') {
        f->from = ++w->at;
        if (walk_quoted(w, f) < 0) return -1;
    }
    if (walk_plain(w, f) < 0) return -1;
    status = more(w);
    if (status <= 0) return status;
    char end = *here(w);
    w->at++;
    if (end == w->csv->separator) return 1;
    if (end == '\r') {
        status = more(w);
        if (status < 0) return -1;
        if (status && *here(w) == '\n') w->at++;
    }
    w->line++;
    return 0;
}

/* ---- the row ---- */

static str copy_field(const char *record, const struct field_place *f, char **to)
{
    char *start = *to;
    const char *p = record + f->from, *end = record + (f->quoted ? f->quote_end : f->to);
    while (f->doubled && p < end) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (!quote) break;
        memcpy(*to, p, (size_t)(quote + 1 - p));
        *to += quote + 1 - p;
        p = quote + 2;
    }
    memcpy(*to, p, (size_t)(end - p));
    *to += end - p;
    if (f->quoted) {
        size_t behind = f->to - f->quote_end - 1;
        memcpy(*to, record + f->quote_end + 1, behind);
        *to += behind;
    }
    *(*to)++ = 0;
    return (str){start, (size_t)(*to - start - 1)};
}

static void make_row(struct csv_walk *w, uint32_t line, struct csv_row *row)
{
    size_t count = w->places.count;
    const char *record = w->csv->text.p + w->csv->at;
    char *text = arena_alloc(w->arena, w->at + count);
    *row = (struct csv_row){.fields = arena_alloc(w->arena, count * sizeof *row->fields),
                            .count = count,
                            .line = line,
                            .field_lines = arena_alloc(w->arena, count * sizeof *row->field_lines)};
    for (size_t i = 0; i < count; i++) {
        row->fields[i] = copy_field(record, &w->places.items[i], &text);
        row->field_lines[i] = w->places.items[i].line;
    }
}

int csv_next(struct csv *c, struct arena *a, struct csv_row *row, struct err *err)
{
    if (!c->separator && settle_separator(c, err) < 0) return -1;
    for (;;) {
        struct csv_walk w = {.csv = c, .arena = a, .line = c->line, .err = err};
        int status = more(&w);
        if (status <= 0) return status;
        while ((status = walk_field(&w)) > 0) continue;
        if (status < 0) return -1;
        const struct field_place *first = w.places.items;
        bool is_empty = w.places.count == 1 && !first->quoted && first->from == first->to;
        if (!is_empty) make_row(&w, c->line, row);
        c->at += w.at;
        c->line = w.line;
        if (!is_empty) return 1;
    }
}

static bool is_plain_number(str s)
{
    size_t digits = 0;
    for (size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'); i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (s.p[i] != '.' && s.p[i] != ',')
            return false;
    }
    return digits > 0;
}

void csv_emit_field(struct buf *out, str field, char separator, bool defuse)
{
    bool runs =
        defuse && field.n && str_find_char(STR("=+-@\t\r\n"), field.p[0]) != STR_NOT_FOUND && !is_plain_number(field);
    bool quote = field.n && (field.p[0] == ' ' || field.p[field.n - 1] == ' ');
    for (size_t i = 0; i < field.n && !quote; i++) {
        char c = field.p[i];
        quote = c == '"' || c == '\n' || c == '\r' || c == separator;
    }
    if (quote) buf_char(out, '"');
    if (runs) buf_char(out, '\'');
    for (str piece; quote && str_find_char(field, '"') != STR_NOT_FOUND;) {
        str_cut(&field, '"', &piece);
        buf_str(out, piece);
        buf_text(out, "\"\"");
    }
    buf_str(out, field);
    if (quote) buf_char(out, '"');
}
