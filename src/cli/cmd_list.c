/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_claims.h"

#include "graph_query.h"

enum { COLUMNS_GUESSED = 7, SHORT_TEXT = 28 };

struct list_column {
    str name;
    const struct model_field *field; /* NULL: an inverse, id, type */
    struct feel_value *values;       /* by row */
};
struct listing {
    struct cli *c;
    const struct model_type *type;
    const uint64_t *ids;
    size_t count;
    VEC(struct list_column) columns;
};

/* ---- which columns ---- */

static void fill(struct listing *l, struct list_column *column)
{
    column->values = arena_array(&l->c->arena, l->count + 1, sizeof *column->values);
    for (size_t i = 0; i < l->count; i++) column->values[i] = graph_field(&l->c->env, l->ids[i], column->name);
}

/* Without --columns: the name, what is sorted by, and short fields that at least a third of the facts have. */
static void guess_columns(struct listing *l)
{
    struct cli *c = l->c;
    *vec_add(&c->arena, &l->columns) =
        (struct list_column){.name = l->type->name_field->name, .field = l->type->name_field};
    if (l->type->two_key) *vec_add(&c->arena, &l->columns) = (struct list_column){.name = STR("agreement")};
    str by = cli_text_value(c, "sort");
    const struct model_field *sorted = model_field(l->type, str_from(by, str_starts(by, STR("-"))));
    if (by.p && sorted && sorted != l->type->name_field)
        *vec_add(&c->arena, &l->columns) = (struct list_column){.name = sorted->name, .field = sorted};
    for (size_t k = 0; k < l->type->field_count && l->columns.count < COLUMNS_GUESSED; k++) {
        const struct model_field *f = &l->type->fields[k];
        size_t have = 0, length = 0;
        if (f == sorted) continue;
        if (f == l->type->name_field || f == l->type->alias_field || f->kind == FIELD_LONG_TEXT ||
            f->kind == FIELD_YES_NO)
            continue;
        if ((f->kind == FIELD_TEXT || f->kind == FIELD_LINKS) && l->columns.count > 3) continue;
        for (size_t i = 0; i < l->count; i++) {
            struct feel_value v = graph_field(&c->env, l->ids[i], f->name);
            length += v.kind == FEEL_STRING ? v.text.n : 0;
            have += v.kind != FEEL_NULL && !(v.kind == FEEL_LIST && !v.count);
        }
        if (length > have * SHORT_TEXT) continue;
        if (have * 3 >= l->count && have)
            *vec_add(&c->arena, &l->columns) = (struct list_column){.name = f->name, .field = f};
    }
}

static int take_columns(struct listing *l, struct err *err)
{
    struct cli *c = l->c;
    str rest = cli_text_value(c, "columns"), word;
    if (!rest.p) return guess_columns(l), 0;
    while (str_cut(&rest, ',', &word)) {
        struct list_column column;
        if (fact_column(&c->arena, l->type, str_trim(word), &column.name, &column.field, err) < 0)
            return err_in(err, STR("--columns"));
        *vec_add(&c->arena, &l->columns) = column;
    }
    return 0;
}

/* ---- which facts, in which order ---- */

static int find(struct listing *l, struct err *err)
{
    struct cli *c = l->c;
    struct fact_rows rows;
    struct fact_query q = {.type = l->type,
                           .words = cli_text_value(c, "find"),
                           .where = cli_text_value(c, "where"),
                           .sort = cli_text_value(c, "sort"),
                           .where_place = STR("--where"),
                           .sort_place = STR("--sort")};
    if (fact_query(&c->arena, c->graph, &c->env, &q, &rows, err) < 0) return -1;
    l->ids = rows.ids;
    l->count = rows.count;
    return 0;
}

/* ---- out ---- */

static bool is_number(const struct list_column *column)
{
    const struct model_field *f = column->field;
    if (!f) return str_eq(column->name, STR("id"));
    enum field_kind kind = f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED ? f->gives : f->kind;
    return kind == FIELD_WHOLE_NUMBER || kind == FIELD_DECIMAL || kind == FIELD_MONEY || kind == FIELD_PERCENT;
}

static void put_table(struct listing *l)
{
    struct cli *c = l->c;
    struct cli_table table;
    struct cli_column *heads = arena_array(&c->arena, l->columns.count, sizeof *heads);
    for (size_t k = 0; k < l->columns.count; k++) {
        heads[k] = (struct cli_column){l->columns.items[k].name, is_number(&l->columns.items[k])};
        fill(l, &l->columns.items[k]);
    }
    cli_table_init(&table, c, heads, l->columns.count);
    for (size_t i = 0; i < l->count; i++)
        VEC_EACH(column, &l->columns) cli_table_cell(&table, cli_words(c, column->field, column->values[i]));
    if (l->count) cli_table_print(&table);
    if (c->out_terminal || !l->count)
        cli_put(c, cli_plural(c, l->count, l->type->name, l->type->plural)), cli_text(c, "\n");
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct listing l = {.c = c};
    if (cli_open_picture(c, STORE_READ, &err) < 0 || cli_type(c, c->words[0], &l.type, &err) < 0)
        return cli_fail(c, &err);
    if (find(&l, &err) < 0) return cli_fail(c, &err);
    if (cli_has(c, "conflicts") && cli_has(c, "as-of")) {
        err_set(&err, ERR_USAGE, "--conflicts are those of now: leave out --as-of");
        return cli_fail(c, &err);
    }
    if (cli_has(c, "conflicts"))
        return cli_conflicts(c, l.type, l.ids, l.count, &err) < 0 ? cli_fail(c, &err) : EXIT_FINE;
    if (take_columns(&l, &err) < 0) return cli_fail(c, &err);
    if (cli_has(c, "json"))
        cli_json_facts(c, l.ids, l.count);
    else
        put_table(&l);
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"find", "WORDS", "only facts whose text has all of these words"},
    {"where", "FEEL", "only facts for which this is true, such as 'annual cost > 50000 and status = \"shadow\"'"},
    {"sort", "FIELD", "order by this field; with a dash before it the largest first"},
    {"columns", "A,B,C", "show these fields"},
    {"conflicts", NULL, "the values on which sources differ and nobody has decided yet, side by side"},
    {"json", NULL, "print an array of facts, with all their fields"},
    CLI_AS_OF,
};

const struct cli_command cmd_list = {
    .name = "list",
    .usage =
        "TYPE [--find WORDS] [--where FEEL] [--sort FIELD] [--columns A,B,C] [--conflicts] [--as-of DATE] [--json]",
    .help = "list facts of a type",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 1,
    .example = "entente list applications --where 'annual cost > 10000' --sort '-annual cost' --columns "
               "name,status,'annual cost'",
    .run = run,
};
