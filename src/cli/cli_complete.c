/* SPDX-License-Identifier: Apache-2.0 */
/* What may stand next in a call: from the same rows as help, and from the workspace where it is here. */
#include "cli.h"

#include "scan_catalogue.h"

#include <string.h>

enum { NAMES_SHOWN = 200 };

struct completing {
    struct cli *c;
    const struct cli_command *command;
    VEC(str) places; /* words that are no options */
    VEC(str) given;  /* names of options */
    str typed;       /* of the word that is being written: what is kept when it is completed… */
    str begun;       /* …and what the candidates begin with */
    bool opened, has_store;
};

/* ---- Candidates: a line each, "word TAB what it is" ---- */

static bool begins(str word, str begun)
{
    return word.n >= begun.n && str_eq_nocase(str_slice(word, 0, begun.n), begun);
}

static void offer(struct completing *w, str word, str help)
{
    struct cli *c = w->c;
    if (!begins(word, w->begun) || str_find_char(word, '\n') != STR_NOT_FOUND ||
        str_find_char(word, '\t') != STR_NOT_FOUND)
        return;
    cli_put(c, w->typed);
    cli_clean(c, word);
    if (help.n) cli_text(c, "\t"), cli_clean(c, help);
    cli_text(c, "\n");
}

/* The shell knows its files. */
static void offer_files(struct completing *w, const char *which)
{
    cli_text(w->c, which);
    cli_text(w->c, "\n");
}

/* The workspace's types, or those of the program. */
static const struct model *model_of(struct completing *w)
{
    struct cli *c = w->c;
    const struct model *m;
    struct err ignored;
    if (!w->opened) w->has_store = !cli_open_store(c, STORE_READ, &ignored);
    w->opened = true;
    if (w->has_store) return store_model(c->store);
    return model_parse_with(&c->arena, cli_metamodel(), (struct model_text){0}, &m, &ignored) ? NULL : m;
}

static const struct model_type *type_of(struct completing *w)
{
    const struct model *m = model_of(w);
    return m && w->places.count ? model_type(m, w->places.items[0]) : NULL;
}

static str as_key(struct completing *w, str name)
{
    char *key = arena_alloc(&w->c->arena, name.n + 1);
    for (size_t i = 0; i < name.n; i++) key[i] = (char)(name.p[i] == ' ' ? '_' : name.p[i]);
    return (str){key, name.n};
}

/* ---- What a value is, by the word that help has for it ---- */

static void types(struct completing *w)
{
    const struct model *m = model_of(w);
    for (size_t i = 0; m && i < m->type_count; i++) offer(w, as_key(w, m->types[i].plural), m->types[i].help);
}

static void fields(struct completing *w)
{
    const struct model_type *type = type_of(w);
    if (str_starts(w->begun, STR("-")))
        w->typed = arena_printf(&w->c->arena, STR_FORMAT "-", STR_ARGS(w->typed)), w->begun = str_from(w->begun, 1);
    for (size_t i = 0; type && i < type->field_count; i++) offer(w, type->fields[i].name, type->fields[i].help);
}

/* "name,status,a": the last piece. */
static void field_list(struct completing *w)
{
    size_t comma = w->begun.n;
    while (comma && w->begun.p[comma - 1] != ',') comma--;
    w->typed =
        arena_printf(&w->c->arena, STR_FORMAT STR_FORMAT, STR_ARGS(w->typed), STR_ARGS(str_slice(w->begun, 0, comma)));
    w->begun = str_from(w->begun, comma);
    fields(w);
}

static void facts(struct completing *w)
{
    struct cli *c = w->c;
    const struct model_type *type = type_of(w);
    const str *names;
    size_t count;
    struct err ignored;
    if (!type || !w->has_store ||
        store_load_names(c->store, &c->arena, type, w->begun, NAMES_SHOWN, &names, &count, &ignored))
        return;
    for (size_t i = 0; i < count; i++) offer(w, names[i], type->name);
}

static void sides(struct completing *w)
{
    const struct model *m = model_of(w);
    for (size_t i = 0; m && i < m->side_count; i++) offer(w, m->sides[i].key, m->sides[i].name);
}

static void practices(struct completing *w)
{
    for (int i = 0; i < PRACTICE_COUNT; i++) offer(w, practice_key((enum practice)i), practice_name((enum practice)i));
}

static void levels(struct completing *w)
{
    offer(w, STR("high"), STR_NONE), offer(w, STR("medium"), STR_NONE), offer(w, STR("low"), STR_NONE);
}

static void roles(struct completing *w)
{
    static const char *const words[] = {"viewer", "contributor", "signatory", "steward"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) offer(w, str_of(words[i]), STR_NONE);
}

/* The names of the program's own files in a folder of model/. */
static void model_files(struct completing *w, str folder, str ending)
{
    for (uint64_t i = 0; i < cli_model_count; i++) {
        str path = str_of(cli_model_files[i].path);
        if (!str_starts(path, folder) || !str_ends(path, ending)) continue;
        offer(w, str_slice(path, folder.n, path.n - ending.n), STR_NONE);
    }
}

static void checks(struct completing *w) { model_files(w, STR("model/checks/"), STR(".yaml")); }
static void formats(struct completing *w) { model_files(w, STR("model/formats/"), STR(".yaml")); }
static void rulebooks(struct completing *w) { model_files(w, STR("model/rulebooks/"), STR(".dmn")); }

static void commands(struct completing *w)
{
    size_t count;
    const struct cli_command *const *all = cli_commands(&count);
    for (size_t i = 0; i < count; i++) offer(w, str_of(all[i]->name), str_of(all[i]->help));
}

static void files(struct completing *w) { offer_files(w, ":files"); }
static void folders(struct completing *w) { offer_files(w, ":folders"); }

static const struct {
    const char *word;
    void (*offer)(struct completing *w);
} values[] = {
    {"TYPE", types},      {"FIELD", fields},       {"A,B,C", field_list},   {"NAME-OR-ID", facts}, {"NAME|ID", facts},
    {"SIDE", sides},      {"PRACTICE", practices}, {"LEVEL", levels},       {"ROLE", roles},       {"CHECK", checks},
    {"FORMAT", formats},  {"COMMAND", commands},   {"FILE", files},         {"FILE.json", files},  {"MODEL.dmn", files},
    {"WORKSPACE", files}, {"FOLDER", folders},     {"RULEBOOK", rulebooks},
};

static void offer_value(struct completing *w, str word)
{
    str choice;
    bool choices = str_find_char(word, '|') != STR_NOT_FOUND && word.p[0] >= 'a' && word.p[0] <= 'z';
    while (choices && str_cut(&word, '|', &choice)) offer(w, choice, STR_NONE);
    for (size_t i = 0; i < ARRAY_COUNT(values); i++)
        if (str_eq(word, str_of(values[i].word))) values[i].offer(w);
}

/* ---- Options ---- */

static const struct cli_option *option_of(struct completing *w, str name)
{
    size_t count;
    const struct cli_option *common = cli_common_options(&count);
    for (size_t i = 0; w->command && i < w->command->option_count; i++)
        if (str_eq(name, str_of(w->command->options[i].name))) return &w->command->options[i];
    for (size_t i = 0; i < count; i++)
        if (str_eq(name, str_of(common[i].name))) return &common[i];
    return NULL;
}

static void offer_option(struct completing *w, const struct cli_option *o)
{
    bool given = false;
    VEC_EACH(g, &w->given) given = given || str_eq(*g, str_of(o->name));
    if (!given || o->many) offer(w, arena_printf(&w->c->arena, "--%s", o->name), str_of(o->help));
}

static void offer_options(struct completing *w)
{
    size_t count;
    const struct cli_option *common = cli_common_options(&count);
    for (size_t i = 0; w->command && i < w->command->option_count; i++) offer_option(w, &w->command->options[i]);
    for (size_t i = 0; i < count; i++) offer_option(w, &common[i]);
}

/* ---- The words of a usage line: "TYPE FILE… [--source NAME]", "add NAME --side SIDE | list | password NAME" ---- */

/* The next piece that is no option: a word, or one in brackets; STR_NONE at the end. */
static str next_place(str *usage)
{
    str piece;
    while (usage->n && str_cut(usage, ' ', &piece)) {
        bool bracket = str_starts(piece, STR("["));
        str bare = str_from(piece, bracket);
        if (!piece.n) continue;
        if (str_starts(bare, STR("--"))) { /* and its value */
            bool closed = str_find_char(piece, ']') != STR_NOT_FOUND;
            if (!bracket) str_cut(usage, ' ', &piece);
            while (bracket && !closed && str_cut(usage, ' ', &piece))
                closed = str_find_char(piece, ']') != STR_NOT_FOUND;
            continue;
        }
        while (bare.n && (str_ends(bare, STR("]")) || str_ends(bare, STR("…"))))
            bare = str_slice(bare, 0, bare.n - (str_ends(bare, STR("…")) ? 3 : 1));
        return bare;
    }
    return STR_NONE;
}

/* Ways to call are parted by " | ", or stand on lines of their own that begin with "entente NAME". */
static str next_way(str *usage)
{
    size_t bar = str_find(*usage, STR(" | ")), line = str_find_char(*usage, '\n');
    size_t end = bar < line ? bar : line;
    str one = str_slice(*usage, 0, end == STR_NOT_FOUND ? usage->n : end), name;
    *usage = end == STR_NOT_FOUND ? STR_NONE : str_trim(str_from(*usage, end + (end == bar ? 3 : 1)));
    if (end != STR_NOT_FOUND && end == line && str_cut(usage, ' ', &name)) str_cut(usage, ' ', &name);
    return one;
}

static bool is_literal(str word) { return word.n && word.p[0] >= 'a' && word.p[0] <= 'z'; }

static void offer_place(struct completing *w)
{
    str all = str_of(w->command->usage), one;
    while (all.n) {
        one = next_way(&all);
        str place = STR_NONE, last = STR_NONE;
        bool fits = true;
        for (size_t i = 0; i <= w->places.count; i++) {
            place = next_place(&one);
            if (!place.p) place = last; /* FILE… */
            last = is_literal(place) ? STR_NONE : place;
            if (i < w->places.count && is_literal(place)) {
                str choice, rest = place;
                fits = false;
                while (str_cut(&rest, '|', &choice)) fits = fits || str_eq(choice, w->places.items[i]);
                if (!fits) break;
            }
        }
        if (!fits || !place.p) continue;
        if (!is_literal(place)) {
            offer_value(w, place);
            continue;
        }
        str choice;
        while (str_cut(&place, '|', &choice)) offer(w, choice, STR_NONE);
    }
}

/* ---- The call so far ---- */

/* Takes a finished word; the option whose value comes next, or NULL. */
static const struct cli_option *take(struct completing *w, str word)
{
    size_t equals = str_find_char(word, '=');
    if (str_starts(word, STR("--")) && word.n > 2) {
        const struct cli_option *o = option_of(w, str_slice(word, 2, equals == STR_NOT_FOUND ? word.n : equals));
        if (!o) return NULL;
        *vec_add(&w->c->arena, &w->given) = str_of(o->name);
        if (equals != STR_NOT_FOUND && !strcmp(o->name, "workspace")) w->c->workspace = word.p + equals + 1;
        return o->value && equals == STR_NOT_FOUND ? o : NULL;
    }
    struct err ignored;
    if (!w->command)
        w->command = cli_command_named(word, &ignored);
    else
        *vec_add(&w->c->arena, &w->places) = word;
    return NULL;
}

void cli_complete(struct cli *c, char **words, size_t count)
{
    struct completing w = {.c = c, .typed = STR("")};
    const struct cli_option *waits = NULL;
    for (size_t i = 0; i + 1 < count; i++) {
        str word = str_of(words[i]);
        if (waits && str_eq(word, STR("="))) continue; /* bash cuts there */
        if (waits && !strcmp(waits->name, "workspace")) c->workspace = word.p;
        waits = waits ? NULL : take(&w, word);
    }
    w.begun = count ? str_of(words[count - 1]) : STR("");
    if (waits && str_eq(w.begun, STR("="))) w.begun = STR("");
    size_t equals = str_find_char(w.begun, '=');
    if (!waits && str_starts(w.begun, STR("--")) && equals != STR_NOT_FOUND) {
        waits = option_of(&w, str_slice(w.begun, 2, equals));
        w.typed = str_slice(w.begun, 0, equals + 1);
        w.begun = str_from(w.begun, equals + 1);
    }
    if (waits && waits->value)
        offer_value(&w, str_of(waits->value));
    else if (str_starts(w.begun, STR("-")))
        offer_options(&w);
    else if (!w.command)
        commands(&w);
    else
        offer_place(&w);
}
