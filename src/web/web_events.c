/* SPDX-License-Identifier: Apache-2.0 */
/* Server-sent events: an open page learns that somebody committed, by the commit's number and the types that it
 * touched, and fetches again what it shows. Nothing else goes over a stream. */
#include "web_inside.h"

#include "base_time.h"

#include <microhttpd.h>
#include <string.h>

enum {
    STREAMS = 300,           /* in all; each is a connection that waits */
    STREAMS_OF_USER = 12,    /* browsers of one person */
    BEAT_SECONDS = 15,       /* a client that has gone is noticed by writing to it */
    STREAM_SECONDS = 5 * 60, /* then the browser asks again, and must still be signed in */
    EVENT_BYTES = 1000
};

struct stream { /* touched under events.lock alone */
    struct stream *next;
    struct web *web;
    struct MHD_Connection *connection;
    uint64_t user, told; /* told: serial of the last event that it was sent */
    int64_t opened, written;
    bool waits; /* suspended */
};

static void resume_all(struct events *e)
{
    for (struct stream *s = e->streams; s; s = s->next) {
        if (!s->waits) continue;
        s->waits = false;
        MHD_resume_connection(s->connection);
    }
}

/* ---- What is told ---- */

/* The types touched by the events after `told`, quoted, with commas between; "*" where that is not known. */
static void put_types(const struct events *e, uint64_t told, struct buf *out)
{
    bool known = told + e->count >= e->serial;
    for (size_t i = 0; known && i < e->count; i++) {
        str rest = str_of(e->ticks[i].types), word;
        if (e->serial - e->count + 1 + i <= told) continue;
        while (rest.n && str_cut(&rest, ' ', &word)) {
            struct buf quoted;
            buf_init(&quoted, EVENT_BYTES);
            buf_printf(&quoted, "\"" STR_FORMAT "\"", STR_ARGS(word));
            if (str_find(buf_get(out), buf_get(&quoted)) == STR_NOT_FOUND) {
                if (out->n) buf_char(out, ',');
                buf_str(out, buf_get(&quoted));
            }
            buf_release(&quoted);
        }
    }
    if (known && !out->full) return;
    buf_clear(out);
    out->full = false;
    buf_text(out, "\"*\"");
}

/* The next piece for the stream; nothing where there is nothing to tell. */
static void put_event(struct events *e, struct stream *s, int64_t now, struct buf *out)
{
    if (s->told < e->serial) {
        struct buf types;
        buf_init(&types, EVENT_BYTES / 2);
        put_types(e, s->told, &types);
        buf_printf(out, "%sdata: {\"number\":%llu,\"types\":[" STR_FORMAT "]}\n\n", s->told ? "" : "retry: 2000\n",
                   (unsigned long long)e->number, STR_ARGS(buf_get(&types)));
        buf_release(&types);
        s->told = e->serial;
    } else if (now - s->written >= BEAT_SECONDS) {
        buf_text(out, ":\n\n");
    }
}

void events_tell(struct web *web, uint64_t number, str types)
{
    struct events *e = &web->events;
    pthread_mutex_lock(&e->lock);
    if (e->count == TICK_COUNT) memmove(e->ticks, e->ticks + 1, (--e->count) * sizeof *e->ticks);
    struct tick *t = &e->ticks[e->count++];
    if (types.n >= sizeof t->types) types = STR("*");
    memcpy(t->types, types.p, types.n);
    t->types[types.n] = 0;
    e->serial++;
    e->number = number;
    resume_all(e);
    pthread_mutex_unlock(&e->lock);
}

/* The keeper's: what was committed since it looked last, and whether a request was ruled, by whichever process. */
void events_look(struct web *web)
{
    struct arena a;
    struct err err;
    struct events *e = &web->events;
    struct picture *p = graph_take(web->graph);
    uint64_t number = picture_number(p), ruled = picture_ruling_number(p), since = e->looked;
    bool rulings = ruled != e->ruled;
    const struct model_type *const *types;
    size_t count;
    picture_drop(p);
    if (number == since && !rulings) return;
    arena_init(&a, 0);
    e->looked = number, e->ruled = ruled;
    pthread_mutex_lock(&web->write_lock);
    int failed = store_load_touched(web->writer, &a, since, &types, &count, &err);
    pthread_mutex_unlock(&web->write_lock);
    if (failed) {
        web_log(web, STR("cannot tell what was committed"), str_of(err.message));
        events_tell(web, number, STR("*"));
    } else {
        struct buf b;
        buf_init(&b, 10000);
        for (size_t i = 0; i < count; i++) buf_printf(&b, "%s" STR_FORMAT, i ? " " : "", STR_ARGS(types[i]->key));
        if (rulings) buf_text(&b, b.n ? " ruling" : "ruling");
        events_tell(web, number, b.full ? STR("*") : buf_get(&b));
        buf_release(&b);
    }
    arena_release(&a);
}

void events_beat(struct web *web)
{
    struct events *e = &web->events;
    int64_t now = time_now();
    if (now - e->beat < BEAT_SECONDS) return;
    e->beat = now;
    pthread_mutex_lock(&e->lock);
    resume_all(e);
    pthread_mutex_unlock(&e->lock);
}

void events_stop(struct web *web)
{
    pthread_mutex_lock(&web->events.lock);
    web->events.stopping = true;
    resume_all(&web->events);
    pthread_mutex_unlock(&web->events.lock);
}

/* ---- A stream ---- */

static ssize_t stream_read(void *self, uint64_t at, char *out, size_t room)
{
    (void)at;
    struct stream *s = self;
    struct events *e = &s->web->events;
    struct buf b;
    int64_t now = time_now();
    ssize_t given = 0;
    buf_init(&b, room < EVENT_BYTES ? room : EVENT_BYTES);
    pthread_mutex_lock(&e->lock);
    if (e->stopping || now - s->opened >= STREAM_SECONDS) {
        given = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        put_event(e, s, now, &b);
        if (b.n) {
            memcpy(out, b.p, b.n);
            given = (ssize_t)b.n;
            s->written = now;
        } else {
            s->waits = true;
            MHD_suspend_connection(s->connection);
        }
    }
    pthread_mutex_unlock(&e->lock);
    buf_release(&b);
    return given;
}

static void stream_end(void *self)
{
    struct stream *s = self;
    struct events *e = &s->web->events;
    pthread_mutex_lock(&e->lock);
    for (struct stream **place = &e->streams; *place; place = &(*place)->next) {
        if (*place != s) continue;
        *place = s->next;
        e->stream_count--;
        break;
    }
    pthread_mutex_unlock(&e->lock);
    mem_free(s);
}

struct MHD_Response *stream_response(struct request *r)
{
    struct events *e = &r->web->events;
    size_t own = 0;
    struct stream *s = mem_zalloc(sizeof *s);
    *s = (struct stream){
        .web = r->web, .connection = r->connection, .user = r->user.id, .opened = time_now(), .written = time_now()};
    pthread_mutex_lock(&e->lock);
    for (struct stream *other = e->streams; other; other = other->next) own += other->user == s->user;
    bool room = !e->stopping && e->stream_count < STREAMS && own < STREAMS_OF_USER;
    if (room) {
        s->next = e->streams;
        e->streams = s;
        e->stream_count++;
    }
    pthread_mutex_unlock(&e->lock);
    if (!room) {
        mem_free(s);
        return NULL;
    }
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, EVENT_BYTES, stream_read, s, stream_end);
    if (!response) stream_end(s);
    return response;
}

void answer_events(struct request *r)
{
    r->status = 200;
    r->type = "text/event-stream";
    r->stream = !r->head;
    r->fixed = STR("");
}
