/* SPDX-License-Identifier: Apache-2.0 */
/* Saved views of a list: a name for what an address asks, one's own or shared with everybody. */
#include "page_list.h"

/* What the address asks, without what is only about this moment. */
static str query_of(struct request *r)
{
    static const char *const passing[] = {"page", "saved", "add", "open", "as_of"};
    struct pairs kept = {0};
    for (size_t i = 0; i < r->query.count; i++) {
        bool out = false;
        for (size_t k = 0; k < ARRAY_COUNT(passing); k++) out |= str_eq(r->query.items[i].name, str_of(passing[k]));
        if (!out) *vec_add(&r->arena, &kept) = r->query.items[i];
    }
    str url = url_of(r, STR(""), &kept);
    return str_from(url, 1);
}

int put_views(struct request *r, const struct model_type *type, struct err *err)
{
    const struct stored_view *views;
    size_t count;
    struct values list = {0};
    str query = query_of(r);
    if (store_load_views(r->store, &r->arena, type, r->user.name, &views, &count, err)) return -1;
    struct record asked = record_new(r);
    for (size_t i = 0; i < count; i++) {
        struct record c = record_new(r);
        bool own = str_eq(views[i].owner, r->user.name);
        record_text(&c, "id", text_format(r, "%llu", (unsigned long long)views[i].id));
        record_text(&c, "name", views[i].name);
        record_text(
            &c, "href",
            text_format(r, "/types/" STR_FORMAT "?" STR_FORMAT, STR_ARGS(type->plural_key), STR_ARGS(views[i].query)));
        record_bool(&c, "current", str_eq(views[i].query, query));
        record_bool(&c, "own", !r->then.number && (own || r->user.role == ROLE_STEWARD));
        record_text(&c, "owner", own ? STR_NONE : views[i].owner);
        record_bool(&c, "shared", views[i].shared);
        values_add(r, &list, record_get(&c));
    }
    record_put(&asked, "list", values_get(&list));
    if (!r->then.number) record_text(&asked, "query", query); /* else there is nothing to save */
    page_put(r, "views", record_get(&asked));
    return 0;
}

static void back(struct request *r, const struct model_type *type, str query)
{
    request_redirect(r, text_format(r, "/types/" STR_FORMAT "%s" STR_FORMAT, STR_ARGS(type->plural_key),
                                    query.n ? "?" : "", STR_ARGS(query)));
}

/* Written anew from its parts, so that what is kept is an address of ours. */
static bool clean_query(struct request *r, str text, str *out)
{
    struct pairs parts = {0};
    if (pairs_parse(&r->arena, text, &parts)) return false;
    *out = str_from(url_of(r, STR(""), &parts), 1);
    return true;
}

void answer_view_save(struct request *r)
{
    const struct model_type *type = type_asked(r);
    struct err err;
    int64_t id;
    str query = STR_NONE;
    if (!type) return;
    if (!clean_query(r, pairs_get(&r->form, STR("query")), &query)) {
        page_error(r, 422, "The view was not saved", "What the list asks for cannot be read.");
        return;
    }
    bool drop = str_to_int(pairs_get(&r->form, STR("drop")), &id) && id > 0;
    struct stored_view view = {.type = type,
                               .name = str_trim(pairs_get(&r->form, STR("name"))),
                               .owner = r->user.name,
                               .shared = request_may_edit(r) && str_eq(pairs_get(&r->form, STR("shared")), STR("yes")),
                               .query = query};
    struct store *writer = web_write(r->web);
    int failed =
        drop ? store_drop_view(writer, (uint64_t)id, r->user.name, r->user.role == ROLE_STEWARD, r->env.now, &err)
             : store_save_view(writer, &view, r->env.now, &err);
    if (!web_written(r->web, failed, &err))
        back(r, type, query);
    else if (err.code == ERR_INPUT)
        page_error(r, 422, "The view was not saved", err.message);
    else
        page_fail(r, &err);
}
