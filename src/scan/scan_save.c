/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_save.h"

#include "scan_read.h"

#include <string.h>

struct saving {
    struct arena *arena; /* of one load */
    uint64_t *made;      /* by subject: the application for it, or 0 */
    bool *fresh;         /* by subject: it is made by this scan */
    uint32_t *place;     /* by subject: its place in this load + 1 */
};

static bool handed_over(const struct scan_subject *s)
{
    return !s->embedded && (!s->product || s->kind == SUBJECT_APPLICATION || s->product->kind == KIND_APPLICATION);
}

static str decimal(struct arena *a, int64_t hundredths)
{
    uint64_t n = hundredths < 0 ? (uint64_t)0 - (uint64_t)hundredths : (uint64_t)hundredths;
    return arena_printf(a, "%s%llu.%02llu", hundredths < 0 ? "-" : "", (unsigned long long)(n / 100),
                        (unsigned long long)(n % 100));
}

static uint32_t place_of(struct saving *v, const struct scan_result *r, uint32_t subject,
                         struct evidence_subject *subjects, size_t *count)
{
    if (!v->place[subject]) {
        const struct scan_subject *s = &r->subjects[subject];
        struct evidence_subject *to = &subjects[(*count)++];
        *to = (struct evidence_subject){.kind = s->kind, .application = s->application, .name = s->name};
        if (v->made[subject]) to->kind = SUBJECT_APPLICATION, to->application = v->made[subject];
        v->place[subject] = (uint32_t)*count;
    }
    return v->place[subject] - 1;
}

static void fill_load(struct saving *v, const struct scan_result *r, const struct scan_file *f,
                      struct evidence_load *load)
{
    struct evidence_subject *subjects = arena_array(v->arena, r->subject_count + 1, sizeof *subjects);
    struct evidence_usage *usage = arena_array(v->arena, f->usage_to - f->usage_from + 1, sizeof *usage);
    struct evidence_payment *payments = arena_array(v->arena, f->payments_to - f->payments_from + 1, sizeof *payments);
    *load = (struct evidence_load){.file = f->path,
                                   .format = f->format->id,
                                   .bytes = f->bytes,
                                   .lines = f->lines,
                                   .skipped = f->skipped,
                                   .subjects = subjects,
                                   .usage = usage,
                                   .payments = payments};
    memcpy(load->content_hash, f->content_hash, sizeof load->content_hash);
    for (size_t i = f->usage_from; i < f->usage_to; i++) {
        if (!handed_over(&r->subjects[r->usage[i].subject])) continue;
        usage[load->usage_count] = r->usage[i];
        usage[load->usage_count++].subject = place_of(v, r, r->usage[i].subject, subjects, &load->subject_count);
    }
    for (size_t i = f->payments_from; i < f->payments_to; i++) {
        const struct scan_payment *p = &r->payments[i];
        payments[load->payment_count++] =
            (struct evidence_payment){.subject = place_of(v, r, p->subject, subjects, &load->subject_count),
                                      .month = p->month,
                                      .amount = decimal(v->arena, p->amount),
                                      .currency = {p->currency, 3},
                                      .lines = p->lines};
    }
}

static int field(const struct model_type *type, str name, const struct model_field **out, struct err *err)
{
    *out = model_field(type, name);
    return *out ? 0 : err_set(err, ERR_INPUT, "the type application has no field \"" STR_FORMAT "\"", STR_ARGS(name));
}

/* Applications for the products that the policy proposes; their provisional numbers go to v->made. */
static int propose(struct saving *v, struct scan *s, struct store *to, str actor, struct change_set **out,
                   size_t *count, struct err *err)
{
    const struct scan_result *r = &s->result;
    const struct model_type *type = model_type(store_model(to), STR("application"));
    const struct model_field *name, *status, *category, *domains;
    *out = NULL;
    *count = 0;
    if (!type) return err_set(err, ERR_INPUT, "the workspace has no type \"application\"");
    if (field(type, STR("name"), &name, err) < 0 || field(type, STR("status"), &status, err) < 0 ||
        field(type, STR("category"), &category, err) < 0 || field(type, STR("domains"), &domains, err) < 0)
        return -1;
    struct origin from = {
        .kind = ORIGIN_OBSERVED, .source = STR("scan"), .file = r->file_count ? r->files[0].path : STR_NONE};
    for (size_t i = 0; i < r->subject_count; i++) {
        const struct scan_subject *subject = &r->subjects[i];
        struct err absent = {0};
        if (!subject->proposed) continue;
        /* Another scan may have made it since this one began. */
        if (store_find_by_key(to, type, subject->name, &v->made[i], &absent) == 0) continue;
        if (absent.code != ERR_ABSENT) return *err = absent, -1;
        if (!*out) *out = change_set_new(v->arena, store_model(to), actor, STR("found in use, and on nobody's list"));
        uint64_t fact = change_create(*out, type);
        v->made[i] = fact;
        v->fresh[i] = true;
        ++*count;
        struct buf list;
        buf_init(&list, 4000);
        str rest = subject->product->domains, piece;
        while (str_cut(&rest, ' ', &piece))
            if (piece.n) buf_printf(&list, "%s" STR_FORMAT, list.n ? "; " : "", STR_ARGS(piece));
        str first = str_slice(subject->product->categories, 0, str_find_char(subject->product->categories, ';'));
        change_value(*out, fact, name, subject->name, from);
        change_value(*out, fact, status, s->catalogue.propose_status, from);
        if (first.n) change_value(*out, fact, category, first, from);
        if (list.n) change_value(*out, fact, domains, buf_copy(&list, v->arena), from);
        buf_release(&list);
    }
    return 0;
}

/* After the commit the provisional numbers give way to the facts' own. */
static void settle(struct saving *v, const struct scan_result *r, const struct commit_result *done)
{
    size_t n = 0;
    for (size_t i = 0; i < r->subject_count; i++)
        if (v->fresh[i]) {
            MUST(n < done->made_count);
            v->made[i] = done->made[n++];
        }
}

int scan_save(struct scan *s, struct store *to, str actor, int64_t now, struct scan_saved *out, struct err *err)
{
    const struct scan_result *r = scan_result(s);
    struct arena whole, one;
    *out = (struct scan_saved){0};
    arena_init(&whole, 0);
    arena_init(&one, 0);
    struct saving v = {.arena = &whole,
                       .made = arena_array(&whole, r->subject_count + 1, sizeof *v.made),
                       .fresh = arena_array(&whole, r->subject_count + 1, sizeof *v.fresh)};
    struct change_set *proposals;
    size_t proposed;
    int result = propose(&v, s, to, actor, &proposals, &proposed, err);
    v.arena = &one;
    for (size_t i = 0; i < r->file_count && result == 0; i++) {
        struct evidence_load load;
        struct commit_result done;
        if (r->files[i].duplicate_of >= 0) {
            out->already++;
            continue;
        }
        arena_clear(&one);
        v.place = arena_array(&one, r->subject_count + 1, sizeof *v.place);
        fill_load(&v, r, &r->files[i], &load);
        result = store_add_evidence(to, &load, proposals, now, &done, err);
        if (result < 0) break;
        if (!done.number) {
            out->already++;
            continue;
        }
        out->loaded++;
        out->commit = done.number;
        if (proposals) {
            settle(&v, r, &done);
            out->proposed = proposed;
            proposals = NULL;
        }
    }
    arena_release(&one);
    arena_release(&whole);
    return result;
}
