/* SPDX-License-Identifier: Apache-2.0 */
/* From what was ruled to what the draft rules: a stream for each pair of places, as high as its share. From left to
 * right it is drawn from 0 to ACROSS, which the page stretches to the width that there is. */
#include "page_replay.h"

enum {
    ACROSS = 100,
    HEIGHT = 240, /* of all streams together */
    GAP = 18,
    TOP = 8
};
static const double thinnest = 2;

struct column { /* one side's places from top to bottom */
    double top[REPLAY_PLACES], height[REPLAY_PLACES], used[REPLAY_PLACES];
    uint64_t count[REPLAY_PLACES];
    double end;
};

str place_name(struct request *r, const struct study *s, size_t place)
{
    return capitalise(r, replay_place_name(s->book, place));
}

const char *place_tone(const struct study *s, size_t place)
{
    size_t count;
    const struct feel_value *zones = rulebook_outcomes(s->book, &count);
    return place < count ? zone_tone(s->book, zones[place]) : "";
}

static double height_of(const struct study *s, uint64_t n)
{
    double height = (double)n * HEIGHT / (double)s->result->count;
    return height < thinnest ? thinnest : height;
}

static void lay_out(const struct study *s, bool to, struct column *c)
{
    size_t places = replay_places(s->book);
    double y = TOP;
    *c = (struct column){0};
    for (size_t i = 0; i < places; i++) {
        for (size_t k = 0; k < places; k++) {
            uint64_t n = to ? s->result->flow[k][i] : s->result->flow[i][k];
            if (!n) continue;
            c->count[i] += n;
            c->height[i] += height_of(s, n);
        }
        if (!c->count[i]) continue;
        c->top[i] = c->used[i] = y;
        y += c->height[i] + GAP;
    }
    c->end = y - GAP + TOP;
}

static struct feel_value nodes_of(struct request *r, const struct study *s, const struct column *c)
{
    struct values list = {0};
    for (size_t i = 0; i < replay_places(s->book); i++) {
        struct record node = record_new(r);
        if (!c->count[i]) continue;
        record_int(&node, "y", (int64_t)c->top[i]), record_int(&node, "height", (int64_t)(c->height[i] + 0.5));
        record_int(&node, "text_y", (int64_t)(c->top[i] + c->height[i] / 2 + 4));
        record_text(&node, "name", place_name(r, s, i));
        record_text(&node, "count", show_count(r, (int64_t)c->count[i]));
        record_text(&node, "tone", str_of(place_tone(s, i)));
        values_add(r, &list, record_get(&node));
    }
    return values_get(&list);
}

static struct feel_value stream_record(struct request *r, const struct study *s, struct column *left,
                                       struct column *right, size_t from, size_t to)
{
    uint64_t n = s->result->flow[from][to];
    double height = height_of(s, n), a = left->used[from], b = right->used[to], low = a + height, end = b + height;
    const int half = ACROSS / 2;
    struct record c = record_new(r);
    left->used[from] += height, right->used[to] += height;
    record_text(&c, "path",
                text_format(r, "M0 %.1f C%d %.1f %d %.1f %d %.1f V%.1f C%d %.1f %d %.1f 0 %.1f Z", a, half, a, half, b,
                            ACROSS, b, end, half, end, half, low, low));
    record_text(&c, "from", place_name(r, s, from)), record_text(&c, "to", place_name(r, s, to));
    record_text(&c, "from_tone", str_of(place_tone(s, from))), record_text(&c, "tone", str_of(place_tone(s, to)));
    record_text(&c, "count", show_count(r, (int64_t)n));
    record_bool(&c, "changed", from != to);
    if (from != to)
        record_text(&c, "href",
                    text_format(r, STR_FORMAT "#list",
                                STR_ARGS(request_url_with(r, STR("flow"), text_format(r, "%zu-%zu", from, to)))));
    return record_get(&c);
}

void replay_draw(struct request *r, const struct study *s)
{
    struct column left, right;
    struct values streams = {0};
    struct record c = record_new(r);
    lay_out(s, false, &left), lay_out(s, true, &right);
    for (size_t from = 0; from < replay_places(s->book); from++)
        for (size_t to = 0; to < replay_places(s->book); to++)
            if (s->result->flow[from][to]) values_add(r, &streams, stream_record(r, s, &left, &right, from, to));
    record_int(&c, "across", ACROSS);
    record_int(&c, "height", (int64_t)(left.end > right.end ? left.end : right.end));
    record_put(&c, "left", nodes_of(r, s, &left)), record_put(&c, "right", nodes_of(r, s, &right));
    record_put(&c, "streams", values_get(&streams));
    page_put(r, "flow", record_get(&c));
}
