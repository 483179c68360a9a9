/* SPDX-License-Identifier: Apache-2.0 */
/* Rulebooks: decision models that say what a request needs from the other side.
 *
 * A rulebook is a DMN model with a few conventions (docs/rulebooks.md): its input data are the questions, its decision
 * `zone` is the answer, the annotations of its rules are the reasons. It knows no facts. It is immutable; many threads
 * rule at once, each with an env of its own. */
#ifndef RULING_H
#define RULING_H

#include "dmn.h"

struct rulebook;
enum question_kind { QUESTION_CHOICE, QUESTION_NUMBER, QUESTION_DATE, QUESTION_TEXT, QUESTION_OTHER };
struct rulebook_question {
    str name;                        /* of the input data */
    str label, help;                 /* as people read it; help may be empty */
    str from;                        /* a FEEL expression over chosen facts that answers it; may be empty */
    str unit;                        /* of a number: "months", or "money"; may be empty */
    enum question_kind kind;         /* CHOICE: one of `values`, yes and no too */
    const struct feel_value *values; /* in the rulebook's order */
    size_t value_count;
};
/* `name` and `version` are those under which rulings quote it; where they are empty, the model's own. Fails where the
 * text is no model, where one of its decisions can't be compiled, or where nothing decides the zone: such a rulebook is
 * never in force. */
int rulebook_load(str name, str version, str text, struct rulebook **out, struct err *err) MUST_USE;
void rulebook_free(struct rulebook *b);
str rulebook_name(const struct rulebook *b);
str rulebook_version(const struct rulebook *b); /* may be empty */
str rulebook_outcome(const struct rulebook *b); /* the name of what it decides: `zone` */
/* The outcomes, lightest first; none where the type lists none. */
const struct feel_value *rulebook_outcomes(const struct rulebook *b, size_t *count);
const struct rulebook_question *rulebook_questions(const struct rulebook *b, size_t *count);
const struct dmn_model *rulebook_model(const struct rulebook *b);

/* ---- Answers ---- */

/* Answers to questions, in the order of the questions; null where none is given. */
struct answers {
    struct feel_value *values; /* as many as there are questions */
    const str *problems;       /* unknown names, values that the question does not take: each a sentence */
    size_t problem_count;
};
void answers_from_json(const struct rulebook *b, struct feel_env *env, const struct json *object, struct answers *out);
void answers_from_context(const struct rulebook *b, struct feel_env *env, struct feel_value context,
                          struct answers *out);
/* A JSON object of those that are given, in the order of the questions: what is kept of a ruling. */
void answers_emit_json(const struct rulebook *b, const struct answers *a, struct json_writer *w);

/* As people write them, in a mail or a chat: "name: answer", a line or a part between semicolons each; what has no
 * colon, and what is quoted by ">", is passed over. Everything borrows the text. */
struct answer_words {
    str name, text;
};
void words_parse(struct arena *a, str text, struct answer_words **out, size_t *count);
/* By a question's name or label, whatever the case, with blank, - and _ alike; of several the last. What no question is
 * called is passed over. */
void answers_from_words(const struct rulebook *b, struct feel_env *env, const struct answer_words *words, size_t count,
                        struct answers *out);

/* ---- Ruling ---- */

enum ruling_part {
    RULING_EXTENT,
    RULING_SCOPE,
    RULING_TIMING,
    RULING_CONDITIONS,
    RULING_TRAINING,
    RULING_BUDGET,
    RULING_APPROVER,
    RULING_STEPS,
    RULING_PARTS
};
const char *ruling_part_key(enum ruling_part p); /* "extent", as in JSON */
bool ruling_part_is_list(enum ruling_part p);
/* What a rulebook's type lists for a part, in that order; none where it decides no such part, or lists nothing. */
const struct feel_value *rulebook_part_values(const struct rulebook *b, enum ruling_part part, struct arena *a,
                                              size_t *count);

struct ruling_rule { /* one that matched */
    str decision, id, why;
    uint32_t rule;      /* from 1 */
    bool leads;         /* the zone or the extent rests on it */
    str json, why_json; /* as ruling_emit_json writes it and its reason, where that is made already; else empty */
};
struct ruling_change {
    const struct rulebook_question *question;
    struct feel_value value;
};
struct ruling_lighter {
    struct feel_value zone;
    struct ruling_change changes[2]; /* what would have to differ */
    size_t count;
};
enum ruling_state {
    RULED,        /* by its rules */
    RULED_OPEN,   /* questions are open that it still depends on */
    RULED_GAP,    /* no rule covers it: people of both sides decide */
    RULED_AGAINST /* the answers contradict each other, or are none */
};
struct ruling {
    enum ruling_state state;
    const struct rulebook *book;
    struct feel_value zone; /* null while it is open; of a gap the lightest in which people are asked */
    struct feel_value parts[RULING_PARTS];
    str parts_json[RULING_PARTS];    /* the same as JSON, where that is made already; else empty */
    const struct ruling_rule *rules; /* the leading ones first */
    size_t rule_count;
    const struct ruling_lighter *lighter; /* one change first, then two; the lightest first */
    size_t lighter_count;
    const struct rulebook_question **open; /* that the zone depends on first */
    size_t open_count;
    const str *problems; /* of the answers: contradictions, unknown names, and why something is null */
    size_t problem_count;
};
enum { RULING_EXPLAIN = 1, RULING_LIGHTER = 2, RULING_ALL = 3 };
/* Fails only with ERR_LIMIT. What it gives lives in env->arena, or with the book. */
int rulebook_rule(const struct rulebook *b, struct feel_env *env, const struct answers *a, unsigned wants,
                  struct ruling *out, struct err *err) MUST_USE;
/* What follows where people have set the zone, one of the outcomes, whatever its rules say: the parts, and the rules
 * that gave them; nothing is lighter. A part that rests on what is not answered is null, with the reason. */
int rulebook_follow(const struct rulebook *b, struct feel_env *env, const struct answers *a, struct feel_value zone,
                    struct ruling *out, struct err *err) MUST_USE;
/* What decisions gave for answers like these: of very many rulings by one book most is looked up. One thread's; it may
 * not outlive the book. */
struct ruling_memo;
struct ruling_memo *ruling_memo_new(const struct rulebook *b);
void ruling_memo_free(struct ruling_memo *m);
/* The same in brief, for very many: no reasons, no parts. */
struct ruling_brief {
    enum ruling_state state;
    struct feel_value zone; /* as of a ruling */
    double days;            /* in which an answer is due, `answer within days` of the timing: 0 none is; NaN unknown */
    const struct rulebook_question *const *open;
    size_t open_count;
};
int rulebook_brief(const struct rulebook *b, struct ruling_memo *memo, struct feel_env *env, const struct answers *a,
                   struct ruling_brief *out, struct err *err) MUST_USE;

/* As other programs read it; `number`: under which it is kept, 0 where it is not. The form is fixed. */
void ruling_emit_json(const struct ruling *r, uint64_t number, struct json_writer *w);
/* The same within an object of the caller, who adds more behind it. */
void ruling_emit_members(const struct ruling *r, uint64_t number, struct json_writer *w);
/* As people read it in a mail or a chat: what it says, or what is still to be said. `due`: the day of the answer; may
 * be empty. */
void ruling_emit_text(struct buf *out, struct arena *a, const struct ruling *r, str due);
/* "data class: pseudonymous in place of personal" */
void ruling_emit_change(struct buf *out, const struct ruling_change *c);

#endif
