/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "align_benchmark.h"
#include "base_utf8.h"

static int own_number(struct cli *c, const struct benchmark *b, struct feel_value *v, str *words, struct err *err)
{
    *words = STR_NONE;
    *v = feel_null();
    if (!b->own) return 0;
    if (benchmark_own(b, &c->env, v, err) < 0) return -1;
    if (v->kind != FEEL_NULL) *words = cli_words(c, &b->own_field, *v);
    return 0;
}

static int put_json(struct cli *c, const struct benchmark *list, size_t count, struct err *err)
{
    struct json_writer w;
    struct feel_value own;
    str words;
    cli_json(c, &w);
    json_array(&w);
    for (size_t i = 0; i < count; i++) {
        const struct benchmark *b = &list[i];
        if (own_number(c, b, &own, &words, err) < 0) return -1;
        json_object(&w);
        json_key(&w, STR("id")), json_string(&w, b->id);
        json_key(&w, STR("figure")), json_string(&w, b->figure);
        json_key(&w, STR("says")), json_string(&w, b->says);
        json_key(&w, STR("source")), json_string(&w, b->source);
        json_key(&w, STR("year")), json_int(&w, b->year);
        json_key(&w, STR("about_one_company")), json_bool(&w, b->is_state);
        json_key(&w, STR("own"));
        feel_emit_json(&w, own);
        json_object_end(&w);
    }
    json_array_end(&w);
    cli_text(c, "\n");
    return 0;
}

static int put_list(struct cli *c, const struct benchmark *list, size_t count, struct err *err)
{
    struct feel_value own;
    str words;
    for (size_t i = 0; i < count; i++) {
        const struct benchmark *b = &list[i];
        if (own_number(c, b, &own, &words, err) < 0) return -1;
        cli_style(c, STYLE_BOLD);
        cli_put(c, b->figure);
        cli_style(c, STYLE_PLAIN);
        size_t at = utf8_width(b->figure) + 1;
        cli_text(c, " ");
        cli_wrap(c,
                 arena_printf(&c->arena, STR_FORMAT " (" STR_FORMAT ", %lld)", STR_ARGS(b->says), STR_ARGS(b->source),
                              (long long)b->year),
                 at, 2, c->width);
        cli_text(c, "\n");
        if (words.p) cli_printf(c, "  here: " STR_FORMAT " " STR_FORMAT "\n", STR_ARGS(words), STR_ARGS(b->own_says));
    }
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct cli_checks files;
    const struct benchmark *list;
    size_t count;
    cli_benchmark_files(c, &files);
    if (cli_open_picture(c, STORE_READ, &err) < 0 ||
        benchmarks_compile(&c->arena, c->graph, files.items, files.count, &list, &count, &err) < 0)
        return cli_fail(c, &err);
    int failed = cli_has(c, "json") ? put_json(c, list, count, &err) : put_list(c, list, count, &err);
    return failed < 0 ? cli_fail(c, &err) : EXIT_FINE;
}

static const struct cli_option options[] = {{"json", NULL, "as JSON"}};

const struct cli_command cmd_benchmarks = {
    .name = "benchmarks",
    .usage = "[--json]",
    .help = "show published figures, and the company's own number beside those that mean the same",
    .details =
        "A figure about one company's own state may stand beside a company's number, and does where the facts give it. "
        "Shares of people asked, and likelihoods, are context: they are no target.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .example = "entente benchmarks",
    .run = run,
};
