/* SPDX-License-Identifier: Apache-2.0 */
#include "dmn_xml.h"

#include "base_buf.h"
#include "base_map.h"

#include <expat.h>
#include <string.h>

enum { ELEMENTS_LIMIT = 2000000, NAMES = 128 };
#define XML_SPACE   STR("http://www.w3.org/XML/1998/namespace")
#define XMLNS_SPACE STR("http://www.w3.org/2000/xmlns/")

struct open_element {
    struct xml *x;
    struct xml **last; /* where the next child goes */
    struct buf text;
    bool has_text;
    bool is_known; /* its text is read already, see read_plain */
    bool leads;    /* to an element, with nothing but blanks before */
};
struct known_name {
    str whole, prefix, local;
};
struct reading {
    struct arena *a;
    str source;
    bool in_bytes; /* the source is in UTF-8 or another extension of ASCII, not in UTF-16 */
    XML_Parser parser;
    struct open_element stack[XML_DEPTH + 1];
    size_t depth, count;
    bool whole;
    size_t foreign;                                             /* open elements that are read over */
    const struct xml_prefix *prefixes, *outside[XML_DEPTH + 1]; /* those in force; outside of each open element */
    struct {
        const struct xml_prefix *prefixes;
        const char *prefix;
        str space;
    } latest; /* what was looked up, since the next is mostly the same */
    struct xml *root;
    const char *stopped;  /* why we gave up, */
    enum XML_Error fault; /* or what is wrong, and where */
    XML_Size line, column;
    struct known_name recent[NAMES]; /* by their hash: a model has a few names, thousands of times */
};

static void note_place(struct reading *r)
{
    r->line = XML_GetCurrentLineNumber(r->parser), r->column = XML_GetCurrentColumnNumber(r->parser) + 1;
}

static void stop(struct reading *r, const char *why, enum XML_Error fault)
{
    if (r->stopped || r->fault) return;
    r->stopped = why, r->fault = fault;
    note_place(r);
    XML_StopParser(r->parser, XML_FALSE);
}
static void give_up(struct reading *r, const char *why) { stop(r, why, XML_ERROR_NONE); }
static void refuse(struct reading *r, enum XML_Error fault) { stop(r, NULL, fault); }

/* ---- Namespaces (Namespaces in XML 1.0, third edition) ---- */

/* Expat could resolve them, at a tenth of the time that it takes for a whole model. */

static const struct known_name *name_of(struct reading *r, const char *name)
{
    str whole = {name, strlen(name)};
    size_t likely = whole.n * 31 + (unsigned char)name[0] * 7 + (unsigned char)name[whole.n / 2];
    struct known_name *known = &r->recent[likely % NAMES];
    if (str_eq(known->whole, whole)) return known;
    whole = arena_copy(r->a, whole);
    size_t at = str_find_char(whole, ':');
    *known = at == STR_NOT_FOUND ? (struct known_name){whole, STR(""), whole}
                                 : (struct known_name){whole, str_slice(whole, 0, at), str_from(whole, at + 1)};
    char first = known->local.n ? known->local.p[0] : '-';
    if (!at || first == '-' || first == '.' || (first >= '0' && first <= '9') ||
        str_find_char(known->local, ':') != STR_NOT_FOUND)
        refuse(r, XML_ERROR_INVALID_TOKEN);
    return known;
}

static bool is_declaration(const char *name) /* xmlns or xmlns:prefix */
{
    return name[0] == 'x' && strncmp(name, "xmlns", 5) == 0 && (!name[5] || name[5] == ':');
}

static void declare(struct reading *r, str prefix, str space)
{
    bool is_xml = str_eq(prefix, STR("xml"));
    if (str_eq(prefix, STR("xmlns"))) refuse(r, XML_ERROR_RESERVED_PREFIX_XMLNS);
    if (is_xml != str_eq(space, XML_SPACE))
        refuse(r, is_xml ? XML_ERROR_RESERVED_PREFIX_XML : XML_ERROR_RESERVED_NAMESPACE_URI);
    if (str_eq(space, XMLNS_SPACE)) refuse(r, XML_ERROR_RESERVED_NAMESPACE_URI);
    if (prefix.n && !space.n) refuse(r, XML_ERROR_UNDECLARING_PREFIX);
    struct xml_prefix *p = arena_alloc(r->a, sizeof *p);
    *p = (struct xml_prefix){r->prefixes, prefix, arena_copy(r->a, space)};
    r->prefixes = p;
}

static str space_of(struct reading *r, str prefix)
{
    if (r->latest.prefixes == r->prefixes && r->latest.prefix == prefix.p) return r->latest.space;
    const struct xml_prefix *p = r->prefixes;
    while (p && !str_eq(p->prefix, prefix)) p = p->outer;
    str space = p ? p->space : str_eq(prefix, STR("xml")) ? XML_SPACE : STR("");
    if (prefix.n && !space.n) refuse(r, XML_ERROR_UNBOUND_PREFIX);
    r->latest.prefixes = r->prefixes, r->latest.prefix = prefix.p, r->latest.space = space;
    return space;
}

static bool same_space(str a, str b) { return a.p == b.p || str_eq(a, b); }

/* Two prefixes may stand for one namespace: then one attribute can be there twice. */
static void look_for_twins(struct reading *r, const struct xml_attribute *attributes, size_t count)
{
    struct map seen;
    bool is_new = true;
    map_init(&seen);
    for (size_t i = 0; i < count && is_new; i++) {
        const struct xml_attribute *one = &attributes[i];
        if (!one->space.n) continue;
        str key = arena_printf(r->a, STR_FORMAT " " STR_FORMAT, STR_ARGS(one->space), STR_ARGS(one->name));
        map_put(&seen, key, &is_new);
    }
    map_release(&seen);
    if (!is_new) refuse(r, XML_ERROR_DUPLICATE_ATTRIBUTE);
}

/* Declarations first: they hold for the element that they stand at, wherever in it. */
static struct xml_attribute *read_attributes(struct reading *r, const char **given, size_t *count)
{
    size_t all = 0, own = 0, prefixed = 0;
    for (; given[all * 2]; all++) {
        if (!is_declaration(given[all * 2])) {
            own++;
            continue;
        }
        const struct known_name *name = name_of(r, given[all * 2]);
        declare(r, name->prefix.n ? name->local : STR(""), str_of(given[all * 2 + 1]));
    }
    *count = own;
    if (!own) return NULL;
    struct xml_attribute *copies = arena_alloc(r->a, own * sizeof *copies), *next = copies;
    for (size_t i = 0; i < all; i++) {
        if (all > own && is_declaration(given[i * 2])) continue;
        const struct known_name *name = name_of(r, given[i * 2]);
        str space = name->prefix.n ? space_of(r, name->prefix) : STR("");
        *next++ = (struct xml_attribute){name->local, arena_copy(r->a, str_of(given[i * 2 + 1])), space};
        prefixed += name->prefix.n > 0;
    }
    if (prefixed > 1) look_for_twins(r, copies, own);
    return copies;
}

/* ---- The tree ---- */

static bool is_blank(str s)
{
    static const char eight[8] = "        ";
    for (; s.n >= 8 && memcmp(s.p, eight, 8) == 0; s.p += 8, s.n -= 8) {}
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && (s.p[i] < '\t' || s.p[i] > '\r')) return false;
    return true;
}

/* Mostly a text is what stands between two tags, in ASCII, and none of it means something else: then it is the
 * source's. Otherwise it is put together from the pieces that expat hands out. */
static void read_plain(struct reading *r, struct open_element *open)
{
    static const bool ends[256] = {
        [0 ... 31] = true, ['\t'] = false, ['\n'] = false, ['&'] = true, ['<'] = true, [127 ... 255] = true};
    struct xml *x = open->x;
    open->is_known = open->leads = false;
    if (!r->in_bytes || x->from < 2 || r->source.p[x->from - 2] == '/') return; /* it has no end tag */
    str rest = str_from(r->source, x->from);
    size_t n = 0;
    while (n < rest.n && !ends[(unsigned char)rest.p[n]]) n++;
    if (n + 1 >= rest.n || rest.p[n] != '<') return;
    str text = str_slice(rest, 0, n);
    char next = rest.p[n + 1];
    open->is_known = next == '/';
    open->leads = next != '/' && next != '!' && next != '?' && is_blank(text);
    if (!open->is_known) return;
    if (n) x->text = arena_copy(r->a, text), x->text_at = x->from;
}

static void XMLCALL on_start(void *data, const char *tag, const char **given)
{
    struct reading *r = data;
    size_t attribute_count;
    if (r->depth + r->foreign >= XML_DEPTH) {
        give_up(r, "the elements are nested too deeply");
        return;
    }
    if (++r->count > ELEMENTS_LIMIT) {
        give_up(r, "there are too many elements");
        return;
    }
    r->outside[r->depth + r->foreign] = r->prefixes;
    const struct known_name *known = name_of(r, tag);
    str name = known->local, prefix = known->prefix;
    const struct xml_attribute *attributes = read_attributes(r, given, &attribute_count);
    str space = space_of(r, prefix);
    if (r->foreign || (!r->whole && r->root && !same_space(space, r->root->space) && !str_eq(space, XML_OWN))) {
        r->foreign++;
        return;
    }
    struct xml *x = arena_zalloc(r->a, sizeof *x);
    x->name = name, x->space = space, x->text = STR(""), x->number = (uint32_t)r->count;
    x->tag = (uint32_t)XML_GetCurrentByteIndex(r->parser);
    x->attributes = attributes, x->attribute_count = (uint32_t)attribute_count;
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
    read_plain(r, open);
}

static void XMLCALL on_end(void *data, const char *name)
{
    struct reading *r = data;
    (void)name;
    if (r->foreign) {
        r->prefixes = r->outside[r->depth + --r->foreign];
        return;
    }
    if (!r->depth) return;
    struct open_element *open = &r->stack[--r->depth];
    struct xml *x = open->x;
    if (open->has_text) {
        x->text = buf_copy(&open->text, r->a);
        if (x->first && is_blank(x->text)) x->text = STR(""), x->text_at = 0; /* what stands between its elements */
    }
    x->to = (uint32_t)XML_GetCurrentByteIndex(r->parser);
    x->end = x->to + (uint32_t)XML_GetCurrentByteCount(r->parser);
    if (x->to < x->from) x->from = x->to; /* <a/> */
    r->prefixes = r->outside[r->depth];
}

static void XMLCALL on_text(void *data, const char *text, int length)
{
    struct reading *r = data;
    if (!r->depth || r->foreign) return;
    struct open_element *open = &r->stack[r->depth - 1];
    if (open->is_known || (open->leads && !open->has_text && is_blank((str){text, (size_t)length}))) return;
    if (!open->has_text) {
        open->x->text_at = (uint32_t)XML_GetCurrentByteIndex(r->parser);
        open->has_text = true;
        buf_clear(&open->text);
    }
    buf_put(&open->text, text, (size_t)length);
}

/* Our formats need no entities of their own, so a document that declares some is refused before they can grow. */
static void XMLCALL on_entity(void *data, const char *name, int is_parameter, const char *value, int length,
                              const char *base, const char *system, const char *public, const char *notation)
{
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public, (void)notation;
    give_up(data, "declares entities, which are not read");
}

static int parse(struct reading *r, str source, struct err *err)
{
    size_t done = 0;
    enum XML_Status status = XML_STATUS_OK;
    if (!source.n) source = STR(""); /* which may have had no place at all */
    while (status == XML_STATUS_OK) {
        size_t piece = source.n - done < (1 << 20) ? source.n - done : 1 << 20;
        status = XML_Parse(r->parser, source.p + done, (int)piece, done + piece == source.n);
        done += piece;
        if (done == source.n) break;
    }
    if (status == XML_STATUS_OK && r->root) return 0;
    if (!r->stopped && !r->fault) r->fault = XML_GetErrorCode(r->parser), note_place(r);
    if (r->stopped)
        err_set(err, ERR_LIMIT, "%s", r->stopped);
    else
        err_set(err, ERR_INPUT, "is not well-formed XML: %s", XML_ErrorString(r->fault));
    err->column = (uint32_t)r->column;
    return err_at(err, (uint32_t)r->line, STR_NONE);
}

static int read_tree(struct arena *a, str source, bool whole, const struct xml **root, struct err *err)
{
    if (source.n > XML_LIMIT) return err_set(err, ERR_LIMIT, "is larger than %d MB", XML_LIMIT >> 20);
    struct reading *r = mem_zalloc(sizeof *r);
    *r = (struct reading){.a = a, .source = source, .whole = whole, .parser = XML_ParserCreate(NULL)};
    r->in_bytes = source.n > 1 && source.p[0] && source.p[1] && (unsigned char)source.p[0] < 0xFE;
    MUST(r->parser);
    for (size_t i = 0; i < ARRAY_COUNT(r->stack); i++) buf_init(&r->stack[i].text, XML_LIMIT);
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetEntityDeclHandler(r->parser, on_entity);
    XML_SetParamEntityParsing(r->parser, XML_PARAM_ENTITY_PARSING_NEVER);
    int result = parse(r, source, err);
    if (result == 0) *root = r->root;
    for (size_t i = 0; i < ARRAY_COUNT(r->stack); i++) buf_release(&r->stack[i].text);
    XML_ParserFree(r->parser);
    mem_free(r);
    return result;
}

int xml_parse(struct arena *a, str source, const struct xml **root, struct err *err)
{
    return read_tree(a, source, false, root, err);
}

int xml_parse_whole(struct arena *a, str source, const struct xml **root, struct err *err)
{
    return read_tree(a, source, true, root, err);
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
    size_t n = 0, plain = 0;
    while (plain < name.n && ((unsigned char)name.p[plain] > ' ' || (name.p[plain] == ' ' && name.p[plain + 1] != ' ')))
        plain++;
    if (plain == name.n) return name;
    char *p = arena_alloc(a, name.n + 1);
    for (size_t i = 0; i < name.n; i++) {
        bool blank = is_blank(str_slice(name, i, i + 1));
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

void xml_put_text(struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '&')
            buf_text(out, "&amp;");
        else if (s.p[i] == '<')
            buf_text(out, "&lt;");
        else if (s.p[i] == '>')
            buf_text(out, "&gt;");
        else if (s.p[i] == '\r')
            buf_text(out, "&#13;");
        else
            buf_char(out, s.p[i]);
    }
}
void xml_put_value(struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("\"'\n\t", s.p[i]) && s.p[i])
            buf_printf(out, "&#%d;", s.p[i]);
        else
            xml_put_text(out, str_slice(s, i, i + 1));
    }
}
