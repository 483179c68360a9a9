/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys: proposing, signing, refusing and withdrawing, each one commit. */
#include "store_applying.h"
#include "store_hook_inside.h"

#include "base_json.h"
#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

struct turning {
    struct applying p;
    struct journal_writer j;
    const struct key_turn *turn;
    struct stored_user user;
    struct fact_work w;
    struct stored_keys keys;
    struct whole_parts parts; /* of a whole */
    struct proposal next;
    struct commit_result *result;
};

enum { REASON_LIMIT = 4000 };

static str head_of(struct turning *t)
{
    str name = work_brief(t->w.old[t->w.type->name_field->number]);
    return arena_printf(&t->p.scratch, STR_FORMAT " \"" STR_FORMAT "\"", STR_ARGS(t->w.type->name), STR_ARGS(name));
}

#define REFUSE(t, code, ...)                                                                                           \
    err_set((t)->p.err, (code), STR_FORMAT ": " STR_FORMAT, STR_ARGS(head_of(t)),                                      \
            STR_ARGS(arena_printf(&(t)->p.scratch, __VA_ARGS__)))

static str side_name(struct turning *t, str key)
{
    const struct model_side *side = model_side(t->p.s->model, key);
    return side ? side->name : key;
}

/* ---- Who and what ---- */

static int load_user(struct turning *t)
{
    struct stored_user *u = &t->user;
    if (store_load_user_by_id(t->p.s, t->p.c->a, t->turn->user, u, t->p.err)) return -1;
    if (u->closed) return err_set(t->p.err, ERR_DENIED, "the account of " STR_FORMAT " is closed", STR_ARGS(u->shown));
    t->p.c->actor = u->name;
    return 0;
}

static int load_text(struct turning *t)
{
    uint32_t type_id;
    if (applying_type_of(&t->p, t->turn->fact, &type_id)) return -1;
    if (!type_id) return err_set(t->p.err, ERR_ABSENT, "there is no fact %llu", (unsigned long long)t->turn->fact);
    t->w.id = t->turn->fact;
    t->w.f = change_fact(t->p.c, t->turn->fact);
    if (work_load(&t->p, &t->w)) return -1;
    if (!t->w.type->two_key) return REFUSE(t, ERR_INPUT, "this kind of fact has no two keys");
    if (t->w.type->part_of) {
        str whole = t->w.type->part_of->to->name;
        return REFUSE(t, ERR_INPUT, "it is signed with the " STR_FORMAT " that it is a part of", STR_ARGS(whole));
    }
    return work_load_keys(&t->p, &t->w) ||
                   keys_load(t->p.s, t->p.c->a, t->w.type, t->w.id, t->w.old, &t->keys, t->p.err) ||
                   (t->w.type->has_parts &&
                    parts_load(t->p.s, t->p.c->a, t->w.type, t->w.id, t->keys.deletes, &t->parts, t->p.err))
               ? -1
               : 0;
}

static int check_seen(struct turning *t)
{
    if (t->keys.pending == PENDING_NONE) return REFUSE(t, ERR_INPUT, "nothing is proposed: what is in force is agreed");
    if (sodium_memcmp(t->keys.hash, t->turn->hash, HASH_SIZE) == 0) return 0;
    return REFUSE(t, ERR_CONFLICT, "its text has changed since you looked; read it again");
}

static int check_key(struct turning *t, const char *does)
{
    const struct model *m = t->p.s->model;
    if (t->user.role < ROLE_SIGNATORY)
        return REFUSE(t, ERR_DENIED, "only a signatory or a steward %s; you are a %s", does,
                      user_role_name(t->user.role));
    for (size_t i = 0; i < ARRAY_COUNT(m->keys); i++)
        if (str_eq(m->keys[i]->key, t->user.side)) return 0;
    str side = side_name(t, t->user.side);
    return REFUSE(t, ERR_DENIED,
                  "the keys are those of " STR_FORMAT " and " STR_FORMAT "; you are on the side of " STR_FORMAT,
                  STR_ARGS(m->keys[0]->name), STR_ARGS(m->keys[1]->name), STR_ARGS(side));
}

static int check_proposed(struct turning *t)
{
    return t->keys.pending == PENDING_PROPOSED ? 0 : REFUSE(t, ERR_INPUT, "it is a draft: somebody proposes it first");
}

static int check_contributor(struct turning *t, const char *does)
{
    if (t->user.role >= ROLE_CONTRIBUTOR) return 0;
    return REFUSE(t, ERR_DENIED, "a viewer does not %s", does);
}

/* ---- The four acts ---- */

/* Begins the commit. The journal says what was done even to those who don't know its kinds of entries. */
static int begin(struct turning *t, const char *what)
{
    str said = str_trim(t->turn->reason);
    if (said.n > REASON_LIMIT)
        return err_set(t->p.err, ERR_INPUT, "the reason is too long: %zu bytes, %d at most", said.n, REASON_LIMIT);
    str reason = arena_printf(t->p.c->a, STR_FORMAT " %s%s" STR_FORMAT, STR_ARGS(head_of(t)), what, said.n ? ": " : "",
                              STR_ARGS(said));
    return journal_begin(t->p.s, &t->j, t->user.name, reason, t->j.time, t->p.err);
}

static int write_proposal(struct turning *t, enum entry_kind kind)
{
    return keys_write(t->p.s, &t->j, kind, t->w.type, t->w.id, &t->w.keys.proposal, &t->next, t->p.err);
}

/* What stays in the text cannot name a part that goes. */
static int check_names(struct turning *t, const struct model_type *type, const str *values, const char *who)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct model_field *field = &type->fields[i];
        str rest = field->kind == FIELD_LINK || field->kind == FIELD_LINKS ? values[i] : STR_NONE;
        for (uint64_t id; next_link(&rest, &id);)
            for (size_t k = 0; k < t->parts.count; k++) {
                const struct whole_part *part = &t->parts.items[k];
                if (part->fact != id || !part->goes) continue;
                str name = work_brief(part->values[part->type->name_field->number]);
                return REFUSE(t, ERR_INPUT,
                              "%s names \"" STR_FORMAT "\" as its " STR_FORMAT
                              ", and that is to be deleted; take it out first",
                              who, STR_ARGS(name), STR_ARGS(field->name));
            }
    }
    return 0;
}

static int check_whole(struct turning *t)
{
    if (t->keys.deletes) return 0;
    if (check_names(t, t->w.type, t->keys.proposed ? t->keys.proposed : t->w.old, "its text")) return -1;
    for (size_t i = 0; i < t->parts.count; i++) {
        const struct whole_part *part = &t->parts.items[i];
        str *values, name = work_brief(part->values[part->type->name_field->number]);
        if (part->goes) continue;
        if (keys_overlay(&t->p.scratch, part->type, part->values, &part->keys.proposal, &values, t->p.err) ||
            check_names(t, part->type, values,
                        arena_printf(&t->p.scratch, STR_FORMAT " \"" STR_FORMAT "\"", STR_ARGS(part->type->name),
                                     STR_ARGS(name))
                            .p))
            return -1;
    }
    return 0;
}

static int propose(struct turning *t)
{
    if (check_contributor(t, "propose") || check_seen(t)) return -1;
    if (t->keys.pending == PENDING_PROPOSED)
        return REFUSE(t, ERR_CONFLICT, "it is proposed already, by " STR_FORMAT, STR_ARGS(t->keys.proposer_shown));
    if (check_whole(t) || begin(t, t->keys.deletes ? "proposed for deletion" : "proposed")) return -1;
    bool there = t->w.keys.proposal.there;
    t->next.there = true;
    if (!there) t->next.version = t->j.number;
    if (!there && t->keys.agreed) t->next.fields = STR("{}"); /* only parts differ */
    t->next.state = PENDING_PROPOSED;
    t->next.number = t->j.number;
    t->next.proposer = t->user.id;
    memcpy(t->next.hash, t->keys.hash, HASH_SIZE);
    t->next.said = STR_NONE;
    return write_proposal(t, ENTRY_PROPOSED);
}

static int refuse(struct turning *t)
{
    if (check_key(t, "refuses") || check_seen(t) || check_proposed(t)) return -1;
    str reason = str_trim(t->turn->reason), side = side_name(t, t->user.side);
    if (!reason.n) return REFUSE(t, ERR_INPUT, "a refusal needs its reason");
    if (begin(t, arena_printf(&t->p.scratch, "refused for " STR_FORMAT, STR_ARGS(side)).p)) return -1;
    t->next.state = PENDING_DRAFT;
    t->next.number = t->next.proposer = 0;
    t->next.said = arena_printf(&t->p.scratch, "refused by " STR_FORMAT " for " STR_FORMAT ": " STR_FORMAT,
                                STR_ARGS(t->user.shown), STR_ARGS(side), STR_ARGS(reason));
    return write_proposal(t, ENTRY_REFUSED);
}

/* Typed values of the proposal go, and where the sources then still say something else, what is in force is typed: so
 * that the same value can be typed again, and is then a new proposal. */
static int take_back_claims(struct turning *t, struct fact_work *w)
{
    struct applying *p = &t->p;
    str *pending;
    if (!w->keys.proposal.fields.p || w->keys.proposal.deletes) return 0;
    if (keys_overlay(&p->scratch, w->type, w->old, &w->keys.proposal, &pending, p->err) || work_load_claims(p, w))
        return -1;
    str *won = arena_array(&p->scratch, w->type->field_count, sizeof *won);
    for (size_t i = 0; i < w->type->field_count; i++) {
        const struct model_field *field = &w->type->fields[i];
        if (!field->is_signed || keys_same(field, pending[i], w->old[i])) continue;
        for (size_t k = 0; k < w->claims.count; k++) {
            struct claim *c = &w->claims.items[k];
            if (c->field != field->id || c->source != SOURCE_TYPED) continue;
            *c = w->claims.items[--w->claims.count];
            w->claims_changed = true;
            if (work_winners(p, w, won)) return -1;
            if (keys_same(field, won[i], w->old[i])) break;
            *vec_add(&p->scratch, &w->claims) =
                (struct claim){field->id, SOURCE_TYPED, t->j.number, STR_NONE, 0, w->old[i], false};
            break;
        }
    }
    if (!w->claims_changed) return 0;
    return work_write_claims(p, w) || work_write_claimed(p, w) ? -1 : 0;
}

/* What would change or go in the parts; *stay: others were added, and are drafts of a version to come. */
static int withdraw_parts(struct turning *t, bool *stay)
{
    *stay = false;
    for (size_t i = 0; i < t->parts.count; i++) {
        const struct whole_part *part = &t->parts.items[i];
        struct fact_work w = {.id = part->fact, .f = change_fact(t->p.c, part->fact)};
        const struct proposal none = {0};
        *stay = *stay || !part->keys.agreed;
        if (!part->keys.proposal.there) continue;
        if (work_load(&t->p, &w) || work_load_keys(&t->p, &w) ||
            keys_write(t->p.s, &t->j, ENTRY_WITHDRAWN, w.type, w.id, &w.keys.proposal, &none, t->p.err) ||
            take_back_claims(t, &w))
            return -1;
    }
    return 0;
}

static bool only_added(const struct turning *t)
{
    bool differs = t->keys.deletes || t->w.keys.proposal.fields.n > 2;
    for (size_t i = 0; i < t->parts.count && !differs; i++) differs = t->parts.items[i].keys.proposal.there;
    return !differs;
}

static int withdraw(struct turning *t)
{
    bool stay;
    if (check_contributor(t, "withdraw") || check_seen(t)) return -1;
    bool proposed = t->keys.pending == PENDING_PROPOSED;
    if (proposed && t->keys.proposer != t->user.id && t->user.role < ROLE_STEWARD)
        return REFUSE(t, ERR_DENIED, "only " STR_FORMAT ", who proposed it, or a steward withdraws it",
                      STR_ARGS(t->keys.proposer_shown));
    if (!proposed && !t->keys.agreed) return REFUSE(t, ERR_INPUT, "it is not proposed, so it cannot be withdrawn");
    if (!proposed && only_added(t))
        return REFUSE(t, ERR_INPUT, "only parts were added, and they are drafts; delete those that are not wanted");
    if (begin(t, t->keys.agreed ? "kept as it is agreed: the proposal was withdrawn" : "withdrawn") ||
        applying_load_sources(&t->p))
        return -1;
    if (t->keys.agreed) {
        if (withdraw_parts(t, &stay)) return -1;
        t->next = (struct proposal){.there = stay, .version = t->j.number, .fields = stay ? STR("{}") : STR_NONE};
    }
    t->next.state = PENDING_DRAFT;
    t->next.number = t->next.proposer = 0;
    return write_proposal(t, ENTRY_WITHDRAWN) || take_back_claims(t, &t->w) ? -1 : 0;
}

/* ---- Signing ---- */

static int write_signature(struct turning *t)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, 1 << 28);
    json_init(&w, &b, 0);
    json_object(&w);
    json_key(&w, STR("user")), json_int(&w, (int64_t)t->user.id);
    json_key(&w, STR("side")), json_string(&w, t->user.side);
    struct buf hex;
    buf_init(&hex, 100);
    keys_put_hash(&hex, t->keys.hash);
    json_key(&w, STR("hash")), json_string(&w, buf_get(&hex));
    buf_release(&hex);
    json_key(&w, STR("text")), json_string(&w, t->keys.text);
    json_object_end(&w);
    int rc =
        buf_check(&b, t->p.err) ||
                journal_entry(t->p.s, &t->j, ENTRY_SIGNED, t->w.type->id, t->w.id, STR_NONE, buf_get(&b), t->p.err) ||
                store_run(t->p.s, SQL_SIGNATURE_ADD, t->p.err, "uuusb", t->w.id, t->j.number, t->user.id, t->user.side,
                          t->keys.hash, (size_t)HASH_SIZE)
            ? -1
            : 0;
    buf_release(&b);
    return rc;
}

/* The text with this hash holds from here on. */
static int write_agreed(struct turning *t, const struct model_type *type, uint64_t fact)
{
    struct applying *p = &t->p;
    struct buf b;
    buf_init(&b, 200);
    buf_text(&b, "{\"hash\":\"");
    keys_put_hash(&b, t->keys.hash);
    buf_char(&b, '"');
    if (fact != t->w.id) buf_printf(&b, ",\"whole\":\"%llu\"", (unsigned long long)t->w.id);
    buf_char(&b, '}');
    int rc = journal_entry(p->s, &t->j, ENTRY_AGREED, type->id, fact, STR_NONE, buf_get(&b), p->err);
    buf_release(&b);
    return rc;
}

static int put_agreement(struct turning *t, uint64_t fact)
{
    struct applying *p = &t->p;
    return store_run(p->s, SQL_PROPOSAL_DROP, p->err, "u", fact) ||
                   store_run(p->s, SQL_PROPOSAL_LINK_DROP, p->err, "u", fact) ||
                   store_run(p->s, SQL_AGREEMENT_PUT, p->err, "uub", fact, t->j.number, t->keys.hash, (size_t)HASH_SIZE)
               ? -1
               : 0;
}

static void put_in_force(struct turning *t, uint64_t fact, bool deletes)
{
    struct change_fact *f = change_fact(t->p.c, fact);
    f->in_force = true;
    f->deleted = deletes;
}

/* Both keys are on it: the pending text becomes the fact and its parts, or they go. */
static int bring_into_force(struct turning *t)
{
    bool differs = t->keys.proposed != NULL;
    if (write_agreed(t, t->w.type, t->w.id)) return -1;
    if (t->keys.proposed) put_in_force(t, t->w.id, t->keys.deletes);
    for (size_t i = 0; i < t->parts.count; i++) {
        const struct whole_part *part = &t->parts.items[i];
        if (!part->goes && !part->keys.proposal.there) continue;
        put_in_force(t, part->fact, part->goes);
        differs = true;
    }
    if (differs && store_apply(t->p.s, t->p.c, &t->j, t->result, t->p.err)) return -1;
    if (t->keys.deletes) return 0;
    if (put_agreement(t, t->w.id)) return -1;
    for (size_t i = 0; i < t->parts.count; i++) {
        const struct whole_part *part = &t->parts.items[i];
        if (!part->goes && (write_agreed(t, part->type, part->fact) || put_agreement(t, part->fact))) return -1;
    }
    return 0;
}

static int sign(struct turning *t)
{
    if (check_key(t, "signs") || check_seen(t) || check_proposed(t)) return -1;
    for (size_t i = 0; i < t->keys.given_count; i++) {
        const struct stored_signature *g = &t->keys.given[i];
        str side = side_name(t, g->side);
        if (g->user == t->user.id && !str_eq(g->side, t->user.side))
            return REFUSE(t, ERR_DENIED, "nobody holds both keys: you signed it for " STR_FORMAT, STR_ARGS(side));
        if (str_eq(g->side, t->user.side))
            return REFUSE(t, ERR_CONFLICT, STR_FORMAT " signed it for " STR_FORMAT " already", STR_ARGS(g->shown),
                          STR_ARGS(side));
    }
    str side = side_name(t, t->user.side);
    const char *what = arena_printf(&t->p.scratch, "signed for " STR_FORMAT, STR_ARGS(side)).p;
    if (begin(t, what) || write_signature(t)) return -1;
    return t->keys.given_count ? bring_into_force(t) : 0;
}

static int tell_one(struct turning *t, enum hook_event e, bool with_side)
{
    return event_tell_fact(t->p.s, e, t->j.time, t->w.type, t->w.id, with_side ? "side" : NULL, t->user.side, t->p.err);
}

/* Others who want to know. */
static int tell(struct turning *t)
{
    switch (t->turn->act) {
    case KEY_PROPOSE: return tell_one(t, EVENT_TEXT_PROPOSED, false);
    case KEY_REFUSE: return tell_one(t, EVENT_TEXT_REFUSED, true);
    case KEY_SIGN:
        if (tell_one(t, EVENT_TEXT_SIGNED, true)) return -1;
        return t->keys.given_count ? tell_one(t, EVENT_TEXT_AGREED, false) : 0;
    case KEY_WITHDRAW: return t->keys.pending == PENDING_PROPOSED ? tell_one(t, EVENT_TEXT_WITHDRAWN, false) : 0;
    }
    return 0;
}

static int turn_key(struct turning *t)
{
    if (load_user(t) || load_text(t)) return -1;
    t->next = t->w.keys.proposal;
    int rc = -1;
    switch (t->turn->act) {
    case KEY_PROPOSE: rc = propose(t); break;
    case KEY_SIGN: rc = sign(t); break;
    case KEY_REFUSE: rc = refuse(t); break;
    case KEY_WITHDRAW: rc = withdraw(t); break;
    }
    if (rc || tell(t) || journal_end(t->p.s, &t->j, t->p.err)) return -1;
    t->result->number = t->j.number;
    return 0;
}

int store_turn_key(struct store *s, struct arena *a, const struct key_turn *turn, int64_t now,
                   struct commit_result *result, struct err *err)
{
    *result = (struct commit_result){0};
    if (store_begin(s, true, err)) return -1;
    struct turning t = {.turn = turn, .result = result};
    t.j.time = now;
    applying_init(&t.p, s, change_set_new(a, s->model, STR(""), STR("")), &t.j, err);
    int rc = turn_key(&t);
    applying_release(&t.p);
    if (!rc) return store_end(s, err);
    store_abandon(s);
    *result = (struct commit_result){0};
    return -1;
}
