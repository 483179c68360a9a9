/* SPDX-License-Identifier: Apache-2.0 */
/* Rules between the model's text and a form. A cell whose meaning has not changed keeps its text. */
#include "page_rules.h"

#include "page_fact.h"

enum { FIELDS_LIMIT = FORM_FIELDS_LIMIT - 500, SPAN_FIELDS = 4 };

/* ---- The table ---- */

static const struct table_view *view_named(const struct rules_form *f, str name)
{
    for (size_t i = 0; i < f->view_count; i++)
        if (f->views[i].policy.n && str_eq(f->views[i].decision, name)) return &f->views[i];
    return NULL;
}

/* The one that is named, else that of the outcome, else the first. */
static bool choose_table(struct rules_form *f, str name)
{
    struct err err;
    struct rulebook *b = NULL;
    if (name.n) return (f->view = view_named(f, name)) != NULL;
    if (rulebook_load(STR(""), STR(""), f->text, &b, &err) == 0) f->view = view_named(f, rulebook_outcome(b));
    rulebook_free(b);
    for (size_t i = 0; i < f->view_count && !f->view; i++)
        if (f->views[i].policy.n) f->view = &f->views[i];
    return f->view != NULL;
}

static size_t fields_needed(const struct rules_form *f)
{
    size_t each = 2;
    for (size_t i = 0; i < f->columns; i++) {
        const struct plain_column *c = &f->table.columns[i];
        bool span = i < f->table.input_count && (c->kind == PLAIN_NUMBER || c->kind == PLAIN_DATE);
        each += span ? SPAN_FIELDS : c->kind == PLAIN_CHOICE ? c->value_count : 1;
    }
    return each * f->view->rule_count;
}

static bool refuse(struct rules_form *f, int status, const char *title, const char *says)
{
    rules_close(f);
    page_error(f->r, status, title, says);
    return false;
}

bool rules_open(struct request *r, struct rules_form *f)
{
    struct err err;
    *f = (struct rules_form){.r = r};
    if (!book_asked(r, &f->book)) return false;
    f->text = f->book.draft.n ? f->book.draft : f->book.text;
    if (!f->book.fact)
        return refuse(f, 422, "This rulebook comes with the program",
                      "Take it over into a rulebook of your own first; its page has the form for that.");
    if (!f->text.n)
        return refuse(f, 422, "This rulebook has no rules yet", "Take over one that comes with the program first.");
    const struct dmn_source source = {f->text, STR("")};
    if (tables_read(&r->arena, f->text, &f->views, &f->view_count, &err) < 0 ||
        dmn_load(&source, 1, NULL, &f->model, &err) < 0)
        return refuse(f, 422, "The rules cannot be read", "The page of the rulebook says where.");
    str asked = pairs_get(r->method == METHOD_POST ? &r->form : &r->query, STR("table"));
    if (!choose_table(f, asked))
        return refuse(f, 404, "There is no such table", "The page of the rulebook has those there are.");
    const struct dmn_node *node = dmn_find(f->model, dmn_namespace(f->model), f->view->decision, &err);
    if (!node || !dmn_plain_table(node, &r->arena, &f->table) || f->table.input_count != f->view->input_count ||
        f->table.output_count != f->view->output_count)
        return refuse(f, 422, "This table cannot be shown as sentences", "Change it in the file, and upload that.");
    f->columns = f->table.input_count + f->table.output_count;
    if (fields_needed(f) > FIELDS_LIMIT)
        return refuse(f, 422, "This table is too large for this page", "Change it in the file, and upload that.");
    return true;
}

void rules_close(struct rules_form *f)
{
    dmn_free(f->model);
    f->model = NULL;
}

/* ---- Reading ---- */

static bool is_test(const struct rules_form *f, size_t k) { return k < f->table.input_count; }

static void read_cell(struct rules_form *f, size_t k, str text, struct plain_cell *out)
{
    (is_test(f, k) ? plain_test_read : plain_result_read)(&f->r->arena, &f->table.columns[k], text, out);
}

static int write_cell(struct rules_form *f, size_t k, const struct plain_cell *cell, str *out, struct err *err)
{
    return (is_test(f, k) ? plain_test_write : plain_result_write)(&f->r->arena, &f->table.columns[k], cell, out, err);
}

static void fill_rule(struct rules_form *f, size_t place, struct plain_rule *out)
{
    const struct table_rule *rule = &f->view->rules[place];
    *out = (struct plain_rule){.from = place, .id = rule->id, .why = rule->why, .why_error = STR_NONE};
    out->cells = arena_array(&f->r->arena, f->columns + 1, sizeof *out->cells);
    for (size_t k = 0; k < f->columns; k++) {
        out->cells[k].text = rule->cells[k], out->cells[k].error = STR_NONE;
        read_cell(f, k, rule->cells[k], &out->cells[k].plain);
    }
}

void rules_fill_from_model(struct rules_form *f)
{
    for (size_t i = 0; i < f->view->rule_count; i++) fill_rule(f, i, vec_add(&f->r->arena, &f->rules));
}

/* ---- From the form: rule.N is which rule it was, cN.K… a cell, why.N the reason ---- */

static size_t place_of(const struct rules_form *f, str key)
{
    int64_t place;
    for (size_t i = 0; i < f->view->rule_count && key.n; i++)
        if (str_eq(f->view->rules[i].id, key)) return i;
    bool numbered = str_starts(key, STR("#")) && str_to_int(str_from(key, 1), &place) && place >= 0;
    return numbered && (size_t)place < f->view->rule_count && !f->view->rules[place].id.n ? (size_t)place : EDIT_NEW;
}

static void begin_rule(struct rules_form *f, str key)
{
    struct plain_rule *rule = vec_add(&f->r->arena, &f->rules);
    *rule = (struct plain_rule){.from = place_of(f, key), .id = STR(""), .why = STR(""), .why_error = STR_NONE};
    if (rule->from != EDIT_NEW) rule->id = f->view->rules[rule->from].id;
    rule->cells = arena_array(&f->r->arena, f->columns + 1, sizeof *rule->cells);
    for (size_t k = 0; k < f->columns; k++) {
        const struct plain_column *c = &f->table.columns[k];
        struct plain_cell *cell = &rule->cells[k].plain, before;
        rule->cells[k].error = STR_NONE;
        bool span = c->kind == PLAIN_NUMBER || c->kind == PLAIN_DATE;
        *cell = (struct plain_cell){.from = STR_NONE, .to = STR_NONE, .text = STR("")};
        cell->chosen = arena_array(&f->r->arena, c->value_count + 1, sizeof *cell->chosen);
        cell->form = c->kind == PLAIN_CHOICE                    ? CELL_CHOSEN
                     : !is_test(f, k) && c->kind != PLAIN_OTHER ? CELL_VALUE
                     : is_test(f, k) && span                    ? CELL_SPAN
                                                                : CELL_FEEL;
        if (rule->from == EDIT_NEW) continue;
        read_cell(f, k, f->view->rules[rule->from].cells[k], &before);
        cell->negated = before.form == CELL_CHOSEN && before.negated;
    }
}

static void take_part(struct rules_form *f, size_t k, struct plain_rule *rule, str part, str value)
{
    int64_t n;
    struct plain_cell *cell = &rule->cells[k].plain;
    if (str_eq(part, STR("is")) && str_to_int(value, &n) && n >= 0 && (size_t)n < f->table.columns[k].value_count)
        cell->chosen[n] = true;
    else if (str_eq(part, STR("from")) || str_eq(part, STR("value")))
        cell->from = str_trim(form_lines(f->r, value));
    else if (str_eq(part, STR("to")))
        cell->to = str_trim(value);
    else if (str_eq(part, STR("first")))
        cell->from_closed = str_eq(value, STR("from"));
    else if (str_eq(part, STR("last")))
        cell->to_closed = str_eq(value, STR("to"));
    else if (str_eq(part, STR("text"))) /* whatever was typed may be a plain form by now */
        read_cell(f, k, form_lines(f->r, value), cell);
}

/* "c3.1.from": the cell of column 1 of the third rule. */
static void take_field(struct rules_form *f, str name, str value)
{
    str head, column, rest = name;
    int64_t number, k;
    bool reason = str_starts(name, STR("why."));
    if (!reason && !str_starts(name, STR("c"))) return;
    rest = str_from(name, reason ? 4 : 1);
    if (reason) {
        if (str_to_int(rest, &number) && number >= 0 && (size_t)number < f->rules.count)
            f->rules.items[number].why = str_trim(form_lines(f->r, value));
        return;
    }
    if (!str_cut(&rest, '.', &head) || !str_to_int(head, &number) || number < 0 || (size_t)number >= f->rules.count ||
        !str_cut(&rest, '.', &column) || !str_to_int(column, &k) || k < 0 || (size_t)k >= f->columns)
        return;
    take_part(f, (size_t)k, &f->rules.items[number], rest, value);
}

/* Nothing ticked, and no ends: whatever it is. */
static void settle(struct rules_form *f, size_t k, struct plain_cell *cell)
{
    bool any = true;
    if (cell->form == CELL_CHOSEN)
        for (size_t i = 0; i < f->table.columns[k].value_count; i++) any &= !cell->chosen[i];
    else
        any = cell->form == CELL_SPAN   ? !cell->from.n && !cell->to.n
              : cell->form == CELL_FEEL ? !cell->text.n
                                        : cell->form == CELL_ANY;
    if (any) cell->form = CELL_ANY;
}

static void judge_cell(struct rules_form *f, struct plain_rule *rule, size_t k)
{
    struct rule_cell *cell = &rule->cells[k];
    struct plain_cell before;
    struct err err = {0};
    str written;
    if (is_test(f, k)) settle(f, k, &cell->plain);
    cell->text = rule->from == EDIT_NEW ? STR("-") : f->view->rules[rule->from].cells[k];
    if (rule->from != EDIT_NEW) read_cell(f, k, cell->text, &before);
    if (write_cell(f, k, &cell->plain, &written, &err) < 0) {
        bool nothing = cell->plain.form == CELL_ANY || (cell->plain.form == CELL_VALUE && !cell->plain.from.n);
        if (rule->from != EDIT_NEW && before.form == CELL_ANY && nothing) return; /* it said nothing before, too */
        cell->error = capitalise(f->r, arena_copy(&f->r->arena, str_of(err.message)));
        f->wrong++;
        return;
    }
    str same;
    if (rule->from != EDIT_NEW && write_cell(f, k, &before, &same, &err) == 0 && str_eq(same, written)) return;
    cell->text = written;
}

/* A rule that nobody has touched may have come without a reason. */
static bool needs_reason(const struct rules_form *f, const struct plain_rule *rule)
{
    if (rule->why.n) return false;
    if (rule->from == EDIT_NEW || f->view->rules[rule->from].why.n) return true;
    for (size_t k = 0; k < f->columns; k++)
        if (!str_eq(rule->cells[k].text, f->view->rules[rule->from].cells[k])) return true;
    return false;
}

void rules_fill_from_form(struct rules_form *f)
{
    const struct pairs *form = &f->r->form;
    for (size_t i = 0; i < form->count; i++)
        if (str_eq(form->items[i].name, STR("rule"))) begin_rule(f, form->items[i].value);
    for (size_t i = 0; i < form->count; i++) take_field(f, form->items[i].name, form->items[i].value);
    for (size_t i = 0; i < f->rules.count; i++) {
        struct plain_rule *rule = &f->rules.items[i];
        for (size_t k = 0; k < f->columns; k++) judge_cell(f, rule, k);
        if (!needs_reason(f, rule)) continue;
        rule->why_error = STR("Say why, in a sentence that makes sense by itself");
        f->wrong++;
    }
}

/* ---- Changing ---- */

void rules_add(struct rules_form *f, size_t at, const str *tests)
{
    struct arena *a = &f->r->arena;
    vec_add(a, &f->rules);
    if (at > f->rules.count - 1) at = f->rules.count - 1;
    for (size_t i = f->rules.count - 1; i > at; i--) f->rules.items[i] = f->rules.items[i - 1];
    struct plain_rule *rule = &f->rules.items[at];
    const struct plain_rule *like = at && !tests ? &f->rules.items[at - 1] : NULL;
    *rule = (struct plain_rule){.from = EDIT_NEW, .id = STR(""), .why = STR(""), .why_error = STR_NONE, .fresh = true};
    rule->cells = arena_array(a, f->columns + 1, sizeof *rule->cells);
    for (size_t k = 0; k < f->columns; k++) {
        struct rule_cell *cell = &rule->cells[k];
        str text = like ? like->cells[k].text : is_test(f, k) ? tests[k] : STR("");
        read_cell(f, k, text, &cell->plain);
        cell->text = text.n ? text : STR("-"), cell->error = STR_NONE;
    }
    if (like) rule->why = like->why;
}

void rules_remove(struct rules_form *f, size_t at)
{
    for (size_t i = at; i + 1 < f->rules.count; i++) f->rules.items[i] = f->rules.items[i + 1];
    f->rules.count--;
}

void rules_count_wrong(struct rules_form *f)
{
    f->wrong = 0;
    for (size_t i = 0; i < f->rules.count; i++) {
        f->wrong += f->rules.items[i].why_error.n > 0;
        for (size_t k = 0; k < f->columns; k++) f->wrong += f->rules.items[i].cells[k].error.n > 0;
    }
}

/* ---- Writing ---- */

/* Ids of what is in force, too: a rule that went is not the one that comes. */
static size_t ids_in_force(struct rules_form *f, const str **out)
{
    const struct table_view *views;
    struct err err;
    size_t count, n = 0;
    *out = NULL;
    if (!f->book.draft.n || tables_read(&f->r->arena, f->book.text, &views, &count, &err) < 0) return 0;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(views[i].decision, f->view->decision)) continue;
        str *ids = arena_array(&f->r->arena, views[i].rule_count + 1, sizeof *ids);
        for (; n < views[i].rule_count; n++) ids[n] = views[i].rules[n].id;
        return *out = ids, n;
    }
    return 0;
}

void rules_write(struct rules_form *f)
{
    struct request *r = f->r;
    struct err err = {0};
    const str *avoid;
    size_t avoided = ids_in_force(f, &avoid);
    struct edited_rule *rules = arena_array(&r->arena, f->rules.count + 1, sizeof *rules);
    for (size_t i = 0; i < f->rules.count; i++) {
        str *cells = arena_array(&r->arena, f->columns + 1, sizeof *cells);
        for (size_t k = 0; k < f->columns; k++) cells[k] = f->rules.items[i].cells[k].text;
        rules[i] = (struct edited_rule){f->rules.items[i].from, cells, f->rules.items[i].why};
    }
    f->now = STR_NONE;
    if (dmn_edit_rules(&r->arena, f->text, f->view->decision, rules, f->rules.count, f->columns, avoid, avoided,
                       &f->now, &err) < 0)
        f->message = capitalise(r, arena_copy(&r->arena, str_of(err.message)));
    f->changed = f->now.n && !str_eq(f->now, f->text);
}
