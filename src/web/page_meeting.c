/* SPDX-License-Identifier: Apache-2.0 */
/* A meeting: who was there, what was said on each item of its agenda, what became of it. What it decides is a fact that
 * both sides sign: nothing is decided by what stands in the minutes alone. */
#include "page_fact.h"
#include "page_forum.h"

#include "base_time.h"
#include "base_utf8.h"

enum { TITLE_LIMIT = 200 };

struct meeting {
    struct request *r;
    struct forum_types types;
    const struct fact *forum, *fact;
    int64_t day;
    bool closed;
    const uint64_t *items;
    size_t count;
    str message;
    str wrong;        /* the number of the item that the message is about */
    VEC(str) decided; /* the names of decisions that are being made */
};

/* False after answering. */
static bool take(struct request *r, struct meeting *m)
{
    int64_t id;
    *m = (struct meeting){.r = r};
    if (!forum_types(r, &m->types) || !(m->forum = forum_asked(r, &m->types))) return false;
    if (str_to_int(r->captures[1], &id) && id > 0) m->fact = picture_fact(r->picture, (uint64_t)id);
    if (!m->fact || fact_type(m->fact) != m->types.meeting || link_in(r, m->fact, "forum") != fact_id(m->forum)) {
        page_error(r, 404, "There is no such meeting", "The page of the forum has all of its meetings.");
        return false;
    }
    if (!day_in(r, m->fact, "held on", &m->day)) m->day = r->env.today;
    m->closed = str_eq(text_in(r, m->fact, "state"), STR("closed"));
    m->items = inverse_in(r, m->fact, "minutes", &m->count);
    return true;
}

static str number_of_item(struct request *r, uint64_t id) { return text_format(r, "%llu", (unsigned long long)id); }

/* What the form says of an item: said-12. */
static str said_of(const struct meeting *m, const char *what, uint64_t item)
{
    return pairs_get(&m->r->form, text_format(m->r, "%s-%llu", what, (unsigned long long)item));
}

/* ---- Showing ---- */

static struct feel_value decisions_record(struct request *r, const struct fact *item)
{
    struct values list = {0};
    size_t count;
    const uint64_t *ids = inverse_in(r, item, "decisions", &count);
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(r->picture, ids[i]);
        struct record c = record_new(r);
        if (!f) continue;
        struct feel_value agreement = graph_field(&r->env, ids[i], STR("agreement"));
        record_text(&c, "text", text_in(r, f, "text"));
        record_text(&c, "href", text_format(r, STR_FORMAT "/keys", STR_ARGS(show_path(r, ids[i]))));
        record_put(&c, "agreement", agreement);
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static struct feel_value item_record(const struct meeting *m, const struct fact *f, size_t place)
{
    struct request *r = m->r;
    struct record c = record_new(r);
    uint64_t id = fact_id(f), about = forum_item_about(&r->viewer, f), by = link_in(r, f, "brought by");
    bool again = m->message.n > 0; /* what was typed is shown again */
    str asks = text_in(r, f, "asks"), outcome = again ? said_of(m, "outcome", id) : text_in(r, f, "outcome");
    int64_t until;
    record_int(&c, "place", (int64_t)place);
    record_text(&c, "id", number_of_item(r, id));
    record_text(&c, "version", text_format(r, "%u", fact_version(f)));
    record_text(&c, "name", fact_name(f));
    record_text(&c, "asks", asks);
    record_text(&c, "href", item_href(r, about, asks));
    record_bool(&c, "signs", str_eq(asks, STR("sign")));
    if (about) record_put(&c, "about", fact_record(r, about));
    if (by) record_put(&c, "by", fact_record(r, by));
    record_text(&c, "said", again ? said_of(m, "said", id) : text_in(r, f, "said"));
    record_text(&c, "decided", again ? said_of(m, "decided", id) : STR_NONE);
    record_text(&c, "outcome", outcome.n ? outcome : STR("open"));
    bool off = day_in(r, f, "put off until", &until);
    record_text(&c, "until", again ? said_of(m, "until", id) : off ? civil_emit(&r->arena, until) : STR_NONE);
    record_text(&c, "until_words", off ? show_day(r, until) : STR_NONE);
    record_put(&c, "decisions", decisions_record(r, f));
    if (str_eq(m->wrong, number_of_item(r, id))) record_text(&c, "error", m->message);
    return record_get(&c);
}

static struct feel_value present_record(const struct meeting *m)
{
    struct request *r = m->r;
    struct values list = {0};
    size_t members, there;
    const uint64_t *ids = links_in(r, m->forum, "members", &members),
                   *present = links_in(r, m->fact, "present", &there);
    for (size_t i = 0; i < members + there; i++) {
        uint64_t id = i < there ? present[i] : ids[i - there];
        bool seen = false;
        for (size_t k = 0; i >= there && k < there; k++) seen |= present[k] == id;
        if (seen || !picture_fact(r->picture, id)) continue;
        struct record c = record_new(r);
        record_text(&c, "id", number_of_item(r, id));
        record_text(&c, "name", show_name(r, id));
        record_bool(&c, "there", i < there);
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static void show(const struct meeting *m, int status)
{
    struct request *r = m->r;
    struct values items = {0};
    for (size_t i = 0; i < m->count; i++) {
        const struct fact *f = picture_fact(r->picture, m->items[i]);
        if (f) values_add(r, &items, item_record(m, f, i + 1));
    }
    page_begin(r, PAGE_MEETING);
    page_put_text(r, "title", fact_name(m->fact));
    page_put(r, "forum", fact_record(r, fact_id(m->forum)));
    page_put_text(r, "forum_href", forum_path(r, fact_id(m->forum)));
    page_put_text(r, "action", meeting_path(r, fact_id(m->forum), fact_id(m->fact)));
    page_put_text(r, "message", m->message);
    page_put_text(r, "day", show_day(r, m->day));
    page_put(r, "closed", feel_boolean(m->closed));
    page_put_text(r, "version", text_format(r, "%u", fact_version(m->fact)));
    page_put(r, "present", present_record(m));
    page_put_text(r, "notes", m->message.n ? pairs_get(&r->form, STR("notes")) : text_in(r, m->fact, "notes"));
    page_put(r, "items", values_get(&items));
    put_saved(r);
    page_show(r, status);
}

void answer_meeting(struct request *r)
{
    struct meeting m;
    if (take(r, &m)) show(&m, 200);
}

/* ---- Writing the minutes ---- */

static bool refuse(struct meeting *m, uint64_t item, const char *why)
{
    m->message = str_of(why);
    m->wrong = item ? number_of_item(m->r, item) : STR_NONE;
    return false;
}

static bool is_taken(const struct meeting *m, str name)
{
    bool several = false;
    if (picture_find(m->r->picture, m->types.decision, name, &several) || several) return true;
    VEC_EACH(other, &m->decided)
        if (str_eq(*other, name)) return true;
    return false;
}

/* As what it is about is called, else as the item, and the day: "RQ-1051 Canva for shops, 26 November 2026". */
static str name_decision(struct meeting *m, const struct fact *item)
{
    struct request *r = m->r;
    uint64_t about = forum_item_about(&r->viewer, item);
    str what = utf8_cut(about ? show_label(r, about) : fact_name(item), TITLE_LIMIT);
    str first = text_format(r, STR_FORMAT ", " STR_FORMAT, STR_ARGS(what), STR_ARGS(show_day(r, m->day)));
    str name = first;
    for (int again = 2; is_taken(m, name); again++) name = text_format(r, STR_FORMAT " (%d)", STR_ARGS(first), again);
    *vec_add(&r->arena, &m->decided) = name;
    return name;
}

static void make_decision(struct meeting *m, struct change_set *c, const struct fact *item, str text)
{
    const struct model_type *type = m->types.decision;
    uint64_t decision = change_create(c, type), of = fact_id(item);
    change_text(c, type, decision, "name", name_decision(m, item));
    change_text(c, type, decision, "text", text);
    change_link(c, type, decision, "agenda item", &of, 1);
}

/* What differs from what is there. A decision makes the outcome; else it is one of those that the form offers. */
static bool write_item(struct meeting *m, struct change_set *c, const struct fact *f)
{
    struct request *r = m->r;
    uint64_t id = fact_id(f);
    const struct model_type *type = m->types.item;
    str said = str_trim(form_lines(r, said_of(m, "said", id))),
        decided = str_trim(form_lines(r, said_of(m, "decided", id)));
    str outcome = said_of(m, "outcome", id), until = STR_NONE;
    int64_t day, version;
    size_t decisions;
    if (!said_of(m, "version", id).p) return true; /* not in the form */
    inverse_in(r, f, "decisions", &decisions);
    if (decided.n || decisions) outcome = STR("decided");
    if (str_eq(outcome, STR("decided")) && !decided.n && !decisions)
        return refuse(m, id, "Write down what was decided: it becomes a decision that both sides sign.");
    if (str_eq(outcome, STR("put off"))) {
        until = said_of(m, "until", id);
        if (!civil_parse(until, &day) || day <= m->day)
            return refuse(m, id, "Say until which day it is put off: one after the meeting.");
    }
    bool same = str_eq(said, text_in(r, f, "said")) && str_eq(outcome, text_in(r, f, "outcome")) &&
                str_eq(until, text_in(r, f, "put off until"));
    if (same && !decided.n) return true;
    if (str_to_int(said_of(m, "version", id), &version)) change_expect(c, id, (uint32_t)version);
    change_text(c, type, id, "said", said);
    change_text(c, type, id, "outcome", outcome);
    if (!str_eq(until, text_in(r, f, "put off until"))) change_text(c, type, id, "put off until", until);
    if (decided.n) make_decision(m, c, f, decided);
    return true;
}

static void write_present(struct meeting *m, struct change_set *c)
{
    struct request *r = m->r;
    VEC(uint64_t) present = {0};
    int64_t version;
    if (str_to_int(pairs_get(&r->form, STR("version")), &version))
        change_expect(c, fact_id(m->fact), (uint32_t)version);
    for (size_t i = 0; i < r->form.count; i++) {
        const struct pair *p = &r->form.items[i];
        int64_t id;
        if (!str_eq(p->name, STR("present")) || !str_to_int(p->value, &id) || id < 1) continue;
        const struct fact *who = picture_fact(r->picture, (uint64_t)id);
        if (who && str_eq(fact_type(who)->name, STR("person"))) *vec_add(&r->arena, &present) = (uint64_t)id;
    }
    change_link(c, m->types.meeting, fact_id(m->fact), "present", present.items, present.count);
    change_text(c, m->types.meeting, fact_id(m->fact), "notes",
                str_trim(form_lines(r, pairs_get(&r->form, STR("notes")))));
}

/* The agenda found it by itself and the meeting did not reach it: it is found again as long as it is due. */
static bool is_dropped(const struct meeting *m, const struct fact *f)
{
    struct request *r = m->r;
    uint64_t id = fact_id(f);
    size_t decisions;
    inverse_in(r, f, "decisions", &decisions);
    return text_in(r, f, "source").n && str_eq(said_of(m, "outcome", id), STR("open")) && !decisions &&
           !str_trim(said_of(m, "decided", id)).n;
}

/* What somebody brought and was not reached waits for the next meeting; what was put off comes back as an item of that
 * day. */
static void send_back(struct meeting *m, struct change_set *c, const struct fact *f)
{
    struct request *r = m->r;
    const struct model_type *type = m->types.item;
    uint64_t id = fact_id(f), forum = fact_id(m->forum);
    size_t decisions;
    str outcome = said_of(m, "outcome", id);
    inverse_in(r, f, "decisions", &decisions);
    if (decisions || str_trim(said_of(m, "decided", id)).n || text_in(r, f, "source").n) return;
    if (str_eq(outcome, STR("open"))) change_link(c, type, id, "meeting", NULL, 0);
    if (!str_eq(outcome, STR("put off"))) return;
    uint64_t again = change_create(c, type);
    change_text(c, type, again, "name", fact_name(f));
    change_link(c, type, again, "forum", &forum, 1);
    change_text(c, type, again, "brought on", said_of(m, "until", id));
    change_text(c, type, again, "asks", text_in(r, f, "asks"));
    for (size_t i = 0; i < type->field_count; i++) {
        size_t count = 0;
        const struct model_field *field = &type->fields[i];
        bool stays = str_eq(field->name, STR("forum")) || str_eq(field->name, STR("meeting"));
        const uint64_t *to = field->kind == FIELD_LINK && !stays ? fact_links_for(&r->viewer, f, field, &count) : NULL;
        if (count) change_links(c, again, field, to, count, (struct origin){.kind = ORIGIN_TYPED});
    }
}

static void close_meeting(struct meeting *m, struct change_set *c)
{
    struct request *r = m->r;
    int64_t every, last;
    uint64_t forum = fact_id(m->forum);
    change_text(c, m->types.meeting, fact_id(m->fact), "state", STR("closed"));
    /* A meeting whose minutes come late does not take back a later one. */
    if (!day_in(r, m->forum, "last met on", &last) || last < m->day) {
        change_text(c, m->types.forum, forum, "last met on", civil_emit(&r->arena, m->day));
        bool comes_back = str_to_int(text_in(r, m->forum, "every days"), &every) && every > 0 && every < 10000;
        change_text(c, m->types.forum, forum, "next on", comes_back ? civil_emit(&r->arena, m->day + every) : STR_NONE);
    }
}

static bool write_minutes(struct meeting *m, struct change_set *c, bool closes)
{
    struct request *r = m->r;
    if (m->closed) return refuse(m, 0, "The minutes are closed.");
    for (size_t i = 0; i < m->count; i++) {
        const struct fact *f = picture_fact(r->picture, m->items[i]);
        if (!f) continue;
        if (closes && is_dropped(m, f)) {
            change_delete(c, m->items[i]);
            continue;
        }
        if (!write_item(m, c, f)) return false;
        if (closes) send_back(m, c, f);
    }
    write_present(m, c);
    if (closes) close_meeting(m, c);
    return true;
}

void answer_meeting_change(struct request *r)
{
    struct meeting m;
    struct commit_result result = {0};
    struct err err;
    if (!take(r, &m)) return;
    bool closes = str_eq(pairs_get(&r->form, STR("action")), STR("close"));
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name,
                                          closes ? STR("closed the minutes") : STR("wrote minutes"));
    int status = 422;
    bool good = write_minutes(&m, c, closes);
    if (good && web_commit(r->web, c, &result, &err)) {
        good = false;
        m.message = capitalise(r, arena_copy(&r->arena, str_of(err.message)));
        status = form_status(r, &err);
    }
    if (good)
        request_redirect(r, text_format(r, STR_FORMAT "?saved=%llu",
                                        STR_ARGS(meeting_path(r, fact_id(m.forum), fact_id(m.fact))),
                                        (unsigned long long)result.number));
    else
        show(&m, status);
}
