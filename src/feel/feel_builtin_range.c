/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges and points against each other (DMN 1.5 §10.3.4.10), and ranges from text. */
#include "feel_builtin_all.h"
#include "feel_parse.h"
#include "feel_time.h"

/* A point is the closed range of itself. */
struct span {
    struct feel_value from, to;
    bool from_closed, to_closed, is_point;
};
static bool span_of(struct feel_value v, struct span *s)
{
    v = builtin_single(v);
    if (v.kind == FEEL_RANGE) {
        *s = (struct span){v.range->from, v.range->to, v.range->from_closed, v.range->to_closed, false};
        return v.range->form != RANGE_EXCEPT &&
               (v.range->form != RANGE_BOTH || (v.range->from.kind != FEEL_NULL && v.range->to.kind != FEEL_NULL));
    }
    *s = (struct span){v, v, true, true, true};
    return v.kind != FEEL_NULL;
}

enum relation { BEFORE, MEETS, OVERLAPS, OVERLAPS_BEFORE, FINISHES, INCLUDES, STARTS, COINCIDES };

struct ends { /* <0, 0, >0: from against from, from against to, and so on */
    int ff, ft, tf, tt;
};
static bool compare_ends(struct feel_vm *vm, const struct span *x, const struct span *y, struct ends *e, str *why)
{
    struct arena *a = vm_arena(vm);
    /* An open side lies beyond every point. */
    bool xf = x->from.kind != FEEL_NULL, xt = x->to.kind != FEEL_NULL, yf = y->from.kind != FEEL_NULL,
         yt = y->to.kind != FEEL_NULL;
    e->ff = xf ? 1 : yf ? -1 : 0, e->ft = -1, e->tf = 1, e->tt = xt ? -1 : yt ? 1 : 0;
    return (!xf || !yf || value_compare(a, x->from, y->from, &e->ff, why)) &&
           (!xf || !yt || value_compare(a, x->from, y->to, &e->ft, why)) &&
           (!xt || !yf || value_compare(a, x->to, y->from, &e->tf, why)) &&
           (!xt || !yt || value_compare(a, x->to, y->to, &e->tt, why));
}

static bool holds(enum relation r, const struct span *x, const struct span *y, const struct ends *e)
{
    /* Each start and end against the other's, with the brackets: is x's start at or behind y's, and so on. */
    bool starts_in = e->ff > 0 || (e->ff == 0 && (y->from_closed || !x->from_closed));
    bool ends_in = e->tt < 0 || (e->tt == 0 && (y->to_closed || !x->to_closed));
    bool same_start = e->ff == 0 && x->from_closed == y->from_closed,
         same_end = e->tt == 0 && x->to_closed == y->to_closed;
    bool apart = e->tf < 0 || (e->tf == 0 && !(x->to_closed && y->from_closed));
    bool apart_behind = e->ft > 0 || (e->ft == 0 && !(x->from_closed && y->to_closed));
    switch (r) {
    case BEFORE: return apart;
    case MEETS: return e->tf == 0 && x->to_closed && y->from_closed;
    case OVERLAPS: return !apart && !apart_behind;
    case OVERLAPS_BEFORE:
        return !apart && (e->ff < 0 || (e->ff == 0 && x->from_closed && !y->from_closed)) &&
               (e->tt < 0 || (e->tt == 0 && (!x->to_closed || y->to_closed)));
    case FINISHES: return same_end && starts_in;
    case STARTS: return same_start && ends_in;
    case INCLUDES: return starts_in && ends_in; /* x in y */
    case COINCIDES: return same_start && same_end;
    }
    NOT_REACHED();
}

static struct feel_value related(struct feel_vm *vm, enum relation r, struct feel_value a, struct feel_value b)
{
    struct span x, y;
    struct ends e;
    str why;
    if (!span_of(a, &x) || !span_of(b, &y)) return vm_refuse(vm, "it takes points and ranges, not null");
    if (!compare_ends(vm, &x, &y, &e, &why)) return vm_refuse(vm, STR_FORMAT, STR_ARGS(why));
    return feel_boolean(holds(r, &x, &y, &e));
}

#define RELATION(name, relation, first, second)                                                                        \
    BUILTIN_BODY(name)                                                                                                 \
    {                                                                                                                  \
        (void)count;                                                                                                   \
        return related(vm, relation, arg[first], arg[second]);                                                         \
    }
RELATION(before, BEFORE, 0, 1)
RELATION(after, BEFORE, 1, 0)
RELATION(meets, MEETS, 0, 1)
RELATION(met_by, MEETS, 1, 0)
RELATION(overlaps, OVERLAPS, 0, 1)
RELATION(overlaps_before, OVERLAPS_BEFORE, 0, 1)
RELATION(finishes, FINISHES, 0, 1)
RELATION(finished_by, FINISHES, 1, 0)
RELATION(includes, INCLUDES, 1, 0)
RELATION(during, INCLUDES, 0, 1)
RELATION(starts, STARTS, 0, 1)
RELATION(started_by, STARTS, 1, 0)
RELATION(coincides, COINCIDES, 0, 1)

BUILTIN_BODY(overlaps_after)
{
    /* Not the mirror of overlaps before: there the brackets at equal ends count the other way round. */
    struct span x, y;
    struct ends e;
    str why;
    (void)count;
    if (!span_of(arg[0], &x) || !span_of(arg[1], &y)) return vm_refuse(vm, "it takes ranges");
    if (!compare_ends(vm, &x, &y, &e, &why)) return vm_refuse(vm, STR_FORMAT, STR_ARGS(why));
    bool apart = e.ft > 0 || (e.ft == 0 && !(x.from_closed && y.to_closed));
    return feel_boolean(!apart && (e.ff > 0 || (e.ff == 0 && !x.from_closed && y.from_closed)) &&
                        (e.tt > 0 || (e.tt == 0 && (x.to_closed || !y.to_closed))));
}

/* Only literals (grammar rule 67): numbers, strings, and the conversion functions of strings. */
static bool literal_end(struct feel_vm *vm, const struct node *n, struct feel_value *out)
{
    static const str allowed[] = {STR_INIT("date"), STR_INIT("time"), STR_INIT("date and time"), STR_INIT("duration")};
    if (n->kind == NODE_CONSTANT)
        return *out = n->value, out->kind == FEEL_NUMBER || out->kind == FEEL_STRING || time_is_temporal(*out);
    if (n->kind != NODE_CALL_BUILTIN || n->count != 1 || n->items[0]->kind != NODE_CONSTANT) return false;
    for (size_t i = 0; i < ARRAY_COUNT(allowed); i++)
        if (str_eq(n->builtin->name, allowed[i]) && n->items[0]->value.kind == FEEL_STRING)
            return *out = n->builtin->call(vm, &n->items[0]->value, 1), out->kind != FEEL_NULL;
    return false;
}

/* `[1..5)`: both ends, in one expression, since ".." may stand in a string too. */
static bool both_ends(struct feel_vm *vm, const struct node *n, struct feel_range *r)
{
    if (n->kind == NODE_CONSTANT && n->value.kind == FEEL_RANGE && n->value.range->form == RANGE_BOTH) {
        const struct node from = {.kind = NODE_CONSTANT, .value = n->value.range->from},
                          to = {.kind = NODE_CONSTANT, .value = n->value.range->to};
        *r = *n->value.range;
        return literal_end(vm, &from, &r->from) && literal_end(vm, &to, &r->to);
    }
    if (n->kind != NODE_RANGE || !literal_end(vm, n->a, &r->from) || !literal_end(vm, n->b, &r->to)) return false;
    r->from_closed = n->flags & 1, r->to_closed = n->flags & 2, r->form = RANGE_BOTH;
    return true;
}

/* `(..5]` and `[1..)`: the missing end is open. */
static str one_end(str s, struct feel_range *r)
{
    str inside = str_trim(str_slice(s, 1, s.n - 1));
    char first = s.p[0], last = s.p[s.n - 1];
    bool from_open = first == '(' || first == ']', to_open = last == ')' || last == '[';
    if (str_starts(inside, STR("..")) && from_open && (to_open || last == ']')) {
        *r = (struct feel_range){.to_closed = !to_open, .form = RANGE_BELOW};
        return str_from(inside, 2);
    }
    if (str_ends(inside, STR("..")) && to_open && (from_open || first == '[')) {
        *r = (struct feel_range){.from_closed = !from_open, .form = RANGE_ABOVE};
        return str_slice(inside, 0, inside.n - 2);
    }
    return STR_NONE;
}

BUILTIN_BODY(range)
{
    struct parsed tree;
    struct err err;
    struct arena *a = vm_arena(vm);
    (void)count;
    const struct feel_scope empty = {.lenient = true};
    str text = str_trim(arg[0].text);
    if (!vm_spend(vm, 1 + text.n) || text.n > 1000) return vm_refuse(vm, "the text is too long");
    struct feel_range *r = arena_zalloc(a, sizeof *r);
    str end = text.n > 2 ? one_end(text, r) : STR_NONE;
    if (parse_expression(a, a, &empty, end.n ? end : text, &tree, &err) < 0)
        return vm_refuse(vm, "\"" STR_FORMAT "\" is not a range: %s", STR_ARGS(text), err.message);
    bool good =
        end.n ? literal_end(vm, tree.root, r->form == RANGE_BELOW ? &r->to : &r->from) : both_ends(vm, tree.root, r);
    if (!good) return vm_refuse(vm, "\"" STR_FORMAT "\" is not a range of literals", STR_ARGS(text));
    int order = 0;
    str why;
    if (!end.n && !value_compare(a, r->from, r->to, &order, &why)) return vm_refuse(vm, STR_FORMAT, STR_ARGS(why));
    if (order > 0) return vm_refuse(vm, "the range ends before it starts");
    return (struct feel_value){.kind = FEEL_RANGE, .range = r};
}
