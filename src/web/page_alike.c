/* SPDX-License-Identifier: Apache-2.0 */
/* Earlier rulings that are most like one, and what came of them. */
#include "align_similar.h"
#include "page_ask.h"

static struct feel_value alike_record(struct request *r, const struct rulebook *rules, const struct similar_ruling *s)
{
    struct record c = record_new(r);
    struct buf differs;
    buf_init(&differs, 10000);
    for (size_t i = 0; i < s->differ_count; i++) {
        if (i) buf_text(&differs, ", ");
        buf_str(&differs, s->differs[i]);
    }
    record_text(&c, "number", text_format(r, "%llu", (unsigned long long)s->row.number));
    record_text(&c, "href", text_format(r, "/rulings/%llu", (unsigned long long)s->row.number));
    record_text(&c, "likeness", text_format(r, "%d %%", s->likeness));
    record_text(&c, "day", show_day(r, s->row.day));
    record_text(&c, "zone", capitalise(r, s->zone));
    record_text(&c, "tone", str_of(zone_tone(rules, feel_string(s->zone))));
    record_bool(&c, "aside", s->set_aside);
    record_put(&c, "request", s->row.request ? fact_record(r, s->row.request) : feel_null());
    record_text(&c, "state", s->at_once ? STR("at once") : s->state);
    if (s->days >= 0 && !s->at_once) record_text(&c, "days", show_counted(r, s->days, "day", "days"));
    record_text(&c, "differs", buf_copy(&differs, &r->arena));
    buf_release(&differs);
    return record_get(&c);
}

void put_alike(const struct ask *ask, uint64_t before, uint64_t request)
{
    struct request *r = ask->r;
    const struct similar_ruling *all;
    struct values list = {0};
    struct err err;
    size_t count, given = 0;
    enum { ENOUGH = 3 }; /* answers, before it means something */
    for (size_t i = 0; i < ask->question_count; i++) given += ask->answers.values[i].kind != FEEL_NULL;
    if (given < ENOUGH || ask->wrong) return;
    const struct similar_of of = {.store = r->store,
                                  .picture = r->picture,
                                  .book = ask->rules,
                                  .answers = &ask->answers,
                                  .before = before,
                                  .request = request,
                                  .now = r->env.now,
                                  .today = r->env.today};
    if (similar_find(&r->arena, &of, &all, &count, &err) < 0) {
        web_log(r->web, STR("cannot look for similar rulings"), str_of(err.message));
        return;
    }
    for (size_t i = 0; i < count; i++) values_add(r, &list, alike_record(r, ask->rules, &all[i]));
    page_put(r, "alike", values_get(&list));
}
