/* SPDX-License-Identifier: Apache-2.0 */
/* What sources say differently, side by side. */
#include "cli_claims.h"

#include "base_time.h"

str cli_claim_words(struct cli *c, const struct stored_claim *claim)
{
    if (claim->field->kind != FIELD_LINK && claim->field->kind != FIELD_LINKS) return claim->value;
    struct buf b;
    str rest = claim->value, piece;
    int64_t id;
    buf_init(&b, 1 << 20);
    while (str_cut(&rest, ' ', &piece)) {
        if (!str_to_int(piece, &id)) continue;
        const struct fact *to = picture_fact(c->picture, (uint64_t)id);
        if (b.n) buf_text(&b, "; ");
        if (to) buf_str(&b, fact_name(to));
    }
    str words = buf_copy(&b, &c->arena);
    buf_release(&b);
    return words;
}

str cli_origin_words(struct cli *c, const struct stored_claim *claim)
{
    str day = civil_emit(&c->arena, claim->time / 86400), place = import_place(&c->arena, &claim->from);
    switch (claim->from.kind) {
    case ORIGIN_TYPED:
        return arena_printf(&c->arena, "typed by " STR_FORMAT ", " STR_FORMAT, STR_ARGS(claim->actor), STR_ARGS(day));
    case ORIGIN_IMPORTED:
        return arena_printf(&c->arena, STR_FORMAT " (" STR_FORMAT "), " STR_FORMAT, STR_ARGS(claim->from.source),
                            STR_ARGS(place), STR_ARGS(day));
    case ORIGIN_OBSERVED:
        return arena_printf(&c->arena, "observed in " STR_FORMAT ", " STR_FORMAT,
                            STR_ARGS(place.n ? place : claim->from.source), STR_ARGS(day));
    }
    NOT_REACHED();
}

static void put_table(struct cli *c, const struct model_type *type, const struct import_conflict *conflicts,
                      size_t count)
{
    struct cli_column heads[] = {
        {type->name_field->name, false}, {STR("field"), false}, {STR("says"), false}, {STR("who"), false}};
    struct cli_table t;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < conflicts[i].claim_count; k++) {
            const struct stored_claim *claim = conflicts[i].claims[k];
            str words = cli_claim_words(c, claim);
            cli_table_cell(&t, k ? STR("") : fact_name(picture_fact(c->picture, conflicts[i].fact)));
            cli_table_cell(&t, k ? STR("  but also") : conflicts[i].field->name);
            cli_table_cell(&t, words.n ? words : STR("nothing"));
            cli_table_cell(&t, cli_origin_words(c, claim));
        }
    if (count) cli_table_print(&t);
    cli_put(c, cli_plural(c, count, STR("value"), STR("values")));
    cli_printf(c, " of " STR_FORMAT " on which sources differ%s\n", STR_ARGS(type->plural),
               count ? "; the first holds until somebody decides, on the page of the fact" : "");
}

static void json_or_null(struct json_writer *w, str key, str text)
{
    json_key(w, key);
    if (text.n)
        json_string(w, text);
    else
        json_null(w);
}

void cli_json_claims(struct cli *c, struct json_writer *w, const struct stored_claim *const *claims, size_t count)
{
    static const char *const origins[] = {
        [ORIGIN_TYPED] = "typed", [ORIGIN_IMPORTED] = "imported", [ORIGIN_OBSERVED] = "observed"};
    json_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct stored_claim *claim = claims[i];
        json_object(w);
        json_key(w, STR("field")), json_string(w, claim->field->key);
        json_key(w, STR("value")), json_string(w, cli_claim_words(c, claim));
        json_key(w, STR("wins")), json_bool(w, claim->wins);
        json_key(w, STR("origin")), json_string(w, str_of(origins[claim->from.kind]));
        json_or_null(w, STR("source"), claim->from.source);
        json_or_null(w, STR("file"), claim->from.file);
        json_key(w, STR("line"));
        if (claim->from.line)
            json_int(w, claim->from.line);
        else
            json_null(w);
        json_key(w, STR("actor")), json_string(w, claim->actor);
        json_key(w, STR("time")), json_string(w, time_emit_utc(&c->arena, claim->time));
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_json(struct cli *c, const struct import_conflict *conflicts, size_t count)
{
    struct json_writer w;
    cli_json(c, &w);
    json_array(&w);
    for (size_t i = 0; i < count; i++) {
        json_object(&w);
        json_key(&w, STR("id")), json_int(&w, (int64_t)conflicts[i].fact);
        json_key(&w, STR("name")), json_string(&w, fact_name(picture_fact(c->picture, conflicts[i].fact)));
        json_key(&w, STR("field")), json_string(&w, conflicts[i].field->key);
        json_key(&w, STR("claims"));
        cli_json_claims(c, &w, conflicts[i].claims, conflicts[i].claim_count);
        json_object_end(&w);
    }
    json_array_end(&w);
    cli_text(c, "\n");
}

int cli_conflicts(struct cli *c, const struct model_type *type, const uint64_t *ids, size_t id_count, struct err *err)
{
    const struct import_conflict *conflicts;
    size_t count;
    if (import_conflicts(&c->arena, c->store, c->picture, NULL, type, ids, id_count, &conflicts, &count, err) < 0)
        return -1;
    if (cli_has(c, "json"))
        put_json(c, conflicts, count);
    else
        put_table(c, type, conflicts, count);
    return 0;
}
