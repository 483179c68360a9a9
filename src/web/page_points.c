/* SPDX-License-Identifier: Apache-2.0 */
/* Points in which the two restatements of an objective part: each side answers in its own field, and what both answer
 * alike is agreed. */
#include "page_points.h"

static const char same_words[] = "we mean the same";

int points_compare(struct request *r, const struct fact *objective, struct restatement *out, str texts[2],
                   struct err *err)
{
    static const char *const fields[2] = {"marketing restatement", "it restatement"};
    for (size_t i = 0; i < 2; i++) {
        const struct model_field *field = model_field(fact_type(objective), str_of(fields[i]));
        texts[i] = field ? fact_value_for(&r->viewer, objective, field) : STR_NONE;
    }
    if (restate_compare(&r->arena, r->picture, &r->viewer, texts[0], texts[1], out, err)) return -1;
    restate_answers(&r->arena, r->picture, &r->viewer, objective, out);
    return 0;
}

str points_words(struct request *r, const struct restatement *x)
{
    if (!x->first_there && !x->second_there) return STR("neither side has said what it means");
    if (!x->first_there) return STR("marketing has not yet said what it means");
    if (!x->second_there) return STR("IT has not yet said what it means");
    if (!x->count) return STR("both say the same");
    str open = x->open ? show_counted(r, (int64_t)x->open, "point to agree on", "points to agree on") : STR_NONE;
    str agreed = x->agreed ? text_format(r, "%zu agreed", x->agreed) : STR_NONE;
    if (!open.n && !agreed.n) return STR("only words differ");
    return text_format(r, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(open), open.n && agreed.n ? ", " : "", STR_ARGS(agreed));
}

static const char *ask_about(const struct restate_point *p)
{
    switch (p->kind) {
    case RESTATE_TERM: return "The word has two meanings. Which one is meant here?";
    case RESTATE_NUMBER: return "Only one side has this number. Does it hold for both?";
    case RESTATE_DATE: return "Only one side has this date. Does it hold for both?";
    case RESTATE_WORD: break;
    }
    return "Only one side says this. Does the other mean it too?";
}

static bool is_marketing(const struct request *r) { return str_eq(r->user.side, STR("marketing")); }
/* People of the two sides; a workspace of an older metamodel has no place for answers. */
static bool is_asked(const struct request *r)
{
    return (is_marketing(r) || str_eq(r->user.side, STR("it"))) &&
           model_type(picture_model(r->picture), STR("talking point"));
}

static void put_answer(struct request *r, struct values *list, const char *key, const char *name, str says)
{
    struct record c = record_new(r);
    if (!says.n) return;
    record_text(&c, "key", str_of(key));
    record_text(&c, "name", str_of(name));
    record_text(&c, "says", says);
    values_add(r, list, record_get(&c));
}

struct feel_value points_records(struct request *r, const struct restatement *x)
{
    struct values list = {0};
    for (size_t i = 0; i < x->count; i++) {
        const struct restate_point *p = &x->points[i];
        struct record c = record_new(r);
        struct values answers = {0};
        str mine = is_marketing(r) ? p->first_says : p->second_says;
        str theirs = is_marketing(r) ? p->second_says : p->first_says;
        record_text(&c, "kind", str_of(restate_kind_name(p->kind)));
        record_text(&c, "text", p->text);
        record_text(&c, "who", str_of(restate_who(p)));
        record_text(&c, "ask", str_of(ask_about(p)));
        record_bool(&c, "word", p->kind == RESTATE_WORD);
        record_bool(&c, "shown", p->kind != RESTATE_WORD || p->point);
        record_bool(&c, "agreed", p->agreed);
        record_text(&c, "settled", p->agreed ? p->first_says : STR_NONE);
        record_bool(&c, "answers", request_may_edit(r) && is_asked(r));
        record_text(&c, "mine", mine);
        record_text(&c, "theirs", theirs);
        put_answer(r, &answers, "marketing", "Marketing", p->first_says);
        put_answer(r, &answers, "it", "IT", p->second_says);
        record_put(&c, "said", values_get(&answers));
        record_text(&c, "other", is_marketing(r) ? STR("IT") : STR("Marketing"));
        if (p->point) record_text(&c, "fact", show_path(r, p->point));
        if (p->term) {
            record_text(&c, "href", show_path(r, p->term));
            record_text(&c, "first_means", p->first_means.n ? p->first_means : STR("nothing known"));
            record_text(&c, "second_means", p->second_means.n ? p->second_means : STR("nothing known"));
        }
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

/* ---- What waits ---- */

void add_points(struct request *r, struct values *list)
{
    size_t count;
    const struct model_type *type = model_type(picture_model(r->picture), STR("objective"));
    const uint64_t *ids = type && is_asked(r) ? picture_facts(r->picture, type, &count) : NULL;
    for (size_t i = 0; ids && i < count; i++) {
        const struct fact *f = picture_fact(r->picture, ids[i]);
        struct restatement x;
        struct err ignored;
        str texts[2];
        size_t mine = 0, answered = 0;
        /* What is too long to be compared is told on its own page. */
        if (points_compare(r, f, &x, texts, &ignored)) continue;
        for (size_t k = 0; k < x.count; k++) {
            const struct restate_point *p = &x.points[k];
            str own = is_marketing(r) ? p->first_says : p->second_says;
            str other = is_marketing(r) ? p->second_says : p->first_says;
            if (!restate_is_open(p) || (own.n && !other.n)) continue;
            mine++;
            answered += other.n > 0;
        }
        if (!mine) continue;
        struct record c = record_new(r);
        record_put(&c, "fact", fact_record(r, ids[i]));
        record_text(&c, "href", text_format(r, "/direction/%llu#restated", (unsigned long long)ids[i]));
        record_text(&c, "what", show_counted(r, (int64_t)mine, "point to agree on", "points to agree on"));
        if (answered)
            record_text(&c, "other",
                        text_format(r, "%s has answered %zu", is_marketing(r) ? "IT" : "marketing", answered));
        values_add(r, list, record_get(&c));
    }
}

/* ---- Answering ---- */

static const struct restate_point *point_asked(struct request *r, const struct restatement *x)
{
    str kind = pairs_get(&r->form, STR("kind")), who = pairs_get(&r->form, STR("who"));
    str text = pairs_get(&r->form, STR("text"));
    for (size_t i = 0; i < x->count; i++) {
        const struct restate_point *p = &x->points[i];
        if (str_eq(str_of(restate_kind_name(p->kind)), kind) && str_eq(str_of(restate_who(p)), who) &&
            str_eq(p->text, text))
            return p;
    }
    return NULL;
}

static void set_text(struct change_set *c, uint64_t fact, const struct model_type *type, const char *field, str text)
{
    change_value(c, fact, model_field(type, str_of(field)), text, (struct origin){.kind = ORIGIN_TYPED});
}

/* The fact for the point, made where nobody has spoken of it yet; its own side's answer, where it gives one. */
static void fill(struct request *r, struct change_set *c, const struct model_type *type, const struct fact *objective,
                 const struct restate_point *p, str answer)
{
    uint64_t id = p->point, whole = fact_id(objective);
    if (!id) {
        id = change_create(c, type);
        set_text(c, id, type, "name", p->text);
        set_text(c, id, type, "kind", str_of(restate_kind_name(p->kind)));
        set_text(c, id, type, "said by", str_of(restate_who(p)));
        change_links(c, id, model_field(type, STR("objective")), &whole, 1, (struct origin){.kind = ORIGIN_TYPED});
    } else {
        change_expect(c, id, fact_version(picture_fact(r->picture, id)));
    }
    if (answer.n) set_text(c, id, type, is_marketing(r) ? "marketing answer" : "it answer", answer);
}

/* What is answered; STR_NONE after the page has said why not. */
static str answer_given(struct request *r, const struct fact *f, const struct restate_point *p)
{
    str act = pairs_get(&r->form, STR("act")), other = is_marketing(r) ? p->second_says : p->first_says;
    str text = str_trim(pairs_get(&r->form, STR("holds")));
    if (str_eq(act, STR("same"))) return str_of(same_words);
    if (str_eq(act, STR("confirm"))) {
        if (other.n && str_eq(other, pairs_get(&r->form, STR("theirs")))) return other;
        line_show(r, f, STR_NONE, "The other side has changed its answer meanwhile: read it again.", 409);
        return STR_NONE;
    }
    if (str_eq(act, STR("holds")) && text.n) return text;
    line_show(r, f, STR_NONE, "Say what holds for both, in a few words.", 422);
    return STR_NONE;
}

void answer_point(struct request *r)
{
    const struct fact *f = fact_asked(r);
    struct err err;
    struct restatement x;
    struct commit_result result;
    str texts[2];
    const struct model_type *type = model_type(picture_model(r->picture), STR("talking point"));
    if (!f) return;
    if (!is_asked(r) || !str_eq(fact_type(f)->name, STR("objective"))) {
        page_error(r, 403, "This is for the two sides to say",
                   "People of marketing and of IT answer, each for their own side.");
        return;
    }
    if (points_compare(r, f, &x, texts, &err)) {
        page_fail(r, &err);
        return;
    }
    const struct restate_point *p = point_asked(r, &x);
    if (!p) {
        line_show(r, f, STR_NONE, "One of the two texts has changed meanwhile, and the point is no longer there.", 409);
        return;
    }
    bool asks = str_eq(pairs_get(&r->form, STR("act")), STR("ask"));
    str answer = asks ? STR_NONE : answer_given(r, f, p);
    if (!asks && !answer.n) return;
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name,
                                          asks ? STR("asked what both mean") : STR("answered what is meant"));
    fill(r, c, type, f, p, answer);
    if (!web_commit(r->web, c, &result, &err))
        request_redirect(r, text_format(r, "/direction/%llu?saved=1#restated", (unsigned long long)fact_id(f)));
    else if (err.code == ERR_CONFLICT)
        line_show(r, f, STR_NONE, "Somebody answered the same moment. Look at it again.", 409);
    else if (err.code == ERR_INPUT)
        line_show(r, f, STR_NONE, arena_copy(&r->arena, str_of(err.message)).p, 422);
    else
        page_fail(r, &err);
}
