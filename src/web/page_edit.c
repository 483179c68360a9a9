/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a fact, made from its type. What was typed stays until it is saved, whatever is wrong with it. */
#include "page_fact.h"

#include "base_utf8.h"

enum { INLINE_OPTIONS = 300, EMPTY_LINKS = 2, REASON_LIMIT = 1000 };

struct form_field {
    const struct model_field *field;
    str name;         /* f10 */
    bool given;       /* the form had it */
    const str *typed; /* one, or one for each link */
    size_t typed_count;
    str canonical;
    VEC(uint64_t) links;
    str error, now; /* beside the field; now: what it is meanwhile */
};
struct form {
    struct request *r;
    const struct model_type *type;
    const struct fact *fact; /* NULL: a new one */
    struct form_field *fields;
    size_t count;
    bool wrong, conflict;
    str message;
    int64_t version;
};

static bool is_link(const struct model_field *f) { return f->kind == FIELD_LINK || f->kind == FIELD_LINKS; }

static void form_init(struct form *form, struct request *r, const struct model_type *type, const struct fact *fact)
{
    *form = (struct form){.r = r, .type = type, .fact = fact, .version = fact ? fact_version(fact) : 0};
    form->fields = arena_array(&r->arena, type->field_count, sizeof *form->fields);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct model_field *field = &type->fields[i];
        if (field->kind == FIELD_DERIVED || field->kind == FIELD_OBSERVED || !request_sees(r, type, field)) continue;
        form->fields[form->count++] = (struct form_field){.field = field, .name = text_format(r, "f%u", field->id)};
    }
}

/* A percentage to type, without rounding: "0.425" is "42.5 %". */
static str percent_typed(struct request *r, str fraction)
{
    bool negative = str_starts(fraction, STR("-"));
    str digits = str_from(fraction, negative);
    size_t dot = str_find_char(digits, '.');
    str whole = str_slice(digits, 0, dot == STR_NOT_FOUND ? digits.n : dot);
    str rest = dot == STR_NOT_FOUND ? STR("") : str_from(digits, dot + 1);
    struct buf b;
    buf_init(&b, 10000);
    buf_str(&b, whole);
    for (size_t i = 0; i < 2; i++) buf_char(&b, i < rest.n ? rest.p[i] : '0');
    size_t zeros = 0;
    while (zeros + 1 < b.n && b.p[zeros] == '0') zeros++;
    str point = rest.n > 2 ? STR(".") : STR("");
    str text = text_format(r, "%s" STR_FORMAT STR_FORMAT STR_FORMAT " %%", negative ? "-" : "",
                           STR_ARGS(str_from(buf_get(&b), zeros)), STR_ARGS(point), STR_ARGS(str_from(rest, 2)));
    buf_release(&b);
    return text;
}

static void set_typed(struct form *form, struct form_field *f, const str *typed, size_t count)
{
    str *copy = arena_array(&form->r->arena, count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++) copy[i] = typed[i];
    f->typed = copy;
    f->typed_count = count;
}

static str typed_of(struct request *r, const struct model_field *field, str canonical)
{
    return field->kind == FIELD_PERCENT && canonical.n ? percent_typed(r, canonical) : canonical;
}

/* What the fact has now, as one would type it. */
static void fill_from_fact(struct form *form)
{
    struct request *r = form->r;
    for (size_t i = 0; i < form->count; i++) {
        struct form_field *f = &form->fields[i];
        size_t count = 0;
        const uint64_t *to =
            form->fact && is_link(f->field) ? fact_links_for(&r->viewer, form->fact, f->field, &count) : NULL;
        VEC(str) typed = {0};
        for (size_t j = 0; j < count; j++) *vec_add(&r->arena, &typed) = show_name(r, to[j]);
        if (!is_link(f->field)) {
            str canonical = form->fact ? fact_value_for(&r->viewer, form->fact, f->field) : f->field->initial;
            *vec_add(&r->arena, &typed) = typed_of(r, f->field, canonical);
        }
        set_typed(form, f, typed.items, typed.count);
    }
}

/* Browsers send CRLF for every line end. */
str form_lines(struct request *r, str text)
{
    struct buf b;
    buf_init(&b, BODY_LIMIT);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n') buf_char(&b, text.p[i]);
    str copy = buf_copy(&b, &r->arena);
    buf_release(&b);
    return copy;
}

static void fill_from_request(struct form *form)
{
    struct request *r = form->r;
    for (size_t i = 0; i < form->count; i++) {
        struct form_field *f = &form->fields[i];
        VEC(str) typed = {0};
        for (size_t j = 0; j < r->form.count; j++)
            if (str_eq(r->form.items[j].name, f->name))
                *vec_add(&r->arena, &typed) = form_lines(r, r->form.items[j].value);
        f->given = typed.count > 0;
        set_typed(form, f, typed.items, typed.count);
    }
    if (!str_to_int(pairs_get(&r->form, STR("version")), &form->version)) form->version = 0;
}

static void read_links(struct form *form, struct form_field *f)
{
    struct request *r = form->r;
    for (size_t i = 0; i < f->typed_count && !f->error.n; i++) {
        str name = str_trim(f->typed[i]);
        bool several = false, twice = false;
        if (!name.n) continue;
        uint64_t id = picture_find(r->picture, f->field->to, name, &several);
        if (several)
            f->error = text_format(r, "More than one %.*s is called \"" STR_FORMAT "\"", STR_ARGS(f->field->to->name),
                                   STR_ARGS(name));
        else if (!id)
            f->error = text_format(
                r, "There is no %.*s called \"" STR_FORMAT "\": choose one from the list, or create it first",
                STR_ARGS(f->field->to->name), STR_ARGS(name));
        for (size_t j = 0; j < f->links.count; j++) twice |= f->links.items[j] == id;
        if (id && !several && !twice) *vec_add(&r->arena, &f->links) = id;
    }
    if (f->field->kind == FIELD_LINK && f->links.count > 1) f->error = STR("Only one can be chosen here");
}

static void read_fields(struct form *form)
{
    struct request *r = form->r;
    const struct model_input how = {.currency = r->web->profile.currency};
    for (size_t i = 0; i < form->count; i++) {
        struct form_field *f = &form->fields[i];
        struct err err;
        if (!f->given) continue;
        if (is_link(f->field))
            read_links(form, f);
        else if (model_read_value(&r->arena, f->field, &how, f->typed[0], &f->canonical, &err))
            f->error = capitalise(r, str_of(err.message));
        bool nothing = is_link(f->field) ? !f->links.count : !f->canonical.n;
        if (!f->error.n && f->field->required && nothing) f->error = STR("This cannot be empty");
        form->wrong |= f->error.n > 0;
    }
}

static bool same_links(const struct form *form, const struct form_field *f)
{
    size_t count = 0;
    const uint64_t *now = form->fact ? fact_links_for(&form->r->viewer, form->fact, f->field, &count) : NULL;
    if (count != f->links.count) return false;
    for (size_t i = 0; i < count; i++)
        if (now[i] != f->links.items[i]) return false;
    return true;
}

int form_reason(struct request *r, str *reason, struct err *err)
{
    *reason = str_trim(pairs_get(&r->form, STR("reason")));
    if (reason->n <= REASON_LIMIT) return 0;
    return err_set(err, ERR_INPUT, "the reason is too long: %zu bytes, %d at most", reason->n, REASON_LIMIT);
}

static int save(struct form *form, uint64_t *id, uint64_t *number, struct err *err)
{
    struct request *r = form->r;
    str reason;
    if (form_reason(r, &reason, err)) return -1;
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, reason);
    const struct origin typed = {.kind = ORIGIN_TYPED};
    uint64_t fact = form->fact ? fact_id(form->fact) : change_create(c, form->type);
    if (form->fact) change_expect(c, fact, (uint32_t)form->version);
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *f = &form->fields[i];
        if (!f->given) continue;
        str now = form->fact && !is_link(f->field) ? fact_value_for(&r->viewer, form->fact, f->field) : STR_NONE;
        if (is_link(f->field) && !same_links(form, f))
            change_links(c, fact, f->field, f->links.items, f->links.count, typed);
        else if (!is_link(f->field) && !str_eq(now, f->canonical))
            change_value(c, fact, f->field, f->canonical, typed);
    }
    struct commit_result result = {0};
    if (web_commit(r->web, c, &result, err)) return -1;
    *id = form->fact ? fact : result.made_count ? result.made[0] : 0;
    *number = result.number;
    return 0;
}

/* ---- Drawing ---- */

static const char *look_of(const struct model_field *f)
{
    switch (f->kind) {
    case FIELD_LONG_TEXT: return "long";
    case FIELD_DATE: return "date";
    case FIELD_YES_NO:
    case FIELD_ONE_OF: return "choice";
    case FIELD_LINK:
    case FIELD_LINKS: return "link";
    case FIELD_WHOLE_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_MONEY:
    case FIELD_PERCENT: return "number";
    case FIELD_TEXT:
    case FIELD_PERIOD:
    case FIELD_DERIVED:
    case FIELD_OBSERVED: break;
    }
    return "text";
}

static struct feel_value choices_of(struct request *r, const struct form_field *f)
{
    struct values choices = {0};
    str chosen = f->typed_count ? f->typed[0] : STR_NONE;
    bool known = !chosen.n;
    static const str yes_no[] = {STR_INIT("yes"), STR_INIT("no")};
    bool yes = f->field->kind == FIELD_YES_NO;
    size_t count = yes ? 2 : f->field->value_count;
    for (size_t i = 0; i < count; i++) {
        str key = yes ? yes_no[i] : f->field->values[i];
        known |= str_eq(key, chosen);
        values_add(r, &choices, choice_record(r, key, key, chosen));
    }
    if (!known) values_add(r, &choices, choice_record(r, chosen, chosen, chosen));
    return values_get(&choices);
}

static void put_links(struct request *r, struct record *c, const struct form_field *f)
{
    struct values inputs = {0}, options = {0};
    size_t empty = f->field->kind == FIELD_LINK ? !f->typed_count : EMPTY_LINKS, count;
    for (size_t i = 0; i < f->typed_count + empty; i++) {
        struct record one = record_new(r);
        record_text(&one, "value", i < f->typed_count ? f->typed[i] : STR_NONE);
        record_text(&one, "id", i ? text_format(r, STR_FORMAT "-%zu", STR_ARGS(f->name), i) : f->name);
        record_bool(&one, "first", !i);
        values_add(r, &inputs, record_get(&one));
    }
    const uint64_t *ids = picture_facts(r->picture, f->field->to, &count);
    for (size_t i = 0; i < count && count <= INLINE_OPTIONS; i++)
        values_add(r, &options, feel_string(show_name(r, ids[i])));
    record_put(c, "inputs", values_get(&inputs));
    record_put(c, "options", values_get(&options));
    record_bool(c, "many", f->field->kind == FIELD_LINKS);
    record_text(c, "kind", f->field->to->name);
    if (count > INLINE_OPTIONS)
        record_text(c, "ask", text_format(r, "/options/" STR_FORMAT, STR_ARGS(f->field->to->key)));
}

static struct feel_value field_record(struct form *form, struct form_field *f)
{
    struct request *r = form->r;
    struct record c = record_new(r);
    record_text(&c, "id", f->name);
    record_text(&c, "label", show_word(r, f->field->name));
    record_text(&c, "help", f->field->help);
    record_text(&c, "example", f->field->example);
    record_text(&c, "look", str_of(look_of(f->field)));
    record_bool(&c, "required", f->field->required);
    record_text(&c, "error", f->error);
    record_text(&c, "now", f->now);
    record_text(&c, "value", f->typed_count ? f->typed[0] : STR_NONE);
    if (f->field->kind == FIELD_ONE_OF || f->field->kind == FIELD_YES_NO) record_put(&c, "choices", choices_of(r, f));
    if (is_link(f->field)) put_links(r, &c, f);
    return record_get(&c);
}

static void show_form(struct form *form, int status)
{
    struct request *r = form->r;
    page_begin(r, PAGE_EDIT);
    page_put(r, "fact", fact_head(r, form->type));
    str own = form->fact ? show_path(r, fact_id(form->fact))
                         : text_format(r, "/types/" STR_FORMAT, STR_ARGS(form->type->plural_key));
    page_put_text(r, "title",
                  form->fact ? text_format(r, "Edit " STR_FORMAT, STR_ARGS(fact_name(form->fact)))
                             : text_format(r, "New " STR_FORMAT, STR_ARGS(form->type->name)));
    page_put_text(r, "action", own);
    page_put_text(r, "cancel", own);
    page_put_text(r, "version", text_format(r, "%lld", (long long)form->version));
    page_put_text(r, "reason", pairs_get(&r->form, STR("reason")));
    page_put_text(r, "message", form->message);
    page_put(r, "conflict", feel_boolean(form->conflict));
    struct values fields = {0};
    for (size_t i = 0; i < form->count; i++) values_add(r, &fields, field_record(form, &form->fields[i]));
    page_put(r, "fields", values_get(&fields));
    page_show(r, status);
}

/* Somebody saved meanwhile: the newest picture beside what was typed. Saving again means to overwrite it. */
static void show_conflict(struct form *form, const struct err *err)
{
    struct request *r = form->r;
    struct form newest;
    form_init(&newest, r, form->type, form->fact);
    fill_from_fact(&newest);
    for (size_t i = 0; i < form->count; i++) {
        struct form_field *f = &form->fields[i];
        const struct form_field *now = &newest.fields[i];
        bool same =
            !f->given || (is_link(f->field) ? same_links(form, f)
                                            : str_eq(fact_value_for(&r->viewer, form->fact, f->field), f->canonical));
        if (same) continue;
        f->now = is_link(f->field) ? show_field(r, form->fact, f->field) : now->typed[0];
        if (!f->now.n) f->now = STR("nothing");
    }
    form->version = newest.version;
    form->conflict = true;
    form->message = capitalise(r, str_of(err->message));
    show_form(form, 409);
}

static void show_refusal(struct form *form, const struct err *err)
{
    struct request *r = form->r;
    const struct model_field *field = err->field[0] ? model_field(form->type, str_of(err->field)) : NULL;
    form->message =
        field ? STR("Nothing was saved yet: see the field marked below.") : capitalise(r, str_of(err->message));
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].field == field) form->fields[i].error = capitalise(r, str_of(err->message));
    show_form(form, 422);
}

static void answer_form(struct form *form)
{
    struct request *r = form->r;
    struct err err;
    uint64_t id, number;
    fill_from_request(form);
    read_fields(form);
    if (form->wrong) {
        form->message = STR("Nothing was saved yet: see the fields marked below.");
        show_form(form, 422);
    } else if (!save(form, &id, &number, &err)) {
        request_redirect(r,
                         text_format(r, "/facts/%llu?saved=%llu", (unsigned long long)id, (unsigned long long)number));
    } else if (err.code == ERR_CONFLICT && form->fact) {
        uint64_t own = fact_id(form->fact);
        web_look(r->web);
        request_look(r);
        form->fact = picture_fact(r->picture, own);
        if (form->fact)
            show_conflict(form, &err);
        else
            page_error(r, 409, "It has been deleted meanwhile",
                       "Somebody deleted this fact while you were editing it. Nothing was saved.");
    } else if (err.code == ERR_INPUT || err.code == ERR_CONFLICT || err.code == ERR_LIMIT) {
        show_refusal(form, &err);
    } else {
        page_fail(r, &err);
    }
}

void answer_edit_page(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (!f) return;
    struct form form;
    form_init(&form, r, fact_type(f), f);
    fill_from_fact(&form);
    show_form(&form, 200);
}

void answer_edit(struct request *r)
{
    const struct fact *f = fact_asked(r);
    if (!f) return;
    struct form form;
    form_init(&form, r, fact_type(f), f);
    answer_form(&form);
}

void answer_new_page(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    struct form form;
    form_init(&form, r, type, NULL);
    fill_from_fact(&form);
    show_form(&form, 200);
}

void answer_new(struct request *r)
{
    const struct model_type *type = type_asked(r);
    if (!type) return;
    struct form form;
    form_init(&form, r, type, NULL);
    answer_form(&form);
}
