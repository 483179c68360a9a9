/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a fact: listed, attached, handed out, removed. A file is what it is for as long as it is there, so that
 * its hash is its ETag, and removing one needs none. */
#include "api.h"

#include "base_time.h"

#include <sodium.h>

static str hash_words(struct request *r, const unsigned char hash[crypto_hash_sha256_BYTES])
{
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    return arena_copy(&r->arena, str_of(sodium_bin2hex(hex, sizeof hex, hash, crypto_hash_sha256_BYTES)));
}

static str address_of(struct request *r, const struct stored_attachment *x)
{
    return text_format(r, "/api/v1/files/%llu", (unsigned long long)x->id);
}

static void emit(struct json_writer *w, struct request *r, const struct stored_attachment *x)
{
    json_object(w);
    json_key(w, STR("id")), json_int(w, (int64_t)x->id);
    json_key(w, STR("name")), json_string(w, x->name);
    json_key(w, STR("media_type")), json_string(w, x->media);
    json_key(w, STR("size")), json_int(w, (int64_t)x->size);
    json_key(w, STR("sha256")), json_string(w, hash_words(r, x->hash));
    json_key(w, STR("author")), json_string(w, x->author);
    json_key(w, STR("time")), json_string(w, time_emit_utc(&r->arena, x->time));
    json_key(w, STR("href")), json_string(w, address_of(r, x));
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

/* ---- One file ---- */

/* What the address names, where it may be seen; false after answering. One that may not is like one that there is not.
 */
static bool file_asked(struct request *r, struct stored_attachment *out, str *bytes)
{
    int64_t id;
    struct err err = {.code = ERR_ABSENT};
    int failed = !str_to_int(r->captures[0], &id) || id <= 0 ||
                 store_load_attachment(r->store, &r->arena, (uint64_t)id, out, bytes, &err);
    if (failed && err.code != ERR_ABSENT) return api_fail(r, &err, 409), false;
    const struct fact *f = failed ? NULL : picture_fact(r->picture, out->fact);
    if (!f || !request_sees_files(r, fact_type(f)))
        return api_problem(r, 404, "There is no such file", STR("It was removed, or never was one that you may see.")),
               false;
    if (api_reads_type(r, fact_type(f))) return true;
    api_problem(r, 403, "The token may not", STR("It is for other types of facts."));
    return false;
}

void answer_api_attachment(struct request *r)
{
    struct stored_attachment x;
    str bytes;
    if (!api_query_only(r, NULL, 0) || !file_asked(r, &x, &bytes)) return;
    r->status = 200;
    r->type = x.media.p;
    r->file_name = x.name;
    r->fixed = bytes;
    api_put_etag(r, hash_words(r, x.hash));
}

/* A form with one file and nothing else; false after answering. */
static bool read_form(struct request *r, str *name, str *bytes)
{
    struct pairs form = {0};
    if (!multipart_parse(&r->arena, r->content_type, buf_get(&r->body), &form) && form.count == 2 &&
        str_eq(form.items[0].name, STR("file.name")) && str_eq(form.items[1].name, STR("file"))) {
        *name = form.items[0].value;
        *bytes = form.items[1].value;
        return true;
    }
    api_problem(r, 400, "The form is not understood",
                STR("It has one field, called file, which is a file with a name."));
    return false;
}

void answer_api_attach(struct request *r)
{
    struct err err;
    str name, bytes;
    unsigned char hash[crypto_hash_sha256_BYTES];
    const struct fact *f = files_asked(r);
    if (!f || !api_query_only(r, NULL, 0) || !read_form(r, &name, &bytes)) return;
    crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n);
    /* What stands between the parts of a form is another each time. */
    r->meant = text_format(r, STR_FORMAT "\n" STR_FORMAT, STR_ARGS(name), STR_ARGS(hash_words(r, hash)));
    if (!api_is_new(r)) return;
    struct stored_attachment x = {.fact = fact_id(f), .name = name, .author = r->user.name, .time = r->env.now};
    const struct asked_key *key = api_asked_key(r);
    struct store *writer = web_write(r->web);
    int failed = store_add_attachment(writer, &x, bytes, key, &err);
    if (web_written(r->web, failed, &err)) {
        if (err.code == ERR_LIMIT)
            api_problem(r, 413, "The file was not attached", arena_copy(&r->arena, str_of(err.message)));
        else
            api_fail(r, &err, 409);
        return;
    }
    r->remembers = true;
    r->location = address_of(r, &x);
    struct json_writer w = api_begin(r);
    emit(&w, r, &x);
    api_end(r, 201);
    api_put_etag(r, hash_words(r, x.hash));
    api_remember(r);
}

void answer_api_detach(struct request *r)
{
    struct stored_attachment x;
    struct err err;
    if (!api_query_only(r, NULL, 0) || !api_is_new(r) || !file_asked(r, &x, NULL)) return;
    const struct asked_key *key = api_asked_key(r);
    struct store *writer = web_write(r->web);
    int failed = store_remove_attachment(writer, x.id, r->user.name, r->env.now, key, &err);
    if (web_written(r->web, failed, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    r->remembers = true;
    api_end_empty(r);
    api_remember(r);
}
