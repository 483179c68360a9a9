/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about access share. */
#ifndef STORE_ACCESS_INSIDE_H
#define STORE_ACCESS_INSIDE_H

#include "store_access.h"
#include "store_inside.h"

/* The first seven columns of a row, as SQL_USER_GET has them. */
struct stored_user store_read_user(sqlite3_stmt *q, struct arena *a);
/* In a writing transaction: the journal learns who did what to which account. */
int store_journal_user(struct store *s, struct arena *a, uint64_t user, str name, str what, str actor, int64_t now,
                       struct err *err) MUST_USE;
/* Begins a writing transaction and the arena; where it fails there is neither. */
int store_access_begin(struct store *s, struct arena *a, struct err *err) MUST_USE;
/* Ends the transaction, for good or for nothing, and releases the arena. */
int store_access_end(struct store *s, struct arena *a, int failed, struct err *err) MUST_USE;

#endif
