/* SPDX-License-Identifier: Apache-2.0 */
/* The line from objectives through capabilities to people, applications, products and money, drawn from any fact that
 * stands on it, in both directions. What hangs loose is marked. */
#include "page_line.h"

#include "base_map.h"
#include "base_utf8.h"

enum {
    COLUMN_OBJECTIVE,
    COLUMN_CAPABILITY,
    COLUMN_PEOPLE,
    COLUMN_APPLICATION,
    COLUMN_PRODUCT,
    COLUMN_MONEY,
    COLUMN_COUNT
};
enum {
    NODE_WIDTH = 162,
    NODE_HEIGHT = 44,
    ROW_GAP = 10,
    COLUMN_GAP = 30,
    HEAD_HEIGHT = 26,
    SHOWN_ROWS = 24,
    NAME_CHARACTERS = 18
};
#define MONEY_OF ((uint64_t)1 << 60) /* the node of what a fact costs */

struct node {
    uint64_t id;
    int column, row;
    str name, note, loose;
};
struct edge {
    size_t from, to;
};
struct line {
    struct request *r;
    struct idmap known; /* id to place + 1 */
    VEC(struct node) nodes;
    VEC(struct edge) edges;
    int rows[COLUMN_COUNT], left_out[COLUMN_COUNT];
};

const uint64_t *line_follow(struct request *r, uint64_t id, const char *name, size_t *count)
{
    const struct fact *f = picture_fact(r->picture, id);
    *count = 0;
    if (!f) return NULL;
    const struct model_type *type = fact_type(f);
    const struct model_field *field = model_field(type, str_of(name));
    if (field) return field->to ? fact_links_for(&r->viewer, f, field, count) : NULL;
    for (size_t i = 0; i < type->inverse_count; i++)
        if (str_eq(type->inverses[i].name, str_of(name)))
            return fact_inverse_for(&r->viewer, r->picture, f, &type->inverses[i], count);
    return NULL;
}

static bool any(struct request *r, uint64_t id, const char *name)
{
    size_t count;
    line_follow(r, id, name, &count);
    return count > 0;
}

static bool is_type(struct request *r, uint64_t id, const char *name)
{
    const struct fact *f = picture_fact(r->picture, id);
    return f && str_eq(fact_type(f)->name, str_of(name));
}

static str text_of(struct request *r, uint64_t id, const char *name)
{
    const struct fact *f = picture_fact(r->picture, id);
    const struct model_field *field = f ? model_field(fact_type(f), str_of(name)) : NULL;
    return field ? show_field(r, f, field) : STR_NONE;
}

/* ---- What hangs loose ---- */

str line_loose(struct request *r, uint64_t id)
{
    if (is_type(r, id, "objective")) {
        if (!any(r, id, "needs") && !any(r, id, "children")) return STR("no capability");
        return any(r, id, "measures") || any(r, id, "children") ? STR_NONE : STR("no measure");
    }
    if (is_type(r, id, "capability")) {
        if (any(r, id, "children")) return STR_NONE;
        bool people = any(r, id, "people") || any(r, id, "teams") || any(r, id, "partner");
        bool tools = any(r, id, "realised by");
        return people  ? tools ? STR_NONE : STR("no application")
                : tools ? STR("nobody carries it")
                       : STR("nothing behind it");
    }
    if (is_type(r, id, "product")) return any(r, id, "team") ? STR_NONE : STR("no team");
    if (is_type(r, id, "application"))
        return any(r, id, "marketing owner") || any(r, id, "it owner") ? STR_NONE : STR("no owner");
    if (is_type(r, id, "team")) return any(r, id, "members") ? STR_NONE : STR("nobody in it");
    return STR_NONE;
}

static str note_of(struct request *r, uint64_t id)
{
    if (is_type(r, id, "objective")) return text_of(r, id, "horizon");
    if (is_type(r, id, "capability")) {
        str now = text_of(r, id, "maturity now"), wanted = text_of(r, id, "maturity wanted");
        return now.n && wanted.n
                   ? text_format(r, "maturity " STR_FORMAT " of " STR_FORMAT, STR_ARGS(now), STR_ARGS(wanted))
                   : STR_NONE;
    }
    if (is_type(r, id, "application")) return text_of(r, id, "status");
    if (is_type(r, id, "product")) return text_of(r, id, "stage");
    if (is_type(r, id, "team")) return text_of(r, id, "kind");
    return text_of(r, id, "title");
}

/* ---- Nodes and edges ---- */

/* Its number among the nodes, from 1; 0 when it is not drawn. */
static size_t place_of(const struct line *l, uint64_t id)
{
    const uint64_t *place = idmap_get(&l->known, id);
    return place ? (size_t)*place : 0;
}

static size_t add(struct line *l, uint64_t id, int column)
{
    if (place_of(l, id)) return place_of(l, id);
    if (l->rows[column] == SHOWN_ROWS) {
        l->left_out[column]++;
        return 0;
    }
    struct node n = {.id = id, .column = column, .row = l->rows[column]++, .name = show_name(l->r, id)};
    n.loose = line_loose(l->r, id);
    n.note = note_of(l->r, id);
    *vec_add(&l->r->arena, &l->nodes) = n;
    return (size_t)(*idmap_put(&l->known, id, NULL) = l->nodes.count);
}

static void join(struct line *l, size_t from, size_t to)
{
    if (!from || !to) return;
    VEC_EACH(e, &l->edges) {
        if (e->from == from && e->to == to) return;
    }
    *vec_add(&l->r->arena, &l->edges) = (struct edge){from, to};
}

static void add_money(struct line *l, uint64_t id, const char *field, const char *what)
{
    str amount = text_of(l->r, id, field);
    size_t at = place_of(l, id);
    if (!amount.n || !at || place_of(l, id | MONEY_OF) || l->rows[COLUMN_MONEY] == SHOWN_ROWS) return;
    *vec_add(&l->r->arena, &l->nodes) = (struct node){.id = id | MONEY_OF,
                                                      .column = COLUMN_MONEY,
                                                      .row = l->rows[COLUMN_MONEY]++,
                                                      .name = amount,
                                                      .note = str_of(what)};
    *idmap_put(&l->known, id | MONEY_OF, NULL) = l->nodes.count;
    join(l, at, l->nodes.count);
}

/* All that `from` has under `name`, in a column, joined. `back`: the edge runs the other way, from what is found. */
static void spread(struct line *l, uint64_t from, const char *name, int column, bool back)
{
    size_t count;
    size_t at = place_of(l, from);
    const uint64_t *ids = line_follow(l->r, from, name, &count);
    for (size_t i = 0; at && i < count; i++) {
        size_t found = add(l, ids[i], column);
        join(l, back ? found : at, back ? at : found);
    }
}

static void for_column(struct line *l, int column, const char *name, int to, bool back)
{
    for (size_t i = 0, before = l->nodes.count; i < before; i++)
        if (l->nodes.items[i].column == column) spread(l, l->nodes.items[i].id, name, to, back);
}

static int column_of(struct request *r, uint64_t id)
{
    static const char *const types[] = {[COLUMN_OBJECTIVE] = "objective",
                                        [COLUMN_CAPABILITY] = "capability",
                                        [COLUMN_PEOPLE] = "team",
                                        [COLUMN_APPLICATION] = "application",
                                        [COLUMN_PRODUCT] = "product"};
    for (int i = 0; i < (int)ARRAY_COUNT(types); i++)
        if (is_type(r, id, types[i])) return i;
    return is_type(r, id, "person") ? COLUMN_PEOPLE : -1;
}

/* From the fact to the objectives. */
static void go_left(struct line *l, int from)
{
    if (from == COLUMN_PEOPLE) for_column(l, COLUMN_PEOPLE, "carries capabilities", COLUMN_CAPABILITY, true);
    if (from == COLUMN_PEOPLE) for_column(l, COLUMN_PEOPLE, "objectives", COLUMN_OBJECTIVE, true);
    if (from == COLUMN_APPLICATION) for_column(l, COLUMN_APPLICATION, "used by products", COLUMN_PRODUCT, true);
    if (from == COLUMN_APPLICATION) for_column(l, COLUMN_APPLICATION, "realises", COLUMN_CAPABILITY, true);
    if (from == COLUMN_PRODUCT || from == COLUMN_APPLICATION)
        for_column(l, COLUMN_PRODUCT, "capabilities", COLUMN_CAPABILITY, true);
    if (from == COLUMN_PRODUCT) for_column(l, COLUMN_PRODUCT, "objectives", COLUMN_OBJECTIVE, true);
    if (from != COLUMN_OBJECTIVE) for_column(l, COLUMN_CAPABILITY, "needed by", COLUMN_OBJECTIVE, true);
}

/* From the fact to people, applications, products. */
static void go_right(struct line *l, int from)
{
    if (from == COLUMN_CAPABILITY) {
        for_column(l, COLUMN_CAPABILITY, "teams", COLUMN_PEOPLE, false);
        for_column(l, COLUMN_CAPABILITY, "people", COLUMN_PEOPLE, false);
        for_column(l, COLUMN_CAPABILITY, "realised by", COLUMN_APPLICATION, false);
        for_column(l, COLUMN_CAPABILITY, "products", COLUMN_PRODUCT, false);
    }
    if (from == COLUMN_PEOPLE) for_column(l, COLUMN_PEOPLE, "products", COLUMN_PRODUCT, false);
    if (from == COLUMN_PRODUCT) {
        for_column(l, COLUMN_PRODUCT, "team", COLUMN_PEOPLE, true);
        for_column(l, COLUMN_PRODUCT, "applications", COLUMN_APPLICATION, true);
    }
    for (size_t i = 0, before = l->nodes.count; i < before; i++) {
        struct node n = l->nodes.items[i];
        if (n.column == COLUMN_APPLICATION) add_money(l, n.id, "annual cost", "a year");
        if (n.column == COLUMN_PRODUCT) add_money(l, n.id, "budget", "budget of the year");
    }
}

static void add_kin(struct line *l, uint64_t id, const char *how)
{
    size_t before = l->nodes.count;
    add(l, id, COLUMN_OBJECTIVE);
    if (l->nodes.count > before && !l->nodes.items[before].loose.n) l->nodes.items[before].note = str_of(how);
}

/* Parents above the objective, as far as they go up. */
static void add_family(struct line *l, uint64_t root)
{
    uint64_t chain[16];
    size_t depth = 0, count;
    for (uint64_t at = root; depth < ARRAY_COUNT(chain); depth++) {
        const uint64_t *up = line_follow(l->r, at, "parent", &count);
        bool again = false;
        for (size_t i = 0; count && i < depth; i++) again |= chain[i] == up[0];
        if (!count || again || up[0] == root) break;
        at = chain[depth] = up[0];
    }
    while (depth) add_kin(l, chain[--depth], "it is a part of this");
    add(l, root, COLUMN_OBJECTIVE);
}

/* ---- Drawing ---- */

static str cut(struct request *r, str text, size_t characters)
{
    if (utf8_count(text) <= characters) return text;
    return text_format(r, STR_FORMAT "…", STR_ARGS(str_slice(text, 0, utf8_offset(text, characters - 1))));
}

static struct feel_value node_record(struct line *l, const struct node *n, uint64_t root, const int *places)
{
    struct request *r = l->r;
    struct record c = record_new(r);
    uint64_t id = n->id & ~MONEY_OF;
    int x = places[n->column] * (NODE_WIDTH + COLUMN_GAP), y = HEAD_HEIGHT + n->row * (NODE_HEIGHT + ROW_GAP);
    record_int(&c, "x", x);
    record_int(&c, "y", y);
    record_int(&c, "text_x", x + 10);
    record_int(&c, "name_y", y + (n->loose.n || n->note.n ? 18 : 27));
    record_int(&c, "note_y", y + 35);
    record_text(&c, "name", n->name);
    record_text(&c, "short", cut(r, n->name, NAME_CHARACTERS));
    record_text(&c, "note", cut(r, n->loose.n ? n->loose : n->note, NAME_CHARACTERS + 3));
    record_bool(&c, "loose", n->loose.n > 0);
    record_bool(&c, "root", n->id == root);
    record_text(&c, "href", text_format(r, "/direction/%llu", (unsigned long long)id));
    const struct fact *f = picture_fact(r->picture, id);
    record_text(&c, "kind",
                n->column == COLUMN_MONEY ? text_format(r, "money of " STR_FORMAT, STR_ARGS(show_name(r, id)))
                : f                       ? fact_type(f)->name
                                          : STR_NONE);
    return record_get(&c);
}

static struct feel_value edge_record(struct line *l, const struct edge *e, const int *places)
{
    struct record c = record_new(l->r);
    const struct node *a = &l->nodes.items[e->from - 1], *b = &l->nodes.items[e->to - 1];
    if (a->column > b->column) {
        const struct node *swap = a;
        a = b, b = swap;
    }
    int x1 = places[a->column] * (NODE_WIDTH + COLUMN_GAP) + NODE_WIDTH,
        x2 = places[b->column] * (NODE_WIDTH + COLUMN_GAP);
    int y1 = HEAD_HEIGHT + a->row * (NODE_HEIGHT + ROW_GAP) + NODE_HEIGHT / 2,
        y2 = HEAD_HEIGHT + b->row * (NODE_HEIGHT + ROW_GAP) + NODE_HEIGHT / 2;
    int middle = x2 - COLUMN_GAP / 2;
    record_text(&c, "path", text_format(l->r, "M%d %dC%d %d %d %d %d %d", x1, y1, middle, y1, middle, y2, x2, y2));
    return record_get(&c);
}

static struct feel_value drawing(struct line *l, uint64_t root)
{
    static const char *const heads[] = {"Objectives",   "Capabilities", "Teams and people",
                                        "Applications", "Products",     "Money"};
    struct request *r = l->r;
    int places[COLUMN_COUNT], columns = 0, rows = 1;
    struct values nodes = {0}, edges = {0}, titles = {0};
    for (int i = 0; i < COLUMN_COUNT; i++) {
        places[i] = columns;
        if (!l->rows[i]) continue;
        struct record head = record_new(r);
        record_int(&head, "x", columns++ * (NODE_WIDTH + COLUMN_GAP));
        record_text(&head, "name",
                    l->left_out[i] ? text_format(r, "%s (%d more)", heads[i], l->left_out[i]) : str_of(heads[i]));
        values_add(r, &titles, record_get(&head));
        if (l->rows[i] > rows) rows = l->rows[i];
    }
    VEC_EACH(e, &l->edges) values_add(r, &edges, edge_record(l, e, places));
    VEC_EACH(n, &l->nodes) values_add(r, &nodes, node_record(l, n, root, places));
    struct record c = record_new(r);
    record_int(&c, "width", columns * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP);
    record_int(&c, "height", HEAD_HEIGHT + rows * (NODE_HEIGHT + ROW_GAP));
    record_int(&c, "node_width", NODE_WIDTH);
    record_int(&c, "node_height", NODE_HEIGHT);
    record_put(&c, "heads", values_get(&titles));
    record_put(&c, "nodes", values_get(&nodes));
    record_put(&c, "edges", values_get(&edges));
    return record_get(&c);
}

static struct feel_value loose_of(struct line *l)
{
    struct values list = {0};
    VEC_EACH(n, &l->nodes) {
        if (!n->loose.n) continue;
        struct record c = record_new(l->r);
        record_put(&c, "fact", fact_record(l->r, n->id));
        record_text(&c, "why", n->loose);
        values_add(l->r, &list, record_get(&c));
    }
    return values_get(&list);
}

bool line_draw(struct request *r, uint64_t root, struct feel_value *line, struct feel_value *loose)
{
    struct line l = {.r = r};
    int column = column_of(r, root);
    if (column < 0) return false;
    idmap_init(&l.known);
    if (column == COLUMN_OBJECTIVE)
        add_family(&l, root);
    else
        add(&l, root, column);
    go_left(&l, column);
    /* What the parents need is theirs. */
    if (column == COLUMN_OBJECTIVE) {
        spread(&l, root, "needs", COLUMN_CAPABILITY, false);
        spread(&l, root, "teams", COLUMN_PEOPLE, false);
        spread(&l, root, "products", COLUMN_PRODUCT, false);
    }
    go_right(&l, column == COLUMN_OBJECTIVE ? COLUMN_CAPABILITY : column);
    if (column == COLUMN_OBJECTIVE) {
        size_t count;
        const uint64_t *below = line_follow(r, root, "children", &count);
        for (size_t i = 0; i < count; i++) add_kin(&l, below[i], "a part of it");
    }
    *line = drawing(&l, root);
    *loose = loose_of(&l);
    idmap_release(&l.known);
    return true;
}
