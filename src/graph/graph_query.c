/* SPDX-License-Identifier: Apache-2.0 */
#include "graph_query.h"
#include "graph_inside.h"

#include "base_time.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t id;
    str name;
    struct feel_value key;
};
/* What is moved about while sorting: two numbers that settle most comparisons, and where the rest stands. */
struct row {
    uint64_t head, name_head;
    size_t at;
};
struct ordering {
    bool by_name, down;
    const struct entry *entries;
    size_t shared; /* letters that all names begin with: they tell nothing */
};

/* ---- Which facts ---- */

static int compile_where(struct arena *a, const struct graph *g, const struct fact_query *q, struct feel_scope *scope,
                         const struct feel_program **program, struct err *err)
{
    struct feel_variable *fact = arena_alloc(a, sizeof *fact);
    *fact = (struct feel_variable){.name = STR("this"), .type = graph_type(g, q->type), .opened = true};
    *scope = (struct feel_scope){.outer = graph_scope(g), .variables = fact, .count = 1};
    if (feel_compile(a, scope, q->where, program, err)) return -1;
    const struct feel_type *type = feel_program_type(*program);
    if (type->is == FEEL_TYPE_ANY || (type->is == FEEL_TYPE_OF_KIND && type->kind == FEEL_BOOLEAN)) return 0;
    return err_set(err, ERR_INPUT, "is not a condition, such as 'status = \"shadow\"'");
}

static int keep_where(struct arena *a, const struct graph *g, struct feel_env *env, const struct fact_query *q,
                      uint64_t *ids, size_t *count, struct err *err)
{
    const struct feel_program *program;
    struct feel_scope scope;
    if (!q->where.p) return 0;
    str place = q->where_place.n ? q->where_place : STR("where");
    if (compile_where(a, g, q, &scope, &program, err)) return err_in(err, place);
    size_t outer = feel_scope_size(scope.outer), kept = 0;
    struct feel_value *inputs = arena_array(a, outer + 1, sizeof *inputs);
    struct feel_env own = *env;
    inputs[0] = graph_workspace(env->host);
    if (q->seconds > 0) own.limits.until = time_monotonic() + q->seconds;
    for (size_t i = 0; i < *count; i++) {
        struct feel_value is;
        inputs[outer] = graph_object(env->host, ids[i]);
        own.steps = 0; /* each fact has the steps of one evaluation; all together have the time */
        if (feel_eval(program, &own, inputs, &is, err)) return err_in(err, place);
        if (feel_is_true(is)) ids[kept++] = ids[i];
    }
    *count = kept;
    return 0;
}

/* ---- In which order ---- */

/* By letters, whatever their case; bytes beyond ASCII as they are. */
static int text_order(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];
        if (x == y) continue;
        x = x >= 'A' && x <= 'Z' ? (unsigned char)(x + 32) : x;
        y = y >= 'A' && y <= 'Z' ? (unsigned char)(y + 32) : y;
        if (x != y) return x < y ? -1 : 1;
    }
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static unsigned char small_letter(char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

/* The first eight letters: never the other way round than text_order. */
static uint64_t head_of(str text)
{
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof head; i++) head = head << 8 | (i < text.n ? small_letter(text.p[i]) : 0);
    return head;
}

static size_t shared_letters(str a, str b, size_t most)
{
    size_t n = 0;
    while (n < most && n < a.n && n < b.n && small_letter(a.p[n]) == small_letter(b.p[n])) n++;
    return n;
}

static str name_of(const struct fact *f) { return f->name_count ? fact_folded(f, 0) : fact_name(f); }

/* Never the other way round than feel_order among values of one kind. */
static uint64_t head_of_value(struct feel_value v)
{
    uint64_t bits;
    if (v.kind == FEEL_STRING) return head_of(v.text);
    if (v.kind != FEEL_NUMBER) return 0;
    double d = feel_to_double(v) + 0.0; /* which makes -0 a 0 */
    memcpy(&bits, &d, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static void make_heads(struct row *row, const struct ordering *o, bool one_kind)
{
    const struct entry *e = &o->entries[row->at];
    row->name_head = head_of(str_from(e->name, o->shared));
    if (o->by_name)
        row->head = row->name_head;
    else
        row->head = one_kind ? head_of_value(e->key) : 0;
    if (o->down) row->head = ~row->head;
    if (!o->by_name && e->key.kind == FEEL_NULL) row->head = UINT64_MAX; /* last, whichever way the rest goes */
}

static int key_order(const struct feel_value *x, const struct feel_value *y, bool down)
{
    bool no_x = x->kind == FEEL_NULL, no_y = y->kind == FEEL_NULL;
    if (no_x || no_y) return no_x - no_y;
    int order = x->kind == FEEL_STRING && y->kind == FEEL_STRING ? text_order(x->text, y->text) : feel_order(*x, *y);
    return down ? -order : order;
}

static int compare(const void *a, const void *b, void *self)
{
    const struct row *x = a, *y = b;
    const struct ordering *o = self;
    if (x->head != y->head) return x->head < y->head ? -1 : 1;
    const struct entry *ex = &o->entries[x->at], *ey = &o->entries[y->at];
    int order = o->by_name ? 0 : key_order(&ex->key, &ey->key, o->down);
    if (!order)
        order = x->name_head != y->name_head ? (x->name_head < y->name_head ? -1 : 1) : text_order(ex->name, ey->name);
    if (o->by_name && o->down) order = -order;
    return order ? order : ex->id < ey->id ? -1 : ex->id > ey->id;
}

/* What stands for a link is its target's name; for links the first one's. */
static struct feel_value sortable(const struct picture *p, struct feel_value v)
{
    if (v.kind == FEEL_LIST) v = v.count ? v.items[0] : feel_null();
    if (v.kind != FEEL_OBJECT) return v;
    const struct fact *f = picture_fact(p, v.object.handle);
    return f ? feel_string(name_of(f)) : feel_null();
}

static void swap(struct row *a, struct row *b)
{
    struct row c = *a;
    *a = *b, *b = c;
}

/* Puts into rows[0 … at) what comes before all of rows[at … count), by quick selection, so that a page of a long list
 * costs no sorting of the whole. */
static void part_at(struct row *rows, size_t count, size_t at, struct ordering *o)
{
    size_t low = 0, high = count, chance = count;
    while (at > low && at < high) {
        chance = chance * 2862933555777941757u + 3037000493u;
        swap(&rows[low + (chance >> 33) % (high - low)], &rows[high - 1]);
        const struct row *pivot = &rows[high - 1];
        size_t middle = low;
        for (size_t i = low; i + 1 < high; i++)
            if (compare(&rows[i], pivot, o) < 0) swap(&rows[i], &rows[middle++]);
        swap(&rows[middle], &rows[high - 1]);
        if (at <= middle)
            high = middle;
        else
            low = middle + 1;
    }
}

/* Sorts the wanted rows to the front of those that come after `after`, and says which they are. */
static int sort(struct arena *a, struct feel_env *env, const struct fact_query *q, uint64_t *ids, size_t count,
                struct fact_rows *out, struct err *err)
{
    const struct picture *p = graph_picture(env);
    struct ordering o = {.by_name = true, .down = str_starts(q->sort, STR("-"))};
    uint32_t slot = 0;
    const struct feel_class *class = graph_class(p->graph, q->type);
    if (q->sort.n) {
        str name;
        const struct model_field *field;
        if (fact_column(a, q->type, str_from(q->sort, o.down), &name, &field, err))
            return err_in(err, q->sort_place.n ? q->sort_place : STR("sort"));
        o.by_name = field && field == q->type->name_field;
        for (size_t i = 0; i < class->count; i++)
            if (str_eq(class->fields[i].name, name)) slot = class->fields[i].slot;
    }
    struct entry *entries = arena_array(a, count + 1, sizeof *entries); /* the last one is `after` */
    struct row *rows = arena_array(a, count + 1, sizeof *rows);
    entries[count] = q->after ? (struct entry){q->after->id, q->after->name, q->after->key}
                     : count  ? (struct entry){.name = name_of(picture_fact(p, ids[0]))}
                              : (struct entry){0};
    o.entries = entries, o.shared = entries[count].name.n;
    uint8_t kind = q->after ? q->after->key.kind : FEEL_NULL;
    bool one_kind = true;
    for (size_t i = 0; i < count; i++) {
        struct entry *e = &entries[i];
        *e = (struct entry){.id = ids[i], .name = name_of(picture_fact(p, ids[i]))};
        o.shared = shared_letters(e->name, entries[count].name, o.shared);
        if (o.by_name) continue;
        e->key = sortable(p, class->get(env, class, ids[i], slot));
        if (kind == FEEL_NULL) kind = e->key.kind;
        one_kind &= e->key.kind == kind || e->key.kind == FEEL_NULL;
    }
    for (size_t i = 0; i <= count; i++) rows[i].at = i, make_heads(&rows[i], &o, one_kind);
    struct row after = rows[count];
    size_t first = 0; /* rows before it come up to `after` */
    for (size_t i = 0; i < count && q->after; i++)
        if (compare(&rows[i], &after, &o) <= 0) swap(&rows[i], &rows[first++]);
    size_t left = count - first, from = first + (q->from < left ? q->from : left);
    size_t to = q->limit && q->limit < count - from ? from + q->limit : count;
    if (from > first) part_at(rows + first, left, from - first, &o);
    if (to < count) part_at(rows + from, count - from, to - from, &o);
    if (to > from) qsort_r(rows + from, to - from, sizeof *rows, compare, &o);
    for (size_t i = 0; i < count; i++) ids[i] = entries[rows[i].at].id;
    *out = (struct fact_rows){.ids = ids + from, .count = to - from, .all = ids, .found = count, .more = to < count};
    if (to == from) return 0;
    const struct entry *last = &entries[rows[to - 1].at];
    out->last = (struct fact_place){last->key, last->name, last->id};
    return 0;
}

/* ---- The query ---- */

int fact_query(struct arena *a, const struct graph *g, struct feel_env *env, const struct fact_query *q,
               struct fact_rows *out, struct err *err)
{
    const struct picture *p = graph_picture(env);
    size_t count;
    const uint64_t *facts = picture_facts(p, q->type, &count);
    if (q->words.n) count = picture_search(p, env->viewer, a, q->type, q->words, count, &facts);
    uint64_t *ids = arena_array(a, count + 1, sizeof *ids);
    if (count) memcpy(ids, facts, count * sizeof *ids);
    if (keep_where(a, g, env, q, ids, &count, err)) return -1;
    if (!q->words.n || q->sort.n) return sort(a, env, q, ids, count, out, err);
    size_t from = q->from < count ? q->from : count;
    size_t to = q->limit && q->limit < count - from ? from + q->limit : count;
    *out = (struct fact_rows){.ids = ids + from, .count = to - from, .all = ids, .found = count, .more = to < count};
    return 0;
}

int fact_column(struct arena *a, const struct model_type *type, str word, str *name, const struct model_field **field,
                struct err *err)
{
    *name = word;
    *field = model_field(type, word);
    if (*field) return *name = (*field)->name, 0;
    if (str_eq(word, STR("id")) || str_eq(word, STR("type"))) return 0;
    for (size_t i = 0; i < type->inverse_count; i++)
        if (str_eq_nocase(type->inverses[i].name, word)) return *name = type->inverses[i].name, 0;
    size_t keys;
    const struct key_member *member = key_members(&keys);
    for (size_t i = 0; type->two_key && i < keys; i++)
        if (str_eq_nocase(member[i].name, word)) return *name = member[i].name, 0;
    str near = model_nearest_field(type, word);
    str hint = near.n ? arena_printf(a, "; did you mean \"" STR_FORMAT "\"?", STR_ARGS(near)) : STR("");
    return err_set(err, ERR_USAGE, "\"" STR_FORMAT "\" is not a field of " STR_FORMAT STR_FORMAT, STR_ARGS(word),
                   STR_ARGS(type->name), STR_ARGS(hint));
}
