/* SPDX-License-Identifier: Apache-2.0 */
/* Comments on a fact or on a rule of a rulebook, and who is mentioned in them. */
#include "page_fact.h"
#include "page_rulebook.h"

#include "base_utf8.h"

enum { SUGGESTED_PEOPLE = 12, SHOWN_MENTIONS = 8, MENTION_BYTES = 160 };

/* ---- A comment's text: links and mentions stand out, the rest is text ---- */

static void add_piece(struct request *r, struct values *pieces, str text, const char *key, str value)
{
    struct record c = record_new(r);
    if (!text.n) return;
    record_text(&c, "text", text);
    if (key) record_text(&c, key, value);
    values_add(r, pieces, record_get(&c));
}

/* "http://…" or "https://…", without the full stop or bracket behind it. */
static size_t url_at(str text, size_t i)
{
    str rest = str_from(text, i);
    size_t head = str_starts(rest, STR("https://")) ? 8 : str_starts(rest, STR("http://")) ? 7 : 0, n = head;
    if (!head) return 0;
    while (n < rest.n && (unsigned char)rest.p[n] > ' ' && rest.p[n] != '<' && rest.p[n] != '>' && rest.p[n] != '"')
        n++;
    while (n > head && (rest.p[n - 1] == '.' || rest.p[n - 1] == ',' || rest.p[n - 1] == ')' || rest.p[n - 1] == ';' ||
                        rest.p[n - 1] == ':' || rest.p[n - 1] == '!' || rest.p[n - 1] == '?'))
        n--;
    return n > head ? n : 0;
}

str shown_name(const struct talk *t, str name)
{
    for (size_t i = 0; i < t->people_count; i++)
        if (str_eq(t->people[i].name, name)) return t->people[i].shown.n ? t->people[i].shown : name;
    return STR_NONE;
}

static struct feel_value pieces_of(struct request *r, const struct talk *t, str text)
{
    struct values pieces = {0};
    size_t done = 0, i = 0;
    while (i < text.n) {
        size_t url = url_at(text, i), from = i, at;
        str name, shown = STR_NONE;
        if (text.p[i] == '@' && comment_next_mention(text, &from, &name, &at) && at == i)
            shown = shown_name(t, utf8_fold(&r->arena, name));
        if (url) {
            add_piece(r, &pieces, str_slice(text, done, i), NULL, STR_NONE);
            str link = str_slice(text, i, i + url);
            add_piece(r, &pieces, link, "href", link);
            done = i += url;
        } else if (shown.n) {
            add_piece(r, &pieces, str_slice(text, done, i), NULL, STR_NONE);
            add_piece(r, &pieces, shown, "person", name);
            done = i = from;
        } else {
            i++;
        }
    }
    add_piece(r, &pieces, str_from(text, done), NULL, STR_NONE);
    return values_get(&pieces);
}

static struct feel_value comment_record(struct request *r, const struct talk *t, const struct stored_comment *c,
                                        bool placed)
{
    struct record out = record_new(r);
    str author = shown_name(t, c->author), settler = shown_name(t, c->settled_by);
    bool own = r->signed_in && str_eq(c->author, r->user.name);
    record_text(&out, "id", text_format(r, "%llu", (unsigned long long)c->id));
    record_text(&out, "author", author.n ? author : c->author);
    record_text(&out, "when", show_ago(r, c->time));
    record_text(&out, "at", show_time(r, c->time));
    if (c->edited && !c->deleted) record_text(&out, "edited", show_time(r, c->edited));
    if (c->deleted) record_text(&out, "deleted", show_time(r, c->deleted));
    record_put(&out, "pieces", pieces_of(r, t, c->text));
    record_bool(&out, "own", own && !c->deleted);
    record_text(&out, "text", c->text);
    record_text(
        &out, "action",
        text_format(r, STR_FORMAT "/comments/%llu", STR_ARGS(show_path(r, c->fact)), (unsigned long long)c->id));
    if (c->settled)
        record_text(&out, "settled",
                    text_format(r, "settled by " STR_FORMAT ", " STR_FORMAT,
                                STR_ARGS(settler.n ? settler : c->settled_by), STR_ARGS(show_ago(r, c->settled))));
    if (placed && c->place.n) record_text(&out, "place", talk_path(r, c->fact, c->place));
    return record_get(&out);
}

str talk_path(struct request *r, uint64_t fact, str place)
{
    return text_format(r, "/rulebooks/%llu/talk?rule=" STR_FORMAT, (unsigned long long)fact,
                       STR_ARGS(url_encode(r, place)));
}

int talk_load(struct request *r, uint64_t fact, struct talk *out, struct err *err)
{
    return store_load_comments(r->store, &r->arena, fact, &out->comments, &out->count, err) ||
                   store_load_users(r->store, &r->arena, &out->people, &out->people_count, err)
               ? -1
               : 0;
}

struct feel_value talk_records(struct request *r, const struct talk *t, str place)
{
    struct values list = {0};
    for (size_t i = 0; i < t->count; i++)
        if (!place.p || str_eq(t->comments[i].place, place))
            values_add(r, &list, comment_record(r, t, &t->comments[i], !place.p));
    return values_get(&list);
}

size_t talk_count(const struct talk *t, str place, size_t *open)
{
    size_t count = 0;
    *open = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (t->comments[i].deleted || !str_eq(t->comments[i].place, place)) continue;
        count++;
        *open += !t->comments[i].settled;
    }
    return count;
}

int put_comments(struct request *r, uint64_t fact, struct err *err)
{
    struct talk talk;
    if (talk_load(r, fact, &talk, err)) return -1;
    page_put(r, "comments", talk_records(r, &talk, STR_NONE));
    return 0;
}

/* ---- Mentions ---- */

int put_mentions(struct request *r, struct err *err)
{
    const struct stored_comment *mentions;
    struct talk people = {0};
    size_t count;
    struct values list = {0};
    if (store_load_mentions(r->store, &r->arena, r->user.id, SHOWN_MENTIONS, &mentions, &count, err)) return -1;
    if (count && store_load_users(r->store, &r->arena, &people.people, &people.people_count, err)) return -1;
    for (size_t i = 0; i < count; i++) {
        const struct stored_comment *m = &mentions[i];
        struct record c = record_new(r);
        str author = shown_name(&people, m->author), text = m->text;
        size_t end = text.n <= MENTION_BYTES ? text.n : MENTION_BYTES;
        while (end < text.n && end && ((unsigned char)text.p[end] & 0xC0) == 0x80) end--;
        record_text(&c, "author", author.n ? author : m->author);
        record_text(&c, "text",
                    text_format(r, STR_FORMAT "%s", STR_ARGS(str_slice(text, 0, end)), end < text.n ? "…" : ""));
        record_text(&c, "when", show_ago(r, m->time));
        record_text(&c, "about", show_name(r, m->fact));
        str path = m->place.n ? talk_path(r, m->fact, m->place) : show_path(r, m->fact);
        record_text(&c, "href", text_format(r, STR_FORMAT "#comment-%llu", STR_ARGS(path), (unsigned long long)m->id));
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "mentions", values_get(&list));
    return 0;
}

/* Looked for with the reading connection first. */
int see_mentions(struct request *r, uint64_t fact, str place, struct err *err)
{
    const struct stored_comment *mentions;
    size_t count;
    bool here = false;
    if (!r->signed_in) return 0;
    if (store_load_mentions(r->store, &r->arena, r->user.id, SHOWN_MENTIONS, &mentions, &count, err)) return -1;
    for (size_t i = 0; i < count; i++)
        here |= mentions[i].fact == fact && (!place.p || str_eq(mentions[i].place, place));
    if (!here) return 0;
    struct store *writer = web_write(r->web);
    return web_written(r->web, store_see_mentions(writer, r->user.id, fact, place, r->env.now, err), err);
}

/* People whose name or sign-in name has a word that begins so: for the list under what is being typed. */
void answer_people(struct request *r)
{
    struct err err;
    struct talk people;
    str query = utf8_fold(&r->arena, pairs_get(&r->query, STR("q")));
    struct values choices = {0};
    if (store_load_users(r->store, &r->arena, &people.people, &people.people_count, &err)) {
        page_fail(r, &err);
        return;
    }
    for (size_t i = 0; i < people.people_count && choices.count < SUGGESTED_PEOPLE; i++) {
        const struct stored_user *u = &people.people[i];
        str text =
            utf8_fold(&r->arena, text_format(r, STR_FORMAT " " STR_FORMAT, STR_ARGS(u->name), STR_ARGS(u->shown)));
        size_t at = str_find(text, query);
        if (u->closed || at == STR_NOT_FOUND || (at && text.p[at - 1] != ' ')) continue;
        struct record c = record_new(r);
        record_text(&c, "value", u->name);
        record_text(&c, "text", u->shown.n ? u->shown : u->name);
        record_text(&c, "more", u->shown.n && !str_eq(u->shown, u->name) ? u->name : STR_NONE);
        values_add(r, &choices, record_get(&c));
    }
    page_begin(r, PAGE_OPTIONS);
    page_put(r, "choices", values_get(&choices));
    page_show(r, 200);
}

/* ---- Writing ---- */

static void answer_written(struct request *r, uint64_t fact, str place, int failed, const struct err *err)
{
    if (!failed)
        request_redirect(r, place.n ? talk_path(r, fact, place)
                                    : text_format(r, STR_FORMAT "#comments", STR_ARGS(show_path(r, fact))));
    else if (err->code == ERR_INPUT)
        page_error(r, 422, "The comment was not saved", err->message);
    else
        page_fail(r, err);
}

void answer_comment_new(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (!f) return;
    struct err err;
    uint64_t id, fact = fact_id(f);
    str text = form_lines(r, pairs_get(&r->form, STR("text")));
    struct store *writer = web_write(r->web);
    int failed = store_add_comment(writer, fact, STR_NONE, r->user.name, text, r->env.now, &id, &err);
    answer_written(r, fact, STR_NONE, web_written(r->web, failed, &err), &err);
}

/* The comment that the address names, when it is of the fact that the address names. */
static int comment_asked(struct request *r, struct stored_comment *out, struct err *err)
{
    int64_t fact, id;
    if (!str_to_int(r->captures[0], &fact) || !str_to_int(r->captures[1], &id) || fact <= 0 || id <= 0)
        return err_set(err, ERR_ABSENT, "the address names no comment");
    if (store_load_comment(r->store, &r->arena, (uint64_t)id, out, err)) return -1;
    return out->fact == (uint64_t)fact ? 0 : err_set(err, ERR_ABSENT, "the comment is of another fact");
}

void answer_comment_change(struct request *r)
{
    struct err err;
    struct stored_comment c;
    if (comment_asked(r, &c, &err)) {
        page_fail(r, &err);
        return;
    }
    bool gone = str_eq(pairs_get(&r->form, STR("step")), STR("delete"));
    str text = form_lines(r, pairs_get(&r->form, STR("text")));
    struct store *writer = web_write(r->web);
    int failed = gone ? store_delete_comment(writer, c.id, r->user.name, r->env.now, &err)
                      : store_edit_comment(writer, c.id, r->user.name, text, r->env.now, &err);
    answer_written(r, c.fact, c.place, web_written(r->web, failed, &err), &err);
}

/* ---- At a rule ---- */

str rule_words(struct request *r, const struct shown_book *book, str id)
{
    const str texts[] = {book->draft, book->text};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        const struct table_view *views;
        size_t count;
        struct err err;
        if (!texts[i].n || !id.n || tables_read(&r->arena, texts[i], &views, &count, &err) < 0) continue;
        for (size_t v = 0; v < count; v++)
            for (size_t k = 0; k < views[v].rule_count; k++)
                if (str_eq(views[v].rules[k].id, id))
                    return text_format(r, "rule %zu of " STR_FORMAT, k + 1, STR_ARGS(views[v].decision));
    }
    return STR_NONE;
}

/* Of a rulebook of the workspace; false after 404. */
static bool rule_asked(struct request *r, struct shown_book *book, str *id, str *words)
{
    *id = pairs_get(r->method == METHOD_POST ? &r->form : &r->query, STR("rule"));
    if (!book_asked(r, book)) return false;
    *words = rule_words(r, book, *id);
    struct talk talk;
    struct err err;
    size_t open;
    if (book->fact && words->n) return true;
    /* What was said stays where it was said. */
    if (book->fact && id->n && talk_load(r, fact_id(book->fact), &talk, &err) == 0 && talk_count(&talk, *id, &open))
        return *words = STR("a rule that is gone"), true;
    page_error(r, 404, "There is no such rule", "The page of the rulebook has those there are.");
    return false;
}

void answer_rule_talk(struct request *r)
{
    struct shown_book book;
    struct talk talk;
    struct err err;
    str id, words;
    size_t open;
    if (!rule_asked(r, &book, &id, &words)) return;
    uint64_t fact = fact_id(book.fact);
    page_begin(r, PAGE_TALK);
    if (talk_load(r, fact, &talk, &err) || see_mentions(r, fact, id, &err)) {
        page_fail(r, &err);
        return;
    }
    size_t count = talk_count(&talk, id, &open);
    struct record c = record_new(r);
    record_text(&c, "name", book.name);
    record_text(&c, "href", text_format(r, "/rulebooks/%llu", (unsigned long long)fact));
    record_text(&c, "rule", id);
    record_text(&c, "open", open ? show_counted(r, (int64_t)open, "comment is open", "comments are open") : STR_NONE);
    record_bool(&c, "settled", count > 0 && !open);
    page_put_text(r, "title", text_format(r, "About " STR_FORMAT, STR_ARGS(words)));
    page_put(r, "about", record_get(&c));
    book_put_rule(r, &book, id);
    page_put(r, "comments", talk_records(r, &talk, id));
    page_show(r, 200);
}

void answer_rule_say(struct request *r)
{
    struct shown_book book;
    struct err err;
    str id, words, act = pairs_get(&r->form, STR("do"));
    uint64_t comment;
    if (!rule_asked(r, &book, &id, &words)) return;
    uint64_t fact = fact_id(book.fact);
    bool settles = str_eq(act, STR("settle")), opens = str_eq(act, STR("open"));
    if ((settles || opens) && !request_may_edit(r)) {
        page_error(r, 403, "Settling is for those who may change facts", "Say what you think in a comment.");
        return;
    }
    str text = form_lines(r, pairs_get(&r->form, STR("text")));
    struct store *writer = web_write(r->web);
    int failed = settles || opens ? store_settle_comments(writer, fact, id, r->user.name, settles, r->env.now, &err)
                                  : store_add_comment(writer, fact, id, r->user.name, text, r->env.now, &comment, &err);
    answer_written(r, fact, id, web_written(r->web, failed, &err), &err);
}
