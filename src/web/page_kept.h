/* SPDX-License-Identifier: Apache-2.0 */
/* Rulings that were kept, as other pages show them. */
#ifndef PAGE_KEPT_H
#define PAGE_KEPT_H

#include "page_ask.h"

/* A row of a list of rulings, for the part `kept_rows`. */
struct feel_value kept_record(struct request *r, const struct stored_ruling *row);

/* Where the rules have changed since a ruling: the address that asks those of today with its answers; else STR_NONE. */
str kept_again(struct request *r, uint64_t number);

#endif
