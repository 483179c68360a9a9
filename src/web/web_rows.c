/* SPDX-License-Identifier: Apache-2.0 */
/* What tables and selects are made of. */
#include "web_pages.h"

void put_pages(struct request *r, size_t count, size_t *from, size_t *to)
{
    int64_t number;
    size_t pages = (count + LIST_ROWS - 1) / LIST_ROWS, page = 0;
    if (str_to_int(pairs_get(&r->query, STR("page")), &number) && number > 1 && (uint64_t)number <= pages)
        page = (size_t)number - 1;
    *from = page * LIST_ROWS;
    *to = *from + LIST_ROWS < count ? *from + LIST_ROWS : count;
    struct record c = record_new(r);
    if (page > 0) record_text(&c, "before", request_url_with(r, STR("page"), text_format(r, "%zu", page)));
    if (page + 1 < pages) record_text(&c, "after", request_url_with(r, STR("page"), text_format(r, "%zu", page + 2)));
    if (pages > 1) record_text(&c, "text", text_format(r, "Page %zu of %zu", page + 1, pages));
    page_put(r, "pages", record_get(&c));
}

void put_saved(struct request *r)
{
    int64_t number;
    str said = pairs_get(&r->query, STR("saved"));
    if (!str_to_int(said, &number) || number < 0) return;
    struct record c = record_new(r);
    record_text(&c, "says",
                number ? STR("Saved.") : STR("Nothing differed from what was there, so nothing was written."));
    if (number) record_text(&c, "number", said);
    if (str_starts(r->path, STR("/facts/"))) record_text(&c, "fact", str_from(r->path, 7));
    page_put(r, "saved", record_get(&c));
}

/* By the word that forms carry in `do`, or their address. */
static const struct {
    str word, says;
} deeds_done[] = {
    {STR_INIT("role"), STR_INIT("The role is changed.")},
    {STR_INIT("close"), STR_INIT("The account is closed; sessions and tokens have ended.")},
    {STR_INIT("open"), STR_INIT("The account is open again.")},
    {STR_INIT("sessions"), STR_INIT("That session has ended.")},
    {STR_INIT("others"), STR_INIT("Signed out everywhere else.")},
    {STR_INIT("password"), STR_INIT("The password is changed; all other sessions have ended.")},
    {STR_INIT("token"), STR_INIT("The token is revoked: it opens nothing any more.")},
    {STR_INIT("test"), STR_INIT("A test is on its way; what came of it stands below in a moment.")},
    {STR_INIT("resume"), STR_INIT("It goes on.")},
    {STR_INIT("again"), STR_INIT("It is sent again.")},
    {STR_INIT("remove"), STR_INIT("The subscription is removed.")},
};

void put_done(struct request *r)
{
    str word = pairs_get(&r->query, STR("did"));
    for (size_t i = 0; i < ARRAY_COUNT(deeds_done); i++)
        if (str_eq(deeds_done[i].word, word)) page_put_text(r, "good", deeds_done[i].says);
}

void request_done(struct request *r, str path, str word)
{
    request_redirect(r, text_format(r, STR_FORMAT "?did=" STR_FORMAT, STR_ARGS(path), STR_ARGS(word)));
}

struct feel_value column_record(struct request *r, str key, str title, bool number, str order, bool first)
{
    bool down = str_starts(order, STR("-")), current = order.n ? str_eq(str_from(order, down), key) : first;
    bool turns = current ? !down : number; /* numbers start with the largest */
    struct record c = record_new(r);
    record_text(&c, "title", title);
    record_text(&c, "href",
                request_url_with(r, STR("sort"), text_format(r, "%s" STR_FORMAT, turns ? "-" : "", STR_ARGS(key))));
    record_bool(&c, "number", number);
    record_text(&c, "sorted", !current ? STR_NONE : down ? STR("descending") : STR("ascending"));
    return record_get(&c);
}

struct feel_value choice_record(struct request *r, str key, str text, str chosen)
{
    struct record c = record_new(r);
    record_text(&c, "key", key);
    record_text(&c, "text", text);
    record_bool(&c, "chosen", str_eq(key, chosen));
    return record_get(&c);
}
