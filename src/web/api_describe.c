/* SPDX-License-Identifier: Apache-2.0 */
/* The API described in OpenAPI 3.1, made from the operations and the metamodel. */
#include "api.h"

#include <string.h>

static const struct api_operation operations[] = {
    {METHOD_GET, STR_INIT("/api/v1/facts/*"), API_OF_TYPE, STR_INIT("list"), STR_INIT("List or search them."), false},
    {METHOD_POST, STR_INIT("/api/v1/facts/*"), API_OF_TYPE, STR_INIT("create"), STR_INIT("Make one."), true,
     .makes = true},
    {METHOD_GET, STR_INIT("/api/v1/facts/*/*"), API_OF_FACT, STR_INIT("get"), STR_INIT("Look at one."), false},
    {METHOD_PATCH, STR_INIT("/api/v1/facts/*/*"), API_OF_FACT, STR_INIT("change"),
     STR_INIT("Change some of its fields; null empties one (JSON merge patch)."), true},
    {METHOD_DELETE, STR_INIT("/api/v1/facts/*/*"), API_OF_FACT, STR_INIT("delete"), STR_INIT("Delete it."), true},
    {METHOD_GET, STR_INIT("/api/v1/facts/*/*/files"), API_OF_FACT, STR_INIT("files"),
     STR_INIT("The files that hang on it."), false, NULL, "_files"},
    {METHOD_POST, STR_INIT("/api/v1/facts/*/*/files"), API_OF_FACT, STR_INIT("attach"),
     STR_INIT("Hang a file on it: a form with one field, file."), true, "_file_sent", "_file", true,
     .sends = "multipart/form-data"},
    {METHOD_GET, STR_INIT("/api/v1/files/*"), API_OF_ALL, STR_INIT("file"), STR_INIT("A file, as it was attached."),
     false, .answers = "application/octet-stream"},
    {METHOD_DELETE, STR_INIT("/api/v1/files/*"), API_OF_ALL, STR_INIT("detach"),
     STR_INIT("Remove a file; that it was there stays in the journal."), true},
    {METHOD_POST, STR_INIT("/api/v1/changes"), API_OF_ALL, STR_INIT("changes"),
     STR_INIT("Many changes in one commit, all or nothing."), true, "_changes", "_changed"},
    {METHOD_POST, STR_INIT("/api/v1/rulings"), API_OF_ALL, STR_INIT("rule"),
     STR_INIT("Ask the rulebook what a request needs, or many by JSON lines; what is ruled is kept."), true, "_asked",
     "_ruling", true, .lines = true},
    {METHOD_POST, STR_INIT("/api/v1/ask"), API_OF_ALL, STR_INIT("ask"),
     STR_INIT(
         "The same for a mail, a chat or a form: JSON, form fields or lines of text, answered as JSON or as a text."),
     true, "_asked", "_ruling", true},
    {METHOD_GET, STR_INIT("/api/v1/rulings"), API_OF_ALL, STR_INIT("rulings"), STR_INIT("The newest rulings."), false},
    {METHOD_GET, STR_INIT("/api/v1/rulings/times"), API_OF_ALL, STR_INIT("ruling-times"),
     STR_INIT("Days from question to decision, hours and money, by zone, extent, side, team, kind and month; 202 while "
              "it is being reckoned."),
     false, NULL, "_times"},
    {METHOD_GET, STR_INIT("/api/v1/rulings/*/similar"), API_OF_ALL, STR_INIT("similar-rulings"),
     STR_INIT("Earlier rulings that are most like it, and what came of them."), false, NULL, "_similar"},
    {METHOD_GET, STR_INIT("/api/v1/rulings/*"), API_OF_ALL, STR_INIT("ruling"),
     STR_INIT("A ruling, made again by the rulebook of its day."), false},
    {METHOD_POST, STR_INIT("/api/v1/rulings/*"), API_OF_ALL, STR_INIT("overrule"),
     STR_INIT("Set a ruling aside, with a reason; for those who sign."), true, "_overruling", NULL, true},
    {METHOD_GET, STR_INIT("/api/v1/rulebooks/*/versions"), API_OF_ALL, STR_INIT("rulebook-versions"),
     STR_INIT("The versions of a rulebook that both sides agreed on, the newest first."), false, NULL, "_versions"},
    {METHOD_POST, STR_INIT("/api/v1/rulebooks/*/versions"), API_OF_ALL, STR_INIT("bring-back"),
     STR_INIT("Bring an earlier version back, as a proposal that both sides sign."), true, "_bringing_back",
     "_brought_back"},
    {METHOD_GET, STR_INIT("/api/v1/forums/*/agenda"), API_OF_ALL, STR_INIT("agenda"),
     STR_INIT("What is due for a forum: to decide, to sign, to know, and what was put off."), false, NULL, "_agenda"},
    {METHOD_GET, STR_INIT("/api/v1/findings"), API_OF_ALL, STR_INIT("findings"),
     STR_INIT("Where marketing and IT have drifted apart."), false},
    {METHOD_GET, STR_INIT("/api/v1/journal"), API_OF_ALL, STR_INIT("journal"),
     STR_INIT("Who changed what when, the newest first; and the history of one fact."), false},
    {METHOD_GET, STR_INIT("/api/v1/hooks"), API_OF_ALL, STR_INIT("hooks"),
     STR_INIT("Who is told of what happens here; for stewards, as all of these."), false, NULL, "_hooks"},
    {METHOD_POST, STR_INIT("/api/v1/hooks"), API_OF_ALL, STR_INIT("subscribe"),
     STR_INIT("Tell an address of events from now on. The answer has the secret, this once."), true, "_hook_asked",
     "_hook", true},
    {METHOD_GET, STR_INIT("/api/v1/hooks/*"), API_OF_ALL, STR_INIT("hook"),
     STR_INIT("A subscription and its last deliveries."), false, NULL, "_hook"},
    {METHOD_PATCH, STR_INIT("/api/v1/hooks/*"), API_OF_ALL, STR_INIT("pause-hook"),
     STR_INIT("Pause it, or let it go on."), true, "_hook_paused", "_hook"},
    {METHOD_DELETE, STR_INIT("/api/v1/hooks/*"), API_OF_ALL, STR_INIT("unsubscribe"),
     STR_INIT("Remove it, its secret and its deliveries."), true},
    {METHOD_POST, STR_INIT("/api/v1/hooks/*/test"), API_OF_ALL, STR_INIT("try-hook"), STR_INIT("Send a test event."),
     true, "_any", "_hook"},
    {METHOD_POST, STR_INIT("/api/v1/hooks/*/again"), API_OF_ALL, STR_INIT("send-again"),
     STR_INIT("Send a delivery that is over once more."), true, "_hook_again", "_hook"},
    {METHOD_GET, STR_INIT("/api/v1/me"), API_OF_ALL, STR_INIT("me"), STR_INIT("Who asks, and what they may."), false},
    {METHOD_GET, STR_INIT("/api/v1/openapi.json"), API_OF_ALL, STR_INIT("openapi"), STR_INIT("This description."),
     false},
};

const struct api_operation *api_operations(size_t *count)
{
    *count = ARRAY_COUNT(operations);
    return operations;
}

struct describing {
    struct json_writer w;
    struct arena *a;
    const struct model *m;
};

static void key_text(struct describing *d, const char *key, str text)
{
    json_key(&d->w, str_of(key));
    json_string(&d->w, text);
}
/* Raw JSON of ours, compiled in. */
static void key_raw(struct describing *d, const char *key, const char *text)
{
    const struct json *v;
    struct err err;
    MUST(!json_parse(d->a, str_of(text), &v, &err));
    json_key(&d->w, str_of(key));
    json_emit(&d->w, v);
}

static str schema_name(struct describing *d, const struct model_type *type, const char *suffix)
{
    return arena_printf(d->a, STR_FORMAT "%s", STR_ARGS(type->key), suffix);
}

static void put_ref(struct describing *d, str schema)
{
    json_object(&d->w);
    key_text(d, "$ref", arena_printf(d->a, "#/components/schemas/" STR_FORMAT, STR_ARGS(schema)));
    json_object_end(&d->w);
}

/* ---- Schemas ---- */

static const char *schema_of(enum field_kind kind, bool given)
{
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_LONG_TEXT:
    case FIELD_PERIOD:
    case FIELD_ONE_OF: return "{\"type\": \"string\"}";
    case FIELD_WHOLE_NUMBER:
        return given ? "{\"type\": [\"integer\", \"string\", \"null\"]}" : "{\"type\": \"integer\"}";
    case FIELD_DECIMAL:
    case FIELD_PERCENT: return given ? "{\"type\": [\"number\", \"string\", \"null\"]}" : "{\"type\": \"number\"}";
    case FIELD_DATE: return "{\"type\": \"string\", \"format\": \"date\"}";
    case FIELD_YES_NO: return given ? "{\"type\": [\"boolean\", \"string\", \"null\"]}" : "{\"type\": \"boolean\"}";
    case FIELD_MONEY:
        return given ? "{\"anyOf\": [{\"$ref\": \"#/components/schemas/_money\"}, {\"type\": [\"number\", \"string\", "
                       "\"null\"]}]}"
                     : "{\"$ref\": \"#/components/schemas/_money\"}";
    case FIELD_LINK:
        return given ? "{\"anyOf\": [{\"$ref\": \"#/components/schemas/_link\"}, {\"type\": \"null\"}]}"
                     : "{\"$ref\": \"#/components/schemas/_linked\"}";
    case FIELD_LINKS:
        return given ? "{\"anyOf\": [{\"type\": \"array\", \"items\": {\"$ref\": \"#/components/schemas/_link\"}}, "
                       "{\"type\": \"null\"}]}"
                     : "{\"type\": \"array\", \"items\": {\"$ref\": \"#/components/schemas/_linked\"}}";
    case FIELD_DERIVED:
    case FIELD_OBSERVED: break;
    }
    return "{}";
}

static void put_field(struct describing *d, const struct model_field *f, bool given)
{
    bool computed = f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED;
    const struct json *v;
    struct err err;
    if (computed && given) return;
    const char *schema = schema_of(computed ? f->gives : f->kind, given);
    bool nullable = given && (f->kind <= FIELD_LONG_TEXT || f->kind == FIELD_PERIOD || f->kind == FIELD_DATE ||
                              f->kind == FIELD_ONE_OF);
    if (nullable) schema = "{\"type\": [\"string\", \"null\"]}";
    MUST(!json_parse(d->a, str_of(schema), &v, &err));
    json_key(&d->w, f->key);
    json_object(&d->w);
    for (size_t i = 0; i < v->count; i++) json_key(&d->w, v->items[i].key), json_emit(&d->w, &v->items[i]);
    if (f->is_bounded) {
        json_key(&d->w, STR("minimum")), json_int(&d->w, f->least);
        json_key(&d->w, STR("maximum")), json_int(&d->w, f->most);
    }
    if (f->help.n) key_text(d, "description", f->help);
    if (computed) json_key(&d->w, STR("readOnly")), json_bool(&d->w, true);
    if (f->kind == FIELD_ONE_OF) {
        json_key(&d->w, STR("enum"));
        json_array(&d->w);
        for (size_t i = 0; i < f->value_count; i++) json_string(&d->w, f->values[i]);
        if (given) json_null(&d->w);
        json_array_end(&d->w);
    }
    json_object_end(&d->w);
}

static void put_type_schema(struct describing *d, const struct model_type *type, bool given)
{
    json_key(&d->w, schema_name(d, type, given ? "_given" : ""));
    json_object(&d->w);
    key_text(d, "type", STR("object"));
    if (type->help.n) key_text(d, "description", type->help);
    json_key(&d->w, STR("properties"));
    json_object(&d->w);
    if (!given) {
        key_raw(d, "type", "{\"type\": \"string\"}");
        key_raw(d, "id", "{\"type\": \"integer\", \"minimum\": 1}");
        if (!model_field(type, STR("version"))) key_raw(d, "version", "{\"type\": \"integer\", \"minimum\": 1}");
        if (!model_field(type, STR("name"))) key_raw(d, "name", "{\"type\": \"string\"}");
    }
    for (size_t i = 0; i < type->field_count; i++) put_field(d, &type->fields[i], given);
    json_object_end(&d->w);
    if (!given) key_raw(d, "required", "[\"type\", \"id\"]");
    json_object_end(&d->w);
}

static void put_schemas(struct describing *d)
{
    json_key(&d->w, STR("schemas"));
    json_object(&d->w);
    key_raw(d, "_money",
            "{\"type\": \"object\", \"required\": [\"amount\", \"currency\"], \"properties\": {\"amount\": {\"type\": "
            "[\"number\", \"string\"]}, \"currency\": {\"type\": \"string\", \"pattern\": \"^[A-Z]{3}$\"}}}");
    key_raw(d, "_linked",
            "{\"type\": \"object\", \"required\": [\"type\", \"id\", \"name\"], \"properties\": {\"type\": {\"type\": "
            "\"string\"}, \"id\": {\"type\": \"integer\"}, \"name\": {\"type\": \"string\"}}}");
    key_raw(d, "_link",
            "{\"description\": \"An id, a name, or an object with one of them; in a change set also a ref.\", "
            "\"anyOf\": [{\"type\": \"integer\"}, {\"type\": \"string\"}, {\"type\": \"object\", \"properties\": "
            "{\"id\": {\"type\": \"integer\"}, \"name\": {\"type\": \"string\"}, \"ref\": {\"type\": \"string\"}}}]}");
    key_raw(d, "_problem",
            "{\"description\": \"RFC 9457\", \"type\": \"object\", \"required\": [\"type\", \"title\", \"status\"], "
            "\"properties\": {\"type\": {\"type\": \"string\"}, \"title\": {\"type\": \"string\"}, \"status\": "
            "{\"type\": \"integer\"}, \"detail\": {\"type\": \"string\"}, \"errors\": {\"type\": \"array\", \"items\": "
            "{\"type\": \"object\", \"required\": [\"pointer\", \"detail\"], \"properties\": {\"pointer\": {\"type\": "
            "\"string\"}, \"detail\": {\"type\": \"string\"}}}}}}");
    key_raw(d, "_changes",
            "{\"type\": \"object\", \"required\": [\"changes\"], \"properties\": {\"reason\": {\"type\": \"string\"}, "
            "\"changes\": {\"type\": \"array\", \"items\": {\"type\": \"object\", \"required\": [\"op\"], "
            "\"properties\": {\"op\": {\"enum\": [\"create\", \"update\", \"delete\"]}, \"type\": {\"type\": "
            "\"string\"}, \"ref\": {\"type\": \"string\"}, \"id\": {\"type\": \"integer\"}, \"version\": {\"type\": "
            "\"integer\"}, \"fields\": {\"type\": \"object\"}}}}}}");
    key_raw(d, "_changed",
            "{\"type\": \"object\", \"required\": [\"commit\", \"proposed\", \"facts\"], \"properties\": {\"commit\": "
            "{\"type\": [\"integer\", \"null\"]}, \"proposed\": {\"type\": \"integer\"}, \"facts\": {\"type\": "
            "\"array\", \"items\": {\"type\": \"object\", \"required\": [\"op\", \"type\", \"id\"]}}}}");
    key_raw(
        d, "_asked",
        "{\"description\": \"The answers to the rulebook's questions by their names, in input, as the text of a FEEL "
        "context in with, or as the object itself.\", \"type\": \"object\", \"properties\": {\"input\": {\"type\": "
        "\"object\"}, \"with\": {\"type\": \"string\"}, \"rulebook\": {\"type\": \"string\"}, \"request\": "
        "{\"type\": [\"integer\", \"string\"]}}}");
    key_raw(d, "_ruling",
            "{\"type\": \"object\", \"required\": [\"zone\", \"extent\", \"scope\", \"timing\", \"conditions\", "
            "\"why\", \"lighter\", \"rulebook\", \"version\", \"ruling\"], \"properties\": {\"zone\": {\"type\": "
            "[\"string\", \"null\"]}, \"scope\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}, "
            "\"conditions\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}, \"why\": {\"type\": "
            "\"array\", \"items\": {\"type\": \"string\"}}, \"lighter\": {\"type\": \"array\", \"items\": {\"type\": "
            "\"object\", \"required\": [\"zone\", \"changes\", \"says\"]}}, \"rulebook\": {\"type\": \"string\"}, "
            "\"version\": {\"type\": [\"string\", \"null\"]}, \"ruling\": {\"type\": [\"integer\", \"null\"]}}}");
    key_raw(d, "_overruling",
            "{\"type\": \"object\", \"required\": [\"zone\", \"reason\"], \"properties\": {\"zone\": {\"type\": "
            "\"string\"}, \"reason\": {\"type\": \"string\"}}}");
    key_raw(
        d, "_agenda_item",
        "{\"type\": \"object\", \"required\": [\"says\", \"asks\", \"severity\", \"about\", \"brought_by\", \"from\", "
        "\"item\", \"source\"], \"properties\": {\"says\": {\"type\": \"string\"}, \"asks\": {\"enum\": [\"decide\", "
        "\"sign\", \"know\"]}, \"severity\": {\"enum\": [\"low\", \"medium\", \"high\", null]}, \"about\": "
        "{\"anyOf\": [{\"$ref\": \"#/components/schemas/_linked\"}, {\"type\": \"null\"}]}, \"brought_by\": "
        "{\"anyOf\": [{\"$ref\": \"#/components/schemas/_linked\"}, {\"type\": \"null\"}]}, \"from\": {\"type\": "
        "\"string\", \"format\": \"date\"}, \"item\": {\"type\": [\"integer\", \"null\"]}, \"source\": {\"type\": "
        "[\"string\", \"null\"]}}}");
    key_raw(
        d, "_agenda",
        "{\"type\": \"object\", \"required\": [\"forum\", \"name\", \"kind\", \"next_on\", \"items\", \"later\"], "
        "\"properties\": {\"forum\": {\"type\": \"integer\"}, \"name\": {\"type\": \"string\"}, \"kind\": {\"type\": "
        "[\"string\", \"null\"]}, \"next_on\": {\"type\": [\"string\", \"null\"]}, \"items\": {\"type\": \"array\", "
        "\"items\": {\"$ref\": \"#/components/schemas/_agenda_item\"}}, \"later\": {\"type\": \"array\", \"items\": "
        "{\"$ref\": \"#/components/schemas/_agenda_item\"}}}}");
    key_raw(d, "_versions",
            "{\"type\": \"object\", \"required\": [\"items\"], \"properties\": {\"items\": {\"type\": \"array\", "
            "\"items\": {\"type\": \"object\", \"required\": [\"commit\", \"time\", \"version\", \"actor\"], "
            "\"properties\": {\"commit\": {\"type\": \"integer\"}, \"time\": {\"type\": \"string\", \"format\": "
            "\"date-time\"}, \"version\": {\"type\": \"string\"}, \"actor\": {\"type\": \"string\"}}}}}}");
    key_raw(d, "_bringing_back",
            "{\"type\": \"object\", \"required\": [\"commit\", \"reason\"], \"properties\": {\"commit\": {\"type\": "
            "\"integer\"}, \"reason\": {\"type\": \"string\"}, \"valid_from\": {\"type\": \"string\", \"format\": "
            "\"date\"}}}");
    key_raw(d, "_brought_back",
            "{\"type\": \"object\", \"required\": [\"commit\", \"rulebook\", \"brings_back\"], \"properties\": "
            "{\"commit\": {\"type\": [\"integer\", \"null\"]}, \"rulebook\": {\"type\": \"integer\"}, "
            "\"brings_back\": {\"type\": \"integer\"}}}");
    key_raw(d, "_times",
            "{\"type\": \"array\", \"items\": {\"type\": \"object\", \"required\": [\"by\", \"name\", \"requests\", "
            "\"waiting\", \"decided\", \"at_once\", \"median_days\", \"ninetieth_days\", \"promised\", \"kept\", "
            "\"marketing_hours\", \"it_hours\", \"budget\", \"budget_used\", \"zones\"], \"properties\": {\"by\": "
            "{\"enum\": [\"all\", \"zone\", \"extent\", \"side\", \"team\", \"kind\", \"month\"]}, \"name\": "
            "{\"type\": \"string\"}, \"requests\": {\"type\": \"integer\"}, \"median_days\": {\"type\": [\"number\", "
            "\"null\"]}, \"ninetieth_days\": {\"type\": [\"number\", \"null\"]}, \"marketing_hours\": {\"type\": "
            "[\"number\", \"null\"]}, \"it_hours\": {\"type\": [\"number\", \"null\"]}, \"budget\": {\"anyOf\": "
            "[{\"$ref\": \"#/components/schemas/_money\"}, {\"type\": \"null\"}]}, \"budget_used\": {\"anyOf\": "
            "[{\"$ref\": \"#/components/schemas/_money\"}, {\"type\": \"null\"}]}, \"zones\": {\"type\": "
            "\"object\", \"additionalProperties\": {\"type\": \"integer\"}}}}}");
    key_raw(
        d, "_similar",
        "{\"type\": \"object\", \"required\": [\"items\"], \"properties\": {\"items\": {\"type\": \"array\", "
        "\"items\": {\"type\": \"object\", \"required\": [\"ruling\", \"likeness\", \"day\", \"zone\", \"set_aside\", "
        "\"differs\"], \"properties\": {\"ruling\": {\"type\": \"integer\"}, \"likeness\": {\"type\": \"integer\", "
        "\"description\": \"Percent.\"}, \"day\": {\"type\": \"string\", \"format\": \"date\"}, \"zone\": {\"type\": "
        "\"string\"}, \"set_aside\": {\"type\": \"boolean\"}, \"at_once\": {\"type\": \"boolean\"}, \"request\": "
        "{\"type\": \"integer\"}, \"state\": "
        "{\"type\": \"string\"}, \"days\": {\"type\": \"integer\"}, \"differs\": {\"type\": \"array\", \"items\": "
        "{\"type\": \"string\"}}}}}}}");
    key_raw(d, "_file",
            "{\"type\": \"object\", \"required\": [\"id\", \"name\", \"media_type\", \"size\", \"sha256\", "
            "\"author\", \"time\", \"href\"], \"properties\": {\"id\": {\"type\": \"integer\"}, \"name\": {\"type\": "
            "\"string\"}, \"media_type\": {\"type\": \"string\"}, \"size\": {\"type\": \"integer\"}, \"sha256\": "
            "{\"type\": \"string\"}, \"author\": {\"type\": \"string\"}, \"time\": {\"type\": \"string\", \"format\": "
            "\"date-time\"}, \"href\": {\"type\": \"string\"}}}");
    key_raw(d, "_files",
            "{\"type\": \"object\", \"required\": [\"items\"], \"properties\": {\"items\": {\"type\": \"array\", "
            "\"items\": {\"$ref\": \"#/components/schemas/_file\"}}}}");
    key_raw(d, "_file_sent",
            "{\"type\": \"object\", \"required\": [\"file\"], \"properties\": {\"file\": {\"type\": \"string\", "
            "\"contentMediaType\": \"application/octet-stream\"}}}");
    key_raw(d, "_hook",
            "{\"type\": \"object\", \"required\": [\"id\", \"name\", \"address\", \"events\", \"paused\", "
            "\"created\", \"waiting\", \"given_up\", \"arrived\"], \"properties\": {\"id\": {\"type\": "
            "\"integer\"}, \"name\": {\"type\": \"string\"}, \"address\": {\"type\": \"string\"}, \"events\": "
            "{\"description\": \"None: all.\", \"type\": \"array\", \"items\": {\"type\": \"string\"}}, "
            "\"paused\": {\"description\": \"Why nothing is sent.\", \"type\": [\"string\", \"null\"]}, "
            "\"created\": {\"type\": \"string\", \"format\": \"date-time\"}, \"waiting\": {\"type\": "
            "\"integer\"}, \"given_up\": {\"type\": \"integer\"}, \"arrived\": {\"description\": \"When "
            "something last did.\", \"type\": [\"string\", \"null\"]}, \"secret\": {\"description\": \"Only "
            "where it was just made.\", \"type\": \"string\"}, \"deliveries\": {\"type\": \"array\", \"items\": "
            "{\"type\": \"object\", \"required\": [\"id\", \"event\", \"type\", \"time\", \"state\", "
            "\"attempts\", \"tried\", \"due\", \"status\", \"says\"], \"properties\": {\"id\": {\"type\": "
            "\"integer\"}, \"event\": {\"type\": \"string\"}, \"type\": {\"type\": \"string\"}, \"time\": "
            "{\"type\": \"string\"}, \"state\": {\"enum\": [\"waiting\", \"arrived\", \"given up\"]}, "
            "\"attempts\": {\"type\": \"integer\"}, \"tried\": {\"type\": [\"string\", \"null\"]}, \"due\": "
            "{\"type\": [\"string\", \"null\"]}, \"status\": {\"type\": [\"integer\", \"null\"]}, \"says\": "
            "{\"type\": \"string\"}}}}}}");
    key_raw(d, "_hooks",
            "{\"type\": \"object\", \"required\": [\"items\", \"to_private\"], \"properties\": {\"items\": "
            "{\"type\": \"array\", \"items\": {\"$ref\": \"#/components/schemas/_hook\"}}, \"to_private\": "
            "{\"description\": \"Whether this server also sends to an inner network, and by http.\", \"type\": "
            "\"boolean\"}}}");
    key_raw(d, "_hook_asked",
            "{\"type\": \"object\", \"required\": [\"name\", \"address\"], \"properties\": {\"name\": {\"type\": "
            "\"string\"}, \"address\": {\"type\": \"string\", \"format\": \"uri\"}, \"events\": {\"type\": "
            "\"array\", \"items\": {\"type\": \"string\"}}}}");
    key_raw(d, "_hook_paused",
            "{\"type\": \"object\", \"required\": [\"paused\"], \"properties\": {\"paused\": {\"type\": "
            "\"boolean\"}}}");
    key_raw(d, "_hook_again",
            "{\"type\": \"object\", \"required\": [\"delivery\"], \"properties\": {\"delivery\": {\"type\": "
            "\"integer\"}}}");
    key_raw(d, "_bytes", "{\"description\": \"The bytes of a file.\"}");
    key_raw(d, "_lines",
            "{\"type\": \"string\", \"description\": \"A JSON object a line: what is asked, or a ruling, whose "
            "ruling is null where nothing was ruled.\"}");
    key_raw(d, "_any", "{\"type\": \"object\"}");
    for (size_t i = 0; i < d->m->type_count; i++) {
        const struct model_type *type = &d->m->types[i];
        put_type_schema(d, type, false);
        put_type_schema(d, type, true);
        json_key(&d->w, schema_name(d, type, "_list"));
        json_object(&d->w);
        key_text(d, "type", STR("object"));
        key_raw(d, "required", "[\"items\", \"total\", \"commit\", \"next\"]");
        json_key(&d->w, STR("properties"));
        json_object(&d->w);
        json_key(&d->w, STR("items"));
        json_object(&d->w);
        key_text(d, "type", STR("array"));
        json_key(&d->w, STR("items")), put_ref(d, schema_name(d, type, ""));
        json_object_end(&d->w);
        key_raw(d, "total", "{\"type\": \"integer\"}");
        key_raw(d, "commit", "{\"type\": \"integer\"}");
        key_raw(d, "next", "{\"type\": [\"string\", \"null\"]}");
        json_object_end(&d->w);
        json_object_end(&d->w);
    }
    json_object_end(&d->w);
}

/* ---- Operations ---- */

static void put_parameter(struct describing *d, const char *name, const char *in, bool required, const char *says,
                          const char *type)
{
    json_object(&d->w);
    key_text(d, "name", str_of(name));
    key_text(d, "in", str_of(in));
    json_key(&d->w, STR("required")), json_bool(&d->w, required);
    key_text(d, "description", str_of(says));
    json_key(&d->w, STR("schema"));
    json_object(&d->w);
    key_text(d, "type", str_of(type));
    json_object_end(&d->w);
    json_object_end(&d->w);
}

static const struct route *looked_up(const struct api_operation *o)
{
    str captures[2];
    bool other;
    const struct route *route = route_find(o->method, o->path, captures, &other);
    MUST(route);
    return route;
}

static bool is_of_hook(const struct api_operation *o) { return str_starts(o->path, STR("/api/v1/hooks")); }

static bool is_of_file(const struct api_operation *o) { return str_starts(o->path, STR("/api/v1/files/")); }
/* By what the address names a thing of it: /api/v1/rulings/… */
static const char *says_id(const struct api_operation *o)
{
    if (str_starts(o->path, STR("/api/v1/rulings/"))) return "The ruling's number.";
    if (is_of_hook(o)) return "The subscription's id.";
    if (str_starts(o->path, STR("/api/v1/forums/"))) return "The forum's id.";
    return is_of_file(o) ? "The file's id." : "The rulebook's id.";
}

static void put_parameters(struct describing *d, const struct api_operation *o)
{
    json_key(&d->w, STR("parameters"));
    json_array(&d->w);
    if (o->of == API_OF_FACT) put_parameter(d, "id", "path", true, "The fact's id.", "integer");
    if (o->of == API_OF_ALL && str_find(o->path, STR("/*")) != STR_NOT_FOUND)
        put_parameter(d, "id", "path", true, says_id(o), "integer");
    if (str_eq(o->id, STR("ask")))
        put_parameter(d, "token", "query", false, "A token whose scope is asking, where no header can be set.",
                      "string");
    if (str_eq(o->id, STR("rulings"))) {
        put_parameter(d, "zone", "query", false, "Only those of this zone.", "string");
        put_parameter(d, "request", "query", false, "Only those of the request with this id.", "integer");
        put_parameter(d, "before", "query", false, "Only those before this number.", "integer");
        put_parameter(d, "limit", "query", false, "From 1 to 1000; 100 where it is not said.", "integer");
    }
    if (str_eq(o->id, STR("ruling-times")))
        put_parameter(d, "format", "query", false, "csv, or json where it is not said.", "string");
    if (o->of != API_OF_ALL && o->method == METHOD_GET && !o->gives)
        put_parameter(d, "fields", "query", false, "Only these fields, by their keys, with commas between.", "string");
    if (o->of == API_OF_TYPE && o->method == METHOD_GET) {
        put_parameter(d, "q", "query", false, "All these words stand in the fact; the beginning of a word counts.",
                      "string");
        put_parameter(d, "filter", "query", false, "A condition in FEEL over the fields, such as annual cost > 1000.",
                      "string");
        put_parameter(d, "sort", "query", false,
                      "A field; with a dash before it the largest first. By id where it is not said.", "string");
        put_parameter(d, "limit", "query", false, "From 1 to 500; 100 where it is not said.", "integer");
        put_parameter(d, "cursor", "query", false, "The next of the answer before.", "string");
    }
    if (str_eq(o->id, STR("findings"))) {
        put_parameter(d, "practice", "query", false, "Of this practice only.", "string");
        put_parameter(d, "severity", "query", false, "high, medium or low.", "string");
    }
    if (route_looks_back(looked_up(o)))
        put_parameter(d, "as_of", "query", false,
                      "As it was at the end of a day, such as 2026-11-22, or right after a commit, such as #12.",
                      "string");
    if (str_eq(o->id, STR("journal"))) {
        put_parameter(d, "actor", "query", false, "Only commits of whom this is part of the name.", "string");
        put_parameter(d, "type", "query", false, "Only commits that touched facts of this type.", "string");
        put_parameter(d, "fact", "query", false, "Only those of the fact with this id, each with its changes.",
                      "integer");
        put_parameter(d, "since", "query", false, "From this day on, in the workspace's time zone.", "string");
        put_parameter(d, "until", "query", false, "Up to this day, itself included.", "string");
        put_parameter(d, "limit", "query", false, "From 1 to 1000; 100 where it is not said.", "integer");
        put_parameter(d, "cursor", "query", false, "The next of the answer before.", "string");
    }
    if (o->changes) {
        if ((o->of == API_OF_FACT && o->method != METHOD_POST) || str_eq(o->id, STR("bring-back")))
            put_parameter(d, "If-Match", "header", true, "The ETag of the version that was seen.", "string");
        if (o->of != API_OF_ALL && !o->sends)
            put_parameter(d, "reason", "query", false, "Why, for the journal.", "string");
        if (!is_of_hook(o))
            put_parameter(d, "Idempotency-Key", "header", false,
                          "The same key within a day gives the same answer again.", "string");
    }
    json_array_end(&d->w);
}

static void put_media(struct describing *d, const char *type, str schema)
{
    json_key(&d->w, str_of(type));
    json_object(&d->w);
    json_key(&d->w, STR("schema")), put_ref(d, schema);
    json_object_end(&d->w);
}

static void put_content(struct describing *d, const char *type, str schema)
{
    json_key(&d->w, STR("content"));
    json_object(&d->w);
    put_media(d, type, schema);
    json_object_end(&d->w);
}

static void put_answer(struct describing *d, const char *status, const char *says, const char *type, str schema)
{
    json_key(&d->w, str_of(status));
    json_object(&d->w);
    key_text(d, "description", str_of(says));
    if (schema.n) put_content(d, type, schema);
    json_object_end(&d->w);
}

static void put_operation(struct describing *d, const struct api_operation *o, const struct model_type *type)
{
    static const char *const methods[] = {[METHOD_GET] = "get",
                                          [METHOD_POST] = "post",
                                          [METHOD_PATCH] = "patch",
                                          [METHOD_DELETE] = "delete",
                                          [METHOD_OPTIONS] = "options"};
    str schema =
        type ? schema_name(d, type, o->of == API_OF_TYPE && o->method == METHOD_GET ? "_list" : "") : STR("_any");
    if (o->gives) schema = str_of(o->gives);
    json_key(&d->w, str_of(methods[o->method]));
    json_object(&d->w);
    key_text(d, "operationId",
             type ? arena_printf(d->a, STR_FORMAT "-" STR_FORMAT, STR_ARGS(o->id), STR_ARGS(type->key)) : o->id);
    key_text(d, "summary", o->summary);
    if (type) {
        json_key(&d->w, STR("tags"));
        json_array(&d->w);
        json_string(&d->w, type->plural);
        json_array_end(&d->w);
    }
    if (str_eq(o->id, STR("openapi"))) key_raw(d, "security", "[]");
    put_parameters(d, o);
    if (o->changes && o->method != METHOD_DELETE) {
        json_key(&d->w, STR("requestBody"));
        json_object(&d->w);
        json_key(&d->w, STR("required")), json_bool(&d->w, true);
        const char *json = o->method == METHOD_PATCH ? "application/merge-patch+json" : "application/json";
        json_key(&d->w, STR("content"));
        json_object(&d->w);
        put_media(d, o->sends ? o->sends : json, o->takes ? str_of(o->takes) : schema_name(d, type, "_given"));
        if (o->lines) put_media(d, "application/jsonl", STR("_lines"));
        json_object_end(&d->w);
        json_object_end(&d->w);
    }
    json_key(&d->w, STR("responses"));
    json_object(&d->w);
    if (o->method == METHOD_DELETE)
        put_answer(d, "204", "It is gone.", NULL, STR_NONE);
    else
        put_answer(d, o->makes ? "201" : "200", "Done.", o->answers ? o->answers : "application/json",
                   o->answers ? STR("_bytes") : schema);
    if (o->lines) put_answer(d, "200", "A line for each that was sent.", "application/jsonl", STR("_lines"));
    if (o->changes && !o->makes && !is_of_file(o) && !is_of_hook(o))
        put_answer(d, "202", "What both sides signed stays in force; the change is a proposal.", "application/json",
                   schema);
    put_answer(d, "default", "Why not.", "application/problem+json", STR("_problem"));
    json_object_end(&d->w);
    json_object_end(&d->w);
}

static void put_path(struct describing *d, str path, const struct model_type *type, str pattern)
{
    json_key(&d->w, path);
    json_object(&d->w);
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++)
        if (str_eq(operations[i].path, pattern)) put_operation(d, &operations[i], type);
    json_object_end(&d->w);
}

/* Of the operations of one address, which stand together in it. */
static bool is_first(size_t operation)
{
    for (size_t i = 0; i < operation; i++)
        if (str_eq(operations[i].path, operations[operation].path)) return false;
    return true;
}

static str by_number(struct describing *d, str path)
{
    size_t star = str_find(path, STR("/*"));
    if (star == STR_NOT_FOUND) return path;
    return arena_printf(d->a, STR_FORMAT "/{id}" STR_FORMAT, STR_ARGS(str_slice(path, 0, star)),
                        STR_ARGS(str_from(path, star + strlen("/*"))));
}

static void put_paths(struct describing *d)
{
    json_key(&d->w, STR("paths"));
    json_object(&d->w);
    for (size_t i = 0; i < ARRAY_COUNT(operations); i++)
        if (operations[i].of == API_OF_ALL && is_first(i))
            put_path(d, by_number(d, operations[i].path), NULL, operations[i].path);
    for (size_t i = 0; i < d->m->type_count; i++) {
        const struct model_type *type = &d->m->types[i];
        str own = arena_printf(d->a, "/api/v1/facts/" STR_FORMAT, STR_ARGS(type->plural_key));
        put_path(d, own, type, STR("/api/v1/facts/*"));
        put_path(d, arena_printf(d->a, STR_FORMAT "/{id}", STR_ARGS(own)), type, STR("/api/v1/facts/*/*"));
        put_path(d, arena_printf(d->a, STR_FORMAT "/{id}/files", STR_ARGS(own)), type, STR("/api/v1/facts/*/*/files"));
    }
    json_object_end(&d->w);
}

str api_describe(struct arena *a, const struct model *m, str company)
{
    struct buf b;
    buf_init(&b, PAGE_LIMIT);
    struct describing d = {.a = a, .m = m};
    json_init(&d.w, &b, 0);
    json_object(&d.w);
    key_text(&d, "openapi", STR("3.1.0"));
    json_key(&d.w, STR("info"));
    json_object(&d.w);
    key_text(&d, "title", arena_printf(a, "Entente of " STR_FORMAT, STR_ARGS(company)));
    key_text(&d, "version", STR("1"));
    key_text(&d, "description",
             STR("One book of facts that marketing and IT sign. Made from the workspace's metamodel."));
    json_object_end(&d.w);
    key_raw(&d, "servers", "[{\"url\": \"/\"}]");
    key_raw(&d, "security", "[{\"token\": []}]");
    put_paths(&d);
    json_key(&d.w, STR("components"));
    json_object(&d.w);
    key_raw(&d, "securitySchemes", "{\"token\": {\"type\": \"http\", \"scheme\": \"bearer\"}}");
    put_schemas(&d);
    json_object_end(&d.w);
    json_object_end(&d.w);
    str text = buf_copy(&b, a);
    buf_release(&b);
    return text;
}
