/* SPDX-License-Identifier: Apache-2.0 */
/* What can be seen of a model without running it. Tables are looked at by the segments of their index: rules are boxes
 * in the space of the columns, so what is covered twice, by nothing, or never, is arithmetic. Cells that must be
 * evaluated are given the benefit of the doubt: they cover all, and overlap with nothing. */
#include "dmn_index.h"
#include "feel_code.h"
#include "feel_value.h"

#include <string.h>

enum { STEPS_LIMIT = 2000000, SHOWN_LIMIT = 20, PAIRS_LIMIT = 4000 };

const char *dmn_finding_word(enum dmn_finding_kind kind)
{
    static const char *const words[] = {[DMN_CLASH] = "clash",
                                        [DMN_GAP] = "gap",
                                        [DMN_OVERLAP] = "overlap",
                                        [DMN_UNREACHABLE] = "unreachable",
                                        [DMN_UNUSED] = "unused"};
    return words[kind];
}

struct looking {
    struct dmn_compiler *c;
    const struct dmn_table *t;
    const struct table_index *x;
    bool **domain; /* by column: which segments have values at all */
    size_t *segments;
    struct segment_interval *path; /* the segments chosen so far */
    size_t steps, shown;
};

/* ---- Words ---------------------------------------------------------------------------------------------------------
 */

static void put_segments(struct buf *out, const struct looking *k, size_t i, struct segment_interval s)
{
    const struct table_column *col = &k->x->columns[i];
    bool from_closed = s.from & 1, to_closed = s.to & 1, from_open_end = s.from == 0,
         to_open_end = s.to == 2 * col->count;
    if (from_open_end && to_open_end) {
        buf_text(out, "anything");
        return;
    }
    if (col->kind == FEEL_STRING && s.from == s.to && !from_closed) {
        buf_text(out, "any other text");
        return;
    }
    if (s.from == s.to && from_closed) {
        feel_emit(out, col->constants[s.from / 2]);
        return;
    }
    if (from_open_end || to_open_end) {
        buf_text(out, from_open_end ? (to_closed ? "<= " : "< ") : from_closed ? ">= " : "> ");
        feel_emit(out,
                  from_open_end ? col->constants[s.to / 2] : col->constants[from_closed ? s.from / 2 : s.from / 2 - 1]);
        return;
    }
    buf_char(out, from_closed ? '[' : '(');
    feel_emit(out, col->constants[from_closed ? s.from / 2 : s.from / 2 - 1]);
    buf_text(out, "..");
    feel_emit(out, col->constants[s.to / 2]);
    buf_char(out, to_closed ? ']' : ')');
}

static void put_path(struct buf *out, const struct looking *k, size_t depth)
{
    bool any = false;
    for (size_t i = 0; i < depth; i++) {
        if (!column_is_indexed(&k->x->columns[i]) ||
            (k->path[i].from == 0 && k->path[i].to == 2 * k->x->columns[i].count))
            continue;
        if (any) buf_text(out, ", ");
        any = true;
        buf_str(out, k->t->inputs[i].text);
        buf_text(out, ": ");
        put_segments(out, k, i, k->path[i]);
    }
    if (!any) buf_text(out, "any input");
}

/* The same as a unary test; `any other text` is what no rule names. */
static void put_test(struct buf *out, const struct looking *k, size_t i, struct segment_interval s)
{
    const struct table_column *col = &k->x->columns[i];
    if (!column_is_indexed(col) || (s.from == 0 && s.to == 2 * col->count)) {
        buf_char(out, '-');
        return;
    }
    if (col->kind == FEEL_STRING && s.from == s.to && !(s.from & 1)) {
        buf_text(out, "not(");
        for (size_t n = 0; n < col->count; n++) {
            if (n) buf_text(out, ", ");
            feel_emit(out, col->constants[n]);
        }
        buf_char(out, ')');
        return;
    }
    put_segments(out, k, i, s);
}

/* Of the finding that was noted last: the path so far, and the rules. */
static void note_path(struct looking *k, size_t depth)
{
    findings *all = k->c->model->findings;
    struct dmn_finding *f = &all->items[all->count - 1];
    str *tests = arena_array(k->c->a, k->t->input_count + 1, sizeof *tests);
    for (size_t i = 0; i < k->t->input_count; i++) {
        struct buf one;
        buf_init(&one, 4000);
        if (i < depth)
            put_test(&one, k, i, k->path[i]);
        else
            buf_char(&one, '-');
        tests[i] = buf_copy(&one, k->c->a);
        buf_release(&one);
    }
    f->tests = tests, f->test_count = k->t->input_count;
}

static void note_rules(struct looking *k, size_t a, size_t b)
{
    findings *all = k->c->model->findings;
    struct dmn_finding *f = &all->items[all->count - 1];
    f->rules[0] = (uint32_t)a + 1, f->rules[1] = (uint32_t)b + 1;
}

/* ---- The domain of a column ----------------------------------------------------------------------------------------
 */

/* Texts that no test orders: the gaps between them are one. */
static bool is_of_words(const struct table_column *col) { return col->slots || col->hashed; }

/* Booleans are two; where values are listed, no others count. */
static void find_domain(struct looking *k, size_t i)
{
    struct arena *a = &k->c->model->scratch;
    const struct table_column *col = &k->x->columns[i];
    const struct table_input *in = &k->t->inputs[i];
    size_t n = column_is_indexed(col) ? 2 * col->count + 1 : 1;
    str tests = in->allowed_text.n ? in->allowed_text : type_allowed_text(in->type);
    k->segments[i] = n;
    k->domain[i] = arena_array(a, n, sizeof **k->domain);
    for (size_t s = 0; s < n; s++) k->domain[i][s] = !column_is_indexed(col) || col->kind != FEEL_BOOLEAN || s & 1;
    /* No test tells the gaps between single texts apart. */
    for (size_t s = 2; s < n && is_of_words(col); s += 2) k->domain[i][s] = false;
    if (!column_is_indexed(col) || !tests.n) return;
    struct table_cell allowed = {.text = tests};
    struct feel_scope none = {.lenient = true};
    struct dmn_compiler own = *k->c;
    struct arena *scratch = &own.model->scratch, before = *scratch; /* reading constants clears it */
    arena_init(scratch, 0);
    bool known = cell_read_constants(&own, &allowed, &none, in->tested);
    arena_release(scratch);
    *scratch = before;
    if (!known) return;
    for (size_t s = 0; s < n; s++) {
        /* A gap is left out where the list has only single values. */
        bool single = true, inside = false;
        for (size_t j = 0; j < allowed.test_count; j++) {
            struct feel_value v = allowed.tests[j].value;
            single &= allowed.tests[j].op == OP_IN && v.kind != FEEL_RANGE && v.kind != FEEL_LIST;
            if (s & 1 && allowed.tests[j].op == OP_IN) inside |= feel_is_true(value_in(a, col->constants[s / 2], v));
        }
        if (single) k->domain[i][s] &= s & 1 ? inside : false;
    }
    /* A listed value that no rule names lies in a gap; of words the first gap stands for all. */
    for (size_t j = 0; j < allowed.test_count && n; j++) {
        struct feel_value v = allowed.tests[j].value;
        size_t at = 0;
        if (allowed.tests[j].op != OP_IN || v.kind != col->kind) continue;
        while (at < col->count && feel_order(col->constants[at], v) < 0) at++;
        if (at < col->count && feel_same(col->constants[at], v)) continue;
        k->domain[i][is_of_words(col) ? 0 : 2 * at] = true;
    }
}

/* ---- Gaps ----------------------------------------------------------------------------------------------------------
 */

static bool covers(const struct table_column *col, size_t rule, uint32_t segment)
{
    const struct column_cell *cell = &col->cells[rule];
    if (!column_is_indexed(col) || cell->any || cell->complex) return true;
    for (uint32_t j = 0; j < cell->count; j++)
        if (segment >= cell->intervals[j].from && segment <= cell->intervals[j].to) return true;
    return false;
}

static bool covers_rest(const struct looking *k, size_t rule, size_t from)
{
    for (size_t i = from; i < k->t->input_count; i++) {
        const struct table_column *col = &k->x->columns[i];
        if (column_is_indexed(col) && !col->cells[rule].any && !col->cells[rule].complex) return false;
    }
    return true;
}

static void gap_found(struct looking *k, size_t depth)
{
    struct buf out;
    if (k->shown++ >= SHOWN_LIMIT) return;
    buf_init(&out, 4000);
    put_path(&out, k, depth);
    note_finding(k->c, DMN_GAP, k->t->xml, NULL, "no rule for " STR_FORMAT, STR_ARGS(buf_get(&out)));
    note_path(k, depth);
    buf_release(&out);
}

static void look_for_gaps(struct looking *k, size_t depth, const uint32_t *rules, size_t count)
{
    struct arena *a = &k->c->model->scratch;
    if (k->steps > STEPS_LIMIT || k->shown >= SHOWN_LIMIT) return;
    for (size_t r = 0; r < count; r++)
        if (covers_rest(k, rules[r], depth)) return;
    if (!count) {
        gap_found(k, depth);
        return;
    }
    if (depth == k->t->input_count) return;
    const struct table_column *col = &k->x->columns[depth];
    struct arena_mark mark = arena_mark(a);
    uint32_t *now = arena_array(a, count + 1, sizeof *now), *before = arena_array(a, count + 1, sizeof *before);
    size_t before_count = 0, n = k->segments[depth];
    bool open = false;
    for (size_t s = 0; s <= n; s++) { /* segments beside each other that the same rules cover go together */
        size_t now_count = 0;
        bool here = s < n && k->domain[depth][s];
        for (size_t r = 0; here && r < count; r++) {
            if (covers(col, rules[r], (uint32_t)s)) now[now_count++] = rules[r];
            k->steps++;
        }
        bool same = open && here && now_count == before_count && !memcmp(now, before, now_count * sizeof *now);
        if (open && !same) {
            look_for_gaps(k, depth + 1, before, before_count);
            open = false;
        }
        if (!here) continue;
        if (!open) k->path[depth].from = (uint32_t)s;
        k->path[depth].to = (uint32_t)s;
        memcpy(before, now, now_count * sizeof *now);
        before_count = now_count, open = true;
    }
    arena_back_to(a, mark);
}

/* ---- Overlaps and rules that never match ---------------------------------------------------------------------------
 */

static bool is_plain(const struct looking *k, size_t rule)
{
    for (size_t i = 0; i < k->t->input_count; i++)
        if (k->x->columns[i].cells[rule].complex) return false;
    return true;
}

/* The two meet in every column; *inside: all that the second takes, the first does too. */
static bool meet(struct looking *k, size_t first, size_t second, bool *inside)
{
    *inside = true;
    for (size_t i = 0; i < k->t->input_count; i++) {
        const struct table_column *col = &k->x->columns[i];
        bool any = false, began = false;
        k->path[i] = (struct segment_interval){0, (uint32_t)(2 * col->count)};
        if (!column_is_indexed(col)) continue;
        for (uint32_t s = 0; s < k->segments[i]; s++) {
            if (!k->domain[i][s]) continue;
            bool one = covers(col, first, s), two = covers(col, second, s);
            k->steps++;
            if (two && !one) *inside = false;
            if (one && two && !any) k->path[i].from = s, any = began = true;
            if (one && two && began) k->path[i].to = s;
            if (!(one && two)) began = false;
        }
        if (!any) return false;
    }
    return true;
}

static bool same_outputs(const struct dmn_table *t, size_t a, size_t b)
{
    for (size_t o = 0; o < t->output_count; o++) {
        const struct table_result *x = &t->rules[a].outputs[o], *y = &t->rules[b].outputs[o];
        if (!x->constant || !y->constant || !feel_same(x->value, y->value)) return false;
    }
    return true;
}

static void overlap_found(struct looking *k, size_t a, size_t b, const char *what)
{
    struct buf out;
    if (k->shown++ >= SHOWN_LIMIT) return;
    buf_init(&out, 4000);
    put_path(&out, k, k->t->input_count);
    note_finding(k->c, DMN_OVERLAP, k->t->rules[b].xml, NULL, "the rules %zu and %zu both match%s for " STR_FORMAT,
                 a + 1, b + 1, what, STR_ARGS(buf_get(&out)));
    note_path(k, k->t->input_count);
    note_rules(k, a, b);
    buf_release(&out);
}

static void look_at_pairs(struct looking *k)
{
    const struct dmn_table *t = k->t;
    size_t rules = t->rule_count < PAIRS_LIMIT ? t->rule_count : PAIRS_LIMIT;
    for (size_t b = 0; b < rules && k->steps < 50ull * STEPS_LIMIT; b++) {
        bool hidden = false;
        if (!is_plain(k, b)) continue;
        for (size_t a = 0; a < b && !hidden; a++) {
            bool inside;
            if (!is_plain(k, a) || !meet(k, a, b, &inside)) continue;
            if (t->policy == HIT_UNIQUE) overlap_found(k, a, b, "");
            if (t->policy == HIT_ANY && !same_outputs(t, a, b)) overlap_found(k, a, b, ", with different outputs,");
            if (t->policy != HIT_FIRST || !inside) continue;
            hidden = true;
            note_finding(k->c, DMN_UNREACHABLE, t->rules[b].xml, NULL,
                         "rule %zu never matches: rule %zu before it takes all of it", b + 1, a + 1);
            note_rules(k, a, b);
        }
    }
}

static void look_for_empty(struct looking *k)
{
    for (size_t r = 0; r < k->t->rule_count; r++)
        for (size_t i = 0; i < k->t->input_count; i++) {
            bool any = false;
            for (uint32_t s = 0; s < k->segments[i] && !any; s++)
                any = k->domain[i][s] && covers(&k->x->columns[i], r, s);
            if (any) continue;
            note_finding(k->c, DMN_UNREACHABLE, k->t->rules[r].xml, NULL,
                         "rule %zu never matches: no value of " STR_FORMAT " is " STR_FORMAT, r + 1,
                         STR_ARGS(k->t->inputs[i].text), STR_ARGS(k->t->rules[r].tests[i].text));
            note_rules(k, r, r);
            break;
        }
}

void check_table(struct dmn_compiler *c, const struct dmn_table *t)
{
    struct arena *a = &c->model->scratch;
    struct looking k = {.c = c, .t = t, .x = t->index};
    k.domain = arena_array(a, t->input_count, sizeof *k.domain);
    k.segments = arena_array(a, t->input_count, sizeof *k.segments);
    k.path = arena_array(a, t->input_count + 1, sizeof *k.path);
    for (size_t i = 0; i < t->input_count; i++) find_domain(&k, i);
    look_for_empty(&k);
    look_at_pairs(&k);
    k.steps = k.shown = 0;
    bool must_cover =
        t->policy == HIT_UNIQUE || t->policy == HIT_ANY || t->policy == HIT_PRIORITY || t->policy == HIT_FIRST;
    if (must_cover && !t->has_fallback) {
        uint32_t *rules = arena_array(a, t->rule_count + 1, sizeof *rules);
        for (size_t r = 0; r < t->rule_count; r++) rules[r] = (uint32_t)r;
        look_for_gaps(&k, 0, rules, t->rule_count);
    }
    arena_clear(a);
}

/* ---- The graph -----------------------------------------------------------------------------------------------------
 */

static bool named_in(const struct xml *x, str name, int depth)
{
    if (xml_is(x, "text") && str_find(x->text, name) != STR_NOT_FOUND) return true;
    for (const struct xml *e = x->first; e && depth < XML_DEPTH; e = e->next)
        if (named_in(e, name, depth + 1)) return true;
    return false;
}

void check_graph(struct dmn_model *m)
{
    for (size_t i = 0; i < m->files.items[0]->nodes.count; i++) {
        const struct dmn_node *n = m->files.items[0]->nodes.items[i];
        struct dmn_compiler c = {.model = m, .a = &m->arena, .file = n->file, .node = (struct dmn_node *)(uintptr_t)n};
        bool required = n->kind != DMN_INPUT;
        for (size_t k = 0; k < m->nodes.count && !required; k++) {
            const struct dmn_node *by = m->nodes.items[k];
            for (size_t r = 0; r < by->requires.count; r++) required |= by->requires.items[r].node == n;
            for (size_t p = 0; by->kind == DMN_SERVICE && p < by->parameter_count; p++)
                required |= by->parameter_nodes[p] == n;
        }
        if (!required) note_finding(&c, DMN_UNUSED, n->xml, NULL, "no decision requires it");
        for (size_t r = 0; r < n->requires.count && n->kind != DMN_SERVICE; r++) {
            const struct dmn_node *of = n->requires.items[r].node;
            if (!named_in(n->xml, of->name, 0))
                note_finding(&c, DMN_UNUSED, n->xml, NULL, "requires '" STR_FORMAT "' and does not use it",
                             STR_ARGS(of->name));
        }
    }
}
