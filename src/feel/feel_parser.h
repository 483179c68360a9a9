/* SPDX-License-Identifier: Apache-2.0 */
/* The parser's state, shared by its files: operators (feel_parse.c), operands
 * (feel_operand.c), names and paths (feel_name.c), calls and types in
 * text (feel_apply.c). The first error sticks: the token becomes the end, and every rule runs out. */
#ifndef FEEL_PARSER_H
#define FEEL_PARSER_H

#include "feel_lex.h"
#include "feel_parse.h"

enum { PARSE_DEPTH = 200, TREE_DEPTH = 900 };

struct known { /* a name in scope, inner before outer */
    const struct known *outer;
    struct declaration *declaration;
    bool opens; /* not the name itself but the fields of its value */
};
struct parser {
    struct arena *a;    /* what a program keeps: constants, types, names */
    struct arena *tree; /* nodes and declarations, which go when it is compiled */
    str source;
    struct token token;
    size_t last_to; /* where the token before ended */
    const struct known *known;
    const struct feel_scope *scope;
    unsigned depth;
    bool failed, strict, uses_clock, question_used, in_range_end;
    struct declaration *question;
    const struct feel_type *parameter_hint; /* of the parameters of the next function literal, when it tells no types */
    struct err *err;
};

struct node *parse_fail(struct parser *p, size_t from, size_t to, const char *format, ...) PRINTF_LIKE(4, 5);
struct node *parse_expected(struct parser *p, const char *what);
void parse_advance(struct parser *p);
void parse_seek(struct parser *p, size_t at);
bool parse_accept(struct parser *p, enum token_kind kind);
bool parse_need(struct parser *p, enum token_kind kind, const char *what);
bool parse_at_word(const struct parser *p, const char *word);
str parse_text(const struct parser *p, struct token t);

struct node *parse_node(struct parser *p, enum node_kind kind, size_t from, const struct feel_type *type);
struct node *parse_done(struct parser *p, struct node *n); /* sets its end and checks the tree's depth */
struct node *parse_constant(struct parser *p, size_t from, struct feel_value v);
enum { OR_LEVEL = 1, AND_LEVEL, COMPARISON_LEVEL, ADDITIVE_LEVEL, MULTIPLICATIVE_LEVEL, POWER_LEVEL };
typedef VEC(struct node *) nodes;
struct node *parse_level(struct parser *p, int least); /* operators of that level and above */
struct node *parse_operand(struct parser *p);
struct node *parse_range_end(struct parser *p, size_t from, struct node *start, bool from_closed);
bool parse_closes_range(struct parser *p);
bool parse_comparison_op(enum token_kind kind, enum op *op);
bool parse_accept_word(struct parser *p, const char *word);
void parse_need_word(struct parser *p, const char *word);
const char *parse_type_words(struct parser *p, const struct feel_type *t);
bool type_is_duration(const struct feel_type *t);
struct node *parse_full(struct parser *p); /* an expression */
struct declaration *parse_declare(struct parser *p, str name, const struct feel_type *type);
void parse_push(struct parser *p, struct declaration *d, bool opens);
/* A clash of known types: an error where the scope is strict. */
void parse_clash(struct parser *p, const struct node *n, const char *format, ...) PRINTF_LIKE(3, 4);

bool parse_knows_more(struct parser *p);   /* at a keyword: a name in scope begins with it, such as `in stock` */
struct node *parse_name(struct parser *p); /* at a word: variable, field, function or call */
struct node *parse_path(struct parser *p, struct node *of);       /* behind the point */
struct node *parse_call(struct parser *p, struct node *function); /* at '(' */
struct node *parse_builtin_call(struct parser *p, const struct feel_builtin *b, size_t from);
struct node *parse_host_call(struct parser *p, const struct feel_host_function *h, size_t from);
/* Behind `external`. */
struct node *parse_external(struct parser *p, size_t from, struct declaration *const *parameters, size_t count);
const struct feel_type *parse_type(struct parser *p); /* NULL: no such type, where that is no error of the source */
static inline bool type_is_kind(const struct feel_type *t, enum feel_kind kind)
{
    return t->is == FEEL_TYPE_OF_KIND && t->kind == kind;
}

#endif
