/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_claims.h"
#include "graph_restate.h"

#include "base_time.h"

#include <string.h>

struct showing {
    struct cli *c;
    const struct fact *fact;
    const struct model_type *type;
    const struct stored_claim *claims;
    size_t claim_count;
    struct stored_keys keys; /* of a two-key type */
    bool restated;           /* the type has a restatement of each side */
    struct restatement apart;
};

static void put_cut(struct cli *c, str head, str value, str note)
{
    size_t indent = 26;
    cli_style(c, STYLE_DIM);
    cli_printf(c, "  %-22s  ", arena_copy(&c->arena, head).p);
    cli_style(c, STYLE_PLAIN);
    size_t at = cli_wrap(c, value, indent, indent, c->width);
    if (note.n) {
        cli_style(c, STYLE_DIM);
        cli_text(c, "  ");
        cli_wrap(c, note, at + 2, indent, c->width);
        cli_style(c, STYLE_PLAIN);
    }
    cli_text(c, "\n");
}

/* Where a value comes from that no source claims; of an earlier day nothing is known. */
static str unclaimed(const struct showing *s, const struct model_field *f, str value)
{
    if (f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED) return STR("computed");
    if (s->c->as_of) return STR_NONE;
    if (s->keys.agreed && f->is_signed) return STR("as both signed it");
    return f->initial.p && str_eq(f->initial, value) ? STR("by default") : STR_NONE;
}

static void put_field(struct showing *s, const struct model_field *f)
{
    struct cli *c = s->c;
    struct feel_value v = graph_field(&c->env, fact_id(s->fact), f->name);
    const struct stored_claim *winner = NULL;
    for (size_t i = 0; i < s->claim_count; i++)
        if (s->claims[i].field == f && s->claims[i].wins) winner = &s->claims[i];
    str value = f->kind == FIELD_MONEY || f->kind == FIELD_DECIMAL ? fact_value(s->fact, f) : cli_words(c, f, v);
    if (!value.n && !fact_erased(s->fact, f)) return;
    if (!value.n) value = STR("(erased from the journal)");
    put_cut(c, f->name, value, winner ? cli_origin_words(c, winner) : unclaimed(s, f, value));
    for (size_t i = 0; winner && i < s->claim_count; i++) {
        const struct stored_claim *claim = &s->claims[i];
        if (claim->field != f || !import_disagrees(claim, winner)) continue;
        cli_style(c, STYLE_YELLOW);
        put_cut(c, STR("  but also"), cli_claim_words(c, claim), cli_origin_words(c, claim));
        cli_style(c, STYLE_PLAIN);
    }
}

static void put_inverse(struct showing *s, const struct model_inverse *inverse)
{
    struct cli *c = s->c;
    size_t count;
    const uint64_t *ids = fact_inverse(c->picture, s->fact, inverse, &count);
    if (!count) return;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_text(&b, "; ");
        buf_str(&b, fact_name(picture_fact(c->picture, ids[i])));
    }
    put_cut(c, inverse->name, buf_get(&b),
            count > 4 ? arena_printf(&c->arena, "%zu " STR_FORMAT, count, STR_ARGS(inverse->from->plural)) : STR_NONE);
    buf_release(&b);
}

/* ---- Two keys ---- */

static str side_words(struct showing *s, str key)
{
    const struct model_side *side = model_side(store_model(s->c->store), key);
    return side ? side->name : key;
}

/* "Marketing by Anna Berg on 2026-11-22, IT by Jonas Weber on 2026-11-23" */
static str signers(struct showing *s, const struct stored_signature *list, size_t count)
{
    str all = STR("");
    for (size_t i = 0; i < count; i++)
        all = arena_printf(&s->c->arena, STR_FORMAT "%s" STR_FORMAT " by " STR_FORMAT " on " STR_FORMAT, STR_ARGS(all),
                           i ? ", " : "", STR_ARGS(side_words(s, list[i].side)), STR_ARGS(list[i].shown),
                           STR_ARGS(civil_emit(&s->c->arena, list[i].time / 86400)));
    return all;
}

static str pending_words(struct showing *s)
{
    const struct stored_keys *k = &s->keys;
    const char *what = k->deletes ? "to delete it, " : "";
    struct arena *a = &s->c->arena;
    if (k->pending == PENDING_DRAFT)
        return arena_printf(a, "%sa draft%s" STR_FORMAT, what, k->said.p ? ", " : "", STR_ARGS(k->said));
    return arena_printf(a, "%sproposed by " STR_FORMAT " on " STR_FORMAT "%s" STR_FORMAT, what,
                        STR_ARGS(k->proposer_shown), STR_ARGS(civil_emit(a, k->proposed_time / 86400)),
                        k->given_count ? "; signed for " : "", STR_ARGS(signers(s, k->given, k->given_count)));
}

/* What becomes of a part with the proposal; NULL: nothing. */
static const char *part_change(const struct stored_part *part)
{
    return part->deletes ? "goes" : !part->agreed ? "is added" : part->proposed ? "changes" : NULL;
}

static void put_keys(struct showing *s)
{
    struct cli *c = s->c;
    const struct stored_keys *k = &s->keys;
    struct feel_value state = graph_field(&c->env, fact_id(s->fact), STR("agreement"));
    if (!k->agreed) {
        bool plain = k->pending == PENDING_DRAFT && !k->said.p;
        put_cut(c, STR("agreement"), cli_words(c, NULL, state), plain ? STR_NONE : pending_words(s));
        return;
    }
    str with = s->type->part_of ? arena_printf(&c->arena, " with its " STR_FORMAT, STR_ARGS(s->type->part_of->to->name))
               : k->signed_alone ? STR(" without its parts")
                                 : STR_NONE;
    put_cut(c, STR("agreement"), STR("agreed"),
            arena_printf(&c->arena, "signed" STR_FORMAT " for " STR_FORMAT, STR_ARGS(with),
                         STR_ARGS(signers(s, k->agreed_by, k->agreed_by_count))));
    if (k->pending == PENDING_NONE) return;
    put_cut(c, STR("proposal"), pending_words(s), STR_NONE);
    uint64_t proposal = fact_id(s->fact) | FACT_PROPOSED;
    for (size_t i = 0; i < s->type->field_count; i++) {
        const struct model_field *f = &s->type->fields[i];
        if (!f->is_signed) continue;
        str is = cli_words(c, f, graph_field(&c->env, fact_id(s->fact), f->name)),
            would = cli_words(c, f, graph_field(&c->env, proposal, f->name));
        if (str_eq(is, would)) continue;
        put_cut(c, arena_printf(&c->arena, "  " STR_FORMAT, STR_ARGS(f->name)), would.n ? would : STR("nothing"),
                is.n ? arena_printf(&c->arena, "in place of " STR_FORMAT, STR_ARGS(is)) : STR("in place of nothing"));
    }
    for (size_t i = 0; i < k->part_count; i++) {
        const struct stored_part *part = &k->parts[i];
        const char *what = part_change(part);
        if (!what) continue;
        put_cut(c, arena_printf(&c->arena, "  " STR_FORMAT, STR_ARGS(part->type->name)),
                part->values[part->type->name_field->number], str_of(what));
    }
}

/* ---- What the two sides say that an objective means ---- */

static int compare_restatements(struct showing *s, struct err *err)
{
    const struct model_field *marketing = model_field(s->type, STR("marketing restatement"));
    const struct model_field *it = model_field(s->type, STR("it restatement"));
    s->restated = marketing && it;
    if (!s->restated) return 0;
    if (restate_compare(&s->c->arena, s->c->picture, NULL, fact_value(s->fact, marketing), fact_value(s->fact, it),
                        &s->apart, err))
        return -1;
    restate_answers(&s->c->arena, s->c->picture, NULL, s->fact, &s->apart);
    return 0;
}

static const char *who_says(const struct restate_point *p)
{
    return p->in_first ? p->in_second ? "both" : "marketing" : "IT";
}

static void put_answers(struct cli *c, const struct restate_point *p)
{
    const struct {
        const char *who;
        str says;
    } sides[] = {{"marketing", p->first_says}, {"IT", p->second_says}};
    if (p->agreed) cli_text(c, "; agreed: "), cli_clean(c, p->first_says);
    for (size_t i = 0; i < ARRAY_COUNT(sides) && !p->agreed; i++) {
        if (!sides[i].says.n) continue;
        cli_printf(c, "; %s answers: ", sides[i].who);
        cli_clean(c, sides[i].says);
    }
}

static void put_restatements(struct showing *s)
{
    const struct restatement *x = &s->apart;
    if (!s->restated || (!x->first_there && !x->second_there)) return;
    cli_text(s->c, "\n  In each side's own words\n");
    if (!x->first_there || !x->second_there) {
        cli_printf(s->c, "    %s has not yet said what it means\n", x->first_there ? "IT" : "Marketing");
        return;
    }
    if (!x->count) cli_text(s->c, "    both say the same\n");
    for (size_t i = 0; i < x->count; i++) {
        const struct restate_point *p = &x->points[i];
        cli_printf(s->c, "    %-9s %-6s ", who_says(p), restate_kind_name(p->kind));
        cli_clean(s->c, p->text);
        if (p->term) {
            cli_text(s->c, ": marketing means ");
            cli_clean(s->c, p->first_means.p ? p->first_means : STR("nothing known"));
            cli_text(s->c, "; IT means ");
            cli_clean(s->c, p->second_means.p ? p->second_means : STR("nothing known"));
        }
        put_answers(s->c, p);
        cli_text(s->c, "\n");
    }
}

static void json_restatements(struct showing *s, struct json_writer *w)
{
    json_key(w, STR("to_agree_on"));
    json_array(w);
    for (size_t i = 0; i < s->apart.count; i++) {
        const struct restate_point *p = &s->apart.points[i];
        json_object(w);
        json_key(w, STR("kind"));
        json_string(w, str_of(restate_kind_name(p->kind)));
        json_key(w, STR("text"));
        json_string(w, p->text);
        json_key(w, STR("marketing"));
        json_bool(w, p->in_first);
        json_key(w, STR("it"));
        json_bool(w, p->in_second);
        if (p->term) {
            json_key(w, STR("term"));
            json_int(w, (int64_t)p->term);
        }
        if (p->point) json_key(w, STR("talking_point")), json_int(w, (int64_t)p->point);
        json_key(w, STR("open")), json_bool(w, restate_is_open(p));
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_words(struct showing *s)
{
    struct cli *c = s->c;
    cli_style(c, STYLE_BOLD);
    cli_clean(c, fact_name(s->fact));
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, "  " STR_FORMAT " %llu, version %u\n", STR_ARGS(s->type->name), (unsigned long long)fact_id(s->fact),
               fact_version(s->fact));
    if (s->type->two_key) put_keys(s);
    for (size_t i = 0; i < s->type->field_count; i++) put_field(s, &s->type->fields[i]);
    put_restatements(s);
    bool linked = false;
    for (size_t i = 0; i < s->type->inverse_count; i++) {
        size_t count;
        fact_inverse(s->c->picture, s->fact, &s->type->inverses[i], &count);
        linked = linked || count;
    }
    if (linked) cli_text(c, "\n  Linked from\n");
    for (size_t i = 0; i < s->type->inverse_count; i++) put_inverse(s, &s->type->inverses[i]);
}

static void json_claims(struct showing *s, struct json_writer *w)
{
    const struct stored_claim **list = arena_array(&s->c->arena, s->claim_count, sizeof(const struct stored_claim *));
    for (size_t i = 0; i < s->claim_count; i++) list[i] = &s->claims[i];
    cli_json_claims(s->c, w, list, s->claim_count);
}

static void json_hash(struct json_writer *w, const unsigned char hash[KEY_HASH_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * KEY_HASH_SIZE];
    for (size_t i = 0; i < KEY_HASH_SIZE; i++) hex[2 * i] = digits[hash[i] >> 4], hex[2 * i + 1] = digits[hash[i] & 15];
    json_key(w, STR("hash")), json_string(w, (str){hex, sizeof hex});
}

static void json_signatures(struct showing *s, struct json_writer *w, const struct stored_signature *list, size_t count)
{
    json_key(w, STR("signatures")), json_array(w);
    for (size_t i = 0; i < count; i++) {
        json_object(w);
        json_key(w, STR("side")), json_string(w, list[i].side);
        json_key(w, STR("by")), json_string(w, list[i].shown);
        json_key(w, STR("time")), json_string(w, time_emit_utc(&s->c->arena, list[i].time));
        json_key(w, STR("commit")), json_int(w, (int64_t)list[i].number);
        json_object_end(w);
    }
    json_array_end(w);
}

static void json_parts(struct json_writer *w, const struct stored_keys *k)
{
    json_key(w, STR("parts")), json_array(w);
    for (size_t i = 0; i < k->part_count; i++) {
        const struct stored_part *part = &k->parts[i];
        const char *what = part_change(part);
        json_object(w);
        json_key(w, STR("id")), json_int(w, (int64_t)part->fact);
        json_key(w, STR("type")), json_string(w, part->type->name);
        json_key(w, STR("agreed")), json_bool(w, part->agreed);
        if (what) json_key(w, STR("pending")), json_string(w, str_of(what));
        json_object_end(w);
    }
    json_array_end(w);
}

static void json_keys(struct showing *s, struct json_writer *w)
{
    const struct stored_keys *k = &s->keys;
    json_key(w, STR("two_keys")), json_object(w);
    if (k->agreed) {
        json_key(w, STR("agreed")), json_object(w);
        json_hash(w, k->agreed_hash);
        json_signatures(s, w, k->agreed_by, k->agreed_by_count);
        json_object_end(w);
    }
    if (k->pending != PENDING_NONE) {
        json_key(w, STR("pending")), json_object(w);
        json_key(w, STR("state")), json_string(w, k->pending == PENDING_DRAFT ? STR("draft") : STR("proposed"));
        json_key(w, STR("deletes")), json_bool(w, k->deletes);
        json_hash(w, k->hash);
        if (k->pending == PENDING_PROPOSED) {
            json_key(w, STR("proposed_by")), json_string(w, k->proposer_shown);
            json_key(w, STR("proposed_at")), json_string(w, time_emit_utc(&s->c->arena, k->proposed_time));
        }
        if (k->said.p) json_key(w, STR("said")), json_string(w, k->said);
        json_signatures(s, w, k->given, k->given_count);
        json_object_end(w);
    }
    if (k->whole) json_key(w, STR("whole")), json_int(w, (int64_t)k->whole);
    if (s->type->has_parts) json_parts(w, k);
    json_object_end(w);
}

static str key_of(struct cli *c, str name)
{
    str key = arena_copy(&c->arena, name);
    for (char *p = memchr(key.p, ' ', key.n); p; p = memchr(p, ' ', (size_t)(key.p + key.n - p))) *p = '_';
    return key;
}

static void put_json(struct showing *s)
{
    struct json_writer w;
    cli_json(s->c, &w);
    json_object(&w);
    json_key(&w, STR("fact"));
    graph_emit_json(&w, &s->c->env, fact_id(s->fact));
    if (s->type->two_key) json_keys(s, &w);
    if (s->restated) json_restatements(s, &w);
    json_key(&w, STR("linked_from"));
    json_object(&w);
    for (size_t i = 0; i < s->type->inverse_count; i++) {
        size_t count;
        const uint64_t *ids = fact_inverse(s->c->picture, s->fact, &s->type->inverses[i], &count);
        if (!count) continue;
        json_key(&w, key_of(s->c, s->type->inverses[i].name));
        json_array(&w);
        for (size_t k = 0; k < count; k++) {
            json_object(&w);
            json_key(&w, STR("type"));
            json_string(&w, s->type->inverses[i].from->name);
            json_key(&w, STR("id"));
            json_int(&w, (int64_t)ids[k]);
            json_key(&w, STR("name"));
            json_string(&w, fact_name(picture_fact(s->c->picture, ids[k])));
            json_object_end(&w);
        }
        json_array_end(&w);
    }
    json_object_end(&w);
    json_key(&w, STR("claims"));
    json_claims(s, &w);
    json_object_end(&w);
    cli_text(s->c, "\n");
}

static str join_words(struct cli *c)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 1; i < c->word_count; i++) buf_printf(&b, "%s%s", i > 1 ? " " : "", c->words[i]);
    str name = buf_copy(&b, &c->arena);
    buf_release(&b);
    return name;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct showing s = {.c = c};
    if (cli_open_picture(c, STORE_READ, &err) < 0 || cli_type(c, c->words[0], &s.type, &err) < 0 ||
        cli_fact(c, s.type, join_words(c), &s.fact, &err) < 0 || compare_restatements(&s, &err) < 0)
        return cli_fail(c, &err);
    /* Which claims and proposals stood at an earlier day is not kept. */
    if (!c->as_of && (store_load_claims(c->store, &c->arena, fact_id(s.fact), &s.claims, &s.claim_count, &err) < 0 ||
                      (s.type->two_key && store_load_keys(c->store, &c->arena, fact_id(s.fact), &s.keys, &err) < 0)))
        return cli_fail(c, &err);
    if (cli_has(c, "json"))
        put_json(&s);
    else
        put_words(&s);
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"json", NULL, "print the fact, what links to it, and all claims to its fields"},
    CLI_AS_OF,
};

const struct cli_command cmd_show = {
    .name = "show",
    .usage = "TYPE NAME-OR-ID [--as-of DATE] [--json]",
    .help = "show one fact, and where each value came from",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 2,
    .max = SIZE_MAX,
    .example = "entente show application Mailchimp",
    .run = run,
};
