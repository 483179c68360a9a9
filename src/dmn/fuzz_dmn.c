/* SPDX-License-Identifier: Apache-2.0 */
/* Models of any bytes: read, checked, and all that they have evaluated without inputs, within limits. A NUL ends a file
 * and begins the next, which the first may import. */
#include "dmn.h"
#include "dmn_edit.h"
#include "dmn_editor.h"
#include "dmn_xml.h"

enum { FILES = 4 };

/* Its tables keep their first rule, with other cells, and get one more: what comes of it is XML again. */
static void edit(str model, str decision, str cell)
{
    enum { COLUMNS = 3 };
    struct arena a;
    const str cells[COLUMNS] = {cell, STR("-"), STR("]]>&<")};
    const struct edited_rule rules[] = {{0, cells, cell}, {EDIT_NEW, cells, STR("why")}};
    arena_init(&a, 0);
    for (size_t columns = 1; columns <= COLUMNS; columns++)
        for (size_t first = 0; first < ARRAY_COUNT(rules); first++) {
            struct err err = {0};
            const struct xml *root;
            str out;
            if (dmn_edit_rules(&a, model, decision, rules + first, ARRAY_COUNT(rules) - first, columns, NULL, 0, &out,
                               &err) == 0)
                MUST(xml_parse(&a, out, &root, &err) == 0);
        }
    arena_release(&a);
}

static const struct xml *element(const struct xml *x, uint64_t number)
{
    if (x->number == number) return x;
    const struct xml *found = NULL;
    for (const struct xml *c = x->first; c && !found; c = c->next)
        if (!c->next || c->next->number > number) found = element(c, number);
    return found;
}

/* The copy with one of its elements taken away, doubled, or put into the last place. */
static str rearranged(struct arena *a, str copy, uint64_t chance)
{
    struct err err = {0};
    const struct xml *root, *x;
    MUST(xml_parse_whole(a, copy, &root, &err) == 0);
    uint64_t how = chance % 3, number = 2 + chance / 3 % 40;
    if (!(x = element(root, number)) || x->to <= root->from || root->from == root->end) return copy;
    str piece = str_slice(copy, x->tag, x->end), before = str_slice(copy, 0, how == 1 ? x->end : x->tag),
        middle = str_slice(copy, x->end, root->to), after = str_from(copy, root->to);
    return arena_printf(a, STR_FORMAT STR_FORMAT STR_FORMAT STR_FORMAT, STR_ARGS(before), STR_ARGS(middle),
                        STR_ARGS(how ? piece : STR("")), STR_ARGS(after));
}

/* To the editor and back without a change it is the same, and with any other text it is XML or refused. */
static void open_and_save(str model, str other)
{
    struct arena a;
    struct err err = {0};
    const struct xml *root;
    uint64_t chance = str_hash(other);
    str copy, out;
    arena_init(&a, 0);
    if (dmn_to_editor(&a, model, &copy, &err) == 0) {
        bool back = dmn_from_editor(&a, model, copy, copy, &out, &err) == 0;
        MUST(back ? str_eq(out, model) : err.code == ERR_LIMIT);
        const str saved[] = {other, rearranged(&a, copy, chance), rearranged(&a, copy, chance / 127)};
        for (size_t i = 0; i < ARRAY_COUNT(saved); i++)
            if (dmn_from_editor(&a, model, copy, saved[i], &out, &err) == 0) MUST(xml_parse(&a, out, &root, &err) == 0);
    }
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dmn_model *m;
    struct err err = {0};
    struct dmn_source sources[FILES];
    str rest = {(const char *)data, size};
    size_t files = 0, count;
    while (files < FILES - 1 && str_cut(&rest, 0, &sources[files].text)) sources[files++].path = STR_NONE;
    if (rest.n) sources[files++] = (struct dmn_source){rest, STR_NONE};
    open_and_save(sources[0].text, files > 1 ? sources[1].text : rest);
    if (dmn_check(sources, files, &m, &err) < 0) return 0;
    const struct dmn_node *const *nodes = dmn_nodes(m, &count);
    for (size_t i = 0; i < count && i < 20; i++) {
        struct arena a;
        struct dmn_result r;
        struct err limit = {0};
        arena_init(&a, 16 << 20);
        struct feel_env env = {.arena = &a, .limits = {.steps = 20000}};
        if (dmn_eval(nodes[i], &env, feel_context(NULL, 0), i % 2, &r, &limit) == 0) {
            struct buf out;
            buf_init(&out, 1 << 20);
            feel_emit(&out, r.value);
            buf_release(&out);
        }
        arena_release(&a);
        if (i < 3) edit(sources[0].text, dmn_node_name(nodes[i]), str_from(rest, rest.n / 2));
    }
    dmn_free(m);
    return 0;
}
