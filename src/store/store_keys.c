/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys: the canonical text, the proposal's row, and what a change set does to it. */
#include "store_applying.h"
#include "store_hook_inside.h"

#include "base_json.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(ENTRY_DRAFTED == 8 && ENTRY_AGREED == 13 && ENTRY_MODEL == 7, "the statements know these");
_Static_assert((int)KEY_HASH_SIZE == (int)HASH_SIZE, "one size of hashes");

static bool is_link(const struct model_field *f) { return f->kind == FIELD_LINK || f->kind == FIELD_LINKS; }

/* ---- The canonical text ---- */

static int by_id(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

static str links_in_order(struct arena *a, str links)
{
    VEC(uint64_t) ids = {0};
    struct buf b;
    for (uint64_t id; next_link(&links, &id);) *vec_add(a, &ids) = id;
    if (ids.count < 2) return ids.count ? arena_printf(a, "%llu", (unsigned long long)ids.items[0]) : STR_NONE;
    qsort(ids.items, ids.count, sizeof *ids.items, by_id);
    buf_init(&b, 24 * ids.count);
    for (size_t i = 0; i < ids.count; i++) {
        if (i) buf_char(&b, ' ');
        put_number(&b, ids.items[i]);
    }
    str sorted = buf_copy(&b, a);
    buf_release(&b);
    return sorted;
}

bool keys_same(const struct model_field *field, str a, str b)
{
    if (same_text(a, b)) return true;
    if (!is_link(field) || !a.p || !b.p || a.n != b.n) return false;
    struct arena scratch;
    arena_init(&scratch, 0);
    bool same = str_eq(links_in_order(&scratch, a), links_in_order(&scratch, b));
    arena_release(&scratch);
    return same;
}

static int by_field_id(const void *x, const void *y)
{
    const struct model_field *a = *(const struct model_field *const *)x, *b = *(const struct model_field *const *)y;
    return a->id < b->id ? -1 : a->id > b->id;
}

static void put_fields(struct arena *a, struct buf *b, const struct model_type *type, const str *values)
{
    const struct model_field **fields = arena_array(a, type->field_count, sizeof *fields);
    for (size_t i = 0; i < type->field_count; i++) fields[i] = &type->fields[i];
    qsort(fields, type->field_count, sizeof *fields, by_field_id);
    for (size_t i = 0; i < type->field_count; i++) {
        str v = values[fields[i]->number];
        if (!fields[i]->is_signed || !v.n) continue;
        if (is_link(fields[i])) v = links_in_order(a, v);
        buf_printf(b, "field %u %zu\n", fields[i]->id, v.n);
        buf_str(b, v);
        buf_char(b, '\n');
    }
}

int keys_text(struct arena *a, const struct model_type *type, uint64_t fact, bool deletes, const str *values,
              const struct text_part *parts, size_t part_count, str *text, unsigned char hash[HASH_SIZE],
              struct err *err)
{
    enum { TEXT_CAP = 1 << 28 };
    struct buf b;
    buf_init(&b, TEXT_CAP);
    buf_printf(&b, "entente text %d\ntype %u\nfact %llu\n%s", type->has_parts ? 2 : 1, type->id,
               (unsigned long long)fact, deletes ? "delete\n" : "");
    put_fields(a, &b, type, values);
    for (size_t i = 0; i < part_count; i++) {
        buf_printf(&b, "part %u %llu\n", parts[i].type->id, (unsigned long long)parts[i].fact);
        put_fields(a, &b, parts[i].type, parts[i].values);
    }
    int rc = buf_check(&b, err);
    if (!rc) {
        *text = buf_copy(&b, a);
        crypto_generichash(hash, HASH_SIZE, (const unsigned char *)b.p, b.n, NULL, 0);
    }
    buf_release(&b);
    return rc;
}

void keys_put_hash(struct buf *b, const unsigned char hash[HASH_SIZE])
{
    char hex[2 * HASH_SIZE + 1];
    buf_text(b, sodium_bin2hex(hex, sizeof hex, hash, HASH_SIZE));
}

/* ---- The rows ---- */

static int read_hash(sqlite3_stmt *q, int column, unsigned char out[HASH_SIZE], struct err *err)
{
    if (sqlite3_column_type(q, column) == SQLITE_NULL) return 0;
    if (sqlite3_column_bytes(q, column) != HASH_SIZE)
        return err_set(err, ERR_STORE, "the workspace is damaged: the hash of a signed text has the wrong length");
    memcpy(out, sqlite3_column_blob(q, column), HASH_SIZE);
    return 0;
}

static str copied_column(struct arena *a, sqlite3_stmt *q, int column)
{
    str s = store_column(q, column);
    return s.p ? arena_copy(a, s) : STR_NONE;
}

int keys_read(struct store *s, struct arena *a, uint64_t fact, struct fact_keys *out, struct err *err)
{
    sqlite3_stmt *q;
    *out = (struct fact_keys){0};
    if (store_bind(s, SQL_KEYS_OF, &q, err, "u", fact)) return -1;
    int rc = store_step(s, q, err);
    if (rc <= 0) return rc;
    struct proposal *p = &out->proposal;
    out->agreed = sqlite3_column_type(q, 0) != SQLITE_NULL;
    out->agreed_number = (uint64_t)sqlite3_column_int64(q, 0);
    out->agreed_time = sqlite3_column_int64(q, 2);
    p->there = sqlite3_column_type(q, 3) != SQLITE_NULL;
    p->version = (uint64_t)sqlite3_column_int64(q, 3);
    p->state = (enum pending_state)sqlite3_column_int(q, 4);
    p->deletes = sqlite3_column_int(q, 5);
    p->number = (uint64_t)sqlite3_column_int64(q, 6);
    p->proposer = (uint64_t)sqlite3_column_int64(q, 7);
    p->said = copied_column(a, q, 9);
    p->fields = copied_column(a, q, 10);
    rc = read_hash(q, 1, out->agreed_hash, err) || read_hash(q, 8, p->hash, err) ? -1 : 0;
    sqlite3_reset(q);
    return rc;
}

int keys_overlay(struct arena *a, const struct model_type *type, const str *values, const struct proposal *proposal,
                 str **out, struct err *err)
{
    struct field_texts texts = {0};
    str *laid = arena_array(a, type->field_count, sizeof *laid);
    for (size_t i = 0; i < type->field_count; i++) laid[i] = values[i];
    if (proposal->there && proposal->fields.p && field_texts_parse(a, proposal->fields, &texts, err)) return -1;
    for (size_t i = 0; i < texts.count; i++) {
        const struct model_field *field = model_field_by_id(type, texts.items[i].field);
        if (field) laid[field->number] = texts.items[i].text;
    }
    *out = laid;
    return 0;
}

void keys_put_proposal(struct buf *b, const struct proposal *p)
{
    struct json_writer w;
    buf_printf(b, "{\"version\":%llu,\"state\":\"%s\",\"deletes\":%s,\"proposed\":%llu,\"proposer\":%llu,\"hash\":\"",
               (unsigned long long)p->version, p->state == PENDING_PROPOSED ? "proposed" : "draft",
               p->deletes ? "true" : "false", (unsigned long long)p->number, (unsigned long long)p->proposer);
    if (p->number) keys_put_hash(b, p->hash);
    buf_text(b, "\",\"said\":");
    json_init(&w, b, 0);
    json_string(&w, p->said);
    buf_text(b, ",\"fields\":");
    buf_str(b, p->fields.p ? p->fields : STR("null"));
    buf_char(b, '}');
}

static int write_links(struct store *s, const struct model_type *type, uint64_t fact, const struct proposal *p,
                       struct err *err)
{
    struct field_texts texts;
    struct arena a;
    arena_init(&a, 0);
    int rc = field_texts_parse(&a, p->fields, &texts, err);
    for (size_t i = 0; !rc && i < texts.count; i++) {
        const struct model_field *field = model_field_by_id(type, texts.items[i].field);
        str rest = field && is_link(field) ? texts.items[i].text : STR_NONE;
        for (uint64_t id; !rc && next_link(&rest, &id);)
            rc = store_run(s, SQL_PROPOSAL_LINK_ADD, err, "uui", id, fact, (int64_t)field->id);
    }
    arena_release(&a);
    return rc;
}

int keys_write(struct store *s, struct journal_writer *j, enum entry_kind kind, const struct model_type *type,
               uint64_t fact, const struct proposal *before, const struct proposal *after, struct err *err)
{
    struct buf was, is;
    if (before->there && before->fields.p && store_run(s, SQL_PROPOSAL_LINK_DROP, err, "u", fact)) return -1;
    if (!after->there) {
        if (store_run(s, SQL_PROPOSAL_DROP, err, "u", fact)) return -1;
    } else {
        bool proposed = after->state == PENDING_PROPOSED;
        const char *format = proposed ? "uuiiuubss" : "uuiinnnss";
        int64_t state = after->state, deletes = after->deletes;
        int rc = proposed
                     ? store_run(s, SQL_PROPOSAL_PUT, err, format, fact, after->version, state, deletes, after->number,
                                 after->proposer, after->hash, (size_t)HASH_SIZE, after->said, after->fields)
                     : store_run(s, SQL_PROPOSAL_PUT, err, format, fact, after->version, state, deletes, after->said,
                                 after->fields);
        if (rc || (after->fields.p && write_links(s, type, fact, after, err))) return -1;
    }
    buf_init(&was, 1 << 28);
    buf_init(&is, 1 << 28);
    if (before->there) keys_put_proposal(&was, before);
    if (after->there) keys_put_proposal(&is, after);
    int rc = buf_check(&was, err) || buf_check(&is, err) ||
                     journal_entry(s, j, kind, type->id, fact, before->there ? buf_get(&was) : STR_NONE,
                                   after->there ? buf_get(&is) : STR_NONE, err)
                 ? -1
                 : 0;
    buf_release(&was);
    buf_release(&is);
    if (rc || kind != ENTRY_DRAFTED || before->state != PENDING_PROPOSED) return rc;
    return event_tell_fact(s, EVENT_TEXT_WITHDRAWN, j->time, type, fact, NULL, STR_NONE, err);
}

/* ---- A change set on its way ---- */

int work_load_keys(struct applying *p, struct fact_work *w)
{
    if (keys_read(p->s, &p->scratch, w->id, &w->keys, p->err)) return -1;
    const struct proposal *there = &w->keys.proposal;
    uint64_t version = there->there && there->fields.p ? there->version : 0;
    if (!w->f->expects_proposal || w->f->expected_proposal == version) return 0;
    return work_refuse(p, w, NULL, NULL, ERR_CONFLICT,
                       version ? "what is proposed for it was changed meanwhile; look at it again before you change it"
                               : "what was proposed for it is no longer there; look at it again before you change it");
}

int work_drop_keys(struct applying *p, const struct fact_work *w)
{
    if (!w->keys.agreed && !w->keys.proposal.there) return 0;
    return store_run(p->s, SQL_AGREEMENT_DROP, p->err, "u", w->id) ||
                   store_run(p->s, SQL_PROPOSAL_DROP, p->err, "u", w->id) ||
                   store_run(p->s, SQL_PROPOSAL_LINK_DROP, p->err, "u", w->id)
               ? -1
               : 0;
}

static bool has_link(str links, uint64_t wanted)
{
    for (uint64_t id; next_link(&links, &id);)
        if (id == wanted) return true;
    return false;
}

/* A fact that an agreed text names can't go: the text would change without its keys. */
static int check_unlinked(struct applying *p, struct fact_work *w)
{
    for (const struct change_op *op = w->f->first; op; op = op->next) {
        if (op->kind != OP_UNLINK || !op->field->is_signed || !has_link(w->old[op->field->number], op->links[0]))
            continue;
        str target, name = work_brief(w->old[w->type->name_field->number]);
        if (work_stored_name(p, op->links[0], &target)) return -1;
        err_set(p->err, ERR_CONFLICT,
                STR_FORMAT " \"" STR_FORMAT "\" cannot be deleted: " STR_FORMAT " \"" STR_FORMAT
                           "\", which both sides have signed, names it; both must sign a version without it first",
                STR_ARGS(op->field->to->name), STR_ARGS(work_brief(target)), STR_ARGS(w->type->name), STR_ARGS(name));
        return err_at(p->err, 0, op->field->name);
    }
    return 0;
}

/* Did this set say something new that wins, or take away what won? What loses changes no proposal. */
static bool is_touched(const struct applying *p, const struct fact_work *w, const struct model_field *field)
{
    const struct claim *first = NULL;
    bool any_new = false;
    if (!same_text(w->won[field->number], w->new[field->number]) || work_op_on(w, field, OP_UNLINK)) return true;
    VEC_EACH(c, &w->claims) {
        if (c->field != field->id) continue;
        any_new = any_new || c->number == p->j->number;
        if (!first || c->source < first->source) first = c;
    }
    bool united = field->kind == FIELD_LINKS && first && first->source != SOURCE_TYPED;
    return first && (united ? any_new : first->number == p->j->number);
}

int work_divert(struct applying *p, struct fact_work *w)
{
    size_t count = w->type->field_count;
    if (check_unlinked(p, w) || keys_overlay(&p->scratch, w->type, w->old, &w->keys.proposal, &w->pending_old, p->err))
        return -1;
    w->pending = arena_array(&p->scratch, count, sizeof *w->pending);
    for (size_t i = 0; i < count; i++) {
        const struct model_field *field = &w->type->fields[i];
        w->pending[i] = w->pending_old[i];
        if (!field->is_signed) continue;
        if (is_touched(p, w, field)) w->pending[i] = w->new[i];
        if (keys_same(field, w->pending[i], w->old[i])) w->pending[i] = w->old[i];
        w->new[i] = w->old[i];
        if (field->is_part && !same_text(w->pending[i], w->old[i]))
            return work_refuse(p, w, field, w->f->first, ERR_INPUT,
                               "both sides have signed it as a part; delete it here, and make it anew there");
    }
    return 0;
}

/* Signatures for the text that is proposed now. */
static int count_given(struct applying *p, const struct fact_work *w, size_t *count)
{
    sqlite3_stmt *q;
    int rc;
    *count = 0;
    if (w->keys.proposal.state != PENDING_PROPOSED) return 0;
    if (store_bind(p->s, SQL_SIGNATURE_OF, &q, p->err, "u", w->id)) return -1;
    while ((rc = store_step(p->s, q, p->err)) == 1)
        *count += (uint64_t)sqlite3_column_int64(q, 0) > w->keys.proposal.number;
    return rc;
}

int work_said(struct applying *p, const struct fact_work *w, str *said)
{
    size_t given;
    str actor = p->c->actor;
    *said = w->keys.proposal.said;
    if (w->keys.proposal.state != PENDING_PROPOSED) return 0;
    if (count_given(p, w, &given)) return -1;
    *said = given ? arena_printf(&p->scratch,
                                 "changed by " STR_FORMAT
                                 " after it was proposed and signed; the signature was for the older text",
                                 STR_ARGS(actor))
                  : arena_printf(&p->scratch, "changed by " STR_FORMAT " after it was proposed", STR_ARGS(actor));
    return 0;
}

/* A draft with this text; nothing where it is what is in force. */
static int draft_of(struct applying *p, struct fact_work *w, struct proposal *next)
{
    str said;
    if (work_said(p, w, &said)) return -1;
    *next = (struct proposal){.there = true,
                              .version = p->j->number,
                              .state = PENDING_DRAFT,
                              .deletes = w->f->proposes_to_delete,
                              .said = said};
    if (!w->keys.agreed) return 0;
    buf_clear(&p->after);
    field_texts_open(&p->after);
    for (size_t i = 0; i < w->type->field_count && !next->deletes; i++)
        if (!same_text(w->pending[i], w->old[i])) field_texts_put(&p->after, w->type->fields[i].id, w->pending[i]);
    field_texts_close(&p->after);
    if (buf_check(&p->after, p->err)) return -1;
    next->there = next->deletes || p->after.n > 2;
    next->fields = buf_copy(&p->after, &p->scratch);
    return 0;
}

bool work_text_differs(const struct fact_work *w)
{
    const str *was = w->keys.agreed ? w->pending_old : w->old, *is = w->keys.agreed ? w->pending : w->new;
    if (w->f->proposes_to_delete) return !w->keys.proposal.deletes;
    for (size_t i = 0; i < w->type->field_count; i++)
        if (w->type->fields[i].is_signed && !keys_same(&w->type->fields[i], was[i], is[i])) return true;
    return false;
}

int work_write_proposal(struct applying *p, struct fact_work *w, bool *changed)
{
    struct proposal next;
    *changed = work_text_differs(w) && (w->keys.agreed || w->keys.proposal.state == PENDING_PROPOSED);
    if (!*changed) return 0;
    if (w->keys.agreed) p->proposed++;
    return draft_of(p, w, &next) ||
                   keys_write(p->s, p->j, ENTRY_DRAFTED, w->type, w->id, &w->keys.proposal, &next, p->err)
               ? -1
               : 0;
}
