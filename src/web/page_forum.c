/* SPDX-License-Identifier: Apache-2.0 */
/* A forum: its agenda, made from what is due and what people brought, and its meetings. */
#include "page_forum.h"

#include "base_time.h"
#include "import.h"

enum { NAME_LIMIT = 300 };

/* ---- What the files about forums share ---- */

bool forum_types(struct request *r, struct forum_types *out)
{
    const struct model *m = picture_model(r->picture);
    *out = (struct forum_types){.forum = model_type(m, STR("forum")),
                                .meeting = model_type(m, STR("meeting")),
                                .item = model_type(m, STR("agenda item")),
                                .decision = model_type(m, STR("decision"))};
    if (out->forum && out->meeting && out->item && out->decision) return true;
    page_error(r, 404, "This workspace has no forums yet",
               "Its metamodel lacks forums, meetings, agenda items or decisions: entente model apply brings them in.");
    return false;
}

const struct fact *forum_asked(struct request *r, const struct forum_types *types)
{
    const struct fact *f = fact_asked(r);
    if (!f || fact_type(f) == types->forum) return f;
    page_error(r, 404, "There is no such forum", "The list has all of them.");
    return NULL;
}

str forum_path(struct request *r, uint64_t forum) { return text_format(r, "/forums/%llu", (unsigned long long)forum); }

str meeting_path(struct request *r, uint64_t forum, uint64_t meeting)
{
    return text_format(r, "/forums/%llu/meetings/%llu", (unsigned long long)forum, (unsigned long long)meeting);
}

str text_in(struct request *r, const struct fact *f, const char *field)
{
    const struct model_field *m = model_field(fact_type(f), str_of(field));
    return m ? fact_value_for(&r->viewer, f, m) : STR_NONE;
}

bool day_in(struct request *r, const struct fact *f, const char *field, int64_t *day)
{
    return civil_parse(text_in(r, f, field), day);
}

const uint64_t *links_in(struct request *r, const struct fact *f, const char *field, size_t *count)
{
    const struct model_field *m = model_field(fact_type(f), str_of(field));
    *count = 0;
    return m ? fact_links_for(&r->viewer, f, m, count) : NULL;
}

uint64_t link_in(struct request *r, const struct fact *f, const char *field)
{
    size_t count;
    const uint64_t *to = links_in(r, f, field, &count);
    return count ? to[0] : 0;
}

const uint64_t *inverse_in(struct request *r, const struct fact *f, const char *inverse, size_t *count)
{
    const struct model_type *type = fact_type(f);
    *count = 0;
    for (size_t i = 0; i < type->inverse_count; i++)
        if (str_eq(type->inverses[i].name, str_of(inverse)))
            return fact_inverse_for(&r->viewer, r->picture, f, &type->inverses[i], count);
    return NULL;
}

str item_href(struct request *r, uint64_t about, str asks)
{
    const struct fact *f = about ? picture_fact(r->picture, about) : NULL;
    if (!f) return STR_NONE;
    bool keys = str_eq(asks, STR("sign")) && fact_type(f)->two_key;
    return text_format(r, STR_FORMAT "%s", STR_ARGS(show_path(r, about)), keys ? "/keys" : "");
}

/* ---- The agenda ---- */

int forum_take_agenda(struct request *r, const struct fact *forum, struct taken_agenda *a, struct err *err)
{
    size_t conflicts = 0;
    *a = (struct taken_agenda){0};
    if (web_take_found(r, true, &a->found, err)) return a->found = NULL, -1;
    if (!r->then.number && agenda_asks_conflicts(r->web->agenda, text_in(r, forum, "kind")) &&
        import_count_conflicts(&r->arena, r->store, r->picture, &r->viewer, &conflicts, err))
        return -1;
    const struct agenda_found found = {a->found->findings, a->found->count, conflicts};
    return forum_agenda(r->web->agenda, &r->env, r->picture, &found, forum, &a->of, err);
}

void forum_drop_agenda(struct request *r, struct taken_agenda *a)
{
    if (a->found) web_drop_found(r->web, a->found);
}

/* Where one reads what it is about. */
static str row_href(struct request *r, const struct forum_row *row)
{
    str href = row->is_finding ? text_format(r, "/findings/" STR_FORMAT, STR_ARGS(row->source))
                               : item_href(r, row->about, agenda_asks_key(row->asks));
    if (href.n) return href;
    return row->item ? show_path(r, row->item) : STR("/sources");
}

static struct feel_value row_record(struct request *r, const struct forum_row *row)
{
    struct record c = record_new(r);
    record_text(&c, "says", row->says);
    record_text(&c, "href", row_href(r, row));
    record_text(&c, "severity", row->severity.n ? row->severity : STR(""));
    record_text(&c, "word", capitalise(r, row->severity.n ? row->severity : STR("")));
    record_put(&c, "by", row->by && picture_fact(r->picture, row->by) ? fact_record(r, row->by) : feel_null());
    record_text(&c, "item", row->item ? text_format(r, "%llu", (unsigned long long)row->item) : STR_NONE);
    record_text(&c, "source", row->source);
    record_text(&c, "from", show_day(r, row->from));
    record_bool(&c, "brought", row->item != 0);
    return record_get(&c);
}

static struct feel_value groups_record(struct request *r, const struct taken_agenda *a)
{
    static const char *const titles[] = {[ASKS_DECIDE] = "To decide", [ASKS_SIGN] = "To sign", [ASKS_KNOW] = "To know"};
    struct values groups = {0};
    for (int asks = ASKS_DECIDE; asks <= ASKS_KNOW; asks++) {
        struct values rows = {0};
        for (size_t i = 0; i < a->of.count; i++)
            if ((int)a->of.rows[i].asks == asks) values_add(r, &rows, row_record(r, &a->of.rows[i]));
        if (!rows.count) continue;
        struct record c = record_new(r);
        record_text(&c, "title", str_of(titles[asks]));
        record_put(&c, "rows", values_get(&rows));
        values_add(r, &groups, record_get(&c));
    }
    return values_get(&groups);
}

/* ---- The list ---- */

static struct feel_value forum_record(struct request *r, const struct fact *f)
{
    struct record c = record_new(r);
    size_t members;
    int64_t day;
    links_in(r, f, "members", &members);
    record_text(&c, "name", fact_name(f));
    record_text(&c, "href", forum_path(r, fact_id(f)));
    record_text(&c, "fact", show_path(r, fact_id(f)));
    record_text(&c, "kind", text_in(r, f, "kind"));
    record_text(&c, "decides", text_in(r, f, "decides"));
    record_text(&c, "members", members ? show_counted(r, (int64_t)members, "person", "people") : STR_NONE);
    record_text(&c, "every", text_in(r, f, "every days"));
    record_text(&c, "last", day_in(r, f, "last met on", &day) ? show_day(r, day) : STR_NONE);
    bool planned = day_in(r, f, "next on", &day);
    record_text(&c, "next", planned ? show_day(r, day) : STR_NONE);
    record_bool(&c, "over", planned && day < r->env.today);
    return record_get(&c);
}

void answer_forums(struct request *r)
{
    struct forum_types types;
    struct values list = {0};
    size_t count;
    if (!forum_types(r, &types)) return;
    const uint64_t *ids = picture_facts(r->picture, types.forum, &count);
    for (size_t i = 0; i < count; i++) values_add(r, &list, forum_record(r, picture_fact(r->picture, ids[i])));
    page_begin(r, PAGE_FORUMS);
    page_put_text(r, "title", STR("Forums"));
    page_put(r, "rows", values_get(&list));
    page_show(r, 200);
}

/* ---- One ---- */

static struct feel_value people_record(struct request *r, const uint64_t *ids, size_t count)
{
    struct values list = {0};
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(r->picture, ids[i]);
        struct record c = record_new(r);
        if (!f) continue;
        record_text(&c, "name", fact_name(f));
        record_text(&c, "href", show_path(r, ids[i]));
        record_text(&c, "side", side_name(r, text_in(r, f, "side")));
        record_text(&c, "id", text_format(r, "%llu", (unsigned long long)ids[i]));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static struct feel_value meetings_record(struct request *r, const struct fact *forum)
{
    struct values list = {0};
    size_t count, items;
    const uint64_t *ids = inverse_in(r, forum, "meetings", &count);
    for (size_t i = count; i-- > 0;) {
        const struct fact *f = picture_fact(r->picture, ids[i]);
        struct record c = record_new(r);
        int64_t day;
        if (!f) continue;
        inverse_in(r, f, "minutes", &items);
        record_text(&c, "href", meeting_path(r, fact_id(forum), ids[i]));
        record_text(&c, "day", day_in(r, f, "held on", &day) ? show_day(r, day) : fact_name(f));
        record_bool(&c, "open", !str_eq(text_in(r, f, "state"), STR("closed")));
        record_text(&c, "items", show_counted(r, (int64_t)items, "item", "items"));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static void show(struct request *r, const struct fact *forum, int status, str message)
{
    struct taken_agenda a;
    struct err err;
    size_t count;
    int64_t next;
    if (forum_take_agenda(r, forum, &a, &err)) {
        page_fail(r, &err);
    } else {
        struct values later = {0};
        for (size_t i = 0; i < a.of.later_count; i++) values_add(r, &later, row_record(r, &a.of.later[i]));
        const uint64_t *members = links_in(r, forum, "members", &count);
        bool planned = day_in(r, forum, "next on", &next) && next >= r->env.today;
        page_begin(r, PAGE_FORUM);
        page_put_text(r, "title", fact_name(forum));
        page_put_text(r, "message", message);
        page_put(r, "forum", forum_record(r, forum));
        page_put(r, "groups", groups_record(r, &a));
        page_put(r, "later", values_get(&later));
        page_put(r, "members", people_record(r, members, count));
        page_put(r, "meetings", meetings_record(r, forum));
        page_put_text(r, "day", civil_emit(&r->arena, planned ? next : r->env.today));
        page_put_text(r, "today", show_day(r, r->env.today));
        page_put_text(r, "typed", status == 200 ? STR_NONE : pairs_get(&r->form, STR("name")));
        put_saved(r);
        page_show(r, status);
    }
    forum_drop_agenda(r, &a);
}

void answer_forum(struct request *r)
{
    struct forum_types types;
    const struct fact *forum;
    if (forum_types(r, &types) && (forum = forum_asked(r, &types))) show(r, forum, 200, STR_NONE);
}

/* ---- Bringing, putting off ---- */

/* The person of whoever is signed in, by name; 0: nobody is called so, or several are. */
static uint64_t person_of(struct request *r)
{
    const struct model_type *person = model_type(picture_model(r->picture), STR("person"));
    bool several = false;
    uint64_t id = person && r->user.shown.n ? picture_find(r->picture, person, r->user.shown, &several) : 0;
    return several ? 0 : id;
}

/* A fact for what stands on the agenda. */
static uint64_t make_item(struct request *r, struct change_set *c, const struct forum_types *types, uint64_t forum,
                          const struct forum_row *row)
{
    uint64_t item = change_create(c, types->item);
    const struct fact *about = row->about ? picture_fact(r->picture, row->about) : NULL;
    change_text(c, types->item, item, "name", row->says);
    change_link(c, types->item, item, "forum", &forum, 1);
    change_text(c, types->item, item, "brought on", civil_emit(&r->arena, row->from));
    if (row->by) change_link(c, types->item, item, "brought by", &row->by, 1);
    change_text(c, types->item, item, "asks", agenda_asks_key(row->asks));
    if (row->source.n) change_text(c, types->item, item, "source", row->source);
    const struct model_field *field = about ? forum_about_field(types->item, fact_type(about)) : NULL;
    if (field) change_links(c, item, field, &row->about, 1, (struct origin){.kind = ORIGIN_TYPED});
    return item;
}

static bool bring(struct request *r, struct change_set *c, const struct forum_types *types, uint64_t forum, str *why)
{
    str name = str_trim(pairs_get(&r->form, STR("name")));
    str asks = pairs_get(&r->form, STR("asks"));
    struct forum_row row = {.says = name, .asks = agenda_asks_of(asks), .by = person_of(r), .from = r->env.today};
    if (!name.n || name.n > NAME_LIMIT) {
        *why = name.n ? STR("That is too long for one sentence.") : STR("Say in one sentence what it is about.");
        return false;
    }
    if (asks.n && !str_eq(asks, agenda_asks_key(row.asks))) {
        *why = STR("An item is there to decide, to sign or to know.");
        return false;
    }
    make_item(r, c, types, forum, &row);
    return true;
}

/* What was found becomes an item that waits; what was brought waits by itself. */
static bool put_off(struct request *r, struct change_set *c, const struct forum_types *types,
                    const struct taken_agenda *a, uint64_t forum, str *why)
{
    int64_t until;
    str item = pairs_get(&r->form, STR("item")), source = pairs_get(&r->form, STR("source"));
    const struct forum_row *row = NULL;
    if (!civil_parse(pairs_get(&r->form, STR("until")), &until) || until <= r->env.today) {
        *why = STR("Say until which day: one that is still to come.");
        return false;
    }
    for (size_t i = 0; i < a->of.count; i++) {
        const struct forum_row *one = &a->of.rows[i];
        str id = one->item ? text_format(r, "%llu", (unsigned long long)one->item) : STR("");
        if (item.n ? str_eq(id, item) : source.n && !one->item && str_eq(one->source, source)) row = one;
    }
    if (!row) {
        *why = STR("It is no longer on the agenda.");
        return false;
    }
    uint64_t id = row->item ? row->item : make_item(r, c, types, forum, row);
    change_text(c, types->item, id, "outcome", STR("put off"));
    change_text(c, types->item, id, "put off until", civil_emit(&r->arena, until));
    return true;
}

/* ---- Meeting ---- */

/* All that is on the agenda becomes rows of the minutes. */
static bool meet(struct request *r, struct change_set *c, const struct forum_types *types, const struct taken_agenda *a,
                 const struct fact *forum, str *why)
{
    int64_t day, id;
    uint64_t of = fact_id(forum);
    VEC(uint64_t) present = {0};
    if (!civil_parse(pairs_get(&r->form, STR("day")), &day) || day > r->env.today + 366 || day < r->env.today - 366) {
        *why = STR("Say on which day, at most a year away.");
        return false;
    }
    for (size_t i = 0; i < r->form.count; i++) {
        const struct pair *p = &r->form.items[i];
        const struct fact *who = str_eq(p->name, STR("present")) && str_to_int(p->value, &id) && id > 0
                                     ? picture_fact(r->picture, (uint64_t)id)
                                     : NULL;
        if (who && str_eq(fact_type(who)->name, STR("person"))) *vec_add(&r->arena, &present) = (uint64_t)id;
    }
    uint64_t meeting = change_create(c, types->meeting);
    change_text(c, types->meeting, meeting, "name",
                text_format(r, STR_FORMAT ", " STR_FORMAT, STR_ARGS(fact_name(forum)), STR_ARGS(show_day(r, day))));
    change_link(c, types->meeting, meeting, "forum", &of, 1);
    change_text(c, types->meeting, meeting, "held on", civil_emit(&r->arena, day));
    change_link(c, types->meeting, meeting, "present", present.items, present.count);
    for (size_t i = 0; i < a->of.count; i++) {
        const struct forum_row *row = &a->of.rows[i];
        uint64_t item = row->item ? row->item : make_item(r, c, types, of, row);
        change_link(c, types->item, item, "meeting", &meeting, 1);
        change_text(c, types->item, item, "outcome", STR("open"));
        if (row->item) change_text(c, types->item, item, "put off until", STR_NONE);
    }
    return true;
}

void answer_forum_change(struct request *r)
{
    struct forum_types types;
    struct commit_result result = {0};
    struct taken_agenda a;
    struct err err;
    str action = pairs_get(&r->form, STR("action")), why = STR_NONE;
    const struct fact *forum;
    if (!forum_types(r, &types) || !(forum = forum_asked(r, &types))) return;
    if (forum_take_agenda(r, forum, &a, &err)) {
        page_fail(r, &err);
    } else {
        bool meets = str_eq(action, STR("meet"));
        struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name,
                                              meets ? STR("began a meeting") : STR("set the agenda of a forum"));
        bool good = meets                          ? meet(r, c, &types, &a, forum, &why)
                    : str_eq(action, STR("off"))   ? put_off(r, c, &types, &a, fact_id(forum), &why)
                    : str_eq(action, STR("bring")) ? bring(r, c, &types, fact_id(forum), &why)
                                                   : false;
        if (!good && !why.n) why = STR("The form asks for nothing that is known here.");
        int status = 422;
        if (good && web_commit(r->web, c, &result, &err)) {
            why = capitalise(r, arena_copy(&r->arena, str_of(err.message)));
            status = form_status(r, &err), good = false;
        }
        if (good)
            request_redirect(r, meets
                                    ? meeting_path(r, fact_id(forum), result.made[0])
                                    : text_format(r, STR_FORMAT "?saved=%llu", STR_ARGS(forum_path(r, fact_id(forum))),
                                                  (unsigned long long)result.number));
        else
            show(r, forum, status, why);
    }
    forum_drop_agenda(r, &a);
}
