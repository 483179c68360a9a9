/* SPDX-License-Identifier: Apache-2.0 */
#include "template_place.h"

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static void name_add(char *name, size_t *length, char c)
{
    if (*length < HTML_NAME_LIMIT) name[*length] = lower(c);
    ++*length;
}
/* A name over the limit is never one of ours. */
static str name_get(const char *name, size_t length) { return (str){name, length <= HTML_NAME_LIMIT ? length : 0}; }

static bool among(str word, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(word, words[i])) return true;
    return false;
}

static bool is_raw_text(str tag)
{
    static const str tags[] = {STR_INIT("script"),   STR_INIT("style"),     STR_INIT("iframe"), STR_INIT("noembed"),
                               STR_INIT("noframes"), STR_INIT("plaintext"), STR_INIT("xmp"),    STR_INIT("noscript")};
    return among(tag, tags, ARRAY_COUNT(tags));
}

static enum html_attribute attribute_of(const struct html_place *p)
{
    static const str urls[] = {
        STR_INIT("href"),     STR_INIT("src"),        STR_INIT("action"),      STR_INIT("formaction"),
        STR_INIT("cite"),     STR_INIT("poster"),     STR_INIT("data"),        STR_INIT("background"),
        STR_INIT("hx-get"),   STR_INIT("hx-post"),    STR_INIT("hx-put"),      STR_INIT("hx-patch"),
        STR_INIT("ping"),     STR_INIT("xlink:href"), STR_INIT("hx-push-url"), STR_INIT("hx-replace-url"),
        STR_INIT("longdesc"), STR_INIT("manifest"),   STR_INIT("hx-delete"),   STR_INIT("hx-action")};
    /* Script, style, or a language of their own. */
    static const str refused[] = {
        STR_INIT("style"),   STR_INIT("srcdoc"), STR_INIT("srcset"),     STR_INIT("hx-trigger"),
        STR_INIT("hx-vars"), STR_INIT("hx-ext"), STR_INIT("http-equiv"), STR_INIT("content-security-policy")};
    if (p->name_length > HTML_NAME_LIMIT) return ATTRIBUTE_REFUSED;
    str name = name_get(p->name, p->name_length);
    if (str_starts(name, STR("data-hx-"))) name = str_from(name, 5); /* htmx's other spelling */
    if (str_starts(name, STR("on")) || str_starts(name, STR("hx-on")) || str_starts(name, STR("hx-trigger")) ||
        among(name, refused, ARRAY_COUNT(refused)))
        return ATTRIBUTE_REFUSED;
    if (str_starts(name, STR("hx-vals")) || str_starts(name, STR("hx-headers")) || str_starts(name, STR("hx-config")))
        return ATTRIBUTE_JSON;
    return among(name, urls, ARRAY_COUNT(urls)) ? ATTRIBUTE_URL : ATTRIBUTE_PLAIN;
}

static bool scheme_is_fine(str scheme)
{
    return str_eq_nocase(scheme, STR("http")) || str_eq_nocase(scheme, STR("https")) ||
           str_eq_nocase(scheme, STR("mailto"));
}

static void begin_value(struct html_place *p, enum html_state state)
{
    p->state = state;
    p->url = URL_START;
    p->head_length = p->value_length = 0;
}

static const char *value_char(struct html_place *p, char c)
{
    p->value_length++;
    if (p->attribute != ATTRIBUTE_URL || p->url == URL_REST) return NULL;
    if (c == '/' || c == '?' || c == '#') return p->url = URL_REST, NULL;
    if (c == ':') {
        if (p->url == URL_HEAD_PUT) return "a value before this colon would choose the scheme of the URL";
        if (p->head_length > sizeof p->head || !scheme_is_fine((str){p->head, p->head_length}))
            return "a URL's scheme is http, https or mailto";
        return p->url = URL_REST, NULL;
    }
    if (p->head_length < sizeof p->head) p->head[p->head_length] = c;
    p->head_length++;
    if (p->url == URL_START) p->url = URL_HEAD;
    return NULL;
}

static void end_tag(struct html_place *p)
{
    p->state = !p->closing && is_raw_text(name_get(p->tag, p->tag_length)) ? HTML_RAW_TEXT : HTML_TEXT;
}

static void begin_attribute(struct html_place *p, char c)
{
    p->state = HTML_ATTRIBUTE_NAME;
    p->name_length = 0;
    name_add(p->name, &p->name_length, c);
}

/* Between attributes, and behind an attribute's name. */
static const char *in_tag(struct html_place *p, char c)
{
    if (c == '>') return end_tag(p), NULL;
    if (is_space(c) || c == '/') return p->state = HTML_IN_TAG, NULL;
    if (c == '<' || c == '"' || c == '\'') return "a tag is not closed before this character";
    if (p->state == HTML_ATTRIBUTE_NAME)
        name_add(p->name, &p->name_length, c);
    else
        begin_attribute(p, c);
    return NULL;
}

static bool ends_raw_text(const struct html_place *p, str rest)
{
    return rest.n > p->tag_length + 2 && rest.p[1] == '/' &&
           str_eq_nocase(str_slice(rest, 2, 2 + p->tag_length), name_get(p->tag, p->tag_length)) &&
           !is_letter(rest.p[2 + p->tag_length]);
}

const char *html_advance(struct html_place *p, str text, size_t *at)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        str rest = str_from(text, i);
        const char *wrong = NULL;
        switch (p->state) {
        case HTML_TEXT:
            if (c != '<') break;
            if (str_starts(rest, STR("<!--")))
                p->state = HTML_COMMENT, i += 3;
            else if (rest.n > 1 && rest.p[1] == '!')
                p->state = HTML_MARKUP;
            else if (rest.n == 1 || is_letter(rest.p[1]) || rest.p[1] == '/')
                p->state = HTML_TAG_OPEN, p->closing = false, p->tag_length = 0;
            break;
        case HTML_TAG_OPEN:
            if (c == '/' && !p->closing)
                p->closing = true;
            else if (is_letter(c))
                p->state = HTML_TAG_NAME, name_add(p->tag, &p->tag_length, c);
            else
                wrong = "a tag's name is expected here";
            break;
        case HTML_TAG_NAME:
            if (is_space(c) || c == '/' || c == '>')
                wrong = in_tag(p, c);
            else
                name_add(p->tag, &p->tag_length, c);
            break;
        case HTML_IN_TAG:
            if (c == '=')
                wrong = "an attribute's name is expected here";
            else
                wrong = in_tag(p, c);
            break;
        case HTML_AFTER_NAME:
            if (is_space(c) || c == '/' || c == '>')
                wrong = in_tag(p, c);
            else
                wrong = "a blank is expected here: the block before it may end in a name";
            break;
        case HTML_ATTRIBUTE_NAME:
            if (c == '=')
                p->attribute = attribute_of(p), p->state = HTML_BEFORE_VALUE;
            else
                wrong = in_tag(p, c);
            break;
        case HTML_BEFORE_VALUE:
            if (c == '"')
                begin_value(p, HTML_VALUE_DOUBLE);
            else if (c == '\'')
                begin_value(p, HTML_VALUE_SINGLE);
            else if (c == '>')
                wrong = "an attribute's value is missing";
            else if (!is_space(c))
                begin_value(p, HTML_VALUE_BARE);
            break;
        case HTML_VALUE_DOUBLE:
        case HTML_VALUE_SINGLE:
            if (c == (p->state == HTML_VALUE_DOUBLE ? '"' : '\''))
                p->state = HTML_IN_TAG;
            else
                wrong = value_char(p, c);
            break;
        case HTML_VALUE_BARE:
            if (is_space(c))
                p->state = HTML_IN_TAG;
            else if (c == '>')
                end_tag(p);
            break;
        case HTML_MARKUP:
            if (c == '>') p->state = HTML_TEXT;
            break;
        case HTML_COMMENT:
            if (str_starts(rest, STR("-->"))) p->state = HTML_TEXT, i += 2;
            break;
        case HTML_RAW_TEXT:
            if (c == '<' && ends_raw_text(p, rest)) p->state = HTML_TAG_OPEN, p->closing = false, p->tag_length = 0;
            break;
        }
        if (wrong) return *at = i, wrong;
    }
    return NULL;
}

const char *html_put(struct html_place *p, enum put_form *form)
{
    *form = PUT_TEXT;
    switch (p->state) {
    case HTML_TEXT: return NULL;
    case HTML_VALUE_DOUBLE:
    case HTML_VALUE_SINGLE: break;
    case HTML_TAG_OPEN:
    case HTML_TAG_NAME: return "a value cannot stand in a tag's name";
    case HTML_IN_TAG:
    case HTML_AFTER_NAME:
    case HTML_ATTRIBUTE_NAME: return "a value cannot stand in a tag outside an attribute's quotes";
    case HTML_BEFORE_VALUE:
    case HTML_VALUE_BARE: return "an attribute with a value in it needs quotes";
    case HTML_MARKUP: return "a value cannot stand in <!…>";
    case HTML_COMMENT: return "a value cannot stand in a comment";
    case HTML_RAW_TEXT: return "a value cannot stand in a script or style";
    }
    bool first = !p->value_length++;
    switch (p->attribute) {
    case ATTRIBUTE_PLAIN: return NULL;
    case ATTRIBUTE_REFUSED: return "a value cannot stand in an attribute that holds script, style or a list of URLs";
    case ATTRIBUTE_JSON: *form = PUT_JSON; return first ? "a value cannot be the start of this attribute's JSON" : NULL;
    case ATTRIBUTE_URL:
        *form = p->url == URL_START ? PUT_URL : PUT_URL_PART;
        if (p->url != URL_REST) p->url = URL_HEAD_PUT;
        return NULL;
    }
    return NULL;
}

bool html_same(const struct html_place *a, const struct html_place *b)
{
    if (a->state != b->state) return false;
    switch (a->state) {
    case HTML_TEXT:
    case HTML_MARKUP:
    case HTML_COMMENT: return true;
    case HTML_IN_TAG:
    case HTML_AFTER_NAME:
    case HTML_RAW_TEXT: break;
    case HTML_TAG_OPEN:
    case HTML_TAG_NAME:
    case HTML_ATTRIBUTE_NAME:
    case HTML_BEFORE_VALUE: return false; /* a name half written by a branch is more than anybody needs */
    case HTML_VALUE_DOUBLE:
    case HTML_VALUE_SINGLE:
    case HTML_VALUE_BARE:
        if (a->attribute != b->attribute || a->url != b->url) return false;
        if (a->attribute == ATTRIBUTE_JSON && !a->value_length != !b->value_length) return false;
        if (a->attribute == ATTRIBUTE_URL && a->url == URL_HEAD &&
            (a->head_length > sizeof a->head ||
             !str_eq((str){a->head, a->head_length}, (str){b->head, b->head_length})))
            return false;
        break;
    }
    return a->closing == b->closing && str_eq(name_get(a->tag, a->tag_length), name_get(b->tag, b->tag_length));
}

static bool in_names(enum html_state s)
{
    return s == HTML_TAG_NAME || s == HTML_IN_TAG || s == HTML_ATTRIBUTE_NAME || s == HTML_AFTER_NAME;
}

bool html_merge(struct html_place *a, const struct html_place *b)
{
    if (html_same(a, b)) return true;
    if (!in_names(a->state) || !in_names(b->state) || a->closing != b->closing ||
        !str_eq(name_get(a->tag, a->tag_length), name_get(b->tag, b->tag_length)))
        return false;
    a->state = HTML_AFTER_NAME;
    return true;
}
