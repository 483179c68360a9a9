/* SPDX-License-Identifier: Apache-2.0 */
/* Text with FEEL in braces: pages, findings' texts, messages, reports.
 *
 *   {annual cost}                       the value, escaped for where it stands
 *   {#for a in applications}…{#else}…{/for}   {#if …}…{#else if …}…{#else}…{/if}   {#let x = …}   {>part}
 *   {raw x}                             HTML only: unescaped, for what md4c made
 *   {{ and }}                           braces
 *
 * In HTML what is put in is escaped for its place: text, quoted attribute, URL attribute (http, https, mailto and
 * relative only), and refused at compile time inside <script>, <style>, an unquoted attribute, an on… or style
 * attribute, a tag's or attribute's name. Numbers print with their digits, dates as "22 November 2026", null as
 * nothing, lists with commas. A plain text can't contain tags. */
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
/* ERR_SYNTAX with line, column and caret in `source`; the caller adds the file. The template lives in `a`. */
int template_compile(struct arena *a, const struct feel_scope *scope, enum template_form form,
                     const struct template_parts *parts, str source, const struct template **out,
                     struct err *err) MUST_USE;
/* Inputs as for feel_eval with the same scope. */
int template_render(const struct template *t, struct feel_env *env, const struct feel_value *inputs, struct buf *out,
                    struct err *err) MUST_USE;
const struct feel_read *template_reads(const struct template *t, size_t *count);

/* The functions that templates add to FEEL for people: money(n) "€ 412,000", percent(n) "42 %", days(n) "19 days",
 * date(d), plural(n, one, many). `money` writes the workspace's currency, read from env->host through `currency`. A
 * host appends them to its own scope. */
const struct feel_host_function *template_functions(size_t *count);

/* Escaping by itself, for the few places that write HTML in C. */
void html_escape(struct buf *out, str text);

#endif
