/* SPDX-License-Identifier: Apache-2.0 */
/* The versions of a rulebook for programs, and bringing an earlier one back. */
#include "align_rulebook.h"
#include "api.h"

/* The rulebook of the address; NULL after answering. */
static const struct fact *book_asked(struct request *r)
{
    const struct model_type *type = model_type(picture_model(r->picture), STR("rulebook"));
    int64_t id;
    if (type && !api_reads_type(r, type)) {
        api_problem(r, 403, "The token may not", STR("It is for other types of facts than rulebooks."));
        return NULL;
    }
    const struct fact *f = str_to_int(r->captures[0], &id) && id > 0 ? picture_fact(r->picture, (uint64_t)id) : NULL;
    if (f && fact_type(f) == type) return f;
    api_problem(r, 404, "There is no such rulebook", STR("No rulebook of this workspace has this id."));
    return NULL;
}

void answer_api_book_versions(struct request *r)
{
    const struct book_version *versions;
    struct err err;
    size_t count;
    const struct fact *book = book_asked(r);
    if (!book || !api_query_only(r, NULL, 0)) return;
    if (book_versions(r->store, &r->arena, book, &versions, &count, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("items"));
    json_array(&w);
    for (size_t i = 0; i < count; i++) book_version_emit_json(&w, &r->arena, &versions[i]);
    json_array_end(&w);
    json_object_end(&w);
    api_end(r, 200);
    api_put_version(r, fact_version(book));
}

/* {"commit": 12, "reason": "…", "valid_from": "2027-01-01"}; what is no text or number is as if it were not there. */
static struct book_return read_return(const struct json *body)
{
    const struct json *commit = json_get(body, STR("commit")), *reason = json_get(body, STR("reason")),
                      *from = json_get(body, STR("valid_from"));
    struct book_return back = {0};
    int64_t number;
    if (commit && commit->kind == JSON_NUMBER && str_to_int(commit->text, &number) && number > 0)
        back.number = (uint64_t)number;
    if (reason && reason->kind == JSON_STRING) back.reason = str_trim(reason->text);
    if (from && from->kind == JSON_STRING) back.valid_from = from->text;
    return back;
}

void answer_api_book_return(struct request *r)
{
    struct commit_result result;
    struct err err;
    uint32_t version;
    const struct json *body;
    const struct fact *book = book_asked(r);
    if (!book || !api_query_only(r, NULL, 0) || !api_is_new(r) || !api_version_asked(r, book, &version) ||
        !(body = api_body(r)))
        return;
    const struct book_return back = read_return(body);
    uint64_t id = fact_id(book);
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, back.reason);
    if (version) change_expect(c, id, version);
    if (book_bring_back(r->store, &r->arena, book, &back, c, &err)) {
        if (err.code == ERR_INPUT || err.code == ERR_ABSENT)
            api_problem(r, 422, "Nothing was changed", arena_copy(&r->arena, str_of(err.message)));
        else
            api_fail(r, &err, 409);
        return;
    }
    if (api_commit(r, c, version ? 412 : 409, &result)) return;
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("commit"));
    if (result.number)
        json_int(&w, (int64_t)result.number);
    else
        json_null(&w);
    json_key(&w, STR("rulebook")), json_int(&w, (int64_t)id);
    json_key(&w, STR("brings_back")), json_int(&w, (int64_t)back.number);
    json_object_end(&w);
    r->location = text_format(r, "/api/v1/facts/rulebooks/%llu", (unsigned long long)id);
    api_end(r, 202);
    api_remember(r);
}
