/* SPDX-License-Identifier: Apache-2.0 */
/* What scans bring: roll-ups of use by person and day, payments by month, and who stays a stranger. */
#include "store_inside.h"

#include "base_map.h"
#include "base_time.h"
#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>

enum { PEOPLE_SHOWN_FROM = 5, AMOUNT_SCALE = 6, AMOUNT_DIGITS = 24 };

/* ---- Amounts ----
 * Decimal text with up to 24 digits before the point and 6 behind it, as whole millionths. */

static bool read_amount(str s, __int128 *out, int *scale)
{
    bool negative = s.n && s.p[0] == '-', any = false;
    int behind = -1, before = 0;
    __int128 v = 0;
    for (size_t i = negative; i < s.n; i++) {
        if (s.p[i] == '.' && behind < 0 && any) {
            behind = 0;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9' || (behind < 0 ? ++before > AMOUNT_DIGITS : ++behind > AMOUNT_SCALE))
            return false;
        v = v * 10 + (s.p[i] - '0');
        any = true;
    }
    if (!any || behind == 0) return false;
    *scale = behind < 0 ? 0 : behind;
    for (int i = *scale; i < AMOUNT_SCALE; i++) v *= 10;
    *out = negative ? -v : v;
    return true;
}

static str emit_amount(struct arena *a, __int128 v, int scale)
{
    char digits[64];
    size_t at = sizeof digits;
    bool negative = v < 0;
    if (negative) v = -v;
    for (int i = scale; i < AMOUNT_SCALE; i++) v /= 10;
    for (int i = 0; v || i <= scale; i++) {
        if (i == scale && scale) digits[--at] = '.';
        digits[--at] = (char)('0' + (int)(v % 10));
        v /= 10;
    }
    if (negative) digits[--at] = '-';
    return arena_copy(a, (str){digits + at, sizeof digits - at});
}

/* ---- Adding ---- */

struct adding {
    struct store *s;
    const struct evidence_load *load;
    struct change_set *c;
    struct journal_writer *j;
    struct arena a;
    uint64_t *subjects;     /* the load's places to the table's ids */
    uint64_t *applications; /* the same to facts, 0 for strangers */
    struct err *err;
};

static int check_load(const struct evidence_load *l, struct err *err)
{
    __int128 v;
    int scale;
    for (size_t i = 0; i < l->subject_count; i++) {
        const struct evidence_subject *s = &l->subjects[i];
        if (s->kind != SUBJECT_APPLICATION && (!s->name.n || utf8_first_bad(s->name, true) != STR_NOT_FOUND))
            return err_set(err, ERR_INPUT, "what was seen has no clean name");
    }
    for (size_t i = 0; i < l->usage_count; i++) MUST(l->usage[i].subject < l->subject_count);
    for (size_t i = 0; i < l->payment_count; i++) {
        const struct evidence_payment *p = &l->payments[i];
        MUST(p->subject < l->subject_count);
        if (!read_amount(p->amount, &v, &scale))
            return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not an amount with up to 24 digits and 6 decimals",
                           STR_ARGS(p->amount));
        if (p->currency.n != 3)
            return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not a currency", STR_ARGS(p->currency));
    }
    return 0;
}

/* 1: a load of this content is there. */
static int find_load(struct adding *d)
{
    sqlite3_stmt *q;
    if (store_bind(d->s, SQL_LOAD_FIND, &q, d->err, "b", d->load->content_hash, (size_t)HASH_SIZE)) return -1;
    int rc = store_step(d->s, q, d->err);
    if (rc > 0) sqlite3_reset(q);
    return rc;
}

static int place_application(struct adding *d, const struct evidence_subject *subject, size_t i)
{
    sqlite3_stmt *q;
    int rc;
    uint64_t id = subject->application;
    if (id > FACT_ID_MADE) {
        MUST(d->c);
        id = change_real_id(d->c, id);
    }
    if (store_bind(d->s, SQL_FACT_TYPE, &q, d->err, "u", id) || (rc = store_step(d->s, q, d->err)) < 0) return -1;
    sqlite3_reset(q);
    if (!rc) return err_set(d->err, ERR_ABSENT, "there is no application %llu", (unsigned long long)id);
    d->applications[i] = id;
    if (store_bind(d->s, SQL_SUBJECT_OF_APPLICATION, &q, d->err, "u", id) || (rc = store_step(d->s, q, d->err)) < 0)
        return -1;
    if (rc) {
        d->subjects[i] = (uint64_t)sqlite3_column_int64(q, 0);
        sqlite3_reset(q);
        return 0;
    }
    if (store_run(d->s, SQL_SUBJECT_ADD, d->err, "isu", (int64_t)SUBJECT_APPLICATION, STR(""), id)) return -1;
    d->subjects[i] = (uint64_t)sqlite3_last_insert_rowid(d->s->db);
    return 0;
}

static int place_name(struct adding *d, const struct evidence_subject *subject, size_t i)
{
    sqlite3_stmt *q;
    int rc;
    if (store_bind(d->s, SQL_SUBJECT_OF_NAME, &q, d->err, "is", (int64_t)subject->kind, subject->name) ||
        (rc = store_step(d->s, q, d->err)) < 0)
        return -1;
    if (rc) {
        d->subjects[i] = (uint64_t)sqlite3_column_int64(q, 0);
        d->applications[i] = (uint64_t)sqlite3_column_int64(q, 1);
        sqlite3_reset(q);
        return 0;
    }
    if (store_run(d->s, SQL_SUBJECT_ADD, d->err, "isn", (int64_t)subject->kind, subject->name)) return -1;
    d->subjects[i] = (uint64_t)sqlite3_last_insert_rowid(d->s->db);
    return 0;
}

static int place_subjects(struct adding *d)
{
    const struct evidence_load *l = d->load;
    d->subjects = arena_array(&d->a, l->subject_count + 1, sizeof *d->subjects);
    d->applications = arena_array(&d->a, l->subject_count + 1, sizeof *d->applications);
    for (size_t i = 0; i < l->subject_count; i++) {
        const struct evidence_subject *s = &l->subjects[i];
        if (s->kind == SUBJECT_APPLICATION ? place_application(d, s, i) : place_name(d, s, i)) return -1;
    }
    return 0;
}

static int add_rows(struct adding *d)
{
    const struct evidence_load *l = d->load;
    for (size_t i = 0; i < l->usage_count; i++) {
        const struct evidence_usage *u = &l->usage[i];
        if (store_rows_add(d->s, ROWS_USAGE, d->err, d->subjects[u->subject], u->person, (int64_t)u->day, d->j->number,
                           (int64_t)u->requests, u->bytes, u->first, u->last))
            return -1;
    }
    for (size_t i = 0; i < l->payment_count; i++) {
        const struct evidence_payment *p = &l->payments[i];
        if (store_rows_add(d->s, ROWS_PAYMENT, d->err, d->subjects[p->subject], (int64_t)p->month, p->currency,
                           d->j->number, (uint64_t)i, p->amount, (int64_t)p->lines))
            return -1;
    }
    return 0;
}

static struct proof_subject proof_of(const struct adding *d, uint32_t subject)
{
    const struct evidence_subject *s = &d->load->subjects[subject];
    return (struct proof_subject){d->subjects[subject], s->kind, s->name};
}

struct usage_place {
    uint64_t subject;
    int64_t person, day;
    size_t i;
};
static int usage_order(const void *a, const void *b)
{
    const struct usage_place *x = a, *y = b;
    if (x->subject != y->subject) return x->subject < y->subject ? -1 : 1;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

/* As the table has them: by subject, person and day, what is of one of these added up. */
static void prove_usage(struct adding *d, struct load_proof *p)
{
    const struct evidence_load *l = d->load;
    struct usage_place *places = arena_array(&d->a, l->usage_count + 1, sizeof *places);
    bool sorted = true;
    for (size_t i = 0; i < l->usage_count; i++) {
        const struct evidence_usage *u = &l->usage[i];
        places[i] = (struct usage_place){d->subjects[u->subject], (int64_t)u->person, u->day, i};
        sorted &= !i || usage_order(&places[i - 1], &places[i]) < 0;
    }
    if (!sorted) qsort(places, l->usage_count, sizeof *places, usage_order);
    for (size_t i = 0, next; i < l->usage_count; i = next) {
        struct evidence_usage sum = l->usage[places[i].i];
        struct proof_subject subject = proof_of(d, sum.subject);
        uint64_t requests = sum.requests;
        for (next = i + 1; next < l->usage_count && !usage_order(&places[i], &places[next]); next++) {
            const struct evidence_usage *u = &l->usage[places[next].i];
            requests += u->requests, sum.bytes += u->bytes;
            if (u->first < sum.first) sum.first = u->first;
            if (u->last > sum.last) sum.last = u->last;
        }
        load_proof_usage(p, &subject, &sum, requests);
    }
}

/* The load's row and entry, and one entry for each application of which the evidence grew. */
static int add_entries(struct adding *d, uint32_t application_type)
{
    const struct evidence_load *l = d->load;
    struct idmap said;
    struct load_proof proof;
    load_proof_begin(&proof);
    prove_usage(d, &proof);
    for (size_t i = 0; i < l->payment_count; i++) {
        struct proof_subject subject = proof_of(d, l->payments[i].subject);
        load_proof_payment(&proof, &subject, &l->payments[i]);
    }
    int64_t first = proof.first_day, last = proof.last_day;
    bool days = l->usage_count;
    if (days ? store_run(d->s, SQL_LOAD_ADD, d->err, "ussbuuuii", d->j->number, l->file, l->format, l->content_hash,
                         (size_t)HASH_SIZE, l->bytes, l->lines, l->skipped, first, last)
             : store_run(d->s, SQL_LOAD_ADD, d->err, "ussbuuunn", d->j->number, l->file, l->format, l->content_hash,
                         (size_t)HASH_SIZE, l->bytes, l->lines, l->skipped))
        return -1;
    str what = load_proof_end(&proof, &d->a, l);
    if (journal_entry(d->s, d->j, ENTRY_LOAD, 0, 0, STR_NONE, what, d->err)) return -1;
    idmap_init(&said);
    int rc = 0;
    for (size_t i = 0; i < l->subject_count && !rc; i++) {
        bool is_new;
        if (!d->applications[i]) continue;
        idmap_put(&said, d->applications[i], &is_new);
        if (is_new)
            rc = journal_entry(d->s, d->j, ENTRY_EVIDENCE, application_type, d->applications[i], STR_NONE, STR_NONE,
                               d->err);
    }
    idmap_release(&said);
    return rc;
}

/* 1: nothing is new. */
static int add_all(struct adding *d, struct commit_result *result)
{
    const struct evidence_load *l = d->load;
    const struct model_type *application = model_type(d->s->model, STR("application"));
    str actor = d->c ? d->c->actor : STR("scan");
    str reason =
        d->c && d->c->reason.n ? d->c->reason : arena_printf(&d->a, "evidence from " STR_FORMAT, STR_ARGS(l->file));
    int64_t now = d->j->time;
    int known = find_load(d);
    if (known) return known;
    if (journal_begin(d->s, d->j, actor, reason, now, d->err) ||
        (d->c && store_apply(d->s, d->c, d->j, result, d->err)) || place_subjects(d) || add_rows(d) ||
        add_entries(d, application ? application->id : 0) || journal_end(d->s, d->j, d->err))
        return -1;
    result->number = d->j->number;
    return 0;
}

int store_add_evidence(struct store *s, const struct evidence_load *load, struct change_set *c, int64_t now,
                       struct commit_result *result, struct err *err)
{
    struct journal_writer j = {.time = now};
    struct adding d = {.s = s, .load = load, .c = c, .j = &j, .err = err};
    *result = (struct commit_result){0};
    if (check_load(load, err) || store_begin(s, true, err)) return -1;
    arena_init(&d.a, 0);
    int rc = add_all(&d, result);
    arena_release(&d.a);
    if (!rc) return store_end(s, err);
    store_abandon(s);
    return rc < 0 ? -1 : 0;
}

/* ---- Reading ---- */

/* The sum of what a stranger was paid, in the currency that has the most lines. */
static int sum_paid(struct store *s, struct arena *a, uint64_t subject, struct stored_stranger *out, struct err *err)
{
    struct total {
        str currency;
        __int128 sum;
        int scale, lines;
    };
    VEC(struct total) totals = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_PAYMENT_OF, &q, err, "uu", subject, (uint64_t)INT64_MAX)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        __int128 v;
        int scale;
        struct total *t = NULL;
        str currency = store_column(q, 2);
        VEC_EACH(o, &totals) {
            if (str_eq(o->currency, currency)) t = o;
        }
        if (!t) {
            t = vec_add(a, &totals);
            *t = (struct total){.currency = arena_copy(a, currency)};
        }
        if (!read_amount(store_column(q, 1), &v, &scale)) continue;
        t->sum += v;
        t->lines++;
        if (scale > t->scale) t->scale = scale;
        int32_t month = sqlite3_column_int(q, 0);
        int32_t from = (int32_t)civil_days(month / 12, month % 12 + 1, 1);
        int32_t to = from + civil_days_in_month(month / 12, month % 12 + 1) - 1;
        if (!out->first_day || from < out->first_day) out->first_day = from;
        if (to > out->last_day) out->last_day = to;
    }
    const struct total *most = NULL;
    VEC_EACH(t, &totals) {
        if (!most || t->lines > most->lines) most = t;
    }
    if (!most) return rc;
    out->paid = emit_amount(a, most->sum, most->scale);
    out->currency = most->currency;
    return rc;
}

int store_load_strangers(struct store *s, struct arena *a, size_t limit, const struct stored_stranger **out,
                         size_t *count, struct err *err)
{
    VEC(struct stored_stranger) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_begin(s, false, err)) return -1;
    rc = store_bind(s, SQL_STRANGERS, &q, err, "u", (uint64_t)(limit > INT64_MAX ? INT64_MAX : limit));
    while (!rc && (rc = store_step(s, q, err)) == 1) {
        struct stored_stranger x = {.subject = {.kind = (enum subject_kind)sqlite3_column_int(q, 1),
                                                .name = arena_copy(a, store_column(q, 2))}};
        /* An application that was deleted is known by its name only. */
        if (x.subject.kind == SUBJECT_APPLICATION) x.subject.kind = SUBJECT_PRODUCT;
        uint64_t people = (uint64_t)sqlite3_column_int64(q, 3);
        if (people >= PEOPLE_SHOWN_FROM) {
            x.people = people;
            x.requests = (uint64_t)sqlite3_column_int64(q, 4);
            x.bytes = (uint64_t)sqlite3_column_int64(q, 5);
            x.first_day = sqlite3_column_int(q, 6);
            x.last_day = sqlite3_column_int(q, 7);
        }
        rc = sum_paid(s, a, (uint64_t)sqlite3_column_int64(q, 0), &x, err);
        *vec_add(a, &found) = x;
    }
    store_abandon(s);
    *out = found.items;
    *count = found.count;
    return rc;
}

int store_load_totals(struct store *s, uint64_t up_to, struct evidence_totals *out, struct err *err)
{
    sqlite3_stmt *q;
    *out = (struct evidence_totals){0};
    if (store_bind(s, SQL_LOAD_TOTALS, &q, err, "u", up_to ? up_to : (uint64_t)INT64_MAX)) return -1;
    int rc = store_step(s, q, err);
    if (rc <= 0) return rc;
    *out = (struct evidence_totals){.files = (uint64_t)sqlite3_column_int64(q, 0),
                                    .lines = (uint64_t)sqlite3_column_int64(q, 1),
                                    .bytes = (uint64_t)sqlite3_column_int64(q, 2),
                                    .first_day = sqlite3_column_int(q, 3),
                                    .last_day = sqlite3_column_int(q, 4)};
    sqlite3_reset(q);
    return 0;
}
