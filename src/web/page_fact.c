/* SPDX-License-Identifier: Apache-2.0 */
/* Any fact, as its type declares it: values with where they came from, links both ways, history. */
#include "page_fact.h"
#include "page_keys.h"

#include "import.h"

enum { SHOWN_LINKS = 24, SHOWN_HISTORY = 40, LONG_COMMIT = 4 };

/* The fact that the address names; NULL after answering 404. */
const struct fact *fact_asked(struct request *r)
{
    int64_t id;
    const struct fact *f = str_to_int(r->captures[0], &id) && id > 0 ? picture_fact(r->picture, (uint64_t)id) : NULL;
    if (!f)
        page_error(r, 404, "There is no such fact",
                   "It may have been deleted or merged into another. Look for it by its name.");
    return f;
}

static struct feel_value links_record(struct request *r, const uint64_t *ids, size_t count, size_t limit)
{
    struct values list = {0};
    for (size_t i = 0; i < count && i < limit; i++) values_add(r, &list, fact_record(r, ids[i]));
    return values_get(&list);
}

/* "12 14" as the names of facts. */
static str names_of(struct request *r, str ids)
{
    struct buf b;
    buf_init(&b, PAGE_LIMIT);
    str piece;
    int64_t id;
    while (ids.n && str_cut(&ids, ' ', &piece)) {
        if (!str_to_int(piece, &id)) continue;
        if (b.n) buf_text(&b, ", ");
        buf_str(&b, show_name(r, (uint64_t)id));
    }
    str names = buf_copy(&b, &r->arena);
    buf_release(&b);
    return names;
}

str show_stored(struct request *r, const struct model_field *field, str canonical)
{
    bool link = field->kind == FIELD_LINK || field->kind == FIELD_LINKS;
    return link ? names_of(r, canonical) : show_value(r, field, canonical);
}

str claim_value(struct request *r, const struct model_field *field, const struct stored_claim *claim)
{
    return show_stored(r, field, claim->value);
}

/* Short: "marketing, line 65"; the rest is in the whole: file and day. */
str claim_from(struct request *r, const struct stored_claim *c)
{
    if (c->from.kind == ORIGIN_TYPED) return text_format(r, "typed by " STR_FORMAT, STR_ARGS(c->actor));
    str source = c->from.source.n ? c->from.source : c->from.file;
    return c->from.line ? text_format(r, STR_FORMAT ", line %u", STR_ARGS(source), c->from.line) : source;
}

str claim_origin(struct request *r, const struct stored_claim *c)
{
    str when = show_time(r, c->time), place = import_place(&r->arena, &c->from);
    if (c->from.kind == ORIGIN_TYPED)
        return text_format(r, "Typed by " STR_FORMAT ", " STR_FORMAT, STR_ARGS(c->actor), STR_ARGS(when));
    const char *how = c->from.kind == ORIGIN_IMPORTED ? "Imported from" : "Seen in";
    return text_format(r, "%s " STR_FORMAT ", " STR_FORMAT, how, STR_ARGS(place.n ? place : c->from.source),
                       STR_ARGS(when));
}

static struct feel_value origin_record(struct request *r, const struct stored_claim *claim, str value)
{
    struct record c = record_new(r);
    record_text(&c, "value", value.n ? value : STR("nothing"));
    record_text(&c, "from", claim_from(r, claim));
    record_text(&c, "whole", claim_origin(r, claim));
    return record_get(&c);
}

/* Of what is agreed the proposal stands on a page of its own; here it would look like one more source. */
static bool is_proposed(const struct stored_keys *keys, const struct model_field *field, str value)
{
    if (!keys->proposed || !field->is_signed) return false;
    str proposed = keys->proposed[field->number];
    return (proposed.p != NULL) == (value.p != NULL) && str_eq(proposed, value);
}

/* A worker's store has a metamodel of its own, the same as the picture's. */
static bool same_field(const struct model_field *a, const struct model_field *b) { return a->id == b->id; }

/* What it could be: the value that holds, then what else is said. */
static struct feel_value claim_record(struct request *r, const struct model_field *field,
                                      const struct stored_claim *claim)
{
    struct record c = record_new(r);
    str words = show_stored(r, field, claim->value);
    record_text(&c, "value", claim->value);
    record_text(&c, "text", words.n ? words : STR("nothing"));
    record_text(&c, "from", claim_from(r, claim));
    record_bool(&c, "wins", claim->wins);
    return record_get(&c);
}

static void put_origins(struct request *r, struct record *c, const struct model_field *field,
                        const struct stored_claim *claims, size_t count, const struct stored_keys *keys)
{
    struct values from = {0}, others = {0}, choices = {0};
    const struct stored_claim *winner = NULL;
    for (size_t i = 0; i < count && !winner; i++)
        if (same_field(claims[i].field, field) && claims[i].wins) winner = &claims[i];
    if (winner) values_add(r, &choices, claim_record(r, field, winner));
    for (size_t i = 0; i < count; i++) {
        if (!same_field(claims[i].field, field)) continue;
        if (claims[i].wins) values_add(r, &from, origin_record(r, &claims[i], STR_NONE));
        if (!winner || !import_disagrees(&claims[i], winner) || is_proposed(keys, field, claims[i].value)) continue;
        values_add(r, &others, origin_record(r, &claims[i], show_stored(r, field, claims[i].value)));
        values_add(r, &choices, claim_record(r, field, &claims[i]));
    }
    record_text(c, "key", field->key);
    record_put(c, "from", values_get(&from));
    record_put(c, "others", values_get(&others));
    if (others.count && request_writes(r, field)) record_put(c, "choices", values_get(&choices));
}

static bool field_record(struct request *r, const struct fact *f, const struct model_field *field,
                         const struct stored_claim *claims, size_t count, const struct stored_keys *keys,
                         struct feel_value *out)
{
    struct record c = record_new(r);
    record_text(&c, "name", show_word(r, field->name));
    record_text(&c, "help", field->help);
    size_t links = 0;
    bool filled = false;
    if (field->kind == FIELD_LINK || field->kind == FIELD_LINKS) {
        const uint64_t *to = fact_links_for(&r->viewer, f, field, &links);
        filled = links > 0;
        record_put(&c, "links", links_record(r, to, links, 200));
    } else {
        str value = show_field(r, f, field);
        filled = value.n > 0;
        record_text(&c, "value", value);
        record_text(&c, "rules", show_rules_path(r, f, field));
    }
    record_bool(&c, "long", field->kind == FIELD_LONG_TEXT);
    if (field->kind == FIELD_DERIVED) record_text(&c, "formula", field->feel);
    if (field->kind == FIELD_OBSERVED) {
        const char *where = field->observed == OBSERVED_PAID ? "from ledgers" : "from logs";
        record_text(&c, "observed",
                    field->days ? text_format(r, "%s, last %d days", where, field->days) : str_of(where));
    }
    put_origins(r, &c, field, claims, count, keys);
    for (size_t i = 0; i < count && !filled; i++)
        filled = same_field(claims[i].field, field) && !claims[i].wins && !is_proposed(keys, field, claims[i].value);
    *out = record_get(&c);
    return filled;
}

static int put_fields(struct request *r, const struct fact *f, const struct stored_keys *keys, struct record *fact,
                      struct err *err)
{
    const struct stored_claim *claims = NULL;
    size_t count = 0;
    if (!r->then.number && store_load_claims(r->store, &r->arena, fact_id(f), &claims, &count, err)) return -1;
    const struct model_type *type = fact_type(f);
    struct values fields = {0};
    struct buf empty, closed;
    buf_init(&empty, 10000);
    buf_init(&closed, 10000);
    for (size_t i = 0; i < type->field_count; i++) {
        struct feel_value v;
        const struct model_field *field = &type->fields[i];
        if (!request_sees(r, type, field)) {
            if (closed.n) buf_text(&closed, ", ");
            buf_str(&closed, show_word(r, field->name));
        } else if (field_record(r, f, field, claims, count, keys, &v)) {
            values_add(r, &fields, v);
        } else if (field->kind != FIELD_DERIVED && field->kind != FIELD_OBSERVED) {
            if (empty.n) buf_text(&empty, ", ");
            buf_str(&empty, show_word(r, field->name));
        }
    }
    bool files = request_sees_files(r, type);
    if (!files) buf_text(&closed, closed.n ? ", Files" : "Files");
    record_bool(fact, "files", files);
    record_text(fact, "unfilled", buf_copy(&empty, &r->arena));
    record_text(fact, "closed", buf_copy(&closed, &r->arena));
    buf_release(&empty);
    buf_release(&closed);
    page_put(r, "fields", values_get(&fields));
    return 0;
}

static void put_inverses(struct request *r, const struct fact *f)
{
    struct values list = {0};
    const struct model_type *type = fact_type(f);
    for (size_t i = 0; i < type->inverse_count; i++) {
        size_t count;
        const uint64_t *ids = fact_inverse_for(&r->viewer, r->picture, f, &type->inverses[i], &count);
        if (!count) continue;
        struct record c = record_new(r);
        record_text(&c, "name", show_word(r, type->inverses[i].name));
        record_text(&c, "kind", type->inverses[i].from->plural);
        record_text(&c, "count", show_count(r, (int64_t)count));
        record_put(&c, "links", links_record(r, ids, count, SHOWN_LINKS));
        if (count > SHOWN_LINKS) record_text(&c, "more", show_count(r, (int64_t)(count - SHOWN_LINKS)));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "inverses", values_get(&list));
}

static struct feel_value change_record(struct request *r, const struct journal_change *change)
{
    struct record c = record_new(r);
    record_text(&c, "field", show_word(r, change->field->name));
    record_text(&c, "before", show_stored(r, change->field, change->before));
    record_text(&c, "after", show_stored(r, change->field, change->after));
    return record_get(&c);
}

/* What became of the fact, and of its files, the newest first. */
struct past_of_fact {
    const struct journal_change *changes;
    size_t count, at;
    const struct attachment_change *files;
    size_t file_count, file_at;
};

static struct feel_value file_commit_record(struct request *r, const struct attachment_change *x)
{
    struct record c = record_new(r);
    record_text(&c, "when", show_time(r, x->time));
    record_text(&c, "actor", x->actor);
    record_text(&c, "file", x->name.n ? x->name : STR("erased since"));
    record_text(&c, "size", show_bytes(r, x->size));
    record_bool(&c, "removed", x->removed);
    return record_get(&c);
}

/* The next commit, with all that it did. */
static struct feel_value commit_record(struct request *r, const struct fact *f, struct past_of_fact *p)
{
    struct values inner = {0};
    const struct journal_change *first = &p->changes[p->at];
    bool drafted = false;
    for (; p->at < p->count && p->changes[p->at].number == first->number; p->at++) {
        const struct journal_change *change = &p->changes[p->at];
        drafted |= !change->field && str_eq(change->after, STR("drafted"));
        if (change->field && request_sees(r, fact_type(f), change->field))
            values_add(r, &inner, change_record(r, change));
    }
    struct record c = record_new(r);
    record_bool(&c, "drafted", drafted);
    record_text(&c, "when", show_time(r, first->time));
    record_text(&c, "number", text_format(r, "%llu", (unsigned long long)first->number));
    record_text(&c, "actor", first->actor);
    record_text(&c, "reason", first->reason);
    record_put(&c, "changes", values_get(&inner));
    if (inner.count > LONG_COMMIT) record_text(&c, "many", show_counted(r, (int64_t)inner.count, "value", "values"));
    return record_get(&c);
}

static int put_history(struct request *r, const struct fact *f, struct err *err)
{
    struct past_of_fact p = {0};
    struct values list = {0};
    size_t most = pairs_get(&r->query, STR("history")).n ? SIZE_MAX : SHOWN_HISTORY;
    if (store_load_history(r->store, &r->arena, fact_id(f), &p.changes, &p.count, err)) return -1;
    if (request_sees_files(r, fact_type(f)) &&
        store_load_attachment_changes(r->store, &r->arena, fact_id(f), &p.files, &p.file_count, err))
        return -1;
    while (r->then.number && p.at < p.count && p.changes[p.at].number > r->then.number) p.at++;
    while (r->then.number && p.file_at < p.file_count && p.files[p.file_at].number > r->then.number) p.file_at++;
    while ((p.at < p.count || p.file_at < p.file_count) && list.count < most) {
        bool file = p.file_at < p.file_count && (p.at == p.count || p.files[p.file_at].number > p.changes[p.at].number);
        values_add(r, &list, file ? file_commit_record(r, &p.files[p.file_at++]) : commit_record(r, f, &p));
    }
    page_put(r, "history", values_get(&list));
    if (p.at < p.count || p.file_at < p.file_count)
        page_put_text(r, "older", request_url_with(r, STR("history"), STR("all")));
    return 0;
}

static int put_notes(struct request *r, const struct fact *f, struct err *err)
{
    struct found *found;
    if (web_take_found(r, true, &found, err)) return -1;
    struct values notes = {0};
    for (size_t i = 0; i < found->count; i++)
        if (found->findings[i].subject == fact_id(f)) values_add(r, &notes, finding_record(r, &found->findings[i]));
    page_put(r, "notes", values_get(&notes));
    /* The texts are the found's: they are needed until the page is drawn. */
    page_show(r, 200);
    web_drop_found(r->web, found);
    return 0;
}

struct feel_value fact_head(struct request *r, const struct model_type *type)
{
    struct record c = record_new(r);
    record_text(&c, "kind", type->name);
    record_text(&c, "key", type->key);
    record_text(&c, "kinds", capitalise(r, type->plural));
    record_text(&c, "word", type->plural_key);
    record_text(&c, "kinds_href", text_format(r, "/types/" STR_FORMAT, STR_ARGS(type->plural_key)));
    record_text(&c, "help", type->help);
    return record_get(&c);
}

void answer_fact(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (!f) return;
    struct err err;
    struct record fact = record_new(r);
    struct feel_value head = fact_head(r, fact_type(f));
    for (uint32_t i = 0; i < head.count; i++) *vec_add(&r->arena, &fact.entries) = head.entries[i];
    page_begin(r, PAGE_FACT);
    page_put_text(r, "title", show_label(r, fact_id(f)));
    record_text(&fact, "href", show_path(r, fact_id(f)));
    record_text(&fact, "id", text_format(r, "%llu", (unsigned long long)fact_id(f)));
    put_saved(r);
    page_put_text(r, "live", live_types(r, fact_type(f)));
    record_int(&fact, "version", fact_version(f));
    struct stored_keys keys = {0};
    int failed = put_keys_of(r, f, &keys, &err) || put_fields(r, f, &keys, &fact, &err);
    page_put(r, "fact", record_get(&fact));
    put_inverses(r, f);
    put_promise(r, f);
    if (!failed) failed = put_history(r, f, &err);
    /* What is said about a fact is said now. */
    if (!failed && !r->then.number)
        failed = put_attachments(r, f, &err) || put_comments(r, fact_id(f), &err) ||
                 see_mentions(r, fact_id(f), STR_NONE, &err);
    if (failed || put_notes(r, f, &err)) page_fail(r, &err);
}
