/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_match.h"

#include "base_utf8.h"

#include <ctype.h>
#include <string.h>

/* A target in the maps: place, what it is, and how far it may be trusted. */
enum target_kind { TARGET_KNOWN, TARGET_PRODUCT, TARGET_NEVER };
enum { TAG = 4, PREFIX = 8 }; /* TAG: only loads inside other pages. PREFIX: more words may follow the name */
static uint64_t target(enum target_kind kind, size_t place, unsigned flags)
{
    return (uint64_t)place << 8 | flags | (uint64_t)kind;
}
static enum target_kind target_kind(uint64_t t) { return (enum target_kind)(t & 3); }
static size_t target_place(uint64_t t) { return (size_t)(t >> 8); }

str match_normal(struct arena *a, str s)
{
    s = utf8_lower(a, s);
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0, step; i < s.n; i += step) {
        uint32_t c = utf8_decode(str_from(s, i), &step);
        if (c == 0xFFFD || !utf8_is_alnum(c)) {
            if (c != '\'' && c != 0x2019) gap = n > 0; /* Sotheby's is sothebys */
            continue;
        }
        if (gap) out[n++] = ' ';
        gap = false;
        memcpy(out + n, s.p + i, step);
        n += step;
    }
    return (str){out, n};
}

static size_t word_count(str s)
{
    size_t n = s.n > 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == ' ';
    return n;
}

/* Two words and nine letters say enough that more words may follow; one word may be anybody's ("later living"). */
static unsigned prefix_of(str name) { return word_count(name) > 1 && name.n >= 9 ? PREFIX : 0; }

static void add_name(struct match *m, str name, uint64_t t)
{
    name = match_normal(m->arena, name);
    if (name.n < 2) return;
    bool is_new;
    uint64_t *place = map_put(&m->names, name, &is_new);
    if (is_new)
        *place = t | prefix_of(name);
    else if (target_kind(*place) == TARGET_KNOWN && target_place(*place) == target_place(t))
        *place |= t & PREFIX;
}

static void add_host(struct match *m, str host, uint64_t t)
{
    host = str_trim(host);
    size_t scheme = str_find(host, STR("://"));
    if (scheme != STR_NOT_FOUND) host = str_from(host, scheme + 3);
    size_t path = str_find_char(host, '/');
    if (path != STR_NOT_FOUND) host = str_slice(host, 0, path);
    if (str_starts(host, STR("*."))) host = str_from(host, 2);
    host = utf8_lower(m->arena, host);
    if (str_starts(host, STR("www."))) host = str_from(host, 4);
    if (str_find_char(host, '.') == STR_NOT_FOUND) return;
    bool is_new;
    uint64_t *place = map_put(&m->hosts, host, &is_new);
    if (is_new) *place = t;
}

static void add_known(struct match *m)
{
    for (size_t k = 0; k < m->known_count; k++) {
        const struct scan_known *app = &m->known[k];
        uint64_t t = target(TARGET_KNOWN, k, 0);
        for (size_t i = 0; i < app->domain_count; i++) add_host(m, app->domains[i], t);
        add_name(m, app->name, t);
        for (size_t i = 0; i < app->alias_count; i++) add_name(m, app->aliases[i], t);
        for (size_t i = 0; i < app->payee_count; i++) add_name(m, app->payees[i], t | PREFIX);
    }
}

/* The workspace's application that is this product: by a name of the product, else by one of its domains. */
static int32_t known_of(const struct match *m, const struct catalogue_item *item)
{
    struct arena_mark mark = arena_mark(m->arena);
    uint64_t *t = map_get(&m->names, match_normal(m->arena, item->name));
    str rest = item->aliases, piece;
    while (!t && str_cut(&rest, ';', &piece)) t = map_get(&m->names, match_normal(m->arena, piece));
    rest = item->domains;
    while (!t && str_cut(&rest, ' ', &piece)) t = map_get(&m->hosts, piece);
    arena_back_to(m->arena, mark);
    return t && target_kind(*t) == TARGET_KNOWN ? (int32_t)target_place(*t) : -1;
}

static void add_catalogue(struct match *m)
{
    const struct catalogue *c = m->catalogue;
    str piece;
    m->known_of = arena_array(m->arena, c->count + 1, sizeof *m->known_of);
    /* First who is whom, while the maps hold nothing but the workspace's own. */
    for (size_t i = 0; i < c->count; i++) m->known_of[i] = known_of(m, &c->items[i]);
    for (size_t i = 0; i < c->count; i++) {
        const struct catalogue_item *item = &c->items[i];
        for (str rest = item->domains; str_cut(&rest, ' ', &piece);)
            add_host(m, piece, target(TARGET_PRODUCT, i, item->kind == KIND_APPLICATION ? 0 : TAG));
        for (str rest = item->tags; str_cut(&rest, ' ', &piece);) add_host(m, piece, target(TARGET_PRODUCT, i, TAG));
        if (item->kind != KIND_APPLICATION) continue;
        add_name(m, item->name, target(TARGET_PRODUCT, i, 0));
        for (str rest = item->aliases; str_cut(&rest, ';', &piece);) add_name(m, piece, target(TARGET_PRODUCT, i, 0));
    }
    for (size_t r = 0; r < c->rule_count; r++) {
        const struct payee_rule *rule = &c->rules[r];
        bool is_new;
        if (rule->action == PAYEE_NEVER) *map_put(&m->names, rule->pattern, &is_new) = target(TARGET_NEVER, 0, PREFIX);
        if (rule->action != PAYEE_PRODUCT) continue;
        for (size_t i = 0; i < c->count; i++) {
            if (!str_eq(c->items[i].name, rule->product)) continue;
            uint64_t *place = map_put(&m->names, rule->pattern, &is_new);
            if (!is_new && target_kind(*place) == TARGET_KNOWN) break; /* the workspace's own word stands */
            *place = target(TARGET_PRODUCT, i, PREFIX);
            break;
        }
    }
}

void match_init(struct match *m, struct arena *a, const struct catalogue *c, const struct scan_known *known,
                size_t count)
{
    *m = (struct match){.arena = a, .catalogue = c, .known = known, .known_count = count, .psl = psl_builtin()};
    map_init(&m->hosts);
    map_init(&m->names);
    add_known(m);
    add_catalogue(m);
}

void match_release(struct match *m)
{
    map_release(&m->hosts);
    map_release(&m->names);
}

static uint32_t subject_of(const struct match *m, struct roll *r, uint64_t t, bool embedded)
{
    if (target_kind(t) == TARGET_KNOWN) return roll_application(r, &m->known[target_place(t)], NULL, embedded);
    size_t i = target_place(t);
    const struct catalogue_item *item = &m->catalogue->items[i];
    if (m->known_of[i] >= 0) return roll_application(r, &m->known[m->known_of[i]], item, embedded);
    return roll_product(r, item, embedded);
}

static bool is_address(str host)
{
    if (host.p[0] == '[') return true;
    for (size_t i = 0; i < host.n; i++)
        if (!(host.p[i] == '.' || (host.p[i] >= '0' && host.p[i] <= '9'))) return false;
    return true;
}

static bool is_host(str host)
{
    if (!host.n || host.n > 253) return false;
    if (host.p[0] == '[') {
        for (size_t i = 1; i + 1 < host.n; i++)
            if (!isxdigit((unsigned char)host.p[i]) && host.p[i] != ':' && host.p[i] != '.') return false;
        return host.n > 3 && host.p[host.n - 1] == ']';
    }
    for (size_t i = 0; i < host.n; i++) {
        unsigned char c = (unsigned char)host.p[i];
        if (!(isalnum(c) || c == '-' || c == '_' || (c == '.' && i && host.p[i - 1] != '.') || c >= 0x80)) return false;
    }
    return host.p[host.n - 1] != '-' && utf8_first_bad(host, true) == STR_NOT_FOUND;
}

/* The first label says that the host only serves other pages: js.hubspot.com. */
static bool label_embeds(const struct match *m, str host, str domain)
{
    if (host.n <= domain.n + 1) return false;
    str label = str_slice(host, 0, str_find_char(host, '.'));
    while (label.n && label.p[label.n - 1] >= '0' && label.p[label.n - 1] <= '9') label.n--; /* cdn2 */
    for (size_t i = 0; i < m->catalogue->embedded_label_count; i++)
        if (str_eq(label, m->catalogue->embedded_labels[i])) return true;
    return false;
}

static uint64_t *find_host(const struct match *m, str host, str *domain)
{
    for (str rest = host; rest.n;) {
        uint64_t *t = map_get(&m->hosts, rest);
        if (t) return *domain = rest, t;
        size_t dot = str_find_char(rest, '.');
        if (dot == STR_NOT_FOUND) break;
        rest = str_from(rest, dot + 1);
    }
    return NULL;
}

static str registrable(const struct match *m, str host)
{
    if (is_address(host) || str_find_char(host, '.') == STR_NOT_FOUND) return host;
    if (m->psl) {
        const char *found =
            psl_registrable_domain(m->psl, host.p); /* a suffix of its argument, or NULL: itself a public suffix */
        return found ? str_of(found) : host;
    }
    size_t dots = 0;
    for (size_t i = host.n; i-- > 0;)
        if (host.p[i] == '.' && ++dots == 2) return str_from(host, i + 1);
    return host;
}

uint32_t match_host(const struct match *m, struct roll *r, str raw)
{
    char lower[256];
    while (raw.n && raw.p[raw.n - 1] == '.') raw.n--; /* the root's dot */
    if (!is_host(raw)) return NO_SUBJECT;
    for (size_t i = 0; i < raw.n; i++)
        lower[i] = (char)(raw.p[i] >= 'A' && raw.p[i] <= 'Z' ? raw.p[i] | 0x20 : raw.p[i]);
    lower[raw.n] = 0;
    str host = {lower, raw.n}, domain;
    if (str_starts(host, STR("www.")) && host.n > 4) host = str_from(host, 4);
    uint64_t *t = find_host(m, host, &domain);
    if (t) return subject_of(m, r, *t, (*t & TAG) || label_embeds(m, host, domain));
    return roll_named(r, SUBJECT_DOMAIN, registrable(m, host));
}

/* ---- Payees */

static bool has_prefix(str words, str prefix)
{
    return str_starts(words, prefix) && (words.n == prefix.n || words.p[prefix.n] == ' ');
}

/* Is the first piece of what was written cut off by a star, bar or underscore ("SQ *", "DNH*GODADDY")? */
static bool starred(str written, size_t letters)
{
    size_t i = 0, seen = 0;
    for (; i < written.n && seen < letters; i++) seen += isalnum((unsigned char)written.p[i]) != 0;
    while (i < written.n && written.p[i] == ' ') i++;
    return i < written.n && (written.p[i] == '*' || written.p[i] == '|' || written.p[i] == '_');
}

static str strip_services(const struct match *m, str words, str written)
{
    for (bool again = true, first = true; again; first = false) {
        again = false;
        for (size_t i = 0; i < m->catalogue->rule_count && !again; i++) {
            const struct payee_rule *rule = &m->catalogue->rules[i];
            if (rule->action != PAYEE_STRIP && rule->action != PAYEE_STRIP_STAR) continue;
            if (!has_prefix(words, rule->pattern) || words.n == rule->pattern.n) continue;
            if (rule->action == PAYEE_STRIP_STAR && !(first && starred(written, rule->pattern.n))) continue;
            words = str_from(words, rule->pattern.n + 1);
            again = true;
        }
    }
    return words;
}

/* Legal forms, billing words, branch numbers and booking codes at the end say nothing about who it is. */
static str strip_end(const struct match *m, str words, bool places)
{
    for (bool again = true; again;) {
        again = false;
        size_t last = words.n;
        bool digit = false;
        while (last > 0 && words.p[last - 1] != ' ') digit |= isdigit((unsigned char)words.p[--last]) != 0;
        if (last == 0) break;
        if (digit) {
            words.n = last - 1;
            again = true;
            continue;
        }
        for (size_t i = 0; i < m->catalogue->rule_count && !again; i++) {
            const struct payee_rule *rule = &m->catalogue->rules[i];
            if (rule->action != PAYEE_END && !(places && rule->action == PAYEE_PLACE)) continue;
            if (words.n < rule->pattern.n + 2 || !str_ends(words, rule->pattern)) continue;
            if (words.p[words.n - rule->pattern.n - 1] != ' ') continue;
            words.n -= rule->pattern.n + 1;
            again = true;
        }
    }
    return words;
}

static uint64_t *find_name(const struct match *m, str words, str cleaned, str bare)
{
    uint64_t *t = map_get(&m->names, words);
    if (t) return t;
    if ((t = map_get(&m->names, cleaned)) || (t = map_get(&m->names, bare))) return t;
    for (size_t n = words.n; n > 1; n--) {
        bool blank = words.p[n - 1] == ' ';
        /* Booking codes are often glued on: "google ads8812349". */
        if (!blank && !(n < words.n && isdigit((unsigned char)words.p[n]) && isalpha((unsigned char)words.p[n - 1])))
            continue;
        t = map_get(&m->names, (str){words.p, blank ? n - 1 : n});
        if (t && (*t & PREFIX)) return t;
    }
    return NULL;
}

/* "ITUNES.COM/BILL", "WWW.ISTOCK.COM 020 7": a piece that is a host of somebody known. */
static uint64_t *find_site(const struct match *m, str written)
{
    str piece, domain;
    while (str_cut(&written, ' ', &piece)) {
        size_t star = str_find_char(piece, '*');
        if (star != STR_NOT_FOUND) piece = str_from(piece, star + 1);
        size_t path = str_find_char(piece, '/');
        if (path != STR_NOT_FOUND) piece = str_slice(piece, 0, path);
        while (piece.n && piece.p[piece.n - 1] == '.') piece.n--;
        if (piece.n < 4 || piece.n > 100 || str_find_char(piece, '.') == STR_NOT_FOUND || !is_host(piece) ||
            is_address(piece))
            continue;
        char lower[128];
        for (size_t i = 0; i < piece.n; i++) lower[i] = (char)tolower((unsigned char)piece.p[i]);
        str host = {lower, piece.n};
        if (str_starts(host, STR("www."))) host = str_from(host, 4);
        uint64_t *t = find_host(m, host, &domain);
        if (t && !(*t & TAG)) return t;
    }
    return NULL;
}

uint32_t match_payee(const struct match *m, struct roll *r, str written)
{
    struct arena_mark mark = arena_mark(r->arena);
    str all = match_normal(r->arena, written);
    str words = strip_services(m, all, written), cleaned = strip_end(m, words, false);
    uint64_t *t = find_name(m, words, cleaned, strip_end(m, words, true));
    if (!t) t = find_site(m, written);
    uint32_t subject;
    if (t && target_kind(*t) != TARGET_NEVER) {
        arena_back_to(r->arena, mark);
        subject = subject_of(m, r, *t, false);
    } else {
        char name[200];
        if (!cleaned.n) cleaned = str_trim(written); /* nothing but signs */
        str kept = {name, cleaned.n < sizeof name ? cleaned.n : sizeof name};
        while (kept.n < cleaned.n && kept.n && ((unsigned char)cleaned.p[kept.n] & 0xC0) == 0x80) kept.n--;
        memcpy(name, cleaned.p, kept.n);
        arena_back_to(r->arena, mark);
        subject = roll_named(r, SUBJECT_PAYEE, kept);
    }
    struct scan_subject *s = &r->subjects[subject];
    if (!s->written.p) {
        str trimmed = str_trim(written);
        size_t n = trimmed.n < 200 ? trimmed.n : 200;
        while (n < trimmed.n && n && ((unsigned char)trimmed.p[n] & 0xC0) == 0x80) n--;
        s->written = arena_copy(r->arena, str_slice(trimmed, 0, n));
    }
    return subject;
}
