/* SPDX-License-Identifier: Apache-2.0 */
#include "dmn_xml.h"

#include "base_buf.h"

#include <expat.h>
#include <string.h>

enum { SEPARATOR = '\x01', ELEMENTS_LIMIT = 2000000, NAMES = 128 };

struct open_element {
    struct xml *x;
    struct xml **last; /* where the next child goes */
    struct buf text;
    bool has_text;
};
struct reading {
    struct arena *a;
    XML_Parser parser;
    struct open_element stack[XML_DEPTH + 1];
    size_t depth, count;
    size_t foreign;                              /* open elements that are read over */
    const struct xml_prefix *prefixes, *pending; /* declared before the start tag that they belong to */
    struct xml *root;
    const char *stopped;
    str recent[NAMES]; /* names by their hash: a model has a few words, thousands of times */
};

static void stop(struct reading *r, const char *why)
{
    if (!r->stopped) r->stopped = why;
    XML_StopParser(r->parser, XML_FALSE);
}

static str name_of(struct reading *r, const char *p, size_t n)
{
    size_t likely = n * 31 + (unsigned char)p[0] * 7 + (unsigned char)p[n / 2];
    str name = {p, n}, *recent = &r->recent[likely % NAMES];
    if (!recent->p || !str_eq(*recent, name)) *recent = arena_copy(r->a, name);
    return *recent;
}

/* "space SEPARATOR local", or "local" */
static void split(struct reading *r, const char *name, str *space, str *local)
{
    const char *separator = strchr(name, SEPARATOR);
    *space = separator ? name_of(r, name, (size_t)(separator - name)) : STR("");
    if (separator) name = separator + 1;
    *local = name_of(r, name, strlen(name));
}

static void XMLCALL on_prefix(void *data, const char *prefix, const char *space)
{
    struct reading *r = data;
    struct xml_prefix *p = arena_alloc(r->a, sizeof *p);
    *p = (struct xml_prefix){r->pending ? r->pending : r->prefixes, arena_copy(r->a, str_of(prefix ? prefix : "")),
                             arena_copy(r->a, str_of(space ? space : ""))};
    r->pending = p;
}

static void read_attributes(struct reading *r, struct xml *x, const char **attributes)
{
    size_t count = 0;
    while (attributes[count * 2]) count++;
    if (!count) return;
    struct xml_attribute *copies = arena_alloc(r->a, count * sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        split(r, attributes[i * 2], &copies[i].space, &copies[i].name);
        copies[i].value = arena_copy(r->a, str_of(attributes[i * 2 + 1]));
    }
    x->attributes = copies, x->attribute_count = (uint32_t)count;
}

static void XMLCALL on_start(void *data, const char *name, const char **attributes)
{
    struct reading *r = data;
    const struct xml_prefix *pending = r->pending;
    str space, local;
    if (r->depth + r->foreign >= XML_DEPTH) {
        stop(r, "the elements are nested too deeply");
        return;
    }
    if (++r->count > ELEMENTS_LIMIT) {
        stop(r, "there are too many elements");
        return;
    }
    r->pending = NULL;
    if (!r->foreign) split(r, name, &space, &local);
    if (r->foreign || (r->root && !str_eq(space, r->root->space) && !str_eq(space, XML_OWN))) {
        r->foreign++;
        return;
    }
    struct xml *x = arena_zalloc(r->a, sizeof *x);
    x->name = local, x->space = space;
    x->tag = (uint32_t)XML_GetCurrentByteIndex(r->parser);
    read_attributes(r, x, attributes);
    if (pending) r->prefixes = pending;
    x->prefixes = r->prefixes;
    x->from = x->tag + (uint32_t)XML_GetCurrentByteCount(r->parser);
    if (r->depth) {
        struct open_element *outer = &r->stack[r->depth - 1];
        x->parent = outer->x;
        *outer->last = x;
        outer->last = (struct xml **)&x->next;
    } else
        r->root = x;
    struct open_element *open = &r->stack[r->depth++];
    open->x = x, open->last = (struct xml **)&x->first, open->has_text = false;
    buf_clear(&open->text);
}

static void XMLCALL on_end(void *data, const char *name)
{
    struct reading *r = data;
    (void)name;
    if (r->foreign) {
        r->foreign--;
        return;
    }
    if (!r->depth) return;
    struct open_element *open = &r->stack[--r->depth];
    struct xml *x = open->x;
    str text = buf_get(&open->text);
    if (x->first && strspn(text.p, " \t\r\n") == text.n)
        text = STR(""), x->text_at = 0; /* what stands between the elements of it */
    x->text = text.n ? arena_copy(r->a, text) : text;
    x->to = (uint32_t)XML_GetCurrentByteIndex(r->parser);
    if (x->to < x->from) x->from = x->to; /* <a/> */
    r->prefixes = r->depth ? r->stack[r->depth - 1].x->prefixes : NULL;
}

static void XMLCALL on_text(void *data, const char *text, int length)
{
    struct reading *r = data;
    if (!r->depth || r->foreign) return;
    struct open_element *open = &r->stack[r->depth - 1];
    if (!open->has_text) open->x->text_at = (uint32_t)XML_GetCurrentByteIndex(r->parser);
    open->has_text = true;
    buf_put(&open->text, text, (size_t)length);
}

/* Our formats need no entities of their own, so a document that declares some is refused before they can grow. */
static void XMLCALL on_entity(void *data, const char *name, int is_parameter, const char *value, int length,
                              const char *base, const char *system, const char *public, const char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public, (void)notation;
    stop(data, "declares entities, which are not read");
}

static int parse(struct reading *r, str source, struct err *err)
{
    size_t done = 0;
    enum XML_Status status = XML_STATUS_OK;
    while (status == XML_STATUS_OK) {
        size_t piece = source.n - done < (1 << 20) ? source.n - done : 1 << 20;
        status = XML_Parse(r->parser, source.p + done, (int)piece, done + piece == source.n);
        done += piece;
        if (done == source.n) break;
    }
    if (status == XML_STATUS_OK && r->root) return 0;
    uint32_t line = (uint32_t)XML_GetCurrentLineNumber(r->parser);
    if (r->stopped)
        err_set(err, ERR_LIMIT, "%s", r->stopped);
    else
        err_set(err, ERR_INPUT, "is not well-formed XML: %s", XML_ErrorString(XML_GetErrorCode(r->parser)));
    err->column = (uint32_t)XML_GetCurrentColumnNumber(r->parser) + 1;
    return err_at(err, line, STR_NONE);
}

int xml_parse(struct arena *a, str source, const struct xml **root, struct err *err)
{
    if (source.n > XML_LIMIT) return err_set(err, ERR_LIMIT, "is larger than %d MB", XML_LIMIT >> 20);
    struct reading *r = mem_zalloc(sizeof *r);
    *r = (struct reading){.a = a, .parser = XML_ParserCreateNS(NULL, SEPARATOR)};
    MUST(r->parser);
    for (size_t i = 0; i < ARRAY_COUNT(r->stack); i++) buf_init(&r->stack[i].text, XML_LIMIT);
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartNamespaceDeclHandler(r->parser, on_prefix);
    XML_SetEntityDeclHandler(r->parser, on_entity);
    XML_SetParamEntityParsing(r->parser, XML_PARAM_ENTITY_PARSING_NEVER);
    int result = parse(r, source, err);
    if (result == 0) *root = r->root;
    for (size_t i = 0; i < ARRAY_COUNT(r->stack); i++) buf_release(&r->stack[i].text);
    XML_ParserFree(r->parser);
    mem_free(r);
    return result;
}

uint32_t xml_lines(str text)
{
    uint32_t n = 0;
    for (size_t i = 0; i < text.n; i++) n += text.p[i] == '\n';
    return n;
}

str xml_attribute_of(const struct xml *x, str in, str name)
{
    for (size_t i = 0; i < x->attribute_count; i++)
        if (str_eq(x->attributes[i].name, name) && str_eq(x->attributes[i].space, in)) return x->attributes[i].value;
    return STR_NONE;
}
str xml_name(struct arena *a, const struct xml *x)
{
    str name = str_trim(xml_get(x, "name"));
    size_t n = 0;
    if (str_find(name, STR("  ")) == STR_NOT_FOUND && str_find_char(name, '\n') == STR_NOT_FOUND &&
        str_find_char(name, '\t') == STR_NOT_FOUND)
        return name;
    char *p = arena_alloc(a, name.n + 1);
    for (size_t i = 0; i < name.n; i++) {
        bool blank = strchr(" \t\r\n", name.p[i]) != NULL;
        if (!blank)
            p[n++] = name.p[i];
        else if (n && p[n - 1] != ' ')
            p[n++] = ' ';
    }
    return (str){p, n};
}
const struct xml *xml_child_of(const struct xml *x, str wanted)
{
    if (!x) return NULL;
    for (const struct xml *c = x->first; c; c = c->next)
        if (str_eq(c->name, wanted) && str_eq(c->space, x->space)) return c;
    return NULL;
}
const struct xml *xml_same(const struct xml *x)
{
    for (const struct xml *c = x->next; c; c = c->next)
        if (str_eq(c->name, x->name) && str_eq(c->space, x->space)) return c;
    return NULL;
}
str xml_text(const struct xml *x, const char *child)
{
    const struct xml *c = xml_child_of(x, str_of(child));
    return c ? str_trim(c->text) : STR_NONE;
}
str xml_space_of(const struct xml *x, str prefix)
{
    for (const struct xml_prefix *p = x->prefixes; p; p = p->outer)
        if (str_eq(p->prefix, prefix)) return p->space;
    return STR_NONE;
}
