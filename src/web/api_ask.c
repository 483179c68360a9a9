/* SPDX-License-Identifier: Apache-2.0 */
/* Asking by whatever can send a text: a mail gateway, a chat's command, a form of another program. It takes JSON, form
 * fields or plain text, and answers a person in a text, a program in JSON. */
#include "api.h"

#include "base_time.h"
#include "base_utf8.h"

struct asking {
    struct request *r;
    bool text; /* a person reads the answer */
    VEC(struct answer_words) words;
    const struct json *body; /* JSON; NULL */
};

static void add_lines(struct asking *k, str text)
{
    struct answer_words *words;
    size_t count;
    words_parse(&k->r->arena, text, &words, &count);
    for (size_t i = 0; i < count; i++) *vec_add(&k->r->arena, &k->words) = words[i];
}

/* False after answering. */
static bool read_asked(struct asking *k)
{
    struct request *r = k->r;
    struct pairs form = {0};
    str text = buf_get(&r->body);
    if (request_sends(r, "application/json")) {
        if (!(k->body = api_body(r))) return false;
        const struct json *lines = json_get(k->body, STR("text"));
        if (lines && lines->kind == JSON_STRING) add_lines(k, lines->text);
    } else if (request_sends(r, "application/x-www-form-urlencoded")) {
        if (pairs_parse(&r->arena, text, &form)) {
            api_problem(r, 400, "The form could not be read", STR("It is not valid UTF-8, or has too many fields."));
            return false;
        }
        k->text = pairs_get(&form, STR("text")).p != NULL;
        for (size_t i = 0; i < form.count; i++) {
            if (str_eq(form.items[i].name, STR("text")))
                add_lines(k, form.items[i].value);
            else
                *vec_add(&r->arena, &k->words) =
                    (struct answer_words){form.items[i].name, str_trim(form.items[i].value)};
        }
    } else if (request_sends(r, "text/plain")) {
        if (utf8_first_bad(text, true) != STR_NOT_FOUND) {
            api_problem(r, 400, "The text could not be read", STR("It is not valid UTF-8."));
            return false;
        }
        k->text = true;
        add_lines(k, text);
    } else {
        api_problem(r, 415, "This is not understood",
                    STR("Send application/json, application/x-www-form-urlencoded or text/plain."));
        return false;
    }
    if (str_starts(r->accept, STR("application/json"))) k->text = false;
    if (str_starts(r->accept, STR("text/plain"))) k->text = true;
    return true;
}

/* What stands in the body, else among the words, as if it stood in the body; NULL. */
static const struct json *named(const struct asking *k, const char *name)
{
    const struct json *j = k->body ? json_get(k->body, str_of(name)) : NULL;
    if (j) return j;
    VEC_EACH(w, &k->words)
        if (str_eq_nocase(w->name, str_of(name))) {
            struct json *made = arena_zalloc(&k->r->arena, sizeof *made);
            made->kind = JSON_STRING, made->text = w->text;
            return made;
        }
    return NULL;
}

void answer_api_ask(struct request *r)
{
    static const str known[] = {STR_INIT("token")};
    struct asking k = {.r = r};
    if (!api_sees_rulings(r) || !api_query_only(r, known, ARRAY_COUNT(known)) || !read_asked(&k)) return;
    const struct api_asked asked = {.door = STR("hook"),
                                    .body = k.body,
                                    .words = k.words.items,
                                    .word_count = k.words.count,
                                    .rulebook = named(&k, "rulebook"),
                                    .request = named(&k, "request"),
                                    .in_text = k.text};
    api_rule(r, &asked);
}
