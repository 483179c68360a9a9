/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_catalogue.h"

#include "base_yaml.h"

extern const char catalogue_tsv_start[], catalogue_tsv_end[];
extern const char payees_tsv_start[], payees_tsv_end[];
extern const char policy_yaml_start[], policy_yaml_end[];
#define EMBEDDED(name) ((str){name##_start, (size_t)(name##_end - name##_start)})

static bool kind_of(str s, enum catalogue_kind *kind)
{
    if (str_eq(s, STR("application"))) return *kind = KIND_APPLICATION, true;
    if (str_eq(s, STR("embedded"))) return *kind = KIND_EMBEDDED, true;
    if (str_eq(s, STR("ignore"))) return *kind = KIND_IGNORE, true;
    return false;
}

/* The next line with content; its cells beyond the last tab are empty. */
static bool next_row(str *rest, uint32_t *line, str *cells, size_t count)
{
    str text;
    while (str_cut(rest, '\n', &text)) {
        ++*line;
        if (!text.n || text.p[0] == '#') continue;
        for (size_t i = 0; i < count; i++)
            if (!str_cut(&text, '\t', &cells[i])) cells[i] = STR("");
        return true;
    }
    return false;
}

static int load_items(struct arena *a, struct catalogue *c, struct err *err)
{
    VEC(struct catalogue_item) items = {0};
    str rest = EMBEDDED(catalogue_tsv), cell[7];
    for (uint32_t line = 0; next_row(&rest, &line, cell, 7);) {
        struct catalogue_item item = {.name = cell[0],
                                      .domains = cell[2],
                                      .tags = cell[3],
                                      .categories = cell[4],
                                      .flags = cell[5],
                                      .aliases = cell[6]};
        if (!kind_of(cell[1], &item.kind)) {
            err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not application, embedded or ignore", STR_ARGS(cell[1]));
            err_at(err, line, STR("kind"));
            return err_in(err, STR("model/catalogue/catalogue.tsv"));
        }
        *vec_add(a, &items) = item;
    }
    c->items = items.items;
    c->count = items.count;
    return 0;
}

static int load_rules(struct arena *a, struct catalogue *c, struct err *err)
{
    static const struct {
        str word;
        enum payee_action action;
    } actions[] = {{STR_INIT("strip"), PAYEE_STRIP},     {STR_INIT("strip*"), PAYEE_STRIP_STAR},
                   {STR_INIT("product"), PAYEE_PRODUCT}, {STR_INIT("end"), PAYEE_END},
                   {STR_INIT("place"), PAYEE_PLACE},     {STR_INIT("never"), PAYEE_NEVER}};
    VEC(struct payee_rule) rules = {0};
    str rest = EMBEDDED(payees_tsv), cell[3];
    for (uint32_t line = 0; next_row(&rest, &line, cell, 3);) {
        size_t i = 0;
        while (i < ARRAY_COUNT(actions) && !str_eq(cell[0], actions[i].word)) i++;
        if (i == ARRAY_COUNT(actions) || !cell[1].n || (actions[i].action == PAYEE_PRODUCT) != (cell[2].n > 0)) {
            err_set(err, ERR_INPUT, "expected an action, a pattern, and with \"product\" the product's name");
            err_at(err, line, STR_NONE);
            return err_in(err, STR("model/catalogue/payees.tsv"));
        }
        *vec_add(a, &rules) = (struct payee_rule){actions[i].action, cell[1], cell[2]};
    }
    c->rules = rules.items;
    c->rule_count = rules.count;
    return 0;
}

static int positive(const struct yaml *map, str key, uint32_t *out, struct err *err)
{
    int64_t n;
    if (yaml_int(map, key, true, &n, err) < 0) return -1;
    if (n < 1 || n > 1000000) {
        err_set(err, ERR_INPUT, "expected a number from 1 to 1000000");
        return err_at(err, map->line, key);
    }
    *out = (uint32_t)n;
    return 0;
}

static int load_policy(struct arena *a, struct catalogue *c, struct err *err)
{
    static const str known[] = {STR_INIT("propose"), STR_INIT("show"), STR_INIT("embedded labels")};
    static const str known_propose[] = {STR_INIT("kind"), STR_INIT("people"), STR_INIT("days"), STR_INIT("status")};
    str file = STR("model/catalogue/policy.yaml"), kind;
    const struct yaml *root, *propose, *show;
    if (yaml_parse(a, EMBEDDED(policy_yaml), file, &root, err) < 0) return -1;
    if (yaml_only(root, known, ARRAY_COUNT(known), err) < 0) return err_in(err, file);
    propose = yaml_get(root, STR("propose"));
    show = yaml_get(root, STR("show"));
    if (!propose || !show) {
        err_set(err, ERR_INPUT, "lacks \"propose\" or \"show\"");
        return err_in(err, file);
    }
    if (yaml_only(propose, known_propose, ARRAY_COUNT(known_propose), err) < 0 ||
        yaml_text(propose, STR("kind"), true, &kind, err) < 0 ||
        yaml_text(propose, STR("status"), true, &c->propose_status, err) < 0 ||
        positive(propose, STR("people"), &c->propose_people, err) < 0 ||
        positive(propose, STR("days"), &c->propose_days, err) < 0 ||
        positive(show, STR("people"), &c->show_people, err) < 0 ||
        yaml_texts(a, root, STR("embedded labels"), &c->embedded_labels, &c->embedded_label_count, err) < 0)
        return err_in(err, file);
    if (!kind_of(kind, &c->propose_kind)) {
        err_set(err, ERR_INPUT, "\"" STR_FORMAT "\" is not application, embedded or ignore", STR_ARGS(kind));
        err_at(err, propose->line, STR("kind"));
        return err_in(err, file);
    }
    return 0;
}

int catalogue_load(struct arena *a, struct catalogue *out, struct err *err)
{
    *out = (struct catalogue){0};
    if (load_items(a, out, err) < 0 || load_rules(a, out, err) < 0) return -1;
    return load_policy(a, out, err);
}
