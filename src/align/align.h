/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and findings: where marketing and IT have drifted apart, by rules that are data (model/checks). */
#ifndef ALIGN_H
#define ALIGN_H

#include "graph.h"

enum practice {
    PRACTICE_VISION,
    PRACTICE_CAPABILITY_MAP,
    PRACTICE_PRODUCTS,
    PRACTICE_DEMOCRATIZED_DELIVERY,
    PRACTICE_GOVERNANCE,
    PRACTICE_LANGUAGE,
    PRACTICE_RELATIONSHIP,
    PRACTICE_COUNT
};
str practice_key(enum practice p);  /* capability-map */
str practice_name(enum practice p); /* Capability map */

enum severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH };
str severity_key(enum severity s);
bool severity_parse(str word, enum severity *out);

struct check_text { /* one file */
    str file, text;
};
struct checks; /* compiled against one graph's model; immutable; shared by threads */
/* Keys of a file: id, practice, for each, threshold, let, when, severity, says, money, people, facts, next, why. A name
 * of `let` is computed when it is first asked for. Errors carry file, line, key and the caret, at the place in the
 * file. Two checks of one id are an error. */
int checks_compile(struct arena *a, const struct graph *g, const struct check_text *files, size_t count,
                   const struct checks **out, struct err *err) MUST_USE;

struct check_info {
    str id, file, why;
    enum practice practice;
    const struct model_type *subject; /* NULL: the workspace as a whole */
    enum user_role found_by;          /* the lowest role that sees all that its condition reads */
};
const struct check_info *checks_list(const struct checks *c, size_t *count);

struct finding {
    uint64_t id; /* of check and subject's type and key: the same in every run and every process */
    const struct check_info *check;
    enum severity severity;
    str says, next;
    uint64_t subject;      /* 0: the workspace */
    const uint64_t *facts; /* the evidence, the subject first */
    size_t fact_count;
    bool has_money, has_people;
    str money; /* digits, in the workspace's currency */
    int64_t people;
    /* Filled by findings_with_state: */
    int32_t since;
    bool accepted;
    str owner;
    uint64_t by; /* of an agenda: the person who brought it; 0: not known */
};
struct findings {
    struct finding *items; /* worst first: severity, then money, then people, then the check's and subject's order */
    size_t count;
    const size_t *concerned; /* by check, as in checks_list: how many subjects it concerns */
    size_t withheld;         /* checks of which this viewer sees nothing: see findings_for */
};
/* Findings live in the arena of `env`. A check that runs into a limit is an error that names it. */
int checks_run(const struct checks *c, struct feel_env *env, struct findings *out, struct err *err) MUST_USE;
/* What the viewer of `env` may see of all that was found over the same picture by the system, with their state. A check
 * of which the condition reads what the viewer may not see is withheld, as if it concerned nothing: neither its
 * findings nor their absence tell. Where only the texts and figures of a check read such a thing, they are made anew.
 */
int findings_for(const struct checks *c, struct feel_env *env, const struct findings *all, struct findings *out,
                 struct err *err) MUST_USE;
/* How a finding came about: the names of its check and what they are for its subject, in the check's order. Values live
 * in the arena of `env`, which looks at the picture of the finding or a later one. */
struct explained {
    str name;
    str feel; /* STR_NONE: a threshold, a number as it stands */
    struct feel_value value;
};
int checks_explain(const struct checks *c, struct feel_env *env, const struct finding *f, const struct explained **out,
                   size_t *count, struct err *err) MUST_USE;
/* Joins what the store remembers (since when, accepted, who has it); *changes is for store_keep_findings. */
int findings_with_state(struct store *s, struct arena *a, struct findings *f, int32_t today,
                        struct finding_changes *changes, struct err *err) MUST_USE;
/* The form of `check --json`, see docs/checks.md. */
void findings_emit_json(struct json_writer *w, struct feel_env *env, const struct finding *findings, size_t count);
str finding_key(struct arena *a, const struct finding *f); /* the id as 16 hexadecimal digits */

/* ---- Agendas: what is due, for a forum to decide, sign or know (model/agenda) ----
 *
 * A row is a file, in the form of a check. Keys: id, for each (a type; "two-key fact": each of those), or from
 * (findings: at its severity or above; conflicts: one item), forums (kinds), asks, threshold, let, when, severity,
 * says, brought by, most (rows at most, the worst first). */
enum agenda_asks { ASKS_DECIDE, ASKS_SIGN, ASKS_KNOW };
str agenda_asks_key(enum agenda_asks a);  /* decide */
enum agenda_asks agenda_asks_of(str key); /* ASKS_DECIDE for what is no key */
int agenda_compile(struct arena *a, const struct graph *g, const struct check_text *files, size_t count,
                   const struct checks **out, struct err *err) MUST_USE;
struct agenda_found {
    const struct finding *findings; /* all that was found; those that are accepted are left out */
    size_t finding_count;
    size_t conflicts; /* values on which sources disagree */
};
struct agenda_entry {
    struct finding f; /* of an entry from findings: as it was found, but for `asks` */
    enum agenda_asks asks;
    str row; /* the id of the row */
};
bool agenda_asks_conflicts(const struct checks *agenda, str kind); /* does a row for this kind of forum count them? */
/* What is due for a forum of this kind: to be decided, then signed, then known; the worst first. Entries live in the
 * arena of `env`, and are made as its viewer sees the facts. */
int agenda_make(const struct checks *agenda, struct feel_env *env, const struct agenda_found *found, str kind,
                const struct agenda_entry **out, size_t *count, struct err *err) MUST_USE;

/* Score by practice, 0 to 100: the mean over its checks of the share of concerned subjects without a finding; a finding
 * takes its subject's share away by severity: high all of it, medium two thirds, low one third. A check that concerns
 * nothing does not count. */
struct practice_score {
    bool known; /* some check of the practice concerns something */
    int score;
    size_t concerned, findings;
};
void practice_scores(const struct checks *c, const struct findings *f, struct practice_score out[PRACTICE_COUNT]);

#endif
