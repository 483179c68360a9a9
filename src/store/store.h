/* SPDX-License-Identifier: Apache-2.0 */
/* Durable facts, links, claims, journal and evidence in one SQLite file. All SQL of the project stands in this folder.
 *
 * Writing goes through store_commit() alone. A struct store is one connection: use it from one thread at a time; open
 * as many as there are threads. Several processes on one workspace are normal. */
#ifndef STORE_H
#define STORE_H

#include "store_model_diff.h"

#include "base_buf.h"
#include "base_file.h"

struct store;
struct stored_keys;
struct zone;

struct store_profile { /* what `entente init` asks */
    str name;          /* the company's */
    str currency;      /* ISO 4217: EUR */
    str zone;          /* IANA: Europe/Berlin */
    int64_t made;      /* when, in UTC seconds; 0: now. Not kept beyond the first commit */
};
enum store_open_flags {
    STORE_READ = 1,
    STORE_WRITE = 2,
    STORE_LEAVES_LOG = 4, /* its commits do not fold SQLite's log into the file: somebody calls store_fold_log */
    STORE_EASY = 8,       /* its own commits may be lost with the power: for what is found out anew */
};
/* The file must not exist. The metamodel's text is kept in the workspace. Commit 1 is the making itself. Other tools
 * find a view for each type under its plural (applications, journey_stages), with the fields' keys as columns. */
int store_create(const char *path, const struct store_profile *profile, str model_yaml, struct err *err) MUST_USE;
/* Migrates an older workspace (with STORE_WRITE); a newer one is ERR_STORE: "made by a newer entente". */
int store_open(const char *path, int flags, struct store **out, struct err *err) MUST_USE;
void store_close(struct store *s);
/* How long the log was after the last commit of this connection, which leaves it; from any thread. */
unsigned store_log_pages(struct store *s);
/* Folds the log in, as far as no reader needs it, while others read and commit by their own connections. */
int store_fold_log(struct store *s, struct err *err) MUST_USE;
const struct model *store_model(const struct store *s);
const struct store_profile *store_profile(const struct store *s);
/* The key of the workspace's keyed hashes (32 bytes): never shown. */
const unsigned char *store_person_key(const struct store *s);

/* ---- Committing
 * ------------------------------------------------------------------------------------------------------- */

/* Where a value comes from. Of several claims to one field the winner is: typed, then the sources in the order in which
 * they first came, then the newest; within one source a later claim replaces the earlier. LINKS fields without a typed
 * claim are the union of their claims. */
enum origin_kind { ORIGIN_TYPED, ORIGIN_IMPORTED, ORIGIN_OBSERVED };
struct origin {
    enum origin_kind kind;
    str source; /* of a source's name: "marketing", "cmdb"; typed: STR_NONE */
    str file;
    uint32_t line; /* 0 when none */
};
struct asked_key { /* under which a program may ask for an answer again: store_access.h */
    str holder, key;
    unsigned char asked[32]; /* hash of the request */
};
struct change_set;
/* Lives in the arena until committed. Actor: a user's name, or "import", "scan" of the command line with the system's
 * user. */
struct change_set *change_set_new(struct arena *a, const struct model *m, str actor, str reason);
/* A fact that does not exist yet; the number (above 1 << 62) stands for it within this set. */
uint64_t change_create(struct change_set *c, const struct model_type *type);
#define FACT_ID_MAX (((uint64_t)1 << 53) - 1) /* so that it is a number in everybody's JSON */
/* The same, with an id of the caller's choice (import of an export); a taken id is an error at commit. */
uint64_t change_create_as(struct change_set *c, const struct model_type *type, uint64_t id);
/* Canonical text; STR_NONE withdraws this origin's claim (typed: says that it is empty). */
void change_value(struct change_set *c, uint64_t fact, const struct model_field *field, str canonical,
                  struct origin from);
void change_links(struct change_set *c, uint64_t fact, const struct model_field *field, const uint64_t *to,
                  size_t count, struct origin from);
void change_delete(struct change_set *c,
                   uint64_t fact); /* refused while others link to it with a required link; other links to it go too */
/* Commit only if the fact still has this version: else ERR_CONFLICT that names who changed it when. */
void change_expect(struct change_set *c, uint64_t fact, uint32_t version);
/* The same of the proposal beside a fact that both sides agreed on (store_keys.h); 0: there is none. */
void change_expect_proposal(struct change_set *c, uint64_t fact, uint64_t version);
size_t change_count(const struct change_set *c); /* facts touched */

struct commit_result {
    uint64_t number;      /* the journal's; 0 when nothing differed from what is there */
    const uint64_t *made; /* ids of the created facts, in order of creation; in the set's arena */
    size_t made_count, changed_count;
    size_t proposed_count; /* facts that are agreed: what was to be changed in them is now a proposal */
};
/* Validates against the metamodel (types, required fields, unique keys, link targets), then all or nothing, durable
 * when it returns. What both sides have signed is not touched: changes to it become proposals (store_keys.h). */
int store_commit(struct store *s, struct change_set *c, int64_t now, struct commit_result *result,
                 struct err *err) MUST_USE;

/* By natural key, then by alias, whatever the case and the blanks; the parts of a key of several fields have "\x1f"
 * between them. ERR_ABSENT; several facts with that alias are ERR_INPUT that lists them. */
int store_find_by_key(struct store *s, const struct model_type *type, str name, uint64_t *id, struct err *err) MUST_USE;

/* Names of facts that begin so, whatever the case, in alphabetical order. */
int store_load_names(struct store *s, struct arena *a, const struct model_type *type, str begins, size_t limit,
                     const str **names, size_t *count, struct err *err) MUST_USE;

/* ---- Reading
 * ------------------------------------------------------------------------------------------------------------ */

struct stored_value {
    const struct model_field *field;
    str canonical;
};
struct stored_link {
    const struct model_field *field;
    uint64_t to;
};
struct stored_fact {
    uint64_t id;
    const struct model_type *type;
    uint32_t version; /* counts its changes, from 1; 0: deleted, nothing else is set but the id and type */
    const struct stored_value *values; /* only those that have one, in field order */
    size_t value_count;
    const struct stored_link *links; /* in field order, then as given */
    size_t link_count;
    const struct stored_keys *keys; /* NULL: a first draft that was never proposed, or its type has no two keys */
    const struct model_field *const *erased; /* store_load_back: had perhaps a value, which was erased since */
    size_t erased_count;
};
struct stored_usage { /* one person's use of one application, all days */
    uint64_t application;
    uint64_t person; /* keyed hash */
    int32_t first_day, last_day;
    const struct stored_usage_day {
        int32_t day;
        uint32_t requests;
        uint64_t bytes;
    } * days;
    size_t day_count;
};
struct stored_payment {
    uint64_t application;
    int32_t month; /* year * 12 + month - 1 */
    str amount;    /* decimal text */
    str currency;
};
struct store_reader { /* what a picture is made of; each may be NULL; borrowed during the call */
    void *self;
    void (*fact)(void *self, const struct stored_fact *fact);
    void (*usage)(void *self, const struct stored_usage *usage); /* ordered by application */
    /* Ordered by application; several of one month are to be added up. */
    void (*payment)(void *self, const struct stored_payment *payment);
    void (*evidence_of)(
        void *self, uint64_t application); /* store_load_since: what follows replaces all usage and payments of it */
};
/* Everything, as of one moment; *head is its commit number. */
int store_load(struct store *s, const struct store_reader *r, uint64_t *head, struct err *err) MUST_USE;
/* What changed after commit `since`, as of one moment: each changed fact once in its newest state, deleted ones with
 * version 0. */
int store_load_since(struct store *s, uint64_t since, const struct store_reader *r, uint64_t *head,
                     struct err *err) MUST_USE;
/* Types that commits after `since` touched (their facts, signatures, comments, views), by id. */
int store_load_touched(struct store *s, struct arena *a, uint64_t since, const struct model_type *const **out,
                       size_t *count, struct err *err) MUST_USE;
/* The way back: what has changed after commit `at`, each fact in its state as of then (version 0: it was not there).
 * Laid over a picture of any commit from `at` on it is the picture as of `at`. Evidence is that of the loads up to
 * then, given to the applications that have it now. */
int store_load_back(struct store *s, uint64_t at, const struct store_reader *r, struct err *err) MUST_USE;
/* What one looks back at: "2026-11-22", the newest commit of that day in the zone (NULL: UTC), or "#12", right after
 * that commit. ERR_USAGE: it is neither, or a day after `today`; ERR_INPUT: the workspace is younger, or has no such
 * commit. */
struct store_moment {
    uint64_t number;
    int64_t day;
    bool of_commit; /* "#12" */
};
int store_find_moment(struct store *s, const struct zone *zone, int64_t today, str word, struct store_moment *out,
                      struct err *err) MUST_USE;
/* Cheap: has another connection or process committed since the last call? */
bool store_may_have_changed(struct store *s);
int store_head(struct store *s, uint64_t *head, struct err *err) MUST_USE;

struct stored_claim { /* where values come from */
    const struct model_field *field;
    str value; /* canonical; links: the targets' ids with blanks between */
    struct origin from;
    str actor;
    int64_t time;
    uint64_t commit;
    bool wins;
};
int store_load_claims(struct store *s, struct arena *a, uint64_t fact, const struct stored_claim **out, size_t *count,
                      struct err *err) MUST_USE;

/* Names of the sources of claims, in the order in which they first came: the earlier wins (what was typed wins over
 * all and is not in it). */
int store_load_sources(struct store *s, struct arena *a, const str **names, size_t *count, struct err *err) MUST_USE;

/* ---- The journal
 * --------------------------------------------------------------------------------------------------------- */

/* What an entry says of its fact, and the word for it. The number is kept: append only. */
#define ENTRY_KINDS(X)                                                                                                 \
    X(ENTRY_CREATED, "created")                                                                                        \
    X(ENTRY_CHANGED, "changed")                                                                                        \
    X(ENTRY_DELETED, "deleted")                                                                                        \
    X(ENTRY_EVIDENCE, "evidence") /* usage or payments of the application `fact` */                                    \
    X(ENTRY_LOAD, "load")         /* a file of evidence */                                                             \
    X(ENTRY_USER, "user")                                                                                              \
    X(ENTRY_CLAIMED, "claimed") /* a claim that doesn't win: the fact's values are as before */                        \
    X(ENTRY_MODEL, "model")     /* the metamodel's text; of type 1: the workspace's own */                             \
    /* Two keys. Of the first four `after` is the proposal as it is now, null when it is gone. */                      \
    X(ENTRY_DRAFTED, "drafted") /* its text changed */                                                                 \
    X(ENTRY_PROPOSED, "proposed")                                                                                      \
    X(ENTRY_REFUSED, "refused")                                                                                        \
    X(ENTRY_WITHDRAWN, "withdrawn")                                                                                    \
    X(ENTRY_SIGNED, "signed")      /* after: who, for which side, the text and its hash */                             \
    X(ENTRY_AGREED, "agreed")      /* after: the hash of the text that is in force from here on */                     \
    X(ENTRY_COMMENT, "comment on") /* before and after are its text; `fact` is what it is about */                     \
    X(ENTRY_VIEW, "view")          /* a saved view that others see: before and after are what it asks for */           \
    X(ENTRY_ERASED, "erased") /* before: "commit place" of the entry that lost values, after: the digest of the rest   \
                               */                                                                                      \
    X(ENTRY_ATTACHMENT, "attachment of") /* after: what was attached, before: what was removed, as attachment_text */  \
    X(ENTRY_HOOK, "subscription")        /* of outgoing events; `fact` is its id */
enum entry_kind {
#define X(kind, word) kind,
    ENTRY_KINDS(X)
#undef X
};
str entry_word(enum entry_kind kind);

struct journal_line {
    uint64_t number;
    int64_t time;
    str actor, reason;
    size_t changed;
    unsigned char hash[32];
};
struct journal_field { /* as an entry has it */
    const struct model_field *field;
    str before, after; /* canonical; links: the targets' ids with blanks between */
    bool erased;       /* one of the two was, and is STR_NONE */
};
struct journal_entry {
    enum entry_kind kind;
    const struct model_type *type; /* NULL where it is about no fact, or of a type that is gone */
    uint64_t fact;
    const struct journal_field *fields; /* CREATED, CHANGED, DELETED, CLAIMED; DRAFTED, PROPOSED: as proposed */
    size_t field_count;
    str text; /* LOAD: which; SIGNED: the side; COMMENT: what it says now */
};
struct journal_commit {
    struct journal_line line;
    const struct journal_entry *entries; /* those that were asked for */
    size_t entry_count;
};
struct journal_pick {
    uint64_t from, to;    /* commit numbers, both included; to 0: the newest */
    int64_t since, until; /* seconds, until excluded; until 0: no end */
    str actor;            /* in it, whatever the case; STR_NONE: any */
    uint32_t type;        /* entries of facts of this type only; 0: any */
    uint64_t fact;        /* of this fact only; 0: any */
    uint64_t limit;       /* commits at most; 0: all */
    bool lines_only;      /* without their entries */
};
/* Newest first, as of one moment; a commit is borrowed during the call. */
int store_read_journal(struct store *s, const struct journal_pick *pick,
                       void (*commit)(void *self, const struct journal_commit *c), void *self,
                       struct err *err) MUST_USE;
/* The name that a fact last had, also when it was deleted; STR_NONE where the journal does not know it. */
int store_load_past_name(struct store *s, struct arena *a, uint64_t fact, str *name, struct err *err) MUST_USE;

struct journal_change { /* one field of one fact */
    uint64_t number;
    int64_t time;
    str actor, reason;
    /* NULL: the fact as a whole was created (after is "created") or deleted (before is "deleted"), and its values
     * follow; or after is what became of its two keys: "drafted", "proposed", "refused", "withdrawn", "signed",
     * "agreed". */
    const struct model_field *field;
    str before, after; /* as in journal_field */
    bool erased;
};
/* The newest first, up to commit `to` (0: the newest), at most `limit`. */
int store_load_journal(struct store *s, struct arena *a, uint64_t to, size_t limit, const struct journal_line **out,
                       size_t *count, struct err *err) MUST_USE;
/* A commit that changes nothing: what was tried. */
int store_note(struct store *s, str actor, str reason, int64_t now, struct err *err) MUST_USE;
/* What became of one fact, the newest first. */
int store_load_history(struct store *s, struct arena *a, uint64_t fact, const struct journal_change **out,
                       size_t *count, struct err *err) MUST_USE;
/* Recomputes the hash chain and every digest, and holds facts, links and loads of evidence against it; the error names
 * the first broken entry. */
int store_verify(struct store *s, uint64_t *entries, unsigned char head[32], struct err *err) MUST_USE;
/* The commit with this hash, of which the first `bytes` are given. ERR_ABSENT; 0 bytes: the newest. */
int store_find_head(struct store *s, const unsigned char *hash, size_t bytes, struct journal_line *out,
                    struct err *err) MUST_USE;

struct erasure {
    uint64_t number; /* of the commit that says so */
    const struct model_type *type;
    uint64_t entries, values; /* that lost values; what went, claims that lose too */
    bool stands;              /* the fact has such a value today, which was not touched */
    bool in_log;              /* a program that is reading keeps the old pages in the log until it ends */
};
/* Takes the values of the past of a fact, or of one of its fields (STR_NONE: all), out of the journal, and what sources
 * claim that isn't what stands. The chain stays whole: what was erased, when, by whom and why is a commit. */
int store_erase(struct store *s, uint64_t fact, str field, str actor, str reason, int64_t now, struct erasure *result,
                struct err *err) MUST_USE;

/* ---- Copies and health
 * --------------------------------------------------------------------------------------------------------------- */

struct store_proof {
    uint64_t bytes, commits, entries;
    unsigned char head[32];
};
/* A copy as of one moment, while others write. It gets its name, which must be free, when every page and the journal
 * were proved. */
int store_backup(struct store *s, const char *path, struct store_proof *proof, struct err *err) MUST_USE;
/* The backup is proved, copied and put in place. With `force` also where a workspace is that nobody has open: it is
 * kept beside, under the name *kept (else STR_NONE). */
int store_restore(const char *backup, const char *path, bool force, struct arena *a, struct store_proof *proof,
                  str *kept, struct err *err) MUST_USE;

enum health { HEALTH_GOOD, HEALTH_NOTE, HEALTH_BAD };
struct health_line {
    enum health state;
    const char *what;
    str says;
    const char *next; /* what to do; NULL where nothing is */
};
/* Also of files that cannot be opened. full: each index is held against its table. */
int store_examine(const char *path, bool full, int64_t now, struct arena *a, const struct health_line **out,
                  size_t *count, struct err *err) MUST_USE;

/* ---- Taking back
 * ------------------------------------------------------------------------------------------------------------ */

enum undo_why {
    UNDO_CHANGED, /* the field is no longer as the commit left it */
    UNDO_DELETED, /* the fact is gone */
    UNDO_BACK,    /* it deleted the fact, and the fact is there again */
    UNDO_LINKED,  /* it made the fact, and now `by` links to it */
    UNDO_HIDDEN,  /* who undoes may not see the field */
    UNDO_OTHERS,  /* only another side writes the field */
    UNDO_GONE,    /* the field held a link to `by`, which is gone */
};
struct undo_obstacle {
    enum undo_why why;
    uint64_t fact, by;
    const struct model_type *type;   /* of the store's model */
    const struct model_field *field; /* CHANGED, HIDDEN, OTHERS, GONE */
    str before, after, now;          /* CHANGED: canonical; links: ids with blanks between */
    str actor;                       /* who was it since, and when; STR_NONE where nobody can be told */
    int64_t time;
};
struct undo_viewer { /* may they see this field? It is of the store's model. */
    bool (*sees)(const void *self, const struct model_type *type, const struct model_field *field);
    const void *self;
    str side; /* that they are on: fields that only others write stay */
};
/* Fills the set with what takes commit `number` back, each value and claim to where it was, every fact expected at the
 * version that it has now (viewer NULL: somebody who sees all). With obstacles the set must not be committed.
 * ERR_INPUT: the commit did more than change facts (evidence, accounts, metamodel), or what it did was erased;
 * ERR_ABSENT: there is none. */
int store_plan_undo(struct store *s, struct change_set *c, uint64_t number, const struct undo_viewer *viewer,
                    const struct undo_obstacle **out, size_t *count, struct err *err) MUST_USE;

/* ---- Comments, mentions, saved views: journalled, and no facts
 * ------------------------------------------------------------- */

struct stored_comment {
    uint64_t id, fact;
    str author; /* a user's name */
    int64_t time;
    int64_t edited, deleted; /* 0: never; a deleted one has no text */
    str text;
    str place;       /* in the fact: the id of a rule in a rulebook; empty: it is about the whole */
    int64_t settled; /* when what is said there was settled; 0: it is open */
    str settled_by;  /* a user's name */
};
/* The next "@name" from *from on: the name, where its @ stands, and *from behind it. */
bool comment_next_mention(str text, size_t *from, str *name, size_t *at);
/* Users that the text mentions as @name learn of it. Only the author changes or deletes a comment: ERR_DENIED. */
int store_add_comment(struct store *s, uint64_t fact, str place, str author, str text, int64_t now, uint64_t *id,
                      struct err *err) MUST_USE;
/* All that is said at that place so far is settled, or open again; what is said later is open. */
int store_settle_comments(struct store *s, uint64_t fact, str place, str actor, bool settled, int64_t now,
                          struct err *err) MUST_USE;
int store_edit_comment(struct store *s, uint64_t id, str author, str text, int64_t now, struct err *err) MUST_USE;
int store_delete_comment(struct store *s, uint64_t id, str author, int64_t now, struct err *err) MUST_USE;
int store_load_comment(struct store *s, struct arena *a, uint64_t id, struct stored_comment *out,
                       struct err *err) MUST_USE;
/* Oldest first. */
int store_load_comments(struct store *s, struct arena *a, uint64_t fact, const struct stored_comment **out,
                        size_t *count, struct err *err) MUST_USE;
/* The comments that mention the user and were not seen yet, newest first. */
int store_load_mentions(struct store *s, struct arena *a, uint64_t user, size_t limit,
                        const struct stored_comment **out, size_t *count, struct err *err) MUST_USE;
/* Those at that place of the fact; STR_NONE: anywhere in it. */
int store_see_mentions(struct store *s, uint64_t user, uint64_t fact, str place, int64_t now, struct err *err) MUST_USE;

/* ---- Attachments: files that hang on a fact. Journalled, and no facts
 * ------------------------------------------------------------------------- */

enum { ATTACHMENT_BYTES = 10 << 20, ATTACHMENTS_BYTES = 50 << 20, ATTACHMENT_NAME_BYTES = 200 };
struct stored_attachment {
    uint64_t id, fact;
    str name;  /* no path, nothing that cannot be seen */
    str media; /* by the name's end, of a short list that is safe to hand out; else application/octet-stream */
    uint64_t size;
    unsigned char hash[32]; /* SHA-256 of the bytes */
    str author;             /* a user's name */
    int64_t time;
};
/* "offer.pdf, 1024 bytes, SHA-256 9f86…": what the journal keeps of it. */
str attachment_text(struct arena *a, const struct stored_attachment *x);
/* Given fact, name, author and time; sets the rest. The key (may be NULL) is noted in the same transaction.
 * ERR_INPUT: an empty file or such a name; ERR_LIMIT: more than ATTACHMENT_BYTES, or ATTACHMENTS_BYTES with those that
 * the fact has; ERR_ABSENT: no such fact; ERR_CONFLICT: the key was noted before. */
int store_add_attachment(struct store *s, struct stored_attachment *x, str bytes, const struct asked_key *key,
                         struct err *err) MUST_USE;
/* The bytes go; that it was there stays in the journal. The key as above. */
int store_remove_attachment(struct store *s, uint64_t id, str actor, int64_t now, const struct asked_key *key,
                            struct err *err) MUST_USE;
/* Those that were not removed, oldest first. */
int store_load_attachments(struct store *s, struct arena *a, uint64_t fact, const struct stored_attachment **out,
                           size_t *count, struct err *err) MUST_USE;
/* What became of the files of one fact, the newest first: each was attached once, and perhaps removed. */
struct attachment_change {
    uint64_t number; /* the commit's */
    int64_t time;
    str actor;
    bool removed;
    str name; /* empty: it was erased */
    uint64_t size;
};
int store_load_attachment_changes(struct store *s, struct arena *a, uint64_t fact, const struct attachment_change **out,
                                  size_t *count, struct err *err) MUST_USE;
/* With its bytes, where they are wanted (NULL: not). ERR_ABSENT. */
int store_load_attachment(struct store *s, struct arena *a, uint64_t id, struct stored_attachment *out, str *bytes,
                          struct err *err) MUST_USE;

struct stored_view { /* how somebody likes to look at a list */
    uint64_t id;
    const struct model_type *type;
    str name, owner; /* a user's name */
    bool shared;     /* with everybody */
    str query;       /* as in the list's address */
};
/* The user's own and those that others share, by name. */
int store_load_views(struct store *s, struct arena *a, const struct model_type *type, str user,
                     const struct stored_view **out, size_t *count, struct err *err) MUST_USE;
/* Replaces the owner's view of that name. */
int store_save_view(struct store *s, const struct stored_view *v, int64_t now, struct err *err) MUST_USE;
int store_drop_view(struct store *s, uint64_t id, str user, bool steward, int64_t now, struct err *err) MUST_USE;

/* ---- Evidence
 * --------------------------------------------------------------------------------------------------------------- */

enum subject_kind { SUBJECT_APPLICATION, SUBJECT_PRODUCT, SUBJECT_DOMAIN, SUBJECT_PAYEE };
struct evidence_subject {
    enum subject_kind kind;
    uint64_t application; /* APPLICATION: the fact */
    str name;             /* PRODUCT: catalogue name; DOMAIN: registrable domain; PAYEE: cleaned payee */
};
struct evidence_usage {
    uint32_t subject; /* place in `subjects` */
    uint64_t person;
    int32_t day;
    uint32_t requests;
    uint64_t bytes;
    int64_t first, last; /* UTC seconds */
};
struct evidence_payment {
    uint32_t subject;
    int32_t month;
    str amount; /* decimal text, refunds already taken off */
    str currency;
    uint32_t lines;
};
struct evidence_load {
    str file, format;
    unsigned char content_hash[32]; /* the same content again adds nothing */
    uint64_t bytes, lines, skipped;
    const struct evidence_subject *subjects;
    size_t subject_count;
    const struct evidence_usage *usage;
    size_t usage_count;
    const struct evidence_payment *payments;
    size_t payment_count;
};
/* Adds the roll-ups, and the facts of `c` (proposed shadow applications; may be NULL; its created facts may be named as
 * SUBJECT_APPLICATION), in one commit; number 0 where the content was loaded before. */
int store_add_evidence(struct store *s, const struct evidence_load *load, struct change_set *c, int64_t now,
                       struct commit_result *result, struct err *err) MUST_USE;
struct stored_stranger { /* seen or paid, and no application of ours */
    struct evidence_subject subject;
    uint64_t people, requests, bytes; /* people under five: 0 is given, and it isn't listed by use */
    str paid, currency;
    int32_t first_day, last_day;
};
int store_load_strangers(struct store *s, struct arena *a, size_t limit, const struct stored_stranger **out,
                         size_t *count, struct err *err) MUST_USE;
/* Numbers for the head of pages: log lines read, files, the newest day seen. */
struct evidence_totals {
    uint64_t files, lines, bytes;
    int32_t first_day, last_day;
};
/* Of the loads up to this commit; 0: all. */
int store_load_totals(struct store *s, uint64_t up_to, struct evidence_totals *out, struct err *err) MUST_USE;

/* ---- Another metamodel
 * ---------------------------------------------------------------------------------------------------- */

struct model_trouble { /* a value that does not fit the new metamodel */
    const struct model_type *type;
    const struct model_field *field;
    uint64_t id;
    str fact, value, reason;
};
struct model_plan { /* in the arena that it was made in */
    const struct model *old, *new;
    const struct model_change *changes;
    size_t change_count;
    const struct model_trouble *troubles; /* the first 200 */
    size_t trouble_count, trouble_total;
};
/* The texts that the workspace has; own->yaml is STR_NONE where it has none of its own. */
int store_load_model_text(struct store *s, struct arena *a, struct model_text *built_in, struct model_text *own,
                          struct err *err) MUST_USE;
/* What would change, and what would not convert. An older edition of the built-in metamodel is refused. */
int store_plan_model(struct store *s, struct arena *a, struct model_text built_in, struct model_text own,
                     struct model_plan *out, struct err *err) MUST_USE;
/* The same, done in one commit; number 0 where the texts are those that the workspace has. A value that does not fit is
 * an error, and nothing is changed. Values of what is no longer declared stay stored, and are there again with its id.
 * Afterwards this connection and all others that were open refuse to write: they are to be opened anew. */
int store_change_model(struct store *s, struct arena *a, struct model_text built_in, struct model_text own, str actor,
                       str reason, int64_t now, struct model_plan *out, struct commit_result *result,
                       struct err *err) MUST_USE;
/* Has the metamodel been changed since this connection was opened? Then it reads and writes no more. */
bool store_model_is_old(struct store *s);

/* ---- Findings' life
 * ------------------------------------------------------------------------------------- */

struct finding_state {
    uint64_t id;   /* 64 bits of the hash of check and subject */
    int32_t since; /* day first seen */
    bool accepted;
    str reason;    /* accepted: why */
    int32_t until; /* accepted: until that day; INT32_MAX when open-ended */
    str owner;     /* who has taken it on; STR_NONE when nobody */
};
struct finding_seen {
    uint64_t id;
    str about; /* what outgoing events say of it, a JSON object; empty: nothing */
};
struct finding_changes {
    const struct finding_seen *come, *gone, *named; /* named: only what is said of it is new */
    size_t come_count, gone_count, named_count;
    int32_t today;
};
/* Gives each its state; those not known before get since = today. *changes is what is to be kept; it may borrow from
 * `seen`. */
int store_load_findings(struct store *s, struct arena *a, const struct finding_seen *seen, size_t count, int32_t today,
                        const struct finding_state **out, struct finding_changes *changes, struct err *err) MUST_USE;
/* Remembers those that came. Those that are no longer found are closed, so that one that comes back starts anew. Who
 * subscribed to events is told of both, once, whoever else keeps the same. A store that was opened for reading keeps
 * nothing. */
int store_keep_findings(struct store *s, const struct finding_changes *changes, struct err *err) MUST_USE;

#endif
