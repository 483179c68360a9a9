/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages share: their templates, the values that these are given, text for people, and one function each row of
 * the routes. Only src/web looks in here.
 *
 * A page is a template pages/NAME.html and a function that checks access and puts the objects. All of it lives in the
 * request's arena, and is as the request's viewer sees it. */
#ifndef WEB_PAGES_H
#define WEB_PAGES_H

#include "web_inside.h"

/* ---- Templates ---- */

/* Name, file pages/NAME.html, the names that the template sees beside `site` and the workspace's. */
#define WEB_PAGES(X)                                                                                                   \
    X(SIGN_IN, sign_in, "title message name target")                                                                   \
    X(WELCOME, welcome, "title message name shown fresh action")                                                       \
    X(ACCOUNT, account, "title message good secret account sessions tokens types days")                                \
    X(PEOPLE, people, "title message good link people sides roles typed")                                              \
    X(PERSON, person, "title message good link person roles sessions tokens")                                          \
    X(HOOKS, hooks, "title message good secret hooks events typed private")                                            \
    X(HOOK, hook, "title message good hook deliveries")                                                                \
    X(TODAY, today,                                                                                                    \
      "title subtitle empty scores findings more withheld practice practice_name changes evidence strangers "          \
      "mentions waiting")                                                                                              \
    X(BLUEPRINT, blueprint, "title subtitle chosen maps steps data interfaces missing")                                \
    X(CAPABILITIES, capabilities, "title subtitle rename areas lens lenses legend_low legend_high empty")              \
    X(DIRECTION, direction,                                                                                            \
      "title subtitle empty ambitions customers markets capabilities more_capabilities systems more_systems "          \
      "objectives benchmarks")                                                                                         \
    X(LINE, line, "title fact line loose measures restated message")                                                   \
    X(STACK, stack, "title subtitle query rows columns filters total empty found pages")                               \
    X(ASK, ask,                                                                                                        \
      "title subtitle here picks books questions needless needless_says ruling says message keep similar request "     \
      "alike")                                                                                                         \
    X(RULINGS, rulings, "title subtitle rows older")                                                                   \
    X(TIMES, times, "title subtitle empty head figures months legend groups chosen efforts money made csv again")      \
    X(REPLAY, replay, "title message book result all flow groups incidents caught asks list pages whole left_out")     \
    X(EVIDENCE, evidence,                                                                                              \
      "title book ruled others made rules proposals fired_enough share_enough behind rows pages in_force")             \
    X(STUDY, study, "title says progress")                                                                             \
    X(KEPT, kept,                                                                                                      \
      "title subtitle row reason before by message answers same changed again action zones says ruling alike")         \
    X(RULEBOOKS, rulebooks, "title subtitle own shipped known")                                                        \
    X(RULEBOOK, rulebook,                                                                                              \
      "title message did tried book tables difference problems broken questions outcome outcomes versions targets "    \
      "shipped keys open_rules")                                                                                       \
    X(TALK, talk, "title about tables comments")                                                                       \
    X(RULES, rules, "title message book table tables rules panel version day reason sure")                             \
    X(FORUMS, forums, "title rows")                                                                                    \
    X(FORUM, forum, "title message forum groups later members meetings day today typed saved")                         \
    X(MEETING, meeting, "title forum forum_href action message day closed version present notes items saved")          \
    X(RULEBOOK_EDIT, rulebook_edit, "title book copy stored")                                                          \
    X(RULEBOOK_SAID, rulebook_said, "said message problems base href")                                                 \
    X(FINDING, finding, "title finding facts source")                                                                  \
    X(FACT, fact, "title live fact notes fields inverses history older comments files saved keys promise")             \
    X(KEYS, keys,                                                                                                      \
      "title kind fact message did keys body parts part_count part_changes alone difference text hash acts "           \
      "signatures")                                                                                                    \
    X(MANY, many, "title kind message query back chosen reason fields field preview")                                  \
    X(PASTE, paste, "title kind message query back chosen rows text header plan columns reason")                       \
    X(UNDO, undo, "title says obstacles more")                                                                         \
    X(DELETE, delete, "title message groups total fact reason agreed")                                                 \
    X(EDIT, edit, "title fact action cancel version reason message summary fields inside live agreed proposal")        \
    X(FIELD, field, "f")                                                                                               \
    X(MADE, made, "name")                                                                                              \
    X(MEANWHILE, meanwhile, "title live from says")                                                                    \
    X(CONFLICT, conflict, "title fact href kind who when message base version restore choices mine theirs reason")     \
    X(TYPES, types, "title groups saved")                                                                              \
    X(FACTS, facts,                                                                                                    \
      "title kind query columns rows found pages filters more asked where problem caret picker number sort add saved " \
      "views live exports benchmarks")                                                                                 \
    X(IMPORT, import, "title kind message source plan name data sheets make skip left_out bad")                        \
    X(SOURCES, sources, "title kinds rows found shown pages")                                                          \
    X(FIND, find, "title query rows found")                                                                            \
    X(OPTIONS, options, "choices")                                                                                     \
    X(API, api, "title operations types")                                                                              \
    X(ERROR, error, "title says next")
enum page_id {
#define X(ID, name, variables) PAGE_##ID,
    WEB_PAGES(X)
#undef X
        PAGE_COUNT
};
struct page {
    const char *name;
    struct feel_scope scope;
    const struct template *template;
};
int pages_compile(struct web *web, struct err *err) MUST_USE;
/* Begins a page: the values are null until put. */
void page_begin(struct request *r, enum page_id id);
/* A name that the page's row does not have is a programmer's mistake. */
void page_put(struct request *r, const char *name, struct feel_value v);
void page_put_text(struct request *r, const char *name, str text);
/* Renders it into the answer with this status. */
void page_show(struct request *r, int status);
/* A page that says what went wrong. */
void page_error(struct request *r, int status, const char *title, const char *says);
/* The answer to an error of ours: 500 (logged), or 404, 403, 409 by its code. */
void page_fail(struct request *r, const struct err *err);
/* Of a form that is shown again with what went wrong: 409, 422, or 503 where the workspace itself is out of order. */
int form_status(struct request *r, const struct err *err);

/* A record or a list for a template, as a FEEL value. */
struct record {
    struct arena *arena;
    VEC(struct feel_entry) entries;
};
struct record record_new(struct request *r);
void record_put(struct record *c, const char *key, struct feel_value v);
void record_text(struct record *c, const char *key, str text);
void record_int(struct record *c, const char *key, int64_t n);
void record_bool(struct record *c, const char *key, bool b);
struct feel_value record_get(const struct record *c);
struct values {
    struct feel_value *items;
    size_t count, room;
};
#define values_add(r, list, v) (*vec_add(&(r)->arena, (list)) = (v))
struct feel_value values_get(const struct values *list);

enum { LIST_ROWS = 100 }; /* on a page */
/* The part of a long list that ?page= asks for; puts the page's `pages`. */
void put_pages(struct request *r, size_t count, size_t *from, size_t *to);
/* The page's `saved`: that commit ?saved= was made just now, and can be taken back. */
void put_saved(struct request *r);
/* After a form that leads back to its page, so that reloading sends nothing again: request_done says by a word what was
 * done (?did=role), put_done puts the sentence for it as "good". */
void request_done(struct request *r, str path, str word);
void put_done(struct request *r);
/* A column's head: its link sorts by it, or turns the order round. `order` is "key" or "-key". */
struct feel_value column_record(struct request *r, str key, str title, bool number, str order, bool first);
/* A choice of a select. */
struct feel_value choice_record(struct request *r, str key, str text, str chosen);

/* Text for people. */
str show_money(struct request *r, str digits, bool compact); /* "€ 412,000", "€ 412k" */
str show_bytes(struct request *r, uint64_t n);               /* "12 kB" */
str show_count(struct request *r, int64_t n);                /* "1,204" */
str show_counted(struct request *r, int64_t n, const char *one, const char *many);
str show_day(struct request *r, int64_t day);      /* 22 November 2026 */
str show_time(struct request *r, int64_t seconds); /* "22 November 2026, 14:05" in the workspace's zone */
str show_ago(struct request *r, int64_t seconds);  /* "today 14:05", "3 days ago" or the day */
str show_value(struct request *r, const struct model_field *field, str canonical); /* of a scalar field */
str show_choice(struct request *r, str value); /* one of a field's values: a side by its name where that is IT */
/* The page on which the field's rules are read, where it has some; STR_NONE. */
str show_rules_path(struct request *r, const struct fact *f, const struct model_field *field);
str show_feel(struct request *r, enum field_kind kind, struct feel_value v);              /* STR_NONE for null */
str show_field(struct request *r, const struct fact *f, const struct model_field *field); /* links by their names */
str feel_digits(struct request *r, struct feel_value v);         /* of a number; STR_NONE for null */
str show_path(struct request *r, uint64_t fact);                 /* /facts/42 */
str show_name(struct request *r, uint64_t fact);                 /* "fact 42" when it is gone */
struct feel_value fact_record(struct request *r, uint64_t fact); /* {name, href, kind} */
str capitalise(struct request *r, str text);
str show_a(struct request *r, str noun);          /* "an application" */
str side_name(struct request *r, str key);        /* of a side by its key: "IT" */
str show_word(struct request *r, str name);       /* a field's name as a label: "IT owner" */
str show_label(struct request *r, uint64_t fact); /* its key and name where they differ: "RQ-1042 Push provider" */

/* Claims in words: what one says, and where it comes from, short and whole. */
str claim_value(struct request *r, const struct model_field *field, const struct stored_claim *claim);
str claim_from(struct request *r, const struct stored_claim *claim);
str claim_origin(struct request *r, const struct stored_claim *claim);

/* What lists of people and of oneself show. */
struct feel_value session_record(struct request *r, const struct stored_session *s);
struct feel_value token_record(struct request *r, const struct stored_token *t);
int put_sessions_and_tokens(struct request *r, uint64_t user, struct err *err) MUST_USE;

/* What an address names; NULL after the answer has become 404. */
const struct fact *fact_asked(struct request *r);
const struct model_type *type_asked(struct request *r);
/* The published figures that are about these types, for the part `benchmarks`. */
struct feel_value benchmarks_of(struct request *r, const char *const *types, size_t count);
struct feel_value fact_head(struct request *r, const struct model_type *type);
/* For data-live: the type, those that its links come from and go to, its wholes and its parts. */
str live_types(struct request *r, const struct model_type *type);
struct feel_value finding_record(struct request *r, const struct finding *f);

/* ---- Answers, one each row of the routes ---- */
void answer_sign_in_page(struct request *r);
void answer_sign_in(struct request *r);
void answer_sign_out(struct request *r);
void answer_welcome_page(struct request *r);
void answer_welcome(struct request *r);
void answer_account(struct request *r);
void answer_own_password(struct request *r);
void answer_own_sessions(struct request *r);
void answer_new_token(struct request *r);
void answer_own_tokens(struct request *r);
void answer_accounts(struct request *r);
void answer_invite(struct request *r);
void answer_person(struct request *r);
void answer_person_change(struct request *r);
void answer_hooks(struct request *r);
void answer_new_hook(struct request *r);
void answer_hook(struct request *r);
void answer_hook_change(struct request *r);
void answer_today(struct request *r);
void answer_finding(struct request *r);
void answer_ask(struct request *r);
void answer_ask_keep(struct request *r);
void answer_forums(struct request *r);
void answer_forum(struct request *r);
void answer_forum_change(struct request *r);
void answer_meeting(struct request *r);
void answer_meeting_change(struct request *r);
void answer_rulebooks(struct request *r);
void answer_rulebook(struct request *r);
void answer_rulebook_model(struct request *r);
void answer_rulebook_take(struct request *r);
void answer_rules(struct request *r);
void answer_rules_change(struct request *r);
void answer_rulebook_edit_page(struct request *r);
void answer_rulebook_edit(struct request *r);
void answer_rulebook_edit_check(struct request *r);
void answer_capabilities(struct request *r);
void answer_blueprint(struct request *r);
void answer_direction(struct request *r);
void answer_line(struct request *r);
void answer_restate(struct request *r);
void answer_point(struct request *r);
void answer_stack(struct request *r);
void answer_fact(struct request *r);
void answer_keys_page(struct request *r);
void answer_keys(struct request *r);
void answer_sign(struct request *r);
void answer_edit_page(struct request *r);
void answer_edit(struct request *r);
void answer_meanwhile(struct request *r);
void answer_edit_field(struct request *r);
void answer_new_field(struct request *r);
void answer_new_page(struct request *r);
void answer_new(struct request *r);
void answer_types(struct request *r);
void answer_facts(struct request *r);
void answer_export(struct request *r);
void answer_import_page(struct request *r);
void answer_import(struct request *r);
void answer_sources(struct request *r);
void answer_decide(struct request *r);
void answer_find(struct request *r);
void answer_options(struct request *r);
void answer_many(struct request *r);
void answer_paste(struct request *r);
void answer_view_save(struct request *r);
void answer_undo(struct request *r);
void answer_delete_page(struct request *r);
void answer_delete(struct request *r);
void answer_attach(struct request *r);
void answer_attachment(struct request *r);
void answer_detach(struct request *r);
void answer_comment_new(struct request *r);
void answer_comment_change(struct request *r);
void answer_rule_talk(struct request *r);
void answer_rule_say(struct request *r);
void answer_people(struct request *r);
void answer_api_page(struct request *r);
void answer_kept_rulings(struct request *r);
void answer_kept_ruling(struct request *r);
void answer_set_aside(struct request *r);
void answer_times(struct request *r);
void answer_replay(struct request *r);
void answer_replay_file(struct request *r);
void answer_evidence(struct request *r);

#endif
