/* SPDX-License-Identifier: Apache-2.0 */
/* One decision table, 24 rules over six inputs of mixed types, and 10,000 different inputs: as DMN for Entente, as a
 * struct for the same thing by hand in C, and as files for the peers. See bench/decisions. */
#include "base_file.h"
#include "base_time.h"
#include "dmn_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RULES = 24, INPUTS = 10000, ROUNDS = 15, LOADS = 100, FIRST_DAY = 20454 /* 2026-01-01 */, DAYS = 364 };
static const char *const regions[] = {"north", "south", "east", "west"};
static const char *const classes[] = {"none", "pseudonymous", "personal", "sensitive"};
static const char *const keys[] = {"price", "region", "class", "seats", "trained", "starts"};
static const char *const types[] = {"number", "string", "string", "number", "boolean", "date"};

struct rule {
    double from, to;           /* price, to is not in it */
    unsigned regions, classes; /* bits */
    double seats;              /* and more */
    int trained;               /* 1: must be; -1: whatever */
    int64_t after;             /* a day, or 0 */
};
struct input {
    char price[16];
    double amount, seats;
    unsigned region, class;
    bool trained;
    int64_t starts;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
static uint32_t next(uint32_t *seed) { return *seed = *seed * 1664525u + 1013904223u, *seed >> 8; }
static void fail(const char *what)
{
    fprintf(stderr, "bench_decisions: %s\n", what);
    exit(1);
}

static struct rule rule_at(uint32_t *seed, unsigned r, unsigned rules)
{
    if (r + 1 == rules) return (struct rule){0, 1e9, 15, 15, 0, -1, 0}; /* what nothing else takes */
    double from = rules <= RULES ? next(seed) % 60 * 100 : (double)r * 100, width = rules <= RULES ? 4000 : 300;
    struct rule made = {.from = from, .to = from + width};
    made.regions = next(seed) % 3 ? 1u << next(seed) % 4 | 1u << next(seed) % 4 : 15;
    made.classes = 1u << next(seed) % 4 | 1u << next(seed) % 4 | 1u << next(seed) % 4;
    made.seats = next(seed) % 50;
    made.trained = next(seed) % 2 ? 1 : -1;
    made.after = next(seed) % 3 ? FIRST_DAY + next(seed) % 200 : 0;
    return made;
}

static struct input input_at(uint32_t *seed, double span)
{
    struct input in;
    unsigned cents = next(seed) % (unsigned)(span * 100);
    snprintf(in.price, sizeof in.price, "%u.%02u", cents / 100, cents % 100);
    in.amount = cents / 100.0;
    in.region = next(seed) % 4, in.class = next(seed) % 4;
    in.seats = next(seed) % 100, in.trained = next(seed) % 2;
    in.starts = FIRST_DAY + next(seed) % DAYS;
    return in;
}

/* ---- The table as DMN ---- */

static void day(struct buf *out, int64_t days)
{
    int64_t y;
    int m, d;
    civil_from_days(days, &y, &m, &d);
    buf_printf(out, "%04d-%02d-%02d", (int)y, m, d);
}

static void put_cell(struct buf *out, unsigned bits, const char *const *names)
{
    buf_text(out, "<inputEntry><text>");
    bool any = bits == 15, first = true;
    if (any) buf_text(out, "-");
    for (unsigned i = 0; i < 4 && !any; i++)
        if (bits >> i & 1) buf_printf(out, "%s\"%s\"", first ? "" : ", ", names[i]), first = false;
    buf_text(out, "</text></inputEntry>");
}

static void put_rule(struct buf *out, const struct rule *r, unsigned number)
{
    bool last = r->regions == 15 && r->classes == 15 && r->to == 1e9;
    if (last)
        buf_text(out, "<rule><inputEntry><text>-</text></inputEntry>");
    else
        buf_printf(out, "<rule><inputEntry><text>[%.0f..%.0f)</text></inputEntry>", r->from, r->to);
    put_cell(out, r->regions, regions);
    put_cell(out, r->classes, classes);
    if (last)
        buf_text(out, "<inputEntry><text>-</text></inputEntry>");
    else
        buf_printf(out, "<inputEntry><text>&gt;= %.0f</text></inputEntry>", r->seats);
    buf_printf(out, "<inputEntry><text>%s</text></inputEntry>", r->trained == 1 ? "true" : "-");
    if (r->after) {
        buf_text(out, "<inputEntry><text>&gt; @\"");
        day(out, r->after);
        buf_text(out, "\"</text></inputEntry>");
    } else
        buf_text(out, "<inputEntry><text>-</text></inputEntry>");
    buf_printf(out, "<outputEntry><text>\"zone %u\"</text></outputEntry></rule>", number);
}

static void put_model(struct buf *out, unsigned rules, double *span)
{
    uint32_t seed = 11;
    buf_text(out, "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='n' name='bench'>");
    for (size_t i = 0; i < 6; i++)
        buf_printf(out, "<inputData name='%s' id='i%zu'><variable name='%s' typeRef='%s'/></inputData>", keys[i], i,
                   keys[i], types[i]);
    buf_text(out, "<decision name='zone' id='d'><variable name='zone' typeRef='string'/>");
    for (size_t i = 0; i < 6; i++)
        buf_printf(out, "<informationRequirement><requiredInput href='#i%zu'/></informationRequirement>", i);
    buf_text(out, "<decisionTable hitPolicy='FIRST'>");
    for (size_t i = 0; i < 6; i++)
        buf_printf(out, "<input><inputExpression typeRef='%s'><text>%s</text></inputExpression></input>", types[i],
                   keys[i]);
    buf_text(out, "<output/>");
    for (unsigned r = 0; r < rules; r++) {
        struct rule each = rule_at(&seed, r, rules);
        put_rule(out, &each, r);
    }
    buf_text(out, "</decisionTable></decision></definitions>");
    *span = rules <= RULES ? 10000 : rules * 100.0;
}

/* As long as the largest model of the conformance suite: many small decisions, each of the one before it. */
static void put_long_model(struct buf *out, size_t bytes)
{
    buf_text(out, "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' namespace='n' name='long'>"
                  "<inputData name='start' id='d0'><variable name='start' typeRef='number'/></inputData>");
    for (unsigned i = 1; out->n < bytes; i++) {
        buf_printf(
            out,
            "<decision name='step %u' id='d%u'><variable name='step %u' typeRef='number'/><informationRequirement>", i,
            i, i);
        buf_printf(out, "<%s href='#d%u'/></informationRequirement>",
                   i % 20 == 1 ? "requiredInput" : "requiredDecision", i % 20 == 1 ? 0 : i - 1);
        char before[30];
        snprintf(before, sizeof before, i % 20 == 1 ? "start" : "step %u", i - 1);
        buf_printf(out,
                   "<literalExpression><text>if %s &gt;= %u then round half up(%s * 1.19, 2) + count([1, 2, %s]) else "
                   "max(%s, %u)</text></literalExpression></decision>",
                   before, i, before, before, before, i);
    }
    buf_text(out, "</definitions>");
}

static struct dmn_model *load(const struct buf *text)
{
    struct dmn_model *m;
    struct err err = {0};
    struct dmn_source source = {buf_get(text), STR("bench.dmn")};
    size_t count;
    if (dmn_load(&source, 1, NULL, &m, &err) < 0) fail(err.message);
    const struct err *errors = dmn_errors(m, &count);
    if (count) fail(errors[0].message);
    return m;
}

static void put_input(struct buf *out, const struct input *in)
{
    buf_printf(
        out, "{\"price\": %s, \"region\": \"%s\", \"class\": \"%s\", \"seats\": %.0f, \"trained\": %s, \"starts\": \"",
        in->price, regions[in->region], classes[in->class], in->seats, in->trained ? "true" : "false");
    day(out, in->starts);
    buf_text(out, "\"}");
}

/* ---- By hand in C ---- */

static unsigned by_hand(const struct rule *rules, unsigned count, const struct input *in)
{
    for (unsigned i = 0; i < count; i++) {
        const struct rule *r = &rules[i];
        if (in->amount >= r->from && in->amount < r->to && r->regions >> in->region & 1 &&
            r->classes >> in->class & 1 && in->seats >= r->seats && (r->trained < 0 || in->trained) &&
            in->starts > r->after)
            return i;
    }
    return count;
}

static double digits(const char **p)
{
    double v = 0, unit = 1;
    for (; **p >= '0' && **p <= '9'; ++*p) v = v * 10 + (**p - '0');
    if (**p == '.')
        for (++*p; **p >= '0' && **p <= '9'; ++*p) v += (**p - '0') * (unit /= 10);
    return v;
}
static const char *behind(const char *p, const char *key) { return strstr(p, key) + strlen(key); }
static unsigned word(const char **p, const char *const *names)
{
    for (unsigned i = 0; i < 4; i++)
        if (!strncmp(*p, names[i], strlen(names[i]))) return i;
    fail("no such word");
    return 0;
}

/* JSON text to JSON text, for exactly these keys in this order. */
static size_t by_hand_json(const struct rule *rules, unsigned count, const char *line, char *out)
{
    struct input in;
    const char *p = behind(line, "\"price\": ");
    in.amount = digits(&p);
    p = behind(p, "\"region\": \""), in.region = word(&p, regions);
    p = behind(p, "\"class\": \""), in.class = word(&p, classes);
    p = behind(p, "\"seats\": "), in.seats = digits(&p);
    p = behind(p, "\"trained\": "), in.trained = *p == 't';
    p = behind(p, "\"starts\": \"");
    int64_t y = (int64_t)digits(&p);
    p++;
    int m = (int)digits(&p);
    p++;
    in.starts = civil_days(y, m, (int)digits(&p));
    unsigned r = by_hand(rules, count, &in);
    memcpy(out, "{\"zone\": \"zone ", 15);
    size_t n = 15;
    if (r >= 10) out[n++] = (char)('0' + r / 10);
    out[n++] = (char)('0' + r % 10);
    out[n++] = '"', out[n++] = '}';
    return n;
}

/* ---- Timing ---- */

struct bench {
    struct arena ready, lines_in, texts; /* inputs and lines lie side by side, as a caller's would, not among scraps */
    struct dmn_model *model;
    struct input inputs[INPUTS];
    struct feel_value values[INPUTS];
    str lines[INPUTS];
    double span;
};

static void fill(struct bench *b, unsigned rules)
{
    struct buf text;
    uint32_t seed = 3;
    const struct json *j;
    struct err err = {0};
    arena_init(&b->ready, 0);
    arena_init(&b->lines_in, 0);
    arena_init(&b->texts, 0);
    buf_init(&text, 500u << 20);
    put_model(&text, rules, &b->span);
    b->model = load(&text);
    const struct dmn_node *n = dmn_find(b->model, STR_NONE, STR("zone"), &err);
    for (size_t i = 0; i < INPUTS; i++) {
        b->inputs[i] = input_at(&seed, b->span);
        buf_clear(&text);
        put_input(&text, &b->inputs[i]);
        str own = arena_copy(&b->texts, buf_get(&text));
        if (json_parse(&b->texts, own, &j, &err) < 0) fail(err.message);
        b->values[i] = dmn_inputs_from_json(n, &b->ready, j);
        for (uint32_t k = 0; k < b->values[i].count; k++) {
            struct feel_value *v = (struct feel_value *)&b->values[i].entries[k].value;
            if (v->kind == FEEL_STRING) v->text = arena_copy(&b->ready, v->text);
        }
        b->lines[i] = arena_printf(&b->lines_in, "{\"call\": \"zone\", \"input\": " STR_FORMAT "}", STR_ARGS(own));
    }
    buf_release(&text);
}
static void empty(struct bench *b)
{
    dmn_free(b->model);
    arena_release(&b->ready);
    arena_release(&b->lines_in);
    arena_release(&b->texts);
}

static double time_ready(struct bench *b, int rounds, const struct rule *rules)
{
    struct arena a;
    struct err err = {0};
    struct dmn_result r;
    double best = 1e18;
    arena_init(&a, 0);
    arena_alloc(&a, 1 << 14);
    const struct dmn_node *n = dmn_find(b->model, STR_NONE, STR("zone"), &err);
    for (int k = 0; k < rounds; k++) {
        double start = now();
        for (size_t i = 0; i < INPUTS; i++) {
            arena_clear(&a);
            struct feel_env env = {.arena = &a};
            if (dmn_eval(n, &env, b->values[i], false, &r, &err) < 0 || r.value.kind != FEEL_STRING)
                fail("a decision gave null");
            if (k || !rules) continue;
            str want = arena_printf(&a, "zone %u", by_hand(rules, RULES, &b->inputs[i]));
            if (!str_eq(want, r.value.text)) fail("Entente and C by hand differ");
        }
        double each = (now() - start) / INPUTS;
        if (each < best) best = each;
    }
    arena_release(&a);
    return best;
}

static double time_json(struct bench *b)
{
    struct dmn_batch batch;
    struct buf out;
    struct feel_env env = {.now = 0};
    double best = 1e18;
    buf_init(&out, 100 << 20);
    batch_init(&batch, b->model, &env);
    for (int k = 0; k < ROUNDS; k++) {
        double start = now();
        for (size_t i = 0; i < INPUTS; i++) {
            buf_clear(&out);
            batch_line(&batch, b->lines[i], &out);
        }
        double each = (now() - start) / INPUTS;
        if (each < best) best = each;
    }
    batch_release(&batch);
    buf_release(&out);
    return best;
}

static void time_all(void)
{
    static struct bench b;
    struct rule rules[RULES];
    uint32_t seed = 11;
    char out[100];
    size_t sum = 0;
    for (unsigned r = 0; r < RULES; r++) rules[r] = rule_at(&seed, r, RULES);
    fill(&b, RULES);
    double hand = 1e18, hand_json = 1e18;
    for (int k = 0; k < ROUNDS; k++) {
        double start = now();
        for (size_t i = 0; i < INPUTS; i++) sum += by_hand(rules, RULES, &b.inputs[i]);
        double middle = now();
        for (size_t i = 0; i < INPUTS; i++) sum += by_hand_json(rules, RULES, b.lines[i].p, out);
        double end = now();
        if (middle - start < hand) hand = middle - start;
        if (end - middle < hand_json) hand_json = end - middle;
    }
    if (!sum) fail("nothing was decided");
    printf("hand %.1f\nhand_json %.1f\n", hand / INPUTS, hand_json / INPUTS);
    printf("ready %.1f\n", time_ready(&b, ROUNDS, rules));
    printf("json %.1f\n", time_json(&b));
    empty(&b);
}

static void time_curve(unsigned most)
{
    static struct bench b;
    for (unsigned rules = 10; rules <= most; rules *= 10) {
        double start = now();
        fill(&b, rules);
        (void)start;
        printf("rules %u %.0f\n", rules, time_ready(&b, rules > 1000 ? 3 : 10, NULL));
        fflush(stdout);
        empty(&b);
    }
}

static void time_load(const char *what)
{
    struct buf text;
    struct arena a;
    str of_file;
    struct err err = {0};
    double best = 1e18;
    arena_init(&a, 0);
    buf_init(&text, 64 << 20);
    if (what[strspn(what, "0123456789")]) {
        if (file_read(&a, what, 64 << 20, &of_file, &err) < 0) fail(err.message);
        buf_str(&text, of_file);
    } else
        put_long_model(&text, (size_t)atol(what));
    for (int k = 0; k < LOADS; k++) {
        double start = now();
        struct dmn_model *m = load(&text);
        double each = now() - start;
        dmn_free(m);
        if (each < best) best = each;
    }
    printf("load %.2f ms for %zu bytes\n", best / 1e6, text.n);
    buf_release(&text);
    arena_release(&a);
}

/* ---- Files for the peers ---- */

static void write_file(const char *folder, const char *name, const struct buf *text)
{
    char path[1000];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (text->full || file_write(path, buf_get(text), &err) < 0) fail(path);
}

static void put_files(const char *folder)
{
    struct buf text;
    double span;
    uint32_t seed = 11;
    struct rule rules[RULES];
    static struct input inputs[INPUTS];
    buf_init(&text, 64 << 20);
    put_model(&text, RULES, &span);
    write_file(folder, "table.dmn", &text);
    buf_clear(&text);
    buf_text(&text, "[");
    for (unsigned r = 0; r < RULES; r++) {
        rules[r] = rule_at(&seed, r, RULES);
        buf_printf(&text, "%s\n{\"from\": %.0f, \"to\": %.0f, \"regions\": [", r ? "," : "", rules[r].from,
                   rules[r].to);
        for (unsigned i = 0, n = 0; i < 4; i++)
            if (rules[r].regions >> i & 1) buf_printf(&text, "%s\"%s\"", n++ ? ", " : "", regions[i]);
        buf_text(&text, "], \"classes\": [");
        for (unsigned i = 0, n = 0; i < 4; i++)
            if (rules[r].classes >> i & 1) buf_printf(&text, "%s\"%s\"", n++ ? ", " : "", classes[i]);
        buf_printf(&text, "], \"seats\": %.0f, \"trained\": %s, \"after\": ", rules[r].seats,
                   rules[r].trained == 1 ? "true" : "null");
        if (rules[r].after)
            buf_char(&text, '"'), day(&text, rules[r].after), buf_char(&text, '"');
        else
            buf_text(&text, "null");
        buf_printf(&text, ", \"zone\": \"zone %u\"}", r);
    }
    buf_text(&text, "]\n");
    write_file(folder, "rules.json", &text);
    struct buf expected;
    buf_init(&expected, 64 << 20);
    buf_clear(&text);
    seed = 3;
    for (size_t i = 0; i < INPUTS; i++) {
        inputs[i] = input_at(&seed, span);
        put_input(&text, &inputs[i]);
        buf_char(&text, '\n');
        buf_printf(&expected, "zone %u\n", by_hand(rules, RULES, &inputs[i]));
    }
    write_file(folder, "inputs.jsonl", &text);
    write_file(folder, "expected.txt", &expected);
    buf_release(&text), buf_release(&expected);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "time"))
        time_all();
    else if (!strcmp(what, "curve"))
        time_curve(argc > 2 ? (unsigned)atoi(argv[2]) : 100000);
    else if (!strcmp(what, "load"))
        time_load(argc > 2 ? argv[2] : "0");
    else if (!strcmp(what, "files") && argc > 2)
        put_files(argv[2]);
    else
        fail("time | curve [RULES] | load BYTES-OR-FILE | files FOLDER");
    return 0;
}
