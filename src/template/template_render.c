/* SPDX-License-Identifier: Apache-2.0 */
#include "template_tree.h"

#include "base_time.h"

#include <string.h>

struct rendering {
    struct feel_env *env;
    struct feel_value *inputs;
    struct buf *out, text; /* text: one value before it is escaped */
    struct err *err;
};

void template_put_value(struct buf *out, struct feel_env *env, struct feel_value v)
{
    int64_t days;
    if (v.kind == FEEL_LIST) {
        for (uint32_t i = 0; i < v.count; i++) {
            if (i) buf_text(out, ", ");
            template_put_value(out, env, v.items[i]);
        }
    } else if (v.kind == FEEL_OBJECT) {
        const struct feel_class *class = v.object.of;
        struct feel_value name = class->get(env, class, v.object.handle, class->name_slot);
        if (name.kind == FEEL_OBJECT) name = feel_null(); /* a name that is an object could go in circles */
        template_put_value(out, env, name);
    } else if (v.kind == FEEL_DATE && feel_to_days(v, &days)) {
        buf_str(out, civil_emit_words(env->arena, days));
    } else {
        feel_emit_plain(out, v);
    }
}

static int render(struct rendering *r, const struct piece *p);

static int for_each(struct rendering *r, const struct piece *p, struct feel_value list)
{
    const struct feel_value *items = list.kind == FEEL_LIST ? list.items : &list;
    size_t count = list.kind == FEEL_LIST ? list.count : list.kind != FEEL_NULL;
    if (!count) return render(r, p->otherwise);
    for (size_t i = 0; i < count; i++) {
        r->inputs[p->input] = items[i];
        if (render(r, p->body)) return -1;
    }
    return 0;
}

static int render(struct rendering *r, const struct piece *p)
{
    for (; p; p = p->next) {
        struct feel_value v;
        if (p->kind != PIECE_TEXT && feel_eval(p->program, r->env, r->inputs, &v, r->err)) return -1;
        int result = 0;
        switch (p->kind) {
        case PIECE_TEXT: buf_str(r->out, p->text); break;
        case PIECE_PUT:
            buf_clear(&r->text);
            template_put_value(&r->text, r->env, v);
            if (r->text.full) r->out->full = true;
            template_put(r->out, p->form, buf_get(&r->text));
            break;
        case PIECE_IF: result = render(r, feel_is_true(v) ? p->body : p->otherwise); break;
        case PIECE_FOR: result = for_each(r, p, v); break;
        case PIECE_LET: r->inputs[p->input] = v; break;
        }
        if (result) return result;
        if (r->out->full) return buf_check(r->out, r->err);
    }
    return 0;
}

int template_render(const struct template *t, struct feel_env *env, const struct feel_value *inputs, struct buf *out,
                    struct err *err)
{
    struct rendering r = {.env = env, .out = out, .err = err};
    r.inputs = arena_array(env->arena, t->all_inputs + 1, sizeof *r.inputs);
    if (t->inputs) memcpy(r.inputs, inputs, t->inputs * sizeof *inputs);
    for (size_t i = t->inputs; i < t->all_inputs; i++) r.inputs[i] = feel_null();
    buf_init(&r.text, out->cap);
    int result = render(&r, t->first);
    buf_release(&r.text);
    return result;
}
