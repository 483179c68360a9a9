/* SPDX-License-Identifier: Apache-2.0 */
/* Where in an HTML text one is, as far as escaping needs to know (HTML Living Standard §13.2.5, the states that a page
 * of ours can reach). */
#ifndef TEMPLATE_PLACE_H
#define TEMPLATE_PLACE_H

#include "base_str.h"

enum html_state {
    HTML_TEXT,
    HTML_TAG_OPEN, /* behind '<' or '</' */
    HTML_TAG_NAME,
    HTML_IN_TAG,     /* between attributes */
    HTML_AFTER_NAME, /* behind a name that only some branches wrote: it must end here */
    HTML_ATTRIBUTE_NAME,
    HTML_BEFORE_VALUE, /* behind '=' */
    HTML_VALUE_DOUBLE,
    HTML_VALUE_SINGLE,
    HTML_VALUE_BARE,
    HTML_MARKUP, /* <!doctype …> */
    HTML_COMMENT,
    HTML_RAW_TEXT, /* of script, style and their like, to its end tag */
};
enum html_attribute { ATTRIBUTE_PLAIN, ATTRIBUTE_URL, ATTRIBUTE_JSON, ATTRIBUTE_REFUSED };
enum html_url { URL_START, URL_HEAD, URL_HEAD_PUT, URL_REST }; /* HEAD: no '/', '?', '#' or scheme yet */

enum { HTML_NAME_LIMIT = 24 };
struct html_place {
    enum html_state state;
    enum html_attribute attribute;
    enum html_url url;
    bool closing;                                /* in an end tag */
    char tag[HTML_NAME_LIMIT];                   /* lower case, cut */
    char name[HTML_NAME_LIMIT];                  /* of the attribute */
    char head[8];                                /* of a URL as far as written */
    size_t tag_length, name_length, head_length; /* head_length > sizeof head: cut */
    size_t value_length;
};

/* How a value is written at a place. */
enum put_form { PUT_PLAIN, PUT_CSV, PUT_TEXT, PUT_URL, PUT_URL_PART, PUT_JSON };

/* Over literal text; NULL, or what is wrong with the character at *at. */
const char *html_advance(struct html_place *p, str text, size_t *at);
/* For a value put in here; NULL, or why none may stand here. */
const char *html_put(struct html_place *p, enum put_form *form);
/* Do two branches end in the same place? */
bool html_same(const struct html_place *a, const struct html_place *b);
/* The same, where no branch is entered again: `a` becomes the place behind both. */
bool html_merge(struct html_place *a, const struct html_place *b);

#endif
