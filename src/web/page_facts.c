/* SPDX-License-Identifier: Apache-2.0 */
/* All facts: the types, and finding any fact by its text. */
#include "web_pages.h"

enum { FIND_ROWS = 50, OPTION_ROWS = 20 };

const struct model_type *type_asked(struct request *r)
{
    const struct model_type *type = model_type(picture_model(r->picture), r->captures[0]);
    if (!type)
        page_error(r, 404, "There is no such kind of fact", "All facts lists the kinds that this workspace has.");
    return type;
}

static struct feel_value type_record(struct request *r, const struct model_type *type)
{
    struct record c = record_new(r);
    size_t count;
    picture_facts(r->picture, type, &count);
    record_text(&c, "name", capitalise(r, type->plural));
    record_text(&c, "href", text_format(r, "/types/" STR_FORMAT, STR_ARGS(type->plural_key)));
    record_text(&c, "help", type->help);
    record_text(&c, "count", show_count(r, (int64_t)count));
    record_bool(&c, "none", !count);
    return record_get(&c);
}

void answer_types(struct request *r)
{
    const struct model *m = picture_model(r->picture);
    struct values groups = {0};
    for (size_t i = 0; i < m->type_count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++) seen |= str_eq(m->types[j].group, m->types[i].group);
        if (seen) continue;
        struct record group = record_new(r);
        struct values types = {0};
        for (size_t j = i; j < m->type_count; j++)
            if (str_eq(m->types[j].group, m->types[i].group)) values_add(r, &types, type_record(r, &m->types[j]));
        record_text(&group, "name", capitalise(r, m->types[i].group));
        record_put(&group, "types", values_get(&types));
        values_add(r, &groups, record_get(&group));
    }
    page_begin(r, PAGE_TYPES);
    page_put_text(r, "title", STR("All facts"));
    page_put(r, "groups", values_get(&groups));
    put_saved(r);
    page_show(r, 200);
}

void answer_find(struct request *r)
{
    str query = str_trim(pairs_get(&r->query, STR("q")));
    const uint64_t *ids = NULL;
    size_t count = query.n ? picture_search(r->picture, &r->viewer, &r->arena, NULL, query, FIND_ROWS, &ids) : 0;
    struct values rows = {0};
    for (size_t i = 0; i < count; i++) values_add(r, &rows, fact_record(r, ids[i]));
    page_begin(r, PAGE_FIND);
    page_put_text(r, "title", STR("Find anything"));
    page_put_text(r, "query", query);
    page_put(r, "rows", values_get(&rows));
    page_put_text(r, "found",
                  !query.n             ? STR("Type a few words of a name or a text.")
                  : !count             ? STR("Nothing has all these words. Try fewer, or the beginning of one.")
                  : count == FIND_ROWS ? text_format(r, "The first %zu", count)
                                       : show_counted(r, (int64_t)count, "fact", "facts"));
    page_show(r, 200);
}

/* Names for a list beside an input; the asked words are the only value of the query. */
void answer_options(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    str query = r->query.count ? str_trim(r->query.items[0].value) : STR("");
    const uint64_t *ids;
    size_t count;
    if (query.n)
        count = picture_search(r->picture, &r->viewer, &r->arena, type, query, OPTION_ROWS, &ids);
    else
        ids = picture_facts(r->picture, type, &count); /* the first ones show what there is */
    if (count > OPTION_ROWS) count = OPTION_ROWS;
    struct values choices = {0};
    for (size_t i = 0; i < count; i++) {
        struct record c = record_new(r);
        record_text(&c, "value", show_name(r, ids[i]));
        str label = show_label(r, ids[i]);
        record_text(&c, "text", label);
        values_add(r, &choices, record_get(&c));
    }
    page_begin(r, PAGE_OPTIONS);
    page_put(r, "choices", values_get(&choices));
    page_show(r, 200);
}
