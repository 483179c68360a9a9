/* SPDX-License-Identifier: Apache-2.0 */
#include "align_forum.h"

#include "base_json.h"
#include "base_time.h"

#include <string.h>

struct looking {
    struct feel_env *env;
    const struct picture *picture;
    const uint64_t *items; /* the forum's */
    size_t item_count;
    VEC(struct forum_row) rows, later;
};

static const struct graph_viewer *viewer_of(const struct looking *l) { return l->env->viewer; }

/* ---- Values by the names of fields ---- */

static str text_of(const struct looking *l, const struct fact *f, const char *field)
{
    const struct model_field *m = model_field(fact_type(f), str_of(field));
    return m ? fact_value_for(viewer_of(l), f, m) : STR_NONE;
}

static bool day_of(const struct looking *l, const struct fact *f, const char *field, int64_t *day)
{
    return civil_parse(text_of(l, f, field), day);
}

static uint64_t link_of(const struct looking *l, const struct fact *f, const char *field)
{
    const struct model_field *m = model_field(fact_type(f), str_of(field));
    size_t count = 0;
    const uint64_t *to = m ? fact_links_for(viewer_of(l), f, m, &count) : NULL;
    return count ? to[0] : 0;
}

static bool is_about(const struct model_field *f)
{
    static const str others[] = {STR_INIT("forum"), STR_INIT("meeting"), STR_INIT("person")};
    if (f->kind != FIELD_LINK) return false;
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        if (str_eq(f->to->name, others[i])) return false;
    return true;
}

const struct model_field *forum_about_field(const struct model_type *item, const struct model_type *about)
{
    for (size_t i = 0; i < item->field_count; i++)
        if (is_about(&item->fields[i]) && item->fields[i].to == about) return &item->fields[i];
    return NULL;
}

uint64_t forum_item_about(const struct graph_viewer *viewer, const struct fact *item)
{
    const struct model_type *type = fact_type(item);
    for (size_t i = 0; i < type->field_count; i++) {
        size_t count = 0;
        const uint64_t *to = is_about(&type->fields[i]) ? fact_links_for(viewer, item, &type->fields[i], &count) : NULL;
        if (count) return to[0];
    }
    return 0;
}

/* ---- Rows ---- */

static struct forum_row row_of_item(const struct looking *l, const struct fact *f)
{
    struct forum_row row = {.says = fact_name(f),
                            .asks = agenda_asks_of(text_of(l, f, "asks")),
                            .source = text_of(l, f, "source"),
                            .item = fact_id(f),
                            .about = forum_item_about(viewer_of(l), f),
                            .by = link_of(l, f, "brought by")};
    if (!day_of(l, f, "put off until", &row.from) && !day_of(l, f, "brought on", &row.from)) row.from = l->env->today;
    return row;
}

/* What somebody brought and no meeting has taken up, and what is put off. What was put off and had been found comes
 * back by itself, as long as it is still due; a meeting that puts off what was brought makes a new item of that day. */
static void add_items(struct looking *l)
{
    for (size_t i = 0; i < l->item_count; i++) {
        const struct fact *f = picture_fact(l->picture, l->items[i]);
        if (!f || (link_of(l, f, "meeting") && !text_of(l, f, "source").n)) continue;
        struct forum_row row = row_of_item(l, f);
        if (row.from > l->env->today)
            *vec_add(l->env->arena, &l->later) = row;
        else if (!row.source.n)
            *vec_add(l->env->arena, &l->rows) = row;
    }
}

/* Is what was found put off, here or by a meeting? */
static bool is_put_off(const struct looking *l, str source)
{
    for (size_t i = 0; i < l->item_count; i++) {
        int64_t until;
        const struct fact *f = picture_fact(l->picture, l->items[i]);
        if (f && str_eq(text_of(l, f, "source"), source) && day_of(l, f, "put off until", &until) &&
            until > l->env->today)
            return true;
    }
    return false;
}

static void add_entry(struct looking *l, const struct agenda_entry *e)
{
    const struct fact *f = e->f.subject ? picture_fact(l->picture, e->f.subject) : NULL;
    str source = finding_key(l->env->arena, &e->f);
    if (is_put_off(l, source)) return;
    *vec_add(l->env->arena, &l->rows) = (struct forum_row){.says = e->f.says,
                                                           .asks = e->asks,
                                                           .source = source,
                                                           .is_finding = !str_eq(e->row, e->f.check->id),
                                                           .severity = severity_key(e->f.severity),
                                                           .about = f ? e->f.subject : 0,
                                                           .by = e->f.by,
                                                           .from = l->env->today};
}

static void sort_rows(struct looking *l)
{
    for (size_t i = 1; i < l->rows.count; i++) {
        struct forum_row row = l->rows.items[i];
        size_t k = i;
        for (; k && l->rows.items[k - 1].asks > row.asks; k--) l->rows.items[k] = l->rows.items[k - 1];
        l->rows.items[k] = row;
    }
}

int forum_agenda(const struct checks *agenda, struct feel_env *env, const struct picture *p,
                 const struct agenda_found *found, const struct fact *forum, struct forum_agenda *out, struct err *err)
{
    struct looking l = {.env = env, .picture = p};
    const struct model_type *type = fact_type(forum);
    const struct agenda_entry *entries;
    size_t count;
    *out = (struct forum_agenda){0};
    for (size_t i = 0; i < type->inverse_count; i++)
        if (str_eq(type->inverses[i].name, STR("agenda items")))
            l.items = fact_inverse_for(viewer_of(&l), p, forum, &type->inverses[i], &l.item_count);
    if (agenda_make(agenda, env, found, text_of(&l, forum, "kind"), &entries, &count, err)) return -1;
    add_items(&l);
    for (size_t i = 0; i < count; i++) add_entry(&l, &entries[i]);
    sort_rows(&l);
    *out = (struct forum_agenda){l.rows.items, l.later.items, l.rows.count, l.later.count};
    return 0;
}

/* ---- As JSON ---- */

static void put_text(struct json_writer *w, const char *key, str text)
{
    json_key(w, str_of(key));
    if (text.n)
        json_string(w, text);
    else
        json_null(w);
}

static void put_fact(struct json_writer *w, const char *key, const struct picture *p, uint64_t id)
{
    const struct fact *f = id ? picture_fact(p, id) : NULL;
    json_key(w, str_of(key));
    if (!f) {
        json_null(w);
        return;
    }
    json_object(w);
    json_key(w, STR("type")), json_string(w, fact_type(f)->name);
    json_key(w, STR("id")), json_int(w, (int64_t)id);
    json_key(w, STR("name")), json_string(w, fact_name(f));
    json_object_end(w);
}

static void put_rows(struct json_writer *w, const char *key, const struct looking *l, const struct forum_row *rows,
                     size_t count)
{
    json_key(w, str_of(key)), json_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct forum_row *row = &rows[i];
        json_object(w);
        json_key(w, STR("says")), json_string(w, row->says);
        json_key(w, STR("asks")), json_string(w, agenda_asks_key(row->asks));
        put_text(w, "severity", row->severity);
        put_fact(w, "about", l->picture, row->about);
        put_fact(w, "brought_by", l->picture, row->by);
        json_key(w, STR("from")), json_string(w, civil_emit(l->env->arena, row->from));
        json_key(w, STR("item"));
        if (row->item)
            json_int(w, (int64_t)row->item);
        else
            json_null(w);
        put_text(w, "source", row->source);
        json_object_end(w);
    }
    json_array_end(w);
}

void forum_agenda_emit_json(struct json_writer *w, struct feel_env *env, const struct picture *p,
                            const struct fact *forum, const struct forum_agenda *a)
{
    const struct looking l = {.env = env, .picture = p};
    json_object(w);
    json_key(w, STR("forum")), json_int(w, (int64_t)fact_id(forum));
    json_key(w, STR("name")), json_string(w, fact_name(forum));
    put_text(w, "kind", text_of(&l, forum, "kind"));
    put_text(w, "next_on", text_of(&l, forum, "next on"));
    put_rows(w, "items", &l, a->rows, a->count);
    put_rows(w, "later", &l, a->later, a->later_count);
    json_object_end(w);
}
