/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys: what marketing and IT agree on, and how a text becomes the version in force.
 *
 * A fact of a two-key type is a first draft until both keys are on one text; until then its row is that draft. From
 * then on the row is the version in force: store_commit() leaves its signed fields and links alone, and lays changes to
 * them into a proposal beside it, which counts its own versions. Both the first draft and a proposal go
 *
 *   draft -> proposed -> signed by one side -> agreed
 *
 * and back to draft when they are refused, or when their text changes after they were proposed: signatures hold for the
 * text and the proposing for which they were given, and for no other. Deleting a fact that is agreed is a proposal too.
 *
 * The canonical text of a version is what is signed. It is made of lines that end with "\n":
 *
 *   entente text 1
 *   type <id>               the type's permanent id
 *   fact <id>
 *   delete                  only in a proposal to delete the fact
 *   field <id> <bytes>      for each field or link that is signed and has a value, in ascending order of permanent ids
 *   <value>                 of that many bytes: canonical text; links are the targets' ids, ascending, with one blank
 *                           between them
 *
 * Numbers are decimal without leading zeros. The hash is BLAKE2b of 32 bytes, without key. Names of types and fields
 * are not in it, so that they can be put in better words; this form never changes: another one begins with another
 * first line.
 *
 * Wholes. Where a type has parts (facts that link to it by a field with `part: yes`, and parts of those), the whole is
 * what is signed. Its text begins with "entente text 2", and behind the whole's own fields stands for each of its
 * parts, in ascending order of ids:
 *
 *   part <type id> <id>     and its fields, as above
 *
 * A part has no keys of its own. It is agreed when the whole was agreed with it; from then on it stays as it was
 * signed, and what would change or delete it lies in a proposal beside it, until both sign the whole with it. A part
 * that is added to an agreed whole is a first draft until then. Whatever changes in a part makes the whole's proposal a
 * draft again, or makes one. Deleting a whole, or a part that has parts, deletes these with it. A part that is agreed
 * stays with its whole. Signatures from before a type had parts keep standing for the whole alone, and for each part
 * that was signed by itself; the first signing of the whole covers all. */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "store_access.h"

enum { KEY_HASH_SIZE = 32 };

struct stored_signature { /* append-only: never changed, never taken away */
    uint64_t number;      /* of the commit */
    int64_t time;
    uint64_t user;
    str shown, side; /* Anna Berg; the side for which it was given */
    unsigned char hash[KEY_HASH_SIZE];
};
struct stored_part { /* of a whole: as it stands, and as it would be */
    uint64_t fact;
    const struct model_type *type;
    bool agreed;         /* both sides have signed it as it stands … */
    bool signed_alone;   /* … by itself, when it was no part of the whole's text yet */
    bool deletes;        /* it would go */
    const str *values;   /* by the type's field numbers, links as ids with blanks between */
    const str *proposed; /* the same; NULL: as it stands */
};
enum pending_state { PENDING_NONE, PENDING_DRAFT, PENDING_PROPOSED };
struct stored_keys { /* of one fact of a two-key type */
    bool agreed;
    uint64_t agreed_number; /* of the commit by which it came into force */
    int64_t agreed_time;
    unsigned char agreed_hash[KEY_HASH_SIZE];
    const struct stored_signature *agreed_by;
    size_t agreed_by_count;
    /* What comes next: the first draft where nothing is agreed yet, else a proposal, or nothing. */
    enum pending_state pending;
    bool deletes;     /* the proposal is to delete the fact */
    uint64_t version; /* of the proposal: the commit that changed its text last; 0: a first draft, or nothing */
    unsigned char hash[KEY_HASH_SIZE];
    str text;              /* the canonical one, to be signed */
    int64_t proposed_time; /* PROPOSED: since when, and by whom */
    uint64_t proposer;
    str proposer_shown;
    const struct stored_signature *given; /* those that count for this text */
    size_t given_count;
    str said; /* DRAFT: why it is one again; STR_NONE */
    /* The fact as it would be, by the type's field numbers, links as ids with blanks between; NULL without a proposal
     */
    const str *proposed;
    /* Of a whole: its parts by id, also where nothing is pending. */
    const struct stored_part *parts;
    size_t part_count;
    bool signed_alone; /* what is in force was signed before its parts were a part of the text */
    /* Of a part: what it is signed with, of which pending, text, hash, given and who proposed it are then told; 0 */
    uint64_t whole;
};

/* ---- The doors to it ---- */

enum key_act { KEY_PROPOSE, KEY_SIGN, KEY_REFUSE, KEY_WITHDRAW };
struct key_turn {
    enum key_act act;
    uint64_t fact;             /* a whole, never a part */
    uint64_t user;             /* who is signed in */
    const unsigned char *hash; /* of the text that this person has seen */
    str reason;                /* REFUSE needs one */
};
/* One act as one commit, all or nothing. Whoever may contribute proposes; signatories and stewards sign and refuse,
 * each for their own side, which must be one of the workspace's two; nobody holds both keys, whatever side they were
 * on meanwhile; a closed account does nothing. Withdrawing is for who proposed it and for stewards, of a draft for
 * whoever may contribute: a proposal is dropped, a first draft is no longer proposed; parts that were added stay, as
 * drafts. The second key puts the text in force in the same commit (or deletes the fact). ERR_DENIED says which rule;
 * ERR_CONFLICT: the text is no longer the one of this hash, or the side has signed; ERR_INPUT: there is nothing to
 * propose, sign, refuse or withdraw. */
int store_turn_key(struct store *s, struct arena *a, const struct key_turn *turn, int64_t now,
                   struct commit_result *result, struct err *err) MUST_USE;
/* ERR_ABSENT: no such fact; ERR_INPUT: its type has no two keys. */
int store_load_keys(struct store *s, struct arena *a, uint64_t fact, struct stored_keys *out, struct err *err) MUST_USE;
/* What was in force after commit `at`, and by whose keys; all is zero where nothing was. Of proposals only the journal
 * knows. */
int store_load_keys_at(struct store *s, struct arena *a, uint64_t fact, uint64_t at, struct stored_keys *out,
                       struct err *err) MUST_USE;
/* All signatures of a fact, newest first, also those for texts that never came into force. */
int store_load_signatures(struct store *s, struct arena *a, uint64_t fact, const struct stored_signature **out,
                          size_t *count, struct err *err) MUST_USE;

#endif
