/* SPDX-License-Identifier: Apache-2.0 */
/* Strategy on a page: the ambition, the five parts of the alignment framework, the objectives; and each objective with
 * its line and what the two sides say that it means. */
#include "page_line.h"
#include "page_points.h"

enum { SHOWN_CAPABILITIES = 12, SHOWN_SYSTEMS = 24 };

/* ---- What is shown of a fact ---- */

static str field_text(struct request *r, uint64_t id, const char *name)
{
    const struct fact *f = picture_fact(r->picture, id);
    const struct model_field *field = f ? model_field(fact_type(f), str_of(name)) : NULL;
    return field ? show_field(r, f, field) : STR_NONE;
}

static double field_number(struct request *r, uint64_t id, const char *name, double absent)
{
    const struct fact *f = picture_fact(r->picture, id);
    if (!f || !model_field(fact_type(f), str_of(name))) return absent;
    struct feel_value v = graph_field(&r->env, id, str_of(name));
    return v.kind == FEEL_NUMBER ? feel_to_double(v) : absent;
}

static void put_field(struct request *r, struct record *c, uint64_t id, const char *key, const char *name)
{
    record_text(c, key, field_text(r, id, name));
}

/* {name, href, kind} and the line of the fact. */
static struct record on_line(struct request *r, uint64_t id)
{
    struct record c = record_new(r);
    record_put(&c, "fact", fact_record(r, id));
    record_text(&c, "name", show_name(r, id));
    record_text(&c, "href", show_path(r, id));
    record_text(&c, "line", text_format(r, "/direction/%llu", (unsigned long long)id));
    record_text(&c, "loose", line_loose(r, id));
    return c;
}

static str agreement_of(struct request *r, uint64_t id)
{
    struct feel_value v = graph_field(&r->env, id, STR("agreement"));
    return show_feel(r, FIELD_TEXT, v);
}

static const uint64_t *all_of(struct request *r, const char *type, size_t *count)
{
    const struct model_type *t = model_type(picture_model(r->picture), str_of(type));
    *count = 0;
    return t ? picture_facts(r->picture, t, count) : NULL;
}

/* By the number that the field has, those without one last, then by id. */
static uint64_t *by_number(struct request *r, const uint64_t *ids, size_t count, const char *field, bool down)
{
    uint64_t *sorted = arena_array(&r->arena, count + 1, sizeof *sorted);
    double *keys = arena_array(&r->arena, count + 1, sizeof *keys);
    for (size_t i = 0; i < count; i++) {
        double key = field_number(r, ids[i], field, down ? -1e300 : 1e300);
        size_t at = i;
        for (; at && (down ? keys[at - 1] < key : keys[at - 1] > key); at--)
            keys[at] = keys[at - 1], sorted[at] = sorted[at - 1];
        keys[at] = key;
        sorted[at] = ids[i];
    }
    return sorted;
}

/* ---- The five parts ---- */

static void put_ambitions(struct request *r)
{
    size_t count;
    struct values list = {0};
    const uint64_t *ids = all_of(r, "ambition", &count);
    for (size_t i = 0; i < count; i++) {
        struct record c = on_line(r, ids[i]);
        put_field(r, &c, ids[i], "statement", "statement");
        put_field(r, &c, ids[i], "horizon", "horizon");
        put_field(r, &c, ids[i], "marketing", "marketing owner");
        put_field(r, &c, ids[i], "it", "it owner");
        record_text(&c, "agreement", agreement_of(r, ids[i]));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "ambitions", values_get(&list));
}

static void put_ranked(struct request *r, const char *name, const char *type, const char *first, const char *second)
{
    size_t count;
    struct values list = {0};
    const uint64_t *all = all_of(r, type, &count), *ids = by_number(r, all, count, "priority", false);
    for (size_t i = 0; i < count; i++) {
        struct record c = on_line(r, ids[i]);
        put_field(r, &c, ids[i], "first", first);
        put_field(r, &c, ids[i], "second", second);
        put_field(r, &c, ids[i], "priority", "priority");
        values_add(r, &list, record_get(&c));
    }
    page_put(r, name, values_get(&list));
}

/* Capabilities that objectives need, those that lack most first, and the applications that do them. */
static void put_needs(struct request *r)
{
    size_t count, needed;
    VEC(uint64_t) capabilities = {0};
    VEC(uint64_t) systems = {0};
    const uint64_t *ids = all_of(r, "capability", &count);
    for (size_t i = 0; i < count; i++) {
        line_follow(r, ids[i], "needed by", &needed);
        if (needed) *vec_add(&r->arena, &capabilities) = ids[i];
    }
    struct values list = {0}, applications = {0};
    const uint64_t *ranked = by_number(r, capabilities.items, capabilities.count, "gap", true);
    for (size_t i = 0; i < capabilities.count; i++) {
        struct record c = on_line(r, ranked[i]);
        put_field(r, &c, ranked[i], "now", "maturity now");
        put_field(r, &c, ranked[i], "wanted", "maturity wanted");
        put_field(r, &c, ranked[i], "by", "wanted by");
        if (i < SHOWN_CAPABILITIES) values_add(r, &list, record_get(&c));
        const uint64_t *tools = line_follow(r, ranked[i], "realised by", &count);
        for (size_t k = 0; k < count; k++) {
            bool there = false;
            VEC_EACH(s, &systems) there |= *s == tools[k];
            str status = field_text(r, tools[k], "status");
            bool gone = str_eq_nocase(status, STR("retired")) || str_eq_nocase(status, STR("rejected"));
            if (there || gone) continue;
            *vec_add(&r->arena, &systems) = tools[k];
            struct record a = on_line(r, tools[k]);
            record_text(&a, "status", status);
            if (applications.count < SHOWN_SYSTEMS) values_add(r, &applications, record_get(&a));
        }
    }
    page_put(r, "capabilities", values_get(&list));
    if (capabilities.count > SHOWN_CAPABILITIES)
        page_put_text(r, "more_capabilities", show_count(r, (int64_t)(capabilities.count - SHOWN_CAPABILITIES)));
    page_put(r, "systems", values_get(&applications));
    if (systems.count > SHOWN_SYSTEMS)
        page_put_text(r, "more_systems", show_count(r, (int64_t)(systems.count - SHOWN_SYSTEMS)));
}

/* ---- Objectives ---- */

/* A measure that is computed: by what, from which facts, or what is wrong with it. */
static void put_formula(struct request *r, struct record *c, uint64_t measure)
{
    enum { SHOWN_COUNTED = 50 };
    const uint64_t *ids;
    size_t count;
    struct values facts = {0};
    str formula = field_text(r, measure, "formula");
    if (!formula.n) return;
    record_text(c, "formula", formula);
    put_field(r, c, measure, "fault", "fault");
    if (!graph_counted(&r->env, formula, &ids, &count)) return;
    for (size_t i = 0; i < count && i < SHOWN_COUNTED; i++) values_add(r, &facts, fact_record(r, ids[i]));
    record_put(c, "counted", values_get(&facts));
    record_text(c, "counted_words", show_counted(r, (int64_t)count, "fact", "facts"));
    if (count > SHOWN_COUNTED) record_text(c, "counted_more", show_count(r, (int64_t)(count - SHOWN_COUNTED)));
}

static struct feel_value measures_of(struct request *r, uint64_t objective)
{
    size_t count;
    struct values list = {0};
    const uint64_t *ids = line_follow(r, objective, "measures", &count);
    for (size_t i = 0; i < count; i++) {
        struct record c = on_line(r, ids[i]);
        static const char *const shown[] = {"unit", "baseline", "target", "due", "about", "side"};
        for (size_t k = 0; k < ARRAY_COUNT(shown); k++) put_field(r, &c, ids[i], shown[k], shown[k]);
        /* A workspace of an older metamodel has no formulas, and what is typed is the reading. */
        bool computes = model_field(fact_type(picture_fact(r->picture, ids[i])), STR("reading"));
        put_field(r, &c, ids[i], "current", computes ? "reading" : "current");
        put_formula(r, &c, ids[i]);
        put_field(r, &c, ids[i], "progress", "progress");
        double part = field_number(r, ids[i], "progress", 0);
        record_int(&c, "part", part < 0 ? 0 : part > 1 ? 100 : (int64_t)(part * 100));
        record_bool(&c, "known", field_text(r, ids[i], "progress").n > 0);
        record_bool(&c, "away", part < 0); /* further from its target than at the start */
        record_text(&c, "way",
                    field_number(r, ids[i], "target", 0) < field_number(r, ids[i], "baseline", 0) ? STR("down to")
                                                                                                  : STR("up to"));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static int put_objectives(struct request *r, struct err *err)
{
    size_t count;
    struct values list = {0};
    const uint64_t *ids = all_of(r, "objective", &count);
    for (size_t i = 0; i < count; i++) {
        struct restatement apart;
        str texts[2];
        if (points_compare(r, picture_fact(r->picture, ids[i]), &apart, texts, err)) return -1;
        struct record c = on_line(r, ids[i]);
        static const char *const shown[] = {"horizon", "parent", "marketing owner", "it owner", "teams"};
        static const char *const keys[] = {"horizon", "parent", "marketing", "it", "teams"};
        for (size_t k = 0; k < ARRAY_COUNT(shown); k++) put_field(r, &c, ids[i], keys[k], shown[k]);
        record_text(&c, "agreement", agreement_of(r, ids[i]));
        record_text(&c, "apart", points_words(r, &apart));
        record_put(&c, "measures", measures_of(r, ids[i]));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "objectives", values_get(&list));
    return 0;
}

void answer_direction(struct request *r)
{
    struct err err;
    size_t ambitions, objectives;
    all_of(r, "ambition", &ambitions);
    all_of(r, "objective", &objectives);
    page_begin(r, PAGE_DIRECTION);
    page_put_text(r, "title", STR("Direction"));
    page_put_text(r, "subtitle",
                  text_format(r, STR_FORMAT ", " STR_FORMAT,
                              STR_ARGS(show_counted(r, (int64_t)ambitions, "ambition", "ambitions")),
                              STR_ARGS(show_counted(r, (int64_t)objectives, "objective", "objectives"))));
    page_put(r, "empty", feel_boolean(!ambitions && !objectives));
    put_ambitions(r);
    put_ranked(r, "customers", "customer", "needs", "annual value");
    put_ranked(r, "markets", "market", "strategy", "position");
    put_needs(r);
    static const char *const about[] = {"capability", "budget", "skill"};
    page_put(r, "benchmarks", benchmarks_of(r, about, ARRAY_COUNT(about)));
    if (put_objectives(r, &err))
        page_fail(r, &err);
    else
        page_show(r, 200);
}

/* ---- One fact's line; an objective's restatements ---- */

static struct feel_value side_record(struct request *r, const char *side, const char *name, str text, str typed)
{
    struct record c = record_new(r);
    bool own = request_may_edit(r) && str_eq(r->user.side, str_of(side));
    record_text(&c, "key", str_of(side));
    record_text(&c, "name", str_of(name));
    record_text(&c, "text", text);
    record_text(&c, "typed", typed.p ? typed : text);
    record_bool(&c, "own", own);
    return record_get(&c);
}

static int put_restatements(struct request *r, uint64_t id, str typed, struct err *err)
{
    struct restatement apart;
    str texts[2];
    if (points_compare(r, picture_fact(r->picture, id), &apart, texts, err)) return -1;
    struct record c = record_new(r);
    struct values sides = {0};
    bool marketing = str_eq(r->user.side, STR("marketing"));
    values_add(r, &sides, side_record(r, "marketing", "Marketing", texts[0], marketing ? typed : STR_NONE));
    values_add(r, &sides, side_record(r, "it", "IT", texts[1], marketing ? STR_NONE : typed));
    record_put(&c, "sides", values_get(&sides));
    record_text(&c, "apart", points_words(r, &apart));
    record_bool(&c, "compared", apart.first_there && apart.second_there);
    record_put(&c, "points", points_records(r, &apart));
    record_int(&c, "count", (int64_t)apart.count);
    page_put(r, "restated", record_get(&c));
    return 0;
}

void line_show(struct request *r, const struct fact *f, str typed, const char *message, int status)
{
    struct err err;
    struct feel_value line, loose;
    uint64_t id = fact_id(f);
    page_begin(r, PAGE_LINE);
    if (!line_draw(r, id, &line, &loose)) {
        page_error(r, 404, "This has no place on the line",
                   "The line goes from objectives through capabilities to people, applications, products and money.");
        return;
    }
    page_put_text(r, "title", fact_name(f));
    struct record c = on_line(r, id);
    record_text(&c, "kind", fact_type(f)->name);
    record_text(&c, "agreement", fact_type(f)->two_key ? agreement_of(r, id) : STR_NONE);
    static const char *const shown[] = {"statement",       "customer outcome", "business outcome", "horizon",
                                        "marketing owner", "it owner",         "description",      "purpose"};
    static const char *const keys[] = {"statement", "customer_outcome", "business_outcome", "horizon", "marketing",
                                       "it",        "description",      "purpose"};
    for (size_t i = 0; i < ARRAY_COUNT(shown); i++) put_field(r, &c, id, keys[i], shown[i]);
    record_int(&c, "version", fact_version(f));
    bool objective = str_eq(fact_type(f)->name, STR("objective"));
    record_bool(&c, "objective", objective);
    record_bool(&c, "saved", pairs_get(&r->query, STR("saved")).n > 0);
    page_put(r, "fact", record_get(&c));
    page_put(r, "line", line);
    page_put(r, "loose", loose);
    page_put(r, "measures", measures_of(r, id));
    if (message) page_put_text(r, "message", str_of(message));
    if (objective && put_restatements(r, id, typed, &err))
        page_fail(r, &err);
    else
        page_show(r, status);
}

void answer_line(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (f) line_show(r, f, STR_NONE, NULL, 200);
}

/* Each side writes its own words: the field is that of the one who is signed in. */
void answer_restate(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (!f) return;
    struct err err;
    int64_t version = 0;
    struct commit_result result;
    const struct model_field *field =
        model_field(fact_type(f), text_format(r, STR_FORMAT " restatement", STR_ARGS(r->user.side)));
    str text = str_trim(pairs_get(&r->form, STR("text")));
    if (!field || !str_eq(fact_type(f)->name, STR("objective"))) {
        page_error(
            r, 403, "This is for the two sides to say",
            "A person of marketing says what an objective means to marketing, a person of IT what it means to IT.");
        return;
    }
    if (!str_to_int(pairs_get(&r->form, STR("version")), &version)) version = 0;
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, STR("in our own words"));
    change_expect(c, fact_id(f), (uint32_t)version);
    change_value(c, fact_id(f), field, text, (struct origin){.kind = ORIGIN_TYPED});
    if (!web_commit(r->web, c, &result, &err)) {
        request_redirect(r, text_format(r, "/direction/%llu?saved=1#restated", (unsigned long long)fact_id(f)));
        return;
    }
    if (err.code != ERR_CONFLICT) {
        page_fail(r, &err);
        return;
    }
    line_show(
        r, f, text,
        "Somebody has changed the objective meanwhile. What you typed is still here: look at it again, and save it.",
        409);
}
