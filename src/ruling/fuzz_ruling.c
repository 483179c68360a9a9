/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a rulebook; what loads is asked with nothing, and with the first value of each question. */
#include "ruling.h"

enum { MEMORY = 64 << 20, STEPS = 200000 };

static void ask(const struct rulebook *b, bool answered)
{
    struct arena a;
    struct answers given;
    struct ruling r;
    struct err err;
    struct buf out;
    struct json_writer w;
    size_t count;
    arena_init(&a, MEMORY);
    struct feel_env env = {.arena = &a, .limits = {.steps = STEPS}};
    const struct rulebook_question *q = rulebook_questions(b, &count);
    struct feel_entry *entries = arena_array(&a, count + 1, sizeof *entries);
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct feel_entry){q[i].name, q[i].value_count ? q[i].values[0] : feel_int(1)};
    answers_from_context(b, &env, feel_context(entries, answered ? count : 0), &given);
    if (rulebook_rule(b, &env, &given, RULING_ALL, &r, &err) == 0) {
        buf_init(&out, 1 << 20);
        json_init(&w, &out, 0);
        ruling_emit_json(&r, 1, &w);
        buf_release(&out);
    }
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rulebook *b;
    struct err err;
    if (rulebook_load(STR("fuzz"), STR(""), (str){(const char *)data, size}, &b, &err) < 0) return 0;
    ask(b, false);
    ask(b, true);
    rulebook_free(b);
    return 0;
}
