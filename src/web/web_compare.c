/* SPDX-License-Identifier: Apache-2.0 */
/* Two texts beside each other, word by word. */
#include "page_keys.h"

enum { COMPARED_CELLS = 4 << 20 };

struct words {
    str *items;
    size_t count, room;
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Each word with the blanks behind it, so that the words together are the text. */
static void split(struct request *r, str text, struct words *out)
{
    for (size_t from = 0, at = 0; from < text.n; from = at) {
        while (at < text.n && is_blank(text.p[at])) at++;
        while (at < text.n && !is_blank(text.p[at])) at++;
        while (at < text.n && is_blank(text.p[at])) at++;
        *vec_add(&r->arena, out) = str_slice(text, from, at);
    }
}

static bool same_word(str a, str b) { return str_eq(str_trim(a), str_trim(b)); }

struct comparing {
    struct request *r;
    struct values pieces;
    struct buf text;
    const char *kind; /* of what is in `text` */
};

static void flush(struct comparing *c)
{
    if (!c->text.n) return;
    struct record piece = record_new(c->r);
    record_text(&piece, "kind", str_of(c->kind));
    record_text(&piece, "text", buf_copy(&c->text, &c->r->arena));
    values_add(c->r, &c->pieces, record_get(&piece));
    buf_clear(&c->text);
}

static void add(struct comparing *c, const char *kind, const str *words, size_t count)
{
    if (!count) return;
    if (c->kind != kind) flush(c);
    c->kind = kind;
    for (size_t i = 0; i < count; i++) buf_str(&c->text, words[i]);
}

static const char same_kind[] = "same", gone_kind[] = "gone", new_kind[] = "new";

/* The longest run of words that both have, in order; long texts are compared as wholes. */
static void compare(struct comparing *c, const str *a, size_t n, const str *b, size_t m)
{
    if ((n + 1) * (m + 1) > COMPARED_CELLS) {
        add(c, gone_kind, a, n);
        add(c, new_kind, b, m);
        return;
    }
    struct arena_mark start = arena_mark(&c->r->arena);
    uint32_t *best = arena_array(&c->r->arena, (n + 1) * (m + 1), sizeof *best);
#define BEST(i, k) best[(i) * (m + 1) + (k)]
    for (size_t i = n; i-- > 0;)
        for (size_t k = m; k-- > 0;) {
            uint32_t down = BEST(i + 1, k), right = BEST(i, k + 1);
            BEST(i, k) = same_word(a[i], b[k]) ? BEST(i + 1, k + 1) + 1 : down > right ? down : right;
        }
    /* What each step is, before the table's memory is given back. */
    size_t steps = 0;
    char *step = mem_alloc(n + m + 1);
    for (size_t i = 0, k = 0; i < n || k < m;) {
        char is = i < n && k < m && same_word(a[i], b[k])                 ? '='
                  : k == m || (i < n && BEST(i + 1, k) >= BEST(i, k + 1)) ? '-'
                                                                          : '+';
        step[steps++] = is;
        i += is != '+';
        k += is != '-';
    }
#undef BEST
    arena_back_to(&c->r->arena, start);
    for (size_t s = 0; s < steps; s++) {
        if (step[s] == '=')
            add(c, same_kind, b, 1);
        else if (step[s] == '-')
            add(c, gone_kind, a, 1);
        else
            add(c, new_kind, b, 1);
        a += step[s] != '+';
        b += step[s] != '-';
    }
    mem_free(step);
}

struct feel_value compare_words(struct request *r, str before, str after)
{
    struct words a = {0}, b = {0};
    struct comparing c = {.r = r, .kind = same_kind};
    buf_init(&c.text, PAGE_LIMIT);
    split(r, before, &a);
    split(r, after, &b);
    size_t head = 0, tail = 0;
    while (head < a.count && head < b.count && same_word(a.items[head], b.items[head])) head++;
    while (tail < a.count - head && tail < b.count - head &&
           same_word(a.items[a.count - 1 - tail], b.items[b.count - 1 - tail]))
        tail++;
    add(&c, same_kind, b.items, head);
    compare(&c, a.items + head, a.count - head - tail, b.items + head, b.count - head - tail);
    add(&c, same_kind, b.items + b.count - tail, tail);
    flush(&c);
    buf_release(&c.text);
    return values_get(&c.pieces);
}
