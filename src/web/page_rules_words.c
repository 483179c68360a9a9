/* SPDX-License-Identifier: Apache-2.0 */
/* A rule as a sentence: what each part says in words, and the fields in which it is changed. */
#include "page_rules.h"

#include "base_time.h"
#include "page_ask.h"
#include "page_fact.h"

/* ---- Words ---- */

static str day_or_number(struct request *r, const struct plain_column *c, str text)
{
    int64_t day;
    struct feel_value v;
    if (c->kind == PLAIN_DATE && civil_parse(text, &day)) return show_day(r, day);
    return feel_number(text, &v) ? show_feel(r, FIELD_DECIMAL, v) : text;
}

static str span_words(struct request *r, const struct plain_column *c, const struct plain_cell *cell)
{
    str from = day_or_number(r, c, cell->from), to = day_or_number(r, c, cell->to);
    bool date = c->kind == PLAIN_DATE;
    if (from.n && to.n && str_eq(cell->from, cell->to) && cell->from_closed && cell->to_closed)
        return text_format(r, "is " STR_FORMAT, STR_ARGS(from));
    if (from.n && to.n)
        return text_format(r, "is %s" STR_FORMAT " %s " STR_FORMAT,
                           cell->from_closed ? "from "
                           : date            ? "after "
                                             : "more than ",
                           STR_ARGS(from),
                           cell->to_closed ? "up to"
                           : date          ? "and before"
                                           : "to below",
                           STR_ARGS(to));
    if (from.n && date)
        return text_format(r, "is %s " STR_FORMAT, cell->from_closed ? "on or after" : "after", STR_ARGS(from));
    if (from.n)
        return cell->from_closed ? text_format(r, "is " STR_FORMAT " or more", STR_ARGS(from))
                                 : text_format(r, "is more than " STR_FORMAT, STR_ARGS(from));
    if (date) return text_format(r, "is %s " STR_FORMAT, cell->to_closed ? "on or before" : "before", STR_ARGS(to));
    return text_format(r, "is %s " STR_FORMAT, cell->to_closed ? "at most" : "below", STR_ARGS(to));
}

/* "is low or high", "is anything but high". */
static str chosen_words(struct request *r, const struct plain_column *c, const struct plain_cell *cell)
{
    size_t count = 0, said = 0;
    struct buf b;
    for (size_t i = 0; i < c->value_count; i++) count += cell->chosen[i];
    bool but = count + 1 == c->value_count && count > 2;
    if (but) count = 1;
    buf_init(&b, PAGE_LIMIT);
    buf_text(&b, but ? "is anything but " : "is ");
    for (size_t i = 0; i < c->value_count; i++) {
        if (cell->chosen[i] == but) continue;
        if (said) buf_text(&b, said + 1 == count ? " or " : ", ");
        buf_str(&b, answer_key(r, c->values[i]));
        said++;
    }
    str words = buf_copy(&b, &r->arena);
    buf_release(&b);
    return words;
}

static str test_words(struct request *r, const struct plain_column *c, const struct plain_cell *cell)
{
    switch (cell->form) {
    case CELL_ANY: return STR_NONE;
    case CELL_CHOSEN: return chosen_words(r, c, cell);
    case CELL_SPAN: return span_words(r, c, cell);
    case CELL_VALUE:
    case CELL_FEEL: return text_format(r, "fits “" STR_FORMAT "”", STR_ARGS(cell->text));
    }
    NOT_REACHED();
}

/* "the data class", of an expression as it stands. */
static str head_words(struct rules_form *f, size_t k)
{
    struct err err;
    str head = f->table.columns[k].head;
    if (!head.n) head = f->view->decision;
    bool named = dmn_find(f->model, STR_NONE, head, &err) != NULL || k >= f->table.input_count;
    return text_format(f->r, named ? "the " STR_FORMAT : "“" STR_FORMAT "”", STR_ARGS(head));
}

/* "the zone is", "add to the scope:", one of several by its name. */
static str result_words(struct rules_form *f, size_t k)
{
    str head = f->table.columns[k].head;
    if (f->table.output_count > 1) return text_format(f->r, STR_FORMAT ":", STR_ARGS(head));
    return text_format(f->r, f->table.one ? STR_FORMAT " is" : "add to " STR_FORMAT ":", STR_ARGS(head_words(f, k)));
}

str tests_in_words(struct rules_form *f, const str *tests)
{
    struct request *r = f->r;
    str said = STR("");
    for (size_t k = 0; k < f->table.input_count; k++) {
        struct plain_cell cell;
        plain_test_read(&r->arena, &f->table.columns[k], tests[k], &cell);
        str words = test_words(r, &f->table.columns[k], &cell);
        if (!words.n) continue;
        said = text_format(r, STR_FORMAT "%s" STR_FORMAT " " STR_FORMAT, STR_ARGS(said), said.n ? " and " : "",
                           STR_ARGS(head_words(f, k)), STR_ARGS(words));
    }
    return said.n ? said : STR("it is whatever it is");
}

/* ---- Fields ---- */

/* What a part is about, for who does not know its name: the question as it is asked, or what the decision answers. */
static str help_of(struct rules_form *f, str head)
{
    struct err err;
    const struct dmn_node *n = dmn_find(f->model, STR_NONE, head, &err);
    if (!n) return STR_NONE;
    if (dmn_node_kind(n) != DMN_INPUT) return dmn_node_text(n, "question");
    return str_eq(dmn_node_label(n), head) ? STR_NONE : dmn_node_label(n);
}

static str unit_of(struct rules_form *f, str head)
{
    struct err err;
    const struct dmn_node *n = dmn_find(f->model, STR_NONE, head, &err);
    str unit = n ? dmn_node_extension(n, "unit") : STR_NONE;
    return str_eq(unit, STR("money")) ? f->r->web->profile.currency : unit;
}

static const char *look_of(const struct rules_form *f, size_t k, const struct plain_cell *cell)
{
    const struct plain_column *c = &f->table.columns[k];
    bool test = k < f->table.input_count;
    if (cell->form == CELL_FEEL || c->kind == PLAIN_OTHER || (test && c->kind == PLAIN_WORDS)) return "text";
    if (c->kind == PLAIN_CHOICE) return test ? "ticks" : "select";
    if (c->kind == PLAIN_WORDS) return "words";
    return test ? c->kind == PLAIN_DATE ? "dates" : "numbers" : c->kind == PLAIN_DATE ? "date" : "number";
}

static struct feel_value choices_of(struct rules_form *f, const struct plain_column *c, const struct plain_cell *cell)
{
    struct values list = {0};
    for (size_t i = 0; i < c->value_count; i++) {
        struct record one = record_new(f->r);
        record_text(&one, "key", text_format(f->r, "%zu", i));
        record_text(&one, "text", answer_key(f->r, c->values[i]));
        record_bool(&one, "chosen", cell->form == CELL_CHOSEN && cell->chosen[i]);
        values_add(f->r, &list, record_get(&one));
    }
    return values_get(&list);
}

/* `said`: how many of the tests before it say something. */
static struct feel_value part_record(struct rules_form *f, size_t number, size_t k, size_t *said)
{
    struct request *r = f->r;
    const struct rule_cell *cell = &f->rules.items[number].cells[k];
    const struct plain_column *c = &f->table.columns[k];
    struct record one = record_new(r);
    const char *look = look_of(f, k, &cell->plain);
    str words = k < f->table.input_count ? test_words(r, c, &cell->plain) : STR_NONE;
    record_text(&one, "id", text_format(r, "c%zu.%zu", number, k));
    record_text(&one, "head", head_words(f, k));
    record_text(&one, "name", c->head.n ? c->head : f->view->decision);
    record_text(&one, "says", result_words(f, k));
    record_text(&one, "help", help_of(f, c->head));
    record_text(&one, "words", words);
    if (words.n) record_text(&one, "lead", (*said)++ ? STR("and") : STR("When"));
    record_text(&one, "look", str_of(look));
    record_text(&one, "error", cell->error);
    record_put(&one, "choices", choices_of(f, c, &cell->plain));
    record_text(&one, "from", cell->plain.from);
    record_text(&one, "to", cell->plain.to);
    record_text(&one, "unit", unit_of(f, c->head));
    record_bool(&one, "above", cell->plain.from.n && !cell->plain.from_closed);
    record_bool(&one, "upto", cell->plain.to.n && cell->plain.to_closed);
    record_text(&one, "text", cell->plain.form == CELL_ANY ? STR("") : cell->plain.text);
    return record_get(&one);
}

struct feel_value rules_records(struct rules_form *f, const struct talk *talk)
{
    struct request *r = f->r;
    struct values list = {0};
    for (size_t i = 0; i < f->rules.count; i++) {
        const struct plain_rule *rule = &f->rules.items[i];
        struct record one = record_new(r);
        struct values tests = {0}, results = {0};
        size_t said = 0;
        for (size_t k = 0; k < f->columns; k++)
            values_add(r, k < f->table.input_count ? &tests : &results, part_record(f, i, k, &said));
        record_text(&one, "place", text_format(r, "%zu", i));
        record_text(&one, "number", text_format(r, "%zu", i + 1));
        record_text(&one, "key",
                    rule->from == EDIT_NEW ? STR("")
                    : rule->id.n           ? rule->id
                                           : text_format(r, "#%zu", rule->from));
        record_bool(&one, "always", said == 0);
        record_put(&one, "tests", values_get(&tests));
        record_put(&one, "results", values_get(&results));
        rule_put_talk(r, &one, fact_id(f->book.fact), talk, rule->id);
        record_text(&one, "why", rule->why);
        record_text(&one, "why_error", rule->why_error);
        record_bool(&one, "fresh", rule->fresh);
        record_bool(&one, "is_new", rule->from == EDIT_NEW);
        values_add(r, &list, record_get(&one));
    }
    return values_get(&list);
}

/* ---- Which tables there are, each with a sentence ---- */

struct feel_value rules_tables(struct rules_form *f)
{
    struct request *r = f->r;
    struct values list = {0};
    for (size_t i = 0; i < f->view_count; i++) {
        const struct table_view *v = &f->views[i];
        struct record one = record_new(r);
        if (!v->policy.n) continue;
        record_text(&one, "name", v->decision);
        record_text(&one, "says", v->question.n ? v->question : STR_NONE);
        record_text(&one, "count", show_counted(r, (int64_t)v->rule_count, "rule", "rules"));
        record_text(&one, "href",
                    text_format(r, "/rulebooks/%llu/rules?table=" STR_FORMAT, (unsigned long long)fact_id(f->book.fact),
                                STR_ARGS(url_encode(r, v->decision))));
        record_bool(&one, "shown", v == f->view);
        values_add(r, &list, record_get(&one));
    }
    return values_get(&list);
}
