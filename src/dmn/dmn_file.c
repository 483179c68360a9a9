/* SPDX-License-Identifier: Apache-2.0 */
/* A model and what it imports, from files. */
#include "dmn_inside.h"

#include "base_file.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDER_LIMIT = 2000, SOURCES_LIMIT = 500 };

typedef VEC(struct dmn_source) sources;

static bool has_path(const sources *all, str path)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i].path, path)) return true;
    return false;
}

/* The namespaces that a text imports: enough to know whether the folder must be looked through. */
static void collect(struct arena *a, str text, const char *tag, sources *spaces)
{
    const struct xml *root;
    struct err ignored = {0};
    if (xml_parse(a, text, &root, &ignored) < 0) return;
    if (!tag) {
        *vec_add(a, spaces) = (struct dmn_source){xml_get(root, "namespace"), STR_NONE};
        return;
    }
    for (const struct xml *x = xml_child(root, tag); x; x = xml_same(x))
        *vec_add(a, spaces) = (struct dmn_source){xml_get(x, "namespace"), STR_NONE};
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(((const struct dmn_source *)x)->path, ((const struct dmn_source *)y)->path);
}

static void folder_files(struct arena *a, str folder, sources *out)
{
    DIR *d = opendir(folder.n ? arena_copy(a, folder).p : ".");
    struct dirent *e;
    if (!d) return;
    while ((e = readdir(d)) && out->count < FOLDER_LIMIT) {
        str name = str_of(e->d_name);
        if (!str_ends(name, STR(".dmn"))) continue;
        str path = folder.n ? arena_printf(a, STR_FORMAT "/" STR_FORMAT, STR_ARGS(folder), STR_ARGS(name))
                            : arena_copy(a, name);
        *vec_add(a, out) = (struct dmn_source){STR_NONE, path};
    }
    closedir(d);
    if (out->count) qsort(out->items, out->count, sizeof *out->items, by_text);
}

/* Adds the files of the folder that say to be of a namespace which is imported and not there, until nothing is missing
 * that the folder has. */
static void add_from_folder(struct arena *a, str folder, sources *all)
{
    sources files = {0}, wanted = {0}, had = {0};
    bool listed = false, any = false;
    for (size_t i = 0; i < all->count; i++) any |= str_find(all->items[i].text, STR("import")) != STR_NOT_FOUND;
    if (!any) return; /* most models; reading XML twice is most of their loading */
    for (size_t at = 0; at < all->count && all->count < SOURCES_LIMIT; at++) {
        collect(a, all->items[at].text, NULL, &had);
        collect(a, all->items[at].text, "import", &wanted);
        for (size_t i = 0; i < wanted.count; i++) {
            bool there = false;
            for (size_t k = 0; k < had.count; k++) there |= str_eq(had.items[k].text, wanted.items[i].text);
            if (there || !wanted.items[i].text.n) continue;
            if (!listed) folder_files(a, folder, &files), listed = true;
            for (size_t k = 0; k < files.count; k++) {
                struct err ignored = {0};
                sources own = {0};
                if (has_path(all, files.items[k].path)) continue;
                if (!files.items[k].text.p &&
                    file_read(a, files.items[k].path.p, XML_LIMIT, &files.items[k].text, &ignored) < 0)
                    files.items[k].text = STR("");
                if (str_find(files.items[k].text, wanted.items[i].text) == STR_NOT_FOUND) continue;
                collect(a, files.items[k].text, NULL, &own);
                if (!own.count || !str_eq(own.items[0].text, wanted.items[i].text)) continue;
                *vec_add(a, all) = files.items[k];
                *vec_add(a, &had) = own.items[0];
                break;
            }
        }
        wanted.count = 0;
    }
}

static int load_files(const char *path, const char *const *imports, size_t import_count, bool check,
                      const struct dmn_host *host, struct dmn_model **out, struct err *err)
{
    struct arena a;
    sources all = {0};
    int result = -1;
    arena_init(&a, 0);
    for (size_t i = 0; i <= import_count; i++) {
        const char *each = i ? imports[i - 1] : path;
        struct dmn_source s = {.path = str_of(each)};
        if (i && has_path(&all, s.path)) continue;
        if (file_read(&a, each, XML_LIMIT, &s.text, err) < 0) goto out;
        *vec_add(&a, &all) = s;
    }
    str whole = str_of(path);
    size_t slash = whole.n;
    while (slash && whole.p[slash - 1] != '/') slash--;
    add_from_folder(&a, str_slice(whole, 0, slash > 1 ? slash - 1 : slash), &all);
    result = load_model(all.items, all.count, check, host, out, err);
out:
    arena_release(&a);
    return result;
}

int dmn_load_files(const char *path, const char *const *imports, size_t import_count, const struct dmn_host *host,
                   struct dmn_model **out, struct err *err)
{
    return load_files(path, imports, import_count, false, host, out, err);
}
int dmn_check_files(const char *path, const char *const *imports, size_t import_count, struct dmn_model **out,
                    struct err *err)
{
    return load_files(path, imports, import_count, true, NULL, out, err);
}
