/* SPDX-License-Identifier: Apache-2.0 */
#include "dmn_test.h"

#include "base_file.h"
#include "dmn_xml.h"
#include "feel_number.h"
#include "feel_time.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDERS_DEEP = 8 };
#define XSI "http://www.w3.org/2001/XMLSchema-instance"

struct suite {
    struct arena *a;
    VEC(struct dmn_test_case) cases;
    size_t passed;
    int64_t now;
    size_t root_length;
};

/* ---- Values as the cases write them --------------------------------------------------------------------------------
 */

static struct feel_value typed_text(struct arena *a, const struct xml *x)
{
    str type = xml_get_in(x, XSI, "type"), text = str_trim(x->text);
    size_t colon = str_find_char(type, ':');
    struct feel_value v = feel_null();
    type = colon == STR_NOT_FOUND ? type : str_from(type, colon + 1);
    if (str_eq(xml_get_in(x, XSI, "nil"), STR("true"))) return v;
    if (str_eq(type, STR("string")) || !type.n) return feel_string(str_eq(type, STR("string")) ? x->text : text);
    if (str_eq(type, STR("boolean"))) return feel_boolean(str_eq(text, STR("true")) || str_eq(text, STR("1")));
    if (str_eq(type, STR("date"))) return time_parse_date(a, text);
    if (str_eq(type, STR("time"))) return time_parse_time(a, text);
    if (str_eq(type, STR("dateTime"))) return time_parse_date_time(a, text);
    if (str_eq(type, STR("duration")) || str_ends(type, STR("Duration"))) return time_parse_duration(a, text);
    return feel_number(text, &v) ? v : feel_null_because(arena_printf(a, "not a number: " STR_FORMAT, STR_ARGS(text)));
}

static struct feel_value value_of(struct arena *a, const struct xml *x)
{
    const struct xml *value = xml_child(x, "value"), *list = xml_child(x, "list"),
                     *component = xml_child(x, "component");
    if (value) return typed_text(a, value);
    if (list && str_eq(xml_get_in(list, XSI, "nil"), STR("true"))) return feel_null();
    if (list) {
        VEC(struct feel_value) items = {0};
        for (const struct xml *item = xml_child(list, "item"); item; item = xml_same(item)) {
            struct feel_value v = value_of(a, item);
            *vec_add(a, &items) = v;
        }
        return feel_list(items.items, items.count);
    }
    if (!component) return feel_null();
    VEC(struct feel_entry) entries = {0};
    for (; component; component = xml_same(component)) {
        struct feel_value v =
            str_eq(xml_get_in(component, XSI, "nil"), STR("true")) ? feel_null() : value_of(a, component);
        *vec_add(a, &entries) = (struct feel_entry){xml_get(component, "name"), v};
    }
    return feel_context(entries.items, entries.count);
}

/* Numbers within a hundred-millionth, as the suite's own runners have it; else FEEL's equality. */
static bool same(struct feel_value want, struct feel_value got)
{
    if (want.kind != got.kind) return false;
    if (want.kind == FEEL_NULL) return true;
    if (want.kind == FEEL_NUMBER) {
        if (number_cmp(want, got) == 0) return true;
        double w = feel_to_double(want), g = feel_to_double(got);
        return fabs(w - g) <= 1e-8 * fmax(1, fmax(fabs(w), fabs(g)));
    }
    if (want.kind == FEEL_LIST) {
        if (want.count != got.count) return false;
        for (uint32_t i = 0; i < want.count; i++)
            if (!same(want.items[i], got.items[i])) return false;
        return true;
    }
    if (want.kind == FEEL_CONTEXT) {
        if (want.count != got.count) return false;
        for (uint32_t i = 0; i < want.count; i++) {
            const struct feel_value *g = feel_entry_get(got, want.entries[i].key);
            if (!g || !same(want.entries[i].value, *g)) return false;
        }
        return true;
    }
    return feel_same(want, got);
}

/* ---- Running -------------------------------------------------------------------------------------------------------
 */

static str words_for(struct arena *a, struct feel_value v, const struct dmn_result *r)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    feel_emit(&out, v);
    for (size_t i = 0; r && i < r->error_count && i < 3; i++)
        buf_printf(&out, "%s" STR_FORMAT, i ? "; " : " (", STR_ARGS(r->errors[i]));
    if (r && r->error_count) buf_char(&out, ')');
    str s = buf_copy(&out, a);
    buf_release(&out);
    return s;
}

static struct feel_value inputs_of(struct arena *a, const struct xml *test)
{
    VEC(struct feel_entry) entries = {0};
    for (const struct xml *x = xml_child(test, "inputNode"); x; x = xml_same(x)) {
        struct feel_value v = value_of(a, x);
        *vec_add(a, &entries) = (struct feel_entry){xml_get(x, "name"), v};
    }
    return feel_context(entries.items, entries.count);
}

static bool result_good(struct suite *s, const struct dmn_model *m, const struct xml *test, const struct xml *wanted,
                        str *why)
{
    str name = xml_get(wanted, "name"), invocable = xml_get(test, "invocableName"), type = xml_get(test, "type");
    bool is_service = str_eq(type, STR("decisionService")) || str_eq(type, STR("bkm"));
    struct err err = {0};
    struct arena scratch;
    bool good = false;
    str space = xml_get(wanted, "namespace");
    const struct dmn_node *n = dmn_find(m, space, is_service && invocable.n ? invocable : name, &err);
    if (!n) return *why = arena_printf(s->a, STR_FORMAT ": %s", STR_ARGS(name), err.message), false;
    arena_init(&scratch, (size_t)512 << 20);
    struct feel_env env = {.arena = &scratch, .now = s->now};
    struct dmn_result r;
    if (dmn_eval(n, &env, inputs_of(&scratch, test), false, &r, &err) < 0) {
        *why = arena_printf(s->a, STR_FORMAT ": %s", STR_ARGS(name), err.message);
        goto out;
    }
    struct feel_value got = r.value, want = feel_null();
    /* A service of several output decisions gives a context of them. */
    const struct feel_value *entry = is_service && got.kind == FEEL_CONTEXT ? feel_entry_get(got, name) : NULL;
    if (entry) got = *entry;
    const struct xml *expected = xml_child(wanted, "expected");
    if (expected) want = value_of(&scratch, expected);
    bool must_fail = str_eq(xml_get(wanted, "errorResult"), STR("true"));
    good = same(want, got) && (!must_fail || r.error_count || got.kind != FEEL_NULL);
    if (good) goto out;
    if (must_fail && same(want, got))
        *why = arena_printf(s->a, STR_FORMAT ": expected an error, got null without a reason", STR_ARGS(name));
    else
        *why = arena_printf(s->a, STR_FORMAT ": expected " STR_FORMAT ", got " STR_FORMAT, STR_ARGS(name),
                            STR_ARGS(words_for(&scratch, want, NULL)), STR_ARGS(words_for(&scratch, got, &r)));
out:
    arena_release(&scratch);
    return good;
}

static void run_case(struct suite *s, const struct dmn_model *m, const struct xml *test, str folder, str file,
                     const char *broken)
{
    struct dmn_test_case c = {
        .folder = folder, .file = file, .id = arena_copy(s->a, xml_get(test, "id")), .passed = !broken};
    if (broken) c.why = arena_copy(s->a, str_of(broken));
    const struct xml *x = xml_child(test, "resultNode");
    if (!x) c.passed = false, c.why = STR("has no resultNode");
    for (; x && c.passed; x = xml_same(x)) c.passed = result_good(s, m, test, x, &c.why);
    s->passed += c.passed;
    *vec_add(s->a, &s->cases) = c;
}

static int run_file(struct suite *s, str folder, const char *name, struct err *err)
{
    struct arena a;
    const struct xml *root;
    struct dmn_model *m = NULL;
    struct err broken = {0};
    str text, path = arena_printf(s->a, STR_FORMAT "/%s", STR_ARGS(folder), name);
    int result = -1;
    arena_init(&a, 0);
    if (file_read(&a, path.p, XML_LIMIT, &text, err) < 0) goto out;
    if (xml_parse(&a, text, &root, err) < 0) {
        err_in(err, path);
        goto out;
    }
    str model = arena_printf(&a, STR_FORMAT "/" STR_FORMAT, STR_ARGS(folder), STR_ARGS(xml_text(root, "modelName")));
    bool good = dmn_load_files(model.p, NULL, 0, NULL, &m, &broken) == 0;
    str below = str_from(folder, s->root_length);
    while (below.n && below.p[0] == '/') below = str_from(below, 1);
    for (const struct xml *x = xml_child(root, "testCase"); x; x = xml_same(x))
        run_case(s, m, x, below.n ? below : folder, str_of(arena_copy(s->a, str_of(name)).p),
                 good ? NULL : broken.message);
    dmn_free(m);
    result = 0;
out:
    arena_release(&a);
    return result;
}

static int by_name(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

static int walk(struct suite *s, str folder, int depth, struct err *err)
{
    VEC(const char *) names = {0};
    DIR *d = opendir(folder.p);
    struct dirent *e;
    if (!d) {
        err_errno(err, "cannot open the folder");
        return err_in(err, folder);
    }
    while ((e = readdir(d)))
        if (e->d_name[0] != '.') *vec_add(s->a, &names) = arena_copy(s->a, str_of(e->d_name)).p;
    closedir(d);
    if (names.count) qsort(names.items, names.count, sizeof *names.items, by_name);
    for (size_t i = 0; i < names.count; i++) {
        struct stat st;
        str name = str_of(names.items[i]),
            path = arena_printf(s->a, STR_FORMAT "/" STR_FORMAT, STR_ARGS(folder), STR_ARGS(name));
        if (stat(path.p, &st) < 0) continue;
        if (S_ISDIR(st.st_mode) && depth < FOLDERS_DEEP && walk(s, path, depth + 1, err) < 0) return -1;
        if (S_ISREG(st.st_mode) && str_ends(name, STR(".xml")) && str_find(name, STR("-test-")) != STR_NOT_FOUND &&
            run_file(s, folder, names.items[i], err) < 0)
            return -1;
    }
    return 0;
}

int dmn_test_folder(struct arena *a, const char *folder, int64_t now, struct dmn_test_run *out, struct err *err)
{
    struct suite s = {.a = a, .now = now};
    str root = arena_copy(a, str_of(folder));
    while (root.n > 1 && root.p[root.n - 1] == '/') root = arena_copy(a, str_slice(root, 0, root.n - 1));
    s.root_length = root.n;
    if (walk(&s, root, 0, err) < 0) return -1;
    if (!s.cases.count) {
        err_set(err, ERR_ABSENT, "has no test cases (*-test-*.xml)");
        return err_in(err, root);
    }
    *out = (struct dmn_test_run){s.cases.items, s.cases.count, s.passed};
    return 0;
}
