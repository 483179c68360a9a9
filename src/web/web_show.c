/* SPDX-License-Identifier: Apache-2.0 */
/* Values as people read them. */
#include "ruling_tables.h"
#include "web_pages.h"

#include "base_time.h"
#include "base_utf8.h"

static str done(struct request *r, struct buf *b)
{
    str text = buf_copy(b, &r->arena);
    buf_release(b);
    return text;
}

/* The sign stays with its amount: its blank does not break. */
static void put_money(struct buf *out, str digits, str currency)
{
    struct buf b;
    buf_init(&b, 10000);
    template_put_money(&b, digits, currency);
    for (size_t i = 0; i < b.n; i++) buf_text(out, b.p[i] == ' ' ? "\xC2\xA0" : (char[]){b.p[i], 0});
    buf_release(&b);
}

static str money_in(struct request *r, str digits, str currency)
{
    struct buf b;
    buf_init(&b, 10000);
    put_money(&b, digits, currency);
    return done(r, &b);
}

str show_money(struct request *r, str digits, bool compact)
{
    str currency = r->web->profile.currency;
    size_t whole = str_find_char(digits, '.');
    if (whole == STR_NOT_FOUND) whole = digits.n;
    size_t sign = str_starts(digits, STR("-"));
    if (!compact || whole - sign < 4) return money_in(r, digits, currency);
    /* 640000 is 640k, 1940000 is 1.9 M: the point moves three or six digits to the left. */
    bool millions = whole - sign > 6;
    size_t shift = millions ? 6 : 3;
    struct buf b, number;
    buf_init(&number, 100);
    buf_str(&number, str_slice(digits, 0, whole - shift));
    if (millions) buf_char(&number, '.'), buf_char(&number, digits.p[whole - shift]);
    buf_init(&b, 200);
    str shown = money_in(r, buf_get(&number), currency);
    /* Two decimals are one too many here. */
    if (millions && str_find_char(shown, '.') != STR_NOT_FOUND) shown = str_slice(shown, 0, shown.n - 1);
    buf_str(&b, shown);
    buf_text(&b, millions ? "\xC2\xA0M" : "k");
    buf_release(&number);
    return done(r, &b);
}

str show_count(struct request *r, int64_t n)
{
    struct buf b;
    buf_init(&b, 100);
    template_put_count(&b, text_format(r, "%lld", (long long)n));
    return done(r, &b);
}

str show_bytes(struct request *r, uint64_t n)
{
    if (n < 1000) return show_counted(r, (int64_t)n, "byte", "bytes");
    if (n < 1000000) return text_format(r, "%llu kB", (unsigned long long)((n + 500) / 1000));
    uint64_t tenths = (n + 50000) / 100000;
    return text_format(r, "%llu.%llu MB", (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10));
}

str show_counted(struct request *r, int64_t n, const char *one, const char *many)
{
    return text_format(r, STR_FORMAT " %s", STR_ARGS(show_count(r, n)), n == 1 ? one : many);
}

str show_day(struct request *r, int64_t day) { return civil_emit_words(&r->arena, day); }

static int64_t local_of(struct request *r, int64_t seconds)
{
    return seconds + (r->web->zone ? zone_offset_at(r->web->zone, seconds) : 0);
}

str show_time(struct request *r, int64_t seconds)
{
    int64_t local = local_of(r, seconds), day = (local >= 0 ? local : local - 86399) / 86400,
            rest = local - day * 86400;
    return text_format(r, STR_FORMAT ", %02d:%02d", STR_ARGS(show_day(r, day)), (int)(rest / 3600),
                       (int)(rest / 60 % 60));
}

str show_ago(struct request *r, int64_t seconds)
{
    int64_t now = r->env.now - seconds;
    if (now < 0 || now >= 30 * 86400) return show_day(r, local_of(r, seconds) / 86400);
    if (now < 60) return STR("just now");
    if (now < 3600) return text_format(r, "%d min ago", (int)(now / 60));
    if (now < 86400) return text_format(r, "%d h ago", (int)(now / 3600));
    return now < 2 * 86400 ? STR("yesterday") : text_format(r, "%d days ago", (int)(now / 86400));
}

/* Of a decision model what it is, in place of pages of XML. */
static str model_words(struct request *r, str text)
{
    const struct table_view *views;
    struct err err;
    size_t count, tables = 0, rules = 0;
    if (!str_starts(text, STR("<")) || str_find(text, STR(".omg.org/spec/DMN/")) == STR_NOT_FOUND ||
        tables_read(&r->arena, text, &views, &count, &err) < 0)
        return text;
    for (size_t i = 0; i < count; i++) tables += views[i].policy.n > 0, rules += views[i].rule_count;
    return text_format(r, "a model of " STR_FORMAT ", " STR_FORMAT,
                       STR_ARGS(show_counted(r, (int64_t)tables, "table", "tables")),
                       STR_ARGS(show_counted(r, (int64_t)rules, "rule", "rules")));
}

str show_rules_path(struct request *r, const struct fact *f, const struct model_field *field)
{
    bool is = str_eq(fact_type(f)->name, STR("rulebook")) && str_eq(field->name, STR("model"));
    return is ? text_format(r, "/rulebooks/%llu", (unsigned long long)fact_id(f)) : STR_NONE;
}

/* The name of a side that is written in capitals (IT). */
static bool is_capitals(struct request *r, const struct model_side *side)
{
    return str_eq(side->name, utf8_upper(&r->arena, side->name));
}

str show_choice(struct request *r, str value)
{
    const struct model_side *side = model_side(picture_model(r->picture), value);
    return side && is_capitals(r, side) ? side->name : value;
}

str show_value(struct request *r, const struct model_field *field, str canonical)
{
    if (!canonical.n) return STR_NONE;
    enum field_kind kind = field->kind == FIELD_DERIVED || field->kind == FIELD_OBSERVED ? field->gives : field->kind;
    struct buf b;
    int64_t day;
    buf_init(&b, PAGE_LIMIT);
    switch (kind) {
    case FIELD_MONEY: {
        size_t blank = str_find_char(canonical, ' ');
        put_money(&b, str_slice(canonical, 0, blank == STR_NOT_FOUND ? canonical.n : blank),
                  blank == STR_NOT_FOUND ? r->web->profile.currency : str_from(canonical, blank + 1));
        break;
    }
    case FIELD_PERCENT: template_put_percent(&b, canonical); break;
    case FIELD_WHOLE_NUMBER:
    case FIELD_DECIMAL: template_put_count(&b, canonical); break;
    case FIELD_DATE: buf_str(&b, civil_parse(canonical, &day) ? show_day(r, day) : canonical); break;
    case FIELD_LONG_TEXT: buf_str(&b, model_words(r, canonical)); break;
    case FIELD_TEXT:
    case FIELD_PERIOD:
    case FIELD_YES_NO:
    case FIELD_LINK:
    case FIELD_LINKS:
    case FIELD_DERIVED:
    case FIELD_OBSERVED: buf_str(&b, canonical); break;
    case FIELD_ONE_OF: buf_str(&b, show_choice(r, canonical)); break;
    }
    return done(r, &b);
}

str feel_digits(struct request *r, struct feel_value v)
{
    if (v.kind != FEEL_NUMBER) return STR_NONE;
    struct buf b;
    buf_init(&b, 10000);
    feel_emit_plain(&b, v);
    return done(r, &b);
}

str show_feel(struct request *r, enum field_kind kind, struct feel_value v)
{
    if (v.kind == FEEL_NULL) return STR_NONE;
    str digits = feel_digits(r, v);
    struct buf b;
    buf_init(&b, PAGE_LIMIT);
    if (digits.n && kind == FIELD_MONEY)
        put_money(&b, digits, r->web->profile.currency);
    else if (digits.n && kind == FIELD_PERCENT)
        template_put_percent(&b, digits);
    else if (digits.n)
        template_put_count(&b, digits);
    else if (v.kind == FEEL_BOOLEAN)
        buf_text(&b, v.flag ? "yes" : "no");
    else
        template_put_value(&b, &r->env, v);
    return done(r, &b);
}

str show_field(struct request *r, const struct fact *f, const struct model_field *field)
{
    if (field->kind == FIELD_DERIVED || field->kind == FIELD_OBSERVED)
        return show_feel(r, field->gives, graph_field(&r->env, fact_id(f), field->name));
    if (field->kind != FIELD_LINK && field->kind != FIELD_LINKS)
        return show_value(r, field, fact_value_for(&r->viewer, f, field));
    size_t count;
    const uint64_t *to = fact_links_for(&r->viewer, f, field, &count);
    struct buf b;
    buf_init(&b, PAGE_LIMIT);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_text(&b, ", ");
        buf_str(&b, show_name(r, to[i]));
    }
    return done(r, &b);
}

str show_label(struct request *r, uint64_t fact)
{
    const struct fact *f = picture_fact(r->picture, fact);
    const struct model_field *name = f ? model_field(fact_type(f), STR("name")) : NULL;
    if (!name || name == fact_type(f)->name_field || !fact_value_for(&r->viewer, f, name).n) return show_name(r, fact);
    return text_format(r, STR_FORMAT " " STR_FORMAT, STR_ARGS(fact_name(f)),
                       STR_ARGS(fact_value_for(&r->viewer, f, name)));
}

struct feel_value fact_record(struct request *r, uint64_t fact)
{
    const struct fact *f = picture_fact(r->picture, fact);
    struct record c = record_new(r);
    record_text(&c, "name", show_label(r, fact));
    record_text(&c, "href", show_path(r, fact));
    if (f) record_text(&c, "kind", fact_type(f)->name);
    return record_get(&c);
}

str show_path(struct request *r, uint64_t fact) { return text_format(r, "/facts/%llu", (unsigned long long)fact); }

str show_name(struct request *r, uint64_t fact)
{
    const struct fact *f = picture_fact(r->picture, fact);
    return f ? fact_name(f) : text_format(r, "fact %llu, which is gone", (unsigned long long)fact);
}

str capitalise(struct request *r, str text)
{
    if (!text.n) return text;
    size_t first;
    utf8_decode(text, &first);
    str upper = utf8_upper(&r->arena, str_slice(text, 0, first));
    return text_format(r, STR_FORMAT STR_FORMAT, STR_ARGS(upper), STR_ARGS(str_from(text, first)));
}

str show_a(struct request *r, str noun)
{
    bool vowel = noun.n && str_find_char(STR("aeiou"), noun.p[0]) != STR_NOT_FOUND;
    return text_format(r, "%s " STR_FORMAT, vowel ? "an" : "a", STR_ARGS(noun));
}

str side_name(struct request *r, str key)
{
    const struct model_side *side = model_side(picture_model(r->picture), key);
    return side ? side->name : capitalise(r, key);
}

str show_word(struct request *r, str name)
{
    const struct model *m = picture_model(r->picture);
    struct buf b;
    buf_init(&b, 10000);
    str rest = capitalise(r, name), word;
    while (str_cut(&rest, ' ', &word)) {
        /* A side that is written in capitals (IT) keeps them. */
        for (size_t i = 0; i < m->side_count; i++)
            if (str_eq_nocase(word, m->sides[i].name) && is_capitals(r, &m->sides[i])) word = m->sides[i].name;
        if (b.n) buf_char(&b, ' ');
        buf_str(&b, word);
    }
    return done(r, &b);
}
