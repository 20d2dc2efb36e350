# SPDX-License-Identifier: BSD-3-Clause
"""coverage.py SOURCES LIST REPORT

Compares gcovr's report (JSON) of the tree SOURCES with LIST: each line and branch that did not run must be in it, with
the reason. Prints those that are not, and entries that no line of the sources matches; the status is then 1.

An entry of LIST is indented: MISSING | FILE | FUNCTION | TEXT. It means the lines with this text in this function.
MISSING is "line", or the greatest number of branches that may be missing. The lines before a group of entries, which are
not indented, are their reason. A "#" begins a comment.
"""

import json
import re
import sys
from collections import defaultdict


def inside_class(lines, number):
    """Whether the last line that is not indented begins a class."""
    for text in reversed(lines[:number]):
        if re.match(r"[^\s/#]", text) and not re.match(r"(public|private|protected):|\[\[|\)|\{", text):
            return re.match(r"(template <.*> *)?(class|struct)\b", text) is not None
    return False


def function_at(lines, number):
    """The name of the function around a line: of the last line down to it that looks like the beginning of one."""
    for at in range(number, -1, -1):
        text = lines[at]
        indent = len(text) - len(text.lstrip())
        if indent > 4 or text.lstrip().startswith(("//", "#", "}", ":")) or text.rstrip().endswith(";"):
            continue
        name = re.search(r"([\w~]+)\(", re.sub(r"\[\[.*?\]\]", "", text))
        if name and (indent == 0 or inside_class(lines, at)):
            return name.group(1)
    return "-"


def read_list(name):
    entries = {}  # of (file, function, text): its line in the list, and what may be missing
    for number, line in enumerate(open(name), 1):
        if line.startswith("    ") and line.strip():
            missing, *place = (part.strip() for part in line.split("|", 3))
            entries[tuple(place)] = number, missing
    return entries


def main():
    root, list_name, report = sys.argv[1:]
    entries = read_list(list_name)
    sources = {}
    missing = defaultdict(lambda: [0, 0])  # of (file, function, text): lines, branches
    at = defaultdict(list)
    total = [0, 0]
    for file in json.load(open(report))["files"]:
        name = file["file"]
        source = sources[name] = open(f"{root}/{name}").read().splitlines()
        for line in file["lines"]:
            if line.get("gcovr/noncode"):
                continue
            left = sum(branch["count"] == 0 for branch in line["branches"])
            total[0] += 1
            total[1] += len(line["branches"])
            if line["count"] == 0 or left:
                number = line["line_number"] - 1
                place = name, function_at(source, number), source[number].strip()
                missing[place][0] += line["count"] == 0
                missing[place][1] += left
                at[place].append(number + 1)

    status = 0
    for place, (lines, branches) in missing.items():
        _, may_miss = entries.get(place, (0, "0"))
        if may_miss != "line" and (lines or branches > int(may_miss)):
            what = "line" if lines else str(branches)
            print(f"{place[0]}:{at[place][0]}: not reached: {'the line' if lines else f'{branches} branches'}; as an entry:")
            print(f"    {what} | {' | '.join(place)}")
            status = 1
    for place, (number, _) in entries.items():
        name, function, text = place
        source = sources.get(name, [])
        if not any(line.strip() == text and function_at(source, at) == function for at, line in enumerate(source)):
            print(f"{list_name}:{number}: no line of the sources is {' | '.join(place)}")
            status = 1
        elif place not in missing:
            print(f"{list_name}:{number}: is reached: {' | '.join(place)}")

    left = [sum(each[kind] for each in missing.values()) for kind in (0, 1)]
    listed = [sum(missing[place][kind] for place in entries if place in missing) for kind in (0, 1)]
    for kind, what in enumerate(("lines", "branches")):
        run = total[kind] - left[kind]
        print(f"{run} of {total[kind]} {what} ({100 * run / max(total[kind], 1):.1f} %), {listed[kind]} in the list")
    return status


sys.exit(main())
