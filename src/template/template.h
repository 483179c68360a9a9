/* SPDX-License-Identifier: Apache-2.0 */
/* Text with FEEL in braces: pages, findings' texts, messages, reports.
 *
 *   {annual cost}                       the value, escaped for where it stands
 *   {#for a in applications}…{#else}…{/for}   {#if …}…{#else if …}…{#else}…{/if}   {#let x = …}   {>part}
 *   {raw x}                             HTML only: unescaped, for what md4c made
 *   {{ and }}                           braces
 *
 * In HTML what is put in is escaped for its place: text, quoted attribute, URL attribute, the JSON of an htmx
 * attribute; and refused at compile time inside <script>, <style>, a comment, an unquoted attribute, an on… or style
 * attribute, a tag's or attribute's name. A value at the start of a URL attribute is a whole URL (http, https, mailto
 * or relative; any other scheme becomes "#"); behind a beginning it is one part of it and percent-encoded. All branches
 * of a block must end in the same place of the HTML. Numbers print with their digits, dates as "22 November 2026", null
 * as nothing, lists with commas, objects by their name. A plain text can't contain tags. A {#let} holds to the end of
 * its block. */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "feel.h"

enum template_form { TEMPLATE_PLAIN, TEMPLATE_HTML, TEMPLATE_CSV };

struct template;
/* Where {>part} looks: the text of the part, or STR_NONE. Parts see the including template's names; cycles are errors.
 */
struct template_parts {
    str (*find)(const void *host, str name);
    const void *host;
};
/* ERR_SYNTAX with line, column and caret in `source`; the caller adds the file (of an error in a part, the file is
 * already the part's name). The template lives in `a`, and so must `source` and the scope. */
int template_compile(struct arena *a, const struct feel_scope *scope, enum template_form form,
                     const struct template_parts *parts, str source, const struct template **out,
                     struct err *err) MUST_USE;
/* Inputs as for feel_eval with the same scope. */
int template_render(const struct template *t, struct feel_env *env, const struct feel_value *inputs, struct buf *out,
                    struct err *err) MUST_USE;
const struct feel_read *template_reads(const struct template *t, size_t *count);

/* The functions that templates add to FEEL for people: money(n) "€ 412,000", percent(n) "42 %", days(n) "19 days",
 * plural(n, one, many) "1 application", "6 applications". `money` writes the currency of the struct template_host with
 * which env->host begins (no currency where env->host is NULL). A host appends them to its own scope. */
const struct feel_host_function *template_functions(size_t *count);
struct template_host {
    str currency; /* ISO 4217 */
};

/* The same forms for C. `digits` as in "-1234.50"; what is not plain decimal is written as it is. */
void template_put_money(struct buf *out, str digits, str currency);
void template_put_count(struct buf *out, str digits); /* 1,204 */
void template_put_percent(struct buf *out, str fraction);
/* A value as it prints in a plain template. */
void template_put_value(struct buf *out, struct feel_env *env, struct feel_value v);

/* Escaping by itself, for the few places that write HTML in C. */
void html_escape(struct buf *out, str text);

#endif
