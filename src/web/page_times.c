/* SPDX-License-Identifier: Apache-2.0 */
/* Zones over time: days from question to decision first of all, then what it took and by whom it was asked. */
#include "page_times.h"
#include "page_ask.h"

#include "base_time.h"
#include "web_study.h"

#include <math.h>

enum { PERCENT = 100, CSV_BYTES = 16 << 20 };

str show_days(struct request *r, double days)
{
    if (isnan(days)) return STR_NONE;
    return text_format(r, floor(days) == days ? "%.0f" : "%.1f", days);
}

static str share_text(struct request *r, uint64_t part, uint64_t whole)
{
    if (!whole) return STR_NONE;
    return text_format(r, "%llu %%", (unsigned long long)((part * PERCENT + whole / 2) / whole));
}

static str amount_text(struct request *r, double amount)
{
    return isnan(amount) ? STR_NONE : show_money(r, text_format(r, "%.0f", amount), false);
}

/* ---- What is asked of the studies ---- */

/* The rulebook that rules on zones: what comes of requests does not depend on it, their tones do. */
const struct study *times_take(struct request *r, enum study_state *state, uint64_t *done, uint64_t *total)
{
    const struct book_day day = request_book_day(r, r->env.today);
    struct study_ask ask = {.kind = STUDY_EVIDENCE};
    const struct rulebook *rules;
    struct err err;
    if (shelf_take_in_force(r->web->shelf, &day, STR_NONE, &ask.book, &rules, &err) < 0) return NULL;
    const struct study *s = study_take(r, &ask, state, done, total);
    shelf_put_back(r->web->shelf, rules);
    return s;
}

/* ---- Figures ---- */

/* "3 green, 2 amber" */
static str zones_text(struct request *r, const struct decision_times *t)
{
    struct buf b;
    buf_init(&b, 10000);
    for (size_t i = 0; i < t->zone_count; i++) {
        if (b.n) buf_text(&b, ", ");
        buf_printf(&b, "%llu\xC2\xA0" STR_FORMAT, (unsigned long long)t->zones[i].requests, STR_ARGS(t->zones[i].zone));
    }
    str text = buf_copy(&b, &r->arena);
    buf_release(&b);
    return text;
}

/* Sides by their names, what begins with one too: "IT-led". */
static str group_name(struct request *r, const struct decision_times *t)
{
    const struct model *m = picture_model(r->picture);
    size_t dash = str_find_char(t->name, '-');
    if (str_eq(t->by, STR("month")) || str_eq(t->by, STR("team"))) return t->name;
    if (dash == STR_NOT_FOUND) dash = t->name.n;
    const struct model_side *side = model_side(m, str_slice(t->name, 0, dash));
    if (!side) return capitalise(r, t->name);
    return text_format(r, STR_FORMAT STR_FORMAT, STR_ARGS(side->name), STR_ARGS(str_from(t->name, dash)));
}

static struct feel_value group_record(struct request *r, const struct decision_times *t)
{
    const struct request_effort *e = &t->effort;
    struct record c = record_new(r);
    record_text(&c, "name", group_name(r, t));
    record_text(&c, "requests", show_count(r, (int64_t)t->requests));
    if (t->id_count)
        record_text(&c, "href",
                    text_format(r, "/rulings/times?by=" STR_FORMAT "&of=" STR_FORMAT "#chosen", STR_ARGS(t->by),
                                STR_ARGS(url_encode(r, t->name))));
    record_text(&c, "waiting", show_count(r, (int64_t)t->waiting));
    record_text(&c, "median", show_days(r, t->median));
    record_text(&c, "ninetieth", show_days(r, t->ninetieth));
    record_text(&c, "at_once", share_text(r, t->at_once, t->decided));
    record_text(&c, "kept", share_text(r, t->kept, t->promised));
    record_text(&c, "promised", show_count(r, (int64_t)t->promised));
    record_text(&c, "marketing_hours", show_days(r, e->marketing_hours));
    record_text(&c, "it_hours", show_days(r, e->it_hours));
    record_text(&c, "budget", amount_text(r, e->budget));
    record_text(&c, "used", amount_text(r, e->used));
    record_text(&c, "zones", zones_text(r, t));
    return record_get(&c);
}

static void put_groups(struct request *r, const struct study *s)
{
    static const struct {
        const char *by, *title, *head;
        bool folded;
    } parts[] = {{"month", "By month of the question", "Month"},
                 {"zone", "By zone", "Zone"},
                 {"extent", "By extent of the other side's part", "Extent"},
                 {"side", "By side that asks", "Side", true},
                 {"team", "By team that asks", "Team", true},
                 {"kind", "By kind", "Kind", true}};
    struct values groups = {0};
    const struct evidence *e = &s->evidence;
    for (size_t p = 0; p < ARRAY_COUNT(parts); p++) {
        struct values rows = {0};
        for (size_t i = 0; i < e->time_count; i++)
            if (str_eq(e->times[i].by, str_of(parts[p].by))) values_add(r, &rows, group_record(r, &e->times[i]));
        if (!rows.count) continue;
        struct record c = record_new(r);
        record_text(&c, "key", str_of(parts[p].by));
        record_text(&c, "title", str_of(parts[p].title));
        record_text(&c, "head", str_of(parts[p].head));
        record_bool(&c, "folded", parts[p].folded);
        record_text(&c, "count", show_count(r, (int64_t)rows.count));
        record_put(&c, "rows", values_get(&rows));
        values_add(r, &groups, record_get(&c));
    }
    page_put(r, "groups", values_get(&groups));
}

/* ---- The requests behind a number ---- */

static str field_text(struct request *r, const struct fact *f, const char *name)
{
    const struct model_field *field = model_field(fact_type(f), str_of(name));
    return field ? show_field(r, f, field) : STR_NONE;
}

static void put_chosen(struct request *r, const struct study *s)
{
    str by = pairs_get(&r->query, STR("by")), of = pairs_get(&r->query, STR("of"));
    const struct decision_times *t = NULL;
    for (size_t i = 0; i < s->evidence.time_count; i++)
        if (str_eq(s->evidence.times[i].by, by) && str_eq(s->evidence.times[i].name, of)) t = &s->evidence.times[i];
    if (!t) return;
    struct record c = record_new(r);
    struct values rows = {0};
    for (size_t i = 0; i < t->id_count && rows.count < LIST_ROWS; i++) {
        static const char *const fields[] = {"asked on", "state", "answered on", "zone", "days waited"},
                                 *const keys[] = {"asked", "state", "answered", "zone", "days"};
        const struct fact *f = picture_fact(r->picture, t->ids[i]);
        struct record row = record_new(r);
        if (!f) continue;
        record_put(&row, "fact", fact_record(r, t->ids[i]));
        for (size_t k = 0; k < ARRAY_COUNT(fields); k++) record_text(&row, keys[k], field_text(r, f, fields[k]));
        values_add(r, &rows, record_get(&row));
    }
    record_text(&c, "name", group_name(r, t));
    record_put(&c, "rows", values_get(&rows));
    if (t->requests > rows.count) record_text(&c, "more", show_count(r, (int64_t)(t->requests - rows.count)));
    page_put(r, "chosen", record_get(&c));
}

/* ---- The page ---- */

/* Those that the metamodel has, and this account may see. */
static bool shows(struct request *r, const char *field)
{
    const struct model_type *type = model_type(picture_model(r->picture), STR("request"));
    const struct model_field *f = type ? model_field(type, str_of(field)) : NULL;
    return f && request_sees(r, type, f);
}

static bool any_effort(const struct evidence *e, bool money)
{
    const struct request_effort *x = &e->times[0].effort;
    return money ? !isnan(x->budget) || !isnan(x->used) : !isnan(x->marketing_hours) || !isnan(x->it_hours);
}

void answer_times(struct request *r)
{
    enum study_state state = STUDY_WAITS;
    uint64_t done = 0, total = 0;
    const struct study *s = times_take(r, &state, &done, &total);
    if (study_is_shown(r, s, state, done, total, "Zones over time")) {
        const struct evidence *e = &s->evidence;
        int64_t newer_in = study_newer_in(r, s);
        page_begin(r, PAGE_TIMES);
        if (newer_in) page_put(r, "again", feel_int(newer_in));
        page_put_text(r, "title", STR("Zones over time"));
        page_put_text(r, "subtitle", STR("How long it takes from a question to its decision, and what it costs."));
        page_put(r, "empty", feel_boolean(!e->time_count));
        page_put_text(r, "made", show_time(r, s->made));
        if (e->time_count) {
            page_put(r, "figures", group_record(r, &e->times[0]));
            page_put(r, "efforts",
                     feel_boolean(any_effort(e, false) && shows(r, "marketing hours") && shows(r, "it hours")));
            page_put(r, "money", feel_boolean(any_effort(e, true) && shows(r, "budget") && shows(r, "budget used")));
            put_groups(r, s);
            put_chosen(r, s);
            times_draw(r, s);
        }
        page_show(r, 200);
    }
    study_drop(r, s);
}
