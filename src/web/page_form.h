/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a fact, made from its type: what was typed, what it says, and what is wrong with it. */
#ifndef PAGE_FORM_H
#define PAGE_FORM_H

#include "page_fact.h"

struct form_field {
    const struct model_field *field;
    str name;         /* f10 */
    bool given;       /* the form had it */
    const str *typed; /* one, or one for each link */
    size_t typed_count;
    str canonical;
    VEC(uint64_t) links;
    str error;
    str reads;           /* how it was understood, where that is not what was typed */
    struct values alike; /* of a name: facts that are called so, or nearly so */
    str now;             /* what somebody else has proposed for it meanwhile */
};
struct form {
    struct request *r;
    const struct model_type *type;
    const struct fact *fact; /* NULL: a new one; the proposal where there is one */
    bool agreed;             /* both sides have signed it: what is signed changes by a proposal */
    int64_t proposal;        /* its version; 0: there is none yet */
    struct form_field *fields;
    size_t count;
    bool wrong;
    str message;
    int64_t version;
    bool inside; /* in a dialog of another form */
};

/* The fields that the one who asks may see and write. Who writes what is agreed goes on with the proposal. */
void form_init(struct form *form, struct request *r, const struct model_type *type, const struct fact *fact);
void form_fill_from_fact(struct form *form);
void form_fill_from_request(struct form *form);
/* What was typed becomes canonical, or an error beside the field. */
void form_read(struct form *form);
void form_read_field(struct form *form, struct form_field *f);
/* The same, and how it was understood, and who else is called so. */
void form_explain_field(struct form *form, struct form_field *f);
struct form_field *form_field_named(const struct form *form, str name);
/* Is what the form has for the field other than what the fact has? */
bool form_differs(const struct form *form, const struct form_field *f);
struct feel_value form_field_record(struct form *form, struct form_field *f);

static inline bool is_link_field(const struct model_field *f)
{
    return f->kind == FIELD_LINK || f->kind == FIELD_LINKS;
}

/* ---- page_edit.c ---- */
void form_show(struct form *form, int status);
/* ---- page_conflict.c: somebody changed or deleted the fact since the form was drawn ---- */
void show_conflict(struct form *form);
/* What was typed, and the way back; `message` says why that did not go. */
void show_deleted(struct form *form, uint64_t fact, str message);
/* Of a form that comes from there: what is to be theirs is no longer given; what was not decided is wrong. */
void form_take_choices(struct form *form);

#endif
