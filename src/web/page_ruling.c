/* SPDX-License-Identifier: Apache-2.0 */
/* A ruling as people read it. */
#include "page_ask.h"

/* The lightest is green, the heaviest red, whatever they are called; the word and a shape stand beside the colour. */
const char *zone_tone(const struct rulebook *b, struct feel_value zone)
{
    size_t count, rank = 0;
    const struct feel_value *zones = rulebook_outcomes(b, &count);
    while (rank < count && !feel_same(zones[rank], zone)) rank++;
    if (rank == count || count < 2) return "";
    return rank == 0 ? "light" : rank + 1 == count ? "heavy" : "middle";
}

static str extent_words(const struct ruling *r)
{
    static const struct {
        const char *extent, *words;
    } table[] = {{"none", "go alone"},
                 {"informed", "go on, and tell the other side"},
                 {"consulted", "ask the other side first"},
                 {"joint", "both decide and build it together"},
                 {"IT-led", "IT leads"}};
    struct feel_value extent = r->parts[RULING_EXTENT];
    if (extent.kind != FEEL_STRING) return STR_NONE;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        if (str_eq(extent.text, str_of(table[i].extent))) return str_of(table[i].words);
    return extent.text;
}

static str open_words(struct request *r, size_t count)
{
    return show_counted(r, (int64_t)count, "question is open", "questions are open");
}

str ruling_says(const struct ask *ask)
{
    struct request *r = ask->r;
    const struct ruling *x = &ask->ruling;
    str zone = capitalise(r, answer_key(r, x->zone)), words = extent_words(x);
    switch (x->state) {
    case RULED: return words.n ? text_format(r, STR_FORMAT ": " STR_FORMAT, STR_ARGS(zone), STR_ARGS(words)) : zone;
    case RULED_OPEN:
        if (!zone.n) return capitalise(r, open_words(r, x->open_count));
        return text_format(r, STR_FORMAT " whatever the rest is; " STR_FORMAT " on the details", STR_ARGS(zone),
                           STR_ARGS(open_words(r, x->open_count)));
    case RULED_GAP: return STR("No rule covers this: people of both sides decide it together");
    case RULED_AGAINST: break;
    }
    return STR("The answers contradict each other");
}

/* A text for each of a list, or the one. */
static struct feel_value texts_of(struct request *r, struct feel_value v)
{
    struct values list = {0};
    for (uint32_t i = 0; v.kind == FEEL_LIST && i < v.count; i++)
        values_add(r, &list, feel_string(answer_key(r, v.items[i])));
    if (v.kind != FEEL_LIST && v.kind != FEEL_NULL) values_add(r, &list, feel_string(answer_key(r, v)));
    return values_get(&list);
}

/* "from stage: idea" */
static struct feel_value entries_of(struct request *r, struct feel_value v)
{
    struct values list = {0};
    for (uint32_t i = 0; v.kind == FEEL_CONTEXT && i < v.count; i++) {
        struct record c = record_new(r);
        if (v.entries[i].value.kind == FEEL_NULL) continue;
        record_text(&c, "name", capitalise(r, v.entries[i].key));
        record_text(&c, "value", answer_key(r, v.entries[i].value));
        values_add(r, &list, record_get(&c));
    }
    if (v.kind != FEEL_CONTEXT && v.kind != FEEL_NULL) {
        struct record c = record_new(r);
        record_text(&c, "name", STR("Timing"));
        record_text(&c, "value", answer_key(r, v));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static struct feel_value steps_of(struct request *r, struct feel_value v)
{
    static const char *const keys[] = {"who", "does", "within days"}, *const names[] = {"who", "does", "days"};
    struct values list = {0};
    for (uint32_t i = 0; v.kind == FEEL_LIST && i < v.count; i++) {
        struct record c = record_new(r);
        for (size_t k = 0; k < ARRAY_COUNT(keys); k++) {
            const struct feel_value *e =
                v.items[i].kind == FEEL_CONTEXT ? feel_entry_get(v.items[i], str_of(keys[k])) : NULL;
            record_text(&c, names[k], e ? answer_key(r, *e) : STR_NONE);
        }
        if (v.items[i].kind != FEEL_CONTEXT) record_text(&c, "whole", answer_key(r, v.items[i]));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static struct feel_value reasons_of(struct request *r, const struct ruling *x, bool leads)
{
    struct values list = {0};
    for (size_t i = 0; i < x->rule_count; i++)
        if (x->rules[i].why.n && x->rules[i].leads == leads) values_add(r, &list, feel_string(x->rules[i].why));
    return values_get(&list);
}

static struct feel_value lighter_of(const struct ask *ask)
{
    struct request *r = ask->r;
    struct values list = {0};
    for (size_t i = 0; i < ask->ruling.lighter_count; i++) {
        const struct ruling_lighter *l = &ask->ruling.lighter[i];
        struct record c = record_new(r);
        struct values changes = {0};
        for (size_t k = 0; k < l->count; k++) {
            struct record change = record_new(r);
            record_text(&change, "label", l->changes[k].question->label);
            record_text(&change, "value", answer_key(r, l->changes[k].value));
            values_add(r, &changes, record_get(&change));
        }
        record_text(&c, "zone", capitalise(r, answer_key(r, l->zone)));
        record_text(&c, "tone", str_of(zone_tone(ask->rules, l->zone)));
        record_put(&c, "changes", values_get(&changes));
        record_text(&c, "href", ask_url(ask, l));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

static struct feel_value open_of(const struct ask *ask)
{
    struct request *r = ask->r;
    struct values list = {0};
    for (size_t i = 0; i < ask->ruling.open_count; i++) {
        struct record c = record_new(r);
        size_t place = (size_t)(ask->ruling.open[i] - ask->questions);
        record_text(&c, "label", ask->ruling.open[i]->label);
        record_text(&c, "href", text_format(r, "#q%zu", place + 1));
        values_add(r, &list, record_get(&c));
    }
    return values_get(&list);
}

struct feel_value ruling_record(const struct ask *ask)
{
    static const char *const states[] = {
        [RULED] = "ruled", [RULED_OPEN] = "open", [RULED_GAP] = "gap", [RULED_AGAINST] = "against"};
    struct request *r = ask->r;
    const struct ruling *x = &ask->ruling;
    struct record c = record_new(r);
    struct values problems = {0};
    for (size_t i = 0; i < x->problem_count; i++) values_add(r, &problems, feel_string(x->problems[i]));
    record_text(&c, "state", str_of(states[x->state]));
    record_text(&c, "zone", capitalise(r, answer_key(r, x->zone)));
    record_text(&c, "tone", str_of(zone_tone(x->book, x->zone)));
    record_text(&c, "words", extent_words(x));
    record_text(&c, "extent", answer_key(r, x->parts[RULING_EXTENT]));
    record_put(&c, "scope", texts_of(r, x->parts[RULING_SCOPE]));
    record_put(&c, "timing", entries_of(r, x->parts[RULING_TIMING]));
    record_put(&c, "conditions", texts_of(r, x->parts[RULING_CONDITIONS]));
    record_put(&c, "training", texts_of(r, x->parts[RULING_TRAINING]));
    struct ruling_promise promise = ruling_promise(x, ask->day ? ask->day : r->env.today);
    if (promise.within) record_text(&c, "due", show_day(r, promise.due));
    record_text(&c, "budget", answer_key(r, x->parts[RULING_BUDGET]));
    record_text(&c, "approver", answer_key(r, x->parts[RULING_APPROVER]));
    record_put(&c, "steps", steps_of(r, x->parts[RULING_STEPS]));
    record_put(&c, "why", reasons_of(r, x, true));
    record_put(&c, "more", reasons_of(r, x, false));
    record_put(&c, "lighter", lighter_of(ask));
    record_put(&c, "open", open_of(ask));
    record_put(&c, "problems", values_get(&problems));
    record_text(&c, "book", rulebook_name(ask->rules));
    record_text(&c, "version", rulebook_version(ask->rules));
    record_text(&c, "book_href", book_path(r, ask->book));
    return record_get(&c);
}
