/* SPDX-License-Identifier: Apache-2.0 */
#include "feel_builtin.h"

#include "feel_builtin_all.h"

#include <assert.h>

#define BUILTIN(identifier, words, usage_line, help_line)                                                              \
    {STR_INIT(words), builtin_##identifier, STR_INIT(usage_line), STR_INIT(help_line)},
static const struct feel_builtin table[] = {
#include "feel_builtin_table.h"
};
#undef BUILTIN
#define BUILTIN(identifier, words, usage_line, help_line) {STR_INIT(words), STR_INIT(usage_line), STR_INIT(help_line)},
static const struct feel_builtin_info infos[] = {
#include "feel_builtin_table.h"
};
#undef BUILTIN
#define BUILTIN(identifier, words, usage_line, help_line) LETTERS((words)[0], (words)[1]),
#define LETTERS(first, second)                            ((uint16_t)((uint8_t)(first) << 8 | (uint8_t)(second)))
static const uint16_t begins[] = {
#include "feel_builtin_table.h"
};
#undef BUILTIN
static_assert(ARRAY_COUNT(table) == ARRAY_COUNT(infos) && ARRAY_COUNT(table) == ARRAY_COUNT(begins), "one row for all");

const struct feel_builtin *builtin_table(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}
const struct feel_builtin *builtin_next(char first, char second, size_t *at)
{
    uint16_t wanted = LETTERS(first, second);
    for (size_t row = *at; row < ARRAY_COUNT(begins); row++)
        if (begins[row] == wanted) return *at = row + 1, &table[row];
    return NULL;
}
const struct feel_builtin_info *feel_builtins(size_t *count)
{
    *count = ARRAY_COUNT(infos);
    return infos;
}

static const struct {
    str word;
    const char *words;
} wants[] = {
    [WANT_ANY] = {STR_INIT("any"), "any value"},
    [WANT_BOOLEAN] = {STR_INIT("boolean"), "a boolean"},
    [WANT_NUMBER] = {STR_INIT("number"), "a number"},
    [WANT_STRING] = {STR_INIT("string"), "a string"},
    [WANT_DATE] = {STR_INIT("date"), "a date"},
    [WANT_TIME] = {STR_INIT("time"), "a time"},
    [WANT_DATE_TIME] = {STR_INIT("date and time"), "a date and time"},
    [WANT_DURATION] = {STR_INIT("duration"), "a days and time duration"},
    [WANT_LIST] = {STR_INIT("list"), "a list"},
    [WANT_CONTEXT] = {STR_INIT("context"), "a context"},
    [WANT_FUNCTION] = {STR_INIT("function"), "a function"},
    [WANT_RANGE] = {STR_INIT("range"), "a range"},
};
const char *want_words(enum want want) { return wants[want].words; }

bool want_met(enum want want, enum feel_kind kind)
{
    switch (want) {
    case WANT_ANY: return true;
    case WANT_BOOLEAN: return kind == FEEL_BOOLEAN;
    case WANT_NUMBER: return kind == FEEL_NUMBER;
    case WANT_STRING: return kind == FEEL_STRING;
    case WANT_DATE: return kind == FEEL_DATE || kind == FEEL_DATE_TIME;
    case WANT_TIME: return kind == FEEL_TIME;
    case WANT_DATE_TIME: return kind == FEEL_DATE_TIME;
    case WANT_DURATION: return kind == FEEL_DAYS_TIME;
    case WANT_LIST: return kind == FEEL_LIST;
    case WANT_CONTEXT: return kind == FEEL_CONTEXT || kind == FEEL_OBJECT;
    case WANT_FUNCTION: return kind == FEEL_FUNCTION;
    case WANT_RANGE: return kind == FEEL_RANGE;
    }
    NOT_REACHED();
}

static enum want want_of(str word)
{
    for (size_t i = 0; i < ARRAY_COUNT(wants); i++)
        if (str_eq(wants[i].word, word)) return (enum want)i;
    NOT_REACHED();
}

bool builtin_signature(const struct feel_builtin *b, unsigned number, struct signature *out)
{
    str rest = b->usage, alternative = STR_NONE;
    for (unsigned i = 0; i <= number; i++)
        if (!str_cut(&rest, '|', &alternative)) return false;
    size_t open = str_find_char(alternative, '('), close = str_find_char(alternative, ')');
    str list = str_slice(alternative, open + 1, close), parameter;
    *out = (struct signature){.count = 0};
    while (list.n && str_cut(&list, ',', &parameter)) {
        parameter = str_trim(parameter);
        if (str_eq(parameter, STR("..."))) {
            out->variadic = true;
            continue;
        }
        size_t colon = str_find_char(parameter, ':');
        MUST(colon != STR_NOT_FOUND && out->count < BUILTIN_PARAMETERS);
        str name = str_slice(parameter, 0, colon);
        bool optional = str_ends(name, STR("?"));
        out->names[out->count] = optional ? str_slice(name, 0, name.n - 1) : name;
        out->wants[out->count] = (uint8_t)want_of(str_trim(str_from(parameter, colon + 1)));
        out->count++;
        if (!optional) out->required = out->count;
    }
    return true;
}

bool builtin_signature_by_count(const struct feel_builtin *b, unsigned count, struct signature *out)
{
    struct signature s;
    bool found = false;
    for (unsigned i = 0; builtin_signature(b, i, &s); i++) {
        if (count < s.required || (count > s.count && !s.variadic)) continue;
        if (!found) *out = s;
        for (unsigned k = 0; found && k < s.count && !out->variadic; k++)
            if (out->wants[k] != s.wants[k] && !s.variadic) out->wants[k] = WANT_ANY;
        found = true;
    }
    return found;
}

str builtin_gives(const struct feel_builtin *b)
{
    size_t close = b->usage.n;
    while (b->usage.p[close - 1] != ')') close--;
    return str_trim(str_from(b->usage, close + 1));
}

static bool gives(const struct feel_builtin *b, const struct feel_type *type)
{
    if (type->is == FEEL_TYPE_ANY) return true;
    str word = builtin_gives(b);
    if (type->is == FEEL_TYPE_LIST) return type->of->is == FEEL_TYPE_ANY && str_eq(word, STR("list"));
    if (type->is != FEEL_TYPE_OF_KIND) return false;
    if (str_eq(word, STR("years and months duration"))) return type->kind == FEEL_YEARS_MONTHS;
    for (size_t i = WANT_BOOLEAN; i < ARRAY_COUNT(wants); i++)
        if (str_eq(wants[i].word, word))
            return i != WANT_DATE ? want_met((enum want)i, type->kind) : type->kind == FEEL_DATE;
    return false;
}

bool builtin_conforms(const struct feel_builtin *b, const struct feel_type *type)
{
    struct signature s;
    if (!gives(b, type->of)) return false;
    for (unsigned i = 0; builtin_signature(b, i, &s); i++) {
        bool good = type->count >= s.required && (type->count <= s.count || s.variadic);
        for (unsigned k = 0; good && k < type->count; k++) {
            const struct feel_type *t = type->fields[k].type;
            enum want want = (enum want)s.wants[k < s.count ? k : s.count - 1];
            good = want == WANT_ANY || (want == WANT_LIST && t->is == FEEL_TYPE_LIST) ||
                   (want == WANT_CONTEXT && t->is == FEEL_TYPE_CONTEXT) ||
                   (want == WANT_RANGE && t->is == FEEL_TYPE_RANGE) ||
                   (want == WANT_FUNCTION && t->is == FEEL_TYPE_FUNCTION) ||
                   (t->is == FEEL_TYPE_OF_KIND && want_met(want, t->kind));
        }
        if (good) return true;
    }
    return false;
}

void function_emit(struct buf *out, const struct feel_function *f)
{
    buf_text(out, "function(");
    if (f->is == FUNCTION_CLOSURE)
        for (unsigned i = 0; i < f->code->parameter_count; i++) {
            if (i) buf_text(out, ", ");
            buf_str(out, f->code->parameters[i]);
        }
    buf_text(out, ") ");
    buf_str(out, f->is == FUNCTION_BUILTIN ? f->builtin->name
                 : f->is == FUNCTION_HOST  ? f->host->name
                                           : f->code->source);
}
