/* SPDX-License-Identifier: Apache-2.0 */
#include "align_rulebook.h"

#include "base_json.h"
#include "base_time.h"

#include <pthread.h>
#include <string.h>

/* ---- Loaded rulebooks ---- */

enum { SHELF_ROOM = 24, RECALL_ROOM = 8 };

struct shelved {
    struct shelved *next;
    struct rulebook *book;
    struct arena arena; /* of the texts */
    str name, version, text;
    unsigned char hash[RULING_HASH_SIZE]; /* of the text */
    int holders;
    uint64_t used; /* when it was last taken, in takings */
};
struct recall { /* what was taken for a word */
    str wanted;
    uint64_t fact;
    struct shelved *one;
};
struct shelf {
    pthread_mutex_t lock;
    struct shelved *first;
    size_t count;
    uint64_t taken;
    struct recall recalls[RECALL_ROOM]; /* of the picture of this number, on this day */
    size_t recall_count;
    uint64_t number;
    int64_t day;
    struct arena words;
};

struct shelf *shelf_new(void)
{
    struct shelf *s = mem_zalloc(sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    arena_init(&s->words, 0);
    return s;
}

static void shelved_free(struct shelved *one)
{
    rulebook_free(one->book);
    arena_release(&one->arena);
    mem_free(one);
}

void shelf_free(struct shelf *s)
{
    if (!s) return;
    for (struct shelved *one = s->first, *next; one; one = next) {
        next = one->next;
        shelved_free(one);
    }
    pthread_mutex_destroy(&s->lock);
    arena_release(&s->words);
    mem_free(s);
}

/* Under the lock. */
static const struct rulebook *shelf_find(struct shelf *s, str name, str version, str text)
{
    for (struct shelved *one = s->first; one; one = one->next) {
        if (!str_eq(one->name, name) || !str_eq(one->version, version) || !str_eq(one->text, text)) continue;
        one->holders++;
        one->used = ++s->taken;
        return one->book;
    }
    return NULL;
}

/* Under the lock. */
static void shelf_forget(struct shelf *s)
{
    s->recall_count = 0;
    arena_clear(&s->words);
}

/* Under the lock: the ones that nobody holds and nobody asked for the longest. */
static void shelf_make_room(struct shelf *s)
{
    while (s->count > SHELF_ROOM) {
        struct shelved **oldest = NULL;
        for (struct shelved **at = &s->first; *at; at = &(*at)->next)
            if (!(*at)->holders && (!oldest || (*at)->used < (*oldest)->used)) oldest = at;
        if (!oldest) return;
        struct shelved *gone = *oldest;
        *oldest = gone->next;
        s->count--;
        shelf_forget(s);
        shelved_free(gone);
    }
}

int shelf_take(struct shelf *s, str name, str version, str text, const struct rulebook **out, struct err *err)
{
    pthread_mutex_lock(&s->lock);
    *out = shelf_find(s, name, version, text);
    pthread_mutex_unlock(&s->lock);
    if (*out) return 0;
    struct shelved *made = mem_zalloc(sizeof *made);
    arena_init(&made->arena, 0);
    if (rulebook_load(name, version, text, &made->book, err) < 0) {
        shelved_free(made);
        return -1;
    }
    made->name = arena_copy(&made->arena, name), made->version = arena_copy(&made->arena, version);
    made->text = arena_copy(&made->arena, text);
    store_ruling_hash(text, made->hash);
    pthread_mutex_lock(&s->lock);
    *out = shelf_find(s, name, version, text); /* another thread may have been quicker */
    if (!*out) {
        made->holders = 1;
        made->used = ++s->taken;
        made->next = s->first, s->first = made;
        s->count++;
        shelf_make_room(s);
        *out = made->book;
        made = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    if (made) shelved_free(made);
    return 0;
}

void shelf_hash(struct shelf *s, const struct rulebook *b, unsigned char out[RULING_HASH_SIZE], str *text)
{
    pthread_mutex_lock(&s->lock);
    for (struct shelved *one = s->first; one; one = one->next)
        if (one->book == b) memcpy(out, one->hash, RULING_HASH_SIZE), *text = one->text;
    pthread_mutex_unlock(&s->lock);
}

void shelf_put_back(struct shelf *s, const struct rulebook *b)
{
    if (!b) return;
    pthread_mutex_lock(&s->lock);
    for (struct shelved *one = s->first; one; one = one->next)
        if (one->book == b) one->holders--;
    shelf_make_room(s);
    pthread_mutex_unlock(&s->lock);
}

/* ---- Which ones hold ---- */

static str value_of(const struct fact *f, const char *field)
{
    const struct model_field *m = model_field(fact_type(f), str_of(field));
    return m ? fact_value(f, m) : STR_NONE;
}

static void undo(const struct journal_change *change, struct book_text *one, str *from)
{
    str name = change->field->name;
    if (str_eq(name, STR("name"))) one->name = change->before;
    if (str_eq(name, STR("version"))) one->version = change->before;
    if (str_eq(name, STR("model"))) one->text = change->before;
    if (str_eq(name, STR("valid from"))) *from = change->before;
}

/* What both keys were on before a text of which the day is still to come: its past, undone commit by commit, until a
 * text is found that holds on that day. `from`: the day of the text that is there. *found is false where there is none.
 */
static int find_earlier(struct store *s, struct arena *a, uint64_t number, int64_t today, struct book_text *one,
                        str from, int64_t *since, bool *found, struct err *err)
{
    const struct journal_change *changes;
    struct stored_keys keys;
    size_t count;
    *found = false;
    if (store_load_history(s, a, one->fact, &changes, &count, err) < 0) return -1;
    for (size_t i = 0; i < count;) {
        uint64_t commit = changes[i].number;
        bool created = false;
        for (; i < count && changes[i].number == commit; i++) {
            created |= !changes[i].field && str_eq(changes[i].after, STR("created"));
            if (changes[i].field && commit <= number) undo(&changes[i], one, &from);
        }
        if (commit > number) continue;
        if (created || store_load_keys_at(s, a, one->fact, commit - 1, &keys, err) < 0) return created ? 0 : -1;
        if (!keys.agreed) return 0;
        *since = 0;
        if (!one->text.n || (from.n && (!civil_parse(from, since) || *since > today))) continue;
        *found = true;
        return 0;
    }
    return 0;
}

int book_versions(struct store *s, struct arena *a, const struct fact *book, const struct book_version **out,
                  size_t *count, struct err *err)
{
    VEC(struct book_version) found = {0};
    const struct journal_change *changes;
    size_t all;
    struct book_text one = {fact_id(book), fact_name(book), value_of(book, "version"), value_of(book, "model")};
    str from = STR_NONE;
    if (store_load_history(s, a, one.fact, &changes, &all, err) < 0) return -1;
    for (size_t i = 0; i < all;) {
        const struct journal_change *commit = &changes[i];
        bool agreed = false;
        for (size_t k = i; k < all && changes[k].number == commit->number; k++)
            agreed |= !changes[k].field && str_eq(changes[k].after, STR("agreed"));
        if (agreed && one.text.n)
            *vec_add(a, &found) =
                (struct book_version){commit->number, commit->time, commit->actor, one.name, one.version, one.text};
        for (; i < all && changes[i].number == commit->number; i++)
            if (changes[i].field) undo(&changes[i], &one, &from);
    }
    *out = found.items, *count = found.count;
    return 0;
}

void book_version_emit_json(struct json_writer *w, struct arena *a, const struct book_version *v)
{
    json_object(w);
    json_key(w, STR("commit")), json_int(w, (int64_t)v->number);
    json_key(w, STR("time")), json_string(w, time_emit_utc(a, v->time));
    json_key(w, STR("version")), json_string(w, v->version);
    json_key(w, STR("actor")), json_string(w, v->actor);
    json_object_end(w);
}

static void put(struct change_set *c, const struct fact *book, const char *field, str value)
{
    const struct model_field *f = model_field(fact_type(book), str_of(field));
    if (f) change_value(c, fact_id(book), f, value.n ? value : STR_NONE, (struct origin){.kind = ORIGIN_TYPED});
}

int book_bring_back(struct store *s, struct arena *a, const struct fact *book, const struct book_return *back,
                    struct change_set *c, struct err *err)
{
    const struct book_version *versions, *v = NULL;
    size_t count;
    int64_t day;
    if (!str_trim(back->reason).n) return err_set(err, ERR_INPUT, "say why it should come back");
    if (back->reason.n > BOOK_REASON_LIMIT)
        return err_set(err, ERR_INPUT, "the reason is longer than %d bytes", BOOK_REASON_LIMIT);
    if (back->valid_from.n && !civil_parse(back->valid_from, &day))
        return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not a day, such as 2026-11-22",
                       STR_ARGS(back->valid_from));
    if (book_versions(s, a, book, &versions, &count, err) < 0) return -1;
    for (size_t i = 0; i < count; i++)
        if (versions[i].number == back->number) v = &versions[i];
    if (!v)
        return err_set(err, ERR_ABSENT, "no version of it came into force with commit %llu",
                       (unsigned long long)back->number);
    if (str_eq(v->text, value_of(book, "model"))) return err_set(err, ERR_INPUT, "these rules are in force already");
    put(c, book, "model", v->text);
    put(c, book, "version", v->version);
    if (back->valid_from.n) put(c, book, "valid from", back->valid_from);
    return 0;
}

int books_in_force(struct store *s, struct arena *a, const struct picture *p, int64_t today,
                   const struct book_text *shipped, size_t shipped_count, const struct book_text **out, size_t *count,
                   struct err *err)
{
    const struct model_type *type = p ? model_type(picture_model(p), STR("rulebook")) : NULL;
    size_t facts = 0;
    const uint64_t *ids = type ? picture_facts(p, type, &facts) : NULL;
    struct book_text *books = arena_array(a, facts + shipped_count + 1, sizeof *books);
    int64_t *since = arena_array(a, facts + 1, sizeof *since);
    *count = 0;
    for (size_t i = 0; i < facts; i++) {
        const struct fact *f = picture_fact(p, ids[i]);
        const struct picture_keys *keys = fact_keys(p, ids[i]);
        struct book_text one = {ids[i], fact_name(f), value_of(f, "version"), value_of(f, "model")};
        int64_t from = 0;
        str valid_from = value_of(f, "valid from");
        bool dated = civil_parse(valid_from, &from), holds = one.text.n > 0;
        if (type->two_key && !(keys && keys->agreed)) continue;
        if (dated && from > today &&
            find_earlier(s, a, picture_number(p), today, &one, valid_from, &from, &holds, err) < 0)
            return -1;
        if (!holds) continue;
        size_t place = (*count)++;
        for (; place && since[place - 1] < from; place--)
            books[place] = books[place - 1], since[place] = since[place - 1];
        books[place] = one, since[place] = from;
    }
    for (size_t i = 0; i < shipped_count; i++) books[(*count)++] = shipped[i];
    *out = books;
    return 0;
}

const struct book_text *books_find(const struct book_text *books, size_t count, str wanted)
{
    int64_t number;
    if (str_to_int(wanted, &number) && number > 0)
        for (size_t i = 0; i < count; i++)
            if (books[i].fact == (uint64_t)number) return &books[i];
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(books[i].name, wanted)) return &books[i];
    return NULL;
}

static const struct book_text *take_zones(struct shelf *s, const struct book_text *books, size_t count,
                                          const struct rulebook **out)
{
    struct err err;
    for (size_t i = 0; i < count; i++) {
        if (!books[i].fact && !str_eq(books[i].name, STR(SHIPPED_ZONES))) continue;
        if (shelf_take(s, books[i].name, books[i].version, books[i].text, out, &err) < 0) continue;
        if (str_eq(rulebook_outcome(*out), STR("zone"))) return &books[i];
        shelf_put_back(s, *out);
    }
    return *out = NULL, NULL;
}

static int take_in_force(struct shelf *s, struct arena *a, const struct book_day *d, str wanted, uint64_t *fact,
                         const struct rulebook **out, struct err *err)
{
    const struct book_text *books, *one;
    size_t count;
    if (books_in_force(d->store, a, d->picture, d->today, d->shipped, d->shipped_count, &books, &count, err) < 0)
        return -1;
    if (!wanted.p) {
        if (!(one = take_zones(s, books, count, out)))
            return err_set(err, ERR_ABSENT, "no rulebook that decides on zones is in force");
        return *fact = one->fact, 0;
    }
    if (!(one = books_find(books, count, wanted)))
        return err_set(err, ERR_ABSENT, "no rulebook \"" STR_FORMAT "\" is in force", STR_ARGS(wanted));
    *fact = one->fact;
    return shelf_take(s, one->name, one->version, one->text, out, err);
}

static bool is_word(str a, str b) { return a.p && b.p ? str_eq(a, b) : a.p == b.p; }

/* Under the lock. */
static struct recall *shelf_recall(struct shelf *s, uint64_t number, int64_t day, str wanted)
{
    if (s->number == number && s->day == day)
        for (size_t i = 0; i < s->recall_count; i++)
            if (is_word(s->recalls[i].wanted, wanted)) return &s->recalls[i];
    return NULL;
}

/* Under the lock: what was taken just now is held, so it is there. */
static struct recall *shelf_remember(struct shelf *s, uint64_t number, int64_t day, str wanted, uint64_t fact,
                                     const struct rulebook *b)
{
    if (s->number != number || s->day != day || s->recall_count == RECALL_ROOM) shelf_forget(s);
    s->number = number, s->day = day;
    struct recall *made = &s->recalls[s->recall_count++];
    *made = (struct recall){.wanted = wanted.p ? arena_copy(&s->words, wanted) : STR_NONE, .fact = fact};
    for (struct shelved *one = s->first; one; one = one->next)
        if (one->book == b) made->one = one;
    return made;
}

int shelf_take_in_force(struct shelf *s, const struct book_day *d, str wanted, struct book_text *book,
                        const struct rulebook **out, struct err *err)
{
    uint64_t number = d->picture ? picture_number(d->picture) : 0, fact;
    *out = NULL;
    pthread_mutex_lock(&s->lock);
    struct recall *r = shelf_recall(s, number, d->today, wanted);
    if (r) r->one->holders++, r->one->used = ++s->taken;
    if (!r) {
        struct arena a;
        pthread_mutex_unlock(&s->lock);
        arena_init(&a, 0);
        int failed = take_in_force(s, &a, d, wanted, &fact, out, err);
        arena_release(&a);
        if (failed) return -1;
        pthread_mutex_lock(&s->lock);
        r = shelf_remember(s, number, d->today, wanted, fact, *out);
    }
    *out = r->one->book;
    if (book) *book = (struct book_text){r->fact, r->one->name, r->one->version, r->one->text};
    pthread_mutex_unlock(&s->lock);
    return 0;
}

/* ---- What the facts answer ---- */

static const char *const chosen_types[] = {"objective", "capability", "person", "application", "vendor"};
enum { CHOSEN_TYPES = ARRAY_COUNT(chosen_types) };

static struct feel_scope chosen_scope(const struct graph *g, struct feel_variable variables[CHOSEN_TYPES])
{
    for (size_t i = 0; i < CHOSEN_TYPES; i++) {
        const struct model_type *type = model_type(graph_model(g), str_of(chosen_types[i]));
        variables[i] = (struct feel_variable){str_of(chosen_types[i]), type ? graph_type(g, type) : &feel_any, false};
    }
    return (struct feel_scope){.outer = graph_scope(g), .variables = variables, .count = CHOSEN_TYPES};
}

bool book_from_problem(const struct rulebook_question *q, const struct graph *g, struct arena *a, struct err *err)
{
    struct feel_variable variables[CHOSEN_TYPES];
    struct feel_scope scope = chosen_scope(g, variables);
    const struct feel_program *program;
    return q->from.n && feel_compile(a, &scope, q->from, &program, err) < 0;
}

static struct feel_value object_of(const struct graph_view *v, uint64_t fact)
{
    return fact ? graph_object(v, fact) : feel_null();
}

static uint64_t vendor_of(const struct feel_env *env, uint64_t application)
{
    size_t count;
    const struct fact *f = application ? picture_fact(graph_picture(env), application) : NULL;
    const struct model_field *field = f ? model_field(fact_type(f), STR("vendor")) : NULL;
    const uint64_t *to = field && field->kind == FIELD_LINK ? fact_links_for(env->viewer, f, field, &count) : NULL;
    return to && count ? to[0] : 0;
}

int book_prefill(const struct rulebook *b, struct graph_view *v, struct feel_env *env, const struct chosen *chosen,
                 struct feel_value *out, struct err *err)
{
    size_t count;
    struct feel_variable variables[CHOSEN_TYPES];
    const struct graph *g = picture_graph(graph_picture(env));
    struct feel_scope scope = chosen_scope(g, variables);
    const struct rulebook_question *q = rulebook_questions(b, &count);
    uint64_t vendor = chosen->vendor ? chosen->vendor : vendor_of(env, chosen->application);
    struct feel_value *inputs = arena_array(env->arena, feel_scope_size(&scope), sizeof *inputs);
    inputs[0] = graph_workspace(v);
    inputs[1] = object_of(v, chosen->objective), inputs[2] = object_of(v, chosen->capability);
    inputs[3] = object_of(v, chosen->person), inputs[4] = object_of(v, chosen->application);
    inputs[5] = object_of(v, vendor);
    for (size_t i = 0; i < count; i++) {
        const struct feel_program *program;
        struct feel_value found;
        struct answers taken;
        struct err unread;
        out[i] = feel_null();
        /* What this workspace's metamodel does not have answers nothing. */
        if (!q[i].from.n || feel_compile(env->arena, &scope, q[i].from, &program, &unread) < 0) continue;
        if (feel_eval(program, env, inputs, &found, err) < 0) return -1;
        struct feel_entry entry = {q[i].name, found};
        answers_from_context(b, env, feel_context(&entry, 1), &taken);
        if (!taken.problem_count) out[i] = taken.values[i];
    }
    return 0;
}
