/* SPDX-License-Identifier: Apache-2.0 */
#include "base_time.h"
#include "cli.h"
#include "store_access.h"
#include "web.h"

enum { DAYS_DEFAULT = 90, DAYS_MOST = 366 };

/* "applications,vendors" as the keys of the types. */
static int take_types(struct cli *c, str *types, struct err *err)
{
    struct buf b;
    str rest = cli_text_value(c, "types"), word;
    int status = 0;
    buf_init(&b, 10000);
    while (rest.n && !status && str_cut(&rest, ',', &word)) {
        const struct model_type *type;
        status = cli_type(c, arena_copy(&c->arena, str_trim(word)).p, &type, err);
        if (status < 0) break;
        if (b.n) buf_char(&b, ' ');
        buf_str(&b, type->key);
    }
    *types = buf_copy(&b, &c->arena);
    buf_release(&b);
    return status;
}

static int add(struct cli *c, struct err *err)
{
    struct stored_user user;
    struct stored_token token = {.name = str_of(c->words[1]), .created = c->now};
    struct web_secret secret;
    int64_t days = DAYS_DEFAULT;
    str scope = cli_text_value(c, "scope");
    if (!cli_has(c, "user")) return err_set(err, ERR_USAGE, "say whose account the token acts for: --user NAME");
    if (scope.p && !str_eq(scope, STR("read")) && !str_eq(scope, STR("write")) && !str_eq(scope, STR("ask")))
        return err_set(err, ERR_USAGE, "--scope: \"" STR_FORMAT "\" is none of read, write, ask", STR_ARGS(scope));
    token.write = str_eq(scope, STR("write")), token.asks = str_eq(scope, STR("ask"));
    if (cli_int_value(c, "days", 1, DAYS_MOST, &days, err) < 0 ||
        cli_open_account(c, cli_value(c, "user"), STORE_WRITE, &user, err) < 0 || take_types(c, &token.types, err) < 0)
        return -1;
    if ((token.write || token.asks) && user.role < ROLE_CONTRIBUTOR)
        return err_set(err, ERR_INPUT, STR_FORMAT " is a viewer, whose token can only read", STR_ARGS(user.shown));
    token.user = user.id;
    token.expires = c->now + days * 86400;
    web_make_secret(true, &secret);
    if (store_add_token(c->store, &token, secret.hash, cli_actor(c, "token"), err) < 0) return -1;
    cli_note(c, "This is shown only once; it holds for %lld days:", (long long)days);
    cli_printf(c, "%s\n", secret.text);
    return 0;
}

static int load(struct cli *c, int flags, const struct stored_token **tokens, size_t *count, struct err *err)
{
    struct stored_user user = {0};
    if (cli_has(c, "user") ? cli_open_account(c, cli_value(c, "user"), flags, &user, err)
                           : cli_open_store(c, flags, err))
        return -1;
    return store_load_tokens(c->store, &c->arena, user.id, tokens, count, err);
}

static int list(struct cli *c, struct err *err)
{
    static const struct cli_column heads[] = {{STR_INIT("account")}, {STR_INIT("token")},   {STR_INIT("scope")},
                                              {STR_INIT("types")},   {STR_INIT("expires")}, {STR_INIT("last used")}};
    const struct stored_token *tokens;
    struct cli_table t;
    size_t count;
    if (load(c, STORE_READ, &tokens, &count, err) < 0) return -1;
    if (!count) return cli_text(c, "No tokens; entente token add NAME --user ACCOUNT makes one\n"), 0;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    for (size_t i = 0; i < count; i++) {
        cli_table_cell(&t, tokens[i].user_name);
        cli_table_cell(&t, tokens[i].name);
        cli_table_cell(&t, tokens[i].asks ? STR("ask") : tokens[i].write ? STR("write") : STR("read"));
        cli_table_cell(&t, tokens[i].types.n ? tokens[i].types : STR("all"));
        cli_table_cell(&t, civil_emit(&c->arena, tokens[i].expires / 86400));
        cli_table_cell(&t, tokens[i].used ? time_emit_utc(&c->arena, tokens[i].used) : STR("never"));
    }
    cli_table_print(&t);
    return 0;
}

static int revoke(struct cli *c, struct err *err)
{
    const struct stored_token *tokens, *found = NULL;
    size_t count;
    str name = str_of(c->words[1]);
    if (load(c, STORE_WRITE, &tokens, &count, err) < 0) return -1;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(tokens[i].name, name)) continue;
        if (found) return err_set(err, ERR_USAGE, "several accounts have a token \"%s\": add --user NAME", c->words[1]);
        found = &tokens[i];
    }
    if (!found) return err_set(err, ERR_INPUT, "there is no token \"%s\"; entente token list shows them", c->words[1]);
    if (store_revoke_token(c->store, found->user, found->id, cli_actor(c, "token"), c->now, err) < 0) return -1;
    cli_printf(c, "Revoked \"" STR_FORMAT "\" of " STR_FORMAT "\n", STR_ARGS(found->name), STR_ARGS(found->user_name));
    return 0;
}

static int run(struct cli *c)
{
    static const struct cli_act acts[] = {{"add", 2, "the name of one token", add},
                                          {"list", 1, "no name", list},
                                          {"revoke", 2, "the name of one token", revoke}};
    return cli_act(c, acts, ARRAY_COUNT(acts));
}

static const struct cli_option options[] = {
    {"user", "NAME", "the account that it acts for; list, revoke: of this account only"},
    {"scope", "SCOPE", "add: read (the default), write, or ask: rulebooks only; a token never signs"},
    {"types", "TYPES", "add: only for facts of these types, with commas between; all where it is not said"},
    {"days", "N", "add: how long it holds, 90 days; 366 at most"},
};

const struct cli_command cmd_token = {
    .name = "token",
    .usage = "add NAME --user ACCOUNT [--scope read|write|ask] [--types TYPES] [--days N] | list [--user ACCOUNT] | "
             "revoke NAME [--user ACCOUNT]",
    .help = "make, list and revoke tokens by which programs use the API",
    .details = "A token may do what its account may do, within its scope. It is printed once, and kept as a hash only.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 2,
    .example = "entente token list",
    .run = run,
};
