/* SPDX-License-Identifier: Apache-2.0 */
/* The door for programs: /api/v1, over the same picture, store and rights as the pages. Only src/web looks in here.
 *
 * A request is a program's (a bearer token, with its scope) or a page's (the session cookie; what changes something
 * also needs X-CSRF-Token). Answers are JSON; refusals are problems (RFC 9457). docs/api.md tells it from outside. */
#ifndef API_H
#define API_H

#include "web_inside.h"

#include "base_json.h"

/* ---- Operations: what the description and the page of the API are made of, and what the routes answer ---- */

enum api_of { API_OF_ALL, API_OF_TYPE, API_OF_FACT }; /* the address itself; a type's; a fact's */
struct api_operation {
    enum method method;
    str path; /* as the route has it: stars */
    enum api_of of;
    str id, summary;
    bool changes;              /* needs the right to write */
    const char *takes, *gives; /* API_OF_ALL: the schemas of body and answer; NULL: none, any object */
    bool makes;                /* answered by 201 */
    const char *answers;       /* the media type, where that is not JSON: bytes */
    const char *sends;         /* the media type of the body, where that is not JSON */
    bool lines;                /* takes and gives JSON lines, too */
};
const struct api_operation *api_operations(size_t *count);
/* Of the model; in the arena. */
str api_describe(struct arena *a, const struct model *m, str company);

/* ---- Answers ---- */

void api_problem(struct request *r, int status, const char *title, str detail);
struct api_fault { /* what is wrong at a place of the body, as a JSON pointer: /annual_cost */
    str pointer, detail;
};
struct api_faults {
    struct api_fault *items;
    size_t count, room;
};
void api_add_fault(struct request *r, struct api_faults *faults, str pointer, str detail);
void api_refuse(struct request *r, const char *title, const struct api_faults *faults); /* 422 */
void api_refuse_body(struct request *r, const struct api_faults *faults);               /* 422 */
/* The answer to an error of ours. `conflict`: the status of ERR_CONFLICT. */
void api_fail(struct request *r, const struct err *err, int conflict);
struct json_writer api_begin(struct request *r); /* a writer of the answer's body */
void api_end(struct request *r, int status);
void api_end_empty(struct request *r); /* 204 */
void api_header(struct request *r, const char *name, str value);
/* After the answer is made: its ETag, without the quotes. A GET whose If-None-Match names it becomes 304. */
void api_put_etag(struct request *r, str tag);
/* The body as JSON; NULL after answering 400. */
const struct json *api_body(struct request *r);
/* Refuses words of the query that the operation does not have: false after answering 400. */
bool api_query_only(struct request *r, const str *known, size_t count);

/* ---- Who asks ---- */

void api_answer(struct request *r); /* checks who asks, then calls the route's function */
/* Rulings belong to requests: a token for some types needs those. False after answering. */
bool api_sees_rulings(struct request *r);
/* One request that is as much as `count`: false after answering 429. */
bool api_counts_as(struct request *r, uint32_t count);
bool api_reads_type(const struct request *r, const struct model_type *type);

/* ---- Rulings (api_rule.c): each door says what was asked, and all else is the same ---- */

struct api_asked {
    str door;                /* as it is kept: "api", "hook" */
    const struct json *body; /* the answers; not read where there are words */
    const struct answer_words *words;
    size_t word_count;
    const struct json *rulebook, *request; /* as they were named; NULL: not at all */
    bool in_text;                          /* a person reads the answer */
};
/* Rules and hands it to the scribe, under the Idempotency-Key where there is one; or answers why not. */
void api_rule(struct request *r, const struct api_asked *asked);
/* A body of JSON lines, each of which asks: a line of the answer for each, in order. */
void api_rule_lines(struct request *r);
/* The answer where nothing is ruled, as the batches of the command line give it. */
void api_put_unruled(const struct rulebook *rules, struct arena *a, str why, struct buf *to);
/* The answer, as a text; that it is kept, the scribe adds. */
void api_tell_text(struct request *r, const struct ruling *ruling, const struct ruling_promise *promise);

/* ---- Facts ---- */

/* The type of the address; NULL after answering 404 or 403. */
const struct model_type *api_type(struct request *r);
const struct fact *api_fact(struct request *r, const struct model_type *type);
/* The version that If-Match names, "7" or "7.9f86d0…"; 0: any (*). False after answering 428, 400 or 412. */
bool api_version_asked(struct request *r, const struct fact *f, uint32_t *version);
/* A fact's: its version and a hash of the body, as it stands in the answer: "7.9f86d081884c7d65". */
void api_put_version(struct request *r, uint32_t version);
/* A fact's fields from JSON, as changes to `fact`; what is wrong is added to the faults, with `at` before its place.
 * `refs` are the facts that the same change set makes. */
struct api_ref {
    str name;
    uint64_t id; /* in the change set */
    const struct model_type *type;
};
void api_read_fields(struct request *r, struct change_set *c, uint64_t fact, const struct model_type *type,
                     const struct json *body, str at, const struct api_ref *refs, size_t ref_count,
                     struct api_faults *faults);
struct change_set *api_changes(struct request *r); /* with the reason of the query; NULL after answering 422 */
/* Commits, remembers the answer under the idempotency key, and looks at the newest picture. -1 after answering. */
int api_commit(struct request *r, struct change_set *c, int conflict, struct commit_result *result);
/* Has it a key that can be kept, or none? False after answering 400. */
bool api_key_is_good(struct request *r);
/* Was it answered before? Then it is answered so again. False after that, or after refusing the key. */
bool api_is_new(struct request *r);
void api_remember(struct request *r);
/* What a commit of the request has to note; NULL where it has no key. */
const struct asked_key *api_asked_key(struct request *r);

/* ---- Cursors ---- */

struct fact_place;
str api_cursor(struct request *r, str query, const struct fact_place *place); /* STR_NONE: too long a value */
bool api_read_cursor(struct request *r, str query, str cursor, struct fact_place *out);

/* ---- One each row of the routes ---- */

void answer_api_facts(struct request *r);
void answer_api_fact(struct request *r);
void answer_api_attachments(struct request *r);
void answer_api_attach(struct request *r);
void answer_api_attachment(struct request *r);
void answer_api_detach(struct request *r);
void answer_api_create(struct request *r);
void answer_api_change(struct request *r);
void answer_api_delete(struct request *r);
void answer_api_changes(struct request *r);
void answer_api_findings(struct request *r);
void answer_api_journal(struct request *r);
void answer_api_times(struct request *r);
void answer_api_similar(struct request *r);
void answer_api_rulings(struct request *r);
void answer_api_ruling(struct request *r);
void answer_api_ask(struct request *r);
void answer_api_rule(struct request *r);
void answer_api_overrule(struct request *r);
void answer_api_ruling_stays(struct request *r);
void answer_api_hooks(struct request *r);
void answer_api_new_hook(struct request *r);
void answer_api_hook(struct request *r);
void answer_api_hook_change(struct request *r);
void answer_api_hook_remove(struct request *r);
void answer_api_hook_test(struct request *r);
void answer_api_hook_again(struct request *r);
void answer_api_book_versions(struct request *r);
void answer_api_book_return(struct request *r);
void answer_api_agenda(struct request *r);
void answer_api_me(struct request *r);
void answer_api_description(struct request *r);

#endif
