/* SPDX-License-Identifier: Apache-2.0 */
/* Kept rulings in the picture: those of a request, the last of which is its ruling. */
#include "graph_inside.h"

#include "base_time.h"

#include <stdlib.h>
#include <string.h>

enum { SOON_DAYS = 1, TEXTS = 5 };

struct kept_ruling {
    uint64_t number;
    int64_t day, within, due;
    bool aside;
    struct cell texts[TEXTS]; /* in the order of enum ruling_text */
};
enum ruling_text { TEXT_ZONE, TEXT_EXTENT, TEXT_RULEBOOK, TEXT_VERSION, TEXT_OTHERWISE };
struct requested {
    atomic_uint users;
    uint64_t request;
    size_t count;
    struct kept_ruling items[]; /* the oldest first; their texts behind them */
};

static str text_of(const struct requested *r, const struct kept_ruling *k, enum ruling_text which)
{
    return (str){(const char *)r + k->texts[which].at, k->texts[which].n};
}

/* ---- Packing ---- */

/* What was there, with what is new of the same request. */
static struct requested *pack(const struct requested *old, const struct stored_ruling *rows, size_t count)
{
    size_t before = old ? old->count : 0, all = before + count, bytes = 0;
    size_t head = sizeof(struct requested) + all * sizeof(struct kept_ruling);
    for (size_t i = 0; i < before; i++)
        for (size_t t = 0; t < TEXTS; t++) bytes += old->items[i].texts[t].n;
    for (size_t i = 0; i < count; i++)
        bytes +=
            rows[i].zone.n + rows[i].extent.n + rows[i].rulebook.n + rows[i].version.n + rows[i].promise.otherwise.n;
    MUST(head + bytes <= UINT32_MAX);
    struct requested *made = mem_zalloc(head + bytes);
    atomic_init(&made->users, 1);
    made->request = rows->request, made->count = all;
    size_t at = head;
    for (size_t i = 0; i < all; i++) {
        struct kept_ruling *k = &made->items[i];
        const struct stored_ruling *row = i < before ? NULL : &rows[i - before];
        if (row)
            *k = (struct kept_ruling){.number = row->number,
                                      .day = row->day,
                                      .within = row->promise.within,
                                      .due = row->promise.due,
                                      .aside = row->overrules != 0};
        else
            *k = old->items[i];
        const str said[TEXTS] = {[TEXT_ZONE] = row ? row->zone : text_of(old, k, TEXT_ZONE),
                                 [TEXT_EXTENT] = row ? row->extent : text_of(old, k, TEXT_EXTENT),
                                 [TEXT_RULEBOOK] = row ? row->rulebook : text_of(old, k, TEXT_RULEBOOK),
                                 [TEXT_VERSION] = row ? row->version : text_of(old, k, TEXT_VERSION),
                                 [TEXT_OTHERWISE] = row ? row->promise.otherwise : text_of(old, k, TEXT_OTHERWISE)};
        for (size_t t = 0; t < TEXTS; t++) {
            if (said[t].n) memcpy((char *)made + at, said[t].p, said[t].n);
            k->texts[t] = (struct cell){(uint32_t)at, (uint32_t)said[t].n};
            at += said[t].n;
        }
    }
    return made;
}

static int by_request(const void *a, const void *b)
{
    const struct stored_ruling *x = a, *y = b;
    if (x->request != y->request) return x->request < y->request ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

void requested_make(struct picture *next, const struct picture *old, struct stored_ruling *rows, size_t count)
{
    size_t old_count = old ? old->requested_count : 0, i = 0, k = 0;
    next->ruling_number = old ? old->ruling_number : 0;
    for (size_t n = 0; n < count; n++)
        if (rows[n].number > next->ruling_number) next->ruling_number = rows[n].number;
    if (count) qsort(rows, count, sizeof *rows, by_request);
    next->requested = mem_array(old_count + count, sizeof *next->requested);
    while (i < old_count || k < count) {
        struct requested *there = i < old_count ? old->requested[i] : NULL;
        bool same = there && k < count && there->request == rows[k].request;
        if (there && !same && (k == count || there->request < rows[k].request)) {
            atomic_fetch_add_explicit(&there->users, 1, memory_order_relaxed);
            next->requested[next->requested_count++] = there;
            i++;
            continue;
        }
        size_t from = k;
        while (k < count && rows[k].request == rows[from].request) k++;
        next->requested[next->requested_count++] = pack(same ? there : NULL, rows + from, k - from);
        i += same;
    }
}

void requested_drop(struct picture *p)
{
    for (size_t i = 0; i < p->requested_count; i++) {
        struct requested *r = p->requested[i];
        if (atomic_fetch_sub_explicit(&r->users, 1, memory_order_acq_rel) == 1) mem_free(r);
    }
    mem_free(p->requested);
}

/* ---- For C ---- */

static const struct kept_ruling *find(const struct picture *p, uint64_t request, int64_t today,
                                      const struct requested **of)
{
    size_t low = 0, high = p->requested_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->requested[middle]->request < request)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == p->requested_count || p->requested[low]->request != request) return NULL;
    *of = p->requested[low];
    for (size_t i = (*of)->count; i-- > 0;)
        if ((*of)->items[i].day <= today) return &(*of)->items[i];
    return NULL;
}

uint64_t picture_requested(const struct picture *p, size_t i)
{
    return i < p->requested_count ? p->requested[i]->request : 0;
}

uint64_t picture_ruling_number(const struct picture *p) { return p->ruling_number; }

bool picture_ruling(const struct picture *p, uint64_t request, int64_t today, struct picture_ruling *out)
{
    const struct requested *of;
    const struct kept_ruling *k = find(p, request, today, &of);
    if (!k) return false;
    *out = (struct picture_ruling){.number = k->number,
                                   .day = k->day,
                                   .within = k->within,
                                   .due = k->due,
                                   .left = today > k->due ? -civil_working_days(k->due, today)
                                                          : civil_working_days(today, k->due),
                                   .aside = k->aside,
                                   .zone = text_of(of, k, TEXT_ZONE),
                                   .extent = text_of(of, k, TEXT_EXTENT),
                                   .rulebook = text_of(of, k, TEXT_RULEBOOK),
                                   .version = text_of(of, k, TEXT_VERSION),
                                   .otherwise = text_of(of, k, TEXT_OTHERWISE)};
    if (!out->within) return true;
    out->limit = today > k->due ? LIMIT_RUN_OUT : out->left <= SOON_DAYS ? LIMIT_SOON : LIMIT_OPEN;
    return true;
}

str limit_word(enum ruling_limit limit)
{
    switch (limit) {
    case LIMIT_NONE: return STR("none");
    case LIMIT_OPEN: return STR("open");
    case LIMIT_SOON: return STR("soon");
    case LIMIT_RUN_OUT: return STR("run out");
    }
    NOT_REACHED();
}

/* ---- For FEEL ---- */

enum member {
    MEMBER_NUMBER,
    MEMBER_ZONE,
    MEMBER_EXTENT,
    MEMBER_RULED_ON,
    MEMBER_RULEBOOK,
    MEMBER_VERSION,
    MEMBER_SET_ASIDE,
    MEMBER_LIMIT,
    MEMBER_ANSWER_WITHIN,
    MEMBER_DUE_ON,
    MEMBER_DAYS_LEFT,
    MEMBER_WITHOUT
};

static struct feel_value text_or_null(str s, const char *why)
{
    return s.n ? feel_string(s) : feel_null_because(str_of(why));
}

static struct feel_value ruling_get(struct feel_env *env, const struct feel_class *class, uint64_t handle,
                                    uint32_t slot)
{
    static const str nobody = STR_INIT("nobody has to answer");
    const struct graph_view *view = env->host;
    struct picture_ruling r;
    (void)class;
    if (!picture_ruling(view->picture, handle, view_today(env), &r))
        return feel_null_because(STR("no ruling is kept for it"));
    switch ((enum member)slot) {
    case MEMBER_NUMBER: return feel_int((int64_t)r.number);
    case MEMBER_ZONE: return feel_string(r.zone);
    case MEMBER_EXTENT: return text_or_null(r.extent, "the rulebook does not say");
    case MEMBER_RULED_ON: return feel_date(r.day);
    case MEMBER_RULEBOOK: return feel_string(r.rulebook);
    case MEMBER_VERSION: return text_or_null(r.version, "the rulebook has no version");
    case MEMBER_SET_ASIDE: return feel_boolean(r.aside);
    case MEMBER_LIMIT: return feel_string(limit_word(r.limit));
    case MEMBER_ANSWER_WITHIN: return r.within ? feel_int(r.within) : feel_null_because(nobody);
    case MEMBER_DUE_ON: return r.within ? feel_date(r.due) : feel_null_because(nobody);
    case MEMBER_DAYS_LEFT: return r.within ? feel_int(r.left) : feel_null_because(nobody);
    case MEMBER_WITHOUT: return text_or_null(r.otherwise, "the rulebook does not say");
    }
    NOT_REACHED();
}

static const struct feel_field members[] = {
    {.name = STR_INIT("number"), .type = &feel_type_number, .slot = MEMBER_NUMBER},
    {.name = STR_INIT("zone"), .type = &feel_type_string, .slot = MEMBER_ZONE},
    {.name = STR_INIT("extent"), .type = &feel_type_string, .slot = MEMBER_EXTENT},
    {.name = STR_INIT("ruled on"), .type = &feel_type_date, .slot = MEMBER_RULED_ON},
    {.name = STR_INIT("rulebook"), .type = &feel_type_string, .slot = MEMBER_RULEBOOK},
    {.name = STR_INIT("version"), .type = &feel_type_string, .slot = MEMBER_VERSION},
    {.name = STR_INIT("set aside"), .type = &feel_type_boolean, .slot = MEMBER_SET_ASIDE},
    {.name = STR_INIT("limit"), .type = &feel_type_string, .slot = MEMBER_LIMIT},
    {.name = STR_INIT("answer within days"), .type = &feel_type_number, .slot = MEMBER_ANSWER_WITHIN},
    {.name = STR_INIT("due on"), .type = &feel_type_date, .slot = MEMBER_DUE_ON},
    {.name = STR_INIT("days left"), .type = &feel_type_number, .slot = MEMBER_DAYS_LEFT},
    {.name = STR_INIT("without an answer"), .type = &feel_type_string, .slot = MEMBER_WITHOUT},
};

void ruling_class_make(struct graph *g)
{
    g->ruling = (struct feel_class){.name = STR("ruling"),
                                    .fields = members,
                                    .count = ARRAY_COUNT(members),
                                    .get = ruling_get,
                                    .host = g,
                                    .name_slot = MEMBER_ZONE};
    g->ruling_type = (struct feel_type){.is = FEEL_TYPE_OBJECT, .class = &g->ruling};
}

struct feel_value ruling_of(struct feel_env *env, const struct graph *g, uint64_t request)
{
    const struct graph_view *view = env->host;
    struct picture_ruling r;
    if (!picture_ruling(view->picture, request, view_today(env), &r))
        return feel_null_because(STR("no ruling is kept for it"));
    return feel_object(&g->ruling, request);
}

void ruling_emit(struct json_writer *w, struct feel_env *env, struct feel_value v)
{
    json_object(w);
    for (size_t i = 0; i < ARRAY_COUNT(members); i++) {
        struct feel_value part = ruling_get(env, v.object.of, v.object.handle, members[i].slot);
        if (part.kind == FEEL_NULL) continue;
        json_key(w, name_key(env->arena, members[i].name));
        feel_emit_json(w, part);
    }
    json_object_end(w);
}
