/* SPDX-License-Identifier: Apache-2.0 */
#include "template_tree.h"

#include "base_utf8.h"

#include <string.h>

enum { DEPTH_LIMIT = 40 };

struct compiling {
    struct arena *arena;
    enum template_form form;
    const struct template_parts *parts;
    struct html_place place;
    size_t all_inputs;
    VEC(struct feel_read) reads;
    struct err *err;
};
/* One text being read: the template, or a part of it. */
struct source {
    str text, name;
    size_t at;
    const struct source *includer;
    int depth;
};
struct list {
    struct piece *first, **end;
};
/* What ended a list of pieces; `from` is where its brace stands. */
enum ender { END_OF_TEXT, END_IF, END_FOR, END_ELSE, END_ELSE_IF };
struct ending {
    enum ender ender;
    size_t from, inner, to; /* `{`, behind the word, `}` */
};

static int pieces(struct compiling *c, struct source *s, const struct feel_scope *scope, struct list *out,
                  struct ending *ending);

static int wrong(struct compiling *c, const struct source *s, size_t from, size_t to, const char *what)
{
    err_set(c->err, ERR_SYNTAX, "%s", what);
    err_span(c->err, s->text, from, to, 0);
    return s->name.p ? err_in(c->err, s->name) : -1;
}

static struct piece *add(struct compiling *c, struct list *list, enum piece_kind kind)
{
    struct piece *p = arena_zalloc(c->arena, sizeof *p);
    p->kind = kind;
    *list->end = p;
    list->end = &p->next;
    return p;
}

static int add_text(struct compiling *c, const struct source *s, struct list *list, size_t from, size_t to)
{
    if (from == to) return 0;
    str text = str_slice(s->text, from, to);
    size_t at = 0;
    const char *what = c->form == TEMPLATE_HTML ? html_advance(&c->place, text, &at) : NULL;
    if (what) return wrong(c, s, from + at, from + at + 1, what);
    add(c, list, PIECE_TEXT)->text = text;
    return 0;
}

/* A message about the expression becomes one about the source that it stands in. */
static int move_error(struct compiling *c, const struct source *s, size_t from)
{
    if (!c->err->line) return -1;
    size_t at = from;
    for (uint32_t line = 1; line < c->err->line && at < s->text.n; at++) line += s->text.p[at] == '\n';
    at += utf8_offset(str_from(s->text, at), c->err->column ? c->err->column - 1 : 0);
    size_t length = c->err->to > c->err->from ? c->err->to - c->err->from : 1;
    err_span(c->err, s->text, at, at + length, 0);
    return s->name.p ? err_in(c->err, s->name) : -1;
}

static int expression(struct compiling *c, const struct source *s, const struct feel_scope *scope, size_t from,
                      size_t to, const struct feel_program **out)
{
    str text = str_slice(s->text, from, to);
    if (!str_trim(text).n) return wrong(c, s, from ? from - 1 : 0, to + 1, "an expression is expected here");
    if (feel_compile(c->arena, scope, text, out, c->err)) return move_error(c, s, from);
    size_t count;
    const struct feel_read *reads = feel_program_reads(*out, &count);
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < c->reads.count && !known; j++)
            known = c->reads.items[j].class == reads[i].class && c->reads.items[j].slot == reads[i].slot;
        if (!known) *vec_add(c->arena, &c->reads) = reads[i];
    }
    return 0;
}

static int put(struct compiling *c, const struct source *s, const struct feel_scope *scope, struct list *list,
               size_t from, size_t to)
{
    size_t start = from + 1;
    enum put_form form = c->form == TEMPLATE_CSV ? PUT_CSV : PUT_PLAIN;
    if (c->form == TEMPLATE_HTML) {
        const char *what = html_put(&c->place, &form);
        if (what) return wrong(c, s, from, to + 1, what);
        if (str_starts(str_slice(s->text, start, to), STR("raw "))) {
            if (c->place.state != HTML_TEXT) return wrong(c, s, from, to + 1, "raw stands in text only");
            form = PUT_PLAIN;
            start += 4;
        }
    }
    struct piece *p = add(c, list, PIECE_PUT);
    p->form = form;
    return expression(c, s, scope, start, to, &p->program);
}

/* A scope with one more variable; its place in the inputs is *input. */
static const struct feel_scope *with_variable(struct compiling *c, const struct feel_scope *outer, str name,
                                              const struct feel_type *type, size_t *input)
{
    struct feel_variable *v = arena_zalloc(c->arena, sizeof *v);
    *v = (struct feel_variable){.name = name, .type = type};
    struct feel_scope *scope = arena_zalloc(c->arena, sizeof *scope);
    *scope = (struct feel_scope){.outer = outer, .variables = v, .count = 1};
    *input = feel_scope_size(outer);
    if (c->all_inputs <= *input) c->all_inputs = *input + 1;
    return scope;
}

/* The name before `mark` in the block's head: `a in list`, `x = value`. *from moves behind the mark. */
static int variable_name(struct compiling *c, const struct source *s, size_t *from, size_t to, str mark, str *name)
{
    str head = str_slice(s->text, *from, to);
    size_t at = str_find(head, mark);
    *name = at == STR_NOT_FOUND ? STR_NONE : str_trim(str_slice(head, 0, at));
    bool good = name->n && (utf8_is_alnum(utf8_decode(*name, &(size_t){0})) || name->p[0] == '_');
    if (!good)
        return wrong(c, s, *from, to,
                     str_eq(mark, STR(" in ")) ? "expected {#for NAME in LIST}" : "expected {#let NAME = VALUE}");
    *from += at + mark.n;
    return 0;
}

static int places_merge(struct compiling *c, const struct source *s, size_t from, size_t to,
                        const struct html_place *other)
{
    if (c->form != TEMPLATE_HTML || html_merge(&c->place, other)) return 0;
    return wrong(c, s, from, to, "the branches of this block end in different places of the HTML");
}

static int places_agree(struct compiling *c, const struct source *s, size_t from, size_t to,
                        const struct html_place *other)
{
    if (c->form != TEMPLATE_HTML || html_same(&c->place, other)) return 0;
    return wrong(c, s, from, to, "the branches of this block end in different places of the HTML");
}

static int not_closed(struct compiling *c, const struct source *s, size_t from, size_t to, const struct ending *e,
                      const char *closer)
{
    err_set(c->err, ERR_SYNTAX, "this block is not closed by %s", closer);
    if (e->ender != END_OF_TEXT) from = e->from, to = e->to + 1, c->err->message[0] = 0;
    if (e->ender != END_OF_TEXT) err_set(c->err, ERR_SYNTAX, "%s is expected before this", closer);
    err_span(c->err, s->text, from, to, 0);
    return s->name.p ? err_in(c->err, s->name) : -1;
}

static int if_block(struct compiling *c, struct source *s, const struct feel_scope *scope, struct list *list,
                    size_t from, size_t inner, size_t to)
{
    struct piece *p = add(c, list, PIECE_IF);
    if (expression(c, s, scope, inner, to, &p->program)) return -1;
    struct html_place before = c->place, after_first;
    struct ending e;
    struct list body = {NULL, &body.first};
    if (pieces(c, s, scope, &body, &e)) return -1;
    p->body = body.first;
    after_first = c->place;
    c->place = before;
    struct list rest = {NULL, &rest.first};
    if (e.ender == END_ELSE_IF) {
        if (s->depth > DEPTH_LIMIT) return wrong(c, s, e.from, e.to + 1, "too many branches or blocks in each other");
        s->depth++;
        if (if_block(c, s, scope, &rest, e.from, e.inner, e.to)) return -1;
        s->depth--;
        p->otherwise = rest.first;
        return places_merge(c, s, from, to + 1, &after_first);
    }
    if (e.ender == END_ELSE) {
        if (pieces(c, s, scope, &rest, &e)) return -1;
        p->otherwise = rest.first;
    }
    if (e.ender != END_IF) return not_closed(c, s, from, to + 1, &e, "{/if}");
    return places_merge(c, s, from, to + 1, &after_first);
}

static int for_block(struct compiling *c, struct source *s, const struct feel_scope *scope, struct list *list,
                     size_t from, size_t inner, size_t to)
{
    struct piece *p = add(c, list, PIECE_FOR);
    str name;
    if (variable_name(c, s, &inner, to, STR(" in "), &name) || expression(c, s, scope, inner, to, &p->program))
        return -1;
    const struct feel_type *type = feel_program_type(p->program);
    const struct feel_type *element = type && type->is == FEEL_TYPE_LIST && type->of ? type->of : &feel_any;
    const struct feel_scope *with = with_variable(c, scope, name, element, &p->input);
    struct html_place before = c->place;
    struct ending e;
    struct list body = {NULL, &body.first}, rest = {NULL, &rest.first};
    if (pieces(c, s, with, &body, &e) || places_agree(c, s, from, to + 1, &before)) return -1;
    p->body = body.first;
    if (e.ender == END_ELSE) {
        c->place = before;
        if (pieces(c, s, scope, &rest, &e) || places_agree(c, s, from, to + 1, &before)) return -1;
        p->otherwise = rest.first;
    }
    return e.ender == END_FOR ? 0 : not_closed(c, s, from, to + 1, &e, "{/for}");
}

static int part(struct compiling *c, struct source *s, const struct feel_scope *scope, struct list *list, size_t from,
                size_t to)
{
    str name = str_trim(str_slice(s->text, from + 2, to));
    for (const struct source *over = s; over; over = over->includer)
        if (over->name.p && str_eq(over->name, name)) return wrong(c, s, from, to + 1, "this part includes itself");
    str text = c->parts ? c->parts->find(c->parts->host, name) : STR_NONE;
    if (!text.p) return wrong(c, s, from, to + 1, "there is no such part");
    struct source inner = {.text = text, .name = name, .includer = s, .depth = s->depth + 1};
    if (inner.depth > DEPTH_LIMIT) return wrong(c, s, from, to + 1, "too many parts in each other");
    struct ending e;
    if (pieces(c, &inner, scope, list, &e)) return -1;
    return e.ender == END_OF_TEXT ? 0 : wrong(c, &inner, e.from, e.to + 1, "nothing is open here that this could end");
}

/* What a brace begins: an ender, a block, a part or a value. 1 when it was an ender. */
static int brace(struct compiling *c, struct source *s, const struct feel_scope **scope, struct list *list,
                 struct ending *e)
{
    static const struct {
        str word;
        enum ender ender;
    } enders[] = {{STR_INIT("#else if "), END_ELSE_IF},
                  {STR_INIT("#else"), END_ELSE},
                  {STR_INIT("/if"), END_IF},
                  {STR_INIT("/for"), END_FOR}};
    size_t from = s->at, to = feel_find_end(s->text, from + 1, '}');
    if (to == STR_NOT_FOUND) return wrong(c, s, from, from + 1, "this brace is not closed (a brace by itself is {{)");
    str head = str_slice(s->text, from + 1, to);
    s->at = to + 1;
    for (size_t i = 0; i < ARRAY_COUNT(enders); i++) {
        bool longer = enders[i].ender == END_ELSE_IF;
        if (longer ? !str_starts(head, enders[i].word) : !str_eq(str_trim(head), enders[i].word)) continue;
        *e = (struct ending){enders[i].ender, from, from + 1 + enders[i].word.n, to};
        return 1;
    }
    if (str_starts(head, STR(">"))) return part(c, s, *scope, list, from, to);
    if (!str_starts(head, STR("#")) && !str_starts(head, STR("/"))) return put(c, s, *scope, list, from, to);
    if (s->depth > DEPTH_LIMIT) return wrong(c, s, from, to + 1, "too many blocks in each other");
    s->depth++;
    int result = 0;
    if (str_starts(head, STR("#if "))) {
        result = if_block(c, s, *scope, list, from, from + 5, to);
    } else if (str_starts(head, STR("#for "))) {
        result = for_block(c, s, *scope, list, from, from + 6, to);
    } else if (str_starts(head, STR("#let "))) {
        struct piece *p = add(c, list, PIECE_LET);
        size_t inner = from + 6;
        str name;
        result = variable_name(c, s, &inner, to, STR("="), &name);
        if (!result) result = expression(c, s, *scope, inner, to, &p->program);
        if (!result) *scope = with_variable(c, *scope, name, feel_program_type(p->program), &p->input);
    } else {
        result = wrong(c, s, from, to + 1, "expected {#if}, {#for}, {#let}, {#else}, {/if} or {/for}");
    }
    s->depth--;
    return result;
}

static int pieces(struct compiling *c, struct source *s, const struct feel_scope *scope, struct list *out,
                  struct ending *ending)
{
    size_t from = s->at;
    while (s->at < s->text.n) {
        char here = s->text.p[s->at];
        if (here != '{' && here != '}') {
            s->at++;
            continue;
        }
        bool doubled = s->at + 1 < s->text.n && s->text.p[s->at + 1] == here;
        if (here == '}' && !doubled)
            return wrong(c, s, s->at, s->at + 1, "nothing is open here (a brace by itself is }})");
        if (add_text(c, s, out, from, s->at + doubled)) return -1;
        if (doubled) {
            s->at += 2;
        } else {
            int result = brace(c, s, &scope, out, ending);
            if (result) return result < 0 ? -1 : 0;
        }
        from = s->at;
    }
    *ending = (struct ending){END_OF_TEXT, s->text.n, s->text.n, s->text.n};
    return add_text(c, s, out, from, s->at);
}

int template_compile(struct arena *a, const struct feel_scope *scope, enum template_form form,
                     const struct template_parts *parts, str source, const struct template **out, struct err *err)
{
    struct compiling c = {.arena = a, .form = form, .parts = parts, .all_inputs = feel_scope_size(scope), .err = err};
    struct source s = {.text = source};
    struct template *t = arena_zalloc(a, sizeof *t);
    struct list list = {NULL, &list.first};
    struct ending e;
    if (pieces(&c, &s, scope, &list, &e)) return -1;
    if (e.ender != END_OF_TEXT) return wrong(&c, &s, e.from, e.to + 1, "nothing is open here that this could end");
    if (form == TEMPLATE_HTML && c.place.state != HTML_TEXT)
        return wrong(&c, &s, source.n ? source.n - 1 : 0, source.n, "the text ends inside a tag or comment");
    t->first = list.first;
    t->inputs = feel_scope_size(scope);
    t->all_inputs = c.all_inputs;
    t->reads = c.reads.items;
    t->read_count = c.reads.count;
    *out = t;
    return 0;
}

const struct feel_read *template_reads(const struct template *t, size_t *count)
{
    *count = t->read_count;
    return t->reads;
}
