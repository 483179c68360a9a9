/* SPDX-License-Identifier: Apache-2.0 */
/* A fact's fields out of JSON: the form in which they are given. */
#include "api.h"

#include "base_utf8.h"

static bool is_link(const struct model_field *f) { return f->kind == FIELD_LINK || f->kind == FIELD_LINKS; }

static str pointer_to(struct request *r, str at, str key)
{
    struct buf b;
    buf_init(&b, 10000);
    buf_str(&b, at);
    buf_char(&b, '/');
    for (size_t i = 0; i < key.n; i++) /* RFC 6901 */
        buf_str(&b, key.p[i] == '~' ? STR("~0") : key.p[i] == '/' ? STR("~1") : str_slice(key, i, i + 1));
    str pointer = buf_copy(&b, &r->arena);
    buf_release(&b);
    return pointer;
}

/* {"amount": 12.50, "currency": "EUR"} as people would type it. */
static bool money_text(struct request *r, const struct json *v, str *out)
{
    const struct json *amount = json_get(v, STR("amount")), *currency = json_get(v, STR("currency"));
    if (!amount || (amount->kind != JSON_NUMBER && amount->kind != JSON_STRING)) return false;
    if (v->count != (currency ? 2u : 1u) || (currency && currency->kind != JSON_STRING)) return false;
    str unit = currency ? currency->text : r->web->profile.currency;
    *out = text_format(r, STR_FORMAT " " STR_FORMAT, STR_ARGS(amount->text), STR_ARGS(unit));
    return true;
}

static int read_scalar(struct request *r, const struct model_field *f, const struct json *v, str *canonical,
                       struct err *err)
{
    const struct model_input how = {.currency = r->web->profile.currency, .decimal_mark = '.'};
    str typed = v->text;
    switch (v->kind) {
    case JSON_NULL: return *canonical = STR_NONE, 0;
    case JSON_TRUE:
    case JSON_FALSE:
        if (f->kind != FIELD_YES_NO) return err_set(err, ERR_INPUT, "is not a %s", field_kind_name(f->kind));
        return *canonical = v->kind == JSON_TRUE ? STR("yes") : STR("no"), 0;
    case JSON_OBJECT:
        if (f->kind != FIELD_MONEY || !money_text(r, v, &typed))
            return err_set(err, ERR_INPUT, "is not a %s", field_kind_name(f->kind));
        break;
    case JSON_ARRAY: return err_set(err, ERR_INPUT, "is not a %s", field_kind_name(f->kind));
    case JSON_NUMBER:
        /* A percentage is a fraction in JSON, in answers too. */
        if (f->kind == FIELD_PERCENT) return *canonical = typed, model_check_value(f, typed, err);
        break;
    case JSON_STRING: break;
    }
    if (f->kind == FIELD_LONG_TEXT || f->kind == FIELD_TEXT) return *canonical = typed, 0;
    return model_read_value(&r->arena, f, &how, typed, canonical, err);
}

static uint64_t find_ref(const struct api_ref *refs, size_t count, str name, const struct model_type *type,
                         struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(refs[i].name, name) && refs[i].type == type) return refs[i].id;
    err_write(err, ERR_INPUT, "no " STR_FORMAT " is made here under the ref \"" STR_FORMAT "\"", STR_ARGS(type->name),
              STR_ARGS(name));
    return 0;
}

static uint64_t find_named(struct request *r, const struct model_type *to, str name, struct err *err)
{
    bool several = false;
    uint64_t id = picture_find(r->picture, to, name, &several);
    if (several)
        err_write(err, ERR_INPUT, "several " STR_FORMAT " are called \"" STR_FORMAT "\": give the id",
                  STR_ARGS(to->plural), STR_ARGS(utf8_cut(name, 100)));
    else if (!id)
        err_write(err, ERR_INPUT, "there is no " STR_FORMAT " called \"" STR_FORMAT "\"", STR_ARGS(to->name),
                  STR_ARGS(utf8_cut(name, 100)));
    return several ? 0 : id;
}

/* 12, "Anna Berg", {"id": 12}, {"name": …} or {"ref": …}; 0 and the error when it is none of these, or nobody. */
static uint64_t read_link(struct request *r, const struct model_type *to, const struct json *v,
                          const struct api_ref *refs, size_t ref_count, struct err *err)
{
    const struct json *id = json_get(v, STR("id")), *name = json_get(v, STR("name")), *ref = json_get(v, STR("ref"));
    if (v->kind == JSON_NUMBER) id = v;
    if (v->kind == JSON_STRING) name = v;
    if (ref && ref->kind == JSON_STRING) return find_ref(refs, ref_count, ref->text, to, err);
    if (!id && name && name->kind == JSON_STRING) return find_named(r, to, name->text, err);
    int64_t number;
    if (!id || id->kind != JSON_NUMBER || !str_to_int(id->text, &number)) {
        err_write(err, ERR_INPUT, "a link is an id, a name, {\"id\": 12} or {\"name\": \"…\"}");
        return 0;
    }
    const struct fact *f = number > 0 ? picture_fact(r->picture, (uint64_t)number) : NULL;
    if (f && fact_type(f) == to) return (uint64_t)number;
    err_write(err, ERR_INPUT, "there is no " STR_FORMAT " with the id %lld", STR_ARGS(to->name), (long long)number);
    return 0;
}

static void read_links(struct request *r, struct change_set *c, uint64_t fact, const struct model_field *f,
                       const struct json *v, str at, const struct api_ref *refs, size_t ref_count,
                       struct api_faults *faults)
{
    size_t count = v->kind == JSON_NULL ? 0 : v->kind == JSON_ARRAY ? v->count : 1;
    uint64_t *ids = arena_array(&r->arena, count + 1, sizeof *ids);
    if (f->kind == FIELD_LINK && v->kind == JSON_ARRAY) {
        api_add_fault(r, faults, at, STR("only one can be linked here"));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct err err;
        const struct json *one = v->kind == JSON_ARRAY ? &v->items[i] : v;
        ids[i] = read_link(r, f->to, one, refs, ref_count, &err);
        str place = v->kind == JSON_ARRAY ? text_format(r, STR_FORMAT "/%zu", STR_ARGS(at), i) : at;
        if (!ids[i]) api_add_fault(r, faults, place, str_of(err.message));
    }
    change_links(c, fact, f, ids, count, (struct origin){.kind = ORIGIN_TYPED});
}

/* What every answer says of a fact may come back with it, as it is. */
static bool is_head(struct request *r, const struct model_type *type, const struct json *v, str at,
                    struct api_faults *faults)
{
    static const str computed[] = {STR_INIT("agreement"), STR_INIT("agreed_on"), STR_INIT("waits_for")};
    for (size_t i = 0; i < ARRAY_COUNT(computed); i++)
        if (str_eq(v->key, computed[i])) return true;
    if (str_eq(v->key, STR("id")) || str_eq(v->key, STR("version"))) return true;
    if (!str_eq(v->key, STR("type"))) return false;
    if (v->kind != JSON_STRING || model_type(picture_model(r->picture), v->text) != type)
        api_add_fault(r, faults, pointer_to(r, at, v->key),
                      text_format(r, "this is a " STR_FORMAT, STR_ARGS(type->name)));
    return true;
}

/* Does the fact say so already? A fact that is being made says nothing. */
static bool is_said(struct request *r, uint64_t fact, const struct model_field *f, str canonical)
{
    const struct fact *known = picture_fact(r->picture, fact);
    str now = known ? fact_value_for(&r->viewer, known, f) : STR_NONE;
    return str_eq(now, canonical) && (now.p != NULL) == (canonical.p != NULL);
}

void api_read_fields(struct request *r, struct change_set *c, uint64_t fact, const struct model_type *type,
                     const struct json *body, str at, const struct api_ref *refs, size_t ref_count,
                     struct api_faults *faults)
{
    for (size_t i = 0; i < body->count; i++) {
        const struct json *v = &body->items[i];
        const struct model_field *f = model_field(type, v->key);
        str place = pointer_to(r, at, v->key), canonical = STR_NONE;
        struct err err;
        if (f && !request_sees(r, type, f)) {
            api_add_fault(r, faults, place, STR("is not open to this account"));
        } else if (!f) {
            if (is_head(r, type, v, at, faults)) continue;
            str near = model_nearest_field(type, v->key);
            api_add_fault(r, faults, place,
                          text_format(r, "is not a field of " STR_FORMAT "%s" STR_FORMAT "%s", STR_ARGS(type->name),
                                      near.n ? "; did you mean \"" : "", STR_ARGS(near), near.n ? "\"?" : ""));
        } else if (f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED) {
            api_add_fault(r, faults, place, STR("is computed: it cannot be set"));
        } else if (is_link(f)) {
            read_links(r, c, fact, f, v, place, refs, ref_count, faults);
        } else if (read_scalar(r, f, v, &canonical, &err)) {
            api_add_fault(r, faults, place, str_of(err.message));
        } else if (request_writes(r, f)) {
            change_value(c, fact, f, canonical, (struct origin){.kind = ORIGIN_TYPED});
        } else if (!is_said(r, fact, f, canonical)) {
            api_add_fault(r, faults, place, STR("only a person of that side writes it"));
        }
    }
}
