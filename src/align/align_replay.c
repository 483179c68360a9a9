/* SPDX-License-Identifier: Apache-2.0 */
#include "align_replay.h"

#include "align_past_books.h"
#include "base_map.h"
#include "base_time.h"

#include <string.h>

enum { EACH_ROWS = 1024 };

struct past {
    struct store *rows;
    struct past_books books;
    const struct picture *picture;
    struct arena arena, work; /* work: of one row */
    struct idmap set_aside;   /* by ruling: the zone in its place, as a str of the arena */
    struct replay *replay;
    uint64_t done, total;
    const struct watch *watch;
    struct err *err;
};

bool watch_ends(const struct watch *w, uint64_t done, uint64_t total, struct err *err)
{
    if (!w->each || w->each(w->host, done, total)) return false;
    err_set(err, ERR_LIMIT, "it was ended before it was done");
    return true;
}

/* ---- Requests ---- */

static const uint64_t *links_of(const struct picture *p, uint64_t fact, const char *field, size_t *count)
{
    const struct fact *f = fact ? picture_fact(p, fact) : NULL;
    const struct model_field *m = f ? model_field(fact_type(f), str_of(field)) : NULL;
    *count = 0;
    return m && (m->kind == FIELD_LINK || m->kind == FIELD_LINKS) ? fact_links(f, m, count) : NULL;
}

static uint64_t link_of(const struct picture *p, uint64_t fact, const char *field)
{
    size_t count;
    const uint64_t *to = links_of(p, fact, field, &count);
    return count ? to[0] : 0;
}

static str value_of(const struct picture *p, uint64_t fact, const char *field)
{
    const struct fact *f = fact ? picture_fact(p, fact) : NULL;
    const struct model_field *m = f ? model_field(fact_type(f), str_of(field)) : NULL;
    return m ? fact_value(f, m) : STR_NONE;
}

void request_asked(const struct picture *p, uint64_t request, struct asked *out)
{
    *out = (struct asked){STR_NONE, STR_NONE, STR_NONE};
    const struct fact *f = request ? picture_fact(p, request) : NULL;
    if (!f) return;
    uint64_t person = link_of(p, request, "asked by");
    const struct fact *team = picture_fact(p, link_of(p, person, "teams"));
    out->name = fact_name(f);
    out->side = value_of(p, person, "side");
    if (team) out->team = fact_name(team);
}

static bool among(const uint64_t *ids, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (id && ids[i] == id) return true;
    return false;
}

size_t request_incidents(const struct picture *p, struct arena *a, uint64_t request, int64_t day, const uint64_t **out)
{
    const struct model_type *type = model_type(picture_model(p), STR("incident"));
    size_t all = 0, count = 0;
    const uint64_t *ids = type && request ? picture_facts(p, type, &all) : NULL;
    uint64_t application = link_of(p, request, "application");
    uint64_t *found = arena_alloc(a, (all + 1) * sizeof *found);
    for (size_t i = 0; i < all; i++) {
        int64_t happened;
        size_t applications;
        const uint64_t *hit = links_of(p, ids[i], "applications", &applications);
        if (!civil_parse(value_of(p, ids[i], "happened on"), &happened) || happened < day) continue;
        if (among(hit, applications, application) || link_of(p, link_of(p, ids[i], "build"), "request") == request ||
            link_of(p, link_of(p, ids[i], "exception"), "request") == request)
            found[count++] = ids[i];
    }
    *out = found;
    return count;
}

/* ---- Kept rulings ---- */

struct past *past_new(struct shelf *shelf, struct store *rows, struct store *books, const struct picture *p)
{
    struct past *k = mem_zalloc(sizeof *k);
    k->rows = rows, k->picture = p;
    past_books_init(&k->books, shelf, books);
    arena_init(&k->arena, 0), arena_init(&k->work, 0);
    idmap_init(&k->set_aside);
    return k;
}

void past_free(struct past *k)
{
    if (!k) return;
    past_books_release(&k->books);
    idmap_release(&k->set_aside);
    arena_release(&k->arena), arena_release(&k->work);
    mem_free(k);
}

static int note_overruling(void *host, const struct stored_ruling *row)
{
    struct past *k = host;
    bool is_new;
    str *zone = arena_alloc(&k->arena, sizeof *zone);
    *zone = arena_copy(&k->arena, row->zone);
    *idmap_put(&k->set_aside, row->overrules, &is_new) = (uint64_t)(uintptr_t)zone;
    return 0;
}

static int hand_in(void *host, const struct stored_ruling *row)
{
    struct past *k = host;
    struct asked asked = {STR_NONE, STR_NONE, STR_NONE};
    struct replay_case c = {.number = row->number,
                            .answers = row->answers,
                            .now = row->time,
                            .today = row->day,
                            .ruled = row->zone,
                            .set_aside = STR_NONE};
    if (++k->done % EACH_ROWS == 0 && k->watch && watch_ends(k->watch, k->done, k->total, k->err)) return -1;
    if (row->overrules) return 0;
    struct past_book *by;
    if (past_books_take(&k->books, row, &by, k->err) < 0) return -1;
    c.before = by->book;
    arena_clear(&k->work);
    if (k->picture && row->request) {
        request_asked(k->picture, row->request, &asked);
        c.incident_count = request_incidents(k->picture, &k->work, row->request, row->day, &c.incidents);
    }
    c.name = asked.name, c.side = asked.side, c.team = asked.team;
    const uint64_t *zone = idmap_get(&k->set_aside, row->number);
    if (zone) c.set_aside = *(const str *)(uintptr_t)*zone;
    return replay_add(k->replay, &c) ? 0 : 1;
}

int past_hand_in(struct past *k, struct replay *r, const struct watch *watch, struct err *err)
{
    k->replay = r, k->watch = watch, k->err = err;
    if (store_count_rulings(k->rows, &k->total, err) || store_each_overruling(k->rows, note_overruling, k, err))
        return -1;
    return store_each_ruling(k->rows, hand_in, k, err) < 0 ? -1 : 0;
}

int past_hand_in_last(struct past *k, struct replay *r, const struct rulebook *draft, size_t most, struct err *err)
{
    const struct stored_ruling *rows;
    const struct ruling_pick pick = {.limit = most};
    struct past_book *by;
    size_t count;
    k->replay = r, k->err = err;
    if (store_load_rulings(k->rows, &k->arena, &pick, &rows, &count, err)) return -1;
    while (count-- > 0) {
        if (rows[count].overrules) continue;
        if (past_books_take(&k->books, &rows[count], &by, err) < 0) return -1;
        if (!str_eq(rulebook_outcome(by->book), rulebook_outcome(draft))) continue;
        int result = hand_in(k, &rows[count]);
        if (result) return result < 0 ? -1 : 0;
    }
    return 0;
}

int replay_looks(const struct rulebook *draft, const struct replay_incident *i)
{
    size_t zones = replay_zones(draft);
    return i->from >= zones || i->to >= zones ? 0 : (i->to > i->from) - (i->to < i->from);
}

/* ---- Of a file ---- */

static int add_line(void *host, str line, uint64_t number)
{
    const struct replay_file *of = host;
    const struct replay_case one = {.number = number,
                                    .line = line,
                                    .now = of->now,
                                    .today = of->today,
                                    .before = of->against,
                                    .ruled = STR_NONE,
                                    .set_aside = STR_NONE,
                                    .name = STR_NONE,
                                    .side = STR_NONE,
                                    .team = STR_NONE};
    return replay_add(of->replay, &one) ? 0 : 1;
}

int replay_file_read(struct text_reader *from, const struct replay_file *of, struct err *err)
{
    struct replay_file own = *of;
    const struct asked_file lines = {
        .book = of->draft, .other = of->against, .each = add_line, .host = &own, .watch = of->watch};
    return asked_file_read(from, &lines, err) < 0 ? -1 : 0;
}
