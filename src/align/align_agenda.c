/* SPDX-License-Identifier: Apache-2.0 */
/* The agenda of a forum: what its rows find, put in the order in which it is talked about. */
#include "align_inside.h"

#include <stdlib.h>

static bool meets(const struct check *check, str kind)
{
    const struct yaml *forums = check->agenda.forums;
    for (size_t i = 0; i < forums->count; i++)
        if (str_eq(forums->items[i].text, kind)) return true;
    return false;
}

static bool is_due(const struct check *check, const void *kind)
{
    return check->agenda.from == FROM_FACTS && meets(check, *(const str *)kind);
}

bool agenda_asks_conflicts(const struct checks *agenda, str kind)
{
    for (size_t i = 0; i < agenda->count; i++)
        if (agenda->items[i].agenda.from == FROM_CONFLICTS && meets(&agenda->items[i], kind)) return true;
    return false;
}

struct making {
    const struct checks *agenda;
    struct feel_env *env;
    VEC(struct agenda_entry) entries;
};

static void add(struct making *m, const struct check *check, const struct finding *f)
{
    int64_t of_row = 0;
    VEC_EACH(e, &m->entries) of_row += str_eq(e->row, check->info.id);
    if (check->agenda.most && of_row >= check->agenda.most) return;
    *vec_add(m->env->arena, &m->entries) =
        (struct agenda_entry){.f = *f, .asks = check->agenda.asks, .row = check->info.id};
}

static bool is_on_it(const struct making *m, uint64_t subject)
{
    VEC_EACH(e, &m->entries)
        if (subject && e->f.subject == subject) return true;
    return false;
}

/* Worst first, as they come; what another row says of the same fact already is left out. */
static void add_findings(struct making *m, const struct check *check, const struct agenda_found *found)
{
    for (size_t i = 0; i < found->finding_count; i++) {
        const struct finding *f = &found->findings[i];
        if (!f->accepted && f->severity >= check->fixed && !is_on_it(m, f->subject)) add(m, check, f);
    }
}

static int order(const void *a, const void *b)
{
    const struct agenda_entry *const *x = a, *const *y = b;
    if ((*x)->asks != (*y)->asks) return (*x)->asks < (*y)->asks ? -1 : 1;
    if ((*x)->f.severity != (*y)->f.severity) return (*x)->f.severity > (*y)->f.severity ? -1 : 1;
    return *x < *y ? -1 : *x > *y;
}

static void sort(struct making *m, const struct agenda_entry **out, size_t *count)
{
    *count = m->entries.count;
    struct agenda_entry *sorted = arena_array(m->env->arena, *count, sizeof *sorted);
    const struct agenda_entry **places = arena_array(m->env->arena, *count, sizeof *places);
    for (size_t i = 0; i < *count; i++) places[i] = &m->entries.items[i];
    if (*count) qsort(places, *count, sizeof *places, order);
    for (size_t i = 0; i < *count; i++) sorted[i] = *places[i];
    *out = sorted;
}

int agenda_make(const struct checks *agenda, struct feel_env *env, const struct agenda_found *found, str kind,
                const struct agenda_entry **out, size_t *count, struct err *err)
{
    struct making m = {.agenda = agenda, .env = env};
    struct findings due;
    if (checks_run_some(agenda, env, is_due, &kind, &due, err)) return -1;
    for (size_t i = 0; i < due.count; i++) add(&m, &agenda->items[due.items[i].check - agenda->infos], &due.items[i]);
    for (size_t i = 0; i < agenda->count; i++) {
        const struct check *check = &agenda->items[i];
        struct finding said;
        if (!meets(check, kind)) continue;
        if (check->agenda.from == FROM_FINDINGS) add_findings(&m, check, found);
        if (check->agenda.from != FROM_CONFLICTS || !found->conflicts) continue;
        if (check_say(agenda, i, env, feel_int((int64_t)found->conflicts), &said, err)) return -1;
        add(&m, check, &said);
    }
    sort(&m, out, count);
    return 0;
}
