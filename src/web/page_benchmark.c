/* SPDX-License-Identifier: Apache-2.0 */
/* Published figures where they belong: at the head of the types that they are about, with the company's own number
 * beside those that mean the same. */
#include "web_pages.h"

static struct feel_value benchmark_record(struct request *r, const struct benchmark *b, const struct found *found)
{
    struct record c = record_new(r);
    record_text(&c, "figure", b->figure);
    record_text(&c, "says", b->says);
    record_text(&c, "source", text_format(r, STR_FORMAT, STR_ARGS(b->source)));
    record_int(&c, "year", b->year);
    if (b->own && found) record_text(&c, "own", show_feel(r, b->own_field.kind, found->own[b - r->web->benchmarks]));
    record_text(&c, "own_says", b->own_says);
    return record_get(&c);
}

struct feel_value benchmarks_of(struct request *r, const char *const *types, size_t count)
{
    struct values list = {0};
    struct found *found = NULL;
    struct err err;
    const struct model *m = picture_model(r->picture);
    for (size_t i = 0; i < r->web->benchmark_count; i++) {
        const struct benchmark *b = &r->web->benchmarks[i];
        bool about = false;
        for (size_t k = 0; k < count; k++) {
            const struct model_type *type = model_type(m, str_of(types[k]));
            about |= type && benchmark_is_about(b, type);
        }
        /* Those of the newest findings that there are: to compute them takes all facts. */
        if (about && b->own && !found && web_take_found(r, false, &found, &err)) found = NULL;
        if (about) values_add(r, &list, benchmark_record(r, b, found));
    }
    if (found) web_drop_found(r->web, found);
    return values_get(&list);
}
