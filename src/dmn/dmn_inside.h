/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled model: files, types, nodes of the requirement graph and their boxed expressions. */
#ifndef DMN_INSIDE_H
#define DMN_INSIDE_H

#include "base_map.h"
#include "dmn.h"
#include "dmn_xml.h"

enum { GRAPH_DEPTH = 200, BOX_DEPTH = 100, RUN_DEPTH = 3000, IMPORT_DEPTH = 6, NAMED_TYPES = 20000 };

/* ---- Types (dmn_type.c) ---- */

enum dmn_type_kind { TYPE_ANY, TYPE_SIMPLE, TYPE_REFERENCE, TYPE_STRUCTURE, TYPE_FUNCTION };
struct dmn_component {
    str name;
    const struct dmn_type *type;
};
struct dmn_type {
    struct feel_type feel; /* what FEEL sees: without the constraints, which `instance of` does not ask for */
    str name;
    enum dmn_type_kind is;
    bool collection;                        /* a list of what follows */
    const struct feel_type *simple;         /* SIMPLE */
    const struct dmn_type *of;              /* REFERENCE: the other definition; FUNCTION: what it gives, or NULL */
    const struct dmn_component *components; /* STRUCTURE; FUNCTION: the parameters */
    size_t count;
    const struct feel_program *allowed;    /* of one element */
    const struct feel_program *constraint; /* of the whole */
    str allowed_text, constraint_text;
    const struct table_cell *compared; /* where `allowed` is only comparisons with constants, which are made of it */
    const str *listed;                 /* where `allowed` is only a list of texts */
    size_t listed_count;
    const struct xml *xml; /* until it is linked */
    uint8_t state;         /* 0 to do, 1 being done, 2 done */
};
struct dmn_file;
struct dmn_node;
struct dmn_compiler;
/* NULL where there is no typeRef, or where it is Any. An unknown type is an error of the node. */
const struct dmn_type *type_referred(struct dmn_compiler *c, const struct xml *at, str name);
void types_read(struct dmn_compiler *c, struct dmn_file *f);
void types_link(struct dmn_compiler *c, struct dmn_file *f);
const struct feel_type *type_feel(const struct dmn_type *t); /* of NULL: any */
/* Of the type, or of the first behind it that has some; of a list's elements. Empty: all are allowed. */
static inline str type_allowed_text(const struct dmn_type *t)
{
    while (t && !t->allowed_text.n) t = t->is == TYPE_REFERENCE ? t->of : NULL;
    return t ? t->allowed_text : STR("");
}
/* The values of a list of them with commas between; none where it has anything else. */
const struct feel_value *values_listed(struct arena *a, str tests, size_t *count);
/* The value as the type wants it (DMN 1.5 §10.3.2.9.4); null with a reason where it can't be. Its constraints are
 * part of the run: a limit that they meet ends it. */
struct dmn_run;
struct feel_value type_coerce(struct dmn_run *run, const struct dmn_type *t, struct feel_value v, const char *what,
                              str name);
/* The kind whose values are of the type as they are: they need no coercing. */
enum { PLAIN_ALL = 254, PLAIN_NONE = 255 };
uint8_t type_plain(const struct dmn_type *t);
static inline bool fits_plainly(uint8_t plain, const struct feel_value *v)
{
    return LIKELY(v->kind == plain) || plain == PLAIN_ALL;
}
struct feel_value type_from_json(struct arena *a, const struct dmn_type *t, const struct json *j);

/* ---- Boxed expressions (dmn_box.c) ---- */

enum box_kind {
    BOX_MISSING,
    BOX_LITERAL,
    BOX_CONTEXT,
    BOX_LIST,
    BOX_RELATION,
    BOX_FUNCTION,
    BOX_INVOCATION,
    BOX_CONDITIONAL,
    BOX_FILTER,
    BOX_FOR,
    BOX_SOME,
    BOX_EVERY,
    BOX_TABLE
};
struct box {
    enum box_kind kind;
    const struct dmn_type *type; /* declared at it */
    const struct feel_type *gives;
    const struct feel_program *program; /* LITERAL */
    const struct box **items; /* CONTEXT, LIST, INVOCATION's bindings, CONDITIONAL's three, FILTER … EVERY: in, body */
    str *names;               /* CONTEXT (n == 0: the result), RELATION's columns, parameters, bindings */
    const struct dmn_type **types; /* CONTEXT's entries, FUNCTION's parameters */
    size_t count, columns;
    const struct box *body;      /* FUNCTION, INVOCATION's function */
    size_t base;                 /* the frame's first free place here */
    const struct dmn_node *node; /* FUNCTION: whose frame it has */
    const struct dmn_table *table;
};

/* ---- Tables (dmn_table.c) ---- */

enum hit_policy { HIT_UNIQUE, HIT_ANY, HIT_PRIORITY, HIT_FIRST, HIT_RULE_ORDER, HIT_OUTPUT_ORDER, HIT_COLLECT };
enum aggregation { AGGREGATE_NONE, AGGREGATE_SUM, AGGREGATE_COUNT, AGGREGATE_MIN, AGGREGATE_MAX };

struct dmn_node;
struct dmn_run;
struct dmn_table;
/* Is each value that it gives made to fit this type by the table itself? */
bool table_gives(const struct dmn_table *t, const struct dmn_type *type);
const struct dmn_table *table_compile(struct dmn_compiler *c, const struct xml *x, const struct feel_scope *scope,
                                      const struct dmn_type *type, const struct feel_type **gives);
struct feel_value table_eval(struct dmn_run *run, const struct dmn_table *t, struct feel_value *frame);

/* ---- The graph (dmn_graph.c) ---- */

struct dmn_import {
    str name, space;
    struct dmn_file *file; /* NULL: not found */
    const struct xml *xml;
};
struct dmn_file {
    str name, space, path;
    str text; /* while it is being loaded: for the lines of errors */
    size_t line_at;
    uint32_t line;  /* ends of lines before line_at */
    struct map ids; /* of its nodes, while it is being loaded */
    const struct xml *root;
    VEC(struct dmn_import) imports;
    VEC(const struct xml *) definitions; /* of its types */
    VEC(struct dmn_type *) types;
    VEC(struct dmn_node *) nodes, inputs;
    struct feel_named_type *named_types; /* own ones and the imports' */
    size_t named_count;
};
struct requirement {
    struct dmn_node *node;
    const struct dmn_import *import; /* NULL: of the same file, or of an import without a name */
};
struct binding {                 /* where a name of a node's scope comes from */
    const struct dmn_node *node; /* or, of an import: */
    const struct dmn_node *const *nodes;
    size_t count;
    /* An input of the node's own file: what says whether a context gives it as it is, see simple_input. */
    bool own_input;
    uint8_t plain;
    uint32_t place;
    str name;
};
struct dmn_node {
    enum dmn_kind kind;
    uint8_t state; /* 0 to do, 1 being compiled, 2 done */
    bool failed;
    uint8_t plain; /* see type_plain */
    uint32_t index, depth;
    str id, name;
    const char *word; /* "decision" */
    struct dmn_model *model;
    struct dmn_file *file;
    const struct xml *xml, *variable;
    const struct dmn_type *type; /* declared: of the value; of KNOWLEDGE and SERVICE of what the function gives */
    const struct feel_type *gives;
    VEC(struct requirement) requires;
    struct feel_scope scope;
    const struct binding *bindings;
    size_t frame;
    const struct box *logic;
    const struct err *err; /* the first, where it failed */
    bool fits;             /* DECISION: what its logic gives is of its type already */
    bool unique_name;      /* INPUT: no other has the name */
    uint32_t place;        /* INPUT: its number among the file's inputs, where a context that gives them all has it */
    /* KNOWLEDGE, SERVICE: the parameters. */
    str *parameters;
    const struct dmn_type **parameter_types;
    struct dmn_node **parameter_nodes; /* SERVICE: input data, then input decisions */
    size_t parameter_count;
    struct dmn_node **outputs; /* SERVICE */
    size_t output_count;
};
typedef VEC(struct dmn_finding) findings;
struct dmn_model {
    struct arena arena, scratch; /* scratch: while it is being loaded */
    VEC(struct dmn_file *) files;
    VEC(struct dmn_node *) nodes;
    VEC(struct err) errors;
    findings *findings; /* NULL: it is not being checked */
    bool uses_clock;
    struct dmn_host host;
};

struct dmn_compiler {
    struct dmn_model *model;
    struct arena *a;
    struct dmn_file *file;
    struct dmn_node *node; /* whose errors they are; NULL: the model's */
    size_t frame;          /* the most places that were needed */
    unsigned depth;
    const char *place;      /* where in the node: "rule 3, input 2" */
    struct feel_scope root; /* lenient, with the file's types */
};
/* Notes an error at an element; `inner` may have been set by FEEL: then it leads, else the message. */
void compile_error(struct dmn_compiler *c, const struct xml *at, const struct err *inner, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* The same for a finding, which fails nothing. */
void note_finding(struct dmn_compiler *c, enum dmn_finding_kind kind, const struct xml *at, const struct err *inner,
                  const char *format, ...) PRINTF_LIKE(5, 6);
void look_strictly(struct dmn_compiler *c, const struct xml *at, str text, const struct feel_scope *scope,
                   const struct feel_type *tested);
int load_model(const struct dmn_source *sources, size_t count, bool check, const struct dmn_host *host,
               struct dmn_model **out, struct err *err) MUST_USE;
/* What can be seen without running (dmn_check.c). */
void check_table(struct dmn_compiler *c, const struct dmn_table *t);
void check_graph(struct dmn_model *m);
/* The FEEL text of an element; NULL after an error. */
const struct feel_program *compile_text(struct dmn_compiler *c, const struct xml *at, str text,
                                        const struct feel_scope *scope);
const struct feel_program *compile_tests(struct dmn_compiler *c, const struct xml *at, str text,
                                         const struct feel_scope *scope, const struct feel_type *tested);
const struct box *box_compile(struct dmn_compiler *c, const struct xml *x, const struct feel_scope *scope);
const struct xml *box_element(const struct xml *x); /* the first child that is a boxed expression */
/* A function definition or a business knowledge model's logic: parameters and body. */
const struct box *function_compile(struct dmn_compiler *c, const struct xml *x, const struct feel_scope *scope);
void node_compile(struct dmn_model *m, struct dmn_node *n);

/* ---- Running (dmn_eval.c, dmn_service.c) ---- */

struct dmn_run {
    const struct dmn_model *model;
    struct feel_env *env;
    struct arena *a;
    struct feel_value inputs;
    const struct dmn_file *called; /* the file of the node that was asked for */
    struct feel_value *values;     /* by the node's index; kind 255: not yet known; NULL: none is */
    struct run_notes *notes;       /* shared by a run and those inside of it */
};
struct run_notes {
    VEC(str) errors;
    bool explain;
    unsigned depth;  /* of boxed expressions, through all functions */
    bool stopped;    /* a limit was met: */
    struct err *err; /* the caller's; later, when a function of the result is called, our own */
    const struct dmn_trace *first, **last;
    const struct dmn_node *node; /* that is running */
};
enum { VALUE_UNKNOWN = 255 };
struct err *run_err(struct dmn_run *run);
struct feel_value run_value(struct dmn_run *run, const struct dmn_node *n);
struct feel_value run_program(struct dmn_run *run, const struct feel_program *p, const struct feel_value *frame);
bool run_call(struct dmn_run *run, struct feel_value f, const str *names, const struct feel_value *arguments,
              size_t count, struct feel_value *out);
struct feel_value run_refuse(struct dmn_run *run, const char *format, ...) PRINTF_LIKE(2, 3);
void run_note(struct dmn_run *run, const struct dmn_node *n, struct feel_value v);
struct dmn_trace *run_trace(struct dmn_run *run, const char *kind, str name);
struct feel_value box_eval(struct dmn_run *run, const struct box *b, struct feel_value *frame);
/* The node as a function value. */
struct feel_value run_function(struct dmn_run *run, const struct dmn_node *n);
struct feel_value run_invoke(struct dmn_run *run, const struct dmn_node *n, const struct feel_value *arguments);

#endif
