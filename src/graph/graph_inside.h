/* SPDX-License-Identifier: Apache-2.0 */
/* How a picture lies in memory. Only src/graph looks in here.
 *
 * A fact is one record without pointers into itself, so that it can be copied with memcpy. Records of 256 neighbouring
 * ids make a chunk; the links that come in lie beside it in a chunk of their own, since they change when others do.
 * Chunks, lists of ids, pieces of the name index and evidence are counted and shared by all pictures that have them. */
#ifndef GRAPH_INSIDE_H
#define GRAPH_INSIDE_H

#include "base_map.h"
#include "feel_number.h"
#include "graph.h"
#include "store_ruling.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CHUNK_BITS = 8, CHUNK_FACTS = 1 << CHUNK_BITS, NAME_SHARDS = 512, NOT_THERE = 0xFFFF };

/* ---- Shapes: what graph_new knows of a type ---- */

enum slot_how {
    SLOT_TEXT,   /* text, long text, period, one of */
    SLOT_NUMBER, /* whole number, decimal, percent */
    SLOT_MONEY,  /* in the workspace's currency */
    SLOT_AMOUNT, /* money's .amount and .currency, as booked */
    SLOT_CURRENCY,
    SLOT_DATE,
    SLOT_YES_NO,
    SLOT_LINK,
    SLOT_LINKS,
    SLOT_DERIVED,
    SLOT_OBSERVED,
    SLOT_INVERSE,
    SLOT_ID,
    SLOT_TYPE,
    SLOT_AGREEMENT, /* from here on: two keys */
    SLOT_AGREED_ON,
    SLOT_PROPOSED,
    SLOT_PROPOSED_ON,
    SLOT_SIGNED_ON,
    SLOT_WAITS_FOR,
    SLOT_RULING /* of a request */
};
struct slot {
    enum slot_how how;
    const struct model_field *field; /* NULL: inverse, id, type */
    uint16_t number;                 /* of the inverse; of the remembered value (derived, observed) */
    enum user_role seen_by;          /* the lowest role that sees it; a derived field also sees what it reads */
    str name;                        /* annual cost */
    str absent;                      /* the reason of its null */
    const struct feel_program *program;
};
struct shape {
    const struct graph *graph;
    const struct model_type *type;
    size_t words;         /* of the bitmap of present values */
    uint64_t *numbers;    /* the bitmap of the values that have a parsed number beside their text */
    uint16_t *value_of;   /* by field number: place among the stored values, NOT_THERE for links, derived, observed */
    uint16_t *link_of;    /* by field number: place among the link fields */
    uint16_t *back_of;    /* by link: the inverse's place in the target's type, NOT_THERE when it has none */
    uint32_t *slot_of;    /* by field number */
    uint16_t *text_order; /* the places of the stored values: the last are open to all */
    const struct model_field **links;
    size_t value_count, link_count, inverse_count, kept_count;
    struct feel_class class;
    struct feel_type object, list;
    struct slot *slots;
    size_t slot_count;
    struct feel_scope *scope; /* of its derived fields: `this`, opened, in the graph's scope */
};

struct graph {
    struct arena arena;
    const struct model *model;
    struct store_profile profile;
    const struct zone *zone;
    struct graph_options options;
    struct shape *shapes; /* by model_type.number */
    struct feel_class workspace;
    struct feel_type workspace_type;
    struct feel_class ruling;
    struct feel_type ruling_type;
    const struct model_type *request; /* NULL when the model has no such type */
    struct feel_scope scope;
    const struct shape *rate; /* NULL when the model has no such type */
    const struct model_field *rate_currency, *rate_from, *rate_value;
    const struct shape *product_types[2];    /* whose names are products: application, vendor */
    enum user_role sights[ROLE_STEWARD + 1]; /* by role: the lowest that sees the same */
    struct map ordinary;                     /* words that are no product's name by themselves */
    pthread_mutex_t lock;                    /* of `current`: held for an increment */
    struct picture *current;
};

/* ---- Facts ---- */

struct cell { /* a text, from the record's start */
    uint32_t at, n;
};
struct fact {
    uint64_t id;
    const struct shape *shape;
    uint32_t version, size, link_count;
    uint32_t text_from[ROLE_STEWARD + 1]; /* by role: its texts stand from there to the end */
    uint16_t value_count, number_count, name_count, erased_count;
    /* Behind it: uint64_t present[words]; uint64_t numbers[number_count][2] (BID, or days of a date); uint64_t
     * links[link_count]; struct cell values[value_count], shown, names[name_count] (folded: the name, then the
     * aliases); uint32_t first[links of the shape + 1]; uint16_t erased[erased_count] (field numbers);
     * bytes, those for few before those for all. */
};
static inline const uint64_t *fact_present(const struct fact *f) { return (const uint64_t *)(f + 1); }
static inline const uint64_t *fact_numbers(const struct fact *f) { return fact_present(f) + f->shape->words; }
static inline const uint64_t *fact_all_links(const struct fact *f)
{
    return fact_numbers(f) + 2 * (size_t)f->number_count;
}
static inline const struct cell *fact_cells(const struct fact *f)
{
    return (const struct cell *)(fact_all_links(f) + f->link_count);
}
static inline const uint32_t *fact_link_starts(const struct fact *f)
{
    return (const uint32_t *)(fact_cells(f) + f->value_count + 1 + f->name_count);
}
static inline str fact_text(const struct fact *f, const struct cell *c) { return (str){(const char *)f + c->at, c->n}; }
/* The text of a stored field and, where its kind has one, its number. */
bool fact_read(const struct fact *f, const struct model_field *field, str *text, const uint64_t **number);
str fact_folded(const struct fact *f, size_t i); /* 0 the name, then aliases; i < name_count */
const uint64_t *fact_links_at(const struct fact *f, size_t link, size_t *count);
/* Lives in the arena. */
struct fact *fact_encode(struct arena *a, const struct shape *shape, const struct stored_fact *stored);

/* ---- What pictures share ---- */

struct chunk {
    atomic_uint users;
    uint64_t number; /* id >> CHUNK_BITS */
    uint32_t size;
    uint32_t at[CHUNK_FACTS]; /* from the chunk's start; 0: no such fact */
};
static inline const struct fact *chunk_fact(const struct chunk *c, size_t slot)
{
    return c->at[slot] ? (const struct fact *)((const char *)c + c->at[slot]) : NULL;
}
/* Packs those of the 256 that are not NULL; NULL when all are. */
struct chunk *chunk_pack(uint64_t number, const struct fact *const facts[CHUNK_FACTS]);

struct backlinks { /* beside the chunk of the same facts */
    atomic_uint users;
    uint32_t at[CHUNK_FACTS]; /* uint32_t first[inverses + 1], then from the next multiple of 8 uint64_t ids */
};
const uint64_t *backlinks_get(const struct backlinks *b, size_t slot, const struct shape *shape, size_t inverse,
                              size_t *count);
struct link_edit {
    uint64_t target, source;
    uint16_t inverse;
    bool adds;
};
int link_edit_order(const void *a, const void *b);
/* The links of `old` (may be NULL) with the edits (sorted, all of this chunk's facts). NULL when nothing is left. */
struct backlinks *backlinks_pack(const struct chunk *chunk, const struct backlinks *old, const struct link_edit *edits,
                                 size_t count);

struct id_list {
    atomic_uint users;
    size_t count;
    uint64_t ids[];
};

struct name_entry {
    uint64_t hash; /* of the type and the folded name */
    uint64_t fact; /* id << 1 | is an alias */
};
struct name_shard {
    atomic_uint users;
    size_t count;
    struct name_entry entries[];
};
uint64_t name_hash(const struct shape *shape, str folded);
static inline size_t name_shard_of(uint64_t hash) { return hash >> 55; }
int name_order(const void *a, const void *b);
/* The shard with some entries taken out and some put in; both sorted. NULL when nothing is left. */
struct name_shard *name_shard_pack(const struct name_shard *old, const struct name_entry *out, size_t out_count,
                                   const struct name_entry *in, size_t in_count);
/* As picture_find, with the name folded. */
uint64_t names_find(const struct picture *p, const struct shape *shape, str folded, bool *several);

struct use_block { /* 64 days of one person */
    int32_t base;  /* the first day >> 6 */
    uint32_t low, high;
};
struct use_day {
    int32_t day;
    uint64_t requests, bytes;
};
struct payment {
    int32_t month;
    char currency[4];
    uint64_t amount[2];
};
struct evidence { /* of one application */
    atomic_uint users;
    uint64_t application;
    size_t person_count, block_count, day_count, payment_count;
    const uint32_t *first_block; /* person_count + 1 */
    const struct use_block *blocks;
    const struct use_day *days; /* ascending */
    const struct payment *payments;
};
struct evidence_draft; /* what a load gathers */
struct evidence_draft *evidence_draft_new(void);
void evidence_draft_free(struct evidence_draft *d);
void evidence_draft_of(struct evidence_draft *d, uint64_t application); /* from here on it starts empty */
void evidence_draft_usage(struct evidence_draft *d, const struct stored_usage *u);
void evidence_draft_payment(struct evidence_draft *d, const struct stored_payment *payment);
/* The applications in the draft, ascending, and what each of them comes to: NULL when it has nothing any more. */
size_t evidence_draft_pack(struct evidence_draft *d, uint64_t **applications, struct evidence ***evidence);
/* Days from … to, both included. */
size_t evidence_people(const struct evidence *e, int64_t from, int64_t to);
void evidence_sum(const struct evidence *e, int64_t from, int64_t to, uint64_t *requests, uint64_t *bytes);

struct keyed { /* two keys of one fact */
    atomic_uint users;
    struct picture_keys keys;
    struct fact *proposal; /* behind it; NULL: none */
};
/* Takes what the store says. */
struct keyed *keyed_pack(const struct shape *shape, struct arena *scratch, const struct stored_fact *stored);
const struct keyed *picture_keyed(const struct picture *p, uint64_t fact); /* also with FACT_PROPOSED */
struct key_member { /* what every object of a two-key type has besides its fields */
    str name;
    enum slot_how how;
};
const struct key_member *key_members(size_t *count);
struct feel_value keyed_get(struct feel_env *env, const struct fact *f, uint64_t handle, const struct slot *slot);

struct rate {
    char currency[4];
    int64_t from;
    uint64_t value[2];
};
struct rates { /* by currency, then day */
    atomic_uint users;
    size_t count;
    struct rate items[];
};

struct requested; /* the rulings of one request */
void ruling_class_make(struct graph *g);
/* Those of `old` (may be NULL) with some more, which are put in order. */
void requested_make(struct picture *next, const struct picture *old, struct stored_ruling *rows, size_t count);
void requested_drop(struct picture *p);
struct feel_value ruling_of(struct feel_env *env, const struct graph *g, uint64_t request);
void ruling_emit(struct json_writer *w, struct feel_env *env, struct feel_value ruling);
str name_key(struct arena *a, str name); /* as in JSON: due_on */

struct picture {
    atomic_uint users;
    const struct graph *graph;
    uint64_t number;
    size_t chunk_count, fact_count, evidence_count;
    struct chunk **chunks; /* by number */
    struct backlinks **back;
    struct id_list **types; /* by model_type.number; NULL: none */
    struct name_shard *names[NAME_SHARDS];
    struct evidence **evidence; /* by application */
    struct keyed **keyed;       /* by fact */
    size_t keyed_count;
    struct rates *rates;          /* NULL: none */
    struct requested **requested; /* by request */
    size_t requested_count;
    uint64_t ruling_number; /* of the last ruling in them */
    int64_t newest_day;     /* that any log shows; INT64_MIN when none */
};
/* STR_NOT_FOUND when there is none. */
size_t picture_chunk(const struct picture *p, uint64_t number);
const struct evidence *picture_evidence(const struct picture *p, uint64_t application);
/* An amount in the workspace's currency at the rate of that day; null with a reason when there is no rate. */
struct feel_value picture_convert(const struct picture *p, struct arena *a, struct feel_value amount, str currency,
                                  int64_t day);
struct picture *picture_load(const struct graph *g, struct store *s, struct err *err);
/* The picture itself, uncounted, when nothing has changed since. */
struct picture *picture_advance(struct picture *old, struct store *s, struct err *err);
/* As it was at an earlier commit; shares with `now` what has not changed since. */
struct picture *picture_back(struct picture *now, struct store *s, uint64_t number, struct err *err);

/* ---- FEEL ---- */

struct running_formula {
    str text;
    struct running_formula *outer;
};
struct feel_value call_value_of(struct feel_env *env, const struct feel_value *arguments);
struct feel_value call_fault_in(struct feel_env *env, const struct feel_value *arguments);
struct graph_view {
    struct template_host template; /* first: what the template functions read */
    struct picture *picture;
    struct arena *arena;
    struct feel_value **
        *kept; /* by chunk, by fact, by slot.number: derived and observed values, as they are asked for */
    struct feel_value *lists;         /* by type, FEEL_NULL until asked for */
    struct running_formula *formulas; /* those that are being computed, the innermost first */
    uint64_t *words; /* hashes of the words in common use in this workspace, ascending; NULL until asked for */
    size_t word_count;
};
int classes_make(struct graph *g, struct err *err) MUST_USE;
int64_t view_today(const struct feel_env *env);
static inline enum user_role viewer_role(const struct graph_viewer *viewer)
{
    return viewer ? viewer->role : ROLE_STEWARD;
}
const struct feel_host_function *graph_functions(struct arena *a, size_t *count);
void ordinary_load(struct map *out);

#endif
