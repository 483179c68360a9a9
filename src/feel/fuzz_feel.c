/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an expression: compiled strictly and leniently, as a unary test, and evaluated within small limits. */
#include "feel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct feel_type numbers = {.is = FEEL_TYPE_LIST, .of = &feel_type_number};
    static const struct feel_variable names[] = {{STR_INIT("a"), &feel_type_number, false},
                                                 {STR_INIT("b c"), &numbers, false},
                                                 {STR_INIT("d"), &feel_any, true}};
    struct arena a;
    struct err err;
    struct buf out;
    str source = {(const char *)data, size};
    arena_init(&a, (size_t)8 << 20);
    buf_init(&out, (size_t)1 << 20);
    struct feel_value items[] = {feel_int(3), feel_int(-1)};
    struct feel_value inputs[] = {feel_int(7), feel_list(items, 2), feel_null(), feel_int(5)};
    for (int way = 0; way < 3; way++) {
        const struct feel_program *program;
        struct feel_value v;
        struct feel_env env = {.arena = &a, .now = 1795343400, .limits = {.steps = 20000, .depth = 30}};
        struct feel_scope scope = {.variables = names, .count = 3, .lenient = way > 0};
        int failed = way == 2 ? feel_compile_unary(&a, &scope, &feel_type_number, source, &program, &err)
                              : feel_compile(&a, &scope, source, &program, &err);
        if (failed < 0) {
            err_emit(&err, &out);
            continue;
        }
        if (feel_eval(program, &env, inputs, &v, &err) < 0) continue;
        buf_clear(&out);
        feel_emit(&out, v);
        feel_emit_plain(&out, v);
    }
    buf_release(&out);
    arena_release(&a);
    return 0;
}
