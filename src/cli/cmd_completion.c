/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <string.h>

/* The scripts ask the program itself, so they hold for the workspace that is here and never grow old. */
static const char bash[] =
    "# bash completion for entente: put it into ~/.local/share/bash-completion/completions/entente\n"
    "_entente() {\n"
    "    local line word current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[*]:1:COMP_CWORD-1}\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r line; do\n"
    "        word=${line%%$'\\t'*}\n"
    "        case $word in\n"
    "        :files) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- \"$current\")) ;;\n"
    "        :folders) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- \"$current\")) ;;\n"
    "        *) case $current in [\\\"\\']*) ;; *) printf -v word %q \"$word\" ;; esac; COMPREPLY+=(\"$word\") ;;\n"
    "        esac\n"
    "    done < <(entente completion words -- \"${COMP_WORDS[@]:1:COMP_CWORD-1}\" \"${current#[\\\"\\']}\" "
    "2>/dev/null)\n"
    "}\n"
    "complete -F _entente entente\n";
static const char zsh[] =
    "#compdef entente\n"
    "# zsh completion for entente: put it as _entente into a folder of $fpath\n"
    "_entente() {\n"
    "    local line word help\n"
    "    local -a found\n"
    "    for line in \"${(@f)$(entente completion words -- \"${(@Q)words[2,CURRENT-1]}\" \"${(Q)words[CURRENT]}\" "
    "2>/dev/null)}\"; do\n"
    "        [[ -n $line ]] || continue\n"
    "        word=${line%%$'\\t'*} help=\n"
    "        [[ $line != *$'\\t'* ]] || help=${line#*$'\\t'}\n"
    "        case $word in\n"
    "        :files) _files ;;\n"
    "        :folders) _files -/ ;;\n"
    "        *) found+=(\"${word//:/\\\\:}${help:+:$help}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    (( ! $#found )) || _describe entente found\n"
    "}\n"
    "if [[ ${funcstack[1]-} = _entente ]]; then _entente \"$@\"; else compdef _entente entente; fi\n";
static const char fish[] = "# fish completion for entente: put it into ~/.config/fish/completions/entente.fish\n"
                           "function __entente\n"
                           "    set -l before (commandline -opc)[2..-1]\n"
                           "    set -l current (commandline -ct)\n"
                           "    for line in (entente completion words -- $before \"$current\" 2>/dev/null)\n"
                           "        switch $line\n"
                           "            case :files\n"
                           "                __fish_complete_path $current\n"
                           "            case :folders\n"
                           "                __fish_complete_directories $current\n"
                           "            case '*'\n"
                           "                echo $line\n"
                           "        end\n"
                           "    end\n"
                           "end\n"
                           "complete -c entente -f -a '(__entente)'\n";

static int run(struct cli *c)
{
    static const struct {
        const char *shell, *script;
    } scripts[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    struct err err = {0};
    if (!strcmp(c->words[0], "words")) return cli_complete(c, c->words + 1, c->word_count - 1), EXIT_FINE;
    for (size_t i = 0; i < ARRAY_COUNT(scripts); i++)
        if (!strcmp(c->words[0], scripts[i].shell) && c->word_count == 1)
            return cli_text(c, scripts[i].script), EXIT_FINE;
    err_set(&err, ERR_USAGE, "\"%s\" is none of bash, zsh, fish: entente completion %s", c->words[0],
            c->command->usage);
    return cli_fail(c, &err);
}

const struct cli_command cmd_completion = {
    .name = "completion",
    .usage = "bash|zsh|fish | words -- [WORD]…",
    .help = "print the script that lets a shell complete commands, options, types, fields and names",
    .details =
        "The script asks the program at every tab: words -- WORD… prints what may stand in place of the last word, "
        "with a tab and what it is; \":files\" and \":folders\" stand for those of the shell.",
    .min = 1,
    .max = SIZE_MAX,
    .example = "entente completion words -- list app",
    .run = run,
};
