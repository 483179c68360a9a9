/* SPDX-License-Identifier: Apache-2.0 */
#include "store_import.h"

#include "store_inside.h"

#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b) { return str_cmp(*(const str *)a, *(const str *)b); }

void store_shape(struct arena *a, const str *letters, size_t count, unsigned char shape[SHAPE_SIZE])
{
    crypto_generichash_state h;
    str *sorted = arena_array(a, count, sizeof *sorted);
    if (count) memcpy(sorted, letters, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_text);
    crypto_generichash_init(&h, NULL, 0, SHAPE_SIZE);
    for (size_t i = 0; i < count; i++) {
        if (sorted[i].n) crypto_generichash_update(&h, (const unsigned char *)sorted[i].p, sorted[i].n);
        crypto_generichash_update(&h, (const unsigned char *)"\n", 1);
    }
    crypto_generichash_final(&h, shape, SHAPE_SIZE);
}

int store_load_columns(struct store *s, struct arena *a, const struct model_type *type, str source,
                       const struct stored_column **out, size_t *count, struct err *err)
{
    VEC(struct stored_column) list = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_SHAPE_ALL, &q, err, "is", (int64_t)type->id, source)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct stored_column *c = vec_add(a, &list);
        *c = (struct stored_column){.header = arena_copy(a, store_column(q, 1)),
                                    .field = arena_copy(a, store_column(q, 2))};
        if (sqlite3_column_bytes(q, 0) == SHAPE_SIZE) memcpy(c->shape, sqlite3_column_blob(q, 0), SHAPE_SIZE);
    }
    *out = list.items;
    *count = list.count;
    return rc;
}

int store_keep_columns(struct store *s, const struct model_type *type, str source, const struct stored_column *columns,
                       size_t count, str actor, int64_t now, struct err *err)
{
    if (store_begin(s, true, err)) return -1;
    for (size_t i = 0; i < count; i++)
        if (store_run(s, SQL_SHAPE_ADD, err, "isbsssi", (int64_t)type->id, source, columns[i].shape, (size_t)SHAPE_SIZE,
                      columns[i].header, columns[i].field, actor, now)) {
            store_abandon(s);
            return -1;
        }
    return store_end(s, err);
}

int store_forget_columns(struct store *s, const struct model_type *type, str source, struct err *err)
{
    if (store_begin(s, true, err)) return -1;
    if (store_run(s, SQL_SHAPE_DROP, err, "is", (int64_t)type->id, source)) {
        store_abandon(s);
        return -1;
    }
    return store_end(s, err);
}

int store_load_contested(struct store *s, struct arena *a, const struct model_type *type, const uint64_t **out,
                         size_t *count, struct err *err)
{
    VEC(uint64_t) list = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_bind(s, SQL_CONTESTED, &q, err, "i", (int64_t)type->id)) return -1;
    while ((rc = store_step(s, q, err)) == 1) *vec_add(a, &list) = (uint64_t)sqlite3_column_int64(q, 0);
    *out = list.items;
    *count = list.count;
    return rc;
}
