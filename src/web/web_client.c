/* SPDX-License-Identifier: Apache-2.0 */
/* Roughly where a browser is and which one: enough to know one's own sessions by, and no more. */
#include "web_inside.h"

struct sign {
    str sign, name;
};

static str first_sign(str agent, const struct sign *signs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_find(agent, signs[i].sign) != STR_NOT_FOUND) return signs[i].name;
    return STR_NONE;
}

static str browser_of(struct request *r)
{
    /* In this order: most say that they are several. */
    static const struct sign programs[] = {
        {STR_INIT("Edg"), STR_INIT("Edge")},         {STR_INIT("OPR/"), STR_INIT("Opera")},
        {STR_INIT("Firefox/"), STR_INIT("Firefox")}, {STR_INIT("Chrome/"), STR_INIT("Chrome")},
        {STR_INIT("Safari/"), STR_INIT("Safari")},   {STR_INIT("curl/"), STR_INIT("curl")}};
    static const struct sign systems[] = {
        {STR_INIT("Windows"), STR_INIT("Windows")}, {STR_INIT("Android"), STR_INIT("Android")},
        {STR_INIT("iPhone"), STR_INIT("iPhone")},   {STR_INIT("iPad"), STR_INIT("iPad")},
        {STR_INIT("Mac OS X"), STR_INIT("macOS")},  {STR_INIT("Linux"), STR_INIT("Linux")}};
    str program = first_sign(r->agent, programs, ARRAY_COUNT(programs));
    str system = first_sign(r->agent, systems, ARRAY_COUNT(systems));
    if (!program.n) program = STR("another program");
    return system.n ? text_format(r, STR_FORMAT " on " STR_FORMAT, STR_ARGS(program), STR_ARGS(system)) : program;
}

/* Without the last part of an IPv4 address, or with the first three of an IPv6 one. */
static str network_of(struct request *r)
{
    str a = request_address(r);
    if (str_starts(a, STR("127.")) || str_eq(a, STR("::1"))) return STR("this machine");
    if (str_find_char(a, ':') == STR_NOT_FOUND) {
        size_t end = a.n;
        while (end && a.p[end - 1] != '.') end--;
        return end ? text_format(r, STR_FORMAT "x", STR_ARGS(str_slice(a, 0, end))) : a;
    }
    size_t end = 0;
    for (int groups = 0; end < a.n && groups < 3; end++) groups += a.p[end] == ':';
    return text_format(r, STR_FORMAT "…", STR_ARGS(str_slice(a, 0, end)));
}

str request_place(struct request *r)
{
    return text_format(r, STR_FORMAT ", " STR_FORMAT, STR_ARGS(network_of(r)), STR_ARGS(browser_of(r)));
}
