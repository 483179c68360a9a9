/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the store share; nobody else includes it. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "store.h"
#include "store_keys.h"
#include "store_sql.h"

#include <sodium.h>
#include <sqlite3.h>

enum { HASH_SIZE = 32, SALT_SIZE = 16, SOURCE_TYPED = 1 };
#define FACT_ID_MADE ((uint64_t)1 << 62) /* created facts in a change set count up from here + 1 */

enum { ROWS_AT_ONCE = 32, ROW_COLUMNS = 8 };
struct row_batch {
    sqlite3_stmt *one, *many;
    int count;
    struct row_cell {
        char kind;      /* as in store_bind */
        int64_t number; /* of texts and bytes: the place in `texts` */
        size_t length;
    } cells[ROWS_AT_ONCE * ROW_COLUMNS];
    struct buf texts;
};

struct store {
    sqlite3 *db;
    const char *path;   /* as it was given, for messages; valid as long as the store */
    struct arena arena; /* model and profile */
    const struct model *model;
    struct store_profile profile;
    unsigned char person_key[32];
    sqlite3_stmt *statements[SQL_COUNT];
    struct row_batch rows[ROWS_COUNT];
    int64_t data_version;
    int64_t model_number; /* the commit that brought the metamodel */
    bool writable;
    _Atomic unsigned log_pages; /* STORE_LEAVES_LOG */
};

/* The database's last message as ERR_IO or ERR_STORE. Returns -1. */
int store_fail(sqlite3 *db, struct err *err);
int store_failed(struct store *s, struct err *err); /* the same, and which workspace it is */
/* The cached statement, reset and ready to bind. */
int store_prepare(struct store *s, enum store_sql which, sqlite3_stmt **out, struct err *err) MUST_USE;
/* Binds as the format has it: i int64_t, u uint64_t, s str (STR_NONE: NULL; borrowed until the statement is reset),
 * b bytes (const void *, size_t), n NULL. */
int store_bind(struct store *s, enum store_sql which, sqlite3_stmt **out, struct err *err, const char *format,
               ...) MUST_USE;
/* One row: 1, the end: 0 (and the statement is reset), else -1. */
int store_step(struct store *s, sqlite3_stmt *q, struct err *err) MUST_USE;
/* Binds, runs to the end, resets. */
int store_run(struct store *s, enum store_sql which, struct err *err, const char *format, ...) MUST_USE;
/* Adds a row, at the latest in store_rows_end: many at a time, since one run of a statement costs more than its row.
 * Copies what it is given. */
int store_rows_add(struct store *s, enum store_rows which, struct err *err, ...) MUST_USE;
int store_rows_end(struct store *s, struct err *err) MUST_USE;
void store_rows_forget(struct store *s); /* a transaction begins or is given up */
void store_rows_release(struct store *s);
/* A text column, borrowed until the next step. */
str store_column(sqlite3_stmt *q, int column);

int store_begin(struct store *s, bool write, struct err *err) MUST_USE;
int store_end(struct store *s, struct err *err) MUST_USE;
/* After a failure, or when nothing is to be kept. */
void store_abandon(struct store *s);
/* One moment for several reads: a reading transaction of which the end cannot fail. */
#define store_read_begin(s, err) store_begin((s), false, (err))

/* What SQLite finds wrong first; STR_NONE: nothing. */
int store_check_pages(struct store *s, bool full, struct arena *a, str *says, struct err *err) MUST_USE;
int store_sync_folder(struct arena *a, const char *path, struct err *err) MUST_USE; /* that the file stands in */
int store_make_views(struct store *s, const struct model *m, struct err *err) MUST_USE;
int store_drop_views(struct store *s, const struct model *m, struct err *err) MUST_USE;
/* STR_NONE where the workspace has no such setting. */
int store_setting(struct store *s, struct arena *a, const char *key, str *out, struct err *err) MUST_USE;

/* ---- Change sets ---- */

enum change_op_kind {
    OP_VALUE,
    OP_LINKS,
    OP_UNLINK,
    OP_RESTORE, /* the claims to the field that came with commit `number` go, and the field is as `value` says */
    OP_RETRACT, /* all claims that came with commit `number` go */
};
struct change_op {
    enum change_op_kind kind;
    const struct model_field *field; /* of the set's model; UNLINK: of the store's */
    str value;
    const uint64_t *links; /* UNLINK: one */
    size_t link_count;
    struct origin from;
    uint64_t number; /* RESTORE, RETRACT */
    struct change_op *next;
};
struct change_fact {
    uint64_t id;                   /* as the caller knows it */
    const struct model_type *type; /* of the set's model; NULL for a fact that is there */
    uint64_t wanted_id;            /* change_create_as */
    bool created, deleted, expects, expects_proposal;
    uint32_t expected;
    uint64_t expected_proposal;
    bool in_force;           /* both keys are on its proposal: that becomes the fact */
    bool proposes_to_delete; /* deleting what is agreed needs both keys */
    struct change_op *first, *newest;
    uint64_t real_id;
};
struct change_set {
    struct arena *a;
    const struct model *model;
    str actor, reason;
    const struct asked_key *key;     /* change_remember; NULL: none */
    VEC(struct change_fact *) facts; /* in the order of their first mention */
    VEC(struct change_fact *) made;
    struct change_fact **slots; /* by id, open addressing */
    size_t slot_room;
};
struct change_fact *change_fact(struct change_set *c, uint64_t id);
void change_op_add(struct change_set *c, struct change_fact *f, struct change_op op);

/* Inside a writing transaction: the facts of `c` as commit `number`. */
struct journal_writer;
int store_apply(struct store *s, struct change_set *c, struct journal_writer *j, struct commit_result *result,
                struct err *err) MUST_USE;
/* In the commit's transaction: ERR_CONFLICT where the key was noted meanwhile. NULL: there is none to note. */
int store_note_answer(struct store *s, const struct asked_key *key, uint64_t number, int64_t now,
                      struct err *err) MUST_USE;
/* What a created fact's number stands for, once applied. */
uint64_t change_real_id(const struct change_set *c, uint64_t id);

/* ---- Journal ---- */

struct journal_writer {
    uint64_t number;
    int64_t time;
    str actor, reason;
    unsigned char previous[HASH_SIZE];
    crypto_generichash_state hash;
    uint64_t entries;
    unsigned char salts[256]; /* as much as one call of the system gives */
    size_t salts_left;
};
int journal_begin(struct store *s, struct journal_writer *j, str actor, str reason, int64_t time,
                  struct err *err) MUST_USE;
int journal_entry(struct store *s, struct journal_writer *j, enum entry_kind kind, uint32_t type, uint64_t fact,
                  str before, str after, struct err *err) MUST_USE;
int journal_end(struct store *s, struct journal_writer *j, struct err *err) MUST_USE;
/* What the three of them hash, for those who look whether it still is so. */
void journal_digest(unsigned char digest[HASH_SIZE], const unsigned char salt[SALT_SIZE], uint64_t number, uint64_t seq,
                    enum entry_kind kind, uint32_t type, uint64_t fact, str before, str after);
/* Numbers go into a hash as eight bytes, little end first; texts with their length before them. */
void journal_hash_number(crypto_generichash_state *h, uint64_t v);
void journal_hash_text(crypto_generichash_state *h, str s);
void journal_hash_head(struct journal_writer *j);
void journal_hash_entry(struct journal_writer *j, enum entry_kind kind, uint32_t type, uint64_t fact,
                        const unsigned char digest[HASH_SIZE]);
void journal_hash_end(struct journal_writer *j, unsigned char hash[HASH_SIZE]);

/* One commit of the journal that holds one entry; *number is its own. */
int journal_one(struct store *s, enum entry_kind kind, uint32_t type, uint64_t fact, str actor, str reason, str before,
                str after, int64_t now, uint64_t *number, struct err *err) MUST_USE;
/* "comment on application Canva": `what` and the fact; its type, 0 where it is not there. */
int journal_reason(struct store *s, struct arena *a, const char *what, uint64_t fact, uint32_t *type, str *reason,
                   struct err *err) MUST_USE;
/* Ends the transaction, or gives it up where something failed. */
int store_finish(struct store *s, int failed, struct err *err) MUST_USE;

/* In a reading transaction, behind the journal's own check: are the attachments those of which it speaks? */
int attachments_verify(struct store *s, struct err *err) MUST_USE;

/* ---- What the journal says of a load of evidence ---- */

struct load_proof {
    crypto_generichash_state hash;
    uint64_t subject; /* whose name was hashed last */
    size_t usage, payments;
    int64_t first_day, last_day;
};
struct proof_subject { /* as stored */
    uint64_t id;
    enum subject_kind kind;
    str name;
};
/* The rows of use by subject, person and day, each once; then the payments in their order; then the entry's text. */
void load_proof_begin(struct load_proof *p);
void load_proof_usage(struct load_proof *p, const struct proof_subject *s, const struct evidence_usage *u,
                      uint64_t requests);
void load_proof_payment(struct load_proof *p, const struct proof_subject *s, const struct evidence_payment *paid);
str load_proof_end(struct load_proof *p, struct arena *a, const struct evidence_load *l);
int evidence_verify(struct store *s, struct err *err) MUST_USE;

/* ---- Two keys ---- */

struct proposal { /* a row of the table, or none: of the first draft, or beside what is agreed */
    bool there;
    uint64_t version;
    enum pending_state state;
    bool deletes;
    uint64_t number, proposer; /* PROPOSED: by which commit and whom; 0 */
    unsigned char hash[HASH_SIZE];
    str said;
    str fields; /* what would be different; STR_NONE for a first draft */
};
struct fact_keys {
    bool agreed;
    uint64_t agreed_number;
    int64_t agreed_time;
    unsigned char agreed_hash[HASH_SIZE];
    struct proposal proposal;
};
int keys_read(struct store *s, struct arena *a, uint64_t fact, struct fact_keys *out, struct err *err) MUST_USE;
/* The values by field numbers as the proposal would have them. */
int keys_overlay(struct arena *a, const struct model_type *type, const str *values, const struct proposal *proposal,
                 str **out, struct err *err) MUST_USE;
struct text_part {
    uint64_t fact;
    const struct model_type *type;
    const str *values;
};
/* The canonical text and its hash. Parts by id, of a type that has parts. */
int keys_text(struct arena *a, const struct model_type *type, uint64_t fact, bool deletes, const str *values,
              const struct text_part *parts, size_t part_count, str *text, unsigned char hash[HASH_SIZE],
              struct err *err) MUST_USE;
/* Are two values of a signed field the same to those who sign? Links have no order. */
bool keys_same(const struct model_field *field, str a, str b);
/* Writes the row, its links and the entry; a proposal that isn't `there` goes. */
int keys_write(struct store *s, struct journal_writer *j, enum entry_kind kind, const struct model_type *type,
               uint64_t fact, const struct proposal *before, const struct proposal *after, struct err *err) MUST_USE;
void keys_put_hash(struct buf *b, const unsigned char hash[HASH_SIZE]); /* hexadecimal */
/* A fact's values by field numbers, links as ids with blanks between. 1: there is no such fact. */
int keys_load_values(struct store *s, struct arena *a, uint64_t fact, const struct model_type **type, str **values,
                     struct err *err) MUST_USE;
/* As stored_keys, from a fact's values by field numbers; of a part what is its own alone, without the whole's. */
int keys_load(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact, const str *values,
              struct stored_keys *out, struct err *err) MUST_USE;
/* In a reading transaction, behind the journal's own check. */
int keys_verify(struct store *s, struct err *err) MUST_USE;
void keys_put_proposal(struct buf *b, const struct proposal *p); /* as JSON, for the journal */

/* ---- Wholes and their parts (store_parts.c) ---- */

struct whole_part {
    uint64_t fact;
    const struct model_type *type;
    str *values; /* as it stands */
    struct fact_keys keys;
    bool goes; /* by its own proposal, or with what it is a part of */
};
struct whole_parts {
    struct whole_part *items; /* by id */
    size_t count;
};
/* Of a fact of a type that has parts; goes: the fact itself would go. */
int parts_load(struct store *s, struct arena *a, const struct model_type *type, uint64_t fact, bool goes,
               struct whole_parts *out, struct err *err) MUST_USE;
/* Does a part differ from what is in force? */
bool part_differs(const struct whole_part *part);
/* What the text of the whole names: as it would be, or (agreed_number) as it was agreed by that commit. */
int parts_texts(struct arena *a, const struct whole_parts *parts, uint64_t agreed_number, struct text_part **out,
                size_t *count, struct err *err) MUST_USE;
/* What a fact is signed with: the end of its chain of wholes, or itself; 0 where a part hangs loose. */
int parts_root(struct store *s, const struct model_type *type, uint64_t fact, const struct model_type **root_type,
               uint64_t *root, struct err *err) MUST_USE;

/* ---- Field texts: the JSON objects in `fields`, `before`, `after` ---- */

struct field_text {
    uint32_t field; /* id */
    str text;       /* STR_NONE: null */
    bool erased;    /* there was a text or null, and it was erased */
};
struct field_texts {
    struct field_text *items;
    size_t count;
};
/* In the arena, or pointing into `json` where nothing needs decoding. */
int field_texts_parse(struct arena *a, str json, struct field_texts *out, struct err *err) MUST_USE;
struct present_fact {
    uint32_t type, version; /* 0: there is no such fact */
    struct field_texts texts;
};
/* A fact as it is stored: its values, then its links. */
int store_fact_texts(struct store *s, struct arena *a, uint64_t fact, struct present_fact *out,
                     struct err *err) MUST_USE;
void field_texts_open(struct buf *b);
void field_texts_put(struct buf *b, uint32_t field, str text); /* between open and close */
void field_texts_put_erased(struct buf *b, uint32_t field);
void field_texts_close(struct buf *b);
void put_number(struct buf *b, uint64_t v);
/* "12 15": the next id; false at the end or when it isn't one. */
bool next_link(str *rest, uint64_t *id);

#endif
