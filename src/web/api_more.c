/* SPDX-License-Identifier: Apache-2.0 */
/* What is not a fact: who asks, findings, the description. */
#include "api.h"

#include "base_time.h"

void answer_api_me(struct request *r)
{
    if (!api_query_only(r, NULL, 0)) return;
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("name")), json_string(&w, r->user.name);
    json_key(&w, STR("shown")), json_string(&w, r->user.shown);
    json_key(&w, STR("side")), json_string(&w, r->user.side);
    json_key(&w, STR("role")), json_string(&w, str_of(user_role_name(r->user.role)));
    json_key(&w, STR("scope")), json_string(&w, r->token && r->token->asks     ? STR("ask")
                                                : !r->token || r->token->write ? STR("write")
                                                                               : STR("read"));
    if (r->token) {
        json_key(&w, STR("token")), json_string(&w, r->token->name);
        json_key(&w, STR("expires")), json_string(&w, time_emit_utc(&r->arena, r->token->expires));
        json_key(&w, STR("types"));
        json_array(&w);
        for (str rest = r->token->types, key; rest.n && str_cut(&rest, ' ', &key);) json_string(&w, key);
        json_array_end(&w);
    } else {
        json_key(&w, STR("csrf")), json_string(&w, r->csrf);
    }
    json_object_end(&w);
    api_end(r, 200);
}

/* A token for some types sees no finding about others. */
static bool is_open(const struct request *r, const struct finding *f)
{
    if (!r->token || !r->token->types.n) return true;
    if (!f->subject) return false;
    for (size_t i = 0; i < f->fact_count; i++) {
        const struct fact *fact = picture_fact(r->picture, f->facts[i]);
        if (fact && !api_reads_type(r, fact_type(fact))) return false;
    }
    return true;
}

void answer_api_findings(struct request *r)
{
    static const str known[] = {STR_INIT("practice"), STR_INIT("severity"), STR_INIT("as_of")};
    struct err err;
    struct found *found;
    enum severity severity;
    str practice = pairs_get(&r->query, STR("practice")), word = pairs_get(&r->query, STR("severity"));
    if (!api_query_only(r, known, ARRAY_COUNT(known))) return;
    if (word.p && !severity_parse(word, &severity)) {
        api_problem(r, 400, "The query is not understood", STR("A severity is high, medium or low."));
        return;
    }
    if (web_take_found(r, true, &found, &err)) {
        api_fail(r, &err, 409);
        return;
    }
    VEC(struct finding) some = {0};
    for (size_t i = 0; i < found->count; i++) {
        const struct finding *f = &found->findings[i];
        if (practice.p && !str_eq(practice_key(f->check->practice), practice)) continue;
        if (!is_open(r, f) || (word.p && f->severity != severity)) continue;
        *vec_add(&r->arena, &some) = *f;
    }
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("items")), findings_emit_json(&w, &r->env, some.items, some.count);
    json_key(&w, STR("withheld_checks")), json_int(&w, (int64_t)found->all.withheld);
    json_object_end(&w);
    api_end(r, 200);
    web_drop_found(r->web, found);
}

void answer_api_description(struct request *r)
{
    r->status = 200;
    r->type = "application/json; charset=utf-8";
    r->fixed = r->web->description;
}
