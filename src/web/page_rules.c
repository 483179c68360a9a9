/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a rulebook, changed as sentences, one table at a time; what is saved is a draft beside what is in force.
 */
#include "page_rules.h"

#include "base_time.h"
#include "page_fact.h"

enum { REASON_LIMIT = 2000, VERSION_LIMIT = 100 };

static void show_rules(struct rules_form *f, struct rules_check *check, int status)
{
    struct request *r = f->r;
    struct talk talk;
    struct err err;
    if (talk_load(r, fact_id(f->book.fact), &talk, &err)) {
        page_fail(r, &err);
        return;
    }
    page_begin(r, PAGE_RULES);
    struct record book = record_new(r);
    str day = f->book.fact ? book_field(r, &f->book, "valid from") : STR_NONE;
    record_text(&book, "name", f->book.name);
    record_text(&book, "href", text_format(r, "/rulebooks/%llu", (unsigned long long)fact_id(f->book.fact)));
    record_bool(&book, "agreed", f->book.agreed);
    record_bool(&book, "draft", f->book.draft.n > 0);
    /* Who was told that somebody was quicker may save over that; nobody else does. */
    str base = r->method == METHOD_POST && status != 409 ? pairs_get(&r->form, STR("base")) : f->book.base;
    record_text(&book, "base", base);
    page_put_text(r, "title", text_format(r, "The rules of " STR_FORMAT, STR_ARGS(f->book.name)));
    page_put_text(r, "message", f->message);
    page_put(r, "book", record_get(&book));
    struct record table = record_new(r);
    record_text(&table, "name", f->view->decision);
    record_text(&table, "says", f->view->question);
    record_bool(&table, "one", f->table.one);
    page_put(r, "table", record_get(&table));
    page_put(r, "tables", rules_tables(f));
    page_put(r, "rules", rules_records(f, &talk));
    page_put(r, "panel", record_get(&check->panel));
    bool typed = r->method == METHOD_POST;
    page_put_text(r, "version", typed ? pairs_get(&r->form, STR("version")) : book_field(r, &f->book, "version"));
    page_put_text(r, "day", typed ? pairs_get(&r->form, STR("valid_from")) : day);
    page_put_text(r, "reason", pairs_get(&r->form, STR("reason")));
    page_put(r, "sure", feel_boolean(pairs_get(&r->form, STR("sure")).n > 0));
    page_show(r, status);
}

void answer_rules(struct request *r)
{
    struct rules_form f;
    struct rules_check check;
    if (!rules_open(r, &f)) return;
    rules_fill_from_model(&f);
    f.now = f.text;
    rules_look(&f, &check);
    show_rules(&f, &check, 200);
    rules_close(&f);
}

/* ---- What a button does ---- */

/* "copy.3": the number behind the point; false where it is another act. */
static bool act_is(str act, const char *name, size_t *number)
{
    int64_t n;
    str head;
    if (!str_cut(&act, '.', &head) || !str_eq(head, str_of(name)) || !str_to_int(act, &n) || n < 0) return false;
    return *number = (size_t)n, true;
}

/* The rules are others than the form had; false where the act is to look or to save. */
static bool change_rules(struct rules_form *f, str act, const struct rules_check *check)
{
    size_t n;
    if (str_eq(act, STR("add"))) {
        str *any = arena_array(&f->r->arena, f->table.input_count + 1, sizeof *any);
        for (size_t k = 0; k < f->table.input_count; k++) any[k] = STR("-");
        rules_add(f, f->rules.count, any);
    } else if (act_is(act, "copy", &n) && n < f->rules.count) {
        rules_add(f, n + 1, NULL);
    } else if (act_is(act, "remove", &n) && n < f->rules.count) {
        rules_remove(f, n);
    } else if (act_is(act, "fill", &n) && n < check->gap_count) {
        rules_add(f, f->rules.count, check->gaps[n]);
    } else {
        return false;
    }
    return true;
}

/* ---- Saving ---- */

/* Of a draft the day or the name may change alone. */
static bool changes_something(const struct rules_form *f)
{
    struct request *r = f->r;
    bool drafted = f->book.draft.n || !f->book.agreed;
    return f->changed ||
           (drafted &&
            (!str_eq(str_trim(pairs_get(&r->form, STR("version"))), book_field(r, &f->book, "version")) ||
             !str_eq(str_trim(pairs_get(&r->form, STR("valid_from"))), book_field(r, &f->book, "valid from"))));
}

static str save(struct rules_form *f, int *status)
{
    struct request *r = f->r;
    struct err err = {0};
    struct book_health health;
    int64_t day;
    uint64_t id;
    bool proposed;
    str text = f->now, version = str_trim(pairs_get(&r->form, STR("version")));
    str from = str_trim(pairs_get(&r->form, STR("valid_from"))),
        reason = str_trim(form_lines(r, pairs_get(&r->form, STR("reason"))));
    *status = 422;
    if (from.n && !civil_parse(from, &day))
        return text_format(r, "\"" STR_FORMAT "\" is not a day, such as 2026-11-22.", STR_ARGS(from));
    if (version.n > VERSION_LIMIT || reason.n > REASON_LIMIT)
        return STR("The name of the version, or the reason, is too long.");
    if (version.n && dmn_edit_extension(&r->arena, text, STR("version"), version, &text, &err) < 0)
        return capitalise(r, str_of(err.message));
    book_examine(r, text, &health);
    if (health.errors) return STR("The rules cannot be read as a rulebook. Nothing was saved.");
    if (health.gaps && !pairs_get(&r->form, STR("sure")).n)
        return STR("Some cases are open. Close them, or tick that people decide them. Nothing was saved yet.");
    if (!reason.n) reason = text_format(r, "rules of " STR_FORMAT, STR_ARGS(f->view->decision));
    const struct book_taking taking = {.fact = f->book.fact,
                                       .name = f->book.name,
                                       .text = text,
                                       .reason = reason,
                                       .base = pairs_get(&r->form, STR("base")),
                                       .version = version,
                                       .valid_from = from};
    if (book_take(r, &taking, &id, &proposed, &err) == 0) {
        request_redirect(r, book_taken_path(r, id, proposed));
        return *status = 303, STR_NONE;
    }
    *status = form_status(r, &err);
    if (err.code != ERR_CONFLICT) return capitalise(r, arena_copy(&r->arena, str_of(err.message)));
    return STR("Somebody else changed these rules meanwhile. What you see is yours, and nothing was saved; look at "
               "theirs before you save over them.");
}

void answer_rules_change(struct request *r)
{
    struct rules_form f;
    struct rules_check check;
    int status = 200;
    if (!rules_open(r, &f)) return;
    str act = pairs_get(&r->form, STR("do"));
    rules_fill_from_form(&f);
    rules_write(&f);
    rules_look(&f, &check);
    if (change_rules(&f, act, &check)) {
        rules_count_wrong(&f);
        rules_write(&f);
        rules_look(&f, &check);
    } else if (str_eq(act, STR("save"))) {
        status = 422;
        if (f.wrong)
            f.message = STR("Some fields need another look. Nothing was saved.");
        else if (!f.message.n)
            f.message = changes_something(&f) ? save(&f, &status) : STR("No rule has changed. Nothing was saved.");
    }
    if (status != 303) show_rules(&f, &check, status);
    rules_close(&f);
}
