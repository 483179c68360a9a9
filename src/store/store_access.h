/* SPDX-License-Identifier: Apache-2.0 */
/* Who comes in: accounts, one-time links, sessions, API tokens, and the answers that programs may ask for again.
 *
 * Secrets (the tokens of links, sessions and programs) come and are kept as their 32-byte hash only; passwords as
 * libsodium's argon2id text. Each change is a commit of the journal that names the account and never a secret. */
#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include "store.h"

/* ---- Accounts ---- */

struct stored_user {
    uint64_t id;
    str name;  /* sign-in name, folded, unique */
    str shown; /* Anna Berg */
    str side;  /* a side's key: for as long as the account lives */
    enum user_role role;
    str password_hash; /* argon2id, as libsodium writes it; empty: invited, and no password was chosen yet */
    bool closed;
};
bool user_role_parse(str word, enum user_role *out); /* "contributor" */
/* ERR_CONFLICT: the name is taken; ERR_USAGE: no such side, no name. */
int store_add_user(struct store *s, const struct stored_user *u, str actor, int64_t now, struct err *err) MUST_USE;
/* Ends the account's sessions and links too. */
int store_set_password(struct store *s, str name, str password_hash, str actor, int64_t now, struct err *err) MUST_USE;
/* ERR_CONFLICT where no open steward with a password would be left. A closed account's sessions, links and tokens are
 * gone. What is so already is no change. */
int store_set_role(struct store *s, str name, enum user_role role, str actor, int64_t now, struct err *err) MUST_USE;
int store_set_closed(struct store *s, str name, bool closed, str actor, int64_t now, struct err *err) MUST_USE;
int store_load_user(struct store *s, struct arena *a, str name, struct stored_user *out,
                    struct err *err) MUST_USE; /* ERR_ABSENT */
int store_load_user_by_id(struct store *s, struct arena *a, uint64_t id, struct stored_user *out,
                          struct err *err) MUST_USE; /* ERR_ABSENT */
int store_load_users(struct store *s, struct arena *a, const struct stored_user **out, size_t *count,
                     struct err *err) MUST_USE;

/* ---- One-time links: an invitation, or a new password for somebody who forgot theirs ---- */

/* An account has one link at most: the newest. ERR_DENIED where it is closed. */
int store_add_link(struct store *s, const unsigned char token_hash[32], str name, int64_t now, int64_t expires,
                   str actor, struct err *err) MUST_USE;
/* Whose it is, while it holds; else ERR_ABSENT. */
int store_load_link(struct store *s, struct arena *a, const unsigned char token_hash[32], int64_t now,
                    struct stored_user *out, struct err *err) MUST_USE;
/* Sets the password, once: the link is used up, and the account's sessions end. */
int store_use_link(struct store *s, const unsigned char token_hash[32], str password_hash, int64_t now,
                   struct err *err) MUST_USE;

/* ---- Sessions of browsers ---- */

struct stored_session {
    str key; /* 16 hexadecimal digits: names it, opens nothing */
    int64_t created, used, expires;
    str place; /* roughly where from and with what: "203.0.113.x, Firefox on Linux" */
};
enum { SESSION_KEY = 16 };
void store_session_key(const unsigned char token_hash[32], char key[SESSION_KEY + 1]);
int store_add_session(struct store *s, const unsigned char token_hash[32], uint64_t user, int64_t now, int64_t expires,
                      str place, struct err *err) MUST_USE;
int store_load_session(struct store *s, struct arena *a, const unsigned char token_hash[32], int64_t now,
                       struct stored_user *out, int64_t *used, struct err *err) MUST_USE;
int store_touch_session(struct store *s, const unsigned char token_hash[32], int64_t now, struct err *err) MUST_USE;
int store_end_session(struct store *s, const unsigned char token_hash[32], struct err *err) MUST_USE;
/* Those that hold, the newest first. */
int store_load_sessions(struct store *s, struct arena *a, uint64_t user, int64_t now, const struct stored_session **out,
                        size_t *count, struct err *err) MUST_USE;
/* The session of that key, or with STR_NONE all; but never `spared` (may be NULL). ERR_ABSENT where there is none of
 * that key. */
int store_end_sessions(struct store *s, uint64_t user, str key, const unsigned char *spared, str actor, int64_t now,
                       struct err *err) MUST_USE;

/* ---- Tokens of programs ---- */

struct stored_token {
    uint64_t id, user;
    str user_name;
    str name;                       /* what it is for: unique in the account */
    bool write, asks;               /* asks rulebooks, nothing else; neither: it reads only. A token never signs */
    str types;                      /* keys of the fact types that it is for, with blanks between; empty: all */
    int64_t created, expires, used; /* used: 0 when never */
};
int store_add_token(struct store *s, const struct stored_token *token, const unsigned char token_hash[32], str actor,
                    struct err *err) MUST_USE;
/* While it holds and its account is open; else ERR_ABSENT. */
int store_load_token(struct store *s, struct arena *a, const unsigned char token_hash[32], int64_t now,
                     struct stored_token *out, struct stored_user *user, struct err *err) MUST_USE;
int store_touch_token(struct store *s, uint64_t id, int64_t now, struct err *err) MUST_USE;
/* Of one account, or with 0 of all; expired ones too, the newest first. */
int store_load_tokens(struct store *s, struct arena *a, uint64_t user, const struct stored_token **out, size_t *count,
                      struct err *err) MUST_USE;
int store_revoke_token(struct store *s, uint64_t user, uint64_t id, str actor, int64_t now,
                       struct err *err) MUST_USE; /* user 0: anybody's; ERR_ABSENT */

/* ---- Answers that a program may ask for again, for a day ---- */

struct stored_answer {
    unsigned char asked[32]; /* hash of the request */
    uint64_t number;         /* of the commit that did it */
    int status;              /* 0: the answer itself was lost */
    str etag, location, body;
};
/* The commit notes that it was asked for under this key of the holder's, in its own transaction: a second one of the
 * same key is ERR_CONFLICT. What changes nothing is not noted. */
void change_remember(struct change_set *c, const struct asked_key *key);
int store_fill_answer(struct store *s, str holder, str key, const struct stored_answer *answer,
                      struct err *err) MUST_USE;
int store_load_answer(struct store *s, struct arena *a, str holder, str key, int64_t now, struct stored_answer *out,
                      struct err *err) MUST_USE; /* ERR_ABSENT */

#endif
