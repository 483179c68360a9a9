/* SPDX-License-Identifier: Apache-2.0 */
/* Findings' life: since when each is there. */
#include "store_inside.h"

#include "base_map.h"
#include "base_utf8.h"

#include <string.h>

static int read_findings(struct store *s, struct arena *a, struct finding_state **out, size_t *count, struct err *err)
{
    VEC(struct finding_state) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_FINDING_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct finding_state *f = vec_add(a, &found);
        str reason = store_column(q, 3), owner = store_column(q, 5);
        *f = (struct finding_state){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                    .since = sqlite3_column_int(q, 1),
                                    .accepted = sqlite3_column_int(q, 2),
                                    .reason = reason.p ? arena_copy(a, reason) : STR_NONE,
                                    .until =
                                        sqlite3_column_type(q, 4) == SQLITE_NULL ? INT32_MAX : sqlite3_column_int(q, 4),
                                    .owner = owner.p ? arena_copy(a, owner) : STR_NONE};
    }
    *out = found.items;
    *count = found.count;
    return rc;
}

/* Gives each id its state, and says whether the table must change. */
static int match_findings(struct store *s, struct arena *a, const uint64_t *ids, size_t count, int32_t today,
                          struct finding_state *states, bool write, bool *differs, struct err *err)
{
    struct finding_state *known;
    struct idmap wanted;
    size_t known_count;
    int rc = 0;
    *differs = false;
    if (read_findings(s, a, &known, &known_count, err)) return -1;
    bool *old = arena_array(a, count, sizeof *old);
    idmap_init(&wanted);
    for (size_t i = 0; i < count; i++) {
        states[i] = (struct finding_state){.id = ids[i], .since = today, .until = INT32_MAX};
        *idmap_put(&wanted, ids[i], NULL) = i;
    }
    for (size_t i = 0; i < known_count && !rc; i++) {
        uint64_t *place = idmap_get(&wanted, known[i].id);
        if (place) {
            states[*place] = known[i];
            old[*place] = true;
            continue;
        }
        *differs = true;
        if (write) rc = store_run(s, SQL_FINDING_DROP, err, "u", known[i].id);
    }
    for (size_t i = 0; i < count && !rc; i++) {
        uint64_t place = *idmap_get(&wanted, ids[i]);
        if (place != i) {
            states[i] = states[place];
            continue;
        }
        if (old[i]) continue;
        *differs = true;
        if (write) rc = store_run(s, SQL_FINDING_ADD, err, "ui", ids[i], (int64_t)today);
    }
    idmap_release(&wanted);
    return rc;
}

int store_sync_findings(struct store *s, struct arena *a, const uint64_t *ids, size_t count, int32_t today,
                        const struct finding_state **out, struct err *err)
{
    bool differs = false;
    struct finding_state *states = arena_array(a, count + 1, sizeof *states);
    *out = states;
    if (store_begin(s, false, err)) return -1;
    int rc = match_findings(s, a, ids, count, today, states, false, &differs, err);
    store_abandon(s);
    if (rc || !differs || !s->writable) return rc;
    if (store_begin(s, true, err)) return -1;
    if (match_findings(s, a, ids, count, today, states, true, &differs, err)) {
        store_abandon(s);
        return -1;
    }
    return store_end(s, err);
}
