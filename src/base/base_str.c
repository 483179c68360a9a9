/* SPDX-License-Identifier: Apache-2.0 */
#include "base_str.h"

#include <string.h>
#include <strings.h>

/* Most are short: two loads that overlap are less than a call. */
bool str_same_bytes(const char *a, const char *b, size_t n)
{
    uint64_t x, y, u, v;
    uint32_t s, t, w, z;
    if (n > 16) return memcmp(a, b, n) == 0;
    if (n >= 8) {
        memcpy(&x, a, 8), memcpy(&y, b, 8), memcpy(&u, a + n - 8, 8), memcpy(&v, b + n - 8, 8);
        return x == y && u == v;
    }
    if (n >= 4) {
        memcpy(&s, a, 4), memcpy(&t, b, 4), memcpy(&w, a + n - 4, 4), memcpy(&z, b + n - 4, 4);
        return s == t && w == z;
    }
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i]) return false;
    return true;
}

bool str_eq_nocase(str a, str b) { return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0); }

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str prefix) { return s.n >= prefix.n && str_eq(str_slice(s, 0, prefix.n), prefix); }

bool str_ends(str s, str suffix) { return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix); }

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

str str_trim(str s)
{
    while (s.n && is_blank(s.p[0])) s.p++, s.n--;
    while (s.n && is_blank(s.p[s.n - 1])) s.n--;
    return s;
}

str str_slice(str s, size_t from, size_t to)
{
    if (to > s.n) to = s.n;
    if (from >= to) return (str){s.p, 0};
    return (str){s.p + from, to - from};
}

size_t str_find(str s, str needle)
{
    if (needle.n == 0) return 0;
    if (s.n < needle.n) return STR_NOT_FOUND;
    const char *hit = memmem(s.p, s.n, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : STR_NOT_FOUND;
}

size_t str_find_char(str s, char c)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : STR_NOT_FOUND;
}

bool str_cut(str *rest, char separator, str *piece)
{
    if (!rest->p) return false;
    size_t at = str_find_char(*rest, separator);
    if (at == STR_NOT_FOUND) {
        *piece = *rest;
        *rest = STR_NONE;
    } else {
        *piece = str_slice(*rest, 0, at);
        *rest = (str){rest->p + at + 1, rest->n - at - 1};
    }
    return true;
}

uint64_t str_hash(str s)
{
    uint64_t h = 0x9e3779b97f4a7c15u ^ (s.n * 0xff51afd7ed558ccdu);
    const char *p = s.p;
    size_t n = s.n;
    for (uint64_t word; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        h = (h ^ word) * 0x9fb21c651e98df25u;
        h ^= h >> 32;
    }
    uint64_t tail = 0;
    if (n) memcpy(&tail, p, n);
    h = (h ^ tail) * 0x9fb21c651e98df25u;
    h ^= h >> 29;
    h *= 0xbf58476d1ce4e5b9u;
    return h ^ (h >> 32);
}

bool str_to_int(str s, int64_t *out)
{
    bool minus = s.n && s.p[0] == '-';
    if (minus) s = str_from(s, 1);
    if (s.n == 0) return false;
    int64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, s.p[i] - '0', &value))
            return false;
    }
    if (!minus && value == INT64_MIN) return false;
    *out = minus ? value : -value;
    return true;
}
