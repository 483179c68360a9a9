/* SPDX-License-Identifier: Apache-2.0 */
/* The form that a rulebook draws: facts first, then the questions on which the outcome still depends. */
#include "page_ask.h"

#include "base_time.h"

enum { PILLS = 7, INLINE_OPTIONS = 300 };
static const str not_known = STR_INIT("?"); /* in place of an answer: whoever asks takes it back */

/* In the order in which the form asks: the product comes last. */
static const struct {
    const char *type, *label, *help;
} picks[PICK_COUNT] = {
    {"objective", "Objective", "What is it for?"},
    {"capability", "Capability", "What will the company be able to do, or do better?"},
    {"person", "Who builds it", "The one who does most of it; their training answers a question below."},
    {"application", "Application", "Only where it is about one that is there, or is to be bought."},
    {"vendor", "Vendor", "Only where there is no application yet."},
};

str book_path(struct request *r, const struct book_text *book)
{
    if (book->fact) return text_format(r, "/rulebooks/%llu", (unsigned long long)book->fact);
    return text_format(r, "/rulebooks/" STR_FORMAT, STR_ARGS(url_encode(r, book->name)));
}

static str book_key(struct request *r, const struct book_text *book)
{
    return book->fact ? text_format(r, "%llu", (unsigned long long)book->fact) : book->name;
}

str answer_key(struct request *r, struct feel_value v)
{
    if (v.kind == FEEL_NULL) return STR_NONE;
    if (v.kind == FEEL_BOOLEAN) return v.flag ? STR("yes") : STR("no");
    struct buf b;
    buf_init(&b, PAGE_LIMIT);
    feel_emit_plain(&b, v);
    if (v.kind == FEEL_NUMBER && str_find_char(buf_get(&b), '.') != STR_NOT_FOUND) { /* 138000.00 is 138000 */
        while (b.p[b.n - 1] == '0') b.n--;
        if (b.p[b.n - 1] == '.') b.n--;
    }
    str key = buf_copy(&b, &r->arena);
    buf_release(&b);
    return key;
}

static str q_name(struct request *r, const struct rulebook_question *q)
{
    return text_format(r, "q." STR_FORMAT, STR_ARGS(q->name));
}

/* ---- What was asked ---- */

static void read_request(struct ask *ask)
{
    int64_t id;
    struct request *r = ask->r;
    const struct fact *f = NULL;
    if (str_to_int(pairs_get(ask->given, STR("request")), &id) && id > 0) f = picture_fact(r->picture, (uint64_t)id);
    if (f && str_eq(fact_type(f)->name, STR("request"))) ask->request = f;
}

/* What the request for which it is asked is about. */
static str of_request(const struct ask *ask, str key)
{
    size_t count;
    const struct model_field *field = ask->request ? model_field(fact_type(ask->request), key) : NULL;
    if (!field || field->kind != FIELD_LINK || pairs_get(ask->given, key).p) return STR_NONE;
    const uint64_t *to = fact_links_for(&ask->r->viewer, ask->request, field, &count);
    return count ? show_name(ask->r, to[0]) : STR_NONE;
}

static void read_picks(struct ask *ask)
{
    struct request *r = ask->r;
    for (size_t i = 0; i < PICK_COUNT; i++) {
        struct ask_pick *p = &ask->picks[i];
        bool several = false;
        p->key = str_of(picks[i].type);
        p->type = model_type(picture_model(r->picture), p->key);
        p->typed = str_trim(pairs_get(ask->given, p->key));
        if (!p->typed.n) p->typed = of_request(ask, p->key);
        if (!p->type || !p->typed.n) continue;
        p->fact = picture_find(r->picture, p->type, p->typed, &several);
        if (several) p->fact = 0;
        if (p->fact) continue;
        ask->wrong = true;
        p->error = text_format(r,
                               several ? "More than one " STR_FORMAT " is called \"" STR_FORMAT "\""
                                       : "There is no " STR_FORMAT " called \"" STR_FORMAT "\"",
                               STR_ARGS(p->type->name), STR_ARGS(p->typed));
    }
}

static int choose_book(struct ask *ask, struct err *err)
{
    struct request *r = ask->r;
    str wanted = str_trim(pairs_get(ask->given, STR("rulebook")));
    struct book_day day = request_book_day(r, r->env.today);
    struct book_text *chosen = arena_alloc(&r->arena, sizeof *chosen);
    if (books_in_force(r->store, &r->arena, r->picture, r->env.today, r->web->shipped, r->web->shipped_count,
                       &ask->books, &ask->book_count, err) < 0 ||
        shelf_take_in_force(r->web->shelf, &day, wanted.n ? wanted : STR_NONE, chosen, &ask->rules, err) < 0)
        return -1;
    return ask->book = chosen, 0;
}

static int read_field(struct request *r, enum field_kind kind, str typed, str *canonical, struct err *err)
{
    const struct model_field field = {.kind = kind};
    const struct model_input how = {.currency = r->web->profile.currency};
    return model_read_value(&r->arena, &field, &how, typed, canonical, err);
}

/* "12 months", "20,000", "20,000 EUR" where it is money. */
static int read_number(struct request *r, const struct rulebook_question *q, str typed, struct feel_value *out,
                       struct err *err)
{
    str text = typed, canonical;
    bool money = str_eq(q->unit, STR("money"));
    if (!money && q->unit.n && str_ends(text, q->unit)) text = str_trim(str_slice(text, 0, text.n - q->unit.n));
    if (read_field(r, money ? FIELD_MONEY : FIELD_DECIMAL, text, &canonical, err)) return -1;
    if (money && !str_ends(canonical, r->web->profile.currency))
        return err_set(err, ERR_INPUT, "say it in " STR_FORMAT ", the currency of the company",
                       STR_ARGS(r->web->profile.currency));
    if (money) canonical = str_trim(str_slice(canonical, 0, canonical.n - r->web->profile.currency.n));
    if (feel_number(canonical, out)) return 0;
    return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not a number", STR_ARGS(typed));
}

static int read_other(struct request *r, struct feel_env *env, str typed, struct feel_value *out, struct err *err)
{
    struct feel_value context;
    if (dmn_inputs_from_text(env, text_format(r, "{x: " STR_FORMAT "}", STR_ARGS(typed)), &context, err) < 0) return -1;
    const struct feel_value *x = feel_entry_get(context, STR("x"));
    *out = x ? *x : feel_null();
    return 0;
}

static int read_typed(struct ask *ask, struct feel_env *env, const struct rulebook_question *q, str typed,
                      struct feel_value *out, struct err *err)
{
    struct request *r = ask->r;
    str canonical;
    int64_t day;
    *out = feel_null();
    switch (q->kind) {
    case QUESTION_CHOICE:
        for (size_t i = 0; i < q->value_count; i++)
            if (str_eq(answer_key(r, q->values[i]), typed)) return *out = q->values[i], 0;
        return err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is none of the answers", STR_ARGS(typed));
    case QUESTION_NUMBER: return read_number(r, q, typed, out, err);
    case QUESTION_DATE:
        if (read_field(r, FIELD_DATE, typed, &canonical, err)) return -1;
        if (civil_parse(canonical, &day)) *out = feel_date(day);
        return 0;
    case QUESTION_TEXT: *out = feel_string(typed); return 0;
    case QUESTION_OTHER: break;
    }
    return read_other(r, env, typed, out, err);
}

/* An answer counts where the question takes it. */
static void take_answer(struct ask *ask, struct feel_env *env, size_t i)
{
    const struct rulebook_question *q = &ask->questions[i];
    struct ask_answer *said = &ask->said[i];
    struct feel_value v;
    struct answers taken;
    struct err err;
    if (read_typed(ask, env, q, said->typed, &v, &err) < 0) {
        said->error = capitalise(ask->r, str_of(err.message));
        return;
    }
    struct feel_entry entry = {q->name, v};
    answers_from_context(ask->rules, env, feel_context(&entry, 1), &taken);
    if (taken.problem_count)
        said->error = text_format(ask->r, "The rulebook does not take " STR_FORMAT " here", STR_ARGS(said->typed));
    else
        ask->answers.values[i] = taken.values[i];
}

/* What stands in the form as the facts had it, and was left so, follows the facts. */
static int read_answers(struct ask *ask, struct feel_env *env, struct err *err)
{
    struct request *r = ask->r;
    const struct chosen chosen = {ask->picks[0].fact, ask->picks[1].fact, ask->picks[2].fact, ask->picks[3].fact,
                                  ask->picks[4].fact};
    ask->questions = rulebook_questions(ask->rules, &ask->question_count);
    size_t count = ask->question_count + 1;
    ask->facts = arena_array(&r->arena, count, sizeof *ask->facts);
    ask->said = arena_array(&r->arena, count, sizeof *ask->said);
    ask->answers.values = arena_array(&r->arena, count, sizeof *ask->answers.values);
    if (book_prefill(ask->rules, r->view, env, &chosen, ask->facts, err) < 0) return -1;
    for (size_t i = 0; i < ask->question_count; i++) {
        struct ask_answer *said = &ask->said[i];
        const struct rulebook_question *q = &ask->questions[i];
        str typed = str_trim(pairs_get(ask->given, q_name(r, q)));
        str offered = pairs_get(ask->given, text_format(r, "f." STR_FORMAT, STR_ARGS(q->name)));
        if (offered.n && !typed.n) typed = not_known;
        said->own = typed.n && !str_eq(typed, offered);
        ask->answers.values[i] = feel_null();
        if (said->own && str_eq(typed, not_known)) continue;
        if (said->own) {
            said->typed = typed;
            take_answer(ask, env, i);
            ask->wrong |= said->error.n > 0;
        } else {
            ask->answers.values[i] = ask->facts[i];
            said->typed = answer_key(r, ask->facts[i]);
        }
    }
    return 0;
}

int ask_read(struct ask *ask, struct err *err)
{
    struct request *r = ask->r;
    struct feel_env env = r->env;
    read_request(ask);
    read_picks(ask);
    if (choose_book(ask, err) < 0) return -1;
    if (read_answers(ask, &env, err) < 0) return -1;
    return rulebook_rule(ask->rules, &env, &ask->answers, RULING_ALL, &ask->ruling, err);
}

/* ---- The same again ---- */

static const struct ruling_change *change_of(const struct ruling_lighter *l, const struct rulebook_question *q)
{
    for (size_t i = 0; l && i < l->count; i++)
        if (l->changes[i].question == q) return &l->changes[i];
    return NULL;
}

str ask_url(const struct ask *ask, const struct ruling_lighter *change)
{
    struct request *r = ask->r;
    struct pairs query = {0};
    str wanted = pairs_get(ask->given, STR("rulebook"));
    *vec_add(&r->arena, &query) = (struct pair){STR("rulebook"), wanted};
    *vec_add(&r->arena, &query) = (struct pair){STR("request"), pairs_get(ask->given, STR("request"))};
    for (size_t i = 0; i < PICK_COUNT; i++)
        *vec_add(&r->arena, &query) = (struct pair){ask->picks[i].key, ask->picks[i].typed};
    for (size_t i = 0; i < ask->question_count; i++) {
        const struct ask_answer *said = &ask->said[i];
        const struct ruling_change *c = change_of(change, &ask->questions[i]);
        str value = c ? answer_key(r, c->value) : !said->own ? STR_NONE : said->typed.n ? said->typed : not_known;
        *vec_add(&r->arena, &query) = (struct pair){q_name(r, &ask->questions[i]), value};
    }
    return url_of(r, STR("/ask"), &query);
}

/* ---- Drawing ---- */

static struct feel_value pick_record(const struct ask *ask, size_t i)
{
    struct request *r = ask->r;
    const struct ask_pick *p = &ask->picks[i];
    struct record c = record_new(r);
    struct values options = {0};
    size_t count;
    const uint64_t *ids = picture_facts(r->picture, p->type, &count);
    for (size_t k = 0; k < count && count <= INLINE_OPTIONS; k++)
        values_add(r, &options, feel_string(show_name(r, ids[k])));
    record_text(&c, "key", p->key);
    record_text(&c, "label", str_of(picks[i].label));
    record_text(&c, "help", str_of(picks[i].help));
    record_text(&c, "value", p->typed);
    record_text(&c, "error", p->error);
    record_text(&c, "ask", text_format(r, "/options/" STR_FORMAT, STR_ARGS(p->key)));
    record_put(&c, "options", values_get(&options));
    if (p->fact) record_text(&c, "href", show_path(r, p->fact));
    return record_get(&c);
}

static const char *look_of(const struct rulebook_question *q)
{
    switch (q->kind) {
    case QUESTION_CHOICE: return q->value_count <= PILLS ? "pills" : "select";
    case QUESTION_NUMBER: return "number";
    case QUESTION_DATE: return "date";
    case QUESTION_TEXT:
    case QUESTION_OTHER: break;
    }
    return "text";
}

static struct feel_value question_record(const struct ask *ask, size_t i)
{
    struct request *r = ask->r;
    const struct rulebook_question *q = &ask->questions[i];
    const struct ask_answer *said = &ask->said[i];
    struct record c = record_new(r);
    struct values choices = {0};
    str facts = answer_key(r, ask->facts[i]);
    bool money = str_eq(q->unit, STR("money"));
    for (size_t k = 0; k < q->value_count; k++) {
        str key = answer_key(r, q->values[k]);
        values_add(r, &choices, choice_record(r, key, key, said->typed));
    }
    record_text(&c, "id", text_format(r, "q%zu", i + 1));
    record_text(&c, "name", q_name(r, q));
    record_text(&c, "label", q->label);
    record_text(&c, "help", q->help);
    record_text(&c, "look", str_of(look_of(q)));
    record_text(&c, "unit", money ? r->web->profile.currency : q->unit);
    record_put(&c, "choices", values_get(&choices));
    record_text(&c, "value", said->typed);
    record_text(&c, "error", said->error);
    record_bool(&c, "answered", said->typed.n > 0);
    record_text(&c, "facts", facts);
    record_text(&c, "facts_name", text_format(r, "f." STR_FORMAT, STR_ARGS(q->name)));
    record_bool(&c, "changed", facts.n && !str_eq(facts, said->typed));
    return record_get(&c);
}

static bool is_open(const struct ask *ask, size_t i)
{
    for (size_t k = 0; k < ask->ruling.open_count; k++)
        if (ask->ruling.open[k] == &ask->questions[i]) return true;
    return false;
}

/* Those that are answered, or that the outcome depends on; of the others only what they ask. */
static void put_questions(const struct ask *ask)
{
    struct request *r = ask->r;
    struct values list = {0}, needless = {0};
    for (size_t i = 0; i < ask->question_count; i++) {
        const struct ask_answer *said = &ask->said[i];
        if (said->own || said->typed.n || is_open(ask, i))
            values_add(r, &list, question_record(ask, i));
        else
            values_add(r, &needless, feel_string(ask->questions[i].label));
    }
    page_put(r, "questions", values_get(&list));
    page_put(r, "needless", values_get(&needless));
    if (needless.count)
        page_put_text(r, "needless_says",
                      needless.count == 1
                          ? STR("1 more question makes no difference here")
                          : text_format(r, "%zu more questions make no difference here", needless.count));
}

static void put_books(const struct ask *ask)
{
    struct request *r = ask->r;
    struct values books = {0};
    for (size_t i = 0; i < ask->book_count; i++) {
        const struct book_text *b = &ask->books[i];
        str text = text_format(r, STR_FORMAT "%s" STR_FORMAT "%s", STR_ARGS(b->name), b->version.n ? " " : "",
                               STR_ARGS(b->version), b->fact ? "" : " (comes with the program)");
        values_add(r, &books, choice_record(r, book_key(r, b), text, book_key(r, ask->book)));
    }
    page_put(r, "books", values_get(&books));
}

/* What a kept ruling is made of again: all that the form says. */
static void put_keeping(const struct ask *ask)
{
    struct request *r = ask->r;
    struct record c = record_new(r);
    struct values given = {0};
    bool ruled = ask->ruling.state == RULED || ask->ruling.state == RULED_GAP;
    if (!ruled || ask->wrong || !request_may_edit(r) || !model_type(picture_model(r->picture), STR("request"))) return;
    struct pairs all = {0};
    *vec_add(&r->arena, &all) = (struct pair){STR("rulebook"), pairs_get(ask->given, STR("rulebook"))};
    if (ask->request) *vec_add(&r->arena, &all) = (struct pair){STR("request"), pairs_get(ask->given, STR("request"))};
    for (size_t i = 0; i < PICK_COUNT; i++)
        *vec_add(&r->arena, &all) = (struct pair){ask->picks[i].key, ask->picks[i].typed};
    for (size_t i = 0; i < ask->question_count; i++)
        *vec_add(&r->arena, &all) = (struct pair){q_name(r, &ask->questions[i]), ask->said[i].typed};
    for (size_t i = 0; i < all.count; i++) {
        struct record one = record_new(r);
        if (!all.items[i].value.n) continue;
        record_text(&one, "name", all.items[i].name);
        record_text(&one, "value", all.items[i].value);
        values_add(r, &given, record_get(&one));
    }
    record_put(&c, "given", values_get(&given));
    record_text(&c, "name", pairs_get(ask->given, STR("name")));
    if (ask->request) record_put(&c, "request", fact_record(r, fact_id(ask->request)));
    page_put(r, "keep", record_get(&c));
}

/* What was asked before for the same capability, the newest first. */
static void put_similar(const struct ask *ask)
{
    enum { SHOWN = 5 };
    struct request *r = ask->r;
    size_t count = 0;
    struct values list = {0};
    const struct fact *f = picture_fact(r->picture, ask->picks[1].fact);
    const struct model_type *type = model_type(picture_model(r->picture), STR("request"));
    const uint64_t *ids = NULL;
    for (size_t i = 0; f && i < fact_type(f)->inverse_count; i++)
        if (fact_type(f)->inverses[i].from == type)
            ids = fact_inverse_for(&r->viewer, r->picture, f, &fact_type(f)->inverses[i], &count);
    for (size_t i = count; ids && i-- > 0 && list.count < SHOWN;) {
        static const char *const fields[] = {"state", "zone", "days waited"}, *const keys[] = {"state", "zone", "days"};
        const struct fact *past = picture_fact(r->picture, ids[i]);
        struct record c = record_new(r);
        if (past == ask->request) continue;
        record_put(&c, "fact", fact_record(r, ids[i]));
        for (size_t k = 0; k < ARRAY_COUNT(fields); k++) {
            const struct model_field *field = model_field(type, str_of(fields[k]));
            record_text(&c, keys[k], field ? show_field(r, past, field) : STR_NONE);
        }
        values_add(r, &list, record_get(&c));
    }
    page_put(r, "similar", values_get(&list));
}

void ask_show(const struct ask *ask, int status)
{
    struct request *r = ask->r;
    struct values list = {0};
    page_begin(r, PAGE_ASK);
    page_put_text(r, "title", STR("Ask what it needs"));
    page_put_text(r, "subtitle",
                  STR("What is to be built or bought, and at once what each side does for it, by when and why."));
    page_put_text(r, "here", ask_url(ask, NULL));
    for (size_t i = 0; i < PICK_COUNT; i++)
        if (ask->picks[i].type) values_add(r, &list, pick_record(ask, i));
    page_put(r, "picks", values_get(&list));
    put_books(ask);
    put_questions(ask);
    page_put(r, "ruling", ruling_record(ask));
    page_put_text(r, "message", ask->message);
    if (ask->request) page_put_text(r, "request", pairs_get(ask->given, STR("request")));
    put_keeping(ask);
    put_similar(ask);
    put_alike(ask, 0, ask->request ? fact_id(ask->request) : 0);
    page_put_text(r, "says", ruling_says(ask));
    page_show(r, status);
}

void answer_ask(struct request *r)
{
    struct ask ask = {.r = r, .given = &r->query};
    struct err err;
    if (ask_read(&ask, &err) < 0)
        page_fail(r, &err);
    else
        ask_show(&ask, ask.wrong ? 422 : 200);
    shelf_put_back(r->web->shelf, ask.rules);
}
