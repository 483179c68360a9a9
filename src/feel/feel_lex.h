/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens. A name may have blanks and operators in it, and only the parser knows which names there are; so the lexer
 * hands out single words, and the parser asks for names with lex_match and lex_words. */
#ifndef FEEL_LEX_H
#define FEEL_LEX_H

#include "feel.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_AT, /* @"…" */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OPEN_LIST,
    TOKEN_CLOSE_LIST,
    TOKEN_OPEN_BRACE,
    TOKEN_CLOSE_BRACE,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_DOT,
    TOKEN_DOTS,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_POWER,
    TOKEN_SLASH,
    TOKEN_EQ,
    TOKEN_NE,
    TOKEN_LT,
    TOKEN_LE,
    TOKEN_GT,
    TOKEN_GE,
    TOKEN_QUESTION,
    TOKEN_ARROW,
    TOKEN_OPEN_TEXT, /* a string, comment or @ without its end */
    TOKEN_STRANGE,   /* a character that FEEL has no use for */
};
struct token {
    enum token_kind kind;
    size_t from, to;
};

struct token lex_token(str source, size_t at); /* skips blanks and comments */
size_t lex_skip(str source, size_t at);        /* to the next byte that is neither; n in an open comment */
/* The end of `name` where the source has it at `at`, token by token (DMN 1.5 §10.3.1.3): between words any run of
 * blanks, beside a sign none or any; a word must not go on. 0: it isn't there. */
size_t lex_match(str source, size_t at, str name);
bool lex_same_name(str a, str b); /* the same tokens */
bool lex_is_keyword(str word);    /* may not stand inside a name of unknown type */
/* The longest run of words from `at` on that are no keywords; *name has them with one blank between. */
size_t lex_words(struct arena *a, str source, size_t at, str *name);
/* A context's key or a parameter's name from `at` on: a run of words and name symbols, ended by ':'. 0: there is none.
 */
size_t lex_key(struct arena *a, str source, size_t at, str *name);
/* A name that is being declared: before `in`, else before ',', ')' or ':'; where nothing ends it, only words. */
size_t lex_declared(struct arena *a, str source, size_t at, bool before_in, str *name);
/* What stands between the quotes; false: at *bad there is an escape that FEEL doesn't know. */
bool lex_unquote(struct arena *a, str quoted, str *out, size_t *bad);

#endif
