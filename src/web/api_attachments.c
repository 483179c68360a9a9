/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a fact, for reading: bodies of the API are JSON, so that adding one is the page's. */
#include "api.h"

#include "base_time.h"

#include <sodium.h>

static void emit(struct json_writer *w, struct request *r, const struct stored_attachment *x)
{
    char hex[2 * sizeof x->hash + 1];
    sodium_bin2hex(hex, sizeof hex, x->hash, sizeof x->hash);
    json_object(w);
    json_key(w, STR("id")), json_int(w, (int64_t)x->id);
    json_key(w, STR("name")), json_string(w, x->name);
    json_key(w, STR("media_type")), json_string(w, x->media);
    json_key(w, STR("size")), json_int(w, (int64_t)x->size);
    json_key(w, STR("sha256")), json_string(w, str_of(hex));
    json_key(w, STR("author")), json_string(w, x->author);
    json_key(w, STR("time")), json_string(w, time_emit_utc(&r->arena, x->time));
    json_key(w, STR("href")), json_string(w, text_format(r, "/api/v1/files/%llu", (unsigned long long)x->id));
    json_object_end(w);
}

/* The fact of the address, where its files may be seen; NULL after answering, the same whether it has any. */
static const struct fact *files_asked(struct request *r)
{
    const struct model_type *type = api_type(r);
    const struct fact *f = type ? api_fact(r, type) : NULL;
    if (!f || request_sees_files(r, type)) return f;
    api_problem(r, 403, "The account may not",
                text_format(r, "The files of " STR_FORMAT " are for a higher role.", STR_ARGS(type->plural)));
    return NULL;
}

void answer_api_attachments(struct request *r)
{
    const struct stored_attachment *found;
    size_t count;
    struct err err;
    const struct fact *f = files_asked(r);
    if (!f || !api_query_only(r, NULL, 0)) return;
    if (store_load_attachments(r->store, &r->arena, fact_id(f), &found, &count, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("items"));
    json_array(&w);
    for (size_t i = 0; i < count; i++) emit(&w, r, &found[i]);
    json_array_end(&w);
    json_object_end(&w);
    api_end(r, 200);
}

void answer_api_attachment(struct request *r)
{
    int64_t id;
    struct stored_attachment x;
    struct err err;
    str bytes;
    if (!api_query_only(r, NULL, 0)) return;
    int failed = !str_to_int(r->captures[0], &id) || id <= 0
                     ? err_set(&err, ERR_ABSENT, "the address names no file")
                     : store_load_attachment(r->store, &r->arena, (uint64_t)id, &x, &bytes, &err);
    const struct fact *f = failed ? NULL : picture_fact(r->picture, x.fact);
    if (!failed && (!f || !request_sees_files(r, fact_type(f))))
        failed = err_set(&err, ERR_ABSENT, "there is no such attachment, or it was removed");
    if (failed) {
        api_fail(r, &err, 409);
    } else if (!api_reads_type(r, fact_type(f))) {
        api_problem(r, 403, "The token may not", STR("It is for other types of facts."));
    } else {
        r->status = 200;
        r->type = x.media.p;
        r->file_name = x.name;
        r->fixed = bytes;
    }
}
