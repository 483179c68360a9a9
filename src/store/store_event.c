/* SPDX-License-Identifier: Apache-2.0 */
/* Events are written where something happens, in its transaction. */
#include "store_hook_inside.h"

#include "base_json.h"
#include "base_time.h"

#include <string.h>

enum { EVENT_BYTES = 4000, SOURCE_BYTES = 16, ID_BYTES = 16 };

struct hook_event_info hook_event_info(enum hook_event e)
{
    static const struct hook_event_info infos[] = {
#define X(event, word, when, data) [event] = {STR_INIT(word), when, data},
        HOOK_EVENTS(X)
#undef X
    };
    _Static_assert(ARRAY_COUNT(infos) == EVENT_COUNT, "one row for each event");
    return infos[e];
}

bool hook_wants(str events, enum hook_event e)
{
    str word = hook_event_info(e).word, one;
    if (!events.n || e == EVENT_TEST) return true;
    while (events.n && str_cut(&events, ' ', &one))
        if (str_eq(one, word)) return true;
    return false;
}

int events_wanted(struct store *s, bool *wanted, struct err *err)
{
    sqlite3_stmt *q;
    if (store_prepare(s, SQL_HOOK_ANY, &q, err)) return -1;
    int rc = store_step(s, q, err);
    *wanted = rc == 1;
    sqlite3_reset(q);
    return rc < 0 ? -1 : 0;
}

/* Those that are on and want it. */
static int listeners_of(struct store *s, enum hook_event e, uint64_t ids[HOOKS_MOST], size_t *count, struct err *err)
{
    sqlite3_stmt *q;
    int rc;
    *count = 0;
    if (store_prepare(s, SQL_HOOK_LISTENERS, &q, err)) return -1;
    while ((rc = store_step(s, q, err)) == 1)
        if (*count < HOOKS_MOST && hook_wants(store_column(q, 1), e))
            ids[(*count)++] = (uint64_t)sqlite3_column_int64(q, 0);
    return rc;
}

/* Which workspace it is: the same in all its copies, and secret to nobody. */
static int put_source(struct store *s, struct json_writer *w, struct err *err)
{
    sqlite3_stmt *q;
    char hex[2 * SOURCE_BYTES + 1] = "", urn[sizeof "urn:entente:" + 2 * SOURCE_BYTES] = "urn:entente:";
    if (store_prepare(s, SQL_JOURNAL_FIRST, &q, err)) return -1;
    int rc = store_step(s, q, err);
    if (rc < 0) return -1;
    if (rc && sqlite3_column_bytes(q, 0) >= SOURCE_BYTES)
        sodium_bin2hex(hex, sizeof hex, sqlite3_column_blob(q, 0), SOURCE_BYTES);
    sqlite3_reset(q);
    memcpy(urn + strlen(urn), hex, strlen(hex) + 1);
    json_key(w, STR("source")), json_string(w, str_of(urn));
    return 0;
}

static int put_event(struct store *s, struct buf *b, enum hook_event e, str id, int64_t time, str subject, str data,
                     struct err *err)
{
    struct json_writer w;
    struct arena a;
    arena_init(&a, 0);
    json_init(&w, b, 0);
    json_object(&w);
    json_key(&w, STR("specversion")), json_string(&w, STR("1.0"));
    json_key(&w, STR("id")), json_string(&w, id);
    int rc = put_source(s, &w, err);
    json_key(&w, STR("type")), json_string(&w, hook_event_info(e).word);
    json_key(&w, STR("time")), json_string(&w, time_emit_utc(&a, time));
    if (subject.n) json_key(&w, STR("subject")), json_string(&w, subject);
    json_key(&w, STR("datacontenttype")), json_string(&w, STR("application/json"));
    json_key(&w, STR("data"));
    buf_str(b, data);
    buf_char(b, '}');
    arena_release(&a);
    return rc ? -1 : buf_check(b, err);
}

int event_write(struct store *s, const uint64_t *hooks, size_t count, enum hook_event e, int64_t time, str subject,
                str data, struct err *err)
{
    unsigned char bytes[ID_BYTES];
    char id[4 + 2 * ID_BYTES + 1] = "evt_";
    struct buf b;
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(id + 4, sizeof id - 4, bytes, sizeof bytes);
    buf_init(&b, EVENT_BYTES);
    int rc = put_event(s, &b, e, str_of(id), time, subject, data, err);
    for (size_t i = 0; !rc && i < count; i++)
        rc = store_run(s, SQL_DELIVERY_ADD, err, "ussisi", hooks[i], str_of(id), hook_event_info(e).word, time,
                       buf_get(&b), time_now());
    buf_release(&b);
    return rc;
}

int event_tell(struct store *s, enum hook_event e, int64_t time, str subject, str data, struct err *err)
{
    uint64_t hooks[HOOKS_MOST];
    size_t count;
    if (listeners_of(s, e, hooks, &count, err)) return -1;
    return count ? event_write(s, hooks, count, e, time, subject, data, err) : 0;
}

/* The object that an event tells; told_free ends it. */
struct told_data {
    struct arena arena;
    struct buf text;
    struct json_writer json;
};

static void told_begin(struct told_data *d)
{
    arena_init(&d->arena, 0);
    buf_init(&d->text, EVENT_BYTES);
    json_init(&d->json, &d->text, 0);
    json_object(&d->json);
}

static void told_free(struct told_data *d)
{
    buf_release(&d->text);
    arena_release(&d->arena);
}

/* ---- Of facts ---- */

int event_tell_fact(struct store *s, enum hook_event e, int64_t time, const struct model_type *type, uint64_t fact,
                    const char *key, str value, struct err *err)
{
    bool wanted;
    if (events_wanted(s, &wanted, err)) return -1;
    if (!wanted) return 0;
    struct told_data d;
    told_begin(&d);
    struct json_writer *w = &d.json;
    json_key(w, STR("type")), json_string(w, type->name);
    json_key(w, STR("fact")), json_int(w, (int64_t)fact);
    json_key(w, STR("api")), json_string(w, arena_printf(&d.arena, "/api/v1/facts/" STR_FORMAT "/%llu",
                                                         STR_ARGS(type->plural_key), (unsigned long long)fact));
    if (key && value.p)
        json_key(w, str_of(key)), json_string(w, value);
    else if (key)
        json_key(w, str_of(key)), json_null(w);
    json_object_end(w);
    str subject = arena_printf(&d.arena, "/facts/%llu", (unsigned long long)fact);
    int rc = event_tell(s, e, time, subject, buf_get(&d.text), err);
    told_free(&d);
    return rc;
}

int event_tell_request(struct store *s, int64_t time, const struct model_type *type, uint64_t fact, const str *before,
                       const str *after, struct err *err)
{
    if (!str_eq(type->name, STR("request"))) return 0;
    const struct model_field *state = model_field(type, STR("state"));
    bool shown = state && state->seen_by == ROLE_VIEWER;
    str value = shown ? after[state->number] : STR_NONE;
    if (!before) return event_tell_fact(s, EVENT_REQUEST_MADE, time, type, fact, shown ? "state" : NULL, value, err);
    if (!shown || str_eq(before[state->number], value)) return 0;
    return event_tell_fact(s, EVENT_REQUEST_CHANGED, time, type, fact, "state", value, err);
}

/* ---- Of rulings and findings ---- */

int event_tell_ruling(struct store *s, const struct stored_ruling *r, struct err *err)
{
    struct told_data d;
    told_begin(&d);
    struct json_writer *w = &d.json;
    json_key(w, STR("ruling")), json_int(w, (int64_t)r->number);
    json_key(w, STR("rulebook")), json_string(w, r->rulebook);
    json_key(w, STR("version")), json_string(w, r->version);
    json_key(w, STR("zone")), json_string(w, r->zone);
    json_key(w, STR("extent")), json_string(w, r->extent);
    json_key(w, STR("request"));
    if (r->request)
        json_int(w, (int64_t)r->request);
    else
        json_null(w);
    if (r->overrules) json_key(w, STR("overrules")), json_int(w, (int64_t)r->overrules);
    json_object_end(w);
    enum hook_event e = r->overrules ? EVENT_RULING_OVERRULED : EVENT_RULING_KEPT;
    str subject = arena_printf(&d.arena, "/rulings/%llu", (unsigned long long)r->number);
    int rc = event_tell(s, e, r->time, subject, buf_get(&d.text), err);
    told_free(&d);
    return rc;
}

int event_tell_finding(struct store *s, bool appeared, uint64_t finding, str about, int64_t time, struct err *err)
{
    struct arena a;
    if (!about.n) return 0;
    arena_init(&a, 0);
    str subject = appeared ? arena_printf(&a, "/findings/%016llx", (unsigned long long)finding) : STR_NONE;
    int rc = event_tell(s, appeared ? EVENT_FINDING_APPEARED : EVENT_FINDING_GONE, time, subject, about, err);
    arena_release(&a);
    return rc;
}
