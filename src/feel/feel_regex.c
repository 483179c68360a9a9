/* SPDX-License-Identifier: Apache-2.0 */
/* matches, replace, split: XPath regular expressions (XQuery and XPath Functions §5.6) on PCRE2, with limits. */
#include "base_utf8.h"
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

/* What XPath writes otherwise than Perl: \i and \c of XML names; with flag x, blanks go but not in a class. */
static str translated(struct arena *a, str pattern, bool squeeze)
{
    struct buf b;
    bool in_class = false;
    buf_init(&b, (size_t)PATTERN_CAP * 8);
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];
        if (c == '\\' && i + 1 < pattern.n) {
            char next = pattern.p[++i];
            const char *open = in_class ? "" : "[", *close = in_class ? "" : "]";
            if (next == 'i')
                buf_printf(&b, "%s\\p{L}_:%s", open, close);
            else if (next == 'c')
                buf_printf(&b, "%s\\p{L}\\p{N}_:.\\-%s", open, close);
            else if (next == 'I' && !in_class)
                buf_text(&b, "[^\\p{L}_:]");
            else if (next == 'C' && !in_class)
                buf_text(&b, "[^\\p{L}\\p{N}_:.\\-]");
            else
                buf_char(&b, '\\'), buf_char(&b, next);
            continue;
        }
        if (c == '[') in_class = true;
        if (c == ']') in_class = false;
        if (squeeze && !in_class && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
        buf_char(&b, c);
    }
    str s = buf_copy(&b, a);
    buf_release(&b);
    return s;
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
    else
        pattern = translated(vm_arena(vm), pattern, squeeze);
    int code;
    size_t at;
    *r = (struct regex){
        .code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n, options, &code, &at, NULL)};
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
static int regex_match(struct regex *r, struct feel_vm *vm, str s, size_t from, const PCRE2_SIZE **groups,
                       uint32_t *count)
{
    if (!vm_spend(vm, 1 + (s.n - from) / 64)) return -1;
    int got = pcre2_match(r->code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, from, 0, r->data, r->context);
    if (got == PCRE2_ERROR_NOMATCH) return 0;
    if (got < 0) return -1;
    *groups = pcre2_get_ovector_pointer(r->data);
    *count = pcre2_get_ovector_count(r->data);
    return 1;
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
    int got = regex_match(&r, vm, arg[0].text, 0, &groups, &group_count);
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
    bool literal = flags.kind == FEEL_STRING && str_find_char(flags.text, 'q') != STR_NOT_FOUND;
    struct arena *a = vm_arena(vm);
    struct buf b;
    buf_init(&b, a->limit ? (a->limit > a->used ? a->limit - a->used + 1 : 1) : (size_t)1 << 30);
    int got = 0;
    size_t at = 0, copied = 0;
    bool bad = false;
    while (!bad && at <= s.n && (got = regex_match(&r, vm, s, at, &groups, &group_count)) > 0) {
        buf_str(&b, str_slice(s, copied, groups[0]));
        copied = groups[1];
        if (literal)
            buf_str(&b, arg[2].text);
        else
            bad = !add_replacement(&b, s, arg[2].text, groups, group_count);
        at = groups[1];
        if (groups[1] == groups[0]) {
            /* Nothing matched here: go on one character further. */
            size_t length = 1;
            if (at < s.n) utf8_decode(str_from(s, at), &length);
            at += length;
        }
        bad |= b.full;
    }
    if (got < 0)
        result = too_hard(vm);
    else if (b.full)
        vm_spend(vm, UINT64_MAX / 2);
    else if (bad)
        result = vm_refuse(vm, "behind '$' a digit is expected, behind '\\' '$' or '\\'");
    else {
        buf_str(&b, str_from(s, copied));
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
    size_t from = 0, at = 0;
    int got;
    while ((got = regex_match(&r, vm, s, at, &groups, &group_count)) > 0) {
        if (groups[1] == groups[0]) {
            regex_release(&r);
            return vm_refuse(vm, "the delimiter matches the empty text");
        }
        *vec_add(vm_arena(vm), &pieces) = feel_string(str_slice(s, from, groups[0]));
        from = at = groups[1];
    }
    regex_release(&r);
    if (got < 0) return too_hard(vm);
    *vec_add(vm_arena(vm), &pieces) = feel_string(str_from(s, from));
    return feel_list(pieces.items, pieces.count);
}
