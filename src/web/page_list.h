/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the list pages share: one address says what is asked for, whoever reads it (the list, its saved
 * views, changing many). */
#ifndef PAGE_LIST_H
#define PAGE_LIST_H

#include "graph_query.h"
#include "web_pages.h"

enum { QUERY_SECONDS = 2 }; /* a worker is not to be held longer */

/* Of a derived or observed field what it gives. */
enum field_kind field_shown_kind(const struct model_field *f);

/* The filters of the request's query as one FEEL condition; STR_NONE where there are none. An error has the field's
 * label. */
int filters_feel(struct request *r, const struct model_type *type, str *out, struct err *err) MUST_USE;
/* Puts the page's `filters` (those that are asked for) and `more` (fields that could be). */
void put_filters(struct request *r, const struct model_type *type);

/* What the request's query asks for: words, filters and condition together, order. */
struct list_asked {
    struct fact_query query;
    str filters; /* FEEL of the filters alone */
    str where;   /* as typed */
};
int list_asked(struct request *r, const struct model_type *type, struct list_asked *out, struct err *err) MUST_USE;
/* The columns that the query names, else the first short ones; the name is always the first. */
size_t list_columns(struct request *r, const struct model_type *type, const struct model_field ***out);

/* The page of the rows that ?page= asks for; the first one when the list has become shorter. q->limit is set. */
int query_page(struct request *r, struct fact_query *q, struct fact_rows *rows, struct err *err) MUST_USE;
/* Puts the page's `exports`: the list as files. */
void put_exports(struct request *r, const struct model_type *type);

/* Puts the page's `views`: one's own, those that others share, and what would be saved now. */
int put_views(struct request *r, const struct model_type *type, struct err *err) MUST_USE;

#endif
