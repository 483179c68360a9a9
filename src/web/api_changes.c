/* SPDX-License-Identifier: Apache-2.0 */
/* Many changes in one commit, all or nothing: new facts may link to each other by a `ref` of the caller's. */
#include "api.h"

#include <string.h>

enum { CHANGES_MOST = 5000 };

enum deed { DEED_CREATE, DEED_UPDATE, DEED_DELETE };
struct planned {
    enum deed deed;
    const struct model_type *type;
    uint64_t id; /* of the change set where it is created */
    str ref;
    const struct json *fields;
};
struct bulk {
    struct request *r;
    struct change_set *c;
    struct planned *items;
    size_t count;
    VEC(struct api_ref) refs;
    struct api_faults faults;
};

static void fault(struct bulk *b, size_t i, const char *key, const char *detail)
{
    api_add_fault(b->r, &b->faults, text_format(b->r, "/changes/%zu%s", i, key), str_of(detail));
}

static str text_of(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, str_of(key));
    return v && v->kind == JSON_STRING ? v->text : STR_NONE;
}

static bool number_of_key(const struct json *object, const char *key, int64_t *out)
{
    const struct json *v = json_get(object, str_of(key));
    return v && v->kind == JSON_NUMBER && str_to_int(v->text, out) && *out > 0;
}

static void plan_create(struct bulk *b, size_t i, const struct json *v, struct planned *p)
{
    p->type = model_type(picture_model(b->r->picture), text_of(v, "type"));
    p->ref = text_of(v, "ref");
    if (!p->type || !api_reads_type(b->r, p->type)) {
        fault(b, i, "/type", p->type ? "the token is for other types" : "there is no such type");
        return;
    }
    for (size_t k = 0; k < b->refs.count && p->ref.n; k++)
        if (str_eq(b->refs.items[k].name, p->ref)) fault(b, i, "/ref", "the ref stands there twice");
    p->id = change_create(b->c, p->type);
    if (p->ref.n) *vec_add(&b->r->arena, &b->refs) = (struct api_ref){p->ref, p->id, p->type};
}

static void plan_known(struct bulk *b, size_t i, const struct json *v, struct planned *p)
{
    int64_t id, version;
    const struct fact *f = number_of_key(v, "id", &id) ? picture_fact(b->r->picture, (uint64_t)id) : NULL;
    if (!f) {
        fault(b, i, "/id", "there is no fact with this id");
        return;
    }
    p->type = fact_type(f);
    if (!api_reads_type(b->r, p->type)) fault(b, i, "/id", "the token is for other types");
    if (!number_of_key(v, "version", &version) || version > UINT32_MAX) {
        fault(b, i, "/version", "the version that was seen is needed, so that nobody's change is lost");
        return;
    }
    for (size_t k = 0; k < i; k++)
        if (b->items[k].id == (uint64_t)id) fault(b, i, "/id", "the fact stands there twice");
    p->id = (uint64_t)id;
    change_expect(b->c, p->id, (uint32_t)version);
    if (p->deed == DEED_DELETE) change_delete(b->c, p->id);
}

static void plan_one(struct bulk *b, size_t i, const struct json *v)
{
    static const str ops[] = {STR_INIT("create"), STR_INIT("update"), STR_INIT("delete")};
    static const str known[] = {STR_INIT("op"), STR_INIT("type"),    STR_INIT("ref"),
                                STR_INIT("id"), STR_INIT("version"), STR_INIT("fields")};
    struct planned *p = &b->items[i];
    str op = text_of(v, "op");
    size_t deed = 0;
    while (deed < ARRAY_COUNT(ops) && !str_eq(ops[deed], op)) deed++;
    if (v->kind != JSON_OBJECT || deed == ARRAY_COUNT(ops)) {
        fault(b, i, "/op", "is none of create, update, delete");
        return;
    }
    for (size_t k = 0; k < v->count; k++) {
        bool good = false;
        for (size_t n = 0; n < ARRAY_COUNT(known); n++) good |= str_eq(v->items[k].key, known[n]);
        if (!good)
            api_add_fault(b->r, &b->faults, text_format(b->r, "/changes/%zu", i),
                          text_format(b->r, "\"" STR_FORMAT "\" is no part of a change", STR_ARGS(v->items[k].key)));
    }
    p->deed = (enum deed)deed;
    p->fields = json_get(v, STR("fields"));
    if (p->deed != DEED_DELETE && (!p->fields || p->fields->kind != JSON_OBJECT)) {
        fault(b, i, "/fields", "the fields are needed, as an object");
        p->fields = NULL;
    }
    if (p->deed == DEED_CREATE)
        plan_create(b, i, v, p);
    else
        plan_known(b, i, v, p);
}

/* After all are planned, so that a link may go to what is made further down. */
static void read_fields(struct bulk *b)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct planned *p = &b->items[i];
        if (!p->type || !p->id || !p->fields || p->deed == DEED_DELETE) continue;
        for (size_t k = 0; k < p->type->field_count && p->deed == DEED_CREATE; k++) {
            const struct model_field *f = &p->type->fields[k];
            if (f->initial.n && !json_get(p->fields, f->key))
                change_value(b->c, p->id, f, f->initial, (struct origin){.kind = ORIGIN_TYPED});
        }
        api_read_fields(b->r, b->c, p->id, p->type, p->fields, text_format(b->r, "/changes/%zu/fields", i),
                        b->refs.items, b->refs.count, &b->faults);
    }
}

static void show(struct bulk *b, const struct commit_result *result)
{
    static const char *const ops[] = {[DEED_CREATE] = "create", [DEED_UPDATE] = "update", [DEED_DELETE] = "delete"};
    struct json_writer w = api_begin(b->r);
    size_t made = 0;
    json_object(&w);
    json_key(&w, STR("commit"));
    if (result->number)
        json_int(&w, (int64_t)result->number);
    else
        json_null(&w);
    json_key(&w, STR("proposed")), json_int(&w, (int64_t)result->proposed_count);
    json_key(&w, STR("facts"));
    json_array(&w);
    for (size_t i = 0; i < b->count; i++) {
        const struct planned *p = &b->items[i];
        uint64_t id = p->deed == DEED_CREATE ? result->made[made++] : p->id;
        const struct fact *f = picture_fact(b->r->picture, id);
        json_object(&w);
        json_key(&w, STR("op")), json_string(&w, str_of(ops[p->deed]));
        json_key(&w, STR("type")), json_string(&w, p->type->name);
        json_key(&w, STR("id")), json_int(&w, (int64_t)id);
        if (f) json_key(&w, STR("version")), json_int(&w, fact_version(f));
        if (p->ref.n) json_key(&w, STR("ref")), json_string(&w, p->ref);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    api_end(b->r, result->proposed_count ? 202 : 200);
}

void answer_api_changes(struct request *r)
{
    if (!api_query_only(r, NULL, 0) || !api_is_new(r)) return;
    const struct json *body = api_body(r), *changes = body ? json_get(body, STR("changes")) : NULL;
    struct commit_result result;
    if (!body) return;
    if (!changes || changes->kind != JSON_ARRAY || !changes->count || changes->count > CHANGES_MOST) {
        api_problem(r, 422, "Nothing was changed",
                    text_format(r, "\"changes\" is a list of 1 to %d changes.", CHANGES_MOST));
        return;
    }
    struct bulk b = {.r = r, .count = changes->count};
    b.c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, text_of(body, "reason"));
    b.items = arena_array(&r->arena, b.count, sizeof *b.items);
    for (size_t i = 0; i < b.count; i++) plan_one(&b, i, &changes->items[i]);
    read_fields(&b);
    if (b.faults.count) {
        api_refuse_body(r, &b.faults);
        return;
    }
    if (api_commit(r, b.c, 409, &result)) return;
    show(&b, &result);
    api_remember(r);
}
