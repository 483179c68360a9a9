/* SPDX-License-Identifier: Apache-2.0 */
/* The metamodel: what a file says of one field. */
#include "store_model_parse.h"

enum { TREE_LEVELS_MOST = 50 };

static const str kind_names[] = {
    [FIELD_TEXT] = STR_INIT("text"),
    [FIELD_LONG_TEXT] = STR_INIT("long text"),
    [FIELD_WHOLE_NUMBER] = STR_INIT("whole number"),
    [FIELD_DECIMAL] = STR_INIT("decimal"),
    [FIELD_MONEY] = STR_INIT("money"),
    [FIELD_PERCENT] = STR_INIT("percent"),
    [FIELD_DATE] = STR_INIT("date"),
    [FIELD_PERIOD] = STR_INIT("period"),
    [FIELD_YES_NO] = STR_INIT("yes no"),
    [FIELD_ONE_OF] = STR_INIT("one of"),
    [FIELD_LINK] = STR_INIT("link"),
    [FIELD_LINKS] = STR_INIT("links"),
    [FIELD_DERIVED] = STR_INIT("derived"),
    [FIELD_OBSERVED] = STR_INIT("observed"),
};
_Static_assert(ARRAY_COUNT(kind_names) == FIELD_OBSERVED + 1, "one name for each kind");

static const str observed_names[] = {
    [OBSERVED_PEOPLE] = STR_INIT("people"),       [OBSERVED_REQUESTS] = STR_INIT("requests"),
    [OBSERVED_BYTES] = STR_INIT("bytes"),         [OBSERVED_FIRST_SEEN] = STR_INIT("first seen"),
    [OBSERVED_LAST_SEEN] = STR_INIT("last seen"), [OBSERVED_PAID] = STR_INIT("paid"),
};
_Static_assert(ARRAY_COUNT(observed_names) == OBSERVED_PAID + 1, "one name for each");
static const enum field_kind observed_gives[] = {
    [OBSERVED_PEOPLE] = FIELD_WHOLE_NUMBER, [OBSERVED_REQUESTS] = FIELD_WHOLE_NUMBER,
    [OBSERVED_BYTES] = FIELD_WHOLE_NUMBER,  [OBSERVED_FIRST_SEEN] = FIELD_DATE,
    [OBSERVED_LAST_SEEN] = FIELD_DATE,      [OBSERVED_PAID] = FIELD_MONEY,
};
_Static_assert(ARRAY_COUNT(observed_gives) == OBSERVED_PAID + 1, "one kind for each");

static const str role_names[] = {
    [ROLE_VIEWER] = STR_INIT("viewer"),
    [ROLE_CONTRIBUTOR] = STR_INIT("contributor"),
    [ROLE_SIGNATORY] = STR_INIT("signatory"),
    [ROLE_STEWARD] = STR_INIT("steward"),
};
_Static_assert(ARRAY_COUNT(role_names) == ROLE_STEWARD + 1, "one name for each role");

const char *field_kind_name(enum field_kind kind) { return kind_names[kind].p; }
const char *user_role_name(enum user_role role) { return role_names[role].p; }

static int only_for(struct reading *r, const struct yaml *map, str key, bool allowed, enum field_kind kind)
{
    const struct yaml *node = yaml_get(map, key);
    if (!node || allowed) return 0;
    return FAIL_AT(r, node, "a field of kind %s has no \"" STR_FORMAT "\"", field_kind_name(kind), STR_ARGS(key));
}

static int read_kind_scalar(struct reading *r, const struct yaml *node, enum field_kind *kind)
{
    size_t place;
    if (reading_word(r, node, "kind of value", kind_names, FIELD_ONE_OF + 1, &place)) return -1;
    *kind = (enum field_kind)place;
    return 0;
}

/* What only some kinds have: values, to and inverse, gives and feel, observed and days. */
static int read_kind_parts(struct reading *r, const struct yaml *map, struct model_field *f)
{
    const struct yaml *node;
    if (only_for(r, map, STR("values"), f->kind == FIELD_ONE_OF, f->kind) ||
        only_for(r, map, STR("to"), is_link(f->kind), f->kind) ||
        only_for(r, map, STR("inverse"), is_link(f->kind), f->kind) ||
        only_for(r, map, STR("feel"), f->kind == FIELD_DERIVED, f->kind) ||
        only_for(r, map, STR("gives"), f->kind == FIELD_DERIVED, f->kind) ||
        only_for(r, map, STR("observed"), f->kind == FIELD_OBSERVED, f->kind) ||
        only_for(r, map, STR("days"), f->kind == FIELD_OBSERVED, f->kind) ||
        only_for(r, map, STR("unit"), f->kind == FIELD_OBSERVED, f->kind) ||
        only_for(r, map, STR("required"), !is_computed(f->kind), f->kind) ||
        only_for(r, map, STR("columns"), !is_computed(f->kind), f->kind) ||
        only_for(r, map, STR("default"), !is_computed(f->kind) && !is_link(f->kind), f->kind))
        return -1;
    f->gives = f->kind;
    if (f->kind == FIELD_ONE_OF) {
        if (reading_texts(r, map, STR("values"), &f->values, &f->value_count)) return -1;
        if (!f->value_count) return FAIL_AT(r, map, "a field of kind one of needs its values");
        for (size_t i = 0; i < f->value_count; i++)
            for (size_t j = 0; j < i; j++)
                if (str_eq_nocase(f->values[i], f->values[j]))
                    return FAIL_AT(r, map, "the value \"" STR_FORMAT "\" stands there twice", STR_ARGS(f->values[i]));
    }
    if (is_link(f->kind)) {
        str to = STR_NONE;
        if (yaml_text(map, STR("to"), true, &to, r->err)) return -1;
        f->to = model_type(r->m, to);
        if (!f->to)
            return FAIL_AT(r, yaml_get(map, STR("to")), "there is no type \"" STR_FORMAT "\" to link to" STR_FORMAT,
                           STR_ARGS(to), STR_ARGS(reading_hint(r->a, model_nearest_type(r->m, to))));
        if (reading_text(r, map, STR("inverse"), false, &f->inverse)) return -1;
        if (f->inverse.p && reading_name(r, yaml_get(map, STR("inverse")), f->inverse)) return -1;
    }
    if (f->kind == FIELD_DERIVED) {
        if (reading_text(r, map, STR("feel"), true, &f->feel)) return -1;
        node = yaml_get(map, STR("feel"));
        f->feel_line = node->line + (node->block ? 1 : 0);
        if (!(node = yaml_get(map, STR("gives")))) return FAIL_AT(r, map, "a derived field says what it gives");
        if (read_kind_scalar(r, node, &f->gives)) return -1;
    }
    if (f->kind == FIELD_OBSERVED) {
        size_t place;
        int64_t days = 0;
        if (!(node = yaml_get(map, STR("observed")))) return FAIL_AT(r, map, "an observed field says what is observed");
        if (reading_word(r, node, "thing that is observed", observed_names, ARRAY_COUNT(observed_names), &place))
            return -1;
        f->observed = (enum observed_what)place;
        f->gives = observed_gives[place];
        if (yaml_int(map, STR("days"), false, &days, r->err)) return -1;
        if (days < 0 || days > 36500) return FAIL_AT(r, map, "days must be from 1 to 36500");
        f->days = (int)days;
        enum field_kind unit = f->gives;
        if ((node = yaml_get(map, STR("unit"))) && read_kind_scalar(r, node, &unit)) return -1;
        if (unit != f->gives)
            return FAIL_AT(r, node, "what is observed as " STR_FORMAT " is a %s", STR_ARGS(observed_names[place]),
                           field_kind_name(f->gives));
    }
    return 0;
}

/* Between which a number lies, and how deep a tree is. */
static int read_limits(struct reading *r, const struct yaml *map, const struct model_type *type, struct model_field *f)
{
    int64_t levels = 0;
    bool circles = true;
    const struct yaml *least = yaml_get(map, STR("least")), *most = yaml_get(map, STR("most")),
                      *deep = yaml_get(map, STR("levels")), *round = yaml_get(map, STR("circles"));
    if (only_for(r, map, STR("least"), f->kind == FIELD_WHOLE_NUMBER, f->kind) ||
        only_for(r, map, STR("most"), f->kind == FIELD_WHOLE_NUMBER, f->kind) ||
        only_for(r, map, STR("levels"), f->kind == FIELD_LINK, f->kind) ||
        only_for(r, map, STR("circles"), f->kind == FIELD_LINK || f->kind == FIELD_LINKS, f->kind) ||
        yaml_int(map, STR("least"), false, &f->least, r->err) || yaml_int(map, STR("most"), false, &f->most, r->err) ||
        yaml_int(map, STR("levels"), false, &levels, r->err) || yaml_yes_no(map, STR("circles"), &circles, r->err))
        return -1;
    if (!least != !most) return FAIL_AT(r, least ? least : most, "\"least\" and \"most\" go together");
    f->is_bounded = least;
    if (least && f->least >= f->most) return FAIL_AT(r, most, "\"most\" must be above \"least\"");
    if (deep && f->to != type)
        return FAIL_AT(r, deep, "only a link to another " STR_FORMAT " makes a tree", STR_ARGS(type->name));
    if (deep && (levels < 2 || levels > TREE_LEVELS_MOST))
        return FAIL_AT(r, deep, "levels must be from 2 to %d", TREE_LEVELS_MOST);
    if (round && f->to != type)
        return FAIL_AT(r, round, "only links to another " STR_FORMAT " can lead in a circle", STR_ARGS(type->name));
    if (deep && round) return FAIL_AT(r, round, "a tree has no circles: leave \"circles\" out, or \"levels\"");
    f->levels = (int)levels;
    f->no_circles = deep || !circles;
    return 0;
}

int reading_role(struct reading *r, const struct yaml *map, str key, enum user_role *role)
{
    size_t place;
    const struct yaml *node = yaml_get(map, key);
    if (!node) return 0;
    if (reading_word(r, node, "role", role_names, ARRAY_COUNT(role_names), &place)) return -1;
    *role = (enum user_role)place;
    return 0;
}

/* Whether both sides sign it, and who may see it. */
static int read_field_rights(struct reading *r, const struct yaml *map, const struct model_type *type,
                             struct model_field *f)
{
    const struct yaml *node = yaml_get(map, STR("signed"));
    if (only_for(r, map, STR("signed"), !is_computed(f->kind), f->kind)) return -1;
    if (node && !type->two_key)
        return FAIL_AT(r, node,
                       "only a field of a two-key type is signed or not; " STR_FORMAT " has no \"two key: yes\"",
                       STR_ARGS(type->name));
    f->is_signed = type->two_key && !is_computed(f->kind);
    if (yaml_yes_no(map, STR("signed"), &f->is_signed, r->err)) return -1;
    if ((node = yaml_get(map, STR("written by")))) {
        if (only_for(r, map, STR("written by"), !is_computed(f->kind), f->kind)) return -1;
        if (!(f->written_by = model_side(r->m, node->text)))
            return FAIL_AT(r, node, "there is no side \"" STR_FORMAT "\" to write it", STR_ARGS(node->text));
    }
    if (only_for(r, map, STR("formula"), f->kind == FIELD_TEXT || f->kind == FIELD_LONG_TEXT, f->kind) ||
        yaml_yes_no(map, STR("formula"), &f->is_formula, r->err))
        return -1;
    f->seen_by = ROLE_VIEWER;
    return reading_role(r, map, STR("seen by"), &f->seen_by);
}

static const str field_keys[] = {
    STR_INIT("id"),       STR_INIT("name"),   STR_INIT("kind"),    STR_INIT("required"), STR_INIT("values"),
    STR_INIT("default"),  STR_INIT("to"),     STR_INIT("inverse"), STR_INIT("gives"),    STR_INIT("feel"),
    STR_INIT("observed"), STR_INIT("days"),   STR_INIT("unit"),    STR_INIT("columns"),  STR_INIT("help"),
    STR_INIT("example"),  STR_INIT("signed"), STR_INIT("seen by"), STR_INIT("part"),     STR_INIT("written by"),
    STR_INIT("formula"),  STR_INIT("least"),  STR_INIT("most"),    STR_INIT("levels"),   STR_INIT("circles"),
};

/* A part has one whole, and keeps it: so what is agreed as a whole is known from any of its parts. */
static int read_part(struct reading *r, const struct yaml *map, struct model_type *type, struct model_field *f)
{
    const struct yaml *node = yaml_get(map, STR("part"));
    if (yaml_yes_no(map, STR("part"), &f->is_part, r->err)) return -1;
    if (!f->is_part) return 0;
    if (f->kind != FIELD_LINK || !f->required || !f->is_signed || f->seen_by != ROLE_VIEWER)
        return FAIL_AT(r, node,
                       "what leads from a part to its whole is a required link that is signed and that all may see");
    if (type->part_of)
        return FAIL_AT(r, node, "a " STR_FORMAT " is already a part by its \"" STR_FORMAT "\"", STR_ARGS(type->name),
                       STR_ARGS(type->part_of->name));
    if (r->own && !r->places[type->number].own)
        return FAIL_AT(r, node, "only a type of the workspace's own can be made a part; " STR_FORMAT " is not one",
                       STR_ARGS(type->name));
    type->part_of = f;
    return 0;
}

int reading_field(struct reading *r, const struct yaml *map, struct model_type *type, struct model_field *f)
{
    size_t kind;
    if (map->kind != YAML_MAP) return FAIL_AT(r, map, "a field is written as {id: 1, name: …, kind: …}");
    if (yaml_only(map, field_keys, ARRAY_COUNT(field_keys), r->err) || reading_id(r, map, &f->id) ||
        reading_text(r, map, STR("name"), true, &f->name) || reading_name(r, yaml_get(map, STR("name")), f->name))
        return -1;
    for (const struct model_field *o = type->fields; o < f; o++) {
        if (o->id == f->id)
            return FAIL_AT(r, map, "field id %u of " STR_FORMAT " is already that of \"" STR_FORMAT "\"", f->id,
                           STR_ARGS(type->name), STR_ARGS(o->name));
        if (same_word(o->name, f->name))
            return FAIL_AT(r, map, STR_FORMAT " has two fields called \"" STR_FORMAT "\"", STR_ARGS(type->name),
                           STR_ARGS(f->name));
    }
    if (str_eq_nocase(f->name, STR("id")) || str_eq_nocase(f->name, STR("type")))
        return FAIL_AT(r, map, "\"" STR_FORMAT "\" is a name that every fact already has", STR_ARGS(f->name));
    if (r->own && !r->places[type->number].own && f->id < OWN_ID_FIRST)
        return FAIL_AT(r, map, "ids of fields that a workspace adds start at %d, so that no later release takes them",
                       OWN_ID_FIRST);
    f->number = (uint32_t)(f - type->fields);
    f->file = r->file;
    r->places[type->number].fields[f->number] = (struct declared){map, r->file};
    f->key = reading_key(r->a, f->name, '_');
    const struct yaml *node = yaml_get(map, STR("kind"));
    if (!node) return FAIL_AT(r, map, "a field needs a kind");
    if (reading_word(r, node, "kind of field", kind_names, ARRAY_COUNT(kind_names), &kind)) return -1;
    f->kind = (enum field_kind)kind;
    if (read_kind_parts(r, map, f) || read_limits(r, map, type, f) || read_field_rights(r, map, type, f) ||
        yaml_yes_no(map, STR("required"), &f->required, r->err) ||
        reading_text(r, map, STR("default"), false, &f->initial) ||
        reading_texts(r, map, STR("columns"), &f->columns, &f->column_count) ||
        reading_text(r, map, STR("help"), false, &f->help) ||
        reading_text(r, map, STR("example"), false, &f->example) || read_part(r, map, type, f))
        return -1;
    if (f->initial.p && model_check_value(f, f->initial, r->err))
        return err_at(r->err, yaml_get(map, STR("default"))->line, STR("default"));
    return 0;
}
