/* SPDX-License-Identifier: Apache-2.0 */
/* A plan of changes on a page: which column is which field, what would be made and changed, and what is wrong. */
#ifndef PAGE_PLAN_H
#define PAGE_PLAN_H

#include "import.h"
#include "web_pages.h"

/* What a person chose for the columns of an earlier showing of the plan: the form's use.1, use.2 … beside the headers
 * in header.1, header.2 …. */
size_t plan_choices(struct request *r, const struct import_choice **out);
/* Does the plan write a field that the one who asks may not see? ERR_DENIED with its name. */
int plan_is_open(struct request *r, const struct import_plan *plan, struct err *err) MUST_USE;
/* For the part plan.html: {columns, facts, errors, left_out, made, says, agreed, none, wrong, shown}. */
struct feel_value plan_record(struct request *r, const struct import_plan *plan);
/* What `shown` is for this plan: when a form brings back another, the facts have changed since it was looked at. */
str plan_shown(struct request *r, const struct import_plan *plan);

#endif
