/* SPDX-License-Identifier: Apache-2.0 */
/* What the rulings of requests promise: on the page of a request, and on the page of whoever it waits for. */
#include "page_fact.h"
#include "page_kept.h"
#include "page_keys.h"

static str text_of(struct request *r, const struct fact *f, const char *name)
{
    const struct model_field *field = model_field(fact_type(f), str_of(name));
    return field ? fact_value_for(&r->viewer, f, field) : STR_NONE;
}

static str side_words(struct request *r, str key)
{
    const struct model_side *side = key.n ? model_side(picture_model(r->picture), key) : NULL;
    return side ? side->name : STR("somebody");
}

static str days_words(struct request *r, int64_t days) { return show_counted(r, days, "working day", "working days"); }

/* The request's own zones are in their order, the lightest first. */
static const char *tone_of(const struct fact *f, str zone)
{
    const struct model_field *field = model_field(fact_type(f), STR("zone"));
    for (size_t i = 0; field && i < field->value_count; i++)
        if (str_eq(field->values[i], zone)) return i == 0 ? "light" : i + 1 == field->value_count ? "heavy" : "middle";
    return "";
}

/* ---- On the page of the request ---- */

void put_promise(struct request *r, const struct fact *f)
{
    struct picture_ruling x;
    if (!str_eq(fact_type(f)->name, STR("request")) || !picture_ruling(r->picture, fact_id(f), r->env.today, &x))
        return;
    struct record c = record_new(r);
    bool waits = str_eq(text_of(r, f, "state"), STR("waiting"));
    record_text(&c, "zone", capitalise(r, x.zone));
    record_text(&c, "tone", str_of(tone_of(f, x.zone)));
    record_text(&c, "number", text_format(r, "%llu", (unsigned long long)x.number));
    record_text(&c, "href", text_format(r, "/rulings/%llu", (unsigned long long)x.number));
    record_text(&c, "day", show_day(r, x.day));
    record_text(&c, "book", text_format(r, STR_FORMAT " " STR_FORMAT, STR_ARGS(x.rulebook), STR_ARGS(x.version)));
    record_bool(&c, "aside", x.aside);
    record_bool(&c, "waits", waits);
    record_text(&c, "limit", limit_word(x.limit));
    if (waits && !r->then.number) record_text(&c, "again", kept_again(r, x.number));
    if (x.within) {
        record_text(&c, "due", show_day(r, x.due));
        record_text(&c, "within", days_words(r, x.within));
        record_text(&c, "left", days_words(r, x.left < 0 ? -x.left : x.left));
        record_text(&c, "otherwise", x.otherwise);
    }
    page_put(r, "promise", record_get(&c));
}

/* ---- On the page of whoever it waits for ---- */

/* When the limit has run out both sides decide, so it waits for those who sign for them; when it soon will, for the
 * side that has to answer. */
static bool waits_for_me(struct request *r, const struct fact *f, enum ruling_limit limit)
{
    const struct model *m = picture_model(r->picture);
    if (limit == LIMIT_SOON) return request_may_edit(r) && str_eq(text_of(r, f, "waits on"), r->user.side);
    for (size_t i = 0; limit == LIMIT_RUN_OUT && r->user.role >= ROLE_SIGNATORY && i < ARRAY_COUNT(m->keys); i++)
        if (m->keys[i] && str_eq(m->keys[i]->key, r->user.side)) return true;
    return false;
}

void add_promises(struct request *r, struct values *list)
{
    uint64_t id;
    for (size_t i = 0; (id = picture_requested(r->picture, i)); i++) {
        struct picture_ruling x;
        const struct fact *f = picture_fact(r->picture, id);
        if (!f || !picture_ruling(r->picture, id, r->env.today, &x) ||
            !str_eq(text_of(r, f, "state"), STR("waiting")) || !waits_for_me(r, f, x.limit))
            continue;
        struct record c = record_new(r);
        bool late = x.limit == LIMIT_RUN_OUT;
        record_put(&c, "fact", fact_record(r, id));
        record_text(&c, "href", show_path(r, id));
        record_text(&c, "what",
                    late ? text_format(r, "not answered by " STR_FORMAT " in time; both heads decide now",
                                       STR_ARGS(side_words(r, text_of(r, f, "waits on"))))
                         : STR("an answer is due"));
        record_text(&c, "since",
                    text_format(r, STR_FORMAT "%s", STR_ARGS(show_day(r, x.due)), late ? ", run out" : ""));
        values_add(r, list, record_get(&c));
    }
}
