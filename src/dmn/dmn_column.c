/* SPDX-License-Identifier: Apache-2.0 */
/* The constants of a column, sorted, cut its values into segments: each constant is one, each gap between two another.
 * A test of constants and ranges is then an interval of segments, and a value is one segment number. */
#include "dmn_index.h"
#include "feel_number.h"
#include "feel_parse.h"
#include "feel_value.h"

#include <stdlib.h>
#include <string.h>

enum { ATOMS_LIMIT = 64, FEW = 64, SHORT = 16, STEPS_LIMIT = 6 };
#define KEY_MOST ((int64_t)1 << 62)
#define KEY_NONE INT64_MIN /* no value's */

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
    return (v->kind == FEEL_DATE || v->kind == FEEL_YEARS_MONTHS || v->kind == FEEL_BOOLEAN) && *key != KEY_NONE;
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

/* Behind the last constant that is not above the key. No branches: where a value lies can't be foretold. */
static inline const int64_t *behind(const struct table_column *c, int64_t key)
{
    const int64_t *at = c->keys;
    if (LIKELY(c->buckets != NULL)) {
        int64_t inside = key < c->first ? c->first : key;
        inside = inside > c->last ? c->last : inside;
        at += c->buckets[(uint64_t)(inside - c->first) >> c->shift];
        for (unsigned n = c->steps; n > 0; n--) at += *at <= inside;
        return at;
    }
    for (size_t n = c->count; n > 1;) {
        size_t half = n / 2;
        at = at[half - 1] <= key ? at + half : at;
        n -= half;
    }
    return at + (*at <= key);
}

static inline uint32_t locate_key(const struct table_column *c, int64_t key, bool above)
{
    const int64_t *at = behind(c, key);
    return (uint32_t)(2 * (at - c->keys)) - ((at[-1] == key) & !above);
}

/* Strings of other lengths than 1 to 3 are read without branches, too. */
static inline struct short_text short_text(str s)
{
    struct short_text t = {0, 0, s.n};
    uint32_t part[4];
    if (UNLIKELY(s.n < 4)) {
        for (size_t i = 0; i < s.n; i++) t.head |= (uint64_t)(unsigned char)s.p[i] << 8 * i;
        return t;
    }
    size_t last = s.n - 4;
    memcpy(&part[0], s.p, 4), memcpy(&part[1], s.p + (last < 4 ? last : 4), 4);
    memcpy(&part[2], s.p + (last < 4 ? 0 : last - 4), 4), memcpy(&part[3], s.p + last, 4);
    t.head = part[0] | (uint64_t)part[1] << 32, t.tail = part[2] | (uint64_t)part[3] << 32;
    return t;
}
static inline size_t slot_of(const struct table_column *c, struct short_text t)
{
    return ((t.head + (t.tail << 23 | t.tail >> 41) + t.n) * c->factor) >> c->shift;
}

static inline uint32_t locate_short(const struct table_column *c, str text)
{
    if (text.n > SHORT) return 0;
    struct short_text t = short_text(text);
    const struct text_slot *slot = &c->slots[slot_of(c, t)];
    bool same = (slot->text.head == t.head) & (slot->text.tail == t.tail) & (slot->text.n == t.n);
    return same ? slot->segment : 0;
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
        int o = order((enum feel_kind)c->kind, *v, c->constants[middle]);
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
    if (c->slots) return locate_short(c, v->text);
    return search(c, v);
}

bool columns_locate(const struct dmn_table *t, const struct feel_value *const *values, uint32_t *segments)
{
    const struct table_column *c = t->index->columns;
    for (const struct table_column *end = c + t->input_count; c < end; c++) {
        const struct feel_value *v = *values++;
        if (LIKELY(v->kind == c->kind))
            *segments++ = locate(c, v);
        else if (v->kind >= FEEL_RANGE && column_is_indexed(c))
            return false;
        else
            *segments++ = c->none;
    }
    return true;
}

/* ---- Building ------------------------------------------------------------------------------------------------------
 */

/* The most keys of a bucket that are not its first value. */
static unsigned most_inside(const struct table_column *c, unsigned shift)
{
    unsigned most = 0, inside = 0;
    uint64_t bucket = 0, mask = ((uint64_t)1 << shift) - 1;
    for (size_t i = 0; i < c->count; i++) {
        uint64_t at = (uint64_t)(c->keys[i] - c->first);
        if (at >> shift != bucket) bucket = at >> shift, inside = 0;
        inside += (at & mask) != 0;
        if (inside > most) most = inside;
    }
    return most;
}

/* Buckets of equal width over the keys say how many constants are not above their first value: what is left is to
 * pass the few that are inside. Where many crowd in a small part there are none, and the keys are searched. */
static void add_buckets(struct dmn_compiler *c, struct table_column *col)
{
    uint64_t span = (uint64_t)(col->last - col->first);
    while (span >> col->shift >= 2 * col->count + 64) col->shift++;
    while ((col->steps = most_inside(col, col->shift)) > 2 && span >> (col->shift - 1) < 16 * col->count) col->shift--;
    if (col->steps > STEPS_LIMIT) return;
    uint32_t *buckets = arena_array(c->a, (size_t)(span >> col->shift) + 1, sizeof *buckets), below = 0;
    for (uint64_t b = 0; b <= span >> col->shift; b++) {
        int64_t start = col->first + (int64_t)(b << col->shift);
        while (below < col->count && col->keys[below] <= start) below++;
        buckets[b] = below;
    }
    col->buckets = buckets;
}

static void add_keys(struct dmn_compiler *c, struct table_column *col)
{
    int64_t *keys = (int64_t *)arena_array(c->a, col->count + STEPS_LIMIT + 2, sizeof *keys) + 1; /* one before, too */
    bool above;
    for (size_t k = 0; k < col->count; k++) {
        unsigned places = places_of(&col->constants[k]);
        if (places > col->scale) col->scale = places;
    }
    if (col->scale > KEY_PLACES) return;
    for (size_t k = 0; k < col->count; k++)
        if (!key_of(&col->constants[k], col->scale, &keys[k], &above) || keys[k] > KEY_MOST || keys[k] < -KEY_MOST)
            return;
    keys[-1] = KEY_NONE;
    for (size_t k = col->count; k <= col->count + STEPS_LIMIT; k++) keys[k] = INT64_MAX;
    col->keys = keys, col->first = keys[0] - 1, col->last = keys[col->count - 1];
    add_buckets(c, col);
}

/* A table without collisions for short strings: by the first of some factors that makes none. */
static bool add_slots(struct dmn_compiler *c, struct table_column *col)
{
    enum { TRIES = 200, SPARE = 3 };
    unsigned bits = 1;
    for (size_t i = 0; i < col->count; i++)
        if (col->constants[i].text.n > SHORT) return false;
    while ((size_t)1 << bits < 2 * col->count) bits++;
    for (unsigned try = 0; try < TRIES; try++) {
        col->shift = 64 - bits - try * SPARE / TRIES;
        col->factor = (try + 1) * 0x9fb21c651e98df25u | 1;
        size_t room = (size_t)1 << (64 - col->shift), k = 0;
        struct text_slot *slots = arena_array(&c->model->scratch, room, sizeof *slots);
        for (size_t i = 0; i < room; i++) slots[i].text.n = SIZE_MAX;
        for (; k < col->count; k++) {
            struct short_text text = short_text(col->constants[k].text);
            struct text_slot *slot = &slots[slot_of(col, text)];
            if (slot->text.n != SIZE_MAX) break;
            *slot = (struct text_slot){text, (uint32_t)(2 * k + 1)};
        }
        if (k < col->count) continue;
        struct text_slot *kept = arena_alloc(c->a, room * sizeof *kept);
        memcpy(kept, slots, room * sizeof *kept);
        col->slots = kept;
        return true;
    }
    return false;
}

static void add_hashes(struct dmn_compiler *c, struct table_column *col)
{
    size_t room = 8;
    if (col->count <= FEW && add_slots(c, col)) return;
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

void column_build(struct dmn_compiler *c, struct dmn_table *t, size_t i, struct table_column *col)
{
    VEC(struct feel_value) constants = {0};
    atoms *all = arena_array(&c->model->scratch, t->rule_count + 1, sizeof *all);
    bool first = true, only_equal = true;
    col->kind = KIND_NONE;
    col->cells = arena_array(c->a, t->rule_count + 1, sizeof *col->cells);
    for (size_t r = 0; r < t->rule_count; r++) {
        const struct table_cell *from = &t->rules[r].tests[i];
        struct column_cell *cell = &col->cells[r];
        if (cell_is_any(from)) cell->any = true;
        cell->complex = from->program != NULL;
        for (size_t k = 0; k < from->test_count && !cell->complex; k++)
            cell->complex = !add_test(&c->model->scratch, &all[r], &from->tests[k]);
        for (size_t k = 0; k < all[r].count && !cell->complex; k++) {
            if (first) col->kind = (uint8_t)kind_of(&all[r].items[k]), first = false;
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
    if (first) return;
    if (constants.count) qsort(constants.items, constants.count, sizeof *constants.items, by_order);
    for (size_t k = 0; k < constants.count; k++)
        if (!col->count || feel_order(constants.items[col->count - 1], constants.items[k]) != 0)
            constants.items[col->count++] = constants.items[k];
    col->constants = arena_array(c->a, col->count + 1, sizeof *col->constants);
    if (col->count) memcpy(col->constants, constants.items, col->count * sizeof *col->constants);
    if (!col->count) return;
    add_keys(c, col);
    for (size_t r = 0; r < t->rule_count; r++)
        if (!col->cells[r].complex && !col->cells[r].any) make_intervals(c, col, &col->cells[r], &all[r]);
    if (only_equal && col->kind == FEEL_STRING) add_hashes(c, col);
}
