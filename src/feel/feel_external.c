/* SPDX-License-Identifier: Apache-2.0 */
/* External functions (DMN 1.5 §10.3.2.13.3): `function(x) external {java: {class: "java.lang.Math", method signature:
 * "cos(double)"}}`. We are no Java machine: the static methods of feel_java.c are ours; any other is a function that
 * gives null with a reason. docs/decisions.md lists them. */
#include "base_utf8.h"
#include "feel_java.h"
#include "feel_parser.h"
#include "feel_value.h"

#include <math.h>
#include <string.h>

static const struct {
    str name;
    enum java_kind kind;
} java_kinds[] = {{STR_INIT("double"), JAVA_DOUBLE},
                  {STR_INIT("java.lang.Double"), JAVA_DOUBLE},
                  {STR_INIT("float"), JAVA_FLOAT},
                  {STR_INIT("java.lang.Float"), JAVA_FLOAT},
                  {STR_INIT("long"), JAVA_LONG},
                  {STR_INIT("java.lang.Long"), JAVA_LONG},
                  {STR_INIT("int"), JAVA_INT},
                  {STR_INIT("java.lang.Integer"), JAVA_INT},
                  {STR_INIT("short"), JAVA_SHORT},
                  {STR_INIT("java.lang.Short"), JAVA_SHORT},
                  {STR_INIT("byte"), JAVA_BYTE},
                  {STR_INIT("java.lang.Byte"), JAVA_BYTE},
                  {STR_INIT("char"), JAVA_CHAR},
                  {STR_INIT("java.lang.Character"), JAVA_CHAR},
                  {STR_INIT("boolean"), JAVA_BOOLEAN},
                  {STR_INIT("java.lang.Boolean"), JAVA_BOOLEAN},
                  {STR_INIT("java.lang.String"), JAVA_STRING},
                  {STR_INIT("java.lang.CharSequence"), JAVA_STRING},
                  {STR_INIT("java.lang.Object"), JAVA_OBJECT},
                  {STR_INIT("[Ljava.lang.Object;"), JAVA_REST},
                  {STR_INIT("java.lang.Object..."), JAVA_REST},
                  {STR_INIT("[Ljava.lang.CharSequence;"), JAVA_REST},
                  {STR_INIT("java.lang.CharSequence..."), JAVA_REST}};

static bool convert(enum java_kind kind, struct feel_value v, struct java_value *out)
{
    *out = (struct java_value){.kind = kind, .v = v};
    switch (kind) {
    case JAVA_DOUBLE:
    case JAVA_FLOAT:
        if (v.kind != FEEL_NUMBER) return false;
        out->d = kind == JAVA_FLOAT ? (double)(float)feel_to_double(v) : feel_to_double(v);
        return isfinite(out->d);
    case JAVA_LONG:
    case JAVA_INT:
    case JAVA_SHORT:
    case JAVA_BYTE: return v.kind == FEEL_NUMBER && feel_to_int(v, &out->i) && java_fits(kind, out->i);
    case JAVA_CHAR: {
        size_t length = 0;
        if (v.kind != FEEL_STRING || !v.text.n) return false;
        utf8_decode(v.text, &length);
        return length == v.text.n;
    }
    case JAVA_BOOLEAN: return v.kind == FEEL_BOOLEAN;
    case JAVA_STRING: return v.kind == FEEL_STRING;
    case JAVA_OBJECT:
    case JAVA_REST: return true;
    }
    NOT_REACHED();
}

struct external {
    struct feel_host_function function; /* first */
    const struct java_method *method;   /* NULL: */
    str refusal;
    enum java_kind kinds[JAVA_PARAMETERS];
    size_t count; /* Java's parameters */
};

static struct feel_value call(struct feel_env *env, const struct feel_host_function *self,
                              const struct feel_value *arguments)
{
    const struct external *e = (const struct external *)self;
    if (!e->method) return feel_null_because(e->refusal);
    struct java_call c = {.a = env->arena, .method = e->method, .count = e->count};
    for (size_t i = 0; i < e->count; i++) {
        struct feel_value v = i < self->count ? arguments[i] : feel_null();
        if (e->kinds[i] == JAVA_REST) { /* what is left, or the one list of it */
            size_t left = self->count > i ? self->count - i : 0;
            bool list = left == 1 && v.kind == FEEL_LIST;
            v = list ? v : feel_list(arguments + i, left);
        }
        if (!convert(e->kinds[i], v, &c.arguments[i]))
            return feel_null_because(arena_printf(
                env->arena, "%s.%s: the argument '" STR_FORMAT "' is %s, which doesn't fit", e->method->class,
                e->method->name, STR_ARGS(self->parameters[i]), feel_kind_words((enum feel_kind)v.kind)));
    }
    return e->method->call(&c);
}

/* "max(double, double)" → the name and the kinds by their letters. */
static bool signature(str text, str *name, enum java_kind *kinds, size_t *count, char *letters)
{
    size_t open = str_find_char(text, '('), close = str_find_char(text, ')');
    *count = 0;
    if (open == STR_NOT_FOUND || close == STR_NOT_FOUND || close < open) return false;
    *name = str_trim(str_slice(text, 0, open));
    str rest = str_trim(str_slice(text, open + 1, close)), piece;
    while (rest.n && str_cut(&rest, ',', &piece)) {
        size_t i = 0;
        piece = str_trim(piece);
        while (i < ARRAY_COUNT(java_kinds) && !str_eq(java_kinds[i].name, piece)) i++;
        if (i == ARRAY_COUNT(java_kinds) || *count == JAVA_PARAMETERS) return false;
        kinds[*count] = java_kinds[i].kind;
        letters[(*count)++] = "dflisbczSO*"[java_kinds[i].kind];
    }
    letters[*count] = 0;
    return true;
}

static bool has_kinds(const char *alternatives, const char *letters)
{
    str rest = str_of(alternatives), piece;
    while (str_cut(&rest, ' ', &piece))
        if (str_eq(piece, str_of(letters))) return true;
    return false;
}

static void bind(struct parser *p, struct external *e, struct feel_value mapping)
{
    const struct feel_value *java = feel_entry_get(mapping, STR("java"));
    const struct feel_value *class = java ? feel_entry_get(*java, STR("class")) : NULL;
    const struct feel_value *method = java ? feel_entry_get(*java, STR("method signature")) : NULL;
    char letters[JAVA_PARAMETERS + 1];
    str name;
    if (!class || !method || class->kind != FEEL_STRING || method->kind != FEEL_STRING) {
        e->refusal = STR("an external function needs {java: {class: \"…\", method signature: \"…\"}}");
        return;
    }
    bool understood = signature(method->text, &name, e->kinds, &e->count, letters), rest = false;
    size_t known;
    const struct java_method *methods = java_methods(&known);
    for (size_t i = 0; understood && i < known && !e->method; i++)
        if (str_eq(class->text, str_of(methods[i].class)) && str_eq(name, str_of(methods[i].name)) &&
            has_kinds(methods[i].kinds, letters))
            e->method = &methods[i];
    for (size_t i = 0; i < e->count; i++) rest |= e->kinds[i] == JAVA_REST;
    if (e->method && !rest && e->count != e->function.count) e->method = NULL;
    if (!e->method)
        e->refusal = arena_printf(
            p->a, "the external function " STR_FORMAT "." STR_FORMAT " is not among those that are supported",
            STR_ARGS(class->text), STR_ARGS(method->text));
}

struct node *parse_external(struct parser *p, size_t from, struct declaration *const *parameters, size_t count)
{
    struct node *mapping = parse_full(p);
    struct external *e = arena_zalloc(p->a, sizeof *e);
    str *names = arena_array(p->a, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = parameters[i]->name;
    e->function = (struct feel_host_function){.name = STR("external"),
                                              .parameters = names,
                                              .count = count,
                                              .call_self = call,
                                              .usage = STR("external function")};
    if (mapping->kind != NODE_CONSTANT)
        return parse_fail(p, mapping->from, mapping->to, "expected {java: {class: \"…\", method signature: \"…\"}}");
    bind(p, e, mapping->value);
    struct node *n = parse_done(p, parse_constant(p, from, feel_function(p->a, &e->function)));
    struct feel_type *type = arena_zalloc(p->a, sizeof *type);
    *type = (struct feel_type){.is = FEEL_TYPE_FUNCTION, .of = &feel_any};
    n->type = type;
    return n;
}
