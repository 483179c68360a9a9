/* SPDX-License-Identifier: Apache-2.0 */
/* Words in texts: the functions that the workspace adds to FEEL. */
#include "graph_inside.h"
#include "graph_restate.h"

#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>

extern const char graph_ordinary_start[], graph_ordinary_end[];

/* One word a line; `#` begins a comment. */
void ordinary_load(struct map *out)
{
    str rest = {graph_ordinary_start, (size_t)(graph_ordinary_end - graph_ordinary_start)}, line;
    map_init(out);
    while (str_cut(&rest, '\n', &line))
        if (line.n && line.p[0] != '#') *map_put(out, line, NULL) = 1;
}

struct word {
    size_t from, to; /* bytes in the text */
};
/* The next run of letters and digits from *at on. */
static bool next_word(str text, size_t *at, struct word *out)
{
    size_t i = *at, length;
    while (i < text.n && !utf8_is_alnum(utf8_decode(str_from(text, i), &length))) i += length;
    out->from = i;
    while (i < text.n && utf8_is_alnum(utf8_decode(str_from(text, i), &length))) i += length;
    *at = out->to = i;
    return out->to > out->from;
}

static bool alnum_before(str text, size_t at)
{
    if (!at) return false;
    size_t i = at - 1, length;
    while (i && ((unsigned char)text.p[i] & 0xC0) == 0x80) i--;
    return utf8_is_alnum(utf8_decode(str_slice(text, i, at), &length));
}
static bool alnum_at(str text, size_t at)
{
    size_t length;
    return at < text.n && utf8_is_alnum(utf8_decode(str_from(text, at), &length));
}

static char fold_ascii(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static bool is_ascii_alnum(char c)
{
    char small = fold_ascii(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9');
}
static bool is_ascii(str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.n; i++) all |= (unsigned char)s.p[i];
    return all < 128;
}

static bool contains_word(str text, str word)
{
    for (size_t from = 0; word.n && from + word.n <= text.n;) {
        size_t at = str_find(str_from(text, from), word);
        if (at == STR_NOT_FOUND) return false;
        at += from;
        if (!alnum_before(text, at) && !alnum_at(text, at + word.n)) return true;
        from = at + 1;
    }
    return false;
}

/* The same over a text of ASCII as it stands, without folding it: a blank of the word is any white space. */
static bool matches_at(str text, size_t at, str word, size_t *end)
{
    for (size_t i = 0; i < word.n; i++) {
        size_t from = at;
        if (word.p[i] == ' ') {
            while (at < text.n && (text.p[at] == ' ' || (text.p[at] >= '\t' && text.p[at] <= '\r'))) at++;
            if (at == from) return false;
        } else if (at == text.n || fold_ascii(text.p[at++]) != word.p[i]) {
            return false;
        }
    }
    *end = at;
    return true;
}
static bool contains_word_ascii(str text, str word)
{
    char first = word.p[0];
    for (size_t at = 0, end; at < text.n; at++)
        if (fold_ascii(text.p[at]) == first && !(at && is_ascii_alnum(text.p[at - 1])) &&
            matches_at(text, at, word, &end) && !(end < text.n && is_ascii_alnum(text.p[end])))
            return true;
    return false;
}

static struct feel_value call_contains_word(struct feel_env *env, const struct feel_value *arguments)
{
    if (arguments[0].kind != FEEL_STRING || arguments[1].kind != FEEL_STRING)
        return feel_null_because(STR("contains word: expects two texts"));
    struct arena_mark start = arena_mark(env->arena);
    str text = arguments[0].text, word = utf8_fold(env->arena, arguments[1].text);
    bool found =
        word.n && is_ascii(text) ? contains_word_ascii(text, word) : contains_word(utf8_fold(env->arena, text), word);
    arena_back_to(env->arena, start);
    return feel_boolean(found);
}

/* ---- Products named in a text ----
 * A name of which a word is not an ordinary word (Mailchimp, Google Analytics) is a product wherever it stands. A name
 * of ordinary words only (Segment, Sales Cloud) is one where the text's capitals say so: it has capitals within a text
 * that otherwise has small letters, not only at the start of the text. Ordinary is what stands in graph_ordinary.txt, a
 * name in the glossary, and what two capabilities, objectives or terms of the workspace write with a small letter. */

enum { MOST_WORDS = 5 };

static int hash_order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool starts_small(str text, struct word w)
{
    size_t length;
    uint32_t c = utf8_decode(str_from(text, w.from), &length);
    if (c < 128) return c >= 'a' && c <= 'z';
    return false;
}
static bool starts_large(str text, struct word w)
{
    unsigned char c = (unsigned char)text.p[w.from];
    return (c >= 'A' && c <= 'Z') || (c >= 128 && !starts_small(text, w));
}

struct hash_list {
    uint64_t *items;
    size_t count, room;
};

/* The words that the fact writes with a small letter, each once; a term's own words twice, so that they count without a
 * second fact. */
static void add_fact_words(struct arena *a, struct hash_list *all, const struct fact *f, bool is_term)
{
    size_t first = all->count, n = first;
    struct word w;
    const struct model_type *type = f->shape->type;
    static const struct graph_viewer anyone = {.role = ROLE_VIEWER};
    for (size_t i = 0; i < type->field_count; i++) {
        str text = fact_value_for(&anyone, f, &type->fields[i]);
        for (size_t at = 0; next_word(text, &at, &w);)
            if (starts_small(text, w)) *vec_add(a, all) = str_hash(str_slice(text, w.from, w.to));
    }
    if (all->count > first) qsort(all->items + first, all->count - first, sizeof *all->items, hash_order);
    for (size_t i = first; i < all->count; i++)
        if (i == first || all->items[i] != all->items[n - 1]) all->items[n++] = all->items[i];
    all->count = n;
    for (size_t i = 0; is_term && i < f->name_count; i++) {
        str name = fact_folded(f, i);
        for (size_t at = 0; next_word(name, &at, &w);)
            for (int twice = 0; twice < 2; twice++) *vec_add(a, all) = str_hash(str_slice(name, w.from, w.to));
    }
}

static void gather_words(struct graph_view *view)
{
    static const str types[] = {STR_INIT("capability"), STR_INIT("objective"), STR_INIT("term")};
    const struct graph *g = view->picture->graph;
    struct arena scratch;
    struct hash_list all = {0};
    arena_init(&scratch, 0);
    for (size_t t = 0; t < ARRAY_COUNT(types); t++) {
        const struct model_type *type = model_type(g->model, types[t]);
        if (!type) continue;
        size_t count;
        const uint64_t *ids = picture_facts(view->picture, type, &count);
        for (size_t i = 0; i < count; i++) add_fact_words(&scratch, &all, picture_fact(view->picture, ids[i]), t == 2);
    }
    if (all.count) qsort(all.items, all.count, sizeof *all.items, hash_order);
    size_t n = 0;
    for (size_t i = 1; i < all.count; i++)
        if (all.items[i] == all.items[i - 1] && (!n || all.items[n - 1] != all.items[i])) all.items[n++] = all.items[i];
    view->words = arena_array(view->arena, n + 1, sizeof *view->words);
    if (n) memcpy(view->words, all.items, n * sizeof *view->words);
    view->word_count = n;
    arena_release(&scratch);
}

static bool is_ordinary(struct graph_view *view, str folded)
{
    if (map_get(&view->picture->graph->ordinary, folded)) return true;
    if (!view->words) gather_words(view);
    uint64_t hash = str_hash(folded);
    return view->word_count && bsearch(&hash, view->words, view->word_count, sizeof hash, hash_order);
}

struct text_words {
    str text;
    struct word *items;
    size_t count, room;
};

static bool has_inner_capital(str text, struct word w)
{
    bool small = false;
    for (size_t i = w.from; i < w.to; i++) {
        if (small && text.p[i] >= 'A' && text.p[i] <= 'Z') return true;
        small |= text.p[i] >= 'a' && text.p[i] <= 'z';
    }
    return false;
}

/* Do the capitals say that the words from `first` on are a name? */
static bool reads_as_name(const struct text_words *t, size_t first, size_t count)
{
    bool large = true, inside = first + count > 1, small_elsewhere = false;
    for (size_t i = 0; i < t->count; i++) {
        struct word w = t->items[i];
        bool here = i >= first && i < first + count;
        if (here && has_inner_capital(t->text, w)) return true;
        if (here)
            large &= !starts_small(t->text, w);
        else
            small_elsewhere |= starts_small(t->text, w) && w.to - w.from > 3;
    }
    return large && inside && small_elsewhere && starts_large(t->text, t->items[first]);
}

/* The name under which the workspace or the world knows the words; STR_NONE when they are no product. */
static str product_name(struct graph_view *view, str folded, str shown)
{
    const struct graph *g = view->picture->graph;
    for (size_t i = 0; i < ARRAY_COUNT(g->product_types); i++) {
        uint64_t id = g->product_types[i] ? names_find(view->picture, g->product_types[i], folded, NULL) : 0;
        if (id) return fact_name(picture_fact(view->picture, id));
    }
    return g->options.is_product && g->options.is_product(g->options.host, folded) ? shown : STR_NONE;
}

static str product_at(struct graph_view *view, struct arena *a, const struct text_words *t, size_t first, size_t count)
{
    str shown = str_slice(t->text, t->items[first].from, t->items[first + count - 1].to);
    str name = product_name(view, utf8_fold(a, shown), shown);
    if (!name.n) return STR_NONE;
    bool ordinary = true;
    for (size_t i = first; i < first + count && ordinary; i++)
        ordinary = is_ordinary(view, utf8_fold(a, str_slice(t->text, t->items[i].from, t->items[i].to)));
    return !ordinary || reads_as_name(t, first, count) ? name : STR_NONE;
}

static struct feel_value call_products(struct feel_env *env, const struct feel_value *arguments)
{
    if (arguments[0].kind != FEEL_STRING) return feel_null_because(STR("products named in: expects a text"));
    struct arena *a = env->arena;
    struct text_words t = {.text = arguments[0].text};
    struct word w;
    for (size_t at = 0; next_word(t.text, &at, &w);) *vec_add(a, &t) = w;
    VEC(struct feel_value) found = {0};
    for (size_t i = 0; i < t.count;) {
        size_t most = t.count - i < MOST_WORDS ? t.count - i : MOST_WORDS, taken = 0;
        for (size_t n = most; n && !taken; n--) {
            struct arena_mark mark = arena_mark(a);
            str name = product_at(env->host, a, &t, i, n); /* lives in the picture or the text */
            arena_back_to(a, mark);
            if (!name.n) continue;
            taken = n;
            bool known = false;
            VEC_EACH(f, &found) known |= str_eq_nocase(f->text, name);
            if (!known) *vec_add(a, &found) = feel_string(name);
        }
        i += taken ? taken : 1;
    }
    return feel_list(found.items ? found.items : arena_alloc(a, 0), found.count);
}

/* ---- Two texts that should mean the same ---- */

static struct feel_value call_points_apart(struct feel_env *env, const struct feel_value *arguments)
{
    const struct graph_view *view = env->host;
    struct restatement x;
    struct err err;
    if (arguments[0].kind != FEEL_STRING || arguments[1].kind != FEEL_STRING)
        return feel_list(arena_alloc(env->arena, 0), 0); /* nothing to part from */
    if (restate_compare(env->arena, view->picture, env->viewer, arguments[0].text, arguments[1].text, &x, &err))
        return feel_null_because(arena_copy(env->arena, str_of(err.message)));
    struct feel_value *marks = arena_array(env->arena, x.count + 1, sizeof *marks);
    for (size_t i = 0; i < x.count; i++) marks[i] = feel_string(restate_mark(env->arena, &x.points[i]));
    return feel_list(marks, x.count);
}

const struct feel_host_function *graph_functions(struct arena *a, size_t *count)
{
    static const str two[] = {STR_INIT("text"), STR_INIT("word")}, one[] = {STR_INIT("text")};
    static const str formula[] = {STR_INIT("formula")}, both[] = {STR_INIT("marketing"), STR_INIT("it")};
    static const struct feel_type texts = {.is = FEEL_TYPE_LIST, .of = &feel_type_string};
    static const struct feel_host_function own[] = {
        {STR_INIT("contains word"), two, 2, &feel_type_boolean, call_contains_word,
         STR_INIT("contains word(text, word)"),
         STR_INIT("Whether the word or words stand in the text as whole words, in whatever case.")},
        {STR_INIT("products named in"), one, 1, &texts, call_products, STR_INIT("products named in(text)"),
         STR_INIT("The applications, vendors and known products whose names stand in the text.")},
        {STR_INIT("value of"), formula, 1, &feel_type_number, call_value_of, STR_INIT("value of(formula)"),
         STR_INIT("The number that a formula, a text of FEEL over the workspace, gives.")},
        {STR_INIT("fault in"), formula, 1, &feel_type_string, call_fault_in, STR_INIT("fault in(formula)"),
         STR_INIT("Why a formula gives no number; null where it gives one.")},
        {STR_INIT("points apart"), both, 2, &texts, call_points_apart, STR_INIT("points apart(marketing, it)"),
         STR_INIT("Where two texts that should mean the same part: \"number by marketing: 36 %\".")},
    };
    size_t template_count;
    const struct feel_host_function *others = template_functions(&template_count);
    *count = ARRAY_COUNT(own) + template_count;
    struct feel_host_function *all = arena_array(a, *count, sizeof *all);
    memcpy(all, own, sizeof own);
    memcpy(all + ARRAY_COUNT(own), others, template_count * sizeof *all);
    return all;
}
