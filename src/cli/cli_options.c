/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a call, and help made from the same rows. */
#include "cli.h"

#include "base_utf8.h"

#include <string.h>

static const struct cli_option common[] = {
    {"workspace", "FILE", "the workspace; else ENTENTE_WORKSPACE, else the one *.entente file in this folder"},
    {"today", "DATE", "the day that counts as today, such as 2026-11-22"},
    {"help", NULL, "say how it is used"},
};

const struct cli_option *cli_common_options(size_t *count)
{
    *count = ARRAY_COUNT(common);
    return common;
}

static const struct cli_option *option_named(const struct cli_command *command, str name)
{
    for (size_t i = 0; command && i < command->option_count; i++)
        if (str_eq(name, str_of(command->options[i].name))) return &command->options[i];
    for (size_t i = 0; i < ARRAY_COUNT(common); i++)
        if (str_eq(name, str_of(common[i].name))) return &common[i];
    return NULL;
}

static int unknown_option(struct cli *c, str name, struct err *err)
{
    const struct cli_command *command = c->command;
    size_t count = 0;
    str names[ARRAY_COUNT(common) + 32];
    for (size_t i = 0; command && i < command->option_count && count < 32; i++)
        names[count++] = str_of(command->options[i].name);
    for (size_t i = 0; i < ARRAY_COUNT(common); i++) names[count++] = str_of(common[i].name);
    str near = err_nearest(name, names, count);
    return err_set(
        err, ERR_USAGE, "--" STR_FORMAT " is not an option%s%s%s" STR_FORMAT "%s entente %s%s--help lists them",
        STR_ARGS(name), command ? " of " : "", command ? command->name : "", near.n ? "; did you mean --" : "",
        STR_ARGS(near), near.n ? "?" : ";", command ? command->name : "", command ? " " : "");
}

static int take_option(struct cli *c, str word, char **next, bool *used_next, struct err *err)
{
    size_t equals = str_find_char(word, '=');
    str name = equals == STR_NOT_FOUND ? word : str_slice(word, 0, equals);
    const struct cli_option *o = option_named(c->command, name);
    *used_next = false;
    if (!o) return unknown_option(c, name, err);
    const char *value = equals == STR_NOT_FOUND ? NULL : word.p + equals + 1;
    if (!o->value && value) return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
    if (o->value && !value && !o->optional) {
        if (!*next) return err_set(err, ERR_USAGE, "--%s needs a value: --%s %s", o->name, o->name, o->value);
        value = *next;
        *used_next = true;
    }
    if (o->value && !o->many && cli_has(c, o->name))
        return err_set(err, ERR_USAGE, "--%s stands twice; once is enough", o->name);
    *vec_add(&c->arena, &c->given) = (struct cli_given){o, value};
    return 0;
}

const struct cli_command *cli_command_named(str name, struct err *err)
{
    size_t count;
    const struct cli_command *const *commands = cli_commands(&count);
    str names[32];
    MUST(count <= ARRAY_COUNT(names));
    for (size_t i = 0; i < count; i++) {
        names[i] = str_of(commands[i]->name);
        if (str_eq(name, names[i])) return commands[i];
    }
    str near = err_nearest(name, names, count);
    err_set(err, ERR_USAGE, "\"" STR_FORMAT "\" is not a command%s" STR_FORMAT "%s entente help lists them",
            STR_ARGS(name), near.n ? "; did you mean \"" : "", STR_ARGS(near), near.n ? "\"?" : ";");
    return NULL;
}

static int check_words(const struct cli *c, struct err *err)
{
    const struct cli_command *k = c->command;
    if (c->word_count >= k->min && c->word_count <= k->max) return 0;
    const char *what = c->word_count < k->min ? "something is missing" : "too much is said";
    if (c->word_count > k->max && k->max == 0)
        return err_set(err, ERR_USAGE, "%s takes no words, but there is \"%s\"", k->name, c->words[0]);
    return err_set(err, ERR_USAGE, "%s: entente %s %s", what, k->name, k->usage);
}

int cli_parse(struct cli *c, int argc, char **argv, bool *help, struct err *err)
{
    bool only_words = false;
    c->words = arena_array(&c->arena, (size_t)argc + 1, sizeof *c->words);
    for (int i = 1; i < argc; i++) {
        str word = str_of(argv[i]);
        bool used_next;
        if (!only_words && str_eq(word, STR("--"))) {
            only_words = true;
        } else if (!only_words && (str_eq(word, STR("-h")) || str_eq(word, STR("--help")))) {
            *help = true;
        } else if (!only_words && !c->command && str_eq(word, STR("--version"))) {
            c->command = &cmd_version;
        } else if (!only_words && str_starts(word, STR("--"))) {
            if (take_option(c, str_from(word, 2), argv + i + 1, &used_next, err) < 0) return -1;
            i += used_next;
        } else if (!c->command) {
            c->command = cli_command_named(word, err);
            if (!c->command) return -1;
        } else {
            c->words[c->word_count++] = argv[i];
        }
    }
    if (*help) return 0;
    if (!c->command) return err_set(err, ERR_USAGE, "say what to do: entente COMMAND; entente help lists them");
    return check_words(c, err);
}

bool cli_has(const struct cli *c, const char *option)
{
    VEC_EACH(g, &c->given)
        if (!strcmp(g->option->name, option)) return true;
    return false;
}

const char *cli_value(const struct cli *c, const char *option)
{
    const char *value = NULL;
    VEC_EACH(g, &c->given)
        if (!strcmp(g->option->name, option)) value = g->value;
    return value;
}

str cli_text_value(const struct cli *c, const char *option) { return str_of(cli_value(c, option)); }

int cli_int_value(const struct cli *c, const char *option, int64_t low, int64_t high, int64_t *out, struct err *err)
{
    str text = cli_text_value(c, option);
    if (!text.p || (str_to_int(text, out) && *out >= low && *out <= high)) return 0;
    return err_set(err, ERR_USAGE, "--%s: \"" STR_FORMAT "\" is not a whole number from %lld to %lld", option,
                   STR_ARGS(text), (long long)low, (long long)high);
}

/* ---- help ---- */

static void put_options(struct cli *c, const char *title, const struct cli_option *options, size_t count)
{
    size_t wide = 0;
    if (!count) return;
    cli_printf(c, "\n%s\n", title);
    for (size_t i = 0; i < count; i++) {
        size_t n =
            strlen(options[i].name) + (options[i].value ? strlen(options[i].value) + 1 : 0) + 2 * options[i].optional;
        if (n > wide) wide = n;
    }
    for (size_t i = 0; i < count; i++) {
        const struct cli_option *o = &options[i];
        str left = arena_printf(&c->arena, "%s%s%s%s", o->name,
                                o->optional ? "[="
                                : o->value  ? " "
                                            : "",
                                o->value ? o->value : "", o->optional ? "]" : "");
        cli_printf(c, "  --%-*s  ", (int)wide, left.p);
        cli_wrap(c, str_of(o->help), wide + 6, wide + 6, c->width);
        cli_text(c, "\n");
    }
}

void cli_help(struct cli *c, const struct cli_command *k)
{
    cli_style(c, STYLE_BOLD);
    cli_printf(c, "entente %s", k->name);
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, ": %s\n\n  entente %s%s%s\n", k->help, k->name, *k->usage ? " " : "", k->usage);
    if (k->details) {
        cli_text(c, "\n");
        str rest = str_of(k->details), paragraph;
        while (str_cut(&rest, '\n', &paragraph)) {
            cli_wrap(c, paragraph, 0, 0, c->width);
            cli_text(c, "\n");
        }
    }
    put_options(c, "Options", k->options, k->option_count);
    put_options(c, "Options of every command", common, ARRAY_COUNT(common));
    cli_printf(c, "\nExample\n  %s\n", k->example);
}

void cli_help_all(struct cli *c)
{
    size_t count;
    const struct cli_command *const *commands = cli_commands(&count);
    cli_text(c, "Entente shows where marketing and IT have drifted apart, from a company's own files.\n\n"
                "  entente COMMAND [OPTION]… [WORD]…\n\nCommands\n");
    for (size_t i = 0; i < count; i++) cli_printf(c, "  %-8s  %s\n", commands[i]->name, commands[i]->help);
    put_options(c, "Options of every command", common, ARRAY_COUNT(common));
    cli_text(c, "\nExit codes: 0 fine, 1 check --fail-on is met, 2 the call is wrong, 3 the input is wrong, 4 cannot "
                "read or write.\n"
                "entente help COMMAND says more, with an example.\n");
}
