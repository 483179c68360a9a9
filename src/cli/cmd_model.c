/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base_file.h"

enum { OWN_BYTES = 1 << 20 };

/* The program's own metamodel with FILE, or else with what the workspace has of its own. */
static int take_texts(struct cli *c, struct model_text *built_in, struct model_text *own, struct err *err)
{
    struct model_text stored;
    if (store_load_model_text(c->store, &c->arena, &stored, own, err) < 0) return -1;
    *built_in = cli_metamodel();
    if (c->word_count < 2) return 0;
    own->file = str_of(c->words[1]);
    return file_read(&c->arena, c->words[1], OWN_BYTES, &own->yaml, err);
}

/* Formulas and checks must still mean something, or nobody could open the workspace afterwards. */
static int prove(struct cli *c, const struct model_plan *plan, struct err *err)
{
    const struct checks *checks;
    struct cli_checks agenda;
    if (cli_load_products(c, err) < 0 ||
        graph_new(plan->new, store_profile(c->store), &c->graph_options, &c->graph, err) < 0)
        return -1;
    cli_agenda_files(c, &agenda);
    if (cli_checks(c, NULL, &checks, err) < 0) return -1;
    return agenda_compile(&c->arena, c->graph, agenda.items, agenda.count, &checks, err);
}

static int look_ahead(struct cli *c, int flags, struct model_text *built_in, struct model_text *own,
                      struct model_plan *plan, struct err *err)
{
    if (cli_open_store(c, flags, err) < 0 || take_texts(c, built_in, own, err) < 0 ||
        store_plan_model(c->store, &c->arena, *built_in, *own, plan, err) < 0)
        return -1;
    return prove(c, plan, err);
}

/* ---- What is shown ---- */

static void put_changes(struct cli *c, const struct model_plan *plan)
{
    static const struct cli_column heads[] = {
        {STR_INIT("")}, {STR_INIT("type")}, {STR_INIT("field")}, {STR_INIT("before")}, {STR_INIT("after")}};
    struct cli_table t;
    bool removes = false;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct model_change *x = &plan->changes[i];
        removes |=
            x->kind == MODEL_TYPE_REMOVED ||
            (x->kind == MODEL_FIELD_REMOVED && x->field->kind != FIELD_DERIVED && x->field->kind != FIELD_OBSERVED);
        str name = str_of(model_change_name(x->kind));
        if (x->what.n) name = arena_printf(&c->arena, STR_FORMAT ": " STR_FORMAT, STR_ARGS(name), STR_ARGS(x->what));
        cli_table_cell(&t, name);
        cli_table_cell(&t, x->type ? x->type->name : STR_NONE);
        cli_table_cell(&t, x->field ? x->field->name : STR_NONE);
        cli_table_cell(&t, x->before);
        cli_table_cell(&t, x->after);
    }
    cli_table_print(&t);
    if (removes) cli_text(c, "\nWhat is removed stays stored, and is there again when it comes back under its id.\n");
}

static void put_troubles(struct cli *c, const struct model_plan *plan)
{
    if (!plan->trouble_total) return;
    str values = cli_plural(c, plan->trouble_total, STR("value"), STR("values"));
    cli_printf(c, "\n" STR_FORMAT " to be mended first, or nothing is applied:\n", STR_ARGS(values));
    for (size_t i = 0; i < plan->trouble_count; i++) {
        const struct model_trouble *x = &plan->troubles[i];
        cli_printf(c, "  " STR_FORMAT " \"", STR_ARGS(x->type->name));
        cli_clean(c, x->fact);
        cli_printf(c, "\": " STR_FORMAT ": ", STR_ARGS(x->field->name));
        if (x->value.p) {
            cli_text(c, "\"");
            cli_clean(c, x->value);
            cli_text(c, "\": ");
        }
        cli_clean(c, x->reason);
        cli_text(c, "\n");
    }
    if (plan->trouble_total > plan->trouble_count)
        cli_printf(c, "  and %zu more\n", plan->trouble_total - plan->trouble_count);
}

static void json_text_or_null(struct json_writer *w, const char *key, str s)
{
    json_key(w, str_of(key));
    if (s.p)
        json_string(w, s);
    else
        json_null(w);
}

static void put_json(struct cli *c, const struct model_plan *plan)
{
    struct json_writer w;
    cli_json(c, &w);
    json_object(&w);
    json_key(&w, STR("changes"));
    json_array(&w);
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct model_change *x = &plan->changes[i];
        json_object(&w);
        json_text_or_null(&w, "change", str_of(model_change_name(x->kind)));
        if (x->what.n) json_text_or_null(&w, "what", x->what);
        json_text_or_null(&w, "type", x->type ? x->type->name : STR_NONE);
        json_text_or_null(&w, "field", x->field ? x->field->name : STR_NONE);
        json_text_or_null(&w, "before", x->before);
        json_text_or_null(&w, "after", x->after);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_key(&w, STR("do_not_fit"));
    json_array(&w);
    for (size_t i = 0; i < plan->trouble_count; i++) {
        const struct model_trouble *x = &plan->troubles[i];
        json_object(&w);
        json_text_or_null(&w, "type", x->type->name);
        json_key(&w, STR("id"));
        json_int(&w, (int64_t)x->id);
        json_text_or_null(&w, "fact", x->fact);
        json_text_or_null(&w, "field", x->field->name);
        json_text_or_null(&w, "value", x->value);
        json_text_or_null(&w, "reason", x->reason);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_key(&w, STR("do_not_fit_count"));
    json_int(&w, (int64_t)plan->trouble_total);
    json_object_end(&w);
    cli_text(c, "\n");
}

/* ---- diff, apply, own ---- */

static int diff(struct cli *c, struct err *err)
{
    struct model_text built_in, own;
    struct model_plan plan;
    if (look_ahead(c, STORE_READ, &built_in, &own, &plan, err) < 0) return -1;
    if (cli_has(c, "json")) {
        put_json(c, &plan);
    } else if (!plan.change_count && !plan.trouble_total) {
        cli_text(c, "Nothing differs in types, fields and values\n");
    } else {
        put_changes(c, &plan);
        put_troubles(c, &plan);
    }
    return plan.trouble_total ? EXIT_FOUND : EXIT_FINE;
}

static int apply(struct cli *c, struct err *err)
{
    struct model_text built_in, own;
    struct model_plan plan;
    struct commit_result result;
    str reason = cli_text_value(c, "reason");
    if (look_ahead(c, STORE_WRITE, &built_in, &own, &plan, err) < 0) return -1;
    if (!reason.n)
        reason = c->word_count > 1 ? arena_printf(&c->arena, "metamodel with %s", c->words[1])
                                   : STR("metamodel of this release");
    if (store_change_model(c->store, &c->arena, built_in, own, cli_actor(c, "model"), reason, c->now, &plan, &result,
                           err) < 0)
        return -1;
    if (cli_has(c, "json")) return put_json(c, &plan), EXIT_FINE;
    if (!result.number) return cli_text(c, "The workspace has this metamodel already\n"), EXIT_FINE;
    if (plan.change_count) put_changes(c, &plan);
    str facts = cli_plural(c, result.changed_count, STR("fact"), STR("facts"));
    cli_printf(c, "Applied as commit %llu; " STR_FORMAT " changed with it\n", (unsigned long long)result.number,
               STR_ARGS(facts));
    return EXIT_FINE;
}

static int own(struct cli *c, struct err *err)
{
    struct model_text built_in, mine;
    if (cli_open_store(c, STORE_READ, err) < 0 || store_load_model_text(c->store, &c->arena, &built_in, &mine, err) < 0)
        return -1;
    if (mine.yaml.p)
        cli_put(c, mine.yaml);
    else
        cli_note(c, "The workspace has no types and fields of its own");
    return EXIT_FINE;
}

/* ---- types ---- */

static void list_types(struct cli *c, const struct model *m)
{
    static const struct cli_column heads[] = {
        {STR_INIT("group")}, {STR_INIT("type")}, {STR_INIT("")}, {STR_INIT("what it is")}};
    struct cli_table t;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < m->type_count; i++) {
        const struct model_type *type = &m->types[i];
        cli_table_cell(&t, type->group);
        cli_table_cell(&t, type->name);
        cli_table_cell(&t, type->part_of ? STR("a part") : type->two_key ? STR("two keys") : STR_NONE);
        cli_table_cell(&t, type->help);
    }
    cli_table_print(&t);
}

static str kind_of(struct cli *c, const struct model_field *f)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_text(&b, field_kind_name(f->kind));
    if (f->to) buf_printf(&b, " to " STR_FORMAT, STR_ARGS(f->to->name));
    if (f->kind != f->gives) buf_printf(&b, " %s", field_kind_name(f->gives));
    for (size_t i = 0; i < f->value_count; i++)
        buf_printf(&b, "%s" STR_FORMAT, i ? ", " : ": ", STR_ARGS(f->values[i]));
    if (f->is_bounded) buf_printf(&b, ", %lld to %lld", (long long)f->least, (long long)f->most);
    if (f->levels)
        buf_printf(&b, ", a tree of at most %d levels", f->levels);
    else if (f->no_circles)
        buf_text(&b, ", no circles");
    if (f->required) buf_text(&b, ", required");
    str text = buf_copy(&b, &c->arena);
    buf_release(&b);
    return text;
}

static str rights_of(struct cli *c, const struct model_field *f)
{
    if (f->is_part) return STR("signed, a part of it");
    if (f->seen_by == ROLE_VIEWER) return f->is_signed ? STR("signed") : STR_NONE;
    return arena_printf(&c->arena, "%sseen by %s", f->is_signed ? "signed, " : "", user_role_name(f->seen_by));
}

static void list_fields(struct cli *c, const struct model_type *type)
{
    static const struct cli_column heads[] = {
        {STR_INIT("field")}, {STR_INIT("kind")}, {STR_INIT("")}, {STR_INIT("what it is")}};
    struct cli_table t;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < type->field_count; i++) {
        const struct model_field *f = &type->fields[i];
        cli_table_cell(&t, f->name);
        cli_table_cell(&t, kind_of(c, f));
        cli_table_cell(&t, rights_of(c, f));
        cli_table_cell(&t, f->help);
    }
    for (size_t i = 0; i < type->inverse_count; i++) {
        const struct model_inverse *inverse = &type->inverses[i];
        cli_table_cell(&t, inverse->name);
        cli_table_cell(&t, arena_printf(&c->arena, STR_FORMAT " of " STR_FORMAT, STR_ARGS(inverse->field->name),
                                        STR_ARGS(inverse->from->plural)));
        cli_table_cell(&t, STR_NONE);
        cli_table_cell(&t, STR("The other end of that link."));
    }
    cli_table_print(&t);
}

static int types(struct cli *c, struct err *err)
{
    const struct model_type *type;
    if (cli_open_store(c, STORE_READ, err) < 0) return -1;
    if (c->word_count < 2) return list_types(c, store_model(c->store)), EXIT_FINE;
    if (cli_type(c, c->words[1], &type, err) < 0) return -1;
    cli_clean(c, type->help);
    if (type->part_of)
        cli_printf(c, " It is a part of its " STR_FORMAT ", and is signed with it.", STR_ARGS(type->part_of->to->name));
    else if (type->two_key)
        cli_printf(c, " Marketing and IT sign it%s.", type->has_parts ? " with its parts" : "");
    if (type->files_seen_by != ROLE_VIEWER)
        cli_printf(c, " Its files are seen from the role %s on.", user_role_name(type->files_seen_by));
    cli_text(c, "\n\n");
    list_fields(c, type);
    return EXIT_FINE;
}

static int run(struct cli *c)
{
    static const struct {
        str word;
        size_t words;
        int (*act)(struct cli *c, struct err *err);
    } acts[] = {{STR_INIT("diff"), 2, diff},
                {STR_INIT("apply"), 2, apply},
                {STR_INIT("own"), 1, own},
                {STR_INIT("types"), 2, types}};
    struct err err = {0};
    str word = str_of(c->words[0]);
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        if (!str_eq(word, acts[i].word)) continue;
        if (c->word_count > acts[i].words) {
            err_set(&err, ERR_USAGE, "entente model own takes no file");
            return cli_fail(c, &err);
        }
        int code = acts[i].act(c, &err);
        return code < 0 ? cli_fail(c, &err) : code;
    }
    err_set(&err, ERR_USAGE, "\"" STR_FORMAT "\" is none of types, diff, apply, own: entente model %s", STR_ARGS(word),
            cmd_model.usage);
    return cli_fail(c, &err);
}

static const struct cli_option options[] = {
    {"reason", "TEXT", "apply: why, for the journal"},
    {"json", NULL, "diff, apply: as JSON"},
};

const struct cli_command cmd_model = {
    .name = "model",
    .usage = "types [TYPE] | diff [FILE] | apply [FILE] | own",
    .help =
        "show and bring in a changed metamodel: types, fields and values of the workspace's own, or of a new release",
    .details =
        "FILE adds types, fields, values of one-of fields and sides to the built-in metamodel; without it, the "
        "workspace keeps the ones that it has of its own, which \"own\" prints. \"diff\" shows what would change and "
        "which values would not convert (exit 1 where there are any); \"apply\" does it in one commit, or not at all. "
        "What is taken out of FILE later stays stored, and is there again when it comes back under its id.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 2,
    .example = "entente model diff",
    .run = run,
};
