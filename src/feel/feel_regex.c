/* SPDX-License-Identifier: Apache-2.0 */
/* matches, replace, split: XPath regular expressions (XQuery and XPath Functions §5.6) on PCRE2, with limits. */
#include "feel_builtin_all.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 1000, HEAP_KIBIBYTES = 16384, PATTERN_CAP = 10000 };

struct regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static void regex_release(struct regex *r)
{
    pcre2_match_data_free(r->data);
    pcre2_match_context_free(r->context);
    pcre2_code_free(r->code);
}

/* ---- XPath's syntax in PCRE2's ---- */

/* Named blocks (XML Schema part 2, F.1.1) that PCRE2 does not know. */
static const struct {
    str name;
    uint32_t from, to;
} blocks[] = {{STR_INIT("BasicLatin"), 0, 0x7F},
              {STR_INIT("Latin-1Supplement"), 0x80, 0xFF},
              {STR_INIT("LatinExtended-A"), 0x100, 0x17F},
              {STR_INIT("LatinExtended-B"), 0x180, 0x24F},
              {STR_INIT("IPAExtensions"), 0x250, 0x2AF},
              {STR_INIT("Greek"), 0x370, 0x3FF},
              {STR_INIT("GreekandCoptic"), 0x370, 0x3FF},
              {STR_INIT("Cyrillic"), 0x400, 0x4FF},
              {STR_INIT("Armenian"), 0x530, 0x58F},
              {STR_INIT("Hebrew"), 0x590, 0x5FF},
              {STR_INIT("Arabic"), 0x600, 0x6FF},
              {STR_INIT("Devanagari"), 0x900, 0x97F},
              {STR_INIT("Thai"), 0xE00, 0xE7F},
              {STR_INIT("HangulJamo"), 0x1100, 0x11FF},
              {STR_INIT("LatinExtendedAdditional"), 0x1E00, 0x1EFF},
              {STR_INIT("GreekExtended"), 0x1F00, 0x1FFF},
              {STR_INIT("GeneralPunctuation"), 0x2000, 0x206F},
              {STR_INIT("CurrencySymbols"), 0x20A0, 0x20CF},
              {STR_INIT("LetterlikeSymbols"), 0x2100, 0x214F},
              {STR_INIT("NumberForms"), 0x2150, 0x218F},
              {STR_INIT("Arrows"), 0x2190, 0x21FF},
              {STR_INIT("MathematicalOperators"), 0x2200, 0x22FF},
              {STR_INIT("BoxDrawing"), 0x2500, 0x257F},
              {STR_INIT("Hiragana"), 0x3040, 0x309F},
              {STR_INIT("Katakana"), 0x30A0, 0x30FF},
              {STR_INIT("CJKUnifiedIdeographs"), 0x4E00, 0x9FFF},
              {STR_INIT("HangulSyllables"), 0xAC00, 0xD7A3}};

struct translation {
    str from;
    size_t at;
    struct buf out;
    int depth;
    const char *wrong; /* what XPath does not know, though PCRE2 does */
};

static void translate_escape(struct translation *t, bool in_class)
{
    const char *open = in_class ? "" : "[", *close = in_class ? "" : "]";
    char c = ++t->at < t->from.n ? t->from.p[t->at] : 0;
    t->at += c != 0;
    if (!c || !strchr(in_class ? "nrt\\|.-^?*+{}()[]$sSdDwWpPiIcC" : "nrt\\|.-^?*+{}()[]$sSdDwWpPiIcC123456789", c))
        t->wrong = in_class && c >= '0' && c <= '9' ? "a group's number in brackets" : "an escape that there isn't";
    if (c == 'i')
        buf_printf(&t->out, "%s\\p{L}_:%s", open, close);
    else if (c == 'c')
        buf_printf(&t->out, "%s\\p{L}\\p{N}_:.\\-%s", open, close);
    else if (c == 'I' && !in_class)
        buf_text(&t->out, "[^\\p{L}_:]");
    else if (c == 'C' && !in_class)
        buf_text(&t->out, "[^\\p{L}\\p{N}_:.\\-]");
    else if ((c == 'p' || c == 'P') && str_starts(str_from(t->from, t->at), STR("{Is"))) {
        str rest = str_from(t->from, t->at + 3);
        size_t end = str_find_char(rest, '}'), i = 0;
        str name = str_slice(rest, 0, end == STR_NOT_FOUND ? 0 : end);
        while (i < ARRAY_COUNT(blocks) && !str_eq(blocks[i].name, name)) i++;
        if (i == ARRAY_COUNT(blocks) || (in_class && c == 'P')) {
            buf_printf(&t->out, "\\%c", c); /* PCRE2 says what is wrong with it */
            return;
        }
        t->at += 3 + end + 1;
        buf_printf(&t->out, "%s%s\\x{%X}-\\x{%X}%s", open, c == 'P' ? "^" : "", blocks[i].from, blocks[i].to, close);
    } else {
        buf_char(&t->out, '\\');
        if (c) buf_char(&t->out, c);
    }
}

/* `[a-z-[aeiou]]`: what is taken away becomes a look ahead. */
static void translate_class(struct translation *t)
{
    struct translation inner = {.from = t->from, .at = t->at + 1, .depth = t->depth + 1};
    buf_init(&inner.out, (size_t)PATTERN_CAP * 8);
    size_t start = inner.at;
    bool grouped = false;
    if (inner.at < t->from.n && t->from.p[inner.at] == '^') start++;
    while (inner.at < t->from.n && (t->from.p[inner.at] != ']' || inner.at == start)) {
        char c = t->from.p[inner.at];
        if (c == '-' && inner.at > start && inner.at + 1 < t->from.n && t->from.p[inner.at + 1] == '[' &&
            t->depth < 20) {
            struct translation less = {.from = t->from, .at = inner.at + 1, .depth = t->depth + 1};
            buf_init(&less.out, (size_t)PATTERN_CAP * 8);
            translate_class(&less);
            buf_text(&t->out, "(?:(?!");
            grouped = true;
            buf_str(&t->out, buf_get(&less.out));
            buf_char(&t->out, ')');
            inner.at = less.at;
            buf_release(&less.out);
            break;
        }
        if (c == '\\')
            translate_escape(&inner, true);
        else {
            if (c == '[') buf_char(&inner.out, '\\');
            buf_char(&inner.out, c);
            inner.at++;
        }
    }
    buf_char(&t->out, '[');
    buf_str(&t->out, buf_get(&inner.out));
    if (inner.at < t->from.n) buf_char(&t->out, ']');
    if (grouped) buf_char(&t->out, ')');
    t->at = inner.at + 1;
    if (!t->wrong) t->wrong = inner.wrong;
    buf_release(&inner.out);
}

/* Flag x: blanks go, but not in a class. */
static str squeezed(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    int classes = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool escaped = n && p[n - 1] == '\\' && (n < 2 || p[n - 2] != '\\');
        if (!classes && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
        if (c == '[' && !escaped) classes++;
        if (c == ']' && !escaped && classes) classes--;
        p[n++] = c;
    }
    return (str){p, n};
}

/* NULL, or what is wrong with it. */
static const char *translate(struct arena *a, str *pattern)
{
    struct translation t = {.from = *pattern};
    bool quantified = false;
    buf_init(&t.out, (size_t)PATTERN_CAP * 8);
    while (t.at < pattern->n) {
        char c = pattern->p[t.at];
        str rest = str_from(*pattern, t.at);
        if (c == '+' && quantified) t.wrong = "a possessive quantifier";
        if (str_starts(rest, STR("(?")) && !str_starts(rest, STR("(?:"))) t.wrong = "a group that begins with '(?'";
        if (str_starts(rest, STR("(*"))) t.wrong = "a group that begins with '(*'";
        quantified = c == '*' || c == '+' || c == '?' || c == '}';
        if (c == '\\')
            translate_escape(&t, false);
        else if (c == '[')
            translate_class(&t);
        else
            buf_char(&t.out, pattern->p[t.at++]);
    }
    *pattern = buf_copy(&t.out, a);
    buf_release(&t.out);
    return t.wrong;
}

/* False: *why is the null to give. */
static bool regex_init(struct regex *r, struct feel_vm *vm, str pattern, struct feel_value flags,
                       struct feel_value *why)
{
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_DOTSTAR_ANCHOR | PCRE2_NEVER_BACKSLASH_C;
    bool squeeze = false;
    if (flags.kind == FEEL_STRING)
        for (size_t i = 0; i < flags.text.n; i++) {
            char c = flags.text.p[i];
            if (c == 'i')
                options |= PCRE2_CASELESS;
            else if (c == 's')
                options |= PCRE2_DOTALL;
            else if (c == 'm')
                options |= PCRE2_MULTILINE;
            else if (c == 'x')
                squeeze = true;
            else if (c == 'q')
                options |= PCRE2_LITERAL;
            else
                return *why = vm_refuse(vm, "there is no flag '%c'", c), false;
        }
    if (options & PCRE2_LITERAL)
        options &= (uint32_t) ~(PCRE2_DOTALL | PCRE2_MULTILINE | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_DOTSTAR_ANCHOR);
    if (pattern.n > PATTERN_CAP) return *why = vm_refuse(vm, "the pattern is too long"), false;
    if (options & PCRE2_LITERAL)
        options &= (uint32_t) ~(PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C);
    else {
        if (squeeze) pattern = squeezed(vm_arena(vm), pattern);
        const char *wrong = translate(vm_arena(vm), &pattern);
        if (wrong) return *why = vm_refuse(vm, "the pattern has %s", wrong), false;
    }
    int code;
    size_t at;
    pcre2_compile_context *compiling = pcre2_compile_context_create(NULL);
    MUST(compiling);
    pcre2_set_newline(compiling, PCRE2_NEWLINE_ANYCRLF); /* '.' is neither a line feed nor a carriage return */
    *r = (struct regex){
        .code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n, options, &code, &at, compiling)};
    pcre2_compile_context_free(compiling);
    if (!r->code) {
        unsigned char text[120];
        pcre2_get_error_message(code, text, sizeof text);
        *why = vm_refuse(vm, "the pattern is wrong at %zu: %s", at + 1, (const char *)text);
        return false;
    }
    r->data = pcre2_match_data_create_from_pattern(r->code, NULL);
    r->context = pcre2_match_context_create(NULL);
    MUST(r->data && r->context);
    pcre2_set_match_limit(r->context, MATCH_LIMIT);
    pcre2_set_depth_limit(r->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(r->context, HEAP_KIBIBYTES);
    return true;
}

/* 1 a match, 0 none, -1 a limit. */
static int regex_match(struct regex *r, struct feel_vm *vm, str s, size_t from, uint32_t options,
                       const PCRE2_SIZE **groups, uint32_t *count)
{
    if (!vm_spend(vm, 1 + (s.n - from) / 64)) return -1;
    int got = pcre2_match(r->code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, from, options, r->data, r->context);
    if (got == PCRE2_ERROR_NOMATCH) return 0;
    if (got < 0) return -1;
    *groups = pcre2_get_ovector_pointer(r->data);
    *count = pcre2_get_ovector_count(r->data);
    return 1;
}
/* Where XPath replaces or splits, a pattern that matches the empty text is an error. */
static bool matches_nothing(struct regex *r, struct feel_vm *vm)
{
    const PCRE2_SIZE *groups;
    uint32_t count;
    return regex_match(r, vm, STR(""), 0, 0, &groups, &count) > 0;
}
static struct feel_value too_hard(struct feel_vm *vm)
{
    return vm_refuse(vm, "the pattern takes too long on this text");
}

BUILTIN_BODY(matches)
{
    struct regex r;
    struct feel_value why;
    const PCRE2_SIZE *groups;
    uint32_t group_count;
    if (!regex_init(&r, vm, arg[1].text, count > 2 ? arg[2] : feel_null(), &why)) return why;
    int got = regex_match(&r, vm, arg[0].text, 0, 0, &groups, &group_count);
    regex_release(&r);
    return got < 0 ? too_hard(vm) : feel_boolean(got);
}

/* `$1` is the first group, `$0` the match, `\$` and `\\` are themselves; false: something else stands behind `\` or
 * `$`. */
static bool add_replacement(struct buf *out, str s, str by, const PCRE2_SIZE *groups, uint32_t count)
{
    for (size_t i = 0; i < by.n; i++) {
        char c = by.p[i];
        if (c == '\\') {
            if (i + 1 == by.n || (by.p[i + 1] != '\\' && by.p[i + 1] != '$')) return false;
            buf_char(out, by.p[++i]);
        } else if (c == '$') {
            if (i + 1 == by.n || by.p[i + 1] < '0' || by.p[i + 1] > '9') return false;
            uint32_t n = (uint32_t)(by.p[++i] - '0');
            /* As many digits as there are groups. */
            while (i + 1 < by.n && by.p[i + 1] >= '0' && by.p[i + 1] <= '9' &&
                   n * 10 + (uint32_t)(by.p[i + 1] - '0') < count)
                n = n * 10 + (uint32_t)(by.p[++i] - '0');
            if (n < count && groups[2 * n] != PCRE2_UNSET) buf_str(out, str_slice(s, groups[2 * n], groups[2 * n + 1]));
        } else
            buf_char(out, c);
    }
    return true;
}

BUILTIN_BODY(replace)
{
    struct regex r;
    struct feel_value result = feel_null();
    const PCRE2_SIZE *groups;
    uint32_t group_count;
    str s = arg[0].text;
    struct feel_value flags = count > 3 ? arg[3] : feel_null();
    if (!regex_init(&r, vm, arg[1].text, flags, &result)) return result;
    if (matches_nothing(&r, vm)) {
        regex_release(&r);
        return vm_refuse(vm, "the pattern matches the empty text");
    }
    bool literal = flags.kind == FEEL_STRING && str_find_char(flags.text, 'q') != STR_NOT_FOUND;
    struct arena *a = vm_arena(vm);
    struct buf b;
    buf_init(&b, a->limit ? (a->limit > a->used ? a->limit - a->used + 1 : 1) : (size_t)1 << 30);
    int got = 0;
    size_t at = 0;
    bool bad = false;
    while (!bad && (got = regex_match(&r, vm, s, at, PCRE2_NOTEMPTY, &groups, &group_count)) > 0) {
        buf_str(&b, str_slice(s, at, groups[0]));
        at = groups[1];
        if (literal)
            buf_str(&b, arg[2].text);
        else
            bad = !add_replacement(&b, s, arg[2].text, groups, group_count);
        bad |= b.full;
    }
    if (got < 0)
        result = too_hard(vm);
    else if (b.full)
        vm_spend(vm, UINT64_MAX / 2);
    else if (bad)
        result = vm_refuse(vm, "behind '$' a digit is expected, behind '\\' '$' or '\\'");
    else {
        buf_str(&b, str_from(s, at));
        result = feel_string(buf_copy(&b, a));
    }
    buf_release(&b);
    regex_release(&r);
    return result;
}

BUILTIN_BODY(split)
{
    struct regex r;
    struct feel_value why;
    const PCRE2_SIZE *groups;
    uint32_t group_count;
    VEC(struct feel_value) pieces = {0};
    str s = arg[0].text;
    (void)count;
    if (!regex_init(&r, vm, arg[1].text, feel_null(), &why)) return why;
    size_t at = 0;
    int got;
    if (matches_nothing(&r, vm)) {
        regex_release(&r);
        return vm_refuse(vm, "the delimiter matches the empty text");
    }
    while ((got = regex_match(&r, vm, s, at, PCRE2_NOTEMPTY, &groups, &group_count)) > 0) {
        *vec_add(vm_arena(vm), &pieces) = feel_string(str_slice(s, at, groups[0]));
        at = groups[1];
    }
    regex_release(&r);
    if (got < 0) return too_hard(vm);
    *vec_add(vm_arena(vm), &pieces) = feel_string(str_from(s, at));
    return feel_list(pieces.items, pieces.count);
}
