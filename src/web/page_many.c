/* SPDX-License-Identifier: Apache-2.0 */
/* Changing many: one field of the chosen facts to one value, shown before it is done, in one commit. */
#include "page_fact.h"
#include "page_list.h"

#include <string.h>

enum { MANY_FACTS = 20000, SHOWN_CHANGES = 25 };

struct many {
    struct request *r;
    const struct model_type *type;
    const uint64_t *ids;
    size_t count;
    str query, chosen; /* as the form sends them on: all that the query finds, or the chosen ids with commas between */
    const struct model_field *field;
    VEC(str) typed;
    str canonical;
    VEC(uint64_t) links;
    VEC(uint64_t) changing; /* those for which it makes a difference */
    str error;
};

/* ---- What is chosen ---- */

static int take_query(struct many *m, struct err *err)
{
    struct request *r = m->r;
    struct list_asked asked;
    struct fact_rows rows;
    r->query.count = 0; /* the list's own address, not this page's */
    if (pairs_parse(&r->arena, m->query, &r->query))
        return err_set(err, ERR_INPUT, "the list's address cannot be read");
    if (list_asked(r, m->type, &asked, err) || fact_query(&r->arena, r->web->graph, &r->env, &asked.query, &rows, err))
        return -1;
    m->ids = rows.ids;
    m->count = rows.found;
    return 0;
}

static int take_ids(struct many *m, struct err *err)
{
    struct request *r = m->r;
    VEC(uint64_t) ids = {0};
    struct buf chosen;
    buf_init(&chosen, BODY_LIMIT);
    for (size_t i = 0; i < r->form.count; i++) {
        str rest = r->form.items[i].value, piece;
        if (!str_eq(r->form.items[i].name, STR("id"))) continue;
        while (rest.n && str_cut(&rest, ',', &piece)) {
            int64_t id;
            const struct fact *f = str_to_int(piece, &id) && id > 0 ? picture_fact(r->picture, (uint64_t)id) : NULL;
            if (!f || fact_type(f) != m->type) continue; /* deleted meanwhile */
            *vec_add(&r->arena, &ids) = (uint64_t)id;
            buf_printf(&chosen, "%s%llu", chosen.n ? "," : "", (unsigned long long)id);
        }
    }
    m->ids = ids.items;
    m->count = ids.count;
    m->chosen = buf_copy(&chosen, &r->arena);
    buf_release(&chosen);
    return ids.count ? 0 : err_set(err, ERR_INPUT, "nothing is chosen: tick the facts, or all that were found");
}

static int take_chosen(struct many *m, struct err *err)
{
    struct request *r = m->r;
    m->query = pairs_get(&r->form, STR("query"));
    bool all = str_eq(pairs_get(&r->form, STR("all")), STR("yes"));
    if (all ? take_query(m, err) : take_ids(m, err)) return -1;
    if (m->count > MANY_FACTS)
        return err_set(err, ERR_LIMIT, "%zu facts are more than are changed at once (%d): narrow the list down first",
                       m->count, MANY_FACTS);
    return m->count ? 0 : err_set(err, ERR_INPUT, "nothing is chosen");
}

/* ---- To what ---- */

static bool is_link(const struct model_field *f) { return f->kind == FIELD_LINK || f->kind == FIELD_LINKS; }

static bool can_change(const struct many *m, const struct model_field *f)
{
    return f->kind != FIELD_DERIVED && f->kind != FIELD_OBSERVED && request_sees(m->r, m->type, f) &&
           request_writes(m->r, f) &&
           !(m->type->key_field_count == 1 && f == m->type->key_fields[0]); /* all of them cannot have one name */
}

static int read_value(struct many *m, struct err *err)
{
    struct request *r = m->r;
    const struct model_input how = {.currency = r->web->profile.currency};
    str typed = m->typed.count ? m->typed.items[0] : STR_NONE;
    if (!is_link(m->field)) {
        if (model_read_value(&r->arena, m->field, &how, typed, &m->canonical, err)) return -1;
        return m->canonical.n || !m->field->required ? 0 : err_set(err, ERR_INPUT, "this cannot be empty");
    }
    VEC_EACH(t, &m->typed) {
        bool several;
        str name = str_trim(*t);
        if (!name.n) continue;
        uint64_t id = picture_find(r->picture, m->field->to, name, &several);
        if (!id || several)
            return err_set(err, ERR_INPUT,
                           several ? "more than one " STR_FORMAT " is called \"" STR_FORMAT "\""
                                   : "there is no " STR_FORMAT " called \"" STR_FORMAT "\"",
                           STR_ARGS(m->field->to->name), STR_ARGS(name));
        *vec_add(&r->arena, &m->links) = id;
    }
    if (m->field->kind == FIELD_LINK && m->links.count > 1)
        return err_set(err, ERR_INPUT, "only one can be chosen here");
    return m->links.count || !m->field->required ? 0 : err_set(err, ERR_INPUT, "this cannot be empty");
}

static bool differs(const struct many *m, const struct fact *f)
{
    size_t count = 0;
    if (!is_link(m->field)) return !str_eq(fact_value_for(&m->r->viewer, f, m->field), m->canonical);
    const uint64_t *now = fact_links_for(&m->r->viewer, f, m->field, &count);
    return count != m->links.count || (count && memcmp(now, m->links.items, count * sizeof *now) != 0);
}

static void compare(struct many *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (differs(m, picture_fact(m->r->picture, m->ids[i]))) *vec_add(&m->r->arena, &m->changing) = m->ids[i];
}

static int commit(struct many *m, uint64_t *number, struct err *err)
{
    struct request *r = m->r;
    const struct origin typed = {.kind = ORIGIN_TYPED};
    struct commit_result result;
    str reason;
    if (form_reason(r, &reason, err)) return -1;
    struct change_set *c = change_set_new(&r->arena, picture_model(r->picture), r->user.name, reason);
    VEC_EACH(id, &m->changing) {
        change_expect(c, *id, fact_version(picture_fact(r->picture, *id)));
        if (is_link(m->field))
            change_links(c, *id, m->field, m->links.items, m->links.count, typed);
        else
            change_value(c, *id, m->field, m->canonical, typed);
    }
    if (web_commit(r->web, c, &result, err)) return -1;
    *number = result.number;
    return 0;
}

/* ---- Drawing ---- */

static struct feel_value value_record(struct many *m)
{
    struct request *r = m->r;
    struct record c = record_new(r);
    record_text(&c, "key", m->field->key);
    record_text(&c, "label", show_word(r, m->field->name));
    record_text(&c, "help", m->field->help);
    record_text(&c, "example", m->field->example);
    record_text(&c, "error", m->error);
    str first = m->typed.count ? m->typed.items[0] : STR_NONE;
    record_text(&c, "value", first);
    struct values choices = {0}, names = {0};
    if (m->field->kind == FIELD_YES_NO) {
        values_add(r, &choices, choice_record(r, STR("yes"), STR("yes"), first));
        values_add(r, &choices, choice_record(r, STR("no"), STR("no"), first));
    }
    for (size_t i = 0; i < m->field->value_count; i++)
        values_add(r, &choices, choice_record(r, m->field->values[i], show_choice(r, m->field->values[i]), first));
    VEC_EACH(t, &m->typed) {
        if (t->n) values_add(r, &names, feel_string(*t));
    }
    if (choices.count) record_put(&c, "choices", values_get(&choices));
    if (is_link(m->field)) {
        record_put(&c, "names", values_get(&names));
        record_bool(&c, "many", m->field->kind == FIELD_LINKS);
        record_text(&c, "ask", text_format(r, "/options/" STR_FORMAT, STR_ARGS(m->field->to->key)));
    }
    record_bool(&c, "long", m->field->kind == FIELD_LONG_TEXT);
    return record_get(&c);
}

static void put_preview(struct many *m)
{
    struct request *r = m->r;
    struct values list = {0};
    str after = is_link(m->field) ? STR_NONE : show_value(r, m->field, m->canonical);
    struct buf names;
    buf_init(&names, PAGE_LIMIT);
    VEC_EACH(id, &m->links) {
        if (names.n) buf_text(&names, ", ");
        buf_str(&names, show_name(r, *id));
    }
    if (is_link(m->field)) after = buf_copy(&names, &r->arena);
    buf_release(&names);
    for (size_t i = 0; i < m->changing.count && i < SHOWN_CHANGES; i++) {
        struct record c = record_new(r);
        record_put(&c, "fact", fact_record(r, m->changing.items[i]));
        record_text(&c, "before", show_field(r, picture_fact(r->picture, m->changing.items[i]), m->field));
        record_text(&c, "after", after);
        values_add(r, &list, record_get(&c));
    }
    struct record preview = record_new(r);
    record_put(&preview, "changes", values_get(&list));
    record_text(&preview, "count", show_counted(r, (int64_t)m->changing.count, "fact", "facts"));
    record_bool(&preview, "none", !m->changing.count);
    record_text(&preview, "digits", text_format(r, "%zu", m->changing.count));
    if (m->changing.count > SHOWN_CHANGES)
        record_text(&preview, "more",
                    text_format(r, "and " STR_FORMAT " more",
                                STR_ARGS(show_count(r, (int64_t)(m->changing.count - SHOWN_CHANGES)))));
    size_t same = m->count - m->changing.count;
    if (same) record_text(&preview, "same", show_counted(r, (int64_t)same, "is so already", "are so already"));
    page_put(r, "preview", record_get(&preview));
}

static void show(struct many *m, int status, bool preview, str message)
{
    struct request *r = m->r;
    struct values fields = {0};
    page_begin(r, PAGE_MANY);
    page_put_text(r, "title",
                  text_format(r, "Change " STR_FORMAT,
                              STR_ARGS(show_counted(r, (int64_t)m->count, m->type->name.p, m->type->plural.p))));
    page_put(r, "kind", fact_head(r, m->type));
    page_put_text(r, "message", message);
    page_put_text(r, "query", m->query);
    page_put_text(r, "back",
                  text_format(r, "/types/" STR_FORMAT "%s" STR_FORMAT, STR_ARGS(m->type->plural_key),
                              m->query.n ? "?" : "", STR_ARGS(m->query)));
    page_put_text(r, "chosen", m->chosen);
    page_put_text(r, "reason", pairs_get(&r->form, STR("reason")));
    for (size_t i = 0; i < m->type->field_count; i++) {
        const struct model_field *f = &m->type->fields[i];
        if (can_change(m, f))
            values_add(r, &fields,
                       choice_record(r, f->key, show_word(r, f->name), m->field ? m->field->key : STR_NONE));
    }
    page_put(r, "fields", values_get(&fields));
    if (m->field) page_put(r, "field", value_record(m));
    if (preview) put_preview(m);
    page_show(r, status);
}

/* How many there were when it was shown; it is shown again when they have become others. */
static bool as_shown(const struct many *m)
{
    int64_t shown;
    return str_to_int(pairs_get(&m->r->form, STR("shown")), &shown) && (size_t)shown == m->changing.count;
}

static void do_it(struct many *m)
{
    struct err err;
    uint64_t number;
    struct request *r = m->r;
    if (!as_shown(m)) {
        show(m, 409, true, STR("The facts have changed since you looked. This is what would be done now."));
    } else if (!commit(m, &number, &err)) {
        struct pairs query = {0};
        if (pairs_parse(&r->arena, m->query, &query)) query.count = 0;
        *vec_add(&r->arena, &query) = (struct pair){STR("saved"), text_format(r, "%llu", (unsigned long long)number)};
        request_redirect(r, url_of(r, text_format(r, "/types/" STR_FORMAT, STR_ARGS(m->type->plural_key)), &query));
    } else if (err.code == ERR_INPUT || err.code == ERR_CONFLICT || err.code == ERR_LIMIT) {
        show(m, form_status(r, &err), true, capitalise(r, str_of(err.message)));
    } else {
        page_fail(r, &err);
    }
}

void answer_many(struct request *r)
{
    struct err err;
    struct many m = {.r = r, .type = type_asked(r)};
    if (!m.type) return;
    str step = pairs_get(&r->form, STR("step"));
    if (take_chosen(&m, &err)) {
        page_error(r, 422, "This selection cannot be changed", capitalise(r, str_of(err.message)).p);
        return;
    }
    m.field = model_field(m.type, pairs_get(&r->form, STR("field")));
    if (m.field && !can_change(&m, m.field)) m.field = NULL;
    for (size_t i = 0; i < r->form.count; i++)
        if (str_eq(r->form.items[i].name, STR("value")))
            *vec_add(&r->arena, &m.typed) = form_lines(r, r->form.items[i].value);
    /* Another field was chosen: its own input first. */
    bool same_field = m.field && str_eq(pairs_get(&r->form, STR("of")), m.field->key);
    if (!same_field) m.typed.count = 0;
    if (!same_field || !step.n || str_eq(step, STR("field"))) {
        show(&m, 200, false, STR_NONE);
        return;
    }
    if (read_value(&m, &err)) {
        m.error = capitalise(r, str_of(err.message));
        show(&m, 422, false, STR_NONE);
        return;
    }
    compare(&m);
    if (str_eq(step, STR("commit")))
        do_it(&m);
    else
        show(&m, 200, true, STR_NONE);
}
