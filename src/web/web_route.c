/* SPDX-License-Identifier: Apache-2.0 */
#include "api.h"
#include "web_pages.h"

static const struct route table[] = {
    {METHOD_GET, STR_INIT("/"), ACCESS_VIEW, LANE_WORKER, answer_today},
    {METHOD_GET, STR_INIT("/findings/*"), ACCESS_VIEW, LANE_WORKER, answer_finding},
    {METHOD_GET, STR_INIT("/direction"), ACCESS_VIEW, LANE_WORKER, answer_direction},
    {METHOD_GET, STR_INIT("/direction/*"), ACCESS_VIEW, LANE_WORKER, answer_line},
    {METHOD_POST, STR_INIT("/direction/*"), ACCESS_EDIT, LANE_WORKER, answer_restate},
    {METHOD_POST, STR_INIT("/direction/*/points"), ACCESS_EDIT, LANE_WORKER, answer_point},
    {METHOD_GET, STR_INIT("/capabilities"), ACCESS_VIEW, LANE_WORKER, answer_capabilities},
    {METHOD_GET, STR_INIT("/blueprint"), ACCESS_VIEW, LANE_WORKER, answer_blueprint},
    {METHOD_GET, STR_INIT("/stack"), ACCESS_VIEW, LANE_WORKER, answer_stack},
    {METHOD_GET, STR_INIT("/ask"), ACCESS_VIEW, LANE_WORKER, answer_ask},
    {METHOD_POST, STR_INIT("/ask"), ACCESS_EDIT, LANE_WORKER, answer_ask_keep},
    {METHOD_GET, STR_INIT("/rulebooks"), ACCESS_VIEW, LANE_WORKER, answer_rulebooks},
    {METHOD_GET, STR_INIT("/rulebooks/*"), ACCESS_VIEW, LANE_WORKER, answer_rulebook},
    {METHOD_GET, STR_INIT("/rulebooks/*/model"), ACCESS_VIEW, LANE_WORKER, answer_rulebook_model},
    {METHOD_GET, STR_INIT("/rulebooks/*/talk"), ACCESS_VIEW, LANE_WORKER, answer_rule_talk, .now = true},
    {METHOD_POST, STR_INIT("/rulebooks/*/talk"), ACCESS_VIEW, LANE_WORKER, answer_rule_say},
    {METHOD_GET, STR_INIT("/rulebooks/*/rules"), ACCESS_EDIT, LANE_WORKER, answer_rules},
    {METHOD_POST, STR_INIT("/rulebooks/*/rules"), ACCESS_EDIT, LANE_WORKER, answer_rules_change},
    {METHOD_GET, STR_INIT("/rulebooks/*/edit"), ACCESS_EDIT, LANE_WORKER, answer_rulebook_edit_page},
    {METHOD_POST, STR_INIT("/rulebooks/*/edit"), ACCESS_EDIT, LANE_WORKER, answer_rulebook_edit, EDITOR_LIMIT},
    {METHOD_POST, STR_INIT("/rulebooks/*/edit/check"), ACCESS_EDIT, LANE_WORKER, answer_rulebook_edit_check,
     EDITOR_LIMIT},
    {METHOD_POST, STR_INIT("/rulebooks/*"), ACCESS_EDIT, LANE_WORKER, answer_rulebook_take, UPLOAD_LIMIT},
    {METHOD_GET, STR_INIT("/rulebooks/*/replay"), ACCESS_VIEW, LANE_WORKER, answer_replay, .now = true},
    {METHOD_POST, STR_INIT("/rulebooks/*/replay"), ACCESS_VIEW, LANE_WORKER, answer_replay_file, UPLOAD_LIMIT},
    {METHOD_GET, STR_INIT("/rulebooks/*/evidence"), ACCESS_VIEW, LANE_WORKER, answer_evidence, .now = true},
    {METHOD_GET, STR_INIT("/rulings"), ACCESS_VIEW, LANE_WORKER, answer_kept_rulings, .now = true},
    {METHOD_GET, STR_INIT("/rulings/times"), ACCESS_VIEW, LANE_WORKER, answer_times, .now = true},
    {METHOD_GET, STR_INIT("/rulings/*"), ACCESS_VIEW, LANE_WORKER, answer_kept_ruling, .now = true},
    {METHOD_POST, STR_INIT("/rulings/*"), ACCESS_EDIT, LANE_WORKER, answer_set_aside},
    {METHOD_GET, STR_INIT("/forums"), ACCESS_VIEW, LANE_WORKER, answer_forums},
    {METHOD_GET, STR_INIT("/forums/*"), ACCESS_VIEW, LANE_WORKER, answer_forum},
    {METHOD_POST, STR_INIT("/forums/*"), ACCESS_EDIT, LANE_WORKER, answer_forum_change},
    {METHOD_GET, STR_INIT("/forums/*/meetings/*"), ACCESS_VIEW, LANE_WORKER, answer_meeting},
    {METHOD_POST, STR_INIT("/forums/*/meetings/*"), ACCESS_EDIT, LANE_WORKER, answer_meeting_change},
    {METHOD_GET, STR_INIT("/facts"), ACCESS_VIEW, LANE_WORKER, answer_types},
    {METHOD_GET, STR_INIT("/facts/*"), ACCESS_VIEW, LANE_WORKER, answer_fact},
    {METHOD_GET, STR_INIT("/facts/*/edit"), ACCESS_EDIT, LANE_WORKER, answer_edit_page},
    {METHOD_POST, STR_INIT("/facts/*"), ACCESS_EDIT, LANE_WORKER, answer_edit},
    {METHOD_GET, STR_INIT("/facts/*/keys"), ACCESS_VIEW, LANE_WORKER, answer_keys_page, .now = true},
    {METHOD_POST, STR_INIT("/facts/*/keys"), ACCESS_EDIT, LANE_WORKER, answer_keys},
    {METHOD_POST, STR_INIT("/facts/*/sign"), ACCESS_EDIT, LANE_PASSWORD, answer_sign},
    {METHOD_GET, STR_INIT("/facts/*/meanwhile"), ACCESS_EDIT, LANE_WORKER, answer_meanwhile},
    {METHOD_POST, STR_INIT("/facts/*/field/*"), ACCESS_EDIT, LANE_WORKER, answer_edit_field},
    {METHOD_POST, STR_INIT("/types/*/field/*"), ACCESS_EDIT, LANE_WORKER, answer_new_field},
    {METHOD_GET, STR_INIT("/facts/*/delete"), ACCESS_EDIT, LANE_WORKER, answer_delete_page},
    {METHOD_POST, STR_INIT("/facts/*/delete"), ACCESS_EDIT, LANE_WORKER, answer_delete},
    {METHOD_POST, STR_INIT("/facts/*/files"), ACCESS_EDIT, LANE_WORKER, answer_attach, ATTACHMENT_LIMIT},
    {METHOD_GET, STR_INIT("/facts/*/files/*"), ACCESS_VIEW, LANE_WORKER, answer_attachment, .now = true},
    {METHOD_POST, STR_INIT("/facts/*/files/*"), ACCESS_EDIT, LANE_WORKER, answer_detach},
    {METHOD_POST, STR_INIT("/facts/*/comments"), ACCESS_VIEW, LANE_WORKER, answer_comment_new},
    {METHOD_POST, STR_INIT("/facts/*/comments/*"), ACCESS_VIEW, LANE_WORKER, answer_comment_change},
    {METHOD_POST, STR_INIT("/commits/*/undo"), ACCESS_EDIT, LANE_WORKER, answer_undo},
    {METHOD_POST, STR_INIT("/types/*/many"), ACCESS_EDIT, LANE_WORKER, answer_many},
    {METHOD_GET, STR_INIT("/types/*/paste"), ACCESS_EDIT, LANE_WORKER, answer_paste},
    {METHOD_POST, STR_INIT("/types/*/paste"), ACCESS_EDIT, LANE_WORKER, answer_paste},
    {METHOD_POST, STR_INIT("/types/*/views"), ACCESS_VIEW, LANE_WORKER, answer_view_save},
    {METHOD_GET, STR_INIT("/events"), ACCESS_VIEW, LANE_WORKER, answer_events, .now = true},
    {METHOD_GET, STR_INIT("/mentions"), ACCESS_VIEW, LANE_WORKER, answer_people, .now = true},
    {METHOD_POST, STR_INIT("/facts/*/decide"), ACCESS_EDIT, LANE_WORKER, answer_decide},
    {METHOD_GET, STR_INIT("/types/*/export"), ACCESS_VIEW, LANE_WORKER, answer_export},
    {METHOD_GET, STR_INIT("/types/*/import"), ACCESS_EDIT, LANE_WORKER, answer_import_page},
    {METHOD_POST, STR_INIT("/types/*/import"), ACCESS_EDIT, LANE_WORKER, answer_import, UPLOAD_LIMIT},
    {METHOD_GET, STR_INIT("/sources"), ACCESS_VIEW, LANE_WORKER, answer_sources, .now = true},
    {METHOD_GET, STR_INIT("/types/*"), ACCESS_VIEW, LANE_WORKER, answer_facts},
    {METHOD_GET, STR_INIT("/types/*/new"), ACCESS_EDIT, LANE_WORKER, answer_new_page},
    {METHOD_POST, STR_INIT("/types/*"), ACCESS_EDIT, LANE_WORKER, answer_new},
    {METHOD_GET, STR_INIT("/find"), ACCESS_VIEW, LANE_WORKER, answer_find},
    {METHOD_GET, STR_INIT("/options/*"), ACCESS_VIEW, LANE_WORKER, answer_options},
    {METHOD_GET, STR_INIT("/sign-in"), ACCESS_ANYONE, LANE_WORKER, answer_sign_in_page},
    {METHOD_POST, STR_INIT("/sign-in"), ACCESS_ANYONE, LANE_PASSWORD, answer_sign_in},
    {METHOD_POST, STR_INIT("/sign-out"), ACCESS_VIEW, LANE_WORKER, answer_sign_out},
    {METHOD_GET, STR_INIT("/welcome/*"), ACCESS_ANYONE, LANE_WORKER, answer_welcome_page},
    {METHOD_POST, STR_INIT("/welcome/*"), ACCESS_ANYONE, LANE_PASSWORD, answer_welcome},
    {METHOD_GET, STR_INIT("/account"), ACCESS_VIEW, LANE_WORKER, answer_account, .now = true},
    {METHOD_POST, STR_INIT("/account/password"), ACCESS_VIEW, LANE_PASSWORD, answer_own_password},
    {METHOD_POST, STR_INIT("/account/sessions"), ACCESS_VIEW, LANE_WORKER, answer_own_sessions},
    {METHOD_POST, STR_INIT("/account/tokens"), ACCESS_VIEW, LANE_WORKER, answer_new_token},
    {METHOD_POST, STR_INIT("/account/tokens/*"), ACCESS_VIEW, LANE_WORKER, answer_own_tokens},
    {METHOD_GET, STR_INIT("/workspace/people"), ACCESS_STEWARD, LANE_WORKER, answer_accounts},
    {METHOD_POST, STR_INIT("/workspace/people"), ACCESS_STEWARD, LANE_WORKER, answer_invite},
    {METHOD_GET, STR_INIT("/workspace/people/*"), ACCESS_STEWARD, LANE_WORKER, answer_person},
    {METHOD_POST, STR_INIT("/workspace/people/*"), ACCESS_STEWARD, LANE_WORKER, answer_person_change},
    {METHOD_GET, STR_INIT("/workspace/hooks"), ACCESS_STEWARD, LANE_WORKER, answer_hooks},
    {METHOD_POST, STR_INIT("/workspace/hooks"), ACCESS_STEWARD, LANE_WORKER, answer_new_hook},
    {METHOD_GET, STR_INIT("/workspace/hooks/*"), ACCESS_STEWARD, LANE_WORKER, answer_hook},
    {METHOD_POST, STR_INIT("/workspace/hooks/*"), ACCESS_STEWARD, LANE_WORKER, answer_hook_change},
    {METHOD_GET, STR_INIT("/assets/*"), ACCESS_ANYONE, LANE_AT_ONCE, answer_asset},
    {METHOD_GET, STR_INIT("/api"), ACCESS_ANYONE, LANE_WORKER, answer_api_page},
    {METHOD_GET, STR_INIT("/api/v1/openapi.json"), ACCESS_ANYONE, LANE_WORKER, answer_api_description},
    {METHOD_GET, STR_INIT("/api/v1/me"), ACCESS_VIEW, LANE_WORKER, answer_api_me, .now = true},
    {METHOD_GET, STR_INIT("/api/v1/findings"), ACCESS_VIEW, LANE_WORKER, answer_api_findings},
    {METHOD_GET, STR_INIT("/api/v1/journal"), ACCESS_VIEW, LANE_WORKER, answer_api_journal, .now = true},
    {METHOD_POST, STR_INIT("/api/v1/ask"), ACCESS_EDIT, LANE_WORKER, answer_api_ask, .texts = true},
    {METHOD_GET, STR_INIT("/api/v1/rulings"), ACCESS_VIEW, LANE_WORKER, answer_api_rulings, .now = true},
    {METHOD_POST, STR_INIT("/api/v1/rulings"), ACCESS_EDIT, LANE_WORKER, answer_api_rule, .lines = true},
    {METHOD_GET, STR_INIT("/api/v1/rulings/times"), ACCESS_VIEW, LANE_WORKER, answer_api_times, .now = true},
    {METHOD_GET, STR_INIT("/api/v1/rulings/*/similar"), ACCESS_VIEW, LANE_WORKER, answer_api_similar, .now = true},
    {METHOD_GET, STR_INIT("/api/v1/rulings/*"), ACCESS_VIEW, LANE_WORKER, answer_api_ruling, .now = true},
    {METHOD_POST, STR_INIT("/api/v1/rulings/*"), ACCESS_EDIT, LANE_WORKER, answer_api_overrule},
    {METHOD_PATCH, STR_INIT("/api/v1/rulings/*"), ACCESS_EDIT, LANE_WORKER, answer_api_ruling_stays},
    {METHOD_DELETE, STR_INIT("/api/v1/rulings/*"), ACCESS_EDIT, LANE_WORKER, answer_api_ruling_stays},
    {METHOD_GET, STR_INIT("/api/v1/rulebooks/*/versions"), ACCESS_VIEW, LANE_WORKER, answer_api_book_versions,
     .now = true},
    {METHOD_POST, STR_INIT("/api/v1/rulebooks/*/versions"), ACCESS_EDIT, LANE_WORKER, answer_api_book_return},
    {METHOD_GET, STR_INIT("/api/v1/forums/*/agenda"), ACCESS_VIEW, LANE_WORKER, answer_api_agenda},
    {METHOD_POST, STR_INIT("/api/v1/changes"), ACCESS_EDIT, LANE_WORKER, answer_api_changes},
    {METHOD_GET, STR_INIT("/api/v1/facts/*"), ACCESS_VIEW, LANE_WORKER, answer_api_facts},
    {METHOD_POST, STR_INIT("/api/v1/facts/*"), ACCESS_EDIT, LANE_WORKER, answer_api_create},
    {METHOD_GET, STR_INIT("/api/v1/facts/*/*"), ACCESS_VIEW, LANE_WORKER, answer_api_fact},
    {METHOD_PATCH, STR_INIT("/api/v1/facts/*/*"), ACCESS_EDIT, LANE_WORKER, answer_api_change},
    {METHOD_DELETE, STR_INIT("/api/v1/facts/*/*"), ACCESS_EDIT, LANE_WORKER, answer_api_delete},
    {METHOD_GET, STR_INIT("/api/v1/facts/*/*/files"), ACCESS_VIEW, LANE_WORKER, answer_api_attachments, .now = true},
    {METHOD_POST, STR_INIT("/api/v1/facts/*/*/files"), ACCESS_EDIT, LANE_WORKER, answer_api_attach, ATTACHMENT_LIMIT},
    {METHOD_GET, STR_INIT("/api/v1/files/*"), ACCESS_VIEW, LANE_WORKER, answer_api_attachment, .now = true},
    {METHOD_DELETE, STR_INIT("/api/v1/files/*"), ACCESS_EDIT, LANE_WORKER, answer_api_detach},
    {METHOD_GET, STR_INIT("/api/v1/hooks"), ACCESS_STEWARD, LANE_WORKER, answer_api_hooks},
    {METHOD_POST, STR_INIT("/api/v1/hooks"), ACCESS_STEWARD, LANE_WORKER, answer_api_new_hook},
    {METHOD_GET, STR_INIT("/api/v1/hooks/*"), ACCESS_STEWARD, LANE_WORKER, answer_api_hook},
    {METHOD_PATCH, STR_INIT("/api/v1/hooks/*"), ACCESS_STEWARD, LANE_WORKER, answer_api_hook_change},
    {METHOD_DELETE, STR_INIT("/api/v1/hooks/*"), ACCESS_STEWARD, LANE_WORKER, answer_api_hook_remove},
    {METHOD_POST, STR_INIT("/api/v1/hooks/*/test"), ACCESS_STEWARD, LANE_WORKER, answer_api_hook_test},
    {METHOD_POST, STR_INIT("/api/v1/hooks/*/again"), ACCESS_STEWARD, LANE_WORKER, answer_api_hook_again},
    {METHOD_GET, STR_INIT("/health"), ACCESS_ANYONE, LANE_AT_ONCE, answer_health},
};

bool route_looks_back(const struct route *route)
{
    return route->method == METHOD_GET && route->access == ACCESS_VIEW && !route->now;
}

const struct route *routes(size_t *count)
{
    *count = ARRAY_COUNT(table);
    return table;
}

static bool matches(str pattern, str path, str captures[2])
{
    size_t captured = 0, at = 0;
    captures[0] = captures[1] = STR_NONE;
    for (size_t i = 0; i < pattern.n; i++) {
        size_t from = at;
        if (pattern.p[i] != '*') {
            if (at == path.n || path.p[at++] != pattern.p[i]) return false;
            continue;
        }
        while (at < path.n && path.p[at] != '/') at++;
        if (at == from || captured == 2) return false;
        captures[captured++] = str_slice(path, from, at);
    }
    return at == path.n;
}

const struct route *route_find(enum method method, str path, str captures[2], bool *other_method)
{
    *other_method = false;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        if (!matches(table[i].path, path, captures)) continue;
        if (table[i].method == method) return &table[i];
        *other_method = true;
    }
    return NULL;
}

static const char *const method_names[] = {[METHOD_GET] = "GET, HEAD",
                                           [METHOD_POST] = "POST",
                                           [METHOD_PATCH] = "PATCH",
                                           [METHOD_DELETE] = "DELETE",
                                           [METHOD_OPTIONS] = "OPTIONS"};

str routes_allow(struct arena *a, str path)
{
    str all = STR_NONE, captures[2];
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        if (matches(table[i].path, path, captures))
            all = arena_printf(a, STR_FORMAT "%s%s", STR_ARGS(all), all.n ? ", " : "", method_names[table[i].method]);
    return all;
}

void web_routes(void (*show)(void *self, const char *methods, str path, const char *access), void *self)
{
    static const char *const access[] = {[ACCESS_ANYONE] = "anyone",
                                         [ACCESS_VIEW] = "viewer",
                                         [ACCESS_EDIT] = "contributor",
                                         [ACCESS_STEWARD] = "steward"};
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        show(self, method_names[table[i].method], table[i].path, access[table[i].access]);
}
