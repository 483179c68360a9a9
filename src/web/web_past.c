/* SPDX-License-Identifier: Apache-2.0 */
/* Looking back: the picture of an earlier day, and pages that stay there. */
#include "api.h"
#include "web_pages.h"

#include "base_time.h"

#include <string.h>

enum { NOON = 12 * 3600 };

/* ---- The pictures that are remembered ---- */

static size_t bytes_of(const struct past *p)
{
    size_t bytes = picture_own_bytes(p->picture);
    for (size_t i = 0; i < ARRAY_COUNT(p->found); i++) bytes += p->found[i] ? p->found[i]->arena.used : 0;
    return bytes;
}

static void forget(struct web *web, struct past *p)
{
    for (size_t i = 0; i < ARRAY_COUNT(p->found); i++)
        if (p->found[i]) web_drop_found(web, p->found[i]);
    picture_drop(p->picture);
    *p = (struct past){0};
}

/* The one that was not used for longest; NULL: there is no other than `but`. */
static struct past *oldest(struct web *web, const struct past *but)
{
    struct past *found = NULL;
    for (size_t i = 0; i < PAST_COUNT; i++) {
        struct past *p = &web->past[i];
        if (p->picture && p != but && (!found || p->used < found->used)) found = p;
    }
    return found;
}

/* Under past_lock, as all that touches the table. */
static struct past *lookup(struct web *web, const struct store_moment *then)
{
    for (size_t i = 0; i < PAST_COUNT; i++) {
        struct past *p = &web->past[i];
        if (!p->picture || p->number != then->number || p->day != then->day) continue;
        p->used = ++web->past_clock;
        return p;
    }
    return NULL;
}

/* The newest stays, however large it is. */
static void make_room(struct web *web, const struct past *newest)
{
    size_t bytes = 0;
    struct past *p;
    for (size_t i = 0; i < PAST_COUNT; i++) bytes += web->past[i].picture ? bytes_of(&web->past[i]) : 0;
    while (bytes > PAST_BYTES && (p = oldest(web, newest))) {
        size_t less = bytes_of(p);
        bytes -= less < bytes ? less : bytes;
        forget(web, p);
    }
}

static void remember(struct web *web, const struct store_moment *then, struct picture *p)
{
    struct past *place = NULL;
    for (size_t i = 0; i < PAST_COUNT && !place; i++)
        if (!web->past[i].picture) place = &web->past[i];
    if (!place) forget(web, place = oldest(web, NULL));
    *place = (struct past){.number = then->number, .day = then->day, .used = ++web->past_clock};
    place->picture = picture_keep(p);
    make_room(web, place);
}

void past_release(struct web *web)
{
    for (size_t i = 0; i < PAST_COUNT; i++)
        if (web->past[i].picture) forget(web, &web->past[i]);
}

/* So that whoever looks far back again and again leaves workers for the others. */
static int wait_for_turn(struct web *web, struct err *err)
{
    pthread_mutex_lock(&web->past_lock);
    bool room = web->past_waiting < (web->worker_count + 1) / 2;
    web->past_waiting += room;
    pthread_mutex_unlock(&web->past_lock);
    if (!room) return err_set(err, ERR_LIMIT, "too many look back at the same time; try again in a moment");
    pthread_mutex_lock(&web->past_maker);
    return 0;
}

static void end_turn(struct web *web)
{
    pthread_mutex_unlock(&web->past_maker);
    pthread_mutex_lock(&web->past_lock);
    web->past_waiting--;
    pthread_mutex_unlock(&web->past_lock);
}

static struct picture *remembered(struct web *web, const struct store_moment *then)
{
    pthread_mutex_lock(&web->past_lock);
    struct past *p = lookup(web, then);
    struct picture *picture = p ? picture_keep(p->picture) : NULL;
    pthread_mutex_unlock(&web->past_lock);
    return picture;
}

static int take_past(struct request *r, struct picture **out, struct err *err)
{
    struct web *web = r->web;
    *out = remembered(web, &r->then);
    if (*out) return 0;
    if (wait_for_turn(web, err)) return -1;
    *out = remembered(web, &r->then); /* somebody else wanted the same */
    int failed = *out ? 0 : graph_look_back(web->graph, r->store, r->then.number, out, err);
    if (!failed) {
        pthread_mutex_lock(&web->past_lock);
        if (!lookup(web, &r->then)) remember(web, &r->then, *out);
        pthread_mutex_unlock(&web->past_lock);
    }
    end_turn(web);
    return failed;
}

static struct found *remembered_found(struct request *r)
{
    struct web *web = r->web;
    pthread_mutex_lock(&web->past_lock);
    struct past *p = lookup(web, &r->then);
    struct found *f = p ? p->found[graph_sight(web->graph, &r->viewer)] : NULL;
    if (f) web_hold_found(web, f);
    pthread_mutex_unlock(&web->past_lock);
    return f;
}

int past_take_found(struct request *r, struct found **out, struct err *err)
{
    struct web *web = r->web;
    struct found *made[ROLE_STEWARD + 1] = {0};
    *out = remembered_found(r);
    if (*out) return 0;
    if (wait_for_turn(web, err)) return -1;
    *out = remembered_found(r);
    int failed = *out ? 0 : web_find_past(web, r->store, r->picture, r->env.now, r->then.day, made, err);
    if (!failed && !*out) {
        *out = made[graph_sight(web->graph, &r->viewer)];
        web_hold_found(web, *out);
        pthread_mutex_lock(&web->past_lock);
        struct past *p = lookup(web, &r->then);
        for (size_t i = 0; p && i < ARRAY_COUNT(made); i++) p->found[i] = made[i], made[i] = NULL;
        if (p) make_room(web, p);
        pthread_mutex_unlock(&web->past_lock);
    }
    end_turn(web);
    for (size_t i = 0; i < ARRAY_COUNT(made); i++)
        if (made[i]) web_drop_found(web, made[i]);
    return failed;
}

/* ---- One request ---- */

static void refuse(struct request *r, int status, const char *title, str says)
{
    if (request_is_api(r))
        api_problem(r, status, title, says);
    else
        page_error(r, status, title, says.p);
}

/* Another process may have committed what is asked for a moment ago. */
static int find_moment(struct request *r, struct err *err)
{
    if (store_find_moment(r->store, r->web->zone, r->env.today, r->as_of, &r->then, err)) return -1;
    if (r->then.number <= picture_number(r->picture)) return 0;
    web_look(r->web);
    request_look(r);
    if (r->then.number <= picture_number(r->picture)) return 0;
    return err_set(err, ERR_LIMIT, "commit #%llu is not in the picture yet; try again in a moment",
                   (unsigned long long)r->then.number);
}

static void look_back_failed(struct request *r, const struct err *err)
{
    str says = capitalise(r, text_format(r, "%s.", err->message));
    r->then = (struct store_moment){0};
    if (err->code == ERR_USAGE || err->code == ERR_INPUT) {
        refuse(r, 400, "There is no book of that day", says);
    } else if (err->code == ERR_LIMIT) {
        r->retry_seconds = 2;
        refuse(r, 503, "Looking back takes a moment", says);
    } else if (request_is_api(r)) {
        api_fail(r, err, 409);
    } else {
        page_fail(r, err);
    }
}

bool request_look_back(struct request *r)
{
    struct err err;
    struct picture *then;
    if (r->method != METHOD_GET) {
        refuse(r, 400, "The past cannot be changed", STR("Nothing was saved. Leave out as_of, and send it again."));
        return false;
    }
    if (!route_looks_back(r->route)) {
        refuse(r, 400, "This is there for today only",
               STR("Leave out as_of: what writes, and accounts, have no past."));
        return false;
    }
    if (find_moment(r, &err) || take_past(r, &then, &err)) {
        look_back_failed(r, &err);
        return false;
    }
    picture_drop(r->picture);
    r->picture = then;
    r->view = graph_view_new(&r->arena, then);
    graph_env(&r->env, r->view, &r->arena, &r->viewer, r->then.day * 86400 + NOON, r->then.day);
    r->env.zone = r->web->zone;
    return true;
}

/* ---- Pages ---- */

struct feel_value day_record(struct request *r)
{
    struct record day = record_new(r);
    bool past = r->then.number, stays = r->route && route_looks_back(r->route);
    int64_t now, today;
    web_now(r->web, &now, &today);
    record_text(&day, "last", civil_emit(&r->arena, today));
    record_text(&day, "here", stays ? url_of(r, r->path, &(struct pairs){0}) : STR("/"));
    struct values kept = {0};
    for (size_t i = 0; stays && i < r->query.count; i++) {
        struct pair p = r->query.items[i];
        if (str_eq(p.name, STR("as_of")) || str_eq(p.name, STR("saved")) || str_eq(p.name, STR("did")) ||
            str_eq(p.name, STR("page")))
            continue;
        struct record c = record_new(r);
        record_text(&c, "name", p.name);
        record_text(&c, "value", p.value);
        values_add(r, &kept, record_get(&c));
    }
    record_put(&day, "kept", values_get(&kept));
    record_bool(&day, "past", past);
    if (!past) return record_get(&day);
    record_text(&day, "day", civil_emit(&r->arena, r->then.day));
    record_text(&day, "says",
                r->then.of_commit ? text_format(r, "right after commit %llu, on " STR_FORMAT,
                                                (unsigned long long)r->then.number, STR_ARGS(show_day(r, r->then.day)))
                                  : text_format(r, "on " STR_FORMAT, STR_ARGS(show_day(r, r->then.day))));
    record_text(&day, "today", request_url_with(r, STR("as_of"), STR_NONE));
    return record_get(&day);
}

struct keeping {
    struct request *r;
    struct buf out;
    str mark; /* as_of=2026-11-22 */
};

/* Does it lead to a page of ours that looks back? `url` may be escaped for HTML, which touches no path of ours. */
static bool leads_to_past(struct request *r, str url)
{
    str captures[2], path;
    bool other;
    size_t end = 0;
    while (end < url.n && url.p[end] != '?' && url.p[end] != '#') end++;
    if (!str_starts(url, STR("/")) || !percent_decode(&r->arena, str_slice(url, 0, end), false, &path)) return false;
    const struct route *route = route_find(METHOD_GET, path, captures, &other);
    return route && route_looks_back(route) && str_find(str_from(url, end), STR("as_of=")) == STR_NOT_FOUND;
}

static void put_url(struct keeping *k, str url)
{
    size_t hash = str_find_char(url, '#');
    str base = str_slice(url, 0, hash == STR_NOT_FOUND ? url.n : hash);
    buf_str(&k->out, base);
    if (leads_to_past(k->r, url)) {
        buf_text(&k->out, str_find_char(base, '?') == STR_NOT_FOUND ? "?" : "&amp;");
        buf_str(&k->out, k->mark);
    }
    buf_str(&k->out, str_from(url, base.n));
}

/* From "<" to behind ">": its links get the day, but for those behind data-now="". Values of attributes stand in double
 * quotes in all our templates. */
static size_t put_tag(struct keeping *k, str text)
{
    static const str links[] = {STR_INIT("href"), STR_INIT("hx-get"), STR_INIT("data-options")};
    size_t i = 1, word = 1;
    bool asks = str_starts(text, STR("<form ")), now = false;
    buf_char(&k->out, '<');
    while (i < text.n && text.p[i] != '>') {
        char c = text.p[i];
        if (c == ' ' || c == '\n') word = i + 1;
        if (c != '"') {
            buf_char(&k->out, c);
            i++;
            continue;
        }
        str rest = str_from(text, i + 1);
        size_t end = str_find_char(rest, '"');
        str value = str_slice(rest, 0, end == STR_NOT_FOUND ? rest.n : end);
        str name = str_slice(text, word, i ? i - 1 : 0);
        bool link = false;
        for (size_t n = 0; n < ARRAY_COUNT(links); n++) link |= str_eq(name, links[n]);
        asks &= !(str_eq(name, STR("method")) && str_eq(value, STR("post")));
        now |= str_eq(name, STR("data-now"));
        buf_char(&k->out, '"');
        if (link && !now)
            put_url(k, value);
        else
            buf_str(&k->out, value);
        buf_char(&k->out, '"');
        i += value.n + 2;
    }
    if (i < text.n) buf_char(&k->out, '>'), i++;
    if (asks && !now) {
        buf_text(&k->out, "<input type=\"hidden\" name=\"as_of\" value=\"");
        html_escape(&k->out, k->r->as_of);
        buf_text(&k->out, "\">");
    }
    return i;
}

void keep_day(struct request *r)
{
    struct keeping k = {.r = r};
    k.mark = text_format(r, "as_of=" STR_FORMAT, STR_ARGS(url_encode(r, r->as_of)));
    if (r->location.n && leads_to_past(r, r->location)) {
        bool asks = str_find_char(r->location, '?') != STR_NOT_FOUND;
        r->location =
            text_format(r, STR_FORMAT "%c" STR_FORMAT, STR_ARGS(r->location), asks ? '&' : '?', STR_ARGS(k.mark));
    }
    if (r->fixed.p || !r->type || !str_starts(str_of(r->type), STR("text/html"))) return;
    str page = buf_get(&r->out);
    buf_init(&k.out, PAGE_LIMIT);
    for (size_t i = 0; i < page.n;) {
        const char *tag = memchr(page.p + i, '<', page.n - i);
        size_t next = tag ? (size_t)(tag - page.p) : page.n;
        buf_str(&k.out, str_slice(page, i, next));
        i = next < page.n ? next + put_tag(&k, str_from(page, next)) : next;
    }
    buf_release(&r->out);
    r->out = k.out;
}
