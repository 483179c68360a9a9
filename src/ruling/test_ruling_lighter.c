/* SPDX-License-Identifier: Apache-2.0 */
/* What is told to be lighter against trying everything: over rulebooks with odd shapes, for answers drawn at random,
 * every change that is told leads where it says, and none that leads to a lighter zone is missed. */
#include "ruling_inside.h"

#include "test.h"

#include <string.h>

enum { DRAWN = 150, SHOWN = 12, VALUES_MOST = 64 };

/* ---- A rulebook as text ---- */

static void begin(struct buf *x)
{
    buf_init(x, 4 << 20);
    buf_text(x, "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='odd' namespace='urn:o'>"
                "<itemDefinition name='zone'><typeRef>string</typeRef><allowedValues><text>\"green\", \"amber\", "
                "\"red\"</text></allowedValues></itemDefinition>");
}
static void type(struct buf *x, const char *name, const char *of, const char *allowed)
{
    buf_printf(x,
               "<itemDefinition name='%s'><typeRef>%s</typeRef><allowedValues><text>%s</text></allowedValues>"
               "</itemDefinition>",
               name, of, allowed);
}
static void question(struct buf *x, const char *name, const char *of)
{
    buf_printf(x, "<inputData id='%s' name='%s'><variable name='%s' typeRef='%s'/></inputData>", name, name, name, of);
}
/* What it needs: names with blanks between them; decisions begin with a capital. */
static void needs(struct buf *x, const char *names)
{
    str rest = str_of(names), name;
    while (str_cut(&rest, ' ', &name))
        buf_printf(x, "<informationRequirement><required%s href='#" STR_FORMAT "'/></informationRequirement>",
                   name.p[0] < 'a' ? "Decision" : "Input", STR_ARGS(name));
}
static void decision(struct buf *x, const char *name, const char *of, const char *rests_on)
{
    buf_printf(x, "<decision id='%s' name='%s'><variable name='%s' typeRef='%s'/>", name, name, name, of);
    needs(x, rests_on);
}
static void computed(struct buf *x, const char *name, const char *rests_on, const char *how)
{
    decision(x, name, "number", rests_on);
    buf_printf(x, "<literalExpression><text>%s</text></literalExpression></decision>", how);
}
/* Columns and rules with "|" between the cells and "~" between the rules; the last cell is what it gives. */
static void table(struct buf *x, const char *policy, const char *columns, const char *rules)
{
    str rest = str_of(columns), all = str_of(rules), one, cell;
    buf_printf(x, "<decisionTable hitPolicy='%s'>", policy);
    while (str_cut(&rest, '|', &one))
        buf_printf(x, "<input><inputExpression><text>" STR_FORMAT "</text></inputExpression></input>", STR_ARGS(one));
    buf_text(x, "<output/>");
    while (str_cut(&all, '~', &one)) {
        buf_text(x, "<rule>");
        while (str_cut(&one, '|', &cell)) {
            const char *entry = one.n ? "inputEntry" : "outputEntry";
            buf_printf(x, "<%s><text>" STR_FORMAT "</text></%s>", entry, STR_ARGS(cell), entry);
        }
        buf_text(x, "</rule>");
    }
    buf_text(x, "</decisionTable></decision>");
}

/* ---- Trying everything ---- */

struct trial {
    struct test_tally *t;
    struct arena kept, a;
    struct rulebook *book;
    const struct rulebook_question *questions;
    size_t count;
    struct feel_value values[QUESTIONS_LIMIT][VALUES_MOST]; /* of each question, to draw from and to try */
    size_t value_count[QUESTIONS_LIMIT];
    uint64_t seed;
    size_t told; /* over all answers */
};

static void take_book(struct trial *w, struct test_tally *t, struct buf *x)
{
    struct err err = {0};
    memset(w, 0, sizeof *w);
    w->t = t, w->seed = 7;
    arena_init(&w->kept, 0), arena_init(&w->a, 0);
    buf_text(x, "</definitions>");
    if (!CHECK(!x->full && rulebook_load(STR("odd"), STR_NONE, buf_get(x), &w->book, &err) == 0))
        printf("  line %d: %s: %s\n", err.line, err.field, err.message);
    buf_release(x);
    if (w->book) w->questions = rulebook_questions(w->book, &w->count);
    for (size_t i = 0; i < w->count; i++)
        for (size_t k = 0; k < w->questions[i].value_count && k < VALUES_MOST; k++)
            w->values[i][w->value_count[i]++] = w->questions[i].values[k];
}
static void let_go(struct trial *w)
{
    rulebook_free(w->book);
    arena_release(&w->a), arena_release(&w->kept);
}
/* Values for a question, with blanks between them. */
static void offer(struct trial *w, const char *name, const char *values)
{
    struct test_tally *t = w->t;
    struct feel_env env = {.arena = &w->kept};
    struct err err;
    str rest = str_of(values), one;
    size_t i = answers_question(w->book, str_of(name), 0);
    if (!CHECK(i < w->count)) return;
    while (str_cut(&rest, ' ', &one)) {
        struct feel_value v;
        str text = arena_printf(&w->kept, "{v: " STR_FORMAT "}", STR_ARGS(one));
        if (!CHECK(dmn_inputs_from_text(&env, text, &v, &err) == 0 && w->value_count[i] < VALUES_MOST)) return;
        w->values[i][w->value_count[i]++] = *feel_entry_get(v, STR("v"));
    }
}
static void offer_numbers(struct trial *w, const char *name, double from, double to, double step)
{
    struct test_tally *t = w->t;
    size_t i = answers_question(w->book, str_of(name), 0);
    if (!CHECK(i < w->count)) return;
    for (double at = from; at <= to + step / 2 && w->value_count[i] < VALUES_MOST; at += step)
        w->values[i][w->value_count[i]++] = feel_double(at);
}

/* As the model itself says, without anything that was looked up; SIZE_MAX: no zone, or the answers contradict each
 * other. */
static size_t rank_with(struct trial *w, struct feel_env *env, const struct answers *a)
{
    struct test_tally *t = w->t;
    struct err err;
    struct arena_mark mark = arena_mark(&w->a);
    struct dmn_sheet *s = ruling_sheet(w->book, env, a, false);
    struct feel_value zone, against = feel_null();
    CHECK(dmn_sheet_get(s, w->book->zone, &zone, &err) == 0);
    if (w->book->contradictions) CHECK(dmn_sheet_get(s, w->book->contradictions, &against, &err) == 0);
    size_t rank = ruling_contradicts(against) ? SIZE_MAX : ruling_rank(w->book, zone);
    arena_back_to(&w->a, mark);
    return rank;
}

static bool is_told(const struct trial *w, const struct ruling *r, size_t question, size_t rank)
{
    bool told = false;
    for (size_t i = 0; i < r->lighter_count; i++)
        told |= r->lighter[i].count == 1 && r->lighter[i].changes[0].question == &w->questions[question] &&
                ruling_rank(w->book, r->lighter[i].zone) == rank;
    return told;
}

static void put_trial(struct trial *w, const struct answers *a, const char *what, size_t question, struct feel_value v)
{
    struct buf out;
    struct json_writer j;
    buf_init(&out, 100000);
    json_init(&j, &out, 0);
    answers_emit_json(w->book, a, &j);
    buf_printf(&out, " %s " STR_FORMAT " ", what, STR_ARGS(w->questions[question].name));
    feel_emit(&out, v);
    printf("  " STR_FORMAT "\n", STR_ARGS(buf_get(&out)));
    buf_release(&out);
}

/* The lightest rank to which two changes lead; SIZE_MAX: none. */
static size_t lightest_of_pairs(struct trial *w, struct feel_env *env, struct answers *other, size_t rank)
{
    size_t best = SIZE_MAX;
    for (size_t p = 0; p < w->count; p++)
        for (size_t q = p + 1; q < w->count; q++) {
            struct feel_value first = other->values[p], second = other->values[q];
            for (size_t i = 0; i < w->value_count[p]; i++)
                for (size_t k = 0; k < w->value_count[q]; k++) {
                    other->values[p] = w->values[p][i], other->values[q] = w->values[q][k];
                    size_t now = rank_with(w, env, other);
                    if (now < rank && now < best) best = now;
                }
            other->values[p] = first, other->values[q] = second;
        }
    return best;
}

static bool try_all(struct trial *w, struct feel_env *env, const struct answers *a, bool pairs)
{
    struct ruling r = {0};
    struct err err;
    bool good = true, alone = false;
    if (rulebook_rule(w->book, env, a, RULING_LIGHTER, &r, &err) < 0) return false;
    size_t rank = rank_with(w, env, a);
    if (rank != (r.state == RULED ? ruling_rank(w->book, r.zone) : SIZE_MAX))
        return put_trial(w, a, "is not ruled as the model says, not", 0, a->values[0]), false;
    if (rank == SIZE_MAX) return true;
    struct answers other = {.values = arena_array(&w->a, w->count, sizeof *other.values)};
    memcpy(other.values, a->values, w->count * sizeof *a->values);
    for (size_t i = 0; i < r.lighter_count; i++, w->told++) {
        const struct ruling_lighter *l = &r.lighter[i];
        for (size_t c = 0; c < l->count; c++) other.values[l->changes[c].question - w->questions] = l->changes[c].value;
        size_t now = rank_with(w, env, &other);
        if (now >= rank || now != ruling_rank(w->book, l->zone))
            good = false, put_trial(w, a, "is not lighter with", (size_t)(l->changes[0].question - w->questions),
                                    l->changes[0].value);
        memcpy(other.values, a->values, w->count * sizeof *a->values);
    }
    for (size_t q = 0; q < w->count && good; q++) {
        for (size_t i = 0; i < w->value_count[q] && good; i++) {
            other.values[q] = w->values[q][i];
            size_t now = rank_with(w, env, &other);
            if (now >= rank) continue;
            alone = true;
            if (r.lighter_count == SHOWN || is_told(w, &r, q, now)) continue;
            good = false, put_trial(w, a, "misses", q, other.values[q]);
        }
        other.values[q] = a->values[q];
    }
    if (!good || alone || !pairs) return good;
    size_t best = lightest_of_pairs(w, env, &other, rank);
    good = best == SIZE_MAX || (r.lighter_count && ruling_rank(w->book, r.lighter[0].zone) == best);
    if (!good) put_trial(w, a, "misses two changes, not", 0, a->values[0]);
    return good;
}

static void try_drawn(struct trial *w, int drawn, bool pairs)
{
    struct test_tally *t = w->t;
    bool good = w->book != NULL;
    for (int i = 0; i < drawn && good; i++) {
        arena_clear(&w->a);
        struct feel_env env = {.arena = &w->a};
        struct answers a = {.values = arena_array(&w->a, w->count, sizeof *a.values)};
        for (size_t q = 0; q < w->count; q++) {
            w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
            a.values[q] = w->values[q][(w->seed >> 33) % w->value_count[q]];
        }
        good = try_all(w, &env, &a, pairs);
        CHECK(good);
    }
    CHECK(w->told); /* there was something to tell */
    let_go(w);
}

/* ---- The rulebooks ---- */

/* Choices, a day, yes and no, a computed number; who trains nobody contradicts himself by a text alone. */
static void of_all_kinds(struct test_tally *t)
{
    struct buf x;
    struct trial w;
    begin(&x);
    type(&x, "data", "string", "\"none\", \"some\", \"all\"");
    question(&x, "data", "data"), question(&x, "due", "date"), question(&x, "cost", "number");
    question(&x, "months", "number"), question(&x, "public", "boolean"), question(&x, "trained", "boolean");
    computed(&x, "Total", "cost months", "cost * months + 5");
    decision(&x, "Risk", "string", "data public");
    table(&x, "FIRST", "data|public",
          "\"none\"|-|\"low\"~\"some\"|false|\"low\"~\"some\"|true|\"mid\"~-|false|\"mid\"~-|-|\"high\"");
    decision(&x, "contradictions", "string", "data trained");
    table(&x, "FIRST", "data|trained", "\"some\"|false|\"some needs training\"");
    decision(&x, "zone", "zone", "Risk Total due");
    table(&x, "FIRST", "Risk|Total|due",
          "\"low\"|&lt; 100|-|\"green\"~\"low\"|&lt;= 500|>= date(\"2026-06-01\")|\"green\"~"
          "\"low\"|-|[date(\"2026-03-01\")..@\"2026-03-02\"]|\"green\"~"
          "\"mid\"|&lt; 1000|> @\"2026-03-01\"|\"amber\"~\"low\"|-|-|\"amber\"~-|-|-|\"red\"");
    take_book(&w, t, &x);
    offer(&w, "due",
          "@\"2025-01-01\" @\"2026-02-28\" @\"2026-03-01\" @\"2026-03-02\" @\"2026-03-03\" @\"2026-05-31\" "
          "@\"2026-06-01\" @\"2030-01-01\"");
    offer(&w, "cost", "0 1 7 40 41 60 99 250 5000"), offer(&w, "months", "0 1 2 3 12 60");
    try_drawn(&w, DRAWN, true);
}

/* Numbers that are shares of one, of types with bounds, alone and multiplied. */
static void of_shares(struct test_tally *t)
{
    struct buf x;
    struct trial w;
    begin(&x);
    type(&x, "share", "number", "(0..1)");
    question(&x, "share", "share"), question(&x, "part", "share"), question(&x, "size", "number");
    computed(&x, "Weight", "part size", "part * size");
    decision(&x, "zone", "zone", "share Weight");
    table(&x, "FIRST", "share|Weight",
          "&lt; 0.3|&lt; 20|\"green\"~> 0.9|&lt; 20|\"green\"~(0.5..0.6)|-|\"green\"~&lt; 0.3|-|\"amber\"~"
          "-|&lt;= 40|\"amber\"~-|-|\"red\"");
    take_book(&w, t, &x);
    offer_numbers(&w, "share", 0.05, 0.95, 0.05), offer_numbers(&w, "part", 0.05, 0.95, 0.05);
    offer(&w, "size", "1 10 25 39 60 100 500");
    try_drawn(&w, DRAWN, true);
}

/* More values than a search takes two by two: what changes alone is tried all the same. */
static void of_many(struct test_tally *t)
{
    enum { QUESTIONS = 60, NAME = 4 };
    struct buf x;
    struct trial w;
    char names[QUESTIONS * NAME + 1], columns[QUESTIONS * NAME + 1], none[QUESTIONS * 2 - 2];
    begin(&x);
    type(&x, "many", "string", "\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\", \"j\", \"k\", \"l\"");
    for (int i = 0; i < QUESTIONS; i++) {
        char name[NAME] = {'q', (char)('a' + i / 10), (char)('0' + i % 10)};
        question(&x, name, "many");
        name[NAME - 1] = ' ', memcpy(names + i * NAME, name, NAME);
        name[NAME - 1] = '|', memcpy(columns + i * NAME, name, NAME);
        if (i) memcpy(none + (i - 1) * 2, "-|", 2); /* for all but the last */
    }
    names[sizeof names - 2] = columns[sizeof columns - 2] = none[sizeof none - 1] = '\0';
    decision(&x, "zone", "zone", names);
    struct arena text;
    arena_init(&text, 0);
    table(&x, "FIRST", columns, arena_printf(&text, "%s|\"d\"|\"green\"~%s|-|\"red\"", none, none).p);
    arena_release(&text);
    take_book(&w, t, &x);
    struct feel_env env = {.arena = &w.a};
    struct answers a = {.values = arena_array(&w.a, w.count, sizeof *a.values)};
    for (size_t q = 0; q < w.count; q++) a.values[q] = w.questions[q].values[0];
    CHECK(w.count == QUESTIONS && try_all(&w, &env, &a, false));
    let_go(&w);
}

/* Numbers beside which no other double lies, and a column whose name is spelled with another space. */
static void of_odd_columns(struct test_tally *t)
{
    struct buf x;
    struct trial w;
    begin(&x);
    type(&x, "data", "string", "\"none\", \"all\"");
    question(&x, "data", "data"), question(&x, "cost", "number");
    buf_text(&x,
             "<inputData id='users' name='users a year'><variable name='users a year' typeRef='number'/></inputData>");
    decision(&x, "zone", "zone", "data cost users");
    table(&x, "FIRST", "data|cost|users a\n  year",
          "\"none\"|>= 90071992547409930|-|\"amber\"~\"none\"|-|> 1000|\"red\"~\"none\"|-|-|\"green\"~-|-|-|\"red\"");
    take_book(&w, t, &x);
    offer(&w, "cost", "0 1000 90071992547409929 90071992547409930 90071992547409931 900719925474099300");
    offer(&w, "users a year", "0 999 1000 1001 5000");
    try_drawn(&w, DRAWN, true);
}

/* A rulebook for which trying all pairs takes more steps than one ruling may: it rules all the same. */
static void of_costly_steps(struct test_tally *t)
{
    enum { QUESTIONS = 12, STEPS = 500000 };
    struct buf x, names;
    struct trial w;
    struct ruling r = {0};
    struct err err = {0};
    begin(&x);
    buf_init(&names, 1000);
    type(&x, "many", "string", "\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\"");
    for (int i = 0; i < QUESTIONS; i++) {
        char name[] = {'q', (char)('a' + i), '\0'};
        question(&x, name, "many");
        buf_printf(&names, "%s%s", i ? " " : "", name);
    }
    decision(&x, "zone", "zone", buf_get(&names).p);
    buf_text(&x, "<literalExpression><text>if sum(for i in 1..100 return i) = 1 then \"amber\" else if qa = \"d\" and "
                 "qb = \"d\" then "
                 "\"green\" else \"red\"</text></literalExpression></decision>");
    take_book(&w, t, &x);
    buf_release(&names);
    struct feel_env env = {.arena = &w.a, .limits = {.steps = STEPS}};
    struct answers a = {.values = arena_array(&w.a, w.count, sizeof *a.values)};
    for (size_t q = 0; q < w.count; q++) a.values[q] = w.questions[q].values[0];
    CHECK(rulebook_rule(w.book, &env, &a, RULING_ALL, &r, &err) == 0 && r.state == RULED);
    CHECK_STR(r.zone.text, STR("red"));
    CHECK(env.steps < STEPS / 2);
    let_go(&w);
}

/* What a decision rests on beyond its limit would never be asked. */
static void of_too_wide(struct test_tally *t)
{
    struct buf x, names;
    struct rulebook *b;
    struct err err = {0};
    begin(&x);
    buf_init(&names, 1000);
    for (int i = 0; i <= REQUIRED_LIMIT; i++) {
        char name[] = {'q', (char)('a' + i / 10), (char)('0' + i % 10), '\0'};
        question(&x, name, "boolean");
        buf_printf(&names, "%s%s", i ? " " : "", name);
    }
    decision(&x, "zone", "zone", buf_get(&names).p);
    table(&x, "FIRST", "qg4", "true|\"green\"~-|\"red\"");
    buf_text(&x, "</definitions>");
    CHECK(rulebook_load(STR("wide"), STR_NONE, buf_get(&x), &b, &err) < 0);
    CHECK_STR(str_of(err.message), STR("'zone' requires more than 64 questions, decisions and functions"));
    buf_release(&names), buf_release(&x);
}

TEST_MAIN(of_all_kinds, of_shares, of_many, of_odd_columns, of_costly_steps, of_too_wide)
