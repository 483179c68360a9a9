/* SPDX-License-Identifier: Apache-2.0 */
/* Names and paths: the longest match over what is known (DMN 1.5 §10.3.1.4). */
#include "feel_parser.h"

#include "feel_time.h"

struct found {
    size_t end;                /* 0: nothing */
    const struct known *known; /* a variable, or with `field` the opened value that has it */
    const struct feel_field *field;
    const struct feel_builtin *builtin;
    const struct feel_host_function *host;
};

static const struct feel_field *longest_field(struct parser *p, const struct feel_field *fields, size_t count,
                                              size_t at, size_t *end)
{
    const struct feel_field *best = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t e = lex_match(p->source, at, fields[i].name);
        if (e > *end) *end = e, best = &fields[i];
    }
    return best;
}

static const struct feel_field *field_of(struct parser *p, const struct feel_type *t, size_t at, size_t *end)
{
    if (t->is == FEEL_TYPE_OBJECT) return longest_field(p, t->class->fields, t->class->count, at, end);
    if (t->is == FEEL_TYPE_CONTEXT) return longest_field(p, t->fields, t->count, at, end);
    return NULL;
}

static void find_variable(struct parser *p, const struct known *from, size_t at, struct found *best)
{
    for (const struct known *k = from; k; k = k->outer) {
        size_t end = best->end;
        if (k->opens) {
            const struct feel_field *field = field_of(p, k->declaration->type, at, &end);
            if (field) *best = (struct found){.end = end, .known = k, .field = field};
        } else {
            size_t e = lex_match(p->source, at, k->declaration->name);
            if (e > end) *best = (struct found){.end = e, .known = k};
        }
    }
}

static bool is_called(struct parser *p, size_t end)
{
    size_t next = lex_skip(p->source, end);
    return next < p->source.n && p->source.p[next] == '(';
}

/* Behind a variable, is there what makes it the name, or the beginning of the name, of a built-in that is called? */
static bool may_be_called(struct parser *p, size_t end)
{
    size_t next = lex_skip(p->source, end);
    char c = next < p->source.n ? p->source.p[next] : 0;
    return c == '(' || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* A variable wins over a function of the same name unless it is called and is no function. */
static void find_function(struct parser *p, size_t at, struct found *best)
{
    bool callable =
        best->end && best->known && !best->field && best->known->declaration->type->is == FEEL_TYPE_FUNCTION;
    size_t least = best->end ? best->end - (callable ? 0 : 1) : 0;
    for (const struct feel_scope *s = p->scope; s; s = s->outer)
        for (size_t i = 0; i < s->function_count; i++) {
            size_t e = lex_match(p->source, at, s->functions[i].name);
            if (e > least && (is_called(p, e) || !best->end))
                *best = (struct found){.end = least = e, .host = &s->functions[i]};
        }
    if (best->end && !may_be_called(p, best->end)) return;
    char first = at < p->source.n ? p->source.p[at] : 0, second = at + 1 < p->source.n ? p->source.p[at + 1] : 0;
    const struct feel_builtin *b;
    for (size_t row = 0; (b = builtin_next(first, second, &row));) {
        size_t e = lex_match(p->source, at, b->name);
        if (e > least && (is_called(p, e) || !best->end)) *best = (struct found){.end = least = e, .builtin = b};
    }
}

static struct node *unknown(struct parser *p, size_t at)
{
    VEC(str) names = {0};
    str name, near;
    size_t end = lex_words(p->a, p->source, at, &name), count;
    for (const struct known *k = p->known; k; k = k->outer) {
        const struct feel_type *t = k->declaration->type;
        if (!k->opens)
            *vec_add(p->tree, &names) = k->declaration->name;
        else if (t->is == FEEL_TYPE_OBJECT)
            for (size_t i = 0; i < t->class->count; i++) *vec_add(p->tree, &names) = t->class->fields[i].name;
        else
            for (size_t i = 0; i < t->count; i++) *vec_add(p->tree, &names) = t->fields[i].name;
    }
    for (const struct feel_scope *s = p->scope; s; s = s->outer)
        for (size_t i = 0; i < s->function_count; i++) *vec_add(p->tree, &names) = s->functions[i].name;
    const struct feel_builtin *table = builtin_table(&count);
    for (size_t i = 0; i < count; i++) *vec_add(p->tree, &names) = table[i].name;
    near = err_nearest(name, names.items, names.count);
    if (near.p)
        return parse_fail(p, at, end, "unknown name '" STR_FORMAT "'; did you mean '" STR_FORMAT "'?", STR_ARGS(name),
                          STR_ARGS(near));
    return parse_fail(p, at, end, "unknown name '" STR_FORMAT "'", STR_ARGS(name));
}

static struct node *variable_node(struct parser *p, struct declaration *d, size_t from)
{
    struct node *n = parse_node(p, NODE_VARIABLE, from, d->type);
    n->declaration = d;
    d->used = true;
    return n;
}

static struct node *field_node(struct parser *p, struct node *of, const struct feel_type *t,
                               const struct feel_field *field)
{
    struct node *n = parse_node(p, NODE_PATH, of->from, field->type);
    n->a = of, n->name = field->name, n->field = field;
    n->class = t->is == FEEL_TYPE_OBJECT ? t->class : NULL;
    return n;
}

static struct node *lookup_node(struct parser *p, struct declaration *d, str name, struct node *otherwise, size_t from)
{
    struct node *n = parse_node(p, NODE_LOOKUP, from, &feel_any);
    n->declaration = d, n->name = name, n->a = otherwise;
    d->used = true;
    return parse_done(p, n);
}

static struct node *found_node(struct parser *p, struct found f, size_t from)
{
    if (!f.field) return parse_done(p, variable_node(p, f.known->declaration, from));
    struct declaration *d = f.known->declaration;
    if (d->type->is == FEEL_TYPE_CONTEXT) {
        /* A context may lack the entry: then the name means what it means outside. */
        struct found outside = {.end = 0};
        find_variable(p, f.known->outer, from, &outside);
        if (outside.end == f.end) return lookup_node(p, d, f.field->name, found_node(p, outside, from), from);
    }
    return parse_done(p, field_node(p, variable_node(p, d, from), d->type, f.field));
}

bool parse_knows_more(struct parser *p)
{
    struct found best = {.end = p->token.to};
    find_variable(p, p->known, p->token.from, &best);
    return best.known != NULL;
}

struct node *parse_name(struct parser *p)
{
    size_t from = p->token.from;
    struct found best = {.end = 0};
    find_variable(p, p->known, from, &best);
    find_function(p, from, &best);
    /* Elements of unknown type may have any field: the name is looked up in them when it is evaluated. */
    bool dynamic = false;
    for (const struct known *k = p->known; k && !(best.known == k); k = k->outer)
        dynamic |= k->opens && k->declaration->type->is == FEEL_TYPE_ANY;
    bool calls = (best.builtin || best.host) && is_called(p, best.end);
    str name = STR_NONE;
    size_t end = best.end;
    if (dynamic && !calls) {
        size_t words = lex_words(p->a, p->source, from, &name);
        if (words > best.end) end = words, best = (struct found){.end = 0};
    }
    if (!end && !p->strict) { /* contexts may have more entries than are known: the innermost opened one is asked */
        const struct known *k = p->known;
        while (k && !(k->opens && k->declaration->type->is == FEEL_TYPE_CONTEXT)) k = k->outer;
        if (k) {
            end = lex_words(p->a, p->source, from, &name);
            p->last_to = end;
            parse_seek(p, end);
            return lookup_node(p, k->declaration, name, NULL, from);
        }
    }
    if (!end) return unknown(p, from);
    p->last_to = end;
    parse_seek(p, end);
    if (calls) return best.builtin ? parse_builtin_call(p, best.builtin, from) : parse_host_call(p, best.host, from);
    struct node *n = NULL;
    if (best.known)
        n = found_node(p, best, from);
    else if (best.builtin && !dynamic) {
        struct feel_function *f = arena_zalloc(p->a, sizeof *f);
        *f = (struct feel_function){.is = FUNCTION_BUILTIN, .builtin = best.builtin};
        return parse_done(p, parse_constant(p, from, (struct feel_value){.kind = FEEL_FUNCTION, .function = f}));
    } else if (best.host && !dynamic)
        return parse_done(p, parse_constant(p, from, feel_function(p->a, best.host)));
    if (!dynamic) return n;
    const struct known *opened[64];
    size_t count = 0;
    for (const struct known *k = p->known; k && k != best.known && count < ARRAY_COUNT(opened); k = k->outer)
        if (k->opens && k->declaration->type->is == FEEL_TYPE_ANY) opened[count++] = k;
    while (count) n = lookup_node(p, opened[--count]->declaration, name, n, from);
    return n;
}

static struct node *no_field(struct parser *p, const struct feel_type *t, size_t at)
{
    str name;
    size_t end = lex_words(p->a, p->source, at, &name), count = t->is == FEEL_TYPE_OBJECT ? t->class->count : t->count;
    const struct feel_field *fields = t->is == FEEL_TYPE_OBJECT ? t->class->fields : t->fields;
    str *names = arena_array(p->tree, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = fields[i].name;
    str near = err_nearest(name, names, count);
    str of = t->is == FEEL_TYPE_OBJECT ? t->class->name : STR("this context");
    if (near.p)
        return parse_fail(p, at, end, STR_FORMAT " has no '" STR_FORMAT "'; did you mean '" STR_FORMAT "'?",
                          STR_ARGS(of), STR_ARGS(name), STR_ARGS(near));
    return parse_fail(p, at, end, STR_FORMAT " has no '" STR_FORMAT "'", STR_ARGS(of), STR_ARGS(name));
}

/* The properties that values of a kind have; the longest that the source has at `at`. */
static const struct feel_type *property(struct parser *p, const struct feel_type *t, size_t at, size_t *end, str *name)
{
    static const str ends[] = {STR_INIT("start"), STR_INIT("end"), STR_INIT("start included"),
                               STR_INIT("end included")};
    const struct feel_type *best = NULL;
    for (size_t i = 0;; i++) {
        str candidate;
        const struct feel_type *gives;
        if (t->is == FEEL_TYPE_RANGE) {
            if (i == ARRAY_COUNT(ends)) return best;
            candidate = ends[i], gives = i < 2 ? t->of : &feel_type_boolean;
        } else {
            if (t->is != FEEL_TYPE_OF_KIND || !time_property_name(t->kind, i, &candidate)) return best;
            gives = time_property_type(t->kind, candidate);
        }
        size_t e = lex_match(p->source, at, candidate);
        if (e > *end) *end = e, *name = candidate, best = gives;
    }
}

struct node *parse_path(struct parser *p, struct node *of)
{
    size_t at = p->token.from, end = 0;
    if (p->token.kind != TOKEN_WORD) return parse_expected(p, "a name behind '.'");
    const struct feel_type *t = of->type, *gives = &feel_any;
    unsigned lists = 0;
    for (; t->is == FEEL_TYPE_LIST; t = t->of) lists++;
    struct node *n = NULL;
    if (of->kind == NODE_PATH && of->field && of->class && of->field->part_count) {
        const struct feel_field *part = longest_field(p, of->field->parts, of->field->part_count, at, &end);
        if (part) {
            n = parse_node(p, NODE_PATH, of->from, part->type);
            n->a = of->a, n->name = part->name, n->field = part, n->class = of->class;
        }
    }
    if (!n) {
        const struct feel_field *field = field_of(p, t, at, &end);
        if (field) n = field_node(p, of, t, field);
    }
    if (!n) {
        str name = STR_NONE;
        const struct feel_type *known = property(p, t, at, &end, &name);
        if (known)
            gives = known;
        else if (t->is == FEEL_TYPE_OBJECT || (t->is == FEEL_TYPE_CONTEXT && p->strict && t->count))
            return no_field(p, t, at);
        else {
            end = lex_words(p->a, p->source, at, &name);
            if (t->is == FEEL_TYPE_OF_KIND)
                parse_clash(p, of, "%s has no '" STR_FORMAT "'", feel_kind_words(t->kind), STR_ARGS(name));
        }
        n = parse_node(p, NODE_PATH, of->from, gives);
        n->a = of, n->name = name;
    }
    while (lists--) n->type = type_list_of(p->a, n->type);
    p->last_to = end;
    parse_seek(p, end);
    return parse_done(p, n);
}
