/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the journal as JSON, for every door. */
#include "graph.h"

static int emit_name(struct json_writer *w, struct store *s, struct arena *a, uint64_t fact, struct err *err)
{
    str name;
    if (store_load_past_name(s, a, fact, &name, err)) return -1;
    json_key(w, STR("name"));
    json_string(w, name.n ? name : arena_printf(a, "fact %llu", (unsigned long long)fact));
    return 0;
}

static int emit_links(struct json_writer *w, struct store *s, struct arena *a, str ids, struct err *err)
{
    str piece;
    int64_t id;
    json_array(w);
    while (ids.n && str_cut(&ids, ' ', &piece)) {
        if (!str_to_int(piece, &id)) continue;
        json_object(w);
        json_key(w, STR("id")), json_int(w, id);
        if (emit_name(w, s, a, (uint64_t)id, err)) return -1;
        json_object_end(w);
    }
    json_array_end(w);
    return 0;
}

static int emit_text(struct json_writer *w, struct store *s, struct arena *a, const struct model_field *f, str text,
                     struct err *err)
{
    if (f->kind == FIELD_LINK || f->kind == FIELD_LINKS) return emit_links(w, s, a, text, err);
    if (text.p)
        json_string(w, text);
    else
        json_null(w);
    return 0;
}

int graph_emit_entry(struct json_writer *w, struct store *s, const struct graph *g, const struct graph_viewer *viewer,
                     struct arena *a, const struct journal_entry *e, struct err *err)
{
    json_object(w);
    json_key(w, STR("what")), json_string(w, entry_word(e->kind));
    if (e->type) {
        json_key(w, STR("type")), json_string(w, e->type->name);
        json_key(w, STR("id")), json_int(w, (int64_t)e->fact);
        if (emit_name(w, s, a, e->fact, err)) return -1;
    }
    bool hushed = g && e->kind == ENTRY_ATTACHMENT && (!e->type || !graph_sees_files(viewer, e->type));
    if (e->text.n && !hushed) json_key(w, STR("text")), json_string(w, e->text);
    if (e->type) {
        json_key(w, STR("fields"));
        json_array(w);
        for (size_t i = 0; i < e->field_count; i++) {
            const struct journal_field *f = &e->fields[i];
            if (g && !graph_sees(g, viewer, e->type, f->field)) continue;
            json_object(w);
            json_key(w, STR("field")), json_string(w, f->field->key);
            json_key(w, STR("before"));
            if (emit_text(w, s, a, f->field, f->before, err)) return -1;
            json_key(w, STR("after"));
            if (emit_text(w, s, a, f->field, f->after, err)) return -1;
            if (f->erased) json_key(w, STR("erased")), json_bool(w, true);
            json_object_end(w);
        }
        json_array_end(w);
    }
    json_object_end(w);
    return 0;
}
