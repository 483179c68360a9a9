/* SPDX-License-Identifier: Apache-2.0 */
#include "dmn_edit.h"

#include "base_buf.h"
#include "base_utf8.h"
#include "dmn_xml.h"

#include <stdlib.h>

struct piece { /* bytes of the model, and what stands there in their place */
    size_t from, to, order;
    str text;
};
struct editing {
    struct arena *a;
    str model;
    const struct xml *table;
    str prefix; /* "dmn:", or "" */
    size_t inputs, outputs, annotations;
    const struct xml **rules;
    size_t rule_count;
    const str *avoid;
    size_t avoid_count;
    VEC(struct piece) pieces;
    VEC(str) made; /* ids */
    struct err *err;
};

/* ---- Where things stand ---- */

static bool is_quote(char c) { return c == '"' || c == '\''; }

/* UTF-8 is what offsets and what is put in rest on. */
static bool is_utf8(str model)
{
    if (model.n > 1 && ((unsigned char)model.p[0] >= 0xFE || !model.p[0] || !model.p[1])) return false;
    if (str_starts(model, STR("\xEF\xBB\xBF"))) model = str_from(model, 3);
    size_t end = str_starts(model, STR("<?xml")) ? str_find(model, STR("?>")) : 0, from, to;
    size_t at = end == STR_NOT_FOUND ? end : str_find(str_slice(model, 0, end), STR("encoding"));
    if (at == STR_NOT_FOUND) return true;
    for (from = at; from < end && !is_quote(model.p[from]);) from++;
    for (to = from + 1; to < end && !is_quote(model.p[to]);) to++;
    str declared = str_slice(model, from + 1, to);
    return str_eq_nocase(declared, STR("UTF-8")) || str_eq_nocase(declared, STR("US-ASCII"));
}

/* The name as it is written, with its prefix. */
static str raw_name(str model, const struct xml *x)
{
    size_t from = x->tag + 1, to = from;
    while (to < model.n && !strchr(" \t\r\n/>", model.p[to])) to++;
    return str_slice(model, from, to);
}

static bool is_empty_tag(str model, const struct xml *x)
{
    return x->from == x->to && x->from >= 2 && model.p[x->from - 1] == '>' && model.p[x->from - 2] == '/';
}

static size_t end_of(str model, const struct xml *x)
{
    if (is_empty_tag(model, x)) return x->from;
    size_t close = str_find_char(str_from(model, x->to), '>');
    return close == STR_NOT_FOUND ? model.n : x->to + close + 1;
}

/* The end of the line before, where only blanks stand between it and `at`; else `at`. */
static size_t line_before(str model, size_t at)
{
    size_t i = at;
    while (i && (model.p[i - 1] == ' ' || model.p[i - 1] == '\t')) i--;
    if (!i || model.p[i - 1] != '\n') return at;
    i--;
    return i && model.p[i - 1] == '\r' ? i - 1 : i;
}

static str gap_before(str model, size_t at) { return str_slice(model, line_before(model, at), at); }

/* ---- What is put in ---- */

static void replace(struct editing *e, size_t from, size_t to, str text)
{
    *vec_add(e->a, &e->pieces) = (struct piece){from, to, e->pieces.count, text};
}

static int check_text(struct editing *e, str text, const char *what)
{
    if (utf8_first_bad(text, true) != STR_NOT_FOUND)
        return err_set(e->err, ERR_INPUT, "%s is not clean UTF-8 text", what);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool strange =
            c == 0xEF && i + 2 < text.n && (unsigned char)text.p[i + 1] == 0xBF && (unsigned char)text.p[i + 2] >= 0xBE;
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || strange)
            return err_set(e->err, ERR_INPUT, "%s has a character that no XML can hold", what);
    }
    return 0;
}

static str escaped(struct editing *e, str text)
{
    struct buf b;
    buf_init(&b, text.n * 5 + 1);
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '&': buf_text(&b, "&amp;"); break;
        case '<': buf_text(&b, "&lt;"); break;
        case '>': buf_text(&b, "&gt;"); break;
        case '\r': buf_text(&b, "&#13;"); break;
        default: buf_char(&b, text.p[i]);
        }
    }
    str copy = buf_copy(&b, e->a);
    buf_release(&b);
    return copy;
}

static str element(struct editing *e, const char *name, str inside)
{
    return arena_printf(e->a, "<" STR_FORMAT "%s>" STR_FORMAT "</" STR_FORMAT "%s>", STR_ARGS(e->prefix), name,
                        STR_ARGS(inside), STR_ARGS(e->prefix), name);
}

/* Between the tags of x. */
static void fill(struct editing *e, const struct xml *x, str inside)
{
    if (!is_empty_tag(e->model, x)) {
        replace(e, x->from, x->to, inside);
        return;
    }
    str name = raw_name(e->model, x);
    replace(e, x->from - 2, x->from,
            arena_printf(e->a, ">" STR_FORMAT "</" STR_FORMAT ">", STR_ARGS(inside), STR_ARGS(name)));
}

/* The <text> of a cell or of an annotation. */
static void set_text(struct editing *e, const struct xml *holder, str text)
{
    const struct xml *x = xml_child(holder, "text");
    if (x)
        fill(e, x, escaped(e, text));
    else if (is_empty_tag(e->model, holder))
        fill(e, holder, element(e, "text", escaped(e, text)));
    else
        replace(e, holder->from, holder->from, element(e, "text", escaped(e, text)));
}

/* ---- Rules that were there ---- */

static bool says_other(const struct xml *holder, str text)
{
    const struct xml *x = xml_child(holder, "text");
    return !str_eq(x ? str_trim(x->text) : STR(""), str_trim(text));
}

static void set_why(struct editing *e, const struct xml *rule, str why)
{
    const struct xml *description = xml_child(rule, "description"), *first = xml_child(rule, "annotationEntry");
    for (const struct xml *x = first; x; x = xml_same(x))
        if (says_other(x, STR(""))) {
            if (says_other(x, why)) set_text(e, x, why);
            return;
        }
    if (description ? str_eq(str_trim(description->text), why) : !why.n) return;
    if (description && description->text.n)
        fill(e, description, escaped(e, why));
    else if (first)
        set_text(e, first, why);
    else if (description)
        fill(e, description, escaped(e, why));
    else { /* the description comes first in an element, and any version of DMN has it */
        str gap = rule->first ? gap_before(e->model, rule->first->tag) : STR("");
        replace(e, rule->from, rule->from,
                arena_printf(e->a, STR_FORMAT STR_FORMAT, STR_ARGS(gap),
                             STR_ARGS(element(e, "description", escaped(e, why)))));
    }
}

static int change_rule(struct editing *e, size_t number, const struct edited_rule *now)
{
    const struct xml *rule = e->rules[number];
    size_t at[2] = {0, e->inputs}, ends[2] = {e->inputs, e->inputs + e->outputs};
    for (const struct xml *x = rule->first; x; x = x->next) {
        bool input = xml_is(x, "inputEntry");
        if (!input && !xml_is(x, "outputEntry")) continue;
        size_t *k = &at[!input];
        if (*k == ends[!input]) continue;
        if (says_other(x, now->cells[*k])) set_text(e, x, str_trim(now->cells[*k]));
        *k += 1;
    }
    if (at[0] < ends[0] || at[1] < ends[1])
        return err_set(e->err, ERR_INPUT, "rule %zu has fewer cells than the table has columns", number + 1);
    set_why(e, rule, str_trim(now->why));
    return 0;
}

static void remove_rule(struct editing *e, size_t number)
{
    const struct xml *rule = e->rules[number];
    replace(e, line_before(e->model, rule->tag), end_of(e->model, rule), STR(""));
}

/* ---- New rules ---- */

static bool is_taken(const struct editing *e, str id)
{
    for (size_t at = 0, found; (found = str_find(str_from(e->model, at), id)) != STR_NOT_FOUND; at += found + 1) {
        size_t from = at + found, to = from + id.n;
        if (from && to < e->model.n && is_quote(e->model.p[from - 1]) && is_quote(e->model.p[to])) return true;
    }
    for (size_t i = 0; i < e->avoid_count; i++)
        if (str_eq(e->avoid[i], id)) return true;
    for (size_t i = 0; i < e->made.count; i++)
        if (str_eq(e->made.items[i], id)) return true;
    return false;
}

/* As its neighbours are named, with the next number. */
static str new_id(struct editing *e)
{
    str stem = STR_NONE;
    size_t number = e->rule_count + 1;
    for (size_t i = e->rule_count; i-- > 0 && !stem.n;) stem = str_trim(xml_get(e->rules[i], "id"));
    while (stem.n && stem.p[stem.n - 1] >= '0' && stem.p[stem.n - 1] <= '9') stem.n--;
    if (!stem.n) {
        str table = str_trim(xml_get(e->table, "id"));
        stem = table.n ? arena_printf(e->a, STR_FORMAT "_r", STR_ARGS(table)) : STR("rule_");
    }
    str id = arena_printf(e->a, STR_FORMAT "%zu", STR_ARGS(stem), number);
    while (is_taken(e, id)) id = arena_printf(e->a, STR_FORMAT "%zu", STR_ARGS(stem), ++number);
    return *vec_add(e->a, &e->made) = id;
}

static void put_child(struct editing *e, struct buf *b, str gap, const char *name, str id, str text)
{
    buf_str(b, gap);
    buf_printf(b, "<" STR_FORMAT "%s", STR_ARGS(e->prefix), name);
    if (id.n) buf_printf(b, " id=\"" STR_FORMAT "\"", STR_ARGS(id));
    buf_printf(b, ">" STR_FORMAT "</" STR_FORMAT "%s>", STR_ARGS(element(e, "text", escaped(e, text))),
               STR_ARGS(e->prefix), name);
}

/* Laid out as a rule that is there. */
static str new_rule(struct editing *e, const struct edited_rule *r, const struct xml *like)
{
    struct buf b;
    const struct xml *entry = like ? xml_child(like, "inputEntry") : NULL;
    if (like && !entry) entry = xml_child(like, "outputEntry");
    bool named = entry && xml_get(entry, "id").n;
    str id = new_id(e), gap, inside, why = str_trim(r->why);
    if (like)
        gap = gap_before(e->model, like->tag);
    else
        gap = e->table->first ? gap_before(e->model, e->table->first->tag) : STR("");
    inside = entry   ? gap_before(e->model, entry->tag)
             : gap.n ? arena_printf(e->a, STR_FORMAT "  ", STR_ARGS(gap))
                     : gap;
    buf_init(&b, 2 * XML_LIMIT);
    buf_str(&b, gap);
    buf_printf(&b, "<" STR_FORMAT "rule id=\"" STR_FORMAT "\">", STR_ARGS(e->prefix), STR_ARGS(id));
    if (!e->annotations && why.n) buf_str(&b, inside), buf_str(&b, element(e, "description", escaped(e, why)));
    for (size_t i = 0; i < e->inputs + e->outputs; i++) {
        bool input = i < e->inputs;
        str own = named ? arena_printf(e->a, STR_FORMAT "_%s%zu", STR_ARGS(id), input ? "i" : "o",
                                       input ? i + 1 : i + 1 - e->inputs)
                        : STR("");
        put_child(e, &b, inside, input ? "inputEntry" : "outputEntry", own, str_trim(r->cells[i]));
    }
    for (size_t i = 0; i < e->annotations; i++) put_child(e, &b, inside, "annotationEntry", STR(""), i ? STR("") : why);
    buf_str(&b, gap);
    buf_printf(&b, "</" STR_FORMAT "rule>", STR_ARGS(e->prefix));
    str text = buf_copy(&b, e->a);
    buf_release(&b);
    return text;
}

static void add_rule(struct editing *e, const struct edited_rule *r, size_t behind)
{
    const struct xml *like = behind != EDIT_NEW ? e->rules[behind] : e->rule_count ? e->rules[0] : NULL;
    size_t at;
    if (behind != EDIT_NEW)
        at = end_of(e->model, like);
    else if (like)
        at = line_before(e->model, like->tag);
    else
        at = line_before(e->model, e->table->to);
    replace(e, at, at, new_rule(e, r, like));
}

/* ---- The table ---- */

static int find_table(struct editing *e, const struct xml *root, str decision)
{
    for (const struct xml *x = root->first; x && !e->table; x = x->next) {
        if (!xml_is(x, "decision") && !xml_is(x, "businessKnowledgeModel")) continue;
        if (!str_eq(xml_name(e->a, x), decision)) continue;
        const struct xml *logic = xml_child(x, "encapsulatedLogic");
        e->table = xml_child(logic ? logic : x, "decisionTable");
    }
    if (!e->table) return err_set(e->err, ERR_ABSENT, "there is no table '" STR_FORMAT "'", STR_ARGS(decision));
    str name = raw_name(e->model, e->table);
    size_t colon = str_find_char(name, ':');
    e->prefix = colon == STR_NOT_FOUND ? STR("") : str_slice(name, 0, colon + 1);
    size_t rules = 0;
    for (const struct xml *x = e->table->first; x; x = x->next) {
        e->inputs += xml_is(x, "input"), e->outputs += xml_is(x, "output");
        e->annotations += xml_is(x, "annotation"), rules += xml_is(x, "rule");
    }
    e->rules = arena_array(e->a, rules + 1, sizeof *e->rules);
    for (const struct xml *x = e->table->first; x; x = x->next)
        if (xml_is(x, "rule")) e->rules[e->rule_count++] = x;
    return 0;
}

static int change_rules(struct editing *e, const struct edited_rule *rules, size_t count)
{
    size_t next = 0, behind = EDIT_NEW, columns = e->inputs + e->outputs;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < columns; k++)
            if (check_text(e, rules[i].cells[k], "a cell")) return -1;
        if (check_text(e, rules[i].why, "a reason")) return -1;
        if (rules[i].from == EDIT_NEW) {
            add_rule(e, &rules[i], behind);
            continue;
        }
        if (rules[i].from < next || rules[i].from >= e->rule_count)
            return err_set(e->err, ERR_INPUT, "rule %zu of the new ones stands before one that it stood behind", i + 1);
        for (; next < rules[i].from; next++) remove_rule(e, next);
        if (change_rule(e, next, &rules[i])) return -1;
        behind = next++;
    }
    for (; next < e->rule_count; next++) remove_rule(e, next);
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static int assemble(struct editing *e, str *out)
{
    struct buf b;
    size_t done = 0;
    const struct xml *root;
    buf_init(&b, XML_LIMIT);
    if (e->pieces.count) qsort(e->pieces.items, e->pieces.count, sizeof *e->pieces.items, by_place);
    VEC_EACH(p, &e->pieces) {
        MUST(p->from >= done);
        buf_str(&b, str_slice(e->model, done, p->from));
        buf_str(&b, p->text);
        done = p->to;
    }
    buf_str(&b, str_from(e->model, done));
    int result = buf_check(&b, e->err);
    if (result == 0) *out = buf_copy(&b, e->a);
    buf_release(&b);
    return result ? -1 : xml_parse(e->a, *out, &root, e->err);
}

int dmn_edit_rules(struct arena *a, str model, str decision, const struct edited_rule *rules, size_t count,
                   size_t columns, const str *avoid, size_t avoid_count, str *out, struct err *err)
{
    const struct xml *root;
    struct editing e = {.a = a, .model = model, .avoid = avoid, .avoid_count = avoid_count, .err = err};
    if (!is_utf8(model)) return err_set(err, ERR_INPUT, "the model is not written in UTF-8");
    if (xml_parse(a, model, &root, err) < 0 || find_table(&e, root, decision)) return -1;
    if (!columns || columns != e.inputs + e.outputs)
        return err_set(err, ERR_INPUT, "the table '" STR_FORMAT "' has %zu columns, not %zu", STR_ARGS(decision),
                       e.inputs + e.outputs, columns);
    return change_rules(&e, rules, count) ? -1 : assemble(&e, out);
}

int dmn_edit_extension(struct arena *a, str model, str name, str text, str *out, struct err *err)
{
    const struct xml *root;
    struct editing e = {.a = a, .model = model, .err = err};
    if (!is_utf8(model)) return err_set(err, ERR_INPUT, "the model is not written in UTF-8");
    if (xml_parse(a, model, &root, err) < 0 || check_text(&e, text, "a text")) return -1;
    const struct xml *inside = xml_child(root, "extensionElements");
    for (const struct xml *x = inside ? inside->first : NULL; x; x = x->next)
        if (str_eq(x->space, XML_OWN) && str_eq(x->name, name) && !str_eq(str_trim(x->text), str_trim(text)))
            fill(&e, x, escaped(&e, str_trim(text)));
    return assemble(&e, out);
}
