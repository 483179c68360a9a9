/* SPDX-License-Identifier: Apache-2.0 */
#include "graph_inside.h"

#include "base_utf8.h"

#include <string.h>

enum { MOST_QUERY_WORDS = 8, RANKS = 4 };

static bool joins(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c & 0x80;
}
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool starts_here(str text, size_t at, str word)
{
    if (at && joins(text.p[at - 1])) return false;
    size_t i = 0;
    while (i < word.n && lower(text.p[at + i]) == word.p[i]) i++;
    return i == word.n;
}

/* Does a word of the text start with `word` (folded)? ASCII letters in whatever case. Most blocks of a text have the
 * word's first two letters nowhere, which the compiler finds out for a whole block at once. */
static bool has_prefix(str text, str word)
{
    enum { BLOCK = 64 };
    if (text.n < word.n) return false;
    size_t at = 0, end = text.n - word.n + 1;
    unsigned char first = (unsigned char)word.p[0], second = (unsigned char)word.p[word.n > 1];
    unsigned char case_1 = first >= 'a' && first <= 'z' ? 32 : 0, case_2 = second >= 'a' && second <= 'z' ? 32 : 0;
    const unsigned char *p = (const unsigned char *)text.p, *q = p + (word.n > 1);
    for (; at + BLOCK <= end; at += BLOCK) {
        unsigned char any = 0;
        for (size_t i = 0; i < BLOCK; i++)
            any |= (unsigned char)((p[at + i] | case_1) == first) & (unsigned char)((q[at + i] | case_2) == second);
        for (size_t i = 0; any && i < BLOCK; i++)
            if ((p[at + i] | case_1) == first && starts_here(text, at + i, word)) return true;
    }
    for (; at < end; at++)
        if ((p[at] | case_1) == first && starts_here(text, at, word)) return true;
    return false;
}

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] & 0x80) return false;
    return true;
}

static str all_text(const struct fact *f, enum user_role role)
{
    const char *p = (const char *)f + f->text_from[role], *end = (const char *)f + f->size;
    while (end > p && !end[-1]) end--;
    return (str){p, (size_t)(end - p)};
}

struct search {
    struct arena *scratch;
    str folded, words[MOST_QUERY_WORDS];
    size_t count;
    bool ascii;
    enum user_role role;
};

/* 0 no hit, else from 1 (somewhere) to RANKS (it is the name). */
static int rank(const struct search *s, const struct fact *f)
{
    str text = all_text(f, s->role);
    if (!s->ascii && !is_ascii(text)) text = utf8_fold(s->scratch, text);
    for (size_t i = 0; i < s->count; i++)
        if (!has_prefix(text, s->words[i])) return 0;
    int best = 1;
    for (size_t k = 0; k < f->name_count; k++) {
        str name = fact_folded(f, k);
        bool all = true;
        for (size_t i = 0; i < s->count && all; i++) all = has_prefix(name, s->words[i]);
        int here = str_eq(name, s->folded) ? 4 : !all ? 1 : str_starts(name, s->folded) ? 3 : 2;
        if (here > best) best = here;
    }
    return best;
}

size_t picture_search(const struct picture *p, const struct graph_viewer *viewer, struct arena *a,
                      const struct model_type *type, str query, size_t limit, const uint64_t **ids)
{
    struct arena scratch;
    arena_init(&scratch, 0);
    struct search s = {.scratch = &scratch, .folded = utf8_fold(&scratch, query), .role = viewer_role(viewer)};
    s.ascii = is_ascii(s.folded);
    str rest = s.folded, piece;
    while (s.count < MOST_QUERY_WORDS && str_cut(&rest, ' ', &piece))
        if (piece.n) s.words[s.count++] = piece;
    uint64_t *found = arena_array(a, limit, sizeof *found), *by_rank[RANKS] = {0};
    size_t counts[RANKS] = {0}, total = 0, count = 0;
    const uint64_t *all = type ? picture_facts(p, type, &count) : NULL;
    size_t chunks = type ? 0 : p->chunk_count * CHUNK_FACTS, places = type ? count : chunks;
    for (size_t r = 0; r < RANKS; r++) by_rank[r] = arena_array(&scratch, limit, sizeof **by_rank);
    struct arena_mark mark = arena_mark(&scratch);
    for (size_t i = 0; s.count && i < places && counts[RANKS - 1] < limit; i++) {
        const struct fact *f = type ? picture_fact(p, all[i]) : chunk_fact(p->chunks[i / CHUNK_FACTS], i % CHUNK_FACTS);
        int r = f ? rank(&s, f) : 0;
        if (!s.ascii) arena_back_to(&scratch, mark);
        if (r && counts[r - 1] < limit) by_rank[r - 1][counts[r - 1]++] = f->id;
    }
    for (size_t r = RANKS; r-- > 0;)
        for (size_t i = 0; i < counts[r] && total < limit; i++) found[total++] = by_rank[r][i];
    arena_release(&scratch);
    *ids = found;
    return total;
}
