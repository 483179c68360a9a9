/* SPDX-License-Identifier: Apache-2.0 */
/* Calls, positional and by name, and types as they are written. */
#include "feel_parser.h"
#include "feel_time.h"

struct arguments {
    struct node **values;
    str *names; /* n == 0: positional */
    size_t count;
    bool named;
};

static struct arguments arguments(struct parser *p, const struct feel_builtin *of)
{
    VEC(struct node *) values = {0};
    VEC(str) names = {0};
    bool named = false, outer = p->in_range_end;
    p->in_range_end = false;
    parse_advance(p);
    if (p->token.kind != TOKEN_CLOSE) do {
            str name = STR_NONE;
            size_t from = p->token.from, end = lex_key(p->a, p->source, from, &name);
            if (end) {
                parse_seek(p, end);
                parse_advance(p);
                for (size_t i = 0; i < names.count; i++)
                    if (str_eq(names.items[i], name))
                        parse_fail(p, from, end, "the argument '" STR_FORMAT "' is there twice", STR_ARGS(name));
            }
            if (values.count && named != (end > 0))
                parse_fail(p, from, end ? end : from + 1, "arguments must be all by name or all by position");
            named = end > 0;
            bool sorts =
                of && str_eq(of->name, STR("sort")) && values.count && values.items[0]->type->is == FEEL_TYPE_LIST;
            p->parameter_hint = sorts ? values.items[0]->type->of : NULL;
            *vec_add(p->tree, &names) = name;
            *vec_add(p->tree, &values) = parse_full(p);
            p->parameter_hint = NULL;
        } while (parse_accept(p, TOKEN_COMMA));
    parse_need(p, TOKEN_CLOSE, "',' or ')'");
    p->in_range_end = outer;
    return (struct arguments){values.items, names.items, values.count, named};
}

/* Arguments by name to their places in the signature; what isn't given is null (DMN 1.5 §10.3.2.13.5). How far they are
 * from it: a parameter that is missing, an order that is another's; -1 where a name isn't its own. */
static int place_named(const struct signature *s, const struct arguments *args, struct node **placed)
{
    int distance = 0;
    unsigned last = 0;
    for (unsigned i = 0; i < s->count; i++) placed[i] = NULL;
    for (size_t i = 0; i < args->count; i++) {
        unsigned k = 0;
        while (k < s->count && !lex_same_name(s->names[k], args->names[i])) k++;
        if (k == s->count) return -1;
        distance |= k < last;
        placed[k] = args->values[i], last = k;
    }
    for (unsigned i = 0; i < s->required; i++)
        if (!placed[i]) distance += 2;
    return distance;
}

/* The alternative that the arguments mean; false when there is none. */
static bool choose(const struct feel_builtin *b, const struct arguments *args, struct signature *s,
                   struct node **placed)
{
    if (!args->named) {
        if (args->count > UINT16_MAX || !builtin_signature_by_count(b, (unsigned)args->count, s)) return false;
        for (size_t i = 0; i < args->count; i++) placed[i] = args->values[i];
        return true;
    }
    int best = -1;
    unsigned chosen = 0;
    for (unsigned i = 0; builtin_signature(b, i, s); i++) {
        int distance = place_named(s, args, placed);
        if (distance >= 0 && (best < 0 || distance < best)) best = distance, chosen = i;
    }
    return best >= 0 && builtin_signature(b, chosen, s) && place_named(s, args, placed) >= 0;
}

static struct node *refused(struct parser *p, size_t from, str reason)
{
    if (p->strict) return parse_fail(p, from, p->last_to, STR_FORMAT, STR_ARGS(reason));
    return parse_done(p, parse_constant(p, from, feel_null_because(reason)));
}

static const struct feel_type *given(struct parser *p, const struct feel_builtin *b, struct node *const *args,
                                     size_t count)
{
    static const struct {
        str word;
        const struct feel_type *type;
    } words[] = {{STR_INIT("number"), &feel_type_number},
                 {STR_INIT("string"), &feel_type_string},
                 {STR_INIT("boolean"), &feel_type_boolean},
                 {STR_INIT("date"), &feel_type_date},
                 {STR_INIT("time"), &feel_type_time},
                 {STR_INIT("date and time"), &feel_type_date_time},
                 {STR_INIT("years and months duration"), &feel_type_years_months}};
    str gives = builtin_gives(b);
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (str_eq(gives, words[i].word)) return words[i].type;
    const struct feel_type *first = count ? args[0]->type : &feel_any;
    if (str_eq(gives, STR("same"))) return first->is == FEEL_TYPE_LIST ? first : type_list_of(p->a, &feel_any);
    if (str_eq(gives, STR("list"))) return type_list_of(p->a, &feel_any);
    if (str_eq(gives, STR("element"))) {
        if (count == 1) return first->is == FEEL_TYPE_LIST ? first->of : first;
        const struct feel_type *t = NULL;
        for (size_t i = 0; i < count; i++) t = type_join(p->a, t, args[i]->type);
        return t ? t : &feel_any;
    }
    return &feel_any;
}

static void check_argument(struct parser *p, const struct feel_builtin *b, str name, enum want want,
                           const struct node *arg)
{
    const struct feel_type *t = arg->type;
    bool met = true;
    if (want == WANT_LIST || want == WANT_ANY || t->is == FEEL_TYPE_ANY || t->is == FEEL_TYPE_LIST) return;
    if (t->is == FEEL_TYPE_OF_KIND) met = want_met(want, t->kind);
    if (t->is == FEEL_TYPE_CONTEXT) met = want_met(want, FEEL_CONTEXT);
    if (t->is == FEEL_TYPE_OBJECT) met = want_met(want, FEEL_OBJECT);
    if (t->is == FEEL_TYPE_RANGE) met = want_met(want, FEEL_RANGE);
    if (t->is == FEEL_TYPE_FUNCTION) met = want_met(want, FEEL_FUNCTION);
    if (!met)
        parse_clash(p, arg, STR_FORMAT ": '" STR_FORMAT "' must be %s", STR_ARGS(b->name), STR_ARGS(name),
                    want_words(want));
}

/* date("2026-11-22") is the constant @"2026-11-22": tables compare with it, and what reads tables sees it. NULL: it is
 * none. */
static struct node *constant_day(struct parser *p, const struct feel_builtin *b, size_t from, struct node *const *items,
                                 size_t count)
{
    bool literal = count == 1 && items[0]->kind == NODE_CONSTANT && items[0]->value.kind == FEEL_STRING;
    if (!literal || !str_eq(b->name, STR("date"))) return NULL;
    struct feel_value day = time_parse_date(p->a, items[0]->value.text);
    return day.kind == FEEL_DATE ? parse_done(p, parse_constant(p, from, day)) : NULL;
}

struct node *parse_builtin_call(struct parser *p, const struct feel_builtin *b, size_t from)
{
    struct arguments args = arguments(p, b);
    size_t room = args.count > BUILTIN_PARAMETERS ? args.count : BUILTIN_PARAMETERS;
    struct node **placed = arena_array(p->tree, room, sizeof *placed);
    struct signature *s = arena_alloc(p->tree, sizeof *s);
    if (!choose(b, &args, s, placed))
        return refused(p, from, arena_printf(p->a, "wrong arguments: " STR_FORMAT, STR_ARGS(b->usage)));
    size_t count = args.named ? s->count : args.count;
    for (size_t k = 0; k < count; k++) {
        unsigned at = k < s->count ? (unsigned)k : s->count - 1;
        if (!placed[k]) {
            placed[k] = parse_constant(p, from, feel_null());
            placed[k]->value.small = k >= s->required; /* see builtin_is_absent */
        } else
            check_argument(p, b, s->names[at], (enum want)s->wants[at], placed[k]);
    }
    struct node *day = constant_day(p, b, from, placed, count);
    if (day) return day;
    struct node *n = parse_node(p, NODE_CALL_BUILTIN, from, given(p, b, placed, count));
    n->builtin = b, n->signature = s, n->items = placed, n->count = count;
    p->uses_clock |= str_eq(b->name, STR("now")) || str_eq(b->name, STR("today"));
    return parse_done(p, n);
}

struct node *parse_host_call(struct parser *p, const struct feel_host_function *h, size_t from)
{
    struct arguments args = arguments(p, NULL);
    struct node *n = parse_node(p, NODE_CALL_HOST, from, h->gives ? h->gives : &feel_any);
    struct node **placed = arena_array(p->tree, h->count + 1, sizeof *placed);
    bool good = args.named ? args.count <= h->count : args.count == h->count;
    for (size_t i = 0; good && i < args.count; i++) {
        size_t k = args.named ? 0 : i;
        while (args.named && k < h->count && !lex_same_name(h->parameters[k], args.names[i])) k++;
        good = k < h->count;
        if (good) placed[k] = args.values[i];
    }
    for (size_t i = 0; i < h->count; i++)
        if (!placed[i]) placed[i] = parse_constant(p, from, feel_null());
    if (!good) return refused(p, from, arena_printf(p->a, "wrong arguments: " STR_FORMAT, STR_ARGS(h->usage)));
    n->host = h, n->items = placed, n->count = h->count;
    return parse_done(p, n);
}

struct node *parse_call(struct parser *p, struct node *function)
{
    const struct feel_type *t = function->type;
    struct arguments args = arguments(p, NULL);
    struct node *n =
        parse_node(p, NODE_CALL_VALUE, function->from, t->is == FEEL_TYPE_FUNCTION && t->of ? t->of : &feel_any);
    if (t->is != FEEL_TYPE_FUNCTION && t->is != FEEL_TYPE_ANY) parse_clash(p, function, "this is not a function");
    n->a = function, n->items = args.values, n->count = args.count;
    if (args.named) {
        str *names = arena_array(p->a, args.count + 1, sizeof *names);
        for (size_t i = 0; i < args.count; i++) names[i] = args.names[i];
        n->names = names;
    }
    return parse_done(p, n);
}

/* ---- Types ---------------------------------------------------------------------------------------------------------
 */

static bool opens_type(struct parser *p) { return parse_need(p, TOKEN_LT, "'<'"); }

static const struct feel_type *context_type(struct parser *p)
{
    struct feel_type *t = arena_zalloc(p->a, sizeof *t);
    VEC(struct feel_field) fields = {0};
    bool good = true;
    if (opens_type(p)) do {
            str name;
            size_t end = lex_key(p->a, p->source, p->token.from, &name);
            if (!end) return parse_expected(p, "a name and ':'"), &feel_any;
            parse_seek(p, end);
            parse_advance(p);
            const struct feel_type *type = parse_type(p);
            good &= type != NULL;
            *vec_add(p->a, &fields) = (struct feel_field){.name = name, .type = type};
        } while (parse_accept(p, TOKEN_COMMA));
    parse_need(p, TOKEN_GT, "',' or '>'");
    if (!good) return NULL;
    *t = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields.items, .count = fields.count};
    return t;
}

static const struct feel_type *function_type(struct parser *p)
{
    struct feel_type *t = arena_zalloc(p->a, sizeof *t);
    VEC(struct feel_field) parameters = {0};
    bool good = true;
    if (opens_type(p) && p->token.kind != TOKEN_GT) do {
            const struct feel_type *type = parse_type(p);
            good &= type != NULL;
            *vec_add(p->a, &parameters) = (struct feel_field){.type = type};
        } while (parse_accept(p, TOKEN_COMMA));
    parse_need(p, TOKEN_GT, "',' or '>'");
    parse_need(p, TOKEN_ARROW, "'->'");
    const struct feel_type *of = parse_type(p);
    if (!good || !of) return NULL;
    *t = (struct feel_type){.is = FEEL_TYPE_FUNCTION, .of = of, .count = parameters.count};
    /* Not NULL: the parameters are known, be there none. */
    t->fields = parameters.count ? parameters.items : arena_zalloc(p->a, sizeof *t->fields);
    return t;
}

/* A name that no type has: for DMN not an error of the source. */
static const struct feel_type *no_type(struct parser *p)
{
    str name;
    size_t end = p->strict || p->token.kind != TOKEN_WORD ? 0 : lex_words(p->a, p->source, p->token.from, &name);
    if (!end) return parse_expected(p, "a type"), &feel_any;
    p->last_to = end;
    parse_seek(p, end);
    while (parse_accept(p, TOKEN_DOT)) {
        end = lex_words(p->a, p->source, p->token.from, &name);
        if (!end) return parse_expected(p, "a name behind '.'"), &feel_any;
        p->last_to = end;
        parse_seek(p, end);
    }
    return NULL;
}

static const struct feel_type *constructed_type(struct parser *p)
{
    bool is_list = parse_at_word(p, "list"), is_range = parse_at_word(p, "range");
    bool is_one = is_list || is_range || parse_at_word(p, "context") || parse_at_word(p, "function");
    if (!is_one) return no_type(p);
    if (!p->strict && lex_token(p->source, p->token.to).kind != TOKEN_LT) return parse_advance(p), NULL;
    bool is_context = parse_at_word(p, "context");
    parse_advance(p);
    if (!is_list && !is_range) return is_context ? context_type(p) : function_type(p);
    struct feel_type *t = arena_zalloc(p->a, sizeof *t);
    if (!opens_type(p)) return &feel_any;
    *t = (struct feel_type){.is = is_list ? FEEL_TYPE_LIST : FEEL_TYPE_RANGE, .of = parse_type(p)};
    parse_need(p, TOKEN_GT, "'>'");
    return t->of ? t : NULL;
}

const struct feel_type *parse_type(struct parser *p)
{
    static const struct {
        str name;
        const struct feel_type *type;
    } names[] = {{STR_INIT("number"), &feel_type_number},
                 {STR_INIT("string"), &feel_type_string},
                 {STR_INIT("boolean"), &feel_type_boolean},
                 {STR_INIT("date and time"), &feel_type_date_time},
                 {STR_INIT("date"), &feel_type_date},
                 {STR_INIT("time"), &feel_type_time},
                 {STR_INIT("days and time duration"), &feel_type_days_time},
                 {STR_INIT("day and time duration"), &feel_type_days_time},
                 {STR_INIT("years and months duration"), &feel_type_years_months},
                 {STR_INIT("year and month duration"), &feel_type_years_months},
                 {STR_INIT("Null"), &feel_type_null},
                 {STR_INIT("Any"), &feel_any},
                 {STR_INIT("any"), &feel_any}};
    if (++p->depth > PARSE_DEPTH)
        return parse_fail(p, p->token.from, p->token.to, "the type is nested too deeply"), &feel_any;
    const struct feel_type *got = NULL, *named = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(names) && !got; i++) {
        size_t end = p->token.kind == TOKEN_WORD ? lex_match(p->source, p->token.from, names[i].name) : 0;
        if (!end) continue;
        p->last_to = end;
        parse_seek(p, end);
        got = names[i].type;
    }
    size_t longest = got ? p->last_to : 0;
    for (const struct feel_scope *s = p->scope; s; s = s->outer)
        for (size_t i = 0; i < s->type_count && p->token.kind == TOKEN_WORD; i++) {
            size_t end = got ? 0 : lex_match(p->source, p->token.from, s->types[i].name);
            if (end > longest) longest = end, named = s->types[i].type;
        }
    if (named) {
        p->last_to = longest;
        parse_seek(p, longest);
        got = named;
    }
    if (got) {
        p->depth--;
        return got;
    }
    got = constructed_type(p);
    p->depth--;
    return got;
}
