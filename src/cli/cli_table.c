/* SPDX-License-Identifier: Apache-2.0 */
/* Tables aligned by terminal columns; cut to the width on a terminal only. */
#include "cli.h"

#include "base_utf8.h"

#include <string.h>

enum { GAP = 2, NARROWEST = 6 };

void cli_table_init(struct cli_table *t, struct cli *c, const struct cli_column *columns, size_t count)
{
    *t = (struct cli_table){.cli = c, .columns = columns, .count = count};
}

void cli_table_cell(struct cli_table *t, str s) { *vec_add(&t->cli->arena, &t->cells) = s; }

/* Takes `over` columns from the widest of those that may give way, down to NARROWEST; what is left over. */
static size_t narrow(const struct cli_table *t, size_t *wide, size_t over, bool all)
{
    while (over) {
        size_t widest = t->count, second = NARROWEST;
        for (size_t i = 0; i < t->count; i++) {
            if (!all && (i == 0 || t->columns[i].right)) continue;
            if (widest == t->count || wide[i] > wide[widest]) widest = i;
        }
        if (widest == t->count || wide[widest] <= NARROWEST) break;
        for (size_t i = 0; i < t->count; i++)
            if ((all || (i && !t->columns[i].right)) && wide[i] > second && wide[i] < wide[widest]) second = wide[i];
        size_t cut = wide[widest] - second < over ? wide[widest] - second : over;
        wide[widest] -= cut;
        over -= cut;
    }
    return over;
}

/* Names (the first column) and numbers are cut last. */
static void fit(const struct cli_table *t, size_t *wide, size_t room)
{
    size_t total = 0;
    for (size_t i = 0; i < t->count; i++) total += wide[i] + (i ? GAP : 0);
    if (total <= room) return;
    size_t over = narrow(t, wide, total - room, false);
    if (over) narrow(t, wide, over, true);
}

static void put_cell(struct cli_table *t, str s, size_t wide, bool right, bool last)
{
    struct cli *c = t->cli;
    size_t n = utf8_width(s), at = 0;
    if (right && n < wide) cli_printf(c, "%*s", (int)(wide - n), "");
    if (n <= wide) {
        cli_clean(c, s);
    } else {
        size_t columns = 0;
        while (at < s.n) {
            size_t length;
            utf8_decode(str_from(s, at), &length);
            size_t more = utf8_width(str_slice(s, at, at + length));
            if (columns + more + 1 > wide) break;
            columns += more;
            at += length;
        }
        cli_clean(c, str_slice(s, 0, at));
        cli_text(c, "…");
        n = columns + 1;
    }
    if (!last && !right && n < wide) cli_printf(c, "%*s", (int)(wide - n), "");
}

static void put_row(struct cli_table *t, const str *cells, const size_t *wide)
{
    size_t last = t->count;
    while (last > 1 && !cells[last - 1].n) last--;
    cli_printf(t->cli, "%*s", (int)t->indent, "");
    for (size_t i = 0; i < last; i++) {
        if (i) cli_printf(t->cli, "%*s", GAP, "");
        put_cell(t, cells[i], wide[i], t->columns[i].right, i + 1 == last);
    }
    cli_text(t->cli, "\n");
}

void cli_table_print(struct cli_table *t)
{
    struct cli *c = t->cli;
    size_t *wide = arena_array(&c->arena, t->count, sizeof *wide);
    str *heads = arena_array(&c->arena, t->count, sizeof *heads);
    bool headed = false;
    for (size_t i = 0; i < t->count; i++) {
        heads[i] = t->columns[i].head;
        wide[i] = utf8_width(heads[i]);
        headed = headed || heads[i].n;
    }
    for (const str *row = t->cells.items, *end = row + t->cells.count; row < end; row += t->count)
        for (size_t i = 0; i < t->count; i++) {
            size_t n = utf8_width(row[i]);
            if (n > wide[i]) wide[i] = n;
        }
    if (c->out_terminal) fit(t, wide, c->width > t->indent ? c->width - t->indent : 1);
    if (headed) {
        cli_style(c, STYLE_DIM);
        put_row(t, heads, wide);
        cli_style(c, STYLE_PLAIN);
    }
    for (size_t i = 0; i + t->count <= t->cells.count; i += t->count) put_row(t, t->cells.items + i, wide);
}
