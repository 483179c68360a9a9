/* SPDX-License-Identifier: Apache-2.0 */
/* Facts and what belongs to them, read for a picture: everything, or what changed since. */
#include "store_loading.h"

#include <string.h>

bool loading_begin_fact(struct loading *l, struct stored_fact *fact, uint32_t type_id)
{
    arena_clear(&l->a);
    memset(&l->values, 0, sizeof l->values);
    memset(&l->links, 0, sizeof l->links);
    fact->type = model_type_by_id(l->s->model, type_id);
    return fact->type != NULL;
}

void loading_add_value(struct loading *l, const struct model_field *field, str text)
{
    size_t at = l->values.count;
    *vec_add(&l->a, &l->values) = (struct stored_value){field, text};
    for (; at && l->values.items[at - 1].field->number > field->number; at--) {
        struct stored_value swap = l->values.items[at];
        l->values.items[at] = l->values.items[at - 1];
        l->values.items[at - 1] = swap;
    }
}

/* The texts may point into the statement's row, so they hold until its next step. */
static int add_values(struct loading *l, const struct stored_fact *fact, str json)
{
    struct field_texts texts;
    if (field_texts_parse(&l->a, json, &texts, l->err)) return -1;
    for (size_t i = 0; i < texts.count; i++) {
        const struct model_field *field = model_field_by_id(fact->type, texts.items[i].field);
        if (field && texts.items[i].text.p) loading_add_value(l, field, texts.items[i].text);
    }
    return 0;
}

void loading_add_link(struct loading *l, const struct stored_fact *fact, uint32_t field_id, uint64_t to)
{
    const struct model_field *field = model_field_by_id(fact->type, field_id);
    if (!field) return;
    size_t at = l->links.count;
    *vec_add(&l->a, &l->links) = (struct stored_link){field, to};
    for (; at && l->links.items[at - 1].field->number > field->number; at--) {
        struct stored_link swap = l->links.items[at];
        l->links.items[at] = l->links.items[at - 1];
        l->links.items[at - 1] = swap;
    }
}

void loading_give_fact(struct loading *l, struct stored_fact *fact)
{
    fact->values = l->values.items;
    fact->value_count = l->values.count;
    fact->links = l->links.items;
    fact->link_count = l->links.count;
    l->r->fact(l->r->self, fact);
}

/* A fact that is or was proposed: what both sides have made of it. */
static int add_keys(struct loading *l, struct stored_fact *fact, struct stored_keys *keys)
{
    str *values = arena_array(&l->a, fact->type->field_count, sizeof *values);
    if (!fact->type->two_key) return 0;
    VEC_EACH(v, &l->values) values[v->field->number] = v->canonical;
    VEC_EACH(k, &l->links) {
        str *v = &values[k->field->number];
        *v = v->p ? arena_printf(&l->a, STR_FORMAT " %llu", STR_ARGS(*v), (unsigned long long)k->to)
                  : arena_printf(&l->a, "%llu", (unsigned long long)k->to);
    }
    if (keys_load(l->s, &l->a, fact->type, fact->id, values, keys, l->err)) return -1;
    if (keys->agreed || keys->pending == PENDING_PROPOSED || keys->said.p) fact->keys = keys;
    return 0;
}

/* Facts, links and two keys are all ordered by fact, so they are read side by side. */
static int load_facts(struct loading *l)
{
    sqlite3_stmt *facts, *links, *keyed;
    int row, link, key;
    if (!l->r->fact) return 0;
    if (store_prepare(l->s, SQL_FACT_ALL, &facts, l->err) || store_prepare(l->s, SQL_LINK_ALL, &links, l->err) ||
        store_prepare(l->s, SQL_KEYS_FACTS, &keyed, l->err) || (link = store_step(l->s, links, l->err)) < 0 ||
        (key = store_step(l->s, keyed, l->err)) < 0)
        return -1;
    while ((row = store_step(l->s, facts, l->err)) == 1) {
        struct stored_fact fact = {.id = (uint64_t)sqlite3_column_int64(facts, 0),
                                   .version = (uint32_t)sqlite3_column_int64(facts, 2)};
        bool known = loading_begin_fact(l, &fact, (uint32_t)sqlite3_column_int64(facts, 1));
        if (known && add_values(l, &fact, store_column(facts, 3))) return -1;
        while (link == 1 && (uint64_t)sqlite3_column_int64(links, 0) <= fact.id) {
            if (known && (uint64_t)sqlite3_column_int64(links, 0) == fact.id)
                loading_add_link(l, &fact, (uint32_t)sqlite3_column_int64(links, 1),
                                 (uint64_t)sqlite3_column_int64(links, 2));
            if ((link = store_step(l->s, links, l->err)) < 0) return -1;
        }
        struct stored_keys keys;
        if (key == 1 && (uint64_t)sqlite3_column_int64(keyed, 0) == fact.id &&
            ((known && add_keys(l, &fact, &keys)) || (key = store_step(l->s, keyed, l->err)) < 0))
            return -1;
        if (known) loading_give_fact(l, &fact);
    }
    return row;
}

static int load_fact(struct loading *l, uint64_t id, uint32_t deleted_type)
{
    sqlite3_stmt *q, *links;
    struct stored_fact fact = {.id = id};
    struct stored_keys keys;
    int rc;
    if (store_bind(l->s, SQL_FACT_GET, &q, l->err, "u", id) || (rc = store_step(l->s, q, l->err)) < 0) return -1;
    if (!loading_begin_fact(l, &fact, rc ? (uint32_t)sqlite3_column_int64(q, 0) : deleted_type)) {
        sqlite3_reset(q);
        return 0;
    }
    if (rc) {
        fact.version = (uint32_t)sqlite3_column_int64(q, 1);
        if (add_values(l, &fact, store_column(q, 2)) || store_bind(l->s, SQL_LINK_OF, &links, l->err, "u", id))
            return -1;
        while ((rc = store_step(l->s, links, l->err)) == 1)
            loading_add_link(l, &fact, (uint32_t)sqlite3_column_int64(links, 0),
                             (uint64_t)sqlite3_column_int64(links, 1));
        if (rc < 0 || add_keys(l, &fact, &keys)) return -1;
    }
    loading_give_fact(l, &fact);
    sqlite3_reset(q);
    return 0;
}

/* ---- Usage and payments ---- */

struct usage_row {
    uint64_t person, bytes;
    uint64_t requests;
    int32_t day;
};

static int by_person_and_day(const void *x, const void *y)
{
    const struct usage_row *a = x, *b = y;
    if (a->person != b->person) return a->person < b->person ? -1 : 1;
    return (a->day > b->day) - (a->day < b->day);
}

static void give_usage(struct loading *l, uint64_t application, struct usage_row *rows, size_t count)
{
    struct stored_usage_day *days = arena_array(&l->a, count, sizeof *days);
    for (size_t i = 0, k; i < count; i = k) {
        size_t n = 0;
        for (k = i; k < count && rows[k].person == rows[i].person; k++) {
            if (n && days[n - 1].day == rows[k].day) {
                uint64_t sum = days[n - 1].requests + rows[k].requests;
                days[n - 1].requests = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
                days[n - 1].bytes += rows[k].bytes;
            } else
                days[n++] = (struct stored_usage_day){
                    rows[k].day, rows[k].requests > UINT32_MAX ? UINT32_MAX : (uint32_t)rows[k].requests,
                    rows[k].bytes};
        }
        struct stored_usage usage = {application, rows[i].person, days[0].day, days[n - 1].day, days, n};
        l->r->usage(l->r->self, &usage);
    }
}

static int load_usage(struct loading *l, uint64_t application, const uint64_t *subjects, size_t count)
{
    VEC(struct usage_row) rows = {0};
    sqlite3_stmt *q;
    int rc;
    if (!l->r->usage) return 0;
    for (size_t i = 0; i < count; i++) {
        if (store_bind(l->s, SQL_USAGE_OF, &q, l->err, "uu", subjects[i], l->up_to)) return -1;
        while ((rc = store_step(l->s, q, l->err)) == 1)
            *vec_add(&l->a, &rows) = (struct usage_row){.person = (uint64_t)sqlite3_column_int64(q, 0),
                                                        .day = sqlite3_column_int(q, 1),
                                                        .requests = (uint64_t)sqlite3_column_int64(q, 2),
                                                        .bytes = (uint64_t)sqlite3_column_int64(q, 3)};
        if (rc < 0) return -1;
    }
    /* The database orders persons as signed numbers, and several subjects one after the other. */
    if (rows.count) qsort(rows.items, rows.count, sizeof *rows.items, by_person_and_day);
    if (rows.count) give_usage(l, application, rows.items, rows.count);
    return 0;
}

static int load_payments(struct loading *l, uint64_t application, const uint64_t *subjects, size_t count)
{
    sqlite3_stmt *q;
    int rc = 0;
    if (!l->r->payment) return 0;
    for (size_t i = 0; i < count; i++) {
        if (store_bind(l->s, SQL_PAYMENT_OF, &q, l->err, "uu", subjects[i], l->up_to)) return -1;
        while ((rc = store_step(l->s, q, l->err)) == 1) {
            struct stored_payment payment = {application, sqlite3_column_int(q, 0), store_column(q, 1),
                                             store_column(q, 2)};
            l->r->payment(l->r->self, &payment);
        }
        if (rc < 0) return -1;
    }
    return 0;
}

struct subject_place {
    uint64_t application, subject;
};

/* `q` gives application and subject, ordered by application. */
static int read_places(struct loading *l, sqlite3_stmt *q, struct arena *a, struct subject_place **out, size_t *count)
{
    VEC(struct subject_place) places = {0};
    int rc;
    while ((rc = store_step(l->s, q, l->err)) == 1)
        *vec_add(a, &places) =
            (struct subject_place){(uint64_t)sqlite3_column_int64(q, 0), (uint64_t)sqlite3_column_int64(q, 1)};
    *out = places.items;
    *count = places.count;
    return rc;
}

static int load_evidence(struct loading *l, const struct subject_place *places, size_t count)
{
    typedef int load_one(struct loading *, uint64_t, const uint64_t *, size_t);
    load_one *const kinds[] = {load_usage, load_payments};
    for (size_t kind = 0; kind < ARRAY_COUNT(kinds); kind++)
        for (size_t i = 0, k; i < count; i = k) {
            arena_clear(&l->a);
            VEC(uint64_t) subjects = {0};
            for (k = i; k < count && places[k].application == places[i].application; k++)
                *vec_add(&l->a, &subjects) = places[k].subject;
            if (kinds[kind](l, places[i].application, subjects.items, subjects.count)) return -1;
        }
    return 0;
}

static int load_all_evidence(struct loading *l)
{
    struct arena a;
    struct subject_place *places;
    sqlite3_stmt *q;
    size_t count;
    if (!l->r->usage && !l->r->payment) return 0;
    arena_init(&a, 0);
    int rc = store_prepare(l->s, SQL_SUBJECT_APPLICATIONS, &q, l->err) || read_places(l, q, &a, &places, &count) ||
                     load_evidence(l, places, count)
                 ? -1
                 : 0;
    arena_release(&a);
    return rc;
}

int loading_evidence_since(struct loading *l, uint64_t since)
{
    sqlite3_stmt *changed, *q;
    int rc;
    if (!l->r->usage && !l->r->payment && !l->r->evidence_of) return 0;
    if (store_bind(l->s, SQL_ENTRY_EVIDENCE_SINCE, &changed, l->err, "u", since)) return -1;
    while ((rc = store_step(l->s, changed, l->err)) == 1) {
        struct arena a;
        struct subject_place *places;
        size_t count;
        uint64_t application = (uint64_t)sqlite3_column_int64(changed, 0);
        if (l->r->evidence_of) l->r->evidence_of(l->r->self, application);
        arena_init(&a, 0);
        rc = store_bind(l->s, SQL_SUBJECT_APPLICATION, &q, l->err, "u", application) ||
                     read_places(l, q, &a, &places, &count) || load_evidence(l, places, count)
                 ? -1
                 : 0;
        arena_release(&a);
        if (rc) return -1;
    }
    return rc;
}

static int load_facts_since(struct loading *l, uint64_t since)
{
    sqlite3_stmt *q;
    int rc;
    if (!l->r->fact) return 0;
    if (store_bind(l->s, SQL_ENTRY_SINCE, &q, l->err, "u", since)) return -1;
    while ((rc = store_step(l->s, q, l->err)) == 1)
        if (load_fact(l, (uint64_t)sqlite3_column_int64(q, 0), (uint32_t)sqlite3_column_int64(q, 1))) return -1;
    return rc;
}

static int load(struct store *s, bool all, uint64_t since, const struct store_reader *r, uint64_t *head,
                struct err *err)
{
    struct loading l = {.s = s, .r = r, .err = err, .up_to = INT64_MAX};
    if (store_begin(s, false, err)) return -1;
    arena_init(&l.a, 0);
    int rc = store_head(s, head, err);
    if (!rc && all) rc = load_facts(&l) || load_all_evidence(&l) ? -1 : 0;
    if (!rc && !all && *head > since) rc = load_facts_since(&l, since) || loading_evidence_since(&l, since) ? -1 : 0;
    arena_release(&l.a);
    store_abandon(s);
    return rc;
}

int store_load(struct store *s, const struct store_reader *r, uint64_t *head, struct err *err)
{
    return load(s, true, 0, r, head, err);
}

int store_load_since(struct store *s, uint64_t since, const struct store_reader *r, uint64_t *head, struct err *err)
{
    return load(s, false, since, r, head, err);
}

/* ---- Claims ---- */

static bool claim_wins(const struct stored_claim *claims, const uint32_t *sources, size_t count, size_t i)
{
    uint32_t first = sources[i];
    for (size_t k = 0; k < count; k++)
        if (claims[k].field == claims[i].field && sources[k] < first) first = sources[k];
    return sources[i] == first || (claims[i].field->kind == FIELD_LINKS && first != SOURCE_TYPED);
}

struct claim_list {
    VEC(struct stored_claim) claims;
    VEC(uint32_t) sources;
};

static int read_claims(struct store *s, struct arena *a, uint64_t fact, const struct model_type *type,
                       struct claim_list *list, struct err *err)
{
    sqlite3_stmt *q, *by;
    int rc;
    if (store_bind(s, SQL_CLAIM_OF, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct stored_claim c = {.commit = (uint64_t)sqlite3_column_int64(q, 1)};
        struct field_texts texts;
        int64_t source = sqlite3_column_int64(q, 0);
        str file = store_column(q, 2);
        c.from.file = file.p ? arena_copy(a, file) : STR_NONE;
        c.from.line = (uint32_t)sqlite3_column_int64(q, 3);
        if (field_texts_parse(a, arena_copy(a, store_column(q, 4)), &texts, err)) return -1;
        if (store_bind(s, SQL_SOURCE_GET, &by, err, "i", source) || (rc = store_step(s, by, err)) < 0) return -1;
        if (rc) {
            c.from.kind = (enum origin_kind)sqlite3_column_int(by, 0);
            c.from.source = source == SOURCE_TYPED ? STR_NONE : arena_copy(a, store_column(by, 1));
            sqlite3_reset(by);
        }
        if (store_bind(s, SQL_JOURNAL_GET, &by, err, "u", c.commit) || (rc = store_step(s, by, err)) < 0) return -1;
        if (rc) {
            c.time = sqlite3_column_int64(by, 0);
            c.actor = arena_copy(a, store_column(by, 1));
            sqlite3_reset(by);
        }
        for (size_t i = 0; i < texts.count; i++) {
            c.field = model_field_by_id(type, texts.items[i].field);
            c.value = texts.items[i].text;
            if (!c.field) continue;
            *vec_add(a, &list->claims) = c;
            *vec_add(a, &list->sources) = (uint32_t)source;
        }
    }
    return rc;
}

/* Links are the union of what sources say: each of a claim's must be there. */
static bool is_in_force(const struct model_field *field, str claim, str value)
{
    if (field->kind != FIELD_LINKS || !claim.p) return keys_same(field, claim, value);
    for (uint64_t id, other; next_link(&claim, &id);) {
        bool found = false;
        for (str rest = value; !found && next_link(&rest, &other);) found = other == id;
        if (!found) return false;
    }
    return true;
}

/* Of a signed field that is agreed the claim that says what is in force wins, though others may say more by now. */
static int prefer_agreed(struct store *s, struct arena *a, uint64_t fact, const struct model_type *type,
                         struct claim_list *list, struct err *err)
{
    struct fact_keys keys;
    str *values;
    if (!type->two_key) return 0;
    if (keys_read(s, a, fact, &keys, err)) return -1;
    if (!keys.agreed) return 0;
    if (keys_load_values(s, a, fact, &type, &values, err)) return -1;
    VEC_EACH(c, &list->claims) {
        if (c->field->is_signed) c->wins = is_in_force(c->field, c->value, values[c->field->number]);
    }
    return 0;
}

int store_load_claims(struct store *s, struct arena *a, uint64_t fact, const struct stored_claim **out, size_t *count,
                      struct err *err)
{
    struct claim_list list = {0};
    sqlite3_stmt *q;
    if (store_begin(s, false, err)) return -1;
    int rc = store_bind(s, SQL_FACT_TYPE, &q, err, "u", fact) ? -1 : store_step(s, q, err);
    const struct model_type *type = rc == 1 ? model_type_by_id(s->model, (uint32_t)sqlite3_column_int64(q, 0)) : NULL;
    if (rc >= 0)
        rc = type ? read_claims(s, a, fact, type, &list, err)
                  : err_set(err, ERR_ABSENT, "there is no fact %llu", (unsigned long long)fact);
    for (size_t i = 0; i < list.claims.count; i++)
        list.claims.items[i].wins = claim_wins(list.claims.items, list.sources.items, list.claims.count, i);
    if (!rc) rc = prefer_agreed(s, a, fact, type, &list, err);
    store_abandon(s);
    *out = list.claims.items;
    *count = list.claims.count;
    return rc;
}

int store_load_sources(struct store *s, struct arena *a, const str **names, size_t *count, struct err *err)
{
    VEC(str) list = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_SOURCE_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1)
        if (sqlite3_column_int64(q, 1) != ORIGIN_TYPED) *vec_add(a, &list) = arena_copy(a, store_column(q, 2));
    *names = list.items;
    *count = list.count;
    return rc;
}
