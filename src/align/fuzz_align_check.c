/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a check file: it compiles, or the error says where. */
#include "align.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char model_text[] = "version: 1\n"
                                 "sides: [{key: it, name: IT}, {key: marketing, name: Marketing}]\n"
                                 "types:\n"
                                 "  - id: 1\n"
                                 "    name: thing\n"
                                 "    plural: things\n"
                                 "    group: g\n"
                                 "    help: h\n"
                                 "    key: [name]\n"
                                 "    fields:\n"
                                 "      - {id: 1, name: name, kind: text, required: yes, help: h}\n"
                                 "      - {id: 2, name: annual cost, kind: money, help: h}\n"
                                 "      - {id: 3, name: parts, kind: links, to: thing, inverse: wholes, help: h}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct err err = {0};
    const struct model *model;
    const struct checks *checks;
    struct graph *g;
    struct store_profile profile = {STR("N"), STR("EUR"), STR_NONE};
    arena_init(&a, 0);
    MUST(model_parse(&a, str_of(model_text), STR("m.yaml"), &model, &err) == 0);
    MUST(graph_new(model, &profile, NULL, &g, &err) == 0);
    struct check_text file = {STR("c.yaml"), {(const char *)data, size}};
    if (checks_compile(&a, g, &file, 1, &checks, &err))
        MUST(err.code != ERR_NONE && err.message[0] && err.file[0] && err.line > 0);
    graph_free(g);
    arena_release(&a);
    return 0;
}
