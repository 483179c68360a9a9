/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the past taken out of the journal where the law asks. The digests that were chained stay; what is left of
 * an entry gets a new salt, and the commit that erased holds its digest. */
#include "store_inside.h"

#include "base_map.h"

#include <string.h>

struct erasing {
    struct store *s;
    struct journal_writer j;
    struct arena a;
    const struct model_type *type;
    const struct model_field *field; /* NULL: all of them */
    uint64_t fact;
    struct present_fact now;
    struct erasure *result;
    struct err *err;
};
struct erased_entry {
    uint64_t number, seq;
    enum entry_kind kind;
    uint32_t type;
    uint64_t fact; /* the one, or a whole that was signed with it */
    str before, after;
};
struct erased_entries {
    struct erased_entry *items;
    size_t count, room;
};

static str present_text(const struct erasing *e, uint32_t field)
{
    for (size_t i = 0; i < e->now.texts.count; i++)
        if (e->now.texts.items[i].field == field) return e->now.texts.items[i].text;
    return STR_NONE;
}

static bool is_meant(const struct erasing *e, uint32_t field) { return !e->field || e->field->id == field; }

/* The text without what is to go; `spare`: fields of which the value is today's. Counts what goes. */
static int take_out(struct erasing *e, str text, const struct idmap *spare, str *out)
{
    struct field_texts texts;
    struct buf b;
    uint64_t gone = 0;
    *out = text;
    if (!text.p) return 0;
    if (field_texts_parse(&e->a, text, &texts, e->err)) return -1;
    buf_init(&b, 1 << 28);
    field_texts_open(&b);
    for (size_t i = 0; i < texts.count; i++) {
        const struct field_text *t = &texts.items[i];
        bool goes = t->text.p && is_meant(e, t->field) && !(spare && idmap_get(spare, t->field));
        if (goes || t->erased)
            field_texts_put_erased(&b, t->field);
        else
            field_texts_put(&b, t->field, t->text);
        gone += goes;
    }
    field_texts_close(&b);
    int rc = buf_check(&b, e->err);
    if (!rc && gone) *out = buf_copy(&b, &e->a);
    buf_release(&b);
    e->result->values += gone;
    return rc;
}

/* A proposal or a signed text goes as a whole where it may hold the field, a comment with the whole fact. */
static void take_out_proposal(struct erasing *e, struct erased_entry *x)
{
    if (e->field && (x->kind == ENTRY_COMMENT || !e->field->is_signed)) return;
    e->result->values += x->before.p != NULL;
    e->result->values += x->after.p != NULL;
    x->before = x->after = STR_NONE;
}

/* What hangs on the fact today stays, as its values do. */
static int take_out_attachment(struct erasing *e, struct erased_entry *x)
{
    sqlite3_stmt *q;
    if (e->field) return 0;
    int stands = store_bind(e->s, SQL_ATTACHMENT_STANDS, &q, e->err, "uu", e->fact, x->number)
                     ? -1
                     : store_step(e->s, q, e->err);
    if (stands < 0) return -1;
    sqlite3_reset(q);
    if (stands)
        e->result->stands = true;
    else
        take_out_proposal(e, x);
    return 0;
}

static int write_entry(struct erasing *e, const struct erased_entry *x)
{
    unsigned char salt[SALT_SIZE], digest[HASH_SIZE];
    struct buf left;
    randombytes_buf(salt, sizeof salt);
    journal_digest(digest, salt, x->number, x->seq, x->kind, x->type, x->fact, x->before, x->after);
    buf_init(&left, 100);
    keys_put_hash(&left, digest);
    str which = arena_printf(&e->a, "%llu %llu", (unsigned long long)x->number, (unsigned long long)x->seq);
    int rc = store_run(e->s, SQL_ENTRY_VALUE_ERASE, e->err, "uubssu", x->number, x->seq, (const void *)salt,
                       (size_t)SALT_SIZE, x->before, x->after, e->j.number) ||
             journal_entry(e->s, &e->j, ENTRY_ERASED, x->type, x->fact, which, buf_get(&left), e->err);
    buf_release(&left);
    e->result->entries++;
    return rc ? -1 : 0;
}

/* Where the newest entry that speaks of a field says what stands today, its `after` stays. */
static int spare_today(struct erasing *e, str after, struct idmap *spoken, struct idmap *spare)
{
    struct field_texts texts;
    if (!after.p) return 0;
    if (field_texts_parse(&e->a, after, &texts, e->err)) return -1;
    for (size_t i = 0; i < texts.count; i++) {
        bool is_new;
        idmap_put(spoken, texts.items[i].field, &is_new);
        str now = present_text(e, texts.items[i].field), then = texts.items[i].text;
        if (is_new && now.p && then.p && str_eq(now, then)) *idmap_put(spare, texts.items[i].field, NULL) = 1;
    }
    return 0;
}

static int erase_entry(struct erasing *e, struct erased_entry x, struct idmap *spoken)
{
    struct idmap spare;
    uint64_t before = e->result->values;
    int rc = 0;
    idmap_init(&spare);
    switch (x.kind) {
    case ENTRY_CREATED:
    case ENTRY_CHANGED:
    case ENTRY_DELETED:
        rc = spare_today(e, x.after, spoken, &spare) || take_out(e, x.before, NULL, &x.before) ||
             take_out(e, x.after, &spare, &x.after);
        break;
    case ENTRY_CLAIMED: rc = take_out(e, x.after, NULL, &x.after); break;
    case ENTRY_DRAFTED:
    case ENTRY_PROPOSED:
    case ENTRY_REFUSED:
    case ENTRY_WITHDRAWN:
    case ENTRY_SIGNED:
    case ENTRY_COMMENT: take_out_proposal(e, &x); break;
    case ENTRY_ATTACHMENT: rc = take_out_attachment(e, &x); break;
    case ENTRY_EVIDENCE:
    case ENTRY_LOAD:
    case ENTRY_USER:
    case ENTRY_MODEL:
    case ENTRY_AGREED:
    case ENTRY_VIEW:
    case ENTRY_HOOK:
    case ENTRY_ERASED: break;
    }
    idmap_release(&spare);
    return rc ? -1 : e->result->values > before ? write_entry(e, &x) : 0;
}

/* What was signed of a whole holds the texts of its parts. */
static int add_signed_wholes(struct erasing *e, struct erased_entries *entries)
{
    sqlite3_stmt *q;
    int rc;
    if (!e->type->part_of) return 0;
    /* As it stands in the entry's JSON, with its line feeds escaped. */
    str part = arena_printf(&e->a, "\\npart %u %llu\\n", e->type->id, (unsigned long long)e->fact);
    if (store_bind(e->s, SQL_SIGNED_WITH, &q, e->err, "us", e->fact, part)) return -1;
    while ((rc = store_step(e->s, q, e->err)) == 1) {
        str before = store_column(q, 4), after = store_column(q, 5);
        *vec_add(&e->a, entries) = (struct erased_entry){(uint64_t)sqlite3_column_int64(q, 0),
                                                         (uint64_t)sqlite3_column_int64(q, 1),
                                                         ENTRY_SIGNED,
                                                         (uint32_t)sqlite3_column_int64(q, 2),
                                                         (uint64_t)sqlite3_column_int64(q, 3),
                                                         before.p ? arena_copy(&e->a, before) : STR_NONE,
                                                         after.p ? arena_copy(&e->a, after) : STR_NONE};
    }
    return rc;
}

static int erase_entries(struct erasing *e)
{
    struct erased_entries entries = {0};
    struct idmap spoken;
    sqlite3_stmt *q;
    int rc;
    if (store_bind(e->s, SQL_ENTRY_VALUES_OF, &q, e->err, "u", e->fact)) return -1;
    while ((rc = store_step(e->s, q, e->err)) == 1) {
        str before = store_column(q, 3), after = store_column(q, 4);
        *vec_add(&e->a, &entries) = (struct erased_entry){(uint64_t)sqlite3_column_int64(q, 0),
                                                          (uint64_t)sqlite3_column_int64(q, 1),
                                                          (enum entry_kind)sqlite3_column_int(q, 2),
                                                          e->type->id,
                                                          e->fact,
                                                          before.p ? arena_copy(&e->a, before) : STR_NONE,
                                                          after.p ? arena_copy(&e->a, after) : STR_NONE};
    }
    if (rc || add_signed_wholes(e, &entries)) return -1;
    idmap_init(&spoken);
    for (size_t i = 0; i < entries.count && !rc; i++) rc = erase_entry(e, entries.items[i], &spoken);
    idmap_release(&spoken);
    return rc;
}

/* What sources say that is not what stands: it would be shown beside it for ever. */
static int erase_claims(struct erasing *e)
{
    struct held {
        int64_t seq;
        str fields;
    };
    VEC(struct held) claims = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(e->s, SQL_CLAIM_TEXTS, &q, e->err, "u", e->fact)) return -1;
    while ((rc = store_step(e->s, q, e->err)) == 1)
        *vec_add(&e->a, &claims) = (struct held){sqlite3_column_int64(q, 0), arena_copy(&e->a, store_column(q, 1))};
    VEC_EACH(c, &claims) {
        struct field_texts texts;
        struct buf b;
        size_t left = 0;
        if (rc || field_texts_parse(&e->a, c->fields, &texts, e->err)) return -1;
        buf_init(&b, 1 << 28);
        field_texts_open(&b);
        for (size_t i = 0; i < texts.count; i++) {
            const struct field_text *t = &texts.items[i];
            const struct model_field *field = model_field_by_id(e->type, t->field);
            str now = present_text(e, t->field);
            bool stands = !t->text.p || (now.p && str_eq(now, t->text)) || (field && field->kind == FIELD_LINKS);
            if (is_meant(e, t->field) && !stands) continue;
            field_texts_put(&b, t->field, t->text);
            left++;
        }
        field_texts_close(&b);
        rc = buf_check(&b, e->err);
        if (!rc && left < texts.count) {
            e->result->values += texts.count - left;
            rc = left ? store_run(e->s, SQL_CLAIM_PUT, e->err, "uis", e->fact, c->seq, buf_get(&b))
                      : store_run(e->s, SQL_CLAIM_DROP_ONE, e->err, "ui", e->fact, c->seq);
        }
        buf_release(&b);
    }
    return rc;
}

/* Names and hashes of what was removed; of a fact that is gone the bytes too, each with an entry of its own. */
static int erase_attachments(struct erasing *e)
{
    sqlite3_stmt *q;
    int rc = 0;
    if (e->field) return 0;
    if (!e->now.type) {
        if (store_bind(e->s, SQL_ATTACHMENT_OF, &q, e->err, "u", e->fact)) return -1;
        while ((rc = store_step(e->s, q, e->err)) == 1)
            if (journal_entry(e->s, &e->j, ENTRY_ATTACHMENT, e->type->id, e->fact, STR_NONE, STR_NONE, e->err))
                return sqlite3_reset(q), -1;
    }
    return rc || store_run(e->s, SQL_ATTACHMENT_ERASE, e->err, "uu", e->fact, e->j.number) ? -1 : 0;
}

/* The type, also of a fact that is gone; the field. */
static int find_out(struct erasing *e, str field)
{
    sqlite3_stmt *q;
    struct fact_keys keys;
    if (store_bind(e->s, SQL_ENTRY_LAST, &q, e->err, "u", e->fact)) return -1;
    int rc = store_step(e->s, q, e->err);
    if (rc < 0) return -1;
    e->type = rc ? model_type_by_id(e->s->model, (uint32_t)sqlite3_column_int64(q, 3)) : NULL;
    sqlite3_reset(q);
    if (!e->type) return err_set(e->err, ERR_INPUT, "the journal knows no fact %llu", (unsigned long long)e->fact);
    if (field.p && !(e->field = model_field(e->type, field))) {
        str near = model_nearest_field(e->type, field);
        return err_set(e->err, ERR_USAGE, "\"" STR_FORMAT "\" is not a field of " STR_FORMAT "%s" STR_FORMAT "%s",
                       STR_ARGS(field), STR_ARGS(e->type->name), near.n ? "; did you mean \"" : "", STR_ARGS(near),
                       near.n ? "\"?" : "");
    }
    if (store_fact_texts(e->s, &e->a, e->fact, &e->now, e->err) || keys_read(e->s, &e->a, e->fact, &keys, e->err))
        return -1;
    if (keys.proposal.there && (!e->field || e->field->is_signed))
        return err_set(e->err, ERR_INPUT, STR_FORMAT " %llu has a proposal beside it; withdraw it first",
                       STR_ARGS(e->type->name), (unsigned long long)e->fact);
    e->result->type = e->type;
    for (size_t i = 0; i < e->now.texts.count; i++)
        e->result->stands = e->result->stands || is_meant(e, e->now.texts.items[i].field);
    return 0;
}

static int erase(struct erasing *e, str field, str actor, str reason, int64_t now)
{
    if (find_out(e, field) || journal_begin(e->s, &e->j, actor, reason, now, e->err) || erase_entries(e) ||
        erase_claims(e) || erase_attachments(e))
        return -1;
    if (!e->result->values)
        return err_set(e->err, ERR_INPUT, "the journal holds nothing of the past of " STR_FORMAT " %llu%s" STR_FORMAT,
                       STR_ARGS(e->type->name), (unsigned long long)e->fact, field.p ? " in " : "", STR_ARGS(field));
    /* Where only a claim went there was no entry. */
    if (!e->j.entries && journal_entry(e->s, &e->j, ENTRY_ERASED, e->type->id, e->fact, STR_NONE, STR_NONE, e->err))
        return -1;
    e->result->number = e->j.number;
    return journal_end(e->s, &e->j, e->err);
}

/* What was overwritten is gone once the log is folded in; a reader may hold it. */
static int fold_log(struct store *s, struct erasure *result, struct err *err)
{
    sqlite3_stmt *q;
    if (store_prepare(s, SQL_FOLD_LOG, &q, err) || store_step(s, q, err) < 0) return -1;
    result->in_log = sqlite3_column_int(q, 0);
    sqlite3_reset(q);
    return 0;
}

int store_erase(struct store *s, uint64_t fact, str field, str actor, str reason, int64_t now, struct erasure *result,
                struct err *err)
{
    struct erasing e = {.s = s, .fact = fact, .result = result, .err = err};
    *result = (struct erasure){0};
    if (!str_trim(reason).n) return err_set(err, ERR_USAGE, "say why it must go: --reason TEXT");
    /* Freed bytes are overwritten, in the file and, once it is folded in, in the log. */
    if (store_run(s, SQL_SECURE_DELETE, err, "") || store_begin(s, true, err)) return -1;
    arena_init(&e.a, 0);
    int rc = erase(&e, field, actor, reason, now);
    arena_release(&e.a);
    if (rc) {
        store_abandon(s);
        return -1;
    }
    return store_end(s, err) || fold_log(s, result, err) ? -1 : 0;
}
