/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text in front of each program, written in jq: what a program must not have,
 * loops that count their steps, and guards where libjq 1.6 ends the process. Names with
 * _entente_ are out of a program's reach, source_vet() sees to that.
 *
 * One line, so that the source begins on the second. The parenthesis keeps $ENV bound to the end.
 */
#include "generic.h"

#define INSIDE                                                                                                         \
	"{} as $ENV | def env: {};"                                                                                    \
	" def _entente_step: debug; def debug: .; def debug(f): .; def stderr: .;"                                     \
	" def _entente_error: error;"                                                                                  \
	" def error: if . == null then \"error(null)\" | _entente_error else _entente_error end;"                      \
	" def error(f): f | error;"                                                                                    \
	" def _entente_input: input;"                                                                                  \
	" def _entente_do($f): [\"_entente_\", $f, .] | _entente_step | _entente_input;"                               \
	" def html_text: _entente_do(\"html_text\"); def html_escape: _entente_do(\"html_escape\");"                   \
	" def trim: _entente_do(\"trim\"); def xml: _entente_do(\"xml\");"                                             \
	" def from_local: _entente_do(\"from_local\"); def to_local: _entente_do(\"to_local\");"                       \
	" def input: error(\"input: there is one delivery, and it is the input\"); def inputs: input;"                 \
	" def input_filename: null; def input_line_number: 0; def get_search_list: [];"                                \
	" def modulemeta: error(\"modulemeta: there are no modules\");"                                                \
	" def now: error(\"now: a program has no clock, the same delivery must give the same changes\");"              \
	" def localtime: error(\"localtime: use gmtime\"); def strflocaltime(f): error(\"strflocaltime: use "          \
	"strftime\");"                                                                                                 \
	" def halt: error(\"halt: use empty or error\"); def halt_error: halt; def halt_error(f): halt;"

/* libjq 1.6 ends the process when these are no code points */
#define CODE_POINTS                                                                                                    \
	" def _entente_implode: implode; def implode: if type == \"array\" and all(.[]; type == \"number\" and"        \
	" . >= 0 and . <= 1114111 and (. < 55296 or . > 57343)) then _entente_implode"                                 \
	" else error(\"implode: not a list of code points\") end;"

#define LOOPS                                                                                                          \
	" def _entente_range(a; b): range(a; b); def range($a; $b): _entente_range($a; $b) | _entente_step;"           \
	" def range($n): range(0; $n);"                                                                                \
	" def while(c; u): def _w: _entente_step | if c then ., (u | _w) else empty end; _w;"                          \
	" def range($a; $b; $by): if $by > 0 then $a | while(. < $b; . + $by)"                                         \
	" elif $by < 0 then $a | while(. > $b; . + $by) else empty end;"                                               \
	" def until(c; u): def _u: _entente_step | if c then . else (u | _u) end; _u;"                                 \
	" def repeat(f): def _r: _entente_step | (., (f | _r)); _r;"                                                   \
	" def recurse(f): def _r: _entente_step | (., (f | _r)); _r;"                                                  \
	" def recurse(f; c): def _r: _entente_step | (., (f | select(c) | _r)); _r;"                                   \
	" def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w"                   \
	" | _entente_step | [$x] + $w end;"                                                                            \
	" def combinations(n): . as $d | [range(n)] | map($d) | combinations;"                                         \
	" def _nwise($n): if $n >= 1 then range(0; [length, 1] | max; $n) as $i | .[$i:$i + $n]"                       \
	" else error(\"_nwise: no length of 1 or more\") end; def _nwise(a; $n): a | _nwise($n);"

/* libjq 1.6 ends the process over a time that gmtime refuses: years have 32 bits. NaN is less than any number. */
#define TIMES                                                                                                          \
	" def _entente_within($most): type == \"number\" and . > -$most and . < $most;"                                \
	" def _entente_time(f): if type == \"array\" and all(.[:8][]; _entente_within(1e9))"                           \
	" or _entente_within(6.7e16) then f"                                                                           \
	" else error(\"not a time: \\(tojson | .[:40])\") end;"                                                        \
	" def _entente_strftime($f): strftime($f); def strftime($f): _entente_time(_entente_strftime($f));"            \
	" def _entente_gmtime: gmtime; def gmtime: _entente_time(_entente_gmtime);"                                    \
	" def _entente_mktime: mktime; def mktime: _entente_time(_entente_mktime);"                                    \
	" def todateiso8601: strftime(\"%Y-%m-%dT%H:%M:%SZ\"); def todate: todateiso8601;"

/*
 * The global search of libjq 1.6 steps one byte on after an empty match, which is into the middle of a character,
 * and nothing can end it. So each match is a search of its own from where the last one ended, with 32 characters
 * before it for ^, \b and look-behind. It costs what it reads: the rest of the text, and the characters up to the
 * match times the rest, which is what a+b takes in a text of a's: 32768 of them are two seconds, and a fifth of the
 * steps. Ends where jq's does: no search at the very end.
 */
#define SEARCH                                                                                                         \
	" def _entente_cost($n): . as $v | reduce _entente_range(0; $n) as $i (null; _entente_step) | $v;"             \
	" def _entente_match_impl($re; $mode; $test): _match_impl($re; $mode; $test);"                                 \
	" def _match_impl(a; b; c): error(\"_match_impl: use match or test\");"                                        \
	" def _entente_sized: if type == \"string\" and length > 32768"                                                \
	" then ([\"_entente_\", null, null] | _entente_step | empty), .[:32768] else . end;"                           \
	" def _entente_search($re; $mode): _entente_sized | (if type == \"string\" then length else 0 end) as $n"      \
	" | _entente_cost(1 + $n / 1024 | floor)"                                                                      \
	" | _entente_match_impl($re; $mode; false) as $m"                                                              \
	" | _entente_cost((if $m == [] then $n else $m[0].offset + $m[0].length end) * $n / 50000 | floor) | $m;"      \
	" def _entente_from($re; $mode; $p): if $p == 0 then _entente_search($re; $mode) else"                         \
	" ([32, $p] | min) as $k | ($p - $k) as $b"                                                                    \
	" | (if $mode | contains(\"x\") then \"\\n)\" else \")\" end) as $close"                                       \
	" | .[$b:] | _entente_search(\"(?<=(?s:.{\\($k)}))(?:\" + $re + $close; $mode)"                                \
	" | map(.offset += $b | .captures |= map(if .offset >= 0 then .offset += $b else . end)) end;"                 \
	" def match($re; $mode): if ([$re, $mode, .] | map(type)) != [\"string\", \"string\", \"string\"]"             \
	" or ($mode | contains(\"g\") | not) then _entente_search($re; $mode) | .[] else"                              \
	" . as $in | length as $n | ($mode | explode | map(select(. != 103)) | implode) as $one"                       \
	" | label $out | foreach (null | repeat(null)) as $i ([0, []]; .[0] as $p"                                     \
	" | ($in | _entente_from($re; $one; $p)) as $m"                                                                \
	" | [($m[0] // {} | .offset + ([.length, 1] | max)), $m];"                                                     \
	" .[1][], if .[1] == [] or .[0] >= $n then break $out else empty end) end;"                                    \
	" def test($re; $mode): _entente_search($re; if $mode | type == \"string\""                                    \
	" then $mode | explode | map(select(. != 103)) | implode else $mode end) | length > 0;"                        \
	" def _entente_pair: type as $t | if $t == \"string\" then [., null]"                                          \
	" elif $t == \"array\" and length > 0 then [.[0], .[1]] else error($t + \" not a string or array\") end;"      \
	" def match($re): ($re | _entente_pair) as $a | match($a[0]; $a[1]);"                                          \
	" def test($re): ($re | _entente_pair) as $a | test($a[0]; $a[1]);"                                            \
	" def _entente_named: reduce (.captures[] | select(.name != null)) as $c ({}; .[$c.name] = $c.string);"        \
	" def capture($re; $mode): match($re; $mode) | _entente_named;"                                                \
	" def capture($re): match($re) | _entente_named;"                                                              \
	" def scan($re): match($re; \"g\") | if .captures == [] then .string else [.captures[].string] end;"           \
	" def splits($re; $mode): . as $in"                                                                            \
	" | foreach (match($re; \"g\" + $mode), null) as $m ([0, 0]; [.[1], if $m then $m.offset + $m.length"          \
	" else 0 end]; . as $p | $in[$p[0]:if $m then $m.offset else null end]);"                                      \
	" def splits($re): splits($re; null); def split($re; $mode): [splits($re; $mode)];"                            \
	" def sub($re; str; $mode): . as $in | reduce match($re; $mode) as $m ({o: \"\", p: 0};"                       \
	" .o += $in[.p:$m.offset] + ($m | _entente_named | str) | .p = $m.offset + $m.length) | .o + $in[.p:];"        \
	" def sub($re; str): sub($re; str; \"\"); def gsub($re; str; $mode): sub($re; str; $mode + \"g\");"            \
	" def gsub($re; str): sub($re; str; \"g\");"

#define MARKUP                                                                                                         \
	" def xml_all($name): .child[] | _entente_step | (if .name == $name then . else empty end), xml_all($name);"   \
	" def xml_text($name): first((.child[] | select(.name == $name) | .text), null);"

const char program_prelude[] = INSIDE CODE_POINTS LOOPS TIMES SEARCH MARKUP " (\n";
