/* SPDX-License-Identifier: Apache-2.0 */
/* What is due for a forum, for programs. */
#include "api.h"
#include "page_forum.h"

void answer_api_agenda(struct request *r)
{
    static const str known[] = {STR_INIT("as_of")};
    const struct model_type *type = model_type(picture_model(r->picture), STR("forum"));
    struct taken_agenda a;
    struct err err;
    int64_t id;
    if (r->token && r->token->types.n) {
        api_problem(r, 403, "The token may not", STR("An agenda names facts of all types; the token is for some."));
        return;
    }
    const struct fact *f = str_to_int(r->captures[0], &id) && id > 0 ? picture_fact(r->picture, (uint64_t)id) : NULL;
    if (!f || fact_type(f) != type) {
        api_problem(r, 404, "There is no such forum", STR("No forum of this workspace has this id."));
        return;
    }
    if (!api_query_only(r, known, ARRAY_COUNT(known))) return;
    if (forum_take_agenda(r, f, &a, &err)) {
        api_fail(r, &err, 409);
    } else {
        struct json_writer w = api_begin(r);
        forum_agenda_emit_json(&w, &r->env, r->picture, f, &a.of);
        api_end(r, 200);
    }
    forum_drop_agenda(r, &a);
}
