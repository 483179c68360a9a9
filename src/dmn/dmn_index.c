/* SPDX-License-Identifier: Apache-2.0 */
/* The constants of a column, sorted, cut its values into segments: each constant is one, each gap between two another.
 * A test of constants and ranges is then an interval of segments, and a value is one segment number.
 *
 * A small table keeps for each segment the rules that it leaves over, as bits: a decision is one AND for each column. A
 * large one keeps them as lists, takes the shortest list that the inputs offer, and holds it against the other columns.
 */
#include "dmn_index.h"
#include "feel_number.h"
#include "feel_parse.h"
#include "feel_value.h"

#include <stdlib.h>
#include <string.h>

enum { BITS_LIMIT = 4 << 20, LISTS_LIMIT = 8 << 20, ATOMS_LIMIT = 64, FEW = 8, SHORT = 16 };

struct atom { /* from … to, constants; an end may be open to its side */
    struct feel_value from, to;
    bool has_from, has_to, from_closed, to_closed;
};
typedef VEC(struct atom) atoms;

/* ---- Reading the tests ---------------------------------------------------------------------------------------------
 */

static bool is_indexable(enum feel_kind kind)
{
    return kind == FEEL_NUMBER || kind == FEEL_STRING || kind == FEEL_BOOLEAN || kind == FEEL_DATE ||
           kind == FEEL_DAYS_TIME || kind == FEEL_YEARS_MONTHS;
}

static bool add_atom(struct arena *a, atoms *out, struct atom atom)
{
    if (out->count >= ATOMS_LIMIT) return false;
    if (atom.has_from && !is_indexable((enum feel_kind)atom.from.kind)) return false;
    if (atom.has_to && !is_indexable((enum feel_kind)atom.to.kind)) return false;
    if (atom.has_from && atom.has_to && atom.from.kind != atom.to.kind) return false;
    *vec_add(a, out) = atom;
    return true;
}

static bool add_value(struct arena *a, atoms *out, struct feel_value v, int depth)
{
    if (v.kind == FEEL_RANGE) {
        const struct feel_range *r = v.range;
        switch (r->form) {
        case RANGE_BOTH:
            return add_atom(a, out, (struct atom){r->from, r->to, true, true, r->from_closed, r->to_closed});
        case RANGE_BELOW:
            return add_atom(a, out, (struct atom){.to = r->to, .has_to = true, .to_closed = r->to_closed});
        case RANGE_ABOVE:
            return add_atom(a, out, (struct atom){.from = r->from, .has_from = true, .from_closed = r->from_closed});
        case RANGE_EQUAL: return add_value(a, out, r->from, 1);
        case RANGE_EXCEPT: return false; /* true for null, too */
        }
    }
    if (v.kind == FEEL_LIST && depth == 0) {
        for (uint32_t i = 0; i < v.count; i++)
            if (!add_value(a, out, v.items[i], 1)) return false;
        return true;
    }
    return add_atom(a, out, (struct atom){v, v, true, true, true, true});
}

static bool add_test(struct arena *a, atoms *out, const struct table_test *test)
{
    struct feel_value v = test->value;
    switch ((int)test->op) {
    case OP_IN: return add_value(a, out, v, 0);
    case OP_EQ: return v.kind != FEEL_LIST && v.kind != FEEL_RANGE && add_value(a, out, v, 0);
    case OP_LT: return add_atom(a, out, (struct atom){.to = v, .has_to = true});
    case OP_LE: return add_atom(a, out, (struct atom){.to = v, .has_to = true, .to_closed = true});
    case OP_GT: return add_atom(a, out, (struct atom){.from = v, .has_from = true});
    case OP_GE: return add_atom(a, out, (struct atom){.from = v, .has_from = true, .from_closed = true});
    default: return false;
    }
}

static enum feel_kind kind_of(const struct atom *a)
{
    return (enum feel_kind)(a->has_from ? a->from.kind : a->to.kind);
}

/* ---- Constants -----------------------------------------------------------------------------------------------------
 */

/* Out of the scratch memory; false: something in it that isn't copied. */
static bool copied(struct arena *a, struct feel_value v, struct feel_value *out, int depth)
{
    *out = v;
    if (depth > 20) return false;
    switch ((enum feel_kind)v.kind) {
    case FEEL_BOOLEAN:
    case FEEL_NUMBER:
    case FEEL_DATE:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS: return true;
    case FEEL_NULL: return v.text.n == 0;
    case FEEL_STRING: out->text = arena_copy(a, v.text); return true;
    case FEEL_LIST: {
        struct feel_value *items = value_new_items(a, v.count);
        for (uint32_t i = 0; i < v.count; i++)
            if (!copied(a, v.items[i], &items[i], depth + 1)) return false;
        out->items = items;
        return true;
    }
    case FEEL_RANGE: {
        struct feel_range *r = arena_alloc(a, sizeof *r);
        *r = *v.range;
        out->range = r;
        return copied(a, v.range->from, &r->from, depth + 1) && copied(a, v.range->to, &r->to, depth + 1);
    }
    case FEEL_TIME: /* their zones lie elsewhere */
    case FEEL_DATE_TIME:
    case FEEL_CONTEXT:
    case FEEL_FUNCTION:
    case FEEL_OBJECT: return false;
    }
    NOT_REACHED();
}

bool cell_read_constants(struct dmn_compiler *c, struct table_cell *cell, const struct feel_scope *scope,
                         const struct feel_type *tested)
{
    struct parsed tree;
    struct err ignored = {0};
    struct arena *scratch = &c->model->scratch;
    bool good = parse_unary_tests(scratch, scratch, scope, tested, cell->text, &tree, &ignored) == 0 &&
                tree.root->kind == NODE_IN;
    size_t count = good ? tree.root->count : 0;
    struct table_test *tests = good ? arena_array(c->a, count + 1, sizeof *tests) : NULL;
    for (size_t i = 0; i < count && good; i++) {
        const struct node *n = tree.root->items[i];
        bool op =
            n->op == OP_IN || n->op == OP_EQ || n->op == OP_LT || n->op == OP_LE || n->op == OP_GT || n->op == OP_GE;
        good = op && n->kind == NODE_BINARY && n->a && n->a->kind == NODE_CONSTANT &&
               copied(c->a, n->a->value, &tests[i].value, 0);
        tests[i].op = (uint16_t)n->op;
    }
    arena_clear(scratch);
    if (!good || !count) return false;
    cell->tests = tests, cell->test_count = count;
    return true;
}

bool result_read_constant(struct dmn_compiler *c, struct table_result *r, str text, const struct feel_scope *scope)
{
    struct parsed tree;
    struct err ignored = {0};
    bool good = parse_expression(&c->model->scratch, &c->model->scratch, scope, text, &tree, &ignored) == 0 &&
                tree.root->kind == NODE_CONSTANT && copied(c->a, tree.root->value, &r->value, 0);
    arena_clear(&c->model->scratch);
    r->constant = good;
    return good;
}

bool cell_matches(struct dmn_run *run, const struct dmn_table *t, const struct table_cell *cell, struct feel_value v,
                  struct feel_value *frame)
{
    if (cell->program) {
        frame[t->base] = v;
        return feel_is_true(run_program(run, cell->program, frame));
    }
    for (size_t i = 0; i < cell->test_count; i++) {
        const struct table_test *test = &cell->tests[i];
        int o;
        str why;
        if (test->op == OP_IN   ? feel_is_true(value_in(run->a, v, test->value))
            : test->op == OP_EQ ? feel_is_true(value_equal(run->a, v, test->value))
                                : value_compare(run->a, v, test->value, &o, &why) && (test->op == OP_LT   ? o < 0
                                                                                      : test->op == OP_LE ? o <= 0
                                                                                      : test->op == OP_GT ? o > 0
                                                                                                          : o >= 0))
            return true;
    }
    return cell->test_count == 0;
}

/* ---- Segments ------------------------------------------------------------------------------------------------------
 */

static inline int order(enum feel_kind kind, struct feel_value a, struct feel_value b)
{
    return kind == FEEL_NUMBER ? number_cmp(a, b) : feel_order(a, b);
}
static int by_order(const void *a, const void *b)
{
    return feel_order(*(const struct feel_value *)a, *(const struct feel_value *)b);
}

/* A number in units of 10 ** -scale: the whole number of them that is not above it, and whether that is less. */
enum { KEY_PLACES = 9 };
static inline bool scaled_key(const struct feel_value *v, unsigned scale, int64_t *key, bool *above)
{
    static const uint64_t powers[KEY_PLACES + 1] = {1,      10,      100,      1000,      10000,
                                                    100000, 1000000, 10000000, 100000000, 1000000000};
    uint64_t high = v->word[1] & ~NUMBER_SIGN, places = (NUMBER_EXPONENT_0 - high) / NUMBER_EXPONENT_1, whole;
    if (high & NUMBER_HIGH_DIGITS || high > NUMBER_EXPONENT_0 || places > KEY_PLACES) return false;
    *above = false;
    if (places <= scale) {
        if (__builtin_mul_overflow(v->word[0], powers[scale - places], &whole)) return false;
    } else {
        unsigned cut = (unsigned)places - scale;
        whole = cut == 2 ? v->word[0] / 100 : v->word[0] / powers[cut]; /* by a constant it is a multiplication */
        *above = whole * powers[cut] != v->word[0];
    }
    if (whole >> 62) return false;
    *key = v->word[1] & NUMBER_SIGN ? -(int64_t)whole - *above : (int64_t)whole;
    return true;
}

/* The value as a whole number that keeps the order of its kind; `above`: it is a little more than that. */
static inline bool key_of(const struct feel_value *v, unsigned scale, int64_t *key, bool *above)
{
    *above = false;
    if (v->kind == FEEL_NUMBER) {
        *key = (int64_t)v->word[0];
        if (LIKELY(v->word[1] == NUMBER_EXPONENT_0 && !scale && *key >= 0)) return true;
        return scaled_key(v, scale, key, above);
    }
    *key = v->kind == FEEL_BOOLEAN ? v->flag : (int64_t)v->word[0];
    return v->kind == FEEL_DATE || v->kind == FEEL_YEARS_MONTHS || v->kind == FEEL_BOOLEAN;
}

/* The digits behind the point that a constant has; more than KEY_PLACES where it is no key. */
static unsigned places_of(const struct feel_value *v)
{
    uint64_t high = v->word[1] & ~NUMBER_SIGN;
    if (v->kind != FEEL_NUMBER || high == NUMBER_EXPONENT_0) return 0;
    if (high & NUMBER_HIGH_DIGITS || high > NUMBER_EXPONENT_0) return KEY_PLACES + 1;
    uint64_t places = (NUMBER_EXPONENT_0 - high) / NUMBER_EXPONENT_1;
    return places > KEY_PLACES ? KEY_PLACES + 1 : (unsigned)places;
}

static inline uint32_t locate_key(const struct table_column *c, int64_t key, bool above)
{
    const int64_t *at = c->keys;
    for (size_t n = c->count; n > 1;) {
        size_t half = n / 2;
        at = at[half] <= key ? at + half : at;
        n -= half;
    }
    if (!c->count) return 0;
    uint32_t inside = 1u + ((*at < key) | above); /* no branches: where a value lies can't be foretold */
    return (uint32_t)(2 * (at - c->keys)) + (*at > key ? 0 : inside);
}

static inline struct short_text short_text(str s)
{
    struct short_text t = {0, 0, s.n};
    uint32_t low, high;
    if (s.n >= 8)
        memcpy(&t.head, s.p, 8), memcpy(&t.tail, s.p + s.n - 8, 8);
    else if (s.n >= 4)
        memcpy(&low, s.p, 4), memcpy(&high, s.p + s.n - 4, 4), t.head = low | (uint64_t)high << 32;
    else
        for (size_t i = 0; i < s.n; i++) t.head |= (uint64_t)(unsigned char)s.p[i] << 8 * i;
    return t;
}

static inline uint32_t locate_few(const struct table_column *c, str text)
{
    uint32_t segment = 0;
    if (text.n > SHORT) return 0;
    struct short_text t = short_text(text);
    for (uint32_t i = 0; i < c->count; i++) { /* all of them: which one it is can't be foretold either */
        bool same = (c->few[i].head == t.head) & (c->few[i].tail == t.tail) & (c->few[i].n == t.n);
        segment = same ? 2 * i + 1 : segment;
    }
    return segment;
}

static uint32_t search(const struct table_column *c, const struct feel_value *v)
{
    size_t low = 0, high = c->count;
    if (c->hashed) {
        uint64_t h = str_hash(v->text);
        for (size_t at = h & c->hash_mask; c->hashed[at]; at = (at + 1) & c->hash_mask)
            if (c->hashes[at] == h && str_eq(c->constants[c->hashed[at] - 1].text, v->text))
                return 2 * (c->hashed[at] - 1) + 1;
        return 0; /* any gap: no test tells them apart */
    }
    while (low < high) {
        size_t middle = (low + high) / 2;
        int o = order(c->kind, *v, c->constants[middle]);
        if (o == 0) return (uint32_t)(2 * middle + 1);
        if (o < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return (uint32_t)(2 * low);
}

static inline uint32_t locate(const struct table_column *c, const struct feel_value *v)
{
    int64_t key;
    bool above;
    if (c->keys && LIKELY(key_of(v, c->scale, &key, &above))) return locate_key(c, key, above);
    if (c->few) return locate_few(c, v->text);
    return search(c, v);
}

static void add_hashes(struct dmn_compiler *c, struct table_column *col)
{
    size_t room = 8;
    while (room < col->count * 2 + 2) room *= 2;
    uint64_t *hashes = arena_array(c->a, room, sizeof *hashes);
    uint32_t *hashed = arena_array(c->a, room, sizeof *hashed);
    for (size_t i = 0; i < col->count; i++) {
        uint64_t h = str_hash(col->constants[i].text);
        size_t at = h & (room - 1);
        while (hashed[at]) at = (at + 1) & (room - 1);
        hashes[at] = h, hashed[at] = (uint32_t)i + 1;
    }
    col->hashes = hashes, col->hashed = hashed, col->hash_mask = room - 1;
    bool few = col->count <= FEW;
    for (size_t i = 0; i < col->count; i++) few &= col->constants[i].text.n <= SHORT;
    struct short_text *texts = few ? arena_array(c->a, col->count + 1, sizeof *texts) : NULL;
    for (size_t i = 0; i < col->count && few; i++) texts[i] = short_text(col->constants[i].text);
    col->few = texts;
}

static void make_intervals(struct dmn_compiler *c, struct table_column *col, struct column_cell *cell, const atoms *of)
{
    cell->intervals = arena_array(c->a, of->count + 1, sizeof *cell->intervals);
    for (size_t i = 0; i < of->count; i++) {
        const struct atom *a = &of->items[i];
        struct segment_interval in = {0, (uint32_t)(2 * col->count)};
        if (a->has_from) in.from = locate(col, &a->from) + !a->from_closed;
        if (a->has_to) in.to = locate(col, &a->to);
        if (a->has_to && !a->to_closed && in.to-- == 0) continue;
        if (in.from <= in.to) cell->intervals[cell->count++] = in;
    }
}

static void build_column(struct dmn_compiler *c, struct dmn_table *t, size_t i, struct table_column *col)
{
    VEC(struct feel_value) constants = {0};
    atoms *all = arena_array(&c->model->scratch, t->rule_count + 1, sizeof *all);
    bool first = true, only_equal = true;
    col->cells = arena_array(c->a, t->rule_count + 1, sizeof *col->cells);
    for (size_t r = 0; r < t->rule_count; r++) {
        const struct table_cell *from = &t->rules[r].tests[i];
        struct column_cell *cell = &col->cells[r];
        if (cell_is_any(from)) cell->any = true;
        cell->complex = from->program != NULL;
        for (size_t k = 0; k < from->test_count && !cell->complex; k++)
            cell->complex = !add_test(&c->model->scratch, &all[r], &from->tests[k]);
        for (size_t k = 0; k < all[r].count && !cell->complex; k++) {
            if (first) col->kind = kind_of(&all[r].items[k]), first = false;
            cell->complex = kind_of(&all[r].items[k]) != col->kind;
        }
        if (cell->complex) continue;
        for (size_t k = 0; k < all[r].count; k++) {
            const struct atom *a = &all[r].items[k];
            if (a->has_from) *vec_add(&c->model->scratch, &constants) = a->from;
            if (a->has_to) *vec_add(&c->model->scratch, &constants) = a->to;
            only_equal &= a->has_from && a->has_to && a->from_closed && a->to_closed && feel_order(a->from, a->to) == 0;
        }
    }
    col->indexed = !first;
    if (first) return;
    if (constants.count) qsort(constants.items, constants.count, sizeof *constants.items, by_order);
    for (size_t k = 0; k < constants.count; k++)
        if (!col->count || feel_order(constants.items[col->count - 1], constants.items[k]) != 0)
            constants.items[col->count++] = constants.items[k];
    col->constants = arena_array(c->a, col->count + 1, sizeof *col->constants);
    if (col->count) memcpy(col->constants, constants.items, col->count * sizeof *col->constants);
    int64_t *keys = arena_array(c->a, col->count + 1, sizeof *keys);
    bool all_keys = true, above;
    for (size_t k = 0; k < col->count; k++) {
        unsigned places = places_of(&col->constants[k]);
        if (places > col->scale) col->scale = places;
    }
    for (size_t k = 0; k < col->count && all_keys; k++)
        all_keys = col->scale <= KEY_PLACES && key_of(&col->constants[k], col->scale, &keys[k], &above);
    if (all_keys) col->keys = keys;
    for (size_t r = 0; r < t->rule_count; r++)
        if (!col->cells[r].complex && !col->cells[r].any) make_intervals(c, col, &col->cells[r], &all[r]);
    if (only_equal && col->kind == FEEL_STRING) add_hashes(c, col);
}

/* ---- Sets and lists ------------------------------------------------------------------------------------------------
 */

static bool everywhere(const struct table_column *col, size_t r)
{
    return !col->indexed || col->cells[r].any || col->cells[r].complex;
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
    if (!col->indexed || total > LISTS_LIMIT) return;
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
        build_column(c, t, i, &x->columns[i]);
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

static bool complex_match(struct dmn_run *run, const struct dmn_table *t, size_t r, const struct feel_value *values,
                          struct feel_value *frame)
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

static size_t find_by_bits(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *values,
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

static size_t find_by_lists(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *values,
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
            good = !x->columns[i].indexed || fits(&x->columns[i].cells[r], segments[i]);
        if (good && (!is_complex(x, r) || complex_match(run, t, r, values, frame))) hits[count++] = (uint32_t)r;
    }
    return count;
}

bool index_find(struct dmn_run *run, const struct dmn_table *t, const struct feel_value *values,
                struct feel_value *frame, uint32_t *hits, size_t most, size_t *count)
{
    const struct table_index *x = t->index;
    uint32_t few[16], *segments = few;
    if (t->input_count > ARRAY_COUNT(few)) segments = arena_alloc(run->a, t->input_count * sizeof *segments);
    for (size_t i = 0; i < t->input_count; i++) {
        const struct table_column *col = &x->columns[i];
        bool located = col->indexed && values[i].kind == col->kind;
        if (!located && col->indexed && values[i].kind >= FEEL_RANGE) return false;
        segments[i] = located ? locate(col, &values[i]) : col->none;
    }
    *count = x->bits ? find_by_bits(run, t, values, segments, frame, hits, most)
                     : find_by_lists(run, t, values, segments, frame, hits, most);
    return true;
}
