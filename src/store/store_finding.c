/* SPDX-License-Identifier: Apache-2.0 */
/* Findings' life: since when each is there. */
#include "store_hook_inside.h"

#include "base_map.h"
#include "base_time.h"
#include "base_utf8.h"

#include <string.h>

struct known {
    struct finding_state state;
    str about; /* STR_NONE: it is from before events told of it */
};

static int read_findings(struct store *s, struct arena *a, struct known **out, size_t *count, struct err *err)
{
    VEC(struct known) found = {0};
    sqlite3_stmt *q;
    int rc;
    if (store_prepare(s, SQL_FINDING_ALL, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1) {
        struct known *k = vec_add(a, &found);
        str reason = store_column(q, 3), owner = store_column(q, 5), about = store_column(q, 6);
        k->about = about.p ? arena_copy(a, about) : STR_NONE;
        k->state = (struct finding_state){.id = (uint64_t)sqlite3_column_int64(q, 0),
                                          .since = sqlite3_column_int(q, 1),
                                          .accepted = sqlite3_column_int(q, 2),
                                          .reason = reason.p ? arena_copy(a, reason) : STR_NONE,
                                          .until = sqlite3_column_type(q, 4) == SQLITE_NULL ? INT32_MAX
                                                                                            : sqlite3_column_int(q, 4),
                                          .owner = owner.p ? arena_copy(a, owner) : STR_NONE};
    }
    *out = found.items;
    *count = found.count;
    return rc;
}

/* Gives each its state; what must change is said here, and changed later, since others commit meanwhile. */
static int match_findings(struct store *s, struct arena *a, const struct finding_seen *seen, size_t count,
                          struct finding_state *states, struct finding_changes *changes, struct err *err)
{
    struct known *known;
    struct idmap wanted;
    size_t known_count;
    if (read_findings(s, a, &known, &known_count, err)) return -1;
    bool *old = arena_array(a, count, sizeof *old);
    struct finding_seen *come = arena_array(a, count, sizeof *come), *gone = arena_array(a, known_count, sizeof *gone),
                        *named = arena_array(a, known_count, sizeof *named);
    changes->come = come, changes->gone = gone, changes->named = named;
    idmap_init(&wanted);
    for (size_t i = 0; i < count; i++) {
        states[i] = (struct finding_state){.id = seen[i].id, .since = changes->today, .until = INT32_MAX};
        *idmap_put(&wanted, seen[i].id, NULL) = i;
    }
    for (size_t i = 0; i < known_count; i++) {
        uint64_t *place = idmap_get(&wanted, known[i].state.id);
        if (!place) {
            gone[changes->gone_count++] = (struct finding_seen){known[i].state.id, known[i].about};
            continue;
        }
        states[*place] = known[i].state;
        old[*place] = true;
        if (!known[i].about.p) named[changes->named_count++] = seen[*place];
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t place = *idmap_get(&wanted, seen[i].id);
        if (place != i)
            states[i] = states[place];
        else if (!old[i])
            come[changes->come_count++] = seen[i];
    }
    idmap_release(&wanted);
    return 0;
}

int store_load_findings(struct store *s, struct arena *a, const struct finding_seen *seen, size_t count, int32_t today,
                        const struct finding_state **out, struct finding_changes *changes, struct err *err)
{
    struct finding_state *states = arena_array(a, count + 1, sizeof *states);
    *out = states;
    *changes = (struct finding_changes){.today = today};
    if (store_begin(s, false, err)) return -1;
    int rc = match_findings(s, a, seen, count, states, changes, err);
    store_abandon(s);
    return rc;
}

/* Another process may have kept the same meanwhile: what changes nothing is not told again. */
static int keep_findings(struct store *s, const struct finding_changes *c, int64_t now, struct err *err)
{
    for (size_t i = 0; i < c->gone_count; i++)
        if (store_run(s, SQL_FINDING_DROP, err, "u", c->gone[i].id) ||
            (sqlite3_changes(s->db) && event_tell_finding(s, false, c->gone[i].id, c->gone[i].about, now, err)))
            return -1;
    for (size_t i = 0; i < c->named_count; i++)
        if (store_run(s, SQL_FINDING_ABOUT, err, "us", c->named[i].id, c->named[i].about)) return -1;
    for (size_t i = 0; i < c->come_count; i++)
        if (store_run(s, SQL_FINDING_ADD, err, "uis", c->come[i].id, (int64_t)c->today, c->come[i].about) ||
            (sqlite3_changes(s->db) && event_tell_finding(s, true, c->come[i].id, c->come[i].about, now, err)))
            return -1;
    return 0;
}

int store_keep_findings(struct store *s, const struct finding_changes *changes, struct err *err)
{
    if (!s->writable || !(changes->come_count + changes->gone_count + changes->named_count)) return 0;
    if (store_begin(s, true, err)) return -1;
    return store_finish(s, keep_findings(s, changes, time_now(), err), err);
}
