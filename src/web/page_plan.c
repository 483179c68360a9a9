/* SPDX-License-Identifier: Apache-2.0 */
#include "page_plan.h"

#include "base_utf8.h"

enum { SHOWN_FACTS = 40, ALL_FACTS = 5000, SHOWN_ERRORS = 40, SHOWN_MADE = 40, MOST_COLUMNS = 400 };

size_t plan_choices(struct request *r, const struct import_choice **out)
{
    VEC(struct import_choice) choices = {0};
    for (size_t i = 1; i <= MOST_COLUMNS; i++) {
        str header = pairs_get(&r->form, text_format(r, "header.%zu", i));
        str use = pairs_get(&r->form, text_format(r, "use.%zu", i));
        if (!header.n) break;
        if (use.n) *vec_add(&r->arena, &choices) = (struct import_choice){header, use};
    }
    *out = choices.items;
    return choices.count;
}

int plan_is_open(struct request *r, const struct import_plan *plan, struct err *err)
{
    for (size_t i = 0; i < plan->column_count; i++) {
        const struct import_column *c = &plan->columns[i];
        if (c->use == IMPORT_FIELD && (!request_sees(r, plan->type, c->field) || !request_writes(r, c->field)))
            return err_set(err, ERR_DENIED, "the column \"" STR_FORMAT "\" is a field that this account may not write",
                           STR_ARGS(c->header));
    }
    return 0;
}

static bool is_written(struct request *r, const struct import_plan *plan, const struct model_field *f)
{
    return f->kind != FIELD_DERIVED && f->kind != FIELD_OBSERVED && request_sees(r, plan->type, f) &&
           request_writes(r, f);
}

static struct feel_value column_of(struct request *r, const struct import_plan *plan, size_t i)
{
    const struct import_column *c = &plan->columns[i];
    struct record out = record_new(r);
    struct values uses = {0};
    str use = STR_NONE;
    switch (c->use) {
    case IMPORT_FIELD: use = c->field->key; break;
    case IMPORT_ID: use = STR("id"); break;
    case IMPORT_UNKNOWN: break;
    case IMPORT_LEFT_OUT:
    case IMPORT_COMPUTED:
    case IMPORT_REASON: use = STR("-"); break;
    }
    values_add(r, &uses, choice_record(r, STR("-"), STR("leave it out"), use));
    values_add(r, &uses, choice_record(r, STR("id"), STR("the fact's number"), use));
    for (size_t k = 0; k < plan->type->field_count; k++) {
        const struct model_field *f = &plan->type->fields[k];
        if (is_written(r, plan, f)) values_add(r, &uses, choice_record(r, f->key, show_word(r, f->name), use));
    }
    record_text(&out, "number", text_format(r, "%zu", i + 1));
    record_text(&out, "header", c->header);
    record_text(&out, "example", c->example);
    record_text(&out, "guess", c->guess.n ? c->guess : c->hint);
    record_bool(&out, "remembered", c->remembered);
    record_bool(&out, "unknown", c->use == IMPORT_UNKNOWN);
    record_put(&out, "uses", values_get(&uses));
    return record_get(&out);
}

static str change_value_words(struct request *r, const struct model_field *f, str canonical)
{
    bool link = f->kind == FIELD_LINK || f->kind == FIELD_LINKS; /* the plan has names there */
    return link ? canonical : show_value(r, f, canonical);
}

static struct feel_value fact_of(struct request *r, const struct import_fact *f)
{
    struct record c = record_new(r);
    struct values changes = {0};
    record_text(&c, "name", f->name);
    record_bool(&c, "new", f->effect == IMPORT_CREATES);
    if (f->id) record_text(&c, "href", show_path(r, f->id));
    for (size_t i = 0; i < f->change_count; i++) {
        const struct import_change *change = &f->changes[i];
        struct record one = record_new(r);
        record_text(&one, "field", show_word(r, change->field->name));
        record_text(&one, "before", change_value_words(r, change->field, change->before));
        record_text(&one, "after", change_value_words(r, change->field, change->after));
        if (!change->wins) record_text(&one, "winner", change->winner);
        values_add(r, &changes, record_get(&one));
    }
    record_put(&c, "changes", values_get(&changes));
    return record_get(&c);
}

static void put_errors(struct request *r, struct record *out, const struct import_plan *plan)
{
    struct values errors = {0};
    size_t kept = plan->error_count < IMPORT_ERRORS_KEPT ? plan->error_count : IMPORT_ERRORS_KEPT;
    for (size_t i = 0; i < kept && i < SHOWN_ERRORS; i++) {
        const struct err *e = &plan->errors[i];
        struct record c = record_new(r);
        /* In a workbook the file is the place: its name, the sheet and the cell. */
        if (e->line || e->file[0])
            record_text(&c, "line",
                        e->line ? text_format(r, "line %u", e->line) : arena_copy(&r->arena, str_of(e->file)));
        if (e->field[0]) record_text(&c, "field", arena_copy(&r->arena, str_of(e->field)));
        record_text(&c, "says", arena_copy(&r->arena, str_of(e->message)));
        values_add(r, &errors, record_get(&c));
    }
    record_put(out, "errors", values_get(&errors));
    if (plan->error_count > errors.count)
        record_text(out, "more_errors", text_format(r, "and %zu more", plan->error_count - errors.count));
}

static void put_left_out(struct request *r, struct record *out, const struct import_plan *plan)
{
    struct values rows = {0};
    for (size_t i = 0; i < plan->bad_count && i < SHOWN_ERRORS; i++)
        values_add(r, &rows,
                   feel_string(text_format(r, "%s %u: " STR_FORMAT, plan->form == IMPORT_XLSX ? "row" : "line",
                                           plan->bad[i].line, STR_ARGS(plan->bad[i].reasons))));
    record_put(out, "left_out", values_get(&rows));
    record_text(out, "left_out_count", show_counted(r, (int64_t)plan->bad_count, "row", "rows"));
}

str plan_shown(struct request *r, const struct import_plan *plan)
{
    uint64_t hash = plan->fact_count;
    for (size_t i = 0; i < plan->fact_count; i++) {
        const struct import_fact *f = &plan->facts[i];
        hash = hash * 31 + (uint64_t)f->effect + 7 * f->id;
        for (size_t k = 0; k < f->change_count; k++)
            hash = (hash * 31 + str_hash(f->changes[k].before)) * 31 + str_hash(f->changes[k].after);
    }
    return text_format(r, "%llx", (unsigned long long)hash);
}

struct feel_value plan_record(struct request *r, const struct import_plan *plan)
{
    struct record c = record_new(r);
    struct values columns = {0}, facts = {0}, made = {0};
    for (size_t i = 0; i < plan->column_count && i < MOST_COLUMNS; i++) values_add(r, &columns, column_of(r, plan, i));
    size_t most = str_eq(pairs_get(&r->form, STR("step")), STR("all")) ? ALL_FACTS : SHOWN_FACTS;
    for (size_t i = 0; i < plan->fact_count && facts.count < most; i++)
        if (plan->facts[i].effect != IMPORT_KEEPS) values_add(r, &facts, fact_of(r, &plan->facts[i]));
    for (size_t i = 0; i < plan->made_count && i < SHOWN_MADE; i++)
        values_add(r, &made,
                   feel_string(text_format(r, STR_FORMAT " (" STR_FORMAT ")", STR_ARGS(plan->made[i].name),
                                           STR_ARGS(plan->made[i].type->name))));
    record_put(&c, "columns", values_get(&columns));
    record_put(&c, "facts", values_get(&facts));
    record_put(&c, "made", values_get(&made));
    put_errors(r, &c, plan);
    put_left_out(r, &c, plan);
    size_t touched = plan->created + plan->changed;
    record_text(&c, "says",
                text_format(r, STR_FORMAT " would be made, " STR_FORMAT " changed, " STR_FORMAT " left as they are",
                            STR_ARGS(show_count(r, (int64_t)plan->created)),
                            STR_ARGS(show_count(r, (int64_t)plan->changed)),
                            STR_ARGS(show_count(r, (int64_t)(plan->fact_count - touched)))));
    if (touched > facts.count)
        record_text(
            &c, "more",
            text_format(r, "and " STR_FORMAT " more", STR_ARGS(show_count(r, (int64_t)(touched - facts.count)))));
    record_bool(&c, "all", touched > facts.count && most < ALL_FACTS);
    if (plan->agreed)
        record_text(&c, "agreed",
                    text_format(r, STR_FORMAT " agreed by both sides: what both sign becomes a proposal there",
                                STR_ARGS(show_counted(r, (int64_t)plan->agreed, "fact is", "facts are"))));
    record_bool(&c, "none", !touched && !plan->made_count);
    record_bool(&c, "wrong", plan->error_count > 0);
    record_text(&c, "shown", plan_shown(r, plan));
    return record_get(&c);
}
