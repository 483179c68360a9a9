/* SPDX-License-Identifier: Apache-2.0 */
#include "store_inside.h"

int store_load_sources(struct store *s, struct arena *a, const str **names, size_t *count, struct err *err)
{
    VEC(str) list = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_SOURCE_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1)
        if (sqlite3_column_int64(q, 1) != ORIGIN_TYPED) *vec_add(a, &list) = arena_copy(a, store_column(q, 2));
    *names = list.items;
    *count = list.count;
    return rc;
}
