/* SPDX-License-Identifier: Apache-2.0 */
/* A small table keeps for each segment of a column (dmn_column.c) the rules that it leaves over, as bits: a decision is
 * one AND for each column. A large one keeps them as lists, takes the shortest list that the inputs offer, and holds it
 * against the other columns. */
#include "dmn_index.h"
#include "feel_parse.h"
#include "feel_value.h"

#include <string.h>

enum { BITS_LIMIT = 4 << 20, LISTS_LIMIT = 8 << 20 };

/* ---- Sets and lists ------------------------------------------------------------------------------------------------
 */

static bool everywhere(const struct table_column *col, size_t r)
{
    return !column_is_indexed(col) || col->cells[r].any || col->cells[r].complex;
}

static void add_bits(struct dmn_compiler *c, const struct dmn_table *t, struct table_column *col, size_t words)
{
    size_t segments = 2 * col->count + 2;
    uint64_t *bits = arena_array(c->a, segments * words, sizeof *bits);
    for (size_t r = 0; r < t->rule_count; r++) {
        uint64_t bit = 1ull << (r % 64);
        if (everywhere(col, r))
            for (size_t s = 0; s < segments; s++) bits[s * words + r / 64] |= bit;
        for (uint32_t k = 0; k < col->cells[r].count; k++)
            for (uint32_t s = col->cells[r].intervals[k].from; s <= col->cells[r].intervals[k].to; s++)
                bits[s * words + r / 64] |= bit;
    }
    col->bits = bits;
}

static void add_lists(struct dmn_compiler *c, const struct dmn_table *t, struct table_column *col)
{
    size_t segments = 2 * col->count + 1, total = 0;
    uint32_t *others = arena_array(c->a, t->rule_count + 1, sizeof *others);
    for (size_t r = 0; r < t->rule_count; r++) {
        if (everywhere(col, r)) others[col->other_count++] = (uint32_t)r;
        for (uint32_t k = 0; k < col->cells[r].count; k++)
            total += col->cells[r].intervals[k].to - col->cells[r].intervals[k].from + 1;
    }
    col->others = others;
    if (!column_is_indexed(col) || total > LISTS_LIMIT) return;
    uint32_t *starts = arena_array(c->a, segments + 2, sizeof *starts),
             *list = arena_array(c->a, total + 1, sizeof *list);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t r = 0; r < t->rule_count; r++)
            for (uint32_t k = 0; k < col->cells[r].count; k++)
                for (uint32_t s = col->cells[r].intervals[k].from; s <= col->cells[r].intervals[k].to; s++) {
                    if (!pass)
                        starts[s + 2]++;
                    else
                        list[starts[s + 1]++] = (uint32_t)r;
                }
        for (size_t s = 2; !pass && s < segments + 2; s++) starts[s] += starts[s - 1];
    }
    col->starts = starts, col->list = list;
}

/* ---- Constant outputs, inputs that are names -----------------------------------------------------------------------
 */

static bool allowed(struct dmn_compiler *c, const struct dmn_table *t, const struct table_output *o,
                    struct feel_value v)
{
    struct err ignored = {0};
    struct feel_value got = feel_null(), *frame = value_new_items(c->a, t->base + 1);
    struct feel_env env = {.arena = c->a};
    if (!o->allowed) return true;
    /* The host's functions can't be called yet. */
    if (v.kind == FEEL_LIST || v.kind == FEEL_NULL || c->model->host.count) return false;
    for (size_t i = 0; i < t->base; i++) frame[i] = feel_null();
    frame[t->base] = v;
    return feel_eval(o->allowed, &env, frame, &got, &ignored) == 0 && feel_is_true(got);
}

/* An input that is the value of a node of the same type, which has been made to fit it. */
static bool is_taken_already(const struct dmn_node *n, const struct table_input *in)
{
    if (!n || !in->type || !in->slot || in->slot > n->scope.count) return false;
    const struct dmn_node *of = n->bindings[in->slot - 1].node;
    return of && of->type == in->type && (of->kind == DMN_INPUT || of->kind == DMN_DECISION);
}

static void find_constants(struct dmn_compiler *c, struct dmn_table *t, const struct feel_scope *scope)
{
    struct feel_env env = {.arena = c->a};
    struct run_notes notes = {.stopped = false};
    struct dmn_run run = {.env = &env, .a = c->a, .notes = &notes};
    for (size_t r = 0; r < t->rule_count; r++) {
        struct feel_entry *entries = arena_array(c->a, t->output_count + 1, sizeof *entries);
        bool good = true;
        for (size_t o = 0; o < t->output_count && good; o++) {
            struct feel_value v = t->rules[r].outputs[o].value;
            good = t->rules[r].outputs[o].constant;
            if (!good) break;
            struct feel_value as = type_coerce(&run, t->outputs[o].type, v, "output", t->outputs[o].name);
            good = !notes.stopped && (as.kind != FEEL_NULL || v.kind == FEEL_NULL) && allowed(c, t, &t->outputs[o], as);
            entries[o] = (struct feel_entry){t->outputs[o].name, as};
        }
        if (!good) continue;
        t->rules[r].constant = true;
        t->rules[r].value = t->output_count == 1 ? entries[0].value : feel_context(entries, t->output_count);
    }
    for (size_t i = 0; i < t->input_count; i++) {
        struct parsed tree;
        struct err ignored = {0};
        bool parsed =
            parse_expression(&c->model->scratch, &c->model->scratch, scope, t->inputs[i].text, &tree, &ignored) == 0;
        if (parsed && tree.root->kind == NODE_VARIABLE && tree.root->declaration->is_input)
            t->inputs[i].slot = tree.root->declaration->index + 1;
        if (is_taken_already(c->node, &t->inputs[i])) t->inputs[i].plain = PLAIN_ALL;
        arena_clear(&c->model->scratch);
    }
}

void index_build(struct dmn_compiler *c, struct dmn_table *t, const struct feel_scope *scope)
{
    struct table_index *x = arena_zalloc(c->a, sizeof *x);
    size_t largest = 0;
    find_constants(c, t, scope);
    if (!t->rule_count || !t->input_count) return;
    x->columns = arena_array(c->a, t->input_count, sizeof *x->columns);
    x->words = (t->rule_count + 63) / 64;
    uint64_t *complex = arena_array(c->a, x->words, sizeof *complex);
    for (size_t i = 0; i < t->input_count; i++) {
        column_build(c, t, i, &x->columns[i]);
        arena_clear(&c->model->scratch);
        size_t bytes = (2 * x->columns[i].count + 2) * x->words * 8;
        if (bytes > largest) largest = bytes;
        for (size_t r = 0; r < t->rule_count; r++)
            if (x->columns[i].cells[r].complex) complex[r / 64] |= 1ull << (r % 64), x->any_complex = true;
    }
    x->complex = complex;
    x->bits = largest <= BITS_LIMIT;
    for (size_t i = 0; i < t->input_count; i++) {
        x->columns[i].none = x->bits ? (uint32_t)(2 * x->columns[i].count + 1) : NO_SEGMENT;
        if (x->bits)
            add_bits(c, t, &x->columns[i], x->words);
        else
            add_lists(c, t, &x->columns[i]);
    }
    t->index = x;
}

/* ---- Finding -------------------------------------------------------------------------------------------------------
 */

static bool complex_match(struct dmn_run *run, const struct dmn_table *t, size_t r,
                          const struct feel_value *const *values, struct feel_value *frame)
{
    for (size_t i = 0; i < t->input_count; i++) {
        if (!t->index->columns[i].cells[r].complex) continue;
        if (!cell_matches(run, t, &t->rules[r].tests[i], values[i], frame)) return false;
    }
    return true;
}

static bool fits(const struct column_cell *cell, uint32_t segment)
{
    if (cell->any || cell->complex) return true;
    for (uint32_t k = 0; k < cell->count; k++)
        if (segment - cell->intervals[k].from <= cell->intervals[k].to - cell->intervals[k].from)
            return segment != NO_SEGMENT;
    return false;
}

static bool is_complex(const struct table_index *x, size_t r)
{
    return x->any_complex && x->complex[r / 64] >> (r % 64) & 1;
}

/* Which of 64 rules every column leaves over. */
static inline uint64_t left_over(const struct dmn_table *t, const uint32_t *segments, size_t word)
{
    const struct table_index *x = t->index;
    uint64_t set = ~0ull;
    for (size_t i = 0; i < t->input_count && (set || x->words == 1); i++) /* of one word, without looking */
        set &= x->columns[i].bits[segments[i] * x->words + word];
    return set;
}

static size_t find_by_bits(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *const *values,
                           const uint32_t *segments, struct feel_value *frame, uint32_t *hits, size_t most)
{
    const struct table_index *x = t->index;
    size_t count = 0;
    for (size_t w = 0; w < x->words; w++) {
        uint64_t set = left_over(t, segments, w);
        while (set) {
            size_t r = w * 64 + (size_t)__builtin_ctzll(set);
            set &= set - 1;
            if (is_complex(x, r) && !complex_match(run, t, r, values, frame)) continue;
            hits[count++] = (uint32_t)r;
            if (count == most) return count;
        }
    }
    return count;
}

static size_t find_by_lists(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *const *values,
                            const uint32_t *segments, struct feel_value *frame, uint32_t *hits, size_t most)
{
    const struct table_index *x = t->index;
    size_t best = SIZE_MAX, count = 0, own = 0;
    const struct table_column *by = NULL;
    const uint32_t *list = NULL;
    for (size_t i = 0; i < t->input_count; i++) {
        const struct table_column *col = &x->columns[i];
        if (!col->starts) continue;
        size_t n = segments[i] == NO_SEGMENT ? 0 : col->starts[segments[i] + 1] - col->starts[segments[i]];
        if (n + col->other_count >= best) continue;
        best = n + col->other_count, by = col, own = n;
        list = n ? col->list + col->starts[segments[i]] : NULL;
    }
    for (size_t a = 0, b = 0, all = 0, last = SIZE_MAX; count < most;) { /* both lists in the order of the rules */
        size_t r;
        if (!by)
            r = all++;
        else if (a < own && (b == by->other_count || list[a] < by->others[b]))
            r = list[a++];
        else if (b < by->other_count)
            r = by->others[b++];
        else
            break;
        if (r >= t->rule_count) break;
        bool good = r != last; /* a rule stands twice where two of its tests overlap */
        last = r;
        for (size_t i = 0; i < t->input_count && good; i++)
            good = !column_is_indexed(&x->columns[i]) || fits(&x->columns[i].cells[r], segments[i]);
        if (good && (!is_complex(x, r) || complex_match(run, t, r, values, frame))) hits[count++] = (uint32_t)r;
    }
    return count;
}

bool index_find(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *const *values,
                struct feel_value *frame, uint32_t *hits, size_t most, size_t *count)
{
    const struct table_index *x = t->index;
    uint32_t few[16], *segments = few;
    if (t->input_count > ARRAY_COUNT(few)) segments = arena_alloc(run->a, t->input_count * sizeof *segments);
    if (!columns_locate(t, values, segments)) return false;
    *count = x->bits ? find_by_bits(run, t, values, segments, frame, hits, most)
                     : find_by_lists(run, t, values, segments, frame, hits, most);
    return true;
}
