/* SPDX-License-Identifier: Apache-2.0 */
/* XML as a tree: elements, attributes and text with their places. No external entities, no internal ones beyond the
 * five that XML has, bounded depth and size. */
#ifndef DMN_XML_H
#define DMN_XML_H

#include "base_arena.h"
#include "base_buf.h"

#include <string.h>

#define XML_OWN STR("urn:entente:rulebook:1") /* what we write into a model's extensionElements */

struct xml_attribute {
    str name, value; /* the local name; of no namespace */
    str space;       /* its namespace, "" for none */
};
struct xml_prefix { /* prefix → namespace, as declared at an element */
    const struct xml_prefix *outer;
    str prefix, space;
};
struct xml {
    str name, space; /* local name; namespace */
    const struct xml_attribute *attributes;
    str text; /* of this element itself, pieces joined; blanks between its children are none */
    const struct xml *first, *next, *parent;
    const struct xml_prefix *prefixes;
    uint32_t attribute_count;
    uint32_t tag, text_at; /* byte offsets in the source: of the tag; of the text's first character, 0 without text */
    uint32_t from, to;     /* byte span of what stands between the tags */
    uint32_t end, number;  /* offset behind the end tag; its number in the order of start tags, from 1 */
};

enum { XML_DEPTH = 200, XML_LIMIT = 64 << 20 };

/* What stands in other namespaces than the root's (diagrams, a vendor's own) is read over, but for XML_OWN. */
int xml_parse(struct arena *a, str source, const struct xml **root, struct err *err) MUST_USE;
/* All of it. */
int xml_parse_whole(struct arena *a, str source, const struct xml **root, struct err *err) MUST_USE;
uint32_t xml_lines(str text);                         /* how many lines end in it */
str xml_name(struct arena *a, const struct xml *x);   /* its `name`, with single blanks */
const struct xml *xml_same(const struct xml *x);      /* the next sibling of the same name */
str xml_text(const struct xml *x, const char *child); /* the trimmed text of a child */
/* The namespace of a prefix at x; STR_NONE when it is not declared. */
str xml_space_of(const struct xml *x, str prefix);
void xml_put_text(struct buf *out, str s);  /* escaped, as text */
void xml_put_value(struct buf *out, str s); /* escaped, as an attribute's value between double quotes */

/* Inline, so that the length of a name is known where it stands. */
str xml_attribute_of(const struct xml *x, str space, str name);
const struct xml *xml_child_of(const struct xml *x, str name);
static inline str xml_get_in(const struct xml *x, const char *space, const char *attribute)
{
    return xml_attribute_of(x, str_of(space), str_of(attribute));
}
static inline str xml_get(const struct xml *x, const char *attribute) /* without namespace; STR_NONE when absent */
{
    return xml_get_in(x, "", attribute);
}
static inline const struct xml *xml_child(const struct xml *x,
                                          const char *name) /* the first of that name; x may be NULL */
{
    return xml_child_of(x, str_of(name));
}
static inline bool xml_is(const struct xml *x, const char *name)
{
    size_t n = strlen(name);
    return x->name.n == n && memcmp(x->name.p, name, n) == 0;
}

#endif
