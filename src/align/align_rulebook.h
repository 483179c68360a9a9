/* SPDX-License-Identifier: Apache-2.0 */
/* Rulebooks and the facts: which rulebooks hold, and what the facts answer by themselves. */
#ifndef ALIGN_RULEBOOK_H
#define ALIGN_RULEBOOK_H

#include "graph.h"
#include "ruling.h"
#include "store_ruling.h"

/* ---- Loaded rulebooks, shared by threads ---- */

struct shelf;
struct shelf *shelf_new(void);
void shelf_free(struct shelf *s); /* after all were put back */
/* Loads it, or takes the one that was loaded from the same text under the same name and version. */
int shelf_take(struct shelf *s, str name, str version, str text, const struct rulebook **out, struct err *err) MUST_USE;
/* Of the text of a book that is held: store_ruling_hash. */
void shelf_hash(struct shelf *s, const struct rulebook *b, unsigned char out[RULING_HASH_SIZE], str *text);
void shelf_put_back(struct shelf *s, const struct rulebook *b); /* NULL is fine */

/* ---- Which ones hold ---- */

struct book_text {     /* a rulebook that can be asked */
    uint64_t fact;     /* of the workspace; 0: it comes with the program */
    str name, version; /* the program's own carry their version in the text */
    str text;
};
/* Those of the workspace that both sides agreed on and whose day has come, the newest first, then the program's own
 * (`shipped`: by their names). While the day of a new version is still to come, the version before it goes on. Texts
 * are in the arena, or borrowed from the picture and from `shipped`. */
int books_in_force(struct store *s, struct arena *a, const struct picture *p, int64_t today,
                   const struct book_text *shipped, size_t shipped_count, const struct book_text **out, size_t *count,
                   struct err *err) MUST_USE;
/* The texts that both sides agreed on, the newest first, each as it was from the commit `number` on. */
struct book_version {
    uint64_t number;
    int64_t time;
    str actor, name, version, text;
};
int book_versions(struct store *s, struct arena *a, const struct fact *book, const struct book_version **out,
                  size_t *count, struct err *err) MUST_USE;
struct json_writer;
void book_version_emit_json(struct json_writer *w, struct arena *a,
                            const struct book_version *v); /* without the text */
enum { BOOK_REASON_LIMIT = 2000 };                         /* bytes */
struct book_return {
    uint64_t number; /* the commit with which the text came into force */
    str reason;      /* why it should come back */
    str valid_from;  /* the day from which it holds, such as 2026-11-22; empty: the one that is there */
};
/* An earlier text as changes to the rulebook, to be committed for both sides to sign. ERR_ABSENT: none came into force
 * with that commit; ERR_INPUT: it is the text that is agreed now, the reason is missing or too long, or the day is
 * none. */
int book_bring_back(struct store *s, struct arena *a, const struct fact *book, const struct book_return *back,
                    struct change_set *c, struct err *err) MUST_USE;
/* The one that is meant by the number of its fact, or by its name in any case of letters; NULL: none. */
const struct book_text *books_find(const struct book_text *books, size_t count, str wanted);

#define SHIPPED_ZONES "safe-zones"
struct book_day { /* a workspace on a day */
    struct store *store;
    const struct picture *picture; /* NULL: no workspace, only what comes with the program */
    int64_t today;
    const struct book_text *shipped;
    size_t shipped_count;
};
/* Of those in force the one that is wanted (see books_find), else, with STR_NONE, the one that rules on zones: the
 * first of the workspace that can be loaded and decides them, else the program's own, SHIPPED_ZONES. The shelf
 * remembers what it gave for the picture and the day that were asked last. *book, which may be NULL: its strings are
 * good while the rulebook is held. ERR_ABSENT: there is none. */
int shelf_take_in_force(struct shelf *s, const struct book_day *d, str wanted, struct book_text *book,
                        const struct rulebook **out, struct err *err) MUST_USE;

/* ---- What the facts answer ---- */

struct chosen { /* facts; 0: none */
    uint64_t objective, capability, person, application, vendor;
};
/* The questions' `from`, evaluated over what was chosen; `out` has a value for each question, null where the facts
 * don't answer it, or with something that the question does not take. An application brings its vendor. Fails only with
 * ERR_LIMIT. */
int book_prefill(const struct rulebook *b, struct graph_view *v, struct feel_env *env, const struct chosen *chosen,
                 struct feel_value *out, struct err *err) MUST_USE;
/* Why a question's `from` can't be asked in this workspace; false where it can, or where there is none. */
bool book_from_problem(const struct rulebook_question *q, const struct graph *g, struct arena *a, struct err *err);

#endif
