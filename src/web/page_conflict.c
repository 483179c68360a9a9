/* SPDX-License-Identifier: Apache-2.0 */
/* Two people changed one fact: field by field what it was, what the other made of it, what was typed here. What only
 * one of them touched needs no choice. */
#include "page_form.h"

struct meanwhile {
    str *base; /* canonical, by field number: as the form was drawn; links: ids with blanks between */
    str *now;
    str actor; /* who changed or deleted it last, and when, in which commit */
    int64_t time;
    uint64_t number;
};

static str joined(struct request *r, const uint64_t *ids, size_t count)
{
    struct buf b;
    buf_init(&b, PAGE_LIMIT);
    for (size_t i = 0; i < count; i++) buf_printf(&b, "%s%llu", i ? " " : "", (unsigned long long)ids[i]);
    str text = buf_copy(&b, &r->arena);
    buf_release(&b);
    return text.n ? text : STR_NONE;
}

static str canonical_of(struct request *r, const struct fact *f, const struct model_field *field)
{
    size_t count;
    if (!is_link_field(field)) return fact_value_for(&r->viewer, f, field);
    const uint64_t *to = fact_links_for(&r->viewer, f, field, &count);
    return joined(r, to, count);
}

/* The journal backwards, from how the fact is to the version that the form began with. */
static int look_back(struct form *form, uint64_t fact, uint32_t version, struct meanwhile *out, struct err *err)
{
    struct request *r = form->r;
    const struct journal_change *changes;
    size_t count, i = 0;
    if (store_load_history(r->store, &r->arena, fact, &changes, &count, err)) return -1;
    *out = (struct meanwhile){.base = arena_array(&r->arena, form->type->field_count, sizeof *out->base),
                              .now = arena_array(&r->arena, form->type->field_count, sizeof *out->now)};
    if (count) out->actor = changes[0].actor, out->time = changes[0].time, out->number = changes[0].number;
    for (size_t k = 0; k < form->count && form->fact; k++) {
        const struct model_field *field = form->fields[k].field;
        out->base[field->number] = out->now[field->number] = canonical_of(r, form->fact, field);
    }
    uint32_t at = form->fact ? fact_version(form->fact) : UINT32_MAX;
    while (i < count && at > version) {
        uint64_t number = changes[i].number;
        bool changed = false, deleted = false;
        for (; i < count && changes[i].number == number; i++) {
            deleted |= !changes[i].field && str_eq(changes[i].before, STR("deleted"));
            if (!changes[i].field) continue;
            out->base[changes[i].field->number] = changes[i].before;
            changed = true;
        }
        if (deleted) return 0; /* as it was when it went */
        at -= changed;
    }
    return 0;
}

/* ---- Choices ---- */

static str choice_name(struct request *r, const char *what, const struct form_field *f)
{
    return text_format(r, "%s." STR_FORMAT, what, STR_ARGS(f->name));
}

void form_take_choices(struct form *form)
{
    struct request *r = form->r;
    for (size_t i = 0; i < form->count; i++) {
        struct form_field *f = &form->fields[i];
        if (!pairs_get(&r->form, choice_name(r, "decide", f)).n) continue;
        str take = pairs_get(&r->form, choice_name(r, "take", f));
        if (str_eq(take, STR("theirs"))) {
            f->given = false;
        } else if (str_eq(take, STR("other"))) {
            VEC(str) typed = {0};
            str rest = form_lines(r, pairs_get(&r->form, choice_name(r, "other", f))), line;
            if (f->field->kind == FIELD_LINKS)
                while (rest.n && str_cut(&rest, '\n', &line)) *vec_add(&r->arena, &typed) = line;
            else
                *vec_add(&r->arena, &typed) = rest;
            f->typed = typed.items;
            f->typed_count = typed.count;
        } else if (!str_eq(take, STR("mine"))) {
            f->error = STR("Choose one of them");
        }
    }
}

/* ---- Drawing ---- */

static str mine_of(struct form *form, const struct form_field *f)
{
    return is_link_field(f->field) ? joined(form->r, f->links.items, f->links.count) : f->canonical;
}

static struct feel_value typed_record(struct form *form, const struct form_field *f)
{
    struct values list = {0};
    for (size_t i = 0; i < f->typed_count; i++)
        if (f->typed[i].n || f->typed_count == 1) values_add(form->r, &list, feel_string(f->typed[i]));
    if (!list.count) values_add(form->r, &list, feel_string(STR("")));
    return values_get(&list);
}

static struct feel_value choice(struct form *form, const struct meanwhile *m, struct form_field *f)
{
    struct request *r = form->r;
    struct record c = record_new(r);
    str lines = STR_NONE;
    for (size_t i = 0; i < f->typed_count; i++)
        if (f->typed[i].n)
            lines =
                text_format(r, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(lines), lines.n ? "\n" : "", STR_ARGS(f->typed[i]));
    record_text(&c, "name", f->name);
    record_text(&c, "label", show_word(r, f->field->name));
    record_text(&c, "help", f->field->help);
    record_text(&c, "was", show_stored(r, f->field, m->base[f->field->number]));
    record_text(&c, "theirs", show_stored(r, f->field, m->now[f->field->number]));
    record_text(&c, "mine", f->error.n && !mine_of(form, f).n ? lines : show_stored(r, f->field, mine_of(form, f)));
    record_text(&c, "lines", lines);
    record_put(&c, "typed", typed_record(form, f));
    record_text(&c, "error", f->error);
    str take = pairs_get(&r->form, choice_name(r, "take", f));
    record_text(&c, "take", take);
    return record_get(&c);
}

static void put_fields(struct form *form, const struct meanwhile *m)
{
    struct request *r = form->r;
    struct values choices = {0}, mine = {0}, theirs = {0};
    for (size_t i = 0; i < form->count; i++) {
        struct form_field *f = &form->fields[i];
        str base = m->base[f->field->number], now = m->now[f->field->number];
        bool open = pairs_get(&r->form, choice_name(r, "decide", f)).n > 0 && f->given;
        bool by_me = f->given && (f->error.n || !str_eq(mine_of(form, f), base)), by_them = !str_eq(now, base);
        if (by_me && (by_them || f->error.n || open) && (f->error.n || !str_eq(mine_of(form, f), now)))
            values_add(r, &choices, choice(form, m, f));
        else if (by_me && !by_them)
            values_add(r, &mine, choice(form, m, f));
        else if (by_them)
            values_add(r, &theirs, choice(form, m, f));
    }
    page_put(r, "choices", values_get(&choices));
    page_put(r, "mine", values_get(&mine));
    page_put(r, "theirs", values_get(&theirs));
}

static void put_head(struct form *form, uint64_t fact, const struct meanwhile *m)
{
    struct request *r = form->r;
    page_put(r, "fact", fact_head(r, form->type));
    page_put_text(r, "href", show_path(r, fact));
    page_put_text(r, "reason", pairs_get(&r->form, STR("reason")));
    page_put_text(r, "message", form->message);
    page_put_text(r, "kind", form->type->key);
    page_put_text(r, "who", m->actor);
    page_put_text(r, "when", m->actor.n ? show_time(r, m->time) : STR_NONE);
}

void show_conflict(struct form *form)
{
    struct request *r = form->r;
    struct err err;
    struct meanwhile m;
    int64_t base;
    uint64_t fact = fact_id(form->fact);
    if (!str_to_int(pairs_get(&r->form, STR("base")), &base)) base = form->version;
    if (look_back(form, fact, base < 0 ? 0 : (uint32_t)base, &m, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_CONFLICT);
    page_put_text(r, "title", text_format(r, "Two of you changed " STR_FORMAT, STR_ARGS(fact_name(form->fact))));
    put_head(form, fact, &m);
    page_put_text(r, "base", text_format(r, "%lld", (long long)base));
    page_put_text(r, "version", text_format(r, "%u", fact_version(form->fact)));
    put_fields(form, &m);
    page_show(r, 409);
}

void show_deleted(struct form *form, uint64_t fact, str message)
{
    struct request *r = form->r;
    struct err err;
    struct meanwhile m;
    if (look_back(form, fact, 0, &m, &err)) {
        page_fail(r, &err);
        return;
    }
    form->message = message;
    m.now = m.base; /* what they did is known: it is gone */
    page_begin(r, PAGE_CONFLICT);
    page_put_text(r, "title", STR("It was deleted while you were editing it"));
    put_head(form, fact, &m);
    page_put_text(r, "restore", text_format(r, "%llu", (unsigned long long)m.number));
    put_fields(form, &m);
    page_show(r, 409);
}
