/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen and paid, application by application: who on which days (a bit a day, so that any window can be counted
 * exactly), sums by day, payments by month. */
#include "graph_inside.h"

#include "base_map.h"

#include <stdlib.h>
#include <string.h>

struct one_draft {
    uint64_t application;
    VEC(uint32_t) first_block;
    VEC(struct use_block) blocks;
    VEC(struct use_day) days; /* ascending */
    VEC(struct payment) payments;
};
struct evidence_draft {
    struct arena arena;
    struct idmap places;
    VEC(struct one_draft) applications;
};

struct evidence_draft *evidence_draft_new(void)
{
    struct evidence_draft *d = mem_zalloc(sizeof *d);
    arena_init(&d->arena, 0);
    idmap_init(&d->places);
    return d;
}

void evidence_draft_free(struct evidence_draft *d)
{
    if (!d) return;
    arena_release(&d->arena);
    idmap_release(&d->places);
    mem_free(d);
}

static struct one_draft *draft_get(struct evidence_draft *d, uint64_t application)
{
    bool is_new;
    uint64_t *place = idmap_put(&d->places, application, &is_new);
    if (is_new) {
        *place = d->applications.count;
        *vec_add(&d->arena, &d->applications) = (struct one_draft){.application = application};
    }
    return &d->applications.items[*place];
}

void evidence_draft_of(struct evidence_draft *d, uint64_t application)
{
    *draft_get(d, application) = (struct one_draft){.application = application};
}

static void add_day(struct arena *a, struct one_draft *one, const struct stored_usage_day *day)
{
    size_t low = 0, high = one->days.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (one->days.items[middle].day < day->day)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == one->days.count || one->days.items[low].day != day->day) {
        *vec_add(a, &one->days) = (struct use_day){0};
        memmove(&one->days.items[low + 1], &one->days.items[low],
                (one->days.count - 1 - low) * sizeof *one->days.items);
        one->days.items[low] = (struct use_day){.day = day->day};
    }
    one->days.items[low].requests += day->requests;
    one->days.items[low].bytes += day->bytes;
}

void evidence_draft_usage(struct evidence_draft *d, const struct stored_usage *u)
{
    struct one_draft *one = draft_get(d, u->application);
    size_t from = one->blocks.count;
    *vec_add(&d->arena, &one->first_block) = (uint32_t)from;
    for (size_t i = 0; i < u->day_count; i++) {
        int32_t base = u->days[i].day >> 6;
        size_t b = from;
        while (b < one->blocks.count && one->blocks.items[b].base != base) b++;
        if (b == one->blocks.count) *vec_add(&d->arena, &one->blocks) = (struct use_block){.base = base};
        unsigned bit = (unsigned)u->days[i].day & 63;
        if (bit < 32)
            one->blocks.items[b].low |= UINT32_C(1) << bit;
        else
            one->blocks.items[b].high |= UINT32_C(1) << (bit - 32);
        add_day(&d->arena, one, &u->days[i]);
    }
}

void evidence_draft_payment(struct evidence_draft *d, const struct stored_payment *payment)
{
    struct feel_value amount;
    if (!feel_number(payment->amount, &amount) || amount.kind != FEEL_NUMBER) return;
    struct one_draft *one = draft_get(d, payment->application);
    struct payment p = {.month = payment->month, .amount = {amount.word[0], amount.word[1]}};
    memcpy(p.currency, payment->currency.p, payment->currency.n < 4 ? payment->currency.n : 4);
    *vec_add(&d->arena, &one->payments) = p;
}

static void *put_array(char **at, const void *items, size_t count, size_t size)
{
    void *to = *at;
    if (count) memcpy(to, items, count * size);
    *at += (count * size + 7) & ~(size_t)7;
    return to;
}

static struct evidence *pack(struct arena *a, struct one_draft *one)
{
    if (!one->first_block.count && !one->payments.count) return NULL;
    size_t people = one->first_block.count;
    *vec_add(a, &one->first_block) = (uint32_t)one->blocks.count;
    struct evidence *e =
        mem_alloc(sizeof *e + one->first_block.count * sizeof(uint32_t) + one->blocks.count * sizeof(struct use_block) +
                  one->days.count * sizeof(struct use_day) + one->payments.count * sizeof(struct payment) + 32);
    char *at = (char *)(e + 1);
    *e = (struct evidence){.application = one->application,
                           .person_count = people,
                           .block_count = one->blocks.count,
                           .day_count = one->days.count,
                           .payment_count = one->payments.count};
    atomic_init(&e->users, 1);
    e->days = put_array(&at, one->days.items, one->days.count, sizeof *e->days);
    e->payments = put_array(&at, one->payments.items, one->payments.count, sizeof *e->payments);
    e->first_block = put_array(&at, one->first_block.items, one->first_block.count, sizeof *e->first_block);
    e->blocks = put_array(&at, one->blocks.items, one->blocks.count, sizeof *e->blocks);
    return e;
}

static int draft_order(const void *a, const void *b)
{
    uint64_t x = ((const struct one_draft *)a)->application, y = ((const struct one_draft *)b)->application;
    return x < y ? -1 : x > y;
}

size_t evidence_draft_pack(struct evidence_draft *d, uint64_t **applications, struct evidence ***evidence)
{
    size_t count = d->applications.count;
    if (count) qsort(d->applications.items, count, sizeof *d->applications.items, draft_order);
    *applications = arena_array(&d->arena, count, sizeof **applications);
    *evidence = arena_array(&d->arena, count, sizeof **evidence);
    for (size_t i = 0; i < count; i++) {
        (*applications)[i] = d->applications.items[i].application;
        (*evidence)[i] = pack(&d->arena, &d->applications.items[i]);
    }
    return count;
}

/* The bits of from … to in the block that begins with day base << 6. */
static uint64_t window(int64_t base, int64_t from, int64_t to)
{
    int64_t first = base * 64, low = from - first, high = to - first;
    if (low > 63 || high < 0 || low > high) return 0;
    uint64_t bits = low <= 0 ? UINT64_MAX : UINT64_MAX << low;
    return high >= 63 ? bits : bits & (UINT64_MAX >> (63 - high));
}

size_t evidence_people(const struct evidence *e, int64_t from, int64_t to)
{
    size_t people = 0;
    for (size_t i = 0; i < e->person_count; i++) {
        bool seen = false;
        for (uint32_t b = e->first_block[i]; b < e->first_block[i + 1] && !seen; b++) {
            const struct use_block *block = &e->blocks[b];
            seen = window(block->base, from, to) & ((uint64_t)block->high << 32 | block->low);
        }
        people += seen;
    }
    return people;
}

void evidence_sum(const struct evidence *e, int64_t from, int64_t to, uint64_t *requests, uint64_t *bytes)
{
    *requests = *bytes = 0;
    for (size_t i = 0; i < e->day_count; i++)
        if (e->days[i].day >= from && e->days[i].day <= to)
            *requests += e->days[i].requests, *bytes += e->days[i].bytes;
}
