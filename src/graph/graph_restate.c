/* SPDX-License-Identifier: Apache-2.0 */
#include "graph_restate.h"

#include "base_map.h"
#include "base_utf8.h"

enum { TEXT_MAX = 64 << 10, TOKENS_IN_DATE = 3 };

struct token {
    str text, key; /* as written; folded, without a plural's end */
    bool digit;    /* has one */
    bool taken;    /* a part of a term, a number or a date */
};
struct tokens {
    struct token *items;
    size_t count;
};
struct side { /* one of the two texts */
    str text;
    struct tokens tokens;
    struct map words, numbers, dates; /* canonical forms */
    VEC(struct restate_point) found;  /* numbers, dates, words in the text's order; in_first is not yet set */
    VEC(str) keys;                    /* their canonical forms */
};
struct comparing {
    struct arena *a;
    const struct picture *picture;
    const struct graph_viewer *viewer;
    struct side sides[2];
    VEC(struct restate_point) points;
    struct err *err;
};

const char *restate_kind_name(enum restate_kind kind)
{
    static const char *const names[] = {
        [RESTATE_TERM] = "term", [RESTATE_NUMBER] = "number", [RESTATE_DATE] = "date", [RESTATE_WORD] = "word"};
    return names[kind];
}

/* ---- Words ---- */

/* Words that say nothing by themselves. */
static bool is_small(struct arena *a, str key)
{
    static const char small[] = " a about after all also an and any are as at be because been before being both but by "
                                "can could did do does each either even "
                                "every few for from get had has have having he her here hers him his how i if in into "
                                "is it its itself just less make many may "
                                "me might mine more most much must my neither no none nor not of off on once one only "
                                "onto or other our ours out over own per "
                                "shall she should so some such than that the their theirs them then there these they "
                                "thi this those through to too under until up "
                                "upon us very wa was we were what when where which while who whom whose why will with "
                                "within without would you your yours ";
    return key.n && str_find(str_of(small), arena_printf(a, " " STR_FORMAT " ", STR_ARGS(key))) != STR_NOT_FOUND;
}

/* "customers" and "customer" are one word. */
static str word_key(struct arena *a, str word)
{
    str key = utf8_fold(a, word);
    if (str_ends(key, STR("'s"))) key.n -= 2;
    if (key.n > 4 && str_ends(key, STR("ies")))
        return arena_printf(a, STR_FORMAT "y", STR_ARGS(str_slice(key, 0, key.n - 3)));
    if (key.n > 3 && str_ends(key, STR("s")) && !str_ends(key, STR("ss"))) key.n--;
    return key;
}

static bool joins(str text, size_t at)
{
    size_t n;
    char c = text.p[at];
    if (c != '-' && c != '\'' && c != '.' && c != ',') return false;
    return at + 1 < text.n && utf8_is_alnum(utf8_decode(str_from(text, at + 1), &n));
}

/* '.' and ',' join digits only, so that 1,000.50 is one token and the end of a sentence is not a part of it. */
static bool goes_on(str text, size_t at, bool digit)
{
    size_t n;
    if (utf8_is_alnum(utf8_decode(str_from(text, at), &n))) return true;
    if (!joins(text, at)) return false;
    char c = text.p[at], next = text.p[at + 1];
    return c == '-' || c == '\'' || (digit && next >= '0' && next <= '9');
}

static void cut_tokens(struct arena *a, str text, struct tokens *out)
{
    VEC(struct token) list = {0};
    for (size_t at = 0, n; at < text.n; at += n) {
        if (!utf8_is_alnum(utf8_decode(str_from(text, at), &n))) continue;
        size_t end = at;
        bool digit = false;
        for (size_t step; end < text.n && goes_on(text, end, digit); end += step) {
            utf8_decode(str_from(text, end), &step);
            digit |= text.p[end] >= '0' && text.p[end] <= '9';
        }
        str word = str_slice(text, at, end);
        *vec_add(a, &list) =
            (struct token){.text = word, .key = digit ? utf8_fold(a, word) : word_key(a, word), .digit = digit};
        n = end - at;
    }
    *out = (struct tokens){list.items, list.count};
}

static str span_text(const struct side *s, size_t from, size_t count)
{
    const struct token *first = &s->tokens.items[from], *last = &s->tokens.items[from + count - 1];
    return (str){first->text.p, (size_t)(last->text.p + last->text.n - first->text.p)};
}

static void take(struct comparing *c, struct side *s, enum restate_kind kind, size_t from, size_t count, str text,
                 str key)
{
    bool is_new;
    struct map *map = kind == RESTATE_WORD ? &s->words : kind == RESTATE_NUMBER ? &s->numbers : &s->dates;
    for (size_t i = 0; i < count; i++) s->tokens.items[from + i].taken = true;
    map_put(map, key, &is_new);
    if (!is_new) return;
    *vec_add(c->a, &s->found) = (struct restate_point){.kind = kind, .text = text};
    *vec_add(c->a, &s->keys) = key;
}

/* ---- Dates ---- */

static bool reads_as(struct comparing *c, enum field_kind kind, str text, str *key)
{
    struct model_field field = {.kind = kind, .gives = kind};
    struct model_input how = {STR("EUR"), '.'};
    struct err ignored;
    return !model_read_value(c->a, &field, &how, text, key, &ignored) && key->p;
}

/* Years alone and quarters alone are dates too. */
static bool is_short_date(struct arena *a, const struct token *t, str *key)
{
    bool quarter = t->key.n == 2 && t->key.p[0] == 'q' && t->key.p[1] >= '1' && t->key.p[1] <= '4';
    bool year = t->text.n == 4 && (str_starts(t->text, STR("19")) || str_starts(t->text, STR("20")));
    for (size_t i = 0; year && i < 4; i++) year = t->text.p[i] >= '0' && t->text.p[i] <= '9';
    if (quarter || year) *key = arena_copy(a, t->key);
    return quarter || year;
}

static void find_dates(struct comparing *c, struct side *s)
{
    for (size_t i = 0; i < s->tokens.count; i++) {
        if (s->tokens.items[i].taken) continue;
        for (size_t n = TOKENS_IN_DATE; n; n--) {
            str key;
            bool digit = false, free = i + n <= s->tokens.count;
            for (size_t k = 0; free && k < n; k++) {
                digit |= s->tokens.items[i + k].digit;
                free = !s->tokens.items[i + k].taken;
            }
            if (!free || !digit) continue;
            str text = span_text(s, i, n);
            bool is = n > 1 || text.n > 5 ? reads_as(c, FIELD_DATE, text, &key) || reads_as(c, FIELD_PERIOD, text, &key)
                                          : is_short_date(c->a, &s->tokens.items[i], &key);
            if (!is) continue;
            take(c, s, RESTATE_DATE, i, n, text, key);
            break;
        }
    }
}

/* ---- Numbers ---- */

static const char *const number_words[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                           "seven", "eight", "nine", "ten",   "eleven", "twelve"};

static bool number_of(struct comparing *c, const struct token *t, str *key)
{
    for (size_t i = 2; i < ARRAY_COUNT(number_words); i++)
        if (str_eq(t->key, str_of(number_words[i]))) return *key = arena_printf(c->a, "%zu", i), true;
    return t->digit && reads_as(c, FIELD_DECIMAL, t->text, key);
}

static bool is_percent(const struct side *s, size_t i, str *text)
{
    const struct token *t = &s->tokens.items[i];
    str rest = str_from(s->text, (size_t)(t->text.p + t->text.n - s->text.p));
    size_t blank = 0;
    while (blank < rest.n && rest.p[blank] == ' ') blank++;
    if (blank < rest.n && rest.p[blank] == '%') return *text = (str){t->text.p, t->text.n + blank + 1}, true;
    if (i + 1 >= s->tokens.count || !str_eq(t[1].key, STR("percent"))) return false;
    return *text = span_text(s, i, 2), true;
}

static void find_numbers(struct comparing *c, struct side *s)
{
    for (size_t i = 0; i < s->tokens.count; i++) {
        const struct token *t = &s->tokens.items[i];
        str key, text = t->text;
        if (t->taken || !number_of(c, t, &key)) continue;
        bool percent = is_percent(s, i, &text);
        bool word = percent && str_ends(text, STR("t"));
        if (percent) key = arena_printf(c->a, STR_FORMAT "%%", STR_ARGS(key));
        take(c, s, RESTATE_NUMBER, i, word ? 2 : 1, text, key);
    }
}

/* ---- Terms ---- */

/* Does the name stand in the text from token i on? Gives how many tokens it takes. */
static size_t stands_at(const struct tokens *name, const struct tokens *text, size_t i)
{
    for (size_t k = 0; k < name->count; k++)
        if (i + k >= text->count || !str_eq(name->items[k].key, text->items[i + k].key)) return 0;
    return name->count;
}

static bool find_name(struct comparing *c, struct side *s, str name, bool mark, str *as_written)
{
    struct tokens words;
    bool found = false;
    cut_tokens(c->a, name, &words);
    for (size_t i = 0; words.count && i < s->tokens.count; i++) {
        size_t n = stands_at(&words, &s->tokens, i);
        for (size_t k = 0; mark && k < n; k++) s->tokens.items[i + k].taken = true;
        if (n && !as_written->n) *as_written = span_text(s, i, n);
        found |= n > 0;
    }
    return found;
}

static str seen(struct comparing *c, const struct fact *f, const char *name)
{
    const struct model_field *field = model_field(fact_type(f), str_of(name));
    return field ? fact_value_for(c->viewer, f, field) : STR_NONE;
}

/* Under any of its names: its own, its synonyms, what each side calls it. */
static void find_term(struct comparing *c, const struct fact *f, bool mark, bool in[2], str *as_written)
{
    str names[] = {fact_name(f), seen(c, f, "aliases"), seen(c, f, "marketing label"), seen(c, f, "it label")}, piece;
    for (size_t k = 0; k < ARRAY_COUNT(names); k++)
        while (str_cut(&names[k], ';', &piece))
            for (size_t i = 0; i < 2; i++) in[i] |= find_name(c, &c->sides[i], piece, mark, as_written);
}

static void look_for_term(struct comparing *c, const struct fact *f)
{
    str first = seen(c, f, "marketing meaning"), second = seen(c, f, "it meaning"), as_written = STR_NONE;
    bool differ = first.n && second.n && !str_eq(first, second);
    bool open = str_eq(seen(c, f, "status"), STR("contested")) || (differ && !seen(c, f, "agreed meaning").n);
    bool in[2] = {false, false};
    find_term(c, f, open, in, &as_written);
    /* Words for one thing about which nobody quarrels are the same, whichever of them a side uses. */
    if (!open && in[0] && in[1]) find_term(c, f, true, in, &as_written);
    if (!open || (!in[0] && !in[1])) return;
    *vec_add(c->a, &c->points) = (struct restate_point){.kind = RESTATE_TERM,
                                                        .text = as_written,
                                                        .in_first = in[0],
                                                        .in_second = in[1],
                                                        .first_means = first,
                                                        .second_means = second,
                                                        .term = fact_id(f)};
}

static void find_terms(struct comparing *c)
{
    size_t count;
    const struct model_type *term = model_type(picture_model(c->picture), STR("term"));
    const uint64_t *ids = term ? picture_facts(c->picture, term, &count) : NULL;
    for (size_t i = 0; ids && i < count; i++) look_for_term(c, picture_fact(c->picture, ids[i]));
}

/* ---- Both ---- */

static void find_words(struct comparing *c, struct side *s)
{
    for (size_t i = 0; i < s->tokens.count; i++) {
        const struct token *t = &s->tokens.items[i];
        if (!t->taken && !is_small(c->a, t->key)) take(c, s, RESTATE_WORD, i, 1, t->text, t->key);
    }
}

static const struct map *map_of(const struct side *s, enum restate_kind kind)
{
    switch (kind) {
    case RESTATE_NUMBER: return &s->numbers;
    case RESTATE_DATE: return &s->dates;
    case RESTATE_WORD:
    case RESTATE_TERM: break;
    }
    return &s->words;
}

static void add_lonely(struct comparing *c, enum restate_kind kind, size_t which, size_t *shared)
{
    struct side *s = &c->sides[which];
    for (size_t i = 0; i < s->found.count; i++) {
        struct restate_point point = s->found.items[i];
        if (point.kind != kind) continue;
        bool both = map_get(map_of(&c->sides[!which], kind), s->keys.items[i]) != NULL;
        *shared += both && !which && kind == RESTATE_WORD;
        point.in_first = !which;
        point.in_second = which;
        if (!both) *vec_add(c->a, &c->points) = point;
    }
}

int restate_compare(struct arena *a, const struct picture *p, const struct graph_viewer *viewer, str first, str second,
                    struct restatement *out, struct err *err)
{
    struct comparing c = {
        .a = a, .picture = p, .viewer = viewer, .sides = {{.text = first}, {.text = second}}, .err = err};
    *out = (struct restatement){.first_there = str_trim(first).n > 0, .second_there = str_trim(second).n > 0};
    if (!out->first_there || !out->second_there) return 0;
    if (first.n > TEXT_MAX || second.n > TEXT_MAX)
        return err_set(err, ERR_LIMIT, "a restatement of more than %d bytes is not compared", TEXT_MAX);
    for (size_t i = 0; i < 2; i++) {
        map_init(&c.sides[i].words), map_init(&c.sides[i].numbers), map_init(&c.sides[i].dates);
        cut_tokens(a, c.sides[i].text, &c.sides[i].tokens);
    }
    find_terms(&c);
    for (size_t i = 0; i < 2; i++) {
        find_dates(&c, &c.sides[i]);
        find_numbers(&c, &c.sides[i]);
        find_words(&c, &c.sides[i]);
    }
    static const enum restate_kind order[] = {RESTATE_NUMBER, RESTATE_DATE, RESTATE_WORD};
    for (size_t k = 0; k < ARRAY_COUNT(order); k++)
        for (size_t i = 0; i < 2; i++) add_lonely(&c, order[k], i, &out->shared);
    for (size_t i = 0; i < 2; i++) {
        map_release(&c.sides[i].words), map_release(&c.sides[i].numbers), map_release(&c.sides[i].dates);
    }
    out->points = c.points.items;
    out->count = c.points.count;
    return 0;
}

/* ---- What is answered ---- */

const char *restate_who(const struct restate_point *p)
{
    return p->in_first ? p->in_second ? "both" : "marketing" : "it";
}

str restate_mark(struct arena *a, const struct restate_point *p)
{
    return arena_printf(a, "%s by %s: " STR_FORMAT, restate_kind_name(p->kind), restate_who(p), STR_ARGS(p->text));
}

bool restate_is_open(const struct restate_point *p) { return !p->agreed && (p->kind != RESTATE_WORD || p->point); }

static str answer_of(const struct graph_viewer *viewer, const struct fact *f, const char *name)
{
    const struct model_field *field = model_field(fact_type(f), str_of(name));
    return field ? fact_value_for(viewer, f, field) : STR_NONE;
}

static void answer(struct restate_point *points, size_t count, const struct graph_viewer *viewer, const struct fact *f)
{
    str kind = answer_of(viewer, f, "kind"), who = answer_of(viewer, f, "said by"), name = answer_of(viewer, f, "name");
    for (size_t i = 0; i < count; i++) {
        struct restate_point *p = &points[i];
        if (!str_eq(kind, str_of(restate_kind_name(p->kind))) || !str_eq(who, str_of(restate_who(p))) ||
            !str_eq(name, p->text))
            continue;
        p->point = fact_id(f);
        p->first_says = answer_of(viewer, f, "marketing answer");
        p->second_says = answer_of(viewer, f, "it answer");
        p->agreed = p->first_says.n && str_eq(p->first_says, p->second_says);
    }
}

void restate_answers(struct arena *a, const struct picture *p, const struct graph_viewer *viewer,
                     const struct fact *objective, struct restatement *x)
{
    const struct model_type *type = fact_type(objective);
    struct restate_point *points = arena_array(a, x->count + 1, sizeof *points);
    for (size_t i = 0; i < x->count; i++) points[i] = x->points[i];
    for (size_t i = 0; i < type->inverse_count; i++) {
        size_t count;
        if (!str_eq(type->inverses[i].name, STR("talking points"))) continue;
        const uint64_t *ids = fact_inverse_for(viewer, p, objective, &type->inverses[i], &count);
        for (size_t k = 0; k < count; k++) answer(points, x->count, viewer, picture_fact(p, ids[k]));
    }
    x->points = points;
    x->open = x->agreed = 0;
    for (size_t i = 0; i < x->count; i++) {
        x->open += restate_is_open(&points[i]);
        x->agreed += points[i].agreed;
    }
}
