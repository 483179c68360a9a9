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

#include "store_import.h"

struct import_choice { /* what a person said about a column */
    str header;        /* compared by letters and digits */
    str field;         /* a field's name or key; "-": leave it out; "id": the workspace's own numbers */
};
enum import_guesses {                        /* columns of which only the content says what they may be */
                      IMPORT_REFUSE_GUESSES, /* an error that names the guess */
                      IMPORT_TAKE_GUESSES,
};
struct import_options {
    str actor;        /* for the journal */
    const char *from; /* what several files are together, for the journal: the folder or workbook */
    str source;       /* name of the source; STR_NONE: the file's base name without its ending */
    const struct import_choice *choices;
    size_t choice_count;
    enum import_guesses guesses;
    bool no_memory;                    /* what was said of such a file before does not count */
    const struct graph_viewer *viewer; /* who imports; NULL: sees and changes all */
    bool ignore_unknown;               /* columns that fit no field are left out */
    bool create_links;                 /* a link to nothing makes its target */
    const char *how_to_create; /* how one asks for that here, for messages; NULL: "make it with --create-links" */
    bool detail;               /* also list the values of created facts */
    bool typed;                /* as if the actor had typed each value: it wins over all sources */
    bool skip_bad;             /* rows with errors are left out, and listed in the plan's `bad` */
    char separator;            /* 0: guessed */
    str sheet;                 /* of a workbook: its name, or its number from 1; STR_NONE: the one that fits best */
    void (*progress)(void *self, uint64_t done, uint64_t total, const char *unit); /* "bytes", "rows"; may be NULL */
    void *self;
};
struct import_file {
    const struct model_type *type;
    const char *path; /* "-": standard input */
    str bytes;        /* its content, where .p is set; then `path` is only its name */
    str sheet;        /* before options->sheet */
};

enum import_form { IMPORT_CSV, IMPORT_XLSX, IMPORT_JSON_LINES };
enum import_use {
    IMPORT_UNKNOWN,  /* fits nothing: an error unless unknown columns are ignored */
    IMPORT_FIELD,    /* is read into `field` */
    IMPORT_ID,       /* the workspace's own numbers */
    IMPORT_LEFT_OUT, /* by choice */
    IMPORT_COMPUTED, /* a derived or observed field: never read */
    IMPORT_REASON,   /* why an earlier import left the row out: never read */
};
struct import_column {
    str header; /* as in the file; "column 7" where it is empty */
    enum import_use use;
    const struct model_field *field; /* FIELD, COMPUTED */
    bool chosen;                     /* by a person, not by its name */
    bool remembered;                 /* it was chosen when such a file was imported before */
    str guess;                       /* by its content alone, and why: "3 of 3 are vendors here"; else STR_NONE */
    str hint;                        /* what else it could be, where two fields would do; else STR_NONE */
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
    uint32_t line;                       /* of a workbook: the row */
    const struct import_change *changes; /* of created facts only with `detail` */
    size_t change_count;
};
struct import_made { /* the target of a link that was not there */
    const struct model_type *type;
    str name;
    uint32_t line;
};
struct import_row;
struct import_bad { /* a row that was left out */
    const struct import_row *row;
    uint32_t line;
    str reasons; /* "annual cost: \"n/a\" is not an amount of money"; several with "; " between */
};
#define IMPORT_ERRORS_KEPT 100
struct import_plan {
    const struct model_type *type;
    const char *path;
    str place; /* what stands before a line's number: the path, and a workbook's sheet */
    str source, actor;
    enum import_form form;
    enum encoding encoding;  /* CSV */
    char separator;          /* CSV */
    str sheet;               /* XLSX */
    const str *other_sheets; /* XLSX: those that were not read */
    size_t other_sheet_count;
    uint32_t header_line; /* JSON lines: 0 */
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
    const struct import_row *header;
    const struct import_bad *bad;
    size_t bad_count;
    const struct stored_column *said; /* of its columns, to be remembered */
    size_t said_count;
    size_t agreed; /* facts that change and are agreed by both sides: what is signed becomes a proposal */
    struct change_set *set;
};
/* Fails (-1) where no plan can be made at all: the file can't be read, no header is found. Everything else that is
 * wrong with the file is in plan->errors. The plan lives in the arena and borrows picture and path. */
int import_read(struct arena *a, struct store *s, struct picture *p, const struct import_file *file,
                const struct import_options *options, struct import_plan **out, struct err *err) MUST_USE;
/* The same of several files at once, whose rows may link to each other's in any order: one plan each, and all of them
 * have the same change set. */
int import_read_all(struct arena *a, struct store *s, struct picture *p, const struct import_file *files, size_t count,
                    const struct import_options *options, struct import_plan **plans, struct err *err) MUST_USE;
/* Those that were read together, without errors. What was said of their columns is remembered. */
int import_commit(struct import_plan *const *plans, size_t count, struct store *s, int64_t now,
                  struct commit_result *result, struct err *err) MUST_USE;
/* The second half of it, where the commit is made elsewhere. */
int import_remember(const struct import_plan *plan, struct store *s, int64_t now, struct err *err) MUST_USE;
/* The rows that were left out as a file that can be mended and imported: the header, their cells as they were, and a
 * column (or key) that says why, which import knows and leaves out. CSV, or lines of JSON where the file had them. */
int import_bad_rows(struct arena *a, const struct import_plan *plan, str *text, struct err *err) MUST_USE;
/* The sheets of a workbook that are not hidden, in its order, and the file's content, for import_file. */
int import_sheets(struct arena *a, const char *path, str *bytes, const str **names, size_t *count,
                  struct err *err) MUST_USE;
/* Is it a workbook, by its first bytes? */
bool import_is_workbook(str bytes);

/* Do two canonical texts say the same? "148500 EUR" and "148500.00 EUR" do. */
bool import_same_value(const struct model_field *field, str a, str b);
/* Where an imported value stood, without the folders: `stack.csv:7`, `stack.xlsx: sheet "Apps", row 7`. */
str import_place(struct arena *a, const struct origin *from);

/* ---- Conflicts
 * ------------------------------------------------------------------------------------------------------- */

/* Does this claim say something else than the one that wins? Links that nobody typed are the union of their claims. */
bool import_disagrees(const struct stored_claim *claim, const struct stored_claim *winner);
struct import_conflict {
    uint64_t fact;
    const struct model_field *field;          /* of the picture's model */
    const struct stored_claim *const *claims; /* the winner first; then those that disagree with it */
    size_t claim_count;
};
/* What sources say differently of these facts, as far as the viewer sees the fields, in the order of the ids and
 * fields; not where a person decided after both were there. */
int import_conflicts(struct arena *a, struct store *s, struct picture *p, const struct graph_viewer *viewer,
                     const struct model_type *type, const uint64_t *ids, size_t id_count,
                     const struct import_conflict **out, size_t *count, struct err *err) MUST_USE;
/* How many there are among all facts. */
int import_count_conflicts(struct arena *a, struct store *s, struct picture *p, const struct graph_viewer *viewer,
                           size_t *count, struct err *err) MUST_USE;

/* ---- Out
 * ------------------------------------------------------------------------------------------------------------- */

struct export_list {
    const struct model_type *type;
    const uint64_t *ids; /* NULL: all facts of the type */
    size_t count;
    const struct graph_viewer *viewer; /* fields that are not open to this one are left out; NULL: sees all */
};
typedef int export_write(void *self, str piece, struct err *err);
/* CSV (UTF-8, comma): `id` first, then every stored field by its key; links by name; what a spreadsheet would run as a
 * formula is defused (import takes that back). Hands on pieces of some 64 KiB. */
int export_csv(struct picture *p, const struct export_list *list, export_write *write, void *self,
               struct err *err) MUST_USE;
/* A line a fact, in the form that import reads; fields without a value are left out. */
int export_json_lines(struct picture *p, const struct export_list *list, export_write *write, void *self,
                      struct err *err) MUST_USE;
/* The same fact as an object, without a line end. */
void export_emit_json(struct json_writer *w, const struct picture *p, const struct graph_viewer *viewer,
                      const struct fact *f);
/* A workbook with a sheet for each list: typed cells, the header frozen. The bytes are in the arena; the same facts
 * make the same bytes. A text that is too long for a cell (32,767 UTF-16 units) goes on in columns behind it; links
 * that are: ERR_LIMIT. */
int export_workbook(struct arena *a, struct picture *p, const struct export_list *lists, size_t count, str *bytes,
                    struct err *err) MUST_USE;
/* What a workbook calls the type's sheet. */
str export_sheet_name(struct arena *a, const struct model_type *type);

#endif
