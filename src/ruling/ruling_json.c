/* SPDX-License-Identifier: Apache-2.0 */
/* A ruling as other programs read it. */
#include "ruling_inside.h"

/* What is JSON already, as this writer would have written it. */
static void put_text_that_is_json_already(struct json_writer *w, str json)
{
    if (w->has_items && !w->after_key) buf_char(w->out, ',');
    w->after_key = false, w->has_items = true;
    buf_str(w->out, json);
}

static void put_texts(struct json_writer *w, const char *key, const str *texts, size_t count)
{
    json_key(w, str_of(key));
    json_array(w);
    for (size_t i = 0; i < count; i++) json_string(w, texts[i]);
    json_array_end(w);
}

void ruling_emit_change(struct buf *out, const struct ruling_change *c)
{
    buf_str(out, c->question->name);
    buf_text(out, ": ");
    if (c->value.kind == FEEL_BOOLEAN)
        buf_text(out, c->value.flag ? "yes" : "no");
    else
        feel_emit_plain(out, c->value);
}

static void put_why(const struct ruling *r, struct json_writer *w)
{
    json_key(w, STR("why"));
    json_array(w);
    if (r->state == RULED_GAP)
        json_string(w, STR("No rule of the rulebook covers this: people of both sides decide it together."));
    for (size_t i = 0; i < r->rule_count; i++)
        if (!r->rules[i].leads || !r->rules[i].why.n)
            continue;
        else if (r->rules[i].why_json.n && !w->indent)
            put_text_that_is_json_already(w, r->rules[i].why_json);
        else
            json_string(w, r->rules[i].why);
    json_array_end(w);
}

static void put_lighter(const struct ruling *r, struct json_writer *w)
{
    struct buf says;
    buf_init(&says, 4000);
    json_key(w, STR("lighter"));
    json_array(w);
    for (size_t i = 0; i < r->lighter_count; i++) {
        const struct ruling_lighter *l = &r->lighter[i];
        buf_clear(&says);
        json_object(w);
        json_key(w, STR("zone")), feel_emit_json(w, l->zone);
        json_key(w, STR("changes"));
        json_object(w);
        feel_emit_plain(&says, l->zone);
        for (size_t k = 0; k < l->count; k++) {
            buf_text(&says, k ? " and " : " with ");
            ruling_emit_change(&says, &l->changes[k]);
            json_key(w, l->changes[k].question->name);
            feel_emit_json(w, l->changes[k].value);
        }
        json_object_end(w);
        json_key(w, STR("says")), json_string(w, buf_get(&says));
        json_object_end(w);
    }
    json_array_end(w);
    buf_release(&says);
}

void ruling_emit_rule(const struct ruling_rule *r, struct json_writer *w)
{
    json_object(w);
    json_key(w, STR("decision")), json_string(w, r->decision);
    json_key(w, STR("rule")), json_int(w, r->rule);
    if (r->id.n) json_key(w, STR("id")), json_string(w, r->id);
    if (r->why.n) json_key(w, STR("why")), json_string(w, r->why);
    json_object_end(w);
}

static void put_rules(const struct ruling *r, struct json_writer *w)
{
    json_key(w, STR("rules"));
    json_array(w);
    for (size_t i = 0; i < r->rule_count; i++) {
        if (r->rules[i].json.n && !w->indent)
            put_text_that_is_json_already(w, r->rules[i].json);
        else
            ruling_emit_rule(&r->rules[i], w);
    }
    json_array_end(w);
}

static void put_part(const struct ruling *r, struct json_writer *w, enum ruling_part p)
{
    json_key(w, str_of(ruling_part_key(p)));
    if (r->parts_json[p].n && !w->indent)
        put_text_that_is_json_already(w, r->parts_json[p]);
    else
        feel_emit_json(w, r->parts[p]);
}

void ruling_emit_members(const struct ruling *r, uint64_t number, struct json_writer *w)
{
    bool ruled = r->state == RULED || r->state == RULED_GAP;
    json_key(w, STR("zone")), feel_emit_json(w, ruled ? r->zone : feel_null());
    put_part(r, w, RULING_EXTENT), put_part(r, w, RULING_SCOPE), put_part(r, w, RULING_TIMING);
    put_part(r, w, RULING_CONDITIONS);
    put_why(r, w);
    put_lighter(r, w);
    json_key(w, STR("rulebook")), json_string(w, r->book->name);
    json_key(w, STR("version"));
    if (r->book->version.n)
        json_string(w, r->book->version);
    else
        json_null(w);
    json_key(w, STR("ruling"));
    if (number)
        json_int(w, (int64_t)number);
    else
        json_null(w);
    put_part(r, w, RULING_TRAINING), put_part(r, w, RULING_BUDGET), put_part(r, w, RULING_APPROVER);
    put_part(r, w, RULING_STEPS);
    json_key(w, STR("missing"));
    json_array(w);
    for (size_t i = 0; i < r->open_count; i++) json_string(w, r->open[i]->name);
    json_array_end(w);
    put_rules(r, w);
    put_texts(w, "errors", r->problems, r->problem_count);
}

void ruling_emit_json(const struct ruling *r, uint64_t number, struct json_writer *w)
{
    json_object(w);
    ruling_emit_members(r, number, w);
    json_object_end(w);
}
