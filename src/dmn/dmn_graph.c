/* SPDX-License-Identifier: Apache-2.0 */
/* From files to the requirement graph: imports, nodes, what each needs, and their compilation in that order. */
#include "dmn_inside.h"

#include "base_file.h"
#include "base_utf8.h"

#include <dirent.h>
#include <stdarg.h>
#include <string.h>

enum {
    SCRATCH_ROOM = 1 << 17,
    ROOM_A_BYTE = 4, /* tree and programs take about so many bytes for one of the text */
    ROOM_MOST = 16 << 20,
};

/* ---- Errors --------------------------------------------------------------------------------------------------------
 */

/* Errors come mostly in the order of the file: counting goes on where it stopped. */
static uint32_t line_of(struct dmn_file *f, size_t at)
{
    if (at < f->line_at) f->line_at = 0, f->line = 0;
    f->line += xml_lines(str_slice(f->text, f->line_at, at));
    f->line_at = at;
    return f->line + 1;
}

static void PRINTF_LIKE(5, 0) locate(struct dmn_compiler *c, struct err *e, const struct xml *at,
                                     const struct err *inner, const char *format, va_list args)
{
    if (inner) {
        *e = *inner;
        uint32_t first = at ? line_of(c->file, at->text_at ? at->text_at : at->tag) : 1;
        /* FEEL saw the trimmed text. */
        for (size_t i = 0; at && i < at->text.n && strchr(" \t\r\n", at->text.p[i]); i++)
            first += at->text.p[i] == '\n';
        e->line = first + (e->line ? e->line - 1 : 0);
    } else {
        err_vwrite(e, ERR_INPUT, format, args);
        e->line = at ? line_of(c->file, at->tag) : 0;
    }
    /* Of a very long name the beginning, so that the cell has room too. */
    const char *place = c->place ? c->place : "";
    if (c->node)
        err_at(e, 0,
               arena_printf(c->a, "%s '" STR_FORMAT "'%s%s", c->node->word, STR_ARGS(utf8_cut(c->node->name, 50)),
                            *place ? ", " : "", place));
    else if (*place)
        err_at(e, 0, str_of(place));
    if (c->file && c->file->path.n && !e->file[0]) err_in(e, c->file->path);
}

void compile_error(struct dmn_compiler *c, const struct xml *at, const struct err *inner, const char *format, ...)
{
    struct err e = {.code = ERR_INPUT};
    va_list args;
    va_start(args, format);
    locate(c, &e, at, inner, format, args);
    va_end(args);
    *vec_add(c->a, &c->model->errors) = e;
    if (!c->node || c->node->failed) return;
    c->node->failed = true;
    struct err *kept = arena_alloc(c->a, sizeof *kept);
    *kept = e;
    c->node->err = kept;
}

void note_finding(struct dmn_compiler *c, enum dmn_finding_kind kind, const struct xml *at, const struct err *inner,
                  const char *format, ...)
{
    struct dmn_finding f = {.kind = kind, .err = {.code = ERR_INPUT}, .node = c->node ? c->node->name : STR_NONE};
    va_list args;
    va_start(args, format);
    locate(c, &f.err, at, inner, format, args);
    va_end(args);
    *vec_add(c->a, c->model->findings) = f;
}

/* What DMN lets become null when it runs, a clash of types, is a finding where a model is being checked. */
void look_strictly(struct dmn_compiler *c, const struct xml *at, str text, const struct feel_scope *scope,
                   const struct feel_type *tested)
{
    const struct feel_program *p;
    struct err strict = {0}, err = {0};
    struct feel_scope *outermost = (struct feel_scope *)(uintptr_t)scope; /* all of them are this compiler's own */
    while (outermost->outer) outermost = (struct feel_scope *)(uintptr_t)outermost->outer;
    for (int lenient = 0; lenient < 2; lenient++) {
        outermost->lenient = lenient;
        int result = tested ? feel_compile_unary(&c->model->scratch, scope, tested, text, &p, lenient ? &err : &strict)
                            : feel_compile(&c->model->scratch, scope, text, &p, lenient ? &err : &strict);
        if (!lenient && result == 0) break;
        if (lenient && result == 0) note_finding(c, DMN_CLASH, at, &strict, "%s", strict.message);
    }
    outermost->lenient = true;
    arena_clear(&c->model->scratch);
}

static const struct feel_program *note_clock(struct dmn_compiler *c, const struct feel_program *p)
{
    c->model->uses_clock |= feel_program_uses_clock(p);
    return p;
}

const struct feel_program *compile_text(struct dmn_compiler *c, const struct xml *at, str text,
                                        const struct feel_scope *scope)
{
    const struct feel_program *p = NULL;
    struct err err; /* set where it fails: clearing it for each cell is what would take time */
    if (c->model->findings) look_strictly(c, at, text, scope, NULL);
    if (feel_compile(c->a, scope, text, &p, &err) == 0) return note_clock(c, p);
    compile_error(c, at, &err, "%s", err.message);
    return NULL;
}

const struct feel_program *compile_tests(struct dmn_compiler *c, const struct xml *at, str text,
                                         const struct feel_scope *scope, const struct feel_type *tested)
{
    const struct feel_program *p = NULL;
    struct err err; /* set where it fails: clearing it for each cell is what would take time */
    if (c->model->findings) look_strictly(c, at, text, scope, tested);
    if (feel_compile_unary(c->a, scope, tested, text, &p, &err) == 0) return note_clock(c, p);
    compile_error(c, at, &err, "%s", err.message);
    return NULL;
}

/* ---- Nodes ---------------------------------------------------------------------------------------------------------
 */

static void add_node(struct dmn_model *m, struct dmn_file *f, const struct xml *x, enum dmn_kind kind, const char *word)
{
    struct dmn_node *n = arena_zalloc(&m->arena, sizeof *n);
    const struct xml *variable = xml_child(x, "variable");
    n->kind = kind, n->word = word, n->model = m, n->file = f, n->xml = x, n->variable = variable;
    n->id = str_trim(xml_get(x, "id"));
    n->name = xml_name(&m->arena, x);
    if (!n->name.n && variable) n->name = xml_name(&m->arena, variable);
    n->index = (uint32_t)m->nodes.count;
    n->gives = &feel_any;
    *vec_add(&m->arena, &m->nodes) = n;
    *vec_add(&m->arena, &f->nodes) = n;
    n->place = (uint32_t)f->inputs.count;
    if (kind == DMN_INPUT) *vec_add(&m->arena, &f->inputs) = n;
}

/* The first of its id; what has none may be meant by its name. */
static void note_ids(struct dmn_file *f)
{
    for (int by_name = 0; by_name < 2; by_name++)
        VEC_EACH(node, &f->nodes) {
            struct dmn_node *n = *node;
            str id = by_name ? n->name : n->id;
            bool is_new = false;
            if (!id.n || (by_name && n->id.n)) continue;
            uint64_t *place = map_put(&f->ids, id, &is_new);
            if (is_new) *place = (uintptr_t)n;
        }
}

/* In one pass, since of a large model the elements lie far from each other. */
static void read_parts(struct dmn_model *m, struct dmn_file *f)
{
    for (const struct xml *x = f->root->first; x; x = x->next) {
        if (!str_eq(x->space, f->root->space)) continue;
        if (xml_is(x, "inputData"))
            add_node(m, f, x, DMN_INPUT, "input");
        else if (xml_is(x, "decision"))
            add_node(m, f, x, DMN_DECISION, "decision");
        else if (xml_is(x, "businessKnowledgeModel"))
            add_node(m, f, x, DMN_KNOWLEDGE, "business knowledge model");
        else if (xml_is(x, "decisionService"))
            add_node(m, f, x, DMN_SERVICE, "decision service");
        else if (xml_is(x, "itemDefinition"))
            *vec_add(&m->arena, &f->definitions) = x;
        else if (xml_is(x, "import"))
            *vec_add(&m->arena, &f->imports) =
                (struct dmn_import){xml_name(&m->arena, x), str_trim(xml_get(x, "namespace")), NULL, x};
    }
    note_ids(f);
}

/* ---- Files and imports ---------------------------------------------------------------------------------------------
 */

static bool is_model(const struct xml *root)
{
    bool space = str_starts(root->space, STR("http://www.omg.org/spec/DMN/")) ||
                 str_starts(root->space, STR("https://www.omg.org/spec/DMN/"));
    return space && xml_is(root, "definitions");
}

static int read_file(struct dmn_model *m, const struct dmn_source *source, struct err *err)
{
    const struct xml *root;
    if (xml_parse(&m->arena, source->text, &root, err) < 0) return source->path.n ? err_in(err, source->path) : -1;
    if (!is_model(root)) {
        err_set(err, ERR_INPUT, "is no DMN model: its root is '" STR_FORMAT "' of '" STR_FORMAT "'",
                STR_ARGS(root->name), STR_ARGS(root->space));
        return source->path.n ? err_in(err, source->path) : -1;
    }
    struct dmn_file *f = arena_zalloc(&m->arena, sizeof *f);
    *f = (struct dmn_file){.root = root,
                           .text = source->text,
                           .name = xml_name(&m->arena, root),
                           .space = str_trim(xml_get(root, "namespace")),
                           .path = arena_copy(&m->arena, source->path)};
    read_parts(m, f);
    *vec_add(&m->arena, &m->files) = f;
    return 0;
}

static bool imports_dmn(const struct dmn_import *import)
{
    str type = xml_get(import->xml, "importType");
    return !type.n || str_find(type, STR("/DMN/")) != STR_NOT_FOUND;
}

static void link_imports(struct dmn_model *m)
{
    for (size_t i = 0; i < m->files.count; i++) {
        struct dmn_file *f = m->files.items[i];
        struct dmn_compiler c = {.model = m, .a = &m->arena, .file = f};
        for (size_t k = 0; k < f->imports.count; k++) {
            struct dmn_import *import = &f->imports.items[k];
            for (size_t j = 0; j < m->files.count && !import->file; j++)
                if (str_eq(m->files.items[j]->space, import->space)) import->file = m->files.items[j];
            if (!import->file && imports_dmn(import))
                compile_error(&c, import->xml, NULL,
                              "the import '" STR_FORMAT "' is not there: no model of the namespace '" STR_FORMAT "'",
                              STR_ARGS(import->name), STR_ARGS(import->space));
        }
    }
}

/* ---- Requirements --------------------------------------------------------------------------------------------------
 */

static struct dmn_node *by_id(const struct dmn_file *f, str id)
{
    uint64_t *found = f ? map_get(&f->ids, id) : NULL;
    return found ? (struct dmn_node *)(uintptr_t)*found : NULL;
}

/* `#id`, or `namespace#id`. */
static struct requirement referred(struct dmn_compiler *c, const struct xml *x)
{
    struct requirement r = {NULL, NULL};
    str href = str_trim(xml_get(x, "href"));
    size_t hash = str_find_char(href, '#');
    str space = hash == STR_NOT_FOUND ? STR("") : str_slice(href, 0, hash);
    str id = hash == STR_NOT_FOUND ? href : str_from(href, hash + 1);
    if (!space.n || str_eq(space, c->file->space)) r.node = by_id(c->file, id);
    for (size_t i = 0; !r.node && i < c->file->imports.count; i++) {
        const struct dmn_import *import = &c->file->imports.items[i];
        if (space.n && !str_eq(import->space, space)) continue;
        r.node = by_id(import->file, id);
        if (r.node && import->name.n) r.import = import;
    }
    if (!r.node) compile_error(c, x, NULL, "requires '" STR_FORMAT "', which is not there", STR_ARGS(href));
    return r;
}

static void add_requirement(struct dmn_compiler *c, struct dmn_node *n, const struct xml *x)
{
    if (!x) return;
    struct requirement r = referred(c, x);
    for (size_t i = 0; i < n->requires.count; i++)
        if (n->requires.items[i].node == r.node) return;
    if (r.node) *vec_add(c->a, &n->requires) = r;
}

static struct dmn_node **references(struct dmn_compiler *c, const struct xml *of, const char *name, size_t *count)
{
    VEC(struct dmn_node *) got = {0};
    for (const struct xml *x = xml_child(of, name); x; x = xml_same(x)) {
        struct requirement r = referred(c, x);
        if (r.node) *vec_add(c->a, &got) = r.node;
    }
    *count = got.count;
    return got.items;
}

static void read_service(struct dmn_compiler *c, struct dmn_node *n)
{
    size_t decisions, data, encapsulated;
    struct dmn_node **d = references(c, n->xml, "inputDecision", &decisions),
                    **i = references(c, n->xml, "inputData", &data);
    n->outputs = references(c, n->xml, "outputDecision", &n->output_count);
    references(c, n->xml, "encapsulatedDecision", &encapsulated);
    n->parameter_count = decisions + data;
    n->parameter_nodes = arena_array(c->a, n->parameter_count + 1, sizeof *n->parameter_nodes);
    n->parameters = arena_array(c->a, n->parameter_count + 1, sizeof *n->parameters);
    n->parameter_types = arena_array(c->a, n->parameter_count + 1, sizeof *n->parameter_types);
    for (size_t k = 0; k < n->parameter_count; k++) {
        n->parameter_nodes[k] = k < data ? i[k] : d[k - data];
        n->parameters[k] = n->parameter_nodes[k]->name;
    }
    for (size_t k = 0; k < n->output_count; k++)
        *vec_add(c->a, &n->requires) = (struct requirement){n->outputs[k], NULL};
    if (!n->output_count) compile_error(c, n->xml, NULL, "has no output decision");
}

static void read_requirements(struct dmn_compiler *c, struct dmn_node *n)
{
    for (const struct xml *x = n->xml->first; x; x = x->next) {
        if (xml_is(x, "informationRequirement")) {
            add_requirement(c, n, xml_child(x, "requiredDecision"));
            add_requirement(c, n, xml_child(x, "requiredInput"));
        } else if (xml_is(x, "knowledgeRequirement"))
            add_requirement(c, n, xml_child(x, "requiredKnowledge"));
    }
    if (n->kind == DMN_SERVICE) read_service(c, n);
}

/* A service's variable may name the type of the function: then the value's is what that gives. */
static void read_type(struct dmn_compiler *c, struct dmn_node *n)
{
    const struct xml *variable = n->variable;
    n->type = variable ? type_referred(c, variable, xml_get(variable, "typeRef")) : NULL;
    const struct dmn_type *t = n->type;
    while (t && t->is == TYPE_REFERENCE && !t->collection) t = t->of;
    if ((n->kind == DMN_KNOWLEDGE || n->kind == DMN_SERVICE) && t && t->is == TYPE_FUNCTION) n->type = t->of;
    n->gives = type_feel(n->type), n->plain = type_plain(n->type);
    for (size_t k = 0; n->kind == DMN_SERVICE && k < n->parameter_count; k++) {
        const struct dmn_node *p = n->parameter_nodes[k];
        const struct xml *v = p->variable;
        struct dmn_compiler other = *c;
        other.file = p->file;
        n->parameter_types[k] = v ? type_referred(&other, v, xml_get(v, "typeRef")) : NULL;
    }
}

static void mark_unique(struct dmn_model *m)
{
    struct map inputs;
    map_init(&inputs);
    VEC_EACH(n, &m->nodes)
        if ((*n)->kind == DMN_INPUT) ++*map_put(&inputs, (*n)->name, NULL);
    VEC_EACH(n, &m->nodes)
        if ((*n)->kind == DMN_INPUT) (*n)->unique_name = *map_get(&inputs, (*n)->name) == 1;
    map_release(&inputs);
}

/* ---- Scopes --------------------------------------------------------------------------------------------------------
 */

static const struct feel_type *seen_as(struct dmn_compiler *c, const struct dmn_node *n)
{
    if (n->kind == DMN_INPUT || n->kind == DMN_DECISION) return n->gives;
    struct feel_type *t = arena_zalloc(c->a, sizeof *t);
    *t = (struct feel_type){.is = FEEL_TYPE_FUNCTION, .of = n->gives};
    return t;
}

static void import_scope(struct dmn_compiler *c, const struct dmn_node *n, const struct dmn_import *import,
                         struct feel_variable *variable, struct binding *binding)
{
    VEC(const struct dmn_node *) nodes = {0};
    VEC(struct feel_field) fields = {0};
    for (size_t i = 0; i < n->requires.count; i++) {
        const struct requirement *r = &n->requires.items[i];
        if (r->import != import) continue;
        *vec_add(c->a, &nodes) = r->node;
        *vec_add(c->a, &fields) = (struct feel_field){.name = r->node->name, .type = seen_as(c, r->node)};
    }
    struct feel_type *t = arena_zalloc(c->a, sizeof *t);
    *t = (struct feel_type){.is = FEEL_TYPE_CONTEXT, .fields = fields.items, .count = fields.count};
    *variable = (struct feel_variable){.name = import->name, .type = t};
    *binding = (struct binding){.nodes = nodes.items, .count = nodes.count};
}

static void make_scope(struct dmn_compiler *c, struct dmn_node *n)
{
    size_t most = n->requires.count + 1, count = 0;
    struct feel_variable *variables = arena_array(c->a, most, sizeof *variables);
    struct binding *bindings = arena_array(c->a, most, sizeof *bindings);
    if (n->kind == DMN_KNOWLEDGE) { /* which may call itself */
        variables[count] = (struct feel_variable){.name = n->name, .type = seen_as(c, n)};
        bindings[count++] = (struct binding){.node = n};
    }
    for (size_t i = 0; i < n->requires.count && n->kind != DMN_SERVICE; i++) {
        const struct requirement *r = &n->requires.items[i];
        bool seen = false;
        if (!r->import) {
            variables[count] = (struct feel_variable){.name = r->node->name, .type = seen_as(c, r->node)};
            bindings[count++] = (struct binding){.node = r->node,
                                                 .own_input = r->node->kind == DMN_INPUT && r->node->file == n->file,
                                                 .plain = type_plain(r->node->type),
                                                 .place = r->node->place,
                                                 .name = r->node->name};
            continue;
        }
        for (size_t k = 0; k < i; k++) seen |= n->requires.items[k].import == r->import;
        if (seen) continue;
        import_scope(c, n, r->import, &variables[count], &bindings[count]);
        count++;
    }
    n->scope = (struct feel_scope){.variables = variables,
                                   .count = count,
                                   .types = c->file->named_types,
                                   .type_count = c->file->named_count,
                                   .functions = n->model->host.functions,
                                   .function_count = n->model->host.count,
                                   .lenient = true};
    n->bindings = bindings;
    c->frame = count;
}

/* ---- Compiling -----------------------------------------------------------------------------------------------------
 */

static void compile_logic(struct dmn_compiler *c, struct dmn_node *n)
{
    if (n->kind == DMN_DECISION) {
        const struct xml *x = box_element(n->xml);
        if (x)
            n->logic = box_compile(c, x, &n->scope);
        else
            compile_error(c, n->xml, NULL, "has no decision logic");
        if (n->logic && !n->type) n->gives = n->logic->gives;
        n->fits = n->logic && n->type && n->logic->kind == BOX_TABLE && table_gives(n->logic->table, n->type);
    } else if (n->kind == DMN_KNOWLEDGE) {
        const struct xml *x = xml_child(n->xml, "encapsulatedLogic");
        if (x)
            n->logic = function_compile(c, x, &n->scope);
        else
            compile_error(c, n->xml, NULL, "has no logic");
        if (!n->logic) return;
        n->parameters = n->logic->names, n->parameter_types = n->logic->types, n->parameter_count = n->logic->count;
        if (!n->type && n->logic->body) n->gives = n->logic->body->gives;
    } else if (n->kind == DMN_SERVICE && !n->type && n->output_count == 1)
        n->gives = n->outputs[0]->gives;
}

void node_compile(struct dmn_model *m, struct dmn_node *n)
{
    struct dmn_compiler c = {.model = m, .a = &m->arena, .file = n->file, .node = n, .root = {.lenient = true}};
    c.root.types = n->file->named_types, c.root.type_count = n->file->named_count;
    if (n->state) return;
    n->state = 1;
    for (size_t i = 0; i < n->requires.count; i++) {
        struct dmn_node *r = n->requires.items[i].node;
        /* Functions may call each other in a circle: their depth is bounded when they run. */
        bool calls = r->kind == DMN_KNOWLEDGE || r->kind == DMN_SERVICE;
        if (r->state == 1 && !(calls && n->kind == DMN_KNOWLEDGE))
            compile_error(&c, n->xml, NULL, "its requirements lead in a circle, by '" STR_FORMAT "'",
                          STR_ARGS(r->name));
        if (r->state == 0 && n->depth >= GRAPH_DEPTH) {
            compile_error(&c, n->xml, NULL, "the chain of requirements is longer than %d", GRAPH_DEPTH);
            break;
        }
        if (r->state == 0) r->depth = n->depth + 1, node_compile(m, r);
    }
    make_scope(&c, n);
    if (!n->failed) compile_logic(&c, n);
    n->frame = c.frame + 1; /* and `?` */
    n->state = 2;
}

static void compile_all(struct dmn_model *m)
{
    struct dmn_compiler c = {.model = m, .a = &m->arena, .root = {.lenient = true}};
    for (size_t i = 0; i < m->files.count; i++) c.file = m->files.items[i], types_read(&c, m->files.items[i]);
    for (size_t i = 0; i < m->files.count; i++) c.file = m->files.items[i], types_link(&c, m->files.items[i]);
    for (size_t i = 0; i < m->nodes.count; i++) {
        struct dmn_compiler each = {
            .model = m, .a = &m->arena, .file = m->nodes.items[i]->file, .node = m->nodes.items[i]};
        read_requirements(&each, m->nodes.items[i]);
        read_type(&each, m->nodes.items[i]);
    }
    mark_unique(m);
    for (size_t i = 0; i < m->nodes.count; i++) node_compile(m, m->nodes.items[i]);
}

/* ---- The door ------------------------------------------------------------------------------------------------------
 */

static void keep_functions(struct dmn_model *m, const struct dmn_host *host)
{
    struct feel_host_function *own = arena_array(&m->arena, host->count + 1, sizeof *own);
    for (size_t i = 0; i < host->count; i++) {
        const struct feel_host_function *f = &host->functions[i];
        str *parameters = arena_array(&m->arena, f->count + 1, sizeof *parameters);
        for (size_t k = 0; k < f->count; k++) parameters[k] = arena_copy(&m->arena, f->parameters[k]);
        own[i] = *f;
        own[i].name = arena_copy(&m->arena, f->name), own[i].usage = arena_copy(&m->arena, f->usage);
        own[i].parameters = parameters;
    }
    m->host = (struct dmn_host){own, host->count};
}

int load_model(const struct dmn_source *sources, size_t count, bool check, const struct dmn_host *host,
               struct dmn_model **out, struct err *err)
{
    struct dmn_model *m = mem_zalloc(sizeof *m);
    size_t bytes = 0;
    for (size_t i = 0; i < count && bytes < ROOM_MOST; i++) bytes += sources[i].text.n;
    arena_init(&m->arena, 0);
    arena_reserve(&m->arena, bytes < ROOM_MOST / ROOM_A_BYTE ? bytes * ROOM_A_BYTE : ROOM_MOST);
    arena_init(&m->scratch, 0);
    arena_alloc(&m->scratch, SCRATCH_ROOM); /* its first block, which clearing keeps */
    arena_clear(&m->scratch);
    for (size_t i = 0; i < count; i++) {
        struct err other = {0};
        if (read_file(m, &sources[i], i ? &other : err) == 0) continue;
        if (i == 0) {
            dmn_free(m);
            return -1;
        }
        *vec_add(&m->arena, &m->errors) = other;
    }
    if (host) keep_functions(m, host);
    if (check) m->findings = arena_zalloc(&m->arena, sizeof *m->findings);
    link_imports(m);
    compile_all(m);
    if (check) check_graph(m);
    arena_release(&m->scratch);
    VEC_EACH(f, &m->files) {
        (*f)->text = STR_NONE;
        map_release(&(*f)->ids);
    }
    *out = m;
    return 0;
}

int dmn_load(const struct dmn_source *sources, size_t count, const struct dmn_host *host, struct dmn_model **out,
             struct err *err)
{
    return load_model(sources, count, false, host, out, err);
}
int dmn_check(const struct dmn_source *sources, size_t count, struct dmn_model **out, struct err *err)
{
    return load_model(sources, count, true, NULL, out, err);
}

void dmn_free(struct dmn_model *m)
{
    if (!m) return;
    arena_release(&m->arena);
    arena_release(&m->scratch);
    mem_free(m);
}

const struct err *dmn_errors(const struct dmn_model *m, size_t *count)
{
    *count = m->errors.count;
    return m->errors.items;
}
const struct dmn_finding *dmn_findings(const struct dmn_model *m, size_t *count)
{
    *count = m->findings ? m->findings->count : 0;
    return m->findings ? m->findings->items : NULL;
}
str dmn_namespace(const struct dmn_model *m) { return m->files.items[0]->space; }
str dmn_name(const struct dmn_model *m) { return m->files.items[0]->name; }
const struct dmn_node *const *dmn_nodes(const struct dmn_model *m, size_t *count)
{
    *count = m->nodes.count;
    return (const struct dmn_node *const *)m->nodes.items;
}
enum dmn_kind dmn_node_kind(const struct dmn_node *n) { return n->kind; }
str dmn_node_name(const struct dmn_node *n) { return n->name; }
str dmn_node_namespace(const struct dmn_node *n) { return n->file->space; }
const struct feel_type *dmn_node_type(const struct dmn_node *n) { return n->gives; }

/* Of nodes of one name a decision is meant before a service, and that before knowledge. */
static const struct dmn_node *find_in(const struct dmn_file *f, str name)
{
    static const enum dmn_kind order[] = {DMN_DECISION, DMN_SERVICE, DMN_KNOWLEDGE, DMN_INPUT};
    for (size_t k = 0; k < ARRAY_COUNT(order); k++)
        for (size_t i = 0; i < f->nodes.count; i++)
            if (f->nodes.items[i]->kind == order[k] && str_eq(f->nodes.items[i]->name, name)) return f->nodes.items[i];
    return NULL;
}

const struct dmn_node *dmn_find(const struct dmn_model *m, str space, str name, struct err *err)
{
    const struct dmn_node *found = NULL;
    size_t others = 0;
    name = str_trim(name);
    for (size_t i = 0; i < m->files.count; i++) {
        if (space.n && !str_eq(m->files.items[i]->space, space)) continue;
        const struct dmn_node *n = find_in(m->files.items[i], name);
        if (n && (space.n || i == 0)) return n;
        if (n) found = n, others++;
    }
    if (others == 1) return found;
    str *names = mem_array(m->nodes.count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < m->nodes.count; i++)
        if (m->nodes.items[i]->kind != DMN_INPUT) names[count++] = m->nodes.items[i]->name;
    str near = err_nearest(name, names, count);
    mem_free(names);
    if (space.n)
        err_set(err, ERR_ABSENT, "the namespace '" STR_FORMAT "' has no '" STR_FORMAT "'", STR_ARGS(space),
                STR_ARGS(name));
    else if (others)
        err_set(err, ERR_ABSENT, "several imports have '" STR_FORMAT "': say the namespace", STR_ARGS(name));
    else if (near.p)
        err_set(err, ERR_ABSENT, "the model has no '" STR_FORMAT "'; did you mean '" STR_FORMAT "'?", STR_ARGS(name),
                STR_ARGS(near));
    else
        err_set(err, ERR_ABSENT, "the model has no '" STR_FORMAT "'", STR_ARGS(name));
    return NULL;
}
