/* SPDX-License-Identifier: Apache-2.0 */
/* What sources say differently, until somebody decides. */
#include "import_internal.h"

struct found {
    struct arena *a;
    struct picture *picture;
    const struct graph_viewer *viewer;
    const struct model_type *type;
    VEC(struct import_conflict) conflicts;
};

bool import_disagrees(const struct stored_claim *claim, const struct stored_claim *winner)
{
    if (claim->wins || import_same_value(claim->field, claim->value, winner->value)) return false;
    return claim->field->kind != FIELD_LINKS || winner->from.kind == ORIGIN_TYPED;
}

/* Who typed a value knew what was there then; what came later asks anew. */
static bool is_open(const struct stored_claim *claim, const struct stored_claim *winner)
{
    if (!import_disagrees(claim, winner)) return false;
    return winner->from.kind != ORIGIN_TYPED || claim->commit > winner->commit;
}

/* What both sides are asked to sign is no quarrel of sources: it waits on the page of the keys. */
static bool is_proposed(const struct found *f, uint64_t fact, const struct model_field *field,
                        const struct stored_claim *claim)
{
    const struct fact *proposed = picture_fact(f->picture, fact | FACT_PROPOSED);
    if (!proposed) return false;
    if (field->kind != FIELD_LINK && field->kind != FIELD_LINKS)
        return import_same_value(field, fact_value(proposed, field), claim->value);
    size_t count;
    const uint64_t *ids = fact_links(proposed, field, &count);
    str rest = claim->value, piece;
    int64_t id;
    for (size_t i = 0; i < count; i++)
        if (!rest.n || !str_cut(&rest, ' ', &piece) || !str_to_int(piece, &id) || (uint64_t)id != ids[i]) return false;
    return !rest.n;
}

/* The claims' store may have a metamodel of its own, the same as the picture's: fields are told by their ids. */
static void look_at(struct found *f, uint64_t fact, const struct model_field *field, const struct stored_claim *claims,
                    size_t count)
{
    const struct stored_claim *winner = NULL;
    size_t used = 0;
    for (size_t i = 0; i < count && !winner; i++)
        if (claims[i].field->id == field->id && claims[i].wins) winner = &claims[i];
    if (!winner || !graph_sees(picture_graph(f->picture), f->viewer, f->type, field)) return;
    const struct stored_claim **list = arena_array(f->a, count, sizeof(const struct stored_claim *));
    list[used++] = winner;
    for (size_t i = 0; i < count; i++)
        if (claims[i].field->id == field->id && is_open(&claims[i], winner) && !is_proposed(f, fact, field, &claims[i]))
            list[used++] = &claims[i];
    if (used > 1) *vec_add(f->a, &f->conflicts) = (struct import_conflict){fact, field, list, used};
}

int import_conflicts(struct arena *a, struct store *s, struct picture *p, const struct graph_viewer *viewer,
                     const struct model_type *type, const uint64_t *ids, size_t id_count,
                     const struct import_conflict **out, size_t *count, struct err *err)
{
    struct found f = {a, p, viewer, type, {0}};
    struct idmap contested;
    const uint64_t *all;
    size_t all_count;
    bool is_new;
    int status = 0;
    if (store_load_contested(s, a, type, &all, &all_count, err) < 0) return -1;
    idmap_init(&contested);
    for (size_t i = 0; i < all_count; i++) *idmap_put(&contested, all[i], &is_new) = 1;
    for (size_t i = 0; i < id_count && status == 0; i++) {
        const struct stored_claim *claims;
        size_t claim_count;
        if (!idmap_get(&contested, ids[i])) continue;
        status = store_load_claims(s, a, ids[i], &claims, &claim_count, err);
        for (size_t k = 0; k < type->field_count && status == 0; k++)
            look_at(&f, ids[i], &type->fields[k], claims, claim_count);
    }
    idmap_release(&contested);
    *out = f.conflicts.items;
    *count = f.conflicts.count;
    return status;
}

int import_count_conflicts(struct arena *a, struct store *s, struct picture *p, const struct graph_viewer *viewer,
                           size_t *count, struct err *err)
{
    const struct model *m = picture_model(p);
    *count = 0;
    for (size_t i = 0; i < m->type_count; i++) {
        const struct import_conflict *conflicts;
        size_t facts, of_type;
        const uint64_t *ids = picture_facts(p, &m->types[i], &facts);
        if (import_conflicts(a, s, p, viewer, &m->types[i], ids, facts, &conflicts, &of_type, err)) return -1;
        *count += of_type;
    }
    return 0;
}
