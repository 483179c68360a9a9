/* SPDX-License-Identifier: Apache-2.0 */
/* The editor of a rulebook's tables and picture: dmn-js on the stored model. What it sends back is made in the model's
 * own text (dmn_editor.h), checked while people write, and saved as the draft beside what is in force. */
#include "dmn_editor.h"
#include "page_rulebook.h"

static str text_of(const struct shown_book *book) { return book->draft.n ? book->draft : book->text; }

static str rulebook_path(struct request *r, const struct shown_book *book)
{
    return text_format(r, "/rulebooks/%llu", (unsigned long long)fact_id(book->fact));
}

/* What an editor can open; false after the answer has become another one. */
static bool editable(struct request *r, struct shown_book *out)
{
    if (!book_asked(r, out)) return false;
    if (out->fact && text_of(out).n) return true;
    /* The program's own is taken over first, and rules are there before they are edited. */
    request_redirect(r, text_format(r, "/rulebooks/" STR_FORMAT, STR_ARGS(url_encode(r, r->captures[0]))));
    return false;
}

void answer_rulebook_edit_page(struct request *r)
{
    struct shown_book book;
    struct err err;
    str copy;
    if (!editable(r, &book)) return;
    if (dmn_to_editor(&r->arena, text_of(&book), &copy, &err) < 0) {
        page_error(r, 422, "The editor cannot open this model",
                   text_format(r, "It %s. Download the file, and change it with another editor.", err.message).p);
        return;
    }
    struct record c = record_new(r);
    record_text(&c, "name", book.name);
    record_text(&c, "version", book.version);
    record_text(&c, "href", rulebook_path(r, &book));
    record_text(&c, "back",
                text_format(r, STR_FORMAT "%s", STR_ARGS(rulebook_path(r, &book)), book.draft.n ? "?of=draft" : ""));
    record_text(&c, "base", book.base);
    record_text(&c, "state",
                book.draft.n  ? STR("the draft beside what is in force")
                : book.agreed ? STR("what is in force; what is saved becomes a draft beside it")
                              : STR("the first draft"));
    page_begin(r, PAGE_RULEBOOK_EDIT);
    page_put_text(r, "title", text_format(r, "Edit " STR_FORMAT, STR_ARGS(book.name)));
    page_put(r, "book", record_get(&c));
    page_put_text(r, "copy", copy);
    page_put_text(r, "stored", text_of(&book));
    r->island = true;
    page_show(r, 200);
}

/* ---- What comes back ---- */

enum said {
    SAID_CHECKED,
    SAID_REFUSED, /* it can't be read as a rulebook, or something would be lost */
    SAID_GAPS,    /* asked whether it is meant so */
    SAID_SAME,
    SAID_MEANWHILE /* somebody else has saved */
};

/* What the editor shows beside the tables; it stays on its page. */
static void say(struct request *r, const struct shown_book *book, enum said said, str message,
                const struct book_health *health)
{
    static const struct {
        const char *word;
        int status;
    } of[] = {[SAID_CHECKED] = {"checked", 200},
              [SAID_REFUSED] = {"refused", 422},
              [SAID_GAPS] = {"gaps", 422},
              [SAID_SAME] = {"same", 200},
              [SAID_MEANWHILE] = {"meanwhile", 409}};
    page_begin(r, PAGE_RULEBOOK_SAID);
    page_put_text(r, "said", str_of(of[said].word));
    page_put_text(r, "message", message);
    page_put(r, "problems", health ? values_get(&health->problems) : feel_list(NULL, 0));
    page_put_text(r, "base", book->base);
    page_put_text(r, "href", text_format(r, STR_FORMAT "?of=draft", STR_ARGS(rulebook_path(r, book))));
    page_show(r, of[said].status);
}

struct sent { /* by the editor */
    struct shown_book book;
    str text; /* the model with the changes */
    str base; /* what it goes over */
};

/* False after the answer has become a message. */
static bool take_sent(struct request *r, struct sent *out)
{
    struct err err;
    if (!editable(r, &out->book)) return false;
    str over = pairs_get(&r->form, STR("over"));
    out->base = over.n ? over : pairs_get(&r->form, STR("base"));
    if (!str_eq(out->base, out->book.base)) {
        say(r, &out->book, SAID_MEANWHILE,
            STR("Somebody else has saved another draft since you opened this one. What you wrote is still here, and "
                "nothing of theirs was changed."),
            NULL);
        return false;
    }
    /* Over another draft goes what was made of the text that was opened. */
    str before = over.n ? pairs_get(&r->form, STR("stored")) : text_of(&out->book);
    if (dmn_from_editor(&r->arena, before, pairs_get(&r->form, STR("opened")), pairs_get(&r->form, STR("saved")),
                        &out->text, &err) < 0) {
        say(r, &out->book, SAID_REFUSED, text_format(r, "%s. Nothing was saved.", capitalise(r, str_of(err.message)).p),
            NULL);
        return false;
    }
    return true;
}

void answer_rulebook_edit_check(struct request *r)
{
    struct sent sent;
    struct book_health health;
    if (!take_sent(r, &sent)) return;
    book_examine(r, sent.text, &health);
    say(r, &sent.book, SAID_CHECKED, STR_NONE, &health);
}

/* May it be saved? Else the answer is a message that says why not, or asks. */
static bool good(struct request *r, const struct sent *sent)
{
    struct book_health health;
    if (str_eq(sent->text, text_of(&sent->book))) {
        say(r, &sent->book, SAID_SAME, STR("Nothing is different from what is saved."), NULL);
        return false;
    }
    if (sent->text.n > MODEL_LIMIT) {
        say(r, &sent->book, SAID_REFUSED,
            text_format(r, "The model is larger than %d MB. Nothing was saved.", MODEL_LIMIT >> 20), NULL);
        return false;
    }
    book_examine(r, sent->text, &health);
    if (health.errors) {
        say(r, &sent->book, SAID_REFUSED,
            STR("It cannot be read as a rulebook yet. Nothing was saved, and nothing of it is lost here."), &health);
        return false;
    }
    if (!health.gaps || pairs_get(&r->form, STR("sure")).n) return true;
    str cases = show_counted(r, (int64_t)health.gaps, "case that no rule covers, or two do",
                             "cases that no rule covers, or two do");
    say(r, &sent->book, SAID_GAPS,
        text_format(r, "The model has " STR_FORMAT ". Nothing was saved yet.", STR_ARGS(cases)), &health);
    return false;
}

void answer_rulebook_edit(struct request *r)
{
    struct sent sent;
    struct err err;
    uint64_t id;
    bool proposed;
    if (!take_sent(r, &sent) || !good(r, &sent)) return;
    const struct book_taking taking = {sent.book.fact, STR_NONE, sent.text, STR("changed in the editor"), sent.base};
    if (book_take(r, &taking, &id, &proposed, &err) == 0) {
        request_redirect(r, book_taken_path(r, id, proposed));
        r->status = 200; /* the script goes there */
        return;
    }
    bool conflict = err.code == ERR_CONFLICT;
    if (!conflict && err.code != ERR_INPUT && err.code != ERR_LIMIT) {
        page_fail(r, &err);
        return;
    }
    request_look(r);
    if (!book_asked(r, &sent.book)) return;
    say(r, &sent.book, conflict ? SAID_MEANWHILE : SAID_REFUSED,
        text_format(r, "%s. %s", capitalise(r, str_of(err.message)).p,
                    conflict ? "What you wrote is still here." : "Nothing was saved."),
        NULL);
}
