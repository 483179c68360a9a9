/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: who changed what when, and the history of one fact. */
#include "api.h"

#include "base_time.h"
#include "graph_query.h"

enum { ROWS = 100, ROWS_MOST = 1000 };

struct telling {
    struct request *r;
    struct json_writer w;
    struct journal_pick pick;
    struct arena arena; /* of one commit */
    uint64_t limit, told, last;
    bool changes; /* with what became of the fact */
    struct err err;
};

static void on_commit(void *self, const struct journal_commit *c)
{
    struct telling *t = self;
    struct request *r = t->r;
    struct json_writer *w = &t->w;
    const struct journal_line *l = &c->line;
    if (t->err.code || t->told++ >= t->limit) return;
    t->last = l->number;
    json_object(w);
    json_key(w, STR("commit")), json_int(w, (int64_t)l->number);
    json_key(w, STR("time")), json_string(w, time_emit_utc(&t->arena, l->time));
    json_key(w, STR("actor")), json_string(w, l->actor);
    json_key(w, STR("reason")), json_string(w, l->reason);
    json_key(w, STR("entries")), json_int(w, (int64_t)l->changed);
    if (t->changes) {
        json_key(w, STR("changes"));
        json_array(w);
        for (size_t i = 0; i < c->entry_count; i++)
            if (graph_emit_entry(w, r->store, r->web->graph, &r->viewer, &t->arena, &c->entries[i], &t->err)) return;
        json_array_end(w);
    }
    json_object_end(w);
    arena_clear(&t->arena);
}

static bool refused(struct request *r, str says)
{
    api_problem(r, 400, "The query is not understood", says);
    return false;
}

/* A day of the workspace's zone; `later` days after it the time is meant. */
static bool read_day(struct request *r, str word, int64_t later, int64_t *out)
{
    int64_t day;
    str text = pairs_get(&r->query, word);
    if (!text.p) return true;
    if (!civil_parse(text, &day))
        return refused(r, text_format(r, STR_FORMAT ": \"" STR_FORMAT "\" is not a date such as 2026-11-22",
                                      STR_ARGS(word), STR_ARGS(text)));
    *out = zone_day_begins(r->web->zone, day + later);
    return true;
}

static bool read_type(struct request *r, struct journal_pick *pick)
{
    const struct model *m = picture_model(r->picture);
    str word = pairs_get(&r->query, STR("type"));
    const struct model_type *type = word.p ? model_type(m, word) : NULL;
    if (word.p && !type) {
        str near = model_nearest_type(m, word);
        return refused(r, text_format(r, "\"" STR_FORMAT "\" is not a type of facts%s" STR_FORMAT "%s", STR_ARGS(word),
                                      near.n ? "; did you mean \"" : "", STR_ARGS(near), near.n ? "\"?" : ""));
    }
    if (type ? api_reads_type(r, type) : !r->token || !r->token->types.n) {
        pick->type = type ? type->id : 0;
        return true;
    }
    api_problem(r, 403, "The token may not", STR("It is for some types of facts: ask for one of them with type."));
    return false;
}

static bool read_number(struct request *r, str word, int64_t most, const char *says, int64_t *out)
{
    str text = pairs_get(&r->query, word);
    if (!text.p || (str_to_int(text, out) && *out >= 1 && *out <= most)) return true;
    return refused(r, text_format(r, STR_FORMAT ": %s", STR_ARGS(word), says));
}

/* The cursor is the last commit that was told; `query` is what it belongs to. */
static bool read_pick(struct request *r, struct telling *t, str query)
{
    struct fact_place after = {0};
    int64_t fact = 0, limit = ROWS;
    str cursor = pairs_get(&r->query, STR("cursor"));
    if (!read_type(r, &t->pick) || !read_day(r, STR("since"), 0, &t->pick.since) ||
        !read_day(r, STR("until"), 1, &t->pick.until) ||
        !read_number(r, STR("fact"), INT64_MAX, "it is the id of a fact, also of one that was deleted", &fact) ||
        !read_number(r, STR("limit"), ROWS_MOST, "it is from 1 to 1000", &limit))
        return false;
    if (cursor.p && !api_read_cursor(r, query, cursor, &after))
        return refused(r, STR("The cursor belongs to another list, or was altered."));
    str actor = pairs_get(&r->query, STR("actor"));
    t->pick.actor = actor.n ? actor : STR_NONE;
    t->pick.fact = (uint64_t)fact;
    t->pick.to = cursor.p ? after.id - 1 : 0;
    t->limit = (uint64_t)limit;
    t->pick.limit = t->limit + 1; /* one more tells whether it goes on */
    t->changes = fact > 0;
    t->pick.lines_only = !t->changes;
    return true;
}

void answer_api_journal(struct request *r)
{
    static const str known[] = {STR_INIT("actor"), STR_INIT("type"),  STR_INIT("fact"),  STR_INIT("since"),
                                STR_INIT("until"), STR_INIT("limit"), STR_INIT("cursor")};
    struct telling t = {.r = r};
    struct pairs asked = {0};
    struct err err;
    if (!api_query_only(r, known, ARRAY_COUNT(known))) return;
    for (size_t i = 0; i + 2 < ARRAY_COUNT(known); i++)
        *vec_add(&r->arena, &asked) = (struct pair){known[i], pairs_get(&r->query, known[i])};
    str query = url_of(r, STR("journal"), &asked);
    if (!read_pick(r, &t, query)) return;
    arena_init(&t.arena, 0);
    t.w = api_begin(r);
    json_object(&t.w);
    json_key(&t.w, STR("items"));
    json_array(&t.w);
    /* Behind commit 1 there is nothing, and `to` 0 means the newest. */
    bool over = pairs_get(&r->query, STR("cursor")).p && !t.pick.to;
    int failed = over ? 0 : store_read_journal(r->store, &t.pick, on_commit, &t, &err);
    if (!failed && t.err.code) err = t.err, failed = -1;
    arena_release(&t.arena);
    if (failed) {
        api_fail(r, &err, 409);
        return;
    }
    json_array_end(&t.w);
    struct fact_place last = {.id = t.last};
    str next = t.told > t.limit ? api_cursor(r, query, &last) : STR_NONE;
    json_key(&t.w, STR("next"));
    if (next.n)
        json_string(&t.w, next);
    else
        json_null(&t.w);
    json_object_end(&t.w);
    api_end(r, 200);
    if (next.n)
        api_header(
            r, "Link",
            text_format(r, "<" STR_FORMAT ">; rel=\"next\"", STR_ARGS(request_url_with(r, STR("cursor"), next))));
}
