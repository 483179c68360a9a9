/* SPDX-License-Identifier: Apache-2.0 */
/* Asking in plain text, as a mail or a chat has it, and answering so. */
#include "base_time.h"
#include "ruling_inside.h"

enum { LINE_LIMIT = 1 << 16 };

/* ---- What was said ---- */

static bool same_name(str a, str b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++) {
        char x = a.p[i], y = b.p[i];
        if (x >= 'A' && x <= 'Z') x = (char)(x + 32);
        if (y >= 'A' && y <= 'Z') y = (char)(y + 32);
        if (x == '_' || x == '-') x = ' ';
        if (y == '_' || y == '-') y = ' ';
        if (x != y) return false;
    }
    return true;
}

static str plain(struct arena *a, struct feel_value v)
{
    struct buf text;
    buf_init(&text, LINE_LIMIT);
    if (v.kind == FEEL_BOOLEAN)
        buf_text(&text, feel_is_true(v) ? "yes" : "no");
    else
        feel_emit_plain(&text, v);
    str s = buf_copy(&text, a);
    buf_release(&text);
    return s;
}

/* What it takes as its value; else the text, of which the rulebook says that it does not take it. */
static struct feel_value value_of(struct arena *a, const struct rulebook_question *q, str text)
{
    struct feel_value v;
    int64_t day;
    bool yes = str_eq_nocase(text, STR("true")), no = str_eq_nocase(text, STR("false"));
    for (size_t i = 0; i < q->value_count; i++) {
        bool same = q->values[i].kind == FEEL_BOOLEAN && (yes || no) ? feel_is_true(q->values[i]) == yes : false;
        if (same || same_name(plain(a, q->values[i]), text)) return q->values[i];
    }
    if (q->kind == QUESTION_NUMBER && feel_number(text, &v)) return v;
    if (q->kind == QUESTION_DATE && civil_parse(text, &day)) return feel_date(day);
    return feel_string(text);
}

void answers_from_words(const struct rulebook *b, struct feel_env *env, const struct answer_words *words, size_t count,
                        struct answers *out)
{
    struct feel_entry *entries = arena_array(env->arena, b->question_count, sizeof *entries);
    size_t said = 0;
    for (size_t i = 0; i < b->question_count; i++) {
        const struct rulebook_question *q = &b->questions[i];
        str label = str_ends(q->label, STR("?")) ? str_slice(q->label, 0, q->label.n - 1) : q->label, text = STR_NONE;
        for (size_t k = 0; k < count; k++)
            if (same_name(words[k].name, q->name) || same_name(words[k].name, label)) text = words[k].text;
        if (text.n) entries[said++] = (struct feel_entry){q->name, value_of(env->arena, q, text)};
    }
    answers_from_context(b, env, feel_context(entries, (uint32_t)said), out);
}

void words_parse(struct arena *a, str text, struct answer_words **out, size_t *count)
{
    VEC(struct answer_words) words = {0};
    str line, piece;
    while (text.n && str_cut(&text, '\n', &line)) {
        if (str_starts(str_trim(line), STR(">"))) continue; /* quoted from an earlier mail */
        while (line.n && str_cut(&line, ';', &piece)) {
            size_t colon = str_find_char(piece, ':');
            if (colon == STR_NOT_FOUND) continue;
            str said = str_trim(str_from(piece, colon + 1));
            if (said.n > 1 && said.p[0] == '"' && said.p[said.n - 1] == '"') said = str_slice(said, 1, said.n - 1);
            if (said.n) *vec_add(a, &words) = (struct answer_words){str_trim(str_slice(piece, 0, colon)), said};
        }
    }
    *out = words.items, *count = words.count;
}

/* ---- What is answered ---- */

static void put_line(struct buf *out, const char *head, str text)
{
    buf_text(out, head), buf_str(out, text), buf_char(out, '\n');
}

static void put_value(struct buf *out, struct arena *a, const char *head, struct feel_value v)
{
    if (v.kind == FEEL_NULL) return;
    if (v.kind != FEEL_LIST) {
        put_line(out, head, plain(a, v));
        return;
    }
    for (uint32_t i = 0; i < v.count; i++) put_line(out, i ? "" : head, plain(a, v.items[i]));
}

/* "IT: answers in writing, within 3 days" */
static void put_steps(struct buf *out, struct arena *a, struct feel_value steps)
{
    for (uint32_t i = 0; steps.kind == FEEL_LIST && i < steps.count; i++) {
        struct feel_value s = steps.items[i];
        const struct feel_value *who = s.kind == FEEL_CONTEXT ? feel_entry_get(s, STR("who")) : NULL;
        const struct feel_value *does = who ? feel_entry_get(s, STR("does")) : NULL,
                                *days = who ? feel_entry_get(s, STR("within days")) : NULL;
        int64_t n;
        buf_text(out, "- ");
        if (!who || !does) {
            put_line(out, "", plain(a, s));
            continue;
        }
        buf_str(out, plain(a, *who)), buf_text(out, ": "), buf_str(out, plain(a, *does));
        if (days && feel_to_int(*days, &n)) buf_printf(out, ", within %lld day%s", (long long)n, n == 1 ? "" : "s");
        buf_char(out, '\n');
    }
}

static void put_open(struct buf *out, struct arena *a, const struct ruling *r)
{
    for (size_t i = 0; i < r->problem_count; i++) put_line(out, "- ", r->problems[i]);
    if (r->open_count) buf_text(out, "Still to be said, one line each, as \"name: answer\":\n");
    for (size_t i = 0; i < r->open_count; i++) {
        const struct rulebook_question *q = r->open[i];
        buf_printf(out, "- " STR_FORMAT ": " STR_FORMAT, STR_ARGS(q->name), STR_ARGS(q->label));
        for (size_t k = 0; k < q->value_count; k++)
            buf_printf(out, "%s" STR_FORMAT, k ? ", " : " (", STR_ARGS(plain(a, q->values[k])));
        buf_text(out, q->value_count ? ")\n" : "\n");
    }
}

void ruling_emit_text(struct buf *out, struct arena *a, const struct ruling *r, str due)
{
    if (r->state == RULED_OPEN || r->state == RULED_AGAINST) {
        buf_text(out, "Nothing is ruled yet.\n");
        put_open(out, a, r);
        return;
    }
    put_line(out, "Zone: ", plain(a, r->zone));
    if (r->state == RULED_GAP) buf_text(out, "No rule covers this: people of both sides decide it together.\n");
    put_value(out, a, "Extent: ", r->parts[RULING_EXTENT]);
    if (due.n) put_line(out, "Answer due on: ", due);
    put_steps(out, a, r->parts[RULING_STEPS]);
    put_value(out, a, "Conditions: ", r->parts[RULING_CONDITIONS]);
    for (size_t i = 0; i < r->rule_count; i++)
        if (r->rules[i].leads && r->rules[i].why.n) put_line(out, "Why: ", r->rules[i].why);
}
