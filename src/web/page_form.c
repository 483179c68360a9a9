/* SPDX-License-Identifier: Apache-2.0 */
#include "page_form.h"

#include "base_utf8.h"

#include <string.h>

enum { INLINE_OPTIONS = 300, EMPTY_LINKS = 2, ALIKE = 4, ALIKE_LETTERS = 3 };

void form_init(struct form *form, struct request *r, const struct model_type *type, const struct fact *fact)
{
    const struct picture_keys *keys = fact ? fact_keys(r->picture, fact_id(fact)) : NULL;
    const struct fact *proposal = keys ? picture_fact(r->picture, keys->fact | FACT_PROPOSED) : NULL;
    *form = (struct form){.r = r,
                          .type = type,
                          .fact = proposal ? proposal : fact,
                          .version = fact ? fact_version(fact) : 0,
                          .agreed = keys && keys->agreed,
                          .proposal = keys ? (int64_t)keys->version : 0};
    form->fields = arena_array(&r->arena, type->field_count, sizeof *form->fields);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct model_field *field = &type->fields[i];
        if (field->kind == FIELD_DERIVED || field->kind == FIELD_OBSERVED || !request_sees(r, type, field) ||
            !request_writes(r, field))
            continue;
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
void form_fill_from_fact(struct form *form)
{
    struct request *r = form->r;
    for (size_t i = 0; i < form->count; i++) {
        struct form_field *f = &form->fields[i];
        size_t count = 0;
        const uint64_t *to =
            form->fact && is_link_field(f->field) ? fact_links_for(&r->viewer, form->fact, f->field, &count) : NULL;
        VEC(str) typed = {0};
        for (size_t j = 0; j < count; j++) *vec_add(&r->arena, &typed) = show_name(r, to[j]);
        if (!is_link_field(f->field)) {
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
    buf_init(&b, SIGNED_IN_LIMIT);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n') buf_char(&b, text.p[i]);
    str copy = buf_copy(&b, &r->arena);
    buf_release(&b);
    return copy;
}

void form_fill_from_request(struct form *form)
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
    if (!str_to_int(pairs_get(&r->form, STR("proposal")), &form->proposal)) form->proposal = 0;
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
            f->error = text_format(r, "There is no %.*s called \"" STR_FORMAT "\": choose one from the list, or add it",
                                   STR_ARGS(f->field->to->name), STR_ARGS(name));
        for (size_t j = 0; j < f->links.count; j++) twice |= f->links.items[j] == id;
        if (id && !several && !twice) *vec_add(&r->arena, &f->links) = id;
    }
    if (f->field->kind == FIELD_LINK && f->links.count > 1) f->error = STR("Only one can be chosen here");
}

/* The search also finds what is said about a fact: only its names count here. */
static bool is_called(struct request *r, const struct fact *f, str typed)
{
    const struct model_field *alias = fact_type(f)->alias_field;
    str names = alias ? text_format(r, STR_FORMAT " " STR_FORMAT, STR_ARGS(fact_name(f)),
                                    STR_ARGS(fact_value_for(&r->viewer, f, alias)))
                      : fact_name(f);
    str folded = utf8_fold(&r->arena, names), rest = utf8_fold(&r->arena, typed), word;
    while (rest.n && str_cut(&rest, ' ', &word))
        if (str_find(folded, word) == STR_NOT_FOUND) return false;
    return true;
}

/* Facts of the type that are called nearly so: by the words of the name, as the search finds them. */
static void find_alike(struct form *form, struct form_field *f)
{
    struct request *r = form->r;
    const uint64_t *ids;
    bool several;
    if (f->field != form->type->name_field || f->canonical.n < ALIKE_LETTERS) return;
    uint64_t own = form->fact ? fact_id(form->fact) : 0;
    uint64_t same = picture_find(r->picture, form->type, f->canonical, &several);
    if (same && same != own && form->type->key_field_count == 1) {
        const struct fact *other = picture_fact(r->picture, same);
        str also = str_eq_nocase(fact_name(other), f->canonical)
                       ? STR("")
                       : text_format(r, ", another name of " STR_FORMAT, STR_ARGS(fact_name(other)));
        f->error = text_format(r, "There is already " STR_FORMAT " called \"" STR_FORMAT "\"" STR_FORMAT,
                               STR_ARGS(show_a(r, form->type->name)), STR_ARGS(f->canonical), STR_ARGS(also));
        values_add(r, &f->alike, fact_record(r, same));
        return;
    }
    if (form->fact && str_eq(fact_name(form->fact), f->canonical)) return;
    size_t count = picture_search(r->picture, &r->viewer, &r->arena, form->type, f->canonical, ALIKE + 1, &ids);
    for (size_t i = 0; i < count && f->alike.count < ALIKE; i++)
        if (ids[i] != own && ids[i] != same && is_called(r, picture_fact(r->picture, ids[i]), f->canonical))
            values_add(r, &f->alike, fact_record(r, ids[i]));
}

void form_read_field(struct form *form, struct form_field *f)
{
    struct request *r = form->r;
    const struct model_input how = {.currency = r->web->profile.currency};
    struct err err;
    if (!f->given || f->error.n) return;
    if (is_link_field(f->field))
        read_links(form, f);
    else if (model_read_value(&r->arena, f->field, &how, f->typed[0], &f->canonical, &err))
        f->error = capitalise(r, str_of(err.message));
    else if (f->field->is_formula && f->canonical.n &&
             graph_check_formula(picture_graph(r->picture), &r->arena, f->canonical, &err))
        f->error =
            text_format(r, STR_FORMAT ", at character %u", STR_ARGS(capitalise(r, str_of(err.message))), err.column);
    bool nothing = is_link_field(f->field) ? !f->links.count : !f->canonical.n;
    if (!f->error.n && f->field->required && nothing) f->error = STR("This cannot be empty");
}

void form_explain_field(struct form *form, struct form_field *f)
{
    form_read_field(form, f);
    if (f->error.n || !f->given || is_link_field(f->field)) return;
    /* With all its digits: what is shown elsewhere may be rounded. */
    bool day = f->field->kind == FIELD_DATE, share = f->field->kind == FIELD_PERCENT;
    str shown = day     ? show_value(form->r, f->field, f->canonical)
                : share ? typed_of(form->r, f->field, f->canonical)
                        : f->canonical;
    if (f->canonical.n && !str_eq(shown, str_trim(f->typed[0])) && !str_eq(f->canonical, str_trim(f->typed[0])))
        f->reads = shown;
    find_alike(form, f);
}

void form_read(struct form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        form_read_field(form, &form->fields[i]);
        form->wrong |= form->fields[i].error.n > 0;
    }
}

struct form_field *form_field_named(const struct form *form, str name)
{
    for (size_t i = 0; i < form->count; i++)
        if (str_eq(form->fields[i].name, name)) return &form->fields[i];
    return NULL;
}

bool form_differs(const struct form *form, const struct form_field *f)
{
    size_t count = 0;
    const struct graph_viewer *viewer = &form->r->viewer;
    if (!is_link_field(f->field))
        return !str_eq(form->fact ? fact_value_for(viewer, form->fact, f->field) : STR_NONE, f->canonical);
    const uint64_t *now = form->fact ? fact_links_for(viewer, form->fact, f->field, &count) : NULL;
    return count != f->links.count || (count && memcmp(now, f->links.items, count * sizeof *now) != 0);
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
        values_add(r, &choices, choice_record(r, key, show_choice(r, key), chosen));
    }
    if (!known) values_add(r, &choices, choice_record(r, chosen, chosen, chosen));
    return values_get(&choices);
}

static void put_links(struct form *form, struct record *c, const struct form_field *f, str id)
{
    struct request *r = form->r;
    struct values inputs = {0}, options = {0};
    size_t empty = f->field->kind == FIELD_LINK ? !f->typed_count : EMPTY_LINKS, count;
    for (size_t i = 0; i < f->typed_count + empty; i++) {
        struct record one = record_new(r);
        record_text(&one, "value", i < f->typed_count ? f->typed[i] : STR_NONE);
        record_text(&one, "id", i ? text_format(r, STR_FORMAT "-%zu", STR_ARGS(id), i) : id);
        record_bool(&one, "first", !i);
        values_add(r, &inputs, record_get(&one));
    }
    const uint64_t *ids = picture_facts(r->picture, f->field->to, &count);
    for (size_t i = 0; i < count && count <= INLINE_OPTIONS; i++)
        values_add(r, &options, feel_string(show_name(r, ids[i])));
    record_put(c, "inputs", values_get(&inputs));
    record_put(c, "options", values_get(&options)); /* for browsers without script */
    record_bool(c, "many", f->field->kind == FIELD_LINKS);
    record_text(c, "kind", show_a(r, f->field->to->name));
    record_text(c, "ask", text_format(r, "/options/" STR_FORMAT, STR_ARGS(f->field->to->key)));
    if (!form->inside)
        record_text(c, "add", text_format(r, "/types/" STR_FORMAT "/new", STR_ARGS(f->field->to->plural_key)));
}

struct feel_value form_field_record(struct form *form, struct form_field *f)
{
    struct request *r = form->r;
    struct record c = record_new(r);
    /* A form in a dialog must not have the ids of the one around it. */
    str id = form->inside ? text_format(r, "inside-" STR_FORMAT, STR_ARGS(f->name)) : f->name;
    record_text(&c, "id", id);
    record_text(&c, "name", f->name);
    record_text(&c, "label", show_word(r, f->field->name));
    record_text(&c, "help", f->field->help);
    record_text(&c, "example", f->field->example);
    record_text(&c, "look", str_of(look_of(f->field)));
    record_bool(&c, "required", f->field->required);
    record_bool(&c, "signed", form->agreed && f->field->is_signed);
    record_text(&c, "now", f->now);
    record_text(&c, "error", f->error);
    record_text(&c, "reads", f->reads);
    record_put(&c, "alike", values_get(&f->alike));
    record_text(&c, "value", f->typed_count ? f->typed[0] : STR_NONE);
    if (f->field->kind == FIELD_ONE_OF || f->field->kind == FIELD_YES_NO) record_put(&c, "choices", choices_of(r, f));
    if (is_link_field(f->field)) put_links(form, &c, f, id);
    return record_get(&c);
}
