/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of the table, declared. */
#ifndef FEEL_BUILTIN_ALL_H
#define FEEL_BUILTIN_ALL_H

#include "feel_builtin.h"

#define BUILTIN(identifier, words, usage, help) builtin_function builtin_##identifier;
#include "feel_builtin_table.h"
#undef BUILTIN

/* How each is written: BUILTIN_BODY(count) { … } */
#define BUILTIN_BODY(identifier)                                                                                       \
    struct feel_value builtin_##identifier(struct feel_vm *vm, const struct feel_value *arg, unsigned count)

#endif
