/* SPDX-License-Identifier: Apache-2.0 */
/* Models of any bytes: read, checked, and all that they have evaluated without inputs, within limits. A NUL ends a file
 * and begins the next, which the first may import. */
#include "dmn.h"
#include "dmn_edit.h"
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
