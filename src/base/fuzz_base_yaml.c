/* SPDX-License-Identifier: Apache-2.0 */
/* Every text of the tree is read to its end, and every key is found. */
#include "base_utf8.h"
#include "base_yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct arena *a, const struct yaml *v)
{
    struct err err;
    const str *texts;
    size_t count;
    MUST(v->line > 0 && v->column > 0);
    if (v->kind == YAML_SCALAR) MUST(utf8_first_bad(v->text, true) == STR_NOT_FOUND);
    for (size_t i = 0; i < v->count; i++) {
        const struct yaml *item = &v->items[i];
        if (v->kind == YAML_MAP) {
            MUST(yaml_get(v, item->key) == item);
            if (yaml_texts(a, v, item->key, &texts, &count, &err) < 0) MUST(err.line > 0);
        }
        walk(a, item);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct err err;
    const struct yaml *v;
    arena_init(&a, 0);
    if (yaml_parse(&a, (str){(const char *)data, size}, STR("x.yaml"), &v, &err) == 0)
        walk(&a, v);
    else
        MUST(err.code != ERR_NONE && err.message[0] && err.line > 0 && err.file[0]);
    arena_release(&a);
    return 0;
}
