/* SPDX-License-Identifier: Apache-2.0 */
#include "ruling_tables.h"

#include "base_buf.h"
#include "dmn_xml.h"

/* ---- Reading ---- */

static size_t count_children(const struct xml *x, const char *name)
{
    size_t count = 0;
    for (const struct xml *c = x->first; c; c = c->next) count += xml_is(c, name);
    return count;
}

static str text_of(const struct xml *x)
{
    str t = x ? str_trim(x->text) : STR_NONE;
    return t.n ? t : STR("");
}

static str policy_of(struct arena *a, const struct xml *table)
{
    str policy = xml_get(table, "hitPolicy"), of = xml_get(table, "aggregation");
    if (!policy.n) policy = STR("UNIQUE");
    return of.n ? arena_printf(a, STR_FORMAT " " STR_FORMAT, STR_ARGS(policy), STR_ARGS(of)) : policy;
}

static str head_of(const struct xml *column, str decision)
{
    const struct xml *expression = xml_child(column, "inputExpression");
    str named = expression ? xml_text(expression, "text") : xml_get(column, "name");
    if (named.n) return named;
    named = xml_get(column, "label");
    return named.n ? named : decision;
}

static void read_rule(struct arena *a, const struct xml *x, size_t columns, struct table_rule *out)
{
    str *cells = arena_array(a, columns + 1, sizeof *cells);
    size_t i = 0;
    str id = xml_get(x, "id");
    *out = (struct table_rule){.id = id.n ? id : STR(""), .cells = cells, .why = STR("")};
    for (size_t k = 0; k < columns; k++) cells[k] = STR("");
    for (const struct xml *c = x->first; c; c = c->next) {
        str text = text_of(xml_child(c, "text"));
        if ((xml_is(c, "inputEntry") || xml_is(c, "outputEntry")) && i < columns) cells[i++] = text;
        if (xml_is(c, "annotationEntry") && !out->why.n) out->why = text;
    }
    if (!out->why.n) out->why = text_of(xml_child(x, "description"));
}

static void read_table(struct arena *a, const struct xml *x, struct table_view *out)
{
    size_t i = 0, columns = count_children(x, "input") + count_children(x, "output");
    str *heads = arena_array(a, columns + 1, sizeof *heads);
    struct table_rule *rules = arena_array(a, count_children(x, "rule") + 1, sizeof *rules);
    out->policy = policy_of(a, x);
    for (const struct xml *c = x->first; c; c = c->next) {
        bool input = xml_is(c, "input");
        if (!input && !xml_is(c, "output")) continue;
        heads[i++] = head_of(c, out->decision);
        *(input ? &out->input_count : &out->output_count) += 1;
    }
    for (const struct xml *c = x->first; c; c = c->next)
        if (xml_is(c, "rule")) read_rule(a, c, columns, &rules[out->rule_count++]);
    out->heads = heads, out->rules = rules;
}

/* A literal expression as it stands, a context with its entries, of others what they are. */
static str expression_of(struct arena *a, const struct xml *x)
{
    struct buf b;
    if (xml_is(x, "literalExpression")) return text_of(xml_child(x, "text"));
    buf_init(&b, 1 << 20);
    for (const struct xml *c = xml_is(x, "context") ? x->first : NULL; c; c = c->next) {
        const struct xml *name = xml_child(c, "variable"), *literal = xml_child(c, "literalExpression");
        if (!xml_is(c, "contextEntry")) continue;
        if (b.n) buf_char(&b, '\n');
        if (name) buf_str(&b, xml_name(a, name)), buf_text(&b, ": ");
        buf_str(&b, literal ? text_of(xml_child(literal, "text")) : STR("…"));
    }
    str text = b.n ? buf_copy(&b, a) : arena_printf(a, "(" STR_FORMAT ")", STR_ARGS(x->name));
    buf_release(&b);
    return text;
}

static void read_decision(struct arena *a, const struct xml *x, struct table_view *out)
{
    static const char *const apart[] = {"description", "question", "allowedAnswers", "variable", "extensionElements"};
    const struct xml *logic = xml_child(x, "encapsulatedLogic");
    *out = (struct table_view){.decision = xml_name(a, x), .question = text_of(xml_child(x, "question"))};
    out->expression = STR("");
    for (const struct xml *c = (logic ? logic : x)->first; c; c = c->next) {
        bool is_apart = str_ends(c->name, STR("Requirement")) || xml_is(c, "formalParameter");
        for (size_t i = 0; i < ARRAY_COUNT(apart); i++) is_apart |= xml_is(c, apart[i]);
        if (is_apart) continue;
        if (xml_is(c, "decisionTable"))
            read_table(a, c, out);
        else
            out->expression = expression_of(a, c);
        return;
    }
}

int tables_read(struct arena *a, str text, const struct table_view **out, size_t *count, struct err *err)
{
    const struct xml *root;
    if (xml_parse(a, text, &root, err) < 0) return -1;
    size_t room = count_children(root, "decision") + count_children(root, "businessKnowledgeModel");
    struct table_view *views = arena_array(a, room + 1, sizeof *views);
    *count = 0;
    for (const struct xml *c = root->first; c; c = c->next)
        if (xml_is(c, "decision") || xml_is(c, "businessKnowledgeModel")) read_decision(a, c, &views[(*count)++]);
    *out = views;
    return 0;
}

/* ---- Comparing ---- */

struct comparing {
    struct arena *a;
    const struct table_view *before, *after;
    struct compared_rule *rules;
    size_t count, changed;
};

static size_t column_count(const struct table_view *t) { return t->input_count + t->output_count; }

/* The column of that head, an input for an input; SIZE_MAX: there is none. */
static size_t column_of(const struct table_view *t, str head, bool input)
{
    size_t from = input ? 0 : t->input_count, to = input ? t->input_count : column_count(t);
    for (size_t i = from; i < to; i++)
        if (str_eq(t->heads[i], head)) return i;
    return SIZE_MAX;
}

static struct compared_cell cell_of(str before, str after, bool both)
{
    return (struct compared_cell){before, after, both && !str_eq(before, after)};
}

/* The columns are those of the table as it is after, of one that is gone as it was. */
static void add_rule(struct comparing *c, const struct table_rule *before, const struct table_rule *after)
{
    const struct table_view *shown = c->after ? c->after : c->before;
    size_t columns = column_count(shown);
    struct compared_cell *cells = arena_array(c->a, columns + 1, sizeof *cells);
    struct compared_rule *one = &c->rules[c->count++];
    *one = (struct compared_rule){TABLE_SAME, after ? after : before, cells};
    for (size_t i = 0; i < columns; i++) {
        size_t then = c->before ? column_of(c->before, shown->heads[i], i < shown->input_count) : SIZE_MAX;
        str was = before && then != SIZE_MAX ? before->cells[then] : STR_NONE;
        cells[i] = cell_of(was, after && c->after ? after->cells[i] : STR_NONE, before && after);
        if (cells[i].changed) one->change = TABLE_CHANGED;
    }
    cells[columns] = cell_of(before ? before->why : STR_NONE, after ? after->why : STR_NONE, before && after);
    if (cells[columns].changed) one->change = TABLE_CHANGED;
    /* A column that is gone said something. */
    for (size_t i = 0; before && after && i < column_count(c->before); i++)
        if (column_of(c->after, c->before->heads[i], i < c->before->input_count) == SIZE_MAX)
            one->change = TABLE_CHANGED;
    if (!before || !after) one->change = before ? TABLE_GONE : TABLE_ADDED;
    c->changed += one->change != TABLE_SAME;
}

static bool has_id(const struct table_view *t, str id)
{
    for (size_t i = 0; i < t->rule_count; i++)
        if (str_eq(t->rules[i].id, id)) return true;
    return false;
}

/* The place before of a rule after; SIZE_MAX: it is new. */
static size_t place_before(const struct table_view *before, const struct table_view *after, size_t i)
{
    str id = after->rules[i].id;
    for (size_t k = 0; id.n && k < before->rule_count; k++)
        if (str_eq(before->rules[k].id, id)) return k;
    /* By its place, where the one that stood there goes by none that is still there. */
    if (i >= before->rule_count) return SIZE_MAX;
    str there = before->rules[i].id;
    if (id.n && there.n) return SIZE_MAX;
    return there.n && has_id(after, there) ? SIZE_MAX : i;
}

static void compare_rules(struct comparing *c)
{
    size_t olds = c->before ? c->before->rule_count : 0, news = c->after ? c->after->rule_count : 0, shown = 0;
    bool *kept = arena_array(c->a, olds + 1, sizeof *kept);
    size_t *places = arena_array(c->a, news + 1, sizeof *places);
    c->rules = arena_array(c->a, olds + news + 1, sizeof *c->rules);
    for (size_t i = 0; i < news; i++) {
        places[i] = c->before ? place_before(c->before, c->after, i) : SIZE_MAX;
        if (places[i] != SIZE_MAX && kept[places[i]]) places[i] = SIZE_MAX; /* one id twice */
        if (places[i] != SIZE_MAX) kept[places[i]] = true;
    }
    for (size_t i = 0; i < news; i++) {
        for (; places[i] != SIZE_MAX && shown < places[i]; shown++)
            if (!kept[shown]) add_rule(c, &c->before->rules[shown], NULL);
        add_rule(c, places[i] == SIZE_MAX ? NULL : &c->before->rules[places[i]], &c->after->rules[i]);
    }
    for (; shown < olds; shown++)
        if (!kept[shown]) add_rule(c, &c->before->rules[shown], NULL);
}

static bool same_head(const struct table_view *a, const struct table_view *b)
{
    bool same = str_eq(a->policy, b->policy) && str_eq(a->expression, b->expression) &&
                str_eq(a->question, b->question) && a->input_count == b->input_count &&
                a->output_count == b->output_count;
    for (size_t i = 0; same && i < column_count(a); i++) same = str_eq(a->heads[i], b->heads[i]);
    return same;
}

static struct compared_table compare_one(struct arena *a, const struct table_view *before,
                                         const struct table_view *after)
{
    struct comparing c = {.a = a, .before = before, .after = after};
    compare_rules(&c);
    enum table_change change = !before                                  ? TABLE_ADDED
                               : !after                                 ? TABLE_GONE
                               : c.changed || !same_head(before, after) ? TABLE_CHANGED
                                                                        : TABLE_SAME;
    return (struct compared_table){change, before, after, c.rules, c.count, c.changed};
}

static const struct table_view *view_named(const struct table_view *views, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(views[i].decision, name)) return &views[i];
    return NULL;
}

size_t tables_compare(struct arena *a, const struct table_view *before, size_t before_count,
                      const struct table_view *after, size_t after_count, const struct compared_table **out)
{
    struct compared_table *all = arena_array(a, before_count + after_count + 1, sizeof *all);
    size_t count = 0;
    for (size_t i = 0; i < after_count; i++)
        all[count++] = compare_one(a, view_named(before, before_count, after[i].decision), &after[i]);
    for (size_t i = 0; i < before_count; i++)
        if (!view_named(after, after_count, before[i].decision)) all[count++] = compare_one(a, &before[i], NULL);
    *out = all;
    return count;
}
