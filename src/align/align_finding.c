/* SPDX-License-Identifier: Apache-2.0 */
#include "align.h"

#include "base_json.h"
#include "base_time.h"

/* What outgoing events say of it: what every viewer may know, or nothing. */
static str about_finding(struct arena *a, const struct finding *f)
{
    struct buf b;
    struct json_writer w;
    if (f->check->found_by > ROLE_VIEWER) return STR("");
    buf_init(&b, 4000);
    json_init(&w, &b, 0);
    json_object(&w);
    json_key(&w, STR("finding")), json_string(&w, finding_key(a, f));
    json_key(&w, STR("check")), json_string(&w, f->check->id);
    if (f->subject && f->check->subject) {
        json_key(&w, STR("type")), json_string(&w, f->check->subject->name);
        json_key(&w, STR("fact")), json_int(&w, (int64_t)f->subject);
    }
    json_object_end(&w);
    str about = buf_copy(&b, a);
    buf_release(&b);
    return about;
}

int findings_with_state(struct store *s, struct arena *a, struct findings *f, int32_t today,
                        struct finding_changes *changes, struct err *err)
{
    struct finding_seen *seen = arena_array(a, f->count, sizeof *seen);
    for (size_t i = 0; i < f->count; i++)
        seen[i] = (struct finding_seen){f->items[i].id, about_finding(a, &f->items[i])};
    const struct finding_state *states;
    if (store_load_findings(s, a, seen, f->count, today, &states, changes, err)) return -1;
    for (size_t i = 0; i < f->count; i++) {
        f->items[i].since = states[i].since;
        f->items[i].accepted = states[i].accepted && states[i].until >= today;
        f->items[i].owner = states[i].owner;
    }
    return 0;
}

str finding_key(struct arena *a, const struct finding *f)
{
    return arena_printf(a, "%016llx", (unsigned long long)f->id);
}

static void emit_facts(struct json_writer *w, const struct picture *p, const struct finding *f)
{
    json_array(w);
    for (size_t i = 0; i < f->fact_count; i++) {
        const struct fact *fact = picture_fact(p, f->facts[i]);
        if (!fact) continue;
        json_object(w);
        json_key(w, STR("type")), json_string(w, fact_type(fact)->name);
        json_key(w, STR("id")), json_int(w, (int64_t)fact_id(fact));
        json_key(w, STR("name")), json_string(w, fact_name(fact));
        json_object_end(w);
    }
    json_array_end(w);
}

void findings_emit_json(struct json_writer *w, struct feel_env *env, const struct finding *findings, size_t count)
{
    const struct picture *p = graph_picture(env);
    json_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = &findings[i];
        json_object(w);
        json_key(w, STR("id")), json_string(w, finding_key(env->arena, f));
        json_key(w, STR("check")), json_string(w, f->check->id);
        json_key(w, STR("practice")), json_string(w, practice_key(f->check->practice));
        json_key(w, STR("severity")), json_string(w, severity_key(f->severity));
        json_key(w, STR("says")), json_string(w, f->says);
        json_key(w, STR("next")), json_string(w, f->next);
        json_key(w, STR("facts")), emit_facts(w, p, f);
        json_key(w, STR("money"));
        if (f->has_money) {
            json_object(w);
            json_key(w, STR("amount")), json_number(w, f->money);
            json_key(w, STR("currency")), json_string(w, picture_profile(p)->currency);
            json_object_end(w);
        } else {
            json_null(w);
        }
        json_key(w, STR("people"));
        if (f->has_people)
            json_int(w, f->people);
        else
            json_null(w);
        json_key(w, STR("state")), json_string(w, f->accepted ? STR("accepted") : STR("open"));
        json_key(w, STR("since"));
        if (f->since)
            json_string(w, civil_emit(env->arena, f->since));
        else
            json_null(w);
        json_object_end(w);
    }
    json_array_end(w);
}

void practice_scores(const struct checks *c, const struct findings *f, struct practice_score out[PRACTICE_COUNT])
{
    enum { HIGHEST = SEVERITY_HIGH + 1 };
    size_t check_count, counted[PRACTICE_COUNT] = {0};
    double sum[PRACTICE_COUNT] = {0};
    const struct check_info *checks = checks_list(c, &check_count);
    for (int i = 0; i < PRACTICE_COUNT; i++) out[i] = (struct practice_score){0};
    for (size_t i = 0; i < check_count; i++) {
        if (!f->concerned[i]) continue;
        enum practice p = checks[i].practice;
        out[p].concerned += f->concerned[i];
        sum[p] += 1;
        counted[p]++;
    }
    for (size_t i = 0; i < f->count; i++) {
        const struct check_info *check = f->items[i].check;
        out[check->practice].findings++;
        sum[check->practice] -= (f->items[i].severity + 1.0) / HIGHEST / (double)f->concerned[check - checks];
    }
    for (int i = 0; i < PRACTICE_COUNT; i++) {
        out[i].known = counted[i] > 0;
        if (counted[i]) out[i].score = (int)(100 * sum[i] / (double)counted[i] + 0.5);
    }
}
