/* SPDX-License-Identifier: Apache-2.0 */
/* Pages: templates that are compiled at start, and the values that they are given. */
#include "web_pages.h"

#include <string.h>

#define X(ID, name, variables) extern const char page_##name##_html_start[], page_##name##_html_end[];
WEB_PAGES(X)
#undef X
#define PARTS(X)                                                                                                       \
    X(top)                                                                                                             \
    X(bottom)                                                                                                          \
    X(changes)                                                                                                         \
    X(pages)                                                                                                           \
    X(saved)                                                                                                           \
    X(search)                                                                                                          \
    X(comments)                                                                                                        \
    X(says)                                                                                                            \
    X(plan)                                                                                                            \
    X(benchmarks)                                                                                                      \
    X(signed)                                                                                                          \
    X(two_keys)                                                                                                        \
    X(waiting) X(sessions) X(workspace) X(decisions) X(ruling) X(said) X(rule_table) X(kept_rows) X(alike) X(files)
#define X(name) extern const char part_##name##_html_start[], part_##name##_html_end[];
PARTS(X)
#undef X

static str find_part(const void *host, str name)
{
    (void)host;
#define X(part)                                                                                                        \
    if (str_eq(name, STR(#part)))                                                                                      \
        return (str){part_##part##_html_start, (size_t)(part_##part##_html_end - part_##part##_html_start)};
    PARTS(X)
#undef X
    return STR_NONE;
}

/* `site`, then the words of the page's row. */
static struct feel_scope page_scope(struct web *web, const char *words)
{
    VEC(struct feel_variable) variables = {0};
    *vec_add(&web->arena, &variables) = (struct feel_variable){STR("site"), &feel_any, false};
    str rest = str_of(words), word;
    while (str_cut(&rest, ' ', &word))
        *vec_add(&web->arena, &variables) = (struct feel_variable){word, &feel_any, false};
    return (struct feel_scope){.outer = &web->functions, .variables = variables.items, .count = variables.count};
}

/* What templates add and the workspace's scope does not have already. */
static struct feel_scope more_functions(struct web *web)
{
    const struct feel_scope *outer = graph_scope(web->graph);
    VEC(struct feel_host_function) more = {0};
    size_t count;
    const struct feel_host_function *functions = template_functions(&count);
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < outer->function_count; j++) known |= str_eq(outer->functions[j].name, functions[i].name);
        if (!known) *vec_add(&web->arena, &more) = functions[i];
    }
    return (struct feel_scope){.outer = outer, .functions = more.items, .function_count = more.count};
}

int pages_compile(struct web *web, struct err *err)
{
    static const struct {
        const char *name, *variables, *start, *end;
    } table[] = {
#define X(ID, name, variables) {#name, variables, page_##name##_html_start, page_##name##_html_end},
        WEB_PAGES(X)
#undef X
    };
    static const struct template_parts parts = {find_part, NULL};
    struct page *pages = arena_array(&web->arena, PAGE_COUNT, sizeof *pages);
    web->functions = more_functions(web);
    web->pages = pages;
    for (size_t i = 0; i < PAGE_COUNT; i++) {
        struct page *page = &pages[i];
        page->name = table[i].name;
        page->scope = page_scope(web, table[i].variables);
        str source = {table[i].start, (size_t)(table[i].end - table[i].start)};
        if (template_compile(&web->arena, &page->scope, TEMPLATE_HTML, &parts, source, &page->template, err))
            return err_in(err, str_of(page->name));
    }
    return 0;
}

static void add_nav(struct request *r, struct values *nav, const char *name, str href, bool current)
{
    struct record item = record_new(r);
    record_text(&item, "name", str_of(name));
    record_text(&item, "href", href);
    record_bool(&item, "current", current);
    values_add(r, nav, record_get(&item));
}

static struct feel_value nav_of(struct request *r)
{
    const struct model *m = picture_model(r->picture);
    struct values nav = {0};
    bool found = str_starts(r->path, STR("/findings/"));
    add_nav(r, &nav, "Today", STR("/"), found || str_eq(r->path, STR("/")));
    if (model_type(m, STR("objective")))
        add_nav(r, &nav, "Direction", STR("/direction"), str_starts(r->path, STR("/direction")));
    if (model_type(m, STR("capability")))
        add_nav(r, &nav, "Capabilities", STR("/capabilities"), str_eq(r->path, STR("/capabilities")));
    if (model_type(m, STR("application"))) add_nav(r, &nav, "Stack", STR("/stack"), str_eq(r->path, STR("/stack")));
    add_nav(r, &nav, "Decisions", STR("/ask"),
            str_eq(r->path, STR("/ask")) || str_starts(r->path, STR("/rulebooks")) ||
                str_starts(r->path, STR("/rulings")) || str_starts(r->path, STR("/forums")));
    add_nav(r, &nav, "All facts", STR("/facts"),
            str_starts(r->path, STR("/facts")) || str_starts(r->path, STR("/types")));
    if (request_is_allowed(r, ACCESS_STEWARD))
        add_nav(r, &nav, "Workspace", STR("/workspace/people"), str_starts(r->path, STR("/workspace/")));
    return values_get(&nav);
}

static struct feel_value site_of(struct request *r)
{
    const struct web *web = r->web;
    struct record site = record_new(r);
    record_text(&site, "company", web->profile.name);
    record_text(&site, "css", asset_path(web, "entente.css"));
    record_text(&site, "htmx", asset_path(web, "htmx.min.js"));
    record_text(&site, "js", asset_path(web, "entente.js"));
    record_text(&site, "combo", asset_path(web, "combo.js"));
    record_text(&site, "forms", asset_path(web, "forms.js"));
    record_text(&site, "ask", asset_path(web, "ask.js"));
    record_text(&site, "rules", asset_path(web, "rules.js"));
    record_text(&site, "dmn_js", asset_path(web, "dmn.min.js"));
    record_text(&site, "dmn_picture", asset_path(web, "dmn-picture.min.js"));
    record_text(&site, "dmn_tables", asset_path(web, "dmn-tables.min.js"));
    record_text(&site, "dmn_css", asset_path(web, "dmn.min.css"));
    record_text(&site, "editor", asset_path(web, "editor.js"));
    record_text(&site, "live", asset_path(web, "live.js"));
    record_text(&site, "events", asset_path(web, "events.js"));
    record_text(&site, "number", text_format(r, "%llu", (unsigned long long)picture_number(r->picture)));
    record_text(&site, "icon", asset_path(web, "icon.svg"));
    record_bool(&site, "open", r->signed_in);
    if (r->csrf.n) record_text(&site, "csrf", r->csrf);
    if (r->signed_in) {
        record_put(&site, "nav", nav_of(r));
        record_text(&site, "user", r->user.shown.n ? r->user.shown : r->user.name);
        record_text(&site, "side", r->user.side);
        record_bool(&site, "edit", request_may_edit(r));
        record_put(&site, "day", day_record(r));
        record_bool(&site, "at_account", str_starts(r->path, STR("/account")));
        record_text(&site, "query", str_eq(r->path, STR("/find")) ? pairs_get(&r->query, STR("q")) : STR_NONE);
    }
    return record_get(&site);
}

void page_begin(struct request *r, enum page_id id)
{
    r->page = &r->web->pages[id];
    size_t count = feel_scope_size(&r->page->scope);
    r->values = arena_array(&r->arena, count, sizeof *r->values);
    for (size_t i = 0; i < count; i++) r->values[i] = feel_null();
    if (count > r->page->scope.count) r->values[0] = graph_workspace(r->view);
    r->values[count - r->page->scope.count] = site_of(r);
}

void page_put(struct request *r, const char *name, struct feel_value v)
{
    const struct feel_scope *scope = &r->page->scope;
    size_t first = feel_scope_size(scope) - scope->count;
    for (size_t i = 0; i < scope->count; i++) {
        if (!str_eq(scope->variables[i].name, str_of(name))) continue;
        r->values[first + i] = v;
        return;
    }
    NOT_REACHED();
}

void page_put_text(struct request *r, const char *name, str text)
{
    page_put(r, name, text.n ? feel_string(text) : feel_null());
}

/* A link's secret stays out of the log. */
static str path_to_log(const struct request *r)
{
    return str_starts(r->path, STR("/welcome/")) ? STR("/welcome/…") : r->path;
}

void page_show(struct request *r, int status)
{
    struct err err;
    buf_clear(&r->out);
    r->status = status;
    r->type = "text/html; charset=utf-8";
    if (!template_render(r->page->template, &r->env, r->values, &r->out, &err) && !buf_check(&r->out, &err)) return;
    web_log(r->web, path_to_log(r), text_format(r, "page %s: %s", r->page->name, err.message));
    buf_clear(&r->out);
    r->status = 500;
    r->type = "text/plain; charset=utf-8";
    r->fixed = STR("This page is too large to be drawn. The server's log says more.\n");
}

void page_error(struct request *r, int status, const char *title, const char *says)
{
    page_begin(r, PAGE_ERROR);
    page_put_text(r, "title", str_of(title));
    page_put_text(r, "says", str_of(says));
    page_show(r, status);
}

void page_fail(struct request *r, const struct err *err)
{
    switch (err->code) {
    case ERR_ABSENT: page_error(r, 404, "There is no such thing here", err->message); return;
    case ERR_DENIED: page_error(r, 403, "That is not for this account", err->message); return;
    case ERR_CONFLICT: page_error(r, 409, "Somebody else was quicker", err->message); return;
    case ERR_LIMIT: page_error(r, 503, "That is too much at once", err->message); return;
    case ERR_KEPT:
        web_log(r->web, path_to_log(r), str_of(err->message));
        page_error(r, 503, "It is kept",
                   text_format(r, STR_FORMAT ".", STR_ARGS(capitalise(r, str_of(err->message)))).p);
        return;
    case ERR_NONE:
    case ERR_USAGE:
    case ERR_INPUT:
    case ERR_SYNTAX:
    case ERR_IO:
    case ERR_STORE: break;
    }
    bool workspace = err->code == ERR_IO || err->code == ERR_STORE;
    struct buf b;
    buf_init(&b, 4000);
    err_emit(err, &b);
    web_log(r->web, path_to_log(r), str_trim(buf_get(&b)));
    buf_release(&b);
    if (workspace)
        page_error(r, 503, "The workspace cannot be used just now",
                   text_format(r, STR_FORMAT ". %s", STR_ARGS(capitalise(r, str_of(err->message))),
                               r->method == METHOD_POST
                                   ? "Tell who runs this server; your form is still there when you go back."
                                   : "Tell who runs this server; its log says more.")
                       .p);
    else
        page_error(r, 500, "Something went wrong here",
                   "It is not your doing, and nothing was changed. The server's log says what it was.");
}

int form_status(struct request *r, const struct err *err)
{
    if (err->code == ERR_CONFLICT) return 409;
    if (err->code != ERR_IO && err->code != ERR_STORE && err->code != ERR_KEPT) return 422;
    web_log(r->web, path_to_log(r), str_of(err->message));
    return 503;
}

struct record record_new(struct request *r) { return (struct record){.arena = &r->arena}; }

void record_put(struct record *c, const char *key, struct feel_value v)
{
    *vec_add(c->arena, &c->entries) = (struct feel_entry){str_of(key), v};
}
void record_text(struct record *c, const char *key, str text)
{
    record_put(c, key, text.n ? feel_string(text) : feel_null());
}
void record_int(struct record *c, const char *key, int64_t n) { record_put(c, key, feel_int(n)); }
void record_bool(struct record *c, const char *key, bool b) { record_put(c, key, feel_boolean(b)); }
struct feel_value record_get(const struct record *c) { return feel_context(c->entries.items, c->entries.count); }
struct feel_value values_get(const struct values *list) { return feel_list(list->items, list->count); }
