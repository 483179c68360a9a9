/* SPDX-License-Identifier: Apache-2.0 */
#include "dmn_format.h"
#include "dmn_inside.h"
#include "feel_lex.h"

#include <string.h>

typedef VEC(struct token) tokens;

/* ---- One expression ------------------------------------------------------------------------------------------------
 */

static bool is_one_of(str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(word, str_of(words[i]))) return true;
    return false;
}
static bool joins(str word) /* stands between operands, with blanks on both sides */
{
    static const char *const words[] = {"in",     "and",       "or",      "if", "then",    "else",
                                        "return", "satisfies", "between", "of", "external"};
    return is_one_of(word, words, ARRAY_COUNT(words));
}
static bool names_type(str word)
{
    static const char *const words[] = {"list", "range", "context", "function"};
    return is_one_of(word, words, ARRAY_COUNT(words));
}

/* Names with operators in them, and keys, are one token each. */
static size_t whole_name(struct arena *a, str s, size_t at, const struct token *before, const str *names, size_t count)
{
    size_t longest = 0, end;
    str key;
    for (size_t i = 0; i < count; i++)
        if ((end = lex_match(s, at, names[i])) > longest) longest = end;
    if (before && (before->kind == TOKEN_OPEN_BRACE || before->kind == TOKEN_COMMA) &&
        (end = lex_key(a, s, at, &key)) > longest)
        longest = end;
    return longest;
}

static bool read_tokens(struct arena *a, str s, const str *names, size_t count, tokens *out)
{
    for (size_t at = 0;;) {
        struct token t = lex_token(s, at);
        if (t.kind == TOKEN_OPEN_TEXT || t.kind == TOKEN_STRANGE) return false;
        if (t.kind == TOKEN_WORD) {
            size_t end = whole_name(a, s, t.from, out->count ? &out->items[out->count - 1] : NULL, names, count);
            if (end > t.to) t.to = end;
        }
        *vec_add(a, out) = t;
        if (t.kind == TOKEN_END) return true;
        at = t.to;
    }
}

static bool is_operator(enum token_kind k) { return (k >= TOKEN_PLUS && k <= TOKEN_GE) || k == TOKEN_ARROW; }
static bool opens(enum token_kind k) { return k == TOKEN_OPEN || k == TOKEN_OPEN_LIST || k == TOKEN_OPEN_BRACE; }

/* Nothing that an operator could stand behind. */
static bool begins(const struct token *t, str word)
{
    return !t || is_operator(t->kind) || opens(t->kind) || t->kind == TOKEN_COMMA || t->kind == TOKEN_COLON ||
           t->kind == TOKEN_DOTS || (t->kind == TOKEN_WORD && joins(word));
}

struct spacing {
    str s;
    unsigned types; /* open '<' of types */
    bool unary;     /* the token before was a minus without a left side */
};

static bool blank_between(struct spacing *k, const struct token *before, const struct token *x, const struct token *y)
{
    str a = str_slice(k->s, x->from, x->to), b = str_slice(k->s, y->from, y->to);
    bool gap = y->from > x->to, a_joins = x->kind == TOKEN_WORD && joins(a),
         b_joins = y->kind == TOKEN_WORD && joins(b);
    bool after_unary =
        x->kind == TOKEN_MINUS && begins(before, before ? str_slice(k->s, before->from, before->to) : STR(""));
    if (y->kind == TOKEN_LT && x->kind == TOKEN_WORD && names_type(a)) return k->types++, false;
    if (k->types && y->kind == TOKEN_GT) return k->types--, false;
    if (x->kind == TOKEN_LT && before && before->kind == TOKEN_WORD &&
        names_type(str_slice(k->s, before->from, before->to)))
        return false;
    if (y->kind == TOKEN_COMMA || y->kind == TOKEN_COLON || y->kind == TOKEN_DOT || y->kind == TOKEN_DOTS) return false;
    if (x->kind == TOKEN_DOT || x->kind == TOKEN_DOTS || opens(x->kind)) return false;
    if (y->kind == TOKEN_CLOSE || y->kind == TOKEN_CLOSE_BRACE || (y->kind == TOKEN_CLOSE_LIST && !a_joins))
        return false;
    if (x->kind == TOKEN_CLOSE_LIST && before && before->kind == TOKEN_WORD &&
        joins(str_slice(k->s, before->from, before->to)))
        return false; /* `in ]1..2]` */
    if (after_unary) return false;
    if (x->kind == TOKEN_COMMA || x->kind == TOKEN_COLON || a_joins || b_joins) return true;
    if (is_operator(x->kind) || is_operator(y->kind)) return true;
    if (y->kind == TOKEN_OPEN || y->kind == TOKEN_OPEN_LIST) return false;
    return gap;
}

static bool same_tokens(str a, const tokens *x, str b, const tokens *y)
{
    if (x->count != y->count) return false;
    for (size_t i = 0; i < x->count; i++) {
        str one = str_slice(a, x->items[i].from, x->items[i].to), two = str_slice(b, y->items[i].from, y->items[i].to);
        if (x->items[i].kind != y->items[i].kind || !str_eq(one, two)) return false;
    }
    return true;
}

str dmn_format_feel(struct arena *a, str source, const str *names, size_t name_count)
{
    tokens all = {0}, again = {0};
    struct buf out;
    str s = str_trim(source);
    struct spacing k = {.s = s};
    if (!read_tokens(a, s, names, name_count, &all)) return s;
    buf_init(&out, s.n * 3 + 100);
    for (size_t i = 0; i + 1 < all.count; i++) {
        const struct token *t = &all.items[i], *before = i ? &all.items[i - 1] : NULL;
        size_t gap_from = before ? before->to : 0;
        str gap = str_slice(s, gap_from, t->from);
        bool blank = before && blank_between(&k, i > 1 ? &all.items[i - 2] : NULL, before, t);
        if (str_find_char(gap, '\n') != STR_NOT_FOUND || str_find_char(gap, '/') != STR_NOT_FOUND)
            buf_str(&out, gap);
        else if (blank)
            buf_char(&out, ' ');
        buf_str(&out, str_slice(s, t->from, t->to));
    }
    buf_str(&out, str_slice(s, all.count > 1 ? all.items[all.count - 2].to : 0, s.n)); /* a comment at the end */
    str done = buf_copy(&out, a);
    bool good = !out.full && read_tokens(a, done, names, name_count, &again) && same_tokens(s, &all, done, &again);
    buf_release(&out);
    return good ? done : s;
}

/* ---- A model -------------------------------------------------------------------------------------------------------
 */

struct formatting {
    struct arena *a;
    str model;
    VEC(str) names;
    struct buf out;
    size_t done; /* bytes of the model that are written */
};

static bool has_symbol(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (strchr("+-*/.'", name.p[i])) return true;
    return false;
}

static void collect_names(struct formatting *f, const struct xml *x)
{
    str name = str_trim(xml_get(x, "name"));
    if (name.n && has_symbol(name)) *vec_add(f->a, &f->names) = name;
    for (const struct xml *c = x->first; c; c = c->next) collect_names(f, c);
}

static bool holds_feel(const struct xml *x)
{
    static const char *const holders[] = {"literalExpression", "inputEntry",     "outputEntry",
                                          "inputExpression",   "inputValues",    "outputValues",
                                          "allowedValues",     "typeConstraint", "defaultOutputEntry"};
    str language = str_trim(xml_get(x, "expressionLanguage"));
    if (language.n && str_find(language, STR("FEEL")) == STR_NOT_FOUND &&
        str_find(language, STR("feel")) == STR_NOT_FOUND)
        return false;
    return is_one_of(x->name, holders, ARRAY_COUNT(holders));
}

static void format_element(struct formatting *f, const struct xml *x)
{
    if (x->parent && xml_is(x, "text") && str_eq(x->space, x->parent->space) && holds_feel(x->parent) && !x->first) {
        str old = str_slice(f->model, x->from, x->to);
        if (str_find(old, STR("<!--")) != STR_NOT_FOUND || x->to <= x->from) return;
        str now = dmn_format_feel(f->a, x->text, f->names.items, f->names.count);
        if (str_eq(now, x->text)) return; /* however it is escaped */
        buf_str(&f->out, str_slice(f->model, f->done, x->from));
        xml_put_text(&f->out, now);
        f->done = x->to;
        return;
    }
    for (const struct xml *c = x->first; c; c = c->next) format_element(f, c);
}

int dmn_format(struct arena *a, str model, str *out, struct err *err)
{
    const struct xml *root;
    struct formatting f = {.a = a, .model = model};
    if (xml_parse(a, model, &root, err) < 0) return -1;
    if (!xml_is(root, "definitions"))
        return err_set(err, ERR_INPUT, "is no DMN model: its root is '" STR_FORMAT "'", STR_ARGS(root->name));
    buf_init(&f.out, model.n * 3 + 100);
    collect_names(&f, root);
    format_element(&f, root);
    buf_str(&f.out, str_from(model, f.done));
    int result = buf_check(&f.out, err);
    if (result == 0) *out = buf_copy(&f.out, a);
    buf_release(&f.out);
    return result;
}
