/* SPDX-License-Identifier: Apache-2.0 */
/* What a column may be whose name says nothing: its cells are held against what the workspace knows and against the
 * kinds of fields. A guess is always shown with its reason, and is none where two fields would do. */
#include "import_internal.h"

#include "base_utf8.h"

#include <string.h>

enum { CELLS_LOOKED_AT = 500 };

enum strength { /* the surer goes before */
                FITS_NOT,
                FITS_PERCENT,
                FITS_MONEY,
                FITS_DATE,
                FITS_DOMAIN,
                FITS_EMAIL,
                FITS_KNOWN,  /* values that this field has in other facts */
                FITS_VALUES, /* one of the field's values */
                FITS_LINK,
                FITS_NAME,
};
struct guess {
    const struct model_field *field;
    enum strength strength;
    size_t hits;
    const struct model_field *twin; /* another that would do as well */
};
struct cells { /* of one column, those that are not empty */
    str texts[CELLS_LOOKED_AT];
    size_t count;
};

static void look_at(const struct import *in, size_t column, struct cells *out)
{
    out->count = 0;
    VEC_EACH(row, &in->rows) {
        str cell = import_cell_name(row, column);
        if (!cell.n || cell.n > 2000 || import_cell_kind(row, column) == CELL_ERROR) continue;
        out->texts[out->count++] = cell;
        if (out->count == CELLS_LOOKED_AT) return;
    }
}

static bool most(size_t hits, size_t count, size_t percent) { return hits && hits * 100 >= count * percent; }

static bool contains(str s, const char *part) { return str_find(s, str_of(part)) != STR_NOT_FOUND; }

/* ---- Does one cell fit? ---- */

static bool names_known(struct import *in, const struct model_type *type, str cell, bool many)
{
    str piece;
    bool several, any = false;
    if (!many) return picture_find(in->picture, type, cell, &several) || several;
    while (cell.n && str_cut(&cell, ';', &piece)) {
        piece = import_trim(piece);
        if (!piece.n) continue;
        if (!picture_find(in->picture, type, piece, &several) && !several) return false;
        any = true;
    }
    return any;
}

static bool reads_as(struct import *in, const struct model_field *field, str cell)
{
    const struct model_input how = {.currency = in->batch->how.currency};
    str canonical;
    struct err err;
    return model_read_value(in->scratch, field, &how, cell, &canonical, &err) == 0 && canonical.n;
}

static bool has_currency(str cell)
{
    static const char *const signs[] = {"€", "$", "£", "¥", "EUR", "USD", "GBP", "CHF", "SEK", "DKK", "NOK", "PLN"};
    for (size_t i = 0; i < ARRAY_COUNT(signs); i++)
        if (contains(cell, signs[i])) return true;
    return false;
}

/* 22/11/2026 too, which a column of dates would settle. */
static bool looks_like_date(struct import *in, const struct model_field *field, str cell)
{
    size_t digits = 0, marks = 0;
    if (reads_as(in, field, cell)) return true;
    for (size_t i = 0; i < cell.n; i++) {
        digits += cell.p[i] >= '0' && cell.p[i] <= '9';
        marks += cell.p[i] == '/' || cell.p[i] == '.' || cell.p[i] == '-';
    }
    return marks == 2 && digits >= 4 && digits + marks == cell.n;
}

static bool looks_like_email(str cell)
{
    size_t at = str_find_char(cell, '@');
    if (at == STR_NOT_FOUND || !at || str_find_char(cell, ' ') != STR_NOT_FOUND) return false;
    str domain = str_from(cell, at + 1);
    size_t point = str_find_char(domain, '.');
    return point != STR_NOT_FOUND && point && point + 2 < domain.n && str_find_char(domain, '@') == STR_NOT_FOUND;
}

static bool looks_like_domain(str cell)
{
    size_t points = 0, letters = 0;
    if (str_starts(cell, STR("https://"))) cell = str_from(cell, 8);
    if (str_starts(cell, STR("http://"))) cell = str_from(cell, 7);
    for (size_t i = 0; i < cell.n && cell.p[i] != '/' && cell.p[i] != ';'; i++) {
        char c = cell.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && c != '.' && c != '-' && !(c >= '0' && c <= '9')) return false;
        points += c == '.' && i, letters += letter;
    }
    return points && letters > 1;
}

static bool is_called(const struct model_field *f, const char *const *words, size_t count)
{
    for (size_t w = 0; w < count; w++) {
        if (contains(f->name, words[w])) return true;
        for (size_t i = 0; i < f->column_count; i++)
            if (contains(f->columns[i], words[w])) return true;
    }
    return false;
}

/* ---- Does a column fit a field? ---- */

/* Values that the field has already, here. */
static size_t count_known(struct import *in, const struct model_field *field, const struct cells *cells)
{
    struct map known;
    bool is_new;
    size_t count, hits = 0;
    const uint64_t *ids = picture_facts(in->picture, in->type, &count);
    map_init(&known);
    for (size_t i = 0; i < count; i++) {
        str value = fact_value(picture_fact(in->picture, ids[i]), field);
        if (value.n) map_put(&known, utf8_fold(in->scratch, value), &is_new);
    }
    for (size_t i = 0; i < cells->count; i++) hits += map_get(&known, utf8_fold(in->scratch, cells->texts[i])) != NULL;
    map_release(&known);
    return hits;
}

static size_t count_text(struct import *in, const struct model_field *field, const struct cells *cells,
                         enum strength *strength)
{
    static const char *const mail[] = {"mail", "login", "sign-on", "user name", "account"}, *const web[] = {
                                                                                                "domain", "url", "web"};
    size_t hits = 0;
    if (field == in->type->name_field) {
        for (size_t i = 0; i < cells->count; i++) hits += names_known(in, in->type, cells->texts[i], false);
        if (hits > 1 && most(hits, cells->count, 50)) return *strength = FITS_NAME, hits;
    }
    hits = count_known(in, field, cells);
    if (hits > 1 && most(hits, cells->count, 60)) return *strength = FITS_KNOWN, hits;
    hits = 0;
    if (is_called(field, mail, ARRAY_COUNT(mail))) {
        for (size_t i = 0; i < cells->count; i++) hits += looks_like_email(cells->texts[i]);
        if (most(hits, cells->count, 90)) return *strength = FITS_EMAIL, hits;
    }
    hits = 0;
    if (!is_called(field, web, ARRAY_COUNT(web))) return 0;
    for (size_t i = 0; i < cells->count; i++) hits += looks_like_domain(cells->texts[i]);
    return *strength = most(hits, cells->count, 90) ? FITS_DOMAIN : FITS_NOT, hits;
}

static bool cell_fits(struct import *in, const struct model_field *field, str cell, enum strength *strength)
{
    switch (field->kind) {
    case FIELD_LINK: return *strength = FITS_LINK, names_known(in, field->to, cell, false);
    case FIELD_LINKS: return *strength = FITS_LINK, names_known(in, field->to, cell, true);
    case FIELD_ONE_OF: return *strength = FITS_VALUES, reads_as(in, field, cell);
    case FIELD_MONEY: return *strength = FITS_MONEY, has_currency(cell) && reads_as(in, field, cell);
    case FIELD_DATE: return *strength = FITS_DATE, looks_like_date(in, field, cell);
    case FIELD_PERCENT: return *strength = FITS_PERCENT, contains(cell, "%") && reads_as(in, field, cell);
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_WHOLE_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_PERIOD:
    case FIELD_YES_NO:
    case FIELD_DERIVED:
    case FIELD_OBSERVED: break; /* any text would do, or any number */
    }
    return false;
}

static struct guess fit(struct import *in, const struct model_field *field, const struct cells *cells)
{
    struct guess g = {.field = field};
    enum strength strength = FITS_NOT;
    if (field->kind == FIELD_TEXT) {
        g.hits = count_text(in, field, cells, &g.strength);
        return g;
    }
    for (size_t i = 0; i < cells->count; i++) g.hits += cell_fits(in, field, cells->texts[i], &strength);
    if (most(g.hits, cells->count, strength == FITS_LINK ? 60 : 90)) g.strength = strength;
    return g;
}

static str reason(struct import *in, const struct guess *g, size_t count)
{
    str what = STR_NONE;
    switch (g->strength) {
    case FITS_NOT: break;
    case FITS_PERCENT: what = STR("percentages"); break;
    case FITS_MONEY: what = STR("amounts of money"); break;
    case FITS_DATE: what = STR("dates"); break;
    case FITS_DOMAIN: what = STR("internet names"); break;
    case FITS_EMAIL: what = STR("like e-mail addresses"); break;
    case FITS_KNOWN:
        what = arena_printf(in->a, "known here as " STR_FORMAT " of other " STR_FORMAT, STR_ARGS(g->field->name),
                            STR_ARGS(in->type->plural));
        break;
    case FITS_VALUES: what = arena_printf(in->a, "values of " STR_FORMAT, STR_ARGS(g->field->name)); break;
    case FITS_LINK: what = arena_printf(in->a, STR_FORMAT " here", STR_ARGS(g->field->to->plural)); break;
    case FITS_NAME: what = arena_printf(in->a, STR_FORMAT " here", STR_ARGS(in->type->plural)); break;
    }
    return arena_printf(in->a, "%zu of %zu are " STR_FORMAT, g->hits, count, STR_ARGS(what));
}

/* Is b as good a guess as a, or a better one? */
static bool as_good(const struct guess *a, const struct guess *b)
{
    return b->hits != a->hits ? b->hits > a->hits : b->strength >= a->strength;
}

static struct guess best_of(struct import *in, const struct cells *cells)
{
    struct guess best = {0};
    for (size_t i = 0; i < in->type->field_count; i++) {
        const struct model_field *f = &in->type->fields[i];
        if (import_column_for(in, f) < in->column_count || !import_sees(in, f)) continue;
        struct guess g = fit(in, f, cells);
        arena_clear(in->scratch);
        if (g.strength == FITS_NOT || !as_good(&best, &g)) continue;
        if (best.field && as_good(&g, &best)) g.twin = best.field;
        best = g;
    }
    return best;
}

void import_guess(struct import *in)
{
    struct cells *cells = arena_alloc(in->a, sizeof *cells);
    struct guess *guesses = arena_array(in->a, in->column_count, sizeof *guesses);
    for (size_t i = 0; i < in->column_count; i++) {
        if (in->columns[i].use != IMPORT_UNKNOWN) continue;
        look_at(in, i, cells);
        if (!cells->count) continue;
        guesses[i] = best_of(in, cells);
        if (guesses[i].strength != FITS_NOT) in->columns[i].guess = reason(in, &guesses[i], cells->count);
    }
    for (size_t i = 0; i < in->column_count; i++) {
        struct import_column *c = &in->columns[i];
        const struct guess *g = &guesses[i];
        bool taken = g->strength == FITS_NOT;
        for (size_t k = 0; k < in->column_count && !taken; k++)
            taken = k != i && guesses[k].field == g->field && as_good(g, &guesses[k]);
        if (g->twin && !taken)
            c->hint = arena_printf(in->a, "it could be \"" STR_FORMAT "\" or \"" STR_FORMAT "\", for " STR_FORMAT,
                                   STR_ARGS(g->twin->name), STR_ARGS(g->field->name), STR_ARGS(c->guess));
        if (taken || g->twin) {
            c->guess = STR_NONE;
            continue;
        }
        in->columns[i].use = IMPORT_FIELD;
        in->columns[i].field = guesses[i].field;
    }
}
