/* SPDX-License-Identifier: Apache-2.0 */
/* Facts: lists, one, new ones, changes, deletions. */
#include "api.h"

#include "graph_query.h"

#include <sodium.h>

enum { ROWS = 100, ROWS_MOST = 500, FILTER_SECONDS = 2 };

const struct model_type *api_type(struct request *r)
{
    const struct model_type *type = model_type(picture_model(r->picture), r->captures[0]);
    if (!type || !str_eq(type->plural_key, r->captures[0])) {
        api_problem(r, 404, "There is no such type",
                    type ? text_format(r, "It is /api/v1/facts/" STR_FORMAT ".", STR_ARGS(type->plural_key))
                         : STR("/api/v1/openapi.json tells which there are."));
        return NULL;
    }
    if (api_reads_type(r, type)) return type;
    api_problem(r, 403, "The token may not", STR("It is for other types of facts."));
    return NULL;
}

const struct fact *api_fact(struct request *r, const struct model_type *type)
{
    int64_t id;
    const struct fact *f = str_to_int(r->captures[1], &id) && id > 0 ? picture_fact(r->picture, (uint64_t)id) : NULL;
    if (f && fact_type(f) == type) return f;
    api_problem(r, 404, "There is no such fact",
                text_format(r, "No " STR_FORMAT " has this id.", STR_ARGS(type->name)));
    return NULL;
}

/* ---- Versions ---- */

void api_put_version(struct request *r, uint32_t version)
{
    unsigned char hash[16];
    str body = buf_get(&r->out);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    char hex[17];
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    api_put_etag(r, text_format(r, "%u.%s", version, hex));
}

bool api_version_asked(struct request *r, const struct fact *f, uint32_t *version)
{
    int64_t n;
    str tag = r->if_match;
    *version = 0;
    if (!tag.p) {
        api_problem(r, 428, "Say which version you have seen",
                    STR("Send its ETag as If-Match, so that nobody's change is lost; * for whatever is there."));
        return false;
    }
    if (str_eq(tag, STR("*"))) return true;
    bool quoted = tag.n > 2 && tag.p[0] == '"' && tag.p[tag.n - 1] == '"';
    if (quoted) tag = str_slice(tag, 1, tag.n - 1);
    size_t dot = str_find_char(tag, '.');
    if (!quoted || !str_to_int(str_slice(tag, 0, dot == STR_NOT_FOUND ? tag.n : dot), &n) || n < 1 || n > UINT32_MAX) {
        api_problem(r, 400, "The If-Match is not understood", STR("It is the ETag of the fact, in its quotes."));
        return false;
    }
    *version = (uint32_t)n;
    if (fact_version(f) == *version) return true;
    api_problem(r, 412, "The fact has changed", text_format(r, "It has version %u by now.", fact_version(f)));
    return false;
}

/* ---- Writing out ---- */

/* Only some of the fields, in the order of the whole. */
static void emit_some(struct json_writer *w, struct request *r, uint64_t fact, const str *keys, size_t count)
{
    struct buf whole;
    struct json_writer all;
    struct err err;
    const struct json *v;
    buf_init(&whole, PAGE_LIMIT);
    json_init(&all, &whole, 0);
    graph_emit_json(&all, &r->env, fact);
    if (json_parse(&r->arena, buf_get(&whole), &v, &err)) v = NULL;
    json_object(w);
    for (size_t i = 0; v && i < v->count; i++) {
        str key = v->items[i].key;
        bool wanted = str_eq(key, STR("type")) || str_eq(key, STR("id")) || str_eq(key, STR("version"));
        for (size_t k = 0; k < count; k++) wanted |= str_eq(key, keys[k]);
        if (wanted) json_key(w, key), json_emit(w, &v->items[i]);
    }
    json_object_end(w);
    buf_release(&whole);
}

struct fields_asked {
    str *keys;
    size_t count;
};

static bool read_fields_asked(struct request *r, const struct model_type *type, struct fields_asked *out)
{
    str rest = pairs_get(&r->query, STR("fields")), word;
    VEC(str) keys = {0};
    *out = (struct fields_asked){0};
    while (rest.n && str_cut(&rest, ',', &word)) {
        const struct model_field *f = model_field(type, word);
        if (!f) {
            str near = model_nearest_field(type, word);
            api_problem(r, 400, "The fields are not understood",
                        text_format(r, "\"" STR_FORMAT "\" is not a field of " STR_FORMAT "%s" STR_FORMAT "%s",
                                    STR_ARGS(word), STR_ARGS(type->name), near.n ? "; did you mean \"" : "",
                                    STR_ARGS(near), near.n ? "\"?" : ""));
            return false;
        }
        *vec_add(&r->arena, &keys) = f->key;
    }
    *out = (struct fields_asked){keys.items, keys.count};
    return true;
}

static void emit(struct json_writer *w, struct request *r, uint64_t fact, const struct fields_asked *fields)
{
    if (fields && fields->count)
        emit_some(w, r, fact, fields->keys, fields->count);
    else
        graph_emit_json(w, &r->env, fact);
}

static void show(struct request *r, int status, uint64_t id, const struct fields_asked *fields)
{
    const struct fact *f = picture_fact(r->picture, id);
    if (!f) {
        api_problem(r, 409, "It was done, and the fact is gone", STR("Somebody deleted it in the same moment."));
        return;
    }
    struct json_writer w = api_begin(r);
    emit(&w, r, id, fields);
    api_end(r, status);
    api_put_version(r, fact_version(f));
}

/* ---- Reading ---- */

static bool query_of(struct request *r, const struct model_type *type, struct fact_query *q,
                     struct fields_asked *fields)
{
    static const str known[] = {STR_INIT("filter"), STR_INIT("fields"), STR_INIT("sort"), STR_INIT("q"),
                                STR_INIT("limit"),  STR_INIT("cursor"), STR_INIT("as_of")};
    int64_t limit = ROWS;
    str asked = pairs_get(&r->query, STR("limit"));
    if (!api_query_only(r, known, ARRAY_COUNT(known)) || !read_fields_asked(r, type, fields)) return false;
    if (asked.p && (!str_to_int(asked, &limit) || limit < 1 || limit > ROWS_MOST)) {
        api_problem(r, 400, "The limit is not understood", text_format(r, "It is from 1 to %d.", ROWS_MOST));
        return false;
    }
    str where = pairs_get(&r->query, STR("filter")), sort = pairs_get(&r->query, STR("sort"));
    *q = (struct fact_query){.type = type,
                             .words = str_trim(pairs_get(&r->query, STR("q"))),
                             .where = where,
                             .where_place = STR("filter"),
                             .sort = sort.n ? sort : STR("id"),
                             .sort_place = STR("sort"),
                             .seconds = FILTER_SECONDS,
                             .limit = (size_t)limit};
    return true;
}

static void query_failed(struct request *r, const struct err *err)
{
    if (err->code == ERR_IO || err->code == ERR_STORE) {
        api_fail(r, err, 409);
        return;
    }
    api_problem(r, err->code == ERR_LIMIT ? 422 : 400, "The list cannot be made",
                text_format(r, "%s%s%s%s", err->file[0] ? err->file : "", err->file[0] ? ": " : "", err->message,
                            err->column ? arena_printf(&r->arena, " (column %u)", err->column).p : ""));
}

void answer_api_facts(struct request *r)
{
    struct fact_query q;
    struct fields_asked fields;
    struct fact_place after;
    struct fact_rows rows;
    struct err err;
    const struct model_type *type = api_type(r);
    if (!type || !query_of(r, type, &q, &fields)) return;
    str cursor = pairs_get(&r->query, STR("cursor")), next = STR_NONE;
    str query =
        text_format(r, STR_FORMAT "\n" STR_FORMAT "\n" STR_FORMAT "\n" STR_FORMAT "\n" STR_FORMAT, STR_ARGS(type->key),
                    STR_ARGS(r->as_of), STR_ARGS(q.sort), STR_ARGS(q.words), STR_ARGS(q.where));
    if (cursor.p && !api_read_cursor(r, query, cursor, &after)) {
        api_problem(r, 400, "The cursor is not understood", STR("It belongs to another list, or was altered."));
        return;
    }
    if (cursor.p) q.after = &after;
    if (fact_query(&r->arena, r->web->graph, &r->env, &q, &rows, &err)) {
        query_failed(r, &err);
        return;
    }
    if (rows.more) {
        next = api_cursor(r, query, &rows.last);
        if (!next.n) {
            api_problem(r, 422, "The list cannot be made",
                        STR("Its values are too long to sort by: choose another field."));
            return;
        }
        api_header(
            r, "Link",
            text_format(r, "<" STR_FORMAT ">; rel=\"next\"", STR_ARGS(request_url_with(r, STR("cursor"), next))));
    }
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("items"));
    json_array(&w);
    for (size_t i = 0; i < rows.count; i++) emit(&w, r, rows.ids[i], &fields);
    json_array_end(&w);
    json_key(&w, STR("total")), json_int(&w, (int64_t)rows.found);
    json_key(&w, STR("commit")), json_int(&w, (int64_t)picture_number(r->picture));
    json_key(&w, STR("next"));
    if (next.n)
        json_string(&w, next);
    else
        json_null(&w);
    json_object_end(&w);
    api_end(r, 200);
}

void answer_api_fact(struct request *r)
{
    static const str known[] = {STR_INIT("fields"), STR_INIT("as_of")};
    struct fields_asked fields;
    const struct model_type *type = api_type(r);
    const struct fact *f = type ? api_fact(r, type) : NULL;
    if (f && api_query_only(r, known, ARRAY_COUNT(known)) && read_fields_asked(r, type, &fields))
        show(r, 200, fact_id(f), &fields);
}

/* ---- Writing ---- */

static const str reason_only[] = {STR_INIT("reason")};

void answer_api_create(struct request *r)
{
    struct api_faults faults = {0};
    struct commit_result result;
    const struct model_type *type = api_type(r);
    if (!type || !api_query_only(r, reason_only, 1) || !api_is_new(r)) return;
    const struct json *body = api_body(r);
    struct change_set *c = body ? api_changes(r) : NULL;
    if (!c) return;
    uint64_t made = change_create(c, type);
    for (size_t i = 0; i < type->field_count; i++) { /* as a form would be filled in */
        const struct model_field *f = &type->fields[i];
        if (f->initial.n && !json_get(body, f->key))
            change_value(c, made, f, f->initial, (struct origin){.kind = ORIGIN_TYPED});
    }
    api_read_fields(r, c, made, type, body, STR(""), NULL, 0, &faults);
    if (faults.count) {
        api_refuse_body(r, &faults);
        return;
    }
    if (api_commit(r, c, 409, &result)) return;
    r->location = text_format(r, "/api/v1/facts/" STR_FORMAT "/%llu", STR_ARGS(type->plural_key),
                              (unsigned long long)result.made[0]);
    show(r, 201, result.made[0], NULL);
    api_remember(r);
}

void answer_api_change(struct request *r)
{
    struct api_faults faults = {0};
    struct commit_result result;
    uint32_t version;
    const struct model_type *type = api_type(r);
    if (!type || !api_query_only(r, reason_only, 1) || !api_is_new(r)) return;
    const struct fact *f = api_fact(r, type);
    if (!f || !api_version_asked(r, f, &version)) return;
    const struct json *body = api_body(r);
    struct change_set *c = body ? api_changes(r) : NULL;
    if (!c) return;
    uint64_t id = fact_id(f);
    if (version) change_expect(c, id, version);
    api_read_fields(r, c, id, type, body, STR(""), NULL, 0, &faults);
    if (faults.count) {
        api_refuse_body(r, &faults);
        return;
    }
    if (api_commit(r, c, version ? 412 : 409, &result)) return;
    show(r, result.proposed_count ? 202 : 200, id, NULL);
    api_remember(r);
}

void answer_api_delete(struct request *r)
{
    struct commit_result result;
    uint32_t version;
    const struct model_type *type = api_type(r);
    if (!type || !api_query_only(r, reason_only, 1) || !api_is_new(r)) return;
    const struct fact *f = api_fact(r, type);
    if (!f || !api_version_asked(r, f, &version)) return;
    struct change_set *c = api_changes(r);
    if (!c) return;
    uint64_t id = fact_id(f);
    if (version) change_expect(c, id, version);
    change_delete(c, id);
    if (api_commit(r, c, version ? 412 : 409, &result)) return;
    if (result.proposed_count)
        show(r, 202, id, NULL);
    else
        api_end_empty(r);
    api_remember(r);
}
