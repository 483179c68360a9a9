/* SPDX-License-Identifier: Apache-2.0 */
/* What the check says of rules while they are being changed, and what they would have said to the last requests. */
#include "align_replay.h"
#include "page_rules.h"

enum { RULINGS_TRIED = 500, RULINGS_SHOWN = 5, GAPS_SHOWN = 12, OTHERS_SHOWN = 12 };

/* ---- Errors, beside their fields ---- */

/* "decision 'risk', rule 3, input 2" of the table that is shown. */
static struct rule_cell *cell_named(struct rules_form *f, str place)
{
    int64_t rule, column;
    size_t at = str_find(place, STR("', rule "));
    str head, rest;
    if (at == STR_NOT_FOUND ||
        str_find(str_slice(place, 0, at + 1), text_format(f->r, "'" STR_FORMAT "'", STR_ARGS(f->view->decision))) ==
            STR_NOT_FOUND)
        return NULL;
    rest = str_from(place, at + strlen("', rule "));
    if (!str_cut(&rest, ',', &head) || !str_to_int(head, &rule) || rule < 1 || (size_t)rule > f->rules.count)
        return NULL;
    bool input = str_starts(rest, STR(" input "));
    rest = str_from(rest, input ? strlen(" input ") : strlen(" output "));
    if (!str_to_int(rest, &column) || column < 1) return NULL;
    size_t k = (size_t)column - 1 + (input ? 0 : f->table.input_count);
    return k < f->columns ? &f->rules.items[rule - 1].cells[k] : NULL;
}

static void take_errors(struct rules_form *f, const struct dmn_model *m, struct rules_check *out, struct values *others)
{
    size_t count;
    const struct err *errors = dmn_errors(m, &count);
    out->errors = count;
    for (size_t i = 0; i < count; i++) {
        str says = capitalise(f->r, arena_copy(&f->r->arena, str_of(errors[i].message)));
        struct rule_cell *cell = cell_named(f, str_of(errors[i].field));
        if (cell && !cell->error.n)
            cell->error = says, f->wrong++;
        else if (!cell && others->count < OTHERS_SHOWN)
            values_add(f->r, others,
                       feel_string(text_format(f->r, "%s: " STR_FORMAT, errors[i].field, STR_ARGS(says))));
    }
}

/* ---- What is open, in words ---- */

/* Two cases that differ in one listed value are one. */
static bool merge(struct rules_form *f, const str *gap, const str *next, const str **out)
{
    size_t differs = f->table.input_count, count = 0;
    for (size_t k = 0; k < f->table.input_count; k++)
        if (!str_eq(gap[k], next[k])) differs = k, count++;
    if (count != 1 || f->table.columns[differs].kind != PLAIN_CHOICE || !str_starts(gap[differs], STR("\"")) ||
        !str_starts(next[differs], STR("\"")))
        return false;
    str *both = arena_array(&f->r->arena, f->table.input_count + 1, sizeof *both);
    memcpy(both, gap, f->table.input_count * sizeof *both);
    both[differs] = text_format(f->r, STR_FORMAT ", " STR_FORMAT, STR_ARGS(gap[differs]), STR_ARGS(next[differs]));
    return *out = both, true;
}

static void add_gap(struct rules_form *f, struct rules_check *out, const struct dmn_finding *finding)
{
    str *tests = arena_array(&f->r->arena, f->table.input_count + 1, sizeof *tests);
    for (size_t k = 0; k < f->table.input_count; k++)
        tests[k] = k < finding->test_count ? arena_copy(&f->r->arena, finding->tests[k]) : STR("-");
    for (size_t i = 0; i < out->gap_count; i++)
        if (merge(f, out->gaps[i], tests, &out->gaps[i])) return;
    if (out->gap_count < GAPS_SHOWN) out->gaps[out->gap_count++] = tests;
}

static str overlap_words(struct rules_form *f, const struct dmn_finding *finding)
{
    str *tests = arena_array(&f->r->arena, f->table.input_count + 1, sizeof *tests);
    for (size_t k = 0; k < f->table.input_count; k++) tests[k] = k < finding->test_count ? finding->tests[k] : STR("-");
    return text_format(f->r, "Rules %u and %u both hold when " STR_FORMAT ".", finding->rules[0], finding->rules[1],
                       STR_ARGS(tests_in_words(f, tests)));
}

static void take_findings(struct rules_form *f, const struct dmn_model *m, struct rules_check *out, struct values *says,
                          struct values *others)
{
    struct request *r = f->r;
    size_t count;
    const struct dmn_finding *findings = dmn_findings(m, &count);
    out->gaps = arena_array(&r->arena, GAPS_SHOWN + 1, sizeof *out->gaps);
    for (size_t i = 0; i < count; i++) {
        const struct dmn_finding *one = &findings[i];
        bool here = str_eq(one->node, f->view->decision), open = one->kind == DMN_GAP || one->kind == DMN_OVERLAP;
        out->open += open;
        if (!here && open && others->count < OTHERS_SHOWN)
            values_add(
                r, others,
                feel_string(text_format(r, "The table " STR_FORMAT " has an open case, too.", STR_ARGS(one->node))));
        if (!here || says->count >= OTHERS_SHOWN) continue;
        switch (one->kind) {
        case DMN_GAP: add_gap(f, out, one); break;
        case DMN_OVERLAP: values_add(r, says, feel_string(overlap_words(f, one))); break;
        case DMN_UNREACHABLE:
            values_add(r, says,
                       feel_string(one->rules[0] == one->rules[1]
                                       ? text_format(r, "Rule %u can never hold.", one->rules[1])
                                       : text_format(r, "Rule %u can never hold: rule %u takes all of it before.",
                                                     one->rules[1], one->rules[0])));
            break;
        case DMN_CLASH: {
            struct rule_cell *cell = cell_named(f, str_of(one->err.field));
            str words = capitalise(r, arena_copy(&r->arena, str_of(one->err.message)));
            if (cell && !cell->error.n)
                cell->error = words, f->wrong++;
            else if (!cell)
                values_add(r, says, feel_string(words));
            break;
        }
        case DMN_UNUSED: break; /* of how the model is drawn */
        }
    }
}

/* ---- The last requests ---- */

static str item_name(struct request *r, const struct replay_item *i)
{
    return i->name.n ? text_format(r, "Ruling %llu, " STR_FORMAT, (unsigned long long)i->number, STR_ARGS(i->name))
                     : text_format(r, "Ruling %llu", (unsigned long long)i->number);
}

static struct feel_value tried_record(struct request *r, const struct rulebook *draft, const struct replay_result *x)
{
    struct record one = record_new(r);
    struct values list = {0};
    record_text(&one, "says",
                x->changed ? text_format(r, STR_FORMAT " of the last " STR_FORMAT " would come out differently",
                                         STR_ARGS(show_count(r, (int64_t)x->changed)),
                                         STR_ARGS(show_counted(r, (int64_t)x->count, "ruling", "rulings")))
                           : text_format(r, "None of the last " STR_FORMAT " would come out differently",
                                         STR_ARGS(show_counted(r, (int64_t)x->count, "ruling", "rulings"))));
    if (x->lighter) record_text(&one, "lighter", show_count(r, (int64_t)x->lighter));
    if (x->heavier) record_text(&one, "heavier", show_count(r, (int64_t)x->heavier));
    for (size_t i = 0; i < x->item_count; i++) {
        struct record item = record_new(r);
        record_text(&item, "name", item_name(r, &x->items[i]));
        record_text(&item, "href", text_format(r, "/rulings/%llu", (unsigned long long)x->items[i].number));
        record_text(&item, "from", arena_copy(&r->arena, replay_place_name(draft, x->items[i].from)));
        record_text(&item, "to", arena_copy(&r->arena, replay_place_name(draft, x->items[i].to)));
        values_add(r, &list, record_get(&item));
    }
    record_put(&one, "items", values_get(&list));
    return record_get(&one);
}

/* Null where nothing was kept, or it cannot be tried. */
static struct feel_value try_on_the_last(struct rules_form *f)
{
    struct request *r = f->r;
    struct rulebook *draft = NULL;
    const struct replay_result *result;
    struct err err;
    struct feel_value tried = feel_null();
    if (rulebook_load(f->book.name, f->book.version, f->now, &draft, &err) < 0) return tried;
    struct replay *replay = replay_new(draft, RULINGS_SHOWN, 1);
    struct past *past = past_new(r->web->shelf, r->store, r->store, NULL);
    if (past_hand_in_last(past, replay, draft, RULINGS_TRIED, &err) == 0 && replay_end(replay, &result, &err) == 0 &&
        result->count)
        tried = tried_record(r, draft, result);
    replay_free(replay);
    past_free(past);
    rulebook_free(draft);
    return tried;
}

/* ---- The panel ---- */

void rules_look(struct rules_form *f, struct rules_check *out)
{
    struct request *r = f->r;
    struct values says = {0}, others = {0}, gaps = {0};
    struct dmn_model *m = NULL;
    struct err err;
    *out = (struct rules_check){.panel = record_new(r)};
    const struct dmn_source source = {f->now, STR("")};
    bool looked = !f->wrong && f->now.n && dmn_check(&source, 1, &m, &err) == 0;
    if (looked) take_errors(f, m, out, &others), take_findings(f, m, out, &says, &others);
    for (size_t i = 0; i < out->gap_count; i++) {
        struct record gap = record_new(r);
        record_text(&gap, "says",
                    text_format(r, "Nobody has decided what holds when " STR_FORMAT ".",
                                STR_ARGS(tests_in_words(f, out->gaps[i]))));
        record_text(&gap, "place", text_format(r, "%zu", i));
        values_add(r, &gaps, record_get(&gap));
    }
    if (looked && !out->errors) record_put(&out->panel, "tried", try_on_the_last(f));
    dmn_free(m);
    if (f->wrong)
        record_text(&out->panel, "wrong",
                    show_counted(r, (int64_t)f->wrong, "field needs another look", "fields need another look"));
    record_put(&out->panel, "gaps", values_get(&gaps));
    record_put(&out->panel, "says", values_get(&says));
    record_put(&out->panel, "others", values_get(&others));
    record_bool(&out->panel, "good", looked && !f->wrong && !gaps.count && !says.count && !others.count);
    record_bool(&out->panel, "changed", f->changed);
    record_bool(&out->panel, "open", out->open > 0);
}
