/* SPDX-License-Identifier: Apache-2.0 */
/* The picture: all facts, links and per-application evidence in memory, immutable, reference counted, offered to FEEL
 * as host objects.
 *
 * A graph holds the newest picture of one workspace. Readers take it (one increment) and keep it as long as they need;
 * a refresh makes the next picture beside it, copying only the chunks that a commit touched. */
#ifndef GRAPH_H
#define GRAPH_H

#include "feel.h"
#include "store_keys.h"
#include "template.h"

struct graph;
struct picture;

/* ---- Who sees what
 * ---------------------------------------------------------------------------------------------------------------
 *
 * Every evaluation has a viewer. A field that the metamodel opens from some role on (`seen by`), and a derived field
 * that reads such a field, is null with the reason to everybody below: in FEEL (by graph_env's viewer), in the
 * accessors with `_for`, in searches and in JSON alike. Keys, names and aliases are open to all. Pages and the API read
 * values by the accessors with `_for` only (tools/lint looks); the others are for who sees all: the store's doors and
 * the command line. What shows texts from elsewhere (history, claims, proposals) asks graph_sees first. */
struct graph_viewer { /* NULL in its place is the system itself, which sees all */
    str side;         /* a side's key */
    enum user_role role;
};
/* May the viewer see this field of the type (of any copy of the graph's model)? */
bool graph_sees(const struct graph *g, const struct graph_viewer *viewer, const struct model_type *type,
                const struct model_field *field);
/* May the viewer see the files of the type's facts: what they are called, and what is in them? */
bool graph_sees_files(const struct graph_viewer *viewer, const struct model_type *type);
/* The lowest role that sees just what the viewer sees: what is computed once can be shared by all with the same sight.
 */
enum user_role graph_sight(const struct graph *g, const struct graph_viewer *viewer);
/* Of what a program reads (feel_program_reads): the lowest role that sees it. */
enum user_role graph_seen_by(const struct graph *g, const struct feel_read *read);

struct graph_options {
    /* Is this a product that the world knows? `words` is folded (utf8_fold). For the lint of capability names; may be
     * NULL. */
    bool (*is_product)(const void *host, str words);
    const void *host;
};
/* Builds a class a type (fields, inverses, `id`, `type`), compiles all derived fields; cycles among them, unknown names
 * and type clashes are errors with the model's file, line and field. The model must outlive
 * the graph. */
int graph_new(const struct model *model, const struct store_profile *profile, const struct graph_options *options,
              struct graph **out, struct err *err) MUST_USE;
void graph_free(struct graph *g); /* after all pictures were dropped */

/* Brings the current picture up to the store's head: all at first, then by the journal. Call from one thread at a time.
 */
int graph_refresh(struct graph *g, struct store *s, struct err *err) MUST_USE;
struct picture *graph_take(struct graph *g); /* any thread; NULL before the first refresh */
/* The picture of an earlier commit (from 1 to the current picture's), as the store's journal has it; drop it as any
 * other. What has not changed since is shared with the current picture. */
int graph_look_back(struct graph *g, struct store *s, uint64_t number, struct picture **out, struct err *err) MUST_USE;
size_t picture_own_bytes(const struct picture *p); /* about what would be given back if it were dropped now */
struct picture *picture_keep(struct picture *p);   /* the same once more, to be dropped by itself */
void picture_drop(struct picture *p);              /* NULL is fine */
uint64_t picture_number(const struct picture *p);  /* of the last commit in it */
const struct model *picture_model(const struct picture *p);
const struct store_profile *picture_profile(const struct picture *p);
const struct graph *picture_graph(const struct picture *p);

/* ---- For C
 * ----------------------------------------------------------------------------------------------------------------- */

struct fact;                                                           /* borrowed from the picture */
const struct fact *picture_fact(const struct picture *p, uint64_t id); /* NULL when there is none */
/* A fact is what is in force, or the first draft where nothing is agreed yet. id | FACT_PROPOSED stands for the
 * proposal beside a fact that is agreed: the same type, id and version, with the text that would be in force. */
#define FACT_PROPOSED ((uint64_t)1 << 62)
uint64_t fact_id(const struct fact *f); /* without FACT_PROPOSED */
uint32_t fact_version(const struct fact *f);
const struct model_type *fact_type(const struct fact *f);
str fact_value(const struct fact *f, const struct model_field *field); /* canonical; STR_NONE when absent */
/* Looking back: there was perhaps a value, and it was erased since. */
bool fact_erased(const struct fact *f, const struct model_field *field);
const uint64_t *fact_links(const struct fact *f, const struct model_field *field, size_t *count);
/* Who links to it, ascending. The picture is the one that f was taken from. */
const uint64_t *fact_inverse(const struct picture *p, const struct fact *f, const struct model_inverse *inverse,
                             size_t *count);
/* The same, and nothing where the viewer may not see the field. */
str fact_value_for(const struct graph_viewer *viewer, const struct fact *f, const struct model_field *field);
const uint64_t *fact_links_for(const struct graph_viewer *viewer, const struct fact *f, const struct model_field *field,
                               size_t *count);
const uint64_t *fact_inverse_for(const struct graph_viewer *viewer, const struct picture *p, const struct fact *f,
                                 const struct model_inverse *inverse, size_t *count);
bool fact_sees(const struct graph_viewer *viewer, const struct fact *f, const struct model_field *field);
/* Two keys (store_keys.h), of facts that are agreed or have been proposed; of a part what is its own: it waits, and is
 * signed, with its whole. */
struct picture_keys {
    uint64_t fact;
    bool agreed, deletes; /* deletes: the proposal is to delete the fact */
    enum pending_state pending;
    uint64_t version; /* of the proposal, for change_expect_proposal; 0: there is none */
    int64_t agreed_time, proposed_time;
    uint64_t proposer; /* a user */
    struct picture_signature {
        uint64_t user;
        const struct model_side *side; /* NULL: of none that the model has by now */
        int64_t time;
    } given[2]; /* those that count for the text that is proposed, the first given first */
    size_t given_count;
};
/* NULL: a first draft that was never proposed, or its type has no two keys. */
const struct picture_keys *fact_keys(const struct picture *p, uint64_t fact);
/* The i-th of the picture's, by id of the fact; NULL behind the last. */
const struct picture_keys *picture_keys(const struct picture *p, size_t i);
/* Is it this side's turn: is the text proposed, and the side's key missing? */
bool keys_wait_for(const struct picture *p, const struct picture_keys *keys, str side);
/* The ruling that a request has: the last that was kept for it up to that day. It is of rows that are no facts, so a
 * new one comes into the next picture without a commit; picture_ruling_number is the newest that is in it. */
enum ruling_limit {             /* of the time in which it promises an answer, in working days */
                    LIMIT_NONE, /* nobody has to answer */
                    LIMIT_OPEN,
                    LIMIT_SOON, /* today or on the next working day */
                    LIMIT_RUN_OUT
};
struct picture_ruling {
    uint64_t number;
    int64_t day, within, due; /* within: working days, 0: nobody has to answer; due: the day */
    int64_t left;             /* working days until then; below 0: since then */
    enum ruling_limit limit;
    bool aside; /* people made it, in place of one */
    str zone, extent, rulebook, version;
    str otherwise; /* what happens without an answer */
};
bool picture_ruling(const struct picture *p, uint64_t request, int64_t today, struct picture_ruling *out);
/* The i-th request for which rulings are kept, by id; 0 behind the last. */
uint64_t picture_requested(const struct picture *p, size_t i);
uint64_t picture_ruling_number(const struct picture *p);
str limit_word(enum ruling_limit limit); /* "none", "open", "soon", "run out" */
str fact_name(const struct fact *f);     /* the name field; "application 42" where it is empty */
/* Ids of all facts of a type, ascending. */
const uint64_t *picture_facts(const struct picture *p, const struct model_type *type, size_t *count);
size_t picture_count(const struct picture *p);
/* By the natural key's name, then alias; case and white space do not matter. 0 when there is none; *several when more
 * than one answers. */
uint64_t picture_find(const struct picture *p, const struct model_type *type, str name, bool *several);
/* Facts whose text, as far as the viewer sees it, contains all words of the query (folded, prefix of a word counts),
 * best first: name hits before others. type may be NULL. */
size_t picture_search(const struct picture *p, const struct graph_viewer *viewer, struct arena *a,
                      const struct model_type *type, str query, size_t limit, const uint64_t **ids);

/* ---- For FEEL
 * --------------------------------------------------------------------------------------------------------------- */

/* Names that every expression over the workspace sees: one opened variable `workspace` (its fields: each type's plural
 * as a list of all its facts, `company`, `currency`), and the functions contains word(text, word), products named
 * in(text), money(n), percent(n), days(n).
 *
 * An object has its type's fields and inverses, `id` and `type`; of a two-key type also `agreement` (draft, proposed,
 * signed by marketing, signed by it, agreed), `agreed on`, `proposed` (the proposal, an object of the same class, whose
 * own `agreement` says how far it is), `proposed on` and `signed on` (of the text that waits for its keys), `waits for`
 * (the sides whose key it lacks). A request has `ruling`, an object with `number`, `zone`, `extent`, `ruled on`,
 * `rulebook`, `version`, `set aside`, `limit` (limit_word), `answer within days`, `due on`, `days left` (working days),
 * `without an answer`. A field of the same name comes before these. */
const struct feel_scope *graph_scope(const struct graph *g);
/* A formula that a fact holds: is it FEEL over the workspace? ERR_SYNTAX with its place. */
int graph_check_formula(const struct graph *g, struct arena *a, str formula, struct err *err) MUST_USE;
/* The facts that it counts or adds up, as count(applications[…]) and sum(applications[…].annual cost) name them; false
 * where it does not say so by its form. */
bool graph_counted(struct feel_env *env, str formula, const uint64_t **ids, size_t *count);
const struct model *graph_model(const struct graph *g);
const struct feel_class *graph_class(const struct graph *g, const struct model_type *type);
const struct feel_type *graph_type(const struct graph *g,
                                   const struct model_type *type); /* the object type of its class */

/* What an env needs to evaluate over a picture; one for each evaluation or request and viewer, not shared between
 * threads. Derived values and type lists are memoised in its arena, which must hold as long as the view: 100,000 facts
 * looked at by all checks take about 30 MB. */
struct graph_view;
struct graph_view *graph_view_new(struct arena *a, struct picture *p); /* borrows p */
void graph_env(struct feel_env *env, struct graph_view *v, struct arena *a, const struct graph_viewer *viewer,
               int64_t now, int64_t today);
const struct picture *graph_picture(const struct feel_env *env); /* that the env stands on */
struct feel_value graph_workspace(const struct graph_view *v);   /* the input for the scope's variable */
struct feel_value graph_object(const struct graph_view *v, uint64_t fact);
/* A field of a fact as FEEL sees it, for tables and JSON: name is any member of its class. */
struct feel_value graph_field(struct feel_env *env, uint64_t fact, str name);
/* A fact as JSON, as the env's viewer sees it: {"type", "id", "version", "name", …every field with a value; money
 * {"amount","currency"}; links {"type","id","name"}}. Where the type has a field `version` of its own, it is
 * `fact_version`. A two-key fact has "agreement", "agreed_on", "waits_for", and "proposed": the proposal as such an
 * object, with "deletes": true where it is to delete the fact. */
void graph_emit_json(struct json_writer *w, struct feel_env *env, uint64_t fact);
/* An entry of the journal as JSON: {"what", "type", "id", "name", "text", "fields": [{"field": its key, "before",
 * "after", "erased"}]}; links as [{"id", "name"}], by the names that they last had. Fields that the viewer may not see
 * are left out, and so is what a file is called; g NULL: all are seen. s is any connection; a is for this entry. */
int graph_emit_entry(struct json_writer *w, struct store *s, const struct graph *g, const struct graph_viewer *viewer,
                     struct arena *a, const struct journal_entry *e, struct err *err) MUST_USE;

#endif
