/* SPDX-License-Identifier: Apache-2.0 */
/* The metamodel: fact types, their fields and links, read from model/entente.yaml. Immutable; lives in the arena it was
 * parsed into. */
#ifndef STORE_MODEL_H
#define STORE_MODEL_H

#include "base_arena.h"
#include "base_err.h"

enum field_kind {
    FIELD_TEXT,
    FIELD_LONG_TEXT, /* Markdown */
    FIELD_WHOLE_NUMBER,
    FIELD_DECIMAL,
    FIELD_MONEY,   /* canonical "1234.50 EUR" */
    FIELD_PERCENT, /* canonical fraction: "0.42" is 42 % */
    FIELD_DATE,    /* canonical 2026-11-22 */
    FIELD_PERIOD,  /* 2026, 2026-Q3, 2026-07 */
    FIELD_YES_NO,
    FIELD_ONE_OF,
    FIELD_LINK,  /* at most one fact of type `to` */
    FIELD_LINKS, /* any number */
    FIELD_DERIVED,
    FIELD_OBSERVED, /* from the evidence, for applications */
};
enum observed_what {
    OBSERVED_PEOPLE,
    OBSERVED_REQUESTS,
    OBSERVED_BYTES,
    OBSERVED_FIRST_SEEN,
    OBSERVED_LAST_SEEN,
    OBSERVED_PAID
};

enum user_role { ROLE_VIEWER, ROLE_CONTRIBUTOR, ROLE_SIGNATORY, ROLE_STEWARD }; /* each may do what those before may */

struct model_type;
struct model_field {
    uint32_t id;     /* permanent, unique in its type */
    uint32_t number; /* place in the type's `fields` */
    str name;        /* annual cost */
    str key;         /* annual_cost */
    enum field_kind kind;
    bool required;
    bool is_signed;         /* a part of what both sides sign; only in a two-key type, never DERIVED or OBSERVED */
    bool is_part;           /* LINK: the fact is a part of the one it links to, and is signed with it */
    enum user_role seen_by; /* the lowest role that may see it */
    const struct model_side *written_by; /* whose people alone write it, in their own words; NULL: all sides */
    const str *values;                   /* ONE_OF */
    size_t value_count;
    bool is_formula;             /* TEXT, LONG_TEXT: FEEL over the workspace, which gives a number */
    str initial;                 /* default for a new fact; STR_NONE when none */
    const struct model_type *to; /* LINK, LINKS */
    bool no_circles;             /* LINK, LINKS to its own type: no fact leads back to itself by it */
    int levels;      /* LINK, no circles: facts stand in a tree of so many levels at most; 0: as they like */
    bool is_bounded; /* WHOLE_NUMBER: from `least` to `most` */
    int64_t least, most;
    str inverse;           /* the name on the other side; STR_NONE when none */
    enum field_kind gives; /* DERIVED, OBSERVED */
    str feel;              /* DERIVED */
    uint32_t feel_line;    /* where it stands, for messages */
    str file;              /* the one that declares the field */
    enum observed_what observed;
    int days; /* OBSERVED: window; 0 is all time */
    const str *columns;
    size_t column_count;
    str help, example;
};
struct model_inverse { /* the other end of a link field */
    str name;
    const struct model_type *from;
    const struct model_field *field;
};
struct model_type {
    uint32_t id, number;
    str name, plural;    /* journey stage, journey stages */
    str key, plural_key; /* journey-stage, journey-stages: command line, addresses */
    str group, help;
    bool two_key; /* a fact of it holds when marketing and IT have signed it, or what it is a part of */
    const struct model_field *part_of; /* the link to what its facts are parts of; NULL: they stand for themselves */
    bool has_parts;                    /* some type is part of it */
    enum user_role files_seen_by; /* the lowest role that may see its facts' files: that of the field for the fewest,
                                     unless a file says otherwise */
    const struct model_field *fields;
    size_t field_count;
    const struct model_inverse *inverses;
    size_t inverse_count;
    const struct model_field *const *key_fields; /* the natural key */
    size_t key_field_count;
    const struct model_field *name_field;  /* the first key field that is text: stands for the fact */
    const struct model_field *alias_field; /* NULL when none */
};
struct model_side {
    str key, name;
};
struct model {
    const struct model_type *types;
    size_t type_count;
    const struct model_side *sides;
    size_t side_count;
    const struct model_side *keys[2]; /* those that sign; set where a type is two-key */
    uint32_t edition;                 /* of the built-in metamodel; grows with its releases, 0 where it has none */
};

struct model_text {
    str yaml, file; /* yaml: STR_NONE when there is none */
};
/* ERR_INPUT with file, line and key. */
int model_parse_with(struct arena *a, struct model_text built_in, struct model_text own, const struct model **out,
                     struct err *err) MUST_USE;
/* The same without a workspace's own file. */
int model_parse(struct arena *a, str yaml, str file, const struct model **out, struct err *err) MUST_USE;
/* By name, plural, key or plural key, whatever the case; NULL when there is none. */
const struct model_type *model_type(const struct model *m, str word);
const struct model_type *model_type_by_id(const struct model *m, uint32_t id);
const struct model_field *model_field(const struct model_type *type, str name_or_key);
const struct model_field *model_field_by_id(const struct model_type *type, uint32_t id);
const struct model_side *model_side(const struct model *m, str key); /* NULL when there is none */
/* The nearest type or field names, for "did you mean". */
str model_nearest_type(const struct model *m, str word);
str model_nearest_field(const struct model_type *type, str word);

struct model_input {   /* how a value that people type is read */
    str currency;      /* of an amount without one */
    char decimal_mark; /* '.' or ',' when the column showed it; 0: told from the value itself */
};
/* What a person typed into the canonical text of a scalar field: "€ 1.234,50" → "1234.50 EUR", "42 %" → "0.42", "Yes" →
 * "yes", "22.11.2026" → "2026-11-22", "22 Nov 2026". An ambiguous day/month (03/04/2026) is an error that says how to
 * write it. Empty gives STR_NONE. The error says what was expected: `"n/a" is not a whole number`. Link kinds are not
 * read here. */
int model_read_value(struct arena *a, const struct model_field *field, const struct model_input *how, str typed,
                     str *canonical, struct err *err) MUST_USE;
/* Is this the canonical text of the field's kind (scalar kinds only)? ERR_INPUT says what was expected. */
int model_check_value(const struct model_field *field, str canonical, struct err *err) MUST_USE;
/* What a fact would be that leads back to itself by the field: "above itself". */
static inline const char *model_circle_words(const struct model_field *f)
{
    return f->levels ? "above itself" : "led back to itself";
}
const char *field_kind_name(enum field_kind kind); /* "whole number" */
const char *user_role_name(enum user_role role);   /* "contributor" */

#endif
