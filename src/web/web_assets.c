/* SPDX-License-Identifier: Apache-2.0 */
/* Stylesheets, scripts and icon: in the program, under a name that changes with their content; as they are, and packed
 * for whoever unpacks them. */
#include "web_inside.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define ASSETS(X)                                                                                                      \
    X("entente.css", "text/css; charset=utf-8", asset_css)                                                             \
    X("htmx.min.js", "text/javascript; charset=utf-8", asset_htmx)                                                     \
    X("entente.js", "text/javascript; charset=utf-8", asset_js)                                                        \
    X("combo.js", "text/javascript; charset=utf-8", asset_combo)                                                       \
    X("forms.js", "text/javascript; charset=utf-8", asset_forms)                                                       \
    X("ask.js", "text/javascript; charset=utf-8", asset_ask)                                                           \
    X("rules.js", "text/javascript; charset=utf-8", asset_rules)                                                       \
    X("live.js", "text/javascript; charset=utf-8", asset_live)                                                         \
    X("events.js", "text/javascript; charset=utf-8", asset_events)                                                     \
    X("dmn.min.js", "text/javascript; charset=utf-8", asset_dmn_js)                                                    \
    X("dmn-picture.min.js", "text/javascript; charset=utf-8", asset_dmn_picture)                                       \
    X("dmn-tables.min.js", "text/javascript; charset=utf-8", asset_dmn_tables)                                         \
    X("dmn.min.css", "text/css; charset=utf-8", asset_dmn_css)                                                         \
    X("editor.js", "text/javascript; charset=utf-8", asset_editor)                                                     \
    X("icon.svg", "image/svg+xml", asset_icon)
#define X(name, type, symbol)                                                                                          \
    extern const char symbol##_start[], symbol##_end[], symbol##_gz_start[], symbol##_gz_end[];
ASSETS(X)
#undef X

void assets_init(struct web *web)
{
    static const struct asset table[] = {
#define X(name, type, symbol) {name, type, symbol##_start, symbol##_end, symbol##_gz_start, symbol##_gz_end, ""},
        ASSETS(X)
#undef X
    };
    _Static_assert(ARRAY_COUNT(table) == ASSET_COUNT, "one place for each asset");
    memcpy(web->assets, table, sizeof table);
    for (size_t i = 0; i < ASSET_COUNT; i++) {
        struct asset *asset = &web->assets[i];
        unsigned char hash[16];
        crypto_generichash(hash, sizeof hash, (const unsigned char *)asset->start, (size_t)(asset->end - asset->start),
                           NULL, 0);
        struct buf b;
        buf_init(&b, sizeof asset->path - 1);
        buf_text(&b, "/assets/");
        for (size_t j = 0; j < 6; j++) buf_printf(&b, "%02x", hash[j]);
        buf_printf(&b, "-%s", asset->name);
        MUST(!b.full);
        memcpy(asset->path, b.p, b.n + 1);
        buf_release(&b);
    }
}

str asset_path(const struct web *web, const char *name)
{
    for (size_t i = 0; i < ASSET_COUNT; i++)
        if (!strcmp(web->assets[i].name, name)) return str_of(web->assets[i].path);
    NOT_REACHED();
}

void answer_asset(struct request *r)
{
    for (size_t i = 0; i < ASSET_COUNT; i++) {
        const struct asset *asset = &r->web->assets[i];
        if (!str_eq(r->path, str_of(asset->path))) continue;
        r->status = 200;
        r->type = asset->type;
        r->fixed = r->unpacks ? (str){asset->packed, (size_t)(asset->packed_end - asset->packed)}
                              : (str){asset->start, (size_t)(asset->end - asset->start)};
        if (r->unpacks) *vec_add(&r->arena, &r->headers) = (struct pair){STR("Content-Encoding"), STR("gzip")};
        *vec_add(&r->arena, &r->headers) = (struct pair){STR("Vary"), STR("Accept-Encoding")};
        r->keep = true;
        return;
    }
    r->status = 404;
    r->type = "text/plain; charset=utf-8";
    r->fixed = STR("There is no such file.\n");
}

void answer_health(struct request *r)
{
    r->status = 200;
    r->type = "text/plain; charset=utf-8";
    r->fixed = STR("ok\n");
}
