/* SPDX-License-Identifier: Apache-2.0 */
#include "base_time.h"
#include "cli.h"
#include "store_access.h"
#include "web.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Where the server is, for links; a link is good wherever it serves the workspace. */
static const char default_url[] = "http://127.0.0.1:8400";

static int take_role(struct cli *c, enum user_role *role, struct err *err)
{
    str word = cli_text_value(c, "role"), names[ROLE_STEWARD + 1];
    *role = ROLE_CONTRIBUTOR;
    if (!word.p || user_role_parse(word, role)) return 0;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) names[i] = str_of(user_role_name((enum user_role)i));
    str near = err_nearest(word, names, ARRAY_COUNT(names));
    return err_set(err, ERR_USAGE,
                   "--role: \"" STR_FORMAT "\" is none of viewer, contributor, signatory, steward%s" STR_FORMAT "%s",
                   STR_ARGS(word), near.n ? "; did you mean " : "", STR_ARGS(near), near.n ? "?" : "");
}

static int take_side(struct cli *c, str *side, struct err *err)
{
    const struct model *m = store_model(c->store);
    struct buf all;
    *side = cli_text_value(c, "side");
    for (size_t i = 0; i < m->side_count; i++)
        if (str_eq_nocase(*side, m->sides[i].key)) return *side = m->sides[i].key, 0;
    buf_init(&all, 400);
    for (size_t i = 0; i < m->side_count; i++)
        buf_printf(&all, "%s" STR_FORMAT, i ? ", " : "", STR_ARGS(m->sides[i].key));
    if (side->p)
        err_set(err, ERR_USAGE, "--side: \"" STR_FORMAT "\" is none of " STR_FORMAT, STR_ARGS(*side),
                STR_ARGS(buf_get(&all)));
    else
        err_set(err, ERR_USAGE, "say for which side the person works: --side " STR_FORMAT, STR_ARGS(buf_get(&all)));
    buf_release(&all);
    return -1;
}

/* ---- the password: never among the words of the call, where other users of the machine could see it ---- */

static int read_line(struct cli *c, str *line, struct err *err)
{
    char *text = arena_alloc(&c->arena, PASSWORD_MAX + 2);
    size_t n = 0;
    for (;;) {
        char ch;
        ssize_t got = read(STDIN_FILENO, &ch, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_errno(err, "cannot read the password");
        if (got == 0 || ch == '\n') break;
        if (n > PASSWORD_MAX) return err_set(err, ERR_INPUT, "a password has at most %d characters", PASSWORD_MAX);
        text[n++] = ch;
    }
    if (n && text[n - 1] == '\r') n--;
    *line = (str){text, n};
    return 0;
}

static int ask(struct cli *c, const char *prompt, str *line, struct err *err)
{
    struct termios before, quiet;
    if (tcgetattr(STDIN_FILENO, &before) < 0) return err_errno(err, "cannot ask at the terminal");
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    cli_flush(c, true);
    if (write(STDERR_FILENO, prompt, strlen(prompt)) < 0) return err_errno(err, "cannot ask at the terminal");
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) < 0) return err_errno(err, "cannot ask at the terminal");
    int status = read_line(c, line, err);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) < 0 && status == 0)
        status = err_errno(err, "cannot set the terminal back");
    cli_note(c, "%s", "");
    return status;
}

static int take_password(struct cli *c, char hash[WEB_HASH_SIZE], struct err *err)
{
    str password, again;
    if (!cli_has(c, "password-stdin") && isatty(STDIN_FILENO)) {
        if (ask(c, "Password: ", &password, err) < 0 || ask(c, "The same again: ", &again, err) < 0) return -1;
        if (!str_eq(password, again)) return err_set(err, ERR_INPUT, "the two passwords differ; nothing was changed");
    } else if (read_line(c, &password, err) < 0) {
        return -1;
    }
    if (password.n < PASSWORD_MIN)
        return err_set(err, ERR_INPUT, "a password has at least %d characters; nothing was changed", PASSWORD_MIN);
    return web_hash_password(password, hash, err);
}

/* ---- adding and inviting ---- */

static int read_new(struct cli *c, struct stored_user *user, struct err *err)
{
    struct stored_user taken;
    struct err absent = {0};
    *user = (struct stored_user){.name = str_of(c->words[1]), .shown = cli_text_value(c, "shown")};
    if (take_role(c, &user->role, err) < 0 || cli_open_store(c, STORE_WRITE, err) < 0 ||
        take_side(c, &user->side, err) < 0)
        return -1;
    if (!user->shown.n) user->shown = user->name;
    if (store_load_user(c->store, &c->arena, user->name, &taken, &absent) == 0)
        return err_set(err, ERR_INPUT, "there is an account \"%s\" already; entente user password %s sets its password",
                       c->words[1], c->words[1]);
    return absent.code == ERR_ABSENT ? 0 : (*err = absent, -1);
}

static int add(struct cli *c, struct err *err)
{
    struct stored_user user;
    char hash[WEB_HASH_SIZE];
    if (read_new(c, &user, err) < 0 || take_password(c, hash, err) < 0) return -1;
    user.password_hash = str_of(hash);
    if (store_add_user(c->store, &user, cli_actor(c, "user"), c->now, err) < 0) return -1;
    cli_printf(c, "Added %s: " STR_FORMAT ", %s\n", c->words[1], STR_ARGS(user.side), user_role_name(user.role));
    return 0;
}

static int print_link(struct cli *c, str name, struct err *err)
{
    struct web_secret secret;
    str url = cli_has(c, "url") ? cli_text_value(c, "url") : str_of(default_url);
    while (str_ends(url, STR("/"))) url.n--;
    web_make_secret(false, &secret);
    if (store_add_link(c->store, secret.hash, name, c->now, c->now + LINK_SECONDS, cli_actor(c, "user"), err) < 0)
        return -1;
    cli_printf(c, "Works once, for a week: " STR_FORMAT "/welcome/%s\n", STR_ARGS(url), secret.text);
    return 0;
}

static int invite(struct cli *c, struct err *err)
{
    struct stored_user user;
    if (read_new(c, &user, err) < 0 || store_add_user(c->store, &user, cli_actor(c, "user"), c->now, err) < 0)
        return -1;
    cli_printf(c, "Invited %s: " STR_FORMAT ", %s\n", c->words[1], STR_ARGS(user.side), user_role_name(user.role));
    return print_link(c, user.name, err);
}

/* ---- changing ---- */

static int set_password(struct cli *c, struct err *err)
{
    struct stored_user user;
    char hash[WEB_HASH_SIZE];
    if (cli_open_account(c, c->words[1], STORE_WRITE, &user, err) < 0 || take_password(c, hash, err) < 0 ||
        store_set_password(c->store, user.name, str_of(hash), cli_actor(c, "user"), c->now, err) < 0)
        return -1;
    cli_printf(c, "The password of %s is changed; who was signed in with it is signed out\n", c->words[1]);
    return 0;
}

static int make_link(struct cli *c, struct err *err)
{
    struct stored_user user;
    return cli_open_account(c, c->words[1], STORE_WRITE, &user, err) < 0 ? -1 : print_link(c, user.name, err);
}

static int set_role(struct cli *c, struct err *err)
{
    struct stored_user user;
    enum user_role role;
    if (!cli_has(c, "role"))
        return err_set(err, ERR_USAGE, "say which: --role viewer, contributor, signatory, steward");
    if (take_role(c, &role, err) < 0 || cli_open_account(c, c->words[1], STORE_WRITE, &user, err) < 0 ||
        store_set_role(c->store, user.name, role, cli_actor(c, "user"), c->now, err) < 0)
        return -1;
    cli_printf(c, "%s is a %s now\n", c->words[1], user_role_name(role));
    return 0;
}

static int set_closed(struct cli *c, bool closed, struct err *err)
{
    struct stored_user user;
    if (cli_open_account(c, c->words[1], STORE_WRITE, &user, err) < 0 ||
        store_set_closed(c->store, user.name, closed, cli_actor(c, "user"), c->now, err) < 0)
        return -1;
    cli_printf(c, "The account of %s is %s\n", c->words[1],
               closed ? "closed; its sessions and tokens have ended" : "open again");
    return 0;
}
static int close_account(struct cli *c, struct err *err) { return set_closed(c, true, err); }
static int reopen(struct cli *c, struct err *err) { return set_closed(c, false, err); }

static int sign_out(struct cli *c, struct err *err)
{
    struct stored_user user;
    if (cli_open_account(c, c->words[1], STORE_WRITE, &user, err) < 0 ||
        store_end_sessions(c->store, user.id, STR_NONE, NULL, cli_actor(c, "user"), c->now, err) < 0)
        return -1;
    cli_printf(c, "%s is signed out everywhere\n", c->words[1]);
    return 0;
}

static int sessions(struct cli *c, struct err *err)
{
    static const struct cli_column heads[] = {{STR_INIT("since")}, {STR_INIT("last used")}, {STR_INIT("from")}};
    struct stored_user user;
    const struct stored_session *all;
    struct cli_table t;
    size_t count;
    if (cli_open_account(c, c->words[1], STORE_READ, &user, err) < 0 ||
        store_load_sessions(c->store, &c->arena, user.id, c->now, &all, &count, err) < 0)
        return -1;
    if (!count) return cli_printf(c, "%s is signed in nowhere\n", c->words[1]), 0;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < count; i++) {
        cli_table_cell(&t, time_emit_utc(&c->arena, all[i].created));
        cli_table_cell(&t, time_emit_utc(&c->arena, all[i].used));
        cli_table_cell(&t, all[i].place);
    }
    cli_table_print(&t);
    return 0;
}

/* ---- listing ---- */

static void list_json(struct cli *c, const struct stored_user *users, size_t count)
{
    struct json_writer w;
    cli_json(c, &w);
    json_array(&w);
    for (size_t i = 0; i < count; i++) {
        json_object(&w);
        json_key(&w, STR("name"));
        json_string(&w, users[i].name);
        json_key(&w, STR("shown"));
        json_string(&w, users[i].shown);
        json_key(&w, STR("side"));
        json_string(&w, users[i].side);
        json_key(&w, STR("role"));
        json_string(&w, str_of(user_role_name(users[i].role)));
        json_key(&w, STR("closed"));
        json_bool(&w, users[i].closed);
        json_key(&w, STR("invited"));
        json_bool(&w, !users[i].password_hash.n);
        json_object_end(&w);
    }
    json_array_end(&w);
    cli_text(c, "\n");
}

static int list(struct cli *c, struct err *err)
{
    static const struct cli_column heads[] = {
        {STR_INIT("name")}, {STR_INIT("shown as")}, {STR_INIT("side")}, {STR_INIT("role")}, {STR_INIT("")}};
    const struct stored_user *users;
    struct cli_table t;
    size_t count;
    if (cli_open_store(c, STORE_READ, err) < 0 || store_load_users(c->store, &c->arena, &users, &count, err) < 0)
        return -1;
    if (cli_has(c, "json")) return list_json(c, users, count), 0;
    if (!count) return cli_text(c, "No accounts yet; entente user add NAME makes one\n"), 0;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < count; i++) {
        cli_table_cell(&t, users[i].name);
        cli_table_cell(&t, users[i].shown);
        cli_table_cell(&t, users[i].side);
        cli_table_cell(&t, str_of(user_role_name(users[i].role)));
        cli_table_cell(&t, users[i].closed ? STR("closed") : !users[i].password_hash.n ? STR("invited") : STR_NONE);
    }
    cli_table_print(&t);
    return 0;
}

static int run(struct cli *c)
{
    static const char one[] = "one name";
    static const struct cli_act acts[] = {
        {"add", 2, one, add},           {"invite", 2, one, invite},     {"link", 2, one, make_link},
        {"list", 1, "no name", list},   {"role", 2, one, set_role},     {"password", 2, one, set_password},
        {"sessions", 2, one, sessions}, {"sign-out", 2, one, sign_out}, {"close", 2, one, close_account},
        {"open", 2, one, reopen}};
    return cli_act(c, acts, ARRAY_COUNT(acts));
}

static const struct cli_option options[] = {
    {"side", "SIDE", "add, invite: the side that the person works for: marketing, it, …"},
    {"role", "ROLE", "add, invite, role: viewer, contributor (the default), signatory or steward"},
    {"shown", "NAME", "add, invite: the name that others see, such as 'Anna Berg'"},
    {"url", "URL", "invite, link: where the server is, http://127.0.0.1:8400"},
    {"password-stdin", NULL, "read the password from standard input, also on a terminal"},
    {"json", NULL, "list: as JSON"},
};

const struct cli_command cmd_user = {
    .name = "user",
    .usage = "add|invite NAME --side SIDE [--role ROLE] [--shown NAME] | role NAME --role ROLE | "
             "link|password|sessions|sign-out|close|open NAME | list [--json]",
    .help = "make accounts or invite people, change roles and passwords, end sessions",
    .details =
        "An invited person chooses the password at the printed link; link makes a new one, also for somebody who "
        "forgot the password. Elsewhere the password is asked for without being shown, or read from standard "
        "input (one line); it is never a word of the call.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 2,
    .example = "echo 'correct horse battery' | entente user add anna@acme.example --side marketing --shown 'Anna Berg'",
    .run = run,
};
