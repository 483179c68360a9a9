/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_roll.h"

#include <string.h>

enum { FIRST_SLOTS = 1 << 6 };

void roll_init(struct roll *r, struct arena *a)
{
    *r = (struct roll){.arena = a};
    map_init(&r->by_key);
    idmap_init(&r->by_fact);
    idmap_init(&r->payment_slots);
    idmap_init(&r->day_places);
}

static void drop_days(struct roll *r)
{
    for (size_t i = 0; i < r->day_count; i++) mem_free(r->days[i].slots);
    r->day_count = 0;
    r->today = NULL;
    idmap_release(&r->day_places);
    idmap_init(&r->day_places);
}

void roll_release(struct roll *r)
{
    map_release(&r->by_key);
    idmap_release(&r->by_fact);
    idmap_release(&r->payment_slots);
    mem_free(r->subjects);
    mem_free(r->usage);
    drop_days(r);
    idmap_release(&r->day_places);
    mem_free(r->days);
    mem_free(r->payments);
    *r = (struct roll){0};
}

void roll_next_part(struct roll *r)
{
    drop_days(r);
    r->usage_from = r->usage_count;
    r->payments_from = r->payment_count;
    idmap_release(&r->payment_slots);
    idmap_init(&r->payment_slots);
}

static uint32_t add_subject(struct roll *r, struct scan_subject subject)
{
    if (r->subject_count == r->subject_room) {
        r->subject_room = r->subject_room ? r->subject_room * 2 : 256;
        r->subjects = mem_resize(r->subjects, r->subject_room, sizeof *r->subjects);
    }
    MUST(r->subject_count < UINT32_MAX);
    r->subjects[r->subject_count] = subject;
    return (uint32_t)r->subject_count++;
}

uint32_t roll_application(struct roll *r, const struct scan_known *known, const struct catalogue_item *product,
                          bool embedded)
{
    bool is_new;
    uint64_t *place = idmap_put(&r->by_fact, known->fact << 1 | embedded, &is_new);
    if (is_new)
        *place = add_subject(r, (struct scan_subject){.kind = SUBJECT_APPLICATION,
                                                      .application = known->fact,
                                                      .product = product,
                                                      .name = known->name,
                                                      .embedded = embedded});
    return (uint32_t)*place;
}

static uint32_t by_key(struct roll *r, char letter, str name, struct scan_subject subject)
{
    struct arena_mark mark = arena_mark(r->arena);
    char *key = arena_alloc(r->arena, name.n + 1);
    key[0] = letter;
    if (name.n) memcpy(key + 1, name.p, name.n);
    bool is_new;
    uint64_t *place = map_put(&r->by_key, (str){key, name.n + 1}, &is_new);
    if (!is_new) {
        arena_back_to(r->arena, mark);
        return (uint32_t)*place;
    }
    subject.name = (str){key + 1, name.n};
    *place = add_subject(r, subject);
    return (uint32_t)*place;
}

uint32_t roll_product(struct roll *r, const struct catalogue_item *product, bool embedded)
{
    return by_key(r, embedded ? 'e' : 'p', product->name,
                  (struct scan_subject){.kind = SUBJECT_PRODUCT, .product = product, .embedded = embedded});
}

uint32_t roll_named(struct roll *r, enum subject_kind kind, str name)
{
    return by_key(r, kind == SUBJECT_PAYEE ? '$' : 'd', name, (struct scan_subject){.kind = kind});
}

static struct roll_day *get_day(struct roll *r, int32_t day)
{
    bool is_new;
    uint64_t *place = idmap_put(&r->day_places, (uint32_t)day, &is_new);
    if (is_new) {
        if (r->day_count == r->day_room) {
            r->day_room = r->day_room ? r->day_room * 2 : 64;
            r->days = mem_resize(r->days, r->day_room, sizeof *r->days);
        }
        *place = r->day_count;
        r->days[r->day_count++] =
            (struct roll_day){.day = day, .room = FIRST_SLOTS, .slots = mem_zalloc(FIRST_SLOTS * sizeof(uint32_t))};
    }
    return &r->days[*place];
}

static void grow_day(struct roll *r, struct roll_day *d)
{
    size_t old_room = d->room, mask = d->room * 2 - 1;
    uint32_t *old = d->slots;
    d->room *= 2;
    d->slots = mem_zalloc(d->room * sizeof *d->slots);
    for (size_t k = 0; k < old_room; k++) {
        if (!old[k]) continue;
        const struct evidence_usage *row = &r->usage[old[k] - 1];
        size_t i = roll_hash(row->subject, row->person) >> 32 & mask;
        while (d->slots[i]) i = (i + 1) & mask;
        d->slots[i] = old[k];
    }
    mem_free(old);
}

struct evidence_usage *roll_usage_slow(struct roll *r, uint32_t subject, uint64_t person, int32_t day)
{
    if (!r->today || r->today->day != day) {
        r->today = get_day(r, day);
        return roll_usage(r, subject, person, day);
    }
    struct roll_day *d = r->today;
    if (d->used * 2 >= d->room) grow_day(r, d);
    if (r->usage_count == r->usage_room) {
        r->usage_room = r->usage_room ? r->usage_room * 2 : 4096;
        r->usage = mem_resize(r->usage, r->usage_room, sizeof *r->usage);
    }
    MUST(r->usage_count < UINT32_MAX - 1);
    size_t mask = d->room - 1, i = roll_hash(subject, person) >> 32 & mask;
    while (d->slots[i]) i = (i + 1) & mask;
    d->slots[i] = (uint32_t)r->usage_count + 1;
    d->used++;
    struct evidence_usage *u = &r->usage[r->usage_count++];
    *u = (struct evidence_usage){.subject = subject, .person = person, .day = day};
    return u;
}

bool roll_pay(struct roll *r, uint32_t subject, int32_t month, int64_t amount, const char currency[4])
{
    uint64_t code =
        (uint64_t)(currency[0] - 'A') * 676 + (uint64_t)(currency[1] - 'A') * 26 + (uint64_t)(currency[2] - 'A');
    uint64_t key = (uint64_t)subject << 32 | (uint64_t)((uint32_t)month & 0x1FFFF) << 15 | (code & 0x7FFF);
    bool is_new;
    uint64_t *place = idmap_put(&r->payment_slots, key, &is_new);
    if (is_new) {
        if (r->payment_count == r->payment_room) {
            r->payment_room = r->payment_room ? r->payment_room * 2 : 256;
            r->payments = mem_resize(r->payments, r->payment_room, sizeof *r->payments);
        }
        *place = r->payment_count;
        struct scan_payment *fresh = &r->payments[r->payment_count++];
        *fresh = (struct scan_payment){.subject = subject, .month = month};
        memcpy(fresh->currency, currency, 4);
    }
    struct scan_payment *p = &r->payments[*place];
    int64_t sum;
    if (__builtin_add_overflow(p->amount, amount, &sum)) return false;
    p->amount = sum;
    p->lines++;
    return true;
}
