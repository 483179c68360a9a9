/* SPDX-License-Identifier: Apache-2.0 */
#include "align_inside.h"

#include "base_map.h"
#include "base_utf8.h"
#include "feel_number.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 1 << 20, SUBJECT_LIMIT = 64 << 20 };

/* ---- The names of a check ---- */

struct feel_value let_object(const struct subject *s, size_t seen)
{
    return feel_object(&s->check->let_classes[seen], (uint64_t)(uintptr_t)s);
}

struct feel_value let_get(struct feel_env *env, const struct feel_class *class, uint64_t handle, uint32_t slot)
{
    (void)class;
    struct subject *s = (struct subject *)(uintptr_t)handle; /* NOLINT: our own pointer comes back */
    if (s->known[slot]) return s->lets[slot];
    const struct check *check = s->check;
    struct feel_value *inputs = arena_array(env->arena, check->input_count, sizeof *inputs);
    memcpy(inputs, s->inputs, check->input_count * sizeof *inputs);
    inputs[check->input_count - 1] = let_object(s, slot);
    struct err err;
    if (feel_eval(check->lets[slot].program, env, inputs, &s->lets[slot], &err)) {
        if (!s->failed) s->failed = &check->lets[slot], s->err = err;
        return feel_null_because(STR("over a limit"));
    }
    s->known[slot] = true;
    return s->lets[slot];
}

/* ---- One subject ---- */

struct ranked {
    struct finding f;
    struct feel_value money;
    size_t check;
};
struct run {
    const struct checks *checks;
    struct feel_env *asked;     /* the caller's: findings live in its arena */
    struct feel_env env;        /* with an arena that is emptied for each subject */
    struct arena scratch, list; /* list: of `found` while it grows */
    const struct picture *picture;
    VEC(struct ranked) found;
    size_t *concerned; /* by check */
    struct subject subject;
    uint64_t id; /* 0: the workspace */
    struct err *err;
};

static int over_limit(struct run *r, str key, const struct yaml *at)
{
    const struct check *check = r->subject.check;
    if (r->subject.failed) *r->err = r->subject.err, key = r->subject.failed->key, at = r->subject.failed->at;
    const struct fact *f = r->id ? picture_fact(r->picture, r->id) : NULL;
    str name = f ? fact_name(f) : STR("the workspace");
    struct err below = *r->err;
    err_set(r->err, below.code, "%s (looking at " STR_FORMAT ")", below.message, STR_ARGS(name));
    err_at(r->err, at->line, key);
    return err_in(r->err, check->info.file);
}

static int eval(struct run *r, const struct check_part *part, struct feel_value *out)
{
    if (feel_eval(part->program, &r->env, r->subject.inputs, out, r->err) || r->subject.failed)
        return over_limit(r, part->key, part->at);
    return 0;
}

static int render(struct run *r, const struct template *t, str key, const struct yaml *at, str *out)
{
    struct buf b;
    buf_init(&b, TEXT_LIMIT);
    int failed = template_render(t, &r->env, r->subject.inputs, &b, r->err);
    if (!failed) failed = buf_check(&b, r->err);
    if (failed || r->subject.failed)
        failed = over_limit(r, key, at);
    else
        *out = arena_copy(r->asked->arena, str_trim(buf_get(&b)));
    buf_release(&b);
    return failed;
}

static void add_fact(struct run *r, struct finding *f, uint64_t *ids, struct feel_value v)
{
    if (v.kind != FEEL_OBJECT) return;
    const struct fact *fact = picture_fact(r->picture, v.object.handle);
    if (!fact || graph_class(r->checks->graph, fact_type(fact)) != v.object.of) return;
    uint64_t id = fact_id(fact);
    for (size_t i = 0; i < f->fact_count; i++)
        if (ids[i] == id) return;
    ids[f->fact_count++] = id;
}

static int gather_facts(struct run *r, struct finding *f)
{
    struct feel_value v = feel_null();
    if (r->subject.check->facts.program && eval(r, &r->subject.check->facts, &v)) return -1;
    size_t most = 1 + (v.kind == FEEL_LIST ? v.count : 1);
    uint64_t *ids = arena_array(r->asked->arena, most, sizeof *ids);
    if (r->id) ids[f->fact_count++] = r->id;
    if (v.kind == FEEL_LIST)
        for (size_t i = 0; i < v.count; i++) add_fact(r, f, ids, v.items[i]);
    else
        add_fact(r, f, ids, v);
    f->facts = ids;
    return 0;
}

/* The first 8 bytes of BLAKE2b over the check's id, the type's name and the natural key (folded), each with a NUL
 * behind it. */
static uint64_t finding_id(struct run *r)
{
    crypto_generichash_state state;
    unsigned char hash[16];
    const struct check_info *info = &r->subject.check->info;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
#define ADD(s) crypto_generichash_update(&state, (const unsigned char *)(s).p, (s).n)
    str nul = {"", 1}, type = info->subject ? info->subject->name : STR("workspace");
    ADD(info->id), ADD(nul), ADD(type), ADD(nul);
    const struct fact *f = info->subject ? picture_fact(r->picture, r->id) : NULL;
    for (size_t i = 0; f && i < info->subject->key_field_count; i++) {
        const struct model_field *field = info->subject->key_fields[i];
        size_t links;
        const uint64_t *to = fact_links(f, field, &links);
        const struct fact *target = links ? picture_fact(r->picture, to[0]) : NULL;
        str key = utf8_fold(&r->scratch, target ? fact_name(target) : fact_value(f, field));
        ADD(key), ADD(nul);
    }
#undef ADD
    crypto_generichash_final(&state, hash, sizeof hash);
    uint64_t id = 0;
    for (size_t i = 0; i < 8; i++) id = id << 8 | hash[i];
    return id;
}

/* Rounded already: none or two digits behind the point. */
static str money_digits(struct arena *a, struct feel_value number)
{
    struct buf b;
    buf_init(&b, 200);
    number_emit(&b, number, true);
    size_t point = str_find_char(buf_get(&b), '.');
    if (point != STR_NOT_FOUND && b.n - point == 2) buf_char(&b, '0');
    str s = buf_copy(&b, a);
    buf_release(&b);
    return s;
}

static int make_finding(struct run *r, size_t number)
{
    const struct check *check = r->subject.check;
    struct ranked made = {.f = {.check = &r->checks->infos[number], .severity = check->fixed, .subject = r->id},
                          .money = feel_null(),
                          .check = number};
    struct finding *f = &made.f;
    struct feel_value v;
    if (check->severity.program) {
        if (eval(r, &check->severity, &v)) return -1;
        if (v.kind != FEEL_STRING || !severity_parse(v.text, &f->severity)) f->severity = SEVERITY_LOW;
    }
    if (check->money.program) {
        if (eval(r, &check->money, &v)) return -1;
        if (v.kind == FEEL_NUMBER) made.money = number_round(v, 2, ROUND_HALF_EVEN);
        f->has_money = made.money.kind == FEEL_NUMBER;
        if (f->has_money) f->money = money_digits(r->asked->arena, made.money);
    }
    if (check->people.program) {
        if (eval(r, &check->people, &v)) return -1;
        f->has_people = v.kind == FEEL_NUMBER && number_to_int_cut(v, &f->people);
    }
    if (gather_facts(r, f)) return -1;
    if (render(r, check->says, STR("says"), check->says_at, &f->says)) return -1;
    if (check->next && render(r, check->next, STR("next"), check->next_at, &f->next)) return -1;
    if (check->agenda.by.program) {
        if (eval(r, &check->agenda.by, &v)) return -1;
        if (v.kind == FEEL_OBJECT && picture_fact(r->picture, v.object.handle)) f->by = v.object.handle;
    }
    f->id = finding_id(r);
    *vec_add(&r->list, &r->found) = made;
    return 0;
}

static int look_at(struct run *r, size_t number, struct feel_value this, uint64_t id)
{
    struct subject *s = &r->subject;
    const struct check *check = s->check;
    r->id = id;
    r->env.steps = 0;
    s->inputs[1] = this;
    if (check->let_count) memset(s->known, 0, check->let_count * sizeof *s->known);
    struct feel_value v = feel_boolean(true);
    int failed = check->concerns.program ? eval(r, &check->concerns, &v) : 0;
    if (!failed && feel_is_true(v)) {
        r->concerned[number]++;
        failed = eval(r, &check->when, &v);
        if (!failed && feel_is_true(v)) failed = make_finding(r, number);
    }
    arena_clear(&r->scratch);
    return failed;
}

static void open_subject(struct run *r, size_t number)
{
    const struct check *check = &r->checks->items[number];
    r->subject = (struct subject){.check = check};
    struct subject *s = &r->subject;
    s->inputs = mem_array(check->input_count, sizeof *s->inputs);
    s->lets = mem_array(check->let_count + 1, sizeof *s->lets);
    s->known = mem_array(check->let_count + 1, sizeof *s->known);
    s->inputs[0] = graph_workspace(r->env.host);
    for (size_t i = 0; i < check->threshold_count; i++) s->inputs[2 + i] = check->threshold_values[i];
    s->inputs[check->input_count - 1] = let_object(s, check->let_count);
}

static void close_subject(struct run *r)
{
    mem_free(r->subject.inputs);
    mem_free(r->subject.lets);
    mem_free(r->subject.known);
}

static struct feel_value subject_object(struct run *r, const struct check_info *info, uint64_t id)
{
    return info->subject ? feel_object(graph_class(r->checks->graph, info->subject), id) : graph_workspace(r->env.host);
}

static int run_check(struct run *r, size_t number)
{
    const struct check_info *info = &r->checks->infos[number];
    const uint64_t workspace = 0, *ids = &workspace;
    size_t count = 1;
    if (info->subject) ids = picture_facts(r->picture, info->subject, &count);
    open_subject(r, number);
    int failed = 0;
    for (size_t i = 0; i < count && !failed; i++) failed = look_at(r, number, subject_object(r, info, ids[i]), ids[i]);
    close_subject(r);
    return failed;
}

static int worst_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->f.severity != y->f.severity) return x->f.severity > y->f.severity ? -1 : 1;
    if (x->f.has_money != y->f.has_money) return x->f.has_money ? -1 : 1;
    int order = x->f.has_money ? number_cmp(y->money, x->money) : 0;
    if (order) return order;
    int64_t people_x = x->f.has_people ? x->f.people : -1, people_y = y->f.has_people ? y->f.people : -1;
    if (people_x != people_y) return people_x > people_y ? -1 : 1;
    if (x->check != y->check) return x->check < y->check ? -1 : 1;
    return x->f.subject < y->f.subject ? -1 : x->f.subject > y->f.subject;
}

static void run_open(struct run *r, const struct checks *c, struct feel_env *env, struct err *err)
{
    *r = (struct run){.checks = c, .asked = env, .env = *env, .picture = graph_picture(env), .err = err};
    arena_init(&r->scratch, env->arena->limit ? env->arena->limit : SUBJECT_LIMIT);
    arena_init(&r->list, 0);
    r->env.arena = &r->scratch;
    r->concerned = arena_array(env->arena, c->count, sizeof *r->concerned);
}

static void run_close(struct run *r, struct findings *out)
{
    arena_release(&r->scratch);
    if (r->found.count) qsort(r->found.items, r->found.count, sizeof *r->found.items, worst_first);
    *out = (struct findings){.count = r->found.count, .concerned = r->concerned};
    out->items = arena_array(r->asked->arena, r->found.count, sizeof *out->items);
    for (size_t i = 0; i < r->found.count; i++) out->items[i] = r->found.items[i].f;
    arena_release(&r->list);
}

int checks_run_some(const struct checks *c, struct feel_env *env,
                    bool (*wanted)(const struct check *c, const void *host), const void *host, struct findings *out,
                    struct err *err)
{
    struct run r;
    run_open(&r, c, env, err);
    int failed = 0;
    for (size_t i = 0; i < c->count && !failed; i++)
        if (!wanted || wanted(&c->items[i], host)) failed = run_check(&r, i);
    run_close(&r, out);
    return failed;
}

int check_say(const struct checks *c, size_t number, struct feel_env *env, struct feel_value this, struct finding *out,
              struct err *err)
{
    struct run r;
    struct findings said;
    run_open(&r, c, env, err);
    open_subject(&r, number);
    r.subject.inputs[1] = this;
    int failed = make_finding(&r, number);
    close_subject(&r);
    run_close(&r, &said);
    if (!failed) *out = said.items[0];
    return failed;
}

int checks_run(const struct checks *c, struct feel_env *env, struct findings *out, struct err *err)
{
    return checks_run_some(c, env, NULL, NULL, out, err);
}

static void take_known(struct run *r, const struct findings *all, size_t number)
{
    r->concerned[number] = all->concerned[number];
    for (size_t i = 0; i < all->count; i++) {
        const struct finding *f = &all->items[i];
        if (f->check != &r->checks->infos[number]) continue;
        struct ranked *taken = vec_add(&r->list, &r->found);
        *taken = (struct ranked){.f = *f, .money = feel_null(), .check = number};
        if (f->has_money && !feel_number(f->money, &taken->money)) taken->money = feel_null();
    }
}

/* A finding has the same id whoever looks at it. */
static void take_state(const struct findings *all, struct findings *out)
{
    struct idmap known;
    idmap_init(&known);
    for (size_t i = 0; i < all->count; i++) *idmap_put(&known, all->items[i].id, NULL) = i;
    for (size_t i = 0; i < out->count; i++) {
        const uint64_t *place = idmap_get(&known, out->items[i].id);
        if (!place) continue;
        const struct finding *f = &all->items[*place];
        out->items[i].since = f->since, out->items[i].accepted = f->accepted, out->items[i].owner = f->owner;
    }
    idmap_release(&known);
}

int findings_for(const struct checks *c, struct feel_env *env, const struct findings *all, struct findings *out,
                 struct err *err)
{
    struct run r;
    const struct graph_viewer *viewer = env->viewer;
    enum user_role role = viewer ? viewer->role : ROLE_STEWARD;
    size_t withheld = 0;
    run_open(&r, c, env, err);
    int failed = 0;
    for (size_t i = 0; i < c->count && !failed; i++) {
        if (role >= c->items[i].read_by)
            take_known(&r, all, i);
        else if (role >= c->items[i].info.found_by)
            failed = run_check(&r, i);
        else
            withheld++;
    }
    run_close(&r, out);
    out->withheld = withheld;
    if (!failed) take_state(all, out);
    return failed;
}

int checks_explain(const struct checks *c, struct feel_env *env, const struct finding *f, const struct explained **out,
                   size_t *count, struct err *err)
{
    struct run r = {
        .checks = c, .asked = env, .env = *env, .picture = graph_picture(env), .id = f->subject, .err = err};
    size_t number = (size_t)(f->check - c->infos), n = 0;
    const struct check *check = &c->items[number];
    struct explained *names = arena_array(env->arena, check->threshold_count + check->let_count, sizeof *names);
    open_subject(&r, number);
    r.subject.inputs[1] = subject_object(&r, f->check, f->subject);
    for (size_t i = 0; i < check->threshold_count; i++)
        names[n++] = (struct explained){check->thresholds[i].name, STR_NONE, check->threshold_values[i]};
    for (size_t i = 0; i < check->let_count && !r.subject.failed; i++) {
        const struct check_part *let = &check->lets[i];
        struct feel_value value =
            let_get(&r.env, &check->let_classes[check->let_count], (uint64_t)(uintptr_t)&r.subject, (uint32_t)i);
        names[n++] = (struct explained){check->let_classes[check->let_count].fields[i].name, let->at->text, value};
    }
    int failed = r.subject.failed ? over_limit(&r, STR_NONE, NULL) : 0;
    close_subject(&r);
    *out = names, *count = n;
    return failed;
}
