/* SPDX-License-Identifier: Apache-2.0 */
/* The workspace of a call: found, opened, drawn as a picture. */
#include "cli.h"
#include "store_access.h"

#include "base_time.h"
#include "base_utf8.h"
#include "scan_catalogue.h"

#include <dirent.h>
#include <glob.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHECK_FILE_BYTES = 1 << 20 };
#define RULEBOOKS "model/rulebooks/"

struct model_text cli_metamodel(void)
{
    for (uint64_t i = 0; i < cli_model_count; i++)
        if (!strcmp(cli_model_files[i].path, "model/entente.yaml"))
            return (struct model_text){
                {cli_model_files[i].start, (size_t)(cli_model_files[i].end - cli_model_files[i].start)},
                STR("model/entente.yaml")};
    NOT_REACHED();
}

int cli_find_workspace(struct cli *c, struct err *err)
{
    const char *from_env = getenv("ENTENTE_WORKSPACE");
    c->workspace = cli_value(c, "workspace");
    if (!c->workspace && from_env && *from_env) c->workspace = from_env;
    if (c->workspace) return 0;
    glob_t found;
    int status = glob("*.entente", 0, NULL, &found);
    if (status != 0 && status != GLOB_NOMATCH) return err_errno(err, "cannot read this folder");
    size_t count = status == 0 ? found.gl_pathc : 0;
    if (count == 1) c->workspace = arena_copy(&c->arena, str_of(found.gl_pathv[0])).p;
    if (count == 0)
        err_set(err, ERR_USAGE,
                "no workspace (*.entente) in this folder; make one with \"entente init company.entente\", "
                "or name one with --workspace FILE");
    if (count > 1) {
        struct buf b;
        buf_init(&b, 400);
        for (size_t i = 0; i < count; i++) buf_printf(&b, "%s%s", i ? ", " : "", found.gl_pathv[i]);
        err_set(err, ERR_USAGE, "several workspaces in this folder (" STR_FORMAT "); name one with --workspace FILE",
                STR_ARGS(buf_get(&b)));
        buf_release(&b);
    }
    globfree(&found);
    return count == 1 ? 0 : -1;
}

bool cli_workspace_is_here(struct cli *c)
{
    glob_t found;
    const char *from_env = getenv("ENTENTE_WORKSPACE");
    if (cli_value(c, "workspace") || (from_env && *from_env)) return true;
    bool here = glob("*.entente", 0, NULL, &found) == 0;
    globfree(&found);
    return here;
}

int64_t cli_day_begins(const struct cli *c, int64_t day) { return zone_day_begins(c->env.zone, day); }

int64_t cli_day_of(const struct cli *c, int64_t time) { return zone_day(c->env.zone, time); }

/* A workspace that an older release made goes on with its types until somebody brings in the newer ones. */
static int tell_newer_model(struct cli *c, struct err *err)
{
    struct model_text stored, own, here = cli_metamodel();
    const struct model *newer;
    const struct model_change *changes;
    size_t count;
    struct err apart;
    if (store_load_model_text(c->store, &c->arena, &stored, &own, err) < 0) return -1;
    if (str_eq(stored.yaml, here.yaml)) return 0;
    if (model_parse_with(&c->arena, here, own, &newer, &apart) < 0) {
        cli_note(c, "%s: its own metamodel and this entente's do not go together: %s; entente model diff says where",
                 c->workspace, apart.message);
        return 0;
    }
    if (newer->edition < store_model(c->store)->edition) return 0;
    model_diff(&c->arena, store_model(c->store), newer, &changes, &count);
    if (count)
        cli_note(c,
                 "%s has the metamodel of an older entente (%zu changes since); entente model diff shows them, entente "
                 "model apply brings them in",
                 c->workspace, count);
    return 0;
}

int cli_open_store(struct cli *c, int flags, struct err *err)
{
    const struct zone *zone;
    if (cli_find_workspace(c, err) < 0 || store_open(c->workspace, flags, &c->store, err) < 0) return -1;
    if (c->command != &cmd_model && tell_newer_model(c, err) < 0) return -1;
    str name = store_profile(c->store)->zone;
    if (!name.n) return 0;
    if (zone_load(&c->arena, name, &zone, err) < 0) return -1;
    c->env.zone = zone;
    if (!c->has_today) c->today = cli_day_of(c, c->now);
    return 0;
}

/* ---- products that the world knows ---- */

static bool is_product(const void *host, str words) { return map_get(host, words) != NULL; }

int cli_load_products(struct cli *c, struct err *err)
{
    struct catalogue catalogue;
    bool is_new;
    if (catalogue_load(&c->arena, &catalogue, err) < 0) return -1;
    map_init(&c->products);
    for (size_t i = 0; i < catalogue.count; i++) {
        if (catalogue.items[i].kind != KIND_APPLICATION) continue;
        *map_put(&c->products, utf8_fold(&c->arena, catalogue.items[i].name), &is_new) = 1;
    }
    c->graph_options = (struct graph_options){is_product, &c->products};
    return 0;
}

int cli_refresh(struct cli *c, struct err *err)
{
    const struct zone *zone = c->env.zone;
    if (graph_refresh(c->graph, c->store, err) < 0) return -1;
    picture_drop(c->picture);
    c->picture = graph_take(c->graph);
    c->view = graph_view_new(&c->arena, c->picture);
    graph_env(&c->env, c->view, &c->arena, NULL, c->now, c->today);
    c->env.zone = zone;
    return 0;
}

/* ---- looking back ---- */

/* Which commit is meant; sets the day too. */
static int take_as_of(struct cli *c, struct err *err)
{
    struct store_moment then;
    if (store_find_moment(c->store, c->env.zone, c->today, cli_text_value(c, "as-of"), &then, err))
        return err_in(err, STR("--as-of"));
    c->as_of = then.number;
    c->today = then.day;
    c->now = then.day * 86400 + 12 * 3600;
    return 0;
}

static int look_back(struct cli *c, struct err *err)
{
    const struct zone *zone = c->env.zone;
    struct picture *then;
    if (take_as_of(c, err) || graph_look_back(c->graph, c->store, c->as_of, &then, err)) return -1;
    picture_drop(c->picture);
    c->picture = then;
    c->view = graph_view_new(&c->arena, c->picture);
    graph_env(&c->env, c->view, &c->arena, NULL, c->now, c->today);
    c->env.zone = zone;
    return 0;
}

int cli_open_picture(struct cli *c, int flags, struct err *err)
{
    bool back = cli_has(c, "as-of");
    if (cli_open_store(c, back ? STORE_READ : flags, err) < 0 || cli_load_products(c, err) < 0) return -1;
    if (graph_new(store_model(c->store), store_profile(c->store), &c->graph_options, &c->graph, err) < 0) return -1;
    return cli_refresh(c, err) ? -1 : back ? look_back(c, err) : 0;
}

void cli_close(struct cli *c)
{
    picture_drop(c->picture);
    if (c->graph) graph_free(c->graph);
    if (c->store) store_close(c->store);
    map_release(&c->products);
}

/* ---- names that people give ---- */

str cli_actor(struct cli *c, const char *door)
{
    const struct passwd *user = getpwuid(getuid());
    return user ? arena_printf(&c->arena, "%s (%s)", door, user->pw_name) : arena_printf(&c->arena, "%s", door);
}

int cli_type(struct cli *c, const char *word, const struct model_type **out, struct err *err)
{
    const struct model *m = store_model(c->store);
    *out = model_type(m, str_of(word));
    if (*out) return 0;
    str near = model_nearest_type(m, str_of(word));
    if (near.n)
        return err_set(err, ERR_USAGE, "\"%s\" is not a type of facts; did you mean \"" STR_FORMAT "\"?", word,
                       STR_ARGS(near));
    return err_set(err, ERR_USAGE, "\"%s\" is not a type of facts; entente model types lists them", word);
}

int cli_fact(struct cli *c, const struct model_type *type, str word, const struct fact **out, struct err *err)
{
    bool several = false;
    int64_t id;
    uint64_t found = picture_find(c->picture, type, word, &several);
    if (!found && !several && str_to_int(word, &id) && id > 0) {
        *out = picture_fact(c->picture, (uint64_t)id);
        if (*out && fact_type(*out) == type) return 0;
        if (*out)
            return err_set(
                err, ERR_INPUT, STR_FORMAT " is the " STR_FORMAT " \"" STR_FORMAT "\", not one of the " STR_FORMAT,
                STR_ARGS(word), STR_ARGS(fact_type(*out)->name), STR_ARGS(fact_name(*out)), STR_ARGS(type->plural));
    }
    if (several)
        return err_set(err, ERR_INPUT, "several " STR_FORMAT " are called \"" STR_FORMAT "\"; say which by its id",
                       STR_ARGS(type->plural), STR_ARGS(word));
    *out = found ? picture_fact(c->picture, found) : NULL;
    if (*out) return 0;
    size_t count;
    const uint64_t *ids = picture_facts(c->picture, type, &count);
    str *names = arena_array(&c->arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = fact_name(picture_fact(c->picture, ids[i]));
    str near = err_nearest(word, names, count);
    const uint64_t *hits = NULL;
    if (!near.n && picture_search(c->picture, NULL, &c->arena, type, word, 1, &hits))
        near = fact_name(picture_fact(c->picture, hits[0]));
    return err_set(err, ERR_INPUT, "no " STR_FORMAT " is called \"" STR_FORMAT "\"%s" STR_FORMAT "%s",
                   STR_ARGS(type->name), STR_ARGS(word), near.n ? "; did you mean \"" : "", STR_ARGS(near),
                   near.n ? "\"?" : "");
}

/* ---- checks ---- */

static int by_name(const void *a, const void *b)
{
    const struct check_text *x = a, *y = b;
    return str_cmp(x->file, y->file);
}

static int read_folder(struct cli *c, const char *folder, struct cli_checks *files, struct err *err)
{
    DIR *d = opendir(folder);
    size_t before = files->count;
    if (!d) return err_errno(err, "cannot open"), err_in(err, str_of(folder));
    int status = 0;
    for (const struct dirent *e; status == 0 && (e = readdir(d));) {
        str name = str_of(e->d_name);
        if (name.p[0] == '.' || (!str_ends(name, STR(".yaml")) && !str_ends(name, STR(".yml")))) continue;
        struct check_text file = {.file = arena_printf(&c->arena, "%s/" STR_FORMAT, folder, STR_ARGS(name))};
        status = file_read(&c->arena, file.file.p, CHECK_FILE_BYTES, &file.text, err);
        *vec_add(&c->arena, files) = file;
    }
    closedir(d);
    if (status < 0) return -1;
    if (files->count == before) {
        err_set(err, ERR_INPUT, "no *.yaml file in this folder");
        return err_in(err, str_of(folder));
    }
    qsort(files->items + before, files->count - before, sizeof *files->items, by_name);
    return 0;
}

static void built_in_files(struct cli *c, const char *folder, struct cli_checks *out)
{
    *out = (struct cli_checks){0};
    for (uint64_t i = 0; i < cli_model_count; i++) {
        const struct cli_file *f = &cli_model_files[i];
        if (str_starts(str_of(f->path), str_of(folder)))
            *vec_add(&c->arena, out) = (struct check_text){str_of(f->path), {f->start, (size_t)(f->end - f->start)}};
    }
}

void cli_benchmark_files(struct cli *c, struct cli_checks *out) { built_in_files(c, "model/benchmarks/", out); }
void cli_agenda_files(struct cli *c, struct cli_checks *out) { built_in_files(c, "model/agenda/", out); }
void cli_rulebook_files(struct cli *c, struct cli_checks *out) { built_in_files(c, RULEBOOKS, out); }

str cli_rulebook_name(str path) { return str_slice(path, strlen(RULEBOOKS), path.n - strlen(".dmn")); }

int cli_rulebook(struct cli *c, str name, struct check_text *out, struct err *err)
{
    struct cli_checks files;
    struct buf all;
    cli_rulebook_files(c, &files);
    for (size_t i = 0; i < files.count; i++) {
        *out = files.items[i];
        if (str_eq(cli_rulebook_name(out->file), name)) return 0;
    }
    buf_init(&all, 4000);
    for (size_t i = 0; i < files.count; i++)
        buf_printf(&all, "%s" STR_FORMAT, i ? ", " : "", STR_ARGS(cli_rulebook_name(files.items[i].file)));
    err_set(err, ERR_USAGE, "\"" STR_FORMAT "\" is no rulebook of the program; there are " STR_FORMAT, STR_ARGS(name),
            STR_ARGS(buf_get(&all)));
    buf_release(&all);
    return -1;
}

int cli_open_account(struct cli *c, const char *name, int flags, struct stored_user *user, struct err *err)
{
    if (cli_open_store(c, flags, err) < 0) return -1;
    if (store_load_user(c->store, &c->arena, str_of(name), user, err) == 0) return 0;
    if (err->code != ERR_ABSENT) return -1;
    *err = (struct err){0};
    return err_set(err, ERR_INPUT, "there is no account \"%s\"; entente user list shows them", name);
}

int cli_check_files(struct cli *c, const char *folder, struct cli_checks *out, struct err *err)
{
    built_in_files(c, "model/checks/", out);
    return folder ? read_folder(c, folder, out, err) : 0;
}

int cli_checks(struct cli *c, const char *folder, const struct checks **out, struct err *err)
{
    struct cli_checks files;
    if (cli_check_files(c, folder, &files, err) < 0) return -1;
    return checks_compile(&c->arena, c->graph, files.items, files.count, out, err);
}
