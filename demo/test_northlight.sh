#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_northlight.sh NORTHLIGHT_MAKE FOLDER: the generator repeats itself, moves dates, and keeps the plan's counts.
set -eu
make=$1 from=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
expect() { # what, expected, seen
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $1: expected \"$2\", saw \"$3\""; fi
}
people() { # host, days back from the pinned day: different people with a request that went through
    awk -v host="$1:443" -v from=$((1795305600 - ($2 - 1) * 86400)) '$7 == host && $8 != "-" && $1 >= from && !seen[$8]++ { n++ } END { print n + 0 }' "$dir/a/proxy.log"
}
"$make" --from "$from" --to "$dir/a" --today 2026-11-22 >"$dir/out"
"$make" --from "$from" --to "$dir/b" --today 2026-11-22 >"$dir/out"
"$make" --from "$from" --to "$dir/c" --today 2027-03-01 --seed 8 --lines 250000 >"$dir/out"
expect "the same log twice" same "$(cmp -s "$dir/a/proxy.log" "$dir/b/proxy.log" && echo same)"
for f in "$from"/*.csv; do
    n=${f##*/}
    [ "$n" = traffic.csv ] || expect "$n at the pinned day" same "$(cmp -s "$f" "$dir/a/$n" && echo same)"
done
expect "200,000 lines or more" yes "$([ "$(wc -l <"$dir/a/proxy.log")" -ge 200000 ] && echo yes)"
expect "as many lines as asked for" 250000 "$(wc -l <"$dir/c/proxy.log" | tr -d ' ')"
expect "in order of time" "" "$(awk '$1 < last { print NR; exit } { last = $1 }' "$dir/a/proxy.log")"
expect "every line in ten fields" "" "$(awk 'NF != 10 { print NR; exit }' "$dir/a/proxy.log")"
expect "Canva in 30 days" 214 "$(people www.canva.com 30)"
expect "TheyDo in 90 days" 88 "$(people app.theydo.io 90)"
expect "the tag of a cancelled tool in 30 days" 402 "$(people static.hotjar.com 30)"
expect "an ISO date moves 99 days" 1 "$(grep -c '^CMO and CIO,two heads,30,2026-10-07' "$dir/c/forums.csv")"
expect "a date of the CMDB moves 99 days" 1 "$(LC_ALL=C grep -c '^SFMC-PROD;.*;09.07.2019;' "$dir/c/it-cmdb-export.csv")"
expect "a number of a contract stays" 1 "$(grep -c 'C-2025-0041,TheyDo' "$dir/c/contracts.csv")"
if "$make" --from "$from" --to "$dir/d" --today 2026-02-30 2>"$dir/err"; then code=0; else code=$?; fi
expect "a day that does not exist" "2 northlight_make: --today: \"2026-02-30\" is not a date of the form 2026-11-22" "$code $(cat "$dir/err")"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
