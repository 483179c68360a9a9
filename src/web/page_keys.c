/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys: the text that is to be signed, how it differs from what is in force, and the four acts. */
#include "page_keys.h"
#include "page_fact.h"
#include "page_points.h"
#include "page_rulebook.h"

#include "base_time.h"

#include <string.h>

enum { HASH_SHOWN = 8, REASON_LIMIT = 2000 };

static str hash_words(struct request *r, const unsigned char hash[KEY_HASH_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * KEY_HASH_SIZE];
    for (size_t i = 0; i < KEY_HASH_SIZE; i++) hex[2 * i] = digits[hash[i] >> 4], hex[2 * i + 1] = digits[hash[i] & 15];
    return arena_copy(&r->arena, (str){hex, sizeof hex});
}

static bool hash_read(str hex, unsigned char out[KEY_HASH_SIZE])
{
    if (hex.n != 2 * KEY_HASH_SIZE) return false;
    for (size_t i = 0; i < hex.n; i++) {
        char c = hex.p[i];
        int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (v < 0) return false;
        out[i / 2] = (unsigned char)(i % 2 ? out[i / 2] | v : v << 4);
    }
    return true;
}

/* ---- The two keys, alike ---- */

static struct feel_value key_record(struct request *r, const struct model_side *side,
                                    const struct stored_signature *list, size_t count, const char *without)
{
    struct record c = record_new(r);
    record_text(&c, "side", side->name);
    record_text(&c, "key", side->key);
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(list[i].side, side->key)) continue;
        record_text(&c, "by", list[i].shown);
        record_text(&c, "when", show_time(r, list[i].time));
        record_text(&c, "hash", str_slice(hash_words(r, list[i].hash), 0, HASH_SHOWN));
    }
    record_text(&c, "without", str_of(without));
    return record_get(&c);
}

static struct feel_value both_keys(struct request *r, const struct stored_signature *list, size_t count,
                                   const char *without)
{
    struct values sides = {0};
    const struct model *m = picture_model(r->picture);
    for (size_t i = 0; i < ARRAY_COUNT(m->keys); i++)
        values_add(r, &sides, key_record(r, m->keys[i], list, count, without));
    return values_get(&sides);
}

static void add_set(struct request *r, struct values *sets, const char *title, const char *help, struct feel_value keys)
{
    struct record set = record_new(r);
    record_text(&set, "title", str_of(title));
    record_text(&set, "help", str_of(help));
    record_put(&set, "sides", keys);
    values_add(r, sets, record_get(&set));
}

static str state_words(struct request *r, const struct stored_keys *k)
{
    const struct model *m = picture_model(r->picture);
    if (k->agreed && k->pending == PENDING_NONE) return STR("Agreed");
    const char *what = !k->agreed ? "" : k->deletes ? "Agreed; deletion " : "Agreed; change ";
    if (k->pending == PENDING_DRAFT)
        return text_format(r, "%s%s", what, !k->agreed ? "Draft" : k->deletes ? "asked for" : "drafted");
    if (!k->given_count) return text_format(r, "%s%s", what, k->agreed ? "proposed" : "Proposed");
    for (size_t i = 0; i < ARRAY_COUNT(m->keys); i++)
        if (str_eq(m->keys[i]->key, k->given[0].side))
            return text_format(r, "%s%s by " STR_FORMAT, what, k->agreed ? "signed" : "Signed",
                               STR_ARGS(m->keys[i]->name));
    return STR("Proposed");
}

struct feel_value keys_record(struct request *r, uint64_t fact, const struct stored_keys *k)
{
    struct record c = record_new(r);
    struct values sets = {0};
    bool proposed = k->pending == PENDING_PROPOSED;
    record_text(&c, "state", state_words(r, k));
    record_text(&c, "href", text_format(r, STR_FORMAT "/keys", STR_ARGS(show_path(r, k->whole ? k->whole : fact))));
    if (k->whole) record_put(&c, "whole", fact_record(r, k->whole));
    record_bool(&c, "alone", k->signed_alone);
    record_bool(&c, "agreed", k->agreed);
    record_bool(&c, "waits", proposed);
    record_bool(&c, "changes", k->agreed && k->pending != PENDING_NONE);
    record_bool(&c, "deletes", k->deletes);
    record_text(&c, "said", k->said);
    if (k->agreed) add_set(r, &sets, "In force", "", both_keys(r, k->agreed_by, k->agreed_by_count, "not signed"));
    if (k->pending != PENDING_NONE)
        add_set(r, &sets,
                !k->agreed   ? "The first draft"
                : k->deletes ? "Proposed deletion"
                             : "Proposed change",
                proposed ? "" : "Nobody is asked to sign a draft.",
                both_keys(r, k->given, k->given_count, proposed ? "its key is missing" : "not asked yet"));
    record_put(&c, "sets", values_get(&sets));
    return record_get(&c);
}

int put_keys_of(struct request *r, const struct fact *f, struct stored_keys *keys, struct err *err)
{
    if (!fact_type(f)->two_key) return 0;
    if (r->then.number) {
        if (store_load_keys_at(r->store, &r->arena, fact_id(f), r->then.number, keys, err)) return -1;
        if (keys->agreed) page_put(r, "keys", keys_record(r, fact_id(f), keys));
        return 0;
    }
    if (store_load_keys(r->store, &r->arena, fact_id(f), keys, err)) return -1;
    page_put(r, "keys", keys_record(r, fact_id(f), keys));
    return 0;
}

/* ---- What waits for a side ---- */

void put_waiting(struct request *r)
{
    struct values list = {0};
    const struct picture_keys *k;
    bool signs = r->user.role >= ROLE_SIGNATORY;
    for (size_t i = 0; (k = picture_keys(r->picture, i)); i++) {
        bool mine = false;
        for (size_t g = 0; g < k->given_count; g++) mine |= k->given[g].user == r->user.id;
        if (mine || !keys_wait_for(r->picture, k, r->user.side)) continue;
        struct record c = record_new(r);
        record_put(&c, "fact", fact_record(r, k->fact));
        record_text(&c, "href", text_format(r, STR_FORMAT "/keys", STR_ARGS(show_path(r, k->fact))));
        record_text(&c, "what", !k->agreed ? STR("to be agreed") : k->deletes ? STR("to be deleted") : STR("a change"));
        record_text(&c, "since", show_ago(r, k->proposed_time));
        if (k->given_count && k->given[0].side)
            record_text(&c, "other", text_format(r, STR_FORMAT " has signed", STR_ARGS(k->given[0].side->name)));
        values_add(r, &list, record_get(&c));
    }
    add_promises(r, &list);
    add_points(r, &list);
    if (!list.count) return;
    struct record all = record_new(r);
    record_text(&all, "title",
                signs ? STR("Waits for me")
                      : text_format(r, "Waits for " STR_FORMAT, STR_ARGS(side_name(r, r->user.side))));
    record_text(&all, "count", show_count(r, (int64_t)list.count));
    record_put(&all, "list", values_get(&list));
    page_put(r, "waiting", record_get(&all));
}

/* ---- The text, field by field ---- */

/* A fact's signed fields, as they are and as they would be; by field numbers, NULL: as they are. */
struct compared {
    const struct model_type *type;
    const struct fact *fact;  /* NULL: `values` are what is */
    const struct fact *whole; /* the page is its: that a part belongs to it need not be said */
    const str *values, *proposed;
};

static str stored_words(struct request *r, const struct model_field *field, const str *values)
{
    str v = values[field->number];
    return v.p ? show_stored(r, field, v) : STR_NONE;
}

static bool field_record(struct request *r, const struct compared *of, const struct model_field *field,
                         struct feel_value *out)
{
    struct record c = record_new(r);
    bool open = request_sees(r, of->type, field), is_long = field->kind == FIELD_LONG_TEXT;
    str is = of->fact ? show_field(r, of->fact, field) : stored_words(r, field, of->values);
    str would = of->proposed ? stored_words(r, field, of->proposed) : is;
    record_text(&c, "name", show_word(r, field->name));
    record_text(&c, "help", field->help);
    record_bool(&c, "open", open);
    record_bool(&c, "long", is_long);
    str rules = of->fact ? show_rules_path(r, of->fact, field) : STR_NONE;
    bool differs = !str_eq(is, would);
    if (rules.n && of->proposed) { /* two models may be as long as each other */
        str raw = fact_value_for(&r->viewer, of->fact, field), next = of->proposed[field->number];
        differs = !str_eq(raw.p ? raw : STR(""), next.p ? next : STR(""));
    }
    record_bool(&c, "changed", open && differs);
    if (rules.n && open && would.n)
        record_text(&c, "rules", differs && is.n ? text_format(r, STR_FORMAT "?of=draft", STR_ARGS(rules)) : rules);
    else if (open && differs && is_long && is.n && would.n)
        record_put(&c, "pieces", compare_words(r, is, would));
    if (open) {
        record_text(&c, "value", would);
        record_text(&c, "before", is);
    }
    *out = record_get(&c);
    return !open || is.n || would.n;
}

static bool says_whole(struct request *r, const struct compared *of, const struct model_field *field)
{
    return field->is_part &&
           str_eq(of->values[field->number], text_format(r, "%llu", (unsigned long long)fact_id(of->whole)));
}

static struct feel_value field_records(struct request *r, const struct compared *of, size_t *changed)
{
    struct values fields = {0};
    struct feel_value field;
    *changed = 0;
    for (size_t i = 0; i < of->type->field_count; i++) {
        if (!of->type->fields[i].is_signed || (of->whole && says_whole(r, of, &of->type->fields[i])) ||
            !field_record(r, of, &of->type->fields[i], &field))
            continue;
        const struct feel_value *is = feel_entry_get(field, STR("changed"));
        *changed += is && feel_is_true(*is);
        values_add(r, &fields, field);
    }
    return values_get(&fields);
}

/* ---- Part by part ---- */

enum part_change { PART_STAYS, PART_CHANGES, PART_ADDED, PART_GOES, PART_STATES };

static enum part_change change_of(const struct stored_keys *k, const struct stored_part *part)
{
    if (part->deletes) return PART_GOES;
    if (!part->agreed) return k->agreed ? PART_ADDED : PART_STAYS;
    return part->proposed ? PART_CHANGES : PART_STAYS;
}

static struct feel_value part_record(struct request *r, const struct fact *whole, const struct stored_keys *k,
                                     const struct stored_part *part)
{
    static const char *const words[PART_STATES] = {NULL, "changes", "added", "goes"};
    static const char *const classes[PART_STATES] = {"stays", "changes", "added", "goes"};
    struct record c = record_new(r);
    enum part_change change = change_of(k, part);
    /* The store's metamodel says the same as the picture's, and is another. */
    const struct model_type *type = model_type_by_id(picture_model(r->picture), part->type->id);
    struct compared of = {.type = type, .whole = whole, .values = part->values, .proposed = part->proposed};
    size_t changed;
    record_text(&c, "kind", type->name);
    record_text(&c, "name", part->values[type->name_field->number]);
    record_text(&c, "href", show_path(r, part->fact));
    record_text(&c, "change", words[change] ? str_of(words[change]) : STR_NONE);
    record_text(&c, "state", str_of(classes[change]));
    record_bool(&c, "open", change != PART_STAYS || !k->agreed);
    record_bool(&c, "alone", part->signed_alone && change == PART_STAYS);
    record_put(&c, "fields", field_records(r, &of, &changed));
    return record_get(&c);
}

static void put_parts(struct request *r, const struct fact *whole, const struct stored_keys *k)
{
    static const char *const one[PART_STATES] = {"part stays", "part changes", "part is added", "part goes"};
    static const char *const many[PART_STATES] = {"parts stay", "parts change", "parts are added", "parts go"};
    struct values list = {0};
    size_t counts[PART_STATES] = {0}, alone = 0;
    str words = STR("");
    for (size_t i = 0; i < k->part_count; i++) {
        values_add(r, &list, part_record(r, whole, k, &k->parts[i]));
        counts[change_of(k, &k->parts[i])]++;
        alone += k->parts[i].signed_alone;
    }
    for (size_t i = PART_CHANGES; i < PART_STATES; i++)
        if (counts[i])
            words = text_format(r, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(words), words.n ? ", " : "",
                                STR_ARGS(show_counted(r, (int64_t)counts[i], one[i], many[i])));
    page_put(r, "parts", values_get(&list));
    page_put_text(r, "part_count", show_counted(r, (int64_t)k->part_count, "part", "parts"));
    page_put_text(r, "part_changes", words.n ? words : STR_NONE);
    if (k->signed_alone && k->part_count)
        page_put_text(r, "alone",
                      alone ? text_format(r, "%zu of them %s signed by %s.", alone, alone == 1 ? "was" : "were",
                                          alone == 1 ? "itself" : "themselves")
                            : STR("None of them is signed yet."));
}

static void put_text(struct request *r, const struct fact *f, const struct stored_keys *k)
{
    struct compared of = {.type = fact_type(f), .fact = f, .proposed = k->proposed};
    size_t changed;
    struct record body = record_new(r);
    record_put(&body, "fields", field_records(r, &of, &changed));
    page_put(r, "body", record_get(&body));
    if (k->proposed && !k->deletes && (changed || !fact_type(f)->has_parts))
        page_put_text(r, "difference",
                      changed == 1 ? STR("1 field would change") : text_format(r, "%zu fields would change", changed));
    if (fact_type(f)->has_parts) put_parts(r, f, k);
}

/* Whoever signs has seen all of it, its parts too. */
static bool sees_all(struct request *r, const struct model_type *type)
{
    const struct model *m = picture_model(r->picture);
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].is_signed && !request_sees(r, type, &type->fields[i])) return false;
    for (size_t i = 0; type->has_parts && i < m->type_count; i++)
        if (m->types[i].part_of && m->types[i].part_of->to == type && !sees_all(r, &m->types[i])) return false;
    return true;
}

/* ---- Who may do what here ---- */

static bool holds_a_key(struct request *r)
{
    const struct model *m = picture_model(r->picture);
    for (size_t i = 0; i < ARRAY_COUNT(m->keys); i++)
        if (str_eq(m->keys[i]->key, r->user.side)) return r->user.role >= ROLE_SIGNATORY;
    return false;
}

static void show_keys(struct request *r, const struct fact *f, int status, str message);

static str why_not(struct request *r, const struct fact *f, const struct stored_keys *k)
{
    const struct model *m = picture_model(r->picture);
    if (k->pending != PENDING_PROPOSED) return STR_NONE;
    if (!holds_a_key(r))
        return text_format(
            r, "Signatories and stewards of " STR_FORMAT " and " STR_FORMAT " sign; you are a %s of " STR_FORMAT ".",
            STR_ARGS(m->keys[0]->name), STR_ARGS(m->keys[1]->name), user_role_name(r->user.role),
            STR_ARGS(side_name(r, r->user.side)));
    for (size_t i = 0; i < k->given_count; i++) {
        str side = side_name(r, k->given[i].side);
        if (k->given[i].user == r->user.id) return STR("You have signed it; the other key is another person's.");
        if (str_eq(k->given[i].side, r->user.side))
            return text_format(r, STR_FORMAT " has signed it for " STR_FORMAT ".", STR_ARGS(k->given[i].shown),
                               STR_ARGS(side));
    }
    if (!sees_all(r, fact_type(f))) return STR("Some of the text is not open to your role, so you cannot sign it.");
    return STR_NONE;
}

/* A rulebook that can't be read is signed by nobody; one that leaves cases open by those who say that they know it.
 * STR_NONE: it is fine. */
static str rules_problem(struct request *r, const struct fact *f, const struct stored_keys *k, bool *broken)
{
    struct book_health health;
    const struct model_field *field = model_field(fact_type(f), STR("model"));
    *broken = false;
    if (!str_eq(fact_type(f)->name, STR("rulebook")) || !field || k->deletes) return STR_NONE;
    str text = k->proposed ? k->proposed[field->number] : fact_value_for(&r->viewer, f, field);
    if (!text.n) return STR_NONE; /* words alone rule nothing */
    book_examine(r, text, &health);
    *broken = health.errors > 0;
    if (*broken)
        return text_format(r, "Its rules cannot be read: " STR_FORMAT ".",
                           STR_ARGS(feel_entry_get(health.problems.items[0], STR("says"))->text));
    if (!health.gaps) return STR_NONE;
    return text_format(r, "I know that it has " STR_FORMAT,
                       STR_ARGS(show_counted(r, (int64_t)health.gaps, "case that no rule covers, or two do",
                                             "cases that no rule covers, or two do")));
}

/* False after the page has said what is in the way. */
static bool rules_may_go_on(struct request *r, const struct fact *f)
{
    struct stored_keys keys;
    struct err err;
    bool broken;
    if (store_load_keys(r->store, &r->arena, fact_id(f), &keys, &err)) return page_fail(r, &err), false;
    str problem = rules_problem(r, f, &keys, &broken);
    if (!problem.n || (!broken && pairs_get(&r->form, STR("sure")).n)) return true;
    show_keys(r, f, 422, broken ? problem : STR("Say first that you know what its rules leave open."));
    return false;
}

static void put_acts(struct request *r, const struct fact *f, const struct stored_keys *k)
{
    bool broken;
    str rules = rules_problem(r, f, k, &broken);
    struct record c = record_new(r);
    bool proposed = k->pending == PENDING_PROPOSED, draft = k->pending == PENDING_DRAFT, edits = request_may_edit(r);
    str why = why_not(r, f, k);
    record_bool(&c, "proposes", draft && edits);
    record_bool(&c, "signs", proposed && !why.n);
    record_bool(&c, "refuses", proposed && holds_a_key(r));
    record_bool(&c, "withdraws",
                (proposed && (k->proposer == r->user.id || r->user.role >= ROLE_STEWARD)) ||
                    (draft && k->agreed && edits));
    record_bool(&c, "edits", edits && !k->deletes);
    record_text(&c, "why", why);
    record_text(&c, broken ? "broken" : "sure", rules);
    record_text(&c, "rulebook", text_format(r, "/rulebooks/%llu", (unsigned long long)fact_id(f)));
    record_text(&c, "hash", hash_words(r, k->hash));
    record_text(&c, "side", side_name(r, r->user.side));
    record_text(&c, "reason", pairs_get(&r->form, STR("reason")));
    if (proposed)
        record_text(&c, "proposed",
                    text_format(r, "Proposed by " STR_FORMAT ", " STR_FORMAT, STR_ARGS(k->proposer_shown),
                                STR_ARGS(show_time(r, k->proposed_time))));
    page_put(r, "acts", record_get(&c));
}

static int put_signatures(struct request *r, uint64_t fact, struct err *err)
{
    const struct stored_signature *list;
    size_t count;
    if (store_load_signatures(r->store, &r->arena, fact, &list, &count, err)) return -1;
    struct values all = {0};
    for (size_t i = 0; i < count; i++) {
        struct record c = record_new(r);
        record_text(&c, "by", list[i].shown);
        record_text(&c, "side", side_name(r, list[i].side));
        record_text(&c, "when", show_time(r, list[i].time));
        record_text(&c, "hash", str_slice(hash_words(r, list[i].hash), 0, HASH_SHOWN));
        values_add(r, &all, record_get(&c));
    }
    page_put(r, "signatures", values_get(&all));
    return 0;
}

static str signed_words(struct request *r, const struct fact *f, const struct stored_keys *k)
{
    const struct model_field *from = model_field(fact_type(f), STR("valid from"));
    int64_t day;
    if (!k->agreed || k->pending != PENDING_NONE) return STR("Signed. The other key is still missing.");
    if (from && civil_parse(fact_value_for(&r->viewer, f, from), &day) && day > r->env.today)
        return text_format(r, "Signed. Both keys are on it: it holds from " STR_FORMAT ".", STR_ARGS(show_day(r, day)));
    return STR("Signed. Both keys are on it: it is in force.");
}

static str did_words(struct request *r, const struct fact *f, const struct stored_keys *k)
{
    str did = pairs_get(&r->query, STR("did"));
    if (str_eq(did, STR("proposed"))) return STR("Proposed. Both sides are asked to sign it.");
    if (str_eq(did, STR("signed"))) return signed_words(r, f, k);
    if (str_eq(did, STR("refused"))) return STR("Refused. It is a draft again, with your reason.");
    if (str_eq(did, STR("withdrawn"))) return STR("Withdrawn.");
    if (str_eq(did, STR("drafted")))
        return STR("Saved as a proposal. What both sides have signed stays in force until both sign this.");
    if (str_eq(did, STR("asked")))
        return STR("Saved as a proposal to delete it. It stays in force until both sides sign that.");
    return STR_NONE;
}

static void show_keys(struct request *r, const struct fact *f, int status, str message)
{
    struct stored_keys keys;
    struct err err;
    if (store_load_keys(r->store, &r->arena, fact_id(f), &keys, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_KEYS);
    page_put(r, "kind", fact_head(r, fact_type(f)));
    page_put(r, "fact", fact_record(r, fact_id(f)));
    page_put_text(r, "title", fact_name(f));
    page_put_text(r, "message", message);
    if (!message.n) page_put_text(r, "did", did_words(r, f, &keys));
    page_put(r, "keys", keys_record(r, fact_id(f), &keys));
    put_text(r, f, &keys);
    if (keys.text.n && sees_all(r, fact_type(f))) page_put_text(r, "text", keys.text);
    page_put_text(r, "hash", hash_words(r, keys.pending == PENDING_NONE ? keys.agreed_hash : keys.hash));
    put_acts(r, f, &keys);
    if (put_signatures(r, fact_id(f), &err))
        page_fail(r, &err);
    else
        page_show(r, status);
}

/* A part's keys are those of its whole: the page is that one's. */
static void go_to_whole(struct request *r, const struct fact *f)
{
    struct stored_keys keys;
    struct err err;
    if (store_load_keys(r->store, &r->arena, fact_id(f), &keys, &err)) {
        page_fail(r, &err);
        return;
    }
    if (!keys.whole) {
        page_error(r, 404, "It hangs loose", "A part is signed with its whole, and this one has none.");
        return;
    }
    str did = pairs_get(&r->query, STR("did"));
    request_redirect(r, text_format(r, STR_FORMAT "/keys%s" STR_FORMAT, STR_ARGS(show_path(r, keys.whole)),
                                    did.n ? "?did=" : "", STR_ARGS(url_encode(r, did))));
}

/* NULL after answering. */
static const struct fact *keyed_fact(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (f && fact_type(f)->part_of) return go_to_whole(r, f), NULL;
    if (!f || fact_type(f)->two_key) return f;
    page_error(r, 404, "This kind of fact has no two keys", "It holds as it is written, without signatures.");
    return NULL;
}

void answer_keys_page(struct request *r)
{
    const struct fact *f = keyed_fact(r);
    if (f) show_keys(r, f, 200, STR_NONE);
}

/* ---- Acts ---- */

static int status_of(enum err_code code) { return code == ERR_CONFLICT ? 409 : code == ERR_DENIED ? 403 : 422; }

/* One act; the page says what came of it, over what is there now. */
static void take_turn(struct request *r, const struct fact *f, enum key_act act, const char *did)
{
    unsigned char hash[KEY_HASH_SIZE] = {0};
    uint64_t id = fact_id(f);
    struct err err;
    struct commit_result result;
    str reason = str_trim(pairs_get(&r->form, STR("reason")));
    struct key_turn turn = {.act = act, .fact = id, .user = r->user.id, .hash = hash, .reason = reason};
    if (reason.n > REASON_LIMIT) {
        show_keys(r, f, 422, text_format(r, "The reason is too long: %zu bytes, %d at most.", reason.n, REASON_LIMIT));
        return;
    }
    /* A form without a hash is of no text that anybody has seen, and fits none. */
    if (!hash_read(pairs_get(&r->form, STR("hash")), hash)) memset(hash, 0, sizeof hash);
    int failed = store_turn_key(web_write(r->web), &r->arena, &turn, time_now(), &result, &err);
    if (!web_written(r->web, failed, &err)) {
        request_look(r);
        bool gone = !picture_fact(r->picture, id);
        str kinds = text_format(r, "/types/" STR_FORMAT, STR_ARGS(fact_type(f)->plural_key));
        request_redirect(r, gone ? kinds : text_format(r, STR_FORMAT "/keys?did=%s", STR_ARGS(show_path(r, id)), did));
        return;
    }
    if (err.code != ERR_CONFLICT && err.code != ERR_DENIED && err.code != ERR_INPUT) {
        page_fail(r, &err);
        return;
    }
    web_look(r->web);
    request_look(r);
    f = picture_fact(r->picture, id);
    if (f)
        show_keys(r, f, status_of(err.code),
                  text_format(r, STR_FORMAT ".", STR_ARGS(capitalise(r, str_of(err.message)))));
    else
        page_error(r, 409, "It has been deleted meanwhile", "Nothing was signed.");
}

void answer_keys(struct request *r)
{
    static const struct {
        str word;
        enum key_act act;
        const char *did;
    } acts[] = {
        {STR_INIT("propose"), KEY_PROPOSE, "proposed"},
        {STR_INIT("refuse"), KEY_REFUSE, "refused"},
        {STR_INIT("withdraw"), KEY_WITHDRAW, "withdrawn"},
    };
    const struct fact *f = keyed_fact(r);
    if (!f) return;
    str act = pairs_get(&r->form, STR("act"));
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++)
        if (str_eq(act, acts[i].word)) {
            if (acts[i].act == KEY_PROPOSE && !rules_may_go_on(r, f)) return;
            take_turn(r, f, acts[i].act, acts[i].did);
            return;
        }
    show_keys(r, f, 422, STR("The form did not say what to do. Nothing was changed."));
}

void answer_sign(struct request *r)
{
    const struct fact *f = keyed_fact(r);
    if (!f) return;
    if (!sees_all(r, fact_type(f))) {
        show_keys(r, f, 403, STR("Some of the text is not open to your role, so you cannot sign it."));
        return;
    }
    if (!rules_may_go_on(r, f)) return;
    switch (password_asked(r, pairs_get(&r->form, STR("password")))) {
    case PASSWORD_RIGHT: take_turn(r, f, KEY_SIGN, "signed"); return;
    case PASSWORD_WRONG: show_keys(r, f, 403, STR("That is not your password. Nothing was signed.")); return;
    case PASSWORD_LATER:
        show_keys(r, f, 429,
                  text_format(r, "Too many attempts. Try again in %u minutes.", (r->retry_seconds + 59) / 60));
        return;
    }
}
