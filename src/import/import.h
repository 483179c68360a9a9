/* SPDX-License-Identifier: Apache-2.0 */
/* CSV in and out of facts.
 *
 * A file becomes a plan: which column is which field, which fact each row is, what would change. A plan has either
 * errors (all of them, each with its place) or a change set; nothing is written before import_commit.
 *
 * Rows find their fact by the column `id` (written so, as an export writes it), by the natural key, then by an alias;
 * what is not found is made. An empty cell says nothing: what a later file lacks is not deleted. Several links in one
 * cell stand apart by semicolons or line breaks; a name that contains one stands in quotes. */
#ifndef IMPORT_H
#define IMPORT_H

#include "graph.h"

struct import_choice { /* what a person said about a column */
    str header;        /* compared by letters and digits */
    str field;         /* a field's name or key; "-": leave it out; "id": the workspace's own numbers */
};
struct import_options {
    str actor;  /* for the journal */
    str source; /* name of the source; STR_NONE: the file's base name without its ending */
    const struct import_choice *choices;
    size_t choice_count;
    bool ignore_unknown; /* columns that fit no field are left out */
    bool create_links;   /* a link to nothing makes its target */
    bool detail;         /* also list the values of created facts */
    char separator;      /* 0: guessed */
    void (*progress)(void *self, uint64_t done, uint64_t total, const char *unit); /* "bytes", "rows"; may be NULL */
    void *self;
};

enum import_use {
    IMPORT_UNKNOWN,  /* fits nothing: an error unless unknown columns are ignored */
    IMPORT_FIELD,    /* is read into `field` */
    IMPORT_ID,       /* the workspace's own numbers */
    IMPORT_LEFT_OUT, /* by choice */
    IMPORT_COMPUTED, /* a derived or observed field: never read */
};
struct import_column {
    str header; /* as in the file; "column 7" where it is empty */
    enum import_use use;
    const struct model_field *field; /* FIELD, COMPUTED */
    bool chosen;                     /* by a person, not by its name */
    str example;                     /* the first value in it */
};
struct import_change { /* one field of one fact */
    const struct model_field *field;
    str before, after; /* canonical; links: names with "; " between */
    bool wins;         /* otherwise it is recorded beside what stands, and `winner` keeps the field */
    str winner;        /* the source, or "typed by NAME" */
};
enum import_effect {
    IMPORT_CREATES,
    IMPORT_CHANGES,
    IMPORT_KEEPS, /* nothing that shows changes; claims are recorded all the same */
};
struct import_fact {
    enum import_effect effect;
    uint64_t id; /* 0 when it does not exist yet */
    str name;
    uint32_t line;
    const struct import_change *changes; /* of created facts only with `detail` */
    size_t change_count;
};
struct import_made { /* the target of a link that was not there */
    const struct model_type *type;
    str name;
    uint32_t line;
};
#define IMPORT_ERRORS_KEPT 100
struct import_plan {
    const struct model_type *type;
    const char *path;
    str source;
    enum encoding encoding;
    char separator;
    uint32_t header_line;
    const struct import_column *columns;
    size_t column_count;
    size_t row_count;                  /* below the header, empty ones not counted */
    const struct import_fact *facts;   /* in the file's order */
    size_t fact_count, repeated;       /* repeated: rows that say again what another row says */
    size_t created, changed, recorded; /* recorded: values that stand beside a winner */
    const struct import_made *made;
    size_t made_count;
    const struct err *errors; /* the first IMPORT_ERRORS_KEPT */
    size_t error_count;       /* all */
    struct change_set *set;
};
/* Fails (-1) where no plan can be made at all: the file can't be read, no header is found. Everything else that is
 * wrong with the file is in plan->errors. The plan lives in the arena and borrows picture and path. */
int import_read(struct arena *a, struct store *s, struct picture *p, const struct model_type *type, const char *path,
                const struct import_options *options, struct import_plan **out, struct err *err) MUST_USE;
/* Only a plan without errors. */
int import_commit(const struct import_plan *plan, struct store *s, int64_t now, struct commit_result *result,
                  struct err *err) MUST_USE;

/* Do two canonical texts say the same? "148500 EUR" and "148500.00 EUR" do. */
bool import_same_value(const struct model_field *field, str a, str b);

/* All facts of a type as CSV (UTF-8, comma): `id` first, then every stored field by its key; links by name; what a
 * spreadsheet would run as a formula is defused (import takes that back). Hands on pieces of some 64 KiB. */
int export_csv(struct picture *p, const struct model_type *type, int (*write)(void *self, str piece, struct err *err),
               void *self, struct err *err) MUST_USE;

#endif
