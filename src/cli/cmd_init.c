/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base_time.h"
#include "base_utf8.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name of the machine's zone from where /etc/localtime points to. */
static str zone_here(struct cli *c)
{
    char *to = arena_alloc(&c->arena, 512);
    ssize_t n = readlink("/etc/localtime", to, 512);
    str path = {to, n > 0 ? (size_t)n : 0};
    size_t at = str_find(path, STR("/zoneinfo/"));
    const struct zone *zone;
    struct err ignored = {0};
    if (at == STR_NOT_FOUND) return STR("UTC");
    str name = str_from(path, at + 10);
    return zone_load(&c->arena, name, &zone, &ignored) == 0 ? name : STR("UTC");
}

static str name_of_file(struct cli *c, str path)
{
    for (size_t at; (at = str_find_char(path, '/')) != STR_NOT_FOUND;) path = str_from(path, at + 1);
    if (str_ends(path, STR(".entente"))) path.n -= 8;
    size_t first;
    if (!path.n) return path;
    utf8_decode(path, &first);
    str upper = utf8_upper(&c->arena, str_slice(path, 0, first)), rest = str_from(path, first);
    return arena_printf(&c->arena, STR_FORMAT STR_FORMAT, STR_ARGS(upper), STR_ARGS(rest));
}

static bool is_currency(str s)
{
    bool good = s.n == 3;
    for (size_t i = 0; i < s.n; i++) good = good && s.p[i] >= 'A' && s.p[i] <= 'Z';
    return good;
}

static int run(struct cli *c)
{
    struct err err = {0};
    const struct zone *zone;
    const char *file = c->words[0];
    struct store_profile profile = {cli_text_value(c, "name"), cli_text_value(c, "currency"),
                                    cli_text_value(c, "zone")};
    if (!profile.name.n) profile.name = name_of_file(c, str_of(file));
    if (!profile.currency.p) profile.currency = STR("EUR");
    if (!is_currency(profile.currency)) {
        err_set(&err, ERR_USAGE, "--currency: \"" STR_FORMAT "\" is not a code of three capital letters such as EUR",
                STR_ARGS(profile.currency));
        return cli_fail(c, &err);
    }
    if (profile.zone.p && zone_load(&c->arena, profile.zone, &zone, &err) < 0) {
        struct err usage = {0};
        err_set(&usage, ERR_USAGE, "--zone: %s", err.message);
        return cli_fail(c, &usage);
    }
    if (!profile.zone.p) profile.zone = zone_here(c);
    profile.made = c->now;
    if (store_create(file, &profile, cli_metamodel().yaml, &err) < 0) return cli_fail(c, &err);
    cli_printf(c, "Made %s for ", file);
    cli_clean(c, profile.name);
    cli_printf(c, " (amounts in " STR_FORMAT ", days in " STR_FORMAT ").\n", STR_ARGS(profile.currency),
               STR_ARGS(profile.zone));
    cli_text(c, "Next: entente import applications FILE.csv, or entente scan FILE\n");
    return EXIT_FINE;
}

static const struct cli_option options[] = {
    {"name", "NAME", "the company's name; else made from the file's"},
    {"currency", "CODE", "the currency of amounts that name none, and of sums: EUR"},
    {"zone", "ZONE", "the time zone in which days begin, such as Europe/Berlin; else this machine's"},
};

const struct cli_command cmd_init = {
    .name = "init",
    .usage = "FILE [--name NAME] [--currency CODE] [--zone ZONE]",
    .help = "make a new workspace",
    .details = "A workspace is one file, by custom named NAME.entente. It must not exist yet.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = 1,
    .example = "entente init acme.entente --name 'Acme Retail' --currency EUR --zone Europe/Berlin",
    .run = run,
};
