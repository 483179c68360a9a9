/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys: reading them, and holding them against the journal. */
#include "store_inside.h"

#include "base_json.h"

#include <string.h>

/* ---- Reading ---- */

static int load_signatures(struct store *s, struct arena *a, uint64_t fact, struct stored_signature **out,
                           size_t *count, struct err *err)
{
    VEC(struct stored_signature) list = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_SIGNATURE_OF, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct stored_signature *g = vec_add(a, &list);
        *g = (struct stored_signature){.number = (uint64_t)sqlite3_column_int64(q, 0),
                                       .time = sqlite3_column_int64(q, 1),
                                       .user = (uint64_t)sqlite3_column_int64(q, 2),
                                       .shown = arena_copy(a, store_column(q, 3)),
                                       .side = arena_copy(a, store_column(q, 4))};
        if (sqlite3_column_bytes(q, 5) == HASH_SIZE) memcpy(g->hash, sqlite3_column_blob(q, 5), HASH_SIZE);
    }
    *out = list.items;
    *count = list.count;
    return rc;
}

int store_load_signatures(struct store *s, struct arena *a, uint64_t fact, const struct stored_signature **out,
                          size_t *count, struct err *err)
{
    struct stored_signature *list;
    if (load_signatures(s, a, fact, &list, count, err)) return -1;
    *out = list;
    return 0;
}

/* The signatures are newest first: of those up to commit `last` that are newer than `after`, those on this text, the
 * first given first. */
static void choose(struct arena *a, const struct stored_signature *all, size_t count, uint64_t after, uint64_t last,
                   const unsigned char hash[HASH_SIZE], size_t most, const struct stored_signature **out,
                   size_t *out_count)
{
    struct stored_signature *list = arena_array(a, count + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < count && n < most; i++)
        if (all[i].number > after && all[i].number <= last && !memcmp(all[i].hash, hash, HASH_SIZE)) list[n++] = all[i];
    for (size_t i = 0; i < n / 2; i++) {
        struct stored_signature swap = list[i];
        list[i] = list[n - 1 - i];
        list[n - 1 - i] = swap;
    }
    *out = list;
    *out_count = n;
}

static int load_proposer(struct store *s, struct arena *a, const struct proposal *p, struct stored_keys *out,
                         struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    struct stored_user user;
    if (store_load_user_by_id(s, a, p->proposer, &user, err)) return -1;
    out->proposer = user.id;
    out->proposer_shown = user.shown;
    if (store_bind(s, SQL_JOURNAL_GET, &q, err, "u", p->number) || (rc = store_step(s, q, err)) < 0) return -1;
    if (!rc) return err_set(err, ERR_STORE, "the workspace is damaged: a proposal has no commit");
    out->proposed_time = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return 0;
}

/* A signature is kept with the fact that was signed: of a part that was its whole. */
static int load_agreed(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact,
                       struct stored_keys *out, struct err *err)
{
    enum { BOTH = 2 };
    struct stored_signature *all;
    size_t count;
    if (type->part_of) {
        sqlite3_stmt *q;
        int rc;
        if (store_bind(s, SQL_SIGNED_IN, &q, err, "u", out->agreed_number) || (rc = store_step(s, q, err)) < 0)
            return -1;
        if (rc) fact = (uint64_t)sqlite3_column_int64(q, 0), sqlite3_reset(q);
    }
    if (load_signatures(s, a, fact, &all, &count, err)) return -1;
    choose(a, all, count, 0, out->agreed_number, out->agreed_hash, BOTH, &out->agreed_by, &out->agreed_by_count);
    return 0;
}

/* Was the text that is in force signed before its type had parts? */
static int load_form(struct store *s, struct arena *a, uint64_t fact, struct stored_keys *out, struct err *err)
{
    const struct json *top;
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_SIGNED_TEXT, &q, err, "uu", out->agreed_number, fact) || (rc = store_step(s, q, err)) < 0)
        return -1;
    if (!rc) return 0;
    str said = store_column(q, 0);
    said = said.p ? arena_copy(a, said) : STR_NONE;
    sqlite3_reset(q);
    if (!said.p) return 0;
    if (json_parse(a, said, &top, err)) return -1;
    const struct json *text = json_get(top, STR("text"));
    out->signed_alone = text && str_starts(text->text, STR("entente text 1\n"));
    return 0;
}

static int put_parts(struct arena *a, const struct whole_parts *parts, struct stored_keys *out, struct err *err)
{
    struct stored_part *list = arena_array(a, parts->count + 1, sizeof *list);
    for (size_t i = 0; i < parts->count; i++) {
        const struct whole_part *part = &parts->items[i];
        str *proposed = NULL;
        if (part->keys.proposal.there && !part->goes &&
            keys_overlay(a, part->type, part->values, &part->keys.proposal, &proposed, err))
            return -1;
        list[i] = (struct stored_part){.fact = part->fact,
                                       .type = part->type,
                                       .agreed = part->keys.agreed,
                                       .deletes = part->goes,
                                       .values = part->values,
                                       .proposed = proposed};
        list[i].signed_alone = part->keys.agreed && part->keys.agreed_number != out->agreed_number;
    }
    out->parts = list;
    out->part_count = parts->count;
    return 0;
}

/* What is in force and what lies beside it; false in *pending where nothing does. */
static int load_own(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact, const str *values,
                    struct fact_keys *keys, struct stored_keys *out, struct err *err)
{
    const struct proposal *p = &keys->proposal;
    *out = (struct stored_keys){0};
    if (keys_read(s, a, fact, keys, err)) return -1;
    out->agreed = keys->agreed;
    out->agreed_number = keys->agreed_number;
    out->agreed_time = keys->agreed_time;
    memcpy(out->agreed_hash, keys->agreed_hash, HASH_SIZE);
    if (keys->agreed && load_agreed(s, a, type, fact, out, err)) return -1;
    out->deletes = p->deletes;
    out->version = p->there && p->fields.p ? p->version : 0;
    if (!out->version) return 0;
    str *proposed;
    if (keys_overlay(a, type, values, p, &proposed, err)) return -1;
    out->proposed = proposed;
    return 0;
}

/* The pending text, and the keys that are on it. */
static int load_pending(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact,
                        const str *values, const struct proposal *p, const struct whole_parts *parts,
                        struct stored_keys *out, struct err *err)
{
    enum { BOTH = 2 };
    struct text_part *texts;
    struct stored_signature *all;
    size_t text_count, count;
    out->pending = p->there ? p->state : PENDING_DRAFT;
    out->said = p->said;
    if (parts_texts(a, parts, 0, &texts, &text_count, err) ||
        keys_text(a, type, fact, p->deletes, out->proposed ? out->proposed : values, texts, text_count, &out->text,
                  out->hash, err))
        return -1;
    if (out->pending != PENDING_PROPOSED) return 0;
    if (load_signatures(s, a, fact, &all, &count, err)) return -1;
    choose(a, all, count, p->number, UINT64_MAX, out->hash, BOTH, &out->given, &out->given_count);
    return load_proposer(s, a, p, out, err);
}

int keys_load(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact, const str *values,
              struct stored_keys *out, struct err *err)
{
    struct fact_keys keys;
    struct whole_parts parts = {0};
    if (load_own(s, a, type, fact, values, &keys, out, err)) return -1;
    bool differs = !keys.agreed || keys.proposal.there;
    if (type->part_of) return out->pending = differs ? PENDING_DRAFT : PENDING_NONE, 0;
    if (type->has_parts && (parts_load(s, a, type, fact, keys.proposal.deletes, &parts, err) ||
                            put_parts(a, &parts, out, err) || (keys.agreed && load_form(s, a, fact, out, err))))
        return -1;
    for (size_t i = 0; i < parts.count && !differs; i++) differs = part_differs(&parts.items[i]);
    return differs ? load_pending(s, a, type, fact, values, &keys.proposal, &parts, out, err) : 0;
}

/* A part's own, and what becomes of its whole. */
static int load_part(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact, const str *values,
                     struct stored_keys *out, struct err *err)
{
    const struct model_type *root_type;
    struct stored_keys whole;
    str *root_values;
    if (keys_load(s, a, type, fact, values, out, err) || parts_root(s, type, fact, &root_type, &out->whole, err))
        return -1;
    if (!out->whole) return 0;
    if (keys_load_values(s, a, out->whole, &root_type, &root_values, err) ||
        keys_load(s, a, root_type, out->whole, root_values, &whole, err))
        return -1;
    for (size_t i = 0; i < whole.part_count; i++)
        if (whole.parts[i].fact == fact) out->deletes = whole.parts[i].deletes;
    if (out->pending == PENDING_NONE && !out->deletes) return 0;
    out->pending = whole.pending;
    memcpy(out->hash, whole.hash, HASH_SIZE);
    out->text = whole.text;
    out->proposed_time = whole.proposed_time;
    out->proposer = whole.proposer;
    out->proposer_shown = whole.proposer_shown;
    out->given = whole.given;
    out->given_count = whole.given_count;
    out->said = whole.said;
    return 0;
}

int store_load_keys_at(struct store *s, struct arena *a, uint64_t fact, uint64_t at, struct stored_keys *out,
                       struct err *err)
{
    enum { BOTH = 2 };
    struct stored_signature *all;
    size_t count;
    sqlite3_stmt *q;
    *out = (struct stored_keys){0};
    if (store_bind(s, SQL_KEYS_AGREED_AT, &q, err, "uu", fact, at)) return -1;
    int rc = store_step(s, q, err);
    if (rc <= 0) return rc;
    out->agreed = true;
    out->agreed_number = (uint64_t)sqlite3_column_int64(q, 0);
    out->agreed_time = sqlite3_column_int64(q, 1);
    sqlite3_reset(q);
    /* The second key was given in the same commit, to the fact itself or to its whole. */
    if (store_bind(s, SQL_SIGNED_IN, &q, err, "u", out->agreed_number) || (rc = store_step(s, q, err)) < 0) return -1;
    if (rc) fact = (uint64_t)sqlite3_column_int64(q, 0), sqlite3_reset(q);
    if (load_signatures(s, a, fact, &all, &count, err)) return -1;
    for (size_t i = 0; i < count; i++)
        if (all[i].number == out->agreed_number) memcpy(out->agreed_hash, all[i].hash, HASH_SIZE);
    choose(a, all, count, 0, out->agreed_number, out->agreed_hash, BOTH, &out->agreed_by, &out->agreed_by_count);
    return 0;
}

int keys_load_values(struct store *s, struct arena *a, uint64_t fact, const struct model_type **type, str **values,
                     struct err *err)
{
    struct field_texts texts;
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_FACT_GET, &q, err, "u", fact) || (rc = store_step(s, q, err)) < 0) return -1;
    if (!rc) return 1;
    *type = model_type_by_id(s->model, (uint32_t)sqlite3_column_int64(q, 0));
    str json = arena_copy(a, store_column(q, 2));
    sqlite3_reset(q);
    if (!*type)
        return err_set(err, ERR_STORE, "fact %llu has a type that the metamodel does not have",
                       (unsigned long long)fact);
    *values = arena_array(a, (*type)->field_count, sizeof **values);
    if (field_texts_parse(a, json, &texts, err)) return -1;
    for (size_t i = 0; i < texts.count; i++) {
        const struct model_field *field = model_field_by_id(*type, texts.items[i].field);
        if (field) (*values)[field->number] = texts.items[i].text;
    }
    if (store_bind(s, SQL_LINK_OF, &q, err, "u", fact)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        const struct model_field *field = model_field_by_id(*type, (uint32_t)sqlite3_column_int64(q, 0));
        unsigned long long to = (unsigned long long)sqlite3_column_int64(q, 1);
        if (!field) continue;
        str *v = &(*values)[field->number];
        *v = v->p ? arena_printf(a, STR_FORMAT " %llu", STR_ARGS(*v), to) : arena_printf(a, "%llu", to);
    }
    return rc;
}

static int load_keys(struct store *s, struct arena *a, uint64_t fact, struct stored_keys *out, struct err *err)
{
    const struct model_type *type;
    str *values;
    int rc = keys_load_values(s, a, fact, &type, &values, err);
    if (rc > 0) return err_set(err, ERR_ABSENT, "there is no fact %llu", (unsigned long long)fact);
    if (rc) return -1;
    if (!type->two_key) return err_set(err, ERR_INPUT, "a " STR_FORMAT " has no two keys", STR_ARGS(type->name));
    return type->part_of ? load_part(s, a, type, fact, values, out, err)
                         : keys_load(s, a, type, fact, values, out, err);
}

int store_load_keys(struct store *s, struct arena *a, uint64_t fact, struct stored_keys *out, struct err *err)
{
    if (store_begin(s, false, err)) return -1;
    int rc = load_keys(s, a, fact, out, err);
    store_abandon(s);
    return rc;
}

/* ---- Against the journal ---- */

struct keys_replay { /* one fact's keys as the journal leaves them */
    struct arena a;
    uint64_t fact, agreed_number, proposed_number;
    bool erased; /* of a proposal or an agreement: nothing can be held against it */
    str proposal, agreed_hash;
    VEC(struct stored_signature) given;         /* since the text was proposed */
    uint64_t agreements, proposals, signatures; /* of all facts */
};

static int broken(struct err *err, uint64_t fact, const char *how)
{
    return err_set(err, ERR_STORE, "fact %llu %s", (unsigned long long)fact, how);
}

static str hash_words(struct arena *a, const unsigned char hash[HASH_SIZE])
{
    char hex[2 * HASH_SIZE + 1];
    return arena_copy(a, str_of(sodium_bin2hex(hex, sizeof hex, hash, HASH_SIZE)));
}

static str member(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, str_of(key));
    return v && (v->kind == JSON_STRING || v->kind == JSON_NUMBER) ? v->text : STR_NONE;
}

/* The row of `signature` that belongs to the entry; `q` stands on it, and goes on. */
static int replay_signature(struct store *s, struct keys_replay *r, sqlite3_stmt *q, int *row, uint64_t number,
                            str said, struct err *err)
{
    if (*row != 1 || (uint64_t)sqlite3_column_int64(q, 0) != r->fact ||
        (uint64_t)sqlite3_column_int64(q, 1) != number || sqlite3_column_bytes(q, 4) != HASH_SIZE)
        return broken(err, r->fact, "lacks a signature that the journal has");
    struct stored_signature g = {
        .number = number, .user = (uint64_t)sqlite3_column_int64(q, 2), .side = arena_copy(&r->a, store_column(q, 3))};
    memcpy(g.hash, sqlite3_column_blob(q, 4), HASH_SIZE);
    if ((*row = store_step(s, q, err)) < 0) return -1;
    r->signatures++;
    *vec_add(&r->a, &r->given) = g;
    if (!said.p) return 0;
    const struct json *j;
    unsigned char hash[HASH_SIZE];
    if (json_parse(&r->a, said, &j, err)) return -1;
    str text = member(j, "text");
    crypto_generichash(hash, HASH_SIZE, (const unsigned char *)(text.p ? text.p : ""), text.n, NULL, 0);
    str user = arena_printf(&r->a, "%llu", (unsigned long long)g.user);
    bool same = str_eq(member(j, "user"), user) && str_eq(member(j, "side"), g.side) &&
                str_eq(member(j, "hash"), hash_words(&r->a, g.hash)) && !memcmp(hash, g.hash, HASH_SIZE);
    return same ? 0 : broken(err, r->fact, "has a signature that is not the one in the journal");
}

/* Two keys of two people on the text; others on it were for another one, before the metamodel changed. */
static bool has_both_keys(struct keys_replay *r)
{
    const struct stored_signature *g[2];
    size_t count = 0;
    VEC_EACH(one, &r->given) {
        if (!str_eq(hash_words(&r->a, one->hash), r->agreed_hash)) continue;
        if (count < ARRAY_COUNT(g)) g[count] = one;
        count++;
    }
    return count == 2 && g[0]->user != g[1]->user && !str_eq(g[0]->side, g[1]->side);
}

/* A part is agreed where its whole was, by the same commit and with the same text. */
static int replay_agreed_part(struct store *s, struct keys_replay *r, uint64_t whole, struct err *err)
{
    sqlite3_stmt *q;
    const struct json *j;
    int rc;
    if (store_bind(s, SQL_AGREED_IN, &q, err, "uu", r->agreed_number, whole) || (rc = store_step(s, q, err)) < 0)
        return -1;
    str said = rc ? store_column(q, 0) : STR_NONE;
    said = said.p ? arena_copy(&r->a, said) : STR_NONE;
    if (rc) sqlite3_reset(q);
    if (said.p && json_parse(&r->a, said, &j, err)) return -1;
    return said.p && str_eq(member(j, "hash"), r->agreed_hash)
               ? 0
               : broken(err, r->fact, "is agreed with a whole that is not");
}

static int replay_agreed(struct store *s, struct keys_replay *r, str said, uint64_t number, struct err *err)
{
    int64_t whole;
    r->agreed_number = number;
    r->proposal = r->agreed_hash = STR_NONE;
    if (!said.p) return r->erased = true, 0;
    const struct json *j;
    if (json_parse(&r->a, said, &j, err)) return -1;
    r->agreed_hash = arena_copy(&r->a, member(j, "hash"));
    if (str_to_int(member(j, "whole"), &whole)) return replay_agreed_part(s, r, (uint64_t)whole, err);
    return has_both_keys(r) ? 0 : broken(err, r->fact, "is agreed without two keys of two people on its text");
}

static int replay_entry(struct store *s, struct keys_replay *r, sqlite3_stmt *q, sqlite3_stmt *signatures, int *row,
                        struct err *err)
{
    bool erased = sqlite3_column_int(q, 2);
    str after = store_column(q, 3);
    uint64_t number = (uint64_t)sqlite3_column_int64(q, 4);
    after = after.p && !erased ? arena_copy(&r->a, after) : STR_NONE;
    switch ((enum entry_kind)sqlite3_column_int(q, 1)) {
    case ENTRY_CREATED:
    case ENTRY_DELETED:
        r->proposal = STR_NONE;
        r->agreed_number = 0;
        r->given.count = 0;
        r->erased = false;
        return 0;
    case ENTRY_DRAFTED:
    case ENTRY_PROPOSED:
    case ENTRY_REFUSED:
    case ENTRY_WITHDRAWN:
        r->given.count = 0;
        r->proposal = after;
        r->erased = erased;
        return 0;
    case ENTRY_SIGNED: return replay_signature(s, r, signatures, row, number, after, err);
    case ENTRY_AGREED: return replay_agreed(s, r, after, number, err);
    case ENTRY_CHANGED:
    case ENTRY_EVIDENCE:
    case ENTRY_LOAD:
    case ENTRY_USER:
    case ENTRY_CLAIMED:
    case ENTRY_MODEL:
    case ENTRY_COMMENT:
    case ENTRY_VIEW:
    case ENTRY_ATTACHMENT:
    case ENTRY_HOOK:
    case ENTRY_ERASED: break;
    }
    NOT_REACHED();
}

/* Is the signed part of the fact, and of its parts, what both signed? What is signed may have become more or less with
 * the metamodel. A part is held against the text of its whole. */
static int compare_text(struct store *s, struct keys_replay *r, const struct fact_keys *keys, struct err *err)
{
    const struct model_type *type;
    struct whole_parts parts = {0};
    struct text_part *texts;
    size_t text_count;
    str *values, text;
    unsigned char hash[HASH_SIZE];
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_MODEL_SINCE, &q, err, "u", keys->agreed_number) || (rc = store_step(s, q, err)) < 0)
        return -1;
    sqlite3_reset(q);
    if (rc) return 0;
    rc = keys_load_values(s, &r->a, r->fact, &type, &values, err);
    if (rc > 0) return broken(err, r->fact, "is agreed and gone: it was changed past the journal");
    if (rc || type->part_of) return rc;
    if ((type->has_parts && parts_load(s, &r->a, type, r->fact, false, &parts, err)) ||
        parts_texts(&r->a, &parts, keys->agreed_number, &texts, &text_count, err) ||
        keys_text(&r->a, type, r->fact, false, values, texts, text_count, &text, hash, err))
        return -1;
    return memcmp(hash, keys->agreed_hash, HASH_SIZE) ? broken(err, r->fact, "is not the text that both sides signed")
                                                      : 0;
}

static int compare(struct store *s, struct keys_replay *r, struct err *err)
{
    struct fact_keys keys;
    struct buf b;
    if (!r->fact) return 0;
    if (keys_read(s, &r->a, r->fact, &keys, err)) return -1;
    r->agreements += keys.agreed;
    r->proposals += keys.proposal.there;
    if (keys.agreed ? keys.agreed_number != r->agreed_number : r->agreed_number)
        return broken(err, r->fact, "is agreed otherwise than the journal has it");
    if (keys.agreed && r->agreed_hash.p && !str_eq(hash_words(&r->a, keys.agreed_hash), r->agreed_hash))
        return broken(err, r->fact, "is agreed with another text than the journal has");
    if (keys.agreed && compare_text(s, r, &keys, err)) return -1;
    if (r->erased) return 0;
    if (keys.proposal.there != (r->proposal.p != NULL))
        return broken(err, r->fact, "has a proposal that the journal does not have, or lacks one");
    if (!keys.proposal.there) return 0;
    buf_init(&b, 1 << 28);
    keys_put_proposal(&b, &keys.proposal);
    int rc = buf_check(&b, err);
    if (!rc && !str_eq(buf_get(&b), r->proposal))
        rc = broken(err, r->fact, "has a proposal that is not the one in the journal");
    buf_release(&b);
    return rc;
}

static int replay_all(struct store *s, struct keys_replay *r, struct err *err)
{
    sqlite3_stmt *q, *signatures;
    int row, signature;
    if (store_prepare(s, SQL_KEYS_ENTRIES, &q, err) || store_prepare(s, SQL_SIGNATURE_ALL, &signatures, err) ||
        (signature = store_step(s, signatures, err)) < 0)
        return -1;
    while ((row = store_step(s, q, err)) == 1) {
        uint64_t fact = (uint64_t)sqlite3_column_int64(q, 0);
        if (fact != r->fact) {
            if (compare(s, r, err)) return -1;
            arena_clear(&r->a);
            *r = (struct keys_replay){.a = r->a,
                                      .fact = fact,
                                      .agreements = r->agreements,
                                      .proposals = r->proposals,
                                      .signatures = r->signatures};
        }
        if (replay_entry(s, r, q, signatures, &signature, err)) return -1;
    }
    return row || compare(s, r, err) ? -1 : 0;
}

int keys_verify(struct store *s, struct err *err)
{
    struct keys_replay r = {0};
    sqlite3_stmt *q;
    arena_init(&r.a, 0);
    int rc = replay_all(s, &r, err);
    arena_release(&r.a);
    if (rc || store_prepare(s, SQL_KEYS_COUNT, &q, err) || store_step(s, q, err) != 1) return -1;
    bool same = (uint64_t)sqlite3_column_int64(q, 0) == r.agreements &&
                (uint64_t)sqlite3_column_int64(q, 1) == r.proposals &&
                (uint64_t)sqlite3_column_int64(q, 2) == r.signatures;
    sqlite3_reset(q);
    if (same) return 0;
    return err_set(err, ERR_STORE, "there are signatures, agreements or proposals of which the journal says nothing");
}
