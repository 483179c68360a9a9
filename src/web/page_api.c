/* SPDX-License-Identifier: Apache-2.0 */
/* The API for people: its operations, and where each type of fact is. */
#include "api.h"
#include "web_pages.h"

/* "/api/v1/facts/TYPE/ID/files" */
static str of_type(struct request *r, str path)
{
    static const char *const names[] = {"TYPE", "ID"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        size_t star = str_find_char(path, '*');
        if (star == STR_NOT_FOUND) break;
        path = text_format(r, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(str_slice(path, 0, star)), names[i],
                           STR_ARGS(str_from(path, star + 1)));
    }
    return path;
}

void answer_api_page(struct request *r)
{
    static const char *const methods[] = {[METHOD_GET] = "GET",
                                          [METHOD_POST] = "POST",
                                          [METHOD_PATCH] = "PATCH",
                                          [METHOD_DELETE] = "DELETE",
                                          [METHOD_OPTIONS] = "OPTIONS"};
    const struct model *m = picture_model(r->picture);
    struct values list = {0}, types = {0};
    size_t count;
    const struct api_operation *operations = api_operations(&count);
    for (size_t i = 0; i < count; i++) {
        const struct api_operation *o = &operations[i];
        struct record c = record_new(r);
        record_text(&c, "method", str_of(methods[o->method]));
        record_text(&c, "path", o->of == API_OF_ALL ? o->path : of_type(r, o->path));
        record_text(&c, "says", o->summary);
        record_text(&c, "scope", o->changes ? STR("write") : STR("read"));
        values_add(r, &list, record_get(&c));
    }
    for (size_t i = 0; i < m->type_count; i++) {
        struct record c = record_new(r);
        record_text(&c, "name", capitalise(r, m->types[i].plural));
        record_text(&c, "path", text_format(r, "/api/v1/facts/" STR_FORMAT, STR_ARGS(m->types[i].plural_key)));
        record_text(&c, "help", m->types[i].help);
        values_add(r, &types, record_get(&c));
    }
    page_begin(r, PAGE_API);
    page_put_text(r, "title", STR("The API"));
    page_put(r, "operations", values_get(&list));
    page_put(r, "types", values_get(&types));
    page_show(r, 200);
}
