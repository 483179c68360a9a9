/* SPDX-License-Identifier: Apache-2.0 */
/* Where sources differ, and deciding it: choosing a claim is typing its value, with a reason. */
#include "import.h"
#include "page_fact.h"

/* ---- All of them ---- */

static struct feel_value saying(struct request *r, const struct model_field *field, const struct stored_claim *claim)
{
    struct record c = record_new(r);
    str words = claim_value(r, field, claim);
    record_text(&c, "value", words.n ? words : STR("nothing"));
    record_text(&c, "from", claim_from(r, claim));
    record_text(&c, "whole", claim_origin(r, claim));
    return record_get(&c);
}

static struct feel_value conflict_record(struct request *r, const struct import_conflict *conflict)
{
    struct record c = record_new(r);
    struct values others = {0};
    record_text(&c, "name", show_name(r, conflict->fact));
    record_text(&c, "href",
                text_format(r, STR_FORMAT "#" STR_FORMAT, STR_ARGS(show_path(r, conflict->fact)),
                            STR_ARGS(conflict->field->key)));
    record_text(&c, "field", show_word(r, conflict->field->name));
    record_put(&c, "now", saying(r, conflict->field, conflict->claims[0]));
    for (size_t i = 1; i < conflict->claim_count; i++)
        values_add(r, &others, saying(r, conflict->field, conflict->claims[i]));
    record_put(&c, "others", values_get(&others));
    return record_get(&c);
}

struct conflict_list {
    struct import_conflict *items;
    size_t count, room;
};

static int find(struct request *r, const struct model_type *chosen, struct conflict_list *all, struct values *kinds,
                struct err *err)
{
    const struct model *m = picture_model(r->picture);
    for (size_t i = 0; i < m->type_count; i++) {
        const struct model_type *type = &m->types[i];
        const struct import_conflict *conflicts;
        size_t count, facts;
        const uint64_t *ids = picture_facts(r->picture, type, &facts);
        if (import_conflicts(&r->arena, r->store, r->picture, &r->viewer, type, ids, facts, &conflicts, &count, err))
            return -1;
        if (!count) continue;
        struct record c = record_new(r);
        record_text(&c, "name", capitalise(r, type->plural));
        record_text(&c, "count", show_count(r, (int64_t)count));
        record_text(&c, "href", request_url_with(r, STR("type"), type == chosen ? STR_NONE : type->key));
        record_bool(&c, "chosen", type == chosen);
        values_add(r, kinds, record_get(&c));
        for (size_t k = 0; k < count && (!chosen || type == chosen); k++) *vec_add(&r->arena, all) = conflicts[k];
    }
    return 0;
}

void answer_sources(struct request *r)
{
    struct conflict_list all = {0};
    struct values rows = {0}, kinds = {0};
    struct err err;
    size_t from, to;
    const struct model_type *chosen = model_type(picture_model(r->picture), pairs_get(&r->query, STR("type")));
    if (find(r, chosen, &all, &kinds, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_SOURCES);
    put_pages(r, all.count, &from, &to);
    for (size_t i = from; i < to; i++) values_add(r, &rows, conflict_record(r, &all.items[i]));
    page_put_text(r, "title", STR("Where sources differ"));
    page_put(r, "kinds", values_get(&kinds));
    page_put(r, "rows", values_get(&rows));
    page_put_text(r, "found",
                  all.count ? show_counted(r, (int64_t)all.count, "value", "values")
                            : STR("All sources agree, or somebody has decided."));
    page_show(r, 200);
}

/* ---- Deciding ---- */

static const uint64_t *links_of(struct request *r, str ids, size_t *count)
{
    VEC(uint64_t) list = {0};
    str piece;
    int64_t id;
    while (ids.n && str_cut(&ids, ' ', &piece))
        if (str_to_int(piece, &id)) *vec_add(&r->arena, &list) = (uint64_t)id;
    *count = list.count;
    return list.items;
}

/* Only what somebody claims can be chosen; another value is an edit. */
static const struct stored_claim *claim_chosen(const struct model_field *field, const struct stored_claim *claims,
                                               size_t count, str value)
{
    for (size_t i = 0; i < count; i++)
        if (claims[i].field->id == field->id && str_eq(claims[i].value, value)) return &claims[i];
    return NULL;
}

static int decide(struct request *r, const struct fact *f, const struct model_field *field, int64_t version,
                  const struct stored_claim *claim, uint64_t *number, struct err *err)
{
    const struct origin typed = {.kind = ORIGIN_TYPED};
    struct commit_result result = {0};
    str reason;
    if (form_reason(r, &reason, err)) return -1;
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, reason);
    change_expect(c, fact_id(f), (uint32_t)version);
    if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS) {
        size_t count;
        const uint64_t *to = links_of(r, claim->value, &count);
        change_links(c, fact_id(f), field, to, count, typed);
    } else {
        change_value(c, fact_id(f), field, claim->value, typed);
    }
    if (web_commit(r->web, c, &result, err)) return -1;
    *number = result.number;
    return 0;
}

void answer_decide(struct request *r)
{
    const struct fact *f = fact_asked(r);
    const struct stored_claim *claims, *claim;
    size_t count;
    int64_t version;
    uint64_t number;
    struct err err;
    if (!f) return;
    const struct model_field *field = model_field(fact_type(f), pairs_get(&r->form, STR("field")));
    bool known = field && field->kind != FIELD_DERIVED && field->kind != FIELD_OBSERVED;
    if (!known || !request_sees(r, fact_type(f), field) || !str_to_int(pairs_get(&r->form, STR("version")), &version) ||
        version < 1 || version > UINT32_MAX) {
        page_error(r, 400, "The form could not be read",
                   "Nothing was saved. Load the page again and choose once more.");
        return;
    }
    if (store_load_claims(r->store, &r->arena, fact_id(f), &claims, &count, &err)) {
        page_fail(r, &err);
        return;
    }
    if (!request_writes(r, field)) {
        page_error(r, 403, "These are the other side's words", "Only a person of that side writes or chooses them.");
        return;
    }
    claim = claim_chosen(field, claims, count, pairs_get(&r->form, STR("value")));
    if (!claim) {
        page_error(
            r, 409, "Nobody says so any more",
            "What was chosen is none of the values that sources say now. Nothing was saved; look at the fact again.");
        return;
    }
    if (decide(r, f, field, version, claim, &number, &err))
        page_fail(r, &err);
    else
        request_redirect(r, text_format(r, STR_FORMAT "?saved=%llu#" STR_FORMAT, STR_ARGS(show_path(r, fact_id(f))),
                                        (unsigned long long)number, STR_ARGS(field->key)));
}
