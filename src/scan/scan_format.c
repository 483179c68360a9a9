/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_format.h"

#include "base_utf8.h"
#include "base_yaml.h"

#define FORMAT(id) extern const char format_##id##_start[], format_##id##_end[];
SCAN_FORMATS
#undef FORMAT

static int bad(str file, const struct yaml *at, str key, struct err *err)
{
    err_at(err, at ? at->line : 0, key);
    return err_in(err, file);
}

static int parse_lines(struct arena *a, const struct yaml *root, str file, struct scan_format *f, struct err *err)
{
    static const str names[] = {
        [LINE_SKIP] = STR_INIT("skip"),     [LINE_TIME] = STR_INIT("time"),   [LINE_CLIENT] = STR_INIT("client"),
        [LINE_RESULT] = STR_INIT("result"), [LINE_BYTES] = STR_INIT("bytes"), [LINE_METHOD] = STR_INIT("method"),
        [LINE_URL] = STR_INIT("url"),       [LINE_USER] = STR_INIT("user")};
    static const str known[] = {STR_INIT("id"),      STR_INIT("name"),     STR_INIT("reads"),
                                STR_INIT("columns"), STR_INIT("at least"), STR_INIT("time"),
                                STR_INIT("no user"), STR_INIT("refused"),  STR_INIT("examples")};
    const str *columns;
    str time;
    int64_t at_least;
    unsigned seen = 0;
    if (yaml_only(root, known, ARRAY_COUNT(known), err) < 0 || yaml_text(root, STR("time"), true, &time, err) < 0 ||
        yaml_int(root, STR("at least"), true, &at_least, err) < 0 ||
        yaml_texts(a, root, STR("columns"), &columns, &f->column_count, err) < 0 ||
        yaml_texts(a, root, STR("no user"), &f->no_user, &f->no_user_count, err) < 0 ||
        yaml_texts(a, root, STR("refused"), &f->refused, &f->refused_count, err) < 0)
        return err_in(err, file);
    if (!str_eq(time, STR("seconds since 1970"))) {
        err_set(err, ERR_INPUT, "expected \"seconds since 1970\"");
        return bad(file, root, STR("time"), err);
    }
    if (f->column_count < 1 || f->column_count > FORMAT_COLUMNS) {
        err_set(err, ERR_INPUT, "expected 1 to %d columns", FORMAT_COLUMNS);
        return bad(file, root, STR("columns"), err);
    }
    for (size_t i = 0; i < f->column_count; i++) {
        size_t k = 0;
        while (k < ARRAY_COUNT(names) && !str_eq(columns[i], names[k])) k++;
        if (k == ARRAY_COUNT(names)) {
            str near = err_nearest(columns[i], names, ARRAY_COUNT(names));
            err_set(err, ERR_INPUT, "unknown column \"" STR_FORMAT "\"%s" STR_FORMAT, STR_ARGS(columns[i]),
                    near.n ? "; did you mean " : "", STR_ARGS(near));
            return bad(file, yaml_get(root, STR("columns")), STR("columns"), err);
        }
        f->columns[i] = (enum line_column)k;
        seen |= 1u << k;
    }
    if (!(seen & 1u << LINE_TIME) || !(seen & 1u << LINE_URL) || !(seen & 1u << LINE_CLIENT)) {
        err_set(err, ERR_INPUT, "needs the columns time, client and url");
        return bad(file, root, STR("columns"), err);
    }
    if (at_least < 1 || (size_t)at_least > f->column_count) {
        err_set(err, ERR_INPUT, "expected a number from 1 to %zu", f->column_count);
        return bad(file, root, STR("at least"), err);
    }
    f->at_least = (size_t)at_least;
    return 0;
}

static int parse_table(struct arena *a, const struct yaml *root, str file, struct scan_format *f, struct err *err)
{
    static const str roles[TABLE_ROLES] = {[TABLE_DATE] = STR_INIT("date"),
                                           [TABLE_PAYEE] = STR_INIT("payee"),
                                           [TABLE_AMOUNT] = STR_INIT("amount"),
                                           [TABLE_CURRENCY] = STR_INIT("currency")};
    static const str known[] = {STR_INIT("id"),         STR_INIT("name"),    STR_INIT("reads"),
                                STR_INIT("separators"), STR_INIT("columns"), STR_INIT("day first"),
                                STR_INIT("currency"),   STR_INIT("examples")};
    static const struct {
        str word;
        char c;
    } separators[] = {
        {STR_INIT("comma"), ','}, {STR_INIT("semicolon"), ';'}, {STR_INIT("tab"), '\t'}, {STR_INIT("bar"), '|'}};
    const str *names;
    size_t count;
    if (yaml_only(root, known, ARRAY_COUNT(known), err) < 0 ||
        yaml_yes_no(root, STR("day first"), &f->day_first, err) < 0 ||
        yaml_text(root, STR("currency"), true, &f->currency, err) < 0 ||
        yaml_texts(a, root, STR("separators"), &names, &count, err) < 0)
        return err_in(err, file);
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < ARRAY_COUNT(separators) && !str_eq(names[i], separators[k].word)) k++;
        if (k == ARRAY_COUNT(separators) || i + 1 >= sizeof(f->separators)) {
            err_set(err, ERR_INPUT, "expected comma, semicolon, tab or bar");
            return bad(file, root, STR("separators"), err);
        }
        f->separators[i] = separators[k].c;
    }
    const struct yaml *columns = yaml_get(root, STR("columns"));
    if (!columns || columns->kind != YAML_MAP) {
        err_set(err, ERR_INPUT, "expected date, payee, amount and currency, each with its header words");
        return bad(file, root, STR("columns"), err);
    }
    if (yaml_only(columns, roles, TABLE_ROLES, err) < 0) return err_in(err, file);
    for (size_t r = 0; r < TABLE_ROLES; r++) {
        const str *words;
        if (yaml_texts(a, columns, roles[r], &words, &f->word_counts[r], err) < 0) return err_in(err, file);
        str *folded = arena_array(a, f->word_counts[r] + 1, sizeof *folded);
        for (size_t i = 0; i < f->word_counts[r]; i++) folded[i] = utf8_letters(a, words[i]);
        f->words[r] = folded;
    }
    return 0;
}

int format_parse(struct arena *a, str yaml, str file, struct scan_format *out, struct err *err)
{
    const struct yaml *root;
    str reads;
    *out = (struct scan_format){.day_first = true};
    if (yaml_parse(a, yaml, file, &root, err) < 0) return -1;
    if (yaml_text(root, STR("id"), true, &out->id, err) < 0 ||
        yaml_text(root, STR("name"), true, &out->name, err) < 0 ||
        yaml_text(root, STR("reads"), true, &reads, err) < 0 ||
        yaml_texts(a, root, STR("examples"), &out->examples, &out->example_count, err) < 0)
        return err_in(err, file);
    if (str_eq(reads, STR("lines"))) return out->reads = READS_LINES, parse_lines(a, root, file, out, err);
    if (str_eq(reads, STR("table"))) return out->reads = READS_TABLE, parse_table(a, root, file, out, err);
    err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not lines or table", STR_ARGS(reads));
    return bad(file, root, STR("reads"), err);
}

int formats_load(struct arena *a, const struct scan_format **out, size_t *count, struct err *err)
{
#define FORMAT(id) {STR_INIT("model/formats/" #id ".yaml"), format_##id##_start, format_##id##_end},
    static const struct {
        str file;
        const char *start, *end;
    } built_in[] = {SCAN_FORMATS};
#undef FORMAT
    struct scan_format *formats = arena_array(a, ARRAY_COUNT(built_in), sizeof *formats);
    for (size_t i = 0; i < ARRAY_COUNT(built_in); i++) {
        str text = {built_in[i].start, (size_t)(built_in[i].end - built_in[i].start)};
        if (format_parse(a, text, built_in[i].file, &formats[i], err) < 0) return -1;
    }
    *out = formats;
    *count = ARRAY_COUNT(built_in);
    return 0;
}
