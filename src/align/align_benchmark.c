/* SPDX-License-Identifier: Apache-2.0 */
#include "align_benchmark.h"

#include "align_inside.h"

struct reading {
    struct arena *a;
    const struct graph *graph;
    const struct model *model;
    const struct check_text *file;
    struct benchmark *b;
    struct err *err;
};

static int fail(struct reading *r, const struct yaml *at, const char *key)
{
    place_error(r->err, r->file->file, r->file->text, at, str_of(key));
    return -1;
}

#define REFUSE(r, at, key, ...) (err_set((r)->err, ERR_INPUT, __VA_ARGS__), fail((r), (at), (key)))

static str quoted_hint(struct arena *a, str nearest)
{
    return nearest.n ? arena_printf(a, "; did you mean \"" STR_FORMAT "\"?", STR_ARGS(nearest)) : STR("");
}

/* "budget.technology share", or a type alone. */
static int read_place(struct reading *r, const struct yaml *at, struct benchmark_place *out)
{
    str type = at->text, field = STR_NONE;
    size_t dot = str_find_char(at->text, '.');
    if (at->kind != YAML_SCALAR)
        return REFUSE(r, at, "about", "a type, or a type and a field as in budget.amount, is expected");
    if (dot != STR_NOT_FOUND) type = str_slice(at->text, 0, dot), field = str_from(at->text, dot + 1);
    out->type = model_type(r->model, type);
    if (!out->type)
        return REFUSE(r, at, "about", "\"" STR_FORMAT "\" is no type of facts" STR_FORMAT, STR_ARGS(type),
                      STR_ARGS(quoted_hint(r->a, model_nearest_type(r->model, type))));
    if (!field.p) return 0;
    out->field = model_field(out->type, field);
    if (out->field) return 0;
    return REFUSE(r, at, "about", STR_FORMAT " has no field \"" STR_FORMAT "\"" STR_FORMAT, STR_ARGS(out->type->name),
                  STR_ARGS(field), STR_ARGS(quoted_hint(r->a, model_nearest_field(out->type, field))));
}

static int read_about(struct reading *r, const struct yaml *top)
{
    const struct yaml *list = yaml_get(top, STR("about"));
    if (!list || list->kind != YAML_LIST || !list->count)
        return REFUSE(r, list ? list : top, "about", "the types and fields that it is about are missing");
    struct benchmark_place *places = arena_zalloc(r->a, list->count * sizeof *places);
    for (size_t i = 0; i < list->count; i++)
        if (read_place(r, &list->items[i], &places[i])) return -1;
    r->b->about = places;
    r->b->about_count = list->count;
    return 0;
}

static int read_is(struct reading *r, const struct yaml *top)
{
    str is;
    if (yaml_text(top, STR("is"), true, &is, r->err)) return fail(r, top, "is");
    r->b->is_state = str_eq(is, STR("state"));
    if (r->b->is_state || str_eq(is, STR("context"))) return 0;
    return REFUSE(r, yaml_get(top, STR("is")), "is", "\"" STR_FORMAT "\" is neither state (of one company) nor context",
                  STR_ARGS(is));
}

static int read_gives(struct reading *r, const struct yaml *own)
{
    static const struct {
        str word;
        enum field_kind kind;
    } kinds[] = {{STR_INIT("percent"), FIELD_PERCENT},
                 {STR_INIT("money"), FIELD_MONEY},
                 {STR_INIT("whole number"), FIELD_WHOLE_NUMBER},
                 {STR_INIT("decimal"), FIELD_DECIMAL}};
    str gives;
    if (yaml_text(own, STR("gives"), true, &gives, r->err)) return fail(r, own, "gives");
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (str_eq(gives, kinds[i].word)) return r->b->own_field.kind = r->b->own_field.gives = kinds[i].kind, 0;
    return REFUSE(r, yaml_get(own, STR("gives")), "gives",
                  "\"" STR_FORMAT "\" is none of percent, money, whole number, decimal", STR_ARGS(gives));
}

static int read_own(struct reading *r, const struct yaml *top)
{
    static const str keys[] = {STR_INIT("says"), STR_INIT("gives"), STR_INIT("feel")};
    const struct yaml *own = yaml_get(top, STR("own")), *feel;
    if (!own) return 0;
    if (!r->b->is_state)
        return REFUSE(r, own, "own", "only a figure about one company's own state stands beside its number");
    if (own->kind != YAML_MAP) return REFUSE(r, own, "own", "says, gives and feel are expected");
    if (yaml_only(own, keys, ARRAY_COUNT(keys), r->err) || yaml_text(own, STR("says"), true, &r->b->own_says, r->err))
        return fail(r, own, "own");
    if (read_gives(r, own)) return -1;
    if (!(feel = yaml_get(own, STR("feel"))) || feel->kind != YAML_SCALAR)
        return REFUSE(r, own, "feel", "the expression of the company's own number is missing");
    if (feel_compile(r->a, graph_scope(r->graph), feel->text, &r->b->own, r->err)) return fail(r, feel, "feel");
    return 0;
}

static int read_one(struct reading *r)
{
    static const str keys[] = {STR_INIT("id"), STR_INIT("figure"), STR_INIT("says"), STR_INIT("about"),
                               STR_INIT("is"), STR_INIT("source"), STR_INIT("year"), STR_INIT("own")};
    const struct yaml *top;
    if (yaml_parse(r->a, r->file->text, r->file->file, &top, r->err)) return err_in(r->err, r->file->file);
    if (top->kind != YAML_MAP)
        return REFUSE(r, top, "", "a benchmark is a map with id, figure, says, about, is, source and year");
    if (yaml_only(top, keys, ARRAY_COUNT(keys), r->err) || yaml_text(top, STR("id"), true, &r->b->id, r->err) ||
        yaml_text(top, STR("figure"), true, &r->b->figure, r->err) ||
        yaml_text(top, STR("says"), true, &r->b->says, r->err) ||
        yaml_text(top, STR("source"), true, &r->b->source, r->err) ||
        yaml_int(top, STR("year"), true, &r->b->year, r->err))
        return err_in(r->err, r->file->file);
    if (r->b->year < 1900 || r->b->year > 2100)
        return REFUSE(r, yaml_get(top, STR("year")), "year", "a year such as 2022 is expected");
    return read_is(r, top) || read_about(r, top) || read_own(r, top) ? -1 : 0;
}

int benchmarks_compile(struct arena *a, const struct graph *g, const struct check_text *files, size_t count,
                       const struct benchmark **out, size_t *out_count, struct err *err)
{
    struct benchmark *all = arena_zalloc(a, (count + 1) * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        struct reading r = {a, g, graph_model(g), &files[i], &all[i], err};
        if (read_one(&r)) return -1;
        for (size_t k = 0; k < i; k++)
            if (str_eq(all[k].id, all[i].id)) {
                err_set(err, ERR_INPUT, "the id \"" STR_FORMAT "\" is also that of " STR_FORMAT, STR_ARGS(all[i].id),
                        STR_ARGS(files[k].file));
                return err_in(err, files[i].file);
            }
    }
    *out = all;
    *out_count = count;
    return 0;
}

int benchmark_own(const struct benchmark *b, struct feel_env *env, struct feel_value *out, struct err *err)
{
    struct feel_value input = graph_workspace(env->host);
    if (!b->own) return *out = feel_null(), 0;
    return feel_eval(b->own, env, &input, out, err);
}

bool benchmark_is_about(const struct benchmark *b, const struct model_type *type)
{
    for (size_t i = 0; i < b->about_count; i++)
        if (b->about[i].type->id == type->id) return true;
    return false;
}
