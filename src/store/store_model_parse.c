/* SPDX-License-Identifier: Apache-2.0 */
/* The metamodel from its file, and from a workspace's own one that adds to it. */
#include "store_model_parse.h"

#include "base_buf.h"

#include <string.h>

str reading_hint(struct arena *a, str nearest)
{
    return nearest.p ? arena_printf(a, "; did you mean \"" STR_FORMAT "\"?", STR_ARGS(nearest)) : STR("");
}

int reading_word(struct reading *r, const struct yaml *node, const char *what, const str *words, size_t count,
                 size_t *place)
{
    for (size_t i = 0; node->kind == YAML_SCALAR && i < count; i++)
        if (str_eq(words[i], node->text)) return *place = i, 0;
    struct buf all;
    buf_init(&all, 400);
    for (size_t i = 0; i < count; i++) {
        if (i) buf_text(&all, ", ");
        buf_str(&all, words[i]);
    }
    str near = reading_hint(r->a, err_nearest(node->text, words, count));
    FAIL_AT(r, node, "\"" STR_FORMAT "\" is not a %s (known: " STR_FORMAT ")" STR_FORMAT, STR_ARGS(node->text), what,
            STR_ARGS(buf_get(&all)), STR_ARGS(near));
    buf_release(&all);
    return -1;
}

int reading_name(struct reading *r, const struct yaml *node, str name)
{
    bool good = name.n && name.n <= 60;
    for (size_t i = 0; good && i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool inner = i && i + 1 < name.n && (c == ' ' || c == '-') && name.p[i - 1] != ' ' && name.p[i - 1] != '-';
        good = letter || inner || (i && c >= '0' && c <= '9');
    }
    if (good) return 0;
    return FAIL_AT(r, node, "\"" STR_FORMAT "\" cannot be a name: letters, digits, single blanks and '-', up to 60",
                   STR_ARGS(name));
}

str reading_key(struct arena *a, str name, char blank)
{
    str key = arena_copy(a, name);
    char *p = (char *)(uintptr_t)key.p;
    for (size_t i = 0; i < key.n; i++) {
        if (p[i] == ' ' || p[i] == '-') p[i] = blank;
        if (p[i] >= 'A' && p[i] <= 'Z') p[i] = (char)(p[i] + 32);
    }
    return key;
}

int reading_id(struct reading *r, const struct yaml *map, uint32_t *id)
{
    int64_t v = 0;
    if (yaml_int(map, STR("id"), true, &v, r->err)) return -1;
    if (v < 1 || v > 1000000) return FAIL_AT(r, map, "id must be from 1 to 1000000");
    return *id = (uint32_t)v, 0;
}

int reading_text(struct reading *r, const struct yaml *map, str key, bool required, str *out)
{
    if (yaml_text(map, key, required, out, r->err)) return -1;
    if (out->p) *out = arena_copy(r->a, *out);
    return 0;
}

int reading_texts(struct reading *r, const struct yaml *map, str key, const str **out, size_t *count)
{
    const str *texts = NULL;
    *count = 0;
    if (yaml_texts(r->a, map, key, &texts, count, r->err)) return -1;
    str *copy = arena_array(r->a, *count + 1, sizeof *copy);
    for (size_t i = 0; i < *count; i++) copy[i] = arena_copy(r->a, texts[i]);
    *out = copy;
    return 0;
}

static int read_key_fields(struct reading *r, const struct yaml *map, struct model_type *type)
{
    const str *names = NULL;
    size_t count = 0;
    const struct yaml *node = yaml_get(map, STR("key"));
    if (!node) return FAIL_AT(r, map, "the type needs a key: the fields by which a fact is found");
    if (yaml_texts(r->a, map, STR("key"), &names, &count, r->err)) return -1;
    if (!count) return FAIL_AT(r, node, "a key has at least one field");
    const struct model_field **fields = arena_array(r->a, count, sizeof *fields);
    for (size_t i = 0; i < count; i++) {
        const struct model_field *f = model_field(type, names[i]);
        if (!f)
            return FAIL_AT(r, node, STR_FORMAT " has no field \"" STR_FORMAT "\" for its key" STR_FORMAT,
                           STR_ARGS(type->name), STR_ARGS(names[i]),
                           STR_ARGS(reading_hint(r->a, model_nearest_field(type, names[i]))));
        if (is_computed(f->kind) || f->kind == FIELD_LINKS || f->kind == FIELD_LONG_TEXT)
            return FAIL_AT(r, node, "a field of kind %s cannot be part of a key", field_kind_name(f->kind));
        if (!f->required)
            return FAIL_AT(r, node, "\"" STR_FORMAT "\" is part of the key, so it must be required", STR_ARGS(f->name));
        if (f->seen_by != ROLE_VIEWER)
            return FAIL_AT(r, node, "\"" STR_FORMAT "\" is part of the key, by which all find it, so it is open to all",
                           STR_ARGS(f->name));
        fields[i] = f;
        if (!type->name_field && f->kind == FIELD_TEXT) type->name_field = f;
    }
    if (!type->name_field) return FAIL_AT(r, node, "a key needs a field of kind text, which stands for the fact");
    type->key_fields = fields;
    type->key_field_count = count;
    node = yaml_get(map, STR("alias field"));
    if (!node) return 0;
    type->alias_field = model_field(type, node->text);
    if (!type->alias_field || type->alias_field->kind != FIELD_TEXT)
        return FAIL_AT(r, node, STR_FORMAT " has no field \"" STR_FORMAT "\" of kind text for aliases" STR_FORMAT,
                       STR_ARGS(type->name), STR_ARGS(node->text),
                       STR_ARGS(reading_hint(r->a, model_nearest_field(type, node->text))));
    if (type->alias_field->seen_by != ROLE_VIEWER)
        return FAIL_AT(r, node, "aliases are open to all, so \"" STR_FORMAT "\" cannot be seen by few",
                       STR_ARGS(type->alias_field->name));
    return 0;
}

static const str type_keys[] = {
    STR_INIT("id"),  STR_INIT("name"),        STR_INIT("plural"), STR_INIT("group"),   STR_INIT("help"),
    STR_INIT("key"), STR_INIT("alias field"), STR_INIT("fields"), STR_INIT("two key"), STR_INIT("files seen by"),
};

/* A part is signed with its whole, so its type has the two keys without saying so. */
static int read_two_key(struct reading *r, const struct yaml *map, bool *two_key)
{
    const struct yaml *fields = yaml_get(map, STR("fields"));
    if (yaml_yes_no(map, STR("two key"), two_key, r->err)) return -1;
    for (size_t i = 0; fields && fields->kind == YAML_LIST && i < fields->count; i++) {
        bool part = false;
        const struct yaml *field = &fields->items[i];
        if (field->kind == YAML_MAP && yaml_yes_no(field, STR("part"), &part, r->err)) return -1;
        *two_key |= part;
    }
    return 0;
}

static int read_type_head(struct reading *r, const struct yaml *map, struct model_type *type)
{
    if (map->kind != YAML_MAP) return FAIL_AT(r, map, "a type is a map with id, name, plural, key and fields");
    if (yaml_only(map, type_keys, ARRAY_COUNT(type_keys), r->err) || reading_id(r, map, &type->id) ||
        reading_text(r, map, STR("name"), true, &type->name) ||
        reading_name(r, yaml_get(map, STR("name")), type->name) ||
        reading_text(r, map, STR("plural"), true, &type->plural) ||
        reading_name(r, yaml_get(map, STR("plural")), type->plural) ||
        reading_text(r, map, STR("group"), true, &type->group) ||
        reading_text(r, map, STR("help"), false, &type->help) || read_two_key(r, map, &type->two_key))
        return -1;
    if (same_word(type->name, type->plural))
        return FAIL_AT(r, map, "the plural of \"" STR_FORMAT "\" must be another word", STR_ARGS(type->name));
    for (const struct model_type *o = r->types; o < type; o++) {
        if (o->id == type->id)
            return FAIL_AT(r, map, "type id %u is already that of \"" STR_FORMAT "\"", type->id, STR_ARGS(o->name));
        if (same_word(o->name, type->name) || same_word(o->plural, type->plural) || same_word(o->name, type->plural) ||
            same_word(o->plural, type->name))
            return FAIL_AT(r, map, "\"" STR_FORMAT "\" and \"" STR_FORMAT "\" cannot be told apart",
                           STR_ARGS(type->name), STR_ARGS(o->name));
    }
    if (r->own && type->id < OWN_ID_FIRST)
        return FAIL_AT(r, map, "ids of types that a workspace adds start at %d, so that no later release takes them",
                       OWN_ID_FIRST);
    type->number = (uint32_t)(type - r->types);
    type->key = reading_key(r->a, type->name, '-');
    type->plural_key = reading_key(r->a, type->plural, '-');
    r->places[type->number] = (struct type_place){.map = map, .own = r->own};
    return 0;
}

static int check_fields_list(struct reading *r, const struct yaml *map, str name)
{
    const struct yaml *fields = yaml_get(map, STR("fields"));
    if (fields && fields->kind == YAML_LIST && fields->count) return 0;
    return FAIL_AT(r, map, "\"" STR_FORMAT "\" needs a list of fields", STR_ARGS(name));
}

static const str addition_keys[] = {STR_INIT("adds to"), STR_INIT("fields"), STR_INIT("files seen by")};

static int read_addition(struct reading *r, const struct yaml *map)
{
    str to;
    if (!r->own)
        return FAIL_AT(r, yaml_get(map, STR("adds to")),
                       "only a workspace's own metamodel adds to types that are there");
    if (yaml_only(map, addition_keys, ARRAY_COUNT(addition_keys), r->err) ||
        yaml_text(map, STR("adds to"), true, &to, r->err))
        return -1;
    struct model_type *type = (struct model_type *)(uintptr_t)model_type(r->m, to);
    if (!type)
        return FAIL_AT(r, yaml_get(map, STR("adds to")), "there is no type \"" STR_FORMAT "\" to add to" STR_FORMAT,
                       STR_ARGS(to), STR_ARGS(reading_hint(r->a, model_nearest_type(r->m, to))));
    *vec_add(r->a, &r->additions) = (struct addition){type, map};
    bool bare = !yaml_get(map, STR("fields")) && yaml_get(map, STR("files seen by"));
    return bare ? 0 : check_fields_list(r, map, type->name);
}

/* Types first, so that links can go to any of them. */
static int read_type_heads(struct reading *r, const struct yaml *types)
{
    for (size_t i = 0; i < types->count; i++) {
        const struct yaml *map = &types->items[i];
        if (map->kind == YAML_MAP && yaml_get(map, STR("adds to"))) {
            if (read_addition(r, map)) return -1;
            continue;
        }
        if (read_type_head(r, map, &r->types[r->m->type_count]) ||
            check_fields_list(r, map, r->types[r->m->type_count].name))
            return -1;
        r->m->type_count++;
    }
    return 0;
}

static bool adds_values(const struct yaml *field) { return field->kind == YAML_MAP && yaml_get(field, STR("adds to")); }

static const str value_keys[] = {STR_INIT("adds to"), STR_INIT("values")};

/* More values for a field that there is. */
static int read_values(struct reading *r, const struct yaml *map, const struct model_type *type)
{
    str to;
    const str *values = NULL;
    size_t count = 0;
    if (yaml_only(map, value_keys, ARRAY_COUNT(value_keys), r->err) ||
        yaml_text(map, STR("adds to"), true, &to, r->err) || reading_texts(r, map, STR("values"), &values, &count))
        return -1;
    struct model_field *f = (struct model_field *)(uintptr_t)model_field(type, to);
    if (!f || f->kind != FIELD_ONE_OF)
        return FAIL_AT(r, map, STR_FORMAT " has no field \"" STR_FORMAT "\" of kind one of to add values to" STR_FORMAT,
                       STR_ARGS(type->name), STR_ARGS(to), STR_ARGS(reading_hint(r->a, model_nearest_field(type, to))));
    if (!count)
        return FAIL_AT(r, map, "the values that are added to \"" STR_FORMAT "\" are missing", STR_ARGS(f->name));
    str *all = arena_array(r->a, f->value_count + count, sizeof *all);
    memcpy(all, f->values, f->value_count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < f->value_count + i; j++)
            if (str_eq_nocase(values[i], all[j]))
                return FAIL_AT(r, map, "\"" STR_FORMAT "\" already is a value of \"" STR_FORMAT "\"",
                               STR_ARGS(values[i]), STR_ARGS(f->name));
        all[f->value_count + i] = values[i];
    }
    f->values = all;
    f->value_count += count;
    return 0;
}

static size_t count_new_fields(const struct yaml *list)
{
    size_t n = 0;
    for (size_t i = 0; list && i < list->count; i++) n += !adds_values(&list->items[i]);
    return n;
}

static void make_room(struct reading *r, struct model_type *type)
{
    size_t room = count_new_fields(yaml_get(r->places[type->number].map, STR("fields")));
    VEC_EACH(add, &r->additions) {
        if (add->type == type) room += count_new_fields(yaml_get(add->map, STR("fields")));
    }
    type->fields = arena_array(r->a, room + 1, sizeof *type->fields);
    r->places[type->number].fields = arena_array(r->a, room + 1, sizeof(struct declared));
}

static int read_fields(struct reading *r, const struct yaml *map, struct model_type *type)
{
    const struct yaml *list = yaml_get(map, STR("fields"));
    struct model_field *fields = (struct model_field *)(uintptr_t)type->fields;
    for (size_t i = 0; list && i < list->count; i++) {
        if (adds_values(&list->items[i])) {
            if (read_values(r, &list->items[i], type)) return -1;
            continue;
        }
        if (reading_field(r, &list->items[i], type, &fields[type->field_count])) return -1;
        type->field_count++;
    }
    return 0;
}

static void turn_to(struct reading *r, str file, bool own) { r->file = file, r->own = own; }

/* Files say what a field for few says, and more: who may not see one of the type's fields sees no file, unless the
 * type, or what the workspace adds to it, says who does. */
static int read_files_right(struct reading *r, struct model_type *type)
{
    type->files_seen_by = ROLE_VIEWER;
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].seen_by > type->files_seen_by) type->files_seen_by = type->fields[i].seen_by;
    if (reading_role(r, r->places[type->number].map, STR("files seen by"), &type->files_seen_by)) return -1;
    VEC_EACH(add, &r->additions) {
        turn_to(r, r->own_file, true);
        if (add->type == type && reading_role(r, add->map, STR("files seen by"), &type->files_seen_by)) return -1;
    }
    return 0;
}

static int read_all_fields(struct reading *r, str file)
{
    for (size_t i = 0; i < r->m->type_count; i++) {
        struct model_type *type = &r->types[i];
        turn_to(r, r->places[i].own ? r->own_file : file, r->places[i].own);
        make_room(r, type);
        if (read_fields(r, r->places[i].map, type)) return -1;
        VEC_EACH(add, &r->additions) {
            turn_to(r, r->own_file, true);
            if (add->type == type && read_fields(r, add->map, type)) return -1;
        }
        turn_to(r, r->places[i].own ? r->own_file : file, r->places[i].own);
        if (read_key_fields(r, r->places[i].map, type) || read_files_right(r, type)) return -1;
    }
    return 0;
}

/* Each type learns who links to it; the names must not hide each other. */
static int collect_inverses(struct reading *r)
{
    for (size_t t = 0; t < r->m->type_count; t++) {
        struct model_type *to = &r->types[t];
        VEC(struct model_inverse) found = {0};
        for (size_t i = 0; i < r->m->type_count; i++)
            for (size_t j = 0; j < r->types[i].field_count; j++) {
                const struct model_field *f = &r->types[i].fields[j];
                if (f->to != to || !f->inverse.p) continue;
                bool clash = model_field(to, f->inverse) || str_eq_nocase(f->inverse, STR("id")) ||
                             str_eq_nocase(f->inverse, STR("type"));
                VEC_EACH(o, &found) clash = clash || same_word(o->name, f->inverse);
                r->file = r->places[i].fields[j].file;
                if (clash)
                    return FAIL_AT(r, r->places[i].fields[j].node,
                                   "the inverse \"" STR_FORMAT "\" is already a name of " STR_FORMAT,
                                   STR_ARGS(f->inverse), STR_ARGS(to->name));
                *vec_add(r->a, &found) = (struct model_inverse){f->inverse, &r->types[i], f};
            }
        to->inverses = found.items;
        to->inverse_count = found.count;
    }
    return 0;
}

/* Parts of parts end at a type that is signed for itself. */
static int check_parts(struct reading *r)
{
    for (size_t i = 0; i < r->m->type_count; i++) {
        const struct model_type *type = &r->types[i], *to = type;
        if (!type->part_of) continue;
        const struct declared *at = &r->places[i].fields[type->part_of->number];
        r->types[type->part_of->to->number].has_parts = true;
        for (size_t steps = 0; to->part_of; steps++, to = to->part_of->to)
            if (steps > r->m->type_count)
                return r->file = at->file,
                       FAIL_AT(r, at->node, STR_FORMAT " is a part of itself", STR_ARGS(type->name));
        if (!to->two_key)
            return r->file = at->file,
                   FAIL_AT(r, at->node, "a part is signed with its whole, and " STR_FORMAT " has no \"two key: yes\"",
                           STR_ARGS(to->name));
    }
    return 0;
}

static int read_sides(struct reading *r, const struct yaml *list)
{
    static const str keys[] = {STR_INIT("key"), STR_INIT("name")};
    size_t count = r->m->side_count;
    if (list->kind != YAML_LIST || !list->count) return FAIL_AT(r, list, "a list of sides is missing");
    struct model_side *sides = arena_array(r->a, count + list->count, sizeof *sides);
    if (count) memcpy(sides, r->m->sides, count * sizeof *sides);
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *node = &list->items[i];
        struct model_side *side = &sides[count];
        if (node->kind != YAML_MAP) return FAIL_AT(r, node, "a side is written as {key: it, name: IT}");
        if (yaml_only(node, keys, ARRAY_COUNT(keys), r->err) || reading_text(r, node, STR("key"), true, &side->key) ||
            reading_text(r, node, STR("name"), true, &side->name) || reading_name(r, node, side->key))
            return -1;
        for (size_t j = 0; j < count; j++)
            if (same_word(side->key, sides[j].key))
                return FAIL_AT(r, node, "the side \"" STR_FORMAT "\" stands there twice", STR_ARGS(side->key));
        count++;
    }
    r->m->sides = sides;
    r->m->side_count = count;
    return 0;
}

/* The two sides that sign: marketing and IT unless a file says otherwise. */
static int read_keys(struct reading *r, const struct yaml *top)
{
    static const str usual[] = {STR_INIT("marketing"), STR_INIT("it")};
    const str *names = usual;
    size_t count = ARRAY_COUNT(usual);
    const struct yaml *node = yaml_get(top, STR("keys"));
    if (node && yaml_texts(r->a, top, STR("keys"), &names, &count, r->err)) return -1;
    if (count != ARRAY_COUNT(usual) || str_eq(names[0], names[1]))
        return FAIL_AT(r, node, "keys names the two sides that sign, as in [marketing, it]");
    for (size_t i = 0; i < count; i++) {
        r->m->keys[i] = model_side(r->m, names[i]);
        if (!r->m->keys[i] && node)
            return FAIL_AT(r, node, "there is no side \"" STR_FORMAT "\" to hold a key", STR_ARGS(names[i]));
    }
    for (size_t i = 0; i < r->m->type_count; i++)
        if (r->types[i].two_key && (!r->m->keys[0] || !r->m->keys[1]))
            return FAIL_AT(r, top, "\"" STR_FORMAT "\" needs two sides that sign: write keys: [SIDE, SIDE]",
                           STR_ARGS(r->types[i].name));
    return 0;
}

static int read_version(struct reading *r, const struct yaml *top, const str *keys, size_t count, const char *what)
{
    int64_t version = 0;
    if (top->kind != YAML_MAP) return FAIL_AT(r, top, "%s", what);
    if (yaml_only(top, keys, count, r->err) || yaml_int(top, STR("version"), true, &version, r->err)) return -1;
    if (version != 1) return FAIL_AT(r, yaml_get(top, STR("version")), "this program reads metamodels of version 1");
    return 0;
}

static int read_built_in(struct reading *r, const struct yaml *top)
{
    static const str keys[] = {STR_INIT("version"), STR_INIT("edition"), STR_INIT("sides"), STR_INIT("keys"),
                               STR_INIT("types")};
    int64_t edition = 0;
    if (read_version(r, top, keys, ARRAY_COUNT(keys), "a metamodel is a map with version, sides and types") ||
        yaml_int(top, STR("edition"), false, &edition, r->err))
        return -1;
    if (edition < 0 || edition > 1000000) return FAIL_AT(r, top, "edition must be from 0 to 1000000");
    r->m->edition = (uint32_t)edition;
    const struct yaml *sides = yaml_get(top, STR("sides"));
    if (!sides) return FAIL_AT(r, top, "a list of sides is missing");
    return read_sides(r, sides);
}

static int read_own(struct reading *r, const struct yaml *top)
{
    static const str keys[] = {STR_INIT("version"), STR_INIT("sides"), STR_INIT("keys"), STR_INIT("types")};
    if (read_version(r, top, keys, ARRAY_COUNT(keys),
                     "a workspace's own metamodel is a map with version, and sides or types"))
        return -1;
    const struct yaml *sides = yaml_get(top, STR("sides")), *types = yaml_get(top, STR("types"));
    if (sides && read_sides(r, sides)) return -1;
    if (types && types->kind != YAML_LIST) return FAIL_AT(r, types, "types is a list");
    return 0;
}

static int read_model(struct reading *r, const struct yaml *top, str file, const struct yaml *own)
{
    turn_to(r, file, false);
    if (read_built_in(r, top)) return -1;
    const struct yaml *types = yaml_get(top, STR("types"));
    if (!types || types->kind != YAML_LIST || !types->count) return FAIL_AT(r, top, "a list of types is missing");
    turn_to(r, r->own_file, true);
    if (own && read_own(r, own)) return -1;
    const struct yaml *own_types = own ? yaml_get(own, STR("types")) : NULL;
    size_t room = types->count + (own_types ? own_types->count : 0);
    r->types = arena_array(r->a, room, sizeof *r->types);
    r->places = arena_array(r->a, room, sizeof *r->places);
    r->m->types = r->types;
    turn_to(r, file, false);
    if (read_type_heads(r, types)) return -1;
    turn_to(r, r->own_file, true);
    if (own_types && read_type_heads(r, own_types)) return -1;
    bool own_keys = own && yaml_get(own, STR("keys"));
    if (!own_keys) turn_to(r, file, false);
    if (read_keys(r, own_keys ? own : top)) return -1;
    return read_all_fields(r, file) || collect_inverses(r) || check_parts(r) ? -1 : 0;
}

int model_parse_with(struct arena *a, struct model_text built_in, struct model_text own, const struct model **out,
                     struct err *err)
{
    const struct yaml *top, *more = NULL;
    struct reading r = {
        .a = a, .m = arena_zalloc(a, sizeof *r.m), .file = built_in.file, .own_file = own.file, .err = err};
    if (yaml_parse(a, built_in.yaml, built_in.file, &top, err)) return err_in(err, built_in.file);
    if (own.yaml.p && yaml_parse(a, own.yaml, own.file, &more, err)) return err_in(err, own.file);
    r.file = arena_copy(a, built_in.file);
    r.own_file = own.file.p ? arena_copy(a, own.file) : STR_NONE;
    if (read_model(&r, top, r.file, more)) return err_in(err, r.file);
    *out = r.m;
    return 0;
}

int model_parse(struct arena *a, str yaml, str file, const struct model **out, struct err *err)
{
    return model_parse_with(a, (struct model_text){yaml, file}, (struct model_text){STR_NONE, STR_NONE}, out, err);
}
