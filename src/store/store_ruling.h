/* SPDX-License-Identifier: Apache-2.0 */
/* Rulings: append-only rows, in a chain of their own. They are no facts and no commits of the journal; many are added
 * in one transaction. A row keeps what was asked, by which rulebook text, and the hash of the whole answer, so that it
 * can be ruled again, and compared, for ever. */
#ifndef STORE_RULING_H
#define STORE_RULING_H

#include "store.h"

enum { RULING_HASH_SIZE = 32 };

struct ruling_promise {  /* an answer is due */
    int64_t within, due; /* in so many working days, so on that day; within 0: nobody has to answer */
    str otherwise;       /* what happens without one, in the rulebook's words; may be empty */
};
struct stored_ruling {
    uint64_t number; /* from 1 */
    int64_t time, day;
    str actor, door;                      /* "anna"; "page", "api", "command" */
    uint64_t request;                     /* the fact for which it was asked; 0 */
    str rulebook, version;                /* as they were quoted */
    unsigned char book[RULING_HASH_SIZE]; /* of the rulebook's text, see store_keep_book */
    str answers;                          /* a JSON object */
    str zone, extent;
    str rules;                              /* "zone 3, risk 1": which decided */
    unsigned char digest[RULING_HASH_SIZE]; /* of the answer as JSON, without the number */
    str key;                                /* of a repeated request, with its holder; STR_NONE */
    uint64_t overrules;                     /* a ruling that people have set aside by this one; its zone is theirs; 0 */
    str reason;                             /* why */
    struct ruling_promise promise;
    unsigned char hash[RULING_HASH_SIZE];
    bool again; /* store_add_rulings: it was there under its key; the row is that one */
};

void store_ruling_hash(str text, unsigned char out[RULING_HASH_SIZE]);
/* A rulebook's text under its hash, so that what it ruled can be ruled again. Once is enough. */
int store_keep_book(struct store *s, str name, str version, str text, int64_t now, unsigned char hash[RULING_HASH_SIZE],
                    struct err *err) MUST_USE;
int store_load_book(struct store *s, struct arena *a, const unsigned char hash[RULING_HASH_SIZE], str *text,
                    struct err *err) MUST_USE; /* ERR_ABSENT */
/* All or none, in one transaction that is on the disk before it returns; numbers and hashes are filled in. A row with a
 * key that is there already is not added: it becomes that one, in `a`. ERR_INPUT: one that overrules a ruling that is
 * not there, is an overruling itself, or was overruled already. */
int store_add_rulings(struct store *s, struct arena *a, struct stored_ruling *rows, size_t count,
                      struct err *err) MUST_USE;
int store_load_ruling(struct store *s, struct arena *a, uint64_t number, struct stored_ruling *out,
                      struct err *err) MUST_USE; /* ERR_ABSENT */
/* The ruling by which people have set this one aside; 0: none. ERR_ABSENT: there is no such ruling. */
int store_ruling_aside(struct store *s, uint64_t number, uint64_t *by, struct err *err) MUST_USE;
struct ruling_pick {
    uint64_t before;      /* numbers below it; 0: all */
    uint64_t request;     /* of this fact; 0: all */
    int64_t since, until; /* seconds, [since, until); 0 and 0: all */
    str zone;             /* STR_NONE: all */
    size_t limit;
};
/* The newest first. */
int store_load_rulings(struct store *s, struct arena *a, const struct ruling_pick *pick,
                       const struct stored_ruling **out, size_t *count, struct err *err) MUST_USE;
/* All, the oldest first; the rows are valid during the call. A result other than 0 ends it and is returned. */
int store_each_ruling(struct store *s, int (*each)(void *host, const struct stored_ruling *r), void *host,
                      struct err *err) MUST_USE;
/* The same of those after ruling `after` that were asked for a request. */
int store_each_requested(struct store *s, uint64_t after, int (*each)(void *host, const struct stored_ruling *r),
                         void *host, struct err *err) MUST_USE;
/* The same of those only that set another one aside, in no order. */
int store_each_overruling(struct store *s, int (*each)(void *host, const struct stored_ruling *r), void *host,
                          struct err *err) MUST_USE;
int store_count_rulings(struct store *s, uint64_t *count, struct err *err) MUST_USE;
/* Is the chain whole? ERR_STORE names the first ruling that is not as it was written. *head: the hash of the last. */
int store_verify_rulings(struct store *s, uint64_t *count, unsigned char head[RULING_HASH_SIZE],
                         struct err *err) MUST_USE;

#endif
