/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "web.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct serving {
    struct cli *c;
    struct web_options options;
    bool again; /* with another metamodel, at the same port */
};

static void ready(void *host, const char *url)
{
    struct serving *s = host;
    const char *port = strrchr(url, ':');
    int64_t number;
    if (s->again)
        cli_text(s->c, "Goes on with the changed metamodel\n");
    else
        cli_printf(s->c, "Entente is at %s (Ctrl+C stops it)\n", url);
    cli_flush(s->c, true);
    if (port && str_to_int(str_of(port + 1), &number)) s->options.port = (uint16_t)number;
    s->again = true;
}

static void complain(void *host, const char *line)
{
    struct serving *s = host;
    cli_note(s->c, "entente: %s", line);
}

static int take_hosts(struct cli *c, struct web_options *o)
{
    VEC(str) hosts = {0};
    VEC_EACH(g, &c->given)
        if (!strcmp(g->option->name, "allow-host")) *vec_add(&c->arena, &hosts) = str_of(g->value);
    o->hosts = hosts.items;
    o->host_count = hosts.count;
    return 0;
}

static void show_route(void *self, const char *methods, str path, const char *access)
{
    cli_printf((struct cli *)self, "%s: %s " STR_FORMAT "\n", access, methods, STR_ARGS(path));
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct cli_checks checks, agenda, benchmarks, rulebooks;
    int64_t port = 8400, rate = 0;
    struct serving s = {.c = c};
    struct web_options *o = &s.options;
    *o = (struct web_options){.address = cli_value(c, "address"),
                              .secure = cli_has(c, "https"),
                              .hooks_to_private = cli_has(c, "hooks-to-private"),
                              .has_today = c->has_today,
                              .today = c->today,
                              .ready = ready,
                              .log = complain,
                              .host = &s};
    if (cli_has(c, "routes")) return web_routes(show_route, c), EXIT_FINE;
    /* Opened here only to say what is to be said about it. */
    if (cli_int_value(c, "port", 0, 65535, &port, &err) < 0 ||
        cli_int_value(c, "api-rate", 1, 1000000000, &rate, &err) < 0 ||
        cli_open_store(c, STORE_READ | STORE_WRITE, &err) < 0 ||
        cli_check_files(c, cli_value(c, "checks"), &checks, &err) < 0 || cli_load_products(c, &err) < 0 ||
        take_hosts(c, o) < 0)
        return cli_fail(c, &err);
    store_close(c->store);
    c->store = NULL;
    o->workspace = c->workspace;
    o->port = (uint16_t)port;
    o->api_rate = (uint32_t)rate;
    o->checks = checks.items;
    o->check_count = checks.count;
    cli_agenda_files(c, &agenda);
    o->agenda = agenda.items;
    o->agenda_count = agenda.count;
    cli_benchmark_files(c, &benchmarks);
    o->benchmarks = benchmarks.items;
    o->benchmark_count = benchmarks.count;
    cli_rulebook_files(c, &rulebooks);
    for (size_t i = 0; i < rulebooks.count; i++) rulebooks.items[i].file = cli_rulebook_name(rulebooks.items[i].file);
    o->rulebooks = rulebooks.items;
    o->rulebook_count = rulebooks.count;
    o->graph = c->graph_options;
    o->stop = cli_stop_signals(&err);
    if (o->stop < 0) return cli_fail(c, &err);
    int status;
    mem_runs_long();
    do status = web_serve(o, &err);
    while (status == WEB_MODEL_CHANGED);
    close(o->stop);
    return status < 0 ? cli_fail(c, &err) : EXIT_FINE;
}

static const struct cli_option options[] = {
    {"port", "N", "the port, 8400; 0 lets the system choose"},
    {"address", "ADDRESS", "the address to listen at, 127.0.0.1"},
    {"allow-host", "NAME", "a host name under which browsers come; may be given several times", true},
    {"https", NULL, "browsers come by https, which a proxy before this server ends"},
    {"api-rate", "N", "requests to the API in a minute, of one token or account, 1200"},
    {"hooks-to-private", NULL, "send outgoing events to machines of an inner network too, and by http"},
    {"routes", NULL, "print every address with the lowest role that may ask, and end"},
    {"checks", "FOLDER", "also run the checks (*.yaml) of this folder"},
};

const struct cli_command cmd_serve = {
    .name = "serve",
    .usage = "[--port N] [--address ADDRESS] [--allow-host NAME]…",
    .help = "serve the pages of the workspace to browsers",
    .details = "Runs until Ctrl+C. People sign in with accounts made by entente user add.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .example = "entente serve --port 8400",
    .run = run,
};
