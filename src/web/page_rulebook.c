/* SPDX-License-Identifier: Apache-2.0 */
/* Rulebooks: which there are; one of them as tables, with what the check finds, and rule by rule beside its proposal.
 */
#include "page_rulebook.h"

#include "base_time.h"
#include "dmn.h"
#include "page_ask.h"
#include "page_fact.h"
#include "page_keys.h"

enum { PROBLEMS_SHOWN = 40 };

static str field_of(struct request *r, const struct fact *f, const char *name)
{
    const struct model_field *field = f ? model_field(fact_type(f), str_of(name)) : NULL;
    return field ? fact_value_for(&r->viewer, f, field) : STR_NONE;
}

/* ---- Which one ---- */

static void of_fact(struct request *r, const struct fact *f, struct shown_book *out)
{
    const struct picture_keys *keys = fact_keys(r->picture, fact_id(f));
    const struct fact *draft = picture_fact(r->picture, fact_id(f) | FACT_PROPOSED);
    *out = (struct shown_book){.fact = f, .name = fact_name(f), .agreed = keys && keys->agreed};
    out->version = field_of(r, f, "version"), out->text = field_of(r, f, "model");
    str proposed = field_of(r, draft, "model");
    if (out->agreed && proposed.n && !str_eq(proposed, out->text)) out->draft = proposed;
    out->base =
        text_format(r, "%u.%llu", fact_version(f), (unsigned long long)(keys && out->agreed ? keys->version : 0));
}

str book_field(struct request *r, const struct shown_book *book, const char *name)
{
    const struct fact *draft =
        book->fact && book->draft.n ? picture_fact(r->picture, fact_id(book->fact) | FACT_PROPOSED) : NULL;
    return field_of(r, draft ? draft : book->fact, name);
}

bool book_asked(struct request *r, struct shown_book *out)
{
    int64_t id;
    const struct model_type *type = model_type(picture_model(r->picture), STR("rulebook"));
    if (str_to_int(r->captures[0], &id) && id > 0) {
        const struct fact *f = picture_fact(r->picture, (uint64_t)id);
        if (f && fact_type(f) == type) return of_fact(r, f, out), true;
    }
    for (size_t i = 0; i < r->web->shipped_count; i++) {
        const struct book_text *b = &r->web->shipped[i];
        if (str_eq(b->name, r->captures[0])) return *out = (struct shown_book){.name = b->name, .text = b->text}, true;
    }
    page_error(r, 404, "There is no such rulebook",
               "It may have been deleted; the list of rulebooks has those there are.");
    return false;
}

static str path_of(struct request *r, const struct shown_book *book)
{
    const struct book_text text = {.fact = book->fact ? fact_id(book->fact) : 0, .name = book->name};
    return book_path(r, &text);
}

/* ---- What the check says ---- */

static void add_problem(struct request *r, struct book_health *h, const char *kind, const struct err *e)
{
    if (h->problems.count >= PROBLEMS_SHOWN) return;
    struct record c = record_new(r);
    record_text(&c, "kind", str_of(kind));
    record_text(&c, "says", capitalise(r, arena_copy(&r->arena, str_of(e->message))));
    record_text(&c, "cell", arena_copy(&r->arena, str_of(e->field)));
    if (e->line) record_text(&c, "place", text_format(r, "line %u, column %u", e->line, e->column));
    values_add(r, &h->problems, record_get(&c));
}

void book_examine(struct request *r, str text, struct book_health *out)
{
    struct dmn_model *m = NULL;
    struct rulebook *b = NULL;
    struct err err;
    size_t count;
    const struct dmn_source source = {text, STR("")};
    *out = (struct book_health){0};
    if (dmn_check(&source, 1, &m, &err) < 0) {
        add_problem(r, out, "error", &err);
        out->errors++;
        return;
    }
    const struct err *errors = dmn_errors(m, &out->errors);
    for (size_t i = 0; i < out->errors; i++) add_problem(r, out, "error", &errors[i]);
    const struct dmn_finding *findings = dmn_findings(m, &count);
    for (size_t i = 0; i < count; i++) {
        enum dmn_finding_kind kind = findings[i].kind;
        if (kind == DMN_GAP || kind == DMN_OVERLAP) out->gaps++;
        add_problem(r, out, dmn_finding_word(kind), &findings[i].err);
    }
    dmn_free(m);
    /* A model may be a good one, and no rulebook. */
    if (!out->errors && rulebook_load(STR(""), STR(""), text, &b, &err) < 0) {
        out->errors++;
        add_problem(r, out, "error", &err);
    }
    rulebook_free(b);
}

/* ---- Tables ---- */

static const char *change_word(enum table_change change)
{
    switch (change) {
    case TABLE_ADDED: return "added";
    case TABLE_GONE: return "gone";
    case TABLE_CHANGED: return "changed";
    case TABLE_SAME: break;
    }
    return "same";
}

static struct feel_value cell_record(struct request *r, str head, const struct compared_cell *cell,
                                     enum table_change change)
{
    struct record c = record_new(r);
    bool gone = change == TABLE_GONE;
    record_text(&c, "head", head);
    record_text(&c, "text", gone ? cell->before : cell->after);
    record_bool(&c, "changed", cell->changed);
    record_text(&c, "before", cell->before);
    return record_get(&c);
}

/* Beside the rules: what is said about them. */
struct beside {
    uint64_t fact;           /* 0: nothing can be said */
    const struct talk *talk; /* NULL: nothing is shown */
    str only;                /* the one rule that is shown; STR_NONE: all */
};

void rule_put_talk(struct request *r, struct record *c, uint64_t fact, const struct talk *talk, str id)
{
    size_t open, count = talk_count(talk, id, &open);
    if (!id.n) return; /* a rule without a name of its own can't be found again */
    record_text(c, "talk_href", talk_path(r, fact, id));
    record_put(c, "comments", talk_records(r, talk, id));
    record_bool(c, "open", open > 0);
    record_text(c, "talk",
                open ? text_format(r, STR_FORMAT ", %zu open",
                                   STR_ARGS(show_counted(r, (int64_t)count, "comment", "comments")), open)
                     : text_format(r, STR_FORMAT ", settled",
                                   STR_ARGS(show_counted(r, (int64_t)count, "comment", "comments"))));
}

static struct feel_value rule_record(struct request *r, const struct compared_table *t, size_t i, size_t number,
                                     const struct beside *beside)
{
    const struct compared_rule *rule = &t->rules[i];
    const struct table_view *shown = t->after ? t->after : t->before;
    size_t columns = shown->input_count + shown->output_count;
    struct record c = record_new(r);
    struct values cells = {0};
    for (size_t k = 0; k < columns; k++)
        values_add(r, &cells, cell_record(r, shown->heads[k], &rule->cells[k], rule->change));
    record_put(&c, "cells", values_get(&cells));
    record_put(&c, "why", cell_record(r, STR("why"), &rule->cells[columns], rule->change));
    record_text(&c, "change", str_of(change_word(rule->change)));
    record_text(&c, "id", rule->rule->id);
    if (rule->change != TABLE_GONE) record_int(&c, "number", (int64_t)number);
    if (beside->talk) rule_put_talk(r, &c, beside->fact, beside->talk, rule->rule->id);
    return record_get(&c);
}

static struct feel_value heads_of(struct request *r, const struct table_view *t)
{
    struct values heads = {0};
    for (size_t i = 0; i < t->input_count + t->output_count; i++) {
        struct record c = record_new(r);
        record_text(&c, "text", t->heads[i]);
        record_bool(&c, "output", i >= t->input_count);
        values_add(r, &heads, record_get(&c));
    }
    return values_get(&heads);
}

static struct feel_value table_record(struct request *r, const struct compared_table *t, bool compared,
                                      const struct beside *beside)
{
    const struct table_view *shown = t->after ? t->after : t->before;
    struct record c = record_new(r);
    struct values rules = {0};
    size_t number = 0;
    for (size_t i = 0; i < t->rule_count; i++) {
        number += t->rules[i].change != TABLE_GONE;
        if (!beside->only.p || str_eq(t->rules[i].rule->id, beside->only))
            values_add(r, &rules, rule_record(r, t, i, number, beside));
    }
    record_text(&c, "name", shown->decision);
    record_text(&c, "question", shown->question);
    record_text(&c, "policy", shown->policy);
    record_text(&c, "expression", shown->expression);
    if (t->before && !str_eq(t->before->expression, shown->expression))
        record_text(&c, "before", t->before->expression);
    record_put(&c, "heads", heads_of(r, shown));
    if (beside->only.p && !rules.count) return feel_null();
    record_put(&c, "rules", values_get(&rules));
    record_text(&c, "count", show_counted(r, (int64_t)shown->rule_count, "rule", "rules"));
    record_text(&c, "change", str_of(compared ? change_word(t->change) : "same"));
    if (compared && t->changed_count)
        record_text(&c, "changed", show_counted(r, (int64_t)t->changed_count, "rule differs", "rules differ"));
    return record_get(&c);
}

/* The tables of `text`, beside those of `before` where there are some (STR_NONE: none). */
static void put_tables(struct request *r, str before, str text, const struct beside *beside)
{
    const struct table_view *old = NULL, *now = NULL;
    const struct compared_table *tables;
    size_t olds = 0, nows = 0, changed = 0;
    struct err err;
    struct values list = {0};
    if (tables_read(&r->arena, text, &now, &nows, &err) < 0) return; /* the check has said so */
    bool compared = before.n && tables_read(&r->arena, before, &old, &olds, &err) == 0;
    size_t count = tables_compare(&r->arena, compared ? old : now, compared ? olds : nows, now, nows, &tables);
    for (size_t i = 0; i < count; i++) {
        struct feel_value table = table_record(r, &tables[i], compared, beside);
        if (table.kind != FEEL_NULL) values_add(r, &list, table);
        changed +=
            compared ? tables[i].changed_count + (tables[i].change != TABLE_SAME && !tables[i].changed_count) : 0;
    }
    page_put(r, "tables", values_get(&list));
    if (compared && !beside->only.p)
        page_put_text(r, "difference",
                      changed ? show_counted(r, (int64_t)changed, "difference", "differences")
                              : STR("No rule differs"));
}

void book_put_rule(struct request *r, const struct shown_book *book, str id)
{
    bool draft = book->draft.n > 0;
    put_tables(r, draft ? book->text : STR_NONE, draft ? book->draft : book->text, &(struct beside){0, NULL, id});
}

/* Rules on which something is open, those that are gone too. */
static void put_open_rules(struct request *r, const struct shown_book *book, const struct talk *talk)
{
    struct values list = {0};
    for (size_t i = 0; i < talk->count; i++) {
        str id = talk->comments[i].place;
        size_t open, first = 0;
        while (!str_eq(talk->comments[first].place, id)) first++;
        if (!id.n || first < i || !talk_count(talk, id, &open) || !open) continue;
        str words = rule_words(r, book, id);
        struct record c = record_new(r);
        record_text(&c, "name", capitalise(r, words.n ? words : STR("a rule that is gone")));
        record_text(&c, "href", talk_path(r, fact_id(book->fact), id));
        record_text(&c, "count", show_counted(r, (int64_t)open, "open comment", "open comments"));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "open_rules", values_get(&list));
}

/* ---- Questions ---- */

static void put_questions(struct request *r, const struct rulebook *b)
{
    size_t count, outcomes;
    struct values list = {0}, gives = {0};
    const struct rulebook_question *q = rulebook_questions(b, &count);
    const struct feel_value *zones = rulebook_outcomes(b, &outcomes);
    for (size_t i = 0; i < count; i++) {
        struct record c = record_new(r);
        struct values values = {0};
        struct err err;
        for (size_t k = 0; k < q[i].value_count; k++)
            values_add(r, &values, feel_string(answer_key(r, q[i].values[k])));
        record_text(&c, "name", q[i].name);
        record_text(&c, "label", q[i].label);
        record_text(&c, "from", q[i].from);
        record_put(&c, "values", values_get(&values));
        if (book_from_problem(&q[i], picture_graph(r->picture), &r->arena, &err))
            record_text(&c, "problem", arena_copy(&r->arena, str_of(err.message)));
        values_add(r, &list, record_get(&c));
    }
    for (size_t i = 0; i < outcomes; i++) values_add(r, &gives, feel_string(answer_key(r, zones[i])));
    page_put(r, "questions", values_get(&list));
    page_put_text(r, "outcome", rulebook_outcome(b));
    page_put(r, "outcomes", values_get(&gives));
}

/* ---- One ---- */

/* Rulebooks of the workspace into which the program's own can be taken; a new one where none is named. */
static void put_targets(struct request *r)
{
    size_t count = 0;
    struct values list = {0};
    const struct model_type *type = model_type(picture_model(r->picture), STR("rulebook"));
    const uint64_t *ids = type ? picture_facts(r->picture, type, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        values_add(
            r, &list,
            choice_record(r, text_format(r, "%llu", (unsigned long long)ids[i]), show_name(r, ids[i]), STR_NONE));
    page_put(r, "targets", values_get(&list));
}

static void put_shipped(struct request *r)
{
    struct values list = {0};
    for (size_t i = 0; i < r->web->shipped_count; i++)
        values_add(r, &list, choice_record(r, r->web->shipped[i].name, r->web->shipped[i].name, STR("safe-zones")));
    page_put(r, "shipped", values_get(&list));
}

static str state_of(struct request *r, const struct shown_book *book)
{
    int64_t from;
    str day = field_of(r, book->fact, "valid from");
    if (!book->fact) return STR("comes with the program");
    if (!book->text.n) return STR("no rules yet");
    bool later = civil_parse(day, &from) && from > r->env.today;
    if (!book->agreed)
        return later ? text_format(r, "draft: not signed by both, holds from " STR_FORMAT " at the earliest",
                                   STR_ARGS(show_day(r, from)))
                     : STR("draft: not signed by both");
    if (later) return text_format(r, "agreed, holds from " STR_FORMAT, STR_ARGS(show_day(r, from)));
    return STR("in force");
}

/* That the text gives itself. */
static str own_version(struct request *r, const struct shown_book *book)
{
    const struct rulebook *b = NULL;
    struct err err;
    if (!book->text.n || shelf_take(r->web->shelf, book->name, STR(""), book->text, &b, &err) < 0) return STR_NONE;
    str version = arena_copy(&r->arena, rulebook_version(b));
    shelf_put_back(r->web->shelf, b);
    return version;
}

static int put_book(struct request *r, const struct shown_book *book, bool draft, struct err *err)
{
    struct stored_keys keys = {0};
    struct record c = record_new(r);
    bool past = r->then.number > 0;
    str path = path_of(r, book);
    record_text(&c, "name", book->name);
    record_text(&c, "version", book->version.n ? book->version : own_version(r, book));
    record_text(&c, "href", path);
    record_text(&c, "state", state_of(r, book));
    record_bool(&c, "rules", book->text.n > 0);
    record_bool(&c, "own", book->fact != NULL);
    record_bool(&c, "draft", draft);
    record_bool(&c, "has_draft", book->draft.n > 0);
    int64_t from;
    if (civil_parse(book_field(r, book, "valid from"), &from)) record_text(&c, "from", show_day(r, from));
    record_text(&c, "download", text_format(r, STR_FORMAT "/model%s", STR_ARGS(path), draft ? "?of=draft" : ""));
    if (book->fact) {
        record_text(&c, "fact_href", show_path(r, fact_id(book->fact)));
        record_text(&c, "base", book->base);
        record_text(&c, "change", text_format(r, STR_FORMAT "/rules", STR_ARGS(path)));
        record_text(&c, "purpose", field_of(r, book->fact, "purpose"));
        record_text(&c, "ask", text_format(r, "/ask?rulebook=%llu", (unsigned long long)fact_id(book->fact)));
    } else {
        record_text(&c, "ask", text_format(r, "/ask?rulebook=" STR_FORMAT, STR_ARGS(url_encode(r, book->name))));
    }
    record_bool(&c, "holds", str_eq(state_of(r, book), STR("in force")) || !book->fact);
    page_put(r, "book", record_get(&c));
    if (!book->fact) put_targets(r);
    if (!book->fact || past) return 0;
    put_shipped(r);
    return put_keys_of(r, book->fact, &keys, err) || book_put_versions(r, book, err) ? -1 : 0;
}

static int put_all(struct request *r, const struct shown_book *book, str message, struct err *err)
{
    bool draft = book->draft.n && str_eq(pairs_get(&r->query, STR("of")), STR("draft"));
    str text = draft ? book->draft : book->text;
    struct book_health health = {0};
    const struct rulebook *b = NULL;
    struct err unread;
    page_begin(r, PAGE_RULEBOOK);
    page_put_text(r, "title", book->name);
    page_put_text(r, "message", message);
    if (str_eq(pairs_get(&r->query, STR("did")), STR("taken")))
        page_put_text(r, "did", STR("Taken over. It holds when both sides have signed it."));
    if (put_book(r, book, draft, err)) return -1;
    if (!text.n) return 0;
    book_examine(r, text, &health);
    page_put(r, "problems", values_get(&health.problems));
    page_put(r, "broken", feel_boolean(health.errors > 0));
    struct talk talk = {0};
    bool talks = book->fact && !r->then.number;
    if (talks && talk_load(r, fact_id(book->fact), &talk, err)) return -1;
    if (talks) put_open_rules(r, book, &talk);
    put_tables(r, draft ? book->text : STR_NONE, text,
               &(struct beside){talks ? fact_id(book->fact) : 0, talks ? &talk : NULL, STR_NONE});
    if (!health.errors && shelf_take(r->web->shelf, book->name, book->version, text, &b, &unread) == 0)
        put_questions(r, b);
    shelf_put_back(r->web->shelf, b);
    return 0;
}

void book_show(struct request *r, const struct shown_book *book, int status, str message)
{
    struct err err;
    if (put_all(r, book, message, &err))
        page_fail(r, &err);
    else
        page_show(r, status);
}

void book_show_tried(struct request *r, const struct shown_book *book, str text, const struct book_health *health)
{
    struct err err;
    if (put_all(r, book, STR_NONE, &err)) {
        page_fail(r, &err);
        return;
    }
    struct record c = record_new(r);
    record_bool(&c, "refused", health->errors > 0);
    if (!health->errors) record_text(&c, "text", text);
    record_put(&c, "problems", values_get(&health->problems));
    record_text(&c, "gaps",
                show_counted(r, (int64_t)health->gaps, "case that no rule covers, or two do",
                             "cases that no rule covers, or two do"));
    page_put(r, "tried", record_get(&c));
    page_show(r, 422);
}

void answer_rulebook(struct request *r)
{
    struct shown_book book;
    if (book_asked(r, &book)) book_show(r, &book, 200, STR_NONE);
}

/* The file, to the byte. */
void answer_rulebook_model(struct request *r)
{
    struct shown_book book;
    if (!book_asked(r, &book)) return;
    bool draft = book.draft.n && str_eq(pairs_get(&r->query, STR("of")), STR("draft"));
    str text = draft ? book.draft : book.text;
    if (!text.n) {
        page_error(r, 404, "This rulebook has no rules yet", "Take over a rulebook of the program, or upload a model.");
        return;
    }
    struct buf name;
    buf_init(&name, 300);
    for (size_t i = 0; i < book.name.n && name.n < 200; i++) {
        char c = book.name.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        buf_char(&name, plain ? c : '-');
    }
    r->file_name = text_format(r, STR_FORMAT ".dmn", STR_ARGS(buf_get(&name)));
    buf_release(&name);
    r->status = 200;
    r->type = "application/dmn+xml";
    r->fixed = text;
}

/* ---- All ---- */

static struct feel_value row_of(struct request *r, const struct shown_book *book)
{
    struct record c = record_new(r);
    struct err err;
    const struct rulebook *b = NULL;
    size_t count;
    record_text(&c, "name", book->name);
    record_text(&c, "href", path_of(r, book));
    record_text(&c, "state", state_of(r, book));
    record_bool(&c, "own", book->fact != NULL);
    record_bool(&c, "draft", book->draft.n > 0);
    str version = book->version;
    if (book->text.n && shelf_take(r->web->shelf, book->name, book->version, book->text, &b, &err) == 0) {
        struct buf gives;
        const struct feel_value *outcomes = rulebook_outcomes(b, &count);
        buf_init(&gives, 10000);
        for (size_t i = 0; i < count; i++) {
            if (i) buf_text(&gives, ", ");
            buf_str(&gives, answer_key(r, outcomes[i]));
        }
        version = arena_copy(&r->arena, rulebook_version(b));
        record_text(&c, "outcome", arena_copy(&r->arena, rulebook_outcome(b)));
        record_text(&c, "gives", buf_copy(&gives, &r->arena));
        rulebook_questions(b, &count);
        record_text(&c, "questions", show_count(r, (int64_t)count));
        buf_release(&gives);
    } else if (book->text.n) {
        record_text(&c, "problem", STR("cannot be read as a rulebook"));
    }
    record_text(&c, "version", version);
    shelf_put_back(r->web->shelf, b);
    return record_get(&c);
}

void answer_rulebooks(struct request *r)
{
    size_t count = 0;
    struct values own = {0}, shipped = {0};
    const struct model_type *type = model_type(picture_model(r->picture), STR("rulebook"));
    const uint64_t *ids = type ? picture_facts(r->picture, type, &count) : NULL;
    page_begin(r, PAGE_RULEBOOKS);
    for (size_t i = 0; i < count; i++) {
        struct shown_book book;
        of_fact(r, picture_fact(r->picture, ids[i]), &book);
        values_add(r, &own, row_of(r, &book));
    }
    for (size_t i = 0; i < r->web->shipped_count; i++) {
        struct shown_book book = {.name = r->web->shipped[i].name, .text = r->web->shipped[i].text};
        values_add(r, &shipped, row_of(r, &book));
    }
    page_put_text(r, "title", STR("Rulebooks"));
    page_put_text(r, "subtitle",
                  STR("What both sides have agreed on, so that a question is answered at once and with reasons."));
    page_put(r, "own", values_get(&own));
    page_put(r, "shipped", values_get(&shipped));
    page_put(r, "known", feel_boolean(type != NULL));
    page_show(r, 200);
}
