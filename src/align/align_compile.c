/* SPDX-License-Identifier: Apache-2.0 */
#include "align_inside.h"

#include <string.h>

static const struct {
    str key, name;
} practices[PRACTICE_COUNT] = {
    [PRACTICE_VISION] = {STR_INIT("vision"), STR_INIT("Shared vision")},
    [PRACTICE_CAPABILITY_MAP] = {STR_INIT("capability-map"), STR_INIT("Capability map")},
    [PRACTICE_PRODUCTS] = {STR_INIT("products"), STR_INIT("Projects to products")},
    [PRACTICE_DEMOCRATIZED_DELIVERY] = {STR_INIT("democratized-delivery"), STR_INIT("Democratized delivery")},
    [PRACTICE_GOVERNANCE] = {STR_INIT("governance"), STR_INIT("Co-created governance")},
    [PRACTICE_LANGUAGE] = {STR_INIT("language"), STR_INIT("Common language")},
    [PRACTICE_RELATIONSHIP] = {STR_INIT("relationship"), STR_INIT("Relationship")},
};
str practice_key(enum practice p) { return practices[p].key; }
str practice_name(enum practice p) { return practices[p].name; }

static const str severities[] = {
    [SEVERITY_LOW] = STR_INIT("low"), [SEVERITY_MEDIUM] = STR_INIT("medium"), [SEVERITY_HIGH] = STR_INIT("high")};
str severity_key(enum severity s) { return severities[s]; }
bool severity_parse(str word, enum severity *out)
{
    for (size_t i = 0; i < ARRAY_COUNT(severities); i++)
        if (str_eq(severities[i], word)) return *out = (enum severity)i, true;
    return false;
}

struct compiling {
    struct arena *arena;
    const struct graph *graph;
    const struct model *model;
    str file, text;
    struct check *check;
    struct err *err;
    bool agenda;
    size_t two_key; /* of an agenda's row for each two-key fact: which of those types */
    bool more;      /* there are further ones */
};

static int fail(struct compiling *c, const struct yaml *at, str key)
{
    place_error(c->err, c->file, c->text, at, key);
    return -1;
}

static void say_nearest(struct buf *out, str nearest)
{
    if (nearest.n) buf_text(out, "; did you mean "), buf_char(out, '"'), buf_str(out, nearest), buf_char(out, '"');
}

/* "x" is no practice; did you mean "y"? */
static int unknown(struct compiling *c, const struct yaml *at, str key, const char *what, str nearest)
{
    struct buf b;
    buf_init(&b, 500);
    say_nearest(&b, nearest);
    err_set(c->err, ERR_INPUT, "\"" STR_FORMAT "\" is no %s" STR_FORMAT, STR_ARGS(at->text), what,
            STR_ARGS(buf_get(&b)));
    buf_release(&b);
    return fail(c, at, key);
}

static int get_scalar(struct compiling *c, const struct yaml *root, str key, bool required, const struct yaml **out)
{
    *out = yaml_get(root, key);
    if (!*out && !required) return 0;
    if (!*out) {
        err_set(c->err, ERR_INPUT, "the key \"" STR_FORMAT "\" is missing", STR_ARGS(key));
        return fail(c, root, STR_NONE);
    }
    if ((*out)->kind == YAML_SCALAR && str_trim((*out)->text).n) return 0;
    err_set(c->err, ERR_INPUT,
            (*out)->kind == YAML_SCALAR ? "a text is missing behind the colon" : "one text is expected here");
    return fail(c, *out, key);
}

/* ---- What expressions give ---- */

enum gives { GIVES_ANYTHING, GIVES_BOOLEAN, GIVES_SEVERITY, GIVES_NUMBER, GIVES_FACTS };

static bool fits(const struct feel_type *t, enum gives gives)
{
    if (t->is == FEEL_TYPE_ANY || gives == GIVES_ANYTHING) return true;
    if (t->is == FEEL_TYPE_OF_KIND && t->kind == FEEL_NULL) return gives == GIVES_NUMBER || gives == GIVES_FACTS;
    switch (gives) {
    case GIVES_BOOLEAN: return t->is == FEEL_TYPE_OF_KIND && t->kind == FEEL_BOOLEAN;
    case GIVES_SEVERITY: return t->is == FEEL_TYPE_OF_KIND && t->kind == FEEL_STRING;
    case GIVES_NUMBER: return t->is == FEEL_TYPE_OF_KIND && t->kind == FEEL_NUMBER;
    case GIVES_FACTS:
        if (t->is == FEEL_TYPE_LIST) return !t->of || t->of->is == FEEL_TYPE_ANY || fits(t->of, gives);
        return t->is == FEEL_TYPE_OBJECT;
    case GIVES_ANYTHING: break;
    }
    return true;
}

static const char *gives_words(enum gives gives)
{
    switch (gives) {
    case GIVES_BOOLEAN: return "true or false";
    case GIVES_SEVERITY: return "one of the texts \"high\", \"medium\", \"low\"";
    case GIVES_NUMBER: return "a number";
    case GIVES_FACTS: return "a fact or a list of facts";
    case GIVES_ANYTHING: break;
    }
    return "a value";
}

static int compile_part(struct compiling *c, const struct feel_scope *scope, const struct yaml *at, str key,
                        enum gives gives, struct check_part *out)
{
    *out = (struct check_part){.key = key, .at = at};
    if (feel_compile(c->arena, scope, at->text, &out->program, c->err)) return fail(c, at, key);
    if (fits(feel_program_type(out->program), gives)) return 0;
    err_set(c->err, ERR_SYNTAX, "the expression must give %s", gives_words(gives));
    err_span(c->err, at->text, 0, at->text.n, 0);
    return fail(c, at, key);
}

static int compile_optional(struct compiling *c, const struct feel_scope *scope, const struct yaml *root, str key,
                            enum gives gives, struct check_part *out)
{
    const struct yaml *at;
    if (get_scalar(c, root, key, false, &at)) return -1;
    return at ? compile_part(c, scope, at, key, gives, out) : 0;
}

static int compile_template(struct compiling *c, const struct feel_scope *scope, const struct yaml *root, str key,
                            const struct template **out, const struct yaml **at)
{
    if (get_scalar(c, root, key, true, at)) return -1;
    if (template_compile(c->arena, scope, TEMPLATE_PLAIN, NULL, (*at)->text, out, c->err)) return fail(c, *at, key);
    return 0;
}

/* ---- The names that they see ---- */

static const struct feel_scope *new_scope(struct arena *a, const struct feel_scope *outer,
                                          const struct feel_variable *variables, size_t count)
{
    struct feel_scope *s = arena_zalloc(a, sizeof *s);
    *s = (struct feel_scope){.outer = outer, .variables = variables, .count = count};
    return s;
}

static const struct feel_scope *subject_scope(struct compiling *c)
{
    const struct feel_scope *outer = graph_scope(c->graph);
    struct feel_variable *this = arena_zalloc(c->arena, sizeof *this);
    const struct model_type *type = c->check->info.subject;
    if (c->check->agenda.from == FROM_CONFLICTS) {
        *this = (struct feel_variable){.name = STR("number"), .type = &feel_type_number};
        return new_scope(c->arena, outer, this, 1);
    }
    *this = (struct feel_variable){.name = STR("this"),
                                   .opened = type != NULL,
                                   .type = type ? graph_type(c->graph, type) : outer->variables[0].type};
    return new_scope(c->arena, outer, this, 1);
}

static int read_thresholds(struct compiling *c, const struct yaml *root)
{
    const struct yaml *map = yaml_get(root, STR("threshold"));
    if (!map) return 0;
    if (map->kind != YAML_MAP) {
        err_set(c->err, ERR_INPUT, "names with numbers are expected here, such as {wait days: 14}");
        return fail(c, map, STR("threshold"));
    }
    struct feel_variable *names = arena_array(c->arena, map->count, sizeof *names);
    struct feel_value *values = arena_array(c->arena, map->count, sizeof *values);
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml *item = &map->items[i];
        names[i] = (struct feel_variable){.name = item->key, .type = &feel_type_number};
        if (item->kind == YAML_SCALAR && feel_number(item->text, &values[i])) continue;
        err_set(c->err, ERR_INPUT,
                item->kind == YAML_SCALAR ? "\"" STR_FORMAT "\" is not a number" : "a number is expected here",
                STR_ARGS(item->text));
        return fail(c, item, arena_printf(c->arena, "threshold: " STR_FORMAT, STR_ARGS(item->key)));
    }
    c->check->thresholds = names, c->check->threshold_values = values, c->check->threshold_count = map->count;
    return 0;
}

static const struct feel_scope *let_scope(struct compiling *c, const struct feel_scope *outer, size_t seen)
{
    struct feel_type *type = arena_zalloc(c->arena, sizeof *type);
    *type = (struct feel_type){.is = FEEL_TYPE_OBJECT, .class = &c->check->let_classes[seen]};
    struct feel_variable *lets = arena_zalloc(c->arena, sizeof *lets);
    *lets =
        (struct feel_variable){.name = STR("(let)"), .type = type, .opened = true}; /* a name that no one can write */
    return new_scope(c->arena, outer, lets, 1);
}

static int compile_lets(struct compiling *c, const struct yaml *root, const struct feel_scope **scope)
{
    struct check *check = c->check;
    const struct yaml *map = yaml_get(root, STR("let"));
    if (map && map->kind != YAML_MAP) {
        err_set(c->err, ERR_INPUT, "names with expressions are expected here");
        return fail(c, map, STR("let"));
    }
    check->let_count = map ? map->count : 0;
    check->lets = arena_array(c->arena, check->let_count, sizeof *check->lets);
    check->let_classes = arena_array(c->arena, check->let_count + 1, sizeof *check->let_classes);
    struct feel_field *fields = arena_array(c->arena, check->let_count, sizeof *fields);
    for (size_t i = 0; i <= check->let_count; i++)
        check->let_classes[i] =
            (struct feel_class){.name = STR("let"), .fields = fields, .count = i, .get = let_get, .host = check};
    for (size_t i = 0; i < check->let_count; i++) {
        const struct yaml *item = &map->items[i];
        str key = arena_printf(c->arena, "let: " STR_FORMAT, STR_ARGS(item->key));
        if (item->kind != YAML_SCALAR || !str_trim(item->text).n) {
            err_set(c->err, ERR_INPUT, "an expression is expected here");
            return fail(c, item, key);
        }
        if (compile_part(c, let_scope(c, *scope, i), item, key, GIVES_ANYTHING, &check->lets[i])) return -1;
        fields[i] = (struct feel_field){
            .name = item->key, .type = feel_program_type(check->lets[i].program), .slot = (uint32_t)i};
    }
    *scope = let_scope(c, *scope, check->let_count);
    check->input_count = feel_scope_size(*scope);
    return 0;
}

/* ---- A file ---- */

static int read_head(struct compiling *c, const struct yaml *root)
{
    struct check_info *info = &c->check->info;
    const struct yaml *at;
    if (get_scalar(c, root, STR("id"), true, &at)) return -1;
    for (size_t i = 0; i < at->text.n; i++) {
        char ch = at->text.p[i];
        if ((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-') continue;
        err_set(c->err, ERR_INPUT, "an id is made of small letters, digits and hyphens, such as paid-seats-unused");
        return fail(c, at, STR("id"));
    }
    info->id = at->text, info->file = c->file;
    if (c->agenda) return 0;
    if (get_scalar(c, root, STR("practice"), true, &at)) return -1;
    str keys[PRACTICE_COUNT];
    int practice = PRACTICE_COUNT;
    for (int p = 0; p < PRACTICE_COUNT; p++) {
        keys[p] = practices[p].key;
        if (str_eq(at->text, keys[p])) practice = p;
    }
    if (practice == PRACTICE_COUNT)
        return unknown(c, at, STR("practice"), "practice", err_nearest(at->text, keys, PRACTICE_COUNT));
    info->practice = (enum practice)practice;
    return 0;
}

/* The next of the types that both sides sign; the file is compiled once for each. */
static void take_two_key(struct compiling *c)
{
    size_t seen = 0;
    c->more = false;
    for (size_t i = 0; i < c->model->type_count; i++) {
        /* A part is signed with its whole, and waits as that one. */
        if (!c->model->types[i].two_key || c->model->types[i].part_of) continue;
        if (seen == c->two_key) c->check->info.subject = &c->model->types[i];
        c->more |= seen > c->two_key;
        seen++;
    }
}

static int read_subject(struct compiling *c, const struct yaml *root)
{
    struct check_info *info = &c->check->info;
    const struct yaml *at;
    if (get_scalar(c, root, STR("for each"), !c->check->agenda.from, &at)) return -1;
    if (!at) return 0;
    if (c->agenda && str_eq(at->text, STR("two-key fact"))) {
        take_two_key(c);
        if (info->subject) return 0;
        err_set(c->err, ERR_INPUT, "no type of this metamodel is signed by both sides");
        return fail(c, at, STR("for each"));
    }
    if (!str_eq(at->text, STR("workspace"))) {
        info->subject = model_type(c->model, at->text);
        if (!info->subject) return unknown(c, at, STR("for each"), "fact type", model_nearest_type(c->model, at->text));
    }
    return 0;
}

static int read_severity(struct compiling *c, const struct yaml *root, const struct feel_scope *scope)
{
    const struct yaml *at;
    if (get_scalar(c, root, STR("severity"), true, &at)) return -1;
    if (severity_parse(at->text, &c->check->fixed)) return 0;
    return compile_part(c, scope, at, STR("severity"), GIVES_SEVERITY, &c->check->severity);
}

/* ---- Who may see what it finds ---- */

static void see_reads(const struct compiling *c, const struct feel_read *reads, size_t count,
                      const enum user_role *lets, enum user_role *seen_by)
{
    for (size_t i = 0; i < count; i++) {
        bool let = reads[i].class->host == c->check;
        enum user_role needed = let ? lets[reads[i].slot] : graph_seen_by(c->graph, &reads[i]);
        if (needed > *seen_by) *seen_by = needed;
    }
}

static void see_part(const struct compiling *c, const struct check_part *part, const enum user_role *lets,
                     enum user_role *seen_by)
{
    size_t count;
    if (!part->program) return;
    const struct feel_read *reads = feel_program_reads(part->program, &count);
    see_reads(c, reads, count, lets, seen_by);
}

static void find_seen_by(struct compiling *c)
{
    struct check *check = c->check;
    enum user_role *lets = arena_array(c->arena, check->let_count, sizeof *lets);
    for (size_t i = 0; i < check->let_count; i++) see_part(c, &check->lets[i], lets, &lets[i]);
    see_part(c, &check->concerns, lets, &check->info.found_by);
    see_part(c, &check->when, lets, &check->info.found_by);
    check->read_by = check->info.found_by;
    see_part(c, &check->severity, lets, &check->read_by);
    see_part(c, &check->money, lets, &check->read_by);
    see_part(c, &check->people, lets, &check->read_by);
    see_part(c, &check->facts, lets, &check->read_by);
    size_t count;
    const struct feel_read *reads = template_reads(check->says, &count);
    see_reads(c, reads, count, lets, &check->read_by);
    reads = template_reads(check->next, &count);
    see_reads(c, reads, count, lets, &check->read_by);
}

static int open_file(struct compiling *c, const str *known, size_t count, const char *what, const struct yaml **root)
{
    c->check->text = c->text;
    if (yaml_parse(c->arena, c->text, c->file, root, c->err)) return -1;
    if ((*root)->kind != YAML_MAP) {
        err_set(c->err, ERR_INPUT, "%s is a list of keys with values, such as \"id: paid-seats-unused\"", what);
        return fail(c, *root, STR_NONE);
    }
    return yaml_only(*root, known, count, c->err) ? err_in(c->err, c->file) : 0;
}

/* What checks and agendas have alike: the subject, names, the condition and the severity. */
static int compile_condition(struct compiling *c, const struct yaml *root, const struct feel_scope **scope)
{
    const struct yaml *when;
    struct check *check = c->check;
    if (read_subject(c, root) || read_thresholds(c, root)) return -1;
    *scope = new_scope(c->arena, subject_scope(c), check->thresholds, check->threshold_count);
    if (compile_lets(c, root, scope)) return -1;
    if (compile_optional(c, *scope, root, STR("concerns"), GIVES_BOOLEAN, &check->concerns)) return -1;
    if (get_scalar(c, root, STR("when"), !check->agenda.from, &when)) return -1;
    if (when && compile_part(c, *scope, when, STR("when"), GIVES_BOOLEAN, &check->when)) return -1;
    return read_severity(c, root, *scope);
}

static int compile_check(struct compiling *c)
{
    static const str known[] = {STR_INIT("id"),    STR_INIT("practice"), STR_INIT("for each"), STR_INIT("threshold"),
                                STR_INIT("let"),   STR_INIT("when"),     STR_INIT("severity"), STR_INIT("says"),
                                STR_INIT("money"), STR_INIT("people"),   STR_INIT("facts"),    STR_INIT("next"),
                                STR_INIT("why"),   STR_INIT("concerns")};
    const struct yaml *root, *why;
    const struct feel_scope *scope;
    struct check *check = c->check;
    if (open_file(c, known, ARRAY_COUNT(known), "a check", &root) || read_head(c, root) ||
        compile_condition(c, root, &scope) || get_scalar(c, root, STR("why"), false, &why))
        return -1;
    if (why) check->info.why = why->text;
    if (compile_template(c, scope, root, STR("says"), &check->says, &check->says_at)) return -1;
    if (compile_optional(c, scope, root, STR("money"), GIVES_NUMBER, &check->money)) return -1;
    if (compile_optional(c, scope, root, STR("people"), GIVES_NUMBER, &check->people)) return -1;
    if (compile_optional(c, scope, root, STR("facts"), GIVES_FACTS, &check->facts)) return -1;
    if (compile_template(c, scope, root, STR("next"), &check->next, &check->next_at)) return -1;
    find_seen_by(c);
    return 0;
}

/* ---- Agendas ---- */

static const str asks_words[] = {
    [ASKS_DECIDE] = STR_INIT("decide"), [ASKS_SIGN] = STR_INIT("sign"), [ASKS_KNOW] = STR_INIT("know")};
str agenda_asks_key(enum agenda_asks a) { return asks_words[a]; }

enum agenda_asks agenda_asks_of(str key)
{
    for (size_t i = 0; i < ARRAY_COUNT(asks_words); i++)
        if (str_eq(asks_words[i], key)) return (enum agenda_asks)i;
    return ASKS_DECIDE;
}

/* One of the words, by its place. */
static int read_word(struct compiling *c, const struct yaml *at, str key, const char *what, const str *words,
                     size_t count, size_t *out)
{
    for (*out = 0; *out < count; ++*out)
        if (str_eq(at->text, words[*out])) return 0;
    return unknown(c, at, key, what, err_nearest(at->text, words, count));
}

/* The kinds of forums are values of the type's field. */
static int read_forums(struct compiling *c, const struct yaml *root)
{
    const struct yaml *list = yaml_get(root, STR("forums"));
    const struct model_type *forum = model_type(c->model, STR("forum"));
    const struct model_field *kind = forum ? model_field(forum, STR("kind")) : NULL;
    size_t place;
    if (!list || list->kind != YAML_LIST || !list->count) {
        err_set(c->err, ERR_INPUT, "a list of the kinds of forums is expected here, such as [two heads, steering]");
        return fail(c, list ? list : root, STR("forums"));
    }
    for (size_t i = 0; i < list->count; i++)
        if (kind &&
            read_word(c, &list->items[i], STR("forums"), "kind of forum", kind->values, kind->value_count, &place))
            return -1;
    c->check->agenda.forums = list;
    return 0;
}

static int read_row(struct compiling *c, const struct yaml *root)
{
    static const str froms[] = {STR_INIT("findings"), STR_INIT("conflicts")};
    struct agenda_row *row = &c->check->agenda;
    const struct yaml *at;
    size_t place = 0;
    row->is = true;
    if (read_head(c, root) || get_scalar(c, root, STR("from"), false, &at)) return -1;
    if (at) {
        if (read_word(c, at, STR("from"), "source of an agenda", froms, ARRAY_COUNT(froms), &place)) return -1;
        row->from = (enum agenda_from)(FROM_FINDINGS + place);
    }
    if (get_scalar(c, root, STR("asks"), true, &at) ||
        read_word(c, at, STR("asks"), "thing to ask", asks_words, ARRAY_COUNT(asks_words), &place))
        return -1;
    row->asks = (enum agenda_asks)place;
    if (read_forums(c, root) || get_scalar(c, root, STR("most"), false, &at)) return -1;
    if (!at || (str_to_int(at->text, &row->most) && row->most > 0)) return 0;
    err_set(c->err, ERR_INPUT, "a whole number above 0 is expected here");
    return fail(c, at, STR("most"));
}

static int compile_row(struct compiling *c)
{
    static const str known[] = {STR_INIT("id"),   STR_INIT("for each"), STR_INIT("from"),       STR_INIT("forums"),
                                STR_INIT("asks"), STR_INIT("let"),      STR_INIT("when"),       STR_INIT("threshold"),
                                STR_INIT("says"), STR_INIT("severity"), STR_INIT("brought by"), STR_INIT("most")};
    const struct yaml *root;
    const struct feel_scope *scope;
    struct check *check = c->check;
    if (open_file(c, known, ARRAY_COUNT(known), "a row of an agenda", &root) || read_row(c, root) ||
        compile_condition(c, root, &scope))
        return -1;
    if (check->agenda.from == FROM_FINDINGS) return 0;
    if (compile_template(c, scope, root, STR("says"), &check->says, &check->says_at)) return -1;
    return compile_optional(c, scope, root, STR("brought by"), GIVES_FACTS, &check->agenda.by);
}

int agenda_compile(struct arena *a, const struct graph *g, const struct check_text *files, size_t count,
                   const struct checks **out, struct err *err)
{
    VEC(struct check) items = {0};
    for (size_t i = 0; i < count; i++) {
        struct compiling c = {
            .arena = a, .graph = g, .model = graph_model(g), .err = err, .agenda = true, .more = true};
        c.file = arena_copy(a, files[i].file), c.text = arena_copy(a, files[i].text);
        for (; c.more; c.two_key++) {
            /* What is compiled points to the check, so it stays where it is. */
            c.more = false, c.check = arena_zalloc(a, sizeof *c.check);
            if (compile_row(&c)) return -1;
            *vec_add(a, &items) = *c.check;
        }
    }
    struct check_info *infos = arena_array(a, items.count, sizeof *infos);
    for (size_t i = 0; i < items.count; i++) infos[i] = items.items[i].info;
    struct checks *c = arena_zalloc(a, sizeof *c);
    *c = (struct checks){.graph = g, .items = items.items, .infos = infos, .count = items.count};
    *out = c;
    return 0;
}

int checks_compile(struct arena *a, const struct graph *g, const struct check_text *files, size_t count,
                   const struct checks **out, struct err *err)
{
    struct check *items = arena_array(a, count, sizeof *items);
    struct check_info *infos = arena_array(a, count, sizeof *infos);
    for (size_t i = 0; i < count; i++) {
        struct compiling c = {.arena = a, .graph = g, .model = graph_model(g), .check = &items[i], .err = err};
        c.file = arena_copy(a, files[i].file), c.text = arena_copy(a, files[i].text);
        if (compile_check(&c)) return -1;
        for (size_t k = 0; k < i; k++) {
            if (!str_eq(items[k].info.id, items[i].info.id)) continue;
            err_set(err, ERR_INPUT, "a check with the id \"" STR_FORMAT "\" stands in " STR_FORMAT " already",
                    STR_ARGS(items[i].info.id), STR_ARGS(items[k].info.file));
            return err_at(err, 0, STR("id")), err_in(err, c.file);
        }
        infos[i] = items[i].info;
    }
    struct checks *c = arena_zalloc(a, sizeof *c);
    *c = (struct checks){.graph = g, .items = items, .infos = infos, .count = count};
    *out = c;
    return 0;
}

const struct check_info *checks_list(const struct checks *c, size_t *count)
{
    *count = c->count;
    return c->infos;
}
