/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's own state and its parts: operators and paths (feel_vm_value.c), what loops and filters keep
 * (feel_vm_loop.c), calls and the loop over instructions (feel_vm.c). */
#ifndef FEEL_VM_H
#define FEEL_VM_H

#include "feel_builtin.h"

#include <assert.h>

struct piece;
struct feel_vm {
    struct feel_env *env;
    struct arena *a;
    uint64_t limit_steps;
    uint32_t limit_depth;
    const struct feel_builtin *builtin; /* that is running: for reasons */
    const char *stopped;                /* why everything ends */
    struct piece *piece;
    size_t used; /* registers of the piece */
};

/* Null with this reason, without the name of a built-in function before it. */
struct feel_value vm_null_because(struct feel_vm *vm, const char *format, ...) PRINTF_LIKE(2, 3);
static inline const char *words(struct feel_value v) { return feel_kind_words((enum feel_kind)v.kind); }

/* Values are read and written by 8-byte words here: a wide copy of what was just written in words waits for the memory.
 */
static inline void set_boolean(struct feel_value *to, bool b) { to->head = FEEL_BOOLEAN | (uint64_t)b << 8; }
static inline void set(struct feel_value *to, const struct feel_value *from)
{
    uint64_t head = from->head, low = from->word[0], high = from->word[1];
    to->head = head, to->word[0] = low, to->word[1] = high;
}
static_assert(offsetof(struct feel_value, flag) == 1, "set_boolean");

/* ---- Operators and paths (feel_vm_value.c) ---- */

struct feel_value vm_compare(struct feel_vm *vm, enum op op, struct feel_value x, struct feel_value y);
struct feel_value vm_negate(struct feel_vm *vm, struct feel_value v);
struct feel_value vm_no_boolean(struct feel_vm *vm, struct feel_value x, struct feel_value y);
struct feel_value vm_both(struct feel_vm *vm, struct feel_value x, struct feel_value y);
struct feel_value vm_either(struct feel_vm *vm, struct feel_value x, struct feel_value y);
struct feel_value vm_index(struct feel_vm *vm, struct feel_value list, struct feel_value index);
struct feel_value vm_select(struct feel_vm *vm, struct feel_value list, struct feel_value by);
struct feel_value vm_path_at(struct feel_vm *vm, struct feel_value v, const struct path_site *site);
struct feel_value vm_field(struct feel_vm *vm, struct feel_value v, const struct path_site *site);
bool vm_lookup(struct feel_vm *vm, struct feel_value v, const struct path_site *site, struct feel_value *out);

/* ---- Loops (feel_vm_loop.c): in registers as pointers ---- */

struct loop {
    const struct feel_value *items;
    struct feel_value one;
    uint32_t at, count;
    bool counts; /* from `next` to `last`, numbers or dates */
    uint8_t kind;
    int64_t next, last;
};
struct collection {
    VEC(struct feel_value) got;
    bool single; /* the result is not the list but: */
    struct feel_value value;
};

static inline struct feel_value in_register(const void *p)
{
    struct feel_value v = {.kind = FEEL_NULL};
    v.word[0] = (uintptr_t)p, v.word[1] = 0;
    return v;
}
#define LOOP_OF(v)       ((struct loop *)(uintptr_t)(v).word[0])
#define COLLECTION_OF(v) ((struct collection *)(uintptr_t)(v).word[0])

bool loop_count(struct loop *l, struct feel_value from, struct feel_value to);
bool loop_start(struct loop *l, struct feel_value v);
void loop_fail(struct feel_vm *vm, struct feel_value *registers, unsigned at, struct feel_value v);
void loop_keep(struct feel_vm *vm, struct collection *c, struct loop *l, struct feel_value which);
static inline bool loop_next(struct loop *l, struct feel_value *out)
{
    if (LIKELY(l->at < l->count)) return set(out, &l->items[l->at++]), true;
    if (!l->counts) return false;
    *out = l->kind == FEEL_DATE ? feel_date(l->next) : feel_int(l->next);
    if (l->next == l->last)
        l->counts = false;
    else
        l->next += l->next < l->last ? 1 : -1;
    return true;
}

#endif
