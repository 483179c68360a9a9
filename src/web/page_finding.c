/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence of one finding: what it says, the facts that it says it of, and the check that found it. */
#include "web_pages.h"

enum { SHOWN_FIELDS = 6 };

/* The first fields of the fact that have a value, as name and value. */
static struct feel_value evidence_record(struct request *r, uint64_t id)
{
    const struct fact *f = picture_fact(r->picture, id);
    struct record c = record_new(r);
    record_put(&c, "fact", fact_record(r, id));
    struct values fields = {0};
    const struct model_type *type = f ? fact_type(f) : NULL;
    for (size_t i = 0; type && i < type->field_count && fields.count < SHOWN_FIELDS; i++) {
        const struct model_field *field = &type->fields[i];
        if (field == type->name_field || field->kind == FIELD_LONG_TEXT || field == type->alias_field) continue;
        str value = show_field(r, f, field);
        if (!value.n) continue;
        struct record one = record_new(r);
        record_text(&one, "name", show_word(r, field->name));
        record_text(&one, "value", value);
        values_add(r, &fields, record_get(&one));
    }
    record_put(&c, "fields", values_get(&fields));
    return record_get(&c);
}

/* Without the comments at its head. */
static str source_of(const struct web *web, str file)
{
    str text = STR_NONE, line;
    for (size_t i = 0; i < web->options->check_count; i++)
        if (str_eq(web->options->checks[i].file, file)) text = web->options->checks[i].text;
    for (str rest = text; str_starts(text, STR("#")) && str_cut(&rest, '\n', &line);) text = rest;
    return text;
}

/* What each name of the check is for this subject: how the finding came about. */
static struct feel_value names_of(struct request *r, const struct finding *f)
{
    enum { SHOWN_BYTES = 400 };
    struct err err;
    const struct explained *names;
    size_t count;
    struct values rows = {0};
    if (checks_explain(r->web->checks, &r->env, f, &names, &count, &err)) return values_get(&rows);
    for (size_t i = 0; i < count; i++) {
        struct buf text;
        buf_init(&text, SHOWN_BYTES);
        template_put_value(&text, &r->env, names[i].value);
        struct record one = record_new(r);
        record_text(&one, "name", names[i].name);
        record_text(&one, "feel", names[i].feel);
        record_text(&one, "value",
                    text.full ? arena_printf(&r->arena, STR_FORMAT " …", STR_ARGS(buf_get(&text)))
                              : buf_copy(&text, &r->arena));
        buf_release(&text);
        values_add(r, &rows, record_get(&one));
    }
    return values_get(&rows);
}

static void show(struct request *r, const struct finding *f)
{
    page_begin(r, PAGE_FINDING);
    page_put_text(r, "title", f->says);
    page_put(r, "finding", finding_record(r, f));
    struct values facts = {0};
    for (size_t i = 0; i < f->fact_count; i++) values_add(r, &facts, evidence_record(r, f->facts[i]));
    page_put(r, "facts", values_get(&facts));
    struct record source = record_new(r);
    record_text(&source, "id", f->check->id);
    record_text(&source, "why", f->check->why);
    record_put(&source, "names", names_of(r, f));
    record_text(&source, "text", source_of(r->web, f->check->file));
    page_put(r, "source", record_get(&source));
    page_show(r, 200);
}

void answer_finding(struct request *r)
{
    struct err err;
    struct found *found;
    if (web_take_found(r, true, &found, &err)) {
        page_fail(r, &err);
        return;
    }
    const struct finding *wanted = NULL;
    for (size_t i = 0; i < found->count && !wanted; i++)
        if (str_eq(finding_key(&r->arena, &found->findings[i]), r->captures[0])) wanted = &found->findings[i];
    if (wanted)
        show(r, wanted);
    else
        page_error(r, 404, "This is no longer found",
                   "The facts have changed since, or the address is mistyped. What is found now stands on Today.");
    web_drop_found(r->web, found);
}
