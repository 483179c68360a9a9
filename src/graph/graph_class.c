/* SPDX-License-Identifier: Apache-2.0 */
/* What FEEL knows of the metamodel: a class for each type, the workspace, and the compiled derived fields. */
#include "graph_inside.h"

#include "base_time.h"

#include <string.h>

static const struct feel_type *scalar_type(enum field_kind kind)
{
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_PERIOD:
    case FIELD_ONE_OF: return &feel_type_string;
    case FIELD_WHOLE_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_MONEY:
    case FIELD_PERCENT: return &feel_type_number;
    case FIELD_DATE: return &feel_type_date;
    case FIELD_YES_NO: return &feel_type_boolean;
    case FIELD_LINK:
    case FIELD_LINKS:
    case FIELD_DERIVED:
    case FIELD_OBSERVED: break;
    }
    return &feel_any;
}

static enum field_kind observed_kind(const struct model_field *f)
{
    switch (f->observed) {
    case OBSERVED_PEOPLE:
    case OBSERVED_REQUESTS:
    case OBSERVED_BYTES: return FIELD_WHOLE_NUMBER;
    case OBSERVED_FIRST_SEEN:
    case OBSERVED_LAST_SEEN: return FIELD_DATE;
    case OBSERVED_PAID: return FIELD_MONEY;
    }
    return FIELD_WHOLE_NUMBER;
}

static bool has_text(enum field_kind kind) { return kind <= FIELD_ONE_OF; }
static bool has_number(enum field_kind kind)
{
    return kind == FIELD_WHOLE_NUMBER || kind == FIELD_DECIMAL || kind == FIELD_MONEY || kind == FIELD_PERCENT ||
           kind == FIELD_DATE;
}

static enum slot_how slot_how(enum field_kind kind)
{
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_PERIOD:
    case FIELD_ONE_OF: return SLOT_TEXT;
    case FIELD_WHOLE_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_PERCENT: return SLOT_NUMBER;
    case FIELD_MONEY: return SLOT_MONEY;
    case FIELD_DATE: return SLOT_DATE;
    case FIELD_YES_NO: return SLOT_YES_NO;
    case FIELD_LINK: return SLOT_LINK;
    case FIELD_LINKS: return SLOT_LINKS;
    case FIELD_DERIVED: return SLOT_DERIVED;
    case FIELD_OBSERVED: return SLOT_OBSERVED;
    }
    return SLOT_TEXT;
}

/* ---- Shapes ---- */

static void lay_out(struct graph *g, struct shape *shape, const struct model_type *type)
{
    struct arena *a = &g->arena;
    shape->graph = g, shape->type = type, shape->inverse_count = type->inverse_count;
    shape->value_of = arena_array(a, type->field_count, sizeof *shape->value_of);
    shape->link_of = arena_array(a, type->field_count, sizeof *shape->link_of);
    shape->links = arena_array(a, type->field_count, sizeof *shape->links);
    shape->back_of = arena_array(a, type->field_count, sizeof *shape->back_of);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct model_field *f = &type->fields[i];
        MUST(f->number == i);
        shape->value_of[i] = shape->link_of[i] = NOT_THERE;
        if (has_text(f->kind)) shape->value_of[i] = (uint16_t)shape->value_count++;
        if (f->kind != FIELD_LINK && f->kind != FIELD_LINKS) continue;
        uint16_t back = NOT_THERE;
        for (size_t k = 0; k < f->to->inverse_count; k++)
            if (f->to->inverses[k].field == f) back = (uint16_t)k;
        shape->back_of[shape->link_count] = back;
        shape->links[shape->link_count] = f;
        shape->link_of[i] = (uint16_t)shape->link_count++;
    }
    shape->slot_of = arena_array(a, type->field_count, sizeof *shape->slot_of);
    shape->text_order = arena_array(a, shape->value_count, sizeof *shape->text_order);
    size_t ordered = 0;
    for (int role = ROLE_STEWARD; role >= ROLE_VIEWER; role--)
        for (size_t i = 0; i < type->field_count; i++)
            if (shape->value_of[i] != NOT_THERE && (int)type->fields[i].seen_by == role)
                shape->text_order[ordered++] = shape->value_of[i];
    shape->words = shape->value_count / 64 + 1;
    shape->numbers = arena_array(a, shape->words, sizeof *shape->numbers);
    for (size_t i = 0; i < type->field_count; i++) {
        size_t place = shape->value_of[i];
        if (place != NOT_THERE && has_number(type->fields[i].kind))
            shape->numbers[place >> 6] |= UINT64_C(1) << (place & 63);
    }
}

static uint32_t add_slot(struct shape *shape, struct slot slot)
{
    shape->slots[shape->slot_count] = slot;
    return (uint32_t)shape->slot_count++;
}

static str absent_reason(struct arena *a, const struct model_field *f)
{
    return arena_printf(a, "no " STR_FORMAT " is stated", STR_ARGS(f->name));
}

static struct feel_field model_member(struct graph *g, struct shape *shape, const struct model_field *f)
{
    struct arena *a = &g->arena;
    struct slot slot = {
        .how = slot_how(f->kind), .field = f, .name = f->name, .absent = absent_reason(a, f), .seen_by = f->seen_by};
    enum field_kind kind = f->kind == FIELD_DERIVED ? f->gives : f->kind == FIELD_OBSERVED ? observed_kind(f) : f->kind;
    struct feel_field member = {.name = f->name, .type = scalar_type(kind)};
    if (f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED) slot.number = (uint16_t)shape->kept_count++;
    if (f->kind == FIELD_LINK) member.type = &g->shapes[f->to->number].object;
    if (f->kind == FIELD_LINKS) member.type = &g->shapes[f->to->number].list;
    member.slot = shape->slot_of[f->number] = add_slot(shape, slot);
    if (f->kind != FIELD_MONEY) return member;
    struct feel_field *parts = arena_array(a, 2, sizeof *parts);
    slot.how = SLOT_AMOUNT;
    parts[0] = (struct feel_field){.name = STR("amount"), .type = &feel_type_number, .slot = add_slot(shape, slot)};
    slot.how = SLOT_CURRENCY;
    parts[1] = (struct feel_field){.name = STR("currency"), .type = &feel_type_string, .slot = add_slot(shape, slot)};
    member.parts = parts, member.part_count = 2;
    return member;
}

static struct feel_value fact_get(struct feel_env *env, const struct feel_class *class, uint64_t handle, uint32_t slot);
static struct feel_value workspace_get(struct feel_env *env, const struct feel_class *class, uint64_t handle,
                                       uint32_t slot);

static const struct feel_type *key_type(enum slot_how how)
{
    static const struct feel_type sides = {.is = FEEL_TYPE_LIST, .of = &feel_type_string};
    if (how == SLOT_WAITS_FOR) return &sides;
    return how == SLOT_AGREEMENT ? &feel_type_string : &feel_type_date;
}

static bool has_inverse(const struct model_type *type, str name)
{
    for (size_t i = 0; i < type->inverse_count; i++)
        if (str_eq_nocase(type->inverses[i].name, name)) return true;
    return false;
}

static void make_class(struct graph *g, struct shape *shape)
{
    struct arena *a = &g->arena;
    const struct model_type *type = shape->type;
    size_t key_count, most = type->field_count + type->inverse_count + 3, count = 0;
    const struct key_member *keys = key_members(&key_count);
    if (type->two_key) most += key_count;
    struct feel_field *members = arena_array(a, most, sizeof *members);
    shape->slots = arena_array(a, most + 2 * type->field_count, sizeof *shape->slots);
    for (size_t i = 0; i < type->field_count; i++) members[count++] = model_member(g, shape, &type->fields[i]);
    for (size_t i = 0; i < type->inverse_count; i++) {
        const struct model_inverse *inverse = &type->inverses[i];
        struct slot slot = {.how = SLOT_INVERSE,
                            .field = inverse->field,
                            .number = (uint16_t)i,
                            .name = inverse->name,
                            .seen_by = inverse->field->seen_by};
        members[count++] = (struct feel_field){
            .name = inverse->name, .type = &g->shapes[inverse->from->number].list, .slot = add_slot(shape, slot)};
    }
    /* A type that has a field called id or type of its own keeps it. */
    if (!model_field(type, STR("id")))
        members[count++] =
            (struct feel_field){.name = STR("id"),
                                .type = &feel_type_number,
                                .slot = add_slot(shape, (struct slot){.how = SLOT_ID, .name = STR("id")})};
    if (!model_field(type, STR("type")))
        members[count++] =
            (struct feel_field){.name = STR("type"),
                                .type = &feel_type_string,
                                .slot = add_slot(shape, (struct slot){.how = SLOT_TYPE, .name = STR("type")})};
    for (size_t i = 0; type->two_key && i < key_count; i++) {
        const struct key_member *k = &keys[i];
        if (model_field(type, k->name) || has_inverse(type, k->name)) continue;
        members[count++] = (struct feel_field){.name = k->name,
                                               .type = k->how == SLOT_PROPOSED ? &shape->object : key_type(k->how),
                                               .slot = add_slot(shape, (struct slot){.how = k->how, .name = k->name})};
    }
    if (type == g->request && !model_field(type, STR("ruling")) && !has_inverse(type, STR("ruling")))
        members[count++] =
            (struct feel_field){.name = STR("ruling"),
                                .type = &g->ruling_type,
                                .slot = add_slot(shape, (struct slot){.how = SLOT_RULING, .name = STR("ruling")})};
    uint32_t name_slot = 0;
    for (size_t i = 0; i < count; i++)
        if (str_eq(members[i].name, type->name_field->name)) name_slot = members[i].slot;
    shape->class = (struct feel_class){
        .name = type->name, .fields = members, .count = count, .get = fact_get, .host = shape, .name_slot = name_slot};
    struct feel_variable *this = arena_zalloc(a, sizeof *this);
    *this = (struct feel_variable){.name = STR("this"), .type = &shape->object, .opened = true};
    shape->scope = arena_zalloc(a, sizeof *shape->scope);
    *shape->scope = (struct feel_scope){.outer = &g->scope, .variables = this, .count = 1};
}

static void make_workspace(struct graph *g)
{
    struct arena *a = &g->arena;
    size_t types = g->model->type_count;
    struct feel_field *members = arena_array(a, types + 2, sizeof *members);
    for (uint32_t i = 0; i < types; i++)
        members[i] = (struct feel_field){.name = g->model->types[i].plural, .type = &g->shapes[i].list, .slot = i};
    members[types] = (struct feel_field){.name = STR("company"), .type = &feel_type_string, .slot = (uint32_t)types};
    members[types + 1] =
        (struct feel_field){.name = STR("currency"), .type = &feel_type_string, .slot = (uint32_t)types + 1};
    g->workspace = (struct feel_class){.name = STR("workspace"),
                                       .fields = members,
                                       .count = types + 2,
                                       .get = workspace_get,
                                       .host = g,
                                       .name_slot = (uint32_t)types};
    g->workspace_type = (struct feel_type){.is = FEEL_TYPE_OBJECT, .class = &g->workspace};
    struct feel_variable *workspace = arena_zalloc(a, sizeof *workspace);
    *workspace = (struct feel_variable){.name = STR("workspace"), .type = &g->workspace_type, .opened = true};
    g->scope = (struct feel_scope){.variables = workspace, .count = 1};
    g->scope.functions = graph_functions(a, &g->scope.function_count);
}

/* ---- Derived fields ---- */

static int in_field(struct err *err, const struct slot *slot, const struct shape *shape, struct arena *a)
{
    if (slot->field->feel_line) err->line = slot->field->feel_line + (err->line ? err->line - 1 : 0);
    err_in(err, slot->field->file);
    return err_at(err, 0,
                  arena_printf(a, STR_FORMAT ": " STR_FORMAT, STR_ARGS(shape->type->name), STR_ARGS(slot->name)));
}

static int compile_derived(struct graph *g, struct shape *shape, struct err *err)
{
    for (size_t i = 0; i < shape->slot_count; i++) {
        struct slot *slot = &shape->slots[i];
        if (slot->how != SLOT_DERIVED) continue;
        if (feel_compile(&g->arena, shape->scope, slot->field->feel, &slot->program, err))
            return in_field(err, slot, shape, &g->arena);
        const struct feel_type *gives = feel_program_type(slot->program), *wanted = scalar_type(slot->field->gives);
        bool fits = gives->is == FEEL_TYPE_ANY ||
                    (gives->is == FEEL_TYPE_OF_KIND && (gives->kind == wanted->kind || gives->kind == FEEL_NULL));
        if (fits) continue;
        err_set(err, ERR_SYNTAX, "the expression does not give a %s", field_kind_name(slot->field->gives));
        return in_field(err, slot, shape, &g->arena);
    }
    return 0;
}

enum { UNSEEN, OPEN, DONE };
struct walk {
    struct graph *g;
    uint8_t **state;
    struct buf path;
};
/* Fails when the slot, by what it reads, comes back to itself. Who may not see what it reads does not see it either. */
static int walk_slot(struct walk *w, const struct shape *shape, uint32_t number, struct err *err)
{
    uint8_t *state = &w->state[shape->type->number][number];
    struct slot *slot = &shape->slots[number];
    if (slot->how != SLOT_DERIVED || *state == DONE) return 0;
    size_t path = w->path.n;
    if (path) buf_text(&w->path, " → ");
    buf_str(&w->path, shape->type->name), buf_char(&w->path, '.'), buf_str(&w->path, slot->name);
    if (*state == OPEN) {
        err_set(err, ERR_INPUT, "derived fields go in a circle: " STR_FORMAT, STR_ARGS(buf_get(&w->path)));
        return in_field(err, slot, shape, &w->g->arena);
    }
    *state = OPEN;
    size_t count;
    const struct feel_read *reads = feel_program_reads(slot->program, &count);
    for (size_t i = 0; i < count; i++) {
        if (reads[i].class == &w->g->workspace || reads[i].class == &w->g->ruling) continue;
        if (walk_slot(w, reads[i].class->host, reads[i].slot, err)) return -1;
        enum user_role needed = graph_seen_by(w->g, &reads[i]);
        if (needed > slot->seen_by) slot->seen_by = needed;
    }
    *state = DONE;
    w->path.n = path;
    return 0;
}

static int check_circles(struct graph *g, struct err *err)
{
    struct walk w = {.g = g, .state = arena_array(&g->arena, g->model->type_count, sizeof *w.state)};
    buf_init(&w.path, 10000);
    for (size_t i = 0; i < g->model->type_count; i++) w.state[i] = arena_zalloc(&g->arena, g->shapes[i].slot_count + 1);
    int failed = 0;
    for (size_t i = 0; i < g->model->type_count && !failed; i++)
        for (uint32_t k = 0; k < g->shapes[i].slot_count && !failed; k++) {
            w.path.n = 0;
            failed = walk_slot(&w, &g->shapes[i], k, err);
        }
    buf_release(&w.path);
    return failed;
}

/* ---- Who sees what ---- */

enum user_role graph_seen_by(const struct graph *g, const struct feel_read *read)
{
    if (read->class == &g->workspace || read->class == &g->ruling) return ROLE_VIEWER;
    const struct shape *shape = read->class->host;
    return shape->slots[read->slot].seen_by;
}

bool graph_sees(const struct graph *g, const struct graph_viewer *viewer, const struct model_type *type,
                const struct model_field *field)
{
    const struct shape *shape = &g->shapes[type->number];
    return viewer_role(viewer) >= shape->slots[shape->slot_of[field->number]].seen_by;
}

bool graph_sees_files(const struct graph_viewer *viewer, const struct model_type *type)
{
    return viewer_role(viewer) >= type->files_seen_by;
}

static void find_sights(struct graph *g)
{
    for (int role = ROLE_VIEWER; role <= ROLE_STEWARD; role++) {
        bool differs = role == ROLE_VIEWER;
        for (size_t i = 0; i < g->model->type_count && !differs; i++)
            for (size_t k = 0; k < g->shapes[i].slot_count && !differs; k++)
                differs = (int)g->shapes[i].slots[k].seen_by == role;
        g->sights[role] = differs ? (enum user_role)role : g->sights[role - 1];
    }
}

enum user_role graph_sight(const struct graph *g, const struct graph_viewer *viewer)
{
    return g->sights[viewer_role(viewer)];
}

int classes_make(struct graph *g, struct err *err)
{
    size_t types = g->model->type_count;
    g->shapes = arena_array(&g->arena, types, sizeof *g->shapes);
    for (size_t i = 0; i < types; i++) {
        MUST(g->model->types[i].number == i);
        struct shape *shape = &g->shapes[i];
        lay_out(g, shape, &g->model->types[i]);
        shape->object = (struct feel_type){.is = FEEL_TYPE_OBJECT, .class = &shape->class};
        shape->list = (struct feel_type){.is = FEEL_TYPE_LIST, .of = &shape->object};
    }
    g->request = model_type(g->model, STR("request"));
    ruling_class_make(g);
    for (size_t i = 0; i < types; i++) make_class(g, &g->shapes[i]);
    make_workspace(g);
    for (size_t i = 0; i < types; i++)
        if (compile_derived(g, &g->shapes[i], err)) return -1;
    if (check_circles(g, err)) return -1;
    find_sights(g);
    return 0;
}

/* ---- Reading ---- */

static struct feel_value not_open(enum user_role seen_by)
{
    static const str reasons[] = {
        [ROLE_VIEWER] = STR_INIT("open to all"),
        [ROLE_CONTRIBUTOR] = STR_INIT("open to contributors, signatories and stewards only"),
        [ROLE_SIGNATORY] = STR_INIT("open to signatories and stewards only"),
        [ROLE_STEWARD] = STR_INIT("open to stewards only"),
    };
    return feel_null_because(reasons[seen_by]);
}

static struct feel_value object_list(struct arena *a, const struct shape *shape, const uint64_t *ids, size_t count)
{
    struct feel_value *items = arena_alloc(a, count * sizeof *items);
    for (size_t i = 0; i < count; i++) items[i] = feel_object(&shape->class, ids[i]);
    return feel_list(items, count);
}

static str currency_of(str money) { return str_trim(str_from(money, str_find_char(money, ' '))); }

static struct feel_value not_seen(struct feel_env *env, const struct slot *slot)
{
    const struct model_field *f = slot->field;
    if (f->observed == OBSERVED_PAID) return feel_null_because(STR("no payment for it is known"));
    const struct graph_view *view = env->host;
    if (view->picture->newest_day == INT64_MIN) return feel_null_because(STR("no log has been read"));
    return feel_null_because(STR("no log that was read shows it"));
}

static struct feel_value paid(struct feel_env *env, const struct evidence *e, int days)
{
    const struct graph_view *view = env->host;
    int64_t today = view_today(env), year;
    int month, day;
    civil_from_days(today, &year, &month, &day);
    int64_t last = year * 12 + month - 1, first = days ? last - (days * 12 + 182) / 365 + 1 : INT64_MIN;
    struct feel_value sum = feel_int(0);
    for (size_t i = 0; i < e->payment_count; i++) {
        const struct payment *p = &e->payments[i];
        if (p->month > last || p->month < first) continue;
        int64_t month_year = p->month / 12;
        int month_number = p->month % 12 + 1;
        int64_t booked = civil_days(month_year, month_number, civil_days_in_month(month_year, month_number));
        str currency = {p->currency, strnlen(p->currency, sizeof p->currency)};
        struct feel_value amount = picture_convert(view->picture, env->arena, number_of(p->amount[0], p->amount[1]),
                                                   currency, booked < today ? booked : today);
        if (amount.kind != FEEL_NUMBER) return amount;
        sum = number_add(sum, amount);
    }
    return sum;
}

static struct feel_value big_count(struct feel_env *env, uint64_t n)
{
    if (n <= INT64_MAX) return feel_int((int64_t)n);
    struct feel_value v = feel_null();
    if (!feel_number(arena_printf(env->arena, "%llu", (unsigned long long)n), &v)) return feel_null();
    return v;
}

static struct feel_value observe(struct feel_env *env, const struct fact *f, const struct slot *slot)
{
    const struct graph_view *view = env->host;
    const struct evidence *e = picture_evidence(view->picture, f->id);
    enum observed_what what = slot->field->observed;
    if (!e || !(what == OBSERVED_PAID ? e->payment_count : e->day_count)) return not_seen(env, slot);
    int days = slot->field->days;
    if (what == OBSERVED_PAID) return paid(env, e, days);
    int64_t today = view_today(env), from = days ? today - days + 1 : INT32_MIN;
    if (e->days[0].day > today) return not_seen(env, slot);
    if (view->picture->newest_day < from) return feel_null_because(STR("no log of that time has been read"));
    uint64_t requests, bytes;
    switch (what) {
    case OBSERVED_PEOPLE: return feel_int((int64_t)evidence_people(e, from, today));
    case OBSERVED_REQUESTS: evidence_sum(e, from, today, &requests, &bytes); return big_count(env, requests);
    case OBSERVED_BYTES: evidence_sum(e, from, today, &requests, &bytes); return big_count(env, bytes);
    case OBSERVED_FIRST_SEEN: return feel_date(e->days[0].day);
    case OBSERVED_LAST_SEEN:
        for (size_t i = e->day_count; i-- > 0;)
            if (e->days[i].day <= today) return feel_date(e->days[i].day);
        return not_seen(env, slot);
    case OBSERVED_PAID: break;
    }
    NOT_REACHED();
}

static struct feel_value derive(struct feel_env *env, const struct fact *f, uint64_t handle, const struct slot *slot)
{
    const struct graph_view *view = env->host;
    const struct feel_value inputs[] = {graph_workspace(view), feel_object(&f->shape->class, handle)};
    struct feel_value v;
    struct err err;
    /* Over a limit: the steps are spent, so whoever asked stops at its next step. */
    if (feel_eval(slot->program, env, inputs, &v, &err))
        return feel_null_because(arena_copy(env->arena, str_of(err.message)));
    if (v.kind == FEEL_NULL || v.kind == scalar_type(slot->field->gives)->kind) return v;
    return feel_null_because(arena_printf(env->arena, STR_FORMAT " did not come out as a %s", STR_ARGS(slot->name),
                                          field_kind_name(slot->field->gives)));
}

/* Derived and observed values are computed once a view. Texts move to the view's arena, since env's may be emptied. */
static struct feel_value kept(struct feel_env *env, const struct fact *f, uint64_t handle, const struct slot *slot)
{
    MUST(slot->field);
    /* Proposals are few. */
    if (handle != f->id) return slot->how == SLOT_DERIVED ? derive(env, f, handle, slot) : observe(env, f, slot);
    struct graph_view *view = env->host;
    struct feel_value **of_chunk, *of_fact;
    size_t chunk = picture_chunk(view->picture, f->id >> CHUNK_BITS), place = f->id & (CHUNK_FACTS - 1);
    if (!view->kept[chunk]) view->kept[chunk] = arena_array(view->arena, CHUNK_FACTS, sizeof **view->kept);
    of_chunk = view->kept[chunk];
    if (!of_chunk[place]) {
        of_chunk[place] = arena_array(view->arena, f->shape->kept_count, sizeof **of_chunk);
        for (size_t i = 0; i < f->shape->kept_count; i++) of_chunk[place][i].kind = UINT8_MAX;
    }
    of_fact = of_chunk[place];
    struct feel_value *v = &of_fact[slot->number];
    if (v->kind != UINT8_MAX) return *v;
    struct feel_value fresh = slot->how == SLOT_DERIVED ? derive(env, f, handle, slot) : observe(env, f, slot);
    if ((fresh.kind == FEEL_STRING || fresh.kind == FEEL_NULL) && fresh.text.n)
        fresh.text = arena_copy(view->arena, fresh.text);
    return *v = fresh;
}

static str absent(const struct fact *f, const struct slot *slot)
{
    return fact_erased(f, slot->field) ? STR("it was erased from the journal") : slot->absent;
}

static struct feel_value fact_get(struct feel_env *env, const struct feel_class *class, uint64_t handle,
                                  uint32_t number)
{
    const struct graph_view *view = env->host;
    const struct shape *shape = class->host;
    const struct slot *slot = &shape->slots[number];
    const struct fact *f = picture_fact(view->picture, handle);
    if (!f || f->shape != shape) return feel_null_because(STR("it is no longer there"));
    if (viewer_role(env->viewer) < slot->seen_by) return not_open(slot->seen_by);
    str text;
    const uint64_t *value, *ids;
    size_t count;
    switch (slot->how) {
    case SLOT_ID: return feel_int((int64_t)f->id);
    case SLOT_TYPE: return feel_string(shape->type->name);
    case SLOT_DERIVED:
    case SLOT_OBSERVED: return kept(env, f, handle, slot);
    case SLOT_AGREEMENT:
    case SLOT_AGREED_ON:
    case SLOT_PROPOSED:
    case SLOT_PROPOSED_ON:
    case SLOT_SIGNED_ON:
    case SLOT_WAITS_FOR: return keyed_get(env, f, handle, slot);
    case SLOT_RULING: return ruling_of(env, shape->graph, f->id);
    case SLOT_INVERSE: {
        size_t chunk = picture_chunk(view->picture, f->id >> CHUNK_BITS);
        ids = backlinks_get(view->picture->back[chunk], f->id & (CHUNK_FACTS - 1), shape, slot->number, &count);
        const struct model_type *from = shape->type->inverses[slot->number].from;
        return object_list(env->arena, &shape->graph->shapes[from->number], ids, count);
    }
    case SLOT_LINK:
    case SLOT_LINKS: {
        MUST(slot->field);
        const struct shape *to = &shape->graph->shapes[slot->field->to->number];
        ids = fact_links(f, slot->field, &count);
        if (slot->how == SLOT_LINKS) return object_list(env->arena, to, ids, count);
        return count ? feel_object(&to->class, ids[0]) : feel_null_because(absent(f, slot));
    }
    case SLOT_TEXT:
    case SLOT_NUMBER:
    case SLOT_MONEY:
    case SLOT_AMOUNT:
    case SLOT_CURRENCY:
    case SLOT_DATE:
    case SLOT_YES_NO: break;
    }
    if (!fact_read(f, slot->field, &text, &value)) return feel_null_because(absent(f, slot));
    switch (slot->how) {
    case SLOT_TEXT: return feel_string(text);
    case SLOT_YES_NO: return feel_boolean(str_eq(text, STR("yes")));
    case SLOT_DATE: return feel_date((int64_t)value[0]);
    case SLOT_NUMBER:
    case SLOT_AMOUNT: return number_of(value[0], value[1]);
    case SLOT_CURRENCY: return feel_string(currency_of(text));
    case SLOT_MONEY:
        return picture_convert(view->picture, env->arena, number_of(value[0], value[1]), currency_of(text),
                               view_today(env));
    case SLOT_ID:
    case SLOT_TYPE:
    case SLOT_DERIVED:
    case SLOT_OBSERVED:
    case SLOT_INVERSE:
    case SLOT_LINK:
    case SLOT_LINKS:
    case SLOT_AGREEMENT:
    case SLOT_AGREED_ON:
    case SLOT_PROPOSED:
    case SLOT_PROPOSED_ON:
    case SLOT_SIGNED_ON:
    case SLOT_WAITS_FOR:
    case SLOT_RULING: break;
    }
    NOT_REACHED();
}

static struct feel_value workspace_get(struct feel_env *env, const struct feel_class *class, uint64_t handle,
                                       uint32_t slot)
{
    (void)handle;
    const struct graph *g = class->host;
    struct graph_view *view = env->host;
    if (slot == g->model->type_count) return feel_string(g->profile.name);
    if (slot == g->model->type_count + 1) return feel_string(g->profile.currency);
    struct feel_value *list = &view->lists[slot];
    if (list->kind == FEEL_NULL) {
        size_t count;
        const uint64_t *ids = picture_facts(view->picture, &g->model->types[slot], &count);
        *list = object_list(view->arena, &g->shapes[slot], ids, count);
    }
    return *list;
}
