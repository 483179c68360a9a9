/* SPDX-License-Identifier: Apache-2.0 */
/* The rulebooks that come with the program, each as a whole: no gap and no overlap, every rule says why, and whatever
 * is answered gets a ruling. What single rules mean is pinned by tests/dmn/NAME/. */
#include "dmn_xml.h"
#include "ruling_inside.h"

#include "base_file.h"
#include "base_map.h"
#include "test.h"

#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WALKS = 400, SAFE_WALKS = 1000 };
static const char own[] = "urn:entente:rulebook:1";

struct walk {
    struct test_tally *t;
    struct arena kept, a; /* of the book; of one step */
    struct rulebook *book;
    str name, text;
    const struct rulebook_question *questions;
    size_t count;
    const struct dmn_node **nodes;
    uint64_t seed;
};

static void book_open(struct walk *w, struct test_tally *t, const char *name)
{
    struct err err = {0};
    *w = (struct walk){.t = t, .seed = 7};
    arena_init(&w->kept, 0);
    arena_init(&w->a, 0);
    w->name = str_of(name);
    if (!CHECK(file_read(&w->kept, arena_printf(&w->kept, "%s/%s.dmn", RULEBOOKS, name).p, 1 << 20, &w->text, &err) ==
               0) ||
        !CHECK(rulebook_load(w->name, STR_NONE, w->text, &w->book, &err) == 0)) {
        printf("%s: %s\n", name, err.message);
        return;
    }
    w->questions = rulebook_questions(w->book, &w->count);
    w->nodes = arena_array(&w->kept, w->count, sizeof *w->nodes);
    for (size_t i = 0; i < w->count; i++) {
        w->nodes[i] = dmn_find(rulebook_model(w->book), STR_NONE, w->questions[i].name, &err);
        CHECK(w->nodes[i]);
    }
}

static void book_close(struct walk *w)
{
    if (w->book) rulebook_free(w->book);
    arena_release(&w->a);
    arena_release(&w->kept);
}

/* ---- What is written ---- */

static bool is_sentence(str s) { return s.n > 10 && str_ends(s, STR(".")) && s.p[0] >= 'A' && s.p[0] <= 'Z'; }

static void read_table(struct test_tally *t, str decision, const struct xml *table, struct map *ids,
                       struct map *reasons)
{
    for (const struct xml *r = xml_child(table, "rule"); r; r = xml_same(r)) {
        bool is_new;
        str id = xml_get(r, "id"), why = xml_text(xml_child(r, "annotationEntry"), "text");
        if (!CHECK(is_sentence(why)))
            printf("  %.*s: \"" STR_FORMAT "\"\n", (int)decision.n, decision.p, STR_ARGS(why));
        map_put(ids, id, &is_new);
        CHECK(id.n && is_new);
        map_put(reasons, why, &is_new);
        if (!CHECK(is_new)) printf("  twice: " STR_FORMAT "\n", STR_ARGS(why));
    }
}

/* Names, questions, help, reasons and a place in the picture: all there, ids and labels each once. */
static void read_book(struct walk *w)
{
    struct test_tally *t = w->t;
    const struct xml *root;
    struct map ids, reasons;
    struct err err = {0};
    map_init(&ids);
    map_init(&reasons);
    if (!CHECK(xml_parse(&w->kept, w->text, &root, &err) == 0)) return;
    CHECK_STR(xml_get(root, "name"), w->name);
    CHECK(xml_get(root, "label").n && is_sentence(xml_text(root, "description")));
    CHECK(str_ends(xml_get(root, "namespace"), w->name) && rulebook_version(w->book).n);
    CHECK(str_find(w->text, str_of(own)) != STR_NOT_FOUND);
    for (const struct xml *x = root->first; x; x = x->next) {
        bool decision = xml_is(x, "decision"), is_new;
        if (!decision && !xml_is(x, "inputData")) continue;
        str id = xml_get(x, "id"), name = xml_get(x, "name");
        str asks = decision ? xml_text(x, "question") : xml_get(x, "label");
        map_put(&ids, id, &is_new);
        CHECK(id.n && is_new);
        if (!CHECK(str_ends(asks, STR("?"))) || !CHECK(decision || str_ends(xml_text(x, "description"), STR("."))))
            printf("  " STR_FORMAT "\n", STR_ARGS(name));
        CHECK(str_find(w->text,
                       arena_printf(&w->kept,
                                    "<dmndi:DMNShape id=\"" STR_FORMAT "_shape\" dmnElementRef=\"" STR_FORMAT "\">",
                                    STR_ARGS(id), STR_ARGS(id))) != STR_NOT_FOUND);
        read_table(t, name, xml_child(x, "decisionTable"), &ids, &reasons);
    }
    map_release(&ids);
    map_release(&reasons);
}

static void check_book(struct walk *w)
{
    struct test_tally *t = w->t;
    struct dmn_source source = {w->text, w->name};
    struct dmn_model *m;
    struct err err = {0};
    size_t errors, findings;
    if (!CHECK(dmn_check(&source, 1, &m, &err) == 0)) return;
    dmn_errors(m, &errors);
    dmn_findings(m, &findings);
    CHECK(errors == 0 && findings == 0);
    dmn_free(m);
}

/* ---- What is decided ---- */

static uint32_t draw(struct walk *w, uint32_t below)
{
    w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((w->seed >> 33) % below);
}

/* A choice, or a number at or beside one that some rule names. */
static struct feel_value draw_answer(struct walk *w, struct dmn_sheet *sheet, size_t i)
{
    static const int64_t other[] = {0, 1, 3, 12, 60, 150000, 2000000};
    const struct rulebook_question *q = &w->questions[i];
    size_t n;
    if (q->value_count) return q->values[draw(w, (uint32_t)q->value_count)];
    const struct feel_value *constants = dmn_node_constants(w->nodes[i], &w->a, &n);
    for (;;) {
        int64_t number = other[draw(w, ARRAY_COUNT(other))];
        if (n && draw(w, 3) && feel_to_int(constants[draw(w, (uint32_t)n)], &number)) number += draw(w, 3) - 1;
        struct feel_value v = dmn_sheet_fit(sheet, w->nodes[i], feel_int(number));
        if (v.kind != FEEL_NULL) return v;
    }
}

static struct answers draw_answers(struct walk *w, struct feel_env *env)
{
    struct dmn_sheet *sheet = dmn_sheet_new(rulebook_model(w->book), env, false);
    struct answers a = {.values = arena_array(&w->a, w->count, sizeof *a.values)};
    for (size_t i = 0; i < w->count; i++) a.values[i] = draw_answer(w, sheet, i);
    return a;
}

static void put_answers(const struct walk *w, const struct answers *a)
{
    struct buf out;
    struct json_writer j;
    buf_init(&out, 10000);
    json_init(&j, &out, 0);
    answers_emit_json(w->book, a, &j);
    printf("  " STR_FORMAT ": " STR_FORMAT "\n", STR_ARGS(w->name), STR_ARGS(buf_get(&out)));
    buf_release(&out);
}

static struct ruling rule(struct walk *w, struct feel_env *env, const struct answers *a, unsigned wants)
{
    struct test_tally *t = w->t;
    struct ruling r = {0};
    struct err err = {0};
    if (rulebook_rule(w->book, env, a, wants, &r, &err) < 0) CHECK(!"ruled");
    return r;
}

static bool same_json(struct feel_value x, struct feel_value y)
{
    struct buf of[2];
    for (int i = 0; i < 2; i++) {
        struct json_writer j;
        buf_init(&of[i], 1 << 20);
        json_init(&j, &of[i], 0);
        feel_emit_json(&j, i ? y : x);
    }
    bool same = str_eq(buf_get(&of[0]), buf_get(&of[1]));
    buf_release(&of[0]), buf_release(&of[1]);
    return same;
}

/* What was remembered of other answers is what the model says of these, by the same rules. */
static bool is_as_evaluated(struct walk *w, struct feel_env *env, const struct answers *a, const struct ruling *r)
{
    static const char *const names[RULING_PARTS][2] = {
        {"extent"}, {"scope"},    {"timing"}, {"conditions"}, {"training needed", "training"},
        {"budget"}, {"approver"}, {"steps"}};
    const struct dmn_model *m = rulebook_model(w->book);
    struct dmn_sheet *s = dmn_sheet_new(m, env, true);
    struct feel_value v;
    struct err err = {0};
    size_t rules = 0, there = 0;
    for (size_t k = 0; k < w->count; k++) dmn_sheet_put(s, w->nodes[k], a->values[k]);
    const struct dmn_node *n = dmn_find(m, STR_NONE, rulebook_outcome(w->book), &err);
    bool good = n && dmn_sheet_get(s, n, &v, &err) == 0 && same_json(v, r->zone);
    for (size_t i = 0; i < RULING_PARTS; i++) {
        n = NULL;
        for (size_t k = 0; k < 2 && !n; k++)
            if (names[i][k] && !str_eq(str_of(names[i][k]), rulebook_outcome(w->book)))
                n = dmn_find(m, STR_NONE, str_of(names[i][k]), &err);
        if (!n || dmn_node_kind(n) != DMN_DECISION) continue;
        good &= dmn_sheet_get(s, n, &v, &err) == 0;
        good &= v.kind == FEEL_NULL ? r->parts[i].count == 0 : same_json(v, r->parts[i]);
    }
    for (const struct dmn_trace *x = dmn_sheet_trace(s); x; x = x->next)
        for (size_t i = 0; i < x->decided; i++, rules++)
            for (size_t k = 0; k < r->rule_count; k++)
                there += r->rules[k].rule == x->rules[i] && str_eq(r->rules[k].decision, x->name) &&
                         str_eq(r->rules[k].why, x->words[i].why);
    return good && rules == r->rule_count && there == rules;
}

/* Nothing that is answered is without a ruling: every decision has a value, each way to a lighter one leads there. */
static void walk_book(struct walk *w)
{
    struct test_tally *t = w->t;
    const struct dmn_model *m = rulebook_model(w->book);
    size_t node_count, first_bad = 0;
    const struct dmn_node *const *nodes = dmn_nodes(m, &node_count);
    for (int i = 0; i < WALKS && !first_bad; i++) {
        struct feel_env env = {.arena = &w->a};
        arena_clear(&w->a);
        struct answers a = draw_answers(w, &env);
        struct ruling r = rule(w, &env, &a, RULING_ALL);
        struct dmn_sheet *sheet = dmn_sheet_new(m, &env, false);
        struct feel_value v;
        struct err err = {0};
        bool good =
            r.state == RULED ? r.zone.kind == FEEL_STRING && r.rule_count : r.state == RULED_AGAINST && r.problem_count;
        if (r.state == RULED) good &= is_as_evaluated(w, &env, &a, &r);
        for (size_t k = 0; k < w->count; k++) dmn_sheet_put(sheet, w->nodes[k], a.values[k]);
        for (size_t k = 0; k < node_count; k++)
            good &= dmn_sheet_get(sheet, nodes[k], &v, &err) == 0 && v.kind != FEEL_NULL;
        for (size_t k = 0; k < r.lighter_count && r.state == RULED; k++) {
            struct answers other = {.values = arena_array(&w->a, w->count, sizeof v)};
            memcpy(other.values, a.values, w->count * sizeof v);
            for (size_t c = 0; c < r.lighter[k].count; c++)
                other.values[r.lighter[k].changes[c].question - w->questions] = r.lighter[k].changes[c].value;
            good &= feel_same(rule(w, &env, &other, 0).zone, r.lighter[k].zone);
        }
        if (!CHECK(good)) put_answers(w, &a), first_bad = 1;
    }
}

/* Without what the rulebook knows beforehand of effects the search tries everything, and finds the same. */
static void search_both_ways(struct walk *w)
{
    struct test_tally *t = w->t;
    struct rulebook *plain;
    struct err err = {0};
    size_t lighter = 0;
    bool same = true;
    if (!CHECK(rulebook_load(w->name, STR_NONE, w->text, &plain, &err) == 0)) return;
    plain->few = false, plain->computed_count = 0;
    for (size_t i = 0; i < w->count; i++) plain->inside[i].edges = NULL;
    for (int i = 0; i < WALKS && same; i++) {
        struct feel_env env = {.arena = &w->a};
        arena_clear(&w->a);
        struct answers a = draw_answers(w, &env);
        struct ruling r = rule(w, &env, &a, RULING_ALL), other = {0};
        same = rulebook_rule(plain, &env, &a, RULING_ALL, &other, &err) == 0 && r.lighter_count == other.lighter_count;
        for (size_t k = 0; k < r.lighter_count && same; k++) {
            const struct ruling_lighter *x = &r.lighter[k], *y = &other.lighter[k];
            same = x->count == y->count && feel_same(x->zone, y->zone);
            for (size_t c = 0; c < x->count && same; c++)
                same = str_eq(x->changes[c].question->name, y->changes[c].question->name) &&
                       same_json(x->changes[c].value, y->changes[c].value);
        }
        lighter += r.lighter_count;
        if (!CHECK(same)) put_answers(w, &a);
    }
    CHECK(lighter || !str_eq(w->name, STR("safe-zones")));
    rulebook_free(plain);
}

static void all_books(struct test_tally *t)
{
    DIR *d = opendir(RULEBOOKS);
    if (!CHECK(d)) return;
    for (const struct dirent *e; (e = readdir(d));) {
        struct walk w;
        str file = str_of(e->d_name);
        if (!str_ends(file, STR(".dmn"))) continue;
        char *name = strndup(file.p, file.n - 4);
        book_open(&w, t, name);
        if (w.book) check_book(&w), read_book(&w), walk_book(&w), search_both_ways(&w);
        book_close(&w);
        free(name);
    }
    closedir(d);
}

/* ---- Many at once ---- */

enum { THREADS = 4, ASKED = 150 };
struct asking {
    const struct rulebook *book;
    const struct answers *all;
    size_t from; /* each begins elsewhere */
    str said[ASKED];
    struct arena a;
};

static void *ask_all(void *self)
{
    struct asking *k = self;
    for (size_t i = 0; i < ASKED; i++) {
        size_t one = (k->from + i) % ASKED;
        struct feel_env env = {.arena = &k->a};
        struct ruling r;
        struct err err;
        struct buf out;
        struct json_writer w;
        buf_init(&out, 1 << 20);
        json_init(&w, &out, 0);
        if (rulebook_rule(k->book, &env, &k->all[one], RULING_ALL, &r, &err) == 0) ruling_emit_json(&r, 0, &w);
        k->said[one] = buf_copy(&out, &k->a);
        buf_release(&out);
    }
    return NULL;
}

/* All of them find and remember the same. */
static void many_ask_at_once(struct test_tally *t)
{
    struct walk w;
    struct asking *all = calloc(THREADS, sizeof *all);
    pthread_t threads[THREADS];
    struct answers asked[ASKED];
    struct arena kept;
    arena_init(&kept, 0);
    book_open(&w, t, "safe-zones");
    struct feel_env env = {.arena = &kept};
    for (size_t i = 0; i < ASKED; i++) {
        asked[i] = draw_answers(&w, &env);
        struct feel_value *copy = arena_array(&kept, w.count, sizeof *copy);
        memcpy(copy, asked[i].values, w.count * sizeof *copy);
        asked[i].values = copy;
    }
    for (size_t i = 0; i < THREADS; i++) {
        all[i].book = w.book, all[i].all = asked, all[i].from = i * ASKED / THREADS;
        arena_init(&all[i].a, 0);
        CHECK(pthread_create(&threads[i], NULL, ask_all, &all[i]) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    bool same = true, said = true;
    for (size_t k = 0; k < ASKED; k++) {
        said &= all[0].said[k].n > 100;
        for (size_t i = 1; i < THREADS; i++) same &= str_eq(all[i].said[k], all[0].said[k]);
    }
    CHECK(same && said);
    for (size_t i = 0; i < THREADS; i++) arena_release(&all[i].a);
    free(all);
    book_close(&w);
    arena_release(&kept);
}

/* ---- Safe zones: what holds whatever is answered ---- */

/* The decisions of the rulebook over one set of answers, some of which may be put anew. */
struct safe {
    struct walk w;
    struct feel_env env;
    struct dmn_sheet *sheet;
};

static struct feel_value get(struct safe *s, const char *decision)
{
    struct test_tally *t = s->w.t;
    struct feel_value v = feel_null();
    struct err err = {0};
    const struct dmn_node *n = dmn_find(rulebook_model(s->w.book), STR_NONE, str_of(decision), &err);
    if (!n || dmn_sheet_get(s->sheet, n, &v, &err) < 0) CHECK(!"evaluated");
    return v;
}

static bool is(struct safe *s, const char *decision, const char *value)
{
    struct feel_value v = get(s, decision);
    return v.kind == FEEL_STRING && str_eq(v.text, str_of(value));
}

static size_t zone(struct safe *s)
{
    size_t count, i = 0;
    struct feel_value v = get(s, "zone");
    const struct feel_value *zones = rulebook_outcomes(s->w.book, &count);
    while (i < count && !feel_same(zones[i], v)) i++;
    return i;
}

static size_t question(const struct walk *w, const char *name)
{
    size_t i = 0;
    while (i < w->count && !str_eq(w->questions[i].name, str_of(name))) i++;
    return i;
}

static void put(struct safe *s, size_t i, struct feel_value v) { dmn_sheet_put(s->sheet, s->w.nodes[i], v); }

/* A step towards more risk never leads to a lighter zone; choices stand in the order of their risk, or against it. */
static bool never_lighter(struct safe *s, const struct answers *a)
{
    static const struct {
        const char *name;
        int step;
    } moves[] = {{"data class", 1}, {"region", 1},    {"reads", 1},         {"writes", 1},
                 {"way back", 1},   {"training", -1}, {"public facing", -1} /* yes stands first */};
    size_t before = zone(s);
    bool good = true;
    for (size_t m = 0; m < ARRAY_COUNT(moves); m++) {
        size_t i = question(&s->w, moves[m].name), at = 0;
        const struct rulebook_question *q = &s->w.questions[i];
        while (at < q->value_count && !feel_same(q->values[at], a->values[i])) at++;
        at += (size_t)moves[m].step;
        if (at >= q->value_count) continue;
        put(s, i, q->values[at]);
        good &= zone(s) >= before;
        put(s, i, a->values[i]);
    }
    size_t cost = question(&s->w, "annual cost"), users = question(&s->w, "users");
    put(s, cost, feel_int(100000000));
    good &= zone(s) >= before && (zone(s) < 2 || before == 2); /* cost alone never makes red */
    put(s, cost, a->values[cost]);
    put(s, users, feel_int(100000000));
    good &= zone(s) >= before;
    put(s, users, a->values[users]);
    return good;
}

static bool has_step_of(struct feel_value steps, const char *who)
{
    for (uint32_t i = 0; i < steps.count; i++)
        if (str_eq(feel_entry_get(steps.items[i], STR("who"))->text, str_of(who))) return true;
    return false;
}

/* Whoever is asked owes an answer within days, and silence goes to people; what IT is asked about is said; both sides
 * have work with it. */
static bool both_have_duties(struct safe *s)
{
    bool none = is(s, "extent", "none"), informed = is(s, "extent", "informed");
    struct feel_value timing = get(s, "timing"), steps = get(s, "steps"), scope = get(s, "scope");
    str silence = feel_entry_get(timing, STR("without an answer"))->text;
    int64_t days = -1;
    bool good = feel_to_int(*feel_entry_get(timing, STR("answer within days")), &days) && days <= 10;
    good &= str_find(silence, STR("green")) == STR_NOT_FOUND && has_step_of(steps, "the team that asks");
    good &= has_step_of(steps, "IT") != none;
    if (none || informed) return good && zone(s) == 0 && days == 0 && scope.count == 0;
    return good && days > 0 && str_starts(silence, STR("The heads of marketing and IT")) &&
           (scope.count > 0 || zone(s) == 0);
}

static void safe_zones(struct test_tally *t)
{
    struct safe s;
    size_t of[3] = {0};
    bool good = true;
    book_open(&s.w, t, "safe-zones");
    for (int i = 0; i < SAFE_WALKS && good && s.w.book; i++) {
        arena_clear(&s.w.a);
        s.env = (struct feel_env){.arena = &s.w.a};
        struct answers a = draw_answers(&s.w, &s.env);
        s.sheet = dmn_sheet_new(rulebook_model(s.w.book), &s.env, false);
        for (size_t k = 0; k < s.w.count; k++) put(&s, k, a.values[k]);
        if (CHECK(zone(&s) < 3)) of[zone(&s)]++;
        good = CHECK(never_lighter(&s, &a)) && CHECK(both_have_duties(&s));
        if (!good) put_answers(&s.w, &a);
    }
    /* The walk has been everywhere. */
    CHECK(of[0] > SAFE_WALKS / 50 && of[1] > SAFE_WALKS / 10 && of[2] > SAFE_WALKS / 10);
    book_close(&s.w);
}

/* What a mail or a chat says is ruled at once; the rest of it does no harm. */
static void what_people_write(struct test_tally *t)
{
    static const struct {
        const char *file, *zone;
        size_t words;
    } asked[] = {{"mail.txt", "amber", 16}, {"chat.txt", "green", 13}, {"odd.txt", NULL, 8}};
    struct walk w;
    book_open(&w, t, "safe-zones");
    for (size_t i = 0; w.book && i < ARRAY_COUNT(asked); i++) {
        struct err err = {0};
        struct feel_env env = {.arena = &w.a};
        struct answer_words *words;
        struct answers answers;
        struct ruling r;
        size_t count;
        str text;
        if (!CHECK(!file_read(&w.a, arena_printf(&w.a, "%s/%s", MAILS, asked[i].file).p, 1 << 16, &text, &err)))
            continue;
        words_parse(&w.a, text, &words, &count);
        CHECK(count == asked[i].words);
        answers_from_words(w.book, &env, words, count, &answers);
        if (!CHECK(rulebook_rule(w.book, &env, &answers, RULING_ALL, &r, &err) == 0)) continue;
        if (asked[i].zone)
            CHECK(r.state == RULED && str_eq(r.zone.text, str_of(asked[i].zone)));
        else
            CHECK(r.state == RULED_AGAINST && r.problem_count >= 2);
    }
    book_close(&w);
}

TEST_MAIN(all_books, many_ask_at_once, safe_zones, what_people_write)
