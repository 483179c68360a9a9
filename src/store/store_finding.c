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

struct matching {
    struct store *s;
    const struct finding_seen *seen;
    size_t count;
    struct finding_state *states;
    int32_t today;
    bool write, differs; /* differs: the table must change */
    int64_t now;
    struct err *err;
};

static int add_finding(struct matching *m, const struct finding_seen *seen)
{
    m->differs = true;
    if (!m->write) return 0;
    return store_run(m->s, SQL_FINDING_ADD, m->err, "uis", seen->id, (int64_t)m->today, seen->about) ||
                   event_tell_finding(m->s, true, seen->id, seen->about, m->now, m->err)
               ? -1
               : 0;
}

static int drop_finding(struct matching *m, const struct known *k)
{
    m->differs = true;
    if (!m->write) return 0;
    return store_run(m->s, SQL_FINDING_DROP, m->err, "u", k->state.id) ||
                   event_tell_finding(m->s, false, k->state.id, k->about, m->now, m->err)
               ? -1
               : 0;
}

/* What is told of it when it goes. */
static int note_about(struct matching *m, const struct finding_seen *seen)
{
    m->differs = true;
    return m->write ? store_run(m->s, SQL_FINDING_ABOUT, m->err, "us", seen->id, seen->about) : 0;
}

/* Gives each its state. */
static int match_findings(struct matching *m, struct arena *a)
{
    struct known *known;
    struct idmap wanted;
    size_t known_count;
    int rc = 0;
    m->differs = false;
    if (read_findings(m->s, a, &known, &known_count, m->err)) return -1;
    bool *old = arena_array(a, m->count, sizeof *old);
    idmap_init(&wanted);
    for (size_t i = 0; i < m->count; i++) {
        m->states[i] = (struct finding_state){.id = m->seen[i].id, .since = m->today, .until = INT32_MAX};
        *idmap_put(&wanted, m->seen[i].id, NULL) = i;
    }
    for (size_t i = 0; i < known_count && !rc; i++) {
        uint64_t *place = idmap_get(&wanted, known[i].state.id);
        if (!place) {
            rc = drop_finding(m, &known[i]);
            continue;
        }
        m->states[*place] = known[i].state;
        old[*place] = true;
        if (!known[i].about.p) rc = note_about(m, &m->seen[*place]);
    }
    for (size_t i = 0; i < m->count && !rc; i++) {
        uint64_t place = *idmap_get(&wanted, m->seen[i].id);
        if (place != i)
            m->states[i] = m->states[place];
        else if (!old[i])
            rc = add_finding(m, &m->seen[i]);
    }
    idmap_release(&wanted);
    return rc;
}

int store_sync_findings(struct store *s, struct arena *a, const struct finding_seen *seen, size_t count, int32_t today,
                        const struct finding_state **out, struct err *err)
{
    struct finding_state *states = arena_array(a, count + 1, sizeof *states);
    struct matching m = {
        .s = s, .seen = seen, .count = count, .states = states, .today = today, .now = time_now(), .err = err};
    *out = states;
    if (store_begin(s, false, err)) return -1;
    int rc = match_findings(&m, a);
    store_abandon(s);
    if (rc || !m.differs || !s->writable) return rc;
    m.write = true;
    if (store_begin(s, true, err)) return -1;
    return store_finish(s, match_findings(&m, a), err);
}
