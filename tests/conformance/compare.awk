# SPDX-License-Identifier: BSD-3-Clause
# Compares two transcripts: kind=tolerated FILE kind=list FILE... kind=reference FILE kind=ours FILE. The variables
# variant and release (of the reference) are set. Every line that differs must be in the lists, with both values, and
# every line of the lists that is about this variant and release must occur.

function fail(text)
{
    print "FAILED: " text
    failures++
}

# Does the text match the pattern, in which * is any text?
function matches(text, pattern)
{
    gsub(/[][\\.^$+?(){}|]/, "\\\\&", pattern)
    gsub(/\*/, ".*", pattern)
    return text ~ "^" pattern "$"
}

function concerns_us(variants)
{
    return variants == "all" || index("," variants ",", "," variant ",")
}

# Is one release older than the other? Compares number by number: 1.2.9 is older than 1.2.10.
function older(one, other,    numbers, others, count, i)
{
    count = split(one, numbers, ".")
    if (split(other, others, ".") > count)
        count = split(other, others, ".")
    for (i = 1; i <= count; i++)
        if (numbers[i] + 0 != others[i] + 0)
            return numbers[i] + 0 < others[i] + 0
    return 0
}

# The head of a difference may end with "(before RELEASE)" or "(from RELEASE)".
function concerns_release(head,    bound)
{
    if (!match(head, / \((before|from) [0-9.]+\)$/))
        return 1
    bound = substr(head, RSTART + 2, RLENGTH - 3)
    sub(/^[a-z]+ /, "", bound)
    return older(release, bound) == (head ~ /\(before [^ ]*$/)
}

# Splits "NAME: VALUES" into name and values.
function take_apart(text)
{
    name = text
    sub(/: .*/, "", name)
    values = substr(text, length(name) + 3)
}

/^#/ || /^$/ {
    next
}

kind == "tolerated" {
    if (concerns_us($1)) {
        sub(/:$/, "", $2)
        tolerated[$2] = 0
    }
    next
}

kind == "list" && /^[^ ]/ {
    entry = $0
    sub(/: .*/, "", entry)
    next
}

kind == "list" && $1 != "elsewhere" {
    variants = $1
    sub(/^ *[^ ]+ +/, "")
    if (!concerns_us(variants) || !concerns_release(entry))
        next
    take_apart($0)
    differences++
    line_pattern[differences] = name
    value_of_reference[differences] = value_of_ours[differences] = values
    sub(/ -> .*/, "", value_of_reference[differences])
    sub(/.* -> /, "", value_of_ours[differences])
    ids[differences] = entry
}

kind == "reference" || kind == "ours" {
    take_apart($0)
    if ((kind, name) in seen)
        fail("twice " (kind == "ours" ? "on ours" : "on the reference") ": " name)
    seen[kind, name] = values
    if (!(name in names))
        order[++count] = name
    names[name] = 1
}

function note(kind, name)
{
    return (kind, name) in seen ? seen[kind, name] : "(nothing)"
}

function compare(name,    theirs, own, number, found, tolerable, text)
{
    theirs = note("reference", name)
    own = note("ours", name)
    for (tolerable in tolerated)
        if (matches(name, tolerable)) {
            tolerated[tolerable]++
            return
        }
    for (number = 1; number <= differences; number++) {
        if (!matches(name, line_pattern[number]))
            continue
        met[number]++
        found = 1
        if (theirs == own || !matches(theirs, value_of_reference[number]) || !matches(own, value_of_ours[number]))
            fail("not the difference of " ids[number] ": " name ": " theirs " -> " own)
    }
    if (theirs == own || found)
        return
    fail("a difference: " name ": " theirs " -> " own)
}

END {
    for (number = 1; number <= count; number++) {
        compare(order[number])
        service = order[number]
        sub(/\..*/, "", service)
        observations[service]++
    }
    for (number = 1; number <= differences; number++) {
        if (!met[number])
            fail("no line matches this difference of " ids[number] ": " line_pattern[number])
        lines += met[number]
        entries[ids[number]] = 1
    }
    for (entry in entries)
        named++
    for (tolerable in tolerated)
        if (!tolerated[tolerable])
            fail("no line matches this tolerated one: " tolerable)
    printf "%s: %d lines on cmap, %d on cpg, %d on votequorum, %d of tables; " \
        "%d deliberate differences from %s in %d lines\n",
        variant, observations["cmap"], observations["cpg"], observations["votequorum"], observations["common"],
        named, release, lines
    exit failures > 0
}
