/* SPDX-License-Identifier: Apache-2.0 */
/* What came of rulings, for programs. */
#include "api.h"
#include "page_times.h"

enum { CSV_BYTES = 16 << 20 };

/* True where it is done; false after answering. */
static bool is_ready(struct request *r, const struct study *s, enum study_state state, uint64_t done, uint64_t total)
{
    if (!s || state == STUDY_FAILED) {
        api_problem(r, 503, "Too much is being looked at",
                    s ? arena_copy(&r->arena, str_of(s->err.message)) : STR("Try again in a minute."));
        return false;
    }
    if (state == STUDY_DONE) return true;
    struct json_writer w = api_begin(r);
    json_object(&w);
    json_key(&w, STR("done")), json_int(&w, (int64_t)done);
    json_key(&w, STR("total")), json_int(&w, (int64_t)total);
    json_object_end(&w);
    api_end(r, 202);
    r->retry_seconds = 1;
    return false;
}

void answer_api_times(struct request *r)
{
    static const str known[] = {STR_INIT("format")};
    enum study_state state = STUDY_WAITS;
    uint64_t done = 0, total = 0;
    str form = pairs_get(&r->query, STR("format"));
    bool csv = str_eq(form, STR("csv"));
    if (!api_sees_rulings(r) || !api_query_only(r, known, ARRAY_COUNT(known))) return;
    if (form.n && !csv && !str_eq(form, STR("json"))) {
        api_problem(r, 400, "The query is not understood", STR("format is json or csv."));
        return;
    }
    const struct study *s = times_take(r, &state, &done, &total);
    if (is_ready(r, s, state, done, total)) {
        const struct evidence *e = &s->evidence;
        str currency = r->web->profile.currency;
        if (csv) {
            struct buf text;
            buf_init(&text, CSV_BYTES);
            times_emit_csv(&text, e->times, e->time_count, currency);
            r->fixed = buf_copy(&text, &r->arena);
            buf_release(&text);
            r->status = 200;
            r->type = "text/csv; charset=utf-8";
            r->file_name = STR("times.csv");
        } else {
            struct json_writer w = api_begin(r);
            times_emit_json(&w, e->times, e->time_count, currency);
            api_end(r, 200);
        }
    }
    study_drop(r, s);
}
