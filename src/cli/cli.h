/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share. One command is one file with its descriptor row; main.c has the table of rows. */
#ifndef CLI_H
#define CLI_H

#include "align.h"
#include "base_map.h"
#include "graph.h"

struct cli;

enum cli_exit { EXIT_FINE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_IO = 4 };

struct cli_option {
    const char *name;  /* without the dashes */
    const char *value; /* what to write after it: "FILE"; NULL: a flag */
    const char *help;
    bool many;     /* may be given more than once */
    bool optional; /* the value may be missing; it stands behind "=" only */
};
struct cli_command {
    const char *name, *usage; /* usage: what stands after the name */
    const char *help;         /* one line, an imperative */
    const char *details;      /* more, or NULL */
    const struct cli_option *options;
    size_t option_count;
    size_t min, max;           /* words that are no options */
    const char *example;       /* runs as it stands in a folder with a workspace and the files that it names */
    int (*run)(struct cli *c); /* gives the exit code */
};
struct cli_given {
    const struct cli_option *option;
    const char *value;
};

struct cli {
    const struct cli_command *command;
    struct arena arena;
    char **words; /* those that are no options */
    size_t word_count;
    VEC(struct cli_given) given;

    struct buf out; /* standard output; see cli_flush */
    struct buf note;
    bool out_broken, out_terminal, err_terminal, out_colour, err_colour;
    bool progress_shown;
    int out_errno;
    size_t width; /* of the terminal */
    double progress_started, progress_drawn;

    bool has_today;
    int64_t now, today;
    uint64_t as_of; /* the commit that is looked back at; 0: the newest */
    const char *workspace;
    struct store *store;
    struct map products; /* folded names */
    struct graph_options graph_options;
    struct graph *graph;
    struct picture *picture;
    struct graph_view *view;
    struct feel_env env;
};

/* ---- Words (cli_options.c) ---- */
/* 0, or -1 and the error; *help is set where --help was given. */
int cli_parse(struct cli *c, int argc, char **argv, bool *help, struct err *err) MUST_USE;
bool cli_has(const struct cli *c, const char *option);
const char *cli_value(const struct cli *c, const char *option); /* the last given; NULL */
str cli_text_value(const struct cli *c, const char *option);    /* the same; STR_NONE */
int cli_int_value(const struct cli *c, const char *option, int64_t low, int64_t high, int64_t *out,
                  struct err *err) MUST_USE; /* absent leaves *out */
void cli_help(struct cli *c, const struct cli_command *command);
void cli_help_names(struct cli *c);
void cli_man(struct cli *c, const struct cli_command *command); /* as a manual page; NULL: of all (cli_man.c) */
const struct cli_option *cli_common_options(size_t *count);     /* of every command */
/* What may stand in place of the last of these words (cli_complete.c). */
void cli_complete(struct cli *c, char **words, size_t count);
void cli_help_all(struct cli *c);
const struct cli_command *const *cli_commands(size_t *count);
const struct cli_command *cli_command_named(str name, struct err *err); /* NULL: err says what is near */

/* ---- The workspace (cli_workspace.c) ---- */
/* Which file it is, not yet opened; ERR_USAGE where none or several are here. */
int cli_find_workspace(struct cli *c, struct err *err) MUST_USE;
bool cli_workspace_is_here(struct cli *c); /* is one named, or in this folder? */
int cli_open_store(struct cli *c, int flags, struct err *err) MUST_USE;
/* The same, and the account of that name: ERR_INPUT where there is none. */
struct stored_user;
int cli_open_account(struct cli *c, const char *name, int flags, struct stored_user *user, struct err *err) MUST_USE;
/* The store, the picture and an env over it; with --as-of, of commands that have CLI_AS_OF among their options, the
 * picture of that day, which is then today, and the store for reading only. */
int cli_open_picture(struct cli *c, int flags, struct err *err) MUST_USE;
#define CLI_AS_OF                                                                                                      \
    {                                                                                                                  \
        "as-of", "DATE",                                                                                               \
            "look back: as it was at the end of that day, or after a commit, as '#12'; nothing is changed"             \
    }
int cli_refresh(struct cli *c, struct err *err) MUST_USE; /* a newer picture and env */
void cli_close(struct cli *c);
/* In the workspace's zone: the UTC second at which a day begins, and the day of a second. */
int64_t cli_day_begins(const struct cli *c, int64_t day);
int64_t cli_day_of(const struct cli *c, int64_t time);
str cli_actor(struct cli *c, const char *door); /* "import (anna)" */
int cli_type(struct cli *c, const char *word, const struct model_type **out, struct err *err) MUST_USE;
/* The fact that people mean by a name, an alias or an id. */
int cli_fact(struct cli *c, const struct model_type *type, str word, const struct fact **out, struct err *err) MUST_USE;
struct cli_checks {
    struct check_text *items;
    size_t count, room;
};
/* The texts of the built-in checks and of those in a folder (may be NULL), and the same compiled. */
int cli_check_files(struct cli *c, const char *folder, struct cli_checks *out, struct err *err) MUST_USE;
void cli_benchmark_files(struct cli *c, struct cli_checks *out); /* the built-in ones */
void cli_agenda_files(struct cli *c, struct cli_checks *out);
void cli_rulebook_files(struct cli *c, struct cli_checks *out); /* the same, in the order of their names */
str cli_rulebook_name(str path);                                /* "safe-zones" of model/rulebooks/safe-zones.dmn */
/* One of them by its name; ERR_USAGE says which there are. The text lives as long as the program. */
int cli_rulebook(struct cli *c, str name, struct check_text *out, struct err *err) MUST_USE;
/* What the world calls a product, for graph_options; the catalogue is read at the first call. */
int cli_load_products(struct cli *c, struct err *err) MUST_USE;
int cli_checks(struct cli *c, const char *folder, const struct checks **out, struct err *err) MUST_USE;
struct cli_file { /* a file of model/ in the program */
    const char *path, *start, *end;
};
extern const struct cli_file cli_model_files[];
extern const uint64_t cli_model_count;
struct model_text cli_metamodel(void); /* the built-in one */

/* ---- Output (cli_out.c) ---- */

/* Ctrl+C and a polite kill become a readable descriptor, the caller's to close; -1: it cannot be. Before any thread, so
 * that all inherit the mask. */
int cli_stop_signals(struct err *err) MUST_USE;
enum cli_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_YELLOW, STYLE_BLUE, STYLE_GREEN };
void cli_style(struct cli *c, enum cli_style style);
void cli_put(struct cli *c, str s); /* as it is */
void cli_text(struct cli *c, const char *text);
#define cli_printf(c, ...) (buf_printf(&(c)->out, __VA_ARGS__), cli_flush((c), false))
void cli_clean(struct cli *c, str s); /* control characters as blanks */
/* Words broken at `width` columns; the first line starts at column `at`, the others are indented by `indent`. Gives the
 * column where it ends. */
size_t cli_wrap(struct cli *c, str s, size_t at, size_t indent, size_t width);
/* Hands on what is there when it is much, or all with `now`. A closed pipe is quiet. */
void cli_flush(struct cli *c, bool now);
void cli_json(struct cli *c, struct json_writer *w); /* a writer over c->out, indented on a terminal and off it */
void cli_json_facts(struct cli *c, const uint64_t *ids, size_t count); /* an array of facts, all their fields */
/* What the first word of a command asks for: exactly so many words in all, itself counted. */
struct cli_act {
    const char *word;
    size_t words;
    const char *takes; /* "no name", "the name of one token" */
    int (*act)(struct cli *c, struct err *err);
};
int cli_act(struct cli *c, const struct cli_act *acts, size_t count); /* gives the exit code (cli_act.c) */
int cli_fail(struct cli *c, const struct err *err);                   /* on standard error; gives the exit code */
/* A line on standard error. */
#define cli_note(c, ...) (buf_clear(&(c)->note), buf_printf(&(c)->note, __VA_ARGS__), cli_put_note(c))
void cli_put_note(struct cli *c);
/* On a terminal, from the second second on, ten times a second. `unit` is what done counts: "bytes" or a plural. */
void cli_progress(struct cli *c, const char *what, uint64_t done, uint64_t total, const char *unit);
void cli_progress_end(struct cli *c);
str cli_count(struct cli *c, uint64_t n);                                       /* 200,000 */
str cli_plural(struct cli *c, uint64_t n, str one, str many);                   /* "1 vendor", "3 vendors" */
str cli_bytes(struct cli *c, uint64_t n);                                       /* 1.2 MB */
str cli_money(struct cli *c, struct feel_value amount);                         /* € 12,000 */
str cli_words(struct cli *c, const struct model_field *f, struct feel_value v); /* for people; f may be NULL */

/* Each line of standard input, without its end; the answers to all that are there are handed on before it waits. */
int cli_lines(struct cli *c, void (*line)(void *host, str line), void *host, struct err *err) MUST_USE;

void cli_put_proof(struct cli *c, const struct store_proof *proof); /* cmd_backup.c */

/* ---- Tables (cli_table.c) ---- */
struct cli_column {
    str head;
    bool right; /* numbers */
};
struct cli_table {
    struct cli *cli;
    const struct cli_column *columns;
    size_t count, indent;
    VEC(str) cells;
};
void cli_table_init(struct cli_table *t, struct cli *c, const struct cli_column *columns, size_t count);
void cli_table_cell(struct cli_table *t, str s); /* must live until it is printed */
void cli_table_print(struct cli_table *t);

/* ---- The commands ---- */
extern const struct cli_command cmd_agenda, cmd_ask, cmd_backup, cmd_benchmarks, cmd_check, cmd_completion, cmd_dmn,
    cmd_doctor, cmd_export, cmd_feel, cmd_help, cmd_hook, cmd_import, cmd_init, cmd_journal, cmd_list, cmd_model,
    cmd_replay, cmd_restore, cmd_rulebooks, cmd_ruling, cmd_scan, cmd_serve, cmd_show, cmd_token, cmd_user, cmd_version;

#endif
